"""The step panels: what they draw, what they emit, and what they say when there is nothing to draw."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from asplab.core import Analysis, Document, Results, load_experiment
from asplab.core.appraisal.checks import polaron_residuals
from asplab.core.experiment import Experiment
from asplab.core.polaron.curves import contour
from asplab.core.settings import (
    BackgroundSettings,
    BaselineSettings,
    EfficiencySettings,
    IntegrationSettings,
)
from asplab.core.virtual import simulate
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.gui.look.theme import DARK, LIGHT, Theme
from asplab.gui.panels.absorption import AbsorptionPanel
from asplab.gui.panels.base import EXCLUDES, Panel
from asplab.gui.panels.corrections import CorrectionsPanel
from asplab.gui.panels.efficiency import EfficiencyPanel
from asplab.gui.panels.polaron.fit import FitPage
from asplab.gui.panels.ratio import RatioPanel
from asplab.gui.panels.spectra import SpectraPanel
from asplab.gui.plots.base import Plot
from asplab.gui.view_state import ViewState

PANELS = (CorrectionsPanel, SpectraPanel, AbsorptionPanel, RatioPanel, EfficiencyPanel, FitPage)
COLD = 0


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    folder = tmp_path_factory.mktemp("panels") / "experiment"
    simulate(folder, VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=4), seed=3)
    return Document(load_experiment(folder))


@pytest.fixture(scope="session")
def analysis(document: Document) -> Analysis:
    return Analysis()


@pytest.fixture(scope="session")
def results(analysis: Analysis, document: Document) -> Results:
    return analysis.update(document)


@pytest.fixture
def show(make: Callable[..., Any], theme: Theme, results: Results) -> Callable[..., Any]:
    """Build a panel, display results in it and settle the layout."""

    def build(kind: type[Panel], shown: Results | None = None, view: ViewState | None = None) -> Any:
        panel = make(kind, theme, size=(1000, 760))
        panel.display(results if shown is None else shown, ViewState() if view is None else view)
        panel.repaint()
        # What is seen second has a turn of its own.
        QApplication.processEvents()
        for plot in panel.findChildren(Plot):
            plot.grab()
        return panel

    return build


@pytest.fixture
def drag(mouse: Callable[..., None]) -> Callable[..., None]:
    def move(plot: Plot, x: float, by_px: int) -> None:
        (_, _), (low, high) = plot.view
        start = plot.pixel_of(x, 0.5 * (low + high))
        mouse(plot, "move", start, held=False)
        mouse(plot, "press", start)
        for step in (by_px // 2, by_px):
            mouse(plot, "move", start + QPoint(step, 0))
        mouse(plot, "release", start + QPoint(by_px, 0))

    return move


def recorded(signal: Any) -> list[tuple[Any, ...]]:
    """Return a list that fills with the arguments of a signal."""
    seen: list[tuple[Any, ...]] = []
    signal.connect(lambda *values: seen.append(values))
    return seen


def keys_of(results: Results, temperature: int, kind: str) -> list[str]:
    assert results.gathered is not None
    return [s.key for s in results.gathered.stacks if s.temperature == temperature and s.kind == kind]


# --- all panels ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_without_data_says_what_is_missing(show: Callable[..., Any], kind: type[Panel]) -> None:
    nothing = Analysis().update(Document(Experiment("nothing")))
    panel = show(kind, nothing)
    assert panel.deck.is_empty
    words = " ".join(label.text() for label in panel.deck.empty.findChildren(QWidget) if hasattr(label, "text"))
    assert len(words) > 40


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_whose_products_failed_says_why(show: Callable[..., Any], kind: type[Panel], results: Results) -> None:
    panel = show(kind, Results(results.document, problems=results.problems))
    assert panel.deck.is_empty


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_comes_back_from_its_empty_state(show: Callable[..., Any], kind: type[Panel], results: Results) -> None:
    panel = show(kind, Results(results.document))
    panel.display(results, ViewState())
    assert not panel.deck.is_empty


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_follows_the_theme(show: Callable[..., Any], kind: type[Panel]) -> None:
    panel = show(kind)
    colors = []
    for theme in (LIGHT, DARK):
        panel.restyle(theme)
        plots = [plot for plot in panel.findChildren(Plot) if plot.isVisible()]
        colors.append([plot.grab().toImage().pixelColor(3, 3).name().upper() for plot in plots])
        assert all(plot.theme is theme for plot in panel.findChildren(Plot))
    assert colors == [[LIGHT.panel] * len(colors[0]), [DARK.panel] * len(colors[1])]


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("temperature", [0, 1, 99])
def test_a_panel_displays_every_temperature(
    show: Callable[..., Any], kind: type[Panel], results: Results, temperature: int
) -> None:
    panel = show(kind, view=ViewState(temperature=temperature))
    assert not panel.deck.is_empty


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_keeps_its_ranges_while_a_window_is_dragged(
    show: Callable[..., Any], kind: type[Panel], analysis: Analysis, document: Document, results: Results
) -> None:
    panel = show(kind)
    before = [plot.view for plot in panel.findChildren(Plot)]
    moved = document.with_settings(integration=IntegrationSettings(window_nm=(470.0, 560.0)))
    panel.display(analysis.update(moved, intervals=False), ViewState())
    after = [plot.view for plot in panel.findChildren(Plot)]
    panel.display(results, ViewState())
    assert after == before


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_copes_with_one_temperature_that_has_no_scans(
    show: Callable[..., Any], kind: type[Panel], document: Document
) -> None:
    experiment = document.experiment
    scans = tuple(s for s in experiment.scans if s.condition.temperature_k is None or s.condition.temperature_k > 200)
    panel = show(kind, Analysis().update(Document(replace(experiment, scans=scans))))
    panel.display(Analysis().update(Document(replace(experiment, scans=()))), ViewState())
    assert panel.isVisible()


@pytest.fixture(scope="session")
def lonely(document: Document) -> Results:
    """One temperature by itself."""
    experiment = document.experiment

    def is_warm(record: Any) -> bool:
        return record.condition.temperature_k is None or record.condition.temperature_k > 200

    spectra, scans = (tuple(filter(is_warm, records)) for records in (experiment.spectra, experiment.scans))
    return Analysis().update(Document(replace(experiment, spectra=spectra, scans=scans)))


def test_one_temperature_leaves_no_pane_empty(show: Callable[..., Any], lonely: Results, results: Results) -> None:
    efficiency, ratio, polaron = (show(kind, lonely) for kind in (EfficiencyPanel, RatioPanel, FitPage))
    assert not efficiency.thermal_card.isVisible()
    assert not ratio.yield_card.isVisible()
    assert ratio.line_card.height() > 0.9 * ratio.height()
    assert [row.cells[0] for row in polaron.table.rows] == ["250 K"]
    efficiency.display(results, ViewState())
    ratio.display(results, ViewState())
    assert efficiency.thermal_card.isVisible()
    assert ratio.yield_card.isVisible()


@pytest.mark.parametrize("kind", [EfficiencyPanel, FitPage])
def test_a_selected_condition_without_eta_is_ringed_nowhere(
    show: Callable[..., Any], kind: type[Panel], document: Document
) -> None:
    experiment = document.experiment
    scans = tuple(s for s in experiment.scans if s.condition.temperature_k is None or s.condition.temperature_k < 200)
    without = Analysis().update(Document(replace(experiment, scans=scans)))
    panel = show(kind, without, ViewState(temperature=1, stack=keys_of(without, 1, "aspl")[2]))
    if kind is FitPage:
        assert panel.model_deck.is_empty
        panel.display(without, ViewState())
        assert not panel.model_deck.is_empty
    else:
        assert panel.card.subtitle == "250 K: no η"


# --- spectra ---------------------------------------------------------------------------------------------
def test_a_dragged_window_edge_tells_where_it_should_go_and_stays(show: Callable[..., Any], drag: Any) -> None:
    panel = show(SpectraPanel)
    told, finished = recorded(panel.window_dragged), recorded(panel.drag_finished)
    drag(panel.plot, 600.0, -60)
    low, high = told[-1]
    assert low == 400.0
    assert 570.0 < high < 598.0
    assert panel.window_handle.region == (400.0, 600.0)
    assert finished == [()]


def test_a_dragged_cutoff_names_its_filter(show: Callable[..., Any], drag: Any, results: Results) -> None:
    key = keys_of(results, COLD, "aspl")[3]
    panel = show(SpectraPanel, view=ViewState(stack=key))
    told = recorded(panel.cutoff_dragged)
    handle = panel.cutoffs["shortpass"]
    nominal = handle.place
    drag(panel.plot, nominal, 25)
    side, original, wanted = told[-1]
    assert (side, original) == ("shortpass", nominal)
    assert nominal < wanted < nominal + 20.0
    assert not panel.cutoffs["longpass"].isVisible()


def test_background_windows_become_handles_once_they_are_set_by_hand(
    show: Callable[..., Any], drag: Any, analysis: Analysis, document: Document
) -> None:
    windows = ((420.0, 450.0), (560.0, 590.0))
    by_hand = document.with_settings(background=BackgroundSettings(windows_nm=windows))
    panel = show(SpectraPanel, analysis.update(by_hand, intervals=False))
    told = recorded(panel.background_dragged)
    drag(panel.plot, 590.0, -20)
    index, low, high = told[-1]
    assert (index, low) == (1, 560.0)
    assert 575.0 < high < 590.0
    panel.display(analysis.update(document), ViewState())
    assert [handle.isVisible() for handle in panel.backgrounds] == [False, False]


def test_dragging_the_window_repaints_no_spectrum(
    show: Callable[..., Any], analysis: Analysis, document: Document, application: Any
) -> None:
    panel = show(SpectraPanel)
    builds = panel.curves.builds
    for low in (470.0, 471.0, 472.0):
        moved = document.with_settings(integration=IntegrationSettings(window_nm=(low, 560.0)))
        panel.display(analysis.update(moved, intervals=False), ViewState())
        panel.plot.grab()
    assert panel.curves.builds == builds


def test_the_hidden_part_of_the_band_is_told_with_its_factor_and_errors(
    show: Callable[..., Any], analysis: Analysis, document: Document, results: Results
) -> None:
    key = keys_of(results, COLD, "aspl")[3]
    panel = show(SpectraPanel, view=ViewState(stack=key))
    k = [stack.key for stack in results.gathered.stacks].index(key)
    part, factor = panel.words.html.split(" · ")
    assert part.startswith(f"hidden part of the band {100 * (1 - results.emission.truncation[k]):.1f}")
    assert factor.startswith(f"correction factor {results.emission.factor[k]:.2f}")
    assert part.count(" ± ") == factor.count(" ± ") == 1
    unused = document.with_settings(integration=IntegrationSettings(correct_truncation=False))
    panel.display(analysis.update(unused, intervals=False), ViewState(stack=key))
    assert panel.words.html.endswith("not applied")


def test_all_conditions_of_a_side_can_be_laid_over_one_another(
    show: Callable[..., Any], results: Results, click: Any
) -> None:
    panel = show(SpectraPanel)
    panel.mode.setCurrentIndex(1)
    panel.mode.activated.emit(1)
    panel.plot.grab()
    assert panel.curves.count == 7
    told = recorded(panel.stack_chosen)
    axis = results.corrected.blocks[0].wavelength_nm
    peak = float(axis[np.nanargmax(panel.curves._y[0])])
    click(panel.plot, panel.plot.pixel_of(peak, float(np.nanmax(panel.curves._y[0]))))
    assert told
    assert told[-1][0] in keys_of(results, COLD, "pl")


def test_bands_too_weak_to_be_scaled_are_counted_not_drawn(show: Callable[..., Any], results: Results) -> None:
    panel = show(SpectraPanel)
    panel.mode.setCurrentIndex(2)
    panel.mode.activated.emit(2)
    left_out = 12 - panel.curves.count
    assert 0 < left_out < 12
    assert panel.words.html == f"{left_out} too weak to be scaled"


# --- absorption ------------------------------------------------------------------------------------------
def test_a_dragged_baseline_region_is_told_in_mev_below_the_gap(show: Callable[..., Any], drag: Any) -> None:
    panel = show(AbsorptionPanel)
    told, finished = recorded(panel.baseline_dragged), recorded(panel.drag_finished)
    drag(panel.tail, 220.0, -40)
    start, end = told[-1]
    assert 190.0 < start < 219.0
    assert end is None
    assert finished == [()]


def test_the_upper_edge_of_the_baseline_region_ends_at_the_end_of_the_scan_until_it_is_dragged(
    show: Callable[..., Any], drag: Any
) -> None:
    panel = show(AbsorptionPanel)
    told = recorded(panel.baseline_dragged)
    low, high = panel.regions[0].region
    drag(panel.tail, high, -40)
    assert told[-1][0] == low
    assert told[-1][1] < high - 5.0


def test_the_logarithmic_tail_has_the_same_handle(show: Callable[..., Any], drag: Any) -> None:
    panel = show(AbsorptionPanel)
    panel.scale.setCurrentIndex(1)
    panel.scale.activated.emit(1)
    panel.log.grab()
    told = recorded(panel.baseline_dragged)
    drag(panel.log, 220.0, 30)
    assert panel.log.isVisible()
    assert not panel.tail.isVisible()
    assert 221.0 < told[-1][0] < 260.0


def test_a_baseline_without_region_has_no_handle(
    show: Callable[..., Any], analysis: Analysis, document: Document, results: Results
) -> None:
    none = analysis.update(document.with_settings(baseline=BaselineSettings(shape="none")), intervals=False)
    panel = show(AbsorptionPanel, none)
    assert not any(region.isVisible() for region in panel.regions)


def test_the_readings_stand_on_the_scan(show: Callable[..., Any], results: Results) -> None:
    panel = show(AbsorptionPanel)
    points = panel.scan.series[0]
    scans = results.scans.sets[COLD]
    order = np.argsort(scans.energy_mev)
    detuning = results.energies.reference_mev[COLD] - scans.energy_mev
    mean = 1e6 * scans.volts.mean(axis=0)
    expected = np.interp(-np.asarray(points.x), -detuning[order], mean[order])
    assert np.abs(np.asarray(points.y) - expected).max() < 0.02 * mean.max()
    assert (np.asarray(points.error) > 0).all()


def test_the_scan_can_be_shown_against_wavelength(show: Callable[..., Any]) -> None:
    panel = show(AbsorptionPanel)
    panel.axis.setCurrentIndex(1)
    panel.axis.activated.emit(1)
    (low, high), _ = panel.scan.view
    assert 400.0 < low < 480.0 < 540.0 < high < 620.0


# --- R & QY ----------------------------------------------------------------------------------------------
def test_the_stokes_line_meets_zero_at_the_intercept(show: Callable[..., Any], results: Results) -> None:
    panel = show(RatioPanel)
    line, intercept = panel.line.series
    place = float(np.interp(0.0, line.line_y, line.line_x))
    assert place == pytest.approx(results.efficiency.intercept_mev[COLD], rel=1e-9)
    assert intercept.x[0] == pytest.approx(place)


def test_the_ratio_estimator_is_labelled_with_what_is_wrong_with_its_errors(
    show: Callable[..., Any], analysis: Analysis, document: Document
) -> None:
    panel = show(RatioPanel)
    assert "For the eye" in panel.note.text()
    ratio = analysis.update(document.with_settings(efficiency=EfficiencySettings(estimator="ratio")), intervals=False)
    panel.display(ratio, ViewState())
    assert "30–40 %" in panel.note.text()


def test_a_click_on_a_quantum_yield_chooses_its_temperature(
    show: Callable[..., Any], results: Results, click: Any
) -> None:
    panel = show(RatioPanel)
    told = recorded(panel.temperature_chosen)
    fit = results.efficiency
    click(panel.yields, panel.yields.pixel_of(float(fit.temperatures_k[1]), float(fit.quantum_yield[1])))
    assert told == [(1,)]


def test_undetermined_detunings_get_no_line_of_r(show: Callable[..., Any], results: Results) -> None:
    panel = show(RatioPanel)
    fit = results.efficiency
    known = np.isfinite(fit.eta_low[COLD]) & fit.valid[COLD]
    assert (~known).sum() > 0
    assert len(panel.ratio.series) == known.sum()


# --- efficiency ------------------------------------------------------------------------------------------
def test_undetermined_points_are_open_and_apart_from_the_others(show: Callable[..., Any], results: Results) -> None:
    panel = show(EfficiencyPanel)
    fit = results.efficiency
    is_open = fit.valid[COLD] & ~np.isfinite(fit.eta_low[COLD])
    symbols, front = panel.plot.series[1], panel.plot.series[-1]
    assert symbols.is_open
    assert np.array_equal(np.isfinite(symbols.y), is_open)
    assert not np.isfinite(np.asarray(front.y)[is_open]).any()


def test_an_excluded_point_is_drawn_as_excluded(
    show: Callable[..., Any], analysis: Analysis, document: Document, results: Results
) -> None:
    key = keys_of(results, COLD, "aspl")[2]
    panel = show(EfficiencyPanel, analysis.update(document.excluding(key, "laser jumped"), intervals=False))
    assert np.flatnonzero(panel.plot.series[-1].excluded).tolist() == [2]


def test_a_click_on_a_point_selects_its_condition(show: Callable[..., Any], results: Results, click: Any) -> None:
    panel = show(EfficiencyPanel)
    told = recorded(panel.stack_chosen)
    fit = results.efficiency
    click(panel.plot, panel.plot.pixel_of(float(fit.detuning_mev[COLD, 3]), float(fit.eta[COLD, 3])))
    assert told == [(fit.keys[COLD][3],)]


def test_a_click_on_eta_against_temperature_selects_its_condition(
    show: Callable[..., Any], results: Results, click: Any
) -> None:
    panel = show(EfficiencyPanel)
    chosen = recorded(panel.stack_chosen)
    column, one = panel._thermal_places[0][1], panel.thermal.series[0]
    click(panel.thermal, panel.thermal.pixel_of(float(np.asarray(one.x)[1]), float(np.asarray(one.y)[1])))
    assert results.efficiency is not None
    assert chosen == [(results.efficiency.keys[1][column],)]


def test_eta_between_lasers_is_drawn_open_and_said(show: Callable[..., Any], results: Results) -> None:
    panel = show(EfficiencyPanel)
    assert not any(one.is_open and np.isfinite(one.y).any() for one in panel.thermal.series)
    fit = results.efficiency
    assert fit is not None
    drift = np.linspace(0.0, 7.0, len(fit.temperatures_k))[:, None]
    panel.display(replace(results, efficiency=replace(fit, detuning_mev=fit.detuning_mev + drift)), ViewState())
    between = [one for one in panel.thermal.series if one.is_open and np.isfinite(one.y).any()]
    assert between
    assert "interpolated between" in between[0].tips[int(np.flatnonzero(np.isfinite(between[0].y))[0])]
    assert panel.thermal_card.subtitle == "open: interpolated between two lasers"


def test_a_click_on_the_legend_chooses_a_temperature(show: Callable[..., Any], click: Any) -> None:
    panel = show(EfficiencyPanel)
    told = recorded(panel.temperature_chosen)
    click(panel.legend, panel.legend.box_of(1).center().toPoint())
    assert told == [(1,)]


def test_the_phonon_axis_counts_detuning_in_phonons(show: Callable[..., Any], results: Results) -> None:
    panel = show(EfficiencyPanel)
    phonon = float(results.polaron.phonon_mev[COLD])
    assert panel.top_axis.isVisible()
    assert panel.top_axis.tickStrings([2 * phonon], 1.0 / phonon, phonon) == ["2"]


def test_the_phonon_axis_hides_while_the_phonon_is_not_identified(show: Callable[..., Any], results: Results) -> None:
    unknown = replace(results.intervals, identified=np.zeros(3, dtype=bool))
    panel = show(EfficiencyPanel, replace(results, intervals=unknown))
    assert not panel.top_axis.isVisible()


def test_the_tip_of_a_point_gives_its_value_and_error(show: Callable[..., Any], results: Results) -> None:
    panel = show(EfficiencyPanel)
    assert "± " in panel.plot.series[-1].tips[2] or "+" in panel.plot.series[-1].tips[2]
    assert "120 K" in panel.plot.series[-1].tips[2]


# --- polaron ---------------------------------------------------------------------------------------------
def test_the_table_has_a_row_for_each_temperature_and_the_joint_fit(show: Callable[..., Any]) -> None:
    panel = show(FitPage)
    assert [row.cells[0] for row in panel.table.rows] == ["120 K", "250 K", "joint"]
    assert panel.table.selected == COLD


def test_an_unidentified_phonon_is_a_limit_not_a_number(show: Callable[..., Any], results: Results) -> None:
    fit, limits = results.polaron, results.intervals
    nothing = np.full(3, np.nan)
    vague = replace(limits, identified=np.zeros(3, dtype=bool), phonon_high_mev=nothing, g_high_mev=nothing)
    panel = show(FitPage, replace(results, intervals=vague))
    cells = panel.table.rows[COLD].cells
    assert cells[2].startswith("> ")
    assert cells[3] == "—"
    assert fit.phonon_mev[COLD] > 0


def test_points_without_a_logarithm_are_counted_above_the_picture_that_lacks_them(
    show: Callable[..., Any], results: Results
) -> None:
    fit = results.efficiency
    low = fit.eta_low.copy()
    known = np.flatnonzero(fit.fitted[COLD] & np.isfinite(low[COLD]) & (fit.eta[COLD] > 0.0))
    panel = show(FitPage)
    lacking = int(np.sum(np.isfinite(panel.pulls.series[0].y) & ~np.isfinite(panel.logit.series[0].y)))
    low[COLD, known[:2]] = np.nan
    panel = show(FitPage, replace(results, efficiency=replace(fit, eta_low=low)))
    assert f"{lacking + 2} points in residuals only" in panel._logit_card.subtitle


def test_a_click_on_a_row_chooses_its_temperature(show: Callable[..., Any], click: Any) -> None:
    panel = show(FitPage)
    told = recorded(panel.temperature_chosen)
    for row in (1, 2):
        click(panel.table, panel.table.row_box(row).center().toPoint())
    assert told == [(1,)]


def test_the_contour_of_the_selected_temperature_is_in_view(show: Callable[..., Any], results: Results) -> None:
    panel = show(FitPage)
    for t in (1, COLD):
        panel.display(results, ViewState(temperature=t))
        phonon, g = contour(*results.polaron.parameters[t][1:], results.polaron.parameter_covariance[t][1:, 1:])
        (left, right), (low, high) = panel.plane.view
        assert left < phonon.min() < phonon.max() < right
        assert low < g.min() < g.max() < high


def test_residuals_of_a_good_fit_are_of_the_order_of_one(show: Callable[..., Any]) -> None:
    panel = show(FitPage)
    pulls = np.asarray(panel.pulls.series[0].y)
    assert np.isfinite(pulls).sum() >= 9
    assert np.nanmax(np.abs(pulls)) > 0.05
    assert np.nanmedian(np.abs(pulls)) < 2.0


def test_residuals_far_away_stand_where_they_are_and_in_view(show: Callable[..., Any], results: Results) -> None:
    wrong = results.polaron.parameters - np.array([4.0, 0.0, 0.0])
    bad = replace(results, polaron=replace(results.polaron, parameters=wrong))
    wanted = polaron_residuals(bad.polaron)[0]
    assert np.nanmax(np.abs(wanted)) > 10.0
    at_once, later = show(FitPage, bad), show(FitPage)
    later.display(bad, ViewState())
    for panel in (at_once, later):
        pull, (low, high) = np.asarray(panel.pulls.series[0].y), panel.pulls.view[1]
        np.testing.assert_array_equal(pull, wanted)
        assert low < np.nanmin(pull) <= np.nanmax(pull) < high


# --- corrections -----------------------------------------------------------------------------------------
def test_a_row_of_the_conditions_selects_its_stack(show: Callable[..., Any], results: Results, click: Any) -> None:
    panel = show(CorrectionsPanel)
    choose(panel, "conditions", results)
    told = recorded(panel.stack_chosen)
    click(panel.table, panel.table.row_box(2).center().toPoint())
    assert told == [(keys_of(results, COLD, "pl")[2],)]


def test_the_selected_condition_is_marked_in_the_table(show: Callable[..., Any], results: Results) -> None:
    view = ViewState(temperature=1, stack=keys_of(results, 1, "aspl")[0])
    panel = show(CorrectionsPanel, view=view)
    choose(panel, "conditions", results, view)
    assert panel.table.selected == 7
    assert panel.table.rows[7].cells[0].startswith("ASPL")


def choose(panel: CorrectionsPanel, key: str, results: Results, view: ViewState | None = None) -> None:
    panel.views.display(key)
    panel.display(results, ViewState() if view is None else view)
    panel.window().grab()


# --- right button ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", PANELS)
def test_a_hint_promises_a_menu_where_a_measurement_can_be_hit(show: Callable[..., Any], kind: type[Panel]) -> None:
    panel = show(kind)
    without = {getattr(panel, name) for name in ("plane", "yields") if hasattr(panel, name)}
    without |= {panel.picture.change} if isinstance(panel, CorrectionsPanel) else set()
    promised = {plot for plot in panel.findChildren(Plot) if EXCLUDES in plot._hint}
    assert promised == set(panel.findChildren(Plot)) - without


def test_a_right_click_on_a_scan_selects_it(show: Callable[..., Any], results: Results, click: Any) -> None:
    panel = show(AbsorptionPanel)
    chosen = recorded(panel.record_chosen)
    x, y = panel._tail_curves._x[0], panel._tail_curves._y[0]
    far = int(np.argmax(x > 180.0))
    click(panel.tail, panel.tail.pixel_of(float(x[far]), float(y[far])), Qt.MouseButton.RightButton)
    assert results.gathered is not None
    sources = {scan.source for scan in results.gathered.scans[COLD]}
    assert len(chosen) == 1
    assert chosen[0][0] in sources
    panel.display(results, ViewState(record=chosen[0][0]))
    assert panel._tail_curves._selected is not None
