"""Fits of single lines: unit pulls over noise, whatever the background and the gain of the camera."""

import numpy as np
import pytest
from line_spectra import line_counts

from asplab.core.calibration.lines import FittedLine, find_lines, strongest_line

AXIS = np.linspace(500.0, 560.0, 601)
N_DRAWS = 200


def test_a_wide_line_that_is_rough_at_its_top_is_found_as_one() -> None:
    """Electron multiplication makes the noise of a line grow far above that of the pixels beside it."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        counts = line_counts(AXIS, [(530.04, 3500.0)], rng, fwhm_nm=4.0, gain=10.0)
        line = strongest_line(AXIS, counts)
        assert line is not None
        assert line.fwhm_nm == pytest.approx(4.0, abs=0.5)
        found.append((line.centre_nm - 530.04) / line.centre_error_nm)
    assert np.abs(found).max() < 4.5
    assert 0.6 < np.std(found) < 1.5


def fitted(counts: np.ndarray, axis: np.ndarray = AXIS) -> FittedLine:
    line = strongest_line(axis, counts)
    assert line is not None
    return line


@pytest.mark.parametrize(
    ("fwhm_nm", "height", "gain", "slope"),
    [(0.6, 3e3, 1.0, 0.0), (0.6, 2e4, 0.3, 3.0), (1.5, 600.0, 1.0, 2.0), (0.4, 5e4, 8.0, 0.0)],
)
def test_pulls_of_centre_and_width_have_unit_spread(fwhm_nm: float, height: float, gain: float, slope: float) -> None:
    rng = np.random.default_rng(3)
    pulls = []
    for _ in range(N_DRAWS):
        centre = 535.0 + rng.uniform(-0.05, 0.05)
        counts = line_counts(AXIS, [(centre, height)], rng, fwhm_nm=fwhm_nm, gain=gain) + slope * (AXIS - 500.0)
        line = fitted(counts)
        pulls.append(((line.centre_nm - centre) / line.centre_error_nm, (line.fwhm_nm - fwhm_nm) / line.fwhm_error_nm))
    within = np.mean(np.abs(pulls) < 1.0, axis=0)
    np.testing.assert_allclose(within, 0.683, atol=0.09)
    np.testing.assert_allclose(np.mean(pulls, axis=0), 0.0, atol=0.25)
    assert np.all(np.std(pulls, axis=0) < 1.4)


def test_the_centre_is_found_to_a_small_part_of_a_pixel() -> None:
    rng = np.random.default_rng(0)
    line = fitted(line_counts(AXIS, [(535.037, 2e4)], rng, fwhm_nm=0.6))
    assert line.centre_nm == pytest.approx(535.037, abs=0.003)
    assert line.centre_error_nm < 0.003


def test_a_strong_sloping_background_leaves_the_centre_alone() -> None:
    rng = np.random.default_rng(1)
    sloping = 40.0 * (AXIS - 500.0)
    line = fitted(line_counts(AXIS, [(520.02, 5e3)], rng, fwhm_nm=0.8) + sloping)
    assert line.centre_nm == pytest.approx(520.02, abs=5.0 * line.centre_error_nm)


def test_two_lines_are_two_lines() -> None:
    rng = np.random.default_rng(2)
    found = find_lines(AXIS, line_counts(AXIS, [(517.0, 4e3), (519.5, 8e3)], rng, fwhm_nm=0.6))
    assert [round(line.centre_nm, 1) for line in found] == [517.0, 519.5]


def test_noise_alone_has_no_line() -> None:
    rng = np.random.default_rng(4)
    assert strongest_line(AXIS, line_counts(AXIS, [], rng)) is None


def test_a_top_cut_off_by_the_detector_is_seen_and_leaves_the_centre() -> None:
    rng = np.random.default_rng(5)
    counts = np.minimum(line_counts(AXIS, [(530.04, 9e4)], rng, fwhm_nm=0.8), 3e4)
    line = fitted(counts)
    assert line.is_flat
    assert line.centre_nm == pytest.approx(530.04, abs=0.01)
    assert not fitted(line_counts(AXIS, [(530.04, 2e4)], rng, fwhm_nm=0.8)).is_flat


def test_an_undersampled_line_has_an_error_of_a_part_of_a_pixel() -> None:
    """A line narrower than two pixels is not a Gaussian on them: noise alone does not say how well it is known."""
    rng = np.random.default_rng(6)
    coarse = np.linspace(500.0, 560.0, 301)
    line = fitted(line_counts(coarse, [(530.05, 5e5)], rng, fwhm_nm=0.3), coarse)
    assert line.centre_error_nm > 0.005
