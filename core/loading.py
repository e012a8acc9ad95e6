"""Load an experiment: a manifest and the files it lists become records; what can't be read becomes problems."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from asplab.core.companion.sizes.table import load_areas
from asplab.core.errors import InputError
from asplab.core.experiment import (
    KEPT_KINDS,
    TABLE_KINDS,
    Curve,
    Experiment,
    Record,
    Scan,
    Source,
    Spectrum,
    Table,
)
from asplab.core.io import DataFile, file_bytes, read_bytes
from asplab.core.io.crosschecks import (
    identical_files,
    merged,
    negative_counts,
    without_cut,
    without_energies,
)
from asplab.core.io.datafile import FileError
from asplab.core.io.draft import DRAFT_NAME, draft_manifest
from asplab.core.io.listing import Listed, list_files
from asplab.core.io.manifest import Manifest, read_manifest
from asplab.core.io.published import read_halfway_file
from asplab.core.io.records import Loaded, Origin, read_kept, read_record
from asplab.core.io.selection import Selected, Selection, select
from asplab.core.problems import Problem
from asplab.core.progress import Progress

__all__ = ["draft_manifest", "load_experiment"]

MANIFEST_NAME = "manifest.csv"


def load_experiment(folder: Path | str, *, progress: Progress | None = None) -> Experiment:
    """Load the files that a manifest lists.

    Parameters
    ----------
    folder : Path or str
        A folder with ``manifest.csv``, or a manifest of any name.
    progress : Progress, optional
        Told about each file; its cancel stops the work.

    Returns
    -------
    Experiment
        Flat records with true values. A file or row that can't be used is missing and has a `Problem` of
        severity ``error`` that names file, line, value and remedy; the others load.

    Raises
    ------
    InputError
        Without a manifest (the message says how to draft one), or with one that is no table of files.
    Cancelled
        When ``progress`` was cancelled.
    """
    manifest_path = find_manifest(Path(folder))
    manifest = read_manifest(manifest_path)
    return load_rows(manifest, manifest_path.resolve(), progress=progress)


def load_rows(
    manifest: Manifest,
    place: Path,
    *,
    progress: Progress | None = None,
    memory: "Memory | None" = None,
    unfinished: Collection[str] | None = None,
) -> Experiment:
    """Load what the rows of ``manifest`` list, beside ``place``: the file it stands in, or would stand in.

    Parameters
    ----------
    memory : Memory, optional
        Files read before, which are not read again while they stay as they are.
    unfinished : collection of str, optional
        Files, relative to the folder, that are still being written and are left out, while others are still to come.

    Returns and raises as `load_experiment`.
    """
    root = place.parent
    sources = [Source(manifest.name, manifest.sha256)] if manifest.sha256 else []
    collected = Collected(sources, memory=memory if memory is not None else Memory())
    collected.problems += [Problem("error", fault.where, fault.text) for fault in manifest.faults]
    listed, problems = list_files(manifest.rows, root, place, awaits=unfinished is not None)
    collected.problems += problems
    listed = [entry for entry in listed if entry.name not in (unfinished or ())]
    for done, entry in enumerate(listed):
        if progress is not None:
            progress.step(done, len(listed), f"reading {entry.name}")
        load_file(entry, root, collected)
    if progress is not None:
        progress.step(len(listed), len(listed), "files read")
    return assemble(root.name, manifest, collected)


def find_manifest(path: Path) -> Path:
    """Return the manifest at ``path`` or in the folder ``path``; raise `InputError` without one."""
    if path.is_file():
        return path
    if not path.is_dir():
        raise InputError(f"{path}: no such folder or manifest. Check the path.")
    found = sorted(entry for entry in path.iterdir() if entry.name.lower() == MANIFEST_NAME)
    if found:
        return found[0]
    raise InputError(
        f"{path}: the folder has no {MANIFEST_NAME}, which says what its data files are. Complete the draft "
        f"{path / DRAFT_NAME}, written by the command line and the window, and save it as {MANIFEST_NAME}."
    )


@dataclass(slots=True)
class Memory:
    """Files that were read, by path, size and time of change, so that a folder that grows costs its new files only."""

    files: dict[tuple[str, int, int], DataFile] = field(default_factory=dict)

    def read(self, path: Path, name: str) -> DataFile:
        """Return a file as read now, or before if it is unchanged; raises as `asplab.core.io.read`."""
        key = _stamp(path)
        if key not in self.files:
            self.files[key] = read_bytes(file_bytes(path, name), name)
        return self.files[key]


def _stamp(path: Path) -> tuple[str, int, int]:
    """Return what changes with a file, and never again for one that isn't there."""
    try:
        found = path.stat()
    except OSError:
        return str(path), -1, -1
    return str(path), found.st_size, found.st_mtime_ns


