"""A map of chances over two quantities: pale for none, coloured for one, hatched where nothing was measured."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath

from asplab.gui.look.theme import Theme
from asplab.gui.plots.heat import cell_edges
from asplab.gui.plots.layer import Array, Bounds, Columns, Layer, PixelMap

_STOPS = 65
_FULL = "detuning:1"


class ChanceMap(Layer):
    """Cells in one image, so that a map of many cells is painted as quickly as one of few."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._x, self._y = np.empty(0), np.empty(0)
        self._chance: Array = np.empty((0, 0))
        self._hatched = np.empty((0, 0), dtype=bool)
        self._tip: Callable[[int, int], str] = lambda row, column: ""
        self._is_stale, self._image = False, QImage()

    def display(
        self, x: Array, y: Array, chance: Array, *, hatched: np.ndarray, tip: Callable[[int, int], str], is_stale: bool
    ) -> None:
        """Show chances (n_y, n_x), NaN without colour; ``tip`` says what a cell (row, column) holds, as rich text."""
        if chance is self._chance and is_stale == self._is_stale:
            return
        self._x, self._y, self._chance, self._hatched = x, y, chance, hatched
        self._tip, self._is_stale = tip, is_stale
        self._image = self._painted()
        self.update()

    def clear(self) -> None:
        """Show no cells."""
        none = np.empty((0, 0))
        self.display(np.empty(0), np.empty(0), none, hatched=none.astype(bool), tip=lambda *_: "", is_stale=False)

    def restyle(self, theme: Theme) -> None:
        """Paint again in another theme."""
        super().restyle(theme)
        self._image = self._painted()

    def data_bounds(self) -> tuple[Bounds, Bounds]:
        """Return the outer edges of the cells."""
        if not self._chance.size:
            return None, None
        x, y = cell_edges(self._x), cell_edges(self._y)
        return (float(x[0]), float(x[-1])), (float(y[0]), float(y[-1]))

    def tip(self, pixel: QPointF) -> str:
        """Return what the cell under the mouse says."""
        if not self._chance.size:
            return ""
        x, y = self.pixel_map().data(pixel)
        column, row = (int(np.searchsorted(cell_edges(axis), at)) - 1 for axis, at in ((self._x, x), (self._y, y)))
        is_inside = 0 <= row < self._y.size and 0 <= column < self._x.size
        return self._tip(row, column) if is_inside else ""

    def columns(self, x_label: str, y_label: str) -> Columns:
        """Return one line for each cell."""
        x, y = np.meshgrid(self._x, self._y)
        return ((x_label, x.ravel()), (y_label, y.ravel()), ("chance", self._chance.ravel()))

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the image, then the hatching over what was not measured."""
        if not self._chance.size:
            return
        x, y = to_pixel.x(cell_edges(self._x)), to_pixel.y(cell_edges(self._y))
        painter.drawImage(QRectF(float(x[0]), float(y[-1]), float(x[-1] - x[0]), float(y[0] - y[-1])), self._image)
        region = QPainterPath()
        for row, line in enumerate(self._hatched):
            # Runs of neighbours are one box, so that no seams show.
            turns = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
            for start, end in zip(turns[::2], turns[1::2], strict=True):
                region.addRect(
                    QRectF(QPointF(float(x[start]), float(y[row + 1])), QPointF(float(x[end]), float(y[row])))
                )
        painter.fillPath(region, QBrush(self.theme.color("muted", 0.35), Qt.BrushStyle.BDiagPattern))

    def _painted(self) -> QImage:
        """Return one pixel for each cell, the lowest row last."""
        if not self._chance.size:
            return QImage()
        table = np.array([self._color(part / (_STOPS - 1)).rgba() for part in range(_STOPS)], dtype=np.uint32)
        place = np.rint(np.nan_to_num(self._chance) * (_STOPS - 1)).astype(int)
        pixels = np.where(np.isfinite(self._chance), table[place], np.uint32(0))[::-1]
        rows, columns = pixels.shape
        image = QImage(np.ascontiguousarray(pixels).tobytes(), columns, rows, 4 * columns, QImage.Format.Format_ARGB32)
        # The image must own its pixels.
        return image.copy()

    def _color(self, part: float) -> QColor:
        pale, full = self.theme.color("line", 0.45), self.theme.color("muted" if self._is_stale else _FULL)
        mixed = [(1.0 - part) * one + part * other for one, other in zip(pale.getRgbF(), full.getRgbF(), strict=True)]
        return QColor.fromRgbF(*mixed)
