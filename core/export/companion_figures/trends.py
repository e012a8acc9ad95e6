"""Energies, widths and Stokes shift against temperature (Figure S3), and all spectra on one shape (Figure S4)."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from asplab.core.companion.temperature.emission import FittedSeries
from asplab.core.companion.temperature.overlay import Overlay, overlay
from asplab.core.companion.temperature.stage import TemperatureTrends
from asplab.core.companion.temperature.trend import CLEAR
from asplab.core.export.drawing import BLUE, GREEN, GREY, RED
from asplab.core.export.style.rules import Blank
from asplab.core.pipeline import Results

_WIDTH_IN, _HEIGHT_IN = 6.9, 2.5
_OVERLAY_IN = (3.3, 3.6)
_POINTS = 120
_LINES = ("-", "--", ":", "-.")
_LOUD = 3.0
_CLEAR_ENOUGH = 0.3
"""Error of a point, in units of the maximum of the shape, up to which a spectrum is drawn."""
_TITLES = {"phonon_width": r"$\Gamma_0 + sT + \Gamma_\mathrm{LO}\,n$"}


def draw_trends(results: Results, blank: Blank) -> FigureBase | None:
    """Draw energies and widths with their laws, the Stokes shift, and the heating by the laser."""
    found = results.trends
    series = None if found is None else found.emission.energies.series
    if found is None or series is None or series.temperature_k.size < 2:
        return None
    more = [draw for draw, there in ((_draw_stokes, found.stokes), (_draw_heating, found.by_energy.heating)) if there]
    figure = blank(_WIDTH_IN, _HEIGHT_IN * (2 if more else 1), simulated=results.document.experiment.simulated)
    axes = figure.subplots(2 if more else 1, 2, squeeze=False).ravel()
    _draw_series(axes[0], found.emission.energies, GREEN, "emission")
    _draw_absorption(axes[0], found)
    _draw_series(axes[1], found.emission.widths, GREEN, "emission")
    quantity = "Peak energy" if series.quantity == "peak" else "Mean photon energy"
    axes[0].set_ylabel(f"{quantity} (meV)")
    axes[1].set_ylabel("FWHM (meV)")
    for draw, one in zip(more, axes[2:], strict=False):
        draw(one, found)
    for one in axes[: 2 + len(more)]:
        one.set_xlabel("Temperature (K)")
    for one in axes[2 + len(more) :]:
        one.set_axis_off()
    return figure


def _draw_series(axes: Axes, one: FittedSeries, colour: str, label: str) -> None:
    series, trend = one.series, one.trend
    if series is None:
        return
    axes.errorbar(
        series.temperature_k, series.values_mev, yerr=series.error_mev, linestyle="none", marker="o", markersize=3,
        color=colour, elinewidth=0.6, label=label,
    )  # fmt: skip
    if trend is None or np.ptp(series.temperature_k) == 0.0:
        return
    fine = np.linspace(series.temperature_k.min(), series.temperature_k.max(), _POINTS)
    fitted = [row for row in trend.rows if row.law in trend.fits]
    shown = [row for row in fitted if row.delta_aicc < CLEAR and not trend.fits[row.law].is_misfit] or fitted[:1]
    for row, line in zip(shown, _LINES, strict=False):
        value, low, high = trend.fits[row.law].at(fine)
        axes.plot(
            fine,
            value,
            linestyle=line,
            linewidth=0.8,
            color=GREY if line != "-" else colour,
            label=_TITLES.get(row.law, row.title),
        )
        if line == "-":
            axes.fill_between(fine, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.legend(fontsize="x-small", loc="best")


def _draw_absorption(axes: Axes, found: TemperatureTrends) -> None:
    known = [k for k, top in enumerate(found.absorption.tops) if top.is_determined]
    if not known:
        return
    tops = [found.absorption.tops[k] for k in known]
    axes.errorbar(
        found.absorption.temperatures_k[known], [top.value for top in tops], yerr=[top.error for top in tops],
        linestyle="none", marker="s", markersize=3, markerfacecolor="none", color=BLUE, elinewidth=0.6,
        label="absorption",
    )  # fmt: skip
    axes.legend(fontsize="x-small", loc="best")


def _draw_stokes(axes: Axes, found: TemperatureTrends) -> None:
    stokes = found.stokes
    if stokes is None:
        return
    axes.errorbar(
        stokes.temperature_k, stokes.shift_mev, yerr=stokes.error_mev, linestyle="none", marker="o", markersize=3,
        color=BLUE, elinewidth=0.6,
    )  # fmt: skip
    if stokes.mean.is_determined:
        axes.axhline(stokes.mean.value, color=GREY, linewidth=0.6, linestyle=":")
    axes.set_ylabel("Stokes shift (meV)")


def _draw_heating(axes: Axes, found: TemperatureTrends) -> None:
    meters = ((found.by_energy.heating, GREEN, "o", "by energy"), (found.by_width.heating, BLUE, "s", "by width"))
    for heating, colour, marker, label in meters:
        if heating is not None:
            axes.errorbar(
                heating.temperature_k, heating.heating_k, yerr=heating.heating_error_k, linestyle="none",
                marker=marker, markersize=3, color=colour, elinewidth=0.6, label=label,
            )  # fmt: skip
    axes.axhline(0.0, color=GREY, linewidth=0.6, linestyle=":")
    axes.set_ylabel("Heating by the laser (K)")
    axes.legend(fontsize="x-small")


def draw_overlay(results: Results, blank: Blank) -> FigureBase | None:
    """Draw all conditions of the temperature where most tell their shape on one shape, with their residuals."""
    overlays, bands, test = results.overlays, results.bands, results.shape_test
    if overlays is None or bands is None or test is None:
        return None
    t = max(range(len(overlays.of)), key=lambda k: overlays.of[k].shift.n, default=None)
    if t is None or not overlays.of[t].stacks:
        return None
    figure = blank(*_OVERLAY_IN, simulated=results.document.experiment.simulated)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _draw_overlaid(above, below, overlay(bands, test, temperature=t))
    above.set_ylabel("Emission / maximum of the shape")
    below.set(xlabel="Wavelength (nm)", ylabel=r"Residual ($\sigma$)")
    return figure


def _draw_overlaid(above: Axes, below: Axes, found: Overlay) -> None:
    clear = [one for one in found.curves if float(np.median(one.curve.error)) < _CLEAR_ENOUGH]
    for kind, colour, name in (("pl", GREEN, "PL"), ("aspl", RED, "anti-Stokes PL")):
        own = [one.curve for one in clear if one.kind == kind]
        for curve in own:
            style: dict[str, Any] = {"color": colour, "linewidth": 0.5, "alpha": 0.6}
            above.plot(curve.wavelength_nm, curve.measured, label=name if curve is own[0] else "", **style)
            below.plot(curve.wavelength_nm, curve.residual, **style)
    for one in sorted(clear, key=lambda one: -one.curve.wavelength_nm.size)[:1]:
        above.plot(one.curve.wavelength_nm, one.curve.resting, color="black", linewidth=0.8, label="shape")
    for level in (-_LOUD, 0.0, _LOUD):
        below.axhline(level, color=GREY, linewidth=0.5, linestyle=":")
    weak = len(found.curves) - len(clear)
    untold = f", {weak} too weak to draw" if weak else ""
    above.legend(fontsize="x-small", title=f"{found.shapes.temperature_k:.0f} K{untold}", title_fontsize="small")
