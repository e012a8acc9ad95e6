"""η at matched intensities: exact cases, recovery with pulls, scattering as the reason of a difference, refusals."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from asplab.core.companion.matched.estimator import MatchedEfficiency, matched_efficiency
from asplab.core.companion.matched.scattering import (
    MatchedComparison,
    compare_with_photothermal,
    scattering_below_gap,
)
from asplab.core.companion.matched.series import Excitations, excitations
from asplab.core.companion.matched.virtual import MatchedTruth, VirtualMatched, virtual_matched
from asplab.core.errors import AnalysisError, InputError

SEEDS = 200
CLEAN, HAZY = MatchedTruth(scattered=0.0), MatchedTruth()


def side(wavelength: Any, absorptance: Any, **changed: Any) -> Excitations:
    size = np.size(wavelength)
    columns: dict[str, Any] = {
        "power_uw": np.ones(size),
        "power_error_uw": np.zeros(size),
        "intensity": np.full(size, 100.0),
        "intensity_error": np.full(size, 1.0),
        "absorptance": absorptance,
        "absorptance_error": np.full(size, 1e-3),
    }
    return excitations(wavelength, **(columns | changed))


def estimated(seen: VirtualMatched) -> MatchedEfficiency:
    return matched_efficiency(seen.anti, seen.stokes, absorptance_common_error=seen.absorptance_common_error)


def compared(seen: VirtualMatched, exponent: float = 4.0) -> MatchedComparison:
    eta, covariance = seen.photothermal_eta, seen.photothermal_covariance
    return compare_with_photothermal(estimated(seen), eta, eta_covariance=covariance, exponent=exponent)


@cache
def many(truth: MatchedTruth) -> tuple[VirtualMatched, ...]:
    return tuple(virtual_matched(np.random.default_rng(seed), truth) for seed in range(SEEDS))


# --- exact -----------------------------------------------------------------------------------------------
def test_matched_emission_gives_the_ratio_of_absorbed_pump_photons() -> None:
    """I_AS = I_S: η = (P_S λ_S A_S)/(P_AS λ_AS A_AS), worked out by hand."""
    anti, stokes = side([520.0], [0.02], power_uw=[12.0]), side([450.0], [0.10], power_uw=[2.0])
    found = matched_efficiency(anti, stokes, absorptance_common_error=0.0)
    assert found.eta[0] == pytest.approx(2.0 * 450.0 * 0.10 / (12.0 * 520.0 * 0.02), rel=1e-12)
    assert found.mismatch[0] == 0.0
    assert found.remarks == ()


def test_a_mismatch_is_divided_out_and_told_where_it_is_large() -> None:
    stokes = side([450.0], [0.10])
    once, twice = (
        matched_efficiency(
            side([520.0], [0.05], power_uw=[power], intensity=[100.0 * power]), stokes, absorptance_common_error=0.0
        )
        for power in (1.0, 2.0)
    )
    assert twice.eta[0] == pytest.approx(once.eta[0], rel=1e-12)
    assert twice.mismatch[0] == pytest.approx(1.0)
    assert "differ by up to +100%" in twice.remarks[0]


def test_the_first_order_error_is_that_of_the_relative_errors() -> None:
    anti = side([520.0], [0.05], power_error_uw=[0.02], intensity_error=[3.0], absorptance_error=[0.001])
    stokes = side([450.0], [0.10], power_error_uw=[0.01], intensity_error=[2.0], absorptance_error=[0.003])
    found = matched_efficiency(anti, stokes, absorptance_common_error=0.0)
    relative = np.sqrt(0.02**2 + 0.03**2 + 0.02**2 + 0.01**2 + 0.02**2 + 0.03**2)
    assert found.eta_error[0] == pytest.approx(relative * found.eta[0], rel=1e-12)


def test_errors_are_those_of_derivatives_taken_numerically() -> None:
    seen = many(HAZY)[3]
    found = estimated(seen)

    def moved(which: str, column: str, by: float) -> np.ndarray:
        part = getattr(seen, which)
        changed = replace(seen, **{which: replace(part, **{column: getattr(part, column) + by})})
        return np.asarray(estimated(changed).eta)

    baseline = 1e-7
    step = moved("anti", "absorptance", baseline) - found.eta
    step = step + moved("stokes", "absorptance", baseline) - found.eta
    other = matched_efficiency(seen.anti, seen.stokes, absorptance_common_error=0.0).covariance
    common = step / baseline * seen.absorptance_common_error
    np.testing.assert_allclose(found.covariance - other, np.outer(common, common), rtol=1e-3, atol=1e-12)


def test_the_stokes_side_correlates_all_excitations() -> None:
    anti = side([515.0, 530.0], [0.05, 0.02], intensity_error=[1e-3, 1e-3], absorptance_error=[1e-8, 1e-8])
    found = matched_efficiency(anti, side([450.0], [0.1]), absorptance_common_error=0.0)
    correlation = found.covariance[0, 1] / np.prod(found.eta_error)
    assert correlation == pytest.approx(1.0, abs=1e-4)


# --- recovery --------------------------------------------------------------------------------------------
def test_without_scattering_eta_has_pulls_of_unit_spread_and_intervals_cover() -> None:
    found, truth = [estimated(seen) for seen in many(CLEAN)], CLEAN.eta()
    clear = truth > 0.4
    pulls = np.array([(one.eta - truth) / one.eta_error for one in found])[:, clear]
    assert np.all(np.abs(pulls.mean(axis=0)) < 0.25)
    assert np.all((pulls.std(axis=0) > 0.88) & (pulls.std(axis=0) < 1.12))
    inside = np.array([(one.eta_low < truth) & (truth < one.eta_high) for one in found])
    assert np.all(np.abs(inside.mean(axis=0) - 0.683) < 0.09)


def test_the_covariance_describes_the_whole_series() -> None:
    """χ² of all excitations together, over many measurements; 3 of them, where first order holds."""
    sums = []
    for seen in many(CLEAN):
        found = estimated(seen)
        rest = (found.eta - CLEAN.eta())[:3]
        sums.append(rest @ np.linalg.solve(found.covariance[:3, :3], rest))
    assert np.mean(sums) == pytest.approx(3.0, abs=0.5)


def test_scattering_makes_eta_too_low_most_where_absorption_is_weak() -> None:
    low = np.mean([estimated(seen).eta / HAZY.eta() for seen in many(HAZY)], axis=0)
    assert np.all(np.diff(low) < 0.0)
    assert low[0] < 0.97
    assert low[-1] < 0.7


def test_scattering_is_found_with_pulls_of_unit_spread() -> None:
    found = [compared(seen) for seen in many(HAZY)]
    pulls = np.array([(one.scattering.value - HAZY.scattered) / one.scattering.error for one in found])
    assert abs(pulls.mean()) < 0.25
    assert 0.8 < pulls.std() < 1.12
    assert np.mean([one.smooth_chance < 0.01 for one in found]) < 0.03
    assert np.mean(["explains it" in one.sentence for one in found]) > 0.97


def test_scattering_at_each_excitation_is_the_one_that_was_put_in() -> None:
    found = [compared(seen) for seen in many(HAZY)]
    wavelength = many(HAZY)[0].anti.wavelength_nm
    truth = HAZY.scattered * (many(HAZY)[0].stokes.wavelength_nm[0] / wavelength) ** 4
    pulls = np.array([(one.scattered - truth) / one.scattered_error for one in found])
    assert np.all(np.abs(pulls.mean(axis=0)) < 0.25)
    assert np.all((pulls.std(axis=0) > 0.85) & (pulls.std(axis=0) < 1.15))


def test_without_scattering_none_is_claimed() -> None:
    found = [compared(seen) for seen in many(CLEAN)]
    pulls = np.array([one.scattering.value / one.scattering.error for one in found if one.scattering.is_determined])
    assert pulls.size > 0.97 * SEEDS
    assert np.mean(np.abs(pulls) < 1.0) == pytest.approx(0.683, abs=0.08)
    assert np.mean(["agree" in one.sentence for one in found]) > 0.96


def test_the_chance_of_a_difference_is_even_where_there_is_none() -> None:
    chances = np.array([compared(seen).chance for seen in many(CLEAN)])
    assert np.mean(chances < 0.5) == pytest.approx(0.5, abs=0.1)
    assert np.mean(chances < 0.05) < 0.1


def test_scattering_below_the_gap_agrees_with_that_of_the_comparison() -> None:
    pulls = []
    for seen in many(HAZY):
        at = float(seen.stokes.wavelength_nm[0])
        apart = scattering_below_gap(
            seen.blank_nm,
            seen.blank_absorptance,
            error=seen.blank_error,
            common_error=seen.absorptance_common_error,
            exponent=4.0,
            at_nm=at,
        )
        pulls.append((apart.value - HAZY.scattered) / apart.error)
    assert abs(np.mean(pulls)) < 0.25
    assert 0.88 < np.std(pulls) < 1.12


def test_absorption_that_is_left_below_the_gap_is_no_scattering() -> None:
    wavelength = np.linspace(560.0, 700.0, 15)
    tail = 0.02 * np.exp(-(wavelength - 560.0) / 20.0)
    found = scattering_below_gap(wavelength, tail, error=np.full(15, 2e-4), common_error=0.0, exponent=4.0, at_nm=450.0)
    assert not found.is_determined
    assert "Begin further below" in found.reason


# --- what can't be determined ----------------------------------------------------------------------------
def test_an_absorptance_within_its_noise_leaves_a_lower_limit_that_holds() -> None:
    """95 % on one side: true η 0.8 at an absorptance of one standard error."""
    rng, stokes, held = np.random.default_rng(2), side([450.0], [0.1], absorptance_error=[1e-5]), []
    for _ in range(400):
        light = 100.0 * 0.8 * 0.001 * 530.0 / (0.1 * 450.0)
        anti = side(
            [530.0],
            [0.001 + 0.001 * rng.standard_normal()],
            intensity=[light + 0.1 * rng.standard_normal()],
            intensity_error=[0.1],
        )
        (reading,) = matched_efficiency(anti, stokes, absorptance_common_error=0.0).readings
        if reading.is_limit:
            assert reading.lower_limit is not None
            held.append(reading.lower_limit < 0.8)
            assert "does not stand out of its noise" in reading.reason
    assert len(held) > 300
    assert np.mean(held) > 0.93


def test_neither_light_nor_absorptance_leaves_nothing() -> None:
    anti = side([530.0], [1e-4], intensity=[0.5])
    (reading,) = matched_efficiency(anti, side([450.0], [0.1]), absorptance_common_error=0.0).readings
    assert not reading.is_determined
    assert not reading.is_limit
    assert "thicker sample" in reading.reason


def test_photothermal_eta_below_that_of_absorptances_is_not_scattering() -> None:
    seen = many(CLEAN)[0]
    found = compare_with_photothermal(
        estimated(seen), 0.7 * CLEAN.eta(), eta_covariance=np.diag((0.01 * CLEAN.eta()) ** 2), exponent=4.0
    )
    assert not found.scattering.is_determined
    assert "PA baseline" in found.sentence


def test_one_excitation_that_disagrees_is_not_scattering() -> None:
    seen = many(HAZY)[1]
    power = np.array(seen.anti.power_uw)
    power[0] *= 2.0
    found = compared(replace(seen, anti=replace(seen.anti, power_uw=power)))
    assert found.smooth_chance < 0.01
    assert "single excitations" in found.sentence
    assert not found.scattering.is_determined


# --- refusals --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"absorptance": [12.0]}, "absorptance, value 1: 12 is not below 1"),
        ({"intensity": [np.nan]}, "intensity, value 1: nan is not a finite number"),
        ({"power_uw": [0.0]}, "power_uw, value 1: 0 is not above 0"),
        ({"power_error_uw": [-1.0]}, "power_error_uw, value 1: -1 is below 0"),
        ({"absorptance_error": [0.0]}, "absorptance_error, value 1: 0 is not above 0"),
        ({"intensity": [1.0, 2.0]}, "they must be equal"),
    ],
)
def test_columns_that_no_measurement_has_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        side([520.0], **({"absorptance": [0.1]} | changed))


def test_sides_that_do_not_belong_together_are_refused() -> None:
    red, blue = side([520.0], [0.02]), side([450.0], [0.1])
    with pytest.raises(InputError, match="Exchange them"):
        matched_efficiency(blue, red, absorptance_common_error=0.0)
    with pytest.raises(InputError, match="2 Stokes excitations"):
        matched_efficiency(red, side([450.0, 460.0], [0.1, 0.1]), absorptance_common_error=0.0)
    with pytest.raises(InputError, match="absorptance_common_error is -1"):
        matched_efficiency(red, blue, absorptance_common_error=-1.0)
    with pytest.raises(AnalysisError, match="absorptance at the Stokes excitation"):
        matched_efficiency(red, side([450.0], [0.002]), absorptance_common_error=0.0)
    with pytest.raises(AnalysisError, match="emission at the Stokes excitation"):
        matched_efficiency(red, side([450.0], [0.1], intensity=[2.0]), absorptance_common_error=0.0)


@pytest.mark.parametrize(
    ("eta", "covariance", "exponent", "message"),
    [
        ([0.5, 0.5], np.eye(2), 4.0, "they must be equal"),
        ([-0.5], [[1.0]], 4.0, "not above 0"),
        ([0.5], [[-1.0]], 4.0, "no covariance"),
        ([0.5], [[1.0]], np.nan, "exponent is nan"),
    ],
)
def test_a_comparison_needs_what_belongs_together(eta: Any, covariance: Any, exponent: float, message: str) -> None:
    found = matched_efficiency(side([520.0], [0.05]), side([450.0], [0.1]), absorptance_common_error=0.0)
    with pytest.raises(InputError, match=message):
        compare_with_photothermal(found, eta, eta_covariance=covariance, exponent=exponent)
