"""What the spectra of lamps and lasers say about the wavelengths of everything else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.calibration.axis import (
    ENOUGH_LINES,
    AxisCorrection,
    Match,
    fit_axis,
    match_lines,
    unexplained,
)
from asplab.core.calibration.lamps import lines_of, named_lamp
from asplab.core.calibration.lasers import LaserLine, MeasuredLaser, measure_lasers, stack_lasers
from asplab.core.calibration.lines import find_lines
from asplab.core.document import Exclusions
from asplab.core.experiment import Spectrum
from asplab.core.grouping.stage import Gathered
from asplab.core.problems import Problem
from asplab.core.settings import CalibrationSettings, EnergySettings, GroupingSettings
from asplab.core.units import FloatArray, air_index

_SAME_NM = 1e-3
_AIR_NM = 0.03
"""How near a correction must come to the difference of air and vacuum to be taken for it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Corrections of wavelength axes, and the measured line of each condition.

    Attributes
    ----------
    axes : tuple of AxisCorrection
        One per axis on which a lamp was measured and understood.
    lasers : tuple of MeasuredLaser or None
        One per stack of `Gathered`; None where no laser line was measured.
    lines : tuple of LaserLine
        All laser lines that were measured.
    """

    axes: tuple[AxisCorrection, ...]
    lasers: tuple[MeasuredLaser | None, ...]
    lines: tuple[LaserLine, ...] = ()
    problems: tuple[Problem, ...] = ()

    def of(self, wavelength_nm: FloatArray) -> AxisCorrection | None:
        """Return the correction of an axis: that of a lamp on the same axis, else on one that covers it, else None."""
        return _correction(self.axes, wavelength_nm)

    def corrected(self, wavelength_nm: FloatArray) -> FloatArray:
        """Return an axis as the lamp corrects it; the axis itself where none does."""
        found = self.of(wavelength_nm)
        return wavelength_nm if found is None else wavelength_nm + found.offset_nm(wavelength_nm)

    def error_nm(self, wavelength_nm: float) -> float:
        """Return the standard error that the corrected axes leave at a wavelength, the largest; 0 without a lamp."""
        errors = [
            float(axis.error_nm(np.array(wavelength_nm)))
            for axis in self.axes
            if axis.range_nm[0] <= wavelength_nm <= axis.range_nm[1]
        ]
        return max(errors, default=0.0)


def calibrate(
    gathered: Gathered,
    exclusions: Exclusions,
    grouping: GroupingSettings,
    energies: EnergySettings,
    settings: CalibrationSettings,
) -> Calibration:
    """Fit the lines of lamps and lasers, and find what they are the lines of.

    Nothing is corrected where a lamp isn't named, shows too little, or asks for more than the settings allow; this is
    told. Excluded spectra take no part.
    """
    problems: list[Problem] = []
    in_use = [s for s in gathered.experiment.spectra_of(("lamp", "laser")) if exclusions.reason(s.source) is None]
    lamps = [s for s in in_use if s.kind == "lamp"] if settings.use_lamp else []
    axes = tuple(_axes(lamps, energies, settings, problems))
    if axes:
        problems.extend(_uncovered(gathered, axes))
    shown = [s for s in in_use if s.kind == "laser"] if settings.use_laser else []
    lines = measure_lasers(shown, lambda axis: _correction(axes, axis), problems)
    lasers = stack_lasers(gathered, lines, grouping, settings, problems)
    return Calibration(axes, lasers, lines, tuple(problems))


def _correction(axes: Sequence[AxisCorrection], wavelength_nm: FloatArray) -> AxisCorrection | None:
    fitting = [axis for axis in axes if axis.covers(wavelength_nm)]
    return min(fitting, key=lambda axis: abs(axis.pixels - wavelength_nm.size), default=None)


def _axes(
    lamps: Sequence[Spectrum], energies: EnergySettings, settings: CalibrationSettings, problems: list[Problem]
) -> list[AxisCorrection]:
    """Return the correction of each axis that lamps were measured on."""
    named: list[tuple[Spectrum, tuple[str, ...]]] = []
    unnamed = []
    for spectrum in lamps:
        elements = named_lamp(spectrum, settings.lamp)
        if elements:
            named.append((spectrum, elements))
        else:
            unnamed.append(spectrum)
    if unnamed:
        left = "it is left out" if named else "the wavelength axis stays as it is"
        message = (
            f"which lamp it is isn't told, so {left}. Name it (Hg, HgAr, Ne, Ar, Kr, Xe, "
            "Cd) in the column note or the file's name, or choose it in the settings."
        )
        problems.append(Problem("warning", unnamed[0].where, message))
    groups: list[list[tuple[Spectrum, tuple[str, ...]]]] = []
    for entry in named:
        for group in groups:
            if _is_same(group[0][0].wavelength_nm, entry[0].wavelength_nm):
                group.append(entry)
                break
        else:
            groups.append([entry])
    found = (_axis(group, energies, settings, problems) for group in groups)
    return [axis for axis in found if axis is not None]


def _is_same(axis: FloatArray, other: FloatArray) -> bool:
    return axis.shape == other.shape and bool(np.allclose(axis, other, rtol=0.0, atol=_SAME_NM))


def _axis(
    group: Sequence[tuple[Spectrum, tuple[str, ...]]],
    energies: EnergySettings,
    settings: CalibrationSettings,
    problems: list[Problem],
) -> AxisCorrection | None:
    """Return the correction that all lamps on one axis lead to; None, with the reason told, where there is none."""
    axis = group[0][0].wavelength_nm
    matches: list[Match] = []
    used: list[Spectrum] = []
    strange: list[tuple[Spectrum, str]] = []
    for elements in dict.fromkeys(elements for _, elements in group):
        members = [spectrum for spectrum, own in group if own == elements]
        # One of several with one name may be another lamp; together they show weaker lines.
        alone = [(each, _matched([each], elements, energies, settings)[1]) for each in members]
        good = [each for each, reason in alone if not reason] or members
        own, trouble = _matched(good, elements, energies, settings)
        strange += [(each, reason) for each, reason in alone if each not in good]
        if trouble:
            strange.append((good[0], trouble))
        else:
            matches += own
            used += good
    problems.extend(_strange(strange, used))
    if not matches:
        return None
    first = used[0].where
    correction = fit_axis(axis, matches, tuple(spectrum.source for spectrum in used))
    ends = np.array([axis[0], axis[-1]])
    largest = float(np.max(np.abs(correction.offset_nm(ends))))
    if largest > settings.largest_correction_nm:
        message = (
            f"its {len(correction.matches)} lines ask for a correction of {largest:.1f} nm at an end of the axis, more "
            f"than {settings.largest_correction_nm:g} nm: the axis stays as it is. Check which lamp it is, add lines "
            "nearer to the ends, or allow a larger correction."
        )
        problems.append(Problem("warning", first, message))
        return None
    if len(correction.matches) < ENOUGH_LINES:
        at = " and ".join(f"{match.true_nm:.1f}" for match in correction.matches)
        message = (
            f"only the line at {at} nm is found, so the axis is moved by a constant "
            f"{correction.coefficients[0]:+.2f} nm and its scale is not checked. Add a lamp with more lines."
        )
        message = message.replace("line at", "lines at") if len(correction.matches) > 1 else message
        problems.append(Problem("warning", first, message))
    problems.extend(_air(correction, energies, first))
    return correction


def _matched(
    spectra: Sequence[Spectrum], elements: tuple[str, ...], energies: EnergySettings, settings: CalibrationSettings
) -> tuple[tuple[Match, ...], str]:
    """Return the lines of a lamp in the sum of spectra, and why they are not its own; empty where they are."""
    lamp, name = lines_of(elements), "".join(elements)
    found = find_lines(spectra[0].wavelength_nm, np.sum([spectrum.counts for spectrum in spectra], axis=0))
    own = match_lines(found, lamp, energies.medium, farthest_nm=settings.largest_correction_nm)
    if own and unexplained(found, own, lamp, energies.medium) <= len(own):
        return own, ""
    shown = ", ".join(f"{line.centre_nm:.1f}" for line in sorted(found, key=lambda f: -f.height)[:4])
    what = f"the highest of its {len(found)} lines lie at {shown} nm" if found else "no line stands out in it"
    return own, f"{len(own)} lines of {name} are found within {settings.largest_correction_nm:g} nm; {what}."


def _strange(strange: Sequence[tuple[Spectrum, str]], used: Sequence[Spectrum]) -> list[Problem]:
    """Tell lamps whose lines are not those of their name, and what becomes of the axis."""
    end = "The wavelength axis stays as it is. Check which lamp it is and the axis, or allow a larger correction."
    if used:
        names = " and ".join(dict.fromkeys(spectrum.where for spectrum in used))
        end = f"It is left out; {names} alone tells the axis. Check which lamp it is."
    return [Problem("warning", spectrum.where, f"{what} {end}") for spectrum, what in strange]


def _air(correction: AxisCorrection, energies: EnergySettings, where: str) -> list[Problem]:
    """Tell where the correction is that from air to vacuum, or back: then excitations and scans need it too."""
    at = correction.centre_nm
    offset, error = float(correction.offset_nm(np.array(at))), float(correction.error_nm(np.array(at)))
    step = float((air_index(at) - 1.0) * at) * (1.0 if energies.medium == "vacuum" else -1.0)
    if abs(offset - step) > _AIR_NM + error or abs(offset) <= 2.0 * (abs(offset - step) + error):
        return []
    other = "air" if energies.medium == "vacuum" else "vacuum"
    message = (
        f"the axis differs from the lamp by {offset:+.2f} nm, as wavelengths in {other} do from those in "
        f"{energies.medium}. If excitations and scans are in {other} too, choose {other} as medium."
    )
    return [Problem("info", where, message)]


def _uncovered(gathered: Gathered, axes: Sequence[AxisCorrection]) -> list[Problem]:
    """Tell which spectra lie on an axis that no lamp was measured on."""
    others = [
        stack.members[0] for stack in gathered.stacks if _correction(axes, stack.members[0].wavelength_nm) is None
    ]
    if not others:
        return []
    axis = others[0].wavelength_nm
    message = (
        f"{len(others)} of {len(gathered.stacks)} conditions have an axis ({axis[0]:.1f}-{axis[-1]:.1f} nm) that "
        "no lamp was measured on; it stays as it is. Measure the lamp on this axis too."
    )
    return [Problem("warning", others[0].where, message)]
