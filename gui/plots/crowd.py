"""Many similar series that stand back: drawn in few strokes, so that all of them can follow a drag."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPixmap

from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.copying import joined, series_columns
from asplab.gui.plots.curves import draw_line
from asplab.gui.plots.drawn import Drawn, Series
from asplab.gui.plots.layer import Array, Bounds, Columns, Layer, PixelMap, PointLayer, Stop, finite_range
from asplab.gui.plots.series import HIT_PX, SeriesLayer
from asplab.gui.plots.symbols import picture_offset, symbol_picture

_DOT_PX = 5.0
_QUIET = 0.45
"""Opacity of error bars that stand back: those of eleven temperatures would cover what stands in front."""
_FAINT, _LONG = 0.22, 0.8
"""Opacity of points that stand back with error bars longer than so much of the plot: they say next to nothing."""
_EMPTY: Array = np.empty((0, 0))


class Painted(Layer):
    """What changes rarely: painted once into a picture, copied on every frame."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._key: tuple[object, ...] = ()
        self._picture = QPixmap()
        self.builds = 0

    def version(self) -> object:
        """Return what the picture shows; another one is painted when this differs."""
        raise NotImplementedError

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Copy the picture, after painting it anew where needed."""
        view = self.boundingRect()
        area = QRectF(
            QPointF(to_pixel.x(view.left()), to_pixel.y(view.bottom())),
            QPointF(to_pixel.x(view.right()), to_pixel.y(view.top())),
        )
        frame = area.normalized().toAlignedRect()
        ratio = painter.device().devicePixelRatioF()
        key = (to_pixel, frame.getRect(), ratio, self.version(), self.theme.name)
        if key != self._key:
            self._key = key
            self._rebuild(to_pixel, frame, ratio)
        painter.drawPixmap(frame.topLeft(), self._picture)

    def _rebuild(self, to_pixel: PixelMap, frame: QRect, ratio: float) -> None:
        self._picture = QPixmap((QSizeF(frame.size()) * ratio).toSize())
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        try:
            painter.translate(-frame.topLeft())
            super().draw(painter, to_pixel)
        finally:
            # A picture must not go while somebody paints on it.
            painter.end()
        self.builds += 1


class Rows(PointLayer):
    """Points with errors and curves, one colour a row, all rows of one shape.

    ``point_clicked`` carries row, column and button.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._x = self._y = self._lines_y = _EMPTY
        self._errors: tuple[Array, Array] = (_EMPTY, _EMPTY)
        self._lines_x: Array = np.empty(0)
        self._colors: tuple[str, ...] = ()
        self._tip: Callable[[int, int], str] = _no_tip
        self._version = 0

    def display(
        self,
        x: Array,
        y: Array,
        colors: Sequence[str],
        *,
        across: Array = _EMPTY,
        along: Array = _EMPTY,
        lines_x: Array | None = None,
        lines_y: Array = _EMPTY,
        tip: Callable[[int, int], str] | None = None,
    ) -> None:
        """Show these rows.

        Parameters
        ----------
        x, y : (rows, columns) array
            NaN is not drawn.
        colors : sequence of str, one per row
        across, along : (2, rows, columns) array
            Lower and upper ends of the error bars in y, and of those in x; none where empty.
        lines_x, lines_y : (n,) and (rows, n) array
            One curve a row.
        tip : callable
            Returns the text for a row and a column.
        """
        self._x, self._y, self._colors = x, y, tuple(colors)
        self._errors = (across, along)
        self._lines_x, self._lines_y = (np.empty(0) if lines_x is None else lines_x), lines_y
        self._tip = tip or _no_tip
        self._version += 1
        self.update()

    def data_bounds(self) -> tuple[Bounds, Bounds]:
        """Return the ranges of points and curves."""
        return finite_range(self._x, self._lines_x), finite_range(self._y, self._lines_y)

    def nearest(self, pixel: QPointF) -> tuple[int, int] | None:
        """Return row and column under a pixel, None where there is none."""
        if not self._x.size:
            return None
        to_pixel = self.pixel_map()
        distance = np.hypot(to_pixel.x(self._x) - pixel.x(), to_pixel.y(self._y) - pixel.y())
        distance = np.where(np.isfinite(distance), distance, np.inf)
        row, column = np.unravel_index(int(np.argmin(distance)), distance.shape)
        return (int(row), int(column)) if distance[row, column] <= HIT_PX else None

    def tip(self, pixel: QPointF) -> str:
        """Return the tip of the point under the mouse."""
        hit = self.nearest(pixel)
        return self._tip(*hit) if hit is not None else ""

    def stops(self) -> list[Stop]:
        """Return all points that are drawn."""
        places = np.argwhere(np.isfinite(self._x) & np.isfinite(self._y)).tolist()
        return [Stop(float(self._x[row, column]), float(self._y[row, column]), (row, column)) for row, column in places]

    def columns(self, x_label: str, y_label: str) -> Columns:
        """Return the points of all rows with the ends of their bars, and their curves."""
        across = self._errors[0]
        return joined(
            series_columns(
                Series(
                    color,
                    x=self._x[row],
                    y=self._y[row],
                    tips=[self._tip(row, column) for column in range(self._x.shape[1])],
                    error=np.abs(across[:, row] - self._y[row]) if across.size else None,
                    line_x=self._lines_x if self._lines_y.size else (),
                    line_y=self._lines_y[row] if self._lines_y.size else (),
                ),
                row,
                x_label,
                y_label,
            )
            for row, color in enumerate(self._colors)
        )

    def stop_tip(self, stop: Stop) -> str:
        """Return the tip of a point."""
        return self._tip(*stop.parts)

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint curves, error bars and dots."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = to_pixel.x(self._lines_x)
        for color, y in zip(self._colors, to_pixel.y(self._lines_y), strict=False):
            painter.setPen(QPen(self.theme.color(color), 1))
            draw_line(painter, x, y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for ends, is_across in zip(self._errors, (True, False), strict=True):
            if ends.size:
                self._draw_errors(painter, to_pixel, ends, is_across=is_across)
        self._draw_dots(painter, to_pixel)

    def _draw_dots(self, painter: QPainter, to_pixel: PixelMap) -> None:
        ratio = painter.device().devicePixelRatioF()
        offset = picture_offset()
        good, vague = np.isfinite(self._x) & np.isfinite(self._y), self._vague()
        left = np.round(to_pixel.x(np.where(good, self._x, 0.0)) - offset.x() + 0.5)
        top = np.round(to_pixel.y(np.where(good, self._y, 0.0)) - offset.y() + 0.5)
        for row, color in enumerate(self._colors):
            name = self.theme.color(color).name()
            picture = symbol_picture("circle", name, name, ratio, _DOT_PX)
            shown = good[row]
            # Integer places take Qt's cheapest way; a stroked dot costs five times more.
            for opacity, chosen in ((2.0 * _FAINT, shown & vague[row]), (1.0, shown & ~vague[row])):
                painter.setOpacity(opacity)
                places = np.column_stack((left[row, chosen], top[row, chosen])).astype(int).tolist()
                for x, y in places:
                    painter.drawPixmap(x, y, picture)
        painter.setOpacity(1.0)

    def _vague(self) -> np.ndarray:
        """Return which points have an error bar that is longer than most of the plot."""
        view, vague = self.boundingRect(), np.zeros(self._x.shape, dtype=bool)
        for ends, room in zip(self._errors, (view.height(), view.width()), strict=True):
            if ends.size:
                vague |= np.abs(ends[1] - ends[0]) > _LONG * room
        return vague

    def _draw_errors(self, painter: QPainter, to_pixel: PixelMap, ends: Array, *, is_across: bool) -> None:
        if is_across:
            fixed, scale = np.round(to_pixel.x(self._x)), to_pixel.y
        else:
            fixed, scale = np.round(to_pixel.y(self._y)), to_pixel.x
        low, high = scale(ends[0]), scale(ends[1])
        # A bar that its dot would hide is not worth a stroke.
        good = (np.abs(high - low) > _DOT_PX) & np.isfinite(fixed)
        vague = self._vague()
        for row, color in enumerate(self._colors):
            painter.setPen(QPen(self.theme.color(color), 1))
            for opacity, shown in ((_FAINT, good[row] & vague[row]), (_QUIET, good[row] & ~vague[row])):
                if not shown.any():
                    continue
                painter.setOpacity(opacity)
                bars = np.column_stack((fixed[row, shown], low[row, shown], high[row, shown])).tolist()
                painter.drawLines([_bar(*bar, is_across=is_across) for bar in bars])
        painter.setOpacity(1.0)


def _bar(place: float, low: float, high: float, *, is_across: bool) -> QLineF:
    return QLineF(place, low, place, high) if is_across else QLineF(low, place, high, place)


class Crowd(Painted, Rows):
    """Rows that stand still between two frames of a drag."""

    def version(self) -> object:
        """Return what the picture shows."""
        return self._version


class Level(Layer):
    """A quiet line across the whole plot; solid, because dots cost a millisecond on every frame."""

    def __init__(self, theme: Theme, height: float) -> None:
        super().__init__(theme)
        self._height = height

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint the line."""
        view = self.boundingRect()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.color("muted", 0.55), 1))
        y = round(float(to_pixel.y(self._height)))
        painter.drawLine(QPointF(to_pixel.x(view.left()), y), QPointF(to_pixel.x(view.right()), y))


class QuickSeries(SeriesLayer):
    """Series that follow a drag: bars that their symbols hide are left out, the others drawn in one stroke each."""

    def _draw_errors(self, painter: QPainter, one: Drawn, to_pixel: PixelMap) -> None:
        x, low, high = np.round(to_pixel.x(one.x)), to_pixel.y(one.low), to_pixel.y(one.high)
        shown = (np.abs(high - low) > one.series.symbol_px) & np.isfinite(x)
        for excluded, color in ((False, one.series.color), (True, "muted")):
            chosen = shown & (one.excluded == excluded)
            if chosen.any():
                painter.setPen(QPen(self.theme.color(color), 1))
                bars = np.column_stack((x[chosen], low[chosen], high[chosen])).tolist()
                painter.drawLines([_bar(*bar, is_across=True) for bar in bars])


class QuickPlot(Plot):
    """A plot of series that follow a drag; ``point_clicked`` carries series, point and button."""

    point_clicked = Signal(int, int, object)

    def __init__(self, theme: Theme, *, x_label: str, y_label: str) -> None:
        super().__init__(theme, x_label=x_label, y_label=y_label)
        self.series_layer = QuickSeries(theme)
        self.add_layer(self.series_layer, z=10)
        self.series_layer.point_clicked.connect(self.point_clicked)

    @property
    def series(self) -> tuple[Series, ...]:
        """The series as displayed."""
        return self.series_layer.series

    def display(self, series: Sequence[Series]) -> None:
        """Show these series; the range stays."""
        self.series_layer.display(series)

    def display_selected(self, series: int | None, point: int | None = None) -> None:
        """Draw a ring around one point, or none."""
        self.series_layer.display_selected(series, point)


class CachedSeries(Painted, SeriesLayer):
    """Series that a drag leaves as they are."""

    def version(self) -> object:
        """Return what the picture shows; each display() makes new drawn values."""
        return self._drawn, self._selected, self._ringed, self.label_places()


def _no_tip(_row: int, _column: int) -> str:
    return ""
