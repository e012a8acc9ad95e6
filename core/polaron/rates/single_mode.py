"""One phonon mode, one intermediate level: Eq. 9 as printed, and its exact form.

N = ΔE/ħω phonons are taken from the lattice, S = (g/ħω)² is the Huang-Rhys factor.
"""

import numpy as np
from scipy.special import gammaln

from asplab.core.units import FloatArray, thermal_energy_mev


def eq9(
    detuning_mev: FloatArray, temperature_k: FloatArray, *, g_mev: FloatArray, phonon_mev: FloatArray
) -> FloatArray:
    """Return ln w_uc of [Zhang 2024, Eq. 9] with the natural logarithm, energies counted in meV.

        ln w = −ΔE/kT − ½ ln ΔE + (ΔE/ħω) [1 − ln(ΔE ħω/g²)]

    Valid for ΔE > 0. Stirling's formula makes it 0.3 to 10 % too large for N from 30 to 0.9, and the factors
    that depend on g, ħω and T but not on ΔE are left to the free scale.
    """
    # 2 ln g rather than ln g²: no overflow for an extreme trial value in a fit
    log_ratio = np.log(detuning_mev) + np.log(phonon_mev) - 2.0 * np.log(g_mev)
    return np.asarray(
        -detuning_mev / thermal_energy_mev(temperature_k)
        - 0.5 * np.log(detuning_mev)
        + detuning_mev / phonon_mev * (1.0 - log_ratio)
    )


def resonant(
    detuning_mev: FloatArray,
    temperature_k: FloatArray,
    *,
    g_mev: FloatArray,
    phonon_mev: FloatArray,
    broadening_mev: FloatArray,
) -> FloatArray:
    """Return ln w_uc of the n = 0 term of [Zhang 2024, Eq. 8] with every factor, N! continued by Γ(N + 1).

        ln w = −ΔE/kT + ln(1 − e^(−ħω/kT)) − 2S + N ln S − ln Γ(N + 1) − 2 ln ζ − ln ħω

    The last term is the density of the lines N ħω. Valid for ΔE ≥ 0 and ζ far below ħω/|C_N|
    (see `kramers_heisenberg.log_enhancement`).
    """
    thermal_mev = thermal_energy_mev(temperature_k)
    phonons = detuning_mev / phonon_mev
    log_huang_rhys = 2.0 * (np.log(g_mev) - np.log(phonon_mev))
    return np.asarray(
        -detuning_mev / thermal_mev
        + np.log(-np.expm1(-phonon_mev / thermal_mev))
        - 2.0 * np.exp(log_huang_rhys)
        + phonons * log_huang_rhys
        - gammaln(phonons + 1.0)
        - 2.0 * np.log(broadening_mev)
        - np.log(phonon_mev)
    )
