"""Photothermal scans read at each excitation: phase, power, local polynomial."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import savgol_filter

from asplab.core.energies import Excitations
from asplab.core.experiment import Scan
from asplab.core.grouping import Gathered, Stack, scan_power_uw
from asplab.core.problems import Problem
from asplab.core.repeats import additive_variance
from asplab.core.settings import EnergySettings, ScanSettings
from asplab.core.units import FloatArray, energy_from_wavelength

_NOISE_POINTS = 31
_POWER_WINDOW_MEV = 40.0
_POWER_ORDER = 2
_SAME_NM = 0.02
_MINIMUM_POINTS = 5
_SMOOTH_MEV = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class ScanSet:
    """All scans of one temperature on one axis, and how each excitation reads them.

    Attributes
    ----------
    energy_mev : ndarray, shape (n_points,)
        Photon energy.
    volts : ndarray, shape (n_scans, n_points)
        Signed in-phase lock-in voltage, heating positive.
    noise : ndarray, shape (n_points,)
        Variance of one scan's voltage.
    power_uw : ndarray, shape (n_points,)
        Smoothed pump power, ones where none is divided out.
    power_places : ndarray of int, shape (n_places,)
        Points whose power enters a reading.
    power_covariance : ndarray, shape (n_places, n_places)
        Of the smoothed power at those points, from the scatter of its readings.
    weights : ndarray, shape (n_stacks_here, n_points)
        ``volts @ weights.T`` is the photothermal signal per power at each excitation.
    between : ndarray of bool, shape (n_stacks_here,)
        Excitations between coarse steps: their rows of ``weights`` are zero, because they can be read only once
        the baseline is known.
    excitation_mev : ndarray, shape (n_stacks_here,)
    stacks : ndarray of int
        Stack of each row of ``weights``; rows of NaN where the scan does not reach.
    repeats : tuple of str
        Name of the repeat (or pair) of each scan.
    blank_volts, blank_variance : ndarray, shape (n_points,) or None
        Mean signal of the bare substrate at the same power, and its variance.
    members : tuple of Scan
        The scans in the order of ``volts``.
    """

    energy_mev: FloatArray
    volts: FloatArray
    noise: FloatArray
    power_uw: FloatArray
    power_places: np.ndarray
    power_covariance: FloatArray
    weights: FloatArray
    between: np.ndarray
    excitation_mev: FloatArray
    stacks: np.ndarray
    repeats: tuple[str, ...]
    phase_rad: float
    blank_volts: FloatArray | None = None
    blank_variance: FloatArray | None = None
    members: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """One `ScanSet` per temperature; None where there is no scan."""

    sets: tuple[ScanSet | None, ...]
    problems: tuple[Problem, ...] = ()


def repeat_name(record_pair: str, repeat: int | None, position: int) -> str:
    """Name a repeat so that PL and PA can be paired: its pair, else its number, else its place."""
    if record_pair:
        return f"pair {record_pair}"
    return f"repeat {position + 1 if repeat is None else repeat}"


def read_scans(
    gathered: Gathered, excitations: Excitations, energy_settings: EnergySettings, settings: ScanSettings
) -> Scans:
    """Bring the scans of each temperature onto one axis and prepare their reading at every excitation."""
    problems: list[Problem] = []
    sets: list[ScanSet | None] = []
    for t, temperature in enumerate(gathered.temperatures_k):
        members = [(k, stack) for k, stack in enumerate(gathered.stacks) if stack.temperature == t]
        if not gathered.scans[t]:
            if members:
                message = "there is no photothermal scan, so neither quantum yield nor η follows. Add files of kind pa."
                problems.append(Problem("error", f"{temperature:.0f} K", message))
            sets.append(None)
            continue
        sets.append(_scan_set(gathered, t, members, excitations, energy_settings, settings, problems))
    return Scans(tuple(sets), (*problems, *_reading_problems(gathered, sets, settings)))


def _reading_problems(gathered: Gathered, sets: Sequence[ScanSet | None], settings: ScanSettings) -> list[Problem]:
    """Say once which excitations lie beyond their scan, and once which lie between coarse steps."""
    beyond, between, steps = [], [], []
    for found in sets:
        if found is None:
            continue
        outside = np.isnan(found.weights).any(axis=1)
        beyond += [gathered.stacks[k] for k in found.stacks[outside]]
        between += [gathered.stacks[k] for k in found.stacks[found.between]]
        if found.between.any():
            steps.append(float(np.median(np.abs(np.diff(found.energy_mev)))))
    problems = []
    if beyond:
        message = (
            f"{_named(beyond, gathered.stacks)}: the excitation lies outside the photothermal scan and is not "
            "extrapolated. Scan further, or exclude the condition."
        )
        problems.append(Problem("error", "photothermal scans", message))
    if between:
        message = (
            f"{_named(between, gathered.stacks)}: the scan has fewer than {_MINIMUM_POINTS} points within "
            f"±{settings.half_width_mev:.0f} meV (steps up to {max(steps):.1f} meV), so it is interpolated between "
            "them. What the interpolation may miss is in the errors. Scan in finer steps."
        )
        problems.append(Problem("warning", "photothermal scans", message))
    return problems


def _named(chosen: Sequence[Stack], stacks: Sequence[Stack]) -> str:
    """Name conditions briefly: by temperature and kind, wavelengths only where not all are meant."""
    parts = []
    for key in dict.fromkeys((stack.temperature, stack.kind) for stack in chosen):
        mine = [stack for stack in chosen if (stack.temperature, stack.kind) == key]
        everything = sum((stack.temperature, stack.kind) == key for stack in stacks)
        wavelengths = ", ".join(f"{stack.excitation_nm:.1f}" for stack in mine)
        which = f"all {len(mine)} of {mine[0].kind.upper()}" if len(mine) == everything else ""
        parts.append(f"{mine[0].temperature_k:.0f} K {which or f'{mine[0].kind.upper()} {wavelengths} nm'}")
    return "; ".join(parts)


def _scan_set(
    gathered: Gathered,
    t: int,
    members: Sequence[tuple[int, Stack]],
    excitations: Excitations,
    energy_settings: EnergySettings,
    settings: ScanSettings,
    problems: list[Problem],
) -> ScanSet:
    scans = _on_one_axis(gathered.scans[t], problems)
    axis = scans[0].excitation_nm
    energy = energy_from_wavelength(axis, medium=energy_settings.medium)
    stokes = [float(excitations.energy_mev[k]) for k, stack in members if stack.kind == "pl"]
    volts, phase = _in_phase(scans, axis, energy >= min(stokes, default=np.inf), settings, problems)
    wanted = settings.divide_by_power and gathered.has_power
    power, power_variance, points = _power(scans, axis, energy, wanted=wanted)
    stacks = np.array([k for k, _ in members], dtype=int)
    at = excitations.energy_mev[stacks] if members else np.zeros(0)
    rows = [_reading(axis, energy, at[j], settings, stack) for j, (_, stack) in enumerate(members)]
    weights = np.array([np.zeros(axis.size) if row is None else row for row in rows]).reshape(-1, axis.size)
    between = np.array([row is None for row in rows], dtype=bool)
    places = np.arange(axis.size) if between.any() else np.flatnonzero(np.nan_to_num(weights).any(axis=0))
    blank = _blank(gathered.blanks[t], axis, power, phase, wanted)
    return ScanSet(
        energy_mev=energy,
        volts=volts,
        noise=_pooled(additive_variance(volts)),
        power_uw=power,
        power_places=places,
        power_covariance=_smoothed_covariance(power_variance, points, places),
        weights=weights / power,
        between=between,
        excitation_mev=at,
        stacks=stacks,
        repeats=tuple(repeat_name(s.condition.pair, s.condition.repeat, i) for i, s in enumerate(scans)),
        phase_rad=phase,
        blank_volts=blank[0],
        blank_variance=blank[1],
        members=tuple(scans),
    )


def _on_one_axis(scans: Sequence[Scan], problems: list[Problem]) -> tuple[Scan, ...]:
    """Return the scans that cover the first one's axis, and say which are interpolated or left out."""
    axis = scans[0].excitation_nm
    step = float(np.max(np.diff(axis))) if axis.size > 1 else 0.0
    kept = []
    for scan in scans:
        own = scan.excitation_nm
        covers = own[0] <= axis[0] + step and own[-1] >= axis[-1] - step
        if covers:
            kept.append(scan)
        if not _is_same(own, axis):
            what = "it is interpolated onto them" if covers else "it does not cover them and is left out"
            message = (
                f"its steps ({own.size} points, {own[0]:.1f}-{own[-1]:.1f} nm) differ from the first scan's "
                f"({axis.size} points, {axis[0]:.1f}-{axis[-1]:.1f} nm); {what}. Scan the repeats alike."
            )
            problems.append(Problem("info" if covers else "error", scan.where, message))
    return tuple(kept)


