"""Baseline of a photothermal scan: what it shows without absorption, and how well that is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.photothermal.baseline_region import FEWEST_POINTS, baseline_region, end_signal
from asplab.core.problems import Problem
from asplab.core.scans import ScanSet
from asplab.core.settings import BaselineSettings
from asplab.core.units import FloatArray

_SCALE_MEV = 100.0
_URBACH_RANGE_MEV = (4.0, 60.0)
_URBACH_STEPS = 24
_HEAT_CHANGES = 6.0
"""Detuning in kT up to which the light that leaves still changes the heat per absorbed photon."""
_HEAT_TOLD_MEV = 120.0
"""A tail that is fitted from further below the gap can't tell that change from its own exponential."""
_TELLS_FROM_LINE = 0.99
"""Part of the largest Urbach energy from which a tail can't be told from the line beside it."""
_TAIL_IS_SEEN = 12.0
"""Gain in χ² beyond which an Urbach tail (two parameters) is taken to be there."""
_OTHER_UNIT_IS_BETTER = 9.0
"""Gain in χ² over all temperatures from which the other unit of the baseline is named."""
_WIDENED_FROM, _TOLD_FROM = 3.0, 5.0
"""Standard deviations of χ² from which its excess widens the error of the baseline, and from which that is told.

One of some ten temperatures reaches the first by chance, and the wider error covers it.
"""
_MOVES_MUCH = 3.0
"""Standard errors that a reading moves with the other unit, from which it is told that the scans don't tell them."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedBaseline:
    """The baseline of one temperature, in volts along the scan.

    Attributes
    ----------
    volts, error_v : ndarray, shape (n_points,)
        Baseline and its standard error.
    common_v : ndarray, shape (n_points, rank)
        The part of the error that points share: each column moves the whole baseline by one independent standard error.
    region_mev : tuple of float
        Range of detuning that was used.
    chi2, dof : float, int
        Misfit of the mean scan in the region.
    urbach_mev : float or None
        Urbach energy, where a tail was fitted beside the line.
    chi2_volt, chi2_power : float
        Misfit where the baseline is independent of the pump power, and where it is proportional to it; NaN where it
        was not fitted or where no power is known.
    other_volts : ndarray, shape (n_points,), or None
        What the baseline would be with the unit that is not in use.
    """

    volts: FloatArray
    error_v: FloatArray
    common_v: FloatArray
    region_mev: tuple[float, float]
    chi2: float
    dof: int
    urbach_mev: float | None = None
    chi2_volt: float = float("nan")
    chi2_power: float = float("nan")
    other_volts: FloatArray | None = None

    def gain_of_other(self, unit: str) -> float:
        """Return by how much χ² falls with the other unit than ``unit``; 0 where that is not known.

        Where neither describes the scan, χ² counts in units of the better one per degree of freedom.
        """
        if np.isnan(self.chi2_volt) or np.isnan(self.chi2_power):
            return 0.0
        mine, other = (self.chi2_volt, self.chi2_power)[:: 1 if unit == "volt" else -1]
        return float((mine - other) / max(1.0, min(mine, other) / max(self.dof, 1)))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A baseline as a linear function of the scan, ``line @ hat @ volts``, and what blurs it beyond the noise.

    ``extra`` (n_points, rank): its product with its transpose is added to the covariance of the baseline. ``other`` is
    ``line`` and ``hat`` with the unit that is not in use.
    """

    fitted: FittedBaseline
    line: FloatArray
    hat: FloatArray
    extra: FloatArray
    other: tuple[FloatArray, FloatArray] | None = None

    def noise(self, weights: FloatArray, own: FloatArray, scans: ScanSet) -> FloatArray:
        """Return what the noise of the baseline adds to the covariance of the readings ``weights @ volts``."""
        net = self.net(weights)
        added: FloatArray = ((net * scans.noise) @ net.T - own) / len(scans.volts)
        return added

    def net(self, weights: FloatArray) -> FloatArray:
        """Return what the volts of the mean scan do to the readings, by themselves and by way of the baseline."""
        net: FloatArray = weights - (weights @ self.line) @ self.hat
        return net

    def moved_by_other_unit(self, weights: FloatArray, scans: ScanSet) -> tuple[FloatArray, FloatArray]:
        """Return by how much the readings would change with the other unit, and the noise of that change."""
        if self.other is None:
            return np.zeros(len(weights)), np.zeros(len(weights))
        difference = (weights @ self.line) @ self.hat - (weights @ self.other[0]) @ self.other[1]
        return difference @ scans.volts.mean(axis=0), np.sqrt(difference**2 @ scans.noise / len(scans.volts))

    def blur(self, weights: FloatArray) -> FloatArray:
        """Return what the baseline adds beyond its noise."""
        blur = weights @ self.extra
        result: FloatArray = blur @ blur.T
        return result


