"""Where the error comes from: the card follows the selection, its percentages add up, and it says why it is empty."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from asplab.core import Analysis, Document, Results
from asplab.core.experiment import Experiment
from asplab.core.settings import EfficiencySettings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.inspector import Inspector
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.budget import ROW_PX, BudgetBars, percents
from asplab.gui.words.findings import error_sources

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
    of_yield = inspector.budget.shares
    inspector.display(results, selected(results, 3))
    assert error_sources(results, ViewState()).name == "QY"
    assert error_sources(results, selected(results, 3)).name == "η"
    assert sum(share for _, share in of_yield) == pytest.approx(1.0)
    assert sum(share for _, share in inspector.budget.shares) == pytest.approx(1.0)
    assert of_yield != inspector.budget.shares
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
    assert inspector.budget.isHidden()
    assert why in inspector.no_budget.text()
    inspector.display(shared, selected(shared, 3))
    assert not inspector.budget.isHidden()
    assert inspector.no_budget.isHidden()


def test_the_paper_s_lines_say_that_they_have_no_budget(results: Results) -> None:
    document = results.document
    settings = replace(document.settings, efficiency=EfficiencySettings(estimator="ratio"))
    assert "component" in error_sources(Analysis().update(replace(document, settings=settings)), ViewState()).why


def test_without_results_there_is_nothing_to_explain() -> None:
    nothing = Analysis().update(Document(Experiment("nothing")))
    assert error_sources(nothing, ViewState()).name == ""
