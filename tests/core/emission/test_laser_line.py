"""The line of the laser inside the range that a filter is said to let through: found, told, and kept out."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_spectra, with_condition

from asplab.core import Document, Results, analyse
from asplab.core.emission.laser_line import line_nm
from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.settings import TransmissionSettings

AXIS = np.linspace(460.0, 560.0, 401)
TOY = Toy(repeats=3)


def band(sigma_nm: float, *, height: float = 1e5, at_nm: float = 506.0, repeats: int = 5) -> np.ndarray:
    rng = np.random.default_rng(3)
    shape = height * np.exp(-0.5 * ((AXIS - at_nm) / sigma_nm) ** 2)
    return 200.0 + shape + np.sqrt(50.0**2 + shape) * rng.standard_normal((repeats, AXIS.size))


def line(at_nm: float, height: float, *, fwhm_nm: float = 2.5) -> np.ndarray:
    return height * np.exp(-4.0 * np.log(2.0) * ((AXIS - at_nm) / fwhm_nm) ** 2)


# --- finding it ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sigma_nm", [4.5, 9.0, 18.0])
@pytest.mark.parametrize("height", [0.0, 300.0, 1e4, 1e6])
def test_a_band_alone_holds_no_line_wherever_the_laser_is(sigma_nm: float, height: float) -> None:
    counts = band(sigma_nm, height=height)
    assert [line_nm(AXIS, counts, exc) for exc in np.arange(480.0, 540.0, 0.7)] == [None] * 86


@pytest.mark.parametrize("at_nm", [500.0, 512.0, 521.0, 540.0])
def test_a_line_on_a_band_or_beside_it_is_found(at_nm: float) -> None:
    counts = band(9.0) + line(at_nm, 4e4)
    assert line_nm(AXIS, counts, at_nm) == pytest.approx(at_nm, abs=0.6)


def test_a_line_a_nanometre_beside_its_nominal_place_is_found_where_it_stands() -> None:
    assert line_nm(AXIS, band(9.0) + line(541.0, 5e3), 540.0) == pytest.approx(541.0, abs=0.3)


@pytest.mark.parametrize("repeats", [2, 5])
def test_a_cosmic_ray_is_no_line(repeats: int) -> None:
    counts = band(9.0, repeats=repeats)
    counts[0, np.abs(AXIS - 540.0) < 0.4] += 5e4
    assert line_nm(AXIS, counts, 540.0) is None


@pytest.mark.parametrize("at_nm", [500.0, 506.0, 512.0])
def test_a_filter_edge_is_no_line(at_nm: float) -> None:
    shape = band(9.0) - 200.0
    for width in (0.6, -0.6):
        passed = 200.0 + shape / (1.0 + np.exp((AXIS - at_nm) / width))
        assert line_nm(AXIS, passed, at_nm) is None


def test_an_excitation_beyond_the_axis_has_no_line() -> None:
    assert line_nm(AXIS, band(9.0), 430.0) is None


# --- in the chain ----------------------------------------------------------------------------------------
def leaking(kind: str, side: str, offset_nm: float, *, height: float = 3e3) -> Experiment:
    """Return a toy with the line of the laser in its spectra, and a cutoff that is stated beyond it."""

    def change(spectrum: Spectrum) -> Spectrum:
        if spectrum.kind != kind:
            return spectrum
        at = spectrum.condition.excitation_nm or 0.0
        shape = height * np.exp(-4.0 * np.log(2.0) * ((spectrum.wavelength_nm - at) / 2.5) ** 2)
        lit = replace(spectrum, counts=frozen_array(spectrum.counts + shape))
        return with_condition(lit, **{side: at + offset_nm})

    return change_spectra(TOY.experiment(), change)


def analysed(experiment: Experiment, *, keep_out: bool = True) -> Results:
    settings = TransmissionSettings(keep_out_laser=keep_out)
    return analyse(Document(experiment).with_settings(transmission=settings))


def told(results: Results) -> list[str]:
    return [p.message for p in results.problems if "line of the laser" in p.message and p.severity == "warning"]


@pytest.mark.parametrize("offset_nm", [3.0, 10.0, 40.0])
def test_a_shortpass_that_is_stated_too_wide_is_told_and_eta_stays(offset_nm: float) -> None:
    results = analysed(leaking("aspl", "shortpass_nm", offset_nm))
    assert results.efficiency is not None
    assert len(told(results)) == 4
    assert "6 nm before it" in told(results)[0]
    np.testing.assert_allclose(results.efficiency.eta[0], TOY.eta, rtol=0.04)


def test_with_the_setting_off_the_laser_counts_as_emission_and_that_is_told() -> None:
    results = analysed(leaking("aspl", "shortpass_nm", 10.0), keep_out=False)
    assert results.efficiency is not None
    assert len(told(results)) == 4
    assert "counts as emission" in told(results)[0]
    assert np.nanmax(np.abs(results.efficiency.eta[0] / np.array(TOY.eta) - 1.0)) > 0.1


def test_a_longpass_that_is_stated_too_low_is_told_and_the_yield_stays() -> None:
    results = analysed(leaking("pl", "longpass_nm", -10.0, height=2e4))
    assert results.efficiency is not None
    assert len(told(results)) == 4
    assert results.efficiency.quantum_yield[0] == pytest.approx(TOY.quantum_yield, abs=0.01)


def test_right_cutoffs_leave_the_ranges_as_they_are_and_nothing_is_told() -> None:
    on, off = (analysed(TOY.experiment(), keep_out=keep) for keep in (True, False))
    assert on.bands is not None
    assert off.bands is not None
    np.testing.assert_array_equal(on.bands.transmitted_nm, off.bands.transmitted_nm)
    assert on.laser_lines is not None
    assert not np.isfinite(on.laser_lines.at_nm).any()
    assert told(on) == []
