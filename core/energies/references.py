"""From where ΔE counts: the choices and their names, and energies that were given."""

from collections.abc import Mapping

import numpy as np

from asplab.core.settings import EnergySettings, GivenEnergy
from asplab.core.units import FloatArray

SAME_TEMPERATURE_K = 2.0
"""How far the temperature of a given energy may lie from that of the data."""

REFERENCES: Mapping[str, str] = {
    "peak": "PL peak",
    "mean": "PL mean",
    "midpoint": "mid of absorption and PL",
    "given": "given energy",
}
"""What each reference is called on axes and in texts."""


def reference_name(settings: EnergySettings) -> str:
    """Return what ΔE counts from, such as ``PL peak + 5 meV``."""
    offset = settings.reference_offset_mev
    name = REFERENCES[settings.reference]
    return name if offset == 0.0 else f"{name} {'+' if offset > 0 else '−'} {abs(offset):g} meV"


def detuning_label(settings: EnergySettings | None) -> str:
    """Return the label of an axis of ΔE, such as ``ΔE from PL peak (meV)``; without a reference for None."""
    return "ΔE (meV)" if settings is None else f"ΔE from {reference_name(settings)} (meV)"


def take_given(
    value: FloatArray, error: FloatArray, temperatures: FloatArray, given: tuple[GivenEnergy, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return energies and errors of the temperatures with the given ones put in, within ±2 K."""
    value, error = value.copy(), error.copy()
    for entry in given:
        t = int(np.argmin(np.abs(temperatures - entry.temperature_k)))
        if abs(temperatures[t] - entry.temperature_k) <= SAME_TEMPERATURE_K:
            value[t], error[t] = entry.energy_mev, entry.error_mev
    return value, error
