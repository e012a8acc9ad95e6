"""Load a folder the way a preset says, without a window."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from asplab.core.errors import InputError
from asplab.core.experiment import Experiment
from asplab.core.importing.columns import MappedFiles
from asplab.core.importing.manifest_cells import with_manifest
from asplab.core.importing.preset import Preset, applied, preset_folder, preset_path, read_preset
from asplab.core.importing.scan import Scan, found_files, scan
from asplab.core.importing.table import ImportTable, table_of
from asplab.core.importing.write import experiment_of
from asplab.core.loading import MANIFEST_NAME
from asplab.core.problems import Problem
from asplab.core.progress import Progress

__all__ = ["load_with_preset"]

_SHOWN = 5


def load_with_preset(
    folder: Path,
    name: str,
    *,
    presets: Path | None = None,
    progress: Progress | None = None,
    memory: MappedFiles | None = None,
    unfinished: Collection[str] | None = None,
) -> Experiment:
    """Load all that lies in ``folder`` as a preset says; a manifest that is there goes before it.

    Parameters
    ----------
    folder : Path
    name : str
        Name of a preset of the user, or path of its file.
    presets : Path, optional
        Where the presets of the user are; by default the usual place of the platform.
    progress : Progress, optional
    memory : MappedFiles, optional
        Files read before, with the columns that the preset names.
    unfinished : collection of str, optional
        Files, relative to the folder, that are still being written and are left out, while others are still to come.

    Raises
    ------
    InputError
        When there is no such folder or preset, or no file gets a kind by it; never the latter while files are to come.
    """
    if not folder.is_dir():
        raise InputError(
            f"{folder} is no folder; a preset fills in the conditions of a folder's files. Name the folder."
        )
    progress = progress or Progress()
    path = preset_path(name, presets if presets is not None else preset_folder())
    preset = read_preset(path)
    memory = MappedFiles(maps=preset.columns) if memory is None else memory
    waiting = {folder.absolute() / name for name in unfinished or ()}
    files = [path for path in found_files([folder.absolute()]) if path not in waiting]
    found = scan(files, root=folder, read=memory.read, progress=progress.part(0.0, 0.7))
    table, problems = filled_table(found, preset)
    if unfinished is None:
        _refuse_nothing(table, preset, folder)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    experiment = experiment_of(table, name=path.name, sha256=digest, progress=progress.part(0.7, 1.0), memory=memory)
    return replace(experiment, problems=(*experiment.problems, *problems, *_unmatched(table, preset)))


def filled_table(found: Scan, preset: Preset) -> tuple[ImportTable, tuple[Problem, ...]]:
    """Return the table that ``preset`` and a manifest in the folder fill, and what in the manifest can't be used."""
    table = applied(table_of(found), preset)
    manifests = sorted(entry for entry in found.root.iterdir() if entry.name.lower() == MANIFEST_NAME)
    return with_manifest(table, manifests[0]) if manifests else (table, ())


def _refuse_nothing(table: ImportTable, preset: Preset, folder: Path) -> None:
    if any(table.value(k, "kind") for k in range(len(table.rows))):
        return
    if not table.rows:
        reasons = "\n".join(f"{file.name}: {file.error}" for file in table.failures[:_SHOWN])
        raise InputError(f"{folder}: the folder holds no file that can be read. Check the path.\n{reasons}".rstrip())
    matched = f" {table.matched} its template, such as not {table.rows[0].file}." if table.template else ""
    raise InputError(
        f"{folder}: the preset {preset.name!r} tells the kind of no file here.{matched} Choose another preset."
    )


def _unmatched(table: ImportTable, preset: Preset) -> list[Problem]:
    names = [row.file for row in table.rows if row.is_matched is False]
    if not names:
        return []
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    text = f"{table.matched}; read for what they say plainly: {shown}. Check their conditions."
    return [Problem("warning", f"preset {preset.name}", text)]
