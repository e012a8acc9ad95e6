"""The manifest: delimiters, letter case, kinds, globs, repeats, doubles, and the drafted manifest."""

import csv
import re

import pytest

from asplab.core.errors import InputError
from asplab.core.io.draft import draft_manifest
from asplab.core.io.manifest import read_manifest
from asplab.core.loading import load_experiment

SPECTRUM = "wavelength_nm,counts\n" + "".join(f"{500 + k},{100 + k}\n" for k in range(20))


def write(folder, name, text=SPECTRUM):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    # each file differs in a comment, as copies are reported
    path.write_text(f"# {name}\n{text}", encoding="utf-8")


def manifest(folder, text, encoding="utf-8"):
    path = folder / "manifest.csv"
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_comma_semicolon_and_tab_separate_columns(tmp_path, delimiter, encoding):
    text = delimiter.join(("file", "kind", "temperature_k")) + "\n" + delimiter.join(("a.csv", "dark", "80.1")) + "\n"
    row = read_manifest(manifest(tmp_path, text, encoding)).rows[0]
    assert (row.pattern, row.kind, row.condition.temperature_k) == ("a.csv", "dark", 80.1)


def test_pump_and_probe_may_be_off(tmp_path):
    header = "file,kind,temperature_k,excitation_nm,power_uw,probe_mw\n"
    text = header + "b.csv,background,80,,0,1.2\na.csv,aspl,80,535,50,0\n"
    background, spectrum = read_manifest(manifest(tmp_path, text)).rows
    assert (background.condition.power_uw, background.condition.probe_mw) == (0.0, 1.2)
    assert spectrum.condition.probe_mw == 0.0


def test_a_spectrum_without_pump_power_is_refused(tmp_path):
    text = "file,kind,temperature_k,excitation_nm,power_uw\na.csv,aspl,80,535,0\n"
    (fault,) = read_manifest(manifest(tmp_path, text)).faults
    assert "power_uw holds '0'; it must be positive" in fault.text


def test_decimal_commas_are_understood_with_semicolons(tmp_path):
    row = read_manifest(manifest(tmp_path, "file;kind;temperature_k;exposure_s\na.csv;dark;80,25;0,5\n")).rows[0]
    assert (row.condition.temperature_k, row.condition.exposure_s) == (80.25, 0.5)


def test_column_names_and_kinds_may_have_any_letter_case_and_order(tmp_path):
    row = read_manifest(manifest(tmp_path, "Temperature_K,KIND,File\n80,Dark,a.csv\n")).rows[0]
    assert (row.pattern, row.kind, row.condition.temperature_k) == ("a.csv", "dark", 80.0)


def test_comment_lines_and_blank_rows_are_skipped(tmp_path):
    text = "# measured on Monday\n\nfile,kind\n# the dark frames\na.csv,dark\n,,\n"
    rows = read_manifest(manifest(tmp_path, text)).rows
    assert [(row.pattern, row.line) for row in rows] == [("a.csv", 5)]


def test_every_known_column_reaches_the_condition_and_unknown_ones_the_metadata(tmp_path):
    text = (
        "file,kind,temperature_k,excitation_nm,power_uw,exposure_s,repeat,longpass_nm,shortpass_nm,sample,series,"
        "note,pair,time,path,nd_od,em_gain,accumulations,bandwidth_nm,temperature_error_k,probe_mw,sensitivity_v,operator\n"
        "a.csv,aspl,79.8,535.03,12.5,0.5,3,480,530,QD,S1,hello,p3,12:00,AS,1.3,60,4,0.8,0.5,1.2,1e-4,N.N.\n"
    )
    row = read_manifest(manifest(tmp_path, text)).rows[0]
    condition = row.condition
    assert (condition.temperature_k, condition.excitation_nm) == (79.8, 535.03)
    assert (condition.power_uw, condition.exposure_s, condition.repeat) == (12.5, 0.5, 3)
    assert (condition.longpass_nm, condition.shortpass_nm) == (480.0, 530.0)
    assert (condition.sample, condition.series, condition.note, condition.pair) == ("QD", "S1", "hello", "p3")
    assert (condition.time, condition.path, condition.nd_od, condition.em_gain) == ("12:00", "AS", 1.3, 60.0)
    assert (condition.accumulations, condition.bandwidth_nm, condition.temperature_error_k) == (4, 0.8, 0.5)
    assert (condition.probe_mw, condition.sensitivity_v) == (1.2, 1e-4)
    assert dict(row.metadata) == {"operator": "N.N."}


@pytest.mark.parametrize("column", ["nd_od", "bandwidth_nm", "temperature_error_k", "probe_mw"])
def test_zero_is_a_value_of_what_may_be_absent(tmp_path, column):
    (row,) = read_manifest(manifest(tmp_path, f"file,kind,{column}\na.csv,dark,0\n")).rows
    assert getattr(row.condition, column) == 0.0


