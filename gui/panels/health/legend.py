"""What colours and signs of the matrix mean, on one line."""

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.core.appraisal.health import FINE, FLAGGED, LOST, TOLD, UNKNOWN
from asplab.gui.language import tr
from asplab.gui.look.theme import MUTED_PX, Theme, contrast
from asplab.gui.panels.health.quantities import SIGNS
from asplab.gui.plots.diverging import diverging_color

_SWATCH_W, _SWATCH_H, _GAP, _AIR = 20, 16, 6, 16
_ENTRIES = (
    (-0.3, SIGNS[FINE], tr("fine")),
    (0.07, SIGNS[FLAGGED], tr("flagged, in the error bar")),
    (0.7, SIGNS[TOLD], tr("a listed problem")),
    (1.0, SIGNS[LOST], tr("lost")),
    (None, SIGNS[UNKNOWN], tr("not known")),
)
_SIGNS = "; ".join(f"{sign} {words}" for _, sign, words in _ENTRIES)
_MARKS = tr("Stronger colours are further beyond the limit; a struck, hatched cell is excluded from the fits.")


class HealthLegend(QWidget):
    """Swatches with signs; words beside them are left out where there is no room, signs never."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Legend of the matrix"))
        self.setAccessibleDescription(_SIGNS)

    def display(self, words: str, meaning: str) -> None:
        """Say what the numbers are, and in the tooltip what they mean."""
        if words != self._words:
            self._words = words
            self.setToolTip(f"{meaning}\n{_MARKS}" if meaning else _MARKS)
            self.setAccessibleDescription(f"{words}. {meaning} {_SIGNS}")
            self.update()

    @property
    def words(self) -> str:
        """What is said of the numbers."""
        return self._words

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for two lines."""
        return QSize(480, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words, then swatches."""
        painter = QPainter(self)
        font = QFont(self.font())
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        line = QRectF(0, 0, self.width(), 20)
        words = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        x = 0.0
        for part, sign, told in (*_ENTRIES, (-0.3, "", tr("excluded"))):
            x = self._paint_entry(painter, x, part, sign, told)

    def _paint_entry(self, painter: QPainter, x: float, part: float | None, sign: str, words: str) -> float:
        box = QRectF(x + 0.5, 24.5, _SWATCH_W, _SWATCH_H)
        ink = self._theme.color("muted")
        if part is not None:
            color = diverging_color(self._theme, part)
            painter.fillRect(box, color)
            ink = max((QColor("#000000"), QColor("#FFFFFF")), key=lambda one: contrast(one, color))
        else:
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.drawRect(box)
        painter.setPen(ink)
        if not sign:
            painter.fillRect(box, QBrush(self._theme.color("text", 0.45), Qt.BrushStyle.BDiagPattern))
            painter.drawLine(QLineF(box.left() + 3, box.center().y(), box.right() - 3, box.center().y()))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
        painter.setPen(self._theme.color("muted"))
        at = QRectF(box.right() + _GAP, 22, painter.fontMetrics().horizontalAdvance(words) + 4, 20)
        painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, words)
        return at.right() + _AIR
