"""What painted tables share: rows that can be walked through, chosen, copied and explained."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from asplab.core.export.table_text import TextTable, tsv
from asplab.gui.widgets.copy_menu import copy_as, open_copy_menu

ROW_PX = 24
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class PaintedRows(QWidget):
    """Rows painted in one go, so that they can follow every frame of a drag.

    ``row_chosen`` carries the index of a clicked row, ``current_changed`` that of the row under the ring. The arrow
    keys walk, Enter chooses, Ctrl+C copies all as text, a right click offers more forms. A kind of table says how many
    rows there are, where each stands, and what it says.
    """

    row_chosen = Signal(int)
    current_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def row_count(self) -> int:
        """Return the number of rows."""
        raise TypeError(f"{type(self).__name__} must define row_count()")

    def row_box(self, index: int) -> QRectF:
        """Return where a row stands, in pixels."""
        raise TypeError(f"{type(self).__name__} must define row_box()")

    def row_text(self, index: int) -> str:
        """Return a row as tab-separated plain text."""
        raise TypeError(f"{type(self).__name__} must define row_text()")

    def tip_at(self, place: QPointF) -> str:
        """Return the tooltip at a place."""
        raise TypeError(f"{type(self).__name__} must define tip_at()")

    def heads(self) -> tuple[str, ...]:
        """Return the names of the columns as plain text; none where there is no header."""
        return ()

    def order(self) -> Sequence[int]:
        """Return the rows from the top."""
        return range(self.row_count())

    def text_table(self) -> TextTable:
        """Return what is shown, for other programs."""
        return TextTable(self.heads(), tuple(tuple(self.row_text(index).split("\t")) for index in self.order()))

    def text(self) -> str:
        """Return the table as tab-separated plain text."""
        return tsv(self.text_table())

    def row_at(self, y: float) -> int:
        """Return the row at a height, -1 where there is none."""
        boxes = ((index, self.row_box(index)) for index in range(self.row_count()))
        return next((index for index, box in boxes if box.top() <= y < box.bottom()), -1)

    def event(self, event: QEvent) -> bool:
        """Explain what is under the mouse."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self.row_at(event.position().y()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the table."""
        self.menu = open_copy_menu(self, self.text_table, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the rows, choose with Enter, copy with Ctrl+C."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_as(self.text_table())
        elif key in _STEPS and self._step(_STEPS[key]) is not None:
            self._walk_to(self._step(_STEPS[key]) or 0)
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

    def _step(self, step: int) -> int | None:
        """Return the row so many places below the present one, None where there is none."""
        order = self.order()
        if self._current not in order:
            return None
        place = list(order).index(self._current) + step
        return order[place] if 0 <= place < len(order) else None

    def _walk_to(self, index: int) -> None:
        self._current = index
        self.setAccessibleDescription(self.row_text(index))
        self.update()
        self.current_changed.emit(index)

    def _keep_current(self) -> None:
        """Leave the ring on a row that exists."""
        self._current = min(self._current, max(self.row_count() - 1, 0))

    def _paint_ring(self, painter: QPainter) -> None:
        if self.hasFocus() and self.row_count():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._ring_box().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _ring_box(self) -> QRectF:
        return self.row_box(self._current)

    def _choose(self, index: int) -> None:
        if 0 <= index < self.row_count():
            self._current = index
            self.update()
            self.current_changed.emit(index)
            self.row_chosen.emit(index)
