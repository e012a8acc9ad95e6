"""The first maximum of absorption: recovered with honest errors, also beside a cusp; none is made up."""

import numpy as np
import pytest

from asplab.core.companion.temperature.absorption_top import first_top
from asplab.core.companion.temperature.absorption_top_noise import noise_at, point_noise
from asplab.core.companion.temperature.band import checked
from asplab.core.companion.temperature.band_records import Spectrum
from asplab.core.companion.temperature.batch_fit import fit_batch
from asplab.core.companion.temperature.line_shapes import pseudo_voigt
from asplab.core.virtual.truth import absorptance, absorption_edge_mev

EDGE_MEV = np.arange(2000.0, 2900.0, 2.4)
"""As a spectrometer takes them, half a nm apart."""


def smooth_exciton(energy_mev: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * ((energy_mev - 2470.0) / 20.0) ** 2) + 0.8 / (1.0 + np.exp(-(energy_mev - 2560.0) / 15.0))


def spectrum(clean: np.ndarray, noise: float, rng: np.random.Generator) -> Spectrum:
    """Return an absorption with relative noise, its errors told by its own scatter."""
    values = clean + np.hypot(noise * clean, 1e-4) * rng.standard_normal(clean.size)
    return checked(EDGE_MEV, values, point_noise(values))


@pytest.mark.parametrize(("name", "noise"), [("smooth", 0.02), ("cusp", 0.002), ("cusp", 0.01)])
def test_the_maximum_is_recovered_with_honest_errors(name: str, noise: float) -> None:
    curve = smooth_exciton if name == "smooth" else lambda energy: absorptance(energy, 200.0)
    fine = np.linspace(2440.0, 2500.0, 60001)
    truth, clean = fine[np.argmax(curve(fine))], curve(EDGE_MEV)
    rng = np.random.default_rng(8)
    found = [first_top(spectrum(clean, noise, rng)) for _ in range(25)]
    pulls = np.array([(one.value - truth) / one.error for one in found if one.is_determined])
    assert pulls.size > 18
    assert abs(pulls.mean()) < 0.6
    assert 0.4 < pulls.std() < 1.4
    assert np.abs(pulls).max() < 4.0
    assert truth > absorption_edge_mev(200.0)


def test_noise_is_told_by_points_of_like_absorption() -> None:
    clean = absorptance(EDGE_MEV, 200.0)
    known = np.hypot(0.01 * clean, 1e-4)
    values = clean + known * np.random.default_rng(5).standard_normal(clean.size)
    ratio = point_noise(values) / known
    above = absorption_edge_mev(200.0) < EDGE_MEV
    assert np.median(ratio[above]) == pytest.approx(1.0, abs=0.15)
    assert ratio[above].min() > 0.5
    assert noise_at(values, int(np.argmax(above)) + 5)[0] == pytest.approx(0.01, rel=0.25)


def test_a_maximum_of_few_points_asks_for_finer_steps() -> None:
    coarse = slice(None, None, 6)
    found = first_top(
        checked(EDGE_MEV[coarse], absorptance(EDGE_MEV[coarse], 200.0), np.full(EDGE_MEV[coarse].size, 1e-3))
    )
    assert not found.is_determined
    assert "finer steps" in found.reason


def test_an_edge_without_a_maximum_has_none() -> None:
    step = 1.0 / (1.0 + np.exp(-(EDGE_MEV - 2450.0) / 10.0))
    rng = np.random.default_rng(1)
    for noise in (0.003, 0.02, 0.02, 0.02):
        found = first_top(spectrum(step, noise, rng))
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
