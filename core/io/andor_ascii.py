"""Read the text exports (.asc, .csv) of Andor Solis.

Known from exported files: rows that each end with a delimiter, and ``Key: value`` lines below or above them. Image
series repeat their axis for each frame and may state a calibration for each.
"""

import re
from collections.abc import Sequence

import numpy as np

from asplab.core.io.blocks import Block
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import BACKGROUND_NOTE, Origin, axis_column, detector_frames, frames, origin, pixel_column
from asplab.core.io.grids import COPY_AGAIN, read_grid, refuse_open_end, refuse_rows_beside
from asplab.core.io.heads import HEAD_BYTES
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

NAME = "Andor Solis text"
MARK = b"Acquisition Mode:"
KEYS = re.compile(
    rb"(?m)^(?:Date and Time|Software Version|Temperature \(C\)|Model|Data Type|Acquisition Mode|Trigger Mode|"
    rb"Exposure Time \(secs\)|Readout Mode|Serial Number|Pixel Readout Rate \(MHz\)|Horizontally flipped):"
)
FEWEST_KEYS = 4
PAIR = re.compile(r"\s*([^:\d\s+\-.][^:]*?)\s*:\s*(.*?)[\s,;]*$")
ROW = re.compile(r"\s*[+-]?[\d.]")
CALIBRATION = re.compile(r"Calibration data for frame (\d+)")
SHORTEST_NM, LONGEST_NM = 150.0, 3000.0

Pairs = Sequence[tuple[str, str]]


def recognises_andor_ascii(raw: bytes) -> bool:
    """Whether several of the lines that Solis writes stand at the beginning or end of ``raw``."""
    ends = (raw[:HEAD_BYTES], raw[-HEAD_BYTES:])
    return any(MARK in end and len(set(KEYS.findall(end.replace(b"\r", b"\n")))) >= FEWEST_KEYS for end in ends)


def read_andor_ascii(raw: bytes, name: str) -> DataFile:
    """Return the frames, images or image series of a text export of Solis.

    Raises
    ------
    FileError
        Where the rows of numbers are damaged or cut short, or the lines that describe them are missing.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    rows = [index for index, line in enumerate(lines) if ROW.match(line)]
    if not rows:
        raise FileError(name, None, f"there are no rows of numbers. {COPY_AGAIN}")
    block = read_grid(lines, range(rows[0], rows[-1] + 1), name)
    pairs = described(lines, block)
    if not pairs:
        raise FileError(
            name, None, f"the lines that describe the data are missing, the file is cut short. {COPY_AGAIN}"
        )
    refuse_open_end(text, lines, block.rows[-1], name)
    beside = (*range(rows[0]), *range(rows[-1] + 1, len(lines)))
    refuse_rows_beside(lines, [index for index in beside if not PAIR.match(lines[index])], block.dialect, name)
    stack = stacked(block, name)
    unit, notes = counts_unit(dict(pairs))
    axes, axis_notes = axes_of(stack[0, :, 0], pairs)
    base = origin(raw, name, NAME)
    source = Origin(name, NAME, base.sha256, pairs, (*notes, *axis_notes))
    return data_sets(source, axes, np.moveaxis(stack[:, :, 1:], 1, 2), unit, dict(pairs))


def described(lines: Sequence[str], block: Block) -> tuple[tuple[str, str], ...]:
    """Return the pairs of key and value outside the rows of numbers."""
    outside = [*lines[: block.rows[0]], *lines[block.rows[-1] + 1 :]]
    matches = [PAIR.match(line) for line in outside]
    return tuple((match[1], match[2]) for match in matches if match)


def stacked(block: Block, name: str) -> FloatArray:
    """Return the numbers as (frames, n, columns): the axis in the first column starts again for each frame.

    Raises
    ------
    FileError
        When the frames aren't equally long.
    """
    values = block.values
    if values.shape[1] < 2:
        raise FileError(name, block.rows[0] + 1, f"the rows hold a single number. {COPY_AGAIN}")
    frame_count = int(np.count_nonzero(values[:, 0] == values[0, 0]))
    size, rest = divmod(len(values), max(frame_count, 1))
    stack = values[: size * frame_count].reshape(frame_count, size, -1)
    if rest or not np.array_equal(stack[..., 0], np.broadcast_to(stack[0, :, 0], stack.shape[:2])):
        text = f"the {frame_count} frames of the file aren't equally long ({len(values)} rows). It is cut short."
        raise FileError(name, None, f"{text} {COPY_AGAIN}")
    steps = np.diff(stack[0, :, 0])
    if not (np.all(steps > 0.0) or np.all(steps < 0.0)):
        place = int(np.argmax(np.sign(steps) != np.sign(steps[0]))) + 1
        text = f"the axis jumps to {values[place, 0]:g} here, so rows are missing."
        raise FileError(name, block.rows[place] + 1, f"{text} {COPY_AGAIN}")
    return stack


def counts_unit(pairs: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the unit of the values, and what to say about them."""
    kind = pairs.get("Data Type")
    if not kind:
        return "", ("the file doesn't say whether its values are counts or counts per second",)
    unit = "counts" if kind.startswith("Counts") else kind
    if "per second" in kind.lower():
        unit += "/s"
    return unit, (BACKGROUND_NOTE,) if "bg corrected" in kind.lower() else ()


