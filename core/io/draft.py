"""Draft a manifest for a folder that has none, from what headers, folders and names of its files say."""

from pathlib import Path

from asplab.core.importing.scan import MOST_FILES, found_files, scan
from asplab.core.io.order import natural_key
from asplab.core.progress import Progress

DRAFT_NAME = "manifest.draft.csv"


def draft_manifest(folder: Path, *, progress: Progress | None = None) -> str:
    """Return the text of a manifest for the files of ``folder``, to be checked and completed by hand.

    Conditions are filled in where headers, folder or file names say them plainly, such as
    ``T080/PL_exc450nm_rep3.csv``; all other cells are blank. Comments name files that can't be read, and what is open.
    """
    from asplab.core.importing.table import table_of
    from asplab.core.importing.write import manifest_text

    return manifest_text(table_of(scan([folder], root=folder, progress=progress)), is_draft=True)


def data_files(folder: Path) -> list[str]:
    """Return the files of ``folder`` and its folders that may hold data, relative with ``/``, in natural order."""
    names = (path.relative_to(folder).as_posix() for path in found_files([folder]))
    return sorted(names, key=natural_key)[:MOST_FILES]
