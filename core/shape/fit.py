"""How the shape of one spectrum differs from a band shape: moved, widened, or something else.

The band shape T is a function of the photon energy E. Moved by δ and widened by a factor w about its mean energy E₀
it is T(E′)/w with E′ = E₀ + (E − E₀ − δ)/w; in photons per nm that is T_λ(λ′) (λ′/λ)²/w, so areas are kept.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.ndimage import median_filter
from scipy.signal import savgol_coeffs, savgol_filter

from asplab.core.units import HC_MEV_NM, FloatArray

_NEIGHBOURS = 9
_BINS = 12
_FEWEST_PIXELS = 16
_SMOOTHING_FRACTION = 0.25
"""Window of the derivative of a band shape in units of its full width at half maximum."""
_ROUNDING = 1e-3
"""What smoothing and pixels of finite width leave of a shape, relative to it; also no detector is straighter."""
_FEIGNED = 0.3
"""What noise of the band shape may add to χ² of a derivative, which has an expectation of one."""
_RISES = 3.0
"""Standard errors from which a smoothed band shape counts as a signal."""
_HIT = 1e-4
"""Chance of a pixel to scatter so much between repeats that it is taken for a cosmic ray."""
_OUTLIER = 5.0
"""Standard errors of a single pixel that stands out of its quiet neighbours."""
_LEAST_VARIANCE = 1e-3
"""Variance of a pixel in parts of the mean one, at least."""
_STEPS = 25
_CONVERGED = 1e-3
_WIDTH_PRIOR = 0.3
_SEEN = 8.0
"""Standard errors that an amplitude must have for shift and width to be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A band shape that can be moved and widened.

    Attributes
    ----------
    axis_nm, values, variance : ndarray, shape (n_pixels,)
        Where the shape is known; the variance of independent pixels.
    smooth : ndarray, shape (n_pixels,)
        The shape without most of its noise.
    clear, slope : ndarray, shape (n_pixels,)
        The same, 0 where it does not rise out of its noise, and its derivative per nm.
    remains : tuple of float
        Parts of ``variance`` that the smooth shape has, and its derivative per nm.
    centre_mev, fwhm_mev : float
        Mean photon energy E₀ and full width at half maximum.
    """

    axis_nm: FloatArray
    values: FloatArray
    variance: FloatArray
    smooth: FloatArray
    clear: FloatArray
    slope: FloatArray
    remains: tuple[float, float]
    centre_mev: float
    fwhm_mev: float

    @classmethod
    def of(cls, axis: FloatArray, values: FloatArray, variance: FloatArray) -> "Shape":
        """Describe samples in photons per nm on an ascending axis."""
        energy = HC_MEV_NM / axis
        broad = savgol_filter(values, min(11, 2 * ((axis.size - 1) // 2) + 1), 2) if axis.size > 3 else values
        peak = int(np.argmax(broad))
        below = np.flatnonzero(broad < 0.5 * broad[peak])
        low, high = below[below < peak].max(initial=0), below[below > peak].min(initial=axis.size - 1)
        points = max(5, 2 * int(0.5 * _SMOOTHING_FRACTION * (high - low)) + 1)
        points, step = min(points, 2 * ((axis.size - 1) // 2) + 1), float(np.median(np.diff(axis)))
        of_value, of_slope = (savgol_coeffs(points, 3, deriv=k, delta=step) for k in (0, 1))
        remains = float(np.sum(of_value**2)), float(np.sum(of_slope**2))
        smooth = savgol_filter(values, points, 3)
        square = smooth**2
        rises = square / (square + _RISES**2 * remains[0] * variance + np.finfo(float).tiny)
        clear = smooth * _falling_off(rises, peak)
        weight = np.maximum(clear, 0.0) * np.gradient(axis)
        centre = float(np.sum(weight * energy) / np.sum(weight))
        fwhm = float(energy[low] - energy[high])
        return cls(axis, values, variance, smooth, clear, np.gradient(clear, axis), remains, centre, fwhm)

    def moved(self, axis: FloatArray, shift_mev: float, width_ratio: float) -> FloatArray:
        """Return the moved and widened shape on an axis, (n,)."""
        there = self._from(axis, shift_mev, width_ratio)
        result: FloatArray = np.interp(there, self.axis_nm, self.smooth) * (there / axis) ** 2 / width_ratio
        return result

    def derivatives(self, axis: FloatArray, shift_mev: float, width_ratio: float) -> tuple[FloatArray, FloatArray]:
        """Return the derivatives of `moved` with the shift and with the logarithm of the width ratio."""
        there = self._from(axis, shift_mev, width_ratio)
        value, slope = (np.interp(there, self.axis_nm, y) for y in (self.clear, self.slope))
        jacobian = (there / axis) ** 2 / width_ratio
        per_mev = (slope + 2.0 * value / there) * there**2 / HC_MEV_NM
        arm = HC_MEV_NM / there - self.centre_mev
        return jacobian * per_mev / width_ratio, jacobian * (per_mev * arm - value)

    def mode_noise(self, axis: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the variances of the derivatives at rest that come from noise in the slope of the shape."""
        energy = HC_MEV_NM / axis
        variance = np.interp(axis, self.axis_nm, self.variance) * self.remains[1] * (axis / energy) ** 2
        return variance, variance * (energy - self.centre_mev) ** 2

    def noise(self, axis: FloatArray, shift_mev: float, width_ratio: float) -> FloatArray:
        """Return the variance of `moved`."""
        there = self._from(axis, shift_mev, width_ratio)
        result: FloatArray = np.interp(there, self.axis_nm, self.variance) * (there / axis) ** 4 / width_ratio**2
        return result

    def _from(self, axis: FloatArray, shift_mev: float, width_ratio: float) -> FloatArray:
        energy = self.centre_mev + (HC_MEV_NM / axis - self.centre_mev - shift_mev) / width_ratio
        return np.asarray(HC_MEV_NM / energy)


