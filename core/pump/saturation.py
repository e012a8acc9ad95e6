"""Whether an emission grows in proportion to the pump at the power at which the spectra were taken."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from asplab.core.corrections.gain import SAME_OD
from asplab.core.pump.power_law import LEAST_POWERS, tells_powers
from asplab.core.pump.power_series import PowerSeries
from asplab.core.settings import NOMINAL_OD_PERCENT
from asplab.core.units import FloatArray

_SEEN = 3.0
"""Errors above 0 from which on the logarithm of an intensity has a normal error."""


@dataclass(frozen=True, slots=True)
class LocalSlope:
    """m of I ∝ P^m at one power.

    Attributes
    ----------
    slope, error : float
    chance : float
        Of a slope as far below 1 were it 1; from Student's t where the scatter sets the error.
    power_uw : float
        Where it was read: the power that was asked for, or the end of the series that is nearest to it.
    """

    slope: float
    error: float
    chance: float
    power_uw: float


def slope_at(series: PowerSeries, power_uw: float) -> LocalSlope | None:
    """Return the slope of log I against log P at a power in µW, from a parabola; None where too few points stand out.

    Three powers have a straight line only. Neutral filters that not all points have add the error of their nominal OD.
    """
    found = _slope_at(series, power_uw)
    if found is None or np.ptp(series.neutral_od) < SAME_OD:
        return found
    brighter = 10.0 ** (0.01 * NOMINAL_OD_PERCENT * series.neutral_od)
    moved = [_slope_at(_scaled(series, factor), power_uw) for factor in (brighter, 1.0 / brighter)]
    change = max(abs(other.slope - found.slope) for other in moved if other is not None)
    error = float(np.hypot(found.error, change))
    return replace(found, error=error, chance=float(norm.cdf((found.slope - 1.0) / error)))


def _scaled(series: PowerSeries, factor: FloatArray) -> PowerSeries:
    error = None if series.error is None else series.error * factor
    return replace(series, intensity=series.intensity * factor, error=error)


def _slope_at(series: PowerSeries, power_uw: float) -> LocalSlope | None:
    error = 0.0 if series.error is None else series.error
    seen = (series.power_uw > 0.0) & (series.intensity > np.maximum(_SEEN * error, 0.0))
    power, light = series.power_uw[seen], series.intensity[seen]
    if not tells_powers(power):
        return None
    at = float(np.clip(power_uw, power.min(), power.max()))
    degree = 2 if power.size > LEAST_POWERS else 1
    relative = np.ones(power.size) if series.error is None else series.error[seen] / light
    design = np.vander(np.log(power / at), degree + 1, increasing=True) / relative[:, None]
    found, covariance, dof, is_scattered = _fitted(design, np.log(light) / relative, is_given=series.error is not None)
    slope, spread = float(found[1]), float(np.sqrt(covariance[1, 1]))
    if not spread > 0.0:
        return LocalSlope(slope, 0.0, float(slope >= 1.0 - 1e-9), at)
    away = (slope - 1.0) / spread
    return LocalSlope(slope, spread, float(student.cdf(away, dof) if is_scattered else norm.cdf(away)), at)


def _fitted(design: FloatArray, y: FloatArray, *, is_given: bool) -> tuple[FloatArray, FloatArray, int, bool]:
    """Return coefficients, covariance, degrees of freedom, and whether the scatter set the errors."""
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    dof = y.size - design.shape[1]
    misfit = float(np.sum((y - design @ found) ** 2)) / dof
    is_scattered = not is_given or misfit > 1.0
    covariance = np.linalg.inv(design.T @ design) * (misfit if is_scattered else 1.0)
    return np.asarray(found), np.asarray(covariance), dof, is_scattered
