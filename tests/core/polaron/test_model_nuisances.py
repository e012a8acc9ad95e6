"""Fits of rate models with nuisances and with priors, against fits in which every one of them is a parameter."""

from dataclasses import replace

import numpy as np
import pytest
from response_level import DETUNING_MEV, Truth, draw
from scipy.optimize import minimize

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.polaron.comparison import ModelFit, ModelOptions, compare_models, fit_model, leave_one_out, residuals
from asplab.core.polaron.rates import log_rate
from asplab.core.settings import (
    EfficiencySettings,
    ModelSettings,
    ParameterLimit,
    ParameterPrior,
    PolaronSettings,
)
from asplab.core.systematics.effects import NuisanceEffects

TRUTHS = {
    180.0: Truth(180.0, urbach_mev=20.0, eta_at_23=0.9),
    220.0: Truth(220.0, urbach_mev=24.0, eta_at_23=0.93),
    250.0: Truth(250.0, urbach_mev=28.0),
}


def drawn(
    temperatures: tuple[float, ...] = (250.0,), *, n: int = 1, seed: int = 3, noise: float = 3e-4
) -> EfficiencyFit:
    """Return ``n`` draws of each temperature, one after another."""
    rng = np.random.default_rng(seed)
    parts = [draw(TRUTHS[t], n=n, noise=noise, rng=rng) for t in temperatures]
    arrays = [name for name in parts[0].__slots__ if isinstance(getattr(parts[0], name), np.ndarray)]
    stacked = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
    keys = parts[0].keys * len(parts)
    return fit_efficiency(replace(parts[0], **stacked, keys=keys), EfficiencySettings())


def effects_on(efficiency: EfficiencyFit, *, size: float = 1.0, energy: bool = True) -> NuisanceEffects:
    """Return two nuisances: leaked light at large ΔE with an error of absorption, and the zero of ΔE."""
    shape = efficiency.eta.shape
    leak = (
        size * 0.03 * np.exp((DETUNING_MEV - 150.0) / 60.0) * np.abs(efficiency.numerator).mean(axis=1, keepdims=True)
    )
    heat = size * 0.01 * efficiency.denominator
    shift = np.full(shape, 0.6 * size if energy else 0.0)
    nothing = np.zeros(shape)
    return NuisanceEffects(
        names=("leak", "reference"),
        sigma=np.array([2.0, 0.5]),
        unit=("counts", "meV"),
        numerator=np.array([leak, nothing]),
        denominator=np.array([heat, nothing]),
        detuning_mev=np.array([nothing, shift]),
    )


def moved(efficiency: EfficiencyFit, effects: NuisanceEffects, beta: np.ndarray) -> EfficiencyFit:
    """Return the data to which nuisances β, shape (2,) or (2, n_temperatures), have happened."""
    at = np.broadcast_to(np.reshape(beta, (2, -1, 1)), effects.numerator.shape)
    return replace(
        efficiency,
        numerator=efficiency.numerator - (at * effects.numerator).sum(axis=0),
        denominator=efficiency.denominator - (at * effects.denominator).sum(axis=0),
        detuning_mev=efficiency.detuning_mev - (at * effects.detuning_mev).sum(axis=0),
    )


def plain_chi2(
    efficiency: EfficiencyFit, effects: NuisanceEffects, levels: np.ndarray, g: float, w: float, beta
) -> float:
    """χ² of Eq. 9 with every nuisance moved, written out temperature by temperature."""
    total = float(beta @ beta)
    for t, temperature in enumerate(efficiency.temperatures_k):
        energy = efficiency.detuning_mev[t] + beta @ effects.detuning_mev[:, t]
        n = efficiency.numerator[t] + beta @ effects.numerator[:, t]
        d = efficiency.denominator[t] + beta @ effects.denominator[:, t]
        rate = log_rate("eq9", np.append(energy, 50.0), temperature, g_mev=g, phonon_mev=w)
        eta = 1.0 / (1.0 + np.exp(-(levels[t] + rate[:-1] - rate[-1])))
        turn = np.hstack([np.eye(n.size), -np.diag(eta)])
        r = n - eta * d
        total += float(r @ np.linalg.solve(turn @ efficiency.covariance[t] @ turn.T, r))
    return total


