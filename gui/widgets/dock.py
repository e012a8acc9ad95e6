"""A card that can be moved: docked at a side of the window, floated, closed and brought back."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QContextMenuEvent, QEnterEvent
from PySide6.QtWidgets import QDockWidget, QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from asplab.gui.language import tr
from asplab.gui.widgets.icon_button import IconButton
from asplab.gui.widgets.scroll import Column, FadingScroll
from asplab.gui.widgets.text import TextLine, TitleLine

PADDING = 12
_LEAST_PX = 30
"""Height of contents below which a dock is better closed: one row."""


class Dock(QDockWidget):
    """A titled panel that the user may put elsewhere.

    Parameters
    ----------
    key : str
        Under which its place is remembered.
    title : str
    scrolls : bool
        Whether what is added stands in a column that scrolls.
    """

    def __init__(self, key: str, title: str, parent: QWidget | None = None, *, scrolls: bool = True) -> None:
        super().__init__(parent)
        self.key = key
        self.setObjectName(key)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        self.title = _Title(self, title)
        self.setTitleBarWidget(self.title)
        frame = QFrame()
        frame.setProperty("role", "dock")
        frame.setMinimumHeight(_LEAST_PX)
        self.body = QVBoxLayout(frame)
        self.body.setContentsMargins(PADDING, 0, PADDING, PADDING)
        self.column: Column | None = None
        self.scroll: FadingScroll | None = None
        if scrolls:
            self._make_scroll()
        self.setWidget(frame)
        self.topLevelChanged.connect(self._show_floating)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Put a widget below the others and return it."""
        lines = self.body if self.column is None else self.column.lines
        # The last line of a column is the stretch.
        lines.insertWidget(lines.count() - (self.column is not None), widget, stretch)
        return widget

    def display_title(self, html: str) -> None:
        """Show another title; the name in the menu stays."""
        self.title.words.display(html)

    def display_subtitle(self, html: str, *shorter: str) -> None:
        """Show another subtitle, or the first shorter one that fits, without laying the window out anew."""
        self.title.subtitle.display(html, *shorter)

    @property
    def subtitle(self) -> str:
        """The subtitle as displayed."""
        return self.title.subtitle.html

    def wanted_height(self) -> int:
        """Return the height at which nothing of it needs to be scrolled; that of the title without a column."""
        least = self.title.sizeHint().height() + self.body.contentsMargins().bottom() + 2
        return least if self.column is None else least + self.column.wanted_height(self.column.width())

    def _make_scroll(self) -> None:
        self.column = Column()
        self.column.lines.addStretch(1)
        self.scroll = FadingScroll(self.column)
        self.scroll.setAccessibleName(self.accessibleName())
        # The bar keeps its room inside the padding, so that nothing moves when it comes.
        self.body.setContentsMargins(PADDING, 0, 2, 8)
        self.column.lines.setContentsMargins(0, 0, 0, 0)
        self.scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.body.addWidget(self.scroll)

    def _show_floating(self, is_floating: bool) -> None:
        for part in (self.title, self.widget()):
            part.setProperty("floating", is_floating)
            part.style().unpolish(part)
            part.style().polish(part)
        self.title.display_floating(is_floating)


class _Title(QFrame):
    """Title and subtitle; under the mouse also what can be done with the dock."""

    def __init__(self, dock: Dock, title: str) -> None:
        super().__init__(dock)
        self._dock = dock
        self.setProperty("role", "dock_title")
        self.words = TitleLine(title)
        self.subtitle = TextLine(muted=True, align=Qt.AlignmentFlag.AlignRight)
        name = dock.windowTitle()
        self._float = IconButton("float", tr("Float {panel}", panel=name))
        self._close = IconButton("close", tr("Close {panel}; View > Panels brings it back", panel=name))
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 6, 5, 5)
        row.setSpacing(2)
        row.addWidget(self.words)
        row.addSpacing(6)
        row.addWidget(self.subtitle, 1)
        row.addSpacing(PADDING - 7)
        for button in (self._float, self._close):
            button.setProperty("role", "tiny")
            # Every key stroke to the contents would pass two buttons more; the menu View > Panels has them.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.hide()
            row.addWidget(button)
        self.setFixedHeight(self.sizeHint().height() + 2)
        self._float.clicked.connect(self._toggle_floating)
        self._close.clicked.connect(dock.close)

    def display_floating(self, is_floating: bool) -> None:
        """Offer to put a floating dock back."""
        name = self._dock.windowTitle()
        words = tr("Put {panel} back", panel=name) if is_floating else tr("Float {panel}", panel=name)
        self._float.display_icon("dock" if is_floating else "float")
        self._float.setToolTip(words)
        self._float.setAccessibleName(words)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the buttons."""
        super().enterEvent(event)
        self._display_buttons(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Give their room to the subtitle again."""
        super().leaveEvent(event)
        self._display_buttons(False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the same as a menu."""
        self.menu = QMenu(self)
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu.addAction(self._float.toolTip()).triggered.connect(self._toggle_floating)
        self.menu.addAction(tr("Close {panel}", panel=self._dock.windowTitle())).triggered.connect(self._dock.close)
        self.menu.popup(event.globalPos())

    def _display_buttons(self, is_shown: bool) -> None:
        for button in (self._float, self._close):
            button.setVisible(is_shown)

    def _toggle_floating(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())
