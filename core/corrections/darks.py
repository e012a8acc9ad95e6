"""Which mean dark frame a spectrum takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.corrections.frames import MeanFrame
from asplab.core.corrections.gain import Gain
from asplab.core.experiment import Condition

DarkFit = Literal["exact", "other exposure", "none"]

SAME = 1e-3
"""Relative difference up to which two exposures, gains or scales are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Dark:
    """The dark frame of a spectrum, how often it is subtracted, and whether it is of the same exposure."""

    frame: MeanFrame | None
    times: float
    fit: DarkFit


def dark_for(condition: Condition, darks: Sequence[MeanFrame], gain: Gain) -> Dark:
    """Choose the dark of equal exposure, else one without exposure, else that of the nearest exposure.

    A dark frame that states its electron gain serves spectra of that gain alone. Frames of as many accumulated
    exposures come first; others are scaled, since offset and dark signal add up with every exposure.
    """
    fitting = [dark for dark in darks if dark.condition.em_gain is None or _is_same_gain(dark.condition, condition)]
    exposures = gain.exposures(condition)
    alike = [dark for dark in fitting if gain.exposures(dark.condition) == exposures] or fitting
    frame = _nearest_exposure(condition.exposure_s, alike)
    if frame is None:
        return Dark(None, 0.0, "none")
    wanted, found = condition.exposure_s, frame.condition.exposure_s
    is_exact = wanted is None or found is None or abs(found - wanted) <= SAME * wanted
    return Dark(frame, exposures / gain.exposures(frame.condition), "exact" if is_exact else "other exposure")


def _is_same_gain(dark: Condition, spectrum: Condition) -> bool:
    if dark.em_gain is None or spectrum.em_gain is None:
        return dark.em_gain is spectrum.em_gain
    return abs(dark.em_gain - spectrum.em_gain) <= SAME * spectrum.em_gain


def _nearest_exposure(exposure_s: float | None, darks: Sequence[MeanFrame]) -> MeanFrame | None:
    timed = {dark.condition.exposure_s: dark for dark in darks if dark.condition.exposure_s is not None}
    untimed = next((dark for dark in darks if dark.condition.exposure_s is None), None)
    if exposure_s is None or not timed:
        return untimed or next(iter(timed.values()), None)
    closest = min(timed, key=lambda known: abs(np.log(known / exposure_s)))
    if abs(closest - exposure_s) <= SAME * exposure_s or untimed is None:
        return timed[closest]
    return untimed
