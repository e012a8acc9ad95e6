"""Conditions that were measured again: which records make up a block, and which blocks are used."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

import numpy as np

from asplab.core.counting import counted
from asplab.core.experiment import Record, Scan, Spectrum
from asplab.core.grouping.clock import Timeline
from asplab.core.grouping.repeats import additive_variance
from asplab.core.problems import Problem, join_places
from asplab.core.settings import GroupingSettings
from asplab.core.units import FloatArray

R = TypeVar("R", bound=Record)

_HOUR_S = 3600.0
_LASER_NM = 10.0
_NAMED = 4
_SAME_RANGE = 0.8
"""Part of the range of two scans that they must share to be measurements of the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen(Generic[R]):
    """What is used of a condition.

    Attributes
    ----------
    groups : tuple of tuple of R
        Records that are used together, each group by itself; one group, but for blocks that can't be averaged.
    blocks : tuple of tuple of int
        Number of the block of each of them, by age.
    set_aside : tuple of R
        Records of blocks that are not used.
    n_blocks : int
        How often the condition was measured.
    """

    groups: tuple[tuple[R, ...], ...]
    blocks: tuple[tuple[int, ...], ...]
    set_aside: tuple[R, ...]
    n_blocks: int

    @property
    def is_remeasured(self) -> bool:
        """Whether there was more than one block."""
        return self.n_blocks > 1


def split_blocks(records: Sequence[R], line: Timeline, settings: GroupingSettings) -> list[list[R]]:
    """Split the records of one condition into the times that it was measured, the oldest first.

    Another ``series`` is another block; so is a second round of the same repeat numbers, and what follows a pause
    longer than ``remeasured_after_h`` by the time stamps. Without time stamps the order of the records is that of age.

    Parameters
    ----------
    line : Timeline
        That of all records of the run; where they can't be compared, those of the condition still may be.
    """
    if line.form is None:
        line = Timeline.of(record.condition.time for record in records)
    by_series: dict[str, list[R]] = {}
    for record in records:
        by_series.setdefault(record.condition.series, []).append(record)
    rounds = chain.from_iterable(_rounds(members) for members in by_series.values())
    blocks = list(chain.from_iterable(_sittings(members, line, settings.remeasured_after_h) for members in rounds))
    ages = [found for block in blocks if (found := _times(block, line)) is not None]
    # Times of day don't tell which of two series came first: they may be those of two days.
    if len(blocks) > 1 and len(ages) == len(blocks) and line.form != "clock":
        blocks = [blocks[i] for i in np.argsort([float(found.min()) for found in ages], kind="stable")]
    return blocks


def _rounds(records: list[R]) -> list[list[R]]:
    """Split where the numbers of the repeats begin again; a number that occurs twice alone begins nothing."""
    numbers = [record.condition.repeat for record in records]
    if None in numbers or sum(count > 1 for count in Counter(numbers).values()) < 2:
        return [records]
    seen: Counter[int | None] = Counter()
    rounds: dict[int, list[R]] = {}
    for record, number in zip(records, numbers, strict=True):
        rounds.setdefault(seen[number], []).append(record)
        seen[number] += 1
    return list(rounds.values())


def _sittings(records: list[R], line: Timeline, pause_h: float) -> list[list[R]]:
    """Split at long pauses between the time stamps."""
    times = _times(records, line)
    if times is None or len(records) < 2:
        return [records]
    order = np.argsort(times, kind="stable")
    cuts = np.flatnonzero(np.diff(times[order]) > _HOUR_S * pause_h) + 1
    # The order of the records within a block stays.
    return [[records[i] for i in sorted(part)] for part in np.split(order, cuts)]


def _times(records: Sequence[Record], line: Timeline) -> FloatArray | None:
    return line.seconds([record.condition.time for record in records])


