"""Band intensities between sub-pixel edges, from prefix sums, with everything that blurs them.

The fast path covers window sums over a constant background; every other choice goes through explicit weights
per pixel. Both are linear functionals of the spectra, so their noise follows exactly.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.drift.records import LightTrends
from asplab.core.emission.band import Bands, Template
from asplab.core.emission.pixel_weights import pixel_weights, seen_by_weights, weighted_sums
from asplab.core.emission.prefix_sums import Prefix, prefix, range_weights
from asplab.core.emission.running_sums import Cumulative, Running
from asplab.core.grouping.layout import Layout
from asplab.core.problems import Problem
from asplab.core.settings import IntegrationSettings
from asplab.core.shape.moved import MovedShapes, relative_variance, resting_edges
from asplab.core.units import FloatArray

_ALL_SEEN = 0.98
"""Part of a band that is seen, below which it is told that the rest is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class ShapePrefix:
    """Running integrals of the band shapes of the ``temperatures`` on one axis, and of their variance densities."""

    temperatures: np.ndarray
    sums: Prefix


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """The constant background of each spectrum and where its noise lies.

    Attributes
    ----------
    level : ndarray, shape (n_stacks, n_repeats)
        Mean over the background regions, per nm.
    length_nm : ndarray, shape (n_stacks,)
        Total length of the regions; infinite where none is subtracted.
    noise : ndarray, shape (n_stacks,)
        Detection-noise variance of the sum of one repeat over the regions.
    with_noise : Running
        Its integral over a window is the covariance of the sums over window and regions.
    dark_edges : ndarray, shape (n_temperatures, n_columns, n_regions, 2)
        Running integrals of the dark's noise at the ends of the regions, in units of ``dark_total``.
    dark_total : ndarray, shape (n_stacks,)
        Integral of the dark's noise density over the whole axis; one where there is no dark.
    dark_overlap : ndarray, shape (n_temperatures, n_columns, n_columns)
        How much the background regions of two stacks share, in the measure of ``dark_edges``.
    dark_size : ndarray, same shape, or None where no dark was subtracted
        Product of the dark noise of two stacks, times the correlation of what the mean frames leave in both.
    shapes : tuple of ShapePrefix
        Running integrals of the band shapes, one entry per wavelength axis.
    """

    level: FloatArray
    length_nm: FloatArray
    noise: FloatArray
    with_noise: Running
    dark_edges: FloatArray
    dark_total: FloatArray
    dark_overlap: FloatArray
    dark_size: FloatArray | None
    shapes: tuple[ShapePrefix, ...]


def read_background(bands: Bands, cumulative: Cumulative, layout: Layout) -> Background:
    """Read the background of every repeat between its transmitted, signal-free edges."""
    corrected, regions = bands.corrected, bands.background_nm
    ends = cumulative.sums.at(regions)
    length = np.sum(regions[:, :, 1] - regions[:, :, 0], axis=1)
    used = (length > 0) & (bands.settings.baseline != "none")
    total = np.sum(ends[:, :, 1, :-1] - ends[:, :, 0, :-1], axis=1)
    level = np.where(used[:, None], total / np.where(used, length, 1.0)[:, None], 0.0)
    last = np.array([corrected.blocks[b].wavelength_nm[-1] for b in corrected.place[:, 0]])
    dark_total = cumulative.sums.at(last)[:, -1]
    has_dark = dark_total > 0
    noise, with_noise = _noise_of_regions(corrected, regions)
    dark_measure = np.where(has_dark, dark_total, 1.0)
    table = (ends[..., -1] / dark_measure[:, None, None])[layout.index]
    low, high = table[..., 0], table[..., 1]
    own = _overlap(low[:, :, None, :, None], high[:, :, None, :, None], low[:, None, :, None], high[:, None, :, None])
    size = np.where(layout.valid, np.sqrt(dark_total)[layout.index], 0.0)
    common = corrected.frame_correlation[layout.index[:, :, None], layout.index[:, None, :]]
    dark_size = size[:, :, None] * size[:, None, :] * common
    return Background(
        level=level,
        length_nm=np.where(used, length, np.inf),
        noise=noise,
        with_noise=with_noise,
        dark_edges=table,
        dark_total=dark_measure,
        dark_overlap=own.sum(axis=(3, 4)),
        dark_size=dark_size if dark_size.any() else None,
        shapes=tuple(_shape_prefixes(bands.templates)),
    )


