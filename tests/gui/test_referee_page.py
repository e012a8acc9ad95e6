"""The referee page: sliders that answer at once and leave the document alone, and sizes that overturn a conclusion."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from response_level import DETUNING_MEV, Truth

from asplab.core import Document, Results, load_experiment
from asplab.core.jobs.opening import load_document
from asplab.core.systematics import NUISANCES, Refereed, prepare, under
from asplab.core.virtual import simulate
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.polaron.referee import RefereePage
from asplab.gui.panels.polaron.referee_moved import claim_names, overturns_of, signed
from asplab.gui.panels.polaron.referee_slider import HINT
from asplab.gui.settings_catalogue import EFFECTS

Until = Callable[..., None]
Click = Callable[..., None]
HERE = 1
_BETWEEN, _DELTA = 2, 4


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def is_answered(page: RefereePage, bound: Bindings) -> bool:
    is_settled = bound.session.is_settled and bound.jobs.is_idle and not page._turn.isActive()
    return is_settled and page._after_of is bound.session.document


@pytest.fixture
def page(opened: Bindings, until: Until) -> RefereePage:
    opened.looking.choose_temperature(HERE)
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("referee")
    found = panel.page
    assert isinstance(found, RefereePage)
    with painted_once(opened.window):
        until(lambda: is_answered(found, opened))
    return found


def ask(page: RefereePage, opened: Bindings, until: Until) -> Refereed:
    QTest.mouseClick(page.ask_button, Qt.MouseButton.LeftButton)
    until(lambda: page.overturns.rows or page._state.failure, seconds=180.0)
    assert not page._state.failure
    found = page._state.value
    assert isinstance(found, Refereed)
    return found


def cell(page: RefereePage, name: str, column: int) -> str:
    return next(row.cells[column] for row in page.table.rows if row.cells[0] == name)


def drag_to(page: RefereePage, name: str, size: float, mouse: Click, *, release: bool = True) -> None:
    slider = page.effects[name].slider
    middle = slider.height() // 2
    mouse(slider, "press", QPoint(round(slider.pixel_of(0.0)), middle))
    for part in (0.5, 1.0):
        mouse(slider, "move", QPoint(round(slider.pixel_of(part * size)), middle))
    if release:
        mouse(slider, "release", QPoint(round(slider.pixel_of(size)), middle))


def type_into(page: RefereePage, name: str, text: str) -> None:
    field = page.effects[name].field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_dragging_a_slider_moves_the_results_as_the_core_says_and_not_the_document(
    page: RefereePage, opened: Bindings, until: Until, mouse: Click
) -> None:
    results, document = results_of(opened), opened.session.document
    drag_to(page, "band_shift_mev", 0.5, mouse)
    until(lambda: is_answered(page, opened))
    size = page.sizes["band_shift_mev"]
    assert size == pytest.approx(0.5, abs=0.02)
    wanted = under(results, {"band_shift_mev": size})
    assert results.polaron is not None
    before, error = results.polaron.phonon_mev, results.polaron.phonon_error_mev
    for name, row in (("ħω 250 K", HERE), ("ħω joint", -1)):
        assert cell(page, name, _DELTA) == signed(float((wanted.phonon_mev[row] - before[row]) / error[row]))
        old, new = (float(part) for part in cell(page, name, _BETWEEN).split(" → "))
        assert old == pytest.approx(float(before[row]), abs=0.06)
        assert new == pytest.approx(float(wanted.phonon_mev[row]), abs=0.06)
        assert old != new
    assert opened.session.document is document
    assert not opened.session.is_modified
    assert not opened.session.history.canUndo()


def test_the_curve_before_stays_as_a_pale_ghost_behind_the_one_after(
    page: RefereePage, opened: Bindings, until: Until
) -> None:
    assert len(page.plot.series) == 1
    type_into(page, "path_mismatch_percent", "12")
    until(lambda: page._after is not None)
    ghost, front = page.plot.series
    results = results_of(opened)
    assert results.efficiency is not None
    wanted = under(results, {"path_mismatch_percent": 12.0})
    assert np.asarray(ghost.y) == pytest.approx(np.asarray(results.efficiency.eta[HERE]), nan_ok=True)
    assert np.asarray(front.y) == pytest.approx(np.asarray(wanted.eta[HERE]), nan_ok=True)
    assert ghost.color != front.color
    assert ghost.error is None
    change = np.asarray(page.change.series[0].y)
    raw = (wanted.eta[HERE] - results.efficiency.eta[HERE]) / results.efficiency.eta_error[HERE]
    assert change == pytest.approx(raw, nan_ok=True)
    top = page.change.view[1][1]
    assert top > np.nanmax(np.abs(raw)) > 4.0
    QTest.mouseClick(page.reset_button, Qt.MouseButton.LeftButton)
    until(lambda: page.change.view[1][1] < top)


def test_an_ensemble_moves_what_the_model_is_fitted_to(page: RefereePage, opened: Bindings, until: Until) -> None:
    type_into(page, "ensemble_mev", "10")
    until(lambda: page._after is not None)
    ghost, front = page.plot.series
    assert np.nanmax(np.abs(np.asarray(front.y) - np.asarray(ghost.y))) > 1e-3
    wanted = under(results_of(opened), {"ensemble_mev": 10.0})
    assert float(cell(page, "ħω joint", _BETWEEN).split(" → ")[1]) == pytest.approx(wanted.phonon_mev[-1], abs=0.06)


def test_many_moves_in_one_turn_are_answered_once_for_the_newest(
    page: RefereePage, opened: Bindings, until: Until, mouse: Click, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[dict[str, float]] = []
    subject = page._subject
    assert subject is not None
    whole = type(subject).shifted
    monkeypatch.setattr(
        type(subject), "shifted", lambda self, sizes: asked_for.append(dict(sizes)) or whole(self, sizes)
    )
    slider = page.effects["temperature_k"].slider
    mouse(slider, "press", QPoint(round(slider.pixel_of(0.5)), 10))
    for size in (1.0, 1.5, 2.0, 3.0):
        mouse(slider, "move", QPoint(round(slider.pixel_of(size)), 10))
    assert not asked_for
    until(lambda: is_answered(page, opened))
    assert len(asked_for) == 1
    assert asked_for[0]["temperature_k"] == page.sizes["temperature_k"] == pytest.approx(3.0, abs=0.1)


def test_keys_step_the_slider_and_delete_and_reset_bring_it_back(
    page: RefereePage, opened: Bindings, until: Until
) -> None:
    assert not page.reset_button.isEnabled()
    effect = page.effects["reference_mev"]
    effect.slider.setFocus()
    for _ in range(4):
        QTest.keyClick(effect.slider, Qt.Key.Key_Right)
    assert page.sizes == {"reference_mev": pytest.approx(0.4)}
    assert effect.sigmas.html == "0.20 σ"
    QTest.keyClick(effect.slider, Qt.Key.Key_Delete)
    assert page.sizes == {}
    QTest.keyClick(effect.slider, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert page.sizes == {"reference_mev": pytest.approx(-1.0)}
    QTest.keyClick(page.effects["leak_ppm"].slider, Qt.Key.Key_Right)
    assert set(page.sizes) == {"reference_mev", "leak_ppm"}
    until(lambda: page._after is not None)
    QTest.mouseClick(page.reset_button, Qt.MouseButton.LeftButton)
    until(lambda: page._after is None and is_answered(page, opened))
    assert page.sizes == {}
    assert page._changes.subtitle == "all effects are 0"
    assert all(row.cells[_DELTA] in ("0.0", "—") for row in page.table.rows)


def test_a_wheel_that_passes_over_a_slider_changes_nothing(page: RefereePage) -> None:
    slider = page.effects["leak_ppm"].slider
    page.reset_button.setFocus()
    place = QPointF(slider.rect().center())
    turn = QWheelEvent(
        place,
        slider.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, turn)
    assert page.sizes == {}


def test_one_sided_effects_begin_at_zero_and_refuse_less(page: RefereePage) -> None:
    told_: list[str] = []
    page.hint_changed.connect(told_.append)
    for name in ("leak_ppm", "ensemble_mev"):
        assert page.effects[name].slider.minimum() == 0
    assert page.effects["wavelength_nm"].slider.minimum() < 0
    type_into(page, "leak_ppm", "-3")
    assert "outside" in told_[-1]
    assert page.sizes == {}


def test_a_size_that_the_data_cannot_bear_is_told_and_nothing_is_shown_for_it(
    page: RefereePage, opened: Bindings, until: Until
) -> None:
    type_into(page, "temperature_k", "-200")
    until(lambda: page._failure)
    assert page._changes.subtitle.startswith("! temperature_k of -200 K")
    assert not page.table.rows
    type_into(page, "temperature_k", "0")
    until(lambda: not page._failure)
    assert page.table.rows


def test_after_an_edit_the_old_answer_is_grey_until_the_new_one_is_there(
    page: RefereePage, opened: Bindings, until: Until
) -> None:
    type_into(page, "temperature_k", "2")
    until(lambda: page._after is not None)
    first, seen = results_of(opened), []
    shown = page.table.display

    def spy(rows: list, selected: int | None = None) -> None:
        seen.append((all(row.is_muted for row in rows), page._after_of is results_of(opened).document))
        shown(rows, selected)

    page.table.display = spy  # type: ignore[method-assign]
    opened.intents.edit_setting("integration", "window_nm", (400.0, 590.0))
    until(lambda: opened.session.results is not first and is_answered(page, opened))
    assert (True, False) in seen
    assert seen[-1] == (False, True)
    assert all(is_muted != is_current for is_muted, is_current in seen)
    wanted = under(results_of(opened), {"temperature_k": 2.0})
    assert float(cell(page, "ħω joint", _BETWEEN).split(" → ")[1]) == pytest.approx(wanted.phonon_mev[-1], abs=0.06)


def test_an_effect_without_a_prior_has_no_band_and_can_still_be_tried(
    page: RefereePage, opened: Bindings, until: Until
) -> None:
    effect = page.effects["gain_slope_percent"]
    assert not effect.slider._marks.has_prior
    type_into(page, "gain_slope_percent", "1")
    until(lambda: page._after is not None)
    assert effect.sigmas.html == ""
    assert page._changes.subtitle != "all effects are 0"


@pytest.fixture(scope="module")
def one_temperature(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """An experiment whose laws are compared at one temperature, which takes a seventh of the time of a joint fit."""
    folder = tmp_path_factory.mktemp("referee") / "one"
    simulate(folder, VirtualExperiment(temperatures_k=(250.0,), repeats=4), seed=3)
    return Document(load_experiment(folder))


def test_the_referee_waits_until_asked_and_a_click_on_a_row_sets_the_size_that_overturns(
    page: RefereePage, opened: Bindings, until: Until, click: Click, one_temperature: Document
) -> None:
    opened.session.begin(one_temperature)
    until(lambda: is_answered(page, opened))
    assert page.asked.is_empty
    found = ask(page, opened, until)
    assert [page.claims.itemText(k) for k in range(page.claims.count())] == [text for _, text in claim_names(found)]
    first = overturns_of(found, 0)[0]
    sizes = sorted((size for size in (first.above, first.below) if math.isfinite(size)), key=abs)
    type_into(page, "temperature_k", "1")
    for size in (sizes[0], sizes[-1]):
        click(page.overturns, page.overturns.row_box(0).center().toPoint())
        assert page.sizes == {first.nuisance: size}
        assert page.effects[first.nuisance].field.value == size
        until(lambda: is_answered(page, opened))
        assert page.overturns.selected == 0
    results = results_of(opened)
    assert results.polaron is not None
    moved = under(results, page.sizes).phonon_mev[0]
    assert abs(moved - results.polaron.phonon_mev[0]) > results.polaron.phonon_error_mev[0]
    cells = page.overturns.rows[0].cells
    assert cells[0] == EFFECTS[first.nuisance]
    assert float(cells[1].replace("−", "-")) == pytest.approx(first.above, rel=0.06)
    _walk_through_the_verdict(page, found, click)
    opened.intents.edit_setting("systematics", "leak_ppm", 5.0)
    until(lambda: is_answered(page, opened) and not page._state.is_current)
    opened.window.grab()
    assert page._referee.subtitle == "! of earlier settings"
    assert all(row.is_muted for row in page.overturns.rows)


def _walk_through_the_verdict(page: RefereePage, found: Refereed, click: Click) -> None:
    """Choose the last conclusion, which most effects don't overturn within the limit."""
    page.claims.setFocus()
    for _ in range(page.claims.count() - 1):
        QTest.keyClick(page.claims, Qt.Key.Key_Down)
    listed = overturns_of(found, len(found.claims) - 1)
    none = [k for k, one in enumerate(listed) if not (math.isfinite(one.above) or math.isfinite(one.below))]
    assert none
    assert "not within" in page.overturns.rows[none[0]].words
    before, told_ = page.sizes, []
    page.hint_changed.connect(told_.append)
    click(page.overturns, page.overturns.row_box(none[0]).center().toPoint())
    assert page.sizes == before
    assert "overturns" in told_[-1]
    left = [row for row in page.overturns.rows if row.words.startswith("not tried")]
    assert {row.cells[0] for row in left} == {EFFECTS[name] for name, _ in found.left_out}


