"""From raw counts to intensities per second and µW: dark frames, cosmic rays, response, exposure, power."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from asplab.core.errors import AnalysisError
from asplab.core.experiment import Curve, Spectrum
from asplab.core.grouping import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.repeats import additive_variance, replace_cosmic_rays
from asplab.core.settings import CorrectionSettings
from asplab.core.units import FloatArray

_SMOOTHING_PIXELS = 31


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """All stacks that share one wavelength axis.

    Attributes
    ----------
    wavelength_nm : ndarray, shape (n_pixels,)
    stacks : ndarray of int, shape (n_stacks,)
        Indices into `Corrected.stacks`.
    intensity : ndarray, shape (n_stacks, n_pixels, n_repeats)
        Corrected spectra; repeats that a stack does not have are zero.
    mean : ndarray, shape (n_stacks, n_pixels)
        Mean over the repeats.
    variance : ndarray, shape (n_stacks, n_pixels)
        Additive (detection) noise variance of one repeat, drift of the band as a whole removed.
    dark_variance : ndarray, shape (n_stacks, n_pixels)
        Variance of the mean dark frame in the units of ``intensity``; zero where none was subtracted.
    """

    wavelength_nm: FloatArray
    stacks: np.ndarray
    intensity: FloatArray
    mean: FloatArray
    variance: FloatArray
    dark_variance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Corrected spectra of all stacks.

    Attributes
    ----------
    stacks : tuple of Stack
    temperatures_k : ndarray, shape (n_temperatures,)
    blocks : tuple of Block
        One per wavelength axis.
    place : ndarray of int, shape (n_stacks, 2)
        Block and row of each stack.
    present : ndarray of bool, shape (n_stacks, n_repeats)
        Which repeats exist, in the order of `Stack.members`.
    replaced_pixels : ndarray of int, shape (n_stacks,)
        Pixels replaced as cosmic rays.
    dark_group : ndarray of int, shape (n_stacks,)
        Stacks with the same number share one mean dark frame; -1 where none was subtracted.
    """

    stacks: tuple[Stack, ...]
    temperatures_k: FloatArray
    blocks: tuple[Block, ...]
    place: np.ndarray
    present: np.ndarray
    replaced_pixels: np.ndarray
    dark_group: np.ndarray
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Dark:
    mean: FloatArray
    variance_of_mean: FloatArray
    group: int


