"""Thin strips at the bottom of a plot: how a result changes along an edge that can be dragged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QPainter, QPen, QPixmap

from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.plots.diverging import diverging_color
from asplab.gui.plots.heat import cell_edges
from asplab.gui.plots.layer import Array, Layer, PixelMap
from asplab.gui.widgets.text import paint_rich, rich_width

STRIP_PX, _GAP_PX, _MARK_PX = 9, 3, 3


@dataclass(frozen=True, slots=True, eq=False)
class EdgeStrip:
    """One result along one edge.

    Attributes
    ----------
    places : ndarray, shape (n,)
        Where the edge may stand, ascending, in plot coordinates.
    change : ndarray, same shape
        In standard errors; NaN where it is not known.
    counted : ndarray of bool, same shape
        Places that are not counted are hatched.
    tips : sequence of str
        Rich text of each place.
    name : str
        What is moved; told where strips stand above one another.
    row : int
        Line of the plot, counted from the bottom.
    """

    places: Array
    change: Array
    counted: np.ndarray
    tips: Sequence[str]
    name: str = ""
    row: int = 0

    @property
    def marks(self) -> Array:
        """Where the change passes one standard error, up or down."""
        found: list[float] = []
        for level in (-1.0, 1.0):
            away = self.change - level
            with np.errstate(invalid="ignore"):
                at = np.flatnonzero(away[:-1] * away[1:] < 0)
            part = away[at] / (away[at] - away[at + 1])
            found += list(self.places[at] + part * (self.places[at + 1] - self.places[at]))
        return np.array(sorted(found))


class EdgeStrips(Layer):
    """Strips side by side or above one another.

    They are painted into a picture that is only copied until strips, zoom, size, pixel ratio or theme change.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._strips: tuple[EdgeStrip, ...] = ()
        self._limit, self._is_stale = 1.0, False
        self._version = 0
        self._key: tuple[object, ...] = ()
        self._picture = QPixmap()
        self.builds = 0

    @property
    def strips(self) -> tuple[EdgeStrip, ...]:
        """The strips as displayed."""
        return self._strips

    @property
    def height_px(self) -> int:
        """The room that the strips take at the bottom."""
        return (max((strip.row for strip in self._strips), default=-1) + 1) * (STRIP_PX + _GAP_PX)

    def display(self, strips: Sequence[EdgeStrip], *, limit: float = 1.0, is_stale: bool = False) -> None:
        """Show these strips; none take no time at all."""
        if not strips and not self._strips:
            return
        self._strips, self._limit, self._is_stale = tuple(strips), limit, is_stale
        self._version += 1
        self.update()

    def tip(self, pixel: QPointF) -> str:
        """Return what the place under the mouse says."""
        if not self._strips:
            return ""
        to_pixel = self.pixel_map()
        frame = self._frame(to_pixel)
        for strip in self._strips:
            box = self._row_box(frame, strip.row)
            if box.top() <= pixel.y() < box.bottom() + 1:
                at = int(np.searchsorted(cell_edges(strip.places), to_pixel.data(pixel)[0])) - 1
                if 0 <= at < strip.places.size:
                    return strip.tips[at]
        return ""

    def pixel_of_place(self, strip: int, at: int) -> QPointF:
        """Return the middle of one place of a strip, in the plot's pixels."""
        to_pixel, one = self.pixel_map(), self._strips[strip]
        y = self._row_box(self._frame(to_pixel), one.row).center().y()
        return QPointF(float(to_pixel.x(one.places[at])), y)

    # --- painting ----------------------------------------------------------------------------------------
    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Copy the picture, after painting it anew where needed."""
        if not self._strips:
            return
        frame = self._frame(to_pixel)
        height = self.height_px + _MARK_PX
        area = QRectF(frame.left(), frame.bottom() - height, frame.width(), height)
        ratio = painter.device().devicePixelRatioF()
        key = (to_pixel.x_scale, to_pixel.x_shift, area.getRect(), ratio, self._version, self.theme.name)
        if key != self._key:
            self._key = key
            self._rebuild(to_pixel, frame, area, ratio)
        painter.drawPixmap(area.topLeft(), self._picture)

    def _rebuild(self, to_pixel: PixelMap, frame: QRectF, area: QRectF, ratio: float) -> None:
        self._picture = QPixmap((area.size() * ratio).toSize())
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        try:
            painter.translate(-area.topLeft())
            for strip in self._strips:
                self._draw_strip(painter, strip, self._row_box(frame, strip.row), to_pixel, frame)
        finally:
            # A picture must not go while somebody paints on it.
            painter.end()
        self.builds += 1

    def _draw_strip(self, painter: QPainter, strip: EdgeStrip, box: QRectF, to_pixel: PixelMap, frame: QRectF) -> None:
        edges = [round(float(x)) for x in to_pixel.x(cell_edges(strip.places))]
        hatch = QBrush(self.theme.color("text", 0.5), Qt.BrushStyle.BDiagPattern)
        for at, change in enumerate(strip.change):
            cell = QRectF(edges[at], box.top(), edges[at + 1] - edges[at], box.height())
            if not cell.intersects(frame):
                continue
            if np.isfinite(change):
                color = diverging_color(self.theme, float(change) / self._limit, is_stale=self._is_stale)
                painter.fillRect(cell, color)
                if not strip.counted[at]:
                    painter.fillRect(cell, hatch)
            else:
                painter.fillRect(cell, self.theme.color("background"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.color("muted"), 1))
        painter.drawRect(QRectF(edges[0] + 0.5, box.top() + 0.5, edges[-1] - edges[0] - 1, box.height() - 1))
        if self.height_px > STRIP_PX + _GAP_PX:
            self._draw_name(painter, strip.name, QRectF(edges[-1], box.top(), frame.right(), box.height()))
        painter.setPen(QPen(self.theme.color("text"), 1))
        for mark in to_pixel.x(strip.marks):
            column = round(float(mark)) + 0.5
            painter.drawLine(QPointF(column, box.top() - 2), QPointF(column, box.bottom() + 1))

    def _draw_name(self, painter: QPainter, name: str, room: QRectF) -> None:
        font = QFont()
        font.setPixelSize(MUTED_PX - 2)
        painter.setFont(font)
        # Data may lie behind it.
        painter.fillRect(
            QRectF(room.left(), room.top(), rich_width(name, font) + 10, room.height()), self.theme.color("panel", 0.92)
        )
        painter.setPen(self.theme.color("muted"))
        paint_rich(painter, room.adjusted(5, 0, 0, 0), name)

    def _row_box(self, frame: QRectF, row: int) -> QRectF:
        top = frame.bottom() - (row + 1) * (STRIP_PX + _GAP_PX)
        return QRectF(frame.left(), top, frame.width(), STRIP_PX)

    def _frame(self, to_pixel: PixelMap) -> QRectF:
        view = self.boundingRect()
        ends = ((view.left(), view.top()), (view.right(), view.bottom()))
        corners = (QPointF(float(to_pixel.x(x)), float(to_pixel.y(y))) for x, y in ends)
        return QRectF(QRectF(*corners).normalized().toAlignedRect())
