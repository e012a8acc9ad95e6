"""The effects of the virtual experiment on photothermal scans: each does in the raw data what its name says."""

import csv
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asplab.core.units import energy_from_wavelength
from asplab.core.virtual import VirtualExperiment, simulate, simulate_arrays
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.instruments import RawTemperature, baseline_volts, heat_volts, pump_power_uw
from asplab.core.virtual.truth import absorptance, emission_mev, urbach_mev

T = 250.0
QUIET = VirtualExperiment(
    temperatures_k=(T,), stokes_detuning_mev=(170.0, 320.0), detuning_mev=(23.0, 55.0), repeats=3, drift=0.0,
    independent_drift=0.0, cosmic_rays=0.0, power_noise=0.0, pa_noise_v=0.0, scan_power_noise=0.0,
)  # fmt: skip


def raw(base: VirtualExperiment = QUIET, *, seed: int = 0, temperature_k: float = T, **effects: Any) -> RawTemperature:
    experiment = replace(base, effects=Effects(**effects))
    return simulate_arrays(experiment, np.random.default_rng(seed), temperature_k)


def scan_rows(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "manifest.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [row for row in csv.DictReader(lines) if row["kind"] == "pa"]


def written(tmp_path: Path, base: VirtualExperiment = QUIET, **effects: Any) -> Path:
    return simulate(tmp_path / "made", replace(base, effects=Effects(**effects)), seed=4).parent


def table(folder: Path, name: str) -> np.ndarray:
    return np.loadtxt(folder / name, delimiter=",", skiprows=1)


def above_mev(found: RawTemperature) -> np.ndarray:
    return energy_from_wavelength(found.scan_nm) - emission_mev(T)


# --- temperature


def test_scans_run_at_another_temperature_than_spectra_and_say_so(tmp_path: Path) -> None:
    found = raw(temperature_mismatch_k=3.0)
    expected = heat_volts(QUIET, found.scan_nm, T + 3.0) + baseline_volts(QUIET, found.scan_nm, T)
    assert found.lockin_x_v[0] == pytest.approx(expected, rel=1e-12)
    assert np.array_equal(found.counts, raw().counts)
    assert {row["temperature_k"] for row in scan_rows(written(tmp_path, temperature_mismatch_k=3.0))} == {"253"}


def test_each_scan_has_the_temperature_that_its_readback_tells() -> None:
    found = raw(temperature_readback_k=2.0)
    told = found.states.told_scan_temperature_k
    assert np.unique(told).size == 3
    expected = [heat_volts(QUIET, found.scan_nm, t) + baseline_volts(QUIET, found.scan_nm, T) for t in told]
    assert found.lockin_x_v == pytest.approx(np.array(expected), rel=1e-12)


# --- excitation


def test_a_leak_heats_as_its_own_absorption_does() -> None:
    leak, nm = 1e-3, 540.0
    found = heat_volts(replace(QUIET, effects=Effects(leak=leak)), nm, T)
    power = pump_power_uw(nm, pump_uw=1.0)
    gap, above = emission_mev(T), emission_mev(T) + 170.0
    share = absorptance(above, T) * (above - 0.84 * gap) / above
    expected = (1.0 - leak) * heat_volts(QUIET, nm, T) + leak * QUIET.pa_scale_v * power * share
    assert float(found) == pytest.approx(float(expected), rel=1e-9)
    assert float(found) > 1.05 * float(heat_volts(QUIET, nm, T))


def test_a_wrong_excitation_scale_of_the_scan_shifts_its_tail() -> None:
    nm, shift_nm = 530.0, 0.5
    found = heat_volts(replace(QUIET, effects=Effects(scan_offset_nm=shift_nm)), nm, T)
    power = pump_power_uw(nm, pump_uw=1.0) / pump_power_uw(nm + shift_nm, pump_uw=1.0)
    assert float(found) == pytest.approx(float(heat_volts(QUIET, nm + shift_nm, T) * power), rel=1e-12)


def test_a_bandwidth_raises_the_tail_of_a_scan() -> None:
    black = replace(QUIET, quantum_yield=1e-9)
    nm, fwhm_nm = 530.0, 3.0
    ratio = heat_volts(replace(black, effects=Effects(scan_bandwidth_nm=fwhm_nm)), nm, T) / heat_volts(black, nm, T)
    sigma_mev = fwhm_nm / 2.35482 * float(energy_from_wavelength(nm)) / nm
    assert float(ratio) == pytest.approx(math.exp(0.5 * (sigma_mev / urbach_mev(T)) ** 2), abs=1e-3)
    assert float(ratio) > 1.01


def test_an_ensemble_raises_the_exponential_tail_without_changing_its_slope() -> None:
    black = replace(QUIET, quantum_yield=1e-9)
    nm = np.array([550.0, 560.0])
    ratio = heat_volts(replace(black, effects=Effects(ensemble_mev=15.0)), nm, T) / heat_volts(black, nm, T)
    assert ratio == pytest.approx(math.exp(0.5 * (15.0 / urbach_mev(T)) ** 2), rel=2e-3)


def test_a_yield_slope_takes_heat_where_the_yield_is_higher() -> None:
    nm = float(energy_from_wavelength(emission_mev(T) + 310.0))
    energy, gap = emission_mev(T) + 310.0, emission_mev(T)
    found = heat_volts(replace(QUIET, effects=Effects(yield_slope=0.02)), nm, T) / heat_volts(QUIET, nm, T)
    assert float(found) == pytest.approx((energy - 0.84 * 1.02 * gap) / (energy - 0.84 * gap), rel=1e-9)


# --- lock-in


@pytest.mark.parametrize("segments", [2, 3])
def test_pieces_overlap_and_the_later_ones_read_wrong(segments: int) -> None:
    found = raw(scan_segments=segments, segment_gain_error=0.04)
    assert len(found.pieces) == segments
    together = np.unique(np.concatenate([piece.scan_nm for piece in found.pieces]))
    assert np.array_equal(together, found.scan_nm)
    for number, piece in enumerate(found.pieces):
        whole = np.interp(piece.scan_nm, found.scan_nm, found.lockin_x_v[0])
        assert piece.lockin_x_v[0] == pytest.approx((1.0, 1.04, 0.96)[number] * whole, rel=1e-9)
        assert np.abs(piece.lockin_x_v).max() < piece.sensitivity_v
    common = np.intersect1d(found.pieces[0].scan_nm, found.pieces[1].scan_nm)
    assert np.ptp(energy_from_wavelength(common)) == pytest.approx(40.0, abs=1.5)
    sensitivities = [piece.sensitivity_v for piece in found.pieces]
    assert sensitivities == sorted(sensitivities, reverse=True)
    assert len(set(sensitivities)) == segments


def test_the_overlap_is_measured_twice() -> None:
    found = raw(replace(QUIET, pa_noise_v=4e-8), scan_segments=2)
    common = np.intersect1d(found.pieces[0].scan_nm, found.pieces[1].scan_nm)
    first, second = (piece.lockin_x_v[:, np.isin(piece.scan_nm, common)] for piece in found.pieces)
    assert (first - second).std() == pytest.approx(math.sqrt(2.0) * 4e-8, rel=0.1)


def test_pieces_are_files_with_their_sensitivity(tmp_path: Path) -> None:
    folder = written(tmp_path, scan_segments=2)
    rows = scan_rows(folder)
    assert [row["file"] for row in rows][:2] == ["T250K/pa_r01_s1.csv", "T250K/pa_r01_s2.csv"]
    assert len(rows) == 6
    for row in rows:
        assert np.abs(table(folder, row["file"])[:, 1]).max() < float(row["sensitivity_v"])


def test_an_overload_is_flat_at_full_scale(tmp_path: Path) -> None:
    folder = written(tmp_path, scan_segments=2, overload=0.8)
    first, second = scan_rows(folder)[:2]
    x = table(folder, first["file"])[:, 1]
    assert x.max() == pytest.approx(float(first["sensitivity_v"]), rel=1e-4)
    assert (x == x.max()).sum() > 20
    assert (np.diff(table(folder, second["file"])[:, 1]) == 0).sum() < 5
    assert x.max() == pytest.approx(0.8 * raw().lockin_x_v.max(), rel=1e-3)


def test_the_phase_drifts_from_temperature_to_temperature() -> None:
    base = replace(QUIET, pa_baseline=0.0)
    phases = []
    for seed in range(40):
        found = raw(base, seed=seed, phase_drift_deg=10.0)
        angle = np.degrees(np.arctan2(found.lockin_y_v[:, 100], found.lockin_x_v[:, 100]))
        assert angle == pytest.approx(found.states.phase_deg, abs=1e-9)
        phases.append(angle[0])
    assert np.std(phases) == pytest.approx(10.0, rel=0.3)


def test_pickup_stands_in_y_and_a_second_baseline_follows_the_power() -> None:
    plain, found = raw(), raw(pickup_y=3e-4, power_baseline=1e-4)
    assert found.lockin_y_v - plain.lockin_y_v == pytest.approx(3e-4 * QUIET.pa_scale_v)
    more = (found.lockin_x_v - plain.lockin_x_v)[0]
    assert more == pytest.approx(1e-4 * QUIET.pa_scale_v * pump_power_uw(found.scan_nm, pump_uw=1.0), rel=1e-6)


# --- repeats


def test_unpaired_scans_drift_by_themselves_after_all_spectra(tmp_path: Path) -> None:
    base = replace(QUIET, drift=0.1, repeats=40)
    for unpaired in (False, True):
        found = raw(base, unpaired=unpaired)
        factor = (found.lockin_x_v[:, 50] - baseline_volts(QUIET, found.scan_nm, T)[50]) / heat_volts(
            QUIET, found.scan_nm, T
        )[50]
        assert factor.std() == pytest.approx(0.1, rel=0.3)
        assert (abs(np.corrcoef(factor, found.drift)[0, 1]) > 0.99) == (not unpaired)
    folder = written(tmp_path, unpaired=True, times=True)
    lines = (folder / "manifest.csv").read_text(encoding="utf-8").splitlines()[1:]
    times = {kind: [r["time"] for r in csv.DictReader(lines) if r["kind"] == kind] for kind in ("pl", "aspl", "pa")}
    assert min(times["pa"]) > max(times["pl"] + times["aspl"])


def test_a_manifest_may_be_silent_on_pairs(tmp_path: Path) -> None:
    assert {row["pair"] for row in scan_rows(written(tmp_path, pair_told=False))} == {""}


def test_renumbered_scans_are_told_apart_by_pair_and_time(tmp_path: Path) -> None:
    rows = scan_rows(written(tmp_path, scans_renumbered=True, times=True))
    assert [row["repeat"] for row in rows] == ["3", "2", "1"]
    assert [row["pair"] for row in rows] == ["1", "2", "3"]
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
