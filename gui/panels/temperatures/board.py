"""Tiles of all temperatures, painted as one widget; one of them can be enlarged."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.temperatures.drawn_tile import DrawnTile, Places, draw_tile, paint_ring, paint_tile
from asplab.gui.panels.temperatures.tiles import Board
from asplab.gui.widgets.text import without_markup

LEAST_W, LEAST_H = 148, 168
_GAP = 8
_ASPECT = 1.05
_LINES = 3
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TileBoard(QAbstractScrollArea):
    """One tile a temperature.

    ``tile_chosen`` carries the tile that was clicked or walked to, ``tile_opened`` that of a double click or
    Ctrl+Enter, ``enlarged_changed`` says that a tile was enlarged or put back.
    """

    tile_chosen = Signal(int)
    tile_opened = Signal(int)
    enlarged_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._board: Board | None = None
        self._drawn: tuple[DrawnTile, ...] = ()
        self._pictures: dict[int, QPixmap] = {}
        self._columns = 1
        self._size = (float(LEAST_W), float(LEAST_H))
        self._selected = self._cursor = 0
        self._enlarged: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Fits of all temperatures"))

    @property
    def board(self) -> Board | None:
        """What is displayed."""
        return self._board

    @property
    def enlarged(self) -> int | None:
        """The tile that fills the widget, None where all are shown."""
        return self._enlarged

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self._pictures = {}
        self.viewport().update()

    def display(self, board: Board) -> None:
        """Show these tiles."""
        if self._board is None or len(board.tiles) != len(self._board.tiles):
            self._enlarged = None
        self._board = board
        self._cursor = min(self._cursor, max(len(board.tiles) - 1, 0))
        self._lay_out()

    def display_selected(self, t: int) -> None:
        """Mark the temperature shown in the window."""
        if t != self._selected:
            self._selected = t
            self._cursor = t
            if self._enlarged is not None and self._board is not None and t < len(self._board.tiles):
                self._enlarged = t
                self._lay_out()
            self._show_tile(t)
            self.viewport().update()

    def enlarge(self, t: int | None) -> None:
        """Let one tile fill the widget, or show all again."""
        if t != self._enlarged:
            self._enlarged = t
            self._lay_out()
            self._show_tile(self._cursor)
            self.enlarged_changed.emit()

    # --- places ------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return the room for a dozen tiles."""
        return QSize(4 * LEAST_W, 3 * LEAST_H)

    def tile_box(self, t: int) -> QRectF:
        """Return where a tile stands, in pixels of the viewport."""
        width, height = self._size
        if self._enlarged is not None:
            return QRectF(0, 0, width, height)
        row, place = divmod(t, self._columns)
        return QRectF(place * (width + _GAP), row * (height + _GAP) - self.verticalScrollBar().value(), width, height)

    def tile_at(self, point: QPointF) -> int | None:
        """Return the tile under a pixel of the viewport."""
        if self._enlarged is not None:
            return self._enlarged
        return next((t for t in range(len(self._drawn)) if self.tile_box(t).contains(point)), None)

    def _lay_out(self) -> None:
        """Divide the room among the tiles and draw them; what does not fit is scrolled to."""
        if self._board is None:
            return
        view, count = self.viewport().size(), max(len(self._board.tiles), 1)
        if self._enlarged is not None:
            self._columns, self._size = 1, (float(view.width()), float(view.height()))
            whole = view.height()
        else:
            self._columns = _columns_for(count, view.width(), view.height())
            rows = math.ceil(count / self._columns)
            width = (view.width() - (self._columns - 1) * _GAP) / self._columns
            height = max((view.height() - (rows - 1) * _GAP) / rows, LEAST_H)
            self._size = (math.floor(width), math.floor(height))
            whole = rows * int(self._size[1] + _GAP) - _GAP
        bar = self.verticalScrollBar()
        bar.setRange(0, max(whole - view.height(), 0))
        bar.setPageStep(view.height())
        bar.setSingleStep(int(self._size[1] + _GAP) // 2)
        places = Places.of(*self._size, n_lines=_LINES)
        self._drawn = tuple(
            draw_tile(tile, self._board, places)
            for t, tile in enumerate(self._board.tiles)
            if self._enlarged in (None, t)
        )
        self._pictures = {}
        self.viewport().update()

    def _show_tile(self, t: int) -> None:
        box, bar = self.tile_box(t), self.verticalScrollBar()
        bar.setValue(round(bar.value() + min(box.top(), 0.0) + max(box.bottom() - self.viewport().height(), 0.0)))

    # --- events ------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the new room."""
        super().resizeEvent(event)
        self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Paint anew."""
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Enlarge a tile, or put it back."""
        t = self.tile_at(event.position())
        if t is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._choose(t)
        self.enlarge(t if self._enlarged is None else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the fit of a tile; the first click of the two enlarged it."""
        if self._enlarged is not None:
            t = self._enlarged
            self.enlarge(None)
        else:
            t = self.tile_at(event.position())
        if t is not None:
            self.tile_opened.emit(t)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, enlarge with Enter, go back with Esc, open with Ctrl+Enter."""
        key, columns = Qt.Key(event.key()), 1 if self._enlarged is not None else self._columns
        step = _ARROWS.get(key, {Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}.get(key, 0))
        count = len(self._board.tiles) if self._board is not None else 0
        if step and count:
            if 0 <= self._cursor + step < count:
                self._walk(self._cursor + step)
        elif key in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier and count:
            self.tile_opened.emit(self._cursor)
        elif key in (*_ENTER, Qt.Key.Key_Space) and count:
            self.enlarge(self._cursor if self._enlarged is None else None)
        elif key == Qt.Key.Key_Escape and self._enlarged is not None:
            self.enlarge(None)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Explain the tile under the mouse."""
        if isinstance(event, QHelpEvent):
            t = self.tile_at(QPointF(event.pos()))
            words = "" if t is None or self._board is None else self._board.tiles[t].tip
            QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        """Show the ring of the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.viewport().update()
        return super().event(event)

    def _walk(self, t: int) -> None:
        self._choose(t)
        if self._enlarged is not None:
            self._enlarged = t
            self._lay_out()
        self._show_tile(t)

    def _choose(self, t: int) -> None:
        self._cursor = t
        if self._board is not None:
            self.setAccessibleDescription(without_markup(self._board.tiles[t].tip.replace("<br>", "; ")))
        self.viewport().update()
        self.tile_chosen.emit(t)

    # --- painting ----------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles in sight."""
        if self._board is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = QRectF(self.viewport().rect())
        shown = [self._enlarged] if self._enlarged is not None else range(len(self._board.tiles))
        for drawn, t in zip(self._drawn, shown, strict=True):
            box = self.tile_box(t)
            if not box.intersects(view):
                continue
            if t not in self._pictures:
                self._pictures[t] = self._painted(drawn, self._board, t)
            painter.drawPixmap(box.topLeft(), self._pictures[t])
            has_ring = self.hasFocus() and t == self._cursor
            if t == self._selected or has_ring:
                paint_ring(painter, box, drawn.tile, self._theme, is_selected=t == self._selected)

    def _painted(self, drawn: DrawnTile, board: Board, t: int) -> QPixmap:
        """Return a tile as a picture: repaints for focus, selection and scrolling cost next to nothing."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(QSize(*(math.ceil(length * ratio) for length in self._size)))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        paint_tile(painter, drawn, board, self._theme)
        painter.end()
        return picture


def _columns_for(count: int, width: int, height: int) -> int:
    """Return the number of columns that lets tiles fill the room in the shape closest to the wanted one."""
    most = max(min(count, (width + _GAP) // (LEAST_W + _GAP)), 1)

    def badness(columns: int) -> float:
        rows = math.ceil(count / columns)
        tall = max((height - (rows - 1) * _GAP) / rows, LEAST_H)
        wide = (width - (columns - 1) * _GAP) / columns
        overflow = max(rows * (tall + _GAP) - _GAP - height, 0.0) / height
        return abs(math.log(wide / tall / _ASPECT)) + overflow

    return min(range(1, most + 1), key=badness)
