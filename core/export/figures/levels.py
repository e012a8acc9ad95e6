"""Scheme of the levels and processes (Figure 2a)."""

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.export.drawing import BLUE, GREEN, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING, ETA, STOKES_DETUNING
from asplab.core.pipeline import Results

WIDTH_IN, HEIGHT_IN = 3.3, 2.7
_GROUND, _BAND, _HOT, _DEEP = 0.6, 6.4, 8.4, 4.6
_STOKES_X, _PL_X, _LOSS_X = 1.2, 2.7, 3.7
_ANTI_X, _ASPL_X, _ANTI_LOSS_X = 6.3, 7.8, 8.8
_ARROW: dict[str, object] = {"shrinkA": 0.0, "shrinkB": 0.0}
_LEFT, _MIDDLE, _RIGHT = 0.4, 5.0, 9.8


def draw_levels(results: Results, blank: Blank) -> FigureBase | None:
    """Draw excitation above and below the emitting state, what follows, and what η and QY are shares of."""
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=False)
    axes = figure.subplots()
    axes.set(xlim=(0.0, 10.0), ylim=(0.0, 9.6))
    axes.set_axis_off()
    _levels(axes)
    _stokes(axes)
    _anti_stokes(axes)
    gap = axes.text(_MIDDLE, 0.5 * (_GROUND + _BAND), _gap_text(results), ha="center", va="center", linespacing=1.4)
    gap.set(color="0.35", fontsize="small")
    return figure


def _levels(axes: Axes) -> None:
    for low, high in ((_LEFT, 4.4), (5.6, _RIGHT)):
        axes.plot([low, high], [_GROUND, _GROUND], color="black", linewidth=1.4)
        axes.plot([low, high], [_BAND, _BAND], color="black", linewidth=1.4)
    axes.plot([_LEFT, 2.0], [_HOT, _HOT], color="black", linewidth=0.8, linestyle=(0, (3, 2)))
    axes.plot([5.6, 7.1], [_DEEP, _DEEP], color="black", linewidth=0.8, linestyle=(0, (3, 2)))
    axes.text(_MIDDLE, _GROUND, r"$|v\rangle$", ha="center", va="center")
    axes.text(_MIDDLE, _BAND, r"$|c\rangle$", ha="center", va="center")
    axes.text(0.5 * (_LEFT + 4.4), 9.1, "Stokes", ha="center", va="bottom", color=GREEN)
    axes.text(0.5 * (5.6 + _RIGHT), 9.1, "anti-Stokes", ha="center", va="bottom", color=RED)


def _stokes(axes: Axes) -> None:
    _arrow(axes, _STOKES_X, _GROUND, _HOT, GREEN)
    _arrow(axes, _STOKES_X + 0.55, _HOT, _BAND, GREY, dashed=True)
    _bracket(axes, 2.25, _BAND, _HOT, STOKES_DETUNING)
    _arrow(axes, _PL_X, _BAND, _GROUND, GREEN)
    _arrow(axes, _LOSS_X, _BAND, _GROUND, GREY, dashed=True)
    _along(axes, _STOKES_X, r"$h\nu_{\mathrm{S}}$", GREEN)
    _along(axes, _PL_X, "PL: QY", GREEN)
    _along(axes, _LOSS_X, "heat: 1 − QY", GREY)


def _anti_stokes(axes: Axes) -> None:
    _arrow(axes, _ANTI_X, _GROUND, _DEEP, RED)
    _arrow(axes, _ANTI_X + 0.45, _DEEP, _BAND, BLUE)
    axes.text(_ANTI_X + 0.62, 0.5 * (_DEEP + _BAND), rf"$w_{{\mathrm{{uc}}}}$: {ETA}", color=BLUE, va="center")
    _bracket(axes, 5.85, _DEEP, _BAND, DETUNING, side=-1)
    _arrow(axes, _ANTI_X + 0.65, _DEEP, _GROUND, GREY, dashed=True)
    _arrow(axes, _ASPL_X + 0.55, _BAND, _GROUND, RED)
    _arrow(axes, _ANTI_LOSS_X + 0.55, _BAND, _GROUND, GREY, dashed=True)
    _along(axes, _ANTI_X, r"$h\nu_{\mathrm{AS}}$", RED)
    axes.text(_ANTI_X + 0.8, 2.5, rf"$w_{{\mathrm{{nr}}}}$: 1 − {ETA}", rotation=90, color=GREY, va="center")
    _along(axes, _ASPL_X + 0.55, "ASPL: QY", RED)
    _along(axes, _ANTI_LOSS_X + 0.55, "heat: 1 − QY", GREY)


def _arrow(axes: Axes, x: float, start: float, end: float, colour: str, *, dashed: bool = False) -> None:
    style = {
        "arrowstyle": "-|>",
        "color": colour,
        "linewidth": 1.0,
        "shrinkA": 0.0,
        "shrinkB": 0.0,
        "mutation_scale": 7,
    }
    axes.annotate("", (x, end), (x, start), arrowprops=style | ({"linestyle": (0, (2, 1.5))} if dashed else {}))


def _along(axes: Axes, x: float, text: str, colour: str) -> None:
    axes.text(x - 0.12, 2.5, text, rotation=90, ha="right", va="center", color=colour)


def _bracket(axes: Axes, x: float, low: float, high: float, text: str, *, side: int = 1) -> None:
    style = {
        "arrowstyle": "<|-|>",
        "color": "black",
        "linewidth": 0.6,
        "shrinkA": 0.0,
        "shrinkB": 0.0,
        "mutation_scale": 5,
    }
    axes.annotate("", (x, high), (x, low), arrowprops=style)
    axes.text(x + 0.12 * side, 0.5 * (low + high), text, ha="left" if side > 0 else "right", va="center")


def _gap_text(results: Results) -> str:
    """Return the reference energy of the lowest temperature that has one, else its symbol."""
    energies = results.energies
    known = [] if energies is None else [t for t, one in enumerate(energies.reference_mev) if one == one]
    if energies is None or not known:
        return r"$E_{\mathrm{g}}$"
    t = known[0]
    return r"$E_{\mathrm{ref}}$" + f"\n{energies.reference_mev[t] * 1e-3:.3f} eV\nat {energies.temperatures_k[t]:.0f} K"
