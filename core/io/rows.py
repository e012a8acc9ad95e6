"""Rows of numbers at a known place of a text file, as the exports of spectrometers have them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from asplab.core.io.datafile import FileError
from asplab.core.io.encoding import ends_within_line

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d{1,3})?", re.ASCII)
DELIMITERS = "\t;,"
NO_NUMBER = frozenset({"nan", "-nan", "n/a", "na"})
LINES_AFTER = 10
ROWS_LIMIT = 500_000


@dataclass(frozen=True, slots=True)
class Style:
    """How the lines of a table fall into cells and numbers."""

    delimiter: str
    has_decimal_comma: bool

    def cells(self, line: str) -> list[str]:
        """Return the cells of ``line`` without quotes and blanks around them."""
        return [cell.strip().strip('"').strip() for cell in line.split(self.delimiter)]

    def number(self, cell: str) -> float | None:
        """Return the finite number that ``cell`` holds, NaN for a word such as NaN, None for anything else."""
        text = cell.replace(",", ".", 1) if self.has_decimal_comma and "." not in cell else cell
        if NUMBER.fullmatch(text):
            value = float(text)
            return value if abs(value) != float("inf") else None
        return float("nan") if cell.lower() in NO_NUMBER else None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line, counted from 1, and its cells; None where a cell is blank."""

    line: int
    values: tuple[float | None, ...]


def style_of(header: str, body: Sequence[str]) -> Style:
    """Return the style of a table from the delimiter of its ``header`` and the commas in its ``body``."""
    delimiter = max(DELIMITERS, key=header.count)
    return Style(delimiter, delimiter != "," and any("," in line for line in body[:50]))


def read_rows(lines: Sequence[str], start: int, style: Style, name: str) -> list[Row]:
    """Return the rows from line index ``start`` to the next blank line or the end.

    Raises
    ------
    FileError
        Where a cell is neither blank nor a number, and where rows of numbers go on behind the blank line.
    """
    rows: list[Row] = []
    stop = start
    while stop < len(lines) and lines[stop].strip(f"{style.delimiter} \t"):
        cells = style.cells(lines[stop])
        values = tuple(style.number(cell) if cell else None for cell in cells)
        wrong = next((cell for cell, value in zip(cells, values, strict=True) if cell and value is None), None)
        if wrong is not None:
            raise FileError(
                name, stop + 1, f"{wrong[:30]!r} stands among the numbers. Correct it, or export the data again."
            )
        rows.append(Row(stop + 1, values))
        stop += 1
        if len(rows) > ROWS_LIMIT:
            raise FileError(name, stop, f"the table has more than {ROWS_LIMIT} rows, no spectrum. Split the file.")
    if not rows:
        raise FileError(name, start + 1, "no rows of numbers follow the header. Copy the file again.")
    refuse_more_rows(lines, stop, style, name)
    return rows


def refuse_more_rows(lines: Sequence[str], stop: int, style: Style, name: str) -> None:
    """Raise `FileError` where one of the next lines that aren't blank is a row of numbers."""
    written = (index for index in range(stop, len(lines)) if lines[index].strip(f"{style.delimiter} \t"))
    for index in islice(written, LINES_AFTER):
        values = [style.number(cell) for cell in style.cells(lines[index]) if cell]
        if len(values) > 1 and None not in values:
            raise FileError(
                name,
                index + 1,
                f"rows of numbers go on here, though line {stop + 1} ended the table. Remove that line, or export the "
                "data again.",
            )


def refuse_open_end(text: str, rows: Sequence[Row], name: str) -> None:
    """Raise `FileError` where the last row is the end of the file and has no line end: its number may be cut."""
    if not ends_within_line(text) or rows[-1].line < len(text.splitlines()):
        return
    raise FileError(
        name,
        rows[-1].line,
        "the file ends within this line, so its last number may be cut. Copy the file again; where the number is "
        "whole, add a line end.",
    )


def unique_names(names: Sequence[str]) -> list[str]:
    """Return ``names`` with numbers behind those that occur before, and in place of empty ones."""
    found: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for position, name in enumerate(names, 1):
        base = unique = name or f"number {position}"
        while unique in found:
            counts[base] += 1
            unique = f"{base} ({counts[base] + 1})"
        found[unique] = None
    return list(found)
