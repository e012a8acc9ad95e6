"""η at matched intensities beside the photothermal one, and the scattering that stands between them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.companion.matched.stage import MatchedReading
from asplab.core.export.drawing import BLUE, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.export.style.symbols import DETUNING, ETA
from asplab.core.pipeline import Results

_WIDTH_IN, _HEIGHT_IN = 5.0, 2.3
_PERCENT = 100.0


def draw_matched(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the warmest temperature whose table can be compared."""
    readings = () if results.matched is None else results.matched.readings
    compared = [one for one in readings if one.comparison is not None and one.found is not None]
    if not compared:
        return None
    figure = blank(_WIDTH_IN, _HEIGHT_IN, simulated=results.document.experiment.simulated)
    left, right = figure.subplots(1, 2)
    _draw_eta(left, compared[-1])
    _draw_scattering(right, compared[-1])
    return figure


def _draw_eta(axes: Axes, one: MatchedReading) -> None:
    if one.found is None:
        return
    heat = one.detuning_mev[one.shared]
    axes.errorbar(
        heat, one.photothermal, yerr=one.photothermal_error, linestyle="none", marker="o", markersize=3, color=BLUE,
        elinewidth=0.7, label="photothermal",
    )  # fmt: skip
    known = [k for k, reading in enumerate(one.found.readings) if reading.is_determined]
    axes.errorbar(
        one.detuning_mev[known], one.found.eta[known], yerr=one.found.eta_error[known], linestyle="none", marker="s",
        markersize=3, color=RED, elinewidth=0.7, label="matched intensities",
    )  # fmt: skip
    limits = [(k, r.lower_limit) for k, r in enumerate(one.found.readings) if r.lower_limit is not None]
    axes.plot(
        [one.detuning_mev[k] for k, _ in limits], [end for _, end in limits], linestyle="none", marker="^", color=RED,
        markersize=3.5, markerfacecolor="none",
    )  # fmt: skip
    axes.set(xlabel=f"{DETUNING} (meV)", ylabel=ETA, ylim=(0.0, None))
    axes.legend(fontsize="x-small", title=f"{one.table.temperature_k:.0f} K", title_fontsize="x-small")


def _draw_scattering(axes: Axes, one: MatchedReading) -> None:
    comparison, table = one.comparison, one.table
    if comparison is None:
        return
    stokes, wavelength = float(table.stokes.wavelength_nm[0]), table.anti.wavelength_nm[one.shared]
    axes.errorbar(
        wavelength, _PERCENT * comparison.scattered, yerr=_PERCENT * comparison.scattered_error, linestyle="none",
        marker="s", markersize=3, color=RED, elinewidth=0.7, label="for both η to agree",
    )  # fmt: skip
    if table.clear_nm.size:
        axes.errorbar(
            table.clear_nm, _PERCENT * table.clear_absorptance, yerr=_PERCENT * table.clear_error, linestyle="none",
            marker="o", markersize=2.5, color=GREY, elinewidth=0.7, label="far below the gap",
        )  # fmt: skip
    reading = comparison.scattering
    if np.isfinite(reading.value):
        ends = np.concatenate([[stokes], wavelength, table.clear_nm])
        axis = np.linspace(float(ends.min()), float(ends.max()), 60)
        fall = _PERCENT * (stokes / axis) ** comparison.exponent
        axes.plot(axis, fall * reading.value, color=RED, linewidth=0.8)
        low, high = (fall * (reading.value + side * reading.error) for side in (-1.0, 1.0))
        axes.fill_between(axis, low, high, color=RED, alpha=0.15, linewidth=0)
    axes.set(xlabel="Wavelength (nm)", ylabel="Scattered (% of the beam)")
    axes.legend(fontsize="x-small")
