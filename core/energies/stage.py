"""Energies of each temperature: mean emitted photon, reference of ΔE, line width."""

from dataclasses import dataclass

import numpy as np

from asplab.core.calibration import Calibration
from asplab.core.corrections import Corrected
from asplab.core.emission.band import BandShapes, Template
from asplab.core.energies.absorption_maximum import absorption_maxima
from asplab.core.energies.excitations import Excitations as Excitations
from asplab.core.energies.linewidth import full_width
from asplab.core.energies.references import take_given as take_given
from asplab.core.experiment import Experiment
from asplab.core.problems import Problem
from asplab.core.settings import EnergySettings
from asplab.core.units import FloatArray, energy_from_wavelength, wavelength_from_energy

_PEAK_FRACTION = 0.6
_PEAK_ORDER = 3
_SMOOTHING_PIXELS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Energies:
    """Energies in meV, one per temperature unless said otherwise; NaN where there is no PL and none is given.

    Attributes
    ----------
    temperatures_k : ndarray, shape (n_temperatures,)
    mean_photon_mev, mean_photon_error_mev : ndarray
        Photon-number average of the emission: what an emitted photon carries away (heat balance).
    reference_mev, reference_error_mev : ndarray
        From where ΔE counts.
    common_reference_error_mev : float
        Part of ``reference_error_mev`` that is one and the same error at all temperatures.
    peak_mev, peak_error_mev, fwhm_mev, fwhm_error_mev : ndarray
        Maximum and full width at half maximum of the emission per energy; the width is NaN where filters cut it.
    """

    temperatures_k: FloatArray
    mean_photon_mev: FloatArray
    mean_photon_error_mev: FloatArray
    reference_mev: FloatArray
    reference_error_mev: FloatArray
    peak_mev: FloatArray
    peak_error_mev: FloatArray
    fwhm_mev: FloatArray
    fwhm_error_mev: FloatArray
    common_reference_error_mev: float = 0.0
    problems: tuple[Problem, ...] = ()


def find_energies(
    corrected: Corrected, shapes: BandShapes, calibration: Calibration, experiment: Experiment, settings: EnergySettings
) -> Energies:
    """Measure the energies from the band shapes, or take the given ones.

    What a lamp leaves of the error of the axis is one and the same at all temperatures.
    """
    temperatures = corrected.temperatures_k
    measured = np.array([_measure(template, settings) for template in shapes.templates]).reshape(-1, 6)
    of_axis = np.array([_axis_error(energy, calibration, settings) for energy in measured[:, 2]])
    for column in (1, 3):
        measured[:, column] = np.hypot(measured[:, column], of_axis)
    mean, mean_error = take_given(measured[:, 0], measured[:, 1], temperatures, settings.given_mean_photon)
    nothing = np.full(len(temperatures), np.nan)
    absorbed, absorbed_error = nothing, nothing
    if settings.reference == "midpoint":
        absorbed, absorbed_error = absorption_maxima(experiment, temperatures, settings)
    source = {
        "peak": (measured[:, 2], measured[:, 3]),
        "mean": (measured[:, 0], measured[:, 1]),
        "midpoint": (0.5 * (measured[:, 2] + absorbed), 0.5 * np.hypot(measured[:, 3], absorbed_error)),
        "given": (nothing, nothing),
    }
    reference, error = take_given(*source[settings.reference], temperatures, settings.given_reference)
    if settings.reference == "given":
        mean = np.where(np.isnan(mean), reference, mean)
        mean_error = np.where(np.isnan(mean_error), error, mean_error)
    part = {"peak": 1.0, "mean": 1.0, "midpoint": 0.5, "given": 0.0}[settings.reference]
    shared = float(np.nanmax(of_axis, initial=0.0)) * part
    return Energies(
        temperatures_k=temperatures,
        mean_photon_mev=mean,
        mean_photon_error_mev=mean_error,
        reference_mev=reference + settings.reference_offset_mev,
        reference_error_mev=np.hypot(error, settings.reference_error_mev),
        peak_mev=measured[:, 2],
        peak_error_mev=measured[:, 3],
        fwhm_mev=measured[:, 4],
        fwhm_error_mev=measured[:, 5],
        common_reference_error_mev=float(np.hypot(settings.reference_error_mev, shared)),
        problems=_problems(temperatures, mean, reference, measured[:, 2], settings),
    )


