"""The shape test and the trends over repeats in the window: where a condition is marked, and with which words."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from asplab.core import Document, Results, load_experiment
from asplab.core.pipeline import Analysis
from asplab.core.virtual import simulate
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import DARK, LIGHT
from asplab.gui.panels.inspector import Inspector
from asplab.gui.plots.shape_card import ShapeCard
from asplab.gui.view_state import ViewState
from asplab.gui.words.facts import facts, trend_rows

Until = Callable[..., None]
VIEW = ViewState(step="spectra")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """Emission that is moved and bleaches, at one temperature."""
    folder = tmp_path_factory.mktemp("moved") / "folder"
    effects = Effects(band_shift_mev=3.0, bleaching=0.004)
    simulate(folder, VirtualExperiment(temperatures_k=(250.0,), repeats=6, effects=effects), seed=2)
    return Document(load_experiment(folder))


@pytest.fixture(scope="module")
def results(document: Document) -> Results:
    return Analysis().update(document)


@pytest.fixture
def window(bound: Bindings, document: Document, until: Until) -> Iterator[Bindings]:
    bound.session.begin(document)
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step("spectra")
    QApplication.processEvents()
    return bound


def beyond(results: Results) -> list[int]:
    assert results.shape_test is not None
    return np.flatnonzero(results.shape_test.is_beyond).tolist()


def key_of(results: Results, k: int) -> str:
    assert results.gathered is not None
    return results.gathered.stacks[k].key


def choose(field: Any, place: int) -> None:
    """Choose as a user does: with the keyboard."""
    field.setFocus()
    field.setCurrentIndex(place)
    field.activated.emit(place)
    QApplication.processEvents()


def test_moved_emission_is_found_so_that_the_rest_is_worth_testing(results: Results) -> None:
    assert beyond(results)


def test_a_condition_whose_shape_differs_is_marked_in_the_tree_with_all_that_holds_it(window: Bindings) -> None:
    results = window.session.results
    assert results is not None
    assert results.gathered is not None
    model = window.tree.model
    k = beyond(results)[0]
    stack = results.gathered.stacks[k]
    node = window.tree.node_of(stack.key)
    for one in (node, node.parent, node.parent.parent):
        index = model.index_of(one)
        assert index.data().startswith("! ")
        assert index.data(Qt.ItemDataRole.ForegroundRole) == LIGHT.color("warn")
        assert "differs from that of the band" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_other_conditions_are_not_marked(window: Bindings) -> None:
    results = window.session.results
    assert results is not None
    assert results.gathered is not None
    fine = [k for k in range(len(results.gathered.stacks)) if k not in beyond(results)]
    index = window.tree.model.index_of(window.tree.node_of(key_of(results, fine[0])))
    assert not index.data().startswith("!")


def test_curves_that_differ_are_drawn_in_the_warn_tone_with_the_reason(window: Bindings) -> None:
    results, panel = window.session.results, window.page
    assert results is not None
    window.looking.choose_stack(key_of(results, beyond(results)[0]))
    choose(panel.mode, 2)
    colors, tips = panel.curves._colors, panel.curves._tips
    assert "warn" in colors
    assert all(("off the shape of the PL" in tip) == (color == "warn") for color, tip in zip(colors, tips, strict=True))


def test_the_card_tells_shift_misfit_and_significance_of_the_selected_condition(window: Bindings) -> None:
    results = window.session.results
    assert results is not None
    assert results.shape_test is not None
    k = next(k for k in beyond(results) if np.isfinite(results.shape_test.shift_mev[k]))
    window.looking.choose_stack(key_of(results, k))
    QApplication.processEvents()
    card: ShapeCard = window.page.shape
    assert "meV" in card.subtitle
    assert "χ²/dof" in card.subtitle
    assert "! " in card.subtitle
    colors = [series.color for series in card.curves.series]
    assert colors == ["aspl", "text", "warn"]
    assert np.asarray(card.residuals.series[0].line_y).size > 20
    assert card.residuals.series[0].color == "warn"


def test_a_condition_that_agrees_has_no_moved_curve(window: Bindings) -> None:
    results = window.session.results
    assert results is not None
    assert results.shape_test is not None
    tested = np.flatnonzero(np.isfinite(results.shape_test.significance)).tolist()
    k = next(k for k in tested if k not in beyond(results))
    window.looking.choose_stack(key_of(results, k))
    QApplication.processEvents()
    card = window.page.shape
    assert "warn" not in [series.color for series in (*card.curves.series, *card.residuals.series)]
    assert "!" not in card.subtitle


def test_the_table_marks_what_differs_and_a_click_selects_it(window: Bindings, click: Callable[..., None]) -> None:
    results = window.session.results
    assert results is not None
    assert results.gathered is not None
    card: ShapeCard = window.page.shape
    choose(card.views, 1)
    assert len(card.table.rows) == len(results.gathered.stacks)
    marked = [index for index, row in enumerate(card.table.rows) if row.cells[4].startswith("! ")]
    assert marked == beyond(results)
    assert all(card.table.rows[index].tones[4] == "warn" for index in marked)
    click(card.table, card.table.row_box(1).center().toPoint())
    QApplication.processEvents()
    assert window.looking.view.stack == key_of(results, 1)


def test_the_selected_row_of_the_table_is_in_view(window: Bindings) -> None:
    results = window.session.results
    assert results is not None
    assert results.gathered is not None
    card: ShapeCard = window.page.shape
    last = len(results.gathered.stacks) - 1
    window.looking.choose_stack(key_of(results, last))
    choose(card.views, 1)
    QApplication.processEvents()
    middle = card.table.row_box(last).center().toPoint()
    assert card.table.visibleRegion().contains(middle)


def test_an_untested_condition_says_why(make: Callable[..., Any], results: Results) -> None:
    test = results.shape_test
    assert test is not None
    nothing = np.full(test.amplitude.shape, np.nan)
    untested = replace(results, shape_test=replace(test, amplitude=nothing, significance=nothing))
    card: ShapeCard = make(ShapeCard, LIGHT, size=(800, 260))
    card.display(untested, 0)
    assert card.words.isVisible()
    assert card.subtitle == ""


def test_what_the_card_shows_stays_during_a_drag(window: Bindings) -> None:
    results, card = window.session.results, window.page.shape
    assert results is not None
    before, words = card.curves.series, card.subtitle
    window.page.display(replace(results, shape_test=None, intervals=None), window.looking.view)
    assert all(one is other for one, other in zip(card.curves.series, before, strict=True))
    assert card.subtitle == words
    assert window.page._test is results.shape_test


def test_a_zoom_stays_when_the_results_of_the_same_condition_change(make: Callable[..., Any], results: Results) -> None:
    card: ShapeCard = make(ShapeCard, LIGHT, size=(800, 260))
    card.display(results, beyond(results)[0])
    card.curves.display_view((500.0, 505.0), (0.0, 1.0))
    card.residuals.display_view((500.0, 505.0), (-1.0, 1.0))
    card.display(replace(results, shape_test=replace(results.shape_test)), beyond(results)[0])
    assert not card.residuals.is_at_home
    card.display(results, 0)
    assert card.residuals.is_at_home


def test_the_card_of_another_experiment_forgets_the_last_one(window: Bindings, measured_document: Document) -> None:
    results = window.session.results
    assert results is not None
    other = Analysis().update(measured_document, intervals=False)
    window.page.display(replace(other, shape_test=None), VIEW)
    assert window.page._test is None
    assert window.page.shape._pages.currentIndex() == 2


def test_the_card_follows_the_theme(make: Callable[..., Any], results: Results) -> None:
    card: ShapeCard = make(ShapeCard, LIGHT, size=(800, 260))
    card.display(results, beyond(results)[0])
    light = card.legend.html
    card.restyle(DARK)
    assert card.legend.html != light
    assert DARK.text_color("warn").name() in card.legend.html


# --- repeats ---------------------------------------------------------------------------------------------
def test_bleaching_that_all_share_is_no_trend_of_its_own(results: Results) -> None:
    rows = trend_rows(results, replace(VIEW, stack=key_of(results, 0)))
    assert [row.name for row in rows] == ["PL", "PA"]
    assert not rows[0].is_beyond
    assert "share −0." in rows[0].tip
    assert rows[0].slope < 0


def test_a_trend_beyond_three_standard_deviations_is_said_with_a_sign(
    make: Callable[..., Any], results: Results
) -> None:
    assert results.drift is not None
    light = results.drift.light
    alone = replace(results, drift=replace(results.drift, light=replace(light, is_beyond=~light.is_beyond)))
    inspector: Inspector = make(Inspector, LIGHT, size=(320, 800))
    inspector.display(alone, replace(VIEW, stack=key_of(alone, 0)))
    QApplication.processEvents()
    assert inspector.trends.rows[0].is_beyond
    assert "! " in inspector.trends.accessibleDescription()
    assert inspector.trends.height() > 60
    shades = {
        inspector.trends.grab().toImage().pixelColor(x, y).name()
        for x in range(0, inspector.trends.width(), 2)
        for y in range(40)
    }
    assert LIGHT.color("warn").name() in shades


def test_without_a_selection_there_are_no_trends(make: Callable[..., Any], results: Results) -> None:
    inspector: Inspector = make(Inspector, LIGHT, size=(320, 800))
    inspector.display(results, VIEW)
    assert not inspector.trends.isVisible()
    inspector.display(results, replace(VIEW, stack=key_of(results, 0)))
    assert inspector.trends.isVisible()


# --- facts -----------------------------------------------------------------------------------------------
def names(results: Results, step: str, k: int) -> dict[str, str]:
    return dict(facts(results, ViewState(step=step, stack=key_of(results, k))))


def test_the_shape_is_among_the_facts_of_the_spectra_only(results: Results) -> None:
    k = beyond(results)[0]
    assert names(results, "spectra", k)["Shape differs"].startswith("! ")
    assert "Shape differs" not in names(results, "absorption", k)


def test_pairing_and_both_units_of_the_baseline_are_facts_of_the_absorption(results: Results) -> None:
    found = names(results, "absorption", 0)
    assert found["PL and PA"] == "as given with the data"
    assert "χ²" in found["Baseline in volts"]
    assert "χ²" in found["Baseline in power"]


def test_pairing_is_a_fact_of_the_quantum_yield_too(results: Results) -> None:
    assert names(results, "ratio", 0)["PL and PA"] == "as given with the data"


def test_what_is_missing_for_the_number_of_excitations_is_one_fact(results: Results) -> None:
    assert names(results, "ratio", 0)["⟨N⟩"] == "needs spot, cross section, lifetime"


def test_the_number_of_excitations_is_a_fact_once_it_is_known(document: Document) -> None:
    pump = replace(document.settings.pump, spot_um=20.0, absorption_cross_section_nm2=0.5, lifetime_ns=5.0)
    known = Analysis().update(document.with_settings(pump=pump))
    assert "," in names(known, "ratio", 0)["⟨N⟩ of PL, PA"]


def test_no_fact_of_the_new_checks_is_cut(make: Callable[..., Any], results: Results) -> None:
    inspector: Inspector = make(Inspector, LIGHT, size=(292, 900))
    for step in ("spectra", "absorption", "ratio", "efficiency"):
        inspector.display(results, ViewState(step=step, stack=key_of(results, beyond(results)[0])))
        QApplication.processEvents()
        shown = inspector.facts_list
        assert [name for row, (name, _) in enumerate(shown.facts) if shown.tip_at(21 * row + 5)] == []
