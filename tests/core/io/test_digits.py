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
    return f"{draw.choice(('', '', '-'))}{draw.randrange(10 ** draw.randrange(1, 8))}.{fraction}"


@pytest.mark.parametrize(("delimiter", "decimal", "end"), ENDS)
def test_random_decimals_are_read_exactly(delimiter, decimal, end):
    draw = random.Random(5)
    rows = [[random_number(draw), str(draw.randrange(-(10**7), 10**8)), random_number(draw)] for _ in range(400)]
    raw = "".join(delimiter.join(row).replace(".", decimal) + end for row in rows).encode()
    block = read_plain(raw).block
    np.testing.assert_array_equal(block.values, [[float(cell) for cell in row] for row in rows])


@pytest.mark.parametrize(("delimiter", "decimal", "end"), ENDS)
def test_numbers_with_and_without_fractions_and_exponents_are_read_exactly(delimiter, decimal, end):
    draw = random.Random(6)
    cells = [[f"{draw.uniform(-900, 9000):.{draw.randrange(2, 7)}g}" for _ in range(3)] for _ in range(300)]
    assert any("." in row[0] for row in cells)
    assert any("." not in row[0] for row in cells)
    assert any("e" in row[0] for row in cells)
    raw = "".join(delimiter.join(row).replace(".", decimal) + end for row in cells)
    first = delimiter.join(["1.5", "2.5", "3.5"]).replace(".", decimal) + end
    block = read_plain((raw + first).encode()).block
    np.testing.assert_array_equal(block.values[:-1], [[float(cell) for cell in row] for row in cells])


@pytest.mark.parametrize("odd", ["501.5.5\t7", "50-1\t7", "501.-5\t7", "501-\t7", "--501\t7", "501\t", "\t7"])
def test_one_odd_number_among_mixed_ones_is_left_to_the_slower_readers(odd):
    raw = b"500\t3\n500.5\t3.25\n-1\t2\n" * 5
    assert read_plain(raw + b"500.5\t3.5\n") is not None
    assert read_plain(raw + odd.encode() + b"\n500.5\t3.5\n") is None


@pytest.mark.parametrize("odd", ["501\t-", "501\t7", "501\te", "-\t"])
def test_a_cell_behind_the_last_delimiter_is_not_passed_over(odd):
    raw = b"500\t\n500.5\t\n" * 5
    assert read_plain(raw) is not None
    assert read_plain(raw + odd.encode() + b"\n500.5\t\n") is None


def test_a_last_row_whose_last_cell_is_no_number_does_not_hide_a_column():
    raw = b"500.5,3e1,7,\n" * 9
    assert read_plain(raw).block.width == 3
    assert read_plain(raw + b"500.5,3e1,e7,\n") is None


@pytest.mark.parametrize("signs", ["500.5\t--3", "500.5-\t3", "5-00.5\t3", "500.-5\t3", "500.5\t3-", "-.5\t3"])
def test_a_minus_sign_that_begins_no_number_is_left_to_the_slower_readers(signs):
    for raw in (b"500.5\t-3\n" * 9, b"500.5\t-3\n-500\t3.5\n" * 5):
        assert read_plain(raw) is not None
        assert read_plain(raw + signs.encode() + b"\n500.5\t3\n") is None


def test_a_last_row_with_signs_and_exponents_tells_the_form_too():
    raw = b"500.5,3\n501,-7.25\n" * 5 + b"-502.5,-3e-2\n"
    block = read_plain(raw).block
    np.testing.assert_array_equal(block.values[-2:], [[501.0, -7.25], [-502.5, -0.03]])


def test_a_decimal_comma_at_the_edge_of_a_number_is_left_to_the_slower_readers():
    raw = b"500,5\t3\n500\t3,5\n" * 5
    assert read_plain(raw) is not None
    assert read_plain(raw + b"500\t,5\n500\t3\n") is None


def rows(text: str) -> bytes:
    return (text + "\n").encode() * 9


@pytest.mark.parametrize(
    "row",
    [
        "500.5,3-",
        "500.5,--3",
        "5-00.5,3",
        "500.-5,3",
        "500-.5,3",
        "500.5-,3",
        "500.5,-",
        "500.5,3e",
        "500.5,e3",
        "500.5,3+",
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


@pytest.mark.parametrize("odd", [b"501.5\t7\t9\n", b"501.5,7\n", b"\n", b"501.5\t\n", b"# stop\n"])
def test_one_row_of_another_form_is_found(odd):
    raw = rows("500.5\t3")
    assert read_plain(raw) is not None
    assert read_plain(raw + odd + raw) is None


def test_a_row_whose_digits_are_missing_is_found_though_its_marks_are_right():
    raw = rows("500.5\t3") + b".5\t3\n" + rows("500.5\t3")
    assert punctuation(raw) == b".\t\n" * 19
    assert read_plain(raw) is None


def test_lines_above_are_handed_over_with_their_count():
    plain = read_plain(b"model,DU888\nwavelength,counts\n" + rows("500.5,3"))
    assert plain.head == b"model,DU888\nwavelength,counts\n"
    assert plain.block.rows == range(2, 11)


def test_a_file_without_a_last_line_end_is_left_alone():
    assert read_plain(rows("500.5,3")[:-1]) is None


@pytest.mark.parametrize("last", [b"1," * 600_000 + b"1\n", b"\0" * 10_000_000 + b"\n"])
def test_an_absurdly_long_last_row_is_left_alone(last):
    assert read_plain(b"1,1\n" * 9 + last) is None
