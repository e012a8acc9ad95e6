"""Values that stand for one set point: how they gather, and what they really were."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.counting import counted


@dataclass(frozen=True, slots=True)
class Readings:
    """The true values that count as one: smallest, largest, mean, and how many different ones there are."""

    low: float
    high: float
    mean: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Readings | None":
        """Describe values; None where there are none."""
        known = np.array(list(values), dtype=np.float64)
        if not known.size:
            return None
        return cls(float(known.min()), float(known.max()), float(known.mean()), int(np.unique(known).size))

    @property
    def is_spread(self) -> bool:
        """Whether the values differ at all."""
        return self.high > self.low

    def words(self, unit: str, decimals: int) -> str:
        """Return ``79.8-80.1 K (3 readings)``, or the one value where they are alike to that many decimals."""
        ends = [f"{value:.{decimals}f}" for value in (self.low, self.high)]
        if ends[0] == ends[1]:
            return f"{ends[0]} {unit}"
        return f"{ends[0]}-{ends[1]} {unit} ({counted(self.count, 'reading')})"


def cluster(values: Iterable[float], tolerance: float) -> list[float]:
    """Return the midpoints of clusters, ascending; every value lies within ``tolerance`` of its own.

    Values further apart than ``tolerance`` are never neighbours in a cluster. What is split is split at the
    widest gap, so that readbacks of one set point stay together whatever else was measured.
    """
    return [0.5 * (members[0] + members[-1]) for members in _split(sorted(values), tolerance)]


def _split(values: list[float], tolerance: float) -> list[list[float]]:
    if len(values) < 2:
        return [values] if values else []
    gaps = np.diff(values)
    cut = int(np.argmax(gaps)) + 1
    if gaps[cut - 1] <= tolerance and values[-1] - values[0] <= 2.0 * tolerance:
        return [values]
    return [*_split(values[:cut], tolerance), *_split(values[cut:], tolerance)]


def nearest(centres: Sequence[float], value: float) -> int:
    """Return the index of the centre nearest to ``value``."""
    return int(np.argmin(np.abs(np.asarray(centres) - value)))
