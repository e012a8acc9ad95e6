"""The effects of the virtual experiment on spectra: each does in the raw data what its name says."""

import csv
import json
import math
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from asplab.core.document import Document
from asplab.core.errors import SettingsError
from asplab.core.loading import load_experiment
from asplab.core.pipeline import analyse
from asplab.core.units import energy_from_wavelength
from asplab.core.virtual import VirtualExperiment, experiment_with_truth, simulate, simulate_arrays, truth_document
from asplab.core.virtual.effects import REALISTIC, Effects, effects_from_text
from asplab.core.virtual.emission import (
    band_electrons,
    probe_electrons,
    stray_electrons,
    substrate_electrons,
    throughput,
    true_axis_nm,
)
from asplab.core.virtual.files import _SECONDS_PER_KELVIN, SAMPLE, SUBSTRATE
from asplab.core.virtual.instruments import RawTemperature, conditions
from asplab.core.virtual.light import true_eta
from asplab.core.virtual.states import temperature_generator
from asplab.core.virtual.truth import absorptance, absorption_edge_mev, emission_mev, urbach_mev

T = 250.0
SMALL = VirtualExperiment(
    temperatures_k=(120.0, 250.0), stokes_detuning_mev=(170.0, 320.0), detuning_mev=(23.0, 55.0), repeats=2
)
QUIET = replace(
    SMALL, temperatures_k=(T,), drift=0.0, independent_drift=0.0, cosmic_rays=0.0, power_noise=0.0, pa_noise_v=0.0,
    scan_power_noise=0.0, pa_step_nm=1.0,
)  # fmt: skip
COUNTS_PER_ELECTRON = 60.0 / 12.0
BAND = slice(300, 380)


def with_effects(base: VirtualExperiment = QUIET, **effects: Any) -> VirtualExperiment:
    return replace(base, effects=Effects(**effects))


def raw(base: VirtualExperiment = QUIET, *, seed: int = 0, temperature_k: float = T, **effects: Any) -> RawTemperature:
    return simulate_arrays(with_effects(base, **effects), np.random.default_rng(seed), temperature_k)


def rows_of(folder: Path, kind: str = "") -> list[dict[str, str]]:
    lines = (folder / "manifest.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [row for row in csv.DictReader(lines) if kind in ("", row["kind"])]


def table(folder: Path, name: str) -> np.ndarray:
    return np.loadtxt(folder / name, delimiter=",", skiprows=1)


def written(tmp_path: Path, base: VirtualExperiment = QUIET, **effects: Any) -> Path:
    return simulate(tmp_path / "made", with_effects(base, **effects), seed=4).parent


def of_kind(experiment: VirtualExperiment, kind: str, index: int = 0) -> Any:
    return [condition for condition in conditions(experiment, T) if condition.kind == kind][index]


# --- off


def test_without_effects_a_folder_keeps_every_byte_it_had_before_there_were_effects(tmp_path: Path) -> None:
    simulate(tmp_path / "made", replace(SMALL, pa_phase_deg=20.0), seed=11)
    document = json.loads((tmp_path / "made/truth.json").read_text(encoding="utf-8"))
    assert document["folder"] == {
        "files": 32, "sha256": "a1ff8820cb2692f56dc0b9b45bd08cb23b3b741cea27682755ee629f105c55a2",
    }  # fmt: skip
    assert "effects" not in document["simulation"]["experiment"]


def test_an_effect_has_random_numbers_of_its_own() -> None:
    plain, changed = raw(SMALL, seed=3), raw(SMALL, seed=3, phase_drift_deg=20.0, thermometer_error_k=1.0, times=True)
    assert np.array_equal(plain.drift, changed.drift)
    assert np.array_equal(plain.power_uw, changed.power_uw)
    assert np.array_equal(raw(SMALL, seed=3, reference=True, laser_lines=True).counts, plain.counts)


def test_truth_json_holds_the_switches(tmp_path: Path) -> None:
    document = json.loads((written(tmp_path, leak=1e-5) / "truth.json").read_text(encoding="utf-8"))
    found = document["simulation"]["experiment"]["effects"]
    assert found["leak"] == 1e-5
    assert set(found) == {field.name for field in fields(Effects)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"leak": -1e-6}, "leak is -1e-06"),
        ({"leak": 1.0}, "fraction"),
        ({"bandwidth_nm": math.nan}, "bandwidth_nm is nan"),
        ({"scan_segments": 4}, "1, 2 or 3"),
        ({"accumulations": 0}, "accumulations is 0"),
    ],
)
def test_an_impossible_effect_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Effects(**change)


