"""The fast path of regular text files gives the numbers that `float` gives, or leaves the file to the others."""

import random

import numpy as np
import pytest

from asplab.core.io.digits import plain_values, punctuation, row_layout
from asplab.core.io.regular import read_plain

ENDS = [
    ("\t", ".", "\n"),
    (",", ".", "\r\n"),
    (";", ",", "\n"),
    (" ", ".", "\n"),
    (", ", ".", "\n"),
    ("\t", ",", "\t\r\n"),
]


def random_number(draw: random.Random) -> str:
    fraction = "".join(draw.choice("0123456789") for _ in range(draw.randrange(1, 8)))
    return f"{draw.randrange(10 ** draw.randrange(1, 8))}.{fraction}"


@pytest.mark.parametrize(("delimiter", "decimal", "end"), ENDS)
def test_random_decimals_are_read_exactly(delimiter, decimal, end):
    draw = random.Random(5)
    rows = [[random_number(draw), str(draw.randrange(10**8)), random_number(draw)] for _ in range(400)]
    raw = "".join(delimiter.join(row).replace(".", decimal) + end for row in rows).encode()
    _, block = read_plain(raw)
    np.testing.assert_array_equal(block.values, [[float(cell) for cell in row] for row in rows])


def rows(text: str) -> bytes:
    return (text + "\n").encode() * 9


@pytest.mark.parametrize(
    "row",
    [
        "500.5,-3",
        "500.5,3e5",
        "500.5,+3",
        "500.5,nan",
        "500.5,1_0",
        "123456789.5,3",
        "1234567.12345678901,3",
        "500..5,3",
        "500.5.5,3",
        ".5,3",
        "5.,3",
        ",500.5",
        "500.5,,3",
        "",
    ],
)
def test_rows_that_are_not_plain_are_left_to_the_slower_readers(row):
    assert read_plain(rows(row)) is None


def test_numbers_with_more_digits_than_are_exact_are_left_alone():
    raw = rows("12345678.12345678,3")
    assert plain_values(raw, row_layout(raw[: raw.index(b"\n") + 1])) is None


@pytest.mark.parametrize("odd", [b"501.5\t7\t9\n", b"501\t7\n", b"501.5,7\n", b"\n", b"501.5\t\n", b"# stop\n"])
def test_one_row_of_another_form_is_found(odd):
    raw = rows("500.5\t3")
    assert read_plain(raw) is not None
    assert read_plain(raw + odd + raw) is None


def test_a_row_whose_digits_are_missing_is_found_though_its_marks_are_right():
    raw = rows("500.5\t3") + b".5\t3\n" + rows("500.5\t3")
    assert punctuation(raw) == b".\t\n" * 19
    assert read_plain(raw) is None


def test_lines_above_are_handed_over_with_their_count():
    head, block = read_plain(b"model,DU888\nwavelength,counts\n" + rows("500.5,3"))
    assert head == b"model,DU888\nwavelength,counts\n"
    assert block.rows == range(2, 11)


def test_a_file_without_a_last_line_end_is_left_alone():
    assert read_plain(rows("500.5,3")[:-1]) is None
