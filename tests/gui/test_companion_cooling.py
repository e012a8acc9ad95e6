"""The page of the cooling map: the chance from repeats, a sample of other numbers; both errors on the page Cooling."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from asplab.gui.bindings import Bindings
from asplab.gui.panels.companion.cooling import CoolingPage
from asplab.gui.panels.companion.cooling_map import CoolingMapPage
from asplab.gui.panels.companion.cooling_studies import COOLING_ERRORS, COOLING_MAP

Until = Callable[..., None]


def page_of(opened: Bindings, key: str) -> Any:
    opened.looking.choose_step("companion")
    opened.page.choose(key)  # type: ignore[attr-defined]
    return opened.page.page  # type: ignore[attr-defined]


@pytest.fixture
def page(opened: Bindings, until: Until) -> CoolingMapPage:
    found = page_of(opened, "cooling_map")
    assert isinstance(found, CoolingMapPage)
    with painted_once(opened.window):
        until(lambda: opened.jobs.is_idle and found._states[COOLING_MAP.key].is_current, seconds=60.0)
    return found


def test_the_map_of_repeats_is_drawn_at_rest_with_the_measured_places(page: CoolingMapPage, opened: Bindings) -> None:
    found = page._states[COOLING_MAP.key].value
    assert found.found.n_draws == 400
    assert page.told.text().startswith("Within what was measured")
    results = opened.session.results
    assert results is not None
    assert results.cooling is not None
    assert len(page.plot.series[-1].x) == int(np.isfinite(results.cooling.product).sum())
    assert page.chances._hatched[0].all()
    row, column = found.best
    assert "cools with 0" in page.chances._tip(row, column)


def test_a_better_sample_would_cool_and_the_map_shows_where(page: CoolingMapPage, opened: Bindings) -> None:
    assert "would heat" in page.imagined.text()
    assert not [one for one in page.plot.series if one.label == "cools from here"]
    document = opened.session.document
    yields = page.knobs["quantum_yield"].field
    yields.setFocus()
    yields.selectAll()
    QTest.keyClicks(yields, "0.999")
    QTest.keyClick(yields, Qt.Key.Key_Return)
    page.knobs["log_scale"].slider.setValue(page.knobs["log_scale"].slider.maximum())
    assert "would cool" in page.imagined.text()
    (edge,) = [one for one in page.plot.series if one.label == "cools from here"]
    assert np.nanmin(edge.line_x) == pytest.approx(2.4, abs=3.0)
    assert opened.session.document is document
    QTest.mouseClick(page.reset_button, Qt.MouseButton.LeftButton)
    assert "would heat" in page.imagined.text()
    assert not page.reset_button.isEnabled()


def test_a_posterior_is_asked_for_where_none_was_sampled(page: CoolingMapPage, opened: Bindings, until: Until) -> None:
    assert not page.sample_button.isVisibleTo(page)
    page.sources.setFocus()
    QTest.keyClick(page.sources, Qt.Key.Key_Down)
    until(lambda: opened.jobs.is_idle)
    assert page.sample_button.isVisibleTo(page)
    assert page.map_card.subtitle == "not sampled yet: press “Sample”"
    QTest.mouseClick(page.sample_button, Qt.MouseButton.LeftButton)
    until(lambda: page.map_card.subtitle == "sampling …")
    opened.theory.studies.cancel()
    until(lambda: "Cancelled" in page.map_card.subtitle)


def test_the_page_cooling_tells_both_errors_and_what_would_be_needed(opened: Bindings, until: Until) -> None:
    page = page_of(opened, "cooling")
    assert isinstance(page, CoolingPage)
    until(lambda: opened.jobs.is_idle and page._states[COOLING_ERRORS.key].is_current, seconds=60.0)
    until(lambda: "(systematic)" in page.note.text())
    assert "one alone does not suffice" in page.note.text()
