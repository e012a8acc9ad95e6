"""What hand and keys do in every plot: zoom history, walking, boxes, names, copying."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.gui.look.theme import LIGHT
from asplab.gui.plots.axes import Axis
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.handles import LineHandle
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.plots.zoom_history import ZoomHistory
from asplab.gui.widgets.text import rich_width

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Clock:
    """Seconds that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def plot(make: Callable[..., Any]) -> SeriesPlot:
    plot = make(SeriesPlot, LIGHT, x_label="ΔE<sub>S</sub> (meV)", y_label="R")
    plot.display(
        [
            Series(
                "pl", "first", x=[0.0, 10.0, 20.0], y=[1.0, 2.0, 3.0], tips=["a", "b", "c"], keys=["k0", "k1", "k2"]
            ),
            Series("aspl", "second", x=[0.0, 10.0, 20.0], y=[5.0, 6.0, 7.0], error=[0.1, 0.2, 0.3]),
        ]
    )
    plot.setFocus()
    return plot


def drag(plot: SeriesPlot, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    """Drag over a plot with a key held."""
    left, none, target = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, plot.viewport()
    middle = (start + end) / 2
    for kind, point, button, held in (
        (QEvent.Type.MouseMove, start, none, none),
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, middle, none, left),
        (QEvent.Type.MouseMove, end, none, left),
        (QEvent.Type.MouseButtonRelease, end, left, none),
    ):
        place, world = QPointF(point), QPointF(target.mapToGlobal(point))
        # Moves of the same millisecond are dropped.
        QTest.qWait(2)
        QApplication.sendEvent(target, QMouseEvent(kind, place, world, button, held, modifiers))


# --- zoom history --------------------------------------------------------------------------------------------
def test_the_zoom_goes_back_and_forward() -> None:
    history = ZoomHistory(Clock())
    views = [((0.0, 1.0), (0.0, 1.0)), ((0.2, 0.8), (0.0, 1.0))]
    for view in views:
        history.visit(view)
    assert history.step(-1) == views[0]
    assert history.step(-1) is None
    assert not history.can_step(-1)
    assert history.step(1) == views[0]


def test_a_new_zoom_forgets_those_ahead() -> None:
    history = ZoomHistory(Clock())
    for low in (0.1, 0.2, 0.3):
        history.visit(((low, 1.0), (0.0, 1.0)))
    history.step(-1)
    history.visit(((0.5, 1.0), (0.0, 1.0)))
    assert not history.can_step(1)
    assert history.step(-1) == ((0.2, 1.0), (0.0, 1.0))


def test_the_notches_of_a_wheel_are_one_zoom() -> None:
    history = ZoomHistory(lambda: 5.0)
    for low in (0.1, 0.2, 0.3):
        history.visit(((low, 1.0), (0.0, 1.0)))
    assert history.step(-1) is None


def test_keys_zoom_pan_and_go_back(plot: SeriesPlot) -> None:
    (left, right), (bottom, top) = home = plot.view
    QTest.keyClick(plot, Qt.Key.Key_Plus, CTRL)
    assert plot.view[0][1] - plot.view[0][0] == pytest.approx(0.8 * (right - left))
    QTest.keyClick(plot, Qt.Key.Key_Backspace)
    assert plot.view == (pytest.approx(home[0]), pytest.approx(home[1]))
    assert plot.is_at_home
    QTest.keyClick(plot, Qt.Key.Key_Backspace, SHIFT)
    assert plot.view[0][1] - plot.view[0][0] == pytest.approx(0.8 * (right - left))
    QTest.keyClick(plot, Qt.Key.Key_A)
    QTest.keyClick(plot, Qt.Key.Key_Right, CTRL)
    assert plot.view[0][0] == pytest.approx(left + 0.1 * (right - left))
    assert plot.view[1] == (pytest.approx(bottom), pytest.approx(top))


# --- walking -------------------------------------------------------------------------------------------------
def test_arrow_keys_walk_along_a_series_and_to_the_next(plot: SeriesPlot) -> None:
    def reached() -> tuple[int, int]:
        at = plot.walking.cursor.at
        assert at is not None
        return at[1].parts

    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert reached()[1] == 0
    start = reached()[0]
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert reached() == (start, 1)
    QTest.keyClick(plot, Qt.Key.Key_Up if start == 0 else Qt.Key.Key_Down)
    assert reached() == (1 - start, 1)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert reached() == (1 - start, 0)


def test_a_point_reached_by_keys_says_what_it_is_and_is_selected_by_enter(plot: SeriesPlot) -> None:
    hints: list[str] = []
    hits: list[tuple[int, int]] = []
    plot.hint_changed.connect(hints.append)
    plot.point_clicked.connect(lambda series, point, _button: hits.append((series, point)))
    plot.name_sources(lambda key: f"file of {key}")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(plot, key)
    assert hints[-1] == "b · file of k1 · Enter selects"
    assert plot.accessibleDescription() == "b · file of k1"
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert hits == [(0, 1)]
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.walking.cursor.at is None


