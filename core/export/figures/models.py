"""Figures of fitted models: η with the chain's fit at every temperature (Figure 3), and with all compared models."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import FigureBase

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.export.drawing import (
    BLUE,
    GREY,
    RED,
    SHADE,
    common_phonon_mev,
    count_phonons,
    draw_eta,
    eta_limits,
    extend_x,
    mark_outside,
    shade_above_one,
    shade_unused,
)
from asplab.core.export.results_json import polaron_rows
from asplab.core.export.style.rules import Blank, axes_of
from asplab.core.export.style.symbols import DETUNING, ETA_ASPL, PHONON
from asplab.core.inference import inference_of
from asplab.core.pipeline import Results
from asplab.core.polaron.curves import eta_curves, joint_eta_curves
from asplab.core.polaron.fit import PolaronFit
from asplab.core.rounding import named_interval
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.polaron.comparison import Comparison, ModelFit

_COLOURS = ("C1", "C2", "C3", "C4", "C5", "C6", "C0", "C7")
_LINES = ("-", "--", "-.", ":")
_MOST_COLUMNS = 4


def draw_chain(results: Results, blank: Blank) -> FigureBase | None:
    """Draw model and data for every temperature (Figure 3)."""
    fit, polaron = results.efficiency, results.polaron
    if fit is None or polaron is None or not fit.valid.any():
        return None
    phonon_mev = common_phonon_mev(results)
    panel = partial(_chain_panel, results=results, fit=fit, polaron=polaron)
    figure = _panels(results, fit, panel, blank=blank, phonon_mev=phonon_mev)
    for axes in axes_of(figure):
        shade_unused(axes, results.document.settings.polaron.detuning_range_mev)
    return figure


def draw_compared(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the curves of all compared models over the data of every temperature."""
    fit, comparison = results.efficiency, inference_of(results).comparison
    if fit is None or comparison is None or not fit.valid.any():
        return None
    return _panels(results, fit, partial(_compared_panel, fit=fit, comparison=comparison), blank=blank)


