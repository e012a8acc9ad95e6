"""The emission band of each temperature: what the filters let through, where the signal ends, its shape."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import uniform_filter1d

from asplab.core.corrections import Block, Corrected
from asplab.core.corrections.transmitted import Transmitted
from asplab.core.emission.untold_edges import untold_edge
from asplab.core.problems import Problem
from asplab.core.settings import BackgroundSettings
from asplab.core.units import FloatArray

_EDGE_FRACTION = 0.003
_MARGIN_FRACTION = 0.2
_SMOOTHING_PIXELS = 9
_MINIMUM_PIXELS = 10
_CUT_FRACTION = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Shape of the emission at one temperature, from its Stokes spectra.

    Attributes
    ----------
    wavelength_nm, values : ndarray, shape (n_pixels,)
        Photons per nm, in units of the integral over the range that all Stokes spectra transmit.
    variance : ndarray, shape (n_pixels,)
        Variance of ``values`` at each pixel, independent between pixels.
    level_variance : float
        Variance of the common level left by the baseline.
    extent_nm : tuple of float
        Where the band rises out of its background.
    is_cut : bool
        True when no Stokes spectrum shows the band to its ends.
    """

    wavelength_nm: FloatArray
    values: FloatArray
    variance: FloatArray
    level_variance: float
    extent_nm: tuple[float, float]
    is_cut: bool


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Transmitted ranges, background regions and the band shape of each temperature.

    Attributes
    ----------
    transmitted_nm : ndarray, shape (n_stacks, 2)
        Range between the cutoffs, guards included.
    background_nm : ndarray, shape (n_stacks, n_regions, 2)
        Where the background is read; empty regions have equal ends.
    templates : tuple of Template or None
        One per temperature; None where there is no usable Stokes spectrum.
    """

    corrected: Corrected
    transmitted_nm: FloatArray
    background_nm: FloatArray
    templates: tuple[Template | None, ...]
    settings: BackgroundSettings
    problems: tuple[Problem, ...] = ()

    @property
    def outside_all_nm(self) -> tuple[tuple[float, float], ...]:
        """Ranges beside the bands of all temperatures: where background windows can serve every spectrum."""
        known = [template for template in self.templates if template is not None]
        if not known:
            return ()
        low, high = min(t.extent_nm[0] for t in known), max(t.extent_nm[1] for t in known)
        axis = known[0].wavelength_nm
        ranges = ((float(axis[0]), low), (high, float(axis[-1])))
        return tuple(ends for ends in ranges if ends[1] > ends[0])


@dataclass(frozen=True, slots=True, eq=False)
class StokesTransmitted:
    """Transmitted ranges, zero for anti-Stokes and excluded stacks: all that the band shapes depend on."""

    ranges_nm: FloatArray
    used: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class BandShapes:
    """Where the band of each temperature rises out of its background, and its shape; None where it is not seen."""

    extents_nm: tuple[tuple[float, float] | None, ...]
    templates: tuple[Template | None, ...]
    problems: tuple[Problem, ...] = ()


def find_stokes_transmitted(corrected: Corrected, transmitted: Transmitted) -> StokesTransmitted:
    """Keep the ranges of the Stokes stacks in use, so that other cutoffs leave the band shapes as they are."""
    used = np.array([stack.kind == "pl" and stack.excluded is None for stack in corrected.stacks])
    return StokesTransmitted(np.where(used[:, None], transmitted.ranges_nm, 0.0), used)


def find_shapes(corrected: Corrected, stokes: StokesTransmitted, background: BackgroundSettings) -> BandShapes:
    """Find extent and shape of the band of each temperature from its Stokes spectra."""
    extents: list[tuple[float, float] | None] = []
    templates: list[Template | None] = []
    problems: list[Problem] = []
    temperature = np.array([stack.temperature for stack in corrected.stacks])
    for t in range(len(corrected.temperatures_k)):
        members = np.flatnonzero(stokes.used & (temperature == t)).tolist()
        block = main_block(corrected, members)
        extent = None if block is None else _extent(corrected, block, members, stokes.ranges_nm)
        template = None
        if block is not None and extent is not None:
            template = band_shape(corrected, block, members, stokes.ranges_nm, extent, background)
            if template is not None and template.is_cut:
                problems.append(_cut_problem(corrected, t, extent))
        extents.append(extent)
        templates.append(template)
    return BandShapes(tuple(extents), tuple(templates), tuple(problems))


def find_bands(
    corrected: Corrected, transmitted: Transmitted, shapes: BandShapes, background: BackgroundSettings
) -> Bands:
    """Combine the transmitted ranges, the background regions and the band shapes."""
    regions = np.array(
        [
            _background(corrected, k, transmitted.ranges_nm[k], shapes.extents_nm[stack.temperature], background)
            for k, stack in enumerate(corrected.stacks)
        ]
    )
    problems = (*shapes.problems, *_background_problems(corrected, shapes, regions, background))
    bands = Bands(corrected, transmitted.ranges_nm, regions, shapes.templates, background, problems)
    return replace(bands, problems=(*problems, *_edge_problems(bands)))


def main_block(corrected: Corrected, stokes: Sequence[int]) -> Block | None:
    """Return the block with most of the given stacks; None without any."""
    if not stokes:
        return None
    counts = np.bincount(corrected.place[list(stokes), 0], minlength=len(corrected.blocks))
    return corrected.blocks[int(np.argmax(counts))]


def _rows(corrected: Corrected, block: Block, stacks: Sequence[int]) -> list[tuple[int, int]]:
    """Return (stack, row in block) of those stacks that lie in ``block``."""
    return [(k, int(corrected.place[k, 1])) for k in stacks if corrected.blocks[corrected.place[k, 0]] is block]


def _inside(axis: FloatArray, region: FloatArray) -> np.ndarray:
    inside: np.ndarray = (axis >= region[0]) & (axis <= region[1])
    return inside


def _extent(
    corrected: Corrected, block: Block, stokes: Sequence[int], transmitted: FloatArray
) -> tuple[float, float] | None:
    """Find where the mean Stokes emission rises out of its background and noise; None where it does not."""
    axis = block.wavelength_nm
    rows = [
        (row, open_) for k, row in _rows(corrected, block, stokes) if (open_ := _inside(axis, transmitted[k])).any()
    ]
    if not rows or max(open_.sum() for _, open_ in rows) < _MINIMUM_PIXELS:
        return None
    seen = np.sum([open_ for _, open_ in rows], axis=0)
    counts = corrected.present[block.stacks].sum(axis=1)
    noise = np.sum([np.where(open_, block.variance[row] / counts[row], 0.0) for row, open_ in rows], axis=0)
    sigma = float(np.sqrt(np.median(noise[seen > 0] / seen[seen > 0] ** 2) / _SMOOTHING_PIXELS))
    smoothed = {row: uniform_filter1d(block.mean[row], _SMOOTHING_PIXELS, mode="nearest") for row, _ in rows}
    levels = {row: np.full(axis.size, _low(smoothed[row][open_])) for row, open_ in rows}
    fraction, reach = 0.5, 1.5
    # A background is guessed, then read outside the band that this guess shows, first far outside.
    for _ in range(3):
        mean = np.sum([np.where(open_, smoothed[row] - levels[row], 0.0) for row, open_ in rows], axis=0)
        mean /= np.maximum(seen, 1)
        peak = int(np.argmax(mean))
        threshold = max(fraction * mean[peak], 3.0 * sigma)
        if mean[peak] <= 2.0 * max(_EDGE_FRACTION * mean[peak], 3.0 * sigma):
            return None
        below = np.flatnonzero((mean < threshold) | (seen == 0))
        low, high = below[below < peak].max(initial=0), below[below > peak].min(initial=axis.size - 1)
        margin = reach * (high - low)
        outside = (np.arange(axis.size) < low - margin) | (np.arange(axis.size) > high + margin)
        levels = {row: _rough_level(axis, block.mean[row], open_ & outside, peak, levels[row]) for row, open_ in rows}
        fraction, reach = _EDGE_FRACTION, 0.0
    margin = _MARGIN_FRACTION * (axis[high] - axis[low])
    return float(max(axis[0], axis[low] - margin)), float(min(axis[-1], axis[high] + margin))


def _rough_level(
    axis: FloatArray, spectrum: FloatArray, outside: np.ndarray, peak: int, otherwise: FloatArray
) -> FloatArray:
    """Return the background as a line where both sides of the band show it, a constant where one does."""
    sides = [np.count_nonzero(outside[:peak]), np.count_nonzero(outside[peak:])]
    if max(sides) < _MINIMUM_PIXELS:
        return otherwise
    if min(sides) < _MINIMUM_PIXELS:
        return np.full(axis.size, np.median(spectrum[outside]))
    return _line(axis, spectrum, outside)


def _low(values: FloatArray) -> float:
    """Return the value that a tenth of ``values`` lies below."""
    tenth = len(values) // 10
    return float(np.partition(values, tenth)[tenth])


def _line(axis: FloatArray, spectrum: FloatArray, chosen: np.ndarray) -> FloatArray:
    """Return the least-squares line through the chosen pixels, along the whole axis."""
    x, y = axis[chosen], spectrum[chosen]
    step = x - x.mean()
    line: FloatArray = y.mean() + (step @ y) / (step @ step) * (axis - x.mean())
    return line


def _background(
    corrected: Corrected,
    k: int,
    transmitted: FloatArray,
    extent: tuple[float, float] | None,
    settings: BackgroundSettings,
) -> FloatArray:
    """Return the background regions of one stack: the user's, or what lies outside the band."""
    axis = corrected.blocks[corrected.place[k, 0]].wavelength_nm
    if settings.windows_nm:
        wanted = list(settings.windows_nm)
    elif extent is not None:
        wanted = [(float(axis[0]), extent[0]), (extent[1], float(axis[-1]))]
    else:
        wanted = []
    regions = np.full((max(2, len(settings.windows_nm)), 2), transmitted[0])
    for row, (low, high) in enumerate(wanted):
        ends = np.clip([low, high], transmitted[0], transmitted[1])
        if np.count_nonzero(_inside(axis, ends)) >= _MINIMUM_PIXELS:
            regions[row] = ends
    return regions


