"""How far something must stand out to be told, where many are looked at together."""

import numpy as np
from scipy.special import ndtri

FALSE_ALARM = 2.7e-3
"""Chance that any of those looked at together is told without reason: three standard deviations."""


def allowed_chance(tests: int) -> float:
    """Return the chance of one of ``tests`` independent ones that makes `FALSE_ALARM` of all [Šidák 1967]."""
    return float(-np.expm1(np.log1p(-FALSE_ALARM) / max(tests, 1)))


def told_from(tests: int) -> float:
    """Return from how many standard deviations one of ``tests`` normal numbers, of either sign, is told."""
    return float(-ndtri(0.5 * allowed_chance(tests)))
