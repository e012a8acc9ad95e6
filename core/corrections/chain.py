"""All corrections of the emission spectra, one after another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import median_filter

from asplab.core.corrections.axes import Axes
from asplab.core.corrections.filters import FilterCurve, Filters
from asplab.core.corrections.frames import Frames, same_axis
from asplab.core.corrections.gain import Gain, gain_in_use, gain_problems, neutral_od
from asplab.core.corrections.inner_filter import inner_filter
from asplab.core.corrections.matching import finder
from asplab.core.corrections.normalisation import normalisations
from asplab.core.corrections.records import Block, Corrected, Treatment
from asplab.core.corrections.remarks import dark_problems, frame_problems, repeat_problems
from asplab.core.corrections.saturation import Saturated
from asplab.core.corrections.sensitivity import relative_response, response_curve
from asplab.core.corrections.shares import lit_blanks
from asplab.core.corrections.subtraction import Part, Shelf, Subtraction, subtraction
from asplab.core.corrections.summed import summed_problems
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Condition, Curve
from asplab.core.grouping.repeats import additive_variance, replace_cosmic_rays
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import CorrectionSettings, GroupingSettings
from asplab.core.units import FloatArray

_SMOOTHING_PIXELS = 31


@dataclass(frozen=True, slots=True, eq=False)
class _Means:
    """Mean frames, which factors are undone, the response and the filters that counts are divided by, settings."""

    frames: Frames
    gain: Gain
    response: Curve | None
    filters: tuple[FilterCurve | None, ...]
    settings: CorrectionSettings
    tolerances: GroupingSettings


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is done to one stack, apart from cosmic rays and curves.

    ``weights`` (n_repeats, n_frames) is how often each mean frame is subtracted, ``first`` the choice for the first
    repeat, ``scale`` (n_repeats,) what the counts are divided by; its factors follow.
    """

    stack: Stack
    filter: FilterCurve | None
    weights: FloatArray
    first: Subtraction
    scale: FloatArray
    exposure_s: FloatArray
    power_uw: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Cleaned:
    """One stack as counts/nm: ``values`` (n_repeats, n_pixels), and what was replaced, (n_replaced, 2)."""

    values: FloatArray
    replaced: np.ndarray
    offset_guessed: bool


def correct(
    gathered: Gathered,
    axes: Axes,
    frames: Frames,
    filters: Filters,
    saturated: Saturated,
    settings: CorrectionSettings,
    tolerances: GroupingSettings,
) -> Corrected:
    """Correct every spectrum in use, on the axis as lamps correct it; what is left out is told, pixels are counted.

    Returns
    -------
    Corrected
        In counts/nm, divided by s and by µW as far as all spectra carry exposure and power.

    Raises
    ------
    AnalysisError
        When there is no emission spectrum in use.
    """
    if not gathered.stacks:
        raise AnalysisError(
            f"{gathered.experiment.name}: no emission spectrum is in use, so there is nothing to integrate. "
            "List files of kind pl and aspl in manifest.csv, or bring excluded ones back."
        )
    problems = [*filters.problems, *saturated.problems]
    stacks = tuple(saturated.applied(k, stack) for k, stack in enumerate(gathered.stacks))
    used = replace(gathered, stacks=stacks)
    means = _means(used, frames, filters, settings, tolerances, problems)
    groups = _axes(stacks)
    plans = _plans(used, groups, means, problems)
    blocks, treated = _blocks(axes, groups, plans, means)
    inner = inner_filter(used, blocks, settings, problems)
    choices = [plans[k].first for k in range(len(stacks))]
    problems.extend(_remarks(stacks, choices, frames, settings))
    return Corrected(
        stacks=stacks,
        temperatures_k=gathered.temperatures_k,
        blocks=tuple(_scaled(block, inner.factor) for block in blocks),
        place=_places(groups, len(stacks)),
        present=np.array([np.arange(_n_repeats(stacks)) < len(stack.members) for stack in stacks]),
        replaced_pixels=np.array([len(treated[k].replaced) for k in range(len(stacks))]),
        dark_group=np.array([next(iter(choice.dark.weights), -1) for choice in choices]),
        frame_noise=np.array([_frame_noise(plans[k], frames) for k in range(len(stacks))]),
        neutral_od=neutral_od(stacks),
        inner_filter=inner.possible / inner.factor,
        treatments=tuple(
            replace(treated[k], **_left_out(stack, saturated, k), **inner.of(k))
            for k, stack in enumerate(gathered.stacks)
        ),
        problems=tuple(problems),
    )


def _means(
    gathered: Gathered,
    frames: Frames,
    filters: Filters,
    settings: CorrectionSettings,
    tolerances: GroupingSettings,
    problems: list[Problem],
) -> _Means:
    stacks = gathered.stacks
    return _Means(
        frames,
        gain_in_use(stacks, settings),
        response_curve(gathered, settings, problems),
        filters.curves if filters.divides else (None,) * len(stacks),
        settings,
        tolerances,
    )


