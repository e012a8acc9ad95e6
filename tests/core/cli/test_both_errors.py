"""``asplab analyze``: statistical beside systematic errors, where errors come from, and what conflicts."""

import re
from pathlib import Path
from typing import Any

import h5py
import pytest
from command_line import Run, document_of, run

from asplab.core.errors import AnalysisError, Cancelled
from asplab.core.jobs.analyze import analyze
from asplab.core.jobs.opening import load_document
from asplab.core.pipeline import analyse
from asplab.core.progress import Progress
from asplab.core.project.file import save_project

_BOTH = r"{} = ([\d.]+) (?:± ([\d.]+)|\+[\d.]+ −[\d.]+) \(stat\) \+([\d.]+) −([\d.]+) \(syst\)"


@pytest.mark.parametrize(
    ("symbol", "key"), [("ħω", "phonon_mev"), ("g", "g_mev"), ("E_p", "polaron_energy_mev"), ("S", "huang_rhys")]
)
def test_the_shell_shows_both_errors_of_the_joint_fit(analyzed: tuple[Run, Path], symbol: str, key: str) -> None:
    joint = document_of(analyzed[1])["polaron"][-1]
    (found,) = re.finditer(_BOTH.format(rf"\b{symbol}"), analyzed[0].out)
    assert float(found[1]) == pytest.approx(joint[key], rel=1e-3)
    assert float(found[3]) == pytest.approx(joint[f"{key}_systematic"][1], rel=0.06)
    assert float(found[4]) == pytest.approx(joint[f"{key}_systematic"][0], rel=0.06)


def test_the_shell_shows_both_errors_of_each_quantum_yield(analyzed: tuple[Run, Path]) -> None:
    rows = document_of(analyzed[1])["quantum_yield"]
    found = re.findall(r"quantum yield [\d.]+ ± [\d.]+ \(stat\) \+([\d.]+) −([\d.]+) \(syst\)", analyzed[0].out)
    assert len(found) == len(rows)
    for (plus, minus), row in zip(found, rows, strict=True):
        assert [float(minus), float(plus)] == pytest.approx(row["quantum_yield_systematic"], rel=0.06)


def test_the_shell_names_each_kind_of_conflict_in_one_line(analyzed: tuple[Run, Path]) -> None:
    rows = [row for row in document_of(analyzed[1])["consistency"] if row["status"] == "conflicts"]
    lines = [line for line in analyzed[0].out.splitlines() if line.startswith("conflict: ")]
    assert sorted(line.split(" (")[0].removeprefix("conflict: ") for line in lines) == sorted(
        {row["title"] for row in rows}
    )
    (width,) = [line for line in lines if "PL width" in line]
    assert "(joint fit and 2 more)" in width
    assert "against measured FWHM: " in width
    assert all(len(line) < 160 for line in lines)


