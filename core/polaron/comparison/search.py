"""Search for the minimum of χ² within bounds: batched damped Gauss-Newton steps from several starts.

Where g and ħω are both free, steps are taken in (κ, u) of `asplab.core.polaron.logit`, in which the models with one
final level are nearly linear; bounds are those of g and ħω themselves. A parameter at its bound is held there as long
as χ² would fall beyond it.
"""

from collections.abc import Callable, Mapping

import numpy as np

from asplab.core.polaron.comparison.misfit import SeparateModel
from asplab.core.polaron.comparison.options import Plan
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.objectives import Evaluation, regular
from asplab.core.units import FloatArray

_MAX_STEPS = 60
_CONVERGED = 1e-8
"""Predicted gain in χ² (relative to 1 + χ²) at which the last step is taken without another look."""
_DAMPING_START, _DAMPING_MAX = 1e-3, 1e8
_EDGE = 1e-3
"""Distance of a coordinate from a bound, or from what a model can't evaluate, at which it counts as held."""
_LONGEST = 2.0
"""Longest step of a coordinate outside (κ, u)."""
_TRIALS = 4
_FIRST_STEPS = 10
"""Steps of every trial before the best one of each fit goes on alone."""
_ETA_RANGE = (0.01, 0.99)
_NO_EFFECT = 1e-100
"""Slope of the residuals below which a parameter has no effect, and so no error."""


