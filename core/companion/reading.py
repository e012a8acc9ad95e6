"""What a measurement says about one number: its value, only a limit, or nothing, and why."""

import math
from dataclasses import dataclass

from asplab.core.rounding import NOT_DETERMINED, number_with_interval, rounded

LIMIT_CHANCE = 0.95
"""Confidence of a limit on one side."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A number with its uncertainty, or what stands in its place.

    Attributes
    ----------
    value, error : float
        Best value and one standard error; NaN where there is none. Where only a limit is known they are those of the
        fit, and not to be shown alone.
    unit : str
        Empty for a dimensionless number.
    low, high : float or None
        Ends of the 68 % interval; None is an open end.
    lower_limit, upper_limit : float or None
        At 95 %, on one side, where only a limit is known.
    reason : str
        Why it is a limit or not determined, and what would help; empty where it is determined.
    """

    value: float
    error: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    lower_limit: float | None = None
    upper_limit: float | None = None
    reason: str = ""

    @property
    def is_determined(self) -> bool:
        """Whether the value may be read as a number."""
        return not self.reason and math.isfinite(self.value)

    @property
    def is_limit(self) -> bool:
        """Whether a limit stands in the place of the value."""
        return not self.is_determined and (self.lower_limit is not None or self.upper_limit is not None)

    @property
    def text(self) -> str:
        """The number as it is shown, with its unit: ``52.1 ± 6.4 fs``, ``< 74.0 fs (95 %)``, ``not determined``."""
        if self.is_determined:
            return f"{number_with_interval(self.value, self.low, self.high)} {self.unit}".rstrip()
        if not self.is_limit:
            return NOT_DETERMINED
        if self.lower_limit is None or self.upper_limit is None:
            sign, end = (">", self.lower_limit) if self.upper_limit is None else ("<", self.upper_limit)
            shown = f"{sign} {rounded(end if end is not None else math.nan)}"
        else:
            shown = f"{rounded(self.lower_limit)} to {rounded(self.upper_limit)}"
        return f"{' '.join(part for part in (shown, self.unit) if part)} (95 %)"


def measured(value: float, error: float, unit: str = "") -> Reading:
    """Return a determined number with a symmetric 68 % interval."""
    return Reading(value, error, unit, value - error, value + error)


def undetermined(reason: str, unit: str = "") -> Reading:
    """Return the place of a number of which nothing is known."""
    return Reading(math.nan, math.nan, unit, reason=reason)
