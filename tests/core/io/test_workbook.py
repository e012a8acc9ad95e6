"""Excel workbooks: headers, units, several tables and sheets, blank and merged cells, dates, bombs and damage."""

import datetime
import io
import struct
import zipfile

import numpy as np
import openpyxl
import pytest
from fuzz import assert_survives_damage, mutations, survives

from asplab.core.io import FileError, read_bytes
from asplab.core.io.workbook import READER

AXIS = [500.0 + 0.5 * k for k in range(12)]
COUNTS = [float(k * k) for k in range(12)]
ROWS = [list(pair) for pair in zip(AXIS, COUNTS, strict=True)]


def workbook(*sheets, change=lambda book: None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for k, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet{k + 1}")
        for row in rows:
            sheet.append(row)
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_rows(*sheets, **options):
    return read_bytes(workbook(*sheets, **options), "run.xlsx")


def assert_is_the_spectrum(file):
    np.testing.assert_array_equal(file.columns[0].values, AXIS)
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)


def test_a_sheet_with_a_header_gives_named_columns_with_units_and_row_numbers():
    file = read_rows([["Wavelength (nm)", "Counts"], *ROWS])
    assert_is_the_spectrum(file)
    assert [(one.name, one.unit) for one in file.columns] == [("wavelength", "nm"), ("counts", "")]
    assert (file.reader, file.part, tuple(file.lines[:2])) == ("Excel", "", (2, 3))


def test_a_sheet_without_header_is_read_too():
    file = read_rows(ROWS)
    assert_is_the_spectrum(file)
    assert file.columns[0].header == ""


def test_units_in_a_row_of_their_own_belong_to_the_names_above():
    file = read_rows([["energy", "signal"], ["eV", "counts"], *ROWS])
    assert [(one.name, one.unit) for one in file.columns] == [("energy", "eV"), ("signal", "counts")]


def test_pairs_above_the_table_are_metadata_even_with_a_number_right_above_the_data():
    rows = [["Operator", "A. Nother"], ["Date", datetime.datetime(2024, 5, 6, 7, 8)], ["note: cold"], ["Exposure", 0.5]]
    file = read_rows([*rows, *ROWS])
    assert_is_the_spectrum(file)
    assert file.metadata == (
        ("Operator", "A. Nother"),
        ("Date", "2024-05-06T07:08:00"),
        ("note", "cold"),
        ("Exposure", "0.5"),
    )


def test_numbers_as_headers_of_the_columns_are_no_data():
    file = read_rows([["wavelength", 80, 100], *([x, y, y + 1] for x, y in ROWS)])
    assert [one.header for one in file.columns] == ["wavelength", "80", "100"]
    file = read_rows([[None, 80, 100], *([x, y, y + 1] for x, y in ROWS)])
    assert [one.header for one in file.columns] == ["", "80", "100"]
    assert file.columns[0].values.size == 12


def test_blank_cells_become_gaps_and_shift_nothing():
    rows = [["wavelength", "a", "b"], *([x, None if k % 3 else y, y + 1.0] for k, (x, y) in enumerate(ROWS))]
    file = read_rows(rows)
    np.testing.assert_array_equal(np.isnan(file.columns[1].values), [bool(k % 3) for k in range(12)])
    np.testing.assert_array_equal(file.columns[2].values, np.array(COUNTS) + 1.0)


def test_a_value_without_axis_is_refused_by_its_cell():
    rows = [["wavelength", "counts"], *ROWS[:5], [None, 7.0], *ROWS[5:]]
    with pytest.raises(FileError, match=r"line 7: sheet 'Sheet1', cell A7 is blank, but its row has values"):
        read_rows(rows)


def test_text_among_the_numbers_is_refused_by_its_cell():
    rows = [[x, y, y] for x, y in ROWS]
    rows[4][2] = "saturated"
    with pytest.raises(FileError, match=r"line 5: sheet 'Sheet1', cell C5 holds 'saturated', no number"):
        read_rows(rows)


