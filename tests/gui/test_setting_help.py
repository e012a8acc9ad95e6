"""Help on a setting: every setting has it, it is true to the defaults, and the keyboard and the mouse reach it."""

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from asplab.core.settings import Settings
from asplab.gui.bindings import Bindings
from asplab.gui.guide.equations import in_words, outline
from asplab.gui.guide.pages import anchor, read_guide, sections
from asplab.gui.settings_catalogue import STEPS, Entry
from asplab.gui.widgets.setting_help import Explained, HelpMark, SettingHelp, facts_of, line_of
from asplab.gui.words.settings import default_words, range_words

Until = Callable[..., None]
LEFT = Qt.MouseButton.LeftButton
ENTRIES = list({(e.record, e.field): e for groups in STEPS.values() for g in groups for e in g.entries}.values())
NAMES = [f"{entry.record}.{entry.field}" for entry in ENTRIES]
NO_FORMULA = {
    "grouping.remeasured",
    "corrections.leave_out_saturated",
    "corrections.remove_cosmic_rays",
    "transmission.keep_out_laser",
    "transmission.moved_cutoffs",
    "calibration.lamp",
    "scans.leave_out_overload",
}
"""Settings that choose data and enter no formula."""
PAGES = read_guide()


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_setting_says_what_it_does_its_default_its_source_and_where_more_is_told(entry: Entry) -> None:
    assert len(entry.tip) > 15
    assert default_words(entry)
    assert entry.source
    name, _, fragment = entry.page.partition("#")
    assert name in PAGES
    assert not fragment or fragment in [anchor(part.heading) for part in sections(PAGES[name])]


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_every_setting_that_enters_a_formula_has_one_that_can_be_typeset(entry: Entry) -> None:
    if f"{entry.record}.{entry.field}" in NO_FORMULA:
        assert not entry.equation
        return
    assert outline(entry.equation).width > 1.0
    assert "\\" not in in_words(entry.equation)


@pytest.mark.parametrize("record", [field.name for field in fields(Settings)])
def test_every_field_of_the_settings_can_be_set_and_so_is_explained(record: str) -> None:
    wanted = {field.name for field in fields(getattr(Settings(), record))}
    assert {entry.field for entry in ENTRIES if entry.record == record} == wanted


def test_a_default_is_that_of_the_settings_with_its_unit() -> None:
    found = {f"{entry.record}.{entry.field}": entry for entry in ENTRIES}
    assert default_words(found["transmission.cutoff_guard_nm"]) == "6.0 nm"
    assert default_words(found["integration.window_nm"]) == "400.0–600.0 nm"
    assert default_words(found["drift.correct_drift"]) == "off"
    assert default_words(found["baseline.to_mev"]) == "end of scan"
    assert default_words(found["background.windows_nm"]) == "automatic"
    assert default_words(found["efficiency.quantum_yield"]) == "one for each T"


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.kind == "number"], ids=lambda e: e.field)
def test_a_default_is_not_rounded_by_the_decimals_of_its_field(entry: Entry) -> None:
    value = getattr(getattr(Settings(), entry.record), entry.field)
    assert round(value, entry.numeric.decimals) == value
    assert entry.numeric.low <= value <= entry.numeric.high
    assert range_words(entry)


def test_very_small_and_large_ends_of_a_range_are_powers_of_ten() -> None:
    found = {f"{entry.record}.{entry.field}": range_words(entry) for entry in ENTRIES}
    assert found["pump.absorption_cross_section_nm2"] == "10⁻⁶ to 10000 nm²"
    assert found["corrections.full_scale_counts"] == "0 to 10⁹ counts"
    assert found["energies.reference_offset_mev"] == "−500 to 500 meV"
    assert found["integration.estimator"] == ""


def test_a_value_other_than_the_default_is_told_beside_it(application: QApplication) -> None:
    entry = next(entry for entry in ENTRIES if entry.field == "cutoff_guard_nm")
    line = QWidget()
    assert "Now" not in facts_of(Explained(entry, line, 6.0))
    assert "8.5 nm" in facts_of(Explained(entry, line, 8.5))
    line.deleteLater()


