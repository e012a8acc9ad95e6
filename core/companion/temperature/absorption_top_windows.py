"""Polynomials over all windows about a maximum, averaged by how well they do.

Which points a polynomial follows, and of which order, is not known beforehand: beside a cusp few, on a smooth maximum
many. Every window that holds the uncertain top and every order takes part with the weight

    exp(-(chi2 + 2 k + c (points left out)) / 2)

[Jay 2021], and so does what the windows differ by.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats.qmc import Halton

from asplab.core.units import FloatArray

_ORDERS = (2, 3, 4)
_SPARE = 2
"""Points that a polynomial needs beyond its coefficients."""
_LEFT_OUT = 4.0
"""What a point that is left out costs. Two, as a coefficient does, make errors twice as large as the scatter."""
_MOST_ENDS = 16
"""Ends of windows to either side of the top."""
_BETWEEN = 1.0 / 30.0
"""Part of a step by which polynomials of the fourth order miss smooth maxima that noise does not hide."""
_DRAWS, _GRID = 400, np.linspace(-1.0, 1.0, 61)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Polynomials of one order in x = (E - middle)/reach over windows (w,).

    ``coefficients`` (w, k) ascend; ``covariance`` (w, k, k) is for the errors given; ``left_out`` counts points.
    """

    middle: FloatArray
    reach: FloatArray
    coefficients: FloatArray
    covariance: FloatArray
    chi2: FloatArray
    dof: FloatArray
    left_out: FloatArray


@dataclass(frozen=True, slots=True)
class AveragedTop:
    """Energy of a maximum with its standard error, and the part of chances in which it is at an end of its window."""

    energy_mev: float
    error_mev: float
    at_end: float


def averaged_top(
    energy: FloatArray, y: FloatArray, sigma: float, *, core: tuple[int, int], noise_dof: float
) -> AveragedTop | None:
    """Return the maximum of points (n,) by ascending energy; None without a polynomial that takes all of its core.

    Parameters
    ----------
    sigma : float
        Standard error of a point, known as well as from ``noise_dof`` independent points.
    core : (int, int)
        First and last point that noise lets be the highest.
    """
    ends = _ends(core, energy.size)
    tried = [_fitted(energy, y / sigma, ends, order, sigma) for order in _ORDERS]
    orders = [one for one in tried if one is not None]
    if not orders:
        return None
    chi2, dof, left_out = (np.concatenate([getattr(o, name) for o in orders]) for name in ("chi2", "dof", "left_out"))
    cost = _LEFT_OUT * left_out + 2.0 * np.concatenate([np.full(o.chi2.size, o.coefficients.shape[1]) for o in orders])
    best = int(np.argmin(chi2 + cost))
    # Residuals of the best one tell of the noise too, as far as they are many.
    scale = float((noise_dof + chi2[best]) / (noise_dof + dof[best]))
    total = chi2 / scale + cost
    weight = np.exp(-0.5 * (total - total.min()))
    chosen = np.searchsorted(np.cumsum(weight / weight.sum()), (np.arange(_DRAWS) + 0.5) / _DRAWS)
    return _drawn(orders, np.minimum(chosen, total.size - 1), math.sqrt(scale), float(np.median(np.diff(energy))))


def _ends(core: tuple[int, int], size: int) -> tuple[FloatArray, FloatArray]:
    """Return first and last points (w,) of the windows that hold the core."""
    first = np.unique(np.linspace(0, core[0], min(core[0] + 1, _MOST_ENDS)).round().astype(int))
    last = np.unique(np.linspace(core[1], size - 1, min(size - core[1], _MOST_ENDS)).round().astype(int))
    low, high = np.meshgrid(first, last, indexing="ij")
    return low.ravel(), high.ravel()


def _fitted(
    energy: FloatArray, y: FloatArray, ends: tuple[FloatArray, FloatArray], order: int, sigma: float
) -> Windows | None:
    """Fit y in units of its standard error, over all windows that have enough points."""
    enough = ends[1] - ends[0] >= order + _SPARE
    low, high = ends[0][enough], ends[1][enough]
    if not low.size:
        return None
    middle, reach = 0.5 * (energy[low] + energy[high]), 0.5 * (energy[high] - energy[low])
    place = np.arange(energy.size)
    inside = (place >= low[:, None]) & (place <= high[:, None])
    x = np.where(inside, (energy - middle[:, None]) / reach[:, None], 0.0)
    design = np.where(inside[:, :, None], x[:, :, None] ** np.arange(order + 1), 0.0)
    across = design.transpose(0, 2, 1)
    covariance = np.linalg.inv(across @ design)
    found = (covariance @ (across @ y)[:, :, None])[:, :, 0]
    chi2 = np.sum(np.where(inside, y - (design @ found[:, :, None])[:, :, 0], 0.0) ** 2, axis=1)
    points = high - low + 1
    return Windows(middle, reach, found, covariance, chi2, points - order - 1.0, energy.size - points + 0.0)


def _drawn(orders: list[Windows], chosen: FloatArray, scale: float, step_mev: float) -> AveragedTop:
    """Draw polynomials as noise lets them be, and see where each is highest in its window."""
    uniform = Halton(d=_ORDERS[-1] + 2, scramble=False).random(_DRAWS + 1)[1:]
    normal = scale * ndtri(uniform[:, 1:])
    at, side, first = np.empty(_DRAWS), np.zeros(_DRAWS), 0
    for one in orders:
        mine = np.flatnonzero((chosen >= first) & (chosen < first + one.chi2.size))
        window, k = chosen[mine] - first, one.coefficients.shape[1]
        root = np.linalg.cholesky(one.covariance[window])
        drawn = one.coefficients[window] + (root @ normal[mine, :k, None])[:, :, 0]
        x, side[mine] = _highest(drawn @ _GRID ** np.arange(k)[:, None])
        at[mine] = one.middle[window] + one.reach[window] * x
        first += one.chi2.size
    # At an end the maximum lies between that point and the next, which is lower.
    at += side * uniform[:, 0] * step_mev
    error = math.hypot(float(at.std()), _BETWEEN * step_mev)
    return AveragedTop(float(at.mean()), error, float(np.mean(side != 0.0)))


def _highest(curves: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where curves (m, g) on the grid are highest, and -1 or 1 where that is an end of the grid."""
    top = np.argmax(curves, axis=1)
    inner, row = np.clip(top, 1, _GRID.size - 2), np.arange(top.size)
    left, mid, right = (curves[row, inner + d] for d in (-1, 0, 1))
    bend = left - 2.0 * mid + right
    side = np.sign(top - inner).astype(float)
    aside = np.where(side == 0.0, 0.5 * (left - right) / np.where(bend < 0.0, bend, -1.0), 0.0)
    return _GRID[top] + aside * (_GRID[1] - _GRID[0]), side
