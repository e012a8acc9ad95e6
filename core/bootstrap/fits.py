"""Eq. 9 fitted to all draws at once, from the solution of the full sample and with its weights.

The estimating equation is that of the fit itself, Jᵀ C⁻¹ r = 0 with r = N − η D and D in J replaced by its best
estimate; only C stays what it is at the solution of the full sample. Arrays have shape (n_temperatures, n_draws, …).
A draw that does not settle in a few steps is fitted by the damped minimiser of the full chain.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.gauss_newton import minimise
from asplab.core.polaron.logit import LogitProblem
from asplab.core.polaron.objectives import JointFit, SeparateFits, regular
from asplab.core.units import FloatArray

_STEPS = 4
_SETTLED = 1e-3
"""Gain in χ² that the last step predicts, up to which a draw has settled: 0.03 standard errors before that step."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPoints:
    """What the fit of each draw sees: N, D in the units of the problem, and by how much ΔE moves (or None)."""

    numerator: FloatArray
    denominator: FloatArray
    moved_mev: FloatArray | None

    def rows(self, chosen: np.ndarray) -> "DrawnPoints":
        """Return those of the chosen temperatures."""
        moved = None if self.moved_mev is None else self.moved_mev[chosen]
        return DrawnPoints(self.numerator[chosen], self.denominator[chosen], moved)


