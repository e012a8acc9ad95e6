"""Which choices the data allow: what a reasonable analyst would not do is told, and kept out of the spread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.stats import chi2 as chi2_distribution

from asplab.core.document import Document
from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

_LEAK = 4.0
"""Errors by which what lies beside a filter edge must differ from the band's shape to count as something else."""
_UNLIKELY = 1e-3
"""Chance, over all temperatures, of a baseline misfit from noise alone that is still put down to noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """At which temperatures (n_temperatures,) a choice is allowed, and why not where it is not."""

    allowed: np.ndarray
    reason: str = ""


def holds_band(results: Results, low_nm: float, high_nm: float) -> Judgement:
    """Allow a window that holds the band of a temperature, as far as the detector sees it."""
    assert results.bands is not None
    allowed = np.array(
        [
            shape is None
            or (
                low_nm <= max(shape.extent_nm[0], shape.wavelength_nm[0])
                and high_nm >= min(shape.extent_nm[1], shape.wavelength_nm[-1])
            )
            for shape in results.bands.templates
        ]
    )
    return Judgement(allowed, "" if allowed.all() else "the window cuts the band")


def baseline_is_free(document: Document, results: Results, with_tail: Callable[[Document], Results]) -> Judgement:
    """Allow a baseline region that the scan holds, that the baseline describes, and that holds no tail beside it.

    ``with_tail`` analyses the same region with an Urbach tail offered: one that is seen there is signal.
    """
    settings, absorbed = document.settings.baseline, results.absorbed
    if absorbed is None:
        raise AnalysisError("there is no photothermal signal.")
    allowed, reason = np.ones(len(absorbed.baselines), dtype=bool), ""
    offered = None
    if settings.shape != "urbach":
        tail = replace(settings, shape="urbach", tail_from_mev=settings.from_mev)
        offered = with_tail(document.with_settings(baseline=tail)).absorbed
    for t, fitted in enumerate(absorbed.baselines):
        if fitted is None:
            continue
        start = settings.from_mev
        if fitted.urbach_mev is not None:
            start = min(start, settings.tail_from_mev)
        if fitted.region_mev[0] != start:
            why = "the scan does not hold the baseline region"
        elif fitted.dof > 0 and chi2_distribution.sf(fitted.chi2, fitted.dof) < _UNLIKELY / len(allowed):
            why = "the scan does not follow its baseline"
        elif offered is not None and (beside := offered.baselines[t]) is not None and beside.urbach_mev is not None:
            why = "the baseline region holds an absorption tail"
        else:
            continue
        allowed[t], reason = False, reason or why
    return Judgement(allowed, reason)


@dataclass(frozen=True, slots=True, eq=False)
class Strips:
    """What was integrated at one clearance: sums as seen, their seen fractions, full intensities and variances."""

    seen_sum: FloatArray
    fraction: FloatArray
    whole: FloatArray
    noise: FloatArray
    shape_error: FloatArray

    @classmethod
    def of(cls, results: Results) -> "Strips":
        """Read them from the results at one clearance; shape (n_stacks,)."""
        emission, corrected, layout = results.emission, results.corrected, results.layout
        assert emission is not None
        assert corrected is not None
        assert layout is not None
        count = np.maximum(corrected.present.sum(axis=1), 1)
        shape_error = np.zeros(len(count))
        shared = np.sqrt(np.maximum(np.einsum("tii->ti", emission.shared), 0.0))
        shape_error[layout.index[layout.valid]] = shared[layout.valid]
        return cls(
            emission.per_repeat.sum(axis=1) / count,
            emission.truncation,
            emission.mean,
            emission.noise_variance / count,
            shape_error * np.nan_to_num(emission.truncation),
        )


def smallest_clearance(strips: list[Strips], chosen: np.ndarray) -> int:
    """Return the first clearance beyond which nothing but the band is seen beside the filter edges.

    Between two clearances lies a strip of the spectrum. Strips are looked at from the edge on; the first one in which
    no chosen stack differs by more than four errors from the band's shape ends the search. Where none does, the shape
    itself does not hold, which is no matter of the clearance: the answer is 0.

    Parameters
    ----------
    strips : list of Strips
        By ascending clearance.
    chosen : ndarray of bool, shape (n_stacks,)
        Stacks of the side and temperature in question.
    """
    for i, (near, far) in enumerate(pairwise(strips)):
        inside = near.seen_sum - far.seen_sum
        expected = far.whole * (near.fraction - far.fraction)
        error = np.sqrt(np.abs(near.noise - far.noise) + near.shape_error**2)
        compared = chosen & np.isfinite(inside - expected) & (error > 0)
        if not (np.abs(inside - expected) > _LEAK * error)[compared].any():
            return i
    return 0
