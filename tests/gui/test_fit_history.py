"""The fit history: kept with the document, in nobody's way, named, deleted, saved, and leading back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from asplab.core import Document, Results
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
    opened.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("models")
    until(lambda: is_done(opened))
    opened.window.grab()
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


def test_a_finished_comparison_is_kept_as_no_step_to_undo_and_has_to_be_saved(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    until(lambda: names(page) == ["Fit 1"])
    assert opened.session.history.count() == 0
    assert opened.session.is_modified
    assert opened.session.is_settled
    assert results_of(opened).intervals is not None
    assert page.history.list.topLevelItem(0).font(0).bold()


def test_a_fit_that_is_kept_after_an_undo_leaves_what_there_is_to_redo(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    until(lambda: is_done(opened) and names(page) == ["Fit 2", "Fit 1"])
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 90.0))
    # Undone before it was compared: what is found now is known already.
    undo(opened)
    until(lambda: is_done(opened))
    assert names(page) == ["Fit 2", "Fit 1"]
    undo(opened)
    undo(opened)
    until(lambda: is_done(opened))
    assert names(page) == ["Fit 2", "Fit 1"]
    redo(opened)
    redo(opened)
    until(lambda: is_done(opened) and names(page) == ["Fit 3", "Fit 2", "Fit 1"])
    assert results_of(opened).document.settings.polaron.detuning_range_mev == (0.0, 90.0)
    undo(opened)
    assert opened.session.history.canRedo()
    until(lambda: is_done(opened))
    assert names(page) == ["Fit 3", "Fit 2", "Fit 1"]
    assert opened.session.history.redoText()


def test_a_fit_of_the_history_is_restored_as_one_step(
    page: ModelsPage, opened: Bindings, click: Any, until: Until
) -> None:
    first = results_of(opened).document
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 90.0))
    until(lambda: is_done(opened))
    click(page.table, box_of(page, "thermal"))
    until(lambda: is_done(opened) and names(page) == ["Fit 3", "Fit 2", "Fit 1"])
    count = opened.session.history.count()
    choose_fit(page, 0)
    assert not page.history.restore_button.isEnabled()
    choose_fit(page, 2)
    QTest.mouseClick(page.history.restore_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened))
    assert results_of(opened).document.settings == first.settings
    assert results_of(opened).document.exclusions == first.exclusions
    assert opened.session.history.count() == count + 1
    assert opened.session.history.undoText() == "Restore Fit 1"
    assert names(page) == ["Fit 3", "Fit 2", "Fit 1"]
    undo(opened)
    until(lambda: is_done(opened))
    assert results_of(opened).document.settings.polaron.detuning_range_mev == (0.0, 90.0)


def test_a_restored_fit_brings_its_exclusions_back(page: ModelsPage, opened: Bindings, until: Until) -> None:
    key = next(key for key in results_of(opened).efficiency.keys[0] if key)  # type: ignore[union-attr]
    opened.intents.exclude(key, "bubble")
    until(lambda: is_done(opened) and names(page) == ["Fit 2", "Fit 1"], seconds=60.0)
    opened.intents.bring_back(key)
    until(lambda: is_done(opened), seconds=60.0)
    assert names(page) == ["Fit 2", "Fit 1"]
    choose_fit(page, 0)
    QTest.mouseClick(page.history.restore_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened), seconds=60.0)
    assert results_of(opened).document.exclusions.reason(key) == "bubble"


def test_a_fit_is_named_by_typing_as_a_step_to_undo_and_its_summary_is_not(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    until(lambda: names(page) == ["Fit 1"])
    type_name(page, 0, "before the new filter")
    until(lambda: names(page) == ["before the new filter"])
    assert opened.session.history.undoText() == "Rename Fit 1"
    assert opened.session.is_settled
    undo(opened)
    until(lambda: names(page) == ["Fit 1"])
    item = page.history.list.topLevelItem(0)
    summary = item.text(1)
    item.setText(1, "something else")
    assert item.text(1) == summary


def test_a_name_that_is_taken_is_refused_with_its_reason(page: ModelsPage, opened: Bindings, until: Until) -> None:
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    until(lambda: is_done(opened) and names(page) == ["Fit 2", "Fit 1"])
    told: list[str] = []
    opened.session.refused.connect(told.append)
    type_name(page, 0, "Fit 1")
    assert names(page) == ["Fit 2", "Fit 1"]
    assert page.history.list.topLevelItem(0).text(0) == "Fit 2"
    assert "another fit" in told[0]


def test_a_deleted_fit_comes_back_by_undo_beside_what_was_kept_meanwhile(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    until(lambda: is_done(opened) and names(page) == ["Fit 2", "Fit 1"])
    choose_fit(page, 1)
    page.history.list.setFocus()
    QTest.keyClick(page.history.list, Qt.Key.Key_Delete)
    until(lambda: names(page) == ["Fit 2"])
    assert opened.session.history.undoText() == "Delete Fit 1"
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 100.0))
    until(lambda: is_done(opened) and names(page) == ["Fit 3", "Fit 2"])
    undo(opened)
    undo(opened)
    until(lambda: names(page) == ["Fit 3", "Fit 2", "Fit 1"])


def test_the_history_is_saved_and_leads_back_after_opening(
    page: ModelsPage, opened: Bindings, until: Until, tmp_path: Path
) -> None:
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    until(lambda: is_done(opened) and names(page) == ["Fit 2", "Fit 1"])
    kept, path = page.history.fits, tmp_path / "day.nxs"
    opened.files.save_to(path)
    until(lambda: not opened.session.is_modified, seconds=60.0)
    opened.session.begin(None)
    opened.files.open(path)
    until(lambda: opened.session.document is not None and is_done(opened), seconds=60.0)
    assert page.history.fits == kept
    assert not opened.session.is_modified
    choose_fit(page, 1)
    QTest.mouseClick(page.history.restore_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened), seconds=60.0)
    assert results_of(opened).document.settings == kept[1].settings
    assert results_of(opened).polaron is not None
