"""Find the tables of numbers on a sheet of a workbook, with what the header rows say; cells keep their rows."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import FileError
from asplab.core.io.headers import ENERGIES, PAIR, UNITS, WAVELENGTHS, WAVENUMBERS, column_name
from asplab.core.units import FloatArray

AXIS_NAMES = WAVELENGTHS | ENERGIES | WAVENUMBERS
AXIS_UNITS = frozenset({"nm", "um", "angstrom", "eV", "meV", "cm-1"})
MISSING = frozenset({"", "-", "--", "---", "nan", "na", "n/a", "#n/a", "none", "null", "#div/0!", "#value!"})
PAIR_LIMIT = 500
FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a sheet by row and column from 0, and for each cell of a merged range the first one of it."""

    name: str
    rows: Sequence[Sequence[Any]]
    merged: dict[tuple[int, int], tuple[int, int]]

    def cell(self, row: int, column: int) -> Any:
        """Return a cell; an empty text beyond the end of a row."""
        return self.rows[row][column] if 0 <= row < len(self.rows) and column < len(self.rows[row]) else ""

    def text(self, row: int, column: int) -> str:
        """Return a cell, or the first of the merged range that it is in, as text."""
        start = self.merged.get((row, column), (row, column))
        return written(self.cell(*start)).strip()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An axis and quantities: (header, name, unit) and values (n,) of each column, and the rows counted from 1."""

    label: str
    columns: tuple[tuple[tuple[str, str, str], FloatArray], ...]
    lines: tuple[int, ...]
    metadata: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """Rows of numbers (both ends included) in columns ``left`` to ``right``."""

    left: int
    right: int
    first: int
    last: int

    @property
    def columns(self) -> range:
        """The columns of the area."""
        return range(self.left, self.right + 1)


def written(cell: Any) -> str:
    """Return a cell as a text: dates in ISO form, whole numbers without a point."""
    if isinstance(cell, (datetime.datetime, datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return str(cell)


def number(cell: Any) -> float | None:
    """Return a number, also where it was stored as text, None where the cell is anything else."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return float(cell)
    if not isinstance(cell, str) or not cell.strip() or "_" in cell:
        return None
    text = cell.strip()
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        return float(text) if text[-1].isdigit() or text[-1] == "." else None
    except ValueError:
        return None


def tables(sheet: Sheet, name: str) -> list[Table]:
    """Return the tables of a sheet, those of columns further left first.

    Raises
    ------
    FileError
        Where a cell within a column of numbers is a text, or a row has values but no axis; it names the cell.
    """
    areas = [area for left, right in column_groups(sheet) for area in row_runs(sheet, left, right)]
    pairs = metadata(sheet, areas)
    made = [table for area in areas for table in split(sheet, area, pairs, name)]
    if len(made) < 2:
        return made
    return [Table(f"table {k}", one.columns, one.lines, one.metadata, one.warnings) for k, one in enumerate(made, 1)]


def column_groups(sheet: Sheet) -> list[tuple[int, int]]:
    """Return first and last column of each group of columns, which columns without any content separate."""
    width = max((len(row) for row in sheet.rows), default=0)
    filled = [any(k < len(row) and row[k] != "" for row in sheet.rows) for k in range(width)]
    groups: list[tuple[int, int]] = []
    for k in range(width):
        if filled[k]:
            joins = bool(groups) and groups[-1][1] == k - 1
            groups = [*groups[:-1], (groups[-1][0], k)] if joins else [*groups, (k, k)]
    return groups


def row_runs(sheet: Sheet, left: int, right: int) -> list[Area]:
    """Return the runs of rows of numbers in a group of columns; rows without any content don't end one."""
    runs: list[Area] = []
    start = last = -1
    for row in range(len(sheet.rows) + 1):
        kind = row_kind(sheet, row, left, right) if row < len(sheet.rows) else "end"
        if kind == "numbers":
            start, last = (row, row) if start < 0 else (start, row)
        elif kind != "blank" and start >= 0:
            runs.append(Area(left, right, start, last))
            start = -1
    return [run for run in (trimmed(sheet, run) for run in runs) if is_table(sheet, run)]


