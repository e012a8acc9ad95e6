"""The laser's own line inside the range that a filter is said to let through: it must not count as emission.

A line is told from the band by its width: over a few nm the logarithm of a band is a parabola, and a line stands on it.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections.axes import Axes
from asplab.core.corrections.filters import Filters
from asplab.core.corrections.transmitted import Transmitted, find_transmitted, transmitted_nm
from asplab.core.grouping import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import TransmissionSettings
from asplab.core.units import FloatArray

_NEAR_NM = 3.0
"""Distance of the excitation from the transmitted range within which the wings of its line reach into it."""
_LINE_NM, _FLANK_NM = 2.0, (4.0, 10.0)
"""Where the maximum of a line stands about its excitation, and where the band beside it is read."""
_SEEN = 8.0
_ABOVE_BAND, _ABOVE_FLANKS = 0.1, 1.5
"""Least height of a line: in units of the band under it, and of its flanks where these are not seen."""
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
    """Look for the line of the laser in every spectrum whose range reaches it."""
    at = np.full(len(gathered.stacks), np.nan)
    problems = []
    for k, (stack, axis, curve) in enumerate(zip(gathered.stacks, axes.of, filters.curves, strict=True)):
        low, high = transmitted_nm(stack, axis, curve, settings)
        if not low - _NEAR_NM < stack.excitation_nm < high + _NEAR_NM:
            continue
        found = line_nm(axis, np.array([record.counts for record in stack.members]), stack.excitation_nm)
        if found is not None:
            at[k] = found
            problems.append(_problem(stack, found, settings))
    return LaserLines(at, tuple(problems))


def keep_out_laser(
    gathered: Gathered, axes: Axes, filters: Filters, lines: LaserLines, settings: TransmissionSettings
) -> Transmitted:
    """Find which range of each stack the filters let through, without the line of the laser and what lies beyond."""
    ranges = find_transmitted(gathered, axes, filters, settings).ranges_nm.copy()
    if settings.keep_out_laser:
        for k in np.flatnonzero(np.isfinite(lines.at_nm)):
            is_stokes, guard = gathered.stacks[k].kind == "pl", settings.cutoff_guard_nm
            if is_stokes:
                ranges[k, 0] = min(max(ranges[k, 0], lines.at_nm[k] + guard), ranges[k, 1])
            else:
                ranges[k, 1] = max(min(ranges[k, 1], lines.at_nm[k] - guard), ranges[k, 0])
    return Transmitted(ranges)


def line_nm(wavelength_nm: FloatArray, counts: FloatArray, excitation_nm: float) -> float | None:
    """Return where a narrow line stands at the excitation; None where there is none.

    Parameters
    ----------
    wavelength_nm : ndarray, shape (n_pixels,)
    counts : ndarray, shape (n_repeats, n_pixels)
    """
    # A cosmic ray hits one repeat, the laser all of them.
    mean = np.median(counts, axis=0) if len(counts) > 2 else counts.min(axis=0)
    distance = np.abs(wavelength_nm - excitation_nm)
    inner, flanks = distance <= _LINE_NM, (distance >= _FLANK_NM[0]) & (distance <= _FLANK_NM[1])
    if inner.sum() < _LEAST_PIXELS or flanks.sum() < _LEAST_PIXELS:
        return None
    noise = float(np.median(np.abs(np.diff(mean)))) * 1.4826 / np.sqrt(2.0)
    floor = float(np.percentile(mean, _FLOOR_PERCENT))
    top = int(np.flatnonzero(inner)[np.argmax(mean[inner])])
    band, is_seen = _under(wavelength_nm - excitation_nm, mean - floor, flanks, noise, top)
    height = float(mean[top] - floor) - band
    least = _ABOVE_BAND * band if is_seen else _ABOVE_FLANKS * max(band, 0.0)
    if height <= max(_SEEN * noise, least):
        return None
    # A line has fallen to less than half where its flanks begin; a step or a slope has not.
    sides = [side for side in (-1.0, 1.0) if wavelength_nm[0] < excitation_nm + side * _FLANK_NM[0] < wavelength_nm[-1]]
    at = wavelength_nm[top] + np.array(sides) * _FLANK_NM[0]
    falls = np.interp(at, wavelength_nm, mean - floor) < band + 0.5 * height
    return float(wavelength_nm[top]) if falls.all() else None


def _under(x_nm: FloatArray, signal: FloatArray, flanks: np.ndarray, noise: float, top: int) -> tuple[float, bool]:
    """Return what lies under a line at pixel ``top``, and whether it is known from a band seen on both sides."""
    is_seen = bool(np.all(signal[flanks] > _SEEN * noise)) and bool(np.ptp(np.sign(x_nm[flanks])) == 2.0)
    if not is_seen:
        return float(np.max(signal[flanks])), False
    found = np.polyfit(x_nm[flanks], np.log(signal[flanks]), 2)
    return float(np.exp(np.polyval(found, x_nm[top]))), True


def _problem(stack: Stack, at_nm: float, settings: TransmissionSettings) -> Problem:
    side = "longpass" if stack.kind == "pl" else "shortpass"
    what = (
        f"it and what lies beyond, and {settings.cutoff_guard_nm:g} nm beside it, are kept out of the band"
        if settings.keep_out_laser
        else "it counts as emission (the setting is off)"
    )
    message = (
        f"the line of the laser stands at {at_nm:.1f} nm, inside the range that the filters are said to let through; "
        f"{what}. Correct the cutoff {side}_nm in the manifest."
    )
    return Problem("warning", stack.label, message)
