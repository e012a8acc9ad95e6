"""A value to play with: a slider and the number beside it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QSlider, QWidget

from asplab.gui.widgets.arrange import GAP, row
from asplab.gui.widgets.fields import NumberField, Numeric

_STEPS = 400
_NAME_PX, _FIELD_PX = 34, 104


class Knob(QWidget):
    """``moved`` carries the value that the hand wants; a typed one may lie anywhere in the range of the field."""

    moved = Signal(float)
    refused = Signal(str)

    def __init__(self, name: str, words: str, numeric: Numeric, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = 0.0, 1.0
        self.slider, self.field = QSlider(Qt.Orientation.Horizontal), NumberField(numeric)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setMinimumSize(QSize(60, 24))
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.field.setFixedWidth(_FIELD_PX)
        label = QLabel(name)
        label.setFixedWidth(_NAME_PX)
        for part in (self.slider, self.field):
            part.setAccessibleName(words)
            part.setToolTip(words)
        places = row(self, GAP)
        for part in (label, self.slider, self.field):
            places.addWidget(part)
        self.slider.valueChanged.connect(self._slide)
        self.field.committed.connect(self._type)
        self.field.refused.connect(self.refused)

    def display(self, value: float, low: float, high: float) -> None:
        """Show a value without telling anybody; the slider reaches from ``low`` to ``high``."""
        self._low, self._high = low, high
        self.slider.blockSignals(True)
        self.slider.setValue(round(_STEPS * (value - low) / (high - low)))
        self.slider.blockSignals(False)
        self.field.display(value)

    def _slide(self, step: int) -> None:
        value = self._low + step / _STEPS * (self._high - self._low)
        self.field.display(value)
        self.moved.emit(value)

    def _type(self, value: float) -> None:
        self.display(value, self._low, self._high)
        self.moved.emit(value)
