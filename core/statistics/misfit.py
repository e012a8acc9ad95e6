"""Whether a χ² is beyond what chance brings, where many are looked at together."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from asplab.core.statistics.chance import allowed_chance


def is_misfit(chi2: ArrayLike, dof: ArrayLike, *, tests: int) -> np.ndarray:
    """Return which χ² are larger than chance makes any of ``tests`` independent ones [Šidák 1967].

    Parameters
    ----------
    chi2, dof : array_like
        They broadcast; a χ² without degrees of freedom, or NaN, is no misfit.
    tests : int
        How many are looked at together, 1 or more.
    """
    known = np.nan_to_num(np.asarray(chi2, dtype=np.float64))
    freedom = np.asarray(dof, dtype=np.float64)
    return np.asarray(
        (freedom > 0) & (chdtrc(np.maximum(freedom, 1.0), np.maximum(known, 0.0)) < allowed_chance(tests))
    )
