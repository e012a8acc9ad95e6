"""The health matrix, and all that is known of the selected condition."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from asplab.core.appraisal.health import FLAGGED, LOST, TOLD, Health
from asplab.core.pipeline import Results
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import StudyPanel
from asplab.gui.panels.health.cells import cells_of
from asplab.gui.panels.health.legend import HealthLegend
from asplab.gui.panels.health.matrix import HealthMatrix
from asplab.gui.panels.health.quantities import CHOICES, QUANTITIES, SIGNALS, WORST, has_signals, name_of
from asplab.gui.panels.health.studies import HEALTH
from asplab.gui.panels.health.words import COLUMNS, SUMMARY, cell_name, limits, rows_of, summary
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.table import DataTable
from asplab.gui.words.reading import selected_temperature, why_missing

_LEAST_TABLE_PX = 150
UNITS = (("nm", tr("nm")), ("meV", tr("meV")))


class HealthPanel(StudyPanel):
    """Which measurement to trust: one cell each, coloured by what the user chooses."""

    studies = (HEALTH,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._drawn: tuple[object, ...] = ()
        self._named: list[str] = []
        self.quantities, self.signals, self.units = ChoiceField(CHOICES), ChoiceField(SIGNALS), ChoiceField(UNITS)
        self.matrix, self.legend = HealthMatrix(theme), HealthLegend(theme)
        self.table = DataTable(theme, COLUMNS, sortable=False)
        self._matrix_card = Card(tr("Health"))
        self._table_card = Card(tr("All quantities"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    # --- StudyPanel --------------------------------------------------------------------------------------
    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        self._state = states[HEALTH.key]

    def display(self, results: Results, view: ViewState) -> None:
        """Show the matrix, and the selected condition below."""
        self._shown = (results, view)
        health: Health | None = self._state.value
        if results.corrected is None or (health is None and self._state.is_current):
            reason = tr("The matrix judges emission spectra: add raw files of kind pl or aspl.")
            self.deck.display_missing(tr("No measurements to judge"), why_missing(results, reason))
            return
        if health is None:
            self.deck.display_missing(tr("Judging the measurements…"), self._state.failure)
            return
        self.deck.display_content()
        self._show(health, selected_temperature(results, view), view.stack)

    def forget_frame(self) -> None:
        """There are no axes here."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.matrix, self.legend, self.table):
            part.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        for field, width, name in (
            (self.quantities, 132, tr("Colour by")),
            (self.signals, 124, tr("Signal")),
            (self.units, 64, tr("Excitations in")),
        ):
            field.setFixedWidth(width)
            field.setAccessibleName(name)
            field.setToolTip(name)
            self._matrix_card.header.addWidget(field)
        self._matrix_card.add(self.matrix, 1)
        self._matrix_card.add(self.legend)
        self.table.setAccessibleName(tr("All quantities of the selected condition"))
        self._table_card.add(scrolled(self.table), 1)
        content = QWidget()
        cards = column(content, GAP)
        self._table_card.setMinimumHeight(_LEAST_TABLE_PX)
        cards.addWidget(self._matrix_card, 100)
        cards.addWidget(self._table_card, 1)
        return content

    def _connect(self) -> None:
        for field in (self.quantities, self.signals, self.units):
            field.chosen.connect(self._look_again)
        self.matrix.cell_chosen.connect(self._choose)
        self.matrix.cell_opened.connect(self._open)
        self.matrix.row_chosen.connect(self.temperature_chosen)
        self.table.row_chosen.connect(self._choose_quantity)

    # --- choosing ----------------------------------------------------------------------------------------
    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    def _choose(self, i: int, j: int) -> None:
        key = self._key_at(i, j)
        if key:
            self.stack_chosen.emit(key)
            self.hint_changed.emit(
                tr("Enter or double click opens the spectra · X excludes · Ctrl+C copies the matrix")
            )
        else:
            self.hint_changed.emit(tr("Nothing was measured there"))

    def _choose_quantity(self, row: int) -> None:
        """Colour by the quantity of a row of the summary; rows of a selected condition choose nothing."""
        if row >= len(self._named):
            return
        name = self._named[row]
        signal, _, rest = name.partition("_")
        choice = rest if signal in ("light", "heat") else "leak" if name == "required_od" else name
        self.quantities.display(choice)
        if signal in ("light", "heat"):
            self.signals.display(signal)
        self._look_again()

    def _open(self, i: int, j: int) -> None:
        key = self._key_at(i, j)
        if key:
            self.measurement_opened.emit(key)

    def _key_at(self, i: int, j: int) -> str:
        health = self._state.value
        return "" if health is None else health.keys[i][j]

    # --- showing -----------------------------------------------------------------------------------------
    def _show(self, health: Health, t: int | None, key: str) -> None:
        choice, signal, unit = str(self.quantities.key), str(self.signals.key), str(self.units.key)
        self.signals.setEnabled(has_signals(choice))
        name = _leak_name(health) if choice == "leak" else name_of(choice, signal)
        is_stale = not self._state.is_current
        at = {own: (i, j) for i, row in enumerate(health.keys) for j, own in enumerate(row) if own}.get(key)
        drawn = (self._state.outcome, is_stale, name, unit, at, t)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        cells = cells_of(health, name, unit=unit, is_stale=is_stale)
        self.matrix.display(cells, at, -1 if t is None else t, unit=unit)
        self._matrix_card.limit_content(self.matrix.height_needed() + GAP + self.legend.sizeHint().height())
        self._matrix_card.display_subtitle(*_counted(health, is_stale=is_stale))
        self.legend.display(*_meaning(health, name))
        self._show_selected(health, at, is_stale=is_stale)

    def _show_selected(self, health: Health, at: tuple[int, int] | None, *, is_stale: bool) -> None:
        if at is None:
            self._table_card.display_title(tr("All quantities"))
            self._table_card.display_subtitle(tr("click a cell for its numbers"))
            self.table.display_columns(SUMMARY)
            rows, self._named = summary(health)
            self.table.display(rows)
            return
        self._named = []
        self.table.display_columns(COLUMNS)
        self._table_card.display_title(cell_name(health, *at))
        out = health.excluded[at[0]][at[1]]
        self._table_card.display_subtitle(tr("excluded: {reason}", reason=out) if out else "")
        self.table.display(rows_of(health, *at))


