"""The joint fit: all temperatures with one set of shape parameters, and a scale for each or one for all."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.polaron.comparison.misfit import JointModel, SeparateModel, joint_model
from asplab.core.polaron.comparison.search import inverse, minimise, nearest_level
from asplab.core.units import FloatArray, thermal_energy_mev

_TRIALS = 3
_LEVEL_OFFSETS = (0.0, -6.0, -4.0, -2.0, -1.0, 1.0, 2.0, 4.0, 6.0)


@dataclass(frozen=True, slots=True, eq=False)
class JointResult:
    """Objective, parameters (levels, δ, coordinates), their covariance, χ², and which coordinates are held."""

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
    def shape_covariance(self) -> FloatArray:
        """Covariance of the coordinates."""
        return self.covariance[self._first :, self._first :]

    @property
    def log_scale(self) -> float:
        """Mean ln A of the temperatures."""
        own = self.objective.own(self.parameters)
        return float(self.objective.curves.log_scale(own[:, 0], own[:, 2:]).mean())

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
        Another joint fit to begin from.
    """
    plan, n, s = separate.curves.plan, *parameters.shape
    coarse = plan.starts(np.array([np.median(thermal_energy_mev(separate.curves.temperature_k))]))[:, 0]
    shapes = np.concatenate([parameters[:, 1:], np.median(parameters[:, 1:], axis=0)[None], coarse])
    if begin is not None:
        shapes = np.concatenate([shapes, begin.shape[None]])
    shapes, levels = _promising(separate, shapes)
    curves = separate.curves
    if is_shared:
        curves = replace(curves, anchor_k=np.full(n, curves.temperature_k.mean()))
        levels = np.array([[_one_level(separate, curves.anchor_k, *pair)] for pair in zip(levels, shapes, strict=True)])
    joint = joint_model(curves, separate.problem, np.zeros(n, dtype=int) if is_shared else np.arange(n))
    starts = np.concatenate([levels, np.zeros((len(shapes), 1)), shapes], axis=1)
    found, chi2, normal, held = minimise(joint, starts, plan)
    best = int(np.argmin(chi2))
    covariance = inverse(normal[best][None], held[best][None])[0]
    return JointResult(joint, found[best], covariance, float(chi2[best]), held[best, found.shape[1] - s + 1 :])


def _promising(separate: SeparateModel, shapes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return those of the coordinates that suit all temperatures best, and a level for each of them there."""
    n, count = len(separate.problem.use), len(shapes)
    every = separate.lanes(np.tile(np.arange(n), count))
    repeated = np.repeat(shapes, n, axis=0)
    levels = nearest_level(every, repeated)
    chi2 = every(np.concatenate([levels[:, None], repeated], axis=1))[0]
    order = np.argsort(chi2.reshape(count, n).sum(axis=1))[:_TRIALS]
    chosen, found = shapes[order], levels.reshape(count, n)[order]
    # Where buried points lead the closed form astray, another level suits the strong ones better.
    few = separate.lanes(np.tile(np.arange(n), len(order)))
    repeated = np.repeat(chosen, n, axis=0)
    trials = found.ravel() + np.array(_LEVEL_OFFSETS)[:, None]
    worth = np.array([few(np.concatenate([trial[:, None], repeated], axis=1))[0] for trial in trials])
    best = np.argmin(worth, axis=0)
    return chosen, trials[best, np.arange(best.size)].reshape(len(order), n)


def _one_level(separate: SeparateModel, anchor_k: FloatArray, levels: FloatArray, shape: FloatArray) -> float:
    """Return the level at the common temperature that goes with the median ln A of all."""
    everywhere = np.broadcast_to(shape, (len(levels), shape.size))
    log_scale = np.median(separate.curves.log_scale(levels, everywhere))
    zero = replace(separate.curves, anchor_k=anchor_k).log_scale(np.zeros(len(levels)), everywhere)
    return float(log_scale - zero[0])
