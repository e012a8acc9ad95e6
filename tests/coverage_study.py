"""How often 68 % and 95 % intervals hold the truth: by covariance, by profile (Fieller for ratios), by bootstrap.

The whole table, as it stands in the guide, takes some minutes:

    python -m pytest tests/core/recovery/test_interval_methods.py -m slow -s

An interval holds the truth where the test of the true value passes, so that no end has to be found: Fieller where
|N − q D| ≤ z σ(N − q D), a profile where χ² with the parameter held at its true value lies within z² of the minimum.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from repeat_level import CASES, N_ETA, experiments_of, held
from response_level import Truth

from asplab.core.bootstrap import Resampled
from asplab.core.bootstrap.job import resample
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.gauss_newton import Constraint, minimise
from asplab.core.polaron.objectives import SeparateFits
from asplab.core.settings import EfficiencySettings

LEVELS = (1.0, 1.959964)
"""Standard deviations of 68 % and of 95 %."""
METHODS = ("covariance", "profile", "bootstrap")
QUANTITIES = ("QY", "η", "g", "ħω")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of intervals that hold the truth: {quantity: {method: (at 68 %, at 95 %)}}, and how many experiments."""

    name: str
    experiments: int
    shares: Mapping[str, Mapping[str, tuple[float, float]]]


def coverage(name: str, *, experiments: int, draws: int, n_repeats: int = 10, seed: int = 29) -> Coverage:
    """Simulate experiments with repeats on the truth ``name`` of `repeat_level.CASES`, and count."""
    truth = CASES[name][0]
    plan, responses, efficiency, fit = experiments_of(name, experiments, n_repeats, seed)
    drawn = resample(plan, responses, efficiency, fit, EfficiencySettings(), draws=draws, seed=seed)
    few = (slice(None), slice(0, N_ETA))
    rows = slice(0, experiments)
    deviations = {
        "QY": (_by_error(efficiency.quantum_yield, efficiency.quantum_yield_error, truth.quantum_yield),
               _line_deviation(efficiency, truth), drawn.quantum_yield, rows, truth.quantum_yield),
        "η": (_by_error(efficiency.eta, efficiency.eta_error, truth.eta)[few], _ratio_deviation(efficiency, truth)[few],
              drawn.eta, few, truth.eta[:N_ETA]),
        "g": (_by_error(fit.g_mev, fit.g_error_mev, truth.g_mev)[rows],
              _profile_deviation(fit, "g", 2.0 * np.log(truth.g_mev)), drawn.g_mev, rows, truth.g_mev),
        "ħω": (_by_error(fit.phonon_mev, fit.phonon_error_mev, truth.phonon_mev)[rows],
               _profile_deviation(fit, "u", 1.0 / truth.phonon_mev), drawn.phonon_mev, rows, truth.phonon_mev),
    }  # fmt: skip
    shares = {
        quantity: {
            "covariance": _within(linear),
            "profile": _within(exact),
            "bootstrap": _held_by(resampled, at, value),
        }
        for quantity, (linear, exact, resampled, at, value) in deviations.items()
    }
    return Coverage(name, experiments, shares)


def table(found: list[Coverage]) -> str:
    """Return a Markdown table."""
    lines = ["| truth | | " + " | ".join(METHODS) + " |", "|---|---|" + "---|" * len(METHODS)]
    for one in found:
        for quantity, by_method in one.shares.items():
            cells = (f"{100 * s68:.1f} %, {100 * s95:.1f} %" for s68, s95 in (by_method[m] for m in METHODS))
            lines.append(f"| {one.name} | {quantity} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _within(deviation: np.ndarray) -> tuple[float, float]:
    """Return the share of deviations, in standard deviations, inside each level; one without a value is outside."""
    low, high = (float(np.mean(np.abs(deviation) <= z)) for z in LEVELS)
    return low, high


def _held_by(drawn: Resampled, at: slice | tuple[slice, slice], truth: float | np.ndarray) -> tuple[float, float]:
    return held(drawn.low_68[at], drawn.high_68[at], truth), held(drawn.low_95[at], drawn.high_95[at], truth)


def _by_error(value: np.ndarray, error: np.ndarray, truth: float | np.ndarray) -> np.ndarray:
    return (value - truth) / error


def _line_deviation(fit: EfficiencyFit, truth: Truth) -> np.ndarray:
    """Return the height of the Stokes line at the true hν₀ in its standard errors."""
    run = truth.quantum_yield * truth.gap_mev - fit.intercept_mev
    gradient = np.stack([run, -fit.slope], axis=-1)
    return fit.slope * run / np.sqrt(np.einsum("ti,tij,tj->t", gradient, fit.line_covariance, gradient))


def _ratio_deviation(fit: EfficiencyFit, truth: Truth) -> np.ndarray:
    n, eta = fit.eta.shape[1], truth.eta
    variance = np.einsum("tii->ti", fit.covariance)
    cross = np.einsum("tii->ti", fit.covariance[:, :n, n:])
    spread = variance[:, :n] - 2.0 * eta * cross + eta**2 * variance[:, n:]
    return (fit.numerator - eta * fit.denominator) / np.sqrt(spread)


def _profile_deviation(fit: PolaronFit, kind: str, truth: float) -> np.ndarray:
    """Return the root of what χ² rises by when a parameter is held at its true value."""
    begin = fit.parameters.copy()
    # A negative 1/ħω has no g: begin where the profile of g can be followed.
    begin[:, -1] = np.maximum(begin[:, -1], 1e-3)
    objective = SeparateFits(fit.problem)
    held_at = minimise(objective, begin, Constraint(kind, np.full(len(begin), truth)))[1]
    lowest = np.where(fit.parameters[:, -1] > 0.0, fit.chi2[:-1], np.minimum(_at_zero(objective, begin), held_at))
    return np.sqrt(np.maximum(held_at - lowest, 0.0))


def _at_zero(objective: SeparateFits, begin: np.ndarray) -> np.ndarray:
    """Return χ² at 1/ħω = 0, from which a profile counts where the best 1/ħω is negative."""
    return minimise(objective, begin, Constraint("u", np.zeros(len(begin))))[1]
