"""The quantum yield of every sample that was measured in an integrating sphere."""

from dataclasses import dataclass

from asplab.core.companion.quantum_yield.sphere import SphereCounts, SphereYield, sphere_yield
from asplab.core.companion.quantum_yield.sphere_files import (
    SphereFiles,
    read_dilute,
    read_sphere,
    sphere_sets,
)
from asplab.core.companion.quantum_yield.sphere_reabsorption import read_reabsorbed
from asplab.core.companion.quantum_yield.sphere_spectra import SphereSpectra, Window, integrate_sphere
from asplab.core.companion.quantum_yield.sphere_windows import find_windows, laser_peak_nm
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.document import Exclusions
from asplab.core.errors import AsplabError
from asplab.core.experiment import SPHERE_KINDS, Experiment
from asplab.core.grouping.conditions import kept
from asplab.core.problems import Problem
from asplab.core.settings import GroupingSettings, YieldSettings

_FAR_NM = 5.0
"""Distance of the laser line from its told wavelength that is worth a word."""
_PERCENT = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class SphereReading:
    """What the sphere says of one sample.

    Attributes
    ----------
    sample, medium, source : str
        As the files say, and the file in the beam.
    temperature_k, excitation_nm : float or None
    spectra : SphereSpectra or None
    laser_nm, emission_nm : tuple of float, or None
        Windows in use; None where the spectra could not be read.
    counts : SphereCounts or None
    found : SphereYield or None
    reabsorbed : Reading or None
        Part of its emission that the sample absorbs again, given or measured; None: not known, and not made up for.
    reason : str
        Why there is no yield; empty where there is one.
    """

    sample: str
    medium: str
    source: str
    temperature_k: float | None
    excitation_nm: float | None
    spectra: SphereSpectra | None = None
    laser_nm: Window | None = None
    emission_nm: Window | None = None
    counts: SphereCounts | None = None
    found: SphereYield | None = None
    reabsorbed: Reading | None = None
    reason: str = ""

    @property
    def quantum_yield(self) -> Reading:
        """The yield as it may be told: without reabsorption where its part is known, else as the sphere shows it."""
        if self.found is None:
            return undetermined(self.reason)
        return self.found.observed if self.reabsorbed is None else self.found.corrected


@dataclass(frozen=True, slots=True, eq=False)
class SphereFindings:
    """Every sample that was in the sphere, in the order of its files; sets that say nothing are among the problems."""

    readings: tuple[SphereReading, ...]
    problems: tuple[Problem, ...] = ()


def find_sphere_yields(
    experiment: Experiment, exclusions: Exclusions, grouping: GroupingSettings, settings: YieldSettings
) -> SphereFindings:
    """Read the spectra of integrating spheres."""
    own = kept([record for record in experiment.kept if record.kind in SPHERE_KINDS], exclusions)
    readings, problems = [], []
    for files in sphere_sets(own, grouping):
        one = _read(files, settings)
        readings.append(one)
        if one.reason:
            problems.append(Problem("warning", one.source, f"no yield by the integrating sphere: {one.reason}"))
        problems.extend(_doubts(one))
    return SphereFindings(tuple(readings), tuple(problems))


def _read(files: SphereFiles, settings: YieldSettings) -> SphereReading:
    first = files.first
    told = first.condition
    place = (told.sample, told.medium, first.where, told.temperature_k, told.excitation_nm)
    spectra, laser, emission = None, None, None
    try:
        spectra = read_sphere(files, settings.sphere_unit)
        laser, emission = find_windows(spectra, settings)
        error = settings.sphere_error_percent
        counts = integrate_sphere(
            spectra,
            laser_nm=laser,
            emission_nm=emission,
            relative_error=None if error is None else error / _PERCENT,
        )
        reabsorbed = _reabsorbed(files, spectra, laser, emission, settings)
        found = sphere_yield(
            counts,
            response_error=settings.response_error_percent / _PERCENT,
            # A part a little below 0 is none within its error.
            reabsorbed=0.0 if reabsorbed is None else max(reabsorbed.value, 0.0),
            reabsorbed_error=0.0 if reabsorbed is None else reabsorbed.error,
        )
    except AsplabError as fault:
        return SphereReading(*place, spectra, laser, emission, reason=str(fault))
    return SphereReading(*place, spectra, laser, emission, counts, found, reabsorbed)


def _reabsorbed(
    files: SphereFiles, spectra: SphereSpectra, laser: Window, emission: Window, settings: YieldSettings
) -> Reading | None:
    if settings.reabsorbed_percent is not None:
        return measured(settings.reabsorbed_percent / _PERCENT, settings.reabsorbed_error_percent / _PERCENT)
    if not files.dilute:
        return None
    dilute = read_dilute(files, spectra)
    return read_reabsorbed(spectra, dilute, laser_nm=laser, emission_nm=emission, red_from_nm=settings.red_from_nm)


def _doubts(one: SphereReading) -> list[Problem]:
    """Return what is odd about spectra that were read."""
    if one.spectra is None or one.excitation_nm is None:
        return []
    peak = laser_peak_nm(one.spectra)
    if abs(peak - one.excitation_nm) <= _FAR_NM:
        return []
    return [
        Problem(
            "warning",
            one.source,
            f"the brightest line of the empty sphere lies at {peak:.1f} nm, but excitation_nm is "
            f"{one.excitation_nm:g}. Check which spectrum is the blank, and the window of the laser.",
        )
    ]
