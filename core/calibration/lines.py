"""Fit single lines: where they stand within a pixel, how wide they are, and how well that is known."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.optimize import least_squares
from scipy.signal import find_peaks
from scipy.special import stdtrit

from asplab.core.units import FWHM_PER_SIGMA, FloatArray

_SIGNIFICANT = 8.0
"""How far a line must stand out of the noise of the pixels."""
_WINDOW_SIGMA = 5.0
_FEWEST_PIXELS = 8
_UNDERSAMPLED_PIXELS = 2.5
"""Width below which the centre of a line depends on where it falls on the pixels."""
_UNDERSAMPLED_ERROR = 0.1
_SAME_COUNTS = 3
"""Pixels with equal counts at the top of a line that is cut off by the detector."""
_SMOOTHINGS = (5, 15, 45)
"""Pixels over which a spectrum is averaged in search of wide lines."""
_SHARP = 0.2
"""Part of its width to which the centre of a line must be known."""
_ONE_SIGMA = 0.8413447460685429


@dataclass(frozen=True, slots=True)
class FittedLine:
    """One line.

    Attributes
    ----------
    centre_nm, centre_error_nm, fwhm_nm, fwhm_error_nm : float
        Centre and full width at half maximum with standard errors, the width as the spectrometer shows it.
    height : float
        Above the background, in counts.
    is_flat : bool
        The top is cut off by the detector: the centre holds, the width does not.
    """

    centre_nm: float
    centre_error_nm: float
    fwhm_nm: float
    fwhm_error_nm: float
    height: float
    is_flat: bool = False


def is_cut_off(counts: FloatArray) -> bool:
    """Return whether neighbouring pixels share the highest counts of a spectrum: its detector was saturated."""
    top = np.flatnonzero(counts == counts.max())
    runs = np.split(top, np.flatnonzero(np.diff(top) > 1) + 1)
    return counts.size > top.size and max(run.size for run in runs) >= _SAME_COUNTS


def find_lines(wavelength_nm: FloatArray, counts: FloatArray) -> tuple[FittedLine, ...]:
    """Fit every line that stands out of the noise, in the order of wavelength.

    Parameters
    ----------
    wavelength_nm, counts : ndarray, shape (n,)
        Spectrum on an ascending axis.
    """
    if wavelength_nm.size < _FEWEST_PIXELS:
        return ()
    threshold = max(_SIGNIFICANT * _noise(counts), 1e-3 * float(np.ptp(counts)))
    peaks, found = find_peaks(counts, prominence=threshold, width=0.0, rel_height=0.5, plateau_size=1)
    if not peaks.size:
        return ()
    # A neighbour's flank is no background: the window of a line ends half-way to it.
    borders = [0, *(int(border) for border in (peaks[1:] + peaks[:-1] + 1) // 2), counts.size]
    fits = (
        _fit(wavelength_nm, counts, int(peak), float(width), int(top), (low, high))
        for peak, width, top, low, high in zip(
            peaks, found["widths"], found["plateau_sizes"], borders[:-1], borders[1:], strict=True
        )
    )
    return tuple(line for line in fits if line is not None)


def strongest_line(wavelength_nm: FloatArray, counts: FloatArray) -> FittedLine | None:
    """Return the line with the most light in it; None where nothing stands out of the noise.

    A line of many pixels is rough at its top, where noise grows with the light: what is highest after smoothing is
    fitted as one line, too.
    """
    wide = (_highest(wavelength_nm, counts, pixels) for pixels in _SMOOTHINGS if 3 * pixels < counts.size)
    lines = [*find_lines(wavelength_nm, counts), *(line for line in wide if line is not None)]
    highest = 2.0 * float(np.ptp(counts))
    sharp = [
        line
        for line in lines
        if line.centre_error_nm < _SHARP * line.fwhm_nm and (line.is_flat or line.height < highest)
    ]
    most = max((line.height * line.fwhm_nm for line in sharp), default=0.0)
    # Several fits of one and the same line: the one that knows its centre best.
    alike = [line for line in sharp if line.height * line.fwhm_nm > 0.5 * most]
    return min(alike, key=lambda line: line.centre_error_nm, default=None)


def _noise(counts: FloatArray) -> float:
    """Return the noise of a pixel: from steps between neighbours, whose median few lines leave alone."""
    steps = np.diff(counts)
    return float(np.median(np.abs(steps - np.median(steps)))) / (0.6745 * float(np.sqrt(2.0)))


def _highest(wavelength_nm: FloatArray, counts: FloatArray, pixels: int) -> FittedLine | None:
    """Fit what is highest after a mean over ``pixels``; None where it is no line or does not stand out."""
    smooth = uniform_filter1d(counts, pixels)
    peak = int(np.argmax(smooth))
    level = float(np.median(counts))
    below = smooth < 0.5 * (smooth[peak] + level)
    if smooth[peak] - level < _SIGNIFICANT * _noise(counts) or not (below[:peak].any() and below[peak:].any()):
        return None
    first, last = int(np.flatnonzero(below[:peak])[-1]), peak + int(np.flatnonzero(below[peak:])[0])
    width = max(float(np.sqrt(max((last - first) ** 2 - pixels**2, 1))), 1.0)
    top = _SAME_COUNTS if is_cut_off(counts) else 1
    return _fit(wavelength_nm, counts, peak, width, top, (0, counts.size))


def _fit(
    wavelength_nm: FloatArray, counts: FloatArray, peak: int, width_pixels: float, top: int, borders: tuple[int, int]
) -> FittedLine | None:
    """Fit a Gaussian and a line below it to the neighbourhood of a peak; None where that makes no line."""
    sigma = max(width_pixels, 1.0) / FWHM_PER_SIGMA
    reach = max(int(np.ceil(_WINDOW_SIGMA * sigma)), _FEWEST_PIXELS // 2)
    chosen = slice(max(peak - reach, borders[0]), min(peak + reach + 1, borders[1]))
    y, x = counts[chosen], np.arange(counts.size, dtype=np.float64)[chosen] - peak
    is_flat = top >= _SAME_COUNTS
    use = y < y.max() if is_flat else np.ones(y.size, dtype=bool)
    if use.sum() < _FEWEST_PIXELS:
        return None
    x, y = x[use], y[use]
    start = np.array([np.ptp(y), 0.0, sigma, np.min(y), 0.0])
    variance, best, covariance = np.ones(y.size), start, np.zeros((5, 5))
    for _ in range(3):
        root = np.sqrt(variance)
        found = least_squares(_residual, best, _jacobian, args=(x, y, root), x_scale="jac", method="lm")
        best = found.x
        if not (best[0] > 0.0 and abs(best[1]) <= max(2.0 * abs(best[2]), 1.0) and 0.2 < abs(best[2]) < reach):
            return None
        covariance = np.linalg.pinv(found.jac.T @ found.jac)
        variance = _variance(x, y, best)
    height, centre, sigma = float(best[0]), float(best[1]), abs(float(best[2]))
    dof = y.size - best.size
    wide = float(stdtrit(dof, _ONE_SIGMA)) if dof > 0 else np.inf
    scatter = float(np.sum(found.fun**2)) / max(dof, 1)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0) * max(scatter, 1.0)) * wide
    return _in_nm(wavelength_nm, peak, centre, sigma, errors, height, is_flat)


def _in_nm(
    wavelength_nm: FloatArray, peak: int, centre: float, sigma: float, errors: FloatArray, height: float, is_flat: bool
) -> FittedLine:
    pixels = np.arange(wavelength_nm.size, dtype=np.float64)
    near = slice(max(peak - 2, 0), min(peak + 3, wavelength_nm.size))
    step = abs(float(np.mean(np.diff(wavelength_nm[near]))))
    fwhm = FWHM_PER_SIGMA * sigma
    rough = _UNDERSAMPLED_ERROR / FWHM_PER_SIGMA if fwhm < _UNDERSAMPLED_PIXELS else 0.0
    return FittedLine(
        centre_nm=float(np.interp(peak + centre, pixels, wavelength_nm)),
        centre_error_nm=float(np.hypot(errors[1], rough)) * step,
        fwhm_nm=fwhm * step,
        fwhm_error_nm=float(FWHM_PER_SIGMA * errors[2]) * step,
        height=height,
        is_flat=is_flat,
    )


def _variance(x: FloatArray, y: FloatArray, parameters: FloatArray) -> FloatArray:
    """Return the variance of the pixels: that beside the line, and a part that grows with the signal on it.

    The gain of the camera is not known, so both follow from the residuals.
    """
    signal = _gaussian(x, parameters)
    residual = (y - signal - parameters[3] - parameters[4] * x) ** 2
    on = signal > 0.1 * parameters[0]
    beside = residual[~on]
    base = float(np.sum(beside)) / max(beside.size - 2, 1) if beside.size else 0.0
    base = max(base, 1e-12 * float(parameters[0]) ** 2)
    extra = float(np.sum(residual[on])) - base * max(int(on.sum()) - 3, 0)
    grows = max(extra, 0.0) / max(float(np.sum(signal[on])) * max(1.0 - 3.0 / max(int(on.sum()), 4), 0.25), 1e-300)
    return np.asarray(base + grows * signal)


def _gaussian(x: FloatArray, parameters: FloatArray) -> FloatArray:
    result: FloatArray = parameters[0] * np.exp(-0.5 * ((x - parameters[1]) / parameters[2]) ** 2)
    return result


def _residual(parameters: FloatArray, x: FloatArray, y: FloatArray, root: FloatArray) -> FloatArray:
    result: FloatArray = (_gaussian(x, parameters) + parameters[3] + parameters[4] * x - y) / root
    return result


def _jacobian(parameters: FloatArray, x: FloatArray, y: FloatArray, root: FloatArray) -> FloatArray:
    step = (x - parameters[1]) / parameters[2]
    bell = np.exp(-0.5 * step**2)
    slope = parameters[0] * bell * step / parameters[2]
    columns = np.column_stack([bell, slope, slope * step, np.ones(x.size), x])
    return np.asarray(columns / root[:, None])
