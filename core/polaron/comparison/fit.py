"""Any rate model fitted to η(ΔE, T): every temperature by itself, and all jointly."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2 as chi2_distribution

from asplab.core.efficiency import EfficiencyFit
from asplab.core.polaron.comparison.curves import Curves
from asplab.core.polaron.comparison.joint import JointResult, fit_joint
from asplab.core.polaron.comparison.misfit import SeparateModel
from asplab.core.polaron.comparison.options import ModelOptions, Plan, plan_model
from asplab.core.polaron.comparison.search import inverse, search
from asplab.core.polaron.logit import CENTRE_MEV, build_problem
from asplab.core.problems import Problem
from asplab.core.units import FloatArray, thermal_energy_mev

_MISFIT = 4.0


@dataclass(frozen=True, slots=True)
class ScaleTest:
    """Whether one scale ln A for all temperatures is allowed: Δχ² against a scale for each.

    Attributes
    ----------
    chi2_free, chi2_shared : float
        NaN unless two temperatures could be fitted.
    dof : int
        Scales saved.
    p_value : float
        Probability of a Δχ² at least as large where the scale is one.
    """

    chi2_free: float = np.nan
    chi2_shared: float = np.nan
    dof: int = 0
    p_value: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class ModelFit:
    """A rate model fitted to each temperature, and to all of them jointly in the last entry.

    Arrays have n_rows = n_temperatures + 1 rows; NaN where a fit is not possible. The joint row is NaN unless two
    temperatures could be fitted.

    Attributes
    ----------
    model : str
    names : tuple of str
        Free parameters besides the scale.
    temperatures_k : ndarray, shape (n_temperatures,)
    values, errors : ndarray, shape (n_rows, n_names)
        In the unit of each name; first-order standard errors, NaN at a bound.
    at_bound : ndarray of bool, shape (n_rows, n_names)
        The best value is the end of what was allowed: it is no result.
    polaron_energy_mev, polaron_energy_error_mev, huang_rhys, huang_rhys_error : ndarray, shape (n_rows,)
        E_p = g²/ħω and S = (g/ħω)²; NaN for a model without them.
    log_scale : ndarray, shape (n_rows,)
        ln A with rates in meV units; of the joint fit the mean over its temperatures.
    chi2, dof, n_points, n_parameters : ndarray, shape (n_rows,)
    scale_test : ScaleTest
    fitted, joined : ndarray of bool, shape (n_temperatures,)
        Temperatures that were fitted, and those in the joint fit.
    parameters : ndarray, shape (n_temperatures, 1 + n_names)
        Level L of `Curves` and coordinates of ``plan``.
    covariance : ndarray, shape (n_temperatures, 1 + n_names, 1 + n_names)
        Of the parameters; NaN in rows and columns of those at a bound.
    plan, objective, joint : Plan, SeparateModel, JointResult or None
        What was fitted; the objective holds the fitted temperatures only.
    """

    model: str
    names: tuple[str, ...]
    temperatures_k: FloatArray
    values: FloatArray
    errors: FloatArray
    at_bound: np.ndarray
    polaron_energy_mev: FloatArray
    polaron_energy_error_mev: FloatArray
    huang_rhys: FloatArray
    huang_rhys_error: FloatArray
    log_scale: FloatArray
    chi2: FloatArray
    dof: np.ndarray
    n_points: np.ndarray
    n_parameters: np.ndarray
    scale_test: ScaleTest
    fitted: np.ndarray
    joined: np.ndarray
    parameters: FloatArray
    covariance: FloatArray
    plan: Plan
    objective: SeparateModel | None
    joint: JointResult | None
    problems: tuple[Problem, ...] = ()

    def value(self, name: str) -> FloatArray:
        """Return the fitted values (n_rows,) of one parameter, or the fixed one in every row."""
        if name in self.plan.fixed:
            return np.where(np.isfinite(self.chi2), self.plan.fixed[name], np.nan)
        return self.values[:, self.names.index(name)]

    def error(self, name: str) -> FloatArray:
        """Return the errors (n_rows,) of one free parameter."""
        return self.errors[:, self.names.index(name)]


def fit_model(
    efficiency: EfficiencyFit, model: str, options: ModelOptions | None = None, *, least_points: int = 1
) -> ModelFit:
    """Fit a rate model with a free scale to η of every temperature by itself and to all jointly.

    Points with ΔE ≤ 0 or outside the chosen range are not used, whatever the model; η of 1 or more and of 0 or
    less are kept. A fit needs as many points as it has parameters; temperatures with fewer than ``least_points`` take
    no part in the joint fit.

    Raises
    ------
    AnalysisError
        For an unknown model or parameter, and impossible values or bounds.
    """
    options = options or ModelOptions()
    plan = plan_model(model, options)
    use, n_parameters = _use(efficiency, options), 1 + len(plan.names)
    counts = use.sum(axis=1)
    fitted, joined = counts >= n_parameters, counts >= max(n_parameters, least_points)
    table = _Table.empty(len(counts), n_parameters)
    objective, joint, test = None, None, ScaleTest()
    if fitted.any():
        objective = _objective(efficiency, plan, use, np.flatnonzero(fitted))
        table.fill_separate(objective, fitted)
        if joined.sum() > 1:
            joint, test = _joint(objective.lanes(joined[fitted]), table.parameters[joined], options)
            table.fill_joint(joint)
    n_points = np.append(counts, counts[joined].sum())
    # The deviation of a shared quantum yield comes with a prior of its own, which is one point more.
    k = np.append(np.full(len(counts), n_parameters), n_parameters if joint is None else len(joint.parameters) - 1)
    values, errors, energies = _physical(plan, table.shapes, table.shape_covariance)
    return ModelFit(
        model=model,
        names=plan.names,
        temperatures_k=efficiency.temperatures_k,
        values=values,
        errors=errors,
        at_bound=table.held,
        polaron_energy_mev=energies[0],
        polaron_energy_error_mev=energies[1],
        huang_rhys=energies[2],
        huang_rhys_error=energies[3],
        log_scale=table.log_scale,
        chi2=table.chi2,
        dof=np.where(np.isfinite(table.chi2), n_points - k, 0),
        n_points=n_points,
        n_parameters=k,
        scale_test=test,
        fitted=fitted,
        joined=joined,
        parameters=table.parameters,
        covariance=table.covariance,
        plan=plan,
        objective=objective,
        joint=joint,
        problems=(
            *_too_few(efficiency, plan, counts, fitted),
            *_bound_problems(plan, efficiency.temperatures_k, values, table.held),
            *_misfits(plan, efficiency.temperatures_k, table.chi2, n_points - k),
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

    def fill_separate(self, objective: SeparateModel, fitted: np.ndarray) -> None:
        rows = np.flatnonzero(fitted)
        found, self.chi2[rows], normal, held = search(objective, thermal_energy_mev(objective.curves.temperature_k))
        self.parameters[rows], self.covariance[rows] = found, inverse(normal, held)
        self.held[rows], self.shapes[rows] = held[:, 1:], found[:, 1:]
        self.shape_covariance[rows] = self.covariance[rows, 1:, 1:]
        self.log_scale[rows] = objective.curves.log_scale(found[:, 0], found[:, 1:])

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


def _use(efficiency: EfficiencyFit, options: ModelOptions) -> np.ndarray:
    low, high = options.detuning_range_mev
    detuning = efficiency.detuning_mev
    with np.errstate(invalid="ignore"):
        return np.asarray(efficiency.fitted & (detuning > 0.0) & (detuning >= low) & (detuning <= high))


def _objective(efficiency: EfficiencyFit, plan: Plan, use: np.ndarray, rows: np.ndarray) -> SeparateModel:
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
    ).lanes(rows)
    return SeparateModel(Curves(plan, detuning[rows], temperature[rows], temperature[rows]), problem)


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
    energies = []
    for value, power in ((g**2 / phonon, -1.0), ((g / phonon) ** 2, -2.0)):
        weight = np.array([{"g_mev": 2.0, "phonon_mev": power}.get(name, 0.0) for name in plan.names])
        value = np.where(np.isfinite(shapes).all(axis=1), value, np.nan)
        energies += [value, value * np.sqrt(np.maximum(np.einsum("i,fij,j->f", weight, covariance, weight), 0.0))]
    return values, errors, (energies[0], energies[1], energies[2], energies[3])


def _rows(temperatures_k: FloatArray) -> list[str]:
    return [*(f"{temperature:.0f} K" for temperature in temperatures_k), "joint fit"]


def _too_few(efficiency: EfficiencyFit, plan: Plan, counts: np.ndarray, fitted: np.ndarray) -> list[Problem]:
    k = 1 + len(plan.names)
    return [
        Problem(
            "warning",
            f"{efficiency.temperatures_k[t]:.0f} K",
            f"{counts[t]} usable detuning(s); {plan.model.title} ({plan.model.name}) has {k} parameters and needs at "
            f"least {k} points, and {k + 2} to be compared. Measure more detunings, or widen the range of ΔE.",
        )
        for t in np.flatnonzero(~fitted & efficiency.valid.any(axis=1))
    ]


def _bound_problems(plan: Plan, temperatures_k: FloatArray, values: FloatArray, held: np.ndarray) -> list[Problem]:
    found = []
    for row, place in enumerate(_rows(temperatures_k)):
        for i in np.flatnonzero(held[row]):
            low, high = plan.physical(plan.low)[i], plan.physical(plan.high)[i]
            message = (
                f"{plan.model.title}: {plan.names[i]} stopped at {values[row, i]:.4g}, where its range {low:.4g} to "
                f"{high:.4g} or that of the model ends: the data do not determine it, and the value is no result."
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
