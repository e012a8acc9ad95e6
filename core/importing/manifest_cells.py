"""Fill an import's table from a manifest that is there already."""

from dataclasses import replace
from pathlib import Path

from asplab.core.errors import InputError
from asplab.core.importing.findings import Finding
from asplab.core.importing.quantities import QuantityError, canonical
from asplab.core.importing.scanned import unread_part
from asplab.core.importing.table import ImportRow, ImportTable
from asplab.core.io import file_bytes
from asplab.core.io.datafile import FileError
from asplab.core.io.delimited import TextRow, TextTable, read_table
from asplab.core.io.listing import named_or_globbed, repeats
from asplab.core.io.manifest import is_simulated, relative_pattern
from asplab.core.problems import Problem

__all__ = ["with_manifest"]

_PLACES = ("file", "dataset")


def with_manifest(table: ImportTable, path: Path) -> tuple[ImportTable, tuple[Problem, ...]]:
    """Return the table with what a manifest says, and what in it can't be used.

    A row of the manifest holds for all files that its name or glob means; a later row goes before an earlier one.
    Rows may be incomplete: the other sources fill them.

    Raises
    ------
    InputError
        When the manifest is no table, has no column ``file``, or lies outside the table's folder.
    """
    if path.absolute().parent != table.root:
        raise InputError(f"{path}: the manifest doesn't lie in {table.root}, so that its names mean other files.")
    said = read_table(file_bytes(path, path.name), path.name)
    if "file" not in said.columns:
        raise InputError(f"{path}: the manifest has no column 'file'. Its first row must name the columns.")
    problems = [Problem("error", fault.where, fault.text) for fault in said.faults]
    # Tables that enter half-way hold texts, which no reader of spectra takes; a manifest may list them.
    unread = [ImportRow(file.name, unread_part(file.error)) for file in table.failures]
    rows = [*table.rows, *unread]
    places: dict[str, list[int]] = {}
    for k, row in enumerate(rows):
        places.setdefault(row.file, []).append(k)
    for line in said.rows:
        try:
            _apply(line, said, path, rows, places)
        except FileError as fault:
            problems.append(Problem("error", fault.where, fault.text))
    simulated = table.is_simulated or is_simulated(said)
    kept = tuple(row for row in rows if row.part.points or row.findings)
    return replace(table, rows=kept, is_simulated=simulated), tuple(problems)


def _apply(line: TextRow, said: TextTable, path: Path, rows: list[ImportRow], places: dict[str, list[int]]) -> None:
    """Put the cells of one row of the manifest into all rows of the table that it means."""

    def fault(text: str) -> FileError:
        return FileError(said.name, line.line, text)

    if "file" not in line.cells:
        raise fault("the cell of column 'file' is blank. Fill it in or delete the row.")
    pattern = relative_pattern(line.cells["file"], fault)
    try:
        names = named_or_globbed(pattern, path.absolute().parent, path.absolute())
    except (ValueError, OSError) as error:
        raise fault(f"{pattern!r} is no usable file name or glob ({error}). Correct it.") from error
    if not names:
        raise fault(f"{pattern!r} means no file. Correct the name or add the file.")
    if len(names) > 1 and "repeat" in line.cells:
        raise fault(f"one repeat is given for {len(names)} files. Leave it blank to number them in order.")
    findings = tuple(_finding(column, line, said) for column in line.cells if column not in _PLACES)
    dataset = line.cells.get("dataset", "")
    for name, repeat in zip(names, repeats(names, None), strict=True):
        numbered = (Finding("repeat", str(repeat), "manifest", pattern),) if repeat is not None else ()
        for k in places.get(name, []):
            if not dataset or rows[k].dataset == dataset:
                rows[k] = rows[k].with_findings(*numbered, *findings)


def _finding(column: str, line: TextRow, said: TextTable) -> Finding:
    text = line.cells[column]
    if said.decimal_comma and text.replace(",", "").isdigit():
        text = text.replace(",", ".")
    try:
        return Finding(column, canonical(column, text), "manifest", f"line {line.line}")
    except QuantityError as error:
        raise FileError(said.name, line.line, f"column {column}: {error}") from error
