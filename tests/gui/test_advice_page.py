"""The advice page: shifts without each point, and what one more would bring."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.polaron.comparison.advice import plan_measurement
from asplab.core.polaron.comparison.influence import leave_one_out
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.advice import AdvicePage
from asplab.gui.panels.polaron.panel import PolaronPanel

Until = Callable[..., None]


def plain_words(label: QLabel) -> str:
    """Return the words of a label with plain blanks."""
    return label.text().replace("\u00a0", " ")


def is_done(bound: Bindings, page: AdvicePage) -> bool:
    return bound.session.is_settled and bound.jobs.is_idle and page._state.is_current and bool(page.table.rows)


@pytest.fixture
def page(opened: Bindings, until: Until) -> AdvicePage:
    opened.looking.choose_temperature(1)
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("advice")
    found = panel.page
    assert isinstance(found, AdvicePage)
    with painted_once(opened.window):
        until(lambda: is_done(opened, found))
    return found


def fit_of(bound: Bindings) -> Any:
    results = bound.session.results
    assert results is not None
    assert results.efficiency is not None
    return fit_model(results.efficiency, "eq9", ModelOptions())


def test_points_stand_where_the_repeated_fits_put_them(page: AdvicePage, opened: Bindings) -> None:
    shift = leave_one_out(fit_of(opened)).shift[:, :, 1]
    assert np.nanmax(np.abs(shift)) < 5.0
    for t, series in enumerate(page.shifts.series):
        np.testing.assert_allclose(series.y, shift[t], atol=1e-6)
    most = np.nanargmax(np.abs(shift[1]))
    assert float(page.table.rows[1].cells[2].replace("−", "-")) == pytest.approx(shift[1, most], abs=0.006)


def test_a_click_on_a_point_selects_it_everywhere(page: AdvicePage, opened: Bindings, click: Any, until: Until) -> None:
    series = page.shifts.series[1]
    j = int(np.nanargmax(np.abs(np.asarray(series.y))))
    click(page.shifts, page.shifts.pixel_of(float(np.asarray(series.x)[j]), float(np.asarray(series.y)[j])))
    assert opened.session.results is not None
    assert opened.session.results.efficiency is not None
    until(lambda: opened.looking.view.stack == opened.session.results.efficiency.keys[1][j])
    assert opened.looking.view.stack
    assert page.shifts.series_layer._selected == (1, j)


def test_the_best_place_is_where_the_error_falls_most(page: AdvicePage, opened: Bindings) -> None:
    used = np.concatenate([np.asarray(series.line_x) for series in page.errors.series])
    found = plan_measurement(fit_of(opened), eta_error=0.005, detuning_mev=np.unique(used))
    left = found.error_after / found.error_now[:, None]
    t, c = np.unravel_index(np.nanargmin(left), left.shape)
    assert page.errors.series_layer._selected == (t, 0)
    assert np.asarray(page.errors.series[t].x)[0] == pytest.approx(found.detuning_mev[c])
    assert f"ΔE = {found.detuning_mev[c]:.0f} meV" in plain_words(page.words)
    assert f"{found.temperatures_k[t]:.0f} K" in plain_words(page.words)


def test_the_joint_fit_another_parameter_and_a_better_point_have_plans_of_their_own(
    page: AdvicePage, opened: Bindings
) -> None:
    QTest.keyClick(page.fits, Qt.Key.Key_Down)
    joint = plan_measurement(fit_of(opened), eta_error=0.005)
    assert page.table.rows[0].cells[4] == page.table.rows[1].cells[4]
    assert float(page.table.rows[0].cells[4]) == pytest.approx(joint.joint_error_now, rel=0.01)
    assert "joint fit" in plain_words(page.words)
    before = plain_words(page.words)
    page.eta_error.setFocus()
    page.eta_error.selectAll()
    QTest.keyClicks(page.eta_error, "0.001")
    QTest.keyClick(page.eta_error, Qt.Key.Key_Return)
    assert "± 0.001" in plain_words(page.words)
    fall = [float(text.split("(")[1].split(" ")[0]) for text in (before, plain_words(page.words))]
    assert fall[1] > fall[0]
    QTest.keyClick(page.parameter, Qt.Key.Key_Down)
    assert "error of g of the joint fit" in plain_words(page.words)


def test_a_row_chooses_its_temperature_and_old_advice_is_grey(
    page: AdvicePage, opened: Bindings, click: Any, until: Until
) -> None:
    click(page.table, page.table.row_box(0).center().toPoint())
    until(lambda: opened.looking.view.temperature == 0 and page.table.selected == 0)
    assert not any(row.is_muted for row in page.table.rows)
    opened.intents.edit_setting("polaron", "detuning_range_mev", (25.0, 1000.0))
    until(lambda: all(row.is_muted for row in page.table.rows))
    until(lambda: is_done(opened, page) and not page.table.rows[0].is_muted)
    assert float(np.asarray(page.errors.series[0].line_x)[0]) >= 25.0
