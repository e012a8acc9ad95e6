"""The sensitivity page and the strips under handles: maps on request, cells to use, what does not count and why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip

from asplab.core import Document, Results
from asplab.core.jobs.opening import load_document
from asplab.core.sensitivity import QUANTITIES, SensitivityMap, choice_spread, sensitivity
from asplab.core.settings import Settings
from asplab.gui.bindings import Bindings
from asplab.gui.edge_maps import edge_map
from asplab.gui.look.theme import DARK, LIGHT, Theme
from asplab.gui.panels.absorption import AbsorptionPanel
from asplab.gui.panels.polaron.page import unbroken
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.polaron.sensitivity import SensitivityPage
from asplab.gui.panels.polaron.sensitivity_picture import MapView
from asplab.gui.panels.polaron.sensitivity_studies import MAPS, SPREAD, settings_at
from asplab.gui.panels.polaron.sensitivity_told import Look, cell_words, spread_rows, spread_words
from asplab.gui.panels.spectra import SpectraPanel
from asplab.gui.plots.base import Plot
from asplab.gui.plots.diverging import ColorBar, diverging_color, limit_of, limit_words
from asplab.gui.plots.edge_guide import OFF, edge_strip
from asplab.gui.plots.edge_strip import EdgeStrip, EdgeStrips
from asplab.gui.plots.heat import cell_edges
from asplab.gui.widgets.fields import ChoiceField

Until = Callable[..., None]
Mouse = Callable[..., None]
Click = Callable[..., None]
JOINT = Look("phonon_mev", -1, "joint fit")


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def settings_of(bound: Bindings) -> Settings:
    return results_of(bound).document.settings


def is_done(bound: Bindings) -> bool:
    return bound.session.is_settled and bound.jobs.is_idle


@pytest.fixture(scope="session")
def window_map(measured_document: Document) -> SensitivityMap:
    return sensitivity(measured_document, "window")


@pytest.fixture
def page(opened: Bindings, until: Until) -> SensitivityPage:
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("sensitivity")
    found = panel.page
    assert isinstance(found, SensitivityPage)
    with painted_once(opened.window):
        until(lambda: is_done(opened))
        opened.window.resize(1440, 900)
    return found


def run(page: SensitivityPage, bound: Bindings, until: Until) -> None:
    QTest.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(bound) and not page.maps.is_empty and not page.run_button.isEnabled(), seconds=60.0)
    bound.window.grab()


def choose(field: ChoiceField, steps: int) -> None:
    """Walk through a list of choices with the keyboard."""
    field.setFocus()
    for _ in range(abs(steps)):
        QTest.keyClick(field, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    QApplication.processEvents()


def click_cell(page: SensitivityPage, click: Click, i: int, j: int) -> None:
    click(page.picture.heat, page.picture.heat.cell_centre(i, j).toPoint())
    QApplication.processEvents()


# --- the map -------------------------------------------------------------------------------------------------
def test_nothing_is_mapped_unasked_and_the_page_says_what_to_do(page: SensitivityPage) -> None:
    assert page.maps.is_empty
    assert "Run" in page.maps.empty._text.text()
    assert "Run all" in page.verdict.text()
    assert page.run_button.isEnabled()
    assert not page.table.isVisible()


def test_the_map_shows_changes_in_statistical_errors(
    page: SensitivityPage, opened: Bindings, until: Until, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    cells = page.picture.heat.heat.cells
    assert cells is not None
    np.testing.assert_array_equal(cells.change, window_map.in_errors("phonon_mev")[:, :, -1])
    np.testing.assert_array_equal(cells.counted, window_map.reasonable[:, :, -1])
    assert cells.used == (window_map.x.reference, window_map.y.reference)
    assert cells.change[cells.used] == 0.0
    assert not cells.counted.all()
    assert page.picture.bar.words[0].endswith(limit_words(cells.limit)[1])
    assert page.map_card.subtitle == "joint fit"


def test_the_mouse_tells_edges_value_error_and_why_a_cell_is_not_counted(
    page: SensitivityPage, opened: Bindings, until: Until, mouse: Mouse, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    last = window_map.x.values.size - 1
    heat = page.picture.heat
    mouse(heat, "move", heat.cell_centre(last, 5).toPoint(), held=False)
    words = QToolTip.text()
    assert f"ower edge {window_map.x.values[last]:.1f} nm" in words
    assert f"{window_map.value('phonon_mev')[last, 5, -1]:.2f} ± " in words
    assert "not counted: the window cuts the band" in words
    mouse(heat, "move", heat.cell_centre(*heat.heat.cells.used).toPoint(), held=False)
    assert "in use" in QToolTip.text()


def test_slices_go_through_the_choice_in_use_with_their_errors(
    page: SensitivityPage, opened: Bindings, until: Until, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    here, q = window_map.y.reference, QUANTITIES.index("phonon_mev")
    drawn = page.picture.plots["x"].series[0]
    np.testing.assert_array_equal(drawn.line_y, window_map.value("phonon_mev")[:, here, -1])
    half = 0.5 * (np.asarray(drawn.band_high) - np.asarray(drawn.band_low))
    np.testing.assert_allclose(half, window_map.errors[q, :, here, -1])
    np.testing.assert_array_equal(drawn.excluded, ~window_map.reasonable[:, here, -1])


def test_another_result_and_another_fit_are_read_from_the_same_map(
    page: SensitivityPage, opened: Bindings, until: Until, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    choose(page.quantity, 1)
    choose(page.fits, 1)
    assert (page.quantity.key, page.fits.key) == ("g_mev", "here")
    cells = page.picture.heat.heat.cells
    np.testing.assert_array_equal(cells.change, window_map.in_errors("g_mev")[:, :, 0])
    opened.looking.choose_temperature(1)
    until(lambda: np.array_equal(page.picture.heat.heat.cells.change, window_map.in_errors("g_mev")[:, :, 1]))
    assert "250 K" in page.map_card.subtitle
    assert opened.jobs.is_idle


def test_words_stand_along_axes_of_words(page: SensitivityPage, opened: Bindings, until: Until) -> None:
    choose(page.varied, 4)
    assert page.varied.key == "estimator"
    assert page.maps.is_empty
    run(page, opened, until)
    heat = page.picture.heat
    assert [text for _, text in heat._axes["bottom"]._tickLevels[0]] == ["sum", "template"]
    assert page.picture.plots["x"].series[0].error is not None
    choose(page.varied, -4)
    assert page.maps.is_empty


# --- using a cell --------------------------------------------------------------------------------------------
def test_a_clicked_cell_can_be_used_as_one_step_and_the_map_is_then_of_earlier_settings(
    page: SensitivityPage, opened: Bindings, until: Until, click: Click, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    before = settings_of(opened)
    assert not page.use_button.isEnabled()
    click_cell(page, click, 3, 7)
    assert page.picture.heat.heat.chosen == (3, 7)
    assert page.use_button.isEnabled()
    assert settings_of(opened) == before
    QTest.mouseClick(page.use_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened))
    wanted = float(window_map.x.values[3]), float(window_map.y.values[7])
    assert settings_of(opened).integration.window_nm == wanted
    assert opened.session.history.count() == 1
    assert page.map_card.subtitle == "! of earlier settings"
    assert page.picture.heat.heat.cells.is_stale
    assert page.picture.plots["x"].series[0].color == "muted"
    assert not page.use_button.isEnabled()
    assert page.run_button.isEnabled()
    opened.window.menus.undo.trigger()
    until(lambda: is_done(opened))
    assert settings_of(opened) == before
    assert not page.picture.heat.heat.cells.is_stale
    assert page.use_button.isEnabled()


def test_the_choice_in_use_has_nothing_to_use(
    page: SensitivityPage, opened: Bindings, until: Until, click: Click
) -> None:
    run(page, opened, until)
    click_cell(page, click, *page.picture.heat.heat.cells.used)
    assert page.picture.heat.heat.chosen == page.picture.heat.heat.cells.used
    assert not page.use_button.isEnabled()


def test_arrow_keys_walk_over_the_map_and_enter_uses_the_cell(
    page: SensitivityPage, opened: Bindings, until: Until, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    heat = page.picture.heat
    heat.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(heat, key)
    i, j = window_map.x.reference + 2, window_map.y.reference - 1
    assert heat.heat.chosen == (i, j)
    assert f"{window_map.x.values[i]:.1f} nm" in heat.accessibleDescription()
    QTest.keyClick(heat, Qt.Key.Key_Return)
    until(lambda: is_done(opened))
    assert settings_of(opened).integration.window_nm == (window_map.x.values[i], window_map.y.values[j])


def test_a_click_on_a_slice_chooses_its_cell(
    page: SensitivityPage, opened: Bindings, until: Until, click: Click, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    plot, k = page.picture.plots["y"], 8
    value = float(window_map.value("phonon_mev")[window_map.x.reference, k, -1])
    click(plot, plot.pixel_of(float(window_map.y.values[k]), value))
    QApplication.processEvents()
    assert page.picture.heat.heat.chosen == (window_map.x.reference, k)
    assert page.use_button.isEnabled()


@pytest.mark.parametrize(("choice", "cell"), [("cutoffs", (1, 5)), ("baseline", (1, 2)), ("estimator", (1, 1))])
def test_a_cell_used_gives_what_the_map_says_of_it(
    opened: Bindings, until: Until, choice: str, cell: tuple[int, int]
) -> None:
    found = sensitivity(results_of(opened).document, choice)
    opened.intents.use_settings(settings_at(results_of(opened), choice, *cell), "a cell")
    until(lambda: is_done(opened))
    polaron = results_of(opened).polaron
    assert polaron is not None
    assert float(polaron.phonon_mev[-1]) == pytest.approx(float(found.value("phonon_mev")[(*cell, -1)]), rel=1e-9)


# --- η -------------------------------------------------------------------------------------------------------
def test_eta_is_followed_at_a_detuning_that_the_user_types(
    page: SensitivityPage, opened: Bindings, until: Until, measured_document: Document
) -> None:
    run(page, opened, until)
    choose(page.quantity, 4)
    assert page.quantity.key == "eta"
    assert page.detuning.isVisible()
    assert not page.fits.isVisible()
    page.detuning.setFocus()
    page.detuning.selectAll()
    QTest.keyClicks(page.detuning, "60")
    QTest.keyClick(page.detuning, Qt.Key.Key_Return)
    until(lambda: page.map_card.subtitle == "! of earlier settings")
    choose(page.quantity, -4)
    assert page.map_card.subtitle == "joint fit"
    choose(page.quantity, 4)
    run(page, opened, until)
    wanted = sensitivity(measured_document, "window", detuning_mev=60.0)
    np.testing.assert_array_equal(page.picture.heat.heat.cells.change, wanted.in_errors("eta")[:, :, 0])
    assert f"ΔE = {wanted.detuning_mev[0]:.0f} meV" in page.map_card.subtitle


def test_a_detuning_at_zero_is_refused(page: SensitivityPage, until: Until) -> None:
    told: list[str] = []
    page.hint_changed.connect(told.append)
    choose(page.quantity, 4)
    page.detuning.setFocus()
    page.detuning.selectAll()
    QTest.keyClicks(page.detuning, "0")
    QTest.keyClick(page.detuning, Qt.Key.Key_Return)
    assert "outside" in told[-1]
    assert page.request(MAPS["window"].key) == 23.0


# --- all choices ---------------------------------------------------------------------------------------------
def test_all_choices_are_summed_up_and_every_map_is_there(
    page: SensitivityPage, opened: Bindings, until: Until, measured_document: Document
) -> None:
    QTest.mouseClick(page.sum_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened) and page.table.rows, seconds=120.0)
    found = choice_spread(measured_document)
    assert [row.cells for row in page.table.rows] == [row.cells for row in spread_rows(found, -1, is_muted=False)]
    assert page.verdict.text() == unbroken(spread_words(found, JOINT))
    largest = {"cutoffs": "the filter clearances", "window": "the window edges", "estimator": "the estimator"}
    assert largest.get(found.largest("phonon_mev"), "baseline") in page.verdict.text()
    assert not page.sum_button.isEnabled()
    for _ in range(5):
        assert not page.maps.is_empty
        assert not page.run_button.isEnabled()
        choose(page.varied, 1)
    opened.intents.edit_setting("integration", "estimator", "template")
    until(lambda: is_done(opened) and all(row.is_muted for row in page.table.rows))
    assert page.sum_card.subtitle == "! of earlier settings"
    assert page.sum_button.isEnabled()


def test_the_sum_tells_the_largest_part_in_words(measured_document: Document) -> None:
    found = choice_spread(measured_document, ("window", "estimator"))
    q = QUANTITIES.index("phonon_mev")
    systematic = found.systematic.copy()
    systematic[:, q, -1] = (0.3, 0.4)
    total = found.total.copy()
    total[q, -1] = 0.5
    words = spread_words(replace(found, systematic=systematic, total=total), JOINT)
    assert "± 0.50 (syst.) meV" in words
    assert words.endswith("The largest systematic part comes from the estimator: 64 % of the variance.")
    systematic[:, q, -1] = total[q, -1] = 0.0
    assert "no further than noise" in spread_words(replace(found, systematic=systematic, total=total), JOINT)
    systematic[:, q, -1] = total[q, -1] = np.nan
    assert "allow no choice" in spread_words(replace(found, systematic=systematic, total=total), JOINT)
    assert spread_rows(replace(found, systematic=systematic, total=total), -1, is_muted=False)[0].cells[2] == "—"


# --- jobs ----------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("afresh")
def test_the_newest_map_wins_over_one_of_an_earlier_document(
    page: SensitivityPage, opened: Bindings, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = Event()

    def held(document: Document, *args: Any, **options: Any) -> SensitivityMap:
        if document.settings.integration.window_nm == (400.0, 600.0):
            may_end.wait(20.0)
        return sensitivity(document, *args, **options)

    monkeypatch.setattr("asplab.core.sensitivity.sensitivity", held)
    QTest.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    until(lambda: not page.run_button.isEnabled())
    assert page.maps.empty._title.text() == "Mapping …"
    opened.intents.edit_setting("integration", "window_nm", (405.0, 600.0))
    until(lambda: page.run_button.isEnabled())
    assert opened.jobs.is_running("study map window")
    QTest.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    until(lambda: not page.maps.is_empty, seconds=60.0)
    may_end.set()
    until(lambda: is_done(opened))
    outcome = page._states[MAPS["window"].key].outcome
    assert outcome is not None
    assert outcome.value.settings.integration.window_nm == (405.0, 600.0)
    assert page.map_card.subtitle == "joint fit"


@pytest.mark.usefixtures("afresh")
def test_a_cancelled_map_says_so_and_can_be_run_again(page: SensitivityPage, opened: Bindings, until: Until) -> None:
    QTest.mouseClick(page.sum_button, Qt.MouseButton.LeftButton)
    cancel = next(b for b in opened.window.status.findChildren(QToolButton) if b.text() == "Cancel")
    until(cancel.isVisible)
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened) and page.sum_card.subtitle == "! Cancelled.")
    assert page.sum_button.isEnabled()
    assert page._states[SPREAD.key].outcome is None


def test_a_choice_that_the_document_does_not_have_says_why(
    page: SensitivityPage, opened: Bindings, until: Until
) -> None:
    opened.intents.edit_setting("baseline", "shape", "none")
    until(lambda: is_done(opened))
    choose(page.varied, 2)
    QTest.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened) and "has no region" in page.maps.empty._text.text())
    assert page.maps.is_empty
    assert page.run_button.isEnabled()


def test_a_document_of_tables_has_nothing_to_vary(bound: Bindings, until: Until, tmp_path: Path) -> None:
    lines = ["temperature_k,detuning_mev,eta,eta_error"]
    lines += [f"{k},{x},{np.exp(-x / 20):.4f},0.01" for k in (120.0, 250.0) for x in (10, 20, 30, 40, 50)]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file,kind\ntable.csv,efficiency\n", encoding="utf-8")
    bound.session.begin(load_document(tmp_path))
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step("polaron")
    panel = bound.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("sensitivity")
    until(lambda: panel.has_page and is_done(bound))
    page = panel.page
    assert isinstance(page, SensitivityPage)
    until(lambda: page.deck.is_empty)
    assert "raw spectra" in page.deck.empty._text.text()


# --- pictures ------------------------------------------------------------------------------------------------
def test_failed_and_undetermined_cells_are_marked_and_explained(
    make: Callable[..., object], theme: Theme, window_map: SensitivityMap
) -> None:
    values, failed = window_map.values.copy(), window_map.failed.copy()
    values[:, 2, 3], failed[2, 3] = np.nan, True
    values[:, 4, 3] = np.nan
    # A cell that is not counted may lie beyond the scale.
    q, last = QUANTITIES.index("phonon_mev"), failed.shape[0] - 1
    assert not window_map.reasonable[last, 3, -1]
    values[q, last, 3, -1] = window_map.reference[q, -1] + 30.0 * window_map.reference_error[q, -1]
    reasons = [list(row) for row in window_map.reasons]
    reasons[2][3] = "the window holds no pixel"
    found = replace(window_map, values=values, failed=failed, reasons=tuple(map(tuple, reasons)))
    view = MapView(theme)
    make(lambda: view.map_row, size=(640, 420))
    view.display(found, JOINT, None, is_stale=False)
    assert view.bar.words[0].startswith("≥ +")
    assert view.bar.words[-1].startswith("−")
    assert cell_words(found, JOINT, 2, 3) == ("no result", "the window holds no pixel")
    assert cell_words(found, JOINT, 4, 3)[0] == "ħω is not determined"
    picture = view.heat.grab().toImage()
    ratio = picture.devicePixelRatio()

    step = view.heat.cell_centre(3, 3) - view.heat.cell_centre(2, 4)

    def inks(i: int, part: float) -> set[str]:
        """Return the colours around a point on the diagonal of a cell, as part of the way to its corner."""
        centre = view.heat.cell_centre(i, 3) + 0.5 * part * step
        around = [QPointF(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        return {picture.pixelColor(((centre + off) * ratio).toPoint()).name() for off in around}

    bare, mark = theme.color("background").name(), theme.color("muted").name()
    assert bare not in inks(3, 0.5)
    assert mark in inks(2, 0.5)
    assert inks(4, 0.6) == {bare}


def test_both_ends_of_the_scale_differ_for_every_eye_and_the_centre_is_neutral() -> None:
    for theme in (LIGHT, DARK):
        low, centre, high = (diverging_color(theme, part) for part in (-1.0, 0.0, 1.0))
        assert low.blue() > low.red()
        assert high.red() > high.blue()
        assert centre.name() == theme.color("line").name()
        assert diverging_color(theme, 7.0) == high
        old = diverging_color(theme, 1.0, is_stale=True)
        assert old.saturation() < high.saturation()
        levels = [diverging_color(theme, part).lightnessF() for part in (0.0, 0.5, 1.0)]
        away = [abs(level - levels[0]) for level in levels]
        assert away[0] < away[1] < away[2]


def test_a_scale_holds_what_is_counted_and_tells_that_more_lies_beyond(
    make: Callable[..., object], theme: Theme
) -> None:
    change = np.array([[0.2, -1.4], [9.0, np.nan]])
    assert limit_of(change, np.array([[True, True], [False, True]])) == 2.0
    assert limit_of(change, np.zeros((2, 2), dtype=bool)) == 1.0
    bar = make(ColorBar, theme)
    bar.display(2.0, has_less=False, has_more=True)
    assert bar.words == ("≥ +2 σ", "+1", "0", "−1", "−2 σ")


def test_cells_meet_half_way() -> None:
    np.testing.assert_allclose(cell_edges(np.array([1.0, 2.0, 4.0])), [0.5, 1.5, 3.0, 5.0])
    np.testing.assert_allclose(cell_edges(np.array([3.0])), [2.5, 3.5])


# --- strips under the handles --------------------------------------------------------------------------------
def spectra_of(bound: Bindings, until: Until) -> SpectraPanel:
    bound.looking.choose_step("spectra")
    panel = bound.page
    assert isinstance(panel, SpectraPanel)
    until(lambda: is_done(bound))
    bound.window.grab()
    return panel


def test_without_a_map_there_is_no_strip_and_nothing_is_painted(opened: Bindings, until: Until) -> None:
    panel = spectra_of(opened, until)
    layer = panel.edges.layers[0]
    assert (layer.strips, layer.builds, layer.height_px) == ((), 0, 0)
    assert not panel.edges.field.isVisible()
    assert not panel.edges.scale.isVisible()


def test_a_window_map_becomes_a_strip_under_its_edges(
    page: SensitivityPage, opened: Bindings, until: Until, mouse: Mouse, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    panel = spectra_of(opened, until)
    layer = panel.edges.layers[0]
    lower, upper = layer.strips
    np.testing.assert_array_equal(lower.change, window_map.in_errors("phonon_mev")[:, window_map.y.reference, -1])
    np.testing.assert_array_equal(upper.change, window_map.in_errors("phonon_mev")[window_map.x.reference, :, -1])
    np.testing.assert_array_equal(upper.counted, window_map.reasonable[window_map.x.reference, :, -1])
    assert panel.edges.field.isVisible()
    assert "standard error" in panel.edges.scale.toolTip()
    at = window_map.x.values.size - 2
    place = panel.plot.mapFromScene(layer.pixel_of_place(0, at))
    mouse(panel.plot, "move", place, held=False)
    assert f"lower edge {window_map.x.values[at]:.1f} nm" in QToolTip.text()
    assert "the window cuts the band" in QToolTip.text()


def test_a_drag_copies_the_strip_and_moves_it_only_with_the_mapped_places(
    page: SensitivityPage, opened: Bindings, until: Until, mouse: Mouse, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    panel = spectra_of(opened, until)
    layer, plot = panel.edges.layers[0], panel.plot
    low, high = plot.view[1]
    grip = plot.pixel_of(panel.window_handle.region[0], low + 0.3 * (high - low))
    mouse(plot, "move", grip, held=False)
    mouse(plot, "press", grip)
    before, reached = layer.builds, set()
    for step in range(1, 31):
        mouse(plot, "move", grip + QPoint(2 * step, 0))
        QApplication.processEvents()
        opened.window.grab()
        reached.add(int(np.argmin(np.abs(window_map.x.values - panel.window_handle.region[0]))))
        assert edge_map(opened.theory.studies, "window", opened.session.document)[1]
    mouse(plot, "release", grip + QPoint(60, 0))
    until(lambda: is_done(opened))
    assert len(reached) > 1
    assert layer.builds - before <= len(reached)
    here = int(np.argmin(np.abs(window_map.x.values - panel.window_handle.region[0])))
    np.testing.assert_array_equal(layer.strips[1].change, window_map.in_errors("phonon_mev")[here, :, -1])
    np.testing.assert_array_equal(
        layer.strips[0].change, window_map.in_errors("phonon_mev")[:, window_map.y.reference, -1]
    )


def test_the_strip_follows_the_chosen_result_and_can_be_switched_off(
    page: SensitivityPage, opened: Bindings, until: Until, window_map: SensitivityMap
) -> None:
    run(page, opened, until)
    panel = spectra_of(opened, until)
    choose(panel.edges.field, 4)
    assert panel.edges.field.key == "quantum_yield here"
    layer = panel.edges.layers[0]
    np.testing.assert_array_equal(
        layer.strips[0].change, window_map.in_errors("quantum_yield")[:, window_map.y.reference, 0]
    )
    opened.looking.choose_temperature(1)
    wanted = window_map.in_errors("quantum_yield")[:, window_map.y.reference, 1]
    until(lambda: np.array_equal(layer.strips[0].change, wanted))
    choose(panel.edges.field, 2)
    assert panel.edges.field.key == OFF
    assert layer.strips == ()
    assert not panel.edges.scale.isVisible()
    choose(panel.edges.field, -6)
    assert len(layer.strips) == 2


def test_a_strip_of_earlier_settings_is_pale_and_says_so(page: SensitivityPage, opened: Bindings, until: Until) -> None:
    run(page, opened, until)
    panel = spectra_of(opened, until)
    assert not panel.edges.layers[0]._is_stale
    opened.intents.edit_setting("integration", "estimator", "template")
    until(lambda: is_done(opened) and panel.edges.layers[0]._is_stale)
    assert "! mapped for earlier settings" in panel.edges.scale.toolTip()
    opened.window.menus.undo.trigger()
    until(lambda: is_done(opened) and not panel.edges.layers[0]._is_stale)


def test_a_baseline_map_becomes_strips_under_the_region(
    page: SensitivityPage, opened: Bindings, until: Until, mouse: Mouse
) -> None:
    choose(page.varied, 2)
    run(page, opened, until)
    found = page._states[MAPS["baseline"].key].value
    opened.looking.choose_step("absorption")
    panel = opened.page
    assert isinstance(panel, AbsorptionPanel)
    until(lambda: is_done(opened))
    opened.window.grab()
    assert [strip.row for strip in panel.edges.layers[0].strips] == [1, 0]
    for layer in panel.edges.layers:
        np.testing.assert_array_equal(layer.strips[0].change, found.in_errors("phonon_mev")[:, found.y.reference, -1])
    panel.tail.view_all()
    place = panel.tail.mapFromScene(panel.edges.layers[0].pixel_of_place(0, 4))
    mouse(panel.tail, "move", place, held=False)
    assert f"start {found.x.values[4]:.0f} meV" in QToolTip.text()
    opened.intents.edit_setting("baseline", "tail_from_mev", float(found.x.values[1]))
    until(lambda: is_done(opened))
    _, end = panel.edges.layers[0].strips
    assert not panel.edges.layers[0]._is_stale
    np.testing.assert_array_equal(end.change, found.in_errors("phonon_mev")[1, :, -1])


def test_marks_stand_where_the_change_passes_one_error() -> None:
    strip = EdgeStrip(
        np.array([0.0, 10.0, 20.0, 30.0]), np.array([0.0, 2.0, 0.0, -4.0]), np.ones(4, dtype=bool), [""] * 4
    )
    np.testing.assert_allclose(strip.marks, [5.0, 15.0, 22.5])


def test_an_edge_outside_the_map_leaves_the_other_unknown(window_map: SensitivityMap) -> None:
    strip = edge_strip(window_map, "x", "phonon_mev", -1, None)
    assert np.isnan(strip.change).all()
    assert "outside the map" in strip.tips[0]


def test_strips_are_painted_once_and_again_only_when_they_change(
    make: Callable[..., object], theme: Theme, window_map: SensitivityMap, application: QApplication
) -> None:
    plot = make(Plot, theme)
    layer = EdgeStrips(theme)
    plot.add_layer(layer)
    strip = edge_strip(window_map, "x", "phonon_mev", -1, window_map.y.reference)
    layer.display([strip], limit=1.0)
    plot.set_home(x=(float(strip.places[0]), float(strip.places[-1])), y=(0.0, 1.0))
    plot.grab()
    built = layer.builds
    for _ in range(5):
        plot.viewport().repaint()
        plot.grab()
    assert layer.builds == built
    image = plot.grab().toImage()
    at = int(np.argmax(np.abs(np.where(strip.counted, strip.change, 0.0))[2:-2])) + 2
    place = layer.pixel_of_place(0, at) * image.devicePixelRatio()
    assert image.pixelColor(place.toPoint()).name() == diverging_color(theme, float(strip.change[at])).name()
