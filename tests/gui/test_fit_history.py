"""The fit history: no visit changes the document; what is kept is named, deleted, saved, and leads back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from painting import painted_once
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from asplab.core import Document, Results, load_experiment
from asplab.core.settings import ParameterLimit
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.model_rows import MODEL_NAMES
from asplab.gui.panels.polaron.models import ModelsPage
from asplab.gui.panels.polaron.panel import PolaronPanel

Until = Callable[..., None]
CONTROL = Qt.KeyboardModifier.ControlModifier
QUICK = ("eq9", "thermal", "arrhenius")


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def is_done(bound: Bindings) -> bool:
    """Whether the page shows a comparison of the present document, and nothing runs."""
    panel = bound.page
    assert isinstance(panel, PolaronPanel)
    page = panel.page
    is_current = isinstance(page, ModelsPage) and page._state.is_current
    return bound.session.is_settled and bound.jobs.is_idle and is_current


@pytest.fixture
def page(opened: Bindings, until: Until, measured_document: Document) -> ModelsPage:
    models = replace(measured_document.settings.models, compared=QUICK)
    opened.session.begin(measured_document.with_settings(models=models))
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("models")
    with painted_once(opened.window):
        until(lambda: is_done(opened))
    assert isinstance(panel.page, ModelsPage)
    return panel.page


def box_of(page: ModelsPage, name: str) -> QPoint:
    return page.table.check_box(MODEL_NAMES.index(name)).center().toPoint()


def names(page: ModelsPage) -> list[str]:
    return [fit.name for fit in page.history.fits]


def choose_fit(page: ModelsPage, index: int) -> None:
    place = page.history.list.visualItemRect(page.history.list.topLevelItem(index)).center()
    QTest.mouseClick(page.history.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def type_name(page: ModelsPage, index: int, name: str) -> None:
    page.history.list.setCurrentItem(page.history.list.topLevelItem(index), 0)
    page.history.list.setFocus()
    QTest.keyClick(page.history.list, Qt.Key.Key_F2)
    editor = page.history.list.viewport().findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, name)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def undo(bound: Bindings) -> None:
    QTest.keyClick(bound.window, Qt.Key.Key_Z, CONTROL)


def redo(bound: Bindings) -> None:
    QTest.keyClick(bound.window, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)


def recent(page: ModelsPage) -> list[str]:
    return [fit.name for fit in page.history.recent]


def edit_range(bound: Bindings, until: Until, high: float) -> None:
    bound.intents.edit_setting("polaron", "detuning_range_mev", (0.0, high))
    until(lambda: is_done(bound))


def press(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def keep(page: ModelsPage) -> None:
    """Keep the present comparison under the name that is offered."""
    page.history.list.setCurrentItem(None)
    press(page.history.keep_button)
    editor = page.history.list.viewport().findChild(QLineEdit)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def two(page: ModelsPage, opened: Bindings, until: Until) -> ModelsPage:
    """The page with two kept fits: of all ΔE, and up to 120 meV."""
    keep(page)
    edit_range(opened, until, 120.0)
    keep(page)
    assert names(page) == ["Fit 2", "Fit 1"]
    return page


# --- what was compared in this session -----------------------------------------------------------------------
def test_a_visit_lists_the_comparison_and_leaves_the_document_as_it_was(page: ModelsPage, opened: Bindings) -> None:
    assert recent(page) == ["first comparison"]
    assert names(page) == []
    assert opened.session.history.count() == 0
    assert not opened.session.is_modified
    assert results_of(opened).intervals is not None
    assert page.history.list.topLevelItem(0).font(0).bold()


def test_every_comparison_of_the_session_is_listed_by_what_it_changed(
    page: ModelsPage, opened: Bindings, click: Any, until: Until
) -> None:
    edit_range(opened, until, 90.0)
    click(page.table, box_of(page, "thermal"))
    until(lambda: is_done(opened))
    assert recent(page) == ["2 models", "Fit ΔE 0–90 meV", "first comparison"]
    undo(opened)
    undo(opened)
    until(lambda: is_done(opened))
    assert recent(page) == ["2 models", "Fit ΔE 0–90 meV", "first comparison"]
    assert page.history.list.topLevelItem(2).font(0).bold()
    # Nothing that was found meanwhile asks to be saved.
    assert not opened.session.is_modified
    assert opened.session.history.redoText()


def test_other_data_begin_a_new_list(page: ModelsPage, opened: Bindings, until: Until, measured: Path) -> None:
    edit_range(opened, until, 90.0)
    assert len(recent(page)) == 2
    again = Document(load_experiment(measured))
    opened.session.begin(again.with_settings(models=replace(again.settings.models, compared=QUICK)))
    until(lambda: is_done(opened), seconds=60.0)
    assert recent(page) == ["first comparison"]


def test_a_comparison_of_the_session_is_restored_as_one_step(page: ModelsPage, opened: Bindings, until: Until) -> None:
    first = results_of(opened).document
    edit_range(opened, until, 90.0)
    count = opened.session.history.count()
    choose_fit(page, 0)
    assert not page.history.restore_button.isEnabled()
    choose_fit(page, 1)
    assert not page.history.delete_button.isEnabled()
    press(page.history.restore_button)
    until(lambda: is_done(opened))
    assert results_of(opened).document.settings == first.settings
    assert opened.session.history.count() == count + 1
    undo(opened)
    until(lambda: is_done(opened))
    assert results_of(opened).document.settings.polaron.detuning_range_mev == (0.0, 90.0)


# --- what is kept --------------------------------------------------------------------------------------------
def test_a_fit_is_kept_as_one_step_and_its_name_waits_to_be_typed(page: ModelsPage, opened: Bindings) -> None:
    press(page.history.keep_button)
    assert names(page) == ["Fit 1"]
    assert recent(page) == []
    assert opened.session.history.undoText() == "Keep Fit 1"
    assert opened.session.is_modified
    assert opened.session.is_settled
    editor = page.history.list.viewport().findChild(QLineEdit)
    QTest.keyClicks(editor, "all points")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert names(page) == ["all points"]
    undo(opened)
    undo(opened)
    assert names(page) == []
    assert recent(page) == ["first comparison"]
    assert not opened.session.is_modified


def test_what_is_kept_already_can_not_be_kept_again(page: ModelsPage) -> None:
    assert page.history.keep_button.isEnabled()
    keep(page)
    assert not page.history.keep_button.isEnabled()


def test_an_earlier_comparison_is_kept_with_its_own_settings(page: ModelsPage, opened: Bindings, until: Until) -> None:
    first = results_of(opened).document.settings
    edit_range(opened, until, 90.0)
    choose_fit(page, 1)
    press(page.history.keep_button)
    assert [fit.settings for fit in page.history.fits] == [first]
    assert recent(page) == ["Fit ΔE 0–90 meV"]
    assert results_of(opened).document.settings.polaron.detuning_range_mev == (0.0, 90.0)


def test_a_kept_fit_is_restored_as_one_step(two: ModelsPage, opened: Bindings, until: Until) -> None:
    choose_fit(two, 1)
    assert "Fit ΔE 0–1000 meV" in two.history.list.topLevelItem(1).toolTip(1)
    press(two.history.restore_button)
    until(lambda: is_done(opened))
    assert results_of(opened).document.settings == two.history.fits[1].settings
    assert opened.session.history.undoText() == "Restore Fit 1"
    assert names(two) == ["Fit 2", "Fit 1"]
    undo(opened)
    until(lambda: is_done(opened))
    assert results_of(opened).document.settings.polaron.detuning_range_mev == (0.0, 120.0)


def test_a_restored_fit_brings_its_exclusions_back(page: ModelsPage, opened: Bindings, until: Until) -> None:
    key = next(key for key in results_of(opened).efficiency.keys[0] if key)  # type: ignore[union-attr]
    opened.intents.exclude(key, "bubble")
    until(lambda: is_done(opened), seconds=60.0)
    keep(page)
    opened.intents.bring_back(key)
    until(lambda: is_done(opened), seconds=60.0)
    choose_fit(page, 0)
    press(page.history.restore_button)
    until(lambda: is_done(opened), seconds=60.0)
    assert results_of(opened).document.exclusions.reason(key) == "bubble"


def test_a_fit_is_named_by_typing_as_a_step_to_undo_and_its_summary_is_not(page: ModelsPage, opened: Bindings) -> None:
    keep(page)
    type_name(page, 0, "before the new filter")
    assert names(page) == ["before the new filter"]
    assert opened.session.history.undoText() == "Rename scenario “Fit 1” to “before the new filter”"
    assert opened.session.is_settled
    undo(opened)
    assert names(page) == ["Fit 1"]
    item = page.history.list.topLevelItem(0)
    summary = item.text(1)
    item.setText(1, "something else")
    assert item.text(1) == summary


def test_a_name_that_is_taken_is_refused_with_its_reason(two: ModelsPage, opened: Bindings) -> None:
    told: list[str] = []
    opened.session.refused.connect(told.append)
    type_name(two, 0, "Fit 1")
    assert names(two) == ["Fit 2", "Fit 1"]
    assert two.history.list.topLevelItem(0).text(0) == "Fit 2"
    assert "another scenario" in told[0]


def test_a_deleted_fit_comes_back_by_undo(two: ModelsPage, opened: Bindings) -> None:
    choose_fit(two, 1)
    two.history.list.setFocus()
    QTest.keyClick(two.history.list, Qt.Key.Key_Delete)
    QApplication.processEvents()
    assert names(two) == ["Fit 2"]
    # It was compared in this session, so that it stays in sight.
    assert recent(two) == ["first comparison"]
    assert opened.session.history.undoText() == "Delete scenario “Fit 1”"
    undo(opened)
    assert names(two) == ["Fit 2", "Fit 1"]


def test_the_history_is_saved_and_leads_back_after_opening(
    two: ModelsPage, opened: Bindings, until: Until, tmp_path: Path
) -> None:
    kept, path = two.history.fits, tmp_path / "day.nxs"
    opened.files.save_to(path)
    until(lambda: not opened.session.is_modified, seconds=60.0)
    opened.session.begin(None)
    opened.files.open(path)
    until(lambda: opened.session.document is not None and is_done(opened), seconds=60.0)
    assert two.history.fits == kept
    assert recent(two) == []
    assert not opened.session.is_modified
    choose_fit(two, 1)
    press(two.history.restore_button)
    until(lambda: is_done(opened), seconds=60.0)
    assert results_of(opened).document.settings == kept[1].settings
    assert results_of(opened).polaron is not None


def test_a_fixed_parameter_is_told_with_its_value(page: ModelsPage, opened: Bindings, until: Until) -> None:
    opened.intents.edit_setting("models", "limits", (ParameterLimit("phonon_mev", 18.5, 18.5),))
    until(lambda: is_done(opened))
    assert recent(page)[0] == "ħω = 18.50 meV"
    assert "ħω 18.50 meV fixed" in page.history.recent[0].summary


def test_after_restoring_no_key_press_can_delete(two: ModelsPage, opened: Bindings, until: Until) -> None:
    choose_fit(two, 1)
    two.history.restore_button.setFocus()
    QTest.keyClick(two.history.restore_button, Qt.Key.Key_Space)
    until(lambda: is_done(opened))
    assert two.history.list.hasFocus()
