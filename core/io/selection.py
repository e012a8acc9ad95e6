"""Which part of a file a manifest row means: a data set, frames, rows of an image; and how it falls into repeats."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from asplab.core.counting import counted
from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.headers import ENERGIES, EXCITATIONS, WAVELENGTHS, WAVENUMBERS
from asplab.core.problems import Severity
from asplab.core.units import FloatArray

AXES = WAVELENGTHS | EXCITATIONS | ENERGIES | WAVENUMBERS
WAYS = ("repeats", "mean", "sum")
NUMBERS = re.compile(r"\d+(?:\s*-\s*\d+)?(?:\s*[,;+]\s*\d+(?:\s*-\s*\d+)?)*")
ONE_OR_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_WHOLE = 0.5
"""Part of the range of a scan that a piece of it must cover to count as a repeat."""
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Selection:
    """What the columns ``dataset``, ``frames`` and ``rows`` of a manifest say; empty texts where they are blank.

    Attributes
    ----------
    dataset : str
        Name of a data set of the file; without one the first.
    frames : str
        ``repeats``, ``mean``, ``sum``, or numbers such as ``1-5,8``, counted from 1, which are taken as repeats.
    rows : str
        Rows of an image that are summed: ``all``, or numbers such as ``100-140``, counted from 1.
    """

    dataset: str = ""
    frames: str = ""
    rows: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """One measurement of a file: what is to become a record, what tells it apart in its file, and what to say."""

    file: DataFile
    suffix: str = ""
    remarks: tuple[tuple[Severity, str], ...] = ()


WHOLE_FILE = Selection()
"""What a row means that says nothing about it."""


def understood_selection(dataset: str, frames: str, rows: str, fault: Callable[[str], FileError]) -> Selection:
    """Return what three cells mean; raise what ``fault`` returns where they can't be understood."""
    if frames and frames.lower() not in WAYS and not NUMBERS.fullmatch(frames):
        raise fault(f"column frames holds {frames!r}. Write repeats, mean, sum, or numbers such as 1-5,8.")
    if rows and rows.lower() != "all" and not NUMBERS.fullmatch(rows):
        raise fault(f"column rows holds {rows!r}. Write all, or numbers such as 100-140.")
    return Selection(dataset, frames.lower(), rows.lower())


def select(file: DataFile, selection: Selection) -> tuple[Selected, ...]:
    """Return the measurements of ``file`` that ``selection`` means, each with an axis and its own values.

    Raises
    ------
    FileError
        For a data set, frame or row that the file doesn't have, and an image of which no rows were chosen.
    """
    part, suffix, remarks = _data_set(file, selection.dataset)
    part = _binned(part, selection.rows)
    pieces = _pieces(part, selection.frames)
    if len(pieces) > 1 and not selection.frames:
        remarks = (*remarks, ("info", _told(part, len(pieces))))
    return tuple(
        Selected(piece, f"{suffix}{f' #{number}' if len(pieces) > 1 or number else ''}", remarks if k == 0 else ())
        for k, (number, piece) in enumerate(pieces)
    )


def _told(part: DataFile, count: int) -> str:
    if part.layout == "columns":
        return f"its axis starts again, so it is read as {count} repeats"
    return f"its {count} frames are read as repeats; write mean, sum or numbers into the column frames for less"


def _data_set(file: DataFile, wanted: str) -> tuple[DataFile, str, tuple[tuple[Severity, str], ...]]:
    """Return the wanted data set, what names it, and a warning where it was chosen for the user."""
    parts = file.parts
    if wanted:
        found = next((part for part in parts if part.part == wanted), None)
        if found is None:
            raise file.fault(None, f"there is no data set {wanted!r} (found: {_names(parts)}). Correct column dataset.")
        return found, f" #{wanted}" if len(parts) > 1 else "", ()
    if len(parts) == 1:
        return file, "", ()
    text = (
        f"the file holds {len(parts)} data sets ({_names(parts)}); the first, {file.part!r}, was read. Name another "
        "in the column dataset."
    )
    return parts[0], "", (("warning", text),)


def _names(parts: Sequence[DataFile]) -> str:
    names = ", ".join(repr(part.part) for part in parts[:_SHOWN])
    return f"{names} and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else names


