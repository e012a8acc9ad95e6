"""What the conditions of the spectra tell of single places: neutral filters, and when each was measured."""

from typing import TYPE_CHECKING

import numpy as np

from asplab.core.clock import clock
from asplab.core.grouping import Stack
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.pipeline import Results


def dimmed_places(results: "Results") -> np.ndarray | None:
    """Return which spectra went through a neutral filter, (n_temperatures, n_columns); None where none did."""
    if results.corrected is None or results.layout is None:
        return None
    stacks = [any(record.condition.nd_od for record in stack.members) for stack in results.corrected.stacks]
    places = np.array(stacks, dtype=bool)[results.layout.index] & results.layout.valid
    return places if places.any() else None


def inner_filters(results: "Results") -> FloatArray | None:
    """Return what an inner filter that is not corrected for would leave of the emission, (n_temperatures, n_columns).

    That of a right-angle cuvette; None where no absorption is known, or where it was corrected for.
    """
    if results.corrected is None or results.layout is None or np.all(results.corrected.inner_filter == 1.0):
        return None
    left = 1.0 / results.corrected.inner_filter[results.layout.index]
    return np.where(results.layout.valid, left, 1.0)


def ages(results: "Results") -> FloatArray | None:
    """Return when each condition was measured, from 0 for the first of its temperature to 1 for the last.

    Shape (n_temperatures, n_columns); zeros at a temperature where not every condition tells its time, None where that
    is so at all.
    """
    if results.corrected is None or results.layout is None:
        return None
    times = np.array([_mean_time(stack) for stack in results.corrected.stacks])
    found = np.zeros(results.layout.index.shape)
    for t, valid in enumerate(results.layout.valid):
        own = times[results.layout.index[t, valid]]
        if own.size and np.isfinite(own).all() and np.ptp(own) > 0.0:
            found[t, valid] = (own - own.min()) / np.ptp(own)
    return found if found.any() else None


def _mean_time(stack: Stack) -> float:
    """Return the mean time of the repeats in s; NaN where one of them has none that can be read."""
    try:
        return float(np.mean([clock(record.condition.time) for record in stack.members]))
    except ValueError:
        return float("nan")
