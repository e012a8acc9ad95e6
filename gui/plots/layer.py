"""What every drawn layer shares: it covers the view, paints in pixels and answers the mouse."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from asplab.gui.look.theme import Theme

Bounds = tuple[float, float] | None
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PixelMap:
    """Data to pixels and back; a plot only scales and shifts."""

    x_scale: float
    x_shift: float
    y_scale: float
    y_shift: float

    @staticmethod
    def of(transform: QTransform) -> "PixelMap":
        """Read the map off a painter's or an item's transform."""
        return PixelMap(transform.m11(), transform.dx(), transform.m22(), transform.dy())

    def x(self, values: Any) -> Any:
        """Return horizontal pixels."""
        return values * self.x_scale + self.x_shift

    def y(self, values: Any) -> Any:
        """Return vertical pixels, downwards."""
        return values * self.y_scale + self.y_shift

    def data(self, pixel: QPointF) -> tuple[float, float]:
        """Return the data coordinates of a pixel."""
        return (pixel.x() - self.x_shift) / self.x_scale, (pixel.y() - self.y_shift) / self.y_scale


class Stop(NamedTuple):
    """A point or curve that the keys can reach: its place in plot coordinates and its two numbers in the layer."""

    x: float
    y: float
    parts: tuple[int, int]


Columns = Sequence[tuple[str, Sequence[float] | Sequence[str] | Array]]
"""Data behind a drawing: the heading of each column and its values."""


class Layer(pg.UIGraphicsItem):  # type: ignore[misc]
    """A drawing over the whole view; subclasses implement :meth:`draw`.

    Parameters
    ----------
    theme : Theme
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._has_failed = False

    def viewRect(self) -> QRectF:
        """Return the visible ranges, always the present ones.

        The base class maps them through a transform that a new zoom may not have reached yet, keeps the outcome, and
        then labels and grips are drawn where they can't be seen.
        """
        box = self.getViewBox()
        return box.viewRect() if isinstance(box, pg.ViewBox) else QRectF()

    def restyle(self, theme: Theme) -> None:
        """Draw again in another theme."""
        self.theme = theme
        self.update()

    def data_bounds(self) -> tuple[Bounds, Bounds]:
        """Return the ranges of the data in x and y; None where there are none."""
        return None, None

    def labels_px(self) -> list[tuple[float, float]]:
        """Return the labels that stand right of the data: the place in x where each begins, and its pixels."""
        return []

    def headroom_px(self) -> float:
        """Return the pixels wanted above the data, for labels."""
        return 0.0

    def tip(self, pixel: QPointF) -> str:
        """Return what is under the mouse, as rich text; empty for nothing."""
        return ""

    def click(self, pixel: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """Answer a click and return whether something was hit."""
        return False

    def display_ringed(self, keys: frozenset[str]) -> None:
        """Ring the points of these measurements."""

    def name_sources(self, told: Callable[[str], str]) -> None:
        """Take over what says, as rich text, in which files a measurement stands."""

    def stops(self) -> Sequence[Stop]:
        """Return what the keys can reach."""
        return ()

    def press(self, stop: Stop, button: Qt.MouseButton) -> None:
        """Answer as if a stop had been clicked."""

    def stop_tip(self, stop: Stop) -> str:
        """Return what is said of a stop, as rich text."""
        return ""

    def columns(self, x_label: str, y_label: str) -> Columns:
        """Return the data behind the drawing, with plain headings."""
        return ()

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint in pixels; the painter has no transform."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Hand the painter over in pixels."""
        to_pixel = PixelMap.of(painter.transform())
        painter.resetTransform()
        # Qt ends the process when an exception reaches it from a paint event: the hook tells the user instead, once
        # until the layer can be painted again.
        try:
            self.draw(painter, to_pixel)
        except Exception:  # noqa: BLE001 - whatever it is, it must not reach Qt
            if not self._has_failed:
                self._has_failed = True
                sys.excepthook(*sys.exc_info())
        else:
            self._has_failed = False

    def pixel_map(self) -> PixelMap:
        """Return the map between data and the plot's own pixels."""
        box = self.getViewBox()
        if isinstance(box, pg.ViewBox):
            # A new zoom reaches the transform with the next paint only.
            box.updateMatrix()
        return PixelMap.of(self.sceneTransform())


class PointLayer(Layer):
    """A drawing of points that can be clicked.

    ``point_clicked`` carries the two numbers of the point, such as series and index, and the button.
    """

    point_clicked = Signal(int, int, object)

    def nearest(self, pixel: QPointF) -> tuple[int, int] | None:
        """Return the two numbers of the point under a pixel, None where there is none."""
        return None

    def press(self, stop: Stop, button: Qt.MouseButton) -> None:
        """Tell which point the keys or a box have reached."""
        self.point_clicked.emit(*stop.parts, button)

    def click(self, pixel: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """Tell which point was hit."""
        hit = self.nearest(pixel)
        if hit is not None:
            self.point_clicked.emit(*hit, button)
        return hit is not None


def finite_range(*arrays: Array) -> Bounds:
    """Return the smallest and largest finite value, None where there is none."""
    parts = [part[np.isfinite(part)] for part in arrays]
    filled = [part for part in parts if part.size]
    if not filled:
        return None
    return float(min(part.min() for part in filled)), float(max(part.max() for part in filled))


def union(first: Bounds, second: Bounds) -> Bounds:
    """Return the range that holds both."""
    if first is None or second is None:
        return first or second
    return min(first[0], second[0]), max(first[1], second[1])
