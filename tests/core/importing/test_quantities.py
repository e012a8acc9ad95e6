"""What people write for temperatures, wavelengths, powers and times."""

import pytest

from asplab.core.importing.quantities import QuantityError, canonical, is_range, same
from asplab.core.units import HC_MEV_NM


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("temperature_k", "080", "80"),
        ("temperature_k", "79.80K", "79.8"),
        ("temperature_k", "200 C", "473.15"),
        ("temperature_k", "-10 °C", "263.15"),
        ("temperature_k", "+5 K", "5"),
        ("temperature_k", "80p5", "80.5"),
        ("excitation_nm", "450,5 nm", "450.5"),
        ("excitation_nm", "0.45 µm", "450"),
        ("power_uw", "0p5uW", "0.5"),
        ("power_uw", "1.0mW", "1000"),
        ("power_uw", "0,5 µW", "0.5"),
        ("power_uw", "20 nW", "0.02"),
        ("power_uw", "2 W", "2000000"),
        ("exposure_s", "8000ms", "8"),
        ("exposure_s", "0.1 secs", "0.1"),
        ("exposure_s", "0.1 ms", "0.0001"),
        ("exposure_s", "50us", "0.00005"),
        ("nd_od", "OD0", "0"),
        ("nd_od", "ND 2.0", "2"),
        ("accumulations", "x8", "8"),
        ("accumulations", "100acc", "100"),
        ("repeat", "rep03", "3"),
        ("repeat", "3.0", "3"),
        ("sensitivity_v", "10 mV", "0.01"),
        ("probe_mw", "500 uW", "0.5"),
        ("kind", "ASPL", "aspl"),
        ("frames", "1-5, 8", "1-5,8"),
        ("frames", "Mean", "mean"),
        ("rows", "100-140", "100-140"),
        ("sample", "  two   words ", "two words"),
        ("power_uw", "  ", ""),
    ],
)
def test_a_text_becomes_the_number_of_the_manifest(column, text, expected):
    assert canonical(column, text) == expected


@pytest.mark.parametrize("text", ["2.76 eV", "2760meV", f"{2760e7 / HC_MEV_NM} cm-1"])
def test_photon_energies_become_wavelengths(text):
    assert float(canonical("excitation_nm", text)) == pytest.approx(HC_MEV_NM / 2760.0, rel=1e-8)


def test_a_stated_unit_goes_before_the_one_of_the_header():
    assert canonical("exposure_s", "30", unit="ms") == "0.03"
    assert canonical("exposure_s", "30 s", unit="ms") == "30"


@pytest.mark.parametrize(
    ("column", "text"),
    [("temperature_k", "5-9K"), ("temperature_k", "5K-9K"), ("power_uw", "1,000"), ("power_uw", "80MW")],
)
def test_what_could_mean_two_things_is_not_guessed(column, text):
    with pytest.raises(QuantityError) as caught:
        canonical(column, text)
    assert caught.value.is_ambiguous


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("temperature_k", "cold", "no number"),
        ("temperature_k", "80 nm", "Give it in one of: K, mK, °C"),
        ("temperature_k", "-5 K", "positive"),
        ("excitation_nm", "3 nm", "between 100 and 20000"),
        ("excitation_nm", "1e400", "between"),
        ("exposure_s", "1e999 s", "positive and finite"),
        ("exposure_s", "1e999999999 s", "can't be in"),
        ("kind", "spectrum", "Choose from"),
        ("frames", "most", "repeats, mean, sum"),
        ("accumulations", "many", "plain number"),
    ],
)
def test_what_is_no_value_is_refused_with_the_remedy(column, text, message):
    with pytest.raises(QuantityError, match=message) as caught:
        canonical(column, text)
    assert not caught.value.is_ambiguous


def test_a_descending_pair_is_no_range():
    assert is_range("5-9K")
    assert not is_range("450-80K")


def test_readings_of_one_set_point_agree_and_other_values_do_not():
    assert same("temperature_k", "79.8", "80")
    assert not same("temperature_k", "83", "80")
    assert same("excitation_nm", "450.1", "450")
    assert not same("excitation_nm", "405", "450")
    assert same("exposure_s", "0.1", "0.1004")
    assert not same("exposure_s", "0.1", "0.2")
    assert same("sample", "cp20", "CP20")
