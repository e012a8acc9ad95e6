"""Mean photon energy, peak, width and excitation energies against a Gaussian whose numbers are known."""

import numpy as np
import pytest
from toy_experiment import Toy, change_spectra

from asplab.core.document import Document
from asplab.core.energies.stage import Energies, peak_energy
from asplab.core.pipeline import Results, analyse
from asplab.core.polaron.logit import own_part
from asplab.core.settings import EnergySettings, GivenEnergy
from asplab.core.units import HC_MEV_NM, air_index


def results(toy: Toy, **settings: object) -> Results:
    return analyse(Document(toy.experiment()).with_settings(energies=EnergySettings(**settings)))  # type: ignore[arg-type]


def energies(toy: Toy, **settings: object) -> Energies:
    found = results(toy, **settings).energies
    assert found is not None
    return found


def test_mean_photon_energy_is_the_photon_number_average() -> None:
    toy = Toy(noise_counts=0.02)
    assert energies(toy).mean_photon_mev[0] == pytest.approx(toy.band_mev, abs=0.1)


def test_peak_is_that_of_the_emission_per_energy() -> None:
    """Per meV a band gains λ²: its maximum moves to longer waves by about 2σ²/λ."""
    toy = Toy(noise_counts=0.02)
    grid = np.linspace(480.0, 540.0, 600001)
    per_energy = grid**2 * np.exp(-0.5 * ((grid - toy.band_nm) / toy.sigma_nm) ** 2)
    wanted = HC_MEV_NM / grid[np.argmax(per_energy)]
    assert energies(toy).peak_mev[0] == pytest.approx(wanted, abs=0.1)
    assert energies(toy).reference_mev[0] == energies(toy).peak_mev[0]


def test_width_is_that_of_a_gaussian() -> None:
    toy = Toy(noise_counts=0.02)
    wanted = 2.3548 * toy.sigma_nm * HC_MEV_NM / toy.band_nm**2
    assert energies(toy).fwhm_mev[0] == pytest.approx(wanted, rel=0.03)


def test_errors_of_mean_and_peak_are_their_scatter_over_seeds() -> None:
    found = [energies(Toy(seed=s, noise_counts=4.0, stokes_mev=(370.0, 480.0))) for s in range(60)]
    peaks = np.array([e.peak_mev[0] for e in found])
    means = np.array([e.mean_photon_mev[0] for e in found])
    assert np.median([e.peak_error_mev[0] for e in found]) == pytest.approx(peaks.std(ddof=1), rel=0.35)
    assert np.median([e.mean_photon_error_mev[0] for e in found]) == pytest.approx(means.std(ddof=1), rel=0.4)


def test_peak_of_a_gaussian_in_energy_is_met_exactly() -> None:
    energy = np.linspace(2300.0, 2600.0, 301)[::-1]
    shape = np.exp(-0.5 * ((energy - 2447.3) / 30.0) ** 2)
    peak, error = peak_energy(energy, shape, np.full(energy.size, 1e-8))
    assert peak == pytest.approx(2447.3, abs=1e-6)
    assert 0.0 < error < 0.1


def test_a_band_of_too_few_pixels_has_no_peak() -> None:
    energy = np.linspace(2300.0, 2600.0, 5)
    peak, error = peak_energy(energy, np.array([0.0, 0.1, 1.0, 0.1, 0.0]), np.ones(5))
    assert np.isnan(peak)
    assert np.isnan(error)


def test_reference_choices_move_the_detuning_and_leave_eta_alone() -> None:
    toy = Toy(tail_mev=15.0)
    plain, mean, shifted = (results(toy, **s) for s in ({}, {"reference": "mean"}, {"reference_offset_mev": 10.0}))
    assert plain.efficiency is not None
    assert mean.efficiency is not None
    assert shifted.efficiency is not None
    assert plain.energies is not None
    assert mean.energies is not None
    np.testing.assert_allclose(
        mean.efficiency.detuning_mev - plain.efficiency.detuning_mev,
        mean.energies.mean_photon_mev[0] - plain.energies.peak_mev[0],
    )
    np.testing.assert_allclose(shifted.efficiency.detuning_mev - plain.efficiency.detuning_mev, 10.0)
    np.testing.assert_allclose(mean.efficiency.eta, plain.efficiency.eta, atol=1e-3)
    np.testing.assert_allclose(shifted.efficiency.eta, plain.efficiency.eta, atol=3e-3)


