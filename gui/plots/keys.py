"""What the keys do in every plot: the list that is shown, and the answers."""

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from asplab.gui.language import tr
from asplab.gui.plots.point_cursor import ARROWS

if TYPE_CHECKING:
    from asplab.gui.plots.base import Plot

ZOOM_STEP, PAN_STEP = 0.8, 0.1


class PlotKey(NamedTuple):
    """Keys or mouse, and what they do in a plot."""

    keys: str
    words: str


def plot_keys() -> tuple[PlotKey, ...]:
    """Return everything that keys and mouse do in a plot."""
    return (
        PlotKey("← → ↑ ↓", tr("walk through the points; Enter selects one, Ctrl+Enter adds it")),
        PlotKey(tr("Tab, ← →"), tr("reach and move an edge; Shift ×10")),
        PlotKey(tr("F2, double-clicking an edge"), tr("type its place, in nm, eV or cm⁻¹")),
        PlotKey(tr("Shift, dragging an edge"), tr("go to the edges of real filters")),
        PlotKey(tr("Shift, dragging elsewhere"), tr("select all points in a box")),
        PlotKey(tr("Ctrl, clicking"), tr("add a point to the selection, or take it out")),
        PlotKey("Ctrl + −", tr("zoom in and out; also the wheel")),
        PlotKey("Ctrl+← → ↑ ↓", tr("move the view; also by dragging")),
        PlotKey(tr("Backspace"), tr("zoom before; Shift: the next one")),
        PlotKey(tr("Esc"), tr("leave the point")),
    )


def answer_key(plot: "Plot", event: QKeyEvent) -> bool:
    """Do what a key means in every plot and return whether it means anything."""
    key = Qt.Key(event.key())
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    with_ctrl, with_shift = held == Qt.KeyboardModifier.ControlModifier, held == Qt.KeyboardModifier.ShiftModifier
    if key in ARROWS and with_ctrl:
        right, down = ARROWS[key]
        plot.pan_by(PAN_STEP * right, -PAN_STEP * down)
    elif key in ARROWS and not held and not _moves_an_edge(plot):
        return plot.walking.step(ARROWS[key])
    elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and (with_ctrl or with_shift or not held):
        plot.zoom_by(ZOOM_STEP)
    elif key == Qt.Key.Key_Minus and (with_ctrl or not held):
        plot.zoom_by(1.0 / ZOOM_STEP)
    elif key == Qt.Key.Key_Backspace and (with_shift or not held):
        plot.step_zoom(1 if with_shift else -1)
    elif key == Qt.Key.Key_A and not held:
        plot.view_all()
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and (with_ctrl or not held):
        return plot.walking.press(Qt.MouseButton.LeftButton, adds=with_ctrl)
    elif key == Qt.Key.Key_Escape and not held:
        return plot.walking.leave()
    else:
        return False
    return True


def _moves_an_edge(plot: "Plot") -> bool:
    """Return whether the arrow keys belong to a handle."""
    return hasattr(plot.scene().focusItem(), "focus_part")
