"""Exports of AvaSoft: NULs in the header, decimal commas, units in brackets."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import AVANTES, COUNTS, WAVELENGTHS, avantes

from asplab.core.io import FileError, read_bytes
from asplab.core.io.avantes import READER


def parsed(raw: bytes):
    file = read_bytes(raw, "a.TXT")
    assert file.reader == "Avantes text"
    return file


def test_nuls_in_the_header_make_no_binary_file():
    file = parsed(avantes())
    assert [column.name for column in file.columns] == ["wavelength", "sample", "dark", "reference", "scope"]
    assert [column.unit for column in file.columns] == ["nm", "counts", "counts", "counts", "counts"]
    np.testing.assert_array_equal(file.columns[0].values, WAVELENGTHS)
    np.testing.assert_array_equal(file.columns[4].values, COUNTS - 12.5)
    assert ("Integration time", "2,00 ms") in file.metadata
    assert ("Data measured with spectrometer name", "1107006U1") in file.metadata


NEW = (
    "\nIntegration time [ms]: 35,000\nAveraging Nr. [scans]: 1\nSmoothing Nr. [pixels]: 0\n"
    "Data measured with spectrometer [name]: demo\nWave;Sample\n[nm];[counts]\n\n"
)


def test_a_single_column_beside_the_axis_is_a_frame():
    file = parsed((NEW + "500,0;10\n501,0;20\n").encode())
    assert (file.layout, file.columns[1].name, file.columns[1].unit) == ("frames", "counts", "counts")
    np.testing.assert_array_equal(file.columns[0].values, [500.0, 501.0])


def test_other_quantities_keep_their_units():
    text = NEW.replace("Wave;Sample", "Wave;Absolute irradiance").replace("[counts]", "[uW/cm2/nm]")
    file = parsed((text + "500,0;1,5\n501,0;2,5\n").encode())
    assert (file.layout, file.columns[1].name, file.columns[1].unit) == ("columns", "absolute_irradiance", "uW/cm2/nm")
    np.testing.assert_array_equal(file.columns[1].values, [1.5, 2.5])


def test_lines_of_the_file_are_known_for_messages():
    file = parsed(avantes())
    assert file.fault(0, "here").line == AVANTES.count("\n") + 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (avantes()[:-2], "may be cut"),
        (avantes()[:-30], "no row of 5 numbers"),
        (avantes().replace(b"610,000;", b"610,000;;"), "no row of 5 numbers"),
        (AVANTES.encode(), "no rows of numbers"),
        ((NEW + "500,0;10;3\n501,0;20;4\n").encode(), "3 numbers below 2 names"),
        (avantes().replace(b"[nm]", b"nm"), "name the columns and their units"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(raw, said):
    with pytest.raises(FileError, match=said):
        READER.read(raw, "a.TXT")


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, avantes(), seed=4, count=150, cuts_show=False)


def test_a_file_that_ends_between_cr_and_lf_is_refused():
    raw = avantes()
    cut = raw[: raw.index(b"617,000")]
    assert cut.endswith(b"\r\n")
    with pytest.raises(FileError, match="may be cut"):
        READER.read(cut[:-1], "a.txt")
