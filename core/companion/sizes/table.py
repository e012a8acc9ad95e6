"""Areas of particles from a results table of ImageJ or Fiji, with or without index, label and decimal comma."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import Table, frozen_array
from asplab.core.io.datafile import FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.imagej import IN_PIXELS, SUMMARY, UNIT_UNKNOWN
from asplab.core.io.records import Loaded, Origin
from asplab.core.io.rows import Style
from asplab.core.units import FloatArray

AREA = "area_nm2"
"""Column of the areas in what is kept of a table."""
_AREA = re.compile(r"area(?:\s*[\[(]?\s*(?P<unit>nm|µm|um|pixels?|px)\s*(?:\^?2|²)?\s*[\])]?)?", re.IGNORECASE)
_DELIMITERS = "\t;,"


@dataclass(frozen=True, slots=True, eq=False)
class AreaTable:
    """Areas as the table has them.

    Attributes
    ----------
    name, sha256 : str
        Of the file.
    area_nm2 : ndarray, shape (n,)
    lines : tuple of int
        Line of each particle in the file, counted from 1.
    warnings : tuple of str
        What a user should know before trusting the numbers.
    """

    name: str
    sha256: str
    area_nm2: FloatArray
    lines: tuple[int, ...]
    warnings: tuple[str, ...]


def read_areas(raw: bytes, name: str) -> AreaTable:
    """Read the column Area of a table whose first line names its columns.

    Raises
    ------
    FileError
        Without that column, for a unit other than nm², and for a cell that is no area.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    header = next((k for k, line in enumerate(lines) if line.strip()), None)
    if header is None:
        raise FileError(name, None, "the file is empty. Export the results table again.")
    style, titles = _style(lines, header)
    column = _area_column(titles, name, header + 1)
    rows = [(k, style.cells(line)) for k, line in enumerate(lines[header + 1 :], header + 2) if line.strip(" \t,;")]
    warnings = list(_unit_warnings(titles[column]))
    kept = []
    for line, cells in rows:
        if any(cell in SUMMARY for cell in cells[:2]):
            continue
        if len(cells) != len(titles):
            raise FileError(
                name, line, f"the row has {len(cells)} cells, the header {len(titles)}. Copy the file again."
            )
        kept.append((line, _area(cells[column], style, name, line)))
    if not kept:
        raise FileError(name, header + 1, "no rows follow the header. Export the table again.")
    if len(kept) < len(rows):
        warnings.append(f"{len(rows) - len(kept)} rows are a summary ({', '.join(SUMMARY)}), no particles; left out")
    areas = np.array([area for _, area in kept])
    if np.all(areas == np.round(areas)):
        warnings.append(IN_PIXELS)
    return AreaTable(
        name=name,
        sha256=hashlib.sha256(raw).hexdigest(),
        area_nm2=frozen_array(areas),
        lines=tuple(line for line, _ in kept),
        warnings=tuple(warnings),
    )


def load_areas(raw: bytes, origin: Origin) -> Loaded:
    """Return the areas of a table as the one column `AREA` of a record; raises as `read_areas`.

    That a table does not state its unit is worth knowing: ImageJ never does.
    """
    found = read_areas(raw, origin.source)
    record = Table(
        *(origin.kind, origin.source, origin.line, origin.condition, origin.metadata),
        columns=((AREA, found.area_nm2),),
    )
    return Loaded(record, tuple(("info" if text == UNIT_UNKNOWN else "warning", text) for text in found.warnings))


def _style(lines: Sequence[str], header: int) -> tuple[Style, list[str]]:
    """Return how lines fall into cells; a comma within cells is decimal where another delimiter is there."""
    delimiter = max(_DELIMITERS, key=lines[header].count)
    if not lines[header].count(delimiter):
        # One column: a comma in its rows can only be decimal.
        delimiter = "\t"
    body = lines[header + 1 : header + 50]
    style = Style(delimiter, delimiter != "," and any("," in line for line in body))
    return style, style.cells(lines[header])


def _area_column(titles: Sequence[str], name: str, line: int) -> int:
    places = [k for k, title in enumerate(titles) if _AREA.fullmatch(title)]
    if not places:
        found = ", ".join(title or "(blank)" for title in titles[:8])
        raise FileError(name, line, f"no column is called Area, only {found}. Choose Area under Set Measurements.")
    if len(places) > 1:
        raise FileError(name, line, "two columns are called Area. Delete one.")
    match = _AREA.fullmatch(titles[places[0]])
    unit = (match["unit"] or "nm").lower() if match is not None else "nm"
    if unit != "nm":
        raise FileError(
            name, line, f"the areas are in {unit}², nm² are needed. Set the scale of the image and measure again."
        )
    return places[0]


def _unit_warnings(title: str) -> tuple[str, ...]:
    return () if "nm" in title.lower() else (UNIT_UNKNOWN,)


def _area(cell: str, style: Style, name: str, line: int) -> float:
    value = style.number(cell)
    if value is None or not value > 0.0:
        raise FileError(name, line, f"column Area holds {cell[:30]!r}, no area above 0. Correct or delete the row.")
    return value
