"""All corrections of the emission spectra, one after another."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import median_filter

from asplab.core.corrections.darks import Dark, dark_for, mean_darks
from asplab.core.corrections.normalisation import normalisations
from asplab.core.corrections.records import Block, Corrected
from asplab.core.corrections.remarks import dark_problems, repeat_problems
from asplab.core.corrections.sensitivity import response_curve
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Curve
from asplab.core.grouping import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.repeats import additive_variance, replace_cosmic_rays
from asplab.core.settings import CorrectionSettings
from asplab.core.units import FloatArray

_SMOOTHING_PIXELS = 31


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
    scale = normalisations(gathered, settings, problems)
    response = response_curve(gathered, settings, problems)
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
        darks = mean_darks(gathered.darks, axis, settings, first_group=b * (len(gathered.darks) + 1))
        block, replaced[members], groups[members] = _block(
            axis, members, stacks, [scale[k] for k in members], darks, response, n_repeats, settings
        )
        blocks.append(block)
    problems.extend(dark_problems(gathered, groups, settings))
    problems.extend(repeat_problems(gathered.stacks, settings))
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
    darks: dict[float | None, Dark],
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
        dark = dark_for(stack, darks)
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
