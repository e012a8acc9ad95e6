"""Plots: cached curves, handles that only ask, series with errors, and what the mouse and the keys do."""

import gc
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QLocale, QObject, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.gui.look.theme import DARK, LIGHT, SYMBOLS
from asplab.gui.plots.axes import Axis
from asplab.gui.plots.base import Plot
from asplab.gui.plots.crowd import Crowd
from asplab.gui.plots.curves import LayerCurves
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.handles import LineHandle, RegionHandle
from asplab.gui.plots.label_places import spread
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.plots.symbols import symbol_path

Make = Callable[..., Any]
WAVELENGTH_NM = np.linspace(400.0, 600.0, 401)
LEVELS = np.array([0.2, 0.5, 0.8])


@pytest.fixture(autouse=True)
def _english() -> Any:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def plot(make: Make) -> Plot:
    made: Plot = make(Plot, LIGHT, x_label="Wavelength (nm)", y_label="Intensity")
    return made


@pytest.fixture
def curves(plot: Plot) -> LayerCurves:
    layer = LayerCurves(LIGHT)
    plot.add_layer(layer)
    flat = np.repeat(LEVELS[:, None], WAVELENGTH_NM.size, axis=1)
    layer.display(WAVELENGTH_NM, flat, ["pl", "aspl", "pa"], ["low", "middle", "high"])
    plot.view_all()
    settle()
    return layer


@pytest.fixture
def region(plot: Plot) -> RegionHandle:
    handle = RegionHandle(LIGHT, label="window", scope="all spectra")
    plot.add_layer(handle, 20)
    plot.set_home(x=(400.0, 600.0), y=(0.0, 1.0))
    handle.display(480.0, 540.0)
    settle()
    return handle


def settle() -> None:
    QApplication.processEvents()
    QApplication.processEvents()


def image_of(plot: Plot) -> QImage:
    settle()
    return plot.grab().toImage()


def count(image: QImage, color: str) -> int:
    wanted = QColor(color).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


class Paints(QObject):
    """Counts the paint events of a widget."""

    def __init__(self, plot: Plot) -> None:
        super().__init__()
        self.count = 0
        plot.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


# --- curves ------------------------------------------------------------------------------------------------
def test_a_moved_handle_copies_the_curves_instead_of_painting_them(
    plot: Plot, curves: LayerCurves, region: RegionHandle
) -> None:
    builds = curves.builds
    for step in range(20):
        region.display(480.0 + step, 540.0)
        settle()
    assert curves.builds == builds


@pytest.mark.parametrize("cause", ["data", "zoom", "size", "theme"])
def test_the_curves_are_painted_again_when_they_change(plot: Plot, curves: LayerCurves, cause: str) -> None:
    builds = curves.builds
    if cause == "data":
        curves.display(WAVELENGTH_NM, np.zeros((2, WAVELENGTH_NM.size)), ["pl", "pa"])
    elif cause == "zoom":
        plot.display_view((450.0, 550.0), (0.0, 1.0))
    elif cause == "size":
        plot.window().resize(500, 300)
    else:
        plot.restyle(DARK)
    settle()
    assert curves.builds > builds


def test_curves_are_drawn_in_their_colours(plot: Plot, curves: LayerCurves) -> None:
    plot.display_view((450.0, 550.0), (0.0, 1.0))
    middle = plot.pixel_of(500.0, 0.5)
    image = image_of(plot)
    near = [QColor(image.pixel(middle.x(), middle.y() + shift)) for shift in range(-3, 4)]
    assert any(color.red() > color.green() + 40 for color in near)


def test_a_click_tells_the_nearest_curve_and_the_button(plot: Plot, curves: LayerCurves, click: Any) -> None:
    told: list[tuple[int, Any]] = []
    curves.curve_clicked.connect(lambda index, button, _modifiers: told.append((index, button)))
    click(plot, plot.pixel_of(500.0, 0.5) + QPoint(0, 4))
    click(plot, plot.pixel_of(430.0, 0.8), Qt.MouseButton.RightButton)
    assert told == [(1, Qt.MouseButton.LeftButton), (2, Qt.MouseButton.RightButton)]


def test_a_click_far_from_every_curve_hits_the_background(plot: Plot, curves: LayerCurves, click: Any) -> None:
    told: list[Any] = []
    curves.curve_clicked.connect(lambda *_: told.append("curve"))
    plot.background_clicked.connect(lambda *_: told.append("background"))
    click(plot, plot.pixel_of(500.0, 0.35))
    assert told == ["background"]


