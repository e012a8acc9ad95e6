"""A map of cells over two choices: colours, what is not counted, and the cells in use and chosen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QPainter, QPen

from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.diverging import diverging_color
from asplab.gui.plots.layer import Array, Bounds, Layer, PixelMap

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_INSET_PX, _OPEN_PX = 3.0, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class HeatCells:
    """A map.

    Attributes
    ----------
    x, y : ndarray, shape (n_x,), (n_y,)
        Where the cells stand, ascending.
    change : ndarray, shape (n_x, n_y)
        NaN where it is not known.
    counted, failed : ndarray of bool, same shape
        Cells that are not counted are hatched, failed ones crossed out.
    used : (int, int)
        The cell of the choice in use.
    limit : float
        Change that has the colour of an end.
    tip : callable
        ``(i, j)`` to rich text.
    is_stale : bool
        Drawn without colour.
    """

    x: Array
    y: Array
    change: Array
    counted: np.ndarray
    failed: np.ndarray
    used: tuple[int, int]
    limit: float
    tip: Callable[[int, int], str]
    is_stale: bool = False


class HeatLayer(Layer):
    """The cells; ``cell_clicked`` carries both indices."""

    cell_clicked = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.cells: HeatCells | None = None
        self._edges: tuple[Array, Array] = (np.empty(0), np.empty(0))
        self.chosen: tuple[int, int] | None = None

    def display(self, cells: HeatCells, chosen: tuple[int, int] | None) -> None:
        """Show these cells, one of them chosen."""
        self.cells, self.chosen = cells, chosen
        self._edges = (cell_edges(cells.x), cell_edges(cells.y))
        self.update()

    def data_bounds(self) -> tuple[Bounds, Bounds]:
        """Return the outer edges of the cells."""
        if self.cells is None:
            return None, None
        x, y = self._edges
        return (float(x[0]), float(x[-1])), (float(y[0]), float(y[-1]))

    def cell_at(self, pixel: QPointF) -> tuple[int, int] | None:
        """Return the cell under a pixel."""
        if self.cells is None:
            return None
        found = [
            int(np.searchsorted(edges, place)) - 1
            for edges, place in zip(self._edges, self.pixel_map().data(pixel), strict=True)
        ]
        inside = all(0 <= index < edges.size - 1 for index, edges in zip(found, self._edges, strict=True))
        return (found[0], found[1]) if inside else None

    def tip(self, pixel: QPointF) -> str:
        """Return what the cell under the mouse says."""
        cell = self.cell_at(pixel)
        return "" if cell is None or self.cells is None else self.cells.tip(*cell)

    def click(self, pixel: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """Tell which cell was hit."""
        cell = self.cell_at(pixel)
        if cell is not None and button == Qt.MouseButton.LeftButton:
            self.cell_clicked.emit(*cell)
        return cell is not None

    # --- painting ----------------------------------------------------------------------------------------
    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint all cells, then the frames."""
        if self.cells is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for i, j in np.ndindex(self.cells.change.shape):
            self._draw_cell(painter, self.cells, i, j, self._box(to_pixel, i, j))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.chosen is not None:
            painter.setPen(QPen(self.theme.color("text"), 2))
            painter.drawRect(self._box(to_pixel, *self.chosen).adjusted(1, 1, -1, -1))
        self._draw_used(painter, self._box(to_pixel, *self.cells.used), "muted" if self.cells.is_stale else "accent")

    def _draw_cell(self, painter: QPainter, cells: HeatCells, i: int, j: int, box: QRectF) -> None:
        value, is_counted = float(cells.change[i, j]), bool(cells.counted[i, j])
        is_known = np.isfinite(value)
        ink = self.theme.color("muted")
        if is_known:
            painter.fillRect(box, diverging_color(self.theme, value / cells.limit, is_stale=cells.is_stale))
        else:
            painter.fillRect(box, self.theme.color("background"))
        if not is_counted and is_known:
            painter.fillRect(box, QBrush(self.theme.color("text", 0.55), Qt.BrushStyle.BDiagPattern))
        if cells.failed[i, j]:
            inner = box.adjusted(_INSET_PX, _INSET_PX, -_INSET_PX, -_INSET_PX)
            painter.setPen(QPen(ink, 1))
            painter.drawLine(inner.topLeft(), inner.bottomRight())
            painter.drawLine(inner.bottomLeft(), inner.topRight())
        elif not is_known:
            painter.setPen(QPen(ink, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box.center(), _OPEN_PX, _OPEN_PX)
        painter.setPen(QPen(self.theme.color("panel"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)

    def _draw_used(self, painter: QPainter, box: QRectF, color: str) -> None:
        """Frame the choice in use, light and dark at once, so that it stands out on any colour."""
        painter.setPen(QPen(self.theme.color("panel"), 4))
        painter.drawRect(box.adjusted(2, 2, -2, -2))
        painter.setPen(QPen(self.theme.color(color), 2))
        painter.drawRect(box.adjusted(2, 2, -2, -2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("panel"), 1))
        painter.setBrush(self.theme.color(color))
        painter.drawEllipse(box.center(), 3.5, 3.5)

    def _box(self, to_pixel: PixelMap, i: int, j: int) -> QRectF:
        x, y = self._edges
        left, right = round(float(to_pixel.x(x[i]))), round(float(to_pixel.x(x[i + 1])))
        top, bottom = round(float(to_pixel.y(y[j + 1]))), round(float(to_pixel.y(y[j])))
        return QRectF(left, top, right - left, bottom - top)


class HeatPlot(Plot):
    """A map that is walked through with the arrow keys.

    ``cell_chosen`` carries the cell that was clicked or reached, ``cell_used`` the one on which Enter was pressed.
    """

    cell_chosen = Signal(int, int)
    cell_used = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.heat = HeatLayer(theme)
        self.add_layer(self.heat)
        self.heat.cell_clicked.connect(self.cell_chosen)

    def display(self, cells: HeatCells, chosen: tuple[int, int] | None) -> None:
        """Show a map with one cell chosen."""
        self.heat.display(cells, chosen)

    def cell_centre(self, i: int, j: int) -> QPointF:
        """Return the pixel of a cell, relative to this widget."""
        cells = self.heat.cells
        if cells is None:
            return QPointF()
        x, y = cell_edges(cells.x), cell_edges(cells.y)
        return QPointF(self.pixel_of(0.5 * float(x[i] + x[i + 1]), 0.5 * float(y[j] + y[j + 1])))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, use the chosen cell with Enter."""
        cells, step = self.heat.cells, _ARROWS.get(Qt.Key(event.key()))
        if cells is not None and step is not None:
            here = self.heat.chosen or cells.used
            there = (here[0] + step[0], here[1] + step[1])
            if all(0 <= place < size for place, size in zip(there, cells.change.shape, strict=True)):
                self.cell_chosen.emit(*there)
            event.accept()
        elif event.key() in _ENTER and self.heat.chosen is not None:
            self.cell_used.emit(*self.heat.chosen)
            event.accept()
        else:
            super().keyPressEvent(event)


def cell_edges(values: Array) -> Array:
    """Return the edges of cells around ascending values: half-way between them; a single one is one unit wide."""
    if values.size == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middle = 0.5 * (values[1:] + values[:-1])
    return np.concatenate([[2 * values[0] - middle[0]], middle, [2 * values[-1] - middle[-1]]])
