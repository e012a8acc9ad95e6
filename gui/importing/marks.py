"""Which cells of an import need a look: sources that differ, and blanks that a kind can't do without."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from asplab.core.importing.columns import ColumnMap
from asplab.core.importing.table import ImportRow, ImportTable

_NOTHING: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """A table with the cells that need a look.

    Attributes
    ----------
    table : ImportTable
    by_row : dict
        Columns in conflict and blank columns of each row that has any.
    maps : tuple of ColumnMap
        What the user said about the columns of text files; the table was read with these.
    """

    table: ImportTable
    by_row: dict[ImportRow, tuple[frozenset[str], frozenset[str]]]
    maps: tuple[ColumnMap, ...] = ()

    @property
    def conflicts(self) -> tuple[tuple[int, str], ...]:
        """Row and column of all conflicts, in the order of the columns."""
        return self._cells(0)

    @property
    def missing(self) -> tuple[tuple[int, str], ...]:
        """Row and column of all cells that must not stay blank."""
        return self._cells(1)

    def is_conflict(self, row: int, column: str) -> bool:
        """Whether sources differ about a cell."""
        return column in self.by_row.get(self.table.rows[row], _NOTHING)[0]

    def is_missing(self, row: int, column: str) -> bool:
        """Whether a cell must not stay blank."""
        return column in self.by_row.get(self.table.rows[row], _NOTHING)[1]

    def _cells(self, which: int) -> tuple[tuple[int, str], ...]:
        if not self.by_row:
            return ()
        columns = self.table.columns
        return tuple(
            (k, column)
            for k, row in enumerate(self.table.rows)
            if row in self.by_row
            for column in sorted(self.by_row[row][which], key=columns.index)
        )


def marked(table: ImportTable, before: Marked | None = None) -> Marked:
    """Return a table with its marks; rows and defaults that are as before are not looked at again."""
    if before is not None and before.table.defaults == table.defaults:
        old = frozenset(before.table.rows)
        kept = {row: before.by_row[row] for row in table.rows if row in before.by_row}
        new = _looked_at(table, (row for row in table.rows if row not in old))
        return Marked(table, kept | new, before.maps)
    return Marked(table, _looked_at(table, table.rows), before.maps if before is not None else ())


def _looked_at(table: ImportTable, rows: Iterable[ImportRow]) -> dict[ImportRow, tuple[frozenset[str], frozenset[str]]]:
    part = replace(table, rows=tuple(rows))
    conflicts: dict[int, set[str]] = {}
    missing: dict[int, set[str]] = {}
    for conflict in part.conflicts:
        conflicts.setdefault(conflict.row, set()).add(conflict.column)
    for k, column in part.missing:
        missing.setdefault(k, set()).add(column)
    return {
        part.rows[k]: (frozenset(conflicts.get(k, ())), frozenset(missing.get(k, ())))
        for k in sorted({*conflicts, *missing})
    }
