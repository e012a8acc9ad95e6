"""Contours of surfaces and of clouds of points."""

from collections.abc import Callable

import numpy as np
import pytest

from asplab.core.contours import cloud_lines, contour_lines, smooth_lines
from asplab.core.polaron.comparison.profiles import PLANE_RISES


@pytest.mark.parametrize("lines", [contour_lines, smooth_lines])
def test_a_contour_of_a_cone_and_a_bowl_lies_on_its_level(lines: Callable[..., tuple[np.ndarray, np.ndarray]]) -> None:
    x, y = np.linspace(-2.0, 3.0, 41), np.linspace(1.0, 5.0, 37)
    height = (x[None, :] - 0.5) ** 2 + (y[:, None] - 3.0) ** 2
    found_x, found_y = lines(x, y, height, 1.44)
    radius = np.hypot(found_x - 0.5, found_y - 3.0)
    tolerance = 0.01 if lines is contour_lines else 5e-4
    np.testing.assert_allclose(radius[np.isfinite(radius)], 1.2, atol=tolerance)
    angle = np.arctan2(found_y - 3.0, found_x - 0.5)
    assert np.ptp(angle[np.isfinite(angle)]) > 6.2


def test_what_is_not_finite_lies_beyond_the_contour_and_no_level_gives_no_line() -> None:
    x = np.arange(4.0)
    height = np.zeros((4, 4))
    height[:, 2:] = np.inf
    found_x, _ = contour_lines(x, x, height, 1.0)
    assert np.nanmin(found_x) > 1.0
    assert np.nanmax(found_x) < 2.0
    assert contour_lines(x, x, np.zeros((4, 4)), 1.0)[0].size == 0


def test_the_lines_around_a_cloud_hold_their_share_even_where_it_is_narrow() -> None:
    rng = np.random.default_rng(5)
    points = np.linalg.cholesky(np.array([[1.0, 0.98], [0.98, 1.0]])) @ rng.standard_normal((2, 20000))
    inverse = np.linalg.inv(np.array([[1.0, 0.98], [0.98, 1.0]]))
    for (x, y), wanted in zip(cloud_lines(*points, (0.6827, 0.95)), PLANE_RISES, strict=True):
        line = np.stack([x, y])[:, np.isfinite(x)]
        assert np.median(np.einsum("ik,ij,jk->k", line, inverse, line)) == pytest.approx(wanted, rel=0.12)
    assert all(x.size == 0 for x, _ in cloud_lines(np.ones(100), np.ones(100), (0.5,)))


def test_two_hills_have_two_lines_and_each_closes() -> None:
    x, y = np.linspace(-3.0, 3.0, 61), np.linspace(-1.5, 1.5, 31)
    height = np.minimum((x[None, :] - 1.5) ** 2, (x[None, :] + 1.5) ** 2) + y[:, None] ** 2
    found_x, found_y = contour_lines(x, y, height, 1.0)
    (gap,) = np.flatnonzero(np.isnan(found_x))
    for part in (slice(None, gap), slice(gap + 1, None)):
        line = np.stack([found_x[part], found_y[part]])
        np.testing.assert_array_equal(line[:, 0], line[:, -1])
        assert np.hypot(*np.diff(line, axis=1)).max() < 0.15
        assert np.unique(np.sign(line[0])).size == 1


def test_a_line_that_leaves_the_grid_runs_from_edge_to_edge() -> None:
    x = np.linspace(0.0, 1.0, 6)
    found_x, found_y = contour_lines(x, x, np.tile(x, (6, 1)), 0.3)
    np.testing.assert_allclose(found_x, 0.3)
    assert {found_y[0], found_y[-1]} == {0.0, 1.0}
    assert (np.diff(found_y) > 0).all() or (np.diff(found_y) < 0).all()
