"""Drags through real mouse events: handle → document → results → picture, one undo step each."""

import gc
import sys
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core import Results
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.handles import LineHandle, RegionHandle
from asplab.gui.plots.result_pictures import eta_crowd, polaron_crowd
from asplab.gui.words.findings import joint_rows, temperature_rows

Mouse = Callable[..., None]
Until = Callable[..., None]
SOAK_STEPS = 150


def overview(bound: Bindings) -> OverviewPanel:
    page = bound.pages["overview"]
    assert isinstance(page, OverviewPanel)
    return page


def grip_of(plot: Plot, place: float) -> QPoint:
    """Return the pixel of a handle away from the labels at the top."""
    low, high = plot.view[1]
    return plot.pixel_of(place, low + 0.3 * (high - low))


def placed_handles(bound: Bindings) -> list[tuple[Plot, float]]:
    """Return the handles that the page shows, each by its plot and its place, of a region its lower end."""
    found: list[tuple[Plot, float]] = []
    for plot in bound.page.findChildren(Plot):
        for layer in plot.layers if plot.isVisible() else ():
            if isinstance(layer, RegionHandle) and layer.isVisible() and layer.region is not None:
                found.append((plot, layer.region[0]))
            elif isinstance(layer, LineHandle) and layer.isVisible() and layer.place is not None:
                found.append((plot, layer.place))
    return found


