"""What a trend over the repeats does to the emission and to the photothermal signal."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from asplab.core.drift.fit import Trends
from asplab.core.problems import Problem
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceTrend:
    """A condition that was measured again and again to see what the sample does.

    Attributes
    ----------
    label : str
    temperature : int
        Index into `Gathered.temperatures_k`.
    relative : ndarray, shape (n,)
        Intensity of each measurement in units of that which the line has at the first one.
    time_s : ndarray, shape (n,), or None
        When they were measured; None where time stamps are missing or can't be compared.
    position : ndarray, shape (n,)
        In steps from the first one.
    slope, slope_error : float
        Relative change per step.
    significance : float
        As standard deviations of a normal distribution; NaN with fewer than four.
    """

    label: str
    temperature: int
    relative: FloatArray
    time_s: FloatArray | None
    position: FloatArray
    slope: float
    slope_error: float
    significance: float


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """What all references of one temperature say together: a straight line in time.

    Attributes
    ----------
    temperature : int
        Index into `Gathered.temperatures_k`.
    per_s, per_s_error : float
        Slope in units of the height in the middle, per second; half the width of its 68 % interval by Student's t.
    begin_s, middle_s, end_s : float
        Times of the first and of the last measurement, and their mean, on the line of the run.
    significance : float
        Of the slope, as standard deviations of a normal distribution.
    apart_sigma : float
        The same of a difference between the slopes of several references.
    """

    temperature: int
    per_s: float
    per_s_error: float
    begin_s: float
    middle_s: float
    end_s: float
    significance: float
    apart_sigma: float


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceEffect:
    """What references that change beyond doubt say of each condition.

    Arrays have shape (n_stacks,), with zeros where they say nothing.

    Attributes
    ----------
    lines : tuple of ReferenceLine
    change : ndarray
        Relative change since the first reference of its temperature.
    error : ndarray
        Relative error from that of the slope: conditions of a temperature have it in common, with its sign.
    outside : ndarray
        Relative change since the nearest reference, where the condition was measured before the first or after the
        last one; zero elsewhere.
    left : mapping of int to str
        Temperatures whose line is not followed, and why.
    """

    lines: tuple[ReferenceLine, ...]
    change: FloatArray
    error: FloatArray
    outside: FloatArray
    left: Mapping[int, str]


@dataclass(frozen=True, slots=True, eq=False)
class LightTrends:
    """Trends of the emission of each condition, and of references.

    Attributes
    ----------
    trends : Trends
        In the places of `Layout`, from the whole band that is seen: they don't depend on the window.
    is_beyond : ndarray of bool, shape (n_temperatures, n_columns)
        An own trend beyond three standard deviations, allowing for how many conditions were tested.
    is_common_beyond : ndarray of bool, shape (n_temperatures,)
        The same of what all conditions of a temperature share; it cancels in quantum yield and η.
    gain : ndarray, shape (n_stacks, n_repeats)
        What each repeat is multiplied with: 1, or that which takes the trend out.
    variance : ndarray, shape (n_stacks,)
        Relative variance that the trend adds to the mean of each condition, by itself.
    together : ndarray, shape (n_parts, n_stacks), or None
        Relative errors that all conditions of a temperature have in common, part by part; None where there are none.
    references : tuple of ReferenceTrend
    by_reference : ReferenceEffect
    """

    trends: Trends
    is_beyond: np.ndarray
    is_common_beyond: np.ndarray
    gain: FloatArray
    variance: FloatArray
    together: FloatArray | None
    references: tuple[ReferenceTrend, ...]
    by_reference: ReferenceEffect


@dataclass(frozen=True, slots=True, eq=False)
class HeatTrends:
    """Trends of the photothermal signal at each excitation; see `LightTrends`.

    ``gain`` has shape (n_temperatures, n_columns, n_scans), ``variance`` (n_temperatures, n_columns).
    """

    trends: Trends
    is_beyond: np.ndarray
    is_common_beyond: np.ndarray
    gain: FloatArray
    variance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DriftTrends:
    """All trends over repeats, and what to know about them."""

    light: LightTrends
    heat: HeatTrends
    problems: tuple[Problem, ...] = ()
