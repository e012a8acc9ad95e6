"""The files of an import for a tree view: one row a file, its data sets below where it has several."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from asplab.core.importing.scanned import ScannedFile, ScannedPart
from asplab.core.importing.table import ImportTable
from asplab.gui.language import counted, tr
from asplab.gui.look.theme import Theme

Index = QModelIndex | QPersistentModelIndex
HEADINGS = (tr("File"), tr("Reader"), tr("Points"), tr("Axis"), tr("Preview"), tr("Notes"))
FILE, READER, POINTS, AXIS, PREVIEW, NOTES = range(len(HEADINGS))
SHOWS = (("all", tr("All files")), ("doubtful", tr("With warnings")), ("failed", tr("Not readable")))
PART = Qt.ItemDataRole.UserRole
KIND = Qt.ItemDataRole.UserRole + 1
_TOP = 0
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_CHECKABLE = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable


class FilesModel(QAbstractItemModel):
    """Files and their data sets.

    ``toggled`` carries the row numbers of the table and whether they are to be in use.
    """

    toggled = Signal(object, bool)

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table: ImportTable | None = None
        self._shown: list[int] = []
        self._show = "all"
        self._rows: dict[tuple[str, str], list[int]] = {}

    # --- what is shown -------------------------------------------------------------------------------------
    def display(self, table: ImportTable) -> None:
        """Show the files of a table."""
        before, self._table = self._table, table
        if before is None or before.rows is not table.rows:
            self._rows = {}
            for k, row in enumerate(table.rows):
                self._rows.setdefault((row.file, row.dataset), []).append(k)
        if before is None or before.files is not table.files:
            self._reset()
        elif self._shown:
            self._tell()

    def display_only(self, show: str) -> None:
        """Show all files, those with warnings, or those that can't be read."""
        self._show = show
        self._reset()

    def restyle(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._tell()

    def file_of(self, index: Index) -> ScannedFile | None:
        """Return the file of an index or of one of its data sets."""
        if self._table is None or not index.isValid():
            return None
        place = index.row() if index.internalId() == _TOP else index.internalId() - 1
        return self._table.files[self._shown[place]]

    def part_of(self, index: Index) -> ScannedPart | None:
        """Return the data set of an index; of a file with several the first."""
        file = self.file_of(index)
        if file is None or not file.parts:
            return None
        return file.parts[0 if index.internalId() == _TOP else index.row()]

    def rows_of(self, index: Index) -> list[int]:
        """Return the rows of the table that take from a file or data set."""
        file = self.file_of(index)
        if file is None:
            return []
        if index.internalId() == _TOP:
            names = [part.part if len(file.parts) > 1 else "" for part in file.parts]
        else:
            names = [file.parts[index.row()].part]
        return [k for name in names for k in self._rows.get((file.name, name), [])]

    def index_of(self, name: str) -> QModelIndex:
        """Return the index of a file by name; invalid where it is not shown."""
        if self._table is None:
            return QModelIndex()
        files = self._table.files
        places = (place for place, k in enumerate(self._shown) if files[k].name == name)
        place = next(places, -1)
        return self.createIndex(place, 0, _TOP) if place >= 0 else QModelIndex()

    def first_cell(self, row: int, parent: Index) -> QModelIndex:
        """Return the index of the name of a file or data set that is known to be there."""
        return self.createIndex(row, FILE, parent.row() + 1 if parent.isValid() else _TOP)

    # --- Qt's questions ------------------------------------------------------------------------------------
    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Return the index of a file or of a data set."""
        # Not hasIndex(): it asks for both counts, for each of thousands of rows.
        if parent.isValid():
            return self.createIndex(row, column, parent.row() + 1) if row < self.rowCount(parent) else QModelIndex()
        return self.createIndex(row, column, _TOP) if 0 <= row < len(self._shown) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Return the file of a data set."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of files, or of data sets where a file has several."""
        if not parent.isValid():
            return len(self._shown)
        file = self.file_of(parent) if parent.internalId() == _TOP and parent.column() == 0 else None
        return len(file.parts) if file is not None and len(file.parts) > 1 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how much is told about each file."""
        return len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the name of a column."""
        is_name = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return HEADINGS[section] if is_name else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let readable files be taken in and out."""
        return _CHECKABLE if index.column() == FILE and self.rows_of(index) else _PLAIN

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, tick, colour or tooltip."""
        file = self.file_of(index)
        if file is None:
            return None
        part, is_top = self.part_of(index), index.internalId() == _TOP
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.column(), file, part, is_top=is_top)
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == FILE:
            return self._tick(index)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(index.column(), file, part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(index.column(), file, part)
        if role == PART:
            return part if (is_top and len(file.parts) < 2) or not is_top else None
        if role == KIND:
            rows = self.rows_of(index)
            return self._table.value(rows[0], "kind") if rows and self._table is not None else ""
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell that a file is to be taken in or out."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.toggled.emit(self.rows_of(index), Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    # --- parts ---------------------------------------------------------------------------------------------
    def _text(self, column: int, file: ScannedFile, part: ScannedPart | None, *, is_top: bool) -> str:
        if column == FILE:
            return file.name if is_top or part is None else part.part or tr("data set")
        if column == NOTES:
            return _note(file, part, is_top=is_top)
        if part is None:
            return ""
        several = is_top and len(file.parts) > 1
        return {
            READER: part.reader,
            POINTS: file.shape if several else part.shape,
            AXIS: "" if several else part.axis,
        }.get(column, "")

    def _tick(self, index: Index) -> Qt.CheckState | None:
        rows = self.rows_of(index)
        if not rows or self._table is None:
            return None
        used = {self._table.rows[k].is_included for k in rows}
        if len(used) > 1:
            return Qt.CheckState.PartiallyChecked
        return Qt.CheckState.Checked if used.pop() else Qt.CheckState.Unchecked

    def _color(self, column: int, file: ScannedFile, part: ScannedPart | None) -> object:
        if file.error:
            return self._theme.color("bad" if column == NOTES else "muted")
        if column == NOTES:
            return self._theme.color("warn" if part is not None and part.warnings else "muted")
        return self._theme.color("muted") if column in (READER, POINTS, AXIS) else None

    def _reset(self) -> None:
        self.beginResetModel()
        files = self._table.files if self._table is not None else ()
        self._shown = [k for k, file in enumerate(files) if _is_shown(file, self._show)]
        self.endResetModel()

    def _tell(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(HEADINGS) - 1))


