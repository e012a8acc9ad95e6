"""Power series of the emission, from records of kind ``power`` and from conditions measured at several powers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.corrections.darks import dark_for
from asplab.core.corrections.frames import Frames
from asplab.core.corrections.gain import Gain
from asplab.core.counting import counted
from asplab.core.emission.band import Bands
from asplab.core.experiment import Record, Table
from asplab.core.grouping.clusters import nearest
from asplab.core.grouping.samples import is_same_sample
from asplab.core.grouping.stage import Gathered
from asplab.core.io.axes import POWER_UNITS
from asplab.core.io.headers import COUNTS, POWERS, WAVELENGTHS, column_name
from asplab.core.problems import Problem
from asplab.core.pump.power_law import tells_powers
from asplab.core.settings import CorrectionSettings, GroupingSettings
from asplab.core.units import FloatArray

_NAMED = 4
"""Places that a remark names."""


@dataclass(frozen=True, slots=True, eq=False)
class PowerSeries:
    """Emission of one excitation at several pump powers.

    Attributes
    ----------
    temperature_k, excitation_nm : float
    source : str
        File, or the condition.
    stack : int or None
        Stack of that excitation, temperature and sample; None where there is none.
    power_uw, intensity, error : ndarray, shape (n,)
        ``error`` is None where the file has none. In any unit: only ratios count.
    neutral_od : ndarray, shape (n,)
        Optical density of the neutral filters before the detector, which was undone.
    sample : str
        As its file says, empty where it does not.
    """

    temperature_k: float
    excitation_nm: float
    source: str
    stack: int | None
    power_uw: FloatArray
    intensity: FloatArray
    error: FloatArray | None
    neutral_od: FloatArray
    sample: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PowerSeriesFound:
    """All power series of files, and the conditions whose repeats were measured at several powers.

    The latter, ``repeats``, have no intensities yet: those follow from the integration.
    """

    series: tuple[PowerSeries, ...]
    repeats: tuple[PowerSeries, ...]
    problems: tuple[Problem, ...] = ()


def find_power_series(
    gathered: Gathered, frames: Frames, bands: Bands, grouping: GroupingSettings, corrections: CorrectionSettings
) -> PowerSeriesFound:
    """Collect the power series, and tell which excitation each belongs to."""
    problems: list[Problem] = []
    kept = [record for record in gathered.experiment.kept if record.kind == "power"]
    found = [
        *_from_tables([record for record in kept if _axis_of(record) is None], bands, grouping, problems),
        *_from_spectra(
            [record for record in kept if _axis_of(record) is not None], frames, bands, grouping, corrections, problems
        ),
    ]
    problems.extend(_told_unmatched([one for one in found if one.stack is None], bands, grouping))
    repeats = []
    if gathered.has_power and corrections.divide_by_power:
        for k, stack in enumerate(bands.corrected.stacks):
            powers = [record.condition.power_uw for record in stack.members]
            known = np.array([power for power in powers if power is not None])
            if known.size == len(powers) and tells_powers(known):
                place = (stack.temperature_k, stack.excitation_nm, stack.label, k)
                density = np.array([record.condition.nd_od or 0.0 for record in stack.members])
                repeats.append(PowerSeries(*place, known, np.zeros(known.size), None, density, stack.sample))
    return PowerSeriesFound(tuple(found), tuple(repeats), tuple(problems))


def _place(record: Record, problems: list[Problem]) -> tuple[float, float] | None:
    condition = record.condition
    if condition.temperature_k is not None and condition.excitation_nm is not None:
        return condition.temperature_k, condition.excitation_nm
    message = "a power series needs temperature_k and excitation_nm; without them it is not used. Fill them in."
    problems.append(Problem("warning", record.where, message))
    return None


def _stack_of(place: tuple[float, float], sample: str, bands: Bands, grouping: GroupingSettings) -> int | None:
    """Return the stack of a temperature and excitation within the tolerances, of the same sample."""
    stacks = bands.corrected.stacks
    near = [k for k in _stacks_at(place, bands, grouping) if is_same_sample(sample, stacks[k].sample)]
    # A sample that is named on both sides goes before one that is any.
    near = [k for k in near if stacks[k].sample == sample] or near
    return near[nearest([stacks[k].excitation_nm for k in near], place[1])] if near else None


def _stacks_at(place: tuple[float, float], bands: Bands, grouping: GroupingSettings) -> list[int]:
    """Return the stacks of a temperature and excitation within the tolerances, of any sample."""
    return [
        k
        for k, stack in enumerate(bands.corrected.stacks)
        if abs(stack.temperature_k - place[0]) <= grouping.temperature_tolerance_k
        and abs(stack.excitation_nm - place[1]) <= grouping.wavelength_tolerance_nm
    ]


def _columns(record: Record) -> dict[str, FloatArray]:
    """Return the columns by their plain names; powers in µW."""
    found: dict[str, FloatArray] = {}
    for header, values in record.columns if isinstance(record, Table) else ():
        name, unit = column_name(header)
        scale = POWER_UNITS.get(unit, 1.0) if name in POWERS else 1.0
        found.setdefault(name, values * scale)
    return found


def _named(columns: dict[str, FloatArray], names: frozenset[str]) -> FloatArray | None:
    return next((values for name, values in columns.items() if name in names), None)


def _axis_of(record: Record) -> FloatArray | None:
    columns = _columns(record)
    return None if _named(columns, POWERS) is not None else _named(columns, WAVELENGTHS)


def _from_tables(
    records: Sequence[Record], bands: Bands, grouping: GroupingSettings, problems: list[Problem]
) -> list[PowerSeries]:
    """Return the series of tables of power and intensity."""
    found = []
    for record in records:
        place = _place(record, problems)
        if place is None:
            continue
        columns = _columns(record)
        power, intensity = _named(columns, POWERS), _named(columns, COUNTS)
        if power is None or intensity is None:
            problems.extend(columns_missing(record))
            continue
        error = columns.get("intensity_error")
        usable = np.isfinite(power) & np.isfinite(intensity) & (power > 0.0)
        if error is not None:
            usable &= error > 0.0
        if not tells_powers(power[usable]):
            problems.append(_too_few(record.where, power[usable]))
            continue
        kept = None if error is None else error[usable]
        sample = record.condition.sample
        stack = _stack_of(place, sample, bands, grouping)
        nothing = np.zeros(int(usable.sum()))
        found.append(PowerSeries(*place, record.where, stack, power[usable], intensity[usable], kept, nothing, sample))
    return found


def columns_missing(record: Record) -> list[Problem]:
    """Say which columns a power series lacks; a file without numbers was told when it was loaded."""
    if not isinstance(record, Table):
        return []
    found = ", ".join(header for header, _ in record.columns[:6])
    fix = "Name them in the header."
    if any(delimiter in header for header, _ in record.columns for delimiter in ",;\t"):
        fix = "They are named, but no row holds more than one number: fill in the empty cells."
    message = f"a power series needs the columns power_uw and intensity with numbers, found {found!r}. {fix}"
    return [Problem("warning", record.where, message)]


def _too_few(where: str, power: FloatArray) -> Problem:
    span = f"{power.min():g} to {power.max():g} µW" if power.size else "none above 0"
    return Problem(
        "warning",
        where,
        f"the power series has too few different powers ({power.size}, {span}) to tell one photon from two. Measure "
        "three or more, over a factor of two or more.",
    )


def _told_unmatched(series: Sequence[PowerSeries], bands: Bands, grouping: GroupingSettings) -> list[Problem]:
    """Tell once which series belong to no excitation that was measured, and which to another sample than it."""
    by_sample: dict[str, list[PowerSeries]] = {}
    for one in series:
        is_other = bool(_stacks_at((one.temperature_k, one.excitation_nm), bands, grouping))
        by_sample.setdefault(one.sample if is_other else "", []).append(one)
    return [_told_of_sample(own, sample) if sample else _told_of_none(own) for sample, own in by_sample.items()]


def _places(series: Sequence[PowerSeries]) -> str:
    places = list(dict.fromkeys(f"{one.excitation_nm:g} nm at {one.temperature_k:g} K" for one in series))
    return ", ".join([*places[:_NAMED], *(["…"] if len(places) > _NAMED else [])])


def _told_of_sample(series: Sequence[PowerSeries], sample: str) -> Problem:
    message = (
        f"{counted(len(series), 'power series', 'power series')} of sample {sample!r} "
        f"{'corrects' if len(series) == 1 else 'correct'} nothing: the spectra there are of another sample "
        f"({_places(series)}). Check the column sample."
    )
    return Problem("warning", series[0].source, message)


def _told_of_none(series: Sequence[PowerSeries]) -> Problem:
    message = (
        f"no spectra were measured where {counted(len(series), 'power series', 'power series')} "
        f"{'was' if len(series) == 1 else 'were'} ({_places(series)}), so "
        f"{'it corrects' if len(series) == 1 else 'they correct'} nothing. Check temperature_k and excitation_nm."
    )
    return Problem("info", series[0].source, message)


@dataclass(frozen=True, slots=True, eq=False)
class _PowerSpectra:
    """Spectra of one excitation at several powers, in the order of the powers; ``stack`` is None where none fits."""

    place: tuple[float, float]
    stack: int | None
    records: tuple[Record, ...]

    @property
    def where(self) -> str:
        return self.records[0].where

    @property
    def power_uw(self) -> FloatArray:
        return np.array([record.condition.power_uw or np.nan for record in self.records])


def _from_spectra(
    records: Sequence[Record],
    frames: Frames,
    bands: Bands,
    grouping: GroupingSettings,
    corrections: CorrectionSettings,
    problems: list[Problem],
) -> list[PowerSeries]:
    """Return the series of spectra, each at its own power, integrated over the band."""
    found = []
    for own in _grouped(records, bands, grouping, problems):
        power = own.power_uw
        if not tells_powers(power):
            problems.append(_too_few(own.where, power))
            continue
        light, refusal = np.zeros(power.size), _not_comparable(own.records, corrections)
        if not refusal and own.stack is not None:
            gain = _gain(own.records, corrections)
            light = np.array([_integrated(record, own.stack, frames, bands, gain) for record in own.records])
            if np.isnan(light).any():
                refusal = "the spectra of the power series do not show the band and what lies beside it"
        if refusal:
            problems.append(Problem("warning", own.where, f"{refusal}; the series is not used."))
            continue
        density = np.array([record.condition.nd_od or 0.0 for record in own.records])
        sample = own.records[0].condition.sample
        found.append(PowerSeries(*own.place, own.where, own.stack, power, light, None, density, sample))
    return found


def _grouped(
    records: Sequence[Record], bands: Bands, grouping: GroupingSettings, problems: list[Problem]
) -> list[_PowerSpectra]:
    """Return the spectra with a power by the condition they belong to, else by temperature and wavelength."""
    groups: dict[object, list[tuple[tuple[float, float], int | None, Record]]] = {}
    for record in records:
        place = _place(record, problems)
        if place is None:
            continue
        if record.condition.power_uw is None:
            message = "a spectrum of a power series carries no pump power and is not used. Fill power_uw."
            problems.append(Problem("warning", record.where, message))
            continue
        sample = record.condition.sample
        stack = _stack_of(place, sample, bands, grouping)
        groups.setdefault((place, sample) if stack is None else stack, []).append((place, stack, record))
    found = []
    for members in groups.values():
        members.sort(key=lambda member: member[2].condition.power_uw or 0.0)
        found.append(_PowerSpectra(*members[0][:2], tuple(record for *_, record in members)))
    return found


def _gain(records: Sequence[Record], corrections: CorrectionSettings) -> Gain:
    """Return what is undone, the electron gain only where all spectra of the series carry it."""
    known = all(record.condition.em_gain is not None for record in records)
    return Gain(
        corrections.undo_neutral_density,
        corrections.divide_by_em_gain and known,
        corrections.divide_by_accumulations,
    )


def _not_comparable(records: Sequence[Record], corrections: CorrectionSettings) -> str:
    """Return which column keeps the spectra of a series from being compared; empty where none does."""
    gain = _gain(records, corrections)
    for name, is_undone in (
        ("nd_od", gain.neutral),
        ("accumulations", gain.accumulations),
        ("em_gain", gain.em_gain),
        ("exposure_s", all(record.condition.exposure_s is not None for record in records)),
    ):
        blank = {"nd_od": 0.0, "accumulations": 1}.get(name)
        values = [getattr(record.condition, name) for record in records]
        told = {blank if value is None else value for value in values}
        if len(told) > 1 and not is_undone:
            remedy = "Fill it for all" if None in told else "Switch the correction on"
            return f"{name} differs within the power series and can't be undone. {remedy}"
    return ""


def _integrated(record: Record, stack: int, frames: Frames, bands: Bands, gain: Gain) -> float:
    """Return the emission of a spectrum per s, over the part of the band that its filters let through.

    NaN where the band, or what lies beside it, is not in the spectrum.
    """
    columns, template = _columns(record), bands.templates[bands.corrected.stacks[stack].temperature]
    axis, counts = _named(columns, WAVELENGTHS), _named(columns, COUNTS)
    if axis is None or counts is None or template is None:
        return float("nan")
    order = np.argsort(axis)
    axis, counts = axis[order], counts[order]
    dark = dark_for(record.condition, frames.of("dark", axis), gain)
    if dark.frame is not None:
        counts = counts - dark.times * dark.frame.counts
    low, high = bands.transmitted_nm[stack]
    through = (axis >= low) & (axis <= high)
    inside = through & (axis >= template.extent_nm[0]) & (axis <= template.extent_nm[1])
    outside = through & ~inside
    if not inside.any() or not outside.any():
        return float("nan")
    signal = (counts[inside] - np.mean(counts[outside])) * np.gradient(axis)[inside]
    return float(signal.sum() * gain.light(record.condition) / (record.condition.exposure_s or 1.0))