def test_words_for_missing_values_become_gaps():
    rows = [[x, y, y] for x, y in ROWS]
    rows[4][2] = "n/a"
    assert np.isnan(read_rows(rows).columns[2].values[4])


def test_numbers_stored_as_text_are_read_and_said_to_be_so():
    file = read_rows([["wavelength", "counts"], *([f"{x:.1f}".replace(".", ","), y] for x, y in ROWS)])
    assert_is_the_spectrum(file)
    assert any("12 numbers of 'wavelength' are stored as text" in text for text in file.warnings)


def test_a_column_of_dates_is_left_out_and_said_so():
    rows = [["wavelength", "when", "counts"], *([x, datetime.date(2024, 1, 2), y] for x, y in ROWS)]
    file = read_rows(rows)
    assert_is_the_spectrum(file)
    assert any("'when' holds dates" in text for text in file.warnings)


def test_formulas_without_results_are_said_to_have_none():
    file = read_rows([["wavelength", "counts", "ratio"], *([x, y, "=A2/B2"] for x, y in ROWS)])
    assert_is_the_spectrum(file)
    assert any("'ratio' is blank (formulas without results?" in text for text in file.warnings)


def test_tables_side_by_side_are_data_sets_of_their_own():
    rows = [["wavelength", "a", None, "energy", "b"], *([x, y, None, y, x] for x, y in ROWS[:9]), *ROWS[9:]]
    file = read_rows(rows)
    assert [part.part for part in file.parts] == ["Sheet1 table 1", "Sheet1 table 2"]
    assert_is_the_spectrum(file)
    assert (file.others[0].columns[0].name, file.others[0].columns[0].values.size) == ("energy", 9)


def test_pairs_of_columns_of_different_lengths_are_data_sets_of_their_own():
    rows = [["nm", "Abs", "nm", "%T"], *([x, y, x + 1, y] for x, y in ROWS[:7]), *([x, y] for x, y in ROWS[7:])]
    file = read_rows(rows)
    assert [part.columns[0].values.size for part in file.parts] == [12, 7]
    assert_is_the_spectrum(file)


def test_tables_below_each_other_are_data_sets_of_their_own():
    file = read_rows([["wavelength", "a"], *ROWS, [], ["wavelength", "b"], *ROWS[:5]])
    assert [(part.columns[1].name, part.columns[1].values.size) for part in file.parts] == [("a", 12), ("b", 5)]


def test_every_sheet_with_a_table_is_a_data_set():
    file = read_rows([["only", "text"], ["here", "too"]], [["wavelength", "a"], *ROWS], ROWS)
    assert [part.part for part in file.parts] == ["Sheet2", "Sheet3"]
    assert_is_the_spectrum(file)


def test_a_merged_header_names_each_of_its_columns():
    def merge(book):
        book.active.merge_cells("B1:C1")

    file = read_rows([["wavelength", "counts", None], *([x, y, y] for x, y in ROWS)], change=merge)
    assert [one.header for one in file.columns] == ["wavelength", "counts", "counts"]


def test_a_table_that_begins_far_from_the_corner_keeps_its_rows_and_columns():
    file = read_rows([[], [], *([None, None, *row] for row in [["wavelength", "counts"], *ROWS])])
    assert_is_the_spectrum(file)
    assert file.lines[0] == 4


def test_a_workbook_without_a_table_says_so():
    with pytest.raises(FileError, match="none of the 1 sheets holds a table"):
        read_rows([["a", "b"], ["c", "d"]])


def test_a_single_cell_far_away_does_not_fill_the_memory():
    def scribble(book):
        book.active["XFD1048576"] = 1

    with pytest.raises(FileError, match="reaches over 1048576 rows"):
        read_rows(ROWS, change=scribble)


def test_an_archive_that_unpacks_to_very_much_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(1_000_000))
    sizes = struct.pack("<I", 1_000_000), struct.pack("<I", 500_000_000)
    with pytest.raises(FileError, match="more than 400000000"):
        read_bytes(buffer.getvalue().replace(*sizes), "bomb.xlsx")


