"""The jobs of an import, and how far they are."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from asplab.gui.importing.table_session import EDITING, TableSession
from asplab.gui.importing.window import ImportWindow
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr

READING, SURVEYING, LOADING, SAVING = "import reading", "import survey", "import loading", "import saving"
DETAILING = "import detail"
CANCELLABLE = (READING, LOADING)
_TICK_MS = 60
_JOBS = {
    READING: tr("Reading files"),
    LOADING: tr("Loading"),
    SAVING: tr("Saving the manifest"),
    EDITING: tr("Filling the table"),
}


class ImportWork(QObject):
    """Starts and ends the jobs of one import window and shows there how far they are."""

    def __init__(self, window: ImportWindow, jobs: Jobs, session: TableSession) -> None:
        super().__init__(window)
        self._window, self._jobs, self._session = window, jobs, session
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self.display_progress)
        session.busy_changed.connect(self._follow_busy)

    def start(
        self, key: str, work: Callable[..., object], done: Callable[..., None], failed: Callable[[Exception], None]
    ) -> None:
        """Start a job; one of the same key that still runs is cancelled."""
        self._jobs.start(key, _JOBS.get(key, tr("Looking it over")), work, done=done, failed=failed)
        self._ticks.start()

    def stop(self) -> None:
        """End all jobs."""
        self._ticks.stop()
        for key in (READING, SURVEYING, LOADING, DETAILING):
            self._jobs.cancel(key)
        self._session.close()

    def display_progress(self) -> None:
        """Show how far the job is that runs."""
        running = next((key for key in _JOBS if self._jobs.is_running(key)), None)
        if running is None:
            self._ticks.stop()
            self._window.status.display_job(None)
            return
        fraction = self._jobs.fraction(running)
        if running == READING and self._session.table is None:
            self._window.waiting.display_fraction(fraction)
        else:
            self._window.status.display_job(_JOBS[running], fraction, can_cancel=running in CANCELLABLE)

    def _follow_busy(self, is_busy: bool) -> None:
        if is_busy:
            self._ticks.start()
