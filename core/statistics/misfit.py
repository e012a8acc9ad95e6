"""Whether a χ² is beyond what chance brings, where many are looked at together."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

FALSE_ALARM = 2.7e-3
"""Chance that any of the fits looked at together is told without reason: three standard deviations."""


def is_misfit(chi2: ArrayLike, dof: ArrayLike, *, tests: int) -> np.ndarray:
    """Return which χ² are larger than chance makes any of ``tests`` independent ones [Šidák 1967].

    Parameters
    ----------
    chi2, dof : array_like
        They broadcast; a χ² without degrees of freedom, or NaN, is no misfit.
    tests : int
        How many are looked at together, 1 or more.
    """
    allowed = -np.expm1(np.log1p(-FALSE_ALARM) / tests)
    known = np.nan_to_num(np.asarray(chi2, dtype=np.float64))
    freedom = np.asarray(dof, dtype=np.float64)
    return np.asarray((freedom > 0) & (chdtrc(np.maximum(freedom, 1.0), np.maximum(known, 0.0)) < allowed))
