"""The temperature that emission over absorption asks for: that of the sample where detailed balance ties them."""

import math
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.absorption.detailed_balance import above_zero, within
from asplab.core.companion.absorption.exciton import checked_spectrum
from asplab.core.companion.reading import Reading, undetermined
from asplab.core.errors import AnalysisError
from asplab.core.statistics.chance import told_from
from asplab.core.units import BOLTZMANN_MEV_PER_K, FloatArray, thermal_energy_mev

_LOCAL_POINTS = 9
_SEEN = 3.0
"""Standard errors above zero of a point that has a logarithm."""


@dataclass(frozen=True, slots=True, eq=False)
class KennardStepanov:
    """The temperature that emission and absorption ask for, which is not that of the sample.

    Attributes
    ----------
    energy_mev, local_k, local_error_k : ndarray, shape (m,)
        T*(E) from the slope over nine points.
    wing : Reading
        T* over the wing, in K.
    range_mev : (float, float)
    agrees : bool
        The wing's T* is the temperature given, within three standard errors: reciprocity may be used there.
    sentence : str
    """

    energy_mev: FloatArray
    local_k: FloatArray
    local_error_k: FloatArray
    wing: Reading
    range_mev: tuple[float, float]
    agrees: bool
    sentence: str


def kennard_stepanov(
    energy_mev: FloatArray,
    *,
    emission: FloatArray,
    emission_error: FloatArray,
    absorption: FloatArray,
    absorption_error: FloatArray,
    temperature_k: float,
    range_mev: tuple[float, float],
) -> KennardStepanov:
    """Return T* of emission in photons per energy against absorption, on common energies (n,).

    Points within three standard errors of zero tell no logarithm; the range must not hold any.

    Raises
    ------
    InputError, SettingsError, AnalysisError
        For values that no spectrum has, a range upside down, or one with points that drown in noise.
    """
    t = above_zero(temperature_k, "temperature_k")
    energy, light, light_error = checked_spectrum(energy_mev, emission, emission_error, least=1, what="emission")
    _, dark, dark_error = checked_spectrum(energy_mev, absorption, absorption_error, least=1, what="absorption")
    seen = (light > _SEEN * light_error) & (dark > _SEEN * dark_error)
    wing = within(energy, range_mev)
    _refuse_drowned(energy, wing, seen)
    safe_light, safe_dark = np.where(seen, light, 1.0), np.where(seen, dark, 1.0)
    logarithm = np.log(safe_light) - np.log(safe_dark) - 2.0 * np.log(energy)
    variance = (light_error / safe_light) ** 2 + (dark_error / safe_dark) ** 2
    slope, slope_error = _slope(energy[wing], logarithm[wing], variance[wing])
    starts = [k for k in range(energy.size - _LOCAL_POINTS + 1) if seen[k : k + _LOCAL_POINTS].all()]
    local = [_slope(*(a[k : k + _LOCAL_POINTS] for a in (energy, logarithm, variance))) for k in starts]
    slopes, errors = np.array(local).reshape(-1, 2).T
    is_hot = slopes < -2.0 * errors
    found = np.where(is_hot, -1.0 / (BOLTZMANN_MEV_PER_K * np.where(is_hot, slopes, -1.0)), np.nan)
    found_error = np.where(is_hot, np.abs(found * errors / np.where(is_hot, slopes, -1.0)), np.nan)
    # 1/T* is what the slope measures: compare that, not T*, which is skewed.
    pull = (-slope - 1.0 / float(thermal_energy_mev(t))) / slope_error
    agrees = abs(pull) < told_from(1)
    reading = _star(slope, slope_error)
    return KennardStepanov(
        energy_mev=np.array([energy[k + _LOCAL_POINTS // 2] for k in starts]),
        local_k=found,
        local_error_k=found_error,
        wing=reading,
        range_mev=range_mev,
        agrees=agrees,
        sentence=_told(reading, t, pull, agrees=agrees),
    )


def _told(reading: Reading, temperature_k: float, pull: float, *, agrees: bool) -> str:
    if not reading.is_determined:
        return reading.reason
    begins = f"In the wing T* = {reading.text} at {temperature_k:g} K"
    if agrees:
        return f"{begins}: emission and absorption are tied by detailed balance there. T* is no thermometer."
    why = "an ensemble of unlike emitters, absorption that does not emit, or a range too near the peak"
    return f"{begins}, {abs(pull):.1f} standard errors off: {why}. Reciprocity fails there; move the range down."


def _star(slope: float, error: float) -> Reading:
    if not slope < -2.0 * error:
        why = "Emission falls no faster than absorption in this range, so no T* follows. Move the range down the wing."
        return undetermined(why, "K")
    value = -1.0 / (BOLTZMANN_MEV_PER_K * slope)
    low, high = (-1.0 / (BOLTZMANN_MEV_PER_K * s) for s in (slope - error, slope + error))
    return Reading(value, value * error / abs(slope), "K", low, high)


def _slope(energy: FloatArray, logarithm: FloatArray, variance: FloatArray) -> tuple[float, float]:
    """Return the slope of a weighted straight line and its error, widened by the scatter."""
    weight = 1.0 / variance
    x = energy - weight @ energy / weight.sum()
    square = float(weight @ x**2)
    slope = float(weight @ (x * logarithm)) / square
    level = float(weight @ logarithm / weight.sum())
    chi2 = float(weight @ (logarithm - level - slope * x) ** 2)
    return slope, math.sqrt(max(chi2 / max(energy.size - 2, 1), 1.0) / square)


def _refuse_drowned(energy: FloatArray, wing: np.ndarray, seen: np.ndarray) -> None:
    bad = np.flatnonzero(wing & ~seen)
    if bad.size:
        raise AnalysisError(
            f"at {energy[bad[0]]:.1f} meV emission or absorption is within {_SEEN:.0f} standard errors of zero, so it "
            "has no logarithm. Shorten the range, or bin the spectra."
        )
