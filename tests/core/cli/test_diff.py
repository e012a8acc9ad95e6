"""``asplab diff``: two analyses held against each other."""

import json
from pathlib import Path

from command_line import Run, run


def analyzed_as(table: Path, place: Path, *settings: str) -> Path:
    toml = place.with_suffix(".toml")
    toml.write_text("\n".join(settings), encoding="utf-8")
    done = run("analyze", table, "-o", place, "--settings", toml)
    assert done.code in (0, 1), done.err
    return place / "project.nxs"


def test_a_project_does_not_differ_from_the_folder_that_it_came_from(analyzed: tuple[Run, Path], data: Path) -> None:
    done = run("diff", data, analyzed[1] / "project.nxs")
    assert done.code == 0
    assert done.out.startswith("no difference; ")


def test_a_setting_and_the_results_that_follow_are_told(table: Path, tmp_path: Path) -> None:
    changed = analyzed_as(table, tmp_path / "b", "[polaron]", "detuning_range_mev = [0.0, 50.0]")
    done = run("diff", table, changed)
    assert done.code == 1
    assert "setting   polaron.detuning_range_mev: (0.0, 1000.0) → (0.0, 50.0)" in done.out
    assert "120.0 K: ħω " in done.out
    assert "σ)" in done.out
    assert "120.0 K, ΔE 23.0 meV: η" not in done.out


def test_a_file_that_was_changed_is_told_by_its_name(table: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in table.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    text = (other / "eta.csv").read_text(encoding="utf-8").replace("0.86,0.01", "0.87,0.01")
    (other / "eta.csv").write_text(text, encoding="utf-8")
    found = json.loads(run("diff", table, other, "--json").out)
    assert {"path": "eta.csv", "in": "both"} in found["files"]
    assert found["settings"] == []
    (row,) = [row for row in found["results"] if row["quantity"] == "eta"]
    assert (row["first"], row["second"], row["shift_sigma"]) == (0.86, 0.87, 1.0000000000000009)


def test_something_that_is_no_analysis_is_bad_input(table: Path, tmp_path: Path) -> None:
    done = run("diff", table, tmp_path / "nothing")
    assert done.code == 2
    assert "no such folder" in done.err
