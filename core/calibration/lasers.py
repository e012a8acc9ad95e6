"""Measured excitation lines, and the conditions that they belong to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.calibration.axis import AxisCorrection
from asplab.core.calibration.lines import is_cut_off, strongest_line
from asplab.core.experiment import Spectrum
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import CalibrationSettings, GroupingSettings
from asplab.core.units import FloatArray

_BROADER = 1.2
"""How much wider than those of a lamp a laser line must be for its own width to be known."""
_WIDTH_IS_KNOWN = 4.0
"""Standard errors by which the squares of the widths must differ."""
_VAGUE_NM = 0.2
"""Error of a line from which it tells no more than the wavelength that was set."""


@dataclass(frozen=True, slots=True)
class LaserLine:
    """The line of one spectrum of kind laser, on the corrected axis.

    Attributes
    ----------
    nominal_nm, temperature_k : float or None
        As the manifest tells.
    centre_nm, error_nm : float
        Centre and standard error, that of the axis included where a lamp corrects it.
    own_error_nm : float
        That of the fit alone.
    bandwidth_nm, bandwidth_error_nm : float
        Full width at half maximum less that of the spectrometer; 0 where it isn't well determined.
    """

    source: str
    nominal_nm: float | None
    temperature_k: float | None
    centre_nm: float
    error_nm: float
    own_error_nm: float
    bandwidth_nm: float = 0.0
    bandwidth_error_nm: float = 0.0


@dataclass(frozen=True, slots=True)
class MeasuredLaser:
    """What stands in for the nominal excitation of a condition; fields as in `LaserLine`."""

    nominal_nm: float
    centre_nm: float
    error_nm: float
    bandwidth_nm: float
    bandwidth_error_nm: float
    sources: tuple[str, ...]


def measure_lasers(
    spectra: Sequence[Spectrum], correction: Callable[[FloatArray], AxisCorrection | None], problems: list[Problem]
) -> tuple[LaserLine, ...]:
    """Fit the strongest line of each spectrum, on the axis as the lamp corrects it."""
    lines: list[LaserLine] = []
    vague: list[tuple[Spectrum, float]] = []
    saturated: list[Spectrum] = []
    for spectrum in spectra:
        if is_cut_off(spectrum.counts):
            saturated.append(spectrum)
            continue
        found = strongest_line(spectrum.wavelength_nm, spectrum.counts)
        if found is None:
            message = "no line stands out of its noise, so it replaces no excitation. Check the file, or measure again."
            problems.append(Problem("warning", spectrum.where, message))
            continue
        if found.centre_error_nm > _VAGUE_NM:
            vague.append((spectrum, found.centre_error_nm))
            continue
        axis = correction(spectrum.wavelength_nm)
        at = np.array(found.centre_nm)
        offset = 0.0 if axis is None else float(axis.offset_nm(at))
        spread = 0.0 if axis is None else float(axis.error_nm(at))
        lines.append(
            LaserLine(
                spectrum.source,
                spectrum.condition.excitation_nm,
                spectrum.condition.temperature_k,
                found.centre_nm + offset,
                float(np.hypot(found.centre_error_nm, spread)),
                found.centre_error_nm,
                *_bandwidth(found.fwhm_nm, found.fwhm_error_nm, axis),
            )
        )
    if saturated:
        message = (
            f"{len(saturated)} of {len(spectra)} laser lines are cut off at their top, where the detector is "
            "saturated: charge that spills over moves them, so set wavelengths stay there. Measure with fewer counts."
        )
        problems.append(Problem("warning", saturated[0].where, message))
    if vague:
        problems.append(_vague_problem(vague, len(spectra)))
    return tuple(lines)


def _vague_problem(vague: Sequence[tuple[Spectrum, float]], count: int) -> Problem:
    spectrum, error = max(vague, key=lambda found: found[1])
    message = (
        f"{len(vague)} of {count} laser lines are not determined to {_VAGUE_NM:g} nm (this one ± {error:.2g} nm), so "
        "set wavelengths stay there. Measure them with more counts, on a narrower slit."
    )
    return Problem("warning", spectrum.where, message)


def _bandwidth(fwhm_nm: float, error_nm: float, axis: AxisCorrection | None) -> tuple[float, float]:
    """Return the width of a laser less that of the spectrometer, in squares; zeros where it isn't well determined."""
    if axis is None or axis.fwhm_nm <= 0.0 or fwhm_nm < _BROADER * axis.fwhm_nm:
        return 0.0, 0.0
    square = fwhm_nm**2 - axis.fwhm_nm**2
    square_error = 2.0 * float(np.hypot(fwhm_nm * error_nm, axis.fwhm_nm * axis.fwhm_error_nm))
    if square < _WIDTH_IS_KNOWN * square_error:
        return 0.0, 0.0
    return float(np.sqrt(square)), square_error / (2.0 * float(np.sqrt(square)))


