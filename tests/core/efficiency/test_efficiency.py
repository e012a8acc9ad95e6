"""Quantum yield and η against golden values, limits, and thousands of draws at response level."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from response_level import STOKES_MEV, Truth, draw

from asplab.core.efficiency.stage import fit_efficiency, invert_line, ratio
from asplab.core.efficiency.stokes_line import fit_stokes_line
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings
from asplab.core.statistics.fieller import fieller_interval

ITEMS = {
    item["id"]: item
    for item in json.loads((Path(__file__).parents[2] / "golden" / "relations.json").read_text(encoding="utf-8"))[
        "items"
    ]
}
ROOM = Truth(250.0, urbach_mev=28.0)


def numbers(values: dict[str, Any]) -> dict[str, Any]:
    return {name: np.array(value, dtype=float) for name, value in values.items()}


def golden(prefix: str) -> list[Any]:
    return [pytest.param(numbers(i["inputs"]), numbers(i["outputs"]), id=k) for k, i in ITEMS.items() if prefix in k]


def exact(truth: Truth = ROOM, *, n: int = 1, relative: float = 1e-4, **changes: Any) -> Responses:
    """Return responses without noise, with independent relative errors."""
    base = draw(truth, n=n, noise=1e-4, rng=np.random.default_rng(0))
    _, light, heat = truth.means()
    both = np.concatenate([light, heat])
    spread = np.broadcast_to(np.diag((relative * both) ** 2), base.covariance.shape)
    tiled = np.broadcast_to(light, base.intensity.shape), np.broadcast_to(heat, base.absorbed.shape)
    return replace(base, **({"intensity": tiled[0], "absorbed": tiled[1], "covariance": spread} | changes))


@pytest.mark.parametrize(("given", "wanted"), golden("R"))
def test_ratio_matches_the_independent_value(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = ratio(given["dES"], given["dE"], given["eta"], given["QY"], given["Eg"])
    assert found == pytest.approx(wanted["R"], rel=1e-10, abs=0)


@pytest.mark.parametrize(("given", "wanted"), golden("inv"))
def test_inverted_line_matches_the_independent_value(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    quantum_yield, eta = invert_line(given["a"], given["b"], given["dE"], given["Eg"])
    assert quantum_yield == pytest.approx(wanted["QY"], rel=1e-10, abs=0)
    assert eta == pytest.approx(wanted["eta"], rel=1e-10, abs=0)


@pytest.mark.parametrize(("given", "wanted"), golden("inv"))
def test_inverted_line_moves_as_the_independent_errors_say(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Central differences of invert_line with 1 % errors of a and b and correlation −0.95."""
    a, b = given["a"], given["b"]
    sigma = 0.01 * np.array([a, b])
    spread = np.outer(sigma, sigma) * np.array([[1.0, -0.95], [-0.95, 1.0]])
    h = 1e-5
    up = np.array(
        [invert_line(a * (1 + h), b, given["dE"], given["Eg"]), invert_line(a, b * (1 + h), given["dE"], given["Eg"])]
    )
    down = np.array(
        [invert_line(a * (1 - h), b, given["dE"], given["Eg"]), invert_line(a, b * (1 - h), given["dE"], given["Eg"])]
    )
    gradient = (up - down) / (2.0 * h * np.array([a, b]))[:, None]
    errors = np.sqrt(np.einsum("iq,ij,jq->q", gradient, spread, gradient))
    np.testing.assert_allclose(errors, [wanted["sQY"], wanted["seta"]], rtol=1e-7)


def test_inversion_undoes_ratio_beyond_the_cooling_pole() -> None:
    above = np.array([170.0, 480.0])
    for eta, quantum_yield in ((0.75, 0.84), (0.995, 0.994), (0.99, 0.995), (-0.1, 0.9), (1.02, 0.8)):
        low, high = ratio(above, 46.0, eta, quantum_yield, 2450.0)
        slope = (high - low) / 310.0
        found = invert_line(low - slope * 170.0, slope, 46.0, 2450.0)
        np.testing.assert_allclose(found, (quantum_yield, eta), rtol=1e-9)


