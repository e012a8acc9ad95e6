"""Profile likelihood of any fitted rate model: Δχ² along a parameter, and over the plane of two of them.

Δχ² is the smallest χ², priors and nuisances included, with what is looked at held, less the smallest of all. Along one
parameter, Δχ² = 1 and 3.84 enclose 68 and 95 % of it; over a plane, 2.30 and 5.99 enclose 68 and 95 % of both together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.polaron.comparison.search import minimise
from asplab.core.polaron.objectives import Evaluation
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.units import FloatArray

RISES = (1.0, 3.841458820694124)
"""Δχ² at the ends of 68.27 and 95 % intervals of one parameter."""
PLANE_RISES = (2.295748928898636, 5.991464547107979)
"""Δχ² on the contours that enclose 68.27 and 95 % of two parameters together."""
_EXACT = 1e-6
"""Distance of √Δχ² from its goal at which an end is found."""
_BELOW = 0.01
"""Fall of χ² below that of the fit from which on a profile says that the fit missed its minimum."""
_TRIALS, _CLOSEST = 60, 1e-7
"""Trials of an end, and the width of its bracket at which the model itself ends."""
_REACH, _SHOWN = np.log(1e3), np.log(10.0)
"""Distances of a logarithm from its best value up to which ends are sought, and up to which open ends are drawn."""
_FEWEST = 5


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Δχ² along one parameter, of the fit of each temperature and of the joint one in the last row.

    Attributes
    ----------
    model, parameter : str
    temperatures_k : ndarray, shape (n_temperatures,)
    best : ndarray, shape (n_rows,)
        Fitted value; NaN where there is no fit.
    values, delta_chi2 : ndarray, shape (n_rows, n_values)
        A grid of each row's own, and Δχ² there; NaN where there is no fit, infinite where the model can't be evaluated.
    low_68, high_68, low_95, high_95 : ndarray, shape (n_rows,)
        Ends of the intervals; NaN where open: Δχ² stays below the level up to the end of the parameter's range, up to
        where the model ends, or over a factor of 1000, or rises only because another parameter stands at the end of
        its default range.
    """

    model: str
    parameter: str
    temperatures_k: FloatArray
    best: FloatArray
    values: FloatArray
    delta_chi2: FloatArray
    low_68: FloatArray
    high_68: FloatArray
    low_95: FloatArray
    high_95: FloatArray
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ProfilePlane:
    """Δχ² over the plane of two parameters, of one fit.

    Attributes
    ----------
    model, x_name, y_name, place : str
        The place is the temperature or "joint fit".
    best : (x, y)
    x, y : ndarray, shape (n_x,) and (n_y,)
    delta_chi2 : ndarray, shape (n_y, n_x)
        Infinite where the model can't be evaluated.
    joint_rises : (68 %, 95 %)
        Δχ² on the contours that enclose both parameters together with that probability.
    single_rises : (68 %, 95 %)
        Δχ² on the contours whose extent along an axis is the interval of that parameter alone.
    """

    model: str
    x_name: str
    y_name: str
    place: str
    best: tuple[float, float]
    x: FloatArray
    y: FloatArray
    delta_chi2: FloatArray
    joint_rises: tuple[float, float] = PLANE_RISES
    single_rises: tuple[float, float] = RISES


