"""What the conditions of the spectra tell of single places: neutral filters, gains, and when each was measured."""

from typing import TYPE_CHECKING

import numpy as np

from asplab.core.corrections.gain import SAME_OD, neutral_od
from asplab.core.drift.references import light_timeline, times_of
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.pipeline import Results

SAME_GAIN = 1e-3
"""Relative difference up to which two electron gains count as one."""


def neutral_densities(results: "Results") -> FloatArray | None:
    """Return the optical density of the neutral filters of the spectra, (n_temperatures, n_columns).

    None where all went through the same one, or where it is not undone: then no ratio depends on what it is said to be.
    """
    if results.corrected is None or results.layout is None:
        return None
    density = neutral_od(results.corrected.stacks)[results.layout.index]
    known = density[results.layout.valid]
    is_undone = results.document.settings.corrections.undo_neutral_density
    if not is_undone or not known.size or np.ptp(known) < SAME_OD:
        return None
    return np.where(results.layout.valid, density, 0.0)


def electron_gains(results: "Results") -> FloatArray | None:
    """Return where the logarithm of each electron gain lies between the smallest, 0, and the largest, 1.

    Shape (n_temperatures, n_columns). None where all are alike, or where the counts are not divided by them.
    """
    if results.corrected is None or results.layout is None:
        return None
    gains = np.array([np.mean(treatment.em_gain) for treatment in results.corrected.treatments])
    logarithm = np.log(gains[results.layout.index])
    known = logarithm[results.layout.valid]
    if not known.size or np.ptp(known) < SAME_GAIN:
        return None
    return np.where(results.layout.valid, (logarithm - known.min()) / np.ptp(known), 0.0)


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
    if results.gathered is None or results.corrected is None or results.layout is None:
        return None
    line = light_timeline(results.gathered)
    found_times = [times_of(stack.members, line) for stack in results.corrected.stacks]
    times = np.array([np.nan if own is None else float(own.mean()) for own in found_times])
    found = np.zeros(results.layout.index.shape)
    for t, valid in enumerate(results.layout.valid):
        own = times[results.layout.index[t, valid]]
        if own.size and np.isfinite(own).all() and np.ptp(own) > 0.0:
            found[t, valid] = (own - own.min()) / np.ptp(own)
    return found if found.any() else None
