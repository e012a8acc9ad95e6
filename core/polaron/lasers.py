"""Which excitations are of one laser line, whose wavelength has one error at all temperatures."""

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.units import FloatArray

_SAME_LASER_NM = 0.02
"""Excitations of several temperatures that lie closer are of one laser line."""


def shared_lasers(efficiency: EfficiencyFit, use: np.ndarray) -> FloatArray | None:
    """Return which points (n_temperatures, n_points, n_lasers) each laser excites that serves several temperatures.

    None where the errors of ΔE are not those of lasers, or no laser does.
    """
    if efficiency.responses is None or not np.any(efficiency.detuning_error_mev[use] > 0.0):
        return None
    return serving_several(efficiency.excitation_nm, use)


def serving_several(wavelength_nm: FloatArray, use: np.ndarray) -> FloatArray | None:
    """Return 1 where a laser that serves several temperatures excites a place; None where no laser does.

    Parameters
    ----------
    wavelength_nm : ndarray, shape (n_temperatures, n_places)
    use : ndarray of bool, shape (n_temperatures, n_places)

    Returns
    -------
    ndarray, shape (n_temperatures, n_places, n_lasers), or None
    """
    laser = laser_numbers(wavelength_nm, use)
    members = (laser[:, :, None] == np.arange(int(laser.max(initial=-1)) + 1)) & use[:, :, None]
    several = members.any(axis=1).sum(axis=0) > 1
    return members[:, :, several] * 1.0 if several.any() else None


def laser_numbers(wavelength_nm: FloatArray, use: np.ndarray) -> np.ndarray:
    """Return a number for each laser by ascending wavelength, (n_temperatures, n_places); −1 where not in use."""
    known = np.unique(wavelength_nm[use])
    first = known[np.diff(known, prepend=-np.inf) > _SAME_LASER_NM]
    return np.asarray(np.where(use, np.searchsorted(first, wavelength_nm, side="right") - 1, -1))
