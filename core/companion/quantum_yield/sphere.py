"""The quantum yield from an integrating sphere, by three measurements [de Mello 1997].

a: empty sphere; b: sample beside the beam; c: sample in the beam. With the laser light L and the emission
E, in photons and over the same windows, the sample absorbs A = 1 − L_c/L_b and yields (E_c − (1 − A)E_b)/(L_a A).
Whatever follows the laser light in proportion, as fluorescence of the sphere does, cancels; dark counts do not.
A drift of the laser scales both lights of one spectrum: more E_c and a smaller A raise the yield together, so that
their covariance counts.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from asplab.core.companion.reading import LIMIT_CHANCE, Reading, undetermined
from asplab.core.errors import AnalysisError, InputError
from asplab.core.statistics.fieller import fieller_interval
from asplab.core.units import FloatArray

SKEWED_BELOW = 10.0
"""Absorptance in units of its error below which the yield is skewed: its interval is then Fieller's alone."""
_ONE_SIGMA = float(norm.cdf(1.0))
_ABSORBS = 2.0
"""Absorptance in units of its error below which no yield follows."""


@dataclass(frozen=True, slots=True)
class SphereCounts:
    """Photons within the windows, each with its standard error; in any unit, only ratios count.

    Attributes
    ----------
    laser_empty, laser_beside, laser_inside : float
        L_a, L_b and L_c.
    emission_beside, emission_inside : float
        E_b and E_c.
    beside_covariance, inside_covariance : float
        Of laser and emission in the same spectra.
    freedoms : tuple of float
        How many degrees of freedom tell the errors of a, b and c: repeats less one; infinite for errors that are given.
    """

    laser_empty: float
    laser_beside: float
    laser_inside: float
    emission_beside: float
    emission_inside: float
    laser_empty_error: float
    laser_beside_error: float
    laser_inside_error: float
    emission_beside_error: float
    emission_inside_error: float
    beside_covariance: float = 0.0
    inside_covariance: float = 0.0
    freedoms: tuple[float, float, float] = (inf, inf, inf)

    @property
    def values(self) -> FloatArray:
        """L_a, L_b, L_c, E_b, E_c."""
        return np.array(
            [self.laser_empty, self.laser_beside, self.laser_inside, self.emission_beside, self.emission_inside]
        )

    @property
    def errors(self) -> FloatArray:
        """Standard errors in the same order."""
        return np.array(
            [
                self.laser_empty_error,
                self.laser_beside_error,
                self.laser_inside_error,
                self.emission_beside_error,
                self.emission_inside_error,
            ]
        )

    @property
    def covariances(self) -> FloatArray:
        """What a, b and c each add to the covariance (5, 5), in the order of ``values``; shape (3, 5, 5)."""
        parts = np.zeros((3, 5, 5))
        diagonal = self.errors**2
        parts[0, 0, 0] = diagonal[0]
        for number, (laser, emission), both in (
            (1, (1, 3), self.beside_covariance),
            (2, (2, 4), self.inside_covariance),
        ):
            parts[number, laser, laser], parts[number, emission, emission] = diagonal[laser], diagonal[emission]
            parts[number, laser, emission] = parts[number, emission, laser] = both
        return parts

    def freedom(self, gradient: FloatArray, known: float) -> float:
        """Return how many degrees of freedom tell a variance [Welch 1947, Satterthwaite 1946].

        Parameters
        ----------
        gradient : ndarray, shape (5,)
            Of a quantity by ``values``.
        known : float
            Variance from elsewhere that is in no doubt.
        """
        parts = np.einsum("i,kij,j->k", gradient, self.covariances, gradient)
        doubt = float(np.sum(parts**2 / np.array(self.freedoms)))
        return inf if doubt == 0.0 else float((parts.sum() + known) ** 2 / doubt)


@dataclass(frozen=True, slots=True)
class SphereYield:
    """The yield of an integrating sphere.

    Attributes
    ----------
    absorptance : Reading
    observed : Reading
        As the sphere shows it.
    corrected : Reading
        Of a sample that does not absorb its own emission.
    is_skewed : bool
        The absorptance is below ten of its errors.
    """

    absorptance: Reading
    observed: Reading
    corrected: Reading
    is_skewed: bool


def sphere_absorptance(values: FloatArray) -> float:
    """Return A = 1 − L_c/L_b of ``SphereCounts.values``."""
    return float(1.0 - values[2] / values[1])


def freed_from_reabsorption(observed: float, reabsorbed: float) -> float:
    """Return the yield q/(1 − a + aq) of which q is seen, where the part a of the emission is absorbed [Ahn 2007]."""
    return observed / (1.0 - reabsorbed + reabsorbed * observed)


