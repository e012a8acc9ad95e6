"""Whether each spectrum has the shape of the band: the same emitting state, and a hidden part that may be supplied."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from asplab.core.emission.band import Bands, StokesTransmitted, Template, band_shape, main_block
from asplab.core.emission.sloping_background import BackgroundSlopes
from asplab.core.grouping.stage import Stack
from asplab.core.problems import Problem
from asplab.core.shape.fit import Shape, ShapeFit, fit_shape, smoothed_variance, steady_variance
from asplab.core.shape.moved import MovedShape, MovedShapes
from asplab.core.statistics.chance import allowed_chance, sigma_of
from asplab.core.units import FloatArray

BEYOND_SIGMA = 3.0
"""Standard deviations beyond which a difference is told, the number of conditions taken into account."""
_NAMED = 4
_FEWEST_REPEATS = 3
_KNOWN_PART, _MOST_DOF = 0.3, 100.0
"""Degrees of freedom of pooled noise, in parts of those of its pixels, and at most: the scatter of a detector with gain
has long tails, and how noise follows the signal is known to a tenth or so."""
_EXACT = 1e-9
"""Noise in parts of the signal up to which repeats are identical, but for rounding: they tell no errors."""
_HIT_PART = 0.2
"""Part of its own scatter that a pixel of a band shape has as variance at least: a cosmic ray that was left in."""


@dataclass(frozen=True, slots=True, eq=False)
class ShapeTest:
    """The mean spectrum of every stack against the band shape of its temperature, in their common transmitted range.

    An anti-Stokes stack is compared with the shape of all Stokes spectra, a Stokes stack with that of the others.
    Fewer than three repeats, in which cosmic rays are not looked for, are not tested. Arrays have shape (n_stacks,);
    NaN where a stack was not tested, or does not tell.

    Attributes
    ----------
    range_nm : ndarray, shape (n_stacks, 2)
        Common range.
    amplitude, level : ndarray
        Of the resting shape, and the constant below it, in the unit of the spectrum.
    shift_mev, shift_error_mev : ndarray
        Positive where the emission lies to the blue of the shape.
    width_ratio, width_error : ndarray
        Width in units of that of the shape.
    chi2, dof : ndarray
        Misfit of the resting shape from pixel noise, that of the shape included, and its degrees of freedom.
    chi2_fitted : ndarray
        Misfit of the moved and widened shape.
    significance : ndarray
        Of any difference of shape, in standard deviations of a normal distribution, for that condition alone.
    moved_significance : ndarray
        The same of a shift or width alone.
    has_slope : ndarray of bool
        A line was fitted below the band instead of a constant.
    is_beyond : ndarray of bool
        A difference beyond three standard deviations, allowing for how many conditions were tested.
    moved : MovedShapes
        Of the anti-Stokes conditions beyond whose shift is told; and of the others of their temperature, where most
        moved.
    """

    range_nm: FloatArray
    amplitude: FloatArray
    level: FloatArray
    shift_mev: FloatArray
    shift_error_mev: FloatArray
    width_ratio: FloatArray
    width_error: FloatArray
    chi2: FloatArray
    dof: FloatArray
    chi2_fitted: FloatArray
    significance: FloatArray
    moved_significance: FloatArray
    has_slope: np.ndarray
    is_beyond: np.ndarray
    moved: MovedShapes = field(default_factory=MovedShapes)
    problems: tuple[Problem, ...] = ()


def check_shapes(bands: Bands, stokes: StokesTransmitted, slopes: BackgroundSlopes) -> ShapeTest:
    """Compare every spectrum with the band shape; see `ShapeTest`.

    A background that slopes beside the band slopes below it as well: there a line is fitted, or it would pass for a
    moved band.
    """
    has_slope = slopes.is_seen | (bands.settings.baseline == "line")
    stacks = bands.corrected.stacks
    fits: list[ShapeFit | None] = [None] * len(stacks)
    ranges = np.full((len(stacks), 2), np.nan)
    for t, template in enumerate(bands.templates):
        if template is None:
            continue
        members = [k for k, s in enumerate(stacks) if s.temperature == t and s.excluded is None and _is_clean(s)]
        light = [k for k in members if stacks[k].kind == "pl"]
        every = [k for k, s in enumerate(stacks) if s.temperature == t and stokes.used[k]]
        if not all(_is_clean(stacks[k]) for k in every):
            continue
        common = known_shape(template, _dof(bands, light))
        for k in members:
            shape = common if stacks[k].kind == "aspl" else _others(bands, stokes, light, [k])
            if shape is not None:
                fits[k], ranges[k] = _fit(bands, k, shape, template.extent_nm, has_slope=bool(has_slope[k]))
    return _collected(bands, fits, ranges, _explained(bands, stokes, fits, has_slope), has_slope)


def _explained(
    bands: Bands, stokes: StokesTransmitted, fits: Sequence[ShapeFit | None], has_slope: np.ndarray
) -> np.ndarray:
    """Return which conditions differ only since another PL of their temperature does, (n_stacks,).

    A PL of another shape is part of what all others are compared with. The oddest are left out one by one, as long as
    that makes others agree.
    """
    stacks, explained = bands.corrected.stacks, np.zeros(len(fits), dtype=bool)
    is_beyond, bounds = _beyond(stacks, [None if fit is None else fit.p_value for fit in fits])
    for t, template in enumerate(bands.templates):
        light = [k for k, s in enumerate(stacks) if s.temperature == t and s.kind == "pl" and fits[k] is not None]
        beyond = [k for k in np.flatnonzero(is_beyond).tolist() if stacks[k].temperature == t]
        odd: list[int] = []
        while template is not None and (suspects := [k for k in beyond if k in light]) and len(light) - len(odd) > 2:
            odd.append(max(suspects, key=lambda k: _misfit(fits[k])))
            rest = [k for k in beyond if k != odd[-1]]
            left = []
            for k in rest:
                shape = _others(bands, stokes, light, [*odd, k])
                fit = None if shape is None else _fit(bands, k, shape, template.extent_nm, has_slope=has_slope[k])[0]
                if fit is None or fit.p_value < bounds[stacks[k].kind]:
                    left.append(k)
            if len(left) == len(rest):
                break
            explained[[k for k in rest if k not in left]] = True
            beyond = left
    return explained


def _misfit(fit: ShapeFit | None) -> float:
    return 0.0 if fit is None else fit.chi2 / max(fit.dof, 1)


def _beyond(stacks: Sequence[Stack], chances: Sequence[float | None]) -> tuple[np.ndarray, dict[str, float]]:
    """Return which chances are told, and below which, for each kind, allowing for how many were tested."""
    is_told, bounds = np.zeros(len(stacks), dtype=bool), {}
    for kind in ("pl", "aspl"):
        tested = np.array([p is not None and s.kind == kind for p, s in zip(chances, stacks, strict=True)], dtype=bool)
        bounds[kind] = allowed_chance(int(tested.sum()))
        values = np.array([np.nan if p is None else p for p in chances], dtype=float)
        is_told |= tested & (np.nan_to_num(values, nan=1.0) < bounds[kind])
    return is_told, bounds


def _is_clean(stack: Stack) -> bool:
    """Return whether there are repeats enough to tell cosmic rays from a shape."""
    return len(stack.members) >= _FEWEST_REPEATS


def _dof(bands: Bands, stacks: Sequence[int]) -> float:
    """Return the degrees of freedom of a variance that comes from the repeats of some stacks."""
    return float(max(sum(max(int(bands.corrected.present[k].sum()) - 1, 1) for k in stacks), 1))


def _others(bands: Bands, stokes: StokesTransmitted, light: Sequence[int], left_out: Sequence[int]) -> Shape | None:
    """Return the band shape from the Stokes spectra of a temperature, some of them left out."""
    rest, corrected = [j for j in light if j not in left_out and stokes.used[j]], bands.corrected
    template = bands.templates[corrected.stacks[light[0]].temperature] if light else None
    block = main_block(corrected, rest)
    if block is None or template is None:
        return None
    found = band_shape(corrected, block, rest, stokes.ranges_nm, template.extent_nm, bands.settings)
    return None if found is None else known_shape(found, _dof(bands, light))


def known_shape(template: Template, dof: float) -> Shape | None:
    """Return the known part of a template with the noise that neighbours in signal agree on."""
    seen = np.flatnonzero(template.variance > 0.0)
    if seen.size < 2:
        return None
    known = slice(int(seen[0]), int(seen[-1]) + 1)
    axis, values, variance = (array[known] for array in (template.wavelength_nm, template.values, template.variance))
    return Shape.of(axis, values, np.maximum(smoothed_variance(variance, dof), _HIT_PART * variance))


def _fit(
    bands: Bands, k: int, shape: Shape, extent_nm: tuple[float, float], *, has_slope: bool
) -> tuple[ShapeFit | None, FloatArray]:
    """Compare one stack with a shape."""
    axis, mean, variance, region, dof = common_range(bands, k, shape, extent_nm)
    if axis.size < 2:
        return None, region
    pooled, is_steady = steady_variance(variance, np.interp(axis, shape.axis_nm, shape.smooth), dof)
    if np.any(pooled <= (_EXACT * float(np.max(np.abs(mean)))) ** 2):
        return None, region
    fit = fit_shape(
        axis[is_steady],
        mean[is_steady],
        pooled[is_steady],
        shape,
        has_slope=has_slope,
        noise_dof=min(_KNOWN_PART * dof * axis.size, _MOST_DOF),
    )
    return fit, region


def common_range(
    bands: Bands, k: int, shape: Shape, extent_nm: tuple[float, float]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, float]:
    """Return axis, mean and its variance in the range common to a stack and a shape; the range; repeats less one."""
    corrected = bands.corrected
    block, row = corrected.blocks[corrected.place[k, 0]], corrected.place[k, 1]
    low, high = bands.transmitted_nm[k]
    low = max(low, float(shape.axis_nm[0]), extent_nm[0])
    high = min(high, float(shape.axis_nm[-1]), extent_nm[1])
    inside = (block.wavelength_nm >= low) & (block.wavelength_nm <= high)
    count = int(corrected.present[k].sum())
    variance = block.variance[row] / count + block.dark_variance[row]
    region = np.array([low, max(low, high)])
    return block.wavelength_nm[inside], block.mean[row, inside], variance[inside], region, float(max(count - 1, 1))


def _collected(
    bands: Bands,
    fits: Sequence[ShapeFit | None],
    ranges: FloatArray,
    explained: np.ndarray,
    has_slope: np.ndarray,
) -> ShapeTest:
    def column(name: str) -> FloatArray:
        return np.array([np.nan if fit is None else float(getattr(fit, name)) for fit in fits])

    stacks = bands.corrected.stacks
    p_value, p_moved = column("p_value"), column("p_moved")
    is_beyond, _ = _beyond(stacks, [None if fit is None else fit.p_value for fit in fits])
    is_moved, _ = _beyond(stacks, [None if fit is None else fit.p_moved for fit in fits])
    shift, width = column("shift_mev"), column("width_ratio")
    moved = tuple(
        _moved_shape(stacks[k], fit)
        for k, fit in enumerate(fits)
        if fit is not None and is_beyond[k] and is_moved[k] and stacks[k].kind == "aspl" and np.isfinite(shift[k])
    )
    others = _alike(bands, moved, fits)
    return ShapeTest(
        range_nm=ranges,
        amplitude=column("amplitude"),
        level=column("level"),
        shift_mev=shift,
        shift_error_mev=column("shift_error_mev"),
        width_ratio=width,
        width_error=column("width_error"),
        chi2=column("chi2"),
        dof=column("dof"),
        chi2_fitted=column("chi2_fitted"),
        significance=sigma_of(p_value),
        moved_significance=sigma_of(p_moved),
        has_slope=has_slope,
        is_beyond=is_beyond,
        moved=MovedShapes((*moved, *others)),
        problems=_problems(bands, fits, is_beyond, explained, n_alike=len(others)),
    )


def _moved_shape(stack: Stack, fit: ShapeFit) -> MovedShape:
    covariance = (fit.shift_error_mev**2, (fit.width_error / fit.width_ratio) ** 2, fit.covariance)
    return MovedShape(stack.key, fit.centre_mev, fit.shift_mev, fit.width_ratio, covariance)


def _alike(bands: Bands, moved: Sequence[MovedShape], fits: Sequence[ShapeFit | None]) -> tuple[MovedShape, ...]:
    """Return how the other ASPL of a temperature moves, where most that can tell it moved beyond doubt.

    Close to the gap filters cut the band so far that its spectrum tells little, and hide most of it: a spectrum that
    tells a shift of the mean size has its own, the others have the mean one.
    """
    stacks, found = bands.corrected.stacks, {shape.key: shape for shape in moved}
    result: list[MovedShape] = []
    for t in range(len(bands.templates)):
        members = [(s, fit) for s, fit in zip(stacks, fits, strict=True) if s.temperature == t and s.kind == "aspl"]
        known = [found[s.key] for s, _ in members if s.key in found]
        size, variance = _mean([(shape.shift_mev, shape.covariance[0]) for shape in known])
        log_width, of_width = _mean([(float(np.log(shape.width_ratio)), shape.covariance[1]) for shape in known])
        rest = [(s, fit) for s, fit in members if fit is not None and s.key not in found]
        tells = [BEYOND_SIGMA * fit.shift_error_mev < abs(size) for _, fit in rest]
        if not known or len(known) < sum(tells):
            continue
        result += [
            _moved_shape(s, fit)
            if own
            else MovedShape(s.key, known[0].centre_mev, size, float(np.exp(log_width)), (variance, of_width, 0.0))
            for (s, fit), own in zip(rest, tells, strict=True)
        ]
    return tuple(result)


def _mean(values: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return a weighted mean and its variance, widened where values scatter more than theirs; 0 without any."""
    known = np.array([pair for pair in values if pair[1] > 0.0]).reshape(-1, 2)
    if not len(known):
        return 0.0, 0.0
    weight = 1.0 / known[:, 1]
    mean = float(weight @ known[:, 0] / weight.sum())
    scatter = float(weight @ (known[:, 0] - mean) ** 2) / max(len(known) - 1, 1)
    return mean, max(scatter, 1.0) / float(weight.sum())


