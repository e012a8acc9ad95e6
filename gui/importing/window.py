"""The frame of the import window: menus, steps, pages, banner and the buttons that lead on."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QUndoStack
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from asplab.gui.importing.check_page import CheckPage
from asplab.gui.importing.conditions_page import ConditionsPage
from asplab.gui.importing.files_page import FilesPage
from asplab.gui.importing.waiting import WaitingPage
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.banner import Banner
from asplab.gui.widgets.status import StatusLine
from asplab.gui.widgets.steps import StepBar
from asplab.gui.widgets.text import TextLine

STEPS = (("files", tr("1  Files")), ("conditions", tr("2  Conditions")), ("check", tr("3  Review")))
Page = TypeVar("Page", FilesPage, ConditionsPage, CheckPage)
KEYS = tuple(key for key, _ in STEPS)
HINTS = {
    "files": tr("Untick a file to leave it out · Del takes it off the list · drop more files here"),
    "conditions": tr("Type into one or several cells · Ctrl+D fills down · Ctrl+V pastes · Del clears what was typed"),
    "check": tr("Click a curve, a number or a doubt to go to its row"),
}
SIZE = (1280, 800)
_GAP = 8


class ImportWindow(QMainWindow):
    """Three pages and what leads from one to the next.

    ``commanded`` carries the key of a menu entry or button, ``page_built`` and ``step_chosen`` a page,
    ``files_dropped`` paths; ``close_asked`` follows the wish to close while :attr:`may_close` is False.
    """

    commanded = Signal(str)
    page_built = Signal(str)
    step_chosen = Signal(str)
    files_dropped = Signal(object)
    close_asked = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Import"))
        self.resize(*SIZE)
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self.may_close = True
        self.step = "files"
        self._theme = theme
        self._built: dict[str, QWidget] = {}
        self.waiting = WaitingPage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.waiting)
        self.steps = StepBar(STEPS)
        self.banner, self.status = Banner(), StatusLine()
        self.place = TextLine(muted=True)
        self.preset_menu = QMenu(tr("&Presets"), self)
        self.presets_button = QToolButton()
        self.back, self.next = QPushButton(tr("Back")), QPushButton(tr("Next"))
        self.next.setProperty("role", "primary")
        self._actions = self._make_actions()
        self._fill_menus()
        self._lay_out()
        self.steps.step_chosen.connect(self.step_chosen)
        self.back.clicked.connect(partial(self.commanded.emit, "back"))
        self.next.clicked.connect(partial(self.commanded.emit, "next"))
        self.steps.display("files")
        self.display_ready(False)

    # --- pages ---------------------------------------------------------------------------------------------
    @property
    def files(self) -> FilesPage:
        """The first page."""
        return self._page("files", FilesPage)

    @property
    def conditions(self) -> ConditionsPage:
        """The second page."""
        return self._page("conditions", ConditionsPage)

    @property
    def check(self) -> CheckPage:
        """The last page."""
        return self._page("check", CheckPage)

    def _page(self, key: str, kind: type[Page]) -> Page:
        """Return a page; it is built when it is first wanted, since all at once would take too long."""
        if key not in self._built:
            self._built[key] = kind(self._theme)
            self.pages.addWidget(self._built[key])
            self.page_built.emit(key)
        return cast("Page", self._built[key])

    # --- what is shown -------------------------------------------------------------------------------------
    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for key in self._built:
            getattr(self, key).restyle(theme)

    def display_place(self, root: Path) -> None:
        """Show the folder."""
        self.setWindowTitle(tr("Import — {name}[*]", name=root.name))
        self.place.display(str(root).replace("&", "&amp;").replace("<", "&lt;"), root.name)

    def display_step(self, key: str) -> None:
        """Show a page and what leads on from it."""
        self.step = key
        self.pages.setCurrentWidget(getattr(self, key))
        self.steps.display(key)
        self.back.setVisible(key != "files")
        self.next.setText(tr("Import") if key == "check" else tr("Next"))
        self.next.setAccessibleName(
            tr("Import") if key == "check" else tr("Next: {steps}", steps=STEPS[KEYS.index(key) + 1][1][3:])
        )
        self.status.display_hint(HINTS[key])

    def display_ready(self, is_ready: bool) -> None:
        """Offer what needs files, or show that they are awaited."""
        for widget in (self.steps, self.next, self.presets_button):
            widget.setEnabled(is_ready)
        for key, action in self._actions.items():
            action.setEnabled(key == "close" or (is_ready and key not in ("undo", "redo")))
        self.next.setVisible(is_ready)
        if not is_ready:
            self.pages.setCurrentWidget(self.waiting)
            self.back.hide()
            self.status.display_hint("")

    def follow_history(self, history: QUndoStack) -> None:
        """Let undo and redo follow a history, and name what they do."""
        undo, redo = self._actions["undo"], self._actions["redo"]
        undo.triggered.connect(history.undo)
        redo.triggered.connect(history.redo)

        history.undoTextChanged.connect(self._name_undo)
        history.redoTextChanged.connect(self._name_redo)
        history.canUndoChanged.connect(undo.setEnabled)
        history.canRedoChanged.connect(redo.setEnabled)

    def _name_undo(self, text: str) -> None:
        self._actions["undo"].setText(tr("Undo: {value}", value=text) if text else tr("Undo"))

    def _name_redo(self, text: str) -> None:
        self._actions["redo"].setText(tr("Redo: {value}", value=text) if text else tr("Redo"))

    def action(self, key: str) -> QAction:
        """Return the action of a menu entry."""
        return self._actions[key]

    # --- events --------------------------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand dropped files on."""
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
        event.accept()
        self.closed.emit()

    # --- construction --------------------------------------------------------------------------------------
    def _make_actions(self) -> dict[str, QAction]:
        texts: dict[str, tuple[str, str | QKeySequence.StandardKey, Callable[[], None] | None]] = {
            "add_files": (tr("Add &files…"), "Ctrl+O", None),
            "add_folder": (tr("Add f&older…"), "", None),
            "save_manifest": (tr("&Save manifest"), "Ctrl+S", None),
            "import": (tr("&Import"), "Ctrl+Return", None),
            "close": (tr("&Close"), "Ctrl+W", None),
            "undo": (tr("Undo"), QKeySequence.StandardKey.Undo, None),
            "redo": (tr("Redo"), "Ctrl+Shift+Z", None),
            "fill": (tr("Fill &down"), "", lambda: self.conditions.table.fill_down()),
            "clear": (tr("C&lear what was typed"), "", lambda: self.conditions.table.clear_typed()),
            "accept": (tr("&Accept what is shown"), "", lambda: self.conditions.table.confirm()),
            "take_out": (tr("Take rows &out"), "", lambda: self.conditions.table.include(False)),
            "take_in": (tr("Take rows &in"), "", lambda: self.conditions.table.include(True)),
            "template_help": (tr("&Name templates"), "F1", None),
        }
        made = {}
        for key, (text, shortcut, slot) in texts.items():
            action = made[key] = QAction(text, self)
            if shortcut:
                action.setShortcut(QKeySequence(shortcut))
            if slot is not None:
                action.triggered.connect(slot)
            elif key not in ("undo", "redo"):
                action.triggered.connect(partial(self.commanded.emit, key))
        made["redo"].setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        return made

    def _fill_menus(self) -> None:
        menus = {
            "&File": ("add_files", "add_folder", "", "save_manifest", "import", "", "close"),
            "&Edit": ("undo", "redo", "", "fill", "clear", "accept", "", "take_out", "take_in"),
        }
        # A menu needs an owner in Python, or it may vanish with the last reference.
        self._menus = [self.menuBar().addMenu(name) for name in menus]
        for menu, keys in zip(self._menus, menus.values(), strict=True):
            for key in keys:
                if key:
                    menu.addAction(self._actions[key])
                else:
                    menu.addSeparator()
        self.menuBar().addMenu(self.preset_menu)
        self._menus.append(self.menuBar().addMenu(tr("&Help")))
        self._menus[-1].addAction(self._actions["template_help"])

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(4, 0, 4, 0)
        top.setSpacing(_GAP)
        self.presets_button.setText(tr("Presets"))
        self.presets_button.setMenu(self.preset_menu)
        self.presets_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.presets_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        save = QToolButton()
        save.setDefaultAction(self._actions["save_manifest"])
        save.setText(tr("Save manifest"))
        save.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        left, right = QWidget(), QWidget()
        for side, widgets in ((left, (self.place,)), (right, (save, self.presets_button))):
            line = QHBoxLayout(side)
            line.setContentsMargins(0, 0, 0, 0)
            if side is right:
                line.addStretch(1)
            for widget in widgets:
                line.addWidget(widget)
        top.addWidget(left, 1)
        top.addWidget(self.steps)
        top.addWidget(right, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(_GAP)
        bottom.setContentsMargins(0, 0, 0, _GAP)
        bottom.addWidget(self.status, 1)
        bottom.addWidget(self.back)
        bottom.addWidget(self.next)
        for button in (self.back, self.next):
            button.setMinimumWidth(96)
        central = QWidget()
        rows = QVBoxLayout(central)
        rows.setContentsMargins(12, 0, 12, 0)
        rows.setSpacing(_GAP)
        rows.addLayout(top)
        rows.addWidget(self.banner)
        rows.addWidget(self.pages, 1)
        rows.addLayout(bottom)
        self.setCentralWidget(central)
