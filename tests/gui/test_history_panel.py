"""The history: every step by name and time, a click goes there, what is saved is marked, what is undone is grey."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget

from asplab.core import Results
from asplab.gui.bindings import Bindings

Until = Callable[..., None]


def rows(bound: Bindings) -> list[str]:
    listed = bound.history.panel.list
    return [listed.item(index).text() for index in range(listed.count())]


def names(bound: Bindings) -> list[str]:
    return [row.split(" · ")[-1] for row in rows(bound)]


@pytest.fixture
def history(opened: Bindings, until: Until) -> QListWidget:
    """The history of a window with three steps, opened by its key."""
    QTest.keyClick(opened.window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    for high in (90.0, 100.0, 110.0):
        opened.intents.drag_detuning_range(0.0, high)
        opened.session.finish_gesture()
    until(lambda: opened.session.is_settled and len(rows(opened)) == 4)
    return opened.history.panel.list


def click(listed: QListWidget, row: int) -> None:
    middle = listed.visualItemRect(listed.item(row)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def high_end(bound: Bindings) -> float:
    assert bound.session.document is not None
    return bound.session.document.settings.polaron.detuning_range_mev[1]


def test_the_menu_opens_and_closes_it(opened: Bindings) -> None:
    assert not opened.history.dock.isVisible()
    opened.window.menus.actions["history"].trigger()
    assert opened.history.dock.isVisible()
    opened.window.menus.actions["history"].trigger()
    assert not opened.history.dock.isVisible()


def test_every_step_is_listed_by_name_and_time_after_what_was_opened(history: QListWidget, opened: Bindings) -> None:
    assert names(opened) == [
        "Opened small",
        "Move fit range\n0–1000 meV → 0–90 meV",
        "Move fit range\n0–90 meV → 0–100 meV",
        "Move fit range\n0–100 meV → 0–110 meV",
    ]
    assert all(":" in row for row in rows(opened)[1:])
    assert history.currentRow() == 3
    assert history.item(3).font().bold()


def test_a_click_goes_to_that_state_and_computes_it_once(history: QListWidget, opened: Bindings, until: Until) -> None:
    computed: list[Results] = []
    opened.session.results_changed.connect(computed.append)
    click(history, 1)
    assert high_end(opened) == 90.0
    assert opened.session.history.index() == 1
    until(lambda: opened.session.is_settled and history.item(1).font().bold())
    assert {one.document.settings.polaron.detuning_range_mev[1] for one in computed} == {90.0}
    undone = [history.item(row).font().italic() for row in range(4)]
    assert undone == [False, False, True, True]
    assert history.item(3).foreground() != history.item(0).foreground()
    click(history, 3)
    assert high_end(opened) == 110.0


def test_enter_goes_to_the_row_under_the_ring(history: QListWidget, opened: Bindings) -> None:
    history.setFocus()
    QTest.keyClick(history, Qt.Key.Key_Up)
    assert high_end(opened) == 110.0
    QTest.keyClick(history, Qt.Key.Key_Return)
    assert high_end(opened) == 100.0


def test_the_saved_state_is_marked(history: QListWidget, opened: Bindings, until: Until, tmp_path: Path) -> None:
    assert [row.startswith("✓ saved") for row in rows(opened)] == [False, False, False, False]
    opened.files.save_to(tmp_path / "day.nxs")
    until(lambda: [row.startswith("✓ saved") for row in rows(opened)] == [False, False, False, True])
    click(history, 2)
    assert opened.session.is_modified
    assert [row.startswith("✓ saved") for row in rows(opened)] == [False, False, False, True]


def test_a_new_edit_after_going_back_replaces_what_was_undone(
    history: QListWidget, opened: Bindings, until: Until
) -> None:
    click(history, 1)
    opened.intents.exclude("a.csv", "bubble")
    until(lambda: len(rows(opened)) == 3)
    assert names(opened) == ["Opened small", "Move fit range\n0–1000 meV → 0–90 meV", "Exclude"]


def test_what_nobody_saved_is_not_called_saved(history: QListWidget, opened: Bindings) -> None:
    assert history.count() == 4
    assert not any("saved" in row for row in rows(opened))
