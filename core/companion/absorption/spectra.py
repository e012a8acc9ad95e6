"""What absorbs and what it emits, as the analysis of absorption takes them: on energies, with errors."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from asplab.core.companion.absorption.detailed_balance import heat_fraction
from asplab.core.companion.reading import Reading
from asplab.core.companion.temperature.absorption_top_noise import point_noise
from asplab.core.companion.temperature.band import per_energy
from asplab.core.emission.band import Template
from asplab.core.errors import InputError
from asplab.core.experiment import Curve
from asplab.core.units import FloatArray, Medium, energy_from_wavelength

_NOISE_POINTS = 25
_SMOOTHING_PIXELS = 9
_REACH = 0.6
"""Reach of a local line in steps of the coarser spectrum: neighbours share next to nothing."""
_LEAST_LEVEL_POINTS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Absorbing:
    """An absorption spectrum (n,) by ascending energy, its baseline taken off, with standard errors.

    ``sentence`` tells what a reader must know of it.
    """

    energy_mev: FloatArray
    absorption: FloatArray
    error: FloatArray
    sentence: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Emitting:
    """Emission (n,) in photons per energy by ascending energy, with standard errors, and what it is of.

    ``reference_mev`` is from where ΔE counts, its peak by default; ``mean_mev`` its mean photon energy.
    """

    energy_mev: FloatArray
    emission: FloatArray
    error: FloatArray
    reference_mev: float
    mean_mev: float


@dataclass(frozen=True, slots=True, eq=False)
class Heating:
    """What it takes to read absorption off its heat: the signal per power (n,) with errors, and the yields.

    ``photon_yield`` (n,) is the quantum yield above the gap and η times that below; NaN where η is not known.
    ``between`` (n,) is what is not known of it between the excitations that tell η.
    """

    signal: FloatArray
    error: FloatArray
    photon_yield: FloatArray
    between: FloatArray
    quantum_yield: Reading
    emission_mev: float


def emission_of(template: Template, *, reference_mev: float, mean_mev: float, medium: Medium) -> Emitting:
    """Return the emission of a band within its extent; variances of few repeats are smoothed."""
    axis = template.wavelength_nm
    inside = (axis >= template.extent_nm[0]) & (axis <= template.extent_nm[1])
    error = np.sqrt(uniform_filter1d(template.variance, _SMOOTHING_PIXELS, mode="nearest") + template.level_variance)
    found = per_energy(axis[inside], template.values[inside], error[inside], medium=medium)
    return Emitting(*found, reference_mev, mean_mev)


def absorption_of_curve(curve: Curve, *, reference_mev: float, level_from_mev: float, medium: Medium) -> Absorbing:
    """Return the absorption of a curve, its level far below the emission taken off.

    The error is that of `point_noise`, with that of the level.

    Raises
    ------
    InputError
        For a curve of too few points.
    """
    if curve.wavelength_nm.size < _NOISE_POINTS:
        raise InputError(
            f"the absorption curve has {curve.wavelength_nm.size} points; {_NOISE_POINTS} are needed to tell its noise."
        )
    energy = energy_from_wavelength(curve.wavelength_nm, medium=medium)[::-1]
    values = curve.values[::-1]
    noise = point_noise(values)
    if not np.isfinite(reference_mev):
        told = "Without emission of this medium and temperature no baseline was taken off."
        return Absorbing(energy, values, noise, told)
    below = energy < reference_mev - level_from_mev
    if below.sum() < _LEAST_LEVEL_POINTS:
        told = f"It does not reach {level_from_mev:.0f} meV below the emission, so no baseline was taken off."
        return Absorbing(energy, values, noise, told)
    level = float(np.mean(values[below]))
    return Absorbing(energy, values - level, np.hypot(noise, noise[below].mean() / np.sqrt(below.sum())))


def absorption_of_heat(energy_mev: FloatArray, heating: Heating) -> Absorbing:
    """Return the absorption that makes the heat of a scan, V/(1 − y E_em/hν), where y is known and heat is left."""
    fraction = heat_fraction(energy_mev, photon_yield=heating.photon_yield, emission_mev=heating.emission_mev)
    use = np.isfinite(fraction) & (fraction > 0.0)
    divided = fraction[use]
    order = np.argsort(energy_mev[use])
    signal = heating.signal[use] / divided
    of_yield = signal * heating.between[use] * heating.emission_mev / (energy_mev[use] * divided)
    error = np.hypot(heating.error[use] / divided, of_yield)
    told = "From its heat, with QY and η of the main analysis."
    return Absorbing(energy_mev[use][order], signal[order], error[order], told)


def on_common_energies(dark: tuple[FloatArray, ...], light: Emitting) -> tuple[FloatArray, ...]:
    """Return energies, absorption with errors and emission with errors: the coarser one as it is, the other brought.

    ``dark`` holds ascending energies, values and errors. Energies that either lacks are left out.
    """
    bright = (light.energy_mev, light.emission, light.error)
    steps = [float(np.median(np.diff(one[0]))) for one in (dark, bright)]
    coarse, fine = (dark, bright) if steps[0] >= steps[1] else (bright, dark)
    inside = (coarse[0] >= fine[0][0]) & (coarse[0] <= fine[0][-1])
    at, values, error = (some[inside] for some in coarse)
    brought = _brought(at, fine, max(_REACH * max(steps), 1.05 * min(steps)))
    use = np.isfinite(brought[0])
    first, second = ((values, error), brought) if coarse is dark else (brought, (values, error))
    return (at[use], *(some[use] for some in (*first, *second)))


def _brought(at: FloatArray, fine: tuple[FloatArray, ...], reach: float) -> tuple[FloatArray, FloatArray]:
    """Return values and errors of a spectrum at energies ``at``, by local lines; NaN where fewer than two points are.

    A line is right to first order wherever the points lie, so a steep wing is not moved.
    """
    energy, values, error = fine
    first = np.searchsorted(energy, at - reach)
    most = int(np.max(np.searchsorted(energy, at + reach) - first, initial=1))
    place = first[:, np.newaxis] + np.arange(most)
    known = place < energy.size
    place = np.minimum(place, energy.size - 1)
    x = (energy[place] - at[:, np.newaxis]) / reach
    kernel = np.where(known, np.maximum(1.0 - np.abs(x), 0.0), 0.0)
    s0, s1, s2 = (np.sum(kernel * x**k, axis=1) for k in range(3))
    bottom = s0 * s2 - s1**2
    safe = np.where(bottom > 1e-9, bottom, np.nan)
    weights = kernel * (s2[:, np.newaxis] - s1[:, np.newaxis] * x) / safe[:, np.newaxis]
    return np.sum(weights * values[place], axis=1), np.sqrt(np.sum((weights * error[place]) ** 2, axis=1))
