"""Emission and absorption of one thermalised transition are tied together by detailed balance.

I(E) ∝ A_c(E) E²/(exp(E/kT) − 1), in photons per energy, with A_c the absorption that is coupled to emission
[van Roosbroeck 1954, Kennard 1918, Stepanov 1957].
"""

import math

import numpy as np

from asplab.core.companion.checks import positive_array
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.units import FloatArray, thermal_energy_mev

LEAST_POINTS = 5
"""Points that a range must hold."""


def thermal_factor(energy_mev: FloatArray, temperature_k: float) -> FloatArray:
    """Return ln of E²/(exp(E/kT) − 1) at energies (n,) in meV, that of the blackbody but for a constant."""
    ratio = energy_mev / float(thermal_energy_mev(temperature_k))
    return np.asarray(2.0 * np.log(energy_mev) - ratio - np.log(-np.expm1(-ratio)))


def coupled_absorption(energy_mev: FloatArray, emission: FloatArray, *, temperature_k: float) -> FloatArray:
    """Return the absorption (n,) that emission in photons per energy demands, but for a factor: one at the last."""
    energy = positive_array(energy_mev, name="energy_mev")
    factor = thermal_factor(energy, above_zero(temperature_k, "temperature_k"))
    return np.asarray(emission * np.exp(factor[-1] - factor))


def heat_fraction(energy_mev: FloatArray, *, photon_yield: FloatArray, emission_mev: float) -> FloatArray:
    """Return the part of absorbed light that becomes heat, 1 − y E_em/hν; negative where it cools.

    ``photon_yield`` is y: the quantum yield above the gap, η times that below.
    """
    return np.asarray(1.0 - photon_yield * emission_mev / np.asarray(energy_mev, dtype=np.float64))


def within(energy_mev: FloatArray, range_mev: tuple[float, float]) -> np.ndarray:
    """Return which energies lie in a range; raises `AnalysisError` where too few do."""
    inside = np.asarray((energy_mev >= range_mev[0]) & (energy_mev <= range_mev[1]))
    if inside.sum() < LEAST_POINTS:
        raise AnalysisError(
            f"from {range_mev[0]:.0f} to {range_mev[1]:.0f} meV there are {int(inside.sum())} points; {LEAST_POINTS} "
            "are needed. Widen the range."
        )
    return inside


def above_zero(value: float, name: str) -> float:
    """Return a number; raises `SettingsError` where it is not above 0."""
    if not value > 0.0 or not math.isfinite(value):
        raise SettingsError(f"{name} is {value:g}. Give a number above 0.")
    return float(value)
