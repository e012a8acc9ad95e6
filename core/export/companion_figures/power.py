"""Growth of the emission with the pump power (Figure 1b)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.companion.power_law.stage import SeriesReading
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING
from asplab.core.pipeline import Results

_WIDTH_IN, _HEIGHT_IN = 3.3, 3.0
_INSET = (0.62, 0.12, 0.35, 0.32)


def draw_power(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the power series of the temperature that has most, with their slopes over the detuning."""
    found = results.power_dependence
    read = [] if found is None else [one for one in found.readings if one.dependence and one.temperature is not None]
    if not read:
        return None
    places = [one.temperature for one in read]
    t = max(sorted(set(places), key=str), key=places.count)
    own = [one for one in read if one.temperature == t]
    figure = blank(_WIDTH_IN, _HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    for k, one in enumerate(own):
        _draw_series(axes, one, f"C{k % 8}", marker="os^Dv<>P"[(k + k // 8) % 8])
    axes.set(xscale="log", yscale="log", xlabel="Pump power (µW)", ylabel="Emission / its mean")
    axes.legend(
        loc="upper left", fontsize="x-small", ncols=2, title=f"{DETUNING} (meV), {own[0].series.temperature_k:.0f} K"
    )
    _draw_slopes(axes, own)
    return figure


def _draw_series(axes: Axes, one: SeriesReading, colour: str, *, marker: str) -> None:
    dependence = one.dependence
    if dependence is None:
        return
    scale = float(np.mean(dependence.intensity))
    power = np.geomspace(dependence.power_uw.min(), dependence.power_uw.max(), 60)
    law = dependence.law
    axes.errorbar(
        dependence.power_uw, dependence.intensity / scale, yerr=dependence.error / scale, linestyle="none",
        marker=marker, markersize=2.5, color=colour, elinewidth=0.6, label=f"{one.detuning_mev:.0f}",
    )  # fmt: skip
    axes.plot(power, (law.linear * power + law.quadratic * power**2) / scale, color=colour, linewidth=0.8)


def _draw_slopes(axes: Axes, own: list[SeriesReading]) -> None:
    known = [(one.detuning_mev, one.dependence.slope) for one in own if one.dependence is not None]
    inset = axes.inset_axes(_INSET)
    x, y = [detuning for detuning, _ in known], [slope.slope for _, slope in known]
    bars = [[slope.slope - slope.low for _, slope in known], [slope.high - slope.slope for _, slope in known]]
    inset.errorbar(x, y, yerr=bars, linestyle="none", marker="o", markersize=2, elinewidth=0.6)
    for photons in (1.0, 2.0):
        inset.axhline(photons, linewidth=0.5, linestyle=":", color="0.4")
    inset.set_xlabel(f"{DETUNING} (meV)", fontsize="x-small")
    inset.set_ylabel("slope", fontsize="x-small")
    inset.tick_params(labelsize="x-small")
