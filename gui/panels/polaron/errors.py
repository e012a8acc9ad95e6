"""The errors page: statistical and systematic errors, where they come from, and what each effect does."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLabel, QWidget

from asplab.core.pipeline import Results
from asplab.core.systematics import Budget, Systematics, with_nuisances
from asplab.gui.jobs.study import StudyState, has_same_inputs
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.error_rows import (
    COLUMNS,
    MODES,
    effect_columns,
    effect_rows,
    error_rows,
    ordered_effects,
    places_of,
    sentence,
    total_row,
)
from asplab.gui.panels.polaron.error_studies import ACCOUNT, QUANTITIES, QUANTUM_YIELD, SPLIT, Budgets
from asplab.gui.panels.polaron.page import FITS, Page, unbroken
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column, grid, scrolled
from asplab.gui.widgets.budget import BudgetBars
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.table import Column, DataTable
from asplab.gui.words.sources import SOURCES

_ROOM = 20
_CHOICES = [(key, symbol) for key, symbol, _ in QUANTITIES]
_YIELD = [(key, symbol) for key, symbol, _ in (QUANTUM_YIELD,)]


class ErrorsPage(Page):
    """Errors of one fit with all their sources, and the shifts behind the systematic ones."""

    studies = (ACCOUNT, SPLIT)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._split = StudyState(), StudyState()
        self._followed: tuple[str, bool] = ("", False)
        self._shown: tuple[Results, ViewState] | None = None
        self._row: int | None = 0
        self._effects: tuple[str, ...] = ()
        self.fits = ChoiceField(FITS)
        self.quantity, self.mode = ChoiceField([*_CHOICES, *_YIELD]), ChoiceField(MODES)
        self.table, self.effects = DataTable(theme, COLUMNS, sortable=False), DataTable(theme, (Column(tr("Effect")),))
        self.table.setAccessibleName(tr("Where the errors come from"))
        self.effects.setAccessibleName(tr("Systematic effects"))
        self.bars, self.why, self.words = BudgetBars(), QLabel(), QLabel()
        self._errors = Card(tr("Statistical and systematic"), short_title=tr("Errors"))
        self._budget = Card(tr("Sources of both errors"), short_title=tr("Both errors"))
        self._shifts = Card(tr("What makes up the systematic error"), short_title=tr("Systematic effects"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        for field in (self.fits, self.quantity):
            field.chosen.connect(self._choose)
        self.mode.chosen.connect(self._look_again)
        self.effects.row_chosen.connect(self._show_prior)

    # --- Page --------------------------------------------------------------------------------------------
    def request(self, key: str) -> Any:
        """Return which fit is looked at; the effects are those of all fits."""
        return self._row if key == SPLIT.key else None

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        self._state, self._split = states[ACCOUNT.key], states[SPLIT.key]

    def display(self, results: Results, view: ViewState) -> None:
        """Show the errors of the selected temperature or of the joint fit."""
        self._shown = (results, view)
        self._follow(view)
        here = self.look_at(self.deck, results, view, is_joint=self.fits.key == "joint", purpose=tr("tell errors of"))
        if here is None:
            return
        if here.row != self._row:
            self._row = here.row
            self.quantity.offer(_CHOICES if here.row is None else [*_CHOICES, *_YIELD])
            self.request_changed.emit()
        self._show_errors(results, here.name)
        self._show_budget(results)
        self._show_effects(results, here.name)

    def forget_frame(self) -> None:
        """There are no axes here."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.table.restyle(theme)
        self.effects.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        fields = (
            (self.fits, 112, tr("Fit shown")),
            (self.quantity, 72, tr("Quantity")),
            (self.mode, 156, tr("What the table tells of each effect")),
        )
        for field, width, name in fields:
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
        self._shifts.header.addWidget(self.mode)
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

    # --- choosing ----------------------------------------------------------------------------------------
    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    def _choose(self) -> None:
        """Look at another result, here and wherever else errors of one result are told."""
        self._followed = (str(self.quantity.key), self.fits.key == "joint")
        self.quantity_chosen.emit(*self._followed)
        self._look_again()

    def _follow(self, view: ViewState) -> None:
        """Look at the result that was chosen elsewhere, if the page has it."""
        wanted = (view.quantity, view.is_joint)
        if wanted != self._followed and view.quantity in dict([*_CHOICES, *_YIELD]):
            self._followed = wanted
            self.fits.display("joint" if view.is_joint else "here")
            if not view.is_joint:
                self.quantity.offer([*_CHOICES, *_YIELD])
            self.quantity.display(view.quantity)

    def _show_prior(self, row: int) -> None:
        if self._effects[row]:
            self.setting_wanted.emit("systematics", self._effects[row])

    # --- showing -----------------------------------------------------------------------------------------
    def _budgets(self) -> Budgets | None:
        """Return what was found about the fit that is looked at, be it of earlier settings."""
        outcome = self._split.outcome
        return outcome.value if outcome is not None and outcome.request == self._row else None

    def _systematics(self, results: Results) -> tuple[Systematics | None, bool]:
        """Return the errors of all fits, which another choice of fit does not change, and whether they still hold."""
        outcome = self._state.outcome
        if outcome is None:
            return None, False
        found: Systematics = outcome.value
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

    def _show_budget(self, results: Results) -> None:
        budgets, found = self._budgets(), self._systematics(results)[0]
        shares: list[tuple[str, float]] = []
        why = ""
        if budgets is not None and found is not None:
            budget = self._with_effects(budgets, found)
            ordered = sorted(budget.shares, key=lambda share: -share[1])
            shares = [(SOURCES.get(name, EFFECTS.get(name, name)), part) for name, part in ordered]
            why = budget.why
        self.bars.setEnabled(self._state.is_current and self._split.is_current)
        self.bars.display(shares)
        self.why.setText(why)
        self.why.setVisible(bool(why))

    def _with_effects(self, budgets: Budgets, found: Systematics) -> Budget:
        """Return the variance of the chosen quantity with that of the effects."""
        key = str(self.quantity.key)
        at = len(found.temperatures_k) if self._row is None else self._row
        return with_nuisances(budgets[key], found, key, (at,))

    def _show_effects(self, results: Results, name: str) -> None:
        found, is_current = self._systematics(results)
        key = str(self.quantity.key)
        if found is None:
            self._effects = ()
            self.effects.display([])
        else:
            places, order = places_of(found, results, self._row, key), ordered_effects(found, key, self._row)
            mode = str(self.mode.key)
            rows = effect_rows(found, places, order, is_muted=not is_current, mode=mode)
            head = [total_row(found, places, is_muted=not is_current)] if mode == "error" else []
            names = (*(found.names[k] for k in order), *(name for name, _ in found.left_out))
            self._effects = (*("" for _ in head), *names)
            self.effects.display_columns(effect_columns(found, places, mode))
            self.effects.display([*head, *rows])
            self.words.setText(unbroken(sentence(found, key, self._row, results if is_current else None)))
        symbol = dict([*_CHOICES, *_YIELD])[key]
        self._shifts.display_subtitle(tr("{name} · largest for {symbol} first", name=name, symbol=symbol), name)
        self._shifts.limit_content(self.effects.sizeHint().height() + self.words.sizeHint().height() + _ROOM)
