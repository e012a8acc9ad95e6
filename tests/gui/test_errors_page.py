"""The errors page: systematic beside statistical errors, their sources, and the referee on request."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from asplab.core import Results
from asplab.core.systematics import systematic_errors
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.error_studies import ACCOUNT, QUANTITIES, REFEREE
from asplab.gui.panels.polaron.errors import ErrorsPage, _arms, _short
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.settings_catalogue import EFFECTS

Until = Callable[..., None]


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def is_done(bound: Bindings, page: ErrorsPage) -> bool:
    settled = bound.session.is_settled and bound.jobs.is_idle
    return settled and page._states[ACCOUNT.key].is_current and page._accounted() is not None


@pytest.fixture
def page(opened: Bindings, until: Until) -> ErrorsPage:
    opened.choose_temperature(1)
    opened.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("errors")
    found = panel.page
    assert isinstance(found, ErrorsPage)
    until(lambda: is_done(opened, found))
    opened.window.grab()
    return found


def test_every_quantity_has_both_errors_and_the_effect_that_matters_most(page: ErrorsPage, opened: Bindings) -> None:
    found = systematic_errors(results_of(opened))
    wanted = _arms(float(found.plus.phonon_mev[1]), float(found.minus.phonon_mev[1]))
    assert [row.cells[0].split(" ")[0] for row in page.table.rows] == [*(symbol for _, symbol, _ in QUANTITIES), "QY"]
    assert page.table.rows[0].cells[2] == wanted
    assert any(page.table.rows[0].cells[3].startswith(label) for label in EFFECTS.values())


def test_the_bars_hold_all_of_the_variance_and_follow_the_chosen_quantity(page: ErrorsPage) -> None:
    assert sum(part for _, part in page.bars.shares) == pytest.approx(1.0)
    before = page.bars.shares
    page.quantity.setFocus()
    QTest.keyClick(page.quantity, Qt.Key.Key_Down)
    assert page.quantity.key == "g_mev"
    assert page.bars.shares != before


def test_an_effect_that_is_switched_off_brings_nothing(page: ErrorsPage, opened: Bindings, until: Until) -> None:
    assert EFFECTS["path_mismatch_percent"] in dict(page.bars.shares)
    opened.intents.edit_setting("systematics", "path_mismatch_percent", 0.0)
    until(lambda: is_done(opened, page) and EFFECTS["path_mismatch_percent"] not in dict(page.bars.shares))


def test_the_referee_waits_until_asked_and_its_answer_is_marked_after_an_edit(
    page: ErrorsPage, opened: Bindings, until: Until
) -> None:
    assert page._states[REFEREE.key].outcome is None
    assert not page.overturns.rows
    QTest.mouseClick(page.ask_button, Qt.MouseButton.LeftButton)
    until(lambda: not page.ask_button.isEnabled())
    until(lambda: page.overturns.rows, seconds=180.0)
    assert {row.cells[0].split(" (")[0] for row in page.overturns.rows} <= set(EFFECTS.values())
    assert page.claims.text().startswith("(1)")
    opened.intents.edit_setting("systematics", "leak_ppm", 5.0)
    until(lambda: is_done(opened, page))
    assert all(row.is_muted for row in page.overturns.rows)
    assert page._referee.subtitle == "! of earlier settings"
    assert page.ask_button.isEnabled()


@pytest.mark.parametrize(
    ("plus", "minus", "words"),
    [(1.51, 1.58, "+1.5 −1.6"), (0.7, 0.7, "± 0.70"), (float("nan"), 2.0, "+open −2.0"), (0.0, 0.0, "—")],
)
def test_arms_are_told_with_two_digits_and_open_ends_as_such(plus: float, minus: float, words: str) -> None:
    assert _arms(plus, minus) == words


def test_sizes_have_two_digits() -> None:
    assert (_short(0.3359), _short(11.72), _short(2.156)) == ("0.34", "12", "2.2")
