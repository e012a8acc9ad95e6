"""What results say about themselves: agreement, residuals, readings and hidden parts. Nothing here changes a result."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, lambertw

from asplab.core.corrections import Corrected
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.emission.band import Bands
from asplab.core.emission.integration import Emission
from asplab.core.energies.stage import Excitations
from asplab.core.grouping.layout import Layout
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.polaron.fit import PolaronFit
from asplab.core.scans import ScanSet
from asplab.core.settings import IntegrationSettings
from asplab.core.units import FloatArray, thermal_energy_mev

_LIKELY = 3.0
"""Standard deviations of χ² above its mean up to which a misfit is taken as chance."""
_SEEN = 8.0
"""How far a band must stand out of the pixel noise of the mean for its height to be known."""
_FEWEST_PIXELS = 5


# --- agreement -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Misfit:
    """χ² and its degrees of freedom."""

    chi2: float
    dof: int

    @property
    def is_likely(self) -> bool:
        """Whether χ² lies within three standard deviations, √(2 dof) each, above its mean."""
        return self.chi2 <= self.dof + _LIKELY * math.sqrt(2.0 * max(self.dof, 1))


@dataclass(frozen=True, slots=True)
class CommonYield:
    """Weighted mean of the quantum yields of all temperatures, its standard error, and how well they agree."""

    mean: float
    error: float
    misfit: Misfit


def common_yield(fit: EfficiencyFit) -> CommonYield | None:
    """Average the quantum yields with weights 1/σ²; None where fewer than two are known, or one is shared."""
    known = np.isfinite(fit.quantum_yield) & (fit.quantum_yield_error > 0)
    if fit.is_shared or known.sum() < 2:
        return None
    weight = fit.quantum_yield_error[known] ** -2.0
    mean = float(np.sum(weight * fit.quantum_yield[known]) / np.sum(weight))
    chi2 = float(np.sum(weight * (fit.quantum_yield[known] - mean) ** 2))
    return CommonYield(mean, float(np.sum(weight) ** -0.5), Misfit(chi2, int(known.sum()) - 1))


def joint_rise(fit: PolaronFit) -> Misfit | None:
    """Return how far χ² rises when all temperatures share g and ħω, and by how many parameters that is fewer.

    None where there is no joint fit. Nested fits of the same points: the rise follows χ² with that many degrees
    of freedom when one g and ħω are the truth.
    """
    if not np.isfinite(fit.chi2[-1]):
        return None
    rise = float(fit.chi2[-1] - np.sum(fit.chi2[:-1][fit.fitted]))
    return Misfit(rise, int(fit.dof[-1] - np.sum(fit.dof[:-1][fit.fitted])))


# --- Eq. 9 -----------------------------------------------------------------------------------------------
def eq9_peak_mev(polaron_energy_mev: ArrayLike, phonon_mev: ArrayLike, temperature_k: ArrayLike) -> FloatArray:
    """Return the detuning, in meV, at which the rate of Eq. 9 is highest; NaN where it falls at every detuning.

    The slope of ln w vanishes where ln(ΔE/E₀) = −ħω/(2 ΔE) with E₀ = E_p exp(−ħω/k_BT) [Zhang 2024, Eq. 9], so
    that ΔE = E₀ exp W(−ħω/(2 E₀)) with the principal branch of Lambert's W.

    Parameters
    ----------
    polaron_energy_mev, phonon_mev, temperature_k : array_like
        E_p = g²/ħω and ħω in meV, temperature in K; they broadcast.
    """
    phonon = np.asarray(phonon_mev, dtype=np.float64)
    scale = np.asarray(polaron_energy_mev, dtype=np.float64) * np.exp(-phonon / thermal_energy_mev(temperature_k))
    turn = lambertw(-0.5 * phonon / scale)
    return np.asarray(np.where(np.imag(turn) == 0.0, scale * np.exp(np.real(turn)), np.nan))


def logit_eta(eta: FloatArray, eta_error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ln η/(1 − η) and its first-order standard error, of the same shape.

    NaN where η lies outside 0 to 1, or where the error of the logarithm would exceed one: it means nothing there.
    """
    with np.errstate(invalid="ignore"):
        inside = (eta > 0.0) & (eta < 1.0) & (eta_error < eta * (1.0 - eta))
    safe = np.where(inside, eta, 0.5)
    value = np.where(inside, np.log(safe / (1.0 - safe)), np.nan)
    return value, np.where(inside, eta_error / (safe * (1.0 - safe)), np.nan)


