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
class KeptFit:
    """A comparison of rate models that was made: what leads back to it, and what it found in words.

    Attributes
    ----------
    name : str
        Unique in its history.
    settings, exclusions : Settings, Exclusions
        Those it was made with.
    summary : str
    kept_at : datetime
        When it was found, with time zone.
    """

    name: str
    settings: Settings
    exclusions: Exclusions
    summary: str
    kept_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """Experiment, settings, exclusions and the fits kept: what is saved.

    Every result follows from the first three; ``fits`` are notes about results of earlier settings, the latest first.
    """

    experiment: Experiment
    settings: Settings = field(default_factory=Settings)
    exclusions: Exclusions = field(default_factory=Exclusions)
    fits: tuple[KeptFit, ...] = ()

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
