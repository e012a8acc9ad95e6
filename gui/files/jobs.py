"""What jobs do with files: read folders and projects, simulate the demo, save, export. No Qt in here.

Heavy libraries load inside the functions, in the job's thread, so that the window never waits for them.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from asplab.core.document import Document
from asplab.core.errors import AsplabError, InputError
from asplab.core.experiment import Experiment, Record
from asplab.core.loading import MANIFEST_NAME, load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.progress import Progress
from asplab.gui.figures.press import Press
from asplab.gui.files.apart import write_bundle, write_report
from asplab.gui.language import tr

PROJECT_SUFFIX = ".nxs"
DEMO_NAME = tr("CsPbBr3 6.8 nm (demo)")
_DEMO_SEED = 1
_TABLE_ENDINGS = (".csv", ".tsv", ".txt")
_RAW_ENDINGS = (".h5", ".hdf5", ".hdf", ".mat", ".wt5")
_HEAD_BYTES = 65_536
_GROUPS = ("spectra", "scans", "curves", "tables", "kept")


def is_project(path: Path) -> bool:
    """Whether a path is a project file rather than a folder, a manifest, or HDF5 that an instrument wrote."""
    from asplab.core.jobs.opening import is_project

    return is_project(path) and path.suffix.lower() not in _RAW_ENDINGS


def is_ready(path: Path) -> bool:
    """Whether a folder or file says itself what was measured: it has a manifest, or is one."""
    if path.is_dir():
        return any(name.lower() == MANIFEST_NAME for name in os.listdir(path))
    return path.is_file() and _is_manifest(path)


def holds_data(path: Path) -> bool:
    """Whether a path is a file, or a folder with at least one file that may be a measurement."""
    from asplab.core.importing.scan import is_data_name

    if not path.is_dir():
        return path.is_file()
    return any(is_data_name(name) for _, _, names in os.walk(path) for name in names)


def _is_manifest(path: Path) -> bool:
    """Whether the first row of a text file names a column ``file``."""
    if path.suffix.lower() not in _TABLE_ENDINGS:
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("utf-8-sig", "replace")
    lines = (line for line in head.splitlines() if line.strip() and not line.startswith("#"))
    return "file" in {cell.strip(' "').lower() for cell in re.split("[,;\t]", next(lines, ""))}


def read_document(path: Path, progress: Progress) -> Document:
    """Return the document of a folder, manifest or project; raises as `asplab.core.jobs.opening.load_document`."""
    from asplab.core.jobs.opening import load_document

    return load_document(path, progress=progress)


def read_all(paths: Sequence[Path], progress: Progress) -> tuple[list[tuple[Path | None, Experiment]], list[str]]:
    """Read folders and manifests; one that fails does not stop the others."""
    found: list[tuple[Path | None, Experiment]] = []
    failures: list[str] = []
    for path in paths:
        progress.step(len(found), len(paths), tr("Reading {name}", name=path.name))
        try:
            found.append((path, read_document(path, progress).experiment))
        except OSError as error:
            failures.append(
                tr("{path}: {value}. Check the path and the rights.", path=path, value=error.strerror or error)
            )
        except AsplabError as error:
            if progress.cancelled.is_set():
                raise
            failures.append(str(error))
    return found, failures


def read_demo(progress: Progress) -> Document:
    """Simulate the virtual experiment to files and read them like measured ones."""
    from asplab.core.virtual import experiment_with_truth, simulate

    with TemporaryDirectory(prefix="asplab-demo-") as place:
        folder = Path(place) / "data"
        simulate(folder, experiment_with_truth("eq9"), seed=_DEMO_SEED, progress=progress.part(0.0, 0.5))
        experiment = load_experiment(folder, progress=progress.part(0.5, 1.0))
    return Document(replace(experiment, name=DEMO_NAME))


def join(experiment: Experiment, extra: Experiment) -> Experiment:
    """Return an experiment with the records of another one added; files that are there already are left out.

    Raises
    ------
    InputError
        When every file is there already.
    """
    known = {source.sha256 for source in experiment.sources}
    doubled = {source.path for source in extra.sources if source.sha256 in known}
    sources = [source for source in extra.sources if source.path not in doubled]
    taken = {source.path for source in experiment.sources}
    prefix = f"{extra.name}/" if any(source.path in taken for source in sources) else ""
    added = {group: _new_records(getattr(extra, group), doubled, prefix) for group in _GROUPS}
    if not any(added.values()):
        raise InputError(f"{extra.name}: every file is part of {experiment.name} already; nothing was added.")
    joined = {group: (*getattr(experiment, group), *records) for group, records in added.items()}
    return replace(
        experiment,
        simulated=experiment.simulated or extra.simulated,
        sources=(*experiment.sources, *(replace(source, path=prefix + source.path) for source in sources)),
        problems=(*experiment.problems, *extra.problems),
        **joined,
    )


def save(document: Document, results: Results | None, path: Path, based_on: Path | None, progress: Progress) -> Path:
    """Save a document with its results; they are computed where those given do not belong to it."""
    from asplab.core.project.file import save_project

    complete = results is not None and results.document is document and results.intervals is not None
    return save_project(
        document, path, results=results if complete else analyse(document), based_on=based_on, progress=progress
    )


def export_tables(document: Document, folder: Path, progress: Progress) -> Path:
    """Write all tables into a new folder inside ``folder`` and return it."""
    from asplab.core.export.tables import write_tables

    return _export(document, folder, "tables", progress, lambda results, place: write_tables(results, place))


def export_report(document: Document, folder: Path, progress: Progress) -> Path:
    """Write the report with its figures into a new folder inside ``folder`` and return it."""
    return _export_apart(document, folder, "report", progress, write_report)


def export_script(document: Document, folder: Path, progress: Progress) -> Path:
    """Write the analysis as a script, with the project that it reads, into a new folder and return that."""
    from asplab.core.export.script import script_text
    from asplab.core.project.file import save_project

    def write(results: Results, place: Path) -> None:
        save_project(results, place / "project.nxs")
        (place / "analysis.py").write_text(script_text(results), encoding="utf-8", newline="\n")

    return _export(document, folder, "script", progress, write)


def export_bundle(document: Document, folder: Path, progress: Progress, *, raw: Path) -> Path:
    """Pack results, script and the raw files, if still in ``raw`` or a folder of the experiment's name in it."""
    sources = document.experiment.sources
    places = (raw, raw / document.experiment.name)
    root = next((place for place in places if any((place / one.path).is_file() for one in sources)), None)
    name = f"{_file_name(document.experiment.name)}.zip"
    return _export_apart(document, folder, "bundle", progress, write_bundle, name, root)


