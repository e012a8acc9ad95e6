"""Gather records into stacks: one condition, several repeats; one temperature, several conditions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from asplab.core.document import Exclusions
from asplab.core.emission.kinds import excitation_of, kinds_of
from asplab.core.errors import AnalysisError
from asplab.core.experiment import EMISSION_KINDS, Experiment, Record, Scan, Spectrum
from asplab.core.grouping.clock import Timeline
from asplab.core.grouping.clusters import Readings, cluster, nearest
from asplab.core.grouping.conditions import Notes, kept, repeat_order, temperature_of
from asplab.core.grouping.medium import main_part, other_medium_problems
from asplab.core.grouping.remeasured import averages_with, choose, is_same_axis, spectrum_noise, split_blocks
from asplab.core.grouping.scans import by_temperature, scans_in_use, shared_centres
from asplab.core.photothermal.known_power import power_problem, scan_power_uw, untold_problem
from asplab.core.problems import Problem
from asplab.core.settings import GroupingSettings
from asplab.core.units import FloatArray


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
        The repeats in use, ordered by block and repeat; all on one wavelength axis.
    excluded : str or None
        Why the user took the whole condition out of the fits, or None.
    blocks : tuple of int
        For each member, which time of measuring the condition it belongs to; empty where there was one alone.
    set_aside : tuple of Spectrum
        Spectra of times that are not used, by the setting ``remeasured``.
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
    blocks: tuple[int, ...] = ()
    set_aside: tuple[Spectrum, ...] = ()

    @property
    def excitations(self) -> Readings | None:
        """True excitation wavelengths of the members, in nm."""
        return Readings.of(_known(self.members, "excitation_nm"))

    @property
    def sample(self) -> str:
        """Name of the sample, the same of all members; empty where none is told."""
        return self.members[0].condition.sample if self.members else ""

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
    readings : tuple of Readings or None
        True temperatures in use of each cluster; None where all is excluded.
    scan_blocks : mapping of str to int
        For scans that were measured again, by source, the time of measuring that they belong to.
    """

    temperatures_k: FloatArray
    stacks: tuple[Stack, ...]
    scans: tuple[tuple[Scan, ...], ...]
    blanks: tuple[tuple[Scan, ...], ...]
    darks: tuple[Spectrum, ...]
    experiment: Experiment
    has_power: bool
    problems: tuple[Problem, ...] = ()
    readings: tuple[Readings | None, ...] = ()
    scan_blocks: Mapping[str, int] = field(default_factory=dict)


def gather(experiment: Experiment, exclusions: Exclusions, settings: GroupingSettings) -> Gathered:
    """Group records of the analysed medium into stacks within the tolerances of ``settings``.

    Raises
    ------
    AnalysisError
        When the experiment holds neither emission spectra nor scans.
    """
    whole, experiment = experiment, main_part(experiment)
    spectra = experiment.spectra_of(EMISSION_KINDS)
    own = kept(spectra, exclusions)
    scans = kept(experiment.scans, exclusions)
    if not own and not scans:
        raise AnalysisError(
            f"{experiment.name}: no emission spectrum and no photothermal scan is in use. "
            "List files of kind pl, aspl and pa in manifest.csv, or bring excluded ones back."
        )
    # Excluded records still take part in the clusters, so that keys of conditions never change with exclusions.
    centres = cluster((temperature_of(s) for s in [*spectra, *experiment.scans]), settings.temperature_tolerance_k)
    scanned = [temperature_of(s) for s in scans if s.kind == "pa"]
    centres = shared_centres(centres, [temperature_of(s) for s in spectra], scanned, settings)
    notes = Notes()
    heat_scans, scan_blocks = scans_in_use(experiment.scans, centres, exclusions, settings, notes)
    stacks = _stacks(spectra, centres, exclusions, settings, notes)
    problems = [*notes.problems, *notes.remeasured_problems(settings), *other_medium_problems(whole)]
    light = [s.condition.power_uw is not None for s in own]
    heat = [scan_power_uw(s) is not None for s in scans]
    if any(light + heat) and not all(light + heat):
        problems.append(power_problem(experiment.name, light, heat))
    untold = untold_problem(experiment.name, own)
    if untold is not None:
        problems.insert(0, untold)
    in_use: list[Record] = [*chain.from_iterable(s.members for s in stacks)]
    # Scans that come from another temperature don't tell that of the emission.
    in_use += [s for s in chain.from_iterable(heat_scans) if _is_at(s, centres, settings)]
    values = _temperatures(in_use, centres)
    return Gathered(
        temperatures_k=np.array([v.mean() if v.size else c for v, c in zip(values, centres, strict=True)]),
        stacks=tuple(stacks),
        scans=heat_scans,
        blanks=by_temperature((s for s in scans if s.kind == "pa_blank"), centres),
        darks=experiment.spectra_of(("dark",)),
        experiment=experiment,
        has_power=all(light + heat),
        problems=tuple(problems),
        readings=tuple(Readings.of(v) for v in values),
        scan_blocks=scan_blocks,
    )


