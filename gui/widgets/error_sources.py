"""Where the error of one result comes from: a choice of results, and the sources of both errors."""

from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from asplab.gui.language import tr
from asplab.gui.widgets.arrange import column
from asplab.gui.widgets.budget import BudgetBars
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.words.sources import ErrorSources, Key, Part

NOTHING = tr("Known as soon as there are results.")
_GAP = 4
_FIRST = 2
"""Where the first of both errors stands, below the choice and the words for no results."""
_STATISTICAL_TIP = tr("What repeats scatter by: fractions of the variance, to first order")
_SYSTEMATIC_TIP = tr(
    "What no repeat shows: every effect moved by one prior deviation, fitted again; fractions of the variance. "
    "Polaron › Errors has them all."
)


class ErrorSourcesView(QWidget):
    """Statistical and systematic error of a result with what brings each.

    ``quantity_chosen`` carries which result is asked for, as `ViewState.quantity` and `ViewState.is_joint`.
    """

    quantity_chosen = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: tuple[tuple[Key, str], ...] = ()
        self.quantity = ChoiceField()
        self.quantity.setAccessibleName(tr("Result whose error is split up"))
        self.quantity.setToolTip(tr("Result whose error is split up; a click on a row of Results chooses it, too"))
        self.nothing = _words(NOTHING)
        self.statistical = _PartView(tr("Statistical"), _STATISTICAL_TIP)
        self.systematic = _PartView(tr("Systematic"), _SYSTEMATIC_TIP)
        self._lines = column(self, _GAP)
        for part in (self.quantity, self.nothing, self.statistical, self.systematic):
            self._lines.addWidget(part)
        self.quantity.chosen.connect(self._tell)
        self.display(ErrorSources())

    def display(self, found: ErrorSources) -> None:
        """Show both errors of a result, the larger one first: what stands below may have to be scrolled to."""
        is_known = bool(found.name)
        if found.choices != self._offered:
            self._offered = found.choices
            self.quantity.offer(found.choices)
        if is_known and self.quantity.key != found.key:
            self.quantity.display(found.key)
        for widget, shown in ((self.nothing, not is_known), (self.quantity, is_known)):
            _set_shown(widget, shown)
        for view, part in ((self.statistical, found.statistical), (self.systematic, found.systematic)):
            _set_shown(view, is_known)
            view.display(part, found.unit)

        first = self.systematic if found.is_systematic_larger else self.statistical
        if self._lines.itemAt(_FIRST).widget() is not first:
            self._lines.removeWidget(first)
            self._lines.insertWidget(_FIRST, first)

    def _tell(self, key: object) -> None:
        self.quantity_chosen.emit(*cast("Key", key))


class _PartView(QWidget):
    """One of the two errors: how large it is, and its sources or why they are not known."""

    def __init__(self, title: str, tip: str) -> None:
        super().__init__()
        self._title = title
        self.head, self.bars, self.why = QLabel(), BudgetBars(), _words("")
        self.head.setToolTip(tip)
        # Words too long for the dock would push the ends of the bars out of sight.
        self.head.setWordWrap(True)
        self.bars.setAccessibleName(title)
        lines = column(self, 1)
        for part in (self.head, self.bars, self.why):
            lines.addWidget(part)

    def display(self, part: Part, unit: str) -> None:
        """Show an error of a result in its unit."""
        has_size = any(sign in part.error for sign in "±+")
        said = f"{part.error} {unit}".strip() if has_size else part.error
        earlier = tr(" of earlier settings") if part.is_earlier and said else ""
        _set_text(self.head, f"{self._title} {said}{earlier}".strip())
        self.bars.setEnabled(not part.is_earlier)
        self.bars.display(part.shares)
        _set_text(self.why, part.why)
        _set_shown(self.bars, bool(part.shares))
        _set_shown(self.why, not part.shares)


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    return label


def _set_shown(widget: QWidget, shown: bool) -> None:
    if widget.isHidden() == shown:
        widget.setVisible(shown)


def _set_text(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
