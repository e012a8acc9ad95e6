"""Sentences of companion measurements: singular and plural, chances too small to be told, distances too large."""

import numpy as np
import pytest

from asplab.core.companion.cooling.points import cooling_points
from asplab.core.companion.quantum_yield.comparison import YieldRow, compare_yields
from asplab.core.companion.reading import measured
from asplab.core.companion.sizes.particles import measure_sizes
from asplab.core.companion.temperature.law_fit import LawFit, fit_law
from asplab.core.companion.temperature.laws import LINE
from asplab.core.companion.temperature.stokes_shift import stokes_shift
from asplab.core.export.companion.trend_pages import law_cells
from asplab.core.rounding import chance_text


def test_a_chance_too_small_to_be_known_is_told_as_below_a_millionth() -> None:
    assert chance_text("chance", 1e-239) == "chance < 1e-6"
    assert chance_text("p", 0.0312) == "p = 0.031"


@pytest.mark.parametrize(("temperature_k", "is_told"), [(250.016, False), (253.0, True)])
def test_temperatures_within_the_tolerance_are_no_reason_to_differ(temperature_k: float, is_told: bool) -> None:
    rows = [
        YieldRow("R", "film", 250.0, measured(0.84, 0.01)),
        YieldRow("ABC law", "film", temperature_k, measured(0.60, 0.01)),
    ]
    (note,) = compare_yields(rows, tolerance_k=1.0).notes
    assert ("They differ in temperature" in note) == is_told


@pytest.mark.parametrize(("pairs", "told"), [(1, "1 particle is above"), (3, "3 particles are above")])
def test_merged_particles_are_counted_in_words_that_fit(pairs: int, told: str) -> None:
    edges = np.random.default_rng(1).normal(7.0, 0.4, 200)
    found = measure_sizes(np.append(edges, np.full(pairs, 15.0)) ** 2, minimum_nm=0.0, merged="leave_out")
    (note,) = (note for note in found.notes if told in note)
    assert note.endswith("It is left out." if pairs == 1 else "They are left out.")


@pytest.mark.parametrize(
    ("eta", "told"),
    [(0.1, "more than 20 standard errors (statistical) from cooling"), (0.9, " standard errors (statistical) from ")],
)
def test_a_distance_beyond_twenty_standard_errors_is_not_told_as_a_number(eta: float, told: str) -> None:
    found = cooling_points(
        [eta], 0.9, eta_error=0.01, quantum_yield_error=0.01, covariance=0.0, detuning_mev=[50.0], photon_mev=[2350.0],
        photon_error_mev=0.1,
    )  # fmt: skip
    sentence = found.sentence((0,))
    assert told in sentence
    assert ("more than" in sentence) == (eta < 0.5)


def test_two_temperatures_that_differ_are_not_said_to_miss_a_line() -> None:
    error = np.full(2, 0.1)
    found = stokes_shift(
        np.array([120.0, 250.0]),
        absorption_mev=np.array([2440.0, 2460.0]),
        absorption_error_mev=error,
        emission_mev=np.array([2400.0, 2400.0]),
        emission_error_mev=error,
    )
    assert found.sentence.endswith("by more than its errors; a trend needs three temperatures.")


def test_a_law_without_an_aicc_has_a_dash() -> None:
    kelvin = np.array([100.0, 150.0, 200.0])
    fit: LawFit = fit_law(LINE, kelvin, 2400.0 + 0.2 * kelvin, error_mev=np.full(3, 1.0))
    assert not np.isfinite(fit.aicc)
    assert law_cells(fit)[3] == "–"