@pytest.mark.usefixtures("without_figures")
def test_the_shell_says_that_no_check_conflicts(table: Path, tmp_path: Path) -> None:
    rows = [f"120,{detuning},{eta},0.3" for detuning, eta in ((40, 0.9), (60, 0.6), (80, 0.3), (100, 0.1))]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (table / "eta.csv").write_text(text + "\n", encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out")
    statuses = {row["status"] for row in document_of(tmp_path / "out")["consistency"]}
    assert statuses == {"agrees", "not applicable"}
    assert "consistency: no check conflicts" in done.out.splitlines()
    assert "conflict: " not in done.out


@pytest.mark.usefixtures("without_figures")
def test_one_temperature_shows_both_errors_in_its_own_fit(table: Path, tmp_path: Path) -> None:
    done = run("analyze", table, "-o", tmp_path / "out")
    row = document_of(tmp_path / "out")["polaron"][0]
    (line,) = [line for line in done.out.splitlines() if "ħω = " in line]
    assert line.strip().startswith("120.0 K")
    (found,) = re.finditer(_BOTH.format("ħω"), line)
    assert float(found[3]) == pytest.approx(row["phonon_mev_systematic"][1], rel=0.06)


@pytest.mark.usefixtures("without_figures")
def test_a_polaron_energy_that_nobody_knows_is_not_printed(table: Path, tmp_path: Path) -> None:
    rows = [f"120,{detuning},{value},0.05" for detuning, value in ((20, 0.97), (30, 0.96), (40, 0.96), (50, 0.95))]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (table / "eta.csv").write_text(text + "\n", encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out")
    row = document_of(tmp_path / "out")["polaron"][0]
    assert row["polaron_energy_mev_error"] is None
    assert row["identified"] is False
    assert "E_p not determined" in done.out
    assert "E_p = " not in done.out


def test_the_report_has_the_sections_in_words(analyzed: tuple[Run, Path]) -> None:
    report = (analyzed[1] / "report.html").read_text(encoding="utf-8")
    for title in ("Systematic errors", "Where the errors come from", "Consistency checks"):
        assert f"<h2>{title}</h2>" in report
    checks = report.split("<h2>Consistency checks</h2>")[1].split("<h2>")[0]
    assert checks.index('<strong class="error">PL width and that of one particle</strong>, joint fit') < checks.index(
        "<td>agrees</td>"
    )
    assert checks.rindex("<td>conflicts</td>") < checks.index("<td>agrees</td>")
    sources = report.split("<h2>Where the errors come from</h2>")[1].split("<h2>")[0]
    assert "ħω of the joint fit: statistical error from noise of PA" in sources
    assert "of the whole variance is systematic" in sources
    assert "<td>band shape and dark frame</td>" in sources
    systematic = report.split("<h2>Systematic errors</h2>")[1].split("<h2>")[0]
    assert "<td>±2 K</td>" in systematic
    assert "value ± statistical error (+ systematic error −)" in report


def test_the_tables_of_the_report_show_both_errors(analyzed: tuple[Run, Path]) -> None:
    report = (analyzed[1] / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    rows = re.findall(r"<tr><td>all</td><td>([\d.]+) ± ([\d.]+) \(\+([\d.]+) −([\d.]+)\)</td>", report)
    ((value, error, plus, minus),) = rows
    joint = document_of(analyzed[1])["polaron"][-1]
    assert float(value) == pytest.approx(joint["g_mev"], rel=1e-3)
    assert float(error) == pytest.approx(joint["g_mev_error"], rel=0.06)
    assert [float(minus), float(plus)] == pytest.approx(joint["g_mev_systematic"], rel=0.06)


def test_replay_compares_systematic_errors_sources_and_checks(earlier: Path) -> None:
    project = earlier / "project.nxs"
    with h5py.File(project, "r+") as file:
        for name in ("systematics/phonon_mev_plus", "budget/g_mev_total_shares", "consistency/pull"):
            file["overview"][name][...] *= 1.001
        assert file["overview/systematics/phonon_mev_plus"].attrs["units"] == "meV"
    done = run("replay", project)
    assert done.code == 1
    for name in ("systematics/phonon_mev_plus", "budget/g_mev_total_shares", "consistency/pull"):
        assert name in done.err


@pytest.mark.usefixtures("without_figures")
def test_a_project_saved_without_them_is_replayed_and_analysed(data: Path, tmp_path: Path) -> None:
    project = save_project(analyse(load_document(data)), tmp_path / "mine.nxs")
    done = run("replay", project)
    assert (done.code, done.err) == (0, "")
    assert run("analyze", project, "-o", tmp_path / "out").code == 0
    assert document_of(tmp_path / "out")["systematics"]["nuisances"]
    assert run("replay", tmp_path / "out" / "project.nxs").code == 0


@pytest.mark.usefixtures("without_figures")
def test_what_fails_beside_the_results_does_not_fail_the_analysis(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AnalysisError("the shift fails.")

    monkeypatch.setattr("asplab.core.appraisal.stage.systematic_errors", fail)
    done = run("analyze", data, "-o", tmp_path / "out")
    assert done.code == 0
    assert "warning: small: systematic errors could not be found: the shift fails." in done.err
    assert "(syst)" not in done.out
    assert "conflict: " in done.out
    document: dict[str, Any] = document_of(tmp_path / "out")
    assert document["polaron"][-1]["phonon_mev_systematic"] is None
    assert document["consistency"]


def test_a_stop_while_effects_are_moved_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    progress = Progress(lambda fraction, text: progress.cancelled.set() if "systematic error" in text else None)
    with pytest.raises(Cancelled):
        analyze(data, tmp_path / "out", progress=progress)
    assert list(tmp_path.iterdir()) == []
