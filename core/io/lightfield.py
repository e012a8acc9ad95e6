"""Read the CSV exports of LightField (Princeton Instruments).

Known from exported files: one line per pixel under a row of names, of which the user chooses some: ROI, Frame, Row,
Column, Wavelength, Intensity, and times of exposure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from asplab.core.io.blocks import shortened
from asplab.core.io.datafile import DataFile, FileError
from asplab.core.io.dialects import Dialect
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import axis_column, detector_frames, joined, origin, pixel_column
from asplab.core.io.grids import COPY_AGAIN, refuse_open_end
from asplab.core.io.heads import plain_text
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

NAME = "LightField CSV"
KNOWN = {
    "roi": "roi",
    "region of interest": "roi",
    "frame": "frame",
    "row": "row",
    "column": "column",
    "wavelength": "wavelength",
    "intensity": "intensity",
}
PLACES = frozenset(("frame", "row", "column"))
DELIMITERS = ",;\t"
UNIT = re.compile(r"\s*[(\[].*[)\]]\s*$")


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """One line per pixel: region, frame and row (n, 3), place on the axis (n,) and intensity (n,)."""

    places: FloatArray
    axis: FloatArray
    values: FloatArray
    has_wavelengths: bool


def meanings(line: str) -> list[str]:
    """Return what each cell of a row of names means; empty texts for other cells."""
    delimiter = max(DELIMITERS, key=line.count)
    return [KNOWN.get(UNIT.sub("", cell).strip().strip('"').strip().lower(), "") for cell in line.split(delimiter)]


def recognises_lightfield(raw: bytes) -> bool:
    """Whether the first line names an intensity, and at least two of frame, row and column."""
    if b"ntensity" not in raw[:400].replace(b"\0", b""):
        return False
    found = meanings(plain_text(raw[:800]).split("\n", 1)[0])
    return "intensity" in found and len(PLACES.intersection(found)) >= 2


def read_lightfield(raw: bytes, name: str) -> DataFile:
    """Return the frames of each region of interest; rows of a detector are spectra, or an image without wavelengths.

    Raises
    ------
    FileError
        Where a line is damaged, or the frames aren't equally long.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    found = meanings(lines[0])
    if not {"intensity"}.issubset(found) or not {"wavelength", "column"}.intersection(found):
        raise FileError(name, 1, f"the row of names has no intensity, or no column and no wavelength. {COPY_AGAIN}")
    refuse_open_end(text, lines, len(lines) - 1, name)
    pixels = pixels_of(lines, found, name)
    source = origin(raw, name, NAME)
    regions = np.unique(pixels.places[:, 0])
    parts: list[DataFile] = []
    for region in regions:
        axes, values = frames_of(pixels, region, name)
        columns = [axis_column(axis, "wavelength", "nm") for axis in axes]
        made = detector_frames(
            source,
            columns if pixels.has_wavelengths else [pixel_column(axes.shape[1])],
            values,
            unit="counts",
            time=None,
        )
        prefix = f"ROI {region:g} " if regions.size > 1 else ""
        parts += [replace(part, part=f"{prefix}{part.part}".strip()) for part in made.parts]
    return joined(parts)


def pixels_of(lines: Sequence[str], found: Sequence[str], name: str) -> Pixels:
    """Return the numbers of the lines below the row of names; cells without a meaning may hold anything.

    Raises
    ------
    FileError
        Where a line has another number of cells, or no number where one belongs.
    """
    delimiter = max(DELIMITERS, key=lines[0].count)
    decimal = "," if delimiter != "," and any("," in line for line in lines[1:50]) else "."
    dialect = Dialect(delimiter, decimal)
    wanted = [place for place, meaning in enumerate(found) if meaning]
    rows = []
    for index in range(1, len(lines)):
        cells = [cell.strip().strip('"') for cell in lines[index].split(delimiter)]
        numbers = [dialect.number(cells[place]) for place in wanted] if len(cells) == len(found) else [None]
        if None in numbers:
            text = f"{shortened(lines[index])} is no line of {len(found)} cells with numbers. {COPY_AGAIN}"
            raise FileError(name, index + 1, text)
        rows.append(numbers)
    if not rows:
        raise FileError(name, None, f"no lines follow the row of names. {COPY_AGAIN}")
    table = dict(zip([found[place] for place in wanted], np.array(rows, dtype=np.float64).T, strict=True))
    zeros = np.zeros(len(rows))
    places = np.stack([table.get(key, zeros) for key in ("roi", "frame", "row")], axis=1)
    has_wavelengths = "wavelength" in table
    return Pixels(places, table["wavelength" if has_wavelengths else "column"], table["intensity"], has_wavelengths)


def frames_of(pixels: Pixels, region: float, name: str) -> tuple[FloatArray, FloatArray]:
    """Return the axes (1 or frames, n) and the values (frames, rows, n) of a region of interest.

    Raises
    ------
    FileError
        When its frames and rows aren't equally long, or not each in one piece.
    """
    inside = pixels.places[:, 0] == region
    places, axis, values = pixels.places[inside, 1:], pixels.axis[inside], pixels.values[inside]
    frames, rows = np.unique(places[:, 0]).size, np.unique(places[:, 1]).size
    size, rest = divmod(len(places), frames * rows)
    if rest or not np.array_equal(places, np.repeat(places[:: max(size, 1)], max(size, 1), axis=0)):
        text = f"the frames and rows of the file ({frames} and {rows}) aren't equally long, so lines are missing."
        raise FileError(name, None, f"{text} {COPY_AGAIN}")
    refuse_odd_place(axis.reshape(-1, size), np.flatnonzero(inside), name)
    axes = axis.reshape(frames, rows, size)
    if np.any(axes != axes[:, :1]):
        raise FileError(name, None, "the rows of a frame have different axes. Export each row by itself.")
    kept = axes[:, 0] if np.any(axes != axes[:1]) else axes[:1, 0]
    return kept, values.reshape(frames, rows, size)


def refuse_odd_place(axes: FloatArray, lines: NDArray[np.intp], name: str) -> None:
    """Raise `FileError` where an axis (one in each row) differs from the first in a few places only: they are damaged.

    ``lines`` are those of the pixels, counted from the first below the row of names.
    """
    differs = axes != axes[0]
    counts = differs.sum(axis=1)
    odd = np.flatnonzero((counts > 0) & (2 * counts < axes.shape[1]))
    if not odd.size:
        return
    place = int(np.argmax(differs[odd[0]]))
    text = f"the axis has {axes[odd[0], place]:g} here, and {axes[0, place]:g} at this place of the first frame or row."
    raise FileError(name, int(lines[odd[0] * axes.shape[1] + place]) + 2, f"{text} {COPY_AGAIN}")


READER = Reader(NAME, recognises_lightfield, read_lightfield)
