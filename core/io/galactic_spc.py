"""Read Galactic SPC files (GRAMS) of the new format, with the least significant byte first.

After the manufacturer's published description: a header of 512 bytes, an x axis that is even or listed, and one or more
spectra, each with a subheader of 32 bytes and values as float32 or as integers with a common exponent.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.io.binary import LARGEST_COUNT, Binary
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.frames import Origin, axis_column, frames, joined, origin
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

HEADER_BYTES, SUBHEADER_BYTES = 512, 32
LITTLE_ENDIAN = 0x4B
ZIP_MARK = b"PK\x03\x04"
RESERVED = slice(325, 512)
SHORT_INTEGERS, MULTIPLE, EACH_X, LISTED_X = 0x01, 0x04, 0x40, 0x80
FLOATS = -128
LARGEST_EXPONENT = 64
AXES = {
    1: ("wavenumber", "cm-1"),
    2: ("wavelength", "um"),
    3: ("wavelength", "nm"),
    4: ("time", "s"),
    13: ("raman_shift", "cm-1"),
    14: ("energy", "eV"),
    23: ("time", "ms"),
    24: ("time", "us"),
    25: ("time", "ns"),
}
PIXELS = frozenset({16, 17, 22})
X_CODES = frozenset(range(31)) | {255}
Y_CODES = frozenset(range(27)) | frozenset(range(128, 132))
VALUE_UNITS = {0: "arb", 4: "counts", 5: "V", 9: "mV", 11: "%"}
FRAME_AXES = {4: ("time", "s"), 9: ("temperature", "K"), 21: ("temperature", "K"), 23: ("time", "ms")}


@dataclass(frozen=True, slots=True)
class Head:
    """What the header states: flags, exponent of integers, sizes, ends of an even axis, codes of the units."""

    flags: int
    exponent: int
    points: int
    first: float
    last: float
    spectra: int
    x_code: int
    y_code: int
    z_code: int
    log_offset: int

    @property
    def each_x(self) -> bool:
        """Whether each spectrum lists an axis and has a length of its own."""
        return self.flags & (EACH_X | LISTED_X) == EACH_X | LISTED_X


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """The values (n,) of one spectrum, its own axis where it has one, its place on the z axis, and where it ends."""

    values: FloatArray
    axis: FloatArray | None
    z: float
    stop: int


def recognises_spc(raw: bytes) -> bool:
    """Whether version, codes, sizes and reserved bytes are all those of an SPC file.

    The mark of the format is a single byte, so a file that ends within its header isn't recognised.
    """
    if len(raw) < HEADER_BYTES + SUBHEADER_BYTES or raw[1] != LITTLE_ENDIAN or any(raw[RESERVED]):
        return False
    head = read_head(Binary(raw, ""))
    if raw.startswith(ZIP_MARK) or (head.flags & EACH_X and not head.each_x):
        return False
    sizes = 1 <= head.spectra <= LARGEST_COUNT and 1 <= head.points <= LARGEST_COUNT
    ends = math.isfinite(head.first) and math.isfinite(head.last)
    return sizes and ends and head.x_code in X_CODES and head.y_code in Y_CODES


def read_head(file: Binary) -> Head:
    """Return the fields of the header that say where the numbers are, and their units."""
    flags, _, _, exponent, points = file.fields("3BbI", 0, "the header")
    first, last, spectra = file.fields("2dI", 8, "the header")
    x_code, y_code, z_code = file.fields("3B", 28, "the header")
    log_offset = file.number("I", 248, "the header")
    return Head(flags, exponent, points, first, last, spectra, x_code, y_code, z_code, log_offset)


def read_spc(raw: bytes, name: str) -> DataFile:
    """Return the spectra of an SPC file: frames over one axis, or a data set each where each has an axis of its own.

    Raises
    ------
    FileError
        Where the file is truncated or damaged.
    """
    file = Binary(raw, name)
    file.require(HEADER_BYTES, "the header")
    if raw[1] != LITTLE_ENDIAN:
        raise file.fault("the SPC file is of the old format, or in another byte order. Save it as new SPC or as text.")
    head = read_head(file)
    if not head.each_x:
        file.refuse_shape(head.spectra, 1, head.points)
    source = replace(origin(raw, name, "Galactic SPC"), metadata=described(file, head))
    unit = VALUE_UNITS.get(head.y_code, "")
    if head.each_x:
        return own_axes(file, head, source, unit)
    axis, notes, at = shared_axis(file, head)
    spectra: list[Spectrum] = []
    for _ in range(head.spectra):
        spectra.append(read_spectrum(file, head, at))
        at = spectra[-1].stop
    refuse_shift(file, head, at)
    values = np.stack([one.values for one in spectra])
    source = replace(source, warnings=notes)
    return frames(source, axis, values, unit=unit, frame_axis=frame_axis(head, spectra))


def own_axes(file: Binary, head: Head, source: Origin, unit: str) -> DataFile:
    """Return the spectra of a file in which each lists its own axis."""
    if head.spectra > len(file.raw) // SUBHEADER_BYTES or head.spectra < 1:
        raise file.fault(
            f"the header promises {head.spectra} spectra. The file is truncated or damaged: copy it again."
        )
    at = HEADER_BYTES
    parts: list[DataFile] = []
    for k in range(1, head.spectra + 1):
        one = read_spectrum(file, head, at)
        at = one.stop
        axis, notes = axis_of(head, one.axis if one.axis is not None else one.values)
        made = frames(replace(source, warnings=notes), axis, one.values[np.newaxis], unit=unit)
        parts.append(replace(made, part=f"spectrum {k}" if head.spectra > 1 else ""))
    # Behind the spectra stands a directory of them, whose place the number of points gives in such files.
    if head.points not in (0, at) and head.points != parts[0].columns[0].values.size:
        raise file.fault(f"the spectra end at byte {at}, the header says {head.points}. Copy the file again.")
    return joined(parts)


def shared_axis(file: Binary, head: Head) -> tuple[Column, tuple[str, ...], int]:
    """Return the axis of all spectra, what to say about it, and where the spectra begin."""
    if head.flags & LISTED_X:
        stop = HEADER_BYTES + 4 * head.points
        return *axis_of(head, file.array("f4", head.points, HEADER_BYTES, "the axis")), stop
    if not math.isfinite(head.first) or not math.isfinite(head.last) or (head.first == head.last and head.points > 1):
        raise file.fault(f"the axis runs from {head.first:g} to {head.last:g}. The file is damaged: copy it again.")
    return *axis_of(head, np.linspace(head.first, head.last, head.points)), HEADER_BYTES


def axis_of(head: Head, values: FloatArray) -> tuple[Column, tuple[str, ...]]:
    """Return the values as an axis with the name and unit of the file, and what to say about it."""
    if head.x_code in PIXELS:
        return axis_column(values, "pixel", "pixel"), ()
    if head.x_code in AXES:
        return axis_column(values, *AXES[head.x_code]), ()
    note = f"the unit of the axis has the code {head.x_code}, which isn't one of a spectrum"
    return axis_column(values, "axis", ""), (note,)


def read_spectrum(file: Binary, head: Head, at: int) -> Spectrum:
    """Return the spectrum whose subheader stands at byte ``at``."""
    _, exponent, _, z = file.fields("BbHf", at, "a subheader")
    points = head.points
    at += SUBHEADER_BYTES
    axis = None
    if head.each_x:
        points = file.number("I", at - SUBHEADER_BYTES + 16, "a subheader")
        file.refuse_shape(1, 1, points)
        axis = file.array("f4", points, at, "the axis of a spectrum")
        at += 4 * points
    # Some programs say only in the header that all values are floats.
    exponent = exponent if head.flags & MULTIPLE and head.exponent != FLOATS else head.exponent
    values, stop = read_values(file, head, exponent, points, at)
    return Spectrum(values, axis, z, stop)


def read_values(file: Binary, head: Head, exponent: int, points: int, at: int) -> tuple[FloatArray, int]:
    """Return the values of a spectrum, and where they end; integers are fractions of a power of two."""
    if exponent == FLOATS:
        return file.array("f4", points, at, "a spectrum"), at + 4 * points
    if abs(exponent) > LARGEST_EXPONENT:
        raise file.fault(f"the exponent of the values is {exponent}. The file is damaged: copy it again.")
    kind, bits = ("i2", 16) if head.flags & SHORT_INTEGERS else ("i4", 32)
    values = file.array(kind, points, at, "a spectrum") * 2.0 ** (exponent - bits)
    return values, at + (bits // 8) * points


def refuse_shift(file: Binary, head: Head, stop: int) -> None:
    """Raise `FileError` unless the spectra end where the log begins, or the file."""
    expected = head.log_offset or len(file.raw)
    if stop != expected:
        raise file.fault(
            f"the spectra end at byte {stop}, but {'the log begins' if head.log_offset else 'the file ends'} at byte "
            f"{expected}. The file is truncated or damaged: copy it again."
        )


def frame_axis(head: Head, spectra: list[Spectrum]) -> Column | None:
    """Return the z values of the spectra, None where they don't tell them apart."""
    values = np.array([one.z for one in spectra])
    if not np.all(np.isfinite(values)) or np.ptp(values) == 0.0:
        return None
    return axis_column(values, *FRAME_AXES.get(head.z_code, ("z", "")))


