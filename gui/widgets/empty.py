"""What a place shows while there is nothing to show."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class EmptyState(QWidget):
    """A title, a sentence and perhaps a button that helps.

    Parameters
    ----------
    title, text : str
        What is missing and what to do.
    action : str
        Caption of the button; none without a caption.
    """

    action_chosen = Signal()

    def __init__(self, title: str, text: str = "", action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._text, self._action = QLabel(), QLabel(), QPushButton()
        self._title.setProperty("role", "title")
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._action.setProperty("role", "primary")
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(2)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(8)
        column.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._action.clicked.connect(self._tell)
        self.display(title, text, action)

    def display(self, title: str, text: str = "", action: str = "") -> None:
        """Show other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))

    def _tell(self) -> None:
        self.action_chosen.emit()
