"""Coverage of g and ħω over thousands of draws at response level, each fitted by itself.

Two thousand draws leave ±1 % (one standard error) in a coverage of 68 %: margins of 2.6 % and a fixed seed here.
The joint fit makes no sense over draws: one shared scale keeps it small, and its interval is not asked for.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from response_level import Truth, draw

from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.polaron.profiles import PolaronIntervals, find_intervals
from asplab.core.settings import EfficiencySettings, PolaronSettings

DRAWS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    truth: Truth
    efficiency: EfficiencyFit
    fit: PolaronFit
    intervals: PolaronIntervals


CASES = {
    "250 K": (Truth(250.0, urbach_mev=28.0), 2e-4),
    "250 K, noisy": (Truth(250.0, urbach_mev=28.0), 6e-4),
    "120 K": (Truth(120.0, urbach_mev=13.5), 1e-4),
    "80 K, 250 K set": (Truth(80.0, urbach_mev=9.0), 1e-4),
    "80 K, 80 K set": (Truth(80.0, 21.4, 5.17, 0.75, urbach_mev=9.0), 1e-4),
}


@pytest.fixture(scope="module", params=CASES, ids=str)
def study(request: pytest.FixtureRequest) -> Study:
    truth, noise = CASES[request.param]
    responses = draw(truth, n=DRAWS, noise=noise, rng=np.random.default_rng(17))
    efficiency = fit_efficiency(responses, EfficiencySettings())
    fit = fit_polaron(efficiency, PolaronSettings(joint_scale="shared"))
    return Study(truth, efficiency, fit, find_intervals(replace(fit, joint_objective=None)))


def covers(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    """Return the share of intervals that hold the truth, open ends included."""
    low, high = low[:DRAWS], high[:DRAWS]
    return float(np.mean((np.isnan(low) | (low <= truth)) & (np.isnan(high) | (high >= truth))))


def test_intervals_of_the_phonon_energy_cover_68_percent(study: Study) -> None:
    found = covers(study.intervals.phonon_low_mev, study.intervals.phonon_high_mev, study.truth.phonon_mev)
    assert 0.655 < found < 0.715


def test_intervals_of_the_coupling_cover_68_percent(study: Study) -> None:
    found = covers(study.intervals.g_low_mev, study.intervals.g_high_mev, study.truth.g_mev)
    assert 0.655 < found < 0.715


def test_misfit_follows_its_chi_squared_distribution(study: Study) -> None:
    chi2, dof = study.fit.chi2[:DRAWS], int(study.fit.dof[0])
    assert chi2.mean() == pytest.approx(dof, rel=0.04)
    assert chi2.var() == pytest.approx(2.0 * dof, rel=0.2)


def test_inverse_phonon_energy_is_unbiased(study: Study) -> None:
    """u = 1/ħω is the parameter of the fit, and nearly normal where ħω is far from being so."""
    error = np.sqrt(study.fit.parameter_covariance[:, 2, 2])
    pull = (study.fit.parameters[:, 2] - 1.0 / study.truth.phonon_mev) / error
    assert abs(np.median(pull)) < 0.12
    assert 0.9 < np.ptp(np.quantile(pull, [0.1587, 0.8413])) / 2.0 < 1.1


def test_no_draw_is_lost(study: Study) -> None:
    assert study.fit.fitted.all()
    assert np.isfinite(study.fit.chi2[:DRAWS]).all()
    ends = (study.intervals.phonon_low_mev, study.intervals.g_low_mev)
    determined = study.intervals.identified[:DRAWS]
    assert all(np.isfinite(end[:DRAWS][determined]).all() for end in ends)


def test_limits_lie_on_either_side_of_the_best_value(study: Study) -> None:
    known = study.intervals.identified[:DRAWS]
    phonon, g = study.fit.phonon_mev[:DRAWS][known], study.fit.g_mev[:DRAWS][known]
    assert np.all(study.intervals.phonon_low_mev[:DRAWS][known] < phonon)
    assert np.all(study.intervals.phonon_high_mev[:DRAWS][known] > phonon)
    assert np.all(study.intervals.g_low_mev[:DRAWS][known] < g)
    assert np.all(study.intervals.g_high_mev[:DRAWS][known] > g)


def joint_case(rng: np.random.Generator, mode: str) -> tuple[PolaronFit, PolaronIntervals]:
    parts = [
        draw(Truth(t, urbach_mev=e, eta_at_23=h), n=1, noise=4e-4, rng=rng)
        for t, e, h in ((180.0, 20.0, 0.9), (220.0, 24.0, 0.93), (250.0, 28.0, 0.95))
    ]
    arrays = [name for name in parts[0].__slots__ if isinstance(getattr(parts[0], name), np.ndarray)]
    stacked = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
    responses = replace(parts[0], **stacked, keys=parts[0].keys * 3)
    efficiency = fit_efficiency(responses, EfficiencySettings(quantum_yield=mode))  # type: ignore[arg-type]
    fit = fit_polaron(efficiency, PolaronSettings())
    return fit, find_intervals(fit)


@pytest.mark.parametrize("mode", ["temperature", "shared"])
def test_joint_intervals_cover_68_percent(mode: str) -> None:
    """200 draws of three temperatures: 68 % ± 3.3 % (one standard error); the margin is 2.5 of them."""
    rng = np.random.default_rng(31)
    covered = []
    for _ in range(200):
        _, v = joint_case(rng, mode)
        pairs = ((v.phonon_low_mev[-1], v.phonon_high_mev[-1], 23.4), (v.g_low_mev[-1], v.g_high_mev[-1], 41.1))
        covered.append([(np.isnan(a) or a <= x) and (np.isnan(b) or b >= x) for a, b, x in pairs])
    assert np.all(np.abs(np.mean(covered, axis=0) - 0.6827) < 0.0825), np.mean(covered, axis=0)
