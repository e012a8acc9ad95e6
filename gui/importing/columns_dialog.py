"""Say what the columns of a text file are that doesn't say it itself."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from asplab.core.errors import AsplabError
from asplab.core.importing.columns import ROLES, ColumnMap
from asplab.core.io.datafile import Column, DataFile
from asplab.gui.language import tr
from asplab.gui.widgets.arrange import scrolled
from asplab.gui.widgets.fields import ChoiceField

_WORDS = {
    "": tr("left out"),
    "wavelength_nm": tr("Wavelength (nm)"),
    "energy_ev": tr("Energy (eV)"),
    "energy_mev": tr("Energy (meV)"),
    "excitation_nm": tr("Excitation (nm)"),
    "counts": tr("Counts"),
    "absorbance": tr("Absorbance"),
    "response": tr("Response"),
    "lockin_x_v": tr("Lock-in X (V)"),
    "lockin_y_v": tr("Lock-in Y (V)"),
    "power_uw": tr("Power (µW)"),
}
_SHOWN = 6


class ColumnsDialog(QDialog):
    """A choice above each column, with the first of its numbers.

    ``chosen`` carries the map; it holds for all files with the same header.
    """

    chosen = Signal(object)

    def __init__(self, file: DataFile, maps: Sequence[ColumnMap], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Name the columns"))
        self._headers = tuple(column.header for column in file.columns)
        known = next((one.roles for one in maps if one.headers == self._headers), None)
        roles = known or guessed_roles(file.columns)
        self.choices = [ChoiceField([(role, _WORDS[role]) for role in ("", *ROLES)]) for _ in file.columns]
        for place, (choice, role) in enumerate(zip(self.choices, roles, strict=True)):
            choice.setMinimumContentsLength(14)
            choice.display(role)
            choice.setAccessibleName(tr("What column {place} is", place=place + 1))
            choice.chosen.connect(self._check)
        self.fault = QLabel()
        self.fault.setProperty("tone", "bad")
        self.fault.setWordWrap(True)
        note = QLabel(tr("Holds for all files with the same header; a preset keeps it."))
        note.setProperty("role", "muted")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setProperty("role", "primary")
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(10)
        rows.addWidget(note)
        rows.addWidget(scrolled(self._grid(file.columns)), 1)
        rows.addWidget(self.fault)
        rows.addWidget(self.buttons)
        self.resize(min(180 + 176 * len(file.columns), 1000), 340)
        self._check()

    def _grid(self, columns: Sequence[Column]) -> QWidget:
        content = QWidget()
        content.setProperty("role", "page")
        grid = QGridLayout(content)
        grid.setHorizontalSpacing(12)
        for place, (column, choice) in enumerate(zip(columns, self.choices, strict=True)):
            grid.addWidget(choice, 0, place)
            header = QLabel(column.header or tr("no header"))
            header.setProperty("role", "muted")
            grid.addWidget(header, 1, place, Qt.AlignmentFlag.AlignRight)
            for row, number in enumerate(column.values[:_SHOWN].tolist()):
                grid.addWidget(QLabel(f"{number:.6g}"), row + 2, place, Qt.AlignmentFlag.AlignRight)
        grid.setRowStretch(_SHOWN + 2, 1)
        return content

    def _map(self) -> ColumnMap:
        return ColumnMap(self._headers, tuple(str(choice.key or "") for choice in self.choices))

    def _check(self) -> None:
        try:
            self._map()
        except AsplabError as error:
            words = str(error)
        else:
            words = ""
        self.fault.setText(words)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not words)

    def _accept(self) -> None:
        self.chosen.emit(self._map())
        self.accept()


def guessed_roles(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return what the columns probably are: what they are called, else wavelength and counts."""
    named = [column.header.strip().lower() for column in columns]
    roles = [name if name in ROLES else "counts" for name in named]
    axes = ("wavelength_nm", "energy_ev", "energy_mev", "excitation_nm")
    if not any(role in axes for role in roles):
        roles[0] = "wavelength_nm"
    return tuple(roles)
