"""Open what a user names: an experiment folder, a manifest or a project."""

from pathlib import Path

from asplab.core.document import Document
from asplab.core.errors import InputError
from asplab.core.experiment import Experiment
from asplab.core.importing.batch import load_with_preset
from asplab.core.io.draft import DRAFT_NAME, data_files, draft_manifest
from asplab.core.loading import MANIFEST_NAME, load_experiment
from asplab.core.problems import grouped
from asplab.core.progress import Progress
from asplab.core.project.file import open_project

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_SHOWN_PROBLEMS = 5


def load_document(source: Path, *, preset: str | None = None, progress: Progress | None = None) -> Document:
    """Return the document of a folder, manifest or project; a folder can be filled in by an import preset.

    Raises
    ------
    InputError
        When nothing there can be analysed; a folder without a manifest gets a drafted one.
    ProjectError
        As `asplab.core.project.file.open_project`.
    """
    if not source.exists():
        raise InputError(f"{source}: no such folder, manifest or project. Check the path.")
    if preset is not None:
        experiment = load_with_preset(source, preset, progress=progress)
        refuse_empty(experiment)
        return Document(experiment)
    if is_project(source):
        return open_project(source, progress=progress)
    if source.is_dir() and not any(entry.name.lower() == MANIFEST_NAME for entry in source.iterdir()):
        raise InputError(_draft(source))
    experiment = load_experiment(source, progress=progress)
    refuse_empty(experiment)
    return Document(experiment)


def is_project(path: Path) -> bool:
    """Whether ``path`` is a project file rather than a manifest."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_HDF5_SIGNATURE)) == _HDF5_SIGNATURE or path.suffix.lower() == ".nxs"


def refuse_empty(experiment: Experiment) -> None:
    """Raise `InputError` with the first problems when no listed file could be used."""
    if experiment.spectra or experiment.scans or experiment.tables or experiment.curves or experiment.kept:
        return
    errors = [f"{p.where}: {p.message}" for p in grouped(experiment.problems) if p.severity == "error"]
    more = f"\n… and {len(errors) - _SHOWN_PROBLEMS} more" if len(errors) > _SHOWN_PROBLEMS else ""
    found = "\n".join(errors[:_SHOWN_PROBLEMS]) or f"The manifest lists no file. Add rows to {MANIFEST_NAME}."
    raise InputError(f"{experiment.name}: no file could be used.\n{found}{more}")


def _draft(folder: Path) -> str:
    """Write a drafted manifest unless one is there; return what to tell the user."""
    count = len(data_files(folder))
    if count == 0:
        return f"{folder}: the folder holds neither {MANIFEST_NAME} nor data files. Check the path."
    files = "its data file is" if count == 1 else f"its {count} data files are"
    text = f"{folder}: the folder has no {MANIFEST_NAME}, which says what {files}. "
    draft = folder / DRAFT_NAME
    if draft.exists():
        return f"{text}Complete the draft {draft}, which is there from before, and save it as {MANIFEST_NAME}."
    try:
        draft.write_text(draft_manifest(folder), encoding="utf-8", newline="\n")
    except OSError as error:
        return f"{text}A draft could not be written there ({error.strerror}); write {MANIFEST_NAME} yourself."
    return f"{text}A draft was written: check and complete {draft}, and save it as {MANIFEST_NAME}."
