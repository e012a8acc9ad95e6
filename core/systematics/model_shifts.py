"""Effects on what a single-gap model is fitted to: the width of an ensemble of gaps."""

from dataclasses import replace

import numpy as np
from scipy.special import expit, ndtr

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.efficiency.stokes_line import absorbed_light
from asplab.core.errors import AnalysisError
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.responses.stage import Responses
from asplab.core.systematics.shifts import heat_of
from asplab.core.units import FloatArray, thermal_energy_mev

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_WIDTHS = 9.0
"""Standard deviations of the ensemble about its selected centre within which it is averaged."""
_LEAST_POINTS = 2


def tail_energies(efficiency: EfficiencyFit) -> FloatArray:
    """Return the Urbach energy of the absorption of each temperature in meV, (n_temperatures,); NaN where unknown.

    The denominator D of η = N/D is proportional to the absorbed photons; ln D against ΔE is fitted with weights D²/σ²
    where D is determined, two excitations at least. NaN also where absorption does not fall with ΔE.
    """
    n_t, n = efficiency.denominator.shape
    found = np.full(n_t, np.nan)
    if efficiency.responses is None:
        return found
    variance = np.einsum("tii->ti", efficiency.covariance)[:, n:]
    for t in range(n_t):
        use = efficiency.fitted[t] & (efficiency.detuning_mev[t] > 0.0)
        use &= efficiency.denominator[t] > 3.0 * np.sqrt(variance[t])
        if use.sum() < _LEAST_POINTS:
            continue
        value, x = efficiency.denominator[t, use], efficiency.detuning_mev[t, use]
        # Beyond a hundredth the curvature of the tail, not noise, decides what a straight line finds.
        weight = 1.0 / (variance[t, use] / value**2 + 0.01**2)
        centred = x - np.sum(weight * x) / np.sum(weight)
        slope = np.sum(weight * centred * np.log(value)) / np.sum(weight * centred**2)
        if slope < 0.0:
            found[t] = -1.0 / slope
    return found


def ensemble_change(
    efficiency: EfficiencyFit, polaron: PolaronFit, width_mev: float, tail_mev: FloatArray
) -> FloatArray:
    """Return by how much an ensemble of that width moves each η, (n_temperatures, n_anti): ⟨η⟩ − η.

    η is the curve of Eq. 9 fitted to each temperature and ⟨η⟩ its average over the gaps that the laser selects,
    ∫ ρ(E − ΔE) A(E) η(E) dE / ∫ ρ A dE, with A = exp(−E/E_U) and η the curve for E > 0, both 1 for E ≤ 0.
    0 where a temperature has no fit, or ΔE is not above 0.

    Parameters
    ----------
    width_mev : float
        Standard deviation of the gaps, above 0.
    tail_mev : ndarray, shape (n_temperatures,)
        Urbach energy E_U of the selection; NaN for none.
    """
    change = np.zeros_like(efficiency.numerator)
    for t in np.flatnonzero(polaron.fitted):
        thermal = float(thermal_energy_mev(polaron.temperatures_k[t]))
        use = efficiency.valid[t] & (efficiency.detuning_mev[t] > 0.0)
        detuning = efficiency.detuning_mev[t, use]
        single = eq9_eta(detuning, polaron.parameters[t], thermal)
        change[t, use] = ensemble_eta(detuning, polaron.parameters[t], thermal, width_mev, tail_mev[t]) - single
    return change


def change_eta(efficiency: EfficiencyFit, change: FloatArray) -> Responses:
    """Return the responses with each η moved by ``change`` and the absorption kept.

    More light takes heat away: I gains D δη/hν, and PA loses s hν₀ times that, so that D = PA/s + hν₀ I stays.

    Raises
    ------
    AnalysisError
        Where η does not come from responses.
    """
    responses, line = efficiency.responses, efficiency.line
    if responses is None or line is None:
        raise AnalysisError("η does not come from responses, so they can't be moved with it.")
    ns = responses.n_stokes
    light = np.zeros_like(responses.intensity)
    denominator = absorbed_light(responses, line)[:, ns:]
    use = responses.valid[:, ns:] & np.isfinite(denominator)
    light[:, ns:] = np.where(use, denominator * change / np.where(use, responses.excitation_mev[:, ns:], 1.0), 0.0)
    heat = heat_of(line)[:, None] * light
    return replace(responses, intensity=responses.intensity + light, absorbed=responses.absorbed - heat)


def eq9_eta(detuning_mev: FloatArray, parameters: FloatArray, thermal_mev: float) -> FloatArray:
    """Return η of Eq. 9 at ΔE above 0 with parameters (L₀, κ, u) of `asplab.core.polaron.logit`."""
    scale, kappa, u = parameters
    step, logarithm = detuning_mev - CENTRE_MEV, np.log(detuning_mev / CENTRE_MEV)
    logit = scale - 0.5 * logarithm + (kappa - 1.0 / thermal_mev) * step - u * (detuning_mev * logarithm - step)
    return np.asarray(expit(logit))


def ensemble_eta(
    detuning_mev: FloatArray, parameters: FloatArray, thermal_mev: float, width_mev: float, tail_mev: float
) -> FloatArray:
    """Return ⟨η⟩ of `ensemble_change` at ΔE above 0; Gauss-Legendre in √E, in which η is smooth at E = 0."""
    rate = 1.0 / tail_mev if np.isfinite(tail_mev) else 0.0
    centre = np.maximum(detuning_mev - width_mev**2 * rate, 0.0)
    low = np.sqrt(np.maximum(centre - _WIDTHS * width_mev, 0.0))[:, None]
    high = np.sqrt(centre + _WIDTHS * width_mev)[:, None]
    root = 0.5 * (high + low) + 0.5 * (high - low) * _NODES
    energy = root**2
    exponent = -0.5 * ((energy - detuning_mev[:, None]) / width_mev) ** 2 - rate * energy
    density = np.exp(exponent) * (high - low) * root * _WEIGHTS / (width_mev * np.sqrt(2.0 * np.pi))
    above = ndtr(-detuning_mev / width_mev)
    upper = np.sum(density * eq9_eta(energy, parameters, thermal_mev), axis=1) + above
    return np.asarray(upper / (density.sum(axis=1) + above))
