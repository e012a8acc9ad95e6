"""The plane of g and ħω: contours of the profile likelihood and of the sampled posterior."""

from collections.abc import Callable

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.polaron.comparison.profiles import PLANE_RISES, profile_plane
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.interval_plane import PLANE, cloud_of
from asplab.gui.panels.polaron.intervals import IntervalsPage
from asplab.gui.panels.polaron.panel import PolaronPanel

Until = Callable[..., None]
HERE = 1


@pytest.fixture
def page(opened: Bindings, until: Until) -> IntervalsPage:
    opened.looking.choose_temperature(HERE)
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("intervals")
    found = panel.page
    assert isinstance(found, IntervalsPage)
    with painted_once(opened.window):
        until(lambda: opened.jobs.is_idle and found._states[PLANE.key].is_current, seconds=60.0)
    return found


def solid(page: IntervalsPage, color: str) -> list[np.ndarray]:
    """Return the contours of one colour as (2, n) arrays."""
    rims = [rim for rim in page._rims.series if rim.color == color and not rim.is_dashed and np.size(rim.line_x)]
    return [np.stack([np.asarray(rim.line_x), np.asarray(rim.line_y)]) for rim in rims]


def test_the_contours_reach_as_far_as_both_parameters_together_may(page: IntervalsPage, opened: Bindings) -> None:
    results = opened.session.results
    assert results is not None
    assert results.efficiency is not None
    plane = profile_plane(fit_model(results.efficiency, "eq9", ModelOptions()), row=HERE)
    inner, outer = solid(page, "text")
    for line, rise in zip((inner, outer), PLANE_RISES, strict=True):
        along = plane.delta_chi2.min(axis=0)
        inside = plane.x[along < rise]
        step = float(np.diff(plane.x).max())
        assert np.nanmin(line[0]) == pytest.approx(inside[0], abs=1.01 * step)
        assert np.nanmax(line[0]) == pytest.approx(inside[-1], abs=1.01 * step)


def test_another_fit_has_contours_of_its_own(page: IntervalsPage, opened: Bindings, until: Until) -> None:
    before = solid(page, "text")[0]
    page.fits.setFocus()
    QTest.keyClick(page.fits, Qt.Key.Key_Down)
    assert not solid(page, "text")
    until(lambda: page._states[PLANE.key].is_current and len(solid(page, "text")) == 2, seconds=60.0)
    assert np.nanmax(solid(page, "text")[0][0]) != pytest.approx(np.nanmax(before[0]))


def test_the_sampled_posterior_has_its_dots_its_contours_and_its_correlation(
    page: IntervalsPage, opened: Bindings, until: Until
) -> None:
    page.clouds.setFocus()
    QTest.keyClick(page.clouds, Qt.Key.Key_Down)
    assert page._right.subtitle == "nothing sampled yet"
    QTest.mouseClick(page.sample_button, Qt.MouseButton.LeftButton)
    until(lambda: page._posterior() is not None, seconds=90.0)
    until(lambda: len(solid(page, "accent")) == 2)
    posterior = page._posterior()
    cloud = cloud_of(posterior)
    assert cloud is not None
    draws, dots = posterior.parameters["phonon_mev"].draws, np.asarray(page.plane.series[0].x)
    assert 400 <= dots.size <= 1000
    assert set(dots) <= set(draws)
    assert np.median(dots) == pytest.approx(np.median(draws), rel=0.02)
    np.testing.assert_allclose(solid(page, "accent")[1][0], cloud.lines[1][0], equal_nan=True)
    assert f"{cloud.correlation:.2f}" in page._right.subtitle
    assert cloud.correlation > 0.5
