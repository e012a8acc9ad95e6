"""Emission and absorption of one transition tied together by detailed balance, and the efficiency that follows.

Emission of a thermalised transition is I(E) ∝ A_c(E) E²/(exp(E/kT) − 1), in photons per energy
[van Roosbroeck 1954, Kennard 1918, Stepanov 1957]: from it the part of absorption that is coupled to emission follows
but for a factor. What is absorbed in all is known from its heat. Their quotient is η, without any Stokes line.
An ensemble of unlike emitters does not obey it near its peak, so only an exponential wing is used.
"""

import math
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.absorption.exciton import checked_spectrum
from asplab.core.companion.checks import positive_array
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.statistics.chance import told_from
from asplab.core.units import BOLTZMANN_MEV_PER_K, FloatArray, thermal_energy_mev

_LEAST_POINTS = 5
_LOCAL_POINTS = 9
_SEEN = 3.0


def thermal_factor(energy_mev: FloatArray, temperature_k: float) -> FloatArray:
    """Return ln of E²/(exp(E/kT) − 1) at energies (n,) in meV, that of the blackbody but for a constant."""
    ratio = energy_mev / float(thermal_energy_mev(temperature_k))
    return np.asarray(2.0 * np.log(energy_mev) - ratio - np.log(-np.expm1(-ratio)))


def coupled_absorption(energy_mev: FloatArray, emission: FloatArray, *, temperature_k: float) -> FloatArray:
    """Return the absorption (n,) that emission in photons per energy demands, but for a factor: one at the last."""
    energy = positive_array(energy_mev, name="energy_mev")
    factor = thermal_factor(energy, _above_zero(temperature_k, "temperature_k"))
    return np.asarray(emission * np.exp(factor[-1] - factor))


def heat_fraction(energy_mev: FloatArray, *, photon_yield: FloatArray, emission_mev: float) -> FloatArray:
    """Return the part of absorbed light that becomes heat, 1 − y E_em/hν; negative where it cools.

    ``photon_yield`` is y: the quantum yield above the gap, η times that below.
    """
    return np.asarray(1.0 - photon_yield * emission_mev / np.asarray(energy_mev, dtype=np.float64))


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
    t = _above_zero(temperature_k, "temperature_k")
    energy, light, light_error = checked_spectrum(energy_mev, emission, emission_error, least=1, what="emission")
    _, dark, dark_error = checked_spectrum(energy_mev, absorption, absorption_error, least=1, what="absorption")
    seen = (light > _SEEN * light_error) & (dark > _SEEN * dark_error)
    wing = _within(energy, range_mev)
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


@dataclass(frozen=True, slots=True, eq=False)
class Reciprocity:
    """η as coupled over total absorption, from emission and heat alone.

    Attributes
    ----------
    energy_mev, eta, error : ndarray, shape (n,)
        In the wing; ``error`` holds noise and what is common.
    noise_error : ndarray, shape (n,)
        Of that, what is independent between energies.
    common : ndarray, shape (3, n)
        What one standard error of temperature, quantum yield and the match changes η by, for all energies at once.
    matched_mev : (float, float)
        Where η was set to ``matched_eta``.
    matched_eta : float
    scale : Reading
        Absorption in units of heat per coupled absorption there.
    sentence : str
    """

    energy_mev: FloatArray
    eta: FloatArray
    error: FloatArray
    noise_error: FloatArray
    common: FloatArray
    matched_mev: tuple[float, float]
    matched_eta: float
    scale: Reading
    sentence: str


