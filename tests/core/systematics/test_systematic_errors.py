"""Systematic errors, their words, and effects for fits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from eta_tables import eq9_row
from measured_tables import OFF, TRUTHS, analysed, measured, with_effects, without_effects
from response_level import DETUNING_MEV, Truth
from scipy.optimize import brentq
from scipy.special import expit

from asplab.core import Document, Results, analyse, load_experiment
from asplab.core.polaron.comparison import fit_model
from asplab.core.systematics import (
    NUISANCES,
    dominant,
    effects_of,
    in_words,
    model_systematics,
    nuisances_for,
    prepare,
    systematic_errors,
)
from asplab.core.systematics.sides import in_quadrature, mean_square, towards_truth
from asplab.core.units import HC_MEV_NM


@pytest.fixture(scope="module")
def plain() -> Results:
    return without_effects()


# --- systematic errors -----------------------------------------------------------------------------------
def test_totals_add_each_side_in_quadrature_and_leave_the_statistics_alone(plain: Results) -> None:
    errors = systematic_errors(plain)
    assert plain.polaron is not None
    np.testing.assert_array_equal(errors.statistical.phonon_mev, plain.polaron.phonon_error_mev)
    above, below = errors.above.phonon_mev[:, -1], errors.below.phonon_mev[:, -1]
    assert errors.plus.phonon_mev[-1] == pytest.approx(np.sqrt(np.sum(above**2)))
    assert errors.minus.phonon_mev[-1] == pytest.approx(np.sqrt(np.sum(below**2)))
    turned = np.where(errors.is_one_sided, -1.0, 1.0)
    for side, sign in ((above, turned), (below, -turned)):
        assert np.all(side >= sign * errors.up.phonon_mev[:, -1])
        assert np.all(side >= sign * errors.down.phonon_mev[:, -1])
    shares = dominant(errors, "phonon_mev", (2,))
    assert sum(share for _, share in shares) == pytest.approx(1.0)
    assert [share for _, share in shares] == sorted((share for _, share in shares), reverse=True)


def ensemble_of(truth: Truth, width_mev: float) -> np.ndarray:
    """Return ⟨η⟩ over gaps that scatter, picked by the Urbach tail, pinned at 23 meV; on a plain grid of gaps."""
    step = np.linspace(-6.0, 6.0, 4001)

    def mean(detuning: np.ndarray, scale: float) -> np.ndarray:
        energy = detuning[:, None] + width_mev * step
        weight = np.exp(-0.5 * step**2 - np.maximum(energy, 0.0) / truth.urbach_mev)
        rate = scale + truth.log_rate(np.maximum(energy, 1e-9))
        return np.sum(weight * np.where(energy > 0.0, expit(rate), 1.0), axis=1) / weight.sum(axis=1)

    scale = brentq(lambda a: float(mean(np.array([23.0]), a)[0]) - truth.eta_at_23, -60.0, 80.0)
    return mean(DETUNING_MEV, float(scale))


def with_noise_floor(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return a table whose errors do not fall below what a detector shows, so that no speck of η rules the fit."""
    errors = {name: np.hypot(table[name], 4e-5) for name in ("intensity_error", "pa_error")}
    return table | errors


def assert_truth_is_on_the_stated_side(results: Results) -> None:
    """Require that g and ħω are read too high, and that the truth lies below them within the total error."""
    errors = systematic_errors(results)
    assert results.efficiency is not None
    fit = fit_model(results.efficiency, "eq9")
    (found,) = model_systematics(results, [fit])
    for name, true in (("phonon_mev", 23.4), ("g_mev", 41.1)):
        chain = [getattr(part, name)[-1] for part in (errors.central, errors.statistical, errors.minus, errors.plus)]
        model = (fit.value(name)[-1], fit.error(name)[-1], *found.error(name, -1))
        for value, statistical, minus, plus in (chain, model):
            assert value > true
            assert plus == 0.0
            assert value - np.hypot(minus, statistical) < true
            # Most of the way is the effect, not noise granted; one that grows with its square is granted twice.
            assert 0.5 < minus / (value - true) < 4.0


@pytest.mark.parametrize("width_mev", [5.0, 10.0])
def test_the_truth_behind_an_ensemble_lies_below_within_the_systematic_error(width_mev: float) -> None:
    tables = [with_noise_floor(measured(truth, eta=ensemble_of(truth, width_mev))) for truth in TRUTHS]
    assert_truth_is_on_the_stated_side(analysed(tables, systematics=replace(OFF, ensemble_mev=width_mev)))


def test_the_truth_behind_a_leak_lies_below_within_the_systematic_error() -> None:
    tables = [with_noise_floor(measured(Truth(kelvin), leak_ppm=20.0)) for kelvin in (140.0, 160.0, 180.0)]
    assert_truth_is_on_the_stated_side(analysed(tables, systematics=replace(OFF, leak_ppm=20.0)))


