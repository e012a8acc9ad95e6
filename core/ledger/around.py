"""What one correction changes for one condition: the same data before and after it, everything later left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.calibration import Calibration
from asplab.core.corrections import Corrected
from asplab.core.corrections.transmitted import Transmitted
from asplab.core.document import Document
from asplab.core.drift.trends import MeasuredHeat
from asplab.core.emission.laser_line import LaserLines
from asplab.core.energies.absorbed import shift_to_absorbed
from asplab.core.energies.excitations import Excitations
from asplab.core.errors import AnalysisError
from asplab.core.experiment import BLANK_KINDS, Condition, Experiment, Spectrum
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.ledger.conditions import condition_factor
from asplab.core.ledger.rerun import product, switched
from asplab.core.ledger.step import Step
from asplab.core.pipeline import Results
from asplab.core.scans import Scans
from asplab.core.units import FloatArray

_NEAR_K, _NEAR_NM = 10.0, 2.0
"""Frames further away than this belong to another condition, unless there are no others."""


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Curves or points before and after a correction.

    Attributes
    ----------
    x_before, x_after : ndarray, shape (n,)
        Wavelength in nm of spectra and excitations, photon energy in meV of scans.
    before, after : ndarray, shape (n_curves, n)
        Repeats of a spectrum or scan; one row where the correction changes a number of each condition.
    stacks : tuple of int
        Conditions that the points belong to; empty for curves, those of the range before a laser's line among them.
    sources_before, sources_after : tuple of str
        File of each curve; empty where it is not known, and for points.
    """

    x_before: FloatArray
    x_after: FloatArray
    before: FloatArray
    after: FloatArray
    stacks: tuple[int, ...] = ()
    sources_before: tuple[str, ...] = ()
    sources_after: tuple[str, ...] = ()

    @property
    def difference(self) -> FloatArray | None:
        """After less before, mean over the curves, (n,); None where both have axes of their own."""
        if self.x_before.shape != self.x_after.shape or not np.array_equal(self.x_before, self.x_after):
            return None
        found: FloatArray = self.after.mean(axis=0) - self.before.mean(axis=0)
        return found


def around(results: Results, steps: Sequence[Step], name: str, k: int) -> Around:
    """Return what the correction ``name`` changes for the condition at place ``k`` of `Gathered.stacks`.

    Where it is switched off, ``after`` is what it would give.

    Raises
    ------
    AnalysisError
        There is no such correction, or no data that it could change.
    """
    step = next((step for step in steps if step.name == name), None)
    if step is None:
        raise AnalysisError(f"there is no correction named {name!r}; choose from: {', '.join(s.name for s in steps)}.")
    if results.gathered is None or results.corrected is None or not 0 <= k < len(results.gathered.stacks):
        raise AnalysisError(f"{step.title}: there is no condition number {k}. Choose one of the experiment.")
    return _FINDERS[step.subject](results, steps, step, k)


def _up_to(steps: Sequence[Step], step: Step, *, is_on: bool) -> list[tuple[Step, bool]]:
    """Return what is on of the corrections of one subject when those after ``step`` are left out."""
    alike = [other for other in steps if other.subject == step.subject]
    place = alike.index(step)
    earlier = [(other, other.state == "on") for other in alike[:place]]
    return [*earlier, (step, is_on), *((other, False) for other in alike[place + 1 :])]


