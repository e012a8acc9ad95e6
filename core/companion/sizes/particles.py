"""Edge lengths of cubes from their areas: cuts, merged particles, mean and spread."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from asplab.core.companion.checks import positive_array
from asplab.core.companion.reading import Reading, measured
from asplab.core.companion.sizes.distribution import LEAST_PARTICLES, TITLES, Distribution, fit_distributions, verdict
from asplab.core.counting import counted
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray

Merged = Literal["flag", "leave_out"]
PAIR_RATIO = math.sqrt(2.0)
"""Edge of two equal particles taken for one, in edges of one."""
_ROBUST_SD = 3.0
_MIDWAY = 0.5 * (1.0 + PAIR_RATIO)
_MAD_TO_SD = 1.4826
_CUTS = 0.01
"""Part of the distribution from which a cut is told to move the mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Edge lengths and what they say.

    Attributes
    ----------
    edge_nm : ndarray, shape (n,)
        √area of every particle of the table.
    is_cut, is_merged, is_used : ndarray of bool, shape (n,)
        Below the minimum size; as large as two; in the statistics.
    n : int
        Particles used.
    mean : Reading
        Mean edge in nm; its error is the standard error sd/√N.
    spread : Reading
        Standard deviation in nm with its standard error, which knows the tails [Cramér 1946].
    scale_error_nm : float
        Standard error of the mean from the scale of the image, common to all particles.
    distributions : tuple of Distribution
        The likelier first, of all particles, those below the cut included.
    verdict : str
    notes : tuple of str
        What was left out or looks odd.
    """

    edge_nm: FloatArray
    is_cut: np.ndarray
    is_merged: np.ndarray
    is_used: np.ndarray
    n: int
    mean: Reading
    spread: Reading
    scale_error_nm: float
    distributions: tuple[Distribution, ...]
    verdict: str
    notes: tuple[str, ...]

    @property
    def used_nm(self) -> FloatArray:
        """The edges in the statistics (n,)."""
        return np.asarray(self.edge_nm[self.is_used])


def measure_sizes(area_nm2: FloatArray, *, minimum_nm: float, merged: Merged, scale_error: float = 0.0) -> Sizes:
    """Return edges, their statistics and distributions.

    Parameters
    ----------
    area_nm2 : ndarray, shape (n,)
    minimum_nm : float
        Edge below which a particle is a speck, in nm; 0 for none.
    merged : {"flag", "leave_out"}
        What to do with particles as large as two: an edge beyond three robust standard deviations above the median and
        nearer to √2 of it than to it. Left out, the distributions know that nothing above was kept.
    scale_error : float
        Relative standard error of the scale (nm per pixel).

    Raises
    ------
    InputError
        For areas that are not above zero.
    SettingsError
        For a minimum or scale error below zero.
    AnalysisError
        Where fewer than ten particles are left.
    """
    area = positive_array(area_nm2, name="area_nm2")
    for name, value in (("minimum_nm", minimum_nm), ("scale_error", scale_error)):
        if not 0.0 <= value < math.inf:
            raise SettingsError(f"{name} is {value:g}. Give 0 or more.")
    edge = np.sqrt(area)
    is_cut = edge < minimum_nm
    left = edge[~is_cut]
    if left.size < LEAST_PARTICLES:
        raise AnalysisError(
            f"{left.size} of {edge.size} particles are at least {minimum_nm:g} nm; {LEAST_PARTICLES} are needed. Lower "
            "the minimum size, or measure more particles."
        )
    limit = _merged_from(left)
    is_merged = ~is_cut & (edge > limit)
    is_used = ~is_cut & ~is_merged if merged == "leave_out" else ~is_cut
    used = edge[is_used]
    top = limit if merged == "leave_out" else math.inf
    found = fit_distributions(used, kept_nm=(minimum_nm, top))
    mean, sd, sd_error = moments(used)
    return Sizes(
        edge_nm=frozen_array(edge),
        is_cut=is_cut,
        is_merged=is_merged,
        is_used=is_used,
        n=int(used.size),
        mean=measured(mean, sd / math.sqrt(used.size), "nm"),
        spread=measured(sd, sd_error, "nm"),
        scale_error_nm=mean * scale_error,
        distributions=found,
        verdict=verdict(found),
        notes=_notes(edge, is_cut, is_merged, minimum_nm, limit, found[0], merged),
    )


def moments(edge_nm: FloatArray) -> tuple[float, float, float]:
    """Return mean, standard deviation and the standard error of that, of sizes (n,) in nm."""
    n, mean, sd = edge_nm.size, float(edge_nm.mean()), float(edge_nm.std(ddof=1))
    fourth = float(np.mean((edge_nm - mean) ** 4))
    variance = max(fourth - (n - 3) / (n - 1) * sd**4, 0.0) / n
    return mean, sd, math.sqrt(variance) / (2.0 * sd)


def _merged_from(edge: FloatArray) -> float:
    """Return the edge from which a particle counts as merged."""
    median = float(np.median(edge))
    sd = _MAD_TO_SD * float(np.median(np.abs(edge - median)))
    return max(median * _MIDWAY, median + _ROBUST_SD * sd)


def _notes(
    edge: FloatArray,
    is_cut: np.ndarray,
    is_merged: np.ndarray,
    minimum_nm: float,
    limit: float,
    best: Distribution,
    merged: Merged,
) -> tuple[str, ...]:
    notes = []
    if is_cut.any():
        verb = "is" if is_cut.sum() == 1 else "are"
        notes.append(f"{int(is_cut.sum())} of {edge.size} particles {verb} below {minimum_nm:g} nm and left out.")
    if is_merged.any():
        did = "left out" if merged == "leave_out" else "kept"
        expected = (1.0 - best.part_below(limit)) * float(np.sum(~is_cut))
        n_merged = int(is_merged.sum())
        notes.append(
            f"{counted(n_merged, 'particle is', 'particles are')} above {limit:.1f} nm, as large as two; a "
            f"{TITLES[best.kind]} distribution has {expected:.1f} such particles. "
            f"{'It is' if n_merged == 1 else 'They are'} {did}."
        )
    lowest, part = float(edge[~is_cut].min()), best.part_below(minimum_nm)
    if part > _CUTS:
        notes.append(
            f"The minimum size cuts {100.0 * part:.0f} % of the distribution, so the mean of the kept particles is too "
            "large: prefer that of the distribution, or lower it."
        )
    elif lowest < 0.3 * float(np.median(edge[~is_cut])):
        notes.append(f"The smallest particle has {lowest:.2g} nm: set a minimum size if it is a speck.")
    return tuple(notes)
