"""Checks of results: agreement, Eq. 9's peak, residuals, readings, cosmic pixels, hidden parts."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from toy_experiment import Toy, change_spectra

from asplab.core import Document, Results, analyse
from asplab.core.appraisal.checks import (
    Misfit,
    common_yield,
    eq9_peak_mev,
    fit_band,
    hidden_part,
    joint_rise,
    logit_eta,
    photothermal_readings,
    polaron_residuals,
    replaced_pixels,
    stokes_line_at,
    transmitted,
)
from asplab.core.experiment import frozen_array
from asplab.core.polaron.rates import log_rate
from asplab.core.settings import (
    BaselineSettings,
    CorrectionSettings,
    EnergySettings,
    ScanSettings,
)

TWO = Toy(
    temperatures_k=(120.0, 250.0),
    detuning_mev=(20.0, 33.0, 55.0, 77.0, 90.0, 102.0),
    eta=(0.9, 0.85, 0.7, 0.5, 0.35, 0.25),
    noise_counts=20.0,
    noise_v=3e-8,
    drift=0.002,
)


@pytest.fixture(scope="module")
def results() -> Results:
    settings = {"energies": EnergySettings(reference_error_mev=0.5, wavelength_error_nm=0.05)}
    return analyse(Document(TWO.experiment()).with_settings(**settings))


def place_of(results: Results, kind: str, t: int = 0, rank: int = 0) -> int:
    return [k for k, s in enumerate(results.corrected.stacks) if s.temperature == t and s.kind == kind][rank]


# --- agreement -------------------------------------------------------------------------------------------
def test_a_misfit_is_likely_up_to_three_standard_deviations_of_chi2() -> None:
    assert Misfit(8.0 + 3.0 * 4.0, 8).is_likely
    assert not Misfit(8.0 + 3.0 * 4.0 + 0.01, 8).is_likely


def test_quantum_yields_are_averaged_by_their_errors(results: Results) -> None:
    fit = replace(results.efficiency, quantum_yield=np.array([0.8, 0.9]), quantum_yield_error=np.array([0.01, 0.02]))
    found = common_yield(fit)
    assert found is not None
    assert found.mean == pytest.approx(0.82)
    assert found.error == pytest.approx(12500.0**-0.5)
    assert found.misfit.chi2 == pytest.approx(20.0)
    assert found.misfit.dof == 1


def test_one_quantum_yield_and_a_shared_one_have_no_mean(results: Results) -> None:
    fit = results.efficiency
    assert common_yield(replace(fit, quantum_yield=np.array([0.8, np.nan]))) is None
    assert common_yield(replace(fit, is_shared=True)) is None


def test_the_joint_fit_is_compared_with_the_fits_of_the_temperatures_alone(results: Results) -> None:
    chi2, dof = np.array([3.0, np.nan, 5.0, 12.5]), np.array([4, 0, 3, 9])
    fit = replace(results.polaron, chi2=chi2, dof=dof, fitted=np.array([True, False, True]))
    rise = joint_rise(fit)
    assert rise == Misfit(4.5, 2)
    assert joint_rise(replace(fit, chi2=np.append(chi2[:-1], np.nan))) is None


# --- Eq. 9 -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("g", "phonon", "temperature"), [(21.4, 5.17, 80.0), (60.0, 15.0, 250.0), (44.0, 9.0, 300.0)])
def test_eq9_is_highest_at_its_peak(g: float, phonon: float, temperature: float) -> None:
    peak = float(eq9_peak_mev(g**2 / phonon, phonon, temperature))
    around = peak * np.array([0.999, 1.0, 1.001])
    rate = log_rate("eq9", around, temperature, g_mev=g, phonon_mev=phonon)
    assert rate[1] > rate[0]
    assert rate[1] > rate[2]


def test_the_peak_of_the_papers_80_k_parameters_lies_at_39_mev() -> None:
    assert float(eq9_peak_mev(21.4**2 / 5.17, 5.17, 80.0)) == pytest.approx(39.0, abs=0.5)


def test_a_rate_that_falls_everywhere_has_no_peak() -> None:
    grid = np.geomspace(0.01, 500.0, 400)
    assert (np.diff(log_rate("eq9", grid, 80.0, g_mev=41.0, phonon_mev=23.0)) < 0).all()
    assert np.isnan(eq9_peak_mev(41.0**2 / 23.0, 23.0, 80.0))


def test_logit_eta_carries_its_first_order_error() -> None:
    value, error = logit_eta(np.array([0.5, 0.9]), np.array([0.01, 0.009]))
    np.testing.assert_allclose(value, [0.0, np.log(9.0)], atol=1e-15)
    np.testing.assert_allclose(error, [0.04, 0.1])


@pytest.mark.parametrize(("eta", "error"), [(1.0, 0.01), (-0.1, 0.01), (1.2, 0.1), (0.1, 0.1), (np.nan, 0.1)])
def test_logit_eta_is_undefined_outside_and_where_its_error_is_large(eta: float, error: float) -> None:
    assert np.isnan(logit_eta(np.array([eta]), np.array([error]))).all()


def test_residuals_follow_from_the_rate_the_scale_and_all_errors(results: Results) -> None:
    fit, polaron = results.efficiency, results.polaron
    residuals = polaron_residuals(polaron)
    t, n = 1, fit.eta.shape[1]

    def logit(detuning: np.ndarray) -> np.ndarray:
        parameters = {"g_mev": polaron.g_mev[t], "phonon_mev": polaron.phonon_mev[t]}
        return polaron.log_scale[t] + log_rate("eq9", detuning, fit.temperatures_k[t], **parameters)

    energy = fit.detuning_mev[t]
    eta = 1.0 / (1.0 + np.exp(-logit(energy)))
    slope = (logit(energy + 0.01) - logit(energy - 0.01)) / 0.02
    covariance = fit.covariance[t]
    wavelength, data = fit.detuning_error_mev[t], fit.own_sensitivity[t]
    for j in range(n):
        gradient = np.zeros(2 * n)
        gradient[j], gradient[n + j] = 1.0, -eta[j]
        lever = fit.denominator[t, j] * eta[j] * (1 - eta[j]) * slope[j]
        # One error of a wavelength moves N, D and ΔE; that of the reference ΔE alone.
        of_data = data[j] - eta[j] * data[n + j]
        rest = gradient @ covariance @ gradient - of_data**2 + (lever * fit.reference_error_mev[t]) ** 2
        moved = of_data - lever * wavelength[j]
        sigma = np.sqrt(rest + moved**2)
        assert residuals[t, j] == pytest.approx(
            (fit.numerator[t, j] - eta[j] * fit.denominator[t, j]) / sigma, rel=1e-4
        )
    assert abs(moved) > 0.1 * sigma


def test_excluded_points_have_no_residual() -> None:
    document = Document(TWO.experiment())
    key = analyse(document).efficiency.keys[0][2]
    residuals = polaron_residuals(analyse(document.excluding(key, "outlier")).polaron)
    assert np.flatnonzero(np.isnan(residuals[0])).tolist() == [2]


# --- Stokes line -----------------------------------------------------------------------------------------
def test_the_band_of_the_stokes_line_follows_from_slope_and_intercept(results: Results) -> None:
    spread = np.diag([0.02**2, 3.0**2])
    fit = replace(results.efficiency, line_covariance=np.stack([spread, spread]))
    slope, start = fit.slope[0], fit.intercept_mev[0]
    value, error = stokes_line_at(fit, 0, np.array([start, start + 100.0]))
    np.testing.assert_allclose(value, [0.0, 100.0 * slope], atol=1e-12)
    np.testing.assert_allclose(error, [3.0 * abs(slope), np.hypot(100.0 * 0.02, 3.0 * slope)])


# --- photothermal readings -------------------------------------------------------------------------------
@pytest.mark.parametrize("divide", [True, False])
def test_readings_are_volts_above_the_baseline_whatever_they_are_divided_by(divide: bool) -> None:
    toy = Toy(tail_mev=15.0, power_slope=0.2, baseline_v=2e-6)
    settings = {"scans": ScanSettings(divide_by_power=divide), "baseline": BaselineSettings(shape="line")}
    found = analyse(Document(toy.experiment()).with_settings(**settings))
    readings = photothermal_readings(found.scans.sets[0], found.absorbed, found.excitations, found.layout, 0)
    above = readings.energy_mev > toy.band_mev
    power = 100.0 * (1.0 + 0.2 * (1239841.984332003 / readings.energy_mev - toy.band_nm) / 100.0)
    expected = toy.heat(readings.energy_mev) * power
    np.testing.assert_allclose(readings.signal_v[above], expected[above], rtol=5e-3)
    np.testing.assert_allclose(readings.baseline_v, 2e-6, atol=3e-7)
    assert (readings.error_v > 0).all()


def test_the_error_of_a_reading_falls_with_the_number_of_scans() -> None:
    errors = []
    for repeats in (3, 27):
        found = analyse(Document(Toy(repeats=repeats, noise_v=1e-8).experiment()))
        readings = photothermal_readings(found.scans.sets[0], found.absorbed, found.excitations, found.layout, 0)
        errors.append(float(np.median(readings.error_v)))
    assert errors[0] / errors[1] == pytest.approx(3.0, rel=0.2)


def test_there_is_no_reading_without_a_baseline(results: Results) -> None:
    absorbed = replace(results.absorbed, baselines=(None, None))
    assert photothermal_readings(results.scans.sets[0], absorbed, results.excitations, results.layout, 0) is None


# --- cosmic rays -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("dark_counts", [0.0, 300.0])
def test_exactly_the_planted_hit_is_found_again(dark_counts: float) -> None:
    toy = Toy(repeats=5, dark_counts=dark_counts)
    source = "t0/e1_r3.csv"

    def hit(spectrum: object) -> object:
        if spectrum.source != source:
            return spectrum
        counts = spectrum.counts.copy()
        counts[200] += 4000.0
        return replace(spectrum, counts=frozen_array(counts))

    found = analyse(Document(change_spectra(toy.experiment(), hit)))
    masks = [replaced_pixels(found.corrected, k) for k in range(len(found.corrected.stacks))]
    assert [int(mask.sum()) for mask in masks] == found.corrected.replaced_pixels.tolist()
    k = next(k for k, s in enumerate(found.corrected.stacks) if source in [m.source for m in s.members])
    assert np.argwhere(masks[k]).tolist() == [[2, 200]]
    off = analyse(found.document.with_settings(corrections=CorrectionSettings(remove_cosmic_rays=False)))
    assert not replaced_pixels(off.corrected, k).any()


@pytest.mark.parametrize("flaw", ["another exposure", "a hit in one frame"])
def test_the_dark_that_was_subtracted_counts(flaw: str) -> None:
    toy = Toy(repeats=5, dark_counts=300.0, drift=0.05)

    def spoil(spectrum: object) -> object:
        if spectrum.source == "t0/e1_r3.csv":
            hit = 300.0 * (np.arange(spectrum.counts.size) == 530)
            return replace(spectrum, counts=frozen_array(spectrum.counts + hit))
        if spectrum.kind != "dark":
            return spectrum
        is_first = spectrum.source.endswith("r1.csv")
        if flaw == "another exposure":
            # A pattern as strong as this would take the place of the band where drift is told from hits.
            pattern = 1e6 * np.sin(np.arange(spectrum.counts.size)) * is_first
            exposure = 200.0 if is_first else 2.5
        else:
            pattern = 1e7 * is_first * (np.arange(spectrum.counts.size) == 200)
            exposure = toy.exposure_s
        condition = replace(spectrum.condition, exposure_s=exposure)
        return replace(spectrum, condition=condition, counts=frozen_array(spectrum.counts + pattern))

    found = analyse(Document(change_spectra(toy.experiment(), spoil)))
    masks = [replaced_pixels(found.corrected, k) for k in range(len(found.corrected.stacks))]
    assert (found.corrected.dark_group >= 0).all()
    assert sum(mask.sum() for mask in masks) == 1
    assert [int(mask.sum()) for mask in masks] == found.corrected.replaced_pixels.tolist()


# --- band ------------------------------------------------------------------------------------------------
def test_the_whole_band_is_laid_over_what_a_filter_leaves_of_it() -> None:
    toy = Toy(noise_counts=0.5)
    found = analyse(Document(toy.experiment()))
    k = place_of(found, "aspl")
    band = fit_band(found.bands, k)
    light = float(toy.light(np.array([found.excitations.energy_mev[k]]))[0])
    assert transmitted(found.bands, k).mean() < 0.6
    assert band.is_seen
    assert band.height == pytest.approx(light * norm.pdf(0.0, scale=toy.sigma_nm), rel=0.02)
    axis = found.corrected.blocks[0].wavelength_nm
    assert axis[np.argmax(band.curve)] == pytest.approx(toy.band_nm, abs=1.0)


def test_a_band_in_its_noise_is_not_seen() -> None:
    found = analyse(Document(Toy(noise_counts=0.5, eta=(0.9, 0.9, 0.9, 1e-6)).experiment()))
    dark = fit_band(found.bands, place_of(found, "aspl", rank=3))
    assert not dark.is_seen


def test_the_hidden_part_of_a_gaussian_band_and_its_factor_are_known(results: Results) -> None:
    settings = results.document.settings.integration
    for k in (place_of(results, "pl"), place_of(results, "aspl", rank=1)):
        found = hidden_part(results.bands, results.emission, settings, k)
        expected = TWO.fraction(*results.emission.window_nm[k]) / TWO.fraction(*settings.window_nm)
        assert found.fraction == pytest.approx(1.0 - expected, abs=3e-3)
        assert found.factor == pytest.approx(results.emission.factor[k])
        assert found.factor_error == pytest.approx(found.error * found.factor**2)


def test_the_error_of_the_hidden_part_is_that_of_a_ratio_of_areas(results: Results) -> None:
    settings, k = results.document.settings.integration, place_of(results, "aspl", rank=1)
    found = hidden_part(results.bands, results.emission, settings, k)
    template, step = results.bands.templates[0], 0.2
    axis = template.wavelength_nm
    whole = (axis >= settings.window_nm[0]) & (axis <= settings.window_nm[1])
    seen = whole & (axis >= results.emission.window_nm[k, 0]) & (axis <= results.emission.window_nm[k, 1])
    area = {name: template.values[mask].sum() * step for name, mask in (("whole", whole), ("seen", seen))}
    blur = {name: template.variance[mask].sum() * step**2 for name, mask in (("whole", whole), ("seen", seen))}
    relative = blur["seen"] / area["seen"] ** 2 + blur["whole"] / area["whole"] ** 2
    relative -= 2.0 * blur["seen"] / (area["seen"] * area["whole"])
    assert found.error == pytest.approx(area["seen"] / area["whole"] * np.sqrt(relative), rel=0.02)


def test_without_a_shape_nothing_is_said_about_hidden_parts(results: Results) -> None:
    bands = replace(results.bands, templates=(None, None))
    assert hidden_part(bands, results.emission, results.document.settings.integration, 0) is None
    assert fit_band(bands, 0) is None
