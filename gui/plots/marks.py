"""Small signs beside points that are in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QPainter

from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.plots.layer import Layer, PixelMap

_RIGHT_PX, _UP_PX = 6.0, 5.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign at the upper right of a place, in plot coordinates; ``color`` is a colour name of the theme."""

    x: float
    y: float
    sign: str
    color: str


class PointMarks(Layer):
    """Signs beside points; they take no clicks, for the points below answer."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._marks: tuple[Mark, ...] = ()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The signs as displayed."""
        return self._marks

    def display(self, marks: Sequence[Mark]) -> None:
        """Show these signs."""
        if marks or self._marks:
            self._marks = tuple(marks)
            self.update()

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint all signs."""
        font = QFont(painter.font())
        font.setPixelSize(MUTED_PX)
        font.setBold(True)
        painter.setFont(font)
        for mark in self._marks:
            painter.setPen(self.theme.text_color(mark.color))
            place = QPointF(float(to_pixel.x(mark.x)) + _RIGHT_PX, float(to_pixel.y(mark.y)) - _UP_PX)
            painter.drawText(place, mark.sign)
