"""A spectrum as small as a word, for lists."""

import numpy as np
import pyqtgraph.functions as fn
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from asplab.core.importing.scanned import ScannedPart
from asplab.gui.importing.files_model import KIND, PART
from asplab.gui.look.theme import Theme

WIDTH_PX, ROW_PX = 112, 30
_MARGIN_X, _MARGIN_Y = 8, 4
_COLORS = {"pl": "pl", "aspl": "aspl", "pa": "pa"}


class SparklineDelegate(QStyledItemDelegate):
    """Paints the thumbnail of a data set."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: dict[tuple[ScannedPart, int, int], QPolygonF] = {}

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the room for a line."""
        return QSize(WIDTH_PX, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the ground, then the line."""
        super().paint(painter, option, index)
        part = index.data(PART)
        if part is None:
            return
        box: QRect = option.rect.adjusted(_MARGIN_X, _MARGIN_Y, -_MARGIN_X, -_MARGIN_Y)
        key = (part, box.width(), box.height())
        if key not in self._lines:
            self._lines[key] = polyline(part, box.width(), box.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(box.topLeft())
        painter.setPen(QPen(self._color(index.data(KIND)), 1))
        painter.drawPolyline(self._lines[key])
        painter.restore()

    def _color(self, kind: str) -> QColor:
        return self._theme.color(_COLORS.get(kind, "muted"))


def polyline(part: ScannedPart, width: int, height: int) -> QPolygonF:
    """Return the thumbnail of a data set, scaled to fill a box of this size in pixels."""
    x, y = part.thumbnail
    good = np.isfinite(x) & np.isfinite(y)
    x, y = x[good], y[good]
    if x.size < 2:
        return QPolygonF()
    span_x, span_y = np.ptp(x) or 1.0, np.ptp(y) or 1.0
    left = (x - x.min()) / span_x * width
    top = height - (y - y.min()) / span_y * height if np.ptp(y) else np.full(y.size, height / 2)
    line: QPolygonF = fn.arrayToQPolygonF(np.ascontiguousarray(left), np.ascontiguousarray(top))
    return line
