"""What a newcomer does in the first half hour: exclude from a plot, go astray and back, undo, read messages."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton

from asplab.core import Document
from asplab.core.experiment import Experiment, Spectrum
from asplab.gui.bindings import Bindings
from asplab.gui.plots.base import Plot
from asplab.gui.step_list import MORE, STEPS
from asplab.gui.widgets.fields import NumberField
from asplab.gui.words.hints import hint_for

Until = Callable[..., None]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(bound: Bindings, plot: Plot, place: QPoint, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseMove(plot.viewport(), place)
    QTest.mouseClick(plot.viewport(), button, Qt.KeyboardModifier.NoModifier, place)
    QApplication.processEvents()


def show_step(bound: Bindings, key: Qt.Key) -> None:
    """Press the key of a step and wait until its axes stand where they stay."""
    QTest.keyClick(bound.window, key)
    QApplication.processEvents()
    bound.window.grab()
    QApplication.processEvents()


def eta_point(bound: Bindings, t: int = 0, j: int = 2) -> tuple[Plot, QPoint, str]:
    """Show the efficiency step and return its plot, one of its points and the condition behind it."""
    show_step(bound, Qt.Key.Key_6)
    assert bound.session.results is not None
    fit = bound.session.results.efficiency
    assert fit is not None
    plot = bound.page.plot  # type: ignore[attr-defined]
    return plot, plot.pixel_of(float(fit.detuning_mev[t, j]), float(fit.eta[t, j])), fit.keys[t][j]


def entry(bound: Bindings, words: str) -> QAction:
    return next(action for action in bound.hand.menu.actions() if action.text().startswith(words))


def choose(bound: Bindings, words: str) -> None:
    """Click an entry of the open menu."""
    QTest.mouseClick(bound.hand.menu, LEFT, pos=bound.hand.menu.actionGeometry(entry(bound, words)).center())
    QApplication.processEvents()


def reason(bound: Bindings, key: str) -> str | None:
    assert bound.session.document is not None
    return bound.session.document.exclusions.reason(key)


def settled(bound: Bindings) -> bool:
    return bound.session.is_settled and bound.jobs.is_idle


def drag_edge_away(bound: Bindings, until: Until) -> None:
    """Type a window that holds none of the band; nothing can be computed then."""
    bound.intents.edit_setting("integration", "window_nm", (700.0, 800.0))
    until(lambda: settled(bound))
    assert bound.session.results is not None
    assert bound.session.results.efficiency is None


# --- the bar of steps ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [960, 1100, 1440, 1920])
def test_no_step_is_cut_and_none_is_lost(opened: Bindings, width: int, application: QApplication) -> None:
    window, bar = opened.window, opened.window.toolbar.steps
    window.resize(width, 700)
    application.processEvents()
    font = QFont(bar.font())
    font.setWeight(QFont.Weight.DemiBold)
    shown = [button for button in bar.findChildren(QToolButton) if button.isVisible()]
    for button in shown:
        words = button.text().replace("&&", "&")
        assert button.width() >= QFontMetrics(font).horizontalAdvance(words) + 6, words
        assert bar.rect().contains(button.geometry()), words
    names = {button.objectName() for button in shown}
    assert {key for key, _ in (*STEPS, *MORE)} == {name for name in names if name} | set(bar.in_menu)
    assert (width < 1440) or set(bar.in_menu) == {key for key, _ in MORE}


def test_a_step_that_finds_no_room_is_reached_through_the_menu(opened: Bindings, application: QApplication) -> None:
    bar = opened.window.toolbar.steps
    bar.setFixedWidth(bar.minimumSizeHint().width() + 120)
    application.processEvents()
    assert "polaron" in bar.in_menu
    more = next(button for button in bar.findChildren(QToolButton) if button.menu() is not None)
    action = next(action for action in more.menu().actions() if action.data() == "polaron")
    assert action.isVisible()
    action.trigger()
    assert opened.looking.view.step == "polaron"
    assert "Polaron" in more.text()
    assert more.isChecked()


# --- axes ------------------------------------------------------------------------------------------------------
def views(bound: Bindings) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return [plot.view for plot in bound.page.findChildren(Plot)]


@pytest.mark.parametrize("step", ["overview", "spectra", "ratio", "efficiency", "polaron"])
def test_axes_chosen_in_an_error_state_are_chosen_again_after_it(step: str, opened: Bindings, until: Until) -> None:
    opened.looking.choose_step(step)
    opened.looking.choose_temperature(1)
    until(lambda: settled(opened) and any(plot.isVisible() for plot in opened.page.findChildren(Plot)))
    opened.window.grab()
    wanted = views(opened)
    opened.looking.choose_temperature(0)
    until(lambda: settled(opened))
    drag_edge_away(opened, until)
    QTest.keyClick(opened.window, Qt.Key.Key_PageDown)
    until(lambda: opened.looking.view.temperature == 1 and settled(opened))
    QTest.keyClick(opened.window, Qt.Key.Key_Z, CONTROL)
    until(lambda: settled(opened))
    opened.window.grab()
    for found, expected in zip(views(opened), wanted, strict=True):
        for axis in (0, 1):
            assert found[axis] == pytest.approx(expected[axis], rel=1e-6, abs=1e-6)


def test_a_zoom_of_the_user_survives_an_error_state(opened: Bindings, until: Until) -> None:
    plot, _, _ = eta_point(opened)
    plot.box.setXRange(10.0, 60.0, padding=0.0)
    plot.box.sigRangeChangedManually.emit([True, True])
    zoom = plot.view
    drag_edge_away(opened, until)
    QTest.keyClick(opened.window, Qt.Key.Key_Z, CONTROL)
    until(lambda: settled(opened))
    assert plot.view == zoom
    assert not plot.is_at_home


# --- excluding from a plot -------------------------------------------------------------------------------------
def test_a_point_is_excluded_from_its_menu_and_shown_so_before_the_results_follow(
    opened: Bindings, until: Until
) -> None:
    plot, place, key = eta_point(opened)
    before = opened.session.results
    press(opened, plot, place, RIGHT)
    assert opened.looking.view.stack == key
    choose(opened, "Exclude: drift")
    assert reason(opened, key) == "drift"
    node = opened.tree.node_of(key)
    assert node is not None
    assert opened.tree.model.data(opened.tree.model.index_of(node), Qt.ItemDataRole.FontRole).strikeOut()
    assert opened.inspector.exclude_buttons["stack"].text() == "Bring back this condition"
    assert opened.window.status._job.isVisible()
    assert opened.window.status._job.text() == "Recomputing…"
    assert opened.session.results is before
    # The window answers meanwhile.
    QTest.keyClick(opened.window, Qt.Key.Key_1)
    assert opened.window.toolbar.steps.current == "overview"
    until(lambda: settled(opened))
    assert opened.session.results is not before
    assert not opened.window.status._job.isVisible()
    assert opened.tree.model.data(opened.tree.model.index_of(node), Qt.ItemDataRole.FontRole).strikeOut()


def test_an_excluded_point_is_brought_back_from_its_menu(opened: Bindings, until: Until) -> None:
    plot, place, key = eta_point(opened)
    opened.intents.exclude(key, "misaligned")
    until(lambda: settled(opened))
    press(opened, plot, place, RIGHT)
    choose(opened, "Bring back (misaligned)")
    assert reason(opened, key) is None


def test_another_reason_is_typed_at_once_and_the_focus_returns_to_the_plot(opened: Bindings, until: Until) -> None:
    plot, place, key = eta_point(opened)
    press(opened, plot, place)
    assert plot.hasFocus()
    press(opened, plot, place, RIGHT)
    choose(opened, "Exclude: other…")
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit)
    QTest.keyClicks(focused, "lamp was off")
    QTest.keyClick(focused, Qt.Key.Key_Return)
    assert reason(opened, key) == "lamp was off"
    assert plot.hasFocus()
    until(lambda: settled(opened))


def test_a_point_is_selected_with_the_left_and_excluded_with_x(opened: Bindings, until: Until) -> None:
    plot, place, key = eta_point(opened, j=3)
    press(opened, plot, place)
    assert opened.looking.view.stack == key
    QTest.keyClick(plot, Qt.Key.Key_X)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert reason(opened, key) == "outlier"
    until(lambda: settled(opened))


def test_a_point_of_another_temperature_selects_that_temperature_too(opened: Bindings) -> None:
    plot, place, key = eta_point(opened, t=1, j=6)
    press(opened, plot, place)
    assert opened.looking.view.temperature == 1
    assert opened.looking.view.stack == key


def test_the_measurement_behind_a_point_is_shown_among_the_spectra(opened: Bindings) -> None:
    plot, place, key = eta_point(opened)
    press(opened, plot, place, RIGHT)
    choose(opened, "Show this measurement")
    assert opened.looking.view.step == "spectra"
    assert opened.looking.view.stack == key
    assert opened.tree.model.node(opened.tree.view.currentIndex()).key == key


def test_a_curve_offers_to_exclude_its_repeat(opened: Bindings, until: Until) -> None:
    show_step(opened, Qt.Key.Key_3)
    page: Any = opened.page
    x, y = page.curves._x[1], page.curves._y[1]
    peak = int(y.argmax())
    press(opened, page.plot, page.plot.pixel_of(float(x[peak]), float(y[peak])), RIGHT)
    source = opened.looking.view.record
    assert source
    choose(opened, "Exclude: saturated")
    assert reason(opened, source) == "saturated"
    until(lambda: settled(opened))


def test_beside_all_points_the_menu_is_that_of_the_plot(opened: Bindings) -> None:
    plot, place, _ = eta_point(opened)
    press(opened, plot, place)
    press(opened, plot, QPoint(plot.width() - 30, 40), RIGHT)
    offered = [action.text().partition("\t")[0] for action in opened.hand.menu.actions()]
    assert offered == ["Copy plot", "View all", "Zoom back", "Zoom forward"]
    opened.hand.menu.close()


def test_from_the_keyboard_the_menu_is_that_of_the_selection(opened: Bindings, application: QApplication) -> None:
    plot, place, _ = eta_point(opened)
    press(opened, plot, place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), plot.mapToGlobal(QPoint(5, 5)))
    application.sendEvent(plot, event)
    assert entry(opened, "Exclude: outlier").isVisible()
    assert opened.hand.menu.actions()[0].text().startswith("120 K, ASPL ")
    opened.hand.menu.close()


# --- undo in a field -------------------------------------------------------------------------------------------
def guard_field(bound: Bindings) -> NumberField:
    before = bound.inspector.form
    bound.looking.choose_step("spectra")
    # The settings of another step follow in a turn of their own.
    for _ in range(100):
        if bound.inspector.form is not before:
            break
        QTest.qWait(10)
    form = bound.inspector.form
    assert form is not None
    field = form.field("transmission", "cutoff_guard_nm")
    assert isinstance(field, NumberField)
    field.setFocus()
    field.selectAll()
    return field


def test_undo_takes_back_typing_first_and_then_the_document(opened: Bindings, until: Until) -> None:
    field = guard_field(opened)
    QTest.keyClicks(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Return)
    until(lambda: settled(opened))
    assert opened.session.history.count() == 1
    field.selectAll()
    QTest.keyClicks(field, "12")
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert opened.session.history.index() == 1
    assert opened.session.document is not None
    assert opened.session.document.settings.transmission.cutoff_guard_nm == 9.0
    while field.isUndoAvailable():
        QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert field.text() == "9.0"
    assert opened.session.history.index() == 1
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert opened.session.history.index() == 0
    until(lambda: settled(opened))
    assert field.text() == "6.0"
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert opened.session.history.index() == 1
    until(lambda: settled(opened))


# --- messages --------------------------------------------------------------------------------------------------
def test_a_refusal_goes_with_the_next_change(opened: Bindings, until: Until) -> None:
    opened.intents.drag_window(590.0, 500.0)
    opened.session.finish_gesture()
    assert opened.window.banner.isVisible()
    opened.intents.edit_setting("transmission", "cutoff_guard_nm", 8.0)
    assert not opened.window.banner.isVisible()
    until(lambda: settled(opened))


def test_a_banner_has_a_button_that_closes_it(opened: Bindings) -> None:
    opened.intents.drag_window(590.0, 500.0)
    opened.session.finish_gesture()
    close = next(b for b in opened.window.banner.findChildren(QToolButton) if b.accessibleName() == "Dismiss")
    QTest.mouseClick(close, LEFT)
    assert not opened.window.banner.isVisible()


def test_what_an_uncaught_exception_said_is_not_taken_away_by_an_edit(opened: Bindings, until: Until) -> None:
    opened.intents.drag_window(590.0, 500.0)
    opened.session.finish_gesture()
    opened.window.banner.report("bad", "seven is no colour")
    opened.intents.edit_setting("transmission", "cutoff_guard_nm", 8.0)
    assert opened.window.banner.message == "seven is no colour"
    until(lambda: settled(opened))


# --- hints -----------------------------------------------------------------------------------------------------
def test_the_status_line_says_what_a_handle_changes_for_the_mouse_and_for_the_keys(
    opened: Bindings, application: QApplication, until: Until
) -> None:
    show_step(opened, Qt.Key.Key_3)
    page: Any = opened.page
    plot, status = page.plot, opened.window.status
    low, _ = page.window_handle.region
    edge = plot.pixel_of(low, 0.0)
    QTest.mouseMove(plot.viewport(), edge)
    application.processEvents()
    assert "all spectra" in status.hint
    QTest.mouseMove(plot.viewport(), edge + QPoint(60, -30))
    application.processEvents()
    assert "all spectra" not in status.hint
    QTest.mouseMove(plot.viewport(), edge)
    application.processEvents()
    application.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert status.hint == hint_for("spectra")
    QTest.mousePress(plot.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, edge)
    assert "all spectra" in status.hint
    QTest.mouseMove(plot.viewport(), edge + QPoint(25, 0))
    until(lambda: opened.window.isWindowModified())
    assert "all spectra" in status.hint
    QTest.mouseRelease(plot.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, edge + QPoint(25, 0))
    until(lambda: settled(opened))
    application.sendEvent(plot, QEvent(QEvent.Type.Leave))
    # The edge still has the focus, so that the arrow keys move it.
    assert "arrow keys" in status.hint
    opened.tree.view.setFocus()
    assert status.hint == hint_for("spectra")
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    page.window_handle.focus_part(True)
    assert "all spectra" in status.hint


# --- colours ---------------------------------------------------------------------------------------------------
def test_another_experiment_brings_its_own_colours_of_temperature(opened: Bindings, until: Until) -> None:
    model = opened.tree.model

    def color() -> int:
        index = model.index(0, 0)
        dot = model.data(index, Qt.ItemDataRole.DecorationRole).pixmap(QSize(10, 10), 2.0)
        return dot.toImage().pixelColor(10, 10).rgb()

    cold = color()
    assert opened.session.document is not None
    experiment: Experiment = opened.session.document.experiment
    warm = tuple(spectrum for spectrum in experiment.spectra if spectrum.condition.temperature_k == 250.0)
    opened.session.begin(Document(replace(experiment, name="warm", spectra=warm, scans=())))
    until(lambda: settled(opened))
    assert [node.text for node in model.root.children] == ["250 K"]
    alone = color()
    hotter = [with_temperature(spectrum, 300.0) for spectrum in warm]
    opened.session.begin(Document(replace(experiment, name="hot", spectra=(*warm, *hotter), scans=())))
    until(lambda: settled(opened))
    assert [node.text for node in model.root.children] == ["250 K", "300 K"]
    assert color() == cold != alone


def with_temperature(spectrum: Spectrum, kelvin: float) -> Spectrum:
    condition = replace(spectrum.condition, temperature_k=kelvin)
    return replace(spectrum, condition=condition, source=f"{kelvin:.0f}/{spectrum.source}")


@pytest.mark.parametrize(("step", "name"), [("spectra", "plot"), ("overview", "spectra")])
def test_an_edge_that_undo_moves_out_of_sight_comes_back_into_it(
    opened: Bindings, until: Until, step: str, name: str
) -> None:
    opened.intents.edit_setting("integration", "window_nm", (505.0, 535.0))
    until(lambda: settled(opened))
    opened.looking.choose_step(step)
    opened.window.grab()
    plot = getattr(opened.page, name)
    opened.page.forget_frame()
    opened.live.display()
    seen = plot.view[0]
    opened.window.menus.undo.trigger()
    until(lambda: settled(opened))
    assert opened.session.document is not None
    low, high = opened.session.document.settings.integration.window_nm
    assert not seen[0] <= low < high <= seen[1]
    until(lambda: plot.view[0][0] <= max(low, 430.0) and plot.view[0][1] >= min(high, 570.0))
