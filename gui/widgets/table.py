"""A small table with typeset headers, painted in one go so that it can follow every frame of a drag."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
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
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from asplab.gui.theme import Theme
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

ROW_PX = 24
_GAP, _PAD, _DOT = 18, 8, 8
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: rich-text header, its unit, and a tooltip that says what it holds."""

    header: str
    unit: str = ""
    tip: str = ""


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


class DataTable(QWidget):
    """Rows of numbers under typeset headers; the first column stands left, all others right.

    ``row_chosen`` carries the index of a clicked row. Ctrl+C copies the table as text.
    """

    row_chosen = Signal(int)

    def __init__(self, theme: Theme, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = tuple(columns)
        self._rows: tuple[TableRow, ...] = ()
        self._selected: int | None = None
        self._current = 0
        self._natural: tuple[float, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

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
        self._current = selected if selected is not None else min(self._current, max(len(rows) - 1, 0))
        natural = self._measure()
        # Columns only grow, so that digits do not make the table tremble during a drag.
        if len(natural) == len(self._natural):
            natural = tuple(max(pair) for pair in zip(natural, self._natural, strict=True))
        if natural != self._natural or len(rows) != count:
            self._natural = natural
            self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return the table as tab-separated plain text."""
        heads = [without_markup(c.header) + (f" ({without_markup(c.unit)})" if c.unit else "") for c in self._columns]
        return "\n".join("\t".join(cells) for cells in (heads, *(row.cells for row in self._rows)))

    def sizeHint(self) -> QSize:
        """Return the room for all rows and columns."""
        return QSize(round(sum(self._natural)) + 2 * _PAD, ROW_PX * (len(self._rows) + 1))

    minimumSizeHint = sizeHint

    def row_box(self, index: int) -> QRectF:
        """Return where a row stands, in pixels."""
        return QRectF(0, (index + 1) * ROW_PX, self.width(), ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint header and rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edges = self._edges()
        self._paint_header(painter, edges)
        for index, row in enumerate(self._rows):
            self._paint_row(painter, index, row, edges)
        if self.hasFocus() and self._rows:
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.row_box(self._current).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def event(self, event: QEvent) -> bool:
        """Explain the row or the column under the mouse."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row."""
        self._choose(int(event.position().y()) // ROW_PX - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the rows, choose with Enter, copy with Ctrl+C."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        elif key in _STEPS and 0 <= self._current + _STEPS[key] < len(self._rows):
            self._current += _STEPS[key]
            self.setAccessibleDescription("\t".join(self._rows[self._current].cells))
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

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._rows):
            self._current = index
            self.row_chosen.emit(index)

    def _tip_at(self, place: QPointF) -> str:
        row = int(place.y()) // ROW_PX - 1
        if row >= 0:
            return self._rows[row].tip if row < len(self._rows) else ""
        edges = self._edges()
        hits = (
            c.tip for c, left, right in zip(self._columns, edges, edges[1:], strict=False) if left <= place.x() < right
        )
        return next(hits, "")

    def _paint_header(self, painter: QPainter, edges: list[float]) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for index, column in enumerate(self._columns):
            box = self._cell(edges, index, QRectF(0, 0, self.width(), ROW_PX))
            align = Qt.AlignmentFlag.AlignRight if index else Qt.AlignmentFlag.AlignLeft
            paint_rich(painter, box, _head(column), align)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(QPointF(0, ROW_PX - 0.5), QPointF(self.width(), ROW_PX - 0.5))

    def _paint_row(self, painter: QPainter, index: int, row: TableRow, edges: list[float]) -> None:
        box = self.row_box(index)
        if index == self._selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("soft"))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 5, 5)
        left = 0.0
        if row.color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(row.color))
            painter.drawEllipse(QPointF(_PAD + _DOT / 2, box.center().y()), _DOT / 2, _DOT / 2)
            left = _DOT + 6.0
        role = QPalette.ColorRole.PlaceholderText if row.is_muted else QPalette.ColorRole.WindowText
        painter.setPen(self.palette().color(role))
        for column, cell in enumerate(row.cells):
            place = self._cell(edges, column, box)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            painter.drawText(
                place if column else place.adjusted(left, 0, 0, 0), side | Qt.AlignmentFlag.AlignVCenter, cell
            )

    def _cell(self, edges: list[float], column: int, row: QRectF) -> QRectF:
        left, right = edges[column], edges[column + 1]
        return QRectF(left, row.top(), right - left, row.height())

    def _edges(self) -> list[float]:
        spare = max(self.width() - 2 * _PAD - sum(self._natural), 0.0)
        extra = spare / max(len(self._columns) - 1, 1)
        edges = [float(_PAD)]
        for index, width in enumerate(self._natural or [0.0] * len(self._columns)):
            edges.append(edges[-1] + width + (extra if index else 0.0))
        return edges

    def _measure(self) -> tuple[float, ...]:
        metrics = QFontMetricsF(self.font())
        widths = []
        for index, column in enumerate(self._columns):
            cells = [metrics.horizontalAdvance(row.cells[index]) for row in self._rows]
            dot = _DOT + 6.0 if index == 0 and any(row.color for row in self._rows) else 0.0
            head = rich_width(_head(column), self.font())
            widths.append(max([*(cell + dot for cell in cells), head]) + (_GAP if index else 0))
        return tuple(widths)


def _head(column: Column) -> str:
    return f"{column.header} ({column.unit})" if column.unit else column.header
