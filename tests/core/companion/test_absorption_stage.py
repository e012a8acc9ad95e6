"""Absorption of film and suspension, from raw files to detailed balance, and what must stay as it was."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asplab import core
from asplab.core.companion.absorption.agreement import agreement
from asplab.core.companion.absorption.heat_stage import limits_between
from asplab.core.companion.absorption.tail import NO_EMISSION, Tail, refitted
from asplab.core.document import Document
from asplab.core.experiment import Experiment, frozen_array
from asplab.core.export.companion import companion, companion_tables
from asplab.core.pipeline import Analysis, Results
from asplab.core.settings import TailSettings
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.companions import companion_truth
from asplab.core.virtual.suspension import suspension

EXPERIMENT = VirtualExperiment(
    temperatures_k=(120.0, 250.0),
    stokes_detuning_mev=(170.0, 320.0, 480.0),
    detuning_mev=(20.0, 46.0, 65.0, 90.0),
    repeats=3,
    companions=("absorption",),
)
TRUTH = companion_truth(EXPERIMENT)["absorption"]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, analysis: Analysis) -> Results:
    folder = tmp_path_factory.mktemp("absorption") / "data"
    simulate(folder, EXPERIMENT, seed=3)
    return analysis.update(Document(core.load_experiment(folder)))


def curve_of(results: Results, medium: str, temperature_k: float) -> Tail:
    assert results.absorption is not None
    (found,) = [
        one
        for one in results.absorption.tails
        if one.sample.medium == medium and abs(one.sample.temperature_k - temperature_k) < 1.0
    ]
    return found


def again(analysis: Analysis, experiment: Experiment, settings: TailSettings | None = None) -> Results:
    """Return results of another experiment; what did not change is not made again."""
    document = Document(experiment)
    return analysis.update(document if settings is None else document.with_settings(tails=settings))


def test_the_suspension_has_the_temperature_of_the_sample_and_the_film_has_not(results: Results) -> None:
    wet, film = curve_of(results, "suspension", 250.0), curve_of(results, "film", 250.0)
    assert wet.star is not None
    assert film.star is not None
    assert wet.star.agrees
    assert wet.star.wing.value == pytest.approx(250.0, abs=3.0 * wet.star.wing.error)
    assert not film.star.agrees
    assert film.eta is None
    assert "ensemble" in film.reasons["eta"]


def test_coupled_over_total_absorption_of_the_suspension_is_the_true_efficiency(results: Results) -> None:
    found = curve_of(results, "suspension", 250.0)
    assert found.eta is not None
    peak = suspension(EXPERIMENT, 250.0).peak_mev
    truth = EXPERIMENT.truth.eta(peak - found.eta.energy_mev, 250.0)
    pulls = (found.eta.eta - truth) / found.eta.error
    assert np.abs(pulls).max() < 4.0
    assert np.sqrt(np.mean(pulls**2)) < 1.6
    assert found.reference_mev - found.eta.energy_mev.min() > 60.0


def test_it_agrees_with_the_photothermal_efficiency_at_the_same_excitations(results: Results) -> None:
    assert results.efficiency is not None
    found = agreement(curve_of(results, "suspension", 250.0), results.efficiency)
    assert found is not None
    assert found.detuning_mev == pytest.approx(EXPERIMENT.detuning_mev, abs=1.5)
    assert found.chance > 1e-3
    assert "agree" in found.sentence


def test_an_efficiency_that_is_far_off_is_told_to_differ(results: Results) -> None:
    fit = results.efficiency
    assert fit is not None
    found = agreement(curve_of(results, "suspension", 250.0), replace(fit, eta=0.5 * fit.eta))
    assert found is not None
    assert found.chance < 1e-4
    assert "differ" in found.sentence


def test_noise_of_the_absorption_pulls_the_average_to_neither_side(results: Results) -> None:
    """η of 0.3 over absorption with 25 % of noise, 200 times; the quotient's own error follows its fluctuation."""
    fit, tail, rng = results.efficiency, curve_of(results, "suspension", 250.0), np.random.default_rng(4)
    assert fit is not None
    assert tail.eta is not None
    clean = 0.3 * np.ones_like(tail.eta.eta)
    pulls = []
    for _ in range(200):
        total = 1.0 + 0.25 * rng.normal(size=clean.size).clip(-3.0, 3.0)
        eta = replace(tail.eta, eta=clean / total, noise_error=0.25 * clean / total**2, common=0.0 * tail.eta.common)
        found = agreement(replace(tail, eta=eta), fit)
        assert found is not None
        pulls.append((found.eta - 0.3) / found.eta_error)
    assert abs(np.mean(pulls)) < 0.25
    assert np.abs(pulls).max() < 5.0


