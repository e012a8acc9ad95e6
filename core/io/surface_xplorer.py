"""Read matrices of transient absorption: the CSV of Surface Xplorer, and its transposed relative with named time.

Source: the layout of public files that Surface Xplorer (Ultrafast Systems) wrote, and of the ``.SIA`` files that the
manual of KiMoPack describes.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.heads import first_lines, tail_text
from asplab.core.io.reader import Reader
from asplab.core.io.rows import Row, Style, refuse_more_rows, refuse_open_end, style_of
from asplab.core.units import FloatArray

NAME = "Surface Xplorer"
TRANSPOSED_NAME = "transient absorption matrix"
FIRST_CELLS = re.compile(r'"?[^\n,;\t]{0,40}"?[,;\t]\s*[+-]?\d')
FOOTER = re.compile(r"^\s*file info\b|^\s*Time units?\s*:", re.IGNORECASE | re.MULTILINE)
FOOTER_START = re.compile(r"\s*file info\b|\s*[A-Za-z][^,;\t]{0,60}:", re.IGNORECASE)
TIME_HEADER = re.compile(r'"?(?:time|delay)s?\s*(?:in\s+|[(\[/]\s*)(fs|ps|ns|us|µs|ms|s)\s*[)\]]?"?', re.IGNORECASE)
TIME_UNITS = {"fs": "fs", "ps": "ps", "ns": "ns", "us": "us", "µs": "us", "ms": "ms", "s": "s"}
CELLS_LIMIT = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """The cells of a table: what its first row states (columns,), its first column (rows,), and the rest."""

    across: FloatArray
    down: FloatArray
    cells: FloatArray
    lines: tuple[int, ...]


def recognises_matrix(raw: bytes) -> bool:
    """Whether ``raw`` ends with the log of Surface Xplorer, or its first cell names the unit of the delays."""
    (first,) = first_lines(raw, 1, 4096)
    if FIRST_CELLS.match(first) is None:
        return False
    return is_transposed(first) or FOOTER.search(tail_text(raw)) is not None


def is_transposed(first: str) -> bool:
    """Whether the first line has the word time with a unit, and numbers behind it."""
    cells = re.split(r"[,;\t]", first, maxsplit=4)
    return len(cells) > 3 and TIME_HEADER.fullmatch(cells[0].strip()) is not None


def read_matrix(raw: bytes, name: str) -> DataFile:
    """Return the spectra of a matrix, one frame for each delay; cells without a value are NaN.

    Raises
    ------
    FileError
        Where rows differ in length, an axis has no number, or the log at the end is missing.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    first = lines[0] if lines else ""
    stop = next((k for k, line in enumerate(lines) if k and is_footer(line)), len(lines))
    transposed = is_transposed(first)
    if not transposed and stop == len(lines):
        raise FileError(
            name, len(lines), "the log 'file info' behind the matrix is missing: the file is cut short. Copy it again."
        )
    style = style_of(first, lines[1:stop])
    refuse_more_rows(lines, stop, style, name)
    matrix = parse(lines[:stop], style, name)
    refuse_open_end(text, [Row(matrix.lines[-1], ())], name)
    pairs = footer_pairs(lines[stop:])
    unit = header_unit(first) if transposed else footer_unit(pairs)
    return data_file(matrix, pairs, unit, name, hashlib.sha256(raw).hexdigest(), transposed=transposed)


def is_footer(line: str) -> bool:
    """Whether ``line`` is blank or belongs to the log behind the matrix."""
    return not line.strip(" \t,;") or FOOTER_START.match(line) is not None


def header_unit(first: str) -> str:
    """Return the unit of the delays that the first cell names."""
    match = TIME_HEADER.fullmatch(re.split(r"[,;\t]", first, maxsplit=1)[0].strip())
    return TIME_UNITS[match[1].lower()] if match is not None else ""


