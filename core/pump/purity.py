"""How much of η a laser leak above the gap could fake, and how well the leak would have to be rejected.

A part ε of the pump above the gap excites like a Stokes excitation and adds ε I_S and ε PA_S to every anti-Stokes
excitation. With N = hν I and D = PA/s + hν₀ I, η = N/D, that is ε hν I_S to N and ε D_S to D: the further the
absorption has fallen, the more of it is the leak's, and η runs to 1.
"""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.efficiency.stokes_line import absorbed_light, lowest_stokes
from asplab.core.problems import Problem, join_places
from asplab.core.settings import PumpSettings
from asplab.core.systematics.model_shifts import tail_energies
from asplab.core.units import FloatArray

_CURVE_POINTS = 121
TYPICAL_OD = 4.0
"""Rejection that a bare tunable filter reaches: only a leak that would need more is worth telling."""
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PurityBound:
    """What a leak could do to each η; arrays of shape (n_temperatures, n_anti) are NaN where η is not determined.

    Attributes
    ----------
    leak : float or None
        Largest part ε of the pump above the gap, 10^−OD; None where no rejection is stated.
    curve_mev : ndarray, shape (n_points,)
    curve_eta : ndarray, shape (n_temperatures, n_points)
        η that a leak ε alone would show, were no light up-converted: the region below it can be faked. From the Urbach
        tail of the absorption; NaN without a leak, or without a tail.
    leak_share : ndarray
        Largest part of η, in units of η = 1, that can be the leak's; 0 where taking one out would raise η.
    is_possible : ndarray of bool
        Where that is more than the standard error of η, or than half of η.
    required_od : ndarray
        Rejection from which that is no longer so; −∞ where any leak is harmless.
    needs : str
        The place that needs the best rejection, in words; empty where 4 OD do.
    """

    leak: float | None
    curve_mev: FloatArray
    curve_eta: FloatArray
    leak_share: FloatArray
    is_possible: np.ndarray
    required_od: FloatArray
    needs: str = ""
    problems: tuple[Problem, ...] = ()


def bound_leak(efficiency: EfficiencyFit, settings: PumpSettings) -> PurityBound:
    """Bound what a leak of the stated rejection, or of any, could do to every η.

    A leak that was measured is subtracted before; what is left of it has its error there, and no bound.
    """
    od = settings.rejection_od
    leak = None if od is None or settings.subtracted_leak_ppm is not None else 10.0**-od
    light, heat = _of_leak(efficiency)
    determined = efficiency.valid & ~efficiency.flag_table[..., FLAGS.index("not_determined")]
    known = determined & (heat > 0.0) & (efficiency.denominator > 0.0)
    eta = np.where(known, efficiency.eta, np.nan)
    allowed = allowed_share(efficiency.eta_error, eta)
    share = _share(efficiency, light, heat, leak, eta)
    required = np.where(known & (eta > 0.0), _required_od(efficiency, light, heat, eta, allowed), np.nan)
    possible = np.nan_to_num(share) > np.nan_to_num(allowed, nan=np.inf)
    curve_mev, curve_eta = _curve(efficiency, light, heat, leak)
    bound = PurityBound(leak, curve_mev, curve_eta, share, possible, required, _needs(efficiency, required))
    return bound if leak is None else _told(bound, efficiency, od)


def allowed_share(eta_error: FloatArray, eta: FloatArray) -> FloatArray:
    """Return the part of η, in units of η = 1, from which a leak is told: its standard error, or half of it."""
    return np.minimum(eta_error, _HALF * np.maximum(eta, 0.0))


def _of_leak(efficiency: EfficiencyFit) -> tuple[FloatArray, FloatArray]:
    """Return what a leak of 1 would add to N and D, (n_temperatures, n_anti) each; 0 without Stokes responses."""
    responses, line = efficiency.responses, efficiency.line
    nothing = np.zeros_like(efficiency.numerator)
    if responses is None or line is None or responses.n_stokes == 0:
        return nothing, nothing
    rows = np.arange(len(nothing))
    lowest, is_there = lowest_stokes(responses)
    emitted = responses.intensity[rows, lowest]
    heat = np.nan_to_num(absorbed_light(responses, line)[rows, lowest])
    use = efficiency.valid & (is_there & (heat > 0.0))[:, None]
    photon = responses.excitation_mev[:, responses.n_stokes :]
    return np.where(use, photon * emitted[:, None], 0.0), np.where(use, heat[:, None], 0.0)


