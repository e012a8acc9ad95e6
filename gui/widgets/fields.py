"""Fields for one number or one choice: they show what the owner displays and tell what the user wants."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyle, QStyleOptionFrame, QWidget

from asplab.core.units import Medium
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.quantity import QuantityError, read_quantity

_KEY_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
_WHEEL_NOTCH = 120


@dataclass(frozen=True, slots=True)
class Numeric:
    """What a number field takes.

    Attributes
    ----------
    unit : str
        Muted, at the right.
    decimals : int
        Shown decimals. A displayed value keeps all its digits until the user types another one.
    low, high : float
        Allowed range, ends included.
    step : float
        Of an arrow key or a notch of the wheel; Shift makes it ten times larger.
    is_position : bool
        A place in the spectrum: a wavelength may be typed where a photon energy stands, and the other way round.
    """

    unit: str = ""
    decimals: int = 1
    low: float = -math.inf
    high: float = math.inf
    step: float = 1.0
    is_position: bool = False


class NumberField(QLineEdit):
    """A number with its unit.

    Typing, the arrow keys and, with the focus inside, the wheel change it; Enter or leaving commits, Escape
    restores. A number may carry another unit, which is converted. A text that is no number, one in a unit that
    doesn't fit, or one out of range, stays in the field with a red frame and is refused with a reason; nothing is
    clamped.

    Parameters
    ----------
    numeric : Numeric
    shows_unit : bool
        Whether the unit stands in the field; one that stands elsewhere is only used in reasons.
    """

    committed = Signal(float)
    refused = Signal(str)

    def __init__(self, numeric: Numeric, parent: QWidget | None = None, *, shows_unit: bool = True) -> None:
        super().__init__(parent)
        self._numeric = numeric
        self._shown_unit = numeric.unit if shows_unit else ""
        self._low, self._high = numeric.low, numeric.high
        self._medium: Medium = "vacuum"
        self._value: float | None = None
        self._refused_text: str | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPlaceholderText("—")
        unit_px = self.fontMetrics().horizontalAdvance(self._shown_unit)
        self.setTextMargins(0, 0, unit_px + 6 if unit_px else 0, 0)
        self.editingFinished.connect(self._commit_text)
        self.textEdited.connect(self._clear_mark)

    @property
    def value(self) -> float | None:
        """The number last displayed or committed, None where there is none."""
        return self._value

    def display(self, value: float | None) -> None:
        """Show a number without telling anybody."""
        # The same number again must not wipe out what the user is typing.
        if value != self._value:
            self._show(value)

    def display_range(self, low: float, high: float) -> None:
        """Allow another range."""
        self._low, self._high = low, high

    def display_medium(self, medium: Medium) -> None:
        """Convert wavelengths as those of a medium."""
        self._medium = medium

    def step_by(self, steps: float) -> None:
        """Move the number by whole steps and commit it."""
        if self._value is not None and not self.isReadOnly():
            self._commit(self._value + steps * self._numeric.step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys, restore with Escape."""
        key = Qt.Key(event.key())
        if key in _KEY_STEPS:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.step_by(_KEY_STEPS[key] * (10 if shift else 1))
        elif key == Qt.Key.Key_Escape and (self.isModified() or self._refused_text is not None):
            self._show(self._value)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only with the focus inside, so that scrolling past changes nothing."""
        if not self.hasFocus():
            event.ignore()
            return
        self.step_by(event.angleDelta().y() / _WHEEL_NOTCH)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything when reached with the keyboard."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the unit beside the number."""
        super().paintEvent(event)
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(
            box.adjusted(0, 0, -2, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._shown_unit
        )

    def _show(self, value: float | None) -> None:
        self._value = value
        self.setText("" if value is None else plain(value, self._numeric.decimals, self.locale()))
        self._mark("", None)

    def _clear_mark(self) -> None:
        self._mark("", None)

    def _commit_text(self) -> None:
        if not self.isModified():
            return
        text = self.text().strip()
        numeric = self._numeric
        try:
            value = read_quantity(
                text, self.locale(), numeric.unit, is_position=numeric.is_position, medium=self._medium
            )
        except QuantityError as error:
            self._refuse(text, str(error))
        else:
            self._commit(value)

    def _commit(self, value: float) -> None:
        if not self._low <= value <= self._high:
            unit, ends = self._numeric.unit, (value, self._low, self._high)
            text, low, high = (plain(end, self._numeric.decimals) if math.isfinite(end) else "∞" for end in ends)
            self._refuse(
                self.text(),
                tr("{value} {unit} lies outside {low} to {high} {unit}.", value=text, unit=unit, low=low, high=high),
            )
            return
        changed = value != self._value
        self._show(value)
        if changed:
            self.committed.emit(value)

    def _refuse(self, text: str, reason: str) -> None:
        if text != self._refused_text:
            self._mark(reason, text)
            self.refused.emit(reason)

    def _mark(self, reason: str, text: str | None) -> None:
        if (text is None) != (self._refused_text is None):
            self.setProperty("refused", text is not None)
            self.style().unpolish(self)
            self.style().polish(self)
        self._refused_text = text
        self.setToolTip(reason)


class ChoiceField(QComboBox):
    """One of a few choices.

    Parameters
    ----------
    choices : sequence of (key, text)
        What is emitted and what is read.
    """

    chosen = Signal(object)

    def __init__(self, choices: Sequence[tuple[Hashable, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[Hashable] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.offer(choices)
        # Qt's ``activated`` answers the user only, never a programmatic change.
        self.activated.connect(self._tell)

    @property
    def key(self) -> Hashable | None:
        """The key of what is shown, None while there is nothing to choose."""
        return self._keys[self.currentIndex()] if self.currentIndex() >= 0 else None

    def offer(self, choices: Sequence[tuple[Hashable, str]]) -> None:
        """Replace the choices, keeping the shown one where it is still offered."""
        kept = self.key if self._keys else None
        self._keys = [key for key, _ in choices]
        self.clear()
        self.addItems([text for _, text in choices])
        if kept in self._keys:
            self.display(kept)

    def display(self, key: Hashable) -> None:
        """Show a choice without telling anybody.

        Raises
        ------
        ValueError
            The key was never offered.
        """
        self.setCurrentIndex(self._keys.index(key))

    def _tell(self, index: int) -> None:
        self.chosen.emit(self._keys[index])

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only with the focus inside, so that scrolling past changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