def test_an_effect_of_one_side_that_runs_away_opens_the_lower_end() -> None:
    # Added, it drives ħω beyond all bounds; if the data hold it, ħω may lie anywhere below.
    up, down = np.array([[np.nan], [1.0]]), np.array([[0.0], [-2.0]])
    leak, path = NUISANCES["leak_ppm"], NUISANCES["path_mismatch_percent"]
    far = (np.full((2, 1), np.nan), np.full((2, 1), np.nan))
    plus, minus = towards_truth((up, down), far, [leak, path], runs_away=True)
    np.testing.assert_array_equal(plus, [[0.0], [1.0]])
    np.testing.assert_array_equal(minus, [[np.nan], [2.0]])
    plus, minus = towards_truth((up, down), far, [path, replace(leak, power=2)], runs_away=True)
    np.testing.assert_array_equal(plus, [[np.nan], [2.0]])
    np.testing.assert_array_equal(minus, [[0.0], [2.0]])


def test_where_a_result_bends_half_of_what_two_standard_deviations_do_counts() -> None:
    path, width = NUISANCES["path_mismatch_percent"], NUISANCES["ensemble_mev"]
    near = np.array([[2.0], [2.0]]), np.array([[-1.5], [0.0]])
    far = np.array([[5.0], [7.0]]), np.array([[-2.4], [0.0]])
    plus, minus = towards_truth(near, far, [path, width])
    np.testing.assert_array_equal(plus, [[2.5], [0.0]])
    # Twice the width shifts by 8 if nothing bends; it shifts by 7, so the other way by 9.
    np.testing.assert_array_equal(minus, [[1.5], [4.5]])


def test_fits_that_run_away_have_totals_without_a_warning() -> None:
    parts = np.array([[3e200], [4e200]])
    assert in_quadrature(parts, np.array([1.0]))[0] == pytest.approx(5e200)
    kinds = [NUISANCES["path_mismatch_percent"], NUISANCES["wavelength_nm"]]
    assert np.isinf(mean_square((parts, parts), kinds)).all()


def test_what_dominates_is_said_in_words(plain: Results) -> None:
    lines = in_words(systematic_errors(plain))
    assert lines[0].startswith("QY: statistical ±")
    assert "quantum yield with photon energy" in lines[0]
    assert any(line.startswith("ħω (all temperatures): 2") for line in lines)
    assert any("pa_baseline_fraction (there are no scans with a baseline)" in line for line in lines)
    assert any("has one side" in line for line in lines)


def test_a_leak_is_bounded_by_the_weakest_emission(plain: Results) -> None:
    wide = analyse(plain.document.with_settings(systematics=replace(OFF, leak_ppm=1e5)))
    subject = prepare(wide)
    responses = wide.responses
    assert responses is not None
    n = responses.valid.shape[1]
    error = np.sqrt(np.einsum("tii->ti", responses.covariance)[:, 7:n])
    room = 1e6 * (responses.intensity[:, 7:] + error) / responses.intensity[:, :1]
    assert subject.leak_bound_ppm == pytest.approx(room.min(), rel=1e-9)
    errors = systematic_errors(subject)
    assert errors.sigma[0] == pytest.approx(room.min(), rel=1e-9)
    assert any("leaves room for a leak" in note for note in errors.notes)


def test_a_result_that_a_shift_leaves_undetermined_has_an_open_end() -> None:
    # A filter mismatch of a tenth turns the little curvature there is around.
    results = analysed([measured(Truth(250.0, phonon_mev=400.0, g_mev=140.0, eta_at_23=0.9))])
    assert results.polaron is not None
    assert np.isfinite(results.polaron.phonon_mev[0])
    document = results.document.with_settings(systematics=replace(OFF, path_mismatch_percent=30.0, reference_mev=1.0))
    errors = systematic_errors(analyse(document))
    assert np.isnan(errors.up.phonon_mev[0, 0]) or np.isnan(errors.down.phonon_mev[0, 0])
    assert np.isnan(errors.plus.phonon_mev[0])
    assert np.isfinite(errors.minus.phonon_mev[0])
    assert any("not determined after a shift of: filter mismatch" in line for line in in_words(errors))


def test_everything_switched_off_leaves_no_systematic_error(plain: Results) -> None:
    errors = systematic_errors(analyse(plain.document.with_settings(systematics=OFF)))
    assert errors.names == ()
    assert not errors.plus.quantum_yield.any()
    assert effects_of(analyse(plain.document.with_settings(systematics=OFF))).numerator.shape == (0, 2, 12)


