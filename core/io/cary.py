"""Read exports of Agilent (Varian) Cary spectrometers: one pair of columns per sample, then a log.

Source: the layout of public files that Cary WinUV wrote ("Spreadsheet Ascii").
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.heads import first_lines
from asplab.core.io.quantities import x_meaning, y_meaning
from asplab.core.io.reader import Reader
from asplab.core.io.rows import DELIMITERS, Row, Style, read_rows, refuse_open_end, style_of, unique_names

NAME = "Cary"
X_HEADER = re.compile(
    r"(wavelength|wavenumber|wellenlänge|longueur d'onde|time|temperature)\s*[(\[][^()\[\]]{1,12}[)\]]", re.I
)
BRACKETS = frozenset("([")
Y_HEADER = re.compile(r"[A-Za-z%]")
PAIR = re.compile(r"([^:]{1,60}?)\s*:\s*(.*)|(\S.{0,60}?)\s{2,}(\S.*)|<([^>]{1,60})>\s*[,;]\s*(.*)")
BASELINE = re.compile(r"baseline", re.IGNORECASE)
STOP = re.compile(r"Stop \(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sample:
    """One pair of columns: the sample, the headers of x and y, and the cells of its points."""

    name: str
    x_header: str
    y_header: str
    x: list[float]
    y: list[float]
    lines: list[int]


def recognises_cary(raw: bytes) -> bool:
    """Whether the second line names pairs of x and y, and the first a sample above each, or there are several pairs.

    Cary delimits the line of samples like the others; a title or comment above two columns is not.
    """
    lines = first_lines(raw, 3)
    if len(lines) < 3 or not BRACKETS.intersection(lines[1]):
        return False
    delimiter = max(DELIMITERS, key=lines[1].count)
    cells = Style(delimiter, False).cells(lines[1])
    if not X_HEADER.fullmatch(cells[0]):
        return False
    several = len(cells) > 3 and all(X_HEADER.fullmatch(cell) for cell in cells[:3:2])
    return several or (delimiter in lines[0] and bool(pair_headers(lines[0], lines[1])))


def pair_headers(names: str, headers: str) -> list[tuple[str, str, str]]:
    """Return sample and headers of x and y of each pair of columns; empty where the lines name none."""
    delimiter = max(DELIMITERS, key=headers.count)
    style = Style(delimiter, False)
    cells = style.cells(headers)
    samples = style.cells(names)
    while cells and not cells[-1]:
        cells.pop()
    samples += [""] * (len(cells) - len(samples))
    if len(cells) < 2 or len(cells) % 2 or any(samples[1::2]) or not samples[0]:
        return []
    if not all(X_HEADER.fullmatch(cell) for cell in cells[::2]) or not all(map(Y_HEADER.search, cells[1::2])):
        return []
    return list(zip(samples[::2], cells[::2], cells[1::2], strict=False))


def read_cary(raw: bytes, name: str) -> DataFile:
    """Return the first sample that is no baseline; the others behind it, each with the axis of its own.

    Raises
    ------
    FileError
        Where a row lacks one of the two numbers of a pair, or cells at its end, or ends in the middle.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    headers = pair_headers(lines[0], lines[1]) if len(lines) > 2 else []
    if not headers:
        raise FileError(
            name, 1, "the first two lines don't name a sample, x and y for each pair of columns. Export the data again."
        )
    style = style_of(lines[1], lines[2:])
    rows = read_rows(lines, 2, style, name)
    refuse_short_rows(rows, 2 * len(headers), is_last=len(rows) + 2 == len(lines), name=name)
    refuse_open_end(text, rows, name)
    samples = [sample(header, rows, 2 * k, name) for k, header in enumerate(headers)]
    log = lines[2 + len(rows) :]
    files = data_sets(samples, logs(log, [header[0] for header in headers]), name, hashlib.sha256(raw).hexdigest())
    note = (
        ()
        if any(line.strip() for line in log)
        else ("the log that follows the table is missing, so a missing end of the table wouldn't show",)
    )
    first = next((file for file in files if not BASELINE.search(file.part)), files[0])
    others = tuple(file for file in files if file is not first)
    return replace(first, others=others, part=first.part if others else "", warnings=(*first.warnings, *note))


