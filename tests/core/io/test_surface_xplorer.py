"""Matrices of transient absorption, both ways round."""

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read_bytes
from asplab.core.io.surface_xplorer import READER

WAVELENGTHS = [350.5, 351.0, 351.6, 352.1, 353.0]
DELAYS = [-1.5, -0.5, 0.0, 0.25]
CELLS = [[round(0.001 * (10 * i + j) - 0.01, 4) for j in range(4)] for i in range(5)]
LOG = (
    "file info\nDate: September 18, 2013\nSample: PbS dots\nSolvent: solid\nPump energy: 200\n"
    "Pump wavelength (nm): 700\nCuvette length (mm):\nComments: Delay started from 267.000 ps, twice\n"
    "Number of scans: 3\nTime units: ps\nZ axis title: dA\n"
)


def matrix(*, log: str = LOG, end: str = "\n") -> str:
    rows = [["0.00", *DELAYS], *([w, *cells] for w, cells in zip(WAVELENGTHS, CELLS, strict=True))]
    return "\n".join(",".join(map(str, row)) for row in rows) + end + log


def transposed(head: str = "Time in ps") -> str:
    rows = [[head, *WAVELENGTHS], *([d, *(cells[k] for cells in CELLS)] for k, d in enumerate(DELAYS))]
    return "\n".join("\t".join(map(str, row)) for row in rows) + "\n"


def parsed(text: str):
    return read_bytes(text.encode(), "ta.csv")


@pytest.mark.parametrize("text", [matrix(), transposed(), matrix().replace("\n", "\r"), transposed('"Delay (ps)"')])
def test_both_ways_round_give_one_frame_for_each_delay(text):
    file = parsed(text)
    assert file.layout == "frames"
    assert file.columns[0].values.tolist() == WAVELENGTHS
    assert (file.columns[0].name, file.columns[0].unit) == ("wavelength", "nm")
    assert file.frame_axis.values.tolist() == DELAYS
    assert (file.frame_axis.name, file.frame_axis.unit) == ("delay", "ps")
    assert np.array_equal([column.values for column in file.columns[1:]], np.array(CELLS).T)
    assert file.columns[1].name == "absorbance_change"
    assert file.warnings == ()


def test_the_log_behind_the_matrix_is_metadata():
    assert parsed(matrix()).metadata[:2] == (("Date", "September 18, 2013"), ("Sample", "PbS dots"))
    assert ("Comments", "Delay started from 267.000 ps, twice") in parsed(matrix()).metadata


@pytest.mark.parametrize("unit", ["fs", "ns", "us"])
def test_the_unit_of_the_delays_is_the_one_the_file_states(unit):
    assert parsed(matrix().replace("units: ps", f"units: {unit}")).frame_axis.unit == unit
    assert parsed(transposed(f"Time in {unit}")).frame_axis.unit == unit


def test_an_unknown_unit_of_the_delays_is_said():
    file = parsed(matrix().replace("Time units: ps", "Time units: ticks"))
    assert file.frame_axis.unit == ""
    assert file.warnings == ("the file doesn't state the unit of the delays",)


def test_a_delay_that_stands_twice_is_said():
    lines = transposed().split("\n")
    assert parsed("\n".join([*lines[:2], *lines[1:]])).warnings == ("the delays repeat or don't increase",)


@pytest.mark.parametrize("cell", ["NaN", "", "nan"])
def test_cells_without_a_value_stay_where_they_are(cell):
    text = matrix().replace(f",{CELLS[2][1]},", f",{cell},")
    file = parsed(text)
    expected = np.array(CELLS)
    expected[2, 1] = np.nan
    assert np.array_equal([column.values for column in file.columns[1:]], expected.T, equal_nan=True)
    assert file.warnings == ("1 of 20 cells have no value",)


def test_an_empty_line_before_the_log_is_enough():
    assert parsed(matrix(log="\n" + LOG)).frame_axis.unit == "ps"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("351.6,", "351.6,1,", r"line 4: the row has 6 of 5 cells"),
        ("351.6,", "0.00,", r"line 4: 0 is no wavelength"),
        ("351.6,", "NaN,", r"line 4: the axis has 'NaN'"),
        ("0.25\n", "late\n", r"line 1: the axis has 'late'"),
        ("351.6,", "\n351.6,", r"line 5: rows of numbers go on"),
        ("353.0,", "353.0,x", r"line 6: 'x0.03' stands among the numbers"),
    ],
)
def test_a_damaged_matrix_is_refused_by_its_line(old, new, message):
    text = matrix()
    assert old in text
    with pytest.raises(FileError, match=message):
        parsed(text.replace(old, new, 1))


def test_a_matrix_whose_log_was_cut_off_is_refused():
    with pytest.raises(FileError, match="log 'file info' behind the matrix is missing"):
        READER.read(matrix(log="").encode(), "ta.csv")
    with pytest.raises(FileError, match="last number may be cut"):
        READER.read(transposed().rstrip("\n").encode(), "ta.sia")


@pytest.mark.parametrize(
    "text", ["", "0,1,2\n3,4,5\n", "time,counts\n1,2\n", "time (ps),counts,a\n1,2,3\n", "file info"]
)
def test_other_tables_are_not_claimed(text):
    assert not READER.recognises(text.encode())


@pytest.mark.parametrize(("text", "cuts_show"), [(matrix(), True), (transposed(), False)])
def test_damaged_copies_are_refused_or_keep_the_contract(text, cuts_show):
    assert_survives_damage(READER, text.encode(), seed=31, count=200, cuts_show=cuts_show)
