"""Any rate model fitted to η(ΔE, T): every temperature by itself, and all jointly."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2 as chi2_distribution

from asplab.core.counting import counted
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.polaron.comparison.allowed import SHARPEST_MEV, WIDTH, symbol_of, unit_of
from asplab.core.polaron.comparison.curves import Curves
from asplab.core.polaron.comparison.entangled import width_problems
from asplab.core.polaron.comparison.joint import JointResult, fit_joint
from asplab.core.polaron.comparison.misfit import Effects, SeparateModel
from asplab.core.polaron.comparison.options import ModelOptions, Plan, plan_model
from asplab.core.polaron.comparison.records import FittedNuisances, ModelFit, PriorPull, ScaleTest
from asplab.core.polaron.comparison.search import inverse, search
from asplab.core.polaron.lasers import shared_lasers
from asplab.core.polaron.leak import leak_sensitivity
from asplab.core.polaron.logit import CENTRE_MEV, LogitProblem, build_problem
from asplab.core.polaron.resolved import levels_of, told_level
from asplab.core.problems import Problem
from asplab.core.systematics.effects import NuisanceEffects
from asplab.core.units import FloatArray, thermal_energy_mev

_MISFIT = 4.0


def fit_model(
    efficiency: EfficiencyFit,
    model: str,
    options: ModelOptions | None = None,
    *,
    least_points: int = 1,
    nuisances: NuisanceEffects | None = None,
) -> ModelFit:
    """Fit a rate model with a free scale to η of every temperature by itself and to all jointly.

    Points with ΔE ≤ 0 or outside the chosen range are not used, whatever the model; η of 1 or more and of 0 or
    less are kept. A fit needs as many points as it has parameters; temperatures with fewer than ``least_points`` take
    no part in the joint fit. ``nuisances`` are averaged over where a temperature is fitted by itself, and fitted
    with their priors in the joint fit.

    Raises
    ------
    AnalysisError
        For an unknown model or parameter, impossible values or bounds, a prior outside its range, a temperature that
        is not above 0, and nuisances of other data.
    """
    options = options or ModelOptions()
    plan = plan_model(model, options)
    _check_selection(plan)
    _check_temperatures(efficiency.temperatures_k, plan)
    counts, use = used_points(efficiency, options)
    enough, joined = counts >= plan.n_counted, counts >= max(plan.n_counted, least_points)
    fitted, table = enough, _Table.empty(len(counts), 1 + len(plan.names))
    objective, joint, test = None, None, ScaleTest()
    if enough.any():
        objective = build_objective(efficiency, plan, use, np.flatnonzero(enough), nuisances)
        fitted = table.fill_separate(objective, enough)
        objective = objective.lanes(fitted[enough]) if fitted.any() else None
    # A joint fit without a temperature that other models have would not be compared on the same points.
    joined = joined & bool((fitted | ~joined).all())
    if objective is not None and joined.sum() > 1:
        joint, test = _joint(objective.lanes(joined[fitted]), table.parameters[joined], options)
        table.fill_joint(joint)
    problems = (
        *_too_few(efficiency, plan, counts, enough),
        *_not_evaluated(plan, efficiency.temperatures_k, enough & ~fitted),
        *([] if objective is None else _unresolved(objective.problem, efficiency.temperatures_k[fitted])),
    )
    rows = _Rows(counts, fitted, joined, table, objective, joint, test)
    fit = _told(efficiency.temperatures_k, plan, rows, _fitted_nuisances(nuisances, joint), problems)
    return replace(fit, problems=(*fit.problems, *width_problems(fit)))


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """What was fitted; fields as in `ModelFit`, ``counts`` are points of each temperature."""

    counts: np.ndarray
    fitted: np.ndarray
    joined: np.ndarray
    table: "_Table"
    objective: SeparateModel | None
    joint: JointResult | None
    test: ScaleTest


def _told(
    temperatures_k: FloatArray,
    plan: Plan,
    rows: _Rows,
    nuisances: FittedNuisances | None,
    problems: tuple[Problem, ...],
) -> ModelFit:
    """Return the fit in the units of its parameters, with what is doubtful about it."""
    table, joint, counts = rows.table, rows.joint, rows.counts
    prior_chi2 = plan.prior(table.shapes)[0] - plan.nuisance_chi2(table.shapes)
    chi2 = table.chi2 - prior_chi2
    n_points = np.append(counts, counts[rows.joined].sum())
    # A nuisance, such as the deviation of a shared quantum yield, comes with a prior, which is one point more.
    k = np.append(
        np.full(len(counts), plan.n_counted),
        plan.n_counted if joint is None else len(joint.parameters) - joint.nuisance_values.size - len(plan.nuisances),
    )
    values, errors, energies = _physical(plan, table.shapes, table.shape_covariance)
    return ModelFit(
        model=plan.model.name,
        names=plan.names,
        temperatures_k=temperatures_k,
        values=values,
        errors=errors,
        at_bound=table.held,
        polaron_energy_mev=energies[0],
        polaron_energy_error_mev=energies[1],
        huang_rhys=energies[2],
        huang_rhys_error=energies[3],
        log_scale=table.log_scale,
        chi2=chi2,
        prior_chi2=prior_chi2,
        dof=np.where(np.isfinite(chi2), n_points - k, 0),
        n_points=n_points,
        n_parameters=k,
        priors=_pulls(plan, values),
        nuisances=nuisances,
        scale_test=rows.test,
        fitted=rows.fitted,
        joined=rows.joined,
        parameters=table.parameters,
        covariance=table.covariance,
        plan=plan,
        objective=rows.objective,
        joint=joint,
        problems=(
            *problems,
            *_bound_problems(plan, temperatures_k, values, table.held),
            *_misfits(plan, temperatures_k, chi2, n_points - k),
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Numbers of all rows, NaN until they are filled in; fields as in `ModelFit`, shapes are coordinates."""

    parameters: FloatArray
    covariance: FloatArray
    chi2: FloatArray
    log_scale: FloatArray
    held: np.ndarray
    shapes: FloatArray
    shape_covariance: FloatArray

    @classmethod
    def empty(cls, n: int, n_parameters: int) -> "_Table":
        s = n_parameters - 1
        return cls(
            np.full((n, n_parameters), np.nan),
            np.full((n, n_parameters, n_parameters), np.nan),
            np.full(n + 1, np.nan),
            np.full(n + 1, np.nan),
            np.zeros((n + 1, s), dtype=bool),
            np.full((n + 1, s), np.nan),
            np.full((n + 1, s, s), np.nan),
        )

    def fill_separate(self, objective: SeparateModel, fitted: np.ndarray) -> np.ndarray:
        """Fit every temperature, and return those at which the model could be evaluated, (n_temperatures,)."""
        found, chi2, normal, held = search(objective, thermal_energy_mev(objective.curves.temperature_k))
        able, rows = np.isfinite(chi2), np.flatnonzero(fitted)
        if not able.any():
            return np.zeros(len(fitted), dtype=bool)
        objective, found, normal, held, rows = objective.lanes(able), found[able], normal[able], held[able], rows[able]
        self.chi2[rows] = chi2[able]
        self.parameters[rows], self.covariance[rows] = found, inverse(normal, held)
        self.held[rows], self.shapes[rows] = held[:, 1:], found[:, 1:]
        self.shape_covariance[rows] = self.covariance[rows, 1:, 1:]
        self.log_scale[rows] = objective.curves.log_scale(found[:, 0], found[:, 1:])
        result = np.zeros(len(fitted), dtype=bool)
        result[rows] = True
        return result

    def fill_joint(self, joint: JointResult) -> None:
        self.chi2[-1], self.held[-1], self.log_scale[-1] = joint.chi2, joint.held, joint.log_scale
        self.shapes[-1], self.shape_covariance[-1] = joint.shape, joint.shape_covariance


