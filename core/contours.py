"""Lines of equal height on a grid, and lines around most of a cloud of points."""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline, RectBivariateSpline
from scipy.ndimage import gaussian_filter

from asplab.core.units import FloatArray

_BINS, _SMOOTH, _FINER = 48, 1.6, 5
_FEWEST = 20
_TAIL = 0.3
"""Percent of the points at either end that a histogram leaves out, so that a few far ones do not spoil its bins."""


def contour_lines(x: FloatArray, y: FloatArray, height: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the pieces of a contour as one line with gaps (NaN).

    Every cell of the grid is cut into two triangles, in which the height is linear.

    Parameters
    ----------
    x, y : ndarray, shape (n_x,) and (n_y,)
    height : ndarray, shape (n_y, n_x)
        What is not finite counts as far above the level.
    level : float
    """
    finite = np.where(np.isfinite(height), height, np.inf)
    heights = np.minimum(finite, level + 2.0 * max(abs(level), 1.0)).ravel()
    places = np.stack([one.ravel() for one in np.meshgrid(x, y)], axis=1)
    number = np.arange(heights.size).reshape(height.shape)
    low, right, up, far = (
        part.ravel() for part in (number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:])
    )
    triangles = np.concatenate([np.stack((low, right, up), axis=1), np.stack((far, right, up), axis=1)])
    following = np.roll(triangles, -1, axis=1)
    crossed = (heights[triangles] < level) != (heights[following] < level)
    # A triangle is crossed at two of its sides or at none; a side belongs to two triangles, or lies at the edge.
    sides = np.stack([np.minimum(triangles, following)[crossed], np.maximum(triangles, following)[crossed]], axis=1)
    known, piece = np.unique(sides, axis=0, return_inverse=True)
    first, second = known.T
    share = (level - heights[first]) / (heights[second] - heights[first])
    points = places[first] + share[:, None] * (places[second] - places[first])
    order = _walked(piece.reshape(-1, 2), len(known))
    line = np.where(order[:, None] < 0, np.nan, points[order]) if order.size else np.empty((0, 2))
    return line[:, 0], line[:, 1]


def _walked(pieces: np.ndarray, count: int) -> np.ndarray:
    """Return the ends of pieces, which share them, in an order that joins them; −1 parts the lines."""
    beside: list[list[int]] = [[] for _ in range(count)]
    for one, other in pieces.tolist():
        beside[one].append(other)
        beside[other].append(one)
    order: list[int] = []
    fresh = set(range(count))
    # Open lines begin at an end of theirs, closed ones anywhere.
    for start in sorted(range(count), key=lambda end: len(beside[end])):
        if start not in fresh:
            continue
        here: int | None = start
        while here is not None:
            order.append(here)
            fresh.discard(here)
            last, here = here, next((end for end in beside[here] if end in fresh), None)
        if start != last and start in beside[last]:
            order.append(start)
        order.append(-1)
    return np.array(order[:-1], dtype=int)


def smooth_lines(x: FloatArray, y: FloatArray, height: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return a contour like :func:`contour_lines`, on a finer grid where cubic splines can fill it."""
    if not np.isfinite(height).all():
        return contour_lines(x, y, height, level)
    # Grids may be far from even, but their values are smooth in the number of the point.
    places = [np.arange(one.size, dtype=float) for one in (y, x)]
    fine = [np.linspace(0.0, place[-1], _FINER * (place.size - 1) + 1) for place in places]
    filled = RectBivariateSpline(*places, height)(*fine)
    y_fine, x_fine = (CubicSpline(place, one)(many) for place, one, many in zip(places, (y, x), fine, strict=True))
    return contour_lines(x_fine, y_fine, filled, level)


def cloud_lines(x: FloatArray, y: FloatArray, shares: Sequence[float]) -> list[tuple[FloatArray, FloatArray]]:
    """Return for each share the line around the densest places that hold this share of the points.

    The density is a smoothed histogram along the axes of the cloud; empty lines where the points are too few or do not
    spread.
    """
    points = np.stack([x, y])[:, np.isfinite(x) & np.isfinite(y)]
    nothing = [(np.empty(0), np.empty(0))] * len(shares)
    if points.shape[1] < _FEWEST:
        return nothing
    centre, spread = points.mean(axis=1), np.cov(points)
    if not np.linalg.eigvalsh(spread)[0] > 0.0:
        return nothing
    root = np.linalg.cholesky(spread)
    u, v = np.linalg.solve(root, points - centre[:, None])
    # A few far points must not spoil the bins, and the lines need room to close.
    ranges = [(low - 1.0, high + 1.0) for low, high in (np.percentile(one, (_TAIL, 100.0 - _TAIL)) for one in (u, v))]
    counts, u_edges, v_edges = np.histogram2d(u, v, bins=_BINS, range=ranges)
    density = gaussian_filter(counts.T, _SMOOTH)
    ordered = np.sort(density.ravel())[::-1]
    held = np.cumsum(ordered) / ordered.sum()
    u_middle, v_middle = (0.5 * (edges[1:] + edges[:-1]) for edges in (u_edges, v_edges))
    found = []
    for share in shares:
        level = float(ordered[min(int(np.searchsorted(held, share)), held.size - 1)])
        line = np.stack(contour_lines(u_middle, v_middle, -density, -level))
        moved = centre[:, None] + root @ line
        found.append((moved[0], moved[1]))
    return found
