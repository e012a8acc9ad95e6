"""The steps of the analysis as a segmented bar."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

from asplab.gui.language import tr

_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_AIR_PX = (16, 14, 12, 10, 8, 6)
"""Room at each side of a name, from the usual one to the least."""
_ROOMY_PX, _TIGHT_PX = _AIR_PX[0], _AIR_PX[-1]
_GAP_PX, _MENU_AIR_PX = 2, 12
# The widths below set the room around a name; the style must not ask for more, or names would be elided.
_STYLE = """QToolButton[role="%(role)s"] { padding: 5px 2px; }
QToolButton[role="%(role)s"][popupMode="2"] { padding: 5px 2px; }
QToolButton[role="%(role)s"]::menu-indicator { image: none; width: 0px; }"""


_ARROW = " ▾"
"""Written, so that it has the ink of the name on any ground."""


class StepBar(QWidget):
    """One button a step, the current one filled; rarer steps stand in a menu at the end.

    No name is ever cut: where room is short the names move together, and where it is still too short the last
    steps move into the menu.

    Parameters
    ----------
    steps, more : sequence of (key, text)
        Steps on the bar and steps in the menu.
    role : str
        ``"step"`` fills the current one with the accent, ``"page"`` is quieter.
    """

    step_chosen = Signal(str)

    def __init__(
        self,
        steps: Sequence[tuple[str, str]],
        more: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
        *,
        role: str = "step",
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._texts = dict((*steps, *more))
        self._buttons: dict[str, QToolButton] = {}
        self._actions: dict[str, QAction] = {}
        self._always_in_menu = tuple(key for key, _ in more)
        self._group = QButtonGroup(self)
        self._current, self._air = "", _ROOMY_PX
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP_PX)
        for key, text in steps:
            self._buttons[key] = self._button(text)
            self._buttons[key].setObjectName(key)
            row.addWidget(self._buttons[key])
        self._group.buttonClicked.connect(self._tell_button)
        self._more = QToolButton(self)
        row.addWidget(self._more)
        row.addStretch(1)
        self._build_menu()
        self.setStyleSheet(_STYLE % {"role": role})
        self._arrange()

    @property
    def current(self) -> str:
        """The key of the step shown as current."""
        return self._current

    @property
    def in_menu(self) -> tuple[str, ...]:
        """The keys of the steps that stand in the menu now."""
        return tuple(key for key in self._texts if key not in self._buttons or self._buttons[key].isHidden())

    def display(self, key: str) -> None:
        """Mark a step as the current one without telling anybody.

        Raises
        ------
        KeyError
            There is no such step.
        """
        if key not in self._texts:
            raise KeyError(key)
        self._current = key
        in_menu = key in self.in_menu
        self._group.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == key and not in_menu)
        self._group.setExclusive(not in_menu)
        self._more.setChecked(in_menu)
        self._more.setText(_menu_text(self._texts[key] if in_menu else "").replace("&", "&&"))
        self._more.setAccessibleName(self._more.text().removesuffix(_ARROW).replace("&&", "&"))
        # The room for the longest name is kept beside it, so that nothing else moves.
        self._more.setFixedWidth(self._menu_px([key] if in_menu else [], self._air))

    def sizeHint(self) -> QSize:
        """Return the room for all names with air around them."""
        return QSize(self._width(list(self._buttons), _ROOMY_PX), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the room for the first step and the menu."""
        first = list(self._buttons)[:1]
        return QSize(self._width(first, _TIGHT_PX), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room there is."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Measure the names again in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along the bar with the arrow keys."""
        step = _ARROWS.get(Qt.Key(event.key()))
        buttons = [button for button in (*self._buttons.values(), self._more) if not button.isHidden()]
        focused = [index for index, button in enumerate(buttons) if button.hasFocus()]
        if step is None or not focused or not 0 <= focused[0] + step < len(buttons):
            super().keyPressEvent(event)
            return
        buttons[focused[0] + step].setFocus(Qt.FocusReason.TabFocusReason)

    # --- room ----------------------------------------------------------------------------------------------
    def _arrange(self) -> None:
        room, shown = self.width(), list(self._buttons)
        air = next((air for air in _AIR_PX if self._width(shown, air) <= room), _TIGHT_PX)
        while len(shown) > 1 and self._width(shown, air) > room:
            shown.pop()
        for key, button in self._buttons.items():
            button.setFixedWidth(self._text_px(self._texts[key]) + 2 * air)
            button.setHidden(key not in shown)
        hidden = self.in_menu
        self._air = air
        self._more.setHidden(not hidden)
        for key, action in self._actions.items():
            action.setVisible(key in hidden)
        if self._current:
            self.display(self._current)
        else:
            self._more.setFixedWidth(self._menu_px([], air))

    def _width(self, shown: Sequence[str], air: int) -> int:
        """Return the width of a bar with these steps on it and all others in the menu."""
        widths = [self._text_px(self._texts[key]) + 2 * air for key in shown]
        rest = [key for key in self._texts if key not in shown]
        if rest:
            widths.append(max(self._menu_px(rest, air), self._menu_px([], air)))
        return sum(widths) + _GAP_PX * (len(widths) - 1)

    def _menu_px(self, keys: Sequence[str], air: int) -> int:
        texts = [_menu_text(self._texts[key]) for key in keys] or [_menu_text("")]
        return max(self._text_px(text) for text in texts) + 2 * min(air, _MENU_AIR_PX)

    def _text_px(self, text: str) -> int:
        # The current step is bold; every button is wide enough for that, so that nothing moves when it changes.
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return QFontMetrics(font).horizontalAdvance(text) + 2

    # --- construction --------------------------------------------------------------------------------------
    def _button(self, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text.replace("&", "&&"))
        button.setCheckable(True)
        button.setProperty("role", self._role)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._group.addButton(button)
        return button

    def _build_menu(self) -> None:
        menu = QMenu(self)
        for key, text in self._texts.items():
            self._actions[key] = menu.addAction(text.replace("&", "&&"))
            self._actions[key].setData(key)
        menu.triggered.connect(self._tell_action)
        self._more.setText(_menu_text(""))
        self._more.setCheckable(True)
        self._more.setProperty("role", self._role)
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


def _menu_text(name: str) -> str:
    """Return what stands on the button of the menu, with the step that is shown from it."""
    more = tr("More: {name}", name=name) if name else tr("More")
    return f"{more}{_ARROW}"
