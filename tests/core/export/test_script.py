"""The script that repeats an analysis: it runs alone, gives the same numbers, and tells where they differ."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from asplab.core.document import Document
from asplab.core.export.script import script_text
from asplab.core.inference import Method, infer
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results
from asplab.core.project.file import save_project
from asplab.core.settings import TransmissionSettings
from asplab.core.virtual import VirtualExperiment, simulate

NASTY = 'a\'b"""c\\d 🔬 =cmd\nimport os'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("script") / "data"
    small = VirtualExperiment(
        temperatures_k=(250.0,), repeats=2, detuning_mev=(23.0, 46.0), stokes_detuning_mev=(170.0, 300.0, 480.0)
    )
    return simulate(place, small, seed=2).parent


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    experiment = replace(load_experiment(folder), name=NASTY)
    document = Document(experiment).with_settings(transmission=TransmissionSettings(cutoff_guard_nm=4.5))
    target = experiment.spectra[3].source
    return infer(document.excluding(target, 'a "bad" one'), Method(appraises=False))


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_script_repeats_the_numbers_from_the_project_and_from_the_folder(
    results: Results, folder: Path, tmp_path: Path
) -> None:
    save_project(results, tmp_path / "project.nxs")
    script = tmp_path / "analysis.py"
    script.write_text(script_text(results), encoding="utf-8")
    for arguments in ((), (str(folder),)):
        done = run(script, *arguments)
        assert done.returncode == 0, done.stderr
        assert "0 numbers differ" in done.stdout
        assert done.stderr == ""


def test_the_script_tells_numbers_and_files_that_differ(results: Results, folder: Path, tmp_path: Path) -> None:
    text = script_text(results)
    assert "'cutoff_guard_nm': 4.5" in text
    script = tmp_path / "analysis.py"
    digest = results.document.experiment.sources[0].sha256
    script.write_text(
        text.replace("'cutoff_guard_nm': 4.5", "'cutoff_guard_nm': 8.5").replace(digest, "0" * 64), encoding="utf-8"
    )
    done = run(script, str(folder))
    assert done.returncode == 1
    assert "efficiency[0].eta: " in done.stderr
    assert "not the file that was analysed: " in done.stderr


def test_the_script_names_settings_that_are_not_the_default(results: Results) -> None:
    assert "#   transmission.cutoff_guard_nm = 4.5 (default " in script_text(results)


def test_no_name_becomes_code(results: Results) -> None:
    tree = ast.parse(script_text(results))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported == {"sys"}
