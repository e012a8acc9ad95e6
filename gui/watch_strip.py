"""What a watched folder brings, line by line, at the bottom of the window."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from asplab.gui.language import tr
from asplab.gui.widgets.text import TextLine, TitleLine

_HEIGHT_PX = 118
_MOST_LINES = 300


class WatchStrip(QFrame):
    """Title, the latest news, and a button that stops; hidden while nothing is watched."""

    stop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._title, self._latest = TitleLine(), TextLine(muted=True)
        self.fold, self.stop = QToolButton(), QPushButton(tr("Stop watching"))
        self.fold.setCheckable(True)
        self.fold.setChecked(True)
        self.fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lines = QListWidget()
        self.lines.setAccessibleName(tr("News of the watched folder"))
        self.lines.setFixedHeight(_HEIGHT_PX)
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines.setStyleSheet("QListView::item { height: 21px; }")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._latest, 1)
        head.addWidget(self.fold)
        head.addWidget(self.stop)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 4, 6, 4)
        rows.setSpacing(2)
        rows.addLayout(head)
        rows.addWidget(self.lines)
        self.fold.toggled.connect(self._fold)
        self.stop.clicked.connect(self.stop_wanted)
        self._fold(True)
        self.hide()

    @property
    def texts(self) -> list[str]:
        """The lines, the latest last."""
        return [self.lines.item(row).text() for row in range(self.lines.count())]

    def begin(self, name: str) -> None:
        """Show that a folder is watched now."""
        self.lines.clear()
        self._title.display(tr("Watching {plain}", plain=_plain(name)))
        self._latest.display("")
        self.stop.setText(tr("Stop watching"))
        self.show()

    def add(self, words: str, now: datetime | None = None) -> None:
        """Add a line with the time; the latest is always in view."""
        time = now or datetime.now().astimezone()
        item = QListWidgetItem(f"{time:%H:%M:%S}   {' '.join(words.split())}")
        item.setToolTip(words)
        self.lines.addItem(item)
        if self.lines.count() > _MOST_LINES:
            self.lines.takeItem(0)
        self.lines.scrollToBottom()
        self._latest.display(_plain(f"{time:%H:%M:%S}   {words}") if not self.fold.isChecked() else "")

    def end(self, words: str) -> None:
        """Show why nothing is watched any more; the button now closes the strip."""
        self.add(words)
        self._title.display(tr("Watching ended"))
        self.stop.setText(tr("Close"))

    def _fold(self, is_open: bool) -> None:
        self.fold.setText("▾" if is_open else "▸")
        self.fold.setAccessibleName(tr("Fold the news") if is_open else tr("Show the news"))
        self.fold.setToolTip(self.fold.accessibleName())
        self.lines.setVisible(is_open)
        last = self.lines.item(self.lines.count() - 1) if self.lines.count() else None
        self._latest.display(_plain(last.text()) if last is not None and not is_open else "")


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
