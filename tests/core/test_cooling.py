"""Net cooling against golden values and its own threshold."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asplab.core.cooling import cooling_efficiency, cooling_threshold
from asplab.core.efficiency.ratio_lines import ratio

RELATIONS = json.loads((Path(__file__).parents[1] / "golden" / "relations.json").read_text(encoding="utf-8"))
SAMPLES = [item for item in RELATIONS["items"] if item["id"].startswith("cool")]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["id"]))
def test_cooling_efficiency_matches_the_independent_value(sample: dict[str, Any]) -> None:
    given, wanted = ({k: float(v) for k, v in sample[side].items()} for side in ("inputs", "outputs"))
    found = cooling_efficiency(given["eta"], given["QY"], given["dE"], given["Eg"])
    assert float(found) == pytest.approx(wanted["eta_c"], rel=1e-10, abs=0)
    assert float(cooling_threshold(given["dE"], given["Eg"])) == pytest.approx(wanted["thr"], rel=1e-10, abs=0)


def test_cooling_starts_exactly_at_its_threshold() -> None:
    detuning = np.array([20.0, 46.0, 153.0])
    threshold = cooling_threshold(detuning, 2450.0)
    np.testing.assert_allclose(cooling_efficiency(threshold, 1.0, detuning, 2450.0), 0.0, atol=1e-14)
    assert np.all(cooling_efficiency(threshold + 1e-6, 1.0, detuning, 2450.0) > 0.0)


def test_cooling_never_exceeds_the_energy_taken_from_the_bath() -> None:
    assert float(cooling_efficiency(1.0, 1.0, 102.0, 2450.0)) == pytest.approx(102.0 / 2348.0, rel=1e-12)


def test_sign_of_cooling_is_opposite_to_that_of_the_ratio() -> None:
    """PA below zero means R below zero and cooling above zero."""
    for eta, quantum_yield in ((0.995, 0.994), (0.99, 0.995), (0.75, 0.84)):
        cools = float(cooling_efficiency(eta, quantum_yield, 46.0, 2450.0)) > 0.0
        assert (float(ratio(300.0, 46.0, eta, quantum_yield, 2450.0)) < 0.0) == cools


def test_arrays_broadcast() -> None:
    assert cooling_efficiency(np.ones((3, 1)), 0.9, np.array([20.0, 40.0]), 2450.0).shape == (3, 2)
