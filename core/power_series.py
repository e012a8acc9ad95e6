"""Power series of the emission, from records of kind ``power`` and from conditions measured at several powers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.band import Bands
from asplab.core.experiment import Record, Table
from asplab.core.grouping import Gathered, nearest
from asplab.core.io.axes import POWER_UNITS
from asplab.core.io.headers import COUNTS, POWERS, WAVELENGTHS, column_name
from asplab.core.power_law import tells_powers
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings, GroupingSettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PowerSeries:
    """Emission of one excitation at several pump powers.

    Attributes
    ----------
    temperature_k, excitation_nm : float
    source : str
        File, or the condition.
    stack : int or None
        Stack of that excitation and temperature; None where there is none.
    power_uw, intensity, error : ndarray, shape (n,)
        ``error`` is None where the file has none. In any unit: only ratios count.
    """

    temperature_k: float
    excitation_nm: float
    source: str
    stack: int | None
    power_uw: FloatArray
    intensity: FloatArray
    error: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class PowerSeriesFound:
    """All power series of files, and the conditions whose repeats were measured at several powers.

    The latter, ``repeats``, have no intensities yet: those follow from the integration.
    """

    series: tuple[PowerSeries, ...]
    repeats: tuple[PowerSeries, ...]
    problems: tuple[Problem, ...] = ()


def find_power_series(
    gathered: Gathered, bands: Bands, grouping: GroupingSettings, corrections: CorrectionSettings
) -> PowerSeriesFound:
    """Collect the power series, and tell which excitation each belongs to."""
    problems: list[Problem] = []
    kept = [record for record in gathered.experiment.kept if record.kind == "power"]
    found = [
        *_from_tables([record for record in kept if _axis_of(record) is None], bands, grouping, problems),
        *_from_spectra([record for record in kept if _axis_of(record) is not None], bands, grouping, problems),
    ]
    repeats = []
    if gathered.has_power and corrections.divide_by_power:
        for k, stack in enumerate(bands.corrected.stacks):
            powers = [record.condition.power_uw for record in stack.members]
            known = np.array([power for power in powers if power is not None])
            if known.size == len(powers) and tells_powers(known):
                none = np.zeros(known.size)
                repeats.append(PowerSeries(stack.temperature_k, stack.excitation_nm, stack.label, k, known, none, None))
    return PowerSeriesFound(tuple(found), tuple(repeats), tuple(problems))


def _place(record: Record, problems: list[Problem]) -> tuple[float, float] | None:
    condition = record.condition
    if condition.temperature_k is not None and condition.excitation_nm is not None:
        return condition.temperature_k, condition.excitation_nm
    message = "a power series needs temperature_k and excitation_nm; without them it is not used. Fill them in."
    problems.append(Problem("warning", record.where, message))
    return None


def _stack_of(place: tuple[float, float], bands: Bands, grouping: GroupingSettings) -> int | None:
    """Return the stack of a temperature and excitation within the tolerances."""
    stacks = bands.corrected.stacks
    near = [
        k
        for k, stack in enumerate(stacks)
        if abs(stack.temperature_k - place[0]) <= grouping.temperature_tolerance_k
        and abs(stack.excitation_nm - place[1]) <= grouping.wavelength_tolerance_nm
    ]
    return near[nearest([stacks[k].excitation_nm for k in near], place[1])] if near else None


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
            message = "a power series needs the columns power_uw and intensity. Name them in the header."
            problems.append(Problem("warning", record.where, message))
            continue
        error = columns.get("intensity_error")
        usable = np.isfinite(power) & np.isfinite(intensity) & (power > 0.0)
        if error is not None:
            usable &= error > 0.0
        if not tells_powers(power[usable]):
            problems.append(_too_few(record.where, power[usable]))
            continue
        kept = None if error is None else error[usable]
        stack = _stack_of(place, bands, grouping)
        found.append(PowerSeries(*place, record.where, stack, power[usable], intensity[usable], kept))
    return found


def _too_few(where: str, power: FloatArray) -> Problem:
    span = f"{power.min():g} to {power.max():g} µW" if power.size else "none above 0"
    return Problem(
        "warning",
        where,
        f"the power series has too few different powers ({power.size}, {span}) to tell one photon from two. Measure "
        "three or more, over a factor of two or more.",
    )


def _from_spectra(
    records: Sequence[Record], bands: Bands, grouping: GroupingSettings, problems: list[Problem]
) -> list[PowerSeries]:
    """Return the series of spectra, each at its own power, integrated over the band."""
    groups: dict[int, list[tuple[float, float]]] = {}
    for record in records:
        place, power = _place(record, problems), record.condition.power_uw
        stack = None if place is None else _stack_of(place, bands, grouping)
        if stack is None or power is None:
            continue
        value = _integrated(record, stack, bands)
        if value is not None:
            groups.setdefault(stack, []).append((power, value))
    found = []
    for stack, points in groups.items():
        power, intensity = np.array(sorted(points)).T
        own = bands.corrected.stacks[stack]
        if not tells_powers(power):
            problems.append(_too_few(own.label, power))
            continue
        found.append(PowerSeries(own.temperature_k, own.excitation_nm, own.label, stack, power, intensity, None))
    return found


def _integrated(record: Record, stack: int, bands: Bands) -> float | None:
    """Return the emission of a spectrum per s, over the part of the band that its filters let through."""
    columns, template = _columns(record), bands.templates[bands.corrected.stacks[stack].temperature]
    axis, counts = _named(columns, WAVELENGTHS), _named(columns, COUNTS)
    if axis is None or counts is None or template is None:
        return None
    order = np.argsort(axis)
    axis, counts = axis[order], counts[order]
    low, high = bands.transmitted_nm[stack]
    through = (axis >= low) & (axis <= high)
    inside = through & (axis >= template.extent_nm[0]) & (axis <= template.extent_nm[1])
    outside = through & ~inside
    if not inside.any() or not outside.any():
        return None
    signal = (counts[inside] - np.mean(counts[outside])) * np.gradient(axis)[inside]
    return float(signal.sum() / (record.condition.exposure_s or 1.0))