def reciprocity_efficiency(
    energy_mev: FloatArray,
    *,
    emission: FloatArray,
    emission_error: FloatArray,
    heat: FloatArray,
    heat_error: FloatArray,
    temperature_k: float,
    temperature_error_k: float,
    quantum_yield: float,
    quantum_yield_error: float,
    emission_mev: float,
    range_mev: tuple[float, float],
    match_mev: tuple[float, float],
    matched_eta: float,
) -> Reciprocity:
    """Return η(E) in an exponential wing.

    The heat per absorbed power is V ∝ A − y s A_c E_em/hν with y s A_c = QY η A, since η = s A_c/A below the gap. So
    A = V + QY s A_c E_em/hν and η = s A_c/A follow without iteration. Only s is not known: it is set where η is taken
    to be ``matched_eta``. That makes the result relative to it.

    Parameters
    ----------
    energy_mev : ndarray, shape (n,)
        Common to emission, in photons per energy, and heat, the photothermal signal per power, baseline subtracted.
    emission, emission_error, heat, heat_error : ndarray, shape (n,)
    temperature_k, temperature_error_k, quantum_yield, quantum_yield_error : float
    emission_mev : float
        Mean photon energy of the emission.
    range_mev, match_mev : (float, float)
        The wing, and where it is matched, which must be in or next to it.
    matched_eta : float
        η there, above 0 and up to 1; the match must be so narrow that η is one number in it.

    Raises
    ------
    InputError, SettingsError, AnalysisError
        For values that no spectrum has, settings out of range, and emission that drowns in noise at the match.
    """
    t = _above_zero(temperature_k, "temperature_k")
    if not 0.0 < matched_eta <= 1.0:
        raise SettingsError(f"η at the match is {matched_eta:g}. Give a number above 0, up to 1.")
    if not 0.0 < quantum_yield <= 1.0:
        raise SettingsError(f"the quantum yield is {quantum_yield:g}. Give a number above 0, up to 1.")
    energy, light, light_error = checked_spectrum(energy_mev, emission, emission_error, least=1, what="emission")
    _, warm, warm_error = checked_spectrum(energy_mev, heat, heat_error, least=1, what="heat")
    wing, match = _within(energy, range_mev), _within(energy, match_mev)
    middle = float(energy[match].mean())
    ratio = emission_mev / energy

    def scaled(at_k: float, qy: float) -> tuple[FloatArray, FloatArray, float, float]:
        """Return coupled absorption and its error in the unit of heat, the scale and its relative error."""
        factor = thermal_factor(energy, at_k)
        factor = np.exp(np.interp(middle, energy, factor) - factor)
        shape, shape_error = light * factor, light_error * factor
        # V = A_c s (1/η − QY E_em/hν): what heat a coupled absorption of one makes at the match.
        expected = shape[match] * (1.0 / matched_eta - qy * ratio[match])
        weight = warm_error[match] ** -2.0
        scale = float(weight @ (expected * warm[match])) / float(weight @ expected**2)
        slope_error = shape_error[match] * np.abs(1.0 / matched_eta - qy * ratio[match])
        own = np.sqrt(np.sum(weight**2 * expected**2 * (warm_error[match] ** 2 + (scale * slope_error) ** 2)))
        relative = float(own / (weight @ expected**2)) / abs(scale)
        return scale * shape, scale * shape_error, scale, relative

    def eta_of(coupled: FloatArray, qy: float) -> FloatArray:
        return np.asarray(coupled / (warm + qy * coupled * ratio))

    coupled, coupled_error, scale, relative = scaled(t, quantum_yield)
    _refuse_unmatched(scale, relative, match_mev, quantum_yield * float(ratio[match].mean()), matched_eta)
    total = warm + quantum_yield * coupled * ratio
    _refuse_dark(energy, wing, total)
    eta = eta_of(coupled, quantum_yield)
    noise = np.hypot(warm * coupled_error, coupled * warm_error) / total**2
    of_t = eta_of(scaled(t + temperature_error_k, quantum_yield)[0], quantum_yield) - eta
    shifted = quantum_yield + quantum_yield_error
    of_qy = eta_of(scaled(t, shifted)[0], shifted) - eta
    of_match = relative * warm * coupled / total**2
    common = np.array([of_t, of_qy, of_match])[:, wing]
    error = np.sqrt(noise[wing] ** 2 + np.sum(common**2, axis=0))
    return Reciprocity(
        energy_mev=energy[wing],
        eta=eta[wing],
        error=error,
        noise_error=noise[wing],
        common=common,
        matched_mev=match_mev,
        matched_eta=matched_eta,
        scale=measured(scale, abs(scale) * relative),
        sentence=_said(match_mev, matched_eta, noise[wing], common),
    )


def _said(match_mev: tuple[float, float], matched_eta: float, noise: FloatArray, common: FloatArray) -> str:
    names = ("temperature", "quantum yield", "the match")
    parts = np.sqrt(np.mean(common**2, axis=1))
    worst = names[int(np.argmax(parts))] if parts.max() > np.sqrt(np.mean(noise**2)) else "noise"
    low, high = match_mev
    return (
        f"η is relative: it was set to {matched_eta:g} from {low:.0f} to {high:.0f} meV, since emission and heat have "
        f"units of their own. Its error is mostly that of {worst}. It holds in an exponential wing alone."
    )


def _refuse_unmatched(
    scale: float, relative: float, match_mev: tuple[float, float], light: float, matched_eta: float
) -> None:
    if not scale > 0.0 or relative > 0.5:
        low, high = match_mev
        raise AnalysisError(
            f"from {low:.0f} to {high:.0f} meV heat and emission give no scale (1/η − QY E_em/hν = "
            f"{1.0 / matched_eta - light:.3g}, relative error {relative:.2g}): near full yield hardly any heat is "
            "left. Move or widen the match, or correct the quantum yield."
        )


def _refuse_dark(energy: FloatArray, wing: np.ndarray, total: FloatArray) -> None:
    bad = np.flatnonzero(wing & ~(total > 0.0))
    if bad.size:
        raise AnalysisError(
            f"at {energy[bad[0]]:.1f} meV absorption is not above zero. Shorten the range to where heat or emission "
            "stand out of their noise."
        )


def _refuse_drowned(energy: FloatArray, wing: np.ndarray, seen: np.ndarray) -> None:
    bad = np.flatnonzero(wing & ~seen)
    if bad.size:
        raise AnalysisError(
            f"at {energy[bad[0]]:.1f} meV emission or absorption is within {_SEEN:.0f} standard errors of zero, so it "
            "has no logarithm. Shorten the range, or bin the spectra."
        )


def _within(energy: FloatArray, range_mev: tuple[float, float]) -> np.ndarray:
    inside = np.asarray((energy >= range_mev[0]) & (energy <= range_mev[1]))
    if inside.sum() < _LEAST_POINTS:
        raise AnalysisError(
            f"from {range_mev[0]:.0f} to {range_mev[1]:.0f} meV there are {int(inside.sum())} points; {_LEAST_POINTS} "
            "are needed. Widen the range."
        )
    return inside


def _above_zero(value: float, name: str) -> float:
    if not value > 0.0 or not math.isfinite(value):
        raise SettingsError(f"{name} is {value:g}. Give a number above 0.")
    return float(value)
