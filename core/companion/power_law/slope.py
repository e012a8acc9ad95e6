"""The slope of log I against log P, and how it bends.

Without errors it is the straight line through the logarithms, all points with the same relative error. With errors the
power function itself is fitted to the intensities, so that points at or below zero count as they are and weak ones do
not pull the line down, as their logarithms would.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import norm
from scipy.stats import t as student

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.errors import AnalysisError, InputError
from asplab.core.pump.power_law import LEAST_POWERS, LEAST_RANGE, tells_powers
from asplab.core.units import FloatArray

INTERVAL = 0.95
"""Confidence of the interval of a slope."""


_SINGULAR, _LARGEST_LOG = 1e6, 300.0


@dataclass(frozen=True, slots=True)
class LogSlope:
    """The line through log I against log P.

    Attributes
    ----------
    slope, error : float
        m of I ∝ P^m and its standard error.
    low, high : float
        95 % interval, from Student's t where the scatter sets the error.
    flat_chance : float
        Chance of a slope as far below 1 were it 1, on one side.
    dof : int
    misfit : float
        χ² per degree of freedom of the line; NaN where the errors follow from the scatter.
    centre_uw, log10_intensity : float
        Geometric mean of the powers, and the line there.
    bend, bend_error : float
        Change of the slope per factor e of power, and its standard error; NaN where three points or less are seen.
    bend_chance : float
        Chance of a bend as far below zero without one, on one side; NaN likewise.
    first_slope, last_slope : float
        Slope at the lowest and highest power; of the line, where the bend is not known.
    """

    slope: float
    error: float
    low: float
    high: float
    flat_chance: float
    dof: int
    misfit: float
    centre_uw: float
    log10_intensity: float
    bend: float
    bend_error: float
    bend_chance: float
    first_slope: float
    last_slope: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the interval of the slope of another confidence."""
        chance = 0.5 + 0.5 * confidence
        # Errors that were given, and that the points keep to, are known; else the scatter set them.
        quantile = float(norm.ppf(chance) if self.misfit <= 1.0 else student.ppf(chance, self.dof))
        return self.slope - quantile * self.error, self.slope + quantile * self.error


@dataclass(frozen=True, slots=True, eq=False)
class _Polynomial:
    """ln I = Σ c_k x^k, with covariance as its scatter has it, and whether that set the errors."""

    coefficients: FloatArray
    covariance: FloatArray
    dof: int
    misfit: float
    is_scattered: bool

    def quantile(self, chance: float) -> float:
        return float(student.ppf(chance, self.dof) if self.is_scattered else norm.ppf(chance))

    def chance_below(self, ratio: float) -> float:
        return float(student.cdf(ratio, self.dof) if self.is_scattered else norm.cdf(ratio))


def fit_log_slope(power_uw: FloatArray, intensity: FloatArray, *, error: FloatArray | None) -> LogSlope:
    """Fit I ∝ P^m and its bend.

    Parameters
    ----------
    power_uw, intensity : ndarray, shape (n,)
    error : ndarray, shape (n,), or None
        Standard errors of the intensities; None where they are not known.

    Raises
    ------
    InputError
        For values that no series has.
    AnalysisError
        For too few or too close powers, and where no logarithm exists.
    """
    power, light, sigma = checked_series(power_uw, intensity, error)
    centre = float(np.exp(np.mean(np.log(power))))
    x = np.log(power / centre)
    line = _fitted(x, light, sigma, degree=1)
    slope, spread = float(line.coefficients[1]), float(np.sqrt(line.covariance[1, 1]))
    half = line.quantile(0.5 + 0.5 * INTERVAL) * spread
    bend, bend_error, chance, ends = float("nan"), float("nan"), float("nan"), (slope, slope)
    if light.size > LEAST_POWERS and (sigma is None or np.sum(light > 2.0 * sigma) > LEAST_POWERS):
        curve = _fitted(x, light, sigma, degree=2)
        bend, bend_error = 2.0 * float(curve.coefficients[2]), 2.0 * float(np.sqrt(curve.covariance[2, 2]))
        chance = curve.chance_below(bend / bend_error) if bend_error > 0.0 else float(bend >= 0.0)
        middle = float(curve.coefficients[1])
        ends = (middle + bend * float(x.min()), middle + bend * float(x.max()))
    return LogSlope(
        slope=slope,
        error=spread,
        low=slope - half,
        high=slope + half,
        flat_chance=line.chance_below((slope - 1.0) / spread) if spread > 0.0 else float(slope >= 1.0),
        dof=line.dof,
        misfit=line.misfit,
        centre_uw=centre,
        log10_intensity=float(line.coefficients[0] / np.log(10.0)),
        bend=bend,
        bend_error=bend_error,
        bend_chance=chance,
        first_slope=ends[0],
        last_slope=ends[1],
    )


