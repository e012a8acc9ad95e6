"""All temperatures at a glance: a bad one stands out, one click enlarges it, and a drag is followed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from asplab.core import Document, Results, analyse
from asplab.core.document import Document as OfExperiment
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.experiment import Experiment
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.settings import PolaronSettings
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.temperatures.board import LEAST_W, TileBoard
from asplab.gui.panels.temperatures.drawn_tile import Places, draw_tile, ticks
from asplab.gui.panels.temperatures.panel import TemperaturesPanel
from asplab.gui.panels.temperatures.tiles import Board, board_of
from asplab.gui.view_state import ViewState

Until = Callable[..., None]


@pytest.fixture(scope="module")
def results(measured_document: Document) -> Results:
    return analyse(measured_document)


def many(results: Results, count: int) -> tuple[EfficiencyFit, PolaronFit]:
    """Return η and fits of many temperatures: those of one, repeated with noise of their own."""
    fit = results.efficiency
    assert fit is not None
    rng = np.random.default_rng(4)

    def repeated(name: str) -> np.ndarray:
        return np.repeat(getattr(fit, name)[1:], count, axis=0)

    names = [
        name
        for name in fit.__dataclass_fields__
        if isinstance(getattr(fit, name), np.ndarray) and len(getattr(fit, name)) == 2
    ]
    parts: dict[str, Any] = {name: repeated(name) for name in names}
    n = fit.eta.shape[1]
    draws = [rng.multivariate_normal(np.zeros(2 * n), fit.covariance[1]) for _ in range(count)]
    parts["numerator"] = parts["numerator"] + np.array(draws)[:, :n]
    parts["denominator"] = parts["denominator"] + np.array(draws)[:, n:]
    parts["eta"] = parts["numerator"] / parts["denominator"]
    parts |= {"keys": fit.keys[1:] * count, "stokes_keys": fit.stokes_keys[1:] * count}
    parts["temperatures_k"] = 250.0 + 0.01 * np.arange(count)
    made = replace(fit, **parts, responses=None, line=None)
    return made, fit_polaron(made, PolaronSettings())


def spoilt(fit: EfficiencyFit, t: int) -> tuple[EfficiencyFit, PolaronFit]:
    """Return fits after one temperature's light was read 30 % too small at every second excitation."""
    numerator = fit.numerator.copy()
    numerator[t, ::2] *= 0.7
    made = replace(fit, numerator=numerator, eta=numerator / fit.denominator)
    return made, fit_polaron(made, PolaronSettings())


@pytest.fixture
def panel(opened: Bindings, until: Until) -> TemperaturesPanel:
    opened.looking.choose_step("temperatures")
    found = opened.page
    assert isinstance(found, TemperaturesPanel)
    with painted_once(opened.window):
        until(lambda: opened.jobs.is_idle and found.tiles.board is not None)
    return found


def board(panel: TemperaturesPanel) -> Board:
    found = panel.tiles.board
    assert found is not None
    return found


# --- what a tile says --------------------------------------------------------------------------------------
def test_one_bad_temperature_stands_out_among_eleven(results: Results) -> None:
    good, fits = many(results, 11)
    before = board_of(good, fits, None, is_logit=False)
    after = board_of(*spoilt(good, 4), None, is_logit=False)
    assert before.odd == 0
    assert [t for t, tile in enumerate(after.tiles) if tile.verdict.is_odd] == [4]
    assert after.tiles[4].verdict.sign == "!"
    assert "misfit" in after.tiles[4].verdict.short
    assert after.has_common


def test_where_nothing_is_common_no_tile_is_called_bad(results: Results) -> None:
    good, fits = many(results, 9)
    steps = np.arange(9)[:, None] * 8.0 * np.sqrt(np.einsum("tpp->tp", fits.parameter_covariance))
    apart = replace(fits, parameters=fits.parameters + steps)
    found = board_of(good, apart, None, is_logit=False)
    assert not found.has_common
    differing = [tile for tile in found.tiles if "differs" in tile.verdict.short]
    assert len(differing) > 4
    assert all(tile.verdict.is_odd == ("misfit" in tile.verdict.short) for tile in differing)


