"""Whether blanks hold the background: what the probe excites in the sample is not in the light of a bare substrate.

A blank whose probe was off says so. Else the blanks themselves tell: B, the background as it would be taken out of a
blank L, has the shape of the emission band, the light of a substrate is smooth. L = s B + (a + b λ + c λ²) over the
band and its neighbourhood gives the share s, one for all blanks; and no light is negative, so that L − B well below
zero proves that B is not in L.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from asplab.core.corrections.frames import Frames, MeanFrame
from asplab.core.corrections.gain import Gain
from asplab.core.corrections.subtraction import Shelf, Weights, frames_of_blank, less
from asplab.core.problems import Problem
from asplab.core.units import FloatArray

_SMOOTHING_PIXELS = 9
_GUARD_NM = 6.0
_FEWEST_PIXELS = 12
_SEEN = 25.0
"""Squared signal to noise of the band in all backgrounds together, below which its share is not asked for."""
_TOLERANCE = 0.25
"""How far the share may lie from 0 or 1, for a substrate that is not quite smooth or a probe that drifted."""
_BULGE_PIXELS = 31
_BULGES = 12.0
"""Bulge of a background above which it matters whether blanks hold it; noise alone reaches some five."""
_NEGATIVE = 0.05
"""Part of the background's band by which L − B may lie below zero, besides five standard deviations."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """What one blank tells of its background: sums whose ratios over all pairs are the share and what is left.

    ``product``/``square`` is the share and 1/``square`` its variance where noise alone scatters, ``variance``/
    ``square``² as it scatters. ``rest`` is L − B over the band in counts, ``rest_variance`` its variance, ``band`` B.
    ``bulge`` is by how many standard deviations B, averaged over neighbours, differs from place to place.
    """

    blank: MeanFrame
    product: float
    square: float
    variance: float
    rest: float
    rest_variance: float
    band: float
    bulge: float


@dataclass(frozen=True, slots=True)
class _Share:
    """Share of the background in the blanks, its standard deviation, and whether L − B is impossibly negative."""

    value: float
    error: float
    is_impossible: bool

    @property
    def is_none(self) -> bool:
        return self.value <= _TOLERANCE

    @property
    def is_whole(self) -> bool:
        return abs(self.value - 1.0) <= _TOLERANCE and self.value > 3.0 * self.error and not self.is_impossible


def lit_blanks(shelves: Sequence[Shelf], frames: Frames, gain: Gain, problems: list[Problem]) -> frozenset[int]:
    """Return the numbers of the blanks that the background is taken out of; what the data decide is told.

    Those that state a probe power are, unless the data contradict; those that state none only where the data say so.
    """
    pairs = [pair for shelf in shelves for pair in _pairs(shelf, frames, gain)]
    lit: frozenset[int] = frozenset()
    for is_told in (True, False):
        group = [pair for pair in pairs if (pair.blank.condition.probe_mw is not None) == is_told]
        share = _share(group)
        is_lit = is_told if share is None else _is_lit(share, is_told=is_told)
        if share is None and not is_told and max((pair.bulge for pair in group), default=0.0) > _BULGES:
            problems.append(_undecided(group[0].blank))
        if share is not None and (not is_told or not is_lit):
            problems.append(_told(group[0].blank, share, is_lit=is_lit, is_told=is_told))
        if is_lit:
            lit |= {pair.blank.number for pair in group}
    return lit


def _pairs(shelf: Shelf, frames: Frames, gain: Gain) -> Iterable[_Pair]:
    for blank in shelf.blanks:
        dark, background = frames_of_blank(blank, shelf, gain)
        if background.weights:
            pair = _pair(blank, less({blank.number: 1.0}, dark.weights), background.weights, frames)
            if pair is not None:
                yield pair


def _pair(blank: MeanFrame, own: Weights, background: Weights, frames: Frames) -> _Pair | None:
    """Return the sums of one blank; None where too few pixels lie between its cutoffs."""
    light, behind = _counts(own, frames), _counts(background, frames)
    chosen, band, shape = _regions(blank, behind)
    if chosen.sum() < _FEWEST_PIXELS:
        return None
    smooth = np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, int(chosen.sum())), 2)
    basis = np.linalg.qr(smooth)[0]
    lit, dim = (values[chosen] - basis @ (basis.T @ values[chosen]) for values in (light, behind))
    free = lit.size - 3
    # Noise of the background, and of frames in both, would make the share too small or too large.
    variances = {frame.number: frame.error**2 for frame in frames.items}
    own_variance = sum(weight**2 * variances[n] for n, weight in background.items())
    common = sum(weight * own.get(n, 0.0) * variances[n] for n, weight in background.items())
    rest = less(own, background)
    noise = sum(weight**2 * variances[n] for n, weight in rest.items())
    slope = float(dim @ lit) / max(float(dim @ dim), 1e-300)
    scatter = max(float(np.sum((lit - slope * dim) ** 2)) / free, noise, 1e-300)
    weight = 1.0 / max(noise, 1e-300)
    return _Pair(
        blank,
        product=weight * (float(dim @ lit) - free * common),
        square=weight * (float(dim @ dim) - free * own_variance),
        variance=weight**2 * float(dim @ dim) * scatter,
        rest=float(np.sum((light - behind)[band])),
        rest_variance=float(band.sum()) * noise,
        band=float(np.sum(shape[band])),
        bulge=_bulge(behind[chosen], own_variance),
    )


def _bulge(counts: FloatArray, variance: float) -> float:
    """Return the range of a spectrum averaged over neighbours, in standard deviations of such an average."""
    pixels = min(_BULGE_PIXELS, counts.size)
    return float(np.ptp(uniform_filter1d(counts, pixels, mode="nearest"))) / float(np.sqrt(variance / pixels + 1e-300))


def _regions(blank: MeanFrame, behind: FloatArray) -> tuple[np.ndarray, np.ndarray, FloatArray]:
    """Return the pixels of the fit, those of the band, both between the cutoffs, and the band of the background."""
    axis, condition = blank.wavelength_nm, blank.condition
    low = axis[0] if condition.longpass_nm is None else condition.longpass_nm + _GUARD_NM
    high = axis[-1] if condition.shortpass_nm is None else condition.shortpass_nm - _GUARD_NM
    open_ = (axis >= low) & (axis <= high)
    if open_.sum() < _FEWEST_PIXELS:
        return open_, open_, behind
    smoothed = uniform_filter1d(behind, _SMOOTHING_PIXELS, mode="nearest")
    shape = smoothed - np.percentile(smoothed[open_], 10)
    band = open_ & (shape >= 0.5 * shape[open_].max())
    first, last = axis[band][[0, -1]]
    near = (axis >= first - (last - first)) & (axis <= last + (last - first))
    return open_ & near, band, shape


def _counts(weights: Weights, frames: Frames) -> FloatArray:
    found: FloatArray = sum((w * frames.items[n].counts for n, w in weights.items()), np.zeros(1))
    return found


def _share(pairs: Sequence[_Pair]) -> _Share | None:
    """Return the common share; None where no band is seen in the backgrounds."""
    square = sum(pair.square for pair in pairs)
    if square < _SEEN:
        return None
    rest, band = sum(pair.rest for pair in pairs), sum(pair.band for pair in pairs)
    error = float(np.sqrt(sum(pair.rest_variance for pair in pairs)))
    return _Share(
        value=sum(pair.product for pair in pairs) / square,
        error=float(np.sqrt(sum(pair.variance for pair in pairs))) / square,
        is_impossible=rest < -(_NEGATIVE * band + 5.0 * error),
    )


def _is_lit(share: _Share, *, is_told: bool) -> bool:
    if is_told:
        return not share.is_impossible and not share.is_none
    return share.is_whole


def _undecided(blank: MeanFrame) -> Problem:
    message = (
        "the background holds light that is too smooth to tell whether the blanks of the bare substrate hold it, too: "
        "it is not taken out of them, and counts twice if they do. Fill probe_mw of the blanks, 0 with the probe off."
    )
    return Problem("warning", blank.sources[0], message)


def _told(blank: MeanFrame, share: _Share, *, is_lit: bool, is_told: bool) -> Problem:
    size = (
        "the band of the background is in the light of the bare substrate with a share of "
        f"{round(share.value, 2) + 0.0:.2f} ± {share.error:.2f}"
    )
    if share.is_impossible and not share.is_none:
        size += ", and with that much taken out the blanks would be negative"
    if is_told:
        message = f"probe_mw says that the probe was on, but {size}: the background is not taken out of the blanks."
        return Problem("info", blank.sources[0], message)
    remedy = "Fill probe_mw of the blanks (0 with the probe off) to decide it yourself"
    if is_lit:
        return Problem("info", blank.sources[0], f"{size}: it is taken out of the blanks first. {remedy}.")
    message = f"{size}: the background is not taken out of the blanks. {remedy}."
    return Problem("info" if share.is_none else "warning", blank.sources[0], message)