def band_shape(
    corrected: Corrected,
    block: Block,
    stokes: Sequence[int],
    transmitted: FloatArray,
    extent: tuple[float, float],
    background: BackgroundSettings,
) -> Template | None:
    """Return the mean of Stokes spectra, each in units of its integral over the commonly transmitted range.

    None where that range has too few pixels of the band, or no spectrum has a positive integral there.
    """
    axis = block.wavelength_nm
    rows = [(k, row) for k, row in _rows(corrected, block, stokes) if transmitted[k, 1] > transmitted[k, 0]]
    common = (max(transmitted[k, 0] for k, _ in rows), min(transmitted[k, 1] for k, _ in rows)) if rows else (0, 0)
    inside = _inside(axis, np.array(common)) & _inside(axis, np.array(extent))
    if inside.sum() < _MINIMUM_PIXELS:
        return None
    step = np.gradient(axis)
    total, variance, weight = np.zeros(axis.size), np.zeros(axis.size), np.zeros(axis.size)
    level_variance = 0.0
    for k, row in rows:
        open_ = _inside(axis, transmitted[k])
        regions = _background(corrected, k, transmitted[k], extent, background)
        chosen = np.any(
            [_inside(axis, region) for region in regions if region[1] > region[0]] or [open_ & False], axis=0
        )
        level = background_level(axis, block.mean[row], chosen, background)
        noise = block.variance[row] / corrected.present[k].sum() + block.dark_variance[row]
        area = float(np.sum(((block.mean[row] - level) * step)[inside]))
        if area <= 0.0:
            continue
        total += np.where(open_, block.mean[row] - level, 0.0)
        variance += np.where(open_, noise, 0.0)
        weight += np.where(open_, area, 0.0)
        if chosen.any():
            level_variance += float(np.mean(noise[chosen])) / chosen.sum()
    if not weight.any():
        return None
    seen = weight > 0
    values, spread = np.zeros(axis.size), np.zeros(axis.size)
    values[seen], spread[seen] = total[seen] / weight[seen], variance[seen] / weight[seen] ** 2
    edge = [int(np.flatnonzero(seen)[end]) for end in (0, -1)]
    peak = float(np.max(np.convolve(values, np.ones(5) / 5, mode="same")))
    cut = any(
        extent[0] < axis[i] < extent[1] and np.mean(values[max(0, i - 2) : i + 3]) > _CUT_FRACTION * peak for i in edge
    )
    return Template(axis, values, spread, level_variance / float(weight.max()) ** 2, extent, bool(cut))


