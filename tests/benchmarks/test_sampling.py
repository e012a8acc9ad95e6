"""How fast a posterior is sampled, beside the way people write it: emcee with a log-probability of one set at a time.

Run by hand: ``python -m pytest tests/benchmarks/test_sampling.py -m benchmark``. The plain way takes a tenth of the
steps; its time is ten times as long for all of them. The unmarked test runs in the ordinary suite.
"""

import numpy as np
import pytest
from sampling_level import experiment

from asplab.core.pipeline import Results
from asplab.core.sampling import sample
from asplab.core.units import BOLTZMANN_MEV_PER_K

WALKERS, STEPS = 64, 2000
PLAIN_STEPS = 200


@pytest.fixture(scope="module")
def results() -> Results:
    return experiment("250 K")


class PlainPosterior:
    """The same posterior as one writes it with lmfit and emcee: parameters by name, a residual, a log-probability.

    The residual is s (hν − η hν₀) I − η PA of every excitation, whitened by its covariance at the parameters.
    """

    def __init__(self, results: Results) -> None:
        responses, efficiency = results.responses, results.efficiency
        assert responses is not None
        assert efficiency is not None
        self.energy, self.ns = responses.excitation_mev[0], responses.n_stokes
        self.light, self.heat = responses.intensity[0], responses.absorbed[0]
        self.covariance = responses.covariance[0]
        self.detuning = responses.detuning_mev[0, self.ns :]
        self.thermal = BOLTZMANN_MEV_PER_K * responses.temperatures_k[0]
        self.slope, self.photon = efficiency.slope[0], responses.mean_photon_mev[0]

    def residual(self, params: dict[str, float]) -> np.ndarray:
        e, w = self.detuning, params["phonon"]
        rate = -e / self.thermal - 0.5 * np.log(e) + e / w * (1.0 - np.log(e * w / params["g"] ** 2))
        eta = 1.0 / (1.0 + np.exp(-(params["log_scale"] + rate)))
        share = np.concatenate([np.ones(self.ns), eta])
        slope = self.slope * params["slope"]
        by_light = slope * (self.energy - share * params["quantum_yield"] * self.photon)
        rows = np.hstack([np.diag(by_light), -np.diag(share)])
        root = np.linalg.cholesky(rows @ self.covariance @ rows.T)
        return np.linalg.solve(root, by_light * self.light - share * self.heat)

    def __call__(self, theta: np.ndarray) -> float:
        params = dict(zip(("slope", "quantum_yield", "log_scale", "g", "phonon"), theta, strict=True))
        if not (0.5 < params["phonon"] < 500.0 and 0.01 < params["g"] < 1e4 and 0.0 < params["quantum_yield"] < 2.0):
            return -np.inf
        # Flat in (κ, 1/ħω), as our default: the Jacobian to (g, ħω), which lmfit's users leave out, costs nothing.
        return float(-0.5 * np.sum(self.residual(params) ** 2) - 3.0 * np.log(params["phonon"]) - np.log(params["g"]))

    def start(self, results: Results) -> np.ndarray:
        """Return walkers about the fit."""
        assert results.polaron is not None
        assert results.efficiency is not None
        polaron, efficiency = results.polaron, results.efficiency
        best = [1.0, efficiency.quantum_yield[0], polaron.log_scale[0], polaron.g_mev[0], polaron.phonon_mev[0]]
        width = [1e-3, efficiency.quantum_yield_error[0], 0.02, polaron.g_error_mev[0], polaron.phonon_error_mev[0]]
        return best + 0.3 * np.array(width) * np.random.default_rng(1).standard_normal((WALKERS, 5))


def plain_chain(results: Results, steps: int) -> np.ndarray:
    import emcee

    posterior = PlainPosterior(results)
    sampler = emcee.EnsembleSampler(WALKERS, 5, posterior)
    sampler.run_mcmc(posterior.start(results), steps)
    return np.asarray(sampler.get_chain(discard=steps // 4, flat=True))


def test_the_plain_way_finds_the_same_posterior(results):
    """Two hundred steps of it hold three autocorrelation times of 64 walkers: a median to 0.1 of the spread."""
    plain, ours = plain_chain(results, PLAIN_STEPS), sample(results, seed=1)
    for column, quantity in (
        (1, ours.quantum_yield),
        (3, ours.parameters["g_mev"]),
        (4, ours.parameters["phonon_mev"]),
    ):
        draws = quantity.draws.reshape(len(quantity.draws))
        apart = np.median(plain[:, column]) - np.median(draws)
        assert abs(apart) < 0.35 * draws.std()
        assert plain[:, column].std() == pytest.approx(draws.std(), rel=0.3)


@pytest.mark.benchmark
def test_sixty_four_walkers_two_thousand_steps(results, benchmark):
    benchmark.pedantic(lambda: sample(results, seed=1, walkers=WALKERS, steps=STEPS), rounds=5, warmup_rounds=1)


@pytest.mark.benchmark
def test_a_tenth_of_it_the_plain_way(results, benchmark):
    benchmark.pedantic(lambda: plain_chain(results, PLAIN_STEPS), rounds=2)