def _panels(
    results: Results,
    fit: EfficiencyFit,
    draw: Callable[[Axes, int], None],
    *,
    blank: Blank,
    phonon_mev: float | None = None,
) -> FigureBase:
    """Return a figure with a panel for each temperature that has η, all with one scale and one legend.

    With ``phonon_mev`` the panels of the first line count phonons above.
    """
    rows = [int(t) for t in np.flatnonzero(fit.valid.any(axis=1))]
    n_columns = min(_MOST_COLUMNS, len(rows))
    n_lines = -(-len(rows) // n_columns)
    size = (max(5.8, 0.4 + 1.65 * n_columns), 0.7 + 1.55 * n_lines)
    figure = blank(*size, simulated=results.document.experiment.simulated)
    panels = figure.subplots(n_lines, n_columns, sharex=True, sharey=True, squeeze=False)
    limits = (eta_limits(fit, rows, highest=1.0)[0], 1.85)
    for axes, t in zip(panels.flat, rows, strict=False):
        axes.set_label(f"{fit.temperatures_k[t]:.0f} K")
        axes.set_ylim(limits)
        axes.axhline(0.0, color=GREY, linewidth=0.4, label="_zero")
        draw_eta(axes, fit, t, colour=BLUE, marker="o", label="data, 68 % interval")
        draw(axes, t)
        mark_outside(axes, fit, t, colour=BLUE)
        shade_above_one(axes)
        axes.tick_params(labelbottom=rows.index(t) + n_columns >= len(rows))
        axes.minorticks_off()
    extend_x(panels.flat[0], fit.detuning_mev[rows][fit.valid[rows]])
    for place, axes in enumerate(panels[0, : len(rows)]):
        count_phonons(axes, phonon_mev, is_named=place == 0)
    panels.flat[0].set_yticks([0.0, 0.5, 1.0])
    figure.supxlabel(f"{DETUNING} (meV)")
    figure.supylabel(ETA_ASPL)
    entries = [axes.get_legend_handles_labels() for axes in panels.flat]
    known = {label: handle for handles, labels in entries for handle, label in zip(handles, labels, strict=True)}
    figure.legend(list(known.values()), list(known), loc="outside upper center", ncols=3)
    for axes in panels.flat[len(rows) :]:
        axes.remove()
    return figure


def _detunings(fit: EfficiencyFit) -> FloatArray:
    return np.linspace(2.0, float(np.nanmax(np.where(fit.valid, fit.detuning_mev, np.nan))) * 1.05, 200)


def _chain_panel(axes: Axes, t: int, *, results: Results, fit: EfficiencyFit, polaron: PolaronFit) -> None:
    detuning = _detunings(fit)
    text = f"{fit.temperatures_k[t]:.0f} K"
    if polaron.fitted[t]:
        eta, low, high = (curves[t] for curves in eta_curves(polaron, detuning))
        axes.fill_between(detuning, low, high, color=RED, alpha=0.18, linewidth=0, label="_model, 68 %")
        axes.plot(detuning, eta, "--", color=RED, label="model (Eq. 9), this temperature")
        text += "\n" + _parameters(results, t)
    joint = joint_eta_curves(polaron, detuning)[t]
    if np.isfinite(joint).all():
        axes.plot(detuning, joint, ":", color="black", linewidth=0.8, label="model, joint fit")
    axes.text(0.96, 0.95, text, transform=axes.transAxes, ha="right", va="top", fontsize="small", bbox=_paper())


def _paper() -> dict[str, Any]:
    """Return a ground for text in the colour of the shade above 1, so that no bar runs through it."""
    shade = tuple(1.0 - SHADE * (1.0 - part) for part in to_rgb(RED))
    return {"facecolor": shade, "alpha": 0.85, "edgecolor": "none", "pad": 0.5}


def _parameters(results: Results, t: int) -> str:
    """Return g and ħω of one temperature with their intervals, or the limit where they are not identified."""
    row = polaron_rows(results)[t]
    phonon = named_interval(PHONON, row, "phonon_mev", "meV")
    if row["identified"]:
        return f"{named_interval('$g$', row, 'g_mev', 'meV')}\n{phonon}"
    return phonon if ">" in phonon else f"{PHONON} not identified"


def _compared_panel(axes: Axes, t: int, *, fit: EfficiencyFit, comparison: "Comparison") -> None:
    detuning = _detunings(fit)
    for m, model in enumerate(comparison.fits):
        eta = _curve(model, t, detuning)
        if eta is not None:
            colour, line = _COLOURS[m % len(_COLOURS)], _LINES[m % len(_LINES)]
            axes.plot(detuning, eta, line, color=colour, linewidth=0.8, label=model.plan.model.title)
    text = f"{fit.temperatures_k[t]:.0f} K"
    if np.isfinite(comparison.weight[:, t]).any():
        best = int(np.nanargmax(comparison.weight[:, t]))
        text += f"\nsmallest AICc: {comparison.models[best]},\nweight {100.0 * comparison.weight[best, t]:.0f} %"
    axes.text(0.96, 0.95, text, transform=axes.transAxes, ha="right", va="top", fontsize="small", bbox=_paper())


def _curve(fit: "ModelFit", t: int, detuning_mev: FloatArray) -> FloatArray | None:
    """Return η of the fit of one temperature; None where it was not fitted."""
    if fit.objective is None or not fit.fitted[t]:
        return None
    curves = fit.objective.curves.lanes(np.array([int(fit.fitted[:t].sum())]))
    found = fit.parameters[t : t + 1]
    curves = replace(curves, detuning_mev=detuning_mev[None])
    eta: FloatArray = curves.efficiency(curves.logit(found[:, 0], found[:, 1:]))[0][0]
    return eta