def line_responses() -> tuple[Responses, dict[str, Any]]:
    """Return the golden weighted line as responses: PA_S is R, I_S is 1, and one ASPL point that makes R = PA_S."""
    given, wanted = numbers(ITEMS["wls"]["inputs"]), numbers(ITEMS["wls"]["outputs"])
    gap, below = float(given["Eg"]), float(given["dE"])
    n = given["dES"].size + 1
    spread = np.zeros((1, 2 * n, 2 * n))
    spread[0, range(n, 2 * n - 1), range(n, 2 * n - 1)] = given["sigma"] ** 2
    base = draw(ROOM, n=1, noise=1e-4, rng=np.random.default_rng(0))
    energy = gap + np.append(given["dES"], -below)
    ones = np.ones((1, n))
    return replace(
        base,
        mean_photon_mev=np.array([gap]),
        reference_mev=np.array([gap]),
        excitation_mev=energy[None],
        excitation_nm=1239841.984332003 / energy[None],
        excitation_error_mev=np.zeros((1, n)),
        intensity=ones,
        absorbed=np.append(given["R"], 1.0)[None],
        covariance=spread,
        valid=ones > 0,
        fitted=ones > 0,
        n_stokes=n - 1,
        truncation=ones,
        interpolated=ones < 0,
        misread=np.zeros((1, n)),
        keys=(("",) * n,),
    ), wanted


def test_weighted_line_matches_the_independent_value_and_errors() -> None:
    responses, wanted = line_responses()
    line = fit_stokes_line(responses)
    fit = fit_efficiency(responses, EfficiencySettings())
    gap = responses.mean_photon_mev[0]
    assert line.slope[0] == pytest.approx(wanted["b"], rel=1e-10)
    assert line.slope[0] * (gap - line.intercept_mev[0]) == pytest.approx(wanted["a"], rel=1e-10)
    assert line.covariance[0, 0, 0] == pytest.approx(wanted["var_b"], rel=1e-10)
    assert line.chi2[0] == pytest.approx(wanted["chi2"], rel=1e-10)
    assert fit.quantum_yield[0] == pytest.approx(wanted["QY"], rel=1e-10)
    assert fit.quantum_yield_error[0] == pytest.approx(wanted["se_QY"], rel=1e-10)
    assert fit.eta[0, 0] == pytest.approx(wanted["eta"], rel=1e-10)
    assert fit.eta_error[0, 0] == pytest.approx(wanted["se_eta"], rel=1e-10)


def test_ratio_estimator_reaches_the_golden_line_too() -> None:
    responses, wanted = line_responses()
    fit = fit_efficiency(responses, EfficiencySettings(estimator="ratio"))
    assert fit.quantum_yield[0] == pytest.approx(wanted["QY"], rel=1e-10)
    assert fit.eta[0, 0] == pytest.approx(wanted["eta"], rel=1e-10)
    assert fit.quantum_yield_error[0] == pytest.approx(wanted["se_QY"], rel=1e-10)
    assert fit.eta_error[0, 0] == pytest.approx(wanted["se_eta"], rel=1e-10)


@pytest.mark.parametrize("truth", [ROOM, Truth(80.0, urbach_mev=9.0), Truth(250.0, quantum_yield=0.999)])
def test_exact_responses_give_the_truth(truth: Truth) -> None:
    fit = fit_efficiency(exact(truth), EfficiencySettings())
    assert fit.quantum_yield[0] == pytest.approx(truth.quantum_yield, rel=1e-10)
    np.testing.assert_allclose(fit.eta[0], truth.eta, rtol=1e-8)


