"""Fit the rise of a transient, over one probe wavelength or many, and say when only a limit of it is known."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from asplab.core.companion.checks import finite_array, positive_array
from asplab.core.companion.reading import Reading, measured
from asplab.core.companion.transient.model import Projection, TransientShape, Weighted, project, weighted
from asplab.core.companion.transient.profile import Objective, read_rise
from asplab.core.companion.transient.response import InstrumentResponse
from asplab.core.errors import AnalysisError, InputError
from asplab.core.units import FWHM_PER_SIGMA, FloatArray

_STARTS = (0.3, 1.5, 6.0)
"""Rise times at the start, in units of the standard deviation of the response."""
_SEEN = 5.0
"""Standard errors from which on a transient has an amplitude at all."""


@dataclass(frozen=True, slots=True, eq=False)
class TransientFit:
    """The fit of a transient.

    Attributes
    ----------
    delay_fs : ndarray, shape (n_delays,)
    signal, error, fitted : ndarray, shape (n_delays, n_probes)
        ``signal`` is NaN where it was not measured; ``error`` is as given, else as the scatter has it.
    shape : TransientShape
    response : InstrumentResponse
        What was measured apart.
    rise_fs : Reading
        τ, an upper limit where it can't be told from the response, a lower one where the delays end before it.
    zero_fs, fwhm_fs : Reading
        Time zero and width of the response, as both together have them.
    decay_fs : Reading or None
    amplitudes, amplitude_errors : ndarray, shape (n_probes, n_terms)
        Of the terms ``shape.terms``.
    correlations : ndarray, shape (n_parameters, n_parameters)
        Of ``shape.parameters``.
    chi2 : float
    dof : int
    widened : float
        Factor on variances for scatter beyond the errors and for noise that probe wavelengths have in common.
    """

    delay_fs: FloatArray
    signal: FloatArray
    error: FloatArray
    fitted: FloatArray
    shape: TransientShape
    response: InstrumentResponse
    rise_fs: Reading
    zero_fs: Reading
    fwhm_fs: Reading
    decay_fs: Reading | None
    amplitudes: FloatArray
    amplitude_errors: FloatArray
    correlations: FloatArray
    chi2: float
    dof: int
    widened: float


def fit_transient(
    delay_fs: FloatArray,
    signal: FloatArray,
    *,
    error: FloatArray | None,
    response: InstrumentResponse,
    shape: TransientShape,
) -> TransientFit:
    """Fit (1 − exp(−t/τ)) behind a Gaussian response to all probe wavelengths at once.

    Parameters
    ----------
    delay_fs : ndarray, shape (n_delays,)
        In ascending order.
    signal : ndarray, shape (n_delays,) or (n_delays, n_probes)
        NaN where nothing was measured.
    error : ndarray of the same shape, or None
        Standard errors; None takes them, for each probe wavelength, from the scatter about the fit.

    Raises
    ------
    InputError
        For arrays that do not belong together, or impossible values.
    AnalysisError
        For too few delays, and for a transient that does not stand out of its noise.
    """
    delay, traces, weight = _checked(delay_fs, signal, error)
    dof = int(np.sum(weight > 0.0)) - traces.shape[0] * len(shape.terms) - len(shape.parameters)
    if dof < 1 or np.min(np.sum(weight > 0.0, axis=1)) <= len(shape.terms) + len(shape.parameters):
        raise AnalysisError(
            f"{delay.size} delays are too few for {len(shape.parameters)} shared parameters and {len(shape.terms)} "
            "amplitudes. Measure more delays, or leave terms of the shape out."
        )
    if error is None:
        weight = weight / _scatter(delay, traces, weight, response, shape)
    objective = _objective(delay, traces, weight, response, shape)
    best = _minimum(objective)
    return _told(objective, best, dof, traces, is_given=error is not None)


def _checked(
    delay_fs: FloatArray, signal: FloatArray, error: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return delays (n,), and traces and weights (n_probes, n); a weight is 0 where nothing was measured."""
    delay = finite_array(delay_fs, name="delay_fs")
    if np.any(np.diff(delay) <= 0.0):
        place = int(np.argmax(np.diff(delay) <= 0.0))
        raise InputError(f"delay_fs: {delay[place + 1]:g} fs follows {delay[place]:g} fs; it must increase. Sort it.")
    values = np.asarray(signal, dtype=np.float64)
    if values.ndim not in (1, 2) or values.shape[0] != delay.size:
        raise InputError(
            f"signal has shape {values.shape} for {delay.size} delays; one row for each delay is needed. Transpose it?"
        )
    table = values.reshape(delay.size, -1)
    if error is None:
        sigma = np.ones_like(table)
    else:
        if np.shape(error) != values.shape:
            raise InputError(f"error has shape {np.shape(error)} and signal {values.shape}; they must be equal.")
        sigma = positive_array(np.asarray(error).reshape(table.shape), name="error", ndim=2)
    if np.isinf(table).any():
        raise InputError("signal holds infinite values; leave a cell empty where nothing was measured.")
    return delay, table.T, np.where(np.isnan(table), 0.0, 1.0 / sigma).T


