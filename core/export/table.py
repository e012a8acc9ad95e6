"""A table of results: named columns with units, made from rows, and written as CSV with where it comes from."""

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Cell = float | int | str | bool | None
Row = dict[str, Any]

_UNITS = {
    "_per_mev": "1/meV", "_per_ev": "1/eV", "_per_repeat": "1/repeat", "_mev": "meV", "_nm": "nm", "_k": "K",
    "_uw": "µW", "_lag_s": "s", "_per_ps": "1/ps", "_fs": "fs",
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@")
_HIDDEN = re.compile(r"([,;\t]\s*)(?=[=+\-@])")
_QUOTED = r"\1'"


@dataclass(frozen=True, slots=True)
class Table:
    """A named table: ``columns`` with their ``units``, and rows of cells in the same order.

    A cell of None, and a number that is not finite, is unknown and stays empty in the file.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def csv_text(table: Table, header: Sequence[str]) -> str:
    """Return a table as CSV with ``header`` and its title as comment lines, in the C locale at full precision.

    A text that a spreadsheet would take for a formula has an apostrophe before it, also behind a comma of a comment,
    where spreadsheets begin a cell.
    """
    out = io.StringIO()
    for line in (*header, table.title):
        out.write(f"# {_HIDDEN.sub(_QUOTED, ' '.join(line.split()))}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerow(table.units)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return repr(float(value)) if math.isfinite(value) else ""
    return harmless(value)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip()[:1] in _FORMULA and text.strip() else text


def unit_of(column: str) -> str:
    """Return the unit that a column name states."""
    stem = column.removesuffix("_error").removesuffix("_low").removesuffix("_high")
    stem = stem.removesuffix("_lower_limit95").removesuffix("_upper_limit95")
    stem = stem.removesuffix("_systematic_minus").removesuffix("_systematic_plus")
    return next((unit for ending, unit in _UNITS.items() if stem.endswith(ending)), "")


def from_rows(name: str, title: str, columns: Sequence[str], rows: Sequence[Row]) -> Table:
    """Make a table from rows of results.json.

    ``x_low`` and ``x_high`` are the ends of ``x_interval68``, ``x_systematic_minus`` and ``_plus`` those of
    ``x_systematic``.
    """
    cells = tuple(tuple(_pick(row, column) for column in columns) for row in rows)
    return Table(name, title, tuple(columns), tuple(unit_of(column) for column in columns), cells)


_ENDS = (
    ("_low", "interval68", 0), ("_high", "interval68", 1),
    ("_systematic_minus", "systematic", 0), ("_systematic_plus", "systematic", 1),
)  # fmt: skip


def with_systematic(columns: Sequence[str]) -> tuple[str, ...]:
    """Return columns with the systematic errors after each ``x_high``."""
    found: list[str] = []
    for column in columns:
        found.append(column)
        if column.endswith("_high"):
            stem = column.removesuffix("_high")
            found += [f"{stem}_systematic_minus", f"{stem}_systematic_plus"]
    return tuple(found)


def _pick(row: Row, column: str) -> Cell:
    value = row.get(column)
    for end, kind, place in _ENDS:
        if column.endswith(end):
            pair = row[f"{column.removesuffix(end)}_{kind}"]
            value = None if pair is None else pair[place]
    return " ".join(value) if isinstance(value, list) else value
