"""Virtual power series whose truth is known."""

from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class PowerTruth:
    """I = (c₁P + c₂P²)/(1 + P/P_sat), in counts and µW; ``saturation_uw`` is infinite without saturation."""

    linear: float
    quadratic: float
    saturation_uw: float = float("inf")

    def intensity(self, power_uw: FloatArray) -> FloatArray:
        """Return the counts at powers in µW."""
        grown = self.linear * power_uw + self.quadratic * power_uw**2
        return np.asarray(grown / (1.0 + power_uw / self.saturation_uw))


@dataclass(frozen=True, slots=True, eq=False)
class VirtualPowerSeries:
    """Powers as read (n,) in µW, counts (n,) with their standard errors (n,), and the truth."""

    power_uw: FloatArray
    intensity: FloatArray
    error: FloatArray
    truth: PowerTruth


def virtual_power_series(
    rng: np.random.Generator,
    truth: PowerTruth,
    *,
    power_uw: FloatArray,
    stability: float = 0.02,
    read_counts: float = 20.0,
) -> VirtualPowerSeries:
    """Return counts of a camera with a multiplying register (variance twice that of shot noise), and an unsteady laser.

    Parameters
    ----------
    power_uw : ndarray, shape (n,)
    stability : float
        Relative scatter of one reading of the power against the light that was there.
    read_counts : float
        Noise of the sum over all pixels of the band.
    """
    expected = truth.intensity(power_uw)
    error = np.sqrt(2.0 * expected + read_counts**2 + (stability * expected) ** 2)
    light = expected + error * rng.standard_normal(expected.size)
    return VirtualPowerSeries(frozen_array(power_uw), frozen_array(light), frozen_array(error), truth)


def paper_like_series(rng: np.random.Generator) -> tuple[FloatArray, tuple[VirtualPowerSeries, ...]]:
    """Return detunings (n,) in meV and series as in the paper's Fig. 1b: one photon up to 153 meV, two beyond."""
    detuning = np.array([23.0, 55.0, 102.0, 132.0, 153.0, 175.0, 200.0])
    power = np.geomspace(1.0, 100.0, 10)
    one = 4e3 * np.exp(-detuning / 45.0)
    two = np.where(detuning > 160.0, 40.0 * np.exp(-(detuning - 160.0) / 60.0), 0.0)
    one = np.where(detuning > 160.0, 0.0, one)
    truths = [PowerTruth(float(c1), float(c2)) for c1, c2 in zip(one, two, strict=True)]
    return frozen_array(detuning), tuple(virtual_power_series(rng, truth, power_uw=power) for truth in truths)
