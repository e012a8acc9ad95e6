"""Running integrals of spectra and their noise: window edges then cost nothing."""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.emission.prefix_sums import NoiseSums, Prefix, noise_sums, prefix
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """Running integrals of one spectrum of each stack, one `Prefix` per block."""

    blocks: tuple[Prefix, ...]
    place: np.ndarray

    def at(self, edges: FloatArray) -> FloatArray:
        """Return the integrals up to the edges (n_stacks, …) of each stack; channels add a last dimension."""
        shape = (-1,) + (1,) * (edges.ndim - 1)
        if len(self.blocks) == 1:
            return self.blocks[0].up_to(self.place[:, 1].reshape(shape), edges)
        result = np.empty((*edges.shape, *self.blocks[0].values.shape[2:]))
        for b, prefixes in enumerate(self.blocks):
            members = np.flatnonzero(self.place[:, 0] == b)
            result[members] = prefixes.up_to(self.place[members, 1].reshape(shape), edges[members])
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative:
    """Running integrals of everything that a window edge cuts.

    Attributes
    ----------
    sums : Running
        The repeats, and in the last channel the density of dark noise (variance × pixel width): its integral over
        the range that two sums share is their covariance.
    noise : tuple of NoiseSums
        Detection noise, one entry per block.
    """

    sums: Running
    noise: tuple[NoiseSums, ...]

    def variance(self, edges: FloatArray) -> FloatArray:
        """Return the detection-noise variance of the sums of one repeat between edges (n_stacks, 2)."""
        result, place = np.empty(len(edges)), self.sums.place
        for b, noise in enumerate(self.noise):
            members = np.flatnonzero(place[:, 0] == b)
            result[members] = noise.between(place[members, 1], edges[members])
        return result


def accumulate(corrected: Corrected) -> Cumulative:
    """Build the prefix sums once per correction; window edges then cost nothing."""
    blocks, noise = [], []
    for block in corrected.blocks:
        noise.append(noise_sums(block.wavelength_nm, block.variance))
        density = block.dark_variance * np.gradient(block.wavelength_nm)
        blocks.append(prefix(block.wavelength_nm, np.concatenate([block.intensity, density[..., None]], axis=-1)))
    return Cumulative(Running(tuple(blocks), corrected.place), tuple(noise))