def _remarks(
    stacks: Sequence[Stack], choices: Sequence[Subtraction], frames: Frames, settings: CorrectionSettings
) -> Iterator[Problem]:
    """Yield what is doubtful about the corrected spectra as a whole."""
    yield from gain_problems(stacks, settings)
    yield from dark_problems(stacks, choices, frames)
    yield from summed_problems(stacks, choices, frames)
    yield from frame_problems(stacks, choices, frames)
    yield from repeat_problems(stacks, settings)


def _n_repeats(stacks: Sequence[Stack]) -> int:
    return max(len(stack.members) for stack in stacks)


def _places(axes: Sequence[tuple[FloatArray, list[int]]], n_stacks: int) -> np.ndarray:
    """Return block and row of each stack, (n_stacks, 2)."""
    place = np.zeros((n_stacks, 2), dtype=int)
    for b, (_, members) in enumerate(axes):
        place[members] = np.column_stack([np.full(len(members), b), np.arange(len(members))])
    return place


def _axes(stacks: Sequence[Stack]) -> list[tuple[FloatArray, list[int]]]:
    """Return the different wavelength axes, each with the stacks on it."""
    axes: list[tuple[FloatArray, list[int]]] = []
    for k, stack in enumerate(stacks):
        axis = stack.members[0].wavelength_nm
        for known, members in axes:
            if same_axis(known, axis):
                members.append(k)
                break
        else:
            axes.append((axis, [k]))
    return axes


def _plans(
    gathered: Gathered, axes: Sequence[tuple[FloatArray, list[int]]], means: _Means, problems: list[Problem]
) -> dict[int, _Plan]:
    """Decide for each stack what is subtracted from its counts and what they are divided by."""
    stacks = gathered.stacks
    divisors = normalisations(stacks, means.settings, problems, has_power=gathered.has_power)
    plans = {}
    shelves = [_shelf(axis, means) for axis, _ in axes]
    lit = lit_blanks(shelves, means.frames, means.gain, problems)
    for shelf, (_, members) in zip(shelves, axes, strict=True):
        for k in members:
            weights, first = _choose(stacks[k], replace(shelf, lit=lit), means)
            exposure_s, power_uw = divisors.exposure_s[k], divisors.power_uw[k]
            light = np.array([means.gain.light(member.condition) for member in stacks[k].members])
            plans[k] = _Plan(
                stacks[k], means.filters[k], weights, first, exposure_s * power_uw / light, exposure_s, power_uw
            )
    return plans


def _shelf(axis: FloatArray, means: _Means) -> Shelf:
    darks, backgrounds, blanks = (means.frames.of(kind, axis) for kind in ("dark", "background", "emission_blank"))
    background, blank = (finder(frames, means.gain, means.tolerances) for frames in (backgrounds, blanks))
    return Shelf(tuple(darks), tuple(blanks), background, blank)


def _choose(stack: Stack, shelf: Shelf, means: _Means) -> tuple[FloatArray, Subtraction]:
    """Return the weights of the mean frames for each repeat, and the choice for the first."""
    weights = np.zeros((len(stack.members), len(means.frames.items)))
    has_blanks = any(frame.kind == "emission_blank" for frame in means.frames.items)
    known: dict[Condition, Subtraction] = {}
    for r, member in enumerate(stack.members):
        condition = _essential(stack, member.condition, with_power=has_blanks)
        if condition not in known:
            known[condition] = subtraction(condition, shelf, means.gain)
        for number, weight in known[condition].total.items():
            weights[r, number] = weight
    return weights, next(iter(known.values()))


def _essential(stack: Stack, condition: Condition, *, with_power: bool) -> Condition:
    """Return what the choice of frames depends on; repeats share the temperature and wavelengths of their stack."""
    return Condition(
        temperature_k=stack.temperature_k,
        excitation_nm=stack.excitation_nm,
        longpass_nm=stack.longpass_nm,
        shortpass_nm=stack.shortpass_nm,
        power_uw=condition.power_uw if with_power else None,
        exposure_s=condition.exposure_s,
        sample=condition.sample,
        nd_od=condition.nd_od,
        em_gain=condition.em_gain,
        accumulations=condition.accumulations,
        probe_mw=condition.probe_mw,
        path=condition.path,
    )


def _blocks(
    axes: Axes, groups: Sequence[tuple[FloatArray, list[int]]], plans: Mapping[int, _Plan], means: _Means
) -> tuple[list[Block], dict[int, Treatment]]:
    """Return one block for each axis, on the axis as lamps correct it, and what was done to each stack."""
    n_repeats = _n_repeats([plan.stack for plan in plans.values()])
    blocks: list[Block] = []
    treated: dict[int, Treatment] = {}
    for _, members in groups:
        block, own = _block(axes.of[members[0]], members, [plans[k] for k in members], means, n_repeats)
        treated.update(zip(members, own, strict=True))
        blocks.append(block)
    return blocks, treated


