"""The slowest fall of logit η that an ensemble of sharp modes in thermal equilibrium allows.

The rate of one particle falls at least as fast as e^(−E/2kT) with its own detuning E, whatever g and ħω. Averaged over
an ensemble, ⟨η⟩(ΔE) = ∫ ρ(E − ΔE) A(E) η(E) dE / ∫ ρ A dE, the slope of logit ⟨η⟩ is

    (⟨E⟩_η − ⟨E⟩) / (σ² (1 − ⟨η⟩)),

⟨E⟩_η and ⟨E⟩ being means of E with the weights ρ A η and ρ A. Two curves η(E) with the same ⟨η⟩ cross once where the
logit of one falls more slowly everywhere; that one has the larger ⟨E⟩_η. So the limit is that of the slowest one,
w = A e^(−E/2kT), with A such that it gives this ⟨η⟩: nothing needs to be searched, and g → ∞ reaches the limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from asplab.core.consistency.records import Check, Number, Place, judge_bound, loose, made, not_applicable
from asplab.core.polaron.rates import MODELS, ensemble
from asplab.core.polaron.rates.averages import mean_log_efficiency
from asplab.core.units import FloatArray, thermal_energy_mev

NAME, TITLE = "rate_bound", "Fall of the rate with ΔE"
_LEVELS = (-80.0, 80.0)
_HALVINGS = 60
_STEP_MEV = 1e-3
_STEP = 1e-3
_LOOSE = (
    "The fit does not determine how fast logit η falls: the error of its slope is as large as the least fall to "
    "compare it with."
)

Curve = Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]
"""Parameters (n_fits, n) -> d logit η/dΔE per meV and η, (n_fits, n_points), and the width σ in meV, (n_fits,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """Slopes of logit η of several fits and the limit of an ensemble, (n_fits, n_points) each, per meV.

    ``error`` is that of slope − limit. NaN where a point is not used, and where no thermal ensemble has so low an η.
    """

    slope: FloatArray
    limit: FloatArray
    error: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Slowest:
    """Ensembles of particles with w = A e^(−E/2kT); arrays (n_points,), as in `slowest`."""

    temperature_k: FloatArray
    sigma_mev: FloatArray
    urbach_mev: float

    def log_eta(self, level: FloatArray, detuning_mev: FloatArray) -> FloatArray:
        """Return ln ⟨η⟩ for ln A = ``level``."""
        return mean_log_efficiency(
            MODELS["exponential"],
            detuning_mev,
            self.temperature_k,
            log_scale=level,
            values={"slope_per_mev": 0.5 / thermal_energy_mev(self.temperature_k)},
            sigma_mev=self.sigma_mev,
            urbach_mev=self.urbach_mev,
            accuracy=ensemble.FOR_FITS,
        )

    def level(self, eta: FloatArray, detuning_mev: FloatArray) -> FloatArray:
        """Return the ln A that gives η at ΔE; NaN where none does."""
        wanted = np.log(eta)
        low, high = (np.full_like(eta, edge) for edge in _LEVELS)
        possible = (self.log_eta(low, detuning_mev) < wanted) & (wanted < self.log_eta(high, detuning_mev))
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            below = self.log_eta(middle, detuning_mev) < wanted
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.where(possible, low, np.nan)


def slowest(
    eta: FloatArray, detuning_mev: FloatArray, temperature_k: FloatArray, sigma_mev: FloatArray, *, urbach_mev: float
) -> FloatArray:
    """Return the largest d logit η/dΔE per meV, negative, that an ensemble allows where it has this η; one dimension.

    NaN where even particles whose gap the laser reaches, η = 1, give more than this η, and where η is not in (0, 1).

    Parameters
    ----------
    eta, detuning_mev, temperature_k, sigma_mev : ndarray, shape (n_points,)
        σ is the standard deviation of the gaps, above 0.
    urbach_mev : float
        Urbach energy by which the laser selects; infinite for none.
    """
    limit = _Slowest(temperature_k, sigma_mev, urbach_mev)
    with np.errstate(all="ignore"):
        level = limit.level(eta, detuning_mev)
        above, below = (limit.log_eta(level, detuning_mev + step) for step in (_STEP_MEV, -_STEP_MEV))
        return np.asarray((above - below) / (2.0 * _STEP_MEV) / (1.0 - eta))


def least_fall(
    logit: FloatArray, from_mev: FloatArray, to_mev: FloatArray, temperature_k: float, spread: tuple[float, float]
) -> FloatArray:
    """Return the least fall of logit η between two ΔE in an ensemble that has this logit η at the first, (n_points,).

    ``spread`` is (σ, E_U) in meV. NaN as for `slowest`.
    """
    sigma, urbach = spread
    limit = _Slowest(np.full_like(logit, temperature_k), np.full_like(logit, sigma), urbach)
    with np.errstate(all="ignore"):
        log_eta = limit.log_eta(limit.level(expit(logit), from_mev), to_mev)
        return np.asarray(logit - log_eta + np.log(-np.expm1(log_eta)))


def compare(
    curve: Curve,
    parameters: FloatArray,
    covariance: FloatArray,
    *,
    use: np.ndarray,
    detuning_mev: FloatArray,
    temperature_k: FloatArray,
    urbach_mev: float,
) -> Slopes:
    """Return slopes of fitted curves with the limit of their ensembles at the points used, (n_fits, n_points).

    Errors are first-order ones from the covariance (n_fits, n, n) of the parameters (n_fits, n), whose effect on the
    limit, through η and σ, is taken along.
    """
    temperature = np.broadcast_to(temperature_k[:, None], use.shape)[use]

    def both(at: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope, eta, sigma = curve(at)
        found = np.full(use.shape, np.nan)
        width = np.broadcast_to(sigma[:, None], use.shape)[use]
        found[use] = slowest(eta[use], detuning_mev[use], temperature, width, urbach_mev=urbach_mev)
        return slope, found

    slope, limit = both(parameters)
    step = _STEP * np.sqrt(np.maximum(np.einsum("fpp->fp", covariance), 0.0))
    gradient = np.zeros((*use.shape, parameters.shape[1]))
    for i in range(parameters.shape[1]):
        move = np.zeros_like(parameters)
        move[:, i] = np.where(step[:, i] > 0.0, step[:, i], _STEP)
        above, below = (np.subtract(*both(parameters + sign * move)) for sign in (1.0, -1.0))
        gradient[:, :, i] = (above - below) / (2.0 * move[:, i, None])
    variance = np.einsum("fnp,fpq,fnq->fn", gradient, covariance, gradient)
    with np.errstate(invalid="ignore"):
        return Slopes(np.where(use, slope, np.nan), limit, np.sqrt(variance))


def spread_checks(
    slopes: Slopes, places: Sequence[Place], detuning_mev: FloatArray, width_mev: FloatArray, urbach_mev: float
) -> list[Check]:
    """Return the check of each fit at the point where it agrees least; arrays as in `compare`, widths (n_fits,)."""
    return [
        _check(slopes, i, place, detuning_mev[i], float(width_mev[i]), urbach_mev) for i, place in enumerate(places)
    ]


def worst_place(slopes: Slopes) -> int:
    """Return the fit whose slope passes its limit most clearly."""
    return int(np.argmax(np.max(_clarity(slopes), axis=1, initial=-np.inf)))


def _clarity(slopes: Slopes) -> FloatArray:
    excess = slopes.slope - slopes.limit
    return np.where(np.isfinite(excess) & (slopes.error > 0.0), excess / slopes.error, -np.inf)


def _check(
    slopes: Slopes, i: int, place: Place, detuning_mev: FloatArray, width_mev: float, urbach_mev: float
) -> Check:
    clarity = _clarity(slopes)[i]
    if not np.isfinite(clarity).any():
        return not_applicable(NAME, TITLE, place, _why_not(slopes, i, width_mev))
    at = int(np.argmax(clarity))
    slope, limit, error = (float(part[i, at]) for part in (slopes.slope, slopes.limit, slopes.error))
    chosen = f", E_U {urbach_mev:.3g} meV" if np.isfinite(urbach_mev) else ""
    numbers = [
        Number(f"d logit η/dΔE at {detuning_mev[at]:.0f} meV", slope, error, "/meV"),
        Number(f"slowest fall of an ensemble, σ {width_mev:.3g} meV{chosen}", limit, 0.0, "/meV"),
    ]
    verdict = judge_bound(slope - limit, error, "≤")
    if verdict[1] != "conflicts" and loose(error, limit):
        return not_applicable(NAME, TITLE, place, _LOOSE, numbers)
    if slope <= limit:
        told = (
            "At every ΔE used logit η falls at least as fast as an ensemble of this width must make it fall where each "
            "particle is one sharp mode in thermal equilibrium."
        )
    elif verdict[1] == "marginal":
        told = "Logit η falls more slowly than an ensemble of sharp modes in equilibrium can, but within its error."
    else:
        told = (
            "An ensemble of this width whose particles are sharp modes in thermal equilibrium cannot give this η at "
            "any g and ħω: its logit falls at least that fast. Gaps that spread wider, a rate to one final level "
            "alone, w_nr that depends on ΔE, or something else that absorbs can give it."
        )
    return made(NAME, TITLE, place, numbers, "≤", verdict, told)


def _why_not(slopes: Slopes, i: int, width_mev: float) -> str:
    if np.isfinite(slopes.slope[i]).any() and not np.isfinite(slopes.limit[i]).any():
        return (
            f"With σ {width_mev:.3g} meV the particles whose gap the laser reaches alone would give more than the η "
            "fitted: the width, or the selection, is too large for these data."
        )
    return "The fit does not determine the curve here."
