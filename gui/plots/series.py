"""Series of points with errors, model curves and their bands, all painted by one item."""

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph.functions as fn
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import Plot
from asplab.gui.plots.copying import joined, series_columns
from asplab.gui.plots.curves import draw_line
from asplab.gui.plots.drawn import Drawn, Series, prepare
from asplab.gui.plots.label_places import LABEL_PX, beside, half_way_down, label_font, last_in, seen_in, spread
from asplab.gui.plots.layer import Array, Bounds, Columns, PixelMap, PointLayer, Stop, finite_range, union
from asplab.gui.plots.symbols import picture_offset, symbol_picture
from asplab.gui.widgets.text import paint_rich, rich_width

HIT_PX = 10.0
_LABEL_GAP_PX, _FLANK_PX, _HIDDEN_PX = 9.0, 16.0, 24.0
_RING_PX, _MANY = 9.0, 7
_LEADER_GAP_PX = 6.0
_SAMPLE_PX, _CORNER_PX = 18.0, 16.0
_LONG, _FAINT = 0.8, 0.3
"""Error bars longer than so much of the plot say next to nothing: they stand back, with this opacity."""
_EMPTY: Array = np.empty(0)


class SeriesLayer(PointLayer):
    """All series of a plot in one item.

    ``point_clicked`` carries the index of the series, of the point, and the button.
    """

    def __init__(self, theme: Theme, *, log_x: bool = False, log_y: bool = False) -> None:
        super().__init__(theme)
        self._log_x, self._log_y = log_x, log_y
        self._drawn: tuple[Drawn, ...] = ()
        self._selected: tuple[int, int] | None = None
        self._ringed: frozenset[str] = frozenset()
        self._sources: Callable[[str], str] = _nowhere
        self._bounds: tuple[Bounds, Bounds] = (None, None)
        self._hidden = 0
        self._column = -np.inf

    @property
    def series(self) -> tuple[Series, ...]:
        """The series as displayed."""
        return tuple(drawn.series for drawn in self._drawn)

    def display(self, series: Sequence[Series]) -> None:
        """Show these series.

        Raises
        ------
        ValueError
            Arrays of one series differ in length.
        """
        self._drawn = tuple(prepare(one, log_x=self._log_x, log_y=self._log_y) for one in series)
        self._hidden = sum(one.hidden for one in self._drawn)
        x: Bounds = None
        y: Bounds = None
        for one in self._drawn:
            x = union(x, finite_range(one.x, one.line_x))
            y = union(y, finite_range(one.y, one.line_y))
        self._bounds = (x, y)
        ends = (finite_range(one.line_x) for one in self._drawn if _is_named_curve(one))
        self._column = max((end[1] for end in ends if end is not None), default=-np.inf)
        self.update()

    def edges(self) -> tuple[float, ...]:
        """Return where lines stand that can be dragged over this drawing."""
        plot = self.getViewWidget()
        return () if plot is None else plot.edges()

    def label_places(self) -> tuple[int, ...]:
        """Return the pixels at which labels begin that stand aside of edges."""
        to_pixel = self.pixel_map()
        right = float(to_pixel.x(self.boundingRect().right()))
        edges, font = [float(to_pixel.x(edge)) for edge in self.edges()], label_font()
        places = []
        for one in self._drawn:
            end = self._label_end(one, to_pixel) if one.series.label_at != "end" else None
            if end is not None:
                width = rich_width(one.series.label, font)
                places.append(round(beside(min(end[1], right - width - 2), width, edges, right)))
        return tuple(places)

    def display_selected(self, series: int | None, point: int | None = None) -> None:
        """Draw a ring around one point, or none."""
        self._selected = None if series is None or point is None else (series, point)
        self.update()

    def display_ringed(self, keys: frozenset[str]) -> None:
        """Draw a ring around every point of these measurements."""
        if keys != self._ringed:
            self._ringed = keys
            self.update()

    def name_sources(self, told: Callable[[str], str]) -> None:
        """Take over what says in which files a measurement stands."""
        self._sources = told

    def data_bounds(self) -> tuple[Bounds, Bounds]:
        """Return the ranges of points and curves; errors may reach beyond."""
        return self._bounds

    def labels_px(self) -> list[tuple[float, float]]:
        """Return the right ends of the labelled series, and the room for their labels."""
        font, found = label_font(), []
        for one in self._drawn:
            ends = finite_range(one.line_x if one.line_x.size else one.x)
            if one.series.label and one.series.label_at == "end" and ends is not None:
                place = max(ends[1], self._column) if _is_named_curve(one) else ends[1]
                found.append((place, rich_width(one.series.label, font) + _LABEL_GAP_PX + 4))
        return found

    def headroom_px(self) -> float:
        """Return the room for labels above a peak."""
        above = any(one.series.label_at in ("start", "peak") for one in self._drawn)
        return LABEL_PX if above else 0.0

    # --- mouse -------------------------------------------------------------------------------------------
    def nearest(self, pixel: QPointF) -> tuple[int, int] | None:
        """Return series and point under a pixel, None where there is none."""
        to_pixel = self.pixel_map()
        best, hit = HIT_PX, None
        for index, one in enumerate(self._drawn):
            distances = np.hypot(to_pixel.x(one.x) - pixel.x(), to_pixel.y(one.y) - pixel.y())
            if distances.size and np.isfinite(distances).any() and np.nanmin(distances) <= best:
                best = float(np.nanmin(distances))
                hit = (index, int(np.nanargmin(distances)))
        return hit

    def tip(self, pixel: QPointF) -> str:
        """Return the tip of the point under the mouse."""
        hit = self.nearest(pixel)
        return "" if hit is None else self._told(*hit)

    # --- keys and clipboard ------------------------------------------------------------------------------
    def stops(self) -> list[Stop]:
        """Return all points that are drawn."""
        return [
            Stop(float(one.x[point]), float(one.y[point]), (index, point))
            for index, one in enumerate(self._drawn)
            if one.series.symbol_px >= 1
            for point in np.flatnonzero(np.isfinite(one.x) & np.isfinite(one.y)).tolist()
        ]

    def stop_tip(self, stop: Stop) -> str:
        """Return the tip of a point."""
        return self._told(*stop.parts)

    def columns(self, x_label: str, y_label: str) -> Columns:
        """Return points, errors and curves of all series."""
        return joined(series_columns(one, index, x_label, y_label) for index, one in enumerate(self.series))

    def _told(self, index: int, point: int) -> str:
        series = self._drawn[index].series
        tip = series.tips[point] if series.tips else ""
        keys = [keys[point] for keys in (series.keys, series.partner_keys) if tip and keys and keys[point]]
        return "<br>".join([tip, *(source for key in keys if (source := self._sources(key)))])

    # --- painting ----------------------------------------------------------------------------------------
    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Paint bands, curves, errors, points, the ring and the labels, in this order."""
        # Pale areas have no visible steps, and smooth ones cost three times more.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for one in self._drawn:
            self._draw_areas(painter, one, to_pixel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for one in self._drawn:
            self._draw_line(painter, one, to_pixel)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for one in self._drawn:
            self._draw_errors(painter, one, to_pixel)
        ratio = painter.device().devicePixelRatioF()
        for one in self._drawn:
            self._draw_points(painter, one, to_pixel, ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ring(painter, to_pixel)
        self._draw_labels(painter, to_pixel)

    def _draw_areas(self, painter: QPainter, one: Drawn, to_pixel: PixelMap) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        x = to_pixel.x(one.line_x)
        if one.band_low.size:
            painter.setBrush(self.theme.color(one.series.color, 0.16))
            _draw_area(painter, x, to_pixel.y(one.band_low), to_pixel.y(one.band_high))
        if one.series.base is not None:
            painter.setBrush(self.theme.color(one.series.color, 0.12))
            floor = np.full(x.shape, to_pixel.y(one.series.base))
            _draw_area(painter, x, floor, to_pixel.y(one.line_y))

    def _draw_line(self, painter: QPainter, one: Drawn, to_pixel: PixelMap) -> None:
        if one.line_x.size:
            style = Qt.PenStyle.DashLine if one.series.is_dashed else Qt.PenStyle.SolidLine
            style = Qt.PenStyle.DashDotLine if one.series.is_dotted else style
            painter.setPen(QPen(self.theme.color(one.series.color), 2 if one.series.is_dotted else 1, style))
            draw_line(painter, to_pixel.x(one.line_x), to_pixel.y(one.line_y))

    def _draw_errors(self, painter: QPainter, one: Drawn, to_pixel: PixelMap) -> None:
        good = np.isfinite(one.low) & np.isfinite(one.high) & np.isfinite(one.x)
        long = one.high - one.low > _LONG * self.boundingRect().height()
        for excluded, is_long, color in (
            *((False, is_long, one.series.color) for is_long in (True, False)),
            *((True, is_long, "muted") for is_long in (True, False)),
        ):
            shown = good & (one.excluded == excluded) & (long == is_long)
            if shown.any():
                x = np.repeat(np.round(to_pixel.x(one.x[shown])), 2)
                ends = np.column_stack((to_pixel.y(one.low[shown]), to_pixel.y(one.high[shown]))).ravel()
                painter.setPen(QPen(self.theme.color(color, _FAINT if is_long else 1.0), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(fn.arrayToQPath(x, ends, connect="pairs"))

    def _draw_points(self, painter: QPainter, one: Drawn, to_pixel: PixelMap, ratio: float) -> None:
        color, panel = self.theme.color(one.series.color).name(), self.theme.panel
        fill, outline = (panel, color) if one.series.is_open else (color, panel)
        usual = symbol_picture(one.series.symbol, fill, outline, ratio, one.series.symbol_px)
        crossed_out = symbol_picture(one.series.symbol, panel, self.theme.muted, ratio, one.series.symbol_px)
        good = np.isfinite(one.x) & np.isfinite(one.y)
        offset = picture_offset()
        points = zip(to_pixel.x(one.x[good]), to_pixel.y(one.y[good]), one.excluded[good], strict=True)
        for x, y, excluded in points:
            corner = QPointF(round(x) - offset.x() + 0.5, round(y) - offset.y() + 0.5)
            painter.drawPixmap(corner, crossed_out if excluded else usual)

    def _draw_ring(self, painter: QPainter, to_pixel: PixelMap) -> None:
        places = self._ringed_places()
        # Many rings, as on R lines where a measurement has a whole line, stand back behind the points.
        width, radius = (2, _RING_PX) if len(places) < _MANY else (1, _RING_PX - 2)
        painter.setPen(QPen(self.theme.color("accent"), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index, point in places:
            x, y = self._drawn[index].x[point], self._drawn[index].y[point]
            # A point that is not known, or not above zero on a logarithmic axis, has no place.
            if np.isfinite(x) and np.isfinite(y):
                painter.drawEllipse(QPointF(float(to_pixel.x(x)), float(to_pixel.y(y))), radius, radius)

    def _ringed_places(self) -> set[tuple[int, int]]:
        """Return series and point of everything that is selected."""
        places: set[tuple[int, int]] = set()
        if self._selected is not None and self._selected[0] < len(self._drawn):
            index, point = self._selected
            places |= {self._selected} if point < self._drawn[index].x.size else set()
        if self._ringed:
            places |= {
                (index, point)
                for index, one in enumerate(self._drawn)
                if one.series.symbol_px >= 1
                for keys in (one.series.keys, one.series.partner_keys)
                for point, key in enumerate(keys)
                if key in self._ringed
            }
        return places

    def _draw_labels(self, painter: QPainter, to_pixel: PixelMap) -> None:
        painter.setFont(label_font())
        view = self.boundingRect()
        right, bottom = float(to_pixel.x(view.right())), float(to_pixel.y(view.top()))
        top = float(to_pixel.y(view.bottom()))
        is_free = all(one.series.label_at in ("end", "corner") for one in self._drawn)
        edges = [] if is_free else [float(to_pixel.x(edge)) for edge in self.edges()]
        found = ((self._label_end(one, to_pixel), one) for one in self._drawn)
        ends = sorted(((*end, one) for end, one in found if end is not None), key=lambda end: end[:2])
        for y, x, one in spread(ends, top + LABEL_PX / 2, bottom - LABEL_PX / 2):
            width = rich_width(one.series.label, painter.font())
            left = min(x + _LABEL_GAP_PX if one.series.label_at == "end" else x, right - width - 2)
            left = beside(left, width, edges, right) if one.series.label_at != "end" else left
            if one.x.size == 1 or one.series.label_at != "end":
                # Beside a single point or a flank there is no free end: other curves run through its label.
                painter.fillRect(QRectF(left - 2, y - 8, width + 4, 16), self.theme.color("panel", 0.92))
            if one.series.label_at == "end":
                self._draw_leader(painter, one, (left, y), to_pixel)
            painter.setPen(self.theme.text_color(one.series.color))
            paint_rich(painter, QRectF(left, y - LABEL_PX / 2, width, LABEL_PX), one.series.label)
        self._draw_corner(painter, QRectF(QPointF(0.0, top), QPointF(right, bottom)))
        if self._hidden:
            painter.setPen(self.theme.color("muted"))
            noun = "point" if self._hidden == 1 else "points"
            words = tr("{hidden} {noun} at or below 0 not shown", hidden=self._hidden, noun=noun)
            # At the bottom: at the top stand the names of regions and cutoffs.
            painter.drawText(QPointF(float(to_pixel.x(view.left())) + 8, bottom - _HIDDEN_PX), words)

    def _draw_corner(self, painter: QPainter, frame: QRectF) -> None:
        """List the curves that are named in the corner, each beside a piece of its line, below the names of handles."""
        named = [one for one in self._drawn if one.series.label and one.series.label_at == "corner"]
        for index, one in enumerate(named):
            width = rich_width(one.series.label, painter.font())
            left, y = frame.right() - width - _CORNER_PX, frame.top() + (index + 2) * LABEL_PX
            box = QRectF(left - _SAMPLE_PX - 8, y - LABEL_PX / 2, width + _SAMPLE_PX + 12, LABEL_PX)
            painter.fillRect(box, self.theme.color("panel", 0.8))
            style = Qt.PenStyle.DashLine if one.series.is_dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(self.theme.color(one.series.color), 1, style))
            painter.drawLine(QPointF(box.left() + 2, y), QPointF(left - 5, y))
            painter.setPen(self.theme.text_color(one.series.color))
            paint_rich(painter, QRectF(left, y - LABEL_PX / 2, width, LABEL_PX), one.series.label)

    def _draw_leader(self, painter: QPainter, one: Drawn, label: tuple[float, float], to_pixel: PixelMap) -> None:
        """Lead from the end of a curve to its label where the label had to move away from it."""
        x, y = (one.line_x, one.line_y) if one.line_x.size else (one.x, one.y)
        end = last_in(self.boundingRect(), x, y)
        if end is None:
            return
        from_x, from_y = float(to_pixel.x(x[end])) + _LEADER_GAP_PX, float(to_pixel.y(y[end]))
        is_aside = label[0] - from_x > 2 * _LABEL_GAP_PX or abs(label[1] - from_y) > LABEL_PX / 2
        if is_aside and label[0] - 3 > from_x:
            painter.setPen(QPen(self.theme.color(one.series.color, 0.55), 1))
            painter.drawLine(QPointF(from_x, from_y), QPointF(label[0] - 3, label[1]))

    def _label_end(self, one: Drawn, to_pixel: PixelMap) -> tuple[float, float] | None:
        if not one.series.label or one.series.label_at == "corner":
            return None
        view = self.boundingRect()
        x, y = (one.line_x, one.line_y) if one.line_x.size else (one.x, one.y)
        indices = seen_in(view, x, y)
        if not indices.size:
            return None
        if one.series.label_at == "end":
            last = indices[np.argmax(x[indices])]
            # The labels of curves stand in one column: beside a curve that ends early run the others.
            column = self._column if one.line_x.size > 1 and view.left() <= self._column <= view.right() else x[last]
            return float(to_pixel.y(y[last])), float(to_pixel.x(max(column, x[last])))
        if one.series.label_at == "flank":
            place = half_way_down(y, indices)
            return float(to_pixel.y(y[place])), float(to_pixel.x(x[place])) + _FLANK_PX
        place = indices[np.argmax(y[indices]) if one.series.label_at == "peak" else np.argmin(x[indices])]
        return float(to_pixel.y(y[place])) - LABEL_PX, float(to_pixel.x(x[place])) + 4


class SeriesPlot(Plot):
    """A plot of :class:`Series`; ``point_clicked`` carries series, point and button."""

    point_clicked = Signal(int, int, object)

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
        super().__init__(theme, parent, x_label=x_label, y_label=y_label, log_x=log_x, log_y=log_y)
        self.series_layer = SeriesLayer(theme, log_x=log_x, log_y=log_y)
        self.add_layer(self.series_layer, z=10)
        self.series_layer.point_clicked.connect(self.point_clicked)

    @property
    def series(self) -> tuple[Series, ...]:
        """The series as displayed."""
        return self.series_layer.series

    def display(self, series: Sequence[Series]) -> None:
        """Show these series; the range stays, call :meth:`view_all` when the subject changes."""
        first = not self.series_layer.series
        self.series_layer.display(series)
        if first:
            self.fit()

    def display_selected(self, series: int | None, point: int | None = None) -> None:
        """Draw a ring around one point, or none."""
        self.series_layer.display_selected(series, point)


def _is_named_curve(one: Drawn) -> bool:
    return bool(one.series.label) and one.series.label_at == "end" and one.line_x.size > 1


def _nowhere(_key: str) -> str:
    return ""


def _draw_area(painter: QPainter, x: Array, low: Array, high: Array) -> None:
    good = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    outline_x = np.concatenate((x[good], x[good][::-1]))
    painter.drawPolygon(fn.arrayToQPolygonF(outline_x, np.concatenate((low[good], high[good][::-1]))))
