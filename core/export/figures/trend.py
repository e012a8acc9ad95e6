"""η against 1/kT at fixed detunings (Figure 2d), and with the joint fit (Figure 3c)."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike

from asplab.core.efficiency.fixed_laser import SAME_MEV, FixedDetuning, eta_at, usable
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.export.drawing import BLUE, RED, shade_above_one
from asplab.core.export.style.rules import Blank, axes_of
from asplab.core.export.style.symbols import DETUNING, ETA_ASPL, INVERSE_KT, TEMPERATURE
from asplab.core.pipeline import Results
from asplab.core.polaron.curves import joint_eta_curves
from asplab.core.units import FloatArray, thermal_energy_mev

WIDTH_IN, HEIGHT_IN = 3.3, 2.9
_DETUNINGS_MEV = (32.0, 55.0)
_NEAR_MEV = 10.0
_STYLES = ((BLUE, "o"), (RED, "D"))
_LOWEST = 3e-3


@dataclass(frozen=True, slots=True, eq=False)
class _Trend:
    """η of one detuning at every temperature, and how it is drawn."""

    found: FixedDetuning
    shown: np.ndarray
    colour: str
    marker: str


def draw_trend(results: Results, blank: Blank) -> FigureBase | None:
    """Draw η at a measured detuning near 32 and 55 meV, or between lasers."""
    fit = results.efficiency
    trends = _trends(fit)
    return _draw(results, fit, trends, blank) if fit is not None and trends else None


def draw_model_trend(results: Results, blank: Blank) -> FigureBase | None:
    """Draw the same with the joint fit, from temperature to temperature."""
    fit, polaron = results.efficiency, results.polaron
    trends = _trends(fit)
    if fit is None or not trends or polaron is None or polaron.joint_parameters is None:
        return None
    figure = _draw(results, fit, trends, blank)
    axes, inverse = axes_of(figure)[0], _inverse(fit.temperatures_k)
    for one in trends:
        eta = joint_eta_curves(polaron, np.array([one.found.detuning_mev]))[:, 0]
        name = f"_joint fit, {DETUNING} = {one.found.detuning_mev:.1f} meV"
        axes.plot(inverse, eta, "--", color=one.colour, linewidth=0.8, label=name)
    axes.plot([], [], "--", color="0.3", linewidth=0.8, label="joint fit")
    axes.legend(loc="lower left")
    return figure


def _trends(fit: EfficiencyFit | None) -> list[_Trend]:
    if fit is None or not fit.valid.any():
        return []
    found = [eta_at(fit, _measured_near(fit, wanted)) for wanted in _DETUNINGS_MEV]
    shown = [np.isfinite(one.eta) & (one.eta > 0.0) for one in found]
    trends = zip(found, shown, _STYLES, strict=True)
    return [_Trend(one, rows, *style) for one, rows, style in trends if rows.any()]


def _draw(results: Results, fit: EfficiencyFit, trends: list[_Trend], blank: Blank) -> FigureBase:
    figure = blank(WIDTH_IN, HEIGHT_IN, simulated=results.document.experiment.simulated)
    axes = figure.subplots()
    for one in trends:
        _draw_points(axes, fit, one)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(max(low * 0.8, _LOWEST), max(high, 1.6))
    axes.set(xlabel=f"{INVERSE_KT} (eV$^{{-1}}$)", ylabel=ETA_ASPL)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="both", top=False)
    top = axes.secondary_xaxis("top", functions=(_other_axis, _other_axis))
    top.set_xlabel(f"{TEMPERATURE} (K)")
    top.set_xticks(_round_temperatures(fit.temperatures_k))
    top.minorticks_off()
    shade_above_one(axes)
    axes.legend(loc="lower left")
    return figure


def _draw_points(axes: Axes, fit: EfficiencyFit, one: _Trend) -> None:
    """Draw one series of points, open where interpolated."""
    found = one.found
    bars = np.nan_to_num(np.stack([found.eta - found.eta_low, found.eta_high - found.eta]))
    # a bar that reaches zero leaves a logarithmic axis at its lower edge
    bars[0] = np.minimum(bars[0], 0.999 * np.nan_to_num(found.eta))
    name = f"{DETUNING} = {found.detuning_mev:.1f} meV"
    for rows, face, label in (
        (one.shown & ~found.interpolated, one.colour, name),
        (one.shown & found.interpolated, "white", f"{name}, interpolated"),
    ):
        if rows.any():
            axes.errorbar(
                _inverse(fit.temperatures_k[rows]), found.eta[rows], yerr=np.maximum(bars[:, rows], 0.0),
                linestyle="none", marker=one.marker, color=one.colour, elinewidth=0.7, markerfacecolor=face,
                markeredgewidth=0.8, label=label,
            )  # fmt: skip


def _measured_near(fit: EfficiencyFit, wanted_mev: float) -> float:
    """Return the detuning measured next to the wanted one where all temperatures share it, else the wanted one."""
    known = usable(fit)
    distance = np.where(known, np.abs(fit.detuning_mev - wanted_mev), np.inf)
    place = np.argmin(distance, axis=1)
    rows = np.flatnonzero(distance[np.arange(len(place)), place] <= _NEAR_MEV)
    near = fit.detuning_mev[rows, place[rows]]
    return float(near.mean()) if rows.size and np.abs(near - near.mean()).max() <= SAME_MEV else wanted_mev


def _inverse(temperatures_k: FloatArray) -> FloatArray:
    inverse: FloatArray = 1e3 / thermal_energy_mev(temperatures_k)
    return inverse


def _other_axis(value: ArrayLike) -> FloatArray:
    """Convert between temperature in K and 1/kT in 1/eV; its own inverse."""
    number = np.asarray(value, dtype=np.float64)
    return _inverse(np.where(number > 0, number, np.nan))


def _round_temperatures(temperatures_k: FloatArray) -> list[float]:
    """Return ticks of the temperature axis that don't crowd where 1/kT is narrow."""
    wide = (60.0, 80.0, 100.0, 120.0, 150.0, 200.0, 280.0, 400.0)
    low, high = float(temperatures_k.min()), float(temperatures_k.max())
    return [value for value in wide if low - 1.0 <= value <= high + 1.0] or [low]
