"""A reference condition that is revisited during the run: what the sample does meanwhile."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from asplab.core.corrections.gain import Gain
from asplab.core.drift.records import ReferenceTrend
from asplab.core.experiment import Record, Spectrum
from asplab.core.grouping.clock import Timeline
from asplab.core.grouping.clusters import cluster, nearest
from asplab.core.grouping.stage import Gathered
from asplab.core.settings import GroupingSettings
from asplab.core.statistics.chance import student_sigma
from asplab.core.units import FloatArray

_FEWEST = 4


def light_timeline(gathered: Gathered) -> Timeline:
    """Return one line for the time stamps of all emission spectra of a run, references included."""
    members = chain.from_iterable(stack.members for stack in gathered.stacks)
    return timeline_of((*members, *gathered.experiment.spectra_of(("reference",))))


def timeline_of(records: Iterable[Record]) -> Timeline:
    """Return one line for the time stamps of records."""
    return Timeline.of(record.condition.time for record in records)


def times_of(records: Sequence[Record], line: Timeline) -> FloatArray | None:
    """Return when records were measured, in s; None where a stamp is missing or they can't be compared."""
    return line.seconds([record.condition.time for record in records])


def positions_of(records: Sequence[Record], line: Timeline) -> FloatArray:
    """Return the place of each record in steps from the first: by time, else by repeat number, else by order."""
    times = times_of(records, line)
    if times is not None and np.ptp(times) > 0.0:
        steps = np.diff(np.sort(times))
        return np.asarray((times - times.min()) / np.median(steps[steps > 0.0]))
    numbers = [record.condition.repeat for record in records]
    known = [number for number in numbers if number is not None]
    if len(known) == len(numbers) and len(set(known)) == len(known):
        return np.array(known, dtype=float) - min(known, default=0)
    return np.arange(float(len(records)))


def reference_trends(gathered: Gathered, line: Timeline, settings: GroupingSettings) -> tuple[ReferenceTrend, ...]:
    """Return the trend of each reference condition, spectra of kind ``reference``, that was measured twice or more."""
    at: dict[int, list[Spectrum]] = {}
    for spectrum in gathered.experiment.spectra_of(("reference",)):
        temperature = spectrum.condition.temperature_k
        if temperature is None or not len(gathered.temperatures_k):
            continue
        t = nearest(gathered.temperatures_k.tolist(), temperature)
        if abs(gathered.temperatures_k[t] - temperature) <= 2.0 * settings.temperature_tolerance_k:
            at.setdefault(t, []).append(spectrum)
    return tuple(
        _trend(gathered, line, t, group)
        for t, spectra in sorted(at.items())
        for group in _conditions(spectra, settings.wavelength_tolerance_nm)
        if len(group) > 1
    )


def _conditions(spectra: Sequence[Spectrum], tolerance_nm: float) -> list[list[Spectrum]]:
    """Split the references of a temperature into conditions, as those of the emission are split."""
    names = ("excitation_nm", "longpass_nm", "shortpass_nm")
    known = [[getattr(one.condition, name) for one in spectra] for name in names]
    centres = [cluster((value for value in values if value is not None), tolerance_nm) for values in known]
    groups: dict[tuple[object, ...], list[Spectrum]] = {}
    for spectrum, values in zip(spectra, zip(*known, strict=True), strict=True):
        place = tuple(None if v is None else nearest(c, v) for v, c in zip(values, centres, strict=True))
        groups.setdefault((*place, spectrum.condition.path, spectrum.condition.sample), []).append(spectrum)
    return list(groups.values())


def _trend(gathered: Gathered, line: Timeline, t: int, spectra: Sequence[Spectrum]) -> ReferenceTrend:
    position, times = positions_of(spectra, line), times_of(spectra, line)
    order = np.argsort(position, kind="stable")
    spectra, position = [spectra[i] for i in order], position[order]
    known_gain = all(spectrum.condition.em_gain is not None for spectrum in spectra)
    factors = Gain(neutral=True, em_gain=known_gain, accumulations=True)
    height = np.array([_height(spectrum) * factors.light(spectrum.condition) for spectrum in spectra])
    for name in ("exposure_s", "power_uw"):
        values = [getattr(spectrum.condition, name) for spectrum in spectra]
        if None not in values:
            height = height / np.array(values, dtype=float)
    slope, start, error = np.nan, float(height[0]), np.nan
    significance = np.nan
    if len(height) >= 2 and np.ptp(position) > 0.0:
        design = np.column_stack([np.ones(position.size), position])
        (start, slope), rest = np.linalg.lstsq(design, height, rcond=None)[:2]
        slope = float(slope / start)
        if len(height) >= _FEWEST and rest.size and rest[0] > 0.0:
            spread = float(np.sum((position - position.mean()) ** 2))
            error = float(np.sqrt(rest[0] / (len(height) - 2) / spread) / abs(start))
            significance = float(student_sigma(abs(slope) / error, len(height) - 2))
    excitation = spectra[0].condition.excitation_nm
    at = "" if excitation is None else f" {excitation:.1f} nm"
    return ReferenceTrend(
        label=f"{gathered.temperatures_k[t]:.0f} K, reference{at}",
        temperature=t,
        relative=height / start,
        time_s=None if times is None else times[order],
        position=position,
        slope=slope,
        slope_error=error,
        significance=significance,
    )


def _height(spectrum: Spectrum) -> float:
    """Return the counts above the level that a tenth of the pixels lie below, in all pixels between percentiles.

    The laser's own line is left out: only pixels to the red of it count, where the excitation is known.
    """
    counts, axis = spectrum.counts, spectrum.wavelength_nm
    excitation = spectrum.condition.excitation_nm
    if spectrum.condition.longpass_nm is not None:
        keep = axis > spectrum.condition.longpass_nm
    else:
        keep = np.ones(axis.size, dtype=bool) if excitation is None else axis > excitation + 10.0
    if keep.sum() < 2:
        keep = np.ones(axis.size, dtype=bool)
    part = counts[keep]
    return float(np.sum((part - np.percentile(part, 10)) * np.gradient(axis[keep])))
