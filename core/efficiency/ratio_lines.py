"""The paper's way: a line through R(ΔE_S) for each ΔE, its points taken as independent [Zhang 2024, Eq. 5]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.efficiency.stokes_line import StokesLine
from asplab.core.responses.stage import Responses
from asplab.core.units import FloatArray


def ratio(
    stokes_detuning_mev: ArrayLike,
    detuning_mev: ArrayLike,
    eta: ArrayLike,
    quantum_yield: ArrayLike,
    gap_mev: ArrayLike,
) -> FloatArray:
    """Return R, the ratio of anti-Stokes to Stokes emission per photothermal signal [Zhang 2024, Eq. 5].

    Parameters
    ----------
    stokes_detuning_mev, detuning_mev : array_like
        Excitation above the gap, and below it, both positive; meV.
    eta, quantum_yield : array_like
        Up-conversion efficiency and emission quantum yield.
    gap_mev : array_like
        Energy that an emitted photon carries; meV.
    """
    above, below = np.asarray(stokes_detuning_mev, dtype=float), np.asarray(detuning_mev, dtype=float)
    eta_, yield_, gap = (np.asarray(x, dtype=float) for x in (eta, quantum_yield, gap_mev))
    value: FloatArray = eta_ * (gap * (1 - yield_) + above) / (gap * (1 - eta_ * yield_) - below)
    return value


def invert_line(
    intercept: ArrayLike, slope_per_mev: ArrayLike, detuning_mev: ArrayLike, gap_mev: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return (quantum yield, η) of a line R = intercept + slope ΔE_S; the inverse of `ratio`.

    Parameters
    ----------
    intercept, slope_per_mev : array_like
        Of the line against the Stokes detuning.
    detuning_mev, gap_mev : array_like
        Anti-Stokes detuning and emitted photon energy, meV.
    """
    a, b = np.asarray(intercept, dtype=float), np.asarray(slope_per_mev, dtype=float)
    gap = np.asarray(gap_mev, dtype=float)
    quantum_yield: FloatArray = 1.0 - a / (b * gap)
    eta: FloatArray = b * (gap - np.asarray(detuning_mev, dtype=float)) / (1.0 + b * gap - a)
    return quantum_yield, eta


def ratio_points(responses: Responses, line: StokesLine) -> tuple[FloatArray, FloatArray]:
    """Return the paper's R of each pair of excitations, and its error with every point on its own.

    Returns
    -------
    ratio, error : ndarray, shape (n_temperatures, n_anti, n_stokes)
        NaN where either side is missing. Points of one temperature share noise: the errors do not tell how
        well a line through them is known.
    """
    ns, n = responses.n_stokes, responses.valid.shape[1]
    light, heat = responses.intensity[:, ns:], responses.absorbed[:, ns:]
    measured = responses.valid[:, ns:] & (heat != 0.0)
    rho = np.where(measured, light / np.where(measured, heat, 1.0), np.nan)
    variances = np.einsum("tii->ti", responses.covariance)
    anti = np.arange(ns, n)
    cross = responses.covariance[:, anti, n + anti]
    rho_variance = (variances[:, ns:n] - 2 * rho * cross + rho**2 * variances[:, n + ns :]) / np.where(
        measured, heat, 1.0
    ) ** 2
    points = rho[:, :, None] * line.points[:, None, :]
    errors = np.sqrt(
        rho_variance[:, :, None] * line.points[:, None, :] ** 2
        + rho[:, :, None] ** 2 * line.point_errors[:, None, :] ** 2
    )
    return points, errors


@dataclass(frozen=True, slots=True, eq=False)
class RatioLines:
    """Quantum yield and η of each line R = a + b ΔE_S, and their variances; (n_temperatures, n_anti)."""

    quantum_yield: FloatArray
    quantum_yield_variance: FloatArray
    eta: FloatArray
    eta_variance: FloatArray


def fit_ratio_lines(responses: Responses, line: StokesLine) -> RatioLines:
    """Fit a weighted line through R for each ΔE; its standard errors ignore the noise that the points share."""
    points, point_errors = ratio_points(responses, line)
    x = (responses.excitation_mev[:, : responses.n_stokes] - responses.mean_photon_mev[:, None])[:, None, :]
    weight = np.where(np.isfinite(points) & (point_errors > 0), 1.0 / point_errors**2, 0.0)
    y = np.nan_to_num(points)
    s0, s1, s2 = weight.sum(-1), (weight * x).sum(-1), (weight * x**2).sum(-1)
    t0, t1 = (weight * y).sum(-1), (weight * x * y).sum(-1)
    determinant = s0 * s2 - s1**2
    determinant = np.where(determinant > 0, determinant, np.nan)
    a, b = (s2 * t0 - s1 * t1) / determinant, (s0 * t1 - s1 * t0) / determinant
    below = responses.mean_photon_mev[:, None] - responses.excitation_mev[:, responses.n_stokes :]
    photon = responses.mean_photon_mev[:, None]
    d = 1.0 + b * photon - a
    own_yield, eta = 1.0 - a / (b * photon), b * (photon - below) / d
    variance = np.stack([s2, s0, -s1]) / determinant
    eta_b, eta_a = (photon - below) * (1.0 - a) / d**2, b * (photon - below) / d**2
    eta_variance = eta_a**2 * variance[0] + eta_b**2 * variance[1] + 2 * eta_a * eta_b * variance[2]
    yield_b, yield_a = a / (b**2 * photon), -1.0 / (b * photon)
    yield_variance = yield_a**2 * variance[0] + yield_b**2 * variance[1] + 2 * yield_a * yield_b * variance[2]
    return RatioLines(own_yield, yield_variance, eta, eta_variance)
