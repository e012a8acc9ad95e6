"""The pages of companion measurements: what they show, and what they say while there is nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from asplab.core.companion.literature.table import literature_values
from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.effects import Effects
from asplab.gui.bindings import Bindings
from asplab.gui.panels.companion.page import CompanionPage
from asplab.gui.panels.paged import PagedPanel

Until = Callable[..., None]


@pytest.fixture(scope="module")
def with_power(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("companions") / "data"
    effects = Effects(power_series=True, two_photon_crossover_uw=3000.0, two_photon_reference_mev=60.0)
    experiment = VirtualExperiment(
        temperatures_k=(120.0, 250.0), detuning_mev=(20.0, 55.0, 102.0), repeats=2, effects=effects
    )
    simulate(folder, experiment, seed=5)
    return Document(load_experiment(folder))


def page_of(bound: Bindings, key: str, until: Until) -> CompanionPage:
    bound.looking.choose_step("companion")
    panel = bound.page
    assert isinstance(panel, PagedPanel)
    panel.choose(key)
    until(lambda: bound.session.is_settled and panel.has_page)
    page = panel.page
    assert isinstance(page, CompanionPage)
    return page


def test_without_series_the_page_says_what_to_add(opened: Bindings, until: Until) -> None:
    page = page_of(opened, "power", until)
    until(lambda: page.deck.is_empty)
    assert any("power_uw" in label.text() for label in page.deck.empty.findChildren(QLabel))


def test_series_of_the_selected_temperature_are_drawn_and_all_are_listed(
    opened: Bindings, with_power: Document, until: Until
) -> None:
    opened.session.begin(with_power)
    page = page_of(opened, "power", until)
    until(lambda: len(page.table.rows) == 6)
    growth, slopes = page.plots
    assert [one.label for one in growth.series] == ["20 meV", "55 meV", "102 meV"]
    assert len(slopes.series) == 2
    assert all(name in page.cards[1].subtitle for name in ("120 K", "250 K"))
    # From one start the curves fan out to their names.
    assert [one.line_y[0] for one in growth.series] == pytest.approx([1.0, 1.0, 1.0])
    before = [tuple(one.y) for one in growth.series]
    opened.looking.choose_temperature(1 - opened.looking.view.temperature)
    until(lambda: [tuple(one.y) for one in growth.series] != before)
    assert len(page.table.rows) == 6


def test_a_drag_leaves_the_page_as_it_is(opened: Bindings, with_power: Document, until: Until) -> None:
    opened.session.begin(with_power)
    page = page_of(opened, "power", until)
    until(lambda: len(page.table.rows) == 6)
    (first, *_) = page.plots[0].series
    opened.intents.drag_window(500.0, 560.0)
    until(lambda: opened.session.results is not None and not opened.session.results.is_at_rest)
    assert page.plots[0].series[0] is first
    opened._finish_drag()
    until(lambda: opened.session.is_settled)
    assert len(page.table.rows) == 6


def test_the_heat_balance_lists_every_known_eta_and_draws_what_cooling_needs(opened: Bindings, until: Until) -> None:
    page = page_of(opened, "cooling", until)
    until(lambda: bool(page.table.rows))
    results = opened.session.results
    assert results is not None
    assert results.cooling is not None
    assert len(page.table.rows) == int(np.isfinite(results.cooling.product).sum())
    points, needed = page.plots[0].series
    assert np.all(np.asarray(points.y) < np.asarray(needed.line_y))
    assert all(row.cells[4].startswith("−") for row in page.table.rows)


def test_published_values_stand_beside_the_fits_with_their_distance(opened: Bindings, until: Until) -> None:
    page = page_of(opened, "literature", until)
    until(lambda: bool(page.table.rows))
    assert len(page.table.rows) == len(literature_values())
    energies = [row for row in page.table.rows if row.cells[0] == "ħω"]
    wide = next(row for row in energies if row.cells[1].startswith("4-44"))
    assert wide.cells[2] in ("0.0", "—")
    assert len(page.plots[0].series) <= 2
    assert page.plots[0].view[1][0] <= 4.0