def polaron_residuals(fit: PolaronFit) -> FloatArray:
    """Return (N − η D)/σ of each point against the fit of its own temperature, (n_temperatures, n_anti).

    σ holds the variances of N and D, their covariance, and the errors of ΔE through the slope of the model.
    Points of one temperature share errors, so the squares do not add up to χ². NaN where a point is not fitted.
    """
    problem, parameters = fit.problem, np.nan_to_num(fit.parameters)
    n = problem.numerator.shape[1]
    eta = expit(problem.offset + np.einsum("tpk,tk->tp", problem.design, parameters))
    slope = problem.slope_offset + np.einsum("tpk,tk->tp", problem.slope_design, parameters)
    variance = np.einsum("tii->ti", problem.covariance)
    cross = problem.covariance[:, np.arange(n), n + np.arange(n)]
    lever = eta * (1.0 - eta) * slope * problem.denominator
    by_energy = lever * problem.own_error_mev
    of_data = problem.own_sensitivity[:, :n] - eta * problem.own_sensitivity[:, n:]
    blur = by_energy * (by_energy - 2.0 * of_data) + (lever * problem.common_error_mev) ** 2
    total = variance[:, :n] - 2.0 * eta * cross + eta**2 * variance[:, n:] + blur
    usable = problem.use & (total > 0)
    residual = (problem.numerator - eta * problem.denominator) / np.sqrt(np.where(usable, total, 1.0))
    return np.where(usable, residual, np.nan)


