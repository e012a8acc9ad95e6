"""The errors page: statistical and systematic errors, where they come from, and what each effect does."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLabel, QWidget

from asplab.core.pipeline import Results
from asplab.gui.jobs.study import StudyState, has_same_inputs
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.error_rows import (
    COLUMNS,
    effect_columns,
    effect_rows,
    error_rows,
    ordered_effects,
    places_of,
    sentence,
)
from asplab.gui.panels.polaron.error_studies import ACCOUNT, QUANTITIES, Accounted
from asplab.gui.panels.polaron.page import FITS, Page, unbroken
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column, grid, scrolled
from asplab.gui.widgets.budget import BudgetBars
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.table import Column, DataTable
from asplab.gui.words.findings import SOURCES

if TYPE_CHECKING:
    from asplab.core.systematics import Systematics

_ROOM = 20


class ErrorsPage(Page):
    """Errors of one fit with all their sources, and the shifts behind the systematic ones."""

    studies = (ACCOUNT,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._row: int | None = 0
        self._effects: tuple[str, ...] = ()
        self.fits = ChoiceField(FITS)
        self.quantity = ChoiceField([(key, symbol) for key, symbol, _ in QUANTITIES])
        self.table, self.effects = DataTable(theme, COLUMNS, sortable=False), DataTable(theme, (Column(tr("Effect")),))
        self.table.setAccessibleName(tr("Where the errors come from"))
        self.effects.setAccessibleName(tr("Systematic effects"))
        self.bars, self.why, self.words = BudgetBars(), QLabel(), QLabel()
        self._errors = Card(tr("Statistical and systematic"), short_title=tr("Errors"))
        self._budget = Card(tr("Where it comes from"), short_title=tr("Sources"))
        self._shifts = Card(
            tr("What adding each effect at its prior size does"), short_title=tr("Effects at prior size")
        )
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        for field in (self.fits, self.quantity):
            field.chosen.connect(self._look_again)
        self.effects.row_chosen.connect(lambda row: self.setting_wanted.emit("systematics", self._effects[row]))

    # --- Page --------------------------------------------------------------------------------------------
    def request(self, key: str) -> Any:
        """Return which fit is looked at."""
        return self._row

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        self._state = states[ACCOUNT.key]

    def display(self, results: Results, view: ViewState) -> None:
        """Show the errors of the selected temperature or of the joint fit."""
        self._shown = (results, view)
        here = self.look_at(self.deck, results, view, is_joint=self.fits.key == "joint", purpose=tr("tell errors of"))
        if here is None:
            return
        if here.row != self._row:
            self._row = here.row
            self.request_changed.emit()
        self._show_errors(results, here.name)
        self._show_budget()
        self._show_effects(results, here.name)

    def forget_frame(self) -> None:
        """There are no axes here."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.table.restyle(theme)
        self.effects.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        for field, width, name in ((self.fits, 112, tr("Fit shown")), (self.quantity, 72, tr("Quantity"))):
            field.setFixedWidth(width)
            field.setAccessibleName(name)
            field.setToolTip(name)
        for label in (self.why, self.words):
            label.setProperty("role", "muted")
            label.setWordWrap(True)
        self._errors.header.addWidget(self.fits)
        self._errors.add(scrolled(self.table), 1)
        self._budget.header.addWidget(self.quantity)
        bars = QWidget()
        lines = column(bars)
        lines.addWidget(self.bars)
        lines.addWidget(self.why)
        lines.addStretch(1)
        self._budget.add(scrolled(bars), 1)
        self._shifts.add(self.words)
        self._shifts.add(scrolled(self.effects), 1)
        content = QWidget()
        cards = grid(content, (2, 3))
        cards.addWidget(self._errors, 0, 0)
        cards.addWidget(self._budget, 0, 1)
        cards.addWidget(self._shifts, 1, 0, 1, 2)
        # Both errors of a result need more room than a bar.
        cards.setColumnStretch(0, 4)
        cards.setColumnStretch(1, 3)
        return content

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    # --- showing -----------------------------------------------------------------------------------------
    def _accounted(self) -> Accounted | None:
        """Return what was found about the fit that is looked at, be it of earlier settings."""
        outcome = self._state.outcome
        return outcome.value if outcome is not None and outcome.request == self._row else None

    def _systematics(self, results: Results) -> tr("tuple[Systematics | None, bool]"):
        """Return the errors of all fits, which another choice of fit does not change, and whether they still hold."""
        outcome = self._state.outcome
        if outcome is None:
            return None, False
        found: Systematics = outcome.value.systematics
        if self._row is not None and self._row >= len(found.temperatures_k):
            return None, False
        return found, has_same_inputs(outcome.document, results.document, ACCOUNT.ignores)

    def _show_errors(self, results: Results, name: str) -> None:
        found, is_current = self._systematics(results)
        rows = []
        if found is not None:
            rows = error_rows(found, results if is_current else None, self._row, is_muted=not is_current)
            self._errors.setToolTip("\n".join(found.notes))
        self.table.display(rows)
        self._errors.display_subtitle("" if self._row is None else name)

    def _show_budget(self) -> None:
        found, key = self._accounted(), str(self.quantity.key)
        shares: list[tuple[str, float]] = []
        why = ""
        if found is not None:
            budget = found.budgets[key]
            ordered = sorted(budget.shares, key=lambda share: -share[1])
            shares = [(SOURCES.get(name, EFFECTS.get(name, name)), part) for name, part in ordered]
            why = budget.why
        self.bars.setEnabled(self._state.is_current)
        self.bars.display(shares)
        self.why.setText(why)
        self.why.setVisible(bool(why))

    def _show_effects(self, results: Results, name: str) -> None:
        found, is_current = self._systematics(results)
        key = str(self.quantity.key)
        if found is None:
            self._effects = ()
            self.effects.display([])
        else:
            places, order = places_of(found, results, self._row, key), ordered_effects(found, key, self._row)
            self._effects = (*(found.names[k] for k in order), *(name for name, _ in found.left_out))
            self.effects.display_columns(effect_columns(found, places))
            self.effects.display(effect_rows(found, places, order, is_muted=not is_current))
            self.words.setText(unbroken(sentence(found, key, self._row, results if is_current else None)))
        symbol = next(symbol for quantity, symbol, _ in QUANTITIES if quantity == key)
        self._shifts.display_subtitle(tr("{name} · largest for {symbol} first", name=name, symbol=symbol), name)
        self._shifts.limit_content(self.effects.sizeHint().height() + self.words.sizeHint().height() + _ROOM)