def test_points_below_zero_give_no_average(results: Results) -> None:
    fit, tail = results.efficiency, curve_of(results, "suspension", 250.0)
    assert fit is not None
    assert tail.eta is not None
    whole = agreement(tail, fit)
    deep = tail.reference_mev - tail.eta.energy_mev > 80.0
    cut = agreement(replace(tail, eta=replace(tail.eta, eta=np.where(deep, -0.01, tail.eta.eta))), fit)
    assert whole is not None
    assert cut is not None
    assert cut.detuning_mev == pytest.approx(whole.detuning_mev[whole.detuning_mev < 80.0])
    assert np.all(np.isfinite(cut.eta))


@pytest.mark.parametrize("k", [0, 1])
def test_the_tail_of_the_film_is_found_in_curves_and_in_its_heat(results: Results, k: int) -> None:
    truth = TRUTH["film"][k]
    curve = curve_of(results, "film", truth["temperature_k"])
    assert results.heat_tails is not None
    for one in (curve, results.heat_tails.tails[k]):
        assert one.urbach is not None
        urbach = one.urbach.urbach
        assert urbach.value == pytest.approx(truth["urbach_mev"], abs=4.0 * urbach.error)
        assert one.urbach.is_chosen
    heat = results.heat_tails.tails[k].urbach
    assert heat is not None
    assert "quantum yield" in heat.sentence


def test_the_first_maximum_of_a_noisy_film_is_the_true_one_within_its_error(results: Results) -> None:
    for truth in TRUTH["film"]:
        found = curve_of(results, "film", truth["temperature_k"]).maximum
        assert found.value == pytest.approx(truth["maximum_mev"], abs=4.0 * found.error)
        # Noise of 1 % on a maximum 1 % above the cusp beside it can't be told to a meV.
        assert 1.5 < found.error < 8.0


@pytest.mark.parametrize("kelvin", [120.0, 250.0])
def test_between_two_excitations_a_sigmoid_stays_within_the_limits_of_its_neighbours(kelvin: float) -> None:
    detuning = np.array([0.0, *EXPERIMENT.detuning_mev])
    known = np.array([1.0, *EXPERIMENT.truth.eta(detuning[1:], kelvin)])
    at = np.linspace(1.0, 88.0, 88)
    low, high = limits_between(at, detuning, known)
    truth = EXPERIMENT.truth.eta(at, kelvin)
    np.testing.assert_array_less(low - 0.004, truth)
    np.testing.assert_array_less(truth, high + 0.004)
    assert np.all((known[-1] <= low) & (low <= high) & (high <= 1.0))
    inner = (at > detuning[1]) & (at < detuning[-2])
    step = np.interp(at, detuning[1:], -np.diff(known))
    assert np.mean((high - low)[inner]) < 0.6 * np.mean(step[inner])


def test_film_and_suspension_are_compared_at_their_common_temperature(results: Results) -> None:
    assert results.absorption is not None
    (pair,) = results.absorption.media
    assert pair.comparison is not None
    shift, ratio = pair.comparison.peak_shift, pair.comparison.width_ratio
    assert shift.value == pytest.approx(TRUTH["film_less_suspension_mev"], abs=4.0 * shift.error)
    assert ratio.value == pytest.approx(TRUTH["film_over_suspension_width"], abs=4.0 * ratio.error)
    assert "to the red" in pair.comparison.sentence


def test_absorption_and_a_suspension_beside_change_nothing_of_the_main_analysis(
    results: Results, tmp_path: Path
) -> None:
    simulate(tmp_path / "data", replace(EXPERIMENT, companions=()), seed=3)
    alone = core.analyse(Document(core.load_experiment(tmp_path / "data")))
    assert alone.efficiency is not None
    assert results.efficiency is not None
    assert results.corrected is not None
    np.testing.assert_array_equal(results.efficiency.eta, alone.efficiency.eta)
    np.testing.assert_array_equal(results.efficiency.eta_error, alone.efficiency.eta_error)
    np.testing.assert_array_equal(results.efficiency.detuning_mev, alone.efficiency.detuning_mev)
    assert np.all(results.corrected.inner_filter == 1.0)
    assert [p for p in results.problems if p.severity != "info"] == [p for p in alone.problems if p.severity != "info"]


