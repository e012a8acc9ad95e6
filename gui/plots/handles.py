"""Draggable window edges and cutoffs.

A handle tells where the user wants it and stays where it is until its owner displays the new place, so that what
is seen is always what is computed. Mouse events are Qt's own, without pyqtgraph's dead zone and rate limit.
"""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QGraphicsSceneMouseEvent

from asplab.gui.plots.layer import Bounds, Layer, PixelMap
from asplab.gui.theme import MUTED_PX, Theme
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import paint_rich, rich_width, without_markup

_GRAB_PX = 6.0
_LABEL_PX = 18.0
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
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsFocusable)
        self.setAcceptHoverEvents(True)
        self.setAcceptedMouseButtons(Qt.MouseButton.LeftButton)
        self.setCursor(Qt.CursorShape.SplitHCursor)

    @property
    def is_active(self) -> bool:
        """Whether the handle is hovered, dragged or has the keyboard focus."""
        return self._hovered is not None or self._grabbed is not None or self.hasFocus()

    def display_label(self, label: str, scope: str) -> None:
        """Show another name and scope."""
        self.label, self.scope = label, scope
        self.update()

    def hint(self) -> str:
        """Return what the mouse does here."""
        return (
            f"Drag to move the {self.label} · {self.scope} · arrow keys: {plain(self._step, 2)} {self.unit}, Shift ×10"
        )

    def headroom_px(self) -> float:
        """Return the rows of text at the top."""
        return (self._row + 1) * _LABEL_PX + 4 if self._places else 0.0

    def shape(self) -> QPainterPath:
        """Return where the handle can be grabbed, in data coordinates."""
        path = QPainterPath()
        view = self.boundingRect()
        half = _GRAB_PX / abs(self.pixel_map().x_scale) if self.scene() is not None else 0.0
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
        self._move(places, event.pos().x() - start)

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """End the drag."""
        self._grabbed = None
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
        """Move the focused edge."""
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
        painter.drawLine(QPointF(column, top + self._row * _LABEL_PX), QPointF(column, bottom))
        painter.setPen(QPen(self.theme.color("panel"), 1))
        painter.setBrush(color)
        grip = QRectF(0, 0, 7, 22) if lit else QRectF(0, 0, 5, 16)
        grip.moveCenter(QPointF(column, (top + bottom) / 2))
        painter.drawRoundedRect(grip, 2.5, 2.5)

    def _draw_label(self, painter: QPainter, box: QRectF, html: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("panel", 0.82))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self.theme.text_color(self._color))
        paint_rich(painter, box.adjusted(4, 0, -4, 0), html)

    def _label_box(self, painter: QPainter, html: str, x: float, top: float, *, right: bool) -> QRectF:
        width = rich_width(html, painter.font()) + 8
        left = x + 5 if right else x - 5 - width
        return QRectF(left, top + self._row * _LABEL_PX + 2, width, _LABEL_PX)

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


