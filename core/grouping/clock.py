"""Time stamps as people and instruments write them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Literal

import numpy as np

from asplab.core.units import FloatArray

_DAY_S = 86400.0

_CLOCKS = ("%H:%M:%S.%f", "%H:%M:%S", "%H:%M")
_DATES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")


Form = Literal["seconds", "clock", "date", "zoned date"]
"""How a time stamp is given; only stamps of one form can be compared."""


_REMEMBERED = 1 << 16
"""Stamps whose meaning is remembered: all of a run, which are asked for anew whenever an edge is dragged."""


_RUNS = 8
"""Sets of stamps whose line is remembered: those of emission and of scans of an analysis or two."""


@lru_cache(_REMEMBERED)
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


@lru_cache(_REMEMBERED)
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


@dataclass(frozen=True, slots=True)
class Timeline:
    """One line for all time stamps of a run, so that any of them can be compared.

    Attributes
    ----------
    form : str or None
        That of the stamps; None where they have several, where one is not understood, or without any.
    begin_s : float
        First time of day of the run; earlier ones belong to the day after it. A run of more than a day can't be told
        by times of day.
    trouble : str
        Why the stamps that are there can't be compared, in words; else empty.
    """

    form: Form | None
    begin_s: float = 0.0
    trouble: str = ""

    @classmethod
    def of(cls, stamps: Iterable[str]) -> "Timeline":
        """Lay out the stamps of a run, missing ones left out; times of day lie on a circle, cut at its longest gap."""
        return _laid_out(tuple(stamps))

    def seconds(self, stamps: Sequence[str]) -> FloatArray | None:
        """Return stamps of the run in s, (n,); None where one is missing, or where they can't be compared."""
        if self.form is None or not stamps or not all(text.strip() for text in stamps):
            return None
        times = np.array([clock(text) for text in stamps])
        return times + _DAY_S * (times < self.begin_s) if self.form == "clock" else times


@lru_cache(_RUNS)
def _laid_out(stamps: tuple[str, ...]) -> Timeline:
    forms: dict[Form, str] = {}
    times = set()
    for text in filter(str.strip, stamps):
        try:
            forms.setdefault(form_of(text), text)
        except ValueError:
            return Timeline(None, trouble=f"the time stamp '{text}' is not understood")
        times.add(clock(text))
    if len(forms) > 1:
        examples = " and ".join(f"'{text}'" for text in list(forms.values())[:2])
        return Timeline(None, trouble=f"time stamps of different form ({examples}) can't be compared")
    if "clock" not in forms:
        return Timeline(next(iter(forms), None))
    ordered = np.array(sorted(times))
    gaps = np.diff(ordered, append=ordered[0] + _DAY_S)
    return Timeline("clock", float(np.roll(ordered, -1)[int(np.argmax(gaps))]))
