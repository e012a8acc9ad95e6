"""What looks odd in numbers that were read, told to the user."""

import numpy as np

from asplab.core.units import FloatArray

NARROWEST_POINTS = 50
WIDEST_PART = 0.02
"""Part of the axis that the light of a laser may cover."""

REST = 0.05
"""Largest height of anything else, beside that of a peak that stands alone."""


def lone_peak(axis: FloatArray, spectra: FloatArray) -> tuple[str, ...]:
    """Return a warning where the maximum of the sum of ``spectra`` (frames, n) is a narrow peak high above the rest.

    In a spectrum that was taken with the laser in view it is the laser, not what the sample emits.
    """
    total = np.nan_to_num(spectra.sum(axis=0), nan=0.0, posinf=0.0, neginf=0.0)
    if total.size < NARROWEST_POINTS:
        return ()
    height = total - np.median(total)
    top = int(np.argmax(height))
    low = np.flatnonzero(height < REST * height[top])
    left, right = low[low < top].max(initial=-1) + 1, low[low > top].min(initial=total.size)
    rest = np.delete(height, np.arange(max(left - 2, 0), min(right + 2, total.size)))
    if right - left > max(WIDEST_PART * total.size, 5) or height[top] <= 0.0 or not rest.size:
        return ()
    if rest.max() >= REST * height[top]:
        return ()
    text = f"the maximum at {axis[top]:.6g} stands alone: {100.0 * rest.max() / height[top]:.2g} % of it elsewhere. "
    return (f"{text}Check that it isn't the laser or a cosmic ray.",)