def row_kind(sheet: Sheet, row: int, left: int, right: int) -> str:
    """Return whether a row is blank, text, or numbers: those lead, and are at least half of what it holds."""
    filled = [cell for cell in (sheet.cell(row, k) for k in range(left, right + 1)) if cell != ""]
    if not filled:
        return "blank"
    count = sum(number(cell) is not None for cell in filled)
    return "numbers" if number(filled[0]) is not None and 2 * count >= len(filled) else "text"


def trimmed(sheet: Sheet, run: Area) -> Area:
    """Return a run without a first row whose first cell is blank, which is a header of numbers."""
    leads = run.last > run.first and sheet.cell(run.first, run.left) == "" and sheet.cell(run.first + 1, run.left) != ""
    return Area(run.left, run.right, run.first + 1, run.last) if leads else run


def is_table(sheet: Sheet, run: Area) -> bool:
    """Whether a run has at least two rows and two columns of numbers."""
    rows = range(run.first, run.last + 1)
    counts = [sum(number(sheet.cell(row, k)) is not None for row in rows) for k in run.columns]
    return run.last - run.first + 1 >= FEWEST_ROWS and sum(count >= FEWEST_ROWS for count in counts) > 1


def header_rows(sheet: Sheet, area: Area) -> list[int]:
    """Return the rows that name the columns of an area: none, one, or one of names and one of units below it."""
    above = [k for k in range(max(area.first - 4, 0), area.first) if is_filled(sheet, k, area)]
    if not above or not names_columns(sheet, above[-1], area):
        return []
    cells = [sheet.text(above[-1], k) for k in area.columns]
    only_units = any(cells) and all(not cell or bare(cell) in UNITS for cell in cells)
    named = only_units and len(above) > 1 and above[-2] == above[-1] - 1 and names_columns(sheet, above[-2], area)
    return above[-2:] if named else above[-1:]


def is_filled(sheet: Sheet, row: int, area: Area) -> bool:
    """Whether a row holds anything in the columns of an area."""
    return any(sheet.cell(row, k) != "" for k in area.columns)


def names_columns(sheet: Sheet, row: int, area: Area) -> bool:
    """Whether a row can be a header: a row with numbers in it is one only below the name of an axis, or a blank."""
    cells = [sheet.text(row, k) for k in area.columns]
    if all(number(cell) is None for cell in cells):
        return True
    named, unit = column_name(cells[0])
    return not cells[0] or named in AXIS_NAMES or unit in AXIS_UNITS


def headers(sheet: Sheet, area: Area) -> list[tuple[str, str, str]]:
    """Return (header, name, unit) of each column of an area; empty texts where the sheet names none."""
    rows = header_rows(sheet, area)
    if not rows:
        return [("", "", "")] * len(area.columns)
    names = [sheet.text(rows[0], k) for k in area.columns]
    if len(rows) == 1:
        return [(cell, *column_name(cell)) if cell else ("", "", "") for cell in names]
    units = [UNITS.get(bare(sheet.text(rows[1], k)), "") for k in area.columns]
    return [(head, column_name(head)[0], unit) for head, unit in zip(names, units, strict=True)]


def bare(cell: str) -> str:
    """Return a unit without brackets, in lower case."""
    return cell.strip("()[] ").lower()


def split(sheet: Sheet, area: Area, pairs: tuple[tuple[str, str], ...], name: str) -> list[Table]:
    """Return the tables of an area: one, or one for each column that is named as an axis."""
    heads = headers(sheet, area)
    axes = [k for k, (_, named, unit) in enumerate(heads) if named in AXIS_NAMES or unit in AXIS_UNITS]
    starts = axes if len(axes) > 1 and axes[0] == 0 else [0]
    stops = [*starts[1:], len(heads)]
    if any(stop - start < 2 for start, stop in zip(starts, stops, strict=True)):
        starts, stops = [0], [len(heads)]
    return [
        read_table(sheet, area, range(start, stop), heads, pairs, name)
        for start, stop in zip(starts, stops, strict=True)
    ]


