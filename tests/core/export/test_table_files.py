"""Tables as files of other programs: a workbook, LaTeX and Markdown; names of samples come through harmless."""

import csv
import io

import openpyxl
import pytest

from asplab.core.export.reported import latex_text, markdown_text, reported
from asplab.core.export.table import Table, csv_text
from asplab.core.export.workbook import workbook_bytes

NASTY = ('=cmd|" /C calc"!A0', "+1", "-x", "@SUM(A1)", "a,=1+1", 'say "hi"', "ümlaut/ß", "🔬", "<b>bold</b>", "a|b&c_%")
NAMES = Table("samples", "names, and =2+2 of them", ("name", "eta", "count", "seen"), ("", "", "", ""), tuple(
    (name, 0.1 + k, k, k % 2 == 0) for k, name in enumerate(NASTY)
))  # fmt: skip
VALUES = Table(
    "efficiency",
    "up-conversion efficiency",
    (
        "temperature_k",
        "eta",
        "eta_error",
        "eta_low",
        "eta_high",
        "eta_systematic_minus",
        "eta_systematic_plus",
        "flags",
    ),
    ("K", "", "", "", "", "", "", ""),
    (
        (120.0, 0.61234, 0.0123, 0.601, 0.625, 0.02, 0.03, ""),
        (250.0, 0.9, 0.05, None, 0.96, None, 0.1, "not_determined"),
        (280.0, None, None, None, None, None, None, "excluded"),
    ),
)


def sheet(table: Table, name: str | None = None) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([table], ["ASPLab 1", "experiment: a,=1+1"])))
    return [list(row) for row in book[name or table.name].iter_rows(values_only=True)]


def test_a_workbook_holds_numbers_as_numbers_and_units_in_the_second_row() -> None:
    rows = sheet(VALUES)
    assert rows[0][:2] == ["temperature_k", "eta"]
    assert rows[1][0] == "K"
    assert rows[2][:3] == [120.0, 0.61234, 0.0123]


def test_unknown_cells_of_a_workbook_are_empty() -> None:
    assert sheet(VALUES)[4][1:7] == [None] * 6


def test_a_workbook_says_where_it_comes_from() -> None:
    told = [row[0] for row in sheet(VALUES, "origin")]
    assert told == ["ASPLab 1", "experiment: a,=1+1", "efficiency"]


def test_no_text_of_a_workbook_is_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([NAMES], ["=1+1"])))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [row[0] for row in sheet(NAMES)[2:]] == list(NASTY)


def test_whole_numbers_and_truth_values_keep_their_types_in_a_workbook() -> None:
    assert sheet(NAMES)[3][2:] == [1, False]


def test_a_table_without_rows_has_no_sheet() -> None:
    empty = Table("empty", "nothing", ("a",), ("",), ())
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([empty, VALUES], ["x"])))
    assert book.sheetnames == ["origin", "efficiency"]


def test_a_control_character_does_not_spoil_a_workbook() -> None:
    assert sheet(Table("odd", "odd", ("name",), ("",), (("a\x01b",),)))[2] == ["a\N{REPLACEMENT CHARACTER}b"]


def test_no_cell_of_a_csv_begins_like_a_formula() -> None:
    text = csv_text(NAMES, ["experiment: a,=1+1;\t@x"])
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "-", "@")), row


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_in_the_csv_as_it_was_but_for_an_apostrophe(name: str) -> None:
    found = [row[0].removeprefix("'") for row in csv.reader(io.StringIO(csv_text(NAMES, ())))]
    assert name in found


def test_negative_numbers_stay_numbers_in_a_csv() -> None:
    assert csv_text(Table("a", "a", ("x",), ("",), ((-1.5,),)), ()).splitlines()[-1] == "-1.5"


def test_value_error_interval_and_systematic_error_share_the_columns_of_a_printed_table() -> None:
    found = reported(VALUES)
    assert found.heads == ("T (K)", "η", "η, 68 %", "η, systematic", "flags")
    assert found.rows[0] == ("120.0", "0.612 ± 0.012", "0.601 … 0.625", "+0.030 −0.020", "")
    assert found.rows[1] == ("250.0", "0.900 ± 0.050", "< 0.96", "+0.10 −open", "not determined")
    assert found.rows[2] == ("280.0", "–", "–", "–", "excluded")


def test_printed_tables_in_latex_use_siunitx_and_booktabs() -> None:
    text = latex_text([VALUES], ["ASPLab 1", "experiment: 50 % \\input{x}\n\\evil"])
    assert r"\num{0.612 \pm 0.012}" in text
    assert r"\toprule" in text
    assert r"T (\unit{K})" in text
    comments, _, _ = text.partition("% up-conversion")
    assert all(line.startswith("%") for line in comments.strip().splitlines())


def test_names_in_latex_and_markdown_are_words() -> None:
    tex, md = latex_text([NAMES], ()), markdown_text([NAMES], ["a --> <b>"])
    assert r"a|b\&c\_\%" in tex
    assert r"a\|b&c\_%" in md
    assert "<b>" not in md.replace(r"\<b", "")
    assert md.count("-->") == 1
