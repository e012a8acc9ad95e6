"""How fast the rate models are on a hundred thousand (ΔE, g, ħω) at once.

Run by hand: ``python -m pytest tests/benchmarks/test_rates.py -m benchmark``. The unmarked test runs in the ordinary
suite: it checks that the measured points lie where the models hold.
"""

import numpy as np
import pytest

from asplab.core.polaron.rates import log_rate

N_POINTS = 100_000
HIGHEST_HUANG_RHYS = 50.0


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(17)
    phonon = rng.uniform(3.0, 30.0, N_POINTS)
    g = phonon * np.sqrt(rng.uniform(0.05, HIGHEST_HUANG_RHYS, N_POINTS))
    return rng.uniform(0.1, 400.0, N_POINTS), {"g_mev": g, "phonon_mev": phonon}


@pytest.mark.parametrize("model", ["eq9", "resonant", "kramers-heisenberg", "thermal"])
def test_the_measured_points_have_a_rate(points, model):
    detuning, coupling = points
    found = log_rate(model, detuning, 250.0, **coupling)
    assert found.shape == (N_POINTS,)
    assert len(np.unique(found)) > 0.99 * N_POINTS


@pytest.mark.benchmark
@pytest.mark.parametrize("model", ["eq9", "resonant", "kramers-heisenberg", "thermal"])
def test_a_hundred_thousand_rates(points, benchmark, model):
    detuning, coupling = points
    benchmark(lambda: log_rate(model, detuning, 250.0, **coupling))


@pytest.mark.benchmark
@pytest.mark.parametrize("model", ["eq9", "kramers-heisenberg", "thermal"])
def test_a_curve_over_an_ensemble(benchmark, model):
    detuning = np.linspace(20.0, 153.0, 134)
    given = {"g_mev": 41.1, "phonon_mev": 23.4, "inhomogeneous_mev": 27.0, "urbach_mev": 15.0}
    benchmark(lambda: log_rate(model, detuning, 250.0, **given))


@pytest.mark.benchmark
@pytest.mark.parametrize("model", ["multimode", "multimode-thermal"])
@pytest.mark.parametrize("modes", [[5.0, 9.5, 18.5], [5.17, 9.53, 18.51]], ids=["0.5 meV", "0.01 meV"])
def test_a_curve_of_three_modes(benchmark, model, modes):
    detuning = np.linspace(20.0, 153.0, 134)
    given = {"g_mev": 1.2 * np.array(modes), "phonon_mev": modes, "inhomogeneous_mev": 5.0}
    benchmark(lambda: log_rate(model, detuning, 250.0, **given))
