"""Whether chains can be trusted, and which ends of an interval the data set."""

from dataclasses import dataclass

import numpy as np

from asplab.core.bootstrap.intervals import Resampled, resampled
from asplab.core.units import FloatArray

_BINS = 12
"""Histogram bins within the central 95 % in which the density at a bound is compared with the highest one."""
OPEN_ABOVE = (np.exp(-0.5), np.exp(-1.9207))
"""Density at a bound, against the highest, above which the end of a 68 % and of a 95 % interval is open.

The ratio at which a profile has risen by Δχ² = 1 and 3.84: where it does not, the end of its interval is open too.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Pile:
    """How draws pile up at the bounds of what the prior is flat in.

    Attributes
    ----------
    density : (float, float)
        Density in the bin next to the lower and to the upper bound, against that of the fullest bin.
    share : (float, float)
        Share of the draws in those bins.
    """

    density: tuple[float, float]
    share: tuple[float, float]

    @classmethod
    def of(cls, draws: FloatArray, low: float, high: float) -> "Pile":
        """Compare the draws (n_draws,) next to the bounds with the rest."""
        bottom, top = np.quantile(draws, [0.025, 0.975])
        size = (top - bottom) / _BINS
        if not size > 0.0:
            return cls((0.0, 0.0), (0.0, 0.0))
        found = []
        for distance in (draws - low, high - draws):
            count = np.bincount(np.minimum(distance / size, 50.0 * _BINS).astype(np.int64))
            fullest = max(int(count[:-1].max(initial=0)), int(count[0]), 1)
            found.append((count[0] / fullest, count[0] / len(draws)))
        return cls((found[0][0], found[1][0]), (found[0][1], found[1][1]))

    def open_ends(self) -> np.ndarray:
        """Return which ends are open: rows 68 % and 95 %, columns low and high."""
        return np.array([[density > limit for density in self.density] for limit in OPEN_ABOVE])


def interval(draws: FloatArray, open_ends: np.ndarray | None = None) -> Resampled:
    """Return the percentile intervals of draws (n_draws, …) with open ends as NaN; ``open_ends`` as in `Pile`."""
    found = resampled(draws)
    if open_ends is None or not open_ends.any():
        return found
    ends = [[found.low_68, found.high_68], [found.low_95, found.high_95]]
    for row in range(2):
        for column in range(2):
            if open_ends[row, column]:
                ends[row][column] = np.full_like(ends[row][column], np.nan)
    return Resampled(draws, ends[0][0], ends[0][1], ends[1][0], ends[1][1])


def follows(draws: FloatArray, other: FloatArray, open_ends: np.ndarray) -> np.ndarray:
    """Return which ends of ``draws`` are open because those of ``other`` are, on the side to which the draws lead.

    A quantity such as g or E_p has no bound of its own: where ħω could be larger without end, so may they be larger, or
    smaller. It is left closed where the outermost draws of ``other`` lie within its own central 68 %.
    """
    result = np.zeros((2, 2), dtype=bool)
    order = np.argsort(other)
    ranks = np.argsort(np.argsort(draws)) / max(len(draws) - 1, 1)
    few = max(len(draws) // 40, 1)
    for column, outermost in ((0, order[:few]), (1, order[-few:])):
        rank = float(np.median(ranks[outermost]))
        side = 1 if rank > 0.8413 else 0 if rank < 0.1587 else None
        if side is not None:
            result[:, side] |= open_ends[:, column]
    return result


def split_rhat(chain: FloatArray) -> FloatArray:
    """Return split-R̂ of every coordinate, (n_coordinates,), from a chain (n_steps, n_walkers, n_coordinates).

    Each walker's chain is cut in two halves [Gelman et al. 2013, §11.4]. Walkers of one ensemble move by each other, so
    that R̂ is a necessary test here, not a sufficient one.
    """
    half = len(chain) // 2
    halves = np.concatenate([chain[:half], chain[half : 2 * half]], axis=1)
    within = halves.var(axis=0, ddof=1).mean(axis=0)
    between = halves.mean(axis=0).var(axis=0, ddof=1)
    safe = np.where(within > 0.0, within, 1.0)
    return np.asarray(np.where(within > 0.0, np.sqrt((half - 1.0) / half + between / safe), np.inf))
