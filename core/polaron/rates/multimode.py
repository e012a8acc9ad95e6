"""Several phonon modes: combs of lines on a lattice of energies, every weight in log space.

Modes are counted to 0.01 meV; the lattice step is their greatest common divisor, so no energy is rounded. A line at
E = Σⱼ Nⱼ ħωⱼ carries the weight of all ways (N₁, N₂, …) to make it. All weights are sums of positive terms: no
noise floor, unlike a Fourier transform, which is lost 16 decades below its peak.
"""

import math

import numpy as np

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates.thermal import log_scaled_bessel, log_sinh
from asplab.core.units import FloatArray, thermal_energy_mev

RESOLUTION_MEV = 0.01
MOST_LINES = 400_000

# Deviations beyond which a Gaussian, and a tail of a Poisson distribution, is below 1e-30.
_TAIL = 12.0


def lattice_step_mev(phonon_mev: FloatArray) -> float:
    """Return the largest step of which all phonon energies are multiples; raises `AnalysisError` below 0.01 meV."""
    counts = np.round(phonon_mev / RESOLUTION_MEV)
    odd = np.abs(counts * RESOLUTION_MEV - phonon_mev) > 1e-9 * phonon_mev
    if np.any(odd | (counts < 1)):
        worst = phonon_mev[np.argmax(odd | (counts < 1))]
        raise AnalysisError(
            f"phonon_mev holds {worst:.8g}; the modes of a multi-mode model lie on a lattice of {RESOLUTION_MEV:g} "
            "meV. Round it to two decimals."
        )
    return math.gcd(*(int(count) for count in counts)) * RESOLUTION_MEV


def poisson_comb(
    phonon_mev: FloatArray, huang_rhys: FloatArray, *, step_mev: float, highest_mev: float
) -> tuple[FloatArray, FloatArray]:
    """Return the lines of |⟨N₁ N₂ …|0̃⟩|²: independent Poisson distributions of the Nⱼ, by energy.

    Panjer's recursion [Panjer 1981] for a compound Poisson distribution, F(0) = exp(−Σⱼ Sⱼ),

        E F(E) = Σⱼ Sⱼ ħωⱼ F(E − ħωⱼ).

    Parameters
    ----------
    phonon_mev, huang_rhys : ndarray, shape (n_modes,)
        Phonon energies, multiples of the step, and Huang-Rhys factors.
    step_mev, highest_mev : float
        Lattice step and end.

    Returns
    -------
    energy_mev, log_weight : ndarray, shape (n_lines,)
        Every lattice energy from 0; ln F, −inf where no combination of phonons has the energy.
    """
    n_lines = _n_lines(highest_mev, step_mev)
    steps = [round(float(mode) / step_mev) for mode in phonon_mev]
    factors = [math.log(s) + math.log(k) for s, k in zip(huang_rhys.tolist(), steps, strict=True)]
    logs = [-float(np.sum(huang_rhys))]
    for n in range(1, n_lines):
        terms = [factor + logs[n - k] for factor, k in zip(factors, steps, strict=True) if k <= n]
        most = max(terms, default=-math.inf)
        total = sum(math.exp(term - most) for term in terms) if most > -math.inf else 1.0
        logs.append(most + math.log(total / n))
    return np.asarray(step_mev * np.arange(n_lines), dtype=np.float64), np.array(logs)


def vacuum_lines(
    temperature_k: FloatArray, highest_mev: float, *, g_mev: FloatArray, phonon_mev: FloatArray, broadening_mev: float
) -> tuple[FloatArray, FloatArray]:
    """Return the lines of the resonant rate with several modes, as far as ``highest_mev``.

        w(E) = e^(−E/kT) Πⱼ(1 − e^(−ħωⱼ/kT)) · F(E) e^(−Σⱼ Sⱼ)/ζ²

    With one mode, F and the factors are those of `single_mode.resonant` at N = 0, 1, 2, …

    Returns
    -------
    energy_mev : ndarray, shape (n_lines,)
    log_weight : ndarray, shape (n_temperatures, n_lines)
    """
    huang_rhys = (g_mev / phonon_mev) ** 2
    energy, log_comb = poisson_comb(
        phonon_mev, huang_rhys, step_mev=lattice_step_mev(phonon_mev), highest_mev=highest_mev
    )
    thermal = thermal_energy_mev(temperature_k)[:, None]
    log_partition = np.log(-np.expm1(-phonon_mev / thermal)).sum(axis=1, keepdims=True)
    factor = log_partition - np.sum(huang_rhys) - 2.0 * np.log(broadening_mev)
    possible = np.isfinite(log_comb)
    return energy[possible], (log_comb - energy / thermal + factor)[:, possible]


