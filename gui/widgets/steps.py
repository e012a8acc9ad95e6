"""The steps of the analysis as a segmented bar."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class StepBar(QWidget):
    """One button a step, the current one filled; rarer steps stand in a menu at the end.

    Parameters
    ----------
    steps, more : sequence of (key, text)
        Steps on the bar and steps in the menu.
    """

    step_chosen = Signal(str)

    def __init__(
        self, steps: Sequence[tuple[str, str]], more: Sequence[tuple[str, str]] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        self._actions: dict[str, QAction] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for key, text in steps:
            self._buttons[key] = self._button(text)
            self._buttons[key].setObjectName(key)
            row.addWidget(self._buttons[key])
        self._group.buttonClicked.connect(self._tell_button)
        self._more = QToolButton(self)
        if more:
            self._build_menu(more)
            row.addWidget(self._more)
        self._more.setVisible(bool(more))
        self._current = ""

    @property
    def current(self) -> str:
        """The key of the step shown as current."""
        return self._current

    def display(self, key: str) -> None:
        """Mark a step as the current one without telling anybody.

        Raises
        ------
        KeyError
            There is no such step.
        """
        in_menu = key in self._actions
        self._current = key
        self._group.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == key)
        self._group.setExclusive(not in_menu)
        self._more.setChecked(in_menu)
        if self._actions:
            self._more.setText(self._actions[key].text() if in_menu else "More")
        if not in_menu:
            self._buttons[key].setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along the bar with the arrow keys."""
        step = _ARROWS.get(Qt.Key(event.key()))
        buttons = list(self._buttons.values())
        focused = [index for index, button in enumerate(buttons) if button.hasFocus()]
        if step is None or not focused or not 0 <= focused[0] + step < len(buttons):
            super().keyPressEvent(event)
            return
        buttons[focused[0] + step].setFocus(Qt.FocusReason.TabFocusReason)

    def _button(self, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text.replace("&", "&&"))
        button.setCheckable(True)
        button.setProperty("role", "step")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._group.addButton(button)
        return button

    def _build_menu(self, more: Sequence[tuple[str, str]]) -> None:
        menu = QMenu(self)
        for key, text in more:
            self._actions[key] = menu.addAction(text.replace("&", "&&"))
            self._actions[key].setData(key)
        menu.triggered.connect(self._tell_action)
        self._more.setText("More")
        self._more.setCheckable(True)
        self._more.setProperty("role", "step")
        self._more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(menu)

    # A click asks for a step; the bar moves only when the owner displays it.
    def _tell_button(self, button: QToolButton) -> None:
        self._ask(button.objectName())

    def _tell_action(self, action: QAction) -> None:
        self._ask(action.data())

    def _ask(self, key: str) -> None:
        self.display(self._current if self._current else key)
        self.step_chosen.emit(key)
