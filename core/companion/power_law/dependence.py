"""How many photons an emission takes, from its growth with pump power.

I = c₁P + c₂P² with neither below 0 stands for one photon, two at once, or both. What speaks for each part is the
likelihood ratio at the edge of what is allowed: half of all data without a part put it at 0, so its chance is on one
side [Chernoff 1954].
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from asplab.core.companion.power_law.slope import LogSlope, checked_series, fit_log_slope
from asplab.core.companion.reading import LIMIT_CHANCE, Reading, undetermined
from asplab.core.errors import AnalysisError, InputError
from asplab.core.pump.power_law import PowerLaw, fit_power_law
from asplab.core.statistics.chance import allowed_chance
from asplab.core.units import FloatArray

PhotonOrder = Literal["one photon", "two photons", "one and two photons", "saturation", "not determined"]

_BETWEEN = 1.5
"""Slope that parts one photon from two [method of the paper's Fig. S2]."""
_BEYOND = 1.2
"""Factor beyond the highest power up to which the law is still read."""


@dataclass(frozen=True, slots=True)
class PhotonEvidence:
    """What speaks for one photon, for two, and for both.

    Attributes
    ----------
    chi2_one, chi2_two, chi2_both : float
        Of c₁P, c₂P² and both, with the errors as given; where there are none, with those of the scatter.
    aicc_one, aicc_two, aicc_both : float
        Akaike's criterion, corrected for few points; NaN where there are too few for it.
    chance_without_two, chance_without_one : float
        Chance of a part as large as the one found, were there none.
    """

    chi2_one: float
    chi2_two: float
    chi2_both: float
    aicc_one: float
    aicc_two: float
    aicc_both: float
    chance_without_two: float
    chance_without_one: float


@dataclass(frozen=True, slots=True, eq=False)
class PowerDependence:
    """The power dependence of one excitation.

    Attributes
    ----------
    power_uw, intensity : ndarray, shape (n,)
    error : ndarray, shape (n,)
        As given, else as the scatter has it.
    slope : LogSlope
    law : PowerLaw
        The same fit that frees η from its two-photon part.
    evidence : PhotonEvidence
    order : PhotonOrder
    crossover_uw : Reading
        Power c₁/c₂ at which both parts are equal.
    reason : str
        Why the order is what it is, and what would help where it is not determined.
    """

    power_uw: FloatArray
    intensity: FloatArray
    error: FloatArray
    slope: LogSlope
    law: PowerLaw
    evidence: PhotonEvidence
    order: PhotonOrder
    crossover_uw: Reading
    reason: str

    @property
    def is_single(self) -> bool:
        """Whether one photon alone is shown."""
        return self.order == "one photon"


@dataclass(frozen=True, slots=True, eq=False)
class _Free:
    """c₁ and c₂ without a bound, their covariance, and the degrees of freedom where the scatter sets the errors."""

    found: FloatArray
    covariance: FloatArray
    dof: int | None

    def chance(self, part: int) -> float:
        """Return the chance of a coefficient as far above 0 were it 0."""
        error = float(np.sqrt(self.covariance[part, part]))
        ratio = self.found[part] / error if error > 0.0 else np.copysign(np.inf, self.found[part])
        return float(norm.sf(ratio) if self.dof is None else student.sf(ratio, self.dof))

    def quantile(self, chance: float) -> float:
        return float(norm.ppf(chance) if self.dof is None else student.ppf(chance, self.dof))


def read_power_dependence(
    power_uw: FloatArray, intensity: FloatArray, *, error: FloatArray | None, together: int = 1
) -> PowerDependence:
    """Read how many photons an emission takes.

    Parameters
    ----------
    power_uw, intensity : ndarray, shape (n,)
    error : ndarray, shape (n,), or None
        Standard errors of the intensities; None where they are not known.
    together : int
        Series that are read together, such as all of one temperature: what chance makes of one of so many is no sign.

    Raises
    ------
    InputError, AnalysisError
        As `fit_log_slope`.
    """
    power, light, sigma = checked_series(power_uw, intensity, error)
    law = fit_power_law(power, light, sigma)
    if law is None:
        raise AnalysisError("the emission does not grow with the power; its law can't be told. Expose longer.")
    slope, free = fit_log_slope(power, light, error=sigma), _free(law, is_given=sigma is not None)
    evidence = _evidence(law, free, is_given=sigma is not None)
    chance = allowed_chance(together)
    order, reason = _judged(slope, evidence, chance)
    crossover = _crossover(free, law, order, chance)
    return PowerDependence(power, light, law.error, slope, law, evidence, order, crossover, reason)


def two_photon_share(dependence: PowerDependence, power_uw: float) -> Reading:
    """Return the part of the emission at a power in µW that takes two photons, 0 to 1, or its limit.

    Value and error are those that `asplab.core.pump.two_photon` subtracts: the share P/(P + P×).
    """
    if not (np.isfinite(power_uw) and power_uw > 0.0):
        raise InputError(f"the working power is {power_uw:g} µW; it must be above 0. Fill power_uw of the spectra.")
    share, error = dependence.law.share(power_uw)
    crossing, top = dependence.crossover_uw, float(dependence.power_uw.max())

    def at(crossover: float | None) -> float | None:
        return None if crossover is None else power_uw / (power_uw + crossover)

    low, high, lower, upper = map(at, (crossing.high, crossing.low, crossing.upper_limit, crossing.lower_limit))
    reason = crossing.reason
    if power_uw > _BEYOND * top:
        lower = upper = None
        reason = f"the series ends at {top:g} µW, below the {power_uw:g} µW of the spectra. Measure it up to there."
    return Reading(share, error, "", low, high, lower, upper, reason)


def _free(law: PowerLaw, *, is_given: bool) -> _Free:
    sigma, dof = _sigma(law), law.power_uw.size - 2
    scale = float(law.power_uw.max())
    design = _design(law.power_uw / scale) / sigma[:, None]
    found, *_ = np.linalg.lstsq(design, law.intensity / sigma, rcond=None)
    spread = float(np.sum((law.intensity / sigma - design @ found) ** 2)) / dof
    covariance = max(spread, 1.0 if is_given else 0.0) * np.linalg.inv(design.T @ design)
    units = np.array([scale, scale**2])
    return _Free(found / units, covariance / np.outer(units, units), dof if not is_given or spread > 1.0 else None)


def _sigma(law: PowerLaw) -> FloatArray:
    """Return the errors of the points; relative ones where points without errors lie on the law exactly."""
    if np.all(law.error > 0.0):
        return law.error
    return np.asarray(law.linear * law.power_uw + law.quadratic * law.power_uw**2)


def _design(power: FloatArray) -> FloatArray:
    return np.column_stack([power, power**2])


def _evidence(law: PowerLaw, free: _Free, *, is_given: bool) -> PhotonEvidence:
    sigma = _sigma(law)
    design = _design(law.power_uw) / sigma[:, None]
    light = law.intensity / sigma
    one, two = (_chi2_alone(design[:, part], light) for part in (0, 1))
    both = float(np.sum((light - design @ np.array([law.linear, law.quadratic])) ** 2))
    return PhotonEvidence(
        chi2_one=one,
        chi2_two=two,
        chi2_both=both,
        aicc_one=_aicc(one, 1, light.size, is_given=is_given),
        aicc_two=_aicc(two, 1, light.size, is_given=is_given),
        aicc_both=_aicc(both, 2, light.size, is_given=is_given),
        chance_without_two=free.chance(1),
        chance_without_one=free.chance(0),
    )


def _chi2_alone(column: FloatArray, light: FloatArray) -> float:
    return float(np.sum((light - column * max(float(column @ light / (column @ column)), 0.0)) ** 2))


def _aicc(chi2: float, parameters: int, points: int, *, is_given: bool) -> float:
    """Return AICc; where the scatter sets the errors, their size is one parameter more."""
    count = parameters if is_given else parameters + 1
    if points - count - 1 <= 0 or not (is_given or chi2 > 0.0):
        return float("nan")
    likelihood = chi2 if is_given else points * np.log(chi2 / points)
    return float(likelihood + 2.0 * count + 2.0 * count * (count + 1) / (points - count - 1))


def _judged(slope: LogSlope, evidence: PhotonEvidence, chance: float) -> tuple[PhotonOrder, str]:
    """Return the order and why; ``chance`` is that of one series from which on a sign counts."""
    told = f"slope {slope.slope:.2f} ({slope.low:.2f} to {slope.high:.2f} at 95 %)"
    # What contradicts an order must be beyond chance of all series; what excludes the other one is of one.
    low, high = slope.interval(1.0 - 2.0 * chance)
    seen_one, seen_two = evidence.chance_without_one < chance, evidence.chance_without_two < chance
    if slope.bend_chance < chance and slope.last_slope < slope.first_slope and slope.last_slope < _BETWEEN:
        ends = f"{slope.first_slope:.2f} at the lowest power to {slope.last_slope:.2f} at the highest"
        return (
            "saturation",
            f"the slope falls from {ends}: the emission saturates. Lower the power.",
        )
    if slope.flat_chance < chance:
        return "saturation", f"{told}: it grows more slowly than the power everywhere. Lower the power."
    if low > 2.0 and slope.bend_chance >= chance:
        return "not determined", f"{told}: steeper than two photons make it. Check the powers and the dark frame."
    if seen_one and seen_two:
        return "one and two photons", f"{told}; both c₁ and c₂ are needed."
    if low <= 1.0 and slope.high < _BETWEEN and not seen_two:
        return "one photon", f"{told}; c₂ is not needed."
    if high >= 2.0 and slope.low > _BETWEEN and not seen_one:
        return "two photons", f"{told}; c₁ is not needed."
    return (
        "not determined",
        f"{told} does not part one photon from two. Measure more powers over a wider range, or expose longer.",
    )


def _crossover(free: _Free, law: PowerLaw, order: PhotonOrder, chance: float) -> Reading:
    """Return c₁/c₂ with its 68 % interval, or the limit that the series sets."""
    if order == "saturation":
        return undetermined("the emission saturates, which c₁P + c₂P² can't describe. Use the lower powers.", "µW")
    value = law.crossover_uw if law.linear > 0.0 or law.quadratic > 0.0 else float("nan")
    one_sigma, limit = free.quantile(norm.cdf(1.0)), free.quantile(LIMIT_CHANCE)
    low, high = _lower_end(free, one_sigma), _upper_end(free, one_sigma)
    seen_one, seen_two = free.chance(0) < chance, free.chance(1) < chance
    if seen_one and seen_two:
        error = _ratio_error(free)
        return Reading(value, error, "µW", low, high)
    # A part that came out below zero limits no better than one that came out zero.
    bound = replace(free, found=np.array([law.linear, law.quadratic]))
    lower = _lower_end(bound, limit) if seen_one else None
    upper = _upper_end(bound, limit) if seen_two else None
    if seen_one:
        reason = "a two-photon part is not seen. Go to higher power for more than a limit."
    elif seen_two:
        reason = "a one-photon part is not seen. Go to lower power for more than a limit."
    else:
        reason = "c₁ and c₂ can't be told apart. Measure more powers over a wider range."
    return Reading(value, float("nan"), "µW", low, high, lower, upper, reason)


def _ratio_error(free: _Free) -> float:
    one, two = free.found
    gradient = np.array([1.0 / two, -one / two**2])
    return float(np.sqrt(gradient @ free.covariance @ gradient))


def _lower_end(free: _Free, z: float) -> float | None:
    """Return the smallest ratio c₁/c₂ within z standard errors [Fieller 1954]; it exists also where c₂ may be 0."""
    (one, two), v = free.found, free.covariance
    return _root(one, two, v[0, 0], v[1, 1], v[0, 1], z)


def _upper_end(free: _Free, z: float) -> float | None:
    """Return the largest ratio: 1 over the smallest of c₂/c₁; None where c₂ may be 0."""
    (one, two), v = free.found, free.covariance
    inverse = _root(two, one, v[1, 1], v[0, 0], v[0, 1], z)
    return None if inverse is None else 1.0 / inverse


def _root(top: float, bottom: float, v_top: float, v_bottom: float, v_both: float, z: float) -> float | None:
    """Return the smallest r > 0 with |top − r bottom| ≤ z σ(top − r bottom); None where r = 0 is within."""
    a, b, c = bottom**2 - z**2 * v_bottom, top * bottom - z**2 * v_both, top**2 - z**2 * v_top
    if c <= 0.0 or top <= 0.0:
        return None
    root = float(np.sqrt(max(b**2 - a * c, 0.0)))
    return c / (b + root) if b + root > 0.0 else None