def best_of(efficiency: EfficiencyFit, effects: NuisanceEffects, fit: ModelFit) -> tuple[float, np.ndarray]:
    """Return the smallest χ² with nuisances as parameters, and (levels, ln g, ln ħω, β) there."""
    n = len(efficiency.temperatures_k)
    row = -1 if n > 1 else 0
    begin = np.concatenate([fit.parameters[:, 0], np.log(fit.values[row]), np.zeros(2)])

    def cost(p: np.ndarray) -> float:
        return plain_chi2(efficiency, effects, p[:n], *np.exp(p[n : n + 2]), p[n + 2 :])

    found = minimize(
        cost, begin, method="Nelder-Mead", options={"maxfev": 20000, "xatol": 1e-8, "fatol": 1e-10, "adaptive": True}
    )
    again = minimize(cost, found.x, method="BFGS", options={"gtol": 1e-7})
    return float(again.fun), again.x


def test_separate_fits_average_over_nuisances_as_if_they_were_parameters() -> None:
    efficiency = drawn(noise=4e-5)
    effects = effects_on(efficiency, size=0.3)
    fit = fit_model(efficiency, "eq9", nuisances=effects)
    plain = fit_model(efficiency, "eq9")
    chi2, best = best_of(efficiency, effects, fit)
    assert fit.chi2[0] == pytest.approx(chi2, rel=2e-3)
    found, error = fit.values[0], fit.errors[0]
    assert np.all(np.abs(found - np.exp(best[1:3])) < 0.03 * error)
    assert np.all(fit.errors[0] > 1.02 * plain.errors[0])


def test_errors_with_nuisances_are_those_of_the_full_curvature() -> None:
    """Schur complement: averaging over a normal nuisance equals inverting the curvature with it as a parameter."""
    efficiency = drawn()
    effects = effects_on(efficiency, size=0.3)
    fit = fit_model(efficiency, "eq9", nuisances=effects)
    _, best = best_of(efficiency, effects, fit)
    step = np.array([1e-3, 1e-3, 1e-3, 1e-2, 1e-2])

    def half(p: np.ndarray) -> float:
        return 0.5 * plain_chi2(efficiency, effects, p[:1], *np.exp(p[1:3]), p[3:])

    unit = np.diag(step)
    hessian = np.array(
        [
            [(half(best + a + b) - half(best + a - b) - half(best - a + b) + half(best - a - b)) / 4.0 for b in unit]
            for a in unit
        ]
    ) / np.outer(step, step)
    error = np.sqrt(np.diag(np.linalg.inv(hessian)))[1:3] * np.exp(best[1:3])
    np.testing.assert_allclose(fit.errors[0], error, rtol=0.05)


def test_the_joint_fit_finds_nuisances_as_a_fit_with_them_as_parameters_does() -> None:
    efficiency = drawn((180.0, 220.0, 250.0))
    effects = effects_on(efficiency)
    fit = fit_model(efficiency, "eq9", nuisances=effects)
    chi2, best = best_of(efficiency, effects, fit)
    assert fit.chi2[-1] == pytest.approx(chi2, abs=2e-3)
    np.testing.assert_allclose(fit.values[-1], np.exp(best[3:5]), rtol=2e-3)
    assert fit.nuisances is not None
    assert fit.nuisances.names == ("leak", "reference")
    np.testing.assert_allclose(fit.nuisances.value, best[5:] * effects.sigma, atol=0.02 * effects.sigma.max())
    assert np.all((fit.nuisances.error > 0.0) & (fit.nuisances.error <= effects.sigma))
    # Each nuisance brings a prior, which is one point more.
    assert fit.n_parameters.tolist() == [3, 3, 3, 5]
    assert fit.dof[-1] == fit.n_points[-1] - 5