# --- Stokes line -----------------------------------------------------------------------------------------
def stokes_line_at(fit: EfficiencyFit, t: int, energy_mev: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return s (hν − hν₀) at photon energies in meV (n_points,), and its error from the covariance of (s, hν₀)."""
    slope, run = fit.slope[t], energy_mev - fit.intercept_mev[t]
    gradient = np.stack([run, np.full(run.size, -slope)])
    variance = np.einsum("ip,ij,jp->p", gradient, fit.line_covariance[t], gradient)
    # Rounding leaves a variance a hair below zero where the line is fixed.
    return slope * run, np.sqrt(np.maximum(variance, 0.0))


# --- photothermal readings -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Photothermal readings of one temperature on its scan, one for each row of `ScanSet.stacks`.

    Attributes
    ----------
    energy_mev : ndarray, shape (n_stacks_here,)
        Photon energy of the excitation.
    signal_v, error_v : ndarray, same shape
        Signal above the baseline at the pump power there, and its standard error: detection noise of the mean
        scan and what does not average over the scans (`Absorbed.shared`), without drift. NaN where no scan
        reaches.
    baseline_v : ndarray, same shape
    """

    energy_mev: FloatArray
    signal_v: FloatArray
    error_v: FloatArray
    baseline_v: FloatArray


def photothermal_readings(
    scans: ScanSet, absorbed: Absorbed, excitations: Excitations, layout: Layout, t: int
) -> Readings | None:
    """Return the readings of one temperature in volts; None where no baseline is known."""
    baseline = absorbed.baselines[t]
    if baseline is None:
        return None
    energy = excitations.energy_mev[scans.stacks]
    order = np.argsort(scans.energy_mev)
    power, level = (np.interp(energy, scans.energy_mev[order], y[order]) for y in (scans.power_uw, baseline.volts))
    own = np.einsum("ii->i", absorbed.noise[t]) / len(scans.volts)
    errors = np.sqrt(own + np.einsum("ii->i", absorbed.shared[t]))
    column = {int(k): c for c, k in enumerate(layout.index[t]) if layout.valid[t, c]}
    signal = absorbed.mean[scans.stacks] * power
    error = np.array([errors[column[int(k)]] for k in scans.stacks]) * power
    return Readings(energy, signal, np.where(np.isnan(signal), np.nan, error), level)


# --- cosmic rays -----------------------------------------------------------------------------------------
def replaced_pixels(corrected: Corrected, k: int) -> np.ndarray:
    """Return which pixels of a stack were replaced as cosmic rays, boolean of shape (n_repeats, n_pixels)."""
    members = corrected.stacks[k].members
    found = np.zeros((len(members), members[0].counts.size), dtype=bool)
    repeats, pixels = corrected.treatments[k].replaced.T
    found[repeats, pixels] = True
    return found


# --- band ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, eq=False)
class FittedBand:
    """The band's shape of a temperature laid over the mean spectrum of one stack.

    Attributes
    ----------
    curve : ndarray, shape (n_pixels,)
        Shape and level along the stack's own axis, hidden parts included; in the units of the spectrum.
    level, height : float
        Level beside the band, and height of the whole band above it.
    is_seen : bool
        Whether the band stands out of the noise of the pixels that the filters transmit.
    """

    curve: FloatArray
    level: float
    height: float
    is_seen: bool


def transmitted(bands: Bands, k: int) -> np.ndarray:
    """Return which pixels of a stack lie between its cutoffs, guards included; boolean, shape (n_pixels,)."""
    axis = bands.corrected.blocks[bands.corrected.place[k, 0]].wavelength_nm
    low, high = bands.transmitted_nm[k]
    return np.asarray((axis >= low) & (axis <= high))


def fit_band(bands: Bands, k: int) -> FittedBand | None:
    """Fit height and level of the band's shape to the transmitted part of a stack's mean, by least squares.

    None without a shape, or where fewer than five pixels or no part of the band are transmitted.
    """
    block, row = bands.corrected.blocks[bands.corrected.place[k, 0]], bands.corrected.place[k, 1]
    template, inside = bands.templates[bands.corrected.stacks[k].temperature], transmitted(bands, k)
    if template is None or inside.sum() < _FEWEST_PIXELS:
        return None
    mean = block.mean[row]
    shape = np.interp(block.wavelength_nm, template.wavelength_nm, template.values)
    design = np.column_stack([shape[inside], np.ones(inside.sum())])
    normal = design.T @ design
    if np.linalg.det(normal) <= 0:
        return None
    factor, level = np.linalg.solve(normal, design.T @ mean[inside])
    noise = float(np.median(np.abs(np.diff(mean[inside]))))
    height = float(factor * shape.max())
    return FittedBand(level + factor * shape, float(level), height, height > _SEEN * noise)


@dataclass(frozen=True, slots=True)
class HiddenPart:
    """What the filters hide of a band inside the window, and what the intensity is multiplied with for it.

    Attributes
    ----------
    fraction, error : float
        Hidden fraction, 0 to 1, and its standard error from the noise of the band's shape.
    factor, factor_error : float
        1/(1 − fraction) and its standard error.
    """

    fraction: float
    error: float
    factor: float
    factor_error: float


def hidden_part(bands: Bands, emission: Emission, settings: IntegrationSettings, k: int) -> HiddenPart | None:
    """Return the hidden part of a stack's band; None where the shape is unknown or nothing of it is seen."""
    template = bands.templates[bands.corrected.stacks[k].temperature]
    seen = float(emission.truncation[k])
    if template is None or not seen > 0.0:
        return None
    axis, (low, high) = template.wavelength_nm, settings.window_nm
    step, whole = np.gradient(axis), (axis >= low) & (axis <= high)
    inside = whole & (axis >= emission.window_nm[k, 0]) & (axis <= emission.window_nm[k, 1])
    area = float(np.sum((template.values * step)[whole]))
    if area <= 0.0:
        return None
    # d(A/B) with A the seen part of the area B.
    weight = np.where(whole, (inside - seen) * step / area, 0.0)
    error = float(np.sqrt(weight**2 @ template.variance))
    return HiddenPart(1.0 - seen, error, 1.0 / seen, error / seen**2)
