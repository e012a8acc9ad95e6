"""The errors page: statistical and systematic errors, where they come from, and what would overturn the conclusions."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from asplab.core.estimate import Estimate
from asplab.core.pipeline import Results
from asplab.gui.findings import SOURCES
from asplab.gui.panels.polaron.error_studies import ACCOUNT, QUANTITIES, REFEREE, Accounted
from asplab.gui.panels.polaron.page import Page
from asplab.gui.reading import selected_temperature, temperature_name, why_missing
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.study import StudyState
from asplab.gui.theme import Theme
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column, grid, scrolled
from asplab.gui.widgets.budget import BudgetBars
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import decimals_of, measured, plain
from asplab.gui.widgets.table import Column, DataTable, TableRow

if TYPE_CHECKING:
    from asplab.core.systematics import Overturn, Refereed, Systematics

FITS = (("here", "each alone"), ("joint", "joint fit"))
COLUMNS = (
    Column("Quantity"),
    Column("value ± stat.", "", "Statistical standard error, to first order"),
    Column("systematic", "", "All effects moved by one prior deviation and fitted again, added in quadrature"),
    Column("mostly from", "", "The effect with the largest share of the systematic variance", is_spare=True),
)
_NONE = "—"
_ASK = "Press “Ask” to find how large each effect must be to overturn a conclusion; it takes about ten seconds."


class ErrorsPage(Page):
    """Errors of one fit with all their sources, and the referee."""

    studies = (ACCOUNT, REFEREE)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states: Mapping[str, StudyState] = {study.key: StudyState() for study in self.studies}
        self._shown: tuple[Results, ViewState] | None = None
        self._row: int | None = 0
        self.fits = ChoiceField(FITS)
        self.quantity = ChoiceField([(key, symbol) for key, symbol, _ in QUANTITIES])
        self.ask_button = QPushButton("Ask")
        self.table, self.overturns = DataTable(theme, COLUMNS), DataTable(theme, (Column("Effect"),))
        self.bars, self.why, self.claims = BudgetBars(), QLabel(), QLabel(_ASK)
        self._errors, self._budget = (
            Card("Statistical and systematic", short_title="Errors"),
            Card("Where it comes from"),
        )
        self._referee = Card("What would overturn it")
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        for field in (self.fits, self.quantity):
            field.chosen.connect(self._look_again)
        self.ask_button.clicked.connect(lambda: self.study_requested.emit(REFEREE.key))

    # --- Page --------------------------------------------------------------------------------------------
    def request(self, key: str) -> Any:
        """Return which fit is looked at."""
        return self._row if key == ACCOUNT.key else None

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        self._states = states

    def display(self, results: Results, view: ViewState) -> None:
        """Show the errors of the selected temperature or of the joint fit."""
        self._shown = (results, view)
        polaron, t = results.polaron, selected_temperature(results, view)
        if polaron is None or t is None or not polaron.fitted.any():
            reason = "Errors are told for fits of Eq. 9: η at three detunings of one temperature at least, better six."
            self.deck.display_missing("No fit to tell errors of", why_missing(results, reason))
            return
        self.deck.display_content()
        row = None if self.fits.key == "joint" else t
        if row != self._row:
            self._row = row
            self.request_changed.emit()
        name = "joint fit" if row is None else temperature_name(polaron.temperatures_k[t])
        self._show_errors(name)
        self._show_budget()
        self._show_referee()

    def forget_frame(self) -> None:
        """There are no axes here."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.table.restyle(theme)
        self.overturns.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        for field, width, name in ((self.fits, 112, "Fit shown"), (self.quantity, 72, "Quantity")):
            field.setFixedWidth(width)
            field.setAccessibleName(name)
            field.setToolTip(name)
        self.ask_button.setToolTip("Search for the size of every effect at which a conclusion falls")
        for label in (self.why, self.claims):
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
        self._referee.header.addWidget(self.ask_button)
        self._referee.add(self.claims)
        self._referee.add(scrolled(self.overturns), 1)
        content = QWidget()
        cards = grid(content, (2, 3))
        cards.addWidget(self._errors, 0, 0)
        cards.addWidget(self._budget, 0, 1)
        cards.addWidget(self._referee, 1, 0, 1, 2)
        cards.setColumnStretch(0, 1)
        cards.setColumnStretch(1, 1)
        return content

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    # --- showing -----------------------------------------------------------------------------------------
    def _accounted(self) -> Accounted | None:
        """Return what was found about the fit that is looked at, be it of earlier settings."""
        outcome = self._states[ACCOUNT.key].outcome
        return outcome.value if outcome is not None and outcome.request == self._row else None

    def _show_errors(self, name: str) -> None:
        found, rows = self._accounted(), []
        if found is not None:
            is_muted, at = not self._states[ACCOUNT.key].is_current, -1 if self._row is None else self._row
            known = [(key, symbol, unit, at) for key, symbol, unit in QUANTITIES]
            if self._row is not None:
                known.append(("quantum_yield", "QY", "", self._row))
            rows = [_error_row(found.systematics, *one, is_muted=is_muted) for one in known]
            self._errors.setToolTip("\n".join(found.systematics.notes))
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
        self.bars.setEnabled(self._states[ACCOUNT.key].is_current)
        self.bars.display(shares)
        self.why.setText(why)
        self.why.setVisible(bool(why))

    def _show_referee(self) -> None:
        state = self._states[REFEREE.key]
        found: Refereed | None = state.value
        words = "asking …" if state.is_running else f"! {state.failure}" if state.failure else ""
        if not words and found is not None and not state.is_current:
            words = "! of earlier settings"
        self._referee.display_subtitle(words)
        self.ask_button.setEnabled(not state.is_running and not state.is_current)
        if found is None:
            return
        numbers = range(1, len(found.claims) + 1)
        self.claims.setText("  ".join(f"({n}) {text}." for n, text in zip(numbers, found.texts, strict=True)))
        self.overturns.display_columns(
            (
                Column("Effect"),
                *(
                    Column(f"({n})", "", f"Size at which this falls: {text}")
                    for n, text in zip(numbers, found.texts, strict=True)
                ),
            )
        )
        names = list(dict.fromkeys(one.nuisance for one in found.overturns))
        rows = []
        for name in names:
            of_name = [one for one in found.overturns if one.nuisance == name]
            cells = (f"{EFFECTS.get(name, name)} ({of_name[0].unit})", *(_sizes(one) for one in of_name))
            rows.append(TableRow(cells, is_muted=not state.is_current, tip="\n".join(one.text for one in of_name)))
        self.overturns.display(rows)
        self._referee.limit_content(self.overturns.sizeHint().height() + self.claims.sizeHint().height() + 80)


