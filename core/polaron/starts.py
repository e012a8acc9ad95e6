"""Where fits of Eq. 9 begin: in closed form, and where that leads astray, on a coarse grid."""

from itertools import product

import numpy as np
from scipy.special import expit

from asplab.core.polaron.gauss_newton import minimise
from asplab.core.polaron.logit import CENTRE_MEV, LogitProblem
from asplab.core.polaron.objectives import SeparateFits, regular
from asplab.core.units import FloatArray

_ETA_RANGE = (0.01, 0.99)
"""Observed η that a closed form can take the logit of; points beyond count as lying at its ends."""
_FRESH_SCALES, _FRESH_SLOPES, _FRESH_U = (-4.0, -2.0, 0.0, 2.0, 4.0), (-0.15, -0.08, -0.04, 0.0, 0.04), (0.0, 0.03, 0.1)
"""Logit η and its slope per meV at E₀, and 1/ħω per meV, from which poor fits start again."""
_FRESH_LOOKS, _FRESH_TRIALS = 25, 4
"""Starts that are looked at closely, and the best of them, which are tried."""
_FIRST_STEPS = 8
"""Steps of every trial before the best one of each fit goes on alone."""


def start(problem: LogitProblem) -> FloatArray:
    """Return closed-form starting parameters (n_fits, 3) from a weighted line through logit η."""
    n = problem.numerator.shape[1]
    eta = problem.numerator / np.where(problem.use & (problem.denominator != 0), problem.denominator, 1.0)
    variance = np.einsum("fii->fi", problem.covariance)
    error = np.sqrt(variance[:, :n] + eta**2 * variance[:, n:]) / np.maximum(np.abs(problem.denominator), 1e-12)
    inside = np.minimum(np.maximum(eta, _ETA_RANGE[0]), _ETA_RANGE[1])
    weight = np.where(problem.use, inside * (1.0 - inside) / np.maximum(error, 1e-9), 0.0)
    target = np.log(inside / (1.0 - inside)) - problem.offset
    rows = problem.design * weight[:, :, None]
    across = rows.transpose(0, 2, 1)
    return np.asarray(np.linalg.solve(regular(across @ rows), across @ (target * weight)[:, :, None])[:, :, 0])


def _rough_chi2(problem: LogitProblem, parameters: FloatArray) -> FloatArray:
    """Return χ² (n_starts, n_fits) at parameters (n_starts, n_fits, 3) without correlations and errors of ΔE.

    At a tenth of the cost it tells which starts are out of the question.
    """
    n = problem.numerator.shape[1]
    variance = np.einsum("fii->fi", problem.covariance)
    eta = expit(problem.offset + (parameters[..., None, :] * problem.design).sum(axis=-1))
    residual = problem.numerator - eta * problem.denominator
    spread = variance[:, :n] + eta**2 * variance[:, n:] + problem.unused
    rough: FloatArray = (problem.use * residual**2 / spread).sum(axis=-1)
    return rough


def minimise_anew(
    problem: LogitProblem, parameters: FloatArray, chi2: FloatArray, normal: FloatArray, poor: np.ndarray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Start the poor fits again from the best of a coarse grid and keep whatever is better.

    Where strong points are few, buried ones can lead the first start astray.
    """
    if not poor.any():
        return parameters, chi2, normal
    rows = np.flatnonzero(poor)
    inverse_thermal = -(problem.slope_offset[rows, 0] + 0.5 / (CENTRE_MEV + problem.design[rows, 0, 1]))
    grid = np.array(list(product(_FRESH_SCALES, _FRESH_SLOPES, _FRESH_U)))
    starts = grid[:, None] + inverse_thermal[:, None] * np.array([0.0, 1.0, 0.0])
    rough = np.argsort(_rough_chi2(problem.lanes(rows), starts), axis=0)[:_FRESH_LOOKS]
    lanes = np.tile(np.arange(rows.size), len(rough))
    promising = SeparateFits(problem.lanes(rows[lanes]))
    rank = np.argsort(promising(starts[rough.ravel(), lanes])[0].reshape(rough.shape), axis=0)[:_FRESH_TRIALS]
    order = np.take_along_axis(rough, rank, axis=0)
    lanes = lanes[: order.size]
    found, at, _ = minimise(
        SeparateFits(problem.lanes(rows[lanes])), starts[order.ravel(), lanes], max_steps=_FIRST_STEPS
    )
    best = np.argmin(at.reshape(order.shape), axis=0) * rows.size + np.arange(rows.size)
    ended = minimise(SeparateFits(problem.lanes(rows)), found[best])
    better = ended[1] < chi2[rows]
    result = parameters.copy(), chi2.copy(), normal.copy()
    for whole, part in zip(result, ended, strict=True):
        whole[rows[better]] = part[better]
    return result
