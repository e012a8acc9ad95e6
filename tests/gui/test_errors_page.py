"""The errors page: systematic beside statistical errors, their sources, and what each effect does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from asplab.core import Results
from asplab.core.systematics import systematic_errors
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.error_rows import error_rows, sentence
from asplab.gui.panels.polaron.error_studies import QUANTITIES
from asplab.gui.panels.polaron.errors import ErrorsPage
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.widgets.numerals import measured
from asplab.gui.words.findings import temperature_rows
from asplab.gui.words.systematic import NONE, arms

Until = Callable[..., None]


def plain_words(label: QLabel) -> str:
    """Return the words of a label with plain blanks."""
    return label.text().replace("\u00a0", " ")


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def is_done(bound: Bindings, page: ErrorsPage) -> bool:
    settled = bound.session.is_settled and bound.jobs.is_idle
    return settled and page._state.is_current and page._budgets() is not None and page._split.is_current


@pytest.fixture
def page(opened: Bindings, until: Until) -> ErrorsPage:
    opened.looking.choose_temperature(1)
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("errors")
    found = panel.page
    assert isinstance(found, ErrorsPage)
    with painted_once(opened.window):
        until(lambda: is_done(opened, found))
    return found


def test_every_quantity_has_both_errors_and_the_effect_that_matters_most(page: ErrorsPage, opened: Bindings) -> None:
    found = systematic_errors(results_of(opened))
    wanted = arms(float(found.plus.phonon_mev[1]), float(found.minus.phonon_mev[1]))
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


def test_the_value_has_the_arms_of_the_results_card(page: ErrorsPage, opened: Bindings) -> None:
    rows = temperature_rows(results_of(opened), opened.looking.view)
    phonon, coupling = (next(row for row in rows if row.symbol.split(" (")[0] == symbol) for symbol in ("ħω", "g"))
    assert page.table.rows[0].cells[1] == measured(phonon.estimate)
    assert page.table.rows[1].cells[1] == measured(coupling.estimate)


def test_a_fit_that_is_not_identified_has_no_systematic_error(page: ErrorsPage, opened: Bindings) -> None:
    results = results_of(opened)
    assert results.intervals is not None
    found, nothing = systematic_errors(results), np.zeros_like(results.intervals.identified)
    vague = replace(results, intervals=replace(results.intervals, identified=nothing))
    rows = {row.cells[0].split(" ")[0]: row.cells for row in error_rows(found, vague, 1, is_muted=False)}
    assert rows["ħω"][2:] == rows["g"][2:] == (NONE, NONE)
    # E_p is known all the same.
    assert NONE not in rows["Eₚ"][2:]
    assert sentence(found, "phonon_mev", 1, vague).startswith("ħω is not identified")


# --- what each effect does -----------------------------------------------------------------------------------
def show_changes(page: ErrorsPage) -> None:
    page.mode.setFocus()
    QTest.keyClick(page.mode, Qt.Key.Key_Down)
    assert page.mode.key == "change"


def sides_of(cell: str) -> tuple[float, float]:
    """Return the upper and the lower side of an error as it is told."""
    parts = {part[0]: float(part[1:]) for part in cell.split() if part[0] in "+−"}
    return parts.get("+", 0.0), parts.get("−", 0.0)


def effect_row(page: ErrorsPage, name: str) -> int:
    return next(i for i, row in enumerate(page.effects.rows) if row.cells[0] == EFFECTS[name])


def test_every_effect_is_told_at_its_prior_size_and_the_largest_stands_first(
    page: ErrorsPage, opened: Bindings
) -> None:
    found = systematic_errors(results_of(opened))
    moved = [row.cells[0] for row in page.effects.rows[1:] if not row.words]
    variance = found.variance("phonon_mev")[:, 1]
    order = np.argsort(-np.nan_to_num(variance, nan=np.inf), kind="stable")
    assert moved == [EFFECTS[found.names[k]] for k in order]
    left = {EFFECTS[name]: why for name, why in found.left_out}
    assert {row.cells[0]: row.words for row in page.effects.rows if row.words} == left
    assert plain_words(page.words).startswith("ħω (250 K)")
    assert EFFECTS[found.names[order[0]]] in plain_words(page.words)


def test_the_shifts_are_those_of_the_refits(page: ErrorsPage, opened: Bindings) -> None:
    found = systematic_errors(results_of(opened))
    show_changes(page)
    k, row = found.names.index("yield_slope_percent"), page.effects.rows[effect_row(page, "yield_slope_percent")]
    heads = [column.header for column in page.effects._columns]
    assert row.cells[1] == f"± {found.sigma[k]:.3g} %/300 meV"
    told = row.cells[heads.index("Eₚ")].replace("−", "-")
    up, down = float(found.up.polaron_energy_mev[k, 1]), float(found.down.polaron_energy_mev[k, 1])
    sizes = [float(part) for part in told.split()]
    assert (sizes[0], sizes[-1]) == (pytest.approx(up, abs=0.06), pytest.approx(down, abs=0.06))
    yields = row.cells[heads.index("QY")].replace("−", "-").split()
    assert float(yields[0]) == pytest.approx(1e3 * float(found.up.quantum_yield[k, 1]), abs=0.1)


def test_a_one_sided_effect_has_one_side(page: ErrorsPage) -> None:
    show_changes(page)
    row = page.effects.rows[effect_row(page, "leak_ppm")]
    assert row.cells[1].startswith("+ ")
    assert not any(" " in cell or "±" in cell for cell in row.cells[2:])


def test_the_order_follows_the_chosen_quantity_and_the_joint_fit_has_no_eta(
    page: ErrorsPage, opened: Bindings, until: Until
) -> None:
    found = systematic_errors(results_of(opened))
    for _ in range(2):
        QTest.keyClick(page.quantity, Qt.Key.Key_Down)
    assert page.quantity.key == "polaron_energy_mev"
    best = int(np.nanargmax(found.variance("polaron_energy_mev")[:, 1]))
    assert page.effects.rows[1].cells[0] == EFFECTS[found.names[best]]
    assert plain_words(page.words).startswith("E<sub>p</sub> (250 K)")
    QTest.keyClick(page.fits, Qt.Key.Key_Down)
    until(lambda: is_done(opened, page))
    heads = [column.header for column in page.effects._columns]
    assert heads == ["Effect", "prior", "Eₚ", "g", "ħω", "S"]
    assert "all temperatures" in plain_words(page.words)


@pytest.mark.parametrize("quantity", ["phonon_mev", "g_mev", "quantum_yield"])
def test_what_the_effects_bring_adds_up_to_the_error_that_is_shown(page: ErrorsPage, quantity: str) -> None:
    page.quantity.display(quantity)
    page.quantity.chosen.emit(quantity)
    total, *parts = (sides_of(row.cells[2]) for row in page.effects.rows if not row.words)
    symbol = "QY" if quantity == "quantum_yield" else page.quantity.currentText()
    told = next(row.cells[2] for row in page.table.rows if row.cells[0].split(" ")[0] == symbol)
    scale = 1e-3 if quantity == "quantum_yield" else 1.0
    shown = (float(told[2:]),) * 2 if told.startswith("±") else sides_of(told)
    for side in (0, 1):
        # Every part is rounded to the decimals of the whole.
        assert np.hypot.reduce([part[side] for part in parts]) == pytest.approx(total[side], abs=0.15)
        assert scale * total[side] == pytest.approx(shown[side], rel=0.1)


def test_a_click_on_all_effects_together_changes_nothing(page: ErrorsPage, opened: Bindings, click: Any) -> None:
    before = opened.session.document
    click(page.effects, page.effects.row_box(0).center().toPoint())
    QApplication.processEvents()
    assert opened.session.document is before


def test_the_page_follows_a_result_that_is_chosen_in_the_results(
    page: ErrorsPage, opened: Bindings, click: Any, until: Until
) -> None:
    row = next(i for i, row in enumerate(opened.inspector.joint.rows) if row.symbol == "g")
    click(opened.inspector.joint, opened.inspector.joint.row_box(row).center().toPoint())
    until(lambda: page.quantity.key == "g_mev" and is_done(opened, page))
    assert page.fits.key == "joint"


@pytest.mark.parametrize("name", ["temperature_k", "gain_slope_percent"])
def test_a_click_on_an_effect_leads_to_its_prior(page: ErrorsPage, opened: Bindings, click: Any, name: str) -> None:
    form = opened.inspector.form
    assert form is not None
    field = form.field("systematics", name)
    assert not field.isVisible()
    click(page.effects, page.effects.row_box(effect_row(page, name)).center().toPoint())
    QApplication.processEvents()
    assert field.isVisible()
    assert field.hasFocus()
    top = field.mapTo(opened.inspector._scroll, QPoint()).y()
    assert 0 <= top <= opened.inspector._scroll.height() - field.height()


@pytest.mark.usefixtures("afresh")
def test_after_an_edit_the_effects_are_of_earlier_settings_until_they_are_found_again(
    page: ErrorsPage, opened: Bindings, until: Until
) -> None:
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    opened.live.display()
    assert all(row.is_muted for row in page.effects.rows)
    until(lambda: is_done(opened, page))
    assert not any(row.is_muted for row in page.effects.rows if not row.words)


# --- the results card ----------------------------------------------------------------------------------------
def told_beside(bound: Bindings, symbol: str) -> str:
    return next(row.systematic for row in bound.inspector.here.rows if row.symbol.split(" (")[0] == symbol)


def test_an_energy_of_eq_9_is_called_that_of_a_single_gap(opened: Bindings) -> None:
    for table in (opened.inspector.here, opened.inspector.joint):
        assert [row.symbol for row in table.rows if row.symbol.startswith("ħω")] == ["ħω (single gap)"]


def test_the_results_card_has_the_systematic_errors_once_they_are_known(
    page: ErrorsPage, opened: Bindings, until: Until
) -> None:
    found = systematic_errors(results_of(opened))
    wanted = arms(float(found.plus.phonon_mev[1]), float(found.minus.phonon_mev[1]))
    assert told_beside(opened, "ħω") == f"syst {wanted}"
    assert told_beside(opened, "QY").startswith("syst ")
    assert all(row.systematic for row in opened.inspector.joint.rows)
    assert told_beside(opened, "E<sub>g</sub>") == ""


@pytest.mark.usefixtures("afresh")
def test_while_they_are_found_again_their_room_is_kept_and_on_another_step_they_follow_too(
    page: ErrorsPage, opened: Bindings, until: Until
) -> None:
    height = opened.inspector.here.sizeHint().height()
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    opened.live.display()
    assert opened.inspector.here.rows[-1].is_earlier
    assert opened.inspector.here.sizeHint().height() == height
    until(lambda: is_done(opened, page))
    assert told_beside(opened, "ħω") not in ("", "syst …")
    opened.looking.choose_step("ratio")
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 110.0))
    until(lambda: opened.session.is_settled and opened.inspector.here.rows[-1].is_earlier)
    until(lambda: not opened.inspector.here.rows[-1].is_earlier)


@pytest.mark.parametrize(
    ("plus", "minus", "words"),
    [
        (1.51, 1.58, "+1.5 −1.6"),
        (6.01e-3, 3e-4, "+0.0060 −0.0003"),
        (0.7, 0.7, "± 0.70"),
        (float("nan"), 2.0, "+open −2.0"),
        (0.0, 0.0, "—"),
    ],
)
def test_arms_are_told_with_two_digits_and_open_ends_as_such(plus: float, minus: float, words: str) -> None:
    assert arms(plus, minus) == words
