"""The fits kept with a document, in and out of its project file."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import h5py

from asplab.core.document import Exclusion, Exclusions, KeptFit
from asplab.core.errors import SettingsError
from asplab.core.project.nexus import Reader, add_text
from asplab.core.settings.plain import settings_from_dict, settings_to_dict

PLACE = "fits"
_KEYS = {"name", "kept_at", "summary", "settings", "exclusions"}


def write_fits(project: h5py.Group, fits: tuple[KeptFit, ...]) -> None:
    """Write the kept fits as one JSON text; a project without any has none.

    Raises
    ------
    SettingsError
        When a setting has a value that no file can hold.
    """
    if fits:
        add_text(project, PLACE, json.dumps([_plain(fit) for fit in fits], allow_nan=False))


def read_fits(project: h5py.Group, reader: Reader) -> tuple[KeptFit, ...]:
    """Return the kept fits; none from a project that was saved before there were any.

    Raises
    ------
    ProjectError
        When the text is no list of fits.
    """
    if PLACE not in project:
        return ()
    place = f"{project.name}/{PLACE}"
    rows = reader.json(reader.text(project, PLACE), place)
    if not isinstance(rows, list):
        raise reader.fault(place, f"expected a list of fits, found {rows!r:.80}.")
    fits = tuple(_fit(row, f"{place}[{number}]", reader) for number, row in enumerate(rows))
    names = [fit.name for fit in fits]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise reader.fault(place, f"two fits are named {doubled!r}.")
    return fits


def _plain(fit: KeptFit) -> dict[str, Any]:
    return {
        "name": fit.name,
        "kept_at": fit.kept_at.isoformat(),
        "summary": fit.summary,
        "settings": settings_to_dict(fit.settings),
        "exclusions": [[item.target, item.reason] for item in fit.exclusions.items],
    }


def _fit(row: object, place: str, reader: Reader) -> KeptFit:
    if not isinstance(row, dict) or set(row) != _KEYS:
        raise reader.fault(place, f"expected a fit with {', '.join(sorted(_KEYS))}, found {row!r:.80}.")
    try:
        settings = settings_from_dict(row["settings"], where=f"{place}/settings")
    except SettingsError as error:
        raise reader.fault(place, str(error)) from error
    name, summary = (_text(row, key, place, reader) for key in ("name", "summary"))
    return KeptFit(name, settings, _exclusions(row["exclusions"], place, reader), summary, _time(row, place, reader))


def _text(row: Mapping[str, object], key: str, place: str, reader: Reader) -> str:
    value = row[key]
    if not isinstance(value, str):
        raise reader.fault(f"{place}/{key}", f"expected a text, found {value!r:.80}.")
    return value


def _time(row: Mapping[str, object], place: str, reader: Reader) -> datetime:
    text = _text(row, "kept_at", place, reader)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise reader.fault(f"{place}/kept_at", f"{text!r} is no date with time (ISO 8601).") from error
    if found.tzinfo is None:
        raise reader.fault(f"{place}/kept_at", f"{text!r} has no time zone.")
    return found


def _exclusions(rows: object, place: str, reader: Reader) -> Exclusions:
    if not isinstance(rows, list):
        raise reader.fault(f"{place}/exclusions", f"expected a list, found {rows!r:.80}.")
    items = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 2 or not all(isinstance(text, str) for text in row):
            raise reader.fault(f"{place}/exclusions", f"expected target and reason, found {row!r:.80}.")
        items.append(Exclusion(row[0], row[1]))
    return Exclusions(tuple(items))
