"""Physical constants and unit conversions: one fixed unit per quantity inside the core.

Energies are meV, wavelengths nm (vacuum unless a medium is named), temperatures K, powers µW, times s.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

BOLTZMANN_MEV_PER_K = 0.08617333262145177
"""Boltzmann constant, exact SI 2019 value, in meV/K."""

HC_MEV_NM = 1239841.984332003
"""Planck constant times speed of light, exact SI 2019 value, in meV nm."""

HBAR_MEV_FS = 658.2119569509066
"""Reduced Planck constant, exact SI 2019 value, in meV fs."""

FWHM_PER_SIGMA = 2.3548200450309493
"""Full width at half maximum of a Gaussian in units of its standard deviation, 2 √(2 ln 2)."""

Medium = Literal["vacuum", "air"]

FloatArray = NDArray[np.float64]


def thermal_energy_mev(temperature_k: ArrayLike) -> FloatArray:
    """Return k_B T in meV for temperatures in K."""
    return BOLTZMANN_MEV_PER_K * np.asarray(temperature_k, dtype=np.float64)


def air_index(wavelength_nm: ArrayLike) -> FloatArray:
    """Return the refractive index of standard air at vacuum wavelengths in nm [Ciddor 1996, Eq. 1].

    Standard air is 15 °C, 101325 Pa, dry, 450 ppm CO2.
    """
    wavenumber_squared = (1e3 / np.asarray(wavelength_nm, dtype=np.float64)) ** 2
    return 1.0 + 1e-8 * (5792105.0 / (238.0185 - wavenumber_squared) + 167917.0 / (57.362 - wavenumber_squared))


def energy_from_wavelength(wavelength_nm: ArrayLike, *, medium: Medium = "vacuum") -> FloatArray:
    """Return photon energies in meV for wavelengths in nm.

    With ``medium="air"`` the wavelengths are those of standard air; the index is taken at the same number,
    which is right to first order (about 1e-8 relative in the visible).
    """
    wavelength = np.asarray(wavelength_nm, dtype=np.float64)
    index = air_index(wavelength) if medium == "air" else 1.0
    return HC_MEV_NM / (index * wavelength)


def wavelength_from_energy(energy_mev: ArrayLike, *, medium: Medium = "vacuum") -> FloatArray:
    """Return wavelengths in nm for photon energies in meV; the inverse of `energy_from_wavelength`."""
    vacuum = HC_MEV_NM / np.asarray(energy_mev, dtype=np.float64)
    return vacuum / air_index(vacuum) if medium == "air" else vacuum
