"""Ctrl+Z in a text field: typing is undone first; with nothing typed, the document's last step is."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

_REDO = (QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y"))


class TextUndo(QObject):
    """Lets go of undo and redo keys that the focused text field has no use for.

    A line edit claims these keys even with nothing to undo; then they would do nothing at all.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._watched: QLineEdit | None = None

    def follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Watch the field that has the focus, and no other."""
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        is_field = isinstance(now, QLineEdit) and self._window.isAncestorOf(now)
        self._watched = now if is_field and isinstance(now, QLineEdit) else None
        if self._watched is not None:
            self._watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand a key on to the window where the field would waste it."""
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QLineEdit):
            return False
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        sequence = QKeySequence(event.keyCombination())
        is_undo = event.matches(QKeySequence.StandardKey.Undo) and not watched.isUndoAvailable()
        is_redo = sequence in _REDO and not watched.isRedoAvailable()
        if is_undo or is_redo:
            event.ignore()
            return True
        return False
