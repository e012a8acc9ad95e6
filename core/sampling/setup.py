"""From an analysis and its settings to what is sampled, or to a clear refusal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from asplab.core.counting import counted
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.pipeline import Results
from asplab.core.polaron.comparison.allowed import OFFSET
from asplab.core.polaron.comparison.fit import fit_model
from asplab.core.polaron.comparison.options import ModelOptions, Plan, plan_model
from asplab.core.polaron.logit import CENTRE_MEV, own_part
from asplab.core.polaron.rates import MODELS
from asplab.core.problems import Problem
from asplab.core.sampling.curves import ModelCurve
from asplab.core.sampling.likelihood import AbsorptionPrior, Likelihood
from asplab.core.sampling.measured import Measured, measured, usable_places
from asplab.core.sampling.space import LEVEL_RANGE, WIDTH, YIELD, YIELD_RANGE, FlatIn, Space, level_at_anchor
from asplab.core.settings import ParameterLimit, ParameterPrior, Settings
from asplab.core.units import FloatArray

_WIDEST_MEV = 1000.0
_FIRST_ORDER_MEV = 2.0
"""Errors of ΔE up to which η may be taken to first order in them: ends of 68 % then move by a twentieth of them."""
_INSIDE = 0.02
"""Share of the range of a coordinate by which a start keeps away from its bounds."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A posterior ready to be sampled.

    Attributes
    ----------
    space : Space
    begin, scale : ndarray, shape (n_coordinates,)
        A set within the bounds, and by how much each coordinate must change to matter.
    rows : ndarray of int
        Temperatures that take part.
    n_anti : int
    joint : bool
    place : str
        What to call it in a message.
    """

    space: Space
    begin: FloatArray
    scale: FloatArray
    rows: np.ndarray
    n_anti: int
    joint: bool
    place: str
    problems: tuple[Problem, ...]


def prepare(
    results: Results,
    model: str,
    *,
    temperature_index: int | Literal["joint"] | None,
    priors: Sequence[ParameterPrior] | None,
    limits: Sequence[ParameterLimit] | None,
    flat_in: FlatIn | None,
    absorption: AbsorptionPrior,
) -> Prepared:
    """Set up the posterior; parameters and errors as of `asplab.core.sampling.sample`."""
    efficiency, settings = results.efficiency, results.document.settings
    if efficiency is None:
        raise AnalysisError(
            "sampling needs quantum yields and η, which this analysis has not reached. Mend its errors."
        )
    if settings.efficiency.estimator == "ratio":
        raise SettingsError(
            "sampling follows the component estimator, but η comes from the R lines (estimator is ratio). Choose the "
            "component estimator."
        )
    plan, width, kept_priors = _choices(model, settings, priors, limits)
    stokes, anti = usable_places(efficiency, settings.polaron.detuning_range_mev)
    least_stokes = 1 if settings.efficiency.quantum_yield == "fixed" else 2
    rows, joint, problems = _rows(efficiency, plan, stokes, anti, least_stokes, temperature_index)
    if not joint and settings.efficiency.quantum_yield == "shared":
        raise SettingsError(
            "the quantum yield is shared by all temperatures, which one temperature by itself can't tell. Sample the "
            "joint fit, or let each temperature have its own quantum yield."
        )
    data = measured(efficiency, rows, stokes, anti)
    offset_error = efficiency.common_reference_error_mev if joint else float(data.reference_error_mev[0])
    data = replace(data, reference_error_mev=own_part(data.reference_error_mev, offset_error))
    shared_scale = joint and settings.polaron.joint_scale == "shared"
    anchor = np.full(len(rows), data.temperatures_k[0]) if shared_scale else data.temperatures_k
    free_yield = settings.efficiency.quantum_yield == "temperature"
    yield_error = 0.0 if free_yield else settings.efficiency.fixed_quantum_yield_error
    if settings.efficiency.quantum_yield == "shared":
        yield_error = 0.0
    is_fixed = settings.efficiency.quantum_yield == "fixed"
    space = Space(
        likelihood=Likelihood.of(data, absorption, common_error=joint),
        curve=ModelCurve(plan, data.detuning_mev, data.temperatures_k, anchor),
        n_yields=len(rows) if free_yield else 0 if is_fixed and yield_error == 0.0 else 1,
        n_levels=1 if shared_scale else len(rows),
        fixed_yield=float(efficiency.quantum_yield[rows[0]]),
        yield_error=yield_error,
        width_range_mev=width if isinstance(width, tuple) else None,
        fixed_width_mev=0.0 if isinstance(width, tuple) else width,
        offset_error_mev=offset_error,
        flat_in=_flat_in(plan, flat_in),
        priors=kept_priors,
    )
    begin, scale = _begin(space, efficiency, rows)
    place = "joint fit" if joint else f"{data.temperatures_k[0]:.0f} K"
    problems = (*problems, *_left_out(settings, place), *_beyond_first_order(data, place))
    return Prepared(space, begin, scale, rows, efficiency.eta.shape[1], joint, place, problems)


def _left_out(settings: Settings, place: str) -> list[Problem]:
    """Say what the settings know of the measurement that does not take part."""
    problems = []
    named = [prior.parameter for prior in settings.models.priors]
    if OFFSET in [*named, *(limit.parameter for limit in settings.models.limits)]:
        message = (
            f"sampling takes temperatures as they were read; what the settings say of {OFFSET} does not take part. The "
            "intervals of profiles let it go."
        )
        problems.append(Problem("warning", place, message))
    if settings.models.nuisances:
        message = (
            "sampling leaves out the nuisances of the settings (nuisances under [models]); the comparison of rate "
            "models fits them."
        )
        problems.append(Problem("warning", place, message))
    return problems


def _beyond_first_order(data: Measured, place: str) -> list[Problem]:
    """Say that wavelengths are too uncertain for what sampling does with them."""
    largest = float(data.own_error_mev[:, data.n_stokes :].max(initial=0.0))
    if largest <= _FIRST_ORDER_MEV:
        return []
    message = (
        f"errors of single wavelengths (wavelength_error_nm) blur ΔE by {largest:.2g} meV; sampling takes η to first "
        f"order in them, which is good up to {_FIRST_ORDER_MEV:g} meV. Beyond, ends of intervals may be off by a fifth "
        "of their width: compare profile intervals."
    )
    return [Problem("warning", place, message)]


def told_prior(space: Space) -> str:
    """Return the prior in words."""
    plan = space.plan
    low, high = plan.physical(plan.low), plan.physical(plan.high)
    if plan.bent and space.flat_in == "line":
        parts = ["flat in κ and 1/ħω (slope and curvature of logit η against ΔE)"]
    else:
        parts = [f"flat in {'ln ' if log else ''}{name}" for name, log in zip(plan.names, plan.is_log, strict=True)]
    parts += [f"{n} from {a:.4g} to {b:.4g}" for n, a, b in zip(plan.names, low, high, strict=True)]
    parts += [f"{name} fixed at {value:.6g}" for name, value in plan.fixed.items()]
    if space.width_range_mev is not None:
        parts.append(f"flat in {WIDTH} from {space.width_range_mev[0]:.4g} to {space.width_range_mev[1]:.4g}")
    elif space.fixed_width_mev > 0.0:
        parts.append(f"{WIDTH} fixed at {space.fixed_width_mev:.6g}")
    if space.n_yields and space.yield_error == 0.0:
        parts.append(f"flat in {YIELD} from {YIELD_RANGE[0]:g} to {YIELD_RANGE[1]:g}")
    elif space.n_yields:
        parts.append(f"{YIELD} normal {space.fixed_yield:.6g} ± {space.yield_error:.4g}")
    else:
        parts.append(f"{YIELD} fixed at {space.fixed_yield:.6g}")
    parts.append(f"flat in ln A and ln s, logit η at 50 meV from {LEVEL_RANGE[0]:g} to {LEVEL_RANGE[1]:g}")
    parts += [
        f"{p.parameter} normal {p.value:.6g} ± {p.error:.4g}{f' ({p.source})' if p.source else ''}"
        for p in space.priors
    ]
    return "; ".join(parts)


def _choices(
    model: str,
    settings: Settings,
    priors: Sequence[ParameterPrior] | None,
    limits: Sequence[ParameterLimit] | None,
) -> tuple[Plan, tuple[float, float] | float, list[ParameterPrior]]:
    """Return the plan, the range or the value of the ensemble's width, and the priors that apply."""
    record = MODELS.get(model)
    if record is None:
        raise AnalysisError(f"rate model {model!r} is not known; choose one of: {', '.join(sorted(MODELS))}.")
    if record.single_gap is None:
        raise AnalysisError(
            f"rate model {model!r} is a set of lines; sampling takes models of a single gap. Use profile intervals."
        )
    known = {*record.parameters, WIDTH, YIELD}
    named = [prior.parameter for prior in priors or ()] + [limit.parameter for limit in limits or ()]
    for name in named:
        if name not in known:
            raise SettingsError(
                f"rate model {model!r} has no {name} to give a prior or a limit; it has {', '.join(sorted(known))}."
            )
    # Those of the settings serve all models that are compared; what this one lacks does not concern it.
    chosen = settings.models.limits if limits is None else limits
    kept = [p for p in (settings.models.priors if priors is None else priors) if p.parameter in known]
    ranges = {limit.parameter: (limit.low, limit.high) for limit in chosen if limit.parameter in known}
    if YIELD in ranges:
        raise SettingsError(
            "the quantum yield has no limits to set; fix it in the efficiency settings, or give a prior."
        )
    width = _width(ranges.pop(WIDTH, None), [p for p in kept if p.parameter == WIDTH], settings)
    options = ModelOptions(
        detuning_range_mev=settings.polaron.detuning_range_mev,
        joint_scale=settings.polaron.joint_scale,
        fixed={name: low for name, (low, high) in ranges.items() if low == high},
        bounds={name: ends for name, ends in ranges.items() if ends[0] < ends[1]},
        priors=tuple(prior for prior in kept if prior.parameter in record.parameters),
        selection_mev=settings.models.selection_mev,
    )
    plan = plan_model(model, options)
    _check_priors(kept, width, settings)
    return plan, width, kept


