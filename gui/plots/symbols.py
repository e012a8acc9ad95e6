"""Plot symbols as small pictures, painted once per kind, colour and pixel ratio."""

import math
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

SYMBOL_PX = 9
_PICTURE_PX = 15
_CORNERS = {"diamond": (4, 0.0), "triangle": (3, 0.0), "wedge": (3, 180.0), "square": (4, 45.0), "hexagon": (6, 0.0)}
_RADIUS = {"diamond": 0.58, "triangle": 0.62, "wedge": 0.62, "square": 0.6, "hexagon": 0.54}


@lru_cache(maxsize=64)
def symbol_path(kind: str) -> QPainterPath:
    """Return the outline of a symbol of unit size around the origin.

    Raises
    ------
    ValueError
        There is no such symbol.
    """
    path = QPainterPath()
    if kind == "circle":
        path.addEllipse(QRectF(-0.5, -0.5, 1, 1))
    elif kind == "cross":
        for box in (QRectF(-0.65, -0.2, 1.3, 0.4), QRectF(-0.2, -0.65, 0.4, 1.3)):
            path.addRect(box)
        path.setFillRule(Qt.FillRule.WindingFill)
        path = path.simplified()
    elif kind == "star":
        path.addPolygon(_polygon(10, 0.0, lambda index: 0.62 if index % 2 == 0 else 0.27))
    elif kind in _CORNERS:
        corners, turned = _CORNERS[kind]
        path.addPolygon(_polygon(corners, turned, lambda _index: _RADIUS[kind]))
    else:
        raise ValueError(f"Plot symbol '{kind}' is unknown.")
    path.closeSubpath()
    return path


@lru_cache(maxsize=512)
def symbol_picture(kind: str, fill: str, outline: str, ratio: float, size: float = SYMBOL_PX) -> QPixmap:
    """Return a symbol with its fill and outline as a picture of odd size, centred."""
    picture = QPixmap(round(_PICTURE_PX * ratio), round(_PICTURE_PX * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(_PICTURE_PX / 2, _PICTURE_PX / 2)
    painter.scale(size, size)
    pen = QPen(QColor(outline), 1.2)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(QColor(fill))
    painter.drawPath(symbol_path(kind))
    painter.end()
    return picture


def picture_offset() -> QPointF:
    """Return the shift from a point to the corner of its picture."""
    return QPointF(_PICTURE_PX / 2, _PICTURE_PX / 2)


def _polygon(corners: int, turned_deg: float, radius: Callable[[int], float]) -> QPolygonF:
    angles = [math.radians(turned_deg + 360.0 * index / corners) for index in range(corners)]
    return QPolygonF(
        [QPointF(radius(i) * math.sin(angle), -radius(i) * math.cos(angle)) for i, angle in enumerate(angles)]
    )
