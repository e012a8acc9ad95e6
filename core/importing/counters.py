"""Find the counters of repeats at the end of names, which only show when the names are seen together."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from asplab.core.importing.kind_words import kind_of
from asplab.core.importing.names import hits_in, stem_of

__all__ = ["counters"]

_TRAILING = re.compile(r"(?<=[ _-])(?:\((\d{1,3})\)|(\d{1,3}))$")
_LARGEST = 199
# These are read back for each repeat anew, so that they tell no conditions apart unless the counter says so.
_READ_BACK = ("power_uw", "time")


@dataclass(frozen=True, slots=True)
class _Counted:
    """A name that ends with a number: how it looks, its condition as written, and that without what is read back."""

    name: str
    number: int
    shape: str
    exact: str
    condition: str


def counters(names: Iterable[str]) -> dict[str, int]:
    """Return the repeat that each of ``names`` (relative paths with ``/``) ends with, such as 3 of ``PL_80K_5s_3``.

    A number at the end is a repeat where names that look alike have numbers from 1 (or 0) on, none of them twice within
    one condition, and several in one at least. Elsewhere it may be a temperature or anything else and is left alone.
    """
    by_shape: dict[str, list[_Counted]] = {}
    for found in filter(None, map(_counted, dict.fromkeys(names))):
        by_shape.setdefault(found.shape, []).append(found)
    return {one.name: one.number for members in by_shape.values() if _are_repeats(members) for one in members}


def _counted(name: str) -> _Counted | None:
    path = PurePosixPath(name)
    stem = stem_of(path.name)
    match = _TRAILING.search(stem)
    if match is None:
        return None
    hits = hits_in(stem)[0]
    says_nothing = not hits and not kind_of(stem)
    if says_nothing or any(hit.stop > match.start() or hit.column == "repeat" for hit in hits):
        return None
    exact = stem[: match.start()]
    condition = exact
    for hit in sorted(hits, key=lambda hit: hit.start, reverse=True):
        if hit.column in _READ_BACK:
            condition = f"{condition[: hit.start]}#{condition[hit.stop :]}"
    shape = re.sub(r"\d+(?:[.,p]\d+)?", "0", f"{exact}{path.suffix}".lower())
    place = f"{path.parent}|{path.suffix}|"
    return _Counted(name, int(match[1] or match[2]), shape, f"{place}{exact}", f"{place}{condition}")


def _are_repeats(members: Sequence[_Counted]) -> bool:
    numbers = [one.number for one in members]
    if min(numbers) > 1 or max(numbers) > _LARGEST:
        return False
    return _are_counted([(m.condition, m.number) for m in members]) or _are_counted(
        [(m.exact, m.number) for m in members]
    )


def _are_counted(pairs: Sequence[tuple[str, int]]) -> bool:
    """Whether no number stands twice in one condition, and some condition has several."""
    return len(set(pairs)) == len(pairs) > len({condition for condition, _ in pairs})
