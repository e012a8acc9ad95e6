"""Checks of reported parameters of Eq. 9 against the η, the times and the errors reported with them."""

import math

import numpy as np
from scipy.special import expit, logit

from asplab.core.consistency.couplings import Couplings
from asplab.core.consistency.drop import logit_drop
from asplab.core.consistency.records import (
    Check,
    Number,
    Observed,
    Place,
    Status,
    judge,
    made,
    not_applicable,
    quadrature,
)
from asplab.core.polaron.rates import log_rate
from asplab.core.units import FloatArray

TITLES = {
    "reproduction": "η from the parameters",
    "transient": "Rise times and the rate",
    "error_ratio": "Errors of g and ħω",
}
_FEWEST_FOR_ERRORS = 4
_FACTOR = 1.5
"""Factor by which a ratio of quoted errors may differ from the one that a fit with a free scale gives."""


def reported_checks(couplings: Couplings, place: Place, observed: Observed, *, is_ensemble: bool) -> list[Check]:
    """Return what a reader can check of one set of published parameters."""
    return [
        _reproduction(couplings, place, observed),
        logit_drop(place, couplings.temperature_k[0], *_anchors(observed), is_ensemble=is_ensemble),
        _transient(couplings, place, observed),
        _error_ratio(couplings, place, observed),
    ]


