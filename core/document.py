"""The document: one frozen value with everything that the user can save or undo."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from asplab.core.experiment import Experiment
from asplab.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A record, or a whole stack, that the user took out of the analysis, and why.

    ``target`` is the source path of a record, or the key of a stack (`Stack.key`).
    """

    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exclusions:
    """All exclusions of a document."""

    items: tuple[Exclusion, ...] = ()

    def reason(self, target: str) -> str | None:
        """Return why ``target`` is excluded, or None when it is not."""
        return next((item.reason for item in self.items if item.target == target), None)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way of analysing the experiment that is kept by name: settings, exclusions, and what was found in words.

    Attributes
    ----------
    name : str
        Unique in its document.
    settings, exclusions : Settings, Exclusions
        Its results follow from these and the experiment; they are computed, never kept.
    summary : str
        A note on what a comparison of rate models found with it; empty where none was kept.
    kept_at : datetime
        When it was kept, with time zone.
    """

    name: str
    settings: Settings
    exclusions: Exclusions
    summary: str
    kept_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """Experiment, settings, exclusions and the scenarios kept: what is saved.

    Every result follows from the first three.

    Attributes
    ----------
    experiment : Experiment
    settings : Settings
    exclusions : Exclusions
    scenarios : tuple of Scenario
        Other ways of analysing the same experiment, the latest first.
    scenario : str
        The scenario that was chosen last, empty for none; the settings may have been changed since
        (`asplab.core.scenarios.is_changed`).
    """

    experiment: Experiment
    settings: Settings = field(default_factory=Settings)
    exclusions: Exclusions = field(default_factory=Exclusions)
    scenarios: tuple[Scenario, ...] = ()
    scenario: str = ""

    def with_settings(self, **records: Any) -> "Document":
        """Return the document with whole settings records replaced, such as ``integration=…``."""
        return replace(self, settings=replace(self.settings, **records))

    def with_experiment(self, experiment: Experiment) -> "Document":
        """Return the document with another experiment."""
        return replace(self, experiment=experiment)

    def excluding(self, target: str, reason: str) -> "Document":
        """Return the document with ``target`` excluded for ``reason``."""
        kept = tuple(item for item in self.exclusions.items if item.target != target)
        return replace(self, exclusions=Exclusions((*kept, Exclusion(target, reason))))

    def including(self, target: str) -> "Document":
        """Return the document with ``target`` brought back."""
        kept = tuple(item for item in self.exclusions.items if item.target != target)
        return replace(self, exclusions=Exclusions(kept))
