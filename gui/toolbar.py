"""The row at the top of the window: files, undo, temperature, steps, export."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from asplab.gui.menus.bar import MenuBar
from asplab.gui.step_list import MORE, STEPS
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.steps import StepBar

_GAP = 8
_TIGHT = 'QToolButton { padding: 4px 6px; } QToolButton[popupMode="2"] { padding-right: 20px; }'
_TEMPERATURE_PX = 86


class Toolbar(QWidget):
    """Buttons of the most wanted commands, the temperature shown, and the steps."""

    def __init__(self, menus: MenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = StepBar(STEPS, MORE)
        self.temperatures = ChoiceField()
        self.temperatures.setFixedWidth(_TEMPERATURE_PX)
        self.temperatures.setAccessibleName("Temperature")
        self.temperatures.setToolTip("Temperature shown (PgUp, PgDown)")
        self._imports = QMenu("Import", self)
        self._imports.addActions([menus.actions[key] for key in ("import", "import_files", "check_files")])
        self.import_button = _menu_button("Import", self._imports)
        self.export_button = _menu_button("Export", menus.exports)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(2)
        row.addWidget(self.import_button)
        for key, text in (("open", "Open…"), ("save", "Save")):
            row.addWidget(_button(menus.actions[key], text))
        row.addSpacing(_GAP)
        for action, sign in ((menus.undo, "↶"), (menus.redo, "↷")):
            row.addWidget(_button(action, sign))
        row.addSpacing(_GAP)
        row.addWidget(self.temperatures)
        row.addStretch(1)
        row.addWidget(self.steps)
        row.addStretch(1)
        row.addWidget(self.export_button)

    def display_document(self, *, has_document: bool) -> None:
        """Show what can be used."""
        for widget in (self.steps, self.temperatures, self.export_button):
            widget.setEnabled(has_document)

    def display_room(self, *, is_tight: bool) -> None:
        """Leave the names of the steps the room that they need."""
        style = _TIGHT if is_tight else ""
        if self.styleSheet() != style:
            self.setStyleSheet(style)


def _menu_button(text: str, menu: QMenu) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def _button(action: QAction, text: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setText(text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    action.changed.connect(partial(button.setText, text))
    return button
