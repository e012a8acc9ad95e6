"""Shifts of the data, against physics that is written in `measured_tables` once more."""

from dataclasses import replace

import numpy as np
import pytest
from measured_tables import LEAK_PPM, TRUTHS, analysed, measured, with_effects, without_effects
from response_level import DETUNING_MEV, STOKES_MEV
from toy_experiment import Toy

from asplab.core import Document, Results, analyse
from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.errors import AnalysisError, SettingsError
from asplab.core.experiment import Experiment, frozen_array
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.rates import upconversion_efficiency
from asplab.core.settings import BaselineSettings, EfficiencySettings, IntegrationSettings, PolaronSettings
from asplab.core.systematics import (
    prepare,
    shift,
    systematic_errors,
    under,
)
from asplab.core.units import BOLTZMANN_MEV_PER_K, HC_MEV_NM


@pytest.fixture(scope="module")
def plain() -> Results:
    return without_effects()


# --- shifts against a simulated effect -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("yield_slope_percent", 1.0),
        ("yield_slope_percent", -3.0),
        ("yield_step_percent", 1.0),
        ("yield_step_percent", -5.0),
        ("gain_slope_percent", 1.0),
        ("path_mismatch_percent", 2.0),
        ("path_mismatch_percent", -10.0),
        ("leak_ppm", LEAK_PPM),
        ("leak_ppm", 3000.0),
        ("wavelength_nm", 0.2),
        ("wavelength_nm", -2.0),
        ("reference_mev", 2.0),
        ("temperature_k", 2.0),
    ],
)
def test_a_shift_gives_exactly_what_is_measured_with_the_effect(plain: Results, name: str, size: float) -> None:
    found, true = under(plain, {name: size}), with_effects(**{name: size})
    assert true.efficiency is not None
    assert true.polaron is not None
    np.testing.assert_allclose(found.quantum_yield, true.efficiency.quantum_yield, rtol=1e-9)
    np.testing.assert_allclose(found.eta, true.efficiency.eta, rtol=1e-9)
    for quantity in ("g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys"):
        np.testing.assert_allclose(getattr(found, quantity), getattr(true.polaron, quantity), rtol=1e-6)


def test_a_scan_read_at_the_wrong_wavelength_follows_the_absorption_tail(plain: Results) -> None:
    found, true = under(plain, {"scan_wavelength_nm": 0.5}), with_effects(scan_wavelength_nm=0.5)
    assert true.efficiency is not None
    assert plain.efficiency is not None
    moved = true.efficiency.eta - plain.efficiency.eta
    assert np.abs(moved).max() > 0.02
    np.testing.assert_allclose(found.eta - plain.efficiency.eta, moved, rtol=0.02, atol=1e-5)


def test_an_ensemble_moves_the_single_gap_fit_as_ensemble_data_do(plain: Results) -> None:
    assert plain.polaron is not None
    tables = []
    for truth in TRUTHS:
        pinned = np.log(truth.eta_at_23 / (1.0 - truth.eta_at_23)) - truth.log_rate(np.array(23.0))
        eta = upconversion_efficiency(
            "eq9",
            DETUNING_MEV,
            truth.temperature_k,
            log_scale=float(pinned),
            g_mev=truth.g_mev,
            phonon_mev=truth.phonon_mev,
            inhomogeneous_mev=15.0,
            urbach_mev=truth.urbach_mev,
        )
        # The denominator D, absorption, stays: what is measured is the emission of the ensemble.
        tables.append(measured(truth, eta=eta))
    true, found = analysed(tables), under(plain, {"ensemble_mev": 15.0})
    assert true.polaron is not None
    moved = true.polaron.phonon_mev - plain.polaron.phonon_mev
    assert np.abs(moved).min() > 1.0
    np.testing.assert_allclose(found.phonon_mev, true.polaron.phonon_mev, rtol=1e-6)
    np.testing.assert_allclose(found.g_mev, true.polaron.g_mev, rtol=1e-6)
    assert plain.efficiency is not None
    np.testing.assert_array_equal(found.eta, plain.efficiency.eta)


