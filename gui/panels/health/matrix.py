"""A matrix of cells that is painted in one go; its heads stay in sight when it is scrolled."""

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QStaticText,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import MUTED_PX, Theme, temperature_spec
from asplab.gui.panels.health.cells import KINDS, SIDES, Cells, table_text, whole_text
from asplab.gui.panels.health.inks import cell_colors, static_text
from asplab.gui.panels.health.words import spoken, tip
from asplab.gui.words.reading import temperature_name

LEFT_PX, TOP_PX, GROUP_GAP_PX = 64, 62, 12
LEAST_W, MOST_W, CELL_H = 31, 64, 26
_LINE_PX, _TEXT_PX, _SMALL_PX, _CORNER_PX = 20, 11, 9, 3
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CENTRE = Qt.AlignmentFlag.AlignCenter


class HealthMatrix(QAbstractScrollArea):
    """Temperatures down, excitations across, Stokes and anti-Stokes apart.

    ``cell_chosen`` carries row and column of the cell that was clicked or walked to, ``cell_opened`` that of a double
    click or Enter, ``row_chosen`` the temperature whose name was clicked. Ctrl+C copies the matrix, Ctrl+Shift+C all
    quantities of all conditions.
    """

    cell_chosen = Signal(int, int)
    cell_opened = Signal(int, int)
    row_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cells: Cells | None = None
        self._selected: tuple[int, int] | None = None
        self._row = -1
        self._cursor = (0, 0)
        self._lefts: tuple[float, ...] = ()
        self._width = float(LEAST_W)
        self._head_lines = (tr("nm"), tr("ΔE, meV"))
        self._picture: QPixmap | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Health of every measurement"))

    @property
    def cells(self) -> Cells | None:
        """The cells as displayed."""
        return self._cells

    @property
    def selected(self) -> tuple[int, int] | None:
        """Row and column of the selected condition."""
        return self._selected

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self._paint_anew()

    def display(self, cells: Cells, selected: tuple[int, int] | None, row: int, *, unit: str) -> None:
        """Show cells, one of them selected, and mark the row of the temperature shown."""
        is_another = self._cells is None or self._cells.health.shape != cells.health.shape
        if cells is not self._cells or row != self._row:
            self._picture = None
        self._cells, self._row = cells, row
        self._head_lines = (unit, tr("ΔE, meV"))
        if selected is not None:
            self._cursor = selected
            if selected != self._selected:
                self._show_cell(*selected)
        self._selected = selected
        rows, columns = cells.health.shape
        self._cursor = (min(self._cursor[0], max(rows - 1, 0)), min(self._cursor[1], max(columns - 1, 0)))
        if is_another:
            self._lay_out()
        self.viewport().update()

    # --- places ------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return the room for all rows."""
        return QSize(640, self.height_needed())

    def height_needed(self) -> int:
        """Return the height that shows all rows, in pixels."""
        rows = self._cells.health.shape[0] if self._cells is not None else 3
        bar = self.horizontalScrollBar()
        return TOP_PX + rows * CELL_H + 4 + (bar.sizeHint().height() if bar.maximum() > 0 else 0)

    def cell_box(self, i: int, j: int) -> QRectF:
        """Return where a cell stands, in pixels of the viewport."""
        x = self._lefts[j] - self.horizontalScrollBar().value()
        return QRectF(x, TOP_PX + i * CELL_H - self.verticalScrollBar().value(), self._width, CELL_H)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the cell under a pixel of the viewport."""
        if self._cells is None or point.x() < LEFT_PX or point.y() < TOP_PX:
            return None
        x = point.x() + self.horizontalScrollBar().value()
        i = int((point.y() - TOP_PX + self.verticalScrollBar().value()) // CELL_H)
        j = int(np.searchsorted(self._lefts, x, side="right")) - 1
        is_inside = 0 <= i < self._cells.health.shape[0] and j >= 0 and x < self._lefts[j] + self._width
        return (i, j) if is_inside else None

    def _lay_out(self) -> None:
        """Share the width among the columns, and scroll what does not fit."""
        if self._cells is None:
            return
        kinds = [column.kind for column in self._cells.health.columns]
        gaps = sum(one != other for one, other in pairwise(kinds))
        room = self.viewport().width() - LEFT_PX - gaps * GROUP_GAP_PX - 2
        self._width = float(min(max(room // max(len(kinds), 1), LEAST_W), MOST_W))
        left, lefts = float(LEFT_PX), []
        for j, kind in enumerate(kinds):
            left += GROUP_GAP_PX if j and kind != kinds[j - 1] else 0
            lefts.append(left)
            left += self._width
        self._lefts = tuple(lefts)
        view = self.viewport().size()
        height = TOP_PX + self._cells.health.shape[0] * CELL_H + 2
        for bar, whole, page, step in (
            (self.horizontalScrollBar(), round(left) + 2, view.width(), round(self._width)),
            (self.verticalScrollBar(), height, view.height(), CELL_H),
        ):
            bar.setRange(0, max(whole - page, 0))
            bar.setPageStep(page)
            bar.setSingleStep(step)

    def _paint_anew(self) -> None:
        self._picture = None
        self.viewport().update()

    def _show_cell(self, i: int, j: int) -> None:
        """Scroll until a cell is in sight, beside the heads."""
        if j >= len(self._lefts):
            return
        box, view = self.cell_box(i, j), self.viewport().size()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(round(across.value() + min(box.left() - LEFT_PX, 0) + max(box.right() - view.width(), 0)))
        down.setValue(round(down.value() + min(box.top() - TOP_PX, 0) + max(box.bottom() - view.height(), 0)))

    # --- events ------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self._picture = None
        self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Paint anew: the heads stay."""
        self._paint_anew()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell, or the temperature whose name was hit."""
        cell = self.cell_at(event.position())
        if cell is not None:
            self._choose(*cell)
        elif self._cells is not None and event.position().x() < LEFT_PX and event.position().y() >= TOP_PX:
            i = int((event.position().y() - TOP_PX + self.verticalScrollBar().value()) // CELL_H)
            if i < self._cells.health.shape[0]:
                self.row_chosen.emit(i)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a cell."""
        cell = self.cell_at(event.position())
        if cell is not None:
            self.cell_opened.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, open with Enter, copy with Ctrl+C."""
        step = _ARROWS.get(Qt.Key(event.key()))
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if self._cells is None:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        elif event.key() == Qt.Key.Key_C and event.modifiers() == both:
            QGuiApplication.clipboard().setText(whole_text(self._cells.health))
        elif step is not None:
            i, j = self._cursor[0] + step[0], self._cursor[1] + step[1]
            rows, columns = self._cells.health.shape
            if 0 <= i < rows and 0 <= j < columns:
                self._show_cell(i, j)
                self._choose(i, j)
        elif event.key() in _ENTER:
            self.cell_opened.emit(*self._cursor)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Explain the cell under the mouse."""
        if isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            words = "" if cell is None or self._cells is None else tip(self._cells.health, *cell)
            QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+C from a shortcut of the window, and show the ring of the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.matches(QKeySequence.StandardKey.Copy):
                event.accept()
                return True
        elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.viewport().update()
        return super().event(event)

    def text(self) -> str:
        """Return what is shown as tab-separated text."""
        return "" if self._cells is None else table_text(self._cells)

    def _choose(self, i: int, j: int) -> None:
        self._cursor = (i, j)
        if self._cells is not None:
            self.setAccessibleDescription(spoken(self._cells.health, self._cells.texts[i][j], i, j))
        self.viewport().update()
        self.cell_chosen.emit(i, j)

    # --- painting ----------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells in sight and their heads, once for all repaints, and the frames upon them."""
        if self._cells is None:
            return
        if self._picture is None:
            self._picture = self._painted(self._cells)
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._picture)
        self._paint_frames(painter)

    def _painted(self, cells: Cells) -> QPixmap:
        size, ratio = self.viewport().size(), self.devicePixelRatioF()
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        font = QFont(self.font())
        font.setPixelSize(_TEXT_PX)
        painter.setFont(font)
        painter.setClipRect(QRectF(LEFT_PX, TOP_PX, size.width() - LEFT_PX, size.height() - TOP_PX))
        rows, columns = self._in_sight()
        self._paint_cells(painter, cells, rows, columns)
        painter.setClipping(False)
        self._paint_heads(painter, cells, rows, columns)
        painter.end()
        return picture

    def _in_sight(self) -> tuple[range, range]:
        if self._cells is None or not self._lefts:
            return range(0), range(0)
        count = self._cells.health.shape[0]
        down, across = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        view = self.viewport().size()
        first = max(down // CELL_H, 0)
        last = min((down + view.height() - TOP_PX) // CELL_H + 1, count)
        lefts = np.array(self._lefts)
        shown = np.flatnonzero((lefts + self._width > across + LEFT_PX) & (lefts < across + view.width()))
        return range(first, max(last, first)), range(int(shown[0]), int(shown[-1]) + 1) if shown.size else range(0)

    def _paint_cells(self, painter: QPainter, cells: Cells, rows: range, columns: range) -> None:
        theme, health, room = self._theme, cells.health, self._width - 2.0
        hatch = QBrush(theme.color("text", 0.45), Qt.BrushStyle.BDiagPattern)
        line, muted, metrics = theme.color("line"), theme.color("muted"), QFontMetricsF(painter.font())
        small = QFont(painter.font())
        small.setPixelSize(_SMALL_PX)
        fonts = ((painter.font(), metrics), (small, QFontMetricsF(small)))
        words: dict[str, tuple[QStaticText, float, int]] = {}
        used = 0
        down, across = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        drop = 0.5 * (CELL_H - metrics.height())
        for i in rows:
            top = TOP_PX + i * CELL_H - down
            texts, parts, keys, out = cells.texts[i], cells.part[i].tolist(), health.keys[i], health.excluded[i]
            for j in columns:
                left, text = self._lefts[j] - across, texts[j]
                box = QRectF(left + 1, top + 1, room, CELL_H - 2)
                if not keys[j]:
                    painter.fillRect(QRectF(box.center().x() - 4, box.center().y(), 8, 1), line)
                    continue
                ink = muted
                if parts[j] == parts[j]:
                    color, contrasting = cell_colors(theme, round(parts[j] * 64), cells.is_stale)
                    painter.fillRect(box, color)
                    ink = muted if cells.is_stale else contrasting
                else:
                    painter.setPen(line)
                    painter.drawRect(box.adjusted(0, 0, -1, -1))
                if out[j]:
                    painter.fillRect(box, hatch)
                painter.setPen(ink)
                if text not in words:
                    words[text] = static_text(text, [one for _, one in fonts], room)
                static, width, size = words[text]
                if size != used:
                    used = size
                    painter.setFont(fonts[size][0])
                painter.drawStaticText(QPointF(left + 0.5 * (self._width - width), top + drop), static)
                if out[j]:
                    # A struck number is not in use, whatever its colour.
                    middle = box.center().y()
                    painter.drawLine(QLineF(box.left() + 4, middle, box.right() - 4, middle))
        painter.setFont(fonts[0][0])

    def _paint_frames(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for cell, width, is_shown in (
            (self._selected, 2.0, True),
            (self._cursor, 1.0, self.hasFocus() and self._cursor != self._selected),
        ):
            if cell is None or not is_shown or cell[1] >= len(self._lefts):
                continue
            box = self.cell_box(*cell).adjusted(1, 1, -1, -1)
            painter.setPen(QPen(self._theme.color("panel"), width + 2.0))
            painter.drawRoundedRect(box, _CORNER_PX, _CORNER_PX)
            painter.setPen(QPen(self._theme.color("accent"), width))
            painter.drawRoundedRect(box, _CORNER_PX, _CORNER_PX)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 1.0))
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_heads(self, painter: QPainter, cells: Cells, rows: range, columns: range) -> None:
        theme, size = self._theme, self.viewport().size()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("muted"))
        for line, words in enumerate(self._head_lines, start=1):
            painter.drawText(QRectF(0, line * _LINE_PX, LEFT_PX - 10, _LINE_PX), right, words)
        painter.setClipRect(QRectF(LEFT_PX, 0, size.width() - LEFT_PX, TOP_PX))
        for j in columns:
            box = self.cell_box(0, j)
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(box.left() - 4, _LINE_PX, box.width() + 8, _LINE_PX), _CENTRE, cells.heads[j])
            painter.setPen(theme.color("muted"))
            painter.drawText(
                QRectF(box.left() - 4, 2 * _LINE_PX, box.width() + 8, _LINE_PX), _CENTRE, cells.detunings[j]
            )
        self._paint_kinds(painter, cells, columns, left)
        painter.setClipRect(QRectF(0, TOP_PX, LEFT_PX, size.height() - TOP_PX))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        kelvins = cells.health.temperatures_k
        low, high = float(np.min(kelvins)), float(np.max(kelvins))
        font = QFont(painter.font())
        font.setPixelSize(MUTED_PX)
        for i in rows:
            y = TOP_PX + i * CELL_H - self.verticalScrollBar().value()
            font.setBold(i == self._row)
            painter.setFont(font)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(temperature_spec(float(kelvins[i]), low, high)))
            painter.drawEllipse(QPointF(6, y + CELL_H / 2), 4, 4)
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(0, y, LEFT_PX - 10, CELL_H), right, temperature_name(float(kelvins[i])))

    def _paint_kinds(self, painter: QPainter, cells: Cells, columns: range, align: Qt.AlignmentFlag) -> None:
        """Paint the names of both sides above their first column in sight."""
        font = QFont(painter.font())
        bold = QFont(font)
        bold.setBold(True)
        painter.setFont(bold)
        kinds = [column.kind for column in cells.health.columns]
        for kind in dict.fromkeys(kinds[j] for j in columns):
            mine = [j for j in columns if kinds[j] == kind]
            start = max(self.cell_box(0, mine[0]).left(), float(LEFT_PX))
            room = self.cell_box(0, mine[-1]).right() - start
            painter.setPen(self._theme.text_color(kind))
            names = (SIDES[kind], KINDS[kind], kind.upper())
            name = next((one for one in names if painter.fontMetrics().horizontalAdvance(one) <= room), names[-1])
            painter.drawText(QRectF(start + 2, 0, max(room, 40.0), _LINE_PX), align, name)
        painter.setFont(font)