def _share(
    efficiency: EfficiencyFit, light: FloatArray, heat: FloatArray, leak: float | None, eta: FloatArray
) -> FloatArray:
    """Return η less the η that is left without the leak; the whole of it where the leak could be everything."""
    if leak is None:
        return np.full(eta.shape, np.nan)
    numerator = np.maximum(efficiency.numerator - leak * light, 0.0)
    denominator = efficiency.denominator - leak * heat
    left = np.where(denominator > 0.0, numerator / np.where(denominator > 0.0, denominator, 1.0), 0.0)
    return np.where(np.isnan(eta), np.nan, np.maximum(np.maximum(eta, 0.0) - left, 0.0))


def _required_od(
    efficiency: EfficiencyFit, light: FloatArray, heat: FloatArray, eta: FloatArray, allowed: FloatArray
) -> FloatArray:
    """Return the rejection at which the leak's part of η is ``allowed``: (N − ε a)/(D − ε b) = η − allowed."""
    gain = light - (eta - allowed) * heat
    harmful = gain > 0.0
    largest = allowed * efficiency.denominator / np.where(harmful, gain, 1.0)
    with np.errstate(divide="ignore"):
        return np.where(harmful, -np.log10(np.where(harmful, largest, 1.0)), -np.inf)


def _curve(
    efficiency: EfficiencyFit, light: FloatArray, heat: FloatArray, leak: float | None
) -> tuple[FloatArray, FloatArray]:
    """Return ΔE and the η of a leak alone there, for each temperature whose absorption tail is known."""
    detuning = np.where(efficiency.valid, efficiency.detuning_mev, np.nan)
    top = float(np.nanmax(detuning)) if np.isfinite(detuning).any() else 0.0
    axis = np.linspace(0.0, max(top, 0.0), _CURVE_POINTS)
    found, responses = np.full((len(detuning), axis.size), np.nan), efficiency.responses
    if leak is None or responses is None:
        return axis, found
    tails = tail_energies(efficiency)
    photon = responses.excitation_mev[:, responses.n_stokes :]
    for t in np.flatnonzero(np.isfinite(tails)):
        use = efficiency.fitted[t] & (efficiency.denominator[t] > 0.0) & (heat[t] > 0.0) & (detuning[t] > 0.0)
        if not use.any():
            continue
        noise = np.sqrt(np.diagonal(efficiency.covariance[t])[use.size :])[use]
        value = efficiency.denominator[t, use]
        weight = 1.0 / ((noise / value) ** 2 + 0.01**2)
        height = np.sum(weight * (np.log(value) + detuning[t, use] / tails[t])) / weight.sum()
        emitted = (light[t, use] / photon[t, use])[0]
        absorbed = np.exp(height - axis / tails[t])
        found[t] = leak * emitted * (responses.reference_mev[t] - axis) / (absorbed + leak * heat[t, use][0])
    return axis, found


def _needs(efficiency: EfficiencyFit, required_od: FloatArray) -> str:
    finite = np.where(np.isfinite(required_od) & efficiency.fitted, required_od, -np.inf)
    if not finite.size or finite.max() <= TYPICAL_OD:
        return ""
    t, j = np.unravel_index(int(np.argmax(finite)), finite.shape)
    return (
        f"needs OD > {finite[t, j]:.1f} at {efficiency.detuning_mev[t, j]:.0f} meV, "
        f"{efficiency.temperatures_k[t]:.0f} K"
    )


def _told(bound: PurityBound, efficiency: EfficiencyFit, od: float | None) -> PurityBound:
    """Return the bound with one warning where a leak of the stated rejection could be at work."""
    at = np.argwhere(bound.is_possible & efficiency.fitted)
    if not len(at):
        return bound
    t, j = max(at.tolist(), key=lambda place: bound.leak_share[place[0], place[1]] / efficiency.eta[place[0], place[1]])
    rows = [f"{efficiency.temperatures_k[row]:.0f} K" for row in np.unique(at[:, 0])]
    nearest = min(efficiency.detuning_mev[row, column] for row, column in at.tolist())
    message = (
        f"a laser leak within the stated rejection (OD {od:g}) could make part of η from ΔE = {nearest:.0f} meV on: up "
        f"to {bound.leak_share[t, j]:.2g} of {efficiency.eta[t, j]:.2g} at {efficiency.detuning_mev[t, j]:.0f} meV, "
        f"{efficiency.temperatures_k[t]:.0f} K. It grows with the first power of the pump as up-conversion does. Add a "
        "clean-up filter, or measure the leak and give it."
    )
    warned = Problem("warning", join_places(rows), message)
    return replace(bound, problems=(warned,))
