"""Systematic errors of η in the rates of transients, and the η of their truth."""

from dataclasses import replace
from typing import Any

import pytest

from asplab.core.companion.reading import measured
from asplab.core.companion.transient.rates import UpconversionRates, find_rates
from asplab.core.export.companion.rate_errors import rate_pair, time_pair
from asplab.core.virtual import experiment_with_truth, truth_document
from asplab.core.virtual.effects import Effects

PAIR = [0.02, 0.05]


def rates(eta: float = 0.8) -> UpconversionRates:
    return find_rates(measured(100.0, 5.0, "fs"), detuning_mev=50.0, eta=eta, eta_error=0.01)


def test_the_systematic_error_of_eta_moves_both_rates_against_each_other() -> None:
    found = rates()
    assert rate_pair(found, "upconversion_per_ps", PAIR) == pytest.approx([0.2, 0.5])
    assert rate_pair(found, "loss_per_ps", PAIR) == pytest.approx([0.5, 0.2])
    assert rate_pair(found, "paper_loss_per_ps", PAIR) == pytest.approx(
        [10.0 * (0.25 - 0.15 / 0.85), 10.0 * (0.22 / 0.78 - 0.25)]
    )
    assert rate_pair(found, "total_per_ps", PAIR) is None


def test_the_time_of_a_rate_moves_the_other_way() -> None:
    found = rates().loss_per_ps
    assert time_pair(found, [0.5, 0.2]) == pytest.approx([500.0 - 1e3 / 2.2, 1e3 / 1.5 - 500.0])
    assert time_pair(found, [2.5, 0.2]) == [pytest.approx(500.0 - 1e3 / 2.2), None]


def test_the_truth_of_transients_has_the_eta_of_the_truth_of_efficiency() -> None:
    effects = Effects(ensemble_mev=10.0)
    small = replace(experiment_with_truth(), temperatures_k=(250.0,), effects=effects, companions=("transients",))
    truth: Any = truth_document(small, seed=1)
    eta = {round(row["detuning_mev"], 2): row["eta"] for row in truth["efficiency"]}
    for one in truth["companion"]["transients"]["transients"]:
        told = one["upconversion_per_ps"] * one["rise_fs"] / 1e3
        assert told == pytest.approx(eta[round(one["detuning_mev"], 2)], rel=1e-3)
