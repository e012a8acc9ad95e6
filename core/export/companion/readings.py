"""A number of a companion measurement as keys of a row, and as a cell of a page."""

from typing import Any

from asplab.core.companion.reading import Reading
from asplab.core.rounding import number

Row = dict[str, Any]


_PARTS = ("", "_error", "_interval68", "_lower_limit95", "_upper_limit95", "_reason")


def reading_row(name: str, reading: Reading | None) -> Row:
    """Return value, error, 68 % interval and 95 % limits of a number under its name, and the reason where it has one.

    The keys are the same whatever is known, so that a table of many rows finds them all; without a reading all are
    None.
    """
    if reading is None:
        return unknown_rows(name)
    is_known = reading.is_determined
    return {
        name: number(reading.value) if is_known else None,
        f"{name}_error": number(reading.error) if is_known else None,
        f"{name}_interval68": [_end(reading.low), _end(reading.high)] if is_known else None,
        f"{name}_lower_limit95": _end(reading.lower_limit),
        f"{name}_upper_limit95": _end(reading.upper_limit),
        f"{name}_reason": reading.reason,
    }


def unknown_rows(*names: str) -> Row:
    """Return the keys of several numbers of which there is no reading."""
    return {f"{name}{part}": None for name in names for part in _PARTS}


def _end(value: float | None) -> float | None:
    return None if value is None else number(value)


def reading_text(reading: Reading | None) -> str:
    """Return a number as it is shown; a dash where there is none."""
    return "–" if reading is None else reading.text
