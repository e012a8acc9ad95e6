"""The dialogs that ask which files are meant."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from asplab.gui.files.filing import Files
from asplab.gui.files.jobs import PROJECT_SUFFIX
from asplab.gui.language import tr

PROJECTS = tr("Projects and manifests (*{project_suffix} *.csv);;All files (*)", project_suffix=PROJECT_SUFFIX)


class FileDialogs(QObject):
    """Asks, and hands the answer to the file commands; nothing waits for it."""

    def __init__(self, host: QWidget, files: Files) -> None:
        super().__init__(host)
        self._host, self._files = host, files
        self.dialog: QFileDialog | None = None

    def ask_folder(self) -> None:
        """Ask for a folder to import."""
        self._ask(tr("Import a folder of raw spectra"), QFileDialog.FileMode.Directory, self._files.take)

    def ask_files(self) -> None:
        """Ask for files to import."""
        self._ask(tr("Import files"), QFileDialog.FileMode.ExistingFiles, self._files.take)

    def ask_folder_to_check(self) -> None:
        """Ask for a folder whose files are looked at first, even where it has a manifest."""
        title = tr("Check the files of a folder, then import it")
        self._ask(title, QFileDialog.FileMode.Directory, self._files.import_wanted.emit)

    def ask_folder_for_settings(self) -> None:
        """Ask for a folder that is opened with the settings of the open document."""
        title = tr("Open a folder with these settings")
        self._ask(title, QFileDialog.FileMode.Directory, lambda paths: self._files.open_with_settings(paths[0]))

    def ask_file(self) -> None:
        """Ask for a project or a manifest to open."""
        self._ask(tr("Open"), QFileDialog.FileMode.ExistingFile, lambda paths: self._files.open(paths[0]))
        if self.dialog is not None:
            self.dialog.setNameFilter(PROJECTS)

    def _ask(self, title: str, mode: QFileDialog.FileMode, act: Callable[[list[Path]], None]) -> None:
        self.dialog = QFileDialog(self._host, title, str(self._files.folder))
        self.dialog.setFileMode(mode)
        self.dialog.filesSelected.connect(lambda names: act([Path(name) for name in names]))
        self.dialog.open()
