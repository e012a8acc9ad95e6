"""Errors of ΔE in the fit of Eq. 9: of its reference, and of wavelengths, which move N, D and ΔE together.

Lasers are off in `laser_level`; coverage is counted over a thousand draws (±1.5 %, one standard error).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from laser_level import draw_with_lasers_off
from response_level import Truth, draw
from scipy.optimize import minimize
from scipy.special import expit

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.polaron.logit import CENTRE_MEV
from asplab.core.polaron.objectives import Objective, SeparateFits
from asplab.core.polaron.profiles import PolaronIntervals, find_intervals
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings, PolaronSettings
from asplab.core.units import thermal_energy_mev

WARM, COLD = Truth(250.0, urbach_mev=28.0), Truth(120.0, urbach_mev=13.5)
THREE = tuple(
    Truth(t, urbach_mev=e, eta_at_23=h) for t, e, h in ((180.0, 20.0, 0.9), (220.0, 24.0, 0.93), (250.0, 28.0, 0.95))
)
N_COLUMNS = 19


def separate(efficiency: EfficiencyFit) -> tuple[PolaronFit, PolaronIntervals]:
    fit = replace(fit_polaron(efficiency, PolaronSettings(joint_scale="shared")), joint_objective=None)
    return fit, find_intervals(fit)


def covered(found: PolaronIntervals, truth: Truth, rows: slice) -> tuple[float, float]:
    """Return the share of intervals of ħω and g that hold the truth, open ends included."""
    ends = (
        (found.phonon_low_mev, found.phonon_high_mev, truth.phonon_mev),
        (found.g_low_mev, found.g_high_mev, truth.g_mev),
    )
    both = [np.mean((np.isnan(a[rows]) | (a[rows] <= x)) & (np.isnan(b[rows]) | (b[rows] >= x))) for a, b, x in ends]
    return float(both[0]), float(both[1])


def lasers_off(truth: Truth, n: int, *, error_nm: float, noise: float) -> Responses:
    rng = np.random.default_rng(8)
    off = rng.standard_normal((n, N_COLUMNS))
    return draw_with_lasers_off((truth,) * n, off, error_nm=error_nm, noise=noise, rng=rng)


def at_three(error_nm: float, rng: np.random.Generator) -> EfficiencyFit:
    """Return three temperatures that the same lasers excite, each off by one error."""
    off = np.repeat(rng.standard_normal((1, N_COLUMNS)), len(THREE), axis=0)
    responses = draw_with_lasers_off(THREE, off, error_nm=error_nm, noise=2e-4, rng=rng)
    return fit_efficiency(responses, EfficiencySettings())


@pytest.mark.parametrize(("truth", "noise"), [(COLD, 1e-4), (WARM, 2e-4)], ids=["120 K", "250 K"])
def test_intervals_hold_the_truth_in_68_percent_with_lasers_off_by_a_tenth_of_a_nanometre(
    truth: Truth, noise: float
) -> None:
    responses = lasers_off(truth, 1000, error_nm=0.1, noise=noise)
    efficiency = fit_efficiency(responses, EfficiencySettings())
    fit, found = separate(efficiency)
    assert np.all(np.abs(np.array(covered(found, truth, slice(1000))) - 0.6827) < 0.045)
    assert fit.chi2[:1000].mean() == pytest.approx(9.0, rel=0.05)
    apart, _ = separate(replace(efficiency, own_sensitivity=np.zeros_like(efficiency.own_sensitivity)))
    assert apart.chi2[:1000].mean() > 10.5


def test_quantum_yields_have_pulls_of_unit_spread_with_lasers_off_by_a_nanometre() -> None:
    """On a flat absorption PA_S and the line move alike: taken as independent, their errors were far too large."""
    responses = lasers_off(WARM, 1000, error_nm=1.0, noise=2e-4)
    fit = fit_efficiency(responses, EfficiencySettings())
    pull = (fit.quantum_yield - WARM.quantum_yield) / fit.quantum_yield_error
    assert pull.std() == pytest.approx(1.0, abs=0.07)
    apart = fit_efficiency(replace(responses, misread=np.zeros_like(responses.misread)), EfficiencySettings())
    assert np.median(apart.quantum_yield_error) > 1.1 * np.median(fit.quantum_yield_error)


def test_joint_intervals_hold_the_truth_when_one_laser_is_off_at_all_temperatures() -> None:
    """120 draws: 68 % ± 4.3 %; taken as independent, 40 %."""
    rng = np.random.default_rng(2)
    inside = [
        covered(find_intervals(fit_polaron(at_three(0.1, rng), PolaronSettings())), WARM, slice(-1, None))
        for _ in range(120)
    ]
    assert np.all(np.abs(np.mean(inside, axis=0) - 0.6827) < 0.11)


def test_a_joint_fit_with_shared_lasers_has_the_chi2_of_the_full_covariance() -> None:
    """Written out: blocks of all temperatures, correlated by what one error of each wavelength does to r."""
    efficiency = at_three(0.02, np.random.default_rng(4))
    fit = fit_polaron(efficiency, PolaronSettings())
    parameters = fit.joint_parameters
    assert parameters is not None
    n, size = efficiency.eta.shape[1], efficiency.eta.size
    full, residual, columns = np.zeros((size, size)), [], []
    for t, truth in enumerate(THREE):
        detuning, own = efficiency.detuning_mev[t], efficiency.own_sensitivity[t]
        thermal = float(thermal_energy_mev(truth.temperature_k))
        step, logarithm = detuning - CENTRE_MEV, np.log(detuning / CENTRE_MEV)
        kappa, u = parameters[-2:]
        eta = expit(
            parameters[t] - 0.5 * logarithm + (kappa - 1.0 / thermal) * step - u * (detuning * logarithm - step)
        )
        by_energy = eta * (1.0 - eta) * (-0.5 / detuning + kappa - 1.0 / thermal - u * logarithm)
        by_data = np.hstack([np.eye(n), -np.diag(eta)])
        own_part = np.diag(own[:n] - eta * own[n:])
        block = by_data @ efficiency.covariance[t] @ by_data.T - own_part**2
        full[t * n : t * n + n, t * n : t * n + n] = block
        columns.append(own_part - np.diag(by_energy * efficiency.denominator[t] * efficiency.detuning_error_mev[t]))
        residual.append(efficiency.numerator[t] - eta * efficiency.denominator[t])
    shared, r = np.concatenate(columns), np.concatenate(residual)
    full += shared @ shared.T
    assert fit.joint_objective is not None
    chi2, _, normal = fit.joint_objective(parameters[None])
    assert chi2[0] == pytest.approx(r @ np.linalg.solve(full, r), rel=1e-9)
    alone = replace(fit.joint_objective, laser=None)(parameters[None])[2]
    assert np.linalg.inv(normal[0])[-1, -1] > 1.05 * np.linalg.inv(alone[0])[-1, -1]


@pytest.mark.parametrize("truth", [WARM, COLD], ids=["250 K", "120 K"])
def test_quiet_data_with_an_uncertain_reference_leave_no_end_open(truth: Truth) -> None:
    """An effective variance grows with the slope of the model, and lets steep curves fit: ends stayed open in 4 %."""
    n, rng = 1000, np.random.default_rng(17)
    responses = draw(truth, n=n, noise=2e-5, rng=rng)
    moved = responses.reference_mev + 2.0 * rng.standard_normal(n)
    responses = replace(responses, reference_mev=moved, reference_error_mev=np.full(n, 2.0))
    fit, found = separate(fit_efficiency(responses, EfficiencySettings()))
    assert found.identified[:n].all()
    assert np.all(np.abs(np.array(covered(found, truth, slice(n))) - 0.6827) < 0.045)
    assert fit.chi2[:n].mean() == pytest.approx(9.0, rel=0.05)


def uncertain(efficiency: EfficiencyFit, common_mev: float, own_mev: float) -> EfficiencyFit:
    return replace(
        efficiency,
        reference_error_mev=np.full(len(efficiency.eta), common_mev),
        detuning_error_mev=np.full(efficiency.eta.shape, own_mev),
    )


def test_chi2_is_the_smallest_over_the_errors_of_every_detuning() -> None:
    """Against a general minimiser over thirteen errors, each with its square as a penalty."""
    responses = draw(WARM, n=1, noise=1e-4, rng=np.random.default_rng(2))
    efficiency = uncertain(fit_efficiency(responses, EfficiencySettings()), 2.0, 1.0)
    fit = fit_polaron(efficiency, PolaronSettings())
    level, kappa, u = fit.parameters[0]
    thermal, n = float(thermal_energy_mev(250.0)), efficiency.eta.shape[1]
    kappa += 0.3 * np.sqrt(fit.parameter_covariance[0, 1, 1])

    def chi2(errors: np.ndarray) -> float:
        energy = efficiency.detuning_mev[0] - 2.0 * errors[0] - errors[1:]
        step, logarithm = energy - CENTRE_MEV, np.log(energy / CENTRE_MEV)
        eta = expit(level - 0.5 * logarithm + (kappa - 1.0 / thermal) * step - u * (energy * logarithm - step))
        by_data = np.hstack([np.eye(n), -np.diag(eta)])
        spread = by_data @ efficiency.covariance[0] @ by_data.T
        r = efficiency.numerator[0] - eta * efficiency.denominator[0]
        return float(r @ np.linalg.solve(spread, r) + errors @ errors)

    found = minimize(chi2, np.zeros(n + 1), method="BFGS", options={"gtol": 1e-6})
    assert found.fun < 0.9 * chi2(np.zeros(n + 1))
    here = SeparateFits(fit.problem)(np.array([[level, kappa, u]]))[0][0]
    assert here == pytest.approx(found.fun, rel=2e-3)


def of_single_temperatures() -> tuple[Objective, np.ndarray, np.ndarray]:
    """Return an objective, parameters, and their errors."""
    responses = draw(WARM, n=20, noise=1e-4, rng=np.random.default_rng(1))
    efficiency = uncertain(fit_efficiency(responses, EfficiencySettings()), 2.0, 0.4)
    fit = fit_polaron(efficiency, PolaronSettings(joint_scale="shared"))
    return SeparateFits(fit.problem), fit.parameters, np.sqrt(np.einsum("fii->fi", fit.parameter_covariance))


def of_all_jointly() -> tuple[Objective, np.ndarray, np.ndarray]:
    fit = fit_polaron(at_three(0.1, np.random.default_rng(1)), PolaronSettings())
    assert fit.joint_objective is not None
    assert fit.joint_parameters is not None
    assert fit.joint_covariance is not None
    return fit.joint_objective, fit.joint_parameters[None], np.sqrt(np.diag(fit.joint_covariance))[None]


def with_the_reference_off() -> tuple[Objective, np.ndarray, np.ndarray]:
    fit = fit_polaron(with_one_reference_off(np.random.default_rng(1), 2.0, own_mev=0.5), PolaronSettings())
    assert fit.joint_objective is not None
    assert fit.joint_parameters is not None
    assert fit.joint_covariance is not None
    return fit.joint_objective, fit.joint_parameters[None], np.sqrt(np.diag(fit.joint_covariance))[None]


@pytest.mark.parametrize("case", [of_single_temperatures, of_all_jointly, with_the_reference_off])
def test_the_gradient_is_that_of_chi2_also_with_errors_of_the_detuning(
    case: Callable[[], tuple[Objective, np.ndarray, np.ndarray]],
) -> None:
    objective, best, error = case()
    parameters = best + 0.3 * error
    _, gradient, normal = objective(parameters)
    for k in range(parameters.shape[1]):
        step = np.zeros_like(parameters)
        step[:, k] = 1e-3 * error[:, k]
        rise = objective(parameters + step)[0] - objective(parameters - step)[0]
        scale = np.sqrt(normal[:, k, k])
        np.testing.assert_allclose(rise / (4.0 * step[:, k]) / scale, gradient[:, k] / scale, atol=0.02)


def with_one_reference_off(rng: np.random.Generator, error_mev: float, *, own_mev: float = 0.0) -> EfficiencyFit:
    """Return three temperatures whose references are off by one error, and each by one of its own."""
    n = len(THREE)
    responses = draw_with_lasers_off(THREE, np.zeros((n, N_COLUMNS)), error_nm=0.0, noise=1e-4, rng=rng)
    off = error_mev * rng.standard_normal() + own_mev * rng.standard_normal(n)
    responses = replace(
        responses,
        reference_mev=responses.reference_mev + off,
        reference_error_mev=np.full(n, np.hypot(error_mev, own_mev)),
        common_reference_error_mev=error_mev,
    )
    return fit_efficiency(responses, EfficiencySettings())


def test_joint_intervals_hold_the_truth_when_one_offset_moves_the_reference_of_all_temperatures() -> None:
    """120 draws: 68 % ± 4.3 %; taken as independent, 56 % of the intervals of ħω."""
    rng = np.random.default_rng(3)
    inside = [
        covered(find_intervals(fit_polaron(with_one_reference_off(rng, 2.0), PolaronSettings())), WARM, slice(-1, None))
        for _ in range(120)
    ]
    assert np.all(np.abs(np.mean(inside, axis=0) - 0.6827) < 0.11)


def test_an_offset_common_to_all_temperatures_leaves_single_ones_as_they_are() -> None:
    efficiency = with_one_reference_off(np.random.default_rng(5), 2.0, own_mev=0.5)
    common = fit_polaron(efficiency, PolaronSettings())
    apart = fit_polaron(replace(efficiency, common_reference_error_mev=0.0), PolaronSettings())
    np.testing.assert_array_equal(common.parameter_covariance, apart.parameter_covariance)
    np.testing.assert_array_equal(common.phonon_mev[:-1], apart.phonon_mev[:-1])
    assert common.phonon_error_mev[-1] > 1.3 * apart.phonon_error_mev[-1]


def test_a_joint_fit_with_an_uncertain_reference_has_the_chi2_of_the_smallest_over_its_errors() -> None:
    """Against a general minimiser over one error common to three temperatures, and one of each."""
    efficiency = with_one_reference_off(np.random.default_rng(6), 2.0, own_mev=0.5)
    fit = fit_polaron(efficiency, PolaronSettings())
    assert fit.joint_objective is not None
    assert fit.joint_parameters is not None
    assert fit.joint_covariance is not None
    parameters = fit.joint_parameters.copy()
    parameters[-2] += 0.3 * np.sqrt(fit.joint_covariance[-2, -2])
    kappa, u = parameters[-2:]
    n = efficiency.eta.shape[1]

    def chi2(errors: np.ndarray) -> float:
        total = float(errors @ errors)
        for t, truth in enumerate(THREE):
            energy = efficiency.detuning_mev[t] - 2.0 * errors[0] - 0.5 * errors[1 + t]
            step, logarithm = energy - CENTRE_MEV, np.log(energy / CENTRE_MEV)
            slope = kappa - 1.0 / float(thermal_energy_mev(truth.temperature_k))
            eta = expit(parameters[t] - 0.5 * logarithm + slope * step - u * (energy * logarithm - step))
            by_data = np.hstack([np.eye(n), -np.diag(eta)])
            r = efficiency.numerator[t] - eta * efficiency.denominator[t]
            total += float(r @ np.linalg.solve(by_data @ efficiency.covariance[t] @ by_data.T, r))
        return total

    found = minimize(chi2, np.zeros(4), method="BFGS", options={"gtol": 1e-6})
    assert found.fun < 0.95 * chi2(np.zeros(4))
    assert fit.joint_objective(parameters[None])[0][0] == pytest.approx(found.fun, rel=2e-3)


def test_rate_models_know_a_reference_that_is_off_at_all_temperatures() -> None:
    """Rate models take the part that is each temperature's own to first order, which matters little here."""
    efficiency = with_one_reference_off(np.random.default_rng(7), 1.0, own_mev=0.1)
    chain, model = fit_polaron(efficiency, PolaronSettings()), fit_model(efficiency, "eq9", ModelOptions())
    error = chain.phonon_error_mev[-1]
    assert model.value("phonon_mev")[-1] == pytest.approx(chain.phonon_mev[-1], abs=0.08 * error)
    assert model.error("phonon_mev")[-1] == pytest.approx(error, rel=0.03)
    apart = fit_polaron(replace(efficiency, common_reference_error_mev=0.0), PolaronSettings())
    assert error > 1.05 * apart.phonon_error_mev[-1]
