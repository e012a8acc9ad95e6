"""What all draggable edges have in common: they are grabbed, hovered, focused and moved by arrow keys.

A handle tells where the user wants it and stays where it is until its owner displays the new place, so that what
is seen is always what is computed. Mouse events are Qt's own, without pyqtgraph's dead zone and rate limit.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QGraphicsSceneMouseEvent

from asplab.core.units import Medium
from asplab.gui.language import tr
from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.plots.layer import Layer, PixelMap
from asplab.gui.plots.snap import SnapPlace, nearest_place
from asplab.gui.widgets.fields import Numeric
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import paint_rich, rich_width

GRAB_PX = 6.0
LABEL_PX = 18.0
_TYPES = (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Handle(Layer):
    """What window and line have in common: edges that are grabbed, hovered, focused and moved by arrow keys.

    Parameters
    ----------
    theme : Theme
    label : str
        Rich text naming what is dragged.
    scope : str
        What a drag changes, for instance ``all spectra``.
    unit : str
        Unit of the x axis.
    decimals : int
        Shown decimals.
    step : float
        Of an arrow key; Shift makes it ten times larger.
    color : str
        Colour name of the theme.
    row : int
        Line of text at the top where the label stands.
    """

    drag_started = Signal()
    drag_finished = Signal()
    typing_wanted = Signal()
    """The place of the edge in hand is to be typed."""
    medium: Medium = "vacuum"
    """Of typed wavelengths."""

    def __init__(
        self,
        theme: Theme,
        *,
        label: str,
        scope: str,
        unit: str = "nm",
        decimals: int = 1,
        step: float = 0.1,
        color: str = "accent",
        row: int = 0,
    ) -> None:
        super().__init__(theme)
        self.label, self.scope, self.unit = label, scope, unit
        self._decimals, self._step, self._color, self._row = decimals, step, color, row
        self._places: tuple[float, ...] = ()
        self._hovered: int | None = None
        self._part = 0
        self._grabbed: tuple[float, tuple[float, ...]] | None = None
        self._moving = False
        self._floor_px = 0.0
        self._snaps: tuple[SnapPlace, ...] = ()
        self._snapped: SnapPlace | None = None
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsFocusable)
        self.setAcceptHoverEvents(True)
        self.setAcceptedMouseButtons(Qt.MouseButton.LeftButton)
        self.setCursor(Qt.CursorShape.SplitHCursor)

    @property
    def is_active(self) -> bool:
        """Whether the handle is hovered, dragged or has the keyboard focus."""
        return self._hovered is not None or self._grabbed is not None or self.hasFocus()

    @property
    def places(self) -> tuple[float, ...]:
        """Where its edges stand."""
        return self._places

    @property
    def part(self) -> int:
        """Which edge is in hand."""
        return self._part

    @property
    def is_grabbed(self) -> bool:
        """Whether the mouse holds it."""
        return self._grabbed is not None

    def display_label(self, label: str, scope: str) -> None:
        """Show another name and scope."""
        self.label, self.scope = label, scope
        self.update()

    def display_floor(self, height_px: float) -> None:
        """Keep the values at the bottom above something else that stands there."""
        if height_px != self._floor_px:
            self._floor_px = height_px
            self.update()

    def offer_snaps(self, places: Sequence[SnapPlace]) -> None:
        """Take over the places that a drag with Shift goes to."""
        self._snaps = tuple(places)

    def hint(self) -> str:
        """Return what the mouse does here, or where Shift has taken the edge."""
        if self._snapped is not None:
            return tr(
                "{name} at {place} {unit} · let go of Shift to move freely",
                name=self._snapped.name,
                place=plain(self._snapped.place, self._decimals),
                unit=self.unit,
            )
        words = tr(
            "Drag to move the {label} · {scope} · arrow keys: {step} {unit}, Shift ×10 · {tr}",
            label=self.label,
            scope=self.scope,
            step=plain(self._step, 2),
            unit=self.unit,
            tr=tr("double-click or F2: type it"),
        )
        return f"{words} · {tr('Shift while dragging: edges of real filters')}" if self._snaps else words

    def headroom_px(self) -> float:
        """Return the rows of text at the top."""
        return (self._row + 1) * LABEL_PX + 4 if self._places else 0.0

    def shape(self) -> QPainterPath:
        """Return where the handle can be grabbed, in data coordinates."""
        path = QPainterPath()
        view = self.boundingRect()
        half = GRAB_PX / abs(self.pixel_map().x_scale) if self.scene() is not None else 0.0
        for place in self._places:
            path.addRect(QRectF(place - half, view.top(), 2 * half, view.height()))
        return path

    def contains(self, place: QPointF) -> bool:
        """Return whether a place in data coordinates can be grabbed."""
        return self.shape().contains(place)

    def collidesWithPath(
        self,
        path: QPainterPath,
        mode: Qt.ItemSelectionMode = Qt.ItemSelectionMode.IntersectsItemShape,
    ) -> bool:
        """Return whether a small area in data coordinates touches the handle."""
        # For items in a clipping parent, which a view is, Qt would take the clip path instead of the shape, and
        # the handle would grab every press in the plot.
        return self.shape().intersects(path)

    # --- mouse -------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Grab the edge under the mouse."""
        self._part = self._part_at(event.pos())
        self._grabbed = (event.pos().x(), self._places)
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()
        self.update()

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell where the user wants the edge, on every move."""
        if self._grabbed is None:
            return
        start, places = self._grabbed
        by = event.pos().x() - start
        self._snapped = None
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            by = self._snap(places, by)
        self._move(places, by)

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Let the place of the edge under the mouse be typed."""
        self._part = self._part_at(event.pos())
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()
        self.typing_wanted.emit()

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """End the drag."""
        self._grabbed = self._snapped = None
        self._finish()
        self.update()

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        """Light up the edge under the mouse."""
        part = self._part_at(event.pos())
        if part != self._hovered:
            self._hovered = part
            self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        """Calm down."""
        self._hovered = None
        self.update()

    # --- keyboard ----------------------------------------------------------------------------------------
    def focus_part(self, forward: bool) -> None:
        """Take the focus at the first or the last edge."""
        self._part = 0 if forward else self.part_count() - 1
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self.update()

    def focus_next_part(self, forward: bool) -> bool:
        """Go on to the next edge and return whether there was one."""
        part = self._part + (1 if forward else -1)
        if not 0 <= part < self.part_count():
            return False
        self._part = part
        self.update()
        return True

    def part_count(self) -> int:
        """Return how many places of the handle can have the focus."""
        return max(len(self._places), 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the focused edge, or let its place be typed."""
        if event.key() in _TYPES and self._places:
            event.accept()
            self.typing_wanted.emit()
            return
        sign = _ARROWS.get(Qt.Key(event.key()))
        if sign is None or not self._places:
            event.ignore()
            return
        tenfold = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self._move(self._places, sign * tenfold * self._step)
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End the gesture when the key really goes up."""
        if Qt.Key(event.key()) in _ARROWS and not event.isAutoRepeat():
            self._finish()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End a gesture of the keyboard that lost its key release."""
        if self._grabbed is None:
            self._finish()
        self.update()

    def _snap(self, places: tuple[float, ...], by: float) -> float:
        """Return the step that takes the moved edge (of a whole, its lower one) to the nearest place offered."""
        moved = places[self._part] if self._part < len(places) else places[0]
        self._snapped = nearest_place(self._snaps, moved + by)
        return by if self._snapped is None else self._snapped.place - moved

    def _move(self, places: tuple[float, ...], by: float) -> None:
        wanted = self._wanted(places, by)
        if wanted == self._places:
            return
        if not self._moving:
            self._moving = True
            self.drag_started.emit()
        self._tell(wanted)

    def _finish(self) -> None:
        if self._moving:
            self._moving = False
            self.drag_finished.emit()

    # --- typing ------------------------------------------------------------------------------------------
    def typed(self) -> tuple[float, Numeric]:
        """Return the number of the edge in hand, and how another one is typed; a name stands for its lower edge."""
        # What is told in meV along an axis is a distance from the gap.
        numeric = Numeric(self.unit, self._decimals, step=self._step, is_position=self.unit == "nm")
        return self._places[self._typed_part()], numeric

    def take_typed(self, value: float) -> None:
        """Tell that the edge in hand is wanted at a number, as one gesture."""
        part = self._typed_part()
        wanted = tuple(sorted((*self._places[:part], value, *self._places[part + 1 :])))
        if wanted != self._places and len(set(wanted)) == len(wanted):
            self._moving = True
            self.drag_started.emit()
            self._tell(wanted)
            self._finish()

    def _typed_part(self) -> int:
        return self._part if self._part < len(self._places) else 0

    def _place(self, places: tuple[float, ...]) -> None:
        if places != self._places:
            self.prepareGeometryChange()
            self._places = places
            self.update()

    def _wanted(self, places: tuple[float, ...], by: float) -> tuple[float, ...]:
        raise NotImplementedError

    def _tell(self, places: tuple[float, ...]) -> None:
        raise NotImplementedError

    def _part_at(self, place: QPointF) -> int:
        return min(range(len(self._places)), key=lambda part: abs(self._places[part] - place.x()), default=0)

    # --- painting ----------------------------------------------------------------------------------------
    def _draw_edge(self, painter: QPainter, x: float, part: int, to_pixel: PixelMap, style: Qt.PenStyle) -> None:
        view = self.boundingRect()
        top, bottom = sorted((to_pixel.y(view.top()), to_pixel.y(view.bottom())))
        lit = part == self._hovered or (part == self._part and (self._grabbed is not None or self.hasFocus()))
        color = self.theme.color(self._color)
        painter.setPen(QPen(color, 2 if lit else 1, Qt.PenStyle.SolidLine if lit else style))
        # Half a pixel keeps a smooth line on one column; it starts below the labels of other handles.
        column = round(x) + 0.5
        painter.drawLine(QPointF(column, top + self._row * LABEL_PX), QPointF(column, bottom))
        painter.setPen(QPen(self.theme.color("panel"), 1))
        painter.setBrush(color)
        grip = QRectF(0, 0, 7, 22) if lit else QRectF(0, 0, 5, 16)
        grip.moveCenter(QPointF(column, (top + bottom) / 2))
        painter.drawRoundedRect(grip, 2.5, 2.5)

    def _draw_label(self, painter: QPainter, box: QRectF, html: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("panel", 0.92))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self.theme.text_color(self._color))
        paint_rich(painter, box.adjusted(4, 0, -4, 0), html)

    def _label_box(self, painter: QPainter, html: str, x: float, top: float, *, right: bool) -> QRectF:
        width = rich_width(html, painter.font()) + 8
        left = x + 5 if right else x - 5 - width
        return QRectF(left, top + self._row * LABEL_PX + 2, width, LABEL_PX)

    def _prepare(self, painter: QPainter) -> None:
        font = QFont(painter.font())
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _frame(self, to_pixel: PixelMap) -> QRectF:
        view = self.boundingRect()
        corners = (
            QPointF(to_pixel.x(x), to_pixel.y(y)) for x, y in ((view.left(), view.top()), (view.right(), view.bottom()))
        )
        return QRectF(*corners).normalized()
