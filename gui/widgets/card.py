"""The white box that everything in the window stands in."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from asplab.gui.widgets.arrange import GAP
from asplab.gui.widgets.text import TextLine, TitleLine, rich_width

PADDING = 12
_SUBTITLE_PX = 168
_SLACK_PX = 6


class Card(QFrame):
    """A titled panel with rounded corners.

    Parameters
    ----------
    title : str
        Rich text.
    subtitle : str
        Muted, right of the title; may change on every frame.
    short_title : str
        Stands in where the card is too narrow for title and subtitle; the title itself when empty.
    """

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None, *, short_title: str = "") -> None:
        super().__init__(parent)
        self._titles = (title, short_title)
        self.setProperty("role", "card")
        self._title = TitleLine(title)
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

    def limit_content(self, height_px: int) -> None:
        """Grow no higher than content of this height needs, so that others take the room."""
        margins, spacing = self.body.contentsMargins(), self.body.spacing()
        rest = margins.top() + margins.bottom() + spacing + self.header.sizeHint().height() + _SLACK_PX
        # Setting the same height again would lay the window out anew.
        if self.maximumHeight() != height_px + rest:
            self.setMaximumHeight(height_px + rest)

    def display_title(self, html: str) -> None:
        """Show another title."""
        self._titles = (html, "")
        self._title.display(html)

    def display_subtitle(self, html: str, *shorter: str) -> None:
        """Show another subtitle, or the first shorter one that fits, without laying the window out anew."""
        self._subtitle.display(html, *shorter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the title that leaves room for a subtitle."""
        super().resizeEvent(event)
        title, short = self._titles
        if short:
            room = event.size().width() - 2 * PADDING - GAP - _SUBTITLE_PX
            self._title.display(title if rich_width(title, self._title.font()) <= room else short, short)

    @property
    def subtitle(self) -> str:
        """The subtitle as displayed."""
        return self._subtitle.html
