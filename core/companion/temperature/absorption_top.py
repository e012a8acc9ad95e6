"""The first maximum of an absorption spectrum, over as wide a range as a cubic follows it."""

import math

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks
from scipy.special import chdtrc

from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.band_records import Spectrum
from asplab.core.units import FloatArray

_SMOOTHING_POINTS = 5
_PROMINENCE = 0.01
"""Part of the range of a spectrum by which a maximum must stand out."""
_SIGNIFICANT = 6.0
_PARTS = (0.5, 0.3, 0.15)
"""Of the prominence of a maximum, how far down a cubic may follow the spectrum; the deepest that does serves."""
_TRIMMED = 2
"""Points left out at either end of that range, which smoothing may have drawn in from beside a cusp."""
_FOLLOWS = 0.1
"""Chance of χ² below which a cubic does not follow the points."""
_FEWEST_POINTS = 7
_NOT_SEEN = "No maximum of absorption stands out. Measure colder, or extend the spectrum to 100 meV above the edge."


def point_scatter(values: FloatArray) -> float:
    """Return the standard deviation of a point from its neighbours, robust against steps."""
    return 1.4826 * float(np.median(np.abs(np.diff(values, n=2)))) / math.sqrt(6.0)


def first_top(one: Spectrum) -> Reading:
    """Return the energy of the first maximum that stands out, in meV.

    Its error is widened where even the narrowest cubic misses the points.
    """
    energy, y = one.energy_mev, one.values
    smooth = uniform_filter1d(y, _SMOOTHING_POINTS, mode="nearest")
    noise = float(np.median(one.error)) / math.sqrt(_SMOOTHING_POINTS)
    tops, shape = find_peaks(smooth, prominence=max(_PROMINENCE * float(np.ptp(smooth)), _SIGNIFICANT * noise))
    found = None
    for part in _PARTS if tops.size else ():
        near = _upper_part(smooth, int(tops[0]), part * float(shape["prominences"][0]))
        if near.stop - near.start < _FEWEST_POINTS:
            break
        tried = _cubic_top(energy[near], y[near], one.error[near])
        if tried is not None:
            found = tried
            if chdtrc(found[3], found[2]) > _FOLLOWS:
                break
    if found is None:
        return undetermined(_NOT_SEEN, "meV")
    value, error, chi2, dof = found
    return measured(value, error * math.sqrt(max(chi2 / dof, 1.0)), "meV")


def _upper_part(smooth: FloatArray, top: int, depth: float) -> slice:
    """Return the points about a maximum that lie less than ``depth`` below it, without those at the ends."""
    below = np.flatnonzero(smooth < smooth[top] - depth)
    low, high = below[below < top].max(initial=-1), below[below > top].min(initial=smooth.size)
    return slice(int(low) + 1 + _TRIMMED, int(high) - _TRIMMED)


def _cubic_top(energy: FloatArray, y: FloatArray, sigma: FloatArray) -> tuple[float, float, float, int] | None:
    """Return the maximum of a cubic, its standard error, χ² and degrees of freedom; None where it has none inside."""
    middle, reach = 0.5 * (energy[0] + energy[-1]), 0.5 * (energy[-1] - energy[0])
    x = (energy - middle) / reach
    coefficients, covariance = np.polyfit(x, y, 3, w=1.0 / sigma, cov="unscaled")
    chi2 = float(np.sum(((y - np.polyval(coefficients, x)) / sigma) ** 2))
    slope = np.polyder(coefficients)
    bend = np.polyder(slope)
    roots = [r.real for r in np.roots(slope) if abs(r.imag) < 1e-9 and np.polyval(bend, r.real) < 0.0 and abs(r) <= 1.0]
    if not roots:
        return None
    place = min(roots, key=abs)
    powers = np.arange(3, -1, -1)
    gradient = powers * place ** np.maximum(powers - 1, 0) / -np.polyval(bend, place)
    error = reach * float(np.sqrt(gradient @ covariance @ gradient))
    return middle + reach * place, error, chi2, x.size - 4
