"""Time stamps as people and instruments write them."""

from datetime import UTC, datetime
from math import isfinite
from typing import Literal

_CLOCKS = ("%H:%M:%S.%f", "%H:%M:%S", "%H:%M")
_DATES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")


Form = Literal["seconds", "clock", "date", "zoned date"]
"""How a time stamp is given; only stamps of one form can be compared."""


def form_of(text: str) -> Form:
    """Return the form of a time stamp: a number of seconds, a time of day, a date, or a date with its time zone.

    Raises
    ------
    ValueError
        For any other text.
    """
    text = text.strip()
    try:
        if isfinite(float(text)):
            return "seconds"
    except ValueError:
        pass
    for form in _CLOCKS:
        try:
            datetime.strptime(text, form)
        except ValueError:
            continue
        return "clock"
    return "zoned date" if _is_zoned(text) else "date"


def clock(text: str) -> float:
    """Return a time stamp in seconds: since 1970 for a date with time, since midnight for a time, else as it is.

    Understood are ISO 8601 (``2026-03-05T14:03:22``), ``05.03.2026 14:03``, ``03/05/2026 14:03`` (month first),
    ``14:03:22`` and a number of seconds. A time zone is respected; without one, UTC stands for the local one.

    Raises
    ------
    ValueError
        For any other text.
    """
    text = text.strip()
    try:
        return float(text)
    except ValueError:
        pass
    for form in _CLOCKS:
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        return found.hour * 3600.0 + found.minute * 60.0 + found.second + 1e-6 * found.microsecond
    return _date(text).timestamp()


def _is_zoned(text: str) -> bool:
    for form in _DATES:
        try:
            datetime.strptime(text, form)
        except ValueError:
            continue
        return False
    return datetime.fromisoformat(text).tzinfo is not None


def _date(text: str) -> datetime:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
