"""Template of the set-up (Scheme S1): light from the laser to the camera, and the probe to the lock-in."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import FancyBboxPatch, Rectangle

from asplab.core.export.drawing import BLUE, GREEN, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.pipeline import Results

WIDTH_IN, HEIGHT_IN = 6.9, 2.9


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the set-up: its words, its middle and its width."""

    words: str
    x: float
    y: float
    width: float = 1.9


_TOP, _ROW, _LOW = 5.6, 3.4, 1.0
_LASER = _Part("supercontinuum\nlaser + AOTF", 1.15, _ROW, 2.0)
_CLEAN = _Part("clean-up\nfilter", 3.25, _ROW, 1.3)
_CHOPPER = _Part("chopper", 4.95, _ROW, 1.3)
_SPLITTER = _Part("beam splitter,\nobjective", 6.95, _ROW, 1.8)
_SAMPLE = _Part("cryostat\nwith sample", 9.25, _ROW, 1.7)
_CUTOFF = _Part("long- or short-\npass filter", 6.95, _TOP, 1.8)
_SPECTROMETER = _Part("spectrometer\n+ EMCCD", 9.25, _TOP, 1.7)
_PROBE = _Part("probe laser", 11.55, _ROW, 1.6)
_PHOTODIODE = _Part("filter,\nphotodiode", 9.25, _LOW, 1.7)
_LOCK_IN = _Part("lock-in\namplifier", 6.95, _LOW, 1.8)
_PARTS = (
    _LASER, _CLEAN, _CHOPPER, _SPLITTER, _SAMPLE, _CUTOFF, _SPECTROMETER, _PROBE, _PHOTODIODE, _LOCK_IN,
)  # fmt: skip
_HALF_HEIGHT = 0.55


def draw_setup(results: Results, blank: Blank) -> FigureBase | None:
    """Draw a template to be adapted; it shows no measured numbers."""
    del results
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=False)
    axes = figure.subplots()
    axes.set(xlim=(0.0, 12.6), ylim=(0.0, 6.5))
    axes.set_axis_off()
    for part in _PARTS:
        _box(axes, part)
    for first, second in ((_LASER, _CLEAN), (_CLEAN, _CHOPPER), (_CHOPPER, _SPLITTER), (_SPLITTER, _SAMPLE)):
        _across(axes, first, second, GREEN)
    _across(axes, _PROBE, _SAMPLE, BLUE)
    _up(axes, _SPLITTER, _CUTOFF, RED)
    _across(axes, _CUTOFF, _SPECTROMETER, RED)
    _up(axes, _SAMPLE, _PHOTODIODE, BLUE)
    _across(axes, _PHOTODIODE, _LOCK_IN, GREY)
    _reference(axes)
    _key(axes)
    return figure


def _box(axes: Axes, part: _Part) -> None:
    corner = (part.x - 0.5 * part.width + 0.08, part.y - _HALF_HEIGHT + 0.08)
    size = (part.width - 0.16, 2.0 * _HALF_HEIGHT - 0.16)
    outline = FancyBboxPatch(
        corner, *size, boxstyle="round,pad=0.08", facecolor="white", edgecolor="black", linewidth=0.7
    )
    axes.add_patch(outline)
    axes.text(part.x, part.y, part.words, ha="center", va="center", fontsize="small", linespacing=1.15)


def _across(axes: Axes, first: _Part, second: _Part, colour: str) -> None:
    side = 1.0 if second.x > first.x else -1.0
    _beam(axes, (first.x + side * 0.5 * first.width, first.y), (second.x - side * 0.5 * second.width, second.y), colour)


def _up(axes: Axes, first: _Part, second: _Part, colour: str) -> None:
    side = 1.0 if second.y > first.y else -1.0
    _beam(axes, (first.x, first.y + side * _HALF_HEIGHT), (second.x, second.y - side * _HALF_HEIGHT), colour)


def _beam(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 8}
    axes.annotate("", end, start, arrowprops=style)


def _reference(axes: Axes) -> None:
    """Draw the reference from the chopper to the lock-in amplifier."""
    corner = (_CHOPPER.x, _LOW)
    axes.plot([_CHOPPER.x, _CHOPPER.x], [_ROW - _HALF_HEIGHT, _LOW], "--", color=GREY, linewidth=0.9)
    style = {"arrowstyle": "-|>", "color": GREY, "linewidth": 0.9, "linestyle": "--", "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (_LOCK_IN.x - 0.5 * _LOCK_IN.width, _LOW), corner, arrowprops={**style, "mutation_scale": 7})
    axes.text(_CHOPPER.x - 0.1, 0.5 * (_LOW + _ROW), "reference", ha="right", va="center", fontsize="small")


def _key(axes: Axes) -> None:
    """Say what the colours of the beams are."""
    for k, (colour, words) in enumerate(((GREEN, "excitation"), (RED, "PL, ASPL"), (BLUE, "probe"), (GREY, "signal"))):
        y = 6.1 - 0.42 * k
        axes.add_patch(Rectangle((0.2, y - 0.05), 0.6, 0.1, color=colour, linewidth=0))
        axes.text(0.95, y, words, va="center", fontsize="small")
