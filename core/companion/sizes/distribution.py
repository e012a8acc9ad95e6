"""Normal and log-normal distributions fitted to sizes of which the smallest, or largest, were left out.

Where sizes below a cut are left out the distribution is that of those above it, so it is normalised over the range that
was kept: its mean is then that of all particles, not of the kept ones.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from asplab.core.arena.records import aicc_of
from asplab.core.companion.checks import positive_array
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.errors import AnalysisError
from asplab.core.units import FloatArray

Kind = Literal["normal", "lognormal"]
KINDS: tuple[Kind, ...] = ("normal", "lognormal")
TITLES = {"normal": "normal", "lognormal": "log-normal"}
LEAST_PARTICLES = 10
_CLEAR = 4.0
"""Difference of AICc from which one distribution is preferred clearly: a ratio of evidence of seven."""
_LEAST_KEPT = 0.5
"""Part of a distribution that must lie in the kept range for its mean and width to be told."""
_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution with the parameters that make the sizes likeliest.

    Attributes
    ----------
    kind : {"normal", "lognormal"}
    location, scale : float
        Mean and standard deviation, in nm, or of ln(size/nm).
    mean, spread : Reading
        Mean and standard deviation of the size, in nm.
    log_likelihood, aicc, delta_aicc : float
    kept_nm : (float, float)
        Range of sizes that were not left out.
    """

    kind: Kind
    location: float
    scale: float
    mean: Reading
    spread: Reading
    log_likelihood: float
    aicc: float
    delta_aicc: float
    kept_nm: tuple[float, float]

    def density(self, edge_nm: FloatArray) -> FloatArray:
        """Return the density per nm of the sizes in the kept range (n,), zero outside of it."""
        edge = np.asarray(edge_nm, dtype=np.float64)
        inside = (edge >= self.kept_nm[0]) & (edge <= self.kept_nm[1]) & (edge > 0.0)
        parameters = np.array([self.location, math.log(self.scale)])
        log_density = _log_density(self.kind, np.where(inside, edge, 1.0), parameters, self.kept_nm)
        return np.asarray(np.where(inside, np.exp(log_density), 0.0))

    def part_below(self, edge_nm: float) -> float:
        """Return the part of all particles, those left out included, below a size."""
        if edge_nm <= 0.0:
            return 0.0
        x = math.log(edge_nm) if self.kind == "lognormal" else edge_nm
        return float(norm.cdf(x, self.location, self.scale))


def fit_distributions(
    edge_nm: FloatArray, *, kept_nm: tuple[float, float] = (0.0, math.inf)
) -> tuple[Distribution, ...]:
    """Fit both distributions to sizes (n,), the likelier first.

    Raises
    ------
    InputError
        For sizes that are not above zero.
    AnalysisError
        For fewer than ten sizes, one outside the kept range, or sizes that are all equal.
    """
    edge = positive_array(edge_nm, name="edge_nm")
    if edge.size < LEAST_PARTICLES:
        raise AnalysisError(f"{edge.size} particles tell no distribution; {LEAST_PARTICLES} do. Measure more of them.")
    if edge.min() < kept_nm[0] or edge.max() > kept_nm[1]:
        odd = edge[(edge < kept_nm[0]) | (edge > kept_nm[1])][0]
        raise AnalysisError(f"a size of {odd:g} nm lies outside the kept range {kept_nm}. Apply the cuts first.")
    if np.ptp(edge) <= 0.0:
        raise AnalysisError(f"all {edge.size} sizes are {edge[0]:g} nm. Check that Area is the right column.")
    found = [_fitted(kind, edge, kept_nm) for kind in KINDS]
    least = min(item[2] for item in found)
    made = [
        Distribution(
            kind=kind,
            location=float(parameters[0]),
            scale=float(np.exp(parameters[1])),
            mean=mean,
            spread=spread,
            log_likelihood=likelihood,
            aicc=aicc,
            delta_aicc=aicc - least,
            kept_nm=kept_nm,
        )
        for kind, (parameters, likelihood, aicc, mean, spread) in zip(KINDS, found, strict=True)
    ]
    return tuple(sorted(made, key=lambda item: item.aicc))


