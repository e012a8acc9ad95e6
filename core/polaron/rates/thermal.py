"""One phonon mode, all initial and final levels weighed by temperature: Huang, Rhys and Pekar's spectrum."""

import numpy as np
from numpy.polynomial import Polynomial
from scipy.special import gammaln, ive

from asplab.core.units import FloatArray, thermal_energy_mev

# ive serves orders below, Debye's expansion the others: its first neglected term is below 1e-15 from here on.
_HIGH_ORDER = 30.0
_DEBYE_TERMS = 9
# Below, two terms of the power series are exact to 1e-16.
_SMALL = 1e-4


def thermal(
    detuning_mev: FloatArray, temperature_k: FloatArray, *, g_mev: FloatArray, phonon_mev: FloatArray
) -> FloatArray:
    """Return ln W_(−N), N = ΔE/ħω phonons absorbed net, per meV [Huang & Rhys 1950; Pekar 1950].

        ln W = −ΔE/2kT − S coth(ħω/2kT) + ln I_|N|(x) − ln ħω,   x = S/sinh(ħω/2kT)

    Sharp final levels (ζ → 0). Valid for every real ΔE; below zero phonons are released.
    The rate falls at least as fast as the square root of a Boltzmann factor: d ln W/dΔE < −1/2kT for ΔE > 0.
    """
    half = phonon_mev / (2.0 * thermal_energy_mev(temperature_k))
    log_huang_rhys = 2.0 * (np.log(g_mev) - np.log(phonon_mev))
    phonons = detuning_mev / phonon_mev
    # −S coth(h) + x = −S tanh(h/2): the large parts of both cancel on paper, not in the sum.
    return np.asarray(
        -phonons * half
        - np.exp(log_huang_rhys) * np.tanh(0.5 * half)
        + log_scaled_bessel(np.abs(phonons), log_huang_rhys - log_sinh(half))
        - np.log(phonon_mev)
    )


def log_sinh(values: FloatArray) -> FloatArray:
    """Return ln sinh of values above 0."""
    return np.asarray(values + np.log(-np.expm1(-2.0 * values)) - np.log(2.0))


def log_scaled_bessel(order: FloatArray, log_argument: FloatArray) -> FloatArray:
    """Return ln[e^(−x) I_ν(x)] for ν ≥ 0 and x given as ln x, where neither over- nor underflows.

    Debye's uniform expansion for high orders [DLMF 10.41.3], the power series for small arguments [DLMF 10.25.2],
    else the scaled function itself.
    """
    order, log_x = np.broadcast_arrays(order, log_argument)
    x = np.exp(log_x)
    high = order >= _HIGH_ORDER
    small = ~high & (x < _SMALL)
    result = np.empty(order.shape)
    between = ~(high | small)
    result[between] = np.log(ive(order[between], x[between]))
    result[high] = _debye(order[high], log_x[high], x[high])
    nu, half = order[small], 0.5 * x[small]
    result[small] = nu * (log_x[small] - np.log(2.0)) - gammaln(nu + 1.0) + np.log1p(half**2 / (nu + 1.0)) - x[small]
    return result


def _debye(order: FloatArray, log_x: FloatArray, x: FloatArray) -> FloatArray:
    z = x / order
    root = np.hypot(1.0, z)
    p = 1.0 / root
    series = sum(np.asarray(u(p)) / order**k for k, u in enumerate(_DEBYE))
    # ν (root − z) without cancellation for large z
    exponent = order * (1.0 / (root + z) + log_x - np.log(order) - np.log1p(root))
    return np.asarray(exponent - 0.5 * np.log(2.0 * np.pi * order * root) + np.log(series))


def _debye_polynomials(count: int) -> tuple[Polynomial, ...]:
    """Return u₀, u₁, … by their recursion [DLMF 10.41.9]."""
    p = Polynomial([0.0, 1.0])
    u = [Polynomial([1.0])]
    while len(u) < count:
        last = u[-1]
        u.append(0.5 * p**2 * (1 - p**2) * last.deriv() + ((1 - 5 * p**2) * last).integ() / 8.0)
    return tuple(u)


_DEBYE = _debye_polynomials(_DEBYE_TERMS)
