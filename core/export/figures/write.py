"""Figures as files, each with the data behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from asplab.core.export.drawing import FORMATS, fixed_layout, write_figure
from asplab.core.export.figures.registry import FIGURES, FigureKind
from asplab.core.export.origin import origin_of
from asplab.core.export.style.points import points_table
from asplab.core.export.style.presets import ALL_FORMATS, DEFAULT, FigurePreset
from asplab.core.export.style.rules import OwnPage, page, publication_style
from asplab.core.export.table import csv_text
from asplab.core.pipeline import Results
from asplab.core.progress import Progress

ENDINGS = (*FORMATS, "csv")
"""Endings of the files of a figure in the default preset."""
EVERY_ENDING = (*ALL_FORMATS, "csv")


@dataclass(frozen=True, slots=True)
class DrawnFigure:
    """A figure that was written: its name, what it shows, and its SVG."""

    name: str
    caption: str
    svg: str


def write_figures(
    results: Results,
    folder: Path,
    *,
    kinds: Mapping[str, FigureKind] = FIGURES,
    preset: FigurePreset = DEFAULT,
    blank: OwnPage | None = None,
    progress: Progress | None = None,
) -> tuple[DrawnFigure, ...]:
    """Write every figure that the results allow in the formats of the preset, and the data behind each as CSV.

    Each takes a page in the width of a column; ``blank`` gives other pages.

    Raises
    ------
    Cancelled
        When ``progress`` was cancelled; figures that were written by then are there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress = progress or Progress()
    drawn = []
    with publication_style(preset):
        for done, (name, kind) in enumerate(kinds.items()):
            progress.step(done, len(kinds), f"drawing {name}")
            figure = kind.draw(results, blank or page(preset))
            if isinstance(figure, Figure):
                drawn.append(_write(figure, results, folder, name, caption=kind.caption, preset=preset))
    return tuple(drawn)


def _write(
    figure: Figure, results: Results, folder: Path, name: str, *, caption: str, preset: FigurePreset
) -> DrawnFigure:
    origin = origin_of(results)
    title = f"{caption} (simulated data)" if origin.simulated else caption
    fixed_layout(figure)
    svg = write_figure(figure, folder, name, title=title, origin=origin.words(), formats=preset.formats)
    table = points_table(figure, name, title)
    if table.rows:
        (folder / f"{name}.csv").write_text(csv_text(table, (origin.words(),)), encoding="utf-8", newline="\n")
    return DrawnFigure(name, caption, svg)
