"""Facts about what is selected: a muted name at the left, the fact at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from asplab.core.export.table_text import TextTable
from asplab.gui.language import tr
from asplab.gui.widgets.copy_menu import open_copy_menu
from asplab.gui.widgets.text import breakable, paint_rich, rich_width, without_markup

ROW_PX = 21
_GAP = 10


class FactList(QWidget):
    """Names and facts as rich text, painted in one go; a fact that is too long ends in an ellipsis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[tuple[str, str], ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Facts"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """The facts as displayed."""
        return self._facts

    def display(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these facts; only another number of them touches the layout."""
        wanted = tuple(facts)
        if wanted == self._facts:
            return
        changed = len(wanted) != len(self._facts)
        self._facts = wanted
        self.setAccessibleDescription("; ".join(f"{without_markup(n)} {without_markup(f)}" for n, f in wanted))
        if changed:
            self.updateGeometry()
        self.update()

    def text_table(self) -> TextTable:
        """Return the facts for other programs."""
        rows = ((without_markup(name), without_markup(fact)) for name, fact in self._facts)
        return TextTable((tr("quantity"), tr("value")), tuple(rows))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the facts."""
        self.menu = open_copy_menu(self, self.text_table, event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(200, ROW_PX * len(self._facts))

    minimumSizeHint = sizeHint

    def event(self, event: QEvent) -> bool:
        """Tell the whole of a fact that is shortened."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().y()), self)
            return True
        return super().event(event)

    def tip_at(self, y_px: float) -> str:
        """Return the fact of the row at this height where there is no room for it; else nothing."""
        index = int(y_px // ROW_PX)
        if not 0 <= index < len(self._facts):
            return ""
        name, fact = self._facts[index]
        wanted = rich_width(name, self.font()) + _GAP + rich_width(fact, self.font())
        return breakable(fact) if wanted > self.width() else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all rows."""
        painter = QPainter(self)
        for index, (name, fact) in enumerate(self._facts):
            box = QRectF(0, index * ROW_PX, self.width(), ROW_PX)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            paint_rich(painter, box, name)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            room = box.adjusted(rich_width(name, painter.font()) + _GAP, 0, 0, 0)
            if rich_width(fact, painter.font()) <= room.width():
                paint_rich(painter, room, fact, Qt.AlignmentFlag.AlignRight)
            else:
                metrics = QFontMetricsF(painter.font())
                words = metrics.elidedText(without_markup(fact), Qt.TextElideMode.ElideMiddle, room.width())
                painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        if self.hasFocus() and self._facts:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