def test_a_curve_that_is_too_short_is_named_and_the_others_stay(analysis: Analysis, results: Results) -> None:
    experiment = results.document.experiment
    first = next(one for one in experiment.curves if one.kind == "absorption")
    short = replace(first, wavelength_nm=frozen_array(first.wavelength_nm[:10]), values=frozen_array(first.values[:10]))
    curves = tuple(short if one is first else one for one in experiment.curves)
    found = again(analysis, replace(experiment, curves=curves))
    assert found.absorption is not None
    assert len(found.absorption.tails) == 2
    (problem,) = [p for p in found.problems if "absorption curve has 10 points" in p.message]
    assert first.source in problem.where


def test_absorption_of_another_sample_has_neither_gap_nor_eta_beside_it(analysis: Analysis, results: Results) -> None:
    experiment = results.document.experiment
    curves = tuple(
        replace(one, condition=replace(one.condition, sample="sample B")) if one.kind == "absorption" else one
        for one in experiment.curves
    )
    found = again(analysis, replace(experiment, curves=curves))
    assert found.absorption is not None
    own = [one for one in found.absorption.tails if one.sample.source != "PA"]
    assert own
    assert [one.eta for one in own] == [None] * len(own)
    assert [one.sample.temperature for one in own] == [None] * len(own)
    told = [problem for problem in found.problems if "of sample 'sample B'" in problem.message]
    assert len(told) == len(own)


def test_without_emission_of_its_medium_a_curve_has_no_detailed_balance(analysis: Analysis, results: Results) -> None:
    experiment = results.document.experiment
    dry = tuple(s for s in experiment.spectra if s.condition.medium != "suspension")
    found = curve_of(again(analysis, replace(experiment, spectra=dry)), "suspension", 250.0)
    assert found.star is None
    assert found.reasons["star"] == found.reasons["eta"] == NO_EMISSION
    assert found.maximum.is_determined


def test_without_curves_there_is_nothing_and_no_problem(analysis: Analysis, results: Results) -> None:
    experiment = results.document.experiment
    curves = tuple(one for one in experiment.curves if one.kind != "absorption")
    found = again(analysis, replace(experiment, curves=curves))
    assert found.absorption is not None
    assert found.absorption.tails == found.absorption.problems == ()


def test_a_range_that_is_given_is_taken_and_a_drag_makes_the_same_of_it(analysis: Analysis, results: Results) -> None:
    settings = TailSettings(urbach_mev=((50.0, 110.0),))
    found = curve_of(again(analysis, results.document.experiment, settings), "film", 250.0)
    quick = refitted(curve_of(results, "film", 250.0), settings)
    for one in (found, quick):
        assert one.urbach is not None
        assert not one.urbach.is_chosen
        assert one.reference_mev - one.urbach.range_mev[0] == pytest.approx(110.0, abs=3.0)
    assert found.urbach is not None
    assert quick.urbach is not None
    assert found.urbach.urbach == quick.urbach.urbach


def test_results_json_is_strict_and_tables_hold_a_row_for_each_spectrum(results: Results) -> None:
    section = companion(results)["absorption"]
    assert json.loads(json.dumps(section, allow_nan=False)) == section
    assert [one["detailed_balance"] for one in section["spectra"]].count(True) == 1
    tables = {made.name: made for made in companion_tables(results)}
    assert len(tables["absorption"].rows) == len(section["spectra"]) == 5
    assert len(tables["reciprocity"].rows) == sum(len(one["eta"]) for one in section["spectra"])


def test_a_drag_leaves_absorption_out(results: Results) -> None:
    found = core.Analysis().update(results.document, intervals=False)
    assert found.absorption is None
    assert found.heat_tails is None


def test_over_seeds_the_suspension_keeps_the_temperature_of_the_sample(tmp_path: Path) -> None:
    small = replace(EXPERIMENT, temperatures_k=(250.0,), stokes_detuning_mev=(170.0,), detuning_mev=(23.0,), repeats=2)
    pulls = []
    for seed in range(4):
        folder = tmp_path / str(seed)
        simulate(folder, small, seed=seed)
        found = curve_of(core.analyse(Document(core.load_experiment(folder))), "suspension", 250.0)
        assert found.star is not None
        pulls.append((found.star.wing.value - 250.0) / found.star.wing.error)
    assert np.abs(pulls).max() < 3.0
    assert np.sqrt(np.mean(np.square(pulls))) < 2.0
