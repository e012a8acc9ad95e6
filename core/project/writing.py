"""Write the records of one condition as one NeXus entry [NeXus, NXoptical_spectroscopy]."""

import json
from collections.abc import Sequence

import h5py
import numpy as np

from asplab.core.experiment import Curve, Experiment, Record, Scan, Spectrum, Table
from asplab.core.project.entries import (
    CONDITION_TEXTS,
    CONDITION_UNITS,
    DETECTORS,
    Entry,
    class_name,
    unit_of,
)
from asplab.core.project.nexus import ROLE, add_group, add_numbers, add_text, add_texts, share
from asplab.core.units import FloatArray

DEFINITION_URL = "https://manual.nexusformat.org/classes/applications/NXoptical_spectroscopy.html"
DEFINITION_VERSION = "2024.02"

_EMISSION = "photoluminescence"
_OTHER_TYPES = {
    "dark": "dark frame",
    "pa": "photothermal absorption",
    "pa_blank": "photothermal absorption of the bare substrate",
    "response": "spectral response of the detection",
    "filter": "transmission of a filter",
    "background": "background with the pump off",
    "emission_blank": "emission of the bare substrate",
    "lamp": "lines of a calibration lamp",
    "laser": "line of the excitation",
}
_SINGLE, _MULTI = "single-channel", "multichannel"


class EntryWriter:
    """Write entries into one file; axes that are equal are stored once and shared."""

    def __init__(self, file: h5py.File, experiment: Experiment) -> None:
        self._file = file
        self._experiment = experiment
        self._axes: dict[bytes, h5py.Dataset] = {}

    def write(self, entry: Entry) -> None:
        """Write one entry."""
        first = entry.records[0]
        group = add_group(self._file, entry.name, "NXentry", **{ROLE: "records"})
        group.attrs["asplab_collection"] = entry.collection
        group.attrs["asplab_class"] = class_name(first)
        group.attrs["asplab_kind"] = first.kind
        add_text(group, "title", _title(entry, self._experiment.simulated))
        if isinstance(first, Table):
            self._write_table(group, first)
        elif isinstance(first, Spectrum | Scan | Curve):
            self._write_measurement(group, entry)
        _write_records(group, entry)

    def _write_measurement(self, group: h5py.Group, entry: Entry) -> None:
        first = entry.records[0]
        _write_definition(group, first.kind)
        instrument = add_group(group, "instrument", "NXinstrument")
        beam = add_group(instrument, "beam_excitation", "NXbeam")
        add_text(beam, "parameter_reliability", "nominal")
        excitation = _mean_of(entry, "excitation_nm")
        if excitation is not None:
            add_numbers(beam, "incident_wavelength", excitation, unit="nm")
        sample = add_group(group, "sample", "NXsample")
        add_text(sample, "name", first.condition.sample or self._experiment.name or "unknown")
        temperature = _mean_of(entry, "temperature_k")
        if temperature is not None:
            add_numbers(sample, "temperature", temperature, unit="K")
        if isinstance(first, Scan):
            self._write_scans(group, instrument, entry)
        else:
            self._write_spectra(group, instrument, entry)

    def _write_spectra(self, group: h5py.Group, instrument: h5py.Group, entry: Entry) -> None:
        first = entry.records[0]
        if isinstance(first, Spectrum):
            unit, signal = "counts", "counts"
        else:
            unit, signal = "", first.kind if first.kind.isidentifier() else "values"
        raw = self._raw(instrument, DETECTORS[class_name(first)], _MULTI, [_values(r) for r in entry.records], unit)
        self._axis(raw, "wavelength", _wavelength(first))
        data = self._mean(group, signal, raw, unit)
        self._axis(data, "wavelength", _wavelength(first))
        data.attrs["axes"] = ["wavelength"]
        raw.attrs["axes"] = ["repeat", "wavelength"]

    def _write_scans(self, group: h5py.Group, instrument: h5py.Group, entry: Entry) -> None:
        scans = [record for record in entry.records if isinstance(record, Scan)]
        raw = self._raw(instrument, DETECTORS["scan"], _SINGLE, [scan.lockin_x_v for scan in scans], "V")
        for name, unit in (("lockin_y_v", "V"), ("power_uw", "uW")):
            columns = [getattr(scan, name) for scan in scans]
            if columns[0] is not None:
                add_numbers(raw, name, np.stack(columns), unit=unit, pack=True)
        self._axis(raw, "excitation", scans[0].excitation_nm)
        data = self._mean(group, "lockin_x", raw, "V")
        self._axis(data, "excitation", scans[0].excitation_nm)
        data.attrs["axes"] = ["excitation"]
        raw.attrs["axes"] = ["repeat", "excitation"]

    def _raw(
        self, instrument: h5py.Group, name: str, channels: str, repeats: Sequence[FloatArray], unit: str
    ) -> h5py.Group:
        """Write the untouched repeats, (n_repeats, n)."""
        detector = add_group(instrument, name, "NXdetector")
        add_text(detector, "detector_channel_type", channels)
        raw = add_group(detector, "raw_data", "NXdata", signal="raw")
        add_numbers(raw, "raw", np.stack(repeats), unit=unit, pack=True)
        add_numbers(raw, "repeat", np.arange(1, len(repeats) + 1), unit="1")
        return raw

    def _mean(self, group: h5py.Group, signal: str, raw: h5py.Group, unit: str) -> h5py.Group:
        """Write what viewers draw first: the mean of the repeats and its standard error, for the eye only."""
        data = add_group(group, "data", "NXdata", signal=signal)
        group.attrs["default"] = "data"
        stack = np.asarray(raw["raw"][...], dtype=float)
        count = len(stack)
        # Single precision is ample for the eye; what it can't hold, or what is not finite, shows as such.
        with np.errstate(over="ignore", invalid="ignore"):
            mean = stack.mean(axis=0).astype(np.float32)
            error = (stack.std(axis=0, ddof=min(1, count - 1)) / np.sqrt(count)).astype(np.float32)
        add_numbers(data, signal, mean, unit=unit, long_name=f"{signal} (mean of {count})")
        if count > 1:
            add_numbers(data, f"{signal}_errors", error, unit=unit)
        return data

    def _axis(self, group: h5py.Group, name: str, values: FloatArray) -> None:
        key = name.encode() + values.tobytes()
        if key in self._axes:
            share(group, name, self._axes[key])
        else:
            self._axes[key] = add_numbers(group, name, values, unit="nm", long_name=f"{name} (nm)")

    def _write_table(self, group: h5py.Group, table: Table) -> None:
        data = add_group(group, "data", "NXdata")
        data.attrs["asplab_columns"] = len(table.columns)
        for number, (name, values) in enumerate(table.columns):
            add_numbers(data, f"column_{number}", values, unit=unit_of(name), pack=True)
            # The name of a column is free text, that of a dataset is not.
            add_text(data, f"column_{number}_name", name)
        if len(table.columns) > 1 and np.all(np.diff(table.columns[0][1]) > 0):
            data.attrs["axes"] = ["column_0"]
        if table.columns:
            data.attrs["signal"] = f"column_{min(1, len(table.columns) - 1)}"
            group.attrs["default"] = "data"


