"""One effect of the referee: a slider on which its prior is marked, a number beside it, and its size in deviations."""

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QSlider, QWidget

from asplab.core.settings import SystematicsSettings
from asplab.core.systematics import NUISANCES, Nuisance
from asplab.gui.language import tr
from asplab.gui.settings_catalogue import EFFECTS, STEPS
from asplab.gui.widgets.arrange import GAP
from asplab.gui.widgets.fields import NumberField, Numeric
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import TextLine

STEPS_PER_SCALE = 100
HINT = tr("Drag, or step with the arrow keys, Shift for wide steps · double-click or Delete: 0 · grey band: its prior")
_TRUTH = tr("The slider adds it; if the data hold it, the truth lies the other way.")
_WIDE_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}
_REACH, _FAR = 3.0, 10.0
_WIDE_PX, _LEAST_PX = 400, 230
_KNOB_PX, _MARGIN_PX, _GROOVE_PX, _BAND_PX = 6.5, 9.0, 3.0, 16.0
_NUMERICS: dict[str, Numeric] = {
    entry.field: entry.numeric for group in STEPS["polaron"] for entry in group.entries if entry.record == "systematics"
}
_COARSE_UNITS = ("%", "ppm", "")
"""Units in which a hundredth of a usual prior is no finer than what the settings show."""


def unit_of(name: str) -> str:
    """Return the unit of an effect as it stands in a field."""
    return _NUMERICS[name].unit


@dataclass(frozen=True, slots=True)
class Marks:
    """What a slider is measured by: its unit of length, and whether that is a prior deviation."""

    scale: float
    has_prior: bool = True
    is_one_sided: bool = False


def marks_of(name: str, prior: float) -> Marks:
    """Return the marks of an effect; one without a prior is measured by its default, or by one unit."""
    default = float(getattr(SystematicsSettings(), name)) or 1.0
    return Marks(prior if prior > 0.0 else default, prior > 0.0, NUISANCES[name].is_one_sided)


