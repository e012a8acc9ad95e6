"""Content where there is some, and otherwise the words that say why there is none."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from asplab.gui.language import tr
from asplab.gui.widgets.empty import EmptyState


class Deck(QWidget):
    """Shows its content or an empty state, never an empty pane.

    Parameters
    ----------
    content : QWidget

    Notes
    -----
    ``command_chosen`` carries the key of the command behind the button of the empty state.
    """

    command_chosen = Signal(str)

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.empty = EmptyState("", icon_name="spectrum")
        self._command = ""
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(content)
        self._stack.addWidget(self.empty)
        self.empty.action_chosen.connect(self._tell)

    @property
    def is_empty(self) -> bool:
        """Whether the empty state is shown."""
        return self._stack.currentWidget() is self.empty

    def display_content(self) -> None:
        """Show the content."""
        if self.is_empty:
            self._stack.setCurrentWidget(self.content)

    def display_missing(self, title: str, text: str, *, command: str = "") -> None:
        """Say what is missing and what to do about it; with the key of a command that helps, also as a button."""
        captions = {"import_files": tr("Import files…")}
        self._command = command
        self.empty.display(title, text, captions[command] if command else "")
        self._stack.setCurrentWidget(self.empty)

    def _tell(self) -> None:
        self.command_chosen.emit(self._command)
