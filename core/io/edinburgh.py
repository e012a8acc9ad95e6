"""Read the text exports of Edinburgh Instruments (F980, Fluoracle) and of programs that write the same form.

Known from exported files: lines ``Key,Value,`` such as ``Type,Emission Scan,`` with one value per scan, a blank line,
then rows ``600.00,3.21E+2,`` with one number per scan.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from asplab.core.experiment import frozen_array
from asplab.core.io.blocks import shortened
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.dialects import Dialect
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.frames import Origin, axis_column, frames, joined, origin
from asplab.core.io.grids import COPY_AGAIN, refuse_open_end, refuse_short
from asplab.core.io.heads import head_text
from asplab.core.io.quantities import x_meaning
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

NAME = "Edinburgh Instruments text"
MARK = b"Xaxis"
KEYS = re.compile(r"(?m)^(Labels|Type|Start|Stop|Step|Fixed/Offset|Xaxis|Yaxis)[,;\t]")
REQUIRED = frozenset(("Type", "Xaxis", "Yaxis"))
NUMBER = re.compile(r"\s*[+-]?[0-9.]")
SEVERAL = ("Labels", "Fixed/Offset", "Type")
"""What tells scans of one file apart, where it differs."""

Head = dict[str, list[str]]


def recognises_edinburgh(raw: bytes) -> bool:
    """Whether the head has the lines ``Type,``, ``Xaxis,`` and ``Yaxis,``."""
    return MARK in raw[:4096].replace(b"\0", b"") and REQUIRED.issubset(KEYS.findall(head_text(raw)))


def read_edinburgh(raw: bytes, name: str) -> DataFile:
    """Return the scans of an export: frames over one axis, or data sets of their own where the axes differ.

    Raises
    ------
    FileError
        Where a row is damaged, or points of a scan are missing.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    first = next((k for k, line in enumerate(lines) if NUMBER.match(line)), len(lines))
    found = KEYS.search("\n".join(lines[:first]))
    if found is None or first == len(lines):
        raise FileError(name, None, f"the header, or the rows of numbers below it, are missing. {COPY_AGAIN}")
    delimiter = found[0][-1]
    head, pairs = header_in(lines[:first], delimiter)
    values, count = rows_in(lines, first, delimiter, name)
    refuse_open_end(text, lines, len(lines) - 1, name)
    scans = [values[np.isfinite(values[:, k])][:, [0, k]] for k in range(1, count + 1)]
    for k, scan in enumerate(scans):
        refuse_short(len(scan), promised(head, k), name)
    source = replace(origin(raw, name, NAME), metadata=pairs)
    return data_sets(source, head, scans)


def header_in(lines: Sequence[str], delimiter: str) -> tuple[Head, tuple[tuple[str, str], ...]]:
    """Return the values of each key, one per scan, and the same as metadata."""
    rows = [[cell.strip() for cell in line.removesuffix(delimiter).split(delimiter)] for line in lines if line.strip()]
    head = {key: cells for key, *cells in reversed(rows)}
    return head, tuple((key, ", ".join(cells)) for key, *cells in rows if key)


def rows_in(lines: Sequence[str], first: int, delimiter: str, name: str) -> tuple[FloatArray, int]:
    """Return the rows (n, 1 + scans), NaN where a scan has no point there, and the number of scans.

    Raises
    ------
    FileError
        Where a cell is neither blank nor a number, or the rows are of different width.
    """
    decimal = "," if delimiter != "," and any("," in line for line in lines[first:]) else "."
    dialect = Dialect(delimiter, decimal)
    rows: list[list[float]] = []
    for place in range(first, len(lines)):
        line = lines[place].rstrip()
        if not line:
            continue
        cells = [cell.strip() for cell in line.removesuffix(delimiter).split(delimiter)]
        numbers = [dialect.number(cell) if cell else np.nan for cell in cells]
        if len(numbers) < 2 or None in numbers or not cells[0] or (rows and len(numbers) != len(rows[0])):
            raise FileError(name, place + 1, f"{shortened(line)} is no row of numbers like those above. {COPY_AGAIN}")
        rows.append([number for number in numbers if number is not None])
    return np.array(rows), len(rows[0]) - 1


def promised(head: Head, scan: int) -> int | None:
    """Return the number of points that start, stop and step of a scan mean; None where they aren't stated."""
    limits = [of_scan(head, key, scan) for key in ("Start", "Stop", "Step")]
    try:
        start, stop, step = (float(text) for text in limits)
    except ValueError:
        return None
    steps = abs(stop - start) / step if step > 0.0 else np.nan
    return round(steps) + 1 if np.isfinite(steps) and steps < 1e9 else None


def of_scan(head: Head, key: str, scan: int) -> str:
    """Return the value of ``key`` for ``scan``, counted from 0; a single value is that of all scans."""
    cells = head.get(key, [])
    return cells[scan] if scan < len(cells) else (cells[0] if len(cells) == 1 else "")


def data_sets(source: Origin, head: Head, scans: Sequence[FloatArray]) -> DataFile:
    """Return scans over one axis as frames; others as data sets of their own, named by their labels."""
    first = scans[0][:, 0]
    if all(np.array_equal(scan[:, 0], first) for scan in scans):
        made = data_set(source, head, 0, np.array([scan[:, 1] for scan in scans]), first)
        labels = [label(head, k) for k in range(len(scans))]
        named = [replace(c, header=text or c.header) for c, text in zip(made.columns[1:], labels, strict=True)]
        return replace(made, columns=(made.columns[0], *named), frame_axis=offsets(head, len(scans)))
    parts = [data_set(source, head, k, scan[None, :, 1], scan[:, 0]) for k, scan in enumerate(scans)]
    return joined([replace(part, part=label(head, k) or f"scan {k + 1}") for k, part in enumerate(parts)])


def label(head: Head, scan: int) -> str:
    """Return what tells a scan apart from the others; empty for a single one."""
    told = [of_scan(head, key, scan) for key in SEVERAL if len(set(head.get(key, []))) > 1]
    return " ".join(text for text in told if text)


def offsets(head: Head, count: int) -> Column | None:
    """Return the fixed wavelength of each scan where the scans differ in it."""
    try:
        values = [float(of_scan(head, "Fixed/Offset", k)) for k in range(count)]
    except ValueError:
        return None
    return Column("Fixed/Offset", "fixed_offset", "nm", frozen_array(values)) if len(set(values)) > 1 else None


def data_set(source: Origin, head: Head, scan: int, values: FloatArray, axis: FloatArray) -> DataFile:
    """Return ``values`` (frames, n) over ``axis`` (n,) with the names and units of ``scan``."""
    told = of_scan(head, "Xaxis", scan)
    name, unit = ("wavelength", "nm") if told.lower() == "wavelength" else x_meaning(told)
    notes = () if unit else (f"the axis is called {told!r}: say what its unit is before the spectrum is used",)
    kind = of_scan(head, "Yaxis", scan).lower()
    counts = {"counts": "counts", "cps": "counts/s", "counts/s": "counts/s"}.get(kind, "")
    made = frames(replace(source, warnings=notes), axis_column(axis, name, unit), values, unit=counts or kind)
    return made if counts or "count" in kind else replace(made, layout="columns")


READER = Reader(NAME, recognises_edinburgh, read_edinburgh)
