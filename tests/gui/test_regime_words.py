"""The number of excitations per crystal beside the quantum yield: known, too large, or what is missing for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QApplication

from asplab.core import Document, Results
from asplab.core.pipeline import Analysis
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.ratio import RatioPanel
from asplab.gui.view_state import ViewState
from asplab.gui.words.regime import small

VIEW = ViewState(step="ratio")


def pumped(document: Document, cross_section_nm2: float) -> Results:
    pump = replace(
        document.settings.pump, spot_um=50.0, absorption_cross_section_nm2=cross_section_nm2, lifetime_ns=5.0
    )
    return Analysis().update(document.with_settings(pump=pump))


def shown(make: Callable[..., Any], results: Results) -> RatioPanel:
    panel: RatioPanel = make(RatioPanel, LIGHT, size=(1000, 760))
    panel.display(results, VIEW)
    QApplication.processEvents()
    return panel


def test_what_is_missing_is_one_line(make: Callable[..., Any], measured_document: Document) -> None:
    panel = shown(make, Analysis().update(measured_document))
    assert "fill in spot; cross section; lifetime, or repetition rate" in panel.regime.html


def test_a_small_number_is_linear_and_a_large_one_is_warned_of(
    make: Callable[..., Any], measured_document: Document
) -> None:
    few, many = (pumped(measured_document, section) for section in (1e-3, 500.0))
    assert shown(make, few).regime.html.endswith("linear")
    words = shown(make, many).regime.html
    assert "! above 0.1" in words
    assert "(PL)" in words
    assert "(PA)" in words


def test_the_number_stays_during_a_drag(make: Callable[..., Any], measured_document: Document) -> None:
    results = pumped(measured_document, 1e-3)
    panel = shown(make, results)
    words = panel.regime.html
    panel.display(replace(results, linear_regime=None, intervals=None), VIEW)
    assert panel.regime.html == words


def test_small_numbers_keep_two_digits() -> None:
    assert [small(value) for value in (0.0123, 0.00045, 3.2, 0.0)] == ["0.012", "0.00045", "3.2", "0"]


def test_the_line_is_not_cut_in_a_small_window(opened: Bindings) -> None:
    opened.window.resize(1100, 700)
    opened.looking.choose_step("ratio")
    QApplication.processEvents()
    QApplication.processEvents()
    assert opened.page.regime.fitting()
