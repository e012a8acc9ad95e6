"""Responses as they would have been measured with an effect of given size on top; exact, not linearised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from asplab.core.efficiency.stokes_line import StokesLine, fit_stokes_line, lowest_stokes
from asplab.core.errors import AnalysisError
from asplab.core.responses.stage import Responses
from asplab.core.systematics.nuisances import NUISANCES, checked
from asplab.core.units import FWHM_PER_SIGMA, FloatArray, energy_from_wavelength, wavelength_from_energy

_T = TypeVar("_T")

SLOPE_RANGE_MEV = 300.0
"""Range of photon energy to which the slopes of quantum yield and gain refer."""


@dataclass(frozen=True, slots=True, eq=False)
class HiddenBands:
    """Running integrals of the band shapes, from which the part that the filters let through follows.

    Attributes
    ----------
    axis_nm, running : tuple of ndarray or None, one per temperature
        Wavelengths, and the integral of the shape up to them.
    edges_nm : ndarray, shape (n_temperatures, n_anti, 2)
        Range of integration of each anti-Stokes excitation.
    window_nm : tuple of float
        The whole window.
    """

    axis_nm: tuple[FloatArray | None, ...]
    running: tuple[FloatArray | None, ...]
    edges_nm: FloatArray
    window_nm: tuple[float, float]

    def seen(self, t: int, shift_mev: float) -> FloatArray:
        """Return the part of the band that each anti-Stokes excitation sees, the band moved to the blue."""
        axis, running = self.axis_nm[t], self.running[t]
        if axis is None or running is None:
            return np.ones(self.edges_nm.shape[1])
        edges = np.concatenate([self.edges_nm[t].ravel(), self.window_nm])
        # What a band moved to the blue sends through an edge, the resting one sends from further to the red.
        at = np.interp(wavelength_from_energy(energy_from_wavelength(edges) - shift_mev), axis, running)
        result: FloatArray = (at[1:-2:2] - at[0:-2:2]) / (at[-1] - at[-2])
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What the shifts need beyond the responses; None where the data don't have it.

    Attributes
    ----------
    line : StokesLine
        Line of the unshifted responses; fitted to them where it is None.
    baseline_change : ndarray, shape (n_temperatures, n_columns)
        PA with the alternative baseline less PA.
    hidden : HiddenBands
    tail_mev : ndarray, shape (n_temperatures,)
        Urbach energy of the absorption at the anti-Stokes excitations; NaN where it is not known.
    steady : ndarray of bool, shape (n_temperatures,)
        Where ``temperature_k`` moves nothing, because it is not small against the temperature; None moves all.
    neutral_od : ndarray, shape (n_temperatures, n_columns)
        Optical density of the neutral filters that the spectra went through.
    electron_gain : ndarray, shape (n_temperatures, n_columns)
        Where the logarithm of the electron gain of each spectrum lies between the smallest, 0, and the largest, 1.
    age : ndarray, shape (n_temperatures, n_columns)
        When each condition was measured, from 0 for the first of its temperature to 1 for the last.
    inner_filter : ndarray, shape (n_temperatures, n_columns)
        Part of the emission that the sample's own absorption would leave in a cuvette.
    """

    line: StokesLine | None = None
    baseline_change: FloatArray | None = None
    hidden: HiddenBands | None = None
    tail_mev: FloatArray | None = None
    steady: np.ndarray | None = None
    neutral_od: FloatArray | None = None
    electron_gain: FloatArray | None = None
    age: FloatArray | None = None
    inner_filter: FloatArray | None = None


def shift(responses: Responses, values: Mapping[str, float], context: Context | None = None) -> Responses:
    """Return the responses with effects of the given sizes added; their covariance stays.

    Parameters
    ----------
    responses : Responses
    values : mapping of str to float
        Name of a nuisance to its size in its unit; ``ensemble_mev`` acts on the model and leaves responses alone.
    context : Context, optional
        Needed by ``scan_wavelength_nm``, ``pa_baseline_fraction``, ``band_shift_mev``, ``nd_percent``,
        ``em_gain_percent``, ``bandwidth_mev``, ``drift_percent`` and ``inner_filter_part``.

    Raises
    ------
    SettingsError
        For an unknown nuisance, and an impossible size.
    AnalysisError
        Where the context lacks what a nuisance needs, and where no positive wavelength, signal or temperature is left.
    """
    context = context or Context()
    for name, value in checked(values).items():
        if name in _SHIFTS:
            responses = _SHIFTS[name](responses, value, context)
    return responses


def _above_lowest(responses: Responses) -> FloatArray:
    """Return how far excitations lie above the lowest Stokes one of their temperature, (n_temperatures, n_columns)."""
    ns = responses.n_stokes
    energy = np.where(responses.valid[:, :ns], responses.excitation_mev[:, :ns], np.inf).min(axis=1, initial=np.inf)
    return np.asarray(responses.excitation_mev - np.where(np.isfinite(energy), energy, 0.0)[:, None])


