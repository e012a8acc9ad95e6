"""Exciton, tail, detailed balance and media: recovery over seeds, limits, and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from asplab.core.companion.absorption.detailed_balance import coupled_absorption, heat_fraction, thermal_factor
from asplab.core.companion.absorption.exciton import fit_exciton
from asplab.core.companion.absorption.kennard_stepanov import kennard_stepanov
from asplab.core.companion.absorption.media import compare_media
from asplab.core.companion.absorption.reciprocity import HeatBalance, Match, reciprocity_efficiency
from asplab.core.companion.absorption.urbach import fit_urbach
from asplab.core.companion.absorption.virtual import AbsorptionTruth, VirtualAbsorption, virtual_absorption
from asplab.core.companion.temperature.band import measure_band
from asplab.core.companion.temperature.line_shapes import gaussian
from asplab.core.errors import AnalysisError, AsplabError, InputError, SettingsError
from asplab.core.units import FloatArray

TRUTH = AbsorptionTruth()
WING_MEV, MATCH_MEV = (2340.0, 2400.0), (2398.5, 2405.5)


def tail_of(data: VirtualAbsorption, seed: int, truth: AbsorptionTruth = TRUTH) -> tuple[FloatArray, FloatArray]:
    """Return the coupled absorption with noise, and its errors."""
    clean, _ = truth.ensemble(data.energy_mev)
    error = np.hypot(0.01 * clean, 2e-4)
    return clean + error * np.random.default_rng(1000 + seed).standard_normal(clean.size), error


def test_the_exciton_is_found_beside_its_continuum_with_honest_errors() -> None:
    pulls = []
    for seed in range(40):
        data = virtual_absorption(np.random.default_rng(seed), truth=TRUTH)
        found = fit_exciton(data.energy_mev, data.linear, error=data.linear_error, range_mev=(2400.0, 2600.0))
        pulls.append([(found.peak.value - 2470.0) / found.peak.error])
        pulls[-1].append((found.fwhm.value - 18.0 * 2.35482) / found.fwhm.error)
    table = np.array(pulls)
    assert table.std(axis=0) == pytest.approx(np.ones(2), abs=0.25)
    assert np.abs(table.mean(axis=0)).max() < 0.45
    assert np.mean(np.abs(table) < 1.0) == pytest.approx(0.69, abs=0.1)
    np.testing.assert_allclose(found.curve, found.exciton + found.continuum)


def test_a_weak_tail_with_small_errors_does_not_hide_the_exciton() -> None:
    """One start ends in the tail in all of these draws, where errors are a hundred times as small."""
    energy = np.arange(2400.0, 2601.0, 1.5)
    exciton = np.exp(-0.5 * ((energy - 2470.0) / 18.0) ** 2)
    clean = exciton + 0.8 * ndtr((energy - 2500.0) / 18.0)
    error, rng = np.hypot(0.02 * clean, 2e-4), np.random.default_rng(5)
    for _ in range(8):
        noisy = clean + error * rng.standard_normal(energy.size)
        found = fit_exciton(energy, noisy, error=error, range_mev=(2400.0, 2605.0))
        assert found.peak.value == pytest.approx(2470.0, abs=4.0 * found.peak.error)
        assert found.chi2 < 2.0 * found.dof


def test_the_continuum_moves_the_maximum_to_the_blue_of_the_exciton() -> None:
    truth = replace(TRUTH, onset_mev=30.0, step=0.6)
    data = virtual_absorption(np.random.default_rng(1), truth=truth, noise=1e-4, floor=1e-6)
    found = fit_exciton(data.energy_mev, data.linear, error=data.linear_error, range_mev=(2400.0, 2600.0))
    fine = data.energy_mev[np.argmax(data.linear)]
    assert found.maximum.value == pytest.approx(fine, abs=1.5)
    assert found.maximum.value > found.peak.value + 1.0


def test_a_shoulder_has_a_peak_but_no_maximum_and_a_step_has_no_exciton() -> None:
    shoulder = replace(TRUTH, onset_mev=30.0, step=6.0)
    data = virtual_absorption(np.random.default_rng(2), truth=shoulder, noise=1e-4, floor=1e-5)
    found = fit_exciton(data.energy_mev, data.linear, error=data.linear_error, range_mev=(2400.0, 2600.0))
    assert found.peak.is_determined
    assert abs(found.peak.value - 2470.0) < 4.0 * found.peak.error
    assert "shoulder" in found.maximum.reason
    bare = data.linear - np.exp(-0.5 * ((data.energy_mev - 2470.0) / 18.0) ** 2)
    step = fit_exciton(data.energy_mev, bare, error=np.full(bare.size, 0.05), range_mev=(2400.0, 2600.0))
    assert not step.peak.is_determined
    assert step.sentence


@pytest.mark.parametrize("range_mev", [None, (2330.0, 2390.0)])
def test_the_urbach_energy_is_recovered_over_a_range_that_is_told(range_mev: tuple[float, float] | None) -> None:
    pulls = []
    for seed in range(30):
        data = virtual_absorption(np.random.default_rng(seed), truth=TRUTH)
        tail, error = tail_of(data, seed)
        found = fit_urbach(
            data.energy_mev, tail, error=error, below_mev=2470.0, range_mev=range_mev, temperature_k=250.0
        )
        pulls.append((found.urbach.value - 15.0) / found.urbach.error)
    assert np.std(pulls) == pytest.approx(0.92, abs=0.25)
    assert abs(np.mean(pulls)) < 0.5
    low, high = found.range_mev
    assert f"{low:.0f} to {high:.0f} meV" in found.sentence
    assert high < 2445.0
    assert found.is_chosen == (range_mev is None)
    assert found.steepness.value == pytest.approx(0.0861733 * 250.0 / found.urbach.value, rel=1e-5)
    middle = np.array([found.reference_mev])
    assert found.at(middle)[0] == pytest.approx(TRUTH.coupled(middle)[0], rel=0.02)


def test_a_tail_that_bends_within_the_given_range_says_so() -> None:
    data = virtual_absorption(np.random.default_rng(0), truth=TRUTH)
    tail, error = tail_of(data, 0)
    found = fit_urbach(data.energy_mev, tail, error=error, below_mev=2470.0, range_mev=(2380.0, 2500.0))
    assert "no exponential" in found.sentence
    assert found.bend_sigma < -3.0


def test_absorption_without_a_tail_has_no_urbach_energy() -> None:
    data = virtual_absorption(np.random.default_rng(0), truth=TRUTH)
    noise = np.random.default_rng(1).normal(0.0, 1.0, data.energy_mev.size)
    error = np.ones(noise.size)
    for range_mev in (None, (2330.0, 2390.0)):
        found = fit_urbach(data.energy_mev, noise, error=error, below_mev=2470.0, range_mev=range_mev)
        assert not found.urbach.is_determined
        assert found.sentence == found.urbach.reason


def test_emission_and_absorption_go_over_into_each_other_exactly() -> None:
    energy = np.linspace(2300.0, 2600.0, 50)
    absorbed = TRUTH.coupled(energy)
    light = absorbed * energy**2 / np.expm1(energy / (0.08617333262145177 * 250.0))
    back = coupled_absorption(energy, light, temperature_k=250.0)
    np.testing.assert_allclose(back / back[-1], absorbed / absorbed[-1], rtol=1e-10)


def test_the_thermal_factor_is_planck_and_does_not_overflow() -> None:
    energy = np.array([1.0, 100.0])
    wanted = np.log(energy**2 / np.expm1(energy / (0.08617333262145177 * 300.0)))
    np.testing.assert_allclose(thermal_factor(energy, 300.0), wanted, rtol=1e-12)
    assert np.isfinite(thermal_factor(np.array([2400.0]), 0.1)).all()


def test_the_heat_fraction_is_zero_where_all_comes_back_and_negative_where_it_cools() -> None:
    found = heat_fraction(
        np.array([2450.0, 2400.0, 2500.0]), photon_yield=np.array([1.0, 1.0, 0.0]), emission_mev=2450.0
    )
    np.testing.assert_allclose(found, [0.0, -50.0 / 2400.0, 1.0], atol=1e-15)


def star_of(data: VirtualAbsorption, seed: int, range_mev: tuple[float, float], truth: AbsorptionTruth = TRUTH) -> Any:
    tail, error = tail_of(data, seed, truth)
    return kennard_stepanov(
        data.energy_mev,
        emission=data.emission,
        emission_error=data.emission_error,
        absorption=tail,
        absorption_error=error,
        temperature_k=truth.temperature_k,
        range_mev=range_mev,
    )


def test_the_wing_of_one_transition_has_the_temperature_of_the_sample() -> None:
    pulls, agreed = [], 0
    for seed in range(60):
        found = star_of(virtual_absorption(np.random.default_rng(seed), truth=TRUTH), seed, (2350.0, 2410.0))
        pulls.append((found.wing.value - 250.0) / found.wing.error)
        agreed += found.agrees
    assert np.std(pulls) == pytest.approx(1.0, abs=0.25)
    assert agreed >= 58
    assert "no thermometer" in found.sentence


def test_an_ensemble_has_another_temperature_near_its_peak_and_its_own_in_the_wing() -> None:
    truth = replace(TRUTH, spread_mev=27.0, temperature_k=250.0)
    data = virtual_absorption(np.random.default_rng(0), truth=truth, noise=2e-3, floor=1e-6)
    near = star_of(data, 0, (2440.0, 2480.0), truth)
    assert not near.agrees
    assert abs(near.wing.value - 250.0) > 30.0
    assert "ensemble" in near.sentence
    # Every gap of it has the tail there, so the wing is exponential.
    clean, light = truth.ensemble(np.arange(2250.0, 2320.0, 1.5))
    slope = np.polyfit(np.arange(2250.0, 2320.0, 1.5), np.log(light / clean) - 2.0 * np.log(2300.0), 1)[0]
    assert -1.0 / (0.0861733 * slope) == pytest.approx(250.0, rel=0.02)


def eta_of(data: VirtualAbsorption, **changes: Any) -> Any:
    level = float(TRUTH.eta(np.arange(2399.0, 2405.1, 1.5)).mean())
    given: dict[str, Any] = {
        "emission": data.emission,
        "emission_error": data.emission_error,
        "absorption": data.heat,
        "absorption_error": data.heat_error,
        "heat": HeatBalance(0.84, 0.01, data.emission_mev),
        "temperature_k": 250.0,
        "temperature_error_k": 5.0,
        "range_mev": WING_MEV,
        "match": Match(MATCH_MEV, level),
    }
    return reciprocity_efficiency(data.energy_mev, **(given | changes))


def test_eta_by_reciprocity_is_coupled_over_total_absorption_with_honest_errors() -> None:
    pulls = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        data = virtual_absorption(rng, truth=TRUTH)
        told_k, told_yield = 250.0 + 5.0 * rng.standard_normal(), 0.84 + 0.01 * rng.standard_normal()
        found = eta_of(data, temperature_k=told_k, heat=HeatBalance(told_yield, 0.01, data.emission_mev))
        pulls.append((found.eta - TRUTH.eta(found.energy_mev)) / found.error)
    assert np.std(pulls) == pytest.approx(1.0, abs=0.25)
    assert abs(np.mean(pulls)) < 0.5
    assert np.mean(np.abs(pulls) < 1.0) == pytest.approx(0.683, abs=0.1)
    assert np.all(found.error >= found.noise_error)
    assert "relative" in found.sentence


def test_units_of_emission_and_heat_do_not_matter() -> None:
    data = virtual_absorption(np.random.default_rng(3), truth=TRUTH)
    other = eta_of(
        data,
        emission=1e5 * data.emission,
        emission_error=1e5 * data.emission_error,
        absorption=1e-6 * data.heat,
        absorption_error=1e-6 * data.heat_error,
    )
    np.testing.assert_allclose(other.eta, eta_of(data).eta, rtol=1e-9)


def test_a_wrong_temperature_tilts_eta_by_what_its_error_says() -> None:
    data = virtual_absorption(np.random.default_rng(3), truth=TRUTH, noise=1e-4, floor=1e-7)
    found, off = eta_of(data), eta_of(data, temperature_k=255.0)
    np.testing.assert_allclose(off.eta - found.eta, found.common[0], atol=1e-9)
    assert abs(found.common[0][0]) > abs(found.common[0][-1])


def test_what_is_common_is_in_the_error_and_the_match_moves_all_energies_at_once() -> None:
    data = virtual_absorption(np.random.default_rng(3), truth=TRUTH)
    found = eta_of(data)
    np.testing.assert_allclose(found.error, np.sqrt(found.noise_error**2 + np.sum(found.common**2, axis=0)))
    match = (data.energy_mev >= MATCH_MEV[0]) & (data.energy_mev <= MATCH_MEV[1])
    level = found.scale.error / found.scale.value
    other = eta_of(data, absorption=np.where(match, data.heat * (1.0 + level), data.heat))
    inside = found.energy_mev < MATCH_MEV[0]
    np.testing.assert_allclose((other.eta - found.eta)[inside], found.common[2][inside], rtol=0.05)


def test_absorption_itself_gives_the_same_eta_as_its_heat_without_any_yield() -> None:
    data = virtual_absorption(np.random.default_rng(3), truth=TRUTH, noise=1e-6, floor=1e-9)
    coupled, _ = TRUTH.ensemble(data.energy_mev)
    total = coupled + TRUTH.uncoupled(data.energy_mev)
    own = eta_of(data, absorption=total, absorption_error=1e-6 * total, heat=None)
    np.testing.assert_allclose(own.eta, eta_of(data).eta, rtol=0.01)
    assert np.all(own.common[1] == 0.0)


def test_an_error_of_eta_at_the_match_moves_all_energies_by_what_it_says() -> None:
    data = virtual_absorption(np.random.default_rng(3), truth=TRUTH, noise=1e-4, floor=1e-7)
    level = eta_of(data).match.eta
    sure, unsure = eta_of(data, match=Match(MATCH_MEV, level)), eta_of(data, match=Match(MATCH_MEV, level, 0.02))
    moved = eta_of(data, match=Match(MATCH_MEV, level - 0.02)).eta - sure.eta
    np.testing.assert_allclose(np.sqrt(unsure.common[2] ** 2 - sure.common[2] ** 2), np.abs(moved), rtol=1e-6)


def test_film_and_suspension_of_one_band_agree_and_a_red_shift_is_told() -> None:
    energy, rng = np.arange(2200.0, 2620.0, 1.0), np.random.default_rng(4)

    def band(center_mev: float) -> Any:
        clean = 3000.0 * gaussian(energy, center_mev, 70.0) + 20.0
        counts = clean + np.sqrt(clean) * rng.standard_normal(energy.size)
        return measure_band(energy, counts, error=np.sqrt(clean), background="constant", methods=("gaussian",)).bands[0]

    assert "have one band" in compare_media(band(2410.0), band(2410.0)).sentence
    moved = compare_media(band(2400.0), band(2410.0))
    assert moved.peak_shift.value == pytest.approx(-10.0, abs=0.5)
    assert "to the red" in moved.sentence
    assert "reabsorption" in moved.sentence
    assert "have one band" in compare_media(band(2400.0), band(2410.0), axis_error_mev=5.0).sentence
    pulls = [compare_media(band(2405.0), band(2410.0)).peak_shift for _ in range(40)]
    assert np.std([(item.value + 5.0) / item.error for item in pulls]) == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"temperature_k": 0.0}, SettingsError, "temperature_k is 0"),
        ({"match": Match(MATCH_MEV, 1.2)}, SettingsError, "η at the match is 1.2"),
        ({"heat": HeatBalance(0.0, 0.0, 2430.0)}, SettingsError, "quantum yield is 0"),
        ({"range_mev": (2340.0, 2341.0)}, AnalysisError, "there are 1 points"),
        ({"absorption_error": np.zeros(201)}, InputError, "not above 0"),
        ({"emission": np.ones(3)}, InputError, "must be equal"),
        ({"absorption": -np.ones(201)}, AnalysisError, "give no scale"),
    ],
)
def test_reciprocity_refuses_what_it_cannot_use(
    changes: dict[str, Any], error: type[AsplabError], message: str
) -> None:
    with pytest.raises(error, match=message):
        eta_of(virtual_absorption(np.random.default_rng(3), truth=TRUTH), **changes)


def test_points_that_drown_in_noise_have_no_logarithm_and_are_named() -> None:
    data = virtual_absorption(np.random.default_rng(0), truth=TRUTH)
    with pytest.raises(AnalysisError, match="has no logarithm"):
        star_of(data, 0, (2301.0, 2400.0))


def test_ranges_upside_down_and_twice_the_same_energy_are_refused() -> None:
    data = virtual_absorption(np.random.default_rng(0), truth=TRUTH)
    with pytest.raises(SettingsError, match="upside down"):
        fit_urbach(data.energy_mev, data.linear, error=data.linear_error, below_mev=2470.0, range_mev=(2400.0, 2300.0))
    energy = data.energy_mev.copy()
    energy[100] = energy[101]
    with pytest.raises(InputError, match="twice"):
        fit_exciton(energy, data.linear, error=data.linear_error, range_mev=(2300.0, 2600.0))
    with pytest.raises(AnalysisError, match="15 are needed"):
        fit_exciton(data.energy_mev, data.linear, error=data.linear_error, range_mev=(2460.0, 2470.0))