def test_detuning_from_the_mean_is_what_the_toy_was_made_with() -> None:
    toy = Toy()
    found = results(toy, reference="mean").efficiency
    assert found is not None
    np.testing.assert_allclose(found.detuning_mev[0], toy.detuning_mev, atol=0.1)


def test_a_given_reference_replaces_the_measured_one_at_its_temperature_only() -> None:
    toy = Toy(temperatures_k=(120.0, 250.0))
    found = energies(toy, given_reference=(GivenEnergy(250.5, 2444.0, 1.5),))
    assert found.reference_mev[1] == 2444.0
    assert found.reference_error_mev[1] == 1.5
    assert found.reference_mev[0] == found.peak_mev[0]


def test_a_given_mean_photon_energy_scales_the_yield_inversely() -> None:
    toy = Toy(tail_mev=15.0)
    plain = results(toy).efficiency
    found = results(toy, given_mean_photon=(GivenEnergy(250.0, toy.band_mev + 10.0, 2.0),)).efficiency
    assert plain is not None
    assert found is not None
    expected = plain.quantum_yield[0] * toy.band_mev / (toy.band_mev + 10.0)
    assert found.quantum_yield[0] == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(found.eta, plain.eta, rtol=1e-9)


def test_given_energies_stand_in_for_missing_spectra() -> None:
    toy = Toy(tail_mev=15.0)
    found = energies(toy, reference="given", given_reference=(GivenEnergy(250.0, 2450.0, 1.0),))
    assert found.reference_mev[0] == 2450.0


def test_errors_that_no_repeat_shows_add_in_squares() -> None:
    toy = Toy()
    plain, wide = energies(toy), energies(toy, reference_error_mev=4.0)
    assert wide.reference_error_mev[0] == pytest.approx(np.hypot(plain.reference_error_mev[0], 4.0))


def test_the_error_of_the_reference_that_no_repeat_shows_is_common_to_all_temperatures() -> None:
    toy = Toy(temperatures_k=(120.0, 250.0))
    found = results(toy, reference_error_mev=4.0)
    assert found.efficiency is not None
    assert found.efficiency.common_reference_error_mev == 4.0
    plain = results(toy).energies
    assert plain is not None
    own = own_part(found.efficiency.reference_error_mev, 4.0)
    np.testing.assert_allclose(own, plain.reference_error_mev, rtol=1e-4)


def test_error_of_the_wavelength_becomes_one_of_the_photon_energy() -> None:
    found = results(Toy(), wavelength_error_nm=0.5).excitations
    assert found is not None
    np.testing.assert_allclose(found.error_mev, 0.5 * HC_MEV_NM / found.wavelength_nm**2, rtol=1e-12)


def test_air_wavelengths_lower_every_energy_by_the_index() -> None:
    toy = Toy()
    vacuum, air = energies(toy), energies(toy, medium="air")
    ratio = vacuum.mean_photon_mev[0] / air.mean_photon_mev[0]
    assert ratio == pytest.approx(float(air_index(506.0)), rel=1e-7)


def test_a_temperature_without_stokes_spectra_is_named_and_the_others_go_on() -> None:
    toy = Toy(temperatures_k=(120.0, 250.0), tail_mev=15.0)
    without = change_spectra(
        toy.experiment(), lambda s: None if s.kind == "pl" and s.condition.temperature_k == 120.0 else s
    )
    found = analyse(Document(without))
    assert found.energies is not None
    assert np.isnan(found.energies.reference_mev[0])
    assert any(p.where == "120 K" and "no usable PL spectrum" in p.message for p in found.problems)
    assert found.efficiency is not None
    assert found.efficiency.quantum_yield[1] == pytest.approx(0.84, abs=2e-3)
