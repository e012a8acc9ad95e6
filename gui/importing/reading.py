"""What jobs of the import window do: read files, fill their table, look at it, load the experiment. No Qt in here."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from asplab.core.errors import AsplabError, InputError
from asplab.core.experiment import Experiment
from asplab.core.importing import edits
from asplab.core.importing.columns import ColumnMap
from asplab.core.importing.manifest_cells import with_manifest
from asplab.core.importing.preset import Preset, applied, best_preset, list_presets
from asplab.core.importing.scan import Scan, scan
from asplab.core.importing.scanned import ScannedFile, ScannedPart, scanned_part
from asplab.core.importing.survey import Survey, survey
from asplab.core.importing.table import ImportRow, ImportTable, table_of
from asplab.core.importing.write import experiment_of
from asplab.core.io.datafile import FileError
from asplab.core.jobs.opening import refuse_empty
from asplab.core.loading import MANIFEST_NAME, Memory
from asplab.core.progress import Progress
from asplab.core.units import FloatArray, wavelength_from_energy
from asplab.gui.importing.marks import Marked, marked
from asplab.gui.importing.shelf import NamedFiles, Shelf
from asplab.gui.language import tr

MOST_CURVES, CURVE_POINTS = 400, 320
_ENERGIES = {"meV": 1.0, "eV": 1000.0}


@dataclass(frozen=True, slots=True, eq=False)
class ReadFiles:
    """What was read.

    Attributes
    ----------
    state : Marked
    notes : tuple of str
        What a manifest said that can't be used, and how many files were too many.
    offer : Preset or None
        The preset that was made for names like these.
    faults : tuple of str
        What is wrong with the user's presets.
    """

    state: Marked
    notes: tuple[str, ...] = ()
    offer: Preset | None = None
    faults: tuple[str, ...] = ()


def read_files(paths: Sequence[Path], shelf: Shelf, presets: Path, progress: Progress) -> ReadFiles:
    """Read files and folders; raises as `asplab.core.importing.scan.scan`."""
    found = scan(paths, read=shelf.read, progress=progress)
    table = table_of(found)
    notes = [*_left_out(found)]
    manifest = manifest_in(found.root)
    if manifest is not None:
        table, told = _filled(table, manifest)
        notes += told
    kept, faults = list_presets(presets)
    offer = None if manifest is not None else best_preset(kept, names_of(table))
    return ReadFiles(marked(table), tuple(notes), offer, faults)


def read_further(paths: Sequence[Path], state: Marked, shelf: Shelf, progress: Progress) -> Scan:
    """Read more files of the same folder."""
    return scan(paths, root=state.table.root, read=NamedFiles(shelf=shelf, maps=state.maps).read, progress=progress)


def remapped(state: Marked, shelf: Shelf, maps: Sequence[ColumnMap]) -> Marked:
    """Return a table whose files are read with other names of their columns; what was typed stays."""
    table = state.table
    found = scan([file.path for file in table.files], root=table.root, read=NamedFiles(shelf=shelf, maps=maps).read)
    said = (table.defaults, table.header_keys, table.kinds)
    fresh = table_of(found, template=table.template, defaults=said[0], header_keys=said[1], kinds=said[2])
    before = {row.key: row for row in table.rows}
    rows = tuple(_with_said(row, before[row.key]) if row.key in before else row for row in fresh.rows)
    return replace(marked(replace(fresh, rows=rows, is_simulated=table.is_simulated)), maps=tuple(maps))


def _with_said(row: ImportRow, before: ImportRow) -> ImportRow:
    """Return a row with what a manifest or a person said about it before."""
    said = [finding for finding in before.findings if finding.source in ("manifest", "typed by hand")]
    kept = row.with_findings(*said)
    return replace(kept, is_included=before.is_included, confirmed=before.confirmed)


def with_preset(state: Marked, shelf: Shelf, preset: Preset) -> Marked:
    """Return a table filled as a preset says, its files read anew where the preset names columns."""
    if preset.columns and preset.columns != state.maps:
        state = remapped(state, shelf, preset.columns)
    return marked(applied(state.table, preset), state)


def added(table: ImportTable, found: Scan) -> ImportTable:
    """Return a table with further files; raises as `asplab.core.importing.edits.added`."""
    return edits.added(table, found)


@dataclass(frozen=True, slots=True, eq=False)
class LookedOver:
    """A survey, and the curves to be drawn.

    Attributes
    ----------
    survey : Survey
    lines : dict
        Wavelength in nm, ascending, and values, shape (2, n), of rows of the table.
    without : int
        Rows that have no wavelengths.
    total : int
        Rows in use, of which those that were left out are further repeats.
    """

    survey: Survey
    lines: dict[int, FloatArray]
    without: int
    total: int


def look_over(state: Marked, shelf: Shelf, progress: Progress) -> LookedOver:
    """Return the survey of a table with the curves of its rows, of each condition at least one."""
    table, files = state.table, NamedFiles(shelf=shelf, maps=state.maps)
    found = survey(table)
    every = [k for group in found.groups for k in group.rows]
    chosen = every if len(every) <= MOST_CURVES else [group.rows[0] for group in found.groups][:MOST_CURVES]
    lines = {}
    for done, k in enumerate(chosen):
        progress.step(done, len(chosen), tr("Looking it over"))
        line = line_of(detailed(table, k, files, CURVE_POINTS))
        if line is not None:
            lines[k] = line
    return LookedOver(found, lines, len(chosen) - len(lines), len(every))


def detailed(table: ImportTable, k: int, files: Memory, points: int) -> ScannedPart:
    """Return the data set of a row with more points in its thumbnail; with the usual ones if it can't be read again."""
    row = table.rows[k]
    file = next(file for file in table.files if file.name == row.file)
    return detailed_part(file, row.part, files, points)


