"""Gather records into stacks: one condition, several repeats; one temperature, several conditions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from asplab.core.document import Exclusions
from asplab.core.errors import AnalysisError
from asplab.core.experiment import EMISSION_KINDS, Experiment, Record, Scan, Spectrum
from asplab.core.problems import Problem
from asplab.core.settings import GroupingSettings
from asplab.core.units import FloatArray

_LASER_NM = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The repeats of one emission condition.

    Attributes
    ----------
    key : str
        Stable name of the condition, used for selection and exclusion.
    kind : {"pl", "aspl"}
        Excited above or below the gap.
    temperature : int
        Index into `Gathered.temperatures_k`.
    temperature_k, excitation_nm, longpass_nm, shortpass_nm : float or None
        Means of the true values of the members; cutoffs None where there is no filter.
    members : tuple of Spectrum
        The repeats in use, ordered by repeat; all on one wavelength axis.
    excluded : str or None
        Why the user took the whole condition out of the fits, or None.
    """

    key: str
    kind: str
    temperature: int
    temperature_k: float
    excitation_nm: float
    longpass_nm: float | None
    shortpass_nm: float | None
    members: tuple[Spectrum, ...]
    excluded: str | None = None

    @property
    def label(self) -> str:
        """What people call the condition, such as ``120 K, ASPL 535.0 nm``."""
        return f"{self.temperature_k:.0f} K, {self.kind.upper()} {self.excitation_nm:.1f} nm"


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """All stacks and scans by temperature.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
        Mean of the true temperatures of each cluster, ascending.
    stacks : tuple of Stack
        Ordered by temperature, Stokes before anti-Stokes, then by excitation wavelength.
    scans, blanks : tuple of tuple of Scan
        Photothermal scans in use of each temperature; blanks are those of the bare substrate.
    darks : tuple of Spectrum
        Dark frames.
    has_power : bool
        True when every spectrum and every scan in use carries its pump power; only then is anything divided by
        it. Otherwise PL and PA of one excitation are taken to be at equal power.
    """

    temperatures_k: FloatArray
    stacks: tuple[Stack, ...]
    scans: tuple[tuple[Scan, ...], ...]
    blanks: tuple[tuple[Scan, ...], ...]
    darks: tuple[Spectrum, ...]
    experiment: Experiment
    has_power: bool
    problems: tuple[Problem, ...] = ()


def cluster(values: Iterable[float], tolerance: float) -> list[float]:
    """Return the midpoints of clusters, ascending; every value lies within ``tolerance`` of its own.

    Values further apart than ``tolerance`` are never neighbours in a cluster. What is split is split at the
    widest gap, so that readbacks of one set point stay together whatever else was measured.
    """
    return [0.5 * (members[0] + members[-1]) for members in _split(sorted(values), tolerance)]


def _split(values: list[float], tolerance: float) -> list[list[float]]:
    if len(values) < 2:
        return [values] if values else []
    gaps = np.diff(values)
    cut = int(np.argmax(gaps)) + 1
    if gaps[cut - 1] <= tolerance and values[-1] - values[0] <= 2.0 * tolerance:
        return [values]
    return [*_split(values[:cut], tolerance), *_split(values[cut:], tolerance)]


def nearest(centres: Sequence[float], value: float) -> int:
    """Return the index of the centre nearest to ``value``."""
    return int(np.argmin(np.abs(np.asarray(centres) - value)))


def gather(experiment: Experiment, exclusions: Exclusions, settings: GroupingSettings) -> Gathered:
    """Group records into stacks within the tolerances of ``settings``.

    Raises
    ------
    AnalysisError
        When the experiment holds neither emission spectra nor scans.
    """
    spectra = experiment.spectra_of(EMISSION_KINDS)
    kept = [s for s in spectra if exclusions.reason(s.source) is None]
    scans = [s for s in experiment.scans if exclusions.reason(s.source) is None]
    if not kept and not scans:
        raise AnalysisError(
            f"{experiment.name}: no emission spectrum and no photothermal scan is in use. "
            "List files of kind pl, aspl and pa in manifest.csv, or bring excluded ones back."
        )
    # Excluded records still take part in the clusters, so that keys of conditions never change with exclusions.
    centres = cluster((_temperature(s) for s in [*spectra, *experiment.scans]), settings.temperature_tolerance_k)
    stacks, problems = _stacks(spectra, centres, exclusions, settings.wavelength_tolerance_nm)
    light = [s.condition.power_uw is not None for s in kept]
    heat = [scan_power_uw(s) is not None for s in scans]
    if any(light + heat) and not all(light + heat):
        problems.append(_power_problem(experiment.name, light, heat))
    return Gathered(
        temperatures_k=_mean_temperatures([*kept, *scans], centres),
        stacks=tuple(stacks),
        scans=_by_temperature((s for s in scans if s.kind == "pa"), centres),
        blanks=_by_temperature((s for s in scans if s.kind == "pa_blank"), centres),
        darks=experiment.spectra_of(("dark",)),
        experiment=experiment,
        has_power=all(light + heat),
        problems=tuple(problems),
    )


