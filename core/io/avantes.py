"""Read the text exports of AvaSoft (Avantes): ``Wave;Sample;Dark;Reference;...`` with units in brackets below.

Known from exported files: the header may hold NULs, and comma or point is the decimal mark.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from asplab.core.io.columns import named, table
from asplab.core.io.datafile import DataFile, FileError
from asplab.core.io.doubts import lone_peak
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import axis_column, frames, origin
from asplab.core.io.grids import COPY_AGAIN, read_grid, refuse_open_end
from asplab.core.io.heads import head_text
from asplab.core.io.quantities import x_meaning
from asplab.core.io.reader import Reader

NAME = "Avantes text"
NAMES = re.compile(r"\s*(?:Wave(?:length)?|Wavenumber|Raman shift|Pixel)\s*[;\t,]", re.IGNORECASE)
UNITS_ROW = re.compile(r"\s*\[[^\]\n]{1,20}\]\s*[;\t,]\s*\[")
SPECTROMETER = re.compile(r"(?m)^Data measured with spectrometer")
HEADER = re.compile(rf"(?m)^{NAMES.pattern}[^\n]*\n{UNITS_ROW.pattern}", re.IGNORECASE)
PAIR = re.compile(r"\s*(.{1,60}?)\s*:\s*(.*)$")


def recognises_avantes(raw: bytes) -> bool:
    """Whether the head has the rows of names and of units in brackets that AvaSoft writes."""
    if b"[" not in raw[:4096] or b"Wave" not in raw[:4096].replace(b"\0", b""):
        return False
    head = head_text(raw)
    return HEADER.search(head) is not None and (SPECTROMETER.search(head) is not None or "ntegration time" in head)


def read_avantes(raw: bytes, name: str) -> DataFile:
    """Return the columns of an export of AvaSoft; a single one beside the axis is a frame.

    Raises
    ------
    FileError
        Where the rows of numbers are damaged or cut short.
    """
    text = decode(raw, name).replace("\0", "")
    lines = split_lines(text)
    top = next((k for k, line in enumerate(lines[:-1]) if NAMES.match(line) and UNITS_ROW.match(lines[k + 1])), None)
    if top is None:
        raise FileError(name, None, f"the rows that name the columns and their units are missing. {COPY_AGAIN}")
    headers, units = cells(lines[top]), [unit.strip("[]") for unit in cells(lines[top + 1])]
    block = read_grid(lines, range(top + 2, len(lines)), name)
    refuse_open_end(text, lines, block.rows[-1], name)
    if not len(headers) == len(units) == block.width:
        text = f"the rows hold {block.width} numbers below {len(headers)} names and {len(units)} units. {COPY_AGAIN}"
        raise FileError(name, block.rows[0] + 1, text)
    pairs = tuple(pair for line in lines[:top] if (pair := pair_in(line)))
    axis_name, axis_unit = x_meaning(units[0])
    axis = axis_column(block.values[:, 0], axis_name, axis_unit, headers[0])
    warned = lone_peak(axis.values, block.values[None, :, 1])
    source = replace(origin(raw, name, NAME), metadata=pairs, warnings=warned)
    if block.width == 2 and units[1].lower() == "counts":
        return frames(source, axis, block.values[None, :, 1])
    values = [named(headers[k], block.values[:, k], units[k]) for k in range(1, block.width)]
    return table(source, (axis, *values), block)


def cells(line: str) -> Sequence[str]:
    """Return the cells of a header row."""
    delimiter = max(";\t,", key=line.count)
    return [cell.strip() for cell in line.strip().rstrip(delimiter).split(delimiter)]


def pair_in(line: str) -> tuple[str, str] | None:
    """Return key and value of a header line; its text as a comment where there is no colon; None for a blank one."""
    match = PAIR.match(line)
    if match:
        return match[1], match[2].strip()
    return ("comment", line.strip()) if line.strip() else None


READER = Reader(NAME, recognises_avantes, read_avantes)