@pytest.mark.usefixtures("afresh")
def test_a_referee_that_was_stopped_says_so_and_can_be_asked_again(
    page: RefereePage, opened: Bindings, until: Until
) -> None:
    QTest.mouseClick(page.ask_button, Qt.MouseButton.LeftButton)
    cancel = next(b for b in opened.window.status.findChildren(QToolButton) if b.text() == "Cancel")
    until(lambda: cancel.isVisible() and page._referee.subtitle == "asking …")
    assert not page.ask_button.isEnabled()
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    until(lambda: opened.jobs.is_idle and page._referee.subtitle == "! Cancelled.", seconds=60.0)
    assert page.asked.is_empty
    assert page.ask_button.isEnabled()


def test_a_click_on_a_point_selects_the_measurement(page: RefereePage, opened: Bindings, click: Click) -> None:
    opened.window.grab()
    one = page.plot.series[0]
    known = np.flatnonzero(np.isfinite(np.asarray(one.y)))
    j = int(known[1])
    click(page.plot, page.plot.pixel_of(float(np.asarray(one.x)[j]), float(np.asarray(one.y)[j])))
    assert opened.looking.view.stack == page._keys[j]


def test_every_slider_has_a_name_and_says_what_it_does(page: RefereePage) -> None:
    for name, effect in page.effects.items():
        assert effect.slider.accessibleName() == NUISANCES[name].title
        assert NUISANCES[name].title in effect.field.accessibleName()
        assert NUISANCES[name].meaning in effect.slider.toolTip()


