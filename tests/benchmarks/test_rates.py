"""How fast the rate models are on a hundred thousand (ΔE, g, ħω) at once.

Run by hand: ``python -m pytest tests/benchmarks/test_rates.py -m benchmark``. The unmarked test runs in the ordinary
suite: it checks that the measured points lie where the models hold.
"""

import numpy as np
import pytest
from scipy.special import eval_genlaguerre, gammaln

from asplab.core.polaron.rates import log_rate
from asplab.core.units import BOLTZMANN_MEV_PER_K

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


def plain_rate(detuning_mev: float, temperature_k: float, g_mev: float, phonon_mev: float) -> float:
    """Return ln w as one writes it down: a sum over intermediate levels, for one triple with whole ΔE/ħω."""
    n_final, s, thermal = (
        round(detuning_mev / phonon_mev),
        (g_mev / phonon_mev) ** 2,
        BOLTZMANN_MEV_PER_K * temperature_k,
    )
    n = np.arange(int((np.sqrt(s) + np.sqrt(n_final) + 4.0) ** 2) + 1)
    few, many = np.minimum(n, n_final), np.maximum(n, n_final)
    size = np.exp(0.5 * (gammaln(few + 1.0) - gammaln(many + 1.0) + (many - few) * np.log(s) - s))
    sign = np.where(n < n_final, (-1.0) ** (n_final - n), 1.0)
    first = sign * size * eval_genlaguerre(few, many - few, s)
    second = np.exp(0.5 * (n * np.log(s) - gammaln(n + 1.0) - s))
    amplitude = np.sum(first * second / (n * phonon_mev + 1.0j))
    boltzmann = -detuning_mev / thermal + np.log(-np.expm1(-phonon_mev / thermal)) - np.log(phonon_mev)
    return float(boltzmann + 2.0 * np.log(np.abs(amplitude)))


def whole_phonons(points, count: int):
    """Return the first triples with ΔE moved to a whole number of phonons, at least one."""
    detuning, coupling = points
    phonon, g = coupling["phonon_mev"][:count], coupling["g_mev"][:count]
    return np.maximum(np.round(detuning[:count] / phonon), 1.0) * phonon, g, phonon


def test_both_ways_of_the_benchmark_find_the_same_rate(points):
    detuning, g, phonon = whole_phonons(points, 300)
    chosen = (detuning / phonon < 20.5) & (g / phonon < 4.0)
    assert chosen.sum() > 30
    found = log_rate("kramers-heisenberg", detuning, 250.0, g_mev=g, phonon_mev=phonon)
    plain = [plain_rate(*triple) for triple in zip(detuning, np.full(g.size, 250.0), g, phonon, strict=True)]
    np.testing.assert_allclose(found[chosen], np.array(plain)[chosen], atol=1e-6)


@pytest.mark.benchmark(group="all intermediate levels")
def test_a_hundred_thousand_rates_of_all_intermediate_levels(points, benchmark):
    detuning, g, phonon = whole_phonons(points, N_POINTS)
    benchmark(lambda: log_rate("kramers-heisenberg", detuning, 250.0, g_mev=g, phonon_mev=phonon))


@pytest.mark.benchmark(group="all intermediate levels")
def test_a_thousand_rates_by_a_sum_over_levels_each_a_hundredth_of_the_triples(points, benchmark):
    """The time times a hundred stands beside that of the test above; and it needs whole numbers of phonons."""
    triples = list(zip(*whole_phonons(points, N_POINTS // 100), strict=True))
    benchmark.pedantic(lambda: [plain_rate(d, 250.0, g, phonon) for d, g, phonon in triples], rounds=3)


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
