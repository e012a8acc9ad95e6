"""Fit of a line shape, with its background, to bands: all of them at once."""

import math
from collections.abc import Sequence

import numpy as np

from asplab.core.arena.records import aicc_of
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.companion.temperature.band_records import NOT_SEEN, Band, Spectrum, in_mev
from asplab.core.companion.temperature.batch_fit import BatchFit, fit_batch
from asplab.core.companion.temperature.line_shapes import LineShape, split_mean_offset
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FloatArray

_LEAST_GAIN = 40.0
"""Fall of χ² which a band must bring: noise alone brings half of that at one of a few hundred places."""


def fit_line_shape(shape: LineShape, spectra: Sequence[Spectrum], *, order: int) -> list[Band]:
    """Fit a line shape to every spectrum, with ``order`` terms of background: none, a constant, a line."""
    most = max(one.energy_mev.size for one in spectra)
    energy = np.array([np.pad(one.energy_mev, (0, most - one.energy_mev.size), "edge") for one in spectra])
    values = np.array([np.pad(one.values, (0, most - one.values.size)) for one in spectra])
    weight = np.array([np.pad(1.0 / one.error, (0, most - one.error.size)) for one in spectra])
    ends = np.stack([_ends(row, order) for row in energy])
    starts = [_start(shape, one, order) for one in spectra]
    start, low, high = (np.array(column) for column in zip(*starts, strict=True))
    n = 4 if shape.shape_range else 3

    def curves(p: FloatArray) -> FloatArray:
        line = p[:, :1] * shape.function(energy, *(p[:, k, None] for k in range(1, n)))
        return np.asarray(line + np.einsum("bnk,bk->bn", ends, p[:, n:]))

    scale = _scale(shape, start, order)
    fit = fit_batch(curves, values, weight=weight, start=start, bounds=(low, high), scale=scale)
    fitted = curves(fit.parameters)
    return [_band(shape, one, fit, k, ends[k], scale[k], fitted[k]) for k, one in enumerate(spectra)]


def _ends(energy: FloatArray, order: int) -> FloatArray:
    return np.vander((energy - energy.mean()) / np.ptp(energy), order, increasing=True)


def _scale(shape: LineShape, start: FloatArray, order: int) -> FloatArray:
    height, width = np.maximum(np.abs(start[:, :1]), 1e-300), start[:, 2:3]
    number = [np.full_like(width, 0.3)] if shape.shape_range else []
    return np.concatenate([height, 0.25 * width, width, *number, *[height] * order], axis=1)


def _band(
    shape: LineShape, one: Spectrum, fit: BatchFit, k: int, ends: FloatArray, scale: FloatArray, fitted: FloatArray
) -> Band:
    found, chi2, at_bound = fit.parameters[k], float(fit.chi2[k]), fit.at_bound[k]
    size = one.energy_mev.size
    dof = size - found.size
    widening = max(chi2 / dof, 1.0)
    covariance = _covariance(one, fit.jacobian[k, :size], ~at_bound, scale, widening)
    errors = np.where(at_bound, np.nan, np.sqrt(np.diag(covariance)))
    bare, *_ = np.linalg.lstsq(ends[:size] / one.error[:, None], one.values / one.error, rcond=None)
    gain = float(np.sum(((one.values - ends[:size] @ bare) / one.error) ** 2)) - chi2
    why = _why_not(found, errors, one.energy_mev, gain=gain / widening)
    lost = undetermined(why, "meV")
    told = why
    if not why and is_misfit(chi2, dof, tests=1):
        told = f"{shape.title}: misses the band (χ²/dof = {chi2 / dof:.2g}); errors are widened, not for its shape."
    return Band(
        method=shape.name,
        title=shape.title,
        peak=lost if why else in_mev(found[1], errors[1]),
        mean=lost if why else _mean_of(shape, found, covariance),
        fwhm=lost if why else in_mev(found[2], errors[2]),
        shape=_number(shape, found, errors, at_bound),
        chi2=chi2,
        aicc=float(aicc_of(np.array(chi2), np.array(size), np.array(found.size))),
        dof=dof,
        curve=fitted[:size],
        sentence=told,
    )


def _covariance(
    one: Spectrum, jacobian: FloatArray, free: np.ndarray, scale: FloatArray, widening: float
) -> FloatArray:
    """Return the covariance of the parameters: from the noise of the points, and from the error they share."""
    unit = jacobian[:, free] * scale[free]
    inverse = np.linalg.pinv(unit.T @ unit)
    along = inverse @ unit.T @ (one.level_error / one.error)
    covariance = np.zeros((free.size, free.size))
    own = inverse * widening + np.outer(along, along)
    covariance[np.ix_(free, free)] = own * np.outer(scale[free], scale[free])
    return covariance


def _number(shape: LineShape, found: FloatArray, errors: FloatArray, at_bound: np.ndarray) -> Reading | None:
    if shape.shape_range is None:
        return None
    if at_bound[3]:
        return Reading(float(found[3]), math.nan, reason=f"The {shape.symbol} stopped at its bound.")
    return measured(float(found[3]), float(errors[3]))


def _start(shape: LineShape, one: Spectrum, order: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where a fit starts, and its bounds."""
    energy, y = one.energy_mev, one.values
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
        return NOT_SEEN
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
    return in_mev(value, float(np.sqrt(gradient @ covariance @ gradient)))
