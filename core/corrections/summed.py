"""Spectra that look like sums of several exposures although nothing says so: their offset is that of so many darks."""

from collections.abc import Iterator, Sequence

import numpy as np

from asplab.core.corrections.frames import Frames
from asplab.core.corrections.subtraction import Subtraction
from asplab.core.grouping.stage import Stack
from asplab.core.problems import Problem

_FEWEST = 3
"""Conditions of one kind that must agree: one alone may have so much stray light."""
_NEAR = 0.03
"""Relative distance of the ratio of two levels from a whole number."""
_DARKEST = 25.0
"""Percentile of the counts that the signal-free level is read at."""


def summed_problems(stacks: Sequence[Stack], choices: Sequence[Subtraction], frames: Frames) -> Iterator[Problem]:
    """Yield a warning where the signal-free level of all spectra of one kind is the same multiple of their dark's."""
    counts = {frame.number: frame.counts for frame in frames.items if frame.kind == "dark"}
    for kind in ("pl", "aspl"):
        own = [pair for pair in zip(stacks, choices, strict=True) if pair[0].kind == kind]
        ratios = np.array([_ratio(stack, choice, counts) for stack, choice in own])
        if len(own) < _FEWEST or not np.all(np.isfinite(ratios)):
            continue
        number = int(np.rint(np.median(ratios)))
        if number < 2 or np.any(np.abs(ratios / number - 1.0) > _NEAR):
            continue
        message = (
            f"the signal-free level of all {len(own)} {kind.upper()} conditions is {number} times that of their dark "
            f"frames: they look like sums of {number} exposures, of which one dark is subtracted. If they are, fill "
            f"accumulations with {number}; else add dark frames taken as they were."
        )
        yield Problem("warning", own[0][0].members[0].where, message)


def _ratio(stack: Stack, choice: Subtraction, darks: dict[int, np.ndarray]) -> float:
    """Return the level of a stack in that of its dark; NaN where accumulations are told, or no single dark is taken."""
    weights = [(darks[number], weight) for number, weight in choice.dark.weights.items() if number in darks]
    is_told = any(member.condition.accumulations is not None for member in stack.members)
    if is_told or len(weights) != 1 or choice.dark_fit != "exact" or choice.background.weights:
        return np.nan
    dark = float(np.percentile(weights[0][0] * weights[0][1], _DARKEST))
    mean = np.mean([member.counts for member in stack.members], axis=0)
    return float(np.percentile(mean, _DARKEST)) / dark if dark > 0.0 else np.nan
