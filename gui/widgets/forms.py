"""Fields for what settings hold besides plain numbers: pairs, optional numbers, windows, given energies."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from asplab.gui.language import tr
from asplab.gui.widgets.arrange import column, row
from asplab.gui.widgets.fields import NumberField, Numeric
from asplab.gui.widgets.numerals import plain

Pair = tuple[float, float]
_GAP = 4
_WIDEST = "5000.0"


class PairField(QWidget):
    """A lower and an upper end; the lower one must stay below the other. The unit stands beside the field.

    ``committed`` carries both ends.
    """

    committed = Signal(float, float)
    refused = Signal(str)

    def __init__(self, numeric: Numeric, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least, self._most, self._margin = numeric.low, numeric.high, 10.0**-numeric.decimals
        self.low_field, self.high_field = (NumberField(numeric, self, shows_unit=False) for _ in range(2))
        line = row(self, _GAP)
        for field in (self.low_field, self.high_field):
            field.setMinimumWidth(field.fontMetrics().horizontalAdvance(_WIDEST) + 14)
            line.addWidget(field, 1)
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

    def setAccessibleName(self, name: str) -> None:
        """Name both ends after the whole."""
        super().setAccessibleName(name)
        self.low_field.setAccessibleName(tr("{name}, lower end", name=name))
        self.high_field.setAccessibleName(tr("{name}, upper end", name=name))

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

    def __init__(self, numeric: Numeric, parent: QWidget | None = None, *, empty: str) -> None:
        super().__init__(parent)
        self.field = NumberField(numeric, self)
        self.field.setPlaceholderText(empty)
        self.clear_button = _small_button(
            self, "✕", tr("Back to: {empty}", empty=empty), tr("Back to {empty}", empty=empty)
        )
        line = row(self)
        line.addWidget(self.field, 1)
        line.addWidget(self.clear_button)
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

    def setAccessibleName(self, name: str) -> None:
        """Name the number after the whole."""
        super().setAccessibleName(name)
        self.field.setAccessibleName(name)

    def _tell(self, value: float) -> None:
        self.committed.emit(value)

    def _clear(self) -> None:
        self.committed.emit(None)


class WindowsField(QWidget):
    """Several windows, or one, each with a button that removes it; without any, what happens automatically.

    ``committed`` carries all windows as a tuple of pairs.
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(self, numeric: Numeric, parent: QWidget | None = None, *, is_one: bool = False) -> None:
        super().__init__(parent)
        self._numeric, self._is_one = numeric, is_one
        self._windows: tuple[Pair, ...] = ()
        self._suggested: tuple[Pair, ...] = ()
        self._rows: list[tuple[QWidget, PairField]] = []
        self.add_button = QPushButton(tr("Set by hand"), self)
        self._column = column(self, _GAP)
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
        for index, (host, field) in enumerate(self._rows):
            if index < len(windows):
                field.display(*windows[index])
            if host.isVisibleTo(self) != (index < len(windows)):
                host.setVisible(index < len(windows))
        if count != len(windows):
            self.add_button.setText(tr("Add a window") if windows else tr("Set by hand"))
            self.add_button.setVisible(not (self._is_one and windows))
            self.setAccessibleName(self.accessibleName())

    def setAccessibleName(self, name: str) -> None:
        """Name every window after the whole."""
        super().setAccessibleName(name)
        self.add_button.setAccessibleName(tr("{name}, {caption}", name=name, caption=self.add_button.text()))
        for index, (_, field) in enumerate(self._rows):
            field.setAccessibleName(f"{name} {index + 1}")

    def _append(self) -> None:
        index = len(self._rows)
        host = QWidget(self)
        field = PairField(self._numeric, host)
        field.setAccessibleName(f"{self.accessibleName()} {index + 1}")
        remove = _small_button(host, "✕", tr("Remove this window"), tr("Remove window {index}", index=index + 1))
        line = row(host)
        line.addWidget(field, 1)
        line.addWidget(remove)
        self._column.insertWidget(index, host)
        self._rows.append((host, field))
        field.committed.connect(lambda low, high: self._replace(index, (low, high)))
        field.refused.connect(self.refused)
        remove.clicked.connect(lambda: self._replace(index, None))

    def _replace(self, index: int, window: Pair | None) -> None:
        kept = (() if window is None else (window,)) if index < len(self._windows) else ()
        self.committed.emit((*self._windows[:index], *kept, *self._windows[index + 1 :]))

    def _add(self) -> None:
        if not self._windows:
            self.committed.emit(self._suggested or ((self._numeric.low, self._numeric.high),))
            return
        low, high = self._windows[-1]
        self.committed.emit((*self._windows, (high + (high - low) * 0.1, high + (high - low) * 1.1)))


class GivenField(QWidget):
    """An energy with its standard error, or what is measured.

    ``committed`` carries (energy, error), or None to go back to the measured one.
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(self, numeric: Numeric, parent: QWidget | None = None, *, empty: str) -> None:
        super().__init__(parent)
        self.energy = OptionalField(numeric, self, empty=empty)
        self.error = NumberField(replace(numeric, low=0.0, step=numeric.step / 10.0, is_position=False), self)
        lines = column(self, _GAP)
        lines.addWidget(self.energy)
        self._second = QWidget(self)
        second = row(self._second, _GAP)
        second.addWidget(QLabel("±"))
        second.addWidget(self.error, 1)
        lines.addWidget(self._second)
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

    def setAccessibleName(self, name: str) -> None:
        """Name energy and error after the whole."""
        super().setAccessibleName(name)
        self.energy.setAccessibleName(name)
        self.error.setAccessibleName(tr("{name}, standard error", name=name))

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
        self._none = QLabel(tr("none"), self)
        self._none.setProperty("role", "muted")
        self._rows: list[tuple[QWidget, QLabel]] = []
        self._column = column(self)
        self._column.addWidget(self._none)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said about every moved edge."""
        return tuple(label.text() for host, label in self._rows if host.isVisibleTo(self))

    def display(self, moved: Sequence[Pair]) -> None:
        """Show nominal and moved place of every edge, in nm."""
        while len(self._rows) < len(moved):
            self._append()
        self._none.setVisible(not moved)
        for index, (host, label) in enumerate(self._rows):
            host.setVisible(index < len(moved))
            if index < len(moved):
                nominal, place = moved[index]
                label.setText(f"{plain(nominal, 1)} → {plain(place, 1)} nm")

    def _append(self) -> None:
        index = len(self._rows)
        host, label = QWidget(self), QLabel()
        back = _small_button(host, "↶", tr("Put this edge back"), tr("Put moved cutoff {index} back", index=index + 1))
        line = row(host)
        line.addWidget(label, 1, Qt.AlignmentFlag.AlignLeft)
        line.addWidget(back)
        self._column.addWidget(host)
        self._rows.append((host, label))
        back.clicked.connect(lambda: self.restored.emit(index))


def _small_button(parent: QWidget, sign: str, tip: str, name: str) -> QToolButton:
    button = QToolButton(parent)
    button.setText(sign)
    button.setToolTip(tip)
    button.setAccessibleName(name)
    button.setProperty("role", "small")
    return button
