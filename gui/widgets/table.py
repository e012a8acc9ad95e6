"""A small table with typeset headers, painted in one go so that it can follow every frame of a drag."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from asplab.gui.look.theme import Theme
from asplab.gui.widgets.rows import ROW_PX, PaintedRows
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

_LEAST_GAP, _GAP, _PAD, _DOT = 6, 18, 6, 8
_BOX, _BOX_ROOM = 14, 22
_LEAST_FIRST = 120
_TICK = ((0.25, 0.52), (0.43, 0.70), (0.76, 0.32))


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes
    ----------
    header, unit : str
        Rich text.
    tip : str
        What it holds; the tooltip.
    is_spare : bool
        Left out where there is no room for all columns; copied, and told by the row's tooltip, all the same.
    rank : int
        Of the spare columns those of the highest rank go first; of equal ones the left one.
    """

    header: str
    unit: str = ""
    tip: str = ""
    is_spare: bool = False
    rank: int = 0


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of plain-text cells.

    Attributes
    ----------
    cells : tuple of str
        One per column.
    color : str
        Colour name of the dot before the first cell; none when empty.
    is_muted : bool
        Painted in the muted colour, for instance because it is excluded.
    tip : str
        Tooltip.
    checked : bool or None
        State of the box before the row; None has no box.
    words : str
        Muted, in place of all cells but the first.
    tones : tuple of str
        Colour names of the cells; an empty one, or none, is painted as text.
    """

    cells: tuple[str, ...]
    color: str = ""
    is_muted: bool = False
    tip: str = ""
    checked: bool | None = None
    words: str = ""
    tones: tuple[str, ...] = ()


class DataTable(PaintedRows):
    """Rows of numbers under typeset headers; the first column stands left, all others right.

    In a narrow table spare columns are left out one by one, then the first column gives way, with an ellipsis.

    ``check_toggled`` carries the row whose box was clicked, or toggled with Space.
    """

    check_toggled = Signal(int)

    def __init__(self, theme: Theme, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = tuple(columns)
        self._rows: tuple[TableRow, ...] = ()
        self._selected: int | None = None
        self._natural: tuple[float, ...] = ()

    @property
    def rows(self) -> tuple[TableRow, ...]:
        """The rows as displayed."""
        return self._rows

    @property
    def selected(self) -> int | None:
        """The row shown as selected."""
        return self._selected

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def display_columns(self, columns: Sequence[Column]) -> None:
        """Have other columns; rows for them follow."""
        if tuple(columns) != self._columns:
            self._columns, self._rows, self._natural = tuple(columns), (), ()

    def display(self, rows: Sequence[TableRow], selected: int | None = None) -> None:
        """Show these rows; only another size touches the layout."""
        count = len(self._rows)
        self._rows, self._selected = tuple(rows), selected
        self._current = self._current if selected is None else selected
        self._keep_current()
        natural = self._measure()
        # Columns only grow, so that digits do not make the table tremble during a drag.
        if len(natural) == len(self._natural):
            natural = tuple(max(pair) for pair in zip(natural, self._natural, strict=True))
        if natural != self._natural or len(rows) != count:
            self._natural = natural
            self.updateGeometry()
        self.update()

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def row_text(self, index: int) -> str:
        """Return the cells, or the words in their place."""
        row = self._rows[index]
        return "\t".join((*row.cells, row.words) if row.words else row.cells)

    def text(self) -> str:
        """Return headers and rows as tab-separated plain text."""
        heads = [without_markup(c.header) + (f" ({without_markup(c.unit)})" if c.unit else "") for c in self._columns]
        return "\n".join(("\t".join(heads), super().text()))

    def sizeHint(self) -> QSize:
        """Return the room for all rows and columns."""
        return self._size(range(len(self._columns)), _GAP)

    def minimumSizeHint(self) -> QSize:
        """Return the room for all rows and the columns that are not spare, close together and the first one elided."""
        size = self._size([i for i, column in enumerate(self._columns) if not column.is_spare], _LEAST_GAP)
        first = self._natural[0] if self._natural else 0.0
        return QSize(size.width() - math.floor(max(first - _LEAST_FIRST, 0.0)), size.height())

    def row_box(self, index: int) -> QRectF:
        """Return where a row stands, in pixels."""
        return QRectF(0, (index + 1) * ROW_PX, self.width(), ROW_PX)

    def tip_at(self, place: QPointF) -> str:
        """Return the tooltip of a row, or of a column's header."""
        row = self.row_at(place.y())
        if row >= 0:
            return "\n".join(line for line in (*self._untold(row), self._rows[row].tip) if line)
        if place.y() >= ROW_PX:
            return ""
        edges = self._edges()
        hits = (self._columns[i].tip for i, (left, right) in edges.items() if left <= place.x() < right)
        return next(hits, "")

    def _untold(self, index: int) -> list[str]:
        """Return the cells of a row that there is no room for."""
        row, edges = self._rows[index], self._edges()
        if row.words:
            return []
        left, right = edges[0]
        is_cut = self._natural[0] > math.ceil(right - left)
        heads = [without_markup(_head(column)) for column in self._columns]
        hidden = [f"{heads[i]}: {cell}" for i, cell in enumerate(row.cells) if i not in edges and cell]
        return [row.cells[0], *hidden] if is_cut else hidden

    def check_box(self, index: int) -> QRectF:
        """Return where the box of a row stands, in pixels."""
        box = QRectF(_PAD, 0, _BOX, _BOX)
        box.moveCenter(QPointF(box.center().x(), self.row_box(index).center().y()))
        return box

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Toggle the box under the mouse, or choose the row."""
        row = self.row_at(event.position().y())
        if row >= 0 and self._rows[row].checked is not None and event.position().x() < _PAD + _BOX_ROOM:
            self._current = row
            self.check_toggled.emit(row)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Toggle the box of the row with Space."""
        is_box = 0 <= self._current < len(self._rows) and self._rows[self._current].checked is not None
        if event.key() == Qt.Key.Key_Space and is_box:
            self.check_toggled.emit(self._current)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint header and rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edges = self._edges()
        self._paint_header(painter, edges)
        for index, row in enumerate(self._rows):
            self._paint_row(painter, index, row, edges)
        self._paint_ring(painter)

    def _paint_header(self, painter: QPainter, edges: dict[int, tuple[float, float]]) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for index, (left, right) in edges.items():
            box = QRectF(left, 0, right - left, ROW_PX)
            align = Qt.AlignmentFlag.AlignRight if index else Qt.AlignmentFlag.AlignLeft
            paint_rich(painter, box, _head(self._columns[index]), align)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(QPointF(0, ROW_PX - 0.5), QPointF(self.width(), ROW_PX - 0.5))

    def _paint_row(self, painter: QPainter, index: int, row: TableRow, edges: dict[int, tuple[float, float]]) -> None:
        box = self.row_box(index)
        if index == self._selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("soft"))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 5, 5)
        indent = 0.0 if row.checked is None else float(_BOX_ROOM)
        if row.checked is not None:
            self._paint_box(painter, self.check_box(index), is_checked=row.checked)
        if row.color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(row.color))
            painter.drawEllipse(QPointF(_PAD + indent + _DOT / 2, box.center().y()), _DOT / 2, _DOT / 2)
            indent += _DOT + 6.0
        role = QPalette.ColorRole.PlaceholderText if row.is_muted else QPalette.ColorRole.WindowText
        painter.setPen(self.palette().color(role))
        for column, (left, right) in edges.items():
            place = QRectF(left, box.top(), right - left, box.height())
            if column and row.words:
                self._paint_words(painter, box, left, row.words)
                return
            if column < len(row.tones) and row.tones[column] and not row.is_muted:
                painter.setPen(self._theme.text_color(row.tones[column]))
            if column:
                painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.cells[column])
            else:
                place.adjust(indent, 0, 0, 0)
                words = painter.fontMetrics().elidedText(
                    row.cells[0], Qt.TextElideMode.ElideRight, int(place.width()) + 1
                )
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            painter.setPen(self.palette().color(role))

    def _paint_box(self, painter: QPainter, box: QRectF, *, is_checked: bool) -> None:
        painter.setPen(QPen(self._theme.color("accent" if is_checked else "muted"), 1))
        painter.setBrush(self._theme.color("accent" if is_checked else "field"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if is_checked:
            painter.setPen(QPen(self._theme.color("on_accent"), 1.6))
            corners = [QPointF(box.left() + x * _BOX, box.top() + y * _BOX) for x, y in _TICK]
            painter.drawPolyline(corners)

    def _paint_words(self, painter: QPainter, box: QRectF, left: float, words: str) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        room = QRectF(left + _GAP, box.top(), self.width() - _PAD - left - _GAP, box.height())
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _size(self, columns: Sequence[int], gap: int) -> QSize:
        width = sum(self._natural[i] for i in columns) if self._natural else 0.0
        gaps = gap * max(len(columns) - 1, 0)
        return QSize(math.ceil(width) + gaps + 2 * _PAD, ROW_PX * (len(self._rows) + 1))

    def _shown(self) -> list[int]:
        """Return the columns there is room for."""
        shown = list(range(len(self._columns)))
        spare = sorted((i for i in shown if self._columns[i].is_spare), key=lambda i: (-self._columns[i].rank, i))
        while spare and self.width() < self._size(shown, _LEAST_GAP).width():
            shown.remove(spare.pop(0))
        return shown

    def _edges(self) -> dict[int, tuple[float, float]]:
        """Return left and right edge of each column shown."""
        shown = self._shown()
        natural = [self._natural[i] if self._natural else 0.0 for i in shown]
        room, gaps = self.width() - 2.0 * _PAD, max(len(shown) - 1, 1)
        gap = max((room - sum(natural)) / gaps, _LEAST_GAP)
        natural[0] = max(min(natural[0], room - sum(natural[1:]) - (len(shown) - 1) * _LEAST_GAP), 0.0)
        edges, left = {}, float(_PAD)
        for place, (index, width) in enumerate(zip(shown, natural, strict=True)):
            edges[index] = (left, left + width + (gap if place else 0.0))
            left = edges[index][1]
        return edges

    def _measure(self) -> tuple[float, ...]:
        metrics = QFontMetricsF(self.font())
        widths = []
        for index, column in enumerate(self._columns):
            cells = [metrics.horizontalAdvance(row.cells[index]) for row in self._rows]
            dot = _DOT + 6.0 if index == 0 and any(row.color for row in self._rows) else 0.0
            dot += _BOX_ROOM if index == 0 and any(row.checked is not None for row in self._rows) else 0.0
            widths.append(max([*(cell + dot for cell in cells), rich_width(_head(column), self.font())]))
        return tuple(widths)


def _head(column: Column) -> str:
    return f"{column.header} ({column.unit})" if column.unit else column.header