def find_baseline(
    scans: ScanSet,
    detuning: FloatArray,
    kt_mev: float,
    settings: BaselineSettings,
    place: str,
    problems: list[Problem],
) -> Found:
    """Return the baseline that the settings ask for; ``detuning`` (n_points,) is in meV below the gap."""
    volts = scans.volts.mean(axis=0)
    zero = np.zeros(volts.size)
    if settings.shape == "none":
        nothing = np.zeros((volts.size, 0))
        return _given(FittedBaseline(zero, zero, nothing, (np.nan, np.nan), 0.0, 0), nothing)
    if settings.shape == "blank":
        if scans.blank_volts is not None and scans.blank_variance is not None:
            common = np.zeros((0, volts.size)) if scans.blank_common is None else scans.blank_common
            error = np.sqrt(scans.blank_variance + np.sum(common**2, axis=0))
            fitted = FittedBaseline(scans.blank_volts, error, common.T, (np.nan, np.nan), 0.0, 0)
            return _given(fitted, np.column_stack([np.diag(np.sqrt(scans.blank_variance)), common.T]))
        message = (
            "there is no pa_blank scan, so a line is fitted as baseline. Add the blank, or choose another baseline."
        )
        problems.append(Problem("warning", place, message))
    region, chosen = baseline_region(detuning, settings, place, problems)
    if not chosen.any():
        return _unknown(scans, detuning, volts)
    return _fit(scans, detuning, kt_mev, volts, chosen, region, settings, place, problems)


def _given(fitted: FittedBaseline, extra: FloatArray) -> Found:
    """Return a baseline that does not follow from the scan itself."""
    n = fitted.volts.size
    return Found(fitted, np.zeros((n, 1)), np.zeros((1, n)), extra)


def _unknown(scans: ScanSet, detuning: FloatArray, volts: FloatArray) -> Found:
    """Return no baseline, with the signal at the end of the scan as an error that all readings share."""
    size = np.full(volts.size, end_signal(detuning, volts, scans.noise / len(scans.volts)))
    return _given(FittedBaseline(np.zeros(volts.size), size, size[:, None], (np.nan, np.nan), 0.0, 0), size[:, None])


def _fit(
    scans: ScanSet,
    detuning: FloatArray,
    kt_mev: float,
    volts: FloatArray,
    chosen: np.ndarray,
    region: tuple[float, float],
    settings: BaselineSettings,
    place: str,
    problems: list[Problem],
) -> Found:
    x = (detuning - np.mean(detuning[chosen])) / _SCALE_MEV
    lines = {
        unit: np.column_stack([factor] if settings.shape == "constant" else [factor, factor * x])
        for unit, factor in (("volt", np.ones(volts.size)), ("power", scans.power_uw))
    }
    design, urbach, tails = lines[settings.unit], None, np.zeros((volts.size, 0))
    n_line = design.shape[1]
    sigma2 = float(np.mean(scans.noise[chosen])) / len(scans.volts)
    # Close to the gap a tail is there, seen or not: without it the line would take it for baseline.
    must = region[0] != settings.from_mev
    start = region[0] if must else min(settings.tail_from_mev, region[0])
    wide = (detuning >= start) & (detuning <= region[1])
    may = must or settings.shape == "urbach"
    tail = _tail(scans, detuning, kt_mev, volts, wide, design, sigma2, must=must) if may else None
    if tail is not None:
        urbach, chosen, region = tail[0], wide, (float(start), region[1])
        tails = np.column_stack(tail[1])
        design = np.column_stack([design, tails])
    solve = np.linalg.pinv(design[chosen])
    inverse, coefficients = solve @ solve.T, solve @ volts[chosen]
    residual = volts[chosen] - design[chosen] @ coefficients
    dof = int(chosen.sum()) - design.shape[1]
    chi2 = float(residual @ residual / sigma2) if sigma2 > 0 else 0.0
    beyond = (chi2 - dof) / np.sqrt(2.0 * dof) if dof > 0 else 0.0
    excess = chi2 / dof if beyond > _WIDENED_FROM else 1.0
    if beyond > _TOLD_FROM:
        message = (
            f"the scan does not follow its baseline within {region[0]:.0f}-{region[1]:.0f} meV below the gap "
            f"(χ²/dof {chi2 / dof:.1f}); the error of the baseline is widened. It may still hold signal: start lower."
        )
        problems.append(Problem("warning", place, message))
    line = design[:, :n_line]
    size, axes = np.linalg.eigh(sigma2 * excess * inverse[:n_line, :n_line])
    spread = line @ (axes * np.sqrt(np.maximum(size, 0.0)))
    fitted = FittedBaseline(
        volts=line @ coefficients[:n_line],
        error_v=np.sqrt(np.sum(spread**2, axis=1)),
        common_v=spread,
        region_mev=region,
        chi2=chi2,
        dof=dof,
        urbach_mev=urbach,
    )
    hat = np.zeros((n_line, volts.size))
    hat[:, chosen] = solve[:n_line]
    unit = "power" if settings.unit == "volt" else "volt"
    other = _other_unit(scans, lines[unit], tails, volts, chosen, sigma2)
    if other is not None:
        in_volt, in_power = (chi2, other[0]) if settings.unit == "volt" else (other[0], chi2)
        there = other[1] @ (other[2] @ volts)
        fitted = replace(fitted, other_volts=there, chi2_volt=in_volt, chi2_power=in_power)
    return Found(fitted, line, hat, spread * np.sqrt(1.0 - 1.0 / excess), None if other is None else other[1:])