def _write_definition(group: h5py.Group, kind: str) -> None:
    definition = add_text(group, "definition", "NXoptical_spectroscopy")
    definition.attrs["version"] = DEFINITION_VERSION
    definition.attrs["URL"] = DEFINITION_URL
    if kind in ("pl", "aspl", "emission"):
        add_text(group, "experiment_type", _EMISSION)
    elif kind == "absorption":
        add_text(group, "experiment_type", "transmission spectroscopy")
    else:
        add_text(group, "experiment_type", "other")
        add_text(group, "experiment_type_other", _OTHER_TYPES.get(kind, kind))


def _title(entry: Entry, simulated: bool) -> str:
    condition = entry.records[0].condition
    names = {"pl": "PL", "aspl": "ASPL", "pa": "Photothermal absorption", "dark": "Dark frames"}
    parts = [names.get(entry.records[0].kind, entry.records[0].kind)]
    if condition.temperature_k is not None:
        parts.append(f"{condition.temperature_k:.0f} K")
    if condition.excitation_nm is not None:
        parts.append(f"excited at {condition.excitation_nm:.1f} nm")
    return ", ".join(parts) + (" (simulated)" if simulated else "")


def _mean_of(entry: Entry, name: str) -> float | None:
    values = [value for r in entry.records if (value := getattr(r.condition, name)) is not None]
    return float(np.mean(values)) if values else None


def _values(record: Record) -> FloatArray:
    if isinstance(record, Spectrum):
        return record.counts
    if isinstance(record, Curve):
        return record.values
    raise TypeError(f"{record.where}: no spectrum and no curve")


def _wavelength(record: Record) -> FloatArray:
    if isinstance(record, Spectrum | Curve):
        return record.wavelength_nm
    raise TypeError(f"{record.where}: no spectrum and no curve")


def _write_records(group: h5py.Group, entry: Entry) -> None:
    """Write what is true of each file: a column holds its value for each record and is absent where none has one."""
    rows = add_group(group, "records", "NXcollection")
    add_numbers(rows, "position", np.array(entry.positions, dtype=np.int64), unit="1")
    add_texts(rows, "source", [record.source for record in entry.records])
    _add_column(rows, "line", [record.line for record in entry.records], "1")
    for name, unit in CONDITION_UNITS.items():
        _add_column(rows, name, [getattr(record.condition, name) for record in entry.records], unit)
    for name in CONDITION_TEXTS:
        texts = [getattr(record.condition, name) for record in entry.records]
        if any(texts):
            add_texts(rows, name, texts)
    if any(record.metadata for record in entry.records):
        add_texts(rows, "metadata", [json.dumps(record.metadata) for record in entry.records])


def _add_column(rows: h5py.Group, name: str, values: Sequence[float | int | None], unit: str) -> None:
    absent = [value is None for value in values]
    if all(absent):
        return
    whole = all(isinstance(value, int) for value in values if value is not None)
    filled = [0 if value is None else value for value in values]
    add_numbers(rows, name, np.array(filled, dtype=np.int64 if whole else np.float64), unit=unit)
    if any(absent):
        add_numbers(rows, f"{name}_absent", np.array(absent, dtype=np.uint8), unit="1")