def scan_power_uw(scan: Scan) -> FloatArray | None:
    """Return the pump power along a scan, (n,): its own column, else the constant of the manifest, else None."""
    if scan.power_uw is not None:
        return scan.power_uw
    constant = scan.condition.power_uw
    return None if constant is None else np.full(scan.excitation_nm.size, constant)


def _mean_temperatures(records: Sequence[Record], centres: Sequence[float]) -> FloatArray:
    """Return the mean of the true temperatures at each centre; the centre itself where all is excluded."""
    values = np.array([_temperature(record) for record in records])
    own = np.array([nearest(centres, value) for value in values])
    return np.array([values[own == t].mean() if np.any(own == t) else c for t, c in enumerate(centres)])


def _power_problem(name: str, light: list[bool], heat: list[bool]) -> Problem:
    message = (
        f"the pump power is known for {sum(light)} of {len(light)} spectra and {sum(heat)} of {len(heat)} photothermal "
        "scans, so nothing is divided by it: PL and PA of one excitation are taken to be at equal power. Fill power_uw "
        "for all where they were not."
    )
    known_on_one_side = all(light) != all(heat) and (not any(light) or not any(heat))
    return Problem("info" if known_on_one_side else "warning", name, message)


def _temperature(record: Record) -> float:
    temperature = record.condition.temperature_k
    if temperature is None:
        raise AnalysisError(f"{record.where}: temperature_k is missing. Fill it in the manifest.")
    return temperature


def _by_temperature(scans: Iterable[Scan], centres: Sequence[float]) -> tuple[tuple[Scan, ...], ...]:
    groups: list[list[Scan]] = [[] for _ in centres]
    for scan in scans:
        groups[nearest(centres, _temperature(scan))].append(scan)
    return tuple(tuple(sorted(group, key=_repeat_order)) for group in groups)


def _repeat_order(record: Record) -> tuple[int, str]:
    repeat = record.condition.repeat
    return (repeat if repeat is not None else 0, record.source)


def _stacks(
    spectra: Sequence[Spectrum], centres: Sequence[float], exclusions: Exclusions, tolerance_nm: float
) -> tuple[list[Stack], list[Problem]]:
    """Group spectra into stacks; wavelengths are compared among those of one kind and temperature."""
    temperatures = [nearest(centres, _temperature(spectrum)) for spectrum in spectra]
    kinds = _kinds(spectra, temperatures)
    alike: dict[tuple[int, str], list[Spectrum]] = {}
    for spectrum, t, kind in zip(spectra, temperatures, kinds, strict=True):
        alike.setdefault((t, kind), []).append(spectrum)
    groups: dict[_Place, list[Spectrum]] = {}
    for (t, kind), members in alike.items():
        scale = [cluster(_known(members, name), tolerance_nm) for name in _WAVELENGTHS]
        for spectrum in members:
            condition = spectrum.condition
            wavelengths = tuple(
                None if (value := getattr(condition, name)) is None else values[nearest(values, value)]
                for name, values in zip(_WAVELENGTHS, scale, strict=True)
            )
            place = _Place(t, centres[t], kind, wavelengths, condition.sample, condition.series)
            if exclusions.reason(spectrum.source) is None:
                groups.setdefault(place, []).append(spectrum)
    problems: list[Problem] = []
    stacks = [_stack(place, members, exclusions, problems) for place, members in groups.items()]
    stacks.sort(key=lambda s: (s.temperature, s.kind != "pl", s.excitation_nm, s.key))
    return stacks, problems


_WAVELENGTHS = ("excitation_nm", "longpass_nm", "shortpass_nm")


