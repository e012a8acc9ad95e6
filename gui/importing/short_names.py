"""Names of files that are longer than their column: what they have in common goes, what tells them apart stays."""

from collections.abc import Iterable
from itertools import takewhile

from PySide6.QtGui import QFontMetrics

_KEPT_LETTERS = 8
"""Letters at the beginning of a name that are the last to be left out."""


def beginning(name: str) -> str:
    """Return the letters by which names are compared with one another."""
    return name[:_KEPT_LETTERS]


def shortened(name: str, shared: int, room_px: int, metrics: QFontMetrics) -> str:
    """Return a name that fits into a room, if leaving out of its first ``shared`` letters can make it fit."""
    if metrics.horizontalAdvance(name) <= room_px or shared <= _KEPT_LETTERS:
        return name
    for left_out in range(1, shared - _KEPT_LETTERS + 1):
        shorter = f"{beginning(name)}…{name[_KEPT_LETTERS + left_out :]}"
        if metrics.horizontalAdvance(shorter) <= room_px:
            return shorter
    return f"…{name[shared:]}"


def shared_beginnings(names: Iterable[str]) -> dict[str, int]:
    """Return how many letters all names that begin alike have in common, by their first letters."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(beginning(name), []).append(name)
    return {start: _shared(min(group), max(group)) if len(group) > 1 else 0 for start, group in groups.items()}


def _shared(first: str, last: str) -> int:
    """Return how many letters two names have in common; all names that are sorted between them have as many."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
