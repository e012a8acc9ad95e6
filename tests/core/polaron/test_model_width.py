"""The width of an ensemble, and an error of the temperature, as nuisances within fits of rate models."""

from dataclasses import replace

import numpy as np
import pytest
from eta_tables import TEN_MEV, eta_table
from scipy.optimize import brentq

from asplab.core.arena.worlds import model_eta
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.polaron.comparison import ModelOptions, compare_models, fit_model, profile
from asplab.core.polaron.comparison.entangled import phonon_per_width
from asplab.core.polaron.rates import upconversion_efficiency
from asplab.core.settings import ModelSettings, ParameterLimit, ParameterPrior, PolaronSettings
from asplab.core.units import BOLTZMANN_MEV_PER_K

TEN = np.array(TEN_MEV)
URBACH_MEV = 15.0
TRUTH = {"g_mev": 41.1, "phonon_mev": 23.4}


def ensemble_eta(width_mev: float, temperature_k: float = 250.0, model: str = "resonant") -> np.ndarray:
    """Return η of an ensemble at ten detunings, 0.95 at 23 meV."""

    def eta(log_scale: float, at: np.ndarray | float) -> np.ndarray:
        spread = {"inhomogeneous_mev": width_mev, "urbach_mev": URBACH_MEV} if width_mev > 0.0 else {}
        return upconversion_efficiency(model, at, temperature_k, log_scale=log_scale, **TRUTH, **spread)

    return eta(brentq(lambda scale: float(eta(scale, 23.0)) - 0.95, -20.0, 30.0), TEN)


def width_prior(value: float, error: float) -> ModelOptions:
    prior = ParameterPrior("inhomogeneous_mev", value, error, "sizes")
    return ModelOptions(priors=(prior,), selection_mev=URBACH_MEV)


def table(eta: np.ndarray, *, relative: float = 0.03, temperature_k: float = 250.0) -> EfficiencyFit:
    return eta_table((temperature_k, TEN, eta, relative * eta))


@pytest.mark.parametrize(("width", "phonon"), [(5.0, 23.8), (10.0, 26.6), (15.0, 31.9), (20.0, 36.6)])
def test_a_width_with_a_prior_finds_the_phonon_that_a_single_gap_misses(width: float, phonon: float) -> None:
    data = table(ensemble_eta(width))
    single, aware = fit_model(data, "eq9"), fit_model(data, "resonant", width_prior(width, 3.0))
    assert single.value("phonon_mev")[0] == pytest.approx(phonon, rel=0.03)
    assert single.chi2[0] < 0.1
    assert aware.value("phonon_mev")[0] == pytest.approx(23.4, abs=0.01)
    assert aware.value("inhomogeneous_mev")[0] == pytest.approx(width, abs=0.01)
    assert aware.error("phonon_mev")[0] > single.error("phonon_mev")[0] * 23.4 / phonon


def test_a_width_with_a_prior_costs_no_degree_of_freedom_and_its_pull_is_shown() -> None:
    data = table(ensemble_eta(15.0))
    comparison = compare_models(data, ("eq9", "exponential"), width_prior(12.0, 1.0))
    fit = comparison.fits[0]
    assert fit.names == ("inhomogeneous_mev", "g_mev", "phonon_mev")
    assert (fit.n_parameters[0], fit.dof[0]) == (3, 7)
    assert comparison.n_parameters[:, 0].tolist() == [3, 2]
    # What the prior takes belongs to the misfit, as that of every nuisance.
    assert fit.priors[0].pull[0] == pytest.approx(fit.value("inhomogeneous_mev")[0] - 12.0)
    assert fit.chi2[0] > fit.priors[0].pull[0] ** 2
    assert fit.prior_chi2[0] == 0.0
    bounded = replace(width_prior(12.0, 1.0), priors=(), bounds={"inhomogeneous_mev": (0.0, 40.0)})
    assert fit_model(data, "eq9", bounded).n_parameters[0] == 4


