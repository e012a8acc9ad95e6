"""Photothermal signals of scans that were taken at another temperature, brought to that of the emission."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.photothermal.baseline import FittedBaseline
from asplab.core.scans import ScanSet
from asplab.core.units import FloatArray

_MATTERS_K = 0.05
_NEIGHBOUR_K = 5.0
"""Scans that lie closer than this in temperature tell little of a change with it."""
_HALF_WIDTH_MEV = 5.0
_SEEN = 5.0
"""Standard errors from which a signal has a logarithm that is worth comparing."""
_ERROR_PER_K = 0.003
"""Standard error of the changes below the gap that scans so many K apart tell, as a part of the largest of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """What readings at each excitation of a temperature are multiplied with.

    Attributes
    ----------
    factor : ndarray, shape (n_stacks_here,)
        Signal at the temperature of the emission over that at the temperature of the scans, both at the same detuning;
        1 on average over the excitations above the gap, for a change that all share cancels.
    error : ndarray, shape (n_stacks_here,)
        Standard error of each factor.
    """

    factor: FloatArray
    error: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Net signal per power of the scans of one temperature against detuning, ascending, and its noise."""

    scanned_k: float
    detuning_mev: FloatArray
    signal: FloatArray
    variance: FloatArray

    def read(self, at_mev: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return logarithm of the signal within ±5 meV and the standard error of that; NaN where it is not seen."""
        first, last = (np.searchsorted(self.detuning_mev, at_mev + off) for off in (-_HALF_WIDTH_MEV, _HALF_WIDTH_MEV))
        count = np.where(last > first, last - first, np.nan)
        total, variance = (np.concatenate([[0.0], np.cumsum(v)]) for v in (self.signal, self.variance))
        mean, error = (total[last] - total[first]) / count, np.sqrt(variance[last] - variance[first]) / count
        inside = (at_mev - _HALF_WIDTH_MEV >= self.detuning_mev[0]) & (
            at_mev + _HALF_WIDTH_MEV <= self.detuning_mev[-1]
        )
        seen = inside & (mean > _SEEN * error) & (mean > 0.0)
        mean = np.where(seen, mean, np.nan)
        return np.log(mean), error / mean


def net_curves(
    sets: Sequence[ScanSet | None], baselines: Sequence[FittedBaseline | None], reference_mev: FloatArray
) -> tuple[Curve | None, ...]:
    """Return the net signal of each temperature against detuning; None without scans, baseline or reference."""
    return tuple(
        None if own is None or fitted is None or not np.isfinite(reference) else _curve(own, fitted, float(reference))
        for own, fitted, reference in zip(sets, baselines, reference_mev, strict=True)
    )


def is_elsewhere(scans: ScanSet | None) -> bool:
    """Return whether scans have another temperature than the emission."""
    return scans is not None and bool(abs(scans.apart_k) > _MATTERS_K)


def bring(own: ScanSet, curve: Curve, curves: Sequence[Curve | None], reference_mev: float) -> Brought | None:
    """Return how the readings of one temperature follow the change of the absorption tail with temperature.

    The tail becomes wider on warming, so a scan that is moved by the change of the gap only shows too much absorption
    far below it. How ln PA at one detuning changes with temperature is what the scans of the next temperatures differ
    by. ``curve`` is that of the scans themselves. None where no other scan tells.
    """
    others = [one for one in curves if one is not None and abs(one.scanned_k - own.scanned_k) > _NEIGHBOUR_K]
    if not others:
        return None
    at = reference_mev - own.excitation_mev
    slope, noise = _slopes(curve, _nearest(curve, others), at, own.scanned_k - 0.5 * own.apart_k)
    seen = np.isfinite(slope)
    above = seen & (at < 0.0)
    if not above.any() or seen.sum() < 2:
        return None
    slope = slope - slope[above].mean()
    # Where too little is seen to compare, nothing is corrected, and as much as anywhere may be wrong.
    part = np.where(seen, min(1.0, _ERROR_PER_K * min(abs(o.scanned_k - own.scanned_k) for o in others)), 1.0)
    error = np.where(at > 0.0, part * float(np.nanmax(np.abs(slope))), 0.0)
    factor = np.exp(-own.apart_k * np.where(seen, slope, 0.0))
    return Brought(factor, np.abs(factor * own.apart_k) * np.hypot(error, np.where(seen, noise, 0.0)))


def _curve(scans: ScanSet, baseline: FittedBaseline, reference_mev: float) -> Curve:
    signal = (scans.volts.mean(axis=0) - baseline.volts) / scans.power_uw
    variance = scans.noise / len(scans.volts) / scans.power_uw**2
    detuning = reference_mev - scans.energy_mev
    order = np.argsort(detuning)
    return Curve(scans.scanned_k, detuning[order], signal[order], variance[order])


def _nearest(curve: Curve, others: Sequence[Curve]) -> list[Curve]:
    """Return the nearest scans on the colder and on the warmer side, where there are any."""
    sides = [[o for o in others if (o.scanned_k > curve.scanned_k) == is_warmer] for is_warmer in (False, True)]
    return [min(side, key=lambda o: abs(o.scanned_k - curve.scanned_k)) for side in sides if side]


def _slopes(curve: Curve, others: Sequence[Curve], at_mev: FloatArray, at_k: float) -> tuple[FloatArray, FloatArray]:
    """Return d ln PA/dT at each detuning, interpolated between the sides to ``at_k``, and its noise, per K."""
    log, error = curve.read(at_mev)
    found = [(*other.read(at_mev), other.scanned_k - curve.scanned_k) for other in others]
    slopes = [(value - log) / apart for value, _, apart in found]
    noises = [np.hypot(sigma, error) / abs(apart) for _, sigma, apart in found]
    if len(found) == 1:
        return slopes[0], noises[0]
    middles = [curve.scanned_k + 0.5 * apart for *_, apart in found]
    part = float(np.clip((at_k - middles[0]) / (middles[1] - middles[0]), 0.0, 1.0))
    both = (1.0 - part) * slopes[0] + part * slopes[1]
    slope = np.where(np.isfinite(both), both, np.where(np.isfinite(slopes[0]), slopes[0], slopes[1]))
    return slope, np.fmax(*noises)