def _joint(objective: SeparateModel, separate: FloatArray, options: ModelOptions) -> tuple[JointResult, ScaleTest]:
    """Return the joint fit with the chosen kind of scale, and the test of one scale against a scale for each."""
    free = fit_joint(objective, separate, is_shared=False)
    shared = fit_joint(objective, separate, is_shared=True, begin=free)
    saved = len(separate) - 1
    p_value = float(chi2_distribution.sf(max(shared.chi2 - free.chi2, 0.0), saved))
    return shared if options.joint_scale == "shared" else free, ScaleTest(free.chi2, shared.chi2, saved, p_value)


def _check_selection(plan: Plan) -> None:
    options = plan.options
    if options.selection_mev is not None and plan.model.lines is None and not plan.is_averaged:
        raise AnalysisError(
            f"selection_mev is {options.selection_mev:g} meV, but inhomogeneous_mev is 0: a single gap leaves the "
            "laser nothing to select. Give the ensemble a width, or take the selection out."
        )


def _check_temperatures(temperatures_k: FloatArray, plan: Plan) -> None:
    lowest = plan.lowest_offset_k
    for temperature in temperatures_k:
        if not temperature > 0.0:
            raise AnalysisError(
                f"a temperature is {temperature:g} K; rate models need temperatures above 0 K. Mend the temperature of "
                "these data."
            )
        if not temperature + lowest > 0.0:
            raise AnalysisError(
                f"δT (temperature_offset_k) may fall to {lowest:g} K, which brings {temperature:g} K to 0 K or below. "
                "Give it a narrower range."
            )


