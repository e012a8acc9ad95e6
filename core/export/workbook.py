"""All tables in one Excel workbook: typed cells, units, a sheet for each, and where they come from."""

import math
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from asplab.core.export.table import Cell, Table

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

ORIGIN_SHEET = "origin"
_LONGEST_NAME, _LONGEST_TEXT = 31, 32_767
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS = 10, 60


def workbook_bytes(tables: Sequence[Table], header: Sequence[str]) -> bytes:
    """Return a workbook of the tables that have rows, with ``header`` on a sheet of its own.

    Numbers are numbers at full precision, unknown ones empty cells, and a text is a text whatever it begins with.
    """
    # It is loaded for a workbook only: results are shown and written without it.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    filled = [table for table in tables if table.rows]
    sheet = book.create_sheet(ORIGIN_SHEET)
    sheet.column_dimensions["A"].width = sheet.column_dimensions["B"].width = _WIDTHS[1]
    for line in header:
        sheet.append([_text_cell(sheet, line)])
    for table in filled:
        sheet.append([_text_cell(sheet, table.name), _text_cell(sheet, table.title)])
    for table in filled:
        _add_sheet(book, table)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _add_sheet(book: Any, table: Table) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(table.name[:_LONGEST_NAME])
    sheet.freeze_panes = "A3"
    for k, width in enumerate(_widths(table), start=1):
        sheet.column_dimensions[get_column_letter(k)].width = width
    for line, font in ((table.columns, Font(bold=True)), (table.units, Font(italic=True, color="FF5C6570"))):
        sheet.append([_text_cell(sheet, word, font) for word in line])
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])


def _widths(table: Table) -> Iterator[int]:
    least, most = _WIDTHS
    for k, column in enumerate(table.columns):
        words = [len(cell) for cell in (row[k] for row in table.rows) if isinstance(cell, str)]
        yield min(max(len(column) + 2, least, *words, 0), most)


def _cell(sheet: "WriteOnlyWorksheet", value: Cell) -> Any:
    if isinstance(value, str):
        return _text_cell(sheet, value)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value


def _text_cell(sheet: "WriteOnlyWorksheet", text: str, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)[:_LONGEST_TEXT])
    # Whatever it begins with, it is no formula and no error value.
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell
