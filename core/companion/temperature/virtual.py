"""Virtual spectra of emission and absorption against temperature, whose truth is known."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.temperature.laws import bose_einstein_mev, phonon_width_mev
from asplab.core.companion.temperature.line_shapes import gaussian
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class TemperatureTruth:
    """Laws of a virtual sample: emission after Bose-Einstein, width after phonons, absorption a Stokes shift above."""

    gap_mev: float = 2360.0
    coupling_mev: float = 30.0
    phonon_mev: float = 20.0
    residual_mev: float = 38.0
    acoustic_mev_per_k: float = 0.05
    optical_mev: float = 42.0
    optical_phonon_mev: float = 16.0
    stokes_shift_mev: float = 30.0
    peak_counts: float = 5000.0
    background_counts: float = 40.0

    def peak_mev(self, temperature_k: FloatArray) -> FloatArray:
        """Return the peak of emission (n,)."""
        return bose_einstein_mev(temperature_k, self.gap_mev, self.coupling_mev, self.phonon_mev)

    def fwhm_mev(self, temperature_k: FloatArray) -> FloatArray:
        """Return the width of emission (n,)."""
        width = (self.residual_mev, self.acoustic_mev_per_k, self.optical_mev, self.optical_phonon_mev)
        return phonon_width_mev(temperature_k, *width)


@dataclass(frozen=True, slots=True, eq=False)
class VirtualBands:
    """Emission and absorption at several temperatures.

    ``energy_mev`` has shape (n,), the others (n_temperatures, n): counts per energy step, an exciton of height one.
    """

    temperature_k: FloatArray
    energy_mev: FloatArray
    emission: FloatArray
    emission_error: FloatArray
    absorption: FloatArray
    absorption_error: FloatArray


def virtual_bands(
    rng: np.random.Generator, temperature_k: FloatArray, *, truth: TemperatureTruth, heating_k: float = 0.0
) -> VirtualBands:
    """Return Gaussian bands with photon noise, and excitons with a constant noise of 0.5 %.

    ``heating_k`` is by how much the sample is warmer than the stage, which is what ``temperature_k`` tells.
    """
    t = np.asarray(temperature_k, dtype=np.float64)
    energy = np.arange(2200.0, 2650.0, 1.0)
    warm = t + heating_k
    peaks, widths = truth.peak_mev(warm), truth.fwhm_mev(warm)
    pairs = list(zip(peaks, widths, strict=True))
    clean = np.array([truth.peak_counts * gaussian(energy, e, w) + truth.background_counts for e, w in pairs])
    counts = rng.poisson(clean).astype(np.float64)
    exciton = np.array([gaussian(energy, e + truth.stokes_shift_mev, w) for e, w in pairs])
    noise = 0.005
    return VirtualBands(
        temperature_k=t,
        energy_mev=energy,
        emission=counts,
        emission_error=np.sqrt(np.maximum(counts, 1.0)),
        absorption=exciton + rng.normal(0.0, noise, exciton.shape),
        absorption_error=np.full(exciton.shape, noise),
    )
