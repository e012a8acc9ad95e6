"""What the repeats of one condition do: a small picture with the line through them, and how steep it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from asplab.core.units import FloatArray
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.text import without_markup

ROW_PX, _GAP, _PAD_PX, _DOT_PX = 40, 8, 4.0, 3.6
_LEAST_PICTURE_PX = 30


@dataclass(frozen=True, slots=True, eq=False)
class TrendRow:
    """The repeats of one condition in one quantity.

    Attributes
    ----------
    name : str
    color : str
        Colour name of the points.
    position, deviation : ndarray, shape (n,)
        Place of each repeat, and its deviation from the mean.
    error : float
        Standard error of a deviation.
    slope : float
        Of the line, which passes through the means; NaN has none.
    words : str
        How steep it is.
    is_beyond : bool
        Line and words are painted in the warn tone.
    tip : str
    """

    name: str
    color: str
    position: FloatArray
    deviation: FloatArray
    error: float
    slope: float
    words: str
    is_beyond: bool = False
    tip: str = ""


class TrendRows(QWidget):
    """Rows of a name, a picture of the repeats, and words; painted in one go."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[TrendRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[TrendRow, ...]:
        """The rows as displayed."""
        return self._rows

    def display(self, rows: Sequence[TrendRow]) -> None:
        """Show these rows; only another number of them touches the layout."""
        if not rows and not self._rows:
            return
        changed = len(rows) != len(self._rows)
        self._rows = tuple(rows)
        told = (f"{row.name} {'! ' if row.is_beyond else ''}{without_markup(row.words)}" for row in rows)
        self.setAccessibleDescription("; ".join(told))
        if changed:
            self.updateGeometry()
        self.update()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(200, ROW_PX * len(self._rows))

    minimumSizeHint = sizeHint

    def event(self, event: QEvent) -> bool:
        """Tell the whole of a trend."""
        if isinstance(event, QHelpEvent):
            index = event.pos().y() // ROW_PX
            QToolTip.showText(event.globalPos(), self._rows[index].tip if index < len(self._rows) else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        names = max((metrics.horizontalAdvance(row.name) for row in self._rows), default=0)
        words = max((metrics.horizontalAdvance(_said(row)) for row in self._rows), default=0)
        for index, row in enumerate(self._rows):
            box = QRectF(0, index * ROW_PX, self.width(), ROW_PX)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, row.name)
            usual = self.palette().color(QPalette.ColorRole.WindowText)
            painter.setPen(self._theme.text_color("warn") if row.is_beyond else usual)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _said(row))
            self._paint_picture(painter, row, box.adjusted(names + _GAP, 3, -words - _GAP, -3))

    def _paint_picture(self, painter: QPainter, row: TrendRow, box: QRectF) -> None:
        good = np.isfinite(row.deviation) & np.isfinite(row.position)
        x, y = row.position[good], row.deviation[good]
        if x.size < 2 or box.width() < _LEAST_PICTURE_PX:
            return
        error = row.error if np.isfinite(row.error) else 0.0
        reach = max(float(np.abs(y).max()) + error, 1e-12)
        span = float(np.ptp(x)) or 1.0
        left, width = box.left() + _PAD_PX, box.width() - 2 * _PAD_PX
        middle, height = box.center().y(), box.height() / 2 - 2

        def place(at: float, deviation: float) -> QPointF:
            return QPointF(left + width * (at - float(x.min())) / span, middle - height * deviation / reach)

        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(QLineF(box.left(), middle, box.right(), middle))
        color = self._theme.color(row.color)
        painter.setPen(QPen(color, 1))
        painter.drawLines(
            [QLineF(place(a, b - error), place(a, b + error)) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for a, b in zip(x.tolist(), y.tolist(), strict=True):
            painter.drawEllipse(place(a, b), _DOT_PX / 2, _DOT_PX / 2)
        if np.isfinite(row.slope):
            ends = (float(x.min()), float(x.max()))
            at = [place(end, row.slope * (end - float(x.mean()))) for end in ends]
            painter.setPen(QPen(self._theme.color("warn" if row.is_beyond else "text"), 1.2))
            painter.drawLine(*at)


def _said(row: TrendRow) -> str:
    return f"! {row.words}" if row.is_beyond else row.words
