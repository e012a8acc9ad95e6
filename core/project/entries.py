"""Which records of an experiment share one NeXus entry, and how entries are named.

An entry shows its data to any NeXus viewer; the exact conditions stand in its ``records`` group, one row per
file, so that nothing is lost where repeats of one condition differ a little.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asplab.core.errors import ProjectError
from asplab.core.experiment import Condition, Curve, Experiment, Record, Scan, Spectrum, Table
from asplab.core.grouping.clusters import cluster, nearest
from asplab.core.settings import GroupingSettings

COLLECTIONS = ("spectra", "scans", "curves", "tables", "kept")
CLASSES: dict[str, type[Record]] = {
    "spectrum": Spectrum,
    "scan": Scan,
    "curve": Curve,
    "table": Table,
    "record": Record,
}
DETECTORS = {"spectrum": "detector_camera", "scan": "detector_lockin", "curve": "detector_curve"}
CONDITION_UNITS = {
    "temperature_k": "K",
    "excitation_nm": "nm",
    "longpass_nm": "nm",
    "shortpass_nm": "nm",
    "power_uw": "uW",
    "exposure_s": "s",
    "repeat": "1",
    "nd_od": "1",
    "em_gain": "1",
    "accumulations": "1",
    "bandwidth_nm": "nm",
    "temperature_error_k": "K",
    "probe_mw": "mW",
    "sensitivity_v": "V",
}
CONDITION_TEXTS = ("pair", "sample", "series", "note", "time", "path", "medium")
_TOLERANT = ("temperature_k", "excitation_nm", "longpass_nm", "shortpass_nm")
_SUFFIX_UNITS = {
    "per_mev": "1/meV", "mev": "meV", "nm": "nm", "nm2": "nm^2", "k": "K", "uw": "uW", "mw": "mW", "s": "s",
    "fs": "fs", "ps": "ps", "v": "V",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Records that share one NeXus entry.

    Attributes
    ----------
    name : str
        Name of the entry.
    collection : str
        Field of `Experiment` that the records belong to.
    positions : tuple of int
        Place of each record in that field.
    records : tuple of Record
        All of one class, with the same axes.
    """

    name: str
    collection: str
    positions: tuple[int, ...]
    records: tuple[Record, ...]


def unit_of(name: str) -> str:
    """Return the unit that a name ends with (``gap_mev``: meV); empty where it tells none."""
    lowered = name.lower()
    return next((unit for suffix, unit in _SUFFIX_UNITS.items() if lowered.endswith(f"_{suffix}")), "")


def arrange_entries(experiment: Experiment, settings: GroupingSettings) -> list[Entry]:
    """Group the records of an experiment by condition, within the tolerances, into named entries."""
    groups: dict[object, list[tuple[int, Record]]] = {}
    centres = _Centres([r for name in COLLECTIONS for r in getattr(experiment, name)], settings)
    for collection in COLLECTIONS:
        for position, record in enumerate(getattr(experiment, collection)):
            key = (collection, *_identity(record, position, centres))
            groups.setdefault(key, []).append((position, record))
    entries: list[Entry] = []
    taken: set[str] = {"overview"}
    for (collection, *_), members in groups.items():  # type: ignore[misc]
        name = _unique(_entry_name(members[0][1]), taken)
        entries.append(Entry(name, collection, tuple(i for i, _ in members), tuple(r for _, r in members)))
    return entries


class _Centres:
    """Centres of the clusters of each number that a condition is told apart by."""

    def __init__(self, records: Sequence[Record], settings: GroupingSettings) -> None:
        self._centres: dict[str, list[float]] = {}
        for name in _TOLERANT:
            known = {value for r in records if (value := getattr(r.condition, name)) is not None}
            is_temperature = name == "temperature_k"
            tolerance = settings.temperature_tolerance_k if is_temperature else settings.wavelength_tolerance_nm
            self._centres[name] = cluster(known, tolerance)

    def place(self, condition: Condition) -> tuple[int | None, ...]:
        """Return the cluster of each number, None where it is not known."""
        values = ((name, getattr(condition, name)) for name in _TOLERANT)
        return tuple(None if value is None else nearest(self._centres[name], value) for name, value in values)


def _identity(record: Record, position: int, centres: _Centres) -> tuple[object, ...]:
    """Return what records of one entry have in common; tables and kept records stand alone."""
    if not isinstance(record, Spectrum | Scan | Curve):
        return (position,)
    condition = record.condition
    place = centres.place(condition)
    # The mean of dark frames has a meaning for one exposure only.
    exposure = condition.exposure_s if record.kind == "dark" else None
    return (
        type(record),
        record.kind,
        place,
        condition.sample,
        condition.series,
        condition.medium,
        exposure,
        *_axes(record),
    )


def _axes(record: Spectrum | Scan | Curve) -> tuple[object, ...]:
    if isinstance(record, Scan):
        axis = record.excitation_nm
        return (axis.shape, axis.tobytes(), record.lockin_y_v is not None, record.power_uw is not None)
    return (record.wavelength_nm.shape, record.wavelength_nm.tobytes())


def class_name(record: Record) -> str:
    """Return the name of a record's class in project files; raise `ProjectError` for one that they don't know."""
    for name, kind in CLASSES.items():
        if type(record) is kind:
            return name
    raise ProjectError(f"{record.where}: records of type {type(record).__name__} can't be saved in a project.")


def _entry_name(record: Record) -> str:
    condition = record.condition
    parts = [record.kind]
    if condition.temperature_k is not None:
        parts.append(f"{condition.temperature_k:03.0f}K")
    if condition.excitation_nm is not None:
        parts.append(f"{condition.excitation_nm:.1f}nm".replace(".", "p"))
    if record.kind == "dark" and condition.exposure_s is not None:
        parts.append(f"{condition.exposure_s:g}s".replace(".", "p"))
    return re.sub(r"[^A-Za-z0-9_]", "_", "_".join(parts))


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found
