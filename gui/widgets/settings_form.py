"""A form for settings records, built from the catalogue of their fields."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from asplab.core.settings import GivenEnergy, Settings
from asplab.gui.settings_catalogue import Entry, Group
from asplab.gui.widgets.fields import ChoiceField, NumberField
from asplab.gui.widgets.forms import CutoffsField, GivenField, OptionalField, PairField, WindowsField

LABEL_PX = 80
_GAP, _ROW_GAP = 8, 5
_SAME_TEMPERATURE_K = 2.0


@dataclass(frozen=True, slots=True)
class Context:
    """What a form needs besides the settings: the selected temperature, and where the background is read now."""

    temperature_k: float | None = None
    background_nm: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class _Row:
    entry: Entry
    field: QWidget
    show: Callable[[Any], None]


class SettingsForm(QWidget):
    """Rows of labelled fields under headings.

    ``edited`` carries record, field and the new value; ``refused`` the reason why a text is no such value.
    """

    edited = Signal(str, str, object)
    refused = Signal(str)

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = Context()
        self._shown: tuple[Settings | None, Context] = (None, self._context)
        self._settings = Settings()
        self._rows: dict[tuple[str, str], _Row] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_ROW_GAP)
        for position, group in enumerate(groups):
            self._append_group(group, is_first=position == 0)

    def field(self, record: str, name: str) -> QWidget:
        """Return the widget of one setting.

        Raises
        ------
        KeyError
            The form has no such setting.
        """
        return self._rows[record, name].field

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Record and field of every row."""
        return tuple(self._rows)

    def display(self, settings: Settings, context: Context) -> None:
        """Show settings without telling anybody; only what changed is touched."""
        before, known = self._shown
        if before is settings and known == context:
            return
        self._shown = (settings, context)
        self._settings, self._context = settings, context
        for row in self._rows.values():
            record = getattr(settings, row.entry.record)
            old = None if before is None else getattr(before, row.entry.record)
            if record is not old or known != context:
                row.show(getattr(record, row.entry.field))

    # --- building ----------------------------------------------------------------------------------------
    def _append_group(self, group: Group, *, is_first: bool) -> None:
        if not is_first:
            self._column.addSpacing(_GAP)
        heading = QLabel(group.title)
        heading.setProperty("role", "muted")
        heading.setStyleSheet("font-weight: 600;")
        self._column.addWidget(heading)
        for entry in group.entries:
            field, show = self._build(entry)
            self._rows[entry.record, entry.field] = _Row(entry, field, show)
            self._column.addWidget(self._line(entry, field))

    def _line(self, entry: Entry, field: QWidget) -> QWidget:
        # The tooltip belongs to the line: number fields use their own for what they refuse.
        line = QWidget(self)
        line.setToolTip(f"<qt>{entry.tip}</qt>")
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        field.setAccessibleName(entry.label)
        field.setAccessibleDescription(entry.tip)
        if entry.kind != "switch":
            label = QLabel(entry.label)
            label.setProperty("role", "muted")
            label.setFixedWidth(LABEL_PX)
            label.setBuddy(field)
            row.addWidget(label)
        row.addWidget(field, 1)
        return line

    def _build(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        builders = {
            "number": self._number,
            "optional": self._optional,
            "pair": self._pair,
            "switch": self._switch,
            "choice": self._choice,
            "windows": self._windows,
            "cutoffs": self._cutoffs,
            "given": self._given,
        }
        return builders[entry.kind](entry)

    def _number(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = NumberField(entry.unit, self, decimals=entry.decimals, low=entry.low, high=entry.high, step=entry.step)
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        return field, field.display

    def _optional(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = OptionalField(entry.unit, self, empty=entry.empty, **_range(entry))
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        return field, field.display

    def _pair(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = PairField(entry.unit, self, **_range(entry))
        field.committed.connect(lambda low, high: self._tell(entry, (low, high)))
        field.refused.connect(self.refused)
        return field, lambda pair: field.display(*pair)

    def _switch(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = QCheckBox(entry.label, self)
        # Qt's ``clicked`` answers the user only, never a programmatic change.
        field.clicked.connect(lambda checked: self._tell(entry, checked))
        return field, field.setChecked

    def _choice(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = ChoiceField(entry.choices, self)
        field.chosen.connect(partial(self._tell, entry))
        return field, field.display

    def _windows(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = WindowsField(entry.unit, self, **_range(entry))
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        return field, lambda windows: field.display(windows, self._context.background_nm)

    def _cutoffs(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = CutoffsField(self)
        field.restored.connect(partial(self._restore_cutoff, entry))
        return field, lambda moved: field.display([(one.nominal_nm, one.cutoff_nm) for one in moved])

    def _given(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = GivenField(entry.unit, self, empty=entry.empty, **_range(entry))
        field.committed.connect(partial(self._tell_given, entry))
        field.refused.connect(self.refused)
        return field, partial(self._show_given, field)

    # --- given energies and cutoffs ----------------------------------------------------------------------
    def _show_given(self, field: GivenField, given: tuple[GivenEnergy, ...]) -> None:
        here = next((one for one in given if self._is_here(one)), None)
        field.setEnabled(self._context.temperature_k is not None)
        field.display(None if here is None else here.energy_mev, 0.0 if here is None else here.error_mev)

    def _is_here(self, given: GivenEnergy) -> bool:
        temperature = self._context.temperature_k
        return temperature is not None and abs(given.temperature_k - temperature) <= _SAME_TEMPERATURE_K

    def _tell_given(self, entry: Entry, energy: tuple[float, float] | None) -> None:
        temperature = self._context.temperature_k
        if temperature is None:
            return
        before: tuple[GivenEnergy, ...] = getattr(getattr(self._settings, entry.record), entry.field)
        others = tuple(one for one in before if not self._is_here(one))
        here = next((one for one in before if self._is_here(one)), GivenEnergy(temperature, 0.0))
        if energy is not None:
            others = (*others, replace(here, energy_mev=energy[0], error_mev=energy[1]))
        self._tell(entry, tuple(sorted(others, key=lambda one: one.temperature_k)))

    def _restore_cutoff(self, entry: Entry, index: int) -> None:
        moved = getattr(getattr(self._settings, entry.record), entry.field)
        self._tell(entry, (*moved[:index], *moved[index + 1 :]))

    def _tell(self, entry: Entry, value: object) -> None:
        self.edited.emit(entry.record, entry.field, value)


def _range(entry: Entry) -> dict[str, Any]:
    return {"decimals": entry.decimals, "low": entry.low, "high": entry.high, "step": entry.step}
