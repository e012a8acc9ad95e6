"""Rate models fitted to the same points, ranked by what they explain for the parameters they take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.polaron.comparison.fit import fit_model
from asplab.core.polaron.comparison.options import ModelOptions, plan_model
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.polaron.comparison.verdict import verdict_of
from asplab.core.polaron.logit import SMALL_MEV
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.systematics.effects import NuisanceEffects
from asplab.core.systematics.model_record import ModelSystematics
from asplab.core.units import FloatArray

DEFAULT_MODELS = ("eq9", "resonant", "kramers-heisenberg", "thermal", "arrhenius", "exponential")


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Rate models on the same points of each temperature, and of all jointly in the last row.

    Arrays have shape (n_models, n_temperatures + 1); NaN where a number is not defined, for the reason given.

    Attributes
    ----------
    models : tuple of str
    temperatures_k : ndarray, shape (n_temperatures,)
    n_parameters, n_points, chi2, dof : ndarray
        k with the scale or scales, n, χ² and n − k.
    aic, aicc, bic : ndarray
        χ² + 2k, the same for small samples [Hurvich & Tsai 1989], and χ² + k ln n [Schwarz 1978].
    delta_aicc, weight : ndarray
        AICc above the smallest of its row, and Akaike weight: shares of one among the models with an AICc.
    reasons : tuple of tuple of str
        Why a model has no AICc in a row; empty where it has.
    verdicts : tuple of str, one per row
        What the data say, in words.
    fits : tuple of ModelFit
    systematics : tuple of ModelSystematics
        Of each model; empty until `asplab.core.systematics.with_systematics` has found them.
    """

    models: tuple[str, ...]
    temperatures_k: FloatArray
    n_parameters: np.ndarray
    n_points: np.ndarray
    chi2: FloatArray
    dof: np.ndarray
    aic: FloatArray
    aicc: FloatArray
    bic: FloatArray
    delta_aicc: FloatArray
    weight: FloatArray
    reasons: tuple[tuple[str, ...], ...]
    verdicts: tuple[str, ...]
    fits: tuple[ModelFit, ...]
    systematics: tuple[ModelSystematics, ...] = ()
    problems: tuple[Problem, ...] = ()


