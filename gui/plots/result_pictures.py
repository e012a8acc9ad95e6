"""What of η, R and the polaron parameters stands in the overview: series and words, no widgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from PySide6.QtGui import QColor

from asplab.core.efficiency.ratio_lines import ratio_points
from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.core.polaron.curves import contour, eta_curves
from asplab.core.polaron.fit import PolaronFit
from asplab.core.units import FloatArray, energy_from_wavelength
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec, detuning_symbol, temperature_spec
from asplab.gui.plots.drawn import Series
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain

CURVE_MEV = np.linspace(2.0, 200.0, 67)
_FADED = 0.62
_FLAT = 0.06
_UNSURE = FLAGS.index("not_determined")


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
    if fit.responses is None or fit.line is None:
        return [], []
    ratio, error = (points[t] for points in ratio_points(fit.responses, fit.line))
    stokes_keys = fit.stokes_keys[t] if fit.stokes_keys else ()
    for j in shown:
        detuning = f"{plain(fit.detuning_mev[t, j], 0)} meV"
        line_x = np.array([0.0, 1.03 * float(np.nanmax(stokes))])
        line_y = fit.ratio_slope_per_mev[t, j] * (line_x + reference - fit.intercept_mev[t])
        good = np.isfinite(stokes) & np.isfinite(ratio[j])
        partners = tuple(key for key, ok in zip(stokes_keys, good, strict=False) if ok)
        series.append(
            Series(
                color=detuning_spec(j),
                symbol=detuning_symbol(j),
                label=labels[j],
                x=stokes[good],
                y=ratio[j, good],
                error=error[j, good],
                excluded=np.full(int(good.sum()), not fit.fitted[t, j]),
                keys=(fit.keys[t][j],) * int(good.sum()),
                partner_keys=partners if len(partners) == int(good.sum()) else (),
                line_x=line_x,
                line_y=line_y,
                tips=LazyTips(
                    int(good.sum()), partial(_ratio_tip, stokes[good], ratio[j, good], error[j, good], detuning)
                ),
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
    determined = not fit.flag_table[t, j, _UNSURE]
    return bool(fit.valid[t, j] and determined and np.isfinite(slope) and np.isfinite(fit.intercept_mev[t]))


def _ratio_tip(stokes_mev: FloatArray, ratio: FloatArray, error: FloatArray, detuning: str, point: int) -> str:
    value = measured(Estimate(float(ratio[point]), float(error[point])))
    return tr(
        "R = {value} at ΔE<sub>S</sub> = {stokes_mev} meV, ΔE = {detuning}<br>the points "
        "share noise: fitted are I and PA, not R",
        value=value,
        stokes_mev=plain(stokes_mev[point], 0),
        detuning=detuning,
    )


def _reference_mev(results: Results, t: int) -> float:
    for product in (results.energies, results.responses):
        if product is not None:
            return float(product.reference_mev[t])
    fit = results.efficiency
    if fit is None:
        return float("nan")
    # Tables of η may hold detunings alone.
    gap = fit.detuning_mev[t] + np.asarray(energy_from_wavelength(fit.excitation_nm[t]))
    return float(np.mean(gap[np.isfinite(gap)])) if np.isfinite(gap).any() else float("nan")


# --- η -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class CrowdPicture:
    """What stands back: rows of points with the ends of their bars, and the temperature and place of each."""

    x: FloatArray
    y: FloatArray
    colors: tuple[str, ...]
    rows: tuple[int, ...]
    across: FloatArray
    along: FloatArray
    lines_y: FloatArray


def eta_crowd(results: Results, t: int, theme: Theme) -> CrowdPicture | None:
    """Return η of all temperatures but the chosen one, where it is determined."""
    fit = results.efficiency
    if fit is None:
        return None
    rows = [other for other in range(len(fit.temperatures_k)) if other != t]
    sure = fit.valid[rows] & ~fit.flag_table[rows][:, :, _UNSURE]
    y = np.where(sure, fit.eta[rows], np.nan)
    polaron = results.polaron
    lines = eta_curves(polaron, CURVE_MEV)[0][rows] if polaron is not None else np.empty((0, 0))
    return CrowdPicture(
        x=fit.detuning_mev[rows],
        y=y,
        colors=tuple(temperature_color(fit.temperatures_k, row, theme, faded=True) for row in rows),
        rows=tuple(rows),
        across=np.stack([fit.eta_low[rows], fit.eta_high[rows]]),
        along=np.empty(0),
        lines_y=lines,
    )


def eta_series(results: Results, t: int, theme: Theme) -> tuple[list[Series], list[list[int]]]:
    """Return η of one temperature, what is determined and what is not, and the place of each point."""
    fit = results.efficiency
    if fit is None or not 0 <= t < len(fit.temperatures_k):
        return [], []
    curves = eta_curves(results.polaron, CURVE_MEV) if results.polaron is not None else None
    found = [_eta_of(fit, t, curves if sure else None, theme, sure=sure) for sure in (True, False)]
    return [one for one, _ in found], [points for _, points in found]


def _eta_of(
    fit: EfficiencyFit, t: int, curves: tuple[FloatArray, FloatArray, FloatArray] | None, theme: Theme, *, sure: bool
) -> tuple[Series, list[int]]:
    shown = fit.valid[t] & np.isfinite(fit.eta[t]) & (fit.flag_table[t, :, _UNSURE] != sure)
    points = [int(j) for j in np.flatnonzero(shown)]
    line: dict[str, FloatArray] = {}
    if curves is not None and np.isfinite(curves[0][t]).any():
        line = {"line_x": CURVE_MEV, "line_y": curves[0][t], "band_low": curves[1][t], "band_high": curves[2][t]}
    one = Series(
        color=temperature_color(fit.temperatures_k, t, theme),
        x=fit.detuning_mev[t, points],
        y=fit.eta[t, points],
        error=_eta_arms(fit, t, points),
        excluded=~fit.fitted[t, points],
        keys=[fit.keys[t][j] for j in points],
        tips=LazyTips(len(points), lambda point: eta_tip(fit, t, points[point])),
        is_open=not sure,
        **line,
    )
    return one, points


def _eta_arms(fit: EfficiencyFit, t: int, points: list[int]) -> FloatArray:
    """Return the arms of the 68 % interval; where an end is open, one first-order standard error."""
    eta, error = fit.eta[t, points], fit.eta_error[t, points]
    low, high = eta - fit.eta_low[t, points], fit.eta_high[t, points] - eta
    closed = np.isfinite(low) & np.isfinite(high)
    return np.maximum(np.stack([np.where(closed, low, error), np.where(closed, high, error)]), 0.0)


def eta_tip(fit: EfficiencyFit, t: int, j: int) -> str:
    """Return one η in words: value, interval, place and flags."""
    low, high = (float(ends[t, j]) for ends in (fit.eta_low, fit.eta_high))
    closed = np.isfinite(low) and np.isfinite(high)
    estimate = Estimate(
        float(fit.eta[t, j]), float(fit.eta_error[t, j]), "", low if closed else None, high if closed else None
    )
    words = f"η = {measured(estimate)} (68 %)<br>ΔE = {plain(fit.detuning_mev[t, j], 1)} meV"
    words += f" · {plain(fit.excitation_nm[t, j], 1)} nm · {plain(fit.temperatures_k[t], 0)} K"
    flags = ", ".join(flag.replace("_", " ") for flag, on in zip(FLAGS, fit.flag_table[t, j], strict=True) if on)
    return f"{words}<br>{flags}" if flags else words


def temperature_color(temperatures_k: FloatArray, t: int, theme: Theme, *, faded: bool = False) -> str:
    """Return the colour of a temperature among all, faded towards the panel for those that stand back."""
    low, high = float(np.min(temperatures_k)), float(np.max(temperatures_k))
    return _mixed(temperature_spec(float(temperatures_k[t]), low, high), theme, _FADED if faded else 0.0)


def faded(spec: str, theme: Theme) -> str:
    """Return a colour moved towards the panel, for what stands back."""
    return _mixed(spec, theme, _FADED)


@lru_cache(maxsize=256)
def _mixed(spec: str, theme: Theme, part: float) -> str:
    ends = zip(theme.color(spec).getRgbF()[:3], theme.color("panel").getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*((1 - part) * one + part * other for one, other in ends)).name()


# --- g and ħω ------------------------------------------------------------------------------------------------
def polaron_crowd(results: Results, t: int, theme: Theme) -> CrowdPicture | None:
    """Return (ħω, g) of all temperatures but the chosen one, with their 68 % limits."""
    fit = results.polaron
    if fit is None:
        return None
    rows = [other for other in range(len(fit.temperatures_k)) if other != t]
    low_x, high_x, low_y, high_y = (limits[rows, None] for limits in _limits(results, fit))
    return CrowdPicture(
        x=fit.phonon_mev[rows, None],
        y=fit.g_mev[rows, None],
        colors=tuple(temperature_color(fit.temperatures_k, row, theme, faded=True) for row in rows),
        rows=tuple(rows),
        across=np.stack([low_y, high_y]),
        along=np.stack([low_x, high_x]),
        lines_y=np.empty((0, 0)),
    )


def polaron_series(results: Results, t: int, theme: Theme) -> tuple[list[Series], list[int | None]]:
    """Return (ħω, g) of one temperature and of the joint fit, and the temperature of each series."""
    fit = results.polaron
    if fit is None:
        return [], []
    series: list[Series] = []
    owners: list[int | None] = []
    joint = len(fit.temperatures_k)
    for i in (t, joint):
        if 0 <= i <= joint and np.isfinite(fit.phonon_mev[i]):
            series.extend(_determined(results, fit, i, theme))
            owners.extend([i if i < joint else None] * (len(series) - len(owners)))
    # Of a model that fails no curve is drawn: its E_p means nothing.
    if series and np.isfinite(fit.polaron_energy_mev[joint]) and not fit.is_misfit[joint]:
        series.extend(_energy_curve(float(fit.polaron_energy_mev[joint]), series))
        owners.extend((None, None))
    return series, owners


def _determined(results: Results, fit: PolaronFit, i: int, theme: Theme) -> list[Series]:
    is_joint = i == len(fit.temperatures_k)
    color = "text" if is_joint else temperature_color(fit.temperatures_k, i, theme)
    low_x, high_x, low_y, high_y = (float(limits[i]) for limits in _limits(results, fit))
    x, y = float(fit.phonon_mev[i]), float(fit.g_mev[i])
    point = Series(
        color=color,
        x=[x],
        y=[y],
        error=[[y - low_y], [high_y - y]],
        symbol="diamond" if is_joint else "circle",
        tips=LazyTips(1, lambda _point: polaron_tip(results, i)),
        line_x=[low_x, high_x],
        line_y=[y, y],
    )
    rim = _contour_of(fit, i)
    return [point] if rim is None else [Series(color=color, line_x=rim[0], line_y=rim[1]), point]


def _limits(results: Results, fit: PolaronFit) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the 68 % limits of ħω and g; first-order ones where there are no intervals yet or no limit."""
    x, y, found = fit.phonon_mev, fit.g_mev, results.intervals
    first = (x - fit.phonon_error_mev, x + fit.phonon_error_mev, y - fit.g_error_mev, y + fit.g_error_mev)
    if found is None:
        return first
    ends = (found.phonon_low_mev, found.phonon_high_mev, found.g_low_mev, found.g_high_mev)
    low_x, high_x, low_y, high_y = (
        np.where(np.isfinite(end), end, other) for end, other in zip(ends, first, strict=True)
    )
    return low_x, high_x, low_y, high_y


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


def _energy_curve(energy_mev: float, series: Sequence[Series]) -> tuple[Series, Series]:
    """Return the curve of one polaron energy g²/ħω, along which g and ħω trade places, and its label."""
    lines = np.concatenate([np.asarray(one.line_x, float) for one in series])
    low, high = max(float(np.nanmin(lines)), 0.0), float(np.nanmax(lines))
    phonon = np.linspace(0.7 * low, 1.3 * high, 48)
    curve = Series(color="muted", line_x=phonon, line_y=np.sqrt(energy_mev * phonon), is_dashed=True)
    place = low + 0.8 * (high - low)
    label = f"g²/ħω = {plain(energy_mev, 0)} meV"
    # A curve of one point draws nothing: the label stands below the curve, which rises to the right.
    mark = Series(
        color="muted", label=label, line_x=[place], line_y=[float(np.sqrt(energy_mev * place))], is_dashed=True
    )
    return curve, mark


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
    meaning = tr("68 % profile intervals") if results.intervals is not None else tr("first-order errors")
    return f"g = {measured(g)} meV<br>ħω = {measured(phonon)} meV<br>{meaning}"


def _end(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
