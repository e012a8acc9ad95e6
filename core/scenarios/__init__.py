"""Scenarios: other ways of analysing one experiment. How they are kept, named, chosen, and how they differ.

A scenario holds settings and exclusions under a name. The document itself is always at one state, which may be that of
a scenario or of none; edits change the document and leave scenarios as they were kept.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from asplab.core.document import Document, Exclusions, Scenario
from asplab.core.errors import InputError
from asplab.core.settings import Settings

State = tuple[Settings, Exclusions]


@dataclass(frozen=True, slots=True)
class Difference:
    """A choice that is not the same in all of several states.

    Attributes
    ----------
    record, field : str
        Settings record and its field; for an exclusion, ``exclusions`` and the target.
    values : tuple
        One of each state: the value of the field, or the reason of the exclusion, None where there is none.
    """

    record: str
    field: str
    values: tuple[object, ...]


def state_of(of: Document | Scenario) -> State:
    """Return settings and exclusions: what results follow from, besides the experiment."""
    return of.settings, of.exclusions


def scenario_named(document: Document, name: str) -> Scenario:
    """Return a scenario of a document.

    Raises
    ------
    InputError
        When it has none of that name; the message lists those that it has.
    """
    names = [one.name for one in document.scenarios]
    if name not in names:
        place = document.experiment.name
        if not names:
            raise InputError(f"{place}: no scenario {name!r}; none is kept. Leave the scenario out, or keep one first.")
        close = difflib.get_close_matches(name, names, n=1)
        question = f"Did you mean {close[0]!r}? " if close else ""
        raise InputError(f"{place}: no scenario {name!r}. {question}There are: {', '.join(names)}.")
    return document.scenarios[names.index(name)]


def chosen_scenario(document: Document) -> Scenario | None:
    """Return the scenario that was chosen last, changed since or not."""
    return next((one for one in document.scenarios if one.name == document.scenario), None)


def is_changed(document: Document) -> bool:
    """Return whether settings or exclusions were changed since a scenario was chosen."""
    chosen = chosen_scenario(document)
    return chosen is not None and state_of(chosen) != state_of(document)


def scenario_words(document: Document) -> str:
    """Return which scenario the results of a document are those of, for people; empty where none was chosen."""
    if chosen_scenario(document) is None:
        return ""
    return f"{document.scenario}, changed since it was kept" if is_changed(document) else document.scenario


def free_name(documents: Iterable[Document], stem: str) -> str:
    """Return ``stem 1``, ``stem 2``, … : the first number above those in use in any of the documents."""
    numbered = re.compile(rf"{re.escape(stem)} (\d+)")
    found = (numbered.fullmatch(one.name) for document in documents for one in document.scenarios)
    return f"{stem} {max((int(match[1]) for match in found if match), default=0) + 1}"


# --- from document to document -------------------------------------------------------------------------------
def switch_to(document: Document, name: str) -> Document:
    """Return the document at the state of a scenario."""
    wanted = scenario_named(document, name)
    return replace(document, settings=wanted.settings, exclusions=wanted.exclusions, scenario=name)


def create_scenario(document: Document, name: str, now: datetime) -> Document:
    """Return the document with its present state kept as a scenario, which is then the chosen one.

    Raises
    ------
    InputError
        The name is empty or taken.
    """
    wanted = _free(document, name)
    made = Scenario(wanted, document.settings, document.exclusions, "", now)
    return replace(document, scenarios=(made, *document.scenarios), scenario=wanted)


def update_scenario(document: Document, name: str, now: datetime) -> Document:
    """Return the document with its present state kept in place of what a scenario held; its note goes with that."""
    old = scenario_named(document, name)
    made = Scenario(name, document.settings, document.exclusions, "", now)
    return replace(document, scenarios=_with(document.scenarios, old, made), scenario=name)


def duplicate_scenario(document: Document, name: str, copy: str, now: datetime) -> Document:
    """Return the document with a copy of a scenario under another name; its state stays.

    Raises
    ------
    InputError
        There is no such scenario, or the other name is empty or taken.
    """
    found = scenario_named(document, name)
    made = replace(found, name=_free(document, copy), kept_at=now)
    return replace(document, scenarios=_with(document.scenarios, found, made, found))


def rename_scenario(document: Document, name: str, wanted: str) -> Document:
    """Return the document with a scenario named otherwise.

    Raises
    ------
    InputError
        There is no such scenario, or the new name is empty or taken.
    """
    old = scenario_named(document, name)
    made = replace(old, name=_free(document, wanted, but=name))
    chosen = made.name if document.scenario == name else document.scenario
    return replace(document, scenarios=_with(document.scenarios, old, made), scenario=chosen)


def delete_scenario(document: Document, name: str) -> Document:
    """Return the document without a scenario; its state stays, though it may have no name any more."""
    old = scenario_named(document, name)
    chosen = "" if document.scenario == name else document.scenario
    return replace(document, scenarios=_with(document.scenarios, old), scenario=chosen)


def _free(document: Document, name: str, but: str = "") -> str:
    """Return a name without blanks around it that no scenario has, ``but`` one."""
    wanted = name.strip()
    if not wanted:
        raise InputError(f"{but or 'scenario'}: the new name is empty. Type one letter at least.")
    if any(one.name == wanted for one in document.scenarios if one.name != but):
        raise InputError(f"{but or wanted}: another scenario is named “{wanted}” already. Choose another name.")
    return wanted


def _with(scenarios: tuple[Scenario, ...], old: Scenario, *new: Scenario) -> tuple[Scenario, ...]:
    """Return the scenarios with one in whose place others stand."""
    place = scenarios.index(old)
    return (*scenarios[:place], *new, *scenarios[place + 1 :])


# --- how they differ -----------------------------------------------------------------------------------------
def differences(states: Sequence[State]) -> tuple[Difference, ...]:
    """Return every setting and every exclusion that is not the same in all states, in the order of the settings."""
    found = [
        Difference(record.name, one.name, values)
        for record in fields(Settings)
        if not _are_equal(records := tuple(getattr(settings, record.name) for settings, _ in states))
        for one in fields(records[0])
        if not _are_equal(values := tuple(getattr(made, one.name) for made in records))
    ]
    targets = {item.target: None for _, exclusions in states for item in exclusions.items}
    for target in targets:
        reasons = tuple(exclusions.reason(target) for _, exclusions in states)
        if not _are_equal(reasons):
            found.append(Difference("exclusions", target, reasons))
    return tuple(found)


def _are_equal(values: tuple[object, ...]) -> bool:
    return all(value == values[0] for value in values)
