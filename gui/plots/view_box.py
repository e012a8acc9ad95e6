"""The part of a plot inside its axes: clicks, and drags that choose points instead of moving the view."""

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent


class ViewBox(pg.ViewBox):  # type: ignore[misc]
    """A view that hands its clicks on and has no menu of its own.

    Notes
    -----
    ``boxed`` carries the box that a drag with Shift has drawn so far, in the plot's pixels, and whether it is finished.
    """

    clicked = Signal(object)
    boxed = Signal(QRectF, bool)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        """Pass a click on."""
        ev.accept()
        self.clicked.emit(ev)

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:
        """Draw a box with Shift, move the view without."""
        is_left = ev.button() == Qt.MouseButton.LeftButton
        if axis is None and is_left and ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            ev.accept()
            corners = (ev.buttonDownScenePos(), ev.scenePos())
            self.boxed.emit(QRectF(*corners).normalized(), ev.isFinish())
            return
        super().mouseDragEvent(ev, axis=axis)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Leave the keys to the plot, which has a history of its own."""
        ev.ignore()