@pytest.mark.parametrize(
    ("column", "cell", "needed"),
    [
        ("nd_od", "-0.1", "0 or more"),
        ("em_gain", "0", "positive"),
        ("accumulations", "2.5", "a whole number, 1 or more"),
        ("time", "noon", "no time"),
        ("medium", "glass", "write film or suspension"),
    ],
)
def test_an_impossible_value_of_a_further_column_names_line_value_and_remedy(tmp_path, column, cell, needed):
    (fault,) = read_manifest(manifest(tmp_path, f"file,kind,{column}\na.csv,dark,{cell}\n")).faults
    assert (fault.line, needed in fault.text, cell in fault.text) == (2, True, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# simulated by the virtual experiment\nfile,kind\na.csv,dark\n", True),
        ("file,kind,sample\na.csv,dark,simulated QD\n", True),
        ("# measured\nfile,kind,sample\na.csv,dark,QD\n", False),
    ],
)
def test_simulated_data_are_known_by_comment_or_sample(tmp_path, text, expected):
    assert read_manifest(manifest(tmp_path, text)).simulated is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("# only a comment\n", "no header row"),
        ("file,temperature_k\na.csv,80\n", "no column 'kind'"),
        ("fil,kind\na.csv,pl\n", "did you mean 'fil'"),
        ("file,kind\n", "no rows"),
        ("file,kind,kind\na.csv,pl,pl\n", "twice"),
    ],
)
def test_a_manifest_that_is_no_table_of_files_is_refused(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        load_experiment(manifest(tmp_path, text))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a.csv,plx,80,450,,,,,", "did you mean 'pl'"),
        ("a.csv,luminescence,80,450,,,,,", "Known kinds: pl, aspl"),
        ("a.csv,,80,450,,,,,", "'kind' is blank"),
        (",pl,80,450,,,,,", "'file' is blank"),
        ("a.csv,pl,,450,,,,,", "temperature_k is blank"),
        ("a.csv,pa,,,,,,,", "temperature_k is blank"),
        ("a.csv,emission,80,,,,,,", "excitation_nm is blank"),
        ("a.csv,pl,80,,,,,,", "excitation_nm is blank"),
        ("a.csv,pl,80 K,450,,,,,", "'80 K'"),
        ("a.csv,pl,nan,450,,,,,", "'nan'"),
        ("a.csv,pl,80,0.45,,,,,", "excitation_nm holds 0.45.*µm"),
        ("a.csv,pl,-193,450,,,,,", "'-193'.*kelvin"),
        ("a.csv,pl,80,450,0,,,,", "power_uw holds '0'"),
        ("a.csv,pl,80,450,,-0.5,,,", "exposure_s holds '-0.5'"),
        ("a.csv,pl,80,450,,,1.5,,", "repeat holds '1.5'"),
        ("a.csv,pl,80,450,,,-1,,", "repeat holds '-1'"),
        ("a.csv,pl,80,450,,,,540,500", "exchange"),
        ("a.csv,pl,80,5,450,1,5,1,1,1,1", "11 cells.*decimal comma"),
        ("../a.csv,pl,80,450,,,,,", "leaves the manifest's folder"),
        ("sub/../../a.csv,pl,80,450,,,,,", "leaves the manifest's folder"),
        ("..\\a.csv,pl,80,450,,,,,", "leaves the manifest's folder"),
        ("/etc/a.csv,pl,80,450,,,,,", "absolute path"),
        ("C:\\data\\a.csv,pl,80,450,,,,,", "absolute path"),
        ("\\\\server\\a.csv,pl,80,450,,,,,", "absolute path"),
        ("../*.csv,pl,80,450,,,,,", "leaves the manifest's folder"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_problem_with_line_and_remedy_and_the_rest_loads(tmp_path, row, said):
    write(tmp_path, "a.csv")
    write(tmp_path, "good.csv")
    header = "file,kind,temperature_k,excitation_nm,power_uw,exposure_s,repeat,longpass_nm,shortpass_nm"
    experiment = load_experiment(manifest(tmp_path, f"{header}\n{row}\ngood.csv,pl,80,450\n"))
    assert [spectrum.source for spectrum in experiment.spectra] == ["good.csv"]
    (problem,) = experiment.problems
    assert (problem.severity, problem.where) == ("error", "manifest.csv, line 2")
    assert re.search(said, problem.message)


def loaded(tmp_path, *rows):
    text = "file,kind,temperature_k,excitation_nm,repeat\n" + "\n".join(rows) + "\n"
    return load_experiment(manifest(tmp_path, text))


def test_a_glob_numbers_its_files_in_natural_order(tmp_path):
    for number in (10, 9, 1):
        write(tmp_path, f"run{number}.csv")
    experiment = loaded(tmp_path, "run*.csv,pl,80,450,")
    assert [(s.source, s.condition.repeat) for s in experiment.spectra] == [
        ("run1.csv", 1),
        ("run9.csv", 2),
        ("run10.csv", 3),
    ]


def test_a_repeat_number_in_all_names_of_a_glob_counts(tmp_path):
    for number in (4, 7):
        write(tmp_path, f"PL_rep{number:02}.csv")
    experiment = loaded(tmp_path, "PL_rep*.csv,pl,80,450,")
    assert [s.condition.repeat for s in experiment.spectra] == [4, 7]


def test_one_repeat_number_for_a_glob_of_several_files_is_refused(tmp_path):
    write(tmp_path, "a1.csv")
    write(tmp_path, "a2.csv")
    experiment = loaded(tmp_path, "a*.csv,pl,80,450,1")
    assert not experiment.spectra
    assert "matches 2 files" in experiment.problems[0].message


def test_backslashes_and_folders_are_understood(tmp_path):
    write(tmp_path, "T080/a.csv")
    write(tmp_path, "T080/deep/b.csv")
    experiment = loaded(tmp_path, r"T080\a.csv,pl,80,450,", r".\T080\**\b.csv,pl,80,450,")
    assert [s.source for s in experiment.spectra] == ["T080/a.csv", "T080/deep/b.csv"]


def test_a_name_with_brackets_is_a_file_before_it_is_a_glob(tmp_path):
    write(tmp_path, "a[1].csv")
    assert len(loaded(tmp_path, "a[1].csv,pl,80,450,").spectra) == 1


def test_the_manifest_itself_is_never_data(tmp_path):
    write(tmp_path, "a.csv")
    assert [s.source for s in loaded(tmp_path, "*.csv,pl,80,450,").spectra] == ["a.csv"]


@pytest.mark.parametrize("second", ["a.csv", "./a.csv", "*.csv"])
def test_a_file_listed_twice_is_loaded_once_with_a_warning(tmp_path, second):
    write(tmp_path, "a.csv")
    experiment = loaded(tmp_path, "a.csv,pl,80,450,", f"{second},pl,80,460,")
    assert [s.condition.excitation_nm for s in experiment.spectra] == [450.0]
    (problem,) = experiment.problems
    assert problem.severity == "warning"
    assert problem.where.startswith("manifest.csv, line 3")
    assert "already listed in line 2" in problem.message


def test_a_missing_file_is_an_error_that_offers_the_similar_name(tmp_path):
    write(tmp_path, "T080/PL_exc450.csv")
    (problem,) = loaded(tmp_path, "T080/PL_ex450.csv,pl,80,450,").problems
    assert (problem.severity, problem.where) == ("error", "manifest.csv, line 2")
    assert "did you mean T080/PL_exc450.csv?" in problem.message


def test_a_file_that_another_row_names_is_not_offered_for_a_missing_one(tmp_path):
    write(tmp_path, "T080/PL_exc450.csv")
    (problem,) = loaded(tmp_path, "T080/PL_exc450.csv,pl,80,450,", "T080/PL_exc451.csv,pl,80,451,").problems
    assert "isn't there" in problem.message
    assert "did you mean" not in problem.message


def test_a_glob_without_match_is_an_error(tmp_path):
    (problem,) = loaded(tmp_path, "T080/*.csv,pl,80,450,").problems
    assert problem.severity == "error"
    assert "matches no file" in problem.message


@pytest.mark.parametrize("pattern", ["T**/x**y.csv", "x" * 400 + ".csv", "**x.csv"])
def test_a_pattern_that_the_system_refuses_is_an_error_not_a_crash(tmp_path, pattern):
    write(tmp_path, "a.csv")
    experiment = loaded(tmp_path, f"{pattern},pl,80,450,", "a.csv,pl,80,450,")
    assert len(experiment.spectra) == 1
    assert experiment.problems[0].where == "manifest.csv, line 2"


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text(SPECTRUM)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.csv").symlink_to(outside)
    (problem,) = loaded(folder, "a.csv,pl,80,450,").problems
    assert problem.severity == "error"
    assert "outside the manifest's folder" in problem.message


def test_the_draft_is_a_manifest_that_lists_every_data_file(tmp_path):
    for name in ("T080/ASPL_exc535nm_rep2.csv", "dark.txt", "notes.docx", ".hidden/a.csv", "readme.txt"):
        write(tmp_path, name)
    rows = list(csv.DictReader(line for line in draft_manifest(tmp_path).splitlines() if not line.startswith("#")))
    assert [row["file"] for row in rows] == ["dark.txt", "T080/ASPL_exc535nm_rep2.csv"]
    assert rows[0]["kind"] == "dark"
    assert rows[1] | {"file": ""} == dict.fromkeys(rows[1], "") | {
        "kind": "aspl",
        "temperature_k": "80",
        "excitation_nm": "535",
        "repeat": "2",
    }


def test_a_folder_without_manifest_says_how_to_get_one(tmp_path):
    write(tmp_path, "a.csv")
    with pytest.raises(InputError, match=r"manifest\.draft\.csv"):
        load_experiment(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        load_experiment(tmp_path / "nowhere")