# --- in the window -----------------------------------------------------------------------------------------------
@pytest.fixture
def card(opened: Bindings, until: Until) -> SettingHelp:
    opened.looking.choose_step("spectra")
    opened.window.activateWindow()
    until(lambda: opened.inspector.has_form("spectra"))
    return opened.help.setting


def field_of(bindings: Bindings, record: str, name: str) -> QWidget:
    form = bindings.inspector.form
    assert form is not None
    widget = form.reveal(record, name)
    assert widget is not None
    return widget


def test_f1_in_a_field_explains_it_and_escape_gives_the_keyboard_back(
    card: SettingHelp, opened: Bindings, application: QApplication, until: Until
) -> None:
    field = field_of(opened, "transmission", "cutoff_guard_nm")
    field.setFocus()
    application.processEvents()
    opened.window.menus.actions["explain"].trigger()
    assert card.entry is not None
    assert card.entry.field == "cutoff_guard_nm"
    assert "6.0 nm" in card.facts.text()
    assert card.isAncestorOf(application.focusWidget())
    until(lambda: card._typesetting.outline(card.entry.equation) is not None)
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert card.entry is None
    assert application.focusWidget() is field


def test_f1_without_a_setting_opens_the_guide(opened: Bindings, application: QApplication) -> None:
    opened.window.setFocus()
    opened.window.menus.actions["explain"].trigger()
    assert opened.help.guide is not None
    assert opened.help.guide.isVisible()


def test_a_click_on_the_mark_explains_and_a_click_elsewhere_ends_it(
    card: SettingHelp, opened: Bindings, application: QApplication
) -> None:
    line = line_of(field_of(opened, "integration", "estimator"))
    assert line is not None
    QTest.mouseClick(line.mark, LEFT)
    assert card.entry is line.entry
    box = card.geometry()
    assert opened.window.rect().contains(box)
    assert not box.contains(line.mapTo(opened.window, QPoint(2, 2)))
    QTest.mouseClick(opened.window.status, LEFT)
    assert card.entry is None


def test_hovering_the_mark_explains_until_the_mouse_goes(card: SettingHelp, opened: Bindings, until: Until) -> None:
    line = line_of(field_of(opened, "integration", "estimator"))
    assert line is not None
    line.mark.wanted.emit(False)
    assert card.entry is line.entry
    assert not card.isAncestorOf(QApplication.focusWidget())
    until(lambda: card.entry is None)


def test_more_opens_the_page_of_the_guide_at_its_heading(card: SettingHelp, opened: Bindings) -> None:
    line = line_of(field_of(opened, "transmission", "cutoff_guard_nm"))
    assert line is not None
    line.mark.wanted.emit(True)
    QTest.mouseClick(card.more, LEFT)
    assert card.entry is None
    assert opened.help.guide is not None
    assert opened.help.guide.view.page is not None
    assert opened.help.guide.view.page.name == "corrections"


def test_every_setting_of_every_step_has_its_mark(opened: Bindings, application: QApplication) -> None:
    for step in STEPS:
        opened.looking.choose_step(step)
        application.processEvents()
        form = opened.inspector.form
        assert form is not None
        for record, name in form.names:
            line = line_of(form.field(record, name))
            assert line is not None
            assert line.mark.accessibleName()


def test_tab_goes_from_a_heading_through_its_fields_and_marks_to_the_next_heading(
    opened: Bindings, application: QApplication
) -> None:
    opened.looking.choose_step("ratio")
    application.processEvents()
    form = opened.inspector.form
    assert form is not None
    for section in form.sections:
        section.unfold()
    opened.window.activateWindow()
    form.sections[0].heading.setFocus()
    seen: list[QWidget] = []
    while (focused := QApplication.focusWidget()) is not None and form.isAncestorOf(focused) and focused not in seen:
        seen.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    heights = [one.mapTo(form, QPoint(0, one.height() // 2)).y() for one in seen]
    assert all(after >= before - 8 for before, after in pairwise(heights))
    assert {one.heading for one in form.sections} <= set(seen)
    marks = {mark for mark in form.findChildren(HelpMark) if mark.isVisible()}
    assert marks
    assert marks <= set(seen)
