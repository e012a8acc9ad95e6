"""Whether a background that is taken as constant slopes so much that it shifts a band intensity."""

from dataclasses import dataclass

import numpy as np

from asplab.core.emission.band import Bands
from asplab.core.emission.integration import Emission
from asplab.core.emission.prefix_sums import range_weights
from asplab.core.grouping.layout import Layout
from asplab.core.problems import Problem
from asplab.core.units import FloatArray

_SEEN = 4.5
"""Standard errors that a slope must stand above zero."""
_MATTERS = 1.0
"""Shift of a band intensity in its standard errors from which a slope is told."""
_FEWEST_PIXELS = 8
_NAMED = 4


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundSlopes:
    """A straight line through the signal-free part of the mean spectrum of each stack.

    Attributes
    ----------
    per_nm, error_per_nm : ndarray, shape (n_stacks,)
        Slope and its standard error from detection noise, in the spectrum's unit per nm; zero and infinite where the
        background is not a constant, or has too few pixels.
    centre_nm : ndarray, shape (n_stacks,)
        Where the line has the level that is subtracted.
    """

    per_nm: FloatArray
    error_per_nm: FloatArray
    centre_nm: FloatArray

    @property
    def is_seen(self) -> np.ndarray:
        """Which slopes are beyond doubt, (n_stacks,)."""
        return np.asarray(np.abs(self.per_nm) > _SEEN * self.error_per_nm)


@dataclass(frozen=True, slots=True, eq=False)
class BackgroundCheck:
    """What the slopes do to the band intensities.

    Attributes
    ----------
    shift : ndarray, shape (n_stacks,)
        What the slope adds to the intensity in the window, in standard errors of the mean intensity; NaN where
        there is no line, or fewer than three repeats.
    """

    shift: FloatArray
    problems: tuple[Problem, ...] = ()


def find_slopes(bands: Bands) -> BackgroundSlopes:
    """Fit a line to the background regions of every stack by least squares, with weights of one for each pixel."""
    corrected, n = bands.corrected, len(bands.background_nm)
    slope, error, centre = np.zeros(n), np.full(n, np.inf), np.zeros(n)
    if bands.settings.baseline == "constant":
        for b, block in enumerate(corrected.blocks):
            members = np.flatnonzero(corrected.place[:, 0] == b)
            weights = range_weights(block.wavelength_nm, bands.background_nm[members]).sum(axis=1)
            for k, weight in zip(members, weights, strict=True):
                chosen = weight > 0.0
                if chosen.sum() < _FEWEST_PIXELS:
                    continue
                row, x = corrected.place[k, 1], block.wavelength_nm[chosen]
                centre[k] = np.average(x, weights=weight[chosen])
                lever = x - x.mean()
                lever /= lever @ lever
                slope[k] = lever @ block.mean[row, chosen]
                noise = block.variance[row, chosen] / corrected.present[k].sum() + block.dark_variance[row, chosen]
                error[k] = np.sqrt(lever**2 @ noise)
    return BackgroundSlopes(slope, error, centre)


def check_background(slopes: BackgroundSlopes, bands: Bands, emission: Emission, layout: Layout) -> BackgroundCheck:
    """Say which band intensities a sloping background shifts by more than their standard error."""
    present, valid = bands.corrected.present, layout.valid
    count = present.sum(axis=1)
    deviation = np.where(present, emission.per_repeat - (emission.per_repeat.sum(axis=1) / count)[:, None], 0.0)
    variance = np.sum(deviation**2, axis=1) / np.maximum((count - 1) * count, 1)
    variance[layout.index[valid]] += np.einsum("tii->ti", emission.shared)[valid]
    low, high = emission.window_nm[:, 0], emission.window_nm[:, 1]
    added = slopes.per_nm * (0.5 * (low + high) - slopes.centre_nm) * np.maximum(high - low, 0.0) * emission.factor
    known = (count > 2) & (variance > 0)
    shift = np.where(known, added / np.sqrt(np.where(known, variance, 1.0)), np.nan)
    with np.errstate(invalid="ignore"):
        found = slopes.is_seen & (np.abs(shift) > _MATTERS)
    return BackgroundCheck(shift, _problems(bands, np.flatnonzero(found), shift))


def _problems(bands: Bands, found: np.ndarray, shift: FloatArray) -> tuple[Problem, ...]:
    if not found.size:
        return ()
    order = sorted(found, key=lambda k: -abs(shift[k]))
    named = "; ".join(f"{bands.corrected.stacks[k].label} ({shift[k]:+.1f} σ)" for k in order[:_NAMED])
    more = f" and {len(order) - _NAMED} more" if len(order) > _NAMED else ""
    corrected = bands.corrected
    cause = "Choose"
    if any(corrected.dark_group[k] < 0 and corrected.treatments[k].response for k in order):
        cause = (
            "Some have no dark frame, and the detector's offset, divided by its response, slopes: add dark frames. "
            "Else choose"
        )
    message = (
        f"the background slopes in {len(order)} of {len(shift)} conditions and, taken as constant, shifts their "
        f"intensity by more than its standard error: {named}{more}. {cause} the background 'line' if it is straight, "
        "or set background windows closer to the band."
    )
    return (Problem("warning", "background", message),)
