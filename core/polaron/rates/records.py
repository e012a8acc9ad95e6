"""What a rate model is: its name, the parameters it has, where it holds, and its formula."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.errors import AnalysisError
from asplab.core.units import FloatArray

Link = Literal["odds", "ratio"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that some rate models have, with the values it can take.

    Attributes
    ----------
    name : str
        Keyword of `log_rate`.
    symbol, unit, meaning : str
        For people.
    low, high : float
        Ends of its range.
    low_included, high_included : bool
        Whether an end belongs to the range.
    """

    name: str
    symbol: str
    unit: str
    meaning: str
    low: float = 0.0
    high: float = float("inf")
    low_included: bool = False
    high_included: bool = False

    def check(self, values: ArrayLike) -> FloatArray:
        """Return the values as an array; raises `AnalysisError` naming the first one outside the range."""
        array = np.asarray(values, dtype=np.float64)
        above = array >= self.low if self.low_included else array > self.low
        below = array <= self.high if self.high_included else array < self.high
        valid = above & below
        if array.size == 0:
            raise AnalysisError(f"{self.name} is empty; give at least one value.")
        if not np.all(valid):
            worst = np.ravel(array)[np.argmin(np.ravel(valid))]
            raise AnalysisError(f"{self.name} holds {worst:g}; the rate needs {self._needed()}.")
        return array

    def _needed(self) -> str:
        low = "" if self.low == -np.inf else f"{self.low:g} or more" if self.low_included else f"above {self.low:g}"
        if np.isfinite(self.high):
            return f"values {low} and up to {self.high:g}".replace("values  and ", "values ")
        if self.high_included:
            return f"values {low}, infinity included"
        return " ".join(f"finite values {low}".split())


@dataclass(frozen=True, slots=True)
class RateModel:
    """One model of the up-conversion rate.

    Attributes
    ----------
    name, title : str
        Name in settings and commands, and the one that people read.
    equation : str
        ln w_uc in plain text.
    parameters : tuple of str
        Keywords that must be given besides ΔE and T; ``broadening_mev`` alone has a default.
    detuning : Parameter
        Values that ΔE can take.
    valid : str
        Where the model holds, in words.
    reference : str
    link : {"odds", "ratio"}
        Whether η/(1 − η) or η itself is proportional to the rate.
    single_gap : callable
        ``(detuning_mev, temperature_k, **parameters) -> ln w``, arrays that broadcast. None for a model that is a set
        of sharp lines.
    lines : callable
        ``(temperature_k, highest_mev, **parameters) -> (energy_mev, log_weight)`` of a model that is a set of lines
        at one temperature; ln of each line's share of the rate. None for a smooth model.
    releases_too : bool
        The rate reaches above the gap (ΔE < 0, phonons released); else it is 0 there.
    """

    name: str
    title: str
    equation: str
    parameters: tuple[str, ...]
    detuning: Parameter
    valid: str
    reference: str
    link: Link = "odds"
    single_gap: Callable[..., FloatArray] | None = None
    lines: Callable[..., tuple[FloatArray, FloatArray]] | None = None
    releases_too: bool = False