def _axis_error(energy_mev: float, calibration: Calibration, settings: EnergySettings) -> float:
    """Return what a lamp leaves of the error of the axis at a photon energy, in meV; 0 without a lamp."""
    if np.isnan(energy_mev):
        return 0.0
    wavelength = float(wavelength_from_energy(energy_mev, medium=settings.medium))
    return energy_mev * calibration.error_nm(wavelength) / wavelength


def _measure(template: Template | None, settings: EnergySettings) -> tuple[float, ...]:
    """Return mean photon energy, peak energy and width of a band, each with its error."""
    if template is None:
        return (np.nan,) * 6
    axis = template.wavelength_nm
    inside = (axis >= template.extent_nm[0]) & (axis <= template.extent_nm[1])
    energy = energy_from_wavelength(axis[inside], medium=settings.medium)
    weight = template.values[inside] * np.gradient(axis)[inside]
    total = weight.sum()
    mean = float(weight @ energy / total)
    slope = (energy - mean) * np.gradient(axis)[inside] / total
    error = np.sqrt(slope**2 @ template.variance[inside] + slope.sum() ** 2 * template.level_variance)
    jacobian = axis[inside] ** 2 / axis[inside].mean() ** 2
    # Variances from few repeats scatter wildly as weights: smooth them.
    kernel = np.ones(_SMOOTHING_PIXELS) / _SMOOTHING_PIXELS
    smooth = np.convolve(template.variance, kernel, mode="same")
    shape, spread = template.values[inside] * jacobian, smooth[inside] * jacobian**2
    peak, peak_error = peak_energy(energy, shape, spread)
    level = template.level_variance * float(np.mean(jacobian**2))
    return mean, float(error), peak, peak_error, *full_width(energy, shape, spread, level_variance=level)


def peak_energy(energy_mev: FloatArray, shape: FloatArray, variance: FloatArray) -> tuple[float, float]:
    """Return the maximum of a band and its standard error, in meV.

    A cubic is fitted to the logarithm of the upper part of the band, so a Gaussian is met exactly and a mild
    asymmetry is followed; the error follows from the fit's covariance.

    Parameters
    ----------
    energy_mev, shape, variance : ndarray, shape (n,)
        Emission per unit energy and its variance.
    """
    smooth = np.convolve(shape, np.ones(5) / 5, mode="same")
    top = int(np.argmax(smooth))
    above = (smooth > _PEAK_FRACTION * smooth[top]) & (shape > 0)
    if above.sum() < _PEAK_ORDER + 3:
        return float("nan"), float("nan")
    x = energy_mev[above] - energy_mev[top]
    scale = float(np.max(np.abs(x)))
    weight = shape[above] / np.sqrt(np.maximum(variance[above], np.finfo(float).tiny))
    coefficients, covariance = np.polyfit(x / scale, np.log(shape[above]), _PEAK_ORDER, w=weight, cov="unscaled")
    slope = np.polyder(coefficients)
    roots = np.roots(slope)
    maxima = [r.real for r in roots if abs(r.imag) < 1e-9 and np.polyval(np.polyder(slope), r.real) < 0 and abs(r) <= 1]
    if not maxima:
        return float(energy_mev[top]), scale
    place = min(maxima, key=abs)
    powers = np.arange(_PEAK_ORDER, -1, -1)
    gradient = powers * place ** np.maximum(powers - 1, 0) / -np.polyval(np.polyder(slope), place)
    error = scale * float(np.sqrt(gradient @ covariance @ gradient))
    return float(energy_mev[top] + scale * place), error


def _problems(
    temperatures: FloatArray, mean: FloatArray, reference: FloatArray, peak: FloatArray, settings: EnergySettings
) -> tuple[Problem, ...]:
    problems = []
    for temperature, photon, gap, seen in zip(temperatures, mean, reference, peak, strict=True):
        if settings.reference == "midpoint" and np.isnan(gap) and not np.isnan(seen):
            message = (
                "the maximum of absorption is unknown, so there is no midpoint between it and the PL peak from which "
                "ΔE counts. Add a curve of kind absorption, give its energy, or choose another reference."
            )
            problems.append(Problem("error", f"{temperature:.0f} K", message))
        elif np.isnan(photon) or np.isnan(gap):
            message = (
                "there is no usable PL spectrum, so the emission energy is unknown and nothing can be evaluated here. "
                "Add PL at this temperature, or give its energy."
            )
            problems.append(Problem("error", f"{temperature:.0f} K", message))
    return tuple(problems)
