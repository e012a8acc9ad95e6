"""The chance of net cooling from draws: limits, calibration, the map, draws of a posterior, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from response_level import Truth
from sampling_level import analysed, experiment, stacked

from asplab.core.companion.cooling.chance import CoolingMap, cooling_chance, cooling_map
from asplab.core.companion.cooling.model import posterior_eta, posterior_yield
from asplab.core.errors import InputError
from asplab.core.pipeline import Results
from asplab.core.polaron.rates.evaluation import upconversion_efficiency
from asplab.core.sampling import Posterior, sample

PHOTON = 2440.0
TEMPERATURES, DETUNINGS = np.array([180.0, 220.0, 250.0]), np.array([23.0, 46.0, 90.0])


@pytest.fixture(scope="module")
def results() -> Results:
    truths = [
        Truth(t, urbach_mev=e, eta_at_23=h)
        for t, e, h in ((180.0, 20.0, 0.9), (220.0, 24.0, 0.93), (250.0, 28.0, 0.95))
    ]
    return analysed(stacked(truths, noise=4e-4, seed=1))


@pytest.fixture(scope="module")
def posterior(results: Results) -> Posterior:
    return sample(results, seed=3, walkers=24, steps=400)


def mapped(eta: np.ndarray, yields: np.ndarray) -> CoolingMap:
    return cooling_map(
        eta,
        yields,
        temperature_k=TEMPERATURES,
        detuning_mev=DETUNINGS,
        photon_mev=np.full(3, PHOTON),
        measured_k=[250.0, 200.0],
        measured_low_mev=[20.0, 40.0],
        measured_high_mev=[100.0, 100.0],
    )


# --- chance ----------------------------------------------------------------------------------------------
def test_the_chance_is_the_share_of_draws_that_cool() -> None:
    eta = np.linspace(0.98, 1.0, 2001)
    found = cooling_chance(eta, np.array([1.0]), detuning_mev=23.0, photon_mev=PHOTON)
    assert float(found.chance) == pytest.approx(23.0 / PHOTON / 0.02, abs=1e-3)
    assert float(found.efficiency) == pytest.approx(0.99 / (1.0 - 23.0 / PHOTON) - 1.0, abs=1e-6)


def test_draws_that_belong_together_stay_together() -> None:
    """η and QY that vary oppositely leave their product, and so the chance, sure."""
    rng = np.random.default_rng(0)
    yields = 0.97 + 0.02 * rng.random(2000)
    together = cooling_chance(0.98 / yields, yields, detuning_mev=46.0, photon_mev=PHOTON)
    apart = cooling_chance(rng.permutation(0.98 / yields), yields, detuning_mev=46.0, photon_mev=PHOTON)
    assert float(together.chance) == 0.0
    assert 0.3 < float(apart.chance) < 0.7


def test_a_chance_from_draws_around_what_was_measured_is_calibrated() -> None:
    """Truth at the threshold: the chance is uniform."""
    rng, chances = np.random.default_rng(5), []
    threshold = 1.0 - 46.0 / PHOTON
    for _ in range(400):
        seen = threshold + 0.003 * rng.standard_normal()
        eta = seen + 0.003 * rng.standard_normal(500)
        found = cooling_chance(eta, np.array([1.0]), detuning_mev=46.0, photon_mev=PHOTON)
        chances.append(float(found.chance))
    shares, _ = np.histogram(chances, bins=4, range=(0.0, 1.0))
    np.testing.assert_allclose(shares / 400.0, 0.25, atol=0.07)


def test_what_no_draw_does_still_has_a_chance() -> None:
    found = cooling_chance(np.full(300, 0.5), np.array([1.0]), detuning_mev=23.0, photon_mev=PHOTON)
    assert float(found.chance) == 0.0
    assert found.resolution == pytest.approx(0.00994, abs=1e-4)


def test_places_without_draws_have_no_chance() -> None:
    eta = np.full((100, 3), 0.999)
    eta[:50, 1] = np.nan
    eta[0, 2] = np.nan
    found = cooling_chance(eta, np.array([1.0]), detuning_mev=23.0, photon_mev=PHOTON)
    np.testing.assert_array_equal(np.isnan(found.chance), [False, True, False])
    np.testing.assert_allclose(found.finite, [1.0, 0.5, 0.99])


# --- map -------------------------------------------------------------------------------------------------
def test_cells_beyond_what_was_measured_are_marked() -> None:
    """Measured: 20-100 meV at 250 K, 40-100 meV at 200 K; at 220 K from 32 meV on."""
    found = mapped(np.full((10, 3, 3), 0.9), np.array([0.9]))
    np.testing.assert_array_equal(found.is_extrapolated, [[True] * 3, [True, False, False], [False] * 3])


def test_the_best_place_is_one_that_was_measured() -> None:
    eta = np.full((200, 3, 3), 0.9)
    eta[:, 0, 2] = 1.0
    eta[:, 2, 1] = 0.95
    found = mapped(eta, np.array([1.0]))
    assert found.best == (2, 1)
    assert "250 K, ⟨E⟩ − hν = 46 meV" in found.sentence
    assert "below 0.015 (200 draws)" in found.sentence
    assert "Only beyond what was measured" in found.sentence


def test_a_map_without_a_measured_cell_says_so() -> None:
    found = mapped(np.full((10, 3, 3), 0.9), np.array([1.0]))
    assert "no cell of the map" in replace(found, is_extrapolated=np.ones((3, 3), dtype=bool)).sentence


# --- posterior -------------------------------------------------------------------------------------------
def test_draws_of_a_posterior_pass_through_its_own_eta(results: Results, posterior: Posterior) -> None:
    assert results.efficiency is not None
    detuning = results.efficiency.detuning_mev[0]
    found = posterior_eta(
        posterior, detuning_mev=detuning, temperature_k=posterior.temperatures_k, fixed={"inhomogeneous_mev": 0.0},
        most_draws=10**6,
    )  # fmt: skip
    known = np.isfinite(posterior.eta.draws)
    assert known.any()
    np.testing.assert_allclose(found[known], posterior.eta.draws[known], rtol=1e-8)
    yields = posterior_yield(posterior, temperature_k=posterior.temperatures_k, most_draws=10**6)
    np.testing.assert_allclose(yields, posterior.quantum_yield.draws)


def test_between_temperatures_eta_lies_between_and_the_axes_may_depend_on_temperature(posterior: Posterior) -> None:
    fixed = {"inhomogeneous_mev": 0.0}
    row = posterior_eta(
        posterior, detuning_mev=[46.0], temperature_k=[180.0, 200.0, 220.0], fixed=fixed, most_draws=50
    )  # fmt: skip
    inside = (row[:, 1, 0] - row[:, 0, 0]) * (row[:, 2, 0] - row[:, 1, 0]) > 0.0
    assert inside.mean() > 0.9
    slanted = posterior_eta(
        posterior, detuning_mev=[[46.0], [47.0]], temperature_k=[180.0, 220.0], fixed=fixed, most_draws=50
    )  # fmt: skip
    np.testing.assert_allclose(slanted[:, 0, 0], row[:, 0, 0])
    assert np.all(slanted[:, 1, 0] != row[:, 2, 0])


def test_an_ensemble_is_averaged_as_the_rate_models_are(posterior: Posterior) -> None:
    (draw,) = posterior_eta(
        posterior, detuning_mev=[46.0], temperature_k=[220.0], fixed={"inhomogeneous_mev": 12.0}, most_draws=2
    )[:1, 0]  # fmt: skip
    parameters = {name: float(quantity.draws[0]) for name, quantity in posterior.parameters.items()}
    sharp = upconversion_efficiency("eq9", 50.0, 220.0, log_scale=0.0, **parameters)
    scale = float(posterior.log_scale_level.draws[0, 1] - np.log(sharp / (1.0 - sharp)))
    wanted = upconversion_efficiency("eq9", 46.0, 220.0, log_scale=scale, inhomogeneous_mev=12.0, **parameters)
    assert float(draw[0]) == pytest.approx(float(wanted), rel=1e-6)


def test_the_map_of_a_sample_far_from_cooling_shows_no_chance(posterior: Posterior) -> None:
    grid, temperature = np.arange(20.0, 160.0, 10.0), np.array([180.0, 200.0, 250.0])
    eta = posterior_eta(
        posterior, detuning_mev=grid, temperature_k=temperature, fixed={"inhomogeneous_mev": 0.0}, most_draws=300
    )  # fmt: skip
    found = cooling_map(
        eta,
        posterior_yield(posterior, temperature_k=temperature, most_draws=300),
        temperature_k=temperature,
        detuning_mev=grid,
        photon_mev=np.full(3, PHOTON),
        measured_k=posterior.temperatures_k,
        measured_low_mev=np.full(3, 20.0),
        measured_high_mev=np.full(3, 153.0),
    )
    assert np.nanmax(found.found.chance) == 0.0
    assert np.all(found.found.efficiency_low <= found.found.efficiency_high)


def test_a_bootstrap_gives_a_chance_at_each_measured_place() -> None:
    """Any draws of η and the yield in the same order do."""
    rng = np.random.default_rng(3)
    yields = 0.99 + 0.002 * rng.standard_normal((1000, 2))
    eta = 0.999 + 0.002 * rng.standard_normal((1000, 2, 4))
    found = cooling_chance(eta, yields[:, :, None], detuning_mev=[20.0, 30.0, 40.0, 80.0], photon_mev=PHOTON)
    assert found.chance.shape == (2, 4)
    assert np.all(np.diff(found.chance, axis=1) >= 0.0)


# --- refusals --------------------------------------------------------------------------------------------
def test_draws_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(InputError, match="the same draws"):
        cooling_chance(np.ones(5), np.ones(4), detuning_mev=20.0, photon_mev=PHOTON)
    with pytest.raises(InputError, match="two or more"):
        cooling_chance(np.ones(1), np.ones(1), detuning_mev=20.0, photon_mev=PHOTON)
    with pytest.raises(InputError, match="3 temperatures, 3 detunings"):
        mapped(np.ones((10, 3, 2)), np.array([1.0]))


def test_a_posterior_that_can_not_tell_is_refused(posterior: Posterior) -> None:
    where = {"detuning_mev": [46.0], "temperature_k": [200.0]}
    with pytest.raises(InputError, match="inhomogeneous_mev is neither free"):
        posterior_eta(posterior, fixed={}, most_draws=10, **where)
    with pytest.raises(InputError, match="most_draws of 2 or more"):
        posterior_eta(posterior, fixed={"inhomogeneous_mev": 0.0}, most_draws=1, **where)
    lines = replace(posterior, record=replace(posterior.record, model="multimode"))
    with pytest.raises(InputError, match="set of lines"):
        posterior_eta(lines, fixed={"inhomogeneous_mev": 0.0}, most_draws=10, **where)


def test_one_temperature_serves_all_with_its_own_scale() -> None:
    one = sample(experiment("250 K"), seed=2, walkers=24, steps=300)
    eta = posterior_eta(
        one, detuning_mev=[33.0], temperature_k=[200.0, 250.0], fixed={"inhomogeneous_mev": 0.0}, most_draws=20
    )  # fmt: skip
    assert np.all(eta[:, 0] < eta[:, 1])
