"""What a slow outcome is: how it is found, what it belongs to, and whether it still holds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from asplab.core.document import Document
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Study:
    """A kind of slow outcome.

    Attributes
    ----------
    key : str
    text : str
        What runs, for the status line.
    work : callable
        ``(results, request, progress) -> value``; runs in a thread of its own.
    ignores : tuple of str
        Settings records that the outcome does not depend on.
    follows : bool
        Runs by itself after an edit while its page is shown; others wait for the user.
    """

    key: str
    text: str
    work: Callable[[Results, Any, Progress], Any]
    ignores: tuple[str, ...] = ()
    follows: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A value, the document it was found for, and what was asked (draws, seed, …)."""

    value: Any
    document: Document
    request: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class StudyState:
    """What is known of a study now.

    Attributes
    ----------
    outcome : Outcome or None
        The latest one, whatever it belongs to.
    is_current : bool
        Whether it belongs to the present document and to what is asked now.
    is_running : bool
    failure : str
        Why the latest attempt for the present document gave nothing.
    """

    outcome: Outcome | None = None
    is_current: bool = False
    is_running: bool = False
    failure: str = ""

    @property
    def value(self) -> Any:
        """The value of the outcome, None where there is none."""
        return None if self.outcome is None else self.outcome.value


@dataclass(slots=True)
class Slot:
    """What the store remembers of one study."""

    outcome: Outcome | None = None
    asked: tuple[Document, Any] | None = None
    is_running: bool = False
    failure: str = ""
    refused: tuple[Document, Any] | None = None
    """For what the latest attempt failed or was cancelled: it is not tried again unasked."""


def has_same_inputs(one: Document, other: Document, ignores: tuple[str, ...] = ()) -> bool:
    """Return whether two documents lead to the same outcome."""
    if one is other:
        return True
    return (
        one.experiment is other.experiment
        and one.exclusions == other.exclusions
        and _without(one.settings, ignores) == _without(other.settings, ignores)
    )


def _without(settings: Settings, ignores: tuple[str, ...]) -> Settings:
    if not ignores:
        # Asked at every frame of a drag, mostly with nothing left out.
        return settings
    default = Settings()
    left_out: dict[str, Any] = {name: getattr(default, name) for name in ignores}
    return replace(settings, **left_out)