def test_eta_does_not_depend_on_the_mean_photon_energy() -> None:
    found = [
        fit_efficiency(exact(mean_photon_mev=np.array([gap])), EfficiencySettings()) for gap in (2420.0, 2440.0, 2460.0)
    ]
    np.testing.assert_allclose(found[0].eta, found[2].eta, rtol=1e-12)
    slope = (found[2].quantum_yield - found[0].quantum_yield) / 40.0
    assert slope[0] == pytest.approx(-0.84 / 2440.0, rel=1e-3)


def test_every_component_has_the_gradient_that_differences_show() -> None:
    """η's covariance from (I, PA) against central differences of the whole fit."""
    truth = Truth(120.0, urbach_mev=13.5)
    base = draw(truth, n=1, noise=1e-4, rng=np.random.default_rng(3))
    n = base.intensity.shape[1]
    # The line's weights follow the points; at points that lie on the line this changes nothing to first order.
    _, light, heat = truth.means()
    both = np.concatenate([light, heat])

    def refit(values: np.ndarray) -> np.ndarray:
        changed = replace(base, intensity=values[None, :n], absorbed=values[None, n:])
        fit = fit_efficiency(changed, EfficiencySettings())
        return np.concatenate([fit.eta[0], fit.quantum_yield])

    gradient = np.array(
        [
            (refit(both + 1e-6 * both[i] * row) - refit(both - 1e-6 * both[i] * row)) / (2e-6 * both[i])
            for i, row in enumerate(np.eye(2 * n))
        ]
    )
    expected = np.sqrt(np.einsum("iq,ij,jq->q", gradient, base.covariance[0], gradient))
    fit = fit_efficiency(replace(base, intensity=light[None], absorbed=heat[None]), EfficiencySettings())
    np.testing.assert_allclose(np.append(fit.eta_error[0], fit.quantum_yield_error[0]), expected, rtol=2e-4)


def test_eta_covariance_reproduces_the_scatter_of_draws() -> None:
    fit = fit_efficiency(draw(ROOM, n=4000, noise=2e-4, rng=np.random.default_rng(21)), EfficiencySettings())
    scatter = np.corrcoef(fit.eta[:, :8].T)
    mean = fit.eta_covariance.mean(axis=0)[:8, :8]
    size = np.sqrt(np.diag(mean))
    np.testing.assert_allclose(scatter, mean / np.outer(size, size), atol=0.06)


CASES: tuple[tuple[Truth, float], ...] = (
    (Truth(250.0, urbach_mev=28.0), 2e-4),
    (Truth(120.0, urbach_mev=13.5), 1e-4),
    (Truth(80.0, urbach_mev=9.0), 1e-4),
)


@pytest.mark.parametrize(("truth", "noise"), CASES, ids=lambda value: str(getattr(value, "temperature_k", value)))
def test_pulls_of_quantum_yield_and_eta_have_unit_spread_where_the_signal_is_above_its_noise(
    truth: Truth, noise: float
) -> None:
    fit = fit_efficiency(draw(truth, n=4000, noise=noise, rng=np.random.default_rng(5)), EfficiencySettings())
    pull = (fit.quantum_yield - truth.quantum_yield) / fit.quantum_yield_error
    assert 0.95 < pull.std() < 1.05
    assert abs(np.median(pull)) < 0.1
    _, _, heat = truth.means()
    strong = np.abs(heat[STOKES_MEV.size :]) > 10.0 * noise
    pulls = ((fit.eta - truth.eta) / fit.eta_error)[:, strong]
    assert strong.sum() >= 3
    assert np.all((pulls.std(axis=0) > 0.95) & (pulls.std(axis=0) < 1.05))
    assert np.all(np.abs(np.median(pulls, axis=0)) < 0.15)


