"""η by detailed balance held against η of the photothermal analysis, at the excitations that both know."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

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
    use = np.flatnonzero(fit.fitted[t] & np.isfinite(fit.eta[t]) & inside & near.any(axis=1))
    if use.size < _LEAST_POINTS:
        return None
    # Weights of the noise: between energies it is independent, and what is common averages to itself.
    weights = near[use] / found.noise_error**2
    weights = weights / weights.sum(axis=1, keepdims=True)
    eta, common = weights @ found.eta, weights @ found.common.T
    covariance = (weights * found.noise_error**2) @ weights.T + common @ common.T
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


def _told(tail: Tail, count: int, chance: float) -> str:
    of = f" of the {tail.sample.medium}" if tail.sample.medium else ""
    told = chance_text("chance", chance)
    if chance >= FALSE_ALARM:
        return f"η by detailed balance{of} and photothermal η agree at {count} excitations ({told})."
    return (
        f"η by detailed balance{of} and photothermal η differ at {count} excitations ({told}): another η "
        "at the match, a temperature that is off, or absorption that neither heats nor emits."
    )
