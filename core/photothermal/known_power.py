"""Where the pump power is known: along a scan, and on which side."""

from collections.abc import Sequence

import numpy as np

from asplab.core.counting import counted
from asplab.core.experiment import Scan, Spectrum
from asplab.core.problems import Problem
from asplab.core.units import FloatArray


def scan_power_uw(scan: Scan) -> FloatArray | None:
    """Return the pump power along a scan, (n,): its own column, else the constant of the manifest, else None."""
    if scan.power_uw is not None:
        return scan.power_uw
    constant = scan.condition.power_uw
    return None if constant is None else np.full(scan.excitation_nm.size, constant)


def power_problem(name: str, light: list[bool], heat: list[bool]) -> Problem:
    """Say that the pump power is known for a part only, so that nothing is divided by it."""
    message = (
        f"the pump power is known for {sum(light)} of {len(light)} spectra and {sum(heat)} of {len(heat)} photothermal "
        "scans, so nothing is divided by it: PL and PA of one excitation are taken to be at equal power. Fill power_uw "
        "for all where they were not."
    )
    known_on_one_side = all(light) != all(heat) and (not any(light) or not any(heat))
    return Problem("info" if known_on_one_side else "warning", name, message)


def untold_problem(name: str, spectra: Sequence[Spectrum]) -> Problem | None:
    """Say first of all that no spectrum tells its pump power, exposure or gain: counts are then compared as they are.

    None where power and exposure are told by some spectrum: what a part of them lacks is told by itself. A gain alone
    that is not told is no problem, since few detectors have one.
    """
    told = {
        "pump power": any(s.condition.power_uw is not None for s in spectra),
        "exposure": any(s.condition.exposure_s is not None for s in spectra),
    }
    if not spectra or any(told.values()):
        return None
    gains = any(s.condition.em_gain is not None or s.condition.nd_od is not None for s in spectra)
    names = "neither pump power nor exposure" if gains else "neither pump power, exposure, gain nor attenuation"
    message = (
        f"{counted(len(spectra), 'spectrum tells', 'spectra tell')} {names}, so counts of PL and ASPL are compared as "
        "they are: quantum yield, η, g and ħω are wrong unless all were taken at equal ones. Fill power_uw and "
        "exposure_s, and em_gain and nd_od where they differ."
    )
    return Problem("warning", name, message, is_leading=True)