def _objective(
    delay: FloatArray, traces: FloatArray, weight: FloatArray, response: InstrumentResponse, shape: TransientShape
) -> Objective:
    data = weighted(delay, traces, weight)
    span, step = float(np.ptp(delay)), float(np.median(np.diff(delay)))
    zero, sigma = _guess(data, response)
    low = [1e-3 * sigma, float(delay.min()), min(0.05 * step, 0.5 * sigma)]
    high = [10.0 * span, float(delay.max()), max(0.5 * span, 2.0 * sigma)]
    start = [sigma, zero, sigma]
    if shape.has_decay:
        low, high, start = [*low, 0.1 * step], [*high, 1e3 * span], [*start, span]
    return Objective(data, shape, response, np.array(low), np.array(high), np.array(start))


def _guess(data: Weighted, response: InstrumentResponse) -> tuple[float, float]:
    """Return time zero and standard deviation of the response to start from."""
    first = np.linalg.svd(data.traces, full_matrices=False)[2][0]
    course = first / np.maximum(np.abs(data.weight[0]), 1e-12 * np.abs(data.weight).max())
    level = np.abs(course - np.median(course[: max(course.size // 10, 1)]))
    half = 0.5 * np.max(level)
    risen = float(data.delay_fs[int(np.argmax(level >= half))])
    step = float(np.median(np.diff(data.delay_fs)))
    zero = risen if response.zero_fs is None else response.zero_fs
    sigma = 2.0 * step if response.fwhm_fs is None else response.fwhm_fs / FWHM_PER_SIGMA
    return float(np.clip(zero, data.delay_fs[0], data.delay_fs[-1])), sigma


def _minimum(objective: Objective) -> FloatArray:
    """Return the parameters of the smallest χ² of several starts."""
    starts = [objective.start * np.where(np.arange(objective.start.size) == 0, times, 1.0) for times in _STARTS]
    fits = [objective.minimise(np.clip(start, objective.low, objective.high)) for start in starts]
    return min(fits, key=lambda fit: fit.chi2).parameters


def _scatter(
    delay: FloatArray, traces: FloatArray, weight: FloatArray, response: InstrumentResponse, shape: TransientShape
) -> FloatArray:
    """Return the standard deviation of each trace about an unweighted fit, (n_probes, 1)."""
    residual = None
    sigma = np.full((len(traces), 1), float(np.nanstd(traces)) or 1.0)
    for _ in range(2):
        objective = _objective(delay, traces, weight / sigma, response, shape)
        residual = project(objective.data, shape, _minimum(objective)).residual * sigma
        freedom = np.sum(weight > 0.0, axis=1) - len(shape.terms) - len(shape.parameters) / len(traces)
        sigma = np.sqrt(np.sum(residual**2, axis=1) / freedom)[:, None]
        sigma = np.maximum(sigma, 1e-9 * float(np.nanmax(np.abs(traces))))
    return sigma


def _told(objective: Objective, best: FloatArray, dof: int, traces: FloatArray, *, is_given: bool) -> TransientFit:
    data, shape, response = objective.data, objective.shape, objective.response
    found = project(data, shape, best)
    chi2 = float(np.sum(found.residual**2))
    jacobian = objective.jacobian(best)
    covariance = np.asarray(np.linalg.pinv(jacobian.T @ jacobian), dtype=np.float64)
    common = _common_noise(found, objective.prior_jacobian(), covariance)
    widened = max(chi2 / dof, common, 1.0)
    covariance = widened * covariance
    amplitude_errors = _amplitude_errors(found, covariance, widened)
    _refuse_nothing(found.amplitudes[:, 0], np.sqrt(widened * found.amplitude_variances[:, 0]))
    sigmas = np.sqrt(np.diag(covariance))
    few = not is_given or widened > 1.0
    freedom = min(dof, data.delay_fs.size) if common > chi2 / dof else dof

    def quantile(chance: float) -> float:
        return float(student.ppf(chance, freedom) if few else norm.ppf(chance))

    weight = np.where(data.weight > 0.0, data.weight, np.nan) * data.scale[:, None]
    fitted = (data.traces - found.residual) / weight
    rise = read_rise(objective, best, float(sigmas[0]), widened=widened, quantile=quantile)
    return TransientFit(
        delay_fs=data.delay_fs,
        signal=traces.T,
        error=1.0 / weight.T,
        fitted=fitted.T,
        shape=shape,
        response=response,
        rise_fs=rise,
        zero_fs=measured(float(best[1]), float(sigmas[1]), "fs"),
        fwhm_fs=measured(float(FWHM_PER_SIGMA * best[2]), float(FWHM_PER_SIGMA * sigmas[2]), "fs"),
        decay_fs=_decay(best, sigmas, data) if shape.has_decay else None,
        amplitudes=found.amplitudes,
        amplitude_errors=amplitude_errors,
        correlations=covariance / np.outer(sigmas, sigmas),
        chi2=chi2,
        dof=dof,
        widened=widened,
    )


def _common_noise(found: Projection, prior: FloatArray, covariance: FloatArray) -> float:
    """Return by how much noise shared by the probe wavelengths of a delay widens the variance of τ.

    The variance that the scores of the delays have among each other, over the one that independent errors give them
    [cluster-robust; Liang & Zeger 1986].
    """
    probes, delays = found.residual.shape
    if probes == 1:
        return 1.0
    scores = np.einsum("pwt,wt->tp", found.jacobian, found.residual)
    meat = scores.T @ scores * delays / (delays - len(covariance)) + prior.T @ prior
    return float((covariance @ meat @ covariance)[0, 0] / covariance[0, 0])


def _amplitude_errors(found: Projection, covariance: FloatArray, widened: float) -> FloatArray:
    """Return the errors of the amplitudes, those of the shared parameters among them."""
    shared = np.einsum("pwk,pq,qwk->wk", found.amplitude_slopes, covariance, found.amplitude_slopes)
    return np.asarray(np.sqrt(widened * found.amplitude_variances + np.maximum(shared, 0.0)))


def _refuse_nothing(amplitude: FloatArray, error: FloatArray) -> None:
    best = float(np.max(np.abs(amplitude) / error))
    if not best > _SEEN:
        raise AnalysisError(
            f"the transient does not stand out of its noise (amplitude {best:.1f} standard errors at best). Average "
            "more scans, or choose probe wavelengths within the band."
        )


def _decay(best: FloatArray, sigmas: FloatArray, data: Weighted) -> Reading:
    span = float(data.delay_fs[-1]) - float(best[1])
    if best[3] < 3.0 * span and sigmas[3] < 0.5 * best[3]:
        return measured(float(best[3]), float(sigmas[3]), "fs")
    reason = f"the delays end {span:.0f} fs after time zero, before the decay shows. Measure longer delays."
    return Reading(float(best[3]), float(sigmas[3]), "fs", lower_limit=min(span, float(best[3])), reason=reason)
