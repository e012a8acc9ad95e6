"""η at a fixed detuning: between lasers that stay while the gap moves, never beyond them."""

from dataclasses import replace

import numpy as np
import pytest
from response_level import DETUNING_MEV, Truth, draw

from asplab.core.efficiency.fixed_laser import FixedDetuning, eta_at, follow
from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.settings import EfficiencySettings

WARM = Truth(250.0, urbach_mev=28.0)
COLD = Truth(80.0, eta_at_23=0.6, urbach_mev=15.0)


def fits(truth: Truth, n: int = 300, noise: float = 1e-3, **settings: object) -> EfficiencyFit:
    responses = draw(truth, n=n, noise=noise, rng=np.random.default_rng(3))
    return fit_efficiency(responses, EfficiencySettings(**settings))  # type: ignore[arg-type]


def true_eta(truth: Truth, detuning_mev: float) -> float:
    pinned = np.log(truth.eta_at_23 / (1.0 - truth.eta_at_23)) - truth.log_rate(np.array(23.0))
    return float(1.0 / (1.0 + np.exp(-(pinned + truth.log_rate(np.array(detuning_mev))))))


def pulls(found: FixedDetuning, truth: Truth) -> np.ndarray:
    known = np.isfinite(found.eta)
    return (found.eta[known] - true_eta(truth, found.detuning_mev)) / found.eta_error[known]


@pytest.mark.parametrize(("truth", "detuning"), [(WARM, 28.0), (WARM, 60.0), (WARM, 96.0), (COLD, 28.0), (COLD, 40.0)])
def test_what_lies_between_two_lasers_is_found_within_its_errors(truth: Truth, detuning: float) -> None:
    found = eta_at(fits(truth), detuning)
    assert found.interpolated.all()
    assert abs(pulls(found, truth).mean()) < 0.6
    assert 0.75 < pulls(found, truth).std() < 1.15


@pytest.mark.parametrize(("truth", "detuning"), [(COLD, 60.0), (COLD, 71.0), (WARM, 142.0)])
def test_between_points_buried_in_noise_eta_itself_is_interpolated_within_its_errors(truth, detuning) -> None:
    found = eta_at(fits(truth, noise=2e-4), detuning)
    assert found.is_straight_in_eta.mean() > 0.5
    assert (found.eta[np.isfinite(found.eta)] < 0.0).any()
    assert abs(pulls(found, truth).mean()) < 0.6
    assert 0.75 < pulls(found, truth).std() < 1.15


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    found = eta_at(fits(WARM, n=600), 60.0)
    truth = true_eta(WARM, 60.0)
    assert np.mean((found.eta_low <= truth) & (truth <= found.eta_high)) == pytest.approx(0.68, abs=0.08)


def test_a_measured_detuning_is_taken_as_it_is() -> None:
    fit = fits(WARM, n=4)
    found = eta_at(fit, 33.0)
    assert not found.interpolated.any()
    np.testing.assert_array_equal(found.eta, fit.eta[:, 2])
    np.testing.assert_allclose(found.eta_error, fit.eta_error[:, 2])
    np.testing.assert_allclose(found.eta_high, fit.eta_high[:, 2])


def test_a_point_nearby_counts_as_measured_and_is_moved_along_the_curve() -> None:
    found = eta_at(fits(WARM, noise=2e-4), 89.3)
    assert not found.interpolated.any()
    assert abs(pulls(found, WARM).mean()) < 0.5
    beside = fits(WARM, noise=2e-4).eta[:, 7] - true_eta(WARM, 89.3)
    assert abs(beside.mean()) > 1.0 * beside.std()


@pytest.mark.parametrize(("detuning", "words"), [(15.0, "below the lowest detuning, 20.0 meV"), (160.0, "above")])
def test_nothing_is_extrapolated_and_the_reason_is_told(detuning: float, words: str) -> None:
    found = eta_at(fits(WARM, n=2, noise=1e-4), detuning)
    assert np.isnan(found.eta).all()
    assert np.isnan(found.covariance).all()
    assert all(words in reason for reason in found.reason)
    assert (found.places == -1).all()