def test_a_tile_holds_the_numbers_of_its_fit(results: Results) -> None:
    assert results.efficiency is not None
    assert results.polaron is not None
    found = board_of(results.efficiency, results.polaron, results.intervals, is_logit=False)
    for t, tile in enumerate(found.tiles):
        chi2, dof = float(results.polaron.chi2[t]), int(results.polaron.dof[t])
        assert tile.lines[0] == f"χ²/dof {chi2 / dof:.2f}"
        assert f"{results.polaron.g_mev[t]:.0f}" in tile.lines[1]
        known = np.isfinite(tile.y)
        assert np.array_equal(tile.y[known], results.efficiency.eta[t, known])
        assert np.array_equal(tile.low[known], results.efficiency.eta_low[t, known])


def test_axes_are_shared_and_hold_every_point(results: Results) -> None:
    good, fits = many(results, 5)
    for is_logit in (False, True):
        found = board_of(good, fits, None, is_logit=is_logit)
        for tile in found.tiles:
            known = np.isfinite(tile.y)
            assert found.y_range[0] <= tile.y[known].min()
            assert tile.y[known].max() <= found.y_range[1]
            assert np.nanmax(np.abs(tile.pull)) <= found.pull_range[1]
            assert np.nanmax(tile.x) <= found.x_range[1]


def test_the_logit_axis_shows_the_same_model(results: Results) -> None:
    good, fits = many(results, 3)
    eta, logit = (board_of(good, fits, None, is_logit=is_logit).tiles[0] for is_logit in (False, True))
    inside = eta.curve > 1e-9
    assert np.allclose(np.log(eta.curve[inside] / (1.0 - eta.curve[inside])), logit.curve[inside])
    assert np.array_equal(eta.pull, logit.pull, equal_nan=True)


def test_a_temperature_with_few_detunings_says_so_and_the_others_are_fitted(results: Results) -> None:
    assert results.efficiency is not None
    use = results.efficiency.fitted.copy()
    use[0, 2:] = False
    fit = replace(results.efficiency, fitted=use)
    found = board_of(fit, fit_polaron(fit, PolaronSettings()), None, is_logit=False)
    assert found.tiles[0].verdict.short == "not fitted"
    assert "2 usable detunings" in found.tiles[0].verdict.sentence
    assert found.tiles[0].curve.size == 0
    assert found.tiles[0].lines == ()
    assert found.tiles[1].verdict.sign in "✓◇"


def test_a_point_beyond_the_axis_is_drawn_at_its_edge(results: Results) -> None:
    good, fits = many(results, 2)
    found = board_of(good, fits, None, is_logit=False)
    tile = replace(found.tiles[0], y=np.full_like(found.tiles[0].y, 99.0))
    places = Places.of(200.0, 220.0, n_lines=3)
    box = draw_tile(tile, found, places).points.boundingRect()
    assert box.top() == pytest.approx(places.eta.top())
    assert box.height() < 8.0


def test_ticks_are_round_and_neither_none_nor_many() -> None:
    for low, high in ((0.0, 163.0), (-0.1, 1.06), (-14.3, 5.2), (-3.3, 3.3), (0.0, 10.0)):
        found = ticks(low, high, 4)
        assert 2 <= len(found) <= 8
        assert low <= found[0]
        assert found[-1] <= high


# --- the panel -----------------------------------------------------------------------------------------------
def test_every_temperature_has_a_tile(panel: TemperaturesPanel, opened: Bindings) -> None:
    assert [tile.name for tile in board(panel).tiles] == ["120 K", "250 K"]
    assert panel._card.subtitle


def test_a_click_enlarges_a_tile_and_another_brings_all_back(
    panel: TemperaturesPanel, opened: Bindings, click: Any
) -> None:
    click(panel.tiles, panel.tiles.tile_box(1).center().toPoint())
    assert panel.tiles.enlarged == 1
    assert opened.looking.view.temperature == 1
    assert panel.tiles.tile_box(1).size().toSize() == panel.tiles.viewport().size()
    click(panel.tiles, panel.tiles.viewport().rect().center())
    assert panel.tiles.enlarged is None


