"""The comparison of rate models as a study: fits, ranking, curves and pulls, all found in the job."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.units import FloatArray
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.core.polaron.comparison import Comparison, ModelFit
    from asplab.core.polaron.comparison.curves import Curves
    from asplab.core.systematics import ModelSystematics

SHORTEST_MEV, POINTS = 4.0, 91
_BEYOND = 1.06
_FITTING = 0.8
"""Part of the time that the fits take, the curves the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What one fit looks like; NaN at temperatures that were not fitted.

    Attributes
    ----------
    eta, low, high : ndarray, shape (n_temperatures, n_points)
        Curve with its first-order 68 % band.
    at_points, pull : ndarray, shape (n_temperatures, n_anti)
        η of the model at the measured points, and their distance in standard errors.
    """

    eta: FloatArray
    low: FloatArray
    high: FloatArray
    at_points: FloatArray
    pull: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """A comparison and how its fits look.

    Attributes
    ----------
    comparison : Comparison or None
        None where every model was refused.
    refused : tuple of (model, reason)
    detuning_mev : ndarray, shape (n_points,)
    separate, joint : tuple of Picture or None, one per model
        None where there is no such fit.
    """

    comparison: "Comparison | None"
    refused: tuple[tuple[str, str], ...]
    detuning_mev: FloatArray
    separate: tuple[Picture | None, ...] = ()
    joint: tuple[Picture | None, ...] = ()


def compare(results: Results, request: Any, progress: Progress) -> Compared:
    """Compare the chosen models on the present η.

    Raises
    ------
    AnalysisError
        Without η, or where no model is chosen.
    """
    from asplab.core.polaron.comparison import ModelOptions, compare_models
    from asplab.core.polaron.comparison.options import plan_model
    from asplab.core.systematics import nuisances_for

    efficiency, settings = results.efficiency, results.document.settings
    if efficiency is None:
        raise AnalysisError("there is no η to fit yet. Mend the problems told for the stages before.")
    if not settings.models.compared:
        raise AnalysisError("no rate model is chosen. Tick at least one.")
    options, refused = {}, []
    for name in settings.models.compared:
        try:
            options[name] = ModelOptions.from_settings(settings.models, settings.polaron, name)
            plan_model(name, options[name])
        except AnalysisError as error:
            options.pop(name, None)
            refused.append((name, str(error)))
    detuning = np.linspace(SHORTEST_MEV, _longest(efficiency.detuning_mev, efficiency.valid), POINTS)
    if not options:
        return Compared(None, tuple(refused), detuning)
    shared = ModelOptions(settings.polaron.detuning_range_mev, settings.polaron.joint_scale)
    fitting, drawing = progress.part(0.0, _FITTING), progress.part(_FITTING, 1.0)
    comparison = compare_models(
        efficiency, tuple(options), shared, own_options=options, nuisances=nuisances_for(results), progress=fitting
    )
    separate, joint = [], []
    for number, fit in enumerate(comparison.fits):
        drawing.step(number, len(options), tr("drawing models"))
        separate.append(_picture(fit, detuning, is_joint=False))
        joint.append(_picture(fit, detuning, is_joint=True))
    return Compared(comparison, tuple(refused), detuning, tuple(separate), tuple(joint))


COMPARISON = Study("comparison", tr("Comparing models"), compare, follows=True)


def find_systematics(results: Results, request: "Comparison", progress: Progress) -> "tuple[ModelSystematics, ...]":
    """Return the systematic errors of all models of a comparison of these results."""
    from asplab.core.systematics import with_systematics

    return with_systematics(request, results, progress=progress).systematics


MODEL_ERRORS = Study(tr("model errors"), tr("Systematic errors of the models"), find_systematics, follows=True)


def _longest(detuning: FloatArray, valid: np.ndarray) -> float:
    return _BEYOND * float(np.max(np.where(valid, detuning, 0.0), initial=10.0))


def _picture(fit: "ModelFit", detuning: FloatArray, *, is_joint: bool) -> Picture | None:
    from asplab.core.polaron.comparison import residuals

    if fit.objective is None or (is_joint and fit.joint is None):
        return None
    shape = (len(fit.temperatures_k), detuning.size)
    eta, low, high = (np.full(shape, np.nan) for _ in range(3))
    if is_joint and fit.joint is not None:
        rows, objective = np.flatnonzero(fit.joined), fit.joint.objective
        z, gradient, curves = _evaluated(objective.curves, objective.of_curves(fit.joint.parameters), detuning)
        gradient = gradient @ objective.curve_place.transpose(0, 2, 1)
        covariance = np.broadcast_to(fit.joint.covariance, (rows.size, *fit.joint.covariance.shape))
    else:
        rows = np.flatnonzero(fit.fitted)
        z, gradient, curves = _evaluated(fit.objective.curves, fit.parameters[rows], detuning)
        covariance = fit.covariance[rows]
    # A parameter that stopped at a bound has no error of its own; the band is that of the others.
    variance = np.einsum("fcp,fpq,fcq->fc", gradient, np.nan_to_num(covariance), gradient)
    spread = np.sqrt(np.maximum(variance, 0.0))
    for array, value in ((eta, z), (low, z - spread), (high, z + spread)):
        array[rows] = curves.efficiency(value)[0]
    points = residuals(fit, joint=is_joint)
    return Picture(eta, low, high, points.eta, points.pull)


def _evaluated(
    curves: "Curves", parameters: FloatArray, detuning: FloatArray
) -> "tuple[FloatArray, FloatArray, Curves]":
    there = replace(curves, detuning_mev=np.tile(detuning, (len(parameters), 1)))
    z, gradient, _ = there.derivatives(parameters[:, 0], parameters[:, 1:])
    return z, gradient, there


def shown_pictures(compared: Compared, *, is_joint: bool) -> Mapping[str, Picture]:
    """Return the pictures of the separate or the joint fits by model."""
    if compared.comparison is None:
        return {}
    pictures = compared.joint if is_joint else compared.separate
    return {
        name: picture for name, picture in zip(compared.comparison.models, pictures, strict=True) if picture is not None
    }
