"""What one correction changes for one condition: the same data before and after it, everything later left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from asplab.core.calibration import Calibration
from asplab.core.corrections import Corrected
from asplab.core.document import Document
from asplab.core.emission.integration import Emission
from asplab.core.energies.absorbed import shift_to_absorbed
from asplab.core.energies.excitations import Excitations
from asplab.core.errors import AnalysisError
from asplab.core.experiment import BLANK_KINDS, Condition, Experiment, Spectrum
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.ledger.light import light_factor
from asplab.core.ledger.step import Step
from asplab.core.pipeline import Results, raw_graph
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
        Conditions that the points belong to; empty for curves.
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


def switched(document: Document, choices: Iterable[tuple[Step, bool]]) -> Document:
    """Return the document with corrections switched on (True) or off; those without a switch stay."""
    records: dict[str, Any] = {}
    for step, is_on in choices:
        if step.switch is not None:
            record = step.switch.record
            old = records.get(record, getattr(document.settings, record))
            records[record] = replace(old, **{step.switch.field: step.switch.on if is_on else step.switch.off})
    return document.with_settings(**records)


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
        corrected = _product(Corrected, document, alone, frames, _axes_only(results, document, alone))
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
    found: Calibration = _product(Calibration, document.with_settings(calibration=without), alone)
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
        scans = _product(Scans, document, alone, results.corrected, results.energies, results.excitations).sets[t]
        assert scans is not None
        found.append((scans.energy_mev, (scans.volts - _level(results, choices, t)) / scans.power_uw))
    files = tuple(scan.source for scan in gathered.scans[t])
    (x, before), (x_after, after) = found
    own = files if len(files) == len(before) == len(after) else ()
    return Around(x, x_after, before, after, sources_before=own, sources_after=own)


def _level(results: Results, choices: Sequence[tuple[Step, bool]], t: int) -> FloatArray | float:
    """Return the baseline in volts along the scan where it is among what is on, else nothing."""
    baseline = None if results.absorbed is None else results.absorbed.baselines[t]
    is_on = any(step.name == "pa_baseline" and chosen for step, chosen in choices)
    return baseline.volts if is_on and baseline is not None else 0.0


def _excitations(results: Results, steps: Sequence[Step], step: Step, k: int) -> Around:
    """Return the photon energies in meV of all excitations of the condition's temperature."""
    gathered, known = results.gathered, results.calibration
    assert gathered is not None
    assert known is not None
    nothing = (None,) * len(known.lasers)
    if step.name == "laser" and step.state == "off":
        raise AnalysisError("The lines are not fitted while this is off. Switch it on to see what it changes.")
    if step.name == "medium" and known.axes and known.lasers != nothing:
        raise AnalysisError("The lamp and the laser lines tell the wavelengths, in air as in vacuum alike.")
    here = [i for i, stack in enumerate(gathered.stacks) if stack.temperature == gathered.stacks[k].temperature]
    energies = []
    for is_on in (False, True):
        document = switched(results.document, [(step, is_on)])
        calibration = known if is_on or step.name != "laser" else replace(known, lasers=nothing)
        found = _product(Excitations, document, gathered, results.corrected, calibration)
        energy = found.energy_mev
        if step.name == "bandwidth" and is_on:
            energy = energy + _blue_shift(results, step, found)
        energies.append(energy[here])
    nominal = np.array([gathered.stacks[i].excitation_nm for i in here])
    return Around(nominal, nominal, energies[0][None], energies[1][None], tuple(here))


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
    gathered, emission, corrected = results.gathered, results.emission, results.corrected
    if gathered is None or corrected is None or emission is None:
        raise AnalysisError(f"{step.title}: no spectrum could be integrated.")
    if step.name in ("inner_filter", "drift") and step.state == "off":
        raise AnalysisError("The factors are not computed while this is off. Switch it on to see what it changes.")
    if step.name in _UNSEEN:
        raise AnalysisError(f"{step.told} {_UNSEEN[step.name]}")
    here = [i for i, stack in enumerate(gathered.stacks) if stack.temperature == gathered.stacks[k].temperature]
    nominal = np.array([gathered.stacks[i].excitation_nm for i in here])
    factor = light_factor(results, step.name)
    if factor is not None:
        after = factor[here]
    elif step.name == "moved_bands":
        after = _following(results, step)[here]
    elif step.name == "inner_filter":
        after = np.array([corrected.treatments[i].inner_filter for i in here])
    else:
        seen = np.asarray(emission.truncation, dtype=np.float64)[here]
        after = np.where(seen > 0.0, 1.0 / np.where(seen > 0.0, seen, 1.0), np.nan)
    return Around(nominal, nominal, np.ones((1, len(here))), after[None], tuple(here))


_UNSEEN = {
    "remeasured": "Which repeats count is chosen before any picture is made: compare the results with and without it.",
    "laser_line": "The spectrum itself stays as it is; only the range that counts ends before the line.",
}
"""Corrections that no picture of the data before and after shows, and what to look at."""


def _following(results: Results, step: Step) -> FloatArray:
    """Return the intensity of each condition with moved bands followed, in units of that without, (n_stacks,)."""
    assert results.shape_test is not None
    known = (results.gathered, results.calibration, results.corrected, results.bands, results.background)
    products = (*known, results.layout, results.scans, results.shape_test.moved)
    without, followed = (
        _product(Emission, switched(results.document, [(step, is_on)]), *products).mean for is_on in (False, True)
    )
    return np.asarray(followed / without)


def _product(wanted: type[Any], document: Document, *products: Any) -> Any:
    """Return a product of the chain for the settings of a document, on top of products that stay as they are."""
    settings = document.settings
    records = [getattr(settings, field.name) for field in fields(settings)]
    known = (product for product in products if product is not None)
    # A product of the type of an input takes its place.
    graph = raw_graph().put(document.experiment, document.exclusions, *records).put(*known)
    return graph.get(wanted)


_FINDERS = {"spectrum": _spectra, "scan": _scans, "excitation": _excitations, "condition": _conditions}