def background_level(
    axis: FloatArray, spectrum: FloatArray, chosen: np.ndarray, settings: BackgroundSettings
) -> FloatArray:
    """Return the background (n_pixels,) under a spectrum, read where ``chosen`` is true."""
    if settings.baseline == "none" or not chosen.any():
        return np.zeros(axis.size)
    if settings.baseline == "constant":
        return np.full(axis.size, spectrum[chosen].mean())
    return _line(axis, spectrum, chosen)


def _cut_problem(corrected: Corrected, t: int, extent: tuple[float, float]) -> Problem:
    message = (
        f"no Stokes spectrum shows the whole band ({extent[0]:.0f}-{extent[1]:.0f} nm): the hidden part is missing "
        "from every intensity. Add PL excited further above the gap, or a filter with an earlier cutoff."
    )
    return Problem("warning", f"{corrected.temperatures_k[t]:.0f} K", message)


def _background_problems(
    corrected: Corrected, shapes: BandShapes, regions: FloatArray, settings: BackgroundSettings
) -> list[Problem]:
    if settings.baseline == "none":
        return []
    problems = []
    # Without PL a temperature is not evaluated at all.
    seen = {stack.temperature for stack in corrected.stacks if stack.kind == "pl" and stack.excluded is None}
    evaluated = [k for k, stack in enumerate(corrected.stacks) if stack.temperature in seen]
    blind = [k for k in evaluated if np.all(regions[k, :, 1] <= regions[k, :, 0])]
    if blind:
        what = "none of the background windows set by hand" if settings.windows_nm else "no signal-free part"
        message = (
            f"{len(blind)} of {len(evaluated)} conditions have {what} between their cutoffs, so no background "
            "is subtracted there. Set background windows that every filter transmits, or measure a wider range."
        )
        problems.append(Problem("warning", corrected.stacks[blind[0]].label, message))
    for t, extent in enumerate(shapes.extents_nm):
        inside = [w for w in settings.windows_nm if extent is not None and w[0] < extent[1] and w[1] > extent[0]]
        if extent is not None and inside:
            message = (
                f"the background window {inside[0][0]:.0f}-{inside[0][1]:.0f} nm, which serves all temperatures, lies "
                f"in the band ({extent[0]:.0f}-{extent[1]:.0f} nm): it takes signal away. Move it outside."
            )
            problems.append(Problem("warning", f"{corrected.temperatures_k[t]:.0f} K", message))
    return problems


