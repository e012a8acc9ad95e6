"""Whether η is saturated: 1, or 0, at every point, so that no model is tested."""

from collections.abc import Sequence

import numpy as np

from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.polaron.logit import LogitProblem

_AS_WELL = 4.0
"""Rise of χ² per temperature up to which a description of the data counts as no worse than the best one."""


def told_saturation(fits: Sequence[ModelFit], row: int) -> str:
    """Return at which value η is saturated in one row of a comparison, in words; empty where it is not.

    η is saturated where one value for all points of a temperature, 1 or 0, misses the data by no more than the best
    model does, and all models miss them alike: a free scale takes each of them there.
    """
    first, is_joint = fits[0], row == len(fits[0].temperatures_k)
    chosen = np.flatnonzero(first.joined) if is_joint else np.array([row])
    if first.objective is None or not first.fitted[chosen].all():
        return ""
    lanes = np.searchsorted(np.flatnonzero(first.fitted), chosen)
    found = np.array(
        [[_constant_chi2(first.objective.problem, int(lane), eta) for eta in (1.0, 0.0)] for lane in lanes]
    )
    chi2 = [float(fit.chi2[row]) for fit in fits]
    if max(*chi2, float(found.min(axis=1).sum())) - min(chi2) >= _AS_WELL * len(chosen):
        return ""
    values = sorted(set(np.argmin(found, axis=1).tolist()))
    return " or ".join(("1", "0")[value] for value in values)


def _constant_chi2(problem: LogitProblem, lane: int, eta: float) -> float:
    """Return χ² of one value of η for all points of a temperature."""
    use = np.flatnonzero(problem.use[lane])
    n = problem.use.shape[1]
    rows = np.concatenate([np.eye(n)[use], -eta * np.eye(n)[use]], axis=1)
    residual = rows @ np.concatenate([problem.numerator[lane], problem.denominator[lane]])
    return float(residual @ np.linalg.solve(rows @ problem.covariance[lane] @ rows.T, residual))
