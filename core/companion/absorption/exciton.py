"""The first excitonic peak of a linear absorption spectrum."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import OptimizeResult, least_squares
from scipy.special import ndtr

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.errors import AnalysisError, InputError
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FWHM_PER_SIGMA, FloatArray

_LEAST_POINTS = 15
_LEAST_HEIGHT = 5.0
_TOGETHER = 0.98
_GRID = 10
_ONSETS = np.array([0.05, 0.12, 0.25, 0.5])
"""Distances of the continuum from the exciton, in parts of the range, at which a fit may start."""


@dataclass(frozen=True, slots=True, eq=False)
class Exciton:
    """A Gaussian exciton on a step of the continuum and a constant.

    Attributes
    ----------
    peak : Reading
        Energy of the exciton line, in meV.
    fwhm : Reading
    maximum : Reading
        Where the absorption itself is highest next to it, in meV, as the eye sees it: the continuum moves it.
    onset_mev : float
        How far the continuum's step lies above the exciton.
    correlation : float
        Of peak and onset.
    chi2 : float
    dof : int
    energy_mev, curve, exciton, continuum : ndarray, shape (n,)
        The fit and its parts.
    sentence : str
    """

    peak: Reading
    fwhm: Reading
    maximum: Reading
    onset_mev: float
    correlation: float
    chi2: float
    dof: int
    energy_mev: FloatArray
    curve: FloatArray
    exciton: FloatArray
    continuum: FloatArray
    sentence: str


def checked_spectrum(
    energy_mev: FloatArray, values: FloatArray, error: FloatArray, *, least: int, what: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return a spectrum by ascending energy.

    Raises
    ------
    InputError
        For values that no spectrum has, and equal energies.
    AnalysisError
        For fewer than ``least`` points.
    """
    energy = positive_array(energy_mev, name="energy_mev")
    y, sigma = finite_array(values, name=what), positive_array(error, name=f"error of {what}")
    same_shape(energy, y, names=("energy_mev", what))
    same_shape(energy, sigma, names=("energy_mev", f"error of {what}"))
    if energy.size < least:
        raise AnalysisError(f"{what} has {energy.size} points here; {least} are needed. Widen the range.")
    order = np.argsort(energy)
    energy = energy[order]
    if np.any(np.diff(energy) <= 0.0):
        twice = energy[1:][np.diff(energy) <= 0.0][0]
        raise InputError(f"energy_mev holds {twice:g} twice. Merge equal energies.")
    return energy, y[order], sigma[order]


def fit_exciton(
    energy_mev: FloatArray, absorption: FloatArray, *, error: FloatArray, range_mev: tuple[float, float]
) -> Exciton:
    """Fit the first exciton in a range that holds its line and some continuum.

    Raises
    ------
    InputError, AnalysisError
        As `checked_spectrum`.
    """
    given = np.asarray(energy_mev, dtype=np.float64)
    inside = (given >= range_mev[0]) & (given <= range_mev[1])
    energy, y, sigma = checked_spectrum(
        given[inside], np.asarray(absorption)[inside], np.asarray(error)[inside], least=_LEAST_POINTS, what="absorption"
    )
    fit, scale = _best_fit(energy, y, sigma)
    chi2, dof = 2.0 * float(fit.cost), energy.size - 6
    free = fit.active_mask == 0
    unit = fit.jac[:, free] * scale[free]
    covariance = np.zeros((6, 6))
    covariance[np.ix_(free, free)] = np.linalg.pinv(unit.T @ unit) * np.outer(scale[free], scale[free])
    covariance *= max(chi2 / dof, 1.0)
    errors = np.sqrt(np.diag(covariance))
    line, rest = _parts(energy, fit.x)
    bottom = errors[1] * errors[3]
    correlation = float(covariance[1, 3] / bottom) if bottom > 0.0 else 0.0
    why = ""
    if not fit.x[0] > _LEAST_HEIGHT * errors[0]:
        why = "No exciton stands out of the continuum in this range. Widen it, or measure colder."
    elif not energy[0] < fit.x[1] < energy[-1] or not free[1] or not free[2]:
        why = "The fitted exciton is outside the range. Move the range to the peak."
    if why:
        peak = fwhm = maximum = undetermined(why, "meV")
    else:
        peak = measured(float(fit.x[1]), float(errors[1]), "meV")
        fwhm = measured(FWHM_PER_SIGMA * float(fit.x[2]), FWHM_PER_SIGMA * float(errors[2]), "meV")
        maximum = _maximum(fit.x, covariance)
    return Exciton(
        peak=peak,
        fwhm=fwhm,
        maximum=maximum,
        onset_mev=float(fit.x[3]),
        correlation=correlation,
        chi2=chi2,
        dof=dof,
        energy_mev=energy,
        curve=line + rest,
        exciton=line,
        continuum=rest,
        sentence=why or _told(chi2, dof, correlation),
    )


def _told(chi2: float, dof: int, correlation: float) -> str:
    if is_misfit(chi2, dof, tests=1):
        return (
            f"Exciton and step miss the absorption (χ²/dof = {chi2 / dof:.2g}); errors are widened, not for the shape."
        )
    if abs(correlation) > _TOGETHER:
        return "Exciton and onset of the continuum move together: the peak depends on the model. Prefer the maximum."
    return ""


