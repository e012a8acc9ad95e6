"""``asplab analyze --scenario``: a project is analysed by one of its scenarios, and all results say by which."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import run

from asplab.core.jobs.opening import load_document
from asplab.core.project.file import open_project, save_project
from asplab.core.scenarios import create_scenario

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "tests/none.csv"

pytestmark = pytest.mark.usefixtures("without_figures")


@pytest.fixture
def project(table: Path, tmp_path: Path) -> Path:
    """A project with the scenarios ``all points`` and ``below 50 meV``, saved at the first."""
    whole = create_scenario(load_document(table), "all points", NOON)
    polaron = replace(whole.settings.polaron, detuning_range_mev=(0.0, 50.0))
    models = replace(whole.settings.models, compared=("eq9", "thermal"))
    half = whole.with_settings(polaron=polaron, models=models).excluding(KEY, "bubble")
    both = create_scenario(half, "below 50 meV", NOON)
    saved = replace(both, settings=whole.settings, exclusions=whole.exclusions, scenario="all points")
    return save_project(saved, tmp_path / "day.nxs")


def results_in(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found


def test_a_scenario_brings_its_settings_exclusions_and_models(project: Path, tmp_path: Path) -> None:
    done = run("analyze", project, "--scenario", "below 50 meV", "-o", tmp_path / "out")
    assert done.code == 0
    assert "scenario: below 50 meV" in done.out.splitlines()
    found = results_in(tmp_path / "out")
    assert found["scenario"] == {"name": "below 50 meV", "is_changed": False}
    assert found["settings"]["polaron"]["detuning_range_mev"] == [0.0, 50.0]  # type: ignore[index]
    assert found["exclusions"] == [{"target": KEY, "reason": "bubble"}]
    assert {row["model"] for row in found["polaron"]} == {"eq9", "thermal"}  # type: ignore[attr-defined]
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<p>Scenario: <strong>below 50 meV</strong></p>" in report
    written = open_project(tmp_path / "out" / "project.nxs")
    assert written.scenario == "below 50 meV"
    assert written.scenarios == open_project(project).scenarios


def test_without_the_option_the_saved_state_is_analysed_and_named(project: Path, tmp_path: Path) -> None:
    done = run("analyze", project, "-o", tmp_path / "out")
    assert "scenario: all points" in done.out.splitlines()
    assert results_in(tmp_path / "out")["scenario"] == {"name": "all points", "is_changed": False}


def test_settings_on_top_of_a_scenario_are_told(project: Path, tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text("[polaron]\ndetuning_range_mev = [0, 60]\n", encoding="utf-8")
    scenario = ("--scenario", "below 50 meV")
    done = run("analyze", project, *scenario, "--settings", tmp_path / "more.toml", "-o", tmp_path / "out")
    assert "scenario: below 50 meV, changed since it was kept" in done.out.splitlines()
    assert results_in(tmp_path / "out")["scenario"] == {"name": "below 50 meV", "is_changed": True}


def test_an_unknown_scenario_is_refused_with_those_that_there_are(project: Path, tmp_path: Path) -> None:
    done = run("analyze", project, "--scenario", "below 50", "-o", tmp_path / "out")
    assert done.code == 2
    assert "no scenario 'below 50'. Did you mean 'below 50 meV'? There are: below 50 meV, all points" in done.err
    assert not (tmp_path / "out").exists()


def test_a_folder_without_scenarios_names_none(table: Path, tmp_path: Path) -> None:
    done = run("analyze", table, "-o", tmp_path / "out")
    assert "scenario:" not in done.out
    assert results_in(tmp_path / "out")["scenario"] is None
    assert "Scenario:" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert run("analyze", table, "--scenario", "x", "-o", tmp_path / "other").code == 2
