"""Every quantum yield of an experiment: that of R at each temperature, and those found otherwise."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from asplab.core.companion.quantum_yield.comparison import OF_RATIO, YieldComparison, YieldRow, compare_yields
from asplab.core.companion.quantum_yield.sphere_stage import SphereFindings
from asplab.core.companion.quantum_yield.stage import AbcFindings
from asplab.core.companion.reading import Reading
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.grouping.stage import Gathered

_UNCORRECTED = (
    "integrating sphere: what the sample absorbs again of its emission is not made up for, so that its yield may be "
    "too low. Add a spectrum of a dilute sample (sphere_dilute), or give the part."
)
OF_POWER, OF_SPHERE = "ABC law", "integrating sphere"


def every_yield(
    efficiency: EfficiencyFit | None,
    gathered: Gathered | None,
    abc: AbcFindings | None,
    sphere: SphereFindings | None,
    *,
    is_given: bool,
    tolerance_k: float,
) -> YieldComparison | None:
    """Return all yields side by side; None where none was found otherwise than by R.

    Parameters
    ----------
    is_given : bool
        The yield of the main analysis is not measured, but given.
    tolerance_k : float
        Temperatures no farther apart count as one.
    """
    others = [*_of_power(abc), *_of_sphere(sphere)]
    if not others:
        return None
    of_ratio = [] if efficiency is None or is_given else list(_of_ratio(efficiency, gathered))
    found = compare_yields([*of_ratio, *others], tolerance_k=tolerance_k)
    is_uncorrected = any(one.found and one.reabsorbed is None for one in (() if sphere is None else sphere.readings))
    return replace(found, notes=(*found.notes, _UNCORRECTED)) if is_uncorrected else found


def _of_ratio(fit: EfficiencyFit, gathered: Gathered | None) -> Iterator[YieldRow]:
    for t, kelvin in enumerate(fit.temperatures_k):
        value, error = float(fit.quantum_yield[t]), float(fit.quantum_yield_error[t])
        if not np.isfinite(value) or (fit.is_shared and t):
            continue
        low, high = (_end(float(ends[t])) for ends in (fit.quantum_yield_low, fit.quantum_yield_high))
        is_open = low is None or high is None
        reason = "the Stokes line leaves its interval open. Measure it more often." if is_open else ""
        reading = Reading(value, error, "", low, high, reason=reason)
        at = None if fit.is_shared else float(kelvin)
        yield YieldRow(OF_RATIO, _medium(gathered, t), at, reading, _sample(gathered, t))


def _end(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _medium(gathered: Gathered | None, t: int) -> str:
    """Return the medium of the spectra of a temperature where they all name the same one."""
    stacks = () if gathered is None else gathered.stacks
    names = {one.condition.medium for stack in stacks if stack.temperature == t for one in stack.members}
    return names.pop() if len(names) == 1 else ""


def _sample(gathered: Gathered | None, t: int) -> str:
    """Return the sample of the spectra of a temperature where they all name the same one."""
    names = {stack.sample for stack in (() if gathered is None else gathered.stacks) if stack.temperature == t}
    return names.pop() if len(names) == 1 else ""


def _of_power(abc: AbcFindings | None) -> Iterator[YieldRow]:
    for one in () if abc is None else abc.readings:
        if one.found is not None:
            yield YieldRow(OF_POWER, one.medium, one.series.temperature_k, one.found.peak_yield, one.series.sample)


def _of_sphere(sphere: SphereFindings | None) -> Iterator[YieldRow]:
    for one in () if sphere is None else sphere.readings:
        if one.found is not None:
            yield YieldRow(OF_SPHERE, one.medium, one.temperature_k, one.quantum_yield, one.sample)
