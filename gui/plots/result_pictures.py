"""What of η, R and the polaron parameters stands in the overview: series and words, no widgets."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

from asplab.core.efficiency import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.core.polaron.curves import contour, eta_curves
from asplab.core.polaron.fit import PolaronFit
from asplab.core.units import FloatArray, energy_from_wavelength
from asplab.gui.plots.series import Series
from asplab.gui.theme import Theme, detuning_spec, detuning_symbol, temperature_spec
from asplab.gui.widgets.numerals import measured, plain

_CURVE = np.linspace(2.0, 220.0, 110)
_FADED = 0.62
_FLAT = 0.06
_LARGE, _SMALL = 9.0, 6.0


# --- R lines -------------------------------------------------------------------------------------------------
def ratio_series(results: Results, t: int) -> tuple[list[Series], list[tuple[int, ...]]]:
    """Return the R lines of one temperature, and of each series the anti-Stokes place of its points."""
    fit = results.efficiency
    if fit is None:
        return [], []
    reference = _reference_mev(results, t)
    stokes = fit.stokes_mev[t] - reference
    series: list[Series] = []
    places: list[tuple[int, ...]] = []
    shown = [j for j in range(fit.eta.shape[1]) if _is_line(fit, t, j)]
    labels = _line_labels(fit, t, shown)
    for j in shown:
        detuning = f"{plain(fit.detuning_mev[t, j], 0)} meV"
        line_x = np.array([0.0, 1.03 * float(np.nanmax(stokes))])
        line_y = fit.ratio_slope_per_mev[t, j] * (line_x + reference - fit.intercept_mev[t])
        good = np.isfinite(stokes) & np.isfinite(fit.ratio[t, j])
        series.append(
            Series(
                color=detuning_spec(j),
                symbol=detuning_symbol(j),
                label=labels[j],
                x=stokes[good],
                y=fit.ratio[t, j][good],
                error=fit.ratio_error[t, j][good],
                excluded=np.full(int(good.sum()), not fit.fitted[t, j]),
                line_x=line_x,
                line_y=line_y,
                tips=_ratio_tips(fit, t, j, stokes, good, detuning),
            )
        )
        places.append((j,) * int(good.sum()))
    return series, places


def _line_labels(fit: EfficiencyFit, t: int, shown: Sequence[int]) -> dict[int, str]:
    """Return a label for each line; lines too flat to be told apart share one."""
    slope, detuning = fit.ratio_slope_per_mev[t], fit.detuning_mev[t]
    steepest = max((float(slope[j]) for j in shown), default=0.0)
    flat = [j for j in shown if slope[j] < _FLAT * steepest]
    labels = {j: f"{plain(detuning[j], 0)} meV" for j in shown if j not in flat} | dict.fromkeys(flat, "")
    if flat:
        ends = sorted({plain(detuning[j], 0): detuning[j] for j in (flat[0], flat[-1])}.items(), key=lambda end: end[1])
        labels[flat[0]] = "–".join(name for name, _ in ends) + " meV"
    if shown:
        labels[shown[0]] = f"ΔE = {labels[shown[0]]}"
    return labels


def _is_line(fit: EfficiencyFit, t: int, j: int) -> bool:
    slope = fit.ratio_slope_per_mev[t, j]
    determined = "not_determined" not in fit.flags[t][j]
    return bool(fit.valid[t, j] and determined and np.isfinite(slope) and np.isfinite(fit.intercept_mev[t]))


def _ratio_tips(
    fit: EfficiencyFit, t: int, j: int, stokes: FloatArray, good: np.ndarray, detuning: str
) -> tuple[str, ...]:
    rows = zip(stokes[good], fit.ratio[t, j][good], fit.ratio_error[t, j][good], strict=True)
    return tuple(
        f"R = {measured(Estimate(float(r), float(error)))} at ΔE<sub>S</sub> = {plain(x, 0)} meV, ΔE = {detuning}"
        "<br>the points share noise: fitted are I and PA, not R"
        for x, r, error in rows
    )


def _reference_mev(results: Results, t: int) -> float:
    for product in (results.energies, results.responses):
        if product is not None:
            return float(product.reference_mev[t])
    fit = results.efficiency
    if fit is None:
        return float("nan")
    excitation = np.asarray(energy_from_wavelength(fit.excitation_nm[t]))
    return float(np.nanmean(fit.detuning_mev[t] + excitation))


# --- η -------------------------------------------------------------------------------------------------------
def eta_series(results: Results, t: int, theme: Theme) -> tuple[list[Series], list[tuple[tuple[int, int], ...]]]:
    """Return η of all temperatures, the chosen one last and bold, and (temperature, place) of each point."""
    fit = results.efficiency
    if fit is None:
        return [], []
    curves = eta_curves(results.polaron, _CURVE) if results.polaron is not None else None
    order = [other for other in range(len(fit.temperatures_k)) if other != t]
    series: list[Series] = []
    places: list[tuple[tuple[int, int], ...]] = []
    for other in [*order, t] if 0 <= t < len(fit.temperatures_k) else order:
        for determined in (True, False) if other == t else (True,):
            one, points = _eta_of(fit, other, curves if determined else None, theme, bold=other == t, sure=determined)
            series.append(one)
            places.append(tuple((other, j) for j in points))
    return series, places


def _eta_of(
    fit: EfficiencyFit,
    t: int,
    curves: tuple[FloatArray, FloatArray, FloatArray] | None,
    theme: Theme,
    *,
    bold: bool,
    sure: bool,
) -> tuple[Series, list[int]]:
    unsure = np.array(["not_determined" in flags for flags in fit.flags[t]], bool)
    shown = fit.valid[t] & np.isfinite(fit.eta[t]) & (unsure != sure)
    points = [int(j) for j in np.flatnonzero(shown)]
    color = temperature_color(fit.temperatures_k, t, theme, faded=not bold)
    has_curve = curves is not None and bool(np.isfinite(curves[0][t]).any())
    line: dict[str, object] = {}
    if curves is not None and has_curve:
        line = {"line_x": _CURVE, "line_y": curves[0][t]}
        if bold:
            line |= {"band_low": curves[1][t], "band_high": curves[2][t]}
    one = Series(
        color=color,
        x=fit.detuning_mev[t, points],
        y=fit.eta[t, points],
        error=_eta_arms(fit, t, points),
        excluded=~fit.fitted[t, points],
        tips=[_eta_tip(fit, t, j) for j in points] if bold else (),
        symbol_px=_LARGE if bold else _SMALL,
        is_open=not sure,
        **line,  # type: ignore[arg-type]
    )
    return one, points


def _eta_arms(fit: EfficiencyFit, t: int, points: list[int]) -> FloatArray:
    """Return the arms of the 68 % interval; where an end is open, one first-order standard error."""
    eta, error = fit.eta[t, points], fit.eta_error[t, points]
    low, high = eta - fit.eta_low[t, points], fit.eta_high[t, points] - eta
    closed = np.isfinite(low) & np.isfinite(high)
    return np.maximum(np.stack([np.where(closed, low, error), np.where(closed, high, error)]), 0.0)


def _eta_tip(fit: EfficiencyFit, t: int, j: int) -> str:
    low, high = (float(ends[t, j]) for ends in (fit.eta_low, fit.eta_high))
    closed = np.isfinite(low) and np.isfinite(high)
    estimate = Estimate(
        float(fit.eta[t, j]), float(fit.eta_error[t, j]), "", low if closed else None, high if closed else None
    )
    words = f"η = {measured(estimate)} (68 %)<br>ΔE = {plain(fit.detuning_mev[t, j], 1)} meV"
    words += f" · {plain(fit.excitation_nm[t, j], 1)} nm · {plain(fit.temperatures_k[t], 0)} K"
    flags = ", ".join(flag.replace("_", " ") for flag in fit.flags[t][j])
    return f"{words}<br>{flags}" if flags else words


def temperature_color(temperatures_k: FloatArray, t: int, theme: Theme, *, faded: bool = False) -> str:
    """Return the colour of a temperature among all, faded towards the panel for those that stand back."""
    low, high = float(np.min(temperatures_k)), float(np.max(temperatures_k))
    color = theme.color(temperature_spec(float(temperatures_k[t]), low, high))
    if not faded:
        return color.name()
    panel = theme.color("panel")
    mixed = (
        (1 - _FADED) * one + _FADED * other for one, other in zip(color.getRgbF()[:3], panel.getRgbF()[:3], strict=True)
    )
    return QColor.fromRgbF(*mixed).name()


# --- g and ħω ------------------------------------------------------------------------------------------------
def polaron_series(results: Results, t: int, theme: Theme) -> tuple[list[Series], list[int | None]]:
    """Return (ħω, g) of all temperatures and of the joint fit, and the temperature of each series."""
    fit = results.polaron
    if fit is None:
        return [], []
    series: list[Series] = []
    owners: list[int | None] = []
    joint = len(fit.temperatures_k)
    order = [other for other in range(joint) if other != t]
    for other in [*order, *([t] if 0 <= t < joint else []), joint]:
        if np.isfinite(fit.phonon_mev[other]):
            series.extend(_determined(results, fit, other, theme, bold=other in (t, joint)))
            owners.extend([other if other < joint else None] * (len(series) - len(owners)))
    if series and np.isfinite(fit.polaron_energy_mev[joint]):
        series.append(_energy_curve(float(fit.polaron_energy_mev[joint]), series))
        owners.append(None)
    return series, owners


def _determined(results: Results, fit: PolaronFit, i: int, theme: Theme, *, bold: bool) -> list[Series]:
    is_joint = i == len(fit.temperatures_k)
    color = "text" if is_joint else temperature_color(fit.temperatures_k, i, theme, faded=not bold)
    low_x, high_x, low_y, high_y = _limits(results, fit, i)
    x, y = float(fit.phonon_mev[i]), float(fit.g_mev[i])
    name = "joint" if is_joint else f"{plain(fit.temperatures_k[i], 0)} K"
    point = Series(
        color=color,
        label=name if bold else "",
        x=[x],
        y=[y],
        error=[[y - low_y], [high_y - y]],
        symbol="diamond" if is_joint else "circle",
        symbol_px=_LARGE if bold else _SMALL,
        tips=[polaron_tip(results, i)],
        line_x=[low_x, high_x],
        line_y=[y, y],
    )
    if not bold:
        return [point]
    rim = _contour_of(fit, i)
    return [point] if rim is None else [Series(color=color, line_x=rim[0], line_y=rim[1]), point]


def _limits(results: Results, fit: PolaronFit, i: int) -> tuple[float, float, float, float]:
    """Return the 68 % limits of ħω and g; first-order ones where there are no intervals yet or no limit."""
    x, y = fit.phonon_mev[i], fit.g_mev[i]
    first = (x - fit.phonon_error_mev[i], x + fit.phonon_error_mev[i], y - fit.g_error_mev[i], y + fit.g_error_mev[i])
    found = results.intervals
    if found is None:
        return tuple(float(value) for value in first)  # type: ignore[return-value]
    ends = (found.phonon_low_mev[i], found.phonon_high_mev[i], found.g_low_mev[i], found.g_high_mev[i])
    return tuple(  # type: ignore[return-value]
        float(end) if np.isfinite(end) else float(other) for end, other in zip(ends, first, strict=True)
    )


def _contour_of(fit: PolaronFit, i: int) -> tuple[FloatArray, FloatArray] | None:
    if i < len(fit.temperatures_k):
        parameters, covariance = fit.parameters[i], fit.parameter_covariance[i]
    elif fit.joint_parameters is not None and fit.joint_covariance is not None:
        parameters, covariance = fit.joint_parameters, fit.joint_covariance
    else:
        return None
    if not np.isfinite(covariance).all():
        return None
    return contour(float(parameters[-2]), float(parameters[-1]), covariance[-2:, -2:])


def _energy_curve(energy_mev: float, series: Sequence[Series]) -> Series:
    """Return the curve of one polaron energy g²/ħω, along which g and ħω trade places."""
    lines = np.concatenate([np.asarray(one.line_x, float) for one in series])
    low, high = max(float(np.nanmin(lines)), 0.0), float(np.nanmax(lines))
    # Its end leaves room for the label.
    phonon = np.linspace(low, low + 0.66 * (high - low), 60)
    label = f"g²/ħω = {plain(energy_mev, 0)} meV"
    return Series(
        color="muted",
        label=label,
        line_x=phonon,
        line_y=np.sqrt(energy_mev * phonon),
        is_dashed=True,
    )


def polaron_estimates(results: Results, i: int) -> tuple[Estimate, Estimate]:
    """Return g and ħω of one fit, with profile intervals where there are any."""
    fit, found = results.polaron, results.intervals
    if fit is None:
        return Estimate(np.nan, np.nan, "meV"), Estimate(np.nan, np.nan, "meV")
    ends: list[tuple[float | None, float | None]] = [(None, None), (None, None)]
    if found is not None:
        ends = [
            (_end(found.g_low_mev[i]), _end(found.g_high_mev[i])),
            (_end(found.phonon_low_mev[i]), _end(found.phonon_high_mev[i])),
        ]
    g = Estimate(float(fit.g_mev[i]), float(fit.g_error_mev[i]), "meV", *ends[0])
    phonon = Estimate(float(fit.phonon_mev[i]), float(fit.phonon_error_mev[i]), "meV", *ends[1])
    return g, phonon


def polaron_tip(results: Results, i: int) -> str:
    """Return g and ħω of one fit in words, and what their errors mean."""
    g, phonon = polaron_estimates(results, i)
    meaning = "68 % profile intervals" if results.intervals is not None else "first-order errors"
    return f"g = {measured(g)} meV<br>ħω = {measured(phonon)} meV<br>{meaning}"


def _end(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
