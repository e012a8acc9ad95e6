"""Verdicts on data that test no model: η saturated at 1, or 0, at every point."""

import numpy as np
import pytest
from eta_tables import SIX_MEV, eq9_row, eta_table, level_row

from asplab.core.polaron.comparison import compare_models

SAID = "The data do not tell the models apart: η is saturated"


@pytest.mark.parametrize("eta", [1.0, 0.0])
def test_data_at_a_limit_of_eta_are_no_evidence_for_any_model(eta: float) -> None:
    found = compare_models(eta_table(level_row(250.0, eta, 0.01), level_row(200.0, eta, 0.01)))
    for verdict in found.verdicts:
        assert verdict.startswith(SAID)
        assert f"saturated, {eta:.0f} at every point" in verdict
        assert "parameters alone" in verdict
        assert "A polaron is not needed" not in verdict


def test_noise_about_saturation_is_no_evidence_either() -> None:
    rng = np.random.default_rng(4)
    rows = [(kelvin, SIX_MEV, (1.0 + 0.01 * rng.standard_normal(6)).tolist(), [0.01] * 6) for kelvin in (200.0, 250.0)]
    assert compare_models(eta_table(*rows)).verdicts[-1].startswith(SAID)


def test_an_eta_that_falls_is_evidence_also_beside_a_saturated_temperature() -> None:
    found = compare_models(eta_table(eq9_row(250.0), level_row(290.0, 1.0, 0.01), eq9_row(200.0, seed=2)))
    np.testing.assert_array_equal(found.temperatures_k, [200.0, 250.0, 290.0])
    assert [verdict.startswith(SAID) for verdict in found.verdicts] == [False, False, True, False]


def test_one_value_between_the_limits_is_not_saturated() -> None:
    assert not compare_models(eta_table(level_row(250.0, 0.5, 0.01))).verdicts[0].startswith(SAID)