def _width(
    given: tuple[float, float] | None, priors: Sequence[ParameterPrior], settings: Settings
) -> tuple[float, float] | float:
    if given is None:
        return (0.0, _WIDEST_MEV) if priors else settings.models.inhomogeneous_mev
    if not 0.0 <= given[0] <= given[1] <= _WIDEST_MEV:
        raise SettingsError(
            f"the range of {WIDTH} is {given[0]:g} to {given[1]:g}; it must lie between 0 and {_WIDEST_MEV:g} meV."
        )
    return given if given[0] < given[1] else given[0]


def _check_priors(priors: Sequence[ParameterPrior], width: tuple[float, float] | float, settings: Settings) -> None:
    """Refuse priors that have no effect or lie out of range; `plan_model` has seen those of the rate model."""
    ranges = {WIDTH: width} if isinstance(width, tuple) else {}
    if settings.efficiency.quantum_yield != "fixed":
        ranges[YIELD] = YIELD_RANGE
    for prior in priors:
        if prior.parameter not in (WIDTH, YIELD):
            continue
        if prior.parameter not in ranges:
            raise SettingsError(
                f"{prior.parameter} is fixed, so that its prior {prior.value:g} ± {prior.error:g} has no effect. Free "
                "it or leave out the prior."
            )
        low, high = ranges[prior.parameter]
        if not low <= prior.value <= high:
            raise SettingsError(
                f"the prior of {prior.parameter} is {prior.value:g} ± {prior.error:g}, but its range is {low:g} to "
                f"{high:g}. Correct the prior, or widen the range where it can be set."
            )


