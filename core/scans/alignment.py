"""Scans that were taken at another temperature than the emission: which belong together, and how far they are off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.energies import Energies
from asplab.core.experiment import Record
from asplab.core.grouping import Gathered
from asplab.core.problems import Problem
from asplab.core.settings import ScanSettings
from asplab.core.units import FloatArray

_SAME_K = 0.05
_MATTERS_K = 0.5
"""Difference of temperatures from which it is told where it can't be corrected."""
_TOLD_MEV = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Which scans each temperature takes, and how they are moved along the energy.

    Attributes
    ----------
    source : ndarray of int, shape (n_temperatures,)
        Temperature whose scans are taken; −1 where there are none.
    shift_mev, error_mev : ndarray, same shape
        E_g(T of the emission) − E_g(T of the scans), which is added to the photon energies of the scans, and its
        standard error.
    """

    source: np.ndarray
    shift_mev: FloatArray
    error_mev: FloatArray
    problems: tuple[Problem, ...] = ()


def align_scans(gathered: Gathered, energies: Energies, settings: ScanSettings) -> Alignment:
    """Find the scans of every temperature and by how much the gap differs between scans and emission.

    Emission without scans takes those of the nearest temperature that has scans and no emission, within
    ``temperature_reach_k``. The gap between the measured references is interpolated over the temperature.
    """
    n = len(gathered.temperatures_k)
    light = [[s for stack in gathered.stacks if stack.temperature == t for s in stack.members] for t in range(n)]
    source = _sources(gathered, light, settings)
    emitted = np.array([_mean_k(records) for records in light])
    scanned = np.array([_mean_k(gathered.scans[t]) if t >= 0 else np.nan for t in source])
    known = np.isfinite(energies.reference_mev) & np.isfinite(emitted)
    shift, error = np.zeros(n), np.zeros(n)
    problems: list[Problem] = _borrowed(gathered, source)
    if not settings.align_temperatures:
        return Alignment(source, shift, error, tuple(problems))
    unknown: list[int] = []
    for t in np.flatnonzero(np.isfinite(emitted) & np.isfinite(scanned)).tolist():
        apart = float(emitted[t] - scanned[t])
        blur = _relative_error_k(light[t], gathered.scans[source[t]], apart)
        if apart == 0.0 and blur == 0.0:
            continue
        if known.sum() < 2:
            unknown += [t] if abs(apart) > _MATTERS_K or blur > 0.0 else []
            continue
        slope, slope_error = _slope(emitted[known], energies, known, 0.5 * float(emitted[t] + scanned[t]))
        shift[t] = slope * apart
        error[t] = np.hypot(slope * blur, slope_error * apart)
    problems += _told(gathered, emitted, scanned, shift, unknown)
    return Alignment(source, shift, error, tuple(problems))


def _sources(gathered: Gathered, light: Sequence[Sequence[Record]], settings: ScanSettings) -> np.ndarray:
    own = np.array([bool(scans) for scans in gathered.scans], dtype=bool)
    source = np.where(own, np.arange(own.size), -1)
    spare = [t for t in range(own.size) if own[t] and not light[t]]
    lacking = [t for t in range(own.size) if light[t] and not own[t]]
    if not spare or not settings.align_temperatures:
        return source
    apart = np.abs(gathered.temperatures_k[lacking][:, None] - gathered.temperatures_k[spare])
    while apart.size and apart.min() <= settings.temperature_reach_k:
        i, j = np.unravel_index(int(np.argmin(apart)), apart.shape)
        source[lacking[i]] = spare[j]
        apart[i, :] = np.inf
        apart[:, j] = np.inf
    return source


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


def _borrowed(gathered: Gathered, source: np.ndarray) -> list[Problem]:
    """Say once which temperatures take the scans of another one."""
    pairs = [
        f"{gathered.temperatures_k[t]:.0f} K takes those of {gathered.temperatures_k[s]:.1f} K"
        for t, s in enumerate(source)
        if s not in (t, -1)
    ]
    if not pairs:
        return []
    message = f"emission and scans were not taken at the same temperature: {'; '.join(pairs)}."
    return [Problem("info", "photothermal scans", message)]


def _told(
    gathered: Gathered, emitted: FloatArray, scanned: FloatArray, shift: FloatArray, unknown: Sequence[int]
) -> list[Problem]:
    problems = []
    moved = [
        f"{gathered.temperatures_k[t]:.0f} K by {shift[t]:+.1f} meV (scans at {scanned[t]:.1f} K)"
        for t in np.flatnonzero(np.abs(shift) > _TOLD_MEV)
    ]
    if moved:
        message = f"scans taken at another temperature are moved to the gap of the emission: {'; '.join(moved)}."
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
