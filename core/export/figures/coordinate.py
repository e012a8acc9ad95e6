"""Energy over the coordinate of the phonon mode, drawn with the fitted g and ħω."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.path import Path as MarkerPath

from asplab.core.export.drawing import BLUE, GREY, RED
from asplab.core.export.results_json import polaron_rows
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING, PHONON
from asplab.core.pipeline import Results
from asplab.core.rounding import named_interval

WIDTH_IN, HEIGHT_IN = 3.3, 3.2
_MOST_LEVELS = 9
_PHONONS = 2
"""Phonons that the drawn excitation takes up."""
_CUT = MarkerPath([(-0.4, -0.35), (0.4, 0.05), (-0.4, -0.05), (0.4, 0.35)], [1, 2, 1, 2])
_BREAK = 1.6
"""Height of the break in the axis, in units of the height of a well."""


@dataclass(frozen=True, slots=True)
class _Wells:
    """Two wells in units of ħω: V = Q² below, V = Q² displaced by √S and lower by S above, cut by a break."""

    huang_rhys: float
    phonon_mev: float

    @property
    def levels(self) -> int:
        return min(max(4, math.ceil(self.huang_rhys) + 2), _MOST_LEVELS)

    @property
    def top(self) -> float:
        return self.levels + 0.3

    @property
    def displacement(self) -> float:
        return math.sqrt(self.huang_rhys)

    @property
    def bottom_above(self) -> float:
        return self.top * (1.0 + 0.5 * _BREAK)

    def above(self, q: np.ndarray) -> np.ndarray:
        well: np.ndarray = self.bottom_above + (q - self.displacement) ** 2
        return well


def draw_coordinate(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the wells of the joint fit, or of the only one; nothing where g and ħω are not identified."""
    row = _identified(results)
    if row is None:
        return None
    wells = _Wells(float(row["huang_rhys"]), float(row["phonon_mev"]))
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    _draw_wells(axes, wells)
    _draw_displacement(axes, wells)
    _draw_excitation(axes, wells)
    _finish(axes, wells, row)
    return figure


def _identified(results: Results) -> dict[str, Any] | None:
    rows = [row for row in polaron_rows(results) if row["chi2"] is not None]
    best = rows[-1] if rows and (rows[-1]["scope"] == "joint" or len(rows) == 1) else None
    return best if best is not None and best["identified"] and best["huang_rhys"] and best["phonon_mev"] else None


def _draw_wells(axes: Axes, wells: _Wells) -> None:
    reach = math.sqrt(wells.top)
    q = np.linspace(-reach, reach, 121)
    axes.plot(q, q**2, color=BLUE, label="_valence band")
    axes.plot(q + wells.displacement, wells.above(q + wells.displacement), color=RED, label="_conduction band")
    for n in range(wells.levels):
        half = math.sqrt(n + 0.5)
        style: dict[str, Any] = {"linewidth": 0.6, "color": GREY}
        axes.plot([-half, half], [n + 0.5] * 2, **style, label=f"_level {n} below")
        ends = [wells.displacement - half, wells.displacement + half]
        axes.plot(ends, [wells.bottom_above + n + 0.5] * 2, **style, label=f"_level {n} above")
    axes.text(-reach, wells.top, r"$|v_n\rangle$", color=BLUE, ha="right", va="top")
    high = wells.bottom_above + wells.top
    axes.text(wells.displacement + reach, high, r"$|c_n\rangle$", color=RED, ha="left", va="top")


def _draw_displacement(axes: Axes, wells: _Wells) -> None:
    """Mark √S between the minima and the polaron energy from the crossing above Q = 0 down to the minimum."""
    bottom, crossing = wells.bottom_above, wells.bottom_above + wells.huang_rhys
    axes.plot([wells.displacement] * 2, [-0.9, bottom], ":", color=GREY, linewidth=0.6, label="_minimum above")
    axes.plot([0.0] * 2, [-0.9, crossing], ":", color=GREY, linewidth=0.6, label="_minimum below")
    _double(axes, (0.0, -0.9), (wells.displacement, -0.9))
    axes.text(0.5 * wells.displacement, -1.1, rf"$\sqrt{{S}}$ = {wells.displacement:.2f}", ha="center", va="top")
    x = -math.sqrt(wells.top) * 0.75
    axes.plot([x, 0.0], [crossing] * 2, ":", color=GREY, linewidth=0.6, label="_vertical energy")
    axes.plot([x, wells.displacement], [bottom] * 2, ":", color=GREY, linewidth=0.6, label="_polaron")
    _double(axes, (x, bottom), (x, crossing))
    axes.text(x, 0.5 * (bottom + crossing), r"$E_{\mathrm{p}}$ ", ha="right", va="center")


def _draw_excitation(axes: Axes, wells: _Wells) -> None:
    """Draw how light and phonons of a populated level reach the lowest polaron level."""
    x = 0.5 * wells.displacement
    start, end = 0.5 + _PHONONS, wells.bottom_above + 0.5
    style = {"arrowstyle": "-|>", "color": RED, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 7}
    axes.annotate("", (x, end), (x, start), arrowprops=style)
    middle = 0.5 * (wells.top + wells.bottom_above)
    axes.text(x + 0.12, middle, r"$h\nu_{\mathrm{AS}}$", color=RED, va="center")
    right = math.sqrt(start + 0.3) + 0.25
    _double(axes, (right, 0.5), (right, start))
    told = rf"{DETUNING} = $N${PHONON}" + f"\n(here $N$ = {_PHONONS})"
    axes.text(right + 0.12, 0.5 * (start + 0.5), told, va="center")


def _double(axes: Axes, first: tuple[float, float], second: tuple[float, float]) -> None:
    style = {"arrowstyle": "<|-|>", "color": "black", "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 5}
    axes.annotate("", first, second, arrowprops=style)


def _finish(axes: Axes, wells: _Wells, row: dict[str, Any]) -> None:
    reach = math.sqrt(wells.top)
    height = wells.bottom_above + wells.top
    told = [
        named_interval(name, row, key, "meV")
        for name, key in (("$g$", "g_mev"), (PHONON, "phonon_mev"), (r"$E_{\mathrm{p}}$", "polaron_energy_mev"))
    ]
    told.insert(2, named_interval("$S$", row, "huang_rhys", ""))
    axes.text(1.0, 0.47, "\n".join(told), transform=axes.transAxes, ha="right", va="bottom", linespacing=1.3)
    axes.set(xlim=(-1.25 * reach, wells.displacement + 1.95 * reach), ylim=(-2.4, height + 0.5))
    axes.set_xlabel(rf"Phonon coordinate $Q$ ($V$ = {PHONON}$Q^2$)")
    axes.set_ylabel(f"Energy ({PHONON}; gap cut)", labelpad=7)
    cut = 0.5 * (wells.top + wells.bottom_above)
    place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "clip_on": False}
    axes.plot([0.0], [cut], marker=_CUT, color="black", markersize=9, linestyle="none", **place)
    axes.set_yticks([])
    axes.minorticks_off()
    axes.tick_params(top=False, right=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