def test_data_and_model_tell_that_the_width_can_not_be_told_from_the_phonon() -> None:
    data = table(ensemble_eta(15.0))
    free = ModelOptions(bounds={"inhomogeneous_mev": (0.0, 60.0)}, selection_mev=URBACH_MEV)
    alone = compare_models(data, ("resonant",), free)
    assert "σ and ħω can't be told apart by these data" in alone.verdicts[0]
    assert any("Give σ a prior" in problem.message for problem in alone.problems)
    aware = compare_models(data, ("resonant",), width_prior(15.0, 3.0))
    assert "σ comes from its prior" in aware.verdicts[0]
    # What one meV of width does is what fits with the width held half a meV to either side find.
    held = [
        fit_model(data, "resonant", ModelOptions(inhomogeneous_mev=width, selection_mev=URBACH_MEV)).value("phonon_mev")
        for width in (14.5, 15.5)
    ]
    change = phonon_per_width(aware.fits[0])[0]
    assert change == pytest.approx(held[1][0] - held[0][0], rel=0.02)
    assert f"{abs(change):.2g} meV less of ħω" in aware.verdicts[0]


def test_intervals_with_the_width_as_nuisance_cover_where_a_single_gap_never_does() -> None:
    """60 draws leave ±6 % (one standard error) in a coverage of 68 %; widths are drawn from the prior."""
    rng = np.random.default_rng(5)
    parts = []
    for width in 15.0 + 3.0 * rng.standard_normal(60):
        eta = ensemble_eta(width, model="eq9")
        parts.append(table(eta * (1.0 + 0.01 * rng.standard_normal(TEN.size)), relative=0.01))
    arrays = [name for name in parts[0].__slots__ if isinstance(getattr(parts[0], name), np.ndarray)]
    stacked = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
    draws = replace(parts[0], **stacked, keys=parts[0].keys * len(parts))

    def covered(options: ModelOptions) -> float:
        best, at_truth = (
            fit_model(draws, "eq9", given, least_points=1000).chi2[:-1]
            for given in (options, replace(options, fixed={"phonon_mev": 23.4}))
        )
        return float(np.mean(at_truth - best < 1.0))

    assert covered(ModelOptions()) < 0.1
    fixed = ModelOptions(inhomogeneous_mev=15.0, selection_mev=URBACH_MEV)
    assert covered(fixed) < 0.55
    assert covered(width_prior(15.0, 3.0)) == pytest.approx(0.6827, abs=0.15)


def test_profiles_of_the_phonon_let_the_width_go() -> None:
    data = table(ensemble_eta(15.0), relative=0.01)
    aware = fit_model(data, "resonant", width_prior(15.0, 3.0))
    fixed = fit_model(data, "resonant", ModelOptions(inhomogeneous_mev=15.0, selection_mev=URBACH_MEV))
    wide, narrow = (profile(fit, "phonon_mev", points=5) for fit in (aware, fixed))
    assert wide.high_68[0] - wide.low_68[0] > 1.5 * (narrow.high_68[0] - narrow.low_68[0])
    of_width = profile(aware, "inhomogeneous_mev", points=5)
    assert of_width.low_68[0] == pytest.approx(12.0, abs=0.1)
    assert of_width.high_68[0] == pytest.approx(18.0, abs=0.1)


def test_a_width_may_go_down_to_a_single_gap_without_opening_the_interval_of_the_phonon() -> None:
    data = table(ensemble_eta(0.0), relative=0.01)
    options = ModelOptions(priors=(ParameterPrior("inhomogeneous_mev", 0.0, 5.0),))
    fit = fit_model(data, "resonant", options)
    assert fit.value("phonon_mev")[0] == pytest.approx(23.4, abs=0.05)
    assert fit.value("inhomogeneous_mev")[0] < 1.0
    assert not any("the value is no result" in problem.message for problem in fit.problems)
    found, single = profile(fit, "phonon_mev", points=5), profile(fit_model(data, "resonant"), "phonon_mev", points=5)
    assert found.high_68[0] == pytest.approx(single.high_68[0], rel=0.01)
    # Without a spread of gaps ħω can only be too high: the interval grows downwards.
    assert found.low_68[0] < single.low_68[0] - 0.1


def test_a_free_width_joins_temperatures_and_the_arena_draws_the_same_curve() -> None:
    rows = [(t, TEN, eta, 0.02 * eta) for t in (200.0, 250.0) for eta in [ensemble_eta(12.0, t)]]
    data = eta_table(*rows)
    fit = fit_model(data, "resonant", width_prior(12.0, 2.0))
    np.testing.assert_allclose(fit.values[-1], [12.0, 41.1, 23.4], rtol=1e-3)
    np.testing.assert_allclose(model_eta(fit, 1, 250.0, TEN), rows[1][2], rtol=1e-5)
    assert fit.n_parameters[-1] == 4


# The temperature