def _noise_of_regions(corrected: Corrected, regions: FloatArray) -> tuple[FloatArray, Running]:
    """Return the noise variance of sums over regions (n_stacks, n_regions, 2), and what windows share with it."""
    variance, blocks = np.empty(len(regions)), []
    for b, block in enumerate(corrected.blocks):
        members = np.flatnonzero(corrected.place[:, 0] == b)
        rows = corrected.place[members, 1]
        weights = range_weights(block.wavelength_nm, regions[members]).sum(axis=1)
        weighted = np.zeros_like(block.variance)
        weighted[rows] = weights * block.variance[rows]
        variance[members] = np.einsum("kp,kp->k", weights, weighted[rows])
        blocks.append(prefix(block.wavelength_nm, weighted))
    return variance, Running(tuple(blocks), corrected.place)


def _shape_prefixes(templates: tuple[Template | None, ...]) -> list[ShapePrefix]:
    groups: list[list[tuple[int, Template]]] = []
    for t, template in enumerate(templates):
        if template is None:
            continue
        for group in groups:
            if group[0][1].wavelength_nm is template.wavelength_nm:
                group.append((t, template))
                break
        else:
            groups.append([(t, template)])
    result = []
    for group in groups:
        axis = group[0][1].wavelength_nm
        values = np.array([template.values for _, template in group])
        density = np.array([template.variance for _, template in group]) * np.gradient(axis)
        places = np.array([t for t, _ in group])
        result.append(ShapePrefix(places, prefix(axis, np.stack([values, density], axis=-1))))
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """Band intensities of all stacks.

    Attributes
    ----------
    per_repeat : ndarray, shape (n_stacks, n_repeats)
        Background-subtracted intensity of the part that is seen, of each repeat; zero where absent.
    noise_variance : ndarray, shape (n_stacks,)
        Detection-noise variance of one repeat of ``per_repeat``.
    mean : ndarray, shape (n_stacks,)
        Mean over repeats, corrected for the hidden part of the band; NaN where nothing can be integrated.
    truncation : ndarray, shape (n_stacks,)
        Fraction of the band in the window that the filters let through, 0 to 1.
    factor : ndarray, shape (n_stacks,)
        What ``per_repeat`` is multiplied with: 1 / truncation, or 1 when the correction is off.
    shared : ndarray, shape (n_temperatures, n_columns, n_columns)
        Covariance of ``mean`` that repeats do not show: mean dark frame, band shape, what a trend shifts.
    window_nm : ndarray, shape (n_stacks, 2)
        Edges of the integration of each stack.
    trend_variance : ndarray, shape (n_stacks,)
        Part of ``shared`` that each condition has from its own trend over the repeats.
    """

    per_repeat: FloatArray
    noise_variance: FloatArray
    mean: FloatArray
    truncation: FloatArray
    factor: FloatArray
    shared: FloatArray
    window_nm: FloatArray
    trend_variance: FloatArray
    problems: tuple[Problem, ...] = ()


def integrate(
    bands: Bands,
    cumulative: Cumulative,
    background: Background,
    layout: Layout,
    moved: MovedShapes,
    trends: LightTrends,
    settings: IntegrationSettings,
) -> Emission:
    """Integrate every spectrum over the window where its filters transmit.

    The part of the band that a cutoff hides is supplied from the band's shape at the same temperature
    (`Template`), with the error of that shape; from the moved one where a shape was found ``moved``.
    """
    corrected = bands.corrected
    window = np.minimum(np.maximum(bands.transmitted_nm, settings.window_nm[0]), settings.window_nm[1])
    if settings.estimator == "window" and bands.settings.baseline != "line":
        per_repeat, noise, dark = _window_sums(bands, cumulative, background, layout, window)
        seen, relative = _seen_by_window(background, layout, window, settings)
    else:
        weights = pixel_weights(bands, window, settings)
        per_repeat, noise, dark = weighted_sums(corrected, layout, weights)
        seen, relative = seen_by_weights(bands, layout, weights, settings)
    per_repeat = per_repeat * trends.gain
    moved_variance = np.zeros(len(seen))
    if moved.shapes and settings.correct_truncation and settings.follow_shape:
        seen, moved_variance = _seen_of_moved(bands, background, moved, window, seen, settings)
    lost = ~((window[:, 1] > window[:, 0]) & (seen > 0))
    correction = 1.0 / np.where(lost, np.nan, seen)
    factor = correction if settings.correct_truncation else np.ones(len(seen))
    mean = np.where(lost, np.nan, per_repeat.sum(axis=1) / corrected.present.sum(axis=1) * factor)
    usable = layout.valid & ~lost[layout.index]
    gain = np.where(usable, factor[layout.index], 0.0)
    shared = dark * (gain[:, :, None] * gain[:, None, :])
    if settings.correct_truncation:
        columns = np.where(usable, mean[layout.index], 0.0)
        shared += np.where(usable[:, :, None] & usable[:, None, :], relative, 0.0) * (
            columns[:, :, None] * columns[:, None, :]
        )
    trend = trends.variance * np.nan_to_num(mean) ** 2
    added = moved_variance * mean**2 + trend
    if np.any(added > 0.0):
        np.einsum("tii->ti", shared)[...] += np.where(usable, added[layout.index], 0.0)
    if trends.together is not None:
        together = np.where(usable, (trends.together * mean)[:, layout.index], 0.0)
        shared += np.einsum("ptc,ptd->tcd", together, together)
    return Emission(
        per_repeat=per_repeat,
        noise_variance=noise,
        mean=mean,
        truncation=seen,
        factor=factor,
        shared=shared,
        window_nm=window,
        trend_variance=trend,
        problems=_problems(bands, lost, seen, settings),
    )


