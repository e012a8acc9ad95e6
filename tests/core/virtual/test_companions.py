"""Companion measurements of the virtual experiment: they come with the default experiment and load without problems."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from asplab.core.document import Document
from asplab.core.errors import SettingsError
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Analysis, Results
from asplab.core.virtual import VirtualExperiment, experiment_with_truth, simulate, truth_document
from asplab.core.virtual.companions import NAMES

SMALL = replace(experiment_with_truth(), temperatures_k=(250.0,), repeats=2)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    manifest = simulate(tmp_path_factory.mktemp("companions") / "data", SMALL, seed=1)
    return Analysis().update(Document(load_experiment(manifest.parent)))


def test_the_default_experiment_holds_every_companion() -> None:
    assert SMALL.companions == NAMES
    assert VirtualExperiment().companions == ()


def test_every_companion_has_a_truth() -> None:
    assert tuple(truth_document(SMALL, seed=1)["companion"]) == NAMES  # type: ignore[arg-type]


def test_a_companion_that_is_not_known_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"'raman' is not known\. Choose from power"):
        simulate(tmp_path / "data", replace(SMALL, companions=("raman",)), seed=1)


def test_power_series_of_a_single_photon_are_read_as_such(results: Results) -> None:
    found = results.power_dependence
    assert found is not None
    orders = Counter(one.dependence.order for one in found.readings if one.dependence)
    assert orders.total() == len(SMALL.detuning_mev)
    assert set(orders) <= {"one photon", "not determined"}
    assert orders["one photon"] >= 10


def test_companions_bring_no_error(results: Results) -> None:
    assert [problem.message for problem in results.problems if problem.severity == "error"] == []


def test_the_band_tells_the_true_stokes_shift_and_no_heating(results: Results) -> None:
    truth = truth_document(SMALL, seed=1)["companion"]["low_power"]["by_temperature"][0]  # type: ignore[index]
    found = results.trends
    assert found is not None
    assert found.stokes is not None
    assert abs(found.stokes.shift_mev[0] - truth["stokes_shift_mev"]) < 3.0 * found.stokes.error_mev[0]
    (table,) = found.emission.tables
    assert table is not None
    band = table.of(found.emission.method)
    assert abs(band.peak.value - truth["peak_mev"]) < 3.0 * band.peak.error
    assert abs(band.fwhm.value - truth["fwhm_mev"]) < 3.0 * band.fwhm.error
    assert found.by_energy.low_power.series is not None
    assert abs(found.by_energy.low_power.series.values_mev[0] - truth["peak_mev"]) < 1.0


def test_transients_give_back_rise_and_rates_or_limits_that_hold(results: Results) -> None:
    found, truth = results.upconversion, truth_document(SMALL, seed=1)["companion"]["transients"]  # type: ignore[index]
    assert found is not None
    assert len(found.rows) == len(truth["transients"]) == 4
    limits = 0
    for one, true in zip(found.rows, truth["transients"], strict=True):
        assert one.rates is not None
        for name in ("upconversion_per_ps", "loss_per_ps"):
            rate = getattr(one.rates, name)
            if rate.is_determined:
                assert abs(rate.value - true[name]) < 3.0 * rate.error
            else:
                limits += 1
                assert rate.lower_limit is not None
                assert rate.lower_limit < true[name]
    # The two fastest rises lie below the response, whose time zero no setting calls known.
    assert limits == 4


def test_particles_give_back_mean_and_spread(results: Results) -> None:
    found, truth = results.sizes, truth_document(SMALL, seed=1)["companion"]["sizes"]  # type: ignore[index]
    assert found is not None
    (sample,) = found.samples
    assert sample.sizes is not None
    assert sample.sizes.n == truth["particles"]
    assert sample.sizes.distributions[0].kind == truth["kind"]
    assert abs(sample.sizes.mean.value - truth["mean_nm"]) < 3.0 * sample.sizes.mean.error
    assert abs(sample.sizes.spread.value - truth["spread_nm"]) < 3.0 * sample.sizes.spread.error


def test_yields_of_other_ways_and_the_scattering_are_found_again(results: Results) -> None:
    truth: Any = truth_document(SMALL, seed=1)["companion"]
    assert results.abc_yields is not None
    assert results.sphere_yields is not None
    assert results.matched is not None
    (law,), (sphere,), (matched,) = (
        found.readings for found in (results.abc_yields, results.sphere_yields, results.matched)
    )
    assert law.found is not None
    assert sphere.reabsorbed is not None
    assert matched.comparison is not None
    assert matched.below_gap is not None
    for reading, value in (
        (law.found.peak_yield, truth["abc"]["peak_yield"]),
        (sphere.quantum_yield, truth["sphere"]["quantum_yield"]),
        (sphere.reabsorbed, truth["sphere"]["reabsorbed"]),
        (matched.comparison.scattering, truth["matched"]["scattered"]),
        (matched.below_gap, truth["matched"]["scattered"]),
    ):
        assert reading.is_determined
        assert abs(reading.value - value) < 3.0 * reading.error


def test_absorption_gives_back_tail_detailed_balance_and_media(results: Results) -> None:
    truth: Any = truth_document(SMALL, seed=1)["companion"]["absorption"]  # type: ignore[index]
    assert results.absorption is not None
    film, wet = results.absorption.tails
    (pair,) = results.absorption.media
    assert film.urbach is not None
    assert wet.star is not None
    assert wet.star.agrees
    assert wet.eta is not None
    assert pair.comparison is not None
    for reading, value in (
        (film.urbach.urbach, truth["film"][0]["urbach_mev"]),
        (wet.maximum, truth["suspension"]["maximum_mev"]),
        (wet.star.wing, truth["suspension"]["temperature_k"]),
        (pair.comparison.peak_shift, truth["film_less_suspension_mev"]),
        (pair.comparison.width_ratio, truth["film_over_suspension_width"]),
    ):
        assert reading.is_determined
        assert abs(reading.value - value) < 3.0 * reading.error
