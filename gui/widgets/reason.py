"""A question in place: why is this excluded?"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from asplab.gui.language import tr

REASONS = {
    "outlier": tr("outlier"),
    "saturated": tr("saturated"),
    "drift": tr("drift"),
    "misaligned": tr("misaligned"),
}
"""What is stored with an exclusion, and what it is called on screen."""


class ReasonBar(QWidget):
    """One line that asks why something is excluded, in place.

    ``chosen`` carries the targets as a tuple of str, and the reason.
    """

    chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._targets: tuple[str, ...] = ()
        self._question = QLabel()
        self._question.setWordWrap(True)
        self._other = QLineEdit()
        self._other.setPlaceholderText(tr("other reason, Enter"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._question)
        self.buttons = {reason: QPushButton(words) for reason, words in REASONS.items()}
        for pair in (list(REASONS)[:2], list(REASONS)[2:]):
            row = QHBoxLayout()
            row.setSpacing(4)
            for reason in pair:
                row.addWidget(self.buttons[reason])
            column.addLayout(row)
        column.addWidget(self._other)
        for reason, button in self.buttons.items():
            button.setObjectName(reason)
            button.clicked.connect(self._tell_button)
        self._other.returnPressed.connect(self._tell_other)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    @property
    def targets(self) -> tuple[str, ...]:
        """What is asked about, empty while nothing is."""
        return self._targets

    def ask(self, targets: Sequence[str], words: str) -> None:
        """Ask why targets are excluded."""
        self._targets = tuple(targets)
        self._question.setText(tr("Exclude {words}, because:", words=words))
        self._other.clear()
        self.show()
        # No reason is preset: Enter alone must not exclude 28 measurements as outliers.
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up with Escape; Enter presses the focused button."""
        focused = next((button for button in self.buttons.values() if button.hasFocus()), None)
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif focused is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused.click()
        else:
            super().keyPressEvent(event)

    def _tell_button(self) -> None:
        sender = next((reason for reason, button in self.buttons.items() if button is self.sender()), "")
        self._finish(sender)

    def _tell_other(self) -> None:
        words = self._other.text().strip()
        if words:
            self._finish(words)

    def _finish(self, reason: str) -> None:
        targets = self._targets
        self._close()
        self.chosen.emit(targets, reason)

    def _close(self) -> None:
        self._targets = ()
        self.hide()
