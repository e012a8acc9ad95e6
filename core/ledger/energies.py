"""Corrections of wavelengths and photon energies."""

from collections.abc import Iterator

import numpy as np

from asplab.core.calibration import Calibration
from asplab.core.counting import counted
from asplab.core.energies.excitations import Excitations
from asplab.core.ledger.step import Step, Switch, manifest_of, span
from asplab.core.pipeline import Results
from asplab.core.units import energy_from_wavelength

_LAMP = Switch("calibration", "use_lamp")
_LASER = Switch("calibration", "use_laser")
_BANDWIDTH = Switch("calibration", "correct_bandwidth")


def axis_steps(results: Results) -> Iterator[Step]:
    """Yield what corrects the wavelength axis of spectra; none where there is no spectrum."""
    gathered, corrected, calibration = results.gathered, results.corrected, results.calibration
    if gathered is None or corrected is None or calibration is None:
        return
    lamps = [lamp.source for lamp in gathered.experiment.spectra_of(("lamp",))]
    step = Step("lamp", "Lamp lines", "spectrum", switch=_LAMP).using(lamps)
    if not lamps:
        words = "There is no file of kind lamp: the wavelength axis of the spectrometer is taken as it is."
        yield step.found("no data", "no file of kind lamp", words)
    elif not _LAMP.is_on(results.document):
        yield step.found("off", f"{counted(len(lamps), 'file')} not used", "The lines of the lamp correct no axis.")
    elif not calibration.axes:
        yield step.found("no data", "not understood", "No axis could be corrected by the lamp; the problems say why.")
    else:
        axes = [stack.members[0].wavelength_nm for stack in corrected.stacks]
        acted = [k for k, axis in enumerate(axes) if calibration.of(axis) is not None]
        yield _moved_axis(step, calibration, acted)


def _moved_axis(step: Step, calibration: Calibration, acted: list[int]) -> Step:
    ends = [float(end) for axis in calibration.axes for end in axis.offset_nm(np.array(axis.range_nm))]
    lines, scatter = sum(len(axis.matches) for axis in calibration.axes), max(a.scatter_nm for a in calibration.axes)
    size = span(ends, "nm", 2)
    words = f"The axis is moved by {size}, from {counted(lines, 'line')} that scatter by {scatter:.2g} nm."
    return step.using(source for axis in calibration.axes for source in axis.sources).found("on", size, words, acted)


def energy_steps(results: Results) -> Iterator[Step]:
    """Yield the corrections of the photon energies of excitations; none where there is no excitation."""
    found, calibration = results.excitations, results.calibration
    if found is None or calibration is None or not found.wavelength_nm.size:
        return
    yield _laser(results, found, calibration)
    yield _medium(results, found)
    yield _bandwidth(results, found)


def _laser(results: Results, found: Excitations, calibration: Calibration) -> Step:
    assert results.gathered is not None
    files = [one.source for one in results.gathered.experiment.spectra_of(("laser",))]
    step = Step("laser", "Laser lines", "excitation", switch=_LASER).using(files)
    if not files:
        words = "There is no file of kind laser: excitation wavelengths are those of the manifest."
        return step.found("no data", "no file of kind laser", words)
    if not _LASER.is_on(results.document):
        return step.found("off", f"{counted(len(files), 'file')} not used", "Excitations are those of the manifest.")
    measured = {k: laser for k, laser in enumerate(calibration.lasers) if laser is not None}
    if not measured:
        return step.found("no data", "none fits", "No measured line belongs to an excitation of a spectrum.")
    offsets = [laser.centre_nm - laser.nominal_nm for laser in measured.values()]
    size = span(offsets, "nm", 2)
    words = f"{len(measured)} of {len(calibration.lasers)} excitations are measured; they lie {size} from the manifest."
    used = step.using(source for laser in measured.values() for source in laser.sources)
    return used.found("on", size, words, measured)


def _medium(results: Results, found: Excitations) -> Step:
    step = Step("medium", "Air to vacuum", "excitation", switch=Switch("energies", "medium", "air", "vacuum"))
    wavelength = found.wavelength_nm
    shift = energy_from_wavelength(wavelength, medium="air") - energy_from_wavelength(wavelength)
    size = f"{np.mean(np.abs(shift)):.2f} meV"
    if results.document.settings.energies.medium == "air":
        words = f"Wavelengths are those of air; photon energies are {size} lower than in vacuum."
        return step.found("on", f"{size} lower", words, range(wavelength.size))
    words = f"Wavelengths count as those of vacuum; were they of air, photon energies would be {size} lower."
    return step.found("off", f"{size} lower in air", words)


def _bandwidth(results: Results, found: Excitations) -> Step:
    step = Step("bandwidth", "Excitation bandwidth", "excitation", switch=_BANDWIDTH)
    assert results.gathered is not None
    told = [m.condition.bandwidth_nm for stack in results.gathered.stacks for m in stack.members]
    lasers = () if results.calibration is None else results.calibration.lasers
    measured = [
        source for laser in lasers if laser is not None and laser.bandwidth_nm > 0.0 for source in laser.sources
    ]
    step = step.using(manifest_of(results.gathered.experiment) if any(told) else measured)
    if not any(told) and not measured:
        words = "No bandwidth is known (bandwidth_nm, or a line wider than the spectrometer shows it)."
        return step.found("no data", "no bandwidth known", words)
    if not _BANDWIDTH.is_on(results.document):
        return step.found("off", "lines without width", "Excitations count as lines without width.")
    responses, layout = results.responses, results.layout
    shift = None if responses is None else responses.blue_shift_mev
    if shift is None or layout is None or not shift.any():
        return step.found("on", "no shift", "The tail is not known well enough to tell what the width shifts.")
    acted, size = layout.index[shift != 0.0], span(shift[shift != 0.0], "meV", 2)
    words = f"What is absorbed lies {size} above the centre of the line, for {len(acted)} anti-Stokes excitations."
    return step.found("on", size, words, acted)
