"""One quantity of the bands of all temperatures, as the laws take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.companion.checks import positive_array, same_shape
from asplab.core.companion.temperature.band import BandTable
from asplab.core.errors import AnalysisError
from asplab.core.units import FloatArray

Quantity = Literal["peak", "mean", "fwhm"]


@dataclass(frozen=True, slots=True, eq=False)
class BandSeries:
    """A quantity against temperature (n,), where it is determined; ``left_out`` says at which not, and why."""

    method: str
    quantity: Quantity
    temperature_k: FloatArray
    values_mev: FloatArray
    error_mev: FloatArray
    left_out: tuple[str, ...]


def band_series(
    temperature_k: FloatArray, tables: Sequence[BandTable], *, method: str, quantity: Quantity
) -> BandSeries:
    """Return a quantity by one method at all temperatures that tell it, ascending.

    Raises
    ------
    InputError
        For another number of tables than temperatures.
    AnalysisError
        Where no temperature tells it.
    """
    t = positive_array(temperature_k, name="temperature_k")
    same_shape(t, np.empty(len(tables)), names=("temperature_k", "tables"))
    readings = [getattr(table.of(method), quantity) for table in tables]
    order = np.argsort(t, kind="stable")
    told = [k for k in order if readings[k].is_determined]
    lost = tuple(f"{t[k]:g} K: {readings[k].reason}" for k in order if not readings[k].is_determined)
    if not told:
        raise AnalysisError(f"no temperature tells the {quantity} by {method}. {lost[0]}")
    return BandSeries(
        method=method,
        quantity=quantity,
        temperature_k=t[told],
        values_mev=np.array([readings[k].value for k in told]),
        error_mev=np.array([readings[k].error for k in told]),
        left_out=lost,
    )
