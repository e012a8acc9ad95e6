"""The frame of the window: menus, toolbar, the three columns, banner and status line. It knows no science.

It is shown, still empty, before anything but Qt is loaded, and filled after its first paint: what it is made of is
imported inside :meth:`Window.build`.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QUndoStack,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from asplab.gui.menus.commands import ANALYSIS, EDIT, EVERY, EXPORTS, FILE, HELP, SAVING, VIEW, Command

if TYPE_CHECKING:
    from asplab.gui.watch_strip import WatchStrip
    from asplab.gui.widgets.banner import Banner
    from asplab.gui.widgets.empty import EmptyState
    from asplab.gui.widgets.fields import ChoiceField
    from asplab.gui.widgets.status import StatusLine
    from asplab.gui.widgets.steps import StepBar

STEPS = (
    ("overview", "Overview"),
    ("corrections", "Corrections"),
    ("spectra", "Spectra"),
    ("absorption", "Absorption"),
    ("ratio", "R & QY"),
    ("efficiency", "Efficiency"),
    ("polaron", "Polaron"),
)
SIZE = (1440, 900)
LEFT_PX, RIGHT_PX = 244, 292
_GAP = 8
_TIGHT_BELOW_PX = 1240
_TIGHT = 'QToolButton { padding: 4px 6px; } QToolButton[popupMode="2"] { padding-right: 20px; }'
_BUTTON_PX = 148
_EMPTY = (
    "Drop raw spectra here",
    "A folder or files as the instrument wrote them, or a project (*.nxs).",
    "Import folder…",
)
_WAITING = ("Analysing …", "", "")


class Window(QMainWindow):
    """Menus and places; whoever binds it fills the places and answers ``commanded``.

    Notes
    -----
    ``commanded`` carries the key of a :class:`Command`; ``step_chosen``, ``mode_chosen``, ``recent_chosen`` and
    ``guide_chosen`` a step, a theme and a file; ``files_dropped`` a list of paths; ``close_asked`` follows the
    user's wish to close while :attr:`may_close` is False.
    """

    commanded = Signal(str)
    step_chosen = Signal(str)
    temperature_chosen = Signal(object)
    mode_chosen = Signal(str)
    recent_chosen = Signal(object)
    guide_chosen = Signal(object)
    files_dropped = Signal(object)
    close_asked = Signal()
    closed = Signal()

    banner: "Banner"
    empty: "EmptyState"
    temperatures: "ChoiceField"
    status: "StatusLine"
    steps: "StepBar"
    watch_strip: "WatchStrip"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.resize(*SIZE)
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self.setWindowTitle("ASPLab")
        self.may_close = True
        self._has_document = self._is_ready = False
        self._bar: QWidget | None = None

    def build(self) -> None:
        """Fill the window; it may be on screen already, and is then there at once."""
        from asplab.gui.watch_strip import WatchStrip
        from asplab.gui.widgets.banner import Banner
        from asplab.gui.widgets.empty import EmptyState
        from asplab.gui.widgets.fields import ChoiceField
        from asplab.gui.widgets.status import StatusLine
        from asplab.gui.widgets.steps import StepBar

        self.actions_by_key = {command.key: self._action(command) for command in EVERY}
        self.step_actions = self._step_actions()
        self.mode_actions = self._mode_actions()
        self.steps = StepBar(STEPS)
        self.temperatures = ChoiceField()
        self.banner = Banner()
        self.empty = EmptyState(*_EMPTY)
        self._empty_buttons: list[QPushButton] = []
        self.pages = QStackedWidget()
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.stack = QStackedWidget()
        self.status = StatusLine()
        self.watch_strip = WatchStrip()
        self._bar = QWidget()
        self._fill_menus()
        self._fill_toolbar(self._bar)
        self._lay_out(self._bar)
        self._tighten()
        self.steps.step_chosen.connect(self.step_chosen)
        self.temperatures.chosen.connect(self.temperature_chosen)
        self.display_document(None, is_modified=False)
        self.display_recent(())

    # --- what is shown -------------------------------------------------------------------------------------
    def display_document(self, name: str | None, *, is_modified: bool) -> None:
        """Show the name of the document in the title, and what can be done with it."""
        self.setWindowTitle("ASPLab" if name is None else f"ASPLab — {name}[*]")
        self.setWindowModified(is_modified and name is not None)
        for command in EVERY:
            self.actions_by_key[command.key].setEnabled(name is not None or not command.needs_document)
        for action in self.step_actions.values():
            action.setEnabled(name is not None)
        for widget in (self.steps, self.temperatures, self.export_button):
            widget.setEnabled(name is not None)
        self._has_document = name is not None
        self.display_ready(self._is_ready)

    def display_ready(self, is_ready: bool) -> None:
        """Show the columns once there are results; before that, what to do or what is awaited."""
        self._is_ready = is_ready
        self.temperatures.setVisible(self._has_document and is_ready)
        waiting = self._has_document and not is_ready
        for button in self._empty_buttons:
            button.setVisible(not waiting)
        self.empty.display(*(_WAITING if waiting else _EMPTY))
        self.stack.setCurrentWidget(self.columns if self._has_document and is_ready else self._empty_page)

    def display_temperatures(self, names: Sequence[str]) -> None:
        """Offer these temperatures."""
        self.temperatures.offer(list(enumerate(names)))

    def display_temperature(self, index: int) -> None:
        """Mark a temperature as the one shown."""
        if 0 <= index < self.temperatures.count():
            self.temperatures.display(index)

    def display_recent(self, paths: Sequence[Path]) -> None:
        """List the recent places in the menu."""
        self.recent_menu.clear()
        for path in paths:
            action = self.recent_menu.addAction(str(path))
            action.triggered.connect(partial(self.recent_chosen.emit, path))
        self.recent_menu.setEnabled(bool(paths))

    def display_guides(self, guides: Sequence[tuple[str, Path]]) -> None:
        """List the pages of the guide in the Help menu."""
        for title, path in guides:
            action = QAction(title.replace("&", "&&"), self)
            action.triggered.connect(partial(self.guide_chosen.emit, path))
            self.help_menu.insertAction(self.actions_by_key["about"], action)

    def display_step(self, key: str) -> None:
        """Mark a step as the current one."""
        self.steps.display(key)
        self.step_actions[key].setChecked(True)

    def display_mode(self, mode: str) -> None:
        """Mark a theme as the chosen one."""
        self.mode_actions[mode].setChecked(True)

    def follow_history(self, history: QUndoStack) -> None:
        """Let the undo and redo commands follow a history."""
        history.undoTextChanged.connect(self._name_undo)
        history.redoTextChanged.connect(self._name_redo)
        history.canUndoChanged.connect(self.undo.setEnabled)
        history.canRedoChanged.connect(self.redo.setEnabled)
        self.undo.triggered.connect(history.undo)
        self.redo.triggered.connect(history.redo)

    # --- places --------------------------------------------------------------------------------------------
    def place(self, tree: QWidget, inspector: QWidget) -> None:
        """Put the side panels into their columns; the steps go into ``pages``."""
        for widget in (tree, self.pages, inspector):
            self.columns.addWidget(widget)
        self.columns.setSizes([LEFT_PX, SIZE[0] - LEFT_PX - RIGHT_PX, RIGHT_PX])
        for index, stretch in enumerate((1, 4, 0)):
            self.columns.setStretchFactor(index, stretch)
            self.columns.setCollapsible(index, False)

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
        self.closed.emit()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the names of the steps the room that they need."""
        super().resizeEvent(event)
        self._tighten()

    def _tighten(self) -> None:
        style = _TIGHT if self.width() < _TIGHT_BELOW_PX else ""
        if self._bar is not None and self._bar.styleSheet() != style:
            self._bar.setStyleSheet(style)

    def _name_undo(self, text: str) -> None:
        self.undo.setText(f"Undo: {text}" if text else "Undo")

    def _name_redo(self, text: str) -> None:
        self.redo.setText(f"Redo: {text}" if text else "Redo")

    # --- construction --------------------------------------------------------------------------------------
    def _action(self, command: Command) -> QAction:
        action = QAction(command.text, self)
        if command.shortcut is not None:
            action.setShortcut(QKeySequence(command.shortcut))
        action.triggered.connect(partial(self.commanded.emit, command.key))
        return action

    def _step_actions(self) -> dict[str, QAction]:
        group = QActionGroup(self)
        actions = {}
        for number, (key, text) in enumerate(STEPS, start=1):
            action = QAction(text.replace("&", "&&"), group)
            action.setCheckable(True)
            action.setShortcut(QKeySequence(str(number)))
            action.triggered.connect(partial(self.step_chosen.emit, key))
            actions[key] = action
        return actions

    def _mode_actions(self) -> dict[str, QAction]:
        from asplab.gui.look.theme import MODES

        group = QActionGroup(self)
        actions = {}
        for mode in MODES:
            action = QAction(mode.capitalize(), group)
            action.setCheckable(True)
            action.triggered.connect(partial(self.mode_chosen.emit, mode))
            actions[mode] = action
        return actions

    def _fill_menus(self) -> None:
        bar = self.menuBar()
        # A menu needs an owner in Python, or it may vanish with the last reference.
        self._menus = {name: bar.addMenu(name) for name in ("&File", "&Edit", "&View", "&Analysis", "&Help")}
        file, edit, view, analysis, self.help_menu = self._menus.values()
        self._add(file, FILE)
        self.recent_menu = QMenu("Open &recent", self)
        file.addMenu(self.recent_menu)
        file.addSeparator()
        self._add(file, SAVING)
        file.addSeparator()
        self.export_menu = QMenu("&Export", self)
        self._add(self.export_menu, EXPORTS)
        file.addMenu(self.export_menu)
        file.addSeparator()
        quit_action = file.addAction("&Quit")
        quit_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Quit))
        quit_action.setMenuRole(QAction.MenuRole.QuitRole)
        quit_action.triggered.connect(self.close)
        self.undo, self.redo = QAction("Undo", self), QAction("Redo", self)
        self.undo.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        for action in (self.undo, self.redo):
            action.setEnabled(False)
            edit.addAction(action)
        edit.addSeparator()
        self._add(edit, EDIT)
        self.mode_menu = QMenu("&Theme", self)
        self.mode_menu.addActions(list(self.mode_actions.values()))
        view.addActions(list(self.step_actions.values()))
        view.addSeparator()
        self._add(view, VIEW)
        view.addSeparator()
        view.addMenu(self.mode_menu)
        self._add(analysis, ANALYSIS)
        self._add(self.help_menu, HELP)

    def _add(self, menu: QMenu, commands: Sequence[Command]) -> None:
        menu.addActions([self.actions_by_key[command.key] for command in commands])

    def _fill_toolbar(self, bar: QWidget) -> None:
        row = QHBoxLayout(bar)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(2)
        self.import_menu = QMenu("Import", self)
        self.import_menu.addActions([self.actions_by_key[key] for key in ("import", "import_files", "check_files")])
        self.import_button = self._menu_button("Import", self.import_menu)
        row.addWidget(self.import_button)
        for key, text in (("open", "Open…"), ("save", "Save")):
            row.addWidget(self._button(self.actions_by_key[key], text))
        row.addSpacing(_GAP)
        for action, sign in ((self.undo, "↶"), (self.redo, "↷")):
            row.addWidget(self._button(action, sign))
        row.addSpacing(_GAP)
        self.temperatures.setFixedWidth(86)
        self.temperatures.setAccessibleName("Temperature")
        self.temperatures.setToolTip("Temperature shown (PgUp, PgDown)")
        row.addWidget(self.temperatures)
        row.addStretch(1)
        row.addWidget(self.steps)
        row.addStretch(1)
        self.export_button = self._menu_button("Export", self.export_menu)
        row.addWidget(self.export_button)

    @staticmethod
    def _menu_button(text: str, menu: QMenu) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _button(self, action: QAction, text: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        action.changed.connect(partial(button.setText, text))
        return button

    def _lay_out(self, bar: QWidget) -> None:
        self._empty_page = QWidget()
        column = QVBoxLayout(self._empty_page)
        column.addWidget(self.empty)
        self.empty.action_chosen.connect(self.actions_by_key["import"].trigger)
        below = self.empty.layout()
        self.empty.findChild(QPushButton).setFixedWidth(_BUTTON_PX)
        for key, text in (("open", "Open…"), ("new_demo", "Try the demo")):
            button = QPushButton(text)
            button.setFixedWidth(_BUTTON_PX)
            button.clicked.connect(self.actions_by_key[key].trigger)
            self._empty_buttons.append(button)
            below.insertWidget(below.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.stack.addWidget(self._empty_page)
        self.stack.addWidget(self.columns)
        central = QWidget()
        rows = QVBoxLayout(central)
        rows.setContentsMargins(12, 0, 12, 0)
        rows.setSpacing(_GAP)
        for widget, stretch in ((bar, 0), (self.banner, 0), (self.stack, 1), (self.watch_strip, 0), (self.status, 0)):
            rows.addWidget(widget, stretch)
        self.setCentralWidget(central)
