"""Many spectra at once, painted into one cached picture."""

import numpy as np
import pyqtgraph.functions as fn
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPixmap

from asplab.gui.look.theme import Theme
from asplab.gui.plots.copying import curve_columns
from asplab.gui.plots.layer import Array, Bounds, Columns, Layer, PixelMap, Stop, finite_range

_HIT_PX = 12.0


class LayerCurves(Layer):
    """Curves over a common or their own x axis.

    The picture is painted again when data, zoom, size, pixel ratio or theme change, and only copied otherwise,
    so that a handle dragged over 160 spectra costs a millisecond. One selected curve is drawn live on top.

    ``curve_clicked`` carries index, button and modifiers.
    """

    curve_clicked = Signal(int, object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._x: Array = np.empty((0, 0))
        self._y: Array = np.empty((0, 0))
        self._colors: tuple[str, ...] = ()
        self._tips: tuple[str, ...] = ()
        self._strength = 1.0
        self._selected: int | None = None
        self._version = 0
        self._key: tuple[object, ...] = ()
        self._picture = QPixmap()
        self._bounds: tuple[Bounds, Bounds] = (None, None)
        self.builds = 0

    @property
    def count(self) -> int:
        """The number of curves."""
        return int(self._y.shape[0])

    def display(
        self, x: ArrayLike, y: ArrayLike, colors: list[str], tips: list[str] | None = None, *, strength: float = 1.0
    ) -> None:
        """Show these curves.

        Parameters
        ----------
        x : (points,) or (curves, points) array
            Increasing or decreasing along the last axis.
        y : (curves, points) array
            NaN leaves a gap.
        colors, tips : list of str, one per curve
            Colour names of the theme; rich text shown under the mouse.
        strength : float
            Opacity: below 1 the curves stand back behind what is drawn over them, darker where they agree.

        Raises
        ------
        ValueError
            Shapes or lengths do not fit one another, or x turns back.
        """
        values = np.atleast_2d(np.asarray(y, dtype=float))
        grid = np.broadcast_to(np.asarray(x, dtype=float), values.shape)
        if len(colors) != len(values) or (tips is not None and len(tips) != len(values)):
            raise ValueError(f"{len(values)} curves need as many colours and tips; found {len(colors)} colours.")
        grid, values = _increasing(grid, values)
        self._x, self._y, self._colors = grid, values, tuple(colors)
        self._strength = strength
        self._tips = tuple(tips) if tips is not None else ("",) * len(values)
        self._bounds = (finite_range(grid[:1] if np.ndim(x) == 1 else grid), finite_range(values))
        if self._selected is not None and self._selected >= len(values):
            self._selected = None
        self._version += 1
        self.update()

    def display_selected(self, index: int | None) -> None:
        """Draw one curve in the accent colour on top, or none."""
        self._selected = index
        self.update()

    def data_bounds(self) -> tuple[Bounds, Bounds]:
        """Return the ranges of x and y."""
        return self._bounds

    def draw(self, painter: QPainter, to_pixel: PixelMap) -> None:
        """Copy the picture, after painting it anew where needed."""
        if not self.count:
            return
        view = self.boundingRect()
        area = QRectF(
            QPointF(to_pixel.x(view.left()), to_pixel.y(view.bottom())),
            QPointF(to_pixel.x(view.right()), to_pixel.y(view.top())),
        )
        frame = area.normalized().toAlignedRect()
        ratio = painter.device().devicePixelRatioF()
        key = (to_pixel, frame.getRect(), ratio, self._version, self.theme.name)
        if key != self._key:
            self._key = key
            self._rebuild(to_pixel, QRectF(frame), ratio)
        painter.drawPixmap(frame.topLeft(), self._picture)
        if self._selected is not None:
            # Thick and smooth at once costs ten times more than this.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self.theme.color("accent"), 2))
            self._draw_curve(painter, self._selected, to_pixel)

    def click(self, pixel: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
        """Tell which curve was hit."""
        index = self.nearest(pixel)
        if index is not None:
            self.curve_clicked.emit(index, button, modifiers)
        return index is not None

    def tip(self, pixel: QPointF) -> str:
        """Return the tip of the curve under the mouse."""
        index = self.nearest(pixel, _HIT_PX / 2)
        return "" if index is None else self._tips[index]

    def stops(self) -> list[Stop]:
        """Return every curve where it stands highest in view."""
        view = self.boundingRect()
        found = []
        for index in range(self.count):
            inside = (self._x[index] >= view.left()) & (self._x[index] <= view.right())
            inside &= np.isfinite(self._y[index])
            if inside.any():
                at = int(np.argmax(np.where(inside, self._y[index], -np.inf)))
                found.append(Stop(float(self._x[index, at]), float(self._y[index, at]), (index, 0)))
        return found

    def press(self, stop: Stop, button: Qt.MouseButton) -> None:
        """Tell which curve the keys or a box have reached."""
        self.curve_clicked.emit(stop.parts[0], button, Qt.KeyboardModifier.NoModifier)

    def stop_tip(self, stop: Stop) -> str:
        """Return the tip of a curve."""
        return self._tips[stop.parts[0]]

    def columns(self, x_label: str, y_label: str) -> Columns:
        """Return all curves, with one x where they share it."""
        return curve_columns(self._x, self._y, self._tips, x_label, y_label)

    def nearest(self, pixel: QPointF, within_px: float = _HIT_PX) -> int | None:
        """Return the curve whose drawn line passes closest to a pixel, None where none is near."""
        if not self.count:
            return None
        to_pixel = self.pixel_map()
        x, _ = to_pixel.data(pixel)
        half = abs(within_px / to_pixel.x_scale)
        distances = [self._distance(index, x, half, pixel, to_pixel) for index in range(self.count)]
        best = int(np.argmin(distances))
        return best if distances[best] <= within_px else None

    def _distance(self, index: int, x: float, half: float, pixel: QPointF, to_pixel: PixelMap) -> float:
        first, last = np.searchsorted(self._x[index], (x - half, x + half))
        near = slice(max(first - 1, 0), last + 1)
        px = to_pixel.x(self._x[index, near]) - pixel.x()
        py = to_pixel.y(self._y[index, near]) - pixel.y()
        if px.size < 2:
            return np.inf
        return _distance_to_segments(px, py)

    def _rebuild(self, to_pixel: PixelMap, frame: QRectF, ratio: float) -> None:
        self._picture = QPixmap((frame.size() * ratio).toSize())
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-frame.topLeft())
            for index in range(self.count):
                painter.setPen(QPen(self.theme.color(self._colors[index], self._strength), 1))
                self._draw_curve(painter, index, to_pixel)
        finally:
            # A picture must not go while somebody paints on it.
            painter.end()
        self.builds += 1

    def _draw_curve(self, painter: QPainter, index: int, to_pixel: PixelMap) -> None:
        view = self.boundingRect()
        first, last = np.searchsorted(self._x[index], (view.left(), view.right()))
        near = slice(max(first - 1, 0), last + 1)
        draw_line(painter, to_pixel.x(self._x[index, near]), to_pixel.y(self._y[index, near]))


def draw_line(painter: QPainter, x: Array, y: Array) -> None:
    """Draw a line through pixels; NaN leaves a gap."""
    good = np.isfinite(x) & np.isfinite(y)
    if good.all():
        painter.drawPolyline(fn.arrayToQPolygonF(x, y))
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    for start, stop in edges.reshape(-1, 2):
        painter.drawPolyline(fn.arrayToQPolygonF(x[start:stop], y[start:stop]))


def _increasing(x: Array, y: Array) -> tuple[Array, Array]:
    steps = np.diff(x, axis=-1)
    if (steps < 0).all():
        x, y, steps = x[:, ::-1], y[:, ::-1], -steps
    if not (steps > 0).all():
        raise ValueError("The x values of a curve must only rise or only fall; sort them.")
    return x, y


def _distance_to_segments(x: Array, y: Array) -> float:
    """Return the distance of the origin from a chain of segments, skipping those that touch a NaN."""
    dx, dy = np.diff(x), np.diff(y)
    length2 = np.where(dx**2 + dy**2 > 0, dx**2 + dy**2, 1.0)
    along = np.clip(-(x[:-1] * dx + y[:-1] * dy) / length2, 0.0, 1.0)
    distances = np.hypot(x[:-1] + along * dx, y[:-1] + along * dy)
    finite = distances[np.isfinite(distances)]
    return float(finite.min()) if finite.size else np.inf
