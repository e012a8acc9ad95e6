"""Pump power at which each excitation was measured, of the emission and of the photothermal scans."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.corrections import Corrected
from asplab.core.experiment import Spectrum
from asplab.core.grouping.layout import Layout
from asplab.core.grouping.stage import Gathered
from asplab.core.photothermal.known_power import scan_power_uw
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PumpPowers:
    """Pump powers in µW, of shape (n_temperatures, n_columns); NaN where a file does not tell it.

    Attributes
    ----------
    light_uw : ndarray
        Mean over the spectra of a condition.
    heat_uw : ndarray
        Mean over the photothermal scans, at the excitation of the condition.
    """

    light_uw: FloatArray
    heat_uw: FloatArray


def find_powers(gathered: Gathered, corrected: Corrected, layout: Layout) -> PumpPowers:
    """Find the pump power of every condition, of its spectra and of the scans of its temperature."""
    light = np.array([_mean_power(stack.members) for stack in corrected.stacks])
    at = np.array([stack.excitation_nm for stack in corrected.stacks])
    heat = np.full(layout.index.shape, np.nan)
    for t, scans in enumerate(gathered.scans):
        readings = [(scan.excitation_nm, scan_power_uw(scan)) for scan in scans]
        known = [np.interp(at[layout.index[t]], axis, power) for axis, power in readings if power is not None]
        if known and len(known) == len(readings):
            heat[t] = np.mean(known, axis=0)
    nothing = ~layout.valid
    return PumpPowers(np.where(nothing, np.nan, light[layout.index]), np.where(nothing, np.nan, heat))


def _mean_power(members: Sequence[Spectrum]) -> float:
    powers = [record.condition.power_uw for record in members]
    known = [power for power in powers if power is not None]
    return float(np.mean(known)) if known and len(known) == len(powers) else float("nan")
