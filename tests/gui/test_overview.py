"""The overview: four linked pictures of the same results."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from asplab.core import Document, Results
from asplab.core.experiment import Experiment
from asplab.core.polaron.curves import TWO_PARAMETERS_68, contour, eta_curves
from asplab.core.polaron.rates import log_rate
from asplab.gui.bindings import Bindings
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.plots.spectra_picture import spectra_picture
from asplab.gui.selection import counterpart

Click = Callable[..., None]
Until = Callable[..., None]


def overview(bound: Bindings) -> OverviewPanel:
    page = bound.pages["overview"]
    assert isinstance(page, OverviewPanel)
    return page


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def pixel_of_eta(page: OverviewPanel, results: Results, t: int, j: int) -> QPoint:
    assert results.efficiency is not None
    return page.eta.pixel_of(float(results.efficiency.detuning_mev[t, j]), float(results.efficiency.eta[t, j]))


def test_the_spectra_are_laid_onto_a_band_of_height_one(opened: Bindings) -> None:
    picture = spectra_picture(results_of(opened), 1, "")
    band = next(one for one in picture.series if one.base is not None)
    assert np.max(band.line_y) == pytest.approx(1.0)
    points = next(one for one in picture.series if np.size(one.x) > 10)
    seen = ~np.asarray(points.excluded)
    shape = np.interp(np.asarray(points.x)[seen], band.line_x, band.line_y)
    pulls = (np.asarray(points.y)[seen] - shape) / np.asarray(points.error)[seen]
    assert np.std(pulls) < 1.6
    assert abs(np.mean(pulls)) < 0.5


def test_the_shown_condition_is_the_deepest_that_is_clearly_there(opened: Bindings) -> None:
    cold, warm = (spectra_picture(results_of(opened), t, "").stack for t in (0, 1))
    assert cold is not None
    assert warm is not None
    assert cold.kind == warm.kind == "aspl"
    assert cold.temperature == 0
    assert warm.temperature == 1


def test_the_headers_carry_gap_and_quantum_yield_with_their_errors(opened: Bindings) -> None:
    page = overview(opened)
    assert "E<sub>g</sub>" in page.cards[0].subtitle
    assert "±" in page.cards[0].subtitle
    assert page.cards[1].subtitle.startswith("QY = 0.8")
    assert "±" in page.cards[1].subtitle


def test_lines_too_flat_to_tell_apart_share_one_label(opened: Bindings) -> None:
    labels = [one.label for one in overview(opened).ratio.series]
    assert labels[0].startswith("ΔE = ")
    assert sum("–" in label for label in labels) == 1
    assert labels.count("") >= 1


def test_the_ratio_lines_pass_through_their_points(opened: Bindings) -> None:
    steepest = overview(opened).ratio.series[0]
    line = np.interp(np.asarray(steepest.x), steepest.line_x, steepest.line_y)
    assert np.abs(np.asarray(steepest.y) - line).max() < 4 * np.asarray(steepest.error).max()


def test_clicking_a_point_of_eta_selects_its_condition(
    opened: Bindings, click: Click, application: QApplication
) -> None:
    page, results = overview(opened), results_of(opened)
    click(page.eta, pixel_of_eta(page, results, 0, 3))
    application.processEvents()
    assert results.efficiency is not None
    assert opened.looking.view.stack == results.efficiency.keys[0][3]
    assert opened.tree.model.node(opened.tree.view.currentIndex()).key == opened.looking.view.stack
    shown = spectra_picture(results, 0, opened.looking.view.stack).stack
    assert shown is not None
    assert shown.key == opened.looking.view.stack


def test_clicking_a_point_of_another_temperature_goes_there(
    opened: Bindings, click: Click, application: QApplication
) -> None:
    page, results = overview(opened), results_of(opened)
    click(page.eta, pixel_of_eta(page, results, 1, 6))
    application.processEvents()
    assert results.efficiency is not None
    assert opened.looking.view.temperature == 1
    assert opened.looking.view.stack == results.efficiency.keys[1][6]


def test_right_clicking_a_point_offers_to_exclude_its_condition(
    opened: Bindings, click: Click, application: QApplication
) -> None:
    page, results = overview(opened), results_of(opened)
    click(page.eta, pixel_of_eta(page, results, 0, 3), Qt.MouseButton.RightButton)
    application.processEvents()
    assert results.efficiency is not None
    key = results.efficiency.keys[0][3]
    exclude = next(action for action in opened.hand.menu.actions() if action.text().startswith("Exclude"))
    exclude.trigger()
    opened.hand.menu.close()
    assert opened.session.document is not None
    assert opened.session.document.exclusions.reason(key) is not None


def test_another_temperature_shows_the_condition_of_the_same_rank(opened: Bindings, application: QApplication) -> None:
    results = results_of(opened)
    assert results.gathered is not None
    here, there = ([s.key for s in results.gathered.stacks if s.temperature == t] for t in (0, 1))
    opened.looking.choose_stack(here[9])
    opened.looking.choose_temperature(1)
    application.processEvents()
    assert opened.looking.view.stack == there[9]
    assert counterpart(results, "", 1) == ""


def test_view_all_returns_to_the_data_after_zooming(opened: Bindings) -> None:
    page = overview(opened)
    home = page.eta.view
    page.eta.display_view((10.0, 20.0), (0.4, 0.5))
    opened.window.menus.actions["view_all"].trigger()
    assert page.eta.view == home


def test_an_experiment_without_scans_says_why_there_is_no_efficiency(
    bound: Bindings, measured_document: Document, until: Until
) -> None:
    experiment = measured_document.experiment
    bound.session.begin(Document(Experiment("no scans", spectra=experiment.spectra)))
    until(lambda: bound.session.is_settled)
    bound.window.grab()
    page = overview(bound)
    assert page.cards[0]._pile.currentIndex() == 0
    assert [card._pile.currentIndex() for card in page.cards[1:]] == [1, 1, 1]
    assert page.cards[2]._reason._text.text()


def test_the_model_curve_is_equation_nine_with_the_fitted_parameters(opened: Bindings) -> None:
    fit = results_of(opened).polaron
    assert fit is not None
    detuning = np.array([20.0, 60.0, 120.0])
    eta, low, high = eta_curves(fit, detuning)
    for t, temperature in enumerate(fit.temperatures_k):
        rate = log_rate("eq9", detuning, temperature, g_mev=fit.g_mev[t], phonon_mev=fit.phonon_mev[t])
        expected = 1.0 / (1.0 + np.exp(-(fit.log_scale[t] + rate)))
        np.testing.assert_allclose(eta[t], expected, rtol=1e-6)
    assert (low < eta).all()
    assert (eta < high).all()


def test_a_contour_is_open_where_the_phonon_energy_is_not_bounded() -> None:
    phonon, _ = contour(0.1, 0.02, np.diag([1e-6, 4e-4]))
    assert np.isnan(phonon).any()
    assert (phonon[np.isfinite(phonon)] > 0).all()
    closed, _ = contour(0.1, 0.04, np.diag([1e-6, 1e-6]))
    assert closed.max() == pytest.approx(1.0 / (0.04 - np.sqrt(TWO_PARAMETERS_68 * 1e-6)), rel=1e-3)
    assert np.isfinite(closed).all()


def test_a_weak_signal_is_averaged_until_its_error_bars_leave_it_to_be_seen(opened: Bindings) -> None:
    results = results_of(opened)
    corrected = results.corrected
    assert corrected is not None
    blocks = tuple(replace(block, variance=1e4 * block.variance) for block in corrected.blocks)
    weak = replace(results, corrected=replace(corrected, blocks=blocks))
    few, many = (next(s for s in spectra_picture(one, 1, "").series if s.is_open) for one in (weak, results))
    assert len(few.x) < 0.6 * len(many.x)
    assert "mean over" in few.tips[0]
