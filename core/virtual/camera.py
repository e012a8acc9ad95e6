"""The camera of the virtual experiment: counts for expected photoelectrons."""

import numpy as np
from numpy.typing import NDArray

from asplab.core.units import FloatArray
from asplab.core.virtual.experiment import VirtualExperiment

IntArray = NDArray[np.int64]

LARGEST_COUNT = 65535


def detect(
    experiment: VirtualExperiment,
    rng: np.random.Generator,
    electrons: FloatArray,
    *,
    em_gain: float | None = None,
    accumulations: int = 1,
) -> IntArray:
    """Return the counts of an electron-multiplying CCD for expected photoelectrons per pixel and exposure.

    Shot noise, clock-induced charge, the gamma-distributed gain register (excess noise factor 2
    [Hirsch 2013]), read noise, offset, and a 16-bit converter that saturates; the sum of all accumulations.
    """
    gain = experiment.em_gain if em_gain is None else em_gain
    total = np.zeros(electrons.shape, dtype=np.int64)
    for _ in range(accumulations):
        collected = rng.poisson(electrons + experiment.clock_charge_e)
        amplified = rng.gamma(collected, gain)
        read = rng.normal(0.0, experiment.read_noise_e, size=amplified.shape)
        counts = experiment.offset_counts + (amplified + read) / experiment.e_per_count
        total += np.clip(np.rint(counts), 0, LARGEST_COUNT).astype(np.int64)
    return total


def dark_frames(
    experiment: VirtualExperiment,
    rng: np.random.Generator,
    *,
    em_gain: float | None = None,
    accumulations: int = 1,
) -> IntArray:
    """Return frames with the shutter closed, (repeat, pixel): no light and, for clarity, no cosmic rays."""
    closed = np.zeros((experiment.repeats, experiment.pixels))
    return detect(experiment, rng, closed, em_gain=em_gain, accumulations=accumulations)


def strike(experiment: VirtualExperiment, rng: np.random.Generator, counts: IntArray) -> None:
    """Add cosmic rays, 1 to 3 pixels wide, to (condition, repeat, pixel) counts in place."""
    flat = counts.reshape(-1, counts.shape[-1])
    for row, hits in enumerate(rng.poisson(experiment.cosmic_rays, size=len(flat))):
        for _ in range(hits):
            first, width = rng.integers(flat.shape[1]), rng.integers(1, 4)
            struck = flat[row, first : first + width]
            heights = np.rint(rng.exponential(experiment.cosmic_counts, size=struck.shape))
            struck[:] = np.minimum(struck + heights.astype(np.int64), np.maximum(struck, LARGEST_COUNT))
