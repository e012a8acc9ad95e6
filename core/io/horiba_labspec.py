"""Read the text exports of Horiba LabSpec.

Known from exported files: lines ``#key=<TAB>value`` in Latin-1, then a spectrum in two columns, or a matrix whose first
row is the axis below as many blank cells as there are columns of positions or times.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.experiment import frozen_array
from asplab.core.io.blocks import ODD_CHARACTER, Block
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import Origin, axis_column, frames, origin
from asplab.core.io.grids import COPY_AGAIN, read_grid, refuse_open_end, refuse_rows_beside
from asplab.core.io.headers import UNITS, column_name
from asplab.core.io.heads import HEAD_BYTES, head_text
from asplab.core.io.quantities import x_meaning
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

NAME = "Horiba LabSpec text"
KEY = re.compile(r"#([^=\n]{1,60})=\t?(.*)$")
KNOWN_KEYS = re.compile(
    r"(?m)^#(?:Acq\. time \(s\)|Accumulations|Range \([^)\n]*\)|Windows|Instrument|Detector|Grating|Laser[^=\n]*|"
    r"AxisType\[\d\]|AxisUnit\[\d\]|Spike filter|Readout mode|Objective|Detector temperature[^=\n]*|Acquired)="
)
FEWEST_KEYS = 3
AXIS_UNIT = "AxisUnit[1]"
VALUE_UNIT = "AxisUnit[0]"
ENDS = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:\.\.\.|…)\s*(-?\d+(?:\.\d+)?)")
RANGE = re.compile(r"(?:Range|Spectro) \((.*)\)$")
COUNTS = {"cnt": "counts", "counts": "counts", "cnt/s": "counts/s", "cnt/sec": "counts/s", "counts/s": "counts/s"}


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """An axis (n,), the spectra (frames, n) over it, and their positions (frames, columns)."""

    axis: FloatArray
    spectra: FloatArray
    positions: FloatArray


def recognises_labspec(raw: bytes) -> bool:
    """Whether ``raw`` begins with lines ``#key=`` of which LabSpec writes several."""
    if not raw.lstrip(b"\xef\xbb\xbf\xff\xfe\r\n ").startswith(b"#"):
        return False
    return b"=" in raw[:HEAD_BYTES] and len(KNOWN_KEYS.findall(head_text(raw))) >= FEWEST_KEYS


