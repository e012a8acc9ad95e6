"""A small field over a plot in which the place of an edge is typed."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from asplab.gui.language import tr
from asplab.gui.plots.handle import Handle
from asplab.gui.widgets.fields import NumberField
from asplab.gui.widgets.text import without_markup

if TYPE_CHECKING:
    from asplab.gui.plots.base import Plot

_WIDTH_PX, _TOP_PX = 110, 28


class EdgeField(NumberField):
    """Takes the place of one edge: Enter commits it, Escape or leaving the field closes it unchanged.

    ``closed`` says that the field is done.
    """

    closed = Signal()

    def __init__(self, plot: "Plot", handle: Handle) -> None:
        value, numeric = handle.typed()
        super().__init__(numeric, plot)
        self.setAccessibleName(tr("Place of the {edge}", edge=without_markup(handle.label)))
        self.display_medium(handle.medium)
        self.display(value)
        self.committed.connect(handle.take_typed)
        self.refused.connect(plot.hint_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Commit and close with Enter, close with Escape; a refused text stays."""
        if event.key() == Qt.Key.Key_Escape:
            self.display(self.value)
            self.setModified(False)
            self._close()
            return
        super().keyPressEvent(event)
        event.accept()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._refused_text is None:
            self._close()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close without a change: what was not confirmed is not wanted."""
        self.setModified(False)
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._close()

    def _close(self) -> None:
        if not self.isHidden():
            self.hide()
            self.closed.emit()
            self.deleteLater()


def open_field(plot: "Plot", handle: Handle) -> EdgeField:
    """Open the field of the edge in hand beside it and return it."""
    field = EdgeField(plot, handle)
    field.resize(_WIDTH_PX, field.sizeHint().height())
    part = handle.places[min(handle.part, len(handle.places) - 1)]
    left = plot.pixel_of(part, plot.view[1][1]).x() + 6
    field.move(QPoint(max(0, min(left, plot.width() - _WIDTH_PX - 4)), _TOP_PX))
    field.show()
    field.selectAll()
    field.setFocus(Qt.FocusReason.OtherFocusReason)
    field.closed.connect(plot.setFocus)
    return field