def _is_at(record: Record, centres: Sequence[float], settings: GroupingSettings) -> bool:
    temperature = temperature_of(record)
    return abs(temperature - centres[nearest(centres, temperature)]) <= 2.0 * settings.temperature_tolerance_k


def _temperatures(records: Sequence[Record], centres: Sequence[float]) -> list[FloatArray]:
    """Return the true temperatures of the records at each centre."""
    values = np.array([temperature_of(record) for record in records])
    own = np.array([nearest(centres, value) for value in values])
    return [values[own == t] for t in range(len(centres))]


def _stacks(
    spectra: Sequence[Spectrum],
    centres: Sequence[float],
    exclusions: Exclusions,
    settings: GroupingSettings,
    notes: Notes,
) -> list[Stack]:
    """Group spectra into stacks; wavelengths are compared among those of one kind and temperature."""
    temperatures = [nearest(centres, temperature_of(spectrum)) for spectrum in spectra]
    kinds = kinds_of(spectra, temperatures)
    alike: dict[tuple[int, str], list[Spectrum]] = {}
    for spectrum, t, kind in zip(spectra, temperatures, kinds, strict=True):
        alike.setdefault((t, kind), []).append(spectrum)
    groups: dict[_Place, list[Spectrum]] = {}
    for (t, kind), members in alike.items():
        scale = [cluster(_known(members, name), settings.wavelength_tolerance_nm) for name in _WAVELENGTHS]
        for spectrum in members:
            condition = spectrum.condition
            wavelengths = tuple(
                None if (value := getattr(condition, name)) is None else values[nearest(values, value)]
                for name, values in zip(_WAVELENGTHS, scale, strict=True)
            )
            groups.setdefault(_Place(t, centres[t], kind, wavelengths, condition.sample), []).append(spectrum)
    line = Timeline.of(spectrum.condition.time for spectrum in spectra)
    stacks = [
        stack
        for place, members in groups.items()
        for stack in _stacks_of(place, members, line, exclusions, settings, notes)
    ]
    return sorted(stacks, key=lambda s: (s.temperature, s.kind != "pl", s.excitation_nm, s.key))


def _stacks_of(
    place: "_Place",
    members: Sequence[Spectrum],
    line: Timeline,
    exclusions: Exclusions,
    settings: GroupingSettings,
    notes: Notes,
) -> list[Stack]:
    """Return the stack of a condition: one, but for blocks that can't be averaged.

    Excluded spectra take part in the split, so that the key, which is that of the oldest block, never changes with
    exclusions. A later block has a key too: excluding it takes out that block alone.
    """
    blocks = split_blocks(members, line, settings)
    keys = _keys(place, blocks)
    there = [
        kept(block, exclusions) if b == 0 or exclusions.reason(keys[b]) is None else []
        for b, block in enumerate(blocks)
    ]
    found = choose(there, settings, alike=averages_with, noise=spectrum_noise)
    stacks = []
    for number, (group, own) in enumerate(zip(found.groups, found.blocks, strict=True)):
        key, aside = (keys[0], found.set_aside) if number == 0 else (keys[own[0]], ())
        stacks.append(_stack(place, key, group, own, aside, exclusions, notes.problems))
    if found.is_remeasured and stacks:
        notes.again[stacks[0].label] = found.n_blocks
        if len(stacks) > 1:
            notes.apart.append(stacks[0].label)
    return stacks