def compare_models(
    efficiency: EfficiencyFit,
    models: Sequence[str] = DEFAULT_MODELS,
    options: ModelOptions | None = None,
    *,
    own_options: Mapping[str, ModelOptions] | None = None,
    nuisances: NuisanceEffects | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Fit rate models to the same points and compare them, per temperature and jointly.

    Parameters
    ----------
    efficiency : EfficiencyFit
    models : sequence of str
        Names of rate models, each once.
    options : ModelOptions, optional
        For all models that have none of their own.
    own_options : mapping, optional
        Options by model; range of ΔE and kind of joint scale must be those of ``options``.
    nuisances : NuisanceEffects, optional
        As in `fit_model`, for all models.
    progress : Progress, optional
        Told about each model.

    Raises
    ------
    AnalysisError
        For no model, a model twice, an unknown one, options that make the points differ, and what `fit_model` refuses.
    Cancelled
        When it was stopped.
    """
    shared = options or ModelOptions()
    chosen = _options_of(tuple(models), shared, own_options or {})
    least = max(plan_model(name, option).n_counted for name, option in chosen.items())
    fits = _fitted(efficiency, chosen, least, nuisances, progress or Progress())
    k, n = np.array([fit.n_parameters for fit in fits]), np.array([fit.n_points for fit in fits])
    chi2 = np.array([fit.chi2 for fit in fits])
    aic, aicc = _information(chi2, k, n)
    delta, weight = _weights(aicc)
    return Comparison(
        models=tuple(chosen),
        temperatures_k=efficiency.temperatures_k,
        n_parameters=k,
        n_points=n,
        chi2=chi2,
        dof=np.array([fit.dof for fit in fits]),
        aic=aic,
        aicc=aicc,
        bic=chi2 + k * np.log(np.maximum(n, 1)),
        delta_aicc=delta,
        weight=weight,
        reasons=tuple(
            tuple(_reason(fit, row, least, aicc[i, row]) for row in range(len(k[0]))) for i, fit in enumerate(fits)
        ),
        verdicts=tuple(verdict_of(fits, row, delta[:, row], weight[:, row]) for row in range(len(k[0]))),
        fits=fits,
        problems=(*(problem for fit in fits for problem in fit.problems), *first_order(fits)),
    )


def first_order(fits: Sequence[ModelFit]) -> tuple[Problem, ...]:
    """Say where Eq. 9 of the comparison and that of the chain take errors of ΔE differently."""
    largest = max(
        (max(fit.objective.problem.largest_energy_errors_mev) for fit in fits if fit.objective and fit.model == "eq9"),
        default=0.0,
    )
    if not largest > SMALL_MEV:
        return ()
    message = (
        f"errors of ΔE reach {largest:.2g} meV. Rate models take them to first order, which is as good as exact up to "
        f"{SMALL_MEV:g} meV; their Eq. 9 may differ from the one told for the chain, which is exact beyond. Compare "
        "models with each other, and take g and ħω of Eq. 9 from the chain."
    )
    return (Problem("info", "rate models", message),)


def _fitted(
    efficiency: EfficiencyFit,
    chosen: Mapping[str, ModelOptions],
    least_points: int,
    nuisances: NuisanceEffects | None,
    progress: Progress,
) -> tuple[ModelFit, ...]:
    fits: list[ModelFit] = []
    for name, option in chosen.items():
        progress.step(len(fits), len(chosen), f"fitting rate model {name}")
        fits.append(fit_model(efficiency, name, option, least_points=least_points, nuisances=nuisances))
    progress.step(len(fits), len(chosen), "comparing rate models")
    return tuple(fits)


def _options_of(
    models: tuple[str, ...], shared: ModelOptions, own: Mapping[str, ModelOptions]
) -> dict[str, ModelOptions]:
    if not models:
        raise AnalysisError("no rate model to compare; name at least one.")
    twice = sorted({name for name in models if models.count(name) > 1})
    if twice:
        raise AnalysisError(f"rate model {twice[0]!r} is named twice; its weight would be split. Name it once.")
    stray = sorted(set(own) - set(models))
    if stray:
        raise AnalysisError(f"there are options for rate model {stray[0]!r}, which is not compared.")
    for name, option in own.items():
        if option.detuning_range_mev != shared.detuning_range_mev or option.joint_scale != shared.joint_scale:
            raise AnalysisError(
                f"rate model {name!r} has its own range of ΔE {option.detuning_range_mev} or joint scale "
                f"{option.joint_scale!r}; models are compared on the same points, so give both in the common options."
            )
    return {name: own.get(name, shared) for name in models}


def _information(chi2: FloatArray, k: np.ndarray, n: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Return AIC and AICc."""
    spare, aic = n - k - 1, chi2 + 2.0 * k
    return aic, np.where(spare > 0, aic + 2.0 * k * (k + 1) / np.where(spare > 0, spare, 1), np.nan)


def _weights(aicc: FloatArray) -> tuple[FloatArray, FloatArray]:
    known = np.isfinite(aicc)
    least = np.min(np.where(known, aicc, np.inf), axis=0)
    delta = np.where(known, aicc - np.where(np.isfinite(least), least, 0.0), np.nan)
    share = np.where(known, np.exp(-0.5 * np.where(known, delta, 0.0)), 0.0)
    total = share.sum(axis=0)
    return delta, np.where(known, share / np.where(total > 0, total, 1.0), np.nan)


def _reason(fit: ModelFit, row: int, least_points: int, aicc: float) -> str:
    if np.isfinite(aicc):
        return ""
    n, k = fit.n_points[row], fit.n_parameters[row]
    if row == len(fit.temperatures_k):
        if not np.isfinite(fit.chi2[row]):
            return f"the joint fits need two temperatures with at least {least_points} points each"
        return f"{n} points for {k} parameters in all; AICc needs at least {k + 2}"
    if not np.isfinite(fit.chi2[row]) and n >= k:
        return f"{fit.plan.model.title} could not be evaluated in the ranges of its parameters"
    if not np.isfinite(fit.chi2[row]):
        return f"{n} points; the fit has {k} parameters and needs at least {k} points, AICc {k + 2}"
    return f"{n} points; AICc with {k} parameters needs at least {k + 2}"
