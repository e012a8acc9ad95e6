"""``asplab analyze --model … --intervals …``: rate models compared, intervals of the bootstrap, and both again."""

import csv
import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from command_line import Run, contents, document_of, run

from asplab.core.bootstrap import bootstrap
from asplab.core.document import Document
from asplab.core.errors import Cancelled
from asplab.core.export.companion_figures import COMPANION_FIGURES
from asplab.core.export.figures import ENDINGS, FIGURE_NAMES
from asplab.core.inference import Asked, stored_method
from asplab.core.jobs.analyze import analyze, choose_method
from asplab.core.jobs.opening import load_document
from asplab.core.loading import load_experiment
from asplab.core.pipeline import analyse
from asplab.core.progress import Progress
from asplab.core.project.file import open_project
from asplab.core.settings import ModelSettings, Settings

MODELS = ("eq9", "resonant", "exponential")
DRAWS, SEED = 300, 7


@pytest.fixture(scope="session")
def inferred(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("cli-inferred") / "out"
    options = ("--model", "eq9, resonant ,exponential", "--intervals", "bootstrap", "--draws", DRAWS, "--seed", SEED)
    return run("analyze", data, "-o", folder, *options), folder


def without_intervals(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if "interval68" not in key and key != "identified"}


def test_the_rows_of_the_chain_come_first_with_the_values_they_always_have(
    inferred: tuple[Run, Path], analyzed: tuple[Run, Path]
) -> None:
    assert inferred[0].code == 0, inferred[0].err
    plain, found = document_of(analyzed[1])["polaron"], document_of(inferred[1])["polaron"]
    assert [without_intervals(row) for row in found[: len(plain)]] == [without_intervals(row) for row in plain]


def test_every_other_model_has_a_row_for_each_temperature_and_a_joint_one(inferred: tuple[Run, Path]) -> None:
    rows = document_of(inferred[1])["polaron"]
    places = [("temperature", 120.0), ("temperature", 250.0), ("joint", None)]
    assert [(row["model"], row["scope"], row["temperature_k"]) for row in rows] == [
        (model, *place) for model in MODELS for place in places
    ]
    resonant, exponential = rows[3], rows[6]
    assert resonant["g_mev_interval68"][0] < resonant["g_mev"] < resonant["g_mev_interval68"][1]
    assert resonant["parameters"]["broadening_mev"] == {
        "value": 1.0,
        "error": None,
        "interval68": None,
        "state": "fixed",
        "fixed": True,
        "systematic": None,
        "systematic_shares": None,
    }
    assert min(resonant["g_mev_systematic"]) > 0.0
    assert (exponential["g_mev"], exponential["phonon_mev"], exponential["huang_rhys"]) == (None, None, None)
    slope = exponential["parameters"]["slope_per_mev"]
    assert 0 < slope["interval68"][0] < slope["value"] < slope["interval68"][1]
    assert [row["identified"] for row in (resonant, exponential)] == [True, None]
    assert set(rows[0]) <= set(resonant)


def test_the_comparison_has_numbers_weights_and_a_verdict_per_scope(inferred: tuple[Run, Path]) -> None:
    document = document_of(inferred[1])
    assert [(row["scope"], row["temperature_k"]) for row in document["comparison"]] == [
        ("temperature", 120.0),
        ("temperature", 250.0),
        ("joint", None),
    ]
    for i, row in enumerate(document["comparison"]):
        assert [model["model"] for model in row["models"]] == list(MODELS)
        assert sum(model["weight"] for model in row["models"]) == pytest.approx(1.0)
        assert "has the smallest AICc" in row["verdict"]
        eq9 = row["models"][0]
        assert eq9["chi2"] == pytest.approx(document["polaron"][i]["chi2"], rel=1e-5)
        assert eq9["dof"] == eq9["n_points"] - eq9["n_parameters"] == document["polaron"][i]["dof"]
        assert all(model["reason"] is None for model in row["models"])


def test_the_intervals_are_those_of_the_bootstrap_and_say_so(inferred: tuple[Run, Path], data: Path) -> None:
    document = document_of(inferred[1])
    assert document["intervals"] == {
        "method": "bootstrap",
        "level": 0.6827,
        "draws": DRAWS,
        "seed": SEED,
        "repeats": [4, 4],
        "other_models": "profile",
    }
    found = bootstrap(analyse(Document(load_experiment(data))), draws=DRAWS, seed=SEED)
    for i, row in enumerate(document["polaron"][:3]):
        for key in ("g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys"):
            ends = getattr(found, key)
            assert row[f"{key}_interval68"] == [ends.low_68[i], ends.high_68[i]]
    yields = [row["quantum_yield_interval68"] for row in document["quantum_yield"]]
    np.testing.assert_array_equal(np.transpose(yields), [found.quantum_yield.low_68, found.quantum_yield.high_68])
    first = document["efficiency"][0]
    assert first["eta_interval68"] == [found.eta.low_68[0, 0], found.eta.high_68[0, 0]]


def test_without_these_options_there_is_no_comparison_and_the_intervals_are_profiles(
    analyzed: tuple[Run, Path],
) -> None:
    document = document_of(analyzed[1])
    assert document["comparison"] == []
    assert document["intervals"] == {"method": "profile", "level": 0.6827}
    assert document["polaron"][0]["huang_rhys_interval68"] is None
    assert "68 % intervals: profile likelihood" in analyzed[0].out
    assert "rate models" not in analyzed[0].out


def test_the_table_of_models_has_units_provenance_and_every_model_of_every_scope(inferred: tuple[Run, Path]) -> None:
    text = (inferred[1] / "tables" / "models.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0].startswith("# SIMULATED DATA")
    assert f"# 68 % intervals: bootstrap of whole repeats, {DRAWS} draws, seed {SEED}" in lines
    header, units, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    assert units[header.index("temperature_k")] == "K"
    assert [row[header.index("model")] for row in rows] == list(MODELS) * 3
    standing = document_of(inferred[1])["comparison"][0]["models"][1]
    for name in ("chi2", "aicc", "bic", "weight"):
        assert float(rows[1][header.index(name)]) == standing[name]


def test_report_and_figure_show_the_models(inferred: tuple[Run, Path]) -> None:
    drawn = {path.name for path in (inferred[1] / "figures").iterdir()}
    main = [name for name in FIGURE_NAMES if name not in COMPANION_FIGURES]
    assert drawn >= {f"{name}.{suffix}" for name in main for suffix in ENDINGS}
    report = (inferred[1] / "report.html").read_text(encoding="utf-8")
    assert "<h2>Comparison of rate models</h2>" in report
    assert "All temperatures jointly" in report
    assert "slope_per_mev" in report
    assert f"{DRAWS} draws, seed {SEED}" in report
    svg = (inferred[1] / "figures" / "models.svg").read_text(encoding="utf-8")
    for title in (
        "Eq. 9 as printed",
        "Resonant level, exact",
        "Straight logit line",
        "smallest AICc: ",
        "simulated data",
    ):
        assert title in svg


def test_the_shell_ranks_the_models_and_says_what_it_means(inferred: tuple[Run, Path]) -> None:
    lines = [line.strip() for line in inferred[0].out.splitlines()]
    place = lines.index("all  rate models, best first:")
    ranked = [line.split()[0] for line in lines[place + 1 : place + 4]]
    assert sorted(ranked) == sorted(MODELS)
    assert ranked[-1] == "exponential"
    assert all(line.endswith("degrees of freedom  single gap") for line in lines[place + 1 : place + 4])
    deltas = [float(line.split()[2]) for line in lines[place + 1 : place + 4]]
    assert deltas == sorted(deltas)
    assert deltas[0] == 0
    assert "has the smallest AICc" in " ".join(lines[place + 4 :])


def test_a_model_that_loses_makes_no_result_doubtful(inferred: tuple[Run, Path]) -> None:
    told = [row for row in document_of(inferred[1])["problems"] if "Straight logit line" in row["message"]]
    assert told
    assert {row["severity"] for row in told} == {"info"}
    assert "Straight logit line" not in inferred[0].err


def test_replay_finds_intervals_and_models_again(inferred: tuple[Run, Path], analyzed: tuple[Run, Path]) -> None:
    done = run("replay", inferred[1] / "project.nxs")
    assert (done.code, done.err) == (0, "")
    assert "all equal" in done.out
    plain = run("replay", analyzed[1] / "project.nxs")
    assert int(done.out.split()[1]) > int(plain.out.split()[1])


def test_replay_depends_on_the_seed_that_the_project_holds(inferred: tuple[Run, Path], tmp_path: Path) -> None:
    project = tmp_path / "project.nxs"
    shutil.copy(inferred[1] / "project.nxs", project)
    with h5py.File(project, "r+") as file:
        file["overview/bootstrap/seed"][...] = SEED + 1
    done = run("replay", project)
    assert done.code == 1
    assert "efficiency/eta_low" in done.err
    assert "comparison/" not in done.err


@pytest.mark.usefixtures("without_figures")
def test_the_project_remembers_models_and_method(inferred: tuple[Run, Path], tmp_path: Path) -> None:
    project = inferred[1] / "project.nxs"
    assert open_project(project).settings.models.compared == MODELS
    assert run("analyze", project, "-o", tmp_path / "again").code == 0
    first, again = document_of(inferred[1]), document_of(tmp_path / "again")
    assert again == first
    asked = ("--model", "eq9", "--intervals", "profile")
    assert run("analyze", project, "-o", tmp_path / "plain", *asked).code == 0
    plain = document_of(tmp_path / "plain")
    assert plain["intervals"]["method"] == "profile"
    assert plain["comparison"] == []
    assert open_project(tmp_path / "plain" / "project.nxs").settings.models.compared == ("eq9",)


@pytest.mark.usefixtures("without_figures")
def test_a_settings_file_may_name_the_models(table: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[models]\ncompared = ["eq9", "exponential"]\n', encoding="utf-8")
    assert run("analyze", table, "-o", tmp_path / "out", "--settings", tmp_path / "mine.toml").code == 0
    comparison = document_of(tmp_path / "out")["comparison"]
    assert [model["model"] for model in comparison[0]["models"]] == ["eq9", "exponential"]
    assert run("replay", tmp_path / "out" / "project.nxs").code == 0


def test_models_that_a_settings_file_names_are_compared_even_if_they_are_the_usual_ones(
    table: Path, tmp_path: Path
) -> None:
    usual, mine = ModelSettings().compared, tmp_path / "mine.toml"
    mine.write_text(f"[models]\ncompared = {list(usual)}\n", encoding="utf-8")
    document = load_document(table)
    assert choose_method(document, table, Asked(), mine)[1].models == usual
    assert choose_method(document, table, Asked(models=("eq9",)), mine)[1].models == ("eq9",)
    mine.write_text("[models]\ninhomogeneous_mev = 1.0\n", encoding="utf-8")
    assert choose_method(document, table, Asked(), mine)[1].models == ("eq9",)


def test_a_model_of_a_settings_file_that_is_not_known_is_bad_input(table: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[models]\ncompared = ["eq9", "guess"]\n', encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out", "--settings", tmp_path / "mine.toml")
    assert done.code == 2
    assert "'guess' is not known" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("without_figures")
def test_a_multi_mode_model_takes_its_modes_from_the_settings(table: Path, tmp_path: Path) -> None:
    text = "[models]\nmodes_mev = [20.0]\ninhomogeneous_mev = 3.0\n"
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    options = ("--settings", tmp_path / "mine.toml", "--model", "multimode")
    done = run("analyze", table, "-o", tmp_path / "out", *options)
    assert done.code == 0, done.err
    (row,) = [row for row in document_of(tmp_path / "out")["polaron"] if row["scope"] == "temperature"][1:]
    assert row["model"] == "multimode"
    assert row["parameters"]["g_1_mev"]["value"] > 0
    assert (row["g_mev"], row["phonon_mev"]) == (None, None)


@pytest.mark.usefixtures("without_figures")
def test_one_temperature_is_compared_by_itself(table: Path, tmp_path: Path) -> None:
    done = run("analyze", table, "-o", tmp_path / "out", "--model", "eq9,arrhenius")
    assert done.code == 0
    (line,) = [line for line in done.out.splitlines() if "rate models" in line]
    assert line.strip().startswith("120.0 K")
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<strong>120.0 K.</strong>" in report
    joint = document_of(tmp_path / "out")["comparison"][-1]
    assert {model["aicc"] for model in joint["models"]} == {None}
    assert all(model["reason"] for model in joint["models"])


@pytest.mark.usefixtures("without_figures")
def test_a_model_with_too_few_points_says_how_many_it_needs(table: Path, tmp_path: Path) -> None:
    rows = [f"120,{detuning},{value},0.01" for detuning, value in ((20, 0.9), (33, 0.74), (46, 0.49), (55, 0.31))]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (table / "eta.csv").write_text(text + "\n", encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out", "--model", "eq9,arrhenius")
    assert done.code == 0
    assert "not judged: 4 points; AICc with 3 parameters needs at least 5" in done.out


def test_conditions_with_one_repeat_are_bad_input_for_the_bootstrap(data: Path, tmp_path: Path) -> None:
    lines = (data / "manifest.csv").read_text(encoding="utf-8").splitlines()
    manifest = data / "one-repeat.csv"
    kept = [line for line in lines if not any(f"_r0{number}" in line for number in (2, 3, 4))]
    manifest.write_text("\n".join(kept) + "\n", encoding="utf-8")
    try:
        done = run("analyze", manifest, "-o", tmp_path / "out", "--intervals", "bootstrap")
    finally:
        manifest.unlink()
    assert (done.code, done.out) == (2, "")
    assert "needs at least two of each condition" in done.err
    assert len(done.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_figures")
def test_a_missing_stage_leaves_the_bootstrap_out_and_the_rest_is_written(data: Path, tmp_path: Path) -> None:
    lines = (data / "manifest.csv").read_text(encoding="utf-8").splitlines()
    manifest = data / "without-scans.csv"
    manifest.write_text("\n".join(line for line in lines if "/pa_" not in line) + "\n", encoding="utf-8")
    try:
        options = ("--intervals", "bootstrap", "--model", ",".join(MODELS))
        done = run("analyze", manifest, "-o", tmp_path / "out", *options)
    finally:
        manifest.unlink()
    assert done.code == 1
    document = document_of(tmp_path / "out")
    assert document["comparison"] == []
    assert document["efficiency"] == []
    assert run("replay", tmp_path / "out" / "project.nxs").code == 0


def test_a_bootstrap_that_is_stopped_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    progress = Progress(lambda fraction, text: progress.cancelled.set() if text.startswith("bootstrap") else None)
    with pytest.raises(Cancelled):
        analyze(data, tmp_path / "deep" / "out", asked=Asked(intervals="bootstrap"), progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_during_the_comparison_ends_with_130_and_leaves_nothing_behind(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("asplab.core.polaron.comparison.compare_models", interrupt)
    before = contents(tmp_path)
    done = run("analyze", table, "-o", tmp_path / "out", "--model", "eq9,thermal")
    assert (done.code, done.out) == (130, "")
    assert contents(tmp_path) == before
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("without_figures")
def test_ranges_of_a_settings_file_act_on_the_comparison_and_it_is_said(table: Path, tmp_path: Path) -> None:
    text = '[models]\nlimits = [{parameter = "phonon_mev", low = 20.0, high = 20.0}]\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    options = ("--settings", tmp_path / "mine.toml", "--model", "eq9,resonant")
    assert run("analyze", table, "-o", tmp_path / "out", *options).code == 0
    document = document_of(tmp_path / "out")
    resonant = next(row for row in document["polaron"] if row["model"] == "resonant")
    assert resonant["parameters"]["phonon_mev"]["state"] == "fixed"
    assert resonant["phonon_mev"] == 20.0
    assert document["polaron"][0]["phonon_mev"] != 20.0
    assert [model["n_parameters"] for model in document["comparison"][0]["models"]] == [2, 2]
    assert any("act on the comparison" in row["message"] for row in document["problems"])


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize("n_points", [0, 1, 2])
def test_too_few_points_leave_every_model_without_a_fit_and_the_rest_written(tmp_path: Path, n_points: int) -> None:
    (tmp_path / "manifest.csv").write_text("file,kind\neta.csv,efficiency\n", encoding="utf-8")
    rows = [f"250,{20 + 15 * k if k < n_points else -10 - k},0.7,0.01" for k in range(3)]
    header = "temperature_k,detuning_mev,eta,eta_error"
    (tmp_path / "eta.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    found = run("analyze", tmp_path, "-o", tmp_path / "out", "--model", "eq9,resonant,parasitic")
    assert found.code == 1
    assert "Traceback" not in found.err
    document = document_of(tmp_path / "out")
    assert {row["model"] for row in document["polaron"]} == {"eq9", "resonant", "parasitic"}
    assert all(row["phonon_mev"] is None for row in document["polaron"] if row["model"] == "resonant")


@pytest.mark.usefixtures("without_figures")
def test_a_prior_is_heard_with_eq9_alone_and_said_not_to_act_on_the_chain(data: Path, tmp_path: Path) -> None:
    settings = tmp_path / "prior.toml"
    prior = '[[models.priors]]\nparameter = "phonon_mev"\nvalue = 18.5\nerror = 0.1\nsource = "somebody"\n'
    settings.write_text(prior, encoding="utf-8")
    found = run("analyze", data, "-o", tmp_path / "out", "--settings", settings)
    assert found.code == 0
    assert "those of the chain" in found.err
    (model,) = document_of(tmp_path / "out")["comparison"][-1]["models"]
    (told,) = model["priors"]
    assert (told["value"], told["source"]) == (18.5, "somebody")
    fitted = model["parameters"]["phonon_mev"]["value"]
    assert told["pull"] == pytest.approx((fitted - 18.5) / 0.1, rel=1e-6)
    assert run("replay", tmp_path / "out" / "project.nxs").code == 0


def test_a_prior_of_an_unknown_parameter_is_refused_with_eq9_alone(data: Path, tmp_path: Path) -> None:
    settings = tmp_path / "prior.toml"
    settings.write_text('[[models.priors]]\nparameter = "phonn_mev"\nvalue = 18.5\nerror = 0.1\n', encoding="utf-8")
    found = run("analyze", data, "-o", tmp_path / "out", "--settings", settings)
    assert found.code == 2
    assert "phonn_mev" in found.err
    assert not (tmp_path / "out").exists()


def test_the_models_of_a_project_are_those_that_were_fitted() -> None:
    compared = ("eq9", "kramers-heisenberg", "thermal")
    settings = Settings(models=ModelSettings(compared=compared))
    steps = ("comparison/chi2", "model_eq9/chi2", "model_kramers_heisenberg/chi2")
    numbers = dict.fromkeys(steps, np.zeros(1))
    assert stored_method(numbers, settings).models == compared[:2]
