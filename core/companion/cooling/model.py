"""Draws of η over a map, from the posterior of a rate model."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from asplab.core.companion.checks import positive_array
from asplab.core.companion.cooling.between import between_temperatures
from asplab.core.errors import InputError
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.rates import MODELS
from asplab.core.polaron.rates.averages import mean_log_efficiency
from asplab.core.sampling.posterior import Posterior
from asplab.core.units import FloatArray

_WIDTH = "inhomogeneous_mev"


def posterior_eta(
    posterior: Posterior,
    *,
    detuning_mev: ArrayLike,
    temperature_k: ArrayLike,
    fixed: Mapping[str, float],
    most_draws: int,
) -> FloatArray:
    """Return draws of η (n_draws, n_temperatures, n_detunings); NaN where the model has none.

    Between two temperatures of the posterior the scale ln A is interpolated, beyond them that of the nearest one
    holds.

    Parameters
    ----------
    posterior : Posterior
        Of one rate model, with all its draws.
    detuning_mev : array_like, shape (n_detunings,) or (n_temperatures, n_detunings)
        ΔE as the model counts it, from its reference.
    temperature_k : array_like, shape (n_temperatures,)
    fixed : mapping
        Parameters of the model, and the width ``inhomogeneous_mev``, that were not free.
    most_draws : int
        Evenly spaced draws to take; those of `posterior_yield` are the same.

    Raises
    ------
    InputError
        For a model that is a set of lines, a parameter that is neither free nor in ``fixed``, or fewer than two draws.
    """
    model, chosen = MODELS[posterior.record.model], _chosen(posterior, most_draws)
    if model.single_gap is None:
        raise InputError(f"model {model.name} is a set of lines without a smooth η. Choose a model of a single mode.")
    values = {name: quantity.draws[chosen] for name, quantity in posterior.parameters.items()}
    values |= {name: np.full(chosen.size, value) for name, value in fixed.items() if name not in values}
    missing = [name for name in (*model.parameters, _WIDTH) if name not in values]
    if missing:
        raise InputError(f"{missing[0]} is neither free in this posterior nor in fixed. Give the value it was held at.")
    width = values.pop(_WIDTH)
    shape = {name: values[name][:, None, None] for name in model.parameters}
    temperature = positive_array(temperature_k, name="temperature_k")
    detuning = np.atleast_2d(np.asarray(detuning_mev, dtype=np.float64))
    known = posterior.temperatures_k
    with np.errstate(all="ignore"):
        at_centre = model.single_gap(np.full((1, 1, 1), CENTRE_MEV), known[None, :, None], **shape)[..., 0]
        own = posterior.log_scale_level.draws[chosen] - at_centre
        scale = between_temperatures(own, known, temperature)
        if np.all(width == 0.0):
            z = scale[..., None] + model.single_gap(detuning[None], temperature[None, :, None], **shape)
            return np.asarray(np.exp(z) if model.link == "ratio" else expit(z))
    full = (chosen.size, temperature.size, detuning.shape[1])

    def lane(array: FloatArray) -> FloatArray:
        return np.ascontiguousarray(np.broadcast_to(array, full)).ravel()

    log_eta = mean_log_efficiency(
        model,
        lane(detuning[None]),
        lane(temperature[None, :, None]),
        log_scale=lane(scale[..., None]),
        values={name: lane(value) for name, value in shape.items()},
        sigma_mev=np.maximum(lane(width[:, None, None]), 1e-3),
        urbach_mev=float("inf"),
    )
    return np.asarray(np.exp(log_eta).reshape(full))


def posterior_yield(posterior: Posterior, *, temperature_k: ArrayLike, most_draws: int) -> FloatArray:
    """Return draws of the quantum yield (n_draws, n_temperatures), interpolated as the scale in `posterior_eta`."""
    draws = posterior.quantum_yield.draws[_chosen(posterior, most_draws)]
    temperature = positive_array(temperature_k, name="temperature_k")
    full = np.broadcast_to(draws, (len(draws), posterior.temperatures_k.size))
    return between_temperatures(full, posterior.temperatures_k, temperature)


def _chosen(posterior: Posterior, most_draws: int) -> np.ndarray:
    n = len(posterior.chain)
    if most_draws < 2 or n < 2:
        raise InputError(f"{min(n, most_draws)} draws tell no chance; give most_draws of 2 or more.")
    return np.unique(np.linspace(0, n - 1, min(n, most_draws)).astype(int))