def test_a_temperature_without_a_stokes_line_does_not_harm_the_others(plain: Results) -> None:
    lonely = {name: column[6:] for name, column in measured(replace(TRUTHS[0], temperature_k=120.0)).items()}
    results = analysed([lonely, *(measured(truth) for truth in TRUTHS)])
    for values in ({"yield_slope_percent": 1.0}, {"ensemble_mev": 8.0}, {"scan_wavelength_nm": 0.1}):
        found, alone = under(results, values), under(plain, values)
        assert np.isnan(found.quantum_yield[0])
        np.testing.assert_allclose(found.eta[1:], alone.eta, rtol=1e-9)
        np.testing.assert_allclose(found.phonon_mev[1:], alone.phonon_mev, rtol=1e-6)


# --- shifts of raw data ----------------------------------------------------------------------------------
TOY = Toy(
    detuning_mev=(20.0, 33.0, 55.0, 77.0, 90.0, 102.0),
    eta=(0.9, 0.85, 0.7, 0.5, 0.35, 0.25),
    noise_counts=0.5,
    noise_v=1e-10,
    tail_mev=25.0,
)


@pytest.fixture(scope="module")
def raw() -> Results:
    return analyse(Document(TOY.experiment()))


def test_a_shifted_anti_stokes_band_moves_eta_as_predicted(raw: Results) -> None:
    shift_mev = 2.0
    bluer = replace(TOY, band_nm=HC_MEV_NM / (HC_MEV_NM / TOY.band_nm + shift_mev))
    # Same excitations and photons, only the band of the anti-Stokes spectra elsewhere.
    moved = replace(bluer, stokes_mev=tuple(np.array(TOY.stokes_mev) + TOY.band_mev - bluer.band_mev))
    moved = replace(moved, detuning_mev=tuple(np.array(TOY.detuning_mev) - TOY.band_mev + bluer.band_mev))
    experiment = TOY.experiment()
    aspl = [s for s in moved.experiment().spectra if s.kind == "aspl"]
    pl = [s for s in experiment.spectra if s.kind == "pl"]
    scale = moved.light(moved.excitations_mev)[4:] / TOY.light(TOY.excitations_mev)[4:]
    by_source = dict(zip(sorted({s.condition.excitation_nm for s in aspl}, reverse=False), scale[::1], strict=True))
    offset = TOY.offset_counts
    aspl = [
        replace(s, counts=frozen_array(offset + (s.counts - offset) / by_source[s.condition.excitation_nm]))
        for s in aspl
    ]
    # Followed, a band that moved would be found and made up for.
    resting = IntegrationSettings(follow_shape=False)
    true = analyse(Document(replace(experiment, spectra=(*pl, *aspl))).with_settings(integration=resting))
    assert true.efficiency is not None
    assert raw.efficiency is not None
    change = true.efficiency.eta - raw.efficiency.eta
    assert np.abs(change).max() > 0.01
    np.testing.assert_allclose(
        under(raw, {"band_shift_mev": shift_mev}).eta - raw.efficiency.eta, change, rtol=0.05, atol=5e-4
    )


def test_the_whole_way_to_the_other_baseline_is_the_other_baseline(raw: Results) -> None:
    other = analyse(raw.document.with_settings(baseline=BaselineSettings(shape="line")))
    assert other.efficiency is not None
    assert raw.efficiency is not None
    assert np.abs(other.efficiency.eta - raw.efficiency.eta).max() > 1e-4
    found = under(raw, {"pa_baseline_fraction": 1.0})
    np.testing.assert_allclose(found.eta, other.efficiency.eta, rtol=1e-5)


def test_no_shift_gives_the_results(raw: Results, plain: Results) -> None:
    for results in (raw, plain):
        assert results.efficiency is not None
        assert results.polaron is not None
        found = under(results, {"path_mismatch_percent": 0.0})
        np.testing.assert_array_equal(found.eta, results.efficiency.eta)
        np.testing.assert_array_equal(found.phonon_mev, results.polaron.phonon_mev)


