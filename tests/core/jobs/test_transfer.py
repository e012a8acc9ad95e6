"""Settings of one project used for another experiment."""

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import run

from asplab.core.document import Document
from asplab.core.experiment import Experiment
from asplab.core.inference import Asked
from asplab.core.jobs.analyze import choose_method
from asplab.core.jobs.opening import load_document
from asplab.core.jobs.transfer import with_settings_of
from asplab.core.pipeline import analyse
from asplab.core.project.file import open_project, save_project
from asplab.core.settings import EnergySettings, GivenEnergy, PolaronSettings

OTHER = Document(Experiment("old sample")).with_settings(polaron=PolaronSettings(detuning_range_mev=(25.0, 90.0)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "new sample"
    made.mkdir()
    rows = "\n".join(f"120,{e},{eta},0.01" for e, eta in ((20, 0.9), (33, 0.74), (46, 0.49), (55, 0.31), (95, 0.05)))
    (made / "eta.csv").write_text(f"temperature_k,detuning_mev,eta,eta_error\n{rows}\n", encoding="utf-8")
    (made / "manifest.csv").write_text("file,kind\neta.csv,efficiency\n", encoding="utf-8")
    return made


def test_settings_are_taken_over_and_exclusions_are_not(folder: Path) -> None:
    moved = with_settings_of(load_document(folder), OTHER.excluding("eta.csv", "bad"))
    assert moved.settings == OTHER.settings
    assert moved.exclusions.items == ()
    assert not moved.experiment.problems


def test_values_set_by_hand_for_the_other_sample_are_told(folder: Path) -> None:
    given = (GivenEnergy(80.0, 2400.0), GivenEnergy(120.0, 2405.0))
    other = OTHER.with_settings(energies=EnergySettings(given_reference=given))
    (problem,) = with_settings_of(load_document(folder), other).experiment.problems
    assert problem.severity == "warning"
    assert "old sample" in problem.message
    assert "2 given reference energies" in problem.message


def test_a_project_serves_as_settings_of_an_analysis(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asplab.core.jobs.analyze.write_figures", lambda *_, **__: ())
    project = tmp_path / "old.nxs"
    old = load_document(folder)
    save_project(analyse(replace(old, settings=OTHER.settings)), project)
    done = run("analyze", folder, "-o", tmp_path / "out", "--settings", project)
    assert done.code == 0
    found = open_project(tmp_path / "out" / "project.nxs")
    assert found.settings.polaron == OTHER.settings.polaron


def test_a_missing_project_is_bad_input(folder: Path, tmp_path: Path) -> None:
    done = run("analyze", folder, "-o", tmp_path / "out", "--settings", tmp_path / "none.nxs")
    assert done.code == 2
    assert "none.nxs" in done.err
    assert not (tmp_path / "out").exists()


def test_models_of_the_example_are_compared(folder: Path, tmp_path: Path) -> None:
    from asplab.core.inference import Method, infer, with_models

    example = with_models(load_document(folder), ("eq9", "exponential"))
    save_project(infer(example, Method(models=("eq9", "exponential"))), tmp_path / "old.nxs")
    method = choose_method(load_document(folder), folder, Asked(), tmp_path / "old.nxs")[1]
    assert method.models == ("eq9", "exponential")