def test_a_yield_above_one_is_refused() -> None:
    with pytest.raises(SettingsError, match="yield_slope"):
        replace(SMALL, quantum_yield=0.99, effects=Effects(yield_slope=0.02))


def test_effects_are_read_from_text() -> None:
    assert effects_from_text("off") == Effects()
    assert effects_from_text("realistic, leak=1e-5") == replace(REALISTIC, leak=1e-5)
    assert effects_from_text("times=yes,scan_segments=3") == Effects(times=True, scan_segments=3)
    assert experiment_with_truth("table", effects="realistic").effects == REALISTIC


@pytest.mark.parametrize("text", ["laek=1", "leak", "leak=much", "times=1", "scan_segments=2.5"])
def test_an_unknown_effect_or_value_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=text.split("=")[0]):
        effects_from_text(text)


# --- what is told and what is true


def test_readbacks_scatter_file_by_file_and_tell_the_truth() -> None:
    experiment = replace(QUIET, repeats=60)
    found = raw(experiment, temperature_readback_k=0.5, wavelength_readback_nm=0.05)
    states = found.states
    assert states.told_temperature_k.std() == pytest.approx(0.5, rel=0.2)
    assert np.array_equal(states.told_temperature_k, states.temperature_k)
    shift = states.told_excitation_nm - np.array([[c.excitation_nm] for c in found.conditions])
    assert shift.std() == pytest.approx(0.05, rel=0.2)
    assert np.array_equal(states.told_excitation_nm, states.excitation_nm)


def test_the_light_follows_the_wavelength_that_was_read_back() -> None:
    found = raw(replace(QUIET, repeats=20), wavelength_readback_nm=2.0)
    energy = energy_from_wavelength(found.states.told_excitation_nm[-1])
    eta = QUIET.truth.eta(emission_mev(T) - energy, T)
    expected = np.log(absorptance(energy, T) * eta / energy)
    band = found.counts[-1][:, BAND].sum(axis=1) - 80 * (200.0 + COUNTS_PER_ELECTRON * 0.4)
    assert np.corrcoef(np.log(band), expected)[0, 1] > 0.98


def test_manifest_tells_the_readbacks_and_the_error_of_the_thermometer(tmp_path: Path) -> None:
    folder = written(tmp_path, temperature_readback_k=0.5, wavelength_readback_nm=0.05, thermometer_error_k=0.7)
    rows = rows_of(folder, "aspl") + rows_of(folder, "pl")
    assert len({row["temperature_k"] for row in rows}) > 4
    assert len({row["excitation_nm"] for row in rows}) > 4
    assert {row["temperature_error_k"] for row in rows} == {"0.7"}
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    told = np.mean([float(row["temperature_k"]) for row in rows])
    assert truth["gap"][0]["gap_mev"] != pytest.approx(emission_mev(told), abs=0.02)


def test_a_wrong_thermometer_moves_the_band_and_not_what_is_told() -> None:
    found = raw(thermometer_error_k=20.0)
    true_k = found.states.temperature_k[0, 0]
    assert np.all(found.states.told_temperature_k == T)
    assert abs(true_k - T) > 1.0
    experiment = with_effects()
    expected = band_electrons(experiment, found.conditions[0], true_k)
    peak = found.wavelength_nm[np.argmax(np.convolve(found.counts[0].sum(axis=0), np.ones(15), mode="same"))]
    assert peak == pytest.approx(found.wavelength_nm[np.argmax(expected)], abs=2.0)


# --- excitation


def test_a_leak_excites_what_the_tail_absorbs_too_little() -> None:
    leak, condition = 1e-3, of_kind(QUIET, "aspl", 1)
    ratio = band_electrons(with_effects(leak=leak), condition, T).sum() / band_electrons(QUIET, condition, T).sum()
    energy, above = emission_mev(T) - condition.detuning_mev, emission_mev(T) + 170.0
    eta = float(QUIET.truth.eta(condition.detuning_mev, T))
    main, other = absorptance(energy, T) * eta / energy, absorptance(above, T) / above
    assert ratio == pytest.approx(float(1.0 - leak + leak * other / main), rel=1e-9)
    assert ratio > 1.002


