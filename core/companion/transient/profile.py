"""χ² of a transient against its rise time, all else at its best: intervals and limits that need no symmetry."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq, least_squares
from scipy.stats import norm

from asplab.core.companion.reading import LIMIT_CHANCE, Reading
from asplab.core.companion.transient.model import Projection, TransientShape, Weighted, project
from asplab.core.companion.transient.response import InstrumentResponse
from asplab.core.units import FWHM_PER_SIGMA, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """Parameters (n,) and the χ² there, that of what was measured apart included."""

    parameters: FloatArray
    chi2: float


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """Traces, shape and response of a fit, with bounds and a start of ``shape.parameters``, (n,) each."""

    data: Weighted
    shape: TransientShape
    response: InstrumentResponse
    low: FloatArray
    high: FloatArray
    start: FloatArray

    def residual(self, parameters: FloatArray) -> FloatArray:
        """Return the residuals of all traces and of what was measured apart, (m,)."""
        return self._joined(project(self.data, self.shape, parameters), parameters)

    def jacobian(self, parameters: FloatArray) -> FloatArray:
        """Return the derivatives of the residuals, (m, n)."""
        return self._joined_slopes(project(self.data, self.shape, parameters))

    def _joined(self, found: Projection, parameters: FloatArray) -> FloatArray:
        return np.concatenate([found.residual.ravel(), self._prior(parameters)])

    def _joined_slopes(self, found: Projection) -> FloatArray:
        return np.concatenate([found.jacobian.reshape(self.low.size, -1).T, self.prior_jacobian()])

    def prior_jacobian(self) -> FloatArray:
        """Return the derivatives of what was measured apart, (0 to 2, n)."""
        rows = np.zeros((2, self.low.size))
        rows[0, 1] = 1.0 / (self.response.zero_error_fs or np.inf)
        rows[1, 2] = FWHM_PER_SIGMA / (self.response.fwhm_error_fs or np.inf)
        return rows

    def _prior(self, parameters: FloatArray) -> FloatArray:
        zero, fwhm = self.response.zero_fs, self.response.fwhm_fs
        away = np.array(
            [
                0.0 if zero is None else parameters[1] - zero,
                0.0 if fwhm is None else FWHM_PER_SIGMA * parameters[2] - fwhm,
            ]
        )
        errors = [self.response.zero_error_fs or np.inf, self.response.fwhm_error_fs or np.inf]
        return np.asarray(away / errors)

    def minimise(self, start: FloatArray, *, rise_fs: float | None = None) -> Minimum:
        """Return the least χ² near a start; with the rise time held where it is given."""
        first = 0 if rise_fs is None else 1
        held = np.empty(0) if rise_fs is None else np.array([rise_fs])

        # Residuals and derivatives are asked for at the same place, one after the other.
        @lru_cache(maxsize=1)
        def at(free: bytes) -> Projection:
            return project(self.data, self.shape, np.concatenate([held, np.frombuffer(free)]))

        fit = least_squares(
            lambda free: self._joined(at(free.tobytes()), np.concatenate([held, free])),
            np.clip(start[first:], self.low[first:], self.high[first:]),
            jac=lambda free: self._joined_slopes(at(free.tobytes()))[:, first:],
            bounds=(self.low[first:], self.high[first:]),
            x_scale=np.maximum(np.abs(self.start[first:]), self.start[2]),
            xtol=1e-8,
            ftol=1e-9,
        )
        return Minimum(np.concatenate([held, fit.x]), 2.0 * float(fit.cost))


def read_rise(
    objective: Objective,
    best: FloatArray,
    error_fs: float,
    *,
    widened: float,
    quantile: Callable[[float], float],
) -> Reading:
    """Return the rise time with its interval, or the limit of it.

    Parameters
    ----------
    best : ndarray, shape (n,)
        Parameters of the least χ².
    error_fs : float
        Of first order.
    widened : float
        Factor on variances.
    quantile : callable
        Standard errors that a chance on one side stands for.
    """
    tau, fwhm = float(best[0]), float(FWHM_PER_SIGMA * best[2])
    least = float(np.sum(objective.residual(best) ** 2))

    def end(z: float, side: float) -> float | None:
        return _end(objective, best, least, widened * z**2, side=side, reach=error_fs * z)

    one, limit = quantile(float(norm.cdf(1.0))), quantile(LIMIT_CHANCE)
    high, slowest = end(one, 1.0), end(limit, 1.0)
    if tau < fwhm and not objective.response.is_measured:
        reason = (
            f"a rise of {tau:.0f} fs is below the response of {fwhm:.0f} fs, and {objective.response.missing} was not "
            "measured apart: a fast rise, a later zero and a wider response look alike. Measure both in the place of "
            "the sample."
        )
        return Reading(tau, error_fs, "fs", None, high, None, slowest, reason)
    low, fastest = end(one, -1.0), end(limit, -1.0)
    if fastest is None:
        reason = (
            f"no rise can be told from a response of {fwhm:.0f} fs. Use shorter pulses, know time zero better, or "
            "average more scans."
        )
        return Reading(tau, error_fs, "fs", low, high, None, slowest, reason)
    seen = float(objective.data.delay_fs[-1]) - float(best[1])
    # Noise that bends the beginning of a slow rise makes it look fast: a plateau that is surely there can't be noise.
    if high is None or slowest is None or slowest > seen:
        reason = (
            f"the delays end {seen:.0f} fs after time zero, and the rise may go on: its beginning alone does not tell "
            "how long it lasts. Measure longer delays."
        )
        return Reading(tau, error_fs, "fs", low, None, fastest, None, reason)
    return Reading(tau, error_fs, "fs", low, high)


def _end(
    objective: Objective, best: FloatArray, least: float, rise: float, *, side: float, reach: float
) -> float | None:
    """Return where χ² with the rise time held is ``rise`` above the least, below or above the best; None if nowhere."""

    def above(tau: float) -> float:
        # From the best each time: a path of its own could end in another minimum at the same rise time.
        found = objective.minimise(best, rise_fs=tau)
        # The root of χ² is nearly straight, which brings the search to its end soon.
        return float(np.sqrt(max(found.chi2 - least, 0.0)) - np.sqrt(rise))

    near, last = float(best[0]), float(objective.low[0] if side < 0.0 else objective.high[0])
    step = max(reach, 1e-3 * near)
    while True:
        far = near + side * step
        if (far - last) * side >= 0.0:
            far = last
        if above(far) > 0.0:
            return float(
                brentq(above, min(near, far), max(near, far), rtol=1e-4, xtol=1e-4 * float(objective.start[2]))
            )
        if far == last:
            return None
        near, step = far, 2.0 * step
