"""The fall of logit η with ΔE against the least that one sharp mode in thermal equilibrium allows."""

import math

from asplab.core.consistency.records import Check, Number, Place, judge, loose, made, not_applicable
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
) -> Check:
    """Compare the fall of logit η over the range of ΔE with (ΔE₂ − ΔE₁)/(2 k_BT).

    It follows from d ln W/dΔE ≤ −1/(2 k_BT) of a single gap where η/(1 − η) is in proportion to the rate; no fit
    is needed.

    Parameters
    ----------
    detuning_mev, logit, error : ndarray, shape (n_points,)
        ΔE ascending, logit η and its error where η lies between 0 and 1; the first and the last are used.
    correlation : float
        Of the errors of these two.
    """
    if is_ensemble:
        why = "It holds for a single gap; this fit averages over an ensemble of them."
        return not_applicable(NAME, TITLE, place, why)
    if detuning_mev.size < 2:
        return not_applicable(NAME, TITLE, place, "Two η clearly between 0 and 1 are needed, at different ΔE.")
    low, high = float(detuning_mev[0]), float(detuning_mev[-1])
    fall = float(logit[0] - logit[-1])
    first, last = float(error[0]), float(error[-1])
    spread = math.sqrt(max(first**2 + last**2 - 2.0 * correlation * first * last, 0.0))
    least = (high - low) / (2.0 * BOLTZMANN_MEV_PER_K * temperature_k)
    numbers = [
        Number(f"fall of logit η, {low:.0f} to {high:.0f} meV", fall, spread, ""),
        Number("least for one sharp mode", least, 0.0, ""),
    ]
    if fall > 0.0:
        coldest = (high - low) / (2.0 * BOLTZMANN_MEV_PER_K * fall)
        numbers.append(Number("needs T of at least", coldest, coldest * spread / fall, "K"))
    verdict = judge(fall - least, spread, "≥")
    if verdict[1] == "agrees" and loose(spread, least):
        why = "The fall of logit η is not determined: its error is as large as the least fall to compare it with."
        return not_applicable(NAME, TITLE, place, why, numbers[:2])
    told = (
        "η falls too slowly for one sharp mode in thermal equilibrium, at any g and ħω: the gaps are spread, w_nr "
        "depends on ΔE, or something else absorbs."
        if verdict[1] == "conflicts"
        else "η falls as fast with ΔE as one sharp mode in thermal equilibrium demands, within its error."
    )
    return made(NAME, TITLE, place, numbers, "≥", verdict, told)
