"""Read ``manifest.csv``: which files belong to an experiment, of which kind, under which conditions."""

import difflib
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from asplab.core.errors import InputError
from asplab.core.experiment import CURVE_KINDS, EMISSION_KINDS, KINDS, MEDIA, Condition
from asplab.core.grouping.clock import clock
from asplab.core.io import file_bytes
from asplab.core.io.datafile import FileError
from asplab.core.io.delimited import TextRow, TextTable, read_table
from asplab.core.io.selection import WHOLE_FILE, Selection, understood_selection

REQUIRED = ("file", "kind")
WAVELENGTHS = ("excitation_nm", "longpass_nm", "shortpass_nm")
WAVELENGTH_NM = (100.0, 20000.0)
POSITIVE = (
    "temperature_k",
    "excitation_nm",
    "longpass_nm",
    "shortpass_nm",
    "power_uw",
    "exposure_s",
    "em_gain",
    "sensitivity_v",
)
NOT_NEGATIVE = ("nd_od", "bandwidth_nm", "temperature_error_k", "probe_mw")
UNPUMPED = frozenset(("dark", "background"))
"""Kinds that are taken with the pump off, whose power may be given as 0."""
WHOLE = {"repeat": 0, "accumulations": 1}
TEXTS = ("pair", "sample", "series", "note", "time", "path", "medium")
SELECTING = ("dataset", "frames", "rows")
KNOWN_COLUMNS = frozenset((*REQUIRED, *POSITIVE, *NOT_NEGATIVE, *WHOLE, *TEXTS, *SELECTING))
NEED_TEMPERATURE = frozenset((*EMISSION_KINDS, "pa"))
NEED_EXCITATION = frozenset(EMISSION_KINDS)
CELSIUS_HINT = {"temperature_k": " Temperatures are in kelvin: add 273.15 to degrees Celsius."}


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One understood row: ``pattern`` is a file or glob with ``/``, as checked by `relative_pattern`."""

    line: int
    pattern: str
    kind: str
    condition: Condition
    metadata: tuple[tuple[str, str], ...] = ()
    selection: Selection = WHOLE_FILE


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read: understood rows, and the faults of the others."""

    name: str
    sha256: str
    simulated: bool
    rows: tuple[ManifestRow, ...]
    faults: tuple[FileError, ...]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises
    ------
    InputError
        When it is empty, isn't a table, or lacks the columns ``file`` and ``kind``. What is wrong with single
        rows is in `Manifest.faults`.
    """
    raw = file_bytes(path, path.name)
    if not raw.strip():
        raise InputError(f"{path}: the manifest is empty. Write a header row 'file,kind,…' and a row per file.")
    table = read_table(raw, path.name)
    refuse_missing_columns(table, path)
    rows: list[ManifestRow] = []
    faults = list(table.faults)
    for row in table.rows:
        try:
            rows.append(understood(row, table))
        except FileError as fault:
            faults.append(fault)
    if not table.rows and not faults:
        raise InputError(f"{path}: the manifest has a header but no rows. Add a row per file or glob.")
    return Manifest(path.name, hashlib.sha256(raw).hexdigest(), is_simulated(table), tuple(rows), tuple(faults))


def refuse_missing_columns(table: TextTable, path: Path) -> None:
    """Raise `InputError` when the manifest has no column ``file`` or ``kind``."""
    for column in REQUIRED:
        if column not in table.columns:
            found = ", ".join(table.columns)
            raise InputError(
                f"{path}: the manifest has no column '{column}' (found: {found}){alike(column, table.columns)}. "
                "Its first row must name the columns; 'file' and 'kind' are required."
            )


def is_simulated(table: TextTable) -> bool:
    """Whether the manifest says that its data come from the virtual experiment."""
    samples = (row.cells.get("sample", "") for row in table.rows)
    return any(text.lower().startswith("simulated") for text in (*table.comments, *samples))


def understood(row: TextRow, table: TextTable) -> ManifestRow:
    """Return what ``row`` means; raise `FileError` naming the line where it can't be used."""

    def fault(text: str) -> FileError:
        return FileError(table.name, row.line, text)

    for column in REQUIRED:
        if column not in row.cells:
            raise fault(f"the cell of column '{column}' is blank. Fill it in or delete the row.")
    pattern = relative_pattern(row.cells["file"], fault)
    kind = known_kind(row.cells["kind"], fault)
    never_zero = set(POSITIVE) - ({"power_uw"} if kind in UNPUMPED else set())
    numbers = {
        column: bounded(row, table, column, fault, is_positive=column in never_zero)
        for column in (*POSITIVE, *NOT_NEGATIVE)
    }
    for column in WAVELENGTHS:
        value = numbers[column]
        if value is not None and not WAVELENGTH_NM[0] <= value <= WAVELENGTH_NM[1]:
            raise fault(
                f"column {column} holds {value:g}; a wavelength in nm lies between {WAVELENGTH_NM[0]:g} and "
                f"{WAVELENGTH_NM[1]:g}. Convert it from µm, eV or cm⁻¹."
            )
    refuse_missing_numbers(kind, numbers, fault)
    texts = {column: row.cells.get(column, "") for column in TEXTS}
    refuse_unknown_time(texts["time"], fault)
    texts["medium"] = known_medium(texts["medium"], fault)
    counts = {column: whole(row, table, column, fault) for column in WHOLE}
    condition = Condition(**numbers, **counts, **texts)  # type: ignore[arg-type]
    extra = tuple((column, cell) for column, cell in row.cells.items() if column not in KNOWN_COLUMNS)
    dataset, frames, lines = (row.cells.get(column, "") for column in SELECTING)
    selection = understood_selection(dataset, frames, lines, fault)
    return ManifestRow(row.line, pattern, kind, condition, extra, selection)


