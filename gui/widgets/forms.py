"""Fields for what settings hold besides plain numbers: pairs, optional numbers, windows, given energies."""

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from asplab.gui.widgets.fields import NumberField
from asplab.gui.widgets.numerals import plain

Pair = tuple[float, float]
_GAP = 4


class PairField(QWidget):
    """A lower and an upper end; the lower one must stay below the other.

    ``committed`` carries both ends.
    """

    committed = Signal(float, float)
    refused = Signal(str)

    def __init__(
        self,
        unit: str = "",
        parent: QWidget | None = None,
        *,
        decimals: int = 1,
        low: float = -math.inf,
        high: float = math.inf,
        step: float = 1.0,
    ) -> None:
        super().__init__(parent)
        self._least, self._most, self._margin = low, high, 10.0**-decimals
        self.low_field = NumberField("", self, decimals=decimals, low=low, high=high, step=step)
        self.high_field = NumberField(unit, self, decimals=decimals, low=low, high=high, step=step)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        for field, share in ((self.low_field, 5), (self.high_field, 7)):
            field.setMinimumWidth(_least_width(field, decimals, unit if field is self.high_field else ""))
            row.addWidget(field, share)
            field.committed.connect(self._tell)
            field.refused.connect(self.refused)

    @property
    def pair(self) -> Pair | None:
        """The ends, None before the first :meth:`display`."""
        low, high = self.low_field.value, self.high_field.value
        return None if low is None or high is None else (low, high)

    def display(self, low: float, high: float) -> None:
        """Show two ends without telling anybody."""
        self.low_field.display(low)
        self.high_field.display(high)
        self.low_field.display_range(self._least, high - self._margin)
        self.high_field.display_range(low + self._margin, self._most)

    def _tell(self) -> None:
        pair = self.pair
        if pair is not None:
            self.committed.emit(*pair)


class OptionalField(QWidget):
    """A number, or none: then the field says so in words, and its button takes the number away again.

    ``committed`` carries a float or None.
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(
        self,
        unit: str = "",
        parent: QWidget | None = None,
        *,
        empty: str,
        decimals: int = 1,
        low: float = -math.inf,
        high: float = math.inf,
        step: float = 1.0,
    ) -> None:
        super().__init__(parent)
        self.field = NumberField(unit, self, decimals=decimals, low=low, high=high, step=step)
        self.field.setPlaceholderText(empty)
        self.clear_button = QToolButton(self)
        self.clear_button.setText("✕")
        self.clear_button.setToolTip(f"Back to: {empty}")
        self.clear_button.setAccessibleName(f"Back to {empty}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.field, 1)
        row.addWidget(self.clear_button)
        self.clear_button.setStyleSheet("QToolButton { padding: 4px 5px; }")
        self.field.committed.connect(self._tell)
        self.field.refused.connect(self.refused)
        self.clear_button.clicked.connect(self._clear)
        self.display(None)

    @property
    def value(self) -> float | None:
        """The number, or None."""
        return self.field.value

    def display(self, value: float | None) -> None:
        """Show a number or none without telling anybody."""
        self.field.display(value)
        if self.clear_button.isVisibleTo(self) != (value is not None):
            self.clear_button.setVisible(value is not None)

    def _tell(self, value: float) -> None:
        self.committed.emit(value)

    def _clear(self) -> None:
        self.committed.emit(None)


class WindowsField(QWidget):
    """Several windows, each with a button that removes it; without any, what happens automatically.

    ``committed`` carries all windows as a tuple of pairs.
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(
        self, unit: str = "", parent: QWidget | None = None, *, decimals: int = 1, low: float, high: float, step: float
    ) -> None:
        super().__init__(parent)
        self._unit, self._decimals, self._low, self._high, self._step = unit, decimals, low, high, step
        self._windows: tuple[Pair, ...] = ()
        self._suggested: tuple[Pair, ...] = ()
        self._rows: list[tuple[QWidget, PairField]] = []
        self.add_button = QPushButton("Set by hand", self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_GAP)
        self._column.addWidget(self.add_button)
        self.add_button.clicked.connect(self._add)

    @property
    def windows(self) -> tuple[Pair, ...]:
        """The windows as displayed."""
        return self._windows

    def display(self, windows: Sequence[Pair], suggested: Sequence[Pair] = ()) -> None:
        """Show windows without telling anybody; ``suggested`` is what the first click starts from."""
        self._suggested = tuple(suggested)
        count = len(self._windows)
        self._windows = tuple(windows)
        while len(self._rows) < len(windows):
            self._append()
        for index, (row, field) in enumerate(self._rows):
            if index < len(windows):
                field.display(*windows[index])
            if row.isVisibleTo(self) != (index < len(windows)):
                row.setVisible(index < len(windows))
        if count != len(windows):
            self.add_button.setText("Add a window" if windows else "Set by hand")

    def _append(self) -> None:
        index = len(self._rows)
        row = QWidget(self)
        field = PairField(self._unit, row, decimals=self._decimals, low=self._low, high=self._high, step=self._step)
        remove = QToolButton(row)
        remove.setText("✕")
        remove.setToolTip("Remove this window")
        remove.setAccessibleName(f"Remove window {index + 1}")
        remove.setStyleSheet("QToolButton { padding: 4px 5px; }")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(field, 1)
        line.addWidget(remove)
        self._column.insertWidget(index, row)
        self._rows.append((row, field))
        field.committed.connect(lambda low, high: self._replace(index, (low, high)))
        field.refused.connect(self.refused)
        remove.clicked.connect(lambda: self._replace(index, None))

    def _replace(self, index: int, window: Pair | None) -> None:
        kept = (() if window is None else (window,)) if index < len(self._windows) else ()
        self.committed.emit((*self._windows[:index], *kept, *self._windows[index + 1 :]))

    def _add(self) -> None:
        if not self._windows:
            self.committed.emit(self._suggested or ((self._low, self._high),))
            return
        low, high = self._windows[-1]
        self.committed.emit((*self._windows, (high + (high - low) * 0.1, high + (high - low) * 1.1)))


