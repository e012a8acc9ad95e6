"""Where one more measurement of η would shrink the error of a parameter most."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.polaron.comparison.allowed import symbol_of, unit_of
from asplab.core.polaron.comparison.curves import Curves
from asplab.core.polaron.comparison.records import ModelFit
from asplab.core.units import FloatArray

CANDIDATES_MEV = np.linspace(10.0, 200.0, 96)


@dataclass(frozen=True, slots=True, eq=False)
class MeasurementPlan:
    """Errors of a parameter after one more η at each candidate, by the Fisher information of the fit.

    Attributes
    ----------
    parameter : str
    temperatures_k : ndarray, shape (n_temperatures,)
    detuning_mev : ndarray, shape (n_candidates,)
    eta : ndarray, shape (n_temperatures, n_candidates)
        What the separate fits expect there.
    error_now, error_after : ndarray, shape (n_temperatures,) and (n_temperatures, n_candidates)
        Of the fit of each temperature; NaN where it has no error, because a bound is active or there are too few
        points.
    joint_error_now : float
    joint_error_after : ndarray, shape (n_temperatures, n_candidates)
        Of the joint fit with the candidate added at that temperature.
    advice : str
        The best candidates in words.
    """

    parameter: str
    temperatures_k: FloatArray
    detuning_mev: FloatArray
    eta: FloatArray
    error_now: FloatArray
    error_after: FloatArray
    joint_error_now: float
    joint_error_after: FloatArray
    advice: str


def plan_measurement(
    fit: ModelFit,
    *,
    eta_error: float,
    parameter: str = "phonon_mev",
    detuning_mev: FloatArray = CANDIDATES_MEV,
    detuning_error_mev: float = 0.0,
) -> MeasurementPlan:
    """Return the error of a parameter after one more measurement at each candidate ΔE and fitted temperature.

    Parameters
    ----------
    fit : ModelFit
    eta_error : float
        Standard error that the new η would have, above 0.
    parameter : str
        A free parameter of the fit.
    detuning_mev : ndarray, shape (n_candidates,)
    detuning_error_mev : float
        Standard error of the new ΔE.

    Raises
    ------
    AnalysisError
        Where the parameter is not free, no temperature was fitted, or a number is impossible.
    """
    candidates = np.asarray(detuning_mev, dtype=np.float64)
    _check(fit, parameter, candidates, eta_error, detuning_error_mev)
    n, s, at = len(fit.temperatures_k), len(fit.names), fit.names.index(parameter)
    eta, after, joint_after = (np.full((n, candidates.size), np.nan) for _ in range(3))
    rows, joined = np.flatnonzero(fit.fitted), np.flatnonzero(fit.joined)
    assert fit.objective is not None
    eta[rows], gradient, variance = _expected(
        fit.objective.curves, fit.parameters[rows], candidates, eta_error, detuning_error_mev
    )
    unit = np.where(fit.plan.is_log[at], fit.values[:, at], 1.0)
    after[rows] = _after(fit.covariance[rows], gradient, variance, 1 + at) * unit[rows, None]
    if fit.joint is not None:
        own, place = fit.joint.objective.of_curves(fit.joint.parameters), fit.joint.objective.curve_place
        _, gradient, variance = _expected(fit.joint.objective.curves, own, candidates, eta_error, detuning_error_mev)
        full = gradient @ place.transpose(0, 2, 1)
        covariance = np.broadcast_to(fit.joint.covariance, (joined.size, *fit.joint.covariance.shape))
        joint_after[joined] = _after(covariance, full, variance, full.shape[2] - s + at) * unit[-1]
    return MeasurementPlan(
        parameter=parameter,
        temperatures_k=fit.temperatures_k,
        detuning_mev=candidates,
        eta=eta,
        error_now=fit.errors[:-1, at],
        error_after=after,
        joint_error_now=float(fit.errors[-1, at]),
        joint_error_after=joint_after,
        advice=_advice(fit, parameter, candidates, (fit.errors[:, at], after, joint_after), eta_error),
    )


def _check(fit: ModelFit, parameter: str, candidates: FloatArray, eta_error: float, detuning_error_mev: float) -> None:
    if parameter not in fit.names:
        free = ", ".join(fit.names) or "none"
        raise AnalysisError(f"{parameter!r} is not a free parameter of {fit.plan.model.title}; it has {free}.")
    if fit.objective is None:
        raise AnalysisError(f"{fit.plan.model.title} was fitted at no temperature; there is nothing to plan from.")
    if not (np.isfinite(eta_error) and eta_error > 0.0):
        raise AnalysisError(f"eta_error is {eta_error:g}; the error of a new η must be above 0.")
    if not (np.isfinite(detuning_error_mev) and detuning_error_mev >= 0.0):
        raise AnalysisError(f"detuning_error_mev is {detuning_error_mev:g}; it must be 0 or more.")
    if candidates.ndim != 1 or not candidates.size or not (np.isfinite(candidates) & (candidates > 0.0)).all():
        raise AnalysisError("detuning_mev must hold one or more values above 0 meV.")


def _expected(
    curves: Curves, parameters: FloatArray, candidates: FloatArray, eta_error: float, detuning_error_mev: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return η, its gradient and the variance of a measurement at the candidates, at every temperature."""
    there = replace(curves, detuning_mev=np.tile(candidates, (len(parameters), 1)))
    z, gradient, by_energy = there.derivatives(parameters[:, 0], parameters[:, 1:])
    eta, slope = there.efficiency(z)
    return eta, slope[:, :, None] * gradient, eta_error**2 + (slope * by_energy * detuning_error_mev) ** 2


def _after(covariance: FloatArray, gradient: FloatArray, variance: FloatArray, at: int) -> FloatArray:
    """Return the error of parameter ``at`` after each candidate: a rank-one update of the covariance."""
    moved = gradient @ covariance
    total = variance + np.einsum("fcp,fcp->fc", moved, gradient)
    return np.asarray(np.sqrt(np.maximum(covariance[:, at, at][:, None] - moved[:, :, at] ** 2 / total, 0.0)))


def _advice(
    fit: ModelFit,
    parameter: str,
    candidates: FloatArray,
    errors: tuple[FloatArray, FloatArray, FloatArray],
    eta_error: float,
) -> str:
    now, after, joint_after = errors
    symbol, unit = symbol_of(parameter), unit_of(parameter)
    told = []
    for name, table, before in (("", after, now[:-1]), (" of the joint fit", joint_after, now[-1:])):
        if not np.isfinite(table).any():
            continue
        gain = table / before[:, None]
        t, c = np.unravel_index(np.nanargmin(gain), gain.shape)
        start = before[t] if name == "" else before[0]
        told.append(
            f"One more η at {fit.temperatures_k[t]:.0f} K and ΔE = {candidates[c]:.0f} meV, with an error of "
            f"{eta_error:g}, would bring the error of {symbol}{name} from {start:.3g} to {table[t, c]:.3g} {unit}."
        )
    if told:
        return " ".join(told)
    return f"{symbol} has no error at any temperature, because it stopped at a bound; see the problems of the fit."