@pytest.mark.parametrize(("truth", "noise"), CASES, ids=lambda value: str(getattr(value, "temperature_k", value)))
def test_intervals_of_quantum_yield_and_eta_cover_68_percent_also_where_the_signal_is_buried(
    truth: Truth, noise: float
) -> None:
    """Tolerance: 68.27 % ± 3.3 standard errors of 4000 draws for each of 12 detunings, ± 2 % for their mean."""
    fit = fit_efficiency(draw(truth, n=4000, noise=noise, rng=np.random.default_rng(5)), EfficiencySettings())
    yield_covers = np.abs(fit.quantum_yield - truth.quantum_yield) < fit.quantum_yield_error
    assert 0.66 < yield_covers.mean() < 0.70
    covers = (np.isnan(fit.eta_low) | (fit.eta_low <= truth.eta)) & (
        np.isnan(fit.eta_high) | (fit.eta_high >= truth.eta)
    )
    determined = np.isfinite(fit.eta_low).mean(axis=0) > 0.99
    assert determined.sum() >= 4
    assert np.all(np.abs(covers[:, determined].mean(axis=0) - 0.6827) < 0.025)
    assert abs(covers[:, determined].mean() - 0.6827) < 0.02
    assert np.all(covers.mean(axis=0) > 0.65)


def test_open_intervals_are_flagged_as_not_determined() -> None:
    truth = Truth(80.0, urbach_mev=9.0)
    fit = fit_efficiency(draw(truth, n=200, noise=1e-4, rng=np.random.default_rng(5)), EfficiencySettings())
    open_ = np.isnan(fit.eta_low)
    assert 0.0 < open_.mean() < 0.5
    flagged = np.array([["not_determined" in cell for cell in row] for row in fit.flags])
    assert np.all(flagged[open_])
    assert not flagged[:, 0].any()
    assert np.isfinite(fit.eta).all()
    assert np.isfinite(fit.eta_error).all()


def test_fieller_interval_equals_the_set_that_a_test_of_each_ratio_accepts() -> None:
    n, d, vn, vd, c = (np.array([x]) for x in (1.2, 2.0, 0.09, 0.16, 0.05))
    low, high = fieller_interval(n, d, vn, vd, c)
    trial = np.linspace(-1.0, 3.0, 400001)
    accepted = trial[(n - trial * d) ** 2 <= vn - 2 * trial * c + trial**2 * vd]
    assert low[0] == pytest.approx(accepted[0], abs=2e-5)
    assert high[0] == pytest.approx(accepted[-1], abs=2e-5)


def test_fieller_interval_is_open_where_the_denominator_may_be_zero() -> None:
    low, high = fieller_interval(*(np.array([x]) for x in (1.0, 0.1, 0.01, 0.04, 0.0)))
    assert np.isnan(low[0])
    assert np.isnan(high[0])


def test_fieller_interval_approaches_the_linear_error_for_a_strong_signal() -> None:
    low, high = fieller_interval(*(np.array([x]) for x in (50.0, 100.0, 0.01, 0.04, 0.01)))
    linear = np.sqrt(0.01 - 2 * 0.5 * 0.01 + 0.25 * 0.04) / 100.0
    assert (high - low)[0] / 2 == pytest.approx(linear, rel=1e-5)


def test_drift_common_to_all_of_a_temperature_leaves_the_errors_of_eta_and_yield_alone() -> None:
    plain = exact()
    both = np.concatenate([plain.intensity, plain.absorbed], axis=1)
    drifting = replace(plain, covariance=plain.covariance + (0.05**2) * both[:, :, None] * both[:, None, :])
    found = [fit_efficiency(r, EfficiencySettings()) for r in (plain, drifting)]
    np.testing.assert_allclose(found[1].eta_error, found[0].eta_error, rtol=1e-6)
    np.testing.assert_allclose(found[1].quantum_yield_error, found[0].quantum_yield_error, rtol=1e-6)


