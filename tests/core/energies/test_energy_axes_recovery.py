"""Wrong axes, lasers and wide sources of a virtual experiment: right with the corrections, off as predicted without."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.special import expit, logit

from asplab.core import load_experiment
from asplab.core.document import Document
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import CalibrationSettings
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.effects import Effects

OFF = CalibrationSettings(use_lamp=False, use_laser=False, correct_bandwidth=False)
LASER_NM = 0.4
MEV_PER_NM = 4.6


def deviations(folder: Path, **effects: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return (5, n) with the corrections, and without: ΔE less its truth, its error, the same of η, η less its curve.

    The curve is that of the truth at the ΔE that was found.
    """
    simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), effects=Effects(**effects)), seed=0)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    document = Document(load_experiment(folder))
    on, off = (analyse(document.with_settings(calibration=settings)) for settings in (CalibrationSettings(), OFF))
    return _against(on, truth), _against(off, truth)


def _against(results: Results, truth: dict[str, Any]) -> np.ndarray:
    return np.concatenate([_of_temperature(results, truth, t) for t in range(2)], axis=1)


def _of_temperature(results: Results, truth: dict[str, Any], t: int) -> np.ndarray:
    fit = results.efficiency
    assert fit is not None
    near = [row for row in truth["efficiency"] if abs(row["temperature_k"] - fit.temperatures_k[t]) < 3.0]
    rows = sorted((row["detuning_mev"], row["eta"]) for row in near)
    detuning, eta = np.array(rows).T
    use = detuning < 80.0
    found, error = fit.detuning_mev[t], np.hypot(fit.detuning_error_mev[t], fit.reference_error_mev[t])
    curve = expit(CubicSpline(detuning, logit(eta))(found))
    return np.array([found - detuning, error, fit.eta[t] - eta, fit.eta_error[t], fit.eta[t] - curve])[:, use]


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def test_a_lamp_mends_a_wrong_axis(tmp_path: Path) -> None:
    wrong = {"axis_offset_nm": 0.4, "axis_stretch_nm": 0.3, "lamp": True}
    on, off = deviations(tmp_path / "virtual", **wrong)
    assert np.mean(off[0]) == pytest.approx(-0.42 * MEV_PER_NM, abs=0.3)
    assert rms(on[0] / on[1]) < 2.0
    assert np.abs(on[0]).max() < 0.4


def test_laser_lines_mend_wrong_wavelengths_and_with_them_pa(tmp_path: Path) -> None:
    wrong = {"laser_offset_nm": LASER_NM, "laser_lines": True}
    on, off = deviations(tmp_path / "virtual", **wrong)
    assert np.mean(off[0]) == pytest.approx(-LASER_NM * MEV_PER_NM, abs=0.3)
    assert rms(off[2] / off[3]) > 2.0
    assert rms(on[0] / on[1]) < 2.0
    assert rms(on[2] / on[3]) < 1.6


def test_a_wide_source_lies_on_the_curve_of_eta(tmp_path: Path) -> None:
    wide = {"bandwidth_nm": 4.0, "scan_bandwidth_nm": 4.0}
    on, off = deviations(tmp_path / "virtual", **wide)
    assert np.abs(off[4]).max() > 0.05
    assert rms(off[4] / off[3]) > 2.5
    assert np.abs(on[4]).max() < 0.025
    assert rms(on[4] / on[3]) < 1.5
