"""Which conditions were measured how often: temperatures down, excitations of each kind across, holes marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from asplab.core.importing.survey import Grid, Group
from asplab.gui.importing.words import kind_words
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import MUTED_PX, Theme, temperature_spec

CELL_W, CELL_H = 42, 24
_LEFT, _TOP, _GAP = 62, 44, 18
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_COLORS = {"pl": "pl", "aspl": "aspl", "pa": "pa"}


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the picture: which grid, which of its excitations, and where its left edge is."""

    grid: int
    excitation: int
    left: int


class CoverageGrid(QWidget):
    """Counts per condition.

    ``rows_chosen`` carries the rows of the cell that was clicked, or chosen with Enter.
    """

    rows_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grids: tuple[Grid, ...] = ()
        self._groups: tuple[Group, ...] = ()
        self._places: list[Place] = []
        self._cursor = (0, 0)
        self._holes: set[tuple[int, int, int]] = set()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("How often each condition was measured"))

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def display(self, grids: Sequence[Grid], groups: Sequence[Group]) -> None:
        """Show these grids; the groups say which rows stand behind a cell."""
        self._grids, self._groups = tuple(grids), tuple(groups)
        self._places = []
        self._holes = {(g, *hole) for g, grid in enumerate(grids) for hole in grid.holes}
        left = _LEFT
        for g, grid in enumerate(grids):
            for e in range(grid.counts.shape[1]):
                self._places.append(Place(g, e, left))
                left += CELL_W
            left += _GAP
        temperatures = len(grids[0].temperatures_k) if grids else 0
        self._cursor = (
            min(self._cursor[0], max(temperatures - 1, 0)),
            min(self._cursor[1], max(len(self._places) - 1, 0)),
        )
        self.setFixedSize(QSize(left, _TOP + temperatures * CELL_H + 4))
        self.setAccessibleDescription("; ".join(_spoken(grid) for grid in grids))
        self.update()

    def cell_box(self, temperature: int, place: int) -> QRectF:
        """Return where a cell stands, in pixels."""
        return QRectF(self._places[place].left, _TOP + temperature * CELL_H, CELL_W, CELL_H)

    def count(self, temperature: int, place: int) -> int:
        """Return how often a condition was measured."""
        at = self._places[place]
        return int(self._grids[at.grid].counts[temperature, at.excitation])

    def is_hole(self, temperature: int, place: int) -> bool:
        """Whether a condition is missing: nobody measured it though others of its kind are there."""
        at = self._places[place]
        return (at.grid, temperature, at.excitation) in self._holes

    def rows_at(self, temperature: int, place: int) -> list[int]:
        """Return the rows of the table behind a cell."""
        at = self._places[place]
        grid = self._grids[at.grid]
        kelvin = grid.temperatures_k[temperature]
        found = [group for group in self._groups if group.kind == grid.kind and group.temperature_k == kelvin]
        if grid.excitations_nm:
            found = [group for group in found if _nearest(grid, group) == at.excitation]
        return sorted(k for group in found for k in group.rows)

    # --- events --------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        at = self._at(event.position())
        if at is not None:
            self._cursor = at
            self.update()
            self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, choose with Enter."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None and self._places:
            t, p = self._cursor[0] + step[0], self._cursor[1] + step[1]
            if 0 <= t < len(self._grids[0].temperatures_k) and 0 <= p < len(self._places):
                self._cursor = (t, p)
                self.setAccessibleDescription(self._words(t, p))
                self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._tell()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Explain the cell under the mouse."""
        if isinstance(event, QHelpEvent):
            at = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(*at) if at is not None else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint heads and cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._grids:
            return
        font = QFont(self.font())
        font.setPixelSize(MUTED_PX)
        painter.setFont(font)
        self._paint_heads(painter)
        self._paint_temperatures(painter)
        for place in range(len(self._places)):
            for t in range(len(self._grids[0].temperatures_k)):
                self._paint_cell(painter, t, place)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.cell_box(*self._cursor).adjusted(1, 1, -1, -1), 3, 3)

    def _paint_heads(self, painter: QPainter) -> None:
        centre = Qt.AlignmentFlag.AlignCenter
        for g, grid in enumerate(self._grids):
            columns = [place for place in self._places if place.grid == g]
            box = QRectF(columns[0].left + 4, 0, 240, 20)
            painter.setPen(self._theme.text_color(_COLORS.get(grid.kind, "text")))
            side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, side, kind_words(grid.kind) + (" (nm)" if grid.excitations_nm else ""))
            painter.setPen(self._theme.color("muted"))
            for place in columns if grid.excitations_nm else ():
                name = f"{grid.excitations_nm[place.excitation]:.4g}"
                painter.drawText(QRectF(place.left, 20, CELL_W, 22), centre, name)

    def _paint_temperatures(self, painter: QPainter) -> None:
        values = self._grids[0].temperatures_k
        for t, kelvin in enumerate(values):
            box = QRectF(0, _TOP + t * CELL_H, _LEFT - 8, CELL_H)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(temperature_spec(kelvin, values[0], values[-1])))
            painter.drawEllipse(QPointF(6, box.center().y()), 4, 4)
            painter.setPen(self._theme.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{kelvin:.4g} K")

    def _paint_cell(self, painter: QPainter, t: int, place: int) -> None:
        box, count = self.cell_box(t, place).adjusted(1.5, 1.5, -1.5, -1.5), self.count(t, place)
        kind = self._grids[self._places[place].grid].kind
        if count:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(_COLORS.get(kind, "muted"), 0.16))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(self._theme.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(count))
            return
        if not self.is_hole(t, place):
            painter.setPen(self._theme.color("line"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "·")
            return
        pen = QPen(self._theme.color("warn"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "!")

    # --- plumbing ------------------------------------------------------------------------------------------
    def _at(self, point: QPointF) -> tuple[int, int] | None:
        count = len(self._grids[0].temperatures_k) if self._grids else 0
        boxes = ((t, p) for p in range(len(self._places)) for t in range(count))
        return next((at for at in boxes if self.cell_box(*at).contains(point)), None)

    def _words(self, t: int, place: int) -> str:
        at = self._places[place]
        grid, count = self._grids[at.grid], self.count(t, place)
        said = counted(count, "spectrum", "spectra") if count else tr("not measured")
        excitation = f", {grid.excitations_nm[at.excitation]:.4g} nm" if grid.excitations_nm else ""
        return f"{kind_words(grid.kind)} {grid.temperatures_k[t]:.4g} K{excitation}: {said}"

    def _tell(self) -> None:
        rows = self.rows_at(*self._cursor) if self._places else []
        if rows:
            self.rows_chosen.emit(rows)


def _nearest(grid: Grid, group: Group) -> int:
    if group.excitation_nm is None:
        return -1
    distances = [abs(nm - group.excitation_nm) for nm in grid.excitations_nm]
    return distances.index(min(distances))


def _spoken(grid: Grid) -> str:
    holes = counted(len(grid.holes), "hole") if grid.holes else tr("no hole")
    return tr(
        "{kind_words}: {temperatures_k} temperatures, {shape} columns, {holes}",
        kind_words=kind_words(grid.kind),
        temperatures_k=len(grid.temperatures_k),
        shape=grid.counts.shape[1],
        holes=holes,
    )
