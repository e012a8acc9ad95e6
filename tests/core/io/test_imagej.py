"""Results tables of ImageJ."""

import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read_bytes
from asplab.core.io.imagej import READER

TABLE = (
    " \tArea\tMean\tMin\tMax\tCirc.\n1\t65.259\t78.306\t17\t228\t0.91\n2\t72.029\t80.671\t16\t251\t0.87\n"
    "5\t0.51\t48.217\t10\t117\tNaN\n9\t74.557\t76.166\t12\t241\t0.95\n"
)


def parsed(text: str):
    return read_bytes(text.encode(), "Results.xls")


@pytest.mark.parametrize("text", [TABLE, TABLE.replace("\t", ","), TABLE.replace("\n", "\r\n"), TABLE[1:]])
def test_the_columns_keep_gaps_of_the_index_and_nan(text):
    file = parsed(text)
    assert (file.reader, file.layout) == ("ImageJ results", "columns")
    assert [column.name for column in file.columns] == ["index", "area", "mean", "min", "max", "circ"]
    assert file.columns[0].values.tolist() == [1, 2, 5, 9]
    assert file.columns[1].values.tolist() == [65.259, 72.029, 0.51, 74.557]
    assert np.array_equal(file.columns[5].values, [0.91, 0.87, np.nan, 0.95], equal_nan=True)
    assert list(file.lines) == [2, 3, 4, 5]


def test_that_the_unit_of_the_areas_is_unknown_is_said():
    assert "doesn't state the unit of its areas" in parsed(TABLE).warnings[0]


def test_areas_that_are_whole_numbers_are_said_to_be_pixels():
    file = parsed(" \tArea\tMean\n1\t2\t7.5\n2\t140\t8.5\n")
    assert file.warnings == ("all areas are whole numbers, so they are pixels: the image wasn't calibrated",)


LABELLED = " \tLabel\tArea\n1\tfilm.tif\t1.5\n2\tfilm.tif\t2.5\n3\tfilm.tif\t3.5\n"


def test_one_label_of_all_rows_is_metadata_and_several_are_said():
    assert parsed(LABELLED).metadata == (("Label", "film.tif"),)
    assert [column.header for column in parsed(LABELLED).columns] == ["", "Area"]
    several = parsed(LABELLED.replace("3\tfilm", "3\tother"))
    assert several.metadata == ()
    assert "names 2 images" in several.warnings[0]


def test_the_summary_rows_are_no_particles():
    summary = "".join(f"{k}\t{word}\t9\n" for k, word in enumerate(("Mean", "SD", "Min", "Max"), 4))
    file = parsed(LABELLED + summary)
    assert file.columns[1].values.tolist() == [1.5, 2.5, 3.5]
    assert file.warnings[0].startswith("lines 5 to 8 are the summary")


def test_an_index_that_starts_again_is_said():
    file = parsed(TABLE + "1\t60.5\t1\t2\t3\t0.5\n")
    assert "line 6: the index starts again" in file.warnings[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("80.671", "8O.671", r"line 3: column Mean holds '8O.671'"),
        ("80.671\t", "", r"line 3: the row has 5 cells, the header 6"),
        ("\t251", "\t", r"line 3: column Max holds ''"),
        ("0.95\n", "0.9", r"line 5: the file ends within this line"),
    ],
)
def test_a_damaged_row_is_refused_by_its_line(old, new, message):
    with pytest.raises(FileError, match=message):
        parsed(TABLE.replace(old, new))


@pytest.mark.parametrize("text", ["", " \tX\tArea\n", "Area\tMean\n1\t2\n", "1\tArea\n", " \tAreas\n"])
def test_other_tables_are_not_claimed(text):
    assert not READER.recognises(text.encode())


def test_damaged_copies_are_refused_or_keep_the_contract():
    assert_survives_damage(READER, TABLE.encode(), seed=41, count=200, cuts_show=False)
