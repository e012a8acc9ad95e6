"""From the table of an import to a manifest, as a file or in memory, and to the experiment itself."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from asplab.core.counting import counted
from asplab.core.errors import InputError
from asplab.core.experiment import Experiment
from asplab.core.importing.lines import without_lines
from asplab.core.importing.table import ImportRow, ImportTable
from asplab.core.io.datafile import FileError
from asplab.core.io.delimited import TextRow, TextTable
from asplab.core.io.manifest import Manifest, ManifestRow, understood
from asplab.core.loading import MANIFEST_NAME, Memory, load_rows
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.safe_files import replaced_file

__all__ = ["DRAFTED_COLUMNS", "experiment_of", "manifest_of", "manifest_text", "save_manifest", "unused_rows"]

DRAFTED_COLUMNS = (
    "kind",
    "temperature_k",
    "excitation_nm",
    "repeat",
    "longpass_nm",
    "shortpass_nm",
    "power_uw",
    "exposure_s",
    "sample",
    "note",
)
"""Columns that a draft shows even where nothing is known, for people to fill in."""

_SIMULATED = "simulated data of the virtual experiment"


def manifest_text(table: ImportTable, *, is_draft: bool = False) -> str:
    """Return the text of a manifest: a row per data set in use.

    A draft has every row and blank cells to fill, and names in comments what couldn't be read or is open; without it
    rows of unknown kind are left out.
    """
    rows = [k for k, row in enumerate(table.rows) if row.is_included and (is_draft or table.value(k, "kind"))]
    columns = _columns(table, rows, is_draft=is_draft)
    out = io.StringIO()
    for comment in _comments(table, rows, is_draft=is_draft):
        out.write(f"# {comment}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(table, k, column) for column in columns] for k in rows)
    return out.getvalue()


def save_manifest(table: ImportTable, path: Path | None = None) -> Path:
    """Write the manifest, by default beside the data, and return where; an earlier one is kept as ``.bak.csv``.

    Raises
    ------
    InputError
        When no row has a kind, or ``path`` lies where the names of the files would not hold.
    ProjectError
        When it can't be written.
    """
    target = table.root / MANIFEST_NAME if path is None else path.absolute()
    if target.parent != table.root:
        raise InputError(f"{target}: the manifest belongs into {table.root}, since its rows name files from there.")
    if not any(row.is_included and table.value(k, "kind") for k, row in enumerate(table.rows)):
        raise InputError(f"{target}: no row has a kind, so there is nothing to write. Choose what the files are.")
    with replaced_file(target, keep_previous=True) as partial:
        partial.write_text(manifest_text(table), encoding="utf-8", newline="\n")
    return target


def manifest_of(table: ImportTable, *, name: str = MANIFEST_NAME, sha256: str = "") -> Manifest:
    """Return what the manifest would say, without writing it; rows that can't be used are in its faults.

    ``name`` and ``sha256`` are those of the file that the conditions come from, where there is one.
    """
    chosen = [k for k, row in enumerate(table.rows) if row.is_included and table.value(k, "kind")]
    columns = _columns(table, chosen, is_draft=False)
    head = TextTable(name, decimal_comma=False, columns=tuple(columns), rows=(), faults=(), comments=())
    rows: list[ManifestRow] = []
    faults: list[FileError] = []
    for line, k in enumerate(chosen, len(_comments(table, chosen, is_draft=False)) + 2):
        cells = {column: text for column in columns if (text := _cell(table, k, column))}
        try:
            rows.append(understood(TextRow(line, cells), head))
        except FileError as fault:
            faults.append(FileError(table.rows[k].label, None, fault.text))
    return Manifest(name, sha256, _is_simulated(table, chosen), tuple(rows), tuple(faults))


def experiment_of(
    table: ImportTable,
    *,
    name: str = MANIFEST_NAME,
    sha256: str = "",
    progress: Progress | None = None,
    memory: Memory | None = None,
) -> Experiment:
    """Load the experiment that the table describes; its problems name what was left out, and cells in conflict.

    ``name``, ``sha256`` as for `manifest_of`; ``memory`` as for `asplab.core.loading.load_rows`.
    """
    manifest = manifest_of(table, name=name, sha256=sha256)
    experiment = load_rows(manifest, table.root / MANIFEST_NAME, progress=progress, memory=memory)
    experiment = without_lines(experiment, manifest)
    return replace(experiment, problems=(*experiment.problems, *_left_out(table), *_conflicts(table)))


def unused_rows(table: ImportTable) -> tuple[ImportRow, ...]:
    """Return the rows in use whose kind isn't known, so that no analysis can take them."""
    return tuple(row for k, row in enumerate(table.rows) if row.is_included and not table.value(k, "kind"))


