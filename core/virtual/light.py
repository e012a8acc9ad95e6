"""What the excitation does to the virtual sample: absorbed power, absorbed photons and emitted photons.

Without effects the laser is one sharp line on particles of one gap. A leak, a bandwidth and an ensemble of gaps
are added up directly, so that the balance of Eqs. 3 and 4 holds for every photon.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.units import FWHM_PER_SIGMA, FloatArray, air_index, energy_from_wavelength
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.truth import absorptance, emission_mev

PHOTON_MEV = 2450.0
"""Photon energy at which ``emission_e_per_s`` is quoted."""
SLOPE_SPAN_MEV = 310.0
"""Span of the Stokes excitations, 170 to 480 meV above the gap, over which ``yield_slope`` counts."""

_ENSEMBLE_NODES = np.linspace(-4.5, 4.5, 91)
_BAND_NODES, _BAND_WEIGHTS = np.polynomial.hermite_e.hermegauss(11)


@dataclass(frozen=True, slots=True, eq=False)
class Excited:
    """What becomes of the pump at excitations (n,), relative to its power.

    ``power`` is the absorbed share; ``emitted`` is emitted photons times `PHOTON_MEV` per pump energy.
    """

    power: FloatArray
    emitted: FloatArray


def pump_power_uw(wavelength_nm: ArrayLike, *, pump_uw: float) -> FloatArray:
    """Return the true pump power: 0.6 to 1.2 times ``pump_uw``, smooth in wavelength."""
    phase = 2.0 * np.pi * (np.asarray(wavelength_nm, dtype=np.float64) - 512.0) / 132.0
    return np.asarray(pump_uw * (0.9 + 0.3 * np.cos(phase)))


def vacuum_nm(told_nm: ArrayLike, *, in_air: bool) -> FloatArray:
    """Return vacuum wavelengths of told ones."""
    told = np.asarray(told_nm, dtype=np.float64)
    return np.asarray(told * air_index(told)) if in_air else told


def quantum_yield(experiment: VirtualExperiment, energy_mev: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the quantum yield at photon energies: the stated one at and below the gap, linear above."""
    above = np.maximum(np.asarray(energy_mev, dtype=np.float64) - emission_mev(temperature_k), 0.0)
    return np.asarray(experiment.quantum_yield * (1.0 + experiment.effects.yield_slope * above / SLOPE_SPAN_MEV))


def ensemble(
    experiment: VirtualExperiment, energy_mev: ArrayLike, temperature_k: float
) -> tuple[FloatArray, FloatArray]:
    """Return absorptance and absorptance times η at photon energies, averaged over the gaps of the particles.

    A particle with a gap higher by x is excited at the detuning ΔE + x; η is 1 where that is not positive.
    """
    energy = np.asarray(energy_mev, dtype=np.float64)
    gap_mev, sigma = emission_mev(temperature_k), experiment.effects.ensemble_mev
    if not sigma:
        absorbed = absorptance(energy, temperature_k)
        return absorbed, absorbed * experiment.truth.eta(gap_mev - energy, temperature_k)
    density = np.exp(-0.5 * _ENSEMBLE_NODES**2)
    density /= density.sum()
    shifted = energy[..., np.newaxis] - sigma * _ENSEMBLE_NODES
    absorbed = absorptance(shifted, temperature_k)
    up = absorbed * experiment.truth.eta(gap_mev - shifted, temperature_k)
    return np.asarray(absorbed @ density), np.asarray(up @ density)