# --- effects for fits ------------------------------------------------------------------------------------
def test_effects_predict_small_shifts_of_eta_and_of_the_detuning(plain: Results) -> None:
    small = analyse(
        plain.document.with_settings(
            systematics=replace(OFF, yield_slope_percent=0.1, path_mismatch_percent=0.1, wavelength_nm=0.05)
        )
    )
    effects = effects_of(small)
    fit = small.efficiency
    assert fit is not None
    assert effects.names == ("yield_slope_percent", "path_mismatch_percent", "wavelength_nm")
    assert effects.unit == tuple(NUISANCES[name].unit for name in effects.names)
    errors = systematic_errors(small)
    predicted = (effects.numerator - fit.eta * effects.denominator) / fit.denominator
    np.testing.assert_allclose(predicted[:2], 0.5 * (errors.up.eta - errors.down.eta)[:2], rtol=1e-4, atol=1e-9)
    energy = 2440.0 - DETUNING_MEV
    np.testing.assert_allclose(effects.detuning_mev[2, 1], energy**2 / HC_MEV_NM * 0.05, rtol=1e-3)
    assert not effects.detuning_mev[:2].any()


def test_a_simulated_effect_of_one_sigma_moves_results_as_the_systematic_errors_say(plain: Results) -> None:
    errors = systematic_errors(plain)
    for k, (name, sigma) in enumerate(zip(errors.names, errors.sigma, strict=True)):
        if name in ("scan_wavelength_nm", "ensemble_mev", "bandwidth_mev"):
            continue
        for side, sign in ((errors.up, 1.0), (errors.down, -1.0)):
            if sign < 0.0 and errors.is_one_sided[k]:
                assert not np.any(side.eta[k])
                continue
            true = with_effects(**{name: sign * float(sigma)})
            assert true.efficiency is not None
            assert true.polaron is not None
            np.testing.assert_allclose(side.eta[k], true.efficiency.eta - errors.central.eta, atol=1e-9)
            change = true.polaron.phonon_mev - errors.central.phonon_mev
            np.testing.assert_allclose(side.phonon_mev[k], change, atol=2e-4, rtol=1e-3)


# --- temperatures that are not large against their error --------------------------------------------------
def test_a_cold_temperature_loses_only_the_error_of_its_temperature(tmp_path: Path) -> None:
    _, detuning, eta, error = eq9_row(250.0, relative=0.01)
    rows = [f"{t},{a},{b},{c}" for t in (3, 250) for a, b, c in zip(detuning, eta, error, strict=True)]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (tmp_path / "eta.csv").write_text(text + "\n", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file,kind\neta.csv,efficiency\n", encoding="utf-8")
    document = Document(load_experiment(tmp_path))
    errors = systematic_errors(analyse(document))
    at = errors.names.index("temperature_k")
    assert {"reference_mev", "temperature_k"} <= set(errors.names)
    assert errors.up.polaron_energy_mev[at, 1] != 0.0
    assert np.isfinite(errors.plus.polaron_energy_mev[1])
    (note,) = [note for note in errors.notes if "temperature is not moved" in note]
    assert "not moved at 3 K, less than four times its standard deviation of 2 K" in note
    subject = prepare(analyse(document))
    moved = subject.shifted({"temperature_k": 2.0})[0].temperatures_k
    np.testing.assert_array_equal(moved, [3.0, 252.0])
    known = document.with_settings(systematics=replace(document.settings.systematics, temperature_k=0.5))
    assert not any("temperature is not moved" in note for note in systematic_errors(analyse(known)).notes)


def test_where_every_temperature_is_cold_the_effect_is_left_out_and_told(plain: Results) -> None:
    settings = replace(plain.document.settings.systematics, temperature_k=100.0)
    cold = plain.document.with_settings(systematics=settings)
    results = analyse(cold)
    assert results.efficiency is not None
    few = replace(results, efficiency=replace(results.efficiency, temperatures_k=np.array([90.0, 150.0])))
    subject = prepare(few)
    assert "temperature_k" not in subject.prior
    assert "no temperature is as large as 4 of its prior standard deviations" in dict(subject.left_out)["temperature_k"]


# --- nuisances of the comparison --------------------------------------------------------------------------
def test_the_setting_says_whether_fits_take_the_effects_as_nuisances(plain: Results) -> None:
    assert nuisances_for(plain) is None
    models = replace(plain.document.settings.models, nuisances=True)
    wanted = analyse(plain.document.with_settings(models=models))
    found, expected = nuisances_for(wanted), effects_of(plain)
    assert found is not None
    assert found.names == expected.names
    np.testing.assert_array_equal(found.numerator, expected.numerator)
    off = analyse(wanted.document.with_settings(systematics=OFF))
    assert nuisances_for(off) is None
    assert wanted.efficiency is not None
    fit = fit_model(wanted.efficiency, "eq9", nuisances=found)
    assert fit.nuisances is not None
    assert fit.nuisances.names == expected.names