def _is_same(axis: FloatArray, other: FloatArray) -> bool:
    return axis.shape == other.shape and bool(np.allclose(axis, other, rtol=0.0, atol=_SAME_NM))


def _on(axis: FloatArray, own: FloatArray, values: FloatArray) -> FloatArray:
    """Interpolate onto the common axis."""
    return values if _is_same(own, axis) else np.asarray(np.interp(axis, own, values), dtype=np.float64)


def _in_phase(
    scans: Sequence[Scan],
    axis: FloatArray,
    above: np.ndarray,
    settings: ScanSettings,
    problems: list[Problem],
) -> tuple[FloatArray, float]:
    """Rotate (X, Y) so that heating above the gap is in phase and positive [lock-in convention]."""
    x = np.array([_on(axis, s.excitation_nm, s.lockin_x_v) for s in scans])
    if not above.any():
        return x, 0.0
    y = [None if s.lockin_y_v is None else _on(axis, s.excitation_nm, s.lockin_y_v) for s in scans]
    known = [column for column in y if column is not None]
    if settings.rotate_phase and len(known) == len(scans):
        quadrature = np.array(known)
        phase = float(np.arctan2(np.mean(quadrature[:, above]), np.mean(x[:, above])))
        return x * np.cos(phase) + quadrature * np.sin(phase), phase
    if np.mean(x[:, above]) < 0:
        message = "the lock-in signal above the gap is negative; its sign is turned so that heating is positive."
        problems.append(Problem("warning", scans[0].where, message))
        return -x, float(np.pi)
    return x, 0.0