def choose(
    blocks: Sequence[Sequence[R]],
    settings: GroupingSettings,
    *,
    alike: Callable[[R, R], bool],
    noise: Callable[[Sequence[R]], float],
) -> Chosen[R]:
    """Choose among the blocks of a condition, the oldest first; empty ones are those that the user excluded.

    Parameters
    ----------
    alike : callable
        Whether records of two blocks can be averaged.
    noise : callable
        Relative noise of the mean of a block.
    """
    there = [(b, tuple(block)) for b, block in enumerate(blocks) if block]
    used = there
    if len(there) > 1 and settings.remeasured == "latest":
        used = there[-1:]
    elif len(there) > 1 and settings.remeasured == "best":
        used = [min(there, key=lambda item: noise(item[1]))]
    groups: list[list[tuple[int, tuple[R, ...]]]] = []
    for item in used:
        home = next((group for group in groups if alike(group[0][1][0], item[1][0])), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    kept = {b for b, _ in used}
    return Chosen(
        groups=tuple(tuple(chain.from_iterable(block for _, block in group)) for group in groups),
        blocks=tuple(tuple(b for b, block in group for _ in block) for group in groups),
        set_aside=tuple(chain.from_iterable(block for b, block in there if b not in kept)),
        n_blocks=len(there),
    )


def is_same_axis(axis: FloatArray, other: FloatArray) -> bool:
    """Whether two wavelength axes are the same within 0.001 nm at every pixel."""
    return axis is other or (axis.shape == other.shape and bool(np.abs(axis - other).max(initial=0.0) <= 1e-3))


def averages_with(one: Spectrum, other: Spectrum) -> bool:
    """Whether two spectra can be repeats of one mean: same axis, exposure, gain, filters and path."""
    a, b = one.condition, other.condition
    names = ("exposure_s", "nd_od", "em_gain", "accumulations", "path")
    return is_same_axis(one.wavelength_nm, other.wavelength_nm) and all(
        getattr(a, name) == getattr(b, name) for name in names
    )


def covers_alike(one: Scan, other: Scan) -> bool:
    """Whether two scans cover the same range, and not two parts of one."""
    a, b = one.excitation_nm, other.excitation_nm
    shared = min(a[-1], b[-1]) - max(a[0], b[0])
    return bool(shared >= _SAME_RANGE * (max(a[-1], b[-1]) - min(a[0], b[0])))


def spectrum_noise(spectra: Sequence[Spectrum]) -> float:
    """Return the relative noise of the mean of repeats: of their sum over what is transmitted, away from the laser."""
    axis = spectra[0].wavelength_nm
    counts = np.array([np.interp(axis, s.wavelength_nm, s.counts) for s in spectra])
    condition = spectra[0].condition
    use = np.abs(axis - (condition.excitation_nm or 0.0)) > _LASER_NM
    if condition.longpass_nm is not None:
        use &= axis > condition.longpass_nm
    if condition.shortpass_nm is not None:
        use &= axis < condition.shortpass_nm
    if not use.any():
        return float("inf")
    excess = counts - np.percentile(counts, 10, axis=1, keepdims=True)
    return _relative(excess[:, use].sum(axis=1), float(additive_variance(counts)[use].sum()))


def scan_noise(scans: Sequence[Scan]) -> float:
    """Return the relative noise of the mean of scans: of their sum over the whole range."""
    axis = scans[0].excitation_nm
    volts = np.array([np.interp(axis, s.excitation_nm, s.lockin_x_v) for s in scans])
    return _relative(volts.sum(axis=1), float(additive_variance(volts).sum()))


def _relative(sums: FloatArray, detection: float) -> float:
    """Return the relative error of the mean of sums from their scatter, at least that of detection."""
    scatter = float(np.var(sums, ddof=1)) if sums.size > 1 else 0.0
    mean = abs(float(sums.mean()))
    return float(np.sqrt(max(scatter, detection) / sums.size)) / mean if mean > 0 else float("inf")


_USED = {
    "mean": "the mean of all is used, and what they differ by more than their repeats is in the errors",
    "latest": "the latest is used, the others are set aside",
    "best": "the one with the smallest relative noise is used, the others are set aside",
}


def remeasured_problem(places: Sequence[str], counts: Sequence[int], settings: GroupingSettings) -> Problem:
    """Tell once which conditions were measured more than once, how often, and what is used of them."""
    often = f"{min(counts)} to {max(counts)}" if min(counts) != max(counts) else f"{counts[0]}"
    message = (
        f"measured {often} times (another series, the same repeat numbers again, or a pause of more than "
        f"{settings.remeasured_after_h:g} h): {_USED[settings.remeasured]}. Change it under Measured again."
    )
    return Problem("info", _named(places), message)


def _named(places: Sequence[str]) -> str:
    """Name a few conditions one by one, many by their temperatures."""
    return "; ".join(places) if len(places) <= _NAMED else join_places(places)


def apart_problem(places: Sequence[str]) -> Problem:
    """Tell which blocks can't be averaged, so that they stay apart."""
    message = (
        f"{counted(len(places), 'condition')} measured again on another axis, exposure, gain, filter or path: the "
        "blocks are not averaged but stay apart, as independent points. Choose the latest or the best under Measured "
        "again to use one alone."
    )
    return Problem("info", _named(places), message)
