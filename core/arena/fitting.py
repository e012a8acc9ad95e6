"""A hypothesis fitted to many rows at once, with the size of its added light."""

from dataclasses import dataclass

import numpy as np

from asplab.core.arena.hypotheses import Hypothesis
from asplab.core.arena.points import Light, Points
from asplab.core.polaron.comparison import ModelFit, fit_model
from asplab.core.units import FloatArray

_NEVER_JOINT = 10**9
"""Points of a temperature below which it takes no part in a joint fit: rows are separate experiments here."""
_GRID = 9
_BEYOND = 3.0
"""Standard errors by which added light may exceed what the weakest emission leaves room for."""


@dataclass(frozen=True, slots=True, eq=False)
class RowFits:
    """Fits of one hypothesis, one per row; χ² is infinite where a fit is not possible.

    Attributes
    ----------
    chi2, size : ndarray, shape (n_rows,)
    n_points, n_parameters : ndarray of int, shape (n_rows,)
    fit : ModelFit
        Of the rate model to what is left when the added light is taken away.
    """

    chi2: FloatArray
    size: FloatArray
    n_points: np.ndarray
    n_parameters: np.ndarray
    fit: ModelFit


def fit_rows(points: Points, hypothesis: Hypothesis, light: Light) -> RowFits:
    """Fit a hypothesis to every row by itself."""
    if light.is_none:
        return _fit_without(points, hypothesis, np.zeros(len(points.use)), light)
    top = _most(points, light)
    low, high = np.zeros(len(top)), np.ones(len(top))
    # χ² is smooth in the root of the size; it is looked for on a grid, then on a finer one, then at the vertex.
    for _ in range(2):
        grid = np.linspace(low, high, _GRID)
        chi2 = _scan(points, hypothesis, light, grid**2 * top)
        best = np.argmin(chi2, axis=0)
        low, high = (np.take_along_axis(grid, np.clip(best + k, 0, _GRID - 1)[None], axis=0)[0] for k in (-1, 1))
    at = _vertex(grid, chi2, best)
    found = _fit_without(points, hypothesis, at**2 * top, light)
    lowest = np.take_along_axis(grid, best[None], axis=0)[0]
    if (found.chi2 > chi2.min(axis=0)).any():
        at = np.where(found.chi2 > chi2.min(axis=0), lowest, at)
        found = _fit_without(points, hypothesis, at**2 * top, light)
    return found


def _fit_without(points: Points, hypothesis: Hypothesis, size: FloatArray, light: Light) -> RowFits:
    left = points.holding(
        points.numerator - size[:, None] * light.numerator, points.denominator - size[:, None] * light.denominator
    )
    fit = fit_model(left.as_efficiency(), hypothesis.model, hypothesis.options, least_points=_NEVER_JOINT)
    chi2 = np.where(np.isfinite(fit.chi2[:-1]), fit.chi2[:-1], np.inf)
    return RowFits(chi2, size, fit.n_points[:-1], fit.n_parameters[:-1] + (not light.is_none), fit)


def _scan(points: Points, hypothesis: Hypothesis, light: Light, sizes: FloatArray) -> FloatArray:
    """Return χ² (n_sizes, n_rows) of sizes of that shape."""
    count, n = sizes.shape
    every = np.tile(np.arange(n), count)
    return _fit_without(points.rows(every), hypothesis, sizes.ravel(), light.rows(every)).chi2.reshape(count, n)


def _most(points: Points, light: Light) -> FloatArray:
    """Return the largest size worth trying in each row: more would leave the weakest emission far below zero."""
    n = points.use.shape[1]
    error = np.sqrt(np.einsum("rii->ri", points.covariance)[:, :n])
    reached = points.use & (light.numerator > 0)
    room = (points.numerator + _BEYOND * error) / np.where(reached, light.numerator, 1.0)
    top = np.maximum(np.where(reached, room, np.inf).min(axis=1), 0.0)
    top = np.where(np.isfinite(top), top, 0.0)
    return top if light.largest is None else np.minimum(top, light.largest)


def _vertex(grid: FloatArray, chi2: FloatArray, best: np.ndarray) -> FloatArray:
    """Return the vertex of the parabola through the lowest node and its neighbours; an end stays an end."""
    middle = np.clip(best, 1, _GRID - 2)
    x = np.array([np.take_along_axis(grid, (middle + k)[None], axis=0)[0] for k in (-1, 0, 1)])
    y = np.array([np.take_along_axis(chi2, (middle + k)[None], axis=0)[0] for k in (-1, 0, 1)])
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = 0.5 * (x[2] - x[1]) * (y[0] - y[2]) / (y[0] - 2.0 * y[1] + y[2])
    at_end = (best == 0) | (best == _GRID - 1)
    here = np.take_along_axis(grid, best[None], axis=0)[0]
    return np.asarray(np.where(at_end | ~np.isfinite(shift), here, np.clip(x[1] + shift, x[0], x[2])))