def test_drift_of_light_alone_widens_the_errors_of_eta_only_through_the_slope() -> None:
    """A common factor on all I, not on PA, cancels in η (I_AS/I_S) but not where only anti-Stokes light drifts."""
    plain = exact()
    light = np.concatenate([plain.intensity, 0 * plain.absorbed], axis=1)
    anti = light * (np.arange(light.shape[1]) >= STOKES_MEV.size)
    factors = {"all": light, "anti": anti}
    errors = {
        name: fit_efficiency(
            replace(plain, covariance=plain.covariance + 0.01**2 * f[:, :, None] * f[:, None, :]), EfficiencySettings()
        ).eta_error
        for name, f in factors.items()
    }
    without = fit_efficiency(plain, EfficiencySettings()).eta_error
    np.testing.assert_allclose(errors["all"], without, rtol=1e-6)
    assert np.all(errors["anti"] > 2.0 * without)


def test_shared_yield_is_the_weighted_mean_of_the_temperatures() -> None:
    responses = draw(ROOM, n=5, noise=3e-4, rng=np.random.default_rng(2))
    single = fit_efficiency(responses, EfficiencySettings())
    shared = fit_efficiency(responses, EfficiencySettings(quantum_yield="shared"))
    weight = single.quantum_yield_error**-2.0
    assert shared.is_shared
    np.testing.assert_allclose(shared.quantum_yield, np.sum(weight * single.quantum_yield) / weight.sum(), rtol=1e-12)
    np.testing.assert_allclose(shared.quantum_yield_error, weight.sum() ** -0.5, rtol=1e-12)
    assert np.all(shared.eta_error[:, 0] < single.eta_error[:, 0])


def test_shared_yield_over_one_temperature_changes_nothing() -> None:
    responses = draw(ROOM, n=1, noise=3e-4, rng=np.random.default_rng(2))
    single = fit_efficiency(responses, EfficiencySettings())
    shared = fit_efficiency(responses, EfficiencySettings(quantum_yield="shared"))
    np.testing.assert_allclose(shared.eta, single.eta, rtol=1e-10)
    np.testing.assert_allclose(shared.quantum_yield_error, single.quantum_yield_error, rtol=1e-10)
    # What PA of both sides shares through the baseline is left out of a shared yield: small.
    np.testing.assert_allclose(shared.eta_error, single.eta_error, rtol=0.02)


def test_yield_fixed_at_its_own_estimate_gives_the_same_eta() -> None:
    responses = draw(ROOM, n=1, noise=3e-4, rng=np.random.default_rng(2))
    single = fit_efficiency(responses, EfficiencySettings())
    value = float(single.quantum_yield[0])
    fixed = fit_efficiency(responses, EfficiencySettings(quantum_yield="fixed", fixed_quantum_yield=value))
    np.testing.assert_allclose(fixed.eta, single.eta, rtol=1e-10)
    np.testing.assert_allclose(fixed.quantum_yield_error, 0.0)
    assert np.all(fixed.eta_error <= 1.001 * single.eta_error)
    assert fixed.eta_error[0, 0] < 0.9 * single.eta_error[0, 0]


def test_error_of_a_fixed_yield_moves_eta_as_differences_show() -> None:
    """The slope of the Stokes line follows the held intercept, which damps or inverts the plain derivative."""
    settings = EfficiencySettings(quantum_yield="fixed", fixed_quantum_yield=0.84, fixed_quantum_yield_error=0.02)
    responses = exact(relative=1e-7)
    fit = fit_efficiency(responses, settings)
    moved = [
        fit_efficiency(responses, replace(settings, fixed_quantum_yield=0.84 + step, fixed_quantum_yield_error=0.0)).eta
        for step in (1e-5, -1e-5)
    ]
    np.testing.assert_allclose(fit.eta_error, 0.02 * np.abs(moved[0] - moved[1]) / 2e-5, rtol=1e-3)


