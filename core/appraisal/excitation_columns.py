"""Which excitations of different temperatures stand in one column: those of one wavelength, or of one ΔE."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from asplab.core.consistency.activation import TOLERANCE_MEV
from asplab.core.grouping.clusters import cluster, nearest
from asplab.core.grouping.stage import Stack
from asplab.core.units import FloatArray

_SPOILT = 1.5
"""So many times the columns that the order needs are too many to be different excitations."""


@dataclass(frozen=True, slots=True)
class Column:
    """Excitations that are matched across temperatures.

    Attributes
    ----------
    kind : {"pl", "aspl"}
    excitation_nm : (float, float)
        Smallest and largest wavelength of the conditions in the column.
    excitation_mev, detuning_mev : (float, float)
        The same of photon energy and ΔE, positive below the gap; NaN where no gap is known.
    """

    kind: str
    excitation_nm: tuple[float, float]
    excitation_mev: tuple[float, float]
    detuning_mev: tuple[float, float]


def match_columns(
    stacks: Sequence[Stack], energy_mev: FloatArray, detuning_mev: FloatArray, *, tolerance_nm: float
) -> tuple[tuple[Column, ...], np.ndarray]:
    """Return the columns, Stokes before anti-Stokes, and the column of each stack, (n_stacks,).

    Excitations of a kind are matched by wavelength, with the tolerance of the grouping, or by ΔE where that needs
    fewer columns: where the laser follows the gap. Where the noise of the gap spoils both, and each temperature has as
    many excitations in like places, they are matched in their order. Two conditions of one temperature never share a
    column.

    Parameters
    ----------
    energy_mev, detuning_mev : ndarray, shape (n_stacks,)
        NaN where not known.
    """
    columns: list[Column] = []
    place = np.full(len(stacks), -1)
    for kind in ("pl", "aspl"):
        members = [k for k, stack in enumerate(stacks) if stack.kind == kind]
        if not members:
            continue
        numbers = _matched(members, stacks, detuning_mev, tolerance_nm)
        for number in range(int(numbers.max()) + 1):
            own = [k for k, n in zip(members, numbers, strict=True) if n == number]
            place[own] = len(columns)
            wavelengths = np.array([stacks[k].excitation_nm for k in own])
            columns.append(Column(kind, _ends(wavelengths), _ends(energy_mev[own]), _ends(detuning_mev[own])))
    return tuple(columns), place


def _matched(
    members: Sequence[int], stacks: Sequence[Stack], detuning_mev: FloatArray, tolerance_nm: float
) -> np.ndarray:
    """Return the column of each member, counted from 0 by rising wavelength."""
    temperature = np.array([stacks[k].temperature for k in members])
    wavelength = np.array([stacks[k].excitation_nm for k in members])
    detuning = detuning_mev[list(members)]
    found = [_by_value(wavelength, temperature, tolerance_nm)]
    if np.isfinite(detuning).all():
        found.append(_by_value(detuning, temperature, TOLERANCE_MEV))
    best = min(found, key=lambda numbers: int(numbers.max()))
    order = _by_order(wavelength, temperature)
    if order is None or best.max() + 1 <= _SPOILT * (order.max() + 1):
        return best
    return order if any(_are_apart(order, values) for values in (wavelength, detuning)) else best


def _by_value(values: FloatArray, temperature: np.ndarray, tolerance: float) -> np.ndarray:
    centres = cluster(values.tolist(), tolerance)
    own = np.array([nearest(centres, value) for value in values])
    rank = np.zeros(own.size, dtype=int)
    for t in np.unique(temperature):
        here = np.flatnonzero(temperature == t)
        for k in here:
            rank[k] = np.count_nonzero(own[here[here < k]] == own[k])
    pairs = sorted(set(zip(own.tolist(), rank.tolist(), strict=True)))
    return np.array([pairs.index(pair) for pair in zip(own.tolist(), rank.tolist(), strict=True)])


def _by_order(wavelength: FloatArray, temperature: np.ndarray) -> np.ndarray | None:
    """Return the places by rising wavelength; None where temperatures have different numbers of excitations."""
    counts = {int(np.count_nonzero(temperature == t)) for t in np.unique(temperature)}
    if len(counts) != 1:
        return None
    numbers = np.zeros(wavelength.size, dtype=int)
    for t in np.unique(temperature):
        here = np.flatnonzero(temperature == t)
        numbers[here[np.argsort(wavelength[here], kind="stable")]] = np.arange(here.size)
    return numbers


def _are_apart(numbers: np.ndarray, values: FloatArray) -> bool:
    """Whether the ranges of neighbouring columns do not overlap."""
    ends = [_ends(values[numbers == number]) for number in range(int(numbers.max()) + 1)]
    return all(one[1] < other[0] for one, other in pairwise(ends))


def _ends(values: FloatArray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)
