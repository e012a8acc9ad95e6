"""Averages over an ensemble whose gaps scatter and of which the laser selects.

The gap of a particle lies x above the mean gap, x normal with standard deviation σ. The laser, ΔE below the mean gap,
is E = ΔE + x below that of the particle, which absorbs it with A(E) = e^(−E/E_U) for E > 0 and 1 for E ≤ 0 (no
selection where no Urbach energy E_U is given):

    ⟨w⟩ = ∫ ρ(E − ΔE) A(E) w(E) dE / ∫ ρ(E − ΔE) A(E) dE.

Where the laser reaches the gap, E ≤ 0, w is 0, or that of released phonons in the thermal models, and η is 1.

Half-lines in E are mapped to E = c ln(1 + exp(u − e^(−u))), even in u above c and denser than any power near zero,
so that the trapezoidal rule converges exponentially although rates are singular at zero [Takahasi & Mori 1974].
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, logsumexp

from asplab.core.errors import AnalysisError
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How finely an average is taken: step in u, standard deviations first looked at, and ln of what is negligible."""

    step: float
    tail: float
    negligible: float


FULL = Accuracy(0.25, 12.0, 40.0)
"""Half the step changes a mean rate by less than 1e-10, and a mean η with S > 0.01 too."""
FOR_FITS = Accuracy(0.5, 9.0, 20.0)
"""η to 2e-6, far below any noise, at a third of the nodes."""

_LOWEST = -4.5
_BEYOND = 6.0
_BLOCK = 1 << 18
_MOST_NODES = 1 << 17


def log_mean(
    log_function: Callable[[FloatArray, slice], FloatArray],
    detuning_mev: FloatArray,
    *,
    sigma_mev: float,
    urbach_mev: float,
    scale_mev: FloatArray,
    sign: float = 1.0,
    accuracy: Accuracy | None = None,
) -> FloatArray:
    """Return ln ∫ ρ A f dE over E > 0 (``sign`` +1) or E < 0 (−1), not yet divided by ∫ ρ A.

    Parameters
    ----------
    log_function : callable
        ``(energy_mev, points) -> ln f``, energies of shape (n_points, n_nodes), points a slice of all of them.
    detuning_mev : ndarray, shape (n_points,)
    sigma_mev, urbach_mev : float
        σ, above 0, and E_U; infinite for no selection.
    scale_mev : ndarray, shape (n_points,)
        Energies below which f varies little in proportion to E.
    accuracy : Accuracy, optional
        `FULL` where None is given.
    """
    accuracy, result = accuracy or FULL, np.empty_like(detuning_mev)
    first = 0
    while first < len(detuning_mev):
        tail = accuracy.tail
        while True:
            lowest, count = _range(
                sign * detuning_mev[first:] / scale_mev[first:], tail * sigma_mev / scale_mev[first:], accuracy.step
            )
            block = slice(first, first + max(1, _BLOCK // count))
            nodes = lowest[: block.stop - first, None] + accuracy.step * np.arange(count)
            terms = _log_terms(log_function, detuning_mev, block, nodes, (sigma_mev, urbach_mev, sign), scale_mev)
            highest = terms.max(axis=1)
            negligible = highest - accuracy.negligible
            reached = (terms[:, -1] < negligible) & ((terms[:, 0] < negligible) | (nodes[:, 0] <= _LOWEST))
            if np.all(reached | ~np.isfinite(negligible)):
                break
            tail *= 2.0
        # As logsumexp does, without its copies.
        offset = np.where(np.isfinite(highest), highest, 0.0)
        result[block] = np.log(np.exp(terms - offset[:, None]).sum(axis=1)) + offset + np.log(accuracy.step)
        first = block.stop
    return result


def log_selected(detuning_mev: FloatArray, *, sigma_mev: float, urbach_mev: float) -> FloatArray:
    """Return ln ∫ ρ(E − ΔE) A(E) dE, the mean absorption."""
    if np.isinf(urbach_mev):
        return np.zeros_like(detuning_mev)
    shift = sigma_mev**2 / urbach_mev
    tail = log_ndtr((detuning_mev - shift) / sigma_mev) - (detuning_mev - 0.5 * shift) / urbach_mev
    return np.asarray(np.logaddexp(tail, log_above(detuning_mev, sigma_mev=sigma_mev)))


def log_above(detuning_mev: FloatArray, *, sigma_mev: float) -> FloatArray:
    """Return ln of the fraction of particles whose gap the laser reaches, E ≤ 0."""
    return np.asarray(log_ndtr(-detuning_mev / sigma_mev))


def log_mean_of_lines(
    energy_mev: FloatArray,
    log_weight: FloatArray,
    detuning_mev: FloatArray,
    *,
    sigma_mev: float,
    urbach_mev: float,
) -> tuple[FloatArray, FloatArray]:
    """Return ln Σᵢ Wᵢ A(Eᵢ) ρ(Eᵢ − ΔE) for a rate of lines Wᵢ at Eᵢ, and the share of the last line in it as ln.

    Energies and weights have shape (n_lines,), detunings (n_points,) and so have the results.
    """
    weight = log_weight - np.maximum(energy_mev, 0.0) / urbach_mev - np.log(sigma_mev * np.sqrt(2.0 * np.pi))
    sums, last = np.empty_like(detuning_mev), np.empty_like(detuning_mev)
    size = max(1, _BLOCK // len(energy_mev))
    for first in range(0, len(detuning_mev), size):
        block = slice(first, first + size)
        terms = weight - 0.5 * ((energy_mev - detuning_mev[block, None]) / sigma_mev) ** 2
        sums[block] = logsumexp(terms, axis=1)
        last[block] = terms[:, -1] - sums[block]
    return sums, last


def _range(centre: FloatArray, tail: FloatArray, step: float) -> tuple[FloatArray, int]:
    """Return the first u of every point and how many steps all of them need."""
    lowest = np.maximum(centre - tail, _LOWEST)
    # The last sum leaves the logarithmic part of the map behind where the centre lies beyond zero.
    count = int(np.max(np.maximum(centre + tail, 0.0) - lowest + _BEYOND) / step) + 1
    if count > _MOST_NODES:
        raise AnalysisError(
            f"an average over the ensemble needs more than {_MOST_NODES} energies; inhomogeneous_mev is too large "
            "beside phonon_mev or k_B T."
        )
    return lowest, count


def _log_terms(
    log_function: Callable[[FloatArray, slice], FloatArray],
    detuning_mev: FloatArray,
    block: slice,
    nodes: FloatArray,
    width: tuple[float, float, float],
    scale_mev: FloatArray,
) -> FloatArray:
    sigma, urbach, sign = width
    inner = nodes - np.exp(-nodes)
    scale = scale_mev[block, None]
    energy = sign * scale * np.logaddexp(0.0, inner)
    density = -0.5 * ((energy - detuning_mev[block, None]) / sigma) ** 2 - np.log(sigma * np.sqrt(2.0 * np.pi))
    jacobian = np.log(scale) - np.logaddexp(0.0, -inner) + np.log1p(np.exp(-nodes))
    return np.asarray(log_function(energy, block) + density + jacobian - np.maximum(energy, 0.0) / urbach)
