"""Couplings g and phonon energies ħω of several fits with their covariance, and what follows from them.

Errors are first-order ones in (ln g, ln ħω), whose correlation of .95 and more makes all the difference.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.rates import log_rate
from asplab.core.units import FWHM_PER_SIGMA, FloatArray, thermal_energy_mev

_STEP_MEV = 1e-3
_STEP = 1e-4

Slopes = Callable[["Couplings", FloatArray], tuple[FloatArray, FloatArray]]
"""(couplings, detunings (n_fits, n_points)) -> d ln w/dΔE per meV and its gradient (n_fits, n_points, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class Couplings:
    """g and ħω of several fits, each at a temperature; NaN where a fit does not determine them.

    Attributes
    ----------
    temperature_k, log_g, log_phonon : ndarray, shape (n_fits,)
        ln of g and ħω in meV.
    covariance : ndarray, shape (n_fits, 2, 2)
        Of (ln g, ln ħω); NaN where it is not known.
    """

    temperature_k: FloatArray
    log_g: FloatArray
    log_phonon: FloatArray
    covariance: FloatArray

    @property
    def g_mev(self) -> FloatArray:
        """G in meV."""
        return np.asarray(np.exp(self.log_g))

    @property
    def phonon_mev(self) -> FloatArray:
        """Phonon energies in meV."""
        return np.asarray(np.exp(self.log_phonon))

    @property
    def log_polaron_energy(self) -> FloatArray:
        """Ln of E_p = g²/ħω in meV."""
        return 2.0 * self.log_g - self.log_phonon

    def error(self, gradient: FloatArray) -> FloatArray:
        """Return the standard error of what has this gradient in (ln g, ln ħω), shape (n_fits, …, 2)."""
        shaped = self.covariance.reshape(-1, *(1,) * (gradient.ndim - 2), 2, 2)
        variance = (gradient[..., None, :] @ shaped @ gradient[..., :, None])[..., 0, 0]
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def from_mev(
    temperature_k: FloatArray, g_mev: FloatArray, phonon_mev: FloatArray, covariance_mev2: FloatArray
) -> Couplings:
    """Return couplings from values in meV and the covariance of (g, ħω), (n_fits, 2, 2)."""
    size = np.stack([g_mev, phonon_mev], axis=-1)
    covariance = covariance_mev2 / (size[:, :, None] * size[:, None, :])
    return Couplings(temperature_k, np.log(g_mev), np.log(phonon_mev), covariance)


def from_kappa_u(temperature_k: FloatArray, kappa: FloatArray, u: FloatArray, covariance: FloatArray) -> Couplings:
    """Return couplings from (κ, u) of `asplab.core.polaron.logit`; NaN where u = 1/ħω is not positive."""
    safe = np.where(u > 0.0, u, np.nan)
    log_phonon = -np.log(safe)
    with np.errstate(over="ignore", invalid="ignore"):
        log_g = 0.5 * (kappa / safe + np.log(CENTRE_MEV) + log_phonon)
        turn = np.zeros((len(safe), 2, 2))
        turn[:, 0, 0] = 0.5 / safe
        turn[:, 0, 1] = -0.5 * (kappa + safe) / safe**2
        turn[:, 1, 1] = -1.0 / safe
        return Couplings(temperature_k, log_g, log_phonon, turn @ covariance @ turn.transpose(0, 2, 1))


def eq9_slopes(couplings: Couplings, detuning_mev: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return d ln w/dΔE of Eq. 9 and its gradient: −1/kT − 1/(2 ΔE) + ln(E_p/ΔE)/ħω [Zhang 2024, Eq. 9]."""
    inverse = np.exp(-couplings.log_phonon)[:, None]
    height = couplings.log_polaron_energy[:, None] - np.log(detuning_mev)
    value = -1.0 / thermal_energy_mev(couplings.temperature_k)[:, None] - 0.5 / detuning_mev + inverse * height
    gradient = np.stack([np.broadcast_to(2.0 * inverse, value.shape), -inverse * (1.0 + height)], axis=-1)
    return value, gradient


def slopes_of(model: str, others: Mapping[str, FloatArray] | None = None) -> Slopes:
    """Return the slopes of a rate model that has g and ħω: closed for Eq. 9, else by differences.

    ``others`` are its further parameters, (n_fits,) each; their errors do not enter.
    """
    if model == "eq9":
        return eq9_slopes
    further = {name: np.asarray(values)[:, None] for name, values in (others or {}).items()}

    def slopes(couplings: Couplings, detuning_mev: FloatArray) -> tuple[FloatArray, FloatArray]:
        def at(of_g: float, of_phonon: float) -> FloatArray:
            known = np.isfinite(couplings.log_g) & np.isfinite(couplings.log_phonon)
            given: dict[str, Any] = {
                **further,
                "g_mev": np.exp(np.where(known, couplings.log_g, 0.0) + of_g)[:, None],
                "phonon_mev": np.exp(np.where(known, couplings.log_phonon, 0.0) + of_phonon)[:, None],
            }
            temperature = couplings.temperature_k[:, None]
            high = log_rate(model, detuning_mev + _STEP_MEV, temperature, **given)
            low = log_rate(model, detuning_mev - _STEP_MEV, temperature, **given)
            return np.where(known[:, None], (high - low) / (2.0 * _STEP_MEV), np.nan)

        gradient = np.stack([at(_STEP, 0.0) - at(-_STEP, 0.0), at(0.0, _STEP) - at(0.0, -_STEP)], axis=-1)
        return at(0.0, 0.0), gradient / (2.0 * _STEP)

    return slopes


def stokes_shift(couplings: Couplings) -> tuple[FloatArray, FloatArray]:
    """Return 2 S ħω = 2 g²/ħω, absorption maximum minus emission maximum for linear coupling, and its error; meV."""
    value = 2.0 * np.exp(couplings.log_polaron_energy)
    gradient = np.broadcast_to([2.0, -1.0], (len(value), 2))
    return value, value * couplings.error(gradient)


def linewidth(couplings: Couplings) -> tuple[FloatArray, FloatArray]:
    """Return the FWHM of one particle's band, 2.355 ħω √(S coth(ħω/2kT)), and its error; meV [Huang & Rhys 1950]."""
    half = couplings.phonon_mev / (2.0 * thermal_energy_mev(couplings.temperature_k))
    value = FWHM_PER_SIGMA * couplings.g_mev / np.sqrt(np.tanh(half))
    with np.errstate(over="ignore"):
        of_phonon = -half / np.sinh(2.0 * half)
    return value, value * couplings.error(np.stack([np.ones_like(half), of_phonon], axis=-1))


def phonon_numbers(couplings: Couplings, detuning_mev: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return N = ΔE/ħω and its error; one ΔE per fit, meV."""
    value = detuning_mev / couplings.phonon_mev
    return value, value * couplings.error(np.broadcast_to([0.0, 1.0], (len(value), 2)))
