"""Changes in units of their statistical error as colours: blue below, orange above, told apart by any eye."""

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.plots.layer import Array
from asplab.gui.widgets.numerals import plain

LOW, HIGH = "detuning:1", "detuning:0"
"""Ends of the scale, blue and vermilion of Okabe and Ito; lightness falls (in the dark: rises) towards both."""
LIMITS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_GREY = 0.65
_BAR_PX, _TICK_PX, _STOPS = 14, 4, 17


def limit_of(change: Array, counted: np.ndarray) -> float:
    """Return the end of a scale that holds what is counted; 1 where nothing is known."""
    known = np.abs(change[counted & np.isfinite(change)])
    largest = float(known.max()) if known.size else 1.0
    return next((limit for limit in LIMITS if limit >= largest), LIMITS[-1])


def diverging_color(theme: Theme, part: float, *, is_stale: bool = False) -> QColor:
    """Return the colour of a change; ``part`` is −1 to 1 of the limit, what is beyond has the colour of the end."""
    return QColor(_color(theme, round(max(-1.0, min(1.0, part)) * 64), is_stale))


@lru_cache(maxsize=1024)
def _color(theme: Theme, step: int, is_stale: bool) -> str:
    part = step / 64
    # A little steeper near the centre, so that small changes can be seen.
    vivid = _mixed(theme.color("line"), theme.color(LOW if part < 0 else HIGH), abs(part) ** 0.8)
    # What is old keeps a trace of its sign.
    return (_mixed(vivid, theme.color("line"), _GREY) if is_stale else vivid).name()


def _mixed(first: QColor, second: QColor, part: float) -> QColor:
    pairs = zip(first.getRgbF()[:3], second.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*((1 - part) * one + part * other for one, other in pairs))


def limit_words(limit: float) -> tuple[str, str]:
    """Return both ends of a scale in words."""
    return f"−{_short(limit)} σ", f"+{_short(limit)} σ"


class ColorBar(QWidget):
    """The scale beside a map, with its numbers; it stands level with the plot's own frame."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._limit, self._has_more, self._is_stale = theme, 1.0, (False, False), False
        self._has_hatched = self._has_failed = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Scale of the map"))

    @property
    def words(self) -> tuple[str, ...]:
        """The numbers beside the bar, from the top."""
        has_less, has_more = self._has_more
        low, high = limit_words(self._limit)
        half = _short(self._limit / 2)
        return (f"≥ {high}" if has_more else high, f"+{half}", "0", f"−{half}", f"≤ {low}" if has_less else low)

    def display(self, limit: float, *, has_less: bool, has_more: bool, is_stale: bool = False) -> None:
        """Show a scale from −limit to limit; values beyond either end are told there."""
        self._limit, self._has_more, self._is_stale = limit, (has_less, has_more), is_stale
        self.setAccessibleDescription(
            tr("Colours from {words} to {words2}", words=self.words[-1], words2=self.words[0])
        )
        self.update()

    def display_marks(self, *, has_hatched: bool, has_failed: bool) -> None:
        """Explain the marks that cells bear."""
        self._has_hatched, self._has_failed = has_hatched, has_failed
        self.update()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for bar and numbers."""
        return QSize(_BAR_PX + 76, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar, its ticks and numbers."""
        painter = QPainter(self)
        font = QFont(self.font())
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        bar = QRectF(0.5, 12, _BAR_PX, max(self.height() - 64, 40))
        painter.fillRect(bar, _gradient(self._theme, bar.bottomLeft(), bar.topLeft(), is_stale=self._is_stale))
        painter.setPen(QPen(self._theme.color("muted"), 1))
        for place, words in enumerate(self.words):
            y = round(bar.top() + bar.height() * place / 4) + 0.5
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + _TICK_PX, y))
            box = QRectF(bar.right() + _TICK_PX + 4, y - 9, 64, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        self._paint_marks(painter, bar.bottom() + 16)

    def _paint_marks(self, painter: QPainter, top: float) -> None:
        for words, is_shown in ((tr("not counted"), self._has_hatched), (tr("no result"), self._has_failed)):
            if not is_shown:
                continue
            box = QRectF(0.5, round(top) + 2.5, _BAR_PX - 1, _BAR_PX - 3)
            painter.setPen(QPen(self._theme.color("muted"), 1))
            if words == "not counted":
                painter.fillRect(box, QBrush(self._theme.color("text", 0.55), Qt.BrushStyle.BDiagPattern))
            else:
                painter.drawLine(box.topLeft(), box.bottomRight())
                painter.drawLine(box.bottomLeft(), box.topRight())
            painter.drawRect(box)
            painter.drawText(QRectF(_BAR_PX + 5, top, 80, 16), Qt.AlignmentFlag.AlignVCenter, words)
            top += 18


class ScaleLine(QWidget):
    """The same scale on one line: its lower end, the colours, its upper end."""

    def __init__(self, theme: Theme, width_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._limit, self._is_stale = theme, 1.0, False
        self.setFixedSize(width_px, 22)
        self.setAccessibleName(tr("Scale of the sensitivity strip"))

    def display(self, limit: float, *, is_stale: bool = False) -> None:
        """Show a scale from −limit to limit."""
        self._limit, self._is_stale = limit, is_stale
        low, high = limit_words(limit)
        lines = [
            tr(
                "Change of the result where the edge stands, {low} to {high}; hatched: the data do "
                "not allow it; ticks: one standard error away",
                low=low,
                high=high,
            ),
            *([tr("! mapped for earlier settings")] if is_stale else []),
        ]
        self.setToolTip("\n".join(lines))
        self.setAccessibleDescription(" ".join(lines))
        self.update()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint numbers and colours."""
        painter = QPainter(self)
        font = QFont(self.font())
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        end = _short(self._limit)
        low, high = f"{'! ' if self._is_stale else ''}−{end}", f"+{end} σ"
        widths = [painter.fontMetrics().horizontalAdvance(words) for words in (low, high)]
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, widths[0] + 2, self.height()), middle, low)
        painter.drawText(QRectF(self.width() - widths[1] - 1, 0, widths[1] + 2, self.height()), middle, high)
        bar = QRectF(widths[0] + 5, 7, self.width() - sum(widths) - 11, 8)
        painter.fillRect(bar, _gradient(self._theme, bar.topLeft(), bar.topRight(), is_stale=self._is_stale))


def _gradient(theme: Theme, start: QPointF, end: QPointF, *, is_stale: bool) -> QLinearGradient:
    gradient = QLinearGradient(start, end)
    for stop in range(_STOPS):
        part = stop / (_STOPS - 1)
        gradient.setColorAt(part, diverging_color(theme, 2 * part - 1, is_stale=is_stale))
    return gradient


def _short(value: float) -> str:
    decimals = next(count for count in (0, 1, 2) if round(value, count) == value or count == 2)
    return plain(value, decimals)
