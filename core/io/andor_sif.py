"""Read Andor SIF files, as Solis saves them.

The format isn't published. What is known of it was found by M. Leutenegger (2006) and by the authors of sif_parser: a
head of lines with some length-prefixed texts and a few binary bytes, whose length depends on the version, then float32
frames. Only the signal is read; a background or reference that is stored behind it isn't.
"""

import math
import re
from dataclasses import replace

import numpy as np

from asplab.core.io.binary import Binary
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.frames import BACKGROUND_NOTE, axis_column, detector_frames, origin, pixel_column
from asplab.core.io.reader import Reader
from asplab.core.io.sif_head import MAGIC, Head, Layout, read_head, read_layout, shown
from asplab.core.units import FloatArray

GRATING = re.compile(rb"\n655\d\d \S+ \S+ (\S+) \S+ \S+ (\S+) ([^\n]*)\n")
SPECTROGRAPH = re.compile(rb"\n\d+ ([A-Z]{2}[\w-]+)[ \t]*\n")
FRAME_CALIBRATION = re.compile(rb"Calibration data for frame *(\d+) *: *([^\n]*)")
IDENTITY = (0.0, 1.0)
RANGE_NM = (100.0, 30_000.0)


def recognises_sif(raw: bytes) -> bool:
    """Whether ``raw`` begins as SIF files do."""
    return raw.startswith(MAGIC[:-1])


def read_sif(raw: bytes, name: str) -> DataFile:
    """Return the signal of a SIF file: frames over wavelengths or pixels, or an image.

    Raises
    ------
    FileError
        Where the file is truncated or its head contradicts itself.
    """
    file = Binary(raw, name)
    head = read_head(file)
    layout, start = read_layout(file, head)
    source = origin(raw, name, "Andor SIF")
    coefficients, raman_nm = calibration_lines(raw[head.stop : start])
    axes, notes = wavelength_axes(layout, head, coefficients, raman_nm)
    unit, unit_notes = count_unit(layout.data_type)
    source = replace(source, metadata=described(raw, head, layout, start, raman_nm), warnings=(*notes, *unit_notes))
    count = layout.frames * layout.rows * layout.pixels
    values = file.array("f4", count, layout.offset, "the data").reshape(layout.frames, layout.rows, layout.pixels)
    return detector_frames(source, axes, values, unit=unit, time=frame_times(head, layout))


def calibration_lines(lines: bytes) -> tuple[tuple[float, ...], float]:
    """Return the coefficients of the wavelength polynomial (empty without), and the excitation for Raman shifts in nm.

    Those of x, y and z are three lines of four numbers one below the other, not far above the names of the axes.
    """
    parsed = [four_numbers(line) for line in lines.split(b"\n")]
    for k in range(len(parsed) - 3, -1, -1):
        if parsed[k] and parsed[k + 1] and parsed[k + 2]:
            behind = lines.split(b"\n")[k + 3 : k + 4]
            return parsed[k], finite(behind[0]) if behind else math.nan
    return (), math.nan


def four_numbers(line: bytes) -> tuple[float, ...]:
    """Return the four numbers of ``line``, nothing where it holds anything else."""
    values = tuple(finite(cell) for cell in line.split())
    return values if len(values) == 4 and all(math.isfinite(value) for value in values) else ()


