"""The error of a measured leak in joint fits: one number for all temperatures."""

from dataclasses import fields, replace

import numpy as np
import pytest
from laser_level import signals
from response_level import DETUNING_MEV, STOKES_MEV, Truth, covariance, draw
from scipy.special import expit

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.polaron.comparison import fit_model
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.profiles import find_intervals
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings, PolaronSettings

TRUTHS = tuple(
    Truth(t, urbach_mev=9.0, eta_at_23=h)
    for t, h in ((80.0, 0.66), (84.0, 0.68), (88.0, 0.7), (92.0, 0.73), (96.0, 0.76), (100.0, 0.79))
)
NOISE = 2e-6
FEW = PolaronSettings(detuning_range_mev=(30.0, 70.0))
MANY = PolaronSettings(detuning_range_mev=(15.0, 70.0))


def with_leak_off(error_ppm: float, drift: float, rng: np.random.Generator) -> Responses:
    """Return one row for each truth; the leak that was subtracted is off by one error at all temperatures."""
    off, rows = rng.standard_normal(), [_row(truth, error_ppm, drift, rng) for truth in TRUTHS]
    arrays = [field.name for field in fields(Responses) if isinstance(getattr(rows[0], field.name), np.ndarray)]
    found = replace(
        rows[0],
        **{name: np.concatenate([getattr(row, name) for row in rows]) for name in arrays},
        keys=tuple(row.keys[0] for row in rows),
    )
    assert found.leak_error is not None
    light, heat = np.split(off * found.leak_error, 2, axis=1)
    return replace(found, intensity=found.intensity + light, absorbed=found.absorbed + heat)


def _row(truth: Truth, error_ppm: float, drift: float, rng: np.random.Generator) -> Responses:
    energy = truth.gap_mev + np.concatenate([STOKES_MEV, -DETUNING_MEV])
    light, heat = signals(truth, energy)
    spread = covariance(light, heat, noise=NOISE, drift=drift)
    sample = rng.multivariate_normal(np.concatenate([light, heat]), spread, method="cholesky")
    lowest, anti = int(np.argmin(STOKES_MEV)), np.arange(energy.size) >= STOKES_MEV.size
    leak = 1e-6 * error_ppm * np.concatenate([anti * light[lowest], anti * heat[lowest]])
    return replace(
        draw(truth, n=1, noise=NOISE, rng=rng),
        intensity=sample[None, : energy.size],
        absorbed=sample[None, energy.size :],
        covariance=(spread + np.outer(leak, leak))[None],
        lasting=np.outer(leak, leak)[None],
        leak_error=leak[None],
    )


def efficiency_of(error_ppm: float, drift: float, rng: np.random.Generator) -> EfficiencyFit:
    return fit_efficiency(with_leak_off(error_ppm, drift, rng), EfficiencySettings())


def test_the_joint_misfit_is_that_of_one_leak_in_all_temperatures() -> None:
    """Against the covariance of all temperatures written out, with half of the slope of χ² beside it."""
    joint = fit_polaron(efficiency_of(5.0, 5e-4, np.random.default_rng(2)), FEW).joint_objective
    assert joint is not None
    assert joint.leak is not None
    problem, n_t = joint.problem, len(TRUTHS)
    at = joint.start(np.tile([1.0, 0.02, 1.0 / 23.4], (n_t, 1)), np.tile(np.eye(3), (n_t, 1, 1)))[0]

    def chi2_of(parameters: np.ndarray) -> float:
        own = parameters @ joint.place[:, :, [0, 2, 3]]
        eta = expit(problem.offset + joint.scale_offset[:, None] + np.einsum("tpk,tk->tp", problem.design, own))
        n = eta.shape[1]
        full, r = np.zeros((n_t * n, n_t * n)), (problem.numerator - eta * problem.denominator).ravel()
        for t in range(n_t):
            rows = np.hstack([np.eye(n), -np.diag(eta[t])])
            full[t * n : t * n + n, t * n : t * n + n] = rows @ problem.covariance[t] @ rows.T + np.diag(
                problem.unused[t]
            )
        leak = (joint.leak[:, :n] - eta * joint.leak[:, n:]).ravel()
        return float(r @ np.linalg.solve(full + np.outer(leak, leak), r))

    chi2, gradient, _ = joint(at[None])
    assert chi2[0] == pytest.approx(chi2_of(at), rel=1e-9)
    for i, step in ((0, 1e-5), (-2, 1e-7), (-1, 1e-7)):
        moved = np.zeros(at.size)
        moved[i] = step
        slope = (chi2_of(at + moved) - chi2_of(at - moved)) / (4.0 * step)
        assert gradient[0, i] == pytest.approx(slope, rel=1e-4)


def test_the_comparison_takes_a_shared_leak_as_the_chain_does() -> None:
    efficiency = efficiency_of(5.0, 5e-4, np.random.default_rng(4))
    usual, fit = fit_polaron(efficiency, PolaronSettings()), fit_model(efficiency, "eq9")
    assert fit.chi2[-1] == pytest.approx(usual.chi2[-1], rel=1e-3)
    assert abs(fit.value("phonon_mev")[-1] - usual.phonon_mev[-1]) < 0.01 * usual.phonon_error_mev[-1]
    assert fit.error("phonon_mev")[-1] == pytest.approx(usual.phonon_error_mev[-1], rel=0.01)
    assert fit.dof[-1] == usual.dof[-1]


def test_single_temperatures_do_not_know_that_a_leak_is_shared() -> None:
    efficiency = efficiency_of(5.0, 5e-4, np.random.default_rng(4))
    assert efficiency.responses is not None
    apart = replace(efficiency, responses=replace(efficiency.responses, leak_error=None))
    one, other = fit_polaron(efficiency, FEW), fit_polaron(apart, FEW)
    np.testing.assert_allclose(one.phonon_mev[:-1], other.phonon_mev[:-1], rtol=1e-9)
    assert one.phonon_error_mev[-1] != pytest.approx(other.phonon_error_mev[-1], rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "error_ppm", "drift"), [(FEW, 5.0, 5e-4), (MANY, 3.0, 1e-3)])
def test_coverage_with_a_leak_off_everywhere(settings: PolaronSettings, error_ppm: float, drift: float) -> None:
    """The table of the guide: 300 draws, ±2.7 % (one standard error)."""
    rng, held, pulls = np.random.default_rng(7), [], []
    for _ in range(300):
        fit = fit_polaron(efficiency_of(error_ppm, drift, rng), settings)
        ends = find_intervals(fit)
        pairs = ((ends.g_low_mev, ends.g_high_mev, 41.1), (ends.phonon_low_mev, ends.phonon_high_mev, 23.4))
        held.append([not low[-1] > truth and not high[-1] < truth for low, high, truth in pairs])
        pulls.append((fit.phonon_mev[-1] - 23.4) / fit.phonon_error_mev[-1])
    share = np.mean(held, axis=0)
    print(settings.detuning_range_mev, np.round(100.0 * share, 1).tolist(), f"pulls {np.std(pulls):.2f}")
    assert np.all(np.abs(share - 0.683) < 0.085)