def refuse_short_rows(rows: Sequence[Row], width: int, *, is_last: bool, name: str) -> None:
    """Raise `FileError` for cells beyond the header, and a last row that ends before the columns do."""
    for row in rows:
        extra = [value for value in row.values[width:] if value is not None]
        if extra:
            raise FileError(name, row.line, f"{extra[0]:g} stands right of the {width} columns. Remove it.")
    size = max(len(row.values) for row in rows)
    if is_last and len(rows[-1].values) < size:
        raise FileError(
            name, rows[-1].line, f"the last row has {len(rows[-1].values)} of {size} cells. Copy the file again."
        )


def sample(header: tuple[str, str, str], rows: Sequence[Row], column: int, name: str) -> Sample:
    """Return the points of one pair of columns; blank cells are allowed at its end only."""
    found = Sample(*header, [], [], [])
    ended_at = 0
    for row in rows:
        x, y = (*row.values[column : column + 2], None, None)[:2]
        if x is None and y is None:
            ended_at = ended_at or row.line
        elif x is None or y is None or x != x:
            raise FileError(
                name, row.line, f"sample {header[0]!r} has one number of the two of a point. Correct the row."
            )
        elif ended_at:
            raise FileError(name, ended_at, f"sample {header[0]!r} has no numbers here, but goes on. Correct the rows.")
        else:
            found.x.append(x)
            found.y.append(y)
            found.lines.append(row.line)
    return found


def data_sets(
    samples: Sequence[Sample], log: Sequence[tuple[tuple[str, str], ...]], name: str, sha256: str
) -> list[DataFile]:
    """Return one data set per sample that has points, in the order of the file."""
    files = []
    for sample, part, pairs in zip(samples, unique_names([s.name for s in samples]), log, strict=True):
        if not sample.x:
            continue
        x_name, x_unit = x_meaning(sample.x_header)
        y_name, y_unit, layout = y_meaning(sample.y_header)
        columns = (
            Column(sample.x_header, x_name, x_unit, frozen_array(sample.x)),
            Column(sample.y_header, y_name, y_unit, frozen_array(sample.y)),
        )
        warnings = (*end_warnings(sample, pairs), *baseline_warnings(part))
        files.append(
            DataFile(name, NAME, sha256, columns, tuple(sample.lines), pairs, warnings, layout=layout, part=part)
        )
    if not files:
        raise FileError(name, 3, "no sample has points. Export the data again.")
    return files


def baseline_warnings(part: str) -> tuple[str, ...]:
    """Return a warning for the baseline that the instrument recorded."""
    return (f"{part!r} is a baseline of the instrument, not a sample",) if BASELINE.search(part) else ()


def end_warnings(sample: Sample, pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return a warning where the points end well before the end that the log states."""
    stop = next((value for key, value in pairs if STOP.match(key)), "")
    match = re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", stop)
    if match is None or len(sample.x) < 2:
        return ()
    missing = abs(sample.x[-1] - float(stop.replace(",", ".")))
    if missing <= 3.0 * abs(sample.x[-1] - sample.x[-2]):
        return ()
    return (f"the points of {sample.name!r} end at {sample.x[-1]:g}, the log says {stop}: was the scan stopped?",)


def logs(lines: Sequence[str], names: Sequence[str]) -> list[tuple[tuple[str, str], ...]]:
    """Return the pairs that the log states for each sample; what stands before the first sample is left to it."""
    found: list[list[tuple[str, str]]] = [[] for _ in names]
    current = 0
    next_sample = 0
    is_first = True
    for line in lines:
        text = line.strip(" \t,;")
        if not text:
            is_first = True
            continue
        if is_first and next_sample < len(names) and text == names[next_sample].strip():
            current = next_sample
            next_sample += 1
        is_first = False
        match = PAIR.fullmatch(text)
        if match is not None:
            key, value = next((match[k], match[k + 1]) for k in (1, 3, 5) if match[k] is not None)
            if value:
                found[current].append((key.strip(), value.strip()))
    return [tuple(pairs) for pairs in found]


READER = Reader(NAME, recognises_cary, read_cary)
