"""One photon or two, from the growth of the emission with power: golden slope, limits, recovery and refusals."""

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from asplab.core.companion.power_law.dependence import PowerDependence, read_power_dependence, two_photon_share
from asplab.core.companion.power_law.photon_range import find_photon_range
from asplab.core.companion.power_law.slope import fit_log_slope
from asplab.core.companion.power_law.virtual import PowerTruth, paper_like_series, virtual_power_series
from asplab.core.errors import AnalysisError, InputError
from asplab.core.pump.power_law import fit_power_law

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "power_yield_transient.json").read_text(encoding="utf-8"))
POWERS = np.geomspace(1.0, 100.0, 10)
SEEDS = 120


def simulated(truth: PowerTruth, seed: int, *, given: bool = True) -> PowerDependence:
    series = virtual_power_series(np.random.default_rng(seed), truth, power_uw=POWERS)
    return read_power_dependence(series.power_uw, series.intensity, error=series.error if given else None)


@cache
def many(truth: PowerTruth) -> tuple[PowerDependence, ...]:
    return tuple(simulated(truth, seed) for seed in range(SEEDS))


def orders(truth: PowerTruth) -> Counter[str]:
    return Counter(found.order for found in many(truth))


# --- slope -----------------------------------------------------------------------------------------------
def test_slope_and_its_error_match_the_independent_values() -> None:
    (item,) = [one for one in GOLDEN["items"] if one["id"] == "power"]
    power = np.array(item["inputs"]["P"], dtype=float)
    found = fit_log_slope(power, np.array([float(one) for one in item["inputs"]["I"]]), error=None)
    assert found.slope == pytest.approx(float(item["outputs"]["slope"]), rel=1e-10)
    assert found.error == pytest.approx(float(item["outputs"]["se"]), rel=1e-10)
    # Student's t of 5 degrees of freedom at 97.5 %, from tables.
    assert found.high - found.slope == pytest.approx(2.5705818 * found.error, rel=1e-7)


@pytest.mark.parametrize("power", [1.0, 1.37, 2.0])
@pytest.mark.parametrize("given", [True, False])
def test_an_exact_power_function_gives_back_its_exponent_without_a_bend(power: float, given: bool) -> None:
    light = 5.0 * POWERS**power
    found = fit_log_slope(POWERS, light, error=0.01 * light if given else None)
    assert found.slope == pytest.approx(power, rel=1e-9)
    assert found.bend == pytest.approx(0.0, abs=1e-7)
    assert found.log10_intensity == pytest.approx(np.log10(5.0 * found.centre_uw**power), rel=1e-9)


def test_with_small_errors_both_ways_to_the_slope_agree() -> None:
    light = 3.0 * POWERS * (1.0 + 1e-4 * np.random.default_rng(3).standard_normal(POWERS.size))
    plain, weighted = (fit_log_slope(POWERS, light, error=error) for error in (None, 1e-4 * light))
    assert weighted.slope == pytest.approx(plain.slope, abs=1e-3 * plain.error)


def test_a_point_below_zero_counts_where_its_error_is_known() -> None:
    light = 50.0 * POWERS
    light[0] = -30.0
    error = np.full(POWERS.size, 60.0)
    assert fit_log_slope(POWERS, light, error=error).slope == pytest.approx(1.0, abs=0.03)
    with pytest.raises(InputError, match="intensity at 1 µW is -30"):
        fit_log_slope(POWERS, light, error=None)


def test_the_slope_of_weak_light_is_not_biased() -> None:
    """The logarithms of points of a few standard errors would pull it down by a fifth of its error or more."""
    rng, light = np.random.default_rng(8), 20.0 * POWERS
    error = np.full(POWERS.size, 25.0)
    slopes = [fit_log_slope(POWERS, light + error * rng.standard_normal(10), error=error) for _ in range(200)]
    pulls = np.array([(one.slope - 1.0) / one.error for one in slopes])
    assert abs(pulls.mean()) < 0.2
    assert 0.8 < pulls.std() < 1.15


@pytest.mark.parametrize("truth", [PowerTruth(1e4, 0.0), PowerTruth(0.0, 50.0)], ids=["one", "two"])
def test_slopes_have_pulls_of_unit_spread_and_intervals_hold_the_truth(truth: PowerTruth) -> None:
    wanted = 1.0 if truth.linear else 2.0
    found = [one.slope for one in many(truth)]
    pulls = np.array([(one.slope - wanted) / one.error for one in found])
    assert abs(pulls.mean()) < 0.3
    assert 0.75 < pulls.std() < 1.2
    assert 0.91 <= np.mean([one.low < wanted < one.high for one in found]) <= 1.0


def test_one_bright_point_is_too_few_for_a_slope() -> None:
    light = np.array([-1.0, -1.0, -1.0, 60.0])
    with pytest.raises(AnalysisError, match="1 of 4 points of the power series stand out"):
        fit_log_slope(np.array([1.0, 10.0, 1e3, 1e4]), light, error=np.ones(4))