class RegionHandle(Handle):
    """A window between two edges.

    Either edge is dragged alone, its name at the top moves both. An edge dragged past the other takes its part.

    ``dragged`` carries the wanted lower and upper end.
    """

    dragged = Signal(float, float)

    @property
    def region(self) -> Bounds:
        """The displayed ends, None before the first :meth:`display`."""
        return (self._places[0], self._places[1]) if self._places else None

    def display(self, low: float, high: float) -> None:
        """Show the window there without telling anybody.

        Raises
        ------
        ValueError
            The ends are in the wrong order.
        """
        if not low < high:
            raise ValueError(f"{without_markup(self.label)}: {low} must lie below {high}.")
        self._place((float(low), float(high)))

    def part_count(self) -> int:
        """Return the two edges and the whole."""
        return 3

    def shape(self) -> QPainterPath:
        """Return the edges and the name at the top."""
        path = super().shape()
        if self._places and self.scene() is not None:
            to_pixel = self.pixel_map()
            chip = self._chip(to_pixel)
            corners = (to_pixel.data(chip.topLeft()), to_pixel.data(chip.bottomRight()))
            path.addRect(QRectF(*(QPointF(*corner) for corner in corners)).normalized())
        return path

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the tint, the edges with their values and the name with its scope."""
        if not self._places:
            return
        self._prepare(painter)
        frame = self._frame(to_pixel)
        low, high = (float(to_pixel.x(place)) for place in self._places)
        painter.fillRect(QRectF(low, frame.top(), high - low, frame.height()), self.theme.color(self._color, 0.08))
        for part, x in enumerate((low, high)):
            self._draw_edge(painter, x, part, to_pixel, Qt.PenStyle.SolidLine)
        self._draw_values(painter, frame, low, high)
        chip = self._chip(to_pixel)
        if chip.width() < high - low or self.is_active:
            self._draw_chip(painter, chip)

    def _draw_values(self, painter: QPainter, frame: QRectF, low: float, high: float) -> None:
        if not self.is_active:
            return
        for part, x in enumerate((low, high)):
            words = f"{plain(self._places[part], self._decimals)} {self.unit}"
            box = self._label_box(painter, words, x, frame.bottom() - (self._row + 1) * _LABEL_PX - 4, right=part == 1)
            if box.left() < frame.left() or box.right() > frame.right():
                box = self._label_box(
                    painter, words, x, frame.bottom() - (self._row + 1) * _LABEL_PX - 4, right=part == 0
                )
            self._draw_label(painter, box, words)

    def _draw_chip(self, painter: QPainter, chip: QRectF) -> None:
        whole = self._part == 2 and (self.hasFocus() or self._grabbed is not None)
        lit = whole or self._hovered == 2
        painter.setPen(QPen(self.theme.color(self._color), 1) if lit else Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("soft" if lit else "panel", 0.9))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(self.theme.text_color(self._color))
        paint_rich(painter, chip, self._words(), Qt.AlignmentFlag.AlignHCenter)

    def _words(self) -> str:
        return f"{self.label} · {self.scope}" if self.is_active else self.label

    def _chip(self, to_pixel: PixelMap) -> QRectF:
        font = QFont()
        font.setPixelSize(MUTED_PX)
        frame = self._frame(to_pixel)
        low, high = (float(to_pixel.x(place)) for place in self._places)
        middle = (max(low, frame.left()) + min(high, frame.right())) / 2
        width = QFontMetricsF(font).horizontalAdvance(without_markup(self._words())) + 14
        return QRectF(middle - width / 2, frame.top() + self._row * _LABEL_PX + 2, width, _LABEL_PX)

    def _part_at(self, place: QPointF) -> int:
        to_pixel = self.pixel_map()
        pixel = QPointF(to_pixel.x(place.x()), to_pixel.y(place.y()))
        nearest = super()._part_at(place)
        if abs(pixel.x() - to_pixel.x(self._places[nearest])) <= _GRAB_PX:
            return nearest
        return 2 if self._chip(to_pixel).contains(pixel) else nearest

    def _wanted(self, places: tuple[float, ...], by: float) -> tuple[float, ...]:
        low, high = places
        moved = ((low + by, high), (low, high + by), (low + by, high + by))[self._part]
        wanted = tuple(sorted(moved))
        return wanted if wanted[0] < wanted[1] else self._places

    def _move(self, places: tuple[float, ...], by: float) -> None:
        super()._move(places, by)
        low, high = places
        crossed = (low + by > high, high + by < low, False)[self._part]
        # The next key starts from the places displayed by then, where the moved edge is the other one.
        if crossed and self._grabbed is None:
            self._part = 1 - self._part

    def _tell(self, places: tuple[float, ...]) -> None:
        self.dragged.emit(*places)


class LineHandle(Handle):
    """One dashed line, for instance a filter's cutoff.

    ``dragged`` carries the wanted place.
    """

    dragged = Signal(float)

    @property
    def place(self) -> float | None:
        """The displayed place, None before the first :meth:`display`."""
        return self._places[0] if self._places else None

    def display(self, place: float) -> None:
        """Show the line there without telling anybody."""
        self._place((float(place),))

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the line and its label."""
        if not self._places:
            return
        self._prepare(painter)
        frame = self._frame(to_pixel)
        x = float(to_pixel.x(self._places[0]))
        self._draw_edge(painter, x, 0, to_pixel, Qt.PenStyle.DashLine)
        words = f"{self.label} {plain(self._places[0], self._decimals)} {self.unit}"
        words += f" · {self.scope}" if self.is_active else ""
        box = self._label_box(painter, words, x, frame.top(), right=True)
        if box.right() > frame.right():
            box = self._label_box(painter, words, x, frame.top(), right=False)
        self._draw_label(painter, box, words)

    def _wanted(self, places: tuple[float, ...], by: float) -> tuple[float, ...]:
        return (places[0] + by,)

    def _tell(self, places: tuple[float, ...]) -> None:
        self.dragged.emit(places[0])
