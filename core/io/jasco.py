"""Read text exports of JASCO Spectra Manager: keys, ``XYDATA``, rows, and a log behind them.

Source: the layout of public files that JASCO spectrometers wrote.
"""

import hashlib
import re
from collections.abc import Sequence

from asplab.core.experiment import frozen_array
from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.encoding import decode, split_lines
from asplab.core.io.heads import head_bytes, head_text
from asplab.core.io.quantities import x_meaning, y_meaning
from asplab.core.io.reader import Reader
from asplab.core.io.rows import Row, Style, read_rows, refuse_open_end, style_of
from asplab.core.io.shimadzu import table

NAME = "JASCO"
KEYS = re.compile(
    r"^(TITLE|DATA TYPE|SPECTROMETER/DATA SYSTEM|DELTAX|XUNITS|YUNITS|FIRSTX|LASTX|NPOINTS|FIRSTY|XYDATA)(?:[\t,;]|$)",
    re.MULTILINE,
)
KEYS_NEEDED = 4
MARKS = (b"NPOINTS", b"XYDATA")
"""Without both of them no table is read."""
DATA = re.compile(r"XYDATA[\t,; ]*$")
HEADER_LINES = 100
POINTS_LIMIT = 5_000_000
HALF_STEP = 0.5


def recognises_jasco(raw: bytes) -> bool:
    """Whether several keys of a JASCO export, without the marks of JCAMP-DX, stand in the first lines."""
    head = head_bytes(raw)
    if not any(mark in head for mark in MARKS):
        return False
    return len(set(KEYS.findall(head_text(raw)))) >= KEYS_NEEDED


def read_jasco(raw: bytes, name: str) -> DataFile:
    """Return the columns of a JASCO export.

    Raises
    ------
    FileError
        Where the rows contradict NPOINTS, FIRSTX or LASTX, or don't have the same number of cells.
    """
    text = decode(raw, name)
    lines = split_lines(text)
    start = next((k for k, line in enumerate(lines[:HEADER_LINES]) if DATA.match(line)), None)
    if start is None or start + 1 >= len(lines):
        raise FileError(name, None, "no rows follow the key XYDATA: the file is cut short. Copy it again.")
    head_style = style_of("\n".join(lines[:start]), [])
    body = lines[start + 1 :]
    style = style_of(max(head_style.delimiter, "\t", key=body[0].count), body)
    header = dict(pairs(lines[:start], head_style))
    rows = read_rows(lines, start + 1, style, name)
    refuse_open_end(text, rows, name)
    refuse_other_count(rows, header, style, name)
    values = table(rows, len(rows[0].values), name)
    if len(values) < 2:
        raise FileError(name, rows[0].line, "the rows have a single column; x and y are needed. Export it again.")
    refuse_other_ends(values[0], header, style, name)
    columns, is_single = spectrum_columns(values, header)
    return DataFile(
        path=name,
        reader=NAME,
        sha256=hashlib.sha256(raw).hexdigest(),
        columns=columns,
        lines=tuple(row.line for row in rows),
        metadata=(*pairs(lines[:start], head_style), *pairs(lines[start + 1 + len(rows) :], head_style)),
        layout=y_meaning(columns[1].header, header.get("DATA TYPE", ""))[2] if is_single else "columns",
    )


def spectrum_columns(values: Sequence[list[float]], header: dict[str, str]) -> tuple[tuple[Column, ...], bool]:
    """Return the columns with the names and units that the header states, and whether there is a single quantity."""
    data_type = header.get("DATA TYPE", "")
    x_header = header.get("XUNITS", "")
    columns = [Column(x_header, *x_meaning(x_header, data_type), frozen_array(values[0]))]
    for number, column in enumerate(values[1:], 1):
        text = header.get("YUNITS" if number == 1 else f"Y{number}UNITS", "")
        y_name, y_unit, _ = y_meaning(text, data_type if number == 1 else "")
        columns.append(Column(text, y_name, y_unit, frozen_array(column)))
    return tuple(columns), len(values) == 2


def refuse_other_count(rows: Sequence[Row], header: dict[str, str], style: Style, name: str) -> None:
    """Raise `FileError` unless there are as many rows as NPOINTS states."""
    text = header.get("NPOINTS", "")
    stated = int(text) if text.isdecimal() and len(text) < 10 else None
    if stated is None or not 1 <= stated <= POINTS_LIMIT:
        raise FileError(name, None, f"NPOINTS is {text[:20]!r}, no number of points. Export the data again.")
    if len(rows) != stated:
        raise FileError(
            name,
            rows[-1].line,
            f"the table has {len(rows)} rows, but NPOINTS states {stated}. The file is cut short or damaged: copy it "
            "again from the instrument.",
        )


def refuse_other_ends(x: list[float], header: dict[str, str], style: Style, name: str) -> None:
    """Raise `FileError` where the table begins or ends at another x than the header states."""
    for key, row, inner in (("FIRSTX", 0, 1), ("LASTX", -1, -2)):
        stated = Style(style.delimiter, True).number(header.get(key, ""))
        step = abs(x[inner] - x[row]) if len(x) > 1 else 0.0
        if stated is not None and not abs(x[row] - stated) <= max(HALF_STEP * step, 1e-6 * abs(stated)):
            raise FileError(
                name, None, f"{key} states {stated:.8g}, but the table has {x[row]:.8g}. Export the data again."
            )


def pairs(lines: Sequence[str], style: Style) -> tuple[tuple[str, str], ...]:
    """Return the pairs of key and value; section titles and keys without a value are no pairs."""
    found = []
    for line in lines:
        key, _, value = line.partition(style.delimiter)
        value = value.strip(f'{style.delimiter} \t"')
        if key.strip() and value:
            found.append((key.strip(), value))
    return tuple(found)


READER = Reader(NAME, recognises_jasco, read_jasco)
