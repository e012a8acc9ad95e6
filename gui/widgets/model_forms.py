"""Fields for the rate models: which are compared, ranges and priors of their parameters, lists of numbers."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget

from asplab.gui.language import tr
from asplab.gui.widgets.arrange import column, row
from asplab.gui.widgets.fields import NumberField, Numeric
from asplab.gui.widgets.literature_menu import BY_HAND, PARAMETER, LiteratureButton, is_published
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.quantity import QuantityError, read_quantity
from asplab.gui.widgets.text import without_markup

_GAP = 4
_SYMBOL_PX, _SOURCE = 68, 3
_FIXED = tr("value at which it is held")


class ManyField(QToolButton):
    """Some of several choices, ticked in a menu; the button says how many.

    ``committed`` carries the keys in the order of the choices.
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(self, choices: Sequence[tuple[Hashable, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = tuple(key for key, _ in choices)
        self._chosen: tuple[Hashable, ...] = ()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("role", "field")
        self._menu = QMenu(self)
        self.actions_by_key = {key: self._menu.addAction(text.replace("&", "&&")) for key, text in choices}
        for key, action in self.actions_by_key.items():
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, key=key: self._toggle(key))
        self.setMenu(self._menu)

    def display(self, chosen: Sequence[Hashable]) -> None:
        """Show which are chosen without telling anybody."""
        self._chosen = tuple(chosen)
        for key, action in self.actions_by_key.items():
            action.setChecked(key in self._chosen)
        self.setText(tr("{chosen} of {keys}", chosen=len(self._chosen), keys=len(self._keys)))

    def _toggle(self, key: Hashable) -> None:
        wanted = tuple(one for one in self._keys if (one in self._chosen) != (one == key))
        # Qt has moved the tick already; it follows what the owner displays.
        self.display(self._chosen)
        if wanted:
            self.committed.emit(wanted)
        else:
            self.refused.emit(tr("One at least has to stay."))


class NumbersField(QLineEdit):
    """Several numbers with semicolons between them; empty for none.

    ``committed`` carries them as a tuple.
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(self, numeric: Numeric, parent: QWidget | None = None, *, empty: str) -> None:
        super().__init__(parent)
        self._numeric = numeric
        self._values: tuple[float, ...] = ()
        self.setPlaceholderText(empty)
        self.editingFinished.connect(self._commit)

    def display(self, values: Sequence[float]) -> None:
        """Show numbers without telling anybody."""
        self._values = tuple(values)
        self.setText("; ".join(plain(value, self._numeric.decimals, self.locale()) for value in values))

    def _commit(self) -> None:
        if not self.isModified():
            return
        words = [word.strip() for word in self.text().split(";") if word.strip()]
        numeric = self._numeric
        try:
            known = tuple(read_quantity(word, self.locale(), numeric.unit) for word in words)
        except QuantityError as error:
            self.refused.emit(str(error))
            return
        bad = next((word for word, value in zip(words, known, strict=True) if not self._allows(value)), None)
        if bad is not None:
            low, high, unit = numeric.low, numeric.high, numeric.unit
            self.refused.emit(
                tr(
                    "'{bad}' is no number from {low:g} to {high:g} {unit}. Write for example 14; 22.",
                    bad=bad,
                    low=low,
                    high=high,
                    unit=unit,
                )
            )
            return
        self.setModified(False)
        if known != self._values:
            self.committed.emit(known)

    def _allows(self, value: float) -> bool:
        return self._numeric.low <= value <= self._numeric.high


@dataclass(frozen=True, slots=True)
class Quantity:
    """A parameter that can be limited: its symbol, its numbers, and the range it has unasked.

    ``title`` says what it is; ``guess`` are value and standard deviation of a new prior, taken from the range without.
    """

    symbol: str
    numeric: Numeric
    low: float
    high: float
    title: str = ""
    guess: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """Symbol and title in plain words."""
        symbol = without_markup(self.symbol)
        return f"{symbol} · {self.title}" if self.title else symbol

    @property
    def start(self) -> tuple[float, float]:
        """Value and standard deviation to begin with."""
        if self.guess is not None:
            return self.guess
        middle = (self.low * self.high) ** 0.5 if self.low > 0 else 0.5 * (self.low + self.high)
        return middle, 0.5 * abs(middle) or 1.0


class ParameterField(QWidget):
    """One line a parameter, with two numbers, a text where wanted, and a button that takes it away.

    ``committed`` carries all lines as a tuple of (parameter, first, second, text).

    Parameters
    ----------
    quantities : mapping of parameter to Quantity
    kind : str
        ``"range"`` (low, high: equal ends are one number, at which the parameter is fixed) or ``"prior"`` (value,
        standard deviation, source).
    """

    committed = Signal(object)
    refused = Signal(str)

    def __init__(self, quantities: Mapping[str, Quantity], kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quantities, self._kind = quantities, kind
        self._lines: tuple[tuple[str, float, float, str], ...] = ()
        self._added = ""
        self._rows: list[QWidget] = []
        self._parts: list[_Parts] = []
        self._column = column(self, _GAP)
        buttons = QWidget(self)
        places = row(buttons, _GAP)
        self.add_button, self.actions_by_key = self._menu_button(tr("Add a {kind}", kind=kind), is_fixed=False)
        self.fix_button, self.fixing_by_key = self._menu_button(tr("Fix one"), is_fixed=True)
        self.fix_button.setVisible(kind == "range")
        for button in (self.add_button, self.fix_button):
            places.addWidget(button)
        places.addStretch(1)
        self._column.addWidget(buttons)
        self.literature_button: LiteratureButton | None = None
        if kind == "prior" and PARAMETER in quantities:
            self.literature_button = LiteratureButton(self)
            self.literature_button.chosen.connect(self._take)
            self._column.addWidget(self.literature_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _menu_button(self, words: str, *, is_fixed: bool) -> tuple[QToolButton, dict[str, QAction]]:
        button = QToolButton(self)
        button.setText(words)
        button.setProperty("role", "field")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self)
        actions = {key: menu.addAction(one.name.replace("&", "&&")) for key, one in self._quantities.items()}
        for key, action in actions.items():
            action.triggered.connect(lambda _checked=False, key=key: self._add(key, is_fixed=is_fixed))
        button.setMenu(menu)
        return button, actions

    @property
    def lines(self) -> tuple[tuple[str, float, float, str], ...]:
        """The lines as displayed."""
        return self._lines

    def display(self, lines: Sequence[tuple[str, float, float, str]]) -> None:
        """Show these lines without telling anybody."""
        wanted = tuple(lines)
        if wanted == self._lines:
            return
        before, self._lines = self._lines, wanted
        if [self._shape(line) for line in before] == [self._shape(line) for line in wanted]:
            # The fields stay, and with them the focus.
            for parts, line in zip(self._parts, wanted, strict=True):
                self._fill(parts, *line)
            return
        self._parts = []
        for old in self._rows:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = [self._line(index, *line) for index, line in enumerate(wanted)]
        for index, host in enumerate(self._rows):
            self._column.insertWidget(index, host)
        taken = {line[0] for line in wanted}
        for actions in (self.actions_by_key, self.fixing_by_key):
            for key, action in actions.items():
                action.setVisible(key not in taken)
        if self._added in taken:
            # What was added waits to be typed.
            self._parts[[line[0] for line in wanted].index(self._added)][0].setFocus()
        self._added = ""

    def _shape(self, line: tuple[str, float, float, str]) -> tuple[str, bool]:
        """Return what decides which fields a line has."""
        return line[0], self._kind == "range" and line[1] == line[2]

    def _line(self, index: int, key: str, first: float, second: float, text: str) -> QWidget:
        host = QWidget(self)
        lines = column(host, _GAP)
        upper = QWidget(host)
        places = row(upper, _GAP)
        one = self._quantities.get(key, Quantity(key, Numeric("", 3), first, second))
        name = without_markup(one.symbol)
        symbol = QLabel(f"{one.symbol} ({one.numeric.unit})" if one.numeric.unit else one.symbol, upper)
        symbol.setProperty("role", "muted")
        symbol.setFixedWidth(_SYMBOL_PX)
        symbol.setToolTip(one.title or key)
        places.addWidget(symbol)
        _, is_fixed = self._shape((key, first, second, text))
        fields = tuple(NumberField(one.numeric, upper, shows_unit=False) for _ in range(1 if is_fixed else 2))
        for number, field in enumerate(fields):
            words = _FIXED if is_fixed else self._names()[number]
            field.setAccessibleName(f"{name}, {words}")
            field.setToolTip(words)
            field.committed.connect(
                (lambda value: self._fix(index, value))
                if is_fixed
                else (lambda value, number=number: self._change(index, 1 + number, value))
            )
            field.refused.connect(self.refused)
            places.addWidget(field, 1)
        if is_fixed:
            told = QLabel("fixed", upper)
            told.setProperty("role", "muted")
            places.addWidget(told, 1)
        away = QToolButton(upper)
        away.setText("✕")
        away.setProperty("role", "small")
        away.setAccessibleName(tr("Remove the {kind} of {name}", kind=self._kind, name=name))
        away.clicked.connect(lambda: self.committed.emit((*self._lines[:index], *self._lines[index + 1 :])))
        places.addWidget(away)
        lines.addWidget(upper)
        source = None
        if self._kind == "prior":
            source = QLineEdit(host)
            source.setPlaceholderText(tr("where it comes from"))
            source.setAccessibleName(tr("{name}, source of the prior", name=name))
            source.editingFinished.connect(partial(self._change_source, index, source))
            lines.addWidget(source)
        self._parts.append((fields[0], None if is_fixed else fields[1], source))
        self._fill(self._parts[-1], key, first, second, text)
        return host

    def _fill(
        self,
        parts: "_Parts",
        key: str,
        first: float,
        second: float,
        text: str,
    ) -> None:
        numeric = self._quantities[key].numeric if key in self._quantities else Numeric("", 3)
        low, high, source = parts
        low.display(first)
        if high is None:
            return
        high.display(second)
        if self._kind == "range":
            low.display_range(numeric.low, second)
            high.display_range(first, numeric.high)
        else:
            high.display_range(10.0**-numeric.decimals, numeric.high)
        if source is not None and source.text() != text:
            source.setText(text)
            source.setToolTip(text)
            # A reference begins with what it says, not with how it ends.
            source.setCursorPosition(0)

    def _change_source(self, index: int, source: QLineEdit) -> None:
        self._change(index, _SOURCE, source.text().strip())

    def _names(self) -> tuple[str, str]:
        return (tr("lower end"), tr("upper end")) if self._kind == "range" else ("value", tr("standard deviation"))

    def _change(self, index: int, place: int, value: object) -> None:
        if index >= len(self._lines) or self._lines[index][place] == value:
            return
        line = (*self._lines[index][:place], value, *self._lines[index][place + 1 :])
        if place < _SOURCE and is_published(line[_SOURCE]):
            # The numbers are not those of the source any more.
            line = (*line[:_SOURCE], line[_SOURCE] + BY_HAND)
        self.committed.emit((*self._lines[:index], line, *self._lines[index + 1 :]))

    def _fix(self, index: int, value: object) -> None:
        if index < len(self._lines) and isinstance(value, float):
            line = (self._lines[index][0], value, value, self._lines[index][_SOURCE])
            self.committed.emit((*self._lines[:index], line, *self._lines[index + 1 :]))

    def _take(self, prior: tuple[str, float, float, str]) -> None:
        """Put a published prior in the place of the one there is, or below the others."""
        keys = [line[0] for line in self._lines]
        at = keys.index(prior[0]) if prior[0] in keys else len(keys)
        self.committed.emit((*self._lines[:at], prior, *self._lines[at + 1 :]))

    def _add(self, key: str, *, is_fixed: bool) -> None:
        one, self._added = self._quantities[key], key
        value, error = one.start
        ends = (value, value) if is_fixed else (one.low, one.high) if self._kind == "range" else (value, error)
        self.committed.emit((*self._lines, (key, *ends, "")))


_Parts = tuple[NumberField, NumberField | None, QLineEdit | None]
