"""What the repeats of one condition share and what they don't: height and offset, noise, cosmic rays."""

import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d

from asplab.core.units import FloatArray

_SMOOTHING_PIXELS = 31
_NEIGHBOUR_FRACTION = 0.5
_ROUNDING = 1e-6
"""Noise that spectra are taken to have at least, relative to their height."""


def replace_cosmic_rays(counts: FloatArray, *, threshold: float) -> tuple[FloatArray, int]:
    """Replace pixels of single repeats that stand out upwards against the other repeats.

    Each repeat is compared with the median spectrum after fitting its own height and offset, so a band that
    drifts as a whole is never clipped. The noise is pooled over pixels of like signal and over neighbours: the
    few repeats of one pixel don't know it. A pixel beyond ``threshold`` standard deviations, and neighbours beyond
    half of that, take the mean of the other repeats at the repeat's own height. Fewer than three repeats are
    returned unchanged.

    Parameters
    ----------
    counts : ndarray, shape (n_repeats, n_pixels)
    threshold : float
        In standard deviations of one repeat.

    Returns
    -------
    counts : ndarray, shape (n_repeats, n_pixels)
    replaced : int
        Number of replaced pixels over all repeats.
    """
    if counts.shape[0] < 3:
        return counts, 0
    shape = np.median(counts, axis=0)
    order = np.argsort(shape)
    spread = _typical(counts, order)
    # A hit of any height must not tilt the fit of its own repeat: start from what at most doubles the band.
    ceiling = 2.0 * shape - np.percentile(shape, 10) + threshold * spread
    expected = follow(counts, shape, counts <= ceiling)
    residual = counts - expected
    floor = _ROUNDING * np.ptp(expected) + np.finfo(float).tiny
    sigma = np.maximum(_typical(residual, order), floor)
    hit = residual > threshold * sigma
    if not hit.any():
        return counts, 0
    expected = follow(counts, shape, ~hit)
    residual = counts - expected
    sigma = np.maximum(_pooled(residual, ~np.any(hit, axis=0), order), sigma)
    hit = residual > threshold * sigma
    near = hit.copy()
    near[:, 1:] |= hit[:, :-1]
    near[:, :-1] |= hit[:, 1:]
    hit |= near & (residual > _NEIGHBOUR_FRACTION * threshold * sigma)
    return np.where(hit, _others(counts, expected, hit), counts), int(hit.sum())


def _typical(residual: FloatArray, order: np.ndarray) -> FloatArray:
    """Return the noise of one repeat at each pixel, from medians of the variance over pixels: blind to hits.

    The larger of two medians: over pixels of like signal, which ``order`` puts side by side, and over neighbours.
    """
    variance = np.var(residual, axis=0, ddof=1)
    like = np.empty_like(variance)
    like[order] = median_filter(variance[order], size=_SMOOTHING_PIXELS, mode="reflect")
    near = median_filter(variance, size=_SMOOTHING_PIXELS, mode="reflect")
    # Median of χ² per degree of freedom [Wilson and Hilferty 1931].
    median = (1.0 - 2.0 / (9.0 * (len(residual) - 1))) ** 3
    noise: FloatArray = np.sqrt(np.maximum(like, near) / median)
    return noise


def _pooled(residual: FloatArray, use: np.ndarray, order: np.ndarray) -> FloatArray:
    """Return the noise of one repeat as root mean square over pixels in ``use``: of like signal, or neighbours."""
    variance = np.var(residual, axis=0, ddof=1) * use
    larger = np.zeros(use.size)
    for places in (order, np.arange(use.size)):
        total = uniform_filter1d(variance[places], _SMOOTHING_PIXELS, mode="reflect")
        share = uniform_filter1d(use[places].astype(float), _SMOOTHING_PIXELS, mode="reflect")
        larger[places] = np.maximum(larger[places], total / np.maximum(share, 0.5 / _SMOOTHING_PIXELS))
    return np.sqrt(larger)


def _others(counts: FloatArray, expected: FloatArray, hit: np.ndarray) -> FloatArray:
    """Return what each pixel is expected to be from the mean residual of the repeats that were not hit there."""
    kept = ~hit
    residual = np.sum((counts - expected) * kept, axis=0) / np.maximum(kept.sum(axis=0), 1)
    filled: FloatArray = expected + residual
    return filled


def follow(spectra: FloatArray, shape: FloatArray, use: np.ndarray | None = None) -> FloatArray:
    """Return offset + height × shape fitted to each spectrum by least squares over the pixels in use."""
    weight = np.ones(spectra.shape) if use is None else use.astype(float)
    weight[weight.sum(axis=1) < _SMOOTHING_PIXELS] = 1.0
    count = weight.sum(axis=1)
    shape_mean = (weight @ shape) / count
    mean = np.sum(weight * spectra, axis=1) / count
    centred = weight * (shape - shape_mean[:, None])
    power = np.sum(centred * (shape - shape_mean[:, None]), axis=1)
    height = np.where(power > 0, np.sum(centred * spectra, axis=1) / np.where(power > 0, power, 1.0), 1.0)
    fitted: FloatArray = mean[:, None] + height[:, None] * (shape - shape_mean[:, None])
    return fitted


def additive_variance(spectra: FloatArray) -> FloatArray:
    """Return the detection-noise variance of one repeat at each pixel.

    With two or more repeats: the scatter about the mean spectrum after each repeat's own height and offset
    are fitted (their drift is treated apart). With one: the scatter of neighbouring pixels, which misses
    nothing but slow structure.

    Parameters
    ----------
    spectra : ndarray, shape (n_repeats, n_pixels)
    """
    n = len(spectra)
    if n > 1:
        residual = spectra - follow(spectra, spectra.mean(axis=0))
        result: FloatArray = np.sum(residual**2, axis=0) / (n - 1)
        return result
    rough = np.zeros(spectra.shape[1])
    rough[1:-1] = spectra[0, 1:-1] - 0.5 * (spectra[0, :-2] + spectra[0, 2:])
    kernel = np.ones(_SMOOTHING_PIXELS) / _SMOOTHING_PIXELS
    return np.convolve(np.pad(rough**2 / 1.5, _SMOOTHING_PIXELS // 2, mode="reflect"), kernel, mode="valid")
