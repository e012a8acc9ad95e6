"""Whether a curve of kind absorption can be one: not the transmission of the sample, and not beyond any absorbance."""

import numpy as np

from asplab.core.io.datafile import Column, DataFile
from asplab.core.units import FloatArray

_MOST_OD = 10.0
"""No spectrometer measures a larger optical density."""
_TRANSMISSION_NAMES = frozenset(("transmission", "transmittance", "percent_transmission", "percent_t", "t"))
_CONVERT = "Convert it to absorbance, −log10 of the transmission as a fraction, and name the column absorbance."
_NOISE = 0.05
"""By how much a transmission may lie beyond 0 and 1."""
_END = 8
"""One part in so many of a curve is its red end."""
_FEWEST_POINTS = 25
_CLEAR = 0.3
"""Transmission from which a sample is clear below its gap; an absorbance has its background there."""
_FLAT, _NEAR_TOP, _DIP = 0.35, 0.2, 0.3
"""Parts of the range of a curve: what its red end may vary, how far below the top it may be, how deep the rest lies."""


def refuse_impossible(file: DataFile, column: Column, values: FloatArray) -> None:
    """Raise `FileError` where a column can't hold an absorbance: by its name, its shape or its largest value.

    ``values`` (n,) are those of the column by ascending wavelength.
    """
    if column.name in _TRANSMISSION_NAMES:
        raise file.fault(None, f"column {column.header!r} holds a transmission, but the kind is absorption. {_CONVERT}")
    if _is_transmission(values):
        raise file.fault(
            None,
            "the curve looks like a transmission, but the kind is absorption: it is high and flat at long wavelengths, "
            f"and lower where the sample absorbs. {_CONVERT}",
        )
    if values.max() > _MOST_OD:
        raise file.fault(
            int(np.argmax(column.values)),
            f"absorbance {values.max():.3g} is beyond any that can be measured ({_MOST_OD:g}). Give optical densities "
            "(log10), neither percent nor counts.",
        )


def _is_transmission(values: FloatArray) -> bool:
    """Tell a transmission by its shape, by ascending wavelength (n,): absorption falls towards the red, it rises."""
    scale = 1.0 if values.max() <= 1.0 + _NOISE else 100.0
    part = values / scale
    if values.size < _FEWEST_POINTS or part.max() > 1.0 + _NOISE or part.min() < -_NOISE:
        return False
    # Spikes of noise must not set the range.
    low, high = np.percentile(part, (2.0, 98.0))
    span = high - low
    red = part[-max(values.size // _END, 5) :]
    level, spread = float(np.median(red)), float(np.ptp(np.percentile(red, (10.0, 90.0))))
    blue = float(np.median(part[: values.size // 3]))
    is_clear = level >= _CLEAR and spread <= _FLAT * span and level >= high - _NEAR_TOP * span
    return bool(is_clear and blue < level - _DIP * span)
