"""The map of net cooling and the systematic error of net cooling, of an experiment's files."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sampling_level import experiment

from asplab import core
from asplab.core.companion.cooling.chance import CoolingMap
from asplab.core.companion.cooling.imagined import ImaginedSample
from asplab.core.companion.cooling.points import measured_cooling
from asplab.core.companion.cooling.repeats import DrawnModel, resampled_model
from asplab.core.companion.cooling.study import map_axes, map_of_posterior, map_of_repeats
from asplab.core.companion.cooling.systematic import CoolingSystematics, cooling_systematics
from asplab.core.errors import AnalysisError, Cancelled
from asplab.core.export.companion import companion
from asplab.core.export.companion.cooling import COOLING
from asplab.core.export.companion_figures import COMPANION_FIGURES
from asplab.core.export.style.rules import page, publication_style
from asplab.core.inference import Method, infer
from asplab.core.pipeline import Results
from asplab.core.polaron.rates.evaluation import upconversion_efficiency
from asplab.core.progress import Progress
from asplab.core.sampling import sample
from asplab.core.systematics import prepare
from asplab.core.virtual import VirtualExperiment, simulate

EXPERIMENT = VirtualExperiment(
    temperatures_k=(200.0, 250.0),
    stokes_detuning_mev=(170.0, 320.0, 480.0),
    detuning_mev=(23.0, 46.0, 65.0, 90.0),
    repeats=3,
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = simulate(tmp_path_factory.mktemp("cooling") / "data", EXPERIMENT, seed=2).parent
    return core.analyse(core.Document(core.load_experiment(folder)))


@pytest.fixture(scope="module")
def found(results: Results) -> CoolingMap:
    return map_of_repeats(results, draws=200, seed=1)


@pytest.fixture(scope="module")
def moved(results: Results) -> CoolingSystematics:
    return cooling_systematics(prepare(results))


# --- the map ---------------------------------------------------------------------------------------------
def test_eta_of_the_draws_lies_around_that_of_the_fit_at_every_place(results: Results) -> None:
    assert results.efficiency is not None
    fit = results.efficiency
    model = resampled_model(results, draws=200, seed=1, progress=Progress())
    eta = model.eta(fit.detuning_mev, fit.temperatures_k)
    apart = (np.median(eta, axis=0) - fit.eta) / np.hypot(fit.eta_error, eta.std(axis=0))
    assert np.abs(apart).max() < 3.5
    np.testing.assert_allclose(np.median(model.yields(fit.temperatures_k), axis=0), fit.quantum_yield, rtol=0.01)


def test_the_map_of_repeats_holds_the_measured_heat_balance(results: Results, found: CoolingMap) -> None:
    assert results.cooling is not None
    for t, kelvin in enumerate(EXPERIMENT.temperatures_k):
        row = int(np.argmin(np.abs(found.temperature_k - kelvin)))
        there = np.interp(results.cooling.detuning_mev[t], found.detuning_mev, found.found.efficiency[row])
        np.testing.assert_allclose(there, results.cooling.efficiency[t], atol=0.05)
    assert np.nanmax(found.found.chance) == 0.0
    # The axes reach beyond the data on all sides, and say so.
    assert found.is_extrapolated[0].all()
    assert found.is_extrapolated[-1].all()
    assert found.best is not None


def test_excitations_at_and_above_the_reference_have_no_chance(results: Results, found: CoolingMap) -> None:
    axes = map_axes(results)
    np.testing.assert_array_equal(np.isfinite(found.found.chance), axes.from_reference_mev > 0.0)


def test_a_draw_that_bends_the_wrong_way_tells_nothing_beyond_the_data() -> None:
    """With 1/ħω below zero η falls to a lowest value and would run back to 1."""
    level = np.array([[5.0], [5.0]])
    bends = DrawnModel(np.array([250.0]), level, np.array([0.0, 0.0]), np.array([0.02, -0.02]), np.full((2, 1), 0.9))
    detuning, kelvin = np.array([[30.0, 100.0, 2000.0]]), np.array([250.0])
    grows = bends.grows_again(detuning, kelvin)
    np.testing.assert_array_equal(grows[:, 0], [[False, False, False], [False, False, True]])
    higher = bends.eta(detuning + 1.0, kelvin) > bends.eta(detuning, kelvin)
    np.testing.assert_array_equal(higher[1, 0, :2], grows[1, 0, :2])


def test_a_map_of_a_posterior_agrees_with_that_of_repeats() -> None:
    results = experiment("250 K")
    assert results.efficiency is not None
    results = replace(results, cooling=measured_cooling(results.efficiency))
    of_posterior = map_of_posterior(results, sample(results, seed=2, walkers=24, steps=300))
    assert results.cooling is not None
    (t,) = np.flatnonzero(np.isfinite(results.cooling.efficiency).any(axis=1))
    row = int(np.argmin(np.abs(of_posterior.temperature_k - 250.0)))
    known = np.isfinite(results.cooling.efficiency[t])
    there = np.interp(
        results.cooling.detuning_mev[t, known], of_posterior.detuning_mev, of_posterior.found.efficiency[row]
    )
    np.testing.assert_allclose(there, results.cooling.efficiency[t, known], atol=0.05)


def test_results_without_repeats_are_sent_to_the_posterior(results: Results) -> None:
    with pytest.raises(AnalysisError, match="Sample the posterior instead"):
        map_of_repeats(replace(results, scans=None), draws=200, seed=1)
    with pytest.raises(AnalysisError, match="no heat balance"):
        map_of_repeats(replace(results, cooling=None), draws=200, seed=1)


def test_a_map_that_is_cancelled_stops(results: Results) -> None:
    progress = Progress()
    progress.cancelled.set()
    with pytest.raises(Cancelled):
        map_of_repeats(results, draws=200, seed=1, progress=progress)


# --- a sample of other numbers ---------------------------------------------------------------------------
def test_a_sample_set_by_hand_is_that_of_the_rate_model_and_says_where_it_cools(results: Results) -> None:
    axes = map_axes(results)
    sample = ImaginedSample(0.998, g_mev=40.0, phonon_mev=24.0, log_scale=9.0)
    row, column = 5, 20
    eta = upconversion_efficiency(
        "eq9", axes.from_reference_mev[row, column], axes.temperature_k[row], log_scale=9.0, g_mev=40.0, phonon_mev=24.0
    )
    assert sample.eta(axes)[row, column] == pytest.approx(float(eta), rel=1e-9)
    told = sample.sentence(axes, 250.0)
    assert "would cool at 250 K from" in told
    poor = replace(sample, quantum_yield=0.8).sentence(axes, 250.0)
    assert "would heat at 250 K wherever" in poor
    photon = float(np.interp(250.0, axes.temperature_k, axes.photon_mev))
    assert f"no η cools below ⟨E⟩ − hν = {0.2 * photon:.0f} meV" in poor


# --- the systematic error --------------------------------------------------------------------------------
def test_the_systematic_error_follows_those_of_eta_and_yield(results: Results, moved: CoolingSystematics) -> None:
    """A mismatch of the filters leaves the yield alone: Δη_c/(1 + η_c) = Δη/η."""
    assert results.efficiency is not None
    assert results.cooling is not None
    subject = prepare(results)
    k = moved.names.index("path_mismatch_percent")
    sigma = subject.prior["path_mismatch_percent"]
    eta = [subject.under({"path_mismatch_percent": size}).eta for size in (sigma, -sigma)]
    relative = 0.5 * (eta[0] - eta[1]) / results.efficiency.eta
    wanted = np.abs(relative) * (1.0 + results.cooling.efficiency)
    known = np.isfinite(results.cooling.efficiency)
    np.testing.assert_allclose(moved.above[k][known], wanted[known], rtol=0.1)


def test_a_reference_that_is_off_does_not_move_the_sign_of_the_heat(moved: CoolingSystematics) -> None:
    """⟨E⟩ divides out where the yield comes from R."""
    k = moved.names.index("reference_mev")
    assert np.nanmax(moved.above[k]) < 1e-9


def test_both_errors_are_told_with_where_the_systematic_one_comes_from(
    results: Results, moved: CoolingSystematics
) -> None:
    assert results.cooling is not None
    place = results.cooling.nearest
    told = moved.sentence(results.cooling, place)
    assert "(statistical)" in told
    assert "mostly quantum yield" in told
    assert "standard errors below 0" in told
    assert abs(moved.significance(results.cooling)[place]) < abs(results.cooling.significance[place])


# --- what is exported ------------------------------------------------------------------------------------
def test_results_json_holds_needs_both_errors_and_the_map_of_a_bootstrap(results: Results) -> None:
    document = results.document
    found = infer(document, Method(intervals="bootstrap", draws=200))
    sections = companion(found)
    assert json.loads(json.dumps(sections, allow_nan=False)) == sections
    row = sections["cooling"][0]
    assert all(end > 0.0 for end in row["cooling_efficiency_systematic"])
    assert "net heating" in row["pa_says"]
    assert row["pa_standard_errors_below_zero"] < -3.0
    needs = sections["cooling_needs"]
    assert needs["eta_lower_limit95"] > 1.0
    assert "no η cools below" in needs["says"]
    mapped = sections["cooling_map"]
    assert len(mapped["chance_of_cooling"]) == len(mapped["temperature_k"])
    assert "within what was measured" in mapped["says"]
    assert "cooling_map" not in companion(results)
    text = " ".join(COOLING.section(found))
    assert "(systematic)" in text
    assert "one alone does not suffice" in text
    with publication_style():
        drawn = COMPANION_FIGURES["cooling"][0](found, page())
    assert drawn is not None
    assert len(drawn.axes) == 3
