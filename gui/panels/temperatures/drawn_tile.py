"""A tile as paths in pixels, made once and painted as often as needed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF

from asplab.core.units import FloatArray
from asplab.gui.look.theme import MUTED_PX, Theme
from asplab.gui.panels.temperatures.tiles import Board, Tile
from asplab.gui.widgets.numerals import plain

_HEAD_PX, _LINE_PX, _PAD_PX, _GAP_PX = 22, 15, 8, 4
_SMALL_PX = 11
_PULL_PART = 0.3
_LEFT_PX, _BOTTOM_PX = 30, 16
_POINT_PX, _LARGE_POINT_PX, _LARGE_PX = 2.4, 4.0, 480
_STEPS = (1.0, 2.0, 5.0)
Map = Callable[[FloatArray], FloatArray]
"""Data to pixels."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a tile stand, relative to its corner."""

    outer: QRectF
    eta: QRectF
    pulls: QRectF
    text: QRectF

    @property
    def is_large(self) -> bool:
        """Whether there is room for sentences and larger points."""
        return self.outer.width() > _LARGE_PX

    @staticmethod
    def of(width: float, height: float, *, n_lines: int) -> "Places":
        """Divide a tile: head, η, residuals, axis, lines of text."""
        text = n_lines * _LINE_PX
        room = height - _HEAD_PX - text - _BOTTOM_PX - 2 * _GAP_PX - _PAD_PX
        across = width - _LEFT_PX - _PAD_PX
        upper = round((1.0 - _PULL_PART) * room)
        eta = QRectF(_LEFT_PX, _HEAD_PX, across, upper)
        pulls = QRectF(_LEFT_PX, eta.bottom() + _GAP_PX, across, room - upper)
        below = QRectF(_PAD_PX, height - text - _PAD_PX + 2, width - 2 * _PAD_PX, text)
        return Places(QRectF(0, 0, width, height), eta, pulls, below)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTile:
    """Paths of one tile in pixels from its corner."""

    tile: Tile
    places: Places
    band: QPolygonF
    curve: QPolygonF
    bars: list[QLineF]
    points: QPainterPath
    open_points: QPainterPath
    pulls: QPainterPath


def draw_tile(tile: Tile, board: Board, places: Places) -> DrawnTile:
    """Turn data into paths."""
    x, y = _scale(board.x_range, places.eta.left(), places.eta.right()), _upward(board.y_range, places.eta)
    curve_x, curve_y = x(tile.curve_x), y(tile.curve)
    band = _polygon(
        np.concatenate([curve_x, curve_x[::-1]]), np.concatenate([y(tile.band_low), y(tile.band_high)[::-1]])
    )
    inside = np.isfinite(tile.y) & np.isfinite(tile.x)
    px, py = x(tile.x), y(tile.y)
    ends = (np.clip(y(end), places.eta.top(), places.eta.bottom()) for end in (tile.low, tile.high))
    bars = [
        QLineF(one, low, one, high)
        for one, low, high in zip(px[inside], *(end[inside] for end in ends), strict=True)
        if np.isfinite(low) and np.isfinite(high)
    ]
    shown = np.isfinite(tile.pull) & np.isfinite(tile.x)
    pull_y = _upward(board.pull_range, places.pulls)(tile.pull)
    size = _LARGE_POINT_PX if places.is_large else _POINT_PX
    return DrawnTile(
        tile=tile,
        places=places,
        band=band,
        curve=_polygon(curve_x, curve_y),
        bars=bars,
        points=_dots(px, py, inside & ~tile.excluded, places.eta, size),
        open_points=_dots(px, py, inside & tile.excluded, places.eta, size),
        pulls=_dots(px, pull_y, shown, places.pulls, size),
    )


def paint_tile(painter: QPainter, drawn: DrawnTile, board: Board, theme: Theme) -> None:
    """Paint a tile at the painter's origin."""
    tile, places = drawn.tile, drawn.places
    color = theme.color(tile.color)
    _paint_frame(painter, places.outer, tile, theme)
    _paint_axes(painter, places, board, theme)
    painter.save()
    painter.setClipRect(places.eta)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color.red(), color.green(), color.blue(), 46))
    painter.drawPolygon(drawn.band)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(drawn.curve)
    painter.restore()
    ink = theme.color("text")
    painter.setPen(QPen(ink, 1.0))
    painter.drawLines(drawn.bars)
    painter.setBrush(theme.color("panel"))
    painter.drawPath(drawn.open_points)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPath(drawn.points)
    painter.setBrush(color)
    painter.drawPath(drawn.pulls)
    _paint_words(painter, drawn, theme)


def paint_ring(painter: QPainter, box: QRectF, tile: Tile, theme: Theme, *, is_selected: bool) -> None:
    """Frame the tile of the temperature shown, or with dots the one that the keys have reached."""
    inset = 4 if tile.verdict.is_odd else 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    style = Qt.PenStyle.SolidLine if is_selected else Qt.PenStyle.DotLine
    painter.setPen(QPen(theme.color("accent"), 1.5, style))
    painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), 5, 5)


def _paint_frame(painter: QPainter, outer: QRectF, tile: Tile, theme: Theme) -> None:
    is_odd = tile.verdict.is_odd
    painter.setBrush(theme.color("warn", 0.08) if is_odd else theme.color("panel"))
    painter.setPen(QPen(theme.color("warn" if is_odd else "line"), 2.0 if is_odd else 1.0))
    painter.drawRoundedRect(outer.adjusted(1, 1, -1, -1), 6, 6)


