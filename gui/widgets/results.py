"""Results with their errors: one painted table, cheap enough to follow every frame of a drag."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from asplab.core.estimate import Estimate
from asplab.gui.widgets.numerals import measured
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

ROW_PX = 24
_SECOND_PX = 18
_GAP = 8
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One reported number.

    Attributes
    ----------
    symbol : str
        Rich text, for instance ``E<sub>g</sub>``.
    estimate : Estimate
        Value, error, unit and interval.
    note : str
        What the error means or why it is open; the tooltip.
    doubtful : bool
        Marked with ``!``; the note says why.
    """

    symbol: str
    estimate: Estimate
    note: str = ""
    doubtful: bool = False


class ResultsTable(QWidget):
    """Symbol, value ± error and unit in three columns, the figures right-aligned.

    ``row_chosen`` carries the index of a clicked row. Ctrl+C copies the table as text.
    """

    row_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ResultRow, ...] = ()
        self._numbers: tuple[str, ...] = ()
        self._current = 0
        self._tall: frozenset[int] = frozenset()
        self._symbols: tuple[str, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[ResultRow, ...]:
        """The rows as displayed."""
        return self._rows

    def display(self, rows: Sequence[ResultRow]) -> None:
        """Show these rows; only another number of rows touches the layout."""
        self._rows = tuple(rows)
        self._numbers = tuple(measured(row.estimate, self.locale()) for row in rows)
        self._current = min(self._current, max(len(rows) - 1, 0))
        symbols = tuple(row.symbol for row in rows)
        if symbols != self._symbols:
            # A row that once needed two lines keeps them, or a drag would make the column jump.
            self._symbols, self._tall = symbols, frozenset()
            self.updateGeometry()
        self._make_room()
        self.update()

    def text(self) -> str:
        """Return the table as tab-separated plain text."""
        rows = zip(self._rows, self._numbers, strict=True)
        return "\n".join(f"{without_markup(row.symbol)}\t{number}\t{row.estimate.unit}" for row, number in rows)

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(220, self._top(len(self._rows)))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all rows."""
        painter = QPainter(self)
        ink, muted = (
            self.palette().color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.PlaceholderText)
        )
        unit_px = self._unit_px()
        column = unit_px + _GAP if unit_px else 0.0
        for index, (row, number) in enumerate(zip(self._rows, self._numbers, strict=True)):
            top = self._top(index)
            box = QRectF(0, self._top(index + 1) - ROW_PX, self.width(), ROW_PX)
            name_box = QRectF(2, top, self.width() - 2, ROW_PX)
            number_box = box.adjusted(0, 0, -column, 0)
            painter.setPen(ink)
            paint_rich(painter, name_box, _name(row))
            painter.drawText(number_box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
            painter.setPen(muted)
            paint_rich(painter, box.adjusted(self.width() - unit_px, 0, 0, 0), row.estimate.unit)
        if self.hasFocus() and self._rows:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            top = self._top(self._current)
            ring = QRectF(0.5, top + 0.5, self.width() - 1, self._top(self._current + 1) - top - 1)
            painter.drawRoundedRect(ring, 4, 4)

    def event(self, event: QEvent) -> bool:
        """Explain the row under the mouse."""
        if isinstance(event, QHelpEvent):
            index = self._row_at(event.pos().y())
            note = self._rows[index].note if index >= 0 else ""
            QToolTip.showText(event.globalPos(), note, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row."""
        self._choose(self._row_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the rows, choose with Enter, copy with Ctrl+C."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        elif key in _STEPS and 0 <= self._current + _STEPS[key] < len(self._rows):
            self._current += _STEPS[key]
            self.setAccessibleDescription(self.text().split("\n")[self._current])
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give long rows a second line, and take it back where there is room."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._tall = frozenset()
            self._make_room(forget=True)

    def _make_room(self, *, forget: bool = False) -> None:
        font, metrics = self.font(), QFontMetricsF(self.font())
        unit_px = self._unit_px()
        room = self.width() - 2 - (unit_px + _GAP if unit_px else 0.0)
        wide = frozenset(
            index
            for index, (row, number) in enumerate(zip(self._rows, self._numbers, strict=True))
            if rich_width(_name(row), font) + _GAP + metrics.horizontalAdvance(number) > room
        )
        if forget or not wide <= self._tall:
            self._tall |= wide
            self.updateGeometry()

    def _unit_px(self) -> float:
        return max((rich_width(row.estimate.unit, self.font()) for row in self._rows), default=0.0)

    def _top(self, index: int) -> int:
        return ROW_PX * index + _SECOND_PX * sum(tall < index for tall in self._tall)

    def _row_at(self, y: float) -> int:
        """Return the row at a height, -1 below the last."""
        return next((index for index in range(len(self._rows)) if self._top(index) <= y < self._top(index + 1)), -1)

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._rows):
            self._current = index
            self.update()
            self.row_chosen.emit(index)


def _name(row: ResultRow) -> str:
    return ("! " if row.doubtful else "") + row.symbol
