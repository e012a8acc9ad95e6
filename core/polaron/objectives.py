"""χ² of Eq. 9 with its gradient and curvature, for temperatures by themselves and for all jointly.

The misfit of r = N − η D is χ² = rᵀ C(η)⁻¹ r with C the covariance of r. Its gradient is exact when D is replaced
by its least-squares estimate given r [York 1969], but for how the part of C that comes from errors of ΔE changes
with the parameters: leaving that out moves ħω of the joint fit by some thousandths of its error.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit

from asplab.core.polaron.logit import LogitProblem
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
        return _evaluate(self.problem, parameters, None)


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
    """

    problem: LogitProblem
    scale: np.ndarray
    scale_offset: FloatArray
    place: FloatArray

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
        place = self.place if shares else self.place[:, :, [0, 2, 3]]
        own = parameters[0] @ self.place[:, :, [0, 2, 3]]
        own[:, 0] += self.scale_offset
        chi2, gradient, normal = _evaluate(self.problem, own, deviation if shares else None)
        full = (place @ gradient[:, :, None]).sum(axis=0)[None, :, 0]
        curvature = (place @ normal @ place.transpose(0, 2, 1)).sum(axis=0)[None]
        full[0, -3] += deviation
        curvature[0, -3, -3] += 1.0
        return np.array([chi2.sum() + deviation**2]), full, curvature


def joint_fit(problem: LogitProblem, scale: np.ndarray, scale_offset: FloatArray) -> JointFit:
    """Set up the joint fit of the temperatures of ``problem``; arguments as in `JointFit`."""
    n_fits = len(scale)
    place = np.zeros((n_fits, int(scale.max()) + 4, 4))
    place[np.arange(n_fits), scale, 0] = 1.0
    place[:, [-3, -2, -1], [1, 2, 3]] = 1.0
    return JointFit(problem.without_shared(), scale, scale_offset, place)


def _evaluate(problem: LogitProblem, parameters: FloatArray, deviation: float | None) -> Evaluation:
    """Return χ², gradient and curvature of (L₀, κ, u), or of (L₀, δ, κ, u) where there is a deviation δ."""
    n, at, c = problem.numerator.shape[1], parameters[:, :, None], problem.covariance
    eta = expit(problem.offset + (problem.design @ at)[:, :, 0])
    observed = problem.denominator if deviation is None else problem.denominator + deviation * problem.sensitivity
    slope, by_row = eta * (1.0 - eta), eta[:, :, None]
    with_d = c[:, :n, n:] - by_row * c[:, n:, n:]
    spread = c[:, :n, :n] - by_row * c[:, n:, :n]
    spread -= with_d * eta[:, None, :]
    diagonal = np.einsum("fii->fi", spread)
    diagonal += problem.unused
    if problem.has_energy_errors:
        lever = slope * (problem.slope_offset + (problem.slope_design @ at)[:, :, 0]) * observed
        moved = problem.common_error_mev * lever
        spread += moved[:, :, None] * moved[:, None, :]
        diagonal += (lever * problem.own_error_mev) ** 2
    inverse = np.linalg.inv(spread)
    residual = problem.numerator - eta * observed
    weighted = inverse @ residual[:, :, None]
    # Best estimate of D given the residual r: D − Cov(D, r) C⁻¹ r.
    best = observed - (weighted.transpose(0, 2, 1) @ with_d)[:, 0]
    jacobian = (-slope * best)[:, :, None] * problem.design
    if deviation is not None:
        shift = -(eta * problem.sensitivity)[:, :, None]
        jacobian = np.concatenate([jacobian[:, :, :1], shift, jacobian[:, :, 1:]], axis=2)
    across = jacobian.transpose(0, 2, 1)
    chi2 = (residual[:, None] @ weighted)[:, 0, 0]
    return chi2, (across @ weighted)[:, :, 0], across @ (inverse @ jacobian)


def regular(normal: FloatArray, damping: FloatArray | float = 0.0) -> FloatArray:
    """Return a damped copy in which a singular direction can't stop the other fits of the batch."""
    result = normal.copy()
    diagonal = np.einsum("fpp->fp", result)
    floor = 1e-14 * diagonal.max(axis=1, keepdims=True) + 1e-300
    diagonal *= 1.0 + np.reshape(damping, (-1, 1))
    diagonal += floor
    return result
