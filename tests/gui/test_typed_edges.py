"""The place of an edge typed over the plot: a double click or F2 opens the field, Enter takes it."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.core.units import wavelength_from_energy
from asplab.gui.bindings import Bindings
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.edge_field import EdgeField

Until = Callable[..., None]


def opened_field(plot: Plot) -> EdgeField:
    QApplication.processEvents()
    found = [field for field in plot.findChildren(EdgeField) if field.isVisible()]
    assert len(found) == 1
    return found[0]


def double_click(plot: Plot, place: float) -> EdgeField:
    low, high = plot.view[1]
    pixel = plot.pixel_of(place, low + 0.3 * (high - low))
    QTest.mouseMove(plot.viewport(), pixel)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel)
    QTest.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel)
    return opened_field(plot)


def typed(field: EdgeField, text: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


@pytest.fixture
def page(opened: Bindings) -> OverviewPanel:
    page = opened.pages["overview"]
    assert isinstance(page, OverviewPanel)
    return page


def edges(page: OverviewPanel) -> tuple[float, float]:
    region = page.window_handle.region
    assert region is not None
    return region


def test_an_edge_of_the_window_is_typed_as_one_step_to_undo(
    opened: Bindings, page: OverviewPanel, until: Until
) -> None:
    before = edges(page)
    field = double_click(page.spectra, before[0])
    assert field.value == pytest.approx(before[0])
    typed(field, f"{before[0] - 2:.2f}")
    until(lambda: opened.session.is_settled)
    assert edges(page) == (pytest.approx(before[0] - 2, abs=0.005), before[1])
    assert opened.session.history.count() == 1
    opened.session.history.undo()
    until(lambda: opened.session.is_settled)
    assert edges(page) == before


def test_a_photon_energy_is_taken_for_a_wavelength(opened: Bindings, page: OverviewPanel, until: Until) -> None:
    before = edges(page)
    field = double_click(page.spectra, before[1])
    energy_ev = float(f"{1239.84198 / (before[1] + 3):.4f}")
    typed(field, f"{energy_ev} eV")
    until(lambda: opened.session.is_settled)
    medium = page.window_handle.medium
    assert edges(page)[1] == pytest.approx(wavelength_from_energy(energy_ev * 1000, medium=medium), abs=0.01)


def test_escape_and_a_click_elsewhere_change_nothing(opened: Bindings, page: OverviewPanel) -> None:
    before = edges(page)
    field = double_click(page.spectra, before[0])
    QTest.keyClicks(field, "400")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    field = double_click(page.spectra, before[0])
    QTest.keyClicks(field, "400")
    page.eta.setFocus()
    QApplication.processEvents()
    assert not [one for one in page.spectra.findChildren(EdgeField) if one.isVisible()]
    assert edges(page) == before
    assert opened.session.history.count() == 0


def test_what_is_no_place_stays_in_the_field_with_its_reason(opened: Bindings, page: OverviewPanel) -> None:
    told: list[str] = []
    page.spectra.hint_changed.connect(told.append)
    field = double_click(page.spectra, edges(page)[0])
    typed(field, "blue")
    assert field.isVisible()
    assert "blue" in told[-1]
    assert opened.session.history.count() == 0


def test_the_gap_is_typed_with_the_keyboard_alone(opened: Bindings, until: Until) -> None:
    opened.looking.choose_step("absorption")
    until(lambda: opened.session.is_settled)
    opened.window.grab()
    panel: Any = opened.page
    plot = panel.scan
    pixel = plot.pixel_of(0.0, plot.view[1][0]) - QPoint(0, 12)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel)
    QTest.keyClick(plot, Qt.Key.Key_F2)
    field = opened_field(plot)
    assert field.value is not None
    wanted = round(field.value + 4.0, 1)
    typed(field, f"{wanted}")
    until(lambda: opened.session.is_settled)
    results = opened.session.results
    assert results is not None
    assert results.energies is not None
    assert results.energies.reference_mev[0] == pytest.approx(wanted, abs=0.05)
    assert opened.session.history.count() == 1
