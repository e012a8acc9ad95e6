"""Where Eq. 9 does not describe the data, and whether that is of single temperatures or of what they share."""

import numpy as np
from scipy.special import chdtrc

from asplab.core.problems import Problem
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FloatArray

UNSHARED = 1e-3
"""Chance of the rise of χ² below which temperatures do not share g and ħω."""


def failed(chi2: FloatArray, dof: np.ndarray) -> np.ndarray:
    """Return which of the fits, the joint one among them, have a χ² larger than chance makes any of them."""
    return is_misfit(chi2, dof, tests=max(int(np.isfinite(chi2).sum()), 1))


def misfit_problems(temperatures_k: FloatArray, chi2: FloatArray, dof: np.ndarray, able: np.ndarray) -> list[Problem]:
    """Say where Eq. 9 does not describe the data."""
    problems = []
    for i in np.flatnonzero(able & failed(chi2, dof)):
        joint = i == len(temperatures_k)
        message = (
            f"Eq. 9 does not describe η (χ² {chi2[i]:.0f} for {dof[i]} degrees of freedom): g and ħω are numbers of a "
            f"model that fails. {_why_joint(chi2, dof, able) if joint else 'Look at the residuals.'}"
        )
        problems.append(Problem("warning", "joint fit" if joint else f"{temperatures_k[i]:.0f} K", message))
    return problems


def _why_joint(chi2: FloatArray, dof: np.ndarray, able: np.ndarray) -> str:
    """Return whether a joint fit fails for what temperatures have alone, or for sharing g and ħω."""
    alone, freedom = float(chi2[:-1][able[:-1]].sum()), int(dof[:-1][able[:-1]].sum())
    rise, saved = float(chi2[-1]) - alone, int(dof[-1]) - freedom
    misses = bool(is_misfit(alone, freedom, tests=1))
    differs = bool(saved > 0 and chdtrc(saved, max(rise, 0.0)) < UNSHARED)
    by_itself = f"with its own g and ħω at each temperature χ² is {alone:.0f} for {freedom}"
    shared = f"sharing them adds {rise:.0f} for {saved}"
    if differs and misses:
        return f"It fails at single temperatures ({by_itself}), and they do not share one g and ħω either ({shared})."
    if differs:
        return f"The temperatures do not share one g and ħω: {shared}."
    if misses:
        return f"Sharing is not the reason: {by_itself}, and {shared}. Look at the residuals of single temperatures."
    return f"No single reason stands out: {by_itself}, and {shared}. Look at the residuals."
