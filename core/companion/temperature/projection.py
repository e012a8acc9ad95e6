"""Laws that are linear in most parameters, on a grid of the others: optimum and profile intervals without search.

At each point of the grid the linear parameters follow from one least-squares problem. How far any linear combination
of them may go within a rise of χ² is known there in closed form, and the ends of its profile interval are the outermost
of the grid [Golub 1973].
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.temperature.laws import Law
from asplab.core.units import FloatArray

_POINTS = {0: 1, 1: 300, 2: 60}
"""Points along each axis of the grid, by its number of axes."""
_ZOOMS = 8
_NOTHING = 1e-13
"""Length of a column of unit length without what the others hold of it, below which it holds nothing else."""
_FILLED = 0.3
"""Part of an axis which what fits must fill for the grid to be fine enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """The least-squares problem of every point of a grid: coefficients (g, m), covariance (g, m, m), χ² (g,)."""

    coefficients: FloatArray
    covariance: FloatArray
    chi2: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """χ² of a law over its shape parameters, of data in units of their errors.

    Attributes
    ----------
    axes : tuple of ndarray
        Values of each shape parameter; one value where it is fixed.
    shapes : ndarray, shape (g, n_shape)
    free, face : Solved
        Without the bound, and with the bounded parameter at zero; ``face`` is None where no parameter is bounded.
    bounded : int or None
        Place of the bounded parameter among the free linear ones.
    chi2 : ndarray, shape (g,)
        With the bound kept.
    is_end : ndarray of bool, shape (g,)
        At an end of the range in which a shape parameter is searched for.
    """

    axes: tuple[FloatArray, ...]
    shapes: FloatArray
    free: Solved
    face: Solved | None
    bounded: int | None
    chi2: FloatArray
    is_end: np.ndarray

    @property
    def best(self) -> int:
        """The point of the grid with the least χ²."""
        return int(np.argmin(self.chi2))

    def coefficients(self) -> FloatArray:
        """Return the linear parameters at the optimum (m,)."""
        at = self.best
        if self.face is None or self.bounded is None or self.free.coefficients[at, self.bounded] >= 0.0:
            return np.asarray(self.free.coefficients[at])
        return np.asarray(self.face.coefficients[at])

    def ends(
        self, functional: FloatArray, rise: float, *, given: FloatArray | float = 0.0
    ) -> tuple[float, float, bool, bool]:
        """Return how low and high Σ f_k p_k + given goes while χ² rises by ``rise``, and whether each is open.

        An end is open where its shape lies at an end of the range. ``functional`` has shape (g, m) or (m,), ``given``
        (g,).
        """
        f = np.broadcast_to(functional, self.free.coefficients.shape)
        room = float(self.chi2.min()) + rise
        low, low_open = self._outermost(f, given, room, -1.0)
        high, high_open = self._outermost(f, given, room, 1.0)
        return low, high, low_open, high_open

    def _outermost(self, f: FloatArray, given: FloatArray | float, room: float, sign: float) -> tuple[float, bool]:
        value, reach = _reach(self.free, f, room, sign)
        if self.face is not None and self.bounded is not None:
            inside = reach[:, self.bounded] >= 0.0
            on_face, _ = _reach(self.face, f, room, sign)
            value = np.where(inside, value, on_face)
        value = value + given
        at = int(np.argmax(np.where(np.isfinite(value), sign * value, -np.inf)))
        return float(value[at]), bool(self.is_end[at])

    def shape_ends(self, k: int, rise: float) -> tuple[float, float, bool, bool]:
        """Return the interval of shape parameter ``k`` while χ² rises by ``rise``, and whether each end is open.

        An end is open at that of its range, and where another shape parameter lies at an end of its own.
        """
        axis = self.axes[k]
        least = _least_along(self, k)
        profile, room = self.chi2[least], float(self.chi2.min()) + rise
        places = np.flatnonzero(profile <= room)
        first, last = int(places[0]), int(places[-1])
        low = axis[0] if first == 0 else _crossing(axis, profile, first - 1, first, room)
        high = axis[-1] if last == axis.size - 1 else _crossing(axis, profile, last + 1, last, room)
        return float(low), float(high), bool(self.is_end[least[first]]), bool(self.is_end[least[last]])


def _reach(solved: Solved, f: FloatArray, room: float, sign: float) -> tuple[FloatArray, FloatArray]:
    """Return the outermost value of Σ f_k p_k (g,) within a χ², and the parameters there (g, m); NaN out of reach."""
    along = np.einsum("gij,gj->gi", solved.covariance, f)
    variance = np.einsum("gi,gi->g", along, f)
    spare = room - solved.chi2
    length = np.sqrt(np.where(spare >= 0.0, spare, np.nan))
    scale = np.sqrt(np.maximum(variance, 0.0))
    step = along / np.where(scale > 0.0, scale, 1.0)[:, None] * length[:, None]
    value = np.einsum("gi,gi->g", solved.coefficients, f) + sign * scale * length
    return value, solved.coefficients + sign * step


def _least_along(surface: Surface, k: int) -> np.ndarray:
    """Return for each value of shape parameter ``k`` the point of the grid with the least χ²."""
    sizes = [axis.size for axis in surface.axes]
    places = np.moveaxis(np.arange(surface.chi2.size).reshape(sizes), k, 0).reshape(sizes[k], -1)
    return np.asarray(places[np.arange(sizes[k]), np.argmin(surface.chi2[places], axis=1)])