@pytest.mark.parametrize("mode", ["fixed", "shared"])
def test_pulls_have_unit_spread_with_a_yield_that_all_temperatures_share(mode: str) -> None:
    pulls = []
    rng = np.random.default_rng(8)
    for _ in range(150):
        responses = draw(ROOM, n=4, noise=2e-4, rng=rng)
        error = 0.01
        settings = (
            EfficiencySettings(quantum_yield="shared")
            if mode == "shared"
            else EfficiencySettings(
                quantum_yield="fixed",
                fixed_quantum_yield=0.84 + error * rng.standard_normal(),
                fixed_quantum_yield_error=error,
            )
        )
        fit = fit_efficiency(responses, settings)
        pulls.append(((fit.eta - ROOM.eta) / fit.eta_error)[:, :9])
    spread = np.concatenate(pulls).std(axis=0)
    assert np.all((spread > 0.88) & (spread < 1.12)), spread


@pytest.mark.parametrize("value", [None, 0.0, -0.2, 1.3])
def test_fixed_yield_outside_its_range_is_refused(value: float | None) -> None:
    with pytest.raises(SettingsError, match="fixed_quantum_yield"):
        fit_efficiency(exact(), EfficiencySettings(quantum_yield="fixed", fixed_quantum_yield=value))


def test_one_stokes_excitation_suffices_with_a_fixed_yield() -> None:
    truth = exact()
    fitted = truth.fitted.copy()
    fitted[:, 1 : STOKES_MEV.size] = False
    fit = fit_efficiency(
        replace(truth, fitted=fitted), EfficiencySettings(quantum_yield="fixed", fixed_quantum_yield=0.84)
    )
    np.testing.assert_allclose(fit.eta[0], ROOM.eta, rtol=1e-8)


def test_one_stokes_excitation_without_a_yield_says_what_to_do() -> None:
    responses = exact()
    fitted = responses.fitted.copy()
    fitted[:, 1 : STOKES_MEV.size] = False
    with pytest.raises(AnalysisError, match="at least two"):
        fit_efficiency(replace(responses, fitted=fitted), EfficiencySettings())


def test_two_stokes_excitations_leave_no_degree_of_freedom_but_an_answer() -> None:
    responses = exact()
    fitted = responses.fitted.copy()
    fitted[:, 2 : STOKES_MEV.size] = False
    fit = fit_efficiency(replace(responses, fitted=fitted), EfficiencySettings())
    assert fit.dof[0] == 0
    np.testing.assert_allclose(fit.eta[0], ROOM.eta, rtol=1e-8)


def test_component_and_ratio_estimators_agree_on_exact_data() -> None:
    responses = exact()
    components, lines = (fit_efficiency(responses, EfficiencySettings(estimator=e)) for e in ("components", "ratio"))
    np.testing.assert_allclose(lines.eta, components.eta, rtol=1e-9)
    np.testing.assert_allclose(lines.quantum_yield, components.quantum_yield, rtol=1e-9)


def test_ratio_estimator_understates_the_error_of_the_yield_and_says_so() -> None:
    """All lines of a temperature share the Stokes noise: twelve of them do not know the yield better than one."""
    responses = draw(ROOM, n=400, noise=1e-5, rng=np.random.default_rng(4))
    components, lines = (fit_efficiency(responses, EfficiencySettings(estimator=e)) for e in ("components", "ratio"))
    spread = lines.quantum_yield.std()
    assert np.median(lines.quantum_yield_error) < 0.6 * spread
    assert 0.9 < np.median(components.quantum_yield_error) / components.quantum_yield.std() < 1.1
    assert any("not standard errors" in problem.message for problem in lines.problems)


@pytest.mark.parametrize(("eta_at_23", "quantum_yield"), [(0.999, 0.998), (0.997, 0.997)])
def test_net_cooling_passes_through_with_its_sign_and_a_flag(eta_at_23: float, quantum_yield: float) -> None:
    truth = Truth(250.0, eta_at_23=eta_at_23, quantum_yield=quantum_yield, urbach_mev=28.0)
    responses = exact(truth)
    assert responses.absorbed[0, STOKES_MEV.size] < 0.0
    fit = fit_efficiency(responses, EfficiencySettings())
    np.testing.assert_allclose(fit.eta[0], truth.eta, rtol=1e-7)
    assert "net_cooling" in fit.flags[0][0]


