"""The laser's own line inside the range that a filter is said to let through: it must not count as emission.

A line is told from the band by its width: over a few nm the logarithm of a band is a parabola, and a line stands on it.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections.axes import Axes
from asplab.core.corrections.filters import Filters
from asplab.core.corrections.transmitted import Transmitted, find_transmitted, transmitted_nm
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import TransmissionSettings
from asplab.core.units import FloatArray

_LINE_NM = 2.0
"""Distance from the excitation within which its line has its maximum."""
_FLANK_NM, _VALLEY_NM = (4.0, 8.0), (3.5, 5.5)
"""Where the band on both sides of a line is read, and the valleys that part it from a band beside it."""
_SEEN = 8.0
_ABOVE_BAND, _ABOVE_VALLEY = 0.15, 1.5
"""Least height of a line, in units of the band under it, and of the higher valley."""
_LEAST_PIXELS = 3
_FLOOR_PERCENT = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class LaserLines:
    """Where the line of the laser stands inside the range that the filters are said to let through.

    Attributes
    ----------
    at_nm : ndarray, shape (n_stacks,)
        Wavelength of the maximum; NaN where there is none.
    """

    at_nm: FloatArray
    problems: tuple[Problem, ...] = ()


def find_laser_lines(gathered: Gathered, axes: Axes, filters: Filters, settings: TransmissionSettings) -> LaserLines:
    """Look for the line of the laser in every spectrum whose range reaches it, or its wings."""
    at = np.full(len(gathered.stacks), np.nan)
    problems = []
    for k, (stack, axis, curve) in enumerate(zip(gathered.stacks, axes.of, filters.curves, strict=True)):
        low, high = transmitted_nm(stack, axis, curve, settings)
        if not low - settings.cutoff_guard_nm < stack.excitation_nm < high + settings.cutoff_guard_nm:
            continue
        found = line_nm(axis, np.array([record.counts for record in stack.members]), stack.excitation_nm)
        if found is not None:
            at[k] = found
            problems.append(_problem(stack, found, settings))
    return LaserLines(at, tuple(problems))


def keep_out_laser(
    gathered: Gathered, axes: Axes, filters: Filters, lines: LaserLines, settings: TransmissionSettings
) -> Transmitted:
    """Find which range of each stack the filters let through, up to the guard before the laser."""
    found = find_transmitted(gathered, axes, filters, settings)
    if not settings.keep_out_laser:
        return found
    low, high = found.ranges_nm.T
    at = np.array([stack.excitation_nm for stack in gathered.stacks])
    is_stokes = np.array([stack.kind == "pl" for stack in gathered.stacks], dtype=bool)
    # The line may stand beside its nominal place: the one nearer to the emission counts.
    last = np.where(is_stokes, np.fmax(at, lines.at_nm), np.fmin(at, lines.at_nm))
    low = np.where(is_stokes, np.maximum(low, last + settings.cutoff_guard_nm), low)
    high = np.where(is_stokes, high, np.minimum(high, last - settings.cutoff_guard_nm))
    return Transmitted(np.column_stack([low, np.maximum(low, high)]))


def line_nm(wavelength_nm: FloatArray, counts: FloatArray, excitation_nm: float) -> float | None:
    """Return where a narrow line stands at the excitation; None where there is none.

    Parameters
    ----------
    wavelength_nm : ndarray, shape (n_pixels,)
    counts : ndarray, shape (n_repeats, n_pixels)
    """
    # A cosmic ray hits one repeat, the laser all of them.
    signal = np.median(counts, axis=0) if len(counts) > 2 else counts.min(axis=0)
    noise = float(np.median(np.abs(np.diff(signal)))) * 1.4826 / np.sqrt(2.0)
    signal = signal - np.percentile(signal, _FLOOR_PERCENT)
    x = wavelength_nm - excitation_nm
    inner = np.flatnonzero(np.abs(x) <= _LINE_NM)
    valleys = [signal[_between(side * x, _VALLEY_NM)] for side in (-1.0, 1.0)]
    if inner.size < _LEAST_PIXELS or max(map(len, valleys)) < _LEAST_PIXELS:
        return None
    top = int(inner[np.argmax(signal[inner])])
    # A line falls off within the valleys on both sides; a band, an edge or a slope does not.
    valley = max(float(np.median(part)) for part in valleys if part.size)
    parted = signal[top] - valley > max(_SEEN * noise, _ABOVE_VALLEY * max(valley, 0.0))
    band = _band_under(x, signal, noise, top)
    on_band = band is not None and signal[top] - band > max(_SEEN * noise, _ABOVE_BAND * band)
    return float(wavelength_nm[top]) if parted or on_band else None


def _between(x_nm: FloatArray, ends: tuple[float, float]) -> np.ndarray:
    inside: np.ndarray = (x_nm >= ends[0]) & (x_nm <= ends[1])
    return inside


def _band_under(x_nm: FloatArray, signal: FloatArray, noise: float, top: int) -> float | None:
    """Return the band at pixel ``top`` as its flanks on both sides tell it; None where they are not seen."""
    left, right = (_between(side * x_nm, _FLANK_NM) for side in (-1.0, 1.0))
    flanks = left | right
    if left.sum() < _LEAST_PIXELS or right.sum() < _LEAST_PIXELS or np.any(signal[flanks] <= _SEEN * noise):
        return None
    found = np.polyfit(x_nm[flanks], np.log(signal[flanks]), 2)
    misfit = float(np.max(np.abs(np.polyval(found, x_nm[flanks]) - np.log(signal[flanks]))))
    # Flanks that are no smooth band, such as an edge, tell nothing of what lies between them.
    return float(np.exp(np.polyval(found, x_nm[top]))) if misfit < _ABOVE_BAND else None


def _problem(stack: Stack, at_nm: float, settings: TransmissionSettings) -> Problem:
    side = "longpass" if stack.kind == "pl" else "shortpass"
    what = (
        f"the range ends {settings.cutoff_guard_nm:g} nm before it"
        if settings.keep_out_laser
        else "it counts as emission (the setting is off)"
    )
    message = (
        f"the line of the laser stands at {at_nm:.1f} nm, inside the range that the filters are said to let through; "
        f"{what}. Correct the cutoff {side}_nm in the manifest."
    )
    return Problem("warning", stack.label, message)
