"""A form for settings records, built from the catalogue of their fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QWidget

from asplab.core.settings import GivenEnergy, ParameterLimit, ParameterPrior, Settings
from asplab.gui.language import tr
from asplab.gui.settings_catalogue import Entry, Group
from asplab.gui.widgets.arrange import column, row
from asplab.gui.widgets.fields import ChoiceField, NumberField
from asplab.gui.widgets.forms import CutoffsField, GivenField, OptionalField, PairField, WindowsField
from asplab.gui.widgets.model_forms import ManyField, NumbersField, ParameterField
from asplab.gui.widgets.setting_help import Explained, HelpMark, SettingLine
from asplab.gui.widgets.text import without_markup

_GAP, _ROW_GAP = 8, 5
_LABEL_PX = (64, 105)
"""Least and greatest width of the names; one form has one width."""
_OPEN, _FOLDED = "▾", "▸"
_PAIRED = ("pair", "windows", "window")
"""Kinds whose fields stand in pairs: there the unit stands beside the name."""
_WIDE = ("ranges", "priors")
"""Kinds that take the whole width, below their names."""
_SAME_TEMPERATURE_K = 2.0


@dataclass(frozen=True, slots=True)
class Context:
    """What a form needs besides the settings: the selected temperature, and the windows in use now by their setting."""

    temperature_k: float | None = None
    windows_nm: Mapping[tuple[str, str], tuple[tuple[float, float], ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Row:
    entry: Entry
    field: QWidget
    show: Callable[[Any], None]


class Section(QWidget):
    """Settings under a heading that folds them away; folded, it says how many differ from their defaults."""

    def __init__(self, group: Group, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group, self._changed = group, 0
        self.heading = QPushButton()
        self.heading.setProperty("role", "fold")
        self.body = QWidget(self)
        self.rows = column(self.body, _ROW_GAP)
        lines = column(self, _ROW_GAP)
        lines.addWidget(self.heading)
        lines.addWidget(self.body)
        self.heading.clicked.connect(self._toggle)
        self.body.setVisible(not group.folded)
        self._name()

    @property
    def is_folded(self) -> bool:
        """Whether the settings are hidden."""
        return self.body.isHidden()

    def unfold(self) -> None:
        """Show the settings."""
        if self.is_folded:
            self._toggle()

    def count_changes(self, settings: Settings) -> None:
        """Count the settings that differ from their defaults."""
        default = Settings()
        pairs = ((getattr(one, e.record), e.field) for e in self._group.entries for one in (settings, default))
        values = [getattr(record, name) for record, name in pairs]
        changed = sum(now != before for now, before in zip(values[::2], values[1::2], strict=True))
        if changed != self._changed:
            self._changed = changed
            self._name()

    def _toggle(self) -> None:
        self.body.setVisible(self.is_folded)
        self._name()

    def _name(self) -> None:
        tail = tr(" · {changed} changed", changed=self._changed) if self.is_folded and self._changed else ""
        self.heading.setText(f"{_FOLDED if self.is_folded else _OPEN} {self._group.title}{tail}")
        self.heading.setAccessibleName(f"{self._group.title}, {'folded' if self.is_folded else 'open'}{tail}")


class SettingsForm(QWidget):
    """Rows of labelled fields under headings that fold.

    ``edited`` carries record, field and the new value; ``refused`` the reason why a text is no such value;
    ``help_wanted`` what is to be explained, and whether it is to stay.
    """

    help_wanted = Signal(object, bool)
    edited = Signal(str, str, object)
    refused = Signal(str)

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = Context()
        self._shown: tuple[Settings | None, Context] = (None, self._context)
        self._settings = Settings()
        self._rows: dict[tuple[str, str], _Row] = {}
        self.sections: tuple[Section, ...] = tuple(Section(group, self) for group in groups)
        self._labels: list[QLabel] = []
        lines = column(self, _ROW_GAP)
        for section, group in zip(self.sections, groups, strict=True):
            self._fill(section, group)
            lines.addWidget(section)
        least, most = _LABEL_PX
        width = min(max([least, *(label.sizeHint().width() for label in self._labels)]), most)
        for label in self._labels:
            label.setFixedWidth(width)
        self._order_keys()

    def field(self, record: str, name: str) -> QWidget:
        """Return the widget of one setting.

        Raises
        ------
        KeyError
            The form has no such setting.
        """
        return self._rows[record, name].field

    def reveal(self, record: str, name: str) -> QWidget | None:
        """Unfold the section of a setting and return its widget, None where the form has no such setting."""
        line = self._rows.get((record, name))
        if line is None:
            return None
        next(section for section in self.sections if section.isAncestorOf(line.field)).unfold()
        return line.field

    def focusNextPrevChild(self, next: bool) -> bool:
        """Go through the form as it is read, also through fields that came later."""
        self._order_keys()
        return super().focusNextPrevChild(next)

    def _order_keys(self) -> None:
        """Let Tab go from a heading through its settings, each with its mark, to the next heading."""
        stops = [
            stop
            for section in self.sections
            for part in (section.heading, *(section.rows.itemAt(i).widget() for i in range(section.rows.count())))
            for stop in _stops_in(part)
        ]
        for before, after in pairwise(stops):
            if before.nextInFocusChain() is not after:
                QWidget.setTabOrder(before, after)

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
        if before is None or before.energies.medium != settings.energies.medium:
            for field in self.findChildren(NumberField):
                field.display_medium(settings.energies.medium)
        for line in self._rows.values():
            record = getattr(settings, line.entry.record)
            old = None if before is None else getattr(before, line.entry.record)
            if record is not old or known != context:
                line.show(getattr(record, line.entry.field))
        for section in self.sections:
            section.count_changes(settings)

    # --- building ----------------------------------------------------------------------------------------
    def _fill(self, section: Section, group: Group) -> None:
        for entry in group.entries:
            field, show = self._build(entry)
            self._rows[entry.record, entry.field] = _Row(entry, field, show)
            section.rows.addWidget(self._line(entry, field))

    def _line(self, entry: Entry, field: QWidget) -> QWidget:
        # The tooltip belongs to the line: number fields use their own for what they refuse.
        line = SettingLine(entry, self)
        line.mark.wanted.connect(partial(self._explain, line))
        line.setToolTip(f"<qt>{entry.tip}</qt>")
        field.setAccessibleName(without_markup(entry.label))
        field.setAccessibleDescription(entry.tip)
        if entry.kind in _WIDE:
            return self._tall_line(entry, line, field)
        parts = row(line, _GAP)
        if entry.kind != "switch":
            label = QLabel(f"{entry.label} ({entry.numeric.unit})" if entry.kind in _PAIRED else entry.label)
            label.setProperty("role", "muted")
            label.setBuddy(field)
            self._labels.append(label)
            parts.addWidget(label)
        parts.addWidget(field, 1)
        parts.addWidget(line.mark)
        return line

    def _tall_line(self, entry: Entry, line: SettingLine, field: QWidget) -> QWidget:
        """Put the name above a field that needs the whole width."""
        label = QLabel(entry.label)
        label.setProperty("role", "muted")
        label.setBuddy(field)
        parts = column(line, _ROW_GAP)
        head = QHBoxLayout()
        head.addWidget(label, 1)
        head.addWidget(line.mark)
        parts.addLayout(head)
        parts.addWidget(field)
        return line

    def explained(self, line: SettingLine) -> Explained:
        """Return what there is to explain about a setting of this form."""
        entry = line.entry
        return Explained(entry, line, getattr(getattr(self._settings, entry.record), entry.field))

    def _explain(self, line: SettingLine, is_pinned: bool) -> None:
        self.help_wanted.emit(self.explained(line), is_pinned)

    def _build(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        builders = {
            "number": self._number,
            "optional": self._optional,
            "pair": self._pair,
            "switch": self._switch,
            "choice": self._choice,
            "windows": self._windows,
            "window": self._windows,
            "cutoffs": self._cutoffs,
            "given": self._given,
            "many": self._many,
            "numbers": self._numbers,
            "ranges": self._ranges,
            "priors": self._priors,
        }
        return builders[entry.kind](entry)

    def _number(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = NumberField(entry.numeric, self)
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        return field, field.display

    def _optional(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = OptionalField(entry.numeric, self, empty=entry.empty)
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        return field, field.display

    def _pair(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = PairField(entry.numeric, self)
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
        field = WindowsField(entry.numeric, self, is_one=entry.kind == "window")
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        key = entry.record, entry.field
        return field, lambda windows: field.display(windows, self._context.windows_nm.get(key, ()))

    def _cutoffs(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = CutoffsField(self)
        field.restored.connect(partial(self._restore_cutoff, entry))
        return field, lambda moved: field.display([(one.nominal_nm, one.cutoff_nm) for one in moved])

    def _given(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = GivenField(entry.numeric, self, empty=entry.empty)
        field.committed.connect(partial(self._tell_given, entry))
        field.refused.connect(self.refused)
        return field, partial(self._show_given, field)

    # --- rate models -------------------------------------------------------------------------------------
    def _many(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = ManyField(entry.choices, self)
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        return field, field.display

    def _numbers(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = NumbersField(entry.numeric, self, empty=entry.empty)
        field.committed.connect(partial(self._tell, entry))
        field.refused.connect(self.refused)
        return field, field.display

    def _ranges(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = ParameterField(entry.quantities, "range", self)
        field.committed.connect(lambda lines: self._tell(entry, tuple(ParameterLimit(*line[:3]) for line in lines)))
        field.refused.connect(self.refused)
        return field, lambda limits: field.display([(one.parameter, one.low, one.high, "") for one in limits])

    def _priors(self, entry: Entry) -> tuple[QWidget, Callable[[Any], None]]:
        field = ParameterField(entry.quantities, "prior", self)
        field.committed.connect(lambda lines: self._tell(entry, tuple(ParameterPrior(*line) for line in lines)))
        field.refused.connect(self.refused)
        return field, lambda priors: field.display([(p.parameter, p.value, p.error, p.source) for p in priors])

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


def _stops_in(part: QWidget) -> list[QWidget]:
    """Return what Tab stops at in a line, in the order of the layout: fields first, then the mark."""
    # The open list of a choice is a window of its own.
    inside = [one for one in (part, *part.findChildren(QWidget)) if one.window() is part.window()]
    stops = [one for one in inside if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None]
    places = {id(one): one.mapTo(part, one.rect().topLeft()) for one in stops}
    return sorted(stops, key=lambda one: (isinstance(one, HelpMark), places[id(one)].y() // 12, places[id(one)].x()))
