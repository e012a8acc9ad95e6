"""Comparison of rate models: criteria, verdicts, residuals, influence and the next measurement."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import chi2 as chi2_distribution

from asplab.core.document import Document
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.inference import Method, infer
from asplab.core.polaron.comparison import (
    ModelOptions,
    compare_models,
    fit_model,
    leave_one_out,
    plan_measurement,
    residuals,
)
from asplab.core.polaron.rates import log_rate
from asplab.core.responses.halfway import fit_from_table
from asplab.core.settings import EnergySettings, GroupingSettings

TEN = np.array([20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0])
RIVALS = ("arrhenius-ratio", "exponential-ratio", "arrhenius", "exponential", "eq9")
SET_250 = {"g_mev": 41.1, "phonon_mev": 23.4}


def table_of(rows: list[tuple[float, np.ndarray, np.ndarray, np.ndarray]]) -> EfficiencyFit:
    named = {
        "temperature_k": np.concatenate([np.full(len(row[1]), row[0]) for row in rows]),
        "detuning_mev": np.concatenate([row[1] for row in rows]),
        "eta": np.concatenate([row[2] for row in rows]),
        "eta_error": np.concatenate([row[3] for row in rows]),
    }
    pairs = tuple((name, frozen_array(values)) for name, values in named.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=pairs)
    return fit_from_table(Experiment("table", tables=(table,)), GroupingSettings(), EnergySettings())


def eq9_eta(temperature_k: float, at_23: float, detuning: np.ndarray, **truth: float) -> np.ndarray:
    rate = log_rate("eq9", np.append(detuning, 23.0), temperature_k, **truth)
    return np.asarray(expit(logit(at_23) + rate[:-1] - rate[-1]))


def noisy(
    temperature_k: float, *, relative: float = 0.03, seed: int = 1, detuning: np.ndarray = TEN, at_23: float = 0.95
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    eta = eq9_eta(temperature_k, at_23, detuning, **SET_250)
    error = relative * eta
    return temperature_k, detuning, eta + error * np.random.default_rng(seed).standard_normal(eta.size), error


def draws(eta: np.ndarray, detuning: np.ndarray, temperature_k: float, relative: float, *, n: int) -> EfficiencyFit:
    """Return ``n`` draws of one curve, each in a row where a temperature would stand."""
    one = table_of([(temperature_k, detuning, eta, relative * eta)])
    numerator = eta + relative * eta * np.random.default_rng(6).standard_normal((n, eta.size))

    def repeated(array: np.ndarray) -> np.ndarray:
        return np.repeat(array, n, axis=0)

    names = (
        "temperatures_k",
        "denominator",
        "covariance",
        "shared_sensitivity",
        "detuning_mev",
        "detuning_error_mev",
        "reference_error_mev",
        "valid",
        "fitted",
    )
    return replace(one, numerator=numerator, **{name: repeated(getattr(one, name)) for name in names})


def aicc_of(efficiency: EfficiencyFit, models: tuple[str, ...] = RIVALS) -> np.ndarray:
    rows = []
    for name in models:
        fit = fit_model(efficiency, name, least_points=1000)
        k, n = fit.n_parameters[:-1], fit.n_points[:-1]
        rows.append(fit.chi2[:-1] + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1))
    return np.array(rows)


SIX = np.array([23.0, 33.0, 46.0, 55.0, 65.0, 77.0])
CASES = [
    # T, η(23 meV), g and ħω, ΔE, relative error; share of draws that Eq. 9 wins, median ΔAICc of models against it.
    pytest.param(250.0, 0.95, (41.1, 23.4), TEN, 0.03, 0.88, {"exponential": 8.0}, id="250 K, 3 %"),
    pytest.param(250.0, 0.95, (41.1, 23.4), TEN, 0.05, 0.50, {"exponential": 0.0, "arrhenius": 60.0}, id="250 K, 5 %"),
    pytest.param(250.0, 0.75, (58.7, 25.8), TEN, 0.05, 1.0, {"exponential": 28.0}, id="anchors, 5 %"),
    pytest.param(80.0, 0.75, (21.4, 5.17), TEN, 0.05, 1.0, {}, id="80 K, 5 %"),
    pytest.param(250.0, 0.95, (41.1, 23.4), SIX, 0.03, 0.0, {}, id="250 K, up to 77 meV"),
    pytest.param(250.0, 0.75, (58.7, 25.8), SIX, 0.05, 0.02, {}, id="anchors, up to 77 meV"),
]


def share_won(
    temperature_k: float, at_23: float, coupling: tuple[float, float], detuning: np.ndarray, relative: float, n: int
) -> tuple[float, dict[str, float]]:
    """Return the share of ``n`` draws that Eq. 9 wins, and the median ΔAICc of each model against it."""
    eta = eq9_eta(temperature_k, at_23, detuning, g_mev=coupling[0], phonon_mev=coupling[1])
    aicc = aicc_of(draws(eta, detuning, temperature_k, relative, n=n))
    won = float(np.mean(np.argmin(aicc, axis=0) == RIVALS.index("eq9")))
    return won, dict(zip(RIVALS, np.median(aicc - aicc[-1], axis=1).tolist(), strict=True))


@pytest.mark.parametrize("case", [pytest.param(p.values, id=p.id) for p in CASES])
def test_eq9_wins_as_often_as_an_independent_study_found(case: Any) -> None:
    *setting, share, deltas = case
    won, found = share_won(*setting, n=60)
    assert won == pytest.approx(share, abs=0.02 + 3.0 * np.sqrt(share * (1.0 - share) / 60))
    for name, delta in deltas.items():
        assert found[name] == pytest.approx(delta, rel=0.2, abs=2.0)


@pytest.mark.slow
@pytest.mark.parametrize("case", [pytest.param(p.values, id=p.id) for p in CASES])
def test_eq9_wins_as_often_in_many_draws(case: Any) -> None:
    *setting, share, deltas = case
    won, found = share_won(*setting, n=2000)
    assert won == pytest.approx(share, abs=0.05)
    for name, delta in deltas.items():
        assert found[name] == pytest.approx(delta, rel=0.1, abs=1.0)


def test_criteria_follow_from_chi2_and_weights_add_up() -> None:
    comparison = compare_models(table_of([noisy(220.0, seed=2), noisy(250.0)]), ("eq9", "arrhenius", "thermal"))
    k, n, chi2 = (x.astype(float) for x in (comparison.n_parameters, comparison.n_points, comparison.chi2))
    assert k.tolist() == [[3, 3, 4], [1, 1, 2], [3, 3, 4]]
    assert n.tolist() == [[10, 10, 20]] * 3
    np.testing.assert_allclose(comparison.aic, chi2 + 2 * k)
    np.testing.assert_allclose(comparison.aicc, chi2 + 2 * k * n / (n - k - 1))
    np.testing.assert_allclose(comparison.bic, chi2 + k * np.log(n))
    np.testing.assert_allclose(comparison.weight.sum(axis=0), 1.0)
    np.testing.assert_allclose(
        comparison.weight[1] / comparison.weight[0],
        np.exp(-0.5 * comparison.delta_aicc[1] + 0.5 * comparison.delta_aicc[0]),
    )
    assert (comparison.delta_aicc.min(axis=0) == 0.0).all()
    np.testing.assert_array_equal(comparison.dof, comparison.n_points - comparison.n_parameters)
    assert set(np.ravel(comparison.reasons)) == {""}


def test_joint_fits_use_the_same_temperatures_whatever_the_model_needs() -> None:
    rows = [noisy(250.0), noisy(220.0, seed=2), noisy(200.0, detuning=TEN[:2], seed=3)]
    comparison = compare_models(table_of(rows), ("arrhenius", "eq9"))
    assert comparison.n_points[:, -1].tolist() == [20, 20]
    assert comparison.n_points[:, 0].tolist() == [2, 2]


def test_too_few_points_leave_a_reason_instead_of_a_number() -> None:
    rows = [noisy(250.0, detuning=TEN[:4]), noisy(270.0, detuning=TEN[:2])]
    comparison = compare_models(table_of(rows), ("eq9", "exponential"))
    assert np.isnan(comparison.aicc[0]).all()
    assert comparison.reasons[0][0] == "4 points; AICc with 3 parameters needs at least 5"
    assert "2 points; the fit has 3 parameters and needs at least 3 points, AICc 5" in comparison.reasons[0][1]
    assert "two temperatures with at least 3 points each" in comparison.reasons[0][2]
    assert comparison.reasons[1][0] == ""
    assert comparison.weight[1, 0] == 1.0
    assert "Too few points to judge Eq. 9 as printed" in comparison.verdicts[0]
    assert comparison.verdicts[1] == "No model can be judged: there are too few points."


def test_wrong_requests_are_refused_in_words() -> None:
    efficiency = table_of([noisy(250.0)])
    with pytest.raises(AnalysisError, match="name at least one"):
        compare_models(efficiency, ())
    with pytest.raises(AnalysisError, match="'eq9' is named twice"):
        compare_models(efficiency, ("eq9", "eq9"))
    with pytest.raises(AnalysisError, match="'eq8' is not known"):
        compare_models(efficiency, ("eq8",))
    with pytest.raises(AnalysisError, match="'thermal', which is not compared"):
        compare_models(efficiency, ("eq9",), own_options={"thermal": ModelOptions()})
    with pytest.raises(AnalysisError, match="compared on the same points"):
        compare_models(efficiency, ("eq9",), own_options={"eq9": ModelOptions(detuning_range_mev=(0.0, 50.0))})


def test_the_verdict_tells_energy_from_coupling_and_names_what_is_alike() -> None:
    comparison = compare_models(table_of([noisy(250.0, relative=0.06, seed=4)]))
    fit, verdict = comparison.fits[0], comparison.verdicts[0]
    assert fit.polaron_energy_error_mev[0] / fit.polaron_energy_mev[0] < 0.25
    assert fit.error("phonon_mev")[0] / fit.value("phonon_mev")[0] > 0.25
    assert "the data fix E_p = " in verdict
    assert ", not " in verdict
    assert "ħω = " not in verdict
    assert "The data do not tell it from" in verdict
    assert "A polaron is not needed" in verdict
    precise = compare_models(table_of([noisy(250.0, relative=0.002), noisy(230.0, relative=0.002, seed=2)]))
    assert "the data fix E_p" in precise.verdicts[0]
    assert "and ħω = " in precise.verdicts[0]
    assert "Models without a polaron are worse by ΔAICc" in precise.verdicts[0]
    assert "One scale ln A for all temperatures is excluded" in precise.verdicts[-1]


def test_the_verdict_says_when_no_model_is_right() -> None:
    eta = np.where(np.arange(10) % 2, 0.8, 0.5)
    verdict = compare_models(table_of([(250.0, TEN, eta, np.full(10, 0.01))])).verdicts[0]
    assert "misses the data" in verdict
    assert "p < 0.001" in verdict


def test_pulls_of_independent_points_add_up_to_chi2() -> None:
    efficiency = table_of([noisy(250.0), noisy(220.0, seed=5)])
    fit = fit_model(efficiency, "eq9")
    own, joint = residuals(fit), residuals(fit, joint=True)
    np.testing.assert_allclose((own.pull**2).sum(axis=1), fit.chi2[:2], rtol=1e-8)
    assert (joint.pull**2).sum() == pytest.approx(fit.chi2[2], rel=1e-8)
    np.testing.assert_allclose(own.residual, efficiency.eta - own.eta, rtol=1e-12)
    np.testing.assert_allclose(own.pull, own.residual / efficiency.eta_error, rtol=1e-8)


@pytest.mark.parametrize("model", ["eq9", "exponential"])
def test_leaving_a_point_out_equals_a_fit_without_it(model: str) -> None:
    rows = [noisy(250.0), noisy(220.0, seed=5)]
    fit = fit_model(table_of(rows), model)
    own, joint = leave_one_out(fit), leave_one_out(fit, joint=True)
    order = np.argsort([250.0, 220.0])  # temperatures are sorted
    for point in (0, 4, 9):
        temperature, detuning, eta, error = rows[0]
        kept = np.arange(10) != point
        without = fit_model(table_of([(temperature, detuning[kept], eta[kept], error[kept]), rows[1]]), model)
        at = int(np.flatnonzero(order == 0)[0])
        np.testing.assert_allclose(own.values[at, point], without.values[at], rtol=1e-5)
        np.testing.assert_allclose(joint.values[at, point], without.values[-1], rtol=1e-5)
        wanted = (without.values[at] - fit.values[at]) / fit.errors[at]
        np.testing.assert_allclose(own.shift[at, point], wanted, atol=1e-3)


def test_a_point_that_is_wrong_gains_influence() -> None:
    temperature, detuning, eta, error = noisy(250.0, relative=0.01)
    wrong = eta + np.where(np.arange(10) == 5, 10.0 * error, 0.0)
    clean, spoilt = (
        leave_one_out(fit_model(table_of([(temperature, detuning, values, error)]), "eq9")) for values in (eta, wrong)
    )
    assert np.abs(spoilt.shift[0, 5, 1]) > 3.0 * np.abs(clean.shift[0, 5, 1])
    np.testing.assert_allclose(spoilt.values[0, 5], clean.values[0, 5], rtol=1e-5)


def test_a_point_that_can_not_be_spared_has_no_influence_to_tell() -> None:
    influence = leave_one_out(fit_model(table_of([noisy(250.0, detuning=TEN[:3], relative=0.01)]), "eq9"))
    assert np.isnan(influence.values).all()


def test_residuals_of_a_fit_that_was_not_possible_are_refused() -> None:
    fit = fit_model(table_of([noisy(250.0, detuning=TEN[:2])]), "eq9")
    with pytest.raises(AnalysisError, match="the fit of any temperature was not possible"):
        residuals(fit)
    with pytest.raises(AnalysisError, match="the joint fit of two temperatures was not possible"):
        leave_one_out(fit_model(table_of([noisy(250.0)]), "eq9"), joint=True)


def test_a_planned_measurement_shrinks_the_error_as_foretold() -> None:
    temperature, detuning, _, _ = noisy(250.0)
    eta = eq9_eta(temperature, 0.95, detuning, **SET_250)
    error = 0.01 * eta
    fit = fit_model(table_of([(temperature, detuning, eta, error), (230.0, detuning, eta, error)]), "eq9")
    plan = plan_measurement(fit, eta_error=0.004, detuning_mev=np.array([15.0, 60.0, 110.0, 150.0]))
    at = int(np.flatnonzero(fit.temperatures_k == 250.0)[0])
    for candidate, after, joint_after in zip(
        plan.detuning_mev, plan.error_after[at], plan.joint_error_after[at], strict=True
    ):
        new = eq9_eta(temperature, 0.95, np.array([candidate]), **SET_250)
        rows = (np.append(detuning, candidate), np.append(eta, new), np.append(error, 0.004))
        again = fit_model(table_of([(temperature, *rows), (230.0, detuning, eta, error)]), "eq9")
        assert again.error("phonon_mev")[at] == pytest.approx(after, rel=2e-3)
        joint = fit_model(table_of([(temperature, *rows)]), "eq9")
        assert np.isfinite(joint.error("phonon_mev")[0])
        assert joint_after < plan.joint_error_now
    assert (plan.error_after <= plan.error_now[:, None]).all()
    assert "One more η at" in plan.advice


def test_the_joint_plan_agrees_with_a_joint_fit_that_has_the_point() -> None:
    def rows(extra: bool) -> Any:
        found = []
        for temperature in (220.0, 250.0):
            detuning = np.append(TEN, 140.0) if extra and temperature == 250.0 else TEN
            eta = eq9_eta(temperature, 0.95, detuning, **SET_250)
            found.append((temperature, detuning, eta, np.where(detuning == 140.0, 0.003, 0.01 * eta)))
        return found

    plan = plan_measurement(fit_model(table_of(rows(False)), "eq9"), eta_error=0.003, detuning_mev=np.array([140.0]))
    again = fit_model(table_of(rows(True)), "eq9")
    assert plan.joint_error_after[1, 0] == pytest.approx(again.error("phonon_mev")[-1], rel=1e-3)


def test_an_error_of_the_new_detuning_makes_it_worth_less() -> None:
    fit = fit_model(table_of([noisy(250.0, relative=0.01)]), "eq9")
    sharp = plan_measurement(fit, eta_error=0.005)
    blurred = plan_measurement(fit, eta_error=0.005, detuning_error_mev=3.0)
    assert (blurred.error_after >= sharp.error_after).all()
    assert blurred.error_after.min() > 1.02 * sharp.error_after.min()


@pytest.mark.parametrize(("error_mev", "is_told"), [(0.3, False), (0.4, True)])
def test_a_compared_eq9_says_where_errors_of_the_detuning_are_more_than_first_order(
    error_mev: float, is_told: bool
) -> None:
    table = replace(table_of([noisy(250.0)]), reference_error_mev=np.array([error_mev]))
    of_both, of_others = (compare_models(table, names).problems for names in (("exponential", "eq9"), ("exponential",)))
    assert sum("errors of ΔE reach 0.4 meV" in problem.message for problem in of_both) == is_told
    assert not [problem for problem in of_others if "errors of ΔE" in problem.message]


def test_results_tell_that_the_compared_eq9_may_differ_from_that_of_the_chain() -> None:
    detuning, eta = TEN, eq9_eta(250.0, 0.95, TEN, **SET_250)
    named = {"temperature_k": np.full(TEN.size, 250.0), "detuning_mev": detuning, "eta": eta, "eta_error": 0.03 * eta}
    columns = tuple((name, frozen_array(values)) for name, values in named.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=columns)
    document = Document(Experiment("table", tables=(table,)))
    document = document.with_settings(energies=EnergySettings(reference_error_mev=2.0))
    found = infer(document, Method(models=("eq9", "exponential"), appraises=False))
    (told,) = [problem for problem in found.problems if "errors of ΔE reach 2 meV" in problem.message]
    assert (told.severity, told.where) == ("info", "rate models")


def test_impossible_plans_are_refused_in_words() -> None:
    fit = fit_model(table_of([noisy(250.0)]), "eq9")
    with pytest.raises(AnalysisError, match="'urbach_mev' is not a free parameter of Eq"):
        plan_measurement(fit, eta_error=0.01, parameter="urbach_mev")
    with pytest.raises(AnalysisError, match="eta_error is 0"):
        plan_measurement(fit, eta_error=0.0)
    with pytest.raises(AnalysisError, match="above 0 meV"):
        plan_measurement(fit, eta_error=0.01, detuning_mev=np.array([-5.0]))
    with pytest.raises(AnalysisError, match="nothing to plan from"):
        plan_measurement(fit_model(table_of([noisy(250.0, detuning=TEN[:2])]), "eq9"), eta_error=0.01)


def test_a_fit_at_its_bound_gives_no_plan_but_says_why() -> None:
    fit = fit_model(table_of([noisy(250.0, relative=0.01)]), "eq9", ModelOptions(bounds={"phonon_mev": (5.0, 12.0)}))
    plan = plan_measurement(fit, eta_error=0.01)
    assert np.isnan(plan.error_after).all()
    assert "stopped at a bound" in plan.advice


def test_chi2_of_the_true_model_has_its_distribution() -> None:
    eta = eq9_eta(250.0, 0.95, TEN, **SET_250)
    fit = fit_model(draws(eta, TEN, 250.0, 0.02, n=300), "eq9", least_points=1000)
    p = chi2_distribution.sf(fit.chi2[:-1], fit.dof[:-1])
    assert np.mean(p) == pytest.approx(0.5, abs=0.07)
