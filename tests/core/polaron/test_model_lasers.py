"""Lasers that serve several temperatures with one error each, in joint fits of rate models."""

import numpy as np
import pytest
from laser_level import draw_with_lasers_off
from response_level import DETUNING_MEV, STOKES_MEV, Truth

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.polaron.fit import fit_polaron
from asplab.core.settings import EfficiencySettings, PolaronSettings
from asplab.core.systematics.effects import NuisanceEffects

TRUTHS = [Truth(t, urbach_mev=0.08 * t, eta_at_23=0.9 + 2e-4 * (t - 150.0)) for t in (150.0, 200.0, 250.0)]
COLUMNS = STOKES_MEV.size + DETUNING_MEV.size


def off_at_all_temperatures(rng: np.random.Generator) -> EfficiencyFit:
    off = np.tile(rng.standard_normal(COLUMNS), (len(TRUTHS), 1))
    responses = draw_with_lasers_off(TRUTHS, off, error_nm=0.05, noise=1e-4, rng=rng)
    return fit_efficiency(responses, EfficiencySettings())


def test_the_joint_fit_of_eq9_takes_shared_lasers_as_the_chain_does() -> None:
    efficiency = off_at_all_temperatures(np.random.default_rng(4))
    usual, fit = fit_polaron(efficiency, PolaronSettings()), fit_model(efficiency, "eq9")
    assert usual.joint_objective is not None
    assert usual.joint_objective.laser is not None
    assert fit.chi2[-1] == pytest.approx(usual.chi2[-1], rel=0.01)
    assert abs(fit.value("phonon_mev")[-1] - usual.phonon_mev[-1]) < 0.05 * usual.phonon_error_mev[-1]
    assert fit.error("phonon_mev")[-1] == pytest.approx(usual.phonon_error_mev[-1], rel=0.05)
    assert fit.dof[-1] == usual.dof[-1]


def test_joint_intervals_hold_the_truth_when_a_laser_is_off_at_all_temperatures() -> None:
    """60 draws leave ±6 % (one standard error) in a coverage of 68 %."""
    rng, hits = np.random.default_rng(4), []
    for _ in range(60):
        fit = fit_model(off_at_all_temperatures(rng), "eq9", ModelOptions())
        inverse, error = 1.0 / fit.value("phonon_mev")[-1], fit.error("phonon_mev")[-1]
        hits.append(abs(inverse - 1.0 / 23.4) < error * inverse**2)
    assert np.mean(hits) == pytest.approx(0.6827, abs=0.15)


def test_given_nuisances_keep_their_places_beside_lasers() -> None:
    efficiency = off_at_all_temperatures(np.random.default_rng(5))
    nothing = np.zeros((1, *efficiency.eta.shape))
    effects = NuisanceEffects(("reference_mev",), np.array([2.0]), ("meV",), nothing, nothing, nothing + 2.0)
    fit = fit_model(efficiency, "eq9", nuisances=effects)
    assert fit.nuisances is not None
    assert fit.nuisances.value.shape == (1,)
    assert fit.joint is not None
    assert fit.joint.nuisance_values.size == 2 + DETUNING_MEV.size
    assert fit.nuisances.value[0] == pytest.approx(2.0 * fit.joint.nuisance_values[1])
    assert 0.0 < fit.nuisances.error[0] <= 2.0
