"""The zip for a data repository: raw files byte for byte, results, and a description that machines read."""

import hashlib
import json
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from command_line import run

NAME = "50% #1 (ü), <b> & 'x'"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bundle") / NAME
    place.mkdir()
    eta = ((20, 0.90), (23, 0.86), (33, 0.74), (46, 0.49), (55, 0.31), (65, 0.14))
    rows = [f"120,{detuning},{value},0.01" for detuning, value in eta]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows]) + "\n"
    (place / "eta ü #1.csv").write_text(text, encoding="utf-8")
    (place / "manifest.csv").write_text("file,kind\neta ü #1.csv,efficiency\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def packed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("zip") / "day.zip"
    done = run("bundle", folder, "-o", target)
    assert (done.code, done.err) == (0, "")
    return target


def test_raw_files_are_in_the_bundle_byte_for_byte(packed: Path, folder: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        for name in ("eta ü #1.csv", "manifest.csv"):
            assert file.read(f"data/{name}") == (folder / name).read_bytes()


def test_results_script_and_report_are_in_the_bundle(packed: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        names = set(file.namelist())
        readme = file.read("README.md").decode()
    parts = ("project.nxs", "results.json", "report.html", "analysis.py", "references.bib", "tables/efficiency.csv")
    assert {f"results/{name}" for name in parts} <= names
    assert r"50% \#1 (ü), \<b\> & 'x'" in readme


def test_the_description_names_every_file_with_its_checksum(packed: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        found = json.loads(file.read("ro-crate-metadata.json"))
        entries = {unquote(one["@id"]): one for one in found["@graph"]}
        names = [name for name in file.namelist() if name != "ro-crate-metadata.json"]
        for name in names:
            assert entries[name]["sha256"] == hashlib.sha256(file.read(name)).hexdigest()
    root = entries["./"]
    assert [unquote(part["@id"]) for part in root["hasPart"]] == names
    assert entries["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    used = {unquote(part["@id"]) for part in entries["#analysis"]["object"]}
    assert used == {"data/eta ü #1.csv", "data/manifest.csv"}


def test_the_script_in_the_bundle_finds_the_raw_files_beside_it(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        file.extractall(tmp_path)
    assert run("diff", tmp_path / "results" / "project.nxs", tmp_path / "data").code == 0


def test_a_project_without_its_raw_files_says_which_are_missing(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        file.extract("results/project.nxs", tmp_path)
    done = run("bundle", tmp_path / "results" / "project.nxs", "-o", tmp_path / "again.zip")
    assert done.code == 0
    assert "eta ü #1.csv" in done.err
    with zipfile.ZipFile(tmp_path / "again.zip") as file:
        assert not [name for name in file.namelist() if name.startswith("data/")]
        assert r"eta ü \#1.csv" in file.read("README.md").decode()


def test_a_bundle_never_replaces_a_file(packed: Path, folder: Path) -> None:
    before = packed.read_bytes()
    done = run("bundle", folder, "-o", packed)
    assert done.code == 2
    assert "it is left alone" in done.err
    assert packed.read_bytes() == before
