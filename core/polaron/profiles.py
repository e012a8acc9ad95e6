"""Profile-likelihood intervals of ħω and g of Eq. 9: where the smallest χ² with one of them held has risen by one.

All ends of all fits are sought at once, by the steps of [Venzon & Moolgavkar 1988]: the other parameters go to their
minimum and the held one to the root of the quadratic that χ² then is. The slope of a profile is the plain derivative
of χ² with respect to what is held, because the others stand at their minimum. An end that does not settle is found by
the bracketing search of `asplab.core.polaron.gauss_newton`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asplab.core.polaron.fit import N_PARAMETERS, PolaronFit
from asplab.core.polaron.gauss_newton import Constraint, minimise, profile_limit
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.objectives import Evaluation, JointFit, Objective, SeparateFits, regular
from asplab.core.polaron.resolved import SILENT, Level, levels_of, told_level
from asplab.core.problems import Problem
from asplab.core.units import FloatArray

RISE = 1.0
"""Δχ² at the ends of a 68 % interval of one parameter."""
_LOG_G2_RANGE = (-10.0, 20.0)
"""Range of ln g² (g from 0.007 meV to 22 eV) beyond which a limit of g counts as open."""
_STEPS = 16
_LEVEL, _GAIN = 3e-5, 3e-7
"""Distance from the level, and gain left in the others, at which the last step is taken without another look."""
_CIRCLE = np.array([np.cos(np.linspace(0.0, 2.0 * np.pi, 91)[:-1]), np.sin(np.linspace(0.0, 2.0 * np.pi, 91)[:-1])])
"""Points of a circle, (2, 90)."""
_LONGEST = 3.0
"""Longest step towards an end, in first guesses of its distance."""


@dataclass(frozen=True, slots=True, eq=False)
class PolaronIntervals:
    """68 % profile-likelihood intervals (Δχ² = 1), in the order of `PolaronFit`; NaN marks an open end.

    Attributes
    ----------
    phonon_low_mev, phonon_high_mev, g_low_mev, g_high_mev : ndarray, shape (n_temperatures + 1,)
    identified : ndarray of bool
        True where both limits of ħω and of g exist.
    """

    phonon_low_mev: FloatArray
    phonon_high_mev: FloatArray
    g_low_mev: FloatArray
    g_high_mev: FloatArray
    identified: np.ndarray
    problems: tuple[Problem, ...] = ()


def find_intervals(fit: PolaronFit) -> PolaronIntervals:
    """Profile χ² for ħω and g of every fit; a limit that the data do not set is open.

    A negative 1/ħω has no meaning: where the best fit asks for one, the profile starts from 1/ħω = 0, so that
    the interval reads "ħω > x".
    """
    result = np.full((4, len(fit.temperatures_k) + 1), np.nan)
    for rows, best in _fits(fit):
        u_low, u_high = _inverse_phonon_ends(best)
        with np.errstate(divide="ignore"):
            result[0, rows], result[1, rows] = 1.0 / u_high, 1.0 / u_low
        result[2:, rows] = _coupling_ends(best, u_low, u_high)
    identified = np.isfinite(result).all(axis=0)
    phonon_low, phonon_high, g_low, g_high = result
    return PolaronIntervals(
        phonon_low, phonon_high, g_low, g_high, identified, problems=_problems(fit, result, identified)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Best:
    """Where profiles begin, for fits done at once.

    Attributes
    ----------
    lanes : callable
        From indices of fits, which may repeat, to their objective.
    parameters : ndarray, shape (n_fits, n_parameters)
        The best ones, and those at 1/ħω = 0 where the best 1/ħω is negative.
    chi2 : ndarray, shape (n_fits,)
    covariance : ndarray, shape (n_fits, n_parameters, n_parameters)
    negative : ndarray of bool, shape (n_fits,)
        Where the best 1/ħω is negative.
    """

    lanes: Callable[[np.ndarray], Objective]
    parameters: FloatArray
    chi2: FloatArray
    covariance: FloatArray
    negative: np.ndarray


def _fits(fit: PolaronFit) -> list[tuple[np.ndarray, _Best]]:
    """Return the separate fits and the joint one, as far as there are any, with their rows."""
    found = []
    rows = np.flatnonzero(fit.fitted)
    if rows.size:
        problem = fit.problem if rows.size == fit.fitted.size else fit.problem.lanes(rows)
        best = _best(
            lambda chosen: SeparateFits(problem.lanes(chosen)), fit.parameters[rows], fit.parameter_covariance[rows]
        )
        found.append((rows, best))
    joint, parameters, covariance = fit.joint_objective, fit.joint_parameters, fit.joint_covariance
    if joint is not None and parameters is not None and covariance is not None:
        repeated = _Repeated(joint)
        found.append((np.array([fit.fitted.size]), _best(lambda _: repeated, parameters[None], covariance[None])))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Repeated:
    """The joint fit at several sets of parameters."""

    joint: JointFit

    def __call__(self, parameters: FloatArray) -> Evaluation:
        each = [self.joint(row[None]) for row in parameters]
        return (
            np.concatenate([chi2 for chi2, _, _ in each]),
            np.concatenate([gradient for _, gradient, _ in each]),
            np.concatenate([normal for _, _, normal in each]),
        )


def _best(lanes: Callable[[np.ndarray], Objective], parameters: FloatArray, covariance: FloatArray) -> _Best:
    objective, negative = lanes(np.arange(len(parameters))), parameters[:, -1] <= 0.0
    parameters, chi2 = _settled(objective, parameters)
    if negative.any():
        held, at_zero, _ = minimise(objective, parameters, Constraint("u", np.zeros(len(parameters))))
        parameters = np.where(negative[:, None], held, parameters)
        chi2 = np.where(negative, at_zero, chi2)
    return _Best(lanes, parameters, chi2, covariance, negative)


def _settled(objective: Objective, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the parameters two steps nearer to the minimum, and χ² there: fits end a little before it."""
    chi2, gradient, normal = objective(parameters)
    for _ in range(2):
        trial = parameters - np.linalg.solve(regular(normal), gradient[:, :, None])[:, :, 0]
        new_chi2, new_gradient, new_normal = objective(trial)
        better = new_chi2 <= chi2
        if not better.any():
            break
        parameters, chi2 = np.where(better[:, None], trial, parameters), np.where(better, new_chi2, chi2)
        gradient = np.where(better[:, None], new_gradient, gradient)
        normal = np.where(better[:, None, None], new_normal, normal)
    return parameters, chi2


