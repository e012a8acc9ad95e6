"""How one excitation reads a scan: by a local polynomial, at a point, between coarse steps, or not at all."""

from collections.abc import Sequence

import numpy as np

from asplab.core.grouping.stage import Stack
from asplab.core.problems import Problem
from asplab.core.scans.power import polynomial_weights
from asplab.core.scans.sets import ScanSet
from asplab.core.settings import ScanSettings
from asplab.core.units import FloatArray

_SAME_NM = 0.02
MINIMUM_POINTS = 5
_SMOOTH_MEV = 20.0
_WIDEST_HOLE_MEV = 30.0
"""Range without points, where the lock-in was overloaded, that is still interpolated over."""


def reading(
    axis_nm: FloatArray,
    energy_mev: FloatArray,
    excitation_mev: float,
    settings: ScanSettings,
    stack: Stack,
    *,
    has_holes: bool,
) -> FloatArray | None:
    """Return the weights that read a scan at one excitation; None between coarse steps, NaN where it can't be read.

    It can't beyond the scan, nor within a wide range that was left out as overloaded.
    """
    weights = np.zeros(energy_mev.size)
    if not energy_mev.min() <= excitation_mev <= energy_mev.max():
        return np.full(energy_mev.size, np.nan)
    away = energy_mev - excitation_mev
    distance = np.abs(away)
    if has_holes and np.min(away[away >= 0.0]) - np.max(away[away <= 0.0]) > _WIDEST_HOLE_MEV:
        return np.full(energy_mev.size, np.nan)
    half_width = settings.half_width_mev
    if stack.kind == "pl" and energy_mev.size > MINIMUM_POINTS:
        # Above the gap the spectrum is smooth: coarse steps may reach further.
        half_width = max(half_width, min(float(np.sort(distance)[MINIMUM_POINTS - 1]), _SMOOTH_MEV))
    near = distance <= half_width
    # A polynomial through points on one side alone would be extrapolated into the hole beside them.
    if near.sum() >= MINIMUM_POINTS and np.any(away[near] >= 0.0) and np.any(away[near] <= 0.0):
        order = min(settings.polynomial_order, int(near.sum()) - 2)
        weights[near] = polynomial_weights(away[near], order)
        return weights
    closest = int(np.argmin(distance))
    if distance[closest] > _SAME_NM / axis_nm[closest] * excitation_mev:
        return None
    weights[closest] = 1.0
    return weights


def reading_problems(stacks: Sequence[Stack], sets: Sequence[ScanSet | None], settings: ScanSettings) -> list[Problem]:
    """Say once which excitations lie beyond their scan, which in an overloaded range, and which between steps."""
    beyond, hidden, between, steps = [], [], [], []
    for found in sets:
        if found is None:
            continue
        unread = np.isnan(found.weights).any(axis=1)
        low, high = found.energy_mev.min(), found.energy_mev.max()
        inside = (found.excitation_mev >= low) & (found.excitation_mev <= high)
        inside |= np.array([_is_overloaded(stacks[k], found) for k in found.stacks], dtype=bool)
        beyond += [stacks[k] for k in found.stacks[unread & ~inside]]
        hidden += [stacks[k] for k in found.stacks[unread & inside]]
        between += [stacks[k] for k in found.stacks[found.between]]
        if found.between.any():
            steps.append(_typical_step(found))
    problems = []
    if beyond:
        message = (
            f"{_named(beyond, stacks)}: the excitation lies outside the photothermal scan and is not "
            "extrapolated. Scan further, or exclude the condition."
        )
        problems.append(Problem("error", "photothermal scans", message))
    if hidden:
        message = (
            f"{_named(hidden, stacks)}: the scan was overloaded at the excitation, over more than "
            f"{_WIDEST_HOLE_MEV:.0f} meV or up to its end, so PA is not known there. Measure with a larger full scale, "
            "or exclude the condition."
        )
        problems.append(Problem("error", "photothermal scans", message))
    if between:
        message = (
            f"{_named(between, stacks)}: the scan has fewer than {MINIMUM_POINTS} points within "
            f"±{settings.half_width_mev:.0f} meV (steps up to {max(steps):.1f} meV), so it is interpolated between "
            "them. What the interpolation may miss is in the errors. Scan in finer steps."
        )
        problems.append(Problem("warning", "photothermal scans", message))
    return problems


def _is_overloaded(stack: Stack, found: ScanSet) -> bool:
    return any(low <= stack.excitation_nm <= high for low, high in found.overloaded_nm)


def _typical_step(found: ScanSet) -> float:
    """Return the typical step, or that across a hole where it is what is interpolated over."""
    steps = np.abs(np.diff(found.energy_mev))
    if not found.overloaded_nm:
        return float(np.median(steps))
    order = np.sort(found.energy_mev)
    upper = np.clip(np.searchsorted(order, found.excitation_mev[found.between]), 1, order.size - 1)
    return float(np.max(order[upper] - order[upper - 1]))


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
