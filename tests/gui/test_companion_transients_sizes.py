"""The pages of transients and of sizes, on an experiment that holds both."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel

from asplab.core.companion.sizes.distribution import LEAST_PARTICLES
from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.companion.page import CompanionPage
from asplab.gui.panels.companion.sizes import SizesPage
from asplab.gui.panels.companion.transients import TransientsPage
from asplab.gui.panels.paged import PagedPanel

Until = Callable[..., None]
Mouse = Callable[..., None]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("rises") / "data"
    experiment = VirtualExperiment(
        temperatures_k=(250.0,),
        stokes_detuning_mev=(170.0, 320.0, 480.0),
        detuning_mev=(33.0, 77.0),
        repeats=2,
        companions=("transients", "sizes"),
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


def sizes_of(bound: Bindings, document: Document, until: Until) -> SizesPage:
    bound.session.begin(document)
    page = page_of(bound, "sizes", until)
    assert isinstance(page, SizesPage)
    until(lambda: bool(page.table.rows))
    return page


@pytest.mark.parametrize(("key", "told"), [("transients", "delay_fs"), ("sizes", "Area in nm²")])
def test_without_data_the_page_says_what_to_add(opened: Bindings, until: Until, key: str, told: str) -> None:
    page = page_of(opened, key, until)
    until(lambda: page.deck.is_empty)
    assert any(told in label.text() for label in page.deck.empty.findChildren(QLabel))


def test_rises_and_times_are_those_of_the_results_and_limits_stand_apart(
    opened: Bindings, document: Document, until: Until
) -> None:
    opened.session.begin(document)
    page = page_of(opened, "transients", until)
    until(lambda: len(page.table.rows) == 2)
    results = opened.session.results
    assert results is not None
    assert results.upconversion is not None
    fast, slow = results.upconversion.rows
    assert fast.rates is not None
    assert slow.rates is not None
    assert fast.rates.rise_fs.upper_limit is not None
    assert page.table.rows[0].cells[2].startswith("< ")
    assert page.table.rows[1].cells[2] == slow.rates.rise_fs.text.removesuffix(" fs")
    assert page.table.rows[0].cells[-1] == fast.rates.rise_fs.reason
    assert isinstance(page, TransientsPage)
    assert page.note.isVisible()
    assert page.note.text() == f"33 meV: {fast.rates.rise_fs.reason}"
    traces, times = page.plots
    assert [one.label for one in traces.series] == ["33 meV", "77 meV", "no rise"]
    up = next(one for one in times.series if one.label == "up")
    assert np.asarray(up.y) == pytest.approx([1e3 / slow.rates.upconversion_per_ps.value])
    limits = [one for one in times.series if one.symbol == "wedge"]
    assert [float(np.asarray(one.x)[0]) for one in limits] == pytest.approx([fast.detuning_mev] * 4)


def test_without_eta_the_rises_are_still_shown_and_what_is_missing_is_told(
    opened: Bindings, document: Document, until: Until
) -> None:
    bare = replace(document.experiment, spectra=(), scans=())
    opened.session.begin(Document(bare))
    page = page_of(opened, "transients", until)
    until(lambda: len(page.table.rows) == 2)
    assert "η is not available" in page.table.rows[1].cells[-1]
    assert len(page.plots[0].series) == 3
    assert not page.plots[1].series


def test_the_cut_is_dragged_live_and_one_step_of_undo_takes_it_back(
    opened: Bindings, document: Document, mouse: Mouse, application: QApplication, until: Until
) -> None:
    page = sizes_of(opened, document, until)
    plot, count = page.plots[0], page.table.rows[0].cells[1]
    assert count == "957"
    low, high = plot.view[1]
    grip = plot.pixel_of(0.0, low + 0.3 * (high - low))
    target = plot.pixel_of(6.5, low + 0.3 * (high - low))
    by = target.x() - grip.x()
    mouse(plot, "move", grip, held=False)
    mouse(plot, "press", grip)
    for step in range(1, 5):
        mouse(plot, "move", grip + QPoint(by * step // 4, 0))
        application.processEvents()
    dragged = opened.session.results
    assert dragged is not None
    assert not dragged.is_at_rest
    assert int(page.table.rows[0].cells[1]) < 800
    mouse(plot, "release", target)
    until(lambda: opened.session.is_settled)
    assert opened.session.document is not None
    assert opened.session.document.settings.sizes.minimum_nm == pytest.approx(6.5, abs=0.05)
    assert page.cut.place == opened.session.document.settings.sizes.minimum_nm
    assert opened.session.history.count() == 1
    opened.window.menus.undo.trigger()
    until(lambda: opened.session.is_settled and page.table.rows[0].cells[1] == count)
    assert page.cut.place == 0.0


def test_a_cut_that_leaves_too_few_keeps_the_particles_and_the_line_in_sight(
    opened: Bindings, document: Document, until: Until
) -> None:
    page = sizes_of(opened, document, until)
    opened.intents.edit_setting("sizes", "minimum_nm", 30.0)
    until(lambda: opened.session.is_settled and page.table.rows[0].cells[1] == "—")
    assert f"{LEAST_PARTICLES} are needed" in page.table.rows[0].cells[-1]
    assert "are needed" in page.note.text()
    assert len(page.plots[0].series) == 1
    assert page.cut.place == 30.0


def test_the_spread_of_gaps_goes_to_the_rate_models_by_a_click_and_back_by_undo(
    opened: Bindings, document: Document, until: Until
) -> None:
    page = sizes_of(opened, document, until)
    assert not page.use_button.isEnabled()
    assert "dE/dl" in page.use_button.toolTip()
    opened.intents.edit_setting("sizes", "slope_mev_per_nm", -40.0)
    until(lambda: opened.session.is_settled and page.use_button.isEnabled())
    results = opened.session.results
    assert results is not None
    assert results.sizes is not None
    (sample,) = results.sizes.samples
    assert sample.gap is not None
    page.use_button.click()
    until(lambda: opened.session.is_settled)
    assert opened.session.document is not None
    models = opened.session.document.settings.models
    assert models.inhomogeneous_mev == sample.gap.spread.value
    assert [(one.parameter, one.value, one.error, one.source) for one in models.priors] == [
        ("inhomogeneous_mev", sample.gap.spread.value, sample.gap.spread.error, "sizes of 957 particles")
    ]
    assert opened.session.history.undoText() == "Use gap spread of the sizes"
    opened.window.menus.undo.trigger()
    until(lambda: opened.session.is_settled)
    assert opened.session.document.settings.models.priors == ()
