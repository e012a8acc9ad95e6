"""Places that an edge goes to while Shift is held: the edges of filters, by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asplab.core.filters import Side, filters_of
from asplab.core.grouping.stage import Gathered
from asplab.core.pipeline import Results
from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.gui.plots.handle import Handle

_SAME_NM = 0.05


@dataclass(frozen=True, slots=True)
class SnapPlace:
    """A place on the axis and what stands there."""

    place: float
    name: str


def nearest_place(places: Iterable[SnapPlace], wanted: float) -> SnapPlace | None:
    """Return the place nearest to where an edge is wanted, None where there are none."""
    return min(places, key=lambda one: abs(one.place - wanted), default=None)


def filter_places(side: Side | None, used_nm: Iterable[float]) -> tuple[SnapPlace, ...]:
    """Return the edges of common filters of one side, or of both, and those of the experiment itself.

    Filters with the same edge are named together, those of the experiment first.
    """
    named: dict[float, list[str]] = {}
    for nm in sorted(set(used_nm)):
        named.setdefault(nm, []).append(tr("filter of this experiment"))
    for one in filters_of(side):
        near = next((nm for nm in named if abs(nm - one.cutoff_nm) <= _SAME_NM), one.cutoff_nm)
        named.setdefault(near, []).append(one.name)
    return tuple(SnapPlace(nm, ", ".join(names)) for nm, names in sorted(named.items()))


class FilterSnaps:
    """Offers the edges of filters to a window and to the cutoffs of both sides, once for every set of data."""

    def __init__(self, window: "Handle", cutoffs: Mapping[str, "Handle"]) -> None:
        self._window, self._cutoffs = window, cutoffs
        self._gathered: Gathered | None = None

    def display(self, results: Results) -> None:
        """Offer the catalogue and the filters of these data."""
        for handle in (self._window, *self._cutoffs.values()):
            handle.medium = results.document.settings.energies.medium
        gathered = results.gathered
        if gathered is None or gathered is self._gathered:
            return
        self._gathered = gathered
        used = {side: _used(gathered, side) for side in ("longpass", "shortpass")}
        self._window.offer_snaps(filter_places(None, (*used["longpass"], *used["shortpass"])))
        for side, handle in self._cutoffs.items():
            handle.offer_snaps(filter_places("longpass" if side == "longpass" else "shortpass", used[side]))


def _used(gathered: Gathered, side: str) -> tuple[float, ...]:
    found = (getattr(stack, f"{side}_nm") for stack in gathered.stacks)
    return tuple(sorted({float(nm) for nm in found if nm is not None}))