# --- order -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("truth", "order"),
    [
        (PowerTruth(1e3, 0.0), "one photon"),
        (PowerTruth(0.0, 20.0), "two photons"),
        (PowerTruth(200.0, 4.0), "one and two photons"),
        (PowerTruth(1e3, 0.0, 200.0), "saturation"),
    ],
)
def test_the_order_is_found_in_nearly_all_series(truth: PowerTruth, order: str) -> None:
    assert orders(truth)[order] >= 0.93 * SEEDS


def test_two_photons_that_saturate_are_told_by_the_bend_alone() -> None:
    """Their mean slope of about 1.5 would pass for one and two photons, or for nothing."""
    found = many(PowerTruth(0.0, 100.0, 10.0))
    assert all(one.slope.low > 1.0 for one in found)
    assert Counter(one.order for one in found)["saturation"] >= 0.95 * SEEDS
    assert "the slope falls from" in found[0].reason


def test_three_close_powers_leave_the_order_open_and_say_what_would_help() -> None:
    power = np.array([10.0, 16.0, 22.0])
    found = read_power_dependence(power, power * [1.0, 1.2, 1.25], error=0.2 * power)
    assert found.order == "not determined"
    assert "wider range" in found.reason
    assert np.isnan(found.slope.bend)


def test_akaike_prefers_the_law_that_made_the_series() -> None:
    for truth, best in ((PowerTruth(1e3, 0.0), 0), (PowerTruth(0.0, 20.0), 1), (PowerTruth(200.0, 4.0), 2)):
        evidence = [one.evidence for one in many(truth)]
        aicc = np.array([[one.aicc_one, one.aicc_two, one.aicc_both] for one in evidence])
        assert np.mean(np.argmin(aicc, axis=1) == best) > 0.85


def test_the_chance_of_no_second_photon_is_uniform_without_one() -> None:
    chances = np.array([one.evidence.chance_without_two for one in many(PowerTruth(1e4, 0.0))])
    assert 0.35 < np.mean(chances < 0.5) < 0.65
    assert np.mean(chances < 0.05) < 0.12


# --- crossover and share ---------------------------------------------------------------------------------
def test_the_crossover_is_found_with_intervals_that_hold_it() -> None:
    truth = PowerTruth(200.0, 4.0)
    readings = [one.crossover_uw for one in many(truth)]
    assert all(one.is_determined for one in readings)
    held = [one.low <= 50.0 <= one.high for one in readings if one.low is not None and one.high is not None]
    assert len(held) == SEEDS
    assert 0.6 < np.mean(held) < 0.87
    pulls = np.array([(one.value - 50.0) / one.error for one in readings])
    assert abs(pulls.mean()) < 0.35
    assert 0.75 < pulls.std() < 1.25


def test_without_a_second_photon_the_crossover_is_a_lower_limit() -> None:
    truth = PowerTruth(1e3, 1.0)
    readings = [found.crossover_uw for found in many(truth) if found.is_single]
    everyone = [found.crossover_uw for found in many(PowerTruth(1e4, 0.0)) if found.is_single]
    assert all(one.is_limit and one.lower_limit is not None and one.upper_limit is None for one in everyone)
    assert all("higher power" in one.reason for one in everyone)
    # A limit at 95 % chosen by the outcome still holds the truth mostly.
    assert np.mean([one.lower_limit < 1e3 for one in readings if one.lower_limit is not None]) > 0.8


def test_limits_of_the_share_hold_the_truth_as_often_as_they_say() -> None:
    truth = PowerTruth(1e4, 2.0)
    limits = [two_photon_share(one, 100.0).upper_limit for one in many(truth)]
    known = [one for one in limits if one is not None]
    assert len(known) > 0.9 * SEEDS
    assert np.mean([one >= 200.0 / 1e4 / 1.02 for one in known]) > 0.9


def test_the_share_is_what_the_main_chain_subtracts() -> None:
    found = simulated(PowerTruth(200.0, 4.0), 5)
    law = fit_power_law(found.power_uw, found.intensity, found.error)
    assert law is not None
    reading = two_photon_share(found, 30.0)
    assert (reading.value, reading.error) == law.share(30.0)
    assert reading.low is not None
    assert reading.high is not None
    assert reading.low < reading.value < reading.high
    assert reading.value == pytest.approx(30.0 / (30.0 + found.crossover_uw.value), rel=1e-9)


def test_the_share_is_not_read_beyond_the_series() -> None:
    reading = two_photon_share(simulated(PowerTruth(200.0, 4.0), 5), 500.0)
    assert not reading.is_determined
    assert not reading.is_limit
    assert "ends at 100 µW" in reading.reason


def test_a_saturating_series_has_no_share() -> None:
    found = simulated(PowerTruth(1e3, 0.0, 200.0), 1)
    assert found.order == "saturation"
    reading = two_photon_share(found, 50.0)
    assert reading.text == "not determined"
    assert "saturates" in reading.reason


def test_scaling_intensities_or_powers_changes_no_order_and_no_share() -> None:
    found = simulated(PowerTruth(200.0, 4.0), 2)
    scaled = read_power_dependence(1e3 * found.power_uw, 1e-6 * found.intensity, error=1e-6 * found.error)
    assert scaled.order == found.order
    assert scaled.slope.slope == pytest.approx(found.slope.slope, rel=1e-7)
    assert two_photon_share(scaled, 3e4).value == pytest.approx(two_photon_share(found, 30.0).value, rel=1e-7)