def test_a_nuisance_that_happened_is_found_in_the_joint_fit() -> None:
    clean = drawn((180.0, 220.0, 250.0), noise=5e-5)
    effects = effects_on(clean)
    fit = fit_model(moved(clean, effects, np.array([2.0, -1.5])), "eq9", nuisances=effects)
    without = fit_model(moved(clean, effects, np.array([2.0, -1.5])), "eq9")
    assert fit.nuisances is not None
    pull = (fit.nuisances.value - np.array([2.0, -1.5]) * effects.sigma) / fit.nuisances.error
    assert np.all(np.abs(pull) < 3.0)
    assert without.chi2[-1] > fit.chi2[-1] + 10.0
    assert abs(without.value("phonon_mev")[-1] - 23.4) > 3.0 * without.error("phonon_mev")[-1]
    assert abs(fit.value("phonon_mev")[-1] - 23.4) < 3.0 * fit.error("phonon_mev")[-1]


def covered(fit: ModelFit, rows: slice) -> float:
    """Return the share of first-order 68 % intervals of 1/ħω, which is nearly normal, that hold the truth."""
    inverse = 1.0 / fit.value("phonon_mev")[rows]
    return float(np.mean(np.abs(inverse - 1.0 / 23.4) < fit.error("phonon_mev")[rows] * inverse**2))


def test_intervals_of_separate_fits_cover_where_a_nuisance_differs_from_draw_to_draw() -> None:
    """800 draws leave ±1.7 % (one standard error) in a coverage of 68 %."""
    n = 800
    clean = drawn((250.0,), n=n, noise=1.5e-4)
    effects = effects_on(clean)
    happened = moved(clean, effects, np.random.default_rng(8).standard_normal((2, n)))
    # No joint fit over draws: fewer points than it asks for.
    plain = fit_model(happened, "eq9", least_points=1000)
    aware = fit_model(happened, "eq9", least_points=1000, nuisances=effects)
    assert covered(plain, slice(0, n)) < 0.45
    assert covered(aware, slice(0, n)) == pytest.approx(0.6827, abs=0.05)


def test_intervals_of_the_joint_fit_cover_where_a_nuisance_differs_from_draw_to_draw() -> None:
    """80 draws leave ±5.2 % (one standard error) in a coverage of 68 %."""
    rng, hits = np.random.default_rng(9), []
    for seed in range(80):
        clean = drawn((180.0, 220.0, 250.0), seed=100 + seed, noise=1.5e-4)
        effects = effects_on(clean)
        happened = moved(clean, effects, rng.standard_normal(2))
        hits.append(
            [covered(fit_model(happened, "eq9", nuisances=given), slice(-1, None)) for given in (None, effects)]
        )
    without, aware = np.mean(hits, axis=0)
    assert without < 0.5
    assert aware == pytest.approx(0.6827, abs=0.14)


def test_residuals_and_influence_see_what_the_nuisances_moved() -> None:
    clean = drawn((180.0, 220.0, 250.0), noise=5e-5)
    effects = effects_on(clean)
    happened = moved(clean, effects, np.array([2.0, -1.5]))
    aware, plain = fit_model(happened, "eq9", nuisances=effects), fit_model(happened, "eq9")
    assert np.abs(residuals(aware, joint=True).pull).max() < np.abs(residuals(plain, joint=True).pull).max()
    own = residuals(aware).pull
    assert np.isfinite(own).all()
    assert np.abs(own).max() < 4.0
    kept = happened.fitted.copy()
    kept[1, 4] = False
    without = fit_model(replace(happened, fitted=kept), "eq9", nuisances=effects)
    np.testing.assert_allclose(leave_one_out(aware, joint=True).values[1, 4], without.values[-1], rtol=1e-5)
    np.testing.assert_allclose(leave_one_out(aware).values[1, 4], without.values[1], rtol=1e-5)


