"""The Stokes side: PA_S/I_S against photon energy is one line, whose intercept is hν₀ = QY ⟨E⟩."""

from dataclasses import dataclass

import numpy as np

from asplab.core.responses import Responses
from asplab.core.statistics.fieller import fieller_interval
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class StokesLine:
    """The Stokes line of each temperature and how it moves with the responses.

    ``intercept_low_mev`` and ``intercept_high_mev`` bound the 68 % Fieller interval of hν₀.
    ``gradient`` has shape (n_temperatures, 2, 2 n_columns): derivatives of (s, hν₀). ``slope_follows`` is how s
    moves with hν₀ where that is set from outside, zero where both are free.
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


def fit_stokes_line(responses: Responses) -> StokesLine:
    """Fit PA_S/I_S = s (hν_S − hν₀) by generalised least squares with the full covariance of the points.

    Temperatures with fewer than two fitted Stokes excitations give NaN.
    """
    ns, n = responses.n_stokes, responses.valid.shape[1]
    use = responses.fitted[:, :ns] & (responses.intensity[:, :ns] != 0.0)
    light = np.where(use, responses.intensity[:, :ns], 1.0)
    heat = np.where(use, responses.absorbed[:, :ns], 0.0)
    points = heat / light
    to_points = np.zeros((len(light), ns, 2 * n))
    columns = np.arange(ns)
    to_points[:, columns, columns] = np.where(use, -points / light, 0.0)
    to_points[:, columns, n + columns] = np.where(use, 1.0 / light, 0.0)
    spread = to_points @ responses.covariance @ np.swapaxes(to_points, 1, 2)
    energy = responses.excitation_mev[:, :ns]
    spread = _with_energy_errors(spread, points, energy, responses.excitation_error_mev[:, :ns], use)
    spread[:, columns, columns] += np.where(use, 0.0, 1.0)
    usable = use.sum(axis=1) >= 2
    centre = np.sum(energy * use, axis=1) / np.maximum(use.sum(axis=1), 1)
    design = np.stack([energy - centre[:, None], np.ones_like(energy)], axis=-1) * use[..., None]
    weighted = np.linalg.solve(spread, design)
    normal = np.swapaxes(design, 1, 2) @ weighted
    normal[~usable] = np.eye(2)
    inverse = np.linalg.inv(normal)
    to_line = inverse @ np.swapaxes(weighted, 1, 2)
    slope, height = np.einsum("tpi,ti->pt", to_line, points)
    residual = points - np.einsum("tip,pt->ti", design, np.stack([slope, height]))
    chi2 = np.einsum("ti,ti->t", residual * use, np.linalg.solve(spread, (residual * use)[..., None])[..., 0])
    slope = np.where(usable & (slope != 0.0), slope, np.nan)
    offset = height / slope
    low, high = fieller_interval(height, slope, inverse[:, 1, 1], inverse[:, 0, 0], inverse[:, 0, 1])
    gradient_line = to_line @ to_points
    gradient_intercept = -(gradient_line[:, 1] - offset[:, None] * gradient_line[:, 0]) / slope[:, None]
    gradient = np.stack([gradient_line[:, 0], gradient_intercept], axis=1)
    # The covariance of the fitted line also holds what the energies' errors add, hence from the normal matrix.
    jacobian = np.stack(
        [np.stack([np.ones_like(slope), np.zeros_like(slope)], -1), np.stack([offset / slope, -1.0 / slope], -1)],
        axis=1,
    )
    return StokesLine(
        slope=slope,
        intercept_mev=centre - offset,
        intercept_low_mev=centre - high,
        intercept_high_mev=centre - low,
        gradient=gradient,
        covariance=jacobian @ inverse @ np.swapaxes(jacobian, 1, 2),
        chi2=np.where(usable, chi2, np.nan),
        dof=use.sum(axis=1) - 2,
        points=np.where(use, points, np.nan),
        point_errors=np.where(use, np.sqrt(np.einsum("tii->ti", spread)), np.nan),
        usable=usable,
        slope_follows=np.zeros(len(slope)),
    )


def _with_energy_errors(
    spread: FloatArray, points: FloatArray, energy: FloatArray, error: FloatArray, use: np.ndarray
) -> FloatArray:
    """Add the effective variance of the excitation energies, with the slope of a plain line."""
    if not np.any(error[use] > 0):
        return spread
    weight = use / np.maximum(use.sum(axis=1, keepdims=True), 1)
    x = (energy - np.sum(energy * weight, axis=1, keepdims=True)) * use
    slope = np.sum(x * points, axis=1) / np.maximum(np.sum(x**2, axis=1), np.finfo(float).tiny)
    result: FloatArray = spread + np.where(use, slope[:, None] * error, 0.0)[:, :, None] ** 2 * np.eye(energy.shape[1])
    return result


def at_intercept(line: StokesLine, intercept_mev: FloatArray) -> StokesLine:
    """Return the line conditioned on its intercept: the slope follows by their covariance."""
    follow = line.covariance[:, 0, 1] / line.covariance[:, 1, 1]
    slope = line.slope + follow * (intercept_mev - line.intercept_mev)
    gradient = line.gradient.copy()
    gradient[:, 0] -= follow[:, None] * gradient[:, 1]
    gradient[:, 1] = 0.0
    covariance = np.zeros_like(line.covariance)
    covariance[:, 0, 0] = line.covariance[:, 0, 0] - follow * line.covariance[:, 0, 1]
    return StokesLine(
        slope,
        intercept_mev,
        intercept_mev,
        intercept_mev,
        gradient,
        covariance,
        line.chi2 + (intercept_mev - line.intercept_mev) ** 2 / line.covariance[:, 1, 1],
        line.dof + 1,
        line.points,
        line.point_errors,
        line.usable,
        follow,
    )
