"""What a place shows while there is nothing to show."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from asplab.gui.look.icons import picture

_ICON_PX, _WIDEST_PX = 28, 480
_HOSTS = ("card", "dock")


class EmptyState(QFrame):
    """A title, a sentence and perhaps a button that helps; a card of its own where it stands in none.

    Parameters
    ----------
    title, text : str
        What is missing and what to do.
    action : str
        Caption of the button; none without a caption.
    icon_name : str
        Icon above the title; none when empty.
    """

    action_chosen = Signal()

    def __init__(
        self, title: str, text: str = "", action: str = "", parent: QWidget | None = None, *, icon_name: str = ""
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._icon, self._title, self._text, self._action = QLabel(), QLabel(), QLabel(), QPushButton()
        self._title.setProperty("role", "title")
        self._text.setProperty("role", "muted")
        self._action.setProperty("role", "primary")
        words = QWidget()
        words.setMaximumWidth(_WIDEST_PX)
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addStretch(2)
        for label in (self._icon, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addSpacing(8)
        column.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(words, 100)
        row.addStretch(1)
        self._icon.setVisible(bool(icon_name))
        self._action.clicked.connect(self._tell)
        self.display(title, text, action)
        self._dress()

    def display(self, title: str, text: str = "", action: str = "") -> None:
        """Show other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the ink of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def showEvent(self, event: QShowEvent) -> None:
        """Become a card where nothing around it is one."""
        super().showEvent(event)
        role = "" if self._is_hosted() else "card"
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)

    def _is_hosted(self) -> bool:
        host = self.parentWidget()
        while host is not None and host.property("role") not in _HOSTS:
            host = host.parentWidget()
        return host is not None

    def _dress(self) -> None:
        if self._icon_name:
            ink = self.palette().color(QPalette.ColorRole.PlaceholderText)
            self._icon.setPixmap(picture(self._icon_name, ink, _ICON_PX, self.devicePixelRatioF()))

    def _tell(self) -> None:
        self.action_chosen.emit()
