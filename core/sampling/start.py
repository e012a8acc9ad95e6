"""Where the walkers begin: about the best set, as wide as the posterior is to first order."""

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.sampling.space import Space
from asplab.core.units import FloatArray

_STEPS = 25
_HALVINGS = 12
_STEP = 1e-4
_SHRINK = 0.7
_ATTEMPTS = 60


def best_set(space: Space, begin: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the set of least χ² within the bounds, and its first-order covariance; damped Gauss-Newton steps.

    ``begin`` must lie within the bounds; ``scale`` is the order of magnitude of a change of each coordinate that
    matters.
    """
    theta, damping = begin, 1e-3
    value = _chi2(space, theta[None])[0]
    for _ in range(_STEPS):
        jacobian, residual = _jacobian(space, theta, scale)
        normal, gradient = jacobian.T @ jacobian, jacobian.T @ residual
        accepted, gain = theta, 0.0
        for _ in range(_HALVINGS):
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)) + 1e-9 * np.eye(len(theta)), -gradient)
            trial = theta + scale * step
            found = _chi2(space, trial[None])[0]
            if found < value:
                accepted, gain, value = trial, value - found, found
                damping *= 0.2
                break
            damping = max(4.0 * damping, 1e-6)
        theta = accepted
        if gain < 1e-4:
            break
    jacobian, _ = _jacobian(space, theta, scale)
    # What the data do not determine is given an order of magnitude of its own.
    inverse = np.linalg.inv(jacobian.T @ jacobian + 0.1 * np.eye(len(theta)) * _loose(jacobian))
    return theta, np.asarray(inverse * scale[:, None] * scale[None, :])


def _loose(jacobian: FloatArray) -> FloatArray:
    """Return weights of the rule that keeps a singular direction finite; negligible where the data speak."""
    return np.asarray(np.minimum(1.0, 1e-2 * np.einsum("ij,ij->j", jacobian, jacobian) + 1e-6))


def _chi2(space: Space, theta: FloatArray) -> FloatArray:
    """Return χ² with the normal priors; infinite out of bounds."""
    prior = space.log_prior(theta, space.sets(theta))
    result = np.full(len(theta), np.inf)
    inside = np.isfinite(prior)
    if inside.any():
        result[inside] = np.sum(space.residuals(theta[inside]) ** 2, axis=1)
    return np.where(np.isfinite(result), result, np.inf)


def _jacobian(space: Space, theta: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
    moves = _STEP * np.diag(scale)
    values = space.residuals(theta + np.concatenate([np.zeros((1, len(theta))), moves, -moves]))
    size = len(theta)
    jacobian = (values[1 : 1 + size] - values[1 + size :]).T / (2.0 * _STEP)
    return np.nan_to_num(jacobian), np.nan_to_num(values[0])


def scattered(
    space: Space, centre: FloatArray, covariance: FloatArray, walkers: int, rng: np.random.Generator
) -> FloatArray:
    """Return starting sets (walkers, n_coordinates) within the bounds.

    Raises
    ------
    AnalysisError
        When the posterior vanishes all about the best set.
    """
    values, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.maximum(values, 0.0))
    result = np.empty((walkers, len(centre)))
    missing, width = np.arange(walkers), 1.0
    for _ in range(_ATTEMPTS):
        trial = centre + width * rng.standard_normal((missing.size, len(centre))) @ root.T
        able = np.isfinite(space(trial))
        result[missing[able]] = trial[able]
        missing = missing[~able]
        if not missing.size:
            return result
        width *= _SHRINK
    raise AnalysisError(
        "sampling finds no place to begin: the posterior vanishes about the best fit. Are the limits of the parameters "
        "narrower than their priors, or the covariance of the responses not positive definite?"
    )