def test_picking_follows_the_line_between_its_points(plot: Plot, curves: LayerCurves) -> None:
    curves.display(np.array([400.0, 600.0]), np.array([[0.2, 0.8], [0.2, 0.2]]), ["pl", "pa"])
    assert curves.nearest(QPointF(plot.pixel_of(500.0, 0.5))) == 0


def test_the_selected_curve_is_drawn_in_the_accent_colour(plot: Plot, curves: LayerCurves) -> None:
    before = count(image_of(plot), LIGHT.accent)
    curves.display_selected(0)
    assert count(image_of(plot), LIGHT.accent) > before + 100


def test_falling_wavelengths_are_drawn_as_rising_ones(plot: Plot, curves: LayerCurves) -> None:
    slope = np.linspace(0.0, 1.0, WAVELENGTH_NM.size)[None, :]
    curves.display(WAVELENGTH_NM, slope, ["pl"])
    rising = image_of(plot)
    curves.display(WAVELENGTH_NM[::-1], slope[:, ::-1], ["pl"])
    assert image_of(plot) == rising


def test_a_gap_in_the_data_is_a_gap_in_the_curve(plot: Plot, curves: LayerCurves) -> None:
    values = np.full((1, WAVELENGTH_NM.size), 0.5)
    values[0, 100:300] = np.nan
    curves.display(WAVELENGTH_NM, values, ["pl"])
    settle()
    assert curves.nearest(QPointF(plot.pixel_of(500.0, 0.5))) is None
    assert curves.nearest(QPointF(plot.pixel_of(420.0, 0.5))) == 0


def test_curves_that_turn_back_are_refused(curves: LayerCurves) -> None:
    with pytest.raises(ValueError, match="sort"):
        curves.display([1.0, 3.0, 2.0], [[0.0, 1.0, 2.0]], ["pl"])


def test_a_missing_colour_is_refused(curves: LayerCurves) -> None:
    with pytest.raises(ValueError, match="2 curves"):
        curves.display([1.0, 2.0], [[0.0, 1.0], [1.0, 2.0]], ["pl"])


# --- handles -----------------------------------------------------------------------------------------------
def drag(plot: Plot, mouse: Any, start: QPoint, moves: list[int]) -> None:
    mouse(plot, "move", start, held=False)
    mouse(plot, "press", start)
    for shift in moves:
        mouse(plot, "move", start + QPoint(shift, 0))
    mouse(plot, "release", start + QPoint(moves[-1], 0))


def test_every_move_asks_and_the_handle_waits_for_its_owner(plot: Plot, region: RegionHandle, mouse: Any) -> None:
    asked: list[tuple[float, float]] = []
    region.dragged.connect(lambda low, high: asked.append((low, high)))
    drag(plot, mouse, plot.pixel_of(540.0, 0.3), [1, 2, 3, 30])
    assert len(asked) == 4
    assert [low for low, _ in asked] == [480.0] * 4
    per_pixel = 200.0 / plot.box.width()
    assert asked[-1][1] == pytest.approx(540.0 + 30 * per_pixel)
    assert region.region == (480.0, 540.0)


def test_a_drag_starts_and_finishes_once(plot: Plot, region: RegionHandle, mouse: Any) -> None:
    told: list[str] = []
    region.drag_started.connect(lambda: told.append("start"))
    region.dragged.connect(region.display)
    region.drag_finished.connect(lambda: told.append("finish"))
    drag(plot, mouse, plot.pixel_of(480.0, 0.3), [1, 2, 3])
    assert told == ["start", "finish"]


def test_a_click_without_movement_is_no_drag(plot: Plot, region: RegionHandle, mouse: Any) -> None:
    told: list[str] = []
    region.drag_finished.connect(lambda: told.append("finish"))
    drag(plot, mouse, plot.pixel_of(480.0, 0.3), [0])
    assert told == []


def test_displaying_a_window_tells_nobody(region: RegionHandle, qtbot: Any) -> None:
    with qtbot.assertNotEmitted(region.dragged), qtbot.assertNotEmitted(region.drag_finished):
        region.display(490.0, 530.0)
    assert region.region == (490.0, 530.0)


