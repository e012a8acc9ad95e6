"""Virtual measurements at matched intensities whose truth, with the light that is scattered, is known."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.matched.series import Excitations, excitations
from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray, wavelength_from_energy
from asplab.core.virtual.truth import absorptance, emission_mev


@dataclass(frozen=True, slots=True)
class MatchedTruth:
    """A film at one temperature.

    ``peak_absorptance`` at the absorption edge; ``scattered`` out of the beam at the Stokes wavelength, falling as
    λ^(−exponent); η = 1/(1 + e^((ΔE − half_mev)/width_mev)).
    """

    peak_absorptance: float = 0.12
    scattered: float = 0.004
    exponent: float = 4.0
    temperature_k: float = 295.0
    half_mev: float = 65.0
    width_mev: float = 25.0
    detuning_mev: tuple[float, ...] = (20.0, 30.0, 42.0, 55.0, 70.0, 85.0)
    stokes_detuning_mev: float = 300.0

    def eta(self) -> FloatArray:
        """Return the true η at each detuning."""
        return np.asarray(1.0 / (1.0 + np.exp((np.array(self.detuning_mev) - self.half_mev) / self.width_mev)))


@dataclass(frozen=True, slots=True, eq=False)
class VirtualMatched:
    """What is measured, with photothermal η and its covariance, the blank far below the gap, and the truth."""

    anti: Excitations
    stokes: Excitations
    absorptance_common_error: float
    photothermal_eta: FloatArray
    photothermal_covariance: FloatArray
    blank_nm: FloatArray
    blank_absorptance: FloatArray
    blank_error: FloatArray
    truth: MatchedTruth


def virtual_matched(rng: np.random.Generator, truth: MatchedTruth) -> VirtualMatched:
    """Return powers set until the emissions agree within 3 %, absorptances 1 − T − R, and photothermal η.

    Noise: emission 1 %, power 1 %, absorptance 2e-4 each and 1e-4 common to all, photothermal η 2 % each, 1 % common.
    """
    edge = emission_mev(truth.temperature_k)
    energy = np.array([edge + truth.stokes_detuning_mev, *(edge - np.array(truth.detuning_mev))])
    wavelength, eta = wavelength_from_energy(energy), np.array([1.0, *truth.eta()])
    absorbed = truth.peak_absorptance * absorptance(energy, truth.temperature_k)
    scattered = truth.scattered * (wavelength[0] / wavelength) ** truth.exponent
    bright = eta * absorbed * wavelength
    power = 5.0 * bright[0] / bright * (1.0 + 0.03 * rng.standard_normal(eta.size))
    light = 1e5 * power * bright / bright[0]
    own_depth, offset = 2e-4 * rng.standard_normal(eta.size), 1e-4 * rng.standard_normal()
    deep = absorbed + scattered + own_depth + offset
    light_error, power_error = 0.01 * light, 0.01 * power
    columns = {
        "power_uw": power + power_error * rng.standard_normal(eta.size),
        "power_error_uw": power_error,
        "intensity": light + light_error * rng.standard_normal(eta.size),
        "intensity_error": light_error,
        "absorptance": deep,
        "absorptance_error": np.full(eta.size, 2e-4),
    }
    own, common = 0.02 * truth.eta(), 0.01 * truth.eta()
    covariance = np.diag(own**2) + np.outer(common, common)
    heat = truth.eta() + own * rng.standard_normal(own.size) + common * rng.standard_normal()
    blank_nm = np.linspace(650.0, 800.0, 16)
    blank = truth.scattered * (wavelength[0] / blank_nm) ** truth.exponent + offset + 2e-4 * rng.standard_normal(16)
    return VirtualMatched(
        anti=excitations(wavelength[1:], **{name: column[1:] for name, column in columns.items()}),
        stokes=excitations(wavelength[:1], **{name: column[:1] for name, column in columns.items()}),
        absorptance_common_error=1e-4,
        photothermal_eta=frozen_array(heat),
        photothermal_covariance=frozen_array(covariance),
        blank_nm=frozen_array(blank_nm),
        blank_absorptance=frozen_array(blank),
        blank_error=frozen_array(np.full(16, 2e-4)),
        truth=truth,
    )
