"""Net cooling where it was measured: golden values, exact signs, errors with covariance, needs, negative PA."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from response_level import STOKES_MEV, Truth, draw

from asplab.core.companion.cooling.heat import read_signs
from asplab.core.companion.cooling.needs import (
    cooling_needs,
    least_detuning_mev,
    required_efficiency,
    required_yield,
)
from asplab.core.companion.cooling.points import CoolingPoints, cooling_points, measured_cooling
from asplab.core.cooling import cooling_efficiency
from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.errors import InputError
from asplab.core.settings import EfficiencySettings

RELATIONS = json.loads((Path(__file__).parents[2] / "golden" / "relations.json").read_text(encoding="utf-8"))
SAMPLES = [item for item in RELATIONS["items"] if item["id"].startswith("cool")]
NEAR = Truth(250.0, eta_at_23=0.9985, quantum_yield=0.9925, urbach_mev=28.0)
"""η QY 0.991 at 23 meV, where 0.9906 is needed: the edge of cooling."""
NOISE = 1e-3


def point(**changed: Any) -> CoolingPoints:
    given: dict[str, Any] = {
        "eta": 0.75,
        "quantum_yield": 0.84,
        "eta_error": 0.01,
        "quantum_yield_error": 0.02,
        "covariance": 0.0,
        "detuning_mev": 23.0,
        "photon_mev": 2450.0,
        "photon_error_mev": 0.0,
    }
    given |= changed
    return cooling_points(given.pop("eta"), given.pop("quantum_yield"), **given)


@cache
def edge(mode: str = "temperature") -> EfficiencyFit:
    responses = draw(NEAR, n=600, noise=NOISE, rng=np.random.default_rng(4))
    fixed = {"fixed_quantum_yield": 0.9925, "fixed_quantum_yield_error": 0.004} if mode == "fixed" else {}
    return fit_efficiency(responses, EfficiencySettings(quantum_yield=mode, **fixed))


# --- exact -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["id"]))
def test_cooling_and_its_threshold_match_the_independent_values(sample: dict[str, Any]) -> None:
    given, wanted = ({k: float(v) for k, v in sample[side].items()} for side in ("inputs", "outputs"))
    found = point(eta=given["eta"], quantum_yield=given["QY"], detuning_mev=given["dE"], photon_mev=given["Eg"])
    assert float(found.efficiency) == pytest.approx(wanted["eta_c"], rel=1e-10, abs=0)
    assert float(found.threshold) == pytest.approx(wanted["thr"], rel=1e-10, abs=0)


def test_the_sign_of_cooling_is_opposite_to_that_of_the_heat() -> None:
    fit = edge()
    assert fit.responses is not None
    found = measured_cooling(fit)
    heat = fit.responses.absorbed[:, STOKES_MEV.size :]
    known = np.isfinite(found.efficiency)
    assert known.mean() > 0.9
    assert np.array_equal(found.efficiency[known] > 0.0, heat[known] < 0.0)
    assert 0.2 < np.mean(heat[:, 1] < 0.0) < 0.98


def test_measured_cooling_is_that_of_eta_and_the_yield() -> None:
    fit = edge()
    found = measured_cooling(fit)
    wanted = cooling_efficiency(fit.eta, fit.quantum_yield[:, None], found.detuning_mev, found.photon_mev)
    known = np.isfinite(found.efficiency)
    np.testing.assert_allclose(found.efficiency[known], wanted[known], rtol=1e-9, atol=1e-12)


# --- errors ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["temperature", "fixed"])
def test_measured_cooling_has_pulls_of_unit_spread_at_the_edge_of_cooling(mode: str) -> None:
    found = measured_cooling(edge(mode))
    truth = cooling_efficiency(NEAR.eta, NEAR.quantum_yield, found.detuning_mev[0], found.photon_mev[0])
    pulls = ((found.efficiency - truth) / found.efficiency_error)[:, :5]
    assert np.isfinite(pulls).all()
    assert np.all(np.abs(pulls.mean(axis=0)) < (0.15 if mode == "temperature" else 0.2))
    assert np.all(pulls.std(axis=0) < 1.1)
    if mode == "temperature":
        assert np.all(pulls.std(axis=0) > 0.9)


def test_far_from_cooling_the_error_of_the_stokes_line_counts() -> None:
    """Where most light is turned to heat the slope and the intercept of the line are most of the error."""
    truth = Truth(250.0, eta_at_23=0.6, quantum_yield=0.7, urbach_mev=28.0)
    responses = draw(truth, n=800, noise=NOISE, rng=np.random.default_rng(12))
    found = measured_cooling(fit_efficiency(responses, EfficiencySettings()))
    wanted = cooling_efficiency(truth.eta, truth.quantum_yield, found.detuning_mev[0], found.photon_mev[0])
    pulls = ((found.efficiency - wanted) / found.efficiency_error)[:, :4]
    assert np.all(np.abs(pulls.mean(axis=0)) < 0.15)
    np.testing.assert_allclose(pulls.std(axis=0), 1.0, atol=0.08)


def test_the_chance_of_cooling_is_even_over_many_measurements_at_the_threshold() -> None:
    """Truth of η_c is zero: the chance is uniform from 0 to 1."""
    yield_ = 0.9925
    eta = float((1.0 - 23.0 / 2440.0) / yield_)
    truth = Truth(250.0, eta_at_23=eta, quantum_yield=yield_, urbach_mev=28.0)
    fit = fit_efficiency(draw(truth, n=800, noise=NOISE, rng=np.random.default_rng(9)), EfficiencySettings())
    chance = measured_cooling(fit).chance[:, 1]
    shares, _ = np.histogram(chance, bins=5, range=(0.0, 1.0))
    np.testing.assert_allclose(shares / 800.0, 0.2, atol=0.05)


def test_errors_taken_as_independent_are_too_large_at_the_edge() -> None:
    fit = edge()
    found = measured_cooling(fit)
    apart = cooling_points(
        fit.eta[:, 1],
        fit.quantum_yield,
        eta_error=fit.eta_error[:, 1],
        quantum_yield_error=fit.quantum_yield_error,
        covariance=0.0,
        detuning_mev=23.0,
        photon_mev=2440.0,
        photon_error_mev=0.0,
    )
    assert np.all(apart.efficiency_error > 1.15 * found.efficiency_error[:, 1])


def test_a_covariance_counts() -> None:
    """σ of a product, against draws."""
    spread = np.array([[0.01**2, -0.8 * 0.01 * 0.02], [-0.8 * 0.01 * 0.02, 0.02**2]])
    found = point(covariance=spread[0, 1])
    drawn = np.random.default_rng(1).multivariate_normal([0.75, 0.84], spread, size=200_000)
    assert float(found.product_error) == pytest.approx(float(np.prod(drawn, axis=1).std()), rel=0.02)
    assert float(found.product_error) < 0.6 * float(point().product_error)


def test_an_error_of_the_emitted_energy_moves_a_yield_measured_apart() -> None:
    found, step = point(eta_error=1e-12, quantum_yield_error=1e-12, photon_error_mev=1.0), 1e-3
    # The excitation stays where it is.
    there, here = (point(photon_mev=2450.0 + d, detuning_mev=23.0 + d).efficiency for d in (step, 0.0))
    assert float(found.efficiency_error) == pytest.approx(abs(float(there - here)) / step, rel=1e-3)


# --- words -----------------------------------------------------------------------------------------------
def test_a_point_says_whether_it_cools_heats_or_is_open() -> None:
    cooling = point(eta=0.999, quantum_yield=0.999, eta_error=1e-3, quantum_yield_error=1e-3)
    assert "net cooling" in cooling.sentence(())
    assert cooling.cools
    assert "net heating" in point().sentence(())
    opened = point(eta=0.995, quantum_yield=0.995, eta_error=5e-3, quantum_yield_error=5e-3)
    assert "neither cooling nor heating is sure" in opened.sentence(())
    assert "not determined" in point(eta=np.nan).sentence(())


def test_the_nearest_point_is_the_surest_cooling_or_else_the_least_heating() -> None:
    given: dict[str, Any] = {"quantum_yield": 1.0, "quantum_yield_error": 1e-6}
    cooling = point(eta=[0.995, 0.999, 1.2], eta_error=[1e-3, 1e-3, 0.2], **given)
    assert cooling.nearest == (1,)
    heating = point(eta=[np.nan, 0.8, 0.9], eta_error=[0.1, 0.01, 0.2], **given)
    assert heating.nearest == (2,)


# --- needs -----------------------------------------------------------------------------------------------
def test_what_is_needed_just_cools() -> None:
    detuning = np.array([20.0, 46.0, 102.0])
    wanted = required_yield(0.999, detuning_mev=detuning, photon_mev=2450.0)
    np.testing.assert_allclose(cooling_efficiency(0.999, wanted, detuning, 2450.0), 0.0, atol=1e-14)
    eta = required_efficiency(0.99, detuning_mev=detuning, photon_mev=2450.0)
    np.testing.assert_allclose(cooling_efficiency(eta, 0.99, detuning, 2450.0), 0.0, atol=1e-14)
    assert required_yield(0.0, detuning_mev=20.0, photon_mev=2450.0) == np.inf


def test_the_papers_yield_needs_392_mev() -> None:
    assert float(least_detuning_mev(0.84, photon_mev=2450.0)) == pytest.approx(392.0)
    found = cooling_needs(
        eta=0.75, eta_error=0.02, quantum_yield=0.84, quantum_yield_error=0.02, detuning_mev=23.0, photon_mev=2450.0
    )
    assert not found.quantum_yield.is_determined
    assert "No quantum yield up to 1 suffices: the η itself would have to reach" in found.sentence
    assert "No η up to 1 suffices: the quantum yield itself would have to reach" in found.sentence
    assert "no η cools below ⟨E⟩ − hν = 392 meV" in found.sentence
    assert found.chance_with_full_yield < 1e-10


def test_a_need_within_reach_is_a_number_with_an_interval_that_covers() -> None:
    rng, inside = np.random.default_rng(6), []
    for seen in 0.995 + 0.002 * rng.standard_normal(400):
        found = cooling_needs(
            eta=float(seen), eta_error=0.002, quantum_yield=0.99, quantum_yield_error=0.002, detuning_mev=46.0,
            photon_mev=2450.0,
        ).quantum_yield  # fmt: skip
        assert found.is_determined
        inside.append(found.low < (1.0 - 46.0 / 2450.0) / 0.995 < found.high)  # type: ignore[operator]
    assert np.mean(inside) == pytest.approx(0.683, abs=0.06)


def test_an_eta_within_its_noise_tells_no_need() -> None:
    found = cooling_needs(
        eta=0.01, eta_error=0.02, quantum_yield=0.99, quantum_yield_error=0.002, detuning_mev=46.0, photon_mev=2450.0
    )
    assert "the η is not told from 0" in found.quantum_yield.reason


# --- negative PA -----------------------------------------------------------------------------------------
def test_heat_below_zero_is_called_what_it_is() -> None:
    found = read_signs([-5.0, -0.5, 0.5, 5.0], error=[1.0] * 4, is_signed=True)
    assert list(found.is_cooling) == [True, False, False, False]
    assert "5.0 standard errors below 0" in found.sentences[0]
    assert "net cooling" in found.sentences[0]
    assert "not told from no heat" in found.sentences[1]
    assert "not told from no heat" in found.sentences[2]
    assert "net heating" in found.sentences[3]
    assert found.chance_of_any == pytest.approx(4 * 2.87e-7, rel=1e-2)


def test_a_magnitude_shows_no_cooling() -> None:
    found = read_signs([5.0], error=[1.0], is_signed=False)
    assert not found.is_cooling.any()
    assert np.isnan(found.chance_of_any)
    assert "Record X and Y" in found.sentences[0]


def test_a_signal_below_zero_beyond_three_errors_is_not_sure_among_many() -> None:
    found = read_signs([-3.3, *[1.0] * 39], error=np.ones(40), is_signed=True)
    assert not found.is_cooling.any()
    assert "were it the only signal; of 40 without heat" in found.sentences[0]


def test_many_signals_without_heat_rarely_claim_cooling() -> None:
    """One in 740 experiments, whether they hold 1 signal or 40."""
    rng = np.random.default_rng(7)
    for n in (1, 40):
        claims = [
            read_signs(rng.standard_normal(n), error=np.ones(n), is_signed=True).is_cooling.any() for _ in range(3000)
        ]
        assert sum(claims) <= 12
    chances = [read_signs(rng.standard_normal(40), error=np.ones(40), is_signed=True).chance_of_any for _ in range(500)]
    assert np.mean(np.array(chances) < 0.5) == pytest.approx(0.5, abs=0.08)


# --- refusals --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"eta_error": -0.01}, "eta_error is -0.01"),
        ({"photon_error_mev": -1.0}, "photon_error_mev is -1"),
        ({"covariance": 0.01}, "covariance exceeds the product of both errors"),
        ({"detuning_mev": 2500.0}, "above every detuning"),
    ],
)
def test_numbers_that_no_sample_has_are_refused(changed: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        point(**changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"eta": np.nan}, "eta is nan"), ({"eta_error": 0.0}, "eta_error is 0"), ({"photon_mev": -1.0}, "photon_mev -1")],
)
def test_needs_of_impossible_numbers_are_refused(changed: dict[str, float], message: str) -> None:
    given = {"eta": 0.9, "eta_error": 0.1, "quantum_yield": 0.9, "quantum_yield_error": 0.1, "detuning_mev": 20.0}
    with pytest.raises(InputError, match=message):
        cooling_needs(**({"photon_mev": 2450.0} | given | changed))


def test_signals_with_an_error_of_zero_are_refused() -> None:
    with pytest.raises(InputError, match="absorbed_error, value 1: 0 is not above 0"):
        read_signs([1.0], error=[0.0], is_signed=True)
