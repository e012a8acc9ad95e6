"""Fits of rate models: Eq. 9 as `fit_polaron` has it, recovery of every model, bounds, scales, clear refusals."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from response_level import DETUNING_MEV, Truth, draw
from scipy.special import expit, logit

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.gauss_newton import minimise
from asplab.core.polaron.objectives import SeparateFits
from asplab.core.polaron.rates import log_rate
from asplab.core.responses.halfway import fit_from_table
from asplab.core.settings import EfficiencySettings, EnergySettings, GroupingSettings, PolaronSettings

TEN = np.array([20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0])
LINK = {"arrhenius-ratio": "ratio", "exponential-ratio": "ratio"}
TRUTHS: dict[str, dict[str, float]] = {
    "eq9": {"g_mev": 41.1, "phonon_mev": 23.4},
    "resonant": {"g_mev": 41.1, "phonon_mev": 23.4},
    "kramers-heisenberg": {"g_mev": 41.1, "phonon_mev": 23.4},
    "thermal": {"g_mev": 60.0, "phonon_mev": 40.0},
    "arrhenius": {},
    "arrhenius-ratio": {},
    "exponential": {"slope_per_mev": 0.05},
    "exponential-ratio": {"slope_per_mev": 0.02},
    "parasitic": {"urbach_mev": 17.0},
}

# Where g and ħω are well determined: larger noise leaves second minima or active bounds.
NOISE = {"kramers-heisenberg": 4e-4, "thermal": 1e-4}


def table_of(rows: list[tuple[float, np.ndarray, np.ndarray, np.ndarray]], **columns: np.ndarray) -> EfficiencyFit:
    """Return given η as an efficiency fit: rows of (temperature, detuning, η, error)."""
    named = {
        "temperature_k": np.concatenate([np.full(len(row[1]), row[0]) for row in rows]),
        "detuning_mev": np.concatenate([row[1] for row in rows]),
        "eta": np.concatenate([row[2] for row in rows]),
        "eta_error": np.concatenate([row[3] for row in rows]),
    } | columns
    pairs = tuple((name, frozen_array(values)) for name, values in named.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=pairs)
    return fit_from_table(Experiment("table", tables=(table,)), GroupingSettings(), EnergySettings())


def true_eta(model: str, temperature_k: float, at_23: float, detuning: np.ndarray, **truth: float) -> np.ndarray:
    if model == "parasitic":
        truth = truth | {"background_urbach_mev": np.inf}
    rate = log_rate(model, np.append(detuning, 23.0), temperature_k, **truth)
    if model in LINK:
        return np.asarray(at_23 * np.exp(rate[:-1] - rate[-1]))
    return np.asarray(expit(logit(at_23) + rate[:-1] - rate[-1]))


def eq9_table(*, temperatures: Any = (250.0,), relative: float = 0.03, seed: int = 1, at_23: float = 0.95) -> Any:
    rng, rows = np.random.default_rng(seed), []
    for temperature in temperatures:
        eta = true_eta("eq9", temperature, at_23, TEN, g_mev=41.1, phonon_mev=23.4)
        error = relative * np.maximum(eta, 0.05)
        rows.append((temperature, TEN, eta + error * rng.standard_normal(TEN.size), error))
    return table_of(rows)


def draws_of(model: str, *, n: int, noise: float, temperature_k: float = 250.0, seed: int = 2) -> EfficiencyFit:
    """Return ``n`` virtual experiments at response level on a truth that is a rate model."""

    class Other(Truth):
        __slots__ = ()

        @property
        def eta(self) -> np.ndarray:
            return true_eta(model, temperature_k, self.eta_at_23, DETUNING_MEV, **TRUTHS[model])

    truth = Other(temperature_k=temperature_k, eta_at_23=0.6 if model in LINK else 0.95)
    return fit_efficiency(draw(truth, n=n, noise=noise, rng=np.random.default_rng(seed)), EfficiencySettings())


@pytest.mark.parametrize("scale", ["temperature", "shared"])
def test_eq9_reaches_the_minimum_of_the_polaron_fit(scale: Any) -> None:
    temperatures = np.linspace(120.0, 280.0, 5)
    shift = np.array([23.0 * 11.604518 / t for t in temperatures])  # −ΔE/kT at 23 meV, so that ln A is one number
    rows = []
    rng = np.random.default_rng(4)
    for temperature, boltzmann in zip(temperatures, shift, strict=True):
        eta = true_eta("eq9", temperature, float(expit(3.5 - boltzmann)), TEN, g_mev=41.1, phonon_mev=23.4)
        rows.append((temperature, TEN, eta + 0.01 * rng.standard_normal(TEN.size), np.full(TEN.size, 0.01)))
    efficiency = table_of(rows)
    usual = fit_polaron(efficiency, PolaronSettings(joint_scale=scale))
    fit = fit_model(efficiency, "eq9", ModelOptions(joint_scale=scale))
    assert np.isfinite(usual.g_mev).all()
    np.testing.assert_allclose(fit.chi2, usual.chi2, rtol=1e-6)
    # The usual fit stops when a step promises 1e-5 of χ²: go on from there until nothing changes.
    found = usual.parameters
    for _ in range(12):
        found, chi2, _ = minimise(SeparateFits(usual.problem), found)
    phonon = 1.0 / found[:, 2]
    np.testing.assert_allclose(fit.chi2[:-1], chi2, rtol=1e-8)
    np.testing.assert_allclose(fit.value("phonon_mev")[:-1], phonon, rtol=1e-6)
    np.testing.assert_allclose(
        fit.value("g_mev")[:-1], np.sqrt(50.0 * phonon * np.exp(found[:, 1] * phonon)), rtol=1e-6
    )
    off = (fit.value("phonon_mev") - usual.phonon_mev) / usual.phonon_error_mev
    assert np.abs(off).max() < 2e-3
    np.testing.assert_allclose(fit.error("phonon_mev"), usual.phonon_error_mev, rtol=2e-3)
    np.testing.assert_allclose(fit.polaron_energy_error_mev, usual.polaron_energy_error_mev, rtol=2e-3)
    np.testing.assert_allclose(fit.log_scale, usual.log_scale, atol=1e-3)
    np.testing.assert_array_equal(fit.dof, usual.dof)


def test_errors_of_the_detuning_and_of_the_shared_yield_enter_as_in_the_polaron_fit() -> None:
    truth = Truth(temperature_k=250.0)
    responses = draw(truth, n=3, noise=2e-4, rng=np.random.default_rng(3))
    responses = replace(responses, temperatures_k=np.array([240.0, 250.0, 260.0]))
    shared = fit_efficiency(responses, EfficiencySettings(quantum_yield="shared"))
    moved = replace(
        shared,
        detuning_error_mev=np.full_like(shared.detuning_mev, 0.3),
        reference_error_mev=np.full(3, 0.3),
        excitation_nm=shared.excitation_nm + np.arange(3.0)[:, None],
    )
    assert moved.is_shared
    usual, fit = fit_polaron(moved, PolaronSettings()), fit_model(moved, "eq9")
    np.testing.assert_allclose(fit.chi2, usual.chi2, rtol=1e-3)
    off = np.stack([fit.value("phonon_mev") - usual.phonon_mev, fit.value("g_mev") - usual.g_mev])
    assert np.abs(off / [usual.phonon_error_mev, usual.g_error_mev]).max() < 0.02
    np.testing.assert_allclose(fit.error("phonon_mev"), usual.phonon_error_mev, rtol=0.02)
    without = fit_model(shared, "eq9")
    assert fit.error("phonon_mev")[-1] > 1.01 * without.error("phonon_mev")[-1]


@pytest.mark.parametrize("model", sorted(TRUTHS))
def test_every_model_finds_the_truth_without_noise(model: str) -> None:
    rows = [(t, TEN, true_eta(model, t, 0.6, TEN, **TRUTHS[model]), np.full(TEN.size, 1e-4)) for t in (200.0, 250.0)]
    fit = fit_model(table_of(rows), model)
    assert fit.chi2.max() < 1e-4
    for name, value in TRUTHS[model].items():
        np.testing.assert_allclose(fit.value(name), value, rtol=1e-4)
    assert not fit.at_bound.any()


@pytest.mark.parametrize("model", sorted(TRUTHS))
def test_pulls_have_unit_spread_and_chi2_its_mean_at_response_level(model: str) -> None:
    n = 120
    fit = fit_model(draws_of(model, n=n, noise=NOISE.get(model, 0.001)), model, least_points=99)
    assert fit.chi2[:n].mean() == pytest.approx(fit.dof[0], abs=5.0 * np.sqrt(2.0 * fit.dof[0] / n))
    free = ~fit.at_bound[:n].any(axis=1)
    assert free.mean() > 0.97
    for name, value in TRUTHS[model].items():
        estimate, error = fit.value(name)[:n][free], fit.error(name)[:n][free]
        # ln of a positive parameter: its first-order pulls are closer to normal.
        pull = np.log(estimate / value) * estimate / error
        assert 0.8 < pull.std() < 1.25, name
        assert abs(pull.mean()) < 0.35, name


def test_multimode_finds_its_couplings_and_refuses_to_guess_the_modes() -> None:
    modes, width = (8.0, 18.0), 12.0
    rate = log_rate(
        "multimode", np.append(TEN, 50.0), 250.0, g_mev=(10.0, 25.0), phonon_mev=modes, inhomogeneous_mev=width
    )
    eta = expit(0.3 + rate[:-1] - rate[-1])
    options = ModelOptions(modes_mev=modes, inhomogeneous_mev=width)
    fit = fit_model(table_of([(250.0, TEN, eta, np.full(TEN.size, 1e-4))]), "multimode", options)
    np.testing.assert_allclose(fit.values[0], [10.0, 25.0], rtol=1e-3)
    with pytest.raises(AnalysisError, match="needs modes_mev"):
        fit_model(eq9_table(), "multimode")


def test_an_ensemble_is_averaged_in_eta() -> None:
    from asplab.core.polaron.rates import upconversion_efficiency

    eta = upconversion_efficiency("arrhenius", TEN, 250.0, log_scale=2.0, inhomogeneous_mev=15.0, urbach_mev=18.0)
    efficiency = table_of([(250.0, TEN, eta, np.full(TEN.size, 1e-4))])
    fit = fit_model(efficiency, "arrhenius", ModelOptions(inhomogeneous_mev=15.0, selection_mev=18.0))
    assert fit.chi2[0] < 1e-3
    assert fit.log_scale[0] == pytest.approx(2.0, abs=1e-4)
    assert fit_model(efficiency, "arrhenius").chi2[0] > 100.0


def test_a_shared_scale_is_allowed_where_it_is_true_and_excluded_where_it_is_not() -> None:
    temperatures = (150.0, 200.0, 250.0)
    for truth, allowed in ((3.5, True), (None, False)):
        rng, rows = np.random.default_rng(8), []
        for temperature in temperatures:
            at_23 = 0.9 if truth is None else float(expit(truth - 23.0 * 11.604518 / temperature))
            eta = true_eta("eq9", temperature, at_23, TEN, g_mev=41.1, phonon_mev=23.4)
            rows.append((temperature, TEN, eta + 0.01 * rng.standard_normal(TEN.size), np.full(TEN.size, 0.01)))
        test = fit_model(table_of(rows), "eq9").scale_test
        assert test.dof == 2
        assert (test.p_value > 0.01) is allowed
        assert test.chi2_shared >= test.chi2_free - 1e-6


def test_p_values_of_the_scale_test_are_uniform_where_the_scale_is_one() -> None:
    rng, p = np.random.default_rng(12), []
    for _ in range(60):
        rows = []
        for temperature in (200.0, 240.0, 280.0):
            eta = true_eta("arrhenius", temperature, float(expit(3.0 - 23.0 * 11.604518 / temperature)), TEN)
            rows.append((temperature, TEN, eta + 0.01 * rng.standard_normal(TEN.size), np.full(TEN.size, 0.01)))
        p.append(fit_model(table_of(rows), "arrhenius").scale_test.p_value)
    assert 0.38 < np.mean(p) < 0.62
    assert np.std(p) == pytest.approx(12.0**-0.5, abs=0.07)


def test_a_fixed_parameter_stays_and_a_bound_that_is_active_is_said() -> None:
    efficiency = eq9_table(relative=0.01)
    fixed = fit_model(efficiency, "eq9", ModelOptions(fixed={"phonon_mev": 20.0}))
    assert fixed.names == ("g_mev",)
    assert fixed.value("phonon_mev")[0] == 20.0
    assert fixed.dof[0] == 8
    bounded = fit_model(efficiency, "eq9", ModelOptions(bounds={"phonon_mev": (5.0, 20.0)}))
    # The best ħω below 20 meV is 20 meV itself: the same curve as with it fixed.
    assert bounded.value("phonon_mev")[0] == pytest.approx(20.0)
    assert bounded.chi2[0] == pytest.approx(fixed.chi2[0], abs=1e-6)
    assert bounded.at_bound[0].tolist() == [False, True]
    assert np.isnan(bounded.error("phonon_mev")[0])
    assert bounded.error("g_mev")[0] == pytest.approx(fixed.error("g_mev")[0], rel=1e-4)
    assert any("ħω stopped at 20 meV" in problem.message for problem in bounded.problems)
    inside = fit_model(efficiency, "eq9", ModelOptions(bounds={"phonon_mev": (5.0, 80.0)}))
    assert inside.chi2[0] == pytest.approx(fit_model(efficiency, "eq9").chi2[0], abs=1e-8)
    assert not inside.at_bound.any()


def test_a_curve_that_bends_upwards_drives_the_phonon_energy_to_its_bound() -> None:
    eta = expit(2.0 - 0.05 * (TEN - 23.0) + 2e-4 * (TEN - 60.0) ** 2)  # no polaron curve bends upwards
    fit = fit_model(table_of([(250.0, TEN, eta, np.full(10, 0.002))]), "resonant")
    usual = fit_polaron(table_of([(250.0, TEN, eta, np.full(10, 0.002))]), PolaronSettings())
    assert usual.parameters[0, 2] < 0.0
    assert fit.value("phonon_mev")[0] == pytest.approx(500.0)
    assert fit.at_bound[0, fit.names.index("phonon_mev")]


def test_saturated_eta_gives_flags_not_warnings() -> None:
    efficiency = table_of([(250.0, TEN, np.full(10, 1.0), np.full(10, 1e-3))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in sorted(TRUTHS):
            fit = fit_model(efficiency, model)
            assert np.isfinite(fit.chi2[0])
    polaron = fit_model(efficiency, "eq9")
    error = polaron.error("phonon_mev")[0]
    assert polaron.at_bound[0].any() or error > polaron.value("phonon_mev")[0]


@pytest.mark.parametrize("temperature_k", [80.0, 280.0])
@pytest.mark.parametrize("noise", [0.002, 0.1])
def test_buried_and_steep_curves_are_fitted_or_flagged(temperature_k: float, noise: float) -> None:
    truth = Truth(temperature_k, 21.4, 5.17, 0.75) if temperature_k == 80.0 else Truth(temperature_k)
    sample = draw(truth, n=12, noise=noise, rng=np.random.default_rng(5))
    efficiency = fit_efficiency(sample, EfficiencySettings())
    usual = fit_polaron(efficiency, PolaronSettings())
    for model in sorted(TRUTHS):
        fit = fit_model(efficiency, model, least_points=99)
        assert np.isfinite(fit.chi2[:-1]).all()
        if model == "eq9" and noise < 0.1:  # of buried curves, either search may miss the lowest minimum
            meant = usual.parameters[:, 2] > 1.0 / 500.0
            assert (fit.chi2[:-1] <= usual.chi2[:-1] + 0.05)[meant].all()


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_points_say_how_many_are_needed(count: int) -> None:
    eta = np.linspace(0.9, 0.8, count)
    fit = fit_model(table_of([(250.0, TEN[:count], eta, np.full(count, 0.01))]), "eq9")
    assert np.isnan(fit.chi2).all()
    message = fit.problems[0].message
    assert f"{count} usable detuning{'s' if count > 1 else ''};" in message
    assert "needs at least 3 points, and 5 to be compared" in message


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("eq8", {}, "'eq8' is not known; choose one of: arrhenius"),
        ("arrhenius", {"fixed": {"g_mev": 3.0}}, "has no parameter 'g_mev' to fix or bound; it has inhomogeneous_mev"),
        ("eq9", {"fixed": {"g_mev": -3.0}}, r"fixed value of g \(g_mev\) is -3 meV"),
        ("eq9", {"bounds": {"g_mev": (30.0, 20.0)}}, r"bounds of g \(g_mev\) are 30 and 20 meV"),
        ("eq9", {"fixed": {"g_mev": 3.0}, "bounds": {"g_mev": (1.0, 2.0)}}, "both fixed and bounded"),
    ],
)
def test_wrong_choices_are_refused_in_words(model: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        fit_model(eq9_table(), model, ModelOptions(**options))


def test_options_refuse_a_range_that_falls_and_an_unknown_scale() -> None:
    with pytest.raises(SettingsError, match="must be the smaller"):
        ModelOptions(detuning_range_mev=(50.0, 20.0))
    with pytest.raises(SettingsError, match="choose 'temperature' or 'shared'"):
        ModelOptions(joint_scale="both")  # type: ignore[arg-type]


def test_points_outside_the_range_are_not_used() -> None:
    efficiency = eq9_table()
    fit = fit_model(efficiency, "arrhenius", ModelOptions(detuning_range_mev=(30.0, 100.0)))
    assert fit.n_points.tolist() == [6, 6]


def test_at_one_detuning_a_temperature_series_is_the_same_for_eq9_and_arrhenius() -> None:
    """Logit η of Eq. 9 falls by ΔE per 1/kT at fixed (g, ħω, A), whatever g and ħω."""
    rng, rows = np.random.default_rng(5), []
    for temperature in np.linspace(80.0, 280.0, 11):
        eta = true_eta(
            "eq9",
            temperature,
            float(expit(3.0 - 23.0 * 11.604518 / temperature)),
            np.array([32.0]),
            g_mev=41.1,
            phonon_mev=23.4,
        )
        rows.append((temperature, np.array([32.0]), eta + 0.02 * rng.standard_normal(1), np.full(1, 0.02)))
    efficiency = table_of(rows)
    shared = ModelOptions(joint_scale="shared")
    plain = fit_model(efficiency, "arrhenius", shared)
    fixed = {"g_mev": 41.1, "phonon_mev": 23.4}
    polaron = fit_model(efficiency, "eq9", replace(shared, fixed=fixed))
    other = fit_model(efficiency, "eq9", replace(shared, fixed={"g_mev": 21.4, "phonon_mev": 5.17}))
    assert plain.chi2[-1] == pytest.approx(polaron.chi2[-1], abs=1e-8)
    assert plain.chi2[-1] == pytest.approx(other.chi2[-1], abs=1e-8)
    thermal = fit_model(efficiency, "thermal", replace(shared, fixed=fixed))
    assert abs(thermal.chi2[-1] - plain.chi2[-1]) > 1.0


def differing(seed: int) -> EfficiencyFit:
    """Return three to five temperatures of Eq. 9 with g and ħω of their own, which no joint fit can describe."""
    rng, parts = np.random.default_rng(seed), []
    for temperature in np.sort(rng.uniform(80.0, 290.0, rng.integers(3, 6))):
        g, phonon = float(rng.uniform(20.0, 60.0)), float(rng.uniform(5.0, 30.0))
        tail = 6.5 / np.tanh(13.0 / (2.0 * 0.0862 * temperature)) + 6.5
        truth = Truth(float(temperature), g, phonon, eta_at_23=float(rng.uniform(0.6, 0.97)), urbach_mev=float(tail))
        parts.append(draw(truth, n=1, noise=1e-3, rng=rng))
    arrays = [name for name in parts[0].__slots__ if isinstance(getattr(parts[0], name), np.ndarray)]
    stacked = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
    return fit_efficiency(replace(parts[0], **stacked, keys=parts[0].keys * len(parts)), EfficiencySettings())


def test_where_a_model_fails_its_joint_fit_is_sought_everywhere() -> None:
    data, phonon = differing(0), (100.0, 200.0)
    free, there = (fit_model(data, "thermal", ModelOptions(bounds=b)) for b in ({}, {"phonon_mev": phonon}))
    assert free.chi2[-1] > 1e3
    assert free.chi2[-1] < there.chi2[-1] + 0.01
