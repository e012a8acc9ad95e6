"""With which settings samples are analysed, and where the results go."""

import re
from pathlib import Path

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget

from asplab.gui.language import tr
from asplab.gui.widgets.fields import ChoiceField

OPEN, OWN, FILE = "open", "own", "file"
_MOST_MEV = 1000.0
_CHOICES = (
    (OPEN, tr("Those of the open document")),
    (OWN, tr("Each its own, else the usual")),
    (FILE, tr("Of a file")),
)
_NOTES = {
    OPEN: tr("As they are when the analysis starts; exclusions stay those of each sample."),
    OWN: tr("Projects keep their settings; folders are analysed with the default ones."),
    FILE: tr("A project lends all its settings, a TOML file those that it names."),
}


class BatchForm(QWidget):
    """The choices for all samples.

    ``changed`` follows every change, ``file_wanted`` and ``folder_wanted`` the wish to choose one in a dialog.
    """

    changed = Signal()
    file_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = ChoiceField(_CHOICES)
        self.file, self.folder, self.detunings = QLineEdit(), QLineEdit(), QLineEdit()
        self.choose_file, self.choose_folder = QPushButton(tr("Choose…")), QPushButton(tr("Choose…"))
        self.force = QCheckBox(tr("Replace saved projects"))
        self.force.setToolTip(
            tr("Where somebody saved a project in the results folder; it is then kept beside as project.bak.nxs")
        )
        self._note = QLabel()
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        self.detunings.setPlaceholderText(tr("as measured"))
        self.detunings.setToolTip(tr("ΔE at which η is compared, for instance 23, 46; empty: up to three as measured"))
        self._lay_out()
        self._has_document = True
        self._connect()
        self.display_document(has_document=False)

    @property
    def choice(self) -> str:
        """Whose settings are used."""
        return str(self.settings.key)

    def read_detunings(self) -> tuple[float, ...] | None:
        """Return where η is compared, in meV: empty for the usual places; None where the field holds no numbers."""
        locale = QLocale(self.locale())
        locale.setNumberOptions(QLocale.NumberOption.RejectGroupSeparator)
        found = []
        for text in re.split(r"[;\s]+", self.detunings.text().replace(", ", " ").strip(" ,;")):
            # 23,5 is one number where people write it so, else two.
            for part in [text] if locale.toDouble(text)[1] else text.split(","):
                value, is_number = locale.toDouble(part)
                if part and not (is_number and 0 < value < _MOST_MEV):
                    return None
                found += [value] if part else []
        return tuple(dict.fromkeys(found))

    def display_document(self, *, has_document: bool) -> None:
        """Offer the settings of the open document, or not."""
        if has_document != self._has_document:
            self._has_document = has_document
            self.settings.offer(_CHOICES if has_document else _CHOICES[1:])
            if self.choice != FILE:
                self.settings.display(OPEN if has_document else OWN)
        self._follow()

    def display_file(self, path: Path) -> None:
        """Use the settings of a file."""
        self.file.setText(str(path))
        self.settings.display(FILE)
        self._follow()

    def display_folder(self, path: Path) -> None:
        """Show where the results go."""
        self.folder.setText(str(path))
        self._follow()

    def _follow(self) -> None:
        for widget in (self._file_label, self.file, self.choose_file):
            widget.setVisible(self.choice == FILE)
        self._note.setText(_NOTES[self.choice])
        self.changed.emit()

    def _connect(self) -> None:
        self.settings.chosen.connect(lambda _key: self._follow())
        self.choose_file.clicked.connect(self.file_wanted)
        self.choose_folder.clicked.connect(self.folder_wanted)
        for field in (self.file, self.folder, self.detunings):
            field.textChanged.connect(self.changed)
        for place in (self.file, self.folder):
            # A long path shows its end only.
            place.textChanged.connect(place.setToolTip)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.setColumnStretch(1, 1)
        named = (
            (tr("Settings"), self.settings, None),
            (tr("File"), self.file, self.choose_file),
            (tr("Results in"), self.folder, self.choose_folder),
            (tr("η at ΔE (meV)"), self.detunings, None),
        )
        labels = []
        for line, (name, field, button) in enumerate(named):
            label = QLabel(name)
            label.setBuddy(field)
            field.setAccessibleName(name)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(label, 2 * line, 0)
            grid.addWidget(field, 2 * line, 1, 1, 1 if button else 2)
            if button is not None:
                button.setAccessibleName(tr("Choose: {name}", name=name))
                grid.addWidget(button, 2 * line, 2)
            labels.append(label)
        self._file_label = labels[1]
        grid.addWidget(self._note, 1, 1, 1, 2)
        grid.addWidget(self.force, 8, 1, 1, 2)
        grid.setRowStretch(9, 1)