def test_the_name_at_the_top_moves_both_edges(plot: Plot, region: RegionHandle, mouse: Any) -> None:
    region.dragged.connect(region.display)
    drag(plot, mouse, plot.pixel_of(510.0, 1.0) + QPoint(0, 10), [20])
    low, high = region.region or (0.0, 0.0)
    assert high - low == pytest.approx(60.0)
    assert low > 481.0


def test_an_edge_dragged_past_the_other_takes_its_part(plot: Plot, region: RegionHandle, mouse: Any) -> None:
    region.dragged.connect(region.display)
    start = plot.pixel_of(480.0, 0.3)
    drag(plot, mouse, start, [plot.pixel_of(560.0, 0.3).x() - start.x()])
    low, high = region.region or (0.0, 0.0)
    assert low == 540.0
    assert high == pytest.approx(560.0, abs=0.5)


def test_a_window_in_the_wrong_order_is_refused(region: RegionHandle) -> None:
    with pytest.raises(ValueError, match="540"):
        region.display(540.0, 480.0)


def test_dragging_inside_the_window_pans_the_plot(plot: Plot, region: RegionHandle, mouse: Any, qtbot: Any) -> None:
    before, start = plot.view, plot.pixel_of(510.0, 0.3)
    with qtbot.assertNotEmitted(region.dragged):
        mouse(plot, "press", start)
        for shift in (10, 40):
            # The view, unlike a handle, takes at most a thousand moves a second.
            qtbot.wait(5)
            mouse(plot, "move", start + QPoint(shift, 0))
        mouse(plot, "release", start + QPoint(40, 0))
    assert plot.view[0][0] < before[0][0]


def test_arrow_keys_move_the_focused_edge_as_one_gesture(plot: Plot, region: RegionHandle) -> None:
    told: list[str] = []
    region.drag_started.connect(lambda: told.append("start"))
    region.dragged.connect(region.display)
    region.drag_finished.connect(lambda: told.append("finish"))
    plot.setFocus()
    region.focus_part(forward=True)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert region.region == pytest.approx((479.1, 540.0))
    assert told == ["start", "finish"] * 2


def test_tab_walks_through_the_edges_and_then_leaves(plot: Plot, region: RegionHandle) -> None:
    region.dragged.connect(region.display)
    plot.setFocus()
    steps = [plot.focusNextPrevChild(True) for _ in range(3)]
    assert steps == [True] * 3
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert region.region == pytest.approx((480.1, 540.1))
    plot.focusNextPrevChild(True)
    assert plot.scene().focusItem() is None


def test_the_hint_over_an_edge_names_its_scope(plot: Plot, region: RegionHandle, mouse: Any) -> None:
    hints: list[str] = []
    plot.hint_changed.connect(hints.append)
    mouse(plot, "move", plot.pixel_of(480.0, 0.3), held=False)
    mouse(plot, "move", plot.pixel_of(430.0, 0.3), held=False)
    assert "all spectra" in hints[0]
    assert "zooms" in hints[1]


def test_a_cutoff_asks_for_its_new_place(plot: Plot, region: RegionHandle, mouse: Any) -> None:
    cutoff = LineHandle(LIGHT, label="short-pass", scope="every spectrum with it", color="warn", row=1)
    plot.add_layer(cutoff, 21)
    cutoff.display(525)
    settle()
    asked: list[float] = []
    cutoff.dragged.connect(asked.append)
    drag(plot, mouse, plot.pixel_of(525.0, 0.3), [-10])
    assert asked[0] == pytest.approx(525.0 - 10 * 200.0 / plot.box.width())
    assert cutoff.place == 525.0


def test_a_step_of_a_drag_paints_once(plot: Plot, curves: LayerCurves, region: RegionHandle, mouse: Any) -> None:
    region.dragged.connect(region.display)
    start = plot.pixel_of(540.0, 0.3)
    mouse(plot, "move", start, held=False)
    mouse(plot, "press", start)
    settle()
    paints = Paints(plot)
    for step in range(1, 11):
        mouse(plot, "move", start + QPoint(step, 0))
        settle()
    mouse(plot, "release", start)
    assert paints.count == 10


def test_six_hundred_drag_steps_keep_none_alive(
    plot: Plot, curves: LayerCurves, region: RegionHandle, mouse: Any
) -> None:
    region.dragged.connect(region.display)
    start = plot.pixel_of(540.0, 0.3)
    mouse(plot, "press", start)
    # Garbage of earlier tests also holds None, thousands of times; none of it may go during the count.
    gc.collect()
    gc.disable()
    try:
        before = sys.getrefcount(None)
        for step in range(600):
            mouse(plot, "move", start + QPoint(1 + step % 40, 0))
            QApplication.processEvents()
        after = sys.getrefcount(None)
    finally:
        gc.enable()
    mouse(plot, "release", start)
    assert region.region is not None
    # Below 3.12 every void call of a broken binding drops a reference; later None is immortal.
    assert after >= before - 100