def _error_row(found: "Systematics", key: str, symbol: str, unit: str, at: int, *, is_muted: bool) -> TableRow:
    value, error = (float(getattr(one, key)[at]) for one in (found.central, found.statistical))
    plus, minus = (float(getattr(one, key)[at]) for one in (found.plus, found.minus))
    cells = (
        f"{symbol} ({unit})" if unit else symbol,
        measured(Estimate(value, error)) if math.isfinite(value) and error > 0 else _NONE,
        _arms(plus, minus),
        _largest(found, key, at),
    )
    return TableRow(cells, is_muted=is_muted)


def _arms(plus: float, minus: float) -> str:
    """Return both errors; an end that one of the effects leaves undetermined is open."""
    known = [size for size in (plus, minus) if math.isfinite(size) and size > 0]
    if not known:
        return "open" if math.isnan(plus) or math.isnan(minus) else _NONE
    decimals = decimals_of(min(known))
    up, down = (plain(size, decimals) if math.isfinite(size) else "open" for size in (plus, minus))
    return f"± {up}" if up == down else f"+{up} −{down}"


def _largest(found: "Systematics", key: str, at: int) -> str:
    from asplab.core.systematics import dominant

    place = (at if at >= 0 else len(found.temperatures_k),)
    shares = dominant(found, key, place)
    if not shares:
        return _NONE
    name, part = shares[0]
    return f"{EFFECTS.get(name, name)} {plain(100.0 * part, 0)} %"


def _sizes(one: "Overturn") -> str:
    ends = [(sign, size) for sign, size in (("+", one.above), ("−", one.below)) if math.isfinite(size)]
    return " / ".join(f"{sign}{_short(abs(size))}" for sign, size in ends) if ends else f"> {one.limit:.0f} σ"


def _short(size: float) -> str:
    return plain(size, max(0, 1 - math.floor(math.log10(size)))) if size > 0 else "0"
