"""Tables that enter half-way: responses (I, PA), ratios R and efficiencies that were evaluated elsewhere."""

import numpy as np

from asplab.core.experiment import Table, frozen_array
from asplab.core.io.axes import LONGEST_NM, SHORTEST_NM
from asplab.core.io.datafile import FileError
from asplab.core.io.delimited import TextRow, TextTable, read_table
from asplab.core.io.records import Loaded, Origin
from asplab.core.units import FloatArray

SIDES = {
    "pl": 1.0,
    "stokes": 1.0,
    "s": 1.0,
    "aspl": 0.0,
    "anti-stokes": 0.0,
    "antistokes": 0.0,
    "anti_stokes": 0.0,
    "as": 0.0,
}
REQUIRED = {
    "responses": ("excitation_nm", "intensity", "intensity_error", "pa", "pa_error"),
    "ratios": ("stokes_detuning_mev", "detuning_mev", "gap_mev", "ratio", "ratio_error"),
    "efficiency": ("eta", "eta_error"),
}
ERRORS = ("intensity_error", "pa_error", "ratio_error", "eta_error")
POSITIVE = ("temperature_k", "excitation_nm", "gap_mev", "mean_photon_mev", "quantum_yield")


def read_halfway(raw: bytes, origin: Origin) -> Loaded:
    """Return a table of kind ``responses``, ``ratios`` or ``efficiency``.

    A header row names the columns, in any order and letter case; columns beside those below are kept when they
    hold numbers only.

    ``responses``: ``excitation_nm``, ``intensity``, ``intensity_error``, ``pa``, ``pa_error``; ``side`` (or
    ``kind``) with ``pl``/``stokes`` or ``aspl``/``anti-stokes``, loaded as column ``is_stokes`` of 1 and 0;
    optional ``gap_mev``, ``mean_photon_mev``.

    ``ratios``: ``stokes_detuning_mev``, ``detuning_mev``, ``gap_mev``, ``ratio``, ``ratio_error``.

    ``efficiency``: ``eta``, ``eta_error``; ``detuning_mev``, or ``excitation_nm`` with ``gap_mev``; optional
    ``quantum_yield``.

    All: ``temperature_k``, as a column or in the manifest; the loaded table always has the column. Errors are
    standard errors of 0 or more. Cells of optional columns may be blank and load as NaN.

    Raises
    ------
    FileError
        Where a column or a value is missing or impossible; it names the line.
    """
    table = read_table(raw, origin.source)
    if table.faults:
        raise table.faults[0]
    if not table.rows:
        raise FileError(origin.source, None, "the table has no rows. Add them or delete its row in the manifest.")
    refuse_missing_columns(table, origin)
    columns = {"temperature_k": temperatures(table, origin)}
    if origin.kind == "responses" and not {"side", "kind", "is_stokes"}.isdisjoint(table.columns):
        columns["is_stokes"] = np.array([side(table, row) for row in table.rows])
    for name in table.columns:
        if name and name not in ("temperature_k", "side", "kind", "is_stokes"):
            values = optional_or_numbers(table, name, origin.kind)
            if values is not None:
                columns[name] = values
    frozen = tuple((name, frozen_array(values)) for name, values in columns.items())
    metadata = (*origin.metadata, *(("comment", text) for text in table.comments))
    return Loaded(Table(origin.kind, origin.source, origin.line, origin.condition, metadata, columns=frozen))


def refuse_missing_columns(table: TextTable, origin: Origin) -> None:
    """Raise `FileError` when the table lacks a column without which it can't be used."""
    missing = [name for name in REQUIRED[origin.kind] if name not in table.columns]
    if origin.kind == "efficiency" and "detuning_mev" not in table.columns:
        missing += [name for name in ("excitation_nm", "gap_mev") if name not in table.columns]
    if origin.condition.temperature_k is None and "temperature_k" not in table.columns:
        missing.append("temperature_k")
    if missing:
        found = ", ".join(table.columns)
        raise FileError(
            origin.source,
            table.header_line,
            f"a table of kind {origin.kind} needs the column {missing[0]!r} (found: {found}). Add it, with the "
            "names in the first row.",
        )


def temperatures(table: TextTable, origin: Origin) -> FloatArray:
    """Return the temperature of each row: its cell, else that of the manifest."""
    values = [checked(table, row, "temperature_k") for row in table.rows]
    given = origin.condition.temperature_k
    for row, value in zip(table.rows, values, strict=True):
        if value is None and given is None:
            raise FileError(origin.source, row.line, "column temperature_k is blank. Give the temperature in K.")
    return np.array([given if value is None else value for value in values], dtype=np.float64)


def side(table: TextTable, row: TextRow) -> float:
    """Return 1 for a row excited above the gap, 0 for one below."""
    text = next((row.cells[name] for name in ("side", "kind", "is_stokes") if name in row.cells), "")
    value = {**SIDES, "1": 1.0, "0": 0.0}.get(text.lower())
    if value is None:
        raise FileError(table.name, row.line, f"side {text!r} isn't known. Write 'pl' or 'aspl'.")
    return value


def optional_or_numbers(table: TextTable, name: str, kind: str) -> FloatArray | None:
    """Return the numbers of a column; None where an unknown column holds text."""
    is_required = name in REQUIRED[kind] or (kind == "efficiency" and name == "detuning_mev")
    try:
        values = [checked(table, row, name) for row in table.rows]
    except FileError:
        if is_required or name in POSITIVE:
            raise
        return None
    for row, value in zip(table.rows, values, strict=True):
        if is_required and value is None:
            raise FileError(table.name, row.line, f"column {name} is blank. Fill it in or delete the row.")
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def checked(table: TextTable, row: TextRow, name: str) -> float | None:
    """Return the number in a cell; raise `FileError` where its column can't have such a value."""
    value = table.number(row, name)
    if value is None:
        return None
    if name in POSITIVE and value <= 0.0:
        raise FileError(table.name, row.line, f"column {name} holds {value:g}; it must be positive. Correct it.")
    if name in ERRORS and value < 0.0:
        raise FileError(table.name, row.line, f"column {name} holds {value:g}; an error can't be negative. Correct it.")
    if name == "excitation_nm" and not SHORTEST_NM <= value <= LONGEST_NM:
        raise FileError(
            table.name,
            row.line,
            f"excitation_nm {value:g} isn't a wavelength between {SHORTEST_NM:g} and {LONGEST_NM:g} nm. Convert it.",
        )
    return value
