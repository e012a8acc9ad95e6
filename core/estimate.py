"""A reported number: value, standard error, unit and 68 % interval."""

import math
from dataclasses import dataclass

_MOST_RELATIVE = 10.0
"""First-order error, relative to its value, from which on it is no number where an interval is open."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its uncertainty.

    Attributes
    ----------
    value : float
        Point estimate; NaN where it can't be computed.
    error : float
        One standard error (68 % of a normal distribution); NaN where undefined.
    unit : str
        Unit as text, empty for a dimensionless number.
    low, high : float or None
        Ends of the 68 % interval; None marks an open end.
    """

    value: float
    error: float
    unit: str = ""
    low: float | None = None
    high: float | None = None


def stated_error(value: float, error: float, *, is_identified: bool) -> float:
    """Return a first-order error as it is stated; NaN where its interval is open and it exceeds ten times the value.

    There the curvature of χ² at the best fit vanishes but for rounding, and its inverse says nothing.
    """
    return error if is_identified or error <= _MOST_RELATIVE * abs(value) else math.nan


def is_systematic_told(quantity: str, value: float, error: float, *, is_identified: bool) -> bool:
    """Return whether a systematic error of g, ħω, E_p or S means something.

    Not where the interval of g or ħω is open: shifts of a best fit that may lie anywhere say nothing. E_p, which is
    often known where they are not, has one where its first-order error is smaller than its value.
    """
    return is_identified or (quantity == "polaron_energy_mev" and error < value)