def described(file: Binary, head: Head) -> tuple[tuple[str, str], ...]:
    """Return what header and log state."""
    date = file.number("I", 32, "the header")
    minute, hour, day, month, year = date & 63, date >> 6 & 31, date >> 11 & 31, date >> 16 & 15, date >> 20
    when = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}" if date else ""
    pairs = [
        ("date", when),
        ("resolution", file.text(36, 9, "the header")),
        ("source", file.text(45, 9, "the header")),
        ("comment", file.text(88, 130, "the header")),
        ("method", file.text(264, 48, "the header")),
    ]
    return tuple(pair for pair in (*pairs, *log_pairs(file, head)) if pair[1])


def log_pairs(file: Binary, head: Head) -> list[tuple[str, str]]:
    """Return the lines ``key = value`` of the log, where there is a text in it."""
    if not HEADER_BYTES <= head.log_offset <= len(file.raw) - 64:
        return []
    size, _, text_offset = file.fields("3I", head.log_offset, "the log")
    start = head.log_offset + text_offset
    lines = file.raw[start : min(start + size, len(file.raw))].split(b"\0", 1)[0].decode("latin-1").splitlines()
    split = [line.partition("=") for line in lines[:500] if "=" in line]
    return [(key.strip(), value.strip()[:200]) for key, _, value in split if key.strip()]


READER = Reader("Galactic SPC", recognises_spc, read_spc)
