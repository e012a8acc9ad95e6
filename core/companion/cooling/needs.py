"""What a sample would need to cool: yield at a given η, η at a given yield, and the least detuning."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from asplab.core.companion.reading import Reading, undetermined
from asplab.core.cooling import cooling_threshold
from asplab.core.errors import InputError
from asplab.core.units import FloatArray

_ONE_SIDED = 1.6448536269514722
"""95 % on one side, in standard errors."""


def required_yield(eta: ArrayLike, *, detuning_mev: ArrayLike, photon_mev: ArrayLike) -> FloatArray:
    """Return the quantum yield from which on the sample cools at η; above 1 none does, infinite at η = 0.

    Arguments broadcast; ``detuning_mev`` counts from the mean emitted energy ``photon_mev``.
    """
    share = np.asarray(eta, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(share > 0.0, cooling_threshold(detuning_mev, photon_mev) / share, np.inf))


def required_efficiency(quantum_yield: ArrayLike, *, detuning_mev: ArrayLike, photon_mev: ArrayLike) -> FloatArray:
    """Return η from which on the sample cools at a quantum yield; above 1 none does, infinite at no yield."""
    return required_yield(quantum_yield, detuning_mev=detuning_mev, photon_mev=photon_mev)


def least_detuning_mev(quantum_yield: ArrayLike, *, photon_mev: ArrayLike) -> FloatArray:
    """Return the detuning below which no η can cool at this yield, ⟨E⟩(1 − QY), in meV."""
    return np.asarray(np.asarray(photon_mev, dtype=np.float64) * (1.0 - np.asarray(quantum_yield, dtype=np.float64)))


@dataclass(frozen=True, slots=True)
class CoolingNeeds:
    """What one excitation would need to cool.

    Attributes
    ----------
    threshold : float
        η QY that is needed.
    quantum_yield, eta : Reading
        What is needed of one, the other staying as it is; a limit or not determined where none up to 1 suffices.
    chance_with_full_yield, chance_with_full_eta : float
        That the sample cooled if the other one were 1.
    least_detuning_mev : float
        With the yield as it is, no η cools at a smaller detuning.
    sentence : str
    """

    threshold: float
    quantum_yield: Reading
    eta: Reading
    chance_with_full_yield: float
    chance_with_full_eta: float
    least_detuning_mev: float
    sentence: str


def cooling_needs(
    *,
    eta: float,
    eta_error: float,
    quantum_yield: float,
    quantum_yield_error: float,
    detuning_mev: float,
    photon_mev: float,
) -> CoolingNeeds:
    """Say what a sample with this η and yield would need to cool at one excitation.

    Raises
    ------
    InputError
        For numbers that are not finite, errors or photon energies not above 0, and a detuning that is no excitation.
    """
    numbers = {"eta": eta, "quantum_yield": quantum_yield, "detuning_mev": detuning_mev, "photon_mev": photon_mev}
    errors = {"eta_error": eta_error, "quantum_yield_error": quantum_yield_error}
    for name, number in (numbers | errors).items():
        if not math.isfinite(number) or (name in errors and number <= 0.0):
            raise InputError(f"{name} is {number:g}; give a finite number, and errors above 0.")
    if not 0.0 < photon_mev - detuning_mev <= photon_mev + abs(detuning_mev):
        raise InputError(f"detuning_mev is {detuning_mev:g} and photon_mev {photon_mev:g}; give energies in meV.")
    threshold = float(cooling_threshold(detuning_mev, photon_mev))
    needed_yield = _needed(threshold, eta, eta_error, needed="quantum yield", given="η")
    needed_eta = _needed(threshold, quantum_yield, quantum_yield_error, needed="η", given="quantum yield")
    least = float(least_detuning_mev(quantum_yield, photon_mev=photon_mev))
    return CoolingNeeds(
        threshold=threshold,
        quantum_yield=needed_yield,
        eta=needed_eta,
        chance_with_full_yield=float(norm.cdf((eta - threshold) / eta_error)),
        chance_with_full_eta=float(norm.cdf((quantum_yield - threshold) / quantum_yield_error)),
        least_detuning_mev=least,
        sentence=_sentence(needed_yield, needed_eta, quantum_yield, detuning_mev, least),
    )


def _needed(threshold: float, given_value: float, given_error: float, *, needed: str, given: str) -> Reading:
    """Return threshold/given with the interval of the given number turned over."""
    if given_value <= given_error:
        return undetermined(f"the {given} is not told from 0, so that no {needed} follows. Measure it better.")
    value = threshold / given_value
    low, high = threshold / (given_value + given_error), threshold / (given_value - given_error)
    error = value * given_error / given_value
    if low > 1.0:
        reason = f"no {needed} up to 1 suffices: the {given} itself would have to reach {threshold:.4f}. Raise it."
        return Reading(
            value, error, "", low, high, lower_limit=threshold / (given_value + 1.645 * given_error), reason=reason
        )
    return Reading(value, error, "", low, high)


def _sentence(of_yield: Reading, of_eta: Reading, quantum_yield: float, detuning_mev: float, least: float) -> str:
    parts = [
        f"{name} {reading.text} at {other}"
        for name, reading, other in (("a quantum yield of", of_yield, "this η"), ("an η of", of_eta, "this yield"))
        if reading.is_determined
    ]
    reasons = [reading.reason for reading in (of_yield, of_eta) if not reading.is_determined]
    place = f"At ⟨E⟩ − hν = {detuning_mev:.1f} meV"
    told = f"{place} cooling would need {', or '.join(parts)}." if parts else f"{place} one alone does not suffice."
    told = " ".join(
        [told, *(f"{reason[:1].upper()}{reason[1:]}" if reason[0] != "η" else reason for reason in reasons)]
    )
    if least > detuning_mev:
        told += f" With a yield of {quantum_yield:.3f} no η cools below ⟨E⟩ − hν = {least:.0f} meV."
    return told
