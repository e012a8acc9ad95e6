"""A fitted rate model fitted again to changed data, from where it was: for shifts, dozens of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.polaron.comparison.curves import Curves
from asplab.core.polaron.comparison.fit import build_objective, used_points
from asplab.core.polaron.comparison.misfit import Effects, SeparateModel, joint_model
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.polaron.comparison.search import minimise
from asplab.core.polaron.logit import LogitProblem
from asplab.core.systematics.effects import NuisanceEffects
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """Parameters of a rate model for each change of the data, (n_changes, n_rows, n_names), in their units.

    NaN where there is no fit, too few points are left, or a parameter stopped at the end of its range.
    """

    values: FloatArray


def refit(fit: ModelFit, changed: Sequence[EfficiencyFit], *, nuisances: NuisanceEffects | None = None) -> Refits:
    """Return the parameters of a fit for each of several changed data sets, each searched from the fit that is given.

    Minima that the changes do not move far: for other data use `fit_model`.

    Parameters
    ----------
    fit : ModelFit
    changed : sequence of EfficiencyFit
        The data of the fit with small changes of N, D, ΔE and temperatures.
    nuisances : NuisanceEffects, optional
        Those of the fit.
    """
    n_rows = len(fit.temperatures_k) + 1
    values = np.full((len(changed), n_rows, len(fit.names)), np.nan)
    if fit.objective is None or not changed or not fit.names:
        return Refits(values)
    rows = np.flatnonzero(fit.fitted)
    parts = [_objective(fit, data, rows, nuisances) for data in changed]
    values[:, rows] = _separate(fit, [part for part, _ in parts], rows)
    enough = np.array([counts >= fit.plan.n_counted for _, counts in parts])
    values[:, :-1] = np.where(enough[:, :, None], values[:, :-1], np.nan)
    if fit.joint is not None:
        inner = np.flatnonzero(fit.joined[rows])
        for i, (part, _) in enumerate(parts):
            if enough[i, fit.joined].all():
                values[i, -1] = _joint(fit, part.lanes(inner))
    return Refits(values)


def _objective(
    fit: ModelFit, data: EfficiencyFit, rows: np.ndarray, nuisances: NuisanceEffects | None
) -> tuple[SeparateModel, np.ndarray]:
    counts, use = used_points(data, fit.plan.options)
    return build_objective(data, fit.plan, use, rows, nuisances), counts


def _separate(fit: ModelFit, parts: Sequence[SeparateModel], rows: np.ndarray) -> FloatArray:
    together = _stacked(parts)
    begin = np.tile(fit.parameters[rows], (len(parts), 1))
    found, chi2, _, held = minimise(together, begin, fit.plan)
    values = np.where(_lost(fit, found, chi2, held)[:, None], np.nan, fit.plan.physical(found[:, 1:]))
    return values.reshape(len(parts), rows.size, -1)


def _joint(fit: ModelFit, separate: SeparateModel) -> FloatArray:
    assert fit.joint is not None
    curves = separate.curves
    if len(np.unique(fit.joint.objective.level)) == 1 and len(curves.temperature_k) > 1:
        curves = replace(curves, anchor_k=np.full(len(curves.temperature_k), curves.temperature_k.mean()))
    model = joint_model(replace(separate, curves=curves), fit.joint.objective.level)
    found, chi2, _, held = minimise(model, fit.joint.parameters[None], fit.plan)
    first = found.shape[1] - len(fit.names)
    lost = _lost(fit, found, chi2, held)[0]
    return np.full(len(fit.names), np.nan) if lost else fit.plan.physical(found[0, first:])


def _lost(fit: ModelFit, found: FloatArray, chi2: FloatArray, held: np.ndarray) -> np.ndarray:
    """Return which fits (n_fits,) give no result: a parameter stopped at the end of its range holds the others too."""
    first = found.shape[1] - len(fit.names)
    stopped = (held & ~fit.plan.at_single_gap(found))[:, first:].any(axis=1)
    return np.asarray(stopped | ~np.isfinite(chi2))


def _stacked(parts: Sequence[SeparateModel]) -> SeparateModel:
    """Return objectives one after another."""
    first = parts[0]
    problem = LogitProblem(
        *(np.concatenate([getattr(part.problem, field.name) for part in parts]) for field in fields(LogitProblem))
    )
    where = ("detuning_mev", "temperature_k", "anchor_k")
    curves = Curves(
        first.curves.plan, *(np.concatenate([getattr(part.curves, name) for part in parts]) for name in where)
    )
    if first.effects is None:
        return SeparateModel(curves, problem)
    effects = [part.effects for part in parts if part.effects is not None]
    stacked = (np.concatenate([getattr(one, field.name) for one in effects]) for field in fields(Effects))
    return SeparateModel(curves, problem, Effects(*stacked))