def _keys(place: "_Place", blocks: Sequence[Sequence[Spectrum]]) -> list[str]:
    """Return a name for each block: that of its series, numbered where a series has several."""
    keys: list[str] = []
    for block in blocks:
        key = place.key(block[0].condition.series)
        keys.append(key if key not in keys else f"{key}|{len(keys) + 1}")
    return keys


_WAVELENGTHS = ("excitation_nm", "longpass_nm", "shortpass_nm")


@dataclass(frozen=True, slots=True)
class _Place:
    """The cluster centres that a condition belongs to."""

    temperature: int
    temperature_k: float
    kind: str
    wavelengths_nm: tuple[float | None, ...]
    sample: str

    def key(self, series: str) -> str:
        """Return the stable name of the condition, measured in one series."""
        wavelengths = ["-" if value is None else f"{value:.1f}" for value in self.wavelengths_nm]
        names = [name for name in (self.sample, series) if name]
        return "|".join([self.kind, f"{self.temperature_k:.1f} K", *wavelengths, *names])


def _known(spectra: Sequence[Spectrum], name: str) -> list[float]:
    return [value for s in spectra if (value := getattr(s.condition, name)) is not None]


def _stack(
    place: _Place,
    key: str,
    members: Sequence[Spectrum],
    blocks: Sequence[int],
    set_aside: tuple[Spectrum, ...],
    exclusions: Exclusions,
    problems: list[Problem],
) -> Stack:
    ordered = sorted(zip(blocks, members, strict=True), key=lambda item: (item[0], *repeat_order(item[1])))
    axis = _common_axis([s.wavelength_nm for s in members])
    fits = [is_same_axis(s.wavelength_nm, axis) for _, s in ordered]
    same = [item for item, is_same in zip(ordered, fits, strict=True) if is_same]
    for (_, spectrum), is_same in zip(ordered, fits, strict=True):
        if not is_same:
            both = (spectrum.wavelength_nm, axis)
            found, wanted = (f"{a[0]:.2f}-{a[-1]:.2f} nm, {a.size} points" for a in both)
            message = (
                f"its wavelength axis ({found}) differs from that of the other repeats ({wanted}); the spectrum is "
                "left out. Give it another `series`, or measure all repeats on one axis."
            )
            problems.append(Problem("error", spectrum.where, message))
    used = tuple(s for _, s in same)
    return Stack(
        key=key,
        kind=place.kind,
        temperature=place.temperature,
        temperature_k=float(np.mean([temperature_of(s) for s in used])),
        excitation_nm=float(np.mean([excitation_of(s) for s in used])),
        longpass_nm=_mean(used, "longpass_nm"),
        shortpass_nm=_mean(used, "shortpass_nm"),
        members=used,
        excluded=exclusions.reason(key),
        blocks=tuple(b for b, _ in same) if len({b for b, _ in same}) > 1 else (),
        set_aside=set_aside,
    )


def _mean(spectra: Sequence[Spectrum], name: str) -> float | None:
    values = _known(spectra, name)
    return float(np.mean(values)) if values else None


def _common_axis(axes: Sequence[FloatArray]) -> FloatArray:
    """Return the axis that most have; the first of them where it is that of all."""
    if all(is_same_axis(axes[0], axis) for axis in axes):
        return axes[0]
    return max(axes, key=lambda axis: sum(is_same_axis(own, axis) for own in axes))
