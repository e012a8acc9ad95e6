"""Progress of long work: report a fraction, allow a cancel."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from asplab.core.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Progress:
    """Report how far long work has come and whether it should stop.

    ``report`` receives the fraction done (0 to 1) and a short text; ``cancelled`` is set from any thread.
    """

    report: Callable[[float, str], None] = lambda fraction, text: None
    cancelled: Event = field(default_factory=Event)

    def step(self, done: int, total: int, text: str) -> None:
        """Report ``done`` of ``total`` and raise `Cancelled` when a stop was asked for."""
        if self.cancelled.is_set():
            raise Cancelled(f"stopped by the user during: {text}")
        self.report(done / total if total else 1.0, text)
