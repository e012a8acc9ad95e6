"""The virtual experiment: its physics, its instruments, its folder and its refusals."""

import ast
import csv
import importlib.util
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from asplab.core.errors import Cancelled, InputError, SettingsError
from asplab.core.progress import Progress
from asplab.core.units import energy_from_wavelength
from asplab.core.virtual import (
    VirtualExperiment,
    experiment_with_truth,
    simulate,
    simulate_arrays,
    truth_document,
)
from asplab.core.virtual.instruments import (
    band_electrons,
    baseline_volts,
    conditions,
    dark_frames,
    detect,
    heat_volts,
    measured_response,
    stray_electrons,
    throughput,
    transmitted_fraction,
)
from asplab.core.virtual.truth import (
    Eq9Truth,
    TableTruth,
    absorptance,
    absorption_edge_mev,
    band_sigma_mev,
    emission_mev,
    eq9_truth,
    read_truth,
    table_truth,
)

SMALL = VirtualExperiment(
    temperatures_k=(120.0, 250.0), stokes_detuning_mev=(170.0, 320.0), detuning_mev=(23.0, 55.0), repeats=2
)
NET_COOLING = TableTruth((100.0,), (50.0, 200.0), ((0.999, 0.9),))


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def manifest_rows(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "manifest.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def cancelling_after(fraction: float) -> Progress:
    progress = Progress(report=lambda done, text: progress.cancelled.set() if done > fraction else None)
    return progress


# --- the sample


def test_the_emission_energy_meets_the_papers_room_temperature_value() -> None:
    assert emission_mev(295.0) == pytest.approx(2450.3, abs=0.1)


def test_the_absorption_tail_joins_the_edge_without_a_step() -> None:
    edge = absorption_edge_mev(250.0)
    below, above = absorptance([edge - 1e-6, edge + 1e-6], 250.0)
    assert below == pytest.approx(above, abs=1e-6)
    assert below == pytest.approx(1.0, abs=1e-6)


def test_eq9_truth_is_scaled_to_95_percent_at_23_mev_and_250_k() -> None:
    assert float(eq9_truth().eta(23.0, 250.0)) == pytest.approx(0.95, abs=1e-12)


@pytest.mark.parametrize(("detuning_mev", "eta"), [(23.0, 0.75), (102.0, 0.32)])
def test_table_truth_passes_through_the_papers_values(detuning_mev: float, eta: float) -> None:
    assert float(table_truth().eta(detuning_mev, 80.0)) == pytest.approx(eta, abs=1e-12)


def test_table_truth_falls_with_detuning_and_rises_towards_unity_with_temperature() -> None:
    detuning_mev = np.linspace(1.0, 299.0, 300)
    curves = np.array([table_truth().eta(detuning_mev, t) for t in np.arange(80.0, 281.0, 10.0)])
    assert np.all(np.diff(curves, axis=1) < 0)
    assert np.all(np.diff(curves, axis=0) > 0)
    assert float(table_truth().eta(32.0, 280.0)) > 0.94


@pytest.mark.parametrize("truth", [eq9_truth(), table_truth()], ids=["eq9", "table"])
def test_eta_is_one_above_the_gap_and_reaches_it_smoothly(truth: Any) -> None:
    assert np.all(truth.eta([-300.0, 0.0], 80.0) == 1.0)
    assert float(truth.eta(1e-6, 80.0)) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("truth", [eq9_truth(), table_truth()], ids=["eq9", "table"])
def test_emission_and_heat_obey_equation_5_for_every_pair(truth: Any) -> None:
    experiment = VirtualExperiment(truth=truth)
    for temperature_k in (80.0, 250.0):
        gap_mev = emission_mev(temperature_k)
        emission, heat, photon_mev, eta = [], [], [], []
        for condition in conditions(experiment, temperature_k):
            unfiltered = replace(condition, longpass_nm=None, shortpass_nm=None)
            band = band_electrons(experiment, unfiltered, temperature_k).sum()
            emission.append(band / condition.exposure_s)
            heat.append(float(heat_volts(experiment, condition.excitation_nm, temperature_k)))
            photon_mev.append(gap_mev - condition.detuning_mev)
            eta.append(float(truth.eta(condition.detuning_mev, temperature_k)))
        response = np.array(emission) / np.array(heat)
        heat_mev = np.array(photon_mev) - np.array(eta) * experiment.quantum_yield * gap_mev
        stokes = len(experiment.stokes_detuning_mev)
        ratio = response[stokes:, np.newaxis] / response[:stokes]
        expected = (np.array(eta) / heat_mev)[stokes:, np.newaxis] * heat_mev[:stokes]
        assert ratio == pytest.approx(expected, rel=1e-10)


def test_the_photothermal_signal_changes_sign_where_the_light_cools() -> None:
    experiment = VirtualExperiment(truth=NET_COOLING, quantum_yield=0.999, detuning_mev=(50.0,))
    (cooling,) = (c for c in conditions(experiment, 250.0) if c.kind == "aspl")
    assert float(heat_volts(experiment, cooling.excitation_nm, 250.0)) < 0
    assert all(row["flags"] == ["net_cooling"] for row in truth_document(experiment, seed=0)["efficiency"])  # type: ignore[attr-defined]


# --- the instruments


def test_the_counts_of_the_band_average_to_the_true_photon_energy() -> None:
    condition = replace(conditions(VirtualExperiment(), 250.0)[0], longpass_nm=None)
    wavelength = VirtualExperiment().wavelength_nm
    photons = band_electrons(VirtualExperiment(), condition, 250.0) / throughput(wavelength)
    mean_mev = np.average(energy_from_wavelength(wavelength), weights=photons)
    assert mean_mev == pytest.approx(emission_mev(250.0), abs=0.01)


def test_the_short_pass_hides_the_red_part_of_the_band() -> None:
    experiment = VirtualExperiment()
    condition = next(c for c in conditions(experiment, 250.0) if c.kind == "aspl")
    whole = replace(condition, shortpass_nm=None)
    response = throughput(experiment.wavelength_nm)
    seen, everything = ((band_electrons(experiment, c, 250.0) / response).sum() for c in (condition, whole))
    cutoff_mev = float(energy_from_wavelength(condition.shortpass_nm or math.nan))
    ideal = 1.0 - ndtr((cutoff_mev - emission_mev(250.0)) / band_sigma_mev(250.0))
    assert seen / everything == pytest.approx(transmitted_fraction(experiment, condition, 250.0), abs=1e-3)
    assert seen / everything == pytest.approx(ideal, abs=0.005)
    assert 0.35 < ideal < 0.45


def test_the_laser_line_shows_beside_the_short_pass_but_not_inside_the_band() -> None:
    experiment = VirtualExperiment()
    deepest = conditions(experiment, 250.0)[-1]
    stray = stray_electrons(experiment, deepest)
    wavelength = experiment.wavelength_nm
    assert abs(wavelength[np.argmax(stray)] - deepest.excitation_nm) < 2.5
    assert stray.max() > 1000
    assert stray[wavelength < (deepest.shortpass_nm or math.nan)].max() < 10


def test_mean_counts_meet_the_expectation() -> None:
    experiment = replace(SMALL, repeats=400, drift=0.0, independent_drift=0.0, cosmic_rays=0.0)
    raw = simulate_arrays(experiment, np.random.default_rng(1), 250.0)
    per_electron = experiment.em_gain / experiment.e_per_count
    for condition, counts in zip(raw.conditions, raw.counts, strict=True):
        electrons = (
            band_electrons(experiment, condition, 250.0)
            + stray_electrons(experiment, condition)
            + experiment.clock_charge_e
        )
        expected = (experiment.offset_counts + per_electron * electrons).sum()
        spread = math.sqrt(2.0 * per_electron**2 * electrons.sum() / experiment.repeats + 1.0)
        assert abs(counts.sum(axis=1).mean() - expected) < 5.0 * spread


def test_electron_multiplication_doubles_the_shot_noise() -> None:
    experiment = replace(SMALL, clock_charge_e=0.0)
    counts = detect(experiment, np.random.default_rng(2), np.full((400, 1024), 200.0))
    per_electron = experiment.em_gain / experiment.e_per_count
    read = (experiment.read_noise_e / experiment.e_per_count) ** 2 + 1.0 / 12.0
    excess = (counts.var() - read) / (per_electron**2 * 200.0)
    assert excess == pytest.approx(2.0, abs=0.03)


def test_the_converter_saturates_at_16_bits() -> None:
    assert detect(SMALL, np.random.default_rng(0), np.full(3, 1e6)).tolist() == [65535] * 3


def test_dark_frames_hold_offset_and_clock_charge_only() -> None:
    frames = dark_frames(replace(SMALL, repeats=200), np.random.default_rng(3))
    assert frames.mean() == pytest.approx(200.0 + 5.0 * 0.4, abs=0.1)


def test_cosmic_rays_strike_as_often_as_stated() -> None:
    quiet = replace(SMALL, repeats=500, cosmic_rays=0.0, emission_e_per_s=0.0, leak_e_per_s=0.0)
    struck = replace(quiet, cosmic_rays=0.3)
    pixels = [
        (simulate_arrays(experiment, np.random.default_rng(4), 250.0).counts > 1500).sum()
        for experiment in (quiet, struck)
    ]
    spectra = 4 * 500
    # two pixels a hit on the average, exp(-1300/4000) of them above the threshold
    assert pixels[0] == 0
    assert pixels[1] / spectra == pytest.approx(0.3 * 2.0 * math.exp(-1300.0 / 4000.0), rel=0.15)


def test_the_drift_of_a_repeat_is_common_to_pl_aspl_and_pa() -> None:
    experiment = replace(SMALL, repeats=6, drift=0.2, independent_drift=0.0, pa_noise_v=0.0, cosmic_rays=0.0)
    raw = simulate_arrays(experiment, np.random.default_rng(5), 250.0)
    signal = raw.lockin_x_v - baseline_volts(experiment, raw.scan_nm, 250.0)
    heat = heat_volts(experiment, raw.scan_nm, 250.0)
    assert signal / heat == pytest.approx(np.broadcast_to(raw.drift[:, None], signal.shape), rel=1e-9)
    for condition, counts in zip(raw.conditions, raw.counts, strict=True):
        band = band_electrons(experiment, condition, 250.0)
        where = band > 0.2 * band.max()
        dark = 200.0 + 5.0 * (0.4 + stray_electrons(experiment, condition)[where])
        relative = (counts[:, where] - dark).sum(axis=1) / (5.0 * band[where].sum())
        assert relative == pytest.approx(raw.drift, abs=0.1)
        assert np.corrcoef(relative, raw.drift)[0, 1] > 0.98


def test_the_independent_drift_moves_conditions_apart() -> None:
    quiet = replace(SMALL, repeats=50, drift=0.0, cosmic_rays=0.0)
    spreads = []
    for independent_drift in (0.0, 0.2):
        experiment = replace(quiet, independent_drift=independent_drift)
        totals = simulate_arrays(experiment, np.random.default_rng(6), 250.0).counts.sum(axis=2)
        spreads.append((totals[0] / totals[1]).std())
    assert spreads[1] > 5.0 * spreads[0]


def test_the_lock_in_phase_moves_signal_into_y() -> None:
    raw = simulate_arrays(replace(SMALL, pa_phase_deg=90.0, pa_noise_v=0.0), np.random.default_rng(7), 250.0)
    assert np.abs(raw.lockin_y_v).max() > 100.0 * np.abs(raw.lockin_x_v).max()


def test_the_scan_reaches_300_mev_below_the_gap_in_steps_of_a_mev() -> None:
    raw = simulate_arrays(SMALL, np.random.default_rng(8), 80.0)
    above = energy_from_wavelength(raw.scan_nm) - emission_mev(80.0)
    assert above[0] >= 500.0
    assert above[-1] <= -300.0
    assert np.abs(np.diff(above)).max() < 1.5


def test_excitations_hit_the_nominal_detunings_to_the_laser_setting() -> None:
    experiment = VirtualExperiment()
    nominal = [-d for d in experiment.stokes_detuning_mev] + list(experiment.detuning_mev)
    for temperature_k in experiment.temperatures_k:
        true = [condition.detuning_mev for condition in conditions(experiment, temperature_k)]
        assert true == pytest.approx(nominal, abs=0.05)


def test_exposures_stay_on_the_ladder_and_below_saturation() -> None:
    experiment = VirtualExperiment()
    for condition in conditions(experiment, 80.0):
        electrons = band_electrons(experiment, condition, 80.0) + stray_electrons(experiment, condition)
        assert condition.exposure_s in experiment.exposures_s
        assert 200.0 + 5.0 * electrons.max() < 0.8 * 65535
    weakest = conditions(experiment, 80.0)[-1]
    assert weakest.exposure_s == max(experiment.exposures_s)


def test_the_measured_response_is_the_true_one_with_its_noise() -> None:
    wavelength, response = measured_response(VirtualExperiment(), np.random.default_rng(9))
    deviation = response / throughput(wavelength) * throughput(wavelength[-1]) - 1.0
    assert 0.001 < deviation.std() < 0.003
    assert wavelength[0] < 400.0
    assert wavelength[-1] > 695.7


def test_raw_arrays_are_read_only() -> None:
    raw = simulate_arrays(SMALL, np.random.default_rng(0), 250.0)
    with pytest.raises(ValueError, match="read-only"):
        raw.counts[0, 0, 0] = 1


# --- the folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("virtual") / "made", SMALL, seed=11).parent


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = simulate(tmp_path / "again", SMALL, seed=11).parent
    assert contents(again) == contents(folder)


def test_another_seed_writes_other_counts(folder: Path, tmp_path: Path) -> None:
    other = contents(simulate(tmp_path / "other", SMALL, seed=12).parent)
    same = contents(folder)
    data = [name for name in same if name.startswith("T250K/")]
    assert data
    assert all(same[name] != other[name] for name in data)


def test_a_temperature_does_not_depend_on_the_others(folder: Path, tmp_path: Path) -> None:
    alone = simulate(tmp_path / "alone", replace(SMALL, temperatures_k=(250.0,)), seed=11).parent
    together = contents(folder)
    shared = {name: data for name, data in contents(alone).items() if "/" in name or name == "response.csv"}
    assert any(name.startswith("T250K/") for name in shared)
    assert shared == {name: together[name] for name in shared}


def test_every_data_file_is_listed_and_every_listed_file_exists(folder: Path) -> None:
    listed = [row["file"] for row in manifest_rows(folder)]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(contents(folder)) - {"manifest.csv", "truth.json"}


def test_the_manifest_says_simulated_in_its_first_line_and_every_row(folder: Path) -> None:
    text = (folder / "manifest.csv").read_text(encoding="utf-8")
    assert text.startswith("# simulated")
    assert all(row["sample"].startswith("simulated") for row in manifest_rows(folder))


def test_the_manifest_gives_each_kind_what_its_analysis_needs(folder: Path) -> None:
    rows = manifest_rows(folder)
    assert {row["kind"] for row in rows} == {"pl", "aspl", "pa", "dark", "response"}
    for row in rows:
        emission = row["kind"] in ("pl", "aspl")
        filled = {name for name, value in row.items() if value}
        assert emission == ({"excitation_nm", "power_uw", "exposure_s"} <= filled)
        assert ("longpass_nm" in filled) == (row["kind"] == "pl")
        assert ("shortpass_nm" in filled) == (row["kind"] == "aspl")
        assert ("pair" in filled) == (emission or row["kind"] == "pa")


def test_dark_frames_cover_every_exposure(folder: Path) -> None:
    rows = manifest_rows(folder)
    dark = {row["exposure_s"] for row in rows if row["kind"] == "dark"}
    assert dark == {row["exposure_s"] for row in rows if row["kind"] in ("pl", "aspl")}


def test_files_hold_what_the_arrays_hold(folder: Path) -> None:
    seeds = np.random.SeedSequence(11, spawn_key=(1, 250_000_000))
    raw = simulate_arrays(SMALL, np.random.default_rng(seeds), 250.0)
    name = f"T250K/aspl_{raw.conditions[-1].excitation_nm:.2f}nm_r02.csv"
    spectrum = np.loadtxt(folder / name, delimiter=",", skiprows=1)
    assert np.array_equal(spectrum[:, 1], raw.counts[-1, 1])
    assert spectrum[:, 0] == pytest.approx(raw.wavelength_nm, abs=1e-9)
    scan = np.loadtxt(folder / "T250K/pa_r02.csv", delimiter=",", skiprows=1)
    assert scan[:, 0] == pytest.approx(raw.scan_nm, abs=1e-9)
    assert scan[:, 1] == pytest.approx(raw.lockin_x_v[1], rel=1e-4)
    assert scan[:, 3] == pytest.approx(raw.scan_power_uw[1], abs=0.006)


def refuse_constant(text: str) -> float:
    raise AssertionError(f"truth.json holds {text}")


def test_truth_json_is_strict_json_consistent_with_equation_5(folder: Path) -> None:
    text = (folder / "truth.json").read_text(encoding="utf-8")
    truth = json.loads(text, parse_constant=refuse_constant)
    gap = {row["temperature_k"]: row["gap_mev"] for row in truth["gap"]}
    quantum_yield = {row["temperature_k"]: row["quantum_yield"] for row in truth["quantum_yield"]}
    assert truth["simulated"] is True
    assert len(truth["efficiency"]) == 4
    for row in truth["efficiency"]:
        gap_mev = gap[row["temperature_k"]]
        photon_mev = float(energy_from_wavelength(row["excitation_nm"]))
        heat_mev = photon_mev - row["eta"] * quantum_yield[row["temperature_k"]] * gap_mev
        assert row["detuning_mev"] == pytest.approx(gap_mev - photon_mev, abs=1e-9)
        assert row["ratio_slope_per_mev"] == pytest.approx(row["eta"] / heat_mev, rel=1e-12)
        assert 0 < row["truncation"] < 1


def test_truth_json_names_the_polaron_per_temperature_and_jointly(folder: Path) -> None:
    rows = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["polaron"]
    assert [(row["scope"], row["temperature_k"]) for row in rows] == [
        ("temperature", 120.0), ("temperature", 250.0), ("joint", None),
    ]  # fmt: skip
    assert rows[0]["huang_rhys"] == pytest.approx((41.1 / 23.4) ** 2)
    assert rows[0]["polaron_energy_mev"] == pytest.approx(41.1**2 / 23.4)


def test_a_table_truth_has_no_polaron() -> None:
    assert truth_document(replace(SMALL, truth=table_truth()), seed=0)["polaron"] == []


def test_progress_rises_to_one(tmp_path: Path) -> None:
    seen: list[float] = []
    simulate(tmp_path / "made", SMALL, seed=0, progress=Progress(report=lambda f, _: seen.append(f)))
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0


def test_a_cancel_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        simulate(tmp_path / "made", SMALL, seed=0, progress=cancelling_after(0.3))
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_keeps_the_earlier_simulation(tmp_path: Path) -> None:
    target = simulate(tmp_path / "made", SMALL, seed=0).parent
    before = contents(target)
    with pytest.raises(Cancelled):
        simulate(target, SMALL, seed=1, progress=cancelling_after(0.3))
    assert contents(target) == before
    assert list(tmp_path.iterdir()) == [target]


def test_an_untouched_simulation_is_replaced(tmp_path: Path) -> None:
    target = simulate(tmp_path / "made", SMALL, seed=0).parent
    simulate(target, replace(SMALL, temperatures_k=(250.0,)), seed=0)
    assert not (target / "T120K").exists()
    assert (target / "T250K").is_dir()
    assert list(tmp_path.iterdir()) == [target]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    assert simulate(tmp_path / "made", SMALL, seed=0).is_file()


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_with_other_files_is_never_touched(tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        simulate(tmp_path, SMALL, seed=0, force=force)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize("changed", ["manifest.csv", "notes.txt", "response.csv"])
def test_a_simulation_that_was_changed_is_replaced_only_by_force(tmp_path: Path, changed: str) -> None:
    target = simulate(tmp_path / "made", SMALL, seed=0).parent
    with (target / changed).open("a", encoding="utf-8") as file:
        file.write("# my remark\n")
    with pytest.raises(InputError, match="force"):
        simulate(target, SMALL, seed=0)
    assert b"my remark" in contents(target)[changed]
    simulate(target, SMALL, seed=0, force=True)
    assert b"my remark" not in contents(target).get(changed, b"")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        simulate(tmp_path / "made", SMALL, seed=0)


def test_a_folder_below_a_file_is_refused_without_a_traceback_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="can't be written"):
        simulate(tmp_path / "file" / "made", SMALL, seed=0)


def test_a_truth_that_does_not_reach_a_temperature_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"60 to 320 K.*400 K"):
        simulate(tmp_path / "made", replace(SMALL, temperatures_k=(400.0,), truth=table_truth()), seed=0)
    assert list(tmp_path.iterdir()) == []


