"""The rise of a transient behind its response: golden shapes, derivatives, recovery, limits and rates."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from asplab.core.companion.reading import Reading, measured
from asplab.core.companion.transient.fit import TransientFit, fit_transient
from asplab.core.companion.transient.model import TransientShape, basis, project, weighted
from asplab.core.companion.transient.rates import find_rates, time_of
from asplab.core.companion.transient.response import InstrumentResponse, fit_response
from asplab.core.companion.transient.shapes import convolved_exponential, convolved_rise
from asplab.core.companion.transient.virtual import TransientTruth, virtual_response, virtual_transient
from asplab.core.errors import AnalysisError, InputError, SettingsError
from asplab.core.units import FWHM_PER_SIGMA

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "power_yield_transient.json").read_text(encoding="utf-8"))
RISES = [item for item in GOLDEN["items"] if item["id"].startswith("TA")]
DELAYS = np.arange(-250.0, 1000.0, 12.5)
PLAIN = TransientShape(artefact_terms=0, has_decay=False, has_offset=True)
NOTHING = InstrumentResponse(None, None, None, None)
SEEDS, FEW = 24, 10


def known(truth: TransientTruth, rng: np.random.Generator) -> InstrumentResponse:
    """Return a response measured apart, as well as it is in practice."""
    fwhm, zero = rng.normal(truth.fwhm_fs, 2.0), rng.normal(truth.zero_fs, 3.0)
    return InstrumentResponse(fwhm, 2.0, zero, 3.0)


@cache
def many(
    truth: TransientTruth,
    *,
    is_known: bool = True,
    shape: TransientShape = PLAIN,
    probes: int = 1,
    common_noise: float = 0.0,
    given: bool = True,
    seeds: int = FEW,
) -> tuple[TransientFit, ...]:
    found = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        data = virtual_transient(rng, truth, delay_fs=DELAYS, probes=probes, common_noise=common_noise)
        response = known(truth, rng) if is_known else NOTHING
        error = data.error if given else None
        found.append(fit_transient(data.delay_fs, data.signal, error=error, response=response, shape=shape))
    return tuple(found)


def pulls(fits: tuple[TransientFit, ...], truth: TransientTruth) -> np.ndarray:
    return np.array([(fit.rise_fs.value - truth.rise_fs) / fit.rise_fs.error for fit in fits])


# --- shapes ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("item", RISES, ids=lambda item: str(item["id"]))
def test_the_convolved_rise_matches_the_independent_value(item: dict[str, dict[str, str]]) -> None:
    given = {name: float(value) for name, value in item["inputs"].items()}
    sigma = given["fwhm_fs"] / FWHM_PER_SIGMA
    found = convolved_rise(np.array([given["t_fs"]]), rise_fs=given["tau_fs"], sigma_fs=sigma)
    assert found[0] == pytest.approx(float(item["outputs"]["y"]), rel=1e-10)


def test_the_convolved_exponential_is_its_integral() -> None:
    rate, sigma = 1.0 / 70.0, 40.0
    for t in (-90.0, 0.0, 25.0, 300.0):
        whole, _ = quad(
            lambda u, t=t: np.exp(-rate * u - 0.5 * ((t - u) / sigma) ** 2) / (np.sqrt(2.0 * np.pi) * sigma),
            0.0,
            max(t, 0.0) + 12.0 * sigma,
            epsabs=1e-13,
        )
        found = convolved_exponential(np.array([t]), rate_per_fs=rate, sigma_fs=sigma)[0]
        assert found == pytest.approx(whole, rel=1e-8)


@pytest.mark.parametrize("rise", [1e-3, 1.0, 1e3, 1e9])
def test_no_rise_overflows_however_fast_slow_or_far(rise: float) -> None:
    found = convolved_rise(np.array([-1e6, -1e3, 0.0, 1e3, 1e6]), rise_fs=rise, sigma_fs=34.0)
    assert np.all(np.isfinite(found))
    assert np.all((found >= -1e-12) & (found <= 1.0))
    assert found[0] == 0.0


def test_a_fast_rise_is_a_step_later_by_its_time() -> None:
    t = np.linspace(-100.0, 200.0, 31)
    fast = convolved_rise(t, rise_fs=1.0, sigma_fs=40.0)
    step = convolved_exponential(t - 1.0, rate_per_fs=0.0, sigma_fs=40.0)
    np.testing.assert_allclose(fast, step, atol=2e-4)


@pytest.mark.parametrize("terms", [0, 3])
def test_derivatives_are_those_of_the_shapes(terms: int) -> None:
    shape = TransientShape(artefact_terms=terms, has_decay=True, has_offset=True)
    at = np.array([52.0, 5.0, 40.0, 3000.0])
    exact = basis(shape, DELAYS, at).slopes
    for k, step in enumerate(1e-4 * np.eye(4)):
        numeric = (basis(shape, DELAYS, at + step).values - basis(shape, DELAYS, at - step).values) / 2e-4
        np.testing.assert_allclose(exact[k], numeric, atol=1e-9)


def test_one_decomposition_for_all_probes_and_one_for_each_agree() -> None:
    rng = np.random.default_rng(0)
    traces, scale = rng.standard_normal((4, DELAYS.size)), np.array([1.0, 3.0, 0.5, 2.0])[:, None]
    course = rng.uniform(0.5, 2.0, DELAYS.size)
    same = weighted(DELAYS, traces, scale * course)
    assert len(same.weight) == 1
    each = replace(same, traces=traces * scale * course, weight=scale * course, scale=np.ones(4))
    at = np.array([52.0, 5.0, 40.0])
    one, other = (project(data, PLAIN, at) for data in (same, each))
    for name in ("residual", "jacobian", "amplitudes", "amplitude_slopes", "amplitude_variances"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-8, atol=1e-12)


# --- recovery --------------------------------------------------------------------------------------------
CASES = [
    (TransientTruth(220.0, 12.0, 100.0), PLAIN),
    (TransientTruth(52.0, 12.0, 100.0), PLAIN),
    (
        TransientTruth(150.0, 12.0, 100.0, decay_fs=1500.0, artefact=0.5),
        TransientShape(artefact_terms=1, has_decay=True, has_offset=True),
    ),
]


@pytest.mark.parametrize(("truth", "shape"), CASES, ids=["slow", "fast", "artefact and decay"])
def test_the_rise_has_pulls_of_unit_spread_and_intervals_that_hold_it(
    truth: TransientTruth, shape: TransientShape
) -> None:
    fits = many(truth, shape=shape, seeds=SEEDS)
    assert all(fit.rise_fs.is_determined for fit in fits)
    spread = pulls(fits, truth)
    # Standard errors over 24 seeds: 0.2 of the mean, 0.15 of the spread, 0.1 of the coverage.
    assert abs(spread.mean()) < 0.65
    assert 0.55 < spread.std() < 1.45
    held = [fit.rise_fs.low < truth.rise_fs < fit.rise_fs.high for fit in fits]  # type: ignore[operator]
    assert 0.45 < np.mean(held) < 0.92


def test_an_exact_transient_gives_back_all_that_made_it() -> None:
    truth = TransientTruth(150.0, 12.0, 100.0, decay_fs=900.0, artefact=0.5, offset=0.1)
    data = virtual_transient(np.random.default_rng(0), truth, delay_fs=DELAYS, probes=5, noise=0.0)
    shape = TransientShape(artefact_terms=1, has_decay=True, has_offset=True)
    fit = fit_transient(DELAYS, data.signal, error=np.full_like(data.signal, 1e-3), response=NOTHING, shape=shape)
    assert fit.rise_fs.value == pytest.approx(150.0, rel=1e-4)
    assert fit.decay_fs is not None
    assert fit.decay_fs.value == pytest.approx(900.0, rel=1e-4)
    assert fit.zero_fs.value == pytest.approx(12.0, abs=1e-2)
    assert fit.fwhm_fs.value == pytest.approx(100.0, rel=1e-4)
    np.testing.assert_allclose(fit.amplitudes[:, 1], 0.5, rtol=1e-3)
    np.testing.assert_allclose(fit.amplitudes[:, 2], 0.1 * fit.amplitudes[:, 0], rtol=1e-3)
    np.testing.assert_allclose(fit.fitted, data.signal, atol=1e-5)


def test_many_probes_share_one_rise_and_know_it_better() -> None:
    truth = TransientTruth(220.0, 12.0, 100.0)
    alone, together = many(truth), many(truth, probes=12)
    assert np.mean([fit.rise_fs.error for fit in together]) < 0.7 * np.mean([fit.rise_fs.error for fit in alone])
    assert 0.4 < pulls(together, truth).std() < 1.7


def test_noise_that_all_probes_have_in_common_widens_the_error() -> None:
    truth = TransientTruth(220.0, 12.0, 100.0)
    fits = many(truth, probes=12, common_noise=0.04)
    assert np.median([fit.widened for fit in fits]) > 3.0
    assert 0.4 < pulls(fits, truth).std() < 1.7


def test_without_errors_the_scatter_gives_them() -> None:
    truth = TransientTruth(220.0, 12.0, 100.0)
    given, taken = many(truth, probes=4), many(truth, probes=4, given=False)
    assert np.mean([fit.error.mean() for fit in taken]) == pytest.approx(0.02, rel=0.03)
    assert np.mean([fit.rise_fs.error for fit in taken]) == pytest.approx(
        np.mean([fit.rise_fs.error for fit in given]), rel=0.1
    )


def test_cells_that_were_not_measured_do_not_count() -> None:
    data = virtual_transient(np.random.default_rng(1), CASES[0][0], delay_fs=DELAYS, probes=3)
    holed = np.array(data.signal)
    holed[5:9, 1] = np.nan
    fit = fit_transient(DELAYS, holed, error=data.error, response=NOTHING, shape=PLAIN)
    whole = fit_transient(DELAYS, data.signal, error=data.error, response=NOTHING, shape=PLAIN)
    assert fit.dof == whole.dof - 4
    assert fit.rise_fs.value == pytest.approx(whole.rise_fs.value, abs=whole.rise_fs.error)
    assert np.isnan(fit.fitted[5:9, 1]).all()


# --- limits ----------------------------------------------------------------------------------------------
def test_below_an_unmeasured_response_only_an_upper_limit_is_told() -> None:
    truth = TransientTruth(52.0, 12.0, 100.0)
    readings = [fit.rise_fs for fit in many(truth, is_known=False)]
    limits = [one.upper_limit for one in readings if one.is_limit]
    assert len(limits) == FEW
    assert np.mean([limit is not None and limit > 52.0 for limit in limits]) > 0.7
    assert "the width of the response and time zero was not measured apart" in readings[0].reason
    assert readings[0].text.startswith("< ")


def test_no_rise_at_all_is_an_upper_limit_even_behind_a_known_response() -> None:
    truth = TransientTruth(0.05, 12.0, 100.0)
    readings = [fit.rise_fs for fit in many(truth)]
    limits = [one for one in readings if one.is_limit and one.upper_limit is not None]
    assert len(limits) > 0.7 * FEW
    assert all(0.05 < one.upper_limit < 30.0 for one in limits)  # type: ignore[operator]
    assert "shorter pulses" in limits[0].reason


@pytest.mark.parametrize("rise", [2000.0, 5000.0])
def test_a_rise_longer_than_the_delays_is_a_lower_limit_that_holds(rise: float) -> None:
    readings = [fit.rise_fs for fit in many(TransientTruth(rise, 12.0, 100.0))]
    assert all(one.is_limit and one.lower_limit is not None for one in readings)
    # 95 % of limits hold; more than two of ten fail once in a hundred times.
    assert sum(one.lower_limit > rise for one in readings) <= 2  # type: ignore[operator]
    assert "the delays end 98" in readings[0].reason or "the delays end 97" in readings[0].reason


# --- response --------------------------------------------------------------------------------------------
def test_the_response_is_found_with_pulls_of_unit_spread() -> None:
    truth, axis, off = TransientTruth(50.0, 12.0, 100.0), np.arange(-250.0, 250.0, 10.0), []
    for seed in range(60):
        found = fit_response(axis, virtual_response(np.random.default_rng(seed), truth, delay_fs=axis), holds_zero=True)
        assert found.fwhm_fs is not None
        assert found.zero_fs is not None
        assert found.zero_error_fs is not None
        assert found.fwhm_error_fs is not None
        off.append([(found.fwhm_fs - 100.0) / found.fwhm_error_fs, (found.zero_fs - 12.0) / found.zero_error_fs])
    assert np.all(np.abs(np.mean(off, axis=0)) < 0.4)
    assert np.all((np.std(off, axis=0) > 0.75) & (np.std(off, axis=0) < 1.3))


def test_a_response_measured_elsewhere_tells_no_zero() -> None:
    axis = np.arange(-250.0, 250.0, 10.0)
    signal = virtual_response(np.random.default_rng(0), CASES[0][0], delay_fs=axis)
    found = fit_response(axis, signal, holds_zero=False)
    assert found.missing == "time zero"


def test_a_response_without_a_peak_is_refused() -> None:
    axis = np.arange(-250.0, 250.0, 10.0)
    with pytest.raises(AnalysisError, match="shows no peak"):
        fit_response(axis, np.random.default_rng(0).standard_normal(axis.size), holds_zero=True)


# --- rates -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("tau", "eta", "loss", "paper"), [(52.0, 0.2, 65.0, 13.0), (220.0, 0.8, 1100.0, 880.0)])
def test_loss_times_of_both_readings_are_those_of_the_paper(tau: float, eta: float, loss: float, paper: float) -> None:
    rates = find_rates(measured(tau, 0.1 * tau, "fs"), detuning_mev=50.0, eta=eta, eta_error=0.01)
    assert time_of(rates.loss_per_ps).value == pytest.approx(loss, rel=1e-12)
    assert time_of(rates.paper_loss_per_ps).value == pytest.approx(paper, rel=1e-12)
    both = rates.upconversion_per_ps.value + rates.loss_per_ps.value
    assert both == pytest.approx(rates.total_per_ps.value, rel=1e-12)
    assert rates.paper_upconversion_per_ps == rates.total_per_ps


def test_errors_of_rates_are_those_of_draws() -> None:
    rng = np.random.default_rng(2)
    rates = find_rates(measured(100.0, 4.0, "fs"), detuning_mev=50.0, eta=0.6, eta_error=0.03)
    tau, eta = rng.normal(100.0, 4.0, 200_000), rng.normal(0.6, 0.03, 200_000)
    assert rates.upconversion_per_ps.error == pytest.approx(np.std(1e3 * eta / tau), rel=0.02)
    assert rates.loss_per_ps.error == pytest.approx(np.std(1e3 * (1.0 - eta) / tau), rel=0.02)
    assert rates.paper_loss_per_ps.error == pytest.approx(np.std(1e3 * (1.0 - eta) / eta / tau), rel=0.03)


def test_an_upper_limit_of_the_rise_is_a_lower_limit_of_the_rates() -> None:
    rise = Reading(30.0, 20.0, "fs", None, 50.0, None, 74.0, "below the response")
    rates = find_rates(rise, detuning_mev=33.0, eta=0.8, eta_error=0.02)
    assert rates.total_per_ps.lower_limit == pytest.approx(1e3 / 74.0)
    assert rates.upconversion_per_ps.lower_limit == pytest.approx((0.8 - 1.6448536 * 0.02) * 1e3 / 74.0, rel=1e-6)
    assert not rates.loss_per_ps.is_determined
    assert time_of(rates.total_per_ps).upper_limit == pytest.approx(74.0)
    assert rates.upconversion_per_ps.reason == "below the response"


@pytest.mark.parametrize("eta", [0.99, 1.03])
def test_a_loss_that_can_not_be_told_from_none_is_an_upper_limit(eta: float) -> None:
    rates = find_rates(measured(100.0, 5.0, "fs"), detuning_mev=20.0, eta=eta, eta_error=0.02)
    assert rates.loss_per_ps.is_limit
    assert rates.loss_per_ps.upper_limit is not None
    assert rates.loss_per_ps.upper_limit > 0.3
    assert time_of(rates.loss_per_ps).lower_limit is not None
    assert "can't be told from 0" in rates.loss_per_ps.reason


def test_an_efficiency_of_zero_has_no_paper_reading_of_the_loss() -> None:
    rates = find_rates(measured(100.0, 5.0, "fs"), detuning_mev=20.0, eta=-0.01, eta_error=0.02)
    assert rates.paper_loss_per_ps.text == "not determined"
    assert rates.upconversion_per_ps.is_limit
    with pytest.raises(InputError, match="η at 20 meV is nan"):
        find_rates(measured(100.0, 5.0, "fs"), detuning_mev=20.0, eta=float("nan"), eta_error=0.02)


# --- refusals --------------------------------------------------------------------------------------------
def test_bad_arrays_are_refused_with_the_place() -> None:
    data = virtual_transient(np.random.default_rng(0), CASES[0][0], delay_fs=DELAYS, probes=3)

    def fit(delay: np.ndarray, signal: np.ndarray, error: np.ndarray | None = None) -> None:
        fit_transient(delay, signal, error=error, response=NOTHING, shape=PLAIN)

    with pytest.raises(InputError, match="delay_fs: 0 fs follows 5 fs"):
        fit(np.array([-5.0, 5.0, 0.0]), np.zeros(3))
    with pytest.raises(InputError, match=r"shape \(3, 100\) for 100 delays"):
        fit(DELAYS, data.signal.T)
    with pytest.raises(InputError, match="they must be equal"):
        fit(DELAYS, data.signal, data.error[:, :1])
    with pytest.raises(InputError, match="error, value 1, 1: 0 is not above 0"):
        fit(DELAYS, data.signal, np.zeros_like(data.error))
    with pytest.raises(InputError, match="infinite"):
        fit(DELAYS, np.where(DELAYS > 0.0, np.inf, 0.0))
    with pytest.raises(AnalysisError, match="4 delays are too few"):
        fit(DELAYS[:4], data.signal[:4])


def test_noise_alone_is_refused() -> None:
    noise = np.random.default_rng(3).standard_normal(DELAYS.size)
    with pytest.raises(AnalysisError, match="does not stand out of its noise"):
        fit_transient(DELAYS, noise, error=np.ones(DELAYS.size), response=NOTHING, shape=PLAIN)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ((100.0, None, None, None), "give both or neither"),
        ((100.0, 0.0, None, None), "must be above 0"),
        ((-3.0, 1.0, None, None), "fwhm_fs is -3"),
        ((None, None, float("inf"), 1.0), "zero_fs is inf"),
    ],
)
def test_a_response_that_can_not_be_is_refused(values: tuple[float | None, ...], wanted: str) -> None:
    with pytest.raises(SettingsError, match=wanted):
        InstrumentResponse(*values)


def test_four_artefact_terms_are_refused() -> None:
    with pytest.raises(SettingsError, match="artefact_terms is 4"):
        TransientShape(artefact_terms=4, has_decay=False, has_offset=False)
