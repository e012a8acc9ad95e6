"""The way into the import window: at most one is open, and it is never closed over unsaved work."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from asplab.core.importing.preset import preset_folder
from asplab.gui.importing.importer import Importer
from asplab.gui.importing.window import ImportWindow
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance, Theme
from asplab.gui.preferences import Preferences


class Imports(QObject):
    """Opens import windows and hands on what they bring.

    ``finished`` carries the experiment, its folder and whether a manifest on the disk says the same;
    ``work_changed`` follows :attr:`has_work`.
    """

    finished = Signal(object, object, bool)
    work_changed = Signal()

    def __init__(
        self,
        host: QWidget,
        jobs: Jobs,
        appearance: Appearance,
        preferences: Preferences,
        words_for: Callable[[Exception], str],
    ) -> None:
        super().__init__(host)
        self._host, self._jobs, self._appearance, self._words_for = host, jobs, appearance, words_for
        self._preferences = preferences
        self.presets = preset_folder()
        self.importer: Importer | None = None
        appearance.changed.connect(self._restyle)

    @property
    def has_work(self) -> bool:
        """Whether an open import window holds work that would be lost."""
        return self.importer is not None and self.importer.has_work

    def open(self, paths: Sequence[Path]) -> None:
        """Open the import window with these files."""
        self.unless_lost(partial(self._open, tuple(paths)))

    def unless_lost(self, act: Callable[[], None]) -> None:
        """Do something at once, or after the user has said what becomes of the open import."""
        if self.importer is None:
            act()
        else:
            self.importer.window.raise_()
            self.importer.unless_lost(act)

    def close(self) -> None:
        """Close the import window without asking."""
        if self.importer is not None:
            self.importer.leave()

    def _open(self, paths: tuple[Path, ...]) -> None:
        self.close()
        window = ImportWindow(self._appearance.theme, self._host)
        geometry = self._preferences.geometry("import")
        if geometry is not None:
            window.restoreGeometry(geometry)
        importer = self.importer = Importer(window, self._jobs, self._words_for, self.presets)
        importer.finished.connect(self.finished)
        importer.work_changed.connect(self.work_changed)
        window.closed.connect(partial(self._forget, importer))
        window.show()
        importer.read(paths)

    def _forget(self, importer: Importer) -> None:
        if self.importer is importer:
            self.importer = None
        self._preferences.remember_geometry(importer.window.saveGeometry(), "import")
        importer.window.deleteLater()
        self.work_changed.emit()

    def _restyle(self, theme: Theme) -> None:
        if self.importer is not None:
            self.importer.window.restyle(theme)
