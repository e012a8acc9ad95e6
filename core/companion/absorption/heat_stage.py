"""The absorption that photothermal scans tell, with the yields of the main analysis."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from scipy.interpolate import PchipInterpolator

from asplab.core.companion.absorption.spectra import Heating, absorption_of_heat, emission_of
from asplab.core.companion.absorption.tail import Sample, Tail, read_tail
from asplab.core.companion.reading import measured
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.emission.band import BandShapes
from asplab.core.energies.stage import Energies
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.photothermal.baseline import FittedBaseline
from asplab.core.scans import Scans, ScanSet
from asplab.core.settings import EnergySettings, TailSettings
from asplab.core.units import FloatArray

_SAME_DIGITS = 3
"""Detunings that agree to a µeV are one."""
_Sides = tuple[str, tuple[Heating, ...]]
PHOTOTHERMAL = "PA"
"""Source of an absorption spectrum that was read off its heat."""


@dataclass(frozen=True, slots=True, eq=False)
class HeatFindings:
    """The absorption of each temperature that has scans, emission and η."""

    tails: tuple[Tail, ...]


def find_heat_tails(
    scans: Scans,
    absorbed: Absorbed,
    energies: Energies,
    shapes: BandShapes,
    efficiency: EfficiencyFit,
    axis: EnergySettings,
    settings: TailSettings,
) -> HeatFindings:
    """Read the absorption of every temperature off its scans, and what it says beside the emission."""
    tails = []
    for t, (scan, baseline, template) in enumerate(zip(scans.sets, absorbed.baselines, shapes.templates, strict=True)):
        reference = float(energies.reference_mev[t])
        if scan is None or baseline is None or template is None or not np.isfinite(efficiency.quantum_yield[t]):
            continue
        heating = _heating(scan, baseline, efficiency, t, reference, float(energies.mean_photon_mev[t]))
        emitting = emission_of(
            template, reference_mev=reference, mean_mev=float(energies.mean_photon_mev[t]), medium=axis.medium
        )
        sample = Sample(
            source=PHOTOTHERMAL,
            medium=_medium(scan),
            temperature_k=float(energies.temperatures_k[t]),
            temperature_error_k=_temperature_error(scan, settings),
            temperature=t,
        )
        absorbing = absorption_of_heat(scan.energy_mev, heating)
        order = np.argsort(scan.energy_mev)
        warm = scan.energy_mev[order], _sorted(heating, order)
        detuning = reference - scan.energy_mev
        other = chain(_other_baselines(heating, scan, baseline), _other_yields(heating, detuning, efficiency, t))
        moved = tuple((name, tuple(absorption_of_heat(scan.energy_mev, one) for one in sides)) for name, sides in other)
        tails.append(read_tail(sample, absorbing, emitting=emitting, heating=warm, settings=settings, moved=moved))
    return HeatFindings(tuple(tails))


def _heating(
    scan: ScanSet, baseline: FittedBaseline, fit: EfficiencyFit, t: int, reference_mev: float, emission_mev: float
) -> Heating:
    power = scan.power_uw
    # What points of a baseline do not share is noise like that of the scan.
    own = np.maximum(baseline.error_v**2 - np.sum(baseline.common_v**2, axis=1), 0.0)
    quantum_yield = measured(float(fit.quantum_yield[t]), float(fit.quantum_yield_error[t]))
    eta, between = _eta_along(reference_mev - scan.energy_mev, *_known_eta(fit, t))
    return Heating(
        signal=(scan.volts.mean(axis=0) - baseline.volts) / power,
        error=np.sqrt(scan.noise / len(scan.volts) + own) / power,
        photon_yield=quantum_yield.value * eta,
        between=quantum_yield.value * between,
        quantum_yield=quantum_yield,
        emission_mev=emission_mev,
    )


def _other_baselines(heating: Heating, scan: ScanSet, baseline: FittedBaseline) -> Iterator[_Sides]:
    """Yield heat above baselines one standard error off to both sides, for each way that moves all points together."""
    for shift_v in baseline.common_v.T:
        shift = shift_v / scan.power_uw
        yield "the baseline", tuple(replace(heating, signal=heating.signal + by) for by in (shift, -shift))


def _other_yields(heating: Heating, detuning_mev: FloatArray, fit: EfficiencyFit, t: int) -> Iterator[_Sides]:
    """Yield heat with photon yields one standard error off: of QY, of how η runs between excitations, and of each η.

    Errors of QY and of η count as independent: over simulated experiments their correlation was −0.5 to 0.2.
    """
    quantum_yield = heating.quantum_yield
    factor = 1.0 + quantum_yield.error / quantum_yield.value
    yield "the quantum yield", (replace(heating, photon_yield=heating.photon_yield * factor),)
    yield "η between excitations", (replace(heating, photon_yield=heating.photon_yield + heating.between),)
    x, y = _known_eta(fit, t)
    for shift in _eta_shifts(fit, t):
        sides = (_eta_along(detuning_mev, x, y + by)[0] for by in (shift, -shift))
        yield "the measured η", tuple(replace(heating, photon_yield=quantum_yield.value * eta) for eta in sides)


def _eta_along(detuning_mev: FloatArray, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return η at detunings (n,) and the standard error of what is not known of it between the measured (x, y).

    η is 1 above the gap, a monotone cubic between measured ones, NaN beyond the last.
    """
    if x.size < 2:
        found = np.where(detuning_mev <= 0.0, 1.0, np.nan)
        return found, np.zeros(detuning_mev.size)
    at = np.maximum(detuning_mev, 0.0)
    found = PchipInterpolator(x, y, extrapolate=False)(at)
    low, high = limits_between(at, x, y)
    return found, np.nan_to_num(np.maximum(high - found, found - low)) / math.sqrt(3.0)


