"""Interpolation between coarse steps: exact where it can be, and an error that covers what it misses."""

import numpy as np
import pytest

from asplab.core.photothermal.coarse_steps import Interpolated, interpolate

ENERGY = np.arange(2000.0, 2600.0, 14.0)
AT = np.array([2237.0, 2250.0, 2262.0, 2301.0, 2350.0, 2402.0])
QUIET = np.full(ENERGY.size, 1e-12)


def tail(energy_mev: np.ndarray, urbach_mev: float = 15.0) -> np.ndarray:
    return np.asarray(np.exp((np.asarray(energy_mev) - 2450.0) / urbach_mev))


def curved(energy_mev: np.ndarray) -> np.ndarray:
    """A tail whose heat per photon falls towards the gap within some 40 meV, as up-conversion makes it."""
    energy = np.asarray(energy_mev)
    return np.asarray(tail(energy) * (1.0 - 0.8 / (1.0 + np.exp((2330.0 - energy) / 12.0))))


def read(signal: np.ndarray, error: np.ndarray = QUIET, at: np.ndarray = AT) -> tuple[Interpolated, np.ndarray]:
    found = interpolate(ENERGY, signal, error, at)
    return found, found.weights @ signal


@pytest.mark.parametrize("urbach", [8.0, 15.0, 40.0])
def test_an_exponential_is_met_exactly_and_nothing_is_missed(urbach: float) -> None:
    found, value = read(tail(ENERGY, urbach))
    np.testing.assert_allclose(value, tail(AT, urbach), rtol=1e-9)
    assert np.all(found.lack < 1e-9 * value)


def test_an_exponential_times_a_cubic_is_met_closely() -> None:
    x = (ENERGY - 2300.0) / 300.0
    y = (AT - 2300.0) / 300.0
    _, value = read(tail(ENERGY) * (2.0 + x - x**2 + x**3))
    np.testing.assert_allclose(value, tail(AT) * (2.0 + y - y**2 + y**3), rtol=1e-4)


def test_a_point_of_the_scan_is_read_as_it_is() -> None:
    found, value = read(curved(ENERGY), at=ENERGY[18:22])
    np.testing.assert_allclose(value, curved(ENERGY[18:22]), rtol=1e-12)
    assert np.all(found.lack < 1e-12 * value)


@pytest.mark.parametrize("step", [5.0, 9.5, 14.0, 24.0])
def test_the_stated_error_covers_the_true_one_and_is_not_idle(step: float) -> None:
    at = np.linspace(2240.0, 2420.0, 300)
    pulls, relative = [], []
    for start in np.linspace(0.0, step, 11):
        energy = np.arange(2000.0 + start, 2600.0, step)
        found = interpolate(energy, curved(energy), 1e-12 + 0.0 * energy, at)
        pulls.append((found.weights @ curved(energy) - curved(at)) / np.maximum(found.lack, 1e-7 * curved(at)))
        relative.append(found.lack / curved(at))
    assert np.sqrt(np.mean(np.square(pulls))) < 1.3
    assert np.mean(np.abs(pulls) > 3.0) < 0.01
    assert np.sqrt(np.mean(np.square(pulls))) > 0.2
    assert np.median(relative) < {5.0: 2e-3, 9.5: 2e-2, 14.0: 0.06, 24.0: 0.4}[step]


def test_finer_steps_miss_much_less() -> None:
    lacks = []
    for step in (20.0, 10.0, 5.0):
        energy = np.arange(2000.0, 2600.0, step)
        lacks.append(np.median(interpolate(energy, curved(energy), 1e-12 + 0.0 * energy, AT + 2.5).lack / curved(AT)))
    assert lacks[0] > 4.0 * lacks[1] > 16.0 * lacks[2]


def test_readings_are_linear_in_signals_of_either_sign_and_in_pure_noise() -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(ENERGY.size)
    found, value = read(noise, np.ones(ENERGY.size))
    assert np.all(np.isfinite(found.weights))
    assert np.all(np.isfinite(value))
    assert np.all(np.sqrt(np.sum(found.weights**2, axis=1)) < 1.5)
    _, negative = read(-curved(ENERGY))
    np.testing.assert_allclose(negative, -read(curved(ENERGY))[1], rtol=1e-12)


def test_noise_alone_is_hardly_taken_for_a_missing_feature() -> None:
    """What the next order adds is noise itself: only what exceeds it counts."""
    rng = np.random.default_rng(1)
    ratio = []
    for _ in range(200):
        noisy = tail(ENERGY, 60.0) + 0.01 * rng.standard_normal(ENERGY.size)
        found = interpolate(ENERGY, noisy, np.full(ENERGY.size, 0.01), AT)
        ratio.append(found.lack / 0.01)
    assert np.sqrt(np.mean(np.square(ratio))) < 0.6


def test_readings_between_the_same_points_miss_the_same_and_others_do_not() -> None:
    low, high = ENERGY[22] + 4.0, ENERGY[22] + 8.0
    found, _ = read(curved(ENERGY), at=np.array([low, high, ENERGY[24] + 5.0]))
    assert np.all(found.lack > 0.0)
    assert found.covariance[0, 1] == pytest.approx(found.lack[0] * found.lack[1])
    assert found.covariance[0, 2] == 0.0
    np.testing.assert_allclose(np.diag(found.covariance), found.lack**2)


def test_the_order_of_the_points_does_not_matter() -> None:
    order = np.random.default_rng(2).permutation(ENERGY.size)
    found, value = read(curved(ENERGY))
    other = interpolate(ENERGY[order], curved(ENERGY)[order], QUIET, AT)
    np.testing.assert_allclose(other.weights @ curved(ENERGY)[order], value, rtol=1e-12)
    np.testing.assert_allclose(other.lack, found.lack, rtol=1e-6)


@pytest.mark.parametrize("points", [3, 4, 5])
def test_a_scan_of_very_few_points_is_read_with_a_large_error(points: int) -> None:
    energy = ENERGY[20 : 20 + points]
    found = interpolate(energy, curved(energy), QUIET[:points], np.array([energy[0] + 5.0]))
    value = (found.weights @ curved(energy))[0]
    assert np.isfinite(value)
    assert abs(value - curved(energy[:1] + 5.0)[0]) < 3.0 * found.lack[0]