def suggested_name(document: Document) -> str:
    """Return a file name for a project that was never saved."""
    return _file_name(document.experiment.name) + PROJECT_SUFFIX


def _export_apart(
    document: Document, folder: Path, what: str, progress: Progress, act: Callable[..., None], *args: object
) -> Path:
    """Let another process analyse and write: in a thread matplotlib would hold the window up."""
    press = Press(patience_s=0.0)

    def write_all(place: Path) -> None:
        press.run(document, act, place, *args, progress=progress)

    try:
        return new_folder(document, folder, what, write_all)
    finally:
        press.close()


def _export(
    document: Document, folder: Path, what: str, progress: Progress, write: Callable[[Results, Path], object]
) -> Path:
    """Analyse, then write what was asked for."""
    progress.step(0, 3, tr("Analysing"))
    results = analyse(document)
    progress.step(1, 3, tr("Writing {what}", what=what))

    def write_all(place: Path) -> None:
        write(results, place)
        progress.step(2, 3, tr("Writing {what}", what=what))

    return new_folder(document, folder, what, write_all)


def new_folder(document: Document, folder: Path, what: str, write: Callable[[Path], object]) -> Path:
    """Write beside the final place first, so that a new folder appears complete or not at all, and return it."""
    with TemporaryDirectory(prefix=".asplab-", dir=folder) as staging:
        place = Path(staging) / what
        place.mkdir()
        write(place)
        return place.rename(_free_name(folder, f"{_file_name(document.experiment.name)}-{what}"))


def _free_name(folder: Path, name: str) -> Path:
    candidates = (folder / (name if number == 1 else f"{name}-{number}") for number in range(1, 10_000))
    return next(candidate for candidate in candidates if not candidate.exists())


def _file_name(name: str) -> str:
    kept = "".join(character if character.isalnum() or character in "-_.()" else "-" for character in name)
    return kept.strip("-. ") or "experiment"


def _new_records(records: tuple[Record, ...], doubled: set[str], prefix: str) -> tuple[Record, ...]:
    return tuple(
        replace(record, source=prefix + record.source) if prefix else record
        for record in records
        if record.source not in doubled
    )
