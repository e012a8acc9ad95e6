"""All quantum yields side by side, however they were found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.companion.reading import Reading
from asplab.core.errors import InputError
from asplab.core.grouping.samples import is_same_sample
from asplab.core.statistics.chance import told_from
from asplab.core.units import FloatArray

OF_RATIO = "R"
"""Method of the main analysis."""


@dataclass(frozen=True, slots=True)
class YieldRow:
    """One quantum yield.

    Attributes
    ----------
    method : str
        How it was found, such as ``R``, ``ABC law`` or ``integrating sphere``.
    medium : str
        Of what: ``film``, ``suspension``; empty where it is not known.
    temperature_k : float or None
    reading : Reading
    sample : str
        Empty where it is not known.
    names_sample : bool
        Other yields are of another sample, so that its name is part of the label.
    """

    method: str
    medium: str
    temperature_k: float | None
    reading: Reading
    sample: str = ""
    names_sample: bool = False

    @property
    def label(self) -> str:
        """Method, sample where there are several, medium and temperature, as a legend has them."""
        method = f"{self.method} of {self.sample}" if self.names_sample and self.sample else self.method
        at = "" if self.temperature_k is None else f"{self.temperature_k:.0f} K"
        return ", ".join(part for part in (method, self.medium, at) if part)

    @property
    def kind(self) -> tuple[str, str, str]:
        """Method, medium and sample: yields that differ in temperature only have the same."""
        return self.method, self.medium, self.sample


@dataclass(frozen=True, slots=True, eq=False)
class YieldComparison:
    """Yields and how far they are apart.

    Attributes
    ----------
    rows : tuple of YieldRow
    deviations : ndarray, shape (n_rows, n_rows)
        Differences in units of their standard errors; NaN where one of them is not determined.
    notes : tuple of str
        Which contradict each other, which can't be compared as they stand, and which are not determined.
    """

    rows: tuple[YieldRow, ...]
    deviations: FloatArray
    notes: tuple[str, ...]


def compare_yields(rows: Sequence[YieldRow], *, tolerance_k: float = 0.0) -> YieldComparison:
    """Compare yields pair by pair; errors of different methods are taken as independent.

    Of a method that has one yield for each temperature, the one nearest in temperature is held beside another method.

    Parameters
    ----------
    rows : sequence of YieldRow
    tolerance_k : float
        Temperatures no farther apart count as one.

    Raises
    ------
    InputError
        Where there is none.
    """
    if not rows:
        raise InputError("there is no quantum yield to compare. Analyse the ratios, a power series or a sphere first.")
    rows = _naming_samples(rows)
    known = np.array([row.reading.is_determined for row in rows])
    value = np.where(known, [row.reading.value for row in rows], np.nan)
    error = np.array([row.reading.error for row in rows])
    apart = value[:, None] - value
    deviations = apart / np.hypot(error[:, None], error)
    np.fill_diagonal(deviations, np.where(known, 0.0, np.nan))
    told = [row for row, is_known in zip(rows, known, strict=True) if is_known]
    pairs = [
        (i, j)
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if known[i] and known[j] and _belong_together(rows[i], rows[j], told)
    ]
    limit = told_from(len(pairs))
    notes = [
        _contradiction(rows[i], rows[j], deviations[i, j], tolerance_k)
        for i, j in pairs
        if abs(deviations[i, j]) > limit
    ]
    above = [row for row, is_known in zip(rows, known, strict=True) if is_known and _is_above_one(row.reading)]
    notes += [
        f"{row.label}: {row.reading.text} is above 1, which no yield can be. Check its calibration." for row in above
    ]
    notes += [f"{row.label}: {row.reading.reason}" for row in rows if row.reading.reason]
    return YieldComparison(tuple(rows), deviations, tuple(notes))


def _naming_samples(rows: Sequence[YieldRow]) -> list[YieldRow]:
    """Return the rows with the samples in their labels where they are of several."""
    is_needed = len({row.sample for row in rows} - {""}) > 1
    return [replace(row, names_sample=is_needed) for row in rows]


def _belong_together(one: YieldRow, other: YieldRow, told: Sequence[YieldRow]) -> bool:
    """Whether two yields should be equal: at one temperature, or each the nearest that the other method has."""
    if one.temperature_k is None or other.temperature_k is None or one.temperature_k == other.temperature_k:
        return True
    if one.kind == other.kind:
        return False
    apart = abs(one.temperature_k - other.temperature_k)
    return apart <= min(_nearest(one.temperature_k, other, told), _nearest(other.temperature_k, one, told))


def _nearest(kelvin: float, like: YieldRow, told: Sequence[YieldRow]) -> float:
    """Return how near in temperature a method comes."""
    own = [row for row in told if row.kind == like.kind]
    return min(abs(kelvin - row.temperature_k) if row.temperature_k is not None else 0.0 for row in own)


def _contradiction(one: YieldRow, other: YieldRow, deviation: float, tolerance_k: float) -> str:
    differing = [
        name
        for name, differs in (
            ("sample", not is_same_sample(one.sample, other.sample)),
            ("medium", one.medium != other.medium),
            ("temperature", _is_apart(one.temperature_k, other.temperature_k, tolerance_k)),
        )
        if differs
    ]
    why = f" They differ in {' and '.join(differs for differs in differing)}, which may be why." if differing else ""
    statistical = " The error of R is its statistical one." if OF_RATIO in (one.method, other.method) else ""
    return f"{one.label} and {other.label} differ by {abs(deviation):.1f} standard errors.{why}{statistical}"


def _is_apart(one: float | None, other: float | None, tolerance_k: float) -> bool:
    return one != other and (one is None or other is None or abs(one - other) > tolerance_k)


def _is_above_one(reading: Reading) -> bool:
    return reading.value - 3.0 * reading.error > 1.0
