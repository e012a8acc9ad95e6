"""What is done with figures in the process that draws: find, draw and write them. No Qt in here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from asplab.core.document import Document
from asplab.core.errors import InputError
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.figures.press import Source
from asplab.gui.figures.titles import SLIDE, place_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from asplab.core.export.style.presets import FigurePreset

_MM_PER_IN = 25.4
SLIDE_DPI = 144.0


@dataclass(frozen=True, slots=True)
class Found:
    """A figure that the results allow."""

    name: str
    caption: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure as a picture.

    Attributes
    ----------
    name, caption : str
    png : bytes
    dpi : float
        At which it was drawn.
    width_mm, height_mm : float
        Size in print.
    points : int
        Rows of the table of data behind it.
    """

    name: str
    caption: str
    png: bytes
    dpi: float
    width_mm: float
    height_mm: float
    points: int


def source_of(document: Document, results: Results | None) -> Source:
    """Return results with everything that figures show, or the document where they are of earlier settings."""
    is_complete = results is not None and results.document is document and results.intervals is not None
    return results if is_complete and results is not None else document


def find_figures(results: Results, preset: "FigurePreset", progress: Progress) -> tuple[Found, ...]:
    """Return the figures that the results allow, pages first."""
    from asplab.core.export.figures.pages import all_kinds, size_of
    from asplab.core.export.figures.slide import SLIDE as SLIDE_KIND
    from asplab.core.export.style.rules import publication_style

    kinds = {**all_kinds(preset), SLIDE: SLIDE_KIND}
    found = []
    with publication_style(preset):
        for done, (name, kind) in enumerate(kinds.items()):
            progress.step(done, len(kinds), name)
            if size_of(kind.draw, results) is not None:
                found.append(Found(name, kind.caption))
    return tuple(sorted(found, key=lambda one: place_of(one.name)))


def draw(results: Results, name: str, preset: "FigurePreset", dpi: float, progress: Progress) -> Drawn | None:
    """Return a figure as it would be written; None where there is nothing to draw."""
    from asplab.core.export.drawing import fixed_layout
    from asplab.core.export.figures.export import chosen_kinds
    from asplab.core.export.figures.slide import SLIDE as SLIDE_KIND
    from asplab.core.export.figures.slide import slide_page, slide_preset
    from asplab.core.export.style.points import points_table
    from asplab.core.export.style.rules import page, publication_style

    is_slide = name == SLIDE
    kind = SLIDE_KIND if is_slide else chosen_kinds(preset, [name])[name]
    own = slide_preset(preset) if is_slide else preset
    progress.step(0, 2, name)
    with publication_style(own):
        figure = kind.draw(results, slide_page if is_slide else page(own))
        if figure is None:
            return None
        whole: Figure = figure  # type: ignore[assignment]
        fixed_layout(whole)
        progress.step(1, 2, name)
        points = len(points_table(whole, name, kind.caption).rows)
        buffer = BytesIO()
        whole.savefig(buffer, format="png", dpi=dpi)
        width, height = (float(side) * _MM_PER_IN for side in whole.get_size_inches())
    return Drawn(name, kind.caption, buffer.getvalue(), dpi, width, height, points)


def draw_slide(results: Results, preset: "FigurePreset", progress: Progress) -> Drawn | None:
    """Return the summary slide at 1920 by 1080 pixels; None where the results hold neither spectra nor η."""
    return draw(results, SLIDE, preset, SLIDE_DPI, progress)


def write_slide(results: Results, preset: "FigurePreset", folder: Path, suffix: str, progress: Progress) -> None:
    """Write the slide into ``folder``, as PDF, SVG, PNG or TIFF.

    Raises
    ------
    InputError
        When the ending is none of these, or there is nothing to show.
    """
    from asplab.core.export.figures.slide import SLIDE as SLIDE_KIND
    from asplab.core.export.figures.slide import slide_page, slide_preset
    from asplab.core.export.figures.write import write_figures

    own = replace(slide_preset(preset), formats=(suffix,))
    kinds = {SLIDE: SLIDE_KIND}
    if not write_figures(results, folder, kinds=kinds, preset=own, blank=slide_page, progress=progress):
        raise InputError("there are neither spectra nor η to show on a slide.")


def write(
    results: Results, folder: Path, names: Sequence[str], preset: "FigurePreset", with_atlas: bool, progress: Progress
) -> None:
    """Write figures by name, and the atlas, into a folder."""
    from asplab.core.export.figures.export import export_figures

    export_figures(
        results,
        folder,
        preset=preset,
        only=[name for name in names if name != SLIDE],
        with_atlas=with_atlas,
        with_slide=SLIDE in names,
        progress=progress,
    )
