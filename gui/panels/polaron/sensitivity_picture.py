"""The pictures of the sensitivity page: the map with its scale, and the slices along both choices."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.sensitivity_told import (
    Look,
    Side,
    axis_name,
    axis_words,
    heat_cells,
    in_use,
    slice_range,
    slice_series,
)
from asplab.gui.plots.diverging import ColorBar
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.heat import HeatPlot, cell_edges
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.widgets.arrange import GAP, column, row

if TYPE_CHECKING:
    from asplab.core.sensitivity import SensitivityMap

_SIDES: tuple[Side, ...] = ("x", "y")


class MapView(QObject):
    """The heat map and the slices; ``cell_chosen`` carries a cell, ``cell_used`` follows Enter."""

    cell_chosen = Signal(int, int)
    cell_used = Signal()
    hint_changed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._framed: tuple[object, ...] = ()
        self.heat, self.bar = HeatPlot(theme), ColorBar(theme)
        self.heat.setAccessibleName(tr("Map of the change over two choices"))
        self.plots = {side: SeriesPlot(theme) for side in _SIDES}
        self._guides = {side: Guides(theme) for side in _SIDES}
        self._found: SensitivityMap | None = None
        self.map_row, self.slices = QWidget(), QWidget()
        places, lines = row(self.map_row), column(self.slices, GAP)
        places.addWidget(self.heat, 1)
        places.addWidget(self.bar)
        for side, plot in self.plots.items():
            plot.add_layer(self._guides[side], z=-5)
            plot.setAccessibleName(
                tr("Slice along the horizontal choice") if side == "x" else tr("Along the vertical one")
            )
            plot.hint_changed.connect(self.hint_changed)
            plot.display_hint(
                tr("The other choice stays as it is · dotted: in use · grey band: its error · open points: not counted")
            )
            lines.addWidget(plot, 1)
        self.heat.hint_changed.connect(self.hint_changed)
        self.heat.cell_chosen.connect(self.cell_chosen)
        self.heat.cell_used.connect(lambda *_: self.cell_used.emit())
        self.plots["x"].point_clicked.connect(lambda _, k, button: self._tell_point("x", k, button))
        self.plots["y"].point_clicked.connect(lambda _, k, button: self._tell_point("y", k, button))

    def display_hint(self, hint: str) -> None:
        """Say what the mouse does on the map."""
        self.heat.display_hint(hint)

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.bar.restyle(theme)
        for plot in (self.heat, *self.plots.values()):
            plot.restyle(theme)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._framed = ()

    def display(self, found: "SensitivityMap", look: Look, chosen: tuple[int, int] | None, *, is_stale: bool) -> None:
        """Show one result of a map."""
        self._found = found
        cells = heat_cells(found, look, is_stale=is_stale)
        self.heat.display(cells, chosen)
        known = cells.change[np.isfinite(cells.change)]
        less, more = bool((known < -cells.limit).any()), bool((known > cells.limit).any())
        self.bar.display(cells.limit, has_less=less, has_more=more, is_stale=is_stale)
        has_hatched = bool((np.isfinite(cells.change) & np.logical_not(cells.counted)).any())
        self.bar.display_marks(has_hatched=has_hatched, has_failed=bool(cells.failed.any()))
        self.heat.display_labels(axis_name(found.x), axis_name(found.y))
        self.heat.display_words("bottom", axis_words(found.x))
        self.heat.display_words("left", axis_words(found.y))
        here = in_use(found, look)
        for side, axis in zip(_SIDES, (found.x, found.y), strict=True):
            plot = self.plots[side]
            plot.setVisible(axis.values.size > 1)
            plot.display_labels(axis_name(axis), f"{look.symbol} ({look.unit.strip()})" if look.unit else look.symbol)
            plot.display_words("bottom", axis_words(axis))
            plot.display([slice_series(found, side, look, is_stale=is_stale)])
            guides = [Guide("x", float(axis.values[axis.reference]))]
            if np.isfinite(here.value) and np.isfinite(here.error):
                guides.append(Guide("y", here.value - here.error, here.value + here.error))
            self._guides[side].display(guides)
            at = None if chosen is None else chosen[0 if side == "x" else 1]
            is_on_slice = chosen is not None and (
                chosen[1] == found.y.reference if side == "x" else chosen[0] == found.x.reference
            )
            plot.display_selected(0 if is_on_slice else None, at)
        self._frame(found, look)

    def _frame(self, found: "SensitivityMap", look: Look) -> None:
        """Choose the axes once for every map and result."""
        key = (found, look.quantity, look.row)
        if key == self._framed:
            return
        self._framed = key
        y = slice_range(found, look)
        for side, axis in zip(_SIDES, (found.x, found.y), strict=True):
            edges = cell_edges(axis.values)
            self.plots[side].set_home(x=(float(edges[0]), float(edges[-1])), y=y)
            self.plots[side].view_all()
        self.heat.view_all()

    def _tell_point(self, side: Side, k: int, button: Qt.MouseButton) -> None:
        if self._found is not None and button == Qt.MouseButton.LeftButton:
            cell = (k, self._found.y.reference) if side == "x" else (self._found.x.reference, k)
            self.cell_chosen.emit(*cell)