def _crossing(axis: FloatArray, profile: FloatArray, outside: int, inside: int, room: float) -> float:
    part = (room - profile[inside]) / (profile[outside] - profile[inside])
    return float(axis[inside] * (axis[outside] / axis[inside]) ** part)


def project(
    law: Law,
    temperature_k: FloatArray,
    values: FloatArray,
    error: FloatArray,
    *,
    fixed: Mapping[str, float],
    rise: float,
) -> Surface:
    """Return χ² over the shape parameters, the grid made fine where χ² rises by less than ``rise``."""
    ranges = [
        (fixed[p.name], fixed[p.name]) if p.name in fixed else (p.search if p.search is not None else (1.0, 1.0))
        for p in law.shape
    ]
    dimensions = sum(low < high for low, high in ranges)
    axes = [_axis(low, high, dimensions) for low, high in ranges]
    surface = _solve(law, temperature_k, values, error, axes, ranges, fixed)
    for _ in range(_ZOOMS):
        kept = [_kept(surface, k, rise) for k in range(len(axes))]
        if all(hi - lo >= _FILLED * (axis.size - 1) for (lo, hi), axis in zip(kept, axes, strict=True)):
            break
        axes = [
            axis if axis.size == 1 else _axis(axis[max(lo - 1, 0)], axis[min(hi + 1, axis.size - 1)], dimensions)
            for (lo, hi), axis in zip(kept, axes, strict=True)
        ]
        surface = _solve(law, temperature_k, values, error, axes, ranges, fixed)
    return surface


def _axis(low: float, high: float, dimensions: int) -> FloatArray:
    if low == high:
        return np.array([low])
    points = _POINTS[dimensions]
    inner = np.geomspace(low, high, points)
    inner[0], inner[-1] = low, high
    return inner


def _kept(surface: Surface, k: int, rise: float) -> tuple[int, int]:
    places = np.flatnonzero(surface.chi2[_least_along(surface, k)] <= surface.chi2.min() + rise)
    return int(places[0]), int(places[-1])


def _solve(
    law: Law,
    temperature_k: FloatArray,
    values: FloatArray,
    error: FloatArray,
    axes: list[FloatArray],
    ranges: list[tuple[float, float]],
    fixed: Mapping[str, float],
) -> Surface:
    mesh = np.meshgrid(*axes, indexing="ij") if axes else []
    shapes = np.column_stack([m.ravel() for m in mesh]) if axes else np.zeros((1, 0))
    columns, y = free_columns(law, temperature_k, shapes, values, fixed)
    whitened, target = columns / error[:, None], y / error
    names = [p.name for p in law.linear if p.name not in fixed]
    bounded = next((names.index(p.name) for p in law.linear if p.is_bounded and p.name in names), None)
    free = _least_squares(whitened, target)
    chi2, face = free.chi2, None
    if bounded is not None:
        face = _without(whitened, target, bounded)
        chi2 = np.where(free.coefficients[:, bounded] >= 0.0, free.chi2, face.chi2)
    is_end = np.zeros(len(shapes), dtype=bool)
    for k, (low, high) in enumerate(ranges):
        if low < high:
            is_end |= (shapes[:, k] <= low) | (shapes[:, k] >= high)
    return Surface(tuple(axes), shapes, free, face, bounded, chi2, is_end)


def free_columns(
    law: Law, temperature_k: FloatArray, shapes: FloatArray, values: FloatArray, fixed: Mapping[str, float]
) -> tuple[FloatArray, FloatArray]:
    """Return the columns of the linear parameters that are free (g, n, m), and what the fixed ones leave (g, n)."""
    every = law.columns(temperature_k, *(shapes[:, k, None] for k in range(shapes.shape[1])))
    every = np.broadcast_to(every, (len(shapes), *every.shape[1:]))
    given = np.array([fixed.get(p.name, 0.0) for p in law.linear])
    is_free = np.array([p.name not in fixed for p in law.linear])
    return every[:, :, is_free], values - every @ given


def _least_squares(columns: FloatArray, target: FloatArray) -> Solved:
    """Solve a stack of problems, columns scaled to unit length first."""
    length = np.sqrt(np.sum(columns**2, axis=1))
    scale = np.where(length > 0.0, length, 1.0)
    q, r = np.linalg.qr(columns / scale[:, None, :])
    diagonal = np.einsum("gmm->gm", r)
    # Columns that are one and the same leave nothing; a tiny number keeps their problem solvable.
    r = r + np.eye(r.shape[1]) * np.where(np.abs(diagonal) < _NOTHING, _NOTHING, 0.0)[:, None, :]
    inverse = np.linalg.inv(r)
    along = np.matmul(target[:, None, :], q)[:, 0]
    found = np.einsum("gkm,gm->gk", inverse, along)
    covariance = np.matmul(inverse, inverse.transpose(0, 2, 1)) / (scale[:, :, None] * scale[:, None, :])
    residual = target - np.einsum("gnm,gm->gn", q, along)
    return Solved(found / scale, covariance, np.sum(residual**2, axis=1))


def _without(columns: FloatArray, target: FloatArray, left_out: int) -> Solved:
    """Solve with one parameter at zero; its coefficient and covariance are zero."""
    kept = [k for k in range(columns.shape[2]) if k != left_out]
    found = _least_squares(columns[:, :, kept], target)
    g, m = columns.shape[0], columns.shape[2]
    coefficients, covariance = np.zeros((g, m)), np.zeros((g, m, m))
    coefficients[:, kept] = found.coefficients
    covariance[np.ix_(range(g), kept, kept)] = found.covariance
    return Solved(coefficients, covariance, found.chi2)
