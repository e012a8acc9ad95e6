"""The pages of temperature trends and overlays: every view is filled, a click draws a law, what is missing is said."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.companion.overlay import OverlayPage
from asplab.gui.panels.companion.trends import TrendsPage
from asplab.gui.panels.paged import PagedPanel

Until = Callable[..., None]
SERIES_K = (120.0, 160.0, 200.0, 240.0, 280.0)


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("trends") / "data"
    experiment = VirtualExperiment(
        temperatures_k=SERIES_K,
        stokes_detuning_mev=(170.0, 480.0),
        detuning_mev=(20.0,),
        repeats=3,
        companions=("low_power",),
    )
    simulate(folder, experiment, seed=4)
    return Document(load_experiment(folder))


def page_of(bound: Bindings, key: str, until: Until) -> object:
    bound.looking.choose_step("companion")
    panel = bound.page
    assert isinstance(panel, PagedPanel)
    panel.choose(key)
    until(lambda: bound.session.is_settled and panel.has_page)
    return panel.page


def trends_of(bound: Bindings, document: Document, until: Until) -> TrendsPage:
    bound.session.begin(document)
    page = page_of(bound, "trends", until)
    assert isinstance(page, TrendsPage)
    until(lambda: bool(page.view.table.rows))
    return page


def test_every_view_is_filled_and_a_click_draws_another_law(opened: Bindings, series: Document, until: Until) -> None:
    page = trends_of(opened, series, until)
    results = opened.session.results
    assert results is not None
    assert results.trends is not None
    trend = results.trends.emission.energies.trend
    assert trend is not None
    laws = [row.cells[0] for row in page.view.table.rows]
    assert laws[0] == trend.rows[0].title
    before = np.asarray(page.view.plots[1].series[1].y)
    table = page.view.table
    row = next(y for y in range(table.height()) if table.row_at(float(y)) == 1)
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(20, row + 4))
    assert page.view.cards[1].findChildren(QLabel)
    assert not np.allclose(before, np.asarray(page.view.plots[1].series[1].y))
    for key in ("widths", "methods", "stokes", "heating"):
        page.choose(key)
        assert page.view.table.rows, key
        assert all(plot.series for plot in page.view.plots), key
    assert len(page.view.table.rows) == len(SERIES_K)


def test_without_a_line_at_low_power_the_view_says_what_to_add(
    opened: Bindings, series: Document, until: Until
) -> None:
    experiment = series.experiment
    kept = tuple(one for one in experiment.spectra if one.kind != "low_power")
    page = trends_of(opened, replace(series, experiment=replace(experiment, spectra=kept)), until)
    page.choose("heating")
    assert page.view.deck.is_empty
    assert any("low_power" in label.text() for label in page.view.deck.empty.findChildren(QLabel))


def test_the_overlay_draws_the_selected_temperature_and_lists_all(
    opened: Bindings, series: Document, until: Until
) -> None:
    opened.session.begin(series)
    page = page_of(opened, "overlay", until)
    assert isinstance(page, OverlayPage)
    until(lambda: len(page.table.rows) == len(SERIES_K))
    spectra, _ = page.plots
    assert max(np.nanmax(np.asarray(one.line_y)) for one in spectra.series) > 0.9
    before = [np.asarray(one.line_y).sum() for one in spectra.series]
    opened.looking.choose_temperature(0 if opened.looking.view.temperature else 4)
    until(lambda: [np.asarray(one.line_y).sum() for one in spectra.series] != before)
