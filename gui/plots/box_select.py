"""A box drawn with Shift and the mouse, and the points inside it."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from asplab.gui.look.theme import Theme
from asplab.gui.plots.layer import Layer, PixelMap, Stop


class SelectionBox(Layer):
    """The box while it is drawn; nothing otherwise."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._box: QRectF | None = None
        self.setVisible(False)

    def display(self, box: QRectF | None) -> None:
        """Show a box in the plot's pixels, or none."""
        self._box = box
        self.setVisible(box is not None)
        self.update()

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the box."""
        if self._box is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.color("accent"), 1))
        painter.setBrush(self.theme.color("accent", 0.12))
        painter.drawRect(self._box)


def stops_inside(layers: Iterable[Layer], box: QRectF) -> list[tuple[Layer, Stop]]:
    """Return the points inside a box of pixels, with their layers; curves count by where they stand highest."""
    found = []
    for layer in layers:
        to_pixel = layer.pixel_map()
        found += [
            (layer, stop)
            for stop in layer.stops()
            if box.contains(float(to_pixel.x(stop.x)), float(to_pixel.y(stop.y)))
        ]
    return found


def click_stops(found: Iterable[tuple[Layer, Stop]]) -> None:
    """Let layers tell their points as if each had been clicked."""
    for layer, stop in found:
        layer.press(stop, Qt.MouseButton.LeftButton)