def _yield_slope(responses: Responses, value: float, context: Context) -> Responses:
    """A yield QY (1 + ε) brings I (1 + ε), and heat less by ε QY ⟨E⟩ per absorbed photon [Zhang 2024, Eqs. 1-4].

    ε is 0 at the lowest Stokes excitation and below it: the anti-Stokes side has the yield found there.
    """
    line = context.line or fit_stokes_line(responses)
    above = np.maximum(_above_lowest(responses), 0.0) * responses.valid
    change = _growth("yield_slope_percent", above, value) * responses.intensity
    return replace(
        responses, intensity=responses.intensity + change, absorbed=responses.absorbed - heat_of(line)[:, None] * change
    )


def _yield_step(responses: Responses, value: float, context: Context) -> Responses:
    """As `_yield_slope`, with one ε for all of the anti-Stokes side: what a slope does on its way to the gap."""
    if value <= -100.0:
        raise AnalysisError(f"yield_step_percent is {value:g} %; no light would be emitted. Choose a smaller size.")
    line = context.line or fit_stokes_line(responses)
    change = 0.01 * value * responses.intensity
    change[:, : responses.n_stokes] = 0.0
    return replace(
        responses, intensity=responses.intensity + change, absorbed=responses.absorbed - heat_of(line)[:, None] * change
    )


def heat_of(line: StokesLine) -> FloatArray:
    """Return the heat s hν₀ that leaves with each unit of I, (n_temperatures,); 0 where there is no line.

    A temperature without a line has no yield and no η that a shift could move.
    """
    return np.asarray(np.nan_to_num(line.slope * line.intercept_mev))


def _gain_slope(responses: Responses, value: float, context: Context) -> Responses:
    above = _above_lowest(responses) * responses.valid
    growth = _growth("gain_slope_percent", above, value)
    return replace(responses, intensity=responses.intensity * (1.0 + growth))


def _growth(name: str, above_mev: FloatArray, value: float) -> FloatArray:
    growth: FloatArray = 0.01 * value / SLOPE_RANGE_MEV * above_mev
    if np.any(growth <= -1.0):
        raise AnalysisError(
            f"{name} of {value:g} {NUISANCES[name].unit} leaves no positive signal {above_mev[growth <= -1.0][0]:.0f} "
            "meV above the lowest Stokes excitation. Choose a smaller size."
        )
    return growth


def _path_mismatch(responses: Responses, value: float, context: Context) -> Responses:
    if value <= -100.0:
        raise AnalysisError(f"path_mismatch_percent is {value:g} %; a path can't lose all of its light.")
    intensity = responses.intensity.copy()
    intensity[:, responses.n_stokes :] *= 1.0 + 0.01 * value
    return replace(responses, intensity=intensity)


def _leak(responses: Responses, value: float, context: Context) -> Responses:
    """Part of the pump excites like the lowest Stokes excitation: both I and PA gain that part of its responses."""
    part, anti = 1e-6 * value, responses.valid.copy()
    anti[:, : responses.n_stokes] = False
    light, heat = lowest_responses(responses)
    return replace(
        responses,
        intensity=responses.intensity + part * anti * light[:, None],
        absorbed=responses.absorbed + part * anti * heat[:, None],
    )


def lowest_responses(responses: Responses) -> tuple[FloatArray, FloatArray]:
    """Return I and PA (n_temperatures,) of the Stokes excitation closest to the gap; 0 where there is none."""
    rows = np.arange(len(responses.valid))
    column, is_there = lowest_stokes(responses)
    return responses.intensity[rows, column] * is_there, responses.absorbed[rows, column] * is_there


def _wavelength(responses: Responses, value: float, context: Context) -> Responses:
    wavelength = responses.excitation_nm + value
    if np.any(wavelength[responses.valid] <= 0.0):
        raise AnalysisError(f"wavelength_nm of {value:g} nm leaves no positive wavelength. Choose a smaller size.")
    ratio = np.where(responses.valid, responses.excitation_nm / np.where(responses.valid, wavelength, 1.0), 1.0)
    return replace(responses, excitation_nm=wavelength, excitation_mev=responses.excitation_mev * ratio)


def _scan_wavelength(responses: Responses, value: float, context: Context) -> Responses:
    """The exponential tail at λ − value stands where λ is read; above the gap absorption is flat."""
    tail = _needed("scan_wavelength_nm", context.tail_mev, "two anti-Stokes excitations whose absorption is determined")
    wavelength = responses.excitation_nm
    if np.any(wavelength[responses.valid] <= value):
        raise AnalysisError(f"scan_wavelength_nm of {value:g} nm leaves no positive wavelength. Choose a smaller size.")
    known = responses.valid & np.isfinite(tail)[:, None]
    known[:, : responses.n_stokes] = False
    step = responses.excitation_mev * value / np.where(known, wavelength - value, np.inf)
    factor = np.exp(np.where(known, step / np.where(known, tail[:, None], 1.0), 0.0))
    return replace(responses, absorbed=responses.absorbed * factor)


def _reference(responses: Responses, value: float, context: Context) -> Responses:
    return replace(responses, reference_mev=responses.reference_mev + value)


