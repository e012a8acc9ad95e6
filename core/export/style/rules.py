"""The style in force while figures are drawn, and pages and panels to draw on."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any, Protocol, cast

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, FigureBase, SubFigure
from matplotlib.font_manager import findfont
from matplotlib.text import Text

from asplab.core.export.style.palette import PALETTES, RED
from asplab.core.export.style.presets import DEFAULT, FigurePreset

MM_PER_IN = 25.4
SMALLEST_PT = 5.0
_SIMULATED = "simulated data"
_SANS = ("Arial", "Helvetica", "Liberation Sans", "DejaVu Sans")
_SERIF = ("Times New Roman", "Times", "Liberation Serif", "STIXGeneral", "DejaVu Serif", "DejaVu Sans")
_FAMILIES = {"sans": ("sans-serif", "sans", _SANS), "serif": ("serif", "serif", _SERIF)}
# The settings of matplotlib are one for the whole process: figures are drawn one after the other.
_ONE_AT_A_TIME = threading.RLock()


class OwnPage(Protocol):
    """What gives a drawing a page of its own."""

    def __call__(self, width_in: float, height_in: float, *, simulated: bool) -> Figure:
        """Return an empty figure; the size is what suits the drawing, in inches."""


class Blank(Protocol):
    """What gives a draw function something to draw on: a page of its own, or a panel of a larger one."""

    def __call__(self, width_in: float, height_in: float, *, simulated: bool) -> FigureBase:
        """Return an empty figure; the size is what suits the drawing, in inches."""


@contextmanager
def publication_style(preset: FigurePreset = DEFAULT) -> Iterator[None]:
    """Apply the style of all figures; the settings of matplotlib are as before afterwards."""
    with _ONE_AT_A_TIME, as_file(files("asplab.resources") / "asplab.mplstyle") as path, mpl.rc_context(fname=path):
        settings: Any = mpl.rcParams
        settings.update(_rules(preset))
        yield


@lru_cache(maxsize=8)
def _installed(fonts: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the fonts that this machine has; the last ones come with matplotlib."""
    found = []
    for font in fonts:
        try:
            findfont(font, fallback_to_default=False)
        except ValueError:
            continue
        found.append(font)
    return tuple(found)


def _rules(preset: FigurePreset) -> dict[str, Any]:
    size, line = preset.font_size_pt, preset.line_width_pt
    small = max(size - 1.0, SMALLEST_PT)
    family, pattern, fonts = _FAMILIES[preset.family]
    labels = ("axes.labelsize", "axes.titlesize", "figure.labelsize", "figure.titlesize")
    smaller = ("xtick.labelsize", "ytick.labelsize", "legend.fontsize", "legend.title_fontsize")
    fine = ("axes.linewidth", "xtick.major.width", "ytick.major.width")
    return {
        # Named one by one, so that a sign which the first font lacks is taken from the next.
        "font.family": list(_installed(fonts)),
        f"font.{family}": list(fonts),
        "font.size": size,
        **dict.fromkeys(labels, size),
        **dict.fromkeys(smaller, small),
        **dict.fromkeys(fine, 0.6 * line),
        "mathtext.fontset": "custom",
        "mathtext.rm": pattern,
        "mathtext.it": f"{pattern}:italic",
        "mathtext.bf": f"{pattern}:bold",
        **dict.fromkeys(("mathtext.cal", "mathtext.sf", "mathtext.tt"), pattern),
        "mathtext.fallback": "stix" if preset.family == "serif" else "stixsans",
        "lines.linewidth": line,
        "lines.markersize": 0.5 * size,
        "axes.prop_cycle": cycler(color=PALETTES[preset.palette]),
        "savefig.dpi": preset.dpi,
    }


def page(preset: FigurePreset = DEFAULT) -> OwnPage:
    """Return what gives each drawing a page of its own in the width of a column, and marks simulated data."""

    def blank(width_in: float, height_in: float, *, simulated: bool) -> Figure:
        width = preset.width_mm(width_in) / MM_PER_IN
        # Text keeps its size, so a drawing that is made narrower stays nearly as tall.
        height = height_in * (width / width_in) ** 0.5 * (preset.font_size_pt / DEFAULT.font_size_pt) ** 0.5
        return sheet(width, min(height, preset.tallest_mm / MM_PER_IN), simulated=simulated)

    return blank


def sheet(width_in: float, height_in: float, *, simulated: bool) -> Figure:
    """Return a figure of exactly this size without a window, marked where its data are simulated."""
    figure = Figure(figsize=(width_in, height_in))
    FigureCanvasAgg(figure)
    if simulated:
        size = max(mpl.rcParams["font.size"] - 1.0, SMALLEST_PT)
        figure.suptitle(_SIMULATED, x=0.99, ha="right", color=RED, fontsize=size, fontstyle="italic")
    return figure


def panel(place: SubFigure) -> Blank:
    """Return what gives a drawing one panel of a page, which says itself whether data are simulated."""

    def blank(width_in: float, height_in: float, *, simulated: bool) -> SubFigure:
        del width_in, height_in, simulated
        return place

    return blank


def parts(
    figure: FigureBase, *, heights: Sequence[float] = (1.0,), widths: Sequence[float] = (1.0,)
) -> list[SubFigure]:
    """Return the parts of a figure line by line, with heights and widths in these proportions."""
    found = figure.subfigures(
        len(heights), len(widths), squeeze=False, height_ratios=list(heights), width_ratios=list(widths)
    )
    return [part for line in cast("list[list[SubFigure]]", found.tolist()) for part in line]


def axes_of(figure: FigureBase) -> list[Axes]:
    """Return the axes of a page or of one panel, in the order in which they were made."""
    return list(cast("Figure | SubFigure", figure).axes)


def keep_legible(figure: FigureBase) -> None:
    """Bring every text up to the smallest size that is read in print; numbers at ticks are by themselves."""
    for text in _texts(figure):
        if float(text.get_fontsize()) < SMALLEST_PT:
            text.set_fontsize(SMALLEST_PT)


def _texts(figure: FigureBase) -> Iterator[Text]:
    legends = list(figure.legends)
    yield from figure.texts
    for axes in [one for own in axes_of(figure) for one in (own, *own.child_axes)]:
        yield from (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label)
        legends += [legend for legend in (axes.get_legend(),) if legend is not None]
    for legend in legends:
        yield from (*legend.get_texts(), legend.get_title())