class GivenField(QWidget):
    """An energy with its standard error, or what is measured.

    ``committed`` carries (energy, error), or None to go back to the measured one.
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(
        self,
        unit: str,
        parent: QWidget | None = None,
        *,
        empty: str,
        decimals: int,
        low: float,
        high: float,
        step: float,
    ) -> None:
        super().__init__(parent)
        self.energy = OptionalField(unit, self, empty=empty, decimals=decimals, low=low, high=high, step=step)
        self._label = QLabel("±")
        self.error = NumberField(unit, self, decimals=decimals, low=0.0, high=high, step=step / 10.0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addWidget(self.energy)
        self._second = QWidget(self)
        row = QHBoxLayout(self._second)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self._label)
        row.addWidget(self.error, 1)
        column.addWidget(self._second)
        self._second.setVisible(False)
        self.energy.committed.connect(self._tell_energy)
        self.error.committed.connect(self._tell)
        for field in (self.energy, self.error):
            field.refused.connect(self.refused)

    def display(self, energy: float | None, error: float = 0.0) -> None:
        """Show an energy with its error, or none, without telling anybody."""
        self.energy.display(energy)
        self.error.display(None if energy is None else error)
        if self._second.isVisibleTo(self) != (energy is not None):
            self._second.setVisible(energy is not None)

    def _tell_energy(self, energy: float | None) -> None:
        self.committed.emit(None if energy is None else (energy, self.error.value or 0.0))

    def _tell(self) -> None:
        if self.energy.value is not None:
            self.committed.emit((self.energy.value, self.error.value or 0.0))


class CutoffsField(QWidget):
    """Moved filter edges, each with a button that puts it back.

    ``restored`` carries the index of the edge to put back.
    """

    restored = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._none = QLabel("none", self)
        self._none.setProperty("role", "muted")
        self._rows: list[tuple[QWidget, QLabel]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._none)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said about every moved edge."""
        return tuple(label.text() for row, label in self._rows if row.isVisibleTo(self))

    def display(self, moved: Sequence[Pair]) -> None:
        """Show nominal and moved place of every edge, in nm."""
        while len(self._rows) < len(moved):
            self._append()
        self._none.setVisible(not moved)
        for index, (row, label) in enumerate(self._rows):
            row.setVisible(index < len(moved))
            if index < len(moved):
                nominal, place = moved[index]
                label.setText(f"{plain(nominal, 1)} → {plain(place, 1)} nm")

    def _append(self) -> None:
        index = len(self._rows)
        row, label, back = QWidget(self), QLabel(), QToolButton()
        back.setText("↶")
        back.setToolTip("Put this edge back")
        back.setAccessibleName(f"Put moved cutoff {index + 1} back")
        back.setStyleSheet("QToolButton { padding: 4px 5px; }")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(label, 1, Qt.AlignmentFlag.AlignLeft)
        line.addWidget(back)
        self._column.addWidget(row)
        self._rows.append((row, label))
        back.clicked.connect(lambda: self.restored.emit(index))


def _least_width(field: NumberField, decimals: int, unit: str) -> int:
    digits = "000" + ("." + "0" * decimals if decimals else "")
    return QFontMetrics(field.font()).horizontalAdvance(digits + unit) + (23 if unit else 17)