# --- series ------------------------------------------------------------------------------------------------
def series(**options: Any) -> Series:
    x = np.array([20.0, 40.0, 60.0])
    values: dict[str, Any] = {"x": x, "y": x / 100, "error": np.full(3, 0.05), "color": "aspl", "tips": ("a", "b", "c")}
    return Series(**{**values, **options})


@pytest.fixture
def results(make: Make) -> SeriesPlot:
    made: SeriesPlot = make(SeriesPlot, LIGHT, x_label="ΔE (meV)", y_label="η")
    made.display([series(), series(y=np.array([0.6, 0.3, 0.1]), color="pa")])
    made.view_all()
    settle()
    return made


def test_a_click_tells_series_point_and_button(results: SeriesPlot, click: Any) -> None:
    told: list[tuple[int, int, Any]] = []
    results.point_clicked.connect(lambda *hit: told.append(hit))
    click(results, results.pixel_of(40.0, 0.4))
    click(results, results.pixel_of(60.0, 0.1), Qt.MouseButton.RightButton)
    assert told == [(0, 1, Qt.MouseButton.LeftButton), (1, 2, Qt.MouseButton.RightButton)]


def test_a_right_click_asks_for_a_menu_after_it_told_the_point(results: SeriesPlot, click: Any) -> None:
    told: list[str] = []
    results.point_clicked.connect(lambda *_: told.append("point"))
    results.context_requested.connect(lambda _: told.append("menu"))
    click(results, results.pixel_of(40.0, 0.4), Qt.MouseButton.RightButton)
    assert told == ["point", "menu"]


def test_the_menu_key_asks_for_a_menu(results: SeriesPlot, qtbot: Any) -> None:
    reason = QContextMenuEvent.Reason.Keyboard
    with qtbot.waitSignal(results.context_requested):
        QApplication.sendEvent(results.viewport(), QContextMenuEvent(reason, QPoint(5, 5), QPoint(5, 5)))


def test_the_tip_belongs_to_the_point_under_the_mouse(results: SeriesPlot) -> None:
    layer = results.series_layer
    assert layer.tip(QPointF(results.pixel_of(60.0, 0.6))) == "c"
    assert layer.tip(QPointF(results.pixel_of(50.0, 0.05))) == ""


def test_an_excluded_point_is_open(results: SeriesPlot) -> None:
    results.display([series(error=None)])
    filled = count(image_of(results), LIGHT.aspl)
    results.display([series(error=None, excluded=[False, True, False])])
    assert 0 < count(image_of(results), LIGHT.aspl) < filled


def test_the_selected_point_has_a_ring(results: SeriesPlot) -> None:
    before = count(image_of(results), LIGHT.accent)
    results.display_selected(0, 1)
    assert count(image_of(results), LIGHT.accent) > before + 5


@pytest.mark.parametrize("error", [np.full(3, 0.2), np.full((2, 3), 0.2)])
def test_errors_are_vertical_bars_of_their_length(results: SeriesPlot, error: np.ndarray) -> None:
    results.set_home(x=(0.0, 80.0), y=(-0.5, 1.5))
    results.display([series(error=error)])
    image = image_of(results)
    inside, outside = results.pixel_of(40.0, 0.55), results.pixel_of(40.0, 0.65)
    columns = range(inside.x() - 1, inside.x() + 2)
    assert any(image.pixel(x, inside.y()) == QColor(LIGHT.aspl).rgb() for x in columns)
    assert all(image.pixel(x, outside.y()) != QColor(LIGHT.aspl).rgb() for x in columns)


def test_missing_numbers_are_left_out_without_harm(results: SeriesPlot) -> None:
    nan = np.array([0.2, np.nan, 0.6])
    results.display([series(y=nan, error=nan, line_x=[0.0, 50.0, 100.0], line_y=nan, band_low=nan, band_high=nan)])
    image_of(results)
    assert results.series_layer.nearest(QPointF(results.pixel_of(20.0, 0.2))) == (0, 0)