def test_two_photon_emission_doubles_the_light_at_the_crossover_below_the_gap_only() -> None:
    aspl, pl = of_kind(QUIET, "aspl"), of_kind(QUIET, "pl")
    experiment = with_effects(two_photon_crossover_uw=aspl.power_uw)
    assert band_electrons(experiment, aspl, T) == pytest.approx(2.0 * band_electrons(QUIET, aspl, T))
    assert band_electrons(experiment, pl, T) == pytest.approx(band_electrons(QUIET, pl, T))


def test_two_photon_emission_with_a_reference_is_the_same_at_every_detuning() -> None:
    experiment = with_effects(two_photon_crossover_uw=170.0, two_photon_reference_mev=120.0)
    more = []
    for index in (0, 1):
        condition = replace(of_kind(QUIET, "aspl", index), power_uw=100.0, exposure_s=1.0, shortpass_nm=None)
        more.append((band_electrons(experiment, condition, T) - band_electrons(QUIET, condition, T)).sum())
    assert more[0] == pytest.approx(more[1], rel=1e-9)
    assert more[0] > 0


def test_a_power_series_holds_the_square_of_the_power(tmp_path: Path) -> None:
    folder = written(tmp_path, two_photon_crossover_uw=200.0, power_series=True)
    rows = rows_of(folder, "power")
    assert [row["excitation_nm"] for row in rows] == [f"{c.excitation_nm:.2f}" for c in conditions(QUIET, T)[2:]]
    power, intensity, error = table(folder, rows[0]["file"]).T
    design = np.column_stack([power, power**2])
    linear, square = np.linalg.lstsq(design / error[:, None], intensity / error, rcond=None)[0]
    assert linear / square == pytest.approx(200.0, rel=0.25)
    assert power.max() / power.min() == pytest.approx(100.0, rel=0.01)


def test_an_ensemble_averages_eta_over_the_gaps_that_absorb() -> None:
    experiment = with_effects(ensemble_mev=15.0)
    gap, detuning = emission_mev(T), 46.0

    def weighted(x: float, *, up: bool) -> float:
        absorbed = math.exp(-0.5 * (x / 15.0) ** 2) * float(absorptance(gap - detuning - x, T))
        return absorbed * (float(QUIET.truth.eta(detuning + x, T)) if up else 1.0)

    kinks = [-detuning, -detuning - (absorption_edge_mev(T) - gap)]
    up, everything = (
        quad(lambda x, up=up: weighted(x, up=up), -100.0, 100.0, points=kinks, limit=400)[0] for up in (True, False)
    )
    found = float(true_eta(experiment, float(energy_from_wavelength(gap - detuning)), T))
    assert found == pytest.approx(up / everything, abs=2e-4)
    assert abs(found - float(QUIET.truth.eta(detuning, T))) > 0.005


def test_the_truth_of_an_ensemble_is_its_mean_eta() -> None:
    experiment = with_effects(ensemble_mev=15.0)
    (first, _) = truth_document(experiment, seed=0)["efficiency"]  # type: ignore[misc]
    gap = emission_mev(T)
    laser = float(energy_from_wavelength(gap - first["detuning_mev"]))
    assert first["eta"] == pytest.approx(float(true_eta(experiment, laser, T)), abs=1e-12)
    assert first["eta"] != pytest.approx(float(QUIET.truth.eta(first["detuning_mev"], T)), abs=1e-3)


def test_a_bandwidth_raises_the_absorption_of_an_exponential_tail() -> None:
    flat = replace(QUIET, truth=replace(QUIET.truth, log_scale=(60.0,)))  # type: ignore[type-var]
    condition = of_kind(QUIET, "aspl", 1)
    ratio = band_electrons(replace(flat, effects=Effects(bandwidth_nm=3.0)), condition, T).sum()
    ratio /= band_electrons(flat, condition, T).sum()
    energy = emission_mev(T) - condition.detuning_mev
    sigma = 3.0 / 2.35482 * energy / condition.excitation_nm
    assert ratio == pytest.approx(math.exp(0.5 * (sigma / urbach_mev(T)) ** 2), abs=1e-3)
    assert ratio > 1.01


