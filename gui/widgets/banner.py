"""A message above the work that never blocks it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from asplab.gui.language import tr
from asplab.gui.widgets.checks import SIGNS


class Banner(QFrame):
    """What went wrong, what to do about it, perhaps a button that does it, and a way to dismiss it.

    ``action_chosen`` carries the key given with the action; ``dismissed`` follows the user's click.
    """

    action_chosen = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._action_key = ""
        self._sign, self._message = QLabel(), QLabel()
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setWordWrap(True)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton()
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setAccessibleName(tr("Dismiss"))
        self._close.setToolTip(tr("Dismiss"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self._message, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._action.clicked.connect(self._tell_action)
        self._close.clicked.connect(self._dismiss)
        self.hide()

    @property
    def message(self) -> str:
        """The words on the banner."""
        return self._message.text()

    def report(self, tone: str, message: str, *, action: str = "", action_key: str = "") -> None:
        """Show a message until it is dismissed, cleared or replaced.

        Parameters
        ----------
        tone : str
            ``"bad"``, ``"warn"`` or ``"info"``.
        message : str
            Plain text: what, where, the value found and what to do.
        action, action_key : str
            Caption of the button and what ``action_chosen`` carries; no button without a caption.
        """
        self._sign.setText(SIGNS[tone])
        self._message.setText(message)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._action_key = action_key
        for widget in (self, self._sign):
            widget.setProperty("tone", tone)
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.setAccessibleName(message)
        self.show()

    def clear(self) -> None:
        """Take the message away without telling anybody."""
        self._message.setText("")
        self.hide()

    def _dismiss(self) -> None:
        self.clear()
        self.dismissed.emit()

    def _tell_action(self) -> None:
        self.action_chosen.emit(self._action_key)
