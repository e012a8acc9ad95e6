"""The recent places on the start page."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from asplab.gui.files.recent import look_up
from asplab.gui.jobs.runner import Jobs
from asplab.gui.language import tr
from asplab.gui.preferences import Preferences
from asplab.gui.window import Window

LOOKING_UP = tr("recent places")


class RecentList(QObject):
    """Looks the recent places up and shows them; takes those off the list that the user wants to forget."""

    def __init__(self, window: Window, jobs: Jobs, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._jobs, self._preferences = window, jobs, preferences
        window.start.forgotten.connect(self.forget)
        self.refresh()

    def refresh(self) -> None:
        """Look the places up again, in a job: a drive may be slow."""
        paths = self._preferences.remembered
        if not paths:
            self._window.start.display_recent(())
            return
        work = partial(look_up, paths)
        words = tr("Looking up recent places")
        self._jobs.start(LOOKING_UP, words, work, done=self._window.start.display_recent, failed=_fail)

    def forget(self, path: Path) -> None:
        """Take a place off the list."""
        self._preferences.forget(path)
        self._window.display_recent(self._preferences.recent)
        self.refresh()


def _fail(error: Exception) -> None:
    raise error