def sphere_yield(
    counts: SphereCounts, *, response_error: float, reabsorbed: float, reabsorbed_error: float
) -> SphereYield:
    """Return the yield with the errors of everything that enters.

    Parameters
    ----------
    counts : SphereCounts
    response_error : float
        Relative standard error of the response at the emission against that at the laser; 0 where it is in no doubt.
    reabsorbed, reabsorbed_error : float
        Part of the emission that the sample absorbs again in the sphere, 0 to below 1, and its standard error.

    Raises
    ------
    InputError
        For counts or parts that can't be.
    AnalysisError
        Where the sample absorbs nothing that stands out of the noise.
    """
    _check(counts, response_error, reabsorbed, reabsorbed_error)
    values, covariance = counts.values, counts.covariances.sum(axis=0)
    empty, beside, inside, light_beside, light_inside = values
    absorbed = sphere_absorptance(values)
    slope = np.array([0.0, inside / beside**2, -1.0 / beside, 0.0, 0.0])
    absorbed_error = float(np.sqrt(slope @ covariance @ slope)) * _few(counts.freedom(slope, 0.0))
    if not absorbed > _ABSORBS * absorbed_error:
        raise AnalysisError(
            f"the sample absorbs {absorbed:.3f} ± {absorbed_error:.3f} of the laser light, which is too little for a "
            "yield. Use a more absorbing sample, or expose longer."
        )
    emitted = light_inside - (1.0 - absorbed) * light_beside
    by = np.array([0.0, light_beside * inside / beside**2, -light_beside / beside, -inside / beside, 1.0])
    taken = empty * absorbed
    taken_by = empty * slope + np.array([absorbed, 0.0, 0.0, 0.0, 0.0])
    response = (response_error * emitted) ** 2
    both = np.stack([by, taken_by])
    spread = both @ covariance @ both.T + np.diag([response, 0.0])
    freedom = counts.freedom(by - emitted / taken * taken_by, response)
    observed = _ratio(emitted, taken, spread, freedom)
    return SphereYield(
        Reading(absorbed, absorbed_error, "", absorbed - absorbed_error, absorbed + absorbed_error),
        observed,
        _corrected(observed, reabsorbed, reabsorbed_error),
        bool(absorbed < SKEWED_BELOW * absorbed_error),
    )


def _few(freedom: float, chance: float = _ONE_SIGMA) -> float:
    """Return how many standard errors reach a chance on one side, where so many degrees of freedom tell them."""
    return float(student.ppf(chance, freedom))


def _check(counts: SphereCounts, response_error: float, reabsorbed: float, reabsorbed_error: float) -> None:
    names = ("laser_empty", "laser_beside", "laser_inside", "emission_beside", "emission_inside")
    for name, value, error in zip(names, counts.values, counts.errors, strict=True):
        if not (np.isfinite(value) and np.isfinite(error) and error >= 0.0):
            raise InputError(f"{name} is {value:g} ± {error:g}; a number with an error is needed. Correct it.")
        if name.startswith("laser") and value <= 0.0:
            raise InputError(f"{name} is {value:g}; the laser light must be above 0. Check its window and the dark.")
    if not 0.0 <= reabsorbed < 1.0:
        raise InputError(f"reabsorbed is {reabsorbed:g}; it must be 0 or above, and below 1. Correct it.")
    for name, value in (("response_error", response_error), ("reabsorbed_error", reabsorbed_error)):
        if not (np.isfinite(value) and value >= 0.0):
            raise InputError(f"{name} is {value:g}; it must be 0 or above. Correct it.")


def _ratio(top: float, bottom: float, spread: FloatArray, freedom: float) -> Reading:
    """Return a ratio with its first-order error and Fieller's interval, both widened for few repeats."""
    value = top / bottom
    by = np.array([1.0, -value]) / bottom
    plain = float(np.sqrt(by @ spread @ by))
    wide = spread * _few(freedom) ** 2
    low, high = (
        float(end)
        for end in fieller_interval(*(np.asarray(one) for one in (top, bottom, wide[0, 0], wide[1, 1], wide[0, 1])))
    )
    error = _few(freedom) * plain
    if not top > _ABSORBS * np.sqrt(wide[0, 0]):
        limit = value + _few(freedom, LIMIT_CHANCE) * plain
        reason = "the emission does not stand out of its noise. Expose longer, or widen its window."
        return Reading(value, error, "", low, high, None, limit, reason)
    return Reading(value, error, "", low, high)


def _corrected(observed: Reading, part: float, part_error: float) -> Reading:
    """Return the yield without reabsorption; its interval is moved end by end, and widened by the error of the part."""
    if observed.low is None or observed.high is None:
        return undetermined(observed.reason)
    q = observed.value
    below = 1.0 - part + part * q
    if below <= 0.0:
        return undetermined("the yield seen is so far below 0 that reabsorption has no meaning. Expose longer.")
    value = q / below
    by_part = q * (1.0 - q) / below**2 * part_error
    error = float(np.hypot((1.0 - part) / below**2 * observed.error, by_part))
    low, high = (freed_from_reabsorption(end, part) for end in (observed.low, observed.high))
    upper = None if observed.upper_limit is None else freed_from_reabsorption(observed.upper_limit, part)
    arms = float(np.hypot(value - low, by_part)), float(np.hypot(high - value, by_part))
    return Reading(value, error, "", value - arms[0], value + arms[1], None, upper, observed.reason)
