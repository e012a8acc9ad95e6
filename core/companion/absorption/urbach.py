"""The exponential tail of absorption, and where it is one."""

import math
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.companion.absorption.exciton import checked_spectrum
from asplab.core.companion.reading import Reading, measured, undetermined
from asplab.core.errors import SettingsError
from asplab.core.statistics.chance import told_from
from asplab.core.units import FloatArray, thermal_energy_mev

_LEAST_POINTS = 6
_LEAST_DECADES = 0.7
"""Fall in ln A that a tail must show."""
_CURVED = 2.0
"""Standard errors by which a tail may bend."""
_SEEN = 3.0
"""Standard errors above zero of a point that belongs to a tail."""
_STEPS = 12
_LARGEST = 300.0
_RIDGE = 1e-12
_MOST_STEPS, _MOST_HALVINGS, _CONVERGED = 30, 10, 1e-7
_CLEAR_PART = 0.2
"""Part of the chosen range that is given up at its upper end."""


@dataclass(frozen=True, slots=True, eq=False)
class UrbachTail:
    """A ∝ exp(E/E_U) over a range.

    Attributes
    ----------
    urbach : Reading
        E_U in meV. The error holds what neighbouring ranges make of it.
    statistical_mev, range_mev_error : float
        Of that error: the noise, and the spread over neighbouring ranges.
    range_mev : (float, float)
        Where it was fitted; NaN without a tail.
    is_chosen : bool
        The range was found here rather than given.
    reference_mev, log_height, log_height_error : float
        ln A at the middle of the range.
    bend_sigma : float
        By how many standard errors ln A is curved there.
    steepness : Reading
        kT/E_U; not determined without a temperature.
    sentence : str
        The range in words, and what to mind.
    """

    urbach: Reading
    statistical_mev: float
    range_mev_error: float
    range_mev: tuple[float, float]
    is_chosen: bool
    reference_mev: float
    log_height: float
    log_height_error: float
    bend_sigma: float
    steepness: Reading
    sentence: str

    def at(self, energy_mev: FloatArray) -> FloatArray:
        """Return the tail at energies (n,)."""
        return np.asarray(np.exp(self.log_height + (energy_mev - self.reference_mev) / self.urbach.value))


def fit_urbach(
    energy_mev: FloatArray,
    absorption: FloatArray,
    *,
    error: FloatArray,
    below_mev: float,
    range_mev: tuple[float, float] | None = None,
    temperature_k: float | None = None,
) -> UrbachTail:
    """Fit the tail of an absorption whose baseline was taken off.

    Parameters
    ----------
    energy_mev, absorption, error : ndarray, shape (n,)
    below_mev : float
        Energy below which a tail is looked for, such as the exciton.
    range_mev : (float, float), optional
        Where to fit; by default the range with the smallest error of E_U over which ln A is not curved.
    temperature_k : float, optional
        For the steepness kT/E_U.

    Raises
    ------
    InputError, AnalysisError, SettingsError
        For values that no spectrum has, too few points, or a range upside down.
    """
    energy, y, sigma = checked_spectrum(energy_mev, absorption, error, least=_LEAST_POINTS, what="absorption")
    if range_mev is not None and not range_mev[0] < range_mev[1]:
        raise SettingsError(f"the range of the tail, {range_mev}, is upside down. Give the lower energy first.")
    if range_mev is None:
        tried = _candidates(energy, y, sigma, below_mev)
        if not tried:
            return _nothing(
                f"Below {below_mev:.0f} meV absorption has no range in which it falls exponentially above its noise. "
                "Take off its baseline, measure a thicker sample, or give the range.",
                is_chosen=True,
            )
        longest = min(tried, key=lambda item: item.error)
        # The longest range without curvature that is seen ends where it begins to be seen: stay clear of that.
        low, high = longest.range_mev
        best = _fit(energy, y, sigma, low, high - _CLEAR_PART * longest.width) or longest
        near = [t for t in tried if t.width >= 0.6 * best.width and abs(t.middle - best.middle) < 0.5 * best.width]
    else:
        low, high = range_mev
        found = _fit(energy, y, sigma, low, high)
        if found is None:
            return _nothing(
                f"From {low:.0f} to {high:.0f} meV there are fewer than {_LEAST_POINTS} points, or no fall above the "
                "noise. Move or widen the range.",
                is_chosen=False,
            )
        best, width = found, high - low
        ends = [(low + 0.2 * width, high), (low, high - 0.2 * width)]
        near = [t for t in (_fit(energy, y, sigma, *end) for end in ends) if t is not None]
    return _made(best, near, is_chosen=range_mev is None, temperature_k=temperature_k)


