"""χ² of a rate model with gradient and curvature, for temperatures by themselves and for all jointly.

The misfit is that of `asplab.core.polaron.objectives`: r = N − η D with the covariance C(η) of r, errors of ΔE as
effective variance, D replaced by its least-squares estimate in the derivatives. Priors of the plan add their own χ².

A nuisance β, in prior standard deviations, moves N, D and ΔE by β times its effect. Where a temperature is fitted by
itself, β is averaged over its prior: to first order it adds to C the outer product of ∂r/∂β. In the joint fit β is a
parameter with the term β² in χ², as the deviation δ of a shared quantum yield is.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from asplab.core.polaron.comparison.curves import Curves
from asplab.core.polaron.logit import LogitProblem
from asplab.core.polaron.objectives import Evaluation
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Changes of N, D (in the units of the problem) and of ΔE in meV for β = 1, (n_fits, n_nuisances, n_points)."""

    numerator: FloatArray
    denominator: FloatArray
    detuning_mev: FloatArray

    def lanes(self, chosen: np.ndarray) -> "Effects":
        """Return the effects on the chosen fits, which may repeat."""
        return Effects(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def joined(self, other: "Effects") -> "Effects":
        """Return these effects followed by others."""
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return Effects(*(np.concatenate(pair, axis=1) for pair in pairs))

    @classmethod
    def of_yield(cls, problem: LogitProblem) -> "Effects":
        """Return the effect of one standard error of a quantum yield that all fits share."""
        nothing = np.zeros_like(problem.sensitivity)[:, None]
        return cls(nothing, problem.sensitivity[:, None], nothing)

    @classmethod
    def of_lasers(cls, problem: LogitProblem, lasers: FloatArray) -> "Effects":
        """Return the effects of a photon energy one standard error below the stated one, for each laser."""
        n, each = problem.numerator.shape[1], lasers.transpose(0, 2, 1)
        own = problem.own_sensitivity[:, None]
        return cls(each * own[:, :, :n], each * own[:, :, n:], each * problem.own_error_mev[:, None])

    @classmethod
    def of_leak(cls, problem: LogitProblem) -> "Effects":
        """Return the effect of one standard error of a measured leak."""
        n, leak = problem.numerator.shape[1], problem.leak_sensitivity[:, None]
        return cls(leak[:, :, :n], leak[:, :, n:], np.zeros_like(leak[:, :, :n]))

    @classmethod
    def of_reference(cls, problem: LogitProblem, error_mev: float) -> "Effects":
        """Return the effect of one standard error of the reference of ΔE that all fits share, upwards."""
        nothing = np.zeros_like(problem.sensitivity)[:, None]
        return cls(nothing, nothing, error_mev * problem.use[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class SeparateModel:
    """Every temperature by itself; parameters are the level L and the coordinates of the plan.

    ``effects`` are those of nuisances over whose priors χ² is averaged; ``lasers`` (n_fits, n_points, n_lasers) are 1
    where a laser excites a point that serves several temperatures, None where there is none with an error;
    ``reference_mev`` is that part of the errors of the references of ΔE which all temperatures share.
    """

    curves: Curves
    problem: LogitProblem
    effects: Effects | None = None
    lasers: FloatArray | None = None
    reference_mev: float = 0.0

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Return χ² (n_fits,), gradient and curvature; χ² is infinite where the model can't be evaluated."""
        chi2, gradient, normal = _evaluate(self, parameters, None)
        more, slope, curvature = self.curves.plan.prior(parameters[:, 1:])
        gradient[:, 1:] += slope
        normal[:, 1:, 1:] += curvature
        return chi2 + more, gradient, normal

    def lanes(self, chosen: np.ndarray) -> "SeparateModel":
        """Return the objective of the chosen fits, which may repeat."""
        effects = None if self.effects is None else self.effects.lanes(chosen)
        lasers = None if self.lasers is None else self.lasers[chosen]
        return SeparateModel(self.curves.lanes(chosen), self.problem.lanes(chosen), effects, lasers, self.reference_mev)


@dataclass(frozen=True, slots=True, eq=False)
class JointModel:
    """All temperatures with one set of coordinates: parameters are levels, nuisances β, coordinates.

    The first β is the deviation δ of a shared quantum yield, the last ones are the errors of shared lasers, of a
    measured leak and of a shared reference.

    Attributes
    ----------
    level : ndarray of int, shape (n_temperatures,)
        Which level each temperature has.
    place : ndarray, shape (n_temperatures, n_parameters, 1 + n_nuisances + n_free)
        Where (L, β, coordinates) of each temperature stand among the parameters.
    effects : Effects
        Of the nuisances.
    """

    curves: Curves
    problem: LogitProblem
    level: np.ndarray
    place: FloatArray
    effects: Effects

    @property
    def nuisances(self) -> slice:
        """Where β stand among the parameters."""
        last = self.place.shape[1] - len(self.curves.plan.names)
        return slice(last - self.effects.numerator.shape[1], last)

    @property
    def curve_place(self) -> FloatArray:
        """Where (L, coordinates) of each temperature stand, (n_temperatures, n_parameters, 1 + n_free)."""
        return np.delete(self.place, np.s_[1 : 1 + self.effects.numerator.shape[1]], axis=2)

    def own(self, parameters: FloatArray) -> FloatArray:
        """Return (L, β, coordinates) of each temperature from parameters (n_parameters,)."""
        return np.asarray(parameters @ self.place)

    def of_curves(self, parameters: FloatArray) -> FloatArray:
        """Return (L, coordinates) of each temperature from parameters (n_parameters,)."""
        return np.asarray(parameters @ self.curve_place)

    def moved(self, parameters: FloatArray) -> SeparateModel:
        """Return the temperatures as nuisances move them, one set of parameters (n_fits, …) after another."""
        every = np.tile(np.arange(len(self.level)), len(parameters))
        curves, problem = self.curves.lanes(every), self.problem.lanes(every)
        numerator, denominator, detuning = (
            np.einsum("mb,tbn->mtn", parameters[:, self.nuisances], getattr(self.effects, field.name)).reshape(
                every.size, -1
            )
            for field in fields(self.effects)
        )
        problem = replace(
            problem,
            numerator=problem.numerator + numerator * problem.use,
            denominator=problem.denominator + denominator * problem.use,
        )
        return SeparateModel(replace(curves, detuning_mev=curves.detuning_mev + detuning), problem)

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate one fit or several, (n_fits, n_parameters); χ² is infinite where a nuisance moves a ΔE below 0."""
        (m, n), t = parameters.shape, len(self.level)
        chi2, gradient, normal = np.full(m, np.inf), np.zeros((m, n)), np.zeros((m, n, n))
        moved = self.moved(parameters)
        able = np.flatnonzero((moved.curves.detuning_mev.reshape(m, -1) > 0.0).all(axis=1))
        if not able.size:
            return chi2, gradient, normal
        if able.size < m:
            moved, parameters = self.moved(parameters[able]), parameters[able]
        own = np.einsum("mp,tpq->mtq", parameters, self.curve_place).reshape(able.size * t, -1)
        effects = self.effects.lanes(np.tile(np.arange(t), able.size))
        found, slope, bend = (part.reshape(able.size, t, *part.shape[1:]) for part in _evaluate(moved, own, effects))
        slope = np.einsum("tpw,mtw->mp", self.place, slope)
        bend = (self.place @ bend @ self.place.transpose(0, 2, 1)).sum(axis=1)
        beta, shape = self.nuisances, slice(self.nuisances.stop, n)
        more, by_shape, bend_of_shape = self.curves.plan.prior(parameters[:, shape])
        slope[:, beta] += parameters[:, beta]
        slope[:, shape] += by_shape
        bend[:, beta, beta] += np.eye(beta.stop - beta.start)
        bend[:, shape, shape] += bend_of_shape
        chi2[able] = found.sum(axis=1) + (parameters[:, beta] ** 2).sum(axis=1) + more
        gradient[able], normal[able] = slope, bend
        return chi2, gradient, normal


def joint_model(separate: SeparateModel, level: np.ndarray) -> JointModel:
    """Set up the joint fit; ``level`` (n_temperatures,) says which level each temperature has."""
    effects = Effects.of_yield(separate.problem)
    if separate.effects is not None:
        effects = effects.joined(separate.effects)
    problem = separate.problem.without_shared()
    if separate.lasers is not None:
        effects = effects.joined(Effects.of_lasers(problem, separate.lasers))
        problem = _without_lasers(problem, separate.lasers)
    if problem.leak_sensitivity.any():
        effects, problem = effects.joined(Effects.of_leak(problem)), problem.without_leak()
    if separate.reference_mev > 0.0:
        effects = effects.joined(Effects.of_reference(problem, separate.reference_mev))
        problem = problem.without_reference(separate.reference_mev)
    n, n_levels = len(level), int(level.max()) + 1
    others = effects.numerator.shape[1] + len(separate.curves.plan.names)
    place = np.zeros((n, n_levels + others, 1 + others))
    place[np.arange(n), level, 0] = 1.0
    place[:, n_levels:, 1:] = np.eye(others)
    return JointModel(separate.curves, problem, level, place, effects)


def _without_lasers(problem: LogitProblem, lasers: FloatArray) -> LogitProblem:
    """Return the problem without the errors of lasers that several temperatures share."""
    kept = 1.0 - lasers.sum(axis=2)
    taken = problem.own_sensitivity * np.tile(1.0 - kept, 2)
    n, covariance = problem.numerator.shape[1], problem.covariance.copy()
    at, both = np.arange(n), ((0, 0), (0, n), (n, 0), (n, n))
    for row, column in both:
        covariance[:, row + at, column + at] -= taken[:, row + at] * taken[:, column + at]
    return replace(
        problem,
        covariance=covariance,
        own_error_mev=problem.own_error_mev * kept,
        own_sensitivity=problem.own_sensitivity * np.tile(kept, 2),
    )


def level_chi2(model: SeparateModel, levels: FloatArray, shape: FloatArray) -> FloatArray:
    """Return χ² (n_levels, n_fits) of several levels L at coordinates (n_fits, n_free), to choose among them.

    Errors of ΔE are left out, and priors of the coordinates.
    """
    result = np.full(levels.shape, np.inf)
    able = np.flatnonzero(model.curves.plan.feasible(shape))
    if not able.size:
        return result
    model, levels, shape = model.lanes(able), levels[:, able], shape[able]
    if model.curves.plan.is_averaged:
        logits = [model.curves.logit(level, shape) for level in levels]
    else:
        at_zero = model.curves.logit(np.zeros(able.size), shape)
        logits = [at_zero + level[:, None] for level in levels]
    for number, z in enumerate(logits):
        possible = model.curves.possible(z)
        eta, _ = model.curves.efficiency(np.where(possible[:, None], z, 0.0))
        spread, _ = spread_of(model, eta, np.zeros_like(eta))
        residual = (model.problem.numerator - eta * model.problem.denominator)[:, :, None]
        chi2 = (residual * np.linalg.solve(spread, residual)).sum(axis=(1, 2))
        result[number, able] = np.where(possible, chi2, np.inf)
    return result


def spread_of(model: SeparateModel, eta: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return C(η) of r = N − η D, (n_fits, n_points, n_points), and Cov(r, D); ``slope`` is dη/dΔE."""
    problem = model.problem
    n, c, by_row = problem.numerator.shape[1], problem.covariance, eta[:, :, None]
    with_d = c[:, :n, n:] - by_row * c[:, n:, n:]
    spread = c[:, :n, :n] - by_row * c[:, n:, :n]
    spread -= with_d * eta[:, None, :]
    diagonal = np.einsum("fii->fi", spread)
    diagonal += problem.unused
    if problem.has_energy_errors:
        lever = slope * problem.denominator
        moved = problem.common_error_mev * lever
        spread += moved[:, :, None] * moved[:, None, :]
        by_energy, by_d = lever * problem.own_error_mev, problem.own_sensitivity[:, n:]
        diagonal += by_energy * (by_energy - 2.0 * (problem.own_sensitivity[:, :n] - eta * by_d))
        np.einsum("fii->fi", with_d)[...] -= by_energy * by_d
    if model.effects is not None:
        by_nuisance = _by_nuisance(model.effects, problem, eta, slope, problem.denominator)
        spread += by_nuisance.transpose(0, 2, 1) @ by_nuisance
        with_d = with_d + by_nuisance.transpose(0, 2, 1) @ (model.effects.denominator * problem.use[:, None])
    return spread, with_d


def _by_nuisance(
    effects: Effects, problem: LogitProblem, eta: FloatArray, slope: FloatArray, observed: FloatArray
) -> FloatArray:
    """Return ∂r/∂β, (n_fits, n_nuisances, n_points)."""
    by_energy = effects.detuning_mev * (slope * observed)[:, None]
    change = effects.numerator - eta[:, None] * effects.denominator - by_energy
    return np.asarray(np.where(problem.use[:, None], change, 0.0))


def _evaluate(model: SeparateModel, parameters: FloatArray, explicit: Effects | None) -> Evaluation:
    """Return χ², gradient and curvature of (L, coordinates), or of (L, β, coordinates) where β are explicit."""
    count = 0 if explicit is None else explicit.numerator.shape[1]
    width = parameters.shape[1] + count
    chi2 = np.full(len(parameters), np.inf)
    gradient, normal = np.zeros((len(parameters), width)), np.zeros((len(parameters), width, width))
    able = np.flatnonzero(model.curves.plan.feasible(parameters[:, 1:]))
    if not able.size:
        return chi2, gradient, normal
    if able.size < len(parameters):
        model, parameters = model.lanes(able), parameters[able]
        explicit = None if explicit is None else explicit.lanes(able)
    z, by_parameter, by_energy = model.curves.derivatives(parameters[:, 0], parameters[:, 1:])
    possible = model.curves.possible(z)
    chi2[able], gradient[able], normal[able] = _misfit(model, z, by_parameter, by_energy, explicit)
    chi2[able[~possible]] = np.inf
    return chi2, gradient, normal


def _misfit(
    model: SeparateModel, z: FloatArray, by_parameter: FloatArray, by_energy: FloatArray, explicit: Effects | None
) -> Evaluation:
    problem = model.problem
    eta, slope = model.curves.efficiency(z)
    spread, with_d = spread_of(model, eta, slope * by_energy)
    inverse = np.linalg.inv(spread)
    residual = problem.numerator - eta * problem.denominator
    weighted = inverse @ residual[:, :, None]
    # Best estimate of D given the residual r: D − Cov(D, r) C⁻¹ r.
    best = problem.denominator - (weighted.transpose(0, 2, 1) @ with_d)[:, 0]
    jacobian = (-slope * best)[:, :, None] * by_parameter
    if explicit is not None:
        shift = _by_nuisance(explicit, problem, eta, slope * by_energy, best).transpose(0, 2, 1)
        jacobian = np.concatenate([jacobian[:, :, :1], shift, jacobian[:, :, 1:]], axis=2)
    across = jacobian.transpose(0, 2, 1)
    chi2 = (residual[:, None] @ weighted)[:, 0, 0]
    return chi2, (across @ weighted)[:, :, 0], across @ (inverse @ jacobian)
