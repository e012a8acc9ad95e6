"""Draggable window edges and cutoffs."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from asplab.gui.look.theme import MUTED_PX
from asplab.gui.plots.handle import GRAB_PX, LABEL_PX, Handle
from asplab.gui.plots.layer import Bounds, PixelMap
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup


class RegionHandle(Handle):
    """A window between two edges.

    Either edge is dragged alone, its name at the top moves both. An edge dragged past the other takes its part.

    ``dragged`` carries the wanted lower and upper end.
    """

    dragged = Signal(float, float)

    @property
    def region(self) -> Bounds:
        """The displayed ends, None before the first :meth:`display`."""
        return (self._places[0], self._places[1]) if self._places else None

    def display(self, low: float, high: float) -> None:
        """Show the window there without telling anybody.

        Raises
        ------
        ValueError
            The ends are in the wrong order.
        """
        if not low < high:
            raise ValueError(f"{without_markup(self.label)}: {low} must lie below {high}.")
        self._place((float(low), float(high)))

    def part_count(self) -> int:
        """Return the two edges and the whole."""
        return 3

    def shape(self) -> QPainterPath:
        """Return the edges and the name at the top."""
        path = super().shape()
        if self._places and self.scene() is not None:
            to_pixel = self.pixel_map()
            chip = self._chip(to_pixel)
            corners = (to_pixel.data(chip.topLeft()), to_pixel.data(chip.bottomRight()))
            path.addRect(QRectF(*(QPointF(*corner) for corner in corners)).normalized())
        return path

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the tint, the edges with their values and the name with its scope."""
        if not self._places:
            return
        self._prepare(painter)
        frame = self._frame(to_pixel)
        low, high = (float(to_pixel.x(place)) for place in self._places)
        painter.fillRect(QRectF(low, frame.top(), high - low, frame.height()), self.theme.color(self._color, 0.08))
        for part, x in enumerate((low, high)):
            self._draw_edge(painter, x, part, to_pixel, Qt.PenStyle.SolidLine)
        self._draw_values(painter, frame, low, high)
        chip = self._chip(to_pixel)
        if chip.width() < high - low or self.is_active:
            self._draw_chip(painter, chip)

    def _draw_values(self, painter: QPainter, frame: QRectF, low: float, high: float) -> None:
        if not self.is_active:
            return
        top = frame.bottom() - (self._row + 1) * LABEL_PX - 4 - self._floor_px
        for part, x in enumerate((low, high)):
            words = f"{plain(self._places[part], self._decimals)} {self.unit}"
            box = self._label_box(painter, words, x, top, right=part == 1)
            if box.left() < frame.left() or box.right() > frame.right():
                box = self._label_box(painter, words, x, top, right=part == 0)
            self._draw_label(painter, box, words)

    def _draw_chip(self, painter: QPainter, chip: QRectF) -> None:
        whole = self._part == 2 and (self.hasFocus() or self._grabbed is not None)
        lit = whole or self._hovered == 2
        painter.setPen(QPen(self.theme.color(self._color), 1) if lit else Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("soft" if lit else "panel", 0.9))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(self.theme.text_color(self._color))
        paint_rich(painter, chip, self._words(), Qt.AlignmentFlag.AlignHCenter)

    def _words(self) -> str:
        return f"{self.label} · {self.scope}" if self.is_active else self.label

    def _chip(self, to_pixel: PixelMap) -> QRectF:
        font = QFont()
        font.setPixelSize(MUTED_PX)
        frame = self._frame(to_pixel)
        low, high = (float(to_pixel.x(place)) for place in self._places)
        middle = (max(low, frame.left()) + min(high, frame.right())) / 2
        width = QFontMetricsF(font).horizontalAdvance(without_markup(self._words())) + 14
        left = max(min(middle - width / 2, frame.right() - width - 2), frame.left() + 2)
        return QRectF(left, frame.top() + self._row * LABEL_PX + 2, width, LABEL_PX)

    def _part_at(self, place: QPointF) -> int:
        to_pixel = self.pixel_map()
        pixel = QPointF(to_pixel.x(place.x()), to_pixel.y(place.y()))
        nearest = super()._part_at(place)
        if abs(pixel.x() - to_pixel.x(self._places[nearest])) <= GRAB_PX:
            return nearest
        return 2 if self._chip(to_pixel).contains(pixel) else nearest

    def _wanted(self, places: tuple[float, ...], by: float) -> tuple[float, ...]:
        low, high = places
        moved = ((low + by, high), (low, high + by), (low + by, high + by))[self._part]
        wanted = tuple(sorted(moved))
        return wanted if wanted[0] < wanted[1] else self._places

    def _move(self, places: tuple[float, ...], by: float) -> None:
        super()._move(places, by)
        low, high = places
        crossed = (low + by > high, high + by < low, False)[self._part]
        # The next key starts from the places displayed by then, where the moved edge is the other one.
        if crossed and self._grabbed is None:
            self._part = 1 - self._part

    def _tell(self, places: tuple[float, ...]) -> None:
        self.dragged.emit(*places)


class LineHandle(Handle):
    """One dashed line, for instance a filter's cutoff.

    ``dragged`` carries the wanted place.
    """

    dragged = Signal(float)

    @property
    def place(self) -> float | None:
        """The displayed place, None before the first :meth:`display`."""
        return self._places[0] if self._places else None

    def display(self, place: float) -> None:
        """Show the line there without telling anybody."""
        self._place((float(place),))

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the line and its label."""
        if not self._places:
            return
        self._prepare(painter)
        frame = self._frame(to_pixel)
        x = float(to_pixel.x(self._places[0]))
        self._draw_edge(painter, x, 0, to_pixel, Qt.PenStyle.DashLine)
        value = self._value_words()
        words = f"{self.label} {value}"
        whole = f"{words} · {self.scope}" if self.is_active else words
        # The status line has name and scope too: a narrow plot leaves them out rather than cut them.
        fitting = (text for text in (whole, words) if rich_width(text, painter.font()) + 12 < frame.width())
        words = next(fitting, value)
        box = self._label_box(painter, words, x, frame.top(), right=True)
        if box.right() > frame.right():
            box = self._label_box(painter, words, x, frame.top(), right=False)
        box.moveLeft(max(min(box.left(), frame.right() - box.width() - 2), frame.left() + 2))
        self._draw_label(painter, box, words)

    def _value_words(self) -> str:
        return f"{plain(self._places[0], self._decimals)} {self.unit}"

    def _wanted(self, places: tuple[float, ...], by: float) -> tuple[float, ...]:
        return (places[0] + by,)

    def _tell(self, places: tuple[float, ...]) -> None:
        self.dragged.emit(places[0])
