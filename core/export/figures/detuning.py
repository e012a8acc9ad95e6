"""η against the detuning at a low and a high temperature (Figure 2c)."""

import numpy as np
from matplotlib.figure import FigureBase

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.export.drawing import (
    BLUE,
    GREY,
    RED,
    common_phonon_mev,
    count_phonons,
    draw_eta,
    eta_limits,
    extend_x,
    mark_outside,
    shade_above_one,
)
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import ETA_ASPL, detuning_axis
from asplab.core.pipeline import Results

WIDTH_IN, HEIGHT_IN = 3.3, 2.7
_WARM_K = 250.0


def draw_detuning(results: Results, blank: Blank) -> FigureBase | None:
    """Draw η at the lowest temperature and the one nearest to 250 K."""
    fit = results.efficiency
    if fit is None or not fit.valid.any():
        return None
    return _draw(results, fit, _two_temperatures(fit), blank)


def draw_detuning_at(results: Results, blank: Blank, t: int) -> FigureBase | None:
    """Draw η at one temperature."""
    fit = results.efficiency
    return None if fit is None or not fit.valid[t].any() else _draw(results, fit, [t], blank)


def _two_temperatures(fit: EfficiencyFit) -> list[int]:
    measured = np.flatnonzero(fit.valid.any(axis=1))
    return sorted({int(measured[0]), int(measured[np.argmin(np.abs(fit.temperatures_k[measured] - _WARM_K))])})


def _draw(results: Results, fit: EfficiencyFit, rows: list[int], blank: Blank) -> FigureBase:
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    axes.axhline(0.0, color=GREY, linewidth=0.4, label="_zero")
    for t, colour, marker in zip(rows, (BLUE, RED), "so", strict=False):
        draw_eta(axes, fit, t, colour=colour, marker=marker, label=f"{fit.temperatures_k[t]:.0f} K")
    axes.set(xlabel=detuning_axis(results), ylabel=ETA_ASPL, ylim=eta_limits(fit, rows, highest=1.25))
    for t, colour in zip(rows, (BLUE, RED), strict=False):
        mark_outside(axes, fit, t, colour=colour)
    shade_above_one(axes)
    extend_x(axes, fit.detuning_mev[rows][fit.valid[rows]])
    count_phonons(axes, common_phonon_mev(results))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right")
    return figure