@dataclass(slots=True)
class Collected:
    """What has been loaded so far."""

    sources: list[Source]
    memory: Memory
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    names: dict[str, int | None] = field(default_factory=dict)
    repeats: Counter[int] = field(default_factory=Counter)

    def take(self, loaded: Loaded) -> None:
        """Add a record, unless it is there already."""
        record = loaded.record
        if record.source in self.names:
            line = self.names[record.source]
            text = f"{record.source} is already listed in line {line}; it was loaded once. Remove one row."
            self.problems.append(Problem("warning", record.where, text))
            return
        self.names[record.source] = record.line
        self.records.append(record)
        self.problems += [Problem(severity, record.where, text) for severity, text in loaded.remarks]

    def next_repeat(self, line: int) -> int:
        """Return the number of the next repeat of a row whose files hold several each."""
        self.repeats[line] += 1
        return self.repeats[line]


def load_file(entry: Listed, root: Path, collected: Collected) -> None:
    """Read one listed file into ``collected``, as records or as a problem."""
    row = entry.row
    origin = Origin(row.kind, entry.name, row.line, replace(row.condition, repeat=entry.repeat), row.metadata)
    try:
        digest, found = read_kind(root / entry.name, origin, row.selection, collected.memory)
    except FileError as fault:
        collected.problems.append(Problem("error", f"{fault.where} (manifest line {row.line})", fault.text))
        return
    if entry.name not in collected.paths:
        collected.paths.add(entry.name)
        collected.sources.append(Source(entry.name, digest))
    for loaded in found:
        if len(found) > 1:
            condition = replace(loaded.record.condition, repeat=collected.next_repeat(row.line))
            loaded = replace(loaded, record=replace(loaded.record, condition=condition))
        collected.take(loaded)


def read_kind(path: Path, origin: Origin, selection: Selection, memory: Memory) -> tuple[str, list[Loaded]]:
    """Return the SHA-256 of a file and its records, as its kind asks for."""
    if origin.kind in TABLE_KINDS:
        raw = file_bytes(path, origin.source)
        return hashlib.sha256(raw).hexdigest(), [read_halfway_file(raw, origin)]
    if origin.kind == "sizes":
        raw = file_bytes(path, origin.source)
        return hashlib.sha256(raw).hexdigest(), [load_areas(raw, origin)]
    if origin.kind not in KEPT_KINDS:
        file = memory.read(path, origin.source)
        return file.sha256, [read_selected(part, origin) for part in select(file, selection)]
    try:
        file = memory.read(path, origin.source)
    except FileError as fault:
        raw = file_bytes(path, origin.source)
        record = Record(origin.kind, origin.source, origin.line, origin.condition, origin.metadata)
        line = "" if fault.line is None else f"line {fault.line} of the file: "
        text = f"kept without its numbers: {line}{fault.text}"
        return hashlib.sha256(raw).hexdigest(), [Loaded(record, (("warning", text),))]
    return file.sha256, [read_kept(file, origin)]


def read_selected(part: Selected, origin: Origin) -> Loaded:
    """Return the record of one measurement of a file; the source says which one it is where there are several."""
    loaded = read_record(part.file, replace(origin, source=f"{origin.source}{part.suffix}"))
    return replace(loaded, remarks=(*part.remarks, *loaded.remarks))


def assemble(name: str, manifest: Manifest, collected: Collected) -> Experiment:
    """Return the experiment of the records that stand the comparison with the other files."""
    records, foreign = without_energies(collected.records)
    records, cut = without_cut(records)
    problems = [*merged(collected.problems), *foreign, *cut, *negative_counts(records)]
    problems += identical_files(collected.sources)
    kept = tuple(record for record in records if record.kind in KEPT_KINDS)
    used = [record for record in records if record.kind not in KEPT_KINDS]
    return Experiment(
        name=name,
        simulated=manifest.simulated,
        spectra=tuple(record for record in used if isinstance(record, Spectrum)),
        scans=tuple(record for record in used if isinstance(record, Scan)),
        curves=tuple(record for record in used if isinstance(record, Curve)),
        tables=tuple(record for record in used if isinstance(record, Table)),
        kept=kept,
        sources=tuple(collected.sources),
        problems=tuple(problems),
    )
