"""``asplab analyze DIR --preset NAME``: conditions from names and headers, a manifest before them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import run

from asplab.core.importing.preset import Preset, preset_folder, save_preset
from asplab.core.importing.table import Default
from asplab.core.jobs.opening import load_document
from asplab.core.loading import load_experiment

PRESET = Preset(
    name="virtual",
    template="[T{T:K}/]{kind}_[{exc:nm}_][{t:s}_]r{rep}",
    defaults=(Default("", "sample", "simulated CsPbBr3 6.8 nm"),),
)


@pytest.fixture
def raw(data: Path, tmp_path: Path) -> Path:
    """The data of the virtual experiment without its manifest."""
    folder = tmp_path / "raw"
    shutil.copytree(data, folder)
    (folder / "manifest.csv").unlink()
    return folder


@pytest.fixture
def presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return preset_folder()


def test_a_preset_gives_the_same_experiment_as_the_manifest(data: Path, raw: Path, presets: Path) -> None:
    (raw / "response.csv").unlink()
    save_preset(PRESET, presets)
    found, told = load_document(raw, preset="virtual").experiment, load_experiment(data)
    assert found.simulated
    assert len(found.spectra) == len(told.spectra) > 100
    wanted = {s.source: s.condition for s in (*told.spectra, *told.scans)}
    for record in (*found.spectra, *found.scans):
        meant = wanted[record.source]
        said = record.condition
        assert (said.temperature_k, said.repeat, said.sample) == (meant.temperature_k, meant.repeat, meant.sample)
        assert said.excitation_nm == meant.excitation_nm
    assert found.sources[0].path == "virtual.json"


def test_analyze_uses_a_preset_by_its_file(data: Path, raw: Path, tmp_path: Path, without_figures: None) -> None:
    path = save_preset(PRESET, tmp_path)
    done = run("analyze", raw, "--preset", path, "-o", tmp_path / "out")
    assert done.code == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert len(results["gap"]) == 2
    assert "response.csv" in done.err


def test_what_a_manifest_says_goes_before_the_preset(table: Path, tmp_path: Path) -> None:
    path = save_preset(replace(PRESET, defaults=(Default("", "kind", "pl"),)), tmp_path)
    experiment = load_document(table, preset=str(path)).experiment
    assert [found.kind for found in experiment.tables] == ["efficiency"]


def test_a_preset_that_fits_nothing_says_so(table: Path, tmp_path: Path) -> None:
    (table / "manifest.csv").unlink()
    path = save_preset(PRESET, tmp_path)
    done = run("analyze", table, "--preset", path, "-o", tmp_path / "out")
    assert done.code == 2
    assert "tells the kind of no file here" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("source", ["manifest.csv", "nowhere"])
def test_a_preset_needs_a_folder(table: Path, tmp_path: Path, source: str) -> None:
    path = save_preset(PRESET, tmp_path)
    done = run("analyze", table / source, "--preset", path)
    assert done.code == 2
    assert "Traceback" not in done.err
