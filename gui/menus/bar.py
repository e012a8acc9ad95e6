"""The menu bar: which command stands in which menu, and the actions behind them."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMainWindow, QMenu

from asplab.gui.language import tr
from asplab.gui.look.icons import INKS
from asplab.gui.look.theme import MODES
from asplab.gui.menus.commands import ANALYSIS, COPY_AS, EDIT, EVERY, EXPORTS, FILE, HELP, LAYOUT, SAVING, VIEW, Command
from asplab.gui.menus.icons import dress
from asplab.gui.step_list import MORE, STEPS


class MenuBar(QObject):
    """The menus of a window and their actions.

    Parameters
    ----------
    window : QMainWindow
        Whose menu bar is filled.
    commanded, step_chosen, mode_chosen : callable
        Take the key of a command, step or theme that was chosen.

    Attributes
    ----------
    actions, step_actions, mode_actions : dict of str to QAction
        By the keys of commands, steps and themes.
    undo, redo : QAction
    """

    def __init__(
        self,
        window: QMainWindow,
        *,
        commanded: Callable[[str], None],
        step_chosen: Callable[[str], None],
        mode_chosen: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self.actions = {command.key: _action(window, command, commanded) for command in EVERY}
        self.step_actions = _step_actions(window, step_chosen)
        self.mode_actions = _mode_actions(window, mode_chosen)
        self.undo, self.redo = _history_actions(window)
        bar = window.menuBar()
        # A menu needs an owner in Python, or it may vanish with the last reference.
        self._menus = {
            name: bar.addMenu(name) for name in (tr("&File"), tr("&Edit"), tr("&View"), tr("&Analysis"), tr("&Help"))
        }
        file, edit, view, analysis, self.help = self._menus.values()
        self.recent, self.exports = QMenu(tr("Open &recent"), window), QMenu(tr("&Export"), window)
        self._fill_file(file)
        edit.addActions([self.undo, self.redo])
        edit.addSeparator()
        self._add(edit, EDIT)
        self.copy_as = QMenu(tr("Copy &as"), window)
        self._add(self.copy_as, COPY_AS)
        edit.insertMenu(self.actions["toggle_excluded"], self.copy_as)
        self._fill_view(view)
        self._add(analysis, ANALYSIS)
        self._add(self.help, HELP)
        self._inks: tuple[str, ...] = ()
        self._dress()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draw the icons in the ink of another theme."""
        if watched is self._window and event.type() == QEvent.Type.PaletteChange:
            self._dress()
        return False

    def _dress(self) -> None:
        palette = self._window.palette()
        inks = tuple(palette.color(role).name() for role in INKS)
        if inks != self._inks:
            # Qt tells a change of the palette several times.
            self._inks = inks
            dress({**self.actions, "undo": self.undo, "redo": self.redo}, palette)

    # --- what is shown -------------------------------------------------------------------------------------
    def display_document(self, *, has_document: bool) -> None:
        """Show what can be done."""
        for command in EVERY:
            self.actions[command.key].setEnabled(has_document or not command.needs_document)
        for action in self.step_actions.values():
            action.setEnabled(has_document)
        self.panels.setEnabled(has_document)

    def display_recent(self, paths: Sequence[Path], chosen: Callable[[Path], None]) -> None:
        """List the recent places."""
        self.recent.clear()
        for path in paths:
            self.recent.addAction(str(path)).triggered.connect(partial(chosen, path))
        self.recent.setEnabled(bool(paths))

    def display_comparisons(
        self, names: Sequence[str], chosen: int | None, choose: Callable[[int | None], None]
    ) -> None:
        """List the temperatures that may stand beside the selected one, and none of them."""
        self.comparisons.clear()
        for index, name in enumerate((tr("Nothing"), *names)):
            wanted = index - 1 if index else None
            action = self.comparisons.addAction(name)
            action.setCheckable(True)
            action.setChecked(wanted == chosen)
            action.triggered.connect(partial(_choose, choose, wanted))

    def display_panels(self, toggles: Sequence[QAction]) -> None:
        """List what shows and closes the panels."""
        self.panels.clear()
        self.panels.addActions(toggles)

    def follow_history(self, history: QUndoStack) -> None:
        """Let undo and redo follow a history."""
        history.undoTextChanged.connect(self._name_undo)
        history.redoTextChanged.connect(self._name_redo)
        history.canUndoChanged.connect(self.undo.setEnabled)
        history.canRedoChanged.connect(self.redo.setEnabled)
        self.undo.triggered.connect(history.undo)
        self.redo.triggered.connect(history.redo)

    def _name_undo(self, text: str) -> None:
        self.undo.setText(tr("Undo: {value}", value=text) if text else tr("Undo"))

    def _name_redo(self, text: str) -> None:
        self.redo.setText(tr("Redo: {value}", value=text) if text else tr("Redo"))

    # --- construction --------------------------------------------------------------------------------------
    def _fill_file(self, file: QMenu) -> None:
        self._add(file, FILE)
        file.addMenu(self.recent)
        file.addSeparator()
        self._add(file, SAVING)
        file.addSeparator()
        self._add(self.exports, EXPORTS)
        file.addMenu(self.exports)
        file.addSeparator()
        quit_action = file.addAction(tr("&Quit"))
        quit_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Quit))
        quit_action.setMenuRole(QAction.MenuRole.QuitRole)
        quit_action.triggered.connect(self._window.close)

    def _fill_view(self, view: QMenu) -> None:
        view.addActions(list(self.step_actions.values()))
        view.addSeparator()
        self._add(view, VIEW)
        self.comparisons = QMenu(tr("C&ompare with"), self._window)
        view.addMenu(self.comparisons)
        view.addSeparator()
        self.panels = QMenu(tr("&Panels"), self._window)
        view.addMenu(self.panels)
        self._add(view, LAYOUT)
        view.addSeparator()
        self._themes = QMenu(tr("&Theme"), self._window)
        self._themes.addActions(list(self.mode_actions.values()))
        view.addMenu(self._themes)

    def _add(self, menu: QMenu, commands: Sequence[Command]) -> None:
        menu.addActions([self.actions[command.key] for command in commands])