def _falling_off(part: FloatArray, peak: int) -> FloatArray:
    """Return parts that never grow away from the peak: beside the band, bumps are noise."""
    below = np.minimum.accumulate(part[peak::-1])[::-1]
    above = np.minimum.accumulate(part[peak:])
    return np.concatenate([below, above[1:]])


@dataclass(frozen=True, slots=True)
class ShapeFit:
    """One spectrum against a band shape.

    Attributes
    ----------
    amplitude, level : float
        Of the resting shape, and of the constant below it, in the spectrum's unit.
    chi2, chi2_fitted : float
        Misfit of the resting shape, and of the moved one.
    dof : int
        Degrees of freedom of ``chi2``.
    shift_mev, shift_error_mev, width_ratio, width_error : float
        NaN where the spectrum does not tell them; 1 and 0 for the width alone.
    covariance : float
        Of the shift and the logarithm of the width ratio.
    centre_mev : float
        Photon energy about which the shape is widened.
    p_moved, p_form : float
        Chance of a difference like the one found if the shapes are equal: by a shift and a width; and by any form that
        is left, told in coarse steps.
    pixels : int
        Pixels that were used.
    """

    amplitude: float
    level: float
    chi2: float
    chi2_fitted: float
    dof: int
    shift_mev: float
    shift_error_mev: float
    width_ratio: float
    width_error: float
    covariance: float
    centre_mev: float
    p_moved: float
    p_form: float
    pixels: int

    @property
    def p_value(self) -> float:
        """Chance of either difference."""
        return float(-np.expm1(2.0 * np.log1p(-min(self.p_moved, self.p_form))))


def smoothed_variance(variance: FloatArray, dof: float) -> FloatArray:
    """Return the variance of neighbouring pixels, blind to cosmic rays that were left in.

    Parameters
    ----------
    variance : ndarray, shape (n_pixels,)
    dof : float
        Degrees of freedom of the variance of one pixel.
    """
    neighbours: FloatArray = median_filter(variance, size=_NEIGHBOURS, mode="nearest")
    return neighbours * (dof / float(special.chdtri(dof, 0.5)))


def steady_variance(variance: FloatArray, signal: FloatArray, dof: float) -> tuple[FloatArray, np.ndarray]:
    """Return the variance as pixels of like signal agree on it, and which pixels scatter no more than that.

    The few repeats of one pixel do not know its variance. It is a constant and a part that grows with the signal
    [detection noise], both with a slope along the axis for what the response divides. Cosmic rays that were left in
    stand out of it.

    Parameters
    ----------
    variance, signal : ndarray, shape (n_pixels,)
    dof : float
        Degrees of freedom of the variance of one pixel.
    """
    x = np.linspace(-1.0, 1.0, variance.size)
    height = np.maximum(signal, 0.0) / max(float(np.max(signal, initial=0.0)), np.finfo(float).tiny)
    columns = np.column_stack([np.ones(variance.size), height, x, x * height])
    most = float(special.chdtri(dof, _HIT)) / dof
    expected = smoothed_variance(variance, dof)
    # Repeats that round to the same count have no variance: their neighbours tell that there is some.
    floor = max(0.3 * float(np.min(expected)), _LEAST_VARIANCE * float(np.mean(variance)))
    if floor == 0.0:
        return expected, np.ones(variance.size, dtype=bool)
    for _ in range(6):
        expected = np.maximum(expected, floor)
        is_steady = variance <= most * expected
        weight = is_steady / expected
        found = np.linalg.lstsq(columns * weight[:, None], variance * weight, rcond=None)[0]
        expected = np.maximum(columns @ found, floor)
    return expected, variance <= most * expected