def _temperature(responses: Responses, value: float, context: Context) -> Responses:
    return replace(responses, temperatures_k=shifted_temperatures(responses.temperatures_k, value, context.steady))


def shifted_temperatures(temperatures_k: FloatArray, value: float, steady: np.ndarray | None = None) -> FloatArray:
    """Return temperatures in K moved by ``value`` but where they are steady.

    Raises
    ------
    AnalysisError
        Where one is not above 0 afterwards.
    """
    moved: FloatArray = temperatures_k + (value if steady is None else np.where(steady, 0.0, value))
    if np.any(moved <= 0.0):
        raise AnalysisError(
            f"temperature_k of {value:g} K moves {temperatures_k.min():.0f} K to {moved.min():.0f} K, which must be "
            "above 0. Choose a smaller size."
        )
    return moved


def _pa_baseline(responses: Responses, value: float, context: Context) -> Responses:
    change = _needed("pa_baseline_fraction", context.baseline_change, "the scans and their baseline")
    return replace(responses, absorbed=responses.absorbed + value * change * responses.valid)


def _band_shift(responses: Responses, value: float, context: Context) -> Responses:
    hidden = _needed("band_shift_mev", context.hidden, "spectra whose hidden part is supplied from a band shape")
    ns, intensity = responses.n_stokes, responses.intensity.copy()
    for t in range(len(intensity)):
        resting, moved = hidden.seen(t, 0.0), hidden.seen(t, value)
        usable = responses.valid[t, ns:] & (resting > 0.0)
        intensity[t, ns:] *= np.where(usable, moved / np.where(usable, resting, 1.0), 1.0)
    return replace(responses, intensity=intensity)


def _neutral_filters(responses: Responses, value: float, context: Context) -> Responses:
    density = _needed("nd_percent", context.neutral_od, "spectra that went through a neutral filter")
    return replace(responses, intensity=responses.intensity * 10.0 ** (0.01 * value * density))


def _electron_gain(responses: Responses, value: float, context: Context) -> Responses:
    place = _needed("em_gain_percent", context.electron_gain, "spectra of different electron gains")
    if value <= -100.0:
        raise AnalysisError(f"em_gain_percent is {value:g} %; a gain can't be 0. Choose a smaller size.")
    return replace(responses, intensity=responses.intensity * (1.0 + 0.01 * value) ** place)


def _bandwidth(responses: Responses, value: float, context: Context) -> Responses:
    """On an exponential tail a line of variance σ² is absorbed σ²/E_U above its nominal energy, which thus is too low.

    Gaussian line; I and PA hold the same absorbed light. Above the gap absorption is flat.
    """
    tail = _needed("bandwidth_mev", context.tail_mev, "two anti-Stokes excitations whose absorption is determined")
    known = responses.valid & np.isfinite(tail)[:, None]
    known[:, : responses.n_stokes] = False
    urbach = np.where(np.isfinite(tail), tail, 1.0)[:, None]
    shift_mev = np.where(known, (value / FWHM_PER_SIGMA) ** 2 / urbach, 0.0)
    energy = responses.excitation_mev - shift_mev
    if np.any(energy[responses.valid] <= 0.0):
        raise AnalysisError(f"bandwidth_mev of {value:g} meV leaves no positive photon energy. Choose a smaller size.")
    ratio = responses.excitation_mev / np.where(responses.valid, energy, 1.0)
    wavelength = responses.excitation_nm * np.where(responses.valid, ratio, 1.0)
    return replace(responses, excitation_mev=energy, excitation_nm=wavelength)


def _drift(responses: Responses, value: float, context: Context) -> Responses:
    age = _needed("drift_percent", context.age, "the times of the spectra")
    if value <= -100.0:
        raise AnalysisError(f"drift_percent is {value:g} %; a sample can't lose all of its emission.")
    return replace(responses, intensity=responses.intensity * (1.0 + 0.01 * value * age))


def _inner_filter(responses: Responses, value: float, context: Context) -> Responses:
    left = _needed("inner_filter_part", context.inner_filter, "the sample's absorption, not corrected for yet")
    return replace(responses, intensity=responses.intensity * left**value)


def _needed(name: str, found: _T | None, what: str) -> _T:
    if found is None:
        raise AnalysisError(f"{name} can't be shifted here: it needs {what}. Leave it out.")
    return found


_SHIFTS: Mapping[str, Callable[[Responses, float, Context], Responses]] = {
    "yield_slope_percent": _yield_slope,
    "yield_step_percent": _yield_step,
    "gain_slope_percent": _gain_slope,
    "path_mismatch_percent": _path_mismatch,
    "leak_ppm": _leak,
    "wavelength_nm": _wavelength,
    "scan_wavelength_nm": _scan_wavelength,
    "reference_mev": _reference,
    "temperature_k": _temperature,
    "pa_baseline_fraction": _pa_baseline,
    "band_shift_mev": _band_shift,
    "nd_percent": _neutral_filters,
    "em_gain_percent": _electron_gain,
    "bandwidth_mev": _bandwidth,
    "drift_percent": _drift,
    "inner_filter_part": _inner_filter,
}
