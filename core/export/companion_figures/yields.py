"""Quantum yields: over pump power, by the integrating sphere, and all of them over temperature (Figure S7)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.companion.quantum_yield.comparison import OF_RATIO, YieldComparison, YieldRow
from asplab.core.companion.quantum_yield.curve import yield_curve
from asplab.core.companion.quantum_yield.every_yield import OF_POWER, OF_SPHERE
from asplab.core.companion.quantum_yield.sphere_stage import SphereReading
from asplab.core.companion.quantum_yield.stage import AbcReading
from asplab.core.companion.reading import Reading
from asplab.core.export.companion.yields import compared_yields
from asplab.core.export.drawing import BLUE, GREEN, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.pipeline import Results

_PANEL_IN, _HEIGHT_IN = 2.4, 2.2
_COLOURS = {OF_RATIO: BLUE, OF_POWER: RED, OF_SPHERE: GREEN}
_MARKERS = {OF_RATIO: "o", OF_POWER: "s", OF_SPHERE: "D"}
_ARM = 0.02
"""Length of the arrow of a limit, in units of the yield."""


def draw_yields(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the first series that tells a yield, the first sphere that was read, and all yields."""
    found = compared_yields(results)
    if found is None:
        return None
    abc = () if results.abc_yields is None else results.abc_yields.readings
    sphere = () if results.sphere_yields is None else results.sphere_yields.readings
    series = next((one for one in abc if one.found is not None and one.found.peak_yield.is_determined), None)
    spectra = next((one for one in sphere if one.spectra is not None), None)
    count = 1 + (series is not None) + (spectra is not None)
    figure = blank(_PANEL_IN * count, _HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = iter(figure.subplots(1, count, squeeze=False)[0])
    if series is not None:
        _draw_series(next(axes), series)
    if spectra is not None:
        _draw_sphere(next(axes), spectra)
    _draw_all(next(axes), found)
    return figure


def _draw_series(axes: Axes, one: AbcReading) -> None:
    if one.found is None:
        return
    curve, colour = yield_curve(one.found), _COLOURS[OF_POWER]
    axes.fill_between(curve.power_uw, curve.low, curve.high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(curve.power_uw, curve.quantum_yield, color=colour, linewidth=0.8)
    axes.errorbar(
        curve.read_uw, curve.read_yield, yerr=curve.read_error, linestyle="none", marker="s", markersize=2.5,
        color=colour, elinewidth=0.6,
    )  # fmt: skip
    axes.set(xscale="log", ylim=(0.0, 1.05), xlabel="Pump power (µW)", ylabel="Quantum yield")
    axes.set_title(f"ABC law, {one.series.temperature_k:.0f} K: {one.found.peak_yield.text}", fontsize="small")


def _draw_sphere(axes: Axes, one: SphereReading) -> None:
    spectra = one.spectra
    if spectra is None:
        return
    shown = (("empty", "empty", GREY), ("beside", "beside the beam", BLUE), ("inside", "in the beam", GREEN))
    means = {name: getattr(spectra, name).mean(axis=0) for name, _, _ in shown}
    top = max(float(mean.max()) for mean in means.values())
    for name, label, colour in shown:
        axes.plot(spectra.wavelength_nm, means[name] / top, color=colour, linewidth=0.7, label=label)
    for window in (one.laser_nm, one.emission_nm):
        if window is not None:
            axes.axvspan(*window, color="0.5", alpha=0.12, linewidth=0)
    unit = "Photons" if spectra.unit == "photons" else "Power"
    axes.set(yscale="log", ylim=(1e-6, 3.0), xlabel="Wavelength (nm)", ylabel=f"{unit} per nm (rel.)")
    axes.set_title(f"Integrating sphere: {one.quantum_yield.text}", fontsize="small")
    axes.legend(fontsize="x-small", loc="upper right")


def _draw_all(axes: Axes, found: YieldComparison) -> None:
    for method, colour in _COLOURS.items():
        own = [row for row in found.rows if row.method == method]
        known = [row for row in own if row.reading.is_determined and row.temperature_k is not None]
        if known:
            axes.errorbar(
                [row.temperature_k or 0.0 for row in known], [row.reading.value for row in known],
                yerr=np.array([_arms(row.reading) for row in known]).T, linestyle="none", marker=_MARKERS[method],
                markersize=3, color=colour, elinewidth=0.7, label=method,
                markerfacecolor=colour if method == OF_RATIO else "none",
            )  # fmt: skip
        for row in own:
            _draw_other(axes, row, colour)
    axes.set(xlabel="Temperature (K)", ylabel="Quantum yield")
    axes.margins(y=0.25)
    axes.legend(fontsize="x-small", loc="upper left")


def _draw_other(axes: Axes, row: YieldRow, colour: str) -> None:
    """Draw a yield without a temperature as a level, and a limit as an arrow."""
    reading = row.reading
    if reading.is_determined and row.temperature_k is None:
        axes.axhline(reading.value, color=colour, linewidth=0.8, linestyle="--", label=row.label)
        low, high = _arms(reading)
        axes.axhspan(reading.value - low, reading.value + high, color=colour, alpha=0.15, linewidth=0)
    for limit, arm in ((reading.lower_limit, _ARM), (reading.upper_limit, -_ARM)):
        if limit is not None and reading.is_limit and row.temperature_k is not None:
            place = (row.temperature_k, limit)
            axes.annotate(
                "", (place[0], limit + arm), place, arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 0.8}
            )
            axes.plot(*place, marker="_", color=colour, linestyle="none")


def _arms(reading: Reading) -> tuple[float, float]:
    if reading.low is None or reading.high is None:
        return reading.error, reading.error
    return max(reading.value - reading.low, 0.0), max(reading.high - reading.value, 0.0)
