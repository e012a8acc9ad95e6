"""What painted tables with a header share: a header that stays in sight, sorting, a selected row, boxes to toggle."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QMoveEvent,
    QPainter,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.rows import ROW_PX, PaintedRows
from asplab.gui.widgets.scroll import FADE_PX
from asplab.gui.widgets.sorting import Key
from asplab.gui.widgets.text import paint_rich, rich_width

MARK_PX = 11
"""Room beside a header for the sign of its order."""
_SIDES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class HeadedRows(PaintedRows):
    """Rows of equal height under a header.

    A click on a header sorts by it, the next one the other way, the third puts the rows back; with the keyboard the
    header is the row above the first one. What is not known comes last either way. Header, and rows that a table
    keeps at its end, stay in sight while the table is scrolled.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._selected: int | None = None
        self._sorting: tuple[int, bool] | None = None
        self._order: Sequence[int] = ()
        self._head: int | None = None

    @property
    def selected(self) -> int | None:
        """The row shown as selected."""
        return self._selected

    @property
    def sorting(self) -> tuple[int, bool] | None:
        """Column and direction (descending or not) of the order, None for that of the rows as given."""
        return self._sorting

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    # --- what a kind of table says -------------------------------------------------------------------------
    def edges(self) -> dict[int, tuple[float, float]]:
        """Return left and right edge of each column that is shown, by its index."""
        raise TypeError(f"{type(self).__name__} must define edges()")

    def can_sort(self, column: int) -> bool:
        """Return whether the rows may stand in the order of a column."""
        return False

    def sort_key(self, index: int, column: int) -> Key | None:
        """Return what a row is sorted by, None for what is not known."""
        return None

    def is_last(self, index: int) -> bool:
        """Return whether a row stays at the end, in any order and in sight."""
        return False

    def toggle_zone(self, index: int) -> float:
        """Return to which x a click toggles the row, in pixels; 0 for a row with nothing to toggle."""
        return 0.0

    def toggle(self, index: int) -> None:
        """Tell that the user wants to toggle a row."""
        raise TypeError(f"{type(self).__name__} must define toggle()")

    # --- order ---------------------------------------------------------------------------------------------
    def order(self) -> Sequence[int]:
        """Return the rows from the top."""
        return self._order

    def sort_by(self, column: int | None, *, is_descending: bool = False) -> None:
        """Put the rows into the order of a column; None puts them back."""
        self._sorting = None if column is None else (column, is_descending)
        self._arrange()
        self.updateGeometry()
        self.update()

    def _turn(self, column: int) -> None:
        """Sort by a column, then the other way, then not at all."""
        if not self.can_sort(column):
            return
        if self._sorting is None or self._sorting[0] != column:
            self.sort_by(column)
        else:
            self.sort_by(None if self._sorting[1] else column, is_descending=True)

    def _arrange(self) -> None:
        """Find the order anew, because rows or the wish have changed."""
        count = self.row_count()
        if self._sorting is None:
            self._order = range(count)
            return
        column, is_descending = self._sorting
        last = [index for index in range(count) if self.is_last(index)]
        keys = {index: self.sort_key(index, column) for index in range(count) if not self.is_last(index)}
        known = {index: key for index, key in keys.items() if key is not None}
        ranked = sorted(known, key=known.__getitem__, reverse=is_descending)
        self._order = (*ranked, *(index for index in keys if index not in known), *last)

    # --- places --------------------------------------------------------------------------------------------
    def sight(self) -> QRectF:
        """Return what can be seen of the table, in its own pixels."""
        parent = self.parentWidget()
        if parent is None or self.isWindow():
            return QRectF(self.rect())
        return QRectF(self.rect() & parent.rect().translated(-self.pos()))

    def header_box(self) -> QRectF:
        """Return where the header stands, in pixels."""
        return QRectF(0, self.sight().top(), self.width(), ROW_PX)

    def row_box(self, index: int) -> QRectF:
        """Return where a row stands, in pixels."""
        order = self._order
        place = index if isinstance(order, range) else order.index(index)
        top = (place + 1.0) * ROW_PX
        if self.is_last(index):
            sight = self.sight()
            least = sight.top() + ROW_PX
            top = max(min(top, sight.bottom() - ROW_PX * (len(order) - place)), min(least, top))
        return QRectF(0, top, self.width(), ROW_PX)

    def row_at(self, y: float) -> int:
        """Return the row at a height, -1 where there is none."""
        if y < self.header_box().bottom():
            return -1
        stuck = (index for index in self._kept() if self.row_box(index).top() <= y < self.row_box(index).bottom())
        place = int(y // ROW_PX) - 1
        return next(stuck, self._order[place] if 0 <= place < len(self._order) else -1)

    def column_at(self, x: float) -> int:
        """Return the column at a place, -1 where there is none."""
        return next((index for index, (left, right) in self.edges().items() if left <= x < right), -1)

    def _kept(self) -> list[int]:
        """Return the rows that stay at the end."""
        return [index for index in self._order if self.is_last(index)]

    def _rows_height(self) -> int:
        return ROW_PX * (self.row_count() + 1)

    # --- hand ----------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Sort by the header under the mouse, toggle a row, or choose it."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = event.position()
        if self.header_box().contains(place):
            self._turn(self.column_at(place.x()))
            return
        self._head = None
        row = self.row_at(place.y())
        if row >= 0 and place.x() < self.toggle_zone(row):
            self._current = row
            self.toggle(row)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk in the header, sort, or toggle the row with Space."""
        key = Qt.Key(event.key())
        if self._head is not None and self._key_in_header(key):
            return
        if key == Qt.Key.Key_Up and self._order and self._current == self._order[0] and self._sortable():
            self._enter_head(self._sortable()[0] if self._sorting is None else self._sorting[0])
            return
        has_row = 0 <= self._current < self.row_count() and self._head is None
        if key == Qt.Key.Key_Space and has_row and self.toggle_zone(self._current) > 0:
            self.toggle(self._current)
            return
        super().keyPressEvent(event)

    def moveEvent(self, event: QMoveEvent) -> None:
        """Paint header and last rows where they are seen; what was scrolled shows them where they were."""
        super().moveEvent(event)
        self.update()

    def _key_in_header(self, key: Qt.Key) -> bool:
        """Answer a key while the ring is on the header; return whether it meant anything there."""
        columns = self._sortable()
        if key == Qt.Key.Key_Down or self._head not in columns:
            self._head = None
            self.update()
            return key == Qt.Key.Key_Down
        if key in _SIDES:
            self._enter_head(columns[min(max(columns.index(self._head) + _SIDES[key], 0), len(columns) - 1)])
        elif key in _ENTER:
            self._turn(self._head)
            if self._order:
                self._current = self._order[0]
            self._enter_head(self._head)
        return key in _SIDES or key in _ENTER or key == Qt.Key.Key_Up

    def _enter_head(self, column: int) -> None:
        self._head = column
        self.setAccessibleDescription(tr("Sort by {column}", column=self.heads()[column] or tr("the first column")))
        self.update()

    def _sortable(self) -> list[int]:
        return [column for column in self.edges() if self.can_sort(column)]

    # --- painting ------------------------------------------------------------------------------------------
    def _to_paint(self, seen: QRectF) -> Iterable[int]:
        """Return the rows that lie in a part of the table, without those that are kept in sight."""
        first, last = int(seen.top() // ROW_PX) - 1, int(seen.bottom() // ROW_PX)
        yield from (index for index in self._order[max(first, 0) : max(last, 0)] if not self.is_last(index))

    def _paint_header(self, painter: QPainter, titles: dict[int, tuple[str, QRectF, Qt.AlignmentFlag]]) -> None:
        """Paint rich titles in their boxes, below which rows may have been scrolled."""
        box = self.header_box()
        if box.top() > 0:
            painter.fillRect(box, self._theme.color("panel"))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for column, (html, place, align) in titles.items():
            paint_rich(painter, place, html, align)
            if self._sorting is not None and self._sorting[0] == column:
                self._paint_mark(painter, place, rich_width(html, painter.font()), align)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(QPointF(0, box.bottom() - 0.5), QPointF(self.width(), box.bottom() - 0.5))

    def _paint_mark(self, painter: QPainter, place: QRectF, width: float, align: Qt.AlignmentFlag) -> None:
        """Paint the sign of the order beside a title of some width: up for ascending."""
        assert self._sorting is not None
        pen = painter.pen()
        if align == Qt.AlignmentFlag.AlignLeft:
            x = place.left() + width + MARK_PX / 2 + 1
        elif align == Qt.AlignmentFlag.AlignRight:
            x = place.right() - width - MARK_PX / 2 - 1
        else:
            x = place.center().x() + width / 2 + MARK_PX / 2
        y, way = place.center().y(), 1.0 if self._sorting[1] else -1.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(self._theme.color("accent")))
        corners = (QPointF(x - 3.5, y - 2 * way), QPointF(x + 3.5, y - 2 * way), QPointF(x, y + 3 * way))
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(pen)

    def _paint_ground(self, painter: QPainter, index: int) -> None:
        """Paint what lies behind a row: nothing, the sign of the selected one, or a cover for one kept in sight."""
        box = self.row_box(index)
        if self.is_last(index):
            painter.fillRect(box, self._theme.color("panel"))
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.drawLine(box.topLeft() + QPointF(0, 0.5), box.topRight() + QPointF(0, 0.5))
        if index == self._selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("soft"))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 5, 5)

    def _paint_fade(self, painter: QPainter) -> None:
        """Let rows that go on below what is seen fade out instead of being cut through."""
        kept, sight = self._kept(), self.sight()
        bottom = self.row_box(kept[0]).top() if kept else sight.bottom()
        if not sight.isEmpty() and bottom < self._rows_height() - ROW_PX * len(kept) - 1:
            fade = QLinearGradient(0, bottom - FADE_PX, 0, bottom)
            fade.setColorAt(0.0, self._theme.color("panel", 0.0))
            fade.setColorAt(1.0, self._theme.color("panel"))
            painter.fillRect(QRectF(0, bottom - FADE_PX, self.width(), FADE_PX), fade)

    def _paint_dot(self, painter: QPainter, color: str, left: float, middle: float, radius: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(color))
        painter.drawEllipse(QPointF(left + radius, middle), radius, radius)

    def _ring_box(self) -> QRectF:
        if self._head is None:
            return super()._ring_box()
        left, right = self.edges().get(self._head, (0.0, float(self.width())))
        box = self.header_box()
        return QRectF(max(left, 0.0), box.top(), right - left, box.height())
