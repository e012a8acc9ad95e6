"""Bad input: each fault is a problem that names file, line, value and remedy, and everything else loads."""

import re

import numpy as np
import pytest

from asplab.core.loading import load_experiment

WAVELENGTHS = 500.0 + np.arange(20)
GOOD = ["wavelength_nm,counts", *(f"{w:g},{200 + k}" for k, w in enumerate(WAVELENGTHS))]
GOOD_SCAN = ["excitation_nm,lockin_x_v,lockin_y_v,power_uw", *(f"{w:g},1e-3,1e-5,20" for w in WAVELENGTHS)]


def load_beside_good(folder, content, kind="pl"):
    raw = content if isinstance(content, bytes) else "\n".join(content).encode()
    (folder / "bad.csv").write_bytes(raw)
    (folder / "good.csv").write_text("\n".join(GOOD) + "\n# good\n")
    (folder / "manifest.csv").write_text(
        f"file,kind,temperature_k,excitation_nm\nbad.csv,{kind},80,450\ngood.csv,dark,,\n"
    )
    experiment = load_experiment(folder)
    assert "good.csv" in [spectrum.source for spectrum in experiment.spectra]
    return experiment


def assert_refused(experiment, line, *said):
    errors = [problem for problem in experiment.problems if problem.severity == "error"]
    assert len(errors) == 1
    place = "bad.csv" if line is None else f"bad.csv, line {line}"
    assert errors[0].where == f"{place} (manifest line 2)"
    for pattern in said:
        assert re.search(pattern, errors[0].message), errors[0].message
    assert "bad.csv" not in [r.source for r in (*experiment.spectra, *experiment.scans, *experiment.tables)]
    assert "bad.csv" not in [source.path for source in experiment.sources]


def spoiled(line, row, good=GOOD):
    lines = list(good)
    lines[line - 1] = row
    return lines


@pytest.mark.parametrize(
    ("line", "row", "said"),
    [
        (11, "507.5,210", "wavelength_nm 507.5 follows 508"),
        (15, "513", "1 of 2 columns"),
        (15, ",214", "column 1 holds ''"),
        (11, "500.5,210", r"wavelength_nm 500\.5 follows 508; the axis must increase.*Sort the file"),
        (11, "508,210", "wavelength_nm 508 repeats"),
        (11, "509,nan", "counts is nan"),
        (11, "nan,210", "axis is nan"),
        (11, "509,inf", "counts is inf"),
        (11, "509,many", "'many'"),
        (11, "509,", "1 of 2 columns"),
        (21, "519", "cut short"),
    ],
)
def test_a_damaged_row_of_a_spectrum_is_refused_with_line_value_and_remedy(tmp_path, line, row, said):
    assert_refused(load_beside_good(tmp_path, spoiled(line, row)), line, said)


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", None, "empty"),
        (b"<html><body>404</body></html>", 1, "web page"),
        (bytes(range(32)) * 20, None, "binary"),
        (GOOD[:1], None, "no rows of numbers"),
        (GOOD[:2], 2, "single row"),
        ([row.split(",")[0] for row in GOOD], 2, "single column"),
        ([f"{row},1,2" for row in GOOD[1:]], None, "4 columns .*header"),
        (["wavelength_nm,a,b", *(f"{row},1" for row in GOOD[1:])], None, "3 columns .*wavelength_nm, a, b"),
        (["wavelength,wavelength", *GOOD[1:]], None, "two columns are named 'wavelength'"),
        (["pixel,counts", *(f"{k},{k}" for k in range(20))], None, "counts pixels"),
    ],
)
def test_a_file_that_is_no_spectrum_is_refused_with_the_reason(tmp_path, content, line, said):
    assert_refused(load_beside_good(tmp_path, content), line, said)