def footer_unit(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the unit of the delays that the log states; empty where it states none that is known."""
    stated = next((value for key, value in pairs if key.lower().startswith("time unit")), "")
    return TIME_UNITS.get(stated.lower(), "")


def parse(lines: Sequence[str], style: Style, name: str) -> Matrix:
    """Return the matrix whose first row and first column are axes. Raises as `read_matrix`."""
    width = len(trimmed(style.cells(lines[0])))
    if width < 3 or len(lines) < 3:
        raise FileError(
            name,
            len(lines),
            f"the matrix has {max(len(lines) - 1, 0)} x {width - 1} cells; it is cut short. Copy it again.",
        )
    if width * len(lines) > CELLS_LIMIT:
        raise FileError(name, None, f"the matrix has more than {CELLS_LIMIT} cells. Split it.")
    across = axis_numbers(trimmed(style.cells(lines[0]))[1:], style, 1, name)
    down = np.empty(len(lines) - 1)
    cells = np.empty((len(lines) - 1, width - 1))
    for k, line in enumerate(lines[1:]):
        values = row_values(line, style, width, k + 2, name)
        down[k], cells[k] = values[0], values[1:]
    return Matrix(across, down, cells, tuple(range(2, len(lines) + 1)))


def trimmed(cells: list[str]) -> list[str]:
    """Return ``cells`` without the blank one that a delimiter at the end of a line makes."""
    return cells[:-1] if cells and not cells[-1] else cells


def axis_numbers(cells: Sequence[str], style: Style, line: int, name: str) -> FloatArray:
    """Return the numbers of an axis; raise `FileError` where one is missing."""
    values = [style.number(cell) for cell in cells]
    found = np.array([np.nan if value is None else value for value in values])
    if np.isnan(found).any():
        cell = cells[int(np.argmax(np.isnan(found)))]
        raise FileError(name, line, f"the axis has {cell[:30]!r} where a number is needed. Correct it.")
    return found


def row_values(line: str, style: Style, width: int, number: int, name: str) -> list[float]:
    """Return wavelength or delay and the cells of a row, NaN for blank ones."""
    cells = style.cells(line)
    if len(cells) == width + 1 and not cells[-1]:
        cells.pop()
    if len(cells) != width:
        raise FileError(
            name, number, f"the row has {len(cells)} of {width} cells. The file is cut short or damaged: copy it again."
        )
    axis_numbers(cells[:1], style, number, name)
    values = [style.number(cell) if cell else float("nan") for cell in cells]
    if None in values:
        raise FileError(name, number, f"{cells[values.index(None)][:30]!r} stands among the numbers. Correct it.")
    return [value for value in values if value is not None]


def footer_pairs(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of key and value of the log."""
    parted = (line.strip(" \t,;").partition(":") for line in lines)
    return tuple((key.strip(), value.strip()) for key, _, value in parted if value.strip())


def data_file(
    matrix: Matrix, pairs: tuple[tuple[str, str], ...], unit: str, name: str, sha256: str, *, transposed: bool
) -> DataFile:
    """Return the frames of ``matrix``, delays across it unless it is transposed."""
    delays, wavelengths = (matrix.down, matrix.across) if transposed else (matrix.across, matrix.down)
    frames = matrix.cells if transposed else matrix.cells.T
    if not (wavelengths > 0.0).all():
        wrong = int(np.argmin(wavelengths))
        line = 1 if transposed else matrix.lines[wrong]
        raise FileError(name, line, f"{wavelengths[wrong]:g} is no wavelength. Correct it, or copy the file again.")
    quantity = next((value for key, value in pairs if key.lower().startswith("z axis")), "")
    warnings = []
    if not unit:
        warnings.append("the file doesn't state the unit of the delays")
    if not (np.diff(delays) > 0.0).all():
        warnings.append("the delays repeat or don't increase")
    missing = int(np.isnan(frames).sum())
    if missing:
        warnings.append(f"{missing} of {frames.size} cells have no value")
    axis = Column("wavelength (nm)", "wavelength", "nm", frozen_array(wavelengths))
    columns = [
        Column(f"frame {k}", quantity_name(quantity), "", frozen_array(values)) for k, values in enumerate(frames, 1)
    ]
    return DataFile(
        path=name,
        reader=TRANSPOSED_NAME if transposed else NAME,
        sha256=sha256,
        columns=(axis, *columns),
        lines=() if transposed else matrix.lines,
        metadata=pairs,
        warnings=tuple(warnings),
        layout="frames",
        frame_axis=Column(f"delay ({unit})" if unit else "delay", "delay", unit, frozen_array(delays)),
    )


def quantity_name(text: str) -> str:
    """Return the name of the cells: a difference of absorbance unless the log states something else."""
    plain = re.sub(r"[^A-Za-zΔδ]", "", text).lower()
    return "absorbance_change" if plain in ("", "da", "δa", "deltaa", "dod", "δod", "deltaod") else text.lower()


READER = Reader(NAME, recognises_matrix, read_matrix)
