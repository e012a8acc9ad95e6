"""A slide of 16:9 that tells one experiment: spectra, η, and g and ħω with their errors."""

from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from asplab.core.export.figures.detuning import draw_detuning
from asplab.core.export.figures.pages import size_of
from asplab.core.export.figures.registry import FigureKind
from asplab.core.export.figures.spectra import draw_spectra
from asplab.core.export.origin import origin_of
from asplab.core.export.results_json import polaron_rows, quantum_yield_rows
from asplab.core.export.style.names import shown
from asplab.core.export.style.presets import DEFAULT, FigurePreset
from asplab.core.export.style.rules import Blank, panel, parts, sheet
from asplab.core.export.style.symbols import PHONON
from asplab.core.pipeline import Results
from asplab.core.rounding import named_interval, number_with_error

NAME = "slide"
WIDTH_IN, HEIGHT_IN = 13.333, 7.5
_SIGNS = 60
_MARGIN = 0.02
_TITLE_PT, _NUMBER_PT, _FOOT_PT = 26, 17, 9
_DRAWS = (draw_spectra, draw_detuning)


def slide_preset(preset: FigurePreset = DEFAULT) -> FigurePreset:
    """Return a preset with letters and lines to be read from the last row."""
    return replace(preset, font_size_pt=14.0, line_width_pt=1.6, letters="none", dpi=144)


def slide_page(width_in: float, height_in: float, *, simulated: bool) -> Figure:
    """Return a slide to draw on."""
    return sheet(width_in, height_in, simulated=simulated)


def draw_slide(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the slide with what the results hold; None where they hold neither spectra nor η."""
    draws = [draw for draw in _DRAWS if size_of(draw, results) is not None]
    if not draws:
        return None
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=results.document.experiment.simulated)
    head, body, foot = parts(figure, heights=(0.9, 6.2, 0.4))
    places = parts(body, widths=[1.0] * len(draws) + [0.85])
    for draw, place in zip(draws, places, strict=False):
        draw(results, panel(place))
    _words(head.subplots(), _title(results), size=_TITLE_PT, weight="bold")
    _words(places[-1].subplots(), "\n\n".join(_numbers(results)), size=_NUMBER_PT, weight="normal", top=0.95)
    _words(foot.subplots(), _foot(results), size=_FOOT_PT, weight="normal", colour="0.35")
    return figure


SLIDE = FigureKind(draw_slide, "Summary of one experiment")


def _words(axes: Axes, words: str, *, size: float, weight: str, top: float = 0.5, colour: str = "black") -> None:
    axes.set_axis_off()
    va = "center" if top == 0.5 else "top"
    axes.text(_MARGIN, top, words, transform=axes.transAxes, va=va, fontsize=size, fontweight=weight, color=colour)


def _title(results: Results) -> str:
    name = " ".join(results.document.experiment.name.split())
    return shown(name if len(name) <= _SIGNS else f"{name[: _SIGNS - 1]}…")


def _numbers(results: Results) -> list[str]:
    """Return quantum yield, g, ħω, S and the polaron energy in words; limits where that is all that is known."""
    rows = [row for row in polaron_rows(results) if row["chi2"] is not None]
    lines = []
    if rows:
        best = rows[-1]
        kelvin = best["temperature_k"]
        lines.append("All temperatures jointly:" if kelvin is None else f"At {kelvin:.0f} K:")
        if best["identified"]:
            lines.append(named_interval("$g$", best, "g_mev", "meV"))
        lines.append(named_interval(PHONON, best, "phonon_mev", "meV"))
        if best["identified"]:
            lines.append(named_interval("$S$", best, "huang_rhys", ""))
        lines.append(named_interval(r"$E_{\mathrm{p}}$", best, "polaron_energy_mev", "meV"))
    return [*lines, *_yields(results)]


def _yields(results: Results) -> list[str]:
    known = [row for row in quantum_yield_rows(results) if row["quantum_yield"] is not None]
    if not known:
        return []
    ends = [known[0]] if len(known) == 1 else [known[0], known[-1]]
    return [
        f"QY = {number_with_error(row['quantum_yield'], row['quantum_yield_error'] or 0.0)}\n"
        f"at {row['temperature_k']:.0f} K"
        for row in ends
    ]


def _foot(results: Results) -> str:
    origin = origin_of(results)
    return (
        f"{origin.program}; sources SHA-256 {origin.sources_sha256[:12]}…, settings SHA-256 "
        f"{origin.settings_sha256[:12]}…; 68 % intervals: {origin.intervals}"
    )
