"""Percentile intervals of draws that may have no finite value."""

from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray

LEVELS = (0.682689492137086, 0.95)
"""What "68 %" (one standard deviation of a normal distribution to either side) and "95 %" stand for."""


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """One quantity in all draws.

    Attributes
    ----------
    draws : ndarray, shape (n_draws, …)
        Values of the draws; +∞ or −∞ where a draw lies beyond every value, NaN where nothing was found at all.
    low_68, high_68, low_95, high_95 : ndarray, shape (…)
        Percentile intervals; NaN marks an open end.
    """

    draws: FloatArray
    low_68: FloatArray
    high_68: FloatArray
    low_95: FloatArray
    high_95: FloatArray

    @property
    def spread(self) -> FloatArray:
        """Half the width of the 68 % interval, to be compared with a standard error; NaN where an end is open."""
        half: FloatArray = 0.5 * (self.high_68 - self.low_68)
        return half


def resampled(
    draws: FloatArray, *, open_below: np.ndarray | None = None, open_above: np.ndarray | None = None
) -> Resampled:
    """Find the percentile intervals of draws (n_draws, …); ends may be declared open."""
    ordered = np.sort(draws, axis=0)
    shares = [0.5 * (1.0 + side * level) for level in LEVELS for side in (-1.0, 1.0)]
    ends = [_quantile(ordered, share) for share in shares]
    for ending, is_open in ((0, open_below), (1, open_above)):
        if is_open is not None:
            ends[ending], ends[ending + 2] = (np.where(is_open, np.nan, ends[i]) for i in (ending, ending + 2))
    return Resampled(draws, *ends)


def _quantile(ordered: FloatArray, share: float) -> FloatArray:
    """Return the quantile of sorted draws by linear interpolation; NaN where it is not finite, or any draw is NaN."""
    place = share * (len(ordered) - 1)
    below = min(int(place), len(ordered) - 1)
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    part = place - below
    finite = np.isfinite(low) & np.isfinite(high) & ~np.isnan(ordered[-1])
    safe_low, safe_high = np.where(finite, low, 0.0), np.where(finite, high, 0.0)
    return np.where(finite, safe_low + part * (safe_high - safe_low), np.nan)
