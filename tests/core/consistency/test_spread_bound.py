"""The slowest fall of logit η that an ensemble allows, against thermal ensembles written out, and in the checks."""

import numpy as np
import pytest
from eta_tables import TEN_MEV, eta_table
from scipy.special import expit, logit

from asplab.core.consistency import Check, check_fit, check_model
from asplab.core.consistency.spread import least_fall, slowest
from asplab.core.polaron.comparison import ModelOptions, fit_model
from asplab.core.polaron.fit import fit_polaron
from asplab.core.polaron.rates import log_rate, upconversion_efficiency
from asplab.core.settings import ParameterPrior, PolaronSettings
from asplab.core.units import BOLTZMANN_MEV_PER_K

TEN = np.array(TEN_MEV)


def thermal_eta(
    at: np.ndarray, temperature: float, level: float, coupling: tuple[float, float], **spread
) -> np.ndarray:
    """Return η of an ensemble of thermal particles whose logit η at 50 meV is ``level``."""
    g, phonon = coupling
    scale = level - float(log_rate("thermal", 50.0, temperature, g_mev=g, phonon_mev=phonon))
    return upconversion_efficiency("thermal", at, temperature, log_scale=scale, g_mev=g, phonon_mev=phonon, **spread)


def test_no_thermal_ensemble_falls_more_slowly_than_the_limit_and_strong_coupling_reaches_it() -> None:
    rng, left = np.random.default_rng(1), []
    for _ in range(80):
        temperature, sigma, phonon = rng.uniform(80.0, 300.0), rng.uniform(2.0, 30.0), rng.uniform(3.0, 40.0)
        coupling = (phonon * np.sqrt(10.0 ** rng.uniform(-1.0, 2.0)), phonon)
        spread = {"inhomogeneous_mev": sigma, "urbach_mev": rng.choice([15.0, 30.0, 1e6])}
        at = rng.uniform(10.0, 100.0) + np.array([-0.01, 0.0, 0.01, 40.0])
        eta = thermal_eta(at, temperature, rng.uniform(-3.0, 6.0), coupling, **spread)
        fall = logit(eta)
        urbach = float(spread["urbach_mev"])
        width, t = np.array([sigma]), np.array([temperature])
        limit = slowest(eta[1:2], at[1:2], t, width, urbach_mev=urbach)[0]
        least = least_fall(fall[1:2], at[1:2], at[3:], temperature, (sigma, urbach))[0]
        left.append([limit - (fall[2] - fall[0]) / 0.02, fall[1] - fall[3] - least])
    assert np.min(left) > -1e-5
    assert np.nanmin(left, axis=0) == pytest.approx(0.0, abs=0.02)
    strong = thermal_eta(np.array([49.99, 50.0, 50.01]), 250.0, 0.5, (3000.0, 10.0), inhomogeneous_mev=15.0)
    reached = slowest(strong[1:2], np.array([50.0]), np.array([250.0]), np.array([15.0]), urbach_mev=np.inf)[0]
    assert (logit(strong[2]) - logit(strong[0])) / 0.02 == pytest.approx(reached, rel=1e-3)


def test_without_spread_the_limit_is_that_of_one_sharp_mode() -> None:
    at, t = np.array([20.0, 60.0]), np.full(2, 250.0)
    found = slowest(np.array([0.9, 0.2]), at, t, np.full(2, 0.1), urbach_mev=np.inf)
    np.testing.assert_allclose(found, -0.5 / (BOLTZMANN_MEV_PER_K * 250.0), rtol=1e-4)


def test_no_limit_exists_where_the_reached_particles_alone_give_more() -> None:
    # A third of the gaps lies below the laser.
    assert np.isnan(slowest(np.array([0.1]), np.array([8.0]), np.array([250.0]), np.array([20.0]), urbach_mev=np.inf))


def bound_of(checks: tuple[Check, ...], place: str, name: str = "rate_bound") -> Check:
    return next(check for check in checks if (check.name, check.place) == (name, place))


def rows(fall_per_mev: float) -> list:
    """Return straight lines of logit η at two temperatures."""
    eta = expit(2.5 - fall_per_mev * (TEN - 20.0))
    return [(temperature, TEN, eta, 0.01 * eta) for temperature in (200.0, 250.0)]


def test_checks_of_an_ensemble_compare_with_its_own_limit() -> None:
    slow, fast = (eta_table(*rows(fall)) for fall in (0.01, 0.06))
    prior = ParameterPrior("inhomogeneous_mev", 12.0, 3.0)
    for data, status in ((slow, "conflicts"), (fast, "agrees")):
        usual = check_fit(fit_polaron(data, PolaronSettings()), data, width_mev=12.0)
        fit = fit_model(data, "eq9", ModelOptions(priors=(prior,)))
        model = check_model(fit, data)
        for found in (usual, model):
            for place in ("200 K", "250 K", "joint fit"):
                check = bound_of(found, place)
                assert check.status == status, (place, check)
                assert "slowest fall of an ensemble, σ" in check.numbers[1].name
            assert bound_of(found, "250 K", "logit_drop").status == status


def test_errors_of_the_slope_and_of_the_width_are_those_of_many_draws() -> None:
    truth = upconversion_efficiency(
        "eq9", TEN, 250.0, log_scale=2.0, g_mev=41.1, phonon_mev=23.4, inhomogeneous_mev=12.0
    )
    prior = ParameterPrior("inhomogeneous_mev", 12.0, 2.0)
    rng, excess, errors = np.random.default_rng(2), [], []
    for _ in range(40):
        data = eta_table((250.0, TEN, truth * (1.0 + 0.01 * rng.standard_normal(TEN.size)), 0.01 * truth))
        check = bound_of(check_model(fit_model(data, "eq9", ModelOptions(priors=(prior,))), data), "250 K")
        excess.append(check.numbers[0].value - check.numbers[1].value)
        errors.append(check.numbers[0].error)
    # The width itself does not scatter from draw to draw, so that the error told is the larger one.
    assert 0.6 < np.std(excess) / np.mean(errors) < 1.2


def test_a_width_too_large_for_the_data_is_told() -> None:
    eta = expit(-1.0 - 0.03 * TEN)
    data = eta_table((250.0, TEN, eta, 0.01 * eta))
    check = bound_of(check_fit(fit_polaron(data, PolaronSettings()), data, width_mev=200.0), "250 K")
    assert check.status == "not applicable"
    assert "too large for these data" in check.meaning