def _edge_problems(bands: Bands) -> list[Problem]:
    """Return a warning where spectra end at a filter that neither cutoff nor curve tells."""
    stacks = bands.corrected.stacks
    edges = {k: edge for k in range(len(stacks)) if (edge := _untold_edge(bands, k)) is not None}
    if not edges:
        return []
    # A hidden part spoils the shape that others are compared with: the clearest edge is a true one.
    first = max(edges, key=lambda k: edges[k][0])
    message = (
        f"the spectrum ends at an edge near {edges[first][1]:.0f} nm, as {len(edges)} of {len(stacks)} conditions do "
        "whose filter is not told: what it hides counts as measured, and the band as one of another shape. Fill "
        "longpass_nm and shortpass_nm in the manifest, or add curves of the filters."
    )
    return [Problem("warning", stacks[first].label, message)]


def _untold_edge(bands: Bands, k: int) -> tuple[float, float] | None:
    """Return significance and place in nm of an edge beside the excitation; None where the filter is told."""
    corrected, stack = bands.corrected, bands.corrected.stacks[k]
    template, is_stokes = bands.templates[stack.temperature], stack.kind == "pl"
    is_told = (stack.longpass_nm if is_stokes else stack.shortpass_nm) is not None
    if is_told or template is None or corrected.treatments[k].filters:
        return None
    block, row = corrected.blocks[corrected.place[k, 0]], corrected.place[k, 1]
    axis, (low, high) = block.wavelength_nm, bands.transmitted_nm[k]
    chosen = np.any(
        [_inside(axis, region) for region in bands.background_nm[k] if region[1] > region[0]] or [axis < 0], 0
    )
    edge = untold_edge(
        axis - low if is_stokes else high - axis,
        block.mean[row] - background_level(axis, block.mean[row], chosen, bands.settings),
        shape=np.interp(axis, template.wavelength_nm, template.values),
        variance=block.variance[row] / corrected.present[k].sum() + block.dark_variance[row],
    )
    if edge is None:
        return None
    return edge[0], float(low + edge[1] if is_stokes else high - edge[1])
