"""``asplab-gui``: show a bare window first, then load what takes time.

Imports stand inside the functions that need them: before the first paint only Qt itself is loaded.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from asplab.gui.language import install_translation, tr
from asplab.gui.preferences import Preferences

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from asplab.core.progress import Progress
    from asplab.gui.bindings import Bindings
    from asplab.gui.excepthook import ExceptHook
    from asplab.gui.jobs.runner import Jobs
    from asplab.gui.look.theme import Appearance

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
            QTimer.singleShot(0, act)
        return False


class Program(QObject):
    """The window and, as soon as they are loaded, its contents and bindings.

    Parameters
    ----------
    paths : sequence of Path
        Opened once everything is there.
    demo : bool
        Show the virtual experiment.
    """

    hook: "ExceptHook"
    jobs: "Jobs"
    appearance: "Appearance"

    def __init__(
        self, application: QApplication, preferences: Preferences, *, paths: Sequence[Path] = (), demo: bool = False
    ) -> None:
        super().__init__(application)
        self._application, self._preferences = application, preferences
        self._paths, self._demo = tuple(paths), demo
        from asplab.gui.window import Window

        self.window = Window()
        self.bindings: Bindings | None = None
        geometry = preferences.geometry()
        if geometry is not None:
            self.window.restoreGeometry(geometry)

    def start(self) -> None:
        """Show the window, then load the rest."""
        FirstPaint(self.window, self.load)
        self.window.show()

    def load(self) -> None:
        """Dress and fill the window, and load the numerical libraries beside it."""
        from asplab.gui.excepthook import ExceptHook, log_folder
        from asplab.gui.jobs.garbage import Collector
        from asplab.gui.jobs.runner import Jobs
        from asplab.gui.look.theme import Appearance

        self.hook = ExceptHook(log_folder(), self._tell)
        self.hook.install()
        self._application.aboutToQuit.connect(self.hook.remove)
        self.appearance = Appearance(self._application, self._preferences.mode)
        self.window.build()
        self.jobs = Jobs(self)
        Collector(self._application)
        self.jobs.start(LOADING, tr("Loading"), _load_core, done=self._bind, failed=self._fail)

    def _bind(self, _nothing: None) -> None:
        # pyqtgraph and everything that is drawn: too late for the first paint, in time for the first click.
        from asplab.gui.bindings import Bindings
        from asplab.gui.excepthook import log_folder
        from asplab.gui.files.recovery import Recovery

        bindings = Bindings(self.window, self.jobs, self.appearance, self._preferences, self.hook.report)
        self.bindings = bindings
        self.recovery = Recovery(
            log_folder() / "recovery",
            self.window,
            bindings.session,
            self.jobs,
            bindings.files,
            bindings.messages,
        )
        self.recovery.offer()
        if self._demo:
            bindings.files.open_demo()
        elif self._paths:
            bindings.files.take(self._paths)

    def _fail(self, error: Exception) -> None:
        self._tell(self.hook.report(error))

    def _tell(self, words: str) -> None:
        self.window.banner.report("bad", words)


def _load_core(_progress: "Progress") -> None:
    """Import the heavy libraries beside the window, which stays alive meanwhile."""
    import asplab.core.pipeline  # noqa: F401


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window and return the exit code."""
    wanted = sys.argv[1:] if arguments is None else list(arguments)
    parsed = _parser().parse_args(wanted) if wanted else None
    application = QApplication(sys.argv[:1])
    name_application(application)
    install_translation(application)
    paths, demo = (parsed.files, parsed.demo) if parsed is not None else ((), False)
    program = Program(application, Preferences(QSettings()), paths=paths, demo=demo)
    program.start()
    _let_ctrl_c_end()
    return application.exec()


def name_application(application: QApplication) -> None:
    """Tell Qt under which name settings are kept."""
    # No display name: Qt would write it behind every title, which begins with it already.
    application.setApplicationName("asplab")
    application.setOrganizationName("ASPLab")


def _let_ctrl_c_end() -> None:
    """End the program on Ctrl+C in a terminal, as everywhere else."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _parser() -> "ArgumentParser":
    from argparse import ArgumentParser
    from importlib.metadata import version

    parser = ArgumentParser(prog="asplab-gui", description=tr("ASPLab's window."))
    parser.add_argument("files", nargs="*", type=Path, metavar="FILES", help=tr("raw data, folders or a project"))
    parser.add_argument("--demo", action="store_true", help=tr("show the built-in virtual experiment"))
    parser.add_argument("--version", action="version", version=f"asplab {version('asplab')}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
