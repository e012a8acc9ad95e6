"""Facts about what is selected: a muted name at the left, the fact at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

ROW_PX = 21
_GAP = 10


class FactList(QWidget):
    """Names and facts as rich text, painted in one go; a fact that is too long ends in an ellipsis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[tuple[str, str], ...] = ()
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

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(200, ROW_PX * len(self._facts))

    minimumSizeHint = sizeHint

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
