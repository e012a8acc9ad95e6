"""The part of a plot that holds its view and its axes, and nothing else."""

from collections.abc import Mapping

import pyqtgraph as pg
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsItem, QSizePolicy

_PLACES = {"top": (1, 1), "left": (2, 0), "right": (2, 2), "bottom": (3, 1)}
_VIEW = (2, 1)
_ROWS, _COLUMNS = 4, 3


class PlotArea(pg.GraphicsWidget):  # type: ignore[misc]
    """A view between its axes.

    pyqtgraph's PlotItem does this and also builds a menu of thirty widgets, a title, buttons and four axes: 7 ms for
    each of the plots of a step, while the window waits.
    """

    def __init__(self, view: pg.ViewBox, axes: Mapping[str, pg.AxisItem]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.vb = view
        self._axes: dict[str, pg.AxisItem] = {}
        self.layout = QGraphicsGridLayout()
        self.setLayout(self.layout)
        self.layout.setSpacing(0)
        self.layout.addItem(view, *_VIEW)
        # Sides without an axis take no room.
        for row in range(_ROWS):
            self.layout.setRowStretchFactor(row, 1 if row == _VIEW[0] else 0)
        for column in range(_COLUMNS):
            self.layout.setColumnStretchFactor(column, 1 if column == _VIEW[1] else 0)
        self.setAxisItems(axes)

    def setAxisItems(self, axes: Mapping[str, pg.AxisItem]) -> None:
        """Put axes at their sides; one that stands there already is taken away."""
        for side, axis in axes.items():
            if side in self._axes:
                old = self._axes[side]
                self.layout.removeItem(old)
                old.unlinkFromView()
                if old.scene() is not None:
                    old.scene().removeItem(old)
            axis.linkToView(self.vb)
            self._axes[side] = axis
            self.layout.addItem(axis, *_PLACES[side])
            axis.setFlag(QGraphicsItem.GraphicsItemFlag.ItemNegativeZStacksBehindParent)

    def getAxis(self, side: str) -> pg.AxisItem:
        """Return the axis at a side."""
        return self._axes[side]

    def showAxis(self, side: str, show: bool = True) -> None:
        """Show or hide the axis at a side."""
        self._axes[side].setVisible(show)
