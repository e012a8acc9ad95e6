"""Virtual experiments at the level of repeats of (I, PA), and how often intervals of their bootstrap hold the truth.

Built on the truths and noise of `response_level`: pairs with drift and detection noise, and a baseline that no repeat
shows. Each experiment stands where a temperature would.
"""

from dataclasses import dataclass, replace

import numpy as np
from response_level import DETUNING_MEV, STOKES_MEV, Truth, covariance, draw

from asplab.core.bootstrap import Bootstrap, Resampled
from asplab.core.bootstrap.job import resample
from asplab.core.bootstrap.repeats import Addition, RepeatPlan
from asplab.core.efficiency.stage import EfficiencyFit, fit_efficiency
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.responses.stage import Responses
from asplab.core.settings import EfficiencySettings, PolaronSettings

CASES = {
    "250 K": (Truth(250.0, urbach_mev=28.0), 2e-4),
    "250 K, noisy": (Truth(250.0, urbach_mev=28.0), 6e-4),
    "80 K, 250 K set": (Truth(80.0, urbach_mev=9.0), 1e-4),
    "80 K, 80 K set": (Truth(80.0, 21.4, 5.17, 0.75, urbach_mev=9.0), 1e-4),
}
N_ETA = 8
"""Detunings up to 90 meV: beyond, absorption is buried at 80 K."""


def virtual_experiments(
    truth: Truth, n: int, noise: float, n_repeats: int, rng: np.random.Generator
) -> tuple[Responses, RepeatPlan, np.ndarray]:
    """Return ``n`` experiments with their repeats, and the covariance of the mean that repeats show."""
    energy, light, heat = truth.means()
    columns = energy.size
    x = np.concatenate([STOKES_MEV, -DETUNING_MEV]) / 100.0
    baseline = (0.3 * noise) ** 2 * (1.0 + np.outer(x, x))
    own = covariance(light, heat, noise=noise)
    own[columns:, columns:] -= baseline
    both = np.concatenate([light, heat])
    repeats = rng.multivariate_normal(both, own * n_repeats, size=(n, n_repeats), method="cholesky")
    common = 0.3 * noise * rng.standard_normal((n, 2)) @ np.array([np.ones(columns), x])
    mean = repeats.mean(axis=1)
    stretched = (repeats - mean[:, None]) / np.sqrt(n_repeats * (n_repeats - 1.0))
    responses = replace(
        draw(truth, n=n, noise=noise, rng=rng), intensity=mean[:, :columns], absorbed=mean[:, columns:] + common
    )
    every = np.broadcast_to(own, (n, *own.shape))
    plan = RepeatPlan(
        groups=(((n_repeats, n_repeats - 1),),) * n,
        light=stretched[:, :, :columns],
        heat=stretched[:, :, columns:],
        intensity=responses.intensity,
        absorbed=responses.absorbed,
        add_light=Addition.of(every[:, :columns, :columns], np.zeros((n, columns, columns))),
        add_heat=Addition.of(every[:, columns:, columns:], np.broadcast_to(baseline, (n, columns, columns))),
        enough=np.ones((n, columns), dtype=bool),
        n_repeats=(n_repeats, n_repeats),
    )
    return responses, plan, own


def held(low: np.ndarray, high: np.ndarray, truth: float | np.ndarray) -> float:
    """Return the share of intervals that hold the truth, open ends included."""
    return float(np.mean((np.isnan(low) | (low <= truth)) & (np.isnan(high) | (high >= truth))))


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Coverage at 68 % and 95 % by quantity, and mean square of the ratio of spread to first-order error."""

    bootstrap: Bootstrap
    efficiency: EfficiencyFit
    coverage: dict[str, tuple[float, float]]
    spread_to_error: dict[str, float]


def experiments_of(
    name: str, experiments: int, n_repeats: int, seed: int
) -> tuple[RepeatPlan, Responses, EfficiencyFit, PolaronFit]:
    """Simulate and fit experiments on one of the `CASES`, all at once."""
    truth, noise = CASES[name]
    responses, plan, _ = virtual_experiments(truth, experiments, noise, n_repeats, np.random.default_rng(seed))
    efficiency = fit_efficiency(responses, EfficiencySettings())
    # A joint fit of draws of one truth makes no sense: one shared scale keeps it small, and it is dropped.
    fit = replace(fit_polaron(efficiency, PolaronSettings(joint_scale="shared")), joint_objective=None)
    return plan, responses, efficiency, fit


def study(name: str, *, experiments: int, draws: int, n_repeats: int, small_sample: bool = True) -> Study:
    """Bootstrap many virtual experiments on one truth, all at once."""
    truth = CASES[name][0]
    plan, responses, efficiency, fit = experiments_of(name, experiments, n_repeats, 11)
    found = resample(
        plan, responses, efficiency, fit, EfficiencySettings(), draws=draws, seed=5, small_sample=small_sample
    )
    rows = slice(0, experiments)
    few = (rows, slice(0, N_ETA))
    parts: dict[str, tuple[Resampled, object, object]] = {
        "QY": (found.quantum_yield, rows, truth.quantum_yield),
        "η": (found.eta, few, truth.eta[:N_ETA]),
        "g": (found.g_mev, rows, truth.g_mev),
        "ħω": (found.phonon_mev, rows, truth.phonon_mev),
    }
    coverage = {
        name: (held(q.low_68[at], q.high_68[at], value), held(q.low_95[at], q.high_95[at], value))
        for name, (q, at, value) in parts.items()
    }
    errors = {"QY": efficiency.quantum_yield_error, "η": efficiency.eta_error[:, :5]}
    spreads = {"QY": found.quantum_yield.spread, "η": found.eta.spread[:, :5]}
    ratio = {name: float(np.mean((spreads[name] / error) ** 2)) for name, error in errors.items()}
    return Study(found, efficiency, coverage, ratio)
