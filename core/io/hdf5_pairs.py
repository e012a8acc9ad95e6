"""Which arrays of an HDF5 file without NeXus plots can be spectra."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.io.hdf5_tree import Array, Node, Survey, numbers, plain
from asplab.core.io.headers import COUNTS, ENERGIES, WAVELENGTHS, WAVENUMBERS, column_name
from asplab.core.units import FloatArray

AXIS_NAMES = WAVELENGTHS | ENERGIES | WAVENUMBERS | {"x", "axis", "x_axis", "xaxis", "wavelength_axis", "pixel"}
AXIS_UNITS = frozenset({"nm", "um", "angstrom", "eV", "meV", "cm-1"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Arrays that belong together: one signal with the axis of each of its dimensions, or several over one axis."""

    values: tuple[Array, ...]
    axes: tuple[Array | None, ...]
    notes: tuple[str, ...] = ()


def spectra(root: Node, met: Survey) -> list[Pair]:
    """Return all arrays that can be spectra, in the order of the file.

    An axis is an array of one dimension that has the name or the unit of one; it serves the arrays of its own group
    and those of the groups below. In a group without such an axis, the first array that runs in one direction is the
    axis of the others of its length.
    """
    found: list[Pair] = []
    collect(root, (), found, met)
    return found


def collect(node: Node, inherited: Sequence[Array], found: list[Pair], met: Survey) -> None:
    """Add the spectra of a group, and of the groups below it."""
    flat = [one for one in node.arrays.values() if len(one.shape) == 1]
    own = [one for one in flat if is_axis(one)]
    known = [*own, *inherited]
    rest = [one for one in flat if not any(one is axis for axis in own)]
    for size in dict.fromkeys(one.shape[0] for one in rest):
        alike = [one for one in rest if one.shape[0] == size]
        axis = next((one for one in known if one.shape[0] == size), None)
        if axis is not None:
            found.append(Pair(tuple(alike), (axis,)))
        elif len(alike) > 1:
            found.append(guessed(alike, met))
    for one in node.arrays.values():
        if len(one.shape) > 1:
            found.append(Pair((one,), tuple(fitting(one, size, k, known) for k, size in enumerate(one.shape))))
    for child in node.groups.values():
        collect(child, known, found, met)


def guessed(alike: Sequence[Array], met: Survey) -> Pair:
    """Return arrays of one length over the first of them that runs in one direction, or over pixels."""
    axis = next((one for one in alike if is_monotonic(numbers(one, met))), None)
    if axis is None:
        return Pair(tuple(alike), (None,))
    note = f"no array is named as an axis; {axis.name!r} is in order and was taken for it"
    return Pair(tuple(one for one in alike if one is not axis), (axis,), (note,))


def is_monotonic(values: FloatArray) -> bool:
    """Whether the values are finite and run in one direction throughout."""
    steps = np.diff(values)
    return bool(np.all(np.isfinite(values)) and (np.all(steps > 0.0) or np.all(steps < 0.0)))


def is_axis(array: Array) -> bool:
    """Whether name, unit or class of an array are those of an axis."""
    name = column_name(array.name)[0]
    scale = plain(array.attributes.get("CLASS", "")) == "DIMENSION_SCALE"
    return scale or (name in AXIS_NAMES and name not in COUNTS) or array.unit in AXIS_UNITS


def fitting(array: Array, size: int, dimension: int, known: Sequence[Array]) -> Array | None:
    """Return the axis of one dimension of an array: the only one known that has its length."""
    if array.shape.count(size) > 1 and dimension != len(array.shape) - 1:
        return None
    alike = [one for one in known if one.shape[0] == size]
    return alike[0] if alike else None
