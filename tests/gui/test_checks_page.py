"""The checks page: a sign for every fit, and the numbers and the meaning of the one that is chosen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from painting import painted_once
from PySide6.QtCore import QPoint

from asplab.core.consistency import check_consistency
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.checks import SIGNS, ChecksPage, _words
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.widgets.text import without_markup

Until = Callable[..., None]


@pytest.fixture
def page(opened: Bindings, until: Until) -> ChecksPage:
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("checks")
    found = panel.page
    assert isinstance(found, ChecksPage)
    with painted_once(opened.window):
        until(lambda: opened.session.is_settled and opened.jobs.is_idle and found.table.rows)
    return found


def test_every_check_of_the_fit_has_a_row_with_its_sign(page: ChecksPage, opened: Bindings) -> None:
    assert opened.session.results is not None
    wanted = [one for one in check_consistency(opened.session.results) if one.place == "120 K"]
    assert [row.cells[0][0] for row in page.table.rows] == [SIGNS[one.status] for one in wanted]
    assert [row.tip for row in page.table.rows] == [one.meaning for one in wanted]


def test_a_conflict_is_shown_first_and_a_click_explains_another_check(page: ChecksPage, click: Any) -> None:
    assert page.table.selected is not None
    assert page.table.rows[page.table.selected].cells[0].startswith("!")
    other = next(i for i, row in enumerate(page.table.rows) if row.cells[0].startswith("✓"))
    click(page.table, page.table.row_box(other).center().toPoint())
    assert page.table.selected == other
    assert page.table.rows[other].tip in page.meaning.text()


def test_the_matrix_has_a_column_for_every_fit_and_leads_to_the_check(page: ChecksPage, click: Any) -> None:
    assert [column.header for column in page.matrix._columns] == ["Check", "joint", "120", "250"]
    signs = {sign for row in page.matrix.rows for sign in row.cells[1:]}
    assert signs <= {*SIGNS.values(), ""}
    assert "✓" in signs
    row = next(i for i, one in enumerate(page.matrix.rows) if one.cells[2])
    click(page.matrix, page.matrix.row_box(row).center().toPoint())
    assert page.matrix.selected == row
    assert page.matrix.rows[row].cells[0] in page.meaning.text()


def test_another_temperature_shows_its_own_checks(page: ChecksPage, opened: Bindings, until: Until) -> None:
    before = [row.cells for row in page.table.rows]
    opened.looking.choose_temperature(1)
    until(lambda: [row.cells for row in page.table.rows] != before)
    assert page._left._title.html == "Fit at 250 K"


def test_the_meaning_of_a_check_shows_a_less_than_sign(page: ChecksPage) -> None:
    one = page._here[0]
    meaning = "Too large by chance (p < 0.001). Eq. 9 does not hold."
    assert meaning in without_markup(_words(replace(one, meaning=meaning))).replace("\xa0", " ")


def test_a_sign_of_the_matrix_leads_to_its_fit_and_check(
    page: ChecksPage, opened: Bindings, until: Until, click: Any
) -> None:
    row = next(i for i, one in enumerate(page.matrix.rows) if one.cells[1] and one.cells[3])
    for column, title in ((3, "Fit at 250 K"), (1, "Joint fit")):
        _, right = page.matrix.edges()[column]
        click(page.matrix, QPoint(round(right - 4), round(page.matrix.row_box(row).center().y())))
        until(lambda title=title: page._left._title.html == title)
        assert page.matrix.selected == row
    assert opened.looking.view.temperature == 1
