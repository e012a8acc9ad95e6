"""Keep what was filled in: write the manifest, and never close over it without asking."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from asplab.core.importing.table import ImportTable
from asplab.core.safe_files import previous_version
from asplab.gui.importing.reading import manifest_in
from asplab.gui.language import tr

_Buttons = QMessageBox.StandardButton


class Keeping(QObject):
    """Asks before a manifest is replaced, and before a table is lost.

    ``writing_wanted`` carries the table that is to be written to its manifest.
    """

    writing_wanted = Signal(object)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.prompt: QMessageBox | None = None

    def save_manifest(self, table: ImportTable) -> None:
        """Have the manifest written; one that is there is replaced only when the user says so."""
        there = manifest_in(table.root)
        if there is None:
            self.writing_wanted.emit(table)
            return
        box = self._box(tr("Save manifest"), tr("Replace the {name} that is there?", name=there.name))
        box.setInformativeText(tr("The former one is kept as {name}.", name=previous_version(there).name))
        box.setStandardButtons(_Buttons.Save | _Buttons.Cancel)
        box.accepted.connect(partial(self.writing_wanted.emit, table))
        box.open()

    def ask_before_losing(self, act: Callable[[], None]) -> None:
        """Do something once the user has said that the table may be lost."""
        box = self._box(tr("Import"), tr("Close the import and lose what was filled in?"))
        box.setInformativeText(tr("Save the manifest first to keep it beside the data."))
        box.setStandardButtons(_Buttons.Discard | _Buttons.Cancel)
        box.setDefaultButton(_Buttons.Cancel)
        box.buttonClicked.connect(lambda button: act() if box.standardButton(button) == _Buttons.Discard else None)
        box.open()

    def _box(self, title: str, text: str) -> QMessageBox:
        box = self.prompt = QMessageBox(self._host)
        box.setWindowTitle(title)
        box.setText(text)
        return box