@dataclass(frozen=True, slots=True)
class _Tail:
    """One fit: 1/E_U, ln A at the middle, errors, and the curvature in its standard errors."""

    range_mev: tuple[float, float]
    middle: float
    urbach: float
    error: float
    log_height: float
    log_error: float
    bend_sigma: float
    misfit: float

    @property
    def width(self) -> float:
        return self.range_mev[1] - self.range_mev[0]


def _fit(energy: FloatArray, y: FloatArray, sigma: FloatArray, low: float, high: float) -> _Tail | None:
    """Fit exp of a line and of a parabola to absorption itself, so that points at zero count as they are."""
    inside = (energy >= low) & (energy <= high)
    if inside.sum() < _LEAST_POINTS:
        return None
    e, a, s = energy[inside], y[inside], sigma[inside]
    middle, half = 0.5 * (e[0] + e[-1]), 0.5 * float(np.ptp(e))
    x = (e - middle) / half
    seen = a > _SEEN * s
    if seen.sum() < 3:
        return None
    slope, height = np.polyfit(x[seen], np.log(a[seen]), 1, w=a[seen] / s[seen])
    if not slope > 0.0:
        return None
    (height, slope), covariance, misfit = _exponential(x, a, s, np.array([height, slope]))
    if not slope > 0.5 * _LEAST_DECADES:
        return None
    curve = _exponential(x, a, s, np.array([height, slope, 0.0]))
    bend, bend_error = float(curve[0][2]), math.sqrt(curve[1][2, 2])
    error = half / slope**2 * math.sqrt(covariance[1, 1])
    return _Tail(
        range_mev=(float(e[0]), float(e[-1])),
        middle=float(middle),
        urbach=half / float(slope),
        error=error,
        log_height=float(height),
        log_error=math.sqrt(covariance[0, 0]),
        bend_sigma=bend / bend_error if bend_error > 0.0 else 0.0,
        misfit=misfit,
    )


