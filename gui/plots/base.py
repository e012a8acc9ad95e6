"""The plot that all others build on: axes, zoom, clicks, hints and the theme."""

from collections.abc import Callable, Sequence

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QGraphicsView, QToolTip, QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.area import PlotArea
from asplab.gui.plots.axes import Axis
from asplab.gui.plots.box_select import SelectionBox, click_stops, stops_inside
from asplab.gui.plots.copying import clipboard_content, joined
from asplab.gui.plots.edge_field import open_field
from asplab.gui.plots.frame import framed
from asplab.gui.plots.handle import Handle
from asplab.gui.plots.keys import answer_key
from asplab.gui.plots.layer import Bounds, Layer
from asplab.gui.plots.view_box import ViewBox
from asplab.gui.plots.walking import Walking
from asplab.gui.plots.zoom_history import View, ZoomHistory
from asplab.gui.widgets.text import without_markup

# The default of 100 moves a second drops most of a drag; whoever recomputes coalesces instead.
pg.setConfigOption("mouseRateLimit", 1000)

HINT = tr("Wheel zooms · drag pans · double-click or A shows all")
EXCLUDES = tr("Shift+drag: several · right-click: exclude or show")
"""What a hint says of plots whose points or curves stand for measurements."""
_BOTTOM_PX = 44


