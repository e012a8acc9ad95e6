"""The joint fit: all temperatures with one set of shape parameters, and a scale for each or one for all."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.polaron.comparison.misfit import JointModel, SeparateModel, joint_model, level_chi2
from asplab.core.polaron.comparison.search import inverse, minimise, nearest_level
from asplab.core.units import FloatArray, thermal_energy_mev

_TRIALS, _FIRST_STEPS = 6, 10
"""Starts, and the steps of each before the best one goes on alone."""
_LEVEL_OFFSETS = (0.0, -20.0, -10.0, -6.0, -4.0, -2.0, -1.0, 1.0, 2.0, 4.0, 6.0, 10.0, 20.0, 40.0)
_ROUNDS, _SETTLED = 3, 1e-4
"""How often the search goes on from other levels at the coordinates found, and the gain in χ² that ends it."""


@dataclass(frozen=True, slots=True, eq=False)
class JointResult:
    """Objective, parameters (levels, nuisances β, coordinates), their covariance, χ², and which coordinates are held.

    χ² holds what nuisances and priors add. The first β is that of a shared quantum yield.
    """

    objective: JointModel
    parameters: FloatArray
    covariance: FloatArray
    chi2: float
    held: np.ndarray

    @property
    def shape(self) -> FloatArray:
        """Coordinates of the plan."""
        return self.parameters[self._first :]

    @property
    def nuisance_values(self) -> FloatArray:
        """β of the nuisances, in prior standard deviations."""
        return self.parameters[self.objective.nuisances]

    @property
    def nuisance_errors(self) -> FloatArray:
        """First-order standard errors of β."""
        return np.asarray(np.sqrt(np.diag(self.covariance)[self.objective.nuisances]))

    @property
    def shape_covariance(self) -> FloatArray:
        """Covariance of the coordinates."""
        return self.covariance[self._first :, self._first :]

    @property
    def log_scale(self) -> float:
        """Mean ln A of the temperatures."""
        own = self.objective.of_curves(self.parameters)
        return float(self.objective.curves.log_scale(own[:, 0], own[:, 1:]).mean())

    @property
    def _first(self) -> int:
        return len(self.parameters) - len(self.objective.curves.plan.names)


def fit_joint(
    separate: SeparateModel, parameters: FloatArray, *, is_shared: bool, begin: JointResult | None = None
) -> JointResult:
    """Fit all temperatures with one set of coordinates.

    Parameters
    ----------
    separate : SeparateModel
    parameters : ndarray, shape (n_temperatures, 1 + n_free)
        The separate fits, from which the search begins.
    is_shared : bool
        One scale ln A for all temperatures, or one for each.
    begin : JointResult, optional
        Another joint fit to begin from, with a scale for each temperature; nothing else is tried then but the
        separate fits.
    """
    plan, n, s = separate.curves.plan, *parameters.shape
    shapes = np.concatenate([parameters[:, 1:], np.median(parameters[:, 1:], axis=0)[None]])
    if begin is None:
        coarse = plan.starts(np.array([np.median(thermal_energy_mev(separate.curves.temperature_k))]))[:, 0]
        shapes = np.concatenate([shapes, coarse])
    else:
        shapes = np.concatenate([shapes, begin.shape[None]])
    shapes, levels = _promising(separate, shapes)
    curves = separate.curves
    if is_shared:
        curves = replace(curves, anchor_k=np.full(n, curves.temperature_k.mean()))
        levels = np.array([[_one_level(separate, curves.anchor_k, *pair)] for pair in zip(levels, shapes, strict=True)])
    together = replace(separate, curves=curves)
    joint = joint_model(together, np.zeros(n, dtype=int) if is_shared else np.arange(n))
    n_nuisances = joint.effects.numerator.shape[1]
    starts = np.concatenate([levels, np.zeros((len(shapes), n_nuisances)), shapes], axis=1)
    found, chi2, _, _ = minimise(joint, starts, plan, max_steps=_FIRST_STEPS)
    best = int(np.argmin(chi2))
    found, chi2, normal, held = minimise(joint, found[best : best + 1], plan)
    for _ in range(_ROUNDS):
        other = found.copy()
        if not is_shared:
            other[:, :n] = _levels(separate, found[:, found.shape[1] - s + 1 :], found[:, :n])[1]
        again = minimise(joint, other, plan)
        gain = chi2[0] - again[1][0]
        if gain > 0.0:
            found, chi2, normal, held = again
        if not gain > _SETTLED:
            break
    covariance = inverse(normal, held)[0]
    return JointResult(joint, found[0], covariance, float(chi2[0]), held[0, found.shape[1] - s + 1 :])


def _promising(separate: SeparateModel, shapes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return those of the coordinates that suit all temperatures best, and a level for each of them there."""
    n, count = len(separate.problem.use), len(shapes)
    every = separate.lanes(np.tile(np.arange(n), count))
    levels = nearest_level(every, np.repeat(shapes, n, axis=0)).reshape(count, n)
    chi2, levels = _levels(separate, shapes, levels)
    order = np.argsort(chi2)[:_TRIALS]
    return shapes[order], levels[order]


def _levels(separate: SeparateModel, shapes: FloatArray, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the levels (count, n_temperatures) near the given ones that suit each temperature best, and the sum of χ².

    Where buried points lead the closed form astray, another level than the nearest suits the strong ones better.
    """
    n, count = levels.shape[1], len(shapes)
    model = separate.lanes(np.tile(np.arange(n), count))
    repeated = np.repeat(shapes, n, axis=0)
    trials = levels.ravel() + np.array(_LEVEL_OFFSETS)[:, None]
    worth = level_chi2(model, trials, repeated)
    best = np.argmin(worth, axis=0)
    lane = np.arange(best.size)
    return worth[best, lane].reshape(count, n).sum(axis=1), trials[best, lane].reshape(count, n)


def _one_level(separate: SeparateModel, anchor_k: FloatArray, levels: FloatArray, shape: FloatArray) -> float:
    """Return the level at the common temperature that goes with the median ln A of all."""
    everywhere = np.broadcast_to(shape, (len(levels), shape.size))
    log_scale = np.median(separate.curves.log_scale(levels, everywhere))
    zero = replace(separate.curves, anchor_k=anchor_k).log_scale(np.zeros(len(levels)), everywhere)
    return float(log_scale - zero[0])
