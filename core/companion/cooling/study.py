"""The map of net cooling of an analysis: its axes, and what resampled repeats or a posterior make of it."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.cooling.between import between_temperatures
from asplab.core.companion.cooling.chance import CoolingMap, cooling_map
from asplab.core.companion.cooling.model import posterior_eta, posterior_yield
from asplab.core.companion.cooling.repeats import resampled_model
from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.polaron.comparison.options import DEFAULT_FIXED
from asplab.core.progress import Progress
from asplab.core.sampling.posterior import Posterior
from asplab.core.units import FloatArray

DRAWS = 400
"""A chance of 1 in 100 is then known to 0.5 in 100."""
_ROWS, _COLUMNS = 31, 48
_BEYOND_K, _BEYOND = 15.0, 0.25
"""How far the map goes beyond what was measured: in temperature, and as a part of the largest ΔE."""
_LEAST_MEV, _LEAST_K = 2.0, 5.0


@dataclass(frozen=True, slots=True, eq=False)
class MapAxes:
    """Where the map is read.

    Attributes
    ----------
    temperature_k : ndarray, shape (n_temperatures,)
    detuning_mev : ndarray, shape (n_detunings,)
        From the mean emitted energy.
    photon_mev : ndarray, shape (n_temperatures,)
        Mean emitted energy.
    from_reference_mev : ndarray, shape (n_temperatures, n_detunings)
        The same places as the model counts ΔE.
    measured_k, low_mev, high_mev : ndarray, shape (n_measured,)
        Temperatures whose η is known, and between which ΔE.
    """

    temperature_k: FloatArray
    detuning_mev: FloatArray
    photon_mev: FloatArray
    from_reference_mev: FloatArray
    measured_k: FloatArray
    low_mev: FloatArray
    high_mev: FloatArray

    @property
    def is_further(self) -> np.ndarray:
        """Where ΔE is larger than any that was measured at that temperature, (n_temperatures, n_detunings)."""
        order = np.argsort(self.measured_k)
        highest = np.interp(self.temperature_k, self.measured_k[order], self.high_mev[order])
        return np.asarray(self.detuning_mev > highest[:, None])


def map_axes(results: Results) -> MapAxes:
    """Return axes a little wider than what was measured.

    Raises
    ------
    AnalysisError
        Where no heat balance is known.
    """
    found, fit, responses = results.cooling, results.efficiency, results.responses
    known = None if found is None else np.isfinite(found.product) & np.isfinite(found.detuning_mev)
    if found is None or fit is None or responses is None or known is None or not known.any():
        raise AnalysisError("no heat balance is known, so there is nothing to map. η and QY are needed.")
    rows = np.flatnonzero(known.any(axis=1))
    kelvin = fit.temperatures_k[rows]
    low, high = (np.array([end(found.detuning_mev[t, known[t]]) for t in rows]) for end in (np.min, np.max))
    temperature = np.linspace(max(kelvin.min() - _BEYOND_K, _LEAST_K), kelvin.max() + _BEYOND_K, _ROWS)
    detuning = np.linspace(_LEAST_MEV, (1.0 + _BEYOND) * float(high.max()), _COLUMNS)
    photon = between_temperatures(responses.mean_photon_mev[None, rows], kelvin, temperature)[0]
    reference = between_temperatures(responses.reference_mev[None, rows], kelvin, temperature)[0]
    moved = detuning + (reference - photon)[:, None]
    return MapAxes(temperature, detuning, photon, moved, kelvin, low, high)


def map_of_repeats(results: Results, *, draws: int, seed: int, progress: Progress | None = None) -> CoolingMap:
    """Return the map of net cooling from resampled repeats; raises as `map_axes` and `resampled_model`."""
    axes = map_axes(results)
    model = resampled_model(results, draws=draws, seed=seed, progress=progress or Progress())
    place = axes.from_reference_mev, axes.temperature_k
    eta = np.where(axes.is_further & model.grows_again(*place), np.nan, model.eta(*place))
    return _mapped(axes, eta, model.yields(axes.temperature_k))


def map_of_posterior(results: Results, posterior: Posterior) -> CoolingMap:
    """Return the map of net cooling from a sampled posterior; raises as `map_axes` and `posterior_eta`."""
    axes = map_axes(results)
    fixed = {**DEFAULT_FIXED, "inhomogeneous_mev": results.document.settings.models.inhomogeneous_mev}
    eta = posterior_eta(
        posterior,
        detuning_mev=axes.from_reference_mev,
        temperature_k=axes.temperature_k,
        fixed=fixed,
        most_draws=DRAWS,
    )
    # Eq. 9 and its like hold below the gap only.
    eta = np.where(axes.from_reference_mev > 0.0, eta, np.nan)
    return _mapped(axes, eta, posterior_yield(posterior, temperature_k=axes.temperature_k, most_draws=DRAWS))


def _mapped(axes: MapAxes, eta: FloatArray, yields: FloatArray) -> CoolingMap:
    return cooling_map(
        eta,
        yields,
        temperature_k=axes.temperature_k,
        detuning_mev=axes.detuning_mev,
        photon_mev=axes.photon_mev,
        measured_k=axes.measured_k,
        measured_low_mev=axes.low_mev,
        measured_high_mev=axes.high_mev,
    )
