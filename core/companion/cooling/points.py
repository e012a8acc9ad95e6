"""Net cooling at each excitation, with an error that knows how η and the quantum yield hang together.

η_c = η QY ⟨E⟩/hν − 1 is the heat taken away per absorbed energy. Where both come from R the yield ⟨E⟩ cancels and
η_c = −(PA/s)/(PA/s + hν₀ I): its sign is that of −PA, and its error near zero is that of PA alone. Errors of η and QY
taken as independent are too large there.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from asplab.core.cooling import cooling_efficiency, cooling_threshold
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError, InputError
from asplab.core.experiment import frozen_array
from asplab.core.rounding import number_with_error
from asplab.core.units import FloatArray

SIGNIFICANT = 3.0
"""Standard errors from 0 from which on cooling, or heating, counts as seen."""
_MOST_ERRORS = 20.0
"""The largest distance that is told as a number."""


@dataclass(frozen=True, slots=True, eq=False)
class CoolingPoints:
    """Net cooling of excitations below the gap; arrays of one shape, NaN where nothing is known.

    Attributes
    ----------
    detuning_mev : ndarray
        Mean emitted photon energy less that of the excitation: what counts for heat, not the ΔE from the peak.
    photon_mev : ndarray
        Mean energy of an emitted photon.
    product, product_error : ndarray
        η QY.
    threshold : ndarray
        η QY above which the sample cools.
    efficiency, efficiency_error : ndarray
        η_c; above 0 the light carries away more than was absorbed.
    chance : ndarray
        Of net cooling, for normal errors.
    """

    detuning_mev: FloatArray
    photon_mev: FloatArray
    product: FloatArray
    product_error: FloatArray
    threshold: FloatArray
    efficiency: FloatArray
    efficiency_error: FloatArray
    chance: FloatArray

    @property
    def significance(self) -> FloatArray:
        """Standard errors of η_c above 0."""
        return np.asarray(self.efficiency / self.efficiency_error)

    @property
    def cools(self) -> np.ndarray:
        """Where net cooling is seen."""
        return np.asarray(self.significance > SIGNIFICANT)

    @property
    def nearest(self) -> tuple[int, ...]:
        """Place of the surest cooling; where η_c is nowhere above 0, that of the largest η_c."""
        known = np.isfinite(self.efficiency)
        found = self.significance if np.any(self.efficiency[known] > 0.0) else self.efficiency
        return tuple(int(k) for k in np.unravel_index(int(np.argmax(np.where(known, found, -np.inf))), known.shape))

    def sentence(self, place: tuple[int, ...]) -> str:
        """Say of one place whether it cools, heats, or is open, and by how much."""
        if not np.isfinite(self.efficiency[place]):
            return f"at ⟨E⟩ − hν = {self.detuning_mev[place]:.1f} meV η·QY is not determined, and net cooling neither."
        found = number_with_error(float(self.product[place]), float(self.product_error[place]))
        against = (
            f"η·QY is {found} against {self.threshold[place]:.4f} at ⟨E⟩ − hν = {self.detuning_mev[place]:.1f} meV"
        )
        away = float(self.significance[place])
        if away > SIGNIFICANT:
            return f"{against}: net cooling, {_apart(away)} from none."
        if away < -SIGNIFICANT:
            return f"{against}: net heating, {_apart(away)} from cooling."
        chance = min(max(float(self.chance[place]), 0.01), 0.99)
        return (
            f"{against}: neither cooling nor heating is sure ({chance:.0%} for cooling). More repeats of the "
            "photothermal signal there would decide."
        )


def _apart(significance: float) -> str:
    """Return a distance in words; so far out an error bar holds what is random at the most."""
    size = abs(significance)
    told = f"more than {_MOST_ERRORS:.0f}" if size > _MOST_ERRORS else f"{size:.1f}"
    return f"{told} standard errors (statistical)"


def cooling_points(
    eta: ArrayLike,
    quantum_yield: ArrayLike,
    *,
    eta_error: ArrayLike,
    quantum_yield_error: ArrayLike,
    covariance: ArrayLike,
    detuning_mev: ArrayLike,
    photon_mev: ArrayLike,
    photon_error_mev: ArrayLike,
) -> CoolingPoints:
    """Return net cooling of η and quantum yields; all arguments broadcast.

    Parameters
    ----------
    eta, eta_error, quantum_yield, quantum_yield_error : array_like
    covariance : array_like
        Of η and the yield: 0 for a yield measured apart, negative where both come from R.
    detuning_mev, photon_mev : array_like
        As in `CoolingPoints`, in meV.
    photon_error_mev : array_like
        0 where the yield comes from R, whose intercept QY ⟨E⟩ does not know ⟨E⟩.

    Raises
    ------
    InputError
        For an error below 0, a covariance larger than both errors allow, and a detuning that is no excitation.
    """
    arrays = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (eta, quantum_yield, eta_error, quantum_yield_error)),
        *(np.asarray(x, dtype=np.float64) for x in (covariance, detuning_mev, photon_mev, photon_error_mev)),
    )
    _check(*arrays[2:])
    eta_, yield_, eta_error_, yield_error, together, detuning, photon, photon_error = arrays
    variance = (yield_ * eta_error_) ** 2 + (eta_ * yield_error) ** 2 + 2.0 * eta_ * yield_ * together
    threshold = cooling_threshold(detuning, photon)
    product = eta_ * yield_
    # The threshold is hν/⟨E⟩: an error of ⟨E⟩ alone moves it.
    moved = product * photon_error / photon
    return _points(detuning, photon, product, np.sqrt(np.maximum(variance, 0.0) + moved**2), threshold)


def measured_cooling(fit: EfficiencyFit) -> CoolingPoints:
    """Return net cooling at every place of an analysis, (n_temperatures, n_anti), with the full covariance.

    Raises
    ------
    AnalysisError
        Where η was given as a table: how its errors hang together with those of the yield is not known then. Use
        `cooling_points` with what is known.
    """
    responses, line = fit.responses, fit.line
    if responses is None or line is None:
        raise AnalysisError(
            "η was read from a table, which does not tell how its errors and those of the quantum yield hang together. "
            "Give that covariance, or begin with emission and photothermal signal."
        )
    ns, n = responses.n_stokes, responses.valid.shape[1]
    light, slope, intercept = responses.intensity[:, ns:], line.slope[:, None], line.intercept_mev[:, None]
    heat = responses.absorbed[:, ns:] / slope
    emitted = intercept * light
    total = np.where(fit.valid, heat + emitted, np.nan)
    # 1 + η_c = emitted/(heat + emitted) follows both.
    with_emitted, with_heat = heat / total**2, -emitted / total**2
    rows, columns = np.arange(light.shape[1]), ns + np.arange(light.shape[1])
    gradient = (with_emitted * light)[:, :, None] * line.gradient[:, None, 1]
    gradient = gradient - (with_heat * heat / slope)[:, :, None] * line.gradient[:, None, 0]
    gradient[:, rows, columns] += with_emitted * intercept
    gradient[:, rows, n + columns] += with_heat / slope
    variance = np.einsum("tji,tik,tjk->tj", np.nan_to_num(gradient), line.response_covariance, np.nan_to_num(gradient))
    photon = np.broadcast_to(responses.mean_photon_mev[:, None], light.shape)
    if fit.is_shared:
        with_intercept = with_emitted * light - with_heat * heat / slope * line.slope_follows[:, None]
        variance = variance + (with_intercept * photon * fit.quantum_yield_error[:, None]) ** 2
    detuning = photon - responses.excitation_mev[:, ns:]
    threshold = cooling_threshold(detuning, photon)
    determined = np.isfinite(total) & ~fit.flag_table[:, :, 0]
    product = np.where(determined, emitted / total * threshold, np.nan)
    return _points(detuning, photon, product, np.where(determined, np.sqrt(variance) * threshold, np.nan), threshold)


def _points(
    detuning: FloatArray, photon: FloatArray, product: FloatArray, error: FloatArray, threshold: FloatArray
) -> CoolingPoints:
    efficiency = cooling_efficiency(product, 1.0, detuning, photon)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = norm.cdf(efficiency * threshold / error)
    return CoolingPoints(
        detuning_mev=frozen_array(detuning),
        photon_mev=frozen_array(photon),
        product=frozen_array(product),
        product_error=frozen_array(error),
        threshold=frozen_array(threshold),
        efficiency=frozen_array(efficiency),
        efficiency_error=frozen_array(error / threshold),
        chance=frozen_array(chance),
    )


def _check(
    eta_error: FloatArray,
    yield_error: FloatArray,
    together: FloatArray,
    detuning: FloatArray,
    photon: FloatArray,
    photon_error: FloatArray,
) -> None:
    for name, error in (
        ("eta_error", eta_error),
        ("quantum_yield_error", yield_error),
        ("photon_error_mev", photon_error),
    ):
        if np.any(error < 0.0):
            raise InputError(f"{name} is {error.min():g}; an error is 0 or above. Correct it.")
    if np.any(np.abs(together) > eta_error * yield_error * (1.0 + 1e-9)):
        worst = float(np.max(np.abs(together) - eta_error * yield_error))
        raise InputError(f"covariance exceeds the product of both errors by {worst:.2g}; it can't. Give a covariance.")
    if np.any(photon <= 0.0) or np.any(detuning >= photon):
        raise InputError(
            f"detuning_mev reaches {np.max(detuning):g} and photon_mev {np.min(photon):g}; photon energies are above 0 "
            "and above every detuning. Give both in meV."
        )
