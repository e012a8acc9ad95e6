"""The page of absorption: spectra, tail, detailed balance and media, on an experiment that holds all of them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.companion.absorption import AbsorptionPage
from asplab.gui.panels.companion.page import Missing
from asplab.gui.panels.paged import PagedPanel
from asplab.gui.view_state import ViewState

Until = Callable[..., None]
Mouse = Callable[..., None]
FILM, WET, HEAT = "film, curve", "suspension, curve", "film, from heat"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("absorption") / "data"
    experiment = VirtualExperiment(
        temperatures_k=(250.0,),
        stokes_detuning_mev=(170.0, 320.0, 480.0),
        detuning_mev=(23.0, 46.0, 65.0, 90.0),
        repeats=2,
        companions=("absorption",),
    )
    return Document(load_experiment(simulate(folder, experiment, seed=2).parent))


@pytest.fixture
def page(bound: Bindings, document: Document, until: Until) -> AbsorptionPage:
    bound.session.begin(document)
    bound.looking.choose_step("companion")
    panel = bound.page
    assert isinstance(panel, PagedPanel)
    panel.choose("absorption")
    until(lambda: bound.session.is_settled and panel.has_page)
    shown = panel.page
    assert isinstance(shown, AbsorptionPage)
    until(lambda: bool(shown.table.rows))
    return shown


def choose(page: AbsorptionPage, key: str) -> None:
    page.choice.setCurrentIndex(["star", "eta", "media"].index(key))
    page.choice.activated.emit(page.choice.currentIndex())


def test_every_spectrum_is_drawn_with_its_tail_and_listed_with_its_numbers(
    page: AbsorptionPage, bound: Bindings
) -> None:
    results = bound.session.results
    assert results is not None
    assert results.absorption is not None
    film, wet = results.absorption.tails
    assert film.urbach is not None
    assert wet.star is not None
    assert [row.cells[0] for row in page.table.rows] == [FILM, WET, HEAT]
    assert page.table.rows[0].cells[3] == film.urbach.urbach.text
    assert page.table.rows[1].cells[5] == wet.star.wing.text
    assert [row.cells[6] for row in page.table.rows] == ["fails", "holds", "fails"]
    assert [one.label for one in page.plots[0].series if one.label] == [FILM, WET, HEAT]
    assert page.range.isVisible()


def test_the_switch_shows_temperature_efficiency_and_media(page: AbsorptionPage) -> None:
    right = page.plots[1]
    assert [one.label for one in right.series if one.label] == [FILM, WET, HEAT]
    choose(page, "eta")
    assert [one.label for one in right.series] == [WET, "Eqs. 1-5"]
    choose(page, "media")
    assert [one.label for one in right.series] == ["film", "suspension"]
    assert np.asarray(right.series[0].line_y).max() == pytest.approx(1.0)


def test_the_range_of_the_tail_is_dragged_as_one_step_and_its_energy_follows(
    page: AbsorptionPage, bound: Bindings, mouse: Mouse, application: QApplication, until: Until
) -> None:
    plot, handle = page.plots[0], page.range
    before, cell = handle.region, page.table.rows[0].cells[3]
    assert before is not None
    low, high = plot.view[1]
    grip = plot.pixel_of(before[1], low + 0.2 * (high - low))
    mouse(plot, "move", grip, held=False)
    mouse(plot, "press", grip)
    for step in range(1, 5):
        mouse(plot, "move", grip - QPoint(12 * step, 0))
        application.processEvents()
    dragged = bound.session.results
    assert dragged is not None
    assert not dragged.is_at_rest
    assert page.table.rows[0].cells[3] != cell
    mouse(plot, "release", grip - QPoint(48, 0))
    until(lambda: bound.session.is_settled)
    assert bound.session.document is not None
    ((left, right),) = bound.session.document.settings.tails.urbach_mev
    assert left == before[0]
    assert right < before[1] - 1.0
    assert handle.region == (left, right)
    assert bound.session.history.count() == 1
    bound.window.menus.undo.trigger()
    until(lambda: bound.session.is_settled and page.table.rows[0].cells[3] == cell)
    assert handle.region == before


def test_without_absorption_the_page_says_what_to_add(page: AbsorptionPage, bound: Bindings) -> None:
    results = bound.session.results
    assert results is not None
    found = page.picture(replace(results, absorption=None, heat_tails=None), ViewState())
    assert isinstance(found, Missing)
    assert "kind absorption" in found.text