def _choose(choose: Callable[[int | None], None], wanted: int | None, _is_checked: bool = False) -> None:
    choose(wanted)


def _action(window: QMainWindow, command: Command, commanded: Callable[[str], None]) -> QAction:
    action = QAction(command.text, window)
    if command.shortcut is not None:
        action.setShortcuts(QKeySequence.listFromString(command.shortcut))
    action.triggered.connect(partial(commanded, command.key))
    return action


def _step_actions(window: QMainWindow, chosen: Callable[[str], None]) -> dict[str, QAction]:
    actions = _choices(window, (*STEPS, *MORE), chosen)
    for number, (key, _) in enumerate(STEPS, start=1):
        actions[key].setShortcut(QKeySequence(str(number)))
    return actions


def _mode_actions(window: QMainWindow, chosen: Callable[[str], None]) -> dict[str, QAction]:
    return _choices(window, tuple(MODES.items()), chosen)


def _choices(
    window: QMainWindow, choices: Sequence[tuple[str, str]], chosen: Callable[[str], None]
) -> dict[str, QAction]:
    """Return actions of which one is checked."""
    group = QActionGroup(window)
    actions = {}
    for key, text in choices:
        actions[key] = QAction(text.replace("&", "&&"), group)
        actions[key].setCheckable(True)
        actions[key].triggered.connect(partial(chosen, key))
    return actions


def _history_actions(window: QMainWindow) -> tuple[QAction, QAction]:
    undo, redo = QAction(tr("Undo"), window), QAction(tr("Redo"), window)
    undo.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
    redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
    for action in (undo, redo):
        action.setEnabled(False)
    return undo, redo