def test_the_yield_rises_with_photon_energy_as_stated() -> None:
    experiment, above = with_effects(yield_slope=0.03), (170.0, 320.0)
    ratio = []
    for index in range(2):
        condition = of_kind(QUIET, "pl", index)
        ratio.append(band_electrons(experiment, condition, T).sum() / band_electrons(QUIET, condition, T).sum())
    assert ratio == pytest.approx([1.0 + 0.03 * a / 310.0 for a in above], abs=1e-5)


def test_the_inner_filter_dims_the_spectra_by_the_written_absorbance(tmp_path: Path) -> None:
    experiment = with_effects(inner_filter=0.3)
    folder = written(tmp_path, inner_filter=0.3)
    wavelength, absorbance = table(folder, rows_of(folder, "absorption")[0]["file"]).T
    for condition in conditions(QUIET, T):
        ratio = band_electrons(experiment, condition, T).sum() / band_electrons(QUIET, condition, T).sum()
        here = np.interp(condition.excitation_nm, wavelength, absorbance)
        assert ratio == pytest.approx(10.0 ** (-0.5 * here), rel=1e-3)
    bluest = of_kind(QUIET, "pl", 1).excitation_nm
    assert np.interp(bluest, wavelength, absorbance) == pytest.approx(0.3, rel=1e-3)
    film = with_effects(inner_filter=0.3, inner_filter_part=0.0)
    for condition in conditions(QUIET, T):
        np.testing.assert_array_equal(band_electrons(film, condition, T), band_electrons(QUIET, condition, T))


# --- emission path


def test_untold_filters_cut_all_the_same(tmp_path: Path) -> None:
    folder = written(tmp_path, filters_untold=True)
    assert not any(row["longpass_nm"] or row["shortpass_nm"] for row in rows_of(folder))
    assert np.array_equal(raw(filters_untold=True).counts, raw().counts)


def test_the_foot_of_the_laser_line_reaches_into_the_window() -> None:
    condition = of_kind(QUIET, "aspl")
    experiment = with_effects(laser_wing=1e-5)
    more = stray_electrons(experiment, condition) - stray_electrons(QUIET, condition)
    pixel = int(np.argmin(np.abs(QUIET.wavelength_nm - (condition.excitation_nm - 20.0))))
    away = (QUIET.wavelength_nm[pixel] - condition.excitation_nm) / 10.0
    peak = QUIET.leak_e_per_s * condition.power_uw / QUIET.pump_uw * condition.exposure_s
    assert more[pixel] == pytest.approx(
        1e-5 * peak / (1.0 + away**2) * throughput(QUIET.wavelength_nm[pixel]), rel=1e-3
    )


def test_the_written_filter_curve_is_what_the_path_transmits(tmp_path: Path) -> None:
    effects = {"filter_ripple": 0.04, "path_mismatch": 0.05, "filters_written": True}
    folder, experiment = written(tmp_path, **effects), with_effects(**effects)
    files = {row["path"]: row["file"] for row in rows_of(folder, "filter")}
    for condition in conditions(experiment, T):
        wavelength, transmission = table(folder, files[condition.path]).T
        bare = replace(condition, longpass_nm=None, shortpass_nm=None)
        ratio = band_electrons(experiment, condition, T) / band_electrons(QUIET, bare, T)
        assert ratio == pytest.approx(np.interp(QUIET.wavelength_nm, wavelength, transmission), abs=0.03)
        inside = transmission[transmission > 0.8]
        assert inside.max() == pytest.approx(0.95 if condition.kind == "aspl" else 1.0, abs=0.002)
        assert inside.max() - np.median(inside) > 0.01
    assert {row["path"] for row in rows_of(folder, "aspl")} <= set(files)


def test_a_band_shift_moves_anti_stokes_emission_only() -> None:
    experiment = with_effects(band_shift_mev=4.0)
    for kind, shift in (("pl", 0.0), ("aspl", 4.0)):
        condition = replace(of_kind(QUIET, kind), longpass_nm=None, shortpass_nm=None)
        photons = band_electrons(experiment, condition, T) / throughput(QUIET.wavelength_nm)
        mean = np.average(energy_from_wavelength(QUIET.wavelength_nm), weights=photons)
        assert mean - emission_mev(T) == pytest.approx(shift, abs=0.02)


