"""The fall of logit η with ΔE against the least that one sharp mode in thermal equilibrium allows."""

import math

import numpy as np

from asplab.core.consistency.records import Check, Number, Place, judge_bound, loose, made, not_applicable
from asplab.core.consistency.spread import least_fall
from asplab.core.units import BOLTZMANN_MEV_PER_K, FloatArray

NAME, TITLE = "logit_drop", "Fall of logit η"


def logit_drop(
    place: Place,
    temperature_k: float,
    detuning_mev: FloatArray,
    logit: FloatArray,
    error: FloatArray,
    *,
    correlation: float = 0.0,
    is_ensemble: bool = False,
    spread_mev: tuple[float, float] | None = None,
) -> Check:
    """Compare the fall of logit η over the range of ΔE with (ΔE₂ − ΔE₁)/(2 k_BT).

    It follows from d ln W/dΔE ≤ −1/(2 k_BT) of a single gap where η/(1 − η) is in proportion to the rate; no fit
    is needed. An ensemble of known width has its own least fall, from the first η on (see `spread`).

    Parameters
    ----------
    detuning_mev, logit, error : ndarray, shape (n_points,)
        ΔE ascending, logit η and its error where η lies between 0 and 1; the first and the last are used.
    correlation : float
        Of the errors of these two.
    is_ensemble : bool
        Gaps are spread.
    spread_mev : (σ, E_U), optional
        Width of the ensemble and Urbach energy of its selection, where they are known.
    """
    if is_ensemble and spread_mev is None:
        why = "It holds for a single gap; here gaps are spread, by an unknown width."
        return not_applicable(NAME, TITLE, place, why)
    if detuning_mev.size < 2:
        return not_applicable(NAME, TITLE, place, "Two η clearly between 0 and 1 are needed, at different ΔE.")
    low, high = float(detuning_mev[0]), float(detuning_mev[-1])
    fall = float(logit[0] - logit[-1])
    first, last = float(error[0]), float(error[-1])
    spread = math.sqrt(max(first**2 + last**2 - 2.0 * correlation * first * last, 0.0))
    if spread_mev is not None:
        found = Number(f"fall of logit η, {low:.0f} to {high:.0f} meV", fall, spread, "")
        errors = (first, last, correlation)
        return _of_ensemble(place, temperature_k, (low, high), float(logit[0]), found, errors, spread_mev)
    least = (high - low) / (2.0 * BOLTZMANN_MEV_PER_K * temperature_k)
    numbers = [
        Number(f"fall of logit η, {low:.0f} to {high:.0f} meV", fall, spread, ""),
        Number("least for one sharp mode", least, 0.0, ""),
    ]
    if fall > 0.0:
        coldest = (high - low) / (2.0 * BOLTZMANN_MEV_PER_K * fall)
        numbers.append(Number("needs T of at least", coldest, coldest * spread / fall, "K"))
    verdict = judge_bound(fall - least, spread, "≥")
    if verdict[1] != "conflicts" and loose(spread, least):
        why = "The fall of logit η is not determined: its error is as large as the least fall to compare it with."
        return not_applicable(NAME, TITLE, place, why, numbers[:2])
    told = {
        "agrees": "η falls as fast with ΔE as one sharp mode in thermal equilibrium demands.",
        "marginal": "η falls more slowly with ΔE than one sharp mode in thermal equilibrium demands, but by less than "
        "its error allows.",
    }.get(
        verdict[1],
        "η falls too slowly for one sharp mode in thermal equilibrium, at any g and ħω: the gaps are spread, w_nr "
        "depends on ΔE, or something else absorbs.",
    )
    return made(NAME, TITLE, place, numbers, "≥", verdict, told)


def _of_ensemble(
    place: Place,
    temperature_k: float,
    range_mev: tuple[float, float],
    logit: float,
    found: Number,
    errors: tuple[float, float, float],
    spread_mev: tuple[float, float],
) -> Check:
    """Compare the fall with the least one of an ensemble that has the first η."""
    first, last, correlation = errors
    step = max(0.1 * first, 1e-4)
    start = logit + np.array([0.0, step, -step])
    begin, end = (np.full(3, energy) for energy in range_mev)
    least, above, below = least_fall(start, begin, end, temperature_k, spread_mev).tolist()
    sigma, urbach = spread_mev
    chosen = f", E_U {urbach:.3g} meV" if math.isfinite(urbach) else ""
    if not math.isfinite(least):
        why = (
            f"With σ {sigma:.3g} meV{chosen} the particles whose gap the laser reaches alone would give more than the "
            "first η: the width, or the selection, is too large for these data."
        )
        return not_applicable(NAME, TITLE, place, why, [found])
    # The first η sets the level of the limit too.
    first *= 1.0 - (above - below) / (2.0 * step)
    error = math.sqrt(max(first**2 + last**2 - 2.0 * correlation * first * last, 0.0))
    numbers = [found, Number(f"least of an ensemble, σ {sigma:.3g} meV{chosen}", least, 0.0, "")]
    verdict = judge_bound(found.value - least, error, "≥")
    if verdict[1] != "conflicts" and loose(error, least):
        why = "The fall of logit η is not determined: its error is as large as the least fall to compare it with."
        return not_applicable(NAME, TITLE, place, why, numbers)
    told = {
        "agrees": "η falls as fast with ΔE as an ensemble of this width of sharp modes in thermal equilibrium demands.",
        "marginal": "η falls more slowly with ΔE than an ensemble of this width of sharp modes in thermal equilibrium "
        "demands, but by less than its error allows.",
    }.get(
        verdict[1],
        "η falls too slowly for an ensemble of this width of sharp modes in thermal equilibrium, at any g and ħω: gaps "
        "spread wider, w_nr depends on ΔE, or something else absorbs.",
    )
    return made(NAME, TITLE, place, numbers, "≥", verdict, told)
