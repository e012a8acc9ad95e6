"""Laws of gap and width: golden values, limits, intervals over seeds, and what these data can't tell."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asplab.core.companion.temperature.laser_heating import laser_heating
from asplab.core.companion.temperature.law_fit import fit_law
from asplab.core.companion.temperature.laws import (
    BOSE_EINSTEIN,
    ENERGY_LAWS,
    HUANG_RHYS,
    HUANG_RHYS_ENSEMBLE,
    LINE,
    PHONON_WIDTH,
    TWO_OSCILLATORS,
    VARSHNI,
    WIDTH_LAWS,
    bose_einstein_mev,
    huang_rhys_width_mev,
    phonon_width_mev,
    two_oscillator_mev,
    varshni_mev,
)
from asplab.core.companion.temperature.stokes_shift import stokes_shift
from asplab.core.companion.temperature.trend import fit_energy_laws, fit_width_laws
from asplab.core.errors import AnalysisError, InputError, SettingsError

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "temperature_laws.json").read_text(encoding="utf-8"))
SERIES_K = np.linspace(80.0, 280.0, 11)
WIDE_K = np.linspace(10.0, 300.0, 16)


@pytest.mark.parametrize("sample", GOLDEN["items"], ids=lambda sample: str(sample["id"]))
def test_laws_match_the_independent_values(sample: dict[str, Any]) -> None:
    t, wanted = float(sample["inputs"]["T"]), {k: float(v) for k, v in sample["outputs"].items()}
    found = {
        "varshni": varshni_mev(t, 2390.0, -0.30, 100.0),
        "bose": bose_einstein_mev(t, 2360.0, 30.0, 20.0),
        "two_osc": two_oscillator_mev(t, 2350.0, 0.10, (12.0, -5.0), (6.1, 18.5)),
        "fwhm": phonon_width_mev(t, 38.0, 0.010, 42.0, 16.0),
    }
    for name, value in found.items():
        assert float(value) == pytest.approx(wanted[name], rel=1e-14, abs=0)


@pytest.mark.parametrize(("t", "s", "phonon", "wanted"), [(80.0, 21.4, 5.17, 84.0), (250.0, 41.1, 23.4, 138.0)])
def test_huang_rhys_widths_of_the_two_published_sets(t: float, s: float, phonon: float, wanted: float) -> None:
    assert float(huang_rhys_width_mev(t, (s / phonon) ** 2, phonon)) == pytest.approx(wanted, abs=0.6)


def test_laws_of_warm_samples_are_straight_and_those_of_cold_ones_flat() -> None:
    warm = np.array([4000.0, 4001.0])
    assert np.diff(bose_einstein_mev(warm, 2360.0, 30.0, 5.0))[0] == pytest.approx(2 * 30.0 * 0.0861733 / 5.0, rel=1e-3)
    assert float(bose_einstein_mev(0.5, 2360.0, 30.0, 20.0)) == pytest.approx(2390.0)
    assert float(phonon_width_mev(0.5, 38.0, 0.0, 42.0, 16.0)) == pytest.approx(38.0)
    assert float(huang_rhys_width_mev(0.5, 4.0, 10.0)) == pytest.approx(2.35482 * 20.0, rel=1e-6)


TRUTHS = {
    "linear": {"gap_mev": 2380.0, "slope_mev_per_k": 0.2},
    "varshni": {"gap_mev": 2386.0, "slope_mev_per_k": -0.3, "debye_k": 150.0},
    "bose_einstein": {"gap_mev": 2360.0, "coupling_mev": 30.0, "phonon_mev": 20.0},
    "phonon_width": {"residual_mev": 38.0, "acoustic_mev_per_k": 0.05, "optical_mev": 42.0, "phonon_mev": 16.0},
    "huang_rhys": {"huang_rhys_factor": 4.0, "phonon_mev": 12.0},
    "huang_rhys_ensemble": {"spread_squared_mev2": 1600.0, "huang_rhys_factor": 4.0, "phonon_mev": 12.0},
}
# Both have a straight line; that of energies is meant here.
LAWS = {law.name: law for law in (*WIDTH_LAWS, *ENERGY_LAWS)}
NOISE_MEV = 0.3


def truth_mev(name: str, t: np.ndarray) -> np.ndarray:
    law, truth = LAWS[name], TRUTHS[name]
    columns = law.columns(t, *(np.array([[truth[p.name]]]) for p in law.shape))
    found = columns[0] @ np.array([truth[p.name] for p in law.linear])
    return np.sqrt(found) if law.is_squared else found


def test_fitted_columns_are_those_of_the_formulas() -> None:
    np.testing.assert_allclose(
        truth_mev("phonon_width", WIDE_K), phonon_width_mev(WIDE_K, *TRUTHS["phonon_width"].values())
    )
    np.testing.assert_allclose(truth_mev("varshni", WIDE_K), varshni_mev(WIDE_K, 2386.0, -0.3, 150.0))
    np.testing.assert_allclose(truth_mev("bose_einstein", WIDE_K), bose_einstein_mev(WIDE_K, 2360.0, 30.0, 20.0))
    np.testing.assert_allclose(truth_mev("huang_rhys", WIDE_K), huang_rhys_width_mev(WIDE_K, 4.0, 12.0))
    two = TWO_OSCILLATORS.columns(WIDE_K, np.array([[6.1]]), np.array([[18.5]]))[0] @ [2350.0, 0.1, 12.0, -5.0]
    np.testing.assert_allclose(two, two_oscillator_mev(WIDE_K, 2350.0, 0.10, (12.0, -5.0), (6.1, 18.5)))


@pytest.mark.parametrize("name", TRUTHS)
def test_exact_data_give_the_parameters_back(name: str) -> None:
    fit = fit_law(LAWS[name], WIDE_K, truth_mev(name, WIDE_K), error_mev=np.full(WIDE_K.size, 0.001))
    for parameter, truth in TRUTHS[name].items():
        reading = fit.parameters[parameter]
        assert reading.value == pytest.approx(truth, rel=2e-3), parameter
        assert reading.is_determined, parameter


@pytest.mark.parametrize("name", TRUTHS)
def test_intervals_hold_the_truth_as_often_as_they_say_and_pulls_have_unit_spread(name: str) -> None:
    rng, pulls, held, curve = np.random.default_rng(11), [], [], []
    for _ in range(100):
        values = truth_mev(name, WIDE_K) + rng.normal(0.0, NOISE_MEV, WIDE_K.size)
        fit = fit_law(LAWS[name], WIDE_K, values, error_mev=np.full(WIDE_K.size, NOISE_MEV))
        _, low, high = fit.at(np.array([150.0]))
        curve.append(low[0] <= truth_mev(name, np.array([150.0]))[0] <= high[0])
        for parameter, truth in TRUTHS[name].items():
            reading = fit.parameters[parameter]
            # A bounded one is determined only where it came out large: those are selected.
            if reading.is_determined and parameter != "acoustic_mev_per_k":
                assert reading.low is not None
                assert reading.high is not None
                pulls.append((reading.value - truth) / reading.error)
                held.append(reading.low <= truth <= reading.high)
    assert np.mean(held) == pytest.approx(0.70, abs=0.09)
    assert np.mean(curve) == pytest.approx(0.71, abs=0.11)
    assert np.std(pulls) == pytest.approx(0.95, abs=0.17)


def test_errors_from_the_scatter_have_students_width() -> None:
    rng, held = np.random.default_rng(3), []
    for _ in range(300):
        values = truth_mev("linear", SERIES_K[:5]) + rng.normal(0.0, NOISE_MEV, 5)
        slope = fit_law(LINE, SERIES_K[:5], values, error_mev=None).parameters["slope_mev_per_k"]
        held.append(abs(slope.value - 0.2) < slope.error)
    assert np.mean(held) == pytest.approx(0.683, abs=0.07)


def test_rounding_of_exact_values_is_no_scatter_that_prefers_a_law() -> None:
    trend = fit_energy_laws(SERIES_K, np.full(SERIES_K.size, 2400.0), error_mev=None)
    assert trend.rows[0].law == "linear"
    assert trend.fits["linear"].parameters["gap_mev"].error > 1e-7


def test_errors_that_are_too_small_are_widened() -> None:
    rng = np.random.default_rng(5)
    values = truth_mev("linear", SERIES_K) + rng.normal(0.0, 1.0, SERIES_K.size)
    told, widened = (
        fit_law(LINE, SERIES_K, values, error_mev=np.full(SERIES_K.size, e)).parameters["slope_mev_per_k"].error
        for e in (1.5, 0.7)
    )
    assert 0.3 < widened / told < 1.3


def test_a_straight_series_leaves_the_phonon_of_bose_einstein_open_but_not_the_curve() -> None:
    t = np.linspace(150.0, 280.0, 8)
    values = truth_mev("linear", t) + np.random.default_rng(2).normal(0.0, 0.5, t.size)
    fit = fit_law(BOSE_EINSTEIN, t, values, error_mev=np.full(t.size, 0.5))
    phonon = fit.parameters["phonon_mev"]
    assert fit.is_degenerate
    assert phonon.is_limit
    assert phonon.lower_limit is None
    assert "degenerate" in fit.sentence
    assert "lower temperatures" in phonon.reason
    value, low, high = fit.at(np.array([215.0]))
    assert low[0] < value[0] < high[0]
    assert high[0] - low[0] < 1.0


def test_varshni_says_that_its_two_numbers_act_as_one() -> None:
    values = truth_mev("varshni", SERIES_K) + np.random.default_rng(1).normal(0.0, NOISE_MEV, SERIES_K.size)
    fit = fit_law(VARSHNI, SERIES_K, values, error_mev=np.full(SERIES_K.size, NOISE_MEV))
    assert abs(fit.correlation) > 0.99
    assert set(fit.correlated) == {"α", "β"}
    assert "act as one" in fit.sentence


def test_eleven_temperatures_do_not_determine_two_oscillators() -> None:
    values = two_oscillator_mev(SERIES_K, 2350.0, 0.10, (12.0, -5.0), (6.1, 18.5))
    values = values + np.random.default_rng(1).normal(0.0, NOISE_MEV, SERIES_K.size)
    fit = fit_law(TWO_OSCILLATORS, SERIES_K, values, error_mev=np.full(SERIES_K.size, NOISE_MEV))
    assert fit.is_degenerate
    known = {"low_phonon_mev": 6.1, "high_phonon_mev": 18.5, "expansion_mev_per_k": 0.10}
    held = fit_law(TWO_OSCILLATORS, SERIES_K, values, error_mev=np.full(SERIES_K.size, NOISE_MEV), fixed=known)
    assert not held.is_degenerate
    assert abs(held.parameters["low_coupling_mev"].value - 12.0) < 4.0 * held.parameters["low_coupling_mev"].error


def test_an_acoustic_term_of_zero_is_a_limit_and_never_negative() -> None:
    rng, held = np.random.default_rng(4), []
    for _ in range(40):
        values = phonon_width_mev(SERIES_K, 38.0, 0.0, 42.0, 16.0) + rng.normal(0.0, NOISE_MEV, SERIES_K.size)
        fit = fit_law(PHONON_WIDTH, SERIES_K, values, error_mev=np.full(SERIES_K.size, NOISE_MEV))
        acoustic = fit.parameters["acoustic_mev_per_k"]
        assert acoustic.value >= 0.0
        if acoustic.is_limit:
            assert acoustic.lower_limit is None
            assert fit.surface.ends(np.array([0.0, 1.0, 0.0]), 4.0)[0] >= 0.0
            held.append("can't be negative" in acoustic.reason or "not determined" in acoustic.reason)
    assert len(held) > 30
    assert all(held)


def test_a_fixed_parameter_stays_and_sharpens_the_others() -> None:
    values = truth_mev("phonon_width", SERIES_K) + np.random.default_rng(1).normal(0.0, NOISE_MEV, SERIES_K.size)
    error = np.full(SERIES_K.size, NOISE_MEV)
    free = fit_law(PHONON_WIDTH, SERIES_K, values, error_mev=error)
    fixed = fit_law(PHONON_WIDTH, SERIES_K, values, error_mev=error, fixed={"acoustic_mev_per_k": 0.05})
    assert fixed.parameters["acoustic_mev_per_k"].value == 0.05
    assert fixed.parameters["phonon_mev"].error < 5.0
    assert not fixed.parameters["phonon_mev"].error > free.parameters["phonon_mev"].error


def test_the_table_prefers_the_law_of_the_data_and_names_its_equals() -> None:
    rng = np.random.default_rng(6)
    bent = truth_mev("bose_einstein", WIDE_K) + rng.normal(0.0, NOISE_MEV, WIDE_K.size)
    trend = fit_energy_laws(WIDE_K, bent, error_mev=np.full(WIDE_K.size, NOISE_MEV))
    assert trend.best is not None
    assert trend.best.law.name == "bose_einstein"
    assert trend.rows[-1].law == "linear"
    assert sum(row.weight for row in trend.rows) == pytest.approx(1.0)
    straight = truth_mev("linear", SERIES_K) + rng.normal(0.0, 2.0, SERIES_K.size)
    equal = fit_energy_laws(SERIES_K, straight, error_mev=np.full(SERIES_K.size, 2.0))
    assert equal.rows[0].law == "linear"
    assert "serves nearly as well" in equal.verdict


def test_a_law_that_misses_the_data_says_that_its_parameters_mean_nothing() -> None:
    values = truth_mev("phonon_width", SERIES_K)
    trend = fit_width_laws(SERIES_K, values, error_mev=np.full(SERIES_K.size, 0.1))
    missed = trend.fits[HUANG_RHYS.name]
    assert missed.is_misfit
    assert not missed.is_degenerate
    assert "mean nothing" in missed.sentence
    for reading in missed.parameters.values():
        assert reading.text == "not determined"
        assert not reading.is_limit
        assert "misses the data (χ² " in reading.reason
    assert trend.rows[0].law == PHONON_WIDTH.name


def test_a_law_that_misses_as_many_points_as_it_has_parameters_gives_no_limit() -> None:
    """A width that falls as it warms: no Huang-Rhys factor and phonon do that."""
    fit = fit_law(HUANG_RHYS, np.array([120.0, 250.0]), np.array([90.0, 60.0]), error_mev=np.full(2, 0.5))
    assert fit.dof == 0
    assert fit.is_misfit
    assert [one.text for one in fit.parameters.values()] == ["not determined"] * 2


def test_what_is_held_stays_known_though_the_law_misses_the_data() -> None:
    values, error = truth_mev("phonon_width", SERIES_K), np.full(SERIES_K.size, 0.1)
    fit = fit_law(HUANG_RHYS, SERIES_K, values, error_mev=error, fixed={"phonon_mev": 20.0})
    assert fit.is_misfit
    assert fit.parameters["phonon_mev"].value == 20.0
    assert not fit.parameters["huang_rhys_factor"].is_determined


def test_a_law_with_more_parameters_than_temperatures_says_how_many_it_needs() -> None:
    trend = fit_energy_laws(SERIES_K[:4], truth_mev("linear", SERIES_K[:4]), error_mev=np.full(4, 1.0))
    row = next(row for row in trend.rows if row.law == TWO_OSCILLATORS.name)
    assert "6 free parameters, but there are 4 different temperatures" in row.why_not


def test_the_spread_of_gaps_adds_to_the_huang_rhys_width_in_squares() -> None:
    fit = fit_law(
        HUANG_RHYS_ENSEMBLE, WIDE_K, truth_mev("huang_rhys_ensemble", WIDE_K), error_mev=np.full(WIDE_K.size, 0.01)
    )
    cold, *_ = fit.at(np.array([1.0]))
    assert cold[0] == pytest.approx(np.hypot(40.0, 2.35482 * 12.0 * 2.0), abs=0.05)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"values_mev": np.full(3, np.nan)}, InputError, "not a finite number"),
        ({"temperature_k": np.array([0.0, 1.0, 2.0])}, InputError, "not above 0"),
        ({"error_mev": np.zeros(3)}, InputError, "not above 0"),
        ({"values_mev": np.ones(4)}, InputError, "must be equal"),
        ({"fixed": {"phonon_mev": 3.0}}, SettingsError, "no parameter 'phonon_mev'"),
        ({"temperature_k": np.full(3, 80.0)}, AnalysisError, "1 different temperatures"),
    ],
)
def test_bad_input_is_refused_with_the_place(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    given = {"temperature_k": np.array([80.0, 180.0, 280.0]), "values_mev": np.ones(3), "error_mev": np.ones(3)}
    given |= arguments
    with pytest.raises(error, match=message):
        fit_law(LINE, given.pop("temperature_k"), given.pop("values_mev"), **given)


def test_a_constant_stokes_shift_is_said_to_be_one_and_a_growing_one_to_grow() -> None:
    rng, error = np.random.default_rng(8), np.full(SERIES_K.size, 0.4)
    emission = truth_mev("linear", SERIES_K)
    for slope, word in ((0.0, "same at all temperatures"), (0.05, "grows")):
        absorption = emission + 30.0 + slope * (SERIES_K - 180.0) + rng.normal(0.0, 0.4, SERIES_K.size)
        seen = emission + rng.normal(0.0, 0.4, SERIES_K.size)
        found = stokes_shift(
            SERIES_K,
            absorption_mev=absorption,
            absorption_error_mev=error,
            emission_mev=seen,
            emission_error_mev=error,
        )
        assert word in found.sentence
        assert abs(found.slope.value - slope) < 4.0 * found.slope.error
        assert abs(found.mean.value - 30.0) < 4.0 * found.mean.error


def test_heating_is_read_from_the_peak_and_from_the_width_with_honest_errors() -> None:
    rng, pulls = np.random.default_rng(9), []
    hot = np.array([120.0, 180.0, 240.0])
    for _ in range(80):
        values = truth_mev("bose_einstein", SERIES_K) + rng.normal(0.0, NOISE_MEV, SERIES_K.size)
        line = fit_law(BOSE_EINSTEIN, SERIES_K, values, error_mev=np.full(SERIES_K.size, NOISE_MEV))
        seen = truth_mev("bose_einstein", hot + 12.0) + rng.normal(0.0, NOISE_MEV, 3)
        found = laser_heating(hot, seen, error_mev=np.full(3, NOISE_MEV), low_power=line)
        pulls.append((found.mean.value - 12.0) / found.mean.error)
    assert "warmer sample" in found.sentence
    assert np.std(pulls) == pytest.approx(0.9, abs=0.2)
    assert abs(np.mean(pulls)) < 0.4


def test_no_heating_is_said_where_there_is_none_and_a_flat_trend_is_no_thermometer() -> None:
    rng, error = np.random.default_rng(1), np.full(SERIES_K.size, NOISE_MEV)
    line = fit_law(LINE, SERIES_K, truth_mev("linear", SERIES_K), error_mev=error)
    same = truth_mev("linear", SERIES_K) + rng.normal(0.0, NOISE_MEV, SERIES_K.size)
    assert "No heating is seen" in laser_heating(SERIES_K, same, error_mev=error, low_power=line).sentence
    flat = fit_law(LINE, SERIES_K, 2400.0 + rng.normal(0.0, NOISE_MEV, SERIES_K.size), error_mev=error)
    found = laser_heating(SERIES_K, same, error_mev=error, low_power=flat)
    assert not found.mean.is_determined
    assert "too flat" in found.sentence
    with pytest.raises(AnalysisError, match="outside the low-power trend"):
        laser_heating(np.array([300.0]), np.array([2400.0]), error_mev=np.array([1.0]), low_power=line)
