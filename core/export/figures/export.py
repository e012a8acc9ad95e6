"""Chosen figures, the atlas and the slide in one folder, and pictures of them for a screen."""

import difflib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

from asplab.core.errors import InputError
from asplab.core.export.drawing import fixed_layout
from asplab.core.export.figures import atlas, slide
from asplab.core.export.figures.pages import all_kinds
from asplab.core.export.figures.registry import FigureKind
from asplab.core.export.figures.write import DrawnFigure, write_figures
from asplab.core.export.style.presets import DEFAULT, FigurePreset
from asplab.core.export.style.rules import OwnPage, page, publication_style
from asplab.core.pipeline import Results
from asplab.core.progress import Progress

SCREEN_DPI = 110.0


def export_figures(
    results: Results,
    folder: Path,
    *,
    preset: FigurePreset = DEFAULT,
    only: Sequence[str] | None = None,
    with_atlas: bool = False,
    with_slide: bool = False,
    progress: Progress | None = None,
) -> tuple[DrawnFigure, ...]:
    """Write figures, all or ``only`` some by name, with the data behind each, and on demand atlas and slide.

    Raises
    ------
    InputError
        When there is no figure of a name.
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    kinds = chosen_kinds(preset, only)
    ends = (0.6 if with_atlas else 0.95, 0.95)
    drawn = write_figures(results, folder, kinds=kinds, preset=preset, progress=progress.part(0.0, ends[0]))
    if with_atlas:
        atlas.write_atlas(results, folder, preset=preset, progress=progress.part(*ends))
    if with_slide:
        own = slide.slide_preset(preset)
        drawn += write_figures(results, folder, kinds={slide.NAME: slide.SLIDE}, preset=own, blank=slide.slide_page)
    progress.step(1, 1, "done")
    return drawn


def chosen_kinds(preset: FigurePreset, only: Sequence[str] | None) -> dict[str, FigureKind]:
    """Return figures by name, in the order of the list; raise `InputError` for a name that none has."""
    kinds = all_kinds(preset)
    if only is None:
        return kinds
    for name in only:
        if name not in kinds:
            near = difflib.get_close_matches(name, kinds, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise InputError(f"there is no figure {name!r}. {hint}Known are: {', '.join(kinds)}.")
    return {name: kind for name, kind in kinds.items() if name in only}


def picture(name: str, results: Results, *, preset: FigurePreset = DEFAULT, dpi: float = SCREEN_DPI) -> bytes | None:
    """Return a figure as PNG for a screen, as `export_figures` would write it; None where there is nothing to draw."""
    if name == slide.NAME:
        return _png(slide.SLIDE, results, slide.slide_preset(preset), slide.slide_page, dpi=dpi)
    return _png(chosen_kinds(preset, [name])[name], results, preset, page(preset), dpi=dpi)


def _png(kind: FigureKind, results: Results, preset: FigurePreset, blank: OwnPage, *, dpi: float) -> bytes | None:
    with publication_style(preset):
        figure = kind.draw(results, blank)
        if not isinstance(figure, Figure):
            return None
        fixed_layout(figure)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
