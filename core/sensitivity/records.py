"""What a sensitivity map holds: results over a grid of two choices, and the spread among the reasonable ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.problems import Problem
from asplab.core.settings import Settings
from asplab.core.units import FloatArray

QUANTITIES = ("quantum_yield", "eta", "g_mev", "phonon_mev", "polaron_energy_mev")
"""What is followed, in the order of the first dimension of `SensitivityMap.values`."""


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceAxis:
    """The values of one choice along a side of the map.

    Attributes
    ----------
    name, unit : str
    values : ndarray, shape (n,)
        Ascending; the place in the list where the choice is a word.
    labels : tuple of str
        The words, or empty.
    reference : int
        Which of them is in use.
    """

    name: str
    unit: str
    values: FloatArray
    labels: tuple[str, ...]
    reference: int

    def told(self, i: int) -> str:
        """Return one value in words."""
        return self.labels[i] if self.labels else f"{self.values[i]:.4g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What the reasonable choices make of one quantity; shape (n_temperatures + 1,), NaN where there is no choice.

    Attributes
    ----------
    rms : ndarray
        Root mean square deviation of the reasonable choices from the value in use, which counts as one of them where
        it is reasonable.
    expected : ndarray
        What noise alone would make of ``rms``, because other choices use other data: the variance of the difference
        of two estimates, one of which uses all the data of the other, is that of their variances [Hausman 1978].
    lowest, highest : ndarray
        Ends of what the reasonable choices give.
    n_reasonable, n_open : ndarray of int
        Reasonable choices; and those among them at which the quantity is not determined, so that they are not in
        the other numbers.
    """

    rms: FloatArray
    expected: FloatArray
    lowest: FloatArray
    highest: FloatArray
    n_reasonable: np.ndarray
    n_open: np.ndarray

    @property
    def systematic(self) -> FloatArray:
        """What of ``rms`` noise does not explain [Barlow 2002]: the systematic error of the choice."""
        return np.asarray(np.sqrt(np.maximum(self.rms**2 - np.nan_to_num(self.expected) ** 2, 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class EdgeSlice:
    """One quantity along one choice, for a band under its handle.

    Attributes
    ----------
    axis : ChoiceAxis
    value : ndarray, shape (n, n_temperatures + 1)
        With the other choice as it is in use.
    spread : ndarray, same shape
        Root mean square deviation from ``value`` over the other choice's reasonable values.
    reasonable : ndarray of bool, same shape
    """

    axis: ChoiceAxis
    value: FloatArray
    spread: FloatArray
    reasonable: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class SensitivityMap:
    """Results over a grid of two choices, every other setting as in the document.

    The last entry of the last dimension is the joint fit; of the quantum yield it is the mean over temperatures with
    the weights of the reference, of η it is NaN.

    Attributes
    ----------
    choice : str
    x, y : ChoiceAxis
    temperatures_k : ndarray, shape (n_temperatures,)
    detuning_mev : ndarray, shape (n_temperatures,)
        ΔE of the excitation whose η is followed, the nearest to the one asked for.
    values, errors : ndarray, shape (n_quantities, n_x, n_y, n_temperatures + 1)
        Results and their first-order statistical errors; NaN where a choice fails or does not determine the quantity.
    reference, reference_error : ndarray, shape (n_quantities, n_temperatures + 1)
        The same of the document as it is.
    reasonable : ndarray of bool, shape (n_x, n_y, n_temperatures + 1)
        What the data of that temperature allow; the last entry, of all temperatures together.
    failed : ndarray of bool, shape (n_x, n_y)
    reasons : tuple of tuple of str, (n_x, n_y)
        Why a choice failed or is not reasonable; empty where it is.
    settings : Settings
        The reference.
    problems : tuple of Problem
    """

    choice: str
    x: ChoiceAxis
    y: ChoiceAxis
    temperatures_k: FloatArray
    detuning_mev: FloatArray
    values: FloatArray
    errors: FloatArray
    reference: FloatArray
    reference_error: FloatArray
    reasonable: np.ndarray
    failed: np.ndarray
    reasons: tuple[tuple[str, ...], ...]
    settings: Settings
    problems: tuple[Problem, ...] = ()

    def value(self, quantity: str) -> FloatArray:
        """Return one quantity, (n_x, n_y, n_temperatures + 1)."""
        return np.asarray(self.values[place_of(quantity)])

    def in_errors(self, quantity: str) -> FloatArray:
        """Return how far it lies from the reference, in statistical errors of the reference; same shape."""
        q = place_of(quantity)
        error = np.where(self.reference_error[q] > 0, self.reference_error[q], np.nan)
        return np.asarray((self.values[q] - self.reference[q]) / error)

    def spread(self, quantity: str) -> Spread:
        """Return what the reasonable choices make of one quantity."""
        return pooled_spread([self], place_of(quantity))

    def along(self, side: Literal["x", "y"], quantity: str) -> EdgeSlice:
        """Return one quantity along one choice, with what the other choice does to it there."""
        values, reasonable = self.value(quantity), self.reasonable
        axis, other = (self.x, self.y) if side == "x" else (self.y, self.x)
        if side == "y":
            values, reasonable = values.transpose(1, 0, 2), reasonable.transpose(1, 0, 2)
        centre = values[:, other.reference]
        off = np.where(reasonable, values - centre[:, None], np.nan)
        count = np.isfinite(off).sum(axis=1)
        spread = np.sqrt(np.nansum(off**2, axis=1) / np.where(count > 0, count, np.nan))
        return EdgeSlice(axis, centre, spread, reasonable[:, other.reference])


def place_of(quantity: str) -> int:
    """Return where a quantity stands in `QUANTITIES`."""
    if quantity not in QUANTITIES:
        raise AnalysisError(f"quantity {quantity!r} is not followed; choose one of: {', '.join(QUANTITIES)}.")
    return QUANTITIES.index(quantity)


def pooled_spread(maps: Sequence[SensitivityMap], quantity: int) -> Spread:
    """Return the spread among the reasonable choices of maps of one document; ``quantity`` is its place."""
    n = maps[0].reasonable.shape[2]
    reference, error = maps[0].reference[quantity], maps[0].reference_error[quantity]
    values, errors = (
        np.concatenate([getattr(found, name)[quantity].reshape(-1, n) for found in maps])
        for name in ("values", "errors")
    )
    reasonable = np.concatenate([found.reasonable.reshape(-1, n) for found in maps])
    known = reasonable & np.isfinite(values) & np.isfinite(reference)
    count = known.sum(axis=0)
    some, number = count > 0, np.maximum(count, 1)
    # Without an error of either, nothing is put down to noise.
    noise = np.where(known, np.nan_to_num(np.abs(errors**2 - error**2)), 0.0)
    return Spread(
        rms=np.where(some, np.sqrt((np.where(known, values - reference, 0.0) ** 2).sum(axis=0) / number), np.nan),
        expected=np.where(some, np.sqrt(noise.sum(axis=0) / number), np.nan),
        lowest=np.where(some, np.where(known, values, np.inf).min(axis=0), np.nan),
        highest=np.where(some, np.where(known, values, -np.inf).max(axis=0), np.nan),
        n_reasonable=reasonable.sum(axis=0),
        n_open=(reasonable & ~np.isfinite(values)).sum(axis=0),
    )
