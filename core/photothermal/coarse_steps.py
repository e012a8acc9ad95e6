"""Photothermal scans with steps too coarse for a local fit: interpolation in the tail, and what it may miss."""

from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray

_ORDER = 3
_SEEN = 5.0
"""Standard errors that a point must stand above zero to tell the slope of the tail."""
_SLOPE_MEV = 20.0
_ROUGHNESS = 0.05
"""Departure from an exponential over the range of the slope, relative: no point weighs more than this allows."""
_RUNS = (-2, -1, 0, 1)
"""Where the runs of five points begin that tell the next order, relative to the points of the cubic."""


@dataclass(frozen=True, slots=True, eq=False)
class Interpolated:
    """Readings of a scan between its points.

    Attributes
    ----------
    weights : ndarray, shape (n_readings, n_points)
        ``weights @ signal`` are the readings.
    lack : ndarray, shape (n_readings,)
        Standard error of the shape between the points: what the next order may add, in units of the signal.
    covariance : ndarray, shape (n_readings, n_readings)
        Of that error: readings between the same points miss the same feature.
    """

    weights: FloatArray
    lack: FloatArray
    covariance: FloatArray


def interpolate(energy_mev: FloatArray, signal: FloatArray, error: FloatArray, at_mev: FloatArray) -> Interpolated:
    """Read a scan between its points: a cubic through the nearest ones, on top of the local exponential.

    The signal is divided by the exponential of the local logarithmic slope, so that the cubic has little left to
    follow; the result is linear in the signal, which may be noise or negative.

    Parameters
    ----------
    energy_mev, signal, error : ndarray, shape (n_points,)
        Photon energies in any order, mean signal without its baseline, and its standard error.
    at_mev : ndarray, shape (n_readings,)
        Photon energies within the scan.
    """
    order = np.argsort(energy_mev)
    energy, height, noise = energy_mev[order], signal[order], error[order]
    count = max(1, min(_ORDER + 1, energy.size - 1))
    upper = np.clip(np.searchsorted(energy, at_mev), 1, max(energy.size - 1, 1))
    first = np.clip(upper - count // 2, 0, energy.size - count)
    nodes = first[:, None] + np.arange(count)
    slope = _log_slope(energy, height, noise, at_mev)
    away = energy[nodes] - at_mev[:, None]
    polynomial = _lagrange(away)
    weights = np.zeros((at_mev.size, energy.size))
    np.put_along_axis(weights, order[nodes], polynomial * np.exp(-slope[:, None] * away), axis=1)
    lack = np.prod(away, axis=1) * _next_difference(energy, height, noise, at_mev, first, slope)
    together = first[:, None] == first
    return Interpolated(weights, np.abs(lack), np.where(together, np.outer(lack, lack), 0.0))


def _lagrange(x: FloatArray) -> FloatArray:
    """Return weights (n_readings, n_nodes) of the value at zero of the polynomial through samples at ``x``."""
    own = np.eye(x.shape[1], dtype=bool)
    ratio = -x[:, None, :] / np.where(own, 1.0, x[:, :, None] - x[:, None, :])
    weights: FloatArray = np.prod(np.where(own, 1.0, ratio), axis=2)
    return weights


def _next_difference(
    energy: FloatArray, signal: FloatArray, noise: FloatArray, at: FloatArray, first: np.ndarray, slope: FloatArray
) -> FloatArray:
    """Return the size of the divided difference of the order that the cubic leaves out, (n_readings,).

    It is taken from several runs of points about each reading; the largest counts, after its noise is
    subtracted in quadrature, because a single one may come out near zero by chance.
    """
    largest = np.zeros(at.size)
    length = min(_ORDER + 2, energy.size)
    own = np.eye(length, dtype=bool)
    for shift in _RUNS:
        run = first[:, None] + shift + np.arange(length)
        there = (run[:, 0] >= 0) & (run[:, -1] < energy.size)
        run = np.where(there[:, None], run, np.arange(length))
        place = energy[run]
        apart = np.prod(np.where(own, 1.0, place[:, :, None] - place[:, None, :]), axis=2)
        weights = np.exp(slope[:, None] * (at[:, None] - place)) / apart
        square = np.sum(weights * signal[run], axis=1) ** 2 - np.sum((weights * noise[run]) ** 2, axis=1)
        largest = np.maximum(largest, np.where(there, square, 0.0))
    result: FloatArray = np.sqrt(largest)
    return result


def _log_slope(energy: FloatArray, signal: FloatArray, noise: FloatArray, at: FloatArray) -> FloatArray:
    """Return d ln|signal|/dE about each place, carried on from the nearest place that shows it."""
    seen = np.abs(signal) > _SEEN * noise
    size = np.where(seen, np.abs(signal), 1.0)
    gap = np.max(np.diff(energy), initial=0.0)
    near = np.abs(at[:, None] - energy) <= max(_SLOPE_MEV, 1.5 * gap)
    weight = (near & seen) / ((noise / size) ** 2 + _ROUGHNESS**2)
    total = np.maximum(weight.sum(axis=1), np.finfo(float).tiny)
    x = energy - (weight @ energy / total)[:, None]
    power = np.sum(weight * x**2, axis=1)
    known = np.count_nonzero(weight, axis=1) > 1
    if not known.any():
        return np.zeros(at.size)
    slope = np.sum(weight * x * np.log(size), axis=1) / np.where(known, power, 1.0)
    nearest = np.argmin(np.where(known, np.abs(at[:, None] - at), np.inf), axis=1)
    result: FloatArray = slope[nearest]
    return result