def thermal_lines(
    temperature_k: FloatArray, highest_mev: float, *, g_mev: FloatArray, phonon_mev: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the lines of the thermal rate with several modes, from far below zero to ``highest_mev``.

    Every mode takes N phonons net with Huang-Rhys-Pekar's probability,
    P(N) = e^(−Nħω/2kT) e^(−S coth(ħω/2kT)) I_|N|(S/sinh(ħω/2kT)); the modes are convolved one by one.
    The spectrum has unit area and the mean −Σⱼ Sⱼ ħωⱼ. Shapes as in `vacuum_lines`.
    """
    huang_rhys, step = (g_mev / phonon_mev) ** 2, lattice_step_mev(phonon_mev)
    thermal = thermal_energy_mev(temperature_k)
    # Released energy has the rates S (n̄ + 1); what lies further out can't be taken back by absorption.
    rate = huang_rhys / -np.expm1(-phonon_mev / np.max(thermal))
    spread = np.sqrt(np.sum(rate * phonon_mev**2)) + np.max(phonon_mev)
    released = float(np.sum(rate * phonon_mev) + _TAIL * spread)
    below, above = _n_lines(released, step), _n_lines(highest_mev + released, step)
    if below + above > MOST_LINES:
        raise _too_many(below + above)
    logs = np.stack([_convolved(kt, huang_rhys, phonon_mev, step, (below, above)) for kt in thermal])
    energy = np.asarray(step * np.arange(-below, above), dtype=np.float64)
    kept = np.isfinite(logs).any(axis=0) & (energy <= highest_mev)
    return energy[kept], logs[:, kept]


def _convolved(
    thermal_mev: float, huang_rhys: FloatArray, phonon_mev: FloatArray, step: float, lattice: tuple[int, int]
) -> FloatArray:
    below, above = lattice
    logs = np.full(below + above, -np.inf)
    logs[below] = 0.0
    for s, mode in zip(huang_rhys, phonon_mev, strict=True):
        stride = round(float(mode) / step)
        numbers = range(-(below // stride), (above - 1) // stride + 1)
        shares = _log_share(np.array(numbers, dtype=np.float64), thermal_mev, s, mode)
        after = np.full_like(logs, -np.inf)
        for number, share in zip(numbers, shares, strict=True):
            shift = number * stride
            target = slice(max(shift, 0), len(logs) + min(shift, 0))
            source = slice(max(-shift, 0), len(logs) - max(shift, 0))
            np.logaddexp(after[target], logs[source] + share, out=after[target])
        logs = after
    return logs


def _log_share(numbers: FloatArray, thermal_mev: float, s: float, mode: float) -> FloatArray:
    half = np.asarray(mode / (2.0 * thermal_mev))
    bessel = log_scaled_bessel(np.abs(numbers), np.log(s) - log_sinh(half))
    return np.asarray(-numbers * half - s * np.tanh(0.5 * half) + bessel)


def _n_lines(highest_mev: float, step_mev: float) -> int:
    count = int(highest_mev / step_mev) + 2
    if count > MOST_LINES:
        raise _too_many(count)
    return count


def _too_many(count: int) -> AnalysisError:
    return AnalysisError(
        f"the modes need {count} lattice energies, more than {MOST_LINES}; give phonon_mev with a coarser common step, "
        "such as 0.5 meV, or a smaller inhomogeneous_mev."
    )
