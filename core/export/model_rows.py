"""Rows of ``results.json`` about rate models beside that of the chain: their fits, their comparison, the intervals."""

from typing import TYPE_CHECKING, Any

import numpy as np

from asplab.core.estimate import is_systematic_told, stated_error
from asplab.core.export.error_rows import FIT_QUANTITIES, QUANTITY_UNITS
from asplab.core.inference import MAIN_MODEL, Inference, inference_of, options_of
from asplab.core.pipeline import Results
from asplab.core.polaron.comparison.allowed import OFFSET, unit_of
from asplab.core.rounding import number
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.polaron.comparison import Comparison, ModelFit
    from asplab.core.polaron.comparison.records import PriorPull
    from asplab.core.systematics import ModelSystematics

Row = dict[str, Any]

NOT_IDENTIFIED = (
    "g and ħω are not identified: their 68 % intervals are open. So they and S have no systematic error, E_p only "
    "where its error is smaller than its value, and errors above ten times the value are not told."
)
"""Why errors of a fit are None."""
Pair = list[float | None]

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
    return [
        _fit_row(results, comparison, m, i)
        for m, fit in enumerate(comparison.fits)
        if fit.model != MAIN_MODEL
        for i in range(len(comparison.temperatures_k) + 1)
    ]


def _fit_row(results: Results, comparison: "Comparison", m: int, i: int) -> Row:
    fit = comparison.fits[m]
    done = bool(np.isfinite(fit.chi2[i]))
    parameters = _parameters(results, comparison, m, i)
    is_identified = _is_identified(parameters)

    def error(value: FloatArray, stated: FloatArray) -> float | None:
        return number(stated_error(float(value[i]), float(stated[i]), is_identified=bool(is_identified)))

    row = _place(comparison, i) | {"model": fit.model}
    for name in ("g_mev", "phonon_mev"):
        found = parameters.get(name, {"value": None, "error": None, "interval68": None})
        row |= {name: found["value"], f"{name}_error": found["error"], f"{name}_interval68": found["interval68"]}
    row |= {
        "huang_rhys": number(fit.huang_rhys[i]),
        "huang_rhys_error": error(fit.huang_rhys, fit.huang_rhys_error),
        "huang_rhys_interval68": None,
        "polaron_energy_mev": number(fit.polaron_energy_mev[i]),
        "polaron_energy_mev_error": error(fit.polaron_energy_mev, fit.polaron_energy_error_mev),
        "polaron_energy_mev_interval68": None,
        "log_scale": number(fit.log_scale[i]),
        "identified": None if is_identified is None else done and is_identified,
        "reason": NOT_IDENTIFIED if done and is_identified is False else None,
        "gap_model": gap_model(fit),
        "chi2": number(fit.chi2[i]),
        "dof": int(fit.dof[i]) if done else None,
        "aicc": number(comparison.aicc[m, i]),
        "n_points": int(fit.n_points[i]) if done else 0,
        "parameters": parameters,
    }
    return row | {f"{name}_systematic": _systematic(results, comparison, m, name, i) for name in FIT_QUANTITIES}


def gap_model(fit: "ModelFit") -> str:
    """Return whether a fit holds for a single gap, or averages over an ensemble of gaps."""
    return "ensemble" if fit.plan.is_averaged or fit.plan.model.lines is not None else "single"


def _is_identified(parameters: Row) -> bool | None:
    """Return whether the intervals of g and ħω are closed; None for a model without them."""
    coupling = [parameters[name] for name in ("g_mev", "phonon_mev") if name in parameters]
    return all(_is_known(found) for found in coupling) if coupling else None


def _moved(comparison: "Comparison", m: int) -> "ModelSystematics | None":
    """Return the systematic errors of a model; None where nobody looked for them."""
    return comparison.systematics[m] if comparison.systematics else None


def _systematic(results: Results, comparison: "Comparison", m: int, quantity: str, i: int) -> Pair | None:
    """Return the systematic error [minus, plus], an open end None; None as a whole where none is known or told."""
    moved = _moved(comparison, m)
    if moved is None or quantity not in moved.quantities or not moved.names:
        return None
    if not np.isfinite(moved.central[i, moved.quantities.index(quantity)]):
        return None
    if not _is_told(results, comparison.fits[m], quantity, i):
        return None
    minus, plus = moved.error(quantity, i)
    return [number(minus), number(plus)]


