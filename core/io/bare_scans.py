"""Photothermal scans without a header: which of their columns can be told by their numbers alone."""

import numpy as np

from asplab.core.io.datafile import Column, DataFile
from asplab.core.problems import Severity

_CLOSE = 2e-3
"""Relative to the largest value: rounding of exported columns, far below any noise of a power meter."""
_WIDEST = 10.0
"""Largest over smallest power of one scan that still passes for a power."""

Told = tuple[tuple[Severity, str], ...]
ScanColumns = tuple[Column, Column, Column | None, Column | None, Told]
HEADER = "excitation_nm,lockin_x_v,lockin_y_v,power_uw"
MAGNITUDE: Told = (
    (
        "info",
        "four columns without a header are taken as excitation_nm, lock-in X, Y and R, since the fourth is √(X² + Y²); "
        "there is no pump power.",
    ),
)
POWER: Told = (
    (
        "warning",
        "the fourth column has no header and is taken as the pump power, by which the signal is divided. Name the "
        f"columns in a first row, such as '{HEADER}'.",
    ),
)


def bare_columns(file: DataFile) -> ScanColumns:
    """Return axis, X, Y and power of a scan without a header, and what to tell about it.

    Raises
    ------
    FileError
        Where the numbers don't tell what the columns are.
    """
    columns = file.columns
    if len(columns) == 2:
        return columns[0], columns[1], None, None, ()
    if len(columns) != 4:
        raise file.fault(
            None,
            f"the scan has {len(columns)} columns and no header, so their meaning is open. Add a header row such as "
            f"'{HEADER}'.",
        )
    axis, x, y, fourth = columns
    if _is_magnitude(x, y, fourth):
        return axis, x, y, None, MAGNITUDE
    if _is_power(x, y, fourth):
        return axis, x, y, fourth, POWER
    raise file.fault(
        None,
        "the scan has four columns and no header, and the fourth is neither √(X² + Y²) of the two before it nor like a "
        f"pump power (positive, larger than X and Y, fairly even). Add a header row such as '{HEADER}', or with names "
        "such as R, phase or temperature_k for what is no power.",
    )


def _is_magnitude(x: Column, y: Column, fourth: Column) -> bool:
    return _agree(np.hypot(x.values, y.values), fourth.values)


def _is_power(x: Column, y: Column, fourth: Column) -> bool:
    """Whether a column may be a pump power: positive, of another size than the signal, no phase and no counter."""
    values = fourth.values
    # A missing power is named with its line where the power is read.
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() <= 0.0 or finite.max() > _WIDEST * finite.min():
        return False
    if finite.min() <= np.nanmax(np.abs([x.values, y.values]), initial=0.0):
        return False
    turned = np.arctan2(y.values, x.values)
    if _agree(turned, values) or _agree(np.rad2deg(turned), values) or _agree(np.rad2deg(turned) % 360.0, values):
        return False
    steps = np.diff(values)
    is_counter = steps.size > 1 and steps[0] != 0.0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0.0)
    return not is_counter


def _agree(expected: np.ndarray, found: np.ndarray) -> bool:
    size = float(np.nanmax(np.abs(expected), initial=0.0))
    return size > 0.0 and bool(np.all(np.abs(expected - found) <= _CLOSE * size))
