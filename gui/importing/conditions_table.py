"""The editable table of conditions: typing, filling down, copying and pasting as in a spreadsheet."""

from collections.abc import Callable

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QHeaderView, QTableView, QWidget

from asplab.core.importing import edits
from asplab.core.importing.table import ImportTable
from asplab.gui.importing import words
from asplab.gui.importing.cells import ROW_PX, CellDelegate, FileDelegate
from asplab.gui.importing.conditions_model import ConditionsModel
from asplab.gui.importing.frozen_names import FrozenNames
from asplab.gui.importing.marks import Marked
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme

_WIDTHS = {"kind": 108, "temperature_k": 98, "sample": 92, "series": 96, "note": 160, "frames": 92}
_LEAST_PX, _HEADER_ROOM_PX, _FILE_PX = 84, 20, (270, 460)
Change = Callable[[ImportTable], ImportTable]


class ConditionsTable(QTableView):
    """Rows of data sets.

    ``wanted`` carries a text for the history, a change of the table and how many cells it touches;
    ``menu_wanted`` a place on the screen, row and column; ``row_changed`` the row with the focus; ``filter_lifted``
    tells that a row is to be shown which the filter hides.
    """

    wanted = Signal(str, object, int)
    menu_wanted = Signal(QPoint, int, str)
    row_changed = Signal(int)
    filter_lifted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted_words: tuple[str, ...] = ()
        self.conditions = ConditionsModel(self)
        self.setModel(self.conditions)
        self._delegates = (CellDelegate(theme, self.conditions, self), FileDelegate(theme, self.conditions, self))
        self.setItemDelegate(self._delegates[0])
        self.setItemDelegateForColumn(0, self._delegates[1])
        self.setAccessibleName(tr("Conditions"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setShowGrid(True)
        self.setTabKeyNavigation(False)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        heights = self.verticalHeader()
        heights.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heights.setDefaultSectionSize(ROW_PX)
        heights.setMinimumWidth(40)
        self.horizontalHeader().setHighlightSections(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.names = FrozenNames(self, self._delegates[1])
        self.conditions.typed.connect(self._take_typed)
        self.conditions.toggled.connect(self._take_toggled)
        self.conditions.modelReset.connect(self._size_columns)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self.row_changed.emit(now.row()))
        self._size_columns()

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns as shown, that of the files left out."""
        return self.conditions.columns[1:]

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for delegate in self._delegates:
            delegate.restyle(theme)
        self.conditions.restyle()

    def display(self, state: Marked) -> None:
        """Show a table and leave the focus where it is."""
        index = self.currentIndex()
        row, column = index.row(), self.conditions.columns[index.column()] if index.isValid() else ""
        self.conditions.display(state)
        self._filter()
        if row >= 0 and not self.currentIndex().isValid() and row < self.conditions.rowCount():
            self.show_cell(row, column)

    def display_rows_with(self, text: str) -> int:
        """Show only the rows that hold every word of ``text`` in a name or cell, and return how many these are."""
        self._wanted_words = tuple(text.casefold().split())
        return self._filter()

    def _filter(self) -> int:
        table, seen = self.conditions.table, 0
        for row in range(self.conditions.rowCount()):
            is_seen = table is not None and self._is_wanted(table, row)
            seen += is_seen
            if self.isRowHidden(row) == is_seen:
                self.setRowHidden(row, not is_seen)
                self.names.setRowHidden(row, not is_seen)
        return seen

    def _is_wanted(self, table: ImportTable, row: int) -> bool:
        if not self._wanted_words:
            return True
        texts = [self.conditions.face(row, column).text for column in self.conditions.columns]
        held = "\n".join(texts).casefold()
        return all(word in held for word in self._wanted_words)

    def show_cell(self, row: int, column: str) -> None:
        """Put the focus on a cell and bring it into view."""
        if self.isRowHidden(row):
            self.filter_lifted.emit()
        if column not in self.conditions.columns:
            column = "kind"
        index = self.conditions.index(row, self.conditions.columns.index(column))
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def select_rows(self, rows: list[int]) -> None:
        """Select whole rows and bring the first into view."""
        if not rows:
            return
        last = len(self.conditions.columns) - 1
        chosen = QItemSelection()
        for row in rows:
            chosen.select(self.conditions.index(row, 0), self.conditions.index(row, last))
        first = self.conditions.index(rows[0], 1)
        self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(first, QAbstractItemView.ScrollHint.PositionAtCenter)

    def selected_rows(self) -> list[int]:
        """Return all rows in view with a selected cell."""
        ranges = self.selectionModel().selection().toList()
        rows = {row for part in ranges for row in range(part.top(), part.bottom() + 1)}
        return sorted(row for row in rows if not self.isRowHidden(row))

    def selected_cells(self) -> dict[str, list[int]]:
        """Return the selected rows in view of each column, that of the files left out."""
        found: dict[str, set[int]] = {}
        for part in self.selectionModel().selection().toList():
            for place in range(max(part.left(), 1), part.right() + 1):
                rows = found.setdefault(self.conditions.columns[place], set())
                rows.update(range(part.top(), part.bottom() + 1))
        seen = {column: sorted(row for row in rows if not self.isRowHidden(row)) for column, rows in found.items()}
        return {column: seen[column] for column in self.shown if seen.get(column)}

    # --- what the user does --------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, type and act as in a spreadsheet."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            self.clear_typed()
        elif event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.fill_down()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state() != self.State.EditingState:
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Go on to the cell below after Enter, unless several cells were filled."""
        super().closeEditor(editor, hint)
        below = self.currentIndex().siblingAtRow(self._next_row(self.currentIndex().row()))
        is_one = sum(map(len, self.selected_cells().values())) == 1
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache and is_one and below.isValid():
            self.setCurrentIndex(below)

    def _next_row(self, row: int) -> int:
        """Return the next row in view below ``row``; beyond the last row where there is none."""
        last = self.conditions.rowCount()
        return next((later for later in range(row + 1, last) if not self.isRowHidden(later)), last)

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a cell into view, and not behind the names that stay."""
        super().scrollTo(index, hint)
        bar, covered = self.horizontalScrollBar(), self.columnWidth(0) - self.visualRect(index).left()
        if index.column() > 0 and bar.value() > 0 and covered > 0:
            bar.setValue(bar.value() - covered)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names what room there is."""
        super().resizeEvent(event)
        self._fit_names()

    def copy(self) -> None:
        """Put the selected block on the clipboard."""
        ranges = self.selectionModel().selection().toList()
        table = self.conditions.table
        if not ranges or table is None:
            return
        columns = range(min(part.left() for part in ranges), max(part.right() for part in ranges) + 1)
        names = [self.conditions.columns[place] for place in columns]
        lines = ("\t".join(_text(table, row, name) for name in names) for row in self.selected_rows())
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paste(self) -> None:
        """Put a block from the clipboard where the selection begins; one cell fills the selection."""
        text, cells = QGuiApplication.clipboard().text(), self.selected_cells()
        if not text.strip("\r\n") or not cells:
            return
        column, rows = next(iter(cells.items()))
        is_single = len(text.rstrip("\r\n").splitlines()) == 1 and "\t" not in text
        if is_single:
            self._fill(tr("Paste"), text.strip("\r\n"), cells)
            return
        shown, top = self.shown, rows[0]
        lines = text.rstrip("\r\n").splitlines()
        size = tr("{lines} × {value} cells", lines=len(lines), value=max(line.count(chr(9)) for line in lines) + 1)
        self.wanted.emit(
            tr("Paste {size}", size=size),
            lambda table: edits.pasted(table, top, column, text, columns=shown),
            len(lines),
        )

    def fill_down(self) -> None:
        """Give all selected cells of each column what stands in the uppermost one."""
        cells = {column: rows for column, rows in self.selected_cells().items() if len(rows) > 1}
        if not cells:
            return

        def change(table: ImportTable) -> ImportTable:
            for column, rows in cells.items():
                table = edits.fill_down(table, rows, column)
            return table

        self.wanted.emit(tr("Fill down {names}", names=_names(cells)), change, sum(map(len, cells.values())))

    def clear_typed(self) -> None:
        """Take back what was typed into the selected cells: the other sources show again."""
        cells = self.selected_cells()
        table = self.conditions.table
        has_typed = table is not None and any(
            finding.source == "typed by hand" and finding.column == column
            for column, rows in cells.items()
            for row in rows
            for finding in table.rows[row].findings
        )
        if not has_typed:
            return

        def change(table: ImportTable) -> ImportTable:
            for column, rows in cells.items():
                table = edits.cleared(table, rows, column)
            return table

        self.wanted.emit(tr("Clear {names}", names=_names(cells)), change, sum(map(len, cells.values())))

    def include(self, is_used: bool) -> None:
        """Take the selected rows in or out."""
        rows = self.selected_rows()
        if rows:
            words_ = tr("Take in") if is_used else tr("Take out")
            self.wanted.emit(
                f"{words_} {counted(len(rows), 'row')}", lambda table: edits.included(table, rows, is_used), len(rows)
            )

    def confirm(self) -> None:
        """Settle conflicts in the selected cells in favour of what is shown."""
        cells = self.selected_cells()

        def change(table: ImportTable) -> ImportTable:
            for column, rows in cells.items():
                table = edits.confirmed(table, rows, column)
            return table

        if cells:
            self.wanted.emit(tr("Accept {names}", names=_names(cells)), change, sum(map(len, cells.values())))

    # --- plumbing ------------------------------------------------------------------------------------------
    def _take_typed(self, row: int, column: str, text: str) -> None:
        rows = self.selected_cells().get(column, [])
        # What is typed into one of several selected cells counts for all of them.
        self._fill(tr("Set"), text, {column: rows if row in rows else [row]})

    def _fill(self, verb: str, text: str, cells: dict[str, list[int]]) -> None:
        def change(table: ImportTable) -> ImportTable:
            for column, rows in cells.items():
                table = edits.pasted(table, rows[0], column, text, rows=rows)
            return table

        count = sum(map(len, cells.values()))
        several = tr(" in {count} cells", count=count) if count > 1 else ""
        self.wanted.emit(f"{verb} {_names(cells)}{several}", change, count)

    def _take_toggled(self, row: int, is_used: bool) -> None:
        rows = self.selected_rows()
        chosen = rows if row in rows and len(rows) > 1 else [row]
        verb = tr("Take in") if is_used else tr("Take out")
        self.wanted.emit(
            f"{verb} {counted(len(chosen), 'row')}", lambda table: edits.included(table, chosen, is_used), len(chosen)
        )

    def _ask_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            column = self.conditions.columns[index.column()]
            self.menu_wanted.emit(self.viewport().mapToGlobal(place), index.row(), column)

    def _size_columns(self) -> None:
        metrics = self.horizontalHeader().fontMetrics()
        for place, column in enumerate(self.conditions.columns):
            name = metrics.horizontalAdvance(words.heading(column)) + _HEADER_ROOM_PX
            self.setColumnWidth(place, max(_WIDTHS.get(column, _LEAST_PX), name))
        self._fit_names()

    def _fit_names(self) -> None:
        """Give the names what room the other columns leave."""
        others = sum(self.columnWidth(place) for place in range(1, len(self.conditions.columns)))
        least, most = _FILE_PX
        self.setColumnWidth(0, min(max(self.viewport().width() - others, least), most))
        self.names.place()


def _text(table: ImportTable, row: int, column: str) -> str:
    return table.rows[row].label if column == words.FILE else table.value(row, column)


def _names(cells: dict[str, list[int]]) -> str:
    names = [words.title(column) for column in cells]
    return ", ".join(names) if len(names) < 4 else tr("{names} columns", names=len(names))
