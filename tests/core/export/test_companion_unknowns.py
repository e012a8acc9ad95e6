"""Exports of companion measurements of which something, or all, is not known."""

from dataclasses import replace
from typing import Any

import pytest

from asplab.core.document import Document
from asplab.core.export.companion.registry import companion, companion_section, companion_tables
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.virtual import experiment_with_truth, simulate

READINGS = {
    "power_dependence": ("readings", ("dependence", "share")),
    "abc_yields": ("readings", ("found",)),
    "sphere_yields": ("readings", ("found", "reabsorbed", "spectra", "laser_nm", "emission_nm", "temperature_k")),
    "matched": ("readings", ("found", "comparison", "below_gap")),
    "transients": ("readings", ("fit", "temperature_k", "excitation_nm")),
    "upconversion": ("rows", ("rates", "temperature")),
    "sizes": ("samples", ("sizes", "histogram", "gap")),
    "absorption": ("tails", ("exciton", "urbach", "star", "eta")),
    "heat_tails": ("tails", ("exciton", "urbach", "star", "eta")),
}
"""Where the rows of each stage are, and what of each may be unknown."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Results:
    small = replace(experiment_with_truth(), temperatures_k=(250.0,), detuning_mev=(33.0, 55.0, 102.0), repeats=2)
    folder = tmp_path_factory.mktemp("unknowns") / "data"
    simulate(folder, small, seed=1)
    return analyse(Document(load_experiment(folder)))


def without(results: Results, stage: str) -> Results:
    """Return the results with nothing known of any row of a stage."""
    found = getattr(results, stage)
    rows, names = READINGS[stage]
    unknown = tuple(replace(one, **dict.fromkeys(names)) for one in getattr(found, rows))
    assert unknown
    return replace(results, **{stage: replace(found, **{rows: unknown})})


def exported(results: Results) -> dict[str, Any]:
    """Return the rows of all companions, after the report and tables were made too."""
    assert list(companion_section(results))
    list(companion_tables(results))
    return companion(results)


@pytest.mark.parametrize("stage", READINGS)
def test_rows_of_which_nothing_is_known_take_no_other_export_with_them(known: Results, stage: str) -> None:
    assert exported(known).keys() == exported(without(known, stage)).keys()


def test_transients_without_any_eta_are_told_with_all_keys(known: Results) -> None:
    row = companion(known)["transients"][0]
    bare = replace(without(known, "transients"), upconversion=None)
    assert [one.keys() for one in exported(bare)["transients"]] == [row.keys()] * 3


def test_a_transient_that_is_not_fitted_stays_in_the_table_with_its_reason(known: Results) -> None:
    assert known.upconversion is not None
    first, *others = known.upconversion.rows
    unread = replace(first, reading=replace(first.reading, fit=None), rates=None, reason="row 50 holds '#REF!'.")
    results = replace(known, upconversion=replace(known.upconversion, rows=(unread, *others)))
    (table,) = (one for one in companion_tables(results) if one.name == "transients")
    told = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert len(told) == 3
    assert told[0]["rise_fs"] is told[0]["loss_per_ps_low"] is None
    assert told[0]["reason"] == "row 50 holds '#REF!'."


@pytest.mark.parametrize("stage", [stage for stage in READINGS if stage != "transients"])
def test_rows_have_the_same_keys_whatever_is_known(known: Results, stage: str) -> None:
    full, unknown = (companion(results) for results in (known, without(known, stage)))
    for name in full:
        for one, other in zip(lists_of(full[name]), lists_of(unknown[name]), strict=True):
            assert {frozenset(row) for row in other} <= {frozenset(row) for row in one}, name


def lists_of(section: Any) -> list[list[dict[str, Any]]]:
    """Return the lists of rows of a section, those within rows not."""
    lists = section.values() if isinstance(section, dict) else (section,)
    return [[row for row in rows if isinstance(row, dict)] for rows in lists if isinstance(rows, list)]
