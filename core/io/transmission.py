"""The transmission of a filter, from fractions, percent or optical densities."""

import numpy as np

from asplab.core.io.datafile import Column, DataFile
from asplab.core.units import FloatArray

_DENSITIES = frozenset(("od", "optical_density"))
_FRACTION, _PERCENT = 1.1, 110.0
"""Largest value of a fraction, noise included; above it, up to the second, the values are percent."""


def transmission(file: DataFile, column: Column) -> tuple[FloatArray, tuple[str, ...]]:
    """Return transmissions between 0 and 1 but for noise, (n,), and what to say about their scale.

    Raises
    ------
    FileError
        Where the values are no transmissions.
    """
    values = column.values
    told: tuple[str, ...] = ()
    if column.name in _DENSITIES:
        return np.power(10.0, -values), (f"column {column.header!r} is taken as optical density",)
    is_percent = column.unit == "%" or "percent" in column.name or values.max() > _FRACTION
    if is_percent and values.max() <= _PERCENT:
        values, told = 0.01 * values, ("the transmission is taken as percent",)
    lowest, highest = int(np.argmin(values)), int(np.argmax(values))
    if values[highest] > _FRACTION or values[lowest] < 1.0 - _FRACTION:
        row = highest if values[highest] > _FRACTION else lowest
        raise file.fault(
            row,
            f"the transmission {column.values[row]:g} is neither a fraction nor percent. Give 0 to 1 or 0 to 100, or "
            "name the column 'od' for optical densities.",
        )
    return values, told
