"""The figures by name: what draws each, and what it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matplotlib.figure import Figure, FigureBase

from asplab.core.export.companion_figures import COMPANION_FIGURES
from asplab.core.export.figures.detuning import draw_detuning
from asplab.core.export.figures.models import draw_chain, draw_compared
from asplab.core.export.figures.ratio import draw_ratio
from asplab.core.export.figures.spectra import draw_spectra
from asplab.core.export.figures.trend import draw_trend
from asplab.core.export.style.presets import DEFAULT, FigurePreset
from asplab.core.export.style.rules import Blank, page
from asplab.core.pipeline import Results

Draw = Callable[[Results, Blank], FigureBase | None]
"""Draws on what the second argument gives; None, without asking for it, where the results don't hold what it shows."""


@dataclass(frozen=True, slots=True)
class FigureKind:
    """How a figure is drawn, and what it shows."""

    draw: Draw
    caption: str


FIGURES: Mapping[str, FigureKind] = {
    "fig1c": FigureKind(
        draw_spectra, "Spectra, normalised; circles: means of neighbouring pixels; dashed: filter cutoffs"
    ),
    "fig2b": FigureKind(draw_ratio, "R against the Stokes detuning; lines from the fit of all components"),
    "fig2c": FigureKind(
        draw_detuning,
        "Up-conversion efficiency against detuning, above in phonons of the joint fit where that is identified; bars: "
        "68 % intervals, pale: not determined",
    ),
    "fig2d": FigureKind(
        draw_trend, "Up-conversion efficiency against 1/kT at detunings near 32 and 55 meV; open: between two lasers"
    ),
    "fig3": FigureKind(
        draw_chain,
        "Model and data at every temperature; bars: 68 % intervals, band: 68 % of the model, N: of the joint fit, "
        "grey: detunings that the fits do not use",
    ),
    "models": FigureKind(
        draw_compared, "Compared rate models, fitted at every temperature by itself; bars: 68 % intervals"
    ),
    **{name: FigureKind(draw, caption) for name, (draw, caption) in COMPANION_FIGURES.items()},
}
"""The figures that every analysis writes, where it holds them; their names are those of their files."""
FIGURE_NAMES = tuple(FIGURES)


def make_figure(name: str, results: Results, *, preset: FigurePreset = DEFAULT) -> Figure | None:
    """Return a figure by name, or None where the results don't hold what it shows; use `publication_style`."""
    figure = FIGURES[name].draw(results, page(preset))
    return figure if isinstance(figure, Figure) else None
