"""Full width at half maximum of a band, with its error."""

import numpy as np

from asplab.core.units import FloatArray

_UPPER, _TOP_ORDER = 0.7, 3
"""Part of the band that a cubic in its logarithm follows, for its height."""
_FLANK = (0.3, 0.7)
"""Part of each flank, of the height, that a parabola follows, for where it crosses the half."""
_FEWEST = 4
_SMOOTHING = 5


def full_width(
    energy_mev: FloatArray, shape: FloatArray, variance: FloatArray, *, level_variance: float = 0.0
) -> tuple[float, float]:
    """Return the full width at half maximum and its standard error in meV; NaN where the band is cut or too noisy.

    The height comes from a cubic through ln of the upper part, each crossing from a parabola through its flank, so that
    the width does not jump from pixel to pixel. Noise of the pixels acts on all three, an error of the background level
    on all at once.

    Parameters
    ----------
    energy_mev, shape, variance : ndarray, shape (n,)
        Emission per unit energy and its variance, in either order of energy.
    level_variance : float
        Variance of a level that is common to all points.
    """
    nothing = (float("nan"), float("nan"))
    order = np.argsort(energy_mev)
    energy, shape = energy_mev[order], shape[order]
    spread = np.sqrt(np.maximum(variance[order], np.finfo(float).tiny))
    smooth = np.convolve(shape, np.ones(_SMOOTHING) / _SMOOTHING, mode="same")
    top = int(np.argmax(smooth))
    found = _height(energy, shape, spread, smooth, top)
    if found is None:
        return nothing
    height, height_error = found
    flanks = [_crossing(energy, shape, spread, smooth / height, top, side) for side in (-1, 1)]
    if flanks[0] is None or flanks[1] is None:
        return nothing
    crossings = [_solve(*flank, 0.5 * height) for flank in flanks if flank is not None]
    if any(not np.isfinite(error) for _, error, _ in crossings):
        return nothing
    (low, low_error, rise), (high, high_error, fall) = crossings
    # Half of an error of the height, or of the level, moves both crossings outwards or inwards together.
    lever = 0.5 * (1.0 / abs(rise) + 1.0 / abs(fall))
    common = lever * np.hypot(height_error, np.sqrt(level_variance))
    return float(high - low), float(np.sqrt(low_error**2 + high_error**2 + common**2))


def _height(
    energy: FloatArray, shape: FloatArray, spread: FloatArray, smooth: FloatArray, top: int
) -> tuple[float, float] | None:
    """Return the maximum of the band and its standard error; None where too few points show it."""
    near = _connected(smooth > _UPPER * smooth[top], top) & (shape > 0.0)
    if near.sum() < _TOP_ORDER + 3:
        return None
    scale = float(np.ptp(energy[near]))
    x = (energy[near] - energy[top]) / scale
    fitted, covariance = np.polyfit(x, np.log(shape[near]), _TOP_ORDER, w=shape[near] / spread[near], cov="unscaled")
    trial = np.linspace(x.min(), x.max(), 201)
    at = trial[np.argmax(np.polyval(fitted, trial))] ** np.arange(_TOP_ORDER, -1, -1)
    height = float(np.exp(at @ fitted))
    return height, height * float(np.sqrt(at @ covariance @ at))


def _connected(mask: np.ndarray, at: int) -> np.ndarray:
    """Return the part of a mask that is connected to one of its places."""
    below, above = np.flatnonzero(~mask[:at]), np.flatnonzero(~mask[at:])
    result = np.zeros_like(mask)
    result[below[-1] + 1 if below.size else 0 : at + above[0] if above.size else mask.size] = True
    return result


Flank = tuple[FloatArray, FloatArray, float, float]
"""Parabola, its covariance, and centre and unit of its variable in meV."""


def _crossing(
    energy: FloatArray, shape: FloatArray, spread: FloatArray, part: FloatArray, top: int, side: int
) -> Flank | None:
    """Return a parabola through one flank; None where the band does not fall to the lower end of it."""
    outwards = np.arange(top, energy.size) if side > 0 else np.arange(top, -1, -1)
    beyond = np.flatnonzero(part[outwards] < _FLANK[0])
    if not beyond.size:
        return None
    on = outwards[: beyond[0]]
    on = on[part[on] < _FLANK[1]]
    if on.size < _FEWEST:
        return None
    centre, unit = float(energy[on].mean()), float(np.ptp(energy[on]))
    fitted, covariance = np.polyfit((energy[on] - centre) / unit, shape[on], 2, w=1.0 / spread[on], cov="unscaled")
    return fitted, covariance, centre, unit


def _solve(
    fitted: FloatArray, covariance: FloatArray, centre: float, unit: float, level: float
) -> tuple[float, float, float]:
    """Return where a parabola crosses a level, the error, and its slope there per meV; NaN where it does not."""
    roots = np.roots(fitted - np.array([0.0, 0.0, level]))
    real = [root.real for root in roots if abs(root.imag) < 1e-9 and abs(root.real) < 1.0]
    if not real:
        return float("nan"), float("nan"), float("nan")
    x = min(real, key=abs)
    at = np.array([x**2, x, 1.0])
    slope = float(np.polyval(np.polyder(fitted), x)) / unit
    return centre + unit * x, float(np.sqrt(at @ covariance @ at)) / abs(slope), slope
