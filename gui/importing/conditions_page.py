"""Second step: under which conditions each spectrum was measured, and who says so."""

from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from asplab.core.importing import edits
from asplab.core.importing.plain_words import column_words
from asplab.core.importing.survey import untold_columns
from asplab.gui.importing import words
from asplab.gui.importing.conditions_table import ConditionsTable
from asplab.gui.importing.marks import Marked
from asplab.gui.importing.template_bar import TemplateBar
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import GAP, column
from asplab.gui.widgets.card import PADDING, Card

_FILTER_PX = 170


class ConditionsPage(QWidget):
    """Template, table, and a way from conflict to conflict.

    ``wanted`` carries a text for the history, a change of the table and how many cells it touches.
    """

    wanted = Signal(str, object, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: Marked | None = None
        self._theme = theme
        self.template = TemplateBar()
        self.table = ConditionsTable(theme)
        self.card = Card(tr("Conditions"))
        self.untold = QLabel()
        self.conflicts, self.missing, self.unmatched = QPushButton(), QPushButton(), QPushButton()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Show only rows with…"))
        self.filter.setToolTip(tr("Words that a row must hold in its name or a cell, such as: aspl 120. Ctrl+F"))
        self.filter.setAccessibleName(tr("Show only rows with"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(_FILTER_PX)
        self.columns_button = QToolButton()
        self.columns_button.setText(tr("Columns"))
        self.columns_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns_menu = QMenu(self)
        self.columns_button.setMenu(self.columns_menu)
        self.columns_menu.aboutToShow.connect(self._fill_columns_menu)
        self.menu = QMenu(self)
        self._lay_out()
        self.table.wanted.connect(self.wanted)
        self.table.menu_wanted.connect(self._open_menu)
        self.conflicts.clicked.connect(partial(self._go_on, "conflicts"))
        self.missing.clicked.connect(partial(self._go_on, "missing"))
        self.unmatched.clicked.connect(partial(self._go_on, "unmatched"))
        self.filter.textChanged.connect(self._choose_rows)
        self.table.filter_lifted.connect(self.filter.clear)
        QShortcut(QKeySequence.StandardKey.Find, self, self.filter.setFocus)
        self.conflicts.setShortcut(QKeySequence("F8"))
        self.missing.setShortcut(QKeySequence("F9"))

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.table.restyle(theme)

    def display(self, state: Marked) -> None:
        """Show a table."""
        self._state = state
        self.template.display(state)
        self.table.display(state)
        self._choose_rows()
        untold = untold_columns(state.table)
        names = ", ".join(column_words(column) for column in untold)
        self.untold.setText(
            tr(
                "! No emission spectrum tells its {names}: counts are compared as they are, and results come out wrong "
                "unless all were taken at equal ones. Fill the columns in.",
                names=names,
            )
        )
        self.untold.setVisible(bool(untold))
        self._display_count(self.conflicts, len(state.conflicts), "conflict", "F8")
        self._display_count(self.missing, len(state.missing), "blank", "F9")
        self._display_count(
            self.unmatched, len(self._places("unmatched")), tr("name unmatched"), "", tr("names unmatched")
        )

    def _choose_rows(self) -> None:
        """Show the rows that the filter asks for, and how many these are."""
        if self._state is None:
            return
        rows = self._state.table.rows
        seen, out = self.table.display_rows_with(self.filter.text()), sum(not row.is_included for row in rows)
        shown = (
            counted(len(rows), "row")
            if seen == len(rows)
            else tr("{seen} of {rows}", seen=seen, rows=counted(len(rows), "row"))
        )
        self.card.display_subtitle(" · ".join([shown, *([tr("{out} taken out", out=out)] if out else [])]))

    def _display_count(self, button: QPushButton, count: int, name: str, key: str, plural: str = "") -> None:
        button.setVisible(count > 0)
        shortcut = button.shortcut()
        button.setText(tr("! {count}: next", count=counted(count, name, plural)))
        button.setToolTip(tr("Go to the next one ({key})", key=key) if key else tr("Go to the next one"))
        button.setShortcut(shortcut)

    def _lay_out(self) -> None:
        for widget in (self.unmatched, self.missing, self.conflicts, self.filter, self.columns_button):
            self.card.header.addWidget(widget)
        above = QFrame()
        above.setProperty("role", "card")
        inside = column(above)
        inside.setContentsMargins(PADDING, GAP, PADDING, GAP)
        inside.addWidget(self.template)
        self.untold.setProperty("tone", "warn")
        self.untold.setWordWrap(True)
        self.card.add(self.untold)
        legend = QLabel(words.LEGEND)
        legend.setProperty("role", "small")
        legend.setAccessibleName(words.LEGEND)
        self.card.add(self.table, 1)
        self.card.add(legend)
        rows = column(self, GAP)
        rows.addWidget(above)
        rows.addWidget(self.card, 1)

    # --- walking -------------------------------------------------------------------------------------------
    def _places(self, what: str) -> list[tuple[int, str]]:
        state = self._state
        if state is None:
            return []
        if what == "unmatched":
            rows = enumerate(state.table.rows)
            return [(k, words.FILE) for k, row in rows if row.is_matched is False and row.is_included]
        return list(state.conflicts if what == "conflicts" else state.missing)

    def _go_on(self, what: str) -> None:
        """Go to the next cell of a sort, after the last to the first again."""
        places = self._places(what)
        if not places:
            return
        shown = self.table.conditions.columns
        index = self.table.currentIndex()
        order = sorted(places, key=lambda place: (place[0], shown.index(place[1]) if place[1] in shown else 0))
        here = (index.row(), index.column())
        later = (p for p in order if (p[0], shown.index(p[1]) if p[1] in shown else 0) > here)
        self.table.show_cell(*next(later, order[0]))
        self.table.setFocus()

    # --- menus ---------------------------------------------------------------------------------------------
    def _open_menu(self, place: QPoint, row: int, column: str) -> None:
        self.menu.clear()
        if self._state is not None and column != words.FILE:
            self._add_candidates(row, column)
        act = self.menu.addAction
        table = self.table
        for text, key, slot in (
            (tr("Copy"), "Ctrl+C", table.copy),
            (tr("Paste"), "Ctrl+V", table.paste),
            (tr("Fill down"), "Ctrl+D", table.fill_down),
            (tr("Clear what was typed"), tr("Del"), table.clear_typed),
        ):
            act(f"{text}\t{key}").triggered.connect(slot)
        self.menu.addSeparator()
        act(tr("Take the rows out")).triggered.connect(partial(table.include, False))
        act(tr("Take the rows in")).triggered.connect(partial(table.include, True))
        self.menu.popup(place)

    def _add_candidates(self, row: int, column: str) -> None:
        if self._state is None or not self._state.is_conflict(row, column):
            return
        for finding in reversed(self._state.table.cell(row, column).candidates):
            action = self.menu.addAction(tr("Use {value} ({origin})", value=finding.value, origin=finding.origin))
            action.triggered.connect(partial(self.choose_value, row, column, finding.value))
        self.menu.addSeparator()

    def choose_value(self, row: int, column: str, value: str) -> None:
        """Settle a conflict, and those of the selected cells that have the same, in favour of a value."""
        if self._state is None:
            return
        table = self._state.table
        alike = [k for k in self.table.selected_cells().get(column, []) if self._has(k, column, value)]
        rows = alike if row in alike else [row]
        if all(table.value(k, column) == value for k in rows):
            self.wanted.emit(
                tr("Accept {title}", title=words.title(column)), lambda t: edits.confirmed(t, rows, column), len(rows)
            )
            return
        self.wanted.emit(
            tr("Choose {title}", title=words.title(column)),
            lambda t: edits.pasted(t, rows[0], column, value, rows=rows),
            len(rows),
        )

    def _has(self, row: int, column: str, value: str) -> bool:
        if self._state is None or not self._state.is_conflict(row, column):
            return False
        return any(finding.value == value for finding in self._state.table.cell(row, column).candidates)

    def _fill_columns_menu(self) -> None:
        self.columns_menu.clear()
        model = self.table.conditions
        for name in model.table.columns if model.table is not None else ():
            action = self.columns_menu.addAction(words.heading(name))
            action.setCheckable(True)
            action.setChecked(name in model.columns)
            action.setEnabled(name not in model.columns or name in model.extra)
            action.toggled.connect(partial(self._show_column, name))

    def _show_column(self, name: str, is_shown: bool) -> None:
        model = self.table.conditions
        kept = tuple(other for other in model.extra if other != name)
        model.display_extra((*kept, name) if is_shown else kept)