@pytest.mark.parametrize("model", ["eq9", "thermal", "exponential"])
def test_nuisances_without_effect_change_nothing(model: str) -> None:
    efficiency = drawn((180.0, 250.0))
    nothing = np.zeros((1, *efficiency.eta.shape))
    effects = NuisanceEffects(("none",), np.ones(1), ("1",), nothing, nothing, nothing)
    with_none, plain = fit_model(efficiency, model, nuisances=effects), fit_model(efficiency, model)
    np.testing.assert_allclose(with_none.chi2, plain.chi2, rtol=1e-7)
    np.testing.assert_allclose(with_none.values, plain.values, rtol=1e-4)
    assert with_none.nuisances is not None
    np.testing.assert_allclose(with_none.nuisances.value, 0.0, atol=1e-8)
    np.testing.assert_allclose(with_none.nuisances.error, 1.0, rtol=1e-6)


def test_effects_of_other_data_and_effects_that_are_no_numbers_are_refused() -> None:
    efficiency = drawn((180.0, 250.0))
    effects = effects_on(efficiency)
    with pytest.raises(AnalysisError, match="shape"):
        fit_model(drawn(), "eq9", nuisances=effects)
    broken = replace(effects, numerator=np.full_like(effects.numerator, np.nan))
    with pytest.raises(AnalysisError, match="numerator is not finite"):
        fit_model(efficiency, "eq9", nuisances=broken)


# Priors


def test_a_prior_acts_like_one_more_measurement() -> None:
    efficiency = drawn()
    prior = ParameterPrior("phonon_mev", 18.5, 1.0, "Raman")
    plain, fit = fit_model(efficiency, "eq9"), fit_model(efficiency, "eq9", ModelOptions(priors=(prior,)))

    def cost(p: np.ndarray) -> float:
        nothing = np.zeros((2, *efficiency.eta.shape))
        none = NuisanceEffects(("a", "b"), np.ones(2), ("1", "1"), nothing, nothing, nothing)
        return plain_chi2(efficiency, none, p[:1], *np.exp(p[1:]), np.zeros(2)) + ((np.exp(p[2]) - 18.5) / 1.0) ** 2

    begin = np.append(fit.parameters[0, 0], np.log(fit.values[0]))
    best = minimize(cost, begin, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxfev": 5000})
    np.testing.assert_allclose(fit.values[0], np.exp(best.x[1:]), rtol=1e-4)
    assert fit.chi2[0] + fit.prior_chi2[0] == pytest.approx(best.fun, abs=1e-5)
    assert fit.prior_chi2[0] == pytest.approx((fit.values[0, 1] - 18.5) ** 2)
    assert fit.priors[0].prior is prior
    assert fit.priors[0].pull[0] == pytest.approx(fit.values[0, 1] - 18.5)
    assert np.isnan(fit.priors[0].pull[1])
    # χ² of the data rises, the error falls.
    assert fit.chi2[0] > plain.chi2[0]
    assert fit.error("phonon_mev")[0] < min(1.0, plain.error("phonon_mev")[0])


def test_the_joint_fit_takes_a_prior_once() -> None:
    efficiency = drawn((180.0, 220.0, 250.0))
    prior = ParameterPrior("g_mev", 30.0, 2.0)
    fit = fit_model(efficiency, "resonant", ModelOptions(priors=(prior,)))
    assert fit.prior_chi2[-1] == pytest.approx(((fit.value("g_mev")[-1] - 30.0) / 2.0) ** 2)
    assert 30.0 < fit.value("g_mev")[-1] < fit_model(efficiency, "resonant").value("g_mev")[-1]


def test_criteria_use_the_misfit_of_the_data_alone() -> None:
    efficiency = drawn()
    options = ModelOptions(priors=(ParameterPrior("phonon_mev", 18.5, 1.0),))
    comparison = compare_models(efficiency, ("eq9", "arrhenius"), own_options={"eq9": options})
    fit = comparison.fits[0]
    assert comparison.chi2[0, 0] == fit.chi2[0]
    assert comparison.aic[0, 0] == pytest.approx(fit.chi2[0] + 6.0)
    assert comparison.n_points[0, 0] == DETUNING_MEV.size


def test_a_prior_frees_a_parameter_that_is_fixed_by_default() -> None:
    prior = ParameterPrior("broadening_mev", 2.0, 0.5)
    fit = fit_model(drawn(), "kramers-heisenberg", ModelOptions(priors=(prior,)))
    assert "broadening_mev" in fit.names
    assert fit.value("broadening_mev")[0] == pytest.approx(2.0, abs=1.5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"priors": (ParameterPrior("phonon_mev", 900.0, 1.0),)}, "outside its range 0.5 to 500"),
        ({"priors": (ParameterPrior("phonon_mev", -3.0, 1.0),)}, "outside its range"),
        (
            {"priors": (ParameterPrior("phonon_mev", 18.0, 1.0),), "bounds": {"phonon_mev": (20.0, 30.0)}},
            "outside its range 20 to 30",
        ),
        ({"priors": (ParameterPrior("zeta", 1.0, 1.0),)}, "no parameter 'zeta'"),
        ({"priors": (ParameterPrior("phonon_mev", 18.0, 1.0),), "fixed": {"phonon_mev": 18.0}}, "choose one"),
        ({"priors": (ParameterPrior("g_mev", 18.0, 1.0), ParameterPrior("g_mev", 19.0, 1.0))}, "more than one prior"),
    ],
)
def test_priors_that_cannot_be_are_refused_in_words(options: dict, words: str) -> None:
    with pytest.raises(AnalysisError, match=words):
        fit_model(drawn(), "eq9", ModelOptions(**options))