def _binned(file: DataFile, rows: str) -> DataFile:
    """Return an image with the wanted rows summed to one spectrum; other files as they are."""
    if file.layout != "image":
        if rows:
            raise file.fault(None, f"column rows holds {rows!r}, but the file is no image. Leave the cell blank.")
        return file
    axis, *lines = file.columns
    if not rows:
        raise file.fault(
            None, f"the file is an image of {len(lines)} rows. Say which to sum in the column rows: all, or 100-140."
        )
    wanted = range(len(lines)) if rows == "all" else _indices(file, rows, len(lines), "rows")
    total = Column("counts", "counts", lines[0].unit, frozen_array(np.sum([lines[k].values for k in wanted], axis=0)))
    return replace(file, columns=(axis, total), layout="frames", frame_axis=None)


def _pieces(file: DataFile, frames: str) -> list[tuple[int, DataFile]]:
    """Return the repeats in ``file``, each with its number; 0 where there is nothing to number."""
    values = file.columns[1:]
    if file.layout == "columns" and not frames:
        return _restarts(file)
    if frames in ("mean", "sum"):
        return [(0, _with_values(file, _combined(values, frames)))]
    if frames and frames != "repeats":
        return [(k + 1, _with_values(file, values[k])) for k in _indices(file, frames, len(values), "frames")]
    if len(values) == 1:
        return [(0, file)]
    return [(k + 1, _with_values(file, column)) for k, column in enumerate(values)]


def _combined(columns: Sequence[Column], way: str) -> Column:
    stack = np.array([column.values for column in columns])
    return replace(columns[0], values=frozen_array(stack.mean(axis=0) if way == "mean" else stack.sum(axis=0)))


def _with_values(file: DataFile, values: Column) -> DataFile:
    return replace(file, columns=(file.columns[0], values), layout="frames", frame_axis=None)


def _indices(file: DataFile, text: str, count: int, column: str) -> list[int]:
    """Return the numbers that ``text`` lists, counted from 0; raise where one isn't there or stands twice."""
    found: list[int] = []
    for first, last in ONE_OR_RANGE.findall(text):
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= count:
            raise file.fault(
                None, f"column {column} holds {text!r}, but the file has {counted(count, column[:-1])}. Correct it."
            )
        found += range(low - 1, high)
    twice = next((k for k in found if found.count(k) > 1), None) if len(set(found)) < len(found) else None
    if twice is not None:
        raise file.fault(None, f"column {column} holds {text!r}, which names {twice + 1} twice. Correct it.")
    return found


def _restarts(file: DataFile) -> list[tuple[int, DataFile]]:
    """Return the repeats of a table whose axis starts again; the table itself where it doesn't."""
    values = (file.first_named(AXES) or file.columns[0]).values
    cuts = _turns(values)
    if not cuts.size:
        return [(0, file)]
    edges = [0, *cuts.tolist(), values.size]
    spans = list(pairwise(edges))
    whole = np.ptp(values)
    if any(b - a < 2 or np.ptp(values[a:b]) < _WHOLE * whole for a, b in spans):
        return [(0, file)]
    return [(k, _cut(file, a, b)) for k, (a, b) in enumerate(spans, 1)]


def _turns(values: FloatArray) -> np.ndarray:
    """Return the rows at which an axis begins a new run; none for one that is in order, or not finite."""
    if values.size < 4 or not np.isfinite(values).all():
        return np.array([], dtype=int)
    steps = np.diff(values)
    if np.all(steps > 0.0) or np.all(steps < 0.0):
        return np.array([], dtype=int)
    jumps = np.abs(steps) > _WHOLE * np.ptp(values)
    if jumps.any():
        return np.flatnonzero(jumps) + 1
    # There and back again, with the turning point measured once, or twice.
    turned = np.flatnonzero(steps[1:] * steps[:-1] < 0.0) + 2
    return np.union1d(turned, np.flatnonzero(steps == 0.0) + 1)


def _cut(file: DataFile, first: int, stop: int) -> DataFile:
    columns = tuple(replace(column, values=frozen_array(column.values[first:stop])) for column in file.columns)
    return replace(file, columns=columns, lines=file.lines[first:stop])
