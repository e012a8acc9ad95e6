"""Net optical cooling: when the emitted light carries away more than was absorbed."""

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.units import FloatArray


def cooling_efficiency(
    eta: ArrayLike, quantum_yield: ArrayLike, detuning_mev: ArrayLike, gap_mev: ArrayLike
) -> FloatArray:
    """Return the heat removed per absorbed energy, η QY E_g/(E_g − ΔE) − 1 [Sheik-Bahae & Epstein 2004].

    Positive values are net cooling.

    Parameters
    ----------
    eta, quantum_yield : array_like
        Up-conversion efficiency and external quantum yield.
    detuning_mev, gap_mev : array_like
        Excitation below the gap, and energy of an emitted photon, meV.
    """
    gap = np.asarray(gap_mev, dtype=float)
    value: FloatArray = np.asarray(eta, dtype=float) * quantum_yield * gap / (gap - np.asarray(detuning_mev)) - 1.0
    return value


def cooling_threshold(detuning_mev: ArrayLike, gap_mev: ArrayLike) -> FloatArray:
    """Return the product η QY above which the sample cools, 1 − ΔE/E_g."""
    value: FloatArray = 1.0 - np.asarray(detuning_mev, dtype=float) / np.asarray(gap_mev, dtype=float)
    return value
