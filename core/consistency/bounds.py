"""Fits of an ensemble against the slowest fall of logit η that it allows: per temperature, and of the joint fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from asplab.core.consistency.records import Check, Place, not_applicable
from asplab.core.consistency.spread import NAME, TITLE, Curve, Slopes, compare, spread_checks, worst_place
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.polaron.comparison import ModelFit
from asplab.core.polaron.comparison.allowed import WIDTH
from asplab.core.polaron.comparison.curves import Curves
from asplab.core.polaron.fit import PolaronFit
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Slopes with their limits of the separate fits and of the joint one, (n_temperatures, n_points).

    ``width_mev`` and ``joint_width_mev`` have shape (n_temperatures,); the joint ones are None without a joint fit.
    """

    separate: Slopes
    width_mev: FloatArray
    joint: Slopes | None
    joint_width_mev: FloatArray
    detuning_mev: FloatArray
    urbach_mev: float

    def checks(self, places: Sequence[Place], saturated: np.ndarray) -> list[Check]:
        """Return the check of each temperature."""
        found = spread_checks(self.separate, places, self.detuning_mev, self.width_mev, self.urbach_mev)
        return [_silent(check, place) if s else check for check, place, s in zip(found, places, saturated, strict=True)]

    def joint_check(self, place: Place, temperatures: Sequence[Place], saturated: np.ndarray) -> Check:
        """Return the check of the joint fit at the temperature where it agrees least."""
        if self.joint is None or saturated.all():
            return not_applicable(NAME, TITLE, place, "The fit does not determine the curve.")
        at = worst_place(self.joint)
        places = [place] * len(temperatures)
        check = spread_checks(self.joint, places, self.detuning_mev, self.joint_width_mev, self.urbach_mev)[at]
        if check.status == "not applicable" or len(temperatures) == 1:
            return check
        return replace(check, meaning=f"At {temperatures[at].name}, where it agrees least: {check.meaning}")


def _silent(check: Check, place: Place) -> Check:
    why = "η is 0 or 1 within its errors at every point: any slow or fast enough rate describes that."
    return not_applicable(check.name, check.title, place, why)


def bounds_of_eq9(
    fit: PolaronFit, efficiency: EfficiencyFit, use: np.ndarray, width_mev: float, urbach_mev: float
) -> Bounds:
    """Return the slopes of Eq. 9 with the limits of an ensemble of known width."""
    problem, n = fit.problem, len(fit.temperatures_k)
    widths = np.full(n, width_mev)

    def curve(parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        slope = problem.slope_offset + np.einsum("tpk,tk->tp", problem.slope_design, parameters)
        logit = problem.offset + np.einsum("tpk,tk->tp", problem.design, parameters)
        return slope, expit(logit), widths

    def found(parameters: FloatArray, covariance: FloatArray, rows: np.ndarray) -> Slopes:
        return _of_rows(curve, parameters, covariance, efficiency, use & rows[:, None] & problem.use, urbach_mev)

    joint = None
    if fit.joint_objective is not None and fit.joint_parameters is not None and fit.joint_covariance is not None:
        together, members = fit.joint_objective, np.flatnonzero(fit.fitted)
        place = together.place[:, :, [0, 2, 3]]
        own, spread = np.full((n, 3), np.nan), np.full((n, 3, 3), np.nan)
        own[members] = fit.joint_parameters @ place
        own[members, 0] += together.scale_offset
        spread[members] = place.transpose(0, 2, 1) @ fit.joint_covariance @ place
        joint = found(own, spread, fit.fitted)
    separate = found(fit.parameters, fit.parameter_covariance, fit.fitted)
    return Bounds(separate, widths, joint, widths, efficiency.detuning_mev, urbach_mev)


def bounds_of_model(fit: ModelFit, efficiency: EfficiencyFit, use: np.ndarray) -> Bounds:
    """Return the slopes of an averaged rate model with the limits of its own ensemble."""
    n, urbach = len(fit.temperatures_k), fit.plan.options.selection_mev or np.inf
    separate, joint = _nothing(use), None
    if fit.objective is not None:
        rows = np.flatnonzero(fit.fitted)
        separate = _model_slopes(fit, fit.objective.curves, rows, fit.parameters, fit.covariance, efficiency, use)
    if fit.joint is not None:
        rows, together = np.flatnonzero(fit.joined), fit.joint.objective
        own, spread = np.full_like(fit.parameters, np.nan), np.full_like(fit.covariance, np.nan)
        own[rows] = together.of_curves(fit.joint.parameters)
        place = together.curve_place
        spread[rows] = place.transpose(0, 2, 1) @ np.nan_to_num(fit.joint.covariance) @ place
        joint = _model_slopes(fit, together.curves, rows, own, spread, efficiency, use)
    width = fit.value(WIDTH)
    return Bounds(separate, width[:n], joint, np.full(n, width[-1]), efficiency.detuning_mev, urbach)


def _model_slopes(
    fit: ModelFit,
    curves: Curves,
    rows: np.ndarray,
    parameters: FloatArray,
    covariance: FloatArray,
    efficiency: EfficiencyFit,
    use: np.ndarray,
) -> Slopes:
    n = len(fit.temperatures_k)

    def curve(every: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        slope, eta = np.full((2, *use.shape), np.nan)
        width = np.full(n, np.nan)
        own = every[rows]
        z, _, by_energy = curves.derivatives(own[:, 0], own[:, 1:])
        eta[rows], by_logit = curves.efficiency(z)
        # Of a ratio model z is ln η.
        slope[rows] = by_energy * by_logit / (eta[rows] * (1.0 - eta[rows]))
        width[rows] = fit.plan.values(own[:, 1:])[WIDTH]
        return slope, eta, width

    chosen = np.zeros(n, dtype=bool)
    chosen[rows] = True
    # What stopped at a bound has no error of its own.
    spread = np.where(np.isfinite(covariance), covariance, 0.0)
    return _of_rows(curve, parameters, spread, efficiency, use & chosen[:, None], urbach_mev(fit))


def urbach_mev(fit: ModelFit) -> float:
    """Return the Urbach energy by which the laser selects in a fit; infinite for none."""
    return fit.plan.options.selection_mev or float("inf")


def _of_rows(
    curve: Curve,
    parameters: FloatArray,
    covariance: FloatArray,
    efficiency: EfficiencyFit,
    use: np.ndarray,
    selection_mev: float,
) -> Slopes:
    """Compare those fits that have parameters; NaN for the others."""
    able = np.asarray(np.isfinite(parameters).all(axis=1) & np.isfinite(covariance).all(axis=(1, 2)))
    use = use & able[:, None]
    if not use.any():
        return _nothing(use)
    return compare(
        curve,
        np.where(able[:, None], parameters, 0.0),
        np.where(able[:, None, None], covariance, 0.0),
        use=use,
        detuning_mev=efficiency.detuning_mev,
        temperature_k=efficiency.temperatures_k,
        urbach_mev=selection_mev,
    )


def _nothing(use: np.ndarray) -> Slopes:
    return Slopes(*np.full((3, *use.shape), np.nan))
