"""The start page: ways to begin, recent places with what is known of them, all of it by keyboard too."""

import math
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core import Document
from asplab.core.errors import ProjectError
from asplab.core.pipeline import analyse
from asplab.core.progress import Progress
from asplab.core.project.file import save_project, stored_results
from asplab.core.project.glance import Glance, glance_at
from asplab.gui.bindings import Bindings
from asplab.gui.files.recent import RecentPlace, look_up
from asplab.gui.start_page import RecentRow, StartPage, name_of, numbers_of, when

Until = Callable[..., None]
LEFT = Qt.MouseButton.LeftButton
NOW = datetime.now().astimezone()


@pytest.fixture(scope="module")
def project(measured_document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_project(analyse(measured_document), tmp_path_factory.mktemp("recent") / "tuesday.nxs")


@pytest.fixture
def page(make: Callable[..., StartPage]) -> StartPage:
    return make(StartPage, size=(900, 620))


# --- what is known of a place ------------------------------------------------------------------------------------
def test_a_glance_tells_the_numbers_that_were_saved(project: Path, measured_document: Document) -> None:
    stored, found = stored_results(project), glance_at(project)
    assert found.name == measured_document.experiment.name
    assert found.is_simulated
    assert found.n_temperatures == 2
    assert found.phonon_mev == stored["polaron/phonon_mev"][-1]
    assert found.phonon_error_mev == stored["polaron/phonon_mev_errors"][-1]


def test_a_project_without_results_has_a_name_and_no_numbers(measured_document: Document, tmp_path: Path) -> None:
    found = glance_at(save_project(measured_document, tmp_path / "bare.nxs"))
    assert found.n_temperatures == 0
    assert math.isnan(found.phonon_mev)


def test_what_is_no_project_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "noise.nxs"
    path.write_bytes(b"nothing")
    with pytest.raises(ProjectError, match=r"noise\.nxs"):
        glance_at(path)


def test_places_are_looked_up_in_their_order_and_those_that_are_gone_stay(project: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nxs"
    broken.write_bytes(b"")
    found = look_up([tmp_path / "gone", project, broken, tmp_path], Progress())
    assert [place.is_there for place in found] == [False, True, True, True]
    assert found[1].glance is not None
    assert found[2].glance is None


def test_a_place_is_told_in_words() -> None:
    glance = Glance("CsPbBr3", False, 11, 23.49, 0.251)
    place = RecentPlace(Path("/data/day.nxs"), NOW, glance)
    assert name_of(place) == "day · CsPbBr3"
    assert numbers_of(place) == "11 temperatures · ħω 23.49 ± 0.25 meV"
    assert when(place).startswith("today")
    assert when(RecentPlace(Path("/a"), NOW - timedelta(days=1))).startswith("yesterday")
    assert when(RecentPlace(Path("/a"))) == "not found"
    assert numbers_of(RecentPlace(Path("/a"), NOW, Glance("a", False, 1, math.nan, math.nan))) == "1 temperature"


# --- the page ----------------------------------------------------------------------------------------------------
def test_each_way_asks_for_its_command_by_mouse_and_by_return(page: StartPage) -> None:
    asked: list[str] = []
    page.chosen.connect(asked.append)
    for button in page.buttons.values():
        QTest.mouseClick(button, LEFT)
        QTest.keyClick(button, Qt.Key.Key_Return)
    assert asked == ["new_demo", "new_demo", "import", "import", "open", "open"]


def test_tab_walks_from_the_ways_through_the_recent_places(page: StartPage, application: QApplication) -> None:
    page.display_recent([RecentPlace(Path("/data/one"), NOW), RecentPlace(Path("/data/two"), NOW)])
    page.window().activateWindow()
    page.buttons["new_demo"].setFocus()
    walked = []
    for _ in range(6):
        walked.append(application.focusWidget().accessibleName() or application.focusWidget().text())
        QTest.keyClick(application.focusWidget(), Qt.Key.Key_Tab)
    assert walked[:5] == ["Open the demo", "Import a folder", "Open", "one", "two"]
    assert "tour" in walked[5]


def test_a_recent_place_opens_and_one_that_is_gone_does_not(page: StartPage) -> None:
    opened: list[object] = []
    page.place_chosen.connect(opened.append)
    page.display_recent([RecentPlace(Path("/data/one"), NOW), RecentPlace(Path("/data/gone"))])
    for row in page.rows:
        QTest.mouseClick(row, LEFT)
    assert opened == [Path("/data/one")]
    assert "not there" in page.rows[1].toolTip()


def test_without_recent_places_there_is_no_list(page: StartPage) -> None:
    page.display_recent([RecentPlace(Path("/data/one"), NOW)])
    assert page.recent_card.isVisible()
    page.display_recent([])
    assert not page.recent_card.isVisible()


def test_a_long_path_is_shortened_and_the_numbers_stay(make: Callable[..., RecentRow]) -> None:
    place = RecentPlace(Path("/" + "very/" * 60 + "deep"), NOW, Glance("deep", False, 11, 23.49, 0.245))
    row = make(RecentRow, place, size=(420, 60))
    assert not row.grab().isNull()
    assert row.minimumSizeHint().width() < 420


# --- in the window -----------------------------------------------------------------------------------------------
def test_the_window_lists_where_one_was_and_forgets_what_is_gone(
    bound: Bindings, project: Path, tmp_path: Path, until: Until
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    for path in (project, gone):
        bound.preferences.remember(path)
    gone.rmdir()
    bound.recent.refresh()
    until(lambda: len(bound.window.start.rows) == 2)
    first, second = bound.window.start.rows
    assert (first.place.is_there, second.place.is_there) == (False, True)
    assert "2 temperatures" in numbers_of(second.place)
    QTest.keyClick(first, Qt.Key.Key_Delete)
    until(lambda: len(bound.window.start.rows) == 1)
    assert bound.preferences.remembered == (project.resolve(),)


def test_a_recent_project_opens_from_the_start_page(bound: Bindings, project: Path, until: Until) -> None:
    bound.preferences.remember(project)
    bound.recent.refresh()
    until(lambda: bool(bound.window.start.rows))
    QTest.mouseClick(bound.window.start.rows[0], LEFT)
    until(lambda: bound.session.is_settled and bound.session.results is not None)
    assert bound.window.stack.currentWidget() is not bound.window.start
    assert bound.session.path == project


def test_files_held_over_the_window_light_the_zone_up_and_are_taken_when_dropped(
    bound: Bindings, measured: Path, application: QApplication, until: Until
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(os.fspath(measured))])
    spot, action, button = QPointF(300, 300), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    held = Qt.KeyboardModifier.NoModifier
    application.sendEvent(bound.window, QDragEnterEvent(spot.toPoint(), action, data, button, held))
    assert bound.window.start.zone._is_over
    application.sendEvent(bound.window, QDropEvent(spot, action, data, button, held))
    assert not bound.window.start.zone._is_over
    until(lambda: bound.session.document is not None)


def test_the_tour_is_offered_until_it_was_taken_once(bound: Bindings) -> None:
    assert bound.window.start.tour_button.isVisible()
    bound.preferences.note_tour()
    assert bound.preferences.was_tour_taken
