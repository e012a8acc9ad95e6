"""χ² of Eq. 9 with its gradient and curvature, for temperatures by themselves and for all jointly.

The misfit of r = N − η D is χ² = rᵀ C(η)⁻¹ r with C the covariance of r. Its gradient is exact when D and ΔE are
replaced by their most likely values given r [York 1969]; small errors of ΔE alone are taken about the stated ΔE, which
moves ħω of the joint fit by some thousandths of its error. See `asplab.core.polaron.residuals`.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from asplab.core.polaron.logit import LogitProblem
from asplab.core.polaron.residuals import Shared, settle
from asplab.core.units import FloatArray

Evaluation = tuple[FloatArray, FloatArray, FloatArray]


class Objective(Protocol):
    """χ² (n_fits,), Jᵀr (n_fits, n_parameters) and JᵀJ of whitened residuals at parameters (n_fits, n_parameters)."""

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate all fits."""


@dataclass(frozen=True, slots=True, eq=False)
class SeparateFits:
    """Every temperature by itself."""

    problem: LogitProblem

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate all fits; parameters are (L₀, κ, u)."""
        chi2, gradient, normal, _ = _evaluate(self.problem, parameters, None, Shared())
        return chi2, gradient, normal


@dataclass(frozen=True, slots=True, eq=False)
class JointFit:
    """All temperatures with one κ and u: parameters are scales, the shared-yield deviation δ, κ, u.

    δ is in standard errors with a normal prior; it only matters where a quantum yield is shared.

    Attributes
    ----------
    scale : ndarray of int, shape (n_temperatures,)
        Which scale each temperature has.
    scale_offset : ndarray, shape (n_temperatures,)
        What is added to it to give L₀: a scale ln A that temperatures share needs −E₀/kT.
    place : ndarray, shape (n_temperatures, n_parameters, 4)
        Where (L₀, δ, κ, u) of each temperature stand among the parameters: see `joint_fit`.
    laser : ndarray, shape (n_temperatures, n_points, n_lasers), or None
        1 where a point was excited by a laser that serves several temperatures with one error of its wavelength.
    reference_mev : float
        Error of the reference of ΔE that all temperatures share; no part of the problem's.
    leak : ndarray, shape (n_temperatures, 2 n_points), or None
        Change of (N, D) with one standard error of a measured leak; no part of the problem's covariance.
    """

    problem: LogitProblem
    scale: np.ndarray
    scale_offset: FloatArray
    place: FloatArray
    laser: FloatArray | None = None
    reference_mev: float = 0.0
    leak: FloatArray | None = None

    @property
    def ties_temperatures(self) -> bool:
        """True where temperatures share an error of ΔE or of a leak."""
        return self.laser is not None or self.leak is not None or self.reference_mev > 0.0

    @property
    def shared(self) -> Shared:
        """Errors that serve several temperatures."""
        return Shared(self.laser, self.reference_mev, self.leak)

    def of(self, problem: LogitProblem) -> "JointFit":
        """Return the joint fit of other data of the same temperatures, whose errors hold what they share."""
        apart = problem.without_shared().without_reference(self.reference_mev).without_leak()
        return replace(self, problem=apart, leak=problem.leak_sensitivity if self.leak is not None else None)

    def start(self, separate: FloatArray, normal: FloatArray) -> FloatArray:
        """Return starting parameters (1, n_parameters): the separate ones combined by their normal matrices."""
        own = separate.copy()
        own[:, 0] -= self.scale_offset
        place = self.place[:, :, [0, 2, 3]]
        weighted = place @ normal
        total = (weighted @ place.transpose(0, 2, 1)).sum(axis=0)
        total[-3, -3] = 1.0
        right = (weighted @ own[:, :, None])[:, :, 0].sum(axis=0)
        return np.linalg.solve(regular(total[None]), right[:, None])[:, :, 0]

    def __call__(self, parameters: FloatArray) -> Evaluation:
        """Evaluate the fit; one fit at a time."""
        deviation = float(parameters[0, -3])
        shares = self.problem.has_shared_error
        of_curve = self.place[:, :, [0, 2, 3]]
        place = self.place if shares else of_curve
        own = parameters[0] @ of_curve
        own[:, 0] += self.scale_offset
        chi2, gradient, normal, common = _evaluate(self.problem, own, deviation if shares else None, self.shared)
        full = (place @ gradient[:, :, None]).sum(axis=0)[None, :, 0]
        curvature = (place @ normal @ place.transpose(0, 2, 1)).sum(axis=0)[None]
        if common is not None:
            by_error = (common.gradient @ place.transpose(0, 2, 1)).sum(axis=0)
            curvature -= by_error.T @ np.linalg.solve(common.normal, by_error)
        full[0, -3] += deviation
        curvature[0, -3, -3] += 1.0
        return np.array([chi2.sum() + deviation**2]), full, curvature


def joint_fit(
    problem: LogitProblem, scale: np.ndarray, scale_offset: FloatArray, shared: Shared | None = None
) -> JointFit:
    """Set up the joint fit of the temperatures of ``problem``; arguments as in `JointFit`.

    The errors of ``problem`` hold what is ``shared``, and its covariance what a measured leak does.
    """
    shared = shared or Shared()
    n_fits = len(scale)
    place = np.zeros((n_fits, int(scale.max()) + 4, 4))
    place[np.arange(n_fits), scale, 0] = 1.0
    place[:, [-3, -2, -1], [1, 2, 3]] = 1.0
    leak = problem.leak_sensitivity if problem.leak_sensitivity.any() else None
    return JointFit(problem, scale, scale_offset, place, shared.laser, shared.reference_mev, leak).of(problem)


class _Common(NamedTuple):
    """What errors that temperatures share do to a fit.

    ``normal`` (n_shared, n_shared) is the curvature of χ² by these errors, ``gradient`` (n_fits, n_shared,
    n_parameters) the one by an error and a parameter.
    """

    normal: FloatArray
    gradient: FloatArray


def _evaluate(
    problem: LogitProblem, parameters: FloatArray, deviation: float | None, shared: Shared
) -> tuple[FloatArray, FloatArray, FloatArray, _Common | None]:
    """Return χ², gradient and curvature of (L₀, κ, u), or of (L₀, δ, κ, u) where there is a deviation δ."""
    observed = problem.denominator if deviation is None else problem.denominator + deviation * problem.sensitivity
    at, found = settle(problem, parameters, observed, shared)
    jacobian = (-at.slope * found.best)[:, :, None] * at.design
    if deviation is not None:
        shift = -(at.eta * problem.sensitivity)[:, :, None]
        jacobian = np.concatenate([jacobian[:, :, :1], shift, jacobian[:, :, 1:]], axis=2)
    across, weighted_jacobian = jacobian.transpose(0, 2, 1), found.inverse @ jacobian
    chi2 = (at.residual[:, None] @ found.weighted)[:, 0, 0]
    gradient, normal = (across @ found.weighted)[:, :, 0], across @ weighted_jacobian
    if found.normal is None or found.pull is None:
        return chi2, gradient, normal, None
    return chi2, gradient, normal, _Common(found.normal, found.pull.transpose(0, 2, 1) @ weighted_jacobian)


def regular(normal: FloatArray, damping: FloatArray | float = 0.0) -> FloatArray:
    """Return a damped copy in which a singular direction can't stop the other fits of the batch."""
    result = normal.copy()
    diagonal = np.einsum("fpp->fp", result)
    floor = 1e-14 * diagonal.max(axis=1, keepdims=True) + 1e-300
    diagonal *= 1.0 + np.reshape(damping, (-1, 1))
    diagonal += floor
    return result
