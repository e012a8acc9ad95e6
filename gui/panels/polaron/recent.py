"""The comparisons made since the data were opened: a memory of the window, no part of the document."""

from dataclasses import replace
from datetime import UTC, datetime

from asplab.core.document import Document, Scenario
from asplab.core.scenarios import differences as core_differences
from asplab.core.scenarios import state_of
from asplab.gui.language import tr
from asplab.gui.words.settings import change_words

MOST_RECENT = 30
"""Comparisons remembered; beyond, the oldest is forgotten."""
FIRST = tr("first comparison")


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
    found = core_differences([state_of(before), state_of(after)])
    words = [change_words(one.record, one.field, one.values[1]) for one in found if one.record != "exclusions"]
    if before.exclusions != after.exclusions:
        words.append(tr("exclusions"))
    return ", ".join(words)