def axes_of(values: FloatArray, pairs: Pairs) -> tuple[list[Column], tuple[str, ...]]:
    """Return one axis, or one of each frame where the file states calibrations, and what to say about them."""
    if not np.array_equal(values, np.arange(1, values.size + 1)):
        return printed_axis(values, dict(pairs))
    calibrations = [coefficients(value) for key, value in pairs if CALIBRATION.match(key)]
    curves = [np.polynomial.polynomial.polyval(values, found) for found in calibrations if found]
    if not curves or min(curve.min() for curve in curves) < SHORTEST_NM or max(c.max() for c in curves) > LONGEST_NM:
        return [pixel_column(values.size)], ()
    return [axis_column(curve, "wavelength", "nm") for curve in curves], (
        "the wavelengths were calculated from the calibration that the file states",
    )


def coefficients(text: str) -> list[float]:
    """Return the coefficients of a calibration; none where it is damaged."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return found if np.isfinite(found).all() else []


def printed_axis(values: FloatArray, pairs: dict[str, str]) -> tuple[list[Column], tuple[str, ...]]:
    """Return the axis that the rows hold: in nm where the centre wavelength of the spectrograph lies in it."""
    try:
        centre = float(pairs.get("Wavelength (nm)", "nan"))
    except ValueError:
        centre = float("nan")
    if values.min() <= centre <= values.max():
        return [axis_column(values, "wavelength", "nm")], ()
    note = "the file doesn't say the unit of its axis. Say what it is before the spectrum is used."
    return [axis_column(values, "axis", "")], (note,)


def data_sets(source: Origin, axes: list[Column], values: FloatArray, unit: str, pairs: dict[str, str]) -> DataFile:
    """Return the data sets of ``values`` (frames, columns, n); the columns are frames or rows of the detector."""
    count, columns, _ = values.shape
    if count == 1 and columns > 1 and is_series(columns, pairs):
        return frames(source, axes[0], values[0], unit=unit, frame_axis=times(columns, pairs))
    return detector_frames(source, axes, values, unit=unit, time=times(count, pairs))


def is_series(columns: int, pairs: dict[str, str]) -> bool:
    """Whether the columns of a table are what was recorded one after the other, not rows of the detector."""
    return pairs.get("Number in Kinetics Series") == str(columns) or pairs.get("Readout Mode") == (
        "Full Vertical Binning"
    )


def times(count: int, pairs: dict[str, str]) -> Column | None:
    """Return when the frames of a kinetic series began, in s from the first; None where the file doesn't say it."""
    key = "Kinetic Cycle Time (secs)"
    try:
        cycle_s = float(pairs.get(key, "nan"))
    except ValueError:
        return None
    return axis_column(np.arange(count) * cycle_s, "time", "s", key) if count > 1 and 0.0 < cycle_s < 1e9 else None


READER = Reader(NAME, recognises_andor_ascii, read_andor_ascii)
