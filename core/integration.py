"""Band intensities between sub-pixel edges, from prefix sums, with everything that blurs them.

The fast path covers window sums over a constant background; every other choice goes through explicit weights
per pixel. Both are linear functionals of the spectra, so their noise follows exactly.
"""

from dataclasses import dataclass

import numpy as np

from asplab.core.band import Bands, Template
from asplab.core.corrections import Corrected
from asplab.core.layout import Layout
from asplab.core.pixel_weights import pixel_weights, seen_by_weights, weighted_sums
from asplab.core.prefix_sums import Prefix, place_on, prefix
from asplab.core.problems import Problem
from asplab.core.settings import IntegrationSettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative:
    """Prefix sums of every block: spectra per repeat, detection noise, dark noise.

    Noise densities are variance × pixel width, so that their integral over a range is the variance of the
    sum over it.
    """

    spectra: tuple[Prefix, ...]
    noise: tuple[Prefix, ...]
    dark: tuple[Prefix, ...]


def accumulate(corrected: Corrected) -> Cumulative:
    """Build the prefix sums once per correction; window edges then cost nothing."""
    spectra, noise, dark = [], [], []
    for block in corrected.blocks:
        width = np.gradient(block.wavelength_nm)
        spectra.append(prefix(block.wavelength_nm, block.intensity))
        noise.append(prefix(block.wavelength_nm, block.variance * width))
        dark.append(prefix(block.wavelength_nm, block.dark_variance * width))
    return Cumulative(tuple(spectra), tuple(noise), tuple(dark))


def _by_block(corrected: Corrected, edges: FloatArray, *families: tuple[Prefix, ...]) -> list[FloatArray]:
    """Evaluate families of prefixes (one prefix per block each) at the edges of each stack.

    ``edges`` has shape (n_stacks, …); the results are in the order of the stacks.
    """
    results: list[FloatArray] = []
    for b in range(len(corrected.blocks)):
        members = np.flatnonzero(corrected.place[:, 0] == b)
        rows = corrected.place[members, 1].reshape((-1,) + (1,) * (edges.ndim - 1))
        place = place_on(corrected.blocks[b].wavelength_nm, edges[members])
        for f, family in enumerate(families):
            values = family[b].at(rows, place)
            if b == 0:
                results.append(np.empty((len(edges), *values.shape[1:])))
            results[f][members] = values
    return results


@dataclass(frozen=True, slots=True, eq=False)
class ShapePrefix:
    """Running integrals of the band shapes, and of their variance, of the ``temperatures`` on one axis."""

    temperatures: np.ndarray
    shape: Prefix
    spread: Prefix


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """The constant background of each spectrum and where its noise lies.

    Attributes
    ----------
    level : ndarray, shape (n_stacks, n_repeats)
        Mean over the background regions, per nm.
    length_nm : ndarray, shape (n_stacks,)
        Total length of the regions; infinite where none is subtracted.
    noise_edges, dark_edges : ndarray, shape (n_stacks, n_regions, 2)
        Running noise integrals at the ends of the regions; that of the dark in units of ``dark_total``.
    dark_total : ndarray, shape (n_stacks,)
        Integral of the dark's noise density over the whole axis.
    dark_overlap : ndarray, shape (n_temperatures, n_columns, n_columns)
        How much the background regions of two stacks share, in the measure of ``dark_edges``.
    dark_size : ndarray, same shape
        Product of the dark noise of two stacks that share one mean dark frame, else zero.
    shapes : tuple of ShapePrefix
        Running integrals of the band shapes, one entry per wavelength axis.
    """

    level: FloatArray
    length_nm: FloatArray
    noise_edges: FloatArray
    dark_edges: FloatArray
    dark_total: FloatArray
    dark_overlap: FloatArray
    dark_size: FloatArray
    shapes: tuple[ShapePrefix, ...]


