"""η of a single-gap model averaged over ensembles, many at once, each with a width of its own.

For fits and sampling, which evaluate the same average thousands of times: nothing is checked here, and what is not
finite comes back so. `upconversion_efficiency` is the same for one ensemble, to more digits and with checked arguments.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import log_ndtr

from asplab.core.polaron.rates import ensemble
from asplab.core.polaron.rates.records import RateModel
from asplab.core.units import FloatArray, thermal_energy_mev

_TURNS_PER_SCALE = 2.0


def mean_log_efficiency(
    model: RateModel,
    detuning_mev: FloatArray,
    temperature_k: FloatArray,
    *,
    log_scale: FloatArray,
    values: Mapping[str, FloatArray],
    sigma_mev: FloatArray,
    urbach_mev: float,
    accuracy: ensemble.Accuracy | None = None,
) -> FloatArray:
    """Return ln of η = ∫ ρ(E − ΔE) A(E) η(E) dE / ∫ ρ A dE, η = 1 where the laser reaches the gap, (n_points,).

    Parameters
    ----------
    model : RateModel
        One with a single gap.
    detuning_mev, temperature_k, log_scale, sigma_mev : ndarray, shape (n_points,)
        ΔE, T, ln A and the standard deviation of the gaps, above 0; all finite.
    values : mapping of str to ndarray, shape (n_points,)
        Parameters of the model.
    urbach_mev : float
        Urbach energy of the selection; infinite for none.
    """
    single_gap = model.single_gap
    assert single_gap is not None
    is_ratio = model.link == "ratio"

    # Energies in units of each width, so that one routine serves all widths.
    def log_function(energy: FloatArray, points: slice) -> FloatArray:
        physical = energy * sigma_mev[points, None]
        named = {key: value[points, None] for key, value in values.items()}
        rate = log_scale[points, None] + single_gap(physical, temperature_k[points, None], **named)
        log_eta = rate if is_ratio else -np.logaddexp(0.0, -rate)
        return np.asarray(log_eta - physical / urbach_mev)

    centre = detuning_mev / sigma_mev
    shortest = np.minimum(thermal_energy_mev(temperature_k), values.get("phonon_mev", np.inf))
    inside = ensemble.log_mean(
        log_function,
        centre,
        sigma_mev=1.0,
        urbach_mev=np.inf,
        scale_mev=np.minimum(_TURNS_PER_SCALE * shortest / sigma_mev, 1.0),
        accuracy=accuracy,
    )
    selected = _log_selected(detuning_mev, sigma_mev, urbach_mev)
    return np.asarray(np.logaddexp(inside, log_ndtr(-centre)) - selected)


def _log_selected(detuning_mev: FloatArray, sigma_mev: FloatArray, urbach_mev: float) -> FloatArray:
    """Return ln ∫ ρ A dE, the mean absorption of each ensemble."""
    if np.isinf(urbach_mev):
        return np.zeros_like(detuning_mev)
    shift = sigma_mev**2 / urbach_mev
    tail = log_ndtr((detuning_mev - shift) / sigma_mev) - (detuning_mev - 0.5 * shift) / urbach_mev
    return np.asarray(np.logaddexp(tail, log_ndtr(-detuning_mev / sigma_mev)))
