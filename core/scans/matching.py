"""Factor between two measurements of one curve, both of them noisy."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize_scalar

from asplab.core.units import FloatArray

_REACH = 2.0
"""Part of the first guess within which the factor is sought, either way."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """``first ≈ factor · further + offset_v``, with the covariance (2, 2) of both; zeros where there is no offset."""

    factor: float
    offset_v: float
    covariance: FloatArray
    chi2: float
    dof: int


def match(
    first: FloatArray,
    first_variance: FloatArray,
    further: FloatArray,
    further_variance: FloatArray,
    *,
    with_offset: bool,
) -> Match:
    """Fit factor and offset between two noisy curves by maximum likelihood [Deming 1943, York 2004].

    Each point counts with the noise of both curves, and the misfit is taken across the line, so that noise in
    ``further`` doesn't pull the factor towards zero.

    Parameters
    ----------
    first, first_variance, further, further_variance : ndarray, shape (n_points,)
    """

    def at(factor: float) -> tuple[float, float, FloatArray]:
        weight = 1.0 / (first_variance + factor**2 * further_variance)
        rest = first - factor * further
        offset = float(weight @ rest / weight.sum()) if with_offset else 0.0
        return float(weight @ (rest - offset) ** 2), offset, weight

    shift = np.mean(further) if with_offset else 0.0
    guess = float(first @ (further - shift) / max(float(further @ (further - shift)), float(np.finfo(float).tiny)))
    ends = sorted((guess / (1.0 + _REACH), guess * (1.0 + _REACH)))
    found = minimize_scalar(
        lambda factor: at(factor)[0], bounds=ends, method="bounded", options={"xatol": 1e-9 * abs(guess)}
    )
    factor = float(found.x)
    chi2, offset, weight = at(factor)
    shares = factor * further_variance * weight
    true = further + shares * (first - factor * further - offset)
    design = np.column_stack([true, np.ones_like(true)]) if with_offset else true[:, None]
    covariance = np.zeros((2, 2))
    size = design.shape[1]
    covariance[:size, :size] = np.linalg.inv((design * weight[:, None]).T @ design)
    return Match(factor, offset, covariance, chi2, first.size - size)


def spline_weights(axis: FloatArray, at: FloatArray) -> FloatArray:
    """Return weights (n_at, n_points) that read a curve between its points by a cubic spline."""
    if axis.shape == at.shape and np.array_equal(axis, at):
        return np.eye(axis.size)
    weights: FloatArray = np.asarray(CubicSpline(axis, np.eye(axis.size), axis=0)(at), dtype=np.float64)
    return weights
