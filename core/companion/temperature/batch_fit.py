"""Least squares of one model to many spectra at once, each with parameters and bounds of its own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray

_MOST_STEPS = 60
_CONVERGED = 1e-10
"""Relative fall of χ² in a step that was taken, below which a fit has ended."""
_STEP = 1e-6
"""Of the scale of a parameter, for derivatives."""
_FIRST_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 1e-3, 1e-12, 1e10


@dataclass(frozen=True, slots=True, eq=False)
class BatchFit:
    """Parameters (b, p) of b spectra of n points, with χ² (b,).

    ``jacobian`` (b, n, p) is that of the residuals in units of their errors; ``at_bound`` (b, p) tells what stopped at
    an end of its range.
    """

    parameters: FloatArray
    jacobian: FloatArray
    chi2: FloatArray
    at_bound: np.ndarray


def fit_batch(
    model: Callable[[FloatArray], FloatArray],
    values: FloatArray,
    *,
    weight: FloatArray,
    start: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    scale: FloatArray,
) -> BatchFit:
    """Fit by damped Gauss-Newton steps that are cut at the bounds [Marquardt 1963].

    Parameters
    ----------
    model : callable
        Of parameters (b, p), the curves (b, n).
    values, weight : ndarray, shape (b, n)
        Weight is one over the error; 0 for points that are not there.
    start, scale : ndarray, shape (b, p)
        Scale is about how far a parameter changes in a fit.
    bounds : (ndarray, ndarray), shape (b, p) each
    """
    low, high = bounds
    at = np.clip(start, low, high)
    residual = (model(at) - values) * weight
    chi2 = np.sum(residual**2, axis=1)
    damping = np.full(len(at), _FIRST_DAMPING)
    ended = np.zeros(len(at), dtype=bool)
    for _ in range(_MOST_STEPS):
        step = _step(_jacobian(model, at, scale, weight), residual, at, (low, high), scale, damping)
        trial = np.where(ended[:, None], at, np.clip(at + step, low, high))
        tried = (model(trial) - values) * weight
        found = np.sum(tried**2, axis=1)
        better = ~ended & (found <= chi2)
        small = chi2 - found <= _CONVERGED * found
        at, residual = np.where(better[:, None], trial, at), np.where(better[:, None], tried, residual)
        chi2 = np.where(better, found, chi2)
        damping = np.where(better, np.maximum(0.1 * damping, _LEAST_DAMPING), 10.0 * damping)
        ended |= (better & small) | (damping > _MOST_DAMPING)
        if ended.all():
            break
    return BatchFit(at, _jacobian(model, at, scale, weight, is_central=True), chi2, (at <= low) | (at >= high))


def _step(
    jacobian: FloatArray,
    residual: FloatArray,
    at: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    scale: FloatArray,
    damping: FloatArray,
) -> FloatArray:
    """Return the step (b, p); what stands at a bound and would go beyond it stays."""
    slope = np.einsum("bnp,bn->bp", jacobian, residual)
    held = ((at <= bounds[0]) & (slope > 0.0)) | ((at >= bounds[1]) & (slope < 0.0))
    unit = np.where(held[:, None, :], 0.0, jacobian * scale[:, None, :])
    normal = np.einsum("bnp,bnq->bpq", unit, unit)
    diagonal = np.einsum("bpp->bp", normal)
    added = np.where(diagonal > 0.0, damping[:, None] * diagonal, 1.0)
    normal = normal + np.einsum("bp,pq->bpq", added, np.eye(at.shape[1]))
    slope = np.where(held, 0.0, slope * scale)
    return np.asarray(-np.linalg.solve(normal, slope[..., None])[..., 0] * scale)


def _jacobian(
    model: Callable[[FloatArray], FloatArray],
    at: FloatArray,
    scale: FloatArray,
    weight: FloatArray,
    *,
    is_central: bool = False,
) -> FloatArray:
    here = None if is_central else model(at)
    columns = []
    for k in range(at.shape[1]):
        step = np.zeros_like(at)
        step[:, k] = _STEP * scale[:, k]
        if here is None:
            change = (model(at + step) - model(at - step)) / (2.0 * step[:, k, None])
        else:
            change = (model(at + step) - here) / step[:, k, None]
        columns.append(change * weight)
    return np.stack(columns, axis=2)
