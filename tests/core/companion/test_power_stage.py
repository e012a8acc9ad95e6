"""Power series of an experiment, from raw files to the range of a single photon and to results.json."""

import json
from dataclasses import replace

import numpy as np
import pytest

from asplab import core
from asplab.core.export.companion import companion
from asplab.core.export.companion.power import POWER
from asplab.core.export.measurement_rows import measurement
from asplab.core.pipeline import Results
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.effects import Effects

DETUNINGS_MEV = (20.0, 33.0, 55.0, 77.0, 102.0, 132.0)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("power") / "data"
    effects = Effects(power_series=True, two_photon_crossover_uw=3000.0, two_photon_reference_mev=60.0)
    experiment = VirtualExperiment(temperatures_k=(250.0,), detuning_mev=DETUNINGS_MEV, repeats=2, effects=effects)
    simulate(folder, experiment, seed=11)
    return core.analyse(core.Document(core.load_experiment(folder)))


def test_every_series_is_read_in_the_order_of_its_detuning(results: Results) -> None:
    assert results.power_dependence is not None
    detunings = [one.detuning_mev for one in results.power_dependence.readings]
    assert detunings == sorted(detunings)
    assert detunings == pytest.approx(DETUNINGS_MEV, abs=1.5)


def test_slopes_rise_from_one_photon_to_two_and_shares_with_them(results: Results) -> None:
    assert results.power_dependence is not None
    first, *_, last = results.power_dependence.readings
    assert first.dependence is not None
    assert last.dependence is not None
    assert first.dependence.order == "one photon"
    assert last.dependence.slope.low > 1.5
    assert last.share is not None
    assert last.share.value > 0.5
    ((t, found),) = results.power_dependence.ranges
    assert t == 0
    assert found.single_to_mev is not None
    assert found.two_from_mev is not None
    assert found.single_to_mev < found.two_from_mev


def test_a_drag_leaves_the_companions_out(results: Results) -> None:
    assert core.Analysis().update(results.document, intervals=False).power_dependence is None


def test_results_json_holds_every_series_and_is_strict(results: Results) -> None:
    section = companion(results)["power"]
    assert json.loads(json.dumps(section, allow_nan=False)) == section
    assert len(section["series"]) == len(DETUNINGS_MEV)
    limited, *_, known = section["series"]
    assert limited["crossover_uw"] is None
    assert limited["crossover_uw_lower_limit95"] > 1000.0
    assert "two-photon" in limited["crossover_uw_reason"]
    assert known["crossover_uw_interval68"][0] < known["crossover_uw"]


def test_an_experiment_without_series_has_no_section(results: Results) -> None:
    bare = replace(results.document.experiment, kept=())
    assert "power" not in companion(core.analyse(replace(results.document, experiment=bare)))


def test_results_json_holds_the_heat_balance_of_every_known_eta(results: Results) -> None:
    rows = companion(results)["cooling"]
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert results.efficiency is not None
    assert 0 < len(rows) <= int(results.efficiency.valid.sum())
    for row in rows:
        assert row["cooling_efficiency"] == pytest.approx(row["eta_times_yield"] / row["needed"] - 1.0)


def test_series_whose_temperature_is_read_a_little_differently_make_one_range(results: Results) -> None:
    experiment = results.document.experiment
    moved = tuple(
        replace(one, condition=replace(one.condition, temperature_k=250.0 + 0.3 * k))
        for k, one in enumerate(experiment.kept)
    )
    found = core.analyse(replace(results.document, experiment=replace(experiment, kept=moved))).power_dependence
    assert found is not None
    assert [one.temperature for one in found.readings] == [0] * len(DETUNINGS_MEV)
    assert len(found.ranges) == 1


def test_shares_and_their_errors_are_those_that_the_chain_subtracts(results: Results) -> None:
    chain, layout, found = results.two_photon, results.layout, results.power_dependence
    assert chain is not None
    assert layout is not None
    assert found is not None
    for one in found.readings:
        ((t, c),) = np.argwhere(layout.valid & (layout.index == one.series.stack))
        assert one.share is not None
        assert one.share.value == pytest.approx(chain.share[t, c], rel=1e-9)
        assert one.share.error == pytest.approx(chain.error[t, c], rel=1e-9)


# --- samples ---------------------------------------------------------------------------------------------
def of_sample(results: Results, sample: str) -> core.Document:
    """Return the document with every power series of another sample than the spectra."""
    experiment = results.document.experiment
    kept = tuple(replace(one, condition=replace(one.condition, sample=sample)) for one in experiment.kept)
    return replace(results.document, experiment=replace(experiment, kept=kept))


def test_power_series_of_another_sample_correct_nothing_and_are_told(results: Results) -> None:
    bare = core.analyse(replace(results.document, experiment=replace(results.document.experiment, kept=())))
    other = core.analyse(of_sample(results, "sample B"))
    assert results.efficiency is not None
    assert bare.efficiency is not None
    assert other.efficiency is not None
    np.testing.assert_array_equal(other.efficiency.eta, bare.efficiency.eta)
    np.testing.assert_array_equal(other.efficiency.eta_error, bare.efficiency.eta_error)
    assert np.abs(results.efficiency.eta - bare.efficiency.eta).max() > 0.01
    (told,) = [problem for problem in other.problems if "sample B" in problem.message]
    assert told.severity == "warning"
    assert "of sample 'sample B' correct nothing: the spectra there are of another sample" in told.message


def test_power_series_of_another_sample_stand_in_the_results_with_its_name(results: Results) -> None:
    other = core.analyse(of_sample(results, "sample B"))
    section = companion(other)["power"]
    assert {row["sample"] for row in section["series"]} == {"sample B"}
    assert {row["two_photon_share"] for row in section["series"]} == {None}
    assert section["single_photon_range"] == []
    assert {row["sample"] for row in measurement(other)["power_series"]} == {"sample B"}
    report = " ".join(POWER.section(other))
    assert report.count("Sample sample B: ") == len(DETUNINGS_MEV)
    assert "nan" not in report


def test_power_series_that_name_no_sample_are_of_any(results: Results) -> None:
    unnamed = core.analyse(of_sample(results, ""))
    assert unnamed.efficiency is not None
    assert results.efficiency is not None
    np.testing.assert_array_equal(unnamed.efficiency.eta, results.efficiency.eta)


# --- table -----------------------------------------------------------------------------------------------
def test_the_table_of_series_has_no_crossover_where_the_companion_has_a_limit(results: Results) -> None:
    rows = measurement(results)["power_series"]
    assert rows[0]["crossover_uw"] is None
    assert rows[0]["crossover_uw_lower_limit95"] > 1000.0
    assert rows[-1]["crossover_uw"] is not None
    for row, one in zip(rows, companion(results)["power"]["series"], strict=True):
        assert row["crossover_uw"] == one["crossover_uw"]
        assert row["crossover_uw_error"] == one["crossover_uw_error"]


def test_a_series_above_the_gap_is_not_among_those_that_count_photons(results: Results) -> None:
    experiment = results.document.experiment
    stokes = next(one.condition.excitation_nm for one in experiment.spectra if one.kind == "pl")
    first = experiment.kept[0]
    above = replace(first, source="above.csv", condition=replace(first.condition, excitation_nm=stokes))
    found = core.analyse(replace(results.document, experiment=replace(experiment, kept=(first, above))))
    assert [row["source"] for row in measurement(found)["power_series"]] == [first.where]
