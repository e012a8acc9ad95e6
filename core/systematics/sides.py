"""On which side a systematic error stands."""

import numpy as np

from asplab.core.units import FloatArray

RUN_AWAY = ("g_mev", "phonon_mev")
"""Results that are not determined because the best fit lies at infinity."""


def towards_truth(
    up: FloatArray,
    down: FloatArray,
    is_one_sided: np.ndarray,
    *,
    runs_away: bool | np.ndarray = False,
) -> tuple[FloatArray, FloatArray]:
    """Return how far above and below the result each effect of prior size lets the truth lie, (K, …), not negative.

    An effect that the data hold has moved the result already, and taking it out again leads to the truth. Of an effect
    of either sign that is the shift at the other sign. A one-sided one can't be taken out: adding as much again moves
    the result on, and to first order the truth lies as far on the other side.

    Parameters
    ----------
    up, down : ndarray, shape (K, …)
        Changes of a result with the effects added at +σ and −σ; NaN where they leave it undetermined.
    is_one_sided : ndarray of bool, shape (K,)
    runs_away : bool or ndarray, broadcast against (K, …)
        Undetermined means grown beyond all bounds: the end on the other side is closed.
    """
    turned = np.where(is_one_sided.reshape(-1, *(1,) * (up.ndim - 1)), -1.0, 1.0)
    sides = []
    for sign in (1.0, -1.0):
        one, other = sign * turned * up, sign * turned * down
        is_closed = np.asarray(runs_away) & (sign * turned < 0.0)
        one, other = (np.where(is_closed & np.isnan(part), 0.0, part) for part in (one, other))
        sides.append(np.maximum(np.maximum(one, other), 0.0))
    return sides[0], sides[1]


def in_quadrature(parts: FloatArray, central: FloatArray) -> FloatArray:
    """Return the total of parts (K, …) on one side; NaN where one is open, or the result itself is not determined."""
    return np.where(np.isfinite(central), np.sqrt(np.sum(parts**2, axis=0)), np.nan)
