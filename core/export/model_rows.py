"""Rows of ``results.json`` about rate models beside that of the chain: their fits, their comparison, the intervals."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from asplab.core.export.error_rows import FIT_QUANTITIES, QUANTITY_UNITS
from asplab.core.export.numbers import number
from asplab.core.inference import MAIN_MODEL, Inference, inference_of
from asplab.core.pipeline import Results
from asplab.core.polaron.comparison.allowed import unit_of

if TYPE_CHECKING:
    from asplab.core.polaron.comparison import Comparison, ModelFit
    from asplab.core.polaron.comparison.profiles import Profile
    from asplab.core.polaron.comparison.records import PriorPull
    from asplab.core.systematics import ModelSystematics

Row = dict[str, Any]
Pair = list[float | None]
Profiles = Mapping[tuple[str, str], "Profile"]

_METHODS = {
    "profile": "profile likelihood of g and ħω, Fieller's of QY and η",
    "bootstrap": "bootstrap of whole repeats",
    "mcmc": "MCMC from the responses on (of η: Fieller's)",
}
_COUNTED = {"bootstrap": "draws", "mcmc": "steps"}


def intervals_row(results: Results) -> Row:
    """Return how the 68 % intervals were found, with what makes them the same numbers again."""
    inference = inference_of(results)
    method = inference.method
    row: Row = {"method": method.intervals, "level": 0.6827}
    if method.intervals != "profile":
        row |= {_COUNTED[method.intervals]: method.draws, "seed": method.seed}
    if inference.n_repeats is not None:
        row["repeats"] = list(inference.n_repeats)
    if inference.posteriors:
        row["chains"] = [_chain(inference, i) for i in inference.posteriors]
    if inference.profiles:
        row["other_models"] = "profile"
    return row


def _chain(inference: Inference, i: int) -> Row:
    """Return how far one posterior can be trusted, and its prior."""
    posterior = inference.posteriors[i]
    is_joint, convergence = posterior.record.joint, posterior.convergence
    return {
        "scope": "joint" if is_joint else "temperature",
        "temperature_k": None if is_joint else number(posterior.temperatures_k[0]),
        "walkers": posterior.record.walkers,
        "burn_in": posterior.record.burn_in,
        "converged": convergence.converged,
        "autocorrelation_steps": number(convergence.autocorrelation_steps.max()),
        "split_rhat": number(convergence.split_rhat.max()),
        "acceptance": number(convergence.acceptance),
        "sampler": posterior.record.sampler,
        "prior": posterior.record.prior,
    }


def intervals_text(results: Results) -> str:
    """Return how the 68 % intervals were found, in words."""
    row = intervals_row(results)
    text = _METHODS[row["method"]]
    if row["method"] == "profile":
        return text
    counted = _COUNTED[row["method"]]
    return f"{text}, {row[counted]} {counted}, seed {row['seed']}"


def model_rows(results: Results) -> list[Row]:
    """Return the fits of all compared models but that of the chain, as rows of the list ``polaron``."""
    comparison = inference_of(results).comparison
    if comparison is None:
        return []
    profiles = inference_of(results).profiles
    return [
        _fit_row(comparison, fit, profiles, m, i)
        for m, fit in enumerate(comparison.fits)
        if fit.model != MAIN_MODEL
        for i in range(len(comparison.temperatures_k) + 1)
    ]


def _fit_row(comparison: "Comparison", fit: "ModelFit", profiles: Profiles, m: int, i: int) -> Row:
    done = bool(np.isfinite(fit.chi2[i]))
    parameters = _parameters(comparison, profiles, m, i)
    coupling = [parameters[name] for name in ("g_mev", "phonon_mev") if name in parameters]
    row = _place(comparison, i) | {"model": fit.model}
    for name in ("g_mev", "phonon_mev"):
        found = parameters.get(name, {"value": None, "error": None, "interval68": [None, None]})
        row |= {name: found["value"], f"{name}_error": found["error"], f"{name}_interval68": found["interval68"]}
    row |= {
        "huang_rhys": number(fit.huang_rhys[i]),
        "huang_rhys_error": number(fit.huang_rhys_error[i]),
        "huang_rhys_interval68": None,
        "polaron_energy_mev": number(fit.polaron_energy_mev[i]),
        "polaron_energy_mev_error": number(fit.polaron_energy_error_mev[i]),
        "polaron_energy_mev_interval68": None,
        "log_scale": number(fit.log_scale[i]),
        "identified": done and all(_is_known(found) for found in coupling) if coupling else None,
        "chi2": number(fit.chi2[i]),
        "dof": int(fit.dof[i]) if done else None,
        "aicc": number(comparison.aicc[m, i]),
        "n_points": int(fit.n_points[i]) if done else 0,
        "parameters": parameters,
    }
    moved = _moved(comparison, m)
    return row | {f"{name}_systematic": _systematic(moved, name, i) for name in FIT_QUANTITIES}


def _moved(comparison: "Comparison", m: int) -> "ModelSystematics | None":
    """Return the systematic errors of a model; None where nobody looked for them."""
    return comparison.systematics[m] if comparison.systematics else None


def _systematic(moved: "ModelSystematics | None", quantity: str, i: int) -> Pair | None:
    """Return the systematic error [minus, plus], an open end None; None as a whole where none is known."""
    if moved is None or quantity not in moved.quantities or not moved.names:
        return None
    if not np.isfinite(moved.central[i, moved.quantities.index(quantity)]):
        return None
    minus, plus = moved.error(quantity, i)
    return [number(minus), number(plus)]


def model_shift_rows(results: Results) -> list[Row]:
    """Return one row for every result of a compared model and every effect that was moved."""
    comparison = inference_of(results).comparison
    if comparison is None:
        return []
    return [
        _place(comparison, i) | {"model": moved.model, "quantity": quantity} | _shift(moved, k, quantity, i)
        for moved in comparison.systematics
        for quantity in moved.quantities
        for i in range(len(comparison.temperatures_k) + 1)
        if _systematic(moved, quantity, i) is not None
        for k in range(len(moved.names))
    ]


def _shift(moved: "ModelSystematics", k: int, quantity: str, i: int) -> Row:
    at = moved.quantities.index(quantity)
    return {
        "unit": QUANTITY_UNITS[quantity] if quantity in QUANTITY_UNITS else unit_of(quantity),
        "nuisance": moved.names[k],
        "prior": number(moved.sigma[k]),
        "prior_unit": moved.units[k],
        "up": number(moved.up[k, i, at]),
        "down": number(moved.down[k, i, at]),
        "share": dict(moved.shares(quantity, i)).get(moved.names[k], 0.0) if moved.shares(quantity, i) else None,
    }


def _is_known(parameter: Row) -> bool:
    """Tell whether a parameter is fixed, or both ends of its interval are known."""
    return parameter["state"] == "fixed" or (parameter["state"] == "free" and None not in parameter["interval68"])


def _parameters(comparison: "Comparison", profiles: Profiles, m: int, i: int) -> Row:
    """Return the parameters of a fit, free and fixed, with both errors and what brings the systematic one."""
    fit, moved = comparison.fits[m], _moved(comparison, m)
    found = {name: _parameter(fit, profiles, name, i) for name in (*fit.names, *fit.plan.fixed)}
    for name, row in found.items():
        known = _systematic(moved, name, i)
        row["systematic"] = known
        row["systematic_shares"] = None if known is None or moved is None else dict(moved.shares(name, i)) or None
    return found


def _parameter(fit: "ModelFit", profiles: Profiles, name: str, i: int) -> Row:
    """Return one parameter of a fit; ``state`` tells a fitted value from a fixed one and from the end of its range."""
    if name in fit.plan.fixed:
        return {"value": number(fit.value(name)[i]), "error": None, "interval68": [None, None], "state": "fixed"}
    at_bound = bool(fit.at_bound[i, fit.names.index(name)])
    curve = profiles.get((fit.model, name))
    return {
        "value": number(fit.value(name)[i]),
        "error": number(fit.error(name)[i]),
        "interval68": [None, None] if curve is None else [number(curve.low_68[i]), number(curve.high_68[i])],
        "state": "at_bound" if at_bound else "free",
    }


def comparison_rows(results: Results) -> list[Row]:
    """Return the comparison of each temperature and, last, the joint one; empty where models were not compared."""
    comparison = inference_of(results).comparison
    if comparison is None:
        return []
    profiles = inference_of(results).profiles
    return [
        _place(comparison, i)
        | {"verdict": comparison.verdicts[i]}
        | {"models": [_standing(comparison, profiles, m, i) for m in range(len(comparison.models))]}
        for i in range(len(comparison.temperatures_k) + 1)
    ]


def _standing(comparison: "Comparison", profiles: Profiles, m: int, i: int) -> Row:
    """Return how one model stands among the others; numbers of a fit that was not possible are None."""
    done, fit = bool(np.isfinite(comparison.chi2[m, i])), comparison.fits[m]
    return {
        "model": comparison.models[m],
        "title": fit.plan.model.title,
        "n_parameters": int(comparison.n_parameters[m, i]),
        "n_points": int(comparison.n_points[m, i]),
        "chi2": number(comparison.chi2[m, i]),
        "dof": int(comparison.dof[m, i]) if done else None,
        "aic": number(comparison.aic[m, i]),
        "aicc": number(comparison.aicc[m, i]),
        "delta_aicc": number(comparison.delta_aicc[m, i]),
        "bic": number(comparison.bic[m, i]),
        "weight": number(comparison.weight[m, i]),
        "reason": comparison.reasons[m][i] or None,
        "parameters": _parameters(comparison, profiles, m, i),
        "priors": [_prior_row(known, i) for known in fit.priors],
        "nuisances": _nuisance_rows(fit) if i == len(comparison.temperatures_k) else [],
        "scale_test": _scale_test(fit) if i == len(comparison.temperatures_k) else None,
    }


def _nuisance_rows(fit: "ModelFit") -> list[Row]:
    """Return what the joint fit found of effects that no repeat shows."""
    found = fit.nuisances
    if found is None:
        return []
    columns = zip(found.names, found.unit, found.sigma, found.value, found.error, strict=True)
    return [
        {"name": name, "unit": unit, "prior": number(sigma), "value": number(value), "error": number(error)}
        for name, unit, sigma, value, error in columns
    ]


def _scale_test(fit: "ModelFit") -> Row | None:
    """Return the test of one scale ln A for all temperatures against one for each; None where it was not possible."""
    test = fit.scale_test
    if not np.isfinite(test.p_value):
        return None
    return {
        "chi2_free": number(test.chi2_free),
        "chi2_shared": number(test.chi2_shared),
        "dof": test.dof,
        "p_value": number(test.p_value),
    }


def _prior_row(known: "PriorPull", i: int) -> Row:
    prior = known.prior
    return {
        "parameter": prior.parameter,
        "value": number(prior.value),
        "error": number(prior.error),
        "source": prior.source,
        "pull": number(known.pull[i]),
    }


def _place(comparison: "Comparison", i: int) -> Row:
    is_joint = i == len(comparison.temperatures_k)
    return {
        "scope": "joint" if is_joint else "temperature",
        "temperature_k": None if is_joint else number(comparison.temperatures_k[i]),
    }
