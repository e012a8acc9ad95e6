"""Quiet reference lines and literature ranges behind the data."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen

from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.plots.layer import Layer, PixelMap
from asplab.gui.widgets.text import paint_rich, rich_width

_LABEL_PX, _ROW_PX = 16.0, 18.0
_BAR_PX, _HIT_PX = 4.0, 4.0


@dataclass(frozen=True, slots=True)
class Guide:
    """A line, or a range where ``high`` is given.

    Attributes
    ----------
    axis : str
        ``"x"`` for a place on the horizontal axis, ``"y"`` on the vertical one.
    low, high : float
        In plot coordinates (log10 on a logarithmic axis).
    label : str
        Rich text.
    label_row : int or None
        Line of text at the top below which a label on the horizontal axis stands; None puts it at the bottom.
    is_right : bool
        A label on the vertical axis stands at the right end.
    tip : str
        Rich text under the mouse.
    is_bar : bool
        A thin bar at the top or at the right instead of a band across the plot.
    """

    axis: str
    low: float
    high: float | None = None
    label: str = ""
    label_row: int | None = None
    is_right: bool = False
    tip: str = ""
    is_bar: bool = False


class Guides(Layer):
    """Dotted lines and pale bands."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._guides: tuple[Guide, ...] = ()

    def display(self, guides: Sequence[Guide]) -> None:
        """Show these guides."""
        self._guides = tuple(guides)
        self.update()

    def tip(self, pixel: QPointF) -> str:
        """Return what the guides under the mouse say, one below the other."""
        told = [guide for guide in self._guides if guide.tip]
        if not self.isVisible() or not told:
            return ""
        to_pixel = self.pixel_map()
        frame = self._frame(to_pixel)
        near = (_span(guide, to_pixel, frame).adjusted(-_HIT_PX, -_HIT_PX, _HIT_PX, _HIT_PX) for guide in told)
        return "<br><br>".join(
            guide.tip for guide, box in zip(told, near, strict=True) if box.contains(pixel) and frame.contains(pixel)
        )

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint bands, lines and labels."""
        frame = self._frame(to_pixel)
        font = QFont(painter.font())
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        for guide in self._guides:
            self._draw_guide(painter, guide, to_pixel, frame)

    def _frame(self, to_pixel: PixelMap) -> QRectF:
        """Return the visible part in pixels."""
        view = self.boundingRect()
        corners = (
            QPointF(to_pixel.x(x), to_pixel.y(y)) for x, y in ((view.left(), view.top()), (view.right(), view.bottom()))
        )
        return QRectF(*corners).normalized()

    def _draw_guide(self, painter: QPainter, guide: Guide, to_pixel: PixelMap, frame: QRectF) -> None:
        span = _span(guide, to_pixel, frame)
        if guide.high is None:
            painter.setPen(QPen(self.theme.color("muted"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(span.topLeft(), span.bottomRight())
        else:
            painter.fillRect(span, self.theme.color("muted", 0.3 if guide.is_bar else 0.16))
        if guide.label:
            self._draw_label(painter, guide, span, frame)

    def _draw_label(self, painter: QPainter, guide: Guide, span: QRectF, frame: QRectF) -> None:
        label = guide.label
        painter.setPen(self.theme.color("muted"))
        width = rich_width(label, painter.font())
        if guide.axis != "x":
            left = frame.right() - width - 6 if guide.is_right else frame.left() + 6
            paint_rich(painter, QRectF(left, span.top() - _LABEL_PX - 1, width, _LABEL_PX), label)
            return
        painter.save()
        # A band that is wide enough holds its label, a line has it at its left.
        left = span.center().x() + _LABEL_PX / 2 if span.width() > _LABEL_PX else span.left() - 3
        if left - _LABEL_PX < frame.left():
            left = span.right() + _LABEL_PX + 1
        from_top = None if guide.label_row is None else guide.label_row * _ROW_PX + 6 + width
        painter.translate(left, frame.bottom() - 6 if from_top is None else frame.top() + from_top)
        painter.rotate(-90)
        paint_rich(painter, QRectF(0, -_LABEL_PX, width, _LABEL_PX), label)
        painter.restore()


def _span(guide: Guide, to_pixel: PixelMap, frame: QRectF) -> QRectF:
    """Return the pixels that a guide covers; a line has no width."""
    is_x = guide.axis == "x"
    scale = to_pixel.x if is_x else to_pixel.y
    ends = sorted((float(scale(guide.low)), float(scale(guide.low if guide.high is None else guide.high))))
    span = QRectF(frame)
    if is_x:
        span.setLeft(ends[0])
        span.setRight(ends[1])
        if guide.is_bar:
            span.setHeight(_BAR_PX)
    else:
        span.setTop(ends[0])
        span.setBottom(ends[1])
        if guide.is_bar:
            span.setLeft(frame.right() - _BAR_PX)
    return span
