"""r = N − η D of each fit with its covariance, and what r tells of D and of the errors of ΔE.

Errors of ΔE, those of its reference and of the wavelengths, are numbers ε of unit variance: χ² is the smallest over
them, ε² counted. Small ones are taken to first order about the stated ΔE, which makes them an effective variance. Where
one is larger than `SMALL_MEV` that will not do, because the variance then grows with the slope of η and steep, absurd
curves fit: η is taken about the most likely ΔE instead, which is found by repetition.

One error of a wavelength moves ΔE, N and D, and where lasers serve several temperatures, all of these. So does a
reference that is off by the same at all temperatures, of ΔE alone; the error of a measured leak moves N and D alone.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from asplab.core.polaron.logit import SMALL_MEV, LogitProblem
from asplab.core.units import FloatArray

_ROUNDS, _STILL_MEV = 5, 0.01
"""How often η is taken anew about the most likely ΔE at most, and the change of it that needs no further look."""


class Linear(NamedTuple):
    """r to first order in the errors of ΔE, about the stated ΔE or the most likely one; leading dimension: fits.

    ``slope`` is η (1 − η), ``with_d`` Cov(r, D). ``spread``, the covariance of r, and ``with_d`` leave out errors of
    ΔE: ``own`` and ``common`` tell what one standard error of each wavelength, and of the reference, does to r;
    ``every`` what that of the reference of all fits does, ``leak`` that of a measured leak.
    """

    eta: FloatArray
    slope: FloatArray
    design: FloatArray
    residual: FloatArray
    spread: FloatArray
    with_d: FloatArray
    own: FloatArray | None
    common: FloatArray | None
    every: FloatArray | None
    leak: FloatArray | None


class Shared(NamedTuple):
    """Errors that serve several fits: each is one number for all of them.

    ``laser`` (n_fits, n_points, n_lasers) is 1 where a laser excites a point whose wavelength serves several fits, None
    where there is none; ``reference_mev`` is the error of the reference of ΔE that all fits share, in meV; ``leak``
    (n_fits, 2 n_points) is what one standard error of a measured leak does to (N, D), None without one.
    """

    laser: FloatArray | None = None
    reference_mev: float = 0.0
    leak: FloatArray | None = None


class Solved(NamedTuple):
    """What follows from r.

    Attributes
    ----------
    inverse : ndarray, shape (n_fits, n_points, n_points)
        C⁻¹, without the errors that fits share.
    weighted : ndarray, shape (n_fits, n_points, 1)
        C⁻¹ r with them.
    best : ndarray, shape (n_fits, n_points)
        Most likely D.
    error : ndarray or None
        Most likely error of each wavelength, in standard errors, same shape.
    pull : ndarray, shape (n_fits, n_points, n_shared), or None
        What one standard error of each shared laser, of a leak, and last of the shared reference, does to r.
    normal : ndarray, shape (n_shared, n_shared), or None
        Curvature of χ²/2 by these errors.
    every : float
        Most likely error of the shared reference, in standard errors.
    """

    inverse: FloatArray
    weighted: FloatArray
    best: FloatArray
    error: FloatArray | None = None
    pull: FloatArray | None = None
    normal: FloatArray | None = None
    every: float = 0.0


def settle(
    problem: LogitProblem, parameters: FloatArray, observed: FloatArray, shared: Shared
) -> tuple[Linear, Solved]:
    """Return r at (L₀, κ, u) of each fit and what follows from it.

    Parameters
    ----------
    parameters : ndarray, shape (n_fits, 3)
    observed : ndarray, shape (n_fits, n_points)
        D.
    shared : Shared
    """
    own_mev, common_mev = problem.largest_energy_errors_mev
    common_mev = max(common_mev, shared.reference_mev)
    blur = (own_mev > 0.0, own_mev > 0.0 or common_mev > 0.0)
    at = _linearise(problem, parameters, observed, None, blur, shared)
    found = _solve(problem, at, observed, shared)
    if own_mev > SMALL_MEV or common_mev > SMALL_MEV:
        about = np.zeros_like(found.best)
        for _ in range(_ROUNDS):
            off = _off(problem, at, found, shared)
            if np.abs(off - about).max() < _STILL_MEV:
                break
            at, about = _linearise(problem, parameters, observed, (found.best, off), blur, shared), off
            found = _solve(problem, at, observed, shared)
    return at, found


def _linearise(
    problem: LogitProblem,
    parameters: FloatArray,
    observed: FloatArray,
    about: tuple[FloatArray, FloatArray] | None,
    blur: tuple[bool, bool],
    shared: Shared,
) -> Linear:
    """Linearise r about the most likely D and shift of ΔE, or about the stated ones.

    ``blur`` tells whether wavelengths carry errors, and whether any ΔE does.
    """
    n, at, c = problem.numerator.shape[1], parameters[:, :, None], problem.covariance
    design, slope_design, offset, slope_offset = problem.around(None if about is None else about[1])
    eta = expit(offset + (design @ at)[:, :, 0])
    slope, by_row = eta * (1.0 - eta), eta[:, :, None]
    with_d = c[:, :n, n:] - by_row * c[:, n:, n:]
    spread = c[:, :n, :n] - by_row * c[:, n:, :n]
    spread -= with_d * eta[:, None, :]
    diagonal = np.einsum("fii->fi", spread)
    diagonal += problem.unused
    residual = problem.numerator - eta * observed
    own = common = every = leak = None
    if shared.leak is not None:
        leak = shared.leak[:, :n] - eta * shared.leak[:, n:]
    if blur[1]:
        steepness = slope_offset + (slope_design @ at)[:, :, 0]
        lever = slope * steepness * (observed if about is None else about[0])
        common = -lever * problem.common_error_mev
        if shared.reference_mev > 0.0:
            every = -lever * shared.reference_mev * problem.use
        if about is not None:
            residual -= lever * about[1]
        if blur[0]:
            by_d = problem.own_sensitivity[:, n:]
            of_data = problem.own_sensitivity[:, :n] - eta * by_d
            own = of_data - lever * problem.own_error_mev
            diagonal -= of_data**2
            np.einsum("fii->fi", with_d)[...] -= of_data * by_d
    return Linear(eta, slope, design, residual, spread, with_d, own, common, every, leak)


def _off(problem: LogitProblem, at: Linear, found: Solved, shared: Shared) -> FloatArray:
    """Return by how much each ΔE is most likely too large, in meV."""
    off = np.zeros_like(found.best)
    if at.common is not None:
        off += problem.common_error_mev * (at.common[:, None] @ found.weighted)[:, 0]
    if found.error is not None:
        off += found.error * problem.own_error_mev
    if found.every != 0.0:
        off += found.every * shared.reference_mev * problem.use
    return off


def _solve(problem: LogitProblem, at: Linear, observed: FloatArray, shared: Shared) -> Solved:
    """Solve for C⁻¹ r and what is most likely given r: D − Cov(D, r) C⁻¹ r, and alike."""
    spread = at.spread
    if at.common is not None:
        spread += at.common[:, :, None] * at.common[:, None, :]
    if at.own is not None or at.every is not None or at.leak is not None:
        return _solve_with_shared(problem, at, observed, shared)
    inverse = np.asarray(np.linalg.inv(spread))
    weighted = inverse @ at.residual[:, :, None]
    across = weighted.transpose(0, 2, 1)
    return Solved(inverse, weighted, observed - (across @ at.with_d)[:, 0])


def _solve_with_shared(problem: LogitProblem, at: Linear, observed: FloatArray, shared: Shared) -> Solved:
    """Solve where wavelengths carry errors, or where one error serves several fits."""
    own, laser = at.own, shared.laser
    alone = own if own is None or laser is None else own * (1.0 - laser.sum(axis=2))
    if alone is not None:
        np.einsum("fii->fi", at.spread)[...] += alone**2
    inverse = np.asarray(np.linalg.inv(at.spread))
    weighted = inverse @ at.residual[:, :, None]
    pull, normal, common = _pull(at, laser), None, None
    n = observed.shape[1]
    if pull is not None:
        # Woodbury's identity: what shared errors add to the covariance of all fits together is of low rank.
        across = pull.transpose(0, 2, 1)
        normal = np.eye(pull.shape[2]) + (across @ inverse @ pull).sum(axis=0)
        common = np.linalg.solve(normal, (across @ weighted).sum(axis=0))
        weighted = weighted - inverse @ (pull @ common)
    best, error = observed - (weighted.transpose(0, 2, 1) @ at.with_d)[:, 0], None
    if alone is not None:
        error = alone * weighted[:, :, 0]
        if laser is not None and common is not None:
            error = error + (laser @ common[: laser.shape[2]])[:, :, 0]
        best = best - error * problem.own_sensitivity[:, n:]
    if common is not None and shared.leak is not None:
        best = best - common[0 if laser is None or own is None else laser.shape[2], 0] * shared.leak[:, n:]
    every = 0.0 if at.every is None or common is None else float(common[-1, 0])
    return Solved(inverse, weighted, best, error, pull, normal, every)


def _pull(at: Linear, laser: FloatArray | None) -> FloatArray | None:
    """Return what one standard error of each shared laser, of a leak, of the shared reference does to r."""
    parts = []
    if at.own is not None and laser is not None:
        parts.append(at.own[:, :, None] * laser)
    if at.leak is not None:
        parts.append(at.leak[:, :, None])
    if at.every is not None:
        parts.append(at.every[:, :, None])
    return np.concatenate(parts, axis=2) if parts else None
