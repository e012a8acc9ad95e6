"""What a Gaussian response makes of a rise, a decay and a coherent artefact, with all derivatives.

An exponential that starts at time zero, exp(−kt)θ(t), convolved with a Gaussian of standard deviation s, is
½ exp(−t²/2s²) erfcx(z) with z = (ks² − t)/(√2 s). The scaled function erfcx never overflows where z > 0; where z < 0 it
would, and ½ exp(k²s²/2 − kt) erfc(z), whose exponent is negative there, takes its place.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import erfc, erfcx

from asplab.core.units import FloatArray

_ROOT2 = float(np.sqrt(2.0))


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One shape over the delays (n,) and its derivatives.

    ``by_rate`` is that by the rate constant of an exponential, ``by_delay`` by t, ``by_sigma`` by s.
    """

    value: FloatArray
    by_delay: FloatArray
    by_sigma: FloatArray
    by_rate: FloatArray


def convolved_exponential(delay_fs: FloatArray, *, rate_per_fs: float, sigma_fs: float) -> FloatArray:
    """Return exp(−kt)θ(t) convolved with a Gaussian of unit area, (n,); a step where the rate is 0.

    Parameters
    ----------
    delay_fs : ndarray, shape (n,)
        Against time zero.
    rate_per_fs, sigma_fs : float
        k, 0 or above, and s, above 0.
    """
    t, k, s = delay_fs, rate_per_fs, sigma_fs
    z = (k * s - t / s) / _ROOT2
    ahead = z > 0.0
    scaled = 0.5 * np.exp(-0.5 * (t / s) ** 2) * erfcx(np.where(ahead, z, 0.0))
    plain = 0.5 * np.exp(np.where(ahead, 0.0, 0.5 * (k * s) ** 2 - k * t)) * erfc(np.where(ahead, 0.0, z))
    return np.asarray(np.where(ahead, scaled, plain))


def convolved_rise(delay_fs: FloatArray, *, rise_fs: float, sigma_fs: float) -> FloatArray:
    """Return (1 − exp(−t/τ))θ(t) convolved with a Gaussian of standard deviation ``sigma_fs``, (n,)."""
    step = convolved_exponential(delay_fs, rate_per_fs=0.0, sigma_fs=sigma_fs)
    return step - convolved_exponential(delay_fs, rate_per_fs=1.0 / rise_fs, sigma_fs=sigma_fs)


def exponential_term(delay_fs: FloatArray, *, rate_per_fs: float, sigma_fs: float) -> Term:
    """Return the convolved exponential with its derivatives."""
    t, k, s = delay_fs, rate_per_fs, sigma_fs
    value = convolved_exponential(t, rate_per_fs=k, sigma_fs=s)
    gauss = np.exp(-0.5 * (t / s) ** 2) / (np.sqrt(2.0 * np.pi) * s)
    return Term(
        value,
        by_delay=gauss - k * value,
        by_sigma=k**2 * s * value - gauss * (k * s + t / s),
        by_rate=(k * s**2 - t) * value - s**2 * gauss,
    )


def artefact_terms(delay_fs: FloatArray, *, sigma_fs: float, count: int) -> tuple[Term, ...]:
    """Return a Gaussian as wide as the response and its first derivatives, each of height about 1.

    Parameters
    ----------
    count : int
        0 to 3: how many of them.
    """
    x = delay_fs / sigma_fs
    gauss, none = np.exp(-0.5 * x**2), np.zeros_like(x)
    shapes = ((gauss, -x * gauss), (-x * gauss, (x**2 - 1.0) * gauss), ((x**2 - 1.0) * gauss, (3.0 - x**2) * x * gauss))
    return tuple(Term(f, df / sigma_fs, -x * df / sigma_fs, none) for f, df in shapes[:count])
