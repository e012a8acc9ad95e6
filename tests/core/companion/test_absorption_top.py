"""The first maximum of absorption: recovered with honest errors, also beside a cusp; none is made up."""

import numpy as np
import pytest

from asplab.core.companion.temperature.absorption_top import first_top
from asplab.core.companion.temperature.band import checked
from asplab.core.companion.temperature.batch_fit import fit_batch
from asplab.core.companion.temperature.line_shapes import pseudo_voigt
from asplab.core.virtual.truth import absorptance, absorption_edge_mev

ENERGY_MEV = np.arange(2360.0, 2700.0, 1.0)


def smooth_exciton(energy_mev: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * ((energy_mev - 2470.0) / 20.0) ** 2) + 0.8 / (1.0 + np.exp(-(energy_mev - 2560.0) / 15.0))


@pytest.mark.parametrize("name", ["smooth", "cusp"])
def test_the_maximum_is_recovered_with_honest_errors(name: str) -> None:
    clean = smooth_exciton(ENERGY_MEV) if name == "smooth" else absorptance(ENERGY_MEV, 200.0)
    fine = np.linspace(2440.0, 2500.0, 60001)
    truth = fine[np.argmax(smooth_exciton(fine) if name == "smooth" else absorptance(fine, 200.0))]
    rng, pulls = np.random.default_rng(8), []
    for _ in range(60):
        found = first_top(checked(ENERGY_MEV, clean + rng.normal(0.0, 0.003, clean.size), np.full(clean.size, 0.003)))
        pulls.append((found.value - truth) / found.error)
    assert abs(np.mean(pulls)) < 0.8
    assert np.std(pulls) < 1.35
    assert truth > absorption_edge_mev(200.0)


def test_an_edge_without_a_maximum_has_none() -> None:
    step = 1.0 / (1.0 + np.exp(-(ENERGY_MEV - 2450.0) / 10.0))
    noise = np.random.default_rng(1).normal(0.0, 0.003, step.size)
    found = first_top(checked(ENERGY_MEV, step + noise, np.full(step.size, 0.003)))
    assert not found.is_determined
    assert "No maximum" in found.reason


def test_a_batch_stops_at_bounds_and_leaves_the_other_fits_alone() -> None:
    energy = np.linspace(2350.0, 2550.0, 120)
    truth = np.array([[2.0, 2440.0, 40.0, 0.0], [1.0, 2460.0, 60.0, 0.6]])

    def curves(p: np.ndarray) -> np.ndarray:
        return p[:, :1] * pseudo_voigt(energy[None, :], p[:, 1:2], p[:, 2:3], p[:, 3:4])

    values = curves(truth)
    values[0] += 0.02 * np.cos(0.06 * (energy - 2440.0))
    start = np.array([[1.5, 2430.0, 50.0, 0.3]] * 2)
    low, high = np.array([[0.0, 2300.0, 2.0, 0.0]] * 2), np.array([[9.0, 2600.0, 300.0, 1.0]] * 2)
    weight = np.full(values.shape, 100.0)
    both = fit_batch(curves, values, weight=weight, start=start, bounds=(low, high), scale=np.abs(start))
    assert both.parameters[1] == pytest.approx(truth[1], rel=1e-5)
    assert not both.at_bound[1].any()
    assert np.all(both.parameters >= low)
    assert np.all(both.parameters <= high)
    assert both.chi2[1] < 1e-8