def test_a_raw_measurement_shifts_everything_and_one_of_tables_says_what_it_lacks(raw: Results, plain: Results) -> None:
    told_by_none = {
        "nd_percent": "no spectrum went through a neutral filter that others did not see",
        "em_gain_percent": "no spectra are divided by different electron gains",
        "drift_percent": "the spectra have no times",
        "inner_filter_part": "no absorption of the sample is known that is not corrected for",
    }
    off = {"gain_slope_percent": "switched off: its prior is 0"}
    assert dict(prepare(raw).left_out) == off | told_by_none
    assert dict(prepare(plain).left_out) == told_by_none | {
        "pa_baseline_fraction": "there are no scans with a baseline",
        "band_shift_mev": "no hidden part of a band is supplied",
    }
    for name in ("pa_baseline_fraction", "band_shift_mev"):
        with pytest.raises(AnalysisError, match=name):
            under(plain, {name: 1.0})


def test_a_table_of_eta_has_reference_temperature_and_ensemble() -> None:
    rows = [
        {
            "temperature_k": np.full(DETUNING_MEV.size, truth.temperature_k),
            "detuning_mev": DETUNING_MEV,
            "eta": truth.eta,
            "eta_error": 0.01 * truth.eta,
        }
        for truth in TRUTHS
    ]
    results = analysed(rows, "efficiency")
    assert set(prepare(results).prior) == {"reference_mev", "temperature_k", "ensemble_mev"}
    moved = [{**row, "detuning_mev": row["detuning_mev"] + 3.0} for row in rows]
    true = analysed(moved, "efficiency")
    assert true.polaron is not None
    found = under(results, {"reference_mev": 3.0})
    np.testing.assert_allclose(found.phonon_mev, true.polaron.phonon_mev, rtol=1e-6)
    with pytest.raises(AnalysisError, match="table of η"):
        under(results, {"path_mismatch_percent": 1.0})
    assert np.isfinite(systematic_errors(results).plus.phonon_mev).all()


# --- numbers of the toy models in the laboratory notes ---------------------------------------------------
def test_a_yield_that_falls_by_two_percent_along_the_stokes_line_biases_quantum_yield_and_eta() -> None:
    size = -2.0 * 300.0 / 310.0
    truth = replace(TRUTHS[1], gap_mev=2450.0)
    eta = np.interp(DETUNING_MEV, [23.0, 102.0], [0.75, 0.32])
    results = analysed([measured(truth, eta=eta)])
    found = under(results, {"yield_slope_percent": size})
    assert found.quantum_yield[0] - 0.84 == pytest.approx(0.037, abs=0.0006)
    change = found.eta[0] - eta
    assert change[1] == pytest.approx(0.024, abs=0.0006)
    assert change[DETUNING_MEV == 102.0] == pytest.approx(0.037, abs=0.0006)


def test_five_percent_between_the_paths_move_eta_by_some_hundredth_and_a_half() -> None:
    results = analysed([measured(TRUTHS[1], eta=np.linspace(0.95, 0.2, DETUNING_MEV.size))])
    assert results.efficiency is not None
    change = under(results, {"path_mismatch_percent": 5.0}).eta - results.efficiency.eta
    assert change.max() == pytest.approx(0.015, abs=0.001)


def test_a_leak_of_a_ten_thousandth_turns_a_true_eta_of_a_third_into_two_thirds_and_one() -> None:
    # Absorption twice that at the gap where the leak excites, and E_U = 9 meV.
    truth = replace(TRUTHS[1], urbach_mev=9.0)
    values = measured(truth, eta=np.full(DETUNING_MEV.size, 0.3))
    factor = np.where(np.arange(19) < 7, 2.0 / (1.0 + 1e-3 * np.concatenate([STOKES_MEV, DETUNING_MEV])), 1.0)
    for name in ("intensity", "intensity_error", "pa", "pa_error"):
        values[name] = values[name] * factor
    found = under(analysed([values]), {"leak_ppm": 100.0}).eta[0]

    def ideal(photon_ratio: float | np.ndarray) -> np.ndarray:
        absorbed = np.exp(-DETUNING_MEV / 9.0)
        return (0.3 * absorbed + 2e-4 * photon_ratio) / (absorbed + 2e-4)

    # The leaked photons lie 170 meV above the gap here and leave more heat; without that it is the noted number.
    lower = (truth.gap_mev - DETUNING_MEV) / (truth.gap_mev + 170.0)
    np.testing.assert_allclose(found, ideal(lower), rtol=1e-6)
    np.testing.assert_allclose(ideal(1.0)[[6, 8]], [0.66, 0.96], atol=0.01)


