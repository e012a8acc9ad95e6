"""What is found of one quantity of every condition, before it is laid out in cells."""

from dataclasses import dataclass

import numpy as np

from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

UNKNOWN, FINE, FLAGGED, TOLD, LOST = -1, 0, 1, 2, 3
"""Levels of a cell: not known; fine; flagged, errors say it; told as a problem; nothing left to measure."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One quantity of all conditions, (n_stacks,) each; see `asplab.core.appraisal.health.Measure`."""

    value: FloatArray
    error: FloatArray
    detail: FloatArray
    detail_error: FloatArray
    limit: FloatArray
    level: np.ndarray
    why: list[str]
    meaning: str


def found(
    value: FloatArray,
    meaning: str,
    *,
    why: list[str],
    beyond: np.ndarray,
    limit: FloatArray | float,
    level_beyond: int = TOLD,
    is_lost: np.ndarray | None = None,
    error: FloatArray | None = None,
    detail: FloatArray | None = None,
    detail_error: FloatArray | None = None,
) -> Found:
    """Return a quantity with its levels: `FINE`, or ``level_beyond`` where ``beyond``.

    ``why`` is kept where a value is not known, and must not be empty there.
    """
    nothing, is_known = np.full(value.shape, np.nan), np.isfinite(value)
    level = np.where(is_known, np.where(beyond, level_beyond, FINE), UNKNOWN)
    if is_lost is not None:
        level = np.where(is_lost, LOST, level)
    return Found(
        value=value,
        error=nothing if error is None else error,
        detail=nothing if detail is None else detail,
        detail_error=nothing if detail_error is None else detail_error,
        limit=np.broadcast_to(np.asarray(limit, dtype=np.float64), value.shape),
        level=level,
        why=["" if known else words for known, words in zip(is_known, why, strict=True)],
        meaning=meaning,
    )


def unknown(results: Results, meaning: str, why: str) -> Found:
    """Return a quantity of which nothing is known."""
    value = np.full(size_of(results), np.nan)
    return found(value, meaning, why=[why] * value.size, beyond=np.zeros(value.size, dtype=bool), limit=np.nan)


def size_of(results: Results) -> int:
    """Return the number of conditions."""
    return 0 if results.corrected is None else len(results.corrected.stacks)


def by_stack(results: Results, cells: FloatArray) -> FloatArray:
    """Return values in the places of `Layout` (n_temperatures, n_columns) by condition, (n_stacks,)."""
    layout, values = results.layout, np.full(size_of(results), np.nan)
    if layout is not None:
        values[layout.index[layout.valid]] = cells[layout.valid]
    return values