_MEANING = {
    "aspl": "another emitting state, reabsorption, the laser's choice of part of the sample, or light of the laser",
    "pl": "reabsorption, emission before relaxation, or light of the laser",
}
_LOOK = "Look at the curves, check filters and laser line, or exclude what is not this emission."
_REMEDIES = {
    "aspl": f"A moved band that fits supplies the hidden part, and the difference is in the error. {_LOOK}",
    "pl": f"The band shape is the mean of all. {_LOOK}",
}


def _problems(
    bands: Bands, fits: Sequence[ShapeFit | None], is_beyond: np.ndarray, explained: np.ndarray, *, n_alike: int
) -> tuple[Problem, ...]:
    problems = []
    stacks = bands.corrected.stacks
    for kind, meaning in _MEANING.items():
        found = [(fits[k], k) for k in np.flatnonzero(is_beyond & ~explained).tolist() if stacks[k].kind == kind]
        told = sorted(((fit, k) for fit, k in found if fit is not None), key=lambda pair: pair[0].p_value)
        if not told:
            continue
        tested = sum(fit is not None and s.kind == kind for fit, s in zip(fits, stacks, strict=True))
        named = "; ".join(f"{stacks[k].label} ({_told(fit)})" for fit, k in told[:_NAMED])
        more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
        if kind == "aspl" and n_alike:
            more += f" (of their temperatures {n_alike} more are taken to move alike)"
        if kind == "pl" and explained.any():
            more += f". Without them {int(explained.sum())} more conditions, which they are compared with, agree"
        against = "the PL of the same temperature" if kind == "aspl" else "the other PL of the same temperature"
        message = (
            f"the shape of {kind.upper()} differs from {against} beyond {BEYOND_SIGMA:.0f}σ in {len(told)} of {tested} "
            f"conditions: {named}{more}. It may be {meaning}. {_REMEDIES[kind]}"
        )
        problems.append(Problem("warning", "shape test", message))
    return tuple(problems)


def _told(fit: ShapeFit) -> str:
    size = f"{float(sigma_of(fit.p_value)):.0f}σ"
    if np.isnan(fit.shift_mev):
        return f"{size}, no moved band"
    return f"{fit.shift_mev:+.1f} meV, width × {fit.width_ratio:.2f}, {size}"
