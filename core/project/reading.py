"""Read NeXus entries of a project back into records, exactly as they were."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

import h5py

from asplab.core.experiment import Condition, Record
from asplab.core.project.entries import CLASSES, COLLECTIONS, CONDITION_TEXTS, CONDITION_UNITS, DETECTORS
from asplab.core.project.nexus import Reader
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ReadEntry:
    """What one entry holds: records with their place in a field of `Experiment`."""

    collection: str
    records: tuple[tuple[int, Record], ...]


def read_entry(group: h5py.Group, reader: Reader) -> ReadEntry:
    """Return the records of one entry exactly as they were written."""
    collection = reader.attribute(group, "asplab_collection")
    name = reader.attribute(group, "asplab_class")
    if collection not in COLLECTIONS or name not in CLASSES:
        raise reader.fault(str(group.name), f"unknown records {collection!r} of class {name!r}.")
    rows = reader.group(group, "records")
    positions = [int(value) for value in reader.numbers(rows, "position", ndim=1)]
    parts = _read_data(group, name, len(positions), reader)
    bases = _read_bases(group, rows, len(positions), reader)
    records = [CLASSES[name](*base, **part) for base, part in zip(bases, parts, strict=True)]
    return ReadEntry(collection, tuple(zip(positions, records, strict=True)))


def _read_bases(group: h5py.Group, rows: h5py.Group, count: int, reader: Reader) -> list[tuple[Any, ...]]:
    """Return kind, source, line, condition and metadata of each record."""
    kind = reader.attribute(group, "asplab_kind")
    columns: dict[str, list[Any]] = {"source": reader.texts(rows, "source")}
    for name in ("line", *CONDITION_UNITS):
        columns[name] = _read_column(rows, name, count, reader)
    for name in CONDITION_TEXTS:
        columns[name] = reader.texts(rows, name) if reader.has(rows, name) else [""] * count
    texts = reader.texts(rows, "metadata") if reader.has(rows, "metadata") else ["[]"] * count
    columns["metadata"] = [_metadata(reader.json(text, str(rows.name)), rows, reader) for text in texts]
    for name, column in columns.items():
        if len(column) != count:
            raise reader.fault(f"{rows.name}/{name}", f"{len(column)} rows instead of {count}.")
    names = [field.name for field in fields(Condition)]
    conditions = [Condition(**{name: columns[name][i] for name in names}) for i in range(count)]
    return list(zip([kind] * count, columns["source"], columns["line"], conditions, columns["metadata"], strict=True))


def _read_column(rows: h5py.Group, name: str, count: int, reader: Reader) -> list[Any]:
    if not reader.has(rows, name):
        return [None] * count
    cast: Callable[[float], float | int] = int if name in ("line", "repeat", "accumulations") else float
    values = reader.numbers(rows, name, ndim=1)
    if not reader.has(rows, f"{name}_absent"):
        return [cast(value) for value in values]
    absent = reader.numbers(rows, f"{name}_absent", ndim=1)
    if absent.shape != values.shape:
        raise reader.fault(f"{rows.name}/{name}_absent", f"{absent.size} rows instead of {values.size}.")
    return [None if gone else cast(value) for value, gone in zip(values, absent, strict=True)]


def _metadata(value: Any, rows: h5py.Group, reader: Reader) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list) or not all(_is_pair(item) for item in value):
        raise reader.fault(f"{rows.name}/metadata", f"expected pairs of texts, found {value!r:.80}.")
    return tuple((name, text) for name, text in value)


def _is_pair(item: object) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)


def _read_data(group: h5py.Group, name: str, count: int, reader: Reader) -> list[dict[str, Any]]:
    """Return the arrays of each record by the name of their field."""
    if name == "record":
        return [{}] * count
    if name == "table":
        return [{"columns": _read_columns(group, reader)}]
    instrument = reader.group(group, "instrument")
    raw = reader.group(reader.group(instrument, DETECTORS[name]), "raw_data")
    axis = reader.numbers(raw, "excitation" if name == "scan" else "wavelength", ndim=1)
    field_names = {"spectrum": ("wavelength_nm", "counts"), "curve": ("wavelength_nm", "values")}
    axis_name, value_name = field_names.get(name, ("excitation_nm", "lockin_x_v"))
    stacks = {value_name: reader.numbers(raw, "raw", ndim=2)}
    if name == "scan":
        optional = [part for part in ("lockin_y_v", "power_uw") if reader.has(raw, part)]
        stacks |= {part: reader.numbers(raw, part, ndim=2) for part in optional}
    for part, stack in stacks.items():
        if stack.shape != (count, axis.size):
            text = f"{part} has the shape {stack.shape}, but there are {count} records of {axis.size} points."
            raise reader.fault(str(raw.name), text)
    return [{axis_name: axis, **{part: stack[i] for part, stack in stacks.items()}} for i in range(count)]


def _read_columns(group: h5py.Group, reader: Reader) -> tuple[tuple[str, FloatArray], ...]:
    data = reader.group(group, "data")
    numbers = [int(n) for name in data if (n := _column_number(name)) is not None]
    return tuple(
        (reader.text(data, f"column_{n}_name"), reader.numbers(data, f"column_{n}", ndim=1)) for n in sorted(numbers)
    )


def _column_number(name: str) -> str | None:
    found = re.fullmatch(r"column_(\d+)", name)
    return found.group(1) if found else None


def assemble_collections(entries: Iterable[ReadEntry], reader: Reader) -> dict[str, tuple[Record, ...]]:
    """Return the fields of `Experiment` with all records in the order in which they were read from the files."""
    placed: dict[str, dict[int, Record]] = {name: {} for name in COLLECTIONS}
    for entry in entries:
        for position, record in entry.records:
            placed[entry.collection][position] = record
    for name, records in placed.items():
        if sorted(records) != list(range(len(records))):
            raise reader.fault(name, f"records are missing or double (found places {sorted(records)[:5]} …).")
    return {name: tuple(records[i] for i in range(len(records))) for name, records in placed.items()}
