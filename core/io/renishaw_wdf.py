"""Read WDF files of Renishaw WiRE.

A chain of blocks, each with a name of four letters, an identity and its size; the header is the first of them. The
places of the fields were worked out by A. Henderson (doi 10.5281/zenodo.495477) and in the public readers that follow
him. A library exists, but it returns part of a truncated file without a word and reads from paths only.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from asplab.core.io.binary import Binary
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.frames import axis_column, frames, origin, pixel_column
from asplab.core.io.reader import Reader

MAGIC = b"WDF1"
HEADER_BYTES = 512
BLOCK_HEAD_BYTES = 16
BLOCK_LIMIT = 10_000
DATA_ORIGIN_BYTES = 24
FILE_TIME_START = datetime(1601, 1, 1, tzinfo=UTC)

AXES = {
    1: ("raman_shift", "cm-1"),
    2: ("wavenumber", "cm-1"),
    3: ("wavelength", "nm"),
    4: ("energy", "eV"),
    16: ("pixel", "pixel"),
}
VALUE_UNITS = {0: "", 6: "counts", 7: "electrons", 17: "", 18: ""}
UNITS = {0: "", 5: "um", 8: "mm", 9: "m", 10: "K", 12: "s", 13: "ms", 14: "h", 21: "C", 24: "s", 25: "us"}
SPATIAL = {3: "x", 4: "y", 5: "z", 6: "r"}
NAMES = {9: "temperature", 11: "time", 18: "elapsed_time", 27: "exposure"}
TIME = 11
MEASUREMENTS = {0: "unspecified", 1: "single", 2: "series", 3: "map"}


@dataclass(frozen=True, slots=True)
class Head:
    """What the header states."""

    points: int
    capacity: int
    count: int
    axis_points: int
    origins: int
    unit: int
    measurement: int
    laser_cm: float


def recognises_wdf(raw: bytes) -> bool:
    """Whether the file begins with the header block of WDF files."""
    return raw[:4] == MAGIC and raw[8:16] == HEADER_BYTES.to_bytes(8, "little")


def read_wdf(raw: bytes, name: str) -> DataFile:
    """Return the spectra of a WDF file over their axis; what tells those of a map or series apart is its frame axis.

    Raises
    ------
    FileError
        Where the file is truncated or its blocks contradict the header.
    """
    file = Binary(raw, name)
    head = read_head(file)
    blocks = read_blocks(file)
    axis, notes = read_axis(file, head, blocks)
    offset, size = block(file, blocks, "DATA")
    wanted = 4 * head.points * head.capacity
    if size < wanted:
        raise file.fault(
            f"the block of data has {size} bytes, {head.capacity} spectra of {head.points} points need {wanted}. The "
            "file is damaged: copy it again from the instrument."
        )
    values = file.array("f4", head.count * head.points, offset, "the data").reshape(head.count, head.points)
    if head.count < head.capacity:
        notes = (*notes, f"the measurement was stopped: {head.count} of {head.capacity} spectra were recorded")
    if head.unit not in VALUE_UNITS:
        notes = (*notes, f"the unit of the values has the code {head.unit}, which isn't known")
    if not (math.isfinite(head.laser_cm) and head.laser_cm > 0.0):
        notes = (*notes, "the file states no laser wavelength")
    origins = read_origins(file, head, blocks)
    source = replace(origin(raw, name, "Renishaw WDF"), metadata=described(file, head, origins), warnings=notes)
    unit = VALUE_UNITS.get(head.unit, "")
    return frames(source, axis, values, unit=unit, frame_axis=telling(origins))


def read_head(file: Binary) -> Head:
    """Return the header; raise `FileError` where its numbers aren't those of a measurement."""
    file.require(HEADER_BYTES, "the header")
    points, capacity, count = file.fields("IQQ", 0x3C, "header")
    _, _, axis_points, origins = file.fields("4I", 0x50, "header")
    _, measurement = file.fields("2I", 0x80, "header")
    unit, laser = file.fields("If", 0x98, "header")
    if count == 0:
        raise file.fault("no spectrum was recorded in the file. Measure it again, or remove it.")
    file.refuse_shape(capacity, 1, points)
    if count > capacity or axis_points != points or origins > 1000:
        raise file.fault(
            f"the header contradicts itself: {count} of {capacity} spectra, {points} points over an axis of "
            f"{axis_points}, {origins} data origins. The file is damaged: copy it again."
        )
    return Head(points, capacity, count, axis_points, origins, unit, measurement, laser)


def read_blocks(file: Binary) -> dict[str, tuple[int, int]]:
    """Return where the content of each block begins, and its bytes; of several of one name the first."""
    found: dict[str, tuple[int, int]] = {}
    at = 0
    while at < len(file.raw):
        file.require(at + BLOCK_HEAD_BYTES, "the head of a block")
        name = file.raw[at : at + 4].decode("latin-1")
        (size,) = file.fields("Q", at + 8, "the head of a block")
        if size < BLOCK_HEAD_BYTES or len(found) > BLOCK_LIMIT:
            raise file.fault(f"the block at byte {at} has {size} bytes. The file is damaged: copy it again.")
        file.require(at + size, f"the block {name!r}")
        found.setdefault(name, (at + BLOCK_HEAD_BYTES, size - BLOCK_HEAD_BYTES))
        at += size
    return found


