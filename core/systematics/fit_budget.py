"""Where the variance of g, ħω, E_p and S comes from: their gradient with respect to the responses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.estimate import is_systematic_told
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.lasers import shared_lasers
from asplab.core.polaron.leak import leak_sensitivity
from asplab.core.polaron.logit import LogitProblem, build_problem
from asplab.core.polaron.objectives import JointFit, SeparateFits
from asplab.core.systematics.budget import Budget, budget_of, is_from_components, response_gradient, variance_parts
from asplab.core.units import FloatArray, thermal_energy_mev

if TYPE_CHECKING:
    from asplab.core.pipeline import Results

PARAMETERS = ("g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys")
"""Results of a fit of Eq. 9 that have a budget, fields of `PolaronFit`."""

_STEP = 1e-3
"""Steps of finite differences of the gradient of χ², in standard errors."""
_ENERGY_STEP_MEV = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class ParameterGradient:
    """Derivatives of one fitted parameter with respect to the data of η.

    ``numerator``, ``denominator`` and ``detuning_mev`` have shape (n_temperatures, n_anti), per unit of N, of D and
    per meV; 0 where a point is not fitted, and at other temperatures than that of the fit.
    """

    numerator: FloatArray
    denominator: FloatArray
    detuning_mev: FloatArray


def parameter_budget(results: "Results", quantity: str, row: int) -> Budget:
    """Return where the variance of a fitted parameter of Eq. 9 comes from, to first order.

    The gradient with respect to N, D and ΔE follows from the minimum's implicit function; it is taken on to I and PA,
    whose covariance is known by parts. Errors of the reference and of the wavelengths enter through ΔE. The sum is the
    variance that the fit states as far as the fit is linear within its errors: see `Budget.stated_variance`.

    Parameters
    ----------
    results : Results
    quantity : str
        One of ``g_mev``, ``phonon_mev``, ``polaron_energy_mev``, ``huang_rhys``.
    row : int
        Temperature; n_temperatures for the joint fit.

    Returns
    -------
    Budget
        With the reason in ``why`` where the variance can't be split up.

    Raises
    ------
    AnalysisError
        For an unknown quantity or row.
    """
    fit, efficiency = results.polaron, results.efficiency
    if quantity not in PARAMETERS:
        raise AnalysisError(f"{quantity!r} has no budget; choose one of: {', '.join(PARAMETERS)}.")
    if fit is None or efficiency is None:
        return Budget(np.nan, (), why="there is no fit")
    if not 0 <= row <= len(fit.temperatures_k):
        raise AnalysisError(
            f"there is no fit {row}; choose a temperature 0 to {len(fit.temperatures_k) - 1}, or "
            f"{len(fit.temperatures_k)} for the joint fit."
        )
    if not is_from_components(efficiency):
        return Budget(np.nan, (), why="η was given, or taken from R lines: its errors have no known sources")
    error = _stated_error(fit, quantity, row)
    if not np.isfinite(getattr(fit, quantity)[row]) or not np.isfinite(error):
        return Budget(np.nan, (), why="the data do not determine it")
    is_identified = results.intervals is None or bool(results.intervals.identified[row])
    if not is_systematic_told(quantity, getattr(fit, quantity)[row], error, is_identified=is_identified):
        return Budget(np.nan, (), error**2, "its 68 % interval is open: an error to first order means nothing here")
    gradient = parameter_gradient(efficiency, fit, quantity, row)
    return budget_of(_parts(results, efficiency, gradient), error**2)


def _stated_error(fit: PolaronFit, quantity: str, row: int) -> float:
    stem, unit = (quantity.removesuffix("_mev"), "_mev") if quantity.endswith("_mev") else (quantity, "")
    return float(getattr(fit, f"{stem}_error{unit}")[row])


def _parts(results: "Results", efficiency: EfficiencyFit, gradient: ParameterGradient) -> dict[str, float]:
    stages = (results.corrected, results.layout, results.emission, results.absorbed)
    na = efficiency.eta.shape[1]
    parts: dict[str, float] = {}
    shared = leak = reference = 0.0
    of_wavelength = np.zeros_like(gradient.detuning_mev)
    same = efficiency.common_reference_error_mev
    for t in np.flatnonzero(np.any(gradient.numerator != 0.0, axis=1)).tolist():
        of_data = response_gradient(efficiency, t)
        by_response = gradient.numerator[t] @ of_data[:na] + gradient.denominator[t] @ of_data[na:]
        found = variance_parts(efficiency, stages, by_response, t)
        # One error of a wavelength moves N, D and ΔE.
        by_d = gradient.denominator[t] * efficiency.own_sensitivity[t, na:]
        by_light = gradient.numerator[t] * efficiency.own_sensitivity[t, :na]
        by_energy = gradient.detuning_mev[t] * np.nan_to_num(efficiency.detuning_error_mev[t])
        of_wavelength[t] = by_light + by_d + by_energy
        own = found.pop("wavelength") + float(np.sum(of_wavelength[t] ** 2 - by_d**2))
        moved = float(np.sum(gradient.detuning_mev[t]))
        apart = max(float(np.nan_to_num(efficiency.reference_error_mev[t])) ** 2 - same**2, 0.0) * moved**2
        reference += moved
        by_leak = _of_leak(efficiency, by_response, t)
        if "subtracted_light" in found:
            found["subtracted_light"] -= by_leak**2
        leak += by_leak
        for name, value in {**found, "reference": apart, "wavelength": own}.items():
            parts[name] = parts.get(name, 0.0) + value
        # One deviation of a shared yield moves all temperatures together.
        shared += float(gradient.denominator[t] @ efficiency.shared_sensitivity[t, na:])
    # One error of the reference, of a laser that serves several temperatures, of a measured leak: one for all.
    common = {"reference": (same * reference) ** 2, "subtracted_light": leak**2}
    common["wavelength"] = _between_temperatures(efficiency, of_wavelength)
    parts |= {name: parts.get(name, 0.0) + value for name, value in common.items()}
    return {**parts, "quantum_yield": shared**2}


def _of_leak(efficiency: EfficiencyFit, by_response: FloatArray, t: int) -> float:
    """Return what one standard error of a measured leak does at a temperature; 0 without one."""
    found = None if efficiency.responses is None else efficiency.responses.leak_error
    return 0.0 if found is None else float(by_response @ found[t])


def _between_temperatures(efficiency: EfficiencyFit, of_wavelength: FloatArray) -> float:
    """Return what lasers that serve several temperatures add to the sum of squares of the places."""
    laser = shared_lasers(efficiency, of_wavelength != 0.0)
    if laser is None:
        return 0.0
    together = np.einsum("tj,tjl->l", of_wavelength, laser)
    return float(np.sum(together**2) - np.einsum("tj,tjl->", of_wavelength**2, laser))


def parameter_gradient(efficiency: EfficiencyFit, fit: PolaronFit, quantity: str, row: int) -> ParameterGradient:
    """Return the derivatives of a fitted parameter with respect to N, D and ΔE of every point.

    At the minimum the gradient F(p, d) of χ² vanishes, so dp/dd = −(∂F/∂p)⁻¹ ∂F/∂d; both by central differences of F,
    with the covariance of the data held.
    """
    n_t, n = efficiency.eta.shape
    rows = [row] if row < n_t else np.flatnonzero(fit.fitted).tolist()
    # What temperatures share ties the gradient of each to the data of all.
    tied = row == n_t and fit.joint_objective is not None and fit.joint_objective.ties_temperatures
    parameters, error, slope = _point(fit, row)
    curvature = _jacobian(lambda p: _slope_of_chi2(efficiency, fit, row, p, rows), parameters, _STEP * error)
    # d quantity = of_parameters · dp = −weight · dF.
    weight = np.linalg.solve(curvature.T, _of_parameters(fit, quantity, row, slope, parameters))
    spread = np.sqrt(np.einsum("tii->ti", efficiency.covariance))
    steps = {
        "numerator": _STEP * spread[:, :n] + 1e-7 * np.abs(efficiency.numerator),
        "denominator": _STEP * spread[:, n:] + 1e-7 * np.abs(efficiency.denominator),
        "detuning_mev": np.full((n_t, n), _ENERGY_STEP_MEV),
    }
    found = {name: np.zeros((n_t, n)) for name in steps}
    for t in rows:
        for name, step in steps.items():
            for j in np.flatnonzero(fit.problem.use[t]):
                change = np.zeros((n_t, n))
                change[t, j] = step[t, j]
                ends = [
                    _slope_of_chi2(
                        replace(efficiency, **{name: getattr(efficiency, name) + sign * change}),
                        fit,
                        row,
                        parameters,
                        rows if tied else [t],
                    )
                    for sign in (1.0, -1.0)
                ]
                found[name][t, j] = -float(weight @ (ends[0] - ends[1])) / (2.0 * step[t, j])
    return ParameterGradient(**found)


def _point(fit: PolaronFit, row: int) -> tuple[FloatArray, FloatArray, slice]:
    """Return the parameters of a fit, their standard errors, and where (κ, u) stand among them."""
    if row < len(fit.temperatures_k):
        return fit.parameters[row], np.sqrt(np.diag(fit.parameter_covariance[row])), slice(1, 3)
    if fit.joint_parameters is None or fit.joint_covariance is None:
        raise AnalysisError("there is no joint fit; two temperatures must be fitted.")
    return fit.joint_parameters, np.sqrt(np.diag(fit.joint_covariance)), slice(-2, None)


def _of_parameters(fit: PolaronFit, quantity: str, row: int, place: slice, parameters: FloatArray) -> FloatArray:
    """Return the derivatives of g, ħω, E_p or S with respect to the parameters of the fit."""
    kappa, u = parameters[place]
    value = float(getattr(fit, quantity)[row])
    # ln E_p = ln E₀ + κ/u; ln g² = ln E_p − ln u; ln S = ln E_p + ln u.
    of_energy = np.array([1.0 / u, -kappa / u**2])
    of_log_u = np.array([0.0, 1.0 / u])
    logarithmic = {
        "phonon_mev": -of_log_u,
        "polaron_energy_mev": of_energy,
        "g_mev": 0.5 * (of_energy - of_log_u),
        "huang_rhys": of_energy + of_log_u,
    }
    result = np.zeros(parameters.size)
    result[place] = value * logarithmic[quantity]
    return result


def _jacobian(function: Callable[[FloatArray], FloatArray], at: FloatArray, step: FloatArray) -> FloatArray:
    columns = []
    for i, size in enumerate(np.where(step > 0.0, step, 1e-6)):
        ends = []
        for sign in (1.0, -1.0):
            moved = at.copy()
            moved[i] += sign * size
            ends.append(function(moved))
        columns.append((ends[0] - ends[1]) / (2.0 * size))
    return np.array(columns).T


def _slope_of_chi2(
    efficiency: EfficiencyFit, fit: PolaronFit, row: int, parameters: FloatArray, temperatures: list[int]
) -> FloatArray:
    """Return what these temperatures add to half the gradient of χ² by the parameters of a fit."""
    problem = _problem(efficiency, fit.problem.use, temperatures)
    if row < len(fit.temperatures_k):
        return np.asarray(SeparateFits(problem)(parameters[None])[1][0])
    joint = fit.joint_objective
    if joint is None:
        raise AnalysisError("there is no joint fit; two temperatures must be fitted.")
    if joint.ties_temperatures:
        return np.asarray(joint.of(problem)(parameters[None])[1][0])
    members = np.searchsorted(np.flatnonzero(fit.fitted), temperatures)
    part = JointFit(problem.without_shared(), joint.scale[members], joint.scale_offset[members], joint.place[members])
    return np.asarray(part(parameters[None])[1][0])


def _problem(efficiency: EfficiencyFit, use: np.ndarray, rows: list[int]) -> LogitProblem:
    n, leak = efficiency.eta.shape[1], leak_sensitivity(efficiency)
    return build_problem(
        efficiency.numerator[rows],
        efficiency.denominator[rows],
        efficiency.covariance[rows],
        use[rows],
        efficiency.detuning_mev[rows],
        thermal_energy_mev(efficiency.temperatures_k[rows]),
        efficiency.detuning_error_mev[rows],
        np.nan_to_num(efficiency.reference_error_mev[rows])[:, None],
        efficiency.shared_sensitivity[rows][:, n:],
        efficiency.own_sensitivity[rows],
        None if leak is None else leak[rows],
    )
