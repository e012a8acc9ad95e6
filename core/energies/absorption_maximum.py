"""The first maximum of absorption at each temperature, from absorption curves or as given."""

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from asplab.core.energies.references import SAME_TEMPERATURE_K, take_given
from asplab.core.experiment import Curve, Experiment
from asplab.core.grouping.medium import main_part
from asplab.core.settings import EnergySettings
from asplab.core.units import FloatArray, energy_from_wavelength

_SMOOTHING_POINTS = 5
_PROMINENCE = 0.01
"""Part of the range of a curve by which a maximum must stand out."""
_SIGNIFICANT = 6.0
_UPPER_MEV = 15.0
"""Distance from the maximum within which a cubic follows the curve."""
_FEWEST_POINTS = 6


def absorption_maxima(
    experiment: Experiment, temperatures_k: FloatArray, settings: EnergySettings
) -> tuple[FloatArray, FloatArray]:
    """Return energies of the first maximum of absorption and their errors in meV, (n_temperatures,) each.

    Given ones come first, then curves of the same temperature within ±2 K; a single curve without a temperature serves
    where there is but one temperature. NaN where neither is there.
    """
    energy, error = np.full(len(temperatures_k), np.nan), np.full(len(temperatures_k), np.nan)
    for curve in main_part(experiment).curves:
        if curve.kind != "absorption":
            continue
        own = curve.condition.temperature_k
        near = np.abs(temperatures_k - own) if own is not None else np.full(len(temperatures_k), np.inf)
        if own is None and len(temperatures_k) == 1:
            near = np.zeros(1)
        t = int(np.argmin(near))
        if near[t] <= SAME_TEMPERATURE_K and np.isnan(energy[t]):
            energy[t], error[t] = first_maximum(curve, settings)
    return take_given(energy, error, temperatures_k, settings.given_absorption)


def first_maximum(curve: Curve, settings: EnergySettings) -> tuple[float, float]:
    """Return the maximum of lowest energy that stands out of an absorption curve, and its standard error, in meV.

    NaN where none does. The error follows from what a cubic through the maximum leaves of the curve.
    """
    energy = energy_from_wavelength(curve.wavelength_nm, medium=settings.medium)[::-1]
    values = curve.values[::-1]
    if values.size < 2 * _FEWEST_POINTS:
        return float("nan"), float("nan")
    smooth = uniform_filter1d(values, _SMOOTHING_POINTS, mode="nearest")
    noise = 1.4826 * float(np.median(np.abs(np.diff(values, n=2)))) / np.sqrt(6.0)
    least = max(_PROMINENCE * float(np.ptp(smooth)), _SIGNIFICANT * noise / np.sqrt(_SMOOTHING_POINTS))
    peaks, _ = find_peaks(smooth, prominence=least)
    if not peaks.size:
        return float("nan"), float("nan")
    top = int(peaks[0])
    near = np.argsort(np.abs(energy - energy[top]))
    near = near[: max(int(np.sum(np.abs(energy - energy[top]) <= _UPPER_MEV)), _FEWEST_POINTS)]
    x = (energy[near] - energy[top]) / _UPPER_MEV
    coefficients, covariance = np.polyfit(x, values[near], 3, cov="unscaled")
    residual = values[near] - np.polyval(coefficients, x)
    scatter = max(float(residual @ residual) / max(near.size - 4, 1), noise**2)
    slope = np.polyder(coefficients)
    bend = np.polyder(slope)
    roots = [r.real for r in np.roots(slope) if abs(r.imag) < 1e-9 and np.polyval(bend, r.real) < 0.0 and abs(r) <= 1.0]
    if not roots:
        return float(energy[top]), _UPPER_MEV
    place = min(roots, key=abs)
    powers = np.arange(3, -1, -1)
    gradient = powers * place ** np.maximum(powers - 1, 0) / -np.polyval(bend, place)
    error = _UPPER_MEV * float(np.sqrt(scatter * (gradient @ covariance @ gradient)))
    return float(energy[top] + _UPPER_MEV * place), error
