"""The arrow keys, where nothing that has the keyboard makes use of them."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class Arrows(QObject):
    """Answers arrow keys that have come up to the window: fields, lists, plots and edges keep theirs.

    Parameters
    ----------
    window : QWidget
    answers : mapping of Qt.Key to callable
    """

    def __init__(self, window: QWidget, answers: Mapping[Qt.Key, Callable[[], None]]) -> None:
        super().__init__(window)
        self._answers = dict(answers)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer a key that nobody else wanted."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        answer = None if held else self._answers.get(Qt.Key(event.key()))
        if answer is not None:
            answer()
        return answer is not None