def fit_shape(
    axis: FloatArray,
    spectrum: FloatArray,
    variance: FloatArray,
    shape: Shape,
    *,
    has_slope: bool = False,
    noise_dof: float = 1e6,
) -> ShapeFit | None:
    """Compare a spectrum with a band shape in their common range; None where too few pixels are left.

    Parameters
    ----------
    axis, spectrum, variance : ndarray, shape (n_pixels,)
        Pixels of the common range, and the variance of ``spectrum`` at each.
    has_slope : bool
        Below the band lies a line instead of a constant.
    noise_dof : float
        Degrees of freedom of ``variance`` as a whole.
    """
    columns = [np.ones(axis.size)]
    if has_slope:
        columns.append((axis - axis.mean()) / max(float(np.ptp(axis)), 1e-9))
    below = np.column_stack(columns)
    keep = np.ones(axis.size, dtype=bool)
    for _ in range(3):
        if keep.sum() < _FEWEST_PIXELS:
            return None
        pixels = _Pixels(axis[keep], spectrum[keep], variance[keep], below[keep], shape)
        found = pixels.compare(noise_dof)
        lone = _lone(found[1])
        if not lone.any():
            return found[0]
        keep[np.flatnonzero(keep)[lone]] = False
    return found[0]


def _lone(residual: FloatArray) -> np.ndarray:
    """Find single pixels that stand out upwards of quiet neighbours: what is left of a cosmic ray."""
    around = median_filter(np.abs(residual), size=9, mode="reflect")
    return np.asarray((residual > _OUTLIER) & (around < 2.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Pixels:
    """The common range of one spectrum and a shape."""

    axis: FloatArray
    spectrum: FloatArray
    variance: FloatArray
    below: FloatArray
    shape: Shape

    def compare(self, noise_dof: float) -> tuple[ShapeFit, FloatArray]:
        """Return the comparison, and the residuals of the best shape in standard errors."""
        amplitude, level, error, chi2 = self._resting()
        weight = self._weight(amplitude, 0.0, 1.0)
        rest = np.column_stack([self.shape.moved(self.axis, 0.0, 1.0), self.below])
        modes = self._told_modes(amplitude, rest, weight)
        gain, whitened = _more(rest * weight, modes * weight, self.spectrum * weight[:, 0])
        n_modes, chi2_fitted = modes.shape[1], chi2 - gain
        p_moved = float(special.fdtrc(n_modes, noise_dof, gain / n_modes)) if n_modes else 1.0
        base, shift, width, covariance = np.column_stack([rest, modes]), np.nan, np.nan, np.full((2, 2), np.nan)
        if amplitude > _SEEN * error and n_modes:
            found = self._moving(amplitude, level, n_modes)
            if found is not None:
                shift, width, covariance, base, whitened = found
                weight = self._weight(amplitude, shift, width)
                chi2_fitted = chi2 - self._misfit(rest, weight) + float(whitened @ whitened)
        bins = np.minimum(np.arange(self.axis.size) * _BINS // self.axis.size, _BINS - 1)
        steps = (bins[:, None] == np.arange(1, _BINS)).astype(float)
        form, _ = _more(base * weight, steps * weight, whitened)
        errors = np.sqrt(np.diag(covariance))
        fit = ShapeFit(
            amplitude=amplitude,
            level=float(level[0]),
            chi2=chi2,
            chi2_fitted=chi2_fitted,
            dof=self.axis.size - rest.shape[1],
            shift_mev=shift,
            shift_error_mev=float(errors[0]),
            width_ratio=width,
            width_error=float(errors[1] * width),
            covariance=float(covariance[0, 1]),
            centre_mev=self.shape.centre_mev,
            p_moved=p_moved,
            p_form=float(special.fdtrc(_BINS - 1, noise_dof, form / (_BINS - 1))),
            pixels=self.axis.size,
        )
        return fit, whitened

    def _told_modes(self, amplitude: float, rest: FloatArray, weight: FloatArray) -> FloatArray:
        """Return the derivatives with shift and log width, (n_pixels, 0 to 2), as far as the pixels tell them apart.

        On the cut wing of a band a derivative is nearly a sum of the others. What is left of it is then noise of the
        shape, which the residuals have as well: it would pass for a difference. A derivative is taken where that adds
        less than `_FEIGNED` to χ².
        """
        noise = (self.shape.noise(self.axis, 0.0, 1.0) * weight[:, 0] ** 2).sum() * self.shape.remains[0]
        columns = rest
        for mode, own in zip(
            self.shape.derivatives(self.axis, 0.0, 1.0), self.shape.mode_noise(self.axis), strict=True
        ):
            found = np.linalg.lstsq(columns * weight, mode * weight[:, 0], rcond=None)[0]
            left = float(np.sum(((mode - columns @ found) * weight[:, 0]) ** 2))
            feigned = float(found[0] ** 2 * noise + np.sum(own * weight[:, 0] ** 2))
            if feigned * amplitude**2 * noise > _FEIGNED * left:
                break
            columns = np.column_stack([columns, mode])
        return columns[:, rest.shape[1] :]

    def _weight(self, amplitude: float, shift_mev: float, width_ratio: float) -> FloatArray:
        rounding = (_ROUNDING * self.shape.moved(self.axis, shift_mev, width_ratio)) ** 2
        variance = self.variance + amplitude**2 * (self.shape.noise(self.axis, shift_mev, width_ratio) + rounding)
        result: FloatArray = (1.0 / np.sqrt(variance))[:, None]
        return result

    def _resting(self) -> tuple[float, FloatArray, float, float]:
        """Return amplitude, coefficients below the band, the amplitude's error and χ² of the resting shape."""
        columns = np.column_stack([self.shape.moved(self.axis, 0.0, 1.0), self.below])
        found = np.zeros(columns.shape[1])
        for _ in range(3):
            weight = self._weight(float(found[0]), 0.0, 1.0)
            design = columns * weight
            found = np.linalg.lstsq(design, self.spectrum * weight[:, 0], rcond=None)[0]
        error = float(np.sqrt(np.linalg.pinv(design.T @ design)[0, 0]))
        # Pixel by pixel the noise of the shape counts as it was measured.
        rough = np.interp(self.axis, self.shape.axis_nm, self.shape.values)
        residual = self.spectrum - found[0] * rough - self.below @ found[1:]
        return float(found[0]), found[1:], error, float(np.sum((residual * weight[:, 0]) ** 2))

    def _misfit(self, columns: FloatArray, weight: FloatArray) -> float:
        """Return χ² of the best sum of columns."""
        return float(np.sum(_more(columns * weight, columns[:, :0], self.spectrum * weight[:, 0])[1] ** 2))

    def _moving(
        self, amplitude: float, level: FloatArray, n_modes: int
    ) -> tuple[float, float, FloatArray, FloatArray, FloatArray] | None:
        """Fit shift and width, or the shift alone, by Gauss-Newton steps; wide priors keep them in reach."""
        prior, reach = np.array([0.5 * self.shape.fwhm_mev, _WIDTH_PRIOR]), np.array([1.5 * self.shape.fwhm_mev, 1.5])
        prior, place, last = prior[:n_modes], np.zeros(2), slice(-n_modes, None)
        for _ in range(_STEPS):
            shift, width = float(place[0]), float(np.exp(place[1]))
            weight = self._weight(amplitude, shift, width)
            shape = self.shape.moved(self.axis, shift, width)
            modes = amplitude * np.column_stack(self.shape.derivatives(self.axis, shift, width))[:, :n_modes]
            design = np.column_stack([shape, self.below, modes]) * weight
            residual = (self.spectrum - amplitude * shape - self.below @ level) * weight[:, 0]
            normal, drive = design.T @ design, design.T @ residual
            np.einsum("ii->i", normal)[last] += prior**-2
            drive[last] -= place[:n_modes] / prior**2
            covariance = np.linalg.pinv(normal, hermitian=True)
            step = covariance @ drive
            errors = np.sqrt(np.diag(covariance)[last])
            step = step / max(float(np.max(np.abs(step[last]) / (0.5 * prior))), 1.0)
            amplitude, level = amplitude + float(step[0]), level + step[1:-n_modes]
            place[:n_modes] += step[last]
            if amplitude <= 0.0 or np.any(np.abs(place) > reach):
                return None
            if np.all(np.abs(step[last]) <= _CONVERGED * errors):
                break
        else:
            return None
        if errors[0] > 0.7 * prior[0]:
            return None
        of_modes = np.zeros((2, 2))
        of_modes[:n_modes, :n_modes] = covariance[last, last]
        return float(place[0]), float(np.exp(place[1])), of_modes, design / weight, residual


def _more(base: FloatArray, added: FloatArray, whitened: FloatArray) -> tuple[float, FloatArray]:
    """Return by how much χ² falls with the added columns, and the residual with all of them."""
    q, _ = np.linalg.qr(np.column_stack([base, added]))
    parts = q.T @ whitened
    n = base.shape[1]
    return float(parts[n:] @ parts[n:]), whitened - q @ parts
