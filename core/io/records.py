"""Make records of files: pick the columns that a kind needs, check them, convert them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from asplab.core.experiment import CURVE_KINDS, Condition, Curve, Record, Scan, Spectrum, Table, frozen_array
from asplab.core.io.absorbance import refuse_impossible
from asplab.core.io.axes import POWER_UNITS, VOLTAGES, read_axis, refuse_missing, scaled
from asplab.core.io.bare_scans import ScanColumns, Told, bare_columns
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.headers import (
    ABSORPTIONS,
    COUNTS,
    ENERGIES,
    EXCITATIONS,
    LOCKIN_R,
    LOCKIN_X,
    LOCKIN_Y,
    POWERS,
    RESPONSES,
    TRANSMISSIONS,
    WAVELENGTHS,
    WAVENUMBERS,
)
from asplab.core.io.transmission import transmission
from asplab.core.problems import Severity
from asplab.core.units import FloatArray

AXES = WAVELENGTHS | ENERGIES | WAVENUMBERS
SCAN_AXES = EXCITATIONS | AXES
CURVE_NAMES = {"response": RESPONSES | COUNTS, "filter": TRANSMISSIONS, "absorption": ABSORPTIONS}
MAGNITUDE_ONLY: tuple[Severity, str] = (
    "warning",
    "the scan holds the lock-in magnitude only, taken as lockin_x_v: a magnitude can't be negative, so net "
    "cooling can't be seen. Record X and Y to see it.",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from: the kind, file, manifest line, condition and further columns of its row."""

    kind: str
    source: str
    line: int | None
    condition: Condition
    metadata: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """One record, and what to tell the user about it as pairs of severity and text."""

    record: Record
    remarks: tuple[tuple[Severity, str], ...] = ()


def read_spectrum(file: DataFile, origin: Origin) -> Loaded:
    """Return an emission or dark spectrum: wavelength and counts, two columns or more with a header.

    Negative counts are kept. Raises `FileError` where the columns can't be told apart or hold no usable numbers.
    """
    axis_column, counts_column, notes = axis_and_values(file, AXES, COUNTS, ("wavelength", "counts"))
    axis = read_axis(file, axis_column, origin.condition.excitation_nm)
    refuse_missing(file, counts_column, "the number of counts")
    record = Spectrum(
        *fields(file, origin),
        wavelength_nm=frozen_array(axis.wavelength_nm),
        counts=frozen_array(counts_column.values[axis.order]),
    )
    return Loaded(record, remarks(file, (*notes, *axis.notes)))


def read_curve(file: DataFile, origin: Origin) -> Loaded:
    """Return a response, filter or absorption curve: wavelength and values. Raises as `read_spectrum`."""
    names = CURVE_NAMES[origin.kind]
    axis_column, values_column, notes = axis_and_values(file, AXES, names, ("wavelength", origin.kind))
    axis = read_axis(file, axis_column)
    refuse_missing(file, values_column, f"the {origin.kind}")
    if origin.kind == "absorption":
        refuse_impossible(file, values_column, values_column.values[axis.order])
    if origin.kind == "response" and values_column.values.min() <= 0.0:
        row = int(np.argmin(values_column.values))
        text = f"response {values_column.values[row]:g} isn't positive; counts can't be divided by it. Crop the curve."
        raise file.fault(row, text)
    values, told = transmission(file, values_column) if origin.kind == "filter" else (values_column.values, ())
    record = Curve(
        *fields(file, origin),
        wavelength_nm=frozen_array(axis.wavelength_nm),
        values=frozen_array(values[axis.order]),
    )
    return Loaded(record, remarks(file, (*notes, *axis.notes, *told)))


def read_scan(file: DataFile, origin: Origin) -> Loaded:
    """Return a photothermal scan: columns ``excitation_nm``, ``lockin_x_v``, ``lockin_y_v``, ``power_uw``.

    The last two are optional. Without a header two columns are the first two; four are all of them where the
    numbers of the last pass for a power, which is told, or the first three where it is √(X² + Y²). A scan with a
    magnitude instead of X loads with a warning.

    Raises
    ------
    FileError
        Where the columns can't be told apart, or hold no usable numbers.
    """
    axis_column, x_column, y_column, power_column, told = scan_columns(file)
    axis = read_axis(file, axis_column)
    x_v = scaled(file, x_column, VOLTAGES, "the lock-in X")
    y_v = None if y_column is None else scaled(file, y_column, VOLTAGES, "the lock-in Y")
    power = None if power_column is None else scan_power(file, power_column)
    record = Scan(
        *fields(file, origin),
        excitation_nm=frozen_array(axis.wavelength_nm),
        lockin_x_v=frozen_array(x_v[axis.order]),
        lockin_y_v=None if y_v is None else frozen_array(y_v[axis.order]),
        power_uw=None if power is None else frozen_array(power[axis.order]),
    )
    return Loaded(record, (*told, *remarks(file, axis.notes)))


def scan_power(file: DataFile, column: Column) -> FloatArray:
    """Return the pump power in µW; raise `FileError` where it isn't positive."""
    power_uw = scaled(file, column, POWER_UNITS, "the pump power")
    if power_uw.min() <= 0.0:
        row = int(np.argmin(power_uw))
        text = f"pump power {column.values[row]:g} isn't positive; the signal can't be divided by it. Correct the row."
        raise file.fault(row, text)
    return power_uw


