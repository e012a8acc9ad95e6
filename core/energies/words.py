"""In words: from where ΔE counts, and what was done to wavelengths and photon energies."""

from collections.abc import Iterator

import numpy as np

from asplab.core.calibration import Calibration
from asplab.core.counting import counted
from asplab.core.energies.references import reference_name
from asplab.core.pipeline import Results

SINGLE_GAP = "single gap"
"""What stands beside ħω where the fit knows no ensemble of gaps: it is too large where gaps scatter."""


def energy_words(results: Results) -> str:
    """Return sentences on reference, medium, lamp, laser lines and bandwidth; empty where energies were given."""
    return "" if results.energies is None else " ".join(_sentences(results))


def _sentences(results: Results) -> Iterator[str]:
    settings = results.document.settings.energies
    yield f"ΔE counts from: {reference_name(settings)}. Wavelengths are those in {settings.medium}."
    if results.calibration is not None:
        yield from _calibrated(results.calibration)
    shift = None if results.responses is None else results.responses.blue_shift_mev
    if shift is not None and shift.any():
        moved = shift[shift != 0.0]
        yield (
            f"Of {counted(moved.size, 'wide anti-Stokes excitation')} light is absorbed {moved.min():.1f} to "
            f"{moved.max():.1f} meV above the set photon energy; ΔE counts from there."
        )


def _calibrated(found: Calibration) -> Iterator[str]:
    for axis in found.axes:
        ends = axis.offset_nm(np.array(axis.range_nm))
        lamp = "".join(dict.fromkeys(match.line.element for match in axis.matches))
        centre = float(axis.error_nm(np.array(axis.centre_nm)))
        yield (
            f"The axis {axis.range_nm[0]:.0f}-{axis.range_nm[1]:.0f} nm is corrected by "
            f"{counted(len(axis.matches), 'line')} of {lamp}: {ends[0]:+.2f} and {ends[1]:+.2f} nm at its ends, "
            f"known to {centre:.3f} nm."
        )
    measured = sum(laser is not None for laser in found.lasers)
    if measured:
        yield f"Measured laser lines stand in for {measured} of {len(found.lasers)} set wavelengths."