def _paint_axes(painter: QPainter, places: Places, board: Board, theme: Theme) -> None:
    """Paint the grid of both plots, the ±1σ lane, and the numbers."""
    lane = _upward(board.pull_range, places.pulls)(np.array([1.0, -1.0]))
    painter.fillRect(QRectF(places.pulls.left(), lane[0], places.pulls.width(), lane[1] - lane[0]), theme.color("grid"))
    font = QFont(painter.font())
    font.setPixelSize(10)
    painter.setFont(font)
    symbols = ("logit" if board.is_logit else "η", "σ")
    grid, muted = QPen(theme.color("line"), 1.0), theme.color("muted")
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    counts = (8, 4) if places.is_large else (4, 2)
    for box, ends, count in ((places.eta, board.y_range, counts[0]), (places.pulls, board.pull_range, counts[1])):
        values = ticks(*ends, count)
        for value, y in zip(values, _upward(ends, box)(np.array(values)), strict=True):
            painter.setPen(grid)
            painter.drawLine(QLineF(box.left(), round(y) + 0.5, box.right(), round(y) + 0.5))
            painter.setPen(muted)
            painter.drawText(QRectF(0, y - 7, box.left() - 4, 14), right, _short(value))
        # Where no number stands: midway between two, or half-way down from the only one.
        at = _between(values, ends, box)
        painter.drawText(QRectF(0, at - 7, box.left() - 4, 14), right, symbols[0 if box is places.eta else 1])
    values = ticks(*board.x_range, max(int(places.eta.width() // 44), 2))
    for value, x in zip(
        values, _scale(board.x_range, places.eta.left(), places.eta.right())(np.array(values)), strict=True
    ):
        painter.setPen(grid)
        painter.drawLine(QLineF(round(x) + 0.5, places.pulls.bottom(), round(x) + 0.5, places.pulls.bottom() + 3))
        painter.setPen(muted)
        words = f"{_short(value)} meV" if value == values[-1] else _short(value)
        # The last one keeps inside the tile with its unit.
        left = min(x - 30, places.outer.right() - 56) if value == values[-1] else x - 30
        label = QRectF(left, places.pulls.bottom() + 2, 60, 14)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)


def _paint_words(painter: QPainter, drawn: DrawnTile, theme: Theme) -> None:
    tile, places = drawn.tile, drawn.places
    font = QFont(painter.font())
    font.setPixelSize(MUTED_PX)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(tile.color))
    painter.drawEllipse(QPointF(_PAD_PX + 4, _HEAD_PX / 2), 4, 4)
    painter.setPen(theme.color("text"))
    head = QRectF(_PAD_PX + 12, 0, places.outer.width() - 2 * _PAD_PX - 12, _HEAD_PX)
    painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tile.name)
    used = painter.fontMetrics().horizontalAdvance(tile.name) + 6
    font.setBold(tile.verdict.is_odd)
    font.setPixelSize(_SMALL_PX)
    painter.setFont(font)
    painter.setPen(theme.color("warn" if tile.verdict.is_odd else "muted"))
    words = f"{tile.verdict.sign} {tile.verdict.sentence if places.is_large else tile.verdict.short}"
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(head.width() - used))
    painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
    font.setBold(False)
    painter.setFont(font)
    painter.setPen(theme.color("text"))
    for row, line in enumerate(tile.lines):
        at = QRectF(places.text.left(), places.text.top() + row * _LINE_PX, places.text.width(), _LINE_PX)
        bare = line.removesuffix(" meV")
        chosen = line if painter.fontMetrics().horizontalAdvance(line) <= at.width() else bare
        fitting = painter.fontMetrics().elidedText(chosen, Qt.TextElideMode.ElideRight, int(at.width()))
        painter.drawText(at, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fitting)


def _between(values: list[float], ends: tuple[float, float], box: QRectF) -> float:
    """Return a height midway between the uppermost two numbers, or between the only one and the end below."""
    pair = values[-2:] if len(values) > 1 else [values[0], ends[0]] if values else list(ends)
    return float(_upward(ends, box)(np.array([0.5 * sum(pair)]))[0])


def ticks(low: float, high: float, count: int) -> list[float]:
    """Return round numbers in a range, about as many as wanted; never more than twice that."""
    span = max(high - low, 1e-12) / max(count, 1)
    decade = 10.0 ** np.floor(np.log10(span))
    step = float(next((decade * part for part in (*_STEPS, 10.0) if decade * part >= span), 10.0 * decade))
    first = np.ceil(low / step - 1e-9)
    return [float(step * k) for k in range(int(first), int(np.floor(high / step + 1e-9)) + 1)]


def _short(value: float) -> str:
    decimals = next(count for count in (0, 1, 2) if abs(round(value, count) - value) < 1e-9 or count == 2)
    return plain(value, decimals)


def _scale(ends: tuple[float, float], low_px: float, high_px: float) -> Map:
    factor = (high_px - low_px) / (ends[1] - ends[0])
    return lambda values: low_px + (values - ends[0]) * factor


def _upward(ends: tuple[float, float], box: QRectF) -> Map:
    return _scale(ends, box.bottom(), box.top())


def _polygon(x: FloatArray, y: FloatArray) -> QPolygonF:
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])


def _dots(x: FloatArray, y: FloatArray, chosen: np.ndarray, box: QRectF, size_px: float) -> QPainterPath:
    """Return points as circles; one that lies outside stands at the edge as a triangle that points outwards."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for a, b in zip(x[chosen].tolist(), y[chosen].tolist(), strict=True):
        if box.top() <= b <= box.bottom():
            path.addEllipse(QPointF(a, b), size_px, size_px)
            continue
        edge, way = (box.top(), -1.0) if b < box.top() else (box.bottom(), 1.0)
        base = edge - 5.0 * way
        path.addPolygon(QPolygonF([QPointF(a - 3, base), QPointF(a + 3, base), QPointF(a, edge), QPointF(a - 3, base)]))
    return path
