"""Virtual power series of the ABC law, and virtual spectra of an integrating sphere, whose truth is known."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.quantum_yield.sphere_spectra import SphereSpectra
from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class AbcTruth:
    """Rates An + Bn² + Cn³ in units in which the generation is the power in µW."""

    trapping: float
    radiative: float
    auger: float

    @property
    def peak_yield(self) -> float:
        """Largest yield, B/(B + 2√(AC))."""
        return float(self.radiative / (self.radiative + 2.0 * np.sqrt(self.trapping * self.auger)))

    @property
    def peak_power_uw(self) -> float:
        """Power at which it is reached, at n² = A/C."""
        density = np.sqrt(self.trapping / self.auger)
        return float(2.0 * self.trapping * density + self.radiative * density**2)

    def density(self, power_uw: FloatArray) -> FloatArray:
        """Return n at powers (n,) in µW: the one real root, by Newton's way from above."""
        a, b, c = self.trapping, self.radiative, self.auger
        density = np.minimum(power_uw / a, np.sqrt(power_uw / b)) if a > 0.0 else np.sqrt(power_uw / b)
        for _ in range(60):
            density = density - (((c * density + b) * density + a) * density - power_uw) / (
                (3.0 * c * density + 2.0 * b) * density + a
            )
        return np.asarray(density)


@dataclass(frozen=True, slots=True, eq=False)
class VirtualAbc:
    """Powers (n,) in µW, counts (n,) per exposure of the highest power with their standard errors, and the truth."""

    power_uw: FloatArray
    intensity: FloatArray
    error: FloatArray
    truth: AbcTruth


def virtual_abc(
    rng: np.random.Generator, truth: AbcTruth, *, power_uw: FloatArray, counts: float, stability: float = 0.02
) -> VirtualAbc:
    """Return the emission Bn² against power.

    Parameters
    ----------
    power_uw : ndarray, shape (n,)
    counts : float
        Counts at the highest power; weaker light is exposed up to a thousand times longer for as many.
    stability : float
        Relative scatter of intensity against power.
    """
    emitted = truth.radiative * truth.density(power_uw) ** 2
    expected = counts * emitted / emitted.max()
    longer = np.minimum(counts / expected, 1e3)
    error = np.sqrt(2.0 * expected / longer + (stability * expected) ** 2)
    light = expected + error * rng.standard_normal(expected.size)
    return VirtualAbc(frozen_array(power_uw), frozen_array(light), frozen_array(error), truth)


@dataclass(frozen=True, slots=True)
class SphereTruth:
    """A sample in a sphere: absorptance in the beam and beside it, yield, and the part of emission it absorbs again.

    What is absorbed again is missing below ``edge_nm``, or, where that is None, evenly over the band.
    """

    absorptance: float
    quantum_yield: float
    beside_absorptance: float = 0.08
    reabsorbed: float = 0.1
    edge_nm: float | None = None

    def band(self, axis: FloatArray) -> FloatArray:
        """Return the emission without reabsorption per nm (n,), for one photon in all."""
        return np.asarray(np.exp(-0.5 * ((axis - 514.0) / 8.0) ** 2) / (8.0 * np.sqrt(2.0 * np.pi)))

    def seen_band(self, axis: FloatArray) -> FloatArray:
        """Return what is left of it outside the sample per nm (n,), for one photon that is left."""
        band, step = self.band(axis), float(axis[1] - axis[0])
        if self.edge_nm is None:
            return band
        blue = 1.0 / (1.0 + np.exp((axis - self.edge_nm) / _EDGE_NM))
        left = band * (1.0 - self.reabsorbed * blue / (step * np.sum(band * blue)))
        return np.asarray(left / (step * np.sum(left)))

    @property
    def observed_yield(self) -> float:
        """Yield that the sphere shows: of what is absorbed again, the yield is emitted again."""
        lost = self.reabsorbed
        return self.quantum_yield * (1.0 - lost) / (1.0 - lost * self.quantum_yield)


_EDGE_NM = 3.0
"""Width of the absorption edge."""
LASER_NM, EMISSION_NM = (440.0, 460.0), (480.0, 580.0)
"""Windows that hold the virtual laser and emission."""
_AXIS_NM = np.linspace(420.0, 620.0, 801)


def virtual_dilute(rng: np.random.Generator, truth: SphereTruth, *, photons: float, repeats: int = 5) -> FloatArray:
    """Return spectra (repeats, n) of a dilute sample, which absorbs none of its emission, on the axis of the sphere."""
    step = float(_AXIS_NM[1] - _AXIS_NM[0])
    expected = photons * step * truth.band(_AXIS_NM)
    return frozen_array(rng.poisson(np.broadcast_to(expected, (repeats, expected.size))) / step)


def virtual_sphere(
    rng: np.random.Generator,
    truth: SphereTruth,
    *,
    photons: float,
    repeats: int = 5,
    stability: float = 0.003,
    as_power: bool = False,
) -> SphereSpectra:
    """Return spectra of a laser at 450 nm and an emission at 514 nm, in photons or in power.

    Parameters
    ----------
    photons : float
        Of the laser in the empty sphere and one spectrum.
    stability : float
        Relative scatter of the laser from spectrum to spectrum.
    """
    axis = _AXIS_NM
    step = float(axis[1] - axis[0])
    laser = step * np.exp(-0.5 * (axis - 450.0) ** 2) / np.sqrt(2.0 * np.pi)
    band = step * truth.seen_band(axis)
    left = 1.0 - truth.beside_absorptance
    seen = truth.observed_yield
    # In the beam the first pass takes A; what is left meets the sample as all light beside the beam does.
    inside = (1.0 - truth.absorptance) * left
    parts = {
        "empty": (1.0, 0.0),
        "beside": (left, truth.beside_absorptance * seen),
        "inside": (inside, (1.0 - inside) * seen),
    }
    to_unit = 514.0 / axis if as_power else np.ones_like(axis)
    found = {}
    for name, (light, emitted) in parts.items():
        drift = 1.0 + stability * rng.standard_normal((repeats, 1))
        expected = photons * drift * (light * laser + emitted * band)
        found[name] = frozen_array(rng.poisson(expected) / step * to_unit)
    return SphereSpectra(frozen_array(axis), **found, unit="power" if as_power else "photons")