class Plot(pg.GraphicsView):  # type: ignore[misc]
    """A plot without frame and buttons.

    Parameters
    ----------
    theme : Theme
    x_label, y_label : str
        Rich text with the unit, for instance ``ΔE<sub>S</sub> (meV)``.
    log_x, log_y : bool
        The axis is labelled with powers of ten; layers plot log10 of their values.

    Notes
    -----
    ``hint_changed`` says what the mouse or the keys do here and is empty once they do nothing here any more,
    ``click_began`` precedes the click signal of whatever is hit, ``background_clicked`` (button, modifiers) follows
    a click that hit nothing, ``context_requested`` (global position) says that the user wants a menu: it comes last.
    Between ``gathering_began`` (whether what was selected stays so) and ``gathering_finished`` every point that tells
    of itself is one of several to be selected. ``touched`` says that the user acts on this plot.
    """

    hint_changed = Signal(str)
    click_began = Signal()
    background_clicked = Signal(object, object)
    context_requested = Signal(QPoint)
    gathering_began = Signal(bool)
    gathering_finished = Signal()
    touched = Signal()

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        x_label: str = "",
        y_label: str = "",
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        super().__init__(parent, background=theme.panel)
        self.theme = theme
        # Each scene would have the whole window painted by itself; so plots that change together are painted
        # together, and nothing behind them is.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.scene().changed.connect(self._repaint)
        self.scene().focusItemChanged.connect(self._tell_focus)
        self.box = ViewBox()
        self._axes = {
            "left": Axis("left", theme, logarithmic=log_y),
            "bottom": Axis("bottom", theme, logarithmic=log_x),
        }
        self.plot_item = PlotArea(self.box, self._axes)
        self.plot_item.layout.setContentsMargins(4, 4, 14, 6)
        self.setCentralItem(self.plot_item)
        for axis in self._axes.values():
            # Below the data: the axes also draw the grid.
            axis.setZValue(-1000)
        self._layers: list[Layer] = []
        self._home: tuple[Bounds, Bounds] = (None, None)
        self._is_labelled = False
        self._at_home = True
        self._hint = HINT
        self._labels: tuple[str, str] | None = None
        self._zooms = ZoomHistory()
        self._box_drawn, self.walking = SelectionBox(theme), Walking(self)
        self.add_layer(self._box_drawn, z=90)
        self.display_labels(x_label, y_label)
        self.box.clicked.connect(self._answer_click)
        self.box.boxed.connect(self._answer_box)
        self.box.sigRangeChangedManually.connect(self._leave_home)
        self.setMinimumSize(160, 120)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, lowest first."""
        return tuple(self._layers)

    def edges(self) -> tuple[float, ...]:
        """Return where the edges stand that can be dragged."""
        handles = (layer for layer in self._layers if layer.isVisible() and hasattr(layer, "places"))
        return tuple(place for handle in handles for place in handle.places)

    def visible_layers(self) -> list[Layer]:
        """Return the layers that are shown, lowest first."""
        return [layer for layer in self._layers if layer.isVisible()]

    def add_axis(self, axis: Axis) -> None:
        """Take another axis, ``top`` or ``right``; it follows the theme."""
        side = axis.orientation
        self._axes[side] = axis
        self.plot_item.setAxisItems({side: axis})
        axis.setZValue(-1000)

    def shift(self, by: float) -> None:
        """Move view and home along x, so that what was moved by as much stays where it is on the screen."""
        (left, right), y = self.view
        if self._home[0] is not None:
            self._home = ((self._home[0][0] + by, self._home[0][1] + by), self._home[1])
        self.box.setRange(xRange=(left + by, right + by), yRange=y, padding=0.0, disableAutoRange=True)

    def add_layer(self, layer: Layer, z: float = 0.0) -> Layer:
        """Draw a layer in this plot and return it; higher ``z`` is drawn later and hit first."""
        layer.setZValue(z)
        self.box.addItem(layer, ignoreBounds=True)
        self._layers.append(layer)
        self._layers.sort(key=lambda item: item.zValue())
        if isinstance(layer, Handle):
            layer.typing_wanted.connect(lambda: open_field(self, layer))
        return layer

    def restyle(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.theme = theme
        self.setBackground(theme.panel)
        for part in (*self._axes.values(), *self._layers):
            part.restyle(theme)

    def display_labels(self, x_label: str, y_label: str) -> None:
        """Label the axes; an empty label takes no room."""
        if self._labels == (x_label, y_label):
            return
        self._labels = (x_label, y_label)
        self._name(without_markup(x_label), without_markup(y_label))
        for side, label in (("bottom", x_label), ("left", y_label)):
            self._axes[side].setLabel(label)
            self._axes[side].showLabel(bool(label))
        self._axes["bottom"].setHeight(_BOTTOM_PX if x_label else _BOTTOM_PX - 18)

    def display_words(self, side: str, words: Sequence[str]) -> None:
        """Name the places 0, 1, … of an axis ("left" or "bottom"); without words it has its numbers."""
        self._axes[side].setTicks([list(enumerate(words))] if words else None)

    def display_hint(self, hint: str) -> None:
        """Say what the mouse does over the empty part of this plot."""
        self._hint = hint

    def set_home(self, x: Bounds = None, y: Bounds = None, *, is_labelled: bool = False) -> None:
        """Fix the range of "view all" in x or y; None follows the data.

        The labels at the top stand inside a fixed range in y, or above it where it ``is_labelled``.
        """
        self._home, self._is_labelled = (x, y), is_labelled
        self.fit()

    def fit(self) -> None:
        """Follow new data, unless the user has zoomed."""
        if self._at_home:
            self.view_all()

    def view_all(self) -> None:
        """Show all data, with room for the labels at their right and above."""
        size = (self.box.width(), self.box.height())
        x, y = framed(self.visible_layers(), self._home, size, is_labelled=self._is_labelled)
        self.box.setRange(xRange=x, yRange=y, padding=0.0, disableAutoRange=True)
        self._at_home = True
        self._zooms.visit(None)

    @property
    def is_at_home(self) -> bool:
        """Whether all data are shown; False once the user has zoomed."""
        return self._at_home

    def display_view(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show a stored zoom."""
        self.box.setRange(xRange=x, yRange=y, padding=0.0, disableAutoRange=True)
        self._at_home = False
        self._zooms.visit((x, y))

    def can_step_zoom(self, by: int) -> bool:
        """Return whether there is a zoom before (−1) or after (1) the present one."""
        return self._zooms.can_step(by)

    def step_zoom(self, by: int) -> None:
        """Go back (−1) or forward (1) through the zooms of this plot, as far as there are any."""
        if self._zooms.can_step(by):
            view = self._zooms.step(by)
            if view is None:
                self.view_all()
            else:
                self.display_view(*view)

    def zoom_by(self, factor: float) -> None:
        """Show a part of the view, or more than it, around the point that the keys have reached or the middle."""
        pixel = self.walking.pixel
        self.box.scaleBy((factor, factor), center=None if pixel is None else self.box.mapSceneToView(pixel))
        self._leave_home()

    def pan_by(self, right: float, up: float) -> None:
        """Move the view by parts of itself."""
        (left, right_end), (bottom, top) = self.view
        self.box.translateBy(x=right * (right_end - left), y=up * (top - bottom))
        self._leave_home()

    @property
    def view(self) -> View:
        """The visible ranges in x and y."""
        x, y = self.box.viewRange()
        return (x[0], x[1]), (y[0], y[1])

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point in data coordinates is in view."""
        (left, right), (bottom, top) = self.view
        return left <= x <= right and bottom <= y <= top

    def pixel_of(self, x: float, y: float) -> QPoint:
        """Return the pixel of a point in data coordinates, relative to this widget."""
        return self.mapFromScene(self.box.mapViewToScene(QPointF(x, y)))

    # --- what is selected, said and copied -----------------------------------------------------------------
    def display_ringed(self, keys: frozenset[str]) -> None:
        """Ring the points of these measurements."""
        for layer in self._layers:
            layer.display_ringed(keys)

    def name_sources(self, told: Callable[[str], str]) -> None:
        """Take over what says in which files a measurement stands."""
        for layer in self._layers:
            layer.name_sources(told)

    def copied(self) -> QMimeData:
        """Return picture and data of this plot for the clipboard."""
        labels = [without_markup(label) for label in self._labels or ("", "")]
        columns = joined(layer.columns(*labels) for layer in self.visible_layers())
        return clipboard_content(self.grab().toImage(), columns)

    # --- keyboard ------------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer the keys of every plot; the others go to the focused handle."""
        if answer_key(self, event):
            self.touched.emit()
            event.accept()
            return
        super().keyPressEvent(event)
        if not event.isAccepted():
            QWidget.keyPressEvent(self, event)

    def _name(self, x_label: str, y_label: str) -> None:
        """Name plot and viewport for assistive tools."""
        name = tr("Plot of {y} against {x}", y=y_label, x=x_label) if x_label and y_label else x_label or y_label
        self.setAccessibleName(name or tr("Plot"))
        self.viewport().setAccessibleName(name or tr("Plot"))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Walk through the handles with Tab before leaving the plot."""
        stops = [layer for layer in self._layers if layer.isVisible() and hasattr(layer, "focus_part")]
        order = stops if forward else stops[::-1]
        focused = self.scene().focusItem()
        position = order.index(focused) if focused in order else -1
        if position >= 0 and order[position].focus_next_part(forward):
            return True
        if position + 1 < len(order):
            order[position + 1].focus_part(forward)
            return True
        self.scene().setFocusItem(None)
        return bool(super().focusNextPrevChild(forward))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say what is being dragged, even where the mouse came without a move."""
        self.touched.emit()
        self.walking.leave()
        super().mousePressEvent(event)
        self.hint_changed.emit(self._hint_at(self.mapToScene(event.position().toPoint())))

    def leaveEvent(self, event: QEvent) -> None:
        """Take the hint back, unless the keys still move something here."""
        super().leaveEvent(event)
        self.hint_changed.emit(self._focused_hint())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the hint of the keys back."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.walking.leave()
        self.hint_changed.emit("")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Explain what is under the mouse."""
        super().mouseMoveEvent(event)
        if event.buttons():
            focused = self.scene().focusItem()
            if getattr(focused, "is_grabbed", False):
                self.hint_changed.emit(focused.hint())
            return
        pixel = self.mapToScene(event.position().toPoint())
        hits = (layer.tip(pixel) for layer in reversed(self._layers) if layer.isVisible())
        text = next((hit for hit in hits if hit), "")
        QToolTip.showText(event.globalPosition().toPoint(), text, self)
        self.hint_changed.emit(self._hint_at(pixel))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu from the keyboard; the mouse asks through its click."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            pixel = self.walking.pixel
            self.walking.press(Qt.MouseButton.RightButton)
            place = self.rect().center() if pixel is None else self.mapFromScene(pixel)
            self.context_requested.emit(self.mapToGlobal(place))
        event.accept()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the room for labels."""
        super().resizeEvent(event)
        if event is not None and hasattr(self, "_layers"):
            self.fit()

    def _hint_at(self, pixel: QPointF) -> str:
        handles = [layer for layer in reversed(self._layers) if hasattr(layer, "hint") and layer.isVisible()]
        hovered = (layer for layer in handles if layer.contains(layer.mapFromScene(pixel)))
        handle = next(hovered, None)
        return handle.hint() if handle is not None else self._hint

    def _focused_hint(self) -> str:
        focused = self.scene().focusItem()
        return focused.hint() if self.hasFocus() and hasattr(focused, "hint") else ""

    def _tell_focus(self) -> None:
        if self._focused_hint():
            self.hint_changed.emit(self._focused_hint())

    def _answer_click(self, event: MouseClickEvent) -> None:
        self.click_began.emit()
        button, modifiers = event.button(), event.modifiers()
        if event.double() and button == Qt.MouseButton.LeftButton:
            self.view_all()
            return
        pixel = QPointF(event.scenePos())
        visible = self.visible_layers()[::-1]
        adds = button == Qt.MouseButton.LeftButton and bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if adds:
            self.gathering_began.emit(True)
        if not any(layer.click(pixel, button, modifiers) for layer in visible):
            self.background_clicked.emit(button, modifiers)
        if adds:
            self.gathering_finished.emit()
        if button == Qt.MouseButton.RightButton:
            self.context_requested.emit(event.screenPos().toPoint())

    def _answer_box(self, box: QRectF, is_finished: bool) -> None:
        self._box_drawn.display(None if is_finished else box)
        if is_finished:
            self.gathering_began.emit(False)
            click_stops(stops_inside(self.visible_layers(), box))
            self.gathering_finished.emit()

    def _repaint(self, parts: Sequence[QRectF]) -> None:
        # A scene also tells of no part at all, when it has looked for changes after a paint and found none.
        if parts:
            self.viewport().update()

    def _leave_home(self) -> None:
        self._at_home = False
        self._zooms.visit(self.view)
        self.touched.emit()
