"""Edge filters by their catalogue names: where an edge is likely to stand."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Side = Literal["longpass", "shortpass"]
_FILE = "filters.csv"


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """One filter: what it passes, its nominal 50 % edge in nm, its name and its maker."""

    side: Side
    cutoff_nm: float
    name: str
    maker: str


@cache
def catalogue() -> tuple[CatalogueFilter, ...]:
    """Return all filters of the catalogue, by side and wavelength.

    The edges are those that the names promise; a single filter may be off by 1 % and moves when it is tilted.
    """
    text = (files("asplab.resources") / _FILE).read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines() if line and not line.startswith("#")][1:]
    found = (CatalogueFilter(_side(side), float(cutoff), name, maker) for side, cutoff, name, maker in rows)
    return tuple(sorted(found, key=lambda one: (one.side, one.cutoff_nm, one.name)))


def filters_of(side: Side | None = None) -> tuple[CatalogueFilter, ...]:
    """Return the filters of one side, or all of them."""
    return tuple(one for one in catalogue() if side is None or one.side == side)


def _side(text: str) -> Side:
    return "longpass" if text == "longpass" else "shortpass"