def _is_told(results: Results, fit: "ModelFit", quantity: str, i: int) -> bool:
    """Return whether a systematic error means something: of g, ħω, E_p and S, and of others with a closed interval."""
    if quantity not in FIT_QUANTITIES:
        return _is_known(_parameter(results, fit, quantity, i))
    found = {name: _parameter(results, fit, name, i) for name in (*fit.names, *fit.plan.fixed)}
    energy, error = float(fit.polaron_energy_mev[i]), float(fit.polaron_energy_error_mev[i])
    return is_systematic_told(quantity, energy, error, is_identified=_is_identified(found) is not False)


def model_shift_rows(results: Results) -> list[Row]:
    """Return one row for every result of a compared model and every effect that was moved."""
    comparison = inference_of(results).comparison
    if comparison is None:
        return []
    return [
        _place(comparison, i) | {"model": moved.model, "quantity": quantity} | _shift(moved, k, quantity, i)
        for m, moved in enumerate(comparison.systematics)
        for quantity in moved.quantities
        for i in range(len(comparison.temperatures_k) + 1)
        if _systematic(results, comparison, m, quantity, i) is not None
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
    """Tell whether a parameter is fixed, or no end of its interval is open."""
    return parameter["fixed"] or (parameter["state"] == "free" and None not in (parameter["interval68"] or ()))


def _parameters(results: Results, comparison: "Comparison", m: int, i: int) -> Row:
    """Return the parameters of a fit, free and fixed, with both errors and what brings the systematic one."""
    fit, moved = comparison.fits[m], _moved(comparison, m)
    found = {name: _parameter(results, fit, name, i) for name in (*fit.names, *fit.plan.fixed)}
    for name, row in found.items():
        known = _systematic(results, comparison, m, name, i)
        row["systematic"] = known
        row["systematic_shares"] = None if known is None or moved is None else dict(moved.shares(name, i)) or None
    return found


def _parameter(results: Results, fit: "ModelFit", name: str, i: int) -> Row:
    """Return one parameter of a fit; ``state`` tells a fitted value from a fixed one and from the end of its range."""
    value = number(fit.value(name)[i])
    if name in fit.plan.fixed:
        return {"value": value, "error": None, "interval68": None, "state": "fixed", "fixed": True}
    at_bound = bool(fit.at_bound[i, fit.names.index(name)])
    limits = _interval(results, fit, name, i)
    is_closed = limits is not None and None not in limits
    error = float(fit.error(name)[i])
    if name != OFFSET and limits is not None:
        error = stated_error(float(fit.value(name)[i]), error, is_identified=is_closed)
    return {
        "value": value,
        "error": number(error),
        "interval68": limits,
        "state": "at_bound" if at_bound else "free",
        "fixed": False,
    }


def _interval(results: Results, fit: "ModelFit", name: str, i: int) -> Pair | None:
    """Return the 68 % interval of a free parameter, an open end None; None as a whole where none was found.

    Eq. 9 has that of the chain, unless the settings let it differ from the chain's.
    """
    curve, ends = inference_of(results).profiles.get((fit.model, name)), results.intervals
    if curve is not None:
        return [number(curve.low_68[i]), number(curve.high_68[i])]
    is_other = fit.nuisances is not None or fit.priors or fit.plan.fixed or fit.plan.is_averaged
    if fit.model != MAIN_MODEL or ends is None or is_other or _has_own_ranges(results):
        return None
    if name == "g_mev":
        return [number(ends.g_low_mev[i]), number(ends.g_high_mev[i])]
    return [number(ends.phonon_low_mev[i]), number(ends.phonon_high_mev[i])]


def _has_own_ranges(results: Results) -> bool:
    """Return whether the settings bound parameters of Eq. 9 in the comparison."""
    return bool(options_of(results.document.settings, MAIN_MODEL).bounds)


def comparison_rows(results: Results) -> list[Row]:
    """Return the comparison of each temperature and, last, the joint one; empty where models were not compared."""
    comparison = inference_of(results).comparison
    if comparison is None:
        return []
    return [
        _place(comparison, i)
        | {"verdict": comparison.verdicts[i]}
        | {"models": [_standing(results, comparison, m, i) for m in range(len(comparison.models))]}
        for i in range(len(comparison.temperatures_k) + 1)
    ]


def _standing(results: Results, comparison: "Comparison", m: int, i: int) -> Row:
    """Return how one model stands among the others; numbers of a fit that was not possible are None."""
    done, fit = bool(np.isfinite(comparison.chi2[m, i])), comparison.fits[m]
    return {
        "model": comparison.models[m],
        "title": fit.plan.model.title,
        "gap_model": gap_model(fit),
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
        "parameters": _parameters(results, comparison, m, i),
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
