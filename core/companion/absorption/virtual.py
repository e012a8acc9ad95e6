"""Virtual absorption, emission and heat of one transition in detailed balance, whose truth is known."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from asplab.core.companion.absorption.detailed_balance import thermal_factor
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class AbsorptionTruth:
    """An exciton with an Urbach tail, and below it a part of absorption that does not emit.

    The parasitic part is ``parasitic`` of the coupled one at ``gap_mev`` and falls by its own Urbach energy.
    ``spread_mev`` is that of an ensemble of gaps, each in detailed balance with itself.
    """

    exciton_mev: float = 2470.0
    exciton_spread_mev: float = 18.0
    onset_mev: float = 45.0
    step: float = 0.8
    gap_mev: float = 2440.0
    urbach_mev: float = 15.0
    parasitic: float = 0.05
    parasitic_urbach_mev: float = 40.0
    quantum_yield: float = 0.84
    temperature_k: float = 250.0
    spread_mev: float = 0.0

    def coupled(self, energy_mev: FloatArray) -> FloatArray:
        """Return the absorption of a single gap that is coupled to emission: a tail, and a step above it."""
        x = (energy_mev - self.gap_mev) / self.urbach_mev
        return np.asarray(np.where(x < 0.0, np.exp(np.minimum(x, 0.0)), 1.0 + np.tanh(np.maximum(x, 0.0))))

    def uncoupled(self, energy_mev: FloatArray) -> FloatArray:
        """Return the absorption that does not emit."""
        return np.asarray(self.parasitic * np.exp((energy_mev - self.gap_mev) / self.parasitic_urbach_mev))

    def ensemble(self, energy_mev: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return coupled absorption and emission of the ensemble, emission but for a factor."""
        if self.spread_mev == 0.0:
            absorbed = self.coupled(energy_mev)
            factor = thermal_factor(energy_mev, self.temperature_k)
            return absorbed, absorbed * np.exp(factor - factor.max())
        offsets = np.linspace(-4.0, 4.0, 81) * self.spread_mev
        weights = np.exp(-0.5 * (offsets / self.spread_mev) ** 2)
        factor = thermal_factor(energy_mev, self.temperature_k)
        absorbed, light = np.zeros_like(energy_mev), np.zeros_like(energy_mev)
        for offset, weight in zip(offsets, weights / weights.sum(), strict=True):
            own = self.coupled(energy_mev - offset)
            # Each emits what it was excited with, so its own emission is normalised.
            emitted = own * np.exp(factor - factor.max())
            absorbed, light = absorbed + weight * own, light + weight * emitted / emitted.sum()
        return absorbed, light / light.max()

    def eta(self, energy_mev: FloatArray) -> FloatArray:
        """Return coupled over total absorption."""
        coupled, _ = self.ensemble(energy_mev)
        return np.asarray(coupled / (coupled + self.uncoupled(energy_mev)))


@dataclass(frozen=True, slots=True, eq=False)
class VirtualAbsorption:
    """Spectra on common energies (n,), ascending, each with its standard errors.

    ``linear`` has exciton, continuum and tail; ``emission`` is in photons per energy; ``heat`` is the photothermal
    signal per power; ``emission_mev`` the mean photon energy of emission.
    """

    energy_mev: FloatArray
    linear: FloatArray
    linear_error: FloatArray
    emission: FloatArray
    emission_error: FloatArray
    heat: FloatArray
    heat_error: FloatArray
    emission_mev: float


def virtual_absorption(
    rng: np.random.Generator, *, truth: AbsorptionTruth, noise: float = 0.01, floor: float = 2e-4
) -> VirtualAbsorption:
    """Return spectra with a relative ``noise`` of each point and a constant ``floor``, of the largest value."""
    energy = np.arange(2300.0, 2601.0, 1.5)
    coupled, light = truth.ensemble(energy)
    exciton = np.exp(-0.5 * ((energy - truth.exciton_mev) / truth.exciton_spread_mev) ** 2)
    continuum = truth.step * ndtr((energy - truth.exciton_mev - truth.onset_mev) / truth.exciton_spread_mev)
    mean = float(light @ energy / light.sum())
    total = coupled + truth.uncoupled(energy)
    warm = total - truth.quantum_yield * coupled * mean / energy
    clean = np.array([exciton + continuum, light, warm])
    error = np.hypot(noise * np.abs(clean), floor * np.max(np.abs(clean), axis=1, keepdims=True))
    linear, emission, heat = clean + error * rng.standard_normal(clean.shape)
    return VirtualAbsorption(energy, linear, error[0], emission, error[1], heat, error[2], mean)
