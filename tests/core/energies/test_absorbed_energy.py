"""Excitations with a width: what is absorbed of them lies further to the blue, by σ²/E_U on an exponential tail."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.experiment import Experiment, Scan, Spectrum
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import CalibrationSettings, EnergySettings
from asplab.core.units import HC_MEV_NM

FWHM_MEV = 20.0
SIGMA_MEV = FWHM_MEV / (2.0 * np.sqrt(2.0 * np.log(2.0)))
NODES = np.linspace(-6.0, 6.0, 1201)
WEIGHTS = np.exp(-0.5 * NODES**2) / np.exp(-0.5 * NODES**2).sum()


@dataclass(frozen=True, slots=True)
class WideToy(Toy):
    """A toy whose source is Gaussian: light and heat are averaged over it, in spectra and scans alike."""

    sigma_mev: float = SIGMA_MEV
    half_mev: float = 55.0
    fall_mev: float = 18.0

    def efficiency(self, energy_mev: np.ndarray) -> np.ndarray:
        detuning = np.maximum(self.band_mev - np.asarray(energy_mev), 0.0)
        odds = np.exp(-self.half_mev / self.fall_mev)
        return np.asarray((1.0 + odds) / (1.0 + odds * np.exp(detuning / self.fall_mev)))

    def light(self, energy_mev: np.ndarray) -> np.ndarray:
        return self.averaged(Toy.light, energy_mev)

    def heat(self, energy_mev: np.ndarray) -> np.ndarray:
        return self.averaged(Toy.heat, energy_mev)

    def averaged(self, quantity: object, energy_mev: np.ndarray) -> np.ndarray:
        """Return the average of a method of `Toy` over the source."""
        energy = np.asarray(energy_mev)[..., None] + self.sigma_mev * NODES
        return np.asarray(quantity(self, energy) @ WEIGHTS)  # type: ignore[operator]

    def absorbed_mev(self, energy_mev: np.ndarray) -> np.ndarray:
        """Mean photon energy of what is absorbed, by direct integration."""
        energy = np.asarray(energy_mev)[..., None] + self.sigma_mev * NODES
        absorbed = self.absorptance(energy) / energy * WEIGHTS
        return np.asarray((absorbed * energy).sum(axis=-1) / absorbed.sum(axis=-1))

    def measured(self) -> Experiment:
        """Return the experiment with the width in the column bandwidth_nm."""

        def tell(spectrum: Spectrum) -> Spectrum:
            wavelength = spectrum.condition.excitation_nm
            assert wavelength is not None
            width = 2.0 * np.sqrt(2.0 * np.log(2.0)) * self.sigma_mev * wavelength**2 / HC_MEV_NM
            return with_condition(spectrum, bandwidth_nm=width)

        return change_spectra(self.experiment(), tell)


def toy(tail_mev: float, **values: object) -> WideToy:
    detuning = (33.0, 46.0, 55.0, 66.0, 77.0)
    base = WideToy(tail_mev=tail_mev, detuning_mev=detuning, eta=(0.5,) * 5, noise_counts=0.02, noise_v=1e-12)
    return replace(base, **values)  # type: ignore[arg-type]


def run(experiment: Experiment, *, correct: bool = True, reference: str = "mean") -> Results:
    document = Document(experiment).with_settings(
        calibration=CalibrationSettings(correct_bandwidth=correct),
        energies=EnergySettings(reference=reference),  # type: ignore[arg-type]
    )
    return analyse(document)


def told(results: Results) -> str:
    return "\n".join(problem.message for problem in results.problems)


@pytest.mark.parametrize(("tail_mev", "shift_mev"), [(9.0, 8.0), (15.0, 4.8), (22.0, 3.3)])
def test_the_shift_is_the_variance_over_the_urbach_energy(tail_mev: float, shift_mev: float) -> None:
    found = run(toy(tail_mev).measured()).responses
    assert found is not None
    assert found.blue_shift_mev is not None
    np.testing.assert_allclose(found.blue_shift_mev[0, 4:], shift_mev, atol=0.25)
    assert not found.blue_shift_mev[0, :4].any()


@pytest.mark.parametrize("tail_mev", [9.0, 15.0, 22.0])
def test_photon_energies_and_eta_are_those_of_the_absorbed_light(tail_mev: float) -> None:
    made = toy(tail_mev)
    found = run(made.measured()).efficiency
    assert found is not None
    assert found.responses is not None
    true = made.absorbed_mev(made.excitations_mev[4:])
    np.testing.assert_allclose(found.responses.excitation_mev[0, 4:], true, atol=0.1)
    np.testing.assert_allclose(found.eta[0], made.efficiency(made.band_mev - found.detuning_mev[0]), atol=0.006)


def test_without_the_correction_detunings_are_too_large_and_eta_seems_too_high_there() -> None:
    made = toy(9.0)
    found = run(made.measured(), correct=False).efficiency
    assert found is not None
    np.testing.assert_allclose(found.detuning_mev[0], made.detuning_mev, atol=0.2)
    bias = found.eta[0] - made.efficiency(made.excitations_mev[4:])
    assert np.all(bias[1:4] > 0.05)


def test_pa_is_read_where_the_source_was_set() -> None:
    made = toy(15.0)
    on, off = run(made.measured()), run(made.measured(), correct=False)
    assert on.absorbed is not None
    assert off.absorbed is not None
    np.testing.assert_array_equal(on.absorbed.mean, off.absorbed.mean)


def test_the_photon_energy_of_the_heat_balance_moves_with_it() -> None:
    made = toy(9.0)
    on, off = run(made.measured()).efficiency, run(made.measured(), correct=False).efficiency
    assert on is not None
    assert off is not None
    assert on.responses is not None
    assert off.responses is not None
    ratio = on.responses.excitation_mev[0, 4:] / off.responses.excitation_mev[0, 4:]
    np.testing.assert_allclose(on.eta[0] / off.eta[0], ratio, rtol=1e-9)
    assert np.all(ratio > 1.002)


def test_a_narrow_excitation_changes_nothing() -> None:
    made = toy(15.0, sigma_mev=1e-9)
    found, plain = run(made.measured()).efficiency, run(made.experiment()).efficiency
    assert found is not None
    assert plain is not None
    np.testing.assert_allclose(found.detuning_mev, plain.detuning_mev, atol=1e-9)


def test_pulls_of_the_absorbed_energy_have_unit_spread() -> None:
    made = toy(12.0, noise_v=2e-9, noise_counts=1.0, counts=1e5)
    pulls = []
    for seed in range(25):
        seeded = replace(made, seed=seed)
        found = run(seeded.measured()).responses
        assert found is not None
        assert found.blue_shift_mev is not None
        true = seeded.absorbed_mev(seeded.excitations_mev[4:]) - seeded.excitations_mev[4:]
        pulls.append((found.blue_shift_mev[0, 4:] - true) / found.excitation_error_mev[0, 4:])
    spread = np.sqrt(np.mean(np.square(pulls), axis=0))
    assert np.all(spread < 1.4), spread
    assert np.all(spread > 0.2), spread


def test_a_width_that_only_some_conditions_tell_is_told() -> None:
    def some(spectrum: Spectrum) -> Spectrum:
        wide = spectrum.kind == "aspl" and spectrum.condition.excitation_nm is not None
        return with_condition(spectrum, bandwidth_nm=4.0) if wide and "e5" in spectrum.source else spectrum

    assert "bandwidth of the excitation is told for 1 of 5" in told(run(change_spectra(toy(15.0).experiment(), some)))


def test_a_width_that_only_stokes_conditions_tell_is_told() -> None:
    def stokes(spectrum: Spectrum) -> Spectrum:
        return with_condition(spectrum, bandwidth_nm=4.0) if spectrum.kind == "pl" else spectrum

    words = told(run(change_spectra(toy(15.0).experiment(), stokes)))
    assert "told for 0 of 5 anti-Stokes conditions and 4 Stokes ones" in words


def test_scans_of_another_width_are_told() -> None:
    def narrow(scan: Scan) -> Scan:
        return replace(scan, condition=replace(scan.condition, bandwidth_nm=0.1))

    made = toy(15.0).measured()
    assert "Take both with the same width" in told(run(change_scans(made, narrow)))
    assert "Take both with the same width" not in told(run(made))


def test_light_absorbed_above_the_gap_is_told() -> None:
    near = toy(9.0, detuning_mev=(12.0, 33.0, 46.0, 55.0, 66.0))
    assert "of the absorbed light lies above the reference" in told(run(near.measured()))
    assert "of the absorbed light lies above the reference" not in told(run(toy(15.0).measured()))


def test_the_error_of_the_width_moves_all_detunings_of_a_temperature_together() -> None:
    made = toy(9.0)
    plain, found = run(made.measured(), correct=False).efficiency, run(made.measured()).efficiency
    assert plain is not None
    assert found is not None
    assert plain.reference_error_mev[0] < 0.3
    assert found.reference_error_mev[0] == pytest.approx(np.hypot(plain.reference_error_mev[0], 0.2 * 8.0), rel=0.06)
    assert found.common_reference_error_mev == pytest.approx(0.2 * 8.0, rel=0.06)


def test_points_at_one_energy_tell_no_slope_and_it_is_told() -> None:
    """Two conditions of one wavelength, through different filters, are no tail."""
    made = toy(15.0, detuning_mev=(33.0, 33.0), eta=(0.5, 0.5))

    def other_filter(spectrum: Spectrum) -> Spectrum:
        cutoff = spectrum.condition.shortpass_nm
        return with_condition(spectrum, shortpass_nm=cutoff - 1.0) if cutoff and "e5" in spectrum.source else spectrum

    found = run(change_spectra(made.measured(), other_filter))
    assert "fewer than two anti-Stokes excitations" in told(found)
    assert found.responses is not None
    assert found.responses.blue_shift_mev is not None
    assert not found.responses.blue_shift_mev.any()