def minimise(
    objective: Callable[[FloatArray], Evaluation],
    parameters: FloatArray,
    plan: Plan,
    *,
    max_steps: int = _MAX_STEPS,
    held: Mapping[int, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray, np.ndarray]:
    """Return parameters, χ², JᵀJ and which parameters stand at a bound, all fits at once.

    Coordinates of the plan are the last parameters; ``held`` has values (n_fits,) at which columns of the parameters
    are kept. χ² is infinite where no start could be evaluated.
    """
    low, high = (np.tile(edge, (len(parameters), 1)) for edge in _padded(plan, parameters.shape[1]))
    for column, values in (held or {}).items():
        low[:, column] = high[:, column] = values
    parameters = np.clip(parameters, low, high)
    chi2, gradient, normal = objective(parameters)
    damping = np.full(len(parameters), _DAMPING_START)
    active = np.isfinite(chi2)
    for _ in range(max_steps):
        if not active.any():
            break
        rows = np.flatnonzero(active)
        trial, gain = _step(parameters[rows], gradient[rows], normal[rows], damping[rows], plan, low[rows], high[rows])
        finished = gain <= _CONVERGED * (1.0 + chi2[rows])
        parameters[rows[finished]] = trial[finished]
        active[rows[finished]] = False
        rows, trial = rows[~finished], trial[~finished]
        if not rows.size:
            break
        new = _at(objective, parameters, rows, trial)
        better = new[0] <= chi2[rows] * (1 + 1e-14)
        damping[rows] *= np.where(better, 0.01, 10.0)
        active[rows] = damping[rows] < _DAMPING_MAX
        chosen = rows[better]
        parameters[chosen] = trial[better]
        chi2[chosen], gradient[chosen], normal[chosen] = (part[better] for part in new)
    return parameters, chi2, normal, _at_edge(parameters, plan)


def search(objective: SeparateModel, thermal_mev: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, np.ndarray]:
    """Minimise from the best nodes of a coarse grid and keep the best result of every fit; returns as `minimise`."""
    plan = objective.curves.plan
    shapes = plan.starts(thermal_mev)
    levels = np.array([nearest_level(objective, shape) for shape in shapes])
    starts = np.concatenate([levels[:, :, None], shapes], axis=2)
    n_starts, n_fits, n = starts.shape
    everywhere = np.tile(np.arange(n_fits), n_starts)
    at_start = objective.lanes(everywhere)(starts.reshape(-1, n))[0].reshape(n_starts, n_fits)
    order = np.argsort(at_start, axis=0)[:_TRIALS]
    rows = np.tile(np.arange(n_fits), len(order))
    found, chi2, _, _ = minimise(objective.lanes(rows), starts[order.ravel(), rows], plan, max_steps=_FIRST_STEPS)
    best = np.argmin(chi2.reshape(len(order), n_fits), axis=0) * n_fits + np.arange(n_fits)
    return minimise(objective, found[best], plan)


def inverse(normal: FloatArray, stuck: np.ndarray) -> FloatArray:
    """Return the covariance of the free parameters; NaN for those that are stuck or have no effect."""
    size = np.sqrt(np.einsum("fpp->fp", normal))
    free = ~stuck & (size > _NO_EFFECT)
    both = free[:, :, None] & free[:, None, :]
    scale = 1.0 / np.where(free, size, 1.0)
    scaled = np.where(both, normal * scale[:, :, None] * scale[:, None, :], 0.0)
    diagonal = np.einsum("fpp->fp", scaled)
    diagonal += np.where(free, 1e-13, 1.0)
    return np.where(both, np.linalg.inv(scaled) * scale[:, :, None] * scale[:, None, :], np.nan)


def _at(
    objective: Callable[[FloatArray], Evaluation], parameters: FloatArray, rows: np.ndarray, trial: FloatArray
) -> Evaluation:
    """Evaluate the trials of some fits."""
    if isinstance(objective, SeparateModel) and rows.size < len(parameters):
        objective = objective.lanes(rows)
    return objective(trial)


def _padded(plan: Plan, n_parameters: int) -> tuple[FloatArray, FloatArray]:
    head = np.full(n_parameters - len(plan.names), np.inf)
    return np.concatenate([-head, plan.low]), np.concatenate([head, plan.high])


def _held(parameters: FloatArray, gradient: FloatArray, low: FloatArray, high: FloatArray) -> np.ndarray:
    return np.asarray(((parameters <= low) & (gradient >= 0.0)) | ((parameters >= high) & (gradient <= 0.0)))


def _at_edge(parameters: FloatArray, plan: Plan) -> np.ndarray:
    """Return which coordinates stand at a bound, or where a small move makes the model impossible to evaluate."""
    n, s = parameters.shape[1], len(plan.names)
    low, high = _padded(plan, n)
    result = np.asarray((parameters <= low + _EDGE) | (parameters >= high - _EDGE))
    for i in range(s):
        for move in (-_EDGE, _EDGE):
            shape = parameters[:, n - s :].copy()
            shape[:, i] += move
            result[:, n - s + i] |= ~plan.feasible(shape)
    return result


def _step(
    parameters: FloatArray,
    gradient: FloatArray,
    normal: FloatArray,
    damping: FloatArray,
    plan: Plan,
    low: FloatArray,
    high: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return where to go and the gain in χ² that a quadratic χ² would have."""
    held = _held(parameters, gradient, low, high)
    trial, gain = _newton(parameters, gradient, normal, damping, plan, held)
    # A step that ends beyond a bound at which it begins runs along the bound instead.
    leaving = ((trial < low) & (parameters <= low + _EDGE)) | ((trial > high) & (parameters >= high - _EDGE))
    rows = np.flatnonzero((leaving & ~held).any(axis=1))
    if rows.size:
        trial[rows], gain[rows] = _newton(
            parameters[rows], gradient[rows], normal[rows], damping[rows], plan, (held | leaving)[rows]
        )
    return np.clip(trial, low, high), gain


def _newton(
    parameters: FloatArray,
    gradient: FloatArray,
    normal: FloatArray,
    damping: FloatArray,
    plan: Plan,
    held: np.ndarray,
) -> tuple[FloatArray, FloatArray]:
    m, n = parameters.shape
    turn = np.broadcast_to(np.eye(n), (m, n, n)).copy()
    bent = ~held[:, -2:].any(axis=1) if plan.bent else np.zeros(m, dtype=bool)
    if bent.any():
        turn[bent, -2:, -2:] = _from_kappa_u(parameters[bent])
    free = (~held).astype(float)
    across = turn.transpose(0, 2, 1)
    slope = (across @ (gradient * free)[:, :, None])[:, :, 0]
    curvature = across @ (normal * free[:, :, None] * free[:, None, :]) @ turn
    curvature += (held * np.einsum("fpp->fp", normal).max(axis=1, keepdims=True))[:, :, None] * np.eye(n)
    step = np.linalg.solve(regular(curvature, damping), slope[:, :, None])[:, :, 0]
    trial = parameters - step
    first = n - len(plan.names)
    trial[:, first:] = parameters[:, first:] - np.clip(step[:, first:], -_LONGEST, _LONGEST)
    if bent.any():
        trial[bent, -2:] = _to_g_phonon(parameters[bent], step[bent, -2:], plan)
    return trial, np.einsum("fp,fp->f", slope, step)


def _kappa_u(parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    u = np.exp(-parameters[:, -1])
    return u * (2.0 * parameters[:, -2] - parameters[:, -1] - np.log(CENTRE_MEV)), u


def _from_kappa_u(parameters: FloatArray) -> FloatArray:
    """Return d(ln g, ln ħω)/d(κ, u), (n_fits, 2, 2)."""
    kappa, u = _kappa_u(parameters)
    result = np.zeros((len(u), 2, 2))
    result[:, 0, 0] = 0.5 / u
    result[:, 0, 1] = -0.5 * (kappa + u) / u**2
    result[:, 1, 1] = -1.0 / u
    return result


def _to_g_phonon(parameters: FloatArray, step: FloatArray, plan: Plan) -> FloatArray:
    """Return (ln g, ln ħω) after a step in (κ, u), ħω within its bounds."""
    kappa, u = _kappa_u(parameters)
    kappa = kappa - step[:, 0]
    u = np.clip(u - step[:, 1], np.exp(-plan.high[-1]), np.exp(-plan.low[-1]))
    log_phonon = np.clip(-np.log(u), plan.low[-1], plan.high[-1])
    return np.stack([0.5 * (kappa / u + np.log(CENTRE_MEV) + log_phonon), log_phonon], axis=1)


def nearest_level(objective: SeparateModel, shape: FloatArray) -> FloatArray:
    """Return L of every fit that brings the curve nearest to the observed logit η."""
    curves, problem = objective.curves, objective.problem
    able = curves.plan.feasible(shape)
    level = np.zeros(len(shape))
    if not able.any():
        return level
    curves, problem = curves.lanes(able), problem.lanes(able)
    n = problem.numerator.shape[1]
    eta = problem.numerator / np.where(problem.use & (problem.denominator != 0), problem.denominator, 1.0)
    variance = np.einsum("fii->fi", problem.covariance)
    error = np.sqrt(variance[:, :n] + eta**2 * variance[:, n:]) / np.maximum(np.abs(problem.denominator), 1e-12)
    inside = np.clip(eta, *_ETA_RANGE)
    is_ratio = curves.plan.model.link == "ratio"
    target = np.log(inside) if is_ratio else np.log(inside / (1.0 - inside))
    by_logit = inside if is_ratio else inside * (1.0 - inside)
    weight = np.where(problem.use, (by_logit / np.maximum(error, 1e-9)) ** 2, 0.0)
    off = target - curves.logit(np.zeros(len(eta)), shape[able])
    level[able] = (weight * off).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    return level