@pytest.mark.parametrize("header", [[], ["wavelength_nm,counts"]])
@pytest.mark.parametrize(
    ("scale", "line", "guess"),
    [
        (lambda w: 1239.84 / w, -1, "eV"),
        (lambda w: w / 1e3, 0, "µm"),
        (lambda w: 1e7 / w, 0, "cm⁻¹"),
        (lambda w: w * 10, -1, "Å"),
    ],
)
def test_an_axis_in_another_unit_without_saying_so_is_refused(tmp_path, scale, line, guess, header):
    rows = [f"{scale(w):.5f},{200 + k}" for k, w in enumerate(WAVELENGTHS)]
    expected = len(header) + (20 if line == -1 else 1)
    assert_refused(load_beside_good(tmp_path, [*header, *rows]), expected, guess, "header")


def test_negative_counts_load_with_one_warning_for_all_files(tmp_path):
    experiment = load_beside_good(tmp_path, spoiled(11, "509,-12"))
    assert len(experiment.spectra) == 2
    (problem,) = experiment.problems
    assert problem.severity == "warning"
    assert problem.where == "bad.csv (manifest line 2)"
    assert "-12 at 509 nm" in problem.message


def test_a_file_cut_between_two_rows_is_known_by_its_siblings(tmp_path):
    for number, length in enumerate((21, 21, 15)):
        (tmp_path / f"r{number}.csv").write_text("\n".join(GOOD[:length]) + f"\n# {number}\n")
    (tmp_path / "manifest.csv").write_text("file,kind,temperature_k,excitation_nm\nr*.csv,pl,80,450\n")
    experiment = load_experiment(tmp_path)
    assert [spectrum.source for spectrum in experiment.spectra] == ["r0.csv", "r1.csv"]
    (problem,) = experiment.problems
    assert problem.where == "r2.csv (manifest line 2)"
    assert "14 rows from 500 to 513 nm, where r0.csv has 20" in problem.message


def test_an_axis_in_mev_that_passes_for_infrared_is_known_by_the_other_files(tmp_path):
    rows = [f"{1239841.984 / w:.3f},{200 + k}" for k, w in enumerate(WAVELENGTHS[::-1])]
    for number in range(2):
        (tmp_path / f"good{number}.csv").write_text("\n".join(GOOD) + f"\n# {number}\n")
    (tmp_path / "bad.csv").write_text("\n".join(["wavelength_nm,counts", *rows]))
    (tmp_path / "manifest.csv").write_text("file,kind,temperature_k,excitation_nm\n*.csv,pl,80,450\n")
    experiment = load_experiment(tmp_path)
    assert [spectrum.source for spectrum in experiment.spectra] == ["good0.csv", "good1.csv"]
    (problem,) = experiment.problems
    assert (problem.severity, problem.where) == ("error", "bad.csv (manifest line 2)")
    assert "looks like meV" in problem.message


def test_infrared_spectra_in_nm_are_no_energies(tmp_path):
    for number, shift in enumerate((0.0, 900.0, 900.0)):
        rows = [f"{w + shift:g},{200 + k}" for k, w in enumerate(WAVELENGTHS)]
        (tmp_path / f"r{number}.csv").write_text("\n".join([*rows, f"# {number}"]))
    (tmp_path / "manifest.csv").write_text("file,kind,temperature_k,excitation_nm\n*.csv,pl,80,450\n")
    experiment = load_experiment(tmp_path)
    assert len(experiment.spectra) == 3
    assert experiment.problems == ()


def test_scans_of_different_temperatures_may_end_at_different_wavelengths(tmp_path):
    for number, length in enumerate((21, 15)):
        (tmp_path / f"r{number}.csv").write_text("\n".join(GOOD_SCAN[:length]) + "\n")
    (tmp_path / "manifest.csv").write_text("file,kind,temperature_k\nr0.csv,pa,80\nr1.csv,pa,250\n")
    experiment = load_experiment(tmp_path)
    assert len(experiment.scans) == 2
    assert experiment.problems == ()


