"""Which temperature is not like the others: a fit of Eq. 9 that fails, or g and ħω that the others do not share."""

from dataclasses import dataclass

import numpy as np

from asplab.core.appraisal.checks import polaron_residuals
from asplab.core.polaron.fit import PolaronFit
from asplab.core.statistics.chance import sigma_of, told_from
from asplab.core.units import FloatArray

_FEWEST_ALIKE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Outliers:
    """How each temperature stands to its fit and to the other temperatures; arrays of shape (n_temperatures,).

    Attributes
    ----------
    deviation : ndarray
        By how much g and ħω together differ from what the others share, as standard deviations of a normal
        distribution; NaN where there is no fit, or nothing to compare it with.
    limit : float
        Deviation from which one of those compared is told.
    is_apart : ndarray of bool
        A deviation beyond that limit.
    has_common : bool
        More than half of the temperatures agree; else there is nothing that the others share, and deviations are
        those from the mean of all others.
    is_misfit : ndarray of bool
        χ² is larger than chance makes any of those looked at together.
    largest : ndarray of int
        Place of the residual that is largest in size; -1 where there is none.
    largest_pull : ndarray
        That residual in units of the point's own σ.
    """

    deviation: FloatArray
    limit: float
    is_apart: np.ndarray
    has_common: bool
    is_misfit: np.ndarray
    largest: np.ndarray
    largest_pull: FloatArray

    @property
    def is_odd(self) -> np.ndarray:
        """Temperatures that are to be looked at."""
        return np.asarray(self.is_apart | self.is_misfit)


def find_outliers(fit: PolaronFit) -> Outliers:
    """Compare the fit of each temperature with its points and with those of all others."""
    n = len(fit.temperatures_k)
    deviation, apart, has_common = deviations(fit.parameters[:, 1:], fit.parameter_covariance[:, 1:, 1:], fit.fitted)
    pull = polaron_residuals(fit)
    size = np.abs(np.nan_to_num(pull))
    is_there = np.isfinite(pull).any(axis=1)
    largest = np.where(is_there, size.argmax(axis=1) if size.shape[1] else 0, -1)
    return Outliers(
        deviation=deviation,
        limit=told_from(int(np.isfinite(deviation).sum())),
        is_apart=apart,
        has_common=has_common,
        # With the joint fit among those looked at together, as where a misfit is told.
        is_misfit=fit.is_misfit[:n],
        largest=largest,
        largest_pull=np.array([pull[t, j] if j >= 0 else np.nan for t, j in enumerate(largest.tolist())]),
    )


def deviations(
    parameters: FloatArray, covariance: FloatArray, fitted: np.ndarray
) -> tuple[FloatArray, np.ndarray, bool]:
    """Return how far each fit is from the weighted mean of the others, in σ, which are told, and whether most agree.

    The oddest are left out of that mean one by one, so that one bad temperature does not make good ones look bad.
    What errors the temperatures share counts as their own, so the deviation is never too large for it.

    Parameters
    ----------
    parameters, covariance : ndarray, shape (n_temperatures, 2) and (n_temperatures, 2, 2)
        (κ, 1/ħω), in which fits are close to normally distributed.
    """
    usable = fitted & np.isfinite(parameters).all(axis=1) & np.isfinite(covariance).all(axis=(1, 2))
    limit, alike = told_from(int(usable.sum())), usable.copy()
    found = _from_others(parameters, covariance, usable, alike)
    while alike.sum() > _FEWEST_ALIKE:
        inside = np.where(alike, np.nan_to_num(found), 0.0)
        odd = int(np.argmax(inside))
        if not inside[odd] > limit:
            break
        alike[odd] = False
        found = _from_others(parameters, covariance, usable, alike)
    has_common = bool(2 * alike.sum() > usable.sum())
    if not has_common:
        found = _from_others(parameters, covariance, usable, usable)
    return found, np.asarray(np.nan_to_num(found) > limit), has_common


def _from_others(parameters: FloatArray, covariance: FloatArray, usable: np.ndarray, alike: np.ndarray) -> FloatArray:
    """Return the distance of each fit from the mean of those alike, itself left out; NaN without any of these."""
    found = np.full(len(parameters), np.nan)
    weights = {int(t): np.linalg.inv(covariance[t]) for t in np.flatnonzero(usable)}
    for t in weights:
        others = [other for other in weights if alike[other] and other != t]
        if not others:
            continue
        spread = np.linalg.inv(np.sum([weights[other] for other in others], axis=0))
        mean = spread @ np.sum([weights[other] @ parameters[other] for other in others], axis=0)
        step = parameters[t] - mean
        chi2 = float(step @ np.linalg.solve(covariance[t] + spread, step))
        # χ² of two degrees of freedom exceeds a value with the probability exp(−χ²/2).
        found[t] = float(sigma_of(np.exp(-0.5 * chi2)))
    return found
