"""Measured excitation lines: which conditions they stand for, what they change, and what they leave alone."""

from dataclasses import replace

import numpy as np
import pytest
from line_spectra import AXIS_NM, calibrated, lamp_spectrum, line_counts, line_spectrum, with_spectra
from toy_experiment import Toy

from asplab.core.document import Document
from asplab.core.energies.words import energy_words
from asplab.core.experiment import Spectrum
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import CalibrationSettings, EnergySettings
from asplab.core.units import HC_MEV_NM

TOY = Toy(noise_counts=0.05, tail_mev=15.0)
EXCITATIONS_NM = HC_MEV_NM / TOY.excitations_mev
ANTI = 4
"""First anti-Stokes stack of the toy, the one nearest to the gap."""


def laser(nominal_nm: float | None, off_nm: float, seed: int = 0, fwhm_nm: float = 0.8, at_nm: float = 0.0) -> Spectrum:
    centre = (nominal_nm or at_nm) + off_nm
    counts = line_counts(AXIS_NM, [(centre, 2e4)], np.random.default_rng(seed), fwhm_nm=fwhm_nm)
    return line_spectrum("laser", AXIS_NM, counts, f"laser_{seed}_{centre:.1f}.csv", excitation_nm=nominal_nm)


def run(*more: Spectrum, energies: EnergySettings | None = None, **settings: object) -> Results:
    document = Document(with_spectra(TOY.experiment(), *more))
    document = document.with_settings(calibration=CalibrationSettings(**settings))  # type: ignore[arg-type]
    return analyse(document if energies is None else document.with_settings(energies=energies))


def stack_at(results: Results, wavelength_nm: float) -> int:
    assert results.corrected is not None
    return int(np.argmin([abs(stack.excitation_nm - wavelength_nm) for stack in results.corrected.stacks]))


def told(results: Results) -> str:
    return "\n".join(problem.message for problem in results.problems)


def test_a_measured_line_stands_in_for_the_set_wavelength_with_its_error() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    plain = run(energies=EnergySettings(wavelength_error_nm=0.3))
    found = run(laser(nominal, 0.4), energies=EnergySettings(wavelength_error_nm=0.3))
    k = stack_at(found, nominal)
    assert found.excitations is not None
    assert plain.excitations is not None
    assert found.excitations.wavelength_nm[k] == pytest.approx(nominal + 0.4, abs=0.01)
    assert found.excitations.error_mev[k] < 0.05
    others = np.arange(len(found.excitations.wavelength_nm)) != k
    np.testing.assert_array_equal(found.excitations.wavelength_nm[others], plain.excitations.wavelength_nm[others])
    np.testing.assert_array_equal(found.excitations.error_mev[others], plain.excitations.error_mev[others])


def test_names_of_conditions_keep_the_set_wavelength() -> None:
    plain, found = run(), run(laser(float(EXCITATIONS_NM[ANTI]), 0.4))
    assert plain.layout is not None
    assert found.layout is not None
    assert found.layout.keys == plain.layout.keys


def test_switched_off_it_changes_nothing() -> None:
    plain, found = run(), run(laser(float(EXCITATIONS_NM[ANTI]), 0.4), use_laser=False)
    assert plain.efficiency is not None
    assert found.efficiency is not None
    np.testing.assert_array_equal(found.efficiency.eta, plain.efficiency.eta)


def test_half_a_nanometre_moves_pa_in_the_tail_as_predicted() -> None:
    """0.5 nm is about 2.2 meV, which is exp(2.2/15) of an exponential tail."""
    nominal = float(EXCITATIONS_NM[ANTI + 1])
    plain, found = run(), run(laser(nominal, 0.5))
    k = stack_at(plain, nominal)
    assert plain.absorbed is not None
    assert found.absorbed is not None
    step = HC_MEV_NM / nominal - HC_MEV_NM / (nominal + 0.5)
    assert step == pytest.approx(2.2, abs=0.2)
    assert found.absorbed.mean[k] / plain.absorbed.mean[k] == pytest.approx(np.exp(-step / TOY.tail_mev), rel=0.02)


def test_scans_as_set_are_read_where_the_source_was_set() -> None:
    nominal = float(EXCITATIONS_NM[ANTI + 1])
    plain, found = run(), run(laser(nominal, 0.5), scans_as_set=True)
    k = stack_at(plain, nominal)
    assert plain.absorbed is not None
    assert found.absorbed is not None
    assert found.excitations is not None
    assert found.absorbed.mean[k] == pytest.approx(plain.absorbed.mean[k], rel=1e-9)
    assert found.excitations.wavelength_nm[k] == pytest.approx(nominal + 0.5, abs=0.01)
    assert found.absorbed.misread[k] == 0.0


def test_without_a_nominal_wavelength_the_nearest_excitation_is_meant() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    found = run(laser(None, 0.3, at_nm=nominal))
    assert found.excitations is not None
    assert found.excitations.wavelength_nm[stack_at(found, nominal)] == pytest.approx(nominal + 0.3, abs=0.01)


def test_a_line_far_from_every_excitation_is_told_and_not_used() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    plain, found = run(), run(laser(nominal, 5.0))
    assert "so set wavelengths stay" in told(found)
    assert plain.excitations is not None
    assert found.excitations is not None
    np.testing.assert_array_equal(found.excitations.wavelength_nm, plain.excitations.wavelength_nm)