def _inverse_phonon_ends(best: _Best) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper end of u = 1/ħω of every fit; NaN where open."""
    n = len(best.chi2)
    width = np.sqrt(best.covariance[:, -1, -1])
    rows, side = np.tile(np.arange(n), 2), np.repeat([-1.0, 1.0], n)
    wanted = (side > 0) | ~best.negative[rows]
    rows, side = rows[wanted], side[wanted]
    ends = np.full(2 * n, np.nan)
    ends[wanted] = _ends(best, rows, "u", best.parameters[rows], side * width[rows], np.where(side < 0, 0.0, np.inf))
    return ends[:n], ends[n:]


def _coupling_ends(best: _Best, u_low: FloatArray, u_high: FloatArray) -> FloatArray:
    """Return the ends of g, (2, n_fits), from the profile over γ = ln g².

    Where 1/ħω may be zero, g has no upper end, and its lower one is reached from a finite ħω.
    """
    begin = best.parameters
    if best.negative.any():
        at = np.where(best.negative, 0.5 * np.where(np.isfinite(u_high), u_high, 1e-2), begin[:, -1])
        objective = best.lanes(np.arange(len(begin)))
        begin = np.where(best.negative[:, None], minimise(objective, begin, Constraint("u", at))[0], begin)
    kappa, u = begin[:, -2], begin[:, -1]
    gradient = np.stack([1.0 / u, -kappa / u**2 - 1.0 / u], axis=-1)
    width = np.sqrt(np.einsum("fi,fij,fj->f", gradient, best.covariance[:, -2:, -2:], gradient))
    width = np.minimum(np.where(np.isfinite(width), width, 1.0), 2.0)
    n, low, high = len(u), *_LOG_G2_RANGE
    above = np.flatnonzero(~best.negative & np.isfinite(u_low))
    rows = np.append(np.arange(n), above)
    side = np.append(np.full(n, -1.0), np.ones(above.size))
    first = np.where(best.negative[rows, None], begin[rows], _quadratic_ends(best, rows, side))
    found = _ends(best, rows, "g", begin[rows], side * width[rows], np.where(side < 0, low, high), first=first)
    ends = np.full((2, n), np.nan)
    ends[0], ends[1, above] = found[:n], found[n:]
    return np.exp(0.5 * np.where(ends < high, ends, np.nan))


def _quadratic_ends(best: _Best, rows: np.ndarray, side: FloatArray) -> FloatArray:
    """Return the parameters at the ends of g that χ² has where it is quadratic in (κ, u), which γ is far from being."""
    covariance, parameters = best.covariance[rows], best.parameters[rows]
    axes = np.linalg.cholesky(covariance[:, -2:, -2:])
    around = _CIRCLE.T @ axes.transpose(0, 2, 1) + parameters[:, None, -2:]
    u = np.where(around[:, :, 1] > 0.0, around[:, :, 1], np.nan)
    gamma = around[:, :, 0] / u + np.log(CENTRE_MEV / u)
    worst = np.where(np.isnan(gamma), -np.inf, side[:, None] * gamma)
    chosen = _CIRCLE[:, np.argmax(worst, axis=1)].T
    follows = covariance[:, :, -2:] @ np.linalg.inv(axes).transpose(0, 2, 1)
    return np.asarray(parameters + (follows @ chosen[:, :, None])[:, :, 0])


def _ends(
    best: _Best,
    rows: np.ndarray,
    kind: str,
    begin: FloatArray,
    width: FloatArray,
    bound: FloatArray,
    *,
    first: FloatArray | None = None,
) -> FloatArray:
    """Return the held quantity, ``u`` or γ (``g``), where the profile has risen by `RISE`; NaN where it never does.

    Parameters
    ----------
    rows : ndarray of int, shape (n_ends,)
        Fit of each end.
    begin : ndarray, shape (n_ends, n_parameters)
    width : ndarray, shape (n_ends,)
        First guess of the signed distance.
    bound : ndarray, shape (n_ends,)
        End of the range of what is held.
    first : ndarray, shape (n_ends, n_parameters), optional
        Parameters near the ends.
    """
    level = best.chi2[rows] + RISE
    ends, settled = _walk(best.lanes(rows), kind, begin if first is None else first, level, width, bound)
    for way in (width < 0, width > 0):
        lost = np.flatnonzero(way & ~settled)
        if lost.size:
            objective, base = best.lanes(rows[lost]), best.chi2[rows[lost]]
            centre = _held(begin[lost], kind)
            reach = float(bound[lost[0]])
            found = profile_limit(objective, begin[lost], base, kind, centre, width[lost], rise=RISE, bound=reach)
            ends[lost] = _polished(objective, kind, begin[lost], level[lost], found, width[lost], bound[lost])
    return ends


def _polished(
    objective: Objective,
    kind: str,
    begin: FloatArray,
    level: FloatArray,
    found: FloatArray,
    width: FloatArray,
    bound: FloatArray,
) -> FloatArray:
    """Return ends of the bracketing search brought to the level."""
    known = np.isfinite(found)
    if not known.any():
        return found
    at = Constraint(kind, np.where(known, found, _held(begin, kind)))
    begin = minimise(objective, begin, at)[0]
    ends, settled = _walk(objective, kind, begin, level, 1e-2 * width, bound)
    return np.where(known & settled & (np.abs(ends - found) < 0.1 * np.abs(width)), ends, found)


def _walk(
    objective: Objective, kind: str, begin: FloatArray, level: FloatArray, width: FloatArray, bound: FloatArray
) -> tuple[FloatArray, np.ndarray]:
    """Return ends of the profile, NaN where its range ends below the level, and which of them were settled."""
    place = _coordinates(begin, kind)
    side, reach = np.sign(width), _LONGEST * np.abs(width)
    ends, settled = np.full(len(level), np.nan), np.zeros(len(level), dtype=bool)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for _ in range(_STEPS):
            chi2, gradient, normal = objective(_parameters(place, kind))
            slope, curvature = _turned(place, gradient, normal, kind)
            back, along, gain = _others(slope, curvature)
            distance = level - chi2 + gain
            step = _towards(slope, curvature, back, along, distance, side)
            calm = ~settled & (np.abs(gain) < _GAIN)
            near = calm & (np.abs(distance) < _LEVEL)
            ends = np.where(near, place[:, -1] + step, ends)
            settled |= near | (calm & (place[:, -1] == bound) & (distance > 0.0))
            if settled.all():
                break
            step = np.clip(step, -reach, reach)
            held = side * np.minimum(side * (place[:, -1] + step), side * bound)
            others = place[:, :-1] - back - along * (held - place[:, -1])[:, None]
            if kind == "g":
                others[:, -1] = np.clip(others[:, -1], place[:, -2] / _LONGEST, place[:, -2] * _LONGEST)
            moved = np.column_stack([others, held])
            place = np.where((~settled & np.isfinite(moved).all(axis=1))[:, None], moved, place)
    return ends, settled


def _others(slope: FloatArray, curvature: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how far the others stand from their minimum, how they follow what is held, and the gain in χ²."""
    right = np.stack([slope[:, :-1], curvature[:, :-1, -1]], axis=2)
    solved = np.asarray(np.linalg.solve(regular(curvature[:, :-1, :-1]), right))
    back, along = solved[:, :, 0], solved[:, :, 1]
    gain: FloatArray = (slope[:, :-1] * back).sum(axis=1)
    return back, along, gain


