"""Which part of a photothermal scan shows its baseline, and what is known of a baseline where no part does."""

import numpy as np

from asplab.core.problems import Problem
from asplab.core.settings import BaselineSettings
from asplab.core.units import FloatArray

FEWEST_POINTS = 6
_COARSE_POINTS, _COARSE_RANGE_MEV = 4, 40.0
"""Coarse steps: so many points over such a range hold a line as well, for their noise is known from the scans."""
_NEAREST_MEV, _WIDTH_MEV = 100.0, 80.0
"""Where a scan does not reach its region: from which detuning, and from which width on, its end tells line and tail."""
_END_MEV = 20.0


def baseline_region(
    detuning: FloatArray, settings: BaselineSettings, place: str, problems: list[Problem]
) -> tuple[tuple[float, float], np.ndarray]:
    """Return the baseline region in meV below the gap, and which points lie there.

    Where the scan does not reach the region, its end stands for it as far as that stays away from the gap; no point
    where too little is left of it.
    """
    end = float(detuning.max())
    high = end if settings.to_mev is None else settings.to_mev
    chosen = (detuning >= settings.from_mev) & (detuning <= high)
    if _holds_a_line(detuning, chosen):
        return (settings.from_mev, float(high)), chosen
    low = max(_NEAREST_MEV, end - max(_WIDTH_MEV, 0.25 * float(np.ptp(detuning))))
    lowest = detuning >= low
    found = (
        f"the scan ends {_beside_gap(end)} and has {chosen.sum()} points in the baseline region, which begins "
        f"{settings.from_mev:.0f} meV below the gap"
    )
    if lowest.sum() >= FEWEST_POINTS and end >= low + _WIDTH_MEV:
        message = (
            f"{found}; {low:.0f} to {end:.0f} meV are used, with a tail beside the baseline. Scan to 300 meV below "
            "the gap."
        )
        problems.append(Problem("warning", place, message))
        return (low, end), lowest
    message = (
        f"{found}; nearer to the gap the sample absorbs. No baseline is subtracted, and the signal at the end of the "
        "scan counts as error of all readings here. Scan to 300 meV below the gap, use a measured blank, or set the "
        "baseline to none if there is none."
    )
    problems.append(Problem("warning", place, message))
    return (np.nan, np.nan), np.zeros(detuning.size, dtype=bool)


def _holds_a_line(detuning: FloatArray, chosen: np.ndarray) -> bool:
    if chosen.sum() < _COARSE_POINTS:
        return False
    return bool(chosen.sum() >= FEWEST_POINTS or np.ptp(detuning[chosen]) >= _COARSE_RANGE_MEV)


def _beside_gap(detuning_mev: float) -> str:
    return f"{abs(detuning_mev):.0f} meV {'below' if detuning_mev >= 0.0 else 'above'} the gap"


def end_signal(detuning: FloatArray, volts: FloatArray, noise: FloatArray) -> float:
    """Return the largest mean signal at the red end of a scan: a constant that the scan hides is hardly larger.

    The range is wide enough for the tail to change, so that a negative constant can't cancel it everywhere.
    """
    last = detuning >= detuning.max() - _END_MEV
    return float(np.max(np.abs(volts[last]) + np.sqrt(noise[last])))
