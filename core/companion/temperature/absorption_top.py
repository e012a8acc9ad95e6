"""The first maximum of an absorption spectrum: whether one stands out of the noise, and where it is."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.absorption_top_noise import SHARED, noise_at
from asplab.core.companion.temperature.absorption_top_windows import averaged_top
from asplab.core.companion.temperature.band_records import Spectrum
from asplab.core.units import FloatArray

_SMOOTHING_POINTS = (1, 3, 5, 9, 15)
_PROMINENCE = 0.03
"""Part of the range of a spectrum by which a maximum must stand out."""
_CLEAR, _SIGNIFICANT = 12.0, 7.0
"""In standard errors of a smoothed point. The highest and the lowest of a hundred points of noise lie five apart."""
_DEPTH = 0.8
"""Of the prominence of a maximum, how far down its points may take part."""
_UNCERTAIN = 3.0
"""Standard errors below the highest point within which any may be the true one."""
_FEWEST_POINTS = 8
_AT_END = 0.7
_ANYWHERE = 0.25
"""An error of this part of the range says that the maximum may be anywhere in it."""
_NOT_SEEN = "No maximum of absorption stands out. Measure colder, or extend the spectrum to 100 meV above the edge."
_HIDDEN = "Noise hides where beside the edge absorption is highest. Average longer, or measure colder."


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A maximum of a smoothed spectrum (n,): its place, how far it stands out, and the error of a point there."""

    smooth: FloatArray
    place: int
    prominence: float
    error: float


def first_top(one: Spectrum) -> Reading:
    """Return the energy of the first maximum that stands out, in meV.

    The noise there is the larger of that given and the scatter of the points. Its error holds noise, what windows and
    orders of polynomials make of the maximum, and a thirtieth of a step.
    """
    seen = _first_seen(one)
    if seen is None:
        return undetermined(_NOT_SEEN, "meV")
    below = np.flatnonzero(seen.smooth < seen.smooth[seen.place] - _DEPTH * seen.prominence)
    low = int(below[below < seen.place].max(initial=-1)) + 1
    high = int(below[below > seen.place].min(initial=one.values.size))
    if high - low < _FEWEST_POINTS:
        return undetermined(
            f"Only {high - low} points lie on the maximum of absorption; {_FEWEST_POINTS} are needed. "
            "Measure in finer steps.",
            "meV",
        )
    core = np.flatnonzero(seen.smooth[low:high] > seen.smooth[seen.place] - _UNCERTAIN * seen.error)
    scatter, count = noise_at(one.values, seen.place)
    sigma = max(scatter, float(np.median(one.error[low:high])))
    energy = one.energy_mev[low:high]
    found = averaged_top(
        energy, one.values[low:high], sigma, core=(int(core[0]), int(core[-1])), noise_dof=count / SHARED
    )
    if found is None or found.at_end > _AT_END or found.error_mev > _ANYWHERE * float(np.ptp(energy)):
        return undetermined(_HIDDEN, "meV")
    return measured(found.energy_mev, found.error_mev, "meV")


def _first_seen(one: Spectrum) -> _Seen | None:
    """Return the first maximum that clearly stands out where as few points as it takes are smoothed together.

    Where none does so clearly, it is the most significant of those that are.
    """
    best, best_ratio = None, _SIGNIFICANT
    for points in _SMOOTHING_POINTS:
        if points > one.values.size // 6:
            break
        smooth = uniform_filter1d(one.values, points, mode="nearest")
        error = np.sqrt(uniform_filter1d(one.error**2, points, mode="nearest") / points)
        tops, shape = find_peaks(smooth, prominence=_PROMINENCE * float(np.ptp(smooth)))
        ratio = shape["prominences"] / error[tops]
        for least in (_CLEAR, best_ratio):
            found = np.flatnonzero(ratio > least)
            if found.size:
                k = int(found[0])
                best = _Seen(smooth, int(tops[k]), float(shape["prominences"][k]), float(error[tops[k]]))
                best_ratio = float(ratio[k])
                break
        if best_ratio > _CLEAR:
            break
    return best
