"""Filter curves: which spectra went through them, what they let through, and where they end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.corrections.axes import Axes
from asplab.core.experiment import Curve
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings, GroupingSettings
from asplab.core.units import FloatArray

_PASSED = 0.5
"""Part of its maximum above which a filter counts as transparent."""
_EDGE_NM = 6.0
"""How far a stated cutoff may lie from the edge of the curve: as far as evaluations keep away from edges."""


@dataclass(frozen=True, slots=True, eq=False)
class FilterCurve:
    """What the filters before the detector let through for one stack.

    Attributes
    ----------
    transmission : ndarray, shape (n_pixels,)
        On the wavelength axis of the stack, not below half of its maximum, so that counts can be divided by it.
    range_nm : tuple of float
        Where it is above half of its maximum, on the emission's side of the excitation.
    is_edge : tuple of bool
        Whether the lower and upper end of the range is an edge of the filter, and not the end of the axis or the
        excitation.
    sources : tuple of str
        The curves; several filters of one path multiply.
    mean : float
        Mean transmission over the range.
    covers : bool
        Whether the curves cover the emission's side of the axis; what lies beyond counts as not transmitted.
    """

    transmission: FloatArray
    range_nm: tuple[float, float]
    is_edge: tuple[bool, bool]
    sources: tuple[str, ...]
    mean: float
    covers: bool


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """Filter curves of all stacks, in the order of `Gathered.stacks`; None where a stack has none.

    ``divides`` is True where counts are divided by them: only if every stack with a filter has its curve.
    """

    curves: tuple[FilterCurve | None, ...]
    divides: bool
    problems: tuple[Problem, ...] = ()


def find_filters(gathered: Gathered, axes: Axes, settings: CorrectionSettings, tolerances: GroupingSettings) -> Filters:
    """Match filter curves to stacks: by the path, else by equal cutoffs."""
    known = [curve for curve in gathered.experiment.curves if curve.kind == "filter"]
    if not known or not settings.divide_by_filters:
        return Filters((None,) * len(gathered.stacks), divides=False)
    problems: list[Problem] = []
    matches = [_matching(stack, known, tolerances) for stack in gathered.stacks]
    used = [_distinct(match, problems) for match in matches]
    places = zip(gathered.stacks, axes.of, used, strict=True)
    curves = tuple(_on_axis(stack, axis, own) if own else None for stack, axis, own in places)
    bare = [s for s, own in zip(gathered.stacks, used, strict=True) if not own and _has_filter(s)]
    idle = [curve for curve in known if not any(curve in match for match in matches)]
    problems += _problems(gathered.stacks, curves, bare, idle)
    return Filters(curves, divides=not bare and any(used), problems=tuple(problems))


def _has_filter(stack: Stack) -> bool:
    return stack.longpass_nm is not None or stack.shortpass_nm is not None or bool(_path(stack))


def _path(stack: Stack) -> str:
    return stack.members[0].condition.path


def _matching(stack: Stack, curves: Sequence[Curve], tolerances: GroupingSettings) -> list[Curve]:
    path = _path(stack)
    by_path = [curve for curve in curves if path and curve.condition.path == path]
    if by_path:
        return by_path
    return [curve for curve in curves if _has_cutoffs(stack, curve, tolerances.wavelength_tolerance_nm)]


def _has_cutoffs(stack: Stack, curve: Curve, tolerance_nm: float) -> bool:
    """Whether a curve states the cutoffs of a stack, or one of two."""
    stated = [
        (own, getattr(curve.condition, name))
        for name, own in (("longpass_nm", stack.longpass_nm), ("shortpass_nm", stack.shortpass_nm))
        if getattr(curve.condition, name) is not None
    ]
    return bool(stated) and all(own is not None and abs(own - value) <= tolerance_nm for own, value in stated)


def _distinct(curves: Sequence[Curve], problems: list[Problem]) -> list[Curve]:
    """Return the curves of different filters; of two that state the same cutoffs the first."""
    found: dict[tuple[float | None, float | None], Curve] = {}
    for curve in curves:
        key = (curve.condition.longpass_nm, curve.condition.shortpass_nm)
        if key in found and found[key] is not curve:
            message = (
                f"{found[key].source} is a curve of the same filter; that one is used. Keep one row of kind filter for "
                "each, or give filters that stand one behind the other their different cutoffs."
            )
            if not any(problem.where == curve.where for problem in problems):
                problems.append(Problem("warning", curve.where, message))
        found.setdefault(key, curve)
    return list(found.values())


def _on_axis(stack: Stack, axis: FloatArray, curves: Sequence[Curve]) -> FilterCurve:
    transmission = np.ones(axis.size)
    for curve in curves:
        transmission = transmission * np.interp(axis, curve.wavelength_nm, curve.values, left=0.0, right=0.0)
    level = _PASSED * float(transmission.max())
    side = axis >= stack.excitation_nm if stack.kind == "pl" else axis <= stack.excitation_nm
    first, last = _longest_run((transmission >= level) & side & (transmission > 0.0))
    ends = [(first, first - 1), (last, last + 1)]
    is_edge = tuple(0 <= out < axis.size and bool(side[out]) for _, out in ends)
    low, high = (
        _crossing(axis, transmission, level, inside, outside) if edge else float(axis[inside])
        for (inside, outside), edge in zip(ends, is_edge, strict=True)
    )
    return FilterCurve(
        transmission=np.maximum(transmission, level) if level > 0.0 else np.ones(axis.size),
        range_nm=(low, high),
        is_edge=(is_edge[0], is_edge[1]),
        sources=tuple(curve.source for curve in curves),
        mean=float(transmission[first : last + 1].mean()) or 1.0,
        covers=all(_covers(curve, axis[side]) for curve in curves),
    )


def _covers(curve: Curve, axis: FloatArray) -> bool:
    """Whether a curve reaches over an axis, or ends where it lets nothing through anyway."""
    level = _PASSED * float(curve.values.max())
    ends = ((0, axis[:1] < curve.wavelength_nm[0] - 1.0), (-1, axis[-1:] > curve.wavelength_nm[-1] + 1.0))
    return not any(beyond.any() and curve.values[end] >= level for end, beyond in ends)


def _longest_run(passed: np.ndarray) -> tuple[int, int]:
    """Return the first and last pixel of the longest run; the first pixel twice where nothing passes."""
    pixels = np.flatnonzero(passed)
    if not pixels.size:
        return 0, 0
    run = max(np.split(pixels, np.flatnonzero(np.diff(pixels) > 1) + 1), key=len)
    return int(run[0]), int(run[-1])


def _crossing(axis: FloatArray, values: FloatArray, level: float, inside: int, outside: int) -> float:
    """Return where a line between two neighbouring pixels crosses ``level``."""
    drop = values[inside] - values[outside]
    part = (values[inside] - level) / drop if drop > 0.0 else 0.0
    return float(axis[inside] + part * (axis[outside] - axis[inside]))


def _problems(
    stacks: Sequence[Stack], curves: Sequence[FilterCurve | None], bare: Sequence[Stack], idle: Sequence[Curve]
) -> list[Problem]:
    problems = []
    if bare:
        message = (
            f"{len(bare)} of {len(stacks)} conditions have a filter without a curve, so no spectrum is divided by its "
            "filter: PL and ASPL would be on different scales. Add the curves of all filters (kind filter, matched by "
            "path or cutoffs)."
        )
        problems.append(Problem("warning", bare[0].label, message))
    if idle:
        message = (
            f"{len(idle)} filter curves belong to no spectrum. Give the curve the path of its spectra, or their "
            "longpass_nm and shortpass_nm."
        )
        problems.append(Problem("warning", idle[0].where, message))
    cut = next((curve for curve in curves if curve is not None and not curve.covers), None)
    if cut is not None:
        message = (
            "the filter curve ends inside the spectra; what lies beyond counts as not transmitted. Supply a curve over "
            "the whole range."
        )
        problems.append(Problem("warning", cut.sources[0], message))
    for stack, curve in zip(stacks, curves, strict=True):
        if curve is not None and (told := _misplaced(stack, curve)):
            problems.append(Problem("warning", stack.label, told))
    return problems


def _misplaced(stack: Stack, curve: FilterCurve) -> str:
    """Return what is wrong where a stated cutoff and the edge of the curve differ; empty where they agree."""
    stated = (("longpass_nm", stack.longpass_nm, 0), ("shortpass_nm", stack.shortpass_nm, 1))
    for name, cutoff, end in stated:
        edge = curve.range_nm[end]
        if cutoff is not None and curve.is_edge[end] and abs(edge - cutoff) > _EDGE_NM:
            return (
                f"the curve of its filter, {curve.sources[0]}, has its edge at {edge:.1f} nm, {name} says {cutoff:g} "
                "nm; the curve is followed. Check which filter was in the path."
            )
    return ""
