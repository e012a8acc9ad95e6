"""Peak, mean photon energy and width of one band, by several line shapes and without any."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import least_squares

from asplab.core.arena.records import aicc_of
from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.line_shapes import LINE_SHAPES, LineShape, split_mean_offset
from asplab.core.energies.linewidth import full_width
from asplab.core.energies.stage import peak_energy
from asplab.core.errors import AnalysisError, InputError, SettingsError
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FWHM_PER_SIGMA, HC_MEV_NM, FloatArray, Medium, energy_from_wavelength

Background = Literal["none", "constant", "line"]
METHODS = (*LINE_SHAPES, "moments", "direct")
"""``moments`` takes the width from the second moment, ``direct`` from where the band falls to its half."""
_LEAST_POINTS = 12
_END_PART = 0.1
"""Part of the points, at each end of the range, that shows the background to moments."""
_LEAST_GAIN = 40.0
"""Fall of χ² which a band must bring: noise alone brings half of that at one of a few hundred places."""
_ORDERS = {"none": 0, "constant": 1, "line": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """What one method says of a band.

    Attributes
    ----------
    method, title : str
    peak, mean, fwhm : Reading
        In meV.
    shape : Reading or None
        The number for the shape, of a line shape that has one.
    chi2, aicc : float
        NaN without a line shape.
    dof : int
    curve : ndarray, shape (n,)
        The fitted line shape with its background; NaN without one.
    sentence : str
        What a reader of the numbers must know.
    """

    method: str
    title: str
    peak: Reading
    mean: Reading
    fwhm: Reading
    shape: Reading | None
    chi2: float
    aicc: float
    dof: int
    curve: FloatArray
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class BandTable:
    """A band by all methods asked for, on its energies (n,), ascending."""

    energy_mev: FloatArray
    values: FloatArray
    error: FloatArray
    bands: tuple[Band, ...]

    @property
    def best(self) -> Band | None:
        """The line shape with the least AICc; None without one."""
        ranked = [band for band in self.bands if math.isfinite(band.aicc)]
        return min(ranked, key=lambda band: band.aicc) if ranked else None

    @property
    def peak_spread_mev(self) -> float:
        """How far the peaks of the methods lie apart, which no error of one method holds; NaN for fewer than two."""
        peaks = [band.peak.value for band in self.bands if band.peak.is_determined]
        return max(peaks) - min(peaks) if len(peaks) > 1 else math.nan

    def of(self, method: str) -> Band:
        """Return what ``method`` says."""
        for band in self.bands:
            if band.method == method:
                return band
        known = ", ".join(band.method for band in self.bands)
        raise SettingsError(f"the band was not measured by {method!r}. Use one of {known}.")


def per_energy(
    wavelength_nm: FloatArray, values: FloatArray, error: FloatArray, *, medium: Medium = "vacuum"
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return energies, ascending, and a spectrum with its errors per meV instead of per nm.

    The integral stays: I_E = I_λ λ²/hc [Mooney 2013]. Absorption is no density and needs no such factor.
    """
    axis = positive_array(wavelength_nm, name="wavelength_nm")
    order = np.argsort(axis)[::-1]
    axis = axis[order]
    jacobian = axis**2 / HC_MEV_NM
    energy = energy_from_wavelength(axis, medium=medium)
    return energy, np.asarray(values, float)[order] * jacobian, np.asarray(error, float)[order] * jacobian


def measure_band(
    energy_mev: FloatArray,
    values: FloatArray,
    *,
    error: FloatArray,
    background: Background,
    methods: Sequence[str] = METHODS,
) -> BandTable:
    """Measure a band by several methods.

    Parameters
    ----------
    energy_mev, values, error : ndarray, shape (n,)
        Spectrum per unit energy, or absorption, in the range of the band, with the standard errors of its points.
        Errors are widened where a line shape misses the points by more than they say.
    background : {"none", "constant", "line"}
        Below the band. Moments take it from the ends of the range.

    Raises
    ------
    InputError, SettingsError
        For values that no spectrum has, and unknown methods.
    AnalysisError
        For fewer than 12 points.
    """
    energy, y, sigma = _checked(energy_mev, values, error)
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        raise SettingsError(f"there is no method {unknown[0]!r} for a band. Use some of {', '.join(METHODS)}.")
    bands = []
    for method in methods:
        if method in LINE_SHAPES:
            bands.append(_by_shape(LINE_SHAPES[method], energy, y, sigma, _ORDERS[background]))
        else:
            bands.append(_without_shape(method, energy, y, sigma, _ORDERS[background]))
    return BandTable(energy, y, sigma, tuple(bands))


