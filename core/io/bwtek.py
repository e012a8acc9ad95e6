"""Read the text exports of B&W Tek programs (BWSpec, BWRam).

Known from exported files: ``key;value`` lines, a row of names that begins with ``Pixel;Wavelength;``, then one row per
pixel with decimal commas. Pixels outside the calibrated range have blank cells where the others have wavelength and
wavenumber.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from asplab.core.io.blocks import Block, shortened
from asplab.core.io.columns import named, table
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.dialects import Dialect
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import Origin, axis_column, origin
from asplab.core.io.grids import COPY_AGAIN, refuse_open_end, refuse_short
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

NAME = "B&W Tek text"
FIRST_KEY = re.compile(rb"\s*File Version;BW")
HEADER = "Pixel;Wavelength;"
AXES = {
    "Wavelength": ("wavelength", "nm"),
    "Wavenumber": ("wavenumber", "cm-1"),
    "Raman Shift": ("raman_shift", "cm-1"),
}
COUNTS = re.compile(r"Dark|Reference|Raw data", re.IGNORECASE)


def recognises_bwtek(raw: bytes) -> bool:
    """Whether ``raw`` begins with the version line of the B&W Tek programs."""
    return FIRST_KEY.match(raw.removeprefix(b"\xef\xbb\xbf")[:40]) is not None


def read_bwtek(raw: bytes, name: str) -> DataFile:
    """Return the columns of an export of B&W Tek over its wavelengths; pixels without a wavelength are left out.

    Raises
    ------
    FileError
        Where a row is damaged, a pixel is missing, or the file has fewer than its header promises.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    top = next((k for k, line in enumerate(lines) if line.startswith(HEADER)), None)
    if top is None:
        raise FileError(name, None, f"the row of names {HEADER!r} is missing. {COPY_AGAIN}")
    headers = [cell.strip() for cell in lines[top].rstrip(";").split(";")]
    pairs = tuple((key.strip(), value.strip()) for key, mark, value in (s.partition(";") for s in lines[:top]) if mark)
    rows = [k for k in range(top + 1, len(lines)) if lines[k].strip()]
    if not rows:
        raise FileError(name, None, f"no rows of numbers follow the header. {COPY_AGAIN}")
    values = rows_of([lines[k] for k in rows], rows, len(headers), name)
    refuse_open_end(text, lines, rows[-1], name)
    refuse_missing_pixels(values[:, 0], dict(pairs), name)
    kept = np.isfinite(values[:, 1])
    if not kept.any():
        raise FileError(name, None, "no pixel has a wavelength. Calibrate the spectrometer and export again.")
    block = Block(Dialect(";", ","), values[kept], [row for row, keep in zip(rows, kept, strict=True) if keep])
    left_out = int(np.count_nonzero(~kept))
    note = f"{left_out} of {kept.size} pixels have no wavelength and were left out"
    source = replace(origin(raw, name, NAME), metadata=pairs, warnings=(note,) if left_out else ())
    return data_set(source, headers, block)


def rows_of(lines: Sequence[str], rows: Sequence[int], width: int, name: str) -> FloatArray:
    """Return the numbers (rows, ``width``) of ``lines``, which are the lines ``rows``; NaN for a blank cell.

    Raises
    ------
    FileError
        Where a row has another number of cells, or a cell holds anything but a number.
    """
    decimal = "," if any("," in line for line in lines) else "."
    dialect = Dialect(";", decimal)
    found = []
    for line, row in zip(lines, rows, strict=True):
        cells = [cell.strip() for cell in line.rstrip().removesuffix(";").split(";")]
        numbers = [dialect.number(cell) if cell else np.nan for cell in cells]
        if len(cells) != width or None in numbers:
            text = f"{shortened(line)} is no row of {width} numbers. {COPY_AGAIN}"
            raise FileError(name, row + 1, text)
        found.append(numbers)
    return np.array(found, dtype=np.float64).reshape(-1, width)


def refuse_missing_pixels(pixels: FloatArray, pairs: dict[str, str], name: str) -> None:
    """Raise `FileError` unless the pixels follow each other, and are as many as the header promises."""
    if not np.array_equal(np.diff(pixels), np.full(pixels.size - 1, whole(pairs, "step") or 1)):
        raise FileError(name, None, f"the pixels don't follow each other, so rows are missing. {COPY_AGAIN}")
    if whole(pairs, "all_data_save") == 1:
        refuse_short(pixels.size, whole(pairs, "pixel_num"), name, what="pixels")


def whole(pairs: dict[str, str], key: str) -> int | None:
    """Return the whole number that the header states under ``key``; None without one."""
    text = pairs.get(key, "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def data_set(source: Origin, headers: Sequence[str], block: Block) -> DataFile:
    """Return the columns with wavelength first; columns that are blank throughout are left out."""
    columns = [column_of(header, block.values[:, k]) for k, header in enumerate(headers)]
    blank = [column.header for column in columns if np.isnan(column.values).all()]
    gaps = [c.header for c in columns if np.isnan(c.values).any() and c.header not in blank]
    notes = tuple(f"column {header!r} has blank cells, which load as missing numbers" for header in gaps)
    notes += tuple(f"column {header!r} is blank and was left out" for header in blank)
    kept = [column for column in columns if column.header not in blank]
    ordered = sorted(kept, key=lambda column: column.name != "wavelength")
    return table(replace(source, warnings=(*source.warnings, *notes)), ordered, block)


def column_of(header: str, values: FloatArray) -> Column:
    """Return one column with the unit that its name means."""
    if header in AXES:
        return axis_column(values, *AXES[header], header)
    return named(header, values, "counts" if COUNTS.match(header) else "")


READER = Reader(NAME, recognises_bwtek, read_bwtek)
