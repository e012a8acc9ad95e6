"""Where the panels stand: the default, what the user makes of it, what is remembered, and at which scale it fits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from asplab.gui.bindings import Bindings
from asplab.gui.layout import PLACES, Place, shared_heights
from asplab.gui.look.icons import FOLDER, icon
from asplab.gui.look.theme import DARK, LIGHT, palette
from asplab.gui.menus.icons import ICONS
from asplab.gui.preferences import Preferences
from asplab.gui.step_list import STEPS
from asplab.gui.words.hints import hint_for

RIGHT = ("settings", "results", "errors", "checks")
PLAIN, FIRST = Place("right", 100), Place("right", 100, is_first=True)


def turn(bound: Bindings) -> None:
    for _ in range(4):
        QApplication.processEvents()


def resize(bound: Bindings, width: int, height: int) -> None:
    bound.window.resize(width, height)
    turn(bound)


def seen(widget: QWidget) -> QRect:
    return widget.visibleRegion().boundingRect()


def heights(bound: Bindings) -> dict[str, int]:
    return {key: dock.height() for key, dock in bound.window.workbench.docks.items()}


def drag_border(bound: Bindings, above: str, by: int) -> None:
    bench = bound.window.workbench
    dock = bench.docks[above]
    start = QPoint(dock.geometry().center().x(), dock.geometry().bottom() + 4)
    QTest.mousePress(bench, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in (by // 2, by):
        QTest.mouseMove(bench, start + QPoint(0, step))
        turn(bound)
    QTest.mouseRelease(bench, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(0, by))
    turn(bound)


# --- sharing out a height ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wanted", "places", "room", "shares"),
    [
        ((300, 300), (PLAIN, FIRST), 450, [150, 300]),
        ((300, 500), (PLAIN, PLAIN), 500, [250, 250]),
        ((120, 500), (PLAIN, PLAIN), 500, [120, 380]),
        ((40, 40), (PLAIN, FIRST), 200, [160, 40]),
        ((300, 300), (PLAIN, PLAIN), 100, [50, 50]),
    ],
)
def test_a_height_goes_to_the_first_then_in_equal_parts(
    wanted: tuple[int, ...], places: tuple[Place, ...], room: int, shares: list[int]
) -> None:
    assert shared_heights(wanted, places, room) == shares


# --- the default ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 800)])
def test_all_panels_are_in_sight_and_nothing_hides_behind_another(opened: Bindings, width: int, height: int) -> None:
    resize(opened, width, height)
    docks = opened.window.workbench.docks
    assert set(docks) == set(PLACES)
    for key, place in PLACES.items():
        if place.is_open:
            assert seen(docks[key]).height() == docks[key].height() >= 90, key
    tops = [docks[key].y() for key in RIGHT]
    assert tops == sorted(tops)
    assert docks["experiment"].x() < opened.window.pages.x() < docks["settings"].x()


def test_where_the_larger_error_comes_from_needs_no_scrolling_in_the_usual_window(opened: Bindings) -> None:
    resize(opened, 1440, 900)
    scroll, sources = opened.window.workbench.docks["errors"].scroll, opened.inspector.sources
    assert scroll is not None
    bars = min((sources.statistical.bars, sources.systematic.bars), key=lambda part: part.mapTo(sources, QPoint()).y())
    assert bars.isVisible()
    assert bars.mapTo(scroll.viewport(), bars.rect().bottomLeft()).y() <= scroll.viewport().height()


def test_the_facts_of_a_selected_point_are_seen_at_once(opened: Bindings) -> None:
    resize(opened, 1280, 800)
    before = heights(opened)
    stack = next(node for node in opened.tree.model.root.walk() if node.kind == "stack")
    opened.looking.choose_stack(stack.key)
    turn(opened)
    assert seen(opened.inspector.facts_list).height() > 100
    assert heights(opened)["experiment"] == before["experiment"]


def test_another_step_shows_the_top_of_its_settings(opened: Bindings) -> None:
    resize(opened, 1280, 800)
    opened.looking.choose_step("corrections")
    turn(opened)
    bar = opened.inspector._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    opened.looking.choose_step("spectra")
    turn(opened)
    assert bar.value() == 0


# --- what the user makes of it ----------------------------------------------------------------------------------
def test_a_panel_is_closed_and_brought_back_from_the_menu(opened: Bindings) -> None:
    toggle = next(action for action in opened.window.menus.panels.actions() if action.text() == "Checks")
    toggle.trigger()
    turn(opened)
    assert not opened.window.workbench.docks["checks"].isVisible()
    toggle.trigger()
    turn(opened)
    assert opened.window.workbench.docks["checks"].isVisible()


def test_a_border_that_was_dragged_stays_until_the_layout_is_reset(opened: Bindings) -> None:
    resize(opened, 1440, 900)
    default = heights(opened)
    drag_border(opened, "results", -60)
    dragged = heights(opened)
    assert dragged["results"] == pytest.approx(default["results"] - 60, abs=12)
    opened.looking.choose_step("corrections")
    turn(opened)
    assert heights(opened) == dragged
    opened.looking.choose_step("overview")
    opened.window.menus.actions["reset_layout"].trigger()
    turn(opened)
    assert heights(opened) == default


def test_reset_brings_back_what_was_closed_floated_and_moved(opened: Bindings) -> None:
    bench = opened.window.workbench
    bench.docks["checks"].close()
    bench.docks["results"].setFloating(True)
    bench.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, bench.docks["settings"])
    turn(opened)
    opened.window.menus.actions["reset_layout"].trigger()
    turn(opened)
    assert all(bench.docks[key].isVisible() and not bench.docks[key].isFloating() for key in RIGHT)
    assert len({bench.docks[key].x() for key in RIGHT}) == 1


def test_a_floating_panel_goes_with_the_document(opened: Bindings) -> None:
    dock = opened.window.workbench.docks["checks"]
    dock.setFloating(True)
    turn(opened)
    opened.window.stack.setCurrentWidget(opened.window.start)
    assert not dock.isVisible()
    opened.window.stack.setCurrentWidget(opened.window.workbench)
    assert dock.isVisible()


def test_the_layout_is_remembered_between_two_starts(opened: Bindings, tmp_path: Path) -> None:
    resize(opened, 1440, 900)
    bench = opened.window.workbench
    drag_border(opened, "results", -60)
    bench.docks["checks"].close()
    turn(opened)
    kept = heights(opened)
    preferences = Preferences(QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat))
    preferences.remember_layout(bench.remember())
    bench.reset()
    turn(opened)
    assert bench.docks["checks"].isVisible()
    bench.recall(preferences.layout)
    turn(opened)
    assert not bench.docks["checks"].isVisible()
    assert {key: heights(opened)[key] for key in RIGHT[:3]} == {key: kept[key] for key in RIGHT[:3]}


@pytest.mark.parametrize("remembered", ["", "no json", "[]", '{"docks": ["another"], "state": "", "own_sizes": true}'])
def test_a_layout_that_does_not_fit_gives_the_default(opened: Bindings, remembered: str) -> None:
    bench = opened.window.workbench
    bench.docks["checks"].close()
    bench.recall(remembered)
    turn(opened)
    assert bench.docks["checks"].isVisible()


# --- icons, names and hints -------------------------------------------------------------------------------------
def test_every_icon_is_drawn_in_the_ink_of_the_theme(application: QApplication) -> None:
    names = [path.stem for path in FOLDER.glob("*.svg") if "currentColor" in path.read_text(encoding="utf-8")]
    assert set(ICONS.values()) <= set(names)
    for theme in (LIGHT, DARK):
        for name in names:
            image = icon(name, palette(theme)).pixmap(16, 16).toImage()
            inks = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
            strong = [ink for ink in inks if ink.alpha() > 200]
            assert strong, name
            assert all(abs(ink.lightness() - QColor(theme.text).lightness()) < 20 for ink in strong), name


@pytest.mark.parametrize("density", [1.0, 1.25, 1.5, 2.0])
def test_an_icon_has_a_picture_of_its_own_for_every_density(application: QApplication, density: float) -> None:
    side = round(16 * density)
    assert side in {size.width() for size in icon("save", palette(LIGHT)).availableSizes()}


def test_undo_is_named_by_what_it_takes_back(opened: Bindings) -> None:
    undo, _ = opened.window.toolbar._history
    assert undo.accessibleName() == "Undo"
    opened.inspector.setting_edited.emit("transmission", "cutoff_guard_nm", 8.0)
    assert undo.accessibleName() == "Undo: Change cutoff guard"


def test_nothing_in_the_toolbar_looks_chosen_at_start(bound: Bindings) -> None:
    assert not bound.window.toolbar.isAncestorOf(QApplication.focusWidget())
    assert not bound.window.toolbar.steps.isVisible()


def test_every_step_says_what_the_mouse_does_there(opened: Bindings) -> None:
    for key, _ in (*STEPS[1:], STEPS[0]):
        opened.window.status.display_hint("of a handle")
        opened.looking.choose_step(key)
        page = getattr(opened.page, "page_key", "")
        assert opened.window.status.hint == hint_for(key, page)
    assert len({hint_for(key) for key, _ in STEPS}) == len(STEPS)


@pytest.mark.parametrize("page", ["arena", "errors", "checks"])
def test_no_edge_is_promised_where_there_is_none(page: str) -> None:
    assert "edge" not in hint_for("polaron", page)


# --- screens of other densities ---------------------------------------------------------------------------------
@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_all_words_of_the_frame_fit_at_another_scale(measured: Path, scale: str, tmp_path: Path) -> None:
    script = Path(__file__).parent.parent / "cut_words.py"
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(script), str(measured), str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    density, *cut = told.splitlines()
    assert float(density) == float(scale)
    assert cut == []
