"""Exceptions that nobody caught: written to a log file and told on the banner; the window stays alive."""

import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QStandardPaths

from asplab.gui.language import tr

LOG_NAME = "asplab.log"
_LOG_BYTES = 500_000

Tell = Callable[[str], None]


def log_folder() -> Path:
    """Return the platform's folder for the state of this program."""
    place = QStandardPaths.StandardLocation
    # GenericStateLocation came with Qt 6.7: ~/.local/state on Linux, the application's data folder elsewhere.
    return Path(QStandardPaths.writableLocation(place.GenericStateLocation)) / "asplab"


class ExceptHook:
    """Logs uncaught exceptions and tells about them in one sentence.

    Parameters
    ----------
    folder : Path
        Where the log is kept.
    tell : callable
        Called with the sentence, in the window's thread only.
    """

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.log_file = folder / LOG_NAME
        self._tell = tell
        self._logger = logging.getLogger("asplab")
        self._handler: logging.Handler | None = None
        self._before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take over from Python's own hooks."""
        sys.excepthook = self.catch
        threading.excepthook = self._catch_in_thread

    def remove(self) -> None:
        """Give Python's hooks back and close the log."""
        sys.excepthook, threading.excepthook = self._before
        if self._handler is not None:
            self._logger.removeHandler(self._handler)
            self._handler.close()
            self._handler = None

    def catch(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an exception and tell about it."""
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        self._tell(self.report(error))

    def report(self, error: BaseException) -> str:
        """Write an exception to the log and return a sentence for the banner."""
        written = self._write(error)
        words = str(error) or tr("no message")
        where = tr(" The details are in {log_file}.", log_file=self.log_file) if written else ""
        return tr(
            "Something unexpected happened ({name}: {words}). Your document is untouched; save "
            "it under a new name and start again if the window behaves strangely.{where}",
            name=type(error).__name__,
            words=words,
            where=where,
        )

    def _catch_in_thread(self, found: threading.ExceptHookArgs) -> None:
        # No Qt object may be touched from here.
        if found.exc_value is not None:
            self._write(found.exc_value)

    def _write(self, error: BaseException) -> bool:
        try:
            if self._handler is None:
                self.log_file.parent.mkdir(parents=True, exist_ok=True)
                self._handler = RotatingFileHandler(
                    self.log_file, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
                )
                self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
                self._logger.addHandler(self._handler)
                self._logger.propagate = False
            self._logger.error("uncaught", exc_info=(type(error), error, error.__traceback__))
        except OSError:
            # A full disk must not hide the error itself.
            return False
        return True