def test_a_spectrum_without_a_line_is_told() -> None:
    dark = line_spectrum("laser", AXIS_NM, line_counts(AXIS_NM, [], np.random.default_rng(0)), excitation_nm=532.0)
    assert "no line stands out" in told(run(dark))


def test_a_line_that_its_noise_leaves_vague_replaces_no_set_wavelength() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    faint = line_counts(AXIS_NM, [(nominal + 1.0, 160.0)], np.random.default_rng(1), fwhm_nm=20.0, read_counts=20.0)
    found, plain = run(line_spectrum("laser", AXIS_NM, faint, excitation_nm=nominal)), run()
    assert "1 of 1 laser lines are not determined to 0.2 nm" in told(found)
    assert found.excitations is not None
    assert plain.excitations is not None
    np.testing.assert_array_equal(found.excitations.wavelength_nm, plain.excitations.wavelength_nm)


def test_a_saturated_line_replaces_no_set_wavelength() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    line = laser(nominal, 0.3)
    spilled = replace(line, counts=np.minimum(line.counts, 4000.0))
    found, plain = run(spilled), run()
    assert "1 of 1 laser lines are cut off at their top" in told(found)
    assert found.excitations is not None
    assert plain.excitations is not None
    np.testing.assert_array_equal(found.excitations.wavelength_nm, plain.excitations.wavelength_nm)


def test_repeats_of_a_line_that_wanders_are_averaged_with_its_scatter() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    found = run(*(laser(nominal, off, seed) for seed, off in enumerate((0.3, 0.5, 0.4, 0.2))))
    assert found.excitations is not None
    k = stack_at(found, nominal)
    assert found.excitations.wavelength_nm[k] == pytest.approx(nominal + 0.35, abs=0.01)
    in_nm = found.excitations.error_mev[k] * nominal / found.excitations.energy_mev[k]
    assert in_nm == pytest.approx(np.std([0.3, 0.5, 0.4, 0.2], ddof=1), rel=0.1)


def test_the_lamp_corrects_the_line_on_the_same_axis() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    found = run(laser(nominal, 0.1), lamp_spectrum(lambda axis: 0.25 + 0.0 * axis))
    assert found.excitations is not None
    assert found.excitations.wavelength_nm[stack_at(found, nominal)] == pytest.approx(nominal + 0.35, abs=0.02)


def test_pulls_of_measured_lines_have_unit_spread() -> None:
    """Against the true wavelength, over noise of lamp and laser."""
    nominal = float(EXCITATIONS_NM[ANTI])
    experiment, pulls = TOY.experiment(), []
    for seed in range(60):
        lamp = lamp_spectrum(lambda axis: 0.25 + 0.0 * axis, seed, height=30.0)
        line = calibrated(with_spectra(experiment, laser(nominal, 0.1, seed), lamp)).lines[0]
        pulls.append((line.centre_nm - nominal - 0.35) / line.error_nm)
    assert 0.6 < float(np.sqrt(np.mean(np.square(pulls)))) < 1.4


def test_a_wide_laser_tells_its_bandwidth_less_that_of_the_spectrometer() -> None:
    nominal = float(EXCITATIONS_NM[ANTI + 1])
    lamp = lamp_spectrum(lambda axis: 0.0 * axis, fwhm_nm=0.9)
    measured = float(np.hypot(3.0, 0.9))
    found = run(laser(nominal, 0.0, fwhm_nm=measured), lamp)
    assert found.calibration is not None
    assert found.calibration.lines[0].bandwidth_nm == pytest.approx(3.0, rel=0.03)
    assert found.responses is not None
    assert found.responses.blue_shift_mev is not None
    narrow = run(laser(nominal, 0.0, fwhm_nm=0.95), lamp)
    assert narrow.calibration is not None
    assert narrow.calibration.lines[0].bandwidth_nm == 0.0
    assert narrow.responses is not None
    assert narrow.responses.blue_shift_mev is None


def test_a_bandwidth_that_is_told_counts_before_a_measured_one() -> None:
    nominal = float(EXCITATIONS_NM[ANTI + 1])
    lamp = lamp_spectrum(lambda axis: 0.0 * axis, fwhm_nm=0.9)
    experiment = with_spectra(TOY.experiment(), lamp, laser(nominal, 0.0, fwhm_nm=float(np.hypot(3.0, 0.9))))
    told_too = replace(
        experiment,
        spectra=tuple(
            replace(s, condition=replace(s.condition, bandwidth_nm=0.0)) if s.kind == "aspl" else s
            for s in experiment.spectra
        ),
    )
    found = analyse(Document(told_too))
    assert found.responses is not None
    assert found.responses.blue_shift_mev is None


def test_words_say_reference_medium_lamp_and_lasers() -> None:
    nominal = float(EXCITATIONS_NM[ANTI])
    plain = energy_words(run())
    assert plain == "ΔE counts from: PL peak. Wavelengths are those in vacuum."
    words = energy_words(run(laser(nominal, 0.1), lamp_spectrum(lambda axis: 0.25 + 0.0 * axis)))
    assert "lines of HgAr: +0.25 and +0.2" in words
    assert "stand in for 1 of 8 set wavelengths" in words
