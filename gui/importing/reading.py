"""What jobs of the import window do: read files, fill their table, look at it, load the experiment. No Qt in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment
from asplab.core.importing import edits
from asplab.core.importing.columns import MappedFiles
from asplab.core.importing.manifest_cells import with_manifest
from asplab.core.importing.preset import Preset, best_preset, list_presets
from asplab.core.importing.scan import Scan, scan
from asplab.core.importing.survey import Survey, survey
from asplab.core.importing.table import ImportTable, table_of
from asplab.core.importing.write import experiment_of
from asplab.core.loading import MANIFEST_NAME
from asplab.core.progress import Progress
from asplab.gui.importing.marks import Marked, marked


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


def read_files(paths: Sequence[Path], memory: MappedFiles, presets: Path, progress: Progress) -> ReadFiles:
    """Read files and folders; raises as `asplab.core.importing.scan.scan`."""
    found = scan(paths, read=memory.read, progress=progress)
    table = table_of(found)
    notes = [*_left_out(found)]
    manifest = manifest_in(found.root)
    if manifest is not None:
        table, told = _filled(table, manifest)
        notes += told
    kept, faults = list_presets(presets)
    offer = None if manifest is not None else best_preset(kept, names_of(table))
    return ReadFiles(marked(table), tuple(notes), offer, faults)


def read_further(paths: Sequence[Path], root: Path, memory: MappedFiles, progress: Progress) -> Scan:
    """Read more files of the same folder."""
    return scan(paths, root=root, read=memory.read, progress=progress)


def added(table: ImportTable, found: Scan) -> ImportTable:
    """Return a table with further files; raises as `asplab.core.importing.edits.added`."""
    return edits.added(table, found)


def look_over(table: ImportTable, _progress: Progress) -> Survey:
    """Return the survey of a table."""
    return survey(table)


def load(table: ImportTable, memory: MappedFiles, progress: Progress) -> Experiment:
    """Return the experiment of a table; what was read already is not read again."""
    return experiment_of(table, progress=progress, memory=memory)


def names_of(table: ImportTable) -> list[str]:
    """Return the name of each readable file once."""
    return list(dict.fromkeys(row.file for row in table.rows))


def manifest_in(folder: Path) -> Path | None:
    """Return the manifest of a folder, if it has one."""
    if not folder.is_dir():
        return None
    return next((path for path in sorted(folder.iterdir()) if path.name.lower() == MANIFEST_NAME), None)


def _left_out(found: Scan) -> list[str]:
    if not found.left_out:
        return []
    return [f"{found.left_out} further files were not read; import one experiment at a time."]


def _filled(table: ImportTable, manifest: Path) -> tuple[ImportTable, list[str]]:
    try:
        filled, problems = with_manifest(table, manifest)
    except AsplabError as error:
        return table, [str(error)]
    return filled, [f"{problem.where}: {problem.message}" for problem in problems]
