"""The guided tour: it points at what is there, stands in nobody's way, and goes when it is told to."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.gui.bindings import Bindings
from asplab.gui.tour.bubble import beside
from asplab.gui.tour.tour import Tour

Until = Callable[..., None]
LEFT = Qt.MouseButton.LeftButton
HOST = QSize(960, 600)


@pytest.fixture
def tour(opened: Bindings, application: QApplication) -> Iterator[Tour]:
    opened.window.resize(1280, 800)
    opened.window.menus.actions["tour"].trigger()
    application.processEvents()
    assert opened.tour.is_running
    yield opened.tour
    opened.tour.leave()


def target(bindings: Bindings) -> QRect | None:
    stop = bindings.tour.stop
    return None if stop is None else stop.find(bindings.window)


def test_every_stop_points_at_something_real_and_stands_beside_it_inside_the_window(
    tour: Tour, opened: Bindings, until: Until
) -> None:
    assert tour.bubble is not None
    seen = []
    while tour.stop is not None:
        until(lambda: target(opened) is not None)
        tour._place()
        box, place = tour.bubble.geometry(), target(opened)
        assert place is not None
        assert opened.window.rect().contains(place)
        assert opened.window.rect().contains(box), tour.stop.title
        assert not box.adjusted(10, 10, -10, -10).intersects(place), tour.stop.title
        seen.append(tour.stop.title)
        QTest.mouseClick(tour.bubble.next, LEFT)
    assert len(seen) == 7
    assert not tour.bubble.isVisible()


def test_the_first_stop_points_at_the_edge_that_can_be_dragged(tour: Tour, opened: Bindings) -> None:
    place = target(opened)
    assert place is not None
    view = opened.page.spectra  # type: ignore[attr-defined]
    spot = view.viewport().mapFrom(opened.window, place.center())
    assert opened.page.window_handle in view.items(spot)  # type: ignore[attr-defined]


def test_escape_leaves_from_wherever_the_keyboard_is(tour: Tour, opened: Bindings, application: QApplication) -> None:
    opened.page.setFocus()
    QTest.keyClick(opened.page, Qt.Key.Key_Escape)
    assert not tour.is_running
    assert tour.bubble is not None
    assert not tour.bubble.isVisible()


def test_the_cross_leaves_and_the_help_menu_starts_it_again(tour: Tour, opened: Bindings) -> None:
    assert tour.bubble is not None
    QTest.mouseClick(tour.bubble.next, LEFT)
    QTest.mouseClick(tour.bubble.close_button, LEFT)
    assert not tour.is_running
    opened.window.menus.actions["tour"].trigger()
    assert tour.bubble.place.text() == "1 of 7"


def test_arrow_keys_go_on_and_back(tour: Tour, application: QApplication) -> None:
    assert tour.bubble is not None
    QTest.keyClick(tour.bubble, Qt.Key.Key_Right)
    assert tour.bubble.place.text() == "2 of 7"
    QTest.keyClick(tour.bubble, Qt.Key.Key_Left)
    assert tour.bubble.place.text() == "1 of 7"
    assert not tour.bubble.back.isEnabled()


def test_the_window_works_while_the_tour_is_shown(tour: Tour, opened: Bindings, application: QApplication) -> None:
    before = opened.session.document
    opened.intents.edit_setting("transmission", "cutoff_guard_nm", 8.0)
    assert opened.session.document is not before
    QTest.keyClick(opened.window, Qt.Key.Key_3)
    application.processEvents()
    assert opened.looking.view.step == "spectra"
    assert tour.is_running


def test_the_bubble_follows_when_the_window_changes_its_size(tour: Tour, opened: Bindings, until: Until) -> None:
    assert tour.bubble is not None
    for _ in range(6):
        QTest.mouseClick(tour.bubble.next, LEFT)
    before = tour.bubble.geometry()
    opened.window.resize(1000, 640)
    until(lambda: tour.bubble is not None and tour.bubble.geometry() != before)
    tour._place()
    assert opened.window.rect().contains(tour.bubble.geometry())


def test_without_a_document_the_demo_is_opened_first(bound: Bindings, until: Until) -> None:
    bound.window.start.tour_wanted.emit()
    assert not bound.tour.is_running
    bound.jobs.cancel()
    assert bound.preferences.was_tour_taken


def test_a_tour_that_is_waited_for_begins_with_the_first_results(
    bound: Bindings, until: Until, opened: Bindings
) -> None:
    opened.tour.begin(is_ready=False)
    assert not opened.tour.is_running
    opened.session.recompute()
    until(lambda: opened.tour.is_running)


def test_a_tour_whose_demo_was_cancelled_does_not_begin_with_other_results(opened: Bindings, until: Until) -> None:
    opened.tour.begin(is_ready=False)
    opened.window.status.cancel_requested.emit()
    opened.session.recompute()
    until(lambda: opened.session.is_settled)
    assert not opened.tour.is_running


# --- places ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "place", [QRect(x, y, 80, 70) for x in (0, 440, 880) for y in (0, 265, 530)], ids=lambda r: f"{r.x()}-{r.y()}"
)
def test_a_bubble_never_covers_its_target_and_never_leaves_the_window(place: QRect) -> None:
    size = QSize(330, 170)
    corner, side = beside(place, size, HOST)
    box = QRect(corner, size)
    assert side
    assert not box.intersects(place)
    assert QRect(QPoint(), HOST).contains(box)


def test_a_target_that_fills_the_window_has_the_bubble_in_its_corner_without_an_arrow() -> None:
    corner, side = beside(QRect(0, 0, 960, 600), QSize(330, 170), HOST)
    assert side == ""
    assert corner == QPoint(960 - 330 - 6, 600 - 170 - 6)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_the_button_that_has_the_keyboard(tour: Tour, key: Qt.Key) -> None:
    assert tour.bubble is not None
    assert tour.stop is not None
    first = tour.stop.title
    QTest.keyClick(tour.bubble.next, key)
    assert tour.stop.title != first
    tour.bubble.back.setFocus()
    QTest.keyClick(tour.bubble.back, key)
    assert tour.stop.title == first


def test_the_stop_at_the_checks_speaks_of_nothing_that_is_not_there(tour: Tour, opened: Bindings) -> None:
    stop = next(one for one in tour._stops if one.find(opened.window) is not None and "doubted" in one.title)
    assert "list of problems" not in stop.text
