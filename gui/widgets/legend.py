"""The temperatures as a row of coloured dots: legend and selector in one."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme

_HEIGHT, _DOT, _DOT_GAP, _UNIT_GAP = 24, 8, 3, 6
_LEAST_PAD, _MOST_PAD = 1.0, 7.0
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class TemperatureLegend(QWidget):
    """One dot and number a temperature; a click or the arrow keys choose one.

    ``temperature_chosen`` carries the index, ``comparison_chosen`` that of one that is to stand beside it (Ctrl+click).
    """

    temperature_chosen = Signal(int)
    comparison_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._colors: tuple[str, ...] = ()
        self._current: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Temperatures"))
        self.setToolTip(tr("Click a temperature to bring it to the front · Ctrl+click compares with it"))

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def display(self, names: Sequence[str], colors: Sequence[str], current: int | None) -> None:
        """Show these temperatures, named without their unit, with colour names of the theme."""
        wanted = (tuple(names), tuple(colors), current)
        if wanted != (self._names, self._colors, self._current):
            self._names, self._colors, self._current = wanted
            self.setAccessibleDescription("" if current is None else f"{self._names[current]} K")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all dots and numbers."""
        return QSize(round(sum(self._full_widths()) + 2 * _MOST_PAD * len(self._names) + self._unit_width()), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the height; numbers give way where the width does not suffice."""
        return QSize(0, _HEIGHT)

    def box_of(self, index: int) -> QRectF:
        """Return where a temperature stands, in pixels."""
        boxes = self._boxes()
        return boxes[index]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dots, the numbers and the unit."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink, muted = (
            self.palette().color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.PlaceholderText)
        )
        boxes = self._boxes()
        for index, box in enumerate(boxes):
            self._paint_one(painter, index, box, ink if index == self._current else muted)
        if boxes:
            painter.setPen(muted)
            rest = QRectF(boxes[-1].right(), 0, self._unit_width(), _HEIGHT)
            painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "K")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the temperature under the mouse."""
        hit = (index for index, box in enumerate(self._boxes()) if box.contains(event.position()))
        chosen = next(hit, None)
        if chosen is not None:
            is_second = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.comparison_chosen if is_second else self.temperature_chosen).emit(chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the neighbour with the arrow keys."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None or self._current is None:
            super().keyPressEvent(event)
        elif 0 <= self._current + step < len(self._names):
            self.temperature_chosen.emit(self._current + step)

    def _paint_one(self, painter: QPainter, index: int, box: QRectF, ink: QColor) -> None:
        if index == self._current:
            painter.setPen(QPen(self._theme.color("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("soft"))
            painter.drawRoundedRect(box.adjusted(1, 2, -1, -2), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(self._colors[index]))
        pad = max((box.width() - self._widths()[index]) / 2, _LEAST_PAD)
        has_dot = self._has_dots()
        if has_dot:
            painter.drawEllipse(QPointF(box.left() + pad + _DOT / 2, box.center().y()), _DOT / 2, _DOT / 2)
        painter.setPen(ink if has_dot else self._theme.text_color(self._colors[index]))
        if index in self._named():
            words = box.adjusted(pad + (_DOT + _DOT_GAP if has_dot else 0), 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._names[index])

    def _unit_width(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance("K") + _UNIT_GAP

    def _number_widths(self) -> list[float]:
        metrics = QFontMetricsF(self.font())
        return [metrics.horizontalAdvance(name) for name in self._names]

    def _full_widths(self) -> list[float]:
        return [width + _DOT + _DOT_GAP for width in self._number_widths()]

    def _has_dots(self) -> bool:
        """Whether dots stand before the numbers: where only numbers without dots have room, they have its colour."""
        return sum(self._full_widths()) <= self._room() or sum(self._number_widths()) > self._room()

    def _room(self) -> float:
        return self.width() - self._unit_width() - 2 * _LEAST_PAD * len(self._names)

    def _named(self) -> frozenset[int]:
        """Return whose numbers are written: all, or the selected one and as many others as fit evenly."""
        full, count = self._full_widths(), len(self._names)
        if not self._has_dots():
            return frozenset(range(count))
        for stride in range(1, count + 1):
            named = frozenset(range(0, count, stride)) | ({self._current} if self._current is not None else set())
            if sum(full[i] if i in named else _DOT for i in range(count)) <= self._room():
                return named
        return frozenset()

    def _widths(self) -> list[float]:
        if not self._has_dots():
            return self._number_widths()
        named = self._named()
        return [width if i in named else float(_DOT) for i, width in enumerate(self._full_widths())]

    def _boxes(self) -> list[QRectF]:
        widths = self._widths()
        if not widths:
            return []
        room = self.width() - self._unit_width()
        pad = min(max((room - sum(widths)) / (2 * len(widths)), _LEAST_PAD), _MOST_PAD)
        shrink = min(1.0, room / (sum(widths) + 2 * pad * len(widths)))
        boxes, left = [], 0.0
        for width in widths:
            boxes.append(QRectF(left, 0, (width + 2 * pad) * shrink, _HEIGHT))
            left = boxes[-1].right()
        return boxes
