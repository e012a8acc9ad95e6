"""What a sensitivity map says along the edges of a plot, for one result that the user chooses or switches off."""

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from asplab.core.estimate import Estimate
from asplab.core.settings import BaselineSettings
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.diverging import ScaleLine, limit_of
from asplab.gui.plots.edge_strip import EdgeStrip, EdgeStrips
from asplab.gui.plots.heat import cell_edges
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import measured, plain

if TYPE_CHECKING:
    from asplab.core.sensitivity import ChoiceAxis, SensitivityMap

OFF = "off"
RESULTS = (
    ("phonon_mev joint", tr("ħω, joint")),
    ("phonon_mev here", tr("ħω here")),
    ("g_mev joint", tr("g, joint")),
    ("polaron_energy_mev joint", tr("Eₚ, joint")),
    ("quantum_yield here", tr("QY here")),
    ("eta here", tr("η here")),
    (OFF, tr("no strip")),
)
_SYMBOLS = {"phonon_mev": "ħω", "g_mev": "g", "polaron_energy_mev": "Eₚ", "quantum_yield": "QY", "eta": "η"}
_UNITS = {"phonon_mev": " meV", "g_mev": " meV", "polaron_energy_mev": " meV"}
_WIDTH_PX = 92


class EdgeGuide(QObject):
    """A field that chooses the result, its scale, and the strips of one or several plots of the same edges.

    ``changed`` says that another result is wanted.
    """

    changed = Signal()

    def __init__(self, theme: Theme, plots: int = 1, *, scale_px: int = 96) -> None:
        super().__init__()
        self._found: SensitivityMap | None = None
        self._is_current = False
        self._drawn: tuple[object, ...] = ()
        self.layers = [EdgeStrips(theme) for _ in range(plots)]
        self.field = ChoiceField(RESULTS)
        self.field.setFixedWidth(_WIDTH_PX)
        self.field.setAccessibleName(tr("Result of the sensitivity strip"))
        self.field.setToolTip(tr("How this result changes along the edges: the strip at the bottom of the plot"))
        self.field.hide()
        self.scale = ScaleLine(theme, scale_px)
        self.scale.hide()
        self.field.chosen.connect(self.changed)

    def take(self, found: "SensitivityMap | None", *, is_current: bool) -> None:
        """Take over a map, or none."""
        if found is self._found and is_current == self._is_current:
            return
        self._found, self._is_current = found, is_current
        self.field.setVisible(found is not None)
        self.scale.setVisible(found is not None and self.field.key != OFF)

    def display(self, t: int, places: tuple[float, float]) -> None:
        """Show the strips of a temperature, each for the mapped place nearest to where the other edge stands now."""
        found = self._found
        if found is None and not self._drawn:
            return
        words = str(self.field.key)
        beside = (None, None) if found is None else (nearest(found.x, places[0]), nearest(found.y, places[1]))
        key = (found, self._is_current, words, t, beside)
        if key == self._drawn:
            return
        self._drawn = () if found is None else key
        self.scale.setVisible(found is not None and words != OFF)
        quantity, _, which = words.partition(" ")
        row = t if which == "here" else -1
        if found is None or words == OFF or row >= len(found.temperatures_k):
            for layer in self.layers:
                layer.display(())
            return
        lower, upper = (
            edge_strip(found, "x", quantity, row, beside[1]),
            edge_strip(found, "y", quantity, row, beside[0]),
        )
        if cell_edges(lower.places)[-1] > cell_edges(upper.places)[0]:
            # Edges that may stand at the same places have a strip of their own each, the upper one at the bottom.
            lower = replace(lower, row=1)
        limit = limit_of(found.in_errors(quantity)[:, :, row], found.reasonable[:, :, row])
        self.scale.display(limit, is_stale=not self._is_current)
        for layer in self.layers:
            layer.display((lower, upper), limit=limit, is_stale=not self._is_current)


def nearest(axis: "ChoiceAxis", place: float) -> int | None:
    """Return the mapped place nearest to where an edge stands, None more than half a step outside the map.

    An infinite place is the last one: an edge that is left open ends with the data.
    """
    if np.isposinf(place):
        return axis.values.size - 1
    edges = cell_edges(axis.values)
    at = int(np.searchsorted(edges, place)) - 1
    return at if 0 <= at < axis.values.size else None


def baseline_ends(settings: BaselineSettings) -> tuple[float, float]:
    """Return what a map of the baseline region varies: its start (that of a tail that is offered) and its end."""
    start = settings.tail_from_mev if settings.shape == "urbach" else settings.from_mev
    return start, np.inf if settings.to_mev is None else settings.to_mev


def edge_strip(
    found: "SensitivityMap", side: Literal["x", "y"], quantity: str, row: int, other: int | None
) -> EdgeStrip:
    """Return one result along one edge, with the other one at a mapped place; without one nothing is known."""
    change, counted = found.in_errors(quantity)[:, :, row], found.reasonable[:, :, row]
    axis, across = (found.x, found.y) if side == "x" else (found.y, found.x)
    if side == "y":
        change, counted = change.T, counted.T
    if other is None:
        nothing = np.full(axis.values.size, np.nan)
        tips = [tr("The {name} stands outside the map: run it again", name=across.name)] * axis.values.size
        return EdgeStrip(axis.values, nothing, np.zeros(axis.values.size, dtype=bool), tips, axis.name)

    def tip(i: int) -> str:
        return _tip(found, quantity, row, *((i, other) if side == "x" else (other, i)))

    return EdgeStrip(axis.values, change[:, other], counted[:, other], LazyTips(axis.values.size, tip), axis.name)


def _tip(found: "SensitivityMap", quantity: str, row: int, i: int, j: int) -> str:
    from asplab.core.sensitivity import QUANTITIES

    q = QUANTITIES.index(quantity)
    symbol, unit = _SYMBOLS[quantity], _UNITS.get(quantity, "")
    value = Estimate(float(found.values[q, i, j, row]), float(found.errors[q, i, j, row]))
    error = float(found.reference_error[q, row])
    head = f"<b>{_place(found.x, i)}, {_place(found.y, j)}</b>"
    if not np.isfinite(value.value):
        return f"{head}<br>{found.reasons[i][j] or f'{symbol} is not determined'}"
    change = (value.value - float(found.reference[q, row])) / error if error > 0 else np.nan
    sign = "+" if change >= 0 else ""
    away = f", {sign}{plain(change, 2)} σ" if np.isfinite(change) else ""
    lines = [head, f"{symbol} = {measured(value)}{unit}{away}"]
    if not found.reasonable[i, j, row]:
        lines.append(
            tr(
                "not counted: {value}",
                value=found.reasons[i][j] or tr("the data of another temperature do not allow it"),
            )
        )
    return "<br>".join(lines)


def _place(axis: "ChoiceAxis", i: int) -> str:
    return f"{axis.name} {plain(axis.values[i], 0 if axis.unit == 'meV' else 1)} {axis.unit}"