def _misfit(design: FloatArray, volts: FloatArray, chosen: np.ndarray, sigma2: float) -> tuple[float, FloatArray]:
    """Return χ² of the region, and the matrix that gives the coefficients of a design from its volts."""
    solve = np.linalg.pinv(design[chosen])
    rest = volts[chosen] - design[chosen] @ (solve @ volts[chosen])
    return float(rest @ rest / sigma2), solve


def _other_unit(
    scans: ScanSet, line: FloatArray, tails: FloatArray, volts: FloatArray, chosen: np.ndarray, sigma2: float
) -> tuple[float, FloatArray, FloatArray] | None:
    """Return χ² of the region with another line beside the same tail, that line, and what fits it to the volts.

    None where nothing tells the two apart, because the power is not known or does not vary.
    """
    if sigma2 <= 0.0 or np.ptp(scans.power_uw[chosen]) == 0.0:
        return None
    chi2, solve = _misfit(np.column_stack([line, tails]), volts, chosen, sigma2)
    hat = np.zeros((line.shape[1], volts.size))
    hat[:, chosen] = solve[: line.shape[1]]
    return chi2, line, hat


def _tail(
    scans: ScanSet,
    detuning: FloatArray,
    kt_mev: float,
    volts: FloatArray,
    chosen: np.ndarray,
    line: FloatArray,
    sigma2: float,
    *,
    must: bool,
) -> tuple[float, list[FloatArray]] | None:
    """Return the Urbach energy, and the shapes of the tail along the scan; None where no tail is seen.

    The shapes are the exponential, its derivative by the Urbach energy and, where the tail begins close to the
    gap, the exponential times exp(−ΔE/kT): the light that takes heat away falls off like that.
    """
    if chosen.sum() < FEWEST_POINTS or sigma2 <= 0.0:
        return None
    start = float(detuning[chosen].min())
    further = detuning - start
    if start < min(_HEAT_CHANGES * kt_mev, _HEAT_TOLD_MEV):
        found = _tail_beside(scans, further, volts, chosen, line, sigma2, cooled=np.exp(-further / kt_mev), must=must)
        if found is not None:
            return found
    return _tail_beside(scans, further, volts, chosen, line, sigma2, cooled=None, must=must)


def _is_no_more_than_a_line(gain: float, urbach_mev: float, sigma2: float) -> bool:
    return gain < _TAIL_IS_SEEN * sigma2 or urbach_mev > _TELLS_FROM_LINE * _URBACH_RANGE_MEV[1]


