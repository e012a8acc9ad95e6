"""The frame of the window: menus, toolbar, the workbench, banner and status line. It knows no science.

It is shown, still empty, before anything but Qt is loaded, and filled after its first paint: what it is made of is
imported inside :meth:`Window.build`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from asplab.gui.language import tr

if TYPE_CHECKING:
    from asplab.gui.layout import Workbench
    from asplab.gui.menus.bar import MenuBar
    from asplab.gui.start_page import StartPage
    from asplab.gui.toolbar import Toolbar
    from asplab.gui.watch_strip import WatchStrip
    from asplab.gui.widgets.banner import Banner
    from asplab.gui.widgets.dock import Dock
    from asplab.gui.widgets.empty import EmptyState
    from asplab.gui.widgets.status import StatusLine

SIZE = (1440, 900)
_GAP = 8
_WAITING = (tr("Analysing …"), "", "")


class Window(QMainWindow):
    """Menus and places; whoever binds it fills the places and answers ``commanded``.

    Notes
    -----
    ``commanded`` carries the key of a :class:`Command`; ``step_chosen``, ``mode_chosen`` and ``recent_chosen``
    a step, a theme and a file; ``files_dropped`` a list of paths; ``close_asked`` follows the
    user's wish to close while :attr:`may_close` is False.
    """

    commanded = Signal(str)
    step_chosen = Signal(str)
    temperature_chosen = Signal(object)
    mode_chosen = Signal(str)
    recent_chosen = Signal(object)
    files_dropped = Signal(object)
    close_asked = Signal()
    closed = Signal()

    banner: "Banner"
    empty: "EmptyState"
    menus: "MenuBar"
    start: "StartPage"
    status: "StatusLine"
    toolbar: "Toolbar"
    watch_strip: "WatchStrip"
    workbench: "Workbench"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.resize(*SIZE)
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self.setWindowTitle("ASPLab")
        self.may_close = True
        self._has_document = self._is_ready = False
        self._is_built = False

    def build(self) -> None:
        """Fill the window; it may be on screen already, and is then there at once."""
        from asplab.gui.layout import Workbench
        from asplab.gui.menus.bar import MenuBar
        from asplab.gui.start_page import StartPage
        from asplab.gui.toolbar import Toolbar
        from asplab.gui.watch_strip import WatchStrip
        from asplab.gui.widgets.banner import Banner
        from asplab.gui.widgets.empty import EmptyState
        from asplab.gui.widgets.status import StatusLine

        self.menus = MenuBar(
            self,
            commanded=self.commanded.emit,
            step_chosen=self.step_chosen.emit,
            mode_chosen=self.mode_chosen.emit,
        )
        self.toolbar = Toolbar(self.menus)
        self.banner = Banner()
        self.start = StartPage()
        self.empty = EmptyState(*_WAITING)
        self.workbench = Workbench()
        self.pages = self.workbench.pages
        self.stack = QStackedWidget()
        self.status = StatusLine()
        self.watch_strip = WatchStrip()
        self._lay_out()
        self._is_built = True
        self._tighten()
        self.stack.currentChanged.connect(self._take_focus)
        self._take_focus()
        self.toolbar.steps.step_chosen.connect(self.step_chosen)
        self.toolbar.temperatures.chosen.connect(self.temperature_chosen)
        self.display_document(None, is_modified=False)
        self.display_recent(())

    # --- what is shown -------------------------------------------------------------------------------------
    def display_document(self, name: str | None, *, is_modified: bool) -> None:
        """Show the name of the document in the title, and what can be done with it."""
        self.setWindowTitle("ASPLab" if name is None else tr("ASPLab — {name}[*]", name=name))
        self.setWindowModified(is_modified and name is not None)
        for part in (self.menus, self.toolbar):
            part.display_document(has_document=name is not None)
        self._has_document = name is not None
        self.display_ready(self._is_ready)

    def display_ready(self, is_ready: bool) -> None:
        """Show the workbench once there are results; before that, what to do or what is awaited."""
        self._is_ready = is_ready
        self.toolbar.temperatures.setVisible(self._has_document and is_ready)
        waiting = self.workbench if is_ready else self.empty
        self.stack.setCurrentWidget(waiting if self._has_document else self.start)

    def display_temperatures(self, names: Sequence[str]) -> None:
        """Offer these temperatures."""
        self.toolbar.temperatures.offer(list(enumerate(names)))

    def display_temperature(self, index: int) -> None:
        """Mark a temperature as the one shown."""
        if 0 <= index < self.toolbar.temperatures.count():
            self.toolbar.temperatures.display(index)

    def display_recent(self, paths: Sequence[Path]) -> None:
        """List the recent places in the menu."""
        self.menus.display_recent(paths, self.recent_chosen.emit)

    def display_step(self, key: str) -> None:
        """Mark a step as the current one."""
        self.toolbar.steps.display(key)
        self.menus.step_actions[key].setChecked(True)

    def display_mode(self, mode: str) -> None:
        """Mark a theme as the chosen one."""
        self.menus.mode_actions[mode].setChecked(True)

    # --- places --------------------------------------------------------------------------------------------
    def furnish(self, docks: Sequence["Dock"]) -> None:
        """Put the panels around the steps, which go into ``pages``."""
        for dock in docks:
            self.workbench.add(dock)
        self.menus.display_panels([dock.toggleViewAction() for dock in docks])

    # --- events --------------------------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.start.display_drag(is_over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Expect no files any more."""
        self.start.display_drag(is_over=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand dropped files on."""
        self.start.display_drag(is_over=False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, or ask first."""
        if not self.may_close:
            event.ignore()
            self.close_asked.emit()
            return
        self.closed.emit()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the names of the steps the room that they need."""
        super().resizeEvent(event)
        self._tighten()

    def _take_focus(self, *_: int) -> None:
        from asplab.gui.widgets.arrange import give_keyboard

        shown = self.stack.currentWidget()
        page = self.pages.currentWidget() if shown is self.workbench else None
        give_keyboard(page or shown)

    def _tighten(self) -> None:
        if self._is_built:
            self.toolbar.display_room(self.width())

    # --- construction --------------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        self.start.chosen.connect(lambda key: self.menus.actions[key].trigger())
        self.start.place_chosen.connect(self.recent_chosen)
        for page in (self.start, self.empty, self.workbench):
            self.stack.addWidget(page)
        central = QWidget()
        rows = QVBoxLayout(central)
        rows.setContentsMargins(12, 0, 12, 0)
        rows.setSpacing(_GAP)
        for widget, stretch in (
            (self.toolbar, 0),
            (self.banner, 0),
            (self.stack, 1),
            (self.watch_strip, 0),
            (self.status, 0),
        ):
            rows.addWidget(widget, stretch)
        self.setCentralWidget(central)
