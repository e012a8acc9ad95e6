"""How fast a dragged window edge becomes QY, η, g and ħω, beside the same chain as people write it.

Run by hand: ``python -m pytest tests/benchmarks -m benchmark``. The unmarked tests run in the ordinary suite: the
reference chain shares no code with the core, so it checks every number and error from the spectra on.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.base_case import with_edge
from benchmarks.reference import Ratios, long_table, with_numpy, with_pandas
from benchmarks.reference_responses import prepare
from scipy.optimize import least_squares
from scipy.special import expit

EDGES_NM = (440.7, 498.2)
"""Beside the band; and in it, where 15 % of the warmest band is lost and the shortest cutoff leaves 9 nm."""
HIGH_NM = 600.0


@pytest.fixture(scope="module")
def base(base_experiment, analysed_base):
    analysis, results = analysed_base
    return base_experiment, analysis.fork(), results


@pytest.fixture(scope="module", params=EDGES_NM)
def both(request, base):
    """The reference and ASPLab, each with the window edge dragged to the same place."""
    document, analysis, results = base
    plain = with_numpy(prepare(results), (request.param, HIGH_NM))
    return plain, analysis.update(with_edge(document, request.param), intervals=False)


def test_the_reference_chain_and_asplab_find_the_same_quantum_yield(both):
    plain, fit = both[0], both[1].efficiency
    np.testing.assert_allclose(plain.quantum_yield, fit.quantum_yield, rtol=1e-9)
    np.testing.assert_allclose(plain.quantum_yield_error, fit.quantum_yield_error, rtol=1e-6)
    interval = np.stack([fit.quantum_yield_low, fit.quantum_yield_high], axis=-1)
    np.testing.assert_allclose(plain.quantum_yield_interval, interval, rtol=1e-9)


def test_the_reference_chain_and_asplab_find_the_same_eta(both):
    plain, fit = both[0], both[1].efficiency
    error = fit.eta_error[..., None]
    np.testing.assert_allclose(plain.eta / fit.eta_error, fit.eta / fit.eta_error, atol=1e-6)
    scaled = [c / error / np.swapaxes(error, 1, 2) for c in (plain.eta_covariance, fit.eta_covariance)]
    np.testing.assert_allclose(*scaled, atol=1e-6)
    interval = np.stack([fit.eta_low, fit.eta_high], axis=-1)
    assert np.isnan(interval).any()
    assert np.isfinite(interval).all(axis=-1).any()
    np.testing.assert_allclose(plain.eta_interval / error, interval / error, atol=1e-6)


def test_the_reference_chain_and_asplab_find_the_same_parameters(both):
    plain, fit = both[0], both[1].polaron
    assert fit.fitted.all()
    np.testing.assert_allclose(plain.chi2, fit.chi2, rtol=1e-5)
    np.testing.assert_allclose(plain.g_mev, fit.g_mev, rtol=1e-4)
    np.testing.assert_allclose(plain.phonon_mev, fit.phonon_mev, rtol=1e-4)
    # The covariance of whitened residuals and that of a fit with free D differ in second order; see below.
    np.testing.assert_allclose(plain.g_error_mev, fit.g_error_mev, rtol=5e-3)
    np.testing.assert_allclose(plain.phonon_error_mev, fit.phonon_error_mev, rtol=5e-3)


def with_free_denominators(data: list[Ratios], g: float, phonon: float) -> tuple[np.ndarray, np.ndarray]:
    """Fit Eq. 9 with every true D and the common error of ΔE as parameters, so that no covariance depends on η.

    Returns
    -------
    values, errors : ndarray, shape (2,)
        Of g and ħω.
    """
    whiten = [np.linalg.inv(np.linalg.cholesky(d.covariance)) for d in data]

    def residual(parameters):
        own = parameters[2:].reshape(len(data), -1)
        parts = [own[:, 1]]
        for d, matrix, (scale, shift, *relative) in zip(data, whiten, own, strict=True):
            moved = replace(d, detuning_mev=d.detuning_mev + shift * d.detuning_error_mev)
            true = relative * d.denominator
            model = expit(scale + moved.log_rate(*np.exp(parameters[:2]))[0]) * true
            parts.append(matrix @ np.concatenate([d.numerator - model, d.denominator - true]))
        return np.concatenate(parts)

    own = np.concatenate([[d.start(g, phonon), 0.0, *np.ones(d.eta.size)] for d in data])
    start = np.concatenate([np.log([g, phonon]), own])
    fit = least_squares(residual, start, method="lm", jac="3-point", x_scale="jac")
    values = np.exp(fit.x[:2])
    return values, values * np.sqrt(np.diag(np.linalg.inv(fit.jac.T @ fit.jac)))[:2]


def test_first_order_errors_are_those_of_a_fit_with_free_denominators(both):
    data, fit = both[0].ratios, both[1].polaron
    starts = np.stack([both[0].g_mev, both[0].phonon_mev], axis=-1)
    found = [with_free_denominators(*one) for one in zip([[d] for d in data] + [data], *starts.T, strict=True)]
    values, errors = np.array(found).swapaxes(0, 1)
    np.testing.assert_allclose(values, np.stack([fit.g_mev, fit.phonon_mev], axis=-1), rtol=1e-4)
    np.testing.assert_allclose(errors, np.stack([fit.g_error_mev, fit.phonon_error_mev], axis=-1), rtol=1e-3)


def test_numpy_and_pandas_references_are_the_same_chain(base):
    pytest.importorskip("pandas", reason="pandas is only needed for this comparison")
    prepared, window = prepare(base[2]), (EDGES_NM[0], HIGH_NM)
    plain, table = with_numpy(prepared, window), with_pandas(long_table(prepared), prepared, window)
    for name in ("quantum_yield", "quantum_yield_error", "eta_covariance", "g_mev", "phonon_error_mev"):
        np.testing.assert_allclose(getattr(table, name), getattr(plain, name), rtol=1e-6)


@pytest.mark.benchmark
def test_a_dragged_edge_in_asplab(base, benchmark):
    document, analysis, _ = base
    edges = itertools.count(0)
    benchmark(lambda: analysis.update(with_edge(document, 440.0 + 0.01 * (next(edges) % 1000)), intervals=False))


@pytest.mark.benchmark
def test_a_dragged_edge_with_profile_intervals(base, benchmark):
    document, analysis, _ = base
    edges = itertools.count(0)
    benchmark(lambda: analysis.update(with_edge(document, 450.0 + 0.01 * (next(edges) % 1000))))


@pytest.mark.benchmark
def test_a_dragged_edge_with_vectorised_numpy_and_lmfit(base, benchmark):
    benchmark.pedantic(with_numpy, args=(prepare(base[2]), (EDGES_NM[0], HIGH_NM)), rounds=5)


@pytest.mark.benchmark
def test_a_dragged_edge_with_pandas_and_lmfit_loops(base, benchmark):
    pytest.importorskip("pandas", reason="pandas is only needed for this comparison")
    prepared = prepare(base[2])
    table = long_table(prepared)
    benchmark.pedantic(with_pandas, args=(table, prepared, (EDGES_NM[0], HIGH_NM)), rounds=3)
