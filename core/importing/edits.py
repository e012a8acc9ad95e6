"""Edits of an import's table, each a plain function that returns a new table; undo keeps the old one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from asplab.core.errors import InputError
from asplab.core.importing.findings import Finding, Source
from asplab.core.importing.headers import HeaderKey
from asplab.core.importing.quantities import canonical
from asplab.core.importing.scan import Scan
from asplab.core.importing.table import Default, ImportRow, ImportTable, NamedKind, filled, named, table_of, together
from asplab.core.importing.template import Template

__all__ = [
    "CellError",
    "added",
    "cleared",
    "confirmed",
    "fill_down",
    "included",
    "joined_frames",
    "pasted",
    "removed",
    "split_frames",
    "typed",
    "with_defaults",
    "with_frames",
    "with_header_keys",
    "with_kind",
    "with_kinds",
    "with_rows",
    "with_template",
]

_HAND: Source = "typed by hand"
_MOST_FRAMES = 5000


class CellError(InputError):
    """A cell can't take a text; says which cell and why.

    Attributes
    ----------
    row : int
        Row of the table, counted from 0.
    column : str
    """

    def __init__(self, row: int, column: str, text: str) -> None:
        self.row = row
        self.column = column
        super().__init__(text)


def typed(table: ImportTable, row: int, column: str, text: str) -> ImportTable:
    """Return the table with ``text`` in one cell; a blank text says that nothing is to stand there.

    Raises
    ------
    CellError
        Where the text is no value of that column.
    """
    return _with(table, {row: _typed(table, row, column, text)})


def cleared(table: ImportTable, rows: Iterable[int], column: str) -> ImportTable:
    """Return the table without what was typed into ``column`` of ``rows``: the other sources show again."""
    new = {}
    for k in rows:
        row = table.rows[k]
        kept = tuple(f for f in row.findings if not (f.source == _HAND and f.column == column))
        new[k] = replace(row, findings=kept, confirmed=row.confirmed - {column})
    return _with(table, new)


def fill_down(table: ImportTable, rows: Sequence[int], column: str) -> ImportTable:
    """Return the table with the value of the first of ``rows`` in the others, as if typed."""
    if not rows:
        return table
    value = table.value(rows[0], column)
    return _with(table, {k: _typed(table, k, column, value) for k in rows[1:]})


def pasted(
    table: ImportTable, row: int, column: str, text: str, *, columns: Sequence[str] = (), rows: Sequence[int] = ()
) -> ImportTable:
    """Return the table with a block from a spreadsheet, its upper left corner at one cell.

    Parameters
    ----------
    row, column : int, str
        The cell of the upper left corner.
    text : str
        Lines of cells between tabs. A single cell fills all of ``rows`` if these are several.
    columns : sequence of str
        The columns as shown, from left to right; by default all of the table.
    rows : sequence of int
        The rows as shown, from top to bottom, or those selected; by default all of the table.

    Raises
    ------
    CellError
        Where the block goes beyond the table, or a cell can't take its text; nothing is changed then.
    """
    block = [line.split("\t") for line in text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")]
    order = list(rows) or list(range(len(table.rows)))
    shown = list(columns) or list(table.columns)
    if len(block) == 1 and len(block[0]) == 1 and rows:
        return _with(table, {k: _typed(table, k, column, block[0][0]) for k in order})
    top, left = order.index(row), shown.index(column)
    below, beside = len(order) - top, len(shown) - left
    widest = max(len(line) for line in block)
    if len(block) > below or widest > beside:
        found = f"the block has {len(block)} rows and {widest} columns"
        room = f"from here on the table has {below} and {beside}"
        raise CellError(row, column, f"{found}; {room}. Paste further up or to the left, or copy fewer cells.")
    new: dict[int, ImportRow] = {}
    for k, line in zip(order[top:], block, strict=False):
        for name, cell in zip(shown[left:], line, strict=False):
            new[k] = _typed(table, k, name, cell, row=new.get(k))
    return _with(table, new)


def with_kind(table: ImportTable, rows: Iterable[int], kind: str) -> ImportTable:
    """Return the table with one kind in several rows."""
    return _with(table, {k: _typed(table, k, "kind", kind) for k in rows})


def with_frames(table: ImportTable, rows: Iterable[int], frames: str) -> ImportTable:
    """Return the table with one choice of frames in several rows: repeats, mean, sum, or numbers such as 1-5,8."""
    return _with(table, {k: _typed(table, k, "frames", frames) for k in rows})


def with_rows(table: ImportTable, rows: Iterable[int], image_rows: str) -> ImportTable:
    """Return the table with one choice of the rows of images that are summed: all, or numbers such as 100-140."""
    return _with(table, {k: _typed(table, k, "rows", image_rows) for k in rows})


def included(table: ImportTable, rows: Iterable[int], is_included: bool) -> ImportTable:
    """Return the table with rows taken out, or back in."""
    return _with(table, {k: replace(table.rows[k], is_included=is_included) for k in rows})


def confirmed(table: ImportTable, rows: Iterable[int], column: str) -> ImportTable:
    """Return the table with conflicts of ``column`` settled in favour of what is shown."""
    return _with(table, {k: replace(table.rows[k], confirmed=table.rows[k].confirmed | {column}) for k in rows})


def with_template(table: ImportTable, template: Template | None) -> ImportTable:
    """Return the table with names read by ``template``; those it doesn't fit are read for what they say plainly."""
    rows = together([named(row, template) for row in table.rows], table.kinds)
    return replace(table, rows=rows, template=template)


