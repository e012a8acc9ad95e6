"""The page of all results: complete, sorted as numbers, filtered, linked, and the numbers of the side panel."""

import math
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from asplab.gui.bindings import Bindings
from asplab.gui.panels.results.panel import ResultsPanel
from asplab.gui.panels.results.rows import lines_of
from asplab.gui.widgets.text import without_markup
from asplab.gui.words.systematic import NO_SYSTEMATIC

Until = Callable[..., None]


@pytest.fixture
def page(opened: Bindings, until: Until) -> ResultsPanel:
    opened.looking.choose_step("results")
    until(lambda: isinstance(opened.page, ResultsPanel) and opened.page.table.rows)
    found = opened.page
    assert isinstance(found, ResultsPanel)
    return found


def test_every_determined_result_of_every_temperature_and_the_joint_fit_has_a_row(
    page: ResultsPanel, opened: Bindings
) -> None:
    results = opened.session.results
    assert results is not None
    assert results.efficiency is not None
    assert results.polaron is not None
    names = [(line.place, line.symbol.split(" (")[0]) for line in page.lines]
    assert sum(symbol == "η" for _, symbol in names) == int(results.efficiency.valid.sum())
    for place in ("120 K", "250 K"):
        assert {"E<sub>g</sub>", "⟨E⟩", "QY"} <= {symbol for where, symbol in names if where == place}
    fitted = int(sum(math.isfinite(value) for value in results.polaron.chi2))
    assert sum(symbol == "ħω" for _, symbol in names) == fitted


def test_the_page_tells_the_numbers_of_the_results_card(page: ResultsPanel, opened: Bindings) -> None:
    told = {row.cells[2] for row in page.table.rows if row.cells[0] == "120 K"}
    card = {
        text.split("\t")[1] for text in map(opened.inspector.here.row_text, range(opened.inspector.here.row_count()))
    }
    assert card <= told


def test_a_filter_keeps_the_rows_that_hold_all_its_words(page: ResultsPanel) -> None:
    page.filter.setFocus()
    QTest.keyClicks(page.filter, "250 K yield")
    assert [(line.place, line.symbol) for line in page.lines] == [("250 K", "QY")]


def test_rows_can_be_grouped_by_quantity(page: ResultsPanel) -> None:
    page.groups.setCurrentIndex(1)
    page.groups.activated.emit(1)
    kinds = [without_markup(row.cells[0]).split(" (")[0] for row in page.table.rows]
    assert len(set(kinds)) == sum(one != other for one, other in zip(["", *kinds], kinds, strict=False))


def test_a_click_on_a_row_selects_its_measurement(page: ResultsPanel, opened: Bindings, until: Until) -> None:
    row = next(i for i, line in enumerate(page.lines) if line.stack and line.temperature == 1)
    page.table.row_chosen.emit(row)
    assert opened.looking.view.temperature == 1
    assert opened.looking.view.stack == page.lines[row].stack
    until(lambda: page.table.selected == row)


def test_values_sort_as_numbers_and_what_is_not_determined_comes_last(page: ResultsPanel) -> None:
    for is_descending in (False, True):
        page.table.sort_by(2, is_descending=is_descending)
        keys = [page.table.sort_key(index, 2) for index in page.table.order()]
        known = [key for key in keys if key is not None]
        assert known == sorted(known, reverse=is_descending)
        assert keys[: len(known)] == known


def test_edit_copies_the_table_as_latex(page: ResultsPanel, opened: Bindings) -> None:
    opened.window.menus.actions["copy_latex"].trigger()
    assert QGuiApplication.clipboard().text().count(r"\\") == len(page.lines) + 1


def test_ctrl_c_copies_the_table_that_was_clicked(page: ResultsPanel, opened: Bindings) -> None:
    QTest.mouseClick(page.table, Qt.MouseButton.LeftButton, pos=page.table.row_box(0).center().toPoint())
    opened.window.menus.actions["copy"].trigger()
    assert QGuiApplication.clipboard().text().startswith("T\tT, unit\tT, remark\tQuantity\tvalue")


def test_systematic_errors_come_by_themselves(page: ResultsPanel, opened: Bindings, until: Until) -> None:
    until(lambda: any(line.systematic not in ("", "…") for line in page.lines))
    results = opened.session.results
    assert results is not None
    bare = lines_of(results, NO_SYSTEMATIC)
    assert not any(line.systematic for line in bare)
    assert [line.estimate for line in bare] == [line.estimate for line in page.lines]


def test_tree_and_facts_are_copied_as_they_are_seen(page: ResultsPanel, opened: Bindings) -> None:
    opened.tree.view.setFocus()
    opened.window.menus.actions["copy"].trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines if not line.startswith(" ")][:2] == ["120 K", "250 K"]
    opened.looking.choose_stack(next(line.stack for line in page.lines if line.stack))
    opened.live.display()
    opened.inspector.facts_list.setFocus()
    opened.window.menus.actions["copy_markdown"].trigger()
    assert QGuiApplication.clipboard().text().startswith("| quantity | value |")