def test_a_neutral_filter_dims_pl_by_more_than_it_says(tmp_path: Path) -> None:
    effects = {"pl_nd_od": 1.0, "nd_error_od": 0.02}
    experiment = with_effects(**effects)
    pl, aspl = of_kind(experiment, "pl"), of_kind(experiment, "aspl")
    bright = band_electrons(QUIET, replace(pl, nd_od=0.0), T)
    assert band_electrons(experiment, pl, T) == pytest.approx(bright * 10.0**-1.02)
    assert band_electrons(experiment, aspl, T) == pytest.approx(band_electrons(QUIET, aspl, T))
    folder = written(tmp_path, **effects)
    assert {row["nd_od"] for row in rows_of(folder, "pl")} == {"1"}
    assert {row["nd_od"] for row in rows_of(folder, "aspl")} == {""}


def test_pl_is_taken_at_the_gain_that_the_manifest_tells(tmp_path: Path) -> None:
    folder = written(tmp_path, pl_em_gain=20.0)
    assert {row["em_gain"] for row in rows_of(folder, "pl")} == {"20"}
    assert {row["em_gain"] for row in rows_of(folder, "aspl")} == {"60"}
    row = rows_of(folder, "pl")[0]
    condition = replace(of_kind(QUIET, "pl"), exposure_s=float(row["exposure_s"]))
    electrons = band_electrons(QUIET, condition, T) + stray_electrons(QUIET, condition) + 0.4
    signal = (table(folder, row["file"])[:, 1] - 200.0).sum()
    assert signal == pytest.approx(20.0 / 12.0 * electrons.sum(), rel=0.02)
    dark = {(row["exposure_s"], row["em_gain"]) for row in rows_of(folder, "dark")}
    assert {(row["exposure_s"], row["em_gain"]) for row in rows_of(folder, "pl")} <= dark


def test_a_gain_that_is_higher_than_told_brightens_pl_alone(tmp_path: Path) -> None:
    right = written(tmp_path / "right", pl_em_gain=20.0)
    wrong = written(tmp_path / "wrong", pl_em_gain=20.0, em_gain_error=0.5)
    assert {row["em_gain"] for row in rows_of(wrong, "pl")} == {"20"}
    for kind, excess in (("pl", 1.5), ("aspl", 1.0)):
        file = rows_of(right, kind)[0]["file"]
        signals = [(table(folder, file)[:, 1] - 200.0).sum() for folder in (right, wrong)]
        assert signals[1] / signals[0] == pytest.approx(excess, rel=0.03)


def test_accumulated_spectra_are_sums_with_darks_of_their_own(tmp_path: Path) -> None:
    folder = written(tmp_path, accumulations=4)
    rows = rows_of(folder, "aspl")
    assert {row["accumulations"] for row in rows} == {"4"}
    red = table(folder, rows[0]["file"])[-200:, 1]
    assert red.mean() == pytest.approx(4 * (200.0 + COUNTS_PER_ELECTRON * 0.4), abs=25.0)
    darks = [row for row in rows_of(folder, "dark") if row["accumulations"] == "4"]
    assert {row["exposure_s"] for row in darks} == {row["exposure_s"] for row in rows}


def test_the_substrate_glows_with_the_power_and_its_blank_shows_it_alone(tmp_path: Path) -> None:
    effects = {"substrate_e_per_s": 500.0}
    experiment, found = with_effects(**effects), raw(replace(QUIET, repeats=30), **effects)
    condition = found.conditions[0]
    glow = substrate_electrons(experiment, condition, T)
    brighter = replace(condition, power_uw=2.0 * condition.power_uw)
    assert substrate_electrons(experiment, brighter, T) == pytest.approx(2.0 * glow)
    light = band_electrons(QUIET, condition, T) + stray_electrons(QUIET, condition) + 0.4
    more = (found.counts[0].mean(axis=0) - 200.0) / COUNTS_PER_ELECTRON - light
    assert more.sum() == pytest.approx(glow.sum(), rel=0.1)
    blank = next(extra for extra in found.extras if extra.condition.kind == "emission_blank")
    alone = (blank.counts.mean(axis=0) - 200.0) / COUNTS_PER_ELECTRON - stray_electrons(QUIET, condition) - 0.4
    assert alone.sum() == pytest.approx(glow.sum(), rel=0.1)
    folder = written(tmp_path, **effects)
    assert len(rows_of(folder, "emission_blank")) == 3 * len(found.conditions)


