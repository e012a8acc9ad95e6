"""The wavelength axis of each stack, as lamps correct it."""

from dataclasses import dataclass

from asplab.core.calibration import Calibration
from asplab.core.grouping.stage import Gathered
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """Wavelengths in nm of the pixels of each stack, (n_pixels,); stacks on one axis share one array."""

    of: tuple[FloatArray, ...]


def correct_axes(gathered: Gathered, calibration: Calibration) -> Axes:
    """Correct the axis of every stack."""
    known: dict[bytes, FloatArray] = {}
    found = []
    for axis in (stack.members[0].wavelength_nm for stack in gathered.stacks):
        key = axis.tobytes()
        if key not in known:
            known[key] = calibration.corrected(axis)
        found.append(known[key])
    return Axes(tuple(found))
