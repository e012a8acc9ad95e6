"""The probability of net cooling from draws of η and the quantum yield, over any places or a map of (ΔE, T)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from asplab.core.companion.checks import positive_array
from asplab.core.cooling import cooling_efficiency
from asplab.core.errors import InputError
from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray

_TAIL = 0.158655253931457
"""Share below a 68 % interval."""
LEAST_FINITE = 0.99
"""Share of draws that must have an η for a place to have a chance of cooling."""


@dataclass(frozen=True, slots=True, eq=False)
class CoolingChance:
    """Net cooling at some places from draws; arrays of one shape, NaN where too many draws have no η.

    Attributes
    ----------
    chance : ndarray
        Share of the draws that cool.
    efficiency, efficiency_low, efficiency_high : ndarray
        Median and 68 % interval of η_c.
    finite : ndarray
        Share of the draws that have an η.
    n_draws : int
    """

    chance: FloatArray
    efficiency: FloatArray
    efficiency_low: FloatArray
    efficiency_high: FloatArray
    finite: FloatArray
    n_draws: int

    @property
    def resolution(self) -> float:
        """Chance at 95 % confidence of what happened in none of the draws."""
        return float(1.0 - 0.05 ** (1.0 / self.n_draws))


def cooling_chance(
    eta_draws: FloatArray, yield_draws: FloatArray, *, detuning_mev: ArrayLike, photon_mev: ArrayLike
) -> CoolingChance:
    """Return the probability of net cooling.

    Parameters
    ----------
    eta_draws, yield_draws : ndarray, shape (n_draws, …)
        The same draws in the same order, so that their correlation counts; they broadcast. A yield that is set by hand
        is an array of one number.
    detuning_mev, photon_mev : array_like
        Mean emitted photon energy less that of the excitation, and the mean emitted energy; they broadcast with a draw.

    Raises
    ------
    InputError
        For fewer than two draws, or another number of them in each.
    """
    eta, quantum_yield = np.asarray(eta_draws, dtype=np.float64), np.asarray(yield_draws, dtype=np.float64)
    if eta.ndim < 1 or len(eta) < 2 or (quantum_yield.size > 1 and len(quantum_yield) != len(eta)):
        raise InputError(
            f"eta_draws has shape {eta.shape} and yield_draws {quantum_yield.shape}; both need the same draws along "
            "their first axis, two or more. Give draws of one bootstrap or one posterior."
        )
    drawn = cooling_efficiency(eta, quantum_yield, detuning_mev, photon_mev)
    known = np.isfinite(drawn)
    finite = known.mean(axis=0)
    enough = finite >= LEAST_FINITE
    filled = np.where(enough, np.where(known, drawn, np.nan), 0.0)
    low, middle, high = (
        np.where(enough, ends, np.nan) for ends in np.nanquantile(filled, (_TAIL, 0.5, 1.0 - _TAIL), axis=0)
    )
    cools = np.sum(np.where(known, drawn, -1.0) > 0.0, axis=0)
    share = np.where(enough, cools / np.maximum(known.sum(axis=0), 1), np.nan)
    return CoolingChance(
        chance=frozen_array(share),
        efficiency=frozen_array(middle),
        efficiency_low=frozen_array(low),
        efficiency_high=frozen_array(high),
        finite=frozen_array(finite),
        n_draws=len(eta),
    )


@dataclass(frozen=True, slots=True, eq=False)
class CoolingMap:
    """Net cooling over (T, ΔE).

    Attributes
    ----------
    temperature_k : ndarray, shape (n_temperatures,)
    detuning_mev : ndarray, shape (n_detunings,)
        From the mean emitted energy.
    photon_mev : ndarray, shape (n_temperatures,)
    found : CoolingChance
        Arrays (n_temperatures, n_detunings).
    is_extrapolated : ndarray of bool, shape (n_temperatures, n_detunings)
        Beyond what was measured: there the model speaks, not the data.
    """

    temperature_k: FloatArray
    detuning_mev: FloatArray
    photon_mev: FloatArray
    found: CoolingChance
    is_extrapolated: np.ndarray

    @property
    def best(self) -> tuple[int, int] | None:
        """Row and column of the largest median η_c among measured cells; None where there is none."""
        inside = np.where(self.is_extrapolated, np.nan, self.found.efficiency)
        if not np.isfinite(inside).any():
            return None
        row, column = np.unravel_index(int(np.nanargmax(inside)), inside.shape)
        return int(row), int(column)

    @property
    def sentence(self) -> str:
        """Say where the sample is nearest to cooling, and how sure that is."""
        if self.best is None:
            return (
                "no cell of the map was measured: it shows the model beyond the data only. Widen it, or measure there."
            )
        row, column = self.best
        chance = float(self.found.chance[row, column])
        least = self.found.resolution
        sure = (
            f"below {least:.2g}" if chance == 0.0 else f"above {1.0 - least:.4g}" if chance == 1.0 else f"{chance:.2g}"
        )
        told = (
            f"within what was measured the best place is {self.temperature_k[row]:.0f} K, ⟨E⟩ − hν = "
            f"{self.detuning_mev[column]:.0f} meV, with η_c = {self.found.efficiency[row, column]:+.3f}; the chance "
            f"that it cools is {sure} ({self.found.n_draws} draws)."
        )
        beyond = np.where(self.is_extrapolated, self.found.chance, 0.0)
        if np.nanmax(beyond) > 0.5 and not chance > 0.5:
            told += " Only beyond what was measured the model would have it cool."
        return told


def cooling_map(
    eta_draws: FloatArray,
    yield_draws: FloatArray,
    *,
    temperature_k: ArrayLike,
    detuning_mev: ArrayLike,
    photon_mev: ArrayLike,
    measured_k: ArrayLike,
    measured_low_mev: ArrayLike,
    measured_high_mev: ArrayLike,
) -> CoolingMap:
    """Return the map of net cooling.

    Parameters
    ----------
    eta_draws : ndarray, shape (n_draws, n_temperatures, n_detunings)
    yield_draws : ndarray, shape (n_draws, n_temperatures) or of one number
    temperature_k, detuning_mev : array_like
        Axes of the map.
    photon_mev : array_like, shape (n_temperatures,)
        Mean emitted energy.
    measured_k, measured_low_mev, measured_high_mev : array_like, shape (n_measured,)
        Temperatures of the data and the range of ΔE at each; between two of them the ends are interpolated.

    Raises
    ------
    InputError
        For axes and draws that do not belong together.
    """
    temperature, detuning = positive_array(temperature_k, name="temperature_k"), np.asarray(detuning_mev, np.float64)
    photon, eta = positive_array(photon_mev, name="photon_mev"), np.asarray(eta_draws, dtype=np.float64)
    if eta.shape[1:] != (temperature.size, detuning.size) or photon.shape != temperature.shape:
        raise InputError(
            f"eta_draws has shape {eta.shape}, the map {temperature.size} temperatures, {detuning.size} detunings and "
            f"{photon.size} photon energies. Give draws (n_draws, n_temperatures, n_detunings)."
        )
    quantum_yield = np.asarray(yield_draws, dtype=np.float64)
    each = quantum_yield.reshape(1, 1, 1) if quantum_yield.size == 1 else quantum_yield[:, :, None]
    return CoolingMap(
        temperature_k=frozen_array(temperature),
        detuning_mev=frozen_array(detuning),
        photon_mev=frozen_array(photon),
        found=cooling_chance(eta, each, detuning_mev=detuning, photon_mev=photon[:, None]),
        is_extrapolated=_beyond(temperature, detuning, measured_k, measured_low_mev, measured_high_mev),
    )


def _beyond(
    temperature: FloatArray, detuning: FloatArray, measured_k: ArrayLike, low_mev: ArrayLike, high_mev: ArrayLike
) -> np.ndarray:
    measured = positive_array(measured_k, name="measured_k")
    low, high = np.asarray(low_mev, dtype=np.float64), np.asarray(high_mev, dtype=np.float64)
    if low.shape != measured.shape or high.shape != measured.shape or np.any(low > high):
        raise InputError("measured_low_mev and measured_high_mev must have one ascending pair for each measured_k.")
    order = np.argsort(measured)
    lowest, highest = (np.interp(temperature, measured[order], end[order]) for end in (low, high))
    outside = (temperature < measured.min()) | (temperature > measured.max())
    return np.asarray(
        outside[:, None] | (detuning < lowest[:, None] - 1e-9) | (detuning > highest[:, None] + 1e-9), dtype=bool
    )
