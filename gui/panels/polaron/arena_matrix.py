"""Which explanation is found where each is true: a table of shares, tinted, with every number written out."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.rows import PaintedRows

ROW_PX, HEAD_PX = 28, 24
TINT = 0.42
"""Opacity of the tint of a share of one: numbers stay readable on it."""
_LEAST_CELL_PX, _PAD, _GAP = 30.0, 6.0, 8.0


class ShareMatrix(PaintedRows):
    """True explanations in rows, found ones in columns; the diagonal is framed, for there the true one is found.

    Where there is no room for names above the columns, numbers stand there, and in front of the rows.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._shares: FloatArray = np.empty((0, 0))
        self._is_stale = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shares(self) -> FloatArray:
        """The shares as displayed."""
        return self._shares

    @property
    def is_stale(self) -> bool:
        """Whether they belong to earlier settings."""
        return self._is_stale

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def display(self, names: Sequence[str], shares: FloatArray, *, is_stale: bool = False) -> None:
        """Show shares (true × found)."""
        if tuple(names) != self._names:
            self.updateGeometry()
        self._names, self._shares, self._is_stale = tuple(names), shares, is_stale
        self._keep_current()
        self.update()

    def row_count(self) -> int:
        """Return the number of explanations."""
        return len(self._names)

    def row_box(self, index: int) -> QRectF:
        """Return where a row stands, in pixels."""
        return QRectF(0, HEAD_PX + index * ROW_PX, self.width(), ROW_PX)

    def row_text(self, index: int) -> str:
        """Return the true explanation and the share of each that is found."""
        return "\t".join((self._names[index], *(_shown(share) for share in self._shares[index])))

    def heads(self) -> tuple[str, ...]:
        """Return the explanations that are found."""
        return (tr("true, found"), *self._names)

    def tip_at(self, place: QPointF) -> str:
        """Return a share in words."""
        row, column = self.row_at(place.y()), self._column_at(place.x())
        if row < 0 or column < 0:
            return ""
        share = plain(100.0 * float(self._shares[row, column]), 0)
        return tr(
            "Were {names} true, {names2} would be found in {share} % of draws.",
            names=self._names[row],
            names2=self._names[column],
            share=share,
        )

    def cell_box(self, row: int, column: int) -> QRectF:
        """Return where a share stands, in pixels."""
        left, width = self._columns()
        box = self.row_box(row)
        return QRectF(left + column * width, box.top(), width, box.height()).adjusted(1, 1, -1, -1)

    def sizeHint(self) -> QSize:
        """Return the room for all rows."""
        return QSize(320, HEAD_PX + ROW_PX * len(self._names))

    def minimumSizeHint(self) -> QSize:
        """Return the room for all rows with numbers as heads."""
        width = self._label_px() + _GAP + len(self._names) * _LEAST_CELL_PX
        return QSize(round(width), HEAD_PX + ROW_PX * len(self._names))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint heads, names and cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        muted = self.palette().color(QPalette.ColorRole.PlaceholderText)
        has_numbers = self._has_numbers()
        painter.setPen(muted)
        for column, name in enumerate(self._names):
            cell = self.cell_box(0, column)
            head = QRectF(cell.left(), 0, cell.width(), HEAD_PX)
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, str(column + 1) if has_numbers else name)
        for row, name in enumerate(self._names):
            painter.setPen(muted if self._is_stale else self.palette().color(QPalette.ColorRole.WindowText))
            label = f"{row + 1}  {name}" if has_numbers else name
            side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.row_box(row).adjusted(_PAD, 0, 0, 0), side, label)
            for column in range(len(self._names)):
                self._paint_cell(painter, row, column)
        self._paint_ring(painter)

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        share, box = float(self._shares[row, column]), self.cell_box(row, column)
        tint = self._theme.color("good" if row == column else "warn", TINT * min(max(share, 0.0), 1.0))
        painter.setPen(QPen(self._theme.color("muted"), 1) if row == column else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if self._is_stale else tint)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        is_quiet = self._is_stale or share < 0.005
        role = QPalette.ColorRole.PlaceholderText if is_quiet else QPalette.ColorRole.WindowText
        painter.setPen(self.palette().color(role))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _shown(share))

    def _has_numbers(self) -> bool:
        metrics, width = QFontMetricsF(self.font()), self._columns()[1]
        return any(metrics.horizontalAdvance(name) + 4 > width for name in self._names)

    def _columns(self) -> tuple[float, float]:
        """Return where the first column begins, and the width of each."""
        left = self._label_px() + _GAP
        return left, max((self.width() - left) / max(len(self._names), 1), _LEAST_CELL_PX)

    def _column_at(self, x: float) -> int:
        left, width = self._columns()
        column = int((x - left) // width) if x >= left else -1
        return column if column < len(self._names) else -1

    def _label_px(self) -> float:
        metrics = QFontMetricsF(self.font())
        return _PAD + max((metrics.horizontalAdvance(f"8  {name}") for name in self._names), default=0.0)


def _shown(share: float) -> str:
    return plain(100.0 * share, 0)
