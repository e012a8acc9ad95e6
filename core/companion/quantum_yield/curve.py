"""What the ABC law looks like as a curve: the yield over the pump power, and what each reading of the series says."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.quantum_yield.abc_law import AbcYield, abc_intensity, abc_yield, log_odds_gradient
from asplab.core.units import FloatArray

_POINTS = 80


@dataclass(frozen=True, slots=True, eq=False)
class YieldCurve:
    """The yield over pump power; arrays of the curve have shape (n_curve,), those of the readings (n,).

    Attributes
    ----------
    power_uw, quantum_yield, low, high : ndarray, shape (n_curve,)
        The law and its 68 % band.
    read_uw, read_yield, read_error : ndarray, shape (n,)
        β I/P of each reading, with the error of its intensity alone.
    """

    power_uw: FloatArray
    quantum_yield: FloatArray
    low: FloatArray
    high: FloatArray
    read_uw: FloatArray
    read_yield: FloatArray
    read_error: FloatArray


def yield_curve(found: AbcYield) -> YieldCurve:
    """Return the law of a series over its powers."""
    power = np.geomspace(found.power_uw.min(), found.power_uw.max(), _POINTS)
    light = abc_intensity(power, found.parts)
    value = abc_yield(light, found.parts)
    gradients = np.array([log_odds_gradient(found.parts, float(at)) for at in light])
    spread = np.sqrt(np.einsum("ij,jk,ik->i", gradients, found.covariance, gradients))
    # As that of the peak: the interval of the logarithm of the odds keeps between 0 and 1.
    odds = np.log(value / (1.0 - value))
    low, high = (1.0 / (1.0 + np.exp(-(odds + side * spread))) for side in (-1.0, 1.0))
    per_power = found.parts[1] / found.power_uw
    return YieldCurve(power, value, low, high, found.power_uw, per_power * found.intensity, per_power * found.error)