def detailed_part(file: ScannedFile, part: ScannedPart, files: Memory, points: int) -> ScannedPart:
    """Return a data set with more points in its thumbnail; as it is if the file can't be read again."""
    if part not in file.parts:
        return part
    try:
        read = files.read(file.path, file.name)
    except FileError:
        return part
    place = file.parts.index(part)
    return scanned_part(read.parts[place], points=points) if place < len(read.parts) else part


def line_of(part: ScannedPart) -> FloatArray | None:
    """Return wavelength in nm, ascending, and values of a data set, shape (2, n); None without wavelengths."""
    axis, values = part.thumbnail
    if part.layout == "image" or not np.isfinite(part.peak_nm):
        return None
    if part.axis_unit in _ENERGIES:
        axis = wavelength_from_energy(axis * _ENERGIES[part.axis_unit])
    elif part.axis_unit == "cm-1":
        axis = 1e7 / axis
    elif part.axis_unit not in ("nm", ""):
        return None
    order = np.argsort(axis, kind="stable")
    axis, values = axis[order], values[order]
    fresh = np.isfinite(axis) & np.concatenate(([True], np.diff(axis) > 0))
    return np.array([axis[fresh], values[fresh]])


def load(state: Marked, shelf: Shelf, progress: Progress) -> Experiment:
    """Return the experiment of a table; what was read already is not read again.

    Raises
    ------
    InputError
        When no row is in use, or none of the files can be.
    """
    table = state.table
    if not any(row.is_included and table.value(k, "kind") for k, row in enumerate(table.rows)):
        raise InputError("No row in use has a kind, so there is nothing to import. Choose what the files are.")
    experiment = experiment_of(table, progress=progress, memory=NamedFiles(shelf=shelf, maps=state.maps))
    refuse_empty(experiment)
    return experiment


def names_of(table: ImportTable) -> list[str]:
    """Return the name of each readable file once."""
    return list(dict.fromkeys(row.file for row in table.rows))


def manifest_in(folder: Path) -> Path | None:
    """Return the manifest of a folder, if it has one."""
    if not folder.is_dir():
        return None
    # Thousands of files lie beside it, so no path is made of each.
    return next((folder / name for name in sorted(os.listdir(folder)) if name.lower() == MANIFEST_NAME), None)


def _left_out(found: Scan) -> list[str]:
    if not found.left_out:
        return []
    return [tr("{left_out} further files were not read; import one experiment at a time.", left_out=found.left_out)]


def _filled(table: ImportTable, manifest: Path) -> tuple[ImportTable, list[str]]:
    try:
        filled, problems = with_manifest(table, manifest)
    except AsplabError as error:
        return table, [str(error)]
    return filled, [f"{problem.where}: {problem.message}" for problem in problems]
