"""``asplab analyze``: what it finds, says and refuses."""

import json
import re
from pathlib import Path

import pytest
from command_line import Run, contents, run

from asplab.core.export.companion_figures import COMPANION_FIGURES
from asplab.core.export.figures import ENDINGS, FIGURE_NAMES
from asplab.core.export.results_json import results_document
from asplab.core.export.tables import ALL_TABLE_NAMES, TABLE_NAMES
from asplab.core.jobs.analyze import analyze
from asplab.core.jobs.opening import load_document
from asplab.core.pipeline import analyse
from asplab.core.progress import Progress
from asplab.core.project.file import save_project


def test_analyze_writes_project_results_tables_figures_and_report(analyzed: tuple[Run, Path]) -> None:
    done, folder = analyzed
    assert done.code == 0, done.err
    tables = {f"tables/{name}.csv" for name in TABLE_NAMES}
    tables |= {f"tables/tables.{end}" for end in ("xlsx", "tex", "md")}
    drawn = [name for name in FIGURE_NAMES if name not in ("models", *COMPANION_FIGURES)]
    figures = {f"figures/{name}.{suffix}" for name in drawn for suffix in ENDINGS}
    single = {"project.nxs", "results.json", "report.html", "references.bib", "analysis.py"}
    # Companion measurements bring their own, each only where the experiment holds it.
    companions = {f"tables/{name}.csv" for name in ALL_TABLE_NAMES if name not in TABLE_NAMES}
    companions |= {f"figures/{name}.{suffix}" for name in COMPANION_FIGURES for suffix in ENDINGS}
    assert set(contents(folder)) - companions == {*single, *tables, *figures}
    assert "tables/cooling.csv" in contents(folder)


def test_analyze_says_what_it_found_and_that_it_is_simulated(analyzed: tuple[Run, Path]) -> None:
    out = analyzed[0].out
    assert "(simulated data)" in out
    assert "120.0 K  quantum yield 0.8" in out
    assert "ħω = 2" in out


def test_analyze_prints_the_arms_of_the_profile_intervals(analyzed: tuple[Run, Path]) -> None:
    results = json.loads((analyzed[1] / "results.json").read_text(encoding="utf-8"))
    for row in results["polaron"]:
        low, high = row["phonon_mev_interval68"]
        place = "all" if row["temperature_k"] is None else f"{row['temperature_k']:.1f} K"
        (line,) = [line for line in analyzed[0].out.splitlines() if line.strip().startswith(f"{place}  g = ")]
        found = re.search(r"ħω = ([\d.]+)(?: \+([\d.]+) −([\d.]+)| ± ([\d.]+))", line)
        assert found is not None, line
        above, below = (float(found[2]), float(found[3])) if found[2] else (float(found[4]),) * 2
        assert above == pytest.approx(high - row["phonon_mev"], rel=0.1)
        assert below == pytest.approx(row["phonon_mev"] - low, rel=0.1)


def test_analyze_finds_the_truth_it_never_reads(analyzed: tuple[Run, Path], data: Path) -> None:
    results = json.loads((analyzed[1] / "results.json").read_text(encoding="utf-8"))
    truth = json.loads((data / "truth.json").read_text(encoding="utf-8"))
    assert not any("truth" in source["path"] for source in results["sources"])
    for row, true in zip(results["quantum_yield"], truth["quantum_yield"], strict=True):
        assert abs(row["quantum_yield"] - true["quantum_yield"]) < 4 * row["quantum_yield_error"]


def test_a_project_gives_the_numbers_of_the_folder_it_came_from(analyzed: tuple[Run, Path]) -> None:
    first = json.loads((analyzed[1] / "results.json").read_text(encoding="utf-8"))
    assert results_document(analyse(load_document(analyzed[1] / "project.nxs"))) == first


def test_a_manifest_may_be_named_instead_of_its_folder(data: Path) -> None:
    assert load_document(data / "manifest.csv").experiment.sources == load_document(data).experiment.sources


