"""Where curves and points stood in a reference: pale and dashed, behind those of now."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.crowd import Painted
from asplab.gui.plots.curves import draw_line
from asplab.gui.plots.drawn import Drawn, Series, prepare
from asplab.gui.plots.layer import Layer, PixelMap

_DASHES = (5.0, 4.0)
_PALE = 0.62
_RADIUS_PX = 2.5
GHOST_Z = 2.0


class Pale(Layer):
    """Series without labels, errors and bands; they answer no mouse and take no part in the range."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._drawn: tuple[Drawn, ...] = ()

    @property
    def series(self) -> tuple[Series, ...]:
        """The series as displayed."""
        return tuple(one.series for one in self._drawn)

    def display(self, series: Sequence[Series]) -> None:
        """Show where these series stood; none hides the layer."""
        if series or self._drawn:
            self._drawn = tuple(prepare(one) for one in series)
            self.update()
        if self.isVisible() != bool(series):
            self.setVisible(bool(series))

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint dashed curves and small open points."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for one in self._drawn:
            color = self.theme.color(one.series.color, _PALE)
            pen = QPen(color, 1)
            if one.line_x.size > 1:
                dashed = QPen(pen)
                dashed.setDashPattern(_DASHES)
                painter.setPen(dashed)
                draw_line(painter, to_pixel.x(one.line_x), to_pixel.y(one.line_y))
            painter.setPen(pen)
            good = np.isfinite(one.x) & np.isfinite(one.y)
            for x, y in zip(to_pixel.x(one.x[good]), to_pixel.y(one.y[good]), strict=True):
                painter.drawEllipse(QPointF(x, y), _RADIUS_PX, _RADIUS_PX)


class Ghost(Painted, Pale):
    """Pale series that stand still while something is dragged: painted once, copied on every frame."""

    def version(self) -> object:
        """Return what the picture shows."""
        return self._drawn


def add_ghost(plot: Plot) -> Ghost:
    """Put an empty ghost behind the data of a plot."""
    ghost = Ghost(plot.theme)
    ghost.setVisible(False)
    plot.add_layer(ghost, z=GHOST_Z)
    return ghost