def test_esc_brings_all_back(panel: TemperaturesPanel) -> None:
    QTest.keyClick(panel.tiles, Qt.Key.Key_Return)
    assert panel.tiles.enlarged is not None
    QTest.keyClick(panel.tiles, Qt.Key.Key_Escape)
    assert panel.tiles.enlarged is None


def test_a_double_click_opens_the_fit_of_that_temperature(
    panel: TemperaturesPanel, opened: Bindings, click: Any, mouse: Any
) -> None:
    place = panel.tiles.tile_box(1).center().toPoint()
    click(panel.tiles, place)
    mouse(panel.tiles, "double", place)
    assert opened.looking.view.step == "polaron"
    assert opened.looking.view.temperature == 1
    assert panel.tiles.enlarged is None


def test_arrow_keys_walk_and_tell_what_they_reach(panel: TemperaturesPanel, opened: Bindings) -> None:
    panel.tiles.setFocus()
    QTest.keyClick(panel.tiles, Qt.Key.Key_Right)
    assert opened.looking.view.temperature == 1
    assert "250 K" in panel.tiles.accessibleDescription()
    QTest.keyClick(panel.tiles, Qt.Key.Key_Right)
    assert opened.looking.view.temperature == 1
    QTest.keyClick(panel.tiles, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert opened.looking.view.step == "polaron"


def test_the_axis_can_be_a_logit(panel: TemperaturesPanel) -> None:
    panel.scales.display("logit")
    panel.scales.chosen.emit("logit")
    assert board(panel).is_logit


def test_an_enlarged_tile_follows_the_temperature_of_the_window(
    panel: TemperaturesPanel, opened: Bindings, until: Until
) -> None:
    QTest.keyClick(panel.tiles, Qt.Key.Key_Return)
    opened.looking.step_temperature(1)
    until(lambda: panel.tiles.enlarged == 1)


def test_a_drag_is_followed_at_a_lower_rate_and_its_end_is_shown(make: Any, results: Results, until: Until) -> None:
    panel: TemperaturesPanel = make(TemperaturesPanel, LIGHT, size=(1000, 700))
    view = ViewState(step="temperatures")
    panel.display(results, view)
    first = board(panel)
    for _ in range(5):
        panel.display(replace(results), view)
    assert board(panel) is first
    last = replace(results, intervals=None)
    panel.display(last, view)
    until(lambda: panel._drawn[0] is last)
    assert board(panel) is not first


@pytest.mark.parametrize("is_empty", [False, True])
def test_without_scans_a_sentence_says_what_is_needed(
    bound: Bindings, measured_document: Document, until: Until, is_empty: bool
) -> None:
    without = Experiment("empty") if is_empty else replace(measured_document.experiment, scans=())
    bound.session.begin(OfExperiment(without))
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step("temperatures")
    panel = bound.page
    assert isinstance(panel, TemperaturesPanel)
    until(lambda: panel.deck.is_empty)


def test_a_single_temperature_has_a_tile_and_nothing_to_compare_with(results: Results) -> None:
    good, fits = many(results, 1)
    found = board_of(good, fits, None, is_logit=False)
    assert len(found.tiles) == 1
    assert found.tiles[0].verdict.short == "fits"


# --- the widget alone ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 2, 11, 40])
def test_tiles_never_overlap_and_fill_the_width(make: Any, results: Results, count: int) -> None:
    tiles = make(TileBoard, LIGHT, size=(700, 600))
    tiles.display(board_of(*many(results, count), None, is_logit=False))
    boxes = [tiles.tile_box(t) for t in range(count)]
    assert min(box.width() for box in boxes) >= min(LEAST_W, 700)
    for t, box in enumerate(boxes):
        assert box.right() <= 701
        assert not any(box.intersects(other) for other in boxes[t + 1 :])
        assert tiles.tile_at(QPointF(box.center())) == t


def test_walking_scrolls_the_tile_into_sight(make: Any, results: Results) -> None:
    tiles = make(TileBoard, LIGHT, size=(500, 400))
    tiles.display(board_of(*many(results, 40), None, is_logit=False))
    for _ in range(39):
        QTest.keyClick(tiles, Qt.Key.Key_Right)
    box = tiles.tile_box(39)
    assert box.bottom() <= 401
    assert box.top() >= -1
