"""Rates of a single gap against independently computed values, limits and refusals."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ive

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates import MODELS, PARAMETERS, log_rate, upconversion_efficiency
from asplab.core.polaron.rates.thermal import log_scaled_bessel
from asplab.core.units import thermal_energy_mev

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN = json.loads((FOLDER / "eq9.json").read_text(encoding="utf-8"))
RATES = {item["id"]: item for item in json.loads((FOLDER / "rates.json").read_text(encoding="utf-8"))["items"]}
POINTS = [item for name, item in RATES.items() if name.startswith("w_")]
ARGUMENTS: dict[str, Any] = {
    "detuning_mev": 23.0,
    "temperature_k": 80.0,
    "g_mev": 21.4,
    "phonon_mev": 5.17,
}
OWN = {
    "arrhenius": {},
    "arrhenius-ratio": {},
    "exponential": {"slope_per_mev": 0.03},
    "exponential-ratio": {"slope_per_mev": 0.03},
    "parasitic": {"urbach_mev": 15.0, "background_urbach_mev": 60.0},
}
SMOOTH = [name for name, model in MODELS.items() if model.single_gap is not None]
POLARON = [name for name in SMOOTH if name not in OWN]


def rate(**changes: Any) -> Any:
    given = ARGUMENTS | changes
    return log_rate(given.pop("model", "eq9"), given.pop("detuning_mev"), given.pop("temperature_k"), **given)


def parameters(model: str) -> dict[str, Any]:
    return OWN.get(model, {"g_mev": 21.4, "phonon_mev": 5.17})


def at(item: dict[str, Any], model: str, **changes: float) -> float:
    """Return ln w of a model at the inputs of a golden item."""
    given = {key: float(value) for key, value in item["inputs"].items()}
    return float(log_rate(model, given["dE"], given["T"], g_mev=given["g"], phonon_mev=given["w"], **changes))


@pytest.mark.parametrize("sample", GOLDEN["samples"], ids=lambda sample: str(sample["id"]))
def test_eq9_matches_the_independent_value(sample: dict[str, str]) -> None:
    found = log_rate(
        "eq9",
        float(sample["detuning_mev"]),
        float(sample["temperature_k"]),
        g_mev=float(sample["g_mev"]),
        phonon_mev=float(sample["phonon_mev"]),
    )
    assert float(found) == pytest.approx(float(sample["log_rate"]), rel=1e-10, abs=0)


@pytest.mark.parametrize("item", POINTS, ids=lambda item: str(item["id"]))
@pytest.mark.parametrize(("model", "key"), [("resonant", "lnw_res"), ("thermal", "ln_pekar")])
def test_closed_forms_match_the_independent_values(item: dict[str, Any], model: str, key: str) -> None:
    assert at(item, model) == pytest.approx(float(item["outputs"][key]), rel=1e-10, abs=0)


@pytest.mark.parametrize("item", POINTS, ids=lambda item: str(item["id"]))
def test_eq9_exceeds_the_resonant_rate_by_the_known_error_of_stirlings_formula(item: dict[str, Any]) -> None:
    given = {key: float(value) for key, value in item["inputs"].items()}
    w, s, kt = given["w"], (given["g"] / given["w"]) ** 2, float(thermal_energy_mev(given["T"]))
    dropped = -2.0 * s + np.log(-np.expm1(-w / kt)) + 0.5 * np.log(w / (2.0 * np.pi)) - np.log(w)
    excess = np.expm1(at(item, "eq9") + dropped - at(item, "resonant"))
    assert excess == pytest.approx(float(item["outputs"]["stirling_err"]), rel=1e-9)


@pytest.mark.parametrize("item", POINTS, ids=lambda item: str(item["id"]))
def test_eq9_has_the_known_slope(item: dict[str, Any]) -> None:
    given = {key: float(value) for key, value in item["inputs"].items()}
    low, high = log_rate(
        "eq9", given["dE"] + np.array([-1e-3, 1e-3]), given["T"], g_mev=given["g"], phonon_mev=given["w"]
    )
    assert (high - low) / 2e-3 == pytest.approx(float(item["outputs"]["dlnw_dE"]), abs=1e-8)


def test_eq9_is_arrhenius_at_fixed_detuning_with_the_detuning_as_activation_energy() -> None:
    inverse = 1.0 / thermal_energy_mev([80.0, 280.0])
    cold, warm = rate(detuning_mev=32.0, temperature_k=np.array([80.0, 280.0]))
    assert (warm - cold) / (inverse[1] - inverse[0]) == pytest.approx(-32.0, rel=1e-12)


@given(
    detuning=st.floats(0.0, 400.0),
    temperature=st.floats(4.0, 400.0),
    phonon=st.floats(1.0, 60.0),
    huang_rhys=st.floats(0.01, 200.0),
)
@settings(max_examples=300, deadline=None)
def test_the_thermal_rate_falls_at_least_as_the_root_of_a_boltzmann_factor(
    detuning: float, temperature: float, phonon: float, huang_rhys: float
) -> None:
    step = 0.5
    low, high = log_rate(
        "thermal", [detuning, detuning + step], temperature, g_mev=phonon * np.sqrt(huang_rhys), phonon_mev=phonon
    )
    bound = -step / (2.0 * thermal_energy_mev(temperature))
    assert high - low <= bound + 1e-12 * abs(low)


def test_eq9_breaks_the_thermal_bound_at_the_reported_parameters() -> None:
    low, high = rate(detuning_mev=np.array([23.0, 24.0]))
    assert high - low > 0.0 > -0.5 / thermal_energy_mev(80.0)


def test_the_thermal_rate_tends_to_one_overlap_at_low_temperature() -> None:
    n, s, w = 4.0, 3.08, 23.4
    found = rate(model="thermal", detuning_mev=n * w, temperature_k=5.0, g_mev=w * np.sqrt(s), phonon_mev=w)
    expected = -n * w / thermal_energy_mev(5.0) - s + n * np.log(s) - np.log(24.0) - np.log(w)
    assert float(found) == pytest.approx(float(expected), rel=1e-13)


@pytest.mark.parametrize("order", [29.9, 30.0, 31.3, 77.7, 400.0])
@pytest.mark.parametrize("x", [0.5, 3.0, 40.0, 900.0])
def test_bessel_functions_of_high_order_match_the_direct_ones(order: float, x: float) -> None:
    direct = ive(order, x)
    if direct > 1e-290:
        found = log_scaled_bessel(np.array(order), np.array(np.log(x)))
        assert float(found) == pytest.approx(np.log(direct), rel=3e-14)


@pytest.mark.parametrize("order", [0.0, 0.4, 12.0, 29.99])
def test_bessel_functions_join_where_the_power_series_takes_over(order: float) -> None:
    below, above = log_scaled_bessel(np.array(order), np.log([1e-4 * (1 - 1e-12), 1e-4 * (1 + 1e-12)]))
    assert above - below == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("order", [0.0, 0.37, 7.2, 29.7, 30.0, 55.5, 800.0])
@pytest.mark.parametrize("x", [1e-9, 2e-5, 0.03, 0.7, 25.0, 300.0])
def test_bessel_functions_match_a_sum_in_log_space(order: float, x: float) -> None:
    from scipy.special import gammaln, logsumexp

    k = np.arange(2000)
    series = (2 * k + order) * np.log(0.5 * x) - gammaln(k + 1.0) - gammaln(k + order + 1.0)
    found = float(log_scaled_bessel(np.array(order), np.array(np.log(x))))
    assert found == pytest.approx(float(logsumexp(series)) - x, rel=1e-12, abs=1e-11)


@pytest.mark.parametrize("model", POLARON)
@pytest.mark.parametrize("phonon", [1.0, 5.17, 23.4, 60.0])
def test_every_polaron_model_is_finite_up_to_s_200_and_400_mev(model: str, phonon: float) -> None:
    detuning = np.linspace(0.0, 400.0, 81)[:, None, None] + (1e-9 if model == "eq9" else 0.0)
    coupling = phonon * np.sqrt(np.array([1e-3, 0.1, 3.0, 40.0, 200.0]))[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = log_rate(model, detuning, np.array([4.0, 80.0, 300.0]), g_mev=coupling, phonon_mev=phonon)
    assert found.shape == (81, 5, 3)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("model", SMOOTH)
def test_arguments_broadcast_against_one_another(model: str) -> None:
    table = log_rate(model, np.array([20.0, 55.0, 102.0]), np.array([[80.0], [250.0]]), **parameters(model))
    assert table.shape == (2, 3)
    assert table[1, 2] == pytest.approx(float(log_rate(model, 102.0, 250.0, **parameters(model))), rel=1e-14)


def test_the_arrhenius_models_are_straight_lines() -> None:
    detuning = np.array([0.0, 23.0, 102.0])
    np.testing.assert_allclose(
        log_rate("arrhenius", detuning, 250.0), -detuning / thermal_energy_mev(250.0), rtol=1e-14
    )
    np.testing.assert_allclose(log_rate("exponential", detuning, 250.0, slope_per_mev=-0.02), 0.02 * detuning)


def test_parasitic_absorption_divides_the_light_between_two_tails() -> None:
    detuning = np.array([23.0, 55.0, 102.0])
    crystals, background = 3.0 * np.exp(-detuning / 15.0), 0.2 * np.exp(-detuning / 60.0)
    found = upconversion_efficiency("parasitic", detuning, 250.0, log_scale=np.log(15.0), **OWN["parasitic"])
    np.testing.assert_allclose(found, crystals / (crystals + background), rtol=1e-13)


def test_a_flat_parasitic_background_leaves_the_urbach_slope() -> None:
    found = log_rate("parasitic", 30.0, 250.0, urbach_mev=15.0, background_urbach_mev=np.inf)
    assert float(found) == -2.0


def test_efficiency_is_the_odds_or_the_ratio_as_the_model_says() -> None:
    rates = np.exp(-1.0 + np.asarray(log_rate("arrhenius", [20.0, 90.0], 120.0)))
    odds = upconversion_efficiency("arrhenius", [20.0, 90.0], 120.0, log_scale=-1.0)
    ratio = upconversion_efficiency("arrhenius-ratio", [20.0, 90.0], 120.0, log_scale=-1.0)
    np.testing.assert_allclose(odds, rates / (1.0 + rates), rtol=1e-14)
    np.testing.assert_allclose(ratio, rates, rtol=1e-14)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: str(model.name))
def test_every_model_says_what_it_is(model: Any) -> None:
    assert all([model.name, model.title, model.equation, model.valid, model.reference])
    assert set(model.parameters) <= set(PARAMETERS)
    assert (model.single_gap is None) != (model.lines is None)


# --- refusals


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AnalysisError, match=r"'marcus'.*eq9"):
        rate(model="marcus")


@pytest.mark.parametrize("model", POLARON)
@pytest.mark.parametrize("name", ["temperature_k", "g_mev", "phonon_mev"])
@pytest.mark.parametrize("value", [0.0, -3.0, np.nan, np.inf])
def test_a_value_outside_the_domain_is_refused_by_name(model: str, name: str, value: float) -> None:
    with pytest.raises(AnalysisError, match=f"{name} holds {value:g}"):
        rate(model=model, **{name: value})


@pytest.mark.parametrize(("model", "value"), [("eq9", 0.0), ("eq9", -1.0), ("thermal", -1.0), ("resonant", np.nan)])
def test_a_detuning_outside_the_domain_is_refused(model: str, value: float) -> None:
    with pytest.raises(AnalysisError, match=f"detuning_mev holds {value:g}"):
        rate(model=model, detuning_mev=value)


@pytest.mark.parametrize("model", ["resonant", "kramers-heisenberg"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.inf, np.nan])
def test_a_broadening_outside_the_domain_is_refused(model: str, value: float) -> None:
    with pytest.raises(AnalysisError, match=r"broadening_mev holds .* finite values above 0"):
        rate(model=model, broadening_mev=value)


def test_one_bad_value_among_good_ones_is_the_one_named() -> None:
    with pytest.raises(AnalysisError, match=r"holds -7"):
        rate(detuning_mev=np.array([20.0, -7.0, 30.0]))


@pytest.mark.parametrize("model", ["eq9", "thermal"])
def test_a_model_refuses_a_broadening_it_does_not_have(model: str) -> None:
    with pytest.raises(AnalysisError, match=rf"'{model}' has no broadening_mev \(found 2.0\)"):
        rate(model=model, broadening_mev=2.0)


def test_a_model_refuses_parameters_of_others() -> None:
    with pytest.raises(AnalysisError, match="'arrhenius' has no g_mev"):
        log_rate("arrhenius", 23.0, 80.0, g_mev=21.4)


def test_a_missing_parameter_is_named_with_all_that_the_model_has() -> None:
    with pytest.raises(AnalysisError, match=r"'parasitic' needs background_urbach_mev.*urbach_mev"):
        log_rate("parasitic", 23.0, 80.0, urbach_mev=15.0)


@pytest.mark.parametrize("value", [0.0, -15.0, np.nan])
def test_an_urbach_energy_outside_its_range_is_refused(value: float) -> None:
    with pytest.raises(AnalysisError, match=f"background_urbach_mev holds {value:g}.*infinity included"):
        log_rate("parasitic", 23.0, 80.0, urbach_mev=15.0, background_urbach_mev=value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_slope_that_is_no_finite_number_is_refused(value: float) -> None:
    with pytest.raises(AnalysisError, match=f"slope_per_mev holds {value:g}; the rate needs finite values"):
        log_rate("exponential", 23.0, 80.0, slope_per_mev=value)


def test_nothing_is_refused_as_empty() -> None:
    with pytest.raises(AnalysisError, match="detuning_mev is empty"):
        rate(detuning_mev=[])


def test_shapes_that_do_not_broadcast_are_told() -> None:
    with pytest.raises(AnalysisError, match=r"do not broadcast: detuning_mev \(3,\), temperature_k \(2,\)"):
        rate(detuning_mev=[1.0, 2.0, 3.0], temperature_k=[80.0, 90.0])


@pytest.mark.parametrize("model", ["resonant", "thermal"])
@pytest.mark.parametrize("change", [{"phonon_mev": 1e-300}, {"g_mev": 1e300}, {"temperature_k": 1e-320}])
def test_numbers_beyond_floating_point_are_refused_without_a_warning(model: str, change: dict[str, float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(AnalysisError, match=rf"'{model}' has no finite value at detuning_mev 23, .*floating point"):
            rate(model=model, **change)


def test_the_sum_over_all_levels_refuses_couplings_beyond_its_range() -> None:
    with pytest.raises(AnalysisError, match=r"S = \(g/ħω\)² reaches 1672.*S = 500"):
        rate(model="kramers-heisenberg", g_mev=211.4)


def test_the_sum_over_all_levels_refuses_a_broadening_of_many_phonons() -> None:
    with pytest.raises(AnalysisError, match=r"broadening_mev reaches 25 phonon energies.*20"):
        rate(model="kramers-heisenberg", phonon_mev=4.0, broadening_mev=100.0)


def test_a_count_of_phonons_beyond_floating_point_is_refused_by_the_sum_over_all_levels() -> None:
    tiny = 1e-307
    with pytest.raises(AnalysisError, match="'kramers-heisenberg' has no finite value"):
        rate(model="kramers-heisenberg", g_mev=tiny, phonon_mev=tiny, broadening_mev=tiny)


@pytest.mark.parametrize("model", ["resonant", "thermal"])
def test_an_ensemble_beyond_floating_point_is_refused(model: str) -> None:
    with pytest.raises(AnalysisError, match=f"'{model}' has no finite value"):
        rate(model=model, g_mev=1e300, inhomogeneous_mev=10.0)


def test_an_efficiency_beyond_floating_point_is_refused() -> None:
    with pytest.raises(AnalysisError, match="'arrhenius-ratio' has no finite value"):
        upconversion_efficiency("arrhenius-ratio", 23.0, 80.0, log_scale=1000.0)


def test_an_infinite_scale_is_refused() -> None:
    with pytest.raises(AnalysisError, match="log_scale holds inf"):
        upconversion_efficiency("arrhenius", 23.0, 80.0, log_scale=np.inf)
