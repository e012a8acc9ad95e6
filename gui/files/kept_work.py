"""Unsaved work on the disk: what a crash must not take, written whole or not at all. No Qt in here.

Settings, exclusions and scenarios are kept; the data stay where they are, in a project or a folder, and are kept too
only where no file holds them as they were read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from asplab.core.document import Document
from asplab.core.errors import AsplabError, ProjectError
from asplab.core.experiment import Experiment
from asplab.core.progress import Progress
from asplab.core.safe_files import replaced_file
from asplab.core.scenarios import differences, state_of
from asplab.gui.language import counted, tr

STATE, DATA, ORIGIN = "state.nxs", "data.nxs", "origin.json"


@dataclass(frozen=True, slots=True, eq=False)
class KeptWork:
    """Work of a window that did not end well.

    Attributes
    ----------
    folder : Path
        Where it is kept.
    origin : Path
        Project, folder or manifest with the data.
    document : Document
        All but the data.
    kept_at : datetime
    """

    folder: Path
    origin: Path
    document: Document
    kept_at: datetime

    @property
    def has_own_data(self) -> bool:
        """Whether the data are kept with it."""
        return self.origin.parent == self.folder


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """What can be gone on with.

    Attributes
    ----------
    base : Document
        As it stands in its file.
    document : Document
        With the work that was kept.
    path : Path or None
        The project that holds ``base``; None for raw data.
    doubts : tuple of str
        Files that are not as they were.
    """

    base: Document
    document: Document
    path: Path | None
    doubts: tuple[str, ...]


def keep(folder: Path, document: Document, origin: Path | None, progress: Progress, *, has_data: bool = False) -> None:
    """Write a document into a folder of its own; its data only where ``origin`` is None and they are not there yet.

    Raises
    ------
    ProjectError
        When it can't be written.
    """
    from asplab.core.project.file import save_project

    folder.mkdir(parents=True, exist_ok=True)
    if origin is None and not has_data:
        # A state that belongs to other data must not be found beside these.
        (folder / STATE).unlink(missing_ok=True)
        save_project(Document(document.experiment), folder / DATA, keep_previous=False, progress=progress)
    _write_text(folder / ORIGIN, json.dumps({"data": str((folder / DATA if origin is None else origin).absolute())}))
    full = document.experiment
    bare = Experiment(full.name, simulated=full.simulated, sources=full.sources)
    save_project(replace(document, experiment=bare), folder / STATE, keep_previous=False)


def find(folder: Path) -> KeptWork:
    """Return the work that a folder holds.

    Raises
    ------
    ProjectError
        When it holds none that can be read.
    """
    from asplab.core.project.file import open_project

    document = open_project(folder / STATE)
    try:
        origin = Path(json.loads((folder / ORIGIN).read_text(encoding="utf-8"))["data"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProjectError(f"{folder / ORIGIN}: it does not say where the data are. Open them again.") from error
    kept_at = datetime.fromtimestamp((folder / STATE).stat().st_mtime, UTC).astimezone()
    return KeptWork(folder, origin, document, kept_at)


def find_all(folders: tuple[Path, ...], progress: Progress) -> tuple[KeptWork, ...]:
    """Return the work of all folders that hold any, the latest first."""
    found: list[KeptWork] = []
    for folder in folders:
        progress.step(len(found), len(folders), tr("looking into {name}", name=folder.name))
        try:
            found.append(find(folder))
        except AsplabError:
            # Cut short before anything was kept in it: there is nothing to offer.
            continue
    return tuple(sorted(found, key=lambda one: one.kept_at, reverse=True))


def restore(kept: KeptWork, progress: Progress) -> Restored:
    """Return the data with the work that was kept.

    Raises
    ------
    InputError, ProjectError
        When the data are not there any more, or can't be read.
    """
    from asplab.core.jobs.opening import is_project, load_document

    base = load_document(kept.origin, progress=progress)
    work = kept.document
    document = replace(
        base,
        settings=work.settings,
        exclusions=work.exclusions,
        scenarios=work.scenarios,
        scenario=work.scenario,
    )
    is_own = kept.has_own_data
    path = kept.origin if is_project(kept.origin) and not is_own else None
    return Restored(base, document, path, tuple(_changed(work.experiment, base.experiment)))


def _changed(before: Experiment, now: Experiment) -> Iterator[str]:
    """Yield the sources that are not what they were."""
    sums = {source.path: source.sha256 for source in now.sources}
    for source in before.sources:
        if sums.get(source.path) != source.sha256:
            yield source.path


def contents_words(kept: KeptWork) -> str:
    """Return in a few words what was kept."""
    document = kept.document
    default = Document(document.experiment)
    changed = [one for one in differences([state_of(default), state_of(document)]) if one.record != "exclusions"]
    parts = [
        counted(len(changed), "changed setting"),
        counted(len(document.exclusions.items), "exclusion"),
        counted(len(document.scenarios), "scenario"),
    ]
    return ", ".join(part for part in parts if not part.startswith("no ")) or tr("the data as imported")


def _write_text(path: Path, text: str) -> None:
    with replaced_file(path, keep_previous=False) as partial:
        partial.write_text(text, encoding="utf-8")
