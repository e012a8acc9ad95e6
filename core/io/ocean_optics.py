"""Read the text files of Ocean Optics (Ocean Insight) software: OOIBase32, SpectraSuite, OceanView.

Known from their files: ``Key: value`` lines in the language of the system, a line ``>>>>>Begin ...<<<<<`` (also in that
language) above the numbers, and in the older programs a line ``>>>>>End ...<<<<<`` below. Line ends are mixed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.doubts import lone_peak
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import axis_column, frames, origin
from asplab.core.io.grids import COPY_AGAIN, read_grid, refuse_open_end, refuse_short
from asplab.core.io.heads import head_bytes
from asplab.core.io.quantities import x_meaning
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

NAME = "Ocean Optics text"
MARKER = re.compile(r">{3,}[^<>]*<{3,}\s*$")
MARKER_BYTES = re.compile(rb">>>>>[^<>\r\n]{1,80}<<<<<")
PAIR = re.compile(r"([^:]{1,80}?)\s*:\s*(.*)$")
PIXELS = re.compile(r"pixel|píxel|pixels|ﾋﾟｸｾﾙ|ピクセル|画素|像素|пиксел", re.IGNORECASE)
AXIS_KEYS = re.compile(r"x\s*-?\s*axis|eje\s*x|achse|axe\s*x|asse\s*x", re.IGNORECASE)
OLD_PROGRAMS = re.compile(r"SpectraSuite|OOIBase|^\++$", re.MULTILINE)
WAVELENGTHS = re.compile(r"wave\s*length|longitud|wellenl|longueur|lunghezz|波長|波长", re.IGNORECASE)
QUANTITIES = (
    (re.compile(r"irradiance|irradian[cz]", re.IGNORECASE), "irradiance"),
    (re.compile(r"absorbance|absorban[cz]", re.IGNORECASE), "absorbance"),
    (re.compile(r"transmi(?:ssion|ttance)|transmitan", re.IGNORECASE), "transmittance"),
    (re.compile(r"reflect", re.IGNORECASE), "reflectance"),
)
SHORTEST_NM, LONGEST_NM = 150.0, 3000.0


def recognises_ocean(raw: bytes) -> bool:
    """Whether a line ``>>>>>...<<<<<`` stands in the head of ``raw``."""
    head = head_bytes(raw)
    return b">" in head and MARKER_BYTES.search(head) is not None


def read_ocean(raw: bytes, name: str) -> DataFile:
    """Return the spectrum, or the series of spectra, of a file of Ocean Optics.

    Raises
    ------
    FileError
        Where rows of numbers are damaged or missing.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    markers = [k for k, line in enumerate(lines) if MARKER.match(line.strip())]
    if not markers:
        raise FileError(name, None, f"no line '>>>>>...<<<<<' was found above the numbers. {COPY_AGAIN}")
    head = lines[: markers[0]]
    if len(markers) == 1 and OLD_PROGRAMS.search("\n".join(head)):
        raise FileError(name, None, f"the line '>>>>>End...<<<<<' is missing, so the file is cut short. {COPY_AGAIN}")
    pairs = tuple(pair for line in head if (pair := pair_in(line)))
    span = range(markers[0] + 1, markers[1] if len(markers) > 1 else len(lines))
    refuse_text_behind(lines, span, name)
    values, spectra = spectra_in(lines, span, text, name)
    refuse_short(values.size, promised_pixels(pairs), name, what="pixels")
    axis, notes = axis_of(values, pairs)
    quantity, unit = quantity_of(head)
    source = replace(origin(raw, name, NAME), metadata=pairs, warnings=(*notes, *lone_peak(values, spectra)))
    made = frames(source, axis, spectra, unit=unit)
    return replace(made, columns=(axis, *(replace(column, name=quantity) for column in made.columns[1:])))


def pair_in(line: str) -> tuple[str, str] | None:
    """Return key and value of a header line; the name of the data, which has no key, as a comment."""
    match = PAIR.match(line)
    if match:
        return match[1].strip(), match[2].strip()
    return ("comment", line.strip()) if line.strip(" +") else None


def refuse_text_behind(lines: Sequence[str], span: range, name: str) -> None:
    """Raise `FileError` where rows of numbers stand behind the end marker."""
    wrong = next((k for k in range(span.stop + 1, len(lines)) if lines[k].strip()), None)
    if wrong is not None:
        raise FileError(name, wrong + 1, "lines follow the end of the numbers. Split the file, one spectrum in each.")


def spectra_in(lines: Sequence[str], span: range, text: str, name: str) -> tuple[FloatArray, FloatArray]:
    """Return the axis (n,) and the spectra (frames, n): two columns, or a row of axis values above one of each."""
    rows = [k for k in span if lines[k].strip()]
    if len(rows) > 1 and len(lines[rows[0]].split()) > 2 < len(lines[rows[1]].split()):
        return series_in([lines[k] for k in rows], rows, name)
    block = read_grid(lines, span, name)
    refuse_open_end(text, lines, block.rows[-1], name)
    if block.width != 2:
        raise FileError(name, block.rows[0] + 1, f"the rows hold {block.width} numbers, not 2. {COPY_AGAIN}")
    return block.values[:, 0], block.values[None, :, 1]


def series_in(rows: Sequence[str], places: Sequence[int], name: str) -> tuple[FloatArray, FloatArray]:
    """Return axis and spectra of a series: the axis in the first row, then time stamps and a spectrum in each."""
    axis = read_grid([rows[0].strip()], range(1), name).values[0]
    tails = ["\t".join(row.split()[-axis.size :]) for row in rows[1:]]
    short = next((k for k, row in enumerate(rows[1:]) if len(row.split()) < axis.size), None)
    if short is not None:
        text = f"the row holds less than the {axis.size} numbers of the axis. {COPY_AGAIN}"
        raise FileError(name, places[short + 1] + 1, text)
    return axis, read_grid(tails, range(len(tails)), name).values


def promised_pixels(pairs: Sequence[tuple[str, str]]) -> int | None:
    """Return the number of pixels that the header states; None where it doesn't."""
    found = [int(value) for key, value in pairs if PIXELS.search(key) and re.fullmatch(r"[0-9]{1,9}", value)]
    return found[-1] if found else None


def axis_of(values: FloatArray, pairs: Sequence[tuple[str, str]]) -> tuple[Column, tuple[str, ...]]:
    """Return the axis with its unit, and what to say about it: wavelengths, unless the header says otherwise."""
    mode = next((value for key, value in pairs if AXIS_KEYS.search(key)), "")
    if mode and not WAVELENGTHS.search(mode):
        name, unit = x_meaning(mode)
        if unit or name.startswith("pixel"):
            return axis_column(values, "pixel" if name.startswith("pixel") else name, unit or "pixel"), ()
    is_plausible = bool(np.all((values >= SHORTEST_NM) & (values <= LONGEST_NM)))
    if not is_plausible or (mode and not WAVELENGTHS.search(mode)):
        said = f"the axis is called {mode!r}" if mode else "the axis doesn't look like wavelengths in nm"
        return axis_column(values, "axis", ""), (f"{said}: say what its unit is before the spectrum is used",)
    return axis_column(values, "wavelength", "nm"), ()


def quantity_of(head: Sequence[str]) -> tuple[str, str]:
    """Return name and unit of the values: counts, unless the name of the data in the first line says otherwise."""
    first = next((line for line in head if line.strip()), "")
    found = next((quantity for pattern, quantity in QUANTITIES if pattern.search(first)), None)
    return ("counts", "counts") if found is None else (found, "")


READER = Reader(NAME, recognises_ocean, read_ocean)
