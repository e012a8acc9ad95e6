"""The Corrections step: switches, what they change, the effects beside them, and the table of conditions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from study_memory import StudyMemory

from asplab.core import Document, Results
from asplab.core.appraisal.correction_effects import CorrectionEffect, correction_effects
from asplab.core.ledger import ledger
from asplab.core.ledger.around import around
from asplab.core.pipeline import Analysis
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.corrections import CorrectionsPanel
from asplab.gui.panels.corrections.rows import NONE, signed
from asplab.gui.panels.corrections.studies import EFFECTS
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.switch_list import HINT, SwitchList, SwitchRow
from asplab.gui.widgets.text import without_markup

Effects = dict[str, CorrectionEffect]
Until = Callable[..., None]
Click = Callable[..., None]


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def is_settled(bound: Bindings) -> bool:
    return bound.session.is_settled and bound.session.results is not None


def is_done(bound: Bindings, page: CorrectionsPanel) -> bool:
    return bound.session.is_settled and bound.jobs.is_idle and page._state.is_current


def row_of(page: CorrectionsPanel, title: str) -> int:
    return next(i for i, row in enumerate(page.list.rows) if row.title == title)


def switch(page: CorrectionsPanel, title: str, click: Click) -> None:
    click(page.list, page.list.switch_box(row_of(page, title)).center().toPoint())


def choose(page: CorrectionsPanel, title: str, click: Click) -> None:
    box = page.list.row_box(row_of(page, title))
    click(page.list, QPoint(round(box.left()) + 120, round(box.center().y())))


@pytest.fixture(scope="module")
def effects(measured_analysis: Analysis, measured_document: Document, study_memory: StudyMemory) -> Effects:
    """What every correction does to the small experiment; windows that ask for it know it from here."""
    results = measured_analysis.fork().update(measured_document)
    found = {effect.name: effect for effect in correction_effects(results)}
    study_memory.learn(EFFECTS, results, None, found)
    return found


@pytest.fixture
def page(opened: Bindings, until: Until, effects: Effects) -> CorrectionsPanel:
    opened.looking.choose_step("corrections")
    found = opened.page
    assert isinstance(found, CorrectionsPanel)
    with painted_once(opened.window):
        until(lambda: bool(found.list.rows))
    return found


@pytest.fixture
def compared(page: CorrectionsPanel, opened: Bindings, until: Until) -> CorrectionsPanel:
    """The page with the effects of all corrections."""
    until(lambda: is_done(opened, page))
    return page


# --- the list ------------------------------------------------------------------------------------------------
def test_every_correction_that_can_act_has_a_row_in_its_order(page: CorrectionsPanel, opened: Bindings) -> None:
    wanted = [step.title for step in ledger(results_of(opened)) if step.can_switch]
    assert [row.title for row in page.list.rows] == wanted
    assert "Dark frames" in wanted


def test_the_button_shows_the_others(page: CorrectionsPanel, opened: Bindings, click: Click) -> None:
    everything = ledger(results_of(opened))
    assert page.more_button.text().startswith(str(sum(not step.can_switch for step in everything)))
    click(page.more_button, page.more_button.rect().center())
    assert [row.title for row in page.list.rows] == [step.title for step in everything]
    assert all(row.is_on is None for row, step in zip(page.list.rows, everything, strict=True) if not step.can_switch)


def test_a_dot_stands_where_the_selected_condition_is_changed(page: CorrectionsPanel, opened: Bindings) -> None:
    results = results_of(opened)
    assert results.corrected is not None
    clean = [k for k, count in enumerate(results.corrected.replaced_pixels) if count == 0]
    opened.looking.choose_stack(results.corrected.stacks[clean[0]].key)
    QApplication.processEvents()
    rows = page.list.rows
    assert rows[row_of(page, "Cosmic rays")].color == ""
    assert rows[row_of(page, "Dark frames")].color == results.corrected.stacks[clean[0]].kind


def test_a_click_on_a_switch_is_one_undo_step(
    page: CorrectionsPanel, opened: Bindings, click: Click, until: Until
) -> None:
    switch(page, "Dark frames", click)
    # Thrown at once, though what follows from it is still computed.
    assert page.list.rows[row_of(page, "Dark frames")].is_on is False
    until(lambda: is_settled(opened))
    assert opened.session.history.count() == 1
    assert results_of(opened).document.settings.corrections.subtract_dark is False
    row = page.list.rows[row_of(page, "Dark frames")]
    assert (row.is_on, row.is_muted, row.color) == (False, True, "")
    opened.session.history.undo()
    until(lambda: is_settled(opened))
    assert results_of(opened).document.settings.corrections.subtract_dark is True
    assert page.list.rows[row_of(page, "Dark frames")].is_on is True


def test_switched_on_again_a_correction_is_of_the_kind_that_it_was(
    page: CorrectionsPanel, opened: Bindings, click: Click, until: Until
) -> None:
    opened.intents.edit_setting("baseline", "shape", "line")
    until(lambda: is_settled(opened))
    for shape in ("none", "line"):
        switch(page, "Photothermal baseline", click)
        until(lambda: is_settled(opened))
        assert results_of(opened).document.settings.baseline.shape == shape


def test_space_throws_the_switch_of_the_row(page: CorrectionsPanel, opened: Bindings, until: Until) -> None:
    page.list.setFocus()
    while page.list._current < row_of(page, "Air to vacuum"):
        QTest.keyClick(page.list, Qt.Key.Key_Down)
    QTest.keyClick(page.list, Qt.Key.Key_Space)
    until(lambda: is_settled(opened))
    assert results_of(opened).document.settings.energies.medium == "air"


def test_the_status_line_says_what_the_mouse_does_on_the_list(page: CorrectionsPanel, opened: Bindings) -> None:
    told: list[str] = []
    page.hint_changed.connect(told.append)
    place = QPointF(40.0, 40.0)
    QApplication.sendEvent(page.list, QEnterEvent(place, place, place))
    QApplication.sendEvent(page.list, QEvent(QEvent.Type.Leave))
    assert told == [HINT, ""]


def test_a_click_beside_the_switch_throws_none(page: CorrectionsPanel, opened: Bindings, click: Click) -> None:
    choose(page, "Exposure", click)
    assert opened.session.history.count() == 0
    assert page.step.name == "exposure"


# --- effects -------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("afresh")
def test_the_effects_are_those_of_the_other_analysis(compared: CorrectionsPanel, effects: Effects) -> None:
    cells = compared.list.rows[row_of(compared, "Hidden part of the band")].cells
    assert cells[1].startswith(signed(effects["truncation"].eta_largest.value, 3))
    assert NONE not in cells


def test_effects_of_earlier_settings_are_muted_and_found_again(
    compared: CorrectionsPanel, opened: Bindings, click: Click, until: Until, afresh: None
) -> None:
    exposure = row_of(compared, "Exposure")
    assert compared.list.rows[exposure].faint[1] is False
    switch(compared, "Cosmic rays", click)
    assert compared.list.rows[exposure].faint == (True, True, True)
    until(lambda: compared._list_card.subtitle.startswith("!"))
    until(lambda: is_done(opened, compared))
    assert compared.list.rows[exposure].faint[1] is False
    assert not compared._list_card.subtitle.startswith("!")


def test_a_cancelled_comparison_waits_for_the_button(
    compared: CorrectionsPanel, opened: Bindings, click: Click, until: Until, afresh: None
) -> None:
    opened.intents.edit_setting("scans", "half_width_mev", 4.0)
    until(lambda: compared._state.is_running)
    opened.window.status.cancel_requested.emit()
    until(lambda: compared.run_button.isVisible() and opened.jobs.is_idle)
    assert not compared._state.is_current
    click(compared.run_button, compared.run_button.rect().center())
    until(lambda: is_done(opened, compared))
    assert not compared.run_button.isVisible()


# --- before and after ------------------------------------------------------------------------------------------
def test_the_change_is_what_was_subtracted(page: CorrectionsPanel, opened: Bindings, click: Click) -> None:
    choose(page, "Dark frames", click)
    results = results_of(opened)
    assert results.corrected is not None
    treatment, block = results.corrected.treatments[0], results.corrected.blocks[0]
    assert treatment.dark_counts is not None
    change = page.picture.change.series[0]
    np.testing.assert_allclose(change.line_y, -treatment.dark_counts / np.gradient(block.wavelength_nm), rtol=1e-6)
    assert without_markup(page.picture.legend.html).split() == ["●", "before", "●", "after"]


def test_switching_off_leaves_the_curves_and_their_axes(
    page: CorrectionsPanel, opened: Bindings, click: Click, until: Until
) -> None:
    choose(page, "Spectral response", click)
    opened.window.grab()
    before, view = page.picture.curves.series[1].line_y, page.picture.curves.view
    switch(page, "Spectral response", click)
    until(lambda: is_settled(opened))
    opened.window.grab()
    np.testing.assert_allclose(page.picture.curves.series[1].line_y, before)
    assert without_markup(page.picture.legend.html).split() == ["●", "now", "●", "with", "it"]
    np.testing.assert_allclose(page.picture.curves.view, view)


def test_the_replaced_pixels_are_ringed_on_the_repeats(page: CorrectionsPanel, opened: Bindings, click: Click) -> None:
    results = results_of(opened)
    assert results.corrected is not None
    k = int(np.argmax(results.corrected.replaced_pixels))
    opened.looking.choose_stack(results.corrected.stacks[k].key)
    choose(page, "Cosmic rays", click)
    page.views.setFocus()
    QTest.keyClick(page.views, Qt.Key.Key_Down)
    QApplication.processEvents()
    assert page.views.key == "repeats"
    rings = page.picture.curves.series[0]
    assert len(rings.x) == results.corrected.replaced_pixels[k] > 0  # type: ignore[arg-type]


def test_a_repeat_that_is_clicked_is_selected(page: CorrectionsPanel, opened: Bindings, click: Click) -> None:
    choose(page, "Pump power", click)
    page.views.setFocus()
    QTest.keyClick(page.views, Qt.Key.Key_Down)
    opened.window.grab()
    layer = page.picture._after
    top = int(np.argmax(layer._y[2]))
    click(page.picture.curves, page.picture.curves.pixel_of(layer._x[2][top], layer._y[2][top]))
    QApplication.processEvents()
    assert opened.looking.view.record


def test_a_point_of_the_hidden_part_selects_its_condition(
    page: CorrectionsPanel, opened: Bindings, click: Click
) -> None:
    choose(page, "Hidden part of the band", click)
    opened.window.grab()
    series = page.picture.points.series[1]
    click(page.picture.points, page.picture.points.pixel_of(float(series.x[3]), float(series.y[3])))  # type: ignore[index]
    QApplication.processEvents()
    assert opened.looking.view.stack == page.picture._keys[1][3]


def test_a_correction_without_data_says_what_is_missing(page: CorrectionsPanel, click: Click) -> None:
    click(page.more_button, page.more_button.rect().center())
    choose(page, "Bare substrate", click)
    assert page.picture._pages.currentWidget() is page.picture.words
    assert "emission_blank" in page.picture.words._text.text()


def test_a_trend_that_is_left_in_shows_what_taking_it_out_would_do(
    page: CorrectionsPanel, opened: Bindings, click: Click, until: Until
) -> None:
    choose(page, "Trend over repeats", click)
    # The thread has not answered yet: nothing of another correction stays under this title.
    assert page.picture._pages.currentWidget() is page.picture.words
    until(lambda: page.picture._pages.currentWidget() is page.picture.points)
    results = results_of(opened)
    step = next(step for step in ledger(results) if step.name == "drift")
    assert step.state == "off"
    wanted = around(results, ledger(results), "drift", 0).after[0]
    shown = np.concatenate([np.asarray(series.y) for series in page.picture.points.series])
    np.testing.assert_allclose(np.sort(shown), np.sort(wanted))


@pytest.mark.usefixtures("afresh")
def test_a_slow_picture_is_not_made_again_for_another_condition_of_its_temperature(
    page: CorrectionsPanel, opened: Bindings, click: Click, until: Until
) -> None:
    choose(page, "Trend over repeats", click)
    until(lambda: page.picture._pages.currentWidget() is page.picture.points)
    found = page._pictured.value
    stacks = results_of(opened).gathered.stacks  # type: ignore[union-attr]
    opened.looking.choose_stack(next(one.key for one in stacks[::-1] if one.temperature == stacks[0].temperature))
    QApplication.processEvents()
    assert page._pictured.value is found
    assert page.picture._pages.currentWidget() is page.picture.points


def test_the_file_and_the_effect_stand_above_the_picture(compared: CorrectionsPanel, click: Click) -> None:
    choose(compared, "Dark frames", click)
    assert compared.picture.sources.html.startswith("From ")
    assert "dark" in compared.picture.sources.html
    told = without_markup(compared.picture.effect.html)
    assert all(name in told for name in ("QY", "η", "ħω", "g"))


def test_changes_beyond_all_measure_are_told_as_powers_of_ten() -> None:
    assert signed(-4469235.2, 1) == "−4·10⁶"
    assert signed(2.0e4, 1) == "+2·10⁴"


# --- the list as a widget --------------------------------------------------------------------------------------
ROW = SwitchRow("Dark frames", "202 counts", "dark/a_long_folder/dark_0.2s_r01.csv", ("1", "2"), is_on=True)


def test_words_and_file_give_way_where_the_list_is_narrow(make: Callable[..., Any]) -> None:
    rows: SwitchList = make(SwitchList, LIGHT, ("Correction", "What", "File"), (), size=(900, 120))
    rows.display([replace(ROW, cells=())])
    title, words, file = rows._edges()
    assert words[1] > words[0]
    assert file[1] > file[0]
    rows.window().resize(290, 120)
    QApplication.processEvents()
    title, words, file = rows._edges()
    assert title[1] > title[0]
    assert words[1] > words[0]
    assert file[0] == file[1]


def test_the_list_is_copied_as_text(make: Callable[..., Any]) -> None:
    rows: SwitchList = make(SwitchList, LIGHT, ("Correction", "What", "File"), ())
    rows.display([replace(ROW, cells=())])
    assert rows.text().splitlines()[1] == "on\tDark frames\t202 counts\tdark/a_long_folder/dark_0.2s_r01.csv"


def test_a_panel_without_a_study_has_dashes(make: Callable[..., Any], opened: Bindings) -> None:
    panel: CorrectionsPanel = make(CorrectionsPanel, LIGHT, size=(1000, 760))
    panel.display(results_of(opened), ViewState())
    assert {cell for row in panel.list.rows for cell in row.cells} == {NONE}
