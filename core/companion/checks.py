"""Refuse arrays that no analysis can take, with the place and the value found."""

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.errors import InputError
from asplab.core.units import FloatArray


def finite_array(values: ArrayLike, *, name: str, ndim: int = 1) -> FloatArray:
    """Return values as float64.

    Raises
    ------
    InputError
        For another number of dimensions, nothing in it, or a value that is not finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != ndim or not array.size:
        raise InputError(f"{name} has shape {array.shape}; {ndim}-dimensional values are needed. Give at least one.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = ", ".join(str(k + 1) for k in bad[0])
        raise InputError(f"{name}, value {place}: {array[tuple(bad[0])]} is not a finite number. Remove or correct it.")
    return array


def positive_array(values: ArrayLike, *, name: str, ndim: int = 1) -> FloatArray:
    """Return values as float64; raises `InputError` as `finite_array`, and for one that is not above 0."""
    array = finite_array(values, name=name, ndim=ndim)
    bad = np.argwhere(array <= 0.0)
    if len(bad):
        place = ", ".join(str(k + 1) for k in bad[0])
        raise InputError(f"{name}, value {place}: {array[tuple(bad[0])]:g} is not above 0. Remove or correct it.")
    return array


def same_shape(first: FloatArray, second: FloatArray, *, names: tuple[str, str]) -> None:
    """Raise `InputError` where two arrays do not belong together."""
    if first.shape != second.shape:
        raise InputError(
            f"{names[0]} has shape {first.shape} and {names[1]} {second.shape}; they must be equal. Give one of each."
        )
