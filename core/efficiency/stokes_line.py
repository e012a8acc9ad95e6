"""The Stokes side: PA_S/I_S against photon energy is one line, whose intercept is hν₀ = QY ⟨E⟩."""

from dataclasses import dataclass

import numpy as np

from asplab.core.responses.stage import Responses
from asplab.core.statistics.fieller import fieller_interval
from asplab.core.units import FloatArray

_ROUNDING = 1e-7
"""Relative error that points are taken to have at least: data without noise must not make the fit singular."""


@dataclass(frozen=True, slots=True, eq=False)
class StokesLine:
    """The Stokes line of each temperature and how it moves with the responses.

    ``intercept_low_mev`` and ``intercept_high_mev`` bound the 68 % Fieller interval of hν₀.
    ``gradient`` has shape (n_temperatures, 2, 2 n_columns): derivatives of (s, hν₀). ``slope_follows`` is how s
    moves with hν₀ where that is set from outside, zero where both are free. ``response_covariance`` is that of the
    responses with what the errors of the Stokes wavelengths do, written as errors of PA_S.
    """

    slope: FloatArray
    intercept_mev: FloatArray
    intercept_low_mev: FloatArray
    intercept_high_mev: FloatArray
    gradient: FloatArray
    covariance: FloatArray
    chi2: FloatArray
    dof: np.ndarray
    points: FloatArray
    point_errors: FloatArray
    usable: np.ndarray
    slope_follows: FloatArray
    response_covariance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Points PA_S/I_S with what they follow from; places not in use have zero value and unit variance."""

    energy_mev: FloatArray
    value: FloatArray
    spread: FloatArray
    gradient: FloatArray
    use: np.ndarray
    response_covariance: FloatArray

    @property
    def shown(self) -> tuple[FloatArray, FloatArray]:
        """Values and errors, NaN where not in use."""
        errors = np.sqrt(np.einsum("tii->ti", self.spread))
        return np.where(self.use, self.value, np.nan), np.where(self.use, errors, np.nan)

    def chi2(self, residual: FloatArray) -> FloatArray:
        """Return χ² of residuals (n_temperatures, n_stokes)."""
        kept = residual * self.use
        result: FloatArray = np.einsum("ti,ti->t", kept, np.linalg.solve(self.spread, kept[..., None])[..., 0])
        return result


def lowest_stokes(responses: Responses) -> tuple[np.ndarray, np.ndarray]:
    """Return the column of the Stokes excitation closest to the gap, (n_temperatures,), and whether there is one."""
    ns = responses.n_stokes
    if ns == 0:
        return np.zeros(len(responses.valid), dtype=int), np.zeros(len(responses.valid), dtype=bool)
    energy = np.where(responses.valid[:, :ns], responses.excitation_mev[:, :ns], np.inf)
    return energy.argmin(axis=1), np.isfinite(energy.min(axis=1))


def absorbed_light(responses: Responses, line: StokesLine) -> FloatArray:
    """Return D = PA/s + hν₀ I, which is proportional to the absorbed photons times their energy.

    Shape (n_temperatures, n_columns); NaN where there is no line.
    """
    return np.asarray(responses.absorbed / line.slope[:, None] + line.intercept_mev[:, None] * responses.intensity)


def _points(responses: Responses) -> _Points:
    ns, n = responses.n_stokes, responses.valid.shape[1]
    use = responses.fitted[:, :ns] & (responses.intensity[:, :ns] != 0.0)
    light = np.where(use, responses.intensity[:, :ns], 1.0)
    value = np.where(use, responses.absorbed[:, :ns], 0.0) / light
    gradient = np.zeros((len(light), ns, 2 * n))
    columns = np.arange(ns)
    gradient[:, columns, columns] = np.where(use, -value / light, 0.0)
    gradient[:, columns, n + columns] = np.where(use, 1.0 / light, 0.0)
    energy = responses.excitation_mev[:, :ns]
    covariance = _with_energy_errors(responses, light, value, use)
    spread = gradient @ covariance @ gradient.transpose(0, 2, 1)
    size = np.abs(value).max(axis=1, keepdims=True, initial=0.0)
    rounding = (_ROUNDING * np.where(size > 0, size, 1.0)) ** 2
    spread[:, columns, columns] += np.where(use, rounding, 1.0)
    return _Points(energy, value, spread, gradient, use, covariance)


def fit_stokes_line(responses: Responses) -> StokesLine:
    """Fit PA_S/I_S = s (hν_S − hν₀) by generalised least squares with the full covariance of the points.

    Temperatures with fewer than two fitted Stokes excitations give NaN.
    """
    points = _points(responses)
    count = points.use.sum(axis=1)
    usable = count >= 2
    centre = (points.energy_mev * points.use).sum(axis=1) / np.maximum(count, 1)
    columns = np.empty((*points.value.shape, 3))
    columns[:, :, 0], columns[:, :, 1] = (points.energy_mev - centre[:, None]) * points.use, points.use
    columns[:, :, 2] = points.value
    weighted = np.linalg.solve(points.spread, columns)
    design = columns[:, :, :2]
    normal = design.transpose(0, 2, 1) @ weighted[:, :, :2]
    normal[~usable] = np.eye(2)
    inverse = np.linalg.inv(normal)
    to_line = inverse @ weighted[:, :, :2].transpose(0, 2, 1)
    line = to_line @ points.value[:, :, None]
    slope, height = line[:, 0, 0], line[:, 1, 0]
    from_line = np.concatenate([-line, np.ones((len(line), 1, 1))], axis=1)
    chi2 = ((columns @ from_line) * (weighted @ from_line))[:, :, 0].sum(axis=1)
    usable = usable & (slope != 0.0)
    slope = np.where(usable, slope, np.nan)
    offset = height / slope
    low, high = fieller_interval(height, slope, inverse[:, 1, 1], inverse[:, 0, 0], inverse[:, 0, 1])
    # From (slope, height) to (slope, intercept); the normal matrix also holds what the energies' errors add.
    jacobian = np.zeros((len(slope), 2, 2))
    jacobian[:, 0, 0], jacobian[:, 1, 0], jacobian[:, 1, 1] = 1.0, offset / slope, -1.0 / slope
    values, errors = points.shown
    return StokesLine(
        slope=slope,
        intercept_mev=centre - offset,
        intercept_low_mev=centre - high,
        intercept_high_mev=centre - low,
        gradient=jacobian @ to_line @ points.gradient,
        covariance=jacobian @ inverse @ jacobian.transpose(0, 2, 1),
        chi2=np.where(usable, chi2, np.nan),
        dof=count - 2,
        points=values,
        point_errors=errors,
        usable=usable,
        slope_follows=np.zeros(len(slope)),
        response_covariance=points.response_covariance,
    )


def fit_slope(responses: Responses, intercept_mev: FloatArray) -> StokesLine:
    """Fit the slope alone, through a given intercept hν₀ (n_temperatures,); one Stokes excitation suffices."""
    points = _points(responses)
    usable = points.use.any(axis=1) & np.isfinite(intercept_mev)
    intercept = np.where(usable, intercept_mev, 0.0)
    lever = (points.energy_mev - intercept[:, None]) * points.use
    weighted = np.linalg.solve(points.spread, np.stack([lever, points.use * 1.0], axis=-1))
    strength = np.where(usable, np.sum(weighted[..., 0] * lever, axis=1), 1.0)
    to_slope = weighted[..., 0] / strength[:, None]
    slope = np.sum(to_slope * points.value, axis=1)
    follows = 2.0 * slope * np.sum(weighted[..., 1] * lever, axis=1) - np.sum(weighted[..., 1] * points.value, axis=1)
    gradient = np.zeros((len(slope), 2, points.gradient.shape[2]))
    gradient[:, 0] = (to_slope[:, None] @ points.gradient)[:, 0]
    covariance = np.zeros((len(slope), 2, 2))
    covariance[:, 0, 0] = np.where(usable, 1.0 / strength, np.nan)
    values, errors = points.shown
    return StokesLine(
        slope=np.where(usable & (slope != 0.0), slope, np.nan),
        intercept_mev=intercept_mev,
        intercept_low_mev=intercept_mev,
        intercept_high_mev=intercept_mev,
        gradient=gradient,
        covariance=covariance,
        chi2=np.where(usable, points.chi2(points.value - slope[:, None] * lever), np.nan),
        dof=points.use.sum(axis=1) - 1,
        points=values,
        point_errors=errors,
        usable=usable,
        slope_follows=follows / strength,
        response_covariance=points.response_covariance,
    )


def _with_energy_errors(responses: Responses, light: FloatArray, points: FloatArray, use: np.ndarray) -> FloatArray:
    """Return the covariance of the responses with the errors of the Stokes photon energies, as effective variance.

    A photon energy that is larger than stated moves a point along the line, of which the slope of a plain line is
    taken, and PA_S on the scan: up to the slope of the absorption alone they cancel.
    """
    ns, n = responses.n_stokes, responses.valid.shape[1]
    error, misread = responses.excitation_error_mev[:, :ns], responses.misread[:, :ns]
    if not np.any(error[use] > 0):
        return responses.covariance
    energy = responses.excitation_mev[:, :ns]
    weight = use / np.maximum(use.sum(axis=1, keepdims=True), 1)
    x = (energy - np.sum(energy * weight, axis=1, keepdims=True)) * use
    slope = np.sum(x * points, axis=1) / np.maximum(np.sum(x**2, axis=1), np.finfo(float).tiny)
    moved = misread + slope[:, None] * error * light
    result, places = responses.covariance.copy(), n + np.arange(ns)
    result[:, places, places] += np.where(use, moved**2 - misread**2, 0.0)
    return result
