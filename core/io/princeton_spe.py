"""Read SPE files of WinSpec (version 2) and LightField (version 3).

Offsets and meanings are those of the manufacturer's descriptions: the header of WinSpec 2.x, and the SPE 3.0
specification, which keeps a few of the old fields and describes the data in XML behind them.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.io.binary import Binary
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.frames import axis_column, detector_frames, joined, origin, pixel_column
from asplab.core.io.reader import Reader
from asplab.core.io.spe_footer import Footer, read_footer
from asplab.core.units import FloatArray

HEADER_BYTES = 4100
WINVIEW_ID = b"\x67\x45\x23\x01"
LAST_VALUE = b"\x55\x55"
DATA_TYPES = {0: "f4", 1: "i4", 2: "i2", 3: "u2", 5: "f8", 6: "u1", 8: "u4"}
CALIBRATION_UNITS = {1: "pixel", 2: "data", 3: "user", 4: "nm", 5: "cm-1", 6: "raman"}
AXES = {"nm": ("wavelength", "nm"), "cm-1": ("wavenumber", "cm-1"), "raman": ("raman_shift", "cm-1")}
REGION_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the detector in version 2: its size in recorded points, and where on the detector it begins."""

    pixels: int
    rows: int
    first_column: int
    binning: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What the fixed fields of the header say of the data."""

    version: float
    kind: str
    frames: int
    rows: int
    pixels: int

    @property
    def value_bytes(self) -> int:
        """Bytes of one value."""
        return np.dtype(self.kind).itemsize


def recognises_spe(raw: bytes) -> bool:
    """Whether the header carries the marks of SPE files at their places."""
    if len(raw) < 3000 or int.from_bytes(raw[108:110], "little") not in DATA_TYPES:
        return False
    version: float = Binary(raw, "").number("f", 1992, "header")
    if not 1.0 <= version < 4.0:
        return False
    marked = raw[2996:3000] == WINVIEW_ID or raw[4098:4100] == LAST_VALUE
    return marked or (version >= 3.0 and raw.find(b"<SpeFormat", HEADER_BYTES) > 0)


def read_spe(raw: bytes, name: str) -> DataFile:
    """Return the frames of an SPE file; each region of the detector is a data set of its own.

    Raises
    ------
    FileError
        Where the file is truncated or its header contradicts itself.
    """
    file = Binary(raw, name)
    file.require(HEADER_BYTES, "the header")
    shape = read_shape(file)
    if shape.version >= 3.0:
        return read_version_3(file, shape)
    return read_version_2(file, shape)


def read_shape(file: Binary) -> Shape:
    """Return the fixed fields that both versions share."""
    code = file.number("h", 108, "header")
    kind = DATA_TYPES.get(code)
    if kind is None:
        known = ", ".join(map(str, DATA_TYPES))
        raise file.fault(f"the data type is {code}, none of {known}. The file is damaged: copy it again.")
    version = file.number("f", 1992, "header")
    if not 1.0 <= version < 4.0:
        raise file.fault(f"the version is {version:g}, not 1 to 3. Save the file again as SPE 2 or 3.")
    pixels, rows = file.number("H", 42, "header"), file.number("H", 656, "header")
    shape = Shape(version, kind, file.number("i", 1446, "header"), rows, pixels)
    if version < 3.0:
        file.refuse_shape(shape.frames, shape.rows, shape.pixels)
    return shape


def read_version_2(file: Binary, shape: Shape) -> DataFile:
    """Return the regions of a WinSpec file."""
    count = shape.frames * shape.rows * shape.pixels
    stop = HEADER_BYTES + count * shape.value_bytes
    file.require(stop, "the data")
    values = file.array(shape.kind, count, HEADER_BYTES, "the data").reshape(shape.frames, -1)
    regions, notes = read_regions(file, shape)
    if stop < len(file.raw):
        notes = (*notes, f"{len(file.raw) - stop} bytes behind the data weren't read")
    source = origin(file.raw, file.name, "Princeton SPE")
    exposure = file.number("f", 10, "header")
    if exposure > 0.0:
        notes = (
            *notes,
            f"the header gives the exposure as {exposure:g} without a unit; programs read it as s or as ms. Check it.",
        )
    source = replace(source, metadata=header_pairs(file), warnings=notes)
    parts: list[DataFile] = []
    at = 0
    for region in regions:
        size = region.rows * region.pixels
        block = values[:, at : at + size].reshape(shape.frames, region.rows, region.pixels)
        axis, said = calibrated_axis(file, region)
        one = replace(source, warnings=(*source.warnings, *said))
        parts.append(detector_frames(one, [axis], block, unit="counts", time=None))
        at += size
    return joined(named_regions(parts))


def named_regions(parts: list[DataFile]) -> list[DataFile]:
    """Return all data sets of the regions, each with the number of its region where there are several."""
    if len(parts) == 1:
        return [replace(parts[0], others=()), *parts[0].others]
    return [
        replace(one, part=f"region {k} {one.part}".strip()) for k, part in enumerate(parts, 1) for one in part.parts
    ]


def read_regions(file: Binary, shape: Shape) -> tuple[list[Region], tuple[str, ...]]:
    """Return the regions of a version 2 file, and what to say about them."""
    count = file.number("h", 1510, "header")
    stated = [region_at(file, 1512 + 12 * k) for k in range(count)] if 1 <= count <= REGION_LIMIT else []
    whole = Region(shape.pixels, shape.rows, 1, 1)
    if not stated or None in stated:
        return [whole], ()
    regions = [region for region in stated if region is not None]
    if sum(region.rows * region.pixels for region in regions) == shape.rows * shape.pixels:
        return regions, ()
    if len(regions) == 1:
        return [replace(whole, first_column=regions[0].first_column, binning=regions[0].binning)], ()
    raise file.fault(
        f"the {count} regions of the detector don't add up to the {shape.rows} rows of {shape.pixels} points of a "
        "frame. The file is damaged: copy it again, or save each region by itself."
    )


def region_at(file: Binary, offset: int) -> Region | None:
    """Return the region stated at ``offset``, None where there is none."""
    left, right, x_binning, bottom, top, y_binning = file.fields("6H", offset, "header")
    if min(x_binning, y_binning, left) < 1 or right < left or top < bottom:
        return None
    return Region((right - left + 1) // x_binning, (top - bottom + 1) // y_binning, left, x_binning)


def calibrated_axis(file: Binary, region: Region) -> tuple[Column, tuple[str, ...]]:
    """Return the axis of a version 2 file, and what to say about it; without a valid calibration it counts pixels."""
    valid, _, unit_code, order, _ = file.fields("5b", 3098, "header")
    unit = CALIBRATION_UNITS.get(unit_code, "")
    coefficients = file.fields("6d", 3263, "header")
    pixels = pixel_column(region.pixels)
    if not valid or unit == "pixel" or not 1 <= order <= 5:
        return pixels, ("the file has no wavelength calibration; the axis counts pixels",)
    used = coefficients[: order + 1]
    if not all(math.isfinite(one) for one in used):
        return pixels, ("the wavelength calibration isn't finite; the axis counts pixels",)
    with np.errstate(over="ignore", invalid="ignore"):
        values: FloatArray = np.polynomial.polynomial.polyval(detector_pixels(region), used)
        steps = np.diff(values)
    if not (np.all(steps > 0.0) or np.all(steps < 0.0)) or not np.all(np.isfinite(values)):
        return pixels, ("the wavelength calibration isn't monotonic; the axis counts pixels",)
    if unit not in AXES:
        return axis_column(values, "calibrated_pixel", ""), ("the unit of the calibration isn't known",)
    return axis_column(values, *AXES[unit]), (*shown_otherwise(file, unit), *part_of_detector(region))


def detector_pixels(region: Region) -> FloatArray:
    """Return the middles of the recorded points of ``region`` in pixels of the detector, which count from 1."""
    within: FloatArray = region.binning * np.arange(region.pixels, dtype=np.float64) + 0.5 * (region.binning - 1)
    return region.first_column + within


def part_of_detector(region: Region) -> tuple[str, ...]:
    """Return what to say about a region that begins within the detector, or is binned."""
    if region.first_column == 1 and region.binning == 1:
        return ()
    return (
        f"the detector was read from column {region.first_column}, binned by {region.binning}; the calibration is "
        "taken to count the columns of the detector. Compare the axis with WinSpec once.",
    )


def shown_otherwise(file: Binary, unit: str) -> tuple[str, ...]:
    """Return what to say where WinSpec shows the axis in another unit than that of the calibration."""
    shown = CALIBRATION_UNITS.get(file.number("b", 3016, "header"), "")
    if shown != "raman" or unit == "raman":
        return ()
    laser = file.number("d", 3311, "header")
    return (f"WinSpec shows this file as Raman shift from {laser:g} nm; the axis here is the wavelength",)


def header_pairs(file: Binary) -> tuple[tuple[str, str], ...]:
    """Return what the header of a version 2 file states."""
    laser = file.number("d", 3311, "header")
    numbers = (
        ("exposure", file.number("f", 10, "header")),
        ("detector temperature (C)", file.number("f", 36, "header")),
        ("accumulations", file.number("I", 668, "header")),
        ("spectrograph centre (nm)", file.number("f", 72, "header")),
        ("spectrograph grooves (1/mm)", file.number("f", 650, "header")),
        ("laser position", laser),
    )
    texts = (
        ("date", file.text(20, 10, "header")),
        ("time", clock(file.text(172, 7, "header"))),
        *((f"comment {k + 1}", file.text(200 + 80 * k, 80, "header")) for k in range(5)),
    )
    version = f"{file.number('f', 1992, 'header'):.3g}"
    return (
        ("version", version),
        *((key, text) for key, text in texts if text),
        *((key, f"{value:.10g}") for key, value in numbers if math.isfinite(value) and value != 0.0),
    )


def clock(text: str) -> str:
    """Return hhmmss as hh:mm:ss."""
    return f"{text[:2]}:{text[2:4]}:{text[4:6]}" if len(text) == 6 and text.isdigit() else text


def read_version_3(file: Binary, shape: Shape) -> DataFile:
    """Return the regions of a LightField file."""
    offset = file.number("Q", 678, "header")
    if not HEADER_BYTES <= offset < len(file.raw):
        file.require(offset + 1, "the data and the description behind them")
        raise file.fault(f"the description would begin at byte {offset}, inside the header. Copy the file again.")
    footer = read_footer(file, offset)
    file.require(HEADER_BYTES + footer.frames * footer.frame_stride, "the data")
    if HEADER_BYTES + (footer.frames - 1) * footer.frame_stride + footer.frame_size > offset:
        raise file.fault(
            f"{footer.frames} frames of {footer.frame_stride} bytes don't fit before the description at byte {offset}. "
            "The file is damaged: copy it again from the instrument."
        )
    source = replace(origin(file.raw, file.name, "Princeton SPE"), metadata=footer.metadata)
    parts: list[DataFile] = []
    at = 0
    for k, region in enumerate(footer.regions, 1):
        values = np.stack(
            [
                file.array(
                    footer.kind,
                    region.rows * region.pixels,
                    HEADER_BYTES + frame * footer.frame_stride + at,
                    f"region {k} of frame {frame + 1}",
                )
                for frame in range(footer.frames)
            ]
        ).reshape(footer.frames, region.rows, region.pixels)
        axis, notes = footer_axis(region.wavelengths, region.pixels)
        one = replace(source, warnings=notes)
        parts.append(detector_frames(one, [axis], values, unit="counts", time=frame_times(file, footer)))
        at += region.stride
    return joined(named_regions(parts))


def frame_times(file: Binary, footer: Footer) -> Column | None:
    """Return when the exposure of each frame of a LightField file began, from the first on."""
    if footer.clock is None or footer.frames < 2:
        return None
    first = HEADER_BYTES + footer.frame_size + footer.clock.offset
    ticks = [file.number("q", first + frame * footer.frame_stride, "a time stamp") for frame in range(footer.frames)]
    elapsed = np.array([tick - ticks[0] for tick in ticks], dtype=np.float64) / footer.clock.ticks_per_s
    return axis_column(elapsed, "time", "s") if np.all(np.diff(elapsed) > 0.0) else None


def footer_axis(wavelengths: FloatArray | None, pixels: int) -> tuple[Column, tuple[str, ...]]:
    """Return the axis of a region of a LightField file, and what to say about it."""
    if wavelengths is None:
        return pixel_column(pixels), ("the file has no wavelength calibration; the axis counts pixels",)
    return axis_column(wavelengths, "wavelength", "nm"), ()


READER = Reader("Princeton SPE", recognises_spe, read_spe)