def test_the_probe_excites_a_background_that_is_there_without_the_pump(tmp_path: Path) -> None:
    effects = {"probe_pl_e_per_s": 2e5}
    experiment, found = with_effects(**effects), raw(replace(QUIET, repeats=30), **effects)
    condition = found.conditions[0]
    probe = probe_electrons(experiment, condition, T)
    light = band_electrons(QUIET, condition, T) + stray_electrons(QUIET, condition) + 0.4
    more = (found.counts[0].mean(axis=0) - 200.0) / COUNTS_PER_ELECTRON - light
    assert more.sum() == pytest.approx(probe.sum(), rel=0.05)
    background = next(extra for extra in found.extras if extra.condition.kind == "background")
    alone = (background.counts.mean(axis=0) - 200.0) / COUNTS_PER_ELECTRON
    assert alone.sum() == pytest.approx(probe.sum(), rel=0.15)
    assert background.power_uw is None
    assert {row["power_uw"] for row in rows_of(written(tmp_path, **effects), "background")} == {""}


def test_an_overexposed_repeat_is_flat_at_full_scale_and_told_with_its_exposure(tmp_path: Path) -> None:
    folder = written(tmp_path, replace(QUIET, repeats=3), saturated_repeats=1)
    rows = rows_of(folder, "pl")[:3]
    flat = [int((table(folder, row["file"])[:, 1] == 65535).sum()) for row in rows]
    assert [row["exposure_s"] for row in rows] == [rows[0]["exposure_s"], "20", rows[0]["exposure_s"]]
    assert flat[0] == flat[2] == 0
    assert flat[1] > 30


@pytest.mark.parametrize("temperature_k", [80.0, 280.0])
def test_the_realistic_day_has_two_saturated_repeats_that_the_analysis_leaves_out(
    temperature_k: float, tmp_path: Path
) -> None:
    small = replace(SMALL, temperatures_k=(temperature_k,), repeats=4, effects=REALISTIC)
    results = analyse(Document(load_experiment(simulate(tmp_path / "made", small, seed=4).parent)))
    assert results.corrected is not None
    left_out = [files for treatment in results.corrected.treatments if (files := treatment.left_out)]
    assert [[name[-7:-4] for name in files] for files in left_out] == [["r02", "r03"]]
    assert left_out[0][0].split("/")[1].startswith("pl_")
    assert any("saturated" in problem.message for problem in results.problems)


def test_the_times_of_one_temperature_end_before_the_next_begins() -> None:
    day = replace(experiment_with_truth(), effects=REALISTIC)
    for temperature_k in (80.0, 280.0):
        made = simulate_arrays(day, temperature_generator(0, temperature_k), temperature_k)
        ends = max(made.states.time_s.max(), made.states.scan_time_s.max())
        assert ends + 600.0 < 20.0 * _SECONDS_PER_KELVIN


def test_a_band_too_weak_to_saturate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="too few to saturate"):
        written(tmp_path, replace(QUIET, repeats=3), saturated_repeats=1, pl_nd_od=4.0)


# --- wavelengths


@pytest.mark.parametrize(("in_air", "expected"), [(False, 546.0750 * 1.000278), (True, 546.0750)])
def test_the_lamp_shows_the_mercury_line_off_its_place(in_air: bool, expected: float, tmp_path: Path) -> None:
    folder = written(tmp_path, lamp=True, axis_offset_nm=0.4, axis_stretch_nm=0.2, in_air=in_air)
    wavelength, counts = table(folder, "lamp_HgNe.csv").T
    near = np.abs(wavelength - 546.6) < 2.0
    signal = counts[near] - 200.0
    shown = np.average(wavelength[near], weights=signal)
    assert shown == pytest.approx(expected + 0.4 + 0.2 * (expected - 500.0) / 100.0, abs=0.05)