def block(file: Binary, blocks: dict[str, tuple[int, int]], name: str) -> tuple[int, int]:
    """Return where a block begins and its bytes; raise `FileError` where it is missing."""
    if name not in blocks:
        raise file.fault(f"the file has no block {name!r}. It is truncated or damaged: copy it again.")
    return blocks[name]


def read_axis(file: Binary, head: Head, blocks: dict[str, tuple[int, int]]) -> tuple[Column, tuple[str, ...]]:
    """Return the axis in the order of the file, and what to say about it."""
    offset, size = block(file, blocks, "XLST")
    if size < 8 + 4 * head.points:
        raise file.fault(f"the axis has {size} bytes for {head.points} points. The file is damaged: copy it again.")
    _, unit = file.fields("2I", offset, "the axis")
    values = file.array("f4", head.points, offset + 8, "the axis")
    steps = np.diff(values)
    if not np.all(np.isfinite(values)) or not (np.all(steps > 0.0) or np.all(steps < 0.0)):
        raise file.fault("the axis isn't in order. The file is damaged: copy it again.")
    if unit == 16:
        return pixel_column(head.points), ("the file has no calibrated axis; the axis counts pixels",)
    if unit not in AXES:
        return axis_column(values, "axis", ""), (f"the unit of the axis has the code {unit}, which isn't known",)
    return axis_column(values, *AXES[unit]), ()


def read_origins(file: Binary, head: Head, blocks: dict[str, tuple[int, int]]) -> list[tuple[bool, int, Column]]:
    """Return what each spectrum of a map or series was measured at: whether it leads, its kind, its values."""
    if head.origins == 0:
        return []
    offset, size = block(file, blocks, "ORGN")
    step = DATA_ORIGIN_BYTES + 8 * head.capacity
    if size < 4 + head.origins * step:
        raise file.fault(f"the block 'ORGN' has {size} bytes for {head.origins} data origins. Copy the file again.")
    return [origin_at(file, head, offset + 4 + k * step) for k in range(head.origins)]


def origin_at(file: Binary, head: Head, at: int) -> tuple[bool, int, Column]:
    """Return one data origin; times are seconds from the first spectrum."""
    kind, unit = file.fields("2I", at, "a data origin")
    header = file.text(at + 8, 16, "a data origin")
    leads, kind = bool(kind >> 31), kind & 0x7FFFFFFF
    if kind == TIME:
        ticks = file.array("i8", head.count, at + DATA_ORIGIN_BYTES, "a data origin")
        return leads, kind, axis_column((ticks - ticks[0]) * 1e-7, "time", "s", header)
    values = file.array("f8", head.count, at + DATA_ORIGIN_BYTES, "a data origin")
    name = SPATIAL.get(kind) or NAMES.get(kind, "origin")
    return leads, kind, axis_column(values, name, UNITS.get(unit, ""), header)


def telling(origins: list[tuple[bool, int, Column]]) -> Column | None:
    """Return the data origin that tells the spectra best apart: a leading one that varies, else the time."""
    varying = [one for one in origins if np.ptp(one[2].values) > 0.0]
    chosen = [one for one in varying if one[0]] or [one for one in varying if one[1] == TIME]
    return chosen[0][2] if chosen else None


def described(file: Binary, head: Head, origins: list[tuple[bool, int, Column]]) -> tuple[tuple[str, str], ...]:
    """Return what the header states, and the positions of a map."""
    pairs = [
        ("Title", file.text(0xF0, 160, "header")),
        ("User", file.text(0xD0, 32, "header")),
        ("Application", file.text(0x60, 24, "header")),
        ("Version", ".".join(map(str, file.fields("4H", 0x78, "header")))),
        ("Measurement", MEASUREMENTS.get(head.measurement, str(head.measurement))),
        ("Accumulations", str(file.number("I", 0x50, "header"))),
        ("Start", moment(file.number("Q", 0x88, "header"))),
        ("End", moment(file.number("Q", 0x90, "header"))),
    ]
    if math.isfinite(head.laser_cm) and head.laser_cm > 0.0:
        pairs.append(("Laser (nm)", f"{1e7 / head.laser_cm:.7g}"))
    for _, kind, column in origins:
        if kind in SPATIAL and head.count > 1:
            pairs.append((f"{column.header} ({column.unit})", " ".join(f"{value:.7g}" for value in column.values)))
    return tuple(pair for pair in pairs if pair[1])


def moment(ticks: int) -> str:
    """Return steps of 100 ns since 1601 as a date in UTC, empty where they are none."""
    if not 1 << 56 < ticks < 1 << 59:
        return ""
    return (FILE_TIME_START + timedelta(microseconds=ticks // 10)).isoformat(timespec="seconds")


READER = Reader("Renishaw WDF", recognises_wdf, read_wdf)
