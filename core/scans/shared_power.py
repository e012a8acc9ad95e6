"""Power readings that emission and scan have in common: one reading of the meter must not count as two."""

from collections.abc import Sequence

import numpy as np

from asplab.core.grouping.stage import Stack
from asplab.core.scans.pieces import Piece, names_of
from asplab.core.scans.power import power_on_axis
from asplab.core.scans.sets import repeat_name
from asplab.core.units import FloatArray

_SAME = 2e-4
"""Relative difference from rounding in the files up to which two readings are one."""
_SAME_PART = 0.5
"""Part of the repeats whose reading must be the same."""


def counted_once(piece: Piece, stacks: Sequence[Stack], weights: FloatArray) -> np.ndarray:
    """Return the points whose power was read once for the scan and for the emission at its excitation.

    I and PA of that excitation are divided by one and the same reading, whose noise cancels in I/PA. The scatter of I
    holds it already; counting it in PA as well would count it twice. That is so only where a reading is a single point
    of the scan and its power is not smoothed, and where no other reading rests on that point.

    Parameters
    ----------
    weights : ndarray, shape (n_stacks, n_points)
        How the excitations read the scan.
    """
    powers = power_on_axis(piece)
    used = np.nan_to_num(weights) != 0.0
    shared = np.zeros(used.shape[1], dtype=bool)
    for row, stack in zip(used, stacks, strict=True):
        (places,) = np.nonzero(row)
        if places.size == 1 and used[:, places[0]].sum() == 1:
            shared[places[0]] = _is_one_reading(piece, powers, stack, int(places[0]))
    return shared


def _is_one_reading(piece: Piece, powers: Sequence[FloatArray | None], stack: Stack, place: int) -> bool:
    of_scans = {name: own[place] for name, own in zip(names_of(piece), powers, strict=True) if own is not None}
    same = 0
    for r, spectrum in enumerate(stack.members):
        condition = spectrum.condition
        other = of_scans.get(repeat_name(condition.pair, condition.repeat, r))
        own = condition.power_uw
        same += own is not None and other is not None and abs(own - other) <= _SAME * abs(other)
    return same >= max(1.0, _SAME_PART * len(stack.members))
