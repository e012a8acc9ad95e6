"""The histogram of sizes with the distributions on it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.sizes.particles import Sizes
from asplab.core.errors import SettingsError
from asplab.core.units import FloatArray

_CURVE_POINTS = 300
_MOST_BINS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of particles per bin, and curves in the same unit.

    Attributes
    ----------
    edges_nm : ndarray, shape (n + 1,)
    counts, error : ndarray, shape (n,)
        Particles, and √count, 1 for an empty bin.
    axis_nm : ndarray, shape (m,)
    curves : dict of str to ndarray, shape (m,)
        Expected particles per bin by kind of distribution.
    """

    edges_nm: FloatArray
    counts: FloatArray
    error: FloatArray
    axis_nm: FloatArray
    curves: Mapping[str, FloatArray]


def size_histogram(sizes: Sizes, *, bin_nm: float) -> Histogram:
    """Return the histogram of the particles used; ``bin_nm`` 0 takes the width of [Freedman 1981].

    Raises
    ------
    SettingsError
        For a width below zero, or so small that there are more than 1000 bins.
    """
    used = sizes.used_nm
    width = bin_nm
    if width == 0.0:
        quartiles = np.percentile(used, [25.0, 75.0])
        width = 2.0 * float(quartiles[1] - quartiles[0]) / used.size ** (1.0 / 3.0)
        width = width or float(np.ptp(used)) / math.sqrt(used.size)
    if not width > 0.0 or np.ptp(used) / width > _MOST_BINS:
        raise SettingsError(f"bins of {width:g} nm are not usable. Give 0, or a width of {np.ptp(used) / 50.0:.2g} nm.")
    first, last = math.floor(used.min() / width), math.floor(used.max() / width) + 1
    edges = width * np.arange(first, last + 1)
    counts = np.histogram(used, edges)[0].astype(np.float64)
    axis = np.linspace(edges[0], edges[-1], _CURVE_POINTS)
    curves: dict[str, FloatArray] = {item.kind: used.size * width * item.density(axis) for item in sizes.distributions}
    return Histogram(edges, counts, np.sqrt(np.maximum(counts, 1.0)), axis, curves)
