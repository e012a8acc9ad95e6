"""A photothermal signal below zero, shown as what it is."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.experiment import frozen_array
from asplab.core.units import FloatArray

_UNLIKELY = 0.00135
"""Chance of 3 standard errors on one side."""
_ALONE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class HeatSigns:
    """Whether photothermal signals are below zero; arrays (n,).

    Attributes
    ----------
    significance : ndarray
        Standard errors below 0; negative for heating.
    chance : ndarray
        Of a signal as far below 0 as this one, were there no heat at all.
    chance_of_any : float
        Of the lowest one among all n; NaN where no sign was recorded.
    is_cooling : ndarray of bool
        Below zero beyond 3 standard errors, all n counted.
    sentences : tuple of str
        What each is.
    """

    significance: FloatArray
    chance: FloatArray
    chance_of_any: float
    is_cooling: np.ndarray
    sentences: tuple[str, ...]


def read_signs(absorbed: ArrayLike, *, error: ArrayLike, is_signed: bool) -> HeatSigns:
    """Say what the sign of each photothermal signal means.

    Parameters
    ----------
    absorbed, error : array_like, shape (n,)
        Below the gap, baseline subtracted, its error included; any unit. Heating is positive.
    is_signed : bool
        False for a magnitude, which can't be negative.

    Raises
    ------
    InputError
        For values that are not finite, errors not above 0, or columns of different length.
    """
    signal, sigma = finite_array(absorbed, name="absorbed"), positive_array(error, name="absorbed_error")
    same_shape(signal, sigma, names=("absorbed", "absorbed_error"))
    significance = -signal / sigma
    chance = norm.sf(significance) if is_signed else np.full(signal.size, np.nan)
    # Among n signals without heat the lowest one is easily 2 standard errors below 0.
    of_any = float(-np.expm1(signal.size * np.log1p(-np.minimum(chance.min(), 1.0 - 1e-16))))
    cooling = chance < -math.expm1(math.log1p(-_UNLIKELY) / signal.size)
    told = tuple(
        _told(float(signal[k]), float(sigma[k]), float(significance[k]), bool(cooling[k]), is_signed, signal.size)
        for k in range(signal.size)
    )
    return HeatSigns(frozen_array(significance), frozen_array(chance), of_any, cooling, told)


def _told(signal: float, error: float, away: float, is_cooling: bool, is_signed: bool, count: int) -> str:
    stated = f"PA is {signal:.3g} ± {error:.2g}"
    if not is_signed:
        return f"{stated}, a magnitude: its sign was not recorded, and net cooling can't be seen. Record X and Y."
    if is_cooling:
        return (
            f"{stated}, {away:.1f} standard errors below 0: the light carries away more energy than was absorbed (net "
            "cooling), if phase and baseline are right. Check both against a blank and above the gap."
        )
    if away > _ALONE:
        return (
            f"{stated}, {away:.1f} standard errors below 0: net cooling, were it the only signal; of {count} without "
            "heat one may be as low by chance. Average longer."
        )
    if away > 0.0:
        return f"{stated}, {away:.1f} standard errors below 0: not told from no heat at all. Average longer."
    if away > -3.0:
        return f"{stated}, {-away:.1f} standard errors above 0: not told from no heat at all. Average longer."
    return f"{stated}, {-away:.1f} standard errors above 0: net heating."
