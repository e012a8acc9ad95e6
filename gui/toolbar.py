"""The row at the top of the window: files, undo, temperature, steps, export."""

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from asplab.gui.language import tr
from asplab.gui.look.icons import SIZE_PX
from asplab.gui.menus.bar import MenuBar
from asplab.gui.step_list import MORE, STEPS
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.icon_button import IconButton
from asplab.gui.widgets.steps import StepBar

_GAP = 8
_TIGHT_BELOW_PX = 1400
_TIGHTER_BELOW_PX = 1180
_TIGHT = 'QToolButton { padding: 4px 7px; } QToolButton[popupMode="2"] { padding-right: 20px; }'
_TEMPERATURE_PX = 86
_BESIDE, _ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class Toolbar(QWidget):
    """Buttons of the most wanted commands, the temperature shown, and the steps."""

    def __init__(self, menus: MenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = StepBar(STEPS, MORE)
        self.temperatures = ChoiceField()
        self.temperatures.setFixedWidth(_TEMPERATURE_PX)
        self.temperatures.setAccessibleName(tr("Temperature"))
        self.temperatures.setToolTip(tr("Temperature shown (PgUp, PgDown)"))
        self._imports = QMenu(tr("Import"), self)
        self._imports.addActions([menus.actions[key] for key in ("import", "import_files", "check_files")])
        self.import_button = _menu_button("import", tr("Import"), self._imports)
        self.export_button = _menu_button("export", tr("Export"), menus.exports)
        self._files = [_button(menus.actions["open"], tr("Open")), _button(menus.actions["save"], tr("Save"))]
        self._history = [_button(menus.undo, tr("Undo")), _button(menus.redo, tr("Redo"))]
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(2)
        for button in (self.import_button, *self._files):
            row.addWidget(button)
        row.addSpacing(_GAP)
        for button in self._history:
            button.setToolButtonStyle(_ALONE)
            button.setProperty("role", "icon")
            row.addWidget(button)
        row.addSpacing(_GAP)
        row.addWidget(self.temperatures)
        row.addSpacing(_GAP)
        row.addStretch(1)
        row.addWidget(self.steps)
        row.addStretch(1)
        row.addWidget(self.export_button)

    def display_document(self, *, has_document: bool) -> None:
        """Show what can be used; without a document there is nothing to walk through and nothing to export."""
        for widget in (self.steps, self.temperatures, self.export_button):
            widget.setEnabled(has_document)
        for widget in (self.steps, self.export_button):
            widget.setVisible(has_document)

    def display_room(self, width_px: int) -> None:
        """Leave the names of the steps the room that they need in a window of this width."""
        for button in self._files:
            button.setToolButtonStyle(_ALONE if width_px < _TIGHT_BELOW_PX else _BESIDE)
        for button in (self.import_button, self.export_button):
            button.setToolButtonStyle(_ALONE if width_px < _TIGHTER_BELOW_PX else _BESIDE)
        style = _TIGHT if width_px < _TIGHT_BELOW_PX else ""
        if self.styleSheet() != style:
            self.setStyleSheet(style)


def _menu_button(icon_name: str, text: str, menu: QMenu) -> IconButton:
    button = IconButton(icon_name, text, text)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def _button(action: QAction, text: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(SIZE_PX, SIZE_PX))
    button.setToolButtonStyle(_BESIDE)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    _name(button, action, text)
    action.changed.connect(partial(_name, button, action, text))
    return button


def _name(button: QToolButton, action: QAction, text: str) -> None:
    """Take over what the action does now, for the tooltip and for screen readers; the short word stays."""
    words = action.text().replace("&", "").removesuffix("…")
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    button.setText(text)
    button.setAccessibleName(words)
    button.setToolTip(f"{words} ({keys})" if keys else words)
