"""Ends of the intervals of ħω and g, exactly where the profile has risen by one; and data that determine nothing."""

from dataclasses import replace

import numpy as np
import pytest
from response_level import Truth, draw

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Condition, Experiment, Table, frozen_array
from asplab.core.polaron.comparison import ModelOptions, compare_models, fit_model, profile
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.gauss_newton import Constraint, minimise
from asplab.core.polaron.objectives import SeparateFits
from asplab.core.polaron.profiles import find_intervals
from asplab.core.responses.halfway import fit_from_table
from asplab.core.settings import EfficiencySettings, EnergySettings, GroupingSettings, PolaronSettings

CASES = {
    "250 K": (Truth(250.0, urbach_mev=28.0), 6e-4, 0.0),
    "250 K, uncertain reference": (Truth(250.0, urbach_mev=28.0), 2e-4, 1.0),
    "80 K, buried": (Truth(80.0, urbach_mev=9.0), 1e-4, 0.0),
    "80 K, 80 K set": (Truth(80.0, 21.4, 5.17, 0.75, urbach_mev=9.0), 1e-4, 0.0),
}


@pytest.mark.parametrize("case", CASES)
def test_chi2_has_risen_by_one_at_every_end(case: str) -> None:
    """Against damped steps with ħω or g held, repeated until they stand still; 100 draws each."""
    truth, noise, reference = CASES[case]
    n = 100
    efficiency = fit_efficiency(draw(truth, n=n, noise=noise, rng=np.random.default_rng(4)), EfficiencySettings())
    efficiency = replace(efficiency, reference_error_mev=np.full(n, reference))
    fit = replace(fit_polaron(efficiency, PolaronSettings(joint_scale="shared")), joint_objective=None)
    found, objective = find_intervals(fit), SeparateFits(fit.problem)
    base = fit.parameters
    for _ in range(4):
        base, chi2, _ = minimise(objective, base)
    positive = fit.parameters[:, 2] > 0.0
    for name in ("phonon_low_mev", "phonon_high_mev", "g_low_mev", "g_high_mev"):
        end = getattr(found, name)[:n]
        known = np.isfinite(end) & positive
        assert known.sum() > 80
        with np.errstate(divide="ignore"):
            held = 1.0 / end if name.startswith("phonon") else 2.0 * np.log(end)
        constraint = Constraint("u" if name.startswith("phonon") else "g", held[known])
        objective_here, at = SeparateFits(fit.problem.lanes(np.flatnonzero(known))), base[known]
        for _ in range(4):
            at, there, _ = minimise(objective_here, at, constraint, max_steps=60)
        # Some of the plain minimisations may end in another minimum; none may lie lower.
        rise = there - chi2[known]
        assert np.median(np.abs(rise - 1.0)) < 1e-6
        assert np.mean(np.abs(rise - 1.0) < 1e-5) > 0.9
        # With errors of ΔE the gradient leaves out how the covariance changes.
        assert np.all(rise > 1.0 - (5e-3 if reference else 1e-6))


def flat(value: float, *, temperature_k: float = 250.0) -> EfficiencyFit:
    """Return ten points of one η."""
    detuning = np.array([20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0])
    named = {
        "temperature_k": np.full(detuning.size, temperature_k),
        "detuning_mev": detuning,
        "eta": np.full(detuning.size, value),
        "eta_error": np.full(detuning.size, 0.02),
    }
    columns = tuple((name, frozen_array(values)) for name, values in named.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=columns)
    return fit_from_table(Experiment("table", tables=(table,)), GroupingSettings(), EnergySettings())


@pytest.mark.parametrize("model", ["eq9", "resonant", "kramers-heisenberg", "thermal", "exponential", "parasitic"])
@pytest.mark.parametrize(("value", "word"), [(1.0, "larger ΔE"), (0.0, "smaller ΔE")])
def test_saturated_eta_is_told(model: str, value: float, word: str) -> None:
    fit = fit_model(flat(value), model)
    assert any("saturated" in p.message and word in p.message for p in fit.problems)
    if "phonon_mev" in fit.names:
        found = profile(fit, "phonon_mev", points=5)
        assert np.isnan(found.high_68).all()


@pytest.mark.parametrize("value", [1.05, -0.05, 0.5])
def test_impossible_eta_is_fitted_without_warnings(value: float) -> None:
    comparison = compare_models(flat(value))
    assert not any("saturated" in p.message for p in comparison.problems)
    for fit in comparison.fits:
        if "phonon_mev" in fit.names and fit.fitted.any():
            profile(fit, "phonon_mev", points=5)


def test_a_model_that_cannot_be_evaluated_is_left_out_and_told() -> None:
    """Within these ranges S lies far beyond that of `kramers-heisenberg`."""
    ranges = ModelOptions(bounds={"g_mev": (3000.0, 4000.0), "phonon_mev": (1.0, 20.0)})
    comparison = compare_models(flat(0.5), ("eq9", "kramers-heisenberg"), ranges)
    fit = comparison.fits[1]
    assert not fit.fitted.any()
    assert np.isnan(fit.chi2).all()
    assert any("could not be evaluated" in p.message for p in fit.problems)
    assert "could not be evaluated" in comparison.reasons[1][0]
    with pytest.raises(AnalysisError, match="nothing to profile"):
        profile(fit, "phonon_mev")


def test_zero_temperature_is_refused_in_words() -> None:
    cold = replace(flat(0.5), temperatures_k=np.zeros(1))
    with pytest.raises(AnalysisError, match="temperatures above 0 K"):
        fit_model(cold, "eq9")


def test_the_number_of_points_that_a_model_needs_is_told() -> None:
    fit = fit_model(flat(0.5), "eq9", ModelOptions(detuning_range_mev=(20.0, 24.0)))
    assert any("needs at least 3 points" in p.message for p in fit.problems)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ModelOptions(fixed={"phonon_mev": 0.0}), r"ħω \(phonon_mev\) is 0 meV"),
        (ModelOptions(fixed={"phonon_mev": np.inf}), r"ħω \(phonon_mev\) is inf meV"),
        (ModelOptions(bounds={"phonon_mev": (0.0, 10.0)}), r"ħω \(phonon_mev\) is 0 meV"),
        (ModelOptions(bounds={"phonon_mev": (1.0, np.inf)}), r"ħω \(phonon_mev\) is inf meV"),
        (ModelOptions(fixed={"g_mev": -3.0}), r"g \(g_mev\) is -3 meV"),
        (ModelOptions(fixed={"broadening_mev": 0.0}), r"ζ \(broadening_mev\) is 0 meV"),
    ],
)
def test_values_without_meaning_are_refused_in_words(options: ModelOptions, words: str) -> None:
    with pytest.raises(AnalysisError, match=words):
        fit_model(flat(0.5), "kramers-heisenberg", options)
