"""The dialogs of the import window; nothing waits for their answers."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from asplab.core.importing.scanned import ScannedFile
from asplab.gui.importing.columns_dialog import ColumnsDialog
from asplab.gui.importing.shelf import Shelf
from asplab.gui.importing.table_session import TableSession
from asplab.gui.importing.template_help import TemplateHelp
from asplab.gui.language import tr


class Questions(QObject):
    """Asks for files and for what columns are.

    ``files_named`` carries paths, ``columns_named`` what the columns of files with one header are.
    """

    files_named = Signal(object)
    columns_named = Signal(object)

    def __init__(self, host: QWidget, session: TableSession, shelf: Shelf) -> None:
        super().__init__(host)
        self._host, self._session, self._shelf = host, session, shelf
        self.dialog: QFileDialog | None = None
        self.columns: ColumnsDialog | None = None

    def ask_files(self) -> None:
        """Ask for further files."""
        self._ask(QFileDialog.FileMode.ExistingFiles, tr("Add files"))

    def ask_folder(self) -> None:
        """Ask for a further folder."""
        self._ask(QFileDialog.FileMode.Directory, tr("Add a folder"))

    def ask_columns(self, file: ScannedFile) -> None:
        """Ask what the columns of a text file are."""
        state = self._session.state
        if state is None:
            return
        self.columns = ColumnsDialog(self._shelf.read(file.path, file.name), state.maps, self._host)
        self.columns.chosen.connect(self.columns_named)
        self.columns.open()

    def show_help(self) -> None:
        """Explain how templates are written."""
        TemplateHelp(self._host).show()

    def _ask(self, mode: QFileDialog.FileMode, title: str) -> None:
        table = self._session.table
        self.dialog = QFileDialog(self._host, title, str(table.root if table is not None else Path.home()))
        self.dialog.setFileMode(mode)
        self.dialog.filesSelected.connect(lambda names: self.files_named.emit([Path(name) for name in names]))
        self.dialog.open()
