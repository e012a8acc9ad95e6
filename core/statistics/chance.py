"""How far something must stand out to be told, where many are looked at together."""

import numpy as np
from scipy.special import ndtri, stdtr

from asplab.core.units import FloatArray

FALSE_ALARM = 2.7e-3
"""Chance that any of those looked at together is told without reason: three standard deviations."""
_LEAST_CHANCE = 1e-300


def sigma_of(p_value: FloatArray | float) -> FloatArray:
    """Return how many standard deviations of a normal distribution two-sided chances stand for."""
    return np.asarray(-ndtri(0.5 * np.maximum(p_value, _LEAST_CHANCE)))


def allowed_chance(tests: int) -> float:
    """Return the chance of one of ``tests`` independent ones that makes `FALSE_ALARM` of all [Šidák 1967]."""
    return float(-np.expm1(np.log1p(-FALSE_ALARM) / max(tests, 1)))


def told_from(tests: int) -> float:
    """Return from how many standard deviations one of ``tests`` normal numbers, of either sign, is told."""
    return float(sigma_of(allowed_chance(tests)))


def student_sigma(ratio: FloatArray | float, dof: float) -> FloatArray:
    """Return as standard deviations of a normal distribution what a value in units of its estimated error means."""
    return sigma_of(2.0 * stdtr(dof, -np.asarray(ratio)))
