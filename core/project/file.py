"""The project file ``*.nxs``: everything that was measured and chosen, and the results, in one NeXus file.

Saving is atomic and keeps the previous version; opening gives the document back exactly. What other programs
added to the file stays in it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import h5py

from asplab.core.document import Document, Exclusion, Exclusions
from asplab.core.errors import ProjectError, SettingsError
from asplab.core.experiment import Experiment, Source
from asplab.core.io.datafile import FileError
from asplab.core.io.hdf5_tree import refuse_endless_heaps
from asplab.core.pipeline import Results
from asplab.core.problems import Problem, Severity
from asplab.core.progress import Progress
from asplab.core.project.entries import arrange_entries
from asplab.core.project.foreign import add_listing, carry_over
from asplab.core.project.nexus import (
    LAYOUT,
    ROLE,
    Reader,
    add_group,
    add_numbers,
    add_text,
    add_texts,
    link_names,
    role,
)
from asplab.core.project.reading import assemble_collections, read_entry
from asplab.core.project.results import Numbers, final_numbers, stored_numbers, write_processes
from asplab.core.project.scenarios import read_scenarios, write_scenarios
from asplab.core.project.writing import EntryWriter
from asplab.core.provenance import PROGRAM, Provenance, record_provenance
from asplab.core.safe_files import advise_previous, replaced_file
from asplab.core.settings.plain import settings_from_json, settings_to_json

__all__ = ["final_numbers", "open_project", "save_project", "stored_results", "was_saved_by_person"]

SCHEMA = (1, 2)
"""Version of the layout: a new major number where older programs would misread it."""

Migration = Callable[[h5py.File], None]
MIGRATIONS: Mapping[int, Migration] = {}
"""What brings a file of a major version to the next one, in place; applied to a copy in memory."""

# What the HDF5 library raises where bytes make no sense, or a disk fails.
_HDF5_FAULTS = (OSError, RuntimeError, KeyError)

SavedBy = Literal["analyze", "person"]


def save_project(
    document_or_results: Document | Results,
    path: Path | str,
    *,
    results: Results | None = None,
    saved_by: SavedBy = "person",
    keep_previous: bool = True,
    based_on: Path | str | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Path:
    """Save a document, with its results where they are given, and return the path of the file.

    The file appears complete or not at all: it is written beside its place and then moved there.

    Parameters
    ----------
    document_or_results : Document or Results
        What to save; `Results` bring their document.
    path : Path or str
        File to write, by convention ``*.nxs``.
    results : Results, optional
        Results of the document, when a `Document` was given.
    saved_by : {"analyze", "person"}
        Who saved; `was_saved_by_person` tells later.
    keep_previous : bool
        Keep the version that is replaced as ``<name>.bak.nxs``.
    based_on : Path or str, optional
        Project that was opened, when it is saved under another name: what other programs added goes along,
        as long as that file exists.
    now : datetime, optional
        Moment of saving, with time zone.
    progress : Progress, optional
        Told about each condition; its cancel leaves the old file as it was.

    Raises
    ------
    ProjectError
        When the file can't be written, or the one in its place is no project of ASPLab, or a newer one.
    SettingsError
        When a setting has a value that no file can hold.
    Cancelled
        When ``progress`` was cancelled.
    """
    document, results = _unpack(document_or_results, results)
    target = Path(path).resolve()
    origin = Path(based_on).resolve() if based_on is not None else target
    provenance = record_provenance(now if now is not None else datetime.now(UTC))
    if target.exists():
        _require_ours(target)
    with replaced_file(target, keep_previous=keep_previous) as partial, _written(partial, named=target) as file:
        _write(file, document, results, provenance, progress or Progress())
        file.attrs["asplab_saved_by"] = saved_by
        add_listing(file["overview/project"])
        if origin.exists():
            with _opened(origin) as old:
                carry_over(old, file, origin)
    return target


@contextmanager
def _written(partial: Path, *, named: Path) -> Iterator[h5py.File]:
    """Give a new HDF5 file to fill; what goes wrong inside becomes a `ProjectError` about ``named``."""
    try:
        with h5py.File(partial, "w", libver=LAYOUT) as file:
            yield file
    except _HDF5_FAULTS as error:
        raise ProjectError(f"{named}: the project can't be written ({error}). Is the disk full?") from error


def _unpack(given: Document | Results, results: Results | None) -> tuple[Document, Results | None]:
    if isinstance(given, Results):
        return given.document, given
    if results is not None and results.document is not given:
        raise ProjectError("the results belong to another document; run the analysis again before saving.")
    return given, results


def open_project(path: Path | str, *, progress: Progress | None = None) -> Document:
    """Return the document that a project holds, exactly as it was saved.

    Raises
    ------
    ProjectError
        When the file is missing, damaged, no project of ASPLab, made by a newer version, or has links.
    Cancelled
        When ``progress`` was cancelled.
    """
    place = Path(path)
    with _opened(place) as file:
        link_names(file, place)
        reader = Reader(place)
        return _read(file, reader, progress or Progress())


def stored_results(path: Path | str) -> Numbers:
    """Return the final numbers that a project holds, by ``step/name``, such as ``efficiency/eta_errors``.

    Compare with `final_numbers` of a new analysis. Empty when the project was saved without results. Raises as
    `open_project`.
    """
    place = Path(path)
    with _opened(place) as file:
        link_names(file, place)
        reader = Reader(place)
        return stored_numbers(reader.group(file, "overview"), reader)


def was_saved_by_person(path: Path | str) -> bool:
    """Tell whether a person saved the project last, not ``asplab analyze``. Raises as `open_project`."""
    with _opened(Path(path)) as file:
        found = file.attrs.get("asplab_saved_by")
        return not (isinstance(found, str) and found == "analyze")


def _write(
    file: h5py.File, document: Document, results: Results | None, provenance: Provenance, progress: Progress
) -> None:
    experiment = document.experiment
    file.attrs["NX_class"] = "NXroot"
    file.attrs["asplab_schema"] = ".".join(map(str, SCHEMA))
    file.attrs["creator"] = PROGRAM
    file.attrs["creator_version"] = provenance.version
    file.attrs["file_time"] = provenance.date_utc
    overview = add_group(file, "overview", "NXentry", **{ROLE: "overview"})
    add_text(overview, "title", experiment.name + (" (simulated)" if experiment.simulated else ""))
    _write_project(overview, document, provenance)
    if results is not None:
        write_processes(overview, results, provenance)
    entries = arrange_entries(experiment, document.settings.grouping)
    writer = EntryWriter(file, experiment)
    for done, entry in enumerate(entries):
        progress.step(done, len(entries), f"saving {entry.name}")
        writer.write(entry)
    progress.step(len(entries), len(entries), "saved")
    plottable = ["overview"] * ("default" in overview.attrs) + [
        e.name for e in entries if "default" in file[e.name].attrs
    ]
    if plottable:
        file.attrs["default"] = plottable[0]


def _write_project(overview: h5py.Group, document: Document, provenance: Provenance) -> None:
    """Write what belongs to no single measurement."""
    experiment = document.experiment
    group = add_group(overview, "project", "NXcollection")
    add_text(group, "name", experiment.name)
    add_numbers(group, "simulated", int(experiment.simulated), unit="1")
    add_text(group, "settings", settings_to_json(document.settings))
    add_text(group, "exclusions", json.dumps([[item.target, item.reason] for item in document.exclusions.items]))
    write_scenarios(group, document)
    add_text(group, "problems", json.dumps([[p.severity, p.where, p.message] for p in experiment.problems]))
    add_texts(group, "source_path", [source.path for source in experiment.sources])
    add_texts(group, "source_sha256", [source.sha256 for source in experiment.sources])
    add_text(group, "software", json.dumps(dict(provenance.software)))


def _read(file: h5py.File, reader: Reader, progress: Progress) -> Document:
    group = reader.group(reader.group(file, "overview"), "project")
    groups = [item for item in file.values() if role(item) == "records"]
    entries = []
    for done, entry in enumerate(groups):
        progress.step(done, len(groups), f"opening {entry.name}")
        entries.append(read_entry(entry, reader))
    progress.step(len(groups), len(groups), "opened")
    paths, sums = reader.texts(group, "source_path"), reader.texts(group, "source_sha256")
    if len(paths) != len(sums):
        raise reader.fault(str(group.name), f"{len(paths)} source paths, but {len(sums)} checksums.")
    experiment = Experiment(
        name=reader.text(group, "name"),
        simulated=bool(reader.numbers(group, "simulated", ndim=0)),
        sources=tuple(Source(path, digest) for path, digest in zip(paths, sums, strict=True)),
        problems=tuple(_problem(*row, reader=reader) for row in _rows(group, "problems", 3, reader)),
        **assemble_collections(entries, reader),  # type: ignore[arg-type]
    )
    exclusions = tuple(Exclusion(*row) for row in _rows(group, "exclusions", 2, reader))
    settings_text = reader.text(group, "settings")
    try:
        settings = settings_from_json(settings_text, where=f"{group.name}/settings")
    except SettingsError as error:
        raise reader.fault("settings", str(error)) from error
    return Document(experiment, settings, Exclusions(exclusions), *read_scenarios(group, reader))


def _rows(group: h5py.Group, name: str, width: int, reader: Reader) -> list[list[str]]:
    """Return a JSON list of rows of texts."""
    rows = reader.json(reader.text(group, name), f"{group.name}/{name}")
    if not isinstance(rows, list) or not all(_is_row(row, width) for row in rows):
        raise reader.fault(f"{group.name}/{name}", f"expected rows of {width} texts, found {rows!r:.80}.")
    return rows


def _is_row(row: object, width: int) -> bool:
    return isinstance(row, list) and len(row) == width and all(isinstance(text, str) for text in row)


def _problem(severity: str, where: str, message: str, *, reader: Reader) -> Problem:
    known: tuple[Severity, ...] = get_args(Severity)
    found = next((level for level in known if level == severity), None)
    if found is None:
        raise reader.fault("problems", f"unknown severity {severity!r}.")
    return Problem(found, where, message)


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """Open a project to read, brought to the present schema; what goes wrong inside becomes a `ProjectError`."""
    schema = _require_ours(path)
    try:
        if schema[0] == SCHEMA[0]:
            with h5py.File(path, "r") as file:
                yield file
        else:
            with _in_memory(path) as file:
                migrate(file, schema[0], where=path)
                yield file
    except _HDF5_FAULTS as error:
        raise ProjectError(f"{path}: the project is damaged ({error}). {advise_previous(path)}") from error


def _in_memory(path: Path) -> Any:
    """Return a file whose changes stay in memory."""
    return h5py.File(path, "r+", driver="core", backing_store=False)


def migrate(
    file: h5py.File,
    major: int,
    *,
    where: Path,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    present: int = SCHEMA[0],
) -> None:
    """Bring an open file from schema ``major`` to the present one, step by step.

    Raises
    ------
    ProjectError
        When a step is not known.
    """
    for step in range(major, present):
        if step not in migrations:
            raise ProjectError(
                f"{where}: its layout (asplab_schema {step}) is older than any that this version of ASPLab reads. "
                "Load the raw data again."
            )
        migrations[step](file)


def _require_ours(path: Path) -> tuple[int, int]:
    """Return the schema of a project; raise `ProjectError` for anything else than a project that this can read."""
    if not path.is_file():
        raise ProjectError(f"{path}: no such file. Check the path.")
    if not h5py.is_hdf5(path):
        raise ProjectError(
            f"{path}: the file is no HDF5 file, so no ASPLab project; it may be empty or cut short. "
            f"{advise_previous(path)}"
        )
    try:
        # Else the HDF5 library may loop for ever in a damaged file, where nothing can stop it.
        refuse_endless_heaps(path.read_bytes(), str(path))
    except FileError as error:
        raise ProjectError(f"{path}: the project is damaged ({error.text}) {advise_previous(path)}") from error
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("asplab_schema")
            maker = file.attrs.get("creator_version")
    except _HDF5_FAULTS as error:
        raise ProjectError(f"{path}: the file can't be opened ({error}). {advise_previous(path)}") from error
    if found is None:
        raise ProjectError(
            f"{path}: an HDF5 file of another program, not an ASPLab project (it has no asplab_schema). "
            "Choose a project, or another name to save to."
        )
    schema = _schema(found)
    if schema is None:
        raise ProjectError(f"{path}: asplab_schema is {found!r}, not a version such as '1.0'. {advise_previous(path)}")
    if schema[0] > SCHEMA[0]:
        raise ProjectError(
            f"{path}: saved by ASPLab {maker} with layout {found}; this version reads layouts up to {SCHEMA[0]}. "
            "Update ASPLab to open it."
        )
    return schema


def _schema(found: object) -> tuple[int, int] | None:
    parts = found.split(".") if isinstance(found, str) else []
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 and all(p.isdecimal() for p in parts) else None
