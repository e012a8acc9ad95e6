"""Long work beside the window: threads that report, can be cancelled, and never touch a Qt object.

A worker only puts messages into a queue; a timer of the window takes them out. So every callback runs in the
window's thread, and a flood of progress costs one update a tick. Python's collector of cyclic garbage rests while
workers run: it strikes in whatever thread allocates, and a Qt object destroyed there takes the program down.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from asplab.core.errors import Cancelled
from asplab.core.progress import Progress
from asplab.gui.jobs.garbage import resume

_TICK_MS = 15
_GRACE_S = 5.0
_QUIET_S = 0.2
_MOST = 1_000


@dataclass(slots=True, eq=False)
class Job:
    """One piece of work.

    Attributes
    ----------
    key : str
        Of jobs with the same key only the newest counts.
    text : str
        What runs, for the status line.
    work : callable
        Runs in a thread of its own and returns a value.
    done, failed : callable
        Called in the window's thread with the value, or with the exception.
    quiet_s : float
        Nobody is told about work that is over sooner.
    most : int
        It waits while as many threads of its key are alive, cancelled ones that have not noticed yet among them.
    """

    key: str
    text: str
    work: Callable[[Progress], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    quiet_s: float = _QUIET_S
    most: int = _MOST
    progress: Progress = field(default_factory=Progress)
    fraction: float | None = None
    started_s: float = 0.0
    is_current: bool = True
    thread: Thread | None = None


class Jobs(QObject):
    """Runs jobs; the newest of a key wins.

    ``changed`` carries key, text and fraction (or None) of the longest running job; each is None where nothing runs.
    """

    changed = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[Job] = []
        self._is_closed = False
        self._messages: SimpleQueue[tuple[Job, str, Any]] = SimpleQueue()
        self._shown: tuple[str | None, str | None, float | None] = (None, None, None)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._take_messages)

    @property
    def is_idle(self) -> bool:
        """Whether no thread runs any more."""
        return not self._running

    def is_running(self, key: str) -> bool:
        """Whether a job of this key is under way and still counts."""
        return any(job.key == key and job.is_current for job in self._running)

    def fraction(self, key: str) -> float | None:
        """Return how far the running job of a key is; None while unknown, or where none runs."""
        return next((job.fraction for job in self._running if job.key == key and job.is_current), None)

    def start(
        self,
        key: str,
        text: str,
        work: Callable[[Progress], Any],
        *,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        is_answer: bool = False,
        most: int = _MOST,
    ) -> None:
        """Start a job; an older one with the same key is cancelled and its outcome forgotten.

        One that answers what the user has just done is shown at once, however short it may be. With ``most`` it waits
        until fewer threads of its key are alive, so that a cascade of new wishes does not become a crowd of old work.
        """
        if self._is_closed:
            # Who asked may be gone by the time of the answer.
            return
        self.cancel(key)
        quiet_s = 0.0 if is_answer else _QUIET_S
        job = Job(key, text, work, done, failed, quiet_s, most=most, started_s=monotonic())
        job.progress = Progress(report=lambda fraction, what: self._messages.put((job, "progress", (fraction, what))))
        self._running.append(job)
        gc.disable()
        self._launch()
        self._timer.start()
        self._tell()

    def cancel(self, key: str | None = None) -> None:
        """Stop the job of a key, or all: they end soon and nobody hears of them."""
        for job in self._running:
            if key is None or job.key == key:
                job.progress.cancelled.set()
                job.is_current = False
        self._running = [job for job in self._running if job.is_current or job.thread is not None]
        self._tell()

    def close(self) -> None:
        """Cancel everything and wait for the threads, but not forever; nothing starts any more."""
        self._is_closed = True
        self.cancel()
        deadline = monotonic() + _GRACE_S
        for job in self._running:
            if job.thread is not None:
                job.thread.join(max(0.0, deadline - monotonic()))
        self._running.clear()
        self._rest()

    def _launch(self) -> None:
        """Start the threads of the jobs that need not wait any more."""
        for job in self._running:
            alive = sum(other.key == job.key and other.thread is not None for other in self._running)
            if job.thread is None and alive < job.most:
                job.thread = Thread(target=self._run, args=(job,), name=f"asplab-{job.key}", daemon=True)
                job.thread.start()

    def _run(self, job: Job) -> None:
        try:
            outcome: tuple[str, Any] = ("done", job.work(job.progress))
        except Exception as error:  # noqa: BLE001  (whatever goes wrong in a job belongs on the banner)
            outcome = ("failed", error)
        self._messages.put((job, *outcome))

    def _take_messages(self) -> None:
        while True:
            try:
                job, kind, value = self._messages.get_nowait()
            except Empty:
                break
            if kind == "progress":
                job.fraction = value[0]
                continue
            if job.thread is not None:
                # It has nothing left to do; what it holds must go in this thread.
                job.thread.join()
            self._running = [other for other in self._running if other is not job]
            self._finish(job, kind, value)
        self._launch()
        if not self._running:
            self._rest()
        self._tell()

    def _rest(self) -> None:
        self._timer.stop()
        resume()

    def _finish(self, job: Job, kind: str, value: Any) -> None:
        if not job.is_current:
            return
        if kind == "done":
            job.done(value)
        elif not isinstance(value, Cancelled):
            job.failed(value)

    def _tell(self) -> None:
        # What is over in a blink is not worth a flicker.
        now = monotonic()
        seen = [job for job in self._running if job.is_current and now - job.started_s >= job.quiet_s]
        shown = (seen[0].key, seen[0].text, seen[0].fraction) if seen else (None, None, None)
        if shown != self._shown:
            self._shown = shown
            self.changed.emit(*shown)
