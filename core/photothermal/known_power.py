"""Where the pump power is known: along a scan, and on which side."""

import numpy as np

from asplab.core.experiment import Scan
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