def read_background(bands: Bands, cumulative: Cumulative, layout: Layout) -> Background:
    """Read the background of every repeat between its transmitted, signal-free edges."""
    corrected, regions = bands.corrected, bands.background_nm
    families = (cumulative.spectra, cumulative.noise, cumulative.dark)
    ends, noise_edges, dark_edges = _by_block(corrected, regions, *families)
    length = np.sum(regions[:, :, 1] - regions[:, :, 0], axis=1)
    used = (length > 0) & (bands.settings.baseline != "none")
    total = np.sum(ends[:, :, 1] - ends[:, :, 0], axis=1)
    level = np.where(used[:, None], total / np.where(used, length, 1.0)[:, None], 0.0)
    last = np.array([corrected.blocks[b].wavelength_nm[-1] for b in corrected.place[:, 0]])
    (dark_total,) = _by_block(corrected, last, cumulative.dark)
    has_dark = dark_total > 0
    dark_edges = dark_edges / np.where(has_dark, dark_total, 1.0)[:, None, None]
    table, group = dark_edges[layout.index], corrected.dark_group[layout.index]
    low, high = table[..., 0], table[..., 1]
    own = _overlap(low[:, :, None, :, None], high[:, :, None, :, None], low[:, None, :, None], high[:, None, :, None])
    size = np.where(layout.valid, np.sqrt(dark_total)[layout.index], 0.0)
    same = (group[:, :, None] == group[:, None, :]) & (group >= 0)[:, :, None]
    return Background(
        level=level,
        length_nm=np.where(used, length, np.inf),
        noise_edges=noise_edges,
        dark_edges=dark_edges,
        dark_total=dark_total,
        dark_overlap=own.sum(axis=(3, 4)),
        dark_size=size[:, :, None] * size[:, None, :] * same,
        shapes=tuple(_shape_prefixes(bands.templates)),
    )


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
        result.append(ShapePrefix(places, prefix(axis, values), prefix(axis, density)))
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
        Covariance of ``mean`` that repeats do not show: mean dark frame and band shape.
    window_nm : ndarray, shape (n_stacks, 2)
        Edges of the integration of each stack.
    """

    per_repeat: FloatArray
    noise_variance: FloatArray
    mean: FloatArray
    truncation: FloatArray
    factor: FloatArray
    shared: FloatArray
    window_nm: FloatArray
    problems: tuple[Problem, ...] = ()


def integrate(
    bands: Bands, cumulative: Cumulative, background: Background, layout: Layout, settings: IntegrationSettings
) -> Emission:
    """Integrate every spectrum over the window where its filters transmit.

    The part of the band that a cutoff hides is supplied from the band's shape at the same temperature
    (`Template`), with the error of that shape.
    """
    corrected = bands.corrected
    window = np.clip(bands.transmitted_nm, settings.window_nm[0], settings.window_nm[1])
    if settings.estimator == "window" and bands.settings.baseline != "line":
        per_repeat, noise, dark = _window_sums(bands, cumulative, background, layout, window)
        seen, relative = _seen_by_window(background, layout, window, settings)
    else:
        weights = pixel_weights(bands, window, settings)
        per_repeat, noise, dark = weighted_sums(corrected, layout, weights)
        seen, relative = seen_by_weights(bands, layout, weights, settings)
    lost = ~(window[:, 1] > window[:, 0]) | ~(seen > 0)
    factor = (
        np.where(lost, np.nan, 1.0 / np.where(lost, 1.0, seen)) if settings.correct_truncation else np.ones(len(seen))
    )
    repeats = corrected.present.sum(axis=1)
    mean = np.where(lost, np.nan, per_repeat.sum(axis=1) / repeats * factor)
    usable = layout.valid & ~lost[layout.index]
    columns = np.where(usable, mean[layout.index], 0.0)
    gain = np.where(usable, factor[layout.index], 0.0)
    shared = dark * gain[:, :, None] * gain[:, None, :]
    if settings.correct_truncation:
        relative = np.where(usable[:, :, None] & usable[:, None, :], relative, 0.0)
        shared = shared + relative * columns[:, :, None] * columns[:, None, :]
    return Emission(
        per_repeat=per_repeat,
        noise_variance=noise,
        mean=mean,
        truncation=seen,
        factor=factor,
        shared=shared,
        window_nm=window,
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
    corrected = bands.corrected
    families = (cumulative.spectra, cumulative.noise, cumulative.dark)
    spectra, noise, dark = _by_block(corrected, window, *families)
    length = window[:, 1] - window[:, 0]
    ratio = length / background.length_nm
    per_repeat = spectra[:, 1] - spectra[:, 0] - background.level * length[:, None]
    per_repeat *= corrected.present
    regions = background.noise_edges
    both = _overlap(noise[:, None, 0], noise[:, None, 1], regions[..., 0], regions[..., 1]).sum(axis=1)
    own = (regions[..., 1] - regions[..., 0]).sum(axis=1)
    variance = noise[:, 1] - noise[:, 0] - 2.0 * ratio * both + ratio**2 * own
    return per_repeat, variance, _dark_covariance(background, layout, dark, ratio)


def _dark_covariance(background: Background, layout: Layout, dark: FloatArray, ratio: FloatArray) -> FloatArray:
    """Return the covariance (n_temperatures, n_columns, n_columns) that a common mean dark frame leaves."""
    if not background.dark_size.any():
        return np.zeros_like(background.dark_size)
    # All dark variances of a group are one function times a factor: work in its own measure, 0 to 1.
    total = np.where(background.dark_total > 0, background.dark_total, 1.0)
    ends = (dark / total[:, None])[layout.index]
    regions, share = background.dark_edges[layout.index], ratio[layout.index]
    low, high = ends[..., 0], ends[..., 1]
    covariance = _overlap(low[:, :, None], high[:, :, None], low[:, None], high[:, None])
    mixed = np.zeros_like(covariance)
    for r in range(regions.shape[2]):
        mixed += _overlap(low[:, :, None], high[:, :, None], regions[:, None, :, r, 0], regions[:, None, :, r, 1])
    mixed *= share[:, None, :]
    covariance -= mixed
    covariance -= np.swapaxes(mixed, 1, 2)
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
        axis = group.shape.axis
        edges = np.empty((len(index), n + 1, 2))
        edges[:, :n], edges[:, n] = window[index], settings.window_nm
        edges = np.clip(edges, axis[0], axis[-1])
        rows = np.broadcast_to(np.arange(len(index))[:, None, None], edges.shape)
        at_shape, at_spread = group.shape.up_to(rows, edges), group.spread.up_to(rows, edges)
        area = at_shape[..., 1] - at_shape[..., 0]
        usable = area > 0
        inverse = np.where(usable, 1.0 / np.where(usable, area, 1.0), 0.0)
        fraction = np.where(usable[:, n:], area[:, :n] * inverse[:, n:], np.nan)
        seen[index[valid]] = fraction[valid]
        low, high = at_spread[:, :n, 0], at_spread[:, :n, 1]
        common = _overlap(low[:, :, None], high[:, :, None], low[:, None], high[:, None])
        own = (high - low) * inverse[:, :n] * inverse[:, n:]
        whole = (at_spread[:, n, 1] - at_spread[:, n, 0]) * inverse[:, n] ** 2
        relative = (
            common * inverse[:, :n, None] * inverse[:, None, :n] - own[:, :, None] - own[:, None] + whole[:, None, None]
        )
        covariance[group.temperatures] = relative * (valid[:, :, None] & valid[:, None, :])
    return seen, covariance


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
    return tuple(problems)
