"""Pump power along a scan: mean of its readings, smoothed, with the covariance of what noise is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.signal import savgol_filter

from asplab.core.grouping.repeats import additive_variance
from asplab.core.photothermal.known_power import scan_power_uw
from asplab.core.scans.pieces import Piece
from asplab.core.units import FloatArray

NOISE_POINTS = 31
_WINDOW_MEV = 40.0
_ORDER = 2


@dataclass(frozen=True, slots=True, eq=False)
class PowerReadings:
    """Mean power readings of the scans, (n_points,), and the variance of that mean."""

    mean_uw: FloatArray
    variance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """Smoothed power along a scan, run by run, so that nothing is smoothed across a seam or a hole.

    Attributes
    ----------
    value_uw, variance : ndarray, shape (n_points,)
        Smoothed power; variance of the mean readings behind it.
    runs : tuple of (first, end, points)
        Runs of points, and over how many of them each is smoothed.
    common : ndarray, shape (rank, n_points)
        Errors that whole pieces share.
    """

    value_uw: FloatArray
    variance: FloatArray
    runs: tuple[tuple[int, int, int], ...]
    common: FloatArray

    def covariance(self, places: np.ndarray) -> FloatArray:
        """Return the covariance of the smoothed power at ``places``, (n_places, n_places)."""
        covariance: FloatArray = self.common[:, places].T @ self.common[:, places]
        for first, end, points in self.runs:
            mine = np.flatnonzero((places >= first) & (places < end))
            own = _smoothed_covariance(self.variance[first:end], points, places[mine] - first)
            covariance[np.ix_(mine, mine)] += own
        return covariance


def read_power(scans: Sequence[FloatArray | None]) -> PowerReadings:
    """Average the power readings of the scans that have any, (n_points,) each, and find the noise of the mean."""
    readings = np.array([own for own in scans if own is not None])
    mean = readings.mean(axis=0)
    relative = readings / mean
    if len(relative) > 1:
        own = relative - relative.mean(axis=1, keepdims=True)
        scatter: FloatArray = np.sum(own**2, axis=0) / (len(relative) - 1)
    else:
        scatter = additive_variance(readings) / mean**2
    return PowerReadings(mean, pooled(scatter) * mean**2 / len(readings))


def power_on_axis(piece: Piece) -> tuple[FloatArray | None, ...]:
    """Return the power readings of every scan of a piece on its axis, None where a scan has none."""
    return tuple(None if (own := scan_power_uw(scan)) is None else piece.on_axis(scan, own) for scan in piece.scans)


def smooth_power(readings: PowerReadings, energy_mev: FloatArray, cuts: Sequence[int], common: FloatArray) -> Power:
    """Smooth power readings by local polynomials, apart between ``cuts``: the meter's noise stays out."""
    value = readings.mean_uw.copy()
    runs = []
    for first, end in pairwise([0, *cuts, value.size]):
        size = end - first
        step = float(np.median(np.abs(np.diff(energy_mev[first:end])))) if size > 1 else np.inf
        points = 2 * min(int(_WINDOW_MEV / step), (size - 1) // 2) + 1
        points = 1 if points <= _ORDER + 1 else points
        if points > 1:
            value[first:end] = savgol_filter(value[first:end], points, _ORDER)
        runs.append((first, end, points))
    return Power(value, readings.variance, tuple(runs), common)


def without_power(size: int) -> Power:
    """Return ones without error: nothing is divided out."""
    return Power(np.ones(size), np.zeros(size), ((0, size, 1),), np.zeros((0, size)))


def pooled(variance: FloatArray) -> FloatArray:
    """Return a variance averaged over neighbouring points: few repeats know that of one point badly."""
    half = min(NOISE_POINTS // 2, variance.size - 1)
    kernel = np.ones(2 * half + 1) / (2 * half + 1)
    return np.convolve(np.pad(variance, half, mode="reflect"), kernel, mode="valid")


def polynomial_weights(x: FloatArray, order: int) -> FloatArray:
    """Return weights whose sum with samples at ``x`` is the fitted polynomial at x = 0."""
    scale = max(float(np.max(np.abs(x))), 1e-12)
    weights: FloatArray = np.linalg.pinv(np.vander(x / scale, order + 1, increasing=True))[0]
    return weights


def _smoothed_covariance(variance: FloatArray, points: int, places: np.ndarray) -> FloatArray:
    """Return the covariance at ``places`` of what the smoothing over ``points`` points leaves of the noise."""
    if points == 1:
        return np.diag(variance[places])
    half, smooth = points // 2, np.zeros((places.size, variance.size))
    rows: dict[int, FloatArray] = {}
    for i, k in enumerate(places.tolist()):
        start = min(max(k - half, 0), variance.size - points)
        if k - start not in rows:
            rows[k - start] = polynomial_weights(np.arange(float(points)) - (k - start), _ORDER)
        smooth[i, start : start + points] = rows[k - start]
    covariance: FloatArray = (smooth * variance) @ smooth.T
    return covariance
