"""Sizes from areas: reading, cuts, statistics over seeds, distributions, and the spread of gaps."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asplab.core.companion.reading import measured, undetermined
from asplab.core.companion.sizes.distribution import fit_distributions
from asplab.core.companion.sizes.gap_spread import gap_spread
from asplab.core.companion.sizes.histogram import size_histogram
from asplab.core.companion.sizes.particles import measure_sizes
from asplab.core.companion.sizes.table import read_areas
from asplab.core.companion.sizes.virtual import SizeTruth, results_table, virtual_areas
from asplab.core.errors import AnalysisError, InputError, SettingsError

TRUTH = SizeTruth()


@pytest.mark.parametrize(
    ("delimiter", "decimal", "index"),
    [("\t", ".", True), ("\t", ",", True), (",", ".", True), (";", ",", True), ("\t", ".", False), (";", ",", False)],
)
def test_a_table_is_read_with_and_without_index_and_with_a_decimal_comma(
    delimiter: str, decimal: str, index: bool
) -> None:
    areas = virtual_areas(np.random.default_rng(1), replace(TRUTH, particles=40))
    table = read_areas(results_table(areas, delimiter=delimiter, decimal=decimal, index=index), "Results.csv")
    np.testing.assert_allclose(table.area_nm2, areas, atol=6e-4)
    assert table.lines[0] == 2
    assert "doesn't state the unit" in table.warnings[0]


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        (" ,Label,Area\n1,a.tif,65.2\n2,b.tif,66.1\n", [65.2, 66.1]),
        ("Area\n65,25\n66,5\n", [65.25, 66.5]),
        ("Area [nm^2]\tCirc.\n65.25\tNaN\n66.5\t0.9\n\n", [65.25, 66.5]),
        (" \tLabel\tArea\n1\ta\t65.5\n2\tMean\t65.5\n3\tSD\t0.1\n", [65.5]),
        ('" ","Area"\n"1","65.25"\n"5","66.5"\n', [65.25, 66.5]),
    ],
)
def test_labels_units_quotes_and_summaries_do_not_disturb(text: str, areas: list[float]) -> None:
    assert read_areas(text.encode(), "r.csv").area_nm2.tolist() == areas


def test_whole_numbers_are_said_to_be_pixels() -> None:
    assert "pixels" in read_areas(b"Area\n65\n66\n", "r.csv").warnings[-1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.csv: the file is empty"),
        (" \tMean\n1\t5\n", "line 1: no column is called Area, only"),
        ("Area\tArea\n1\t2\n", "line 1: two columns are called Area"),
        ("Area [µm^2]\n0.5\n", "line 1: the areas are in µm²"),
        (" \tArea\n1\t6O\n", "line 2: column Area holds '6O'"),
        (" \tArea\n1\t-3\n", "line 2: column Area holds '-3'"),
        (" \tArea\n1\t60\t3\n", "line 2: the row has 3 cells, the header 2"),
        (" \tArea\n", "line 1: no rows follow"),
    ],
)
def test_a_bad_table_is_refused_by_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_areas(text.encode(), "r.csv")


def test_the_standard_error_of_the_published_sample() -> None:
    found = measure_sizes(virtual_areas(np.random.default_rng(0), TRUTH), minimum_nm=0.0, merged="flag")
    assert found.n == 957
    assert found.mean.error == pytest.approx(0.023, abs=0.001)
    assert found.mean.error == pytest.approx(found.spread.value / np.sqrt(957), rel=1e-12)


def test_the_error_of_the_spread_is_that_of_a_normal_sample_where_it_is_one() -> None:
    areas = virtual_areas(np.random.default_rng(0), replace(TRUTH, particles=20_000))
    spread = measure_sizes(areas, minimum_nm=0.0, merged="flag").spread
    assert spread.error == pytest.approx(spread.value / np.sqrt(2.0 * 20_000), rel=0.03)


@pytest.mark.parametrize("kind", ["normal", "lognormal"])
def test_mean_and_spread_are_recovered_with_pulls_of_unit_spread(kind: Any) -> None:
    truth, pulls = SizeTruth(kind=kind, particles=300, spread_nm=1.2), []
    for seed in range(100, 150):
        found = measure_sizes(virtual_areas(np.random.default_rng(seed), truth), minimum_nm=0.0, merged="flag")
        own = next(item for item in found.distributions if item.kind == kind)
        for reading, wanted in ((found.mean, 6.8), (found.spread, 1.2), (own.mean, 6.8), (own.spread, 1.2)):
            pulls.append((reading.value - wanted) / reading.error)
    table = np.array(pulls).reshape(-1, 4)
    assert table.std(axis=0) == pytest.approx(np.full(4, 1.0), abs=0.25)
    assert np.abs(table.mean(axis=0)).max() < 0.5
    assert np.mean(np.abs(table) < 1.0) == pytest.approx(0.683, abs=0.09)


@pytest.mark.parametrize("kind", ["normal", "lognormal"])
def test_the_distribution_of_the_data_wins_or_is_said_not_to_be_told(kind: Any) -> None:
    wrong = 0
    for seed in range(25):
        truth = SizeTruth(kind=kind, spread_nm=1.2)
        found = measure_sizes(virtual_areas(np.random.default_rng(seed), truth), minimum_nm=0.0, merged="flag")
        wrong += found.distributions[0].kind != kind and found.distributions[1].delta_aicc > 4.0
    assert wrong == 0
    few = virtual_areas(np.random.default_rng(2), SizeTruth(kind=kind, particles=30, spread_nm=0.3))
    assert "do not tell" in measure_sizes(few, minimum_nm=0.0, merged="flag").verdict


def test_a_cut_through_the_sizes_moves_the_mean_but_not_that_of_the_distribution() -> None:
    pulls = []
    for seed in range(20):
        truth = SizeTruth(spread_nm=1.2, particles=500)
        found = measure_sizes(virtual_areas(np.random.default_rng(seed), truth), minimum_nm=6.0, merged="flag")
        own = next(item for item in found.distributions if item.kind == "normal")
        pulls.append((own.mean.value - 6.8) / own.mean.error)
    assert found.mean.value > 7.0
    assert np.std(pulls) == pytest.approx(1.0, abs=0.35)
    assert abs(np.mean(pulls)) < 0.6
    assert any("of the distribution, so the mean" in note for note in found.notes)


def test_a_cut_above_most_particles_leaves_the_distribution_undetermined() -> None:
    edges = virtual_areas(np.random.default_rng(1), SizeTruth(spread_nm=1.2))
    found = measure_sizes(edges, minimum_nm=8.0, merged="flag")
    assert not found.distributions[0].mean.is_determined
    assert "Lower the minimum" in found.distributions[0].mean.reason


def test_merged_pairs_and_specks_are_found_and_left_out() -> None:
    truth = SizeTruth(merged=40, specks=30)
    areas = virtual_areas(np.random.default_rng(3), truth)
    kept = measure_sizes(areas, minimum_nm=2.0, merged="flag")
    without = measure_sizes(areas, minimum_nm=2.0, merged="leave_out")
    assert kept.is_cut.sum() == 30
    assert kept.is_merged.sum() == pytest.approx(31, abs=6)
    assert kept.n == 997
    assert without.n == 997 - without.is_merged.sum()
    assert abs(without.mean.value - 6.8) < 4.0 * without.mean.error
    assert kept.spread.value > 0.85
    assert without.spread.value == pytest.approx(0.7, abs=0.05)
    assert any("as large as two" in note and "left out" in note for note in without.notes)
    assert any("30 of 1027 particles are below 2 nm" in note for note in without.notes)


def test_a_clean_sample_has_hardly_any_merged_particles() -> None:
    found = measure_sizes(virtual_areas(np.random.default_rng(4), TRUTH), minimum_nm=0.0, merged="flag")
    assert found.is_merged.sum() < 5


def test_the_scale_of_the_image_is_an_error_of_its_own() -> None:
    areas = virtual_areas(np.random.default_rng(0), TRUTH)
    found = measure_sizes(areas, minimum_nm=0.0, merged="flag", scale_error=0.02)
    assert found.scale_error_nm == pytest.approx(0.02 * found.mean.value)


@pytest.mark.parametrize("bin_nm", [0.0, 0.25])
def test_the_histogram_holds_every_particle_and_its_curves_their_number(bin_nm: float) -> None:
    found = measure_sizes(virtual_areas(np.random.default_rng(0), TRUTH), minimum_nm=5.0, merged="flag")
    histogram = size_histogram(found, bin_nm=bin_nm)
    assert histogram.counts.sum() == found.n
    assert np.all(histogram.error >= 1.0)
    width = np.diff(histogram.edges_nm)[0]
    for curve in histogram.curves.values():
        assert np.trapezoid(curve, histogram.axis_nm) / width == pytest.approx(found.n, rel=0.02)
    with pytest.raises(SettingsError, match="bins of"):
        size_histogram(found, bin_nm=1e-5)


def test_the_spread_of_gaps_is_that_of_sizes_times_the_slope() -> None:
    pulls = []
    rng = np.random.default_rng(8)
    for _ in range(50):
        areas = virtual_areas(rng, SizeTruth(particles=200, outline_error_nm=0.3))
        spread = measure_sizes(areas, minimum_nm=0.0, merged="flag").spread
        found = gap_spread(
            spread,
            slope_mev_per_nm=-40.0 + 4.0 * float(rng.standard_normal()),
            slope_error_mev_per_nm=4.0,
            outline_error_nm=0.3,
        )
        pulls.append((found.spread.value - 28.0) / found.spread.error)
    assert np.std(pulls) == pytest.approx(1.0, abs=0.25)
    assert abs(np.mean(pulls)) < 0.4
    assert found.fwhm.value == pytest.approx(2.35482 * found.spread.value, rel=1e-5)
    assert "mostly uncertain by dE/dl" in found.sentence


def test_a_spread_of_outlines_alone_is_only_a_limit() -> None:
    found = gap_spread(
        measured(0.31, 0.02, "nm"), slope_mev_per_nm=-40.0, slope_error_mev_per_nm=4.0, outline_error_nm=0.3
    )
    assert found.spread.is_limit
    assert found.spread.upper_limit is not None
    assert 5.0 < found.spread.upper_limit < 15.0
    assert "higher magnification" in found.sentence
    lost = gap_spread(undetermined("why", "nm"), slope_mev_per_nm=-40.0, slope_error_mev_per_nm=4.0)
    assert lost.sentence == "why"


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"area_nm2": np.array([1.0, -1.0])}, InputError, "not above 0"),
        ({"minimum_nm": -1.0}, SettingsError, "minimum_nm is -1"),
        ({"minimum_nm": 50.0}, AnalysisError, "0 of 20 particles are at least 50 nm"),
        ({"area_nm2": np.full(20, 49.0)}, AnalysisError, "all 20 sizes are 7 nm"),
    ],
)
def test_bad_sizes_are_refused(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    given: dict[str, Any] = {"area_nm2": np.linspace(40.0, 50.0, 20), "minimum_nm": 0.0, "merged": "flag"} | changes
    with pytest.raises(error, match=message):
        measure_sizes(given.pop("area_nm2"), **given)


@pytest.mark.parametrize("slope", [0.0, np.nan])
def test_a_slope_that_says_nothing_is_refused(slope: float) -> None:
    with pytest.raises(SettingsError, match="slope_mev_per_nm is"):
        gap_spread(measured(0.7, 0.02, "nm"), slope_mev_per_nm=slope, slope_error_mev_per_nm=1.0)


def test_sizes_outside_the_kept_range_are_refused() -> None:
    with pytest.raises(AnalysisError, match="lies outside the kept range"):
        fit_distributions(np.linspace(5.0, 9.0, 20), kept_nm=(6.0, np.inf))
    with pytest.raises(AnalysisError, match="3 particles tell no distribution"):
        fit_distributions(np.array([5.0, 6.0, 7.0]))
