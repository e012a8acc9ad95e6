"""The joint fit: all temperatures with one set of shape parameters, and a scale for each or one for all."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import qmc

from asplab.core.polaron.comparison.misfit import JointModel, SeparateModel, joint_model, level_chi2
from asplab.core.polaron.comparison.search import inverse, minimise, nearest_level
from asplab.core.units import FloatArray, thermal_energy_mev

_TRIALS, _FIRST_STEPS = 6, 10
"""Starts, and the steps of each before the best one goes on alone."""
_LEVEL_OFFSETS = (0.0, -20.0, -10.0, -6.0, -4.0, -2.0, -1.0, 1.0, 2.0, 4.0, 6.0, 10.0, 20.0, 40.0)
_FINE_OFFSETS = (0.0, *np.arange(-20.0, 0.0, 0.5).tolist(), *np.arange(0.5, 20.5, 0.5).tolist())
"""The same at coordinates that were found: of a model that fails, χ² has many minima along a level."""
_LATTICE, _CANDIDATES, _FINALISTS = 96, 12, 3
"""Points all over the ranges where the fit fails, those of them that are followed a little, and to their end."""
_FAILS = 4.0
"""Standard deviations of χ² above its degrees of freedom from which on a model fails, and may have many minima."""
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
    result = _settled(joint, separate, minimise(joint, found[best : best + 1], plan), is_shared=is_shared)
    # Averages over an ensemble take too long to be tried everywhere.
    if begin is None and not is_shared and plan.names and not plan.is_averaged and _fails(joint, result):
        result = min(result, _elsewhere(joint, separate), key=lambda one: float(one[1][0]))
    found, chi2, normal, held = result
    covariance = inverse(normal, held)[0]
    return JointResult(joint, found[0], covariance, float(chi2[0]), held[0, found.shape[1] - s + 1 :])


Minimum = tuple[FloatArray, FloatArray, FloatArray, np.ndarray]
"""What `minimise` returns, of one fit."""


def _settled(joint: JointModel, separate: SeparateModel, found: Minimum, *, is_shared: bool) -> Minimum:
    """Go on from other levels at the coordinates found, as long as that helps."""
    plan, n = separate.curves.plan, len(joint.level)
    for _ in range(_ROUNDS):
        other = found[0].copy()
        if not is_shared:
            first = other.shape[1] - len(plan.names)
            other[:, :n] = _levels(separate, other[:, first:], other[:, :n], offsets=_FINE_OFFSETS)[1]
        again = minimise(joint, other, plan)
        gain = found[1][0] - again[1][0]
        if gain > 0.0:
            found = again
        if not gain > _SETTLED:
            break
    return found


def _fails(joint: JointModel, found: Minimum) -> bool:
    """Return whether a fit misses the data, or ended where a parameter stops."""
    dof = max(int(joint.problem.use.sum()) - found[0].shape[1], 1)
    return bool(found[3].any() or not found[1][0] < dof + _FAILS * np.sqrt(2.0 * dof))


def _elsewhere(joint: JointModel, separate: SeparateModel) -> Minimum:
    """Return the best minimum that is reached from points spread evenly over all ranges."""
    plan = separate.curves.plan
    spread = qmc.Halton(len(plan.names), scramble=False).random(_LATTICE)
    shapes = plan.low + spread * (plan.high - plan.low)
    shapes, levels = _promising(separate, shapes[plan.feasible(shapes)], count=_CANDIDATES)
    nuisances = np.zeros((len(shapes), joint.effects.numerator.shape[1]))
    found, chi2, _, _ = minimise(
        joint, np.concatenate([levels, nuisances, shapes], axis=1), plan, max_steps=_FIRST_STEPS
    )
    ends = [
        _settled(joint, separate, minimise(joint, found[i : i + 1], plan), is_shared=False)
        for i in np.argsort(chi2)[:_FINALISTS]
    ]
    return min(ends, key=lambda one: float(one[1][0]))


def _promising(separate: SeparateModel, shapes: FloatArray, *, count: int = _TRIALS) -> tuple[FloatArray, FloatArray]:
    """Return those of the coordinates that suit all temperatures best, and a level for each of them there."""
    n = len(separate.problem.use)
    every = separate.lanes(np.tile(np.arange(n), len(shapes)))
    levels = nearest_level(every, np.repeat(shapes, n, axis=0)).reshape(len(shapes), n)
    chi2, levels = _levels(separate, shapes, levels)
    order = np.argsort(chi2)[:count]
    return shapes[order], levels[order]


def _levels(
    separate: SeparateModel, shapes: FloatArray, levels: FloatArray, *, offsets: tuple[float, ...] = _LEVEL_OFFSETS
) -> tuple[FloatArray, FloatArray]:
    """Return the levels (count, n_temperatures) near the given ones that suit each temperature best, and the sum of χ².

    Where buried points lead the closed form astray, another level than the nearest suits the strong ones better.
    """
    n, count = levels.shape[1], len(shapes)
    model = separate.lanes(np.tile(np.arange(n), count))
    repeated = np.repeat(shapes, n, axis=0)
    trials = levels.ravel() + np.array(offsets)[:, None]
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
