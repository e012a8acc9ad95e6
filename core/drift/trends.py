"""A trend over the repeats, such as bleaching: found, told, widened for, and corrected on request.

What all excitations of a temperature share cancels in quantum yield and η: emission enters as ratios between
excitations, and so does heat. What a condition has beside it shifts its mean against its first repeat, when the sample
was fresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from asplab.core.drift.fit import Trends, find_trends
from asplab.core.drift.records import DriftTrends, HeatTrends, LightTrends, ReferenceEffect
from asplab.core.drift.reference_lines import BEYOND_SIGMA as BEYOND_SIGMA
from asplab.core.drift.reference_lines import reference_effect, reference_problems
from asplab.core.drift.references import light_timeline, positions_of, reference_trends, timeline_of
from asplab.core.emission.band import Bands
from asplab.core.emission.integration import Background, sums_of_repeats
from asplab.core.emission.running_sums import Cumulative
from asplab.core.energies.stage import Energies, Excitations
from asplab.core.experiment import Record
from asplab.core.grouping.block_scatter import Blocks, level_blocks
from asplab.core.grouping.clock import Timeline
from asplab.core.grouping.layout import Layout
from asplab.core.grouping.stage import Gathered
from asplab.core.photothermal.absorption import Absorbed, photothermal
from asplab.core.problems import Problem
from asplab.core.scans import Scans
from asplab.core.settings import BaselineSettings, DriftSettings, GroupingSettings
from asplab.core.statistics.chance import told_from
from asplab.core.units import FloatArray

DRIFT = "drift"
"""Place of the problems of this module."""
_NAMED = 4
_LEAST = 0.1
"""Part of the first repeat's signal that a line must leave for a repeat to be divided by it."""


def find_light_trends(
    gathered: Gathered,
    bands: Bands,
    cumulative: Cumulative,
    background: Background,
    layout: Layout,
    blocks: Blocks,
    grouping: GroupingSettings,
    settings: DriftSettings,
) -> LightTrends:
    """Find how the emission of each condition changes over its repeats, and what that does to its mean.

    Where it was measured again, trends are those within each time of measuring.
    """
    corrected = bands.corrected
    window = bands.transmitted_nm.copy()
    for k, stack in enumerate(corrected.stacks):
        template = bands.templates[stack.temperature]
        if template is not None:
            window[k] = np.clip(window[k], *template.extent_nm)
    values, noise, _ = sums_of_repeats(bands, cumulative, background, window)
    position, line = np.zeros(values.shape), light_timeline(gathered)
    for k, stack in enumerate(corrected.stacks):
        position[k, : len(stack.members)] = _positions(stack.members, stack.blocks, line)
    index, valid = layout.index, layout.valid
    present = corrected.present[index] & layout.fitted[..., None]
    trends = find_trends(level_blocks(values[index], present, blocks.light), present, noise[index], position[index])
    is_beyond = _beyond(trends.own_sigma)
    correction, added = _effects(trends, is_beyond, settings)
    gain, variance = np.ones(values.shape), np.zeros(len(values))
    gain[index[valid]], variance[index[valid]] = correction[valid], added[valid]
    references = reference_trends(gathered, line, grouping)
    followed = np.any(gain != 1.0, axis=1)
    effect = reference_effect(gathered, line, references, followed, is_divided_by=settings.correct_drift)
    if settings.correct_drift:
        gain = gain / (1.0 + effect.change)[:, None]
    return LightTrends(
        trends=trends,
        is_beyond=is_beyond,
        is_common_beyond=_beyond(trends.common_sigma),
        gain=gain,
        variance=variance,
        together=_together(effect, settings),
        references=references,
        by_reference=effect,
    )


def _together(effect: ReferenceEffect, settings: DriftSettings) -> FloatArray | None:
    """Return the errors that references bring, (n_parts, n_stacks).

    Where each condition is divided by their line, the error of the slope; else the change itself. In both cases what
    the line says beyond the last reference is a guess.
    """
    parts = np.array([effect.error, effect.outside])
    if not settings.correct_drift:
        parts = np.vstack([effect.change, parts]) * settings.widen
    return parts if parts.any() else None


