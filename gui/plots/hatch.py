"""A hatched region below a curve: what could be something else than it seems."""

import numpy as np
import pyqtgraph.functions as fn
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.gui.look.theme import Theme
from asplab.gui.plots.layer import Array, Layer, PixelMap

_SPACING_PX, _RISEN_PX = 7.0, 2.0
_EMPTY: Array = np.empty(0)


class HatchedRegion(Layer):
    """The region between two heights over x, hatched, with a dashed upper end."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._x, self._low, self._high, self._tip = _EMPTY, 0.0, _EMPTY, ""
        self._given: tuple[Array, Array] = (_EMPTY, _EMPTY)

    @property
    def is_shown(self) -> bool:
        """Whether there is a region."""
        return self._x.size > 1

    def display(self, x: Array, high: Array, *, low: float = 0.0, tip: str = "") -> None:
        """Hatch from ``low`` up to a curve; NaN is left out, and nothing is hatched without points."""
        if x is self._given[0] and high is self._given[1] and tip == self._tip:
            return
        self._given = (x, high)
        good = np.isfinite(x) & np.isfinite(high)
        self._x, self._high, self._low, self._tip = x[good], high[good], low, tip
        self.update()

    def clear(self) -> None:
        """Hatch nothing."""
        if self.is_shown:
            self.display(_EMPTY, _EMPTY)

    def tip(self, pixel: QPointF) -> str:
        """Return the tip inside the region."""
        if not self.is_shown:
            return ""
        x, y = self.pixel_map().data(pixel)
        inside = self._x[0] <= x <= self._x[-1] and self._low <= y <= np.interp(x, self._x, self._high)
        return self._tip if inside else ""

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the hatching and its upper end."""
        if not self.is_shown:
            return
        x, high = to_pixel.x(self._x), to_pixel.y(self._high)
        outline = np.concatenate((x, x[::-1])), np.concatenate((high, np.full(x.size, to_pixel.y(self._low))))
        region = QPainterPath()
        region.addPolygon(fn.arrayToQPolygonF(*outline))
        painter.save()
        painter.setClipPath(region, Qt.ClipOperation.IntersectClip)
        hatch(painter, region.boundingRect(), self.theme)
        painter.restore()
        painter.setPen(QPen(self.theme.color("warn", 0.75), 1, Qt.PenStyle.DashLine))
        # Along the lower end it would be taken for a curve.
        risen = np.abs(high - to_pixel.y(self._low)) > _RISEN_PX
        painter.drawPolyline(fn.arrayToQPolygonF(x[risen], high[risen]))


class HatchKey(QWidget):
    """A small hatched box that stands beside the words for it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the size of a word."""
        return QSize(22, 14)

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box."""
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setClipRect(box)
        hatch(painter, box, self._theme)
        painter.setPen(QPen(self._theme.color("warn", 0.75), 1, Qt.PenStyle.DashLine))
        painter.drawLine(box.topLeft(), box.topRight())


def hatch(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """Fill what the painter is clipped to with the one pattern that says "could be something else"."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("warn", 0.42), 1))
    # The lines pass through fixed places of the picture, so that they stand still while the region changes.
    first = np.floor((box.left() + box.top()) / _SPACING_PX) * _SPACING_PX
    sums = np.arange(first, box.right() + box.bottom() + _SPACING_PX, _SPACING_PX)
    painter.drawLines(
        [QLineF(total - box.bottom(), box.bottom(), total - box.top(), box.top()) for total in sums.tolist()]
    )
