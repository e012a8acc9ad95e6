"""What the studies of a window have found, so that a hundred windows with the same data need not find it each."""

from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from asplab.core import Document, Results
from asplab.core.progress import Progress
from asplab.gui.jobs.studies import Studies
from asplab.gui.jobs.study import Study, has_same_inputs

_MOST = 64


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a study found, and what it was asked."""

    study: Study
    document: Document
    request: Any
    value: Any


@dataclass(slots=True, eq=False)
class StudyMemory:
    """The work of studies, done once for the same inputs and request.

    Jobs, signals, states and pages are those of every window: a job whose question was answered before only ends
    sooner. ``is_off`` has everything worked out anew, for tests of running, cancelling and finding the same again.
    """

    is_off: bool = False
    found: deque[Found] = field(default_factory=lambda: deque(maxlen=_MOST))

    def learn(self, study: Study, results: Results, request: Any, value: Any) -> None:
        """Take a value that was found elsewhere, for pages whose study would be cancelled by most tests half-way."""
        self.found.append(Found(study, results.document, request, value))

    def serve(self, studies: Studies) -> None:
        """Let the studies of a window ask here before they work."""
        run = studies.run

        def ask_first(study: Study, results: Results, request: Any = None) -> None:
            run(replace(study, work=partial(self._work, study)), results, request)

        studies.run = ask_first  # type: ignore[method-assign]

    def _work(self, study: Study, results: Results, request: Any, progress: Progress) -> Any:
        if self.is_off:
            return study.work(results, request, progress)
        for one in tuple(self.found):
            is_same = one.study == study and one.request == request
            if is_same and has_same_inputs(one.document, results.document, study.ignores):
                return one.value
        value = study.work(results, request, progress)
        self.learn(study, results, request, value)
        return value
