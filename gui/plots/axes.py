"""Hairline axes: few labelled ticks, a faint grid, the user's decimal sign and no automatic prefixes."""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.widgets.numerals import plain

_TICK_PX = {"left": 44, "right": 44, "bottom": 76, "top": 76}
_CLOSE_PX = {"left": 26, "right": 26, "bottom": 46, "top": 46}
_FEW = 3
_OVERHANG_PX = 10
_LARGEST_PLAIN = 1e6
_SHORT = 1.3
"""So few decades would have a number or two alone."""
_PLAIN_DECADES = (-3, 5)
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Axis(pg.AxisItem):  # type: ignore[misc]
    """One axis of a plot.

    Parameters
    ----------
    side : str
        ``"left"`` or ``"bottom"``.
    logarithmic : bool
        The plotted values are log10 of the labelled ones.
    """

    def __init__(self, side: str, theme: Theme, *, logarithmic: bool = False) -> None:
        super().__init__(side)
        self._logarithmic = logarithmic
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0, tickTextOffset=6, tickAlpha=255, autoReduceTextSpace=False)
        self.setGrid(255)
        self.restyle(theme)

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        font = QFont()
        font.setPixelSize(MUTED_PX)
        self.setTickFont(font)
        self.setPen(theme.line)
        self.setTickPen(theme.grid)
        self.setTextPen(theme.muted)
        self.setLabel(self.labelText, **{"color": theme.muted, "font-size": f"{MUTED_PX}px"})

    def setLabel(self, *args: Any, **kwargs: Any) -> None:
        """Label the axis; the base class leaves a label of another length where the one before it stood."""
        super().setLabel(*args, **kwargs)
        self.resizeEvent()

    def boundingRect(self) -> QRectF:
        """Leave room for a number that reaches past the end of the axis."""
        room = (_OVERHANG_PX, 0) if self.orientation in ("bottom", "top") else (0, _OVERHANG_PX)
        rect: QRectF = super().boundingRect()
        return rect.adjusted(-room[0], -room[1], *room)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        """Choose one level of ticks at 1, 2 or 5 times a power of ten; one tick alone would be no scale.

        Fewer than three stand closer, as far as their numbers allow.
        """
        per_px = (maxVal - minVal) / max(size, 1.0)
        rough = per_px * _TICK_PX[self.orientation]
        decade = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
        steps = [step * decade for step in (0.2, 0.5, 1, 2, 5, 10)]
        chosen = next(k for k, step in enumerate(steps) if k > 1 and step >= rough * (1 - 1e-9))

        def count(step: float) -> int:
            return math.floor(maxVal / step) - math.ceil(minVal / step) + 1

        while chosen and (
            count(steps[chosen]) < 2
            or (count(steps[chosen]) < _FEW and steps[chosen - 1] >= per_px * _CLOSE_PX[self.orientation])
        ):
            chosen -= 1
        return [(steps[chosen], 0.0)]

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:
        """Place the ticks; less than three decades of a logarithmic axis also get 2 and 5, where they have room."""
        if not self._logarithmic:
            levels: list[tuple[float, Any]] = super().tickValues(minVal, maxVal, size)
            return levels
        span = max(maxVal - minVal, 1e-9)
        has_room = size / span >= 3 * _CLOSE_PX[self.orientation]
        factors = (1, 2, 5) if span < 3 and (has_room or span < _SHORT) else (1,)
        stride = max(1, math.ceil((maxVal - minVal) * _TICK_PX[self.orientation] / max(size, 1.0)))
        decades = range(math.floor(minVal / stride) * stride, math.ceil(maxVal) + 1, stride)
        ticks = np.array([decade + math.log10(factor) for decade in decades for factor in factors])
        return [(1.0, ticks[(ticks >= minVal) & (ticks <= maxVal)])]

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        """Write the numbers beside the ticks."""
        if self._logarithmic:
            least, most = _PLAIN_DECADES
            as_powers = any(not least <= value < most for value in values)
            return [_power(value, as_powers=as_powers) for value in values]
        decimals = max(0, -math.floor(math.log10(spacing) + 1e-9))
        largest = max((abs(value) for value in values), default=0.0)
        if largest >= _LARGEST_PLAIN:
            exponent = math.floor(math.log10(largest))
            power = "×10" + str(exponent).translate(_SUPERSCRIPTS)
            kept = max(0, exponent - math.floor(math.log10(spacing) + 1e-9))
            return [f"{plain(value / 10**exponent, kept)}{power}" if value else "0" for value in values]
        return [plain(value, decimals) for value in values]


def _power(log_value: float, *, as_powers: bool) -> str:
    exponent = math.floor(log_value + 1e-9)
    factor = round(10 ** (log_value - exponent))
    if not as_powers:
        return plain(factor * 10.0**exponent, max(0, -exponent))
    power = "10" + str(exponent).translate(_SUPERSCRIPTS)
    return power if factor == 1 else f"{factor}·{power}"