def _checked(
    energy_mev: FloatArray, values: FloatArray, error: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    energy = positive_array(energy_mev, name="energy_mev")
    y, sigma = finite_array(values, name="values"), positive_array(error, name="error")
    for name, array in (("values", y), ("error", sigma)):
        same_shape(energy, array, names=("energy_mev", name))
    if energy.size < _LEAST_POINTS:
        raise AnalysisError(
            f"the band has {energy.size} points; {_LEAST_POINTS} are needed. Widen the range, or bin less."
        )
    order = np.argsort(energy)
    energy = energy[order]
    if np.any(np.diff(energy) <= 0.0):
        twice = energy[1:][np.diff(energy) <= 0.0][0]
        raise InputError(f"energy_mev holds {twice:g} twice. Merge equal energies.")
    return energy, y[order], sigma[order]


def _by_shape(shape: LineShape, energy: FloatArray, y: FloatArray, sigma: FloatArray, order: int) -> Band:
    """Fit a line shape with its background."""
    middle, span = float(energy.mean()), float(np.ptp(energy))
    ends = np.vander((energy - middle) / span, order, increasing=True)
    start, low, high = _start(shape, energy, y, order)
    scale = np.array([max(abs(start[0]), 1e-300), 0.25 * start[2], start[2], *([0.3] if shape.shape_range else [])])
    scale = np.concatenate([scale, np.full(order, scale[0])])

    def curve(p: FloatArray) -> FloatArray:
        n = 4 if shape.shape_range else 3
        return np.asarray(p[0] * shape.function(energy, *p[1:n]) + ends @ p[n:])

    fit = least_squares(
        lambda p: (curve(p) - y) / sigma, start, bounds=(low, high), x_scale=scale, xtol=1e-10, ftol=1e-10
    )
    chi2, dof = 2.0 * float(fit.cost), energy.size - start.size
    at_bound = fit.active_mask != 0
    held, own = np.ix_(~at_bound, ~at_bound), scale[~at_bound]
    unit = fit.jac[:, ~at_bound] * own
    covariance = np.zeros((start.size, start.size))
    covariance[held] = np.linalg.pinv(unit.T @ unit) * np.outer(own, own) * max(chi2 / dof, 1.0)
    errors = np.where(at_bound, np.nan, np.sqrt(np.diag(covariance)))
    bare, *_ = np.linalg.lstsq(ends / sigma[:, None], y / sigma, rcond=None)
    gain = float(np.sum(((y - ends @ bare) / sigma) ** 2)) - chi2
    why = _why_not(fit.x, errors, energy, gain=gain / max(chi2 / dof, 1.0))
    peak, fwhm = (undetermined(why, "meV"),) * 2 if why else (_mev(fit.x[1], errors[1]), _mev(fit.x[2], errors[2]))
    number = None
    if shape.shape_range is not None:
        number = measured(float(fit.x[3]), float(errors[3]))
        if at_bound[3]:
            number = Reading(float(fit.x[3]), math.nan, reason=f"The {shape.symbol} stopped at its bound.")
    mean = undetermined(why, "meV") if why else _mean_of(shape, fit.x, covariance)
    told = why
    if not why and is_misfit(chi2, dof, tests=1):
        told = f"{shape.title}: misses the band (χ²/dof = {chi2 / dof:.2g}); errors are widened, not for its shape."
    aicc = float(aicc_of(np.array(chi2), np.array(energy.size), np.array(start.size)))
    return Band(shape.name, shape.title, peak, mean, fwhm, number, chi2, aicc, dof, curve(fit.x), told)


def _mev(value: float, error: float) -> Reading:
    return measured(float(value), float(error), "meV")


def _start(
    shape: LineShape, energy: FloatArray, y: FloatArray, order: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where a fit starts, and its bounds."""
    smooth = np.convolve(y, np.ones(5) / 5.0, mode="same")
    level = float(np.percentile(y, 10.0)) if order else 0.0
    top = int(np.argmax(smooth[2:-2])) + 2
    above = smooth - level > 0.5 * (smooth[top] - level)
    step = float(np.median(np.diff(energy)))
    span = float(np.ptp(energy))
    width = min(max(float(np.sum(np.gradient(energy)[above])), 2.0 * step), 0.9 * span)
    start = [max(float(smooth[top] - level), 1e-12 * float(np.max(np.abs(y)) or 1.0)), energy[top], width]
    low, high = [0.0, energy[0] - span, step], [np.inf, energy[-1] + span, 10.0 * span]
    if shape.shape_range is not None:
        start.append(0.3 * shape.shape_range[1] if shape.shape_range[0] == 0.0 else 0.0)
        low.append(shape.shape_range[0])
        high.append(shape.shape_range[1])
    start += [level, 0.0][:order]
    low += [-np.inf] * order
    high += [np.inf] * order
    return np.array(start), np.array(low), np.array(high)


def _why_not(found: FloatArray, errors: FloatArray, energy: FloatArray, *, gain: float) -> str:
    """Return why a fit tells no peak; empty where it does."""
    height, center, fwhm = found[:3]
    if not np.all(np.isfinite(errors[:3])) or not height > 3.0 * errors[0] or gain < _LEAST_GAIN:
        return "No band stands out of its noise here. Expose longer, or widen the range."
    if not energy[0] < center < energy[-1]:
        return f"The fitted peak, {center:.0f} meV, is outside the range. Move the range to the band."
    if fwhm > 2.0 * np.ptp(energy):
        return f"The fitted width, {fwhm:.0f} meV, is more than twice the range. Widen the range."
    return ""


def _mean_of(shape: LineShape, found: FloatArray, covariance: FloatArray) -> Reading:
    if not shape.has_mean:
        return undetermined(f"A {shape.title} has no mean, its wings go on. Take the mean from moments.", "meV")
    gradient = np.zeros(found.size)
    gradient[1] = 1.0
    value = float(found[1])
    if shape.shape_range is not None:
        value += split_mean_offset(found[2], found[3])
        gradient[2], gradient[3] = split_mean_offset(1.0, found[3]), split_mean_offset(found[2], 1.0)
    return _mev(value, float(np.sqrt(gradient @ covariance @ gradient)))


def _without_shape(method: str, energy: FloatArray, y: FloatArray, sigma: FloatArray, order: int) -> Band:
    """Measure a band by its moments, or by where it falls to its half."""
    net, level = _less_background(energy, y, sigma, order)
    variance = sigma**2
    jump = np.gradient(energy)
    total = float(jump @ net)
    own = float(np.sqrt((jump**2) @ variance + jump @ level @ jump))
    blank = np.full(y.size, np.nan)
    if not total > 5.0 * own:
        why = "No band stands out of its noise here. Expose longer, or widen the range."
        lost = undetermined(why, "meV")
        return Band(method, method, lost, lost, lost, None, math.nan, math.nan, 0, blank, why)
    first = jump * energy / total
    mean = float(first @ net)
    slope = jump * (energy - mean) / total
    peak, peak_error = peak_energy(energy, net, variance)
    told, width = "", undetermined("The band is cut or too noisy for its half. Widen the range.", "meV")
    if method == "moments":
        second = float(jump @ (net * (energy - mean) ** 2) / total)
        if second > 0.0:
            gradient = jump * ((energy - mean) ** 2 - second) / total
            spread = math.sqrt(second)
            error = _functional_error(gradient, variance, level) / (2.0 * spread)
            width = _mev(FWHM_PER_SIGMA * spread, FWHM_PER_SIGMA * error)
        told = "The width is 2.355 standard deviations: of a Gaussian the FWHM, else more by its wings."
    else:
        found, error = full_width(energy, net, variance, level_variance=float(np.median(np.diag(level))))
        if math.isfinite(found):
            width = _mev(found, error)
    top = (
        _mev(peak, peak_error)
        if math.isfinite(peak)
        else undetermined("Too few points show the top. Bin less, or widen the range.", "meV")
    )
    center = _mev(mean, _functional_error(slope, variance, level))
    return Band(method, method, top, center, width, None, math.nan, math.nan, 0, blank, told)


def _functional_error(gradient: FloatArray, variance: FloatArray, level: FloatArray) -> float:
    """Return the standard error of a linear combination of net values, noise and background together."""
    return float(np.sqrt(gradient**2 @ variance + gradient @ level @ gradient))


def _less_background(energy: FloatArray, y: FloatArray, sigma: FloatArray, order: int) -> tuple[FloatArray, FloatArray]:
    """Return a band less what its ends show, and the covariance (n, n) that this leaves."""
    n = energy.size
    if not order:
        return y, np.zeros((n, n))
    count = max(int(_END_PART * n), 2)
    ends = np.r_[0:count, n - count : n]
    x = (energy - energy.mean()) / np.ptp(energy)
    design = np.vander(x, order, increasing=True)
    found, *_ = np.linalg.lstsq(design[ends] / sigma[ends, None], y[ends] / sigma[ends], rcond=None)
    weighted = design[ends] / sigma[ends, None]
    covariance = np.linalg.inv(weighted.T @ weighted)
    cross = design @ covariance @ (design[ends] / sigma[ends, None] ** 2).T * sigma[ends] ** 2
    level = design @ covariance @ design.T
    # The same points tell the background and are band: their common noise cancels in part.
    level[:, ends] -= cross
    level[ends, :] -= cross.T
    return y - design @ found, level
