"""Constants and conversions against an independent 50-digit computation, and their inverses."""

import numpy as np
import pytest

from asplab.core import units

# Source of the golden numbers: independent 50-digit computation. Constants from the exact SI values of 2019;
# air as Ciddor (1996), Eq. 1: 15 degrees C, 101325 Pa, dry, 450 ppm CO2, the index taken at the same
# wavenumber (first order).
GOLDEN_AIR = [
    # wavelength_nm, index, energy in vacuum (meV), energy when the wavelength is one in air (meV)
    (450.0, 1.0002805333555134872, 2755.2044096266724942, 2754.4316996594343153),
    (506.0, 1.0002788186064642072, 2450.2806014466454988, 2449.5976080551695013),
]


@pytest.mark.parametrize(
    ("constant", "golden"),
    [
        (units.BOLTZMANN_MEV_PER_K, 0.086173332621451774337),
        (units.HC_MEV_NM, 1239841.9843320026224),
        (units.HBAR_MEV_FS, 658.21195695090656981),
    ],
)
def test_constants_match_the_golden_values(constant: float, golden: float) -> None:
    assert constant == pytest.approx(golden, rel=1e-14)


def test_thermal_energy_is_the_boltzmann_constant_times_temperature() -> None:
    np.testing.assert_allclose(
        units.thermal_energy_mev([0.0, 80.0, 250.0]), [0.0, 6.8938666097161, 21.543333155363], rtol=1e-13
    )


@pytest.mark.parametrize(("wavelength_nm", "index", "_vacuum_mev", "_air_mev"), GOLDEN_AIR)
def test_air_index_matches_the_golden_values(
    wavelength_nm: float, index: float, _vacuum_mev: float, _air_mev: float
) -> None:
    # The refractivity n - 1 is what shifts energies: compare it, not n, whose leading 1 hides digits.
    assert float(units.air_index(wavelength_nm)) - 1.0 == pytest.approx(index - 1.0, rel=1e-11)


@pytest.mark.parametrize(("wavelength_nm", "_index", "vacuum_mev", "air_mev"), GOLDEN_AIR)
def test_energies_match_the_golden_values(
    wavelength_nm: float, _index: float, vacuum_mev: float, air_mev: float
) -> None:
    assert float(units.energy_from_wavelength(wavelength_nm)) == pytest.approx(vacuum_mev, rel=1e-14)
    in_air = units.energy_from_wavelength(wavelength_nm, medium="air")
    assert float(in_air) == pytest.approx(air_mev, rel=1e-14)


def test_a_wavelength_is_one_in_vacuum_unless_air_is_named() -> None:
    unnamed = float(units.energy_from_wavelength(506.0))
    shift_mev = unnamed - float(units.energy_from_wavelength(506.0, medium="air"))
    assert unnamed == float(units.energy_from_wavelength(506.0, medium="vacuum"))
    assert shift_mev == pytest.approx(0.683, abs=5e-4)


@pytest.mark.parametrize(("medium", "tolerance"), [("vacuum", 1e-15), ("air", 2e-8)])
def test_wavelength_to_energy_and_back_is_the_identity(medium: units.Medium, tolerance: float) -> None:
    # In air both directions take the index to first order, which leaves about 1e-8 between them.
    wavelength_nm = np.linspace(300.0, 1100.0, 1601)
    energy_mev = units.energy_from_wavelength(wavelength_nm, medium=medium)
    back = units.wavelength_from_energy(energy_mev, medium=medium)
    np.testing.assert_allclose(back, wavelength_nm, rtol=tolerance)


def test_energy_to_wavelength_and_back_is_the_identity() -> None:
    energy_mev = np.linspace(1100.0, 4100.0, 301)
    back = units.energy_from_wavelength(units.wavelength_from_energy(energy_mev))
    np.testing.assert_allclose(back, energy_mev, rtol=1e-15)


def test_conversions_keep_the_shape_of_their_input() -> None:
    wavelength_nm = np.full((11, 16), 506.0)
    assert units.energy_from_wavelength(wavelength_nm, medium="air").shape == (11, 16)
    assert units.wavelength_from_energy(2450.0).shape == ()