def used_points(efficiency: EfficiencyFit, options: ModelOptions) -> tuple[np.ndarray, np.ndarray]:
    """Return how many points of each temperature are used, and which."""
    low, high = options.detuning_range_mev
    detuning = efficiency.detuning_mev
    with np.errstate(invalid="ignore"):
        use = np.asarray(efficiency.fitted & (detuning > 0.0) & (detuning >= low) & (detuning <= high))
    return use.sum(axis=1), use


def build_objective(
    efficiency: EfficiencyFit, plan: Plan, use: np.ndarray, rows: np.ndarray, nuisances: NuisanceEffects | None
) -> SeparateModel:
    """Return the objective of the temperatures ``rows``, with the points ``use`` (n_temperatures, n_anti)."""
    n, temperature = efficiency.detuning_mev.shape[1], efficiency.temperatures_k
    detuning = np.where(use, efficiency.detuning_mev, CENTRE_MEV)
    problem = build_problem(
        efficiency.numerator,
        efficiency.denominator,
        efficiency.covariance,
        use,
        detuning,
        thermal_energy_mev(temperature),
        efficiency.detuning_error_mev,
        np.nan_to_num(efficiency.reference_error_mev)[:, None],
        efficiency.shared_sensitivity[:, n:],
        efficiency.own_sensitivity,
        leak_sensitivity(efficiency),
    )
    effects = None if nuisances is None else _effects(efficiency, problem, nuisances).lanes(rows)
    curves = Curves(plan, detuning[rows], temperature[rows], temperature[rows])
    lasers = shared_lasers(efficiency, use)
    lasers = None if lasers is None else lasers[rows]
    return SeparateModel(curves, problem.lanes(rows), effects, lasers, efficiency.common_reference_error_mev)


def _effects(efficiency: EfficiencyFit, problem: LogitProblem, nuisances: NuisanceEffects) -> Effects:
    """Return the effects of nuisances in the units of the problem, whose rows are scaled to unit size."""
    names, shape = ("numerator", "denominator", "detuning_mev"), (len(nuisances.names), *problem.use.shape)
    given = [np.asarray(getattr(nuisances, name)) for name in names]
    for name, values in zip(names, given, strict=True):
        if values.shape != shape:
            raise AnalysisError(
                f"the effects of nuisances on {name} have shape {values.shape}, but η has (nuisances, temperatures, "
                f"points) = {shape}. Find them for the same results."
            )
        if not np.isfinite(values[:, problem.use]).all():
            raise AnalysisError(f"an effect of a nuisance on {name} is not finite where η is used; mend its shift.")
    own = np.hypot(problem.numerator, problem.denominator)
    size = np.hypot(efficiency.numerator, efficiency.denominator)
    scale = np.where(problem.use & (size > 0), own / np.where(size > 0, size, 1.0), 0.0)
    factors = (scale, scale, problem.use)
    return Effects(
        *(
            np.swapaxes(np.where(problem.use, values, 0.0) * factor, 0, 1)
            for values, factor in zip(given, factors, strict=True)
        )
    )


def _pulls(plan: Plan, values: FloatArray) -> tuple[PriorPull, ...]:
    return tuple(
        PriorPull(prior, (values[:, plan.names.index(prior.parameter)] - prior.value) / prior.error)
        for prior in plan.options.priors
    )


def _fitted_nuisances(nuisances: NuisanceEffects | None, joint: JointResult | None) -> FittedNuisances | None:
    if nuisances is None:
        return None
    value, error = np.full((2, len(nuisances.names)), np.nan)
    if joint is not None:
        # The first is the deviation of a shared quantum yield, the last ones are errors of lasers, leak and reference.
        given = slice(1, 1 + len(nuisances.names))
        value, error = joint.nuisance_values[given], joint.nuisance_errors[given]
    sigma = np.asarray(nuisances.sigma)
    return FittedNuisances(nuisances.names, nuisances.unit, sigma, value * sigma, error * sigma)


