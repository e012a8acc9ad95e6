"""What references tell of each condition: how far the sample had changed by the time it was measured.

All references of a temperature share one line in time, each with a height of its own. A factor that all conditions of
the temperature have in common cancels in quantum yield and η, so the error of the line counts from its middle, where
slope and height are not correlated.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

from asplab.core.drift.records import ReferenceEffect, ReferenceLine, ReferenceTrend
from asplab.core.drift.references import times_of
from asplab.core.grouping.clock import Timeline
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import DriftSettings
from asplab.core.statistics.chance import sigma_of, student_sigma, told_from
from asplab.core.units import FloatArray

BEYOND_SIGMA = 3.0
"""Standard deviations beyond which a trend is told, the number of those tested taken into account."""
_NAMED = 4
_FEWEST_DOF = 2
_LEAST = 0.1
"""Part of the signal at the first reference that must be left for anything to be divided by the line."""
_ROUNDING = 1e-9
"""Relative scatter of a reference at least."""
_COMMON = 0.25
"""Part of a change since the start by which conditions may differ and still count as measured alike."""
_MARGIN = 0.25
"""Part of the time that references took by which conditions may lie beyond them."""
_MATTERS = 0.005
"""Part of the intensity from which a change beyond the last reference is told."""


def reference_lines(references: Sequence[ReferenceTrend]) -> tuple[ReferenceLine, ...]:
    """Return what the references of each temperature, those with times, say together."""
    found = []
    for t in sorted({reference.temperature for reference in references}):
        own = [one for one in references if one.temperature == t and one.time_s is not None and np.ptp(one.time_s) > 0]
        line = _line(t, own)
        if line is not None:
            found.append(line)
    return tuple(found)


def _line(temperature: int, references: Sequence[ReferenceTrend]) -> ReferenceLine | None:
    """Fit one relative slope to all, each about its own mean."""
    times = [reference.time_s for reference in references if reference.time_s is not None]
    dof = sum(own.size for own in times) - len(times) - 1
    if not times or dof < _FEWEST_DOF:
        return None
    levels = [reference.relative / float(reference.relative.mean()) - 1.0 for reference in references]
    arms = [own - own.mean() for own in times]
    spread = np.array([float(x @ x) for x in arms])
    slopes = np.array([float(x @ y) for x, y in zip(arms, levels, strict=True)]) / spread
    slope = float(slopes @ spread / spread.sum())
    rest = float(sum(float(y @ y) for y in levels) - slopes**2 @ spread)
    apart = float((slopes - slope) ** 2 @ spread)
    scatter = max((rest + apart) / dof, apart / max(len(times) - 1, 1), _ROUNDING**2)
    error = float(np.sqrt(scatter / spread.sum()))
    every = np.concatenate(times)
    return ReferenceLine(
        temperature=temperature,
        per_s=slope,
        # Few measurements know their own scatter badly: by Student's t, two of three times the error holds the truth.
        per_s_error=error * float(special.stdtrit(dof, special.ndtr(1.0))),
        begin_s=float(every.min()),
        middle_s=float(np.average([own.mean() for own in times], weights=spread)),
        end_s=float(every.max()),
        significance=float(student_sigma(abs(slope) / error, dof)),
        apart_sigma=_apart_sigma(apart, rest, len(times), dof),
    )


def _apart_sigma(apart: float, rest: float, n: int, dof: int) -> float:
    """Return how significantly the slopes of several references differ, in standard deviations."""
    free = dof - n + 1
    if n < 2 or free < 1:
        return 0.0
    scatter = max(rest / free, _ROUNDING**2)
    return float(sigma_of(float(special.fdtrc(n - 1, free, apart / (n - 1) / scatter))))


def reference_effect(
    gathered: Gathered,
    timeline: Timeline,
    references: Sequence[ReferenceTrend],
    followed: np.ndarray,
    *,
    is_divided_by: bool,
) -> ReferenceEffect:
    """Return what the references say of every stack; lines that are not beyond doubt say nothing beyond their ends.

    References that take a minute would say anything of hours, and be divided by. Between its ends a line is right
    within its error, seen or not: where it is divided by, choosing those that are seen would leave a change of three
    errors in all others, and too large ones in those.

    Parameters
    ----------
    followed : ndarray of bool, shape (n_stacks,)
        Where repeats were brought back to the first one of their block: it counts by when that was measured.
    is_divided_by : bool
        What a line that is not beyond doubt says of conditions near its references counts too.
    """
    n = len(gathered.stacks)
    change, error, outside = np.zeros(n), np.zeros(n), np.zeros(n)
    left: dict[int, str] = {}
    lines = reference_lines(references)
    beyond_doubt = _beyond(lines)
    for line in lines:
        own = [k for k, stack in enumerate(gathered.stacks) if stack.temperature == line.temperature]
        found = [_time(gathered.stacks[k], timeline, is_first=bool(followed[k])) for k in own]
        times = np.array([value for value in found if value is not None])
        if line.temperature not in beyond_doubt:
            if not is_divided_by:
                continue
            if not _covers(line, times):
                left[line.temperature] = "its line is not beyond doubt, and conditions were measured far from it"
                continue
        if times.size < len(found):
            left[line.temperature] = f"{len(found) - times.size} of {len(found)} conditions have no time"
            continue
        start, level = (1.0 + line.per_s * (t - line.middle_s) for t in (line.begin_s, times))
        if not start > 0.0 or np.any(level < _LEAST * start):
            left[line.temperature] = "its line falls to nothing before all conditions were measured"
            continue
        beyond = times - np.clip(times, line.begin_s, line.end_s)
        change[own] = level / start - 1.0
        error[own] = line.per_s_error * (times - line.middle_s) / level
        outside[own] = line.per_s * beyond / level
    return ReferenceEffect(lines, change, error, outside, left)


def _covers(line: ReferenceLine, times: FloatArray) -> bool:
    """Return whether all times lie between the references, or not far from them."""
    margin = _MARGIN * (line.end_s - line.begin_s)
    return bool(np.all((times >= line.begin_s - margin) & (times <= line.end_s + margin)))


def _time(stack: Stack, timeline: Timeline, *, is_first: bool) -> float | None:
    """Return the mean time of the repeats, or of the first ones of their blocks, in s."""
    times = times_of(stack.members, timeline)
    if times is None:
        return None
    blocks = np.asarray(stack.blocks) if stack.blocks else np.zeros(times.size, dtype=int)
    if is_first:
        times = np.array([times[blocks == block].min() for block in blocks])
    return float(times.mean())


def _beyond(lines: Sequence[ReferenceLine]) -> list[int]:
    """Return the temperatures whose references change beyond three σ, allowing for how many there are."""
    limit = told_from(len(lines))
    return [line.temperature for line in lines if line.significance > limit]


def reference_problems(
    gathered: Gathered,
    timeline: Timeline,
    references: Sequence[ReferenceTrend],
    effect: ReferenceEffect,
    settings: DriftSettings,
) -> list[Problem]:
    """Tell references that change, and what that does to the conditions."""
    lines = {line.temperature: line for line in effect.lines}
    beyond = _beyond(effect.lines)
    limit = told_from(len(references))
    found = [one for one in references if one.significance > limit or one.temperature in beyond]
    if not found:
        return []
    named = "; ".join(_told(reference) for reference in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    places = sorted({reference.temperature for reference in found})
    known = [t for t in places if t in lines and t not in effect.left]
    words = _reasons(gathered, timeline, places, lines, effect)
    severity = "warning"
    if known and all(_is_common(gathered, effect.change, t) for t in known):
        words.append("All conditions of a temperature were measured meanwhile alike, so it cancels in η.")
        severity = "warning" if words[:-1] else "info"
    elif known and settings.correct_drift:
        words.append("Each condition is divided by it, by its time; the error of its slope is in the errors.")
    elif known and settings.widen:
        words.append(
            "What it changes by the time of each condition is in the errors. Correct drift (a setting) divides by it."
        )
    elif known:
        words.append("It is in no error, since that is switched off. Correct drift (a setting) divides by it.")
    message = (
        f"the reference changes during the run beyond {BEYOND_SIGMA:.0f}σ: {named}{more}. {' '.join(words)}".rstrip()
    )
    return [Problem("info" if severity == "info" else "warning", "drift", message)]


def _told(reference: ReferenceTrend) -> str:
    error = "" if np.isnan(reference.slope_error) else f" ± {100 * reference.slope_error:.1g}"
    return (
        f"{reference.label} ({100 * reference.slope:+.2g}{error} % each time, "
        f"{100 * reference.slope * float(np.ptp(reference.position)):+.2g} % in all)"
    )


def _reasons(
    gathered: Gathered,
    timeline: Timeline,
    places: Sequence[int],
    lines: dict[int, ReferenceLine],
    effect: ReferenceEffect,
) -> list[str]:
    """Say where references can't be followed, differ, or end too early."""
    words = []
    untimed = [t for t in places if t not in lines]
    if untimed and timeline.trouble:
        words.append(f"{timeline.trouble[0].upper()}{timeline.trouble[1:]}: write all in one form.")
    elif untimed:
        words.append("Without time stamps, it can't be said what this does to each condition: fill the column time.")
    for t in (t for t in places if t in effect.left):
        words.append(f"At {gathered.temperatures_k[t]:.0f} K it is not followed: {effect.left[t]}.")
    apart = [t for t in places if t in lines and lines[t].apart_sigma > told_from(len(lines))]
    if apart:
        where = ", ".join(f"{gathered.temperatures_k[t]:.0f} K" for t in apart)
        words.append(f"References of one temperature ({where}) change by themselves; their mean is used, with that.")
    outside = [
        k
        for k in np.flatnonzero(np.abs(effect.outside) > _MATTERS).tolist()
        if gathered.stacks[k].temperature in places
    ]
    if outside:
        words.append(
            f"{len(outside)} conditions were measured before the first or after the last reference; what the line "
            "changes beyond that is added to their errors."
        )
    return words


def _is_common(gathered: Gathered, change: FloatArray, t: int) -> bool:
    """Return whether the conditions of a temperature differ by little of what they change since the start."""
    own = change[[k for k, stack in enumerate(gathered.stacks) if stack.temperature == t]]
    return not own.size or bool(np.ptp(own) <= _COMMON * np.max(np.abs(own)))
