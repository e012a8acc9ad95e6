"""One table of all results: every temperature and the joint fit, to sort, to filter and to copy."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from asplab.core.pipeline import Results
from asplab.gui.jobs.throttle import Throttle
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import Panel
from asplab.gui.panels.results.rows import GROUPS, Line, arranged, columns, lines_of, table_rows
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.table import DataTable
from asplab.gui.words.reading import why_missing
from asplab.gui.words.systematic import NO_SYSTEMATIC, Systematic

_INTERVAL_MS = 120
"""Two hundred rows follow a drag less often than what is dragged: nobody reads them all at once."""


class ResultsPanel(Panel):
    """Every number that was found, with its errors, its interval and what is doubtful about it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Results, ViewState] | None = None
        self._systematic = NO_SYSTEMATIC
        self._drawn: tuple[object, ...] = ()
        self._found: tuple[object, ...] = ()
        self._all: list[Line] = []
        self._lines: list[Line] = []
        self.groups, self.filter = ChoiceField(GROUPS), QLineEdit()
        self.table = DataTable(theme, columns("temperature"))
        self._card = Card(tr("All results"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._throttle = Throttle(self._show, self, interval_ms=_INTERVAL_MS)
        self.groups.chosen.connect(self._look_again)
        self.filter.textChanged.connect(self._look_again)
        self.table.row_chosen.connect(self._choose)

    @property
    def lines(self) -> list[Line]:
        """The results that the table shows, in the order they are given to it."""
        return self._lines

    # --- Panel -------------------------------------------------------------------------------------------
    def display(self, results: Results, view: ViewState) -> None:
        """Show all results; during a drag at a lower rate than its frames."""
        self._shown = (results, view)
        if self._key() != self._drawn:
            self._throttle.request()

    def display_systematic(self, systematic: Systematic) -> None:
        """Take over the systematic errors; :meth:`display` follows."""
        self._systematic = systematic

    def forget_frame(self) -> None:
        """There are no axes here."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.table.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        self.groups.setFixedWidth(136)
        self.groups.setAccessibleName(tr("Order of the results"))
        self.groups.setToolTip(tr("Order of the results; a click on a header sorts by its column"))
        self.filter.setFixedWidth(170)
        self.filter.setClearButtonEnabled(True)
        self.filter.setPlaceholderText(tr("Filter, e.g. 180 K η"))
        self.filter.setAccessibleName(tr("Filter of the results"))
        self.filter.setToolTip(tr("Rows that hold all these words: a temperature, a symbol, a name or a flag"))
        self.table.setAccessibleName(tr("All results"))
        self._card.header.addWidget(self.filter)
        self._card.header.addWidget(self.groups)
        area = scrolled(self.table)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._card.add(area, 1)
        return self._card

    # --- choosing ----------------------------------------------------------------------------------------
    def _look_again(self) -> None:
        if self._shown is not None:
            self._throttle.act_now()

    def _choose(self, row: int) -> None:
        line = self._lines[row]
        if line.temperature is not None:
            self.temperature_chosen.emit(line.temperature)
        if line.stack:
            self.stack_chosen.emit(line.stack)
        elif line.quantity:
            self.quantity_chosen.emit(line.quantity, line.temperature is None)

    # --- showing -----------------------------------------------------------------------------------------
    def _key(self) -> tuple[object, ...]:
        results, view = self._shown or (None, None)
        selected = (None, "") if view is None else (view.temperature, view.stack)
        return (results, self._systematic.found, self._systematic.is_awaited, self._systematic.is_earlier, *selected)

    def _show(self) -> None:
        if self._shown is None:
            return
        results, view = self._shown
        self._drawn = self._key()
        found = self._drawn[:4]
        if found != self._found:
            self._found, self._all = found, lines_of(results, self._systematic)
        if not self._all:
            reason = tr("Results need PL, ASPL and photothermal scans of one temperature at least.")
            self.deck.display_missing(tr("No results yet"), why_missing(results, reason))
            return
        self.deck.display_content()
        group = str(self.groups.key)
        self._lines = arranged(self._all, group, self.filter.text())
        self.table.display_columns(columns(group))
        rows = table_rows(self._lines, group, results, is_earlier=self._systematic.is_earlier)
        self.table.display(rows, selected=self._selected(view))
        total, shown = len(self._all), len(self._lines)
        words = tr("{shown} of {total}", shown=shown, total=total) if shown < total else str(total)
        said = tr("systematic errors of earlier settings") if self._systematic.is_earlier else "68 %"
        self._card.display_subtitle(tr("{count} results · {said}", count=words, said=said), words)

    def _selected(self, view: ViewState) -> int | None:
        """Return the row of the selected measurement, if it has one."""
        if not view.stack:
            return None
        return next((row for row, line in enumerate(self._lines) if line.stack == view.stack), None)
