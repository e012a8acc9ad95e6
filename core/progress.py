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

    def part(self, low: float, high: float) -> "Progress":
        """Return the progress of a part of the work, which fills the fractions ``low`` to ``high`` of the whole.

        Raises
        ------
        ValueError
            Unless 0 ≤ low ≤ high ≤ 1.
        """
        if not 0.0 <= low <= high <= 1.0:
            raise ValueError(f"a part of progress from {low:g} to {high:g}; give ascending fractions from 0 to 1.")
        report = self.report
        return Progress(lambda done, text: report(low + done * (high - low), text), self.cancelled)
