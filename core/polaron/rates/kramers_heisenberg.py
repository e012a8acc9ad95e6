"""All intermediate polaron levels of Eq. 8, summed in closed form for any real number of phonons.

With s = iζ/ħω and the resolvent of the displaced oscillator,

    A_N = Σₙ ⟨N|ñ⟩⟨ñ|0⟩/(n ħω + iζ),   A_N/A_res = s ∫₀¹ u^(s−1) (1 − u)^N e^(Su) du = Σₖ tₖ,
    t₀ = Γ(s+1) Γ(N+1)/Γ(s+N+1),   tₖ₊₁ = tₖ · S/(k+1) · (s+k)/(s+k+N+1),

where A_res is the term n = 0. The integral follows from ⟨N|u^(B†B)|0⟩ = (−√S (1−u))^N e^(−S(1−u))/√N!. The terms
turn slowly in the complex plane: at S ≤ 500 and ζ ≤ 20 ħω, |Σ tₖ| is never below 2·10⁻⁶ of Σ |tₖ|, so ten digits
stay; at ζ ≤ ħω at most one is lost.
"""

import numpy as np
from scipy.special import loggamma

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates.single_mode import resonant
from asplab.core.units import FloatArray

HIGHEST_HUANG_RHYS = 500.0
HIGHEST_BROADENING = 20.0
"""Largest ζ/ħω of the closed sum."""

# Arrays of this length stay in the cache while the terms are added.
_BLOCK = 2048
_TERMS_BETWEEN_CHECKS = 8
_NEGLIGIBLE = 1e-17


def kramers_heisenberg(
    detuning_mev: FloatArray,
    temperature_k: FloatArray,
    *,
    g_mev: FloatArray,
    phonon_mev: FloatArray,
    broadening_mev: FloatArray,
) -> FloatArray:
    """Return ln w_uc of [Zhang 2024, Eq. 8] with all intermediate levels: `resonant` + ln |A_N/A_res|².

    Valid for ΔE ≥ 0, S ≤ 500 and 0 < ζ ≤ 20 ħω.

    Raises
    ------
    AnalysisError
        For S or ζ beyond that.
    """
    enhancement = log_enhancement(detuning_mev / phonon_mev, (g_mev / phonon_mev) ** 2, broadening_mev / phonon_mev)
    return enhancement + resonant(
        detuning_mev, temperature_k, g_mev=g_mev, phonon_mev=phonon_mev, broadening_mev=broadening_mev
    )


def log_enhancement(n_phonons: FloatArray, huang_rhys: FloatArray, relative_broadening: FloatArray) -> FloatArray:
    """Return ln |A_N/A_res|²: how much all levels together exceed the resonant one.

    Parameters
    ----------
    n_phonons : ndarray
        N, 0 or more; need not be whole.
    huang_rhys : ndarray
        S, up to 500.
    relative_broadening : ndarray
        ζ/ħω, above 0 and up to 20. For small values the result is ln |1 + i (ζ/ħω) C_N|² with
        C_N = Σₖ Sᵏ Γ(N+1)/(k Γ(N+k+1)) − H_N, so the resonant term suffices where ζ ≪ ħω/|C_N|.

    Raises
    ------
    AnalysisError
        For S or ζ/ħω beyond these limits.
    """
    n, s, eps = _checked(n_phonons, huang_rhys, relative_broadening)
    real, imaginary = _series(n.ravel(), s.ravel(), eps.ravel())
    return 2.0 * (np.log(np.hypot(real, imaginary)).reshape(n.shape) + _first_term(n, eps).real)


def amplitude_ratio(n_phonons: FloatArray, huang_rhys: FloatArray, relative_broadening: FloatArray) -> FloatArray:
    """Return the complex A_N/A_res, which grows up to e^S; arguments and errors as in `log_enhancement`."""
    n, s, eps = _checked(n_phonons, huang_rhys, relative_broadening)
    real, imaginary = _series(n.ravel(), s.ravel(), eps.ravel())
    return np.asarray((real + 1j * imaginary).reshape(n.shape) * np.exp(_first_term(n, eps)))


def _checked(n: FloatArray, s: FloatArray, eps: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    if not np.all(s <= HIGHEST_HUANG_RHYS):
        raise AnalysisError(
            f"the Huang-Rhys factor S = (g/ħω)² reaches {np.max(s):.4g}; the sum over all intermediate levels holds up "
            f"to S = {HIGHEST_HUANG_RHYS:g}. Take a smaller g_mev or a larger phonon_mev."
        )
    if not np.all(eps <= HIGHEST_BROADENING):
        raise AnalysisError(
            f"broadening_mev reaches {np.max(eps):.4g} phonon energies; the sum over all intermediate levels holds up "
            f"to {HIGHEST_BROADENING:g}. Take a smaller broadening_mev or a larger phonon_mev."
        )
    together = np.broadcast_arrays(n, s, eps)
    return together[0], together[1], together[2]


def _first_term(n: FloatArray, eps: FloatArray) -> FloatArray:
    """Return the complex ln t₀."""
    shift = 1j * eps
    return np.asarray(loggamma(1.0 + shift) + loggamma(n + 1.0).real - loggamma(n + 1.0 + shift))


def _series(n: FloatArray, s: FloatArray, eps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return real and imaginary part of Σ tₖ/t₀ for flat arrays, alike lengths of series side by side."""
    # From here on every term is smaller than the one before.
    falling = np.maximum(s - n, 0.0) + 2.0 * eps + 2.0
    order = np.argsort(falling)
    real, imaginary = np.empty_like(n), np.empty_like(n)
    for first in range(0, len(n), _BLOCK):
        block = order[first : first + _BLOCK]
        real[block], imaginary[block] = _add_terms(n[block], s[block], eps[block], float(falling[block[-1]]))
    return real, imaginary


def _add_terms(n: FloatArray, s: FloatArray, eps: FloatArray, falling: float) -> tuple[FloatArray, FloatArray]:
    term_r, term_i = np.ones_like(n), np.zeros_like(n)
    sum_r, sum_i = np.ones_like(n), np.zeros_like(n)
    step_r, step_i, rest = np.empty_like(n), np.empty_like(n), np.empty_like(n)
    squared, turning, shifted = eps * eps, eps * (n + 1.0), n + 1.0
    k = 0
    while True:
        # (k + iε)/(d + iε) = [k d + ε² + iε (N+1)]/(d² + ε²) with d = k + N + 1
        np.multiply(shifted, shifted, out=rest)
        rest += squared
        rest *= k + 1.0
        np.divide(s, rest, out=rest)
        np.multiply(shifted, k, out=step_r)
        step_r += squared
        step_r *= rest
        np.multiply(turning, rest, out=step_i)
        np.multiply(term_r, step_i, out=rest)
        term_r *= step_r
        step_i *= term_i
        term_r -= step_i
        term_i *= step_r
        term_i += rest
        sum_r += term_r
        sum_i += term_i
        shifted += 1.0
        k += 1
        if k > falling and k % _TERMS_BETWEEN_CHECKS == 0:
            left = np.abs(term_r) + np.abs(term_i)
            if not np.any(left > _NEGLIGIBLE * (np.abs(sum_r) + np.abs(sum_i))):
                return sum_r, sum_i
