"""On which side a systematic error stands, and how large it is where a result does not follow an effect in a line."""

from collections.abc import Sequence

import numpy as np

from asplab.core.systematics.nuisances import Nuisance
from asplab.core.units import FloatArray

RUN_AWAY = ("g_mev", "phonon_mev")
"""Results that are not determined because the best fit lies at infinity."""

FAR = 2.0
"""Prior standard deviations at which effects are looked at a second time."""

Ends = tuple[FloatArray, FloatArray]
"""Changes of a result with effects added at a positive and a negative size, each (K, …); NaN where undetermined."""


def towards_truth(
    near: Ends, far: Ends, nuisances: Sequence[Nuisance], *, runs_away: bool | np.ndarray = False
) -> Ends:
    """Return how far above and below the result each effect lets the truth lie, (K, …), not negative.

    An effect that the data hold has moved the result already, and taking it out again leads to the truth. Of an effect
    of either sign that is the shift at the other sign. A one-sided one can't be taken out: adding as much again moves
    the result on, and the truth lies on the other side.

    Where a result bends, errors of one standard deviation are too small for effects of two. So the larger of the shift
    by one and of half the shift by two counts, of a one-sided effect also half of its mirror image: what two would do
    if the shift by one grew as the nuisance tells, and as much more as two really do less. Two that leave a result
    undetermined which one determines are not counted.

    Parameters
    ----------
    near, far : tuple of two ndarrays
        At ±1 and at ±`FAR` prior standard deviations. The second of a one-sided effect is 0.
    nuisances : sequence of Nuisance, length K
    runs_away : bool or ndarray, broadcast against (K, …)
        Undetermined means grown beyond all bounds: the end on the other side is closed.
    """
    inner = (-1, *(1,) * (near[0].ndim - 1))
    is_one_sided = np.array([nuisance.is_one_sided for nuisance in nuisances], dtype=bool).reshape(inner)
    growth = np.array([FAR**nuisance.power for nuisance in nuisances]).reshape(inner)
    turned = np.where(is_one_sided, -1.0, 1.0)
    # Undetermined ends of `near` stay so; those of `far`, which `fmax` passes over, do not count.
    grown = np.where(is_one_sided, growth * near[0], 0.0)
    further = [part / FAR for part in (*far, grown + _bend(grown, far[0]))]
    sides = []
    for sign in (1.0, -1.0):
        is_closed = np.asarray(runs_away) & (sign * turned < 0.0)
        one, other = (np.where(is_closed & np.isnan(part), 0.0, sign * turned * part) for part in near)
        found = np.maximum(np.maximum(one, other), 0.0)
        most = np.fmax.reduce([found, *(sign * turned * part for part in further)])
        sides.append(np.where(np.isnan(found), np.nan, most))
    return sides[0], sides[1]


def _bend(grown: FloatArray, found: FloatArray) -> FloatArray:
    """Return by how much a shift that was found falls short of the grown one, at most the whole of that."""
    short = np.nan_to_num(np.sign(grown) * (grown - found))
    return np.asarray(np.sign(grown) * np.clip(short, 0.0, np.abs(grown)))


def mean_square(sides: Ends, nuisances: Sequence[Nuisance]) -> FloatArray:
    """Return the variance that each effect brings, (K, …): mean square of its sides, one-sided ones have but one."""
    weight = np.array([1.0 if nuisance.is_one_sided else 0.5 for nuisance in nuisances])
    # A best fit that runs away has no share that could be told: its square may be infinite.
    with np.errstate(over="ignore"):
        result: FloatArray = weight.reshape(-1, *(1,) * (sides[0].ndim - 1)) * np.hypot(*sides) ** 2
    return result


def in_quadrature(parts: FloatArray, central: FloatArray) -> FloatArray:
    """Return the total of parts (K, …) on one side; NaN where one is open, or the result itself is not determined."""
    return np.where(np.isfinite(central), np.hypot.reduce(parts, axis=0), np.nan)