def _pooled(variance: FloatArray) -> FloatArray:
    """Return a variance averaged over neighbouring points: few repeats know that of one point badly."""
    half = min(_NOISE_POINTS // 2, variance.size - 1)
    kernel = np.ones(2 * half + 1) / (2 * half + 1)
    return np.convolve(np.pad(variance, half, mode="reflect"), kernel, mode="valid")


def _power(
    scans: Sequence[Scan], axis: FloatArray, energy: FloatArray, *, wanted: bool
) -> tuple[FloatArray, FloatArray, int]:
    """Return the pump power along the scan, the variance of its mean readings, and the smoothing in points.

    The power is averaged over the scans and smoothed: the meter's noise stays out where steps are fine.
    """
    if not wanted:
        return np.ones(axis.size), np.zeros(axis.size), 1
    readings = np.array([_on(axis, s.excitation_nm, own) for s in scans if (own := scan_power_uw(s)) is not None])
    mean = readings.mean(axis=0)
    relative = readings / mean
    if len(relative) > 1:
        own = relative - relative.mean(axis=1, keepdims=True)
        scatter: FloatArray = np.sum(own**2, axis=0) / (len(relative) - 1)
    else:
        scatter = additive_variance(readings) / mean**2
    variance = _pooled(scatter) * mean**2 / len(readings)
    step = float(np.median(np.abs(np.diff(energy)))) if axis.size > 1 else np.inf
    points = 2 * min(int(_POWER_WINDOW_MEV / step), (axis.size - 1) // 2) + 1
    if points <= _POWER_ORDER + 1:
        return mean, variance, 1
    return np.asarray(savgol_filter(mean, points, _POWER_ORDER), dtype=np.float64), variance, points


def _smoothed_covariance(variance: FloatArray, points: int, places: np.ndarray) -> FloatArray:
    """Return the covariance at ``places`` of what the smoothing over ``points`` points leaves of the noise."""
    if points == 1:
        return np.diag(variance[places])
    half, smooth = points // 2, np.zeros((places.size, variance.size))
    rows: dict[int, FloatArray] = {}
    for i, k in enumerate(places.tolist()):
        start = min(max(k - half, 0), variance.size - points)
        if k - start not in rows:
            rows[k - start] = _polynomial_weights(np.arange(float(points)) - (k - start), _POWER_ORDER)
        smooth[i, start : start + points] = rows[k - start]
    covariance: FloatArray = (smooth * variance) @ smooth.T
    return covariance


def _polynomial_weights(x: FloatArray, order: int) -> FloatArray:
    """Return weights whose sum with samples at ``x`` is the fitted polynomial at x = 0."""
    scale = max(float(np.max(np.abs(x))), 1e-12)
    weights: FloatArray = np.linalg.pinv(np.vander(x / scale, order + 1, increasing=True))[0]
    return weights


def _reading(
    axis: FloatArray, energy: FloatArray, excitation_mev: float, settings: ScanSettings, stack: Stack
) -> FloatArray | None:
    """Return the weights that read a scan at one excitation; None between coarse steps, NaN beyond the scan."""
    weights = np.zeros(axis.size)
    if not energy.min() <= excitation_mev <= energy.max():
        return np.full(axis.size, np.nan)
    distance = np.abs(energy - excitation_mev)
    half_width = settings.half_width_mev
    if stack.kind == "pl" and axis.size > _MINIMUM_POINTS:
        # Above the gap the spectrum is smooth: coarse steps may reach further.
        half_width = max(half_width, min(float(np.sort(distance)[_MINIMUM_POINTS - 1]), _SMOOTH_MEV))
    near = distance <= half_width
    if near.sum() >= _MINIMUM_POINTS:
        order = min(settings.polynomial_order, int(near.sum()) - 2)
        weights[near] = _polynomial_weights(energy[near] - excitation_mev, order)
        return weights
    closest = int(np.argmin(distance))
    if abs(axis[closest] - stack.excitation_nm) > _SAME_NM:
        return None
    weights[closest] = 1.0
    return weights


def _blank(
    blanks: Sequence[Scan], axis: FloatArray, power: FloatArray, phase: float, per_power: bool
) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the mean signal of the bare substrate in the scans' phase and at their power, and its variance."""
    if not blanks:
        return None, None
    volts = np.array([_on(axis, s.excitation_nm, s.lockin_x_v) for s in blanks]) * np.cos(phase)
    quadrature = [_on(axis, s.excitation_nm, s.lockin_y_v) for s in blanks if s.lockin_y_v is not None]
    if len(quadrature) == len(blanks):
        volts = volts + np.array(quadrature) * np.sin(phase)
    readings = [_on(axis, s.excitation_nm, own) for s in blanks if (own := scan_power_uw(s)) is not None]
    scale = power / np.mean(readings, axis=0) if readings and per_power else np.ones(axis.size)
    return volts.mean(axis=0) * scale, additive_variance(volts) / len(volts) * scale**2