def _overlap(low: FloatArray, high: FloatArray, low2: FloatArray, high2: FloatArray) -> FloatArray:
    """Return how much two ranges share, in the measure in which their ends are given."""
    result: FloatArray = np.maximum(np.minimum(high, high2) - np.maximum(low, low2), 0.0)
    return result


def _window_sums(
    bands: Bands, cumulative: Cumulative, background: Background, layout: Layout, window: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return window sums per repeat, their noise variance, and the dark covariance by temperature."""
    per_repeat, variance, dark = sums_of_repeats(bands, cumulative, background, window)
    ratio = (window[:, 1] - window[:, 0]) / background.length_nm
    return per_repeat, variance, _dark_covariance(background, layout, dark, ratio)


def sums_of_repeats(
    bands: Bands, cumulative: Cumulative, background: Background, window: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the sum of each repeat over a window above its background.

    Parameters
    ----------
    window : ndarray, shape (n_stacks, 2)

    Returns
    -------
    per_repeat : ndarray, shape (n_stacks, n_repeats)
    variance : ndarray, shape (n_stacks,)
        Detection noise of one repeat.
    dark : ndarray, shape (n_stacks, 2)
        Integral of the dark's noise density up to the edges.
    """
    ends = cumulative.sums.at(window)
    within = ends[:, 1] - ends[:, 0]
    length = window[:, 1] - window[:, 0]
    ratio = length / background.length_nm
    per_repeat = (within[:, :-1] - background.level * length[:, None]) * bands.corrected.present
    # The sum over the window less that over the background in proportion to their lengths.
    both = background.with_noise.at(window) @ (-1.0, 1.0)
    variance = cumulative.variance(window) - 2.0 * ratio * both + ratio**2 * background.noise
    return per_repeat, variance, ends[:, :, -1]


def _dark_covariance(background: Background, layout: Layout, dark: FloatArray, ratio: FloatArray) -> FloatArray:
    """Return the covariance (n_temperatures, n_columns, n_columns) that a common mean dark frame leaves."""
    if background.dark_size is None:
        return np.zeros_like(background.dark_overlap)
    # All dark variances of a group are one function times a factor: work in its own measure, 0 to 1.
    ends, share = (dark / background.dark_total[:, None])[layout.index], ratio[layout.index]
    low, high = ends[:, :, 0], ends[:, :, 1]
    covariance = _overlap(low[:, :, None], high[:, :, None], low[:, None], high[:, None])
    edges = background.dark_edges[:, None]
    for r in range(edges.shape[3]):
        mixed = _overlap(low[:, :, None], high[:, :, None], edges[:, :, :, r, 0], edges[:, :, :, r, 1])
        mixed *= share[:, None, :]
        covariance -= mixed
        covariance -= mixed.transpose(0, 2, 1)
    covariance += share[:, :, None] * share[:, None, :] * background.dark_overlap
    covariance *= background.dark_size
    return covariance


def _seen_by_window(
    background: Background, layout: Layout, window: FloatArray, settings: IntegrationSettings
) -> tuple[FloatArray, FloatArray]:
    """Return the fraction of the band inside each window, and its relative covariance by temperature."""
    n_t, n = layout.index.shape
    seen = np.ones(len(window))
    covariance = np.zeros((n_t, n, n))
    for group in background.shapes:
        index, valid = layout.index[group.temperatures], layout.valid[group.temperatures]
        axis = group.sums.axis
        edges = np.empty((len(index), n + 1, 2))
        edges[:, :n], edges[:, n] = window[index], settings.window_nm
        edges = np.minimum(np.maximum(edges, axis[0]), axis[-1])
        ends = group.sums.up_to(np.arange(len(index))[:, None, None], edges)
        area = ends[:, :, 1, 0] - ends[:, :, 0, 0]
        inverse = 1.0 / np.where(area > 0, area, np.inf)
        fraction = np.where(area[:, n:] > 0, area[:, :n] * inverse[:, n:], np.nan)
        seen[index[valid]] = fraction[valid]
        low, high = ends[:, :, 0, 1], ends[:, :, 1, 1]
        own, whole = high[:, :n] - low[:, :n], high[:, n:] - low[:, n:]
        # Relative to the area inside, less what that shares with the whole: Cov(a_i/a_i − A/A, a_j/a_j − A/A).
        relative = _overlap(low[:, :n, None], high[:, :n, None], low[:, None, :n], high[:, None, :n])
        inside = inverse[:, :n]
        relative *= inside[:, :, None] * inside[:, None, :]
        own *= inside * inverse[:, n:]
        relative += (0.5 * whole * inverse[:, n:] ** 2 - own)[:, :, None]
        relative += (0.5 * whole * inverse[:, n:] ** 2 - own)[:, None, :]
        relative *= valid[:, :, None] & valid[:, None, :]
        covariance[group.temperatures] = relative
    return seen, covariance


def _seen_of_moved(
    bands: Bands,
    background: Background,
    moved: MovedShapes,
    window: FloatArray,
    seen: FloatArray,
    settings: IntegrationSettings,
) -> tuple[FloatArray, FloatArray]:
    """Return the seen fraction with moved shapes where there are any, and the relative variance these add.

    What a moved band sends through an edge, the resting one sends through an edge that is moved back.
    """
    seen, variance = seen.copy(), np.zeros(len(seen))
    places = {stack.key: k for k, stack in enumerate(bands.corrected.stacks)}
    rows = {t: (group, row) for group in background.shapes for row, t in enumerate(group.temperatures.tolist())}
    for shape in moved.shapes:
        k = places.get(shape.key)
        if k is None or bands.corrected.stacks[k].temperature not in rows or not seen[k] > 0.0:
            continue
        group, row = rows[bands.corrected.stacks[k].temperature]
        edges = np.concatenate([window[k], settings.window_nm])
        edges = np.vstack([edges, resting_edges(shape, edges)])
        edges = np.minimum(np.maximum(edges, group.sums.axis[0]), group.sums.axis[-1])
        ends = group.sums.up_to(np.full(edges.shape, row), edges)[..., 0]
        parts = (ends[:, 1] - ends[:, 0]) / (ends[:, 3] - ends[:, 2])
        if np.all(parts > 0.0):
            variance[k] = relative_variance(shape, float(parts[0]), parts[1:])
            seen[k] *= parts[1] / parts[0]
    return seen, variance


def _problems(bands: Bands, lost: np.ndarray, seen: FloatArray, settings: IntegrationSettings) -> tuple[Problem, ...]:
    problems = []
    for k in np.flatnonzero(lost):
        stack = bands.corrected.stacks[k]
        low, high = bands.transmitted_nm[k]
        if not high > low:
            found = "the cutoffs of this spectrum leave no transmitted range on its wavelength axis"
        elif settings.window_nm[1] <= low or settings.window_nm[0] >= high:
            found = f"the window {settings.window_nm[0]:.1f}-{settings.window_nm[1]:.1f} nm lies outside its range"
        else:
            found = "none of the band lies between its cutoffs"
        message = f"{found} ({low:.1f}-{high:.1f} nm), so it has no intensity. Check the cutoffs, or move the window."
        problems.append(Problem("error", stack.label, message))
    if not settings.correct_truncation:
        problems += _left_out(bands, np.where(lost, 1.0, seen))
    return tuple(problems)


def _left_out(bands: Bands, seen: FloatArray) -> list[Problem]:
    """Tell once how much of the bands is left out although the filters hide it."""
    if not np.any(seen < _ALL_SEEN):
        return []
    k = int(np.nanargmin(seen))
    message = (
        f"the filters hide up to {1.0 - seen[k]:.0%} of a band ({bands.corrected.stacks[k].label}), which is left out, "
        "as set: PL and ASPL lose different parts, and η is wrong by that. Switch on the correction of the hidden part."
    )
    return [Problem("warning", "hidden part of the band", message)]