def _block(
    axis: FloatArray, indices: Sequence[int], plans: Sequence[_Plan], means: _Means, n_repeats: int
) -> tuple[Block, list[Treatment]]:
    # Counts per pixel become counts per nm, on one scale for all axes.
    detector = np.gradient(axis) * relative_response(axis, means.response)
    intensity = np.zeros((len(plans), axis.size, n_repeats))
    mean, variance, dark_variance = (np.zeros((len(plans), axis.size)) for _ in range(3))
    treatments = []
    for row, plan in enumerate(plans):
        cleaned = _clean(plan, detector if plan.filter is None else detector * plan.filter.transmission, means)
        intensity[row, :, : len(cleaned.values)] = cleaned.values.T
        mean[row] = cleaned.values.mean(axis=0)
        variance[row] = additive_variance(cleaned.values)
        # A filter is flat where it transmits: on one axis the noise of frames stays one function times a factor.
        flat = 1.0 if plan.filter is None else plan.filter.mean
        dark_variance[row] = np.sum(_frame_noise(plan, means.frames) ** 2) / (flat * detector) ** 2
        treatments.append(_treatment(plan, cleaned, means))
    return Block(axis, np.asarray(indices), intensity, mean, variance, dark_variance), treatments


def _clean(plan: _Plan, sensitivity: FloatArray, means: _Means) -> _Cleaned:
    """Subtract frames, replace cosmic rays, divide by all that multiplied the light."""
    counts = np.array([spectrum.counts for spectrum in plan.stack.members])
    used = np.flatnonzero(plan.weights.any(axis=0))
    if used.size:
        counts = counts - plan.weights[:, used] @ np.array([means.frames.items[i].counts for i in used])
    guesses = (means.response is not None or plan.filter is not None) and not plan.first.takes_offset
    if guesses:
        # Without a dark the camera's offset is still in: it must not be divided by a curve.
        counts = counts - np.percentile(median_filter(counts, size=(1, _SMOOTHING_PIXELS)), 10, axis=1)[:, None]
    replaced = np.zeros((0, 2), dtype=int)
    if means.settings.remove_cosmic_rays:
        kept = counts
        counts, number = replace_cosmic_rays(counts, threshold=means.settings.cosmic_threshold)
        replaced = np.argwhere(counts != kept) if number else replaced
    return _Cleaned(counts / plan.scale[:, None] / sensitivity, replaced, guesses)


def _frame_noise(plan: _Plan, frames: Frames) -> FloatArray:
    """Return the standard deviation that each mean frame leaves in the mean of a stack, (n_frames,), with its sign."""
    errors = np.array([frame.error for frame in frames.items])
    found: FloatArray = np.mean(plan.weights / plan.scale[:, None], axis=0) * errors
    return found


def _treatment(plan: _Plan, cleaned: _Cleaned, means: _Means) -> Treatment:
    members, first, gain = plan.stack.members, plan.first, means.gain
    conditions = [member.condition for member in members]
    return Treatment(
        darks=_sources(first.dark, "dark", means.frames),
        backgrounds=_sources(first.background, "background", means.frames),
        blanks=_sources(first.blank, "emission_blank", means.frames),
        dark_counts=_counts(first.dark, means.frames),
        background_counts=_counts(first.background, means.frames),
        blank_counts=_counts(first.blank, means.frames),
        dark_fit=first.dark_fit,
        offset_guessed=cleaned.offset_guessed,
        neutral_factor=np.array([gain.neutral_factor(condition) for condition in conditions]),
        em_gain=np.array([gain.electron_gain(condition) for condition in conditions]),
        accumulations=np.array([gain.exposures(condition) for condition in conditions]),
        exposure_s=plan.exposure_s,
        power_uw=plan.power_uw,
        filters=() if plan.filter is None else plan.filter.sources,
        response="" if means.response is None else means.response.source,
        inner_filter=1.0,
        absorption="",
        left_out=(),
        saturated=(),
        replaced=cleaned.replaced,
    )


def _left_out(stack: Stack, saturated: Saturated, k: int) -> dict[str, Any]:
    """Return what a treatment says of saturated repeats."""
    own = tuple(stack.members[r].source for r in saturated.of(k))
    stays = not saturated.leaves_out or len(own) == len(stack.members)
    return {"left_out": () if stays else own, "saturated": own if stays else ()}


def _scaled(block: Block, factor: FloatArray) -> Block:
    """Return a block with every stack multiplied by its factor (n_stacks,)."""
    own = factor[block.stacks]
    if np.all(own == 1.0):
        return block
    return replace(
        block,
        intensity=block.intensity * own[:, None, None],
        mean=block.mean * own[:, None],
        variance=block.variance * own[:, None] ** 2,
        dark_variance=block.dark_variance * own[:, None] ** 2,
    )


def _sources(part: Part, kind: str, frames: Frames) -> tuple[str, ...]:
    used = [frames.items[number] for number in part.weights]
    return tuple(source for frame in used if frame.kind == kind for source in frame.sources)


def _counts(part: Part, frames: Frames) -> FloatArray | None:
    """Return what a part takes from the counts of the first repeat, (n_pixels,); None where it is empty."""
    if not part.weights:
        return None
    found: FloatArray = sum((w * frames.items[n].counts for n, w in part.weights.items()), np.zeros(1))
    return found