def _exponential(
    x: FloatArray, a: FloatArray, s: FloatArray, start: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """Fit exp of a polynomial in x to a ± s by Gauss-Newton steps, halved where χ² would rise.

    Returns coefficients, their covariance and χ² per degree of freedom. `least_squares` finds the same in six times the
    time, and some hundred ranges are tried.
    """
    design = np.vander(x, start.size, increasing=True)

    def model(c: FloatArray) -> FloatArray:
        return np.asarray(np.exp(np.minimum(design @ c, _LARGEST)) / s)

    def normal(jacobian: FloatArray) -> FloatArray:
        product = jacobian.T @ jacobian
        return np.asarray(product + _RIDGE * np.trace(product) * np.eye(start.size))

    target, found, shown = a / s, start, model(start)
    chi2 = float(np.sum((target - shown) ** 2))
    for _ in range(_MOST_STEPS):
        jacobian = design * shown[:, np.newaxis]
        step = np.linalg.solve(normal(jacobian), jacobian.T @ (target - shown))
        for _ in range(_MOST_HALVINGS):
            tried = model(found + step)
            lower = float(np.sum((target - tried) ** 2))
            if lower <= chi2:
                break
            step = 0.5 * step
        else:
            break
        gain, found, shown, chi2 = chi2 - lower, found + step, tried, lower
        if gain <= _CONVERGED * chi2:
            break
    misfit = chi2 / max(x.size - start.size, 1)
    covariance = np.linalg.inv(normal(design * shown[:, np.newaxis])) * max(misfit, 1.0)
    return found, np.asarray(covariance), misfit


def _candidates(energy: FloatArray, y: FloatArray, sigma: FloatArray, below_mev: float) -> list[_Tail]:
    """Return the fits of all ranges over which ln A shows no curvature."""
    lower = energy < below_mev
    seen = np.flatnonzero(lower & (y > _SEEN * sigma))
    if seen.size < _LEAST_POINTS:
        return []
    # Noise makes lone points stand out far below: the tail goes down as far as most points do.
    first = next((k for k in seen if np.mean((y > _SEEN * sigma)[k : seen[-1] + 1]) > 0.9), seen[-1])
    low, high = float(energy[first]), float(energy[seen[-1]])
    if not high > low:
        return []
    places = np.linspace(low, high, _STEPS + 1)
    found = []
    for i in range(_STEPS):
        for j in range(i + 2, _STEPS + 1):
            tail = _fit(energy, y, sigma, float(places[i]), float(places[j]))
            if tail is not None and abs(tail.bend_sigma) < _CURVED:
                found.append(tail)
    return found


def _made(best: _Tail, near: list[_Tail], *, is_chosen: bool, temperature_k: float | None) -> UrbachTail:
    others = np.array([t.urbach for t in near if t.error < 3.0 * best.error] or [best.urbach])
    own = np.array([t.error for t in near if t.error < 3.0 * best.error] or [best.error])
    # Neighbours share points, so what they scatter by noise alone is less than their own errors; the excess is not.
    excess = float(np.mean((others - best.urbach) ** 2) - np.mean(np.abs(own**2 - best.error**2)))
    spread = math.sqrt(max(excess, 0.0))
    total = math.hypot(best.error, spread)
    low, high = best.range_mev
    told = f"Fitted from {low:.0f} to {high:.0f} meV, {'chosen by' if is_chosen else 'given;'} "
    told += (
        "the smallest error without curvature." if is_chosen else f"curved by {best.bend_sigma:+.1f} standard errors."
    )
    if abs(best.bend_sigma) > told_from(1):
        told += " So E_U is that of no exponential: choose a smaller range, further down."
    steepness = undetermined("The temperature of the absorption is not known. Give it.", "")
    if temperature_k is not None:
        part = float(thermal_energy_mev(temperature_k)) / best.urbach
        steepness = measured(part, part * total / best.urbach)
    return UrbachTail(
        urbach=measured(best.urbach, total, "meV"),
        statistical_mev=best.error,
        range_mev_error=spread,
        range_mev=best.range_mev,
        is_chosen=is_chosen,
        reference_mev=best.middle,
        log_height=best.log_height,
        log_height_error=best.log_error,
        bend_sigma=best.bend_sigma,
        steepness=steepness,
        sentence=told,
    )


def widened(tail: UrbachTail, moves_mev: dict[str, float]) -> UrbachTail:
    """Return a tail whose error also holds what one standard error of other things, by their names, moves E_U by.

    Where that leaves no tail at all, the move is NaN, and E_U is not determined.
    """
    if not tail.urbach.is_determined or not moves_mev:
        return tail
    lost = [name for name, by in moves_mev.items() if math.isnan(by)]
    if lost:
        return _nothing(
            f"With {lost[0]} one standard error off there is no tail from {tail.range_mev[0]:.0f} to "
            f"{tail.range_mev[1]:.0f} meV. Choose a range further up, or measure a stronger signal.",
            is_chosen=tail.is_chosen,
        )
    error = math.hypot(tail.urbach.error, *moves_mev.values())
    steepness = tail.steepness
    if steepness.is_determined:
        steepness = measured(steepness.value, steepness.value * error / tail.urbach.value)
    listed = ", ".join(f"{name} {by:.2g} meV" for name, by in moves_mev.items() if by > 0.0)
    told = f"{tail.sentence} Its error holds what one standard error of others moves it by: {listed}."
    return replace(tail, urbach=measured(tail.urbach.value, error, "meV"), steepness=steepness, sentence=told)


def _nothing(why: str, *, is_chosen: bool) -> UrbachTail:
    lost, nan = undetermined(why, "meV"), math.nan
    return UrbachTail(lost, nan, nan, (nan, nan), is_chosen, nan, nan, nan, nan, undetermined(why), why)