def limits_between(at: FloatArray, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return limits of a monotone curve through (x, y) at places (n,), without a bend of its own between two points.

    A curve that bends one way lies between its chord and the longer chords of its neighbours. Which way is not known,
    but it never leaves the two values. Before the first point it may fall at once, and beyond the last do anything, so
    that the lower value is the limit there; above the gap it is level.
    """
    k = np.clip(np.searchsorted(x, at) - 1, 0, x.size - 2)
    slope = np.diff(y) / np.diff(x)
    chord = y[k] + slope[k] * (at - x[k])
    before = y[k] + np.concatenate(([0.0], slope[:-1]))[k] * (at - x[k])
    after = y[k + 1] + np.append(slope[1:], 0.0)[k] * (at - x[k + 1])
    after = np.where((at > 0.0) & ((k == 0) | (k == x.size - 2)), y[k + 1], after)
    ends = np.minimum(y[k], y[k + 1]), np.maximum(y[k], y[k + 1])
    lines = np.clip(np.stack([chord, before, after]), *ends)
    return lines.min(axis=0), lines.max(axis=0)


def _known_eta(fit: EfficiencyFit, t: int) -> tuple[FloatArray, FloatArray]:
    """Return detunings and η of a temperature, with 1 at the gap before them; points at one energy are averaged."""
    use, detuning, mean = _averaging(fit, t)
    return np.concatenate(([0.0], detuning)), np.concatenate(([1.0], mean @ fit.eta[t][use]))


def _eta_shifts(fit: EfficiencyFit, t: int) -> FloatArray:
    """Return independent shifts (rank, n) of the η of `_known_eta`, each of one standard error; none at the gap."""
    use, _, mean = _averaging(fit, t)
    size, axes = np.linalg.eigh(mean @ fit.eta_covariance[t][np.ix_(use, use)] @ mean.T)
    shifts = (axes * np.sqrt(np.maximum(size, 0.0))).T
    return np.column_stack([np.zeros(len(shifts)), shifts])


def _averaging(fit: EfficiencyFit, t: int) -> tuple[np.ndarray, FloatArray, FloatArray]:
    """Return which η are used, their detunings (n,), and the matrix (n, n_used) that averages those at one energy."""
    use = np.flatnonzero(fit.fitted[t] & np.isfinite(fit.eta[t]) & (fit.detuning_mev[t] > 0.0))
    detuning, place = np.unique(np.round(fit.detuning_mev[t][use], _SAME_DIGITS), return_inverse=True)
    same = np.arange(detuning.size)[:, np.newaxis] == place
    return use, detuning, same / np.maximum(same.sum(axis=1, keepdims=True), 1)


def _sorted(heating: Heating, order: np.ndarray) -> Heating:
    return replace(
        heating,
        signal=heating.signal[order],
        error=heating.error[order],
        photon_yield=heating.photon_yield[order],
        between=heating.between[order],
    )


def _medium(scan: ScanSet) -> str:
    return scan.members[0].condition.medium if scan.members else ""


def _temperature_error(scan: ScanSet, settings: TailSettings) -> float:
    told = [one.condition.temperature_error_k for one in scan.members if one.condition.temperature_error_k is not None]
    return max(told, default=settings.temperature_error_k)
