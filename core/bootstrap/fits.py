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
from asplab.core.polaron.objectives import SeparateFits, regular
from asplab.core.polaron.residuals import Shared, settle
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
class _Ties:
    """What errors that temperatures share do to the weights; n_shared errors, made independent of each other.

    Attributes
    ----------
    gain : ndarray, shape (n_temperatures, n_points, n_shared)
        A: the inverse of the whole covariance is C⁻¹ − A Aᵀ (Woodbury), so that C⁻¹ below leaves these errors out.
    with_d : ndarray, shape (n_temperatures, n_shared, n_points)
        By how much D is too large with one unit of Aᵀ r.
    """

    gain: FloatArray
    with_d: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """C⁻¹ of r and Cov(r, D) at given parameters of each temperature, (n_temperatures, n_points, n_points)."""

    inverse: FloatArray
    with_d: FloatArray
    ties: _Ties | None

    @classmethod
    def of(cls, problem: LogitProblem, parameters: FloatArray, shared: Shared) -> "_Weights":
        """Take the weights of the fit itself at its solution (L₀, κ, u) of each temperature."""
        n, laser = problem.numerator.shape[1], shared.laser
        at, found = settle(problem, parameters, problem.denominator, shared)
        with_d, by_d = at.with_d.copy(), problem.own_sensitivity[:, n:]
        if at.own is not None:
            alone = at.own if laser is None else at.own * (1.0 - laser.sum(axis=2))
            np.einsum("tii->ti", with_d)[...] += alone * by_d
        if found.pull is None or found.normal is None:
            return cls(found.inverse, with_d, None)
        moves = np.zeros((len(parameters), found.pull.shape[2], n))
        if laser is not None and at.own is not None:
            moves[:, : laser.shape[2]] = (laser * by_d[:, :, None]).transpose(0, 2, 1)
        if shared.leak is not None:
            # Lasers come first, then the leak, as in ``pull``.
            moves[:, 0 if laser is None or at.own is None else laser.shape[2]] = shared.leak[:, n:]
        root = np.linalg.inv(np.linalg.cholesky(found.normal))
        return cls(found.inverse, with_d, _Ties(found.inverse @ found.pull @ root.T, root @ moves))


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

    def __call__(
        self, own: FloatArray, deviation: FloatArray | None
    ) -> tuple[FloatArray, FloatArray, FloatArray | None]:
        """Return gradient and curvature, (n_temperatures, n_draws, k) and (…, k, k), and what ties take from it.

        The last has shape (n_temperatures, n_draws, k, n_shared): added up over the temperatures, its square is taken
        from the curvature of all of them together. None without ties.

        ``own`` holds (L₀, κ, u), shape (3, n_temperatures, n_draws); ``deviation`` that of a shared quantum yield,
        (n_draws,), which then stands second.
        """
        design, n = self._design, self._points.numerator.shape[2]
        logit = self._offset + own[0][:, :, None]
        logit = logit + own[1][:, :, None] * design[1] + own[2][:, :, None] * design[2]
        eta, observed = expit(logit), self._points.denominator
        if deviation is not None and self._sensitivity is not None:
            observed = observed + deviation[:, None] * self._sensitivity
        residual, ties = self._points.numerator - eta * observed, self._weights.ties
        weighted = residual @ self._weights.inverse
        best = observed
        if ties is not None:
            common = (residual @ ties.gain).sum(axis=0)
            weighted = weighted - common @ ties.gain.transpose(0, 2, 1)
            best = best - common @ ties.with_d
        first = -eta * (1.0 - eta) * (best - weighted @ self._weights.with_d)
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
        return gradient, normal, None if ties is None else np.moveaxis(jacobian @ ties.gain[:, None], 1, 2)


def fit_separate(polaron: PolaronFit, points: DrawnPoints) -> FloatArray:
    """Return (L₀, κ, u) of every draw and temperature, (n_temperatures, n_draws, 3); NaN where not fitted."""
    n_t, n_draws = points.numerator.shape[:2]
    result = np.full((n_t, n_draws, 3), np.nan)
    rows = np.flatnonzero(polaron.fitted)
    if not rows.size:
        return result
    problem, drawn, start = polaron.problem.lanes(rows), points.rows(rows), polaron.parameters[rows]
    draws = _Draws(problem, drawn, _Weights.of(problem, start, Shared()), with_deviation=False)
    parameters = np.repeat(start[:, None], n_draws, axis=1)
    settled = np.zeros((rows.size, n_draws), dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_STEPS):
            gradient, normal, _ = draws(np.moveaxis(parameters, 2, 0), None)
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
    return fit_joint_full(polaron, points)[:, -2:]


def fit_joint_full(polaron: PolaronFit, points: DrawnPoints) -> FloatArray:
    """Return all parameters of the joint fit of every draw, (n_draws, n_scales + 3) as `PolaronFit.joint_parameters`.

    Where there is no joint fit: (n_draws, 3), NaN.
    """
    n_draws = points.numerator.shape[1]
    joint, start = polaron.joint_objective, polaron.joint_parameters
    if joint is None or start is None:
        return np.full((n_draws, 3), np.nan)
    problem, drawn = joint.problem, points.rows(np.flatnonzero(polaron.fitted))
    shares = problem.has_shared_error
    place = joint.place if shares else joint.place[:, :, [0, 2, 3]]
    own = start @ joint.place[:, :, [0, 2, 3]]
    own[:, 0] += joint.scale_offset
    observed = replace(problem, denominator=problem.denominator + start[-3] * problem.sensitivity)
    draws = _Draws(problem, drawn, _Weights.of(observed, own, joint.shared), with_deviation=shares)
    where = place.argmax(axis=1)
    parameters, settled = np.repeat(start[None], n_draws, axis=0), np.zeros(n_draws, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_STEPS):
            scales = parameters[:, joint.scale].T + joint.scale_offset[:, None]
            own_draws = np.stack([scales, *(np.broadcast_to(parameters[:, i], scales.shape) for i in (-2, -1))])
            gradient, normal, tied = draws(own_draws, parameters[:, -3] if shares else None)
            full, curvature = _gathered(gradient, normal, where, start.size)
            if tied is not None:
                curvature -= _squared(tied, where, start.size)
            full[:, -3] += parameters[:, -3]
            curvature[:, -3, -3] += 1.0
            parameters, settled = _stepped(parameters, full, curvature)
            if settled.all():
                break
    for d in np.flatnonzero(~settled):
        lanes = _lanes(problem, drawn, np.arange(len(problem.use)), np.full(len(problem.use), d))
        parameters[d] = minimise(replace(joint, problem=lanes), start[None])[0][0]
    return parameters


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


def _squared(tied: FloatArray, where: np.ndarray, n_parameters: int) -> FloatArray:
    """Return B Bᵀ (n_draws, n_parameters, n_parameters) of what ties take, added up as in `_gathered`."""
    full = np.zeros((tied.shape[1], n_parameters, tied.shape[3]))
    for t, place in enumerate(where):
        full[:, place] += tied[t]
    return np.asarray(full @ full.transpose(0, 2, 1))


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