def profile(fit: ModelFit, parameter: str, *, points: int = 41, progress: Progress | None = None) -> Profile:
    """Return the profile of a free parameter for the fit of each temperature and the joint one.

    Parameters
    ----------
    fit : ModelFit
    parameter : str
    points : int
        Of the curve, which reaches a little beyond the 95 % interval; odd, so that the best value is one of them.
    progress : Progress, optional

    Raises
    ------
    AnalysisError
        Where the parameter is not free, nothing was fitted, or ``points`` is not an odd number from 5 on.
    Cancelled
        When ``progress`` was cancelled.
    """
    (at,) = _check(fit, (parameter,), (points,))
    parts, n_rows = _parts(fit), len(fit.temperatures_k) + 1
    values, delta = np.full((2, n_rows, points), np.nan)
    ends = np.full((4, n_rows), np.nan)
    total, text = len(parts) * (points // 2 + 2), f"profile of {parameter}"
    for number, (rows, part) in enumerate(parts):
        report = _reporter(progress, number * (points // 2 + 2), total, text)
        column = part.first + at
        found = np.concatenate([_ends(part, column, rise, partial(report, i)) for i, rise in enumerate(RISES)])
        ends[:, rows] = _physical(fit, at, found)
        grid = _grid(part, column, found[2:], points)
        values[rows], delta[rows] = _physical(fit, at, grid), _along(part, column, grid, report)
    _reporter(progress, total, total, text)(0)
    low_68, high_68, low_95, high_95 = ends
    return Profile(
        fit.model,
        parameter,
        fit.temperatures_k,
        fit.value(parameter),
        values,
        delta,
        low_68,
        high_68,
        low_95,
        high_95,
        _missed(fit, delta),
    )


def profile_plane(
    fit: ModelFit,
    names: tuple[str, str] = ("phonon_mev", "g_mev"),
    *,
    row: int = -1,
    points: tuple[int, int] = (41, 41),
    progress: Progress | None = None,
) -> ProfilePlane:
    """Return Δχ² over the plane of two free parameters, (x, y), for one row of the fit; the last is the joint one.

    The plane reaches a little beyond the contour that encloses 95 % of both; on open sides, up to a factor of ten.

    Raises
    ------
    AnalysisError
        Where a parameter is not free, the row was not fitted, or ``points`` are not odd numbers from 5 on.
    Cancelled
        When ``progress`` was cancelled.
    """
    at = _check(fit, names, points)
    row %= len(fit.temperatures_k) + 1
    part = _row(fit, row)
    columns, text = [part.first + i for i in at], f"plane of {names[0]} and {names[1]}"
    report = _reporter(progress, 0, points[1] + 2, text)
    axes = []
    for i, (column, count) in enumerate(zip(columns, points, strict=True)):
        ends = _ends(part, column, PLANE_RISES[1], partial(report, i))
        axes.append(_grid(part, column, ends, count)[0])
    x, y = axes
    delta, lanes, middle = np.full((y.size, x.size), np.inf), np.zeros(x.size, dtype=int), y.size // 2
    begin = np.repeat(part.parameters, x.size, axis=0)
    for done, i in enumerate((*range(middle, y.size), *range(middle - 1, -1, -1))):
        report(2 + done)
        if i in (middle, middle - 1):
            warm = begin
        found, chi2, _ = part.least(lanes, warm, {columns[0]: x, columns[1]: np.full(x.size, y[i])})
        delta[i] = chi2 - part.chi2[0]
        warm = np.where(np.isfinite(chi2)[:, None], found, begin)
    report(points[1] + 2)
    x_best, y_best = (float(_physical(fit, i, part.parameters[0, part.first + i])) for i in at)
    return ProfilePlane(
        fit.model, *names, _place(fit, row), (x_best, y_best), _physical(fit, at[0], x), _physical(fit, at[1], y), delta
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Fits that are profiled at once: the separate ones, or the joint one.

    ``lanes`` returns the objective of chosen fits, which may repeat.
    """

    fit: ModelFit
    lanes: Callable[[np.ndarray], Callable[[FloatArray], Evaluation]]
    parameters: FloatArray
    chi2: FloatArray
    covariance: FloatArray

    @property
    def first(self) -> int:
        """Column of the parameters at which the coordinates of the plan begin."""
        return int(self.parameters.shape[1]) - len(self.fit.names)

    def reach(self, column: int) -> tuple[float, float]:
        """Return the bounds of a coordinate."""
        return float(self.fit.plan.low[column - self.first]), float(self.fit.plan.high[column - self.first])

    def is_log(self, column: int) -> bool:
        """Return whether a coordinate is a logarithm."""
        return bool(self.fit.plan.is_log[column - self.first])

    def least(
        self, rows: np.ndarray, begin: FloatArray, held: dict[int, FloatArray]
    ) -> tuple[FloatArray, FloatArray, np.ndarray]:
        """Return the best fits of chosen rows with columns held: parameters, χ², and which parameters are stopped.

        Those count that stand where their range ends by default, or where the model ends.
        """
        objective, plan = self.lanes(rows), self.fit.plan
        found, chi2, _, stopped = minimise(objective, self._at_one_energy(begin, held), plan, held=held)
        lost = np.flatnonzero(~np.isfinite(chi2))
        if lost.size:
            again = {column: values[lost] for column, values in held.items()}
            found[lost], chi2[lost], _, stopped[lost] = minimise(self.lanes(rows[lost]), begin[lost], plan, held=again)
        chosen = [self.first + i for i, name in enumerate(self.fit.names) if name in plan.options.bounds]
        stopped[:, [*held, *chosen]] = False
        return found, chi2, stopped & ~plan.at_single_gap(found)

    def _at_one_energy(self, begin: FloatArray, held: dict[int, FloatArray]) -> FloatArray:
        """Return the beginning with g²/ħω, which data fix best, kept where one of g and ħω is held."""
        names = self.fit.names
        if len(held) > 1 or not {"g_mev", "phonon_mev"} <= set(names):
            return begin
        g, phonon = (self.first + names.index(name) for name in ("g_mev", "phonon_mev"))
        ((column, values),) = held.items()
        result = begin.copy()
        if column == phonon:
            result[:, g] += 0.5 * (values - begin[:, phonon])
        elif column == g:
            result[:, phonon] += 2.0 * (values - begin[:, g])
        return result


def _parts(fit: ModelFit) -> list[tuple[np.ndarray, _Part]]:
    """Return what is profiled at once, with its rows."""
    parts = []
    objective, joint = fit.objective, fit.joint
    if objective is not None:
        rows = np.flatnonzero(fit.fitted)
        chi2 = fit.chi2[rows] + fit.prior_chi2[rows]
        parts.append((rows, _Part(fit, objective.lanes, fit.parameters[rows], chi2, fit.covariance[rows])))
    if joint is not None:
        alone = (joint.parameters[None], np.array([joint.chi2]), joint.covariance[None])
        parts.append((np.array([len(fit.temperatures_k)]), _Part(fit, lambda _: joint.objective, *alone)))
    return parts


def _row(fit: ModelFit, row: int) -> _Part:
    for rows, part in _parts(fit):
        if row in rows:
            one = np.flatnonzero(rows == row)
            alone = (array[one] for array in (part.parameters, part.chi2, part.covariance))
            return _Part(fit, partial(_one_of, part, one), *alone)
    title = fit.plan.model.title
    if row == len(fit.temperatures_k):
        needs = "it needs two fitted temperatures. Give row=0 for the first temperature."
        raise AnalysisError(f"{title} has no joint fit, which row={row} (or row=-1, the default) stands for; {needs}")
    raise AnalysisError(f"{title} was not fitted at {_place(fit, row)} (row={row}); choose a row that was fitted.")


def _one_of(part: _Part, one: np.ndarray, chosen: np.ndarray) -> Callable[[FloatArray], Evaluation]:
    return part.lanes(np.repeat(one, len(chosen)))


def _check(fit: ModelFit, names: tuple[str, ...], points: tuple[int, ...]) -> list[int]:
    for name in names:
        if name not in fit.names:
            free = ", ".join(fit.names) or "none"
            raise AnalysisError(f"{name!r} is not a free parameter of {fit.plan.model.title}; it has {free}.")
    if len(set(names)) < len(names):
        raise AnalysisError(f"{names[0]} is named twice; a plane needs two parameters.")
    if fit.objective is None:
        raise AnalysisError(f"{fit.plan.model.title} was fitted at no temperature; there is nothing to profile.")
    for count in points:
        if count < _FEWEST or count % 2 == 0:
            raise AnalysisError(f"{count} points; a profile needs an odd number of them, at least {_FEWEST}.")
    return [fit.names.index(name) for name in names]


def _reporter(progress: Progress | None, begun: int, total: int, text: str) -> Callable[[int], None]:
    if progress is None:
        return lambda done: None
    return lambda done: progress.step(begun + done, total, text)


def _ends(part: _Part, column: int, rise: float, report: Callable[[], None]) -> FloatArray:
    """Return the coordinates, (2, n_fits), below and above the best one where Δχ² has risen; NaN where it does not."""
    n, goal = len(part.chi2), np.sqrt(rise)
    rows, side = np.tile(np.arange(n), 2), np.repeat([-1.0, 1.0], n)
    centre, warm = part.parameters[rows, column], part.parameters[rows]
    low, high = part.reach(column)
    furthest = np.where(side < 0, centre - low, high - centre)
    if part.is_log(column):
        furthest = np.minimum(furthest, _REACH)
    width = np.sqrt(part.covariance[rows, column, column]) * goal
    distance = np.minimum(np.where(np.isfinite(width) & (width > 0), width, 0.1), furthest)
    inner, inner_root = np.zeros(2 * n), np.zeros(2 * n)
    outer, outer_root = np.full(2 * n, np.nan), np.full(2 * n, np.nan)
    ends, active = np.full(2 * n, np.nan), furthest > 0.0
    for _ in range(_TRIALS):
        lanes = np.flatnonzero(active)
        if not lanes.size:
            break
        report()
        held = centre[lanes] + side[lanes] * distance[lanes]
        found, chi2, stopped = part.least(rows[lanes], warm[lanes], {column: held})
        root = np.sqrt(np.maximum(chi2 - part.chi2[rows[lanes]], 0.0))
        near, inside = np.abs(root - goal) < _EXACT, root < goal
        # Elsewhere a fit may have gone astray.
        warm[lanes[inside]] = found[inside]
        inner[lanes[inside]], inner_root[lanes[inside]] = distance[lanes[inside]], root[inside]
        outer[lanes[~inside]], outer_root[lanes[~inside]] = distance[lanes[~inside]], root[~inside]
        is_open = (distance[lanes] >= furthest[lanes]) & inside
        shut = outer[lanes] - inner[lanes] < _CLOSEST
        by_data = (near | (shut & np.isfinite(root))) & ~stopped.any(axis=1)
        ends[lanes[by_data]] = held[by_data]
        active[lanes[near | is_open | shut]] = False
        distance = np.minimum(_next(distance, goal, inner, inner_root, outer, outer_root), furthest)
    return ends.reshape(2, n)


def _next(
    distance: FloatArray,
    goal: float,
    inner: FloatArray,
    inner_root: FloatArray,
    outer: FloatArray,
    outer_root: FloatArray,
) -> FloatArray:
    """Return the distances to try: √Δχ² is nearly linear in the distance, and a bracket keeps that safe."""
    bracketed = np.isfinite(outer)
    with np.errstate(invalid="ignore"):
        share = (goal - inner_root) / (outer_root - inner_root)
    share = np.where(np.isfinite(outer_root) & (share > 0.0), np.clip(share, 0.01, 0.99), 0.5)
    growth = np.clip(goal / np.maximum(inner_root, 0.1 * goal), 1.1, 3.0)
    return np.where(bracketed, inner + share * (np.where(bracketed, outer, 0.0) - inner), distance * growth)


def _grid(part: _Part, column: int, ends: FloatArray, points: int) -> FloatArray:
    """Return coordinates (n_fits, points) around the best one, a tenth beyond the ends."""
    centre, half = part.parameters[:, column], points // 2
    low, high = part.reach(column)
    shown = _SHOWN if part.is_log(column) else high - low
    below = np.where(np.isfinite(ends[0]), 1.1 * (centre - ends[0]), shown)
    above = np.where(np.isfinite(ends[1]), 1.1 * (ends[1] - centre), shown)
    below, above = np.minimum(below, centre - low), np.minimum(above, high - centre)
    share = np.arange(1, half + 1) / half
    left, right = centre[:, None] - below[:, None] * share, centre[:, None] + above[:, None] * share
    return np.concatenate([left[:, ::-1], centre[:, None], right], axis=1)


def _along(part: _Part, column: int, grid: FloatArray, report: Callable[[int], None]) -> FloatArray:
    """Return Δχ² on the grid, from the best value outwards, each from its neighbour."""
    n, points = grid.shape
    half, delta = points // 2, np.zeros(grid.shape)
    rows = np.tile(np.arange(n), 2)
    warm = part.parameters[rows]
    for step in range(1, half + 1):
        report(2 + step - 1)
        held = np.concatenate([grid[:, half - step], grid[:, half + step]])
        found, chi2, _ = part.least(rows, warm, {column: held})
        warm = np.where(np.isfinite(chi2)[:, None], found, warm)
        change = chi2 - part.chi2[rows]
        delta[:, half - step], delta[:, half + step] = change[:n], change[n:]
    return delta


def _physical(fit: ModelFit, at: int, coordinate: FloatArray) -> FloatArray:
    return np.asarray(np.exp(coordinate) if fit.plan.is_log[at] else coordinate)


def _place(fit: ModelFit, row: int) -> str:
    return "joint fit" if row == len(fit.temperatures_k) else f"{fit.temperatures_k[row]:.0f} K"


def _missed(fit: ModelFit, delta: FloatArray) -> tuple[Problem, ...]:
    """Say where a profile found a lower χ² than the fit."""
    return tuple(
        Problem(
            "warning",
            _place(fit, int(row)),
            f"the profile of {fit.plan.model.title} found χ² lower by {-np.nanmin(delta[row]):.2g} than the fit, which "
            "stopped in another minimum: its values and intervals belong to that one. Fix a parameter, or give it a "
            "range.",
        )
        for row in np.flatnonzero((delta < -_BELOW).any(axis=1))
    )
