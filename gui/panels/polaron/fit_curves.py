"""The curves of the fit page: logit η with its model, and g against ħω with intervals and contours."""

import math
from functools import partial

import numpy as np

from asplab.core.appraisal.checks import logit_eta
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import Estimate
from asplab.core.polaron.curves import contour, eta_curves
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.gui.plots.series import Series
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain

_SHORTEST_MEV, _CURVE_POINTS = 5.0, 81


def logit_series(fit: EfficiencyFit, polaron: PolaronFit, color: str, t: int) -> Series:
    """Return logit η of one temperature with the fitted curve and its band; what is not determined has no place."""
    logit, error = logit_eta(np.where(np.isfinite(fit.eta_low[t]), fit.eta[t], np.nan), fit.eta_error[t])
    detuning, curve, low, high = _model(fit, polaron, t)
    return Series(
        color=color,
        x=fit.detuning_mev[t],
        y=logit,
        error=error,
        excluded=~fit.fitted[t],
        tips=LazyTips(logit.size, partial(_point_tip, fit, t)),
        line_x=detuning,
        line_y=curve,
        band_low=low,
        band_high=high,
    )


def longest_mev(fit: EfficiencyFit | None) -> float:
    """Return the right end of the axis of ΔE, in meV."""
    return 10.0 if fit is None else 1.06 * float(np.max(np.where(fit.valid, fit.detuning_mev, 0.0), initial=10.0))


def _logit_of(eta: np.ndarray) -> np.ndarray:
    # Beyond ±37 the complement of η is lost in rounding, and the curve would jump to infinity.
    inside = np.clip(eta, 1e-16, 1.0 - 1e-16)
    result: np.ndarray = np.log(inside / (1.0 - inside))
    return result


def _model(fit: EfficiencyFit, polaron: PolaronFit, t: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    detuning = np.linspace(_SHORTEST_MEV, longest_mev(fit), _CURVE_POINTS)
    eta, low, high = eta_curves(polaron, detuning)
    if not np.isfinite(eta[t]).all():
        return (np.empty(0),) * 4
    return detuning, _logit_of(eta[t]), _logit_of(low[t]), _logit_of(high[t])


def limits_of(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int) -> dict[str, Estimate]:
    """Return g and ħω with their profile intervals; while they are not computed, with first-order errors."""
    result = {}
    for name in ("g", "phonon"):
        value = float(getattr(polaron, f"{name}_mev")[index])
        error = float(getattr(polaron, f"{name}_error_mev")[index])
        low = high = None
        if intervals is not None and math.isfinite(polaron.chi2[index]):
            low, high = (_end(getattr(intervals, f"{name}_{side}_mev")[index]) for side in ("low", "high"))
        result[name] = Estimate(value, error, "meV", low, high)
    return result


def _end(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def cross(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int, color: str, *, has_bars: bool) -> Series:
    """The best fit with the interval of g as its error bar."""
    limits = limits_of(polaron, intervals, index)
    g, phonon = limits["g"], limits["phonon"]
    low, high = _arms(g)
    return Series(
        color=color,
        x=[phonon.value],
        y=[g.value],
        error=[[low], [high]] if has_bars else None,
        symbol="cross" if color == "text" else "circle",
        symbol_px=10 if has_bars else 5,
    )


def contour_series(polaron: PolaronFit, index: int, color: str) -> Series:
    """The range that holds g and ħω together at 68 %."""
    phonon, g = rim(polaron, index)
    return Series(color=color, line_x=phonon, line_y=g)


def rim(polaron: PolaronFit, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the 68 % contour (ħω, g) of a temperature, or of the joint fit behind the last; empty for none."""
    if index < len(polaron.temperatures_k):
        centre, covariance = polaron.parameters[index], polaron.parameter_covariance[index]
    elif polaron.joint_parameters is not None and polaron.joint_covariance is not None:
        centre, covariance = polaron.joint_parameters, polaron.joint_covariance
    else:
        return np.empty(0), np.empty(0)
    if not (np.isfinite(centre).all() and np.isfinite(covariance).all()):
        return np.empty(0), np.empty(0)
    return contour(float(centre[-2]), float(centre[-1]), covariance[-2:, -2:])


def bar(polaron: PolaronFit, intervals: PolaronIntervals | None, index: int, color: str, label: str) -> Series:
    """The interval of ħω as a level line; an open end runs out of the picture."""
    limits = limits_of(polaron, intervals, index)
    low, high = _arms(limits["phonon"])
    value = limits["phonon"].value
    return Series(color=color, label=label, line_x=[value - low, value + high], line_y=[limits["g"].value] * 2)


def _arms(estimate: Estimate) -> tuple[float, float]:
    if estimate.low is None and estimate.high is None:
        return estimate.error, estimate.error
    low = estimate.value if estimate.low is None else estimate.value - estimate.low
    high = 1e3 if estimate.high is None else estimate.high - estimate.value
    return low, high


def _point_tip(fit: EfficiencyFit, t: int, j: int) -> str:
    eta = Estimate(fit.eta[t, j], fit.eta_error[t, j])
    return f"ΔE = {plain(fit.detuning_mev[t, j], 1)} meV<br>η = {measured(eta)}"
