"""Read text exports of Shimadzu UVProbe: title lines, ``Wavelength nm.`` and one or several columns.

Source: the layout of public files that UVProbe wrote.
"""

import hashlib
import re

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.heads import head_bytes, head_text
from asplab.core.io.quantities import x_meaning, y_meaning
from asplab.core.io.reader import Reader
from asplab.core.io.rows import Row, Style, read_rows, refuse_open_end, style_of

NAME = "Shimadzu UVProbe"
HEADER = re.compile(r'^"?(?:Wavelength nm\.|Wavenumber cm-1\.)"?\s*[,;\t]\s*"?[^"\n]', re.IGNORECASE | re.MULTILINE)
HEADER_LINES = 40
HEAD_BYTES = 4096
MARKS = (b"wavelength nm.", b"wavenumber cm-1.")


def recognises_shimadzu(raw: bytes) -> bool:
    """Whether one of the first lines names the axis as UVProbe does."""
    head = head_bytes(raw, HEAD_BYTES).lower()
    return any(mark in head for mark in MARKS) and HEADER.search(head_text(raw, HEAD_BYTES)) is not None


def read_shimadzu(raw: bytes, name: str) -> DataFile:
    """Return the columns of an export of UVProbe.

    Raises
    ------
    FileError
        Where a row doesn't have one number for each column.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    start = next((k for k, line in enumerate(lines[:HEADER_LINES]) if HEADER.match(line)), None)
    if start is None:
        raise FileError(name, None, "no line names the columns as UVProbe does. Export the data again.")
    style = style_of(lines[start], lines[start + 1 :])
    headers = style.cells(lines[start])
    while not headers[-1]:
        headers.pop()
    if len(headers) < 2:
        raise FileError(name, start + 1, "the header names the axis alone. Export the data again.")
    rows = read_rows(lines, start + 1, style, name)
    refuse_open_end(text, rows, name)
    values = table(rows, len(headers), name)
    x_name, x_unit = x_meaning(headers[0].replace("nm.", "(nm)").replace("cm-1.", "(cm-1)"))
    columns = [Column(headers[0], x_name, x_unit, frozen_array(values[0]))]
    for header, column in zip(headers[1:], values[1:], strict=True):
        y_name, y_unit, _ = y_meaning(header)
        columns.append(Column(header, y_name, y_unit, frozen_array(column)))
    return DataFile(
        path=name,
        reader=NAME,
        sha256=hashlib.sha256(raw).hexdigest(),
        columns=tuple(columns),
        lines=tuple(row.line for row in rows),
        metadata=metadata([*lines[:start], *lines[start + 1 + len(rows) :]], style),
    )


def table(rows: list[Row], width: int, name: str) -> list[list[float]]:
    """Return the columns of a table in which every row has ``width`` numbers."""
    columns: list[list[float]] = [[] for _ in range(width)]
    for row in rows:
        cells = row.values[:-1] if len(row.values) == width + 1 and row.values[-1] is None else row.values
        values = [value for value in cells if value is not None]
        if len(cells) != width or len(values) != width:
            raise FileError(
                name,
                row.line,
                f"the row has {len(values)} numbers, the header {width} columns. Copy the file again; decimal commas "
                "need another delimiter than a comma.",
            )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    return columns


def metadata(lines: list[str], style: Style) -> tuple[tuple[str, str], ...]:
    """Return the titles above the table, and pairs of key and value wherever they stand around it."""
    pairs = []
    for line in lines:
        cells = [cell for cell in style.cells(line) if cell]
        key, colon, value = " ".join(cells).partition(":")
        if len(cells) == 2 and not cells[0].endswith(":"):
            pairs.append((cells[0], cells[1]))
        elif colon and value.strip():
            pairs.append((key.strip(), value.strip()))
        elif cells:
            pairs.append(("title", " ".join(cells)))
    return tuple(pairs)


READER = Reader(NAME, recognises_shimadzu, read_shimadzu)
