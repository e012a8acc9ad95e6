"""Averages over an ensemble against closed integrals and brute force."""

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, log_ndtr

from asplab.core.errors import AnalysisError
from asplab.core.polaron.rates import MODELS, log_rate, upconversion_efficiency
from asplab.core.polaron.rates.ensemble import Accuracy
from asplab.core.units import thermal_energy_mev

DETUNING = np.array([0.5, 23.0, 55.0, 102.0, 153.0])
COUPLING: dict[str, Any] = {"g_mev": 41.1, "phonon_mev": 23.4}
POLARON = ["eq9", "resonant", "kramers-heisenberg", "thermal"]
URBACH = [None, 15.0]


def brute_force(detuning: float, sigma: float, urbach: float | None, log_function: Any, above: Any) -> float:
    """Return ∫ρ A f/∫ρ A with E = y² below the gap, evenly spaced y, and E evenly spaced above the gap."""
    y = (np.arange(400_000) + 0.5) * np.sqrt(detuning + 14.0 * sigma) / 400_000
    x = -(np.arange(400_000) + 0.5) * (14.0 * sigma) / 400_000
    inverse = 0.0 if urbach is None else 1.0 / urbach
    below = np.exp(-0.5 * ((y**2 - detuning) / sigma) ** 2 - y**2 * inverse) * 2.0 * y * y[0]
    beyond = np.exp(-0.5 * ((x - detuning) / sigma) ** 2) * -x[0]
    total = 2.0 * (below.sum() + beyond.sum())
    return float(2.0 * ((below * np.exp(log_function(y**2))).sum() + (beyond * above(x)).sum()) / total)


@pytest.mark.parametrize("urbach", URBACH)
@pytest.mark.parametrize("sigma", [0.3, 10.0, 60.0])
@pytest.mark.parametrize("temperature", [10.0, 80.0, 250.0])
def test_a_boltzmann_factor_averages_to_its_closed_integral(
    sigma: float, urbach: float | None, temperature: float
) -> None:
    def tail(decay: float) -> np.ndarray:
        """Return ln ∫ ρ(E − ΔE) e^(−E·decay) dE over E > 0."""
        centre = DETUNING - sigma**2 * decay
        return np.asarray(-decay * DETUNING + 0.5 * (sigma * decay) ** 2 + log_ndtr(centre / sigma))

    inverse = 0.0 if urbach is None else 1.0 / urbach
    norm = np.logaddexp(tail(inverse), log_ndtr(-DETUNING / sigma))
    wanted = tail(inverse + 1.0 / float(thermal_energy_mev(temperature))) - norm
    found = log_rate("arrhenius", DETUNING, temperature, inhomogeneous_mev=sigma, urbach_mev=urbach)
    np.testing.assert_allclose(found, wanted, atol=1e-10)


@pytest.mark.parametrize("widths", [3.0, 8.0, 11.5, 12.5, 13.5, 40.0])
def test_the_average_goes_as_far_as_a_rising_rate_reaches(widths: float) -> None:
    sigma = 20.0
    for detuning in DETUNING:
        found = log_rate("exponential", detuning, 80.0, slope_per_mev=-widths / sigma, inhomogeneous_mev=sigma)
        wanted = detuning * widths / sigma + 0.5 * widths**2 + log_ndtr(detuning / sigma + widths)
        assert float(found) == pytest.approx(wanted, abs=1e-10)


@pytest.mark.parametrize("urbach", URBACH)
@pytest.mark.parametrize("model", ["eq9", "resonant", "kramers-heisenberg"])
def test_rates_average_as_by_brute_force(model: str, urbach: float | None) -> None:
    found = log_rate(model, DETUNING, 250.0, inhomogeneous_mev=27.0, urbach_mev=urbach, **COUPLING)
    for detuning, value in zip(DETUNING, found, strict=True):
        mean = brute_force(detuning, 27.0, urbach, lambda e: log_rate(model, e, 250.0, **COUPLING), lambda e: 0.0 * e)
        assert value == pytest.approx(np.log(mean), abs=2e-6)


@pytest.mark.parametrize("urbach", URBACH)
def test_the_thermal_rate_counts_particles_above_the_gap_with_released_phonons(urbach: float | None) -> None:
    def released(energy: np.ndarray) -> np.ndarray:
        # Detailed balance: W(−E) = W(E) e^(E/kT).
        rate = log_rate("thermal", -energy, 250.0, **COUPLING)
        return np.asarray(np.exp(rate - energy / thermal_energy_mev(250.0)))

    found = log_rate("thermal", DETUNING, 250.0, inhomogeneous_mev=27.0, urbach_mev=urbach, **COUPLING)
    for detuning, value in zip(DETUNING, found, strict=True):
        mean = brute_force(detuning, 27.0, urbach, lambda e: log_rate("thermal", e, 250.0, **COUPLING), released)
        assert value == pytest.approx(np.log(mean), abs=1e-6)


@pytest.mark.parametrize("urbach", URBACH)
@pytest.mark.parametrize("model", POLARON)
def test_efficiencies_average_as_by_brute_force_with_one_above_the_gap(model: str, urbach: float | None) -> None:
    found = upconversion_efficiency(
        model, DETUNING, 250.0, log_scale=3.0, inhomogeneous_mev=27.0, urbach_mev=urbach, **COUPLING
    )
    for detuning, value in zip(DETUNING, found, strict=True):
        mean = brute_force(
            detuning,
            27.0,
            urbach,
            lambda e: np.log(expit(3.0 + log_rate(model, e, 250.0, **COUPLING))),
            lambda e: 1.0 + 0.0 * e,
        )
        assert value == pytest.approx(mean, rel=2e-6)