def test_the_laser_is_not_where_it_was_set(tmp_path: Path) -> None:
    folder = written(tmp_path, laser_lines=True, laser_offset_nm=0.6, axis_offset_nm=0.3)
    for row in rows_of(folder, "laser"):
        wavelength, counts = table(folder, row["file"]).T
        told = float(row["excitation_nm"])
        near = np.abs(wavelength - told) < 4.0
        assert np.average(wavelength[near], weights=counts[near] - 200.0) == pytest.approx(told + 0.9, abs=0.12)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["efficiency"][0]
    true_mev = float(energy_from_wavelength(truth["excitation_nm"] + 0.6))
    assert truth["detuning_mev"] == pytest.approx(emission_mev(T) - true_mev, abs=1e-9)


def test_the_band_moves_with_the_axis_of_the_spectrometer() -> None:
    condition = replace(of_kind(QUIET, "pl"), longpass_nm=None)
    shown = []
    for experiment in (QUIET, with_effects(axis_offset_nm=1.0)):
        photons = band_electrons(experiment, condition, T) / throughput(QUIET.wavelength_nm)
        shown.append(np.average(QUIET.wavelength_nm, weights=photons))
    assert shown[1] - shown[0] == pytest.approx(1.0, abs=0.01)
    assert true_axis_nm(with_effects(in_air=True))[500] / QUIET.wavelength_nm[500] == pytest.approx(1.000278, abs=2e-6)


# --- repeats and order


def test_bleaching_dims_repeat_after_repeat_and_pa_only_where_told() -> None:
    base = replace(QUIET, repeats=5)
    for bleaches_heat in (False, True):
        found = raw(base, bleaching=0.1, bleaches_heat=bleaches_heat)
        band = band_electrons(QUIET, found.conditions[0], T)
        where = band > 0.1 * band.max()
        signal = (found.counts[0][:, where] - 200.0).sum(axis=1) / COUNTS_PER_ELECTRON / band[where].sum()
        assert signal == pytest.approx(0.9 ** np.arange(-2.0, 3.0), rel=0.05)
        heat = found.lockin_x_v[:, 10] - found.lockin_x_v[:, -1]
        assert (heat[4] / heat[0] == pytest.approx(0.9**4, rel=1e-2)) == bleaches_heat


def test_time_stamps_follow_the_order_of_the_measurement(tmp_path: Path) -> None:
    folder = written(tmp_path, times=True, reference=True)
    rows = rows_of(folder, "pl") + rows_of(folder, "aspl") + rows_of(folder, "pa")
    first, second = ([row["time"] for row in rows if row["repeat"] == str(n)] for n in (1, 2))
    assert max(first) < min(second)
    assert max(first) == next(row["time"] for row in rows if row["kind"] == "pa")
    reference = rows_of(folder, "reference")
    assert [row["excitation_nm"] for row in reference] == ["450.00"] * 2
    assert all(row["time"] for row in reference)


def test_a_condition_is_measured_again_on_another_day_with_another_alignment(tmp_path: Path) -> None:
    found = raw(replace(QUIET, repeats=20), remeasured_factor=0.7)
    (again,) = found.extras
    index = found.conditions.index(replace(again.condition, series="day 1"))
    assert index == 3
    first, second = (counts[:, BAND].mean(axis=0) - 202.0 for counts in (found.counts[index], again.counts))
    assert second.sum() / first.sum() == pytest.approx(0.7, abs=0.05)
    folder = written(tmp_path, remeasured_factor=0.7, times=True)
    days = [(row["series"], row["time"][:10]) for row in rows_of(folder, "aspl")]
    assert days == [("day 1", "2026-03-03")] * 4 + [("day 2", "2026-03-05")] * 2


# --- all at once


def test_all_effects_at_once_load_without_an_error(tmp_path: Path) -> None:
    from asplab.core.loading import load_experiment

    experiment = replace(SMALL, temperatures_k=(T,), effects=REALISTIC)
    loaded = load_experiment(simulate(tmp_path / "made", experiment, seed=0).parent)
    assert [problem for problem in loaded.problems if problem.severity == "error"] == []
    kinds = {row["kind"] for row in rows_of(tmp_path / "made")}
    assert {"lamp", "laser", "filter", "absorption", "power", "background", "emission_blank", "reference"} <= kinds
    assert {row["sample"] for row in rows_of(tmp_path / "made", "emission_blank")} == {SUBSTRATE}
    assert {row["sample"] for row in rows_of(tmp_path / "made")} == {SAMPLE, SUBSTRATE}
