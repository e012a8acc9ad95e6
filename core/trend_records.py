"""What a trend over the repeats does to the emission and to the photothermal signal."""

from dataclasses import dataclass

import numpy as np

from asplab.core.problems import Problem
from asplab.core.trend_fit import Trends
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
    together : ndarray, shape (n_stacks,), or None
        Relative error that all conditions of a temperature have in common; None where there is none.
    references : tuple of ReferenceTrend
    """

    trends: Trends
    is_beyond: np.ndarray
    is_common_beyond: np.ndarray
    gain: FloatArray
    variance: FloatArray
    together: FloatArray | None
    references: tuple[ReferenceTrend, ...]


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
