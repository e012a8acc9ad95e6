"""``asplab-gui``: show the window first, then load what takes time."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from asplab.core.progress import Progress
from asplab.gui.excepthook import ExceptHook, log_folder
from asplab.gui.jobs import Jobs
from asplab.gui.preferences import Preferences
from asplab.gui.theme import Appearance
from asplab.gui.window import Window

LOADING = "loading"


class FirstPaint(QObject):
    """Calls back once, after a widget was painted for the first time."""

    def __init__(self, watched: QObject, act: Callable[[], None]) -> None:
        super().__init__(watched)
        self._act: Callable[[], None] | None = act
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the paint event and let it pass."""
        if event.type() == QEvent.Type.Paint and self._act is not None:
            act, self._act = self._act, None
            watched.removeEventFilter(self)
            QTimer.singleShot(0, act)
        return False


class Program(QObject):
    """The window and, as soon as they are loaded, its bindings.

    Parameters
    ----------
    paths : sequence of Path
        Opened once everything is there.
    demo : bool
        Show the virtual experiment.
    """

    def __init__(
        self, application: QApplication, preferences: Preferences, *, paths: Sequence[Path] = (), demo: bool = False
    ) -> None:
        super().__init__(application)
        self._paths, self._demo = tuple(paths), demo
        self._preferences = preferences
        self.appearance = Appearance(application, preferences.mode)
        self.window = Window()
        self.jobs = Jobs(self)
        self.hook = ExceptHook(log_folder(), self._tell)
        self.bindings: QObject | None = None
        geometry = preferences.geometry
        if geometry is not None:
            self.window.restoreGeometry(geometry)

    def start(self) -> None:
        """Show the window, then load the rest."""
        self.hook.install()
        FirstPaint(self.window, self._load)
        self.window.show()

    def _load(self) -> None:
        self.jobs.start(LOADING, "Loading", _load_core, done=self._bind, failed=self.hook_failure)

    def _bind(self, _nothing: None) -> None:
        # pyqtgraph and everything that is drawn: too late for the first paint, in time for the first click.
        from asplab.gui.bindings import Bindings

        bindings = Bindings(self.window, self.jobs, self.appearance, self._preferences, self.hook.report)
        self.bindings = bindings
        if self._demo:
            bindings.files.open_demo()
        elif self._paths:
            bindings.files.take(self._paths)

    def hook_failure(self, error: Exception) -> None:
        """Tell that the program could not be loaded."""
        self._tell(self.hook.report(error))

    def _tell(self, words: str) -> None:
        self.window.banner.report("bad", words)


def _load_core(_progress: Progress) -> None:
    """Import the heavy libraries beside the window, which stays alive meanwhile."""
    import asplab.core.pipeline  # noqa: F401


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window and return the exit code."""
    wanted = _parser().parse_args(arguments)
    # Ctrl+C in a terminal ends the program as everywhere else.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("asplab")
    application.setApplicationDisplayName("ASPLab")
    application.setOrganizationName("ASPLab")
    program = Program(application, Preferences(QSettings()), paths=wanted.files, demo=wanted.demo)
    program.start()
    code = application.exec()
    program.hook.remove()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="asplab-gui", description="ASPLab's window.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILES", help="folders with manifest.csv, or a project")
    parser.add_argument("--demo", action="store_true", help="show the built-in virtual experiment")
    parser.add_argument("--version", action="version", version=f"asplab {version('asplab')}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
