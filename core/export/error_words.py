"""Systematic errors in words: each result with both errors, and what brings the systematic one."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.estimate import is_systematic_told
from asplab.core.pipeline import Results
from asplab.core.rounding import arms, number, number_with_error

if TYPE_CHECKING:
    from asplab.core.systematics import Systematics

_SPREAD = {"quantum_yield": "QY", "eta": "η"}
_OF_FIT = {
    "g_mev": ("g", "meV"),
    "phonon_mev": ("ħω", "meV"),
    "polaron_energy_mev": ("E_p", "meV"),
    "huang_rhys": ("S", ""),
}
_MOST_NAMED = 2
_LEAST_SHARE = 0.1


def systematic_words(results: Results, found: "Systematics") -> list[str]:
    """Return sentences: QY and η by their medians, the joint fit or each fit by itself, what was left out, notes."""
    if not found.names:
        return ["No effect was moved, so there is no systematic error.", *_left_out(found)]
    lines = [_spread(found, name) for name in _SPREAD]
    for row in fitted_rows(results):
        lines += _of_fit(results, found, row)
    return [line for line in (*lines, *_left_out(found), *found.notes) if line]


def fitted_rows(results: Results) -> list[int]:
    """Return the row of the joint fit, or those of all temperatures that have a fit where there is no joint one."""
    rows = [] if results.polaron is None else np.flatnonzero(np.isfinite(results.polaron.chi2)).tolist()
    joint = 0 if results.polaron is None else len(results.polaron.temperatures_k)
    return [joint] if joint in rows else rows


def is_identified(results: Results, row: int) -> bool:
    """Return whether the intervals of g and ħω of a fit are closed."""
    return results.intervals is None or bool(results.intervals.identified[row])


def is_told(results: Results, found: "Systematics", quantity: str, row: int) -> bool:
    """Return whether g, ħω, E_p or S of a fit has a systematic error that means something."""
    value, error = (float(getattr(part, quantity)[row]) for part in (found.central, found.statistical))
    return is_systematic_told(quantity, value, error, is_identified=is_identified(results, row))


def _left_out(found: "Systematics") -> Iterator[str]:
    reasons = dict.fromkeys(why for _, why in found.left_out)
    for reason in reasons:
        yield f"Not moved ({reason}): {', '.join(_title(name) for name, why in found.left_out if why == reason)}."


def _title(name: str) -> str:
    from asplab.core.systematics import NUISANCES

    return NUISANCES[name].title


def _spread(found: "Systematics", quantity: str) -> str:
    known = np.isfinite(getattr(found.central, quantity)) & np.isfinite(getattr(found.plus, quantity))
    known &= np.isfinite(getattr(found.minus, quantity))
    if not known.any():
        return ""
    if not np.any(getattr(found.plus, quantity)[known]) and not np.any(getattr(found.minus, quantity)[known]):
        return f"{_SPREAD[quantity]}: no systematic error, because no effect that was moved acts on it."
    error, minus, plus = (
        float(np.median(getattr(part, quantity)[known])) for part in (found.statistical, found.minus, found.plus)
    )
    return (
        f"{_SPREAD[quantity]}: statistical ±{error:.2g}, systematic {arms((minus, plus))} (medians)"
        f"{_because(found, quantity, None)}."
    )


def _of_fit(results: Results, found: "Systematics", row: int) -> Iterator[str]:
    is_joint = row == len(found.temperatures_k)
    place = "all temperatures" if is_joint else f"{found.temperatures_k[row]:.0f} K"
    if not is_identified(results, row):
        yield f"g and ħω ({place}) are not identified: shifts of their best fit say nothing of them."
    for quantity, (symbol, unit) in _OF_FIT.items():
        value, error, minus, plus = (
            float(getattr(part, quantity)[row]) for part in (found.central, found.statistical, found.minus, found.plus)
        )
        if math.isfinite(value) and is_told(results, found, quantity, row):
            yield (
                f"{symbol} ({place}) = {number_with_error(value, error)} (stat) "
                f"{arms((number(minus), number(plus)))} (syst) {unit}".rstrip()
                + f"{_lost(found, quantity, row) or _because(found, quantity, row)}."
            )


def _lost(found: "Systematics", quantity: str, row: int) -> str:
    """Return which effects leave a result undetermined, the cause of an open end."""
    variance = found.variance(quantity)[:, row]
    lost = [title for title, part in zip(found.titles, variance, strict=True) if not np.isfinite(part)]
    return f"; not determined after a shift of: {', '.join(lost)}" if lost else ""


def _because(found: "Systematics", quantity: str, row: int | None) -> str:
    from asplab.core.systematics import dominant

    shares = dominant(found, quantity, None if row is None else (row,))[:_MOST_NAMED]
    told = [f"{_title(name)} ({100.0 * share:.0f} %)" for name, share in shares if share >= _LEAST_SHARE]
    return f"; most of it from {' and '.join(told)}" if told else ""
