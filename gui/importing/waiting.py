"""What the import window shows while files are read, or when there are none."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from asplab.gui.language import tr

_WIDTH_PX = 320


class WaitingPage(QWidget):
    """A title, how far the reading is, and a button that cancels it or begins again."""

    action_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.words = QLabel(), QLabel()
        self.title.setProperty("role", "title")
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_WIDTH_PX)
        self.bar.setAccessibleName(tr("Progress of reading"))
        self.button = QPushButton()
        rows = QVBoxLayout(self)
        rows.setSpacing(10)
        rows.addStretch(2)
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            rows.addWidget(label)
        for widget in (self.bar, self.button):
            rows.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addStretch(3)
        self.button.clicked.connect(self.action_chosen)

    def display(self, title: str, words: str, action: str, *, is_reading: bool) -> None:
        """Show these words and this button."""
        self.title.setText(title)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.bar.setVisible(is_reading)
        self.bar.setRange(0, 0)

    def display_fraction(self, fraction: float | None) -> None:
        """Show how far the reading is."""
        if fraction is not None:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * fraction))
            self.words.setText(f"{100 * fraction:.0f} %")
            self.words.show()
