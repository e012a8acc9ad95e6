"""How the keys go from point to point of a plot, say what each is, and click it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QToolTip

from asplab.gui.language import tr
from asplab.gui.plots.point_cursor import PointCursor, next_stop
from asplab.gui.widgets.text import without_markup

if TYPE_CHECKING:
    from asplab.gui.plots.base import Plot

_ASIDE_PX = 14


class Walking:
    """The point of a plot that the keys have reached, if any."""

    def __init__(self, plot: "Plot") -> None:
        self._plot = plot
        self.cursor = PointCursor(plot.theme)
        plot.add_layer(self.cursor, z=91)

    @property
    def pixel(self) -> QPointF | None:
        """Where the point stands, in the plot's pixels; None without one."""
        return self.cursor.pixel()

    def step(self, step: tuple[int, int]) -> bool:
        """Go to the next point in a direction of pixels and say what it is; return whether there are points at all."""
        box = self._plot.box
        frame = box.mapRectToScene(box.boundingRect())
        visible = self._plot.visible_layers()
        found = next_stop(visible, self.cursor.at, step, (frame.topLeft(), frame.bottomRight()))
        if found is not None:
            self.cursor.display(found)
            self._tell()
        return self.cursor.at is not None

    def press(self, button: Qt.MouseButton, *, adds: bool = False) -> bool:
        """Click the point and return whether there is one; ``adds`` keeps what was selected before."""
        at, plot = self.cursor.at, self._plot
        if at is None:
            return False
        plot.click_began.emit()
        if adds:
            plot.gathering_began.emit(True)
        at[0].press(at[1], button)
        if adds:
            plot.gathering_finished.emit()
        return True

    def leave(self) -> bool:
        """Let the keys begin anew and return whether they had reached a point."""
        if self.cursor.at is None:
            return False
        self.cursor.display(None)
        QToolTip.hideText()
        return True

    def _tell(self) -> None:
        at, pixel, plot = self.cursor.at, self.pixel, self._plot
        if at is None or pixel is None:
            return
        tip = at[0].stop_tip(at[1])
        place = plot.mapFromScene(pixel) + QPoint(_ASIDE_PX, 0)
        QToolTip.showText(plot.mapToGlobal(place), tip, plot)
        words = " · ".join(without_markup(tip).splitlines())
        plot.setAccessibleDescription(words)
        plot.hint_changed.emit(tr("{what} · Enter selects", what=words) if words else tr("Enter selects"))