def _leak_name(health: Health) -> str:
    """Return the bound where a rejection is stated, else the rejection that would be needed."""
    return "leak" if (health.measure("leak").level >= 0).any() else "required_od"


def _counted(health: Health, *, is_stale: bool) -> tuple[str, str]:
    """Return how many cells are not fine, long and short."""
    total = int(health.is_measured.sum())
    counts = (
        (int((health.worst == LOST).sum()), tr("lost")),
        (int((health.worst == TOLD).sum()), tr("told")),
        (int((health.worst == FLAGGED).sum()), tr("flagged")),
        (int(health.is_excluded.sum()), tr("excluded")),
    )
    told = [(count, words) for count, words in counts if count]
    old = tr("! of earlier settings · ") if is_stale else ""
    if not told:
        return old + tr("all {total} fine", total=total), tr("all fine")
    (count, words), *rest = told
    first = tr("{count} of {total} {words}", count=count, total=total, words=words)
    others = [f"{number} {name}" for number, name in rest]
    return f"{old}{' · '.join((first, *others))}", " · ".join((f"{count} {words}", *others))


def _meaning(health: Health, name: str) -> tuple[str, str]:
    """Return what the numbers of a matrix are, in a line, and what they mean."""
    if name == WORST:
        return tr("What is furthest beyond its limit; the mouse over a cell tells all."), ""
    quantity, measure = QUANTITIES[name], health.measure(name)
    told = limits(measure)
    words = tr("{title}, in {unit}", title=quantity.title, unit=quantity.unit)
    return f"{words} · {told}" if told else words, measure.meaning
