"""The models page: pages behind a bar, a comparison that follows the document."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from asplab.core import Document, Results
from asplab.core.errors import Cancelled
from asplab.core.progress import Progress
from asplab.core.settings import ParameterLimit, ParameterPrior
from asplab.gui.bindings import Bindings
from asplab.gui.panels.paged import RUNNING, STALE
from asplab.gui.panels.polaron.comparing import COMPARISON, compare
from asplab.gui.panels.polaron.model_rows import MODEL_NAMES
from asplab.gui.panels.polaron.models import ModelsPage
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.polaron.registry import PAGES
from asplab.gui.plots.handles import RegionHandle
from asplab.gui.words.systematic import arms

Until = Callable[..., None]
CONTROL = Qt.KeyboardModifier.ControlModifier


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def settled(bound: Bindings) -> bool:
    return bound.session.is_settled and bound.jobs.is_idle


def compared(bound: Bindings) -> tuple[str, ...]:
    return results_of(bound).document.settings.models.compared


def button(panel: PolaronPanel, key: str) -> QToolButton:
    found = panel.bar.findChild(QToolButton, key)
    assert isinstance(found, QToolButton)
    return found


def is_done(bound: Bindings) -> bool:
    """Whether the page shows a comparison of the present document, and nothing runs."""
    panel = bound.page
    assert isinstance(panel, PolaronPanel)
    page = panel.page
    return settled(bound) and isinstance(page, ModelsPage) and page._state.is_current


QUICK = ("eq9", "resonant", "thermal", "arrhenius", "exponential")


@pytest.fixture
def panel(opened: Bindings, until: Until, measured_document: Document) -> PolaronPanel:
    models = replace(measured_document.settings.models, compared=QUICK)
    opened.session.begin(measured_document.with_settings(models=models))
    until(lambda: settled(opened))
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    until(lambda: panel.has_page and settled(opened))
    return panel


@pytest.fixture
def page(panel: PolaronPanel, opened: Bindings, until: Until) -> ModelsPage:
    QTest.mouseClick(button(panel, "models"), Qt.MouseButton.LeftButton)
    with painted_once(opened.window):
        until(lambda: is_done(opened))
    assert isinstance(panel.page, ModelsPage)
    return panel.page


def box_of(page: ModelsPage, name: str) -> QPoint:
    return page.table.check_box(MODEL_NAMES.index(name)).center().toPoint()


# --- the bar of pages ----------------------------------------------------------------------------------------
def test_only_the_page_that_is_shown_is_built_and_computes(panel: PolaronPanel, opened: Bindings) -> None:
    assert list(panel._pages) == ["fit"]
    document = results_of(opened).document
    assert opened.theory.studies.state(COMPARISON, document).outcome is None


def test_a_page_is_loaded_built_and_shown_in_turns_of_their_own(panel: PolaronPanel, opened: Bindings) -> None:
    shown: list[str] = []
    panel.page_chosen.connect(shown.append)
    QTest.mouseClick(button(panel, "models"), Qt.MouseButton.LeftButton)
    assert panel.page_key == "models"
    turns = 0
    while not shown:
        before = len(panel._pages), len(panel._kinds)
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 0)
        after = len(panel._pages), len(panel._kinds)
        # Never more than one of both in one turn.
        assert sum(after) - sum(before) <= 1
        turns += after != before
    assert turns == 2
    assert panel.page.isVisible()


def test_the_keyboard_reaches_every_page(panel: PolaronPanel, opened: Bindings, until: Until) -> None:
    button(panel, "fit").setFocus(Qt.FocusReason.TabFocusReason)
    folded = panel.bar.in_menu
    for entry in PAGES[1:]:
        if entry.key in folded:
            continue
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        assert panel.page_key == entry.key
        assert button(panel, entry.key).isChecked()
        until(lambda: settled(opened))
    assert panel.bar.accessibleName()


def test_the_keyboard_reaches_pages_in_the_menu(panel: PolaronPanel, opened: Bindings, until: Until) -> None:
    opened.window.resize(1280, 800)
    until(lambda: opened.window.width() == 1280 and settled(opened) and bool(panel.bar.in_menu))
    for place, key in enumerate(panel.bar.in_menu, start=1):

        def choose(steps: int = place) -> None:
            menu = QApplication.activePopupWidget()
            for _ in range(steps):
                QTest.keyClick(menu, Qt.Key.Key_Down)
            QTest.keyClick(menu, Qt.Key.Key_Return)

        more = next(b for b in panel.bar.findChildren(QToolButton) if b.menu() is not None)
        more.setFocus(Qt.FocusReason.TabFocusReason)
        QTimer.singleShot(50, choose)
        QTest.keyClick(more, Qt.Key.Key_Space)
        until(lambda key=key: panel.page_key == key)
        until(lambda: settled(opened))


def test_the_page_is_remembered(page: ModelsPage, opened: Bindings, appearance: Any) -> None:
    assert opened.preferences.page("polaron") == "models"
    again = PolaronPanel(appearance.theme)
    opened.theory.take(again)
    assert again.page_key == "models"
    again.deleteLater()


def test_another_step_and_back_shows_the_same_page(page: ModelsPage, opened: Bindings, until: Until) -> None:
    opened.looking.choose_step("ratio")
    opened.looking.choose_step("polaron")
    until(lambda: settled(opened))
    assert page.isVisible()


# --- the comparison ------------------------------------------------------------------------------------------
def test_the_table_tells_all_known_models_and_numbers_of_those_compared(page: ModelsPage, opened: Bindings) -> None:
    rows = page.table.rows
    assert len(rows) == len(MODEL_NAMES)
    assert tuple(name for name, row in zip(MODEL_NAMES, rows, strict=True) if row.checked) == compared(opened)
    weights = [row.cells[5] for row in rows if row.checked and not row.words]
    assert len(weights) == len(compared(opened))
    assert 0.9 < sum(float(weight) for weight in weights if weight[0] == "0") < 1.1
    assert all(row.words for row in rows if not row.checked)
    assert "smallest AICc" in page.verdict.text()


def test_a_click_on_a_box_leaves_a_model_out_and_undo_brings_it_back(
    page: ModelsPage, opened: Bindings, click: Any, until: Until
) -> None:
    before = compared(opened)
    click(page.table, box_of(page, "arrhenius"))
    until(lambda: is_done(opened))
    assert compared(opened) == tuple(name for name in before if name != "arrhenius")
    assert page.table.rows[MODEL_NAMES.index("arrhenius")].checked is False
    assert "Arrhenius" not in page.verdict.text()
    QTest.keyClick(opened.window, Qt.Key.Key_Z, CONTROL)
    until(lambda: is_done(opened))
    assert compared(opened) == before
    assert page.table.rows[MODEL_NAMES.index("arrhenius")].cells[5]


def test_space_ticks_the_box_of_the_row_that_has_the_ring(page: ModelsPage, opened: Bindings, until: Until) -> None:
    page.table.setFocus(Qt.FocusReason.TabFocusReason)
    page.table._current = MODEL_NAMES.index("thermal")
    QTest.keyClick(page.table, Qt.Key.Key_Space)
    until(lambda: is_done(opened))
    assert "thermal" not in compared(opened)


def test_the_last_model_stays(page: ModelsPage, opened: Bindings, click: Any, until: Until) -> None:
    opened.intents.edit_setting("models", "compared", ("eq9",))
    until(lambda: is_done(opened))
    hints: list[str] = []
    page.hint_changed.connect(hints.append)
    click(page.table, box_of(page, "eq9"))
    assert compared(opened) == ("eq9",)
    assert "at least" in hints[-1]


def test_a_model_that_can_not_be_used_says_why_and_the_others_are_compared(
    page: ModelsPage, opened: Bindings, click: Any, until: Until
) -> None:
    click(page.table, box_of(page, "multimode"))
    until(lambda: is_done(opened))
    assert "modes_mev" in page.table.rows[MODEL_NAMES.index("multimode")].words
    assert not page.table.rows[0].words


def test_a_range_holds_the_parameter_of_the_models_that_have_it(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    opened.intents.edit_setting("models", "limits", (ParameterLimit("phonon_mev", 18.0, 18.0),))
    until(lambda: is_done(opened))
    assert page.table.rows[0].cells[8] == "18.0 fixed"


def test_until_it_is_compared_again_everything_is_marked_as_of_earlier_settings(
    page: ModelsPage, panel: PolaronPanel, opened: Bindings, until: Until, afresh: None
) -> None:
    until(lambda: panel.words.html == "")
    assert not panel.run_button.isVisible()
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    opened.live.display()
    assert panel.words.html.startswith(STALE)
    told = [row for row in page.table.rows if row.checked]
    assert all(row.is_muted for row in told)
    assert {series.color for series in page.plot.series[1:]} == {"muted"}
    until(lambda: is_done(opened) and panel.words.html == "", seconds=60.0)
    assert not any(row.is_muted for row in page.table.rows if row.checked)


def test_run_again_takes_up_what_was_cancelled(
    page: ModelsPage, panel: PolaronPanel, opened: Bindings, until: Until, afresh: None
) -> None:
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    until(lambda: panel.words.html.endswith(RUNNING))
    opened.window.status.cancel_requested.emit()
    until(lambda: panel.run_button.isVisible())
    assert "Cancelled" in panel.words.html
    until(lambda: settled(opened))
    assert not page._state.is_current
    QTest.mouseClick(panel.run_button, Qt.MouseButton.LeftButton)
    until(lambda: is_done(opened))
    assert not panel.run_button.isVisible()


# --- plots ---------------------------------------------------------------------------------------------------
def test_a_click_on_a_row_brings_its_model_to_the_front_and_another_takes_it_back(page: ModelsPage, click: Any) -> None:
    best = page.table.selected
    other = MODEL_NAMES.index("exponential")
    assert best != other
    pulls = np.asarray(page.pulls.series[0].y)
    for wanted in (other, best):
        click(page.table, QPoint(200, round(page.table.row_box(other).center().y())))
        assert page.table.selected == wanted
        assert page.plot.series[-1].band_low is not None
        assert (np.asarray(page.pulls.series[0].y) == pytest.approx(pulls, nan_ok=True)) == (wanted == best)


@pytest.mark.parametrize("scale", ["log", "logit"])
def test_the_scale_of_eta_is_chosen(page: ModelsPage, scale: str) -> None:
    page.scale.setFocus()
    QTest.keyClick(page.scale, Qt.Key.Key_Down)
    if scale == "logit":
        QTest.keyClick(page.scale, Qt.Key.Key_Down)
    assert page.scale.key == scale
    assert page.plots[scale].isVisible()
    assert not page.plots["eta"].isVisible()
    assert page.plots[scale].series


def test_over_1_kt_every_temperature_has_one_point(page: ModelsPage, opened: Bindings) -> None:
    page.axis.setFocus()
    QTest.keyClick(page.axis, Qt.Key.Key_Down)
    series = page.plot.series
    x = [float(np.asarray(one.x)[0]) for one in series if np.asarray(one.x).size == 1]
    fit = results_of(opened).efficiency
    assert fit is not None
    assert x == pytest.approx(1e3 / (0.08617333262 * fit.temperatures_k))
    assert not page.pulls.isVisible()


def test_the_fit_range_is_dragged_as_one_step_to_undo_and_the_models_follow(
    page: ModelsPage, opened: Bindings, mouse: Any, until: Until
) -> None:
    plot, region = page.plot, page.regions["eta"]
    assert isinstance(region, RegionHandle)
    assert region.region is not None
    low, height = region.region[0], sum(plot.view[1]) / 2
    start, end = plot.pixel_of(low, height), plot.pixel_of(32.0, height)
    count, points = opened.session.history.count(), page.table.rows[0].cells[1]
    mouse(plot, "move", start, held=False)
    mouse(plot, "press", start)
    for step in range(1, 6):
        place = QPointF(start) + (QPointF(end) - QPointF(start)) * step / 5
        mouse(plot, "move", place.toPoint())
        QApplication.processEvents()
    mouse(plot, "release", end)
    until(lambda: is_done(opened))
    found = results_of(opened).document.settings.polaron.detuning_range_mev
    assert found[0] == pytest.approx(32.0, abs=1.0)
    assert found[1] == 1000.0
    assert opened.session.history.count() == count + 1
    assert opened.session.history.undoText() == "Move fit range"
    assert page.table.rows[0].cells[1] == points
    assert np.asarray(page.plot.series[0].excluded).any()


# --- priors --------------------------------------------------------------------------------------------------
def test_priors_in_use_are_told_beside_the_fit_with_pull_and_source(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    assert page.priors.isHidden()
    opened.intents.edit_setting("models", "priors", (ParameterPrior("phonon_mev", 18.0, 0.5, "Raman <1999>"),))
    until(lambda: is_done(opened))
    assert page.priors.isVisible()
    words = page.priors.text()
    assert "ħω = 18.00 ± 0.50 meV: pull" in words
    assert "Raman &lt;1999&gt;" in words


def test_a_comparison_that_is_cancelled_while_it_fits_ends_there(opened: Bindings) -> None:
    stopped: list[str] = []
    progress = Progress(lambda _fraction, text: stopped.append(text) or progress.cancelled.set())  # type: ignore[func-returns-value]
    with pytest.raises(Cancelled, match="rate model"):
        compare(results_of(opened), None, progress)
    assert len(stopped) == 1


def test_parameters_of_the_sample_that_are_fitted_have_columns_of_their_own(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    assert not any("σ" in line for line in page.table.text().splitlines()[:1])
    priors = (ParameterPrior("inhomogeneous_mev", 0.0, 8.0, ""), ParameterPrior("temperature_offset_k", 0.0, 2.0, ""))
    opened.intents.edit_setting("models", "compared", ("arrhenius", "exponential"))
    opened.intents.edit_setting("models", "priors", priors)
    until(lambda: is_done(opened), seconds=60.0)
    assert page.table.text().splitlines()[0].endswith("σ (meV)\tδT (K)")
    for row in (one for one in page.table.rows if one.checked and not one.words):
        width, offset = row.cells[-2:]
        assert width in ("single gap", "—") or "±" in width
        assert "±" in offset


def test_the_button_leads_to_where_parameters_are_fixed_and_bounded(page: ModelsPage, opened: Bindings) -> None:
    QTest.mouseClick(page.parameters_button, Qt.MouseButton.LeftButton)
    field = opened.inspector.form.field("models", "limits")
    assert field.isVisible()


def test_every_model_has_its_systematic_errors_beside_the_statistical_ones(
    page: ModelsPage, opened: Bindings, until: Until
) -> None:
    until(lambda: is_done(opened) and page._errors.is_current, seconds=60.0)
    eq9 = page._errors.value[compared(opened).index("eq9")]
    row = opened.looking.view.temperature
    cells = page.table.rows[MODEL_NAMES.index("eq9")].cells
    minus, plus = eq9.error("phonon_mev", row)
    assert cells[9] == arms(plus, minus)
    assert "Systematic error of ħω" in page.verdict.text() or not page.table.rows[page.table.selected or 0].cells[9]
    opened.intents.edit_setting("polaron", "detuning_range_mev", (0.0, 120.0))
    opened.live.display()
    # What belongs to another comparison is not told beside this one.
    assert page.table.rows[MODEL_NAMES.index("eq9")].cells[9] == ""
    until(lambda: is_done(opened) and page._errors.is_current, seconds=60.0)
    assert page.table.rows[MODEL_NAMES.index("eq9")].cells[9] != ""


def test_every_page_is_named_in_the_bar_of_a_usual_window_whatever_is_said_beside_it(panel: PolaronPanel) -> None:
    assert panel.bar.in_menu == ()
    width = panel.bar.width()
    panel.words.display("! of earlier settings · computing …")
    panel.grab()
    assert panel.bar.width() == width
    panel.words.display("")


def test_each_curve_is_named_beside_a_piece_of_its_line(page: ModelsPage, opened: Bindings, until: Until) -> None:
    until(lambda: settled(opened) and any(one.label for one in page.plots["eta"].series))
    curves = [one for one in page.plots["eta"].series if np.size(one.line_x)]
    assert len(curves) > 1
    assert len({one.label for one in curves}) == len(curves)
    assert {one.label_at for one in curves} == {"corner"}
