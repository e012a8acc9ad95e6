"""How figures are made: the presets, and every value of the chosen one."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from asplab.core.errors import InputError
from asplab.core.export.style.palette import PALETTES
from asplab.core.export.style.presets import (
    BUILT_IN,
    COLUMNS,
    DEFAULT,
    FAMILIES,
    LETTERS,
    LIMITS,
    FigurePreset,
)
from asplab.gui.figures import titles
from asplab.gui.language import tr
from asplab.gui.widgets.fields import ChoiceField, NumberField, Numeric

_LABEL_PX = 104
_FORMATS = {"pdf": "PDF", "svg": "SVG", "png": "PNG", "tiff": "TIFF"}
_CHOICES = {
    "column": (tr("Width"), COLUMNS, titles.COLUMNS),
    "family": (tr("Font"), FAMILIES, titles.FAMILIES),
    "palette": (tr("Colours"), tuple(PALETTES), titles.PALETTES),
    "letters": (tr("Panel letters"), LETTERS, titles.LETTERS),
}
_NUMBERS = {
    "single_mm": (tr("One column"), "mm", 1, 1.0),
    "middle_mm": (tr("One and a half"), "mm", 1, 1.0),
    "double_mm": (tr("Two columns"), "mm", 1, 1.0),
    "tallest_mm": (tr("Tallest"), "mm", 0, 5.0),
    "font_size_pt": (tr("Text"), "pt", 1, 0.5),
    "line_width_pt": (tr("Lines"), "pt", 2, 0.25),
    "dpi": (tr("PNG, TIFF"), "dpi", 0, 50.0),
}
_ORDER = (
    "column", "single_mm", "middle_mm", "double_mm", "tallest_mm", "family", "font_size_pt", "line_width_pt", "palette",
    "letters", "dpi",
)  # fmt: skip


class PresetForm(QWidget):
    """The presets and the values of one.

    ``changed`` follows another preset or value; ``save_wanted`` and ``delete_wanted`` a click on the buttons,
    ``refused`` carries why a value can't be used.
    """

    changed = Signal()
    save_wanted = Signal()
    delete_wanted = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets: dict[str, FigurePreset] = dict(BUILT_IN)
        self._preset = DEFAULT
        self.presets = ChoiceField()
        self.choices = {key: ChoiceField(_named(keys, words)) for key, (_, keys, words) in _CHOICES.items()}
        self.numbers = {
            key: NumberField(Numeric(unit, decimals, *LIMITS[key], step))
            for key, (_, unit, decimals, step) in _NUMBERS.items()
        }
        self.formats = {key: QCheckBox(words) for key, words in _FORMATS.items()}
        self.save, self.delete = QPushButton(tr("Save as…")), QPushButton(tr("Delete"))
        self._note = QLabel()
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        self._lay_out()
        self._connect()
        self.display_presets(tuple(BUILT_IN.values()), DEFAULT.name)

    @property
    def preset(self) -> FigurePreset:
        """The preset as it stands in the form."""
        return self._preset

    @property
    def is_changed(self) -> bool:
        """Whether a value is another one than in the preset of this name."""
        return self._preset != self._presets[self._preset.name]

    def display_presets(self, presets: Sequence[FigurePreset], chosen: str) -> None:
        """Offer presets, and show the chosen one where it is among them, else the usual one."""
        self._presets = {one.name: one for one in presets}
        self._show(self._presets.get(chosen, DEFAULT))

    def choose(self, name: str) -> None:
        """Take the values of a preset."""
        self._show(self._presets[name])
        self.changed.emit()

    def _take(self, key: str, value: Any) -> None:
        """Use another value, unless the preset could not be used with it."""
        try:
            preset = replace(self._preset, **{key: value})
        except InputError as error:
            self.refused.emit(str(error))
            self._show(self._preset)
            return
        self._show(preset)
        self.changed.emit()

    def _show(self, preset: FigurePreset) -> None:
        self._preset = preset
        names = [(name, titles.PRESETS.get(name, name)) for name in self._presets]
        if self.is_changed:
            told = {preset.name: tr("{name} (changed)", name=titles.PRESETS.get(preset.name, preset.name))}
            names = [(name, told.get(name, words)) for name, words in names]
        self.presets.offer(names)
        self.presets.display(preset.name)
        for key, choice in self.choices.items():
            choice.display(getattr(preset, key))
        for key, number in self.numbers.items():
            number.display(float(getattr(preset, key)))
        for key, box in self.formats.items():
            box.setChecked(key in preset.formats)
        self._note.setText(preset.note[:1].upper() + preset.note[1:])
        self._note.setVisible(bool(preset.note))
        self.delete.setEnabled(preset.name not in BUILT_IN)

    def _take_number(self, key: str, value: float) -> None:
        self._take(key, round(value) if key == "dpi" else value)

    def _take_format(self, _is_on: bool) -> None:
        self._take("formats", tuple(key for key, box in self.formats.items() if box.isChecked()))

    def _connect(self) -> None:
        self.presets.chosen.connect(self.choose)
        for key, choice in self.choices.items():
            choice.chosen.connect(partial(self._take, key))
        for key, number in self.numbers.items():
            number.committed.connect(partial(self._take_number, key))
            number.refused.connect(self.refused)
        for box in self.formats.values():
            box.clicked.connect(self._take_format)
        self.save.clicked.connect(self.save_wanted)
        self.delete.clicked.connect(self.delete_wanted)

    def _lay_out(self) -> None:
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(6)
        lines.addLayout(_line(tr("Preset"), self.presets))
        buttons = QHBoxLayout()
        buttons.addSpacing(_LABEL_PX)
        for button in (self.save, self.delete):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        self.save.setAccessibleName(tr("Save preset as"))
        self.delete.setAccessibleName(tr("Delete preset"))
        lines.addLayout(buttons)
        lines.addWidget(self._note)
        for key in _ORDER:
            field: QWidget = self.choices[key] if key in self.choices else self.numbers[key]
            name = _CHOICES[key][0] if key in _CHOICES else _NUMBERS[key][0]
            lines.addLayout(_line(name, field))
        boxes = QHBoxLayout()
        for box in self.formats.values():
            boxes.addWidget(box)
        boxes.addStretch(1)
        lines.addLayout(boxes)
        lines.addStretch(1)


def _line(name: str, field: QWidget) -> QHBoxLayout:
    label = QLabel(name)
    label.setFixedWidth(_LABEL_PX)
    label.setBuddy(field)
    field.setAccessibleName(name)
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    line = QHBoxLayout()
    line.setSpacing(0)
    line.addWidget(label)
    line.addWidget(field, 1)
    return line


def _named(keys: Sequence[str], words: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, words.get(key, key)) for key in keys)
