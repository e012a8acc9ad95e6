"""What was recognised in a file, for ``asplab inspect``."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from asplab.core.counting import counted
from asplab.core.errors import AsplabError
from asplab.core.io import read
from asplab.core.io.axes import LONGEST_NM, SHORTEST_NM
from asplab.core.io.datafile import Column, DataFile

Entry = dict[str, Any]

_LARGEST_SHIFT_CM = 5000.0
"""No Raman shift is larger, in cm⁻¹."""


def inspect_file(path: Path) -> Entry:
    """Return reader, axis, values, metadata and warnings of one file; ``error`` says why it is not recognised."""
    if path.is_dir():
        text = f"this is a folder, and files are inspected. Name them, such as {path / '*'}"
        return _entry(str(path), recognised=False, error=text)
    try:
        file = read(path)
    except AsplabError as error:
        return _entry(str(path), recognised=False, error=str(error))
    axis, *values = file.columns
    unit, doubt = (axis.unit, "") if axis.unit else _likely_unit(axis, path.name, is_text=bool(len(file.lines)))
    others = {"parts": [part.part for part in file.parts]} if file.others else {}
    return _entry(
        str(path),
        recognised=True,
        reader=file.reader,
        axis={
            "unit": unit,
            "first": _number(axis.values[0]),
            "last": _number(axis.values[-1]),
            "size": int(axis.values.size),
        },
        frames=_frames(file),
        values=_values(axis, values if file.layout == "image" else values[:1]) if values else None,
        metadata=dict(file.metadata),
        warnings=[*file.warnings, *([doubt] if doubt else [])],
        layout=file.layout,
        **others,
    )


def _entry(path: str, *, recognised: bool, **known: Any) -> Entry:
    blank: Entry = {"error": None, "reader": None, "axis": None, "frames": 0, "values": None}
    return {"path": path, "recognised": recognised, **blank, "metadata": {}, "warnings": [], **known}


def _likely_unit(axis: Column, name: str, *, is_text: bool) -> tuple[str, str]:
    """Return the unit that an axis without one probably has, and the doubt to tell about it."""
    low, high = float(np.min(axis.values)), float(np.max(axis.values))
    if axis.values.size > 1 and np.all(np.abs(np.diff(axis.values)) == 1.0) and low in (0.0, 1.0):
        return "pixel", "the axis merely counts the points; wavelengths are missing"
    # Nobody can write a header row into a binary file.
    remedy = "Name it in a header row" if is_text else "Check it, or export the data as text with a header row"
    told = f"the file states no unit of its axis; {{}} taken here. {remedy}, such as {{}}"
    if "raman" in name.lower() or LONGEST_NM < high < _LARGEST_SHIFT_CM:
        return "cm-1", told.format("cm⁻¹, a Raman shift, is", "'raman_shift,counts'")
    if low >= SHORTEST_NM and high <= LONGEST_NM:
        return "nm", told.format("nm is", "'wavelength_nm,counts'")
    remedy = remedy if is_text else "Export the data as text with a header row"
    return "", f"the file states no unit of its axis, and its range tells none. {remedy}"


def _frames(file: DataFile) -> int:
    """Count the spectra: columns without a name, or with one name, are frames; named ones are quantities."""
    values = file.columns[1:]
    if file.layout == "image":
        return sum(part.layout == "image" for part in file.parts)
    if file.layout == "frames":
        return len(values)
    if len({column.name for column in values}) > 1 and all(column.name for column in values):
        return 1
    return max(len(values), 1)


def _values(axis: Column, columns: Sequence[Column]) -> Entry:
    """Describe one column, or all rows of an image together."""
    rows = np.stack([column.values for column in columns])
    finite = np.isfinite(rows)
    highest = axis.values[np.argmax(np.where(finite, rows, -np.inf)) % axis.values.size] if finite.any() else math.nan
    return {
        "unit": columns[0].unit,
        "first": _number(rows[0, 0]),
        "last": _number(rows[-1, -1]),
        "min": _number(rows.min(where=finite, initial=math.inf)),
        "max": _number(rows.max(where=finite, initial=-math.inf)),
        "axis_at_max": _number(highest),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _shown(numbers: Entry | None) -> Any:
    """Return an axis or values with numbers as people write them, not 400.00000000000017."""
    if numbers is None:
        return None
    return {name: f"{value:.10g}" if isinstance(value, float) else value for name, value in numbers.items()}


def inspection_lines(entry: Entry) -> list[str]:
    """Return an inspected file as lines to read."""
    if not entry["recognised"]:
        return [f"{entry['path']}: not recognised", f"  {entry['error'].removeprefix(entry['path'] + ': ')}"]
    axis, values = _shown(entry["axis"]), _shown(entry["values"])
    lines = [
        f"{entry['path']}: {entry['reader']}, {counted(entry['frames'], 'frame')}",
        f"  axis {axis['first']} to {axis['last']} {axis['unit']}, {axis['size']} points",
    ]
    if entry["layout"] == "image":
        lines[0] = f"{entry['path']}: {entry['reader']}, an image without wavelengths"
    if "parts" in entry:
        lines[0] += f", first of {len(entry['parts'])} data sets: {', '.join(entry['parts'])}"
    if values is not None:
        size = f"{values['min']} to {values['max']} {values['unit']}".rstrip()
        lines.append(f"  values {size}, highest at {values['axis_at_max']}")
    lines += [f"  {key}: {value}" for key, value in entry["metadata"].items()]
    return lines + [f"  warning: {text}" for text in entry["warnings"]]
