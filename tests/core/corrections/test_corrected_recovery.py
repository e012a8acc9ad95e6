"""η from raw files of the virtual experiment with one effect at a time, many seeds: a study run by hand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.special import expit, logit

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.pipeline import analyse
from asplab.core.virtual import simulate
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.experiment import VirtualExperiment

SEEDS = 20
LARGEST_MEV = 77.0
Chosen = dict[str, dict[str, object]]
CASES: dict[str, tuple[Effects, Chosen, Chosen | None]] = {
    "probe light": (Effects(probe_pl_e_per_s=3e4), {}, {"corrections": {"subtract_background": False}}),
    "substrate": (Effects(substrate_e_per_s=30.0), {}, {"corrections": {"subtract_emission_blank": False}}),
    "filters": (
        Effects(filter_ripple=0.03, path_mismatch=0.08, filters_written=True),
        {},
        {"corrections": {"divide_by_filters": False}},
    ),
    "neutral filter": (Effects(pl_nd_od=1.0), {}, {"corrections": {"undo_neutral_density": False}}),
    "electron gain": (Effects(pl_em_gain=5.0), {}, {"corrections": {"divide_by_em_gain": False}}),
    "accumulations": (Effects(accumulations=10), {}, {"corrections": {"divide_by_accumulations": False}}),
    "inner filter": (Effects(inner_filter=0.5), {"corrections": {"inner_filter": "cuvette"}}, {}),
    "two photons": (
        Effects(two_photon_crossover_uw=1000.0, power_series=True), {}, {"pump": {"subtract_two_photon": False}}
    ),
    "leak": (Effects(leak=1e-3), {"pump": {"measured_leak_ppm": 1000.0}}, {}),
    "pieces of scans": (
        Effects(scan_segments=3, segment_gain_error=0.05), {}, {"scans": {"stitch_segments": False}}
    ),
    "overload": (Effects(scan_segments=2, overload=0.8), {}, {"scans": {"leave_out_overload": False}}),
    "moved band": (Effects(band_shift_mev=4.0), {}, {"integration": {"follow_shape": False}}),
    "lamp lines": (
        Effects(axis_offset_nm=0.4, axis_stretch_nm=0.3, lamp=True), {}, {"calibration": {"use_lamp": False}}
    ),
    "laser lines": (
        Effects(laser_offset_nm=0.4, laser_lines=True), {}, {"calibration": {"use_laser": False}}
    ),
    "one source set alike": (
        Effects(laser_offset_nm=0.4, scan_offset_nm=0.4, laser_lines=True),
        {"calibration": {"scans_as_set": True}},
        {"calibration": {"use_laser": False}},
    ),
    "bandwidth": (
        Effects(bandwidth_nm=4.0, scan_bandwidth_nm=4.0), {}, {"calibration": {"correct_bandwidth": False}}
    ),
    # What follows cancels or is counted among the errors: there is nothing to switch off.
    "phases": (Effects(phase_drift_deg=30.0, pickup_y=1e-3), {}, None),
    "bleaching": (Effects(bleaching=0.01, times=True), {"drift": {"correct_drift": True}}, None),
    "unpaired scans": (Effects(unpaired=True, pair_told=False, times=True), {}, None),
    "renumbered scans": (Effects(scans_renumbered=True, pair_told=False, times=True), {}, None),
    "measured again": (Effects(remeasured_factor=0.9), {}, None),
    "saturation": (Effects(saturated_repeats=6), {}, None),
    "warmer scans": (Effects(temperature_mismatch_k=5.0), {}, None),
    "readbacks": (Effects(temperature_readback_k=0.5, wavelength_readback_nm=0.05), {}, None),
}  # fmt: skip
TEMPERATURES_K = {"warmer scans": (120.0, 140.0, 160.0)}
"""Of cases that live on the next temperature; 120 and 250 K of all others."""
CAUTIOUS = ("moved band",)
"""Cases whose errors are larger than their pulls need, on purpose."""


def chosen(document: Document, choices: Chosen) -> Document:
    """Return the document with some fields of its settings changed."""
    settings = document.settings
    changed = {record: replace(getattr(settings, record), **fields) for record, fields in choices.items()}
    return replace(document, settings=replace(settings, **changed))


def eta_pulls(
    folder: Path, effects: Effects, choices: Chosen, seed: int, *, temperatures_k: tuple[float, ...] = (120.0, 250.0)
) -> np.ndarray:
    """Return (η − truth)/error of all points up to 77 meV."""
    if not (folder / "manifest.csv").exists():
        simulate(folder, VirtualExperiment(temperatures_k=temperatures_k, effects=effects), seed=seed)
    results = analyse(chosen(Document(load_experiment(folder)), choices))
    truth = json.loads((folder / "truth.json").read_text())["efficiency"]
    found = []
    for t, temperature in enumerate(results.responses.temperatures_k):
        rows = sorted((r["detuning_mev"], r["eta"]) for r in truth if abs(r["temperature_k"] - temperature) < 3.0)
        at_mev, eta = np.array(rows).T
        detuning = results.responses.detuning_mev[t, results.responses.n_stokes :]
        use = np.isfinite(results.efficiency.eta[t]) & (detuning < LARGEST_MEV)
        true = expit(CubicSpline(at_mev, logit(eta))(detuning[use]))
        found.append((results.efficiency.eta[t][use] - true) / results.efficiency.eta_error[t][use])
    return np.concatenate(found)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_eta_comes_back_from_raw_files(case: str, tmp_path: Path) -> None:
    """Of one analysis all η share the errors of the Stokes line: the spread over seeds is that of few numbers."""
    effects, on, off = CASES[case]
    at = TEMPERATURES_K.get(case, (120.0, 250.0))
    found = [eta_pulls(tmp_path / str(seed), effects, on, seed, temperatures_k=at) for seed in range(SEEDS)]
    pulls = np.concatenate(found)
    spread = float(np.sqrt(np.mean(pulls**2)))
    without = np.inf if off is None else np.abs(eta_pulls(tmp_path / "0", effects, off, 0)).max()
    message = f"{case}: mean {pulls.mean():.2f}, spread {spread:.2f}; off, the largest is {without:.0f} errors"
    assert (0.2 if case in CAUTIOUS else 0.8) < spread < 1.2, message
    assert abs(pulls.mean()) < 0.5, message
    assert without > 3.0, message
    print(message)


WITHOUT: dict[str, Chosen] = {
    "exposure": {"corrections": {"divide_by_exposure": False}},
    "power of spectra": {"corrections": {"divide_by_power": False}},
    "hidden part": {"integration": {"correct_truncation": False}},
    "power of scans": {"scans": {"divide_by_power": False}},
}


@pytest.mark.slow
@pytest.mark.parametrize("case", WITHOUT)
def test_eta_misses_the_truth_without_what_every_experiment_needs(case: str, tmp_path: Path) -> None:
    largest = np.abs(eta_pulls(tmp_path / "0", Effects(), WITHOUT[case], 0)).max()
    print(f"{case} off, the largest is {largest:.0f} errors")
    assert largest > 3.0