def test_no_series_at_all_can_be_shown(results: SeriesPlot) -> None:
    results.display([])
    results.view_all()
    image_of(results)
    assert results.view[0] == (0.0, 1.0)


def test_arrays_of_unequal_length_are_refused_by_name(results: SeriesPlot) -> None:
    with pytest.raises(ValueError, match="80 K"):
        results.display([series(label="80 K", x=[1.0, 2.0])])


def test_a_label_at_the_flank_stands_clear_of_the_curve(results: SeriesPlot) -> None:
    x = np.linspace(0.0, 100.0, 401)
    y = np.exp(-0.5 * ((x - 40.0) / 6.0) ** 2)
    results.display([Series("text", "mean", "flank", line_x=x, line_y=y)])
    results.view_all()
    results.grab()
    height, left = results.series_layer._label_end(results.series_layer._drawn[0], results.series_layer.pixel_map())
    half = np.flatnonzero((x > 40.0) & (y < 0.5))[0]
    at = results.pixel_of(float(x[half]), float(y[half]))
    assert height == pytest.approx(at.y(), abs=2.0)
    assert left - at.x() > 10.0


def test_labels_of_neighbouring_curves_do_not_overlap(results: SeriesPlot) -> None:
    flat = np.array([0.0, 100.0])
    close = [Series("pl", f"{i} meV", line_x=flat, line_y=np.full(2, 0.5 + 0.001 * i)) for i in range(4)]
    results.display(close)
    results.set_home(y=(0.0, 1.0))
    image, ink, right = image_of(results), QColor(LIGHT.text_color("pl")).rgb(), results.pixel_of(100.0, 0.5).x() + 5
    rows = [any(image.pixel(x, y) == ink for x in range(right, image.width())) for y in range(image.height())]
    blocks = sum(now and not before for before, now in zip([False, *rows], rows, strict=False))
    assert blocks >= 4


def test_crowded_labels_at_the_top_are_not_cut(results: SeriesPlot) -> None:
    flat = np.array([0.0, 100.0])
    top = [Series("pl", f"{i} meV", line_x=flat, line_y=np.full(2, 0.99 + 0.002 * i)) for i in range(4)]
    results.display(top)
    results.set_home(y=(0.0, 1.0))
    layer, to_pixel = results.series_layer, results.series_layer.pixel_map()
    ends = sorted((*layer._label_end(one, to_pixel), one) for one in layer._drawn)
    highest, lowest = (float(to_pixel.y(y)) for y in (1.0, 0.0))
    heights = [height for height, _, _ in spread(ends, highest + 7.5, lowest - 7.5)]
    assert min(heights) >= highest + 7.5
    assert min(np.diff(heights)) > 14.0


def test_all_data_leave_room_for_the_labels(results: SeriesPlot) -> None:
    results.display([series()])
    results.view_all()
    without = results.view[0][1]
    results.display([series(label="a label of some length")])
    results.view_all()
    assert results.view[0][1] > without + 5


def test_a_logarithmic_plot_counts_what_it_cannot_show(make: Make) -> None:
    plot: SeriesPlot = make(SeriesPlot, LIGHT, log_x=True, log_y=True)
    plot.display([series(x=[1.0, 10.0, 100.0], y=[-1.0, 10.0, 1000.0], error=[1.0, 20.0, 1.0])])
    plot.set_home(y=(0.0, 3.0))
    # The words stand at the lower left, above the axis and beside the first point.
    corner = plot.pixel_of(0.0, 0.0) + QPoint(8, -40)
    told = count(image_of(plot).copy(QRect(corner, QSize(200, 30))), LIGHT.panel)
    assert plot.series_layer.data_bounds() == ((0.0, 2.0), (1.0, 3.0))
    plot.display([series(x=[1.0, 10.0, 100.0], y=[1.0, 10.0, 1000.0], error=[1.0, 20.0, 1.0])])
    assert count(image_of(plot).copy(QRect(corner, QSize(200, 30))), LIGHT.panel) > told + 100


@pytest.mark.parametrize("kind", SYMBOLS)
def test_every_symbol_of_the_theme_can_be_drawn(kind: str) -> None:
    assert symbol_path(kind).boundingRect().width() > 0.5


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(ValueError, match="blob"):
        symbol_path("blob")


