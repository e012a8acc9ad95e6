"""Where a spectrum ends at an edge that no cutoff tells."""

import numpy as np

from asplab.core.units import FloatArray

_BIN_NM = 1.0
_MOST_BINS = 30
_LEFT = 0.8
"""Part of the expected light below which a filter is taken to hide it: over 2.5 nm no shifted band is as steep."""
_SIGNIFICANT = 5.0


def untold_edge(
    distance_nm: FloatArray, light: FloatArray, *, shape: FloatArray, variance: FloatArray
) -> tuple[float, float] | None:
    """Find where light stops that the shape of the band lets expect, from the end of a range.

    Parameters
    ----------
    distance_nm : ndarray, shape (n_pixels,)
        From the end of the range inwards, in nm.
    light, shape, variance : ndarray, shape (n_pixels,)
        Spectrum without its background, the band in any unit, noise variance of the spectrum.

    Returns
    -------
    tuple of float, or None
        Significance in standard deviations, and distance of the edge in nm; None without an edge.
    """
    inside = (distance_nm >= 0.0) & (distance_nm < _MOST_BINS * _BIN_NM)
    number = (distance_nm[inside] / _BIN_NM).astype(int)
    found, expected, noise = (
        np.bincount(number, weights=values[inside], minlength=_MOST_BINS) for values in (light, shape, variance)
    )
    best: tuple[float, float] | None = None
    # The edge stands in one bin: what lies just outside of it, and all outside, is compared with the two bins inside.
    for i in range(1, _MOST_BINS - 2):
        near, beside, outside = slice(i + 1, i + 3), slice(i - 1, i), slice(0, i)
        if min(expected[part].sum() for part in (near, beside)) <= 0.0 or found[near].sum() <= 0.0:
            continue
        scale = found[near].sum() / expected[near].sum()
        if any(found[part].sum() > _LEFT * scale * expected[part].sum() for part in (beside, outside)):
            continue
        missing = scale * expected[beside].sum() - found[beside].sum()
        factor = expected[beside].sum() / expected[near].sum()
        sigma = float(np.sqrt(noise[beside].sum() + factor**2 * noise[near].sum()))
        significance = float(missing) / sigma if sigma > 0.0 else 0.0
        if significance > (_SIGNIFICANT if best is None else best[0]):
            best = significance, (i + 0.5) * _BIN_NM
    return best
