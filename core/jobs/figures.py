"""The job of ``asplab figures``: from a folder or project to figures for print."""

import os
from collections.abc import Sequence
from pathlib import Path

from asplab.core.errors import InputError
from asplab.core.export.figures.export import chosen_kinds, export_figures
from asplab.core.export.style.preset_files import figure_preset_folder, load_figure_preset
from asplab.core.inference import Asked, infer
from asplab.core.jobs.analyze import choose_method, staged
from asplab.core.jobs.opening import load_document
from asplab.core.progress import Progress


def draw_figures(
    source: Path,
    folder: Path,
    *,
    preset: str,
    only: Sequence[str] | None = None,
    with_atlas: bool = False,
    with_slide: bool = False,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Analyse a folder or project as it was analysed before, and write its figures; other files of ``folder`` stay.

    Raises
    ------
    InputError
        When the source, the preset, a name or the folder can't be used.
    Cancelled
        When ``progress`` was cancelled; nothing is left behind.
    """
    progress = progress or Progress()
    chosen = load_figure_preset(preset, figure_preset_folder())
    chosen_kinds(chosen, only)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the figures.")
    document, method = choose_method(load_document(source, progress=progress.part(0.0, 0.1)), source, Asked(), None)
    results = infer(document, method, progress=progress.part(0.1, 0.4))
    with staged(folder) as staging:
        export_figures(
            results, staging, preset=chosen, only=only, with_atlas=with_atlas, with_slide=with_slide,
            progress=progress.part(0.4, 1.0),
        )  # fmt: skip
        return _move(staging, folder)


def _move(staging: Path, folder: Path) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    moved = []
    for path in sorted(staging.iterdir()):
        os.replace(path, folder / path.name)
        moved.append(folder / path.name)
    return tuple(moved)