@pytest.mark.parametrize(("width", "phonon"), [(5.0, 23.8), (10.0, 26.6), (15.0, 31.9), (20.0, 36.6)])
def test_single_gap_fits_of_ensemble_data_find_too_high_a_phonon_energy(width: float, phonon: float) -> None:
    detuning = np.array([20.0, 23.0, 33.0, 46.0, 55.0, 65.0, 77.0, 90.0, 102.0, 120.0])

    def eta(log_scale: float, at: np.ndarray) -> np.ndarray:
        return upconversion_efficiency(
            "resonant",
            at,
            250.0,
            log_scale=log_scale,
            g_mev=41.1,
            phonon_mev=23.4,
            inhomogeneous_mev=width,
            urbach_mev=15.0,
        )

    scales = np.linspace(-10.0, 20.0, 121)
    scale = float(np.interp(0.95, [float(eta(s, np.array(23.0))) for s in scales], scales))
    values = eta(scale, detuning)
    row = {
        "temperature_k": np.full(detuning.size, 250.0),
        "detuning_mev": detuning,
        "eta": values,
        "eta_error": 0.03 * values,
    }
    results = analysed([row], "efficiency")
    assert results.polaron is not None
    assert results.polaron.phonon_mev[0] == pytest.approx(phonon, rel=0.03)
    assert results.polaron.chi2[0] < 0.1


# --- refusals --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "error", "told"),
    [
        ({"nonsense": 1.0}, SettingsError, "nonsense"),
        ({"leak_ppm": -1.0}, SettingsError, "-1"),
        ({"ensemble_mev": -2.0}, SettingsError, "-2"),
        ({"temperature_k": float("nan")}, SettingsError, "nan"),
        ({"temperature_k": -210.0}, AnalysisError, "-10 K"),
        ({"wavelength_nm": -1000.0}, AnalysisError, "-1000"),
        ({"path_mismatch_percent": -100.0}, AnalysisError, "-100"),
        ({"yield_slope_percent": -200.0}, AnalysisError, "-200"),
        ({"yield_step_percent": -100.0}, AnalysisError, "-100"),
    ],
)
def test_impossible_sizes_are_refused(
    plain: Results, values: dict[str, float], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        under(plain, values)


def test_a_shift_alone_needs_no_results(plain: Results) -> None:
    assert plain.responses is not None
    moved = shift(plain.responses, {"yield_slope_percent": 2.0, "reference_mev": 1.0})
    both = shift(shift(plain.responses, {"reference_mev": 1.0}), {"yield_slope_percent": 2.0})
    np.testing.assert_array_equal(moved.intensity, both.intensity)
    np.testing.assert_array_equal(moved.reference_mev, plain.responses.reference_mev + 1.0)
    with pytest.raises(AnalysisError, match="scan_wavelength_nm"):
        shift(plain.responses, {"scan_wavelength_nm": 1.0})


def test_without_eta_there_is_no_systematic_error() -> None:
    with pytest.raises(AnalysisError, match="no η"):
        systematic_errors(analyse(Document(Experiment("empty"))))


def test_an_offset_of_temperature_moves_only_the_thermal_energy_of_the_model(plain: Results) -> None:
    # An offset of T acts on Eq. 9 through 1/kT alone: κ − 1/kT is what the data fix.
    assert plain.responses is not None
    offset = 5.0
    moved = fit_polaron(
        fit_efficiency(shift(plain.responses, {"temperature_k": offset}), EfficiencySettings()), PolaronSettings()
    )
    assert plain.polaron is not None
    before, after = (1.0 / (BOLTZMANN_MEV_PER_K * (250.0 + d)) for d in (0.0, offset))
    change = moved.parameters[1, 1] - plain.polaron.parameters[1, 1]
    assert change == pytest.approx(after - before, rel=1e-3)
