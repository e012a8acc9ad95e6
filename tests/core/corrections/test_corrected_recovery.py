"""η from raw files of the virtual experiment with one effect at a time, many seeds: a study run by hand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

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
CAUTIOUS = ("moved band",)
"""Cases whose errors are larger than their pulls need, on purpose."""


def chosen(document: Document, choices: Chosen) -> Document:
    """Return the document with some fields of its settings changed."""
    settings = document.settings
    changed = {record: replace(getattr(settings, record), **fields) for record, fields in choices.items()}
    return replace(document, settings=replace(settings, **changed))


def eta_pulls(folder: Path, effects: Effects, choices: Chosen, seed: int) -> np.ndarray:
    """Return (η − truth)/error of all points up to 77 meV."""
    if not (folder / "manifest.csv").exists():
        simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), effects=effects), seed=seed)
    results = analyse(chosen(Document(load_experiment(folder)), choices))
    truth = json.loads((folder / "truth.json").read_text())["efficiency"]
    found = []
    for t, temperature in enumerate(results.responses.temperatures_k):
        rows = sorted((r["detuning_mev"], r["eta"]) for r in truth if abs(r["temperature_k"] - temperature) < 3.0)
        detuning = results.responses.detuning_mev[t, results.responses.n_stokes :]
        use = np.isfinite(results.efficiency.eta[t]) & (detuning < LARGEST_MEV)
        true = np.interp(detuning[use], *zip(*rows, strict=True))
        found.append((results.efficiency.eta[t][use] - true) / results.efficiency.eta_error[t][use])
    return np.concatenate(found)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_eta_comes_back_from_raw_files(case: str, tmp_path: Path) -> None:
    """Of one analysis all η share the errors of the Stokes line: the spread over seeds is that of few numbers."""
    effects, on, off = CASES[case]
    pulls = np.concatenate([eta_pulls(tmp_path / str(seed), effects, on, seed) for seed in range(SEEDS)])
    spread = float(np.sqrt(np.mean(pulls**2)))
    without = np.inf if off is None else np.abs(eta_pulls(tmp_path / "0", effects, off, 0)).max()
    message = f"{case}: mean {pulls.mean():.2f}, spread {spread:.2f}; off, the largest is {without:.0f} errors"
    assert (0.2 if case in CAUTIOUS else 0.8) < spread < 1.2, message
    assert abs(pulls.mean()) < 0.5, message
    assert without > 3.0, message
    print(message)