def test_files_of_equal_bytes_are_told_as_copies(tmp_path):
    for number in range(3):
        (tmp_path / f"r{number}.csv").write_text("\n".join(GOOD))
    (tmp_path / "manifest.csv").write_text("file,kind,temperature_k,excitation_nm\nr*.csv,pl,80,450\n")
    (problem,) = load_experiment(tmp_path).problems
    assert problem.severity == "warning"
    assert "2 files hold the same bytes" in problem.message


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ([f"{w:g},1e-3,1e-5" for w in WAVELENGTHS], None, "3 columns and no header"),
        (["excitation_nm,foo,bar", *(f"{w:g},1,2" for w in WAVELENGTHS)], None, "lockin_x_v .*foo, bar"),
        (["excitation_nm,Y,Y", *(f"{w:g},1,2" for w in WAVELENGTHS)], None, "two columns are named 'y'"),
        (spoiled(5, "503,1e-3,1e-5,0", GOOD_SCAN), 5, "pump power 0 isn't positive"),
        (spoiled(5, "503,1e-3,nan,20", GOOD_SCAN), 5, "lock-in Y is nan"),
        (spoiled(5, "503,1e-3,1e-5", GOOD_SCAN), 5, "3 of 4 columns"),
        (["excitation_nm,X (K)", *(f"{w:g},1" for w in WAVELENGTHS)], None, "V, mV, uV"),
        (["energy (eV),X", *(f"{w:g},1" for w in -WAVELENGTHS)], 21, "isn't positive"),
    ],
)
def test_a_scan_that_cannot_be_used_is_refused_with_the_reason(tmp_path, content, line, said):
    assert_refused(load_beside_good(tmp_path, content, "pa"), line, said)


def test_a_response_that_is_not_positive_is_refused(tmp_path):
    assert_refused(load_beside_good(tmp_path, spoiled(5, "503,0"), "response"), 5, "response 0 isn't positive")


RESPONSES = [
    "excitation_nm,side,intensity,intensity_error,pa,pa_error",
    "450,pl,9,1,2e-3,1e-5",
    "535,aspl,4,1,1e-4,1e-5",
]


@pytest.mark.parametrize(
    ("content", "kind", "line", "said"),
    [
        (RESPONSES[:1], "responses", None, "no rows"),
        ([row.rpartition(",")[0] for row in RESPONSES], "responses", 1, "'pa_error'.*found: excitation_nm"),
        (spoiled(3, "535,red,4,1,1e-4,1e-5", RESPONSES), "responses", 3, "'red'"),
        (spoiled(3, "535,aspl,four,1,1e-4,1e-5", RESPONSES), "responses", 3, "'four'"),
        (spoiled(3, "535,aspl,4,-1,1e-4,1e-5", RESPONSES), "responses", 3, "intensity_error holds -1"),
        (spoiled(3, "2.32,aspl,4,1,1e-4,1e-5", RESPONSES), "responses", 3, "excitation_nm 2.32"),
        (spoiled(3, "535,aspl,,1,1e-4,1e-5", RESPONSES), "responses", 3, "intensity is blank"),
        (spoiled(3, "535,aspl,4,1,1e-4,1e-5,7", RESPONSES), "responses", 3, "7 cells"),
        (["eta,eta_error", "0.7,0.1"], "efficiency", 1, "'excitation_nm'"),
        (["detuning_mev,eta", "23,0.7"], "efficiency", 1, "'eta_error'"),
        (["detuning_mev,eta,eta_error", "23,0.7,nan"], "efficiency", 2, "'nan'"),
    ],
)
def test_a_half_way_table_that_cannot_be_used_is_refused_with_the_reason(tmp_path, content, kind, line, said):
    assert_refused(load_beside_good(tmp_path, content, kind), line, said)


def test_a_half_way_table_needs_a_temperature_from_somewhere(tmp_path):
    (tmp_path / "a.csv").write_text("\n".join(RESPONSES))
    (tmp_path / "manifest.csv").write_text("file,kind\na.csv,responses\n")
    (problem,) = load_experiment(tmp_path).problems
    assert problem.severity == "error"
    assert "temperature_k" in problem.message


def test_nothing_is_written_into_the_folder(tmp_path):
    load_beside_good(tmp_path, b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "good.csv", "manifest.csv"]
