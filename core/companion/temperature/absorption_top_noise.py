"""The noise of a curve of which there is no repeat, from the scatter of its own points.

Fourth differences don't see a smooth curve. Their root mean square, with what lies far out drawn in, is more precise
than their median; a cusp, which a few of them do see, stays drawn in.
"""

import math

import numpy as np
from scipy.ndimage import uniform_filter1d

from asplab.core.units import FloatArray

_WINDOW, _FEWEST = 81, 25
"""Neighbours among which points of like signal are looked for, and how many there must be."""
_LIKE = 2.0
"""Factor within which signals are alike."""
_FLOOR = 0.01
"""Part of the range of a curve below which all signals are alike."""
_DIGITS = 1e-6
"""Part of the range of a curve that its digits leave open, so that no error is zero."""
_FAR, _DRAWN_IN = 2.5, 0.9887
"""Where normal scatter is drawn in, and what that makes of its root mean square."""
_MOST_NEAR = 200
SHARED = 2.6
"""So many fourth differences tell as much of a variance as one point that is independent of the others."""


def point_noise(values: FloatArray) -> FloatArray:
    """Return the standard error of each point (n,) of a curve, n at least five, from its neighbours of like signal.

    Noise of absorption grows with absorption: those on the other side of an edge have another.
    """
    fourth, level = _differences(values)
    n = fourth.size
    width = min(_WINDOW, n)
    place = np.clip(np.arange(n) - width // 2, 0, n - width)[:, None] + np.arange(width)
    like = _are_alike(level[place], level[:, None], float(np.ptp(level)))
    nearest = np.abs(place - np.arange(n)[:, None]) <= _FEWEST // 2
    use = np.where(like.sum(axis=1, keepdims=True) >= _FEWEST, like, nearest)
    spread = _scatter(np.where(use, fourth[place], np.nan))
    noise = np.interp(np.arange(values.size), np.arange(n) + 2.0, spread)
    return np.asarray(np.maximum(noise, max(_DIGITS * float(np.ptp(values)), np.finfo(float).tiny)))


def noise_at(values: FloatArray, place: int) -> tuple[float, int]:
    """Return the standard error of the points about one, from up to 200 of like signal, and how many there were."""
    fourth, level = _differences(values)
    middle = int(np.clip(place - 2, 0, fourth.size - 1))
    like = np.flatnonzero(_are_alike(level, level[middle], float(np.ptp(level))))
    near = like[np.argsort(np.abs(like - middle), kind="stable")[:_MOST_NEAR]]
    return float(_scatter(fourth[None, near])[0]), near.size


def _differences(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return fourth differences (n - 4,), of the size of the noise, and the signal there above its lowest."""
    level = uniform_filter1d(values, 5, mode="nearest")[2:-2]
    return np.abs(np.diff(values, n=4)) / math.sqrt(70.0), level - level.min()


def _are_alike(levels: FloatArray, own: FloatArray, span: float) -> np.ndarray:
    spare = _FLOOR * span
    return np.asarray((levels <= _LIKE * own + spare) & (levels >= own / _LIKE - spare))


def _scatter(fourth: FloatArray) -> FloatArray:
    """Return the standard deviation of each row; NaN takes no part."""
    far = _FAR * 1.4826 * np.nanmedian(fourth, axis=1, keepdims=True)
    return np.asarray(np.sqrt(np.nanmean(np.minimum(fourth, far) ** 2, axis=1)) / _DRAWN_IN)
