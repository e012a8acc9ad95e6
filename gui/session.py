"""The open document: every change is an undoable swap of two immutable values, and the results follow it."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from time import thread_time

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from asplab.core.document import Document
from asplab.core.errors import AsplabError
from asplab.core.pipeline import Analysis, Results
from asplab.core.progress import Progress
from asplab.gui.jobs.runner import Jobs
from asplab.gui.jobs.study import has_same_inputs
from asplab.gui.language import tr
from asplab.gui.swap import Swap
from asplab.gui.tree.everything import everything

SETTLE_MS = 150
ANALYSIS = "analysis"
AT_ONCE_S = 0.04
"""What takes longer is computed beside the window, which may stand still for 50 ms at most."""
_FRAME_S = 0.3
"""A frame of a drag that is done sooner is not given up for the next one, or none would ever be seen."""
_THREADS = 2

Change = Callable[[Document], Document]


class Session(QObject):
    """Document, history and results.

    A drag asks with :meth:`drag` as often as it likes: the latest wish is carried out when the events at hand
    are done, and what it makes stale is computed at once, without profile intervals. These follow when the
    hand rests. What takes longer (files, exclusions, corrections) is computed by a job, and an edit meanwhile
    cancels it and starts another one with the newest document; stages that have ended need not run again.

    Notes
    -----
    ``document_changed`` carries the document or None, ``results_changed`` the results or None,
    ``saved_changed`` follows :attr:`is_modified` and :attr:`path`, ``lag_changed`` carries :attr:`lag`
    at each change of a document that the results do not follow at once,
    ``refused`` carries why a change was not possible, ``broken`` an exception that nobody expected.
    """

    document_changed = Signal(object)
    results_changed = Signal(object)
    saved_changed = Signal()
    lag_changed = Signal(str)
    refused = Signal(str)
    broken = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.history = QUndoStack(self)
        self.path: Path | None = None
        self._document: Document | None = None
        self._saved: Document | None = None
        self._results: Results | None = None
        self._analysis = Analysis()
        self._computed: Document | None = None
        self._lag, self._cost_s = "", np.inf
        self._kind: tuple[str, ...] = ()
        self._taken_s: dict[tuple[str, ...], float] = {}
        self._wish: tuple[str, Change, str] | None = None
        self._gesture = 0
        self._is_dragging = self._is_travelling = False
        self._coalesce = self._timer(0, self._grant_wish)
        self._settle = self._timer(SETTLE_MS, self._compute_intervals)

    # --- what there is -------------------------------------------------------------------------------------
    @property
    def document(self) -> Document | None:
        """The document as it is now."""
        return self._document

    @property
    def documents(self) -> tuple[Document, ...]:
        """The document as it is now, and all that undo and redo lead to."""
        known = [self._document]
        for swap in self.swaps:
            known += [swap.before, swap.after]
        return tuple({id(one): one for one in known if one is not None}.values())

    @property
    def swaps(self) -> list[Swap]:
        """Every step that undo and redo lead through, the oldest first."""
        commands = (self.history.command(index) for index in range(self.history.count()))
        return [command for command in commands if isinstance(command, Swap)]

    @property
    def results(self) -> Results | None:
        """The latest results; their own document says what they belong to."""
        return self._results

    @property
    def is_modified(self) -> bool:
        """Whether something would be lost that neither a project nor the raw data hold."""
        return self._document is not None and not self.is_saved(self._document)

    def is_saved(self, document: Document) -> bool:
        """Whether a project, or the raw data, hold all of a document."""
        return _is_same(document, self._saved)

    @property
    def is_settled(self) -> bool:
        """Whether results and intervals belong to the document as it is now."""
        waiting = self._wish is not None or self._settle.isActive() or self.jobs.is_running(ANALYSIS)
        current = self._results.document if self._results is not None else None
        return not waiting and current is self._document

    @property
    def lag(self) -> str:
        """Why the results are those of an earlier document: "" (they are not), "computing" or "given up"."""
        return self._lag

    @property
    def is_dragging(self) -> bool:
        """Whether more changes of the same gesture are to be expected at once."""
        return self._is_dragging

    # --- changes -------------------------------------------------------------------------------------------
    def begin(self, document: Document | None, path: Path | None = None) -> None:
        """Start over with a document that needs no saving; the history is forgotten."""
        self._wish, self._is_dragging = None, False
        self._taken_s.clear()
        self.history.clear()
        self._saved, self.path = document, path
        self._install(document)
        self.saved_changed.emit()

    def edit(self, text: str, document: Document | None, gesture: str | None = None) -> None:
        """Change the document as one undoable step.

        Parameters
        ----------
        text : str
            What the menu says after "Undo", for instance ``Move window``.
        document : Document or None
        gesture : str, optional
            Edits with the same gesture merge into one step until :meth:`finish_gesture`.
        """
        name = None if gesture is None else f"{gesture} {self._gesture}"
        self.history.push(Swap(text, self._document, document, self._install, name))

    def change(self, text: str, change: Change, gesture: str | None = None) -> None:
        """Edit the document by a function of it; one that is not possible is refused with its reason."""
        if self._document is None:
            return
        try:
            changed = change(self._document)
        except AsplabError as error:
            self.refused.emit(str(error))
            return
        self.edit(text, changed, gesture)

    def drag(self, text: str, change: Change, gesture: str) -> None:
        """Wish for a change that the next one may overtake."""
        if self._wish is not None and self._wish[2] != gesture:
            self._grant_wish()
        self._is_dragging = True
        self._wish = (text, change, gesture)
        self._coalesce.start()

    def finish_gesture(self) -> None:
        """End a drag: the next one is an undo step of its own, and the intervals follow at once."""
        self._grant_wish()
        self._is_dragging = False
        self._gesture += 1
        if self._settle.isActive():
            self._settle.start(0)

    def go_to(self, step: int) -> None:
        """Undo or redo until so many steps are done; only the document at the end is computed."""
        self.finish_gesture()
        self._is_travelling = True
        try:
            self.history.setIndex(step)
        finally:
            self._is_travelling = False
        self._compute()

    def mark_saved(self, document: Document, path: Path | None) -> None:
        """Remember which document stands in which file; None where the raw data on the disk hold all of it."""
        self._saved, self.path = document, path
        self.saved_changed.emit()

    def give_up(self) -> None:
        """End the computation that runs; the results stay those of an earlier document until something changes."""
        if self.jobs.is_running(ANALYSIS):
            self.jobs.cancel(ANALYSIS)
            self._note_lag()

    def recompute(self) -> None:
        """Compute everything again, from the raw data on."""
        if self.jobs.is_running(ANALYSIS):
            return
        self._computed = None
        self._analysis = Analysis()
        self._compute()

    def _grant_wish(self) -> None:
        self._coalesce.stop()
        wish, self._wish = self._wish, None
        if wish is not None:
            self.change(*wish)

    def _install(self, document: Document | None) -> None:
        was_modified = self.is_modified
        self._document = document
        self.document_changed.emit(document)
        if self.is_modified != was_modified:
            self.saved_changed.emit()
        if not self._is_travelling:
            self._compute()

    # --- results -------------------------------------------------------------------------------------------
    def _compute(self) -> None:
        document = self._document
        if document is None:
            self.jobs.cancel(ANALYSIS)
            self._analysis, self._computed = Analysis(), None
            self._settle.stop()
            self._show(None)
        elif self._results is not None and _differs_in_notes(self._results, document):
            # Intervals that wait for rest, or that a job is finding, still follow.
            self._show(replace(self._results, document=document))
        elif self._is_dragging and self.jobs.is_running(ANALYSIS) and self._cost_s < _FRAME_S:
            # The frame that is being computed looks for the newest when it ends.
            self._note_lag()
        elif self._takes_long(document):
            text = tr("Analysing…") if self._results is None else tr("Recomputing…")
            self._start_analysis(document, text, intervals=not self._is_dragging, is_answer=True)
        else:
            self.jobs.cancel(ANALYSIS)
            self._rest_later()
            start = thread_time()
            results = self._analysis.update(document, intervals=False)
            self._learn(self._kind, thread_time() - start)
            self._show(results)

    def _takes_long(self, document: Document) -> bool:
        if self._computed is None:
            self._cost_s = np.inf
            return True
        self._kind = _changed_records(self._computed, document)
        # How long such an edit took is known better than the sum of what may be stale.
        known = self._taken_s.get(self._kind)
        self._cost_s = self._analysis.fork().cost_s(document, intervals=False) if known is None else known
        return self._cost_s > AT_ONCE_S or _touches_raw_data(self._computed, document)

    def _learn(self, kind: tuple[str, ...], taken_s: float) -> None:
        self._taken_s[kind] = min(taken_s, self._taken_s.get(kind, np.inf))

    def _rest_later(self) -> None:
        self._settle.setInterval(SETTLE_MS)
        self._settle.start()

    def _compute_intervals(self) -> None:
        self._settle.stop()
        if self._document is not None and not self.jobs.is_running(ANALYSIS):
            self._start_analysis(self._document, tr("Intervals and checks…"), intervals=True)

    def _start_analysis(self, document: Document, text: str, *, intervals: bool, is_answer: bool = False) -> None:
        # A fork, so that one that is given up leaves nothing half done behind.
        analysis, kind = self._analysis.fork(), self._kind

        def work(progress: Progress) -> tuple[Analysis, Results]:
            start = thread_time()
            results = analysis.update(document, intervals=intervals, progress=progress)
            if not intervals:
                self._learn(kind, thread_time() - start)
            if document.exclusions.items:
                # The tree lists what is excluded, too; it would take the window 0.1 s to find that.
                everything(document)
            return analysis, results

        self._settle.stop()
        self.jobs.start(
            ANALYSIS, text, work, done=self._take_results, failed=self._fail, is_answer=is_answer, most=_THREADS
        )
        self._note_lag()

    def _take_results(self, found: tuple[Analysis, Results]) -> None:
        self._analysis, results = found
        document = self._document
        if document is not None and has_same_inputs(results.document, document):
            if not results.is_at_rest:
                self._rest_later()
            # Notes may have changed meanwhile.
            self._show(results if results.document is document else replace(results, document=document))
        else:
            self._show(results)
            self._compute()

    def _fail(self, error: Exception) -> None:
        # A stage broke half-way: what it left behind can't be trusted.
        self._analysis, self._computed = Analysis(), None
        self._note_lag()
        self.broken.emit(error)

    def _show(self, results: Results | None) -> None:
        self._results = results
        if results is not None:
            self._computed = results.document
        self._lag = self._find_lag()
        self.results_changed.emit(results)

    def _note_lag(self) -> None:
        lag = self._find_lag()
        if lag or self._lag:
            self._lag = lag
            self.lag_changed.emit(lag)

    def _find_lag(self) -> str:
        """Return whether the results belong to the document, and if not, whether others are on their way."""
        document, results = self._document, self._results
        if document is None or (results is not None and has_same_inputs(results.document, document)):
            return ""
        return "computing" if self.jobs.is_running(ANALYSIS) else tr("given up")

    def _timer(self, interval_ms: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(act)
        return timer


def _is_same(document: Document, other: Document | None) -> bool:
    """Whether two documents hold the same, though they were made one after the other."""
    return document is other or (
        other is not None
        and document.experiment is other.experiment
        and document.settings == other.settings
        and document.exclusions == other.exclusions
        and document.scenarios == other.scenarios
        and document.scenario == other.scenario
    )


def _differs_in_notes(results: Results, document: Document) -> bool:
    """Whether results are those of a document but for what is written down beside the inputs."""
    return results.document is not document and has_same_inputs(results.document, document)


def _changed_records(before: Document, after: Document) -> tuple[str, ...]:
    """Return the names of the settings records in which two documents differ."""
    one, other = before.settings, after.settings
    return tuple(field.name for field in fields(one) if getattr(one, field.name) != getattr(other, field.name))


def _touches_raw_data(before: Document, after: Document) -> bool:
    """Whether the stages that work on whole spectra have to run again."""
    return (
        before.experiment is not after.experiment
        or before.exclusions != after.exclusions
        or before.settings.grouping != after.settings.grouping
        or before.settings.corrections != after.settings.corrections
    )