def with_header_keys(table: ImportTable, header_keys: Sequence[HeaderKey]) -> ImportTable:
    """Return the table with headers read as ``header_keys`` explain them."""
    rows = together([filled(row, table.template, header_keys) for row in table.rows], table.kinds)
    return replace(table, rows=rows, header_keys=tuple(header_keys))


def with_defaults(table: ImportTable, defaults: Sequence[Default]) -> ImportTable:
    """Return the table with other values for what nothing says."""
    return replace(table, defaults=tuple(defaults))


def with_kinds(table: ImportTable, kinds: Sequence[NamedKind]) -> ImportTable:
    """Return the table with kinds of files whose names look alike, before what the names say."""
    return replace(table, rows=together(table.rows, kinds), kinds=tuple(kinds))


def added(table: ImportTable, scan: Scan) -> ImportTable:
    """Return the table with further files; those that are there already stay as they are.

    Raises
    ------
    InputError
        Where the files lie outside the folder of the table.
    """
    if scan.root != table.root:
        raise InputError(f"{scan.root} is not {table.root}, the folder of the table. Import it by itself.")
    known = {file.name for file in table.files}
    new = replace(scan, files=tuple(file for file in scan.files if file.name not in known))
    further = table_of(new, template=table.template, header_keys=table.header_keys)
    return replace(table, files=(*table.files, *new.files), rows=together((*table.rows, *further.rows), table.kinds))


def removed(table: ImportTable, names: Iterable[str]) -> ImportTable:
    """Return the table without the files ``names``, readable or not."""
    gone = frozenset(names)
    return replace(
        table,
        files=tuple(file for file in table.files if file.name not in gone),
        rows=tuple(row for row in table.rows if row.file not in gone),
    )


def split_frames(table: ImportTable, row: int, column: str) -> ImportTable:
    """Return the table with a row for each frame of one row, told apart by what the file says about its frames.

    Parameters
    ----------
    column : str
        The column that the frame axis fills, such as ``temperature_k`` or ``note``.

    Raises
    ------
    CellError
        Where the file doesn't tell its frames apart, or in a unit that the column can't take.
    """
    source = table.rows[row]
    axis = source.part.frame_axis
    if axis is None or source.frame:
        text = f"{source.label}: the file says nothing that tells its frames apart. Choose repeats, mean or sum."
        raise CellError(row, column, text)
    if axis.values.size > _MOST_FRAMES:
        raise CellError(row, column, f"{source.label} has {axis.values.size} frames, more than {_MOST_FRAMES}.")
    rows = []
    for k, number in enumerate(axis.values.tolist(), 1):
        said = f"{number:.10g} {axis.unit}".strip()
        value = _understood(row, column, said if column not in ("note", "series", "pair") else f"{axis.name} {said}")
        of_frame = Finding(column, value, "frame axis", f"{axis.header or axis.name} = {said}")
        number_of = Finding("frames", str(k), "frame axis", f"frame {k}")
        rows.append(replace(source.with_findings(of_frame, number_of), frame=k))
    return replace(table, rows=(*table.rows[:row], *rows, *table.rows[row + 1 :]))


def joined_frames(table: ImportTable, row: int) -> ImportTable:
    """Return the table with the rows of all frames of a data set as one again."""
    first = table.rows[row]
    if not first.frame:
        return table
    kept = tuple(f for f in first.findings if f.source != "frame axis")
    whole = replace(first, findings=kept, frame=0)
    place = next(k for k, other in enumerate(table.rows) if other.key[:2] == first.key[:2])
    rows = [other for other in table.rows if other.key[:2] != first.key[:2]]
    return replace(table, rows=(*rows[:place], whole, *rows[place:]))


def _typed(table: ImportTable, k: int, column: str, text: str, *, row: ImportRow | None = None) -> ImportRow:
    value = _understood(k, column, text)
    found = row or table.rows[k]
    _refuse_beyond(k, column, value, found)
    return found.with_findings(Finding(column, value, _HAND, text.strip() if text.strip() != value else ""))


def _understood(k: int, column: str, text: str) -> str:
    try:
        return canonical(column, text)
    except InputError as error:
        raise CellError(k, column, str(error)) from error


def _refuse_beyond(k: int, column: str, value: str, row: ImportRow) -> None:
    """Raise `CellError` for frames or rows that the file doesn't have."""
    if column not in ("frames", "rows") or not value:
        return
    if column == "rows" and row.part.layout != "image":
        raise CellError(k, column, f"{row.label} is no image; only images have rows to sum. Leave the cell blank.")
    numbers = [int(number) for part in value.split(",") for number in part.split("-") if number.isdigit()]
    if numbers and not 1 <= min(numbers) <= max(numbers) <= row.part.frames:
        raise CellError(k, column, f"{row.label} has {column} 1 to {row.part.frames}; {value} goes beyond them.")


def _with(table: ImportTable, rows: dict[int, ImportRow]) -> ImportTable:
    if not rows:
        return table
    return replace(table, rows=tuple(rows.get(k, row) for k, row in enumerate(table.rows)))
