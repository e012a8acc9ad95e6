"""Slow outcomes: found by jobs, kept with the document they belong to, never taken for those of another one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from asplab.core.document import Document
from asplab.core.pipeline import Results
from asplab.gui.jobs.runner import Jobs
from asplab.gui.jobs.study import Outcome, Slot, Study, StudyState, has_same_inputs

PREFIX = "study "


class Studies(QObject):
    """The latest outcome of every study; the newest job of a study wins.

    Parameters
    ----------
    words_for : callable
        What to tell the user about an exception.

    Notes
    -----
    ``changed`` carries the key of the study whose state changed.
    """

    changed = Signal(str)

    def __init__(self, jobs: Jobs, words_for: Callable[[Exception], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._words_for = jobs, words_for
        self._slots: dict[str, Slot] = {}

    def state(self, study: Study, document: Document, request: Any = None) -> StudyState:
        """Return what is known of a study for a document."""
        slot = self._slots.get(study.key)
        if slot is None:
            return StudyState()
        outcome = slot.outcome
        if outcome is not None and outcome.document.experiment is not document.experiment:
            outcome = None  # of data that are closed: not even worth greying
        is_current = outcome is not None and _is_for(study, (outcome.document, outcome.request), document, request)
        failure = slot.failure if slot.refused is not None and _is_for(study, slot.refused, document, request) else ""
        return StudyState(outcome, is_current, slot.is_running, failure)

    def latest(self, study: Study) -> Outcome | None:
        """Return what a study found last, whatever document it belongs to."""
        slot = self._slots.get(study.key)
        return None if slot is None else slot.outcome

    def run(self, study: Study, results: Results, request: Any = None) -> None:
        """Start a study; one of the same kind that still runs is cancelled and its outcome forgotten."""
        slot = self._slots.setdefault(study.key, Slot())
        slot.asked, slot.is_running = (results.document, request), True
        slot.failure, slot.refused = "", None
        self._jobs.start(
            PREFIX + study.key,
            study.text,
            lambda progress: study.work(results, request, progress),
            done=partial(self._take, study, results.document, request),
            failed=partial(self._fail, study),
        )
        self.changed.emit(study.key)

    def follow(self, study: Study, results: Results, request: Any = None) -> None:
        """Start a study whose outcome is missing, unless it runs already or was given up for the same inputs."""
        slot = self._slots.get(study.key, Slot())
        known = (slot.asked if slot.is_running else None, slot.refused)
        waits = any(asked is not None and _is_for(study, asked, results.document, request) for asked in known)
        if not waits and not self.state(study, results.document, request).is_current:
            self.run(study, results, request)

    def cancel(self) -> None:
        """Stop all studies; what they were asked for is not tried again unasked."""
        for key, slot in self._slots.items():
            if slot.is_running:
                self._jobs.cancel(PREFIX + key)
                slot.is_running, slot.refused, slot.failure = False, slot.asked, "Cancelled."
                self.changed.emit(key)

    def is_running(self, study: Study) -> bool:
        """Whether a study is under way, whatever was asked of it."""
        return study.key in self._slots and self._slots[study.key].is_running

    def drop(self, study: Study) -> None:
        """End a study that runs for a document that has changed meanwhile; it may be tried again."""
        if self.is_running(study):
            self._jobs.cancel(PREFIX + study.key)
            self._slots[study.key].is_running = False
            self.changed.emit(study.key)

    def forget(self) -> None:
        """Drop everything, because the document was closed or replaced."""
        for key in self._slots:
            self._jobs.cancel(PREFIX + key)
        self._slots.clear()

    def _take(self, study: Study, document: Document, request: Any, value: Any) -> None:
        slot = self._slots.setdefault(study.key, Slot())
        slot.outcome, slot.is_running = Outcome(value, document, request), False
        self.changed.emit(study.key)

    def _fail(self, study: Study, error: Exception) -> None:
        slot = self._slots.setdefault(study.key, Slot())
        slot.is_running, slot.refused, slot.failure = False, slot.asked, self._words_for(error)
        self.changed.emit(study.key)


def _is_for(study: Study, asked: tuple[Document, Any], document: Document, request: Any) -> bool:
    return asked[1] == request and has_same_inputs(asked[0], document, study.ignores)