def dragged(bound: Bindings, mouse: Mouse, application: QApplication, grip: QPoint, by: int) -> None:
    plot = overview(bound).spectra
    mouse(plot, "move", grip, held=False)
    mouse(plot, "press", grip)
    for step in range(1, 6):
        mouse(plot, "move", grip + QPoint(by * step // 5, 0))
        application.processEvents()
    mouse(plot, "release", grip + QPoint(by, 0))
    application.processEvents()


def drag_window(bound: Bindings, mouse: Mouse, application: QApplication, by: int = 40) -> None:
    page = overview(bound)
    region = page.window_handle.region
    assert region is not None
    dragged(bound, mouse, application, grip_of(page.spectra, region[0]), by)


def test_dragging_the_window_edge_moves_document_results_and_picture_as_one_step(
    opened: Bindings, mouse: Mouse, application: QApplication, until: Until
) -> None:
    session, page = opened.session, overview(opened)
    assert session.document is not None
    assert session.results is not None
    before, eta = session.document, session.results.efficiency
    drag_window(opened, mouse, application)
    low, high = session.document.settings.integration.window_nm
    assert low > 405.0
    assert high == 600.0
    assert session.history.count() == 1
    assert session.history.undoText() == "Move window"
    assert opened.window.menus.undo.text() == "Undo: Move window"
    assert session.results.efficiency is not eta
    assert page.window_handle.region == (low, high)
    until(lambda: session.is_settled)
    assert session.results.intervals is not None
    opened.window.menus.undo.trigger()
    assert session.document is before
    assert page.window_handle.region == (400.0, 600.0)
    opened.window.menus.redo.trigger()
    assert session.document.settings.integration.window_nm == (low, high)
    assert page.window_handle.region == (low, high)


def test_every_frame_of_a_drag_shows_the_results_of_its_own_window(
    opened: Bindings, mouse: Mouse, application: QApplication
) -> None:
    frames: list[Results] = []
    opened.session.results_changed.connect(frames.append)
    drag_window(opened, mouse, application)
    lows = [results.document.settings.integration.window_nm[0] for results in frames[:5]]
    assert len(set(lows)) == 5
    assert lows == sorted(lows)


def test_everything_on_screen_is_exact_when_the_drag_ends(
    opened: Bindings, mouse: Mouse, application: QApplication, until: Until
) -> None:
    page, inspector = overview(opened), opened.inspector
    for wait in (False, True):
        drag_window(opened, mouse, application, by=25)
        if wait:
            until(lambda: opened.session.is_settled)
        results, view = opened.session.results, opened.looking.view
        assert results is not None
        assert [row.estimate for row in inspector.here.rows] == [
            row.estimate for row in temperature_rows(results, view)
        ]
        assert [row.estimate for row in inspector.joint.rows] == [row.estimate for row in joint_rows(results)]
        assert results.document is opened.session.document
        for crowd, made in (
            (page.other_eta, eta_crowd(results, view.temperature, LIGHT)),
            (page.other_polarons, polaron_crowd(results, view.temperature, LIGHT)),
        ):
            assert made is not None
            np.testing.assert_array_equal(crowd._y, made.y)
            np.testing.assert_array_equal(crowd._errors[0], made.across)


def test_the_arrow_keys_in_a_number_field_are_one_step_within_a_second(
    opened: Bindings, application: QApplication
) -> None:
    form = opened.inspector.form
    assert form is not None
    field = form.field("transmission", "cutoff_guard_nm")
    for _ in range(3):
        QTest.keyPress(field, Qt.Key.Key_Up)
        application.processEvents()
    assert field.value == 7.5
    assert opened.session.history.count() == 1
    QTest.qWait(1050)
    QTest.keyPress(field, Qt.Key.Key_Up)
    assert opened.session.history.count() == 2
    opened.session.history.undo()
    opened.session.history.undo()
    assert field.value == 6.0


def test_two_drags_are_two_steps(opened: Bindings, mouse: Mouse, application: QApplication) -> None:
    drag_window(opened, mouse, application)
    drag_window(opened, mouse, application)
    assert opened.session.history.count() == 2


def test_the_axes_stay_put_during_a_drag_and_the_spectra_are_not_painted_anew(
    opened: Bindings, mouse: Mouse, application: QApplication
) -> None:
    page = overview(opened)
    views = [card.plot.view for card in page.cards]
    builds = page.spectra_layer.builds
    drag_window(opened, mouse, application)
    assert [card.plot.view for card in page.cards] == views
    assert page.spectra_layer.builds == builds


def test_dragging_a_cutoff_moves_it_for_every_spectrum_with_that_filter(
    opened: Bindings, mouse: Mouse, application: QApplication, until: Until
) -> None:
    session, page = opened.session, overview(opened)
    handle = page.cutoff_handles["shortpass"]
    assert handle.place is not None
    place = handle.place
    assert session.results is not None
    seen = session.results.emission
    dragged(opened, mouse, application, grip_of(page.spectra, place), -15)
    assert session.document is not None
    (moved,) = session.document.settings.transmission.moved_cutoffs
    assert moved.side == "shortpass"
    assert moved.nominal_nm == pytest.approx(place)
    assert moved.cutoff_nm < place - 1.0
    assert handle.place == moved.cutoff_nm
    assert session.history.count() == 1
    assert session.history.undoText() == "Move cutoff"
    assert session.results.emission is not seen
    until(lambda: session.is_settled)
    session.history.undo()
    assert handle.place == pytest.approx(place)


def test_the_arrow_keys_move_an_edge_as_one_step(opened: Bindings, application: QApplication) -> None:
    page = overview(opened)
    page.spectra.setFocus()
    page.window_handle.focus_part(True)
    for _ in range(3):
        QTest.keyPress(page.spectra, Qt.Key.Key_Right)
        application.processEvents()
    QTest.keyRelease(page.spectra, Qt.Key.Key_Right)
    application.processEvents()
    assert opened.session.document is not None
    assert opened.session.document.settings.integration.window_nm[0] == pytest.approx(400.3)
    assert opened.session.history.count() == 1


@pytest.mark.parametrize("step", ["spectra", "absorption"])
def test_the_handles_of_other_steps_reach_the_document_too(
    step: str, opened: Bindings, mouse: Mouse, application: QApplication, until: Until
) -> None:
    opened.looking.choose_step(step)
    # A page that comes late has its handles later still.
    until(lambda: placed_handles(opened))
    opened.window.grab()
    before = opened.session.document
    plot, place = placed_handles(opened)[0]
    grip = grip_of(plot, place)
    mouse(plot, "move", grip, held=False)
    mouse(plot, "press", grip)
    mouse(plot, "move", grip + QPoint(12, 0))
    application.processEvents()
    mouse(plot, "release", grip + QPoint(12, 0))
    application.processEvents()
    assert opened.session.document is not before
    assert opened.session.history.count() == 1


def test_many_drag_steps_leave_none_its_references(opened: Bindings, mouse: Mouse, application: QApplication) -> None:
    page = overview(opened)
    assert page.window_handle.region is not None
    grip = grip_of(page.spectra, page.window_handle.region[0])
    mouse(page.spectra, "move", grip, held=False)
    mouse(page.spectra, "press", grip)
    # Garbage of earlier tests also holds None; what is left of it must not go during the count.
    gc.collect()
    gc.disable()
    # Below Python 3.12 None can be lost; one version of the toolkit dropped one reference a call.
    before = sys.getrefcount(None)
    for step in range(SOAK_STEPS):
        mouse(page.spectra, "move", grip + QPoint(1 + step % 50, 0))
        application.processEvents()
    after = sys.getrefcount(None)
    gc.enable()
    mouse(page.spectra, "release", grip)
    assert after >= before - 25
    assert opened.session.history.count() == 1
