"""Read Excel workbooks (.xlsx, .xls): each table of each sheet is a data set."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from asplab.core.io.binary import Binary
from asplab.core.io.compound_file import DAMAGED, refuse_far_records, workbook_stream
from asplab.core.io.compound_file import MAGIC as OLE_MAGIC
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.frames import joined, origin
from asplab.core.io.reader import Reader
from asplab.core.io.sheet_tables import Sheet, Table, tables

ZIP_MAGIC = b"PK\x03\x04"
ZIP_MARKS = (b"xl/workbook.xml", b"xl/worksheets/")
OLE_MARKS = ("Workbook".encode("utf-16-le"), "Book\0".encode("utf-16-le"))
UNPACKED_LIMIT = 400_000_000
CELL_LIMIT = 5_000_000
SHEET_LIMIT = 1000
CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"']([0-9]{1,9})[\"']")


def recognises_workbook(raw: bytes) -> bool:
    """Whether ``raw`` is an Excel workbook; other archives and documents in the same containers aren't."""
    if raw.startswith(ZIP_MAGIC):
        return any(mark in raw for mark in ZIP_MARKS)
    return raw.startswith(OLE_MAGIC) and any(mark in raw for mark in OLE_MARKS)


def read_workbook(raw: bytes, name: str) -> DataFile:
    """Return the tables of a workbook, in the order of its sheets.

    Raises
    ------
    FileError
        Where the workbook is damaged, locked by a password, absurdly large, or holds no table of numbers.
    """
    if raw.startswith(ZIP_MAGIC):
        refuse_bomb(raw, name)
    else:
        file = Binary(raw, name)
        refuse_far_records(file, workbook_stream(file), CELL_LIMIT)
    sheets = list(read_sheets(raw, name))
    found = [(sheet, table) for sheet in sheets for table in tables(sheet, name)]
    if not found:
        text = f"none of the {len(sheets)} sheets holds a table of numbers with two columns. Add an axis and values."
        raise FileError(name, None, text)
    return joined([data_set(raw, name, sheet, table, len(found)) for sheet, table in found])


def refuse_bomb(raw: bytes, name: str) -> None:
    """Raise `FileError` where the parts of an archive are damaged, or would fill the memory once unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            size = sum(part.file_size for part in archive.infolist())
            if size > UNPACKED_LIMIT:
                text = f"the workbook unpacks to {size} bytes, more than {UNPACKED_LIMIT}. Split it."
                raise FileError(name, None, text)
            for part in archive.infolist():
                content = archive.read(part)
                if part.filename.startswith("xl/worksheets/"):
                    refuse_far_cells(content, part.filename, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise FileError(name, None, f"the workbook can't be unpacked ({error}). {DAMAGED}") from error


def refuse_far_cells(content: bytes, part: str, name: str) -> None:
    """Raise `FileError` where the cells of a sheet span more than memory holds: a single far one is enough."""
    width = height = 0
    found = 0
    for match in CELL.finditer(content):
        column = 0
        for letter in match[1]:
            column = 26 * column + letter - 64
        width, height = max(width, column), max(height, int(match[2]))
        found += 1
    if len(ANY_CELL.findall(content)) > found:
        # Cells that don't say where they are stand in the row that does.
        height = max(height, max((int(row) for row in ROW.findall(content)), default=0))
    if width * height > CELL_LIMIT:
        text = f"{part} reaches over {height} rows and {width} columns. Delete the cells and rows far from the data."
        raise FileError(name, None, text)


def read_sheets(raw: bytes, name: str) -> Iterator[Sheet]:
    """Yield the work sheets of a workbook."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as workbook:
            for about in workbook.sheets_metadata[:SHEET_LIMIT]:
                if about.typ == SheetTypeEnum.WorkSheet:
                    yield cells(workbook.get_sheet_by_name(about.name), name)
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise FileError(name, None, f"the workbook can't be read ({error}). {DAMAGED}") from error
    except BaseException as error:
        # A fault within the library surfaces as an exception of its own kind, which isn't among the usual ones.
        if type(error).__name__ != "PanicException":
            raise
        raise FileError(name, None, f"the workbook can't be read ({error}). {DAMAGED}") from error


def cells(sheet: CalamineSheet, name: str) -> Sheet:
    """Return the cells of a sheet from its first row and column on."""
    if sheet.total_height * sheet.total_width > CELL_LIMIT:
        text = f"sheet {sheet.name!r} has {sheet.total_height} rows and {sheet.total_width} columns. Split it."
        raise FileError(name, None, text)
    merged = {
        (row, column): start
        for start, stop in sheet.merged_cell_ranges or ()
        if (stop[0] - start[0] + 1) * (stop[1] - start[1] + 1) <= SHEET_LIMIT
        for row in range(start[0], stop[0] + 1)
        for column in range(start[1], stop[1] + 1)
    }
    return Sheet(sheet.name, sheet.to_python(skip_empty_area=False), merged)


def data_set(raw: bytes, name: str, sheet: Sheet, table: Table, count: int) -> DataFile:
    """Return one table as a data set, named after its sheet where there are several."""
    source = replace(origin(raw, name, "Excel"), metadata=table.metadata, warnings=table.warnings)
    part = f"{sheet.name} {table.label}".strip() if count > 1 else ""
    columns = tuple(Column(header, named, unit, values) for (header, named, unit), values in table.columns)
    return DataFile(
        path=name,
        reader=source.reader,
        sha256=source.sha256,
        columns=columns,
        lines=table.lines,
        metadata=source.metadata,
        warnings=source.warnings,
        part=part,
    )


READER = Reader("Excel", recognises_workbook, read_workbook)