# --- boxes ---------------------------------------------------------------------------------------------------
def test_a_box_drawn_with_shift_tells_every_point_inside_and_moves_nothing(plot: SeriesPlot) -> None:
    told: list[object] = []
    plot.gathering_began.connect(lambda keeps: told.append(("began", keeps)))
    plot.point_clicked.connect(lambda series, point, _button: told.append((series, point)))
    plot.gathering_finished.connect(lambda: told.append("finished"))
    before = plot.view
    drag(plot, plot.pixel_of(-0.2, 3.5), plot.pixel_of(12.0, 0.8), SHIFT)
    assert told == [("began", False), (0, 0), (0, 1), "finished"]
    assert plot.view == before


def test_a_drag_without_shift_still_moves_the_view(plot: SeriesPlot) -> None:
    before = plot.view
    drag(plot, plot.pixel_of(5.0, 4.0), plot.pixel_of(9.0, 4.0), Qt.KeyboardModifier.NoModifier)
    assert plot.view != before


# --- rings, names, clipboard ---------------------------------------------------------------------------------
def test_a_measurement_is_ringed_wherever_its_key_stands(plot: SeriesPlot) -> None:
    def is_ringed(x: float, y: float) -> bool:
        image = plot.grab().toImage()
        centre, accent = plot.pixel_of(x, y), LIGHT.color("accent").rgb()
        ratio = image.devicePixelRatio()
        box = QRect(centre - QPoint(11, 11), centre + QPoint(11, 11))
        return any(
            image.pixel(int(px * ratio), int(py * ratio)) == accent
            for px in range(box.left(), box.right())
            for py in range(box.top(), box.bottom())
        )

    assert not is_ringed(10.0, 2.0)
    plot.display_ringed(frozenset({"k1"}))
    assert is_ringed(10.0, 2.0)
    assert not is_ringed(20.0, 3.0)


def test_a_plot_and_its_viewport_are_named_after_the_axes(plot: SeriesPlot) -> None:
    assert plot.accessibleName() == plot.viewport().accessibleName() == "Plot of R against ΔES (meV)"


def test_a_copied_plot_is_a_picture_and_a_table(plot: SeriesPlot) -> None:
    content = plot.copied()
    assert content.hasImage()
    lines = [line.split("\t") for line in content.text().splitlines()]
    assert lines[0] == [
        "ΔES (meV) [first]", "R [first]", "measurement [first]",
        "ΔES (meV) [second]", "R [second]", "R [second], lower error", "R [second], upper error",
    ]  # fmt: skip
    assert lines[2] == ["10.0", "2.0", "k1", "10.0", "6.0", "0.2", "0.2"]


# --- labels and ticks ----------------------------------------------------------------------------------------
def test_a_label_stands_aside_of_an_edge(plot: SeriesPlot) -> None:
    handle = LineHandle(LIGHT, label="edge", scope="all")
    plot.add_layer(handle, z=20)
    plot.display([Series("pl", "a long label here", "start", line_x=[5.0, 20.0], line_y=[2.0, 3.0])])
    plot.view_all()
    (free,) = plot.series_layer.label_places()
    handle.display(5.0 + 30.0 * (plot.view[0][1] - plot.view[0][0]) / plot.box.width())
    (aside,) = plot.series_layer.label_places()
    edge = plot.pixel_of(handle.place, 0.0).x()
    width = rich_width("a long label here", QFont(plot.font()))
    assert free < edge < free + width
    assert aside > edge or aside + 0.8 * width < edge


def test_the_labels_of_curves_stand_in_one_column_where_one_ends_early(plot: SeriesPlot) -> None:
    plot.display(
        [
            Series("pl", "short", line_x=[0.0, 8.0], line_y=[1.0, 2.0]),
            Series("aspl", "long", line_x=[0.0, 20.0], line_y=[1.0, 1.5]),
        ]
    )
    (short, _), (long, _) = plot.series_layer.labels_px()
    assert short == long == 20.0


@pytest.mark.parametrize(("low", "high", "pixels"), [(0.0, 830.0, 255), (1950.0, 2980.0, 255), (-500.0, 305.0, 610)])
def test_an_axis_has_three_numbers_where_they_fit(low: float, high: float, pixels: int) -> None:
    axis = Axis("bottom", LIGHT)
    ((step, _),) = axis.tickSpacing(low, high, pixels)
    count = math.floor(high / step) - math.ceil(low / step) + 1
    assert count >= 3
    assert step / (high - low) * pixels >= 46
