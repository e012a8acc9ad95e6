"""The scenarios kept with a document, in and out of its project file; their results are never stored."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import h5py

from asplab.core.document import Document, Exclusion, Exclusions, Scenario
from asplab.core.errors import SettingsError
from asplab.core.project.nexus import Reader, add_text
from asplab.core.settings.plain import settings_from_dict, settings_to_dict

PLACE = "fits"
"""Named for the first use of scenarios, as layout 1.1 has it: older programs find them there as kept fits."""
CHOSEN = "scenario"
_KEYS = {"name", "kept_at", "summary", "settings", "exclusions"}


def write_scenarios(project: h5py.Group, document: Document) -> None:
    """Write the scenarios as one JSON text, and which was chosen last; a project without any has neither.

    Raises
    ------
    SettingsError
        When a setting has a value that no file can hold.
    """
    if document.scenarios:
        add_text(project, PLACE, json.dumps([_plain(one) for one in document.scenarios], allow_nan=False))
    if document.scenario:
        add_text(project, CHOSEN, document.scenario)


def read_scenarios(project: h5py.Group, reader: Reader) -> tuple[tuple[Scenario, ...], str]:
    """Return the scenarios and the name of the one chosen last; none from a project that knows of none.

    Raises
    ------
    ProjectError
        When the text is no list of scenarios, or the chosen one is not among them.
    """
    scenarios = _read_list(project, reader) if PLACE in project else ()
    chosen = reader.text(project, CHOSEN) if CHOSEN in project else ""
    if chosen and chosen not in [one.name for one in scenarios]:
        raise reader.fault(f"{project.name}/{CHOSEN}", f"there is no scenario {chosen!r}.")
    return scenarios, chosen


def _read_list(project: h5py.Group, reader: Reader) -> tuple[Scenario, ...]:
    place = f"{project.name}/{PLACE}"
    rows = reader.json(reader.text(project, PLACE), place)
    if not isinstance(rows, list):
        raise reader.fault(place, f"expected a list of scenarios, found {rows!r:.80}.")
    scenarios = tuple(_scenario(row, f"{place}[{number}]", reader) for number, row in enumerate(rows))
    names = [one.name for one in scenarios]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise reader.fault(place, f"two scenarios are named {doubled!r}.")
    return scenarios


def _plain(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "kept_at": scenario.kept_at.isoformat(),
        "summary": scenario.summary,
        "settings": settings_to_dict(scenario.settings),
        "exclusions": [[item.target, item.reason] for item in scenario.exclusions.items],
    }


def _scenario(row: object, place: str, reader: Reader) -> Scenario:
    if not isinstance(row, dict) or set(row) != _KEYS:
        raise reader.fault(place, f"expected a scenario with {', '.join(sorted(_KEYS))}, found {row!r:.80}.")
    try:
        settings = settings_from_dict(row["settings"], where=f"{place}/settings")
    except SettingsError as error:
        raise reader.fault(place, str(error)) from error
    name, summary = (_text(row, key, place, reader) for key in ("name", "summary"))
    return Scenario(name, settings, _exclusions(row["exclusions"], place, reader), summary, _time(row, place, reader))


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
