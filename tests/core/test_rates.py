"""Rates against independently computed values, limits of Eq. 9 and refusals."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates import log_rate
from asplab.core.units import thermal_energy_mev

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "eq9.json").read_text(encoding="utf-8"))
ARGUMENTS: dict[str, Any] = {
    "detuning_mev": 23.0,
    "temperature_k": 80.0,
    "g_mev": 21.4,
    "phonon_mev": 5.17,
}


def rate(**changes: Any) -> Any:
    given = ARGUMENTS | changes
    return log_rate(given.pop("model", "eq9"), given.pop("detuning_mev"), given.pop("temperature_k"), **given)


@pytest.mark.parametrize("sample", GOLDEN["samples"], ids=lambda sample: str(sample["id"]))
def test_eq9_matches_the_independent_value(sample: dict[str, str]) -> None:
    found = log_rate(
        "eq9",
        float(sample["detuning_mev"]),
        float(sample["temperature_k"]),
        g_mev=float(sample["g_mev"]),
        phonon_mev=float(sample["phonon_mev"]),
    )
    assert float(found) == pytest.approx(float(sample["log_rate"]), rel=1e-10, abs=0)


def test_eq9_is_arrhenius_at_fixed_detuning_with_the_detuning_as_activation_energy() -> None:
    inverse = 1.0 / thermal_energy_mev([80.0, 280.0])
    cold, warm = rate(detuning_mev=32.0, temperature_k=np.array([80.0, 280.0]))
    assert (warm - cold) / (inverse[1] - inverse[0]) == pytest.approx(-32.0, rel=1e-12)


def test_arguments_broadcast_against_one_another() -> None:
    table = rate(detuning_mev=np.array([20.0, 55.0, 102.0]), temperature_k=np.array([[80.0], [250.0]]))
    assert table.shape == (2, 3)
    assert table[1, 2] == rate(detuning_mev=102.0, temperature_k=250.0)


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AnalysisError, match=r"'marcus'.*eq9"):
        rate(model="marcus")


@pytest.mark.parametrize("name", ["detuning_mev", "temperature_k", "g_mev", "phonon_mev"])
@pytest.mark.parametrize("value", [0.0, -3.0, np.nan, np.inf])
def test_a_value_outside_the_domain_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(AnalysisError, match=name):
        rate(**{name: value})


def test_one_bad_value_among_good_ones_is_the_one_named() -> None:
    with pytest.raises(AnalysisError, match=r"holds -7"):
        rate(detuning_mev=np.array([20.0, -7.0, 30.0]))


@pytest.mark.parametrize("change", [{"broadening_mev": 2.0}, {"inhomogeneous_mev": 5.0}])
def test_eq9_refuses_a_broadening_it_does_not_have(change: dict[str, float]) -> None:
    with pytest.raises(AnalysisError, match="no broadening"):
        rate(**change)
