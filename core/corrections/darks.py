"""The mean dark frame of each exposure, and which of them a stack takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import Spectrum
from asplab.core.grouping import Stack
from asplab.core.repeats import additive_variance, replace_cosmic_rays
from asplab.core.settings import CorrectionSettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Dark:
    """Mean of the dark frames of one exposure, the variance of that mean at each pixel, and its number."""

    mean: FloatArray
    variance_of_mean: FloatArray
    group: int


def mean_darks(
    darks: Sequence[Spectrum], axis: FloatArray, settings: CorrectionSettings, *, first_group: int
) -> dict[float | None, Dark]:
    """Average the dark frames of each exposure that fit the axis; noise is pooled over the pixels."""
    if not settings.subtract_dark:
        return {}
    frames: dict[float | None, list[FloatArray]] = {}
    for dark in darks:
        if dark.wavelength_nm.shape == axis.shape and np.allclose(dark.wavelength_nm, axis, rtol=0.0, atol=1e-3):
            frames.setdefault(dark.condition.exposure_s, []).append(dark.counts)
    result = {}
    for group, (exposure, counts) in enumerate(frames.items(), start=first_group):
        stack = np.array(counts)
        if len(stack) > 2:
            stack, _ = replace_cosmic_rays(stack, threshold=settings.cosmic_threshold)
        noise = additive_variance(stack)
        variance = np.full(axis.size, float(np.mean(noise)) / len(stack))
        result[exposure] = Dark(stack.mean(axis=0), variance, group)
    return result


def dark_for(stack: Stack, darks: dict[float | None, Dark]) -> Dark | None:
    """Choose the dark of equal exposure, else one without exposure, else that of the nearest exposure."""
    exposure = stack.members[0].condition.exposure_s
    timed = {known: dark for known, dark in darks.items() if known is not None}
    if exposure is None or not timed:
        return darks.get(None) or next(iter(timed.values()), None)
    closest = min(timed, key=lambda known: abs(np.log(known / exposure)))
    if abs(closest - exposure) <= 1e-3 * exposure or None not in darks:
        return timed[closest]
    return darks[None]
