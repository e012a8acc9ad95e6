"""Turn a data table of JCAMP-DX into an axis and values, and compare it with what its header states.

Source: McDonald & Wilks, Appl. Spectrosc. 42, 151 (1988), the definition of JCAMP-DX 4.24.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.io.asdf_digits import Checkpoint, Ordinates, decode_ordinates
from asplab.core.io.datafile import FileError
from asplab.core.units import FloatArray

POINTS_LIMIT = 5_000_000
COMMA_IN_NUMBER = re.compile(r"(?<=\d),(?=\d)")
NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[Ee][+-]?\d{1,3})?", re.ASCII)
FRACTION = re.compile(r"[.,](\d*)(?:[Ee]([+-]?\d+))?|[Ee]([+-]?\d+)")
HALF_STEP = 0.5

Rows = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The points of a table: abscissas and ordinates (n,), the line of each, and what to tell the user."""

    x: FloatArray
    y: FloatArray
    lines: tuple[int, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header states about a table: values and lines by normalised label, and the name of the file."""

    name: str
    texts: Mapping[str, str]
    lines: Mapping[str, int]

    def number(self, label: str) -> float | None:
        """Return the finite number that ``label`` states, None without one; raise `FileError` for anything else."""
        text = self.texts.get(label, "").replace(" ", "")
        if not text:
            return None
        value = float(text.replace(",", ".")) if NUMBER.fullmatch(text) else float("nan")
        if not np.isfinite(value):
            raise self.fault(label, f"{label} is {text[:40]!r}, which is no number. Export the data again.")
        return value

    def factor(self, label: str) -> float:
        """Return the factor that ``label`` states, 1 without one; raise `FileError` where it is zero."""
        value = self.number(label)
        if value == 0.0:
            raise self.fault(label, f"{label} is zero, so all values would vanish. Export the data again.")
        return 1.0 if value is None else value

    def fault(self, label: str, text: str) -> FileError:
        """Return the error that says ``text`` about the line of ``label``."""
        return FileError(self.name, self.lines.get(label), text)


def read_series(heading: Heading, rows: Rows) -> Points:
    """Return the points of a table in the form ``X++(Y..Y)``, ordinates at equal steps.

    Raises
    ------
    FileError
        Where the table can't be decoded, or contradicts NPOINTS or the abscissas that its lines state.
    """
    try:
        return series(heading, rows, decimal_comma=False)
    except FileError as error:
        if not any(COMMA_IN_NUMBER.search(text) for _, text in rows):
            raise
        fault = error
    try:
        return series(heading, rows, decimal_comma=True)
    except FileError:
        raise fault from None


def series(heading: Heading, rows: Rows, *, decimal_comma: bool) -> Points:
    """Return the points of equal steps under one meaning of the comma. Raises as `read_series`."""
    if decimal_comma:
        rows = [(line, COMMA_IN_NUMBER.sub(".", text)) for line, text in rows]
    first, last, count = heading.number("FIRSTX"), heading.number("LASTX"), point_count(heading)
    if first is None or last is None:
        raise heading.fault("XYDATA", "FIRSTX or LASTX is missing, so there is no axis. Export the data again.")
    found = decode_ordinates(rows, count, heading.name)
    if len(found.values) != count:
        raise too_few(heading, len(found.values), count)
    step = (last - first) / (count - 1) if count > 1 else 0.0
    refuse_checkpoints(heading, found, first, step)
    x = first + step * np.arange(count, dtype=np.float64)
    y = heading.factor("YFACTOR") * np.array(found.values)
    refuse_overflow(heading, y, found)
    return Points(x, y, tuple(found.lines), (*step_warnings(heading, step, count), *first_warnings(heading, y)))


def point_count(heading: Heading) -> int:
    """Return the number of points that NPOINTS, or FIRSTX, LASTX and DELTAX, state."""
    stated = heading.number("NPOINTS")
    if stated is None:
        first, last, step = (heading.number(label) for label in ("FIRSTX", "LASTX", "DELTAX"))
        if first is None or last is None or not step:
            raise heading.fault("XYDATA", "NPOINTS is missing, so a missing end wouldn't show. Export the data again.")
        stated = round(abs((last - first) / step)) + 1.0
    if not 1.0 <= stated <= POINTS_LIMIT or stated != int(stated):
        raise heading.fault("NPOINTS", f"NPOINTS is {stated:g}, no number of points. Export the data again.")
    return int(stated)


def too_few(heading: Heading, found: int, stated: int) -> FileError:
    """Return the error for a table that doesn't have as many points as its header states."""
    return heading.fault(
        "NPOINTS",
        f"the table has {found} points, but NPOINTS states {stated}. The file is cut short or damaged: copy it again "
        "from the instrument.",
    )


def refuse_checkpoints(heading: Heading, found: Ordinates, first: float, step: float) -> None:
    """Raise `FileError` where an abscissa in the table isn't the one of its point, within half a step."""
    factor = heading.factor("XFACTOR")
    for point in found.checkpoints:
        expected = first + step * point.index
        stated = factor * float(point.abscissa)
        allowed = max(HALF_STEP * abs(step), abs(factor) * resolution(point.abscissa), 1e-9 * abs(expected))
        if not (np.isfinite(stated) and abs(stated - expected) <= allowed):
            raise shifted(heading, point, stated, expected)


def shifted(heading: Heading, point: Checkpoint, stated: float, expected: float) -> FileError:
    """Return the error for a line whose abscissa doesn't fit the number of values before it."""
    return FileError(
        heading.name,
        point.line,
        f"the line begins at x = {stated:.8g}, but the values before it lead to {expected:.8g}: values are missing, "
        "or FIRSTX, LASTX, XFACTOR or NPOINTS is wrong. Export the data again.",
    )


def resolution(number: str) -> float:
    """Return the unit of the last digit of a number as it is written."""
    match = FRACTION.search(number)
    if match is None:
        return 1.0
    return float(f"1e{int(match[2] or match[3] or 0) - len(match[1] or '')}")


def refuse_overflow(heading: Heading, y: FloatArray, found: Ordinates) -> None:
    """Raise `FileError` for the first value too large to be a number; ``?`` in the table remains NaN."""
    wrong = np.isinf(y)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise FileError(heading.name, found.lines[row], "a value is too large to be a number. Export the data again.")


def step_warnings(heading: Heading, step: float, count: int) -> tuple[str, ...]:
    """Return a warning where DELTAX would end the axis more than half a step away from LASTX."""
    stated = heading.number("DELTAX")
    if stated is None or abs(stated - step) * (count - 1) <= HALF_STEP * abs(step):
        return ()
    return (f"DELTAX states {stated:g}, but FIRSTX, LASTX and NPOINTS give {step:g}, which is used",)


def first_warnings(heading: Heading, y: FloatArray) -> tuple[str, ...]:
    """Return a warning where the first value isn't the one that FIRSTY states, and where YFACTOR is missing."""
    text = heading.texts.get("FIRSTY", "").replace(" ", "")
    warnings = () if heading.texts.get("YFACTOR", "").strip() else ("YFACTOR isn't stated; 1 is used",)
    if not NUMBER.fullmatch(text):
        return warnings
    stated = float(text.replace(",", "."))
    allowed = max(1e-3 * abs(stated), resolution(text), abs(heading.factor("YFACTOR")))
    if not abs(y[0] - stated) > allowed:
        return warnings
    return (*warnings, f"FIRSTY states {stated:g}, but the values begin with {y[0]:g}; YFACTOR may be wrong")


def read_pairs(heading: Heading, rows: Rows, *, is_spectrum: bool) -> Points:
    """Return the points of a table in the form ``XY..XY``, each with its own abscissa.

    Whether a comma separates numbers or is their decimal mark is decided by NPOINTS, FIRSTX and LASTX.

    Raises
    ------
    FileError
        Where the numbers can't be read, or contradict the header.
    """
    faults: list[FileError] = []
    fitting: list[Points] = []
    has_comma = any(COMMA_IN_NUMBER.search(text) for _, text in rows)
    has_point = any("." in text for _, text in rows)
    for decimal_comma in (False, True) if has_comma and not has_point else (False,):
        try:
            fitting.append(pairs(heading, rows, decimal_comma=decimal_comma, is_spectrum=is_spectrum))
        except FileError as error:
            faults.append(error)
    if not fitting:
        raise faults[0]
    if len(fitting) > 1 and fitting[0].x.size != fitting[1].x.size:
        raise heading.fault(
            "NPOINTS",
            "the commas may separate numbers or be decimal marks, and neither NPOINTS nor LASTX tells. Add NPOINTS "
            "to the header, or export the data with decimal points.",
        )
    return fitting[0]


def pairs(heading: Heading, rows: Rows, *, decimal_comma: bool, is_spectrum: bool) -> Points:
    """Return the points under one meaning of the comma. Raises as `read_pairs`."""
    numbers: list[float] = []
    lines: list[int] = []
    for line, text in rows:
        values = row_numbers(text, line, heading.name, decimal_comma=decimal_comma)
        numbers += values
        lines += [line] * len(values)
    if len(numbers) % 2 or not numbers:
        raise heading.fault(
            "NPOINTS", f"the table holds {len(numbers)} numbers, no pairs of x and y. Export the data again."
        )
    x = heading.factor("XFACTOR") * np.array(numbers[::2])
    y = heading.factor("YFACTOR") * np.array(numbers[1::2])
    if not np.isfinite(x).all() or np.isinf(y).any():
        raise heading.fault("XFACTOR", "a value is too large to be a number, or missing. Export the data again.")
    stated = heading.number("NPOINTS")
    if stated is not None and stated != x.size:
        raise too_few(heading, x.size, int(stated))
    warnings = ("NPOINTS isn't stated, so a missing end wouldn't show",) if stated is None else ()
    if is_spectrum:
        refuse_ends(heading, x)
        warnings = (*warnings, *first_warnings(heading, y))
    return Points(x, y, tuple(lines[::2]), warnings)


def row_numbers(text: str, line: int, name: str, *, decimal_comma: bool) -> list[float]:
    """Return the numbers of a line; raise `FileError` where anything else stands on it."""
    parted = text.replace(";", " ")
    cells = [cell.rstrip(",") for cell in parted.split()] if decimal_comma else parted.replace(",", " ").split()
    values: list[float] = []
    for cell in cells:
        if not NUMBER.fullmatch(cell) and cell != "?":
            raise FileError(name, line, f"{cell[:30]!r} is no number. Correct it, or export the data again.")
        values.append(float("nan") if cell == "?" else float(cell.replace(",", ".")))
    return values


def refuse_ends(heading: Heading, x: FloatArray) -> None:
    """Raise `FileError` where the first or last abscissa isn't the one that the header states."""
    for label, row, inner in (("FIRSTX", 0, 1), ("LASTX", -1, -2)):
        stated = heading.number(label)
        if stated is None:
            continue
        step = abs(x[inner] - x[row]) if x.size > 1 else 0.0
        allowed = max(HALF_STEP * step, resolution(heading.texts[label]), 1e-6 * abs(stated))
        if not abs(x[row] - stated) <= allowed:
            raise heading.fault(
                label,
                f"{label} states {stated:.8g}, but the table has {x[row]:.8g}: the file is cut short, or XFACTOR is "
                "wrong. Export the data again.",
            )
