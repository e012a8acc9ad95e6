"""Emission against pump power, I = c₁P + c₂P²: one photon, and two at once."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from asplab.core.units import FloatArray

LEAST_POWERS, LEAST_RANGE = 3, 2.0
"""Different powers, and their range as a factor, that a series needs to tell c₂."""

_SAME = 0.02
"""Relative difference up to which two powers count as one."""
_ROUNDS = 4
_ONE_SIGMA = 0.8413447460685429


@dataclass(frozen=True, slots=True, eq=False)
class PowerLaw:
    """A non-negative fit of I = c₁P + c₂P².

    Attributes
    ----------
    power_uw, intensity, error : ndarray, shape (n,)
    linear, quadratic : float
        c₁ per µW and c₂ per µW², neither below 0.
    covariance : ndarray, shape (2, 2)
        Of c₁ and c₂ where neither is held at 0; widened where the points scatter by more than their errors, and for the
        few points that tell it.
    chi2 : float
        Of the fit, with the errors as given; NaN where they follow from the scatter.
    """

    power_uw: FloatArray
    intensity: FloatArray
    error: FloatArray
    linear: float
    quadratic: float
    covariance: FloatArray
    chi2: float

    @property
    def crossover_uw(self) -> float:
        """Power at which both parts are equal; infinite without a quadratic one."""
        return self.linear / self.quadratic if self.quadratic > 0.0 else float("inf")

    def share(self, power_uw: float) -> tuple[float, float]:
        """Return the part of the emission at a power in µW that is quadratic, 0 to 1, and its standard error."""
        one, two = self.linear * power_uw, self.quadratic * power_uw**2
        total = one + two
        gradient = np.array([-two * power_uw, one * power_uw**2]) / total**2
        return two / total, float(np.sqrt(gradient @ self.covariance @ gradient))


def tells_powers(power_uw: FloatArray) -> bool:
    """Return whether powers (n,) in µW are enough, and different enough, to tell c₂."""
    powers = np.sort(power_uw)
    if powers.size < LEAST_POWERS or not powers[0] > 0.0 or powers[-1] < LEAST_RANGE * powers[0]:
        return False
    return bool(1 + np.sum(np.diff(powers) > _SAME * powers[:-1]) >= LEAST_POWERS)


def fit_power_law(power_uw: FloatArray, intensity: FloatArray, error: FloatArray | None = None) -> PowerLaw | None:
    """Fit c₁P + c₂P² with neither below 0; None where powers or intensities can't tell it.

    Without errors all points have the same relative one, which follows from their scatter.

    Parameters
    ----------
    power_uw, intensity, error : ndarray, shape (n,)
    """
    if not tells_powers(power_uw) or not np.sum(intensity * power_uw) > 0.0:
        return None
    scale, size = float(np.max(power_uw)), float(np.max(np.abs(intensity)))
    x = power_uw / scale
    design, y = np.column_stack([x, x**2]), intensity / size
    sigma = np.abs(x) if error is None else error / size
    for _ in range(1 if error is not None else _ROUNDS):
        free = _weighted(design, y, sigma)
        found = _non_negative(design, y, sigma, free)
        if error is None:
            # Relative errors: those of the fit, for a point that came out low must not weigh more.
            sigma = np.maximum(design @ found, 1e-6)
    dof = y.size - 2
    chi2 = float(np.sum(((y - design @ free) / sigma) ** 2))
    spread = chi2 / dof if error is None else max(chi2 / dof, 1.0)
    if error is None or spread > 1.0:
        spread *= float(student.ppf(_ONE_SIGMA, dof)) ** 2
    normal = (design / sigma[:, None]).T @ (design / sigma[:, None])
    units = size / np.array([scale, scale**2])
    return PowerLaw(
        power_uw=power_uw,
        intensity=intensity,
        error=sigma * size * (np.sqrt(chi2 / dof) if error is None else 1.0),
        linear=float(found[0] * units[0]),
        quadratic=float(found[1] * units[1]),
        covariance=spread * np.linalg.inv(normal) * np.outer(units, units),
        chi2=float(np.sum(((y - design @ found) / sigma) ** 2)) if error is not None else float("nan"),
    )


def _weighted(design: FloatArray, y: FloatArray, sigma: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.lstsq(design / sigma[:, None], y / sigma, rcond=None)[0])


def _non_negative(design: FloatArray, y: FloatArray, sigma: FloatArray, free: FloatArray) -> FloatArray:
    """Return the coefficients with the one that came out negative held at 0."""
    found = free.copy()
    for low, other in ((1, 0), (0, 1)):
        if free[low] < 0.0:
            found[low] = 0.0
            found[other] = _weighted(design[:, [other]], y, sigma)[0]
    return found
