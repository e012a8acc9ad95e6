"""A hypothesis as the truth: in the version that the user's data allow, with the user's own noise."""

from dataclasses import dataclass

import numpy as np

from asplab.core.arena.fitting import RowFits, fit_rows
from asplab.core.arena.hypotheses import Hypothesis
from asplab.core.arena.points import Light, Points
from asplab.core.polaron.comparison import ModelFit
from asplab.core.polaron.comparison.allowed import OFFSET, WIDTH
from asplab.core.polaron.rates import upconversion_efficiency
from asplab.core.units import FloatArray

_STEP = 1e-3
"""Relative step in ΔE of the difference quotient of η."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A fitted hypothesis and what it says about every point.

    Attributes
    ----------
    hypothesis : Hypothesis
    light : Light
    points : Points
        With N and D as the hypothesis has them, without noise.
    slope : ndarray, shape (n_rows, n_points)
        Change of N with ΔE.
    fits : RowFits
    """

    hypothesis: Hypothesis
    light: Light
    points: Points
    slope: FloatArray
    fits: RowFits

    def eta(self, row: int, detuning_mev: FloatArray) -> FloatArray:
        """Return η of the rate model at other detunings of one row."""
        return model_eta(self.fits.fit, row, float(self.points.temperatures_k[row]), detuning_mev)

    def extended(
        self,
        row: int,
        detuning_mev: float,
        denominator: float,
        light: tuple[float, float],
        variances: tuple[float, float],
    ) -> "World":
        """Return the world with one more measurement at one row; ``denominator`` is without the added light."""
        n = len(self.points.use)
        here = np.arange(n) == row
        size = self.fits.size
        eta = np.full(n, float(self.eta(row, np.array([detuning_mev]))[0]))
        added = self.light.extended(np.where(here, light[0], 0.0), np.where(here, light[1], 0.0))
        points = self.points.extended(
            np.where(here, detuning_mev, np.nan),
            (eta * denominator + size * light[0], denominator + size * light[1]),
            (np.full(n, variances[0]), np.full(n, variances[1])),
        )
        slope = np.concatenate([self.slope, np.zeros((n, 1))], axis=1)
        return World(self.hypothesis, added, points, slope, self.fits)


def model_eta(fit: ModelFit, row: int, temperature_k: float, detuning_mev: FloatArray) -> FloatArray:
    """Return η of a fitted rate model at some detunings of one of its temperatures."""
    options = fit.plan.options
    names = (*fit.names, *fit.plan.fixed)
    values = {name: float(fit.value(name)[row]) for name in names}
    width, offset = values.pop(WIDTH, 0.0), values.pop(OFFSET, 0.0)
    if options.selection_mev is not None and width > 0.0:
        values.setdefault("urbach_mev", options.selection_mev)
    return upconversion_efficiency(
        fit.model,
        detuning_mev,
        temperature_k + offset,
        log_scale=float(fit.log_scale[row]),
        inhomogeneous_mev=width,
        **values,
    )


def build_world(points: Points, hypothesis: Hypothesis, light: Light) -> World:
    """Fit a hypothesis to the data and take from them the D that go with it best.

    With r = N − η D and C its covariance, D̂ = D − Cov(D, r) C⁻¹ r is the least-squares estimate of D, and N̂ = η D̂.
    """
    fits = fit_rows(points, hypothesis, light)
    added_n, added_d = fits.size[:, None] * light.numerator, fits.size[:, None] * light.denominator
    numerator, denominator = np.zeros_like(points.numerator), np.ones_like(points.denominator)
    slope = np.zeros_like(points.numerator)
    n = points.use.shape[1]
    for row in np.flatnonzero(np.isfinite(fits.chi2)).tolist():
        here = np.flatnonzero(points.use[row])
        energy = points.detuning_mev[row, here]
        temperature = float(points.temperatures_k[row])
        near = np.concatenate([energy, energy * (1.0 + _STEP), energy * (1.0 - _STEP)])
        eta, above, below = model_eta(fits.fit, row, temperature, near).reshape(3, -1)
        by_energy = (above - below) / (2.0 * _STEP * energy)
        both = np.concatenate([here, n + here])
        covariance = points.covariance[row][np.ix_(both, both)]
        observed = points.denominator[row, here] - added_d[row, here]
        residual = points.numerator[row, here] - added_n[row, here] - eta * observed
        spread, with_d = _spread(points, row, here, covariance, eta, by_energy * observed)
        best = observed - with_d @ np.linalg.solve(spread, residual)
        numerator[row, here] = eta * best + added_n[row, here]
        denominator[row, here] = best + added_d[row, here]
        slope[row, here] = by_energy * best
    return World(hypothesis, light, points.holding(numerator, denominator), slope, fits)


def _spread(
    points: Points, row: int, here: np.ndarray, covariance: FloatArray, eta: FloatArray, lever: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the covariance of r, (n, n), and Cov(D, r), with the errors of ΔE as effective variance."""
    n = here.size
    with_d = covariance[n:, :n] - covariance[n:, n:] * eta
    spread = covariance[:n, :n] - covariance[:n, n:] * eta - eta[:, None] * with_d
    common = points.reference_error_mev[row] * lever
    spread = spread + np.outer(common, common) + np.diag((lever * points.own_error_mev[row, here]) ** 2)
    return spread, with_d


def draw(world: World, n_draws: int, rng: np.random.Generator) -> Points:
    """Return simulated data, rows of all temperatures one draw after the other.

    N and D scatter with their covariance, what a shared quantum yield adds moves all temperatures together, and each ΔE
    is off by its own error and by the one of its temperature.
    """
    points = world.points
    n_rows, n = points.use.shape
    own = points.covariance - points.sensitivity[:, :, None] * points.sensitivity[:, None, :]
    size, axes = np.linalg.eigh(own)
    root = axes * np.sqrt(np.maximum(size, 0.0))[:, None, :]
    noise = np.einsum("rij,drj->dri", root, rng.standard_normal((n_draws, n_rows, 2 * n)))
    noise += rng.standard_normal((n_draws, 1, 1)) * points.sensitivity
    off = points.own_error_mev * rng.standard_normal((n_draws, n_rows, n))
    off += points.reference_error_mev[:, None] * rng.standard_normal((n_draws, n_rows, 1))
    numerator = points.numerator + noise[:, :, :n] + world.slope * off
    denominator = points.denominator + noise[:, :, n:]
    every = np.tile(np.arange(n_rows), n_draws)
    return points.rows(every).holding(numerator.reshape(-1, n), denominator.reshape(-1, n))