def _flat_in(plan: Plan, flat_in: FlatIn | None) -> FlatIn:
    if flat_in == "line" and not plan.bent:
        raise SettingsError(
            f"a prior flat in the line of logit η needs eq9, resonant or kramers-heisenberg with g and ħω free; this "
            f"is {plan.model.name} with {', '.join(plan.names) or 'nothing'} free. Choose flat_in='logarithm'."
        )
    return flat_in or ("line" if plan.bent else "logarithm")


def _rows(
    efficiency: EfficiencyFit,
    plan: Plan,
    stokes: np.ndarray,
    anti: np.ndarray,
    least_stokes: int,
    temperature_index: int | Literal["joint"] | None,
) -> tuple[np.ndarray, bool, tuple[Problem, ...]]:
    """Return the temperatures that take part, whether jointly, and what was left out."""
    least = 1 + len(plan.names)
    n_stokes, n_anti = stokes.sum(axis=1), anti.sum(axis=1)
    able = (n_stokes >= least_stokes) & (n_anti >= least) & np.isfinite(efficiency.slope)

    def lacking(t: int | np.intp) -> str:
        return (
            f"{n_stokes[t] or 'no'} Stokes and {counted(int(n_anti[t]), 'anti-Stokes excitation')}; sampling "
            f"{plan.model.name} needs at least {least_stokes} and {least}. Measure more, or widen the range of ΔE."
        )

    count = len(able)
    if temperature_index is None:
        rows = np.flatnonzero(able)
        if not rows.size:
            raise AnalysisError(f"no temperature can be sampled. {efficiency.temperatures_k[0]:.0f} K: {lacking(0)}")
        temperature_index = "joint" if rows.size > 1 else int(rows[0])
    if temperature_index == "joint":
        rows = np.flatnonzero(able)
        if rows.size < 2:
            raise AnalysisError(
                f"a joint fit needs two temperatures that can be sampled; this analysis has {rows.size} of {count}."
            )
        left = [
            Problem("warning", f"{efficiency.temperatures_k[t]:.0f} K", f"left out of the joint sampling: {lacking(t)}")
            for t in np.flatnonzero(~able & efficiency.valid.any(axis=1))
        ]
        return rows, True, tuple(left)
    if not 0 <= temperature_index < count:
        raise AnalysisError(f"temperature_index is {temperature_index}; this analysis has 0 to {count - 1}.")
    if not able[temperature_index]:
        raise AnalysisError(f"{efficiency.temperatures_k[temperature_index]:.0f} K: {lacking(temperature_index)}")
    return np.array([temperature_index]), False, ()