def _spectra(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    assert results.gathered is not None
    stack = results.gathered.stacks[k]
    alone = replace(results.gathered, stacks=(stack,), problems=())
    frames = replace(results.document.experiment, spectra=_frames_near(results.document.experiment, stack))
    found = []
    for is_on in (False, True):
        document = switched(results.document, _up_to(steps, step, is_on=is_on))
        corrected = product(Corrected, document, alone, frames, _axes_only(results, document, alone))
        files = tuple(member.source for member in corrected.stacks[0].members)
        block = corrected.blocks[0]
        found.append((block.wavelength_nm, block.intensity[0][:, corrected.present[0]].T, files))
    (x, before, own), (x_after, after, own_after) = found
    return Around(x, x_after, before, after, sources_before=own, sources_after=own_after)


def _frames_near(experiment: Experiment, stack: Stack) -> tuple[Spectrum, ...]:
    """Return the dark frames, backgrounds and blanks that a condition may need: hundreds of others take time."""
    kept: list[Spectrum] = []
    for kind in BLANK_KINDS:
        spectra = experiment.spectra_of((kind,))
        kept += [one for one in spectra if _is_near(one.condition, stack)] or spectra
    darks = experiment.spectra_of(("dark",))
    exposures = {one.condition.exposure_s for one in (*stack.members, *kept)}
    timed = {one.condition.exposure_s for one in darks}
    # A dark of another exposure is needed where there is none of its own, or where none is told.
    if None in exposures | timed or not exposures <= timed:
        return (*kept, *darks)
    return (*kept, *(one for one in darks if one.condition.exposure_s in exposures))


def _is_near(condition: Condition, stack: Stack) -> bool:
    temperature, excitation = condition.temperature_k, condition.excitation_nm
    return (temperature is None or abs(temperature - stack.temperature_k) <= _NEAR_K) and (
        excitation is None or abs(excitation - stack.excitation_nm) <= _NEAR_NM
    )


def _axes_only(results: Results, document: Document, alone: Gathered) -> Calibration:
    """Return the corrections of wavelength axes alone: spectra do not need the lines of lasers, which take time."""
    known = results.calibration
    if known is not None and document.settings.calibration.use_lamp == results.document.settings.calibration.use_lamp:
        return Calibration(known.axes, (None,) * len(alone.stacks))
    without = replace(document.settings.calibration, use_laser=False)
    found: Calibration = product(Calibration, document.with_settings(calibration=without), alone)
    return found


def _scans(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    """Return the scans of the condition's temperature: volts, less the baseline, per power where that is divided."""
    gathered = results.gathered
    assert gathered is not None
    assert results.excitations is not None
    t = gathered.stacks[k].temperature
    if results.scans is None or results.scans.sets[t] is None:
        raise AnalysisError(f"{step.title}: there is no scan at {gathered.temperatures_k[t]:.0f} K.")
    # Scans of another temperature stand in where there are none of this one.
    own_scans = tuple(own if i == t else () for i, own in enumerate(gathered.scans))
    alone = replace(gathered, scans=own_scans, problems=()) if gathered.scans[t] else gathered
    found = []
    for is_on in (False, True):
        choices = _up_to(steps, step, is_on=is_on)
        document = switched(results.document, choices)
        scans = product(Scans, document, alone, results.corrected, results.energies, results.excitations).sets[t]
        assert scans is not None
        found.append((scans.energy_mev, (scans.volts - _level(results, choices, t)) / scans.power_uw))
    files = tuple(scan.source for scan in gathered.scans[t])
    (x, before), (x_after, after) = found
    own = files if len(files) == len(before) == len(after) else ()
    return Around(x, x_after, before, after, sources_before=own, sources_after=own)


def _level(results: Results, choices: Sequence[tuple[Step, bool]], t: int) -> FloatArray | float:
    """Return the baseline in volts along the scan where it is among what is on, else nothing."""
    chosen = next(((step, is_on) for step, is_on in choices if step.name == "pa_baseline" and is_on), None)
    absorbed = results.absorbed
    if chosen is None or absorbed is None:
        return 0.0
    if chosen[0].state == "off":
        known = (results.gathered, results.corrected, results.energies, results.excitations, results.scans)
        document = switched(results.document, [chosen])
        absorbed = product(MeasuredHeat, document, *known, results.layout).absorbed
    baseline = absorbed.baselines[t]
    return 0.0 if baseline is None else baseline.volts


def _excitations(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    """Return the photon energies in meV of all excitations of the condition's temperature."""
    gathered = results.gathered
    assert gathered is not None
    assert results.calibration is not None
    here = [i for i, stack in enumerate(gathered.stacks) if stack.temperature == gathered.stacks[k].temperature]
    energies = []
    for is_on in (False, True):
        document = switched(results.document, [(step, is_on)])
        calibration = _calibrated(results, document, step, is_on=is_on)
        found = product(Excitations, document, gathered, results.corrected, calibration)
        energy = found.energy_mev
        if step.name == "bandwidth" and is_on:
            energy = energy + _blue_shift(results, step, found)
        energies.append(energy[here])
    nominal = np.array([gathered.stacks[i].excitation_nm for i in here])
    return Around(nominal, nominal, energies[0][None], energies[1][None], tuple(here))


def _calibrated(results: Results, document: Document, step: Step, *, is_on: bool) -> Calibration:
    """Return the calibration with a correction on or off; lines are fitted only where they are not known yet."""
    known = results.calibration
    assert known is not None
    nothing: tuple[None, ...] = (None,) * len(known.lasers)
    if step.name == "laser" and not is_on:
        return replace(known, lasers=nothing)
    # In another medium the lines of the lamp, and with them the measured excitations, stand elsewhere on the axis.
    is_moved = step.name == "medium" and known.axes and known.lasers != nothing
    if document.settings == results.document.settings or not (is_moved or step.name == "laser"):
        return known
    found: Calibration = product(Calibration, document, results.gathered)
    if step.name == "laser" and not any(found.lasers):
        raise AnalysisError("No measured line belongs to an excitation of a spectrum: switched on, it changes nothing.")
    return found


def _blue_shift(results: Results, step: Step, excitations: Excitations) -> FloatArray:
    """Return how far above its line each excitation is absorbed, in meV, (n_stacks,)."""
    responses, layout = results.responses, results.layout
    shift = np.zeros(excitations.energy_mev.size)
    if responses is not None and layout is not None:
        if step.state != "on":
            responses = shift_to_absorbed(responses, excitations.sigma_mev[layout.index], excitations.sigma_error)
        if responses.blue_shift_mev is not None:
            shift[layout.index[responses.valid]] = responses.blue_shift_mev[responses.valid]
    return shift


def _conditions(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    """Return the factor of every condition of the temperature; without the correction it is one."""
    if step.name == "laser_line":
        return _range(results, step, k)
    gathered = results.gathered
    assert gathered is not None
    here = [i for i, stack in enumerate(gathered.stacks) if stack.temperature == gathered.stacks[k].temperature]
    nominal = np.array([gathered.stacks[i].excitation_nm for i in here])
    after = condition_factor(results, step)[here]
    return Around(nominal, nominal, np.ones((1, len(here))), after[None], tuple(here))


def _range(results: Results, step: Step, k: int) -> Around:
    """Return the spectrum of a condition over the range that counts, with the line of its laser in it and without."""
    gathered, corrected = results.gathered, results.corrected
    assert gathered is not None
    assert corrected is not None
    if results.laser_lines is None or not np.isfinite(results.laser_lines.at_nm[k]):
        raise AnalysisError("No line of a laser stands in the range of this condition. Choose one with a dot.")
    alone = replace(gathered, stacks=(gathered.stacks[k],), problems=())
    line = LaserLines(results.laser_lines.at_nm[[k]])
    block, row = corrected.blocks[corrected.place[k, 0]], corrected.place[k, 1]
    spectra, parts = block.intensity[row][:, corrected.present[k]].T, []
    for is_on in (False, True):
        document = switched(results.document, [(step, is_on)])
        axes = _axes_only(results, document, alone)
        low, high = product(Transmitted, document, alone, axes, line).ranges_nm[0]
        parts.append((block.wavelength_nm >= low) & (block.wavelength_nm <= high))
    files = tuple(member.source for member in corrected.stacks[k].members)
    x, (whole, kept) = block.wavelength_nm, parts
    return Around(x[whole], x[kept], spectra[:, whole], spectra[:, kept], (), files, files)


_WHOLE = ("remeasured", "moved_bands", "drift", "laser", "medium")


def takes_long(step: Step) -> bool:
    """Return whether `around` may take longer than a frame: where scans, lines or all spectra are gone through."""
    return step.can_switch and (step.subject == "scan" or (step.name in _WHOLE and _is_unknown(step)))


def _is_unknown(step: Step) -> bool:
    """Return whether what a correction changes must be found anew: what is on has left its numbers in the results."""
    return step.state == "off" or step.name not in ("drift", "laser")


_FINDERS = {"spectrum": _spectra, "scan": _scans, "excitation": _excitations, "condition": _conditions}
