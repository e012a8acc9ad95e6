"""Fit of Eq. 9: golden parameters, exact recovery, profile intervals against brute force, covered errors."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eta_tables import eq9_row, eta_table
from response_level import Truth, draw
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, logit

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.polaron.gauss_newton import minimise
from asplab.core.polaron.logit import CENTRE_MEV, build_problem
from asplab.core.polaron.objectives import SeparateFits
from asplab.core.polaron.profiles import find_intervals
from asplab.core.polaron.rates import log_rate
from asplab.core.polaron.starts import start
from asplab.core.responses.halfway import fit_from_table
from asplab.core.settings import EfficiencySettings, EnergySettings, GroupingSettings, PolaronSettings
from asplab.core.units import thermal_energy_mev

ITEMS = {
    item["id"]: item
    for item in json.loads((Path(__file__).parents[2] / "golden" / "relations.json").read_text(encoding="utf-8"))[
        "items"
    ]
}
DETUNING = np.array([20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0])
SETS = [pytest.param(80.0, 21.4, 5.17, 0.75, id="80 K"), pytest.param(250.0, 41.1, 23.4, 0.95, id="250 K")]


def eq9_eta(
    temperature_k: float, g_mev: float, phonon_mev: float, eta_at_23: float, detuning_mev: np.ndarray = DETUNING
) -> np.ndarray:
    rate = log_rate("eq9", np.append(detuning_mev, 23.0), temperature_k, g_mev=g_mev, phonon_mev=phonon_mev)
    return np.asarray(expit(logit(eta_at_23) + rate[:-1] - rate[-1]))


def table_fit(rows: list[tuple[float, np.ndarray, np.ndarray, np.ndarray]], **columns: np.ndarray) -> EfficiencyFit:
    """Return an efficiency fit of given η: rows of (temperature, detuning, η, error)."""
    temperature = np.concatenate([np.full(len(d), t) for t, d, _, _ in rows])
    named = {
        "temperature_k": temperature,
        "detuning_mev": np.concatenate([row[1] for row in rows]),
        "eta": np.concatenate([row[2] for row in rows]),
        "eta_error": np.concatenate([row[3] for row in rows]),
    } | columns
    table = Table(
        kind="efficiency",
        source="eta.csv",
        line=None,
        condition=Condition(),
        columns=tuple((name, frozen_array(values)) for name, values in named.items()),
    )
    return fit_from_table(Experiment("table", tables=(table,)), GroupingSettings(), EnergySettings())


def noisy(temperature_k: float, g: float, w: float, eta23: float, *, relative: float, seed: int) -> Any:
    eta = eq9_eta(temperature_k, g, w, eta23)
    error = relative * np.maximum(eta, 0.05)
    rng = np.random.default_rng(seed)
    return temperature_k, DETUNING, eta + error * rng.standard_normal(eta.size), error


def brute_chi2(rows: list[Any], scales: np.ndarray, kappa: float, u: float) -> float:
    """χ² of independent η, written out afresh: z = L₀ + ½-power + Arrhenius + Stirling term."""
    total = 0.0
    for (temperature, detuning, eta, error), scale in zip(rows, scales, strict=True):
        step, logarithm = detuning - CENTRE_MEV, np.log(detuning / CENTRE_MEV)
        thermal = float(thermal_energy_mev(temperature))
        z = scale - 0.5 * logarithm + (kappa - 1.0 / thermal) * step - u * (detuning * logarithm - step)
        total += float(np.sum(((eta - expit(z)) / error) ** 2))
    return total


def brute_profile(rows: list[Any], begin: np.ndarray, held: str) -> Any:
    """Return a function: smallest χ² over everything but ħω or g, by a general minimiser."""
    n = len(rows)
    memory = [begin[: n + 1].copy()]

    def at_u(u: float) -> float:
        def objective(p: np.ndarray) -> float:
            return brute_chi2(rows, p[:n], p[n], u)

        found = minimize(
            objective, memory[0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8, "maxfev": 20000}
        )
        found = minimize(objective, found.x, method="BFGS", options={"gtol": 1e-8})
        memory[0] = found.x
        return float(found.fun)

    def at_g(log_g2: float) -> float:
        def objective(p: np.ndarray) -> float:
            return brute_chi2(rows, p[:n], p[n] * (log_g2 + np.log(p[n] / CENTRE_MEV)), p[n])

        other = [np.append(begin[:n], begin[n + 1])]
        found = minimize(
            objective, other[0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxfev": 20000}
        )
        return float(found.fun)

    return at_u if held == "u" else at_g


def begin_of(fit: PolaronFit, i: int) -> np.ndarray:
    if i < len(fit.temperatures_k):
        return fit.parameters[i]
    assert fit.joint_parameters is not None
    return np.delete(fit.joint_parameters, len(fit.joint_parameters) - 3)


def test_fit_returns_the_golden_parameters_of_the_80_k_set() -> None:
    given, wanted = ITEMS["logit_80"]["inputs"], ITEMS["logit_80"]["outputs"]
    temperature, g, w = (float(given[name]) for name in ("T", "g", "w"))
    eta = eq9_eta(temperature, g, w, 0.75)
    fit = fit_polaron(table_fit([(temperature, DETUNING, eta, 1e-4 * eta)]), PolaronSettings())
    thermal = float(thermal_energy_mev(temperature))
    assert fit.g_mev[0] == pytest.approx(float(wanted["g_back"]), rel=1e-10)
    assert fit.phonon_mev[0] == pytest.approx(w, rel=1e-10)
    assert fit.log_scale[0] == pytest.approx(float(wanted["lnA"]), rel=1e-10)
    assert fit.polaron_energy_mev[0] == pytest.approx(float(wanted["Ep"]), rel=1e-10)
    assert fit.huang_rhys[0] == pytest.approx((g / w) ** 2, rel=1e-10)
    assert fit.parameters[0, 1] - 1.0 / thermal == pytest.approx(float(wanted["L1"]), rel=1e-10)


def test_design_reproduces_the_golden_eta_at_the_80_k_set() -> None:
    given, wanted = ITEMS["logit_80"]["inputs"], ITEMS["logit_80"]["outputs"]
    eta = eq9_eta(*(float(given[name]) for name in ("T", "g", "w")), 0.75, np.array([33.0, 46.0, 102.0]))
    np.testing.assert_allclose(eta, [float(x) for x in wanted["eta"]], rtol=1e-10)


def test_closed_form_start_matches_the_independent_weighted_line() -> None:
    """Errors of 3 % of η, in logit space; the start carries a ridge of 1e-10, hence not to the last digit."""
    given, wanted = ITEMS["logitLS"]["inputs"], ITEMS["logitLS"]["outputs"]
    eta, detuning = (np.array(given[name], dtype=float)[None] for name in ("eta", "dE"))
    n = eta.size
    covariance = np.zeros((1, 2 * n, 2 * n))
    covariance[0, range(n), range(n)] = (float(given["rel_sigma"]) * eta[0]) ** 2
    zero = np.zeros_like(eta)
    problem = build_problem(
        eta,
        np.ones_like(eta),
        covariance,
        eta > 0,
        detuning,
        thermal_energy_mev([float(given["T"])]),
        zero,
        zero[:, :1],
        zero,
    )
    _, kappa, u = start(problem)[0]
    assert 1.0 / u == pytest.approx(float(wanted["w"]), rel=1e-6)
    assert np.sqrt(CENTRE_MEV * np.exp(kappa / u) / u) == pytest.approx(float(wanted["g"]), rel=1e-6)


@pytest.mark.parametrize(("temperature", "g", "w", "eta23"), SETS)
def test_exact_eta_gives_back_g_and_the_phonon_energy(temperature: float, g: float, w: float, eta23: float) -> None:
    eta = eq9_eta(temperature, g, w, eta23)
    fit = fit_polaron(table_fit([(temperature, DETUNING, eta, 0.03 * eta)]), PolaronSettings())
    assert fit.g_mev[0] == pytest.approx(g, rel=2e-5)
    assert fit.phonon_mev[0] == pytest.approx(w, rel=2e-5)
    assert fit.chi2[0] < 1e-6
    assert fit.dof[0] == DETUNING.size - 3


def test_log_scale_is_that_of_eq9_with_energies_in_mev() -> None:
    eta = eq9_eta(250.0, 41.1, 23.4, 0.95)
    fit = fit_polaron(table_fit([(250.0, DETUNING, eta, 0.01 * eta)]), PolaronSettings())
    expected = logit(0.95) - float(log_rate("eq9", 23.0, 250.0, g_mev=41.1, phonon_mev=23.4))
    assert fit.log_scale[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("joint_scale", ["temperature", "shared"])
def test_joint_fit_of_exact_eta_gives_back_the_common_parameters(joint_scale: Any) -> None:
    rows = []
    rate = log_rate("eq9", 23.0, 250.0, g_mev=41.1, phonon_mev=23.4)
    for temperature in (120.0, 180.0, 250.0):
        offset = logit(0.95) - float(rate) + (0.0 if joint_scale == "shared" else 0.01 * temperature)
        eta = expit(offset + log_rate("eq9", DETUNING, temperature, g_mev=41.1, phonon_mev=23.4))
        rows.append((temperature, DETUNING, np.asarray(eta), 0.02 * np.asarray(eta) + 1e-4))
    fit = fit_polaron(table_fit(rows), PolaronSettings(joint_scale=joint_scale))
    assert fit.g_mev[-1] == pytest.approx(41.1, rel=1e-4)
    assert fit.phonon_mev[-1] == pytest.approx(23.4, rel=1e-4)
    assert fit.chi2[-1] < 1e-6
    assert fit.dof[-1] == 30 - (5 if joint_scale == "temperature" else 3)
    assert fit.phonon_error_mev[-1] < fit.phonon_error_mev[:-1].min()


@pytest.mark.parametrize(("temperature", "g", "w", "eta23"), SETS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_best_fit_is_the_minimum_that_a_general_minimiser_finds(
    temperature: float, g: float, w: float, eta23: float, seed: int
) -> None:
    rows = [noisy(temperature, g, w, eta23, relative=0.03, seed=seed)]
    fit = fit_polaron(table_fit(rows), PolaronSettings())
    profile = brute_profile(rows, begin_of(fit, 0), "u")
    found = minimize_scalar(profile, bracket=(0.98 / fit.phonon_mev[0], 1.02 / fit.phonon_mev[0]))
    assert fit.chi2[0] == pytest.approx(found.fun, abs=2e-4)
    assert fit.phonon_mev[0] == pytest.approx(1.0 / found.x, rel=2e-3)


def test_fits_with_mostly_buried_points_reach_the_lowest_of_several_minima() -> None:
    truth = Truth(80.0, 21.4, 5.17, 0.75, urbach_mev=9.0)
    responses = draw(truth, n=40, noise=3e-4, rng=np.random.default_rng(3))
    fit = fit_polaron(fit_efficiency(responses, EfficiencySettings()), PolaronSettings())
    objective, rng = SeparateFits(fit.problem), np.random.default_rng(1)
    lowest = np.full(40, np.inf)
    for _ in range(40):
        begin = np.column_stack([rng.uniform(-4, 4, 40), 0.145 + rng.uniform(-0.2, 0.1, 40), rng.uniform(0, 0.3, 40)])
        lowest = np.minimum(lowest, minimise(objective, begin)[1])
    np.testing.assert_array_less(fit.chi2[:-1], lowest + 0.01)


@pytest.mark.parametrize(("temperature", "g", "w", "eta23"), SETS)
@pytest.mark.parametrize("seed", [1, 4])
def test_profile_intervals_end_where_brute_force_finds_a_rise_of_one(
    temperature: float, g: float, w: float, eta23: float, seed: int
) -> None:
    rows = [noisy(temperature, g, w, eta23, relative=0.03, seed=seed)]
    fit = fit_polaron(table_fit(rows), PolaronSettings())
    intervals = find_intervals(fit)
    assert intervals.identified[0]
    assert intervals.phonon_low_mev[0] < fit.phonon_mev[0] < intervals.phonon_high_mev[0]
    phonon = brute_profile(rows, begin_of(fit, 0), "u")
    coupling = brute_profile(rows, begin_of(fit, 0), "g")
    for limit in (intervals.phonon_low_mev[0], intervals.phonon_high_mev[0]):
        assert phonon(1.0 / limit) - fit.chi2[0] == pytest.approx(1.0, abs=0.005)
    for limit in (intervals.g_low_mev[0], intervals.g_high_mev[0]):
        assert coupling(2.0 * np.log(limit)) - fit.chi2[0] == pytest.approx(1.0, abs=0.005)


def test_profile_intervals_of_the_joint_fit_end_where_brute_force_finds_a_rise_of_one() -> None:
    rows = [noisy(t, 41.1, 23.4, 0.95, relative=0.04, seed=s) for s, t in enumerate((180.0, 220.0, 250.0))]
    fit = fit_polaron(table_fit(rows), PolaronSettings())
    intervals = find_intervals(fit)
    assert intervals.identified[-1]
    phonon = brute_profile(rows, begin_of(fit, 3), "u")
    coupling = brute_profile(rows, begin_of(fit, 3), "g")
    for limit in (intervals.phonon_low_mev[-1], intervals.phonon_high_mev[-1]):
        assert phonon(1.0 / limit) - fit.chi2[-1] == pytest.approx(1.0, abs=0.01)
    for limit in (intervals.g_low_mev[-1], intervals.g_high_mev[-1]):
        assert coupling(2.0 * np.log(limit)) - fit.chi2[-1] == pytest.approx(1.0, abs=0.01)


def test_unidentified_phonon_energy_reads_as_a_lower_limit() -> None:
    """Points of large error at small detunings only: the best 1/ħω is near or below zero."""
    few = np.array([20.0, 23.0, 33.0, 46.0])
    eta = expit(1.0 - (few - 20.0) / 30.0 - 0.5 * np.log(few / 20.0))
    rows = [(250.0, few, eta, 0.1 * eta)]
    fit = fit_polaron(table_fit(rows), PolaronSettings())
    intervals = find_intervals(fit)
    assert not intervals.identified[0]
    assert np.isnan(intervals.phonon_high_mev[0])
    assert intervals.phonon_low_mev[0] > 0.0
    assert np.isnan(intervals.g_high_mev[0])
    assert any("ħω > " in problem.message for problem in intervals.problems)
    profile = brute_profile(rows, begin_of(fit, 0), "u")
    base = min(profile(u) for u in np.linspace(0.0, 0.05, 11)) if fit.parameters[0, 2] <= 0 else fit.chi2[0]
    assert profile(1.0 / intervals.phonon_low_mev[0]) - base == pytest.approx(1.0, abs=0.02)


def test_covariance_equals_the_inverse_of_the_numerical_hessian() -> None:
    """Exact data: the Gauss-Newton matrix is then the full Hessian of χ²/2."""
    eta = eq9_eta(250.0, 41.1, 23.4, 0.95)
    rows = [(250.0, DETUNING, eta, 0.03 * eta)]
    fit = fit_polaron(table_fit(rows), PolaronSettings())
    best = fit.parameters[0]
    step = 1e-3 * np.sqrt(np.diag(fit.parameter_covariance[0]))

    def half(p: np.ndarray) -> float:
        return 0.5 * brute_chi2(rows, p[:1], p[1], p[2])

    hessian = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            a, b = step * np.eye(3)[i], step * np.eye(3)[j]
            hessian[i, j] = (half(best + a + b) - half(best + a - b) - half(best - a + b) + half(best - a - b)) / (
                4.0 * step[i] * step[j]
            )
    np.testing.assert_allclose(np.linalg.inv(hessian), fit.parameter_covariance[0], rtol=5e-3)


def test_errors_of_g_and_related_numbers_follow_from_small_scatter() -> None:
    """First-order errors of g, ħω, E_p and S against the scatter of fits to nearly exact data."""
    eta = eq9_eta(250.0, 41.1, 23.4, 0.95)
    error = 0.002 * eta
    rng = np.random.default_rng(12)
    found = []
    for _ in range(300):
        fit = fit_polaron(
            table_fit([(250.0, DETUNING, eta + error * rng.standard_normal(eta.size), error)]), PolaronSettings()
        )
        found.append([fit.g_mev[0], fit.phonon_mev[0], fit.polaron_energy_mev[0], fit.huang_rhys[0]])
    reported = [fit.g_error_mev[0], fit.phonon_error_mev[0], fit.polaron_energy_error_mev[0], fit.huang_rhys_error[0]]
    np.testing.assert_allclose(np.std(found, axis=0), reported, rtol=0.15)


def test_eta_of_one_or_more_and_of_zero_or_less_stays_in_the_fit() -> None:
    eta = eq9_eta(250.0, 41.1, 23.4, 0.95)
    error = np.full(eta.size, 0.03)
    given = eta.copy()
    given[0], given[-1] = 1.02, -0.01
    fit = fit_polaron(table_fit([(250.0, DETUNING, given, error)]), PolaronSettings())
    assert fit.n_points[0] == DETUNING.size
    assert np.isfinite(fit.chi2[0])
    assert fit.phonon_mev[0] == pytest.approx(23.4, rel=0.5)


def test_a_shift_of_all_detunings_widens_errors_like_the_monte_carlo_says() -> None:
    """Effective variance: η drawn at true ΔE = nominal + own error; pulls keep unit spread."""
    truth_w, spread = 23.4, 1.5
    rng = np.random.default_rng(14)
    pulls = []
    for _ in range(300):
        shift = spread * rng.standard_normal(DETUNING.size)
        eta = eq9_eta(250.0, 41.1, truth_w, 0.95, DETUNING + shift)
        error = 0.01 * np.maximum(eta, 0.03)
        given = eta + error * rng.standard_normal(eta.size)
        efficiency = table_fit([(250.0, DETUNING, given, error)], detuning_mev_error=np.full(DETUNING.size, spread))
        fit = fit_polaron(efficiency, PolaronSettings())
        u_error = np.sqrt(fit.parameter_covariance[0, 2, 2])
        pulls.append((fit.parameters[0, 2] - 1.0 / truth_w) / u_error)
    assert 0.85 < np.std(pulls) < 1.15
    assert abs(np.median(pulls)) < 0.3


def test_an_error_of_the_reference_is_common_to_all_points_of_a_temperature() -> None:
    eta = eq9_eta(250.0, 41.1, 23.4, 0.95)
    efficiency = table_fit([(250.0, DETUNING, eta, 0.01 * eta)])
    plain = fit_polaron(efficiency, PolaronSettings())
    common = fit_polaron(replace(efficiency, reference_error_mev=np.array([3.0])), PolaronSettings())
    own = fit_polaron(replace(efficiency, detuning_error_mev=np.full(eta.shape, 3.0)[None]), PolaronSettings())
    moved = [
        fit_polaron(replace(efficiency, detuning_mev=efficiency.detuning_mev + s), PolaronSettings()).parameters[0, 2]
        for s in (0.5, -0.5)
    ]
    variance = plain.parameter_covariance[0, 2, 2] + (3.0 * (moved[0] - moved[1])) ** 2
    assert np.sqrt(common.parameter_covariance[0, 2, 2]) == pytest.approx(np.sqrt(variance), rel=0.25)
    assert own.phonon_error_mev[0] > 2.0 * plain.phonon_error_mev[0]


def test_fewer_than_three_points_are_not_fitted_and_say_so() -> None:
    fit = fit_polaron(table_fit([(250.0, DETUNING[:2], np.array([0.9, 0.8]), np.array([0.1, 0.1]))]), PolaronSettings())
    assert np.isnan(fit.phonon_mev).all()
    assert not fit.fitted[0]
    assert any("needs at least 3" in problem.message for problem in fit.problems)
    assert not find_intervals(fit).identified.any()


def test_points_at_or_above_the_reference_are_left_out_with_a_message() -> None:
    detuning = np.append(DETUNING, -5.0)
    eta = np.append(eq9_eta(250.0, 41.1, 23.4, 0.95), 1.0)
    fit = fit_polaron(table_fit([(250.0, detuning, eta, 0.02 * eta)]), PolaronSettings())
    assert fit.n_points[0] == DETUNING.size
    assert fit.phonon_mev[0] == pytest.approx(23.4, rel=1e-4)
    assert any("above the reference" in problem.message for problem in fit.problems)


def test_range_of_detunings_limits_the_points() -> None:
    eta = eq9_eta(250.0, 41.1, 23.4, 0.95)
    given = eta.copy()
    given[0] = 0.2
    efficiency = table_fit([(250.0, DETUNING, given, 0.02 * eta)])
    fit = fit_polaron(efficiency, PolaronSettings(detuning_range_mev=(21.0, 200.0)))
    assert fit.n_points[0] == DETUNING.size - 1
    assert fit.phonon_mev[0] == pytest.approx(23.4, rel=1e-4)


def test_correlated_eta_weighs_by_its_full_covariance() -> None:
    """A scale error common to numerator of all points must cost no χ² beyond its own size."""
    eta = eq9_eta(250.0, 41.1, 23.4, 0.95)
    error = 0.01 * eta
    efficiency = table_fit([(250.0, DETUNING, 1.02 * eta, error)])
    n = eta.size
    covariance = efficiency.covariance.copy()
    covariance[0, :n, :n] += 0.05**2 * np.outer(eta, eta)
    plain = fit_polaron(efficiency, PolaronSettings())
    correlated = fit_polaron(replace(efficiency, covariance=covariance), PolaronSettings())
    assert correlated.chi2[0] <= (0.02 / 0.05) ** 2 * 1.05
    assert plain.chi2[0] > 2.0 * correlated.chi2[0]


def test_shared_yield_joint_fit_equals_the_fit_with_the_full_block_covariance() -> None:
    """δ with a prior is the same as correlating all temperatures through the yield; χ² from the written-out sum."""
    truths = [Truth(t, urbach_mev=28.0) for t in (220.0, 250.0)]
    parts = [draw(truth, n=1, noise=4e-4, rng=np.random.default_rng(i)) for i, truth in enumerate(truths)]
    stacked = {
        name: np.concatenate([getattr(p, name) for p in parts])
        for name in parts[0].__slots__
        if isinstance(getattr(parts[0], name), np.ndarray)
    }
    responses = replace(parts[0], **stacked, keys=parts[0].keys * 2)
    efficiency = fit_efficiency(responses, EfficiencySettings(quantum_yield="shared"))
    fit = fit_polaron(efficiency, PolaronSettings())
    assert fit.joint_parameters is not None
    n = efficiency.numerator.shape[1]

    def chi2(p: np.ndarray) -> float:
        residual, blocks, shared = [], [], []
        for t, truth in enumerate(truths):
            detuning = efficiency.detuning_mev[t]
            step, logarithm = detuning - CENTRE_MEV, np.log(detuning / CENTRE_MEV)
            thermal = float(thermal_energy_mev(truth.temperature_k))
            z = p[t] - 0.5 * logarithm + (p[2] - 1 / thermal) * step - p[3] * (detuning * logarithm - step)
            eta = expit(z)
            j = np.hstack([np.eye(n), -np.diag(eta)])
            s = efficiency.shared_sensitivity[t]
            residual.append(efficiency.numerator[t] - eta * efficiency.denominator[t])
            blocks.append(j @ (efficiency.covariance[t] - np.outer(s, s)) @ j.T)
            shared.append(j @ s)
        full = np.zeros((2 * n, 2 * n))
        full[:n, :n], full[n:, n:] = blocks
        full += np.outer(np.concatenate(shared), np.concatenate(shared))
        r = np.concatenate(residual)
        return float(r @ np.linalg.solve(full, r))

    best = np.concatenate([fit.joint_parameters[:2], fit.joint_parameters[-2:]])
    assert fit.chi2[-1] == pytest.approx(chi2(best), rel=1e-3)
    found = minimize(chi2, best, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-6, "maxfev": 4000})
    assert fit.chi2[-1] <= found.fun + 0.01
    assert fit.joint_parameters[-1] == pytest.approx(found.x[-1], abs=0.05 * np.sqrt(fit.joint_covariance[-1, -1]))  # type: ignore[index]


@pytest.mark.parametrize("temperature_k", [0.0, -5.0, np.nan])
def test_a_temperature_that_is_not_above_zero_is_refused(temperature_k: float) -> None:
    table = replace(eta_table(eq9_row(250.0)), temperatures_k=np.array([temperature_k]))
    with pytest.raises(AnalysisError, match=f"a temperature is {temperature_k:g} K"):
        fit_polaron(table, PolaronSettings())