def checked_series(
    power_uw: FloatArray, intensity: FloatArray, error: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Return a power series as it can be fitted; raises as `fit_log_slope`."""
    power = positive_array(power_uw, name="power_uw")
    light = finite_array(intensity, name="intensity")
    same_shape(power, light, names=("power_uw", "intensity"))
    if not tells_powers(power):
        raise AnalysisError(
            f"the power series has {power.size} powers from {power.min():g} to {power.max():g} µW; {LEAST_POWERS} "
            f"different ones over a factor of {LEAST_RANGE:g} are needed. Measure more powers, or a wider range."
        )
    sigma = None if error is None else positive_array(error, name="intensity_error")
    if sigma is not None:
        same_shape(light, sigma, names=("intensity", "intensity_error"))
        _refuse_dark(light, sigma)
    elif np.any(light <= 0.0):
        worst = int(np.argmin(light))
        raise InputError(
            f"intensity at {power[worst]:g} µW is {light[worst]:g}; without errors its logarithm is needed. Give "
            "intensity_error, or leave that power out."
        )
    return power, light, sigma


def _refuse_dark(light: FloatArray, sigma: FloatArray) -> None:
    weight = 1.0 / sigma**2
    mean, spread = np.sum(weight * light) / weight.sum(), 1.0 / np.sqrt(weight.sum())
    brightest = float(np.max(light / sigma))
    if not (mean > 0.0 and brightest > 3.0 and mean > spread):
        raise AnalysisError(
            f"no point of the power series stands out of its noise (the brightest {brightest:.1f} standard errors). "
            "Expose longer."
        )


def _fitted(x: FloatArray, light: FloatArray, sigma: FloatArray | None, *, degree: int) -> _Polynomial:
    """Return ln I as a polynomial of x, errors widened where the points scatter by more than theirs."""
    design, dof = np.vander(x, degree + 1, increasing=True), x.size - degree - 1
    if sigma is None:
        found, *_ = np.linalg.lstsq(design, np.log(light), rcond=None)
        variance = float(np.sum((np.log(light) - design @ found) ** 2)) / dof
        covariance = variance * np.linalg.inv(design.T @ design)
        return _Polynomial(np.asarray(found, float), np.asarray(covariance, float), dof, float("nan"), True)
    start = _start(x, light, sigma, degree)
    fit = least_squares(
        lambda c: (_grown(design @ c) - light) / sigma,
        start,
        jac=lambda c: design * (_grown(design @ c) / sigma)[:, None],
        method="lm",
        xtol=1e-12,
        ftol=1e-12,
    )
    misfit = 2.0 * float(fit.cost) / dof
    if not np.linalg.cond(fit.jac) < _SINGULAR:
        raise AnalysisError(
            f"only {int(np.sum(light > 2.0 * sigma))} of {light.size} points of the power series stand out of their "
            "noise, too few for a slope. Expose longer at low power."
        )
    covariance = max(misfit, 1.0) * np.linalg.inv(fit.jac.T @ fit.jac)
    return _Polynomial(fit.x, covariance, dof, misfit, misfit > 1.0)


def _grown(log_light: FloatArray) -> FloatArray:
    """Return the intensities; a trial step of the search may go beyond what a float holds."""
    return np.asarray(np.exp(np.minimum(log_light, _LARGEST_LOG)))


def _start(x: FloatArray, light: FloatArray, sigma: FloatArray, degree: int) -> FloatArray:
    """Return where to start: the line through the logarithms of what stands out of its noise."""
    seen = light > 2.0 * sigma
    found = np.zeros(degree + 1)
    if np.ptp(x[seen]) > 0.0:
        found[1], found[0] = np.polyfit(x[seen], np.log(light[seen]), 1, w=light[seen] / sigma[seen])
    else:
        found[:2] = np.mean(np.log(light[seen]) - x[seen]), 1.0
    return found