def stack_lasers(
    gathered: Gathered,
    lines: Sequence[LaserLine],
    grouping: GroupingSettings,
    settings: CalibrationSettings,
    problems: list[Problem],
) -> tuple[MeasuredLaser | None, ...]:
    """Return the measured line of each stack: by its nominal wavelength, without one by the nearest excitation."""
    allowed = settings.largest_laser_shift_nm
    known, strangers = [], []
    for line in lines:
        nominal = _nearest(gathered.stacks, line, allowed) if line.nominal_nm is None else line.nominal_nm
        if nominal is None or abs(line.centre_nm - nominal) > allowed:
            strangers.append(line)
        else:
            known.append((nominal, line))
    if strangers:
        line = strangers[0]
        meant = "no excitation is" if line.nominal_nm is None else f"excitation_nm, {line.nominal_nm:.2f} nm, is not"
        message = (
            f"its line stands at {line.centre_nm:.2f} nm and {meant} within {allowed:g} nm of that, so set wavelengths "
            "stay. Fill excitation_nm with the wavelength that was set, or allow a larger difference."
        )
        problems.append(Problem("warning", line.source, message))
    return tuple(_measured(stack, known, grouping) for stack in gathered.stacks)


def _nearest(stacks: Sequence[Stack], line: LaserLine, allowed_nm: float) -> float | None:
    """Return the excitation nearest to a line of unknown nominal wavelength; None where none is near."""
    nominal = min(
        (stack.excitation_nm for stack in stacks), key=lambda value: abs(value - line.centre_nm), default=None
    )
    return nominal if nominal is not None and abs(nominal - line.centre_nm) <= allowed_nm else None


def _measured(
    stack: Stack, known: Sequence[tuple[float, LaserLine]], grouping: GroupingSettings
) -> MeasuredLaser | None:
    """Average the lines of one nominal wavelength, those of the stack's own temperature where there are any."""
    mine = [
        (n, line) for n, line in known if abs(n - stack.excitation_nm) <= max(grouping.wavelength_tolerance_nm, 1e-6)
    ]
    if not mine:
        return None
    at_home = [
        (n, line)
        for n, line in mine
        if line.temperature_k is not None
        and abs(line.temperature_k - stack.temperature_k) <= grouping.temperature_tolerance_k
    ]
    lines = [line for _, line in at_home or mine]
    # Set wavelengths may differ within the tolerance: what was measured is how far the line lies from its own.
    shift = np.array([line.centre_nm - n for n, line in at_home or mine])
    own = float(np.mean([line.own_error_nm**2 for line in lines]))
    axis = float(np.mean([line.error_nm**2 - line.own_error_nm**2 for line in lines]))
    scatter = float(np.var(shift, ddof=1)) if shift.size > 1 else 0.0
    # The axis is wrong for all repeats alike; a laser that wanders is off by its scatter when a spectrum is taken.
    error = float(np.sqrt(max(axis, 0.0) + own / len(lines) + scatter))
    widths = [line for line in lines if line.bandwidth_nm > 0.0]
    return MeasuredLaser(
        stack.excitation_nm,
        stack.excitation_nm + float(np.mean(shift)),
        error,
        float(np.mean([line.bandwidth_nm for line in widths])) if len(widths) == len(lines) else 0.0,
        float(np.mean([line.bandwidth_error_nm for line in widths])) if len(widths) == len(lines) else 0.0,
        tuple(line.source for line in lines),
    )