def relative_pattern(text: str, fault: Callable[[str], FileError]) -> str:
    """Return ``text`` with ``/`` as separator; raise where it would leave the manifest's folder."""
    pattern = text.replace("\\", "/")
    if re.match(r"[A-Za-z]:", pattern) or pattern.startswith(("/", "~")):
        raise fault(f"{text!r} is an absolute path. Give it relative to the manifest's folder.")
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise fault(f"{text!r} leaves the manifest's folder. Move the file into the folder.")
    if not parts:
        raise fault(f"{text!r} is the folder itself. Name a file in it or a glob such as 'PL_*.csv'.")
    return "/".join(parts)


def known_kind(text: str, fault: Callable[[str], FileError]) -> str:
    """Return the kind in lower case; raise where it isn't one of `KINDS`."""
    kind = text.lower()
    if kind not in KINDS:
        raise fault(f"unknown kind {text!r}{alike(kind, KINDS)}. Known kinds: {', '.join(KINDS)}.")
    return kind


def alike(text: str, known: tuple[str, ...]) -> str:
    """Return a question that offers the most similar of ``known``, or an empty text."""
    close = difflib.get_close_matches(text, known, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'" if close else ""


def bounded(
    row: TextRow, table: TextTable, column: str, fault: Callable[[str], FileError], *, is_positive: bool
) -> float | None:
    """Return the number in ``column``; raise where it is negative, or zero where it must be positive."""
    value = table.number(row, column)
    if value is not None and (value < 0.0 or (value == 0.0 and is_positive)):
        hint = CELSIUS_HINT.get(column, "")
        needed = "positive" if is_positive else "0 or more"
        raise fault(f"column {column} holds {row.cells[column]!r}; it must be {needed}, or blank.{hint}")
    return value


def whole(row: TextRow, table: TextTable, column: str, fault: Callable[[str], FileError]) -> int | None:
    """Return the number in ``column``; raise where it is no whole number, or too small."""
    value, least = table.number(row, column), WHOLE[column]
    if value is None:
        return None
    if value < least or value != int(value):
        raise fault(f"column {column} holds {row.cells[column]!r}; it must be a whole number, {least} or more.")
    return int(value)


def refuse_unknown_time(text: str, fault: Callable[[str], FileError]) -> None:
    """Raise where a time stamp can't be understood."""
    try:
        if text:
            clock(text)
    except ValueError:
        raise fault(
            f"column time holds {text!r}, which is no time. Write 2026-03-05 14:03:22, 14:03:22 or seconds."
        ) from None


def known_medium(text: str, fault: Callable[[str], FileError]) -> str:
    """Return the medium in lower case; raise where it isn't one of `MEDIA`."""
    medium = text.lower()
    if medium not in ("", *MEDIA):
        raise fault(f"column medium holds {text!r}; write {' or '.join(MEDIA)}, or leave it blank.")
    return medium


def refuse_missing_numbers(kind: str, numbers: dict[str, float | None], fault: Callable[[str], FileError]) -> None:
    """Raise where a row lacks what its kind can't do without, or its filters let no light through."""
    if kind in NEED_TEMPERATURE and numbers["temperature_k"] is None:
        raise fault(f"column temperature_k is blank; kind {kind} needs it. Give the sample temperature in K.")
    if kind in NEED_EXCITATION and numbers["excitation_nm"] is None:
        raise fault(f"column excitation_nm is blank; kind {kind} needs it. Give the excitation wavelength in nm.")
    low, high = numbers["longpass_nm"], numbers["shortpass_nm"]
    if low is not None and high is not None and low >= high and kind not in CURVE_KINDS:
        raise fault(
            f"longpass_nm {low:g} isn't below shortpass_nm {high:g}: nothing is transmitted. A long-pass "
            "filter passes what lies above its cutoff; exchange the two values if they are swapped."
        )