@pytest.mark.usefixtures("without_figures")
def test_analyze_takes_a_project(table: Path, tmp_path: Path) -> None:
    save_project(load_document(table), tmp_path / "mine.nxs")
    assert run("analyze", tmp_path / "mine.nxs", "-o", tmp_path / "out").code == 0
    assert json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["name"] == "table"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere: no such folder, manifest or project"),
        (["nowhere.nxs"], "nowhere.nxs: no such folder, manifest or project"),
        (["{table}", "--preset", "no such one"], "there is no preset 'no such one'"),
        (["{table}", "--model", "eq9,guess"], "'guess' is not known; choose from: eq9, resonant"),
        (["{table}", "--model", "eq9,thermal,eq9"], "'eq9' is named twice"),
        (["{table}", "--model", "eq9,,thermal"], "rate model '' is not known"),
        (["{table}", "--model", ""], "rate model '' is not known"),
        (["{table}", "--model", "eq9,multimode"], "'multimode' needs the phonon energies of its modes"),
        (["{table}", "--intervals", "bootstrap"], "table: bootstrap intervals need repeats of spectra and scans"),
        (["{table}", "--intervals", "mcmc"], "table: MCMC intervals begin at intensities and absorption"),
        (["{table}", "--intervals", "mcmc", "--draws", "199"], "199 draws; at least 200 are needed"),
        (["{table}", "--intervals", "guess"], "choose from: profile, bootstrap, mcmc"),
        (["{table}", "--intervals", "bootstrap", "--draws", "99"], "99 draws; at least 100 are needed"),
        (["{table}", "--intervals", "bootstrap", "--draws", "many"], "Invalid value for '--draws'"),
        (["{table}", "--intervals", "bootstrap", "--seed", "-1"], "the seed is -1"),
        (["{table}", "--seed", "3"], "have no meaning for profile intervals"),
        (["{table}", "--draws", "500", "--intervals", "profile"], "have no meaning for profile intervals"),
        (["{table}", "--settings", "nowhere.toml"], "nowhere.toml"),
        (["{table}", "-o", "{table}/eta.csv"], "is a file; name a folder"),
        (["{table}", "-o", "{table}/eta.csv/out"], "eta.csv/out: the results folder can't be made (Not a directory)"),
        (["{table}", "--sample", "7"], "No such option"),
        ([], "Missing argument"),
        (["{table}", "{table}"], "this experiment is named twice"),
    ],
)
def test_bad_input_ends_with_code_2_one_message_and_nothing_written(
    table: Path, in_folder: Path, arguments: list[str], message: str
) -> None:
    before = contents(table)
    done = run("analyze", *(argument.format(table=table) for argument in arguments))
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.startswith("asplab: ")
    assert len(done.err.splitlines()) == 1
    assert contents(table) == before
    assert list(in_folder.iterdir()) == []


def test_an_experiment_none_of_whose_files_can_be_used_is_bad_input(table: Path, tmp_path: Path) -> None:
    (table / "eta.csv").unlink()
    done = run("analyze", table, "-o", tmp_path / "out")
    assert done.code == 2
    assert "eta.csv" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("quick_figures")
def test_a_missing_result_ends_with_code_1_and_the_rest_is_written(data: Path, tmp_path: Path) -> None:
    lines = (data / "manifest.csv").read_text(encoding="utf-8").splitlines()
    manifest = data / "no-scans.csv"
    manifest.write_text("\n".join(line for line in lines if "/pa_" not in line) + "\n", encoding="utf-8")
    try:
        done = run("analyze", manifest, "-o", tmp_path / "out")
    finally:
        manifest.unlink()
    assert done.code == 1
    cause, consequence = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert cause.startswith("error: 120 K, 250 K: there is no photothermal scan")
    assert "two Stokes excitations" in consequence
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["efficiency"] == []
    assert len(results["gap"]) == 2


def test_analyze_reports_progress_up_to_the_end(table: Path, tmp_path: Path) -> None:
    fractions: list[float] = []
    analyze(table, tmp_path / "out", progress=Progress(lambda fraction, text: fractions.append(fraction)))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


@pytest.mark.usefixtures("without_figures")
def test_one_temperature_is_no_reason_to_speak_of_a_joint_fit(table: Path, tmp_path: Path) -> None:
    done = run("analyze", table, "-o", tmp_path / "out")
    assert done.code == 0
    assert len([line for line in done.out.splitlines() if "ħω = " in line]) == 1
    assert "no polaron fit" not in done.out
    assert not [line for line in done.out.splitlines() if line.strip().startswith("all")]


@pytest.mark.usefixtures("quick_figures")
def test_temperatures_without_a_fit_are_told_in_one_line(table: Path, tmp_path: Path) -> None:
    rows = [f"{t},{detuning},0.9,0.01" for t in (80, 120, 160) for detuning in (20, 40)]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (table / "eta.csv").write_text(text + "\n", encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out")
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if "polaron" in line]
    assert line == "no polaron fit at 80.0 K, 120.0 K, 160.0 K"
    assert done.err.count("usable detuning") == 1
    assert done.err.startswith("warning: 80 K, 120 K, 160 K: ")


@pytest.mark.usefixtures("without_figures")
def test_a_limit_is_printed_where_the_phonon_energy_is_not_identified(table: Path, tmp_path: Path) -> None:
    rows = [f"120,{detuning},{value},0.05" for detuning, value in ((20, 0.97), (30, 0.96), (40, 0.96), (50, 0.95))]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (table / "eta.csv").write_text(text + "\n", encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out")
    row = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["polaron"][0]
    (line,) = [line for line in done.out.splitlines() if "not identified" in line]
    low = row["phonon_mev_interval68"][0]
    assert ("ħω > " in line) == (low is not None)
