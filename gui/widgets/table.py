"""A small table with typeset headers, painted in one go so that it can follow every frame of a drag."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from asplab.gui.theme import Theme
from asplab.gui.widgets.rows import ROW_PX, PaintedRows
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

_LEAST_GAP, _GAP, _PAD, _DOT = 6, 18, 6, 8


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
        Left out where there is no room for all columns; copied all the same.
    """

    header: str
    unit: str = ""
    tip: str = ""
    is_spare: bool = False


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
    """

    cells: tuple[str, ...]
    color: str = ""
    is_muted: bool = False
    tip: str = ""


class DataTable(PaintedRows):
    """Rows of numbers under typeset headers; the first column stands left, all others right."""

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
        """Return the cells."""
        return "\t".join(self._rows[index].cells)

    def text(self) -> str:
        """Return headers and rows as tab-separated plain text."""
        heads = [without_markup(c.header) + (f" ({without_markup(c.unit)})" if c.unit else "") for c in self._columns]
        return "\n".join(("\t".join(heads), super().text()))

    def sizeHint(self) -> QSize:
        """Return the room for all rows and columns."""
        return self._size(range(len(self._columns)), _GAP)

    def minimumSizeHint(self) -> QSize:
        """Return the room for all rows and the columns that are not spare, close together."""
        return self._size([i for i, column in enumerate(self._columns) if not column.is_spare], _LEAST_GAP)

    def row_box(self, index: int) -> QRectF:
        """Return where a row stands, in pixels."""
        return QRectF(0, (index + 1) * ROW_PX, self.width(), ROW_PX)

    def tip_at(self, place: QPointF) -> str:
        """Return the tooltip of a row, or of a column's header."""
        row = self.row_at(place.y())
        if row >= 0:
            return self._rows[row].tip
        if place.y() >= ROW_PX:
            return ""
        edges = self._edges()
        hits = (self._columns[i].tip for i, (left, right) in edges.items() if left <= place.x() < right)
        return next(hits, "")

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
        indent = 0.0
        if row.color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(row.color))
            painter.drawEllipse(QPointF(_PAD + _DOT / 2, box.center().y()), _DOT / 2, _DOT / 2)
            indent = _DOT + 6.0
        role = QPalette.ColorRole.PlaceholderText if row.is_muted else QPalette.ColorRole.WindowText
        painter.setPen(self.palette().color(role))
        for column, (left, right) in edges.items():
            place = QRectF(left, box.top(), right - left, box.height())
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            painter.drawText(
                place if column else place.adjusted(indent, 0, 0, 0),
                side | Qt.AlignmentFlag.AlignVCenter,
                row.cells[column],
            )

    def _size(self, columns: Sequence[int], gap: int) -> QSize:
        width = sum(self._natural[i] for i in columns) if self._natural else 0.0
        gaps = gap * max(len(columns) - 1, 0)
        return QSize(math.ceil(width) + gaps + 2 * _PAD, ROW_PX * (len(self._rows) + 1))

    def _shown(self) -> list[int]:
        """Return the columns there is room for."""
        every = list(range(len(self._columns)))
        if self.width() >= self._size(every, _LEAST_GAP).width():
            return every
        return [i for i in every if not self._columns[i].is_spare]

    def _edges(self) -> dict[int, tuple[float, float]]:
        """Return left and right edge of each column shown."""
        shown = self._shown()
        natural = [self._natural[i] if self._natural else 0.0 for i in shown]
        gap = max((self.width() - 2 * _PAD - sum(natural)) / max(len(shown) - 1, 1), _LEAST_GAP)
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
            widths.append(max([*(cell + dot for cell in cells), rich_width(_head(column), self.font())]))
        return tuple(widths)


def _head(column: Column) -> str:
    return f"{column.header} ({column.unit})" if column.unit else column.header
