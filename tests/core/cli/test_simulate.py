"""``asplab simulate`` and ``asplab demo``."""

import json
import shutil
from pathlib import Path

import pytest
from command_line import SMALL, contents, run


def test_simulate_writes_data_that_the_seed_determines(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    table = {"model": "table", "temperature_k": [80, 280], "detuning_mev": [20, 160], "eta": [[0.7, 0.1], [0.9, 0.6]]}
    truth.write_text(json.dumps(table), encoding="utf-8")
    done = run("simulate", tmp_path / "data", "--seed", 3, "--truth", truth)
    assert done.code == 0
    assert "simulated data" in done.out
    document = json.loads((tmp_path / "data" / "truth.json").read_text(encoding="utf-8"))
    assert document["simulation"]["seed"] == 3


def test_simulate_takes_effects_by_name_and_refuses_others(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(
        json.dumps({"model": "eq9", "g_mev": 41.1, "phonon_mev": 23.4, "log_scale": 3.5, "name": "mine"}),
        encoding="utf-8",
    )
    wrong = run("simulate", tmp_path / "data", "--effects", "laek=1e-5")
    assert wrong.code == 2
    assert "laek=1e-5" in wrong.err
    assert not (tmp_path / "data").exists()
    assert run("simulate", tmp_path / "data", "--truth", truth, "--effects", "leak=1e-5, times=yes").code == 0
    knobs = json.loads((tmp_path / "data" / "truth.json").read_text(encoding="utf-8"))["simulation"]["experiment"]
    assert (knobs["effects"]["leak"], knobs["effects"]["times"]) == (1e-5, True)


def test_simulate_writes_over_nothing_that_is_there_and_names_it(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "earlier"
    shutil.copytree(data, folder)
    (folder / "T120K" / "pa_r01.csv").write_text("edited by hand\n", encoding="utf-8")
    before = contents(folder)
    done = run("simulate", folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"asplab: {folder} holds T120K/")
    assert "nothing was written" in done.err
    assert "--force" in done.err
    assert contents(folder) == before


def test_simulate_with_force_replaces_a_simulation_and_nothing_else(data: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    table = {"model": "table", "temperature_k": [80, 280], "detuning_mev": [20, 160], "eta": [[0.7, 0.1], [0.9, 0.6]]}
    truth.write_text(json.dumps(table), encoding="utf-8")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine", encoding="utf-8")
    assert run("simulate", mine, "--truth", truth, "--force").code == 2
    assert contents(mine) == {"thesis.txt": b"mine"}
    earlier = tmp_path / "earlier"
    shutil.copytree(data, earlier)
    assert run("simulate", earlier, "--truth", truth, "--force").code == 0
    assert json.loads((earlier / "truth.json").read_text(encoding="utf-8"))["polaron"] == []


def test_simulate_refuses_a_truth_it_does_not_know(tmp_path: Path) -> None:
    done = run("simulate", tmp_path / "data", "--truth", "guess")
    assert done.code == 2
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("quick_figures")
def test_demo_writes_data_and_results_and_compares_with_the_truth(in_folder: Path) -> None:
    done = run("demo")
    folder = in_folder / "asplab-demo"
    assert done.code == 0, done.err
    assert (folder / "project.nxs").is_file()
    assert (folder / "figures" / "fig3.svg").is_file()
    assert (folder / "data" / "truth.json").is_file()
    assert json.loads((folder / "results.json").read_text(encoding="utf-8"))["simulated"] is True
    assert "SIMULATED DATA" in done.out
    assert done.out.count("(0.84)") == 11
    assert done.out.splitlines()[-1].split()[0] == "all"


@pytest.mark.usefixtures("without_figures")
def test_demo_runs_again_over_its_own_data_but_not_over_a_file_that_was_edited(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asplab.core.jobs.demo.experiment_with_truth", lambda truth: SMALL)
    folder = in_folder / "asplab-demo"
    assert run("demo").code == 0
    assert run("demo").code == 0
    edited = folder / "data" / "T120K" / "pa_r01.csv"
    simulated = edited.read_bytes()
    edited.write_bytes(simulated + b"# mine\n")
    before = contents(folder)
    done = run("demo")
    assert done.code == 2
    assert "T120K" in done.err
    assert "pa_r01.csv was edited" in done.err
    assert contents(folder) == before
    assert [path.name for path in in_folder.iterdir()] == ["asplab-demo"]
    assert run("demo", "--force").code == 0
    assert edited.read_bytes() == simulated
