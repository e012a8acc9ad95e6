"""``asplab inspect``: how files are read."""

import json
from pathlib import Path

import pytest
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


@pytest.mark.parametrize(
    ("name", "axis", "unit", "doubt"),
    [
        ("a.txt", (400.0, 401.5, 403.0), "nm", "nm is taken"),
        ("a.txt", (400.0, 401.0, 402.0), "nm", "nm is taken"),
        ("a.txt", (168.2, 1500.0, 3281.9), "cm-1", "a Raman shift"),
        ("old Raman_514nm.txt", (786.0, 1500.0, 2059.0), "cm-1", "a Raman shift"),
        ("a.txt", (1.0, 2.0, 3.0), "pixel", "counts the points"),
        ("a.txt", (1e5, 2e5, 3e5), "", "its range tells none"),
    ],
)
def test_an_axis_without_a_unit_gets_the_likely_one_with_a_doubt(tmp_path: Path, name, axis, unit, doubt) -> None:
    (tmp_path / name).write_text("".join(f"{x}\t{k}\n" for k, x in enumerate(axis)), encoding="utf-8")
    (file,) = json.loads(run("inspect", tmp_path / name, "--json").out)["files"]
    assert file["axis"]["unit"] == unit
    assert any(doubt in text for text in file["warnings"])


def test_an_axis_with_a_unit_raises_no_doubt(tmp_path: Path) -> None:
    (tmp_path / "raman.csv").write_text("wavelength_nm,counts\n400,1\n401,2\n402,3\n", encoding="utf-8")
    (file,) = json.loads(run("inspect", tmp_path / "raman.csv", "--json").out)["files"]
    assert (file["axis"]["unit"], file["warnings"]) == ("nm", [])


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    done = run("inspect", tmp_path)
    assert done.code == 2
    assert "this is a folder" in done.out
    assert "rights" not in done.out


def test_numbers_for_people_carry_no_binary_rounding(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("wavelength_nm,counts\n400.00000000000017,1\n401.25,2.5\n", encoding="utf-8")
    lines = run("inspect", tmp_path / "a.csv").out.splitlines()
    assert lines[1] == "  axis 400 to 401.25 nm, 2 points"
    assert lines[2] == "  values 1 to 2.5, highest at 401.25"
    (file,) = json.loads(run("inspect", tmp_path / "a.csv", "--json").out)["files"]
    assert file["axis"]["first"] == 400.00000000000017