def scaled_points(
    problem: LogitProblem, efficiency: EfficiencyFit, numerator: FloatArray, denominator: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Bring drawn N and D to the units of ``problem``, whose rows are scaled to unit size."""
    own, size = np.hypot(problem.numerator, problem.denominator), np.hypot(efficiency.numerator, efficiency.denominator)
    scale = np.where(problem.use & (size > 0), own / np.where(size > 0, size, 1.0), 0.0)[:, None]
    kept = problem.use[:, None]
    return np.where(kept, numerator * scale, 0.0), np.where(kept, denominator * scale, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """C⁻¹ of r and Cov(r, D) at given parameters of each temperature, (n_temperatures, n_points, n_points)."""

    inverse: FloatArray
    with_d: FloatArray

    @classmethod
    def of(cls, problem: LogitProblem, parameters: FloatArray) -> "_Weights":
        n, at, c = problem.numerator.shape[1], parameters[:, :, None], problem.covariance
        eta = expit(problem.offset + (problem.design @ at)[:, :, 0])
        with_d = c[:, :n, n:] - eta[:, :, None] * c[:, n:, n:]
        spread = c[:, :n, :n] - eta[:, :, None] * c[:, n:, :n] - with_d * eta[:, None, :]
        lever = eta * (1.0 - eta) * (problem.slope_offset + (problem.slope_design @ at)[:, :, 0]) * problem.denominator
        common = problem.common_error_mev * lever
        spread += common[:, :, None] * common[:, None, :]
        by_energy, by_d = lever * problem.own_error_mev, problem.own_sensitivity[:, n:]
        own = problem.unused + by_energy * (by_energy - 2.0 * (problem.own_sensitivity[:, :n] - eta * by_d))
        spread += own[:, :, None] * np.eye(n)
        with_d -= (by_energy * by_d)[:, :, None] * np.eye(n)
        return cls(np.linalg.inv(spread), with_d)


class _Draws:
    """Gradient and curvature of all draws, with fixed weights."""

    def __init__(self, problem: LogitProblem, points: DrawnPoints, weights: _Weights, *, with_deviation: bool) -> None:
        self._points, self._weights = points, weights
        self._offset, self._design = problem.offset[:, None], np.moveaxis(problem.design, 2, 0)[:, :, None]
        if points.moved_mev is not None:
            # To first order in the error of ΔE, as in the fit.
            slopes = np.moveaxis(problem.slope_design, 2, 0)[:, :, None]
            self._offset = self._offset + points.moved_mev * problem.slope_offset[:, None]
            self._design = np.array(
                [np.broadcast_to(self._design[0], points.numerator.shape)]
                + [d + points.moved_mev * s for d, s in zip(self._design[1:], slopes[1:], strict=True)]
            )
        self._sensitivity = problem.sensitivity[:, None] if with_deviation else None

    def __call__(self, own: FloatArray, deviation: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """Return gradient and curvature, (n_temperatures, n_draws, k) and (…, k, k).

        ``own`` holds (L₀, κ, u), shape (3, n_temperatures, n_draws); ``deviation`` that of a shared quantum yield,
        (n_draws,), which then stands second.
        """
        design, n = self._design, self._points.numerator.shape[2]
        logit = self._offset + own[0][:, :, None]
        logit = logit + own[1][:, :, None] * design[1] + own[2][:, :, None] * design[2]
        eta, observed = expit(logit), self._points.denominator
        if deviation is not None and self._sensitivity is not None:
            observed = observed + deviation[:, None] * self._sensitivity
        weighted = (self._points.numerator - eta * observed) @ self._weights.inverse
        first = -eta * (1.0 - eta) * (observed - weighted @ self._weights.with_d)
        columns = [first, first * design[1], first * design[2]]
        if deviation is not None and self._sensitivity is not None:
            columns.insert(1, -eta * self._sensitivity)
        k, shape = len(columns), first.shape
        jacobian = np.stack(columns, axis=1)
        across = (jacobian.reshape(shape[0], k * shape[1], n) @ self._weights.inverse).reshape(jacobian.shape)
        gradient = np.einsum("tkdn,tdn->tdk", jacobian, weighted)
        normal = np.empty((*shape[:2], k, k))
        for i in range(k):
            for j in range(i, k):
                normal[:, :, i, j] = normal[:, :, j, i] = np.einsum("tdn,tdn->td", jacobian[:, i], across[:, j])
        return gradient, normal


def fit_separate(polaron: PolaronFit, points: DrawnPoints) -> FloatArray:
    """Return (L₀, κ, u) of every draw and temperature, (n_temperatures, n_draws, 3); NaN where not fitted."""
    n_t, n_draws = points.numerator.shape[:2]
    result = np.full((n_t, n_draws, 3), np.nan)
    rows = np.flatnonzero(polaron.fitted)
    if not rows.size:
        return result
    problem, drawn, start = polaron.problem.lanes(rows), points.rows(rows), polaron.parameters[rows]
    draws = _Draws(problem, drawn, _Weights.of(problem, start), with_deviation=False)
    parameters = np.repeat(start[:, None], n_draws, axis=1)
    settled = np.zeros((rows.size, n_draws), dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_STEPS):
            gradient, normal = draws(np.moveaxis(parameters, 2, 0), None)
            parameters, settled = _stepped(parameters, gradient, normal)
            if settled.all():
                break
    lost = np.argwhere(~settled)
    if len(lost):
        lanes = _lanes(problem, drawn, lost[:, 0], lost[:, 1])
        parameters[~settled] = minimise(SeparateFits(lanes), start[lost[:, 0]])[0]
    result[rows] = parameters
    return result


def fit_joint(polaron: PolaronFit, points: DrawnPoints) -> FloatArray:
    """Return (κ, u) of the joint fit of every draw, (n_draws, 2); NaN where there is no joint fit."""
    n_draws = points.numerator.shape[1]
    joint, start = polaron.joint_objective, polaron.joint_parameters
    if joint is None or start is None:
        return np.full((n_draws, 2), np.nan)
    # Weights take the errors of references, lasers and leak as independent, whatever the draws do.
    problem = joint.problem.with_reference(joint.reference_mev).with_leak()
    drawn = points.rows(np.flatnonzero(polaron.fitted))
    shares = problem.has_shared_error
    place = joint.place if shares else joint.place[:, :, [0, 2, 3]]
    own = start @ joint.place[:, :, [0, 2, 3]]
    own[:, 0] += joint.scale_offset
    observed = replace(problem, denominator=problem.denominator + start[-3] * problem.sensitivity)
    draws = _Draws(problem, drawn, _Weights.of(observed, own), with_deviation=shares)
    where = place.argmax(axis=1)
    parameters, settled = np.repeat(start[None], n_draws, axis=0), np.zeros(n_draws, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_STEPS):
            scales = parameters[:, joint.scale].T + joint.scale_offset[:, None]
            own_draws = np.stack([scales, *(np.broadcast_to(parameters[:, i], scales.shape) for i in (-2, -1))])
            gradient, normal = draws(own_draws, parameters[:, -3] if shares else None)
            full, curvature = _gathered(gradient, normal, where, start.size)
            full[:, -3] += parameters[:, -3]
            curvature[:, -3, -3] += 1.0
            parameters, settled = _stepped(parameters, full, curvature)
            if settled.all():
                break
    for d in np.flatnonzero(~settled):
        lanes = _lanes(problem, drawn, np.arange(len(problem.use)), np.full(len(problem.use), d))
        exact = JointFit(lanes, joint.scale, joint.scale_offset, joint.place)
        parameters[d] = minimise(exact, start[None])[0][0]
    return parameters[:, -2:]


def _gathered(
    gradient: FloatArray, normal: FloatArray, where: np.ndarray, n_parameters: int
) -> tuple[FloatArray, FloatArray]:
    """Add up gradient and curvature of the temperatures, each at ``where`` (n_temperatures, k) its parameters stand.

    A product with the matrix of places would do, but a large one starts threads that wait for each other where the
    machine is busy.
    """
    full = np.zeros((gradient.shape[1], n_parameters))
    curvature = np.zeros((gradient.shape[1], n_parameters, n_parameters))
    for t, place in enumerate(where):
        full[:, place] += gradient[t]
        curvature[:, place[:, None], place] += normal[t]
    return full, curvature


def _stepped(parameters: FloatArray, gradient: FloatArray, normal: FloatArray) -> tuple[FloatArray, np.ndarray]:
    """Return the parameters after one Gauss-Newton step, and which draws have settled with it."""
    flat = normal.reshape(-1, *normal.shape[-2:])
    bad = ~np.isfinite(flat.sum(axis=(1, 2)))
    flat = regular(np.where(bad[:, None, None], np.eye(flat.shape[1]), flat))
    step = np.linalg.solve(flat, gradient.reshape(len(flat), -1, 1))[:, :, 0].reshape(gradient.shape)
    gain = np.sum(gradient * step, axis=-1)
    result = parameters - step
    return result, np.isfinite(result.sum(axis=-1)) & (gain <= _SETTLED) & ~bad.reshape(gain.shape)


def _lanes(problem: LogitProblem, points: DrawnPoints, rows: np.ndarray, draws: np.ndarray) -> LogitProblem:
    """Return the problem of single draws: temperature ``rows[i]`` of draw ``draws[i]`` in each lane."""
    lanes = problem.lanes(rows)
    drawn = {"numerator": points.numerator[rows, draws], "denominator": points.denominator[rows, draws]}
    if points.moved_mev is None:
        return replace(lanes, **drawn)
    moved = np.broadcast_to(points.moved_mev, points.numerator.shape)[rows, draws]
    return replace(
        lanes,
        offset=lanes.offset + moved * lanes.slope_offset,
        design=lanes.design + moved[:, :, None] * lanes.slope_design,
        **drawn,
    )
