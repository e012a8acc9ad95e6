"""The quantum yield from the growth of the emission with power, by the rates An + Bn² + Cn³.

Where the emission is that of free carriers, I ∝ n², the generation P follows √I: P = αI^½ + βI + γI^(3/2) in any units,
and the yield βI/P is largest at I = α/γ [Wang 2011; Draguta 2016]. Emission of excitons, I ∝ n, gives P ∝ I whatever
the yield is. A series whose slope is 1 throughout therefore says nothing, though the law would give a yield of 1.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares, nnls
from scipy.special import expit
from scipy.stats import norm
from scipy.stats import t as student

from asplab.core.companion.checks import finite_array, positive_array, same_shape
from asplab.core.companion.reading import LIMIT_CHANCE, Reading
from asplab.core.errors import AnalysisError
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FloatArray

LEAST_POINTS, LEAST_DECADES = 6, 1.0
"""Powers, and decades of power, from which on three rates can be asked for."""
CHANCE = 0.01
"""Chance of a part that is not there from which on it counts as seen."""
_EXPONENTS = np.array([0.5, 1.0, 1.5])
_LEAST = 1e-9
"""Start of a part that the straight fit has at 0, and the least β."""
_ROUNDS = 60


@dataclass(frozen=True, slots=True, eq=False)
class AbcYield:
    """The yield by the ABC law.

    Attributes
    ----------
    power_uw, intensity : ndarray, shape (n,)
    error : ndarray, shape (n,)
        Of the intensities, as given, else as the scatter has it.
    parts : ndarray, shape (3,)
        α, β, γ in units of µW and of the intensity, none below 0.
    covariance : ndarray, shape (3, 3)
        Of α, β and γ were none held at 0.
    chance_without_trapping, chance_without_auger : float
        Chance of an α, or γ, as large, were there none.
    yields : ndarray, shape (n,)
        βI/P by the law at each power: meaningless where ``peak_yield`` is not determined.
    peak_yield : Reading
        Largest yield.
    peak_power_uw : float
        Power at which it is reached; the end of the series where the law has no maximum within it.
    misfit : float
        χ² per degree of freedom; NaN where the errors follow from the scatter.
    """

    power_uw: FloatArray
    intensity: FloatArray
    error: FloatArray
    parts: FloatArray
    covariance: FloatArray
    chance_without_trapping: float
    chance_without_auger: float
    yields: FloatArray
    peak_yield: Reading
    peak_power_uw: float
    misfit: float


def abc_power(intensity: FloatArray, parts: FloatArray) -> FloatArray:
    """Return the generation αI^½ + βI + γI^(3/2), (n,)."""
    return np.asarray(_columns(intensity) @ parts)


def abc_yield(intensity: FloatArray, parts: FloatArray) -> FloatArray:
    """Return the yield βI/P at intensities, (n,)."""
    return np.asarray(parts[1] * intensity / abc_power(intensity, parts))


def peak_of(parts: FloatArray) -> tuple[float, float]:
    """Return the intensity α/γ of the largest yield, infinite without γ, and that yield, β/(β + 2√(αγ))."""
    alpha, beta, gamma = parts
    at = alpha / gamma if gamma > 0.0 else np.inf
    return float(at), float(beta / (beta + 2.0 * np.sqrt(alpha * gamma)))


def fit_abc(power_uw: FloatArray, intensity: FloatArray, *, error: FloatArray | None) -> AbcYield:
    """Fit the ABC law to the emission against power.

    Parameters
    ----------
    power_uw, intensity : ndarray, shape (n,)
    error : ndarray, shape (n,), or None
        Standard errors of the intensities, those that an unsteady pump makes among them; None takes equal relative
        ones from the scatter.

    Raises
    ------
    InputError
        For values that no series has.
    AnalysisError
        For too few powers, a range that is too narrow, and too few points that stand out of their noise.
    """
    power = positive_array(power_uw, name="power_uw")
    light = (positive_array if error is None else finite_array)(intensity, name="intensity")
    same_shape(power, light, names=("power_uw", "intensity"))
    decades = float(np.log10(power.max() / power.min()))
    if power.size < LEAST_POINTS or decades < LEAST_DECADES:
        raise AnalysisError(
            f"{power.size} powers over {decades:.1f} decades can't tell three rates; {LEAST_POINTS} over "
            f"{LEAST_DECADES:g} are the least. Measure more powers over a wider range."
        )
    sigma = None if error is None else positive_array(error, name="intensity_error")
    if sigma is not None:
        same_shape(light, sigma, names=("intensity", "intensity_error"))
    # In units of the brightest point all parts are about 1 there.
    unit, top = float(np.max(light)), float(np.max(power))
    if not unit > 0.0:
        raise AnalysisError("the emission is nowhere above 0. Check the dark frame, or expose longer.")
    law = _fitted(power / top, light / unit, None if sigma is None else sigma / unit)
    scale = top / unit**_EXPONENTS
    parts, peak, at = law.parts * scale, *_peak(law, 1.0)
    return AbcYield(
        power_uw=power,
        intensity=light,
        error=law.error * unit,
        parts=parts,
        covariance=law.covariance * np.outer(scale, scale),
        chance_without_trapping=float(law.chances[0]),
        chance_without_auger=float(law.chances[2]),
        yields=abc_yield(abc_intensity(power, parts), parts),
        peak_yield=peak,
        peak_power_uw=float(abc_power(np.array([at * unit]), parts)[0]),
        misfit=law.misfit,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Law:
    """A fit in units of the middle of the series; ``chances`` (3,) are those without each part."""

    parts: FloatArray
    covariance: FloatArray
    chances: FloatArray
    error: FloatArray
    dof: int
    misfit: float
    is_scattered: bool

    def quantile(self, chance: float) -> float:
        return float(student.ppf(chance, self.dof) if self.is_scattered else norm.ppf(chance))


def _columns(intensity: FloatArray) -> FloatArray:
    return np.asarray(intensity[:, None] ** _EXPONENTS)


def abc_intensity(power: FloatArray, parts: FloatArray) -> FloatArray:
    """Return the emission at powers, (n,): P = αu + βu² + γu³ solved for u = √I from above, where Newton's way is sure.

    α or γ may be 0; β is above it.
    """
    alpha, beta, gamma = parts
    u = np.sqrt(power / beta)
    for _ in range(_ROUNDS):
        step = (((gamma * u + beta) * u + alpha) * u - power) / ((3.0 * gamma * u + 2.0 * beta) * u + alpha)
        u = u - step
        if np.all(np.abs(step) <= 1e-13 * u):
            break
    return np.asarray(u**2)


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """Residuals of the intensities against errors, or, without them, of their logarithms."""

    power: FloatArray
    light: FloatArray
    sigma: FloatArray | None

    def residual(self, parts: FloatArray) -> FloatArray:
        model = abc_intensity(self.power, parts)
        return np.asarray(np.log(model / self.light) if self.sigma is None else (model - self.light) / self.sigma)

    def jacobian(self, parts: FloatArray) -> FloatArray:
        model = abc_intensity(self.power, parts)
        columns = _columns(model)
        # Of dP = 0 follows dI = −I^e / (dP/dI) for each part.
        by_parts = -columns * (model / (columns @ (parts * _EXPONENTS)))[:, None]
        return np.asarray(by_parts / (model if self.sigma is None else self.sigma)[:, None])

    def fit(self, start: FloatArray, use: np.ndarray) -> tuple[FloatArray, float]:
        """Return the parts (3,) of which only those in use are free, and the sum of squares."""

        def full(free: FloatArray) -> FloatArray:
            parts = np.zeros(3)
            parts[use] = free
            return parts

        found = least_squares(
            lambda free: self.residual(full(free)),
            np.maximum(start, _LEAST)[use],
            jac=lambda free: self.jacobian(full(free))[:, use],
            bounds=(np.where(np.arange(3) == 1, _LEAST, 0.0)[use], np.inf),
            x_scale="jac",
            xtol=1e-12,
            ftol=1e-12,
        )
        return full(found.x), 2.0 * float(found.cost)


def _fitted(power: FloatArray, light: FloatArray, sigma: FloatArray | None) -> _Law:
    """Fit I against P, so that weak points count with their errors as they are."""
    series, start = _Series(power, light, sigma), _start(power, light, sigma)
    parts, least = series.fit(start, np.ones(3, dtype=bool))
    dof = power.size - 3
    spread = least / dof
    is_scattered = sigma is None or spread > 1.0
    scale = spread if is_scattered else 1.0
    jacobian = series.jacobian(parts)
    chances = np.full(3, np.nan)
    for part in (0, 2):
        held = parts.copy()
        held[part] = 0.0
        _, more = series.fit(held, np.arange(3) != part)
        ratio = np.sqrt(max(more - least, 0.0) / scale) if scale > 0.0 else np.inf
        chances[part] = student.sf(ratio, dof) if is_scattered else norm.sf(ratio)
    return _Law(
        parts,
        np.asarray(scale * np.linalg.pinv(jacobian.T @ jacobian, hermitian=True), dtype=np.float64),
        chances,
        light * np.sqrt(spread) if sigma is None else sigma,
        dof,
        float("nan") if sigma is None else spread,
        is_scattered,
    )


def _start(power: FloatArray, light: FloatArray, sigma: FloatArray | None) -> FloatArray:
    """Return the parts of the straight fit of P against I where that stands out of its noise."""
    seen = light > 0.0 if sigma is None else light > 3.0 * sigma
    if int(seen.sum()) < LEAST_POINTS:
        raise AnalysisError(
            f"{int(seen.sum())} of {power.size} points of the power series stand out of their noise; {LEAST_POINTS} "
            "are needed. Expose longer at low power."
        )
    return np.asarray(nnls(_columns(light[seen]) / power[seen, None], np.ones(int(seen.sum())))[0])


def _peak(law: _Law, brightest: float) -> tuple[Reading, float]:
    """Return the largest yield within the series, and the intensity where it is reached."""
    top, _ = peak_of(law.parts)
    at = min(top, brightest)
    value = float(abc_yield(np.array([at]), law.parts)[0])
    reason = _reason(law)
    if reason:
        return Reading(value, float("nan"), "", reason=reason), at
    # Of x = 1/yield − 1 the logarithm is nearly normal, which keeps the interval between 0 and 1.
    gradient = log_odds_gradient(law.parts, at)
    spread = float(np.sqrt(gradient @ law.covariance @ gradient))
    log_odds = np.log(value / (1.0 - value))
    z = law.quantile(float(norm.cdf(1.0)))
    low, high = (expit(log_odds + side * z * spread) for side in (-1.0, 1.0))
    if top <= brightest:
        return Reading(value, value * (1.0 - value) * spread, "", float(low), float(high)), at
    limit = float(expit(log_odds - law.quantile(LIMIT_CHANCE) * spread))
    reason = "the yield still rises at the highest power, so its maximum lies above. Go to higher power."
    return Reading(value, value * (1.0 - value) * spread, "", float(low), None, limit, None, reason), at


def log_odds_gradient(parts: FloatArray, at: float) -> FloatArray:
    """Return the gradient of ln((αI^½ + γI^(3/2))/(βI)) by α, β and γ; at the maximum the shift of I adds nothing."""
    lost = parts[0] * np.sqrt(at) + parts[2] * at**1.5
    return np.array([np.sqrt(at) / lost, -1.0 / parts[1], at**1.5 / lost])


def _reason(law: _Law) -> str:
    """Return why the law tells no yield; empty where it does."""
    if float(law.chances[0]) >= CHANCE:
        return (
            "log I against log P does not bend from a slope above 1: emission of excitons, I ∝ n, would look the same "
            "at any yield. Measure at lower power, or use an integrating sphere."
        )
    if np.isfinite(law.misfit) and bool(is_misfit(law.misfit * law.dof, law.dof, tests=1)):
        return (
            f"the law does not describe the series (χ² per degree of freedom {law.misfit:.1f}), so its yield means "
            "nothing. Check the errors, and leave out powers that heat or bleach."
        )
    return ""
