"""Exports of Edinburgh Instruments: one scan or several, and the points that start, stop and step promise."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import COUNTS, EDINBURGH, WAVELENGTHS, edinburgh

from asplab.core.io import FileError, read_bytes
from asplab.core.io.edinburgh import READER


def parsed(text: str):
    file = read_bytes(text.encode(), "a.csv")
    assert file.reader == "Edinburgh Instruments text"
    return file


def test_a_scan_has_its_header_and_its_numbers():
    file = read_bytes(edinburgh(), "a.csv")
    np.testing.assert_array_equal(file.columns[0].values, WAVELENGTHS)
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)
    assert (file.layout, file.columns[0].unit, file.columns[1].unit) == ("frames", "nm", "counts")
    assert ("Fixed/Offset", "455.00") in file.metadata
    assert ("Type", "Emission Scan") in file.metadata


def scans(fixed: str = "455.00,460.00", starts: str = "600,600", rows: str = "600,1,4,\n601,2,5,\n602,3,6,\n") -> str:
    return (
        f"Labels,a,b,\nType,Emission Scan,Emission Scan,\nStart,{starts},\nStop,602,602,\nStep,1,1,\n"
        f"Fixed/Offset,{fixed},\nXaxis,Wavelength,Wavelength,\nYaxis,Counts,Counts,\n\n{rows}"
    )


def test_scans_over_one_axis_are_frames_told_apart_by_what_differs():
    file = parsed(scans())
    assert [column.header for column in file.columns[1:]] == ["a 455.00", "b 460.00"]
    np.testing.assert_array_equal(file.columns[2].values, [4, 5, 6])
    np.testing.assert_array_equal(file.frame_axis.values, [455.0, 460.0])


def test_scans_over_different_axes_are_data_sets_of_their_own():
    file = parsed(scans(starts="600,601", rows="600,1,,\n601,2,5,\n602,3,6,\n"))
    assert [part.part for part in file.parts] == ["a 455.00", "b 460.00"]
    np.testing.assert_array_equal(file.others[0].columns[0].values, [601, 602])
    np.testing.assert_array_equal(file.others[0].columns[1].values, [5, 6])


@pytest.mark.parametrize(("delimiter", "decimal"), [(";", ","), ("\t", "."), ("\t", ",")])
def test_other_delimiters_and_decimal_commas_are_understood(delimiter, decimal):
    text = edinburgh().decode().replace(",", delimiter).replace(".", decimal)
    np.testing.assert_array_equal(parsed(text).columns[1].values, COUNTS)


def test_an_axis_that_is_no_wavelength_says_so():
    file = parsed(EDINBURGH.replace("Xaxis,Wavelength", "Xaxis,Furlongs") + edinburgh().decode().partition("\n\n")[2])
    assert any("Furlongs" in text for text in file.warnings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n".join(edinburgh().decode().splitlines()[:-4]) + "\n", "promises 60 points, the file holds 56"),
        (edinburgh().decode()[:-1], "may be cut"),
        (edinburgh().decode().replace("610.00,", "610.00,x"), "no row of numbers"),
        (edinburgh().decode().replace("610.00,", ","), "no row of numbers"),
        (EDINBURGH, "are missing"),
        (scans(rows="600,1,4,\n601,2,,\n602,3,6,\n"), "promises 3 points, the file holds 2"),
        (scans(rows="600,1,4,\n601,2,\n602,3,6,\n"), "no row of numbers"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(text, said):
    with pytest.raises(FileError, match=said):
        parsed(text)


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, edinburgh(), seed=6, count=150)
