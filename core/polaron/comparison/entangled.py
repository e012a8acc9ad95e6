"""What a free width of the ensemble does to ħω, in words: the two bend logit η alike."""

import numpy as np

from asplab.core.polaron.comparison.allowed import SHARPEST_MEV, WIDTH
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.problems import Problem

_PHONON = "phonon_mev"
_FROM_PRIOR = 0.8
"""Error after the fit, in standard deviations of the prior, from which on the data hardly narrow it."""
_ALIKE = 0.9
"""Correlation of ln σ and ln ħω from which on they can't be told apart."""


def phonon_per_width(fit: ModelFit) -> np.ndarray:
    """Return dħω/dσ along the fits that describe the data alike, Cov(ħω, σ)/Var(σ); (n_rows,), NaN where unknown."""
    if not {WIDTH, _PHONON} <= set(fit.names):
        return np.full(len(fit.chi2), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(fit.correlation(WIDTH, _PHONON) * fit.error(_PHONON) / fit.error(WIDTH))


def told_width(fit: ModelFit, row: int) -> str:
    """Return what the width does to ħω in one row of a fit; empty where the data tell them apart, or σ is not free."""
    if not {WIDTH, _PHONON} <= set(fit.names) or not np.isfinite(fit.chi2[row]):
        return ""
    width, error = fit.value(WIDTH)[row], fit.error(WIDTH)[row]
    if fit.at_bound[row, fit.names.index(WIDTH)]:
        return _told_end(fit, width)
    change = phonon_per_width(fit)[row]
    if not np.isfinite(change):
        return ""
    moved = f"one meV more of σ goes with {abs(change):.2g} meV {'less' if change < 0.0 else 'more'} of ħω"
    prior = next((one.prior for one in fit.priors if one.prior.parameter == WIDTH), None)
    if prior is None and (abs(fit.correlation(WIDTH, _PHONON)[row]) > _ALIKE or error > width):
        return (
            f"σ and ħω can't be told apart by these data (σ {width:.3g} ± {error:.2g} meV; {moved}). Give σ a "
            "prior, from sizes or from the width of absorption."
        )
    if prior is not None and error >= _FROM_PRIOR * prior.error:
        return f"The data hardly narrow σ, so ħω depends on its prior ({moved})."
    return ""


def _told_end(fit: ModelFit, width: float) -> str:
    if width > 2.0 * SHARPEST_MEV:
        return ""
    return (
        "σ went down to a single gap. First-order errors of the others are those of a single gap; intervals of "
        "profiles let σ grow."
    )


def width_problems(fit: ModelFit) -> tuple[Problem, ...]:
    """Return a problem for each row of a fit whose ħω depends on what is taken for the width."""
    places = [*(f"{temperature:.0f} K" for temperature in fit.temperatures_k), "joint fit"]
    told = ((place, told_width(fit, row)) for row, place in enumerate(places))
    return tuple(Problem("info", place, f"{fit.plan.model.title}: {words}") for place, words in told if words)