# --- refusals of settings and truths


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperatures_k": ()}, "temperatures_k is empty"),
        ({"temperatures_k": (250.0, 120.0)}, "must increase"),
        ({"temperatures_k": (-4.0,)}, "above 0"),
        ({"detuning_mev": (20.0, math.nan)}, "detuning_mev"),
        ({"repeats": 0}, "repeats is 0"),
        ({"quantum_yield": 1.2}, "quantum_yield is 1.2"),
        ({"drift": -0.1}, "drift is -0.1"),
        ({"em_gain": math.inf}, "em_gain is inf"),
        ({"truth": NET_COOLING, "detuning_mev": (250.0,)}, "ends at 200 meV"),
    ],
)
def test_an_impossible_experiment_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        VirtualExperiment(**change)


def test_two_detunings_at_one_wavelength_are_refused() -> None:
    with pytest.raises(SettingsError, match="same excitation"):
        conditions(replace(SMALL, detuning_mev=(23.0, 23.01)), 250.0)


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="seed is -1"):
        simulate(tmp_path / "made", SMALL, seed=-1)


def write_json(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


TABLE = {
    "model": "table",
    "temperature_k": [80, 280],
    "detuning_mev": [20, 160],
    "eta": [[0.7, 0.1], [0.9, 0.5]],
}
EQ9 = {"model": "eq9", "g_mev": 30.0, "phonon_mev": 18.0, "log_scale": 2.0}


def test_a_table_from_a_file_is_interpolated_between_its_temperatures(tmp_path: Path) -> None:
    experiment = experiment_with_truth(str(write_json(tmp_path / "t.json", TABLE | {"quantum_yield": 0.9})))
    assert experiment.quantum_yield == 0.9
    assert experiment.truth.eta([20.0, 160.0], 180.0) == pytest.approx([0.8, 0.3])


def test_parameters_from_a_file_may_depend_on_temperature(tmp_path: Path) -> None:
    document = {
        "model": "eq9", "temperature_k": [80, 280], "g_mev": [20, 40], "phonon_mev": [5, 25], "log_scale": [-5, 3],
    }  # fmt: skip
    truth, quantum_yield = read_truth(write_json(tmp_path / "t.json", document))
    assert isinstance(truth, Eq9Truth)
    assert truth.parameters(180.0) == pytest.approx((30.0, 15.0, -1.0))
    assert not truth.is_shared
    assert quantum_yield is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([1, 2], "JSON list"),
        ({}, "model"),
        ({"model": "marcus"}, "'marcus'"),
        (EQ9 | {"colour": 1}, "unknown key 'colour'"),
        ({k: v for k, v in EQ9.items() if k != "g_mev"}, "'g_mev' is missing"),
        (EQ9 | {"g_mev": -1}, r"'g_mev': found -1"),
        (EQ9 | {"g_mev": "41"}, r"found '41'"),
        (EQ9 | {"g_mev": True}, r"found True"),
        (EQ9 | {"log_scale": math.nan}, r"found nan"),
        (EQ9 | {"g_mev": [1, 2]}, "found 2 entries, expected 1"),
        (EQ9 | {"quantum_yield": 84}, "quantum_yield"),
        (EQ9 | {"name": "two\nlines"}, "one line"),
        (TABLE | {"eta": [[0.7, 0.1]]}, "found 1 entries, expected 2"),
        (TABLE | {"eta": [[0.7], [0.9, 0.5]]}, r"eta\[0\]"),
        (TABLE | {"eta": [[0.7, 0.1], [0.9, 1.5]]}, r"eta\[1\].*found 1.5"),
        (TABLE | {"eta": 0.5}, "list of rows"),
        (TABLE | {"temperature_k": [280, 80]}, "must increase"),
        (TABLE | {"detuning_mev": []}, "list is empty"),
    ],
)
def test_a_wrong_truth_file_is_refused_with_file_key_and_value(document: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as refusal:
        read_truth(write_json(tmp_path / "mine.json", document))
    assert "mine.json" in str(refusal.value)


def test_text_that_is_not_json_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{\n"model": eq9}', encoding="utf-8")
    with pytest.raises(InputError, match=r"mine.json, line 2"):
        read_truth(tmp_path / "mine.json")


def test_a_missing_truth_file_is_refused_with_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"eq9, table or a JSON file"):
        experiment_with_truth(str(tmp_path / "nothing.json"))


# --- independence of the analysis


MODULES = sorted(path.stem for path in (Path(__file__).parents[3] / "core" / "virtual").glob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_shared_with_the_analysis_but_units_and_the_rate_formula(module: str) -> None:
    spec = importlib.util.find_spec(f"asplab.core.virtual.{module}".removesuffix(".__init__"))
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    ours = {name.removeprefix("asplab.core.") for name in imported if name.startswith("asplab")}
    allowed = {"errors", "progress", "units", "polaron.rates"}
    assert {name for name in ours if not name.startswith("virtual.")} <= allowed