def test_eta_above_one_and_below_zero_are_kept_and_flagged() -> None:
    responses = exact()
    light, heat = responses.intensity.copy(), responses.absorbed.copy()
    light[0, -1], heat[0, STOKES_MEV.size] = -light[0, -1], 0.1 * heat[0, STOKES_MEV.size]
    fit = fit_efficiency(replace(responses, intensity=light, absorbed=heat), EfficiencySettings())
    assert fit.eta[0, 0] > 1.0
    assert "eta_above_1" in fit.flags[0][0]
    assert fit.eta[0, -1] < 0.0
    assert "eta_below_0" in fit.flags[0][-1]
    assert np.isfinite(fit.eta_error).all()


def test_excluded_detuning_keeps_its_value_and_is_flagged() -> None:
    responses = exact()
    fitted = responses.fitted.copy()
    fitted[0, STOKES_MEV.size + 2] = False
    fit = fit_efficiency(replace(responses, fitted=fitted), EfficiencySettings())
    assert "excluded" in fit.flags[0][2]
    assert fit.eta[0, 2] == pytest.approx(ROOM.eta[2], rel=1e-8)
    assert not fit.fitted[0, 2]


def test_a_wrong_stokes_point_leaves_the_line_once_it_is_excluded() -> None:
    responses = exact()
    light = responses.intensity.copy()
    light[0, 3] *= 1.1
    wrong = fit_efficiency(replace(responses, intensity=light), EfficiencySettings())
    fitted = responses.fitted.copy()
    fitted[0, 3] = False
    right = fit_efficiency(replace(responses, intensity=light, fitted=fitted), EfficiencySettings())
    assert abs(wrong.quantum_yield[0] - 0.84) > 1e-3
    assert right.quantum_yield[0] == pytest.approx(0.84, rel=1e-9)
    assert any("do not lie on one line" in problem.message for problem in wrong.problems)


def monte_carlo(change: Callable[[Responses, np.random.Generator], Responses], n: int) -> tuple[Any, Responses]:
    rng = np.random.default_rng(6)
    responses = change(exact(n=n, relative=1e-6), rng)
    return fit_efficiency(responses, EfficiencySettings()), responses


def test_error_of_the_excitation_energies_reaches_the_quantum_yield() -> None:
    """The analysis sees nominal energies while heat follows the true ones; effective variance against scatter."""

    def jitter(responses: Responses, rng: np.random.Generator) -> Responses:
        ns = STOKES_MEV.size
        shift = np.zeros_like(responses.excitation_mev)
        shift[:, :ns] = 3.0 * rng.standard_normal(shift[:, :ns].shape)
        true = responses.excitation_mev
        heat = responses.absorbed * np.where(shift != 0, (true + shift - 0.84 * 2440.0) / (true - 0.84 * 2440.0), 1.0)
        error = np.where(shift != 0, 3.0, 0.0)
        return replace(responses, absorbed=heat, excitation_error_mev=error)

    fit, _ = monte_carlo(jitter, 2000)
    assert 0.93 < np.median(fit.quantum_yield_error) / fit.quantum_yield.std() < 1.07
    assert 0.64 < np.mean(np.abs(fit.quantum_yield - 0.84) < fit.quantum_yield_error) < 0.72


def test_error_of_the_mean_photon_energy_widens_the_yield_by_its_relative_size() -> None:
    fit = fit_efficiency(exact(relative=1e-8, mean_photon_error_mev=np.array([10.0])), EfficiencySettings())
    assert fit.quantum_yield_error[0] == pytest.approx(0.84 * 10.0 / 2440.0, rel=1e-3)
