"""What a posterior is conditioned on: (I, PA) of Stokes and anti-Stokes excitations with their full covariance."""

from dataclasses import dataclass

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.polaron.lasers import serving_several
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.responses.stage import Responses
from asplab.core.units import FloatArray

_ROUNDING = 1e-7
"""Relative error that responses have at least: data without noise must not make the covariance singular."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Responses of the chosen temperatures, Stokes columns first; both responses of a place share one scale factor.

    Attributes
    ----------
    temperatures_k, photon_mev, photon_error_mev, reference_error_mev, slope : ndarray, shape (n_temperatures,)
        ``photon_mev`` is the mean emitted photon energy, ``slope`` that of the fitted Stokes line.
    energy_mev, light, heat, own_error_mev : ndarray, shape (n_temperatures, n_places)
        Photon energy, I, PA, and the error of the photon energy by itself.
    light_light, light_heat, heat_heat : ndarray, shape (n_temperatures, n_places, n_places)
        Quarters of the covariance, without what errors of photon energies do. A place that is not in use has I of unit
        variance and nothing else.
    misread : ndarray, shape (n_temperatures, n_places)
        By how much PA is too large where its photon energy is one standard error above the stated one.
    laser : ndarray, shape (n_temperatures, n_places, n_lasers), or None
        1 where a laser that serves several temperatures, with one error of its wavelength, excites a place; lasers in
        the order of the first place of each.
    detuning_mev : ndarray, shape (n_temperatures, n_anti)
    columns : ndarray of int, shape (n_anti,)
        Which anti-Stokes place of the analysis each one is.
    use : ndarray of bool, shape (n_temperatures, n_places)
    leak : tuple of ndarray, shape (n_temperatures, n_places) each, or None
        By how much I and PA move with one standard error of a measured leak that temperatures share; no part of the
        covariance.
    """

    temperatures_k: FloatArray
    photon_mev: FloatArray
    photon_error_mev: FloatArray
    reference_error_mev: FloatArray
    slope: FloatArray
    energy_mev: FloatArray
    light: FloatArray
    heat: FloatArray
    own_error_mev: FloatArray
    light_light: FloatArray
    light_heat: FloatArray
    heat_heat: FloatArray
    misread: FloatArray
    laser: FloatArray | None
    detuning_mev: FloatArray
    columns: np.ndarray
    use: np.ndarray
    leak: tuple[FloatArray, FloatArray] | None = None

    @property
    def n_stokes(self) -> int:
        """How many of the places are Stokes excitations."""
        return int(self.use.shape[1]) - len(self.columns)


def usable_places(efficiency: EfficiencyFit, detuning_range_mev: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return which Stokes and which anti-Stokes excitations take part, (n_temperatures, n_stokes or n_anti).

    Raises
    ------
    AnalysisError
        When η was given as a table, without responses.
    """
    responses = efficiency.responses
    if responses is None:
        raise AnalysisError(
            "sampling starts from emission and photothermal responses; this document gives η itself. Use profile "
            "intervals, or supply the responses."
        )
    ns = responses.n_stokes
    low, high = detuning_range_mev
    stokes = responses.fitted[:, :ns] & (responses.intensity[:, :ns] != 0.0)
    detuning = efficiency.detuning_mev
    with np.errstate(invalid="ignore"):
        anti = efficiency.fitted & (detuning > 0.0) & (detuning >= low) & (detuning <= high)
    return stokes, np.asarray(anti)


def measured(efficiency: EfficiencyFit, rows: np.ndarray, stokes: np.ndarray, anti: np.ndarray) -> Measured:
    """Collect the responses of the temperatures ``rows``; ``stokes`` and ``anti`` say which places are used."""
    responses = efficiency.responses
    assert responses is not None
    ns, n = responses.n_stokes, responses.valid.shape[1]
    place_use = np.concatenate([stokes, anti], axis=1)[rows]
    places = np.flatnonzero(place_use.any(axis=0))
    use = place_use[:, places]
    columns = places[places >= ns] - ns
    energy = np.where(use, responses.excitation_mev[np.ix_(rows, places)], 1.0)
    slope = efficiency.slope[rows]
    light, heat, scale = _scaled(responses, rows, places, use, energy * slope[:, None])
    weight = scale[:, :, None] * scale[:, None, :]
    covariance, leak = _without_leak(responses, rows)
    upper, lower = places, n + places

    def quarter(first: np.ndarray, second: np.ndarray, least: FloatArray) -> FloatArray:
        result = np.asarray(covariance[:, first[:, None], second] * weight)
        np.einsum("tii->ti", result)[...] += least
        return result

    least_light = np.where(use, (_ROUNDING / (energy * slope[:, None])) ** 2, 1.0)
    own_error = np.where(use, responses.excitation_error_mev[np.ix_(rows, places)], 0.0)
    misread = np.where(own_error > 0.0, responses.misread[np.ix_(rows, places)] * scale, 0.0)
    least_heat = np.where(use, _ROUNDING**2, 0.0) - misread**2
    used_anti = anti[np.ix_(rows, columns)]
    return Measured(
        temperatures_k=efficiency.temperatures_k[rows],
        photon_mev=responses.mean_photon_mev[rows],
        photon_error_mev=np.nan_to_num(responses.mean_photon_error_mev[rows]),
        reference_error_mev=np.nan_to_num(responses.reference_error_mev[rows]),
        slope=slope,
        energy_mev=energy,
        light=light,
        heat=heat,
        own_error_mev=own_error,
        light_light=quarter(upper, upper, least_light),
        light_heat=quarter(upper, lower, np.zeros(use.shape)),
        heat_heat=quarter(lower, lower, least_heat),
        misread=misread,
        laser=_shared_lasers(responses.excitation_nm[np.ix_(rows, places)], use, own_error),
        detuning_mev=np.where(used_anti, efficiency.detuning_mev[np.ix_(rows, columns)], CENTRE_MEV),
        columns=columns,
        use=use,
        leak=None if leak is None else (leak[:, upper] * scale, leak[:, lower] * scale),
    )


def _without_leak(responses: Responses, rows: np.ndarray) -> tuple[FloatArray, FloatArray | None]:
    """Return the covariance of the temperatures ``rows`` apart from a leak they share, and what its error does."""
    covariance, leak = responses.covariance[rows], responses.leak_error
    if leak is None or len(rows) < 2 or not leak.any():
        return covariance, None
    own = leak[rows]
    return covariance - own[:, :, None] * own[:, None, :], own


def _shared_lasers(wavelength_nm: FloatArray, use: np.ndarray, own_error: FloatArray) -> FloatArray | None:
    """Return the lasers that serve several temperatures where wavelengths carry errors, by the first place of each."""
    laser = serving_several(wavelength_nm, use) if own_error.any() else None
    if laser is None:
        return None
    return np.asarray(laser[:, :, np.argsort(laser.any(axis=0).argmax(axis=0), kind="stable")])


def _scaled(
    responses: Responses, rows: np.ndarray, places: np.ndarray, use: np.ndarray, to_heat: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return I, PA and the factor that brings each place to unit size; ``to_heat`` turns I into units of PA."""
    n = responses.valid.shape[1]
    light, heat = responses.intensity[np.ix_(rows, places)], responses.absorbed[np.ix_(rows, places)]
    variance = np.einsum("tii->ti", responses.covariance[rows])
    size = np.sqrt((to_heat * light) ** 2 + heat**2 + to_heat**2 * variance[:, places] + variance[:, n + places])
    scale = np.where(use & (size > 0.0), 1.0 / np.where(size > 0.0, size, 1.0), 0.0)
    return light * scale, heat * scale, scale