@pytest.mark.parametrize("model", [name for name, model in MODELS.items() if model.single_gap is not None])
def test_a_narrow_ensemble_is_a_single_gap(model: str) -> None:
    own: dict[str, Any] = {
        "exponential": {"slope_per_mev": 0.03},
        "exponential-ratio": {"slope_per_mev": 0.03},
        "parasitic": {"urbach_mev": 15.0, "background_urbach_mev": 60.0},
        "arrhenius": {},
        "arrhenius-ratio": {},
    }
    given = own.get(model, COUPLING)
    narrow = log_rate(model, DETUNING[1:], 250.0, inhomogeneous_mev=1e-3, **given)
    np.testing.assert_allclose(narrow, log_rate(model, DETUNING[1:], 250.0, **given), atol=1e-7)


@pytest.mark.parametrize("model", POLARON)
@pytest.mark.parametrize("temperature", [4.0, 80.0, 300.0])
@pytest.mark.parametrize("phonon", [1.0, 5.17, 40.0])
def test_the_step_of_the_average_is_fine_enough(
    monkeypatch: pytest.MonkeyPatch, model: str, temperature: float, phonon: float
) -> None:
    given: dict[str, Any] = {"g_mev": 2.0 * phonon, "phonon_mev": phonon, "inhomogeneous_mev": 27.0, "urbach_mev": 15.0}
    coarse = log_rate(model, DETUNING, temperature, **given)
    monkeypatch.setattr("asplab.core.polaron.rates.ensemble.FULL", Accuracy(0.125, 12.0, 40.0))
    np.testing.assert_allclose(coarse, log_rate(model, DETUNING, temperature, **given), atol=1e-9)


def test_an_ensemble_makes_a_single_gap_fit_see_a_larger_efficiency_far_below_the_gap() -> None:
    single, spread = (
        upconversion_efficiency("eq9", 102.0, 250.0, log_scale=1.6, inhomogeneous_mev=width, **COUPLING)
        for width in (0.0, 27.0)
    )
    assert spread > 1.5 * single


def test_selection_by_the_laser_shifts_the_ensemble_by_variance_over_urbach_energy() -> None:
    # Far below the gap the tail of a normal distribution times an exponential is the distribution, moved.
    selected = log_rate("exponential", 400.0, 80.0, slope_per_mev=0.02, inhomogeneous_mev=20.0, urbach_mev=15.0)
    moved = log_rate("exponential", 400.0 - 20.0**2 / 15.0, 80.0, slope_per_mev=0.02, inhomogeneous_mev=20.0)
    assert float(selected) == pytest.approx(float(moved), abs=1e-12)


def test_the_average_of_a_table_has_its_shape() -> None:
    table = log_rate("thermal", DETUNING, np.array([[80.0], [250.0]]), inhomogeneous_mev=10.0, **COUPLING)
    assert table.shape == (2, 5)
    alone = log_rate("thermal", 102.0, 250.0, inhomogeneous_mev=10.0, **COUPLING)
    assert table[1, 3] == pytest.approx(float(alone), rel=1e-12)


def test_an_efficiency_over_an_ensemble_lies_between_the_reached_fraction_and_one() -> None:
    detuning = np.linspace(0.0, 60.0, 13)
    found = upconversion_efficiency("eq9", detuning + 1e-3, 250.0, log_scale=-30.0, inhomogeneous_mev=27.0, **COUPLING)
    reached = np.exp(log_ndtr(-(detuning + 1e-3) / 27.0))
    np.testing.assert_allclose(found, reached, rtol=1e-6)


# --- refusals


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_width_outside_its_range_is_refused(value: float) -> None:
    with pytest.raises(
        AnalysisError, match=f"inhomogeneous_mev holds {value:g}; the rate needs finite values 0 or more"
    ):
        log_rate("eq9", 23.0, 80.0, inhomogeneous_mev=value, **COUPLING)


def test_several_widths_are_refused() -> None:
    with pytest.raises(AnalysisError, match="inhomogeneous_mev holds 2 values; an ensemble has one"):
        log_rate("eq9", 23.0, 80.0, inhomogeneous_mev=[1.0, 2.0], **COUPLING)  # type: ignore[arg-type]


def test_selection_without_an_ensemble_is_refused() -> None:
    with pytest.raises(AnalysisError, match=r"urbach_mev \(found 15.0\) selects within an ensemble"):
        log_rate("eq9", 23.0, 80.0, urbach_mev=15.0, **COUPLING)


@pytest.mark.parametrize("value", [0.0, -15.0, np.nan, np.inf])
def test_an_urbach_energy_that_can_not_select_is_refused(value: float) -> None:
    with pytest.raises(AnalysisError, match=f"urbach_mev holds {value:g}; the rate needs finite values above 0"):
        log_rate("eq9", 23.0, 80.0, inhomogeneous_mev=10.0, urbach_mev=value, **COUPLING)


def test_an_ensemble_too_wide_for_its_temperature_is_refused() -> None:
    with pytest.raises(AnalysisError, match="inhomogeneous_mev is too large beside phonon_mev or k_B T"):
        log_rate("eq9", 23.0, 1e-3, inhomogeneous_mev=100.0, **COUPLING)