class SizeSlider(QSlider):
    """A slider for a size that usually is 0; the prior deviation stands behind it as a pale band.

    It reaches three deviations, and further once a size does. A double click brings it back to 0. ``moved`` carries
    the size in its unit, ``hint_changed`` what mouse and keys do here.
    """

    moved = Signal(float)
    hint_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._marks, self._reach = Marks(1.0), _REACH
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSingleStep(STEPS_PER_SCALE // 20)
        self.setPageStep(STEPS_PER_SCALE // 2)
        self._stretch()
        self.valueChanged.connect(self._tell)

    @property
    def reach(self) -> float:
        """How far the slider goes, in units of its scale."""
        return self._reach

    def display(self, size: float, marks: Marks) -> None:
        """Show a size without telling anybody."""
        needed = abs(size) / marks.scale
        if marks != self._marks or (size == 0.0 and not self.isSliderDown()):
            self._reach = _REACH
        if needed > self._reach:
            self._reach = _FAR if needed <= _FAR else float(math.ceil(needed))
        self._marks = marks
        self.blockSignals(True)
        self._stretch()
        self.setValue(round(STEPS_PER_SCALE * size / marks.scale))
        self.blockSignals(False)
        self.update()

    def pixel_of(self, size: float) -> float:
        """Return where a size stands, in pixels from the left."""
        low, high = self.minimum(), self.maximum()
        share = (STEPS_PER_SCALE * size / self._marks.scale - low) / (high - low)
        return _MARGIN_PX + share * (self.width() - 2.0 * _MARGIN_PX)

    def sizeHint(self) -> QSize:
        """Return a usual width."""
        return QSize(120, 26)

    def minimumSizeHint(self) -> QSize:
        """Return the least width at which deviations can be told apart."""
        return QSize(56, 26)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Say what the mouse and the keys do here."""
        super().enterEvent(event)
        self.hint_changed.emit(HINT)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the hint back."""
        super().leaveEvent(event)
        self.hint_changed.emit("")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the knob under the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the knob."""
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the knob go."""
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Bring the size back to 0."""
        self.setValue(0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only with the focus, so that scrolling past changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys, ten times further with Shift; Delete and 0 bring the size back to 0."""
        steps = _WIDE_STEPS.get(Qt.Key(event.key()), 0)
        if steps and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.setValue(self.value() + steps * self.pageStep())
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_0):
            self.setValue(0)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the prior, the groove from 0 to the size, and the knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role, middle, scale = QPalette.ColorRole, self.height() / 2.0, self._marks.scale
        palette, low = self.palette(), 0.0 if self._marks.is_one_sided else -scale
        knob, zero = self.pixel_of(self.value() / STEPS_PER_SCALE * scale), self.pixel_of(0.0)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._marks.has_prior:
            band = palette.color(role.PlaceholderText)
            band.setAlphaF(0.18)
            left = self.pixel_of(low)
            painter.setBrush(band)
            box = QRectF(left, middle - _BAND_PX / 2, self.pixel_of(scale) - left, _BAND_PX)
            painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(palette.color(role.Mid))
        groove = QRectF(_MARGIN_PX, middle - _GROOVE_PX / 2, self.width() - 2 * _MARGIN_PX, _GROOVE_PX)
        painter.drawRoundedRect(groove, 1.5, 1.5)
        color = palette.color(role.Highlight if self.isEnabled() else role.Mid)
        painter.setBrush(color)
        painter.drawRect(QRectF(min(zero, knob), middle - _GROOVE_PX / 2, abs(knob - zero), _GROOVE_PX))
        painter.setPen(QPen(palette.color(role.PlaceholderText), 1))
        painter.drawLine(QPointF(zero, middle - _BAND_PX / 2), QPointF(zero, middle + _BAND_PX / 2))
        if not self.isEnabled():
            return
        is_set = self.value() != 0
        painter.setPen(QPen(color if is_set else palette.color(role.PlaceholderText), 1.5))
        painter.setBrush(color if is_set else palette.color(role.Base))
        painter.drawEllipse(QPointF(knob, middle), _KNOB_PX - 1, _KNOB_PX - 1)
        if self.hasFocus():
            painter.setPen(QPen(palette.color(role.Highlight), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def _stretch(self) -> None:
        end = round(self._reach * STEPS_PER_SCALE)
        self.setRange(0 if self._marks.is_one_sided else -end, end)

    def _follow(self, event: QMouseEvent) -> None:
        room = self.width() - 2.0 * _MARGIN_PX
        share = min(max((event.position().x() - _MARGIN_PX) / room, 0.0), 1.0)
        self.setValue(round(self.minimum() + share * (self.maximum() - self.minimum())))

    def _tell(self, value: int) -> None:
        self.update()
        self.moved.emit(value / STEPS_PER_SCALE * self._marks.scale)


class EffectRows(QWidget):
    """All effects below each other; where it is narrow, the sliders take the room of the sizes in deviations."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_name = {name: EffectRow(nuisance) for name, nuisance in NUISANCES.items()}
        places = QGridLayout(self)
        places.setContentsMargins(0, 0, 4, 0)
        places.setHorizontalSpacing(GAP)
        places.setVerticalSpacing(4)
        places.setColumnStretch(1, 1)
        for index, effect in enumerate(self.by_name.values()):
            effect.place(places, index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show sizes in deviations where there is room."""
        super().resizeEvent(event)
        for effect in self.by_name.values():
            effect.sigmas.setVisible(event.size().width() >= _WIDE_PX)

    def minimumSizeHint(self) -> QSize:
        """Return the room that is needed without the sizes in deviations."""
        return QSize(_LEAST_PX, super().minimumSizeHint().height())


class EffectRow:
    """Name, slider, number and size in prior deviations of one effect, as a row of a grid.

    It tells nothing by itself: ``slider.moved`` and ``field.committed`` carry sizes.
    """

    def __init__(self, nuisance: Nuisance) -> None:
        self._nuisance = nuisance
        numeric = _NUMERICS[nuisance.name]
        low = 0.0 if nuisance.is_one_sided else -math.inf
        decimals = numeric.decimals + (numeric.unit not in _COARSE_UNITS)
        shown = replace(numeric, decimals=decimals, low=low, high=math.inf)
        self.label, self.sigmas = (
            QLabel(EFFECTS[nuisance.name]),
            TextLine(muted=True, align=Qt.AlignmentFlag.AlignRight),
        )
        self.slider, self.field = SizeSlider(), NumberField(shown)
        self.field.setFixedWidth(84)
        self.sigmas.setFixedWidth(58)
        self.slider.setAccessibleName(nuisance.title)
        self.field.setAccessibleName(tr("{title}, size in {unit}", title=nuisance.title, unit=nuisance.unit))

    def place(self, grid: QGridLayout, row: int) -> None:
        """Stand in a row of a grid."""
        for column, widget in enumerate((self.label, self.slider, self.field, self.sigmas)):
            grid.addWidget(widget, row, column)

    def display(self, size: float, prior: float, why_not: str) -> None:
        """Show a size, or why this effect can't be tried on these data."""
        marks, is_possible = marks_of(self._nuisance.name, prior), not why_not
        for widget in (self.label, self.slider, self.field):
            widget.setEnabled(is_possible)
        self.slider.display(size if is_possible else 0.0, marks)
        self.field.display(size if is_possible else None)
        self.sigmas.display(f"{plain(size / prior, 2)} σ" if prior > 0.0 and is_possible and size else "")
        self._explain(size, prior, why_not)

    def _explain(self, size: float, prior: float, why_not: str) -> None:
        unit, sign = self._nuisance.unit, "" if self._nuisance.is_one_sided else "±"
        known = (
            tr("Prior {sign}{prior:g} {unit}, the pale band.", sign=sign, prior=prior, unit=unit)
            if prior > 0.0
            else tr("Its prior is switched off.")
        )
        if prior > 0.0 and size:
            known += tr(" Now {size} of its σ.", size=plain(size / prior, 2))
        rest = (
            tr("Can’t be tried: {why_not}.", why_not=why_not)
            if why_not
            else tr("{known} {truth} Double-click: 0.", known=known, truth=_TRUTH)
        )
        words = f"{self._nuisance.meaning} {rest}"
        for widget in (self.label, self.slider):
            if widget.toolTip() != words:
                widget.setToolTip(words)
                widget.setAccessibleDescription(words)
