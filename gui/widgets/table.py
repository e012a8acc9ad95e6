"""A small table with typeset headers, painted in one go so that it can follow every frame of a drag."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from asplab.gui.look.theme import TICKED, Theme
from asplab.gui.widgets.headed import MARK_PX, HeadedRows
from asplab.gui.widgets.sorting import Key, sort_key
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

_LEAST_GAP, _GAP, _PAD, _DOT = 10, 18, 6, 8
_BOX, _BOX_ROOM = 14, 22
_LEAST_FIRST, _LEAST_WORDS = 120, 60
_TICK = ((0.25, 0.52), (0.43, 0.70), (0.76, 0.32))
_ALIGNMENTS = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


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
    align : {"right", "left", "center"}
        How header and cells stand; the first column stands left in any case.
    is_rich : bool
        Whether cells are rich text.
    gives_way : bool
        Cells end in an ellipsis where there is no room for the whole of them.
    """

    header: str
    unit: str = ""
    tip: str = ""
    is_spare: bool = False
    rank: int = 0
    align: str = "right"
    is_rich: bool = False
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of cells, plain text but in rich columns.

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
    is_last : bool
        Stays at the end in any order, and in sight.
    begins : bool
        The first of a group: a line stands above it, unless the rows are sorted.
    keys : tuple of (int, float, str) or None
        What the cells are sorted by; none where what they show does.
    """

    cells: tuple[str, ...]
    color: str = ""
    is_muted: bool = False
    tip: str = ""
    checked: bool | None = None
    words: str = ""
    tones: tuple[str, ...] = ()
    is_last: bool = False
    begins: bool = False
    keys: tuple[Key | None, ...] = ()


class DataTable(HeadedRows):
    """Rows of numbers under typeset headers; the first column stands left.

    In a narrow table spare columns are left out one by one, then words give way, and the first column, with an
    ellipsis.

    ``check_toggled`` carries the row whose box was clicked, or toggled with Space, ``cell_chosen`` row and column of a
    click.

    Parameters
    ----------
    theme : Theme
    columns : sequence of Column
    sortable : bool
        Whether the rows may be sorted: not where their order has a meaning of its own.
    """

    check_toggled = Signal(int)
    cell_chosen = Signal(int, int)

    def __init__(
        self, theme: Theme, columns: Sequence[Column], parent: QWidget | None = None, *, sortable: bool = True
    ) -> None:
        super().__init__(theme, parent)
        self._columns = tuple(columns)
        self._rows: tuple[TableRow, ...] = ()
        self._natural: tuple[float, ...] = ()
        self._is_sortable = sortable

    @property
    def rows(self) -> tuple[TableRow, ...]:
        """The rows as given."""
        return self._rows

    def display_columns(self, columns: Sequence[Column]) -> None:
        """Have other columns; rows for them follow."""
        if tuple(columns) != self._columns:
            self._columns, self._rows, self._natural = tuple(columns), (), ()
            self._sorting = self._head = None
            self._arrange()

    def display(self, rows: Sequence[TableRow], selected: int | None = None) -> None:
        """Show these rows; only another size touches the layout."""
        count = len(self._rows)
        if selected is not None and selected != self._selected:
            self._current = selected
        self._rows, self._selected = tuple(rows), selected
        self._keep_current()
        self._arrange()
        natural = self._measure()
        # Columns only grow, so that digits do not make the table tremble during a drag.
        if len(natural) == len(self._natural):
            natural = tuple(max(pair) for pair in zip(natural, self._natural, strict=True))
        if natural != self._natural or len(rows) != count:
            self._natural = natural
            self.updateGeometry()
        self.update()

    # --- HeadedRows ----------------------------------------------------------------------------------------
    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def heads(self) -> tuple[str, ...]:
        """Return the headers with their units."""
        return tuple(
            without_markup(c.header) + (f" ({without_markup(c.unit)})" if c.unit else "") for c in self._columns
        )

    def row_text(self, index: int) -> str:
        """Return the cells, or the words in their place."""
        row = self._rows[index]
        cells = self._plain(row)
        return "\t".join((*cells, row.words) if row.words else cells)

    def can_sort(self, column: int) -> bool:
        """Return whether the rows may stand in the order of a column."""
        return self._is_sortable and 0 <= column < len(self._columns) and len(self._rows) > 1

    def sort_key(self, index: int, column: int) -> Key | None:
        """Return what a row is sorted by, None for what is not known."""
        row = self._rows[index]
        if row.keys:
            return row.keys[column]
        return sort_key(self._plain(row)[column]) if column < len(row.cells) else None

    def is_last(self, index: int) -> bool:
        """Return whether a row stays at the end."""
        return self._rows[index].is_last

    def toggle_zone(self, index: int) -> float:
        """Return to which x a click toggles the box of a row."""
        return 0.0 if self._rows[index].checked is None else float(_PAD + _BOX_ROOM)

    def toggle(self, index: int) -> None:
        """Tell that the box of a row is to be toggled."""
        self.check_toggled.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell which cell was clicked, too."""
        super().mousePressEvent(event)
        row, column = self.row_at(event.position().y()), self.column_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0 and column >= 0:
            self.cell_chosen.emit(row, column)

    # --- size ----------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return the room for all rows and columns."""
        return self._size(range(len(self._columns)), _GAP)

    def minimumSizeHint(self) -> QSize:
        """Return the room for all rows and the columns that are not spare, close together and words elided."""
        size = self._size([i for i, column in enumerate(self._columns) if not column.is_spare], _LEAST_GAP)
        return QSize(size.width() - math.floor(sum(self._slack(i) for i in self._yielding())), size.height())

    def _yielding(self) -> list[int]:
        """Return the columns that give way, in this order; those that are left out have nothing to give."""
        words = [i for i, column in enumerate(self._columns) if column.gives_way and i and not column.is_spare]
        # What stands at the right is the longest as a rule.
        return [*reversed(words), 0]

    def _slack(self, column: int) -> float:
        """Return by how much a column may become narrower."""
        least = _LEAST_WORDS if column else _LEAST_FIRST
        return max(self._natural[column] - least, 0.0) if self._natural else 0.0

    # --- tips ----------------------------------------------------------------------------------------------
    def tip_at(self, place: QPointF) -> str:
        """Return the tooltip of a row, or of a column's header."""
        row = self.row_at(place.y())
        if row >= 0:
            return "\n".join(line for line in (*self._untold(row), self._rows[row].tip) if line)
        column = self.column_at(place.x()) if self.header_box().contains(place) else -1
        return self._columns[column].tip if column >= 0 else ""

    def _untold(self, index: int) -> list[str]:
        """Return the cells of a row that there is no room for."""
        row, edges = self._rows[index], self.edges()
        if row.words:
            return []
        left, right = edges[0]
        is_cut = self._natural[0] > math.ceil(right - left)
        cells, heads = self._plain(row), [without_markup(_head(column)) for column in self._columns]
        hidden = [f"{heads[i]}: {cell}" for i, cell in enumerate(cells) if i not in edges and cell]
        return [cells[0], *hidden] if is_cut else hidden

    def _plain(self, row: TableRow) -> tuple[str, ...]:
        if not any(column.is_rich for column in self._columns):
            return row.cells
        return tuple(
            without_markup(cell) if column.is_rich else cell
            for cell, column in zip(row.cells, self._columns, strict=False)
        )

    # --- painting ------------------------------------------------------------------------------------------
    def check_box(self, index: int) -> QRectF:
        """Return where the box of a row stands, in pixels."""
        box = QRectF(_PAD, 0, _BOX, _BOX)
        box.moveCenter(QPointF(box.center().x(), self.row_box(index).center().y()))
        return box

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint header and the rows that are to be seen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edges = self.edges()
        for index in self._to_paint(QRectF(event.rect())):
            self._paint_row(painter, index, self._rows[index], edges)
        self._paint_fade(painter)
        for index in self._kept():
            self._paint_row(painter, index, self._rows[index], edges)
        header = self.header_box()
        self._paint_header(
            painter,
            {
                i: (_head(self._columns[i]), self._place(i, edges[i], header), self._alignment(i))
                for i in edges
                if self._columns[i].header
            },
        )
        self._paint_ring(painter)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return _ALIGNMENTS[self._columns[column].align if column else "left"]

    def _place(self, column: int, span: tuple[float, float], row: QRectF) -> QRectF:
        """Return where a cell stands: the gap between columns is at its left."""
        left, right = span
        room = right - left - (_LEAST_GAP if column else 0)
        width = min(self._natural[column] if self._natural else room, room)
        return QRectF(right - width if column else left, row.top(), width, row.height())

    def _paint_row(self, painter: QPainter, index: int, row: TableRow, edges: dict[int, tuple[float, float]]) -> None:
        box = self.row_box(index)
        if row.begins and self._sorting is None and self._order[0] != index:
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.drawLine(box.topLeft() + QPointF(0, 0.5), box.topRight() + QPointF(0, 0.5))
        self._paint_ground(painter, index)
        indent = 0.0 if row.checked is None else float(_BOX_ROOM)
        if row.checked is not None:
            self._paint_box(painter, self.check_box(index), is_checked=row.checked)
        if row.color:
            self._paint_dot(painter, row.color, _PAD + indent, box.center().y(), _DOT / 2)
            indent += _DOT + 6.0
        role = QPalette.ColorRole.PlaceholderText if row.is_muted else QPalette.ColorRole.WindowText
        ink = self.palette().color(role)
        for column, span in edges.items():
            if column and row.words:
                self._paint_words(painter, box, span[0], row.words)
                return
            if column >= len(row.cells):
                continue
            has_tone = column < len(row.tones) and row.tones[column] and not row.is_muted
            painter.setPen(self._theme.text_color(row.tones[column]) if has_tone else ink)
            self._paint_cell(painter, column, row.cells[column], self._place(column, span, box), indent)

    def _paint_cell(self, painter: QPainter, column: int, cell: str, place: QRectF, indent: float) -> None:
        align = self._alignment(column)
        if column == 0:
            place.adjust(indent, 0, 0, 0)
        if self._columns[column].is_rich:
            paint_rich(painter, place, cell, align)
            return
        if column == 0 or self._columns[column].gives_way:
            cell = painter.fontMetrics().elidedText(cell, Qt.TextElideMode.ElideRight, int(place.width()) + 1)
        painter.drawText(place, align | Qt.AlignmentFlag.AlignVCenter, cell)

    def _paint_box(self, painter: QPainter, box: QRectF, *, is_checked: bool) -> None:
        # As in the boxes of the settings, which bear a white tick in either theme.
        painter.setPen(QPen(QColor(TICKED) if is_checked else self._theme.color("muted"), 1))
        painter.setBrush(QColor(TICKED) if is_checked else self._theme.color("field"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if is_checked:
            painter.setPen(QPen(Qt.GlobalColor.white, 1.6))
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
        return QSize(math.ceil(width) + gaps + 2 * _PAD, self._rows_height())

    def _shown(self) -> list[int]:
        """Return the columns there is room for."""
        shown = list(range(len(self._columns)))
        spare = sorted((i for i in shown if self._columns[i].is_spare), key=lambda i: (-self._columns[i].rank, i))
        slack = sum(self._slack(i) for i in self._yielding() if i)
        while spare and self.width() < self._size(shown, _LEAST_GAP).width() - slack:
            shown.remove(spare.pop(0))
        return shown

    def edges(self) -> dict[int, tuple[float, float]]:
        """Return left and right edge of each column shown."""
        shown = self._shown()
        natural = {i: self._natural[i] if self._natural else 0.0 for i in shown}
        room, gaps = self.width() - 2.0 * _PAD, max(len(shown) - 1, 1)
        missing = sum(natural.values()) + (len(shown) - 1) * _LEAST_GAP - room
        for column in self._yielding():
            # The first column is the last to give way, and then all that it has.
            given = min(max(missing, 0.0), natural[column] if column == 0 else self._slack(column))
            natural[column] -= given
            missing -= given
        gap = max((room - sum(natural.values())) / gaps, _LEAST_GAP)
        edges, left = {}, float(_PAD)
        for place, (index, width) in enumerate(natural.items()):
            edges[index] = (left, left + width + (gap if place else 0.0))
            left = edges[index][1]
        return edges

    def _measure(self) -> tuple[float, ...]:
        metrics, font = QFontMetricsF(self.font()), self.font()
        dot = _DOT + 6.0 if any(row.color for row in self._rows) else 0.0
        dot += _BOX_ROOM if any(row.checked is not None for row in self._rows) else 0.0
        widths = []
        for index, column in enumerate(self._columns):
            cells = {row.cells[index] for row in self._rows if index < len(row.cells)}
            if column.is_rich:
                widest = max((rich_width(cell, font) for cell in cells), default=0.0)
            else:
                widest = max((metrics.horizontalAdvance(cell) for cell in cells), default=0.0)
            # The sign of the order has its room from the start, so that nothing moves when rows are sorted.
            mark = MARK_PX if self._is_sortable and column.header else 0
            widths.append(max(widest + (0.0 if index else dot), rich_width(_head(column), font) + mark))
        return tuple(widths)


def _head(column: Column) -> str:
    return f"{column.header} ({column.unit})" if column.unit else column.header
