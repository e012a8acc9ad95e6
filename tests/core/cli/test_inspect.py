"""``asplab inspect``: how files are read."""

import json
from pathlib import Path

from command_line import run


def test_inspect_reports_axis_values_and_reader_of_each_file(data: Path) -> None:
    done = run("inspect", data / "T120K" / "pa_r01.csv", data / "T250K" / "pa_r02.csv", "--json")
    first, second = json.loads(done.out)["files"]
    assert done.code == 0
    assert (first["recognised"], first["error"], first["reader"], first["frames"]) == (True, None, "text", 1)
    assert first["axis"]["unit"] == "nm"
    assert first["axis"]["first"] < first["axis"]["last"]
    assert first["values"]["min"] <= first["values"]["first"] <= first["values"]["max"]
    assert set(first["values"]) == {"unit", "first", "last", "min", "max", "axis_at_max"}
    assert second["path"].endswith("pa_r02.csv")


def test_inspect_ends_with_code_2_where_a_file_is_not_recognised(data: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange.bin"
    strange.write_bytes(bytes(range(256)) * 4)
    done = run("inspect", strange, data / "manifest.csv", data / "T120K" / "pa_r01.csv", "--json")
    files = json.loads(done.out)["files"]
    assert done.code == 2
    assert files[0]["recognised"] is False
    assert files[0]["error"]
    assert files[2]["recognised"] is True


def test_inspect_prints_a_few_lines_for_people(data: Path) -> None:
    lines = run("inspect", data / "T120K" / "pa_r01.csv").out.splitlines()
    assert lines[0].endswith("text, 1 frame")
    assert "nm, " in lines[1]
