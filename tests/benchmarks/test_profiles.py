"""How fast profile intervals of ħω are found for all temperatures, beside lmfit on the same misfit.

Run by hand: ``python -m pytest tests/benchmarks/test_profiles.py -m benchmark``. The unmarked test runs in the ordinary
suite.
"""

from dataclasses import replace

import lmfit
import numpy as np
import pytest
from benchmarks.reference import Ratios, fit_polaron, with_numpy
from benchmarks.reference_responses import prepare
from scipy.special import erf

from asplab.core.polaron.profiles import find_intervals

WINDOW_NM = (440.0, 600.0)
SIGMA = 1


@pytest.fixture(scope="module")
def base(base_experiment, analysed_base):
    """The fit of every temperature by itself, and the same η as the reference has them."""
    integration = replace(base_experiment.settings.integration, window_nm=WINDOW_NM)
    results = analysed_base[0].fork().update(base_experiment.with_settings(integration=integration))
    return replace(results.polaron, joint_objective=None), with_numpy(prepare(results), WINDOW_NM).ratios


def interval_of(data: Ratios) -> tuple[float, float]:
    """Return the ends of ħω by lmfit's profile, whose F-test is that of Δχ² = 1 where errors are known.

    ``conf_interval`` scales χ² by what it is at its minimum; ``prob_func`` takes that away.
    """
    fit = fit_polaron([data])

    def residual(p):
        return data.residual(p["scale0"].value, p["g"].value, p["phonon"].value)

    def rise(best, other):
        # Probability of a Gaussian within √Δχ².
        return float(erf(np.sqrt(max(other.chisqr - best.chisqr, 0.0) / 2.0)))

    found = lmfit.conf_interval(
        lmfit.Minimizer(residual, fit.params, scale_covar=False), fit, ["phonon"], [SIGMA], prob_func=rise
    )
    ends = [value for probability, value in found["phonon"] if probability > 0.0]
    return ends[0], ends[-1]


def test_lmfit_and_asplab_find_the_same_intervals(base):
    fit, data = base
    found = find_intervals(fit)
    plain = np.array([interval_of(here) for here in data]).T
    np.testing.assert_allclose(found.phonon_low_mev[:-1], plain[0], rtol=1e-3)
    np.testing.assert_allclose(found.phonon_high_mev[:-1], plain[1], rtol=1e-3)


@pytest.mark.benchmark
def test_profiles_of_the_phonon_energy_and_the_coupling(base, benchmark):
    benchmark(lambda: find_intervals(base[0]))


@pytest.mark.benchmark
def test_the_same_profiles_of_the_phonon_energy_with_lmfit(base, benchmark):
    benchmark.pedantic(lambda: [interval_of(data) for data in base[1]], rounds=3)
