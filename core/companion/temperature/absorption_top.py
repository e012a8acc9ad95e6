"""The first maximum of an absorption spectrum, over as wide a range as a cubic follows it."""

import math

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.band_records import Spectrum
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FloatArray

_SMOOTHING_POINTS = 5
_PROMINENCE = 0.01
"""Part of the range of a spectrum by which a maximum must stand out."""
_SIGNIFICANT = 6.0
_REACHES_MEV = (24.0, 16.0, 11.0, 8.0)
"""Distances from the maximum within which a cubic may follow the spectrum, the widest that does serves."""
_FEWEST_POINTS = 8
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
    tops, _ = find_peaks(smooth, prominence=max(_PROMINENCE * float(np.ptp(smooth)), _SIGNIFICANT * noise))
    found = None
    for reach in _REACHES_MEV if tops.size else ():
        near = np.abs(energy - energy[tops[0]]) <= reach
        if np.count_nonzero(near) < _FEWEST_POINTS:
            break
        tried = _cubic_top(energy[near], y[near], one.error[near], reach)
        if tried is not None:
            found = tried
            if not is_misfit(found[2], found[3], tests=1):
                break
    if found is None:
        return undetermined(_NOT_SEEN, "meV")
    value, error, chi2, dof = found
    return measured(value, error * math.sqrt(max(chi2 / dof, 1.0)), "meV")


def _cubic_top(
    energy: FloatArray, y: FloatArray, sigma: FloatArray, reach: float
) -> tuple[float, float, float, int] | None:
    """Return the maximum of a cubic, its standard error, χ² and degrees of freedom; None where it has none inside."""
    middle = 0.5 * (energy[0] + energy[-1])
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
