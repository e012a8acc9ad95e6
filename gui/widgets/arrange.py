"""Layouts without margins, and a scroll area without a frame."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from asplab.gui.language import tr

GAP = 8
"""Between cards, in pixels."""


def row(host: QWidget, gap: int = 0) -> QHBoxLayout:
    """Give a widget a row."""
    layout = QHBoxLayout(host)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    return layout


def column(host: QWidget, gap: int = 0) -> QVBoxLayout:
    """Give a widget a column."""
    layout = QVBoxLayout(host)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    return layout


def grid(host: QWidget, shares: Sequence[int]) -> QGridLayout:
    """Give a widget two columns of equal width; ``shares`` are the parts of the height."""
    layout = QGridLayout(host)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP)
    for index, share in enumerate(shares):
        layout.setRowStretch(index, share)
    for index in range(2):
        layout.setColumnStretch(index, 1)
    return layout


def scrolled(content: QWidget) -> QScrollArea:
    """Return a frameless scroll area around a widget; the card behind shows through."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(content)
    area.setAccessibleName(content.accessibleName() or tr("Part that scrolls"))
    for part in (area.viewport(), content):
        part.setAutoFillBackground(False)
    return area


def give_keyboard(widget: QWidget) -> None:
    """Give the keyboard to a widget that needs no key itself; else the first button would take it and look chosen."""
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
        # Qt passes by what takes no focus when the window becomes active.
        widget.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    widget.setFocus()
