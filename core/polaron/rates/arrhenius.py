"""Rates without a polaron: what any polaron model must beat."""

import numpy as np

from asplab.core.units import FloatArray, thermal_energy_mev


def boltzmann(detuning_mev: FloatArray, temperature_k: FloatArray) -> FloatArray:
    """Return ln w = −ΔE/kT: one thermal activation, its energy the detuning itself."""
    return np.asarray(-detuning_mev / thermal_energy_mev(temperature_k))


def exponential(detuning_mev: FloatArray, temperature_k: FloatArray, *, slope_per_mev: FloatArray) -> FloatArray:
    """Return ln w = −k ΔE with a free slope k; the temperature does not enter."""
    return np.asarray(-slope_per_mev * detuning_mev)


def parasitic(
    detuning_mev: FloatArray,
    temperature_k: FloatArray,
    *,
    urbach_mev: FloatArray,
    background_urbach_mev: FloatArray,
) -> FloatArray:
    """Return ln(α_c/α_b) up to a constant, for η = α_c/(α_c + α_b) in which nothing but absorption competes.

        ln w = −ΔE (1/E_c − 1/E_b)

    Every photon absorbed by the crystals (Urbach energy E_c) is converted, every one absorbed by something else
    (Urbach energy E_b, infinite for a flat background) becomes heat. E_c and E_b are those of one temperature.
    """
    return np.asarray(-detuning_mev * (1.0 / urbach_mev - 1.0 / background_urbach_mev))
