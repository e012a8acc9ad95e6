"""Where the error comes from: the card follows the selection, its percentages add up, and it says why it is empty."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core import Analysis, Document, Results
from asplab.core.experiment import Experiment
from asplab.core.settings import EfficiencySettings
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.inspector import Inspector
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.budget import ROW_PX, BudgetBars, percents
from asplab.gui.widgets.results import ResultsTable
from asplab.gui.words.sources import error_sources

Make = Callable[..., Any]


@pytest.fixture(scope="session")
def results(measured_document: Document) -> Results:
    return Analysis().update(measured_document)


def selected(results: Results, j: int) -> ViewState:
    assert results.efficiency is not None
    return ViewState(stack=results.efficiency.keys[0][j])


@pytest.mark.parametrize("shares", [(0.548, 0.226, 0.116, 0.096, 0.014), (1.0,), (1 / 3, 1 / 3, 1 / 3), (0.999, 0.001)])
def test_percentages_add_up_to_a_hundred(shares: tuple[float, ...]) -> None:
    shown = percents(shares)
    assert sum(int(text.split()[0]) for text in shown if "<" not in text) == 100
    whole = [int(text.split()[0]) if "<" not in text else 0 for text in shown]
    assert all(abs(number - 100 * share) < 1.0 for number, share in zip(whole, shares, strict=True))


def test_a_share_below_a_percent_is_not_called_none() -> None:
    assert percents((0.998, 0.002)) == ("100 %", "< 1 %")


def test_no_bar_runs_through_the_name_of_its_source(make: Make) -> None:
    bars: BudgetBars = make(BudgetBars, size=(260, 80))
    bars.display([("PA noise", 0.5), ("band shape and mean dark", 0.5)])
    QApplication.processEvents()
    image = bars.grab().toImage()
    accent = QColor(LIGHT.accent).name()
    y = ROW_PX + ROW_PX // 2
    first = next(x for x in range(image.width()) if image.pixelColor(x, y).name() == accent)
    assert first > bars.fontMetrics().horizontalAdvance("band shape and mean dark")


def test_the_quantum_yield_is_explained_until_a_point_is_selected(make: Make, results: Results) -> None:
    inspector: Inspector = make(Inspector, LIGHT, size=(292, 860))
    inspector.display(results, ViewState())
    of_yield = inspector.sources.statistical.bars.shares
    inspector.display(results, selected(results, 3))
    assert error_sources(results, ViewState()).name == "QY"
    assert error_sources(results, selected(results, 3)).name.startswith("η (")
    assert sum(share for _, share in of_yield) == pytest.approx(1.0)
    assert sum(share for _, share in inspector.sources.statistical.bars.shares) == pytest.approx(1.0)
    assert of_yield != inspector.sources.statistical.bars.shares
    assert [share for _, share in of_yield] == sorted((share for _, share in of_yield), reverse=True)


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        (EfficiencySettings(quantum_yield="shared"), "One QY serves"),
        (EfficiencySettings(quantum_yield="fixed", fixed_quantum_yield=0.84, fixed_quantum_yield_error=0.01), "given"),
    ],
)
def test_a_yield_of_all_temperatures_is_not_split_up_but_every_eta_is(
    make: Make, results: Results, chosen: EfficiencySettings, why: str
) -> None:
    document = results.document
    settings = replace(document.settings, efficiency=chosen)
    shared = Analysis().update(replace(document, settings=settings))
    inspector: Inspector = make(Inspector, LIGHT, size=(292, 860))
    inspector.display(shared, ViewState())
    assert inspector.sources.statistical.bars.isHidden()
    assert why in inspector.sources.statistical.why.text()
    inspector.display(shared, selected(shared, 3))
    assert not inspector.sources.statistical.bars.isHidden()
    assert inspector.sources.statistical.why.isHidden()


def test_the_paper_s_lines_say_that_they_have_no_budget(results: Results) -> None:
    document = results.document
    settings = replace(document.settings, efficiency=EfficiencySettings(estimator="ratio"))
    assert (
        "component"
        in error_sources(Analysis().update(replace(document, settings=settings)), ViewState()).statistical.why
    )


# --- in the window -------------------------------------------------------------------------------------------
def click_row(bound: Bindings, table: ResultsTable, symbol: str, click: Any) -> None:
    row = next(i for i, row in enumerate(table.rows) if row.symbol.startswith(symbol))
    click(table, table.row_box(row).center().toPoint())


@pytest.mark.parametrize(("symbol", "name"), [("g", "g"), ("ħω", "ħω"), ("QY", "QY")])
def test_a_click_on_a_result_tells_where_both_of_its_errors_come_from(
    opened: Bindings, click: Any, until: Make, symbol: str, name: str
) -> None:
    view = opened.inspector.sources
    click_row(opened, opened.inspector.here, symbol, click)
    until(lambda: bool(view.quantity.currentText() == name and view.statistical.bars.shares))
    until(lambda: bool(view.systematic.bars.shares))
    told = next(row for row in opened.inspector.here.rows if row.symbol.startswith(symbol))
    assert view.systematic.head.text().startswith(told.systematic.replace("syst", "Systematic"))
    assert view.statistical.head.text().startswith(("Statistical ±", "Statistical +"))
    assert sum(share for _, share in view.systematic.bars.shares) == pytest.approx(1.0)


def test_the_joint_fit_has_sources_of_its_own(opened: Bindings, click: Any, until: Make) -> None:
    view = opened.inspector.sources
    click_row(opened, opened.inspector.here, "E<sub>p</sub>", click)
    until(lambda: bool(view.statistical.bars.shares) and view.quantity.currentText() == "Eₚ")
    alone = view.statistical.bars.shares
    click_row(opened, opened.inspector.joint, "E<sub>p</sub>", click)
    until(lambda: bool(view.statistical.bars.shares) and view.statistical.bars.shares != alone)
    assert opened.inspector.docks["errors"].subtitle == "joint fit"


def test_the_larger_of_both_errors_stands_first(opened: Bindings, click: Any, until: Make) -> None:
    view = opened.inspector.sources
    click_row(opened, opened.inspector.here, "QY", click)
    until(lambda: bool(view.systematic.bars.shares))
    QApplication.processEvents()
    assert view.systematic.y() < view.statistical.y()
    for name in ("yield_slope_percent", "yield_step_percent"):
        opened.intents.edit_setting("systematics", name, 0.0)
    until(lambda: view.systematic.y() > view.statistical.y())


def test_the_result_can_be_chosen_by_key_and_a_click_on_a_point_asks_for_its_eta(opened: Bindings, until: Make) -> None:
    view = opened.inspector.sources
    until(lambda: view.quantity.currentText() == "QY")
    view.quantity.setFocus()
    QTest.keyClick(view.quantity, Qt.Key.Key_Down)
    until(lambda: opened.looking.view.quantity == "g_mev")
    results = opened.session.results
    assert results is not None
    assert results.efficiency is not None
    opened.looking.choose_stack(results.efficiency.keys[0][1])
    until(lambda: view.quantity.currentText().startswith("η ("))


def test_during_a_drag_the_sources_stay_in_sight_as_those_of_before(opened: Bindings, click: Any, until: Make) -> None:
    view = opened.inspector.sources
    click_row(opened, opened.inspector.here, "ħω", click)
    until(lambda: bool(view.statistical.bars.shares) and bool(view.systematic.bars.shares))
    opened.intents.drag_detuning_range(0.0, 120.0)
    until(lambda: "of earlier settings" in view.statistical.head.text())
    assert not view.statistical.bars.isEnabled()
    opened.session.finish_gesture()
    until(lambda: view.statistical.bars.isEnabled() and "earlier" not in view.statistical.head.text())


def test_without_results_there_is_nothing_to_explain() -> None:
    nothing = Analysis().update(Document(Experiment("nothing")))
    assert error_sources(nothing, ViewState()).name == ""