def _parts(energy: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the line of the exciton, and the continuum on its constant."""
    height, center, spread, onset, step, level = p
    line = height * np.exp(-0.5 * ((energy - center) / spread) ** 2)
    return line, level + step * ndtr((energy - center - onset) / spread)


def _best_fit(energy: FloatArray, y: FloatArray, sigma: FloatArray) -> tuple[OptimizeResult, FloatArray]:
    """Return the fit with the smallest χ², and the scales of its parameters; the first without misfit serves.

    Where points of the tail have errors a hundred times as small as those of the exciton there are several minima.
    """
    span, found = float(np.ptp(energy)), []
    low = np.array([0.0, energy[0] - span, 0.2 * float(np.median(np.diff(energy))), 0.0, 0.0, -np.inf])
    high = np.array([np.inf, energy[-1] + span, span, span, np.inf, np.inf])
    for start in _starts(energy, y, sigma):
        scale = np.maximum(np.abs(start), 1e-3 * max(float(np.ptp(y)), 1e-300))
        scale[1:4] = start[2]
        fit = least_squares(
            lambda p: (sum(_parts(energy, p)) - y) / sigma,
            np.clip(start, low, high),
            bounds=(low, high),
            x_scale=scale,
            xtol=1e-10,
            ftol=1e-10,
        )
        found.append((fit, scale))
        if not is_misfit(2.0 * float(fit.cost), energy.size - 6, tests=1):
            break
    return min(found, key=lambda one: float(one[0].cost))


def _starts(energy: FloatArray, y: FloatArray, sigma: FloatArray) -> list[FloatArray]:
    """Return where fits start: height, centre, spread, onset, step and level, the most likely first.

    A coarse grid of centres, spreads and onsets is tried, with the errors given and with equal ones: at each, height,
    step and level follow at once.
    """
    span = float(np.ptp(energy))
    centers = np.linspace(energy[0], energy[-1], 2 * _GRID + 1)[1:-1]
    grid = np.array(list(product(centers, span / np.array([40.0, 20.0, 10.0]), _ONSETS * span)))
    x = (energy - grid[:, :1]) / grid[:, 1:2]
    columns = np.stack([np.exp(-0.5 * x**2), ndtr(x - grid[:, 2:] / grid[:, 1:2]), np.ones_like(x)], axis=2)
    tried = [_best_of(grid, columns, y, error) for error in (sigma, np.full_like(sigma, float(np.median(sigma))))]
    plain = [max(float(np.ptp(y)), 1e-300), energy.mean(), span / 20.0, span / 10.0, 0.0, float(y.min())]
    return [start for starts in zip(*tried, strict=False) for start in starts] or [np.array(plain)]


def _best_of(grid: FloatArray, columns: FloatArray, y: FloatArray, sigma: FloatArray) -> list[FloatArray]:
    """Return the best start of each onset, by χ²."""
    weighted, target = columns / sigma[:, None], y / sigma
    rows = weighted.transpose(0, 2, 1)
    found = (np.linalg.pinv(rows @ weighted, hermitian=True) @ (rows @ target)[:, :, None])[:, :, 0]
    chi2 = np.sum((target - (weighted @ found[:, :, None])[:, :, 0]) ** 2, axis=1)
    chi2 = np.where((found[:, 0] > 0.0) & (found[:, 1] >= 0.0), chi2, np.inf)
    best = [int(np.argmin(np.where(grid[:, 2] == onset, chi2, np.inf))) for onset in np.unique(grid[:, 2])]
    best = sorted((k for k in best if np.isfinite(chi2[k])), key=lambda k: float(chi2[k]))
    return [np.array([found[k, 0], *grid[k], *found[k, 1:]]) for k in best]


def _maximum(p: FloatArray, covariance: FloatArray) -> Reading:
    """Return where the fitted absorption has its first maximum; not determined for a mere shoulder."""

    def place(q: FloatArray) -> float:
        height, center, spread, onset, step, level = q
        fine = np.linspace(center - spread, center + 2.0 * spread, 1201)
        values = height * np.exp(-0.5 * ((fine - center) / spread) ** 2)
        values = values + level + step * ndtr((fine - center - onset) / spread)
        tops = np.flatnonzero((values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])) + 1
        if not tops.size:
            return float("nan")
        k = int(tops[0])
        left, mid, right = values[k - 1 : k + 2]
        return float(fine[k] + (fine[1] - fine[0]) * 0.5 * (left - right) / (left - 2.0 * mid + right))

    value = place(p)
    gradient = np.zeros(p.size)
    for k, error in enumerate(np.sqrt(np.diag(covariance))):
        step = np.zeros(p.size)
        step[k] = 0.1 * error
        if error > 0.0:
            gradient[k] = (place(p + step) - place(p - step)) / (0.2 * error)
    error = float(np.sqrt(max(float(gradient @ covariance @ gradient), 0.0)))
    if not np.isfinite(value) or not np.isfinite(error):
        return undetermined("The exciton is a shoulder without a maximum. Take the peak of its line.", "meV")
    return measured(value, error, "meV")
