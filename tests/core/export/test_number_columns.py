"""Copied tables that are to be calculated with: one number a cell, plain signs, errors and remarks beside it."""

import pytest

from asplab.core.export.number_columns import separated
from asplab.core.export.table_text import TextTable, tsv


def lines(*cells: str) -> list[list[str]]:
    table = TextTable(("η",), tuple((cell,) for cell in cells))
    return [line.split("\t") for line in tsv(separated(table)).split("\n")]


def test_errors_and_remarks_have_columns_of_their_own() -> None:
    assert lines("0.0795 +0.0065 −0.0057", "0.85 ± 0.12", "? not determined", "! 0.5 ± 0.1") == [
        ["η", "η, lower error", "η, upper error", "η, remark"],
        ["0.0795", "0.0057", "0.0065", ""],
        ["0.85", "0.12", "0.12", ""],
        ["", "", "", "? not determined"],
        ["0.5", "0.1", "0.1", "!"],
    ]


def test_a_negative_number_has_a_plain_minus_sign_and_a_point() -> None:
    assert lines("−0,5 ± 0,1", "2") == [
        ["η", "η, lower error", "η, upper error"],
        ["-0.5", "0.1", "0.1"],
        ["2", "", ""],
    ]


def test_a_power_of_ten_counts_for_the_number_and_its_errors() -> None:
    assert lines("(1.2 ± 0.3) ×10⁻³")[1] == ["1.2e-3", "0.3e-3", "0.3e-3"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("> 18.2", {"η": "", "η, lower limit": "18.2"}),
        ("< 18.2", {"η": "", "η, upper limit": "18.2"}),
        ("21.5 … open", {"η": "", "η, lower limit": "21.5", "η, remark": "upper limit open"}),
        ("41 [38, 41]", {"η": "41", "η, lower limit": "38", "η, upper limit": "41"}),
        ("41 +open −3", {"η": "41", "η, lower error": "3", "η, remark": "upper error open"}),
        ("0.85 ± ?", {"η": "0.85", "η, remark": "error not known"}),
        ("40 fixed", {"η": "40", "η, remark": "fixed"}),
        ("128.5 meV", {"η": "128.5", "η, unit": "meV"}),
    ],
)
def test_what_is_no_value_with_an_error_is_told_as_what_it_is(cell: str, told: dict[str, str]) -> None:
    heads, values = lines(cell)
    assert dict(zip(heads, values, strict=True)) == told


def test_columns_of_words_stay_as_they_are() -> None:
    table = TextTable(("check", "n"), (("R falls, 3 of 4", "−1"), ("  PL ± nothing", "2")))
    assert tsv(separated(table)) == "check\tn\nR falls, 3 of 4\t-1\n  PL ± nothing\t2"


def test_a_table_without_header_gets_one_where_columns_are_split() -> None:
    copied = tsv(separated(TextTable((), (("g", "41 ± 2"),))))
    assert copied == "\t\tlower error\tupper error\ng\t41\t2\t2"
