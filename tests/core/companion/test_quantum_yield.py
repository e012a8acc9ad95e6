"""Quantum yields by the ABC law and by an integrating sphere, and all yields side by side."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from asplab.core.companion.quantum_yield.abc_law import (
    AbcYield,
    abc_intensity,
    abc_power,
    abc_yield,
    fit_abc,
    peak_of,
)
from asplab.core.companion.quantum_yield.comparison import YieldRow, compare_yields
from asplab.core.companion.quantum_yield.sphere import (
    SphereCounts,
    SphereYield,
    freed_from_reabsorption,
    sphere_absorptance,
    sphere_yield,
)
from asplab.core.companion.quantum_yield.sphere_spectra import integrate_sphere, photons_per_unit, reabsorbed_part
from asplab.core.companion.quantum_yield.virtual import (
    EMISSION_NM,
    LASER_NM,
    AbcTruth,
    SphereTruth,
    virtual_abc,
    virtual_sphere,
)
from asplab.core.companion.reading import measured, undetermined
from asplab.core.errors import AnalysisError, InputError, SettingsError

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "power_yield_transient.json").read_text(encoding="utf-8"))
POWERS = np.geomspace(0.1, 3e3, 25)
ABC_TRUTH = AbcTruth(1.0, 0.5, 0.003)
SPHERE_TRUTH = SphereTruth(absorptance=0.4, quantum_yield=0.87)
ABC_SEEDS, SPHERE_SEEDS = 40, 60


def golden(name: str) -> tuple[dict[str, float], dict[str, float]]:
    (item,) = [one for one in GOLDEN["items"] if one["id"] == name]
    given, wanted = ({key: float(value) for key, value in item[side].items()} for side in ("inputs", "outputs"))
    return given, wanted


@cache
def series(truth: AbcTruth, given: bool) -> tuple[AbcYield, ...]:
    found = []
    for seed in range(ABC_SEEDS):
        data = virtual_abc(np.random.default_rng(seed), truth, power_uw=POWERS, counts=1e6)
        found.append(fit_abc(data.power_uw, data.intensity, error=data.error if given else None))
    return tuple(found)


# --- ABC law ---------------------------------------------------------------------------------------------
def test_the_law_and_its_maximum_match_the_independent_values() -> None:
    given, wanted = golden("abc")
    parts, light = np.array([given["alpha"], given["beta"], given["gamma"]]), np.array([given["I"]])
    assert abc_power(light, parts)[0] == pytest.approx(wanted["G"], rel=1e-10)
    assert abc_yield(light, parts)[0] == pytest.approx(wanted["QY"], rel=1e-10)
    assert peak_of(parts) == pytest.approx((wanted["I_opt"], wanted["QY_max"]), rel=1e-10)


@pytest.mark.parametrize(
    "parts", [(0.0, 1.0, 0.0), (3.0, 1.0, 0.0), (0.0, 1.0, 2.0), (1e3, 1e-3, 1e3), (1.0, 1.0, 1.0)]
)
def test_the_emission_at_a_power_is_the_inverse_of_the_law(parts: tuple[float, ...]) -> None:
    law, power = np.array(parts), np.geomspace(1e-6, 1e6, 25)
    np.testing.assert_allclose(abc_power(abc_intensity(power, law), law), power, rtol=1e-9)


@pytest.mark.parametrize("given", [True, False])
def test_the_yield_has_pulls_of_unit_spread_and_intervals_that_hold_it(given: bool) -> None:
    readings = [one.peak_yield for one in series(ABC_TRUTH, given) if one.peak_yield.is_determined]
    assert len(readings) > 0.9 * ABC_SEEDS
    truth = ABC_TRUTH.peak_yield
    pulls = np.array([(one.value - truth) / one.error for one in readings])
    assert abs(pulls.mean()) < 0.5
    assert 0.65 < pulls.std() < 1.35
    assert np.mean([one.low < truth < one.high for one in readings]) > 0.5  # type: ignore[operator]


def test_the_error_of_the_yield_follows_from_that_of_the_parts() -> None:
    power, truth = np.geomspace(1.0, 3e3, 25), AbcTruth(0.3, 1.0, 0.001)
    data = virtual_abc(np.random.default_rng(2), truth, power_uw=power, counts=1e9, stability=0.001)
    found = fit_abc(data.power_uw, data.intensity, error=data.error)
    drawn = np.random.default_rng(0).multivariate_normal(found.parts, found.covariance, 4000)
    assert found.peak_yield.error == pytest.approx(np.std([peak_of(parts)[1] for parts in drawn]), rel=0.05)


def test_parts_of_an_exact_series_come_back_in_its_units() -> None:
    truth = AbcTruth(2.0, 0.5, 0.004)
    density = truth.density(POWERS)
    light = 7.0 * density**2
    found = fit_abc(POWERS, light, error=0.01 * light)
    # P = An + Bn² + Cn³ with n = √(I/7).
    np.testing.assert_allclose(found.parts, [2.0 / 7.0**0.5, 0.5 / 7.0, 0.004 / 7.0**1.5], rtol=1e-6)
    assert found.peak_yield.value == pytest.approx(truth.peak_yield, rel=1e-6)
    assert found.peak_power_uw == pytest.approx(truth.peak_power_uw, rel=1e-6)


def test_yields_do_not_depend_on_the_units() -> None:
    data = virtual_abc(np.random.default_rng(3), ABC_TRUTH, power_uw=POWERS, counts=1e6)
    one = fit_abc(data.power_uw, data.intensity, error=data.error)
    other = fit_abc(1e-3 * data.power_uw, 1e-4 * data.intensity, error=1e-4 * data.error)
    assert other.peak_yield.value == pytest.approx(one.peak_yield.value, rel=1e-5)
    assert other.peak_yield.error == pytest.approx(one.peak_yield.error, rel=1e-3)
    np.testing.assert_allclose(other.yields, one.yields, rtol=1e-5)


def test_emission_in_proportion_to_the_power_tells_no_yield() -> None:
    """Excitons give a line of slope 1 at any yield, where the law alone would say 1."""
    refused = 0
    for seed in range(40):
        light = 1e3 * POWERS * (1.0 + 0.03 * np.random.default_rng(seed).standard_normal(POWERS.size))
        found = fit_abc(POWERS, light, error=0.03 * light)
        refused += not found.peak_yield.is_determined and not found.peak_yield.is_limit
    assert refused >= 38
    assert "emission of excitons" in found.peak_yield.reason or found.peak_yield.is_determined


def test_a_series_that_ends_before_the_maximum_gives_a_lower_limit() -> None:
    truth = AbcTruth(5.0, 1.0, 1e-4)
    assert truth.peak_power_uw > POWERS.max()
    data = virtual_abc(np.random.default_rng(0), truth, power_uw=POWERS, counts=1e6)
    reading = fit_abc(data.power_uw, data.intensity, error=data.error).peak_yield
    assert reading.is_limit
    assert reading.lower_limit is not None
    assert reading.lower_limit < truth.peak_yield
    assert "higher power" in reading.reason


def test_a_law_that_does_not_fit_tells_no_yield() -> None:
    data = virtual_abc(np.random.default_rng(0), ABC_TRUTH, power_uw=POWERS, counts=1e6)
    bleached = data.intensity * np.where(POWERS > 300.0, 0.6, 1.0)
    reading = fit_abc(data.power_uw, bleached, error=data.error).peak_yield
    assert not reading.is_determined
    assert "does not describe the series" in reading.reason


@pytest.mark.parametrize(
    ("power", "light", "error", "wanted"),
    [
        (np.arange(1.0, 6.0), np.arange(1.0, 6.0), None, "5 powers over 0.7 decades"),
        (np.arange(1.0, 9.0), np.arange(1.0, 9.0), None, "8 powers over 0.9 decades"),
        (POWERS, np.append(POWERS[:-1], -1.0), None, "intensity, value 25: -1 is not above 0"),
        (POWERS, POWERS, 1e5 * POWERS, "0 of 25 points of the power series stand out"),
        (POWERS, POWERS[:-1], None, r"power_uw has shape \(25,\) and intensity \(24,\)"),
        (POWERS, -POWERS, POWERS, "nowhere above 0"),
    ],
)
def test_bad_power_series_are_refused(
    power: np.ndarray, light: np.ndarray, error: np.ndarray | None, wanted: str
) -> None:
    with pytest.raises((InputError, AnalysisError), match=wanted):
        fit_abc(power, light, error=error)


# --- sphere ----------------------------------------------------------------------------------------------
def counts(relative: float = 0.01) -> SphereCounts:
    given, _ = golden("demello")
    values = [given[name] for name in ("La", "Lb", "Lc", "Pb", "Pc")]
    return SphereCounts(*values, *(relative * value for value in values))


@cache
def spheres(truth: SphereTruth, as_power: bool) -> tuple[SphereYield, ...]:
    found = []
    for seed in range(SPHERE_SEEDS):
        spectra = virtual_sphere(np.random.default_rng(seed), truth, photons=1e6, repeats=8, as_power=as_power)
        light = integrate_sphere(spectra, laser_nm=LASER_NM, emission_nm=EMISSION_NM, relative_error=None)
        found.append(sphere_yield(light, response_error=0.0, reabsorbed=truth.reabsorbed, reabsorbed_error=0.0))
    return tuple(found)


def test_absorptance_and_yield_match_the_independent_values() -> None:
    _, wanted = golden("demello")
    found = sphere_yield(counts(), response_error=0.0, reabsorbed=0.0, reabsorbed_error=0.0)
    assert sphere_absorptance(counts().values) == pytest.approx(wanted["A"], rel=1e-10)
    assert found.observed.value == pytest.approx(wanted["QY"], rel=1e-10)
    assert found.corrected.value == pytest.approx(found.observed.value, rel=1e-12)


def test_the_correction_for_reabsorption_matches_the_independent_value() -> None:
    given, wanted = golden("selfabs")
    assert freed_from_reabsorption(given["q_obs"], given["a"]) == pytest.approx(wanted["QY"], rel=1e-10)


@pytest.mark.parametrize("beside", [30_000.0, 300_000.0])
def test_the_error_of_the_yield_is_that_of_draws(beside: float) -> None:
    """With much emission beside the beam the laser light enters above and below the line, and partly cancels."""
    start, rng = replace(counts(0.004), emission_beside=beside, emission_beside_error=100.0), np.random.default_rng(1)
    start = replace(start, emission_inside_error=100.0, laser_inside_error=8_000.0)
    found = sphere_yield(start, response_error=0.02, reabsorbed=0.15, reabsorbed_error=0.03)
    empty, beside, inside, e_beside, e_inside = (start.values + start.errors * rng.standard_normal((200_000, 5))).T
    response, part = rng.normal(1.0, 0.02, 200_000), rng.normal(0.15, 0.03, 200_000)
    seen = response * (e_inside - inside / beside * e_beside) / (empty * (1.0 - inside / beside))
    assert found.observed.error == pytest.approx(np.std(seen), rel=0.02)
    assert found.corrected.error == pytest.approx(np.std(seen / (1.0 - part + part * seen)), rel=0.02)


def drifting(rng: np.random.Generator, repeats: int, share: float) -> SphereCounts:
    """Return the counts of repeats whose laser drifts by 1 %, of which a share is common to both lights of one."""
    start = counts(0.0)
    common, own = 0.01 * np.sqrt(share), 0.01 * np.sqrt(1.0 - share)

    def seen(*means: float) -> tuple[np.ndarray, np.ndarray]:
        scatter = common * rng.standard_normal((1, repeats)) + own * rng.standard_normal((len(means), repeats))
        rows = np.array(means)[:, None] * (1.0 + scatter)
        return rows.mean(axis=1), np.cov(np.vstack([rows, rows])) / repeats

    (empty,), of_empty = seen(start.laser_empty)
    (laser_b, light_b), of_beside = seen(start.laser_beside, start.emission_beside)
    (laser_c, light_c), of_inside = seen(start.laser_inside, start.emission_inside)
    variances = of_empty[0, 0], of_beside[0, 0], of_inside[0, 0], of_beside[1, 1], of_inside[1, 1]
    shared = {"beside_covariance": of_beside[0, 1], "inside_covariance": of_inside[0, 1]}
    values = empty, laser_b, laser_c, light_b, light_c
    return SphereCounts(*values, *np.sqrt(variances), **shared, freedoms=(repeats - 1.0,) * 3)


@pytest.mark.parametrize("share", [1.0, 0.0], ids=["drift", "noise"])
@pytest.mark.parametrize("repeats", [3, 5])
def test_few_repeats_hold_the_yield_in_two_of_three_cases_whether_both_lights_drift_together_or_not(
    share: float, repeats: int
) -> None:
    _, wanted = golden("demello")
    rng, held = np.random.default_rng(5), []
    for _ in range(1000):
        found = sphere_yield(drifting(rng, repeats, share), response_error=0.0, reabsorbed=0.0, reabsorbed_error=0.0)
        held.append(found.observed.low < wanted["QY"] < found.observed.high)  # type: ignore[operator]
    assert np.mean(held) == pytest.approx(0.6827, abs=0.04)


def test_an_error_from_elsewhere_that_is_in_no_doubt_is_not_widened_for_few_repeats() -> None:
    few = replace(counts(1e-4), freedoms=(1.0, 1.0, 1.0))
    found = sphere_yield(few, response_error=0.02, reabsorbed=0.0, reabsorbed_error=0.0)
    assert found.observed.error == pytest.approx(0.02 * found.observed.value, rel=0.01)


def test_spectra_whose_laser_drifts_tell_that_both_lights_go_together() -> None:
    spectra = virtual_sphere(np.random.default_rng(0), SPHERE_TRUTH, photons=1e8, repeats=30, stability=0.01)
    light = integrate_sphere(spectra, laser_nm=LASER_NM, emission_nm=EMISSION_NM, relative_error=None)
    assert light.inside_covariance == pytest.approx(light.laser_inside_error * light.emission_inside_error, rel=0.02)
    assert light.freedoms == (29.0, 29.0, 29.0)


@pytest.mark.parametrize("as_power", [False, True], ids=["photons", "power"])
def test_the_yield_of_virtual_spectra_has_pulls_of_unit_spread(as_power: bool) -> None:
    found = [one.corrected for one in spheres(SPHERE_TRUTH, as_power)]
    pulls = np.array([(one.value - 0.87) / one.error for one in found])
    assert abs(pulls.mean()) < 0.45
    assert 0.75 < pulls.std() < 1.3
    assert np.mean([one.low < 0.87 < one.high for one in found]) == pytest.approx(0.68, abs=0.13)  # type: ignore[operator]


def test_power_taken_for_photons_is_off_by_the_ratio_of_the_wavelengths() -> None:
    spectra = virtual_sphere(np.random.default_rng(0), SPHERE_TRUTH, photons=1e7, as_power=True, stability=0.0)
    right, wrong = (
        integrate_sphere(one, laser_nm=LASER_NM, emission_nm=EMISSION_NM, relative_error=None)
        for one in (spectra, replace(spectra, unit="photons"))
    )
    found = [
        sphere_yield(one, response_error=0.0, reabsorbed=0.0, reabsorbed_error=0.0).observed.value
        for one in (right, wrong)
    ]
    assert found[1] / found[0] == pytest.approx(450.0 / 514.0, rel=2e-3)


def test_a_weak_absorber_is_told_to_be_skewed_and_keeps_its_coverage() -> None:
    found = spheres(SphereTruth(absorptance=0.02, quantum_yield=0.87), False)
    assert sum(one.is_skewed for one in found) > 5
    held = [one.corrected.low < 0.87 < one.corrected.high for one in found]  # type: ignore[operator]
    assert 0.5 < np.mean(held) < 0.85


def test_light_that_follows_the_laser_cancels() -> None:
    start = counts()
    leak = 0.01
    leaky = replace(
        start,
        emission_beside=start.emission_beside + leak * start.laser_beside,
        emission_inside=start.emission_inside + leak * start.laser_inside,
    )
    one, other = (
        sphere_yield(light, response_error=0.0, reabsorbed=0.0, reabsorbed_error=0.0).observed.value
        for light in (start, leaky)
    )
    assert other == pytest.approx(one, rel=1e-12)


def test_emission_that_can_not_be_seen_is_an_upper_limit() -> None:
    dark = replace(counts(0.001), emission_inside=600.0, emission_inside_error=900.0, emission_beside=0.0)
    found = sphere_yield(dark, response_error=0.0, reabsorbed=0.1, reabsorbed_error=0.0)
    assert found.observed.is_limit
    assert found.corrected.upper_limit is not None
    assert found.observed.upper_limit is not None
    assert found.corrected.upper_limit > found.observed.upper_limit > 0.0


@pytest.mark.parametrize(
    ("change", "given", "error", "wanted"),
    [
        ({"laser_inside": 920_000.0}, {}, AnalysisError, "the sample absorbs 0.000"),
        ({"laser_beside": 0.0}, {}, InputError, "laser_beside is 0"),
        ({"emission_inside": float("nan")}, {}, InputError, "emission_inside is nan"),
        ({}, {"reabsorbed": 1.0}, InputError, "reabsorbed is 1"),
        ({}, {"response_error": -0.1}, InputError, "response_error is -0.1"),
    ],
)
def test_bad_sphere_readings_are_refused(
    change: dict[str, float], given: dict[str, float], error: type[Exception], wanted: str
) -> None:
    settings = {"response_error": 0.0, "reabsorbed": 0.0, "reabsorbed_error": 0.0, **given}
    with pytest.raises(error, match=wanted):
        sphere_yield(replace(counts(), **change), **settings)


def test_a_single_spectrum_needs_a_stated_error() -> None:
    spectra = virtual_sphere(np.random.default_rng(0), SPHERE_TRUTH, photons=1e6, repeats=1)
    with pytest.raises(AnalysisError, match="one spectrum 'empty' tells no error"):
        integrate_sphere(spectra, laser_nm=LASER_NM, emission_nm=EMISSION_NM, relative_error=None)
    found = integrate_sphere(spectra, laser_nm=LASER_NM, emission_nm=EMISSION_NM, relative_error=0.01)
    assert found.laser_empty_error == pytest.approx(0.01 * found.laser_empty)


@pytest.mark.parametrize(
    ("laser", "emission", "wanted"),
    [
        ((440.0, 500.0), EMISSION_NM, "overlap"),
        ((400.0, 460.0), EMISSION_NM, "laser_nm is 400 to 460 nm; it must ascend within the spectra, 420 to 620"),
        (LASER_NM, (580.0, 480.0), "emission_nm is 580 to 480"),
        ((450.01, 450.02), EMISSION_NM, "less than two pixels"),
    ],
)
def test_impossible_windows_are_refused(laser: tuple[float, float], emission: tuple[float, float], wanted: str) -> None:
    spectra = virtual_sphere(np.random.default_rng(0), SPHERE_TRUTH, photons=1e6)
    with pytest.raises(InputError, match=wanted):
        integrate_sphere(spectra, laser_nm=laser, emission_nm=emission, relative_error=None)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(SettingsError, match="'watts' of sphere spectra is not known"):
        photons_per_unit(np.array([500.0]), "watts")  # type: ignore[arg-type]


def test_the_reabsorbed_part_is_what_the_blue_side_lacks() -> None:
    axis = np.linspace(480.0, 580.0, 401)
    true = np.exp(-0.5 * ((axis - 514.0) / 8.0) ** 2)
    passes = 1.0 - 0.4 / (1.0 + np.exp((axis - 510.0) / 2.0))
    wanted = 1.0 - np.sum(true * passes) / np.sum(true)
    rng, found = np.random.default_rng(0), []
    error = np.full(axis.size, 0.01)
    for _ in range(200):
        seen = 3.0 * true * passes + error * rng.standard_normal(axis.size)
        reference = true + error * rng.standard_normal(axis.size)
        found.append(
            reabsorbed_part(axis, seen, reference, red_nm=(522.0, 545.0), sphere_error=error, reference_error=error)
        )
    values, errors = np.array(found).T
    # The edge of the absorption still reaches 522 nm a little.
    assert values.mean() == pytest.approx(wanted, abs=2e-3)
    assert np.std(values) == pytest.approx(errors.mean(), rel=0.2)
    with pytest.raises(InputError, match="holds no light"):
        reabsorbed_part(axis, true, 0.0 * true, red_nm=(522.0, 545.0), sphere_error=error, reference_error=error)


# --- side by side ----------------------------------------------------------------------------------------
def test_yields_that_agree_are_left_alone_and_those_that_do_not_are_named() -> None:
    rows = [
        YieldRow("R", "film", 295.0, measured(0.84, 0.01)),
        YieldRow("ABC law", "film", 295.0, measured(0.83, 0.02)),
        YieldRow("integrating sphere", "suspension", 295.0, measured(0.95, 0.01)),
    ]
    quiet = compare_yields(rows[:2])
    assert quiet.notes == ()
    assert quiet.deviations[0, 1] == pytest.approx(0.01 / np.hypot(0.01, 0.02))
    told = compare_yields(rows)
    assert len(told.notes) == 2
    assert "differ by 7.8 standard errors. They differ in medium, which may be why." in told.notes[0]


def test_yields_of_several_samples_are_told_apart_by_their_names() -> None:
    one = YieldRow("integrating sphere", "suspension", 295.0, measured(0.95, 0.01), "sample A")
    other = YieldRow("integrating sphere", "suspension", 295.0, measured(0.75, 0.01), "sample B")
    (note,) = compare_yields([one, other]).notes
    assert note.startswith(
        "integrating sphere of sample A, suspension, 295 K and integrating sphere of sample B, suspension, 295 K differ"
    )
    assert "They differ in sample, which may be why." in note
    assert compare_yields([one]).rows[0].label == "integrating sphere, suspension, 295 K"


def test_what_is_not_determined_is_told_and_not_compared() -> None:
    rows = [
        YieldRow("R", "film", 80.0, measured(0.84, 0.01)),
        YieldRow("ABC law", "film", 80.0, undetermined("no bend.")),
    ]
    found = compare_yields(rows)
    assert np.isnan(found.deviations[0, 1])
    assert found.notes == ("ABC law, film, 80 K: no bend.",)


def test_a_yield_above_one_is_told() -> None:
    (note,) = compare_yields([YieldRow("integrating sphere", "", None, measured(1.2, 0.05))]).notes
    assert note.startswith("integrating sphere: 1.200 ± 0.050 is above 1")
    with pytest.raises(InputError, match="no quantum yield to compare"):
        compare_yields([])