def scan_columns(file: DataFile) -> ScanColumns:
    """Return the columns of a scan: axis, X, Y, power; and what to say about the choice."""
    if not file.has_header:
        return bare_columns(file)
    columns = file.columns
    refuse_twins(file)
    named = file.first_named(SCAN_AXES)
    axis = named or columns[0]
    rest = [column for column in columns if column is not axis]
    x, y, power, magnitude = (first(rest, names) for names in (LOCKIN_X, LOCKIN_Y, POWERS, LOCKIN_R))
    told: Told = (MAGNITUDE_ONLY,) if x is None and magnitude is not None else ()
    x = x or magnitude
    if not named:
        told = (*told, ("info", f"column {axis.header!r} is taken as excitation_nm"))
    if x is None and len(rest) == 1:
        x = rest[0]
        told = (*told, ("info", f"column {x.header!r} is taken as lockin_x_v"))
    if x is None:
        raise file.fault(None, f"no column is named lockin_x_v (found: {headers(file)}). Correct the header row.")
    return axis, x, y, power, told


def first(columns: list[Column], names: frozenset[str]) -> Column | None:
    """Return the first of ``columns`` whose name is among ``names``, or None."""
    return next((column for column in columns if column.name in names), None)


def axis_and_values(
    file: DataFile, axes: frozenset[str], values: frozenset[str], wanted: tuple[str, str]
) -> tuple[Column, Column, tuple[str, ...]]:
    """Return the axis column, the one column of values, and what to say about the choice."""
    columns = file.columns
    if len(columns) < 2:
        text = f"the file has a single column; {wanted[0]} and {wanted[1]} are needed. Export both into one file."
        raise file.fault(0, text)
    refuse_twins(file)
    axis = file.first_named(axes)
    found = [column for column in columns if column.name in values and column is not axis]
    if axis is not None and len(found) == 1:
        return axis, found[0], ()
    if len(columns) == 2:
        return positional(file, axis, found, wanted)
    raise file.fault(
        None,
        f"the file has {len(columns)} columns ({headers(file)}), of which one {wanted[0]} and one {wanted[1]} are "
        f"needed. Name these two in a header row '{wanted[0]}_nm,{wanted[1]}', or write into the column frames of the "
        "manifest which columns to take: repeats, mean, or numbers such as 1-5.",
    )


def positional(
    file: DataFile, axis: Column | None, found: list[Column], wanted: tuple[str, str]
) -> tuple[Column, Column, tuple[str, ...]]:
    """Return the two columns of a file, the ones that no name tells apart by their place."""
    one, other = file.columns
    if axis is other or (axis is None and found == [one]):
        one, other = other, one
    if not file.has_header:
        return one, other, ()
    return one, other, (f"columns {one.header!r}, {other.header!r} are taken as {wanted[0]} and {wanted[1]}",)


def refuse_twins(file: DataFile) -> None:
    """Raise `FileError` when two columns have the same header."""
    names = [column.name for column in file.columns if column.name]
    twin = next((name for name in names if names.count(name) > 1), None)
    if twin is not None:
        raise file.fault(None, f"two columns are named {twin!r}. Give each column a name of its own.")


def headers(file: DataFile) -> str:
    """Return the names of the columns for a message."""
    return ", ".join(column.header or "unnamed" for column in file.columns[:6])


def fields(file: DataFile, origin: Origin) -> tuple[str, str, int | None, Condition, tuple[tuple[str, str], ...]]:
    """Return the fields that every record has; what the manifest says stands before what the file says."""
    return origin.kind, origin.source, origin.line, origin.condition, (*origin.metadata, *file.metadata)


def remarks(file: DataFile, notes: tuple[str, ...]) -> tuple[tuple[Severity, str], ...]:
    """Return the reader's warnings and ``notes`` as pairs of severity and text."""
    warnings: list[tuple[Severity, str]] = [("warning", text) for text in file.warnings]
    return (*warnings, *(("info", text) for text in notes))


def read_kept(file: DataFile, origin: Origin) -> Loaded:
    """Return a record of a companion measurement: all columns as they are; those of a matrix over its delays."""
    if file.frame_axis is not None and file.frame_axis.name == "delay":
        columns = tuple(by_delay(file, file.frame_axis))
    else:
        columns = tuple((column.header or f"column_{k}", column.values) for k, column in enumerate(file.columns, 1))
    return Loaded(Table(*fields(file, origin), columns=columns), remarks(file, ()))


def by_delay(file: DataFile, delay: Column) -> Iterator[tuple[str, FloatArray]]:
    """Yield the delays of a matrix whose frames are spectra, and the signal at each wavelength over them."""
    yield delay.header, delay.values
    axis, *frames = file.columns
    signals = np.stack([frame.values for frame in frames], axis=1)
    yield from ((f"{nm:.6g} nm", frozen_array(signal)) for nm, signal in zip(axis.values, signals, strict=True))


def read_record(file: DataFile, origin: Origin) -> Loaded:
    """Return the record that ``origin.kind`` asks for; tables that enter half-way are read elsewhere."""
    if origin.kind in ("pa", "pa_blank"):
        return read_scan(file, origin)
    if origin.kind in CURVE_KINDS:
        return read_curve(file, origin)
    return read_spectrum(file, origin)
