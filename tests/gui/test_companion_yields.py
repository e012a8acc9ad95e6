"""The pages of quantum yields and of matched intensities, on an experiment that holds both."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.companion.matched import MatchedPage
from asplab.gui.panels.companion.page import CompanionPage
from asplab.gui.panels.companion.yields import YieldPage
from asplab.gui.panels.paged import PagedPanel

Until = Callable[..., None]
Mouse = Callable[..., None]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("yields") / "data"
    experiment = VirtualExperiment(
        temperatures_k=(120.0, 250.0),
        stokes_detuning_mev=(170.0, 320.0, 480.0),
        detuning_mev=(23.0, 46.0, 65.0),
        repeats=2,
        companions=("abc", "sphere", "matched"),
    )
    return Document(load_experiment(simulate(folder, experiment, seed=2).parent))


def page_of(bound: Bindings, key: str, until: Until) -> CompanionPage:
    bound.looking.choose_step("companion")
    panel = bound.page
    assert isinstance(panel, PagedPanel)
    panel.choose(key)
    until(lambda: bound.session.is_settled and panel.has_page)
    page = panel.page
    assert isinstance(page, CompanionPage)
    return page


def yields_of(bound: Bindings, document: Document, until: Until) -> YieldPage:
    bound.session.begin(document)
    page = page_of(bound, "yields", until)
    assert isinstance(page, YieldPage)
    until(lambda: bool(page.table.rows))
    return page


@pytest.mark.parametrize(("key", "told"), [("yields", "sphere_blank"), ("matched", "absorptance_error")])
def test_without_data_the_page_says_what_to_add(opened: Bindings, until: Until, key: str, told: str) -> None:
    page = page_of(opened, key, until)
    until(lambda: page.deck.is_empty)
    assert any(told in label.text() for label in page.deck.empty.findChildren(QLabel))


def test_all_yields_are_drawn_and_listed_with_those_of_the_results(
    opened: Bindings, document: Document, until: Until
) -> None:
    page = yields_of(opened, document, until)
    results = opened.session.results
    assert results is not None
    assert results.abc_yields is not None
    assert results.sphere_yields is not None
    (law,), (sphere,) = results.abc_yields.readings, results.sphere_yields.readings
    assert law.found is not None
    assert [row.cells[0] for row in page.table.rows] == ["ABC law", "integrating sphere", "R", "R"]
    assert page.table.rows[0].cells[3] == law.found.peak_yield.text
    assert page.table.rows[1].cells[3] == sphere.quantum_yield.text
    growth, every = page.plots
    assert len(growth.series) == 2
    assert [one.label for one in every.series] == ["R", "ABC law", "integrating sphere"]
    assert np.asarray(every.series[0].y).size == 2
    assert len(page.sphere.series) == 3
    assert page.windows["laser_nm"].region == sphere.laser_nm
    assert page.windows["emission_nm"].region == sphere.emission_nm


def test_an_edge_of_the_sphere_is_dragged_as_one_step_and_its_yield_follows(
    opened: Bindings, document: Document, mouse: Mouse, application: QApplication, until: Until
) -> None:
    page = yields_of(opened, document, until)
    plot, handle = page.sphere, page.windows["emission_nm"]
    before, cell = handle.region, page.table.rows[1].cells[3]
    assert before is not None
    low, high = plot.view[1]
    grip = plot.pixel_of(before[1], low + 0.3 * (high - low))
    mouse(plot, "move", grip, held=False)
    mouse(plot, "press", grip)
    for step in range(1, 5):
        mouse(plot, "move", grip - QPoint(16 * step, 0))
        application.processEvents()
    dragged = opened.session.results
    assert dragged is not None
    assert not dragged.is_at_rest
    assert page.table.rows[1].cells[3] != cell
    assert [row.cells[0] for row in page.table.rows] == ["ABC law", "integrating sphere", "R", "R"]
    mouse(plot, "release", grip - QPoint(64, 0))
    until(lambda: opened.session.is_settled)
    assert opened.session.document is not None
    ((left, right),) = opened.session.document.settings.yields.emission_nm
    assert left == before[0]
    assert right < before[1] - 1.0
    assert handle.region == (left, right)
    assert opened.session.history.count() == 1
    opened.window.menus.undo.trigger()
    until(lambda: opened.session.is_settled and page.table.rows[1].cells[3] == cell)
    assert handle.region == before


def test_both_etas_and_what_must_be_scattered_are_shown_at_any_temperature(
    opened: Bindings, document: Document, until: Until
) -> None:
    opened.session.begin(document)
    page = page_of(opened, "matched", until)
    assert isinstance(page, MatchedPage)
    until(lambda: len(page.table.rows) == 3)
    results = opened.session.results
    assert results is not None
    assert results.matched is not None
    (one,) = results.matched.readings
    assert one.found is not None
    assert one.comparison is not None
    eta, scattered = page.plots
    assert [series.label for series in eta.series] == ["photothermal", "absorptances"]
    np.testing.assert_array_equal(np.asarray(eta.series[1].y), one.found.eta)
    np.testing.assert_array_equal(np.asarray(scattered.series[0].y), 100.0 * one.comparison.scattered)
    assert [row.cells[2] for row in page.table.rows] == [reading.text for reading in one.found.readings]
    assert opened.looking.view.temperature == 0
    opened.looking.choose_temperature(1)
    until(lambda: opened.session.is_settled)
    assert len(page.plots[0].series) == 2
