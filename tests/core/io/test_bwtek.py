"""Exports of B&W Tek: eleven columns, decimal commas, and pixels without a wavelength."""

import numpy as np
import pytest
from fuzz import assert_survives_damage
from samples import BWTEK_HEAD, BWTEK_NAMES, bwtek, bwtek_rows

from asplab.core.io import FileError, read_bytes
from asplab.core.io.bwtek import READER


def parsed(rows: list[str], head: str = BWTEK_HEAD):
    return READER.read((head + BWTEK_NAMES + "\n".join(rows) + "\n").encode("latin-1"), "a.txt")


def named(file, name: str):
    return next(column for column in file.columns if column.name == name)


def test_pixels_without_a_wavelength_shift_no_value_against_its_wavelength():
    file = read_bytes(bwtek(), "a.txt")
    axis, pixel = file.columns[0], named(file, "pixel")
    assert (file.reader, axis.name, axis.unit, axis.values.size) == ("B&W Tek text", "wavelength", "nm", 60)
    np.testing.assert_array_equal(axis.values, 585.0 + pixel.values)
    np.testing.assert_array_equal(named(file, "raw_data_1").values, 2000.0 + pixel.values)
    np.testing.assert_array_equal(named(file, "raman_shift").values, 30.0 * pixel.values - 100.0)
    assert file.warnings == ("20 of 80 pixels have no wavelength and were left out",)


def test_all_columns_are_kept_and_lines_are_those_of_the_file():
    file = read_bytes(bwtek(), "a.txt")
    assert len(file.columns) == 11
    assert file.lines[0] == BWTEK_HEAD.count("\n") + 2 + 15
    assert ("laser_wavelength", "532,02") in file.metadata


def test_a_blank_cell_elsewhere_is_a_missing_number_and_is_told():
    rows = bwtek_rows()
    rows[20] = rows[20].replace("2020,0000", "    ")
    file = parsed(rows)
    raw = named(file, "raw_data_1")
    assert np.flatnonzero(np.isnan(raw.values)).tolist() == [5]
    assert any("blank cells" in text for text in file.warnings)


def test_a_column_that_is_blank_throughout_is_left_out_and_told():
    file = parsed([row.replace("65535,0000", "   ") for row in bwtek_rows()])
    assert "reference" not in [column.name for column in file.columns]
    assert any("'Reference' is blank" in text for text in file.warnings)


def test_decimal_points_are_read_too():
    rows = [row.replace(",", ".") for row in bwtek_rows()]
    np.testing.assert_array_equal(parsed(rows).columns[0].values, parsed(bwtek_rows()).columns[0].values)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (bwtek_rows()[:60], "promises 80 pixels, the file holds 60"),
        (bwtek_rows()[:30] + bwtek_rows()[31:], "rows are missing"),
        ([*bwtek_rows()[:-1], bwtek_rows()[-1][:30]], "no row of 11 numbers"),
        ([bwtek_rows()[0].replace("1038", "x"), *bwtek_rows()[1:]], "no row of 11 numbers"),
        ([row.replace(row.split(";")[1], "  ") for row in bwtek_rows()], "no pixel has a wavelength"),
        ([], "no rows"),
    ],
)
def test_what_is_missing_or_damaged_is_refused(rows, said):
    with pytest.raises(FileError, match=said):
        parsed(rows)


def test_damage_is_refused_or_harmless():
    assert_survives_damage(READER, bwtek(), seed=5, count=150)