def _begin(space: Space, efficiency: EfficiencyFit, rows: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Return coordinates from the fit of the model, moved within the bounds, and their scales."""
    plan, curve, joint = space.plan, space.curve, len(rows) > 1
    try:
        fit = fit_model(efficiency, plan.model.name, plan.options)
    except np.linalg.LinAlgError:
        raise AnalysisError(
            "sampling finds no place to begin: the covariance of the responses is degenerate. Is there a channel "
            "without signal or noise?"
        ) from None
    own = fit.parameters[rows]
    found = own[0, 1:] if not joint or fit.joint is None else fit.joint.shape
    margin = _INSIDE * (plan.high - plan.low)
    found = np.clip(np.nan_to_num(found), plan.low + margin, plan.high - margin)
    shape = _line_of(found) if plan.bent else found
    level = np.clip(np.nan_to_num(own[:, 0]), 0.9 * LEVEL_RANGE[0], 0.9 * LEVEL_RANGE[1])
    if space.n_levels < len(rows):
        level = level_at_anchor(curve, level, shape)
    yields = efficiency.quantum_yield[rows][: space.n_yields]
    yields = np.clip(yields, YIELD_RANGE[0] + 0.01, YIELD_RANGE[1] - 0.01)
    width, width_scale = _begin_width(space)
    offset = np.zeros(1 if space.has_offset else 0)
    offset_scale = np.full(offset.size, space.offset_error_mev)
    shape_scale = np.full(len(found), 0.01) if plan.bent else np.where(plan.is_log, 0.1, 0.01)
    begin = np.concatenate([np.zeros(len(rows)), yields, level, shape, width, offset])
    scale = np.concatenate(
        [
            np.full(len(rows), 0.01),
            np.full(len(yields), 0.01),
            np.full(len(level), 0.1),
            shape_scale,
            width_scale,
            offset_scale,
        ]
    )
    return begin, scale


def _line_of(coordinates: FloatArray) -> FloatArray:
    """Return (κ, u) from (ln g, ln ħω)."""
    u = np.exp(-coordinates[1])
    return np.array([u * (2.0 * coordinates[0] + np.log(u / CENTRE_MEV)), u])


def _begin_width(space: Space) -> tuple[FloatArray, FloatArray]:
    if space.width_range_mev is None:
        return np.zeros(0), np.zeros(0)
    low, high = space.width_range_mev
    known = [prior for prior in space.priors if prior.parameter == WIDTH]
    value = known[0].value if known else low + 0.3 * (high - low)
    scale = known[0].error if known else 0.1 * (high - low)
    return np.array([min(max(value, low + 0.01 * (high - low)), high - 0.01 * (high - low))]), np.array([scale])
