"""Rows with a switch each: what is switched, what it did, from which file, and with which effect."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.headed import HeadedRows
from asplab.gui.widgets.table import Column
from asplab.gui.widgets.text import rich_width, without_markup

HINT = tr("Click a row to see what it changes · click its switch, or press Space, to turn it on or off")
_PAD, _GAP = 6.0, 14.0
_SWITCH, _KNOB = (28.0, 16.0), 5.0
_SWITCH_ROOM = _PAD + _SWITCH[0] + _GAP / 2
_DOT, _DOT_ROOM = 4.0, 16.0
_LEAST_WORDS, _LEAST_FILE = 110.0, 70.0


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One row.

    Attributes
    ----------
    title : str
    words : str
        What was done; muted, ends in an ellipsis where there is no room.
    file : str
        A file; begins with an ellipsis where there is no room.
    cells : tuple of str
        Numbers at the right.
    is_on : bool or None
        State of the switch; None has a dash instead.
    color : str
        Colour name of a dot before the title; none when empty.
    is_muted : bool
        The title is muted, because nothing is done.
    faint : tuple of bool
        Which cells are muted.
    tip : str
        Tooltip.
    """

    title: str
    words: str = ""
    file: str = ""
    cells: tuple[str, ...] = ()
    is_on: bool | None = None
    color: str = ""
    is_muted: bool = False
    faint: tuple[bool, ...] = ()
    tip: str = ""


