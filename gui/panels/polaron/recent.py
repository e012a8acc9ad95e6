"""The comparisons made since the data were opened: a memory of the window, no part of the document."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from asplab.core.document import Document, Scenario
from asplab.core.settings import ParameterLimit, Settings
from asplab.gui.settings_catalogue import QUANTITIES, STEPS, Entry
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import without_markup

MOST_RECENT = 30
"""Comparisons remembered; beyond, the oldest is forgotten."""
FIRST = "first comparison"


def remember(recent: tuple[Scenario, ...], document: Document, summary: str) -> tuple[Scenario, ...]:
    """Return the comparisons with that of a document, the latest first; each is called by what it changed.

    What was found from the same inputs before stays where it is, with the newer summary.
    """
    inputs = (document.settings, document.exclusions)
    if any((fit.settings, fit.exclusions) == inputs for fit in recent):
        return tuple(
            replace(fit, summary=summary) if (fit.settings, fit.exclusions) == inputs else fit for fit in recent
        )
    name = differences(recent[0], document) if recent else FIRST
    return (Scenario(name, *inputs, summary, datetime.now(UTC)), *recent)[:MOST_RECENT]


def differences(before: Scenario | Document, after: Scenario | Document) -> str:
    """Return in words what two documents set otherwise, with the values of the second; empty where nothing."""
    changed = [
        (record.name, one.name)
        for record in fields(Settings)
        for one in fields(getattr(before.settings, record.name))
        if getattr(getattr(before.settings, record.name), one.name)
        != getattr(getattr(after.settings, record.name), one.name)
    ]
    words = [_told(record, name, getattr(getattr(after.settings, record), name)) for record, name in changed]
    if before.exclusions != after.exclusions:
        words.append("exclusions")
    return ", ".join(words)


def _told(record: str, name: str, value: Any) -> str:
    entry = _ENTRIES.get((record, name))
    if entry is None:
        return name.replace("_", " ")
    label, numeric = without_markup(entry.label), entry.numeric
    if entry.kind == "many":
        return f"{len(value)} models" if len(value) != 1 else "1 model"
    if entry.kind == "ranges":
        return ", ".join(_limited(one) for one in value) or "no parameter bounded"
    if entry.kind == "priors":
        return ", ".join(f"prior of {_symbol(one.parameter)}" for one in value) or "no priors"
    if entry.kind == "switch":
        return f"{label} {'on' if value else 'off'}"
    if entry.kind == "choice":
        return f"{label}: {without_markup(dict(entry.choices).get(value, str(value)))}"
    if entry.kind == "pair":
        return f"{label} {plain(value[0], numeric.decimals)}–{plain(value[1], numeric.decimals)} {numeric.unit}".strip()
    if entry.kind in ("number", "optional"):
        shown = entry.empty if value is None else f"{plain(value, numeric.decimals)} {numeric.unit}".strip()
        return f"{label} {shown}"
    return label


def _limited(limit: ParameterLimit) -> str:
    symbol, known = _symbol(limit.parameter), QUANTITIES.get(limit.parameter)
    decimals, unit = (3, "") if known is None else (known.numeric.decimals, known.numeric.unit)
    low, high = (f"{plain(end, decimals)}" for end in (limit.low, limit.high))
    return (
        f"{symbol} = {low} {unit}".rstrip() if limit.low == limit.high else f"{symbol} {low} … {high} {unit}".rstrip()
    )


def _symbol(parameter: str) -> str:
    known = QUANTITIES.get(parameter)
    return parameter if known is None else without_markup(known.symbol)


_ENTRIES: dict[tuple[str, str], Entry] = {
    (entry.record, entry.field): entry for groups in STEPS.values() for group in groups for entry in group.entries
}
