"""Read Results tables of ImageJ: one row per particle.

Source: the user guide of ImageJ, Analyze > Measure and Analyze Particles, and public tables.
"""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.headers import normalised
from asplab.core.io.heads import head_text
from asplab.core.io.reader import Reader
from asplab.core.io.rows import Row, Style, refuse_open_end

NAME = "ImageJ results"
HEADER = re.compile(r"\s?([,\t])(?:Label\1)?Area(?:\1|\n|$)")
SUMMARY = ("Mean", "SD", "Min", "Max")
UNIT_UNKNOWN = (
    "the table doesn't state the unit of its areas: they are in the unit of the image squared, or in pixels where the "
    "image wasn't calibrated"
)
IN_PIXELS = "all areas are whole numbers, so they are pixels: the image wasn't calibrated"


def recognises_imagej(raw: bytes) -> bool:
    """Whether the first line has a blank cell, perhaps a label, and Area."""
    return HEADER.match(head_text(raw, 256)) is not None


def read_imagej(raw: bytes, name: str) -> DataFile:
    """Return the columns of a Results table, first the index, which may have gaps.

    Raises
    ------
    FileError
        Where a row doesn't have as many cells as the header, or a cell is no number.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    match = HEADER.match(lines[0] + "\n") if lines else None
    if match is None:
        raise FileError(name, 1, "the first line doesn't begin with a blank cell and Area. Export the table again.")
    style = Style(match[1], False)
    headers = style.cells(lines[0])
    rows = [(k, style.cells(line)) for k, line in enumerate(lines[1:], 2) if line.strip()]
    refuse_other_width(rows, len(headers), name)
    refuse_open_end(text, [Row(rows[-1][0], ())], name)
    rows, warnings = without_summary(rows, headers)
    texts = headers.index("Label") if "Label" in headers else None
    columns = [
        Column(header, normalised(header.lower()) or "index", "", numbers(rows, k, style, header, name))
        for k, header in enumerate(headers)
        if k != texts
    ]
    return DataFile(
        path=name,
        reader=NAME,
        sha256=hashlib.sha256(raw).hexdigest(),
        columns=tuple(columns),
        lines=tuple(line for line, _ in rows),
        metadata=labels(rows, texts),
        warnings=(*warnings, *label_warnings(rows, texts), *index_warnings(columns[0], rows), *area_warnings(columns)),
    )


def refuse_other_width(rows: Sequence[tuple[int, list[str]]], width: int, name: str) -> None:
    """Raise `FileError` for a table without rows, and a row that has not as many cells as the header."""
    if not rows:
        raise FileError(name, 1, "no rows follow the header. Export the table again.")
    for line, cells in rows:
        if len(cells) != width:
            raise FileError(name, line, f"the row has {len(cells)} cells, the header {width}. Copy the file again.")


def without_summary(
    rows: list[tuple[int, list[str]]], headers: Sequence[str]
) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
    """Return the rows without the four that Summarize adds, which are no particles, and what to say about that."""
    if "Label" not in headers or len(rows) <= len(SUMMARY):
        return rows, ()
    column = headers.index("Label")
    last = tuple(cells[column] for _, cells in rows[-len(SUMMARY) :])
    if last != SUMMARY:
        return rows, ()
    first = rows[-len(SUMMARY)][0]
    note = f"lines {first} to {rows[-1][0]} are the summary (Mean, SD, Min, Max), no particles; they were left out"
    return rows[: -len(SUMMARY)], (note,)


def numbers(rows: Sequence[tuple[int, list[str]]], column: int, style: Style, header: str, name: str) -> np.ndarray:
    """Return one column; NaN only where the table writes it."""
    values = []
    for line, cells in rows:
        value = style.number(cells[column])
        if value is None:
            raise FileError(
                name, line, f"column {header or 'index'} holds {cells[column][:30]!r}, no number. Correct it."
            )
        values.append(value)
    return frozen_array(values)


def labels(rows: Sequence[tuple[int, list[str]]], column: int | None) -> tuple[tuple[str, str], ...]:
    """Return the label where all rows have the same."""
    found = {cells[column] for _, cells in rows} if column is not None else set()
    return (("Label", found.pop()),) if len(found) == 1 else ()


def label_warnings(rows: Sequence[tuple[int, list[str]]], column: int | None) -> tuple[str, ...]:
    """Return a warning where the rows have different labels, which are no numbers."""
    found = {cells[column] for _, cells in rows} if column is not None else set()
    return (f"the column Label names {len(found)} images; it was left out",) if len(found) > 1 else ()


def index_warnings(index: Column, rows: Sequence[tuple[int, list[str]]]) -> tuple[str, ...]:
    """Return a warning where the index starts again; gaps are rows that were deleted on purpose."""
    back = np.flatnonzero(~(np.diff(index.values) > 0.0))
    if not back.size:
        return ()
    return (f"line {rows[int(back[0]) + 1][0]}: the index starts again, so several tables follow each other",)


def area_warnings(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return what is known about the unit of the areas."""
    area = next(column.values for column in columns if column.header == "Area")
    return (IN_PIXELS,) if np.all(area == np.round(area)) else (UNIT_UNKNOWN,)


READER = Reader(NAME, recognises_imagej, read_imagej)