def _anchors(observed: Observed) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ΔE, logit η and its error of the reported η between 0 and 1, ΔE ascending."""
    energy, eta, error = (
        np.array(part, dtype=np.float64) for part in (observed.detuning_mev, observed.eta, observed.eta_error)
    )
    if not eta.size:
        return eta, eta, eta
    order = np.argsort(energy)
    order = order[(eta[order] > 0.0) & (eta[order] < 1.0)]
    return energy[order], np.asarray(logit(eta[order])), error[order] / (eta[order] * (1.0 - eta[order]))


def _fall(couplings: Couplings, low_mev: float, high_mev: float) -> tuple[float, float]:
    """Return ln w(low) − ln w(high) of Eq. 9 and its error."""
    ends = np.array([low_mev, high_mev])
    g, phonon = float(couplings.g_mev[0]), float(couplings.phonon_mev[0])
    rate = log_rate("eq9", ends, float(couplings.temperature_k[0]), g_mev=g, phonon_mev=phonon)
    of_g = 2.0 * ends / phonon
    of_phonon = -ends / phonon * (2.0 + couplings.log_polaron_energy[0] - np.log(ends))
    gradient = np.array([[of_g[0] - of_g[1], of_phonon[0] - of_phonon[1]]])
    return float(rate[0] - rate[1]), float(couplings.error(gradient)[0])


def _reproduction(couplings: Couplings, place: Place, observed: Observed) -> Check:
    """With a free scale, two η fix the fall of ln w between them [Zhang 2024, Eq. 9, odds form]."""
    name, title = "reproduction", TITLES["reproduction"]
    energy, level, error = _anchors(observed)
    if energy.size < 2:
        return not_applicable(name, title, place, "Two η between 0 and 1 are needed, at different ΔE.")
    low, high = float(energy[0]), float(energy[-1])
    fall, fall_error = _fall(couplings, low, high)
    expected = float(expit(level[0] - fall))
    seen, seen_error = float(level[0] - level[-1]), quadrature(float(error[0]), float(error[-1]))
    numbers = (
        Number(f"ln w({low:.0f} meV) − ln w({high:.0f} meV)", fall, fall_error, ""),
        Number("fall of logit η", seen, seen_error, ""),
        Number(f"η({high:.0f} meV) from η({low:.0f} meV)", expected, expected * (1.0 - expected) * fall_error, ""),
    )
    verdict = judge(fall - seen, quadrature(fall_error, seen_error), "=")
    told = (
        f"With η({low:.0f} meV) = {expit(level[0]):.2g} the parameters give η({high:.0f} meV) = {expected:.2g}; "
        f"{expit(level[-1]):.2g} is reported."
    )
    if verdict[1] == "not applicable":
        told += " Without any error this cannot be judged."
    return made(name, title, place, numbers, "=", verdict, told)


def _transient(couplings: Couplings, place: Place, observed: Observed) -> Check:
    """Rise times read as 1/w_uc: their ratio is that of the rates, whatever the scale."""
    name, title = "transient", TITLES["transient"]
    rises = sorted(observed.rise_fs)
    if len(rises) < 2:
        return not_applicable(name, title, place, "Rise times at two ΔE are needed.")
    (low, short), (high, long) = rises[0], rises[-1]
    fall, error = _fall(couplings, low, high)
    seen = math.log(long / short)
    numbers = (
        Number(f"ln w({low:.0f} meV) − ln w({high:.0f} meV)", fall, error, ""),
        Number("ln of the ratio of the times", seen, math.nan, ""),
    )
    told = (
        f"The rate falls by a factor of {math.exp(fall):.3g} from {low:.0f} to {high:.0f} meV, the times grow by "
        f"{long / short:.3g}. A rise time is 1/(w_uc + w_nr), so a slow w_uc may hide behind w_nr."
    )
    return made(name, title, place, numbers, "=", judge(fall - seen, error, "="), told)


def _error_ratio(couplings: Couplings, place: Place, observed: Observed) -> Check:
    """A fit of (scale, g, ħω) to η with one relative error fixes the ratio of the errors of g and ħω."""
    name, title = "error_ratio", TITLES["error_ratio"]
    covariance = couplings.covariance[0]
    if not (np.isfinite(covariance).all() and covariance[1, 1] > 0.0):
        return not_applicable(name, title, place, "No errors of g and ħω are given.")
    energy, level, _ = _anchors(observed)
    if len(observed.detuning_mev) < _FEWEST_FOR_ERRORS or not energy.size:
        return not_applicable(
            name, title, place, f"{_FEWEST_FOR_ERRORS} detunings and one η are needed to say what errors a fit has."
        )
    quoted = math.sqrt(covariance[0, 0] / covariance[1, 1])
    fitted = _fitted_ratio(couplings, np.array(observed.detuning_mev), float(energy[0]), float(level[0]))
    factor = max(quoted / fitted, fitted / quoted) if quoted > 0.0 else math.inf
    verdict: tuple[float, Status] = (math.nan, "conflicts" if factor > _FACTOR else "agrees")
    numbers = (Number("(σ_g/g)/(σ_ħω/ħω)", quoted, math.nan, ""), Number("with a free scale", fitted, math.nan, ""))
    told = (
        "A fit with a free scale, g and ħω has errors in another ratio: the given ones leave out their correlation."
        if factor > _FACTOR
        else "The errors stand in the ratio that a fit with a free scale gives."
    )
    return made(name, title, place, numbers, "=", verdict, told)


def _fitted_ratio(couplings: Couplings, detuning_mev: FloatArray, anchor_mev: float, level: float) -> float:
    """Return (σ_g/g)/(σ_ħω/ħω) of Eq. 9 with a free scale; errors of η in proportion to η."""
    g, phonon = float(couplings.g_mev[0]), float(couplings.phonon_mev[0])
    temperature = float(couplings.temperature_k[0])
    rate = log_rate("eq9", np.append(detuning_mev, anchor_mev), temperature, g_mev=g, phonon_mev=phonon)
    eta = expit(level + rate[:-1] - rate[-1])
    of_phonon = -detuning_mev / phonon * (2.0 + couplings.log_polaron_energy[0] - np.log(detuning_mev))
    design = (1.0 - eta)[:, None] * np.stack([np.ones_like(eta), 2.0 * detuning_mev / phonon, of_phonon], axis=1)
    covariance = np.linalg.pinv(design.T @ design)
    return math.sqrt(covariance[1, 1] / covariance[2, 2])
