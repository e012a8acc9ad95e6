"""The user's presets: apply one, save how this import was done, share one as a file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QWidget

from asplab.core.errors import AsplabError
from asplab.core.importing.preset import Preset, delete_preset, list_presets, preset_of, read_preset, save_preset
from asplab.gui.importing.marks import Marked
from asplab.gui.language import tr

_FILTER = tr("Import presets (*.json)")


class PresetMenu(QObject):
    """Fills a menu and answers it.

    ``chosen`` carries a preset to be applied, ``told`` tone and words about what happened.

    Parameters
    ----------
    folder : Path
        Where the user's presets are.
    state : callable
        Returns the table as it is now.
    """

    chosen = Signal(object)
    told = Signal(str, str)

    def __init__(self, menu: QMenu, host: QWidget, folder: Path, state: Callable[[], Marked | None]) -> None:
        super().__init__(host)
        self._menu, self._host, self._folder, self._state = menu, host, folder, state
        self.dialog: QInputDialog | QFileDialog | None = None
        self.prompt: QMessageBox | None = None
        menu.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """List the presets as they are now."""
        presets, faults = list_presets(self._folder)
        self._menu.clear()
        for preset in presets:
            action = self._menu.addAction(preset.name.replace("&", "&&"))
            action.setToolTip(preset.template)
            action.triggered.connect(partial(self.chosen.emit, preset))
        if not presets:
            self._menu.addAction(tr("No presets yet")).setEnabled(False)
        for fault in faults:
            self._menu.addAction(tr("! {name} can't be used", name=Path(fault.partition(":")[0]).name)).setToolTip(
                fault
            )
        self._menu.addSeparator()
        self._menu.addAction(tr("&Save as preset…")).triggered.connect(self.ask_name)
        self._menu.addAction(tr("&Export preset…")).triggered.connect(self.ask_where)
        self._menu.addAction(tr("&Import preset…")).triggered.connect(self.ask_which)
        unwanted = self._menu.addMenu(tr("&Delete preset"))
        unwanted.setEnabled(bool(presets))
        for preset in presets:
            action = unwanted.addAction(preset.name.replace("&", "&&"))
            action.triggered.connect(partial(self.ask_deletion, preset.name))
        self._menu.setToolTipsVisible(True)

    def ask_name(self) -> None:
        """Ask how the preset is to be called, then save it."""
        dialog = self.dialog = QInputDialog(self._host)
        dialog.setWindowTitle(tr("Save as preset"))
        dialog.setLabelText(tr("Name of the preset, such as the set-up it belongs to:"))
        dialog.textValueSelected.connect(self.save)
        dialog.open()

    def save(self, name: str) -> None:
        """Save how the table was filled under a name; ask before another preset of that name is replaced."""
        state = self._state()
        if state is None:
            return
        preset = preset_of(state.table, name, columns=state.maps)
        if any(other.name == preset.name for other in list_presets(self._folder)[0]):
            box = self.prompt = QMessageBox(self._host)
            box.setWindowTitle(tr("Save as preset"))
            box.setText(tr("Replace the preset {name}?", name=preset.name))
            buttons = QMessageBox.StandardButton
            box.setStandardButtons(buttons.Save | buttons.Cancel)
            box.accepted.connect(partial(self._write, preset, self._folder))
            box.open()
            return
        self._write(preset, self._folder)

    def ask_where(self) -> None:
        """Ask for a file, then write how the table was filled to it."""
        dialog = self.dialog = QFileDialog(self._host, tr("Export preset"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_FILTER)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.open()

    def export(self, path: Path) -> None:
        """Write how the table was filled to a file that others can import."""
        state = self._state()
        if state is not None:
            self._write(preset_of(state.table, path.stem, columns=state.maps), path.parent)

    def ask_which(self) -> None:
        """Ask for the file of a preset, then take it over."""
        dialog = self.dialog = QFileDialog(self._host, tr("Import preset"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_FILTER)
        dialog.fileSelected.connect(lambda name: self.take_over(Path(name)))
        dialog.open()

    def take_over(self, path: Path) -> None:
        """Keep a colleague's preset with the user's own, and apply it."""
        try:
            preset = read_preset(path)
        except AsplabError as error:
            self.told.emit("bad", str(error))
            return
        if self._write(preset, self._folder):
            self.chosen.emit(preset)

    def ask_deletion(self, name: str) -> None:
        """Ask whether a preset is to be deleted, which can't be undone."""
        box = self.prompt = QMessageBox(self._host)
        box.setWindowTitle(tr("Delete preset"))
        box.setText(tr("Delete the preset {name}?", name=name))
        box.setInformativeText(tr("It can't be brought back. Imports that were done with it stay as they are."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Discard | buttons.Cancel)
        box.button(buttons.Discard).setText(tr("Delete"))
        box.button(buttons.Discard).clicked.connect(partial(self._delete, name))
        box.open()

    def _delete(self, name: str) -> None:
        try:
            delete_preset(name, self._folder)
        except AsplabError as error:
            self.told.emit("bad", str(error))
        else:
            self.told.emit("info", tr("Preset {name} deleted.", name=name))

    def _write(self, preset: Preset, folder: Path) -> bool:
        try:
            place = save_preset(preset, folder)
        except AsplabError as error:
            self.told.emit("bad", str(error))
            return False
        self.told.emit(
            "info",
            tr("Preset {name} saved: {place}. It is offered when a folder looks alike.", name=preset.name, place=place),
        )
        return True
