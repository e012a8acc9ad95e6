"""χ² of a rate model with gradient and curvature, for temperatures by themselves and for all jointly.

The misfit is that of `asplab.core.polaron.objectives`: r = N − η D with the covariance C(η) of r, errors of ΔE as
effective variance, D replaced by its least-squares estimate in the derivatives.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.polaron.comparison.curves import Curves
from asplab.core.polaron.logit import LogitProblem
from asplab.core.polaron.objectives import Evaluation
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SeparateModel:
    """Every temperature by itself; parameters are the level L and the coordinates of the plan."""

    curves: Curves
    problem: LogitProblem

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Return χ² (n_fits,), gradient and curvature; χ² is infinite where the model can't be evaluated."""
        return _evaluate(self.curves, self.problem, parameters, None)

    def lanes(self, chosen: np.ndarray) -> "SeparateModel":
        """Return the objective of the chosen fits, which may repeat."""
        return SeparateModel(self.curves.lanes(chosen), self.problem.lanes(chosen))


@dataclass(frozen=True, slots=True, eq=False)
class JointModel:
    """All temperatures with one set of coordinates: parameters are levels, the shared-yield deviation δ, coordinates.

    Attributes
    ----------
    level : ndarray of int, shape (n_temperatures,)
        Which level each temperature has.
    place : ndarray, shape (n_temperatures, n_parameters, 2 + n_free)
        Where (L, δ, coordinates) of each temperature stand among the parameters.
    """

    curves: Curves
    problem: LogitProblem
    level: np.ndarray
    place: FloatArray

    def own(self, parameters: FloatArray) -> FloatArray:
        """Return (L, δ, coordinates) of each temperature from parameters (n_parameters,)."""
        return np.asarray(parameters @ self.place)

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate one fit or several, (n_fits, n_parameters)."""
        results = [self._one(row) for row in parameters]
        return (
            np.array([chi2 for chi2, _, _ in results]),
            np.array([gradient for _, gradient, _ in results]),
            np.array([normal for _, _, normal in results]),
        )

    def _one(self, parameters: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        own = self.own(parameters)
        deviation = float(own[0, 1])
        chi2, gradient, normal = _evaluate(self.curves, self.problem, np.delete(own, 1, axis=1), deviation)
        full = (self.place @ gradient[:, :, None]).sum(axis=0)[:, 0]
        curvature = (self.place @ normal @ self.place.transpose(0, 2, 1)).sum(axis=0)
        at = self.place.shape[1] - self.place.shape[2] + 1
        full[at] += deviation
        curvature[at, at] += 1.0
        return float(chi2.sum()) + deviation**2, full, curvature


def joint_model(curves: Curves, problem: LogitProblem, level: np.ndarray) -> JointModel:
    """Set up the joint fit; ``level`` (n_temperatures,) says which level each temperature has."""
    n, n_free = len(level), len(curves.plan.names)
    n_levels = int(level.max()) + 1
    place = np.zeros((n, n_levels + 1 + n_free, 2 + n_free))
    place[np.arange(n), level, 0] = 1.0
    for i in range(1 + n_free):
        place[:, n_levels + i, 1 + i] = 1.0
    return JointModel(curves, problem.without_shared(), level, place)


def spread_of(
    problem: LogitProblem, eta: FloatArray, observed: FloatArray, slope: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return C(η) of r = N − η D, (n_fits, n_points, n_points), and Cov(D, r); ``slope`` is dη/dΔE."""
    n, c, by_row = problem.numerator.shape[1], problem.covariance, eta[:, :, None]
    with_d = c[:, :n, n:] - by_row * c[:, n:, n:]
    spread = c[:, :n, :n] - by_row * c[:, n:, :n]
    spread -= with_d * eta[:, None, :]
    diagonal = np.einsum("fii->fi", spread)
    diagonal += problem.unused
    if problem.has_energy_errors:
        lever = slope * observed
        moved = problem.common_error_mev * lever
        spread += moved[:, :, None] * moved[:, None, :]
        diagonal += (lever * problem.own_error_mev) ** 2
    return spread, with_d


def _evaluate(curves: Curves, problem: LogitProblem, parameters: FloatArray, deviation: float | None) -> Evaluation:
    """Return χ², gradient and curvature of (L, coordinates), or of (L, δ, coordinates) where there is a δ."""
    width = parameters.shape[1] + (deviation is not None)
    chi2 = np.full(len(parameters), np.inf)
    gradient, normal = np.zeros((len(parameters), width)), np.zeros((len(parameters), width, width))
    able = np.flatnonzero(curves.plan.feasible(parameters[:, 1:]))
    if not able.size:
        return chi2, gradient, normal
    if able.size < len(parameters):
        curves, problem, parameters = curves.lanes(able), problem.lanes(able), parameters[able]
    z, by_parameter, by_energy = curves.derivatives(parameters[:, 0], parameters[:, 1:])
    possible = curves.possible(z)
    chi2[able], gradient[able], normal[able] = _misfit(curves, problem, z, by_parameter, by_energy, deviation)
    chi2[able[~possible]] = np.inf
    return chi2, gradient, normal


def _misfit(
    curves: Curves,
    problem: LogitProblem,
    z: FloatArray,
    by_parameter: FloatArray,
    by_energy: FloatArray,
    deviation: float | None,
) -> Evaluation:
    eta, slope = curves.efficiency(z)
    observed = problem.denominator if deviation is None else problem.denominator + deviation * problem.sensitivity
    spread, with_d = spread_of(problem, eta, observed, slope * by_energy)
    inverse = np.linalg.inv(spread)
    residual = problem.numerator - eta * observed
    weighted = inverse @ residual[:, :, None]
    # Best estimate of D given the residual r: D − Cov(D, r) C⁻¹ r.
    best = observed - (weighted.transpose(0, 2, 1) @ with_d)[:, 0]
    jacobian = (-slope * best)[:, :, None] * by_parameter
    if deviation is not None:
        shift = -(eta * problem.sensitivity)[:, :, None]
        jacobian = np.concatenate([jacobian[:, :, :1], shift, jacobian[:, :, 1:]], axis=2)
    across = jacobian.transpose(0, 2, 1)
    chi2 = (residual[:, None] @ weighted)[:, 0, 0]
    return chi2, (across @ weighted)[:, :, 0], across @ (inverse @ jacobian)
