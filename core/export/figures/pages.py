"""Pages of several panels in the manner of the paper's Figures 1 to 3; what the results don't hold is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import FigureBase, SubFigure

from asplab.core.export.figures.coordinate import draw_coordinate
from asplab.core.export.figures.levels import draw_levels
from asplab.core.export.figures.registry import FIGURES, Draw, FigureKind
from asplab.core.export.figures.scan import draw_scan
from asplab.core.export.figures.setup import draw_setup
from asplab.core.export.figures.trend import draw_model_trend
from asplab.core.export.style.presets import FigurePreset
from asplab.core.export.style.rules import Blank, panel, parts
from asplab.core.pipeline import Results

WIDTH_IN = 6.9
_NARROW_IN = 3.7
_LETTER_IN = 0.2
_ALIKE = 1.25
"""Ratio of heights up to which panels stand in line."""
LETTERS: Mapping[str, Callable[[int], str]] = {
    "none": lambda k: "",
    "a": lambda k: chr(ord("a") + k),
    "(a)": lambda k: f"({chr(ord('a') + k)})",
    "A": lambda k: chr(ord("A") + k),
}
_MEASURED = ("sizes", "power", "fig1c")
SCHEMES: Mapping[str, FigureKind] = {
    "pa_scan": FigureKind(
        draw_scan, "Photothermal scan of the lowest temperature; red: baseline with 68 %; grey: where it is fitted"
    ),
    "model_trend": FigureKind(
        draw_model_trend, "Up-conversion efficiency against 1/kT; dashed: joint fit, from temperature to temperature"
    ),
    "levels": FigureKind(draw_levels, "Processes after excitation above and below the emitting state"),
    "coordinate": FigureKind(
        draw_coordinate,
        "Energy over the coordinate of the phonon mode by the joint fit, in ħω; the gap is cut",
    ),
    "setup": FigureKind(draw_setup, "Template of the set-up"),
}
"""Single figures beyond those that every analysis writes."""
_PAGES: Mapping[str, tuple[tuple[Draw, ...], str]] = {
    "figure1": (
        (*(FIGURES[name].draw for name in _MEASURED), draw_scan),
        "Sizes, growth with the pump power, spectra and photothermal scan, as far as measured",
    ),
    "figure2": (
        (draw_levels, *(FIGURES[name].draw for name in ("fig2b", "fig2c", "fig2d"))),
        "Processes; R against the Stokes detuning; η against detuning and against 1/kT",
    ),
    "figure3": (
        (FIGURES["fig3"].draw, draw_coordinate, draw_model_trend, FIGURES["models"].draw),
        "Model and data at every temperature, coordinate of the phonon mode, η against 1/kT with the joint fit",
    ),
}
PAGE_NAMES, SCHEME_NAMES = tuple(_PAGES), tuple(SCHEMES)


@dataclass(frozen=True, slots=True)
class _Panel:
    """A drawing and the size that suits it."""

    draw: Draw
    width_in: float
    height_in: float


def page_kinds(preset: FigurePreset) -> dict[str, FigureKind]:
    """Return the pages by name, lettered as the preset has it."""
    return {
        name: FigureKind(partial(_draw_page, draws=draws, letter=LETTERS[preset.letters]), caption)
        for name, (draws, caption) in _PAGES.items()
    }


def all_kinds(preset: FigurePreset) -> dict[str, FigureKind]:
    """Return every figure that there is by name."""
    return {**FIGURES, **SCHEMES, **page_kinds(preset)}


class _AskedForPageError(Exception):
    """Ends a drawing as soon as it is known that it would draw, and how large."""


def size_of(draw: Draw, results: Results) -> tuple[float, float] | None:
    """Return the size that a drawing would ask for, in inches; None where the results don't hold what it shows."""
    asked: list[tuple[float, float]] = []

    def note(width_in: float, height_in: float, *, simulated: bool) -> FigureBase:
        asked.append((width_in, height_in))
        raise _AskedForPageError

    try:
        draw(results, note)
    except _AskedForPageError:
        return asked[0]
    return None


def _draw_page(
    results: Results, blank: Blank, *, draws: Sequence[Draw], letter: Callable[[int], str]
) -> FigureBase | None:
    sizes = [(draw, size_of(draw, results)) for draw in draws]
    panels = [_Panel(draw, *size) for draw, size in sizes if size is not None]
    if len(panels) < 2:
        return None
    blocks = _blocks(panels)
    heights = [_height(block) for block in blocks]
    figure = blank(WIDTH_IN, sum(heights), simulated=results.document.experiment.simulated)
    rows = parts(figure, heights=heights)
    places = [place for row, block in zip(rows, blocks, strict=True) for place in _places(row, block)]
    for k, (one, place) in enumerate(zip([one for block in blocks for one in block], places, strict=True)):
        one.draw(results, panel(place))
        if letter(k):
            place.suptitle(letter(k), x=0.005, ha="left", fontweight="bold")
    return figure


def _blocks(panels: Sequence[_Panel]) -> list[list[_Panel]]:
    """Return panels that stand side by side together, and each wide one by itself."""
    blocks: list[list[_Panel]] = []
    for one in panels:
        is_narrow = one.width_in < _NARROW_IN
        if is_narrow and blocks and blocks[-1][0].width_in < _NARROW_IN:
            blocks[-1].append(one)
        else:
            blocks.append([one])
    return blocks


def _columns(block: Sequence[_Panel]) -> list[list[int]]:
    """Return which panels stand in the left and the right column: each goes to the shorter one."""
    columns: list[list[int]] = [[], []]
    for k in range(len(block)):
        heights = [sum(block[place].height_in for place in column) for column in columns]
        columns[0 if heights[0] <= heights[1] else 1].append(k)
    return [column for column in columns if column]


def _heights(block: Sequence[_Panel]) -> list[list[float]]:
    """Return the heights of the panels of each column; panels side by side that are about as tall get one height."""
    own = [[block[place].height_in for place in column] for column in _columns(block)]
    if len({len(one) for one in own}) != 1 or any(max(line) > _ALIKE * min(line) for line in zip(*own, strict=True)):
        return own
    return [[max(line) for line in zip(*own, strict=True)]] * len(own)


def _height(block: Sequence[_Panel]) -> float:
    return max(sum(one + _LETTER_IN for one in column) for column in _heights(block))


def _places(row: SubFigure, block: Sequence[_Panel]) -> list[SubFigure]:
    """Return the place of each panel of a block."""
    columns, heights = _columns(block), _heights(block)
    strips = [row] if len(columns) == 1 else parts(row, widths=(1.0,) * len(columns))
    found: dict[int, SubFigure] = {}
    for strip, column, tall in zip(strips, columns, heights, strict=True):
        found.update(zip(column, parts(strip, heights=tall), strict=True))
    return [found[place] for place in range(len(block))]