class SwitchList(HeadedRows):
    """Rows with switches, in the order of what they switch; words and file give way where the list is narrow.

    ``switch_toggled`` carries the row whose switch was clicked, or toggled with Space; ``hint_changed`` says what the
    mouse does here, and is empty once it has left.

    Parameters
    ----------
    theme : Theme
    heads : (str, str, str)
        Headers of title, words and file.
    columns : sequence of Column
        Of the numbers at the right.
    sample : str
        A number for which every column has room from the start, so that nothing moves when numbers come.
    """

    switch_toggled = Signal(int)
    hint_changed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        heads: tuple[str, str, str],
        columns: Sequence[Column],
        parent: QWidget | None = None,
        *,
        sample: str = "",
    ) -> None:
        super().__init__(theme, parent)
        self._sample = sample
        self._heads, self._columns = heads, tuple(columns)
        self._rows: tuple[SwitchRow, ...] = ()

    @property
    def rows(self) -> tuple[SwitchRow, ...]:
        """The rows as displayed."""
        return self._rows

    def display(self, rows: Sequence[SwitchRow], selected: int | None = None) -> None:
        """Show these rows; only another number of them touches the layout."""
        count = len(self._rows)
        if selected is not None and selected != self._selected:
            self._current = selected
        self._rows, self._selected = tuple(rows), selected
        self._keep_current()
        self._arrange()
        if len(rows) != count:
            self.updateGeometry()
        self.update()

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def row_text(self, index: int) -> str:
        """Return a row as tab-separated plain text."""
        row = self._rows[index]
        state = {True: "on", False: "off", None: "—"}[row.is_on]
        return "\t".join((state, row.title, row.words, row.file, *row.cells))

    def heads(self) -> tuple[str, ...]:
        """Return the headers; the switches have none."""
        return ("", *self._heads, *(without_markup(_head(column)) for column in self._columns))

    def sizeHint(self) -> QSize:
        """Return the room for all rows."""
        return QSize(760, self._rows_height())

    def minimumSizeHint(self) -> QSize:
        """Return the room for all rows with titles and numbers alone."""
        return QSize(math.ceil(_SWITCH_ROOM + _DOT_ROOM + 120 + sum(self._widths())), self._rows_height())

    def edges(self) -> dict[int, tuple[float, float]]:
        """Return left and right edge of each column, counted from that of the titles."""
        return dict(enumerate(self._edges()))

    def toggle_zone(self, index: int) -> float:
        """Return to which x a click toggles the switch of a row."""
        return 0.0 if self._rows[index].is_on is None else _SWITCH_ROOM

    def toggle(self, index: int) -> None:
        """Tell that the switch of a row is to be toggled."""
        self.switch_toggled.emit(index)

    def switch_box(self, index: int) -> QRectF:
        """Return where the switch of a row stands, in pixels."""
        box = QRectF(_PAD, 0, *_SWITCH)
        box.moveCenter(QPointF(box.center().x(), self.row_box(index).center().y()))
        return box

    def tip_at(self, place: QPointF) -> str:
        """Return the tooltip of a row, or of a column's header."""
        index = self.row_at(place.y())
        if index >= 0:
            return self._rows[index].tip
        edges = self._edges()[-len(self._columns) :] if self._columns else []
        hits = (c.tip for c, (left, right) in zip(self._columns, edges, strict=True) if left <= place.x() < right)
        return next(hits, "")

    def enterEvent(self, event: QEnterEvent) -> None:
        """Say what the mouse does."""
        super().enterEvent(event)
        self.hint_changed.emit(HINT)

    def leaveEvent(self, event: QEvent) -> None:
        """Take that back."""
        super().leaveEvent(event)
        self.hint_changed.emit("")

    # --- painting ----------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint header and rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edges = self._edges()
        for index in self._to_paint(QRectF(event.rect())):
            self._paint_row(painter, index, self._rows[index], edges)
        self._paint_fade(painter)
        self._paint_header(painter, self._titles(edges))
        self._paint_ring(painter)

    def _titles(self, edges: Sequence[tuple[float, float]]) -> dict[int, tuple[str, QRectF, Qt.AlignmentFlag]]:
        """Return the headers that there is room for, with their places."""
        heads = (*self._heads, *(_head(column) for column in self._columns))
        sides = (Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft)
        box = self.header_box()
        return {
            place: (head, _inside(box, span), sides[place < len(self._heads)])
            for place, (head, span) in enumerate(zip(heads, edges, strict=True))
            if span[1] > span[0]
        }

    def _paint_row(self, painter: QPainter, index: int, row: SwitchRow, edges: Sequence[tuple[float, float]]) -> None:
        box = self.row_box(index)
        self._paint_ground(painter, index)
        self._paint_switch(painter, self.switch_box(index), row.is_on)
        if row.color:
            self._paint_dot(painter, row.color, _SWITCH_ROOM, box.center().y(), _DOT)
        text, muted = (
            self.palette().color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.PlaceholderText)
        )
        painter.setPen(muted if row.is_muted else text)
        _draw(painter, _inside(box, edges[0]), row.title, Qt.TextElideMode.ElideRight)
        painter.setPen(muted)
        _draw(painter, _inside(box, edges[1]), row.words, Qt.TextElideMode.ElideRight)
        _draw(painter, _inside(box, edges[2]), row.file, Qt.TextElideMode.ElideLeft)
        for place, (cell, span) in enumerate(zip(row.cells, edges[3:], strict=True)):
            painter.setPen(muted if place < len(row.faint) and row.faint[place] else text)
            painter.drawText(_inside(box, span), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, cell)

    def _paint_switch(self, painter: QPainter, box: QRectF, is_on: bool | None) -> None:
        if is_on is None:
            painter.setPen(QPen(self._theme.color("muted"), 1))
            painter.drawLine(box.center() - QPointF(4, 0), box.center() + QPointF(4, 0))
            return
        painter.setPen(QPen(self._theme.color("accent" if is_on else "muted"), 1))
        painter.setBrush(self._theme.color("accent" if is_on else "field"))
        frame = box.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("on_accent" if is_on else "muted"))
        middle = box.height() / 2
        painter.drawEllipse(
            QPointF(box.right() - middle if is_on else box.left() + middle, box.center().y()), _KNOB, _KNOB
        )

    # --- places ------------------------------------------------------------------------------------------
    def _widths(self) -> list[float]:
        """Return the room for the numbers, the gap at their left included."""
        metrics = QFontMetricsF(self.font())
        widths = []
        for place, column in enumerate(self._columns):
            cells = [metrics.horizontalAdvance(cell) for cell in (self._sample, *(r.cells[place] for r in self._rows))]
            widths.append(max([rich_width(_head(column), self.font()), *cells]) + _GAP)
        return widths

    def _edges(self) -> list[tuple[float, float]]:
        """Return left and right edge of title, words, file and numbers; equal ones where there is no room."""
        metrics, widths = QFontMetricsF(self.font()), self._widths()
        left = _SWITCH_ROOM + (_DOT_ROOM if any(row.color for row in self._rows) else 0.0)
        right = self.width() - _PAD - sum(widths)
        title = max((metrics.horizontalAdvance(row.title) for row in self._rows), default=0.0) + 2.0
        edges = [(left, min(left + title, right))]
        room = right - edges[0][1] - _GAP
        words = max((metrics.horizontalAdvance(row.words) for row in self._rows), default=0.0) + 2.0
        words = min(words, room) if room >= _LEAST_WORDS else 0.0
        start = edges[0][1] + _GAP
        edges.append((start, start + words))
        start += words + _GAP
        edges.append((start, right if right - start >= _LEAST_FILE else start))
        for width in widths:
            edges.append((right + _GAP, right + width))
            right += width
        return edges


def _head(column: Column) -> str:
    return f"{column.header} ({column.unit})" if column.unit else column.header


def _inside(box: QRectF, span: tuple[float, float]) -> QRectF:
    return QRectF(span[0], box.top(), span[1] - span[0], box.height())


def _draw(painter: QPainter, room: QRectF, words: str, mode: Qt.TextElideMode) -> None:
    if room.width() > 0:
        shown = painter.fontMetrics().elidedText(words, mode, math.ceil(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
