"""What the spectra of lamps and lasers say about the wavelengths of everything else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.calibration.axis import (
    ENOUGH_LINES,
    AxisCorrection,
    Match,
    fit_axis,
    match_beyond_doubt,
    match_lines,
    typical_offset_nm,
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
    refused: list[FloatArray] = []
    axes = tuple(_axes(lamps, energies, settings, problems, refused))
    if axes:
        problems.extend(_uncovered(gathered, axes))
    lasers_shown = [s for s in in_use if s.kind == "laser"] if settings.use_laser else []
    # Lines on an axis that its lamp disproves would carry its error into every excitation.
    shown = [s for s in lasers_shown if not any(_is_same(axis, s.wavelength_nm) for axis in refused)]
    if len(shown) < len(lasers_shown):
        problems.append(_disproved(lasers_shown, len(lasers_shown) - len(shown)))
    lines = measure_lasers(shown, lambda axis: _correction(axes, axis), problems)
    lasers = stack_lasers(gathered, lines, grouping, settings, problems)
    return Calibration(axes, lasers, lines, tuple(problems))


def _correction(axes: Sequence[AxisCorrection], wavelength_nm: FloatArray) -> AxisCorrection | None:
    fitting = [axis for axis in axes if axis.covers(wavelength_nm)]
    return min(fitting, key=lambda axis: abs(axis.pixels - wavelength_nm.size), default=None)


def _disproved(lasers: Sequence[Spectrum], count: int) -> Problem:
    message = (
        f"{count} of {len(lasers)} laser lines were measured on an axis whose lamp does not fit it: they replace no "
        "excitation, set wavelengths stay. Settle the lamp first."
    )
    return Problem("info", "laser lines", message)


def _axes(
    lamps: Sequence[Spectrum],
    energies: EnergySettings,
    settings: CalibrationSettings,
    problems: list[Problem],
    refused: list[FloatArray],
) -> list[AxisCorrection]:
    """Return the correction of each axis that lamps were measured on; those that their lamps disprove are added."""
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
    found = [_axis(group, energies, settings, problems) for group in groups]
    refused += [group[0][0].wavelength_nm for group, axis in zip(groups, found, strict=True) if axis is None]
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
    is_certain = True
    for elements in dict.fromkeys(elements for _, elements in group):
        members = [spectrum for spectrum, own in group if own == elements]
        # One of several with one name may be another lamp; together they show weaker lines.
        alone = [(each, _matched([each], elements, energies, settings).trouble) for each in members]
        good = [each for each, trouble in alone if not trouble] or members
        own = _matched(good, elements, energies, settings)
        strange += [(each, trouble) for each, trouble in alone if each not in good]
        if own.trouble:
            strange.append((good[0], own.trouble))
        else:
            matches += own.matches
            used += good
            is_certain = is_certain and own.is_certain
    problems.extend(_strange(strange, used))
    if not matches:
        return None
    first = used[0].where
    correction = fit_axis(axis, matches, tuple(spectrum.source for spectrum in used))
    if (too_far := _refusal(correction, axis, is_certain=is_certain, settings=settings)) is not None:
        problems.append(Problem("error", first, too_far, is_leading=True))
        return None
    if abs(moved := typical_offset_nm(correction.matches)) > settings.largest_correction_nm:
        problems.append(Problem("warning", first, _far_message(correction, moved, settings)))
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


def _refusal(
    correction: AxisCorrection, axis: FloatArray, *, is_certain: bool, settings: CalibrationSettings
) -> str | None:
    """Return why a correction is not to be believed; None where it is.

    A pattern of lines that is beyond doubt tells where they stand, so that only what the correction adds to that
    towards the ends of the axis is bounded as if nothing were known.
    """
    offset = correction.offset_nm(np.array([axis[0], axis[-1]]))
    known = typical_offset_nm(correction.matches) if is_certain else 0.0
    if float(np.max(np.abs(offset - known))) <= settings.largest_correction_nm:
        return None
    return (
        f"its {len(correction.matches)} lines ask for a correction of {float(np.max(np.abs(offset))):.1f} nm at an end "
        f"of the axis, more than {settings.largest_correction_nm:g} nm: the axis stays as it is, and ΔE and η are not "
        "trustworthy. Check which lamp it is, add lines nearer to the ends, or allow a larger correction."
    )


def _far_message(correction: AxisCorrection, moved_nm: float, settings: CalibrationSettings) -> str:
    return (
        f"its {len(correction.matches)} lines stand {abs(moved_nm):.1f} nm too far to the "
        f"{'blue' if moved_nm > 0.0 else 'red'} and fit nowhere else within {settings.largest_certain_nm:g} nm, so the "
        f"axis is moved by {moved_nm:+.1f} nm. Check that the lamp was measured with the setting of the spectra."
    )


@dataclass(frozen=True, slots=True)
class _Matched:
    """Lines of a lamp in a spectrum; why they are not its own, empty where they are; no other place is possible."""

    matches: tuple[Match, ...]
    trouble: str = ""
    is_certain: bool = False


def _matched(
    spectra: Sequence[Spectrum], elements: tuple[str, ...], energies: EnergySettings, settings: CalibrationSettings
) -> _Matched:
    """Find the lines of a lamp in the sum of spectra: nearby, or further away where they can be nothing else."""
    lamp, name = lines_of(elements), "".join(elements)
    found = find_lines(spectra[0].wavelength_nm, np.sum([spectrum.counts for spectrum in spectra], axis=0))
    if certain := match_beyond_doubt(found, lamp, energies.medium, farthest_nm=settings.largest_certain_nm):
        return _Matched(certain, is_certain=True)
    own = match_lines(found, lamp, energies.medium, farthest_nm=settings.largest_correction_nm)
    if unexplained(found, own, lamp, energies.medium) < len(own):
        return _Matched(own)
    shown = ", ".join(f"{line.centre_nm:.1f}" for line in sorted(found, key=lambda f: -f.height)[:4])
    what = f"the highest of its {len(found)} lines lie at {shown} nm" if found else "no line stands out in it"
    near = f"{len(own)} lines of {name} are found within {settings.largest_correction_nm:g} nm"
    far = f"no pattern beyond doubt within {settings.largest_certain_nm:g} nm"
    return _Matched(own, f"{near}, and {far}; {what}.")


def _strange(strange: Sequence[tuple[Spectrum, str]], used: Sequence[Spectrum]) -> list[Problem]:
    """Tell lamps whose lines are not those of their name, and what becomes of the axis."""
    if used:
        names = " and ".join(dict.fromkeys(spectrum.where for spectrum in used))
        end = f"It is left out; {names} alone tells the axis. Check which lamp it is."
        return [Problem("warning", spectrum.where, f"{what} {end}") for spectrum, what in strange]
    end = (
        "The wavelength axis stays as it is, and ΔE and η are not trustworthy. Check which lamp it is and the axis, or "
        "allow a larger correction; exclude the file where it is no lamp."
    )
    return [Problem("error", spectrum.where, f"{what} {end}", is_leading=True) for spectrum, what in strange]


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
