"""The virtual sample in suspension: one kind of emitter, in detailed balance with its absorption.

The film is an ensemble whose emission is a Gaussian, which detailed balance does not tie to its absorption. In
suspension absorption and emission of one transition are, at the temperature of the sample, and its absorption below
the emission holds what does not come out again: coupled over total absorption is the η of the film.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from asplab.core.units import FWHM_PER_SIGMA, FloatArray, thermal_energy_mev
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.truth import absorption_edge_mev

_FINE_MEV = 0.05
_RANGE_MEV = 400.0
_DEEPEST_MEV = 150.0
_EXCITON = 1.5
_EXCITON_MEV, _SPREAD_MEV = 28.0, 18.0
"""How far the exciton lies above the foot of the edge, and its standard deviation."""
_CONTINUUM, _CONTINUUM_MEV = 0.5, 60.0
_URBACH_PART = 0.5
"""Urbach energy of the coupled absorption in kT: below one, so that emission falls off on both sides."""


@dataclass(frozen=True, slots=True, eq=False)
class Suspension:
    """Absorption and emission on a fine axis (n,) by ascending energy; emission per meV, one photon in all.

    ``peak_mev`` is the maximum of emission, from which the detuning of η counts.
    """

    temperature_k: float
    energy_mev: FloatArray
    coupled: FloatArray
    total: FloatArray
    emission: FloatArray
    peak_mev: float

    @property
    def fwhm_mev(self) -> float:
        """Full width at half maximum of the emission."""
        above = self.energy_mev[self.emission > 0.5 * self.emission.max()]
        return float(above[-1] - above[0])

    @property
    def maximum_mev(self) -> float:
        """Energy of the first maximum of absorption above the emission peak."""
        near = (self.energy_mev > self.peak_mev + _SPREAD_MEV / FWHM_PER_SIGMA) & (
            self.energy_mev < self.peak_mev + 2.0 * _CONTINUUM_MEV
        )
        energy, total = self.energy_mev[near], self.total[near]
        return float(energy[1:-1][(total[1:-1] > total[:-2]) & (total[1:-1] >= total[2:])][0])


def suspension(experiment: VirtualExperiment, temperature_k: float) -> Suspension:
    """Return the sample in suspension at a temperature."""
    kt_mev = float(thermal_energy_mev(temperature_k))
    foot = absorption_edge_mev(temperature_k) - _EXCITON_MEV
    energy = np.arange(foot - _RANGE_MEV, foot + 2.0 * _RANGE_MEV, _FINE_MEV)
    x = energy - foot
    exciton = _EXCITON * np.exp(-0.5 * ((x - _EXCITON_MEV) / _SPREAD_MEV) ** 2)
    continuum = _CONTINUUM * ndtr((x - _CONTINUUM_MEV) / _SPREAD_MEV)
    coupled = expit(x / (_URBACH_PART * kt_mev)) * (1.0 + exciton + continuum)
    emission = coupled * energy**2 * np.exp(-x / kt_mev)
    peak = float(energy[int(np.argmax(emission))])
    # Deeper down nothing is measured: there the lost part falls off with the coupled one.
    eta = experiment.truth.eta(np.minimum(peak - energy, _DEEPEST_MEV), temperature_k)
    density = emission / (emission.sum() * _FINE_MEV)
    return Suspension(temperature_k, energy, coupled, coupled / eta, density, peak)