def finite(cell: bytes) -> float:
    """Return ``cell`` as a number, NaN where it is none."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def wavelength_axes(
    layout: Layout, head: Head, coefficients: tuple[float, ...], raman_nm: float
) -> tuple[list[Column], tuple[str, ...]]:
    """Return the axis of all frames, or one of each, and what to say about it."""
    of_each = {
        int(match[1]): tuple(finite(cell) for cell in match[2].split(b","))
        for match in FRAME_CALIBRATION.finditer(head.user_text)
    }
    sets = [of_each.get(k, ()) for k in range(1, layout.frames + 1)] if of_each else [coefficients]
    if layout.frame_axis.lower().startswith("pixel") or any(uncalibrated(one) for one in sets):
        notes = () if layout.rows == 1 else ("the image has no wavelength axis; the axis counts pixels",)
        return [pixel_column(layout.pixels)], notes
    axes = [polynomial(one, layout.pixels) for one in sets]
    said = axis_notes(layout, raman_nm)
    if not all(np.all(np.diff(axis) > 0.0) or np.all(np.diff(axis) < 0.0) for axis in axes):
        said = (*said, "the calibration isn't monotonic; the axis counts pixels instead")
        return [pixel_column(layout.pixels)], said
    if any(axis.min() < RANGE_NM[0] or axis.max() > RANGE_NM[1] for axis in axes):
        said = (*said, "the calibration gives no wavelengths in nm; its unit isn't known")
        return [axis_column(axis, "calibrated_pixel", "", layout.frame_axis) for axis in axes], said
    return [axis_column(axis, "wavelength", "nm") for axis in axes], said


def uncalibrated(coefficients: tuple[float, ...]) -> bool:
    """Whether the polynomial is missing, or gives pixel numbers."""
    missing = not coefficients or not all(math.isfinite(one) for one in coefficients)
    return missing or (coefficients[:2] == IDENTITY and not any(coefficients[2:]))


def polynomial(coefficients: tuple[float, ...], pixels: int) -> FloatArray:
    """Return the polynomial (pixels,) at pixel numbers from 1."""
    with np.errstate(over="ignore", invalid="ignore"):
        values: FloatArray = np.polynomial.polynomial.polyval(np.arange(1.0, pixels + 1.0), coefficients)
    return values


def axis_notes(layout: Layout, raman_nm: float) -> tuple[str, ...]:
    """Return what a user should know of a calibrated axis."""
    notes: list[str] = []
    if "raman" in layout.frame_axis.lower():
        notes.append(
            f"Solis shows this file as {layout.frame_axis} relative to {raman_nm:g} nm; the axis here is the wavelength"
        )
    elif not layout.frame_axis.lower().startswith("wavelength"):
        notes.append(f"Solis shows this file over {layout.frame_axis!r}; the axis here is the wavelength")
    if layout.binning != 1 or layout.first_column != 1:
        notes.append(
            f"the detector was read from column {layout.first_column}, binned by {layout.binning}; the calibration is "
            "taken to count the recorded points. Compare the axis with Solis once."
        )
    return tuple(notes)


def count_unit(data_type: str) -> tuple[str, tuple[str, ...]]:
    """Return the unit of the values, and what to say about them."""
    text = data_type.lower()
    notes = (BACKGROUND_NOTE,) if "corrected" in text else ()
    if not text.startswith("counts"):
        return "", (*notes, f"the values are {data_type!r}, not counts")
    if "per second" in text:
        return "counts/s", (*notes, "the values are counts per second; they aren't divided by the exposure again")
    return "counts", notes


def frame_times(head: Head, layout: Layout) -> Column | None:
    """Return the times of the frames of a kinetic series."""
    if layout.frames < 2 or head.cycle_s <= 0.0:
        return None
    return axis_column(np.arange(layout.frames) * head.cycle_s, "time", "s")


def described(raw: bytes, head: Head, layout: Layout, start: int, raman_nm: float) -> tuple[tuple[str, str], ...]:
    """Return all pairs that the file states."""
    lines = raw[head.stop : start]
    pairs = list(head.metadata)
    grating = GRATING.search(lines)
    spectrograph = SPECTROGRAPH.search(lines)
    if spectrograph:
        pairs.append(("Spectrograph", shown(spectrograph[1])))
    if grating and math.isfinite(finite(grating[1])) and math.isfinite(finite(grating[2])):
        pairs += [
            ("Center Wavelength (nm)", shown(grating[1])),
            ("Grating Groove Density (l/mm)", shown(grating[2])),
            ("Grating Blaze", shown(grating[3])),
        ]
    if "raman" in layout.frame_axis.lower() and math.isfinite(raman_nm):
        pairs.append(("Raman Excitation (nm)", f"{raman_nm:g}"))
    pairs += [("FrameAxis", layout.frame_axis), ("Data Type", layout.data_type)]
    stop = layout.offset + 4 * layout.frames * layout.rows * layout.pixels
    if re.compile(rb"\s*1\n6[0-9]{4} ").match(raw, stop):
        pairs.append(("Stored behind the signal", "a background or reference, which isn't read"))
    return tuple(pairs)


READER = Reader("Andor SIF", recognises_sif, read_sif)