# --- the plot itself ---------------------------------------------------------------------------------------
def test_a_zoom_survives_new_data_until_all_is_asked_for(plot: Plot, curves: LayerCurves) -> None:
    home = plot.view
    plot.display_view((450.0, 500.0), (0.0, 1.0))
    plot.fit()
    assert plot.view[0] == (450.0, 500.0)
    QTest.keyClick(plot, Qt.Key.Key_A)
    assert plot.view == home


def test_a_double_click_shows_all(plot: Plot, curves: LayerCurves, mouse: Any) -> None:
    home = plot.view
    plot.display_view((450.0, 500.0), (0.0, 0.4))
    point = plot.pixel_of(475.0, 0.1)
    for kind in ("press", "release", "double", "release"):
        mouse(plot, kind, point)
    assert plot.view == home


def test_a_fixed_home_does_not_follow_the_data(results: SeriesPlot) -> None:
    results.set_home(y=(-0.1, 1.2))
    results.display([series(y=[5.0, 6.0, 7.0])])
    results.view_all()
    assert results.view[1] == (-0.1, 1.2)


def test_another_theme_repaints_the_ground(plot: Plot) -> None:
    plot.restyle(DARK)
    assert count(image_of(plot), DARK.panel) > 10_000


def test_guides_stay_behind_and_out_of_the_range(results: SeriesPlot) -> None:
    guides = Guides(LIGHT)
    results.add_layer(guides, -5)
    before = results.view
    guides.display([Guide("y", 1.0, label="unity"), Guide("x", 18.0, 19.0, "Pb–Br stretch")])
    image_of(results)
    results.view_all()
    assert results.view == before
    assert results.layers[0] is guides


# --- axes --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "spacing", "texts"),
    [
        ([0.0001, 0.0002], 0.0001, ["0.0001", "0.0002"]),
        ([-10.0, 0.0, 10.0], 10.0, ["−10", "0", "10"]),
        ([20000.0, 50000.0], 10000.0, ["20000", "50000"]),
        ([0.0, 1.0e7, 1.5e7], 5.0e6, ["0", "1.0×10⁷", "1.5×10⁷"]),
    ],
)
def test_ticks_are_plain_numbers(
    application: QApplication, values: list[float], spacing: float, texts: list[str]
) -> None:
    assert Axis("bottom", LIGHT).tickStrings(values, 1.0, spacing) == texts


def test_ticks_follow_the_locale(application: QApplication) -> None:
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert Axis("bottom", LIGHT).tickStrings([0.5], 1.0, 0.5) == ["0,5"]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([-1.0, 0.0, 1.0], ["0.1", "1", "10"]),
        ([3.0, 4.0], ["1000", "10000"]),
        ([5.0, 6.0], ["10⁵", "10⁶"]),
        ([-4.0], ["10⁻⁴"]),
    ],
)
def test_logarithmic_ticks_are_numbers_or_powers(
    application: QApplication, values: list[float], texts: list[str]
) -> None:
    assert Axis("left", LIGHT, logarithmic=True).tickStrings(values, 1.0, 1.0) == texts


def test_ticks_have_one_level_and_room(application: QApplication) -> None:
    (spacing, offset), *rest = Axis("bottom", LIGHT).tickSpacing(0.0, 200.0, 400.0)
    assert (spacing, offset, rest) == (50.0, 0.0, [])


def test_a_short_logarithmic_axis_has_no_more_numbers_than_room(application: QApplication) -> None:
    axis = Axis("bottom", LIGHT, logarithmic=True)
    ((_, narrow),) = axis.tickValues(0.6, 3.2, 250.0)
    ((_, wide),) = axis.tickValues(0.6, 3.2, 900.0)
    assert narrow.tolist() == [1.0, 2.0, 3.0]
    assert len(wide) > 6


def test_points_that_stand_back_are_faint_where_their_bars_fill_the_plot(application: QApplication) -> None:
    crowd, plot = Crowd(LIGHT), Plot(LIGHT)
    plot.add_layer(crowd)
    plot.resize(300, 200)
    plot.display_view((0.0, 3.0), (0.0, 1.0))
    y, error = np.array([[0.5, 0.5]]), np.array([[0.05, 9.0]])
    crowd.display(np.array([[1.0, 2.0]]), y, ["pl"], across=np.stack((y - error, y + error)))
    picture = plot.grab().toImage()
    colors = [picture.pixelColor(plot.pixel_of(x, 0.5)) for x in (1.0, 2.0)]
    assert colors[0].green() < colors[1].green()
    plot.close()
    plot.deleteLater()