def read_labspec(raw: bytes, name: str) -> DataFile:
    """Return the spectrum, or the spectra of a series or map, of a text export of LabSpec.

    Raises
    ------
    FileError
        Where the rows of numbers are damaged or cut short.
    """
    text = decode(raw, name, code_page="latin-1")
    lines = split_lines(text)
    first = next((k for k, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    pairs = tuple((match[1].strip(), match[2].strip()) for line in lines[:first] if (match := KEY.match(line)))
    stop = next((k for k in range(first, len(lines)) if lines[k].startswith("#")), len(lines))
    refuse_interruption(lines, stop, name)
    footer = tuple((match[1].strip(), match[2].strip()) for line in lines[stop:] if (match := KEY.match(line)))
    blanks = leading_blanks(lines[first]) if first < len(lines) else 0
    matrix, block = read_matrix(lines, range(first, stop), blanks, name)
    refuse_open_end(text, lines, block.rows[-1], name)
    damaged = [index for index in range(first) if ODD_CHARACTER.search(lines[index])]
    refuse_rows_beside(lines, damaged, block.dialect, name)
    source = replace(origin(raw, name, NAME), metadata=(*pairs, *footer), warnings=range_warnings(matrix.axis, pairs))
    return data_set(source, matrix, header_above(lines[:first]))


def refuse_interruption(lines: Sequence[str], stop: int, name: str) -> None:
    """Raise `FileError` where rows of numbers go on below the line ``stop``, which is none."""
    if any(line.strip() and not line.startswith("#") for line in lines[stop:]):
        raise FileError(name, stop + 1, "this line interrupts the rows of numbers. Remove it, or copy the file again.")


def leading_blanks(line: str) -> int:
    """Return how many blank cells a row begins with."""
    return len(line) - len(line.lstrip("\t"))


def header_above(head: Sequence[str]) -> list[str]:
    """Return the cells of the last line above the numbers where it is no pair, such as ``#Wave<TAB>#Intensity``."""
    last = next((line for line in reversed(head) if line.strip()), "")
    return [] if KEY.match(last) else [cell.strip("# ") for cell in last.split("\t")]


def read_matrix(lines: Sequence[str], span: range, blanks: int, name: str) -> tuple[Matrix, Block]:
    """Return the numbers of a single spectrum, or of a matrix whose first row begins with ``blanks`` blank cells."""
    if not blanks:
        block = read_grid(lines, span, name)
        if block.width != 2:
            text = f"the rows hold {block.width} numbers without an axis above them. Export one spectrum, or a matrix."
            raise FileError(name, block.rows[0] + 1, text)
        return Matrix(block.values[:, 0], block.values[None, :, 1], np.empty((1, 0))), block
    axis = read_grid([lines[span.start].strip("\t")], range(1), name).values[0]
    block = read_grid(lines, range(span.start + 1, span.stop), name)
    if block.width != axis.size + blanks or axis.size < 2:
        text = f"the rows hold {block.width} numbers, the axis above them {axis.size} after {blanks} blank cells."
        raise FileError(name, block.rows[0] + 1, f"{text} {COPY_AGAIN}")
    return Matrix(axis, block.values[:, blanks:], block.values[:, :blanks]), block


def data_set(source: Origin, matrix: Matrix, header: Sequence[str]) -> DataFile:
    """Return the spectra as a data set, with what tells them apart."""
    pairs = dict(source.metadata)
    axis, notes = axis_of(matrix.axis, pairs)
    told = pairs.get(VALUE_UNIT, "")
    unit = COUNTS.get(told.lower(), told or "counts")
    told_apart = frame_axis(matrix, pairs, header)
    source = replace(source, warnings=(*source.warnings, *notes))
    made = frames(source, axis, matrix.spectra, unit=unit, frame_axis=told_apart)
    columns = matrix.positions.shape[1]
    if columns < 2:
        return made
    names = [pairs.get(f"AxisType[{k + 2}]", "") or f"position {k + 1}" for k in range(columns)]
    labels = [", ".join(f"{n} {p:g}" for n, p in zip(names, row, strict=True)) for row in matrix.positions]
    named = [replace(column, header=label) for column, label in zip(made.columns[1:], labels, strict=True)]
    return replace(made, columns=(axis, *named))


def axis_of(values: FloatArray, pairs: dict[str, str]) -> tuple[Column, tuple[str, ...]]:
    """Return the axis with the unit that the header states, and what to say about it."""
    stated = pairs.get(AXIS_UNIT) or next((match[1] for key in pairs if (match := RANGE.match(key))), "")
    name, unit = x_meaning(stated.replace("⁻", "-").replace("¹", "1"))
    if unit == "cm-1":
        return axis_column(values, "raman_shift", "cm-1"), ()
    if not unit:
        note = "the file doesn't say the unit of its axis. Say what it is before the spectrum is used."
        return axis_column(values, "axis", ""), (note,)
    return axis_column(values, name, unit), ()


def range_warnings(axis: FloatArray, pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return a warning where the axis leaves out more than five steps and 2 % of the range that the header states."""
    match = next((found for key, value in pairs if RANGE.match(key) and (found := ENDS.fullmatch(value))), None)
    if match is None or axis.size < 2:
        return ()
    low, high = sorted((float(match[1]), float(match[2])))
    missing = max(axis.min() - low, high - axis.max())
    if missing <= max(5.0 * abs(axis[1] - axis[0]), 0.02 * (high - low)):
        return ()
    text = f"the header states a range from {low:g} to {high:g}, the axis runs from {axis.min():g} to {axis.max():g}"
    return (f"{text}: is the file whole?",)


def frame_axis(matrix: Matrix, pairs: dict[str, str], header: Sequence[str]) -> Column | None:
    """Return the one column that tells the spectra apart; None for a single spectrum and for maps."""
    if matrix.positions.shape[1] != 1:
        return None
    told = pairs.get("AxisType[2]") or (header[0] if header else "")
    stated = pairs.get("AxisUnit[2]", "")
    name, unit = column_name(told)
    return Column(told, name, UNITS.get(stated.lower(), stated) or unit, frozen_array(matrix.positions[:, 0]))


READER = Reader(NAME, recognises_labspec, read_labspec)
