"""η by detailed balance held against η of the photothermal analysis, at the excitations that both know."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from asplab.core.companion.absorption.reciprocity import Reciprocity
from asplab.core.companion.absorption.tail import Tail
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.rounding import chance_text
from asplab.core.statistics.chance import FALSE_ALARM
from asplab.core.units import FloatArray

_NEAR_MEV = 5.0
"""η by detailed balance is averaged this near to an excitation."""
_LEAST_POINTS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Both η at excitations (n,).

    Attributes
    ----------
    detuning_mev : ndarray, shape (n,)
    eta, eta_error : ndarray, shape (n,)
        By detailed balance.
    photothermal, photothermal_error : ndarray, shape (n,)
    chance : float
        Of differences as large as these, with what the points of each have in common.
    sentence : str
    """

    detuning_mev: FloatArray
    eta: FloatArray
    eta_error: FloatArray
    photothermal: FloatArray
    photothermal_error: FloatArray
    chance: float
    sentence: str


def agreement(tail: Tail, fit: EfficiencyFit) -> Agreement | None:
    """Compare at the temperature of a tail; None where fewer than two excitations lie in its wing."""
    found, t = tail.eta, tail.sample.temperature
    if found is None or t is None:
        return None
    detuning = tail.reference_mev - found.energy_mev
    near = np.abs(fit.detuning_mev[t][:, np.newaxis] - detuning) <= _NEAR_MEV
    inside = (fit.detuning_mev[t] >= detuning.min()) & (fit.detuning_mev[t] <= detuning.max())
    # Where noise outweighs the coupled absorption there is no average.
    is_seen = near @ (found.eta**3 / found.noise_error**2) > 0.0
    use = np.flatnonzero(fit.fitted[t] & np.isfinite(fit.eta[t]) & inside & is_seen)
    if use.size < _LEAST_POINTS:
        return None
    eta, gradient = _averaged(found, near[use])
    common = gradient @ found.common.T
    covariance = (gradient * found.noise_error**2) @ gradient.T + common @ common.T
    own = fit.eta_covariance[t][np.ix_(use, use)]
    difference, total = eta - fit.eta[t][use], covariance + own
    chi2 = float(difference @ np.linalg.solve(total, difference))
    chance = float(chdtrc(use.size, chi2))
    return Agreement(
        detuning_mev=fit.detuning_mev[t][use],
        eta=eta,
        eta_error=np.sqrt(np.diag(covariance)),
        photothermal=fit.eta[t][use],
        photothermal_error=np.sqrt(np.diag(own)),
        chance=chance,
        sentence=_told(tail, use.size, chance),
    )


def _averaged(found: Reciprocity, near: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Return averages (n,) of η over the points near each excitation, and what they change with each η, (n, points).

    η is coupled over total absorption, and where both are weak the noise is that of the total. So 1/η is averaged: its
    error does not follow its own fluctuation, as that of η does, which would favour what is low by chance.
    """
    inverse_weight = near * found.eta**4 / found.noise_error**2
    # The weighted mean of 1/η, without dividing by an η that may be zero.
    inverse = (near * found.eta**3 / found.noise_error**2).sum(axis=1) / inverse_weight.sum(axis=1)
    eta = 1.0 / inverse
    by_each = near * found.eta**2 / found.noise_error**2 / inverse_weight.sum(axis=1, keepdims=True)
    return eta, eta[:, np.newaxis] ** 2 * by_each


def _told(tail: Tail, count: int, chance: float) -> str:
    of = f" of the {tail.sample.medium}" if tail.sample.medium else ""
    told = chance_text("chance", chance)
    if chance >= FALSE_ALARM:
        return f"η by detailed balance{of} and photothermal η agree at {count} excitations ({told})."
    return (
        f"η by detailed balance{of} and photothermal η differ at {count} excitations ({told}): another η "
        "at the match, a temperature that is off, or absorption that neither heats nor emits."
    )