def verdict(distributions: tuple[Distribution, ...]) -> str:
    """Return which distribution the sizes prefer, in a sentence."""
    first, second = distributions
    if second.delta_aicc < _CLEAR:
        return (
            f"These sizes do not tell a normal from a log-normal distribution (ΔAICc {second.delta_aicc:.1f}). "
            "Measure more particles."
        )
    return f"The sizes are {TITLES[first.kind]} rather than {TITLES[second.kind]} (ΔAICc {second.delta_aicc:.1f})."


def _log_density(kind: Kind, edge: FloatArray, parameters: FloatArray, kept: tuple[float, float]) -> FloatArray:
    """Return ln of the density per nm, normalised over the kept range."""
    mean, scale = float(parameters[0]), math.exp(float(parameters[1]))
    is_log = kind == "lognormal"
    x = np.log(edge) if is_log else edge
    low, high = (math.log(kept[0]) if kept[0] > 0.0 else -math.inf, math.log(kept[1])) if is_log else kept
    # A size is above zero, whatever a normal distribution says.
    low = low if is_log else max(low, 0.0)
    z_low, z_high = (low - mean) / scale, (high - mean) / scale
    inside = _log_between(z_low, z_high)
    result = norm.logpdf(x, mean, scale) - inside
    return np.asarray(result - np.log(edge) if is_log else result)


def _log_between(z_low: float, z_high: float) -> float:
    """Return ln of the part of a normal distribution between two places, also far out."""
    if z_low > 0.0:
        z_low, z_high = -z_high, -z_low
    above, below = norm.logcdf(z_high), norm.logcdf(z_low)
    return float(above + np.log1p(-np.exp(below - above))) if np.isfinite(below) else float(above)


def _fitted(
    kind: Kind, edge: FloatArray, kept: tuple[float, float]
) -> tuple[FloatArray, float, float, Reading, Reading]:
    x = np.log(edge) if kind == "lognormal" else edge
    start = np.array([x.mean(), np.log(x.std())])
    unit = np.array([x.std(), 1.0])

    def cost(p: FloatArray) -> float:
        return -float(np.sum(_log_density(kind, edge, start + unit * p, kept)))

    fit = minimize(cost, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000})
    parameters = start + unit * fit.x
    covariance = np.asarray(np.linalg.pinv(_curvature(cost, fit.x)) * np.outer(unit, unit), dtype=np.float64)
    aicc = float(aicc_of(np.array(2.0 * fit.fun), np.array(edge.size), np.array(2)))
    mean, spread = _moments(kind, parameters, covariance, kept)
    return parameters, -float(fit.fun), aicc, mean, spread


def _curvature(cost: Callable[[FloatArray], float], at: FloatArray) -> FloatArray:
    step = 1e-3
    result = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = np.eye(2)[i] * step, np.eye(2)[j] * step
            result[i, j] = (cost(at + a + b) - cost(at + a - b) - cost(at - a + b) + cost(at - a - b)) / (4.0 * step**2)
    return result


def _moments(
    kind: Kind, parameters: FloatArray, covariance: FloatArray, kept: tuple[float, float]
) -> tuple[Reading, Reading]:
    """Return mean and standard deviation of the size with their errors."""

    def values(p: FloatArray) -> FloatArray:
        mean, scale = float(p[0]), math.exp(float(p[1]))
        if kind == "normal":
            return np.array([mean, scale])
        center = math.exp(mean + 0.5 * scale**2)
        return np.array([center, center * math.sqrt(math.expm1(scale**2))])

    mean, scale = float(parameters[0]), math.exp(float(parameters[1]))
    low, high = np.log(np.maximum(kept, 1e-300)) if kind == "lognormal" else kept
    if math.exp(_log_between((low - mean) / scale, (high - mean) / scale)) < _LEAST_KEPT:
        lost = undetermined("Less than half of this distribution lies in the kept range. Lower the minimum size.", "nm")
        return lost, lost
    at = values(parameters)
    gradient = np.array([(values(parameters + s) - values(parameters - s)) / (2.0 * _STEP) for s in np.eye(2) * _STEP])
    error = np.sqrt(np.einsum("ki,kl,li->i", gradient, covariance, gradient))
    return measured(float(at[0]), float(error[0]), "nm"), measured(float(at[1]), float(error[1]), "nm")