def _tail_beside(
    scans: ScanSet,
    further: FloatArray,
    volts: FloatArray,
    chosen: np.ndarray,
    line: FloatArray,
    sigma2: float,
    *,
    cooled: FloatArray | None,
    must: bool,
) -> tuple[float, list[FloatArray]] | None:
    """Return the tail that fits best beside the line; None where none is seen, or none that differs from a line.

    What ``must`` be there counts without being seen; its noise is then in the baseline.
    """

    def misfits(urbach_mev: FloatArray) -> FloatArray:
        tails = scans.power_uw[chosen] * np.exp(-further[chosen] / urbach_mev[:, None])
        shapes = [tails] if cooled is None else [tails * cooled[chosen], tails]
        plain = np.broadcast_to(line[chosen], (urbach_mev.size, *line[chosen].shape))
        design = np.concatenate([plain, *(shape[..., None] / tails.max() for shape in shapes)], axis=-1)
        right = np.swapaxes(design, 1, 2) @ volts[chosen]
        normal = np.swapaxes(design, 1, 2) @ design
        amplitudes = np.linalg.solve(normal, right[..., None])[..., 0]
        left: FloatArray = volts[chosen] @ volts[chosen] - np.sum(right * amplitudes, axis=1)
        return np.where(amplitudes[:, -1] > 0, left, np.inf)

    grid = np.geomspace(*_URBACH_RANGE_MEV, _URBACH_STEPS)
    best = int(np.argmin(misfits(grid)))
    fine = np.geomspace(grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)], _URBACH_STEPS)
    values = misfits(fine)
    without = float(np.linalg.lstsq(line[chosen], volts[chosen], rcond=None)[1].sum())
    urbach = float(fine[np.argmin(values)])
    if not np.isfinite(values.min()):
        return None
    if not must and _is_no_more_than_a_line(without - values.min(), urbach, sigma2):
        return None
    tail = scans.power_uw * np.exp(-further / urbach)
    shapes = [tail, tail * further / urbach]
    return urbach, shapes if cooled is None else [*shapes, tail * cooled]


def unit_problems(
    temperatures_k: FloatArray,
    baselines: Sequence[FittedBaseline | None],
    moves: Sequence[float],
    settings: BaselineSettings,
    *,
    has_blank: bool,
) -> list[Problem]:
    """Say once where the other unit of the baseline describes all scans clearly better, or where it can't be told.

    Parameters
    ----------
    moves : sequence of float, one per temperature
        Largest change of a reading with the other unit, in its standard errors.
    has_blank : bool
        A measured blank is there and could be chosen.
    """
    gains = np.array([0.0 if found is None else found.gain_of_other(settings.unit) for found in baselines])
    gain = float(gains.sum())
    names = {"volt": "independent of the pump power", "power": "proportional to the pump power"}
    other = names["power" if settings.unit == "volt" else "volt"]
    if gain > _OTHER_UNIT_IS_BETTER:
        best = temperatures_k[int(np.argmax(gains))]
        message = (
            f"the baseline is described better as {other} than, as set, {names[settings.unit]}: χ² falls by "
            f"{gain:.0f} over all temperatures (most at {best:.0f} K). Set it {other}, or "
            f"{'choose the measured blank' if has_blank else 'record a blank'}."
        )
        return [Problem("warning", "photothermal baseline", message)]
    if gain < -_OTHER_UNIT_IS_BETTER or max(moves, default=0.0) <= _MOVES_MUCH:
        return []
    t = int(np.argmax(moves))
    message = (
        f"the scans don't tell whether the baseline is {names[settings.unit]}, as set, or {other} (χ² differs by "
        f"{abs(gain):.1f}), and PA depends on it: by up to {moves[t]:.0f} of its standard errors at "
        f"{temperatures_k[t]:.0f} K. "
        f"{'Choose the measured blank.' if has_blank else 'Record a blank, or a scan with the pump blocked.'}"
    )
    return [Problem("warning", "photothermal baseline", message)]


_NAMES = {"constant": "a constant", "line": "a line", "urbach": "a line beside an Urbach tail", "none": "nothing"}


def blank_problems(
    temperatures_k: FloatArray, sets: Sequence[ScanSet | None], settings: BaselineSettings
) -> list[Problem]:
    """Say once that measured blanks are there and another baseline is chosen."""
    there = [t for t, own in enumerate(sets) if own is not None and own.blank_volts is not None]
    if settings.shape == "blank" or not there:
        return []
    places = "all temperatures" if len(there) == len(sets) else f"{len(there)} of {len(sets)} temperatures"
    if len(there) == 1:
        places = f"{temperatures_k[there[0]]:.0f} K"
    message = (
        f"there are scans of a blank for {places}, which are not used: the baseline is set to "
        f"{_NAMES[settings.shape]}. Choose the measured blank as baseline to subtract it."
    )
    return [Problem("info", "photothermal baseline", message)]
