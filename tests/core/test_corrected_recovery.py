"""η from raw files of the virtual experiment with one effect at a time, many seeds: a study run by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.pipeline import analyse
from asplab.core.settings import CorrectionSettings
from asplab.core.virtual import simulate
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.experiment import VirtualExperiment

SEEDS = 20
LARGEST_MEV = 77.0
CASES = {
    "probe light": (Effects(probe_pl_e_per_s=3e4), {}, {"subtract_background": False}),
    "substrate": (Effects(substrate_e_per_s=30.0), {}, {"subtract_emission_blank": False}),
    "filters": (
        Effects(filter_ripple=0.03, path_mismatch=0.08, filters_written=True), {}, {"divide_by_filters": False}
    ),
    "neutral filter": (Effects(pl_nd_od=1.0), {}, {"undo_neutral_density": False}),
    "electron gain": (Effects(pl_em_gain=5.0), {}, {"divide_by_em_gain": False}),
    "accumulations": (Effects(accumulations=10), {}, {"divide_by_accumulations": False}),
    "inner filter": (Effects(inner_filter=0.5), {"inner_filter": "cuvette"}, {}),
}  # fmt: skip


def eta_pulls(folder: Path, effects: Effects, settings: dict[str, object], seed: int) -> np.ndarray:
    """Return (η − truth)/error of all points up to 77 meV."""
    if not (folder / "manifest.csv").exists():
        simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), effects=effects), seed=seed)
    chosen = CorrectionSettings(**settings)  # type: ignore[arg-type]
    results = analyse(Document(load_experiment(folder)).with_settings(corrections=chosen))
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
    without = np.abs(eta_pulls(tmp_path / "0", effects, off, 0)).max()
    message = f"{case}: mean {pulls.mean():.2f}, spread {spread:.2f}; off, the largest is {without:.0f} errors"
    assert 0.75 < spread < 1.3, message
    assert abs(pulls.mean()) < 0.5, message
    assert without > 3.0, message
    print(message)
