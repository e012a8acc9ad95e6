"""Peak, mean and width of a band by every method, and the whole way from spectra to laws."""

from typing import Any

import numpy as np
import pytest
from lmfit.models import GaussianModel

from asplab.core.companion.temperature.band import METHODS, measure_band, per_energy
from asplab.core.companion.temperature.laser_heating import laser_heating
from asplab.core.companion.temperature.line_shapes import (
    LINE_SHAPES,
    gaussian,
    lorentzian,
    pseudo_voigt,
    split_gaussian,
    split_mean_offset,
    voigt,
)
from asplab.core.companion.temperature.series import band_series
from asplab.core.companion.temperature.stokes_shift import stokes_shift
from asplab.core.companion.temperature.trend import fit_energy_laws, fit_width_laws
from asplab.core.companion.temperature.virtual import TemperatureTruth, virtual_bands
from asplab.core.errors import AnalysisError, InputError, SettingsError

ENERGY_MEV = np.arange(2200.0, 2620.0, 1.0)
SERIES_K = np.linspace(80.0, 280.0, 11)
SHAPES = {
    "gaussian": gaussian(ENERGY_MEV, 2410.0, 60.0),
    "lorentzian": lorentzian(ENERGY_MEV, 2410.0, 60.0),
    "pseudo_voigt": pseudo_voigt(ENERGY_MEV, 2410.0, 60.0, 0.4),
    "voigt": voigt(ENERGY_MEV, 2410.0, 60.0, 0.4),
    "asymmetric": split_gaussian(ENERGY_MEV, 2410.0, 60.0, -0.2),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_line_shape_has_height_one_and_the_width_that_it_names(name: str) -> None:
    fine = np.linspace(2200.0, 2620.0, 420_001)
    extra = {"pseudo_voigt": (0.4,), "voigt": (0.4,), "asymmetric": (-0.2,)}.get(name, ())
    shape = LINE_SHAPES[name].function(fine, 2410.0, 60.0, *extra)
    assert shape.max() == pytest.approx(1.0, rel=1e-6)
    assert np.ptp(fine[shape > 0.5]) == pytest.approx(60.0, rel=3e-4)


def test_a_voigt_profile_ends_at_gaussian_and_lorentzian() -> None:
    np.testing.assert_allclose(voigt(ENERGY_MEV, 2410.0, 60.0, 0.0), SHAPES["gaussian"], atol=1e-12)
    np.testing.assert_allclose(voigt(ENERGY_MEV, 2410.0, 60.0, 1.0), SHAPES["lorentzian"], atol=1e-4)


def test_the_mean_of_a_split_gaussian_is_that_of_its_curve() -> None:
    shape = SHAPES["asymmetric"]
    assert 2410.0 + split_mean_offset(60.0, -0.2) == pytest.approx(shape @ ENERGY_MEV / shape.sum(), abs=0.01)


@pytest.mark.parametrize("name", SHAPES)
def test_every_line_shape_finds_its_own_band_with_honest_errors_and_wins(name: str) -> None:
    rng, pulls, wins = np.random.default_rng(5), [], 0
    clean = 2000.0 * SHAPES[name] + 30.0
    for _ in range(25):
        counts = clean + np.sqrt(clean) * rng.normal(size=clean.size)
        table = measure_band(
            ENERGY_MEV, counts, error=np.sqrt(clean), background="constant", methods=tuple(LINE_SHAPES)
        )
        band = table.of(name)
        pulls += [(band.peak.value - 2410.0) / band.peak.error, (band.fwhm.value - 60.0) / band.fwhm.error]
        assert table.best is not None
        wins += table.best.aicc > band.aicc - 4.0
    assert np.std(pulls) == pytest.approx(0.97, abs=0.25)
    assert abs(np.mean(pulls)) < 0.5
    assert wins == 25


@pytest.mark.parametrize("background", ["none", "constant", "line"])
def test_moments_and_direct_widths_need_no_shape(background: str) -> None:
    rng, pulls = np.random.default_rng(6), {"mean": [], "moments": [], "direct": []}
    level = {"none": 0.0, "constant": 30.0, "line": 30.0}[background]
    slope = 0.05 if background == "line" else 0.0
    clean = 2000.0 * SHAPES["gaussian"] + level + slope * (ENERGY_MEV - 2200.0)
    error = np.sqrt(clean + 1.0)
    for _ in range(60):
        counts = clean + error * rng.normal(size=clean.size)
        table = measure_band(ENERGY_MEV, counts, error=error, background=background, methods=("moments", "direct"))
        moments, direct = table.bands
        pulls["mean"].append((moments.mean.value - 2410.0) / moments.mean.error)
        pulls["moments"].append((moments.fwhm.value - 60.0) / moments.fwhm.error)
        pulls["direct"].append((direct.fwhm.value - 60.0) / direct.fwhm.error)
    for name, values in pulls.items():
        assert np.std(values) == pytest.approx(0.97, abs=0.3), name
        assert abs(np.mean(values)) < 0.6, name


def test_a_gaussian_fit_is_that_of_an_independent_program() -> None:
    rng = np.random.default_rng(1)
    clean = 2000.0 * SHAPES["gaussian"]
    error = np.sqrt(clean + 9.0)
    counts = clean + error * rng.normal(size=clean.size)
    band = measure_band(ENERGY_MEV, counts, error=error, background="none", methods=("gaussian",)).bands[0]
    model = GaussianModel()
    other = model.fit(counts, model.guess(counts, x=ENERGY_MEV), x=ENERGY_MEV, weights=1.0 / error, scale_covar=False)
    widening = np.sqrt(max(band.chi2 / band.dof, 1.0))
    assert band.peak.value == pytest.approx(other.params["center"].value, abs=1e-4)
    assert band.peak.error == pytest.approx(other.params["center"].stderr * widening, rel=1e-3)
    assert band.fwhm.value == pytest.approx(other.params["fwhm"].value, abs=1e-3)
    assert band.fwhm.error == pytest.approx(other.params["fwhm"].stderr * widening, rel=1e-3)


def test_a_shape_that_misses_says_so_and_methods_disagree_more_than_their_errors() -> None:
    clean = 2000.0 * split_gaussian(ENERGY_MEV, 2410.0, 60.0, -0.3) + 10.0
    table = measure_band(ENERGY_MEV, clean, error=np.sqrt(clean), background="constant")
    assert "misses the band" in table.of("gaussian").sentence
    assert table.best is not None
    assert table.best.method == "asymmetric"
    assert table.peak_spread_mev > 3.0
    assert "no mean" in table.of("lorentzian").mean.reason


def test_noise_alone_has_no_band_by_any_method() -> None:
    rng = np.random.default_rng(3)
    table = measure_band(
        ENERGY_MEV, rng.normal(0.0, 1.0, ENERGY_MEV.size), error=np.ones(ENERGY_MEV.size), background="constant"
    )
    for band in table.bands:
        assert not band.mean.is_determined
        assert band.sentence


def test_the_integral_over_energy_is_that_over_wavelength_and_a_gaussian_peak_moves_as_known() -> None:
    wavelength = np.linspace(470.0, 560.0, 2001)
    fine = 1239841.984332003 / wavelength
    per_nm = gaussian(fine, 2450.0, 100.0)
    energy, per_mev, error = per_energy(wavelength, per_nm, np.ones_like(per_nm))
    assert np.all(np.diff(energy) > 0.0)
    assert np.trapezoid(per_mev, energy) == pytest.approx(np.trapezoid(per_nm, wavelength), rel=1e-6)
    assert error[0] == pytest.approx(560.0**2 / 1239841.984332003)
    assert 2450.0 - energy[np.argmax(per_mev)] == pytest.approx(2.0 * (100.0 / 2.3548) ** 2 / 2450.0, abs=0.3)


def test_from_virtual_spectra_to_laws_the_truth_comes_back() -> None:
    truth, pulls = TemperatureTruth(), []
    for seed in range(4):
        data = virtual_bands(np.random.default_rng(seed), SERIES_K, truth=truth)
        light = [
            measure_band(data.energy_mev, y, error=e, background="constant", methods=("gaussian",))
            for y, e in zip(data.emission, data.emission_error, strict=True)
        ]
        dark = [
            measure_band(data.energy_mev, y, error=e, background="none", methods=("gaussian",))
            for y, e in zip(data.absorption, data.absorption_error, strict=True)
        ]
        peak = band_series(SERIES_K, light, method="gaussian", quantity="peak")
        edge = band_series(SERIES_K, dark, method="gaussian", quantity="peak")
        width = band_series(SERIES_K, light, method="gaussian", quantity="fwhm")
        energies = fit_energy_laws(SERIES_K, peak.values_mev, error_mev=peak.error_mev)
        found = energies.fits["bose_einstein"].parameters["phonon_mev"]
        pulls.append((found.value - truth.phonon_mev) / found.error)
        widths = fit_width_laws(SERIES_K, width.values_mev, error_mev=width.error_mev)
        held = widths.fits["phonon_width"].parameters["residual_mev"]
        pulls.append((held.value - truth.residual_mev) / held.error)
        shift = stokes_shift(
            SERIES_K,
            absorption_mev=edge.values_mev,
            absorption_error_mev=edge.error_mev,
            emission_mev=peak.values_mev,
            emission_error_mev=peak.error_mev,
        )
        pulls.append((shift.mean.value - truth.stokes_shift_mev) / shift.mean.error)
    assert np.max(np.abs(pulls)) < 3.5
    assert energies.best is not None
    hot = virtual_bands(np.random.default_rng(9), SERIES_K[2:9:3], truth=truth, heating_k=10.0)
    tables = [
        measure_band(hot.energy_mev, y, error=e, background="constant", methods=("gaussian",))
        for y, e in zip(hot.emission, hot.emission_error, strict=True)
    ]
    seen = band_series(hot.temperature_k, tables, method="gaussian", quantity="peak")
    low = energies.fits["bose_einstein"]
    heat = laser_heating(seen.temperature_k, seen.values_mev, error_mev=seen.error_mev, low_power=low)
    assert abs(heat.mean.value - 10.0) < 4.0 * heat.mean.error
    assert "warmer" in heat.sentence


def test_a_series_leaves_out_what_is_not_determined_and_says_where() -> None:
    rng = np.random.default_rng(2)
    error = np.ones(ENERGY_MEV.size)
    seen = [100.0 * SHAPES["gaussian"] + rng.normal(size=error.size), rng.normal(size=error.size)]
    tables = [measure_band(ENERGY_MEV, y, error=error, background="none", methods=("gaussian",)) for y in seen]
    series = band_series(np.array([80.0, 100.0]), tables, method="gaussian", quantity="peak")
    assert series.temperature_k.tolist() == [80.0]
    assert series.left_out[0].startswith("100 K")
    with pytest.raises(AnalysisError, match="no temperature tells the peak"):
        band_series(np.array([100.0]), tables[1:], method="gaussian", quantity="peak")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"values": np.full(420, np.inf)}, InputError, "not a finite number"),
        ({"error": np.zeros(420)}, InputError, "not above 0"),
        ({"values": np.ones(3)}, InputError, "must be equal"),
        ({"energy_mev": np.full(420, 2400.0)}, InputError, "holds 2400 twice"),
        ({"methods": ("sinc",)}, SettingsError, "no method 'sinc'"),
    ],
)
def test_bad_spectra_are_refused_with_the_place(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    given: dict[str, Any] = {"energy_mev": ENERGY_MEV, "values": np.ones(420), "error": np.ones(420)} | changes
    with pytest.raises(error, match=message):
        measure_band(
            given["energy_mev"],
            given["values"],
            error=given["error"],
            background="none",
            methods=given.get("methods", METHODS),
        )