def _towards(
    slope: FloatArray,
    curvature: FloatArray,
    back: FloatArray,
    along: FloatArray,
    distance: FloatArray,
    side: FloatArray,
) -> FloatArray:
    """Return the step of what is held to where χ², quadratic and smallest in the others, has risen by ``distance``."""
    across = curvature[:, -1, :-1]
    first = slope[:, -1] - (across * back).sum(axis=1)
    second = curvature[:, -1, -1] - (across * along).sum(axis=1)
    step: FloatArray = distance / (first + side * np.sqrt(np.maximum(first**2 + second * distance, 0.0)))
    return step


def _coordinates(parameters: FloatArray, kind: str) -> FloatArray:
    """Return the parameters with what is held last: (…, κ, u), or (…, u, γ) for the profile of g."""
    if kind == "u":
        return parameters
    kappa, u = parameters[:, -2:-1], parameters[:, -1:]
    return np.concatenate([parameters[:, :-2], u, kappa / u + np.log(CENTRE_MEV / u)], axis=1)


def _parameters(place: FloatArray, kind: str) -> FloatArray:
    if kind == "u":
        return place
    u, gamma = place[:, -2:-1], place[:, -1:]
    return np.concatenate([place[:, :-2], u * (gamma + np.log(u / CENTRE_MEV)), u], axis=1)


