"""Residuals of a rate model, and what each point does to its parameters."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.polaron.comparison.misfit import SeparateModel, spread_of
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.polaron.comparison.search import minimise
from asplab.core.polaron.logit import LogitProblem
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """η of a fit and how far the points lie from it; arrays (n_temperatures, n_anti), NaN where a point is not used.

    Attributes
    ----------
    eta : ndarray
        η of the model at the points.
    residual : ndarray
        Observed minus model, N/D − η; it scatters widely where D is close to zero.
    pull : ndarray
        (N − η D) over its standard error, which stays normal there. Pulls of one temperature share the noise of its
        Stokes line.
    """

    eta: FloatArray
    residual: FloatArray
    pull: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """Fits repeated without one point each; NaN where a point is not used or too few would be left.

    Attributes
    ----------
    names : tuple of str
    values : ndarray, shape (n_temperatures, n_anti, n_names)
        Parameters without the point.
    shift : ndarray, same shape
        Change of each parameter by leaving the point out, in standard errors of the full fit.
    at_bound : ndarray of bool, same shape
    """

    names: tuple[str, ...]
    values: FloatArray
    shift: FloatArray
    at_bound: np.ndarray


def residuals(fit: ModelFit, *, joint: bool = False) -> Residuals:
    """Return residuals and pulls of the fit of each temperature, or of the joint one."""
    model, rows, own = _fitted(fit, joint=joint)
    n_anti = model.problem.use.shape[1]
    result = np.full((3, len(fit.temperatures_k), n_anti), np.nan)
    z, _, by_energy = model.curves.derivatives(own[:, 0], own[:, 1:])
    eta, slope = model.curves.efficiency(z)
    problem = model.problem
    observed = problem.denominator
    spread, _ = spread_of(model, eta, slope * by_energy)
    difference = problem.numerator - eta * observed
    known = problem.use & (observed != 0.0)
    result[0, rows] = np.where(problem.use, eta, np.nan)
    result[1, rows] = np.where(known, difference / np.where(known, observed, 1.0), np.nan)
    result[2, rows] = np.where(problem.use, difference / np.sqrt(np.einsum("fii->fi", spread)), np.nan)
    return Residuals(*result)


def leave_one_out(fit: ModelFit, *, joint: bool = False) -> Influence:
    """Repeat the fit of each temperature, or the joint one, without each of its points in turn."""
    model, rows, _ = _fitted(fit, joint=joint)
    use = np.asarray(model.problem.use)
    s, shape = len(fit.names), (len(fit.temperatures_k), use.shape[1], len(fit.names))
    values, held = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    # The joint fit needs one point of each temperature for its scale.
    enough = use.sum(axis=1) > (1 if joint else fit.plan.n_counted)
    lane, point = np.nonzero(use & enough[:, None])
    if joint and fit.joint is not None:
        together = fit.joint.objective
        found = [
            minimise(
                replace(together, problem=_without(together.problem, lane[i : i + 1], point[i : i + 1])),
                fit.joint.parameters[None],
                fit.plan,
            )
            for i in range(lane.size)
        ]
        parameters = np.array([item[0][0] for item in found])
        stuck = np.array([item[3][0] for item in found])
    else:
        again = model.lanes(lane)
        again = replace(again, problem=_without(again.problem, np.arange(lane.size), point))
        parameters, _, _, stuck = minimise(again, fit.parameters[rows[lane]], fit.plan)
    first = parameters.shape[1] - s
    values[rows[lane], point] = fit.plan.physical(parameters[:, first:])
    held[rows[lane], point] = stuck[:, first:]
    full = fit.values[-1] if joint else fit.values[:-1, None]
    errors = fit.errors[-1] if joint else fit.errors[:-1, None]
    return Influence(fit.names, values, (values - full) / errors, held)


def _fitted(fit: ModelFit, *, joint: bool) -> tuple[SeparateModel, np.ndarray, FloatArray]:
    """Return objective, rows of the temperatures, and (L, coordinates) of each."""
    if fit.objective is None or (joint and fit.joint is None):
        what = "the joint fit of two temperatures" if joint else "the fit of any temperature"
        raise AnalysisError(f"{fit.plan.model.title} has no residuals: {what} was not possible. See its problems.")
    if joint and fit.joint is not None:
        together, found = fit.joint.objective, fit.joint.parameters
        return together.moved(found[None]), np.flatnonzero(fit.joined), together.of_curves(found)
    rows = np.flatnonzero(fit.fitted)
    return fit.objective, rows, fit.parameters[rows]


def _without(problem: LogitProblem, lane: np.ndarray, point: np.ndarray) -> LogitProblem:
    """Return the problem in which one point of each named lane is not used."""
    left = problem.use.copy()
    left[lane, point] = False
    keep = np.where(problem.use & ~left, 0.0, 1.0)
    both = np.concatenate([keep, keep], axis=1)
    return replace(
        problem,
        use=left,
        numerator=problem.numerator * keep,
        denominator=problem.denominator * keep,
        covariance=problem.covariance * both[:, :, None] * both[:, None, :],
        own_error_mev=problem.own_error_mev * keep,
        common_error_mev=problem.common_error_mev * keep,
        sensitivity=problem.sensitivity * keep,
        own_sensitivity=problem.own_sensitivity * both,
        leak_sensitivity=problem.leak_sensitivity * both,
    )
