"""Typesets equations in a job and keeps them, so that showing one never waits for it."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal

from asplab.core.progress import Progress
from asplab.gui.guide.equations import Outline, outline
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr

TYPESETTING = "typesetting"


class Typesetting(QObject):
    """The equations that are known; ``known_changed`` follows when those asked for have joined them."""

    known_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._known: dict[str, Outline] = {}
        self._wanted: set[str] = set()

    def outline(self, tex: str) -> Outline | None:
        """Return an equation, or None while it is not typeset."""
        return self._known.get(tex)

    def want(self, equations: Iterable[str]) -> None:
        """Typeset the equations that are not known yet."""
        missing = {tex for tex in equations if tex not in self._known}
        if missing - self._wanted:
            self._wanted |= missing
            work = partial(_typeset, tuple(sorted(self._wanted)))
            self._jobs.start(TYPESETTING, tr("Setting equations"), work, done=self._take, failed=self._fail)

    def _take(self, found: dict[str, Outline]) -> None:
        self._known |= found
        self._wanted -= found.keys()
        self.known_changed.emit()

    def _fail(self, error: Exception) -> None:
        # Equations are written by us: a wrong one is a fault of the program, for its log.
        self._wanted.clear()
        raise error


def _typeset(equations: tuple[str, ...], progress: Progress) -> dict[str, Outline]:
    found = {}
    for count, tex in enumerate(equations):
        progress.step(count, len(equations), "equations")
        found[tex] = outline(tex)
    return found