def correct(gathered: Gathered, settings: CorrectionSettings) -> Corrected:
    """Correct every spectrum in use; nothing is dropped, replaced pixels are counted.

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
    problems: list[Problem] = []
    n_repeats = max((len(stack.members) for stack in gathered.stacks), default=0)
    scale = _normalisations(gathered, settings, problems)
    response = _response(gathered, settings, problems)
    axes: list[tuple[FloatArray, list[int]]] = []
    for k, stack in enumerate(gathered.stacks):
        axis = stack.members[0].wavelength_nm
        for known, members in axes:
            if known is axis or (known.shape == axis.shape and np.allclose(known, axis, rtol=0.0, atol=1e-3)):
                members.append(k)
                break
        else:
            axes.append((axis, [k]))
    place = np.zeros((len(gathered.stacks), 2), dtype=int)
    replaced = np.zeros(len(gathered.stacks), dtype=int)
    groups = np.full(len(gathered.stacks), -1)
    present = np.array([np.arange(n_repeats) < len(s.members) for s in gathered.stacks]).reshape(-1, n_repeats)
    blocks = []
    for b, (axis, members) in enumerate(axes):
        place[members] = np.column_stack([np.full(len(members), b), np.arange(len(members))])
        stacks = [gathered.stacks[k] for k in members]
        darks = _darks(gathered.darks, axis, settings, first_group=b * (len(gathered.darks) + 1))
        block, replaced[members], groups[members] = _block(
            axis, members, stacks, [scale[k] for k in members], darks, response, n_repeats, settings
        )
        blocks.append(block)
    problems.extend(_dark_problems(gathered, groups, settings))
    problems.extend(_repeat_problems(gathered.stacks, settings))
    return Corrected(
        stacks=gathered.stacks,
        temperatures_k=gathered.temperatures_k,
        blocks=tuple(blocks),
        place=place,
        present=present,
        replaced_pixels=replaced,
        dark_group=groups,
        problems=tuple(problems),
    )


def _block(
    axis: FloatArray,
    indices: Sequence[int],
    stacks: Sequence[Stack],
    scales: Sequence[FloatArray],
    darks: dict[float | None, _Dark],
    response: Curve | None,
    n_repeats: int,
    settings: CorrectionSettings,
) -> tuple[Block, np.ndarray, np.ndarray]:
    # Counts per pixel become counts per nm, on one scale for all axes.
    sensitivity = np.gradient(axis)
    if response is not None:
        relative = np.interp(axis, response.wavelength_nm, response.values)
        sensitivity = sensitivity * relative / response.values.max()
    intensity = np.zeros((len(stacks), axis.size, n_repeats))
    mean, variance, dark_variance = (np.zeros((len(stacks), axis.size)) for _ in range(3))
    replaced, groups = np.zeros(len(stacks), dtype=int), np.full(len(stacks), -1)
    for row, (stack, scale) in enumerate(zip(stacks, scales, strict=True)):
        counts = np.array([spectrum.counts for spectrum in stack.members])
        dark = _dark_for(stack, darks)
        if dark is not None:
            counts = counts - dark.mean
            groups[row] = dark.group
        elif response is not None:
            # Without a dark the camera's offset is still in: it must not be divided by the response.
            counts = counts - np.percentile(median_filter(counts, size=(1, _SMOOTHING_PIXELS)), 10, axis=1)[:, None]
        if settings.remove_cosmic_rays:
            counts, replaced[row] = replace_cosmic_rays(counts, threshold=settings.cosmic_threshold)
        values = counts / scale[:, None] / sensitivity
        intensity[row, :, : len(stack.members)] = values.T
        mean[row] = values.mean(axis=0)
        variance[row] = additive_variance(values)
        if dark is not None:
            dark_variance[row] = dark.variance_of_mean * (np.mean(1.0 / scale) / sensitivity) ** 2
    block = Block(axis, np.asarray(indices), intensity, mean, variance, dark_variance)
    return block, replaced, groups


def _normalisations(gathered: Gathered, settings: CorrectionSettings, problems: list[Problem]) -> list[FloatArray]:
    """Return what the counts of each repeat are divided by; exposure and power only where all carry them."""
    stacks = gathered.stacks
    scale = [np.ones(len(stack.members)) for stack in stacks]
    for name, wanted in (
        ("exposure_s", settings.divide_by_exposure),
        ("power_uw", settings.divide_by_power and gathered.has_power),
    ):
        values = [[getattr(s.condition, name) for s in stack.members] for stack in stacks]
        missing = [stack for stack, row in zip(stacks, values, strict=True) if None in row]
        if not wanted or len(missing) == len(stacks):
            continue
        if missing:
            message = (
                f"{name} is missing for {len(missing)} of {len(stacks)} conditions, so no spectrum is divided by it. "
                "Fill the column in the manifest for all, or for none."
            )
            problems.append(Problem("warning", missing[0].members[0].where, message))
            continue
        scale = [s * np.array(row, dtype=float) for s, row in zip(scale, values, strict=True)]
    return scale


def _response(gathered: Gathered, settings: CorrectionSettings, problems: list[Problem]) -> Curve | None:
    curves = [curve for curve in gathered.experiment.curves if curve.kind == "response"]
    if not curves or not settings.divide_by_response:
        return None
    if len(curves) > 1:
        message = (
            f"{len(curves)} response curves are listed; {curves[0].source} is used. Keep one row of kind response."
        )
        problems.append(Problem("warning", curves[1].where, message))
    curve = curves[0]
    for stack in gathered.stacks:
        axis = stack.members[0].wavelength_nm
        if axis[0] < curve.wavelength_nm[0] - 1.0 or axis[-1] > curve.wavelength_nm[-1] + 1.0:
            message = (
                f"the response curve covers {curve.wavelength_nm[0]:.1f}-{curve.wavelength_nm[-1]:.1f} nm, the spectra "
                f"{axis[0]:.1f}-{axis[-1]:.1f} nm; its end values are used beyond. Supply a curve over the whole range."
            )
            problems.append(Problem("warning", curve.where, message))
            break
    return curve


def _darks(
    darks: Sequence[Spectrum], axis: FloatArray, settings: CorrectionSettings, *, first_group: int
) -> dict[float | None, _Dark]:
    """Average the dark frames of each exposure that fit the axis; noise is pooled over the pixels."""
    if not settings.subtract_dark:
        return {}
    frames: dict[float | None, list[FloatArray]] = {}
    for dark in darks:
        if dark.wavelength_nm.shape == axis.shape and np.allclose(dark.wavelength_nm, axis, rtol=0.0, atol=1e-3):
            frames.setdefault(dark.condition.exposure_s, []).append(dark.counts)
    result = {}
    for group, (exposure, counts) in enumerate(frames.items(), start=first_group):
        stack = np.array(counts)
        if len(stack) > 2:
            stack, _ = replace_cosmic_rays(stack, threshold=settings.cosmic_threshold)
        noise = additive_variance(stack)
        variance = np.full(axis.size, float(np.mean(noise)) / len(stack))
        result[exposure] = _Dark(stack.mean(axis=0), variance, group)
    return result


def _dark_for(stack: Stack, darks: dict[float | None, _Dark]) -> _Dark | None:
    """Choose the dark of equal exposure, else one without exposure, else that of the nearest exposure."""
    exposure = stack.members[0].condition.exposure_s
    timed = {known: dark for known, dark in darks.items() if known is not None}
    if exposure is None or not timed:
        return darks.get(None) or next(iter(timed.values()), None)
    closest = min(timed, key=lambda known: abs(np.log(known / exposure)))
    if abs(closest - exposure) <= 1e-3 * exposure or None not in darks:
        return timed[closest]
    return darks[None]


def _dark_problems(gathered: Gathered, groups: np.ndarray, settings: CorrectionSettings) -> list[Problem]:
    if not gathered.darks or not settings.subtract_dark:
        return []
    known = [dark.condition.exposure_s for dark in gathered.darks]
    timed = [exposure for exposure in known if exposure is not None]
    for stack, group in zip(gathered.stacks, groups, strict=True):
        exposure = stack.members[0].condition.exposure_s
        all_timed = exposure is not None and len(timed) == len(known)
        if group >= 0 and not (all_timed and exposure and min(abs(t - exposure) for t in timed) > 1e-3 * exposure):
            continue
        found = "of another exposure is used" if group >= 0 else "fits its wavelength axis, so none is subtracted"
        message = (
            f"{stack.label} was taken with {exposure} s, for which there is no dark frame; a dark {found}. "
            "Its level is taken from the signal-free part all the same. Add dark frames of that exposure."
        )
        return [Problem("warning", stack.members[0].where, message)]
    return []


def _repeat_problems(stacks: Sequence[Stack], settings: CorrectionSettings) -> list[Problem]:
    few = [stack for stack in stacks if len(stack.members) < 3]
    if not few:
        return []
    what = "cosmic rays are not looked for, and " if settings.remove_cosmic_rays else ""
    single = sum(len(stack.members) == 1 for stack in few)
    alone = f", {single} of them one only" if single else ""
    message = (
        f"{len(few)} of {len(stacks)} conditions have fewer than three repeats{alone}: {what}drift "
        "between repeats is taken from the other conditions. Errors of such points are lower limits; measure three."
    )
    return [Problem("warning", few[0].label, message)]