@dataclass(frozen=True, slots=True)
class _Place:
    """The cluster centres that a condition belongs to."""

    temperature: int
    temperature_k: float
    kind: str
    wavelengths_nm: tuple[float | None, ...]
    sample: str
    series: str

    @property
    def key(self) -> str:
        wavelengths = ["-" if value is None else f"{value:.1f}" for value in self.wavelengths_nm]
        names = [name for name in (self.sample, self.series) if name]
        return "|".join([self.kind, f"{self.temperature_k:.1f} K", *wavelengths, *names])


def _known(spectra: Sequence[Spectrum], name: str) -> list[float]:
    return [value for s in spectra if (value := getattr(s.condition, name)) is not None]


def _kinds(spectra: Sequence[Spectrum], temperature: Sequence[int]) -> list[str]:
    """Return the kind of each spectrum; ``emission`` is told apart by its filter, else by where the band lies."""
    bands: dict[int, float] = {}
    kinds = []
    for spectrum, t in zip(spectra, temperature, strict=True):
        condition = spectrum.condition
        has_longpass, has_shortpass = condition.longpass_nm is not None, condition.shortpass_nm is not None
        if spectrum.kind != "emission":
            kinds.append(spectrum.kind)
        elif has_longpass != has_shortpass:
            kinds.append("pl" if has_longpass else "aspl")
        else:
            if t not in bands:
                bands[t] = _band_nm([s for s, own in zip(spectra, temperature, strict=True) if own == t])
            kinds.append("pl" if bands[t] > _excitation(spectrum) else "aspl")
    return kinds


def _band_nm(spectra: Sequence[Spectrum]) -> float:
    """Return where the emission of one temperature peaks, from the median of what is far from each laser line."""
    axis = spectra[0].wavelength_nm
    shapes = []
    for spectrum in spectra:
        excess = np.interp(axis, spectrum.wavelength_nm, spectrum.counts) - np.median(spectrum.counts)
        excess[np.abs(axis - _excitation(spectrum)) < _LASER_NM] = np.nan
        noise = float(np.nanmedian(np.abs(excess - np.nanmedian(excess))))
        shapes.append(median_filter(excess, size=9, mode="nearest") / max(noise, np.finfo(float).tiny))
    stacked = np.array(shapes)
    seen = np.isfinite(stacked).any(axis=0)
    level = np.full(axis.size, -np.inf)
    level[seen] = np.nanmean(stacked[:, seen], axis=0)
    return float(axis[int(np.argmax(level))])


def _excitation(spectrum: Spectrum) -> float:
    excitation = spectrum.condition.excitation_nm
    if excitation is None:
        raise AnalysisError(f"{spectrum.where}: excitation_nm is missing. Fill it in the manifest.")
    return excitation


def _stack(place: _Place, members: list[Spectrum], exclusions: Exclusions, problems: list[Problem]) -> Stack:
    members = sorted(members, key=_repeat_order)
    axis = max((s.wavelength_nm for s in members), key=lambda a: sum(_same_axis(s.wavelength_nm, a) for s in members))
    same = [s for s in members if _same_axis(s.wavelength_nm, axis)]
    for spectrum in members:
        if spectrum not in same:
            axes = (spectrum.wavelength_nm, axis)
            found, wanted = (f"{a[0]:.2f}-{a[-1]:.2f} nm, {a.size} points" for a in axes)
            message = (
                f"its wavelength axis ({found}) differs from that of the other repeats ({wanted}); the spectrum is "
                "left out. Give it another `series`, or measure all repeats on one axis."
            )
            problems.append(Problem("error", spectrum.where, message))
    return Stack(
        key=place.key,
        kind=place.kind,
        temperature=place.temperature,
        temperature_k=float(np.mean([_temperature(s) for s in same])),
        excitation_nm=float(np.mean([_excitation(s) for s in same])),
        longpass_nm=_mean(same, "longpass_nm"),
        shortpass_nm=_mean(same, "shortpass_nm"),
        members=tuple(same),
        excluded=exclusions.reason(place.key),
    )


def _same_axis(axis: FloatArray, other: FloatArray) -> bool:
    return axis is other or (axis.shape == other.shape and bool(np.abs(axis - other).max(initial=0.0) <= 1e-3))


def _mean(spectra: Sequence[Spectrum], name: str) -> float | None:
    values = _known(spectra, name)
    return float(np.mean(values)) if values else None
