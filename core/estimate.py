"""A reported number: value, standard error, unit and 68 % interval."""

from dataclasses import dataclass


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
