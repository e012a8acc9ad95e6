"""A temperature that is not like the others is found, and chance is not taken for one."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2 as distribution
from scipy.stats import norm
from toy_experiment import Toy

from asplab.core import Document, Results, analyse
from asplab.core.appraisal.outliers import deviations, find_outliers
from asplab.core.polaron.fit import fit_polaron

N = 11
SPREAD = np.array([[4.0e-6, 1.5e-6], [1.5e-6, 1.0e-6]])
TRUTH = np.array([0.03, 0.043])


def drawn(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal(TRUTH, SPREAD, size=N)


def found(parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    return deviations(parameters, np.broadcast_to(SPREAD, (N, 2, 2)), np.ones(N, dtype=bool))


def test_equal_temperatures_are_told_as_rarely_as_chance_is_allowed_to() -> None:
    alarms = sum(bool(found(drawn(seed))[1].any()) for seed in range(1000))
    # One experiment in 370 is expected: 2.7 of 1000.
    assert alarms <= 9


def test_deviations_of_equal_temperatures_are_those_of_a_normal_distribution() -> None:
    values = np.concatenate([found(drawn(seed))[0] for seed in range(300)])
    assert np.mean(values > 1.0) == pytest.approx(0.317, abs=0.03)
    assert np.mean(values > 2.0) == pytest.approx(0.0455, abs=0.012)


def test_one_bad_temperature_is_told_alone_however_bad_it_is() -> None:
    for size in (8.0, 30.0, 300.0):
        parameters = drawn(5)
        parameters[3] += size * np.sqrt(np.diag(SPREAD)) * (1.0, -1.0)
        value, apart, _ = found(parameters)
        assert np.flatnonzero(apart).tolist() == [3], size
        assert value[3] == value.max()


def test_where_every_temperature_is_of_its_own_no_few_are_called_the_common_ones() -> None:
    parameters = drawn(2) + np.arange(N)[:, None] * 9.0 * np.sqrt(np.diag(SPREAD))
    value, apart, has_common = found(parameters)
    assert not has_common
    assert apart.sum() > N / 2
    # Those in the middle of a trend lie close to the mean of all others.
    assert int(np.argmin(value)) in (4, 5, 6)
    assert found(drawn(2))[2]


def test_the_deviation_is_that_from_the_mean_of_the_others() -> None:
    parameters = drawn(7)
    parameters[0] += 6.0 * np.sqrt(np.diag(SPREAD))
    rest = parameters[1:].mean(axis=0)
    step = parameters[0] - rest
    chi2 = step @ np.linalg.solve(SPREAD * (1.0 + 1.0 / 10.0), step)
    value, _, _ = found(parameters)
    # Two-sided, of a χ² with two degrees of freedom.
    assert value[0] == pytest.approx(norm.isf(0.5 * distribution.sf(chi2, 2)), rel=1e-6)


def test_a_temperature_without_a_fit_is_neither_compared_nor_compared_with() -> None:
    parameters = drawn(9)
    parameters[4] = np.nan
    usable = np.ones(N, dtype=bool)
    usable[4] = False
    value, apart, _ = deviations(parameters, np.broadcast_to(SPREAD, (N, 2, 2)), usable)
    assert np.isnan(value[4])
    assert not apart[4]
    assert np.isfinite(np.delete(value, 4)).all()


def test_a_single_temperature_has_nothing_to_differ_from() -> None:
    value, apart, _ = deviations(drawn(1)[:1], SPREAD[None], np.ones(1, dtype=bool))
    assert np.isnan(value).all()
    assert not apart.any()


@pytest.fixture(scope="module")
def results() -> Results:
    toy = Toy(
        temperatures_k=(120.0, 160.0, 200.0, 250.0),
        detuning_mev=(20.0, 33.0, 55.0, 77.0, 90.0, 102.0),
        eta=(0.9, 0.85, 0.7, 0.5, 0.35, 0.25),
        noise_counts=20.0,
        noise_v=3e-8,
        drift=0.002,
    )
    return analyse(Document(toy.experiment()))


def test_a_point_that_lies_off_its_curve_is_a_misfit_of_its_temperature_alone(results: Results) -> None:
    assert results.efficiency is not None
    fit = results.efficiency
    before = find_outliers(fit_polaron(fit, results.document.settings.polaron))
    numerator = fit.numerator.copy()
    error = np.sqrt(np.diagonal(fit.covariance[2]))
    numerator[2, 3] += 25.0 * error[3]
    after = find_outliers(fit_polaron(replace(fit, numerator=numerator), results.document.settings.polaron))
    assert not before.is_misfit.any()
    assert np.flatnonzero(after.is_misfit).tolist() == [2]
    assert after.is_odd[2]
    assert abs(after.largest_pull[2]) > 3.0
