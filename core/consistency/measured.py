"""Checks of the measured η alone, without any fit of a model to them."""

import math
from dataclasses import dataclass

import numpy as np

from asplab.core.appraisal.checks import logit_eta
from asplab.core.consistency.drop import logit_drop
from asplab.core.consistency.records import CONFLICT, Check, Number, Place, judge, made, not_applicable
from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.units import FloatArray

TITLES = {"above_one": "η up to one", "below_zero": "η down to zero"}


def efficiency_checks(
    efficiency: EfficiencyFit, use: np.ndarray, places: list[Place], *, spread_mev: list[tuple[float, float]] | None
) -> list[list[Check]]:
    """Return the checks of each temperature; ``use`` are the points that fits use, (n_temperatures, n_anti).

    ``spread_mev`` is (σ, E_U) of each temperature where gaps are known to be spread, σ NaN where it is not determined.
    """
    n = efficiency.eta.shape[1]
    spreads: list[tuple[float, float] | None] = [None] * len(places) if spread_mev is None else [*spread_mev]
    top, bottom, c = efficiency.numerator, efficiency.denominator, efficiency.covariance
    at = np.arange(n)
    variance, cross = np.einsum("tii->ti", c), c[:, at, n + at]
    error = np.sqrt(np.maximum(variance[:, :n] + variance[:, n:] - 2.0 * cross, 0.0))
    # Where D may be zero, N/D says nothing of η.
    clear = use & ~efficiency.flag_table[:, :, FLAGS.index("not_determined")]
    above = _passed(efficiency, clear, top - bottom, error)
    below = _passed(efficiency, clear, -top, np.sqrt(np.maximum(variance[:, :n], 0.0)))
    logit, logit_error = logit_eta(efficiency.eta, efficiency.eta_error)
    return [
        [
            _drop(efficiency, t, np.flatnonzero(clear[t]), logit[t], logit_error[t], place, spread),
            _outside("above_one", above, t, place),
            _outside("below_zero", below, t, place),
        ]
        for t, (place, spread) in enumerate(zip(places, spreads, strict=True))
    ]


def _drop(
    efficiency: EfficiencyFit,
    t: int,
    points: np.ndarray,
    logit: FloatArray,
    error: FloatArray,
    place: Place,
    spread_mev: tuple[float, float] | None,
) -> Check:
    chosen = points[np.isfinite(logit[points])]
    chosen = chosen[np.argsort(efficiency.detuning_mev[t, chosen])]
    correlation = 0.0
    if chosen.size > 1:
        first, last = int(chosen[0]), int(chosen[-1])
        size = float(efficiency.eta_error[t, first] * efficiency.eta_error[t, last])
        correlation = float(efficiency.eta_covariance[t, first, last]) / size if size > 0.0 else 0.0
    return logit_drop(
        place,
        float(efficiency.temperatures_k[t]),
        efficiency.detuning_mev[t, chosen],
        logit[chosen],
        error[chosen],
        correlation=correlation,
        is_ensemble=spread_mev is not None,
        spread_mev=spread_mev if spread_mev is not None and math.isfinite(spread_mev[0]) else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Passed:
    """By how much η passes a limit, a number for each temperature: its number of points, how many pass, and the worst.

    The worst are NaN where there is no η at all: emission below the gap was not measured yet.
    ``excess`` and its ``error`` are those of N − D, or −N: normal where η = N/D is not.
    """

    points: list[int]
    count: list[int]
    detuning: list[float]
    eta: list[float]
    eta_error: list[float]
    excess: list[float]
    error: list[float]


def _passed(efficiency: EfficiencyFit, use: np.ndarray, excess: FloatArray, error: FloatArray) -> _Passed:
    clarity = np.where(use, excess / np.where(error > 0.0, error, 1.0), -np.inf)
    worst = (efficiency.detuning_mev, efficiency.eta, efficiency.eta_error, excess, error)
    if use.shape[1]:
        at = np.arange(len(use)), np.argmax(clarity, axis=1)
        found = [table[at].tolist() for table in worst]
    else:
        found = [[math.nan] * len(use) for _ in worst]
    return _Passed(use.sum(axis=1).tolist(), (use & (excess > 0.0)).sum(axis=1).tolist(), *found)


def _outside(name: str, table: _Passed, t: int, place: Place) -> Check:
    """Return whether η passes 1 upwards, or 0 downwards, at the point that does so most clearly."""
    title = TITLES[name]
    if not table.points[t]:
        return not_applicable(name, title, place, "No η that is used here is determined.")
    is_top = name == "above_one"
    word, sign = ("above 1", 1.0) if is_top else ("below 0", -1.0)
    where = f"{table.detuning[t]:.0f} meV"
    numbers = [
        Number(f"η({where})", table.eta[t], table.eta_error[t], ""),
        Number("limit", 1.0 if is_top else 0.0, 0.0, ""),
    ]
    pull, status = judge(table.excess[t], table.error[t], "≤")
    if status == "conflicts":
        told = f"η is {word} at {where}" + (f" by {pull:.1f} standard errors" if math.isfinite(pull) else "")
        told += ", as no efficiency is: look at power, filters, baseline and the sign of PA."
    elif table.count[t]:
        told = f"{table.count[t]} of {table.points[t]} η are {word}, none by more than {CONFLICT:.0f} standard errors; "
        told += "they stay in the fit."
    else:
        told = f"No η is {word}."
    return made(name, title, place, numbers, "≤" if is_top else "≥", (sign * pull, status), told)