def test_without_errors_equal_relative_scatter_gives_pulls_of_unit_spread() -> None:
    rng, pulls = np.random.default_rng(6), []
    for _ in range(200):
        light = 3.0 * POWERS * (1.0 + 0.05 * rng.standard_normal(POWERS.size))
        found = read_power_dependence(POWERS, light, error=None)
        pulls.append((found.slope.slope - 1.0) / found.slope.error)
    # Student's t of 8 degrees of freedom has a standard deviation of 1.155.
    assert 0.95 < np.std(pulls) < 1.37


# --- range -----------------------------------------------------------------------------------------------
def test_the_range_of_one_photon_ends_where_the_virtual_series_do() -> None:
    detuning, series = paper_like_series(np.random.default_rng(1))
    found = [read_power_dependence(one.power_uw, one.intensity, error=one.error) for one in series]
    shuffled = np.random.default_rng(0).permutation(len(found))
    result = find_photon_range(detuning[shuffled], [found[k] for k in shuffled])
    assert result.single_to_mev == 153.0
    assert result.two_from_mev == 175.0
    assert "up to 153 meV, two from 175 meV" in result.reason
    assert list(result.detuning_mev) == sorted(detuning)


RELATIVE_POWERS = np.logspace(-1.5, 0.5, 12)
TOGETHER = 12


def day(rng: np.random.Generator, *, crossover: float = np.inf, together: int = TOGETHER) -> list[PowerDependence]:
    """Return twelve series of a temperature with 3 % of noise, all of the same crossover."""
    light = RELATIVE_POWERS * (1.0 + RELATIVE_POWERS / crossover)
    found = []
    for _ in range(TOGETHER):
        read = light * rng.normal(1.0, 0.03, light.size)
        found.append(read_power_dependence(RELATIVE_POWERS, read, error=0.03 * read, together=together))
    return found


def test_twelve_series_of_one_photon_make_a_range_that_chance_breaks_on_few_days() -> None:
    rng = np.random.default_rng(1)
    detuning = np.linspace(20.0, 153.0, TOGETHER)
    ends = [find_photon_range(detuning, day(rng)).single_to_mev for _ in range(18)]
    assert sum(end == 153.0 for end in ends) >= 17
    alone = [find_photon_range(detuning, day(rng, together=1)).single_to_mev for _ in range(12)]
    assert sum(end == 153.0 for end in alone) < 12


def test_a_true_crossover_is_found_among_twelve_series() -> None:
    found = day(np.random.default_rng(5), crossover=10.0)
    assert {one.order for one in found} == {"one and two photons"}
    assert all(one.crossover_uw.is_determined for one in found)


def test_an_open_order_stops_the_range_without_claiming_two_photons() -> None:
    one, both = simulated(PowerTruth(1e3, 0.0), 0), simulated(PowerTruth(200.0, 4.0), 0)
    unclear = replace(one, order="not determined")
    result = find_photon_range(np.array([20.0, 40.0, 60.0]), [one, unclear, both])
    assert (result.single_to_mev, result.two_from_mev) == (20.0, 60.0)
    assert "at 40 meV the order is 'not determined'" in result.reason


# --- refusals --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("power", "light", "error", "wanted"),
    [
        ([1.0, 2.0], [1.0, 2.0], None, "the power series has 2 powers from 1 to 2 µW"),
        ([1.0, 1.1, 1.2], [1.0, 1.1, 1.2], None, "over a factor of 2"),
        ([0.0, 1.0, 5.0], [0.0, 1.0, 5.0], None, "power_uw, value 1: 0 is not above 0"),
        ([1.0, 2.0, 5.0], [1.0, np.nan, 5.0], None, "intensity, value 2: nan is not a finite number"),
        ([1.0, 2.0, 5.0], [1.0, 5.0], None, r"power_uw has shape \(3,\) and intensity \(2,\)"),
        ([1.0, 2.0, 5.0], [1.0, 2.0, 5.0], [0.1, 0.0, 0.1], "intensity_error, value 2: 0 is not above 0"),
        ([1.0, 2.0, 5.0], [0.1, -0.2, 0.1], [1.0, 1.0, 1.0], "stands out of its noise"),
    ],
)
def test_bad_input_is_refused_with_the_place_and_a_remedy(
    power: list[float], light: list[float], error: list[float] | None, wanted: str
) -> None:
    with pytest.raises((InputError, AnalysisError), match=wanted):
        read_power_dependence(np.array(power), np.array(light), error=None if error is None else np.array(error))


def test_a_working_power_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="the working power is nan"):
        two_photon_share(simulated(PowerTruth(1e3, 0.0), 0), float("nan"))


def test_unequal_numbers_of_detunings_and_series_are_refused() -> None:
    with pytest.raises(InputError, match="2 detunings and 1 power series"):
        find_photon_range(np.array([1.0, 2.0]), [simulated(PowerTruth(1e3, 0.0), 0)])