def true_eta(experiment: VirtualExperiment, excitation_nm: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the true η at vacuum wavelengths of a sharp line: that of the ensemble where there is one."""
    energy = energy_from_wavelength(excitation_nm)
    if not experiment.effects.ensemble_mev:
        return experiment.truth.eta(emission_mev(temperature_k) - energy, temperature_k)
    absorbed, up = ensemble(experiment, energy, temperature_k)
    return up / absorbed


def excited(
    experiment: VirtualExperiment, excitation_nm: ArrayLike, temperature_k: float, *, bandwidth_nm: float
) -> Excited:
    """Return what becomes of the pump at vacuum wavelengths (n,), with leak, bandwidth and ensemble."""
    center = np.asarray(excitation_nm, dtype=np.float64)
    nodes = _BAND_NODES if bandwidth_nm else np.zeros(1)
    weights = _BAND_WEIGHTS / _BAND_WEIGHTS.sum() if bandwidth_nm else np.ones(1)
    line = energy_from_wavelength(center[..., np.newaxis] + bandwidth_nm / FWHM_PER_SIGMA * nodes)
    main = _sharp(experiment, line, temperature_k)
    leak, leaked = experiment.effects.leak, _leaked(experiment, temperature_k)
    return Excited(
        (1.0 - leak) * (main.power @ weights) + leak * leaked.power,
        (1.0 - leak) * (main.emitted @ weights) + leak * leaked.emitted,
    )


def _sharp(experiment: VirtualExperiment, energy_mev: FloatArray, temperature_k: float) -> Excited:
    absorbed, up = ensemble(experiment, energy_mev, temperature_k)
    return Excited(absorbed, up * quantum_yield(experiment, energy_mev, temperature_k) * PHOTON_MEV / energy_mev)


def _leaked(experiment: VirtualExperiment, temperature_k: float) -> Excited:
    above = min(experiment.stokes_detuning_mev, default=170.0)
    return _sharp(experiment, np.asarray(emission_mev(temperature_k) + above), temperature_k)


def changes_excitation(experiment: VirtualExperiment, *, bandwidth_nm: float) -> bool:
    """Whether an effect makes the excitation more than one sharp line on one gap."""
    effects = experiment.effects
    return bool(bandwidth_nm or effects.leak or effects.ensemble_mev or effects.yield_slope)


def inner_filter(experiment: VirtualExperiment, excitation_nm: ArrayLike, temperature_k: float) -> FloatArray:
    """Return the decadic absorbance of the sample at vacuum wavelengths."""
    above = max(experiment.stokes_detuning_mev, default=480.0)
    bluest = float(absorptance(emission_mev(temperature_k) + above, temperature_k))
    relative = absorptance(energy_from_wavelength(excitation_nm), temperature_k) / bluest
    return np.asarray(experiment.effects.inner_filter * relative)


def emission_rate(
    experiment: VirtualExperiment, excitation_nm: float, temperature_k: float, *, power_uw: float
) -> float:
    """Return the emitted photons, as photoelectrons per second behind an ideal spectrometer.

    Photons absorbed per second are power x absorptance / photon energy, so that Eq. 5 holds for the quotient of
    this and the photothermal signal.
    """
    rate = _one_photon(experiment, excitation_nm, temperature_k, power_uw=power_uw)
    effects, gap_mev = experiment.effects, emission_mev(temperature_k)
    detuning_mev = gap_mev - float(energy_from_wavelength(excitation_nm))
    if effects.two_photon_crossover_uw and detuning_mev > 0:
        source_nm = excitation_nm
        if effects.two_photon_reference_mev:
            source_nm = float(energy_from_wavelength(gap_mev - effects.two_photon_reference_mev))
        same = _one_photon(experiment, source_nm, temperature_k, power_uw=power_uw)
        rate += same * power_uw / effects.two_photon_crossover_uw
    if effects.inner_filter:
        density = float(inner_filter(experiment, excitation_nm, temperature_k))
        rate *= 10.0 ** (-0.5 * effects.inner_filter_part * density)
    return rate


def _one_photon(experiment: VirtualExperiment, excitation_nm: float, temperature_k: float, *, power_uw: float) -> float:
    rate = experiment.emission_e_per_s * power_uw / experiment.pump_uw
    bandwidth_nm = experiment.effects.bandwidth_nm
    if changes_excitation(experiment, bandwidth_nm=bandwidth_nm):
        return rate * float(excited(experiment, excitation_nm, temperature_k, bandwidth_nm=bandwidth_nm).emitted)
    energy_mev = float(energy_from_wavelength(excitation_nm))
    absorbed = float(absorptance(energy_mev, temperature_k)) * PHOTON_MEV / energy_mev
    eta = float(experiment.truth.eta(emission_mev(temperature_k) - energy_mev, temperature_k))
    return rate * absorbed * eta * experiment.quantum_yield
