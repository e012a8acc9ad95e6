"""Emission at matched intensities: what is measured on either side of the gap, and how surely."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.errors import InputError
from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Excitations:
    """Emission, pump power and apparent absorptance at some excitations; all arrays have shape (n,).

    Attributes
    ----------
    wavelength_nm : ndarray
        In vacuum.
    power_uw, power_error_uw : ndarray
        Errors that differ from one reading to the next; a scale of the meter common to all cancels.
    intensity, intensity_error : ndarray
        Emitted photons, at any one scale. May be negative within its noise.
    absorptance, absorptance_error : ndarray
        1 − T − R, from 0 to 1, or 1 − T: what is scattered or reflected out of the beam then counts as absorbed.
    """

    wavelength_nm: FloatArray
    power_uw: FloatArray
    power_error_uw: FloatArray
    intensity: FloatArray
    intensity_error: FloatArray
    absorptance: FloatArray
    absorptance_error: FloatArray

    @property
    def per_photon(self) -> FloatArray:
        """Emission per pump photon, I/(P λ)."""
        return self.intensity / (self.power_uw * self.wavelength_nm)


def excitations(
    wavelength_nm: ArrayLike,
    *,
    power_uw: ArrayLike,
    power_error_uw: ArrayLike,
    intensity: ArrayLike,
    intensity_error: ArrayLike,
    absorptance: ArrayLike,
    absorptance_error: ArrayLike,
) -> Excitations:
    """Return checked columns; see `Excitations`.

    Raises
    ------
    InputError
        For a value that is not finite, a wavelength, power or error of emission or absorptance that is not above 0, a
        power error below 0, an absorptance of 1 or more, and columns of different length.
    """
    wavelength = positive_array(wavelength_nm, name="wavelength_nm")
    columns = {
        "power_uw": positive_array(power_uw, name="power_uw"),
        "power_error_uw": finite_array(power_error_uw, name="power_error_uw"),
        "intensity": finite_array(intensity, name="intensity"),
        "intensity_error": positive_array(intensity_error, name="intensity_error"),
        "absorptance": finite_array(absorptance, name="absorptance"),
        "absorptance_error": positive_array(absorptance_error, name="absorptance_error"),
    }
    for name, column in columns.items():
        same_shape(wavelength, column, names=("wavelength_nm", name))
    _refuse(columns["power_error_uw"], columns["power_error_uw"] < 0.0, "power_error_uw", "below 0. Correct it")
    whole = columns["absorptance"] >= 1.0
    _refuse(columns["absorptance"], whole, "absorptance", "not below 1. Give fractions, not per cent or absorbances")
    return Excitations(frozen_array(wavelength), **{name: frozen_array(column) for name, column in columns.items()})


def _refuse(column: FloatArray, bad: np.ndarray, name: str, what: str) -> None:
    if bad.any():
        first = int(np.argmax(bad))
        raise InputError(f"{name}, value {first + 1}: {column[first]:g} is {what}.")