def _left_out(table: ImportTable) -> list[Problem]:
    unreadable = [Problem("warning", file.name, f"left out: {file.error}") for file in table.failures]
    text = "left out, since its kind isn't known. Name it in the template, a default or the manifest."
    return [*unreadable, *(Problem("warning", row.label, text) for row in unused_rows(table))]


def _conflicts(table: ImportTable) -> list[Problem]:
    text = "sources differ, the first was taken: {}. Correct the file's name or fill in the manifest."
    return [Problem("warning", table.rows[c.row].label, text.format(c.text)) for c in table.conflicts]


def _columns(table: ImportTable, rows: Sequence[int], *, is_draft: bool) -> list[str]:
    """Return the columns to write: those with content, in the usual order, and all that a draft shows."""
    shown = DRAFTED_COLUMNS if is_draft else ("kind",)
    used = [c for c in table.used_columns if c not in shown and any(table.value(k, c) for k in rows)]
    datasets = ["dataset"] if any(table.rows[k].dataset for k in rows) else []
    return ["file", *datasets, *shown, *used]


def _cell(table: ImportTable, k: int, column: str) -> str:
    row = table.rows[k]
    if column == "dataset":
        return row.dataset
    if column != "file":
        return table.value(k, column)
    # A row that begins with this sign would be a comment, and blanks at the ends of a cell don't count.
    return f"./{row.file}" if row.file.startswith(("#", " ")) else row.file


def _comments(table: ImportTable, rows: Sequence[int], *, is_draft: bool) -> list[str]:
    comments = [_SIMULATED] if _is_simulated(table, rows) else []
    if not is_draft:
        return comments
    comments.append(
        "Drafted from names and headers of the files: check every row, fill the blanks, save as manifest.csv"
    )
    comments += [f"not read: {file.name}: {file.error}" for file in table.failures]
    doubts = list(dict.fromkeys(doubt for k in range(len(table.rows)) for doubt in table.doubts(k)))
    comments += [f"open: {doubt}" for doubt in doubts[:_MOST_COMMENTS]]
    if len(doubts) > _MOST_COMMENTS:
        comments.append(f"open: {counted(len(doubts) - _MOST_COMMENTS, 'further doubt')} of the same sort")
    conflicts = table.conflicts
    comments += [f"sources differ: {table.rows[c.row].label}: {c.text}" for c in conflicts[:_MOST_COMMENTS]]
    if len(conflicts) > _MOST_COMMENTS:
        comments.append(f"sources differ: in {counted(len(conflicts) - _MOST_COMMENTS, 'further cell')}")
    comments += _blanks(table, rows)
    return [" ".join(comment.split()) for comment in comments]


def _blanks(table: ImportTable, rows: Sequence[int]) -> list[str]:
    """Return what has to be filled in before the manifest can be used: a comment a column."""
    chosen = frozenset(rows)
    by_column: dict[str, list[str]] = {}
    for k, column in table.missing:
        if k in chosen:
            by_column.setdefault(column, []).append(table.rows[k].label)
    comments = []
    for column, labels in by_column.items():
        more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
        comments.append(f"blank: {column} of {counted(len(labels), 'row')}: {', '.join(labels[:_SHOWN])}{more}")
    return comments


_MOST_COMMENTS = 30
_SHOWN = 3


def _is_simulated(table: ImportTable, rows: Sequence[int]) -> bool:
    return table.is_simulated or any(table.value(k, "sample").lower().startswith("simulated") for k in rows)