def test_a_cut_workbook_is_refused_as_truncated():
    raw = workbook(ROWS)
    with pytest.raises(FileError, match="truncated or damaged"):
        read_bytes(raw[: len(raw) // 2], "run.xlsx")


def test_other_archives_are_not_taken_for_workbooks():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", b"<a/>")
    assert not READER.recognises(buffer.getvalue())
    with pytest.raises(FileError, match="zip archive"):
        read_bytes(buffer.getvalue(), "text.docx")


RAW = workbook([["wavelength", "counts"], *ROWS], [["Exposure", 0.5], *ROWS])


def test_damage_gives_an_error_or_a_whole_file():
    assert_survives_damage(READER, RAW, seed=61, count=60)


@pytest.mark.slow
def test_much_damage_gives_an_error_or_a_whole_file():
    assert_survives_damage(READER, RAW, seed=62, count=6000)


@pytest.mark.slow
def test_damage_within_the_parts_of_a_workbook_gives_an_error_or_a_file():
    with zipfile.ZipFile(io.BytesIO(RAW)) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    for name in parts:
        for mutation in mutations(parts[name], seed=63, count=300):
            survives(READER, packed({**parts, name: mutation.raw}), "damaged.xlsx")


def packed(parts) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def old_workbook(rows) -> bytes:
    """Build the smallest .xls: a compound file with one stream of BIFF8 records, numbers and texts."""
    start = record(0x0809, struct.pack("<4HII", 0x0600, 5, 0, 0, 0, 0))
    name = b"Data"
    sheet_head = struct.pack("<IHBB", 0, 0, len(name), 0) + name
    end = record(0x000A, b"")
    globals_size = len(start) + 4 + len(sheet_head) + len(end)
    sheet_head = struct.pack("<I", globals_size) + sheet_head[4:]
    body = record(0x0809, struct.pack("<4HII", 0x0600, 16, 0, 0, 0, 0))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                body += record(0x0204, struct.pack("<4HB", r, c, 0, len(cell), 0) + cell.encode())
            else:
                body += record(0x0203, struct.pack("<3Hd", r, c, 0, cell))
    stream = (start + record(0x0085, sheet_head) + end + body + end).ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))

    def entry(label, kind, child, first, size):
        text = label.encode("utf-16-le")
        free = 0xFFFFFFFF
        head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, free, free, child)
        return head + bytes(36) + struct.pack("<IQ", first, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + fat + folder.ljust(512, b"\0") + stream.ljust(512 * sectors, b"\0")


def test_an_old_workbook_is_read_like_a_new_one():
    file = read_bytes(old_workbook([["wavelength_nm", "counts"], *ROWS]), "run.xls")
    assert_is_the_spectrum(file)
    assert (file.reader, file.columns[0].unit) == ("Excel", "nm")


def test_a_single_cell_far_away_in_an_old_workbook_does_not_fill_the_memory():
    wide = [*ROWS, [0.0] * 300]
    with pytest.raises(FileError, match="column 257 of at most 256"):
        read_bytes(old_workbook(wide), "run.xls")
    last = struct.pack("<3Hd", 11, 1, 0, 121.0)
    far = old_workbook(ROWS).replace(last, struct.pack("<3Hd", 60000, 255, 0, 121.0))
    with pytest.raises(FileError, match="reach over 60001 rows and 256 columns"):
        read_bytes(far, "run.xls")


def test_a_locked_workbook_is_said_to_be_locked():
    raw = old_workbook(ROWS)
    end = record(0x000A, b"")
    locked = raw.replace(end, record(0x002F, b""), 1)
    with pytest.raises(FileError, match="locked by a password"):
        read_bytes(locked, "run.xls")


@pytest.mark.slow
def test_an_old_workbook_survives_much_damage():
    assert_survives_damage(READER, old_workbook([["wavelength_nm", "counts"], *ROWS]), seed=64, count=6000)
