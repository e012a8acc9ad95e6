"""Repeats that the detector cut off at its highest value: found once, left out where the cut lies in the band."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.corrections.axes import Axes
from asplab.core.corrections.transmitted import Transmitted
from asplab.core.experiment import Condition, Spectrum
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings
from asplab.core.units import FloatArray

REASON = "saturated: its intensity is a lower limit"

_FLAT_PIXELS, _FLAT_COUNTS = 5, 50.0
"""So many neighbouring pixels with one and the same highest value, above so many counts, are no chance."""
_BESIDE_PIXELS, _BESIDE = 3, 0.5
"""Light that fills a pixel to the brim leaves its neighbours, so many pixels away, above this part of it; a cosmic
ray does not."""
_LINE_NM = 2.0


@dataclass(frozen=True, slots=True)
class FlatTop:
    """Pixels of one repeat that read the highest value that the detector gives.

    Attributes
    ----------
    stack, repeat : int
        Place in `Gathered.stacks` and `Stack.members`.
    low_nm, high_nm : float
    top : float
        That value.
    """

    stack: int
    repeat: int
    low_nm: float
    high_nm: float
    top: float


@dataclass(frozen=True, slots=True)
class FlatTops:
    """All of an experiment."""

    items: tuple[FlatTop, ...]


@dataclass(frozen=True, slots=True)
class Saturated:
    """Repeats that are saturated where their filters transmit.

    Attributes
    ----------
    repeats : tuple of (int, tuple of int)
        Stack, and places of the repeats among its members.
    leaves_out : bool
        Whether they are left out; conditions of which all repeats are saturated stay, excluded from the fits.
    """

    repeats: tuple[tuple[int, tuple[int, ...]], ...]
    leaves_out: bool
    problems: tuple[Problem, ...] = ()

    def of(self, k: int) -> tuple[int, ...]:
        """Return the saturated repeats of a stack."""
        return dict(self.repeats).get(k, ())

    def applied(self, k: int, stack: Stack) -> Stack:
        """Return a stack without its saturated repeats, or excluded where there is no other."""
        own = self.of(k)
        if not own or not self.leaves_out:
            return stack
        if len(own) == len(stack.members):
            return replace(stack, excluded=stack.excluded or REASON)
        kept = [r for r in range(len(stack.members)) if r not in own]
        blocks = tuple(stack.blocks[r] for r in kept) if stack.blocks else ()
        return replace(stack, members=tuple(stack.members[r] for r in kept), blocks=blocks)


def find_flat_tops(gathered: Gathered, axes: Axes, settings: CorrectionSettings) -> FlatTops:
    """Find where spectra are cut off at a highest value: a flat top, or the stated full scale of the detector."""
    found = [
        FlatTop(k, r, float(axes.of[k][first]), float(axes.of[k][last]), top)
        for k, stack in enumerate(gathered.stacks)
        for r, spectrum in enumerate(stack.members)
        for first, last, top in _flat_runs(spectrum, stack.members, settings)
    ]
    return FlatTops(tuple(found))


def _flat_runs(
    spectrum: Spectrum, members: Sequence[Spectrum], settings: CorrectionSettings
) -> Iterator[tuple[int, int, float]]:
    """Yield first and last pixel of each saturated run, and its value."""
    counts = spectrum.counts
    top = float(counts.max())
    at = np.flatnonzero(counts == top)
    is_full = abs(top - _full_scale(spectrum.condition, settings)) <= 0.5
    if top < _FLAT_COUNTS or at.size == counts.size or (at.size < _FLAT_PIXELS and not is_full):
        return
    for run in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1):
        if run.size >= _FLAT_PIXELS or (is_full and _is_light(counts, run, members, top)):
            yield int(run[0]), int(run[-1]), top


def _full_scale(condition: Condition, settings: CorrectionSettings) -> float:
    exposures = condition.accumulations if settings.divide_by_accumulations else 1
    return settings.full_scale_counts * (exposures or 1)


def _is_light(counts: FloatArray, run: np.ndarray, members: Sequence[Spectrum], top: float) -> bool:
    """Whether full pixels are light and no cosmic ray: their surroundings, or other repeats, are high as well."""
    beside = [run[0] - _BESIDE_PIXELS, run[-1] + _BESIDE_PIXELS]
    inside = [pixel for pixel in beside if 0 <= pixel < counts.size]
    if inside and min(counts[inside]) >= _BESIDE * top:
        return True
    others = [float(member.counts[run].max()) for member in members if member.counts is not counts]
    return bool(others) and float(np.median(others)) >= _BESIDE * top


def find_saturated(
    gathered: Gathered, tops: FlatTops, transmitted: Transmitted, settings: CorrectionSettings
) -> Saturated:
    """Keep the flat tops that lie where the filters transmit: elsewhere the band does not suffer."""
    inside: dict[int, list[FlatTop]] = {}
    for top in tops.items:
        low, high = transmitted.ranges_nm[top.stack]
        if high > low and top.high_nm >= low and top.low_nm <= high:
            inside.setdefault(top.stack, []).append(top)
    repeats = tuple((k, tuple(dict.fromkeys(top.repeat for top in own))) for k, own in inside.items())
    problems = [_problem(gathered.stacks[k], own, settings) for k, own in inside.items()]
    return Saturated(repeats, settings.leave_out_saturated, tuple(problems))


def _problem(stack: Stack, tops: Sequence[FlatTop], settings: CorrectionSettings) -> Problem:
    """Tell what is saturated in one condition, what was done, and how to mend it."""
    affected = dict.fromkeys(top.repeat for top in tops)
    low, high = min(top.low_nm for top in tops), max(top.high_nm for top in tops)
    is_laser = all(top.low_nm - _LINE_NM <= stack.excitation_nm <= top.high_nm + _LINE_NM for top in tops)
    every = len(affected) == len(stack.members)
    number = "all" if every else f"{len(affected)} of {len(stack.members)}"
    what = "the laser line saturates the detector" if is_laser else "the detector is saturated"
    place = f"{what} at {low:.1f}-{high:.1f} nm ({tops[0].top:g} counts), between the cutoffs, in {number} repeats"
    remedy = (
        "Set the cutoff of its filter so that the line lies outside"
        if is_laser
        else "Measure with a shorter exposure, a weaker beam or a neutral filter"
    )
    if not settings.leave_out_saturated:
        return Problem("warning", stack.label, f"{place}; they stay in, and the band comes out too small. {remedy}.")
    if not every:
        back = "to bring them back, switch off 'Leave out saturated'"
        return Problem("warning", stack.label, f"{place}: these are left out. {remedy}; {back}.")
    message = f"{place}: its intensity is a lower limit, and the condition is left out of the fits. {remedy}."
    return Problem("error", stack.label, message)
