"""Content where there is some, and otherwise the words that say why there is none."""

from PySide6.QtWidgets import QStackedLayout, QWidget

from asplab.gui.widgets.empty import EmptyState


class Deck(QWidget):
    """Shows its content or an empty state, never an empty pane.

    Parameters
    ----------
    content : QWidget
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.empty = EmptyState("")
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(content)
        self._stack.addWidget(self.empty)

    @property
    def is_empty(self) -> bool:
        """Whether the empty state is shown."""
        return self._stack.currentWidget() is self.empty

    def display_content(self) -> None:
        """Show the content."""
        if self.is_empty:
            self._stack.setCurrentWidget(self.content)

    def display_missing(self, title: str, text: str) -> None:
        """Say what is missing and what to do about it."""
        self.empty.display(title, text)
        self._stack.setCurrentWidget(self.empty)