def test_neighbours_too_far_apart_give_nothing() -> None:
    fit = fits(WARM, n=2)
    far = np.isin(DETUNING_MEV, (33.0, 46.0, 55.0, 65.0))
    found = eta_at(replace(fit, fitted=fit.fitted & ~far), 40.0)
    assert np.isnan(found.eta).all()
    assert "54 meV apart" in found.reason[0]


def test_excluded_points_are_not_used() -> None:
    fit = fits(WARM, n=2)
    fitted = fit.fitted.copy()
    fitted[0, 3] = False
    found = eta_at(replace(fit, fitted=fitted), 46.0)
    assert found.interpolated.tolist() == [True, False]
    assert DETUNING_MEV[found.places[0]].tolist() == [33.0, 55.0]


def test_a_temperature_without_eta_says_so() -> None:
    fit = fits(WARM, n=2)
    fitted = fit.fitted.copy()
    fitted[0] = False
    found = eta_at(replace(fit, fitted=fitted), 46.0)
    assert found.reason == ("no η is determined here", "")


def test_temperatures_share_the_error_of_the_reference_and_of_a_shared_yield() -> None:
    fit = fits(WARM, n=3, noise=2e-4)
    alone = eta_at(fit, 60.0)
    shared = replace(fit, reference_error_mev=np.full(3, 2.0), common_reference_error_mev=2.0)
    found = eta_at(shared, 60.0)
    steep = 0.5 * (true_eta(WARM, 59.0) - true_eta(WARM, 61.0))
    np.testing.assert_allclose(found.eta_error**2 - alone.eta_error**2, (2.0 * steep) ** 2, rtol=0.2)
    assert found.covariance[0, 1] - alone.covariance[0, 1] == pytest.approx((2.0 * steep) ** 2, rel=0.2)
    one = eta_at(
        fits(WARM, n=3, noise=1e-4, quantum_yield="fixed", fixed_quantum_yield=0.84, fixed_quantum_yield_error=0.02),
        60.0,
    )
    assert one.covariance[0, 1] > 0.5 * one.covariance[0, 0]


def test_an_error_of_the_reference_alone_to_each_temperature_is_not_shared() -> None:
    fit = replace(fits(WARM, n=2), reference_error_mev=np.full(2, 2.0))
    found, without = eta_at(fit, 60.0), eta_at(fits(WARM, n=2), 60.0)
    assert found.eta_error[0] > 1.2 * without.eta_error[0]
    assert found.covariance[0, 1] == pytest.approx(without.covariance[0, 1])


def test_lasers_that_stay_while_the_gap_moves_give_eta_at_one_detuning() -> None:
    """ΔE of each laser differs by 12 meV between the temperatures; the nearest laser alone would mislead."""
    fit = fits(WARM, n=40, noise=5e-4)
    drift = np.linspace(-6.0, 6.0, 40)
    moved = replace(fit, detuning_mev=fit.detuning_mev + drift[:, None])
    truth = [true_eta(WARM, 60.0 - d) for d in drift]
    found = eta_at(moved, 60.0)
    np.testing.assert_array_less(np.abs(found.eta - truth) / found.eta_error, 4.0)
    closest = np.abs(moved.detuning_mev - 60.0).argmin(axis=1)
    rows = np.arange(40)
    wrong = (moved.eta[rows, closest] - truth) / moved.eta_error[rows, closest]
    assert np.abs(wrong).max() > 5.0


def test_detunings_to_follow_are_spread_and_known_at_two_temperatures() -> None:
    fit = fits(WARM, n=3)
    chosen = follow(fit, 6)
    assert 3 <= len(chosen) <= 6
    assert all(np.isfinite(found.eta).sum() >= 2 for found in chosen)
    np.testing.assert_array_equal(chosen[1].eta, eta_at(fit, chosen[1].detuning_mev).eta)
    assert follow(replace(fit, fitted=np.zeros_like(fit.fitted)), 6) == []
