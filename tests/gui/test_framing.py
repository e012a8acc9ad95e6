"""Axes: chosen again when results come that were missing, and when the fit has left them; never under the hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asplab.core import Analysis, Document, Results
from asplab.gui.framing import Framing
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.absorption import AbsorptionPanel
from asplab.gui.panels.base import Panel
from asplab.gui.panels.corrections import CorrectionsPanel
from asplab.gui.panels.efficiency import EfficiencyPanel
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.ratio import RatioPanel
from asplab.gui.panels.spectra import SpectraPanel
from asplab.gui.plots.base import Plot
from asplab.gui.view_state import ViewState

STEPS: dict[str, type[Panel]] = {
    "overview": OverviewPanel,
    "corrections": CorrectionsPanel,
    "spectra": SpectraPanel,
    "absorption": AbsorptionPanel,
    "ratio": RatioPanel,
    "efficiency": EfficiencyPanel,
    "polaron": PolaronPanel,
}


@pytest.fixture(scope="session")
def results(measured_document: Document) -> Results:
    return Analysis().update(measured_document)


@pytest.fixture
def page(make: Callable[..., Any], step: str) -> Any:
    return make(STEPS[step], LIGHT, size=(1000, 760))


@pytest.mark.parametrize("step", STEPS)
def test_a_panel_that_forgets_its_frame_shows_everything_again(page: Any, step: str, results: Results) -> None:
    page.display(results, ViewState(step=step))
    # What is seen second has a turn of its own; at the next display it is there at once.
    page.display(results, ViewState(step=step))
    plots = page.findChildren(Plot)
    before = np.array([plot.view for plot in plots])
    for plot in plots:
        plot.display_view((1e4, 2e4), (1e4, 2e4))
    page.display(results, ViewState(step=step))
    assert not any(plot.is_at_home for plot in plots)
    page.forget_frame()
    page.display(results, ViewState(step=step))
    assert [plot.is_at_home for plot in plots] == [True] * len(plots)
    assert np.array([plot.view for plot in plots]) == pytest.approx(before)


@pytest.mark.parametrize("step", ["overview"])
def test_results_that_come_later_bring_their_axes(page: Any, step: str, results: Results) -> None:
    view, framing = ViewState(step=step), Framing()
    framing.display(page, replace(results, efficiency=None, polaron=None, intervals=None), view, is_dragging=False)
    fit = results.efficiency
    assert fit is not None
    assert page.eta.view[0][1] < np.nanmax(fit.detuning_mev)
    framing.display(page, results, view, is_dragging=False)
    assert page.eta.view[0][1] > np.nanmax(fit.detuning_mev)


@pytest.mark.parametrize("step", ["overview"])
def test_what_the_user_has_zoomed_stays(page: Any, step: str, results: Results) -> None:
    view, framing = ViewState(step=step), Framing()
    framing.display(page, replace(results, polaron=None, intervals=None), view, is_dragging=False)
    page.spectra.display_view((500.0, 510.0), (0.0, 0.5))
    framing.display(page, results, view, is_dragging=False)
    assert page.spectra.view[0] == pytest.approx((500.0, 510.0))


@pytest.mark.parametrize("step", ["overview", "polaron"])
def test_a_fit_that_leaves_the_picture_takes_the_axes_along(page: Any, step: str, results: Results) -> None:
    page.display(results, ViewState(step=step))
    fit = results.polaron
    assert fit is not None
    plot = page.polaron if step == "overview" else page.page.plane
    assert not plot.holds(2 * float(fit.phonon_mev[0]), 2 * float(fit.g_mev[0]))
    phonon, g = fit.phonon_mev.copy(), fit.g_mev.copy()
    phonon[0], g[0] = 2 * phonon[0], 2 * g[0]
    page.display(replace(results, polaron=replace(fit, phonon_mev=phonon, g_mev=g)), ViewState(step=step))
    assert plot.holds(float(phonon[0]), float(g[0]))