# Settings


def test_options_follow_from_the_settings() -> None:
    models = ModelSettings(
        compared=("eq9", "exponential", "kramers-heisenberg"),
        limits=(
            ParameterLimit("phonon_mev", 18.5, 18.5),
            ParameterLimit("broadening_mev", 0.5, 5.0),
            ParameterLimit("slope_per_mev", 0.0, 0.1),
        ),
        priors=(ParameterPrior("g_mev", 40.0, 5.0, "a source"),),
        inhomogeneous_mev=3.0,
        selection_mev=20.0,
    )
    polaron = PolaronSettings(detuning_range_mev=(20.0, 100.0), joint_scale="shared")
    eq9 = ModelOptions.from_settings(models, polaron, "eq9")
    assert eq9.fixed == {"phonon_mev": 18.5}
    assert eq9.bounds == {}
    assert eq9.priors == models.priors
    assert (eq9.detuning_range_mev, eq9.joint_scale) == ((20.0, 100.0), "shared")
    assert (eq9.inhomogeneous_mev, eq9.selection_mev) == (3.0, 20.0)
    line = ModelOptions.from_settings(models, polaron, "exponential")
    assert (line.fixed, line.bounds, line.priors) == ({}, {"slope_per_mev": (0.0, 0.1)}, ())
    broad = ModelOptions.from_settings(models, polaron, "kramers-heisenberg")
    assert broad.bounds == {"broadening_mev": (0.5, 5.0)}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"limits": (ParameterLimit("zeta", 0.0, 1.0),)}, "range of 'zeta'"),
        ({"priors": (ParameterPrior("slope_per_mev", 0.0, 1.0),)}, "prior of 'slope_per_mev'"),
        ({"limits": (ParameterLimit("g_mev", 1.0, 2.0), ParameterLimit("g_mev", 1.0, 3.0))}, "more than one range"),
        ({"priors": (ParameterPrior("g_mev", 1.0, 2.0), ParameterPrior("g_mev", 1.0, 3.0))}, "more than one prior"),
        ({"limits": (ParameterLimit("g_1_mev", 1.0, 2.0),)}, "range of 'g_1_mev'"),
    ],
)
def test_settings_of_a_parameter_that_no_model_has_are_refused(changed: dict, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        ModelOptions.from_settings(ModelSettings(compared=("eq9",), **changed), PolaronSettings(), "eq9")


def test_couplings_of_modes_can_be_limited_where_modes_are_given() -> None:
    models = ModelSettings(
        compared=("multimode",),
        limits=(ParameterLimit("g_2_mev", 1.0, 2.0),),
        modes_mev=(5.0, 18.0),
        inhomogeneous_mev=2.0,
    )
    assert ModelOptions.from_settings(models, PolaronSettings(), "multimode").bounds == {"g_2_mev": (1.0, 2.0)}
