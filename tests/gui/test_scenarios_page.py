"""The scenarios: kept, named, switched to and deleted by mouse and keys, and their results side by side."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from asplab.core import Document, analyse
from asplab.core.progress import Progress
from asplab.core.scenarios import state_of
from asplab.gui.bindings import Bindings
from asplab.gui.files import jobs as file_jobs
from asplab.gui.panels.scenarios.panel import ScenariosPanel

Until = Callable[..., None]
CONTROL = Qt.KeyboardModifier.ControlModifier


def document_of(bound: Bindings) -> Document:
    assert bound.session.document is not None
    return bound.session.document


def names(bound: Bindings) -> list[str]:
    return [one.name for one in document_of(bound).scenarios]


def is_done(bound: Bindings) -> bool:
    panel = bound.page
    if not (isinstance(panel, ScenariosPanel) and bound.session.is_settled and bound.jobs.is_idle):
        return False
    return panel._shown is not None and panel._shown[0] is bound.session.results and "…" not in panel.findings.text()


@pytest.fixture
def page(opened: Bindings, until: Until) -> ScenariosPanel:
    opened.looking.choose_step("scenarios")
    opened.window.grab()
    until(lambda: is_done(opened))
    assert isinstance(opened.page, ScenariosPanel)
    return opened.page


def press(button: QPushButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def type_into_editor(page: ScenariosPanel, name: str) -> None:
    editor = page.listing.list.viewport().findChild(QLineEdit)
    QTest.keyClicks(editor, name)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def keep(page: ScenariosPanel, name: str) -> None:
    press(page.listing.keep_button)
    type_into_editor(page, name)


def choose(page: ScenariosPanel, place: int) -> None:
    listed = page.listing.list
    middle = listed.visualItemRect(listed.topLevelItem(place)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def cells(table: Any) -> list[list[str]]:
    return [line.split("\t") for line in table.text().splitlines()]


def undo(bound: Bindings, times: int = 1) -> None:
    for _ in range(times):
        QTest.keyClick(bound.window, Qt.Key.Key_Z, CONTROL)


@pytest.fixture
def two(page: ScenariosPanel, opened: Bindings, until: Until) -> ScenariosPanel:
    """``all`` as it comes, and the present state ``small``: ΔE up to 90 meV, one condition left out."""
    keep(page, "all")
    results = opened.session.results
    assert results is not None
    assert results.efficiency is not None
    opened.intents.exclude(results.efficiency.keys[0][1], "bubble")
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 90.0))
    keep(page, "small")
    until(lambda: is_done(opened))
    return page


# --- keeping and naming --------------------------------------------------------------------------------------
def test_the_present_state_is_kept_as_one_step_and_its_name_waits_to_be_typed(
    page: ScenariosPanel, opened: Bindings
) -> None:
    press(page.listing.keep_button)
    assert names(opened) == ["Scenario 1"]
    assert opened.session.history.undoText() == "Keep scenario “Scenario 1”"
    type_into_editor(page, "as measured")
    assert names(opened) == ["as measured"]
    assert document_of(opened).scenario == "as measured"
    assert opened.session.is_modified
    undo(opened, 2)
    assert names(opened) == []
    assert not opened.session.is_modified


def test_a_copy_is_named_and_a_scenario_deleted_by_key_comes_back(two: ScenariosPanel, opened: Bindings) -> None:
    choose(two, 1)
    press(two.listing.duplicate_button)
    type_into_editor(two, "all again")
    assert names(opened) == ["small", "all again", "all"]
    choose(two, 1)
    two.listing.list.setFocus()
    QTest.keyClick(two.listing.list, Qt.Key.Key_Delete)
    assert names(opened) == ["small", "all"]
    assert opened.session.history.undoText() == "Delete scenario “all again”"
    undo(opened)
    assert names(opened) == ["small", "all again", "all"]


def test_a_name_that_is_taken_is_refused_and_the_old_one_stays(two: ScenariosPanel, opened: Bindings) -> None:
    told: list[str] = []
    opened.session.refused.connect(told.append)
    two.listing.list.setCurrentItem(two.listing.list.topLevelItem(0), 0)
    two.listing.list.setFocus()
    QTest.keyClick(two.listing.list, Qt.Key.Key_F2)
    type_into_editor(two, "all")
    assert "already" in told[0]
    assert names(opened) == ["small", "all"]
    assert two.listing.list.topLevelItem(0).text(0) == "small"


# --- switching -----------------------------------------------------------------------------------------------
def test_switching_is_one_named_step_and_brings_settings_and_exclusions(
    two: ScenariosPanel, opened: Bindings, until: Until
) -> None:
    count = opened.session.history.count()
    small = state_of(document_of(opened))
    choose(two, 1)
    press(two.listing.switch_button)
    assert opened.session.history.count() == count + 1
    assert opened.session.history.undoText() == "Switch to scenario “all”"
    until(lambda: is_done(opened))
    assert document_of(opened).settings.polaron.detuning_range_mev == (0.0, 1000.0)
    assert document_of(opened).exclusions.items == ()
    undo(opened)
    until(lambda: is_done(opened))
    assert state_of(document_of(opened)) == small
    assert document_of(opened).scenario == "small"


def test_enter_switches_and_the_present_scenario_can_not_be_switched_to(two: ScenariosPanel, opened: Bindings) -> None:
    choose(two, 0)
    assert not two.listing.switch_button.isEnabled()
    choose(two, 1)
    two.listing.list.setFocus()
    QTest.keyClick(two.listing.list, Qt.Key.Key_Return)
    assert document_of(opened).scenario == "all"


def test_an_update_takes_the_present_state_over(two: ScenariosPanel, opened: Bindings, until: Until) -> None:
    assert not two.listing.update_button.isEnabled()
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 80.0))
    until(lambda: is_done(opened))
    assert two.listing.subtitle == "“small”, changed"
    press(two.listing.update_button)
    assert document_of(opened).scenarios[0].settings.polaron.detuning_range_mev == (0.0, 80.0)
    assert opened.session.history.undoText() == "Update scenario “small”"
    assert two.listing.subtitle == ""


def test_leaving_a_state_that_has_no_name_is_told(two: ScenariosPanel, opened: Bindings, until: Until) -> None:
    told: list[str] = []
    two.hint_changed.connect(told.append)
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 80.0))
    until(lambda: is_done(opened))
    choose(two, 1)
    press(two.listing.switch_button)
    assert "Undo leads back" in told[-1]


# --- side by side --------------------------------------------------------------------------------------------
def test_the_settings_that_differ_stand_side_by_side_in_the_words_of_the_inspector(two: ScenariosPanel) -> None:
    head, *rows = cells(two.settings)
    assert head == ["Setting", "small", "all"]
    assert rows[0] == ["Fit ΔE", "0–90 meV", "0–1000 meV"]
    assert rows[1][0].startswith("120 K · ASPL")
    assert rows[1][1:] == ["excluded: bubble", "used"]
    assert len(rows) == 2


def test_results_are_those_of_each_scenario_alone(two: ScenariosPanel, opened: Bindings) -> None:
    head, *rows = cells(two.findings)
    assert head == ["Result", "small", "all"]
    chi2 = next(row for row in rows if row[0] == "χ² / dof")
    for cell, scenario in zip(chi2[1:], document_of(opened).scenarios, strict=True):
        document = document_of(opened)
        alone = analyse(replace(document, settings=scenario.settings, exclusions=scenario.exclusions)).polaron
        assert alone is not None
        assert cell == f"{alone.chi2[-1]:.1f} / {alone.dof[-1]}"
    phonon = next(row for row in rows if row[0] == "ħω (meV)")
    assert not phonon[1].endswith("σ")
    assert phonon[2].endswith("σ")
    left_out = [row for row in rows if row[0].startswith("η") and row[1].startswith("(")]
    assert len(left_out) >= 2


@pytest.mark.usefixtures("afresh")
def test_what_was_found_is_not_found_again(two: ScenariosPanel, opened: Bindings, until: Until) -> None:
    before = {id(one) for one in two._known}
    opened.intents.edit_setting("efficiency", "quantum_yield", "shared")
    until(lambda: is_done(opened))
    undo(opened)
    until(lambda: is_done(opened))
    assert before <= {id(one) for one in two._known}


def test_a_scenario_without_its_box_is_not_compared(two: ScenariosPanel, opened: Bindings, until: Until) -> None:
    listed = two.listing.list
    box = listed.visualItemRect(listed.topLevelItem(1))
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=box.topLeft() + QPoint(12, 12))
    until(lambda: is_done(opened))
    assert cells(two.findings)[0] == ["Result", "small"]
    assert not opened.session.history.undoText().startswith("all")


def test_the_curves_of_all_scenarios_are_drawn_with_their_names(two: ScenariosPanel, until: Until) -> None:
    assert [one.label for one in two.eta.series] == ["all", "small"]
    two.views.setFocus()
    QTest.keyClick(two.views, Qt.Key.Key_End)
    assert {one.label for one in two.plane.series} == {"", "all", "small"}
    assert two.plane.isVisible()


def test_scenarios_are_saved_and_come_back(two: ScenariosPanel, opened: Bindings, until: Until, tmp_path: Path) -> None:
    kept, path = document_of(opened).scenarios, tmp_path / "day.nxs"
    opened.files.save_to(path)
    until(lambda: not opened.session.is_modified)
    found = file_jobs.read_document(path, Progress())
    assert found.scenarios == kept
    assert found.scenario == "small"


def test_keeping_and_naming_a_scenario_leaves_what_was_undone_to_redo(page: ScenariosPanel, opened: Bindings) -> None:
    results = opened.session.results
    assert results is not None
    assert results.efficiency is not None
    key = results.efficiency.keys[0][1]
    opened.intents.exclude(key, "bubble")
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 90.0))
    undo(opened, 2)
    keep(page, "base")
    assert opened.session.history.canRedo()
    assert not document_of(opened).exclusions.items
    opened.session.history.redo()
    opened.session.history.redo()
    assert document_of(opened).exclusions.reason(key) == "bubble"
    assert document_of(opened).settings.polaron.detuning_range_mev == (0.0, 90.0)
    assert names(opened) == ["base"]
    assert not document_of(opened).scenarios[0].exclusions.items
    assert document_of(opened).scenario == "base"
    undo(opened, 4)
    assert names(opened) == []


def test_equal_scenarios_are_called_equal(page: ScenariosPanel, opened: Bindings, until: Until) -> None:
    keep(page, "one")
    keep(page, "other")
    until(lambda: is_done(opened))
    told = [label.text() for label in page.settings_deck.findChildren(QLabel) if label.isVisible()]
    assert any("“other” and “one” are equal" in text for text in told)


def test_an_empty_list_says_what_to_do_until_there_is_a_scenario(
    page: ScenariosPanel, opened: Bindings, until: Until
) -> None:
    assert page.listing.nothing.isVisible()
    press(page.listing.keep_button)
    until(lambda: is_done(opened))
    assert names(opened)
    assert not page.listing.nothing.isVisible()