def test_other_data_start_without_effects(page: RefereePage, opened: Bindings, until: Until) -> None:
    type_into(page, "temperature_k", "2")
    until(lambda: page._after is not None)
    document = opened.session.document
    assert document is not None
    opened.session.begin(replace(document, experiment=replace(document.experiment, name="another")))
    until(lambda: is_answered(page, opened))
    assert page.sizes == {}
    assert page.effects["temperature_k"].slider.value() == 0


@pytest.mark.usefixtures("afresh")
def test_the_page_prepares_once_for_each_results(
    page: RefereePage, opened: Bindings, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Results] = []
    monkeypatch.setattr("asplab.core.systematics.prepare", lambda results: calls.append(results) or prepare(results))
    for text in ("1", "2", "3"):
        type_into(page, "temperature_k", text)
        until(lambda: is_answered(page, opened))
    opened.looking.choose_temperature(0)
    until(lambda: cell_names(page)[0] == "QY 120 K")
    assert not calls
    opened.intents.edit_setting("integration", "window_nm", (400.0, 590.0))
    until(lambda: is_answered(page, opened) and calls)
    assert len(calls) == 1


def cell_names(page: RefereePage) -> list[str]:
    return [row.cells[0] for row in page.table.rows]


def test_a_table_of_eta_has_only_the_effects_that_it_can_show(
    bound: Bindings, until: Until, tmp_path: Path, mouse: Click
) -> None:
    lines = ["temperature_k,detuning_mev,eta,eta_error"]
    for kelvin in (120.0, 250.0):
        lines += [f"{kelvin},{x},{y},0.01" for x, y in zip(DETUNING_MEV, Truth(kelvin).eta, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file,kind\ntable.csv,efficiency\n", encoding="utf-8")
    bound.session.begin(load_document(tmp_path))
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step("polaron")
    panel = bound.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("referee")
    page = panel.page
    assert isinstance(page, RefereePage)
    until(lambda: is_answered(page, bound))
    possible = {name for name, effect in page.effects.items() if effect.slider.isEnabled()}
    assert possible == {"reference_mev", "temperature_k", "ensemble_mev"}
    assert "table of η" in page.effects["leak_ppm"].slider.toolTip()
    assert not any(row.cells[0].startswith("QY") for row in page.table.rows)
    type_into(page, "ensemble_mev", "10")
    until(lambda: page._after is not None)
    ghost, front = page.plot.series
    assert np.nanmax(np.abs(np.asarray(front.y) - np.asarray(ghost.y))) > 1e-3


def test_the_status_line_says_what_a_slider_does(page: RefereePage) -> None:
    told_: list[str] = []
    page.hint_changed.connect(told_.append)
    slider = page.effects["leak_ppm"].slider
    place = QPointF(slider.rect().center())
    QApplication.sendEvent(slider, QEnterEvent(place, place, slider.mapToGlobal(place)))
    assert told_[-1] == HINT
    QApplication.sendEvent(slider, QEvent(QEvent.Type.Leave))
    assert told_[-1] == ""
