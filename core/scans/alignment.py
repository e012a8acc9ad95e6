"""Scans that were taken at another temperature than the emission: which belong together, and how far they are off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.energies.stage import Energies
from asplab.core.experiment import Record
from asplab.core.grouping.stage import Gathered
from asplab.core.problems import Problem
from asplab.core.settings import ScanSettings
from asplab.core.units import FloatArray

_SAME_K = 0.05
_MATTERS_K = 0.5
"""Difference of temperatures from which it is told where it can't be corrected."""
_TOLD_MEV = 0.3
_DIGITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How the scans of each temperature are moved along the energy.

    Attributes
    ----------
    shift_mev, error_mev : ndarray, shape (n_temperatures,)
        E_g(T of the emission) − E_g(T of the scans), which is added to the photon energies of the scans, and its
        standard error.
    scanned_k, apart_k : ndarray, shape (n_temperatures,)
        Mean temperature of the scans, and by how much they are warmer than the emission; 0 where they are not moved.
    """

    shift_mev: FloatArray
    error_mev: FloatArray
    scanned_k: FloatArray
    apart_k: FloatArray
    problems: tuple[Problem, ...] = ()


def align_scans(gathered: Gathered, energies: Energies, settings: ScanSettings) -> Alignment:
    """Find by how much the gap differs between emission and scans, interpolated between the measured references."""
    n = len(gathered.temperatures_k)
    light = [[s for stack in gathered.stacks if stack.temperature == t for s in stack.members] for t in range(n)]
    emitted = np.array([_mean_k(records) for records in light])
    scanned = np.array([_mean_k(scans) for scans in gathered.scans])
    known = np.isfinite(energies.reference_mev) & np.isfinite(emitted)
    shift, error = np.zeros(n), np.zeros(n)
    unknown: list[int] = []
    for t in np.flatnonzero(np.isfinite(emitted) & np.isfinite(scanned)).tolist():
        apart = float(emitted[t] - scanned[t])
        blur = _relative_error_k(light[t], gathered.scans[t], apart)
        if apart == 0.0 and blur == 0.0:
            continue
        if known.sum() < 2:
            unknown += [t] if abs(apart) > _MATTERS_K or blur > 0.0 else []
            continue
        slope, slope_error = _slope(emitted[known], energies, known, 0.5 * float(emitted[t] + scanned[t]))
        # Rounded far below what matters, so that a dragged cutoff does not read all scans again.
        shift[t] = round(slope * apart, _DIGITS)
        error[t] = round(float(np.hypot(slope * blur, slope_error * apart)), _DIGITS)
    if not settings.align_temperatures:
        nothing = np.zeros(n)
        return Alignment(nothing, nothing, scanned, nothing, tuple(_left(gathered, scanned, shift)))
    apart_k = np.where(shift != 0.0, scanned - emitted, 0.0)
    return Alignment(shift, error, scanned, apart_k, tuple(_moved(gathered, emitted, scanned, shift, unknown)))


def _mean_k(records: Sequence[Record]) -> float:
    values = [value for record in records if (value := record.condition.temperature_k) is not None]
    return float(np.mean(values)) if values else float("nan")


def _relative_error_k(light: Sequence[Record], scans: Sequence[Record], apart_k: float) -> float:
    """Return the standard error of the difference of the two temperatures; none where both were taken together.

    The error of a thermometer is one and the same for all readings of a run: it does not average.
    """
    labels = [{record.condition.pair for record in side if record.condition.pair} for side in (light, scans)]
    if labels[0] & labels[1] and abs(apart_k) <= _SAME_K:
        return 0.0
    own, other = (_mean([r.condition.temperature_error_k or 0.0 for r in side]) for side in (light, scans))
    return float(np.hypot(own, other))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _slope(nodes_k: FloatArray, energies: Energies, known: np.ndarray, at_k: float) -> tuple[float, float]:
    """Return dE_g/dT between the two measured temperatures about ``at_k`` and its standard error, in meV/K."""
    order = np.argsort(nodes_k)
    nodes = nodes_k[order]
    upper = int(np.clip(np.searchsorted(nodes, at_k), 1, nodes.size - 1))
    gap, own = energies.reference_mev[known][order], energies.reference_error_mev[known][order]
    own = np.sqrt(np.maximum(own**2 - energies.common_reference_error_mev**2, 0.0))
    width = nodes[upper] - nodes[upper - 1]
    error = np.hypot(own[upper], own[upper - 1]) / width
    return float((gap[upper] - gap[upper - 1]) / width), float(error)


def _off(gathered: Gathered, scanned: FloatArray, shift: FloatArray) -> list[str]:
    """Return in words which scans lie off the emission, and by how much."""
    return [
        f"{gathered.temperatures_k[t]:.0f} K by {shift[t]:+.1f} meV (scans at {scanned[t]:.1f} K)"
        for t in np.flatnonzero(np.abs(shift) > _TOLD_MEV)
    ]


def _left(gathered: Gathered, scanned: FloatArray, shift: FloatArray) -> list[Problem]:
    off = _off(gathered, scanned, shift)
    if not off:
        return []
    message = (
        f"scans taken at another temperature than the emission are not moved, as set: {'; '.join(off)} are left in the "
        "place where PA is read. Switch on the alignment of temperatures."
    )
    return [Problem("warning", "photothermal scans", message)]


def _moved(
    gathered: Gathered, emitted: FloatArray, scanned: FloatArray, shift: FloatArray, unknown: Sequence[int]
) -> list[Problem]:
    problems = []
    off = _off(gathered, scanned, shift)
    if off:
        message = f"scans taken at another temperature are moved to the gap of the emission: {'; '.join(off)}."
        problems.append(Problem("info", "photothermal scans", message))
    if unknown:
        t = unknown[0]
        message = (
            f"{gathered.temperatures_k[t]:.0f} K: emission was taken at {emitted[t]:.1f} K and the scans at "
            f"{scanned[t]:.1f} K, or with an error of the temperature, and how the gap depends on it is not known from "
            "one temperature: it stays in PA uncorrected. Measure PL at a second temperature."
        )
        problems.append(Problem("warning", "photothermal scans", message))
    return problems
