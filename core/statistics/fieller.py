"""Confidence interval of a ratio of two normal quantities."""

import numpy as np

from asplab.core.units import FloatArray


def fieller_interval(
    numerator: FloatArray,
    denominator: FloatArray,
    numerator_variance: FloatArray,
    denominator_variance: FloatArray,
    covariance: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the 68 % Fieller interval of a ratio of two normal quantities [Fieller 1954].

    Both ends are NaN where the denominator is within one standard error of zero: the set is then unbounded.
    """
    a = denominator**2 - denominator_variance
    b = numerator * denominator - covariance
    c = numerator**2 - numerator_variance
    closed = a > 0
    root = np.sqrt(np.where(closed, np.maximum(b**2 - a * c, 0.0), np.nan))
    safe = np.where(closed, a, np.nan)
    return (b - root) / safe, (b + root) / safe