def _physical(
    plan: Plan, shapes: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray, tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    """Return values and errors (n_rows, n_names), and E_p, S with their errors (n_rows,)."""
    values = plan.physical(shapes)
    errors = np.sqrt(np.einsum("fpp->fp", covariance)) * np.where(plan.is_log, values, 1.0)
    if not {"g_mev", "phonon_mev"} <= {*plan.names, *plan.fixed}:
        nothing = np.full(len(shapes), np.nan)
        return values, errors, (nothing, nothing, nothing, nothing)
    known = plan.values(shapes)
    g, phonon = known["g_mev"], known["phonon_mev"]
    # Other parameters, such as a width that stopped at a single gap, may have no error without E_p and S losing theirs.
    own = [i for i, name in enumerate(plan.names) if name in ("g_mev", "phonon_mev")]
    of_own = covariance[:, own][:, :, own]
    energies = []
    for value, power in ((g**2 / phonon, -1.0), ((g / phonon) ** 2, -2.0)):
        weight = np.array([2.0 if plan.names[i] == "g_mev" else power for i in own])
        value = np.where(np.isfinite(shapes).all(axis=1), value, np.nan)
        energies += [value, value * np.sqrt(np.maximum(np.einsum("i,fij,j->f", weight, of_own, weight), 0.0))]
    return values, errors, (energies[0], energies[1], energies[2], energies[3])


def _rows(temperatures_k: FloatArray) -> list[str]:
    return [*(f"{temperature:.0f} K" for temperature in temperatures_k), "joint fit"]


def _too_few(efficiency: EfficiencyFit, plan: Plan, counts: np.ndarray, fitted: np.ndarray) -> list[Problem]:
    k = plan.n_counted
    return [
        Problem(
            "warning",
            f"{efficiency.temperatures_k[t]:.0f} K",
            f"{counted(int(counts[t]), 'usable detuning')}; {plan.model.title} ({plan.model.name}) has {k} "
            f"parameters and needs at least {k} points, and {k + 2} to be compared. Measure more "
            "detunings, or widen the range of ΔE.",
        )
        for t in np.flatnonzero(~fitted & efficiency.valid.any(axis=1))
    ]


def _not_evaluated(plan: Plan, temperatures_k: FloatArray, lost: np.ndarray) -> list[Problem]:
    return [
        Problem(
            "warning",
            f"{temperatures_k[t]:.0f} K",
            f"{plan.model.title} could not be evaluated anywhere in the ranges of its parameters at this temperature. "
            "Widen the ranges, or leave the model out.",
        )
        for t in np.flatnonzero(lost)
    ]


def _unresolved(problem: LogitProblem, temperatures_k: FloatArray) -> list[Problem]:
    """Say where η is 1, or 0, within its errors at all points: any fast enough, or slow enough, rate does."""
    levels, _ = levels_of(problem.numerator, problem.denominator, problem.covariance, problem.use)
    return [
        Problem("warning", f"{temperatures_k[t]:.0f} K", told_level(level))
        for t, level in enumerate(levels)
        if level in ("one", "zero")
    ]


def _bound_problems(plan: Plan, temperatures_k: FloatArray, values: FloatArray, held: np.ndarray) -> list[Problem]:
    found = []
    for row, place in enumerate(_rows(temperatures_k)):
        for i in np.flatnonzero(held[row]):
            if plan.names[i] == WIDTH and values[row, i] < 2.0 * SHARPEST_MEV:
                continue  # a single gap is a result
            low, high = plan.physical(plan.low)[i], plan.physical(plan.high)[i]
            symbol, unit = symbol_of(plan.names[i]), unit_of(plan.names[i])
            message = (
                f"{plan.model.title}: {symbol} stopped at {values[row, i]:.4g} {unit}, where its range {low:.4g} to "
                f"{high:.4g} {unit} or that of the model ends: the data do not determine it, and the value is no "
                "result."
            )
            found.append(Problem("warning", place, message))
    return found


def _misfits(plan: Plan, temperatures_k: FloatArray, chi2: FloatArray, dof: np.ndarray) -> list[Problem]:
    found = []
    for row, place in enumerate(_rows(temperatures_k)):
        if dof[row] > 0 and chi2[row] > dof[row] + _MISFIT * np.sqrt(2.0 * dof[row]):
            message = (
                f"{plan.model.title} does not describe η (χ² {chi2[row]:.0f} for {dof[row]} degrees of freedom): its "
                "parameters are numbers of a model that fails. Look at the residuals."
            )
            found.append(Problem("warning", place, message))
    return found
