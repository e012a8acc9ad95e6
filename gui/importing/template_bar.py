"""How names are built: a line to type it, what it matches, and where it is wrong."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from asplab.core.errors import InputError
from asplab.core.importing import edits
from asplab.core.importing.guess import propose
from asplab.core.importing.table import ImportTable
from asplab.core.importing.template import Template, TemplateError, compile_regex, compile_template
from asplab.gui.importing.marks import Marked
from asplab.gui.language import tr

_PAUSE_MS = 180
_PLACEHOLDER = "{kind}_T{T:K}_exc{exc:nm}_rep{rep}"
_REGEX = r"T(?P<T>\d+)K_(?P<kind>PL|ASPL)"


class TemplateBar(QWidget):
    """The template of the names.

    ``wanted`` carries a text for the history, a change of the table and the gesture it belongs to;
    ``help_wanted`` asks for the syntax.
    """

    wanted = Signal(str, object, str)
    finished = Signal()
    help_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: tuple[str, bool] = ("", False)
        self.field = QLineEdit()
        self.field.setPlaceholderText(_PLACEHOLDER)
        self.field.setAccessibleName(tr("Name template"))
        self.guess = QPushButton(tr("Guess"))
        self.guess.setToolTip(tr("Propose a template from the names at hand"))
        self.help = QToolButton()
        self.help.setText("?")
        self.help.setAccessibleName(tr("Help on templates"))
        self.help.setToolTip(tr("How a template is written (F1)"))
        self.advanced = QPushButton(tr("Advanced ▸"))
        self.advanced.setProperty("role", "fold")
        self.advanced.setCheckable(True)
        self.regex = QCheckBox(tr("Regular expression with named groups, searched in the whole path"))
        self.matched, self.fault = QLabel(), QLabel()
        self.matched.setAccessibleName(tr("Names matched"))
        self.fault.setProperty("tone", "bad")
        mono = QFont("monospace")
        mono.setStyleHint(QFont.StyleHint.Monospace)
        self.fault.setFont(mono)
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._timer.timeout.connect(self._apply)
        self.field.textEdited.connect(self._follow)
        self.field.editingFinished.connect(self._finish)
        self.guess.clicked.connect(self._guess)
        self.help.clicked.connect(self.help_wanted)
        self.advanced.toggled.connect(self._fold)
        self.regex.toggled.connect(self._follow)

    @property
    def error(self) -> str:
        """What is wrong with the text in the field; empty for nothing."""
        return self.fault.text()

    def display(self, state: Marked) -> None:
        """Show the template of a table, unless another one is being typed."""
        template = state.table.template
        said = (template.text, template.is_regex) if template is not None else ("", False)
        if said != self._said:
            self._said = said
            self._timer.stop()
            if self.field.text() != said[0]:
                self.field.setText(said[0])
            if said[1] or said[0]:
                self.regex.blockSignals(True)
                self.regex.setChecked(said[1])
                self.regex.blockSignals(False)
            self._say_fault("")
        names = dict.fromkeys(row.file for row in state.table.rows)
        words = state.table.matched or tr("{names} names, read without a template", names=len(names))
        is_whole = template is None or all(row.is_matched for row in state.table.rows)
        self.matched.setText(f"{'✓' if is_whole else '≠'} {words}" if template is not None else words)
        self._tone(self.matched, "info" if template is None else "good" if is_whole else "warn")

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        name = QLabel(tr("Name template"))
        name.setProperty("role", "muted")
        name.setBuddy(self.field)
        for widget, stretch in ((name, 0), (self.field, 1), (self.guess, 0), (self.help, 0), (self.matched, 0)):
            line.addWidget(widget, stretch)
        line.addWidget(self.advanced)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(line)
        rows.addWidget(self.regex)
        rows.addWidget(self.fault)
        self.regex.hide()
        self.fault.hide()

    def _fold(self, is_open: bool) -> None:
        self.advanced.setText(tr("Advanced ▾") if is_open else tr("Advanced ▸"))
        self.regex.setVisible(is_open)

    def _follow(self) -> None:
        self.field.setPlaceholderText(_REGEX if self.regex.isChecked() else _PLACEHOLDER)
        try:
            self._compiled()
        except TemplateError as error:
            self._timer.stop()
            self._say_fault(str(error))
            return
        self._say_fault("")
        self._timer.start()

    def _compiled(self) -> Template | None:
        text = self.field.text()
        if not text.strip():
            return None
        return compile_regex(text) if self.regex.isChecked() else compile_template(text)

    def _apply(self) -> None:
        template = self._compiled()
        self._said = (self.field.text(), self.regex.isChecked()) if template is not None else ("", False)
        words = tr("Change template") if template is not None else tr("Remove template")
        self.wanted.emit(words, lambda table: edits.with_template(table, template), "template")

    def _finish(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self._apply()
        self.finished.emit()

    def _guess(self) -> None:
        self._timer.stop()
        self.wanted.emit(tr("Guess template"), guessed, "")

    def _say_fault(self, text: str) -> None:
        self.fault.setText(text)
        self.fault.setVisible(bool(text))
        if bool(text) != bool(self.field.property("refused")):
            self.field.setProperty("refused", bool(text))
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)

    def _tone(self, label: QLabel, tone: str) -> None:
        if label.property("tone") != tone:
            label.setProperty("tone", tone)
            label.style().polish(label)


def guessed(table: ImportTable) -> ImportTable:
    """Return a table read by the template that fits most names.

    Raises
    ------
    InputError
        When the names have nothing in common.
    """
    proposal = propose(list(dict.fromkeys(row.file for row in table.rows)))
    if proposal is None:
        raise InputError("The names have no pattern to guess. Type a template, or fill in the table by hand.")
    return edits.with_template(table, proposal.template)