def test_an_error_of_the_temperature_widens_g_and_leaves_the_phonon() -> None:
    data = table(ensemble_eta(0.0), relative=0.01)
    options = ModelOptions(priors=(ParameterPrior("temperature_offset_k", 0.0, 4.0, "thermometer"),))
    plain, aware = fit_model(data, "eq9"), fit_model(data, "eq9", options)
    assert aware.value("temperature_offset_k")[0] == pytest.approx(0.0, abs=1e-3)
    assert aware.error("phonon_mev")[0] == pytest.approx(plain.error("phonon_mev")[0], rel=1e-3)
    # d ln g = (ħω/2) d(1/kT)
    g, phonon = plain.values[0]
    moved = g * 0.5 * phonon * 4.0 / (BOLTZMANN_MEV_PER_K * 250.0**2)
    assert aware.error("g_mev")[0] == pytest.approx(np.hypot(plain.error("g_mev")[0], moved), rel=1e-3)
    assert aware.n_parameters[0] == plain.n_parameters[0]


def test_the_joint_fit_finds_what_is_added_to_all_temperatures() -> None:
    rows = [(t, TEN, eta, 0.002 * eta) for t in (150.0, 200.0, 250.0) for eta in [ensemble_eta(0.0, t + 5.0, "eq9")]]
    options = ModelOptions(
        priors=(ParameterPrior("temperature_offset_k", 0.0, 10.0),), fixed={"g_mev": 41.1, "phonon_mev": 23.4}
    )
    fit = fit_model(eta_table(*rows), "eq9", options)
    assert fit.value("temperature_offset_k")[-1] == pytest.approx(5.0, abs=0.05)
    assert fit.priors[0].pull[-1] == pytest.approx(0.5, abs=0.01)


def test_a_small_error_of_a_low_temperature_is_no_problem() -> None:
    options = ModelOptions(priors=(ParameterPrior("temperature_offset_k", 0.0, 1.0),))
    fit = fit_model(table(ensemble_eta(0.0, 20.0, "eq9"), temperature_k=20.0), "eq9", options)
    assert fit.value("temperature_offset_k")[0] == pytest.approx(0.0, abs=0.01)


def test_all_levels_are_fitted_near_absolute_zero_too() -> None:
    eta = np.linspace(0.9, 0.1, TEN.size)
    fit = fit_model(eta_table((4.0, TEN, eta, 0.02 * eta)), "kramers-heisenberg")
    assert np.isfinite(fit.chi2[0])


# Choices


def test_settings_free_or_fix_the_width_of_models_of_one_gap() -> None:
    prior, limit = ParameterPrior("inhomogeneous_mev", 15.0, 3.0), ParameterLimit("inhomogeneous_mev", 8.0, 8.0)
    free = ModelOptions.from_settings(ModelSettings(priors=(prior,)), PolaronSettings(), "thermal")
    assert free.priors == (prior,)
    fixed = ModelOptions.from_settings(ModelSettings(limits=(limit,)), PolaronSettings(), "thermal")
    fit = fit_model(table(ensemble_eta(8.0)), "resonant", fixed)
    assert fit.value("inhomogeneous_mev")[0] == 8.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ModelOptions(priors=(ParameterPrior("inhomogeneous_mev", 300.0, 3.0),)), "outside its range 0.1 to 200"),
        (ModelOptions(bounds={"inhomogeneous_mev": (-3.0, 9.0)}), "lower bound of σ .* is -3 meV"),
        (ModelOptions(bounds={"temperature_offset_k": (-300.0, 9.0)}), "lower bound of δT .* is -300 K"),
        (ModelOptions(bounds={"temperature_offset_k": (-30.0, 9.0)}), "brings 20 K to 0 K or below"),
    ],
)
def test_impossible_widths_and_temperatures_are_refused_in_words(options: ModelOptions, message: str) -> None:
    with pytest.raises((AnalysisError, SettingsError), match=message):
        fit_model(table(ensemble_eta(0.0), temperature_k=20.0), "eq9", options)


def test_a_width_that_ends_at_a_single_gap_leaves_the_polaron_energy_its_error() -> None:
    eta = ensemble_eta(0.0)
    # Steeper than a single gap makes the width end there.
    fit = fit_model(table(eta * np.exp(-(((TEN - 60.0) / 300.0) ** 2))), "eq9", width_prior(0.0, 5.0))
    at = fit.names.index("inhomogeneous_mev")
    assert fit.at_bound[0, at]
    assert np.isnan(fit.errors[0, at])
    assert np.isfinite(fit.polaron_energy_error_mev[0])
    assert np.isfinite(fit.huang_rhys_error[0])
