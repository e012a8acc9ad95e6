"""``asplab analyze --corrections``: what each correction does, in the tables and in the report."""

import csv
from pathlib import Path

import numpy as np
import pytest
from command_line import run
from toy_experiment import Toy

from asplab.core.document import Document
from asplab.core.export.report import report_html
from asplab.core.export.tables import make_tables
from asplab.core.inference import with_correction_effects
from asplab.core.ledger import ledger
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress


@pytest.fixture(scope="module")
def results() -> Results:
    return analyse(Document(Toy(dark_counts=150.0).experiment()))


@pytest.fixture(scope="module")
def compared(results: Results) -> Results:
    return with_correction_effects(results, progress=Progress())


def rows_of(results: Results) -> dict[str, dict[str, object]]:
    table = next(table for table in make_tables(results) if table.name == "corrections")
    return {str(row[0]): dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_every_correction_has_a_row_with_its_setting(results: Results) -> None:
    rows = rows_of(results)
    assert list(rows) == [step.name for step in ledger(results)]
    assert rows["dark"]["setting"] == "corrections.subtract_dark"
    assert (rows["dark"]["state"], rows["dark"]["value"], rows["dark"]["files"]) == ("on", "True", 4)


def test_changes_stay_empty_where_nobody_asked_for_them(results: Results) -> None:
    assert rows_of(results)["truncation"]["eta_largest_change"] is None
    assert "--corrections" in report_html(results, ())


def test_changes_are_in_the_table_and_in_the_report(compared: Results) -> None:
    row = rows_of(compared)["truncation"]
    change, sigmas = row["eta_largest_change"], row["eta_largest_sigmas"]
    assert isinstance(change, float)
    assert isinstance(sigmas, float)
    assert change > 0.05
    assert row["eta_largest_temperature_k"] == 250.0
    assert f"({sigmas:.1f} σ)" in report_html(compared, ())


def test_what_has_nothing_to_do_is_named_apart(compared: Results) -> None:
    html = report_html(compared, ())
    idle = [step for step in ledger(compared) if not step.can_switch]
    assert f"<summary>{len(idle)} others" in html
    assert all(step.title in html for step in idle)


@pytest.mark.usefixtures("without_figures")
def test_the_option_fills_the_table(data: Path, tmp_path: Path) -> None:
    assert run("analyze", data, "-o", tmp_path / "out", "--corrections").code == 0
    lines = (tmp_path / "out" / "tables" / "corrections.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    found = {row["correction"]: row for row in rows[1:]}
    assert np.isfinite(float(found["truncation"]["quantum_yield_change"]))
