"""The white box that everything in the window stands in."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from asplab.gui.widgets.text import TextLine

PADDING, GAP = 12, 8


class Card(QFrame):
    """A titled panel with rounded corners.

    Parameters
    ----------
    title : str
        Rich text.
    subtitle : str
        Muted, right of the title; may change on every frame.
    """

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._title = QLabel(title)
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._title.setProperty("role", "title")
        self._subtitle = TextLine(subtitle, muted=True, align=Qt.AlignmentFlag.AlignRight)
        self.header = QHBoxLayout()
        self.header.setSpacing(GAP)
        self.header.addWidget(self._title)
        self.header.addWidget(self._subtitle, 1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(PADDING, PADDING - 3, PADDING, PADDING)
        self.body.setSpacing(GAP)
        self.body.addLayout(self.header)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Put a widget below the others and return it."""
        self.body.addWidget(widget, stretch)
        return widget

    def add_row(self, label: str, field: QWidget) -> QWidget:
        """Put a field below the others with its muted label at the left; return the field."""
        name = QLabel(label)
        name.setTextFormat(Qt.TextFormat.RichText)
        name.setProperty("role", "muted")
        name.setBuddy(field)
        field.setAccessibleName(label)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(name, 3)
        row.addWidget(field, 4)
        self.body.addLayout(row)
        return field

    def display_title(self, html: str) -> None:
        """Show another title."""
        # Setting the same words again would lay the window out anew.
        if html != self._title.text():
            self._title.setText(html)

    def display_subtitle(self, html: str) -> None:
        """Show another subtitle without laying the window out anew."""
        self._subtitle.display(html)

    @property
    def subtitle(self) -> str:
        """The subtitle as displayed."""
        return self._subtitle.html
