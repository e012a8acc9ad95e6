"""Numbers and texts at places in the bytes of a file, never beyond its end."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from asplab.core.io.datafile import FileError
from asplab.core.units import FloatArray

LARGEST_AXIS = 10_000_000
LARGEST_COUNT = 100_000_000


@dataclass(frozen=True, slots=True)
class Binary:
    """The bytes ``raw`` of the file that messages call ``name``; all numbers are little endian."""

    raw: bytes
    name: str

    def fault(self, text: str) -> FileError:
        """Return the error that says ``text`` about the file."""
        return FileError(self.name, None, text)

    def require(self, stop: int, what: str) -> None:
        """Raise `FileError` unless the file reaches up to byte ``stop``, where ``what`` ends."""
        if stop > len(self.raw):
            raise self.fault(
                f"the file is truncated: {what} would end at byte {stop}, but there are {len(self.raw)} bytes. "
                "Copy it again from the instrument."
            )

    def fields(self, layout: str, offset: int, what: str) -> tuple[Any, ...]:
        """Return the values that the struct ``layout`` (without byte order) finds at ``offset``."""
        layout = f"<{layout}"
        self.require(offset + struct.calcsize(layout), what)
        return struct.unpack_from(layout, self.raw, offset)

    def number(self, layout: str, offset: int, what: str) -> Any:
        """Return the single value that ``layout`` finds at ``offset``."""
        return self.fields(layout, offset, what)[0]

    def text(self, offset: int, size: int, what: str) -> str:
        """Return the text of up to ``size`` bytes at ``offset``, up to the first NUL."""
        self.require(offset + size, what)
        return self.raw[offset : offset + size].split(b"\0", 1)[0].decode("utf-8", "replace").strip()

    def array(self, kind: str, count: int, offset: int, what: str) -> FloatArray:
        """Return ``count`` numbers of the dtype ``kind`` (without byte order) at ``offset`` as float64 (count,)."""
        dtype = np.dtype(f"<{kind}")
        self.require(offset + count * dtype.itemsize, what)
        with np.errstate(invalid="ignore"):
            return np.frombuffer(self.raw, dtype, count, offset).astype(np.float64)

    def refuse_shape(self, frames: int, rows: int, pixels: int) -> None:
        """Raise `FileError` unless the shape is that of a measurement."""
        sensible = frames >= 1 and rows >= 1 and 1 <= pixels <= LARGEST_AXIS
        if not sensible or frames * rows * pixels > LARGEST_COUNT:
            raise self.fault(
                f"the header promises {frames} frames of {rows} rows of {pixels} points, which no measurement has. "
                "The file is damaged: copy it again from the instrument."
            )