def _positions(records: Sequence[Record], blocks: Sequence[int], line: Timeline) -> FloatArray:
    """Return the place of each record within its block, in steps from the first."""
    if not len(blocks):
        return positions_of(records, line)
    own, result = np.asarray(blocks), np.zeros(len(records))
    for block in np.unique(own):
        chosen = np.flatnonzero(own == block).tolist()
        result[chosen] = positions_of([records[i] for i in chosen], line)
    return result


def _beyond(sigma: FloatArray) -> np.ndarray:
    """Return which of several tests lie beyond three standard deviations, allowing for how many they are."""
    tested = np.isfinite(sigma)
    return np.asarray(tested & (np.nan_to_num(sigma) > told_from(int(tested.sum()))))


def _effects(trends: Trends, is_beyond: np.ndarray, settings: DriftSettings) -> tuple[FloatArray, FloatArray]:
    """Return what repeats are multiplied with, (n_temperatures, n_columns, n_repeats), and the variance of the mean."""
    reach = np.nan_to_num(trends.reach)
    if not settings.correct_drift:
        shift = np.where(is_beyond & settings.widen, np.nan_to_num(trends.own) * reach, 0.0)
        return np.ones(trends.deviation.shape), shift**2
    slope = np.nan_to_num(trends.slope)
    start = 1.0 - slope * reach
    line = 1.0 + slope[:, :, None] * (trends.position - reach[:, :, None])
    is_usable = trends.present & (line > _LEAST * np.abs(start)[:, :, None]) & (start > 0.0)[:, :, None]
    # The line is 1 at the first repeat: a fresh sample is what the others are brought back to.
    gain = np.where(is_usable, start[:, :, None] / np.where(is_usable, line, 1.0), 1.0)
    count = trends.present.sum(axis=2)
    # The line takes one degree of freedom from the scatter that the error of the mean is read from.
    lost = np.where(count > 1, np.nan_to_num(trends.error) ** 2 / np.maximum(count * (count - 1), 1), 0.0)
    told = np.isfinite(trends.own)
    return gain, np.where(told, (np.nan_to_num(trends.own_error) * reach) ** 2 + lost, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredHeat:
    """The photothermal signal as it was measured, trends left in."""

    absorbed: Absorbed


def measure_heat(
    scans: Scans, excitations: Excitations, energies: Energies, layout: Layout, settings: BaselineSettings
) -> MeasuredHeat:
    """Read the photothermal signal at each excitation; see `photothermal`."""
    return MeasuredHeat(photothermal(scans, excitations, energies, layout, settings))


def find_heat_trends(
    measured: MeasuredHeat, scans: Scans, layout: Layout, blocks: Blocks, settings: DriftSettings
) -> HeatTrends:
    """Find how the photothermal signal changes from scan to scan, and what that does to its mean."""
    readings = measured.absorbed.per_scan
    n_scans = max((len(part) for part in readings if part is not None), default=1)
    shape = (*layout.index.shape, n_scans)
    values, position, present = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    line = timeline_of(chain.from_iterable(own.members for own in scans.sets if own is not None))
    for t, (part, scan_set) in enumerate(zip(readings, scans.sets, strict=True)):
        if part is None or scan_set is None:
            continue
        columns = np.flatnonzero(layout.valid[t])
        values[t, columns, : len(part)] = np.nan_to_num(part).T
        present[t, columns, : len(part)] = ~np.isnan(part).T & layout.fitted[t, columns, None]
        own = () if blocks.heat is None else blocks.heat[t, 0].argmax(axis=0)[: len(part)].tolist()
        position[t, :, : len(part)] = _positions(scan_set.members, own, line)
    noise = np.einsum("tii->ti", measured.absorbed.noise)
    trends = find_trends(level_blocks(values, present, blocks.heat), present, noise, position)
    is_beyond = _beyond(trends.own_sigma)
    gain, variance = _effects(trends, is_beyond, settings)
    return HeatTrends(trends, is_beyond, _beyond(trends.common_sigma), gain, variance)


def follow_heat(measured: MeasuredHeat, trends: HeatTrends, layout: Layout) -> Absorbed:
    """Take the trends out of the photothermal signal, or add to its error what they shift."""
    absorbed = measured.absorbed
    if not trends.variance.any() and np.all(trends.gain == 1.0):
        return absorbed
    mean, per_scan = absorbed.mean.copy(), list(absorbed.per_scan)
    for t, part in enumerate(absorbed.per_scan):
        if part is not None:
            columns = np.flatnonzero(layout.valid[t])
            followed = part * trends.gain[t, columns, : len(part)].T
            per_scan[t], mean[layout.index[t, columns]] = followed, followed.mean(axis=0)
    added = np.zeros_like(absorbed.shared)
    size = np.nan_to_num(mean)[layout.index] * layout.valid
    np.einsum("tii->ti", added)[...] = trends.variance * size**2
    return replace(
        absorbed,
        per_scan=tuple(per_scan),
        mean=mean,
        shared=absorbed.shared + added,
        lasting=absorbed.lasting + added,
    )


def check_drift(
    gathered: Gathered, layout: Layout, light: LightTrends, heat: HeatTrends, settings: DriftSettings
) -> DriftTrends:
    """Say which trends matter, and which cancel."""
    problems = [
        *_own_problems(gathered, layout, "emission", light.trends, light.is_beyond, settings),
        *_own_problems(gathered, layout, "photothermal signal", heat.trends, heat.is_beyond, settings),
        *reference_problems(gathered, light_timeline(gathered), light.references, light.by_reference, settings),
        *_common_problems(gathered, light, heat),
    ]
    return DriftTrends(light, heat, tuple(problems))


def _own_problems(
    gathered: Gathered, layout: Layout, what: str, trends: Trends, is_beyond: np.ndarray, settings: DriftSettings
) -> list[Problem]:
    found = sorted(np.argwhere(is_beyond).tolist(), key=lambda place: -float(trends.own_sigma[*place]))
    if not found:
        return []
    parts = []
    for t, c in found[:_NAMED]:
        size = f"{100 * trends.own[t, c]:+.2g} ± {100 * trends.own_error[t, c]:.1g} % per repeat"
        parts.append(f"{gathered.stacks[layout.index[t, c]].label} ({size})")
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    tested = int(np.isfinite(trends.own_sigma).sum())
    effect = "is in their errors" if settings.widen else "is in no error, since that is switched off"
    remedy = "Correct drift (a setting), or measure on a fresh spot."
    if settings.correct_drift:
        effect, remedy = "is corrected", "Look whether the trend is a straight line."
    message = (
        f"the {what} of {len(found)} of {tested} conditions changes over the repeats beyond {BEYOND_SIGMA:.0f}σ, "
        f"beside what all excitations of its temperature share: {'; '.join(parts)}{more}. "
        "It may be bleaching, brightening or a spot that moves. "
        f"What this takes from the first repeat to the mean {effect}. {remedy}"
    )
    return [Problem("warning", DRIFT, message)]


def _common_problems(gathered: Gathered, light: LightTrends, heat: HeatTrends) -> list[Problem]:
    """Tell trends that cancel, as something worth knowing."""
    found = np.flatnonzero(light.is_common_beyond | heat.is_common_beyond).tolist()
    if not found:
        return []
    parts = []
    for t in found[:_NAMED]:
        slopes = [
            f"{100 * part.trends.common[t]:+.2g} ± {100 * part.trends.common_error[t]:.1g} %" for part in (light, heat)
        ]
        parts.append(f"{gathered.temperatures_k[t]:.0f} K ({slopes[0]} and {slopes[1]})")
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    message = (
        "emission and photothermal signal change per repeat, for all excitations of a temperature alike: "
        f"{'; '.join(parts)}{more}. This cancels in quantum yield and η."
    )
    return [Problem("info", DRIFT, message)]
