"""Straight trends over repeats: of each condition, and common to all conditions of a temperature.

A repeat r of condition c deviates from the mean of its condition by d_cr, in units of it. What all conditions share
is m_r, the mean of d_cr over conditions, weighted by what noise leaves to be seen. The slope of m_r is the common
trend; its error comes from the scatter of m_r about its line, with as many degrees of freedom as repeats less two. The
slope of d_cr − m_r is the trend of the condition's own; its error comes from detection noise, which is known, and from
the scatter of single spectra about their lines, which all conditions of the temperature tell together.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.statistics.chance import student_sigma
from asplab.core.units import FloatArray

SEEN = 0.1
"""Relative detection noise of one repeat up to which a condition tells a trend of its own."""
FEWEST = 3
_FEWEST_COMMON = 4
_STEPS = 5
_ROUNDING = 1e-9
"""Relative noise that every repeat has at least: what numbers round to must be no trend."""
_APART = 4.0
"""Standard errors from which a trend of its own keeps a condition out of what the others share."""


@dataclass(frozen=True, slots=True, eq=False)
class Trends:
    """Trends of one quantity over its repeats; slopes are relative changes per repeat.

    Arrays have one row per temperature; NaN where there are too few repeats, or too much noise.

    Attributes
    ----------
    deviation, position : ndarray, shape (n_temperatures, n_columns, n_repeats)
        Of each repeat: from the mean of its condition, in units of it; and its place, in steps from the first one.
    present : ndarray of bool, same shape
    error : ndarray, shape (n_temperatures, n_columns)
        Standard error of a deviation from detection noise and scatter of single spectra.
    slope, slope_error : ndarray, shape (n_temperatures, n_columns)
        Trend of each condition, with what is common; the common one where a condition tells none of its own.
    own, own_error, own_sigma : ndarray, shape (n_temperatures, n_columns)
        Trend beside the common one, its standard error, and its significance as standard deviations of a normal
        distribution.
    common, common_error, common_sigma : ndarray, shape (n_temperatures,)
    reach : ndarray, shape (n_temperatures, n_columns)
        Mean position: a trend b makes the mean differ from the first repeat by b times that.
    """

    deviation: FloatArray
    position: FloatArray
    present: np.ndarray
    error: FloatArray
    slope: FloatArray
    slope_error: FloatArray
    own: FloatArray
    own_error: FloatArray
    own_sigma: FloatArray
    common: FloatArray
    common_error: FloatArray
    common_sigma: FloatArray
    reach: FloatArray


def find_trends(values: FloatArray, present: np.ndarray, noise: FloatArray, position: FloatArray) -> Trends:
    """Find the trends in repeats.

    Parameters
    ----------
    values : ndarray, shape (n_temperatures, n_columns, n_repeats)
    present : ndarray of bool, same shape
    noise : ndarray, shape (n_temperatures, n_columns)
        Variance of one repeat from detection.
    position : ndarray, shape (n_temperatures, n_columns, n_repeats)
        In steps from the first repeat.
    """
    count = present.sum(axis=2)
    mean = (values * present).sum(axis=2) / np.maximum(count, 1)
    known = (count > 1) & (mean != 0.0)
    inverse = np.where(known, 1.0 / np.where(known, mean, 1.0), 0.0)
    present = present & known[:, :, None]
    deviation = np.where(present, (values - mean[:, :, None]) * inverse[:, :, None], 0.0)
    reach = (position * present).sum(axis=2) / np.maximum(count, 1)
    centred = np.where(present, position - reach[:, :, None], 0.0)
    relative = np.maximum(noise * inverse**2, _ROUNDING**2)
    tells = known & (count >= FEWEST) & (relative < SEEN**2) & ((centred**2).sum(axis=2) > 0.0)
    rows = [_of_temperature(deviation[t], centred[t], present[t], relative[t], tells[t]) for t in range(len(values))]
    own, own_error, own_sigma, single = (np.array([row[i] for row in rows]).reshape(mean.shape) for i in range(4))
    common, common_error, common_sigma = (np.array([row[4][i] for row in rows]) for i in range(3))
    slope = np.nan_to_num(own) + np.nan_to_num(common)[:, None]
    slope_error = np.hypot(np.nan_to_num(own_error), np.nan_to_num(common_error)[:, None])
    return Trends(
        deviation=deviation,
        position=position,
        present=present,
        error=np.sqrt(np.where(known, relative + single, np.nan)),
        slope=np.where(known, slope, np.nan),
        slope_error=np.where(known, slope_error, np.nan),
        own=own,
        own_error=own_error,
        own_sigma=own_sigma,
        common=common,
        common_error=common_error,
        common_sigma=common_sigma,
        reach=np.where(known, reach, np.nan),
    )


_Row = tuple[FloatArray, FloatArray, FloatArray, FloatArray, tuple[float, float, float]]


def _of_temperature(
    deviation: FloatArray, centred: FloatArray, present: np.ndarray, noise: FloatArray, tells: np.ndarray
) -> _Row:
    """Return own slope, its error and significance, the variance of single spectra, and the same of the common one."""
    n = len(deviation)
    own, error, sigma = (np.full(n, np.nan) for _ in range(3))
    if not tells.any():
        return own, error, sigma, np.zeros(n), (np.nan, np.nan, np.nan)
    d, x, use, v = deviation[tells], centred[tells], present[tells], noise[tells]
    spread, count = (x**2).sum(axis=1), use.sum(axis=1)
    single, is_told = 0.0, len(d) > 1
    shares = _alike((d * x).sum(axis=1) / spread, v / spread)
    for _ in range(_STEPS):
        weight = 1.0 / (single + v + np.finfo(float).tiny)
        of_mean = weight * shares
        mean = (of_mean @ d) / np.maximum(of_mean @ use, np.finfo(float).tiny)
        apart = np.where(use, d - mean, 0.0)
        slopes = (apart * x).sum(axis=1) / spread
        if not is_told:
            break
        # What a condition has in common with the mean, it lacks in its distance from it.
        lever = 1.0 + np.where(shares, -1.0, 1.0) * weight / of_mean.sum()
        scatter = ((apart - slopes[:, None] * x * use) ** 2).sum(axis=1)
        free = np.maximum(count - 2, 1)
        strength = weight**2 * free * (lever > 0.0)
        excess = scatter / free / np.maximum(lever, np.finfo(float).tiny) - v
        single = max(float(strength @ excess / max(strength.sum(), np.finfo(float).tiny)), 0.0)
        shares = np.abs(slopes) < _APART * np.sqrt((single + v) * lever / spread)
        if not shares.any():
            shares = np.ones(len(d), dtype=bool)
    if is_told:
        effective = weight.sum() ** 2 / (weight**2).sum()
        dof = max(float((effective - 1.0) * np.mean(count - 2)), 1.0)
        lever = np.maximum(1.0 + np.where(of_mean > 0.0, -1.0, 1.0) * weight / of_mean.sum(), np.finfo(float).tiny)
        errors = np.sqrt((single + v) * lever / spread)
        own[tells], error[tells] = slopes, errors
        sigma[tells] = student_sigma(np.abs(slopes) / errors, dof)
    return own, error, sigma, np.full(n, single), _common(mean, of_mean, x, use)


def _alike(slopes: FloatArray, noise: FloatArray) -> np.ndarray:
    """Return the conditions whose slopes agree with the median one, with the scatter that half of them show."""
    distance = np.abs(slopes - np.median(slopes))
    spread = np.sqrt((1.4826 * np.median(distance)) ** 2 + noise)
    return np.asarray(distance <= _APART * spread + np.finfo(float).tiny)


def _common(mean: FloatArray, weight: FloatArray, centred: FloatArray, use: np.ndarray) -> tuple[float, float, float]:
    """Return slope, error and significance of what the conditions of a temperature share."""
    total = weight @ use
    seen = total > 0.5 * total.max()
    y, x = mean[seen], (weight @ (centred * use))[seen] / total[seen]
    if y.size < _FEWEST_COMMON or np.ptp(x) == 0.0:
        return np.nan, np.nan, np.nan
    x = x - x.mean()
    slope = float(x @ y / (x @ x))
    residual = y - y.mean() - slope * x
    error = float(np.sqrt(max(residual @ residual / (y.size - 2), _ROUNDING**2) / (x @ x)))
    return slope, error, float(student_sigma(abs(slope) / error, y.size - 2))
