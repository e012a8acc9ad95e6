"""Results with their errors: one painted table, cheap enough to follow every frame of a drag."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget

from asplab.core.estimate import Estimate
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import measured
from asplab.gui.widgets.rows import ROW_PX, PaintedRows
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

_SECOND_PX = 18
_GAP = 8
_PALE = 0.55


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
    systematic : str
        Second, muted line: the systematic error; none when empty.
    is_earlier : bool
        The systematic error is of earlier settings, and pale.
    quantity : str
        Field of `asplab.core.systematics.Outcome`; empty for one whose error is not split up.
    stack : str
        Key of the condition it belongs to; empty for none.
    short : str
        Stands in for the symbol where there is no room for it beside its number; the symbol itself when empty.
    """

    symbol: str
    estimate: Estimate
    note: str = ""
    doubtful: bool = False
    systematic: str = ""
    short: str = ""
    is_earlier: bool = False
    quantity: str = ""
    stack: str = ""

    @property
    def systematic_words(self) -> str:
        """The systematic error as it is copied and read out, away from what stands around it."""
        return tr("{error} (of earlier settings)", error=self.systematic) if self.is_earlier else self.systematic


class ResultsTable(PaintedRows):
    """Symbol, value ± error and unit in three columns, the figures right-aligned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ResultRow, ...] = ()
        self._numbers: tuple[str, ...] = ()
        self._tall: frozenset[int] = frozenset()
        self._symbols: tuple[tuple[str, bool], ...] = ()
        self._is_short = False

    @property
    def rows(self) -> tuple[ResultRow, ...]:
        """The rows as displayed."""
        return self._rows

    def display(self, rows: Sequence[ResultRow]) -> None:
        """Show these rows; only another number of rows touches the layout."""
        self._rows = tuple(rows)
        self._numbers = tuple(measured(row.estimate, self.locale()) for row in rows)
        self._keep_current()
        symbols = tuple((row.symbol, bool(row.systematic)) for row in rows)
        if symbols != self._symbols:
            # A row that once needed two lines keeps them, or a drag would make the column jump.
            self._symbols, self._tall, self._is_short = symbols, frozenset(), False
            self.updateGeometry()
        self._make_room()
        self.update()

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def row_box(self, index: int) -> QRectF:
        """Return where a row stands, in pixels."""
        return QRectF(0, self._top(index), self.width(), self._top(index + 1) - self._top(index))

    def row_text(self, index: int) -> str:
        """Return symbol, number and unit."""
        row = self._rows[index]
        parts = [without_markup(row.symbol), self._numbers[index], row.estimate.unit]
        return "\t".join([*parts, row.systematic_words] if row.systematic else parts)

    def heads(self) -> tuple[str, ...]:
        """Return what a copy of the table calls its columns."""
        told = (tr("systematic"),) if any(row.systematic for row in self._rows) else ()
        return (tr("quantity"), tr("value"), tr("unit"), *told)

    def tip_at(self, place: QPointF) -> str:
        """Return what the error of the row means."""
        index = self.row_at(place.y())
        if index < 0:
            return ""
        row = self._rows[index]
        return "\n".join((row.note, row.systematic_words)) if row.is_earlier and row.systematic else row.note

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(200, self._top(len(self._rows)))

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
            # The symbol stands on the first line of its row, the number below where there is no room for both.
            top = self._top(index) + (_SECOND_PX if index in self._tall else 0)
            box = QRectF(0, top, self.width(), ROW_PX)
            name_box = QRectF(2, self._top(index), self.width() - 2, ROW_PX)
            # A number without a unit may take the room of the units before it goes on in a second line.
            spills = not row.estimate.unit and self._wanted_px(row, number) > self.width() - 2 - column
            number_box = box.adjusted(0, 0, 0 if spills else -column, 0)
            painter.setPen(ink)
            paint_rich(painter, name_box, self._name(row))
            painter.drawText(number_box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
            painter.setPen(muted)
            paint_rich(painter, box.adjusted(self.width() - unit_px, 0, 0, 0), row.estimate.unit)
            if row.systematic:
                below = number_box.translated(0, _SECOND_PX)
                pale = QColor(muted)
                pale.setAlphaF(_PALE)
                painter.setPen(pale if row.is_earlier else muted)
                painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.systematic)
        self._paint_ring(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give long rows a second line, and take it back where there is room."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._tall, self._is_short = frozenset(), False
            self._make_room(forget=True)

    def _make_room(self, *, forget: bool = False) -> None:
        if not self._is_short and self._too_wide(spilling=False):
            # Shorter names, of all rows that have one, come before a second line.
            self._is_short = True
        wide = self._too_wide(spilling=True)
        if forget or not wide <= self._tall:
            self._tall |= wide
            self.updateGeometry()

    def _too_wide(self, *, spilling: bool) -> frozenset[int]:
        """Return the rows with no room for name and number on one line; one without a unit may use that room too."""
        unit_px = self._unit_px()
        column = unit_px + _GAP if unit_px else 0.0
        return frozenset(
            index
            for index, (row, number) in enumerate(zip(self._rows, self._numbers, strict=True))
            if self._wanted_px(row, number) > self.width() - 2 - (0.0 if spilling and not row.estimate.unit else column)
        )

    def _wanted_px(self, row: ResultRow, number: str) -> float:
        """Return the width of name and number on one line."""
        return rich_width(self._name(row), self.font()) + _GAP + QFontMetricsF(self.font()).horizontalAdvance(number)

    def _name(self, row: ResultRow) -> str:
        return ("! " if row.doubtful else "") + (row.short if self._is_short and row.short else row.symbol)

    def _unit_px(self) -> float:
        return max((rich_width(row.estimate.unit, self.font()) for row in self._rows), default=0.0)

    def _top(self, index: int) -> int:
        more = sum(tall < index for tall in self._tall) + sum(bool(row.systematic) for row in self._rows[:index])
        return ROW_PX * index + _SECOND_PX * more
