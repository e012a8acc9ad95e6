"""Which part of each spectrum the filters let through, from their curves or their cutoffs."""

from dataclasses import dataclass

import numpy as np

from asplab.core.corrections.axes import Axes
from asplab.core.corrections.filters import FilterCurve, Filters
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.settings import TransmissionSettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Transmitted:
    """Range between the cutoffs of each stack in nm, guards included; shape (n_stacks, 2)."""

    ranges_nm: FloatArray


def find_transmitted(gathered: Gathered, axes: Axes, filters: Filters, settings: TransmissionSettings) -> Transmitted:
    """Find which range of each stack the filters let through."""
    places = zip(gathered.stacks, axes.of, filters.curves, strict=True)
    ranges = [transmitted_nm(stack, axis, curve, settings) for stack, axis, curve in places]
    return Transmitted(np.array(ranges).reshape(-1, 2))


def cutoff_nm(stack: Stack, side: str, settings: TransmissionSettings, *, tolerance_nm: float = 0.2) -> float | None:
    """Return the cutoff of a stack in nm, as moved by hand where it was; None without a filter."""
    nominal = stack.longpass_nm if side == "longpass" else stack.shortpass_nm
    if nominal is None:
        return None
    moved = _moved_nm(nominal, side, settings, tolerance_nm)
    return nominal if moved is None else moved


def _moved_nm(nominal_nm: float, side: str, settings: TransmissionSettings, tolerance_nm: float) -> float | None:
    for moved in settings.moved_cutoffs:
        if moved.side == side and abs(moved.nominal_nm - nominal_nm) <= tolerance_nm:
            return moved.cutoff_nm
    return None


def transmitted_nm(
    stack: Stack, axis: FloatArray, curve: FilterCurve | None, settings: TransmissionSettings
) -> tuple[float, float]:
    """Return the range that is let through, guards included.

    An edge is where it was moved by hand, else where the filter's curve has it, else at the stated cutoff; without
    any the excitation itself bounds the emission's side.
    """
    guard = settings.cutoff_guard_nm
    longpass, shortpass = (_edge_nm(stack, curve, side, settings) for side in ("longpass", "shortpass"))
    low = axis[0] if longpass is None else max(axis[0], longpass + guard)
    high = axis[-1] if shortpass is None else min(axis[-1], shortpass - guard)
    return (float(low), float(max(low, high)))


def _edge_nm(stack: Stack, curve: FilterCurve | None, side: str, settings: TransmissionSettings) -> float | None:
    nominal, end = (stack.longpass_nm, 0) if side == "longpass" else (stack.shortpass_nm, 1)
    moved = None if nominal is None else _moved_nm(nominal, side, settings, 0.2)
    if moved is not None:
        return moved
    if curve is not None and curve.is_edge[end]:
        return curve.range_nm[end]
    if nominal is not None:
        return nominal
    is_beside = stack.kind == ("pl" if side == "longpass" else "aspl")
    return stack.excitation_nm if is_beside else None