def is_doubtful(file: ScannedFile) -> bool:
    """Whether the reader had doubts about a file."""
    return any(part.warnings for part in file.parts)


def _is_shown(file: ScannedFile, show: str) -> bool:
    return show == "all" or (bool(file.error) if show == "failed" else is_doubtful(file))


def _note(file: ScannedFile, part: ScannedPart | None, *, is_top: bool) -> str:
    if file.error:
        return f"✕ {' '.join(file.error.split())}"
    if part is None:
        return ""
    parts = file.parts if is_top else (part,)
    warnings = [warning for one in parts for warning in one.warnings]
    if not warnings:
        return ""
    more = f" (+{len(warnings) - 1})" if len(warnings) > 1 else ""
    return f"! {warnings[0]}{more}"


def _tip(column: int, file: ScannedFile, part: ScannedPart | None) -> str:
    if column == FILE or part is None:
        return f"{file.path}\n{_size(file.size_bytes)}" if column == FILE else file.error
    if column == NOTES:
        return "\n".join(warning for one in file.parts for warning in one.warnings)
    if column == POINTS:
        return tr(
            "{points} on the axis, {frames} of values",
            points=counted(part.points, "point"),
            frames=counted(part.frames, "column"),
        )
    return ""


def _size(count: int) -> str:
    return tr("{count:.1f} MB", count=count / 1000000.0) if count >= 1e6 else tr("{count:.1f} kB", count=count / 1000.0)
