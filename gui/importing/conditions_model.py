"""The conditions of an import for a table view: one row a data set, one column a condition."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from asplab.core.importing.table import ImportRow, ImportTable
from asplab.gui.importing import words
from asplab.gui.importing.marks import Marked
from asplab.gui.importing.short_names import beginning, shared_beginnings
from asplab.gui.language import tr

Index = QModelIndex | QPersistentModelIndex
FACE = Qt.ItemDataRole.UserRole
_MOST_FACES = 100_000
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_CHECKABLE, _EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable, _PLAIN | Qt.ItemFlag.ItemIsEditable


class Face(NamedTuple):
    """How a cell looks: text, letter of its source, tone (``""``, ``"warn"``, ``"bad"``, ``"muted"``), side."""

    text: str
    sign: str = ""
    tone: str = ""
    is_text: bool = False


class ConditionsModel(QAbstractTableModel):
    """Cells with their sources.

    ``typed`` carries row, column and the text that the user gave; ``toggled`` a row and whether it is in use.
    """

    typed = Signal(int, str, str)
    toggled = Signal(int, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._state: Marked | None = None
        self.columns: tuple[str, ...] = (words.FILE, *words.ALWAYS)
        self.extra: tuple[str, ...] = ()
        self._faces: dict[tuple[ImportRow, str], Face] = {}
        self._shared: dict[str, int] = {}

    @property
    def table(self) -> ImportTable | None:
        """The table that is shown."""
        return self._state.table if self._state is not None else None

    def display(self, state: Marked) -> None:
        """Show a table; only what differs from the one before is told to the view."""
        before, self._state = self._state, state
        columns = self._wanted_columns(state.table)
        if before is None or before.table.defaults != state.table.defaults or len(self._faces) > _MOST_FACES:
            self._faces.clear()
        if before is None or columns != self.columns or len(before.table.rows) != len(state.table.rows):
            self._shared = shared_beginnings(row.label for row in state.table.rows)
            self.beginResetModel()
            self.columns = columns
            self.endResetModel()
            return
        changed = [k for k, row in enumerate(state.table.rows) if row is not before.table.rows[k]]
        if before.table.defaults != state.table.defaults:
            changed = [0, len(state.table.rows) - 1]
        if changed and state.table.rows:
            last = len(self.columns) - 1
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), last))

    def display_extra(self, columns: Sequence[str]) -> None:
        """Show further columns, too."""
        self.extra = tuple(columns)
        if self._state is not None:
            self.beginResetModel()
            self.columns = self._wanted_columns(self._state.table)
            self.endResetModel()

    def restyle(self) -> None:
        """Have everything painted again."""
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.columns) - 1))

    def shared_letters(self, name: str) -> int:
        """Return how many letters a name has in common with all that begin like it."""
        return self._shared.get(beginning(name), 0)

    def face(self, row: int, column: str) -> Face:
        """Return how a cell looks."""
        state = self._state
        if state is None:
            return Face("")
        key = (state.table.rows[row], column)
        if key not in self._faces:
            self._faces[key] = _face(state, row, column)
        return self._faces[key]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of data sets."""
        return 0 if parent.isValid() or self._state is None else len(self._state.table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns shown."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the name of a column, or the number of a row."""
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return words.heading(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.column_tip(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if words.is_text(column) else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let conditions be typed, and rows be taken in and out."""
        return _EDITABLE if index.column() else _CHECKABLE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, face, tick or tooltip of a cell."""
        state = self._state
        if state is None or not index.isValid():
            return None
        row, column = index.row(), self.columns[index.column()]
        if role == FACE:
            return self.face(row, column)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.face(row, column).text
        if role == Qt.ItemDataRole.EditRole:
            return "" if column == words.FILE else state.table.value(row, column)
        if role == Qt.ItemDataRole.CheckStateRole and column == words.FILE:
            return Qt.CheckState.Checked if state.table.rows[row].is_included else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return _tip(state, row, column)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell what the user typed or ticked; the answer comes with the next table."""
        if role == Qt.ItemDataRole.CheckStateRole:
            self.toggled.emit(index.row(), Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole:
            row, column = index.row(), self.columns[index.column()]
            # Where sources differ, the value that is shown typed once more settles it.
            is_open = self._state is not None and self._state.is_conflict(row, column)
            if is_open or str(value) != index.data(Qt.ItemDataRole.EditRole):
                self.typed.emit(row, column, str(value))
                return True
        return False

    def _wanted_columns(self, table: ImportTable) -> tuple[str, ...]:
        wanted = {*words.ALWAYS, *self.extra, *table.used_columns}
        if any(row.part.is_stack for row in table.rows):
            wanted.add("frames")
        if any(row.part.layout == "image" for row in table.rows):
            wanted.add("rows")
        order = (*words.ALWAYS, *(column for column in table.columns if column not in words.ALWAYS))
        return (words.FILE, *(column for column in order if column in wanted))


def _face(state: Marked, row: int, column: str) -> Face:
    table = state.table
    found = table.rows[row]
    if column == words.FILE:
        if not found.is_included:
            return Face(found.label, "", "muted", True)
        return Face(found.label, "≠" if found.is_matched is False else "", "warn" * (found.is_matched is False), True)
    cell = table.cell(row, column)
    text = words.kind_words(cell.value) if column == "kind" else cell.value
    is_text = words.is_text(column)
    if not found.is_included:
        return Face(text, words.sign(cell.source), "muted", is_text)
    if state.is_conflict(row, column):
        return Face(text, "!", "warn", is_text)
    if state.is_missing(row, column):
        return Face("needed", "", "bad", is_text)
    return Face(text, words.sign(cell.source), "", is_text)


def _tip(state: Marked, row: int, column: str) -> str:
    table = state.table
    found = table.rows[row]
    if column == words.FILE:
        lines = [found.label]
        if found.is_matched is False:
            lines.append(tr("The template does not fit this name; what it says plainly was read."))
        return "\n".join((*lines, *table.doubts(row)))
    cell = table.cell(row, column)
    lines = list(cell.all_origins)
    if state.is_conflict(row, column):
        lines = [tr("Sources differ; the first one counts unless you choose another:"), *lines]
    elif state.is_missing(row, column):
        lines = [
            tr("{kind_words} needs this.", kind_words=words.kind_words(table.value(row, "kind")))
            if column != "kind"
            else tr("Say what it is.")
        ]
    return "\n".join(lines)