def _turned(place: FloatArray, gradient: FloatArray, normal: FloatArray, kind: str) -> tuple[FloatArray, FloatArray]:
    """Return gradient and curvature of χ²/2 in the coordinates of `_coordinates`."""
    if kind == "u":
        return gradient, normal
    u, gamma = place[:, -2], place[:, -1]
    turn = np.broadcast_to(np.eye(place.shape[1]), normal.shape).copy()
    turn[:, -2, -2], turn[:, -2, -1] = gamma + np.log(u / CENTRE_MEV) + 1.0, u
    turn[:, -1, -2:] = 1.0, 0.0
    across = turn.transpose(0, 2, 1)
    curvature = across @ normal @ turn
    # κ itself bends with (u, γ).
    by_kappa = gradient[:, -2]
    curvature[:, -2, -2] += by_kappa / u
    curvature[:, -2, -1] += by_kappa
    curvature[:, -1, -2] += by_kappa
    return (across @ gradient[:, :, None])[:, :, 0], curvature


def _held(parameters: FloatArray, kind: str) -> FloatArray:
    return np.asarray(_coordinates(parameters, kind)[:, -1])


def _problems(fit: PolaronFit, limits: FloatArray, identified: np.ndarray) -> tuple[Problem, ...]:
    problem = fit.problem
    levels, between = levels_of(problem.numerator, problem.denominator, problem.covariance, problem.use)
    problems = []
    for i, place in enumerate([*(f"{temperature:.0f} K" for temperature in fit.temperatures_k), "joint fit"]):
        if identified[i] or not np.isfinite(fit.chi2[i]):
            continue
        rows = [i] if i < len(levels) else np.flatnonzero(fit.fitted).tolist()
        alike: set[Level] = {levels[t] for t in rows}
        level = alike.pop() if len(alike) == 1 else ""
        message = f"{_open_ends(limits[:, i])} {_remedy(level, [int(between[t]) for t in rows])}"
        problems.append(Problem("warning" if level in SILENT else "info", place, message))
    return tuple(problems)


def _open_ends(limits: FloatArray) -> str:
    """Return which ends of ħω and g are open, and the limits that there are."""
    names = ("the lower end of ħω", "the upper end of ħω", "the lower end of g", "the upper end of g")
    is_open = ~np.isfinite(limits)
    if is_open.all():
        return "ħω and g are not identified at 68 %: the data set no limit of ħω and none of g."
    ends = [name for name, one in zip(names, is_open, strict=True) if one]
    listed = ends[0] if len(ends) == 1 else f"{', '.join(ends[:-1])} and {ends[-1]}"
    known = [_range(name, *limits[2 * k : 2 * k + 2]) for k, name in enumerate(("ħω", "g"))]
    verb = "is" if len(ends) == 1 else "are"
    told = ", ".join(one for one in known if one)
    return f"ħω and g are not identified at 68 %: {told}; {listed} {verb} open."


def _range(name: str, low: float, high: float) -> str:
    below, above = np.isfinite(low), np.isfinite(high)
    if below and above:
        return f"{low:.3g} meV < {name} < {high:.3g} meV"
    return f"{name} > {low:.3g} meV" if below else f"{name} < {high:.3g} meV" if above else ""


def _remedy(level: Level, between: list[int]) -> str:
    """Return why the ends are open, as far as η tells, and which measurement would close them."""
    if level:
        return told_level(level)
    if max(between) < N_PARAMETERS:
        count = {0: "No η lies", 1: "One η lies"}.get(max(between), f"Only {max(between)} η lie")
        return (
            f"{count} clearly between 0 and 1, and {N_PARAMETERS} are needed at one temperature. Measure where η falls "
            "from 1 to 0, or with smaller errors."
        )
    return "Detunings with η well below 0.5, and smaller errors at large ΔE, would determine them."