def read_table(
    sheet: Sheet,
    area: Area,
    chosen: range,
    heads: Sequence[tuple[str, str, str]],
    pairs: tuple[tuple[str, str], ...],
    name: str,
) -> Table:
    """Return some columns of an area as a table; rows in which all of them are blank aren't rows of it."""
    rows = [
        row for row in range(area.first, area.last + 1) if any(sheet.cell(row, area.left + k) != "" for k in chosen)
    ]
    notes: list[str] = []
    columns: list[tuple[tuple[str, str, str], FloatArray]] = []
    for k in chosen:
        cells = [sheet.cell(row, area.left + k) for row in rows]
        values, said = column_values(sheet, area.left + k, rows, cells, name, heads[k][0])
        notes += said
        if values is not None:
            columns.append((heads[k], frozen_array(values)))
        elif k == chosen.start:
            where = place(sheet, rows[0], area.left + k)
            raise FileError(name, rows[0] + 1, f"{where}: the first column holds no numbers. Begin with the axis.")
    refuse_blank_axis(sheet, area.left + chosen.start, rows, columns[0][1], name)
    lines = tuple(row + 1 for row in rows)
    return Table("", tuple(columns), lines, pairs, tuple(notes))


def refuse_blank_axis(sheet: Sheet, column: int, rows: Sequence[int], axis: FloatArray, name: str) -> None:
    """Raise `FileError` where a row has values but no axis."""
    if np.all(np.isfinite(axis)):
        return
    row = rows[int(np.argmin(np.isfinite(axis)))]
    text = f"{place(sheet, row, column)} is blank, but its row has values. Fill in the axis, or delete the row."
    raise FileError(name, row + 1, text)


def column_values(
    sheet: Sheet, column: int, rows: Sequence[int], cells: Sequence[Any], name: str, header: str
) -> tuple[list[float] | None, list[str]]:
    """Return the numbers of a column, NaN where a cell is blank, and what to say; None where it isn't of numbers."""
    values = [number(cell) for cell in cells]
    count = sum(value is not None for value in values)
    called = header or f"column {letters(column)}"
    if count == 0 or 2 * count < sum(cell != "" for cell in cells):
        if any(isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)) for cell in cells):
            return None, [f"sheet {sheet.name!r}: {called!r} holds dates or times and was left out"]
        blank = not any(cell != "" for cell in cells)
        why = "is blank (formulas without results? Save it in Excel)" if blank else "holds text"
        return None, [f"sheet {sheet.name!r}: {called!r} {why} and was left out"] if header or not blank else []
    for row, cell, value in zip(rows, cells, values, strict=True):
        if value is None and written(cell).strip().lower() not in MISSING:
            text = f"{place(sheet, row, column)} holds {written(cell)[:40]!r}, no number. Correct it or clear the cell."
            raise FileError(name, row + 1, text)
    stored = sum(isinstance(cell, str) and value is not None for cell, value in zip(cells, values, strict=True))
    notes = [f"sheet {sheet.name!r}: {stored} numbers of {called!r} are stored as text"] if stored else []
    return [math.nan if value is None else value for value in values], notes


def place(sheet: Sheet, row: int, column: int) -> str:
    """Return a cell as people call it."""
    return f"sheet {sheet.name!r}, cell {letters(column)}{row + 1}"


def letters(column: int) -> str:
    """Return the letters of a column that is counted from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def metadata(sheet: Sheet, areas: Sequence[Area]) -> tuple[tuple[str, str], ...]:
    """Return the pairs outside the tables: a text with what stands in the cell to its right, or ``key: value``."""
    taken = {row for area in areas for row in (*header_rows(sheet, area), *range(area.first, area.last + 1))}
    found: list[tuple[str, str]] = []
    for row in range(len(sheet.rows)):
        if row in taken or len(found) >= PAIR_LIMIT:
            continue
        filled = [written(cell).strip() for cell in sheet.rows[row] if cell != ""]
        match = PAIR.match(filled[0]) if len(filled) == 1 else None
        if match:
            found.append((match[1].strip(), match[2].strip()))
        elif len(filled) == 2 and number(filled[0]) is None and not all(column_name(one)[1] for one in filled):
            found.append((filled[0].rstrip(":= "), filled[1]))
    return tuple(found)
