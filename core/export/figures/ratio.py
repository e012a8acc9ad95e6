"""R against the Stokes detuning (Figure 2b)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.export.drawing import BLUE, GREEN, RED
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING, STOKES_DETUNING
from asplab.core.pipeline import Results
from asplab.core.responses.stage import Responses
from asplab.core.rounding import number_with_error

WIDTH_IN, HEIGHT_IN = 3.3, 2.7
_DETUNINGS_MEV = (23.0, 33.0, 46.0)
_STYLES = ((RED, "o"), (BLUE, "D"), (GREEN, "^"))
_MARGIN_MEV = 15.0


def draw_ratio(results: Results, blank: Blank) -> FigureBase | None:
    """Draw R at three detunings at the lowest temperature that has it."""
    fit, responses = results.efficiency, results.responses
    if fit is None or responses is None:
        return None
    rows = with_ratio(fit)
    if not rows:
        return None
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    t = rows[0]
    draw_lines(axes, fit, responses, t, _nearest(fit, t))
    axes.legend(loc="upper left")
    return figure


def with_ratio(fit: EfficiencyFit) -> list[int]:
    """Return the temperatures at which R is known."""
    return [int(t) for t in np.flatnonzero(np.isfinite(fit.ratio).any(axis=(1, 2)))]


def draw_lines(axes: Axes, fit: EfficiencyFit, responses: Responses, t: int, chosen: list[int]) -> None:
    """Draw R with its line at some detunings of one temperature, and its quantum yield."""
    above = fit.stokes_mev[t] - responses.reference_mev[t]
    seen = np.isfinite(fit.stokes_ratio[t])
    ends = np.array([above[seen].min() - _MARGIN_MEV, above[seen].max() + _MARGIN_MEV])
    for place, j in enumerate(chosen):
        colour, marker = _STYLES[place] if len(chosen) <= len(_STYLES) else (f"C{place % 7}", "oD^svP<>"[place % 8])
        label = f"{DETUNING} = {fit.detuning_mev[t, j]:.1f} meV"
        axes.errorbar(
            above[seen], fit.ratio[t, j, seen], yerr=fit.ratio_error[t, j, seen], linestyle="none", marker=marker,
            color=colour, elinewidth=0.7, markeredgewidth=0.8, label=label,
        )  # fmt: skip
        heat = ends + responses.reference_mev[t] - fit.intercept_mev[t]
        axes.plot(ends, fit.ratio_slope_per_mev[t, j] * heat, color=colour, label=f"_fit, {label}")
    axes.set(xlabel=f"{STOKES_DETUNING} (meV)", ylabel="$R$", xlim=(ends[0], ends[1]))
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.0), high + 0.30 * (high - low))
    quantum_yield = number_with_error(fit.quantum_yield[t], fit.quantum_yield_error[t])
    axes.text(0.97, 0.95, f"{fit.temperatures_k[t]:.0f} K\nQY = {quantum_yield}", transform=axes.transAxes,
              ha="right", va="top")  # fmt: skip


def _nearest(fit: EfficiencyFit, t: int) -> list[int]:
    """Return the places nearest to the wanted detunings, each once, that have η at this temperature."""
    usable = fit.fitted[t] & np.isfinite(fit.ratio[t]).any(axis=1)
    chosen: list[int] = []
    for wanted in _DETUNINGS_MEV:
        free = [int(j) for j in np.flatnonzero(usable) if j not in chosen]
        if free:
            chosen.append(min(free, key=lambda j: abs(float(fit.detuning_mev[t, j]) - wanted)))
    return sorted(chosen)
