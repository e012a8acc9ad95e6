"""Whether η tells anything of a rate: where it is 0 or 1 within its errors, any slow or fast enough rate does."""

from typing import Literal

import numpy as np

from asplab.core.units import FloatArray

RESOLVED = 2.0
"""Standard errors by which η must differ from 0 and from 1 for a point to say something of the rate."""

Level = Literal["one", "zero", "impossible", "flat", ""]
SILENT: tuple[Level, ...] = ("one", "zero", "impossible")
"""Levels at which η says nothing of the rate."""


def levels_of(
    numerator: FloatArray, denominator: FloatArray, covariance: FloatArray, use: np.ndarray
) -> tuple[list[Level], np.ndarray]:
    """Return what η is at each temperature, and how many points lie clearly between 0 and 1.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (n_temperatures, n_points)
        N and D of η = N/D.
    covariance : ndarray, shape (n_temperatures, 2 n_points, 2 n_points)
        Of (N, D).
    use : ndarray of bool, shape (n_temperatures, n_points)

    Returns
    -------
    levels : list of str
        "one" or "zero" where η is that within `RESOLVED` standard errors at every point, "impossible" where it is 1 or
        more, or 0 or less, at every point and beyond that at some, "flat" where it is the same at every point within
        as much; empty where it changes, or no point is used.
    between : ndarray of int, shape (n_temperatures,)
    """
    n = numerator.shape[1]
    diagonal = np.einsum("fii->fi", covariance)
    cross = np.einsum("fii->fi", covariance[:, :n, n:])
    below, to_one = denominator - numerator, _reach(diagonal[:, :n] + diagonal[:, n:] - 2.0 * cross)
    to_zero = _reach(diagonal[:, :n])
    not_below, not_above = below <= to_one, numerator <= to_zero
    weight = np.where(use & (denominator > 0.0), denominator, 0.0)
    mean = np.where(use, numerator, 0.0).sum(axis=1) / np.where(weight.sum(axis=1) > 0.0, weight.sum(axis=1), 1.0)
    level = mean[:, None]
    spread = diagonal[:, :n] + level**2 * diagonal[:, n:] - 2.0 * level * cross
    near_mean = np.abs(numerator - level * denominator) <= _reach(spread)
    kinds: tuple[tuple[Level, np.ndarray], ...] = (
        ("one", np.abs(below) <= to_one),
        ("zero", np.abs(numerator) <= to_zero),
        ("impossible", not_below),
        ("impossible", not_above),
        ("flat", near_mean),
    )
    found: list[Level] = [
        next((kind for kind, near in kinds if use[t].any() and near[t, use[t]].all()), "") for t in range(len(use))
    ]
    return found, np.asarray((use & ~not_below & ~not_above).sum(axis=1))


def _reach(variance: FloatArray) -> FloatArray:
    # A number at the limit itself belongs to it, whatever its rounding.
    return np.asarray(RESOLVED * np.sqrt(np.maximum(variance, 0.0)) * (1.0 + 1e-9))


def told_level(level: Level) -> str:
    """Return in words what a level leaves open and which measurement would mend it; empty for a level that is none."""
    within = f"within {RESOLVED:.0f} standard errors at every point"
    saturated = "it is saturated and leaves the parameters of any rate model open. Measure at"
    return {
        "one": f"η is 1 {within}: {saturated} larger ΔE, or with smaller errors.",
        "zero": f"η is 0 {within}: {saturated} smaller ΔE, or with smaller errors.",
        "impossible": "η is 1 or more, or 0 or less, at every point and beyond its errors at some, as no efficiency "
        "is: look at power, filters, baseline and the sign of PA.",
        "flat": f"η is the same {within}: it does not show how the rate falls with ΔE. Measure over a wider range of "
        "ΔE, or with smaller errors.",
        "": "",
    }[level]
