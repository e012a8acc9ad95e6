"""Points that the arrow keys walk through, so that a plot is explored without a mouse."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from asplab.gui.look.theme import Theme
from asplab.gui.plots.layer import Layer, PixelMap, Stop

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
"""Steps in pixels' directions: right and down are positive."""
_RADIUS_PX, _ASIDE = 11.0, 3.0


class PointCursor(Layer):
    """A dashed ring around the point that the keys have reached."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._at: tuple[Layer, Stop] | None = None
        self.setVisible(False)

    @property
    def at(self) -> tuple[Layer, Stop] | None:
        """Layer and point, as they are drawn now; None where the point is gone."""
        if self._at is None:
            return None
        layer, stop = self._at
        found = (one for one in layer.stops() if one.parts == stop.parts)
        now = next(found, None)
        return None if now is None else (layer, now)

    def display(self, at: tuple[Layer, Stop] | None) -> None:
        """Ring another point, or none."""
        self._at = at
        self.setVisible(at is not None)
        self.update()

    def pixel(self) -> QPointF | None:
        """Return where the point stands, in the plot's pixels."""
        at = self.at
        return None if at is None else _pixel(*at)

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the ring."""
        centre = self.pixel()
        if centre is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.color("text"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, _RADIUS_PX, _RADIUS_PX)


def next_stop(
    layers: Iterable[Layer], at: tuple[Layer, Stop] | None, step: tuple[int, int], view: tuple[QPointF, QPointF]
) -> tuple[Layer, Stop] | None:
    """Return the point that an arrow key leads to, None where there is none that way.

    Left and right follow the series of the point (all of them where it stands alone), up and down lead to whatever
    is nearest there. Without a point to begin with it is the leftmost one.

    Parameters
    ----------
    layers : iterable of Layer
        The visible ones.
    at : (Layer, Stop) or None
        The present point.
    step : (int, int)
        Direction, one of :data:`ARROWS`.
    view : pair of QPointF
        Upper left and lower right pixel of the visible part.
    """
    first, last = view
    seen = []
    for layer in layers:
        for stop in layer.stops():
            place = _pixel(layer, stop)
            if first.x() <= place.x() <= last.x() and first.y() <= place.y() <= last.y():
                seen.append((layer, stop, place))
    if at is None:
        start = min(seen, key=lambda one: one[2].x(), default=None)
        return None if start is None else start[:2]
    here, (layer, stop) = _pixel(*at), at
    others = [one for one in seen if one[0] is not layer or one[1].parts != stop.parts]
    if step[0]:
        # Along the series, however steep it is.
        own = [one for one in others if one[0] is layer and one[1].parts[0] == stop.parts[0]]
        # A series of a single point goes on in the others.
        ahead = [((one[2].x() - here.x()) * step[0], one) for one in own or others]
    else:
        ahead = [
            (away + _ASIDE * abs(one[2].x() - here.x()), one)
            for one in others
            if (away := (one[2].y() - here.y()) * step[1]) > 0
        ]
    found = min((one for one in ahead if one[0] > 0), key=lambda one: one[0], default=None)
    return None if found is None else found[1][:2]


def _pixel(layer: Layer, stop: Stop) -> QPointF:
    to_pixel = layer.pixel_map()
    return QPointF(float(to_pixel.x(stop.x)), float(to_pixel.y(stop.y)))
