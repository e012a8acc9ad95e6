"""Changes in units of their statistical error as colours: blue below, orange above, told apart by any eye."""

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from asplab.gui.plots.layer import Array
from asplab.gui.theme import MUTED_PX, Theme
from asplab.gui.widgets.numerals import plain

LOW, HIGH = "detuning:1", "detuning:0"
"""Ends of the scale, blue and vermilion of Okabe and Ito; lightness falls (in the dark: rises) towards both."""
LIMITS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_GREY = 0.5
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
    centre, end = theme.color("line"), theme.color("muted" if is_stale else LOW if part < 0 else HIGH)
    # A little steeper near the centre, so that small changes can be seen.
    weight = abs(part) ** 0.8 * (_GREY if is_stale else 1.0)
    pairs = zip(centre.getRgbF()[:3], end.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*((1 - weight) * first + weight * last for first, last in pairs)).name()


class ColorBar(QWidget):
    """The scale beside a map, with its numbers; it stands level with the plot's own frame."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._limit, self._has_more, self._is_stale = theme, 1.0, (False, False), False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Scale of the map")

    @property
    def words(self) -> tuple[str, ...]:
        """The numbers beside the bar, from the top."""
        half, end = self._limit / 2, self._limit
        top, bottom = (f"{'≥ ' if above else ''}+{_short(end)} σ" for above in self._has_more[1:]), self._has_more[0]
        return (*top, f"+{_short(half)}", "0", f"−{_short(half)}", f"{'≤ ' if bottom else ''}−{_short(end)} σ")

    def display(self, limit: float, *, has_less: bool, has_more: bool, is_stale: bool = False) -> None:
        """Show a scale from −limit to limit; values beyond either end are told there."""
        self._limit, self._has_more, self._is_stale = limit, (has_less, has_more), is_stale
        self.setAccessibleDescription(f"Colours from {self.words[-1]} to {self.words[0]}")
        self.update()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for bar and numbers."""
        return QSize(_BAR_PX + 54, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar, its ticks and numbers."""
        painter = QPainter(self)
        font = QFont(self.font())
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        bar = QRectF(0.5, 12, _BAR_PX, max(self.height() - 64, 40))
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for stop in range(_STOPS):
            part = stop / (_STOPS - 1)
            gradient.setColorAt(part, diverging_color(self._theme, 2 * part - 1, is_stale=self._is_stale))
        painter.fillRect(bar, gradient)
        painter.setPen(QPen(self._theme.color("muted"), 1))
        for place, words in enumerate(self.words):
            y = round(bar.top() + bar.height() * place / 4) + 0.5
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + _TICK_PX, y))
            box = QRectF(bar.right() + _TICK_PX + 4, y - 9, 60, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _short(value: float) -> str:
    decimals = next(count for count in (0, 1, 2) if round(value, count) == value or count == 2)
    return plain(value, decimals)
